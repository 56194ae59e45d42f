"""What a test can make a route of the Hub do instead of the right answer, or to the right answer.

`Status`, `Body`, `Reset`, `Hang` and `Truncated` of `tests.servers.replies` serve here as well.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from tests.servers.exchange import Exchange, Request
from tests.servers.gate import Gate
from tests.servers.hub.made import JSON, Made, refusal
from tests.servers.hub.models import HOSTILE
from tests.servers.replies import Answer, Body, Hang, Reset, Status


class Twist(Protocol):
    """Does something to the right answer, which it gets as an answer that can be sent."""

    async def twist(self, right: Answer, exchange: Exchange) -> None: ...


@dataclass(frozen=True)
class Right:
    """The right answer as it is: for the requests before the one that shall fail."""

    async def twist(self, right: Answer, exchange: Exchange) -> None:
        await right.send(exchange)


RIGHT = Right()


@dataclass(frozen=True)
class Held:
    """Waits at `gate` until the test releases it, then gives `then`, or the right answer."""

    gate: Gate
    then: Answer | None = None

    async def twist(self, right: Answer, exchange: Exchange) -> None:
        await self.gate.hold()
        await (self.then or right).send(exchange)


@dataclass(frozen=True)
class Slow:
    """Gives `then`, or the right answer, after `seconds`."""

    seconds: float
    then: Answer | None = None

    async def twist(self, right: Answer, exchange: Exchange) -> None:
        await asyncio.sleep(self.seconds)
        await (self.then or right).send(exchange)


class _Recorded(Exchange):
    """Keeps an answer instead of sending it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.status, self.headers, self.content = 200, dict[str, str](), b""

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        self.status, self.headers = status, dict(headers)

    async def data(self, data: bytes) -> None:
        self.content += data

    async def end(self) -> None:
        pass


async def _whole(right: Answer, exchange: Exchange) -> Made:
    """The right answer in one piece, a stream of a chat too."""
    if isinstance(right, Made):
        return right
    kept = _Recorded(exchange.request)
    await right.send(kept)
    return Made(kept.content, kept.headers["content-type"], kept.status)


@dataclass(frozen=True)
class Cut:
    """The right answer up to a `part` of it (0 to 1), then the connection is closed, or reset."""

    part: float = 0.5
    reset: bool = False

    async def twist(self, right: Answer, exchange: Exchange) -> None:
        made = await _whole(right, exchange)
        length = str(len(made.content) + 1)
        await exchange.start(made.status, {"content-type": made.media_type, "content-length": length})
        await exchange.data(made.content[: int(len(made.content) * self.part)])
        if self.reset:
            exchange.reset()
        else:
            await exchange.cut()


@dataclass(frozen=True)
class Dripped:
    """The right answer `size` bytes at a time with `gap_s` seconds between them; with `gate`, held after `hold_after`."""

    size: int = 8
    gap_s: float = 0.0
    gate: Gate | None = None
    hold_after: int = 1

    async def twist(self, right: Answer, exchange: Exchange) -> None:
        made = await _whole(right, exchange)
        await exchange.start(made.status, {"content-type": made.media_type, "content-length": str(len(made.content))})
        for count, start in enumerate(range(0, len(made.content), self.size)):
            if self.gate is not None and count == self.hold_after:
                await self.gate.hold()
            await exchange.data(made.content[start : start + self.size])
            await asyncio.sleep(self.gap_s)
        await exchange.end()


@dataclass(frozen=True)
class Lying:
    """The right answer with a content-length that is `by` bytes too long (or, below 0, too short)."""

    by: int

    async def twist(self, right: Answer, exchange: Exchange) -> None:
        made = await _whole(right, exchange)
        length = max(0, len(made.content) + self.by)
        head = f"HTTP/1.1 {made.status} OK\r\ncontent-type: {made.media_type}\r\ncontent-length: {length}\r\n\r\n"
        await exchange.plain(head.encode() + made.content)


@dataclass(frozen=True)
class Endless:
    """Bytes without end, 64 KB at a time; `length` declares so many, None says no length (chunked)."""

    media_type: str = "image/png"
    length: int | None = None
    start: bytes = b"\x89PNG\r\n\x1a\n"

    async def send(self, exchange: Exchange) -> None:
        declared = {} if self.length is None else {"content-length": str(self.length)}
        await exchange.start(200, {"content-type": self.media_type, **declared})
        await exchange.data(self.start)
        block, sent = bytes(65536), len(self.start)
        while self.length is None or sent + len(block) <= self.length:
            await exchange.data(block)
            sent += len(block)
        await exchange.data(bytes(self.length - sent))
        await exchange.end()


