"""The plans that a run has had: the planner's first, a person's own, each revision, so that none of them is lost."""

from dataclasses import dataclass
from typing import Literal

from hgtui.core.edit import Draft
from hgtui.core.plan import Plan, Uid

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


_ARGS = "args."
_ONLY_MINE = frozenset({"skip", "policy"})
"""What no planner says of a task."""


def persons(versions: tuple[Version, ...], plan: Plan, uid: Uid, field: str = "") -> bool:
    """Say whether a person made what a field of a task is in the plan of a run, or with no field that the task is in it or not.

    What a planner's plan had first is not theirs, also where they took it from a revision. `field` is named as in
    `core.diff.FieldChange`.
    """
    task = plan.get(uid)
    if field in _ONLY_MINE or (task is not None and field.removeprefix(_ARGS) in task.locked):
        return True
    having = [at for at, one in enumerate(versions) if one.draft.plan.get(uid) is not None]
    if task is None:
        ahead = versions[having[0] :] if having else ()
        first = next((one for one in ahead if one.draft.plan.get(uid) is None), None)
    else:
        same = (versions[at] for at in having)
        first = next(
            (one for one in same if not field or _has(one.draft.plan, uid, field) == _has(plan, uid, field)), None
        )
    return first is None or first.by == "person"


def _has(plan: Plan, uid: Uid, field: str) -> object:
    task = plan[uid]
    return task.args.get(field.removeprefix(_ARGS)) if field.startswith(_ARGS) else getattr(task, field)
