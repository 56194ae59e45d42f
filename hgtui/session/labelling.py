"""What people changed in what the planner and the selector said, read from a journal: labels for an evaluation later."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hgtui.core import events as ev
from hgtui.core.diff import diff
from hgtui.core.edits import Choose, Several
from hgtui.core.model import Assignment, Candidate
from hgtui.core.partly import parts
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.planfile import wire_names, write_task
from hgtui.core.run import Run
from hgtui.core.trials import Tried

VERSION = 1
"""The form of a label: another one where a field changes its meaning or goes. New fields may come without."""
FACTS = ("licence", "size_mb", "downloads", "likes", "usd", "place", "provider", "missing")
"""What is told of a candidate beside its name, where it is known."""

Label = dict[str, Any]


def labels(entries: Iterable[ev.Entry]) -> list[Label]:
    """Return what a person changed in a run as JSON objects, in the order in which they did.

    The README says what stands in each. A journal that does not begin with a request has none.
    """
    reader = _Reader()
    for entry in entries:
        if entry.seq is not None:
            reader.see(entry)
    return reader.finished()


class _Reader:
    """Folds a journal and notes what a person changed, with what had been said before."""

    def __init__(self) -> None:
        self.run = Run()
        self._found: list[Label] = []
        self._said: dict[Uid, Assignment] = {}
        self._selector = ""
        self._undos: list[tuple[Label, ...]] = []
        self._redos: list[tuple[Label, ...]] = []
        self._comment: tuple[str, Plan, Plan] | None = None
        self._edit: tuple[Label, ...] = ()
        """What the event before was as labels, where it was an edit."""

    def see(self, entry: ev.Entry) -> None:
        """Take in the next entry."""
        event, before = entry.event, self.run.draft.plan
        labels = self._edited(event) if isinstance(event, ev.PlanEdited) else ()
        base, revision, edit = self.run.base, self.run.revision, self._edit
        self._edit = ()
        self.run.fold(entry)
        for one in edit if isinstance(event, ev.ChangeDecided | ev.RevisionClosed) else ():
            self._found.remove(one)  # that is the planner's own change: the label of its revision tells it
        match event:
            case ev.ModelChosen(uid=uid, assignment=Assignment() as chosen) if chosen.chosen_by != "person":
                self._said[uid] = chosen
            case ev.Called(stage="selection", model=model):
                self._selector = model
            case ev.PlanEdited():
                labels = labels or _plan_labels(before, self.run.draft.plan, base, event.undo.words)
                for label in labels:
                    self._add(label, entry.at)
                self._undos.append(labels)
                self._redos, self._edit = [], labels
            case ev.EditUndone() if self._undos:
                self._redos.append(_stands(self._undos.pop(), False))
            case ev.EditRedone() if self._redos:
                self._undos.append(_stands(self._redos.pop(), True))
            case ev.WhatIfVoted(uid=uid):
                self._add(self._vote_label(uid, event), entry.at)
            case ev.RevisionProposed(plan=plan):
                self._comment = (self.run.comment, before, plan)
            case ev.RevisionClosed() if self._comment is not None and revision is not None:
                self._add(_revision_label(*self._comment, self.run.draft.plan, event), entry.at)
                self._comment = None
            case _:
                pass

    def finished(self) -> list[Label]:
        """Return the labels, each with what became of the run."""
        run = self.run
        common = {"v": VERSION, "run": run.id, "request": run.request, "planner": run.planner}
        ended = {"approved": run.grant is not None, "outcome": run.outcome.value if run.outcome else None}
        return [{**common, **label, **ended} for label in self._found]

    def _add(self, label: Label | None, at: datetime) -> None:
        if label is not None:
            label["at"] = ev.stamp(at)
            self._found.append(label)

    def _edited(self, event: ev.PlanEdited) -> tuple[Label, ...]:
        """Return a label for each model that was chosen, also where one was chosen for several tasks at once."""
        edits = event.edit.edits if isinstance(event.edit, Several) else (event.edit,)
        chosen = [(one.uid, one.assignment) for one in edits if isinstance(one, Choose) and one.assignment is not None]
        if len(chosen) < len(edits):
            return ()
        tasks = ((self.run.draft.plan.get(uid), assignment) for uid, assignment in chosen)
        return tuple(self._model_label(task, assignment) for task, assignment in tasks if task is not None)

    def _vote_label(self, uid: Uid, event: ev.WhatIfVoted) -> Label | None:
        run, trial = self.run, self.run.trials.get(uid)
        task = run.draft.plan.get(uid)
        if trial is None or task is None or not event.winner:
            return None
        tried = [_tried(trial.tried[name]) for name in trial.names if name in trial.tried]
        return {"label": "what_if", "task": _row(task, run.draft.plan), "tried": tried, "winner": event.winner}

    def _model_label(self, task: Task, chosen: Assignment) -> Label:
        run, said = self.run, self._said.get(task.uid)
        return {
            "label": "model",
            "task": _row(task, run.draft.plan),
            "candidates": [_candidate(one) for one in run.candidates.get(task.task, ())],
            "said": _assignment(said, self._selector),
            "before": _assignment(run.draft.assignments.get(task.uid), self._selector),
            "person": chosen.candidate,
            "agrees": said is not None and said.granted() == chosen.granted(),
            "stands": True,
        }


def _tried(one: Tried) -> dict[str, Any]:
    told = one.model_dump(mode="json", exclude={"results"})
    results = [{"kind": each.kind.value, "preview": each.preview, "digest": each.digest} for each in one.results]
    return {**told, "results": results}


def _stands(labels: tuple[Label, ...], stands: bool) -> tuple[Label, ...]:
    for label in labels:
        if "stands" in label:
            label["stands"] = stands
    return labels


def _plan_labels(before: Plan, after: Plan, said: Plan | None, words: str) -> tuple[Label, ...]:
    """Return the label of what an edit of the plan changed, task by task; none where it changed no task."""
    found = diff(before, after)
    uids = [*(one.after.uid for one in found.changed), *(one.uid for one in (*found.removed, *found.added))]
    if not uids and not found.moved:
        return ()
    tasks = [
        {"said": _maybe(uid, said), "before": _maybe(uid, before), "after": _maybe(uid, after)}
        for uid in dict.fromkeys(uids)
    ]
    label = {
        "label": "plan",
        "change": words,
        "tasks": tasks,
        "before": _rows(before),
        "after": _rows(after),
        "stands": True,
    }
    return (label,)


def _revision_label(comment: str, before: Plan, revision: Plan, now: Plan, closed: ev.RevisionClosed) -> Label:
    """Return what a person made of a revision: each change of it, and whether it is in their plan afterwards."""
    left = set(parts(now, revision))
    changes = []
    for part in parts(before, revision):
        task = revision.get(part.uid) or before[part.uid]
        changes.append({"task": task.id, "field": part.field or None, "taken": part not in left})
    return {
        "label": "revision",
        "comment": comment,
        "before": _rows(before),
        "revision": _rows(revision),
        "after": _rows(now),
        "taken": closed.taken,
        "changes": changes,
    }


def _rows(plan: Plan) -> list[dict[str, Any]]:
    names = wire_names(plan)
    return [write_task(task, names) for task in plan]


def _row(task: Task, plan: Plan) -> dict[str, Any]:
    return write_task(task, wire_names(plan))


def _maybe(uid: Uid, plan: Plan | None) -> dict[str, Any] | None:
    task = plan.get(uid) if plan is not None else None
    return None if task is None or plan is None else _row(task, plan)


def _candidate(one: Candidate) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in FACTS}
    return {"name": one.name, **{name: value for name, value in told.items() if value not in {None, ""}}}


def _assignment(one: Assignment | None, selector: str) -> dict[str, Any] | None:
    if one is None:
        return None
    by = {"model": selector} if one.chosen_by == "selector" and selector else {}
    return {"candidate": one.candidate, "by": one.chosen_by, "reason": one.reason, **by}


def masked(label: Label, without: Callable[[str], str]) -> Label:
    """Return a label with every text in it gone through `without`, which takes the secrets out."""
    return {name: _masked(value, without) for name, value in label.items()}


def _masked(value: Any, without: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return without(value)
    if isinstance(value, Mapping):
        return {name: _masked(one, without) for name, one in value.items()}
    if isinstance(value, Sequence):
        return [_masked(one, without) for one in value]
    return value
