"""Under which tags the models for a task type are listed, and what this room needs of the Hub's client."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from hgtui.hub.tasks import tags
from hgtui.hub.values import Card, HubPlace, Model


@dataclass(frozen=True, slots=True)
class Listing:
    """A pipeline tag of the Hub and the further tags that a model must have."""

    tag: str
    filters: tuple[str, ...] = ()


_CHATS = Listing("text-generation", ("conversational",))
_SEES = Listing("image-text-to-text")

_FIRST: Mapping[str, Listing] = MappingProxyType(
    {
        **dict.fromkeys(("image-to-text", "visual-question-answering", "document-question-answering"), _SEES),
        **dict.fromkeys(("conversational", "text-generation", "text2text-generation"), _CHATS),
    }
)
"""Where a type's own tag is not where its models are served: chat models that see have taken over the picture tasks
(transformers 5 redirects image-to-text to image-text-to-text), chat models the text ones; the own tag comes second."""


def listings(task: str) -> tuple[Listing, ...]:
    """Return where the models that the Hub's client can run for a task type are listed, the best place first; at most two.

    One is asked for each task type; the second, where there is one, only where the first has nothing that can run.
    """
    own = (Listing(tag) if tag != "text-generation" or tag == task else _CHATS for tag in tags(task))
    first = (_FIRST[task],) if task in _FIRST else ()
    return tuple(dict.fromkeys((*first, *own)))[:2]


class Hub(Protocol):
    """What this room needs of the Hub; hgtui.hub.client.HubClient is one. All raise HubError."""

    @property
    def place(self) -> HubPlace:
        """Where it is and who asks."""
        ...

    async def models(
        self, tag: str, *, filters: tuple[str, ...] = (), served: bool = True, limit: int = 20
    ) -> tuple[Model, ...]:
        """Return the models of a pipeline tag, most downloads first; with `served` only those that a provider serves."""
        ...

    async def search(self, words: str, tag: str = "", limit: int = 20) -> tuple[Model, ...]:
        """Return what a search finds, most downloads first."""
        ...

    async def model(self, id: str) -> Model:
        """Return one model."""
        ...

    async def card(self, id: str, revision: str = "") -> Card:
        """Return a model's card."""
        ...
