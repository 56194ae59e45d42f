"""The catalogue of the Hub: one listing for each task type, and the cards of the best."""

import asyncio
from collections.abc import Mapping

from hgtui.core.model import Candidate, CandidateName
from hgtui.core.ports import StoreError
from hgtui.core.text import one_line
from hgtui.hub.asked import KeepAsked, asking
from hgtui.hub.cards import excerpt
from hgtui.hub.tasks import UNSERVED
from hgtui.hub.values import HubError, Model
from hgtui.selection.hub.listings import Hub, Listing, listings
from hgtui.selection.hub.rows import ENDPOINT, NO_TOKEN, OFFLINE, is_id, live, row

SHOWN = 5
"""How many models of a task type are candidates; HuggingGPT shows its controller as many."""
CARD_S = 3.0
"""How long, in seconds, a listing waits for the cards; then it says what it knows itself."""
MOST_EXCERPT = 300
"""Characters of a card that describe a candidate."""
_NOT_KEPT = (
    "The Hub's models for {task} are not kept on this machine, and it is not asked offline: leave out --offline once."
)
_LISTED = 30
"""How many models are listed: enough that five are left when those that nobody runs now are gone."""


class HubCatalogue:
    """Models of the Hub as candidates. Without a token nothing of it can be called, so nothing is asked.

    `pins` are the candidates that a person has pinned, by task type: one of the Hub is looked up although it is not
    among the best. `shown` is how many are given for a task type, `card_s` how long their cards are waited for. `keep`
    keeps what was asked of the Hub for a task type.
    """

    def __init__(
        self,
        hub: Hub,
        pins: Mapping[str, str] | None = None,
        *,
        shown: int = SHOWN,
        card_s: float = CARD_S,
        keep: KeepAsked | None = None,
    ) -> None:
        self._hub, self._pins, self._keep = hub, {} if pins is None else pins, keep
        self._shown, self._card_s = shown, card_s
        self._help: dict[str, str] = {}

    def keeping(self, keep: KeepAsked) -> "HubCatalogue":
        """Return the same catalogue for one run, which keeps what it asks."""
        return HubCatalogue(self._hub, self._pins, shown=self._shown, card_s=self._card_s, keep=keep)

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        """Return the best that a provider runs for a task type now, the pinned one first. Raises StoreError.

        Offline it never raises: that nothing is kept of a task type is no fault, and `help` says it.
        """
        return await asking(task, lambda: self._candidates(task), self._keep)

    async def _candidates(self, task: str) -> tuple[Candidate, ...]:
        ways = listings(task)
        if not ways:
            self._help[task] = f"{task} cannot be run through the Hub: {UNSERVED[task]}" if task in UNSERVED else ""
            return ()
        if not self._hub.place.token:
            self._help[task] = NO_TOKEN
            return ()
        try:
            pinned, found = await asyncio.gather(self._pinned(task), self._best(task, ways))
        except HubError as error:
            self._help[task] = f"{error.message} {error.hint}".strip()
            raise StoreError(error.failure, error.message, error.hint) from None
        if found is None:
            self._help[task] = _NOT_KEPT.format(task=task)
        else:
            here = OFFLINE if self._hub.place.offline else ""
            self._help[task] = here if found else f"No provider of the Hub runs {task} today."
        models = [one for one in found or () if pinned is None or one.id != pinned.model]
        rows = await asyncio.gather(*(self._described(one, task) for one in models[: self._shown]))
        return tuple(one for one in (pinned, *rows) if one is not None)

    def help(self, task: str) -> str:
        """Say what would help where the Hub has nothing for a task type, as it was when it was last asked."""
        return self._help.get(task, "")

    async def _best(self, task: str, ways: tuple[Listing, ...]) -> list[Model] | None:
        """Return what can be called now, best first, from the first listing that has any; None where offline none is kept."""
        preferred, kept = self._hub.place.providers, False
        for way in ways:
            try:
                found = await self._hub.models(way.tag, filters=way.filters, served=True, limit=_LISTED)
            except HubError:
                if not self._hub.place.offline:
                    raise
                continue
            kept = True
            models = {one.id: one for one in found}
            usable = [one for one in models.values() if is_id(one.id) and live(one, task, preferred)]
            if usable:
                return sorted(usable, key=lambda one: (bool(one.gated), -(one.downloads or 0)))
        return [] if kept else None

    async def _pinned(self, task: str) -> Candidate | None:
        """Return the model of the Hub that is pinned; where it cannot be looked up, with what is wrong."""
        name = self._pins.get(task, "")
        if not name.startswith(f"{ENDPOINT}:"):
            return None
        pin = CandidateName.parse(name)
        try:
            model = await self._hub.model(pin.model)
        except HubError as error:
            words = one_line(f"{error.message} {error.hint}", 300)
            return Candidate(
                name=name,
                model=pin.model,
                endpoint=ENDPOINT,
                place="hub",
                leaves=True,
                via=self._hub.place.via,
                missing=words,
            )
        return await self._described(model, task, pin.provider or "")

    async def _described(self, model: Model, task: str, at: str = "") -> Candidate | None:
        words = ""
        try:
            async with asyncio.timeout(self._card_s):
                card = await self._hub.card(model.id, model.revision)
            words = await asyncio.to_thread(excerpt, card.text, MOST_EXCERPT)  # Markdown is parsed
        except (TimeoutError, HubError):
            pass  # the card only explains: what the listing knows stands in for it
        return row(model, task, self._hub.place, words, at)