@dataclass(frozen=True)
class Redirect:
    """To `to` (a URL or a path), or to where the request went: round and round."""

    to: str | None = None
    status: int = 302

    async def send(self, exchange: Exchange) -> None:
        to = quote(exchange.request.path) if self.to is None else self.to
        await exchange.whole(self.status, b"", "text/plain", {"location": to})


Fault = Answer | Twist


def loading(estimated_s: float | None = 12.5, model: str = "acme/model") -> Made:
    """503: the model is being loaded; with None the server gives no estimate."""
    body: dict[str, Any] = {"error": f"Model {model} is currently loading"}
    if estimated_s is not None:
        body["estimated_time"] = estimated_s
    return Made(json.dumps(body).encode(), JSON, 503)


def limited(retry_after: int | None = 7, reset_s: int | None = None, kind: str = "api") -> Made:
    """429 with Retry-After, or (`reset_s`) with the Hub's own header, or with both, or with none."""
    headers: dict[str, str] = {}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    if reset_s is not None:
        headers["RateLimit"] = f'"{kind}";r=0;t={reset_s}'
        headers["RateLimit-Policy"] = f'"fixed window";"{kind}";q=500;w=300'
    return refusal(429, "We had to rate limit your IP", headers=headers)


def no_credits() -> Made:
    return refusal(402, "You have depleted your monthly included credits. Purchase pre-paid credits to continue.")


def no_permission() -> Made:
    said = "This authentication method does not have sufficient permissions to call Inference Providers on behalf of user test"
    return refusal(403, said, headers={"X-Error-Message": said})


def gated(model: str = "acme/model", status: int = 403) -> Made:
    said = f"Access to model {model} is restricted and you are not in the authorized list. Visit https://huggingface.co/{model} to ask for access."
    return refusal(status, said, "GatedRepo")


def unauthorized() -> Made:
    return refusal(401, "Invalid username or password.")


def wrong_token() -> Made:
    said = "Invalid credentials in Authorization header"
    return refusal(401, said, headers={"X-Error-Message": said})


def not_found(model: str = "acme/model") -> Made:
    return refusal(404, "Repository not found", "RepoNotFound", {"X-Repo": model})


def status(code: int, message: Any = "") -> Made:
    """Any status with the Hub's error object."""
    return refusal(
        code, message or {400: "Bad Request", 422: "Unprocessable Entity"}.get(code, "Internal Server Error")
    )


def html(code: int = 502) -> Status:
    return Status(code, body=f"<html><head><title>{code}</title></head><body><h1>{code} Bad Gateway</h1></body></html>")


def body(content: bytes | str | Mapping[str, Any] | list[Any], media_type: str = JSON) -> Body:
    """200 with exactly this content; a mapping or a list becomes JSON."""
    if isinstance(content, str):
        content = content.encode()
    return Body(content if isinstance(content, bytes) else json.dumps(content).encode(), media_type)


def hostile(code: int = 400) -> Made:
    """An error whose text drives the terminal that shows it."""
    return refusal(code, f"The model says: {HOSTILE}")


def job_failed(provider: str, said: str = "The job failed") -> Made:
    """What a queue says of a job that failed: an answer for ``status/PROVIDER``."""
    bodies: dict[str, Any] = {
        "together": {"id": "job-1", "status": "failed", "error": {"message": said}},
        "wavespeed": {"code": 200, "data": {"id": "job-1", "status": "failed", "error": said}},
        "zai-org": {"id": "job-1", "task_status": "FAIL"},
    }
    return Made(json.dumps(bodies[provider]).encode())


def not_done() -> Made:
    """What replicate says of a prediction that took more than it waits for: an answer for ``infer/replicate/*``."""
    return Made(b'{"id": "p1", "status": "processing", "output": null, "error": null}', JSON, 202)


BY_NAME: dict[str, Fault] = {
    "loading": loading(), "429": limited(), "ratelimit": limited(None, 7), "400": status(400), "401": unauthorized(),
    "402": no_credits(), "403": no_permission(), "gated": gated(), "404": not_found(), "422": status(422),
    "500": status(500), "502": html(), "504": html(504), "hang": Hang(), "reset": Reset(), "cut": Cut(),
    "drip": Dripped(gap_s=0.2), "long": Lying(100), "short": Lying(-10), "malformed": body('{"label": '),
    "shape": body({"what": "is this"}), "empty": body(b""), "list": body([]), "nopicture": body("no picture", "image/png"),
    "endless": Endless(), "hostile": hostile(), "redirect": Redirect(), "slow": Slow(5.0),
}  # fmt: skip
"""The faults that have a name on the command line."""
