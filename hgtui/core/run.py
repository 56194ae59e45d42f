"""Run: the fold of a journal into the state that everyone reads. Any prefix of any journal folds to a valid state."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hgtui.core import events as ev
from hgtui.core.approval import Grant
from hgtui.core.edits import Draft, Edit, Patch, apply, touched
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.problems import Facts
from hgtui.core.resource import FileFact, Resource
from hgtui.core.states import Failure, Gates, Outcome, Stage, TaskState

Changed = Iterable[Uid]


@dataclass(slots=True)
class TaskStatus:
    """Where a task stands; times are wall-clock UTC, `seconds` of the last try (failed: of all)."""

    state: TaskState = TaskState.WAITING
    attempt: int = 0
    candidate: str = ""
    started: datetime | None = None
    seconds: float = 0.0
    results: tuple[Resource, ...] = ()
    supplied: bool = False
    failure: Failure | None = None
    message: str = ""
    hint: str = ""
    note: str = ""
    blocked_by: tuple[Uid, ...] = ()
    retry_at: datetime | None = None
    wait_s: float = 0.0
    fraction: float | None = None


@dataclass(slots=True)
class LogEntry:
    """A line of the log."""

    at: datetime
    level: str
    text: str
    uid: Uid | None = None


@dataclass(slots=True)
class Run:
    """The state of one run. Only `fold` changes it; everyone else reads."""

    id: str = ""
    seq: int = 0
    started: datetime | None = None
    at: datetime | None = None
    request: str = ""
    asked_files: tuple[str, ...] = ()
    planner: str = ""
    gates: Gates = Gates.MERGED
    stage: Stage = Stage.ASKING
    files: dict[str, FileFact] = field(default_factory=dict)
    drafted: list[Task] = field(default_factory=list)
    _draft: Draft = field(default_factory=Draft)
    _chosen: dict[Uid, Assignment | None] = field(default_factory=dict)
    proposed: Plan | None = None
    notes: tuple[str, ...] = ()
    undos: list[Patch] = field(default_factory=list)
    redos: list[Patch] = field(default_factory=list)
    candidates: dict[str, tuple[Candidate, ...]] = field(default_factory=dict)
    help: dict[str, str] = field(default_factory=dict)
    gate: ev.GateOpened | None = None
    grant: Grant | None = None
    tasks: dict[Uid, TaskStatus] = field(default_factory=dict)
    log: list[LogEntry] = field(default_factory=list)
    calls: list[ev.Called] = field(default_factory=list)
    planning_failed: ev.PlanningFailed | None = None
    answer: ev.Answered | None = None
    outcome: Outcome | None = None
    exit: int | None = None
    uids: set[Uid] = field(default_factory=set)

    def fold(self, entry: ev.Entry) -> frozenset[Uid]:
        """Take in one entry; return the uids of the tasks that changed. Amortised O(1) but for edits of the plan."""
        if entry.seq is not None:
            self.seq = entry.seq
            self.id = entry.run
        self.at = entry.at
        return frozenset(_FOLD[type(entry.event)](self, entry.event) or ())

    @property
    def draft(self) -> Draft:
        """The plan with its assignments, as they stand."""
        if self._chosen:  # gathered until someone reads them: a choice must not copy those of all other tasks
            rows = {uid: one for uid, one in {**self._draft.assignments, **self._chosen}.items() if one}
            self._draft, self._chosen = Draft(plan=self._draft.plan, assignments=rows), {}
        return self._draft

    @property
    def plan(self) -> Plan:
        """The plan as it stands; while it streams in, the tasks so far."""
        if self.proposed is None and self.drafted:
            return Plan(request=self.request, planner=self.planner, tasks=tuple(self.drafted))
        return self._draft.plan

    @property
    def facts(self) -> Facts:
        """What `problems` needs to know of the world."""
        return Facts(
            files=self.files,
            candidates=self.candidates if self.candidates else None,
            assignments=self.draft.assignments,
            help=self.help,
        )

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.outcome is not None

    def state(self, uid: Uid) -> TaskState:
        """Where a task stands; a task that no event has spoken of is waiting."""
        status = self.tasks.get(uid)
        if status:
            return status.state
        task = self._draft.plan.get(uid)
        return TaskState.SKIPPED if task and task.skip else TaskState.WAITING

    def status(self, uid: Uid) -> TaskStatus:
        """Return a task's status; a task that no event has spoken of has one that is not kept."""
        return self.tasks.get(uid) or TaskStatus(state=self.state(uid))

    def _kept(self, uid: Uid) -> TaskStatus:
        return self.tasks.setdefault(uid, TaskStatus(state=self.state(uid)))


