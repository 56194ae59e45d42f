"""What was asked of the Hub's API and what came of it, gathered for whoever asks: listings, searches, models, cards."""

import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from hgtui.core.ports import StoreError
from hgtui.core.text import plural
from hgtui.hub.keeping import age
from hgtui.hub.values import Card, HubCall, Model

T = TypeVar("T")
_DULL = {"tags", "languages"}
"""What is told of a model in a listing at length and decides nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and its answer; no secret is in it.

    `what` says in words what was asked for; `calls` are the HTTP exchanges that it took, none where what was kept is
    young enough; `kept_s` is the age in seconds of what was kept, where that was taken; `value` is what came, None where
    nothing did, and `error` then says why. It also says why what was kept was taken although it is old.
    """

    what: str
    calls: tuple[HubCall, ...] = ()
    kept_s: float | None = None
    value: Any = None
    error: str = ""

    @property
    def models(self) -> tuple[Model, ...] | None:
        """The models that came, None where something else did."""
        return self.value if isinstance(self.value, tuple) else None

    def request(self) -> dict[str, Any]:
        """Return what was asked, as JSON: the first request of it is the question, what follows are redirects."""
        first = self.calls[0] if self.calls else None
        return {"what": self.what, **({"method": first.method, "url": first.url} if first else {"kept": True})}

    def reply(self) -> dict[str, Any]:
        """Return what came, as JSON: of a model what decides, of a card how long it is."""
        told: dict[str, Any] = {}
        if self.calls:
            last = self.calls[-1]
            told["status"] = last.status
            told["seconds"] = round(sum(one.seconds for one in self.calls), 4)
            told["received"] = sum(one.received for one in self.calls)
        if self.kept_s is not None:
            told["kept_s"] = round(self.kept_s, 1)
        if self.error:
            told["error"] = self.error
        if self.models is not None:
            told["count"] = len(self.models)
            told["models"] = [_told(one) for one in self.models]
        elif isinstance(self.value, Model):
            told["model"] = _told(self.value)
        elif isinstance(self.value, Card):
            told["card"] = {"revision": self.value.revision, "characters": len(self.value.text)}
        return told


def _told(model: Model) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude=_DULL, exclude_defaults=True)


def came(asked: Sequence[Asked]) -> str:
    """Say in a few words what came of questions: how many models, models by name and cards, and what of it was kept."""
    said = []
    lists = [one for one in asked if one.models is not None]
    if lists:
        kept = [one.kept_s for one in lists if one.kept_s is not None]
        old = f" (kept, {age(max(kept))} old)" if kept else ""
        said.append(plural(sum(len(one.models or ()) for one in lists), "model") + old)
    for kind, noun in ((Model, "by name"), (Card, "card")):
        some = [one for one in asked if isinstance(one.value, kind)]
        if some:
            kept = [one.kept_s for one in some if one.kept_s is not None]
            words = plural(len(some), noun) if noun == "card" else f"{len(some)} {noun}"
            said.append(words + (f" ({len(kept)} kept)" if kept else ""))
    words = " · ".join(said)
    return f"{asked[0].what}: {words}" if len(asked) == 1 and words else words


GATHERED: ContextVar[list[Asked] | None] = ContextVar("hgtui_hub_asked", default=None)
"""Where what the code that runs asks of the Hub is gathered."""


@contextlib.contextmanager
def gathering() -> Iterator[list[Asked]]:
    """Gather what is asked of the Hub within, also by tasks that are started there."""
    found: list[Asked] = []
    before = GATHERED.set(found)
    try:
        yield found
    finally:
        GATHERED.reset(before)


def tell(asked: Asked) -> None:
    """Tell whoever gathers that something was asked."""
    if (found := GATHERED.get()) is not None:
        found.append(asked)


KeepAsked = Callable[[str, Sequence[Asked], float, str], Awaitable[None]]
"""Keeps what was asked of the Hub for a task type: all of it, in how many seconds, and why nothing came of it."""


async def asking(task: str, ask: Callable[[], Awaitable[T]], keep: KeepAsked | None) -> T:
    """Return what `ask` returns, and keep what that asked of the Hub. Raises StoreError as it does.

    Of what is cancelled nothing is kept: the run that it was for may have ended.
    """
    began = time.monotonic()
    with gathering() as asked:
        try:
            found = await ask()
        except StoreError as error:
            await _kept(keep, task, asked, began, error.message)
            raise
        await _kept(keep, task, asked, began, "")
        return found


async def _kept(keep: KeepAsked | None, task: str, asked: Sequence[Asked], began: float, failed: str) -> None:
    if asked and keep is not None:
        await keep(task, asked, round(time.monotonic() - began, 4), failed)
