"""The tape: what came from outside and stands in no other event of a run, kept as records of the run."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

from hgtui.core import events as ev
from hgtui.core.base import canonical
from hgtui.core.model import Candidate
from hgtui.core.plan import Uid
from hgtui.core.ports import ArtifactError, ModelStore, Recorder, StoreError
from hgtui.core.text import one_line
from hgtui.hub.asked import Asked, came, gathering
from hgtui.hub.keeping import age

Kept = Literal["llm", "context", "find", "hub", "list", "media"]


class Tape:
    """Keeps exchanges for the run that it is attached to; before that nothing is kept."""

    def __init__(self) -> None:
        self._emit: Callable[[ev.Event], None] | None = None
        self._recorder: Recorder | None = None

    def attach(self, emit: Callable[[ev.Event], None], recorder: Recorder) -> None:
        """Keep from now on what comes, with the events of a run."""
        self._emit, self._recorder = emit, recorder

    async def keep(self, kind: Kept, request: Any, reply: Any, uid: Uid | None = None) -> None:
        """Keep an exchange (both JSON), with the secrets taken out. A full disk is told and stops nothing."""
        if self._emit is None or self._recorder is None:
            return
        try:
            record = await self._recorder.keep(kind, request, canonical(reply).encode())
        except ArtifactError as error:
            self._emit(ev.Logged(level="error", text=f"An exchange was not kept: {error.message}"))
        else:
            told = {"about": _about(kind, request), "failed": self._recorder.masked(_failed(reply))}
            told["came"] = self._recorder.masked(one_line(str(reply.get("came", "")), 200))
            told["task"] = one_line(str(request["task"]), 60) if kind == "find" else ""
            self._emit(ev.Recorded(kind=kind, record=record, uid=uid, seconds=reply.get("seconds", 0.0), **told))

    async def keep_request(self, uid: Uid, request: Any, reply: Any) -> None:
        """Keep a request to a provider for a task, as `keep`."""
        await self.keep("hub", request, reply, uid)

    async def keep_asked(self, task: str, asked: Sequence[Asked], seconds: float, failed: str = "") -> None:
        """Keep what was asked of the Hub's API for a task type, in so many seconds, and what came of it."""
        request = {"task": task, "requests": [one.request() for one in asked]}
        reply = {"came": came(asked), "seconds": seconds, "answers": [one.reply() for one in asked]}
        await self.keep("list", request, {**reply, "error": failed} if failed else reply)

    async def keep_media(self, uid: Uid, request: Any, reply: Any) -> None:
        """Keep a request to a media route of a controller's server for a task, as `keep`."""
        await self.keep("media", request, reply, uid)


def _about(kind: Kept, request: Any) -> str:
    if kind == "media":
        return one_line("/" + "/".join(str(request.get("url", "")).rsplit("/", 2)[-2:]), 120)
    return one_line(str(request.get({"hub": "provider", "list": "task"}.get(kind, "name"), "")), 120)


def _failed(reply: Any) -> str:
    """Say how an exchange failed of which nothing came; a reply that broke off is told with its call."""
    error = reply.get("error")
    if not error or reply.get("record") is not None:
        return ""
    return one_line(str(error.get("message", "") if isinstance(error, dict) else error), 600)


def _found(found: Candidate | None, asked: Sequence[Asked]) -> str:
    kept = [one.kept_s for one in asked if one.kept_s is not None]
    old = f" (kept, {age(max(kept))} old)" if kept else ""
    return f"found{old}" if found is not None else f"there is none{old}"


class TapedStore:
    """A model store of which what it finds by name is kept; searches and cards are for a screen alone."""

    def __init__(self, store: ModelStore, tape: Tape) -> None:
        self._store, self._tape = store, tape

    async def find(self, task: str, name: str) -> Candidate | None:
        """Return the candidate of that name, as the store does. Raises StoreError."""
        began = time.monotonic()
        with gathering() as asked:
            try:
                found = await self._store.find(task, name)
            except StoreError as error:
                words = {"failure": error.failure.value, "message": error.message, "hint": error.hint}
                await self._keep(task, name, asked, began, {"error": words})
                raise
        reply = {"found": found.model_dump(mode="json") if found else None}
        await self._keep(task, name, asked, began, {**reply, "came": _found(found, asked)})
        return found

    async def _keep(self, task: str, name: str, asked: Sequence[Asked], began: float, reply: dict[str, Any]) -> None:
        """Keep what came of a name, with the requests that it took; it took none where the store knew it already."""
        request: dict[str, Any] = {"task": task, "name": name}
        if asked:
            request["requests"] = [one.request() for one in asked]
            reply = {**reply, "answers": [one.reply() for one in asked], "seconds": round(time.monotonic() - began, 4)}
        await self._tape.keep("find", request, reply)

    async def search(self, words: str, task: str = "", limit: int = 20) -> tuple[Candidate, ...]:
        """Return what a search finds. Raises StoreError."""
        return await self._store.search(words, task, limit)

    async def card(self, name: str) -> str:
        """Return the whole model card of a candidate. Raises StoreError."""
        return await self._store.card(name)
