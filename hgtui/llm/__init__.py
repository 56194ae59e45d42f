"""The one way to talk to a controller LLM: streaming chat over any server that speaks chat completions.

Importing this room imports no HTTP library; openai is loaded in a thread at the first call.
"""

from hgtui.llm.address import DEFAULT_BASE_URL, shown
from hgtui.llm.client import ChatClient, from_env
from hgtui.llm.errors import LLMError
from hgtui.llm.retry import OnRetry, RetryPolicy
from hgtui.llm.values import (
    CallRecord,
    Chunk,
    Done,
    Message,
    ModelInfo,
    ReasoningDelta,
    TextDelta,
    Timeouts,
    Usage,
    estimate_tokens,
)

__all__ = [
    "DEFAULT_BASE_URL",
    "CallRecord",
    "ChatClient",
    "Chunk",
    "Done",
    "LLMError",
    "Message",
    "ModelInfo",
    "OnRetry",
    "ReasoningDelta",
    "RetryPolicy",
    "TextDelta",
    "Timeouts",
    "Usage",
    "estimate_tokens",
    "from_env",
    "shown",
]
