"""Whether a change of what has been approved goes beyond it: then a person is asked again, and only then."""

from collections.abc import Mapping
from typing import NamedTuple

from hgtui.core.approval import Candidates, Grant, cost
from hgtui.core.edit import Draft
from hgtui.core.files import file_literals
from hgtui.core.leaving import place
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.resource import FileFact
from hgtui.core.ruling import price
from hgtui.core.stand_ins import StandIn, known_as

LEAST = 1e-9
"""A difference of cost in US dollars that is none."""


class World(NamedTuple):
    """What is known beside a draft: its files and the candidates by task type."""

    files: Mapping[str, FileFact]
    candidates: Candidates


def widened(given: Grant, before: Draft, now: Draft, spare: Mapping[Uid, tuple[StandIn, ...]], world: World) -> str:
    """Say in a few words in what `now` goes beyond what was granted for `before`; an empty text where it does not.

    Wider is a new task, a task of another type, another model that no person has chosen, a place outside this machine
    to which the task did not send anything, a file that leaves, or what is made of one, and a higher cost; `spare` is
    what may stand in now. All else a person may change without being asked what they have just said.
    """
    allowed = {one.uid: one for one in given.tasks}
    for task in now.plan:
        if task.skip:
            continue
        old, chosen = before.plan.get(task.uid), now.assignments.get(task.uid)
        if task.uid not in allowed or old is None or old.task != task.task:
            return f"task {task.id} is new"
        if chosen is None:
            return f"task {task.id} has no model"
        was = before.assignments.get(task.uid)
        then = tuple(_known(task, one, world) for one in (was, *_stand_ins(given.substitutes, task)) if one)
        ahead = (chosen, *_stand_ins(spare, task))
        if why := _runner(task, was, chosen, given) or _place(task, then, ahead, world):
            return why
    if path := _file_leaves(before, now, given, world):
        return f"{path} would leave this machine"
    more = (cost(now, world.candidates, spare) or 0.0) - (given.usd or 0.0)
    return f"it would cost ${more:.4f} more" if more > LEAST else ""


def _stand_ins(spare: Mapping[Uid, tuple[StandIn, ...]], task: Task) -> tuple[Assignment, ...]:
    return tuple(one.assignment() for one in spare.get(task.uid, ()))


def _known(task: Task, chosen: Assignment, world: World) -> Candidate | None:
    return known_as(chosen, world.candidates.get(task.task, ()))


def _runner(task: Task, was: Assignment | None, chosen: Assignment, given: Grant) -> str:
    """Say that a model runs a task which neither was granted nor did a person choose."""
    if chosen.chosen_by == "person" or (was is not None and was.granted() == chosen.granted()):
        return ""
    if any(one.granted() == chosen.granted() for one in _stand_ins(given.substitutes, task)):
        return ""
    return f"task {task.id} would run on {chosen.candidate}"


def _place(task: Task, then: tuple[Candidate | None, ...], ahead: tuple[Assignment, ...], world: World) -> str:
    """Say that a task would go to a place where it did not go, or cost what nobody knows."""
    places = {place(one) for one in then if one is not None and one.leaves}
    priced = all(price(one) is not None for one in then)
    for chosen in ahead:
        one = _known(task, chosen, world)
        if one is None:
            return f"nothing is known of {chosen.candidate}, which would run task {task.id}"
        if one.leaves and place(one) not in places:
            return f"task {task.id} would go to {place(one)}"
        if priced and price(one) is None:
            return f"the price of task {task.id} on {one.model} is not known"
    return ""


def _file_leaves(before: Draft, now: Draft, given: Grant, world: World) -> str:
    """Return a file that a task sends away now, itself or what is made of it, and did not; an empty text for none."""
    old = _read(before.plan, {one.uid: set(one.files.items()) for one in given.tasks})
    new = _read(now.plan, {task.uid: _with_digests(task, world.files) for task in now.plan})
    for task in now.plan:
        chosen = now.assignments.get(task.uid)
        if task.skip or chosen is None:
            continue
        one = _known(task, chosen, world)
        if one is not None and not one.leaves:
            continue
        for path, _ in sorted(new.get(task.uid, set()) - old.get(task.uid, set())):
            fetched = path in world.files and world.files[path].remote and (path, "") in old.get(task.uid, set())
            if not fetched:  # an address that was approved before anybody knew what is there
                return path
    return ""


def _with_digests(task: Task, files: Mapping[str, FileFact]) -> set[tuple[str, str]]:
    return {(path, files[path].digest if path in files else "") for path in file_literals(task, files)}


def _read(plan: Plan, own: Mapping[Uid, set[tuple[str, str]]]) -> dict[Uid, set[tuple[str, str]]]:
    """Return for each task the files that it reads, also by the results of others."""
    found: dict[Uid, set[tuple[str, str]]] = {}
    for task in plan.ordered():
        found[task.uid] = set(own.get(task.uid, ()))
        for value in task.args.values():
            for ref in value.refs:
                found[task.uid] |= found.get(ref.uid, set())
    return found
