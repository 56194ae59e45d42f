"""What the Hub's client raises (huggingface_hub 2.4: four families of exceptions), turned into HubError."""

import email.utils
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any

from hgtui.core.hiding import hidden
from hgtui.core.states import Failure
from hgtui.core.text import one_line
from hgtui.hub.values import HUB_URL, HubError
from hgtui.hub.wire import Scope

if TYPE_CHECKING:
    import httpx2

BILLING = f"{HUB_URL}/settings/billing"
TOKENS = f"{HUB_URL}/settings/tokens"
_SAID = 240
_LONGEST_WAIT_S = 86_400.0
_TOKEN = re.compile(r"\b(?:hf|api_org)_[A-Za-z0-9_]{6,}")
_RATE = re.compile(r"\br\s*=\s*0\s*;\s*t\s*=\s*(\d+)")
_IN_API = re.compile(r"^/(?:api/models/|[^/]+(?:/[^/]+)?/resolve/)")


def of_error(error: Exception, scope: Scope) -> Exception:
    """Return the HubError for what the client raised; an error of hgtui's own code is returned as it is."""
    import httpx2
    from huggingface_hub import errors

    if isinstance(error, errors.HfHubHTTPError | httpx2.HTTPStatusError):
        return of_response(error.response, scope)
    if isinstance(error, errors.TextGenerationError):
        return _of_generation(error, scope)
    if isinstance(error, httpx2.HTTPError | httpx2.StreamError):
        return _of_transport(error, scope)
    if isinstance(error, errors.LocalTokenNotFoundError):
        return _no_token(scope)
    if isinstance(error, ConnectionError):
        return _broken(scope)
    if isinstance(error, TimeoutError):
        return _silent(scope)
    if isinstance(error, MemoryError):
        return HubError(Failure.OUT_OF_MEMORY, f"The answer of {scope.who} does not fit into memory.")
    if _own(error.__traceback__):
        return error
    if isinstance(error, errors.HFValidationError):
        return HubError(Failure.NO_MODEL, f"{_name(scope)} is no name of a model.", "It has the form owner/name.")
    if isinstance(error, httpx2.InvalidURL | httpx2.CookieConflict):
        return unreadable(scope, "an address that cannot be read")
    return _of_parsing(error, scope)


def of_response(response: "httpx2.Response", scope: Scope) -> HubError:
    """Return the error for an answer with a status from 400 on."""
    import httpx2

    try:
        body = response.content
    except httpx2.StreamError:
        body = b""
    return of_status(response.status_code, response.headers, body, response.request.url.path, scope)


def of_status(status: int, headers: Mapping[str, str], body: bytes, path: str, scope: Scope) -> HubError:
    """Return the error for a status from 400 on; `path` is that of the request, before any prefix of a mirror."""
    told = _read(body)
    said = _words(headers, body, told, scope)
    wait = _wait(headers, told)
    failure, message, hint = _judged(status, headers, said, path, scope, told)
    return HubError(failure, message, hint, retry_after=wait, status=status)


def too_large(scope: Scope) -> HubError:
    """The answer is larger than it may be."""
    message = f"The answer of {scope.who} is larger than {scope.answer_mb:g} MB: the rest of it was not read."
    return HubError(Failure.UNREADABLE, message, "Take another model, or ask for less.")


def unreadable(scope: Scope, what: str) -> HubError:
    """The answer is not what was asked for."""
    message = f"{scope.who} answered with {what}."
    return HubError(Failure.UNREADABLE, message, "Another model or provider may do better.")


def of_file(status: int, scope: Scope) -> HubError:
    """Return the error for a file that an answer names and that is answered with a status from 400 on."""
    failure = Failure.TRANSPORT if status in {408, 429} or status >= 500 else Failure.UNREADABLE
    message = f"{scope.who} named a file that cannot be fetched ({status})."
    return HubError(failure, message, "Another model or provider may do better.", status=status)


def not_http(scope: Scope) -> HubError:
    """An answer, or a redirect, leads to an address that is not fetched."""
    message = f"{scope.who} named an address that is neither http nor https."
    return HubError(Failure.REFUSED, message, "Take another model or provider.")


