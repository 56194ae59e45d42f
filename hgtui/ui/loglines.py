"""An event as a line of the log."""

from hgtui.core import events as ev
from hgtui.core.edits import describe
from hgtui.core.reuse import length
from hgtui.core.run import Run
from hgtui.core.text import one_line, plural
from hgtui.ui.models import spoken
from hgtui.ui.words import Line, fit

_ROLES = {"debug": "dim", "info": "", "warning": "warn", "error": "bad"}


class LogLine:
    """A line of the log: when, how grave, and its words."""

    __slots__ = ("clock", "role", "text")

    def __init__(self, clock: str, role: str, text: str) -> None:
        self.clock, self.role, self.text = clock, role, text

    def line(self, width: int) -> Line:
        """Return the line at a width in cells."""
        return ((f"{self.clock} ", "dim"), (fit(self.text, max(width - 9, 1)), self.role))


def log_line(entry: ev.Entry, run: Run) -> LogLine | None:
    """Return the line of an event, None for one that says nothing to a person."""
    role, text = _words(entry.event, run)
    if not text:
        return None
    return LogLine(entry.at.astimezone().strftime("%H:%M:%S"), role, one_line(text, 500))


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
        case ev.PlanEdited():
            return "", f"edited: {event.undo.words or describe(run.draft, event.edit)}"
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
            return "good", f"{name} reused: kept from run {kept}, took {length(took)}{_instead(event.uid, run)}"
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
        case _:
            return "", ""
