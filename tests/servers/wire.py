"""The chat-completions wire format: JSON bodies, server-sent events, and how their bytes are cut."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

CREATED = 1_763_700_000
DONE = b"data: [DONE]\n\n"

Splitter = Callable[[bytes], Iterable[bytes]]


def event(data: Any) -> bytes:
    """One server-sent event, UTF-8 as it is and not as ``\\u`` escapes, so that a cut can fall inside a character."""
    return b"data: " + json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n\n"


def chunk(model: str, delta: dict[str, Any] | None, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """One chat.completion.chunk; without `delta` it has no choices, as the last one that carries the usage."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": model,
        "choices": choices,
        **fields,
    }


def completion(model: str, message: dict[str, Any], finish: str, usage: dict[str, int]) -> dict[str, Any]:
    """One whole chat.completion."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": CREATED,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": usage,
    }


def usage(prompt: int, completion: int) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def error(message: str, kind: str = "invalid_request_error", code: str | int | None = None) -> dict[str, Any]:
    """The error object of the OpenAI interface."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def model_list(models: Iterable[str], context: int | None) -> dict[str, Any]:
    """/v1/models as vLLM writes it, `max_model_len` (tokens) included where it is known."""
    length = {} if context is None else {"max_model_len": context}
    data = [{"id": name, "object": "model", "created": CREATED, "owned_by": "tests", **length} for name in models]
    return {"object": "list", "data": data}


def words(text: str) -> list[str]:
    """Cut `text` as a tokenizer would: at most eight letters with the blank before them."""
    return re.findall(r"\s*\S{1,8}|\s+", text)


def characters(text: str) -> list[str]:
    return list(text)


def all_at_once(data: bytes) -> Iterator[bytes]:
    yield data


def by(count: int) -> Splitter:
    """Cut bytes into pieces of `count`; ``by(1)`` falls inside every character that has more than one byte."""
    return lambda data: (data[start : start + count] for start in range(0, len(data), count))


def inside_characters(data: bytes) -> Iterator[bytes]:
    """Cut bytes after the first byte of each character that has more than one."""
    start = 0
    for index, byte in enumerate(data):
        if byte >= 0xC0:
            yield data[start : index + 1]
            start = index + 1
    yield data[start:]
