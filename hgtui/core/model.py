"""A candidate (a model at an endpoint that can run a task) and an assignment (which one runs it, who chose it, why)."""

import re
from typing import Literal

from hgtui.core.base import Value

ChosenBy = Literal["selector", "person", "ranking", "only"]
WHO: dict[ChosenBy, str] = {
    "person": "you",
    "selector": "the selector",
    "ranking": "the ranking",
    "only": "the ranking",
}
"""How a sentence names who chose; where there was only one candidate the ranking did, and its reason says so."""
Place = Literal["here", "hub", "worker", "llm"]
Gated = Literal["", "auto", "manual"]

_CANDIDATE = re.compile(
    r"^(?P<endpoint>[A-Za-z][\w-]*):(?P<model>[^@#\s]+)(@(?P<revision>[^@#\s]+))?(#(?P<provider>[^@#\s]+))?\Z"
)


class CandidateName(Value):
    """The name ``endpoint:model[@revision][#provider]`` taken apart."""

    endpoint: str
    model: str
    revision: str | None = None
    provider: str | None = None

    @classmethod
    def parse(cls, text: str) -> "CandidateName":
        """Read a candidate's name; ValueError, with the right form, where it is none."""
        found = _CANDIDATE.match(text)
        if not found:
            raise ValueError(f"{text[:80]!r} is not a candidate: write endpoint:model, as in embedded:rapidocr")
        return cls(**found.groupdict())

    def __str__(self) -> str:
        revision = f"@{self.revision}" if self.revision else ""
        provider = f"#{self.provider}" if self.provider else ""
        return f"{self.endpoint}:{self.model}{revision}{provider}"


class Candidate(Value):
    """A model that could run a task type. `size_mb` is on disk or to download, in MB; `usd` the price of a call if known.

    `labels` are what it can look for or tell, where that is a closed list ("face"; "sentiment"); `leaves` whether the
    inputs leave this machine; `missing` says what to install or set before it can run, empty where it can run now.

    Of a model of the Hub: `provider` is who runs it, `providers` who else could now, in the order of preference; `status`
    the state of the mapping to `provider` (huggingface_hub: live, staging, error); `downloads` of the last 30 days;
    `gated` how access is given ("auto", "manual", empty where it needs no asking); `page` where a person reads about it
    and accepts its terms; `spends` in words what a call uses up where its price is not known ("credits of HF_TOKEN").
    `via` is the host, with its port where it has one, that its inputs go to first: of the Hub its router, empty where
    that is not known. `instructed`: it is told in words what to do, by chat, so also in which language.
    """

    name: str
    model: str
    endpoint: str
    revision: str | None = None
    provider: str | None = None
    title: str = ""
    description: str = ""
    licence: str | None = None
    languages: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    place: Place = "here"
    leaves: bool = False
    size_mb: float | None = None
    usd: float | None = None
    downloads: int | None = None
    likes: int | None = None
    gated: Gated = ""
    library: str = ""
    status: str = ""
    providers: tuple[str, ...] = ()
    page: str = ""
    via: str = ""
    spends: str = ""
    instructed: bool = False
    missing: str = ""
    score: float = 0.0
    reason: str = ""

    def at(self, provider: str) -> "Candidate":
        """Return the same model run by another provider; the one that it leaves takes the place in `providers`."""
        name = CandidateName.parse(self.name).model_copy(update={"provider": provider})
        others = tuple(one for one in (self.provider, *self.providers) if one and one != provider)
        return self.model_copy(update={"name": str(name), "provider": provider, "providers": others})


STANDS_IN = " The first of the ranking stands in: "
"""What stands in the notice of a selector between why it did not choose and what is taken in place of its choice."""


BY_HAND = "chosen by you"
"""The reason of an assignment where a person named the candidate, and gave none."""


class Assignment(Value):
    """Which candidate runs a task, who chose it and why. `candidate` has the form ``endpoint:model``."""

    candidate: str
    provider: str | None = None
    revision: str | None = None
    chosen_by: ChosenBy = "ranking"
    reason: str = ""

    @classmethod
    def of(cls, candidate: Candidate, by: ChosenBy, reason: str) -> "Assignment":
        """Assign `candidate`."""
        return cls(
            candidate=candidate.name,
            provider=candidate.provider,
            revision=candidate.revision,
            chosen_by=by,
            reason=reason,
        )

    def granted(self) -> dict[str, str | None]:
        """Return what is approved of it: not who chose it, nor why."""
        return {"candidate": self.candidate, "provider": self.provider, "revision": self.revision}
