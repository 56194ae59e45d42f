"""What exactly a person allowed: the grant, its fingerprint, and whether something still lies within it."""

from collections.abc import Mapping
from types import MappingProxyType

from hgtui.core.base import Value, digest
from hgtui.core.edits import Draft
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Task, Uid
from hgtui.core.planfile import wire_names, write_task
from hgtui.core.problems import file_literals
from hgtui.core.resource import FileFact
from hgtui.core.ruling import NO_RULES, Rulebook, Ruling, price, ruling
from hgtui.core.stand_ins import StandIn, draft_stand_ins, known_as

Candidates = Mapping[str, tuple[Candidate, ...]]
"""The candidates by task type."""

SHOWN = 8
"""How many characters of a fingerprint are shown; the whole is compared."""


class TaskGrant(Value):
    """What was allowed for one task: its arguments, who runs it, which files it may read as they are now."""

    uid: Uid
    id: int
    args: str
    candidate: str
    revision: str | None = None
    provider: str | None = None
    files: Mapping[str, str] = {}


class Grant(Value):
    """What a person allowed. `fingerprint` is the digest of all of it.

    `usd` is what its calls with a known price may cost together in US dollars, each made once by the dearest that may
    make it, None where none costs anything; `substitutes` are for a task the candidates that may stand in without
    asking again, in the order in which they are tried.
    """

    fingerprint: str
    tasks: tuple[TaskGrant, ...]
    usd: float | None = None
    substitutes: Mapping[Uid, tuple[StandIn, ...]] = {}


def _args_digest(task: Task) -> str:
    return digest({"task": task.task, "args": {name: value.model_dump() for name, value in task.args.items()}})


def _files(task: Task, files: Mapping[str, FileFact]) -> dict[str, str]:
    return {path: files[path].digest if path in files else "" for path in file_literals(task, files)}


def fingerprint(draft: Draft, files: Mapping[str, FileFact], candidates: Candidates, book: Rulebook = NO_RULES) -> str:
    """Return the SHA-256, in hexadecimal, of what would be granted.

    Tasks stand in topological order with the digests of their input files; uid, locks, reasons and everything else
    that only explains is left out, so that the same plan from a file and from a planner has the same fingerprint.

    What may stand in for a chosen candidate is part of it: it was shown and would be run, so whoever approves a
    fingerprint approves it too. It follows from the candidates in the run's journal alone, so that a fingerprint that
    one process shows is the one that another approves. A task for which nothing stands in has no word of it.

    Where the inputs go first is part of it too, for a task that sends them away from this machine; not in the runs of
    an hgtui that did not note it. Of the rules it has what they say of each task: without rules that is its policy.
    """
    said = ruling(draft, files, candidates, book)
    return _fingerprint(draft, files, candidates, said, draft_stand_ins(draft, candidates, said.may))


def _fingerprint(
    draft: Draft,
    files: Mapping[str, FileFact],
    candidates: Candidates,
    said: Ruling,
    spare: Mapping[Uid, tuple[StandIn, ...]],
) -> str:
    ids = wire_names(draft.plan)
    rows = []
    for task in draft.plan.ordered():
        chosen = draft.assignments.get(task.uid)
        rows.append(
            {
                **write_task(task, ids, bare=True),
                "skip": task.skip,
                "policy": said.effect(task),
                "assignment": chosen.granted() if chosen and not task.skip else None,
                "files": _files(task, files),
                **_spare_rows(spare.get(task.uid, ())),
                **_gone(task, chosen, spare.get(task.uid, ()), candidates),
            }
        )
    return digest({"version": 1, "tasks": rows})


def _spare_rows(spare: tuple[StandIn, ...]) -> dict[str, list[dict[str, str | None]]]:
    return {"stand_ins": [one.model_dump() for one in spare]} if spare else {}


def _gone(
    task: Task, chosen: Assignment | None, spare: tuple[StandIn, ...], candidates: Candidates
) -> dict[str, list[str]]:
    """Return the hosts that the inputs of a task may go to first."""
    if chosen is None or task.skip:
        return {}
    listed = candidates.get(task.task, ())
    found = [known_as(one, listed) for one in (chosen, *(one.assignment() for one in spare))]
    hosts = sorted({one.via for one in found if one is not None and one.leaves and one.via})
    return {"via": hosts} if hosts else {}


def plan_fingerprint(draft: Draft, files: Mapping[str, FileFact]) -> str:
    """Return the SHA-256, in hexadecimal, of a plan without its models: what is approved at the gate of the plan."""
    ids = wire_names(draft.plan)
    rows = [
        {**write_task(task, ids, bare=True), "skip": task.skip, "policy": task.policy, "files": _files(task, files)}
        for task in draft.plan.ordered()
    ]
    return digest({"version": 1, "gate": "plan", "tasks": rows})


def grant(draft: Draft, files: Mapping[str, FileFact], candidates: Candidates, book: Rulebook = NO_RULES) -> Grant:
    """Grant a draft as it stands, with what may stand in for the candidates that were chosen."""
    tasks = []
    said = ruling(draft, files, candidates, book)
    spare = draft_stand_ins(draft, candidates, said.may)
    for task in draft.plan:
        chosen = draft.assignments.get(task.uid)
        if task.skip or chosen is None:
            continue
        tasks.append(
            TaskGrant(uid=task.uid, id=task.id, args=_args_digest(task), files=_files(task, files), **chosen.granted())
        )
    return Grant(
        fingerprint=_fingerprint(draft, files, candidates, said, spare),
        tasks=tuple(tasks),
        usd=cost(draft, candidates, spare),
        substitutes=spare,
    )


def cost(
    draft: Draft, candidates: Candidates, spare: Mapping[Uid, tuple[StandIn, ...]] = MappingProxyType({})
) -> float | None:
    """Return what the calls of a draft may cost together as far as it is known, in US dollars; None where that is nothing."""
    total = 0.0
    for task in draft.plan:
        chosen = draft.assignments.get(task.uid)
        if chosen is None or task.skip:
            continue
        may = (chosen, *(one.assignment() for one in spare.get(task.uid, ())))
        total += max(price(known_as(one, candidates.get(task.task, ()))) or 0.0 for one in may)
    return total or None


def _runner(candidate: str, revision: str | None, provider: str | None) -> str:
    return candidate + (f", revision {revision}" if revision else "") + (f", at {provider}" if provider else "")


def beyond(given: Grant, task: Task, chosen: Assignment | None, files: Mapping[str, FileFact]) -> str:
    """Say in a few words why a task lies beyond the grant; an empty text where it lies within."""
    allowed = next((one for one in given.tasks if one.uid == task.uid), None)
    if allowed is None:
        return f"task {task.id} is new"
    if chosen is None:
        return f"task {task.id} has no model"
    now = (chosen.candidate, chosen.revision, chosen.provider)
    spare = given.substitutes.get(task.uid, ())
    stands_in = any(now == (one.candidate, one.revision, one.provider) for one in spare)
    if not stands_in and now != (allowed.candidate, allowed.revision, allowed.provider):
        return f"task {task.id} would run on {_runner(*now)} in place of {_runner(allowed.candidate, allowed.revision, allowed.provider)}"
    if allowed.args != _args_digest(task):
        return f"the arguments of task {task.id} have changed"
    for path, seen in _files(task, files).items():
        if allowed.files.get(path) == "" and path in files and files[path].remote:
            continue  # the address was approved before anybody knew what is there
        if allowed.files.get(path) != seen:
            return f"{path} has changed since it was approved"
    return ""