def _judged(
    status: int, headers: Mapping[str, str], said: str, path: str, scope: Scope, told: Any
) -> tuple[Failure, str, str]:
    who, tail = scope.who, _tail(said)
    if status in {401, 403}:
        return _of_access(status, headers, said, path, scope)
    match status:
        case 402:
            hint = f"Buy credits at {BILLING}, wait for the next month, or take a model that runs elsewhere."
            return Failure.CREDITS, f"The credits of {_whose(scope)} for {who} are used up{tail}", hint
        case 404 | 410:
            hint = "Look for another with: hgtui models --search WORDS"
            return Failure.NO_MODEL, f"{who} does not have {_name(scope)}{tail}", hint
        case 408:
            return Failure.TIMEOUT, f"{who} did not finish in time{tail}", "Try again, or take another model."
        case 413:
            return Failure.BAD_INPUT, f"{who} does not take an input of this size{tail}", "Give it a smaller one."
        case 429:
            hint = "" if scope.place.token else "With a token of your own (HF_TOKEN) more is allowed."
            return Failure.QUOTA, f"{who} was asked too often{tail}", hint or "Wait, or take another provider."
    if status < 500:
        return Failure.BAD_INPUT, f"{who} refused the input ({status}){tail}", "Change what the task is given."
    if status == 503 and (_estimate(told) is not None or "loading" in said.lower()):
        return Failure.LOADING, f"{who} is loading {_name(scope)}{tail}", "Wait for it, or take another model."
    return Failure.TRANSPORT, f"{who} failed ({status}){tail}", "Try again, or take another provider."


def _of_access(status: int, headers: Mapping[str, str], said: str, path: str, scope: Scope) -> tuple[Failure, str, str]:
    place, who, tail = scope.place, scope.who, _tail(said)
    code = headers.get("X-Error-Code", "")
    if code == "GatedRepo":
        where = f"{place.endpoint}/{scope.model}" if scope.model else place.endpoint
        message = f"{_name(scope)} is gated: its owner gives access to those who accept its terms."
        return Failure.ACCESS, message, f"Accept them at {where}, with the account of {_whose(scope)}."
    refused = headers.get("X-Error-Message", "") == "Invalid credentials in Authorization header"
    if code in {"RepoNotFound", "RevisionNotFound"} or (status == 401 and not refused and _IN_API.match(path)):
        hint = "If it is private, " + ("the token must be allowed to read it." if place.token else "set HF_TOKEN.")
        return Failure.NO_MODEL, f"{who} knows no model {scope.model}".rstrip() + f"{tail}", hint
    if not place.token:
        return Failure.ACCESS, f"{who} asks for a token{tail}", f"Make one at {TOKENS} and set HF_TOKEN."
    if status == 401:
        message = f"{who} refused the token of {_whose(scope)}{tail}"
        return Failure.ACCESS, message, f"Is it complete and not revoked? See {TOKENS}"
    hint = f'Allow the token of {_whose(scope)} to "Make calls to Inference Providers" at {TOKENS}'
    return Failure.ACCESS, f"{who} does not allow this{tail}", hint


def _of_generation(error: Exception, scope: Scope) -> HubError:
    """An error inside a stream of text-generation-inference."""
    said = shortened(str(error), scope)
    kind = {
        "ValidationError": Failure.BAD_INPUT,
        "OverloadedError": Failure.QUOTA,
    }.get(type(error).__name__, Failure.TRANSPORT)
    return HubError(kind, f"{scope.who} broke off{_tail(said)}", "Try again, or take another model.")


def _of_transport(error: Exception, scope: Scope) -> HubError:
    import httpx2

    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError):
        hint = "Is the network there, and are HF_ENDPOINT and HGTUI_ROUTER_URL right? --offline uses what is kept."
        return HubError(Failure.TRANSPORT, f"{scope.who} cannot be reached.", hint)
    if isinstance(error, httpx2.TimeoutException | TimeoutError):
        return _silent(scope)
    if isinstance(error, httpx2.TooManyRedirects):
        return HubError(Failure.TRANSPORT, f"{scope.who} redirects without end.")
    if isinstance(error, httpx2.DecodingError):
        return unreadable(scope, "something that cannot be unpacked")
    if isinstance(error, httpx2.UnsupportedProtocol):
        return not_http(scope)
    return _broken(scope)


