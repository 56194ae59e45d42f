"""What can go wrong with a controller LLM, each with a sentence and a hint for a person."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hgtui.core.hiding import hidden
from hgtui.core.states import Failure
from hgtui.core.text import one_line

if TYPE_CHECKING:
    from hgtui.llm.values import CallRecord

SAID_LIMIT = 300
SECRET = "[key]"


class LLMError(Exception):
    """A call to the controller LLM failed.

    `message` is one plain sentence and `hint` what to do; neither holds a key. `status` is the HTTP status where one
    came, `partial` the cleaned text of the reply so far, `said` the server's own words, cleaned and cut, `retry_after`
    the seconds that it asks to wait, `field` the field of the request that it names, `again` whether the same request may succeed a little later, and `record` the call
    where it got as far as a reply.
    """

    def __init__(
        self,
        failure: Failure,
        message: str,
        hint: str = "",
        status: int | None = None,
        partial: str = "",
        *,
        said: str = "",
        retry_after: float | None = None,
        again: bool = False,
        record: "CallRecord | None" = None,
        field: str = "",
    ) -> None:
        super().__init__(message)
        self.failure, self.message, self.hint, self.status, self.partial = failure, message, hint, status, partial
        self.said, self.retry_after, self.again, self.record = said, retry_after, again, record
        self.field = field

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it: how it failed and what came before, not the call itself."""
        return {
            "failure": self.failure.value,
            "message": self.message,
            "hint": self.hint,
            "status": self.status,
            "partial": self.partial,
            "said": self.said,
            "retry_after": self.retry_after,
            "again": self.again,
            "field": self.field,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], record: "CallRecord | None" = None) -> "LLMError":
        """Return the error that was kept so."""
        more = {name: kept[name] for name in ("said", "retry_after", "again", "field")}
        said = (kept["message"], kept["hint"], kept["status"], kept["partial"])
        return cls(Failure(kept["failure"]), *said, record=record, **more)


def without(text: str, secrets: Sequence[str]) -> str:
    """Return `text` with "[key]" for every secret, as `core.hiding` takes them out."""
    return hidden(text, secrets, SECRET)


def words_of(body: object, secrets: Sequence[str] = ()) -> str:
    """Return what an error body says, as one cleaned and cut line; "" for HTML and for nothing.

    Reads ``{"error": {"message"}}`` (OpenAI, vLLM), ``{"error": "…"}`` (Ollama, the Hugging Face router),
    ``{"message"}`` and ``{"detail"}`` (FastAPI, also its list of problems).
    """
    if isinstance(body, Mapping):
        found = next((body[key] for key in ("error", "message", "detail", "msg") if body.get(key)), body)
        if isinstance(found, Mapping) and found is not body:
            return words_of(found, secrets)
        text = found if isinstance(found, str) else json.dumps(found, default=str, ensure_ascii=False)
    else:
        text = body if isinstance(body, str) and not body.lstrip().startswith("<") else ""
    return one_line(without(text, secrets), SAID_LIMIT)


def status_in(body: object) -> int | None:
    """Return the HTTP status that an error object names as its code, if it names one."""
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    code = inner.get("code") if isinstance(inner, Mapping) else None
    try:
        number = int(code) if isinstance(code, int | str) else 0
    except ValueError:
        return None
    return number if 400 <= number <= 599 else None


def _spent(said: str) -> bool:
    return any(word in said for word in ("insufficient_quota", "exceeded your current quota", "billing"))


def of_status(
    where: str, status: int, body: object, secrets: Sequence[str] = (), retry_after: float | None = None
) -> LLMError:
    """Turn an HTTP status and its body into an error. `where` is the server's address as shown."""
    said = words_of(body, secrets)
    low = f"{said} {_codes(body)}".lower()
    failure, message, hint, again = _judge(where, status, low)
    if said:
        message = f"{message[:-1]}: {said.rstrip('.')}."
    if failure is Failure.QUOTA and retry_after is not None:
        hint = f"The server asks to wait {retry_after:g} s."
    return LLMError(failure, message, hint, status, said=said, retry_after=retry_after, again=again, field=_field(body))


