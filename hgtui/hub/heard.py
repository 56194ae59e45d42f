"""A request to a provider with its answer as they are kept: the JSON as it went over the wire, files by their digest."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

MOST_TEXT = 16_384
"""Characters: a longer text that is a file in base64 is kept by its digest, as files are."""
MOST_JSON = 4_000_000
"""Bytes of an answer that are read as JSON."""
_BASE64 = re.compile(r"(?:data:([\w.+/-]+);base64,)?[A-Za-z0-9+/_\s-]{1000,}={0,2}\Z")
_KEPT = ("content-type", "accept")


@dataclass(frozen=True, slots=True)
class Heard:
    """One request and what came of it, both JSON without a token; times in seconds.

    `request` is ``{"method", "url", "headers", "json" or "data"}``, `reply` is ``{"body"}`` or ``{"error"}``.
    """

    request: dict[str, Any]
    reply: dict[str, Any]


def heard(asked: Any, url: str, answer: bytes | None, seconds: float, error: str = "") -> Heard:
    """Note a request (huggingface_hub's RequestParameters) that went to `url`, and its answer or what went wrong.

    Hashes what is large: to be called off the loop.
    """
    headers = {str(name): str(value) for name, value in asked.headers.items() if str(name).lower() in _KEPT}
    request: dict[str, Any] = {"method": "POST", "url": url, "headers": headers}
    if asked.data is not None:
        request["data"] = _file(bytes(asked.data), str(getattr(asked.data, "mime_type", "") or ""))
    else:
        request["json"] = noted(asked.json)
    reply: dict[str, Any] = {"error": error} if answer is None else {"body": _answer(answer)}
    return Heard(request, {**reply, "seconds": round(seconds, 4)})


def noted(value: Any) -> Any:
    """Return JSON in which every file (bytes, or long base64) is told by digest, size in bytes and media type."""
    if isinstance(value, bytes):
        return _file(value)
    if isinstance(value, dict):
        return {str(name): noted(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [noted(one) for one in value]
    if isinstance(value, str) and len(value) > MOST_TEXT and (found := _BASE64.match(value)):
        # What the server got is the text; whoever looks wants to know it again.
        return _file(value.encode(), f"{found.group(1) or 'base64'}")
    return value


def _file(data: bytes, media_type: str = "") -> dict[str, Any]:
    told = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    return {**told, "media_type": media_type} if media_type else told


def _answer(answer: bytes) -> Any:
    if len(answer) <= MOST_JSON:
        try:
            return noted(json.loads(answer))
        except (ValueError, RecursionError):
            pass
    return _file(answer)
