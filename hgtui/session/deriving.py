"""What a person and their scripts asked for in a recorded run, as commands, read from what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.edits import Choose, Edit, Several
from hgtui.core.model import BY_HAND
from hgtui.core.plan import Uid
from hgtui.core.resource import Resource
from hgtui.core.states import HAS_RESULT, Stage, TaskState
from hgtui.session.differing import Counting
from hgtui.session.passage import STOPPED, Passage, lifted
from hgtui.session.pinning import pinned

_OVER = frozenset({TaskState.FAILED, TaskState.CANCELLED, TaskState.SKIPPED})


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
class _Reader(Passage):
    found: list[Asked] = field(default_factory=list)

    def read(self) -> list[Asked]:
        before, counts = [0], Counting()
        for entry in self.entries:
            before.append(before[-1] + counts(entry.event))
        stop = self.stop_place()
        for at, entry in enumerate(self.entries):
            self.at = at
            if self.at == stop:
                self._ask(cmd.Stop(exit=self.exit_status()))
            if stop is None or self.at < stop:
                self._see(entry.event)
            self.remember(entry.event)
            self.run.fold(entry)
        return [replace(one, after=before[one.after]) for one in self.found]

    def _ask(
        self, command: cmd.Command, back: int = 0, given: Resource | None = None, *, refused: bool = False
    ) -> None:
        revising = bool(self.run.comment) and self.run.revision is None
        breaks = isinstance(command, cmd.Stop) or (isinstance(command, cmd.Approve) and revising)
        breaks = breaks or (isinstance(command, cmd.Finish) and self.too_late() > 0)
        breaks = breaks or (isinstance(command, cmd.Supply | cmd.Rerun) and self.under_way(command.uid))
        trial = self.run.trials.get(command.uid) if isinstance(command, cmd.TakeWinner) else None
        breaks = breaks or (trial is not None and any(one.broken_off for one in trial.tried.values()))
        self.found.append(Asked(self.at - back, command, given, refused, breaks))

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
                isinstance(self.following(), ev.Approved | ev.PlanApproved) or self.lifts(self.at + 1)
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
            case ev.RunAnew(uid=uid) if not self.begins():
                self._ask(cmd.Rerun(uid=uid))
            case ev.LookedAgain(uid=uid):
                self._ask(cmd.Retry(uid=uid))
            case ev.Marked(uid=uid):
                self._ask(cmd.Mark(uid=uid))
            case ev.PlanEdited() if not self.lifts(self.at):
                self._edit(event)
            case ev.EditUndone():
                self._ask(cmd.Undo())
            case ev.EditRedone():
                self._ask(cmd.Redo())
            case ev.FileSeen(file=file) if self.refused_supply(file.path):
                self._ask(cmd.Supply(uid="", path=file.path), refused=True)
            case ev.Logged():
                pin = pinned(event)
                if pin is not None:
                    self._ask(pin, self.back(ev.Recorded, ev.CandidatesFound))

    def _see_trial(self, event: ev.Event) -> None:
        match event:
            case ev.WhatIfBegun(uid=uid, fingerprint=fingerprint, ahead=ahead):
                names = tuple(one.assignment.candidate for one in ahead)
                self._ask(cmd.WhatIf(uid=uid, candidates=names, fingerprint=fingerprint))
            case ev.WhatIfVoted(uid=uid, winner=winner) if not self.back(ev.PlanEdited):
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
            case ev.RevisionClosed(taken=False, message=message) if message == STOPPED and self.run.gate is not None:
                self._ask(cmd.Stop())

    def _see_gate(self, event: ev.Event) -> None:
        match event:
            case ev.Approved() if self.run.gate is not None and event.by != self.setup.approver:
                self._approve(self.run.gate.fingerprint, event.by)
            case ev.Approved() if self.lifts(self.at - 1):  # the edit with it has closed the gate
                opened = (one.event for one in reversed(self.entries[: self.at]))
                self._approve(next(one.fingerprint for one in opened if isinstance(one, ev.GateOpened)), event.by)
            case ev.PlanApproved(fingerprint=fingerprint, by=by):
                self._approve(fingerprint, by)
            case ev.GateOpened() if self.run.gate is not None and self.back(ev.FileSeen):
                # What was approved was no more what would run: the gate opened again.
                again = cmd.Approve(fingerprint=self.run.gate.fingerprint)
                self._ask(again, self.back(ev.FileSeen), refused=True)
            case ev.StageEntered(stage=Stage.RESPONSE) if (late := self.too_late()) or self.gave_up():
                self._ask(cmd.Finish(), late or self.back(ev.TaskCancelled))

    def _approve(self, fingerprint: str, by: str) -> None:
        """Ask for the approval of which this event came, with the rule that was made by it."""
        lifts = self.lifts(self.at - 1)
        before = self.entries[self.at - 1 - lifts].event if self.at > lifts else None
        rule = before.rule if isinstance(before, ev.RuleAdded) else None
        lift = lifted(self.entries[self.at - 1].event) if lifts else None
        back = self.back(ev.FileSeen, ev.RuleAdded, ev.RulesSet, *([ev.PlanEdited] if lifts else []))
        self._ask(cmd.Approve(fingerprint=fingerprint, by=by, rule=rule, lift=lift), back)

    def _edit(self, event: ev.PlanEdited) -> None:
        after, edit = self.following(), event.edit
        if isinstance(after, ev.RevisionClosed) and after.taken:
            self._ask(cmd.TakeRevision(without=after.without))
        elif isinstance(after, ev.ChangeDecided):
            self._ask(cmd.TakeChange(uid=after.uid, field=after.field))
        elif isinstance(after, ev.WhatIfVoted):
            self._ask(cmd.TakeWinner(uid=after.uid, candidate=after.winner))
        elif isinstance(after, ev.PlanBroughtBack):
            self._ask(cmd.BringBack(number=after.number))
        elif isinstance(edit, Choose) and edit.assignment is not None and edit.assignment.chosen_by == "person":
            back = self.back(ev.Recorded, ev.CandidatesFound) if self.run.gate is not None else 0
            self._ask(cmd.ChooseModel(uid=edit.uid, candidate=edit.assignment.candidate), back)
        elif (several := _chosen_for_several(edit)) is not None:
            self._ask(several, self.back(ev.Recorded, ev.CandidatesFound) if self.run.gate is not None else 0)
        else:
            self._ask(cmd.EditPlan(edit=edit))

    def _see_task(self, event: ev.Event) -> None:
        match event:
            case ev.TaskStarted(uid=uid) | ev.TaskQueued(uid=uid) | ev.TaskDone(uid=uid, supplied=False):
                if self.run.state(uid) is TaskState.ASKING and uid in self.asking:
                    self._ask(cmd.Allow(uid=uid))
            case ev.TaskDone(uid=uid, supplied=True, results=(given, *_)) if not self.begins() and uid != self.won:
                file = given.name in self.run.files
                command = cmd.Supply(uid=uid, path=given.name) if file else cmd.Supply(uid=uid, text="")
                self._ask(command, self.back(ev.FileSeen), None if file else given)
            case ev.TaskSkipped(uid=uid):
                task = self.run.draft.plan.get(uid)
                if task is not None and not task.skip:
                    self._ask(cmd.SkipTask(uid=uid))
            case ev.TaskCancelled(uid=uid):
                if not self.finished():
                    self._ask(cmd.Stop(uid=uid))
            case ev.TaskReset(uid=uid) if not self.changed:
                self._reset(uid)

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


def _chosen_for_several(edit: Edit) -> cmd.ChooseModel | None:
    """Return the command that chose one model for several tasks at once, None where an edit does something else."""
    if not isinstance(edit, Several):
        return None
    found = [one for one in edit.edits if isinstance(one, Choose) and one.assignment is not None]
    names = {one.assignment for one in found if one.assignment is not None}
    assignment = next(iter(names), None)
    if len(found) < len(edit.edits) or len(names) != 1 or assignment is None:
        return None
    if assignment.chosen_by != "person" or assignment.reason != BY_HAND:  # else a call's choice of models was taken
        return None
    first, *others = (one.uid for one in found)
    return cmd.ChooseModel(uid=first, candidate=assignment.candidate, also=tuple(others))