def _field(body: object) -> str:
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    name = inner.get("param") if isinstance(inner, Mapping) else None
    return one_line(name, 80) if isinstance(name, str) else ""


def _codes(body: object) -> str:
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    return f"{inner.get('code')} {inner.get('type')}" if isinstance(inner, Mapping) else ""


def _judge(where: str, status: int, low: str) -> tuple[Failure, str, str, bool]:
    if "out of memory" in low or "more system memory" in low:
        hint = "Take a smaller model or a shorter context on that server."
        return Failure.OUT_OF_MEMORY, f"The server at {where} ran out of memory.", hint, False
    if status < 500:
        return _of_request(where, status, low)
    if status == 503 and "loading" in low:
        return Failure.LOADING, f"The server at {where} is still loading the model.", "Try again in a while.", True
    if status == 504:
        return Failure.TIMEOUT, f"The gateway at {where} got no answer in time (504).", "Try again in a while.", True
    if status in {502, 503}:
        hint = "The model server behind that address may be down or starting."
        return Failure.TRANSPORT, f"The server at {where} is not available ({status}).", hint, True
    return Failure.CRASHED, f"The server at {where} failed ({status}).", "Its own log says why.", True


def _of_request(where: str, status: int, low: str) -> tuple[Failure, str, str, bool]:
    if status == 401:
        return Failure.ACCESS, f"The server at {where} refused the key.", "Check OPENAI_API_KEY.", False
    if status == 402 or (status == 429 and _spent(low)):
        hint = "Add credits there, or use another controller."
        return Failure.CREDITS, f"The credits at {where} are spent.", hint, False
    if status == 403:
        hint = "Check that the key may use this model (OPENAI_MODEL)."
        return Failure.ACCESS, f"The server at {where} does not allow this.", hint, False
    if status == 404:
        if "model" in low:
            return Failure.NO_MODEL, f"The server at {where} does not have the model.", "Check OPENAI_MODEL.", False
        hint = "Check OPENAI_BASE_URL: it usually ends in /v1."
        return Failure.NO_MODEL, f"There is no chat completion at {where}.", hint, False
    if status == 405:
        hint = "Check OPENAI_BASE_URL: it usually ends in /v1."
        return Failure.NO_MODEL, f"The server at {where} takes no chat completions (405).", hint, False
    if status == 408:
        return Failure.TIMEOUT, f"The server at {where} gave up waiting (408).", "Try again.", True
    if status == 409:
        return Failure.TRANSPORT, f"The server at {where} is busy with a conflict (409).", "Try again.", True
    if status == 429:
        return Failure.QUOTA, f"The server at {where} limits the requests.", "Wait a little and try again.", True
    if "content_filter" in low or "content_policy" in low:
        return Failure.REFUSED, f"The server at {where} refused the request by its policy.", "Word it otherwise.", False
    if status == 413 or "context length" in low or "context_length" in low or "context window" in low:
        hint = "Shorten the request or take a model with a longer context."
        return Failure.BAD_INPUT, f"The request is too long for the server at {where}.", hint, False
    if status in {400, 415, 422} and "image" in low:
        hint = "This model may not take pictures: take one that does (OPENAI_MODEL)."
        return Failure.BAD_INPUT, f"The server at {where} did not take the request ({status}).", hint, False
    hint = "Check OPENAI_MODEL and that this server takes chat completions."
    return Failure.BAD_INPUT, f"The server at {where} did not take the request ({status}).", hint, False


def unreadable(where: str, what: str, *, status: int | None = None, said: Any = "") -> LLMError:
    """The server answered with something that is no chat completion."""
    return LLMError(
        Failure.UNREADABLE,
        f"The server at {where} answered with {what}.",
        "Check OPENAI_BASE_URL: it usually ends in /v1.",
        status,
        said=one_line(str(said), SAID_LIMIT),
    )
