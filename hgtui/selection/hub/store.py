"""Any model of the Hub: found by its name, searched for, and its card."""

import asyncio

from hgtui.core.model import Candidate, CandidateName
from hgtui.core.ports import StoreError
from hgtui.core.states import Failure
from hgtui.core.task import TASKS
from hgtui.core.text import clean, one_line
from hgtui.hub.values import HubError
from hgtui.selection.hub.listings import Hub, listings
from hgtui.selection.hub.rows import ENDPOINT, is_id, row


class HubStore:
    """The Hub as a store of models beyond the candidates of a task type. It needs no token for what is public."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def find(self, task: str, name: str) -> Candidate | None:
        """Return a model of the Hub as a candidate for a task type, None where there is none of that name.

        Where it cannot be called now, `missing` says why. Raises StoreError where the Hub cannot be asked.
        """
        try:
            asked = CandidateName.parse(name)
        except ValueError:
            return None
        if asked.endpoint != ENDPOINT or not is_id(asked.model):
            return None
        try:
            model = await self._hub.model(asked.model)
        except HubError as error:
            if error.failure is Failure.NO_MODEL:
                return None
            raise _told(error) from None
        return row(model, task, self._hub.place, at=asked.provider or "")

    async def search(self, words: str, task: str = "", limit: int = 20) -> tuple[Candidate, ...]:
        """Return what a search finds, most downloads first, each for `task` or else for its own pipeline tag.

        Raises StoreError.
        """
        tags = [way.tag for way in listings(task)] or [TASKS[task].tag or "" if task in TASKS else ""]
        try:
            groups = await asyncio.gather(*(self._hub.search(words, tag, limit) for tag in dict.fromkeys(tags)))
        except HubError as error:
            raise _told(error) from None
        models = {one.id: one for group in groups for one in group}
        ordered = sorted(models.values(), key=lambda one: -(one.downloads or 0))[:limit]
        rows = (row(one, task or self._own(one.tag), self._hub.place) for one in ordered)
        return tuple(one for one in rows if one is not None)

    async def card(self, name: str) -> str:
        """Return the whole model card of a candidate, in Markdown; empty where it has none. Raises StoreError."""
        model = name.removeprefix(f"{ENDPOINT}:")
        try:
            asked = CandidateName.parse(f"{ENDPOINT}:{model}")
        except ValueError:
            asked = None
        if asked is None or not is_id(asked.model):
            message = f"{one_line(name, 80)} is no model of the Hub."
            raise StoreError(Failure.NO_MODEL, message, "Its name is owner/name, as in hub:openai/whisper-large-v3.")
        try:
            return clean((await self._hub.card(asked.model, asked.revision or "")).text)
        except HubError as error:
            raise _told(error) from None

    @staticmethod
    def _own(tag: str) -> str:
        return tag if tag in TASKS else ""


def _told(error: HubError) -> StoreError:
    return StoreError(error.failure, error.message, error.hint)
