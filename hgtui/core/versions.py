"""The plans that a run has had: the planner's first, a person's own, each revision, so that none of them is lost."""

from dataclasses import dataclass
from typing import Literal

from hgtui.core.edit import Draft

Maker = Literal["planner", "person"]


@dataclass(frozen=True, slots=True)
class Version:
    """A plan as it was; `number` counts from 1. `comment` is what the person had said where it is a revision.

    A revision has no models yet; a plan that was a person's own has those that were chosen.
    """

    number: int
    by: Maker
    draft: Draft
    comment: str = ""


def kept(versions: tuple[Version, ...], by: Maker, draft: Draft, comment: str = "") -> tuple[Version, ...]:
    """Return the versions with one more, where that plan is not among them and is not empty."""
    if not draft.plan.tasks or any(one.draft.plan == draft.plan for one in versions):
        return versions
    return (*versions, Version(number=len(versions) + 1, by=by, draft=draft, comment=comment))
