"""HubClient: listings, searches, models and cards of one Hub, kept on disk, each asked once however many wait for it."""

import asyncio
import functools
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from hgtui.core.hiding import hidden
from hgtui.core.states import Failure
from hgtui.core.text import one_line
from hgtui.hub import api
from hgtui.hub.asked import Asked, tell
from hgtui.hub.inference import prepare
from hgtui.hub.keeping import CARD_S, HOUR_S, LISTING_S, MODEL_S, Keeping, Kept, age
from hgtui.hub.thread import HubThread
from hgtui.hub.values import Card, HubCall, HubError, HubPlace, Model, Who
from hgtui.hub.wire import API_S, SILENCE_S, Record, Wire

T = TypeVar("T")

LISTED = 50
"""How many models of a tag are asked for: the best few hundred are never shown, and of these some cannot be called."""
REMEMBERED = 2_000
"""How many models are remembered at the least, those told of last; a model takes about 2 KB."""
DISK_S = 10.0
_OLD_WILL_DO = frozenset(
    {Failure.TRANSPORT, Failure.TIMEOUT, Failure.LOADING, Failure.QUOTA, Failure.UNREADABLE, Failure.REFUSED}
)
"""The failures after which what is kept is taken, however old; a token that is refused or a model that is gone is told."""


@dataclass(slots=True)
class _Shared:
    task: "asyncio.Task[Any]"
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    """What was asked and what came of it, or what is raised where nothing did."""

    asked: Asked
    error: HubError | None = None


