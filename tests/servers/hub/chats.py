"""Chats: what a model of the Hub answers, in the OpenAI form, whoever runs it."""

from collections.abc import Callable
from typing import Any

from tests.servers import wire
from tests.servers.exchange import Request
from tests.servers.hub.made import Wrong, as_json, from_b64
from tests.servers.hub.senses import seen
from tests.servers.replies import Answer, Reply

CHAT_PATHS = {
    "together": "/v1/chat/completions", "cerebras": "/v1/chat/completions", "baseten": "/v1/chat/completions",
    "featherless-ai": "/v1/chat/completions", "nscale": "/v1/chat/completions", "scaleway": "/v1/chat/completions",
    "ovhcloud": "/v1/chat/completions", "publicai": "/v1/chat/completions",
    "groq": "/openai/v1/chat/completions", "fireworks-ai": "/inference/v1/chat/completions",
    "cohere": "/compatibility/v1/chat/completions", "novita": "/v3/openai/chat/completions",
    "deepinfra": "/v1/openai/chat/completions", "zai-org": "/api/paas/v4/chat/completions",
}  # fmt: skip
"""Where each provider takes chats, below its name on the router (hf-inference has them below each model)."""


Script = Answer | Callable[[Request], Answer]


def echoed(request: Request) -> Answer:
    """Says what the last message said, and for each picture what is seen on it."""
    content = request.messages[-1]["content"]
    parts: list[Any] = [{"type": "text", "text": content}] if isinstance(content, str) else content
    said = " ".join(part["text"] for part in parts if part["type"] == "text")
    pictures = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    seen_on = [seen(from_b64(url)) if url.startswith("data:") else f"a picture at {url}" for url in pictures]
    return Reply("".join([f"You said: {said}", *(f" I see {what}." for what in seen_on)]))


def answer(script: Script | None, request: Request) -> Answer:
    """The answer to a chat request: the test's, else an echo."""
    try:
        if not request.body.get("messages"):
            raise Wrong("messages is needed")
        if script is None:
            return echoed(request)
    except Wrong as wrong:
        return as_json(wire.error(wrong.message), 400)
    return script(request) if callable(script) else script