def _of_parsing(error: Exception, scope: Scope) -> HubError:
    """What the client's own code raises about an answer, or about what it was asked."""
    text = str(error)
    if "api_key" in text and "provide" in text:
        return _no_token(scope)
    if (isinstance(error, RuntimeError) and "StopIteration" in text) or "is not supported" in text:
        message = f"{scope.who} does not run {_name(scope)} for this task."
        return HubError(Failure.NO_MODEL, message, "Take another model or provider.")
    if isinstance(error, json.JSONDecodeError | UnicodeError):
        return unreadable(scope, "something that is not JSON")
    if isinstance(error, OSError) and type(error).__name__ == "UnidentifiedImageError":
        return unreadable(scope, "something that is no picture")
    return unreadable(scope, "something that cannot be read")


def _no_token(scope: Scope) -> HubError:
    return HubError(Failure.ACCESS, f"{scope.who} asks for a token.", f"Make one at {TOKENS} and set HF_TOKEN.")


def _broken(scope: Scope) -> HubError:
    return HubError(Failure.TRANSPORT, f"{scope.who} broke off the connection.", "Try again.")


def _silent(scope: Scope) -> HubError:
    silence = f"said nothing for {scope.silence_s:g} s" if math.isfinite(scope.silence_s) else "did not answer in time"
    message = f"{scope.who} {silence}."
    return HubError(Failure.TIMEOUT, message, "It may be overloaded: try again, or take another model.")


def _name(scope: Scope) -> str:
    return one_line(scope.model, 120) or "what was asked for"


def _whose(scope: Scope) -> str:
    return scope.place.bill_to or scope.place.token_source or "the token"


def _own(trace: TracebackType | None) -> bool:
    """Say whether an error was raised in code of hgtui."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__", "")).startswith("hgtui.")


def _tail(said: str) -> str:
    """Return a server's words as the end of a sentence."""
    return f": {said}" + ("" if said[-1] in ".!?…" else ".") if said else "."


def shortened(text: str, scope: Scope) -> str:
    """Return a server's words cleaned, on one line, without any token, and short."""
    line = one_line(text, 4 * _SAID)
    if scope.place.token:
        line = hidden(line, (scope.place.token,), "hf_…")
    return one_line(_TOKEN.sub("hf_…", line), _SAID)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


def _words(headers: Mapping[str, str], body: bytes, told: Any, scope: Scope) -> str:
    said = headers.get("X-Error-Message", "") or _within(told)
    if not said and told is None and "html" not in headers.get("Content-Type", "").lower():
        said = body[: 8 * _SAID].decode("utf-8", "replace")
    return shortened(said, scope)


def _within(told: Any) -> str:
    """Find the sentence in the body of an error: {error: …}, {message: …}, {detail: [{msg: …}]}, as providers write it."""
    if isinstance(told, str):
        return told
    if isinstance(told, list):
        return "; ".join(filter(None, map(_within, told[:5])))
    if isinstance(told, dict):
        for key in ("error", "errors", "message", "msg", "detail", "error_description"):
            if found := _within(told.get(key)):
                return found
    return ""


def _estimate(told: Any) -> float | None:
    value = told.get("estimated_time") if isinstance(told, dict) else None
    return _seconds(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _seconds(value: float) -> float | None:
    """Return a wait that a server names, in seconds, within a day; None where it is none."""
    return min(float(value), _LONGEST_WAIT_S) if math.isfinite(value) and value >= 0 else None


def _wait(headers: Mapping[str, str], told: Any) -> float | None:
    """Return how long to wait: the estimate of a model that loads, ratelimit (IETF draft 9), Retry-After (RFC 9110)."""
    estimate = _estimate(told)
    if estimate is not None:
        return estimate
    if rate := _RATE.search(headers.get("ratelimit", "")):
        return _seconds(float(rate[1]))
    after = headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit():
        return _seconds(float(after))
    try:
        when = email.utils.parsedate_to_datetime(after)
    except (TypeError, ValueError, IndexError):
        return None
    return _seconds(max(0.0, (when - datetime.now(UTC)).total_seconds())) if when.tzinfo else None
