"""What a server lists: its models, which one is meant, and how long its context is."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from hgtui.core.states import Failure
from hgtui.core.text import one_line
from hgtui.llm.errors import LLMError, unreadable, without
from hgtui.llm.faults import too_long, translated
from hgtui.llm.retry import OnRetry, untold, with_retries
from hgtui.llm.server import Server
from hgtui.llm.values import ModelInfo

DEFAULT_CONTEXT = 4096
"""Tokens: the context of many local servers where nobody set another."""
ContextSource = Literal["server", "setting", "default"]

_NAMES_SHOWN = 5
_CONTEXT_FIELDS = (
    "max_model_len",  # vLLM, SGLang
    "loaded_context_length",  # LM Studio, of the model as it is loaded
    "context_length",  # OpenRouter, Together, the Hugging Face router
    "context_window",  # Groq
    "max_context_length",  # Mistral
    "n_ctx",  # llama.cpp, inside meta
)


async def listed(server: Server, on_retry: OnRetry = untold) -> tuple[ModelInfo, ...]:
    """Return what the server lists. Raises LLMError."""
    rows = await _rows(server, on_retry)
    return tuple(ModelInfo(row["id"], _context(row)) for row in rows)


async def _rows(server: Server, on_retry: OnRetry) -> list[Mapping[str, Any]]:
    client = await server.engine.client()

    async def ask() -> Any:
        with translated(server.where, server.timeouts, server.secrets):
            # The client's own page type takes any JSON and fails on a wrong one with an AttributeError.
            answer = await client.models.with_raw_response.list(extra_headers=server.headers)
            return json.loads(answer.content)

    try:
        async with asyncio.timeout(server.timeouts.total):
            body = await with_retries(ask, server.retries, server.sleep, on_retry)
    except TimeoutError:
        raise too_long(server.where, server.timeouts) from None
    rows = body.get("data") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise unreadable(server.where, "something that is not a list of models")
    return [row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)]


def _context(row: Mapping[str, Any], provider: str = "") -> int | None:
    meta = row.get("meta")
    places = [row, meta if isinstance(meta, Mapping) else {}]
    for place in places:
        for name in _CONTEXT_FIELDS:
            length = place.get(name)
            if isinstance(length, int) and not isinstance(length, bool) and length > 0:
                return length
    offers = row.get("providers")
    if not isinstance(offers, list):
        return None
    # The router sends a request to any of its providers unless one is named: the shortest context is sure.
    mine = [one for one in offers if isinstance(one, Mapping) and provider in {"", one.get("provider")}]
    return min((length for one in mine if (length := _context({**one, "providers": None}))), default=None)


async def context_of(server: Server, model: str) -> int | None:
    """Return the context length of a model in tokens, None where the server does not say. Raises LLMError."""
    rows = await _rows(replace(server, retries=replace(server.retries, tries=1)), untold)
    name, _, provider = model.partition(":")
    for row in rows:
        if row["id"] == model:
            return _context(row)
    return next((_context(row, provider) for row in rows if row["id"] == name), None)


async def only_model(server: Server, on_retry: OnRetry) -> str:
    """Return the only model of a server. Raises LLMError (no_model) that names what there is where it is not one."""
    try:
        names = [info.name for info in await listed(server, on_retry)]
    except LLMError as error:
        if error.status in {404, 405}:
            message = f"The server at {server.where} does not list its models."
            raise LLMError(Failure.NO_MODEL, message, "Set OPENAI_MODEL.", error.status) from None
        raise
    return _only(server, names)


def _only(server: Server, names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    if not names:
        message = f"The server at {server.where} has no model."
        raise LLMError(Failure.NO_MODEL, message, "Load one there, or set OPENAI_MODEL.")
    told = ", ".join(one_line(without(name, server.secrets), 80) for name in names[:_NAMES_SHOWN])
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    message = f"The server at {server.where} has {len(names)} models: {told}{more}."
    raise LLMError(Failure.NO_MODEL, message, "Set OPENAI_MODEL to one of them.")
