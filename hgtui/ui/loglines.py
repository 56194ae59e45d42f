"""An event as a line of the log, and which lines are shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hgtui.core import events as ev
from hgtui.core.edits import describe
from hgtui.core.plan import Uid
from hgtui.core.reuse import kept_words
from hgtui.core.run import Run
from hgtui.core.text import one_line, plural
from hgtui.core.trials import tried_words
from hgtui.ui.models import spoken
from hgtui.ui.words import Line, fit

_ROLES = {"debug": "dim", "info": "", "warning": "warn", "error": "bad"}
LEVELS = ("debug", "info", "warning", "error")
"""How grave a line is, from what is only of use when a fault is looked for."""
SHOWN_AS = ("", "without details", "warnings and errors", "errors")
"""What is shown from each level on."""
_LEVEL = {"dim": 0, "": 1, "good": 1, "warn": 2, "bad": 3}


class LogLine:
    """A line of the log: when, how grave, its words, and the task that it is about."""

    __slots__ = ("clock", "role", "text", "uid")

    def __init__(self, clock: str, role: str, text: str, uid: Uid | None = None) -> None:
        self.clock, self.role, self.text, self.uid = clock, role, text, uid

    def line(self, width: int) -> Line:
        """Return the line at a width in cells."""
        return ((f"{self.clock} ", "dim"), (fit(self.text, max(width - 9, 1)), self.role))

    @property
    def level(self) -> int:
        """How grave it is, as a place in `LEVELS`."""
        return _LEVEL[self.role]

    @property
    def whole(self) -> str:
        """The whole line as text, as it is copied and printed."""
        return f"{self.clock} {LEVELS[self.level]:7} {self.text}"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines of the log are shown: those of one task, from a level on (a place in `LEVELS`), with all of the words."""

    uid: Uid | None = None
    level: int = 0
    words: str = ""

    def __bool__(self) -> bool:
        """Whether a line may be left out."""
        return self != _ALL

    def fits(self, line: LogLine) -> bool:
        """Whether a line is shown."""
        if line.level < self.level or (self.uid is not None and line.uid != self.uid):
            return False
        if not self.words:
            return True
        text = f"{line.clock} {line.text}".casefold()
        return all(word in text for word in self.words.casefold().split())

    def about(self, ids: Mapping[Uid, int]) -> str:
        """Say what is shown, in a few words; `ids` are the numbers of the tasks."""
        task = "" if self.uid is None else f"task {ids[self.uid]}" if self.uid in ids else "a task that is gone"
        words = f"“{one_line(self.words, 30)}”" if self.words else ""
        return " · ".join(filter(None, (task, SHOWN_AS[self.level], words)))


_ALL = Filter()
_REFERENCE = re.compile(r"<GENERATED>-(\w+(?:\.\w+)?)")


def _shown(reference: re.Match[str]) -> str:
    return f"‹{reference[1]}›"


def log_line(entry: ev.Entry, run: Run) -> LogLine | None:
    """Return the line of an event, None for one that says nothing to a person."""
    role, text = _words(entry.event, run)
    if not text:
        return None
    clock = entry.at.astimezone().strftime("%H:%M:%S")
    return LogLine(clock, role, one_line(text, 500), getattr(entry.event, "uid", None))


