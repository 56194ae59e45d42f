"""The exceptions of openai and its HTTP stack, turned into LLMError; no type of theirs leaves the room."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from hgtui.core.states import Failure
from hgtui.llm.errors import LLMError, of_status, status_in, unreadable, without, words_of
from hgtui.llm.retry import retry_after
from hgtui.llm.values import Timeouts


@contextmanager
def translated(where: str, timeouts: Timeouts, secrets: Sequence[str]) -> Iterator[None]:
    """Raise LLMError for whatever the client raises inside; the cause is cut off, since it may hold the key."""
    import httpx2
    import openai

    try:
        yield
    except (
        openai.OpenAIError,
        httpx2.HTTPError,
        httpx2.StreamError,
        httpx2.InvalidURL,
        ValueError,
        RecursionError,
    ) as error:
        found = _judge(error, where, timeouts, secrets)
    except TimeoutError:
        found = too_long(where, timeouts)
    else:
        return
    raise found from None


def too_long(where: str, timeouts: Timeouts) -> LLMError:
    """The whole call took longer than it may."""
    message = f"The server at {where} did not finish within {timeouts.total:g} s."
    return LLMError(Failure.TIMEOUT, message, "Take a faster model or a longer time limit.")


def in_stream(where: str, body: object, secrets: Sequence[str]) -> LLMError:
    """Turn an error object inside a stream into an error: by the status that it names, else as a server's failure."""
    status = status_in(body)
    error = of_status(where, status or 500, body, secrets)
    if status is None:
        said = words_of(body, secrets)
        error.message = f"The server at {where} broke off with an error{': ' + said.rstrip('.') if said else ''}."
        error.status, error.again = None, False
    return error


def _judge(error: Exception, where: str, timeouts: Timeouts, secrets: Sequence[str]) -> LLMError:
    import httpx2
    import openai

    if isinstance(error, openai.APIStatusError):
        return of_status(where, error.status_code, error.body, secrets, retry_after(error.response.headers))
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__
        return _of_transport(cause if isinstance(cause, Exception) else error, where, timeouts)
    unread = openai.APIResponseValidationError | json.JSONDecodeError | UnicodeError | RecursionError
    if isinstance(error, unread | httpx2.DecodingError):
        return unreadable(where, "something that is not the JSON of a chat completion")
    if isinstance(error, openai.APIError):
        body: object = error.body if isinstance(error.body, Mapping) else {"error": error.body or error.message}
        return in_stream(where, body, secrets)
    if isinstance(error, httpx2.HTTPError):
        return _of_transport(error, where, timeouts)
    said = without(str(error), secrets)
    return unreadable(where, "something that cannot be read", said=said)


def _of_transport(cause: Exception, where: str, timeouts: Timeouts) -> LLMError:
    import httpx2

    if isinstance(cause, httpx2.ConnectTimeout):
        message = f"The server at {where} could not be reached within {timeouts.connect:g} s."
        return LLMError(Failure.TRANSPORT, message, "Check OPENAI_BASE_URL and the network.", again=True)
    if isinstance(cause, httpx2.TimeoutException | asyncio.TimeoutError):
        message = f"The server at {where} said nothing for {timeouts.silence:g} s."
        return LLMError(Failure.TIMEOUT, message, "It may be overloaded, or loading a large model.")
    if isinstance(cause, httpx2.ConnectError):
        message = f"The server at {where} cannot be reached."
        return LLMError(Failure.TRANSPORT, message, "Is it running, and is OPENAI_BASE_URL right?", again=True)
    message = f"The server at {where} broke off the connection."
    return LLMError(Failure.TRANSPORT, message, "Its own log may say why; try again.", again=True)
