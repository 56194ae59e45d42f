"""Which candidates may stand in for the one that was chosen, without asking again, where that one fails."""

from collections.abc import Callable, Iterator, Mapping

from hgtui.core.base import Value
from hgtui.core.edit import Draft
from hgtui.core.fit import can_run, matches
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Task, Uid
from hgtui.core.remembering import remembering

MOST = 3
"""How many candidates stand in for one task at most."""

HF_INFERENCE = "hf-inference"
"""The provider that Hugging Face runs itself; every other provider of the Hub is another company."""

_NO_LICENCE = frozenset({"", "other", "unknown"})
"""What stands in a model card of the Hub where no licence is known by its name."""
_EVERY_LANGUAGE = frozenset({"multilingual", "mul"})
"""What a model card of the Hub has among its languages where it speaks too many to name them all."""


Candidates = tuple[Candidate, ...]


class StandIn(Value):
    """A candidate that may stand in: its name with the revision and the provider, all of which is approved."""

    candidate: str
    revision: str | None = None
    provider: str | None = None

    def assignment(self, reason: str = "") -> Assignment:
        """Return the assignment of it to the task."""
        return Assignment(
            candidate=self.candidate, revision=self.revision, provider=self.provider, chosen_by="ranking", reason=reason
        )


def provider_class(candidate: Candidate) -> str:
    """Return who runs a candidate, as a class: "here", "llm", "worker", "hf-inference" or "partner".

    A partner is any company but Hugging Face behind the Hub's router. Empty where a model of the Hub has no provider.
    """
    if candidate.place != "hub":
        return candidate.place
    if not candidate.provider:
        return ""
    return HF_INFERENCE if candidate.provider == HF_INFERENCE else "partner"


def known_as(chosen: Assignment, candidates: tuple[Candidate, ...]) -> Candidate | None:
    """Return the candidate that an assignment means, at its provider and in its revision; None where none is known."""
    found = next((one for one in candidates if one.name == chosen.candidate), None)
    if found is None:  # the model of one that stands there at another provider
        elsewhere = (one.at(provider) for one in candidates for provider in one.providers)
        found = next((one for one in elsewhere if one.name == chosen.candidate), None)
    if found is None:
        return None
    if chosen.provider and chosen.provider != found.provider:
        found = found.at(chosen.provider)
    if chosen.revision and chosen.revision != found.revision:
        found = found.model_copy(update={"revision": chosen.revision})
    return found


@remembering(1)
def stand_ins(task: Task, chosen: Assignment, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Return what may stand in for the candidate chosen for a task, in the order in which it is tried, at most `MOST`.

    First the same model at the other providers that could run it now, then other models as the ranking has them: what
    is made for what the task asks for, what needs no terms accepted, more downloads, the order of `candidates`.

    None of them has another licence (one that is not known is like no other), another class of provider, leaves the
    machine where the chosen one does not, is gated where it is not, or costs more; a price that is not known counts as
    more than one that is, and credits as more than none.

    A model that a person chose, or pinned, is never replaced by another model: only its provider may change.
    """
    # The gate, the grant and the fingerprint ask for the same, each of them once more.
    first = known_as(chosen, candidates)
    if first is None or not provider_class(first):
        return ()
    found = {one.name: one for one in _elsewhere(task, first, candidates)}
    if chosen.chosen_by != "person":
        others = [one for one in candidates if not _same_model(first, one) and _may(task, first, one)]
        others.sort(key=lambda one: (not matches(task, one), bool(one.gated), -(one.downloads or 0)))
        found |= {one.name: one for one in others if one.name not in found}
    found.pop(first.name, None)
    return tuple(found.values())[:MOST]


def draft_stand_ins(
    draft: Draft, candidates: Mapping[str, tuple[Candidate, ...]], may: Callable[[Task, Candidate], bool] | None = None
) -> dict[Uid, tuple[StandIn, ...]]:
    """Return for each task of a draft that has some what may stand in; `candidates` by task type.

    `may` says whether a person's rules let a candidate stand in.
    """
    found: dict[Uid, tuple[StandIn, ...]] = {}
    for task in draft.plan:
        chosen = draft.assignments.get(task.uid)
        if task.skip or chosen is None:
            continue
        rows = stand_ins(task, chosen, candidates.get(task.task, ()))
        rows = tuple(one for one in rows if may(task, one)) if may else rows
        if rows:
            found[task.uid] = tuple(
                StandIn(candidate=one.name, revision=one.revision, provider=one.provider) for one in rows
            )
    return found


def _elsewhere(task: Task, first: Candidate, candidates: tuple[Candidate, ...]) -> Iterator[Candidate]:
    """Yield the same model at its other providers: those that it names, then those that are listed on their own."""
    for provider in first.providers:
        # What is known of the price and of the state is of the provider that was chosen.
        other = first.at(provider).model_copy(update={"usd": None, "status": ""})
        if _may(task, first, other, same=True):
            yield other
    for other in candidates:
        if _same_model(first, other) and other.provider != first.provider and _may(task, first, other, same=True):
            yield other


def _same_model(one: Candidate, other: Candidate) -> bool:
    return (one.endpoint, one.model, one.revision) == (other.endpoint, other.model, other.revision)


def _may(task: Task, first: Candidate, other: Candidate, *, same: bool = False) -> bool:
    return (
        can_run(task, other)
        and other.status in {"", "live"}
        and provider_class(other) == provider_class(first)
        and (first.leaves or not other.leaves)
        and not _dearer(first, other)
        and (same or (_licensed_alike(first, other) and (bool(first.gated) or not other.gated)))
        and (same or _as_apt(task, first, other))
    )


def _licensed_alike(first: Candidate, other: Candidate) -> bool:
    licence = (first.licence or "").strip().lower()
    return licence not in _NO_LICENCE and licence == (other.licence or "").strip().lower()


def _dearer(first: Candidate, other: Candidate) -> bool:
    if other.spends and not first.spends:
        return True
    return first.usd is not None and (other.usd is None or other.usd > first.usd)


def _as_apt(task: Task, first: Candidate, other: Candidate) -> bool:
    """Whether another model does what the first would: what looks for faces does not stand in for what reads codes."""
    wanted, found = set(matches(task, first)), set(matches(task, other))
    told = task.args.get("language")
    language = told.literal if told else None
    speaks = not language or _speaks(other, language) or not _speaks(first, language)
    return speaks and (not other.labels or other.labels == first.labels or (bool(wanted) and wanted <= found))


def _speaks(candidate: Candidate, language: str) -> bool:
    known = set(candidate.languages)
    return not known or language in known or not _EVERY_LANGUAGE.isdisjoint(known)
