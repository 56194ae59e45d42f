"""Which parts of a request a server refuses, learnt from its own errors."""

from collections.abc import Mapping
from typing import Any

from hgtui.llm.errors import LLMError
from hgtui.llm.ladder import Rung, ServerMemory, names_form, rung_of

OPTIONAL = ("stream_options", "temperature")
LIMIT, NEW_LIMIT = "max_tokens", "max_completion_tokens"
_REFUSALS = frozenset({400, 422})


def applied(memory: ServerMemory, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that this server takes.

    OpenAI's reasoning models refuse any temperature but their own and know `max_tokens` only by its newer name;
    several servers refuse `stream_options`.
    """
    kept = {}
    for name, value in params.items():
        if name not in memory.fields:
            kept[name] = value
        elif name == LIMIT:
            kept[NEW_LIMIT] = value
    return kept


def learn(memory: ServerMemory, error: LLMError, sent: Mapping[str, Any]) -> str | None:
    """Return what of `sent` a 400 or 422 names, from now on left out, renamed or asked for in a looser form.

    None where the error names nothing that can be left out.
    """
    if error.status not in _REFUSALS:
        return None
    words = f"{error.said} {error.field}"
    rung = rung_of(sent)
    if rung is not Rung.TEXT and names_form(words):
        memory.refuse(rung)
        return f"response_format {rung.value}"
    named = [name for name in OPTIONAL if name in sent and name in words]
    named += [LIMIT] if LIMIT in sent and NEW_LIMIT in words else []
    if not named:
        return None
    memory.fields.append(named[0])
    return named[0]


def refuses_limit(error: LLMError, sent: Mapping[str, Any]) -> bool:
    """Whether an error is about the limit of tokens in `sent`: larger than the model's own, or than its context."""
    if error.status not in _REFUSALS or not {LIMIT, NEW_LIMIT} & set(sent):
        return False
    low = f"{error.said} {error.field}".lower()
    return LIMIT in low or NEW_LIMIT in low or "context length" in low
