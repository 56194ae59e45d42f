"""Records: what came from outside, kept by digest with the secrets taken out."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from hgtui.core.hiding import hidden, is_word
from hgtui.core.ports import ArtifactStore

REMOVED = "[removed]"
ENDINGS = ("_KEY", "_TOKEN", "_SECRET", "_PASSWORD")
"""A variable of the environment whose name ends so holds a secret."""
HEADERS = frozenset({"authorization", "proxy-authorization", "x-api-key", "api-key", "api_key", "cookie", "set-cookie"})


class Records:
    """Keeps each reply as raw bytes and, beside it, a record ``{"kind", "request", "reply"}``, `reply` by digest.

    Implements `core.ports.Recorder`. Taken out before anything is written: the value of every variable of `environ`
    whose name ends in _KEY, _TOKEN, _SECRET or _PASSWORD, what is in `secrets` (keys from variables of other names),
    and the value of every authorization header, key header and cookie.
    """

    def __init__(self, artifacts: ArtifactStore, environ: Mapping[str, str], secrets: Iterable[str] = ()) -> None:
        self._artifacts, self._environ, self._more = artifacts, environ, tuple(secrets)

    async def keep(self, kind: str, request: Any, reply: bytes) -> str:
        """Keep the reply to a request (JSON) and return the digest of the record. Raises what the store raises."""
        hidden = self._secrets()
        reply_digest, _ = await self._artifacts.put(_without_bytes(reply, hidden))
        record = {"kind": kind, "request": without(request, hidden), "reply": reply_digest}
        # ASCII only: a lone surrogate in a request is kept as its escape.
        text = json.dumps(record, sort_keys=True, separators=(",", ":"))
        digest, _ = await self._artifacts.put(text.encode("ascii"))
        return digest

    def masked(self, text: str) -> str:
        """Return a text in which every secret is ``[removed]``."""
        return hidden(text, self._secrets(), REMOVED)

    async def load(self, digest: str) -> tuple[str, Any, bytes]:
        """Return kind, request and reply of a record; KeyError where it or its reply is not there."""
        record = json.loads(await self._artifacts.read(digest))
        return record["kind"], record["request"], await self._artifacts.read(record["reply"])

    def _secrets(self) -> tuple[str, ...]:
        found = {text for name, text in self._environ.items() if name.upper().endswith(ENDINGS)}
        # The longest first: one secret may begin as another does.
        return tuple(sorted((one for one in found | set(self._more) if one.strip()), key=len, reverse=True))


def without(data: Any, secrets: tuple[str, ...]) -> Any:
    """Return JSON data in which every secret, and the value of every header that carries one, is ``[removed]``."""
    if isinstance(data, str):
        # A short one too where it is the whole text: nothing of a sentence is lost by that.
        return REMOVED if data in secrets else hidden(data, secrets, REMOVED)
    if isinstance(data, Mapping):
        return {
            hidden(str(name), secrets, REMOVED): REMOVED if str(name).lower() in HEADERS else without(value, secrets)
            for name, value in data.items()
        }
    if isinstance(data, (list, tuple)):
        if len(data) == 2 and isinstance(data[0], str) and data[0].lower() in HEADERS:
            return [data[0], REMOVED]
        return [without(item, secrets) for item in data]
    return data


def _without_bytes(data: bytes, secrets: tuple[str, ...]) -> bytes:
    for secret in secrets:
        if not is_word(secret):
            data = data.replace(secret.encode("utf-8", "surrogateescape"), REMOVED.encode())
    return data
