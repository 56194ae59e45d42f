"""Which optional fields of a request a server refuses, learnt from its own errors."""

from typing import Any

from hgtui.llm.errors import LLMError

OPTIONAL = ("stream_options", "temperature")
_RENAMED = {"max_tokens": "max_completion_tokens"}


class RefusedFields:
    """Remembers for one server what it does not take.

    OpenAI's reasoning models refuse any temperature but their own and know `max_tokens` only by its newer name;
    several servers refuse `stream_options`.
    """

    def __init__(self) -> None:
        self._refused: list[str] = []

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._refused)

    def applied(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters that this server takes."""
        kept = {}
        for name, value in params.items():
            if name not in self._refused:
                kept[name] = value
            elif name in _RENAMED:
                kept[_RENAMED[name]] = value
        return kept

    def learn(self, error: LLMError, sent: dict[str, Any]) -> str | None:
        """Return the field of `sent` that a 400 or 422 names, from now on left out or renamed; None where it names none."""
        if error.status not in {400, 422}:
            return None
        named = [field for field in OPTIONAL if field in sent and field in error.said]
        named += [old for old, new in _RENAMED.items() if old in sent and new in error.said]
        if not named:
            return None
        self._refused.append(named[0])
        return named[0]
