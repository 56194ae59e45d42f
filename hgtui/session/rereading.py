"""How the reply of a call was read: read once more, by the same readers, against the run as it stood then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hgtui.core.calls import CallRow
from hgtui.core.diff import match
from hgtui.core.model import Candidate
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.ports import CallError
from hgtui.core.run import Run
from hgtui.core.states import Stage
from hgtui.core.text import clean, one_line, plural
from hgtui.execution.endpoints.controller.reading import as_labels, as_text
from hgtui.execution.instructions import INSTRUCTIONS
from hgtui.planning.reader import ReplyError, read_reply
from hgtui.planning.revising import revised
from hgtui.selection.prompt import facts, listed
from hgtui.selection.ranking import rank, usable
from hgtui.selection.reading import read_selection

HOW = {"read": "as it stood", "repaired": "after a repair", "cut off": "as far as it went", "": "not at all"}


@dataclass(frozen=True, slots=True)
class Option:
    """A candidate as the selector saw it: its name, what was told of it, its place in the ranking and why it is there.

    `told` says whether it was on the list that was sent.
    """

    name: str
    facts: str
    place: int
    why: str
    told: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """What a selector chose for a task, empty for nothing that counts; its `reason`, and the candidates by the ranking."""

    task: Task
    candidate: str
    reason: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """What was made of a reply: `how` it was read in words, what was `dropped` of it and why, `result` in a sentence.

    `plan` is the plan in it, `choices` the models, `text` the answer or the result of a task.
    """

    how: str = ""
    dropped: tuple[str, ...] = ()
    result: str = ""
    plan: Plan | None = None
    choices: tuple[Choice, ...] = ()
    text: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        choices = [
            {
                "task": one.task.id,
                "candidate": one.candidate,
                "reason": one.reason,
                "ranking": [
                    {"name": each.name, "place": each.place, "facts": each.facts, "why": each.why, "told": each.told}
                    for each in one.options
                ],
            }
            for one in self.choices
        ]
        return {"read": self.how, "dropped": list(self.dropped), "result": self.result, "choices": choices}


def understood(row: CallRow, run: Run, kept: Mapping[str, Any]) -> Understood:
    """Read the reply of a call to an LLM again; `run` is folded up to the call, `kept` is its record."""
    reply = str(kept["reply"])
    if row.stage is Stage.PLANNING:
        return _planned(run, reply)
    if row.stage is Stage.SELECTION:
        return _selected(run, kept, reply)
    if row.stage is Stage.EXECUTION:
        return _performed(row, reply)
    cut = ("It was cut off at the model's limit of tokens.",) if kept["finish_reason"] == "length" else ()
    words = clean(reply).strip()
    return Understood(HOW["cut off" if cut else "read"] if words else HOW[""], cut, text=words)


def _planned(run: Run, reply: str) -> Understood:
    try:
        read = read_reply(clean(reply), run.request, run.planner)
    except ReplyError as error:
        return Understood(HOW[""], (str(error),), "No plan came of it.")
    plan, notes = read.plan, read.dropped
    before = run.plan if run.proposed is not None else None
    if before is not None and run.comment:
        plan, held = revised(before, plan)
        notes = (*notes, *held)
    elif before is not None:
        plan = match(before, plan)
    return Understood(HOW[read.how], notes, f"A plan of {plural(len(plan), 'task')}.", plan=plan)


def chosen_in(run: Run, kept: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return what the reply of a call chooses for the tasks of a run that it was asked about and that are as they were."""
    return _selected(run, kept, str(kept["reply"])).choices


def _selected(run: Run, kept: Mapping[str, Any], reply: str) -> Understood:
    choices = _asked_for(run, kept)
    found = read_selection(reply, run.plan, choices)
    chosen = {one.uid: one.assignment for one in found.chosen}
    rows = tuple(_choice(run.plan[uid], few, chosen.get(uid)) for uid, few in choices.items())
    left = [str(run.plan[uid].id) for uid in found.left]
    ranked = f" Nothing that counts for {', '.join(left)}." if left else ""
    words = f"Models for {len(chosen)} of {plural(len(choices), 'task')}.{ranked}"
    return Understood(HOW[found.how], found.dropped, words, choices=rows)


def _choice(task: Task, candidates: Sequence[Candidate], chosen: Any) -> Choice:
    told = {one.name for one in listed(tuple(candidates))}
    options = tuple(
        Option(one.name, facts(one), place, one.reason, one.name in told) for place, one in enumerate(candidates, 1)
    )
    return Choice(task, chosen.candidate if chosen else "", chosen.reason if chosen else "", options)


def _asked_for(run: Run, kept: Mapping[str, Any]) -> dict[Uid, tuple[Candidate, ...]]:
    """Return the tasks that a call was to choose for with their candidates, the best by the ranking first."""
    rows = [one for group in _groups(kept) for one in group.get("tasks", ()) if str(one.get("id")).isdigit()]
    # Another task may have the number by now.
    types = {int(one["id"]): one.get("type") for one in rows}
    tasks: Iterable[Task] = (task for task in run.plan if not types or types.get(task.id) == task.task)
    ranked = {task.uid: usable(rank(task, run.candidates.get(task.task, ())), task) for task in tasks}
    return {uid: few for uid, few in ranked.items() if few}


def _groups(kept: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    for one in kept.get("templates", ()):
        if one.get("template") == "selection_user":
            return [group for group in one["variables"].get("groups", ()) if isinstance(group, Mapping)]
    return []


def _performed(row: CallRow, reply: str) -> Understood:
    task = row.task.task if row.task else ""
    try:
        form = INSTRUCTIONS[task].form if task in INSTRUCTIONS else ""
        result = as_labels(reply) if form == "labels" else as_text(reply)
    except CallError as error:
        return Understood(HOW[""], (error.message,), "No result came of it.")
    how = "as labels" if form == "labels" else "as it stood"
    return Understood(how, (), one_line(result.text or "", 200), text=result.text or reply)
