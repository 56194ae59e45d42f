"""A request to a media route with its answer as they are kept: JSON, with files by their digest and without the key."""

import asyncio
import base64
import binascii
import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hgtui.core.text import one_line
from hgtui.llm.errors import LLMError, without

PICTURE = "b64_json"
LONGEST = 1_000
"""Characters: a longer text without blanks in an answer is no words, and is kept by its digest."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it.

    `request` is ``{"method", "url", "model"}`` with ``"json"`` or ``"form"``; in a form a file is
    ``{"filename", "media_type", "size", "sha256"}``. `reply` is ``{"status", "content_type", "body", "seconds"}``, or has
    ``"error"``, a sentence.
    """

    request: Mapping[str, Any]
    reply: Mapping[str, Any]


@contextmanager
def noting(
    into: list[Exchange] | None, url: str, sent: Mapping[str, Any], secrets: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Note a request and what comes of it, without the secrets: yields the reply, to be filled."""
    began, reply = time.monotonic(), {}  # type: tuple[float, dict[str, Any]]
    try:
        yield reply
    except LLMError as error:
        if error.status is not None:
            reply.setdefault("status", error.status)
        said = one_line(error.said, 300) if error.said else ""
        reply |= {"error": error.message, **({"said": said} if said else {})}
        raise
    except asyncio.CancelledError:
        reply["error"] = "It was stopped."
        raise
    finally:
        reply["seconds"] = round(time.monotonic() - began, 4)
        if into is not None:
            into.append(Exchange(_clear({"method": "POST", "url": url, **sent}, secrets), _clear(reply, secrets)))


async def filed(data: bytes, **about: str) -> dict[str, Any]:
    """Return what is kept of a file: its size and its digest."""
    digest = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
    return {**about, "size": len(data), "sha256": digest}


async def answered(reply: dict[str, Any], answer: Any, body: Any) -> None:
    """Fill in what came: status, type, and the body: JSON with what is long in it by digest, or the bytes of a file."""
    reply["status"] = answer.status_code
    reply["content_type"] = one_line(str(answer.headers.get("content-type", "")), 100)
    reply["body"] = await (filed(body) if isinstance(body, bytes) else _noted(body))


async def _noted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): await (_picture(one) if name == PICTURE else _noted(one)) for name, one in value.items()}
    if isinstance(value, list):
        return [await _noted(one) for one in value]
    if isinstance(value, str) and len(value) > LONGEST and " " not in value[:LONGEST]:
        return await filed(value.encode("utf-8", "replace"), encoding="base64")
    return value


async def _picture(coded: Any) -> Any:
    """Return a picture by the digest of its bytes, by which its result is known as well."""
    try:
        return await filed(base64.b64decode(str(coded).partition("base64,")[2] or coded, validate=True))
    except (binascii.Error, ValueError, TypeError):
        return await _noted(coded)


def _clear(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, str):
        return without(value, secrets)
    if isinstance(value, Mapping):
        return {without(name, secrets): _clear(one, secrets) for name, one in value.items()}
    return [_clear(one, secrets) for one in value] if isinstance(value, list) else value
