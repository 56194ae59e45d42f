"""What a person and their scripts asked for in a recorded run, as commands, read from what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.edit import Patch
from hgtui.core.edits import Choose, SetPolicy, touched
from hgtui.core.plan import Uid
from hgtui.core.resource import Resource
from hgtui.core.run import Run
from hgtui.core.states import EXITS, HAS_RESULT, UNDER_WAY, Gate, Outcome, Stage, TaskState
from hgtui.core.trials import TOO_LATE, undecided
from hgtui.session.differing import Counting
from hgtui.session.pinning import pinned

_OVER = frozenset({TaskState.FAILED, TaskState.CANCELLED, TaskState.SKIPPED})
_STOPPED = "The revision was stopped."


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that is given once `after` events that count have happened.

    `given` is the result that it gives, whose text is read from its artifact. With `refused` it was not carried out, with
    `interrupts` it breaks off what is under way, which then has left no record.
    """

    after: int
    command: cmd.Command
    given: Resource | None = None
    refused: bool = False
    interrupts: bool = False


def commands(entries: Sequence[ev.Entry], setup: ev.Setup, before: Sequence[ev.Entry] = ()) -> list[Asked]:
    """Return the commands of a run, in order, each with the number of events before it that count.

    `setup` is what the process worked under that wrote them, `before` are the entries that another one had written.
    """
    reader = _Reader(list(entries), setup)
    for entry in before:
        reader.run.fold(entry)
    return reader.read()


