"""The one way to talk to a controller LLM: streaming chat over any server that speaks chat completions.

Importing this room imports no HTTP library; openai is loaded in a thread at the first call.
"""

from hgtui.llm.address import DEFAULT_BASE_URL, shown
from hgtui.llm.budget import Budget, Spent
from hgtui.llm.client import ChatClient, from_env
from hgtui.llm.errors import LLMError
from hgtui.llm.ladder import Rung, forget
from hgtui.llm.listing import DEFAULT_CONTEXT, ContextSource
from hgtui.llm.media import AudioForm
from hgtui.llm.messages import ImagePart, Message, Part, TextPart, estimate_prompt, estimate_tokens
from hgtui.llm.prices import Price, price_of
from hgtui.llm.retry import OnRetry, RetryPolicy
from hgtui.llm.strict import is_strict, strict_schema, without_nulls
from hgtui.llm.values import (
    CallRecord,
    Chunk,
    Done,
    ModelInfo,
    ReasoningDelta,
    Retracted,
    TextDelta,
    Timeouts,
    Usage,
    was_cut,
)

__all__ = [
    "DEFAULT_BASE_URL",
    "DEFAULT_CONTEXT",
    "AudioForm",
    "Budget",
    "CallRecord",
    "ChatClient",
    "Chunk",
    "ContextSource",
    "Done",
    "ImagePart",
    "LLMError",
    "Message",
    "ModelInfo",
    "OnRetry",
    "Part",
    "Price",
    "ReasoningDelta",
    "Retracted",
    "RetryPolicy",
    "Rung",
    "Spent",
    "TextDelta",
    "TextPart",
    "Timeouts",
    "Usage",
    "estimate_prompt",
    "estimate_tokens",
    "forget",
    "from_env",
    "is_strict",
    "price_of",
    "shown",
    "strict_schema",
    "was_cut",
    "without_nulls",
]