class HubClient:
    """Asks one Hub. Every method raises HubError, may be called from any event loop, and never blocks it.

    `thread` is where it is done (None: one of its own); `record` is told of each HTTP exchange and `notice` of what a
    person should know (an old answer was taken, and why; nothing can be kept), both on the caller's loop. `clock` gives
    the time in seconds since the epoch.
    """

    def __init__(
        self,
        place: HubPlace,
        thread: HubThread | None = None,
        record: Record | None = None,
        notice: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._own_thread = thread is None
        self._wire = Wire(place, thread or HubThread(), record)
        self._keeping = Keeping(place.cache, clock)
        self._clock = clock
        self._seen: dict[str, tuple[float, Model]] = {}
        self._preparing: asyncio.Future[None] | None = None
        self._notice = notice or (lambda text: None)
        self._shared: dict[tuple[asyncio.AbstractEventLoop, str], _Shared] = {}
        # Who asks decides what the Hub shows: private models. Nobody can get from 16 digits back to a token.
        self._asker = hashlib.sha256(place.token.encode()).hexdigest()[:16] if place.token else ""

    @property
    def place(self) -> HubPlace:
        """Where the Hub is and who asks."""
        return self._wire.place

    @property
    def wire(self) -> Wire:
        """The way to the Hub and its router, for calls of models."""
        return self._wire

    async def models(
        self, tag: str, *, filters: tuple[str, ...] = (), served: bool = True, limit: int = LISTED
    ) -> tuple[Model, ...]:
        """Return the models of a pipeline tag that have all `filters` (tags of the Hub), most downloads first.

        With `served` only those that some provider offers, in whatever state. One request; none for an hour after it.
        """
        ask = partial(api.listed, self.place, tag=tag, filters=filters, served=served, limit=limit)
        key = ["listing", tag, list(filters), served, limit]
        what = f"the listing of {one_line(tag, 60)}"
        listed = await self._get(key, what, LISTING_S, partial(self._wire.ask, ask), tuple[Model, ...])
        self._prepare()
        return self._noted(listed)

    async def search(self, words: str, tag: str = "", limit: int = 20) -> tuple[Model, ...]:
        """Return the models whose name has `words`, most downloads first; of one pipeline tag where it is given."""
        words = one_line(words, 200)
        ask = partial(api.listed, self.place, tag=tag, words=words, served=False, limit=limit)
        what = f"the search for {words}"
        key = ["search", words.lower(), tag, limit]
        return self._noted(await self._get(key, what, LISTING_S, partial(self._wire.ask, ask), tuple[Model, ...]))

    async def model(self, id: str) -> Model:
        """Return one model; HubError (NO_MODEL) where there is none, or none that this token may see.

        One that a listing or a search has told of in the last hour is not asked for.
        """
        api.checked(id)
        at, seen = self._seen.get(id, (0.0, None))
        if seen is not None and 0 <= self._clock() - at < MODEL_S:
            return seen
        ask = partial(self._wire.ask, partial(api.found, self.place, id), model=id)
        found: Model = await self._get(["model", id], f"what is known of {id}", MODEL_S, ask, Model)
        return self._noted((found,))[0]

    async def card(self, id: str, revision: str = "") -> Card:
        """Return a model's card at a revision ("" is the newest), empty where it has none; cut after api.CARD_BYTES."""
        api.checked(id, revision)
        work = partial(api.read_card, self.place, id, revision)
        ask = partial(self._wire.run, work, API_S, silence_s=SILENCE_S, answer_mb=float("inf"), model=id)
        life = CARD_S if revision else HOUR_S
        return await self._get(["card", id, revision], f"the card of {id}", life, ask, Card)

    async def whoami(self) -> Who:
        """Return whose token it is and what it may do; never kept. The Hub allows few of these in a minute."""
        if not self.place.token:
            raise HubError(Failure.ACCESS, "There is no token of Hugging Face.", "Set HF_TOKEN.")
        return await self._wire.ask(partial(api.asker, self.place))

    def _prepare(self) -> None:
        """Have what calls need imported while a person, or an LLM, looks at what was listed."""
        if self._preparing is None and self.place.token and not self.place.offline:
            self._preparing = asyncio.ensure_future(self._wire.thread.call(prepare, DISK_S))
            # Where it cannot be imported, the call that needs it says so.
            self._preparing.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def aclose(self) -> None:
        """Close the connections, and the thread where it is this client's own."""
        if self._preparing is not None:
            self._preparing.cancel()
        await self._wire.aclose()
        if self._own_thread:
            await self._wire.thread.aclose()

    async def _get(self, key: list[Any], what: str, life_s: float, ask: Callable[..., Awaitable[T]], kind: Any) -> T:
        """Return what is kept and young enough, else what the Hub says; one request for all who ask at a time.

        Each of them is told what was asked (`hgtui.hub.asked`). `ask` takes a list for its exchanges as `made`.
        """
        full = [self.place.endpoint, self._asker, *key]
        found: _Found = await self._once(str(full), partial(self._found, full, what, life_s, ask, kind))
        tell(found.asked)
        if found.error is not None:
            raise found.error
        result: T = found.asked.value
        return result

    async def _found(
        self, key: list[Any], what: str, life_s: float, ask: Callable[..., Awaitable[Any]], kind: Any
    ) -> _Found:
        kept: Kept | None
        kept, value = await self._wire.thread.call(partial(self._read, key, kind), DISK_S)
        if kept is not None and value is not None and kept.age_s < life_s:
            return _Found(Asked(what, kept_s=kept.age_s, value=value))
        made: list[HubCall] = []
        try:
            fresh = self._untold(await ask(made=made), kind)
        except HubError as error:
            if kept is None or value is None or error.failure not in _OLD_WILL_DO:
                told = self._with_way_out(error, what)
                return _Found(Asked(what, tuple(made), error=told.message), told)
            self._notice(f"{what[0].upper()}{what[1:]} is {age(kept.age_s)} old: {error.message}")
            return _Found(Asked(what, tuple(made), kept.age_s, value, error.message))
        write = partial(self._write, key, fresh, kind)
        if self.place.cache is not None and not await self._wire.thread.call(write, DISK_S):
            self._notice(f"{what[0].upper()}{what[1:]} cannot be kept in {self.place.cache}.")
        return _Found(Asked(what, tuple(made), value=fresh))

    def _noted(self, models: tuple[Model, ...]) -> tuple[Model, ...]:
        """Remember what was told of models, those told of last."""
        now = self._clock()
        self._seen |= {model.id: (now, model) for model in models}
        if len(self._seen) > 2 * REMEMBERED:
            self._seen = dict(sorted(self._seen.items(), key=lambda item: item[1][0])[-REMEMBERED:])
        return models

    def _untold(self, fresh: T, kind: Any) -> T:
        """Return an answer without the token: what a server says back is neither shown nor kept."""
        said = _adapter(kind).dump_json(fresh).decode() if self.place.token else ""
        if not said or self.place.token not in said:
            return fresh
        clear: T = _adapter(kind).validate_json(hidden(said, (self.place.token,), "hf_…"))
        return clear

    def _read(self, key: list[Any], kind: Any) -> tuple[Kept | None, Any]:
        kept = self._keeping.read(key)
        try:
            return kept, _adapter(kind).validate_python(kept.value) if kept else None
        except ValidationError:
            return None, None

    def _write(self, key: list[Any], value: object, kind: Any) -> bool:
        return self._keeping.write(key, _adapter(kind).dump_python(value, mode="json"))

    def _with_way_out(self, error: HubError, what: str) -> HubError:
        """Offline, say what is not there, not that nothing was asked."""
        if not self.place.offline:
            return error
        message = f"{what[0].upper()}{what[1:]} is not kept on this machine, and this program works offline."
        return HubError(Failure.REFUSED, message, "Run it once without --offline.")

    async def _once(self, key: str, make: Callable[[], Any]) -> Any:
        """Share one task between all who wait for the same; it ends when the last of them has left."""
        slot = (asyncio.get_running_loop(), key)
        shared = self._shared.get(slot)
        if shared is None:
            shared = self._shared[slot] = _Shared(asyncio.ensure_future(make()))
            shared.task.add_done_callback(lambda task: self._over(slot, task))
        shared.waiting += 1
        try:
            return await asyncio.shield(shared.task)
        finally:
            shared.waiting -= 1
            if not shared.waiting and not shared.task.done():
                self._shared.pop(slot, None)
                shared.task.cancel()

    def _over(self, slot: tuple[asyncio.AbstractEventLoop, str], task: "asyncio.Task[Any]") -> None:
        if (found := self._shared.get(slot)) is not None and found.task is task:
            del self._shared[slot]
        if not task.cancelled():
            task.exception()  # it is seen, also where the last who waited has just left


@functools.cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