def fold(entries: Iterable[ev.Entry]) -> Run:
    """Fold a journal, or any prefix of one, into a run."""
    run = Run()
    for entry in entries:
        run.fold(entry)
    return run


def _started(run: Run, event: ev.RunStarted) -> Changed:
    run.request, run.asked_files, run.planner, run.gates = event.request, event.files, event.planner, event.gates
    run.started = run.at
    return ()


def _file(run: Run, event: ev.FileSeen) -> Changed:
    run.files[event.file.path] = event.file
    return [task.uid for task in run.plan if event.file.path in {t for v in task.args.values() for t in v.literals}]


def _stage(run: Run, event: ev.StageEntered) -> Changed:
    run.stage, run.outcome, run.exit = event.stage, None, None
    if event.stage is Stage.PLANNING:
        run.drafted, run.planning_failed = [], None
    if event.stage is not Stage.SELECTION:
        run.gate = None
    return ()


def _drafted(run: Run, event: ev.TaskDrafted) -> Changed:
    run.drafted.append(event.task)
    run.uids.add(event.task.uid)
    return (event.task.uid,)


def _proposed(run: Run, event: ev.PlanProposed) -> Changed:
    run._draft, run._chosen = Draft(plan=event.plan), {}
    run.proposed, run.notes = event.plan, event.notes
    run.undos, run.redos, run.drafted = [], [], []
    run.uids.update(task.uid for task in event.plan)
    return [task.uid for task in event.plan]


def _planning_failed(run: Run, event: ev.PlanningFailed) -> Changed:
    run.planning_failed = event
    return ()


def _apply(run: Run, edit: Edit) -> Patch:
    run._draft, undo = apply(run.draft, edit)
    run.uids.update(task.uid for task in run._draft.plan)
    run.gate = None
    return undo


def _edited(run: Run, event: ev.PlanEdited) -> Changed:
    undo = _apply(run, event.edit)
    run.undos.append(undo)
    run.redos = []
    return (*touched(event.edit), *touched(undo))


def _undone(run: Run, _: ev.EditUndone) -> Changed:
    if not run.undos:
        return ()
    patch = run.undos.pop()
    run.redos.append(_apply(run, patch))
    return touched(patch)


def _redone(run: Run, _: ev.EditRedone) -> Changed:
    if not run.redos:
        return ()
    patch = run.redos.pop()
    run.undos.append(_apply(run, patch))
    return touched(patch)


def _candidates(run: Run, event: ev.CandidatesFound) -> Changed:
    run.candidates[event.task] = event.candidates
    run.help[event.task] = event.help
    return [task.uid for task in run.plan if task.task == event.task]


def _chosen(run: Run, event: ev.ModelChosen) -> Changed:
    run._chosen[event.uid] = event.assignment
    return (event.uid,)


def _gate(run: Run, event: ev.GateOpened) -> Changed:
    run.gate = event
    return ()


def _approved(run: Run, event: ev.Approved | ev.ApprovalCarried) -> Changed:
    run.grant, run.gate = event.grant, None
    return ()


def _queued(run: Run, event: ev.TaskQueued) -> Changed:
    run._kept(event.uid).state = TaskState.READY
    return (event.uid,)