@dataclass
class _Reader:
    entries: list[ev.Entry]
    setup: ev.Setup
    run: Run = field(default_factory=Run)
    at: int = 0
    found: list[Asked] = field(default_factory=list)
    asking: set[Uid] = field(default_factory=set)
    won: Uid | None = None
    """The task whose what-if was decided last."""
    changed: bool = False
    """Whether the last thing was a change of the plan, which resets tasks by itself."""

    def read(self) -> list[Asked]:
        before, counts = [0], Counting()
        for entry in self.entries:
            before.append(before[-1] + counts(entry.event))
        stop = self._stop_place()
        for at, entry in enumerate(self.entries):
            self.at = at
            if self.at == stop:
                self._ask(cmd.Stop(exit=self._exit()))
            if stop is None or self.at < stop:
                self._see(entry.event)
            self._remember(entry.event)
            self.run.fold(entry)
        return [replace(one, after=before[one.after]) for one in self.found]

    def _ask(
        self, command: cmd.Command, back: int = 0, given: Resource | None = None, *, refused: bool = False
    ) -> None:
        revising = bool(self.run.comment) and self.run.revision is None
        breaks = isinstance(command, cmd.Stop) or (isinstance(command, cmd.Approve) and revising)
        breaks = breaks or (isinstance(command, cmd.Finish) and self._too_late() > 0)
        breaks = breaks or (isinstance(command, cmd.Supply | cmd.Rerun) and self._under_way(command.uid))
        trial = self.run.trials.get(command.uid) if isinstance(command, cmd.TakeWinner) else None
        breaks = breaks or (trial is not None and any(one.broken_off for one in trial.tried.values()))
        self.found.append(Asked(self.at - back, command, given, refused, breaks))

    def _under_way(self, uid: Uid) -> bool:
        """Whether a task or something below it runs, which what is done to the task then stops."""
        plan = self.run.draft.plan
        return plan.get(uid) is not None and any(self.run.state(one) in UNDER_WAY for one in (uid, *plan.below(uid)))

    def _stop_place(self) -> int | None:
        """Return where the whole run was stopped: before what is told of that alone."""
        last = self.entries[-1].event if self.entries else None
        if not isinstance(last, ev.RunEnded) or last.outcome is not Outcome.INTERRUPTED:
            return None
        place = len(self.entries) - 1
        while place and self._of_the_end(self.entries[place - 1].event):
            place -= 1
        return place

    @staticmethod
    def _of_the_end(event: ev.Event) -> bool:
        response = isinstance(event, ev.StageEntered) and event.stage is Stage.RESPONSE
        return (
            response
            or isinstance(event, ev.Answered | ev.TaskCancelled)
            or (isinstance(event, ev.WhatIfTried) and event.tried.broken_off)
            or (isinstance(event, ev.RevisionClosed) and event.message == _STOPPED)
        )

    def _exit(self) -> int | None:
        last = self.entries[-1].event
        usual = EXITS[Outcome.INTERRUPTED]
        return last.exit if isinstance(last, ev.RunEnded) and last.exit != usual else None

    def _next(self) -> ev.Event | None:
        return self.entries[self.at + 1].event if self.at + 1 < len(self.entries) else None

    def _back(self, *kinds: type) -> int:
        """Return how many events right before this one came of the same command: those of these kinds."""
        count = 0
        while self.at - count and isinstance(self.entries[self.at - count - 1].event, kinds):
            count += 1
        return count

    def _remember(self, event: ev.Event) -> None:
        if isinstance(event, ev.TaskAsking):
            self.asking.add(event.uid)
        elif isinstance(event, ev.Approved | ev.ApprovalCarried):
            self.asking.clear()
        if isinstance(event, ev.WhatIfVoted | ev.TaskStarted):
            self.won = event.uid if isinstance(event, ev.WhatIfVoted) else None
        elif isinstance(event, ev.EditUndone | ev.EditRedone):
            self.won = self._put_back(self.run.undos if isinstance(event, ev.EditUndone) else self.run.redos)
        if not isinstance(event, ev.TaskReset):
            self.changed = isinstance(event, ev.ApprovalCarried | ev.StageEntered) or (
                isinstance(event, ev.GateOpened) and event.gate is not Gate.TASK
            )

    def _put_back(self, steps: list[Patch]) -> Uid | None:
        """Return the task whose earlier or later result comes back with the last step, which chose the winner of a what-if."""
        uids = touched(steps[-1]) if steps else ()
        trial = self.run.trials.get(uids[0]) if len(uids) == 1 else None
        return uids[0] if trial is not None and trial.before is not None else None

    def _see(self, event: ev.Event) -> None:
        self._see_change(event)
        self._see_revision(event)
        self._see_gate(event)
        self._see_task(event)
        self._see_rule(event)
        self._see_trial(event)

    def _see_rule(self, event: ev.Event) -> None:
        match event:
            case ev.RuleAdded(rule=rule) if not (
                isinstance(self._next(), ev.Approved | ev.PlanApproved) or self._lifts(self.at + 1)
            ):
                self._ask(cmd.AddRule(rule=rule))
            case ev.RuleDropped(key=key):
                self._ask(cmd.DropRule(key=key))
            case ev.BreakpointSet(uid=uid, on=on):
                self._ask(cmd.SetBreakpoint(uid=uid, on=on))

    def _see_change(self, event: ev.Event) -> None:
        match event:
            case ev.RunStarted():
                self._ask(_submitted(event))
            case ev.Resumed():
                self._ask(cmd.Resume())
            case ev.RunAnew(uid=uid) if not self._begins():
                self._ask(cmd.Rerun(uid=uid))
            case ev.Marked(uid=uid):
                self._ask(cmd.Mark(uid=uid))
            case ev.PlanEdited() if not self._lifts(self.at):
                self._edit(event)
            case ev.EditUndone():
                self._ask(cmd.Undo())
            case ev.EditRedone():
                self._ask(cmd.Redo())
            case ev.FileSeen(file=file) if self._refused_supply(file.path):
                self._ask(cmd.Supply(uid="", path=file.path), refused=True)
            case ev.Logged():
                pin = pinned(event)
                if pin is not None:
                    self._ask(pin, self._back(ev.Recorded, ev.CandidatesFound))

    def _see_trial(self, event: ev.Event) -> None:
        match event:
            case ev.WhatIfBegun(uid=uid, fingerprint=fingerprint, ahead=ahead):
                names = tuple(one.assignment.candidate for one in ahead)
                self._ask(cmd.WhatIf(uid=uid, candidates=names, fingerprint=fingerprint))
            case ev.WhatIfVoted(uid=uid, winner=winner) if not self._back(ev.PlanEdited):
                self._ask(cmd.TakeWinner(uid=uid, candidate=winner))

    def _see_revision(self, event: ev.Event) -> None:
        match event:
            case ev.RevisionBegun(comment=words, call=str(record)) if record:
                self._ask(cmd.TakeCall(record=record, words=words))
            case ev.RevisionBegun(comment=comment):
                self._ask(cmd.Comment(text=comment))
            case ev.ChangeDecided(uid=uid, field=field, take=False):
                self._ask(cmd.DropChange(uid=uid, field=field))
            case ev.RevisionClosed(taken=False, message=""):
                self._ask(cmd.DropRevision())
            case ev.RevisionClosed(taken=False, message=message) if message == _STOPPED and self.run.gate is not None:
                self._ask(cmd.Stop())

    def _see_gate(self, event: ev.Event) -> None:
        match event:
            case ev.Approved() if self.run.gate is not None and event.by != self.setup.approver:
                self._approve(self.run.gate.fingerprint, event.by)
            case ev.Approved() if self._lifts(self.at - 1):  # the edit with it has closed the gate
                opened = (one.event for one in reversed(self.entries[: self.at]))
                self._approve(next(one.fingerprint for one in opened if isinstance(one, ev.GateOpened)), event.by)
            case ev.PlanApproved(fingerprint=fingerprint, by=by):
                self._approve(fingerprint, by)
            case ev.GateOpened() if self.run.gate is not None and self._back(ev.FileSeen):
                # What was approved was no more what would run: the gate opened again.
                again = cmd.Approve(fingerprint=self.run.gate.fingerprint)
                self._ask(again, self._back(ev.FileSeen), refused=True)
            case ev.StageEntered(stage=Stage.RESPONSE) if (late := self._too_late()) or self._gave_up():
                self._ask(cmd.Finish(), late or self._back(ev.TaskCancelled))

    def _approve(self, fingerprint: str, by: str) -> None:
        """Ask for the approval of which this event came, with the rule that was made by it."""
        lifts = self._lifts(self.at - 1)
        before = self.entries[self.at - 1 - lifts].event if self.at > lifts else None
        rule = before.rule if isinstance(before, ev.RuleAdded) else None
        lift = _lifted(self.entries[self.at - 1].event) if lifts else None
        back = self._back(ev.FileSeen, ev.RuleAdded, ev.RulesSet, *([ev.PlanEdited] if lifts else []))
        self._ask(cmd.Approve(fingerprint=fingerprint, by=by, rule=rule, lift=lift), back)

    def _lifts(self, at: int) -> bool:
        """Whether what happened there is an edit that came with an approval: a task asks by its own policy no more."""
        if not 0 < at < len(self.entries) - 1:
            return False
        rule, after = self.entries[at - 1].event, self.entries[at + 1].event
        lifted = _lifted(self.entries[at].event) is not None
        return lifted and isinstance(rule, ev.RuleAdded) and isinstance(after, ev.Approved)

    def _refused_supply(self, path: str) -> bool:
        """Whether a file was looked at that a person gave as a result, and that could not be one."""
        if self.run.stage is not Stage.EXECUTION or path in self.run.files:
            return False
        after, back = self._next(), self._back(ev.FileSeen)
        before = self.entries[self.at - back - 1].event if self.at > back else None
        supplied = isinstance(after, ev.TaskDone) and after.supplied
        return not supplied and not isinstance(
            before, ev.PlanEdited | ev.RevisionClosed | ev.ChangeDecided | ev.PlanBroughtBack
        )

    def _edit(self, event: ev.PlanEdited) -> None:
        after, edit = self._next(), event.edit
        if isinstance(after, ev.RevisionClosed) and after.taken:
            self._ask(cmd.TakeRevision(without=after.without))
        elif isinstance(after, ev.ChangeDecided):
            self._ask(cmd.TakeChange(uid=after.uid, field=after.field))
        elif isinstance(after, ev.WhatIfVoted):
            self._ask(cmd.TakeWinner(uid=after.uid, candidate=after.winner))
        elif isinstance(after, ev.PlanBroughtBack):
            self._ask(cmd.BringBack(number=after.number))
        elif isinstance(edit, Choose) and edit.assignment is not None and edit.assignment.chosen_by == "person":
            back = self._back(ev.Recorded, ev.CandidatesFound) if self.run.gate is not None else 0
            self._ask(cmd.ChooseModel(uid=edit.uid, candidate=edit.assignment.candidate), back)
        else:
            self._ask(cmd.EditPlan(edit=edit))

    def _gave_up(self) -> bool:
        """Whether a person who could have mended what failed let the answer be written."""
        if not self.setup.attended or self.run.gate is None or self.run.gate.gate is not Gate.TASK:
            return False
        states = {self.run.state(task.uid) for task in self.run.draft.plan}
        left = undecided(self.run.trials, self.run.draft.plan)
        return bool(states & {TaskState.FAILED, TaskState.CANCELLED, TaskState.ASKING} or left)

    def _too_late(self) -> int:
        """Return how many events right before this one tell of what-ifs that who let the answer be written stopped."""
        count = 0
        while isinstance(event := self.entries[self.at - count - 1].event, ev.WhatIfTried | ev.TaskCancelled):
            if isinstance(event, ev.WhatIfTried) and event.tried.message != TOO_LATE:
                break
            count += 1
        stopped = isinstance(self.entries[self.at - 1].event, ev.WhatIfTried)
        return count if stopped else 0

    def _see_task(self, event: ev.Event) -> None:
        match event:
            case ev.TaskStarted(uid=uid) | ev.TaskQueued(uid=uid) | ev.TaskDone(uid=uid, supplied=False):
                if self.run.state(uid) is TaskState.ASKING and uid in self.asking:
                    self._ask(cmd.Allow(uid=uid))
            case ev.TaskDone(uid=uid, supplied=True, results=(given, *_)) if not self._begins() and uid != self.won:
                file = given.name in self.run.files
                command = cmd.Supply(uid=uid, path=given.name) if file else cmd.Supply(uid=uid, text="")
                self._ask(command, self._back(ev.FileSeen), None if file else given)
            case ev.TaskSkipped(uid=uid):
                task = self.run.draft.plan.get(uid)
                if task is not None and not task.skip:
                    self._ask(cmd.SkipTask(uid=uid))
            case ev.TaskCancelled(uid=uid):
                if not self._finished():
                    self._ask(cmd.Stop(uid=uid))
            case ev.TaskReset(uid=uid) if not self.changed:
                self._reset(uid)

    def _begins(self) -> bool:
        """Whether no gate has opened yet: what a person wants of a plan that ran before came with it."""
        return self.run.gate is None and self.run.grant is None

    def _finished(self) -> bool:
        """Whether what is stopped here is only what asked when the person gave it up."""
        rest = (entry.event for entry in self.entries[self.at :])
        after = next((one for one in rest if not isinstance(one, ev.TaskCancelled | ev.WhatIfTried)), None)
        response = isinstance(after, ev.StageEntered) and after.stage is Stage.RESPONSE
        return (
            response and self.setup.attended and self.run.state(_uid(self.entries[self.at].event)) is TaskState.ASKING
        )

    def _reset(self, uid: Uid) -> None:
        if isinstance(self.entries[self.at - 1].event, ev.TaskReset):
            return  # one of those below
        state = self.run.state(uid)
        before = self.entries[self.at - 1].event
        if isinstance(before, ev.TaskDone) and (before.supplied or before.uid == self.won):
            return  # it has read what was corrected by hand, or what another candidate's takes the place of
        if isinstance(before, ev.Logged) and before.uid == uid and before.level == "info":
            self._ask(cmd.Rerun(uid=uid), 1)
        elif state in _OVER:
            self._ask(cmd.Retry(uid=uid))
        elif state in HAS_RESULT:
            self._ask(cmd.Rerun(uid=uid))


def _lifted(event: ev.Event) -> Uid | None:
    return event.edit.uid if isinstance(event, ev.PlanEdited) and isinstance(event.edit, SetPolicy) else None


def _uid(event: ev.Event) -> Uid:
    return str(getattr(event, "uid", ""))


def _submitted(event: ev.RunStarted) -> cmd.Submit:
    brought = event.brought
    if brought is None:
        return cmd.Submit(request=event.request, files=event.files, earlier=event.earlier)
    return cmd.Submit(
        request=event.request,
        files=brought.files,
        earlier=event.earlier,
        plan=brought.plan,
        assignments=dict(brought.assignments),
        notes=brought.notes,
        again=brought.again,
    )