def _words(event: ev.Event, run: Run) -> tuple[str, str]:  # noqa: PLR0912  # one line for each kind of event
    match event:
        case ev.RunStarted():
            return "", f"asked: {event.request[:300]}"
        case ev.FileSeen():
            return (
                ("bad", event.file.error)
                if event.file.error
                else ("dim", f"{event.file.path}: {event.file.media_type}")
            )
        case ev.Resumed():
            return "", f"gone on with: {event.words}"
        case ev.StageEntered():
            return "dim", f"stage: {event.stage}"
        case ev.PlanProposed():
            how = f" (reply {event.how})" if event.how else ""
            return "", f"{plural(len(event.plan), 'task')} planned{how}"
        case ev.RevisionBegun() if event.call:
            return "", f"taken: {event.comment[:300]}"
        case ev.RevisionBegun():
            return "", f"comment: {event.comment[:300]}"
        case ev.RevisionProposed():
            return "", "a revision of the plan is here"
        case ev.RevisionClosed():
            words = f"{event.message} {event.hint}".strip()
            return (
                ("warn", words)
                if words
                else ("", "the revision is taken" if event.taken else "the revision is dropped")
            )
        case ev.PlanningFailed() | ev.Refused():
            return "bad", f"{event.message} {event.hint}"
        case ev.LookedAgain():
            return "", f"models looked for again: {', '.join(event.tasks)}"
        case ev.PlanEdited():
            words = event.undo.words or describe(run.draft, event.edit)
            return "", f"edited: {_REFERENCE.sub(_shown, words)}"
        case ev.EditUndone():
            return "", "undone"
        case ev.EditRedone():
            return "", "done again"
        case ev.CandidatesFound():
            return "dim", f"{plural(len(event.candidates), 'candidate')} for {event.task}"
        case ev.GateOpened():
            return "", f"waits for you: plan {event.fingerprint[:8]}"
        case ev.Approved():
            return "good", f"approved by {event.by}: plan {event.grant.fingerprint[:8]}"
        case ev.PlanApproved():
            return "good", f"plan approved by {event.by}: {event.fingerprint[:8]}; it stops for the models"
        case ev.RuleAdded():
            return "", f"rule: {event.rule.words}"
        case ev.RuleDropped():
            return "", "a rule holds no longer"
        case ev.ApprovalCarried():
            return "", f"still approved: {event.words}"
        case ev.Called():
            return (
                "dim",
                f"{event.stage}: {event.model} took {event.total_s:.1f} s, {event.tokens_in}+{event.tokens_out} tokens",
            )
        case ev.SentAgain():
            how = event.failed or f"{event.total_s:.1f} s, {event.tokens_in}+{event.tokens_out} tokens"
            return "dim", f"{event.stage} sent again to {event.model}: {how}"
        case ev.Logged():
            return _ROLES[event.level], event.text
        case ev.Answered():
            return "good", f"answered by {event.by}"
        case ev.RunEnded():
            return "", f"ended: {event.outcome} {event.message}"
        case _:
            return _task_words(event, run)


def _instead(uid: str, run: Run) -> str:
    status = run.status(uid)
    return f": {spoken(status.candidate)} ran in place of {spoken(status.in_place_of)}" if status.in_place_of else ""


def _task_words(event: ev.Event, run: Run) -> tuple[str, str]:  # noqa: PLR0912  # one line for each kind of event
    task = run.plan.get(getattr(event, "uid", None) or "")
    name = f"{task.id} {task.task}" if task else "a task"
    match event:
        case ev.TaskStarted():
            again = f", try {event.attempt}" if event.attempt > 1 else ""
            return "", f"{name} started on {event.candidate}{again}"
        case ev.RuleUsed(effect="auto"):
            return "dim", f"{name} is let through: {event.words}"
        case ev.BreakpointSet():
            return "", f"the run stops after {name}" if event.on else f"the run goes on behind {name}"
        case ev.TaskAsking():
            return "warn", f"{name} asks before it starts" + (f": {event.why}" if event.why else "")
        case ev.TaskRetrying():
            return "warn", f"{name}: {event.message} Again in {event.wait_s:.0f} s."
        case ev.TaskSubstituted():
            why = one_line(event.message, 160)
            first, other = spoken(event.in_place_of), spoken(event.candidate)
            return "warn", f"{name}: {other} runs in place of {first} ({event.failure}: {why})"
        case ev.TaskDone(kept_from=kept, took_s=took) if kept:
            return "good", f"{name} reused: {kept_words(kept, took, run.id)}{_instead(event.uid, run)}"
        case ev.TaskDone():
            return "good", f"{name} done in {event.seconds:.2f} s{_instead(event.uid, run)}"
        case ev.TaskFailed():
            return "bad", f"{name} failed: {event.message} {event.hint}"
        case ev.TaskBlocked():
            return (
                "warn",
                f"{name} is blocked by {', '.join(str(run.plan[uid].id) for uid in event.by if run.plan.get(uid))}",
            )
        case ev.TaskSkipped():
            return "", f"{name} is skipped"
        case ev.TaskCancelled():
            return "warn", f"{name} was stopped"
        case ev.TaskReset():
            return "", f"{name} waits again"
        case ev.WhatIfBegun():
            names = ", ".join(spoken(one.assignment.candidate) for one in event.ahead)
            return "", f"what-if of {name}: {names}; approved by you"
        case ev.WhatIfTried(tried=tried):
            return "warn" if not tried.results else "good", f"what-if of {name}: {tried_words(tried)}"
        case ev.WhatIfVoted(winner=winner):
            return "", f"what-if of {name}: {spoken(winner)} won" if winner else f"what-if of {name}: given up"
        case _:
            return "", ""