def _task_started(run: Run, event: ev.TaskStarted) -> Changed:
    status = run._kept(event.uid)
    status.state, status.attempt, status.candidate = TaskState.RUNNING, event.attempt, event.candidate
    status.started, status.retry_at, status.fraction, status.note = run.at, None, None, ""
    return (event.uid,)


def _retrying(run: Run, event: ev.TaskRetrying) -> Changed:
    status = run._kept(event.uid)
    status.state, status.failure, status.message = TaskState.RETRYING, event.failure, event.message
    status.retry_at, status.wait_s = run.at, event.wait_s
    return (event.uid,)


def _done(run: Run, event: ev.TaskDone) -> Changed:
    run.tasks[event.uid] = TaskStatus(
        state=TaskState.DONE,
        attempt=event.attempt,
        candidate=event.candidate,
        started=run.status(event.uid).started,
        seconds=event.seconds,
        results=event.results,
        supplied=event.supplied,
        note=event.note,
    )
    return (event.uid,)


def _failed(run: Run, event: ev.TaskFailed) -> Changed:
    status = run._kept(event.uid)
    status.state, status.failure, status.message = TaskState.FAILED, event.failure, event.message
    status.hint, status.attempt, status.seconds = event.hint, event.attempt, event.seconds
    return (event.uid,)


def _blocked(run: Run, event: ev.TaskBlocked) -> Changed:
    status = run._kept(event.uid)
    status.state, status.blocked_by = TaskState.BLOCKED, event.by
    return (event.uid,)


def _to(state: TaskState) -> Callable[[Run, Any], Changed]:
    def move(run: Run, event: Any) -> Changed:
        run._kept(event.uid).state = state
        return (event.uid,)

    return move


def _reset(run: Run, event: ev.TaskReset) -> Changed:
    run.tasks[event.uid] = TaskStatus()
    return (event.uid,)


def _called(run: Run, event: ev.Called) -> Changed:
    run.calls.append(event)
    return ()


def _logged(run: Run, event: ev.Logged) -> Changed:
    run.log.append(LogEntry(at=run.at or datetime.min, level=event.level, text=event.text, uid=event.uid))
    return (event.uid,) if event.uid else ()


def _answered(run: Run, event: ev.Answered) -> Changed:
    run.answer = event
    return ()


def _ended(run: Run, event: ev.RunEnded) -> Changed:
    run.outcome, run.exit, run.stage, run.gate = event.outcome, event.exit, Stage.ENDED, None
    return ()


def _progress(run: Run, event: ev.Progress) -> Changed:
    status = run._kept(event.uid)
    status.fraction, status.note = event.fraction, event.note
    return (event.uid,)


def _nothing(_: Run, __: Any) -> Changed:
    return ()


_FOLD: dict[type, Callable[[Run, Any], Changed]] = {
    ev.RunStarted: _started,
    ev.FileSeen: _file,
    ev.StageEntered: _stage,
    ev.TaskDrafted: _drafted,
    ev.PlanProposed: _proposed,
    ev.PlanningFailed: _planning_failed,
    ev.PlanEdited: _edited,
    ev.EditUndone: _undone,
    ev.EditRedone: _redone,
    ev.CandidatesFound: _candidates,
    ev.ModelChosen: _chosen,
    ev.GateOpened: _gate,
    ev.Approved: _approved,
    ev.ApprovalCarried: _approved,
    ev.TaskQueued: _queued,
    ev.TaskAsking: _to(TaskState.ASKING),
    ev.TaskStarted: _task_started,
    ev.TaskRetrying: _retrying,
    ev.TaskDone: _done,
    ev.TaskFailed: _failed,
    ev.TaskBlocked: _blocked,
    ev.TaskSkipped: _to(TaskState.SKIPPED),
    ev.TaskCancelled: _to(TaskState.CANCELLED),
    ev.TaskReset: _reset,
    ev.Called: _called,
    ev.Logged: _logged,
    ev.Answered: _answered,
    ev.RunEnded: _ended,
    ev.Delta: _nothing,
    ev.Progress: _progress,
    ev.Refused: _nothing,
}
