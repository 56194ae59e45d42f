"""The conversation as it follows from a run: what the person asked, what hgtui says, the answer."""

import re
from datetime import datetime

from hgtui.core import events as ev
from hgtui.core.problems import Severity
from hgtui.core.states import Gate, Outcome, Stage, TaskState
from hgtui.core.text import clean, one_line, plural
from hgtui.ui.attention import ways_on
from hgtui.ui.exhibits import caption, for_answer
from hgtui.ui.greeting import Said
from hgtui.ui.live import Revising, Stream
from hgtui.ui.models import instead
from hgtui.ui.view import View

_TABLE = re.compile(r"^\|[^\n]*\|\n\|[-|]+\|\n(?:\|[^\n]*\|\n?)*", re.MULTILINE)

LONGEST = 20_000
"""How many characters of a request or of a message the conversation shows."""
TAIL = 600
"""How many characters of a reasoning that still goes on are shown."""

SHOWN_WHY = 3
"""How many of the calls on models that failed are told with why."""
NO_REQUEST = "(a plan, with no request)"


def story(view: View, now: datetime | None = None) -> list[Said]:
    """Return the turns of a run so far; with `now` a call that nothing has come of yet says for how long."""
    run = view.run
    if not view.asked:
        return []
    asked = Said("request", "you", clean(run.request, LONGEST) or NO_REQUEST)
    said = [*_earlier(view), asked, *_planning(view, now)]
    if view.at_gate:
        said += [*_unchosen(view), _gate(view)]
    elif run.stage is Stage.SELECTION and run.grant is None and view.by_llm:
        words = "Choosing the models …"
        words += (
            " The plan is approved, and it stops for them."
            if run.plan_approved
            else f" {view.key('approve')} approves the plan meanwhile."
        )
        said.append(Said("gate", "hgtui", words, "dim"))
    for at, revising in enumerate(view.live.revisions):
        said += _revision(view, at, revising, now)
    if run.grant:
        said.append(Said("approved", "hgtui", f"Plan {run.grant.fingerprint[:8]} is approved."))
    if view.stage_gate and run.grant:
        words = f"The plan goes beyond what was approved: {view.key('approve')} approves it as it is now."
        said.append(Said("again", "hgtui", clean(words + _crossing(view), LONGEST), "warn"))
    return [*said, *_instead(view), *_failures(view), *_answer(view, now), *_ending(view)]


def _earlier(view: View) -> list[Said]:
    """The turns before a run that was opened: those of one that was asked here stand above it already."""
    said = []
    for at, turn in enumerate(view.run.earlier if view.apart else ()):
        said.append(Said(f"earlier{at} request", "you", clean(turn.request, LONGEST)))
        text = clean(_TABLE.sub("", turn.answer), LONGEST).strip()
        key = f"earlier{at} answer"
        said.append(Said(key, "earlier", text) if text else Said(key, "hgtui", "answered", "dim"))
    return said


def _planning(view: View, now: datetime | None) -> list[Said]:
    run, stream = view.run, view.live.streams.get("plan")
    said = _thoughts("plan", stream)
    if run.planning_failed:
        failed = run.planning_failed
        said.append(Said("plan", "hgtui", _sentence(f"No plan came of it: {failed.message}", failed.hint), "bad"))
        if view.live.raw:
            words = f"The reply, ▶ marks the place:\n{view.live.raw}"
            said.append(Said("raw", "hgtui", clean(words, LONGEST), "dim"))
        said.append(
            Said(
                "ways",
                "hgtui",
                f"{view.key('retry')} asks again · {view.key('controller')} takes another controller",
                "warn",
            )
        )
    elif run.proposed is not None:
        said += _planned(view)
    elif run.stage is Stage.PLANNING and not run.ended:
        so_far = f" {plural(len(run.drafted), 'task')} so far." if run.drafted else ""
        said.append(Said("plan", "hgtui", f"Planning …{so_far}{_waiting(view, stream, now)}", "dim"))
        said += _noticed("plan", stream)
    return said


def _planned(view: View) -> list[Said]:
    run = view.run
    count = len(run.proposed.tasks) if run.proposed else 0
    by = f" by {one_line(run.planner, 60)}" if run.planner else ""
    none = "No task is needed." if run.answer and view.by_llm else "The plan has no task."
    text = f"{plural(count, 'task')} planned{by}." if count else none
    how = {
        "repaired": " The reply was repaired: look at it with care.",
        "cut off": " The reply was cut off: tasks may be missing.",
    }.get(view.live.how, "")
    said = [Said("plan", "hgtui", text + how, "warn" if how else "")]
    said += [Said(f"note{at}", "hgtui", clean(note, LONGEST), "dim") for at, note in enumerate(run.notes)]
    return said


def _thoughts(key: str, stream: Stream | None) -> list[Said]:
    """What a model thinks: its last words while it does, a line when it is over."""
    if stream is None or not stream.thought.strip():
        return []
    thought = clean(stream.thought).strip()
    if stream.thinking:
        tail = thought if len(thought) <= TAIL else f"…{thought[-TAIL:]}"
        return [Said(f"thought {key}", "hgtui", f"thinking: {tail}", "dim")]
    took = f"thought for {stream.thought_s:.0f} s" if stream.thought_s >= 1 else "thought"
    return [Said(f"thought {key}", "hgtui", f"{took}: {one_line(thought, 48)}", "dim")]


def _waiting(view: View, stream: Stream | None, now: datetime | None) -> str:
    """Say what a controller is at: who is asked and for how long, or how much has come."""
    if stream is None or not view.by_llm:
        return ""
    if stream.text:
        return f" {plural(len(stream.text), 'character')} received."
    if stream.thought:
        return ""
    waited = int((now - stream.since).total_seconds()) if now and stream.since else 0
    return f" Asking {_who(view)}{f', {waited} s' if waited > 1 else ''} …"


def _who(view: View) -> str:
    known = view.run.calls[-1].model if view.run.calls else view.run.planner
    return one_line(known, 60) or "the controller"


def _noticed(key: str, stream: Stream | None) -> list[Said]:
    return (
        [Said(f"noticed {key}", "hgtui", clean(stream.noticed, LONGEST), "warn")] if stream and stream.noticed else []
    )


def _revision(view: View, at: int, revising: Revising, now: datetime | None) -> list[Said]:
    key, stream = f"revision{at}", revising.stream
    said = [Said(f"comment{at}", "you", clean(revising.comment, LONGEST)), *_thoughts(key, stream)]
    role = "dim"
    match revising.state:
        case "asked":
            text = f"Revising …{_waiting(view, stream, now)} {view.key('stop')} stops it; your plan stays."
            if tail := one_line(stream.text[-160:]):
                text += f"\n… {tail}"
        case "open":
            so_far = "" if revising.took else " Nothing has changed yet:"
            text = (
                f"A revision is here.{so_far} {view.key('focus_plan')} goes to it: enter takes it, esc keeps your plan."
            )
            role = "warn"
        case "taken":
            # As what happened: it stands there also when it was taken back, and when the plan has run.
            text, role = "The revision was taken as your plan.", ""
        case "kept":
            text = "The rest of it is let go." if revising.took else "Your plan stays as it was."
        case _:
            text, role = revising.words, "warn"
    said.append(Said(key, "hgtui", clean(text, LONGEST), role))
    return [*said, *(_noticed(key, stream) if revising.state == "asked" else [])]


def _unchosen(view: View) -> list[Said]:
    """Say why models are not the controller's choice, as long as one of them is still that of the ranking."""
    by_ranking = any(one.chosen_by == "ranking" for one in view.run.draft.assignments.values())
    if not view.live.unchosen or not by_ranking:
        return []
    why = " ".join(dict.fromkeys(one_line(one, 300) for one in view.live.unchosen[:SHOWN_WHY]))
    return [Said("unchosen", "hgtui", clean(f"The ranking chose models, not the controller. {why}", LONGEST), "warn")]


def _gate(view: View) -> Said:
    run, errors = view.run, view.count(Severity.ERROR)
    if errors:
        return Said(
            "gate",
            "hgtui",
            f"{plural(errors, 'error')} to mend before it can run: {view.key('next_problem')} goes there.",
            "bad",
        )
    if run.gate and run.gate.gate is Gate.PLAN:
        return Said(
            "gate",
            "hgtui",
            f"Look at the plan. No model is chosen yet: {view.key('approve')} approves it and goes on to them.",
        )
    if run.gate and not run.gate.approvable:
        return Said("gate", "hgtui", "This cannot run as it stands.", "bad")
    words = f"Models chosen. Nothing has run: {view.key('approve')} approves and runs it."
    return Said("gate", "hgtui", clean(words + _crossing(view), LONGEST))


def _crossing(view: View) -> str:
    """Say in lines of their own all that leaves this machine and is spent; an empty text for nothing."""
    words = ""
    if view.leaves:
        words += "\nLeaves this machine: " + "\n".join(("", *view.leaves))
    if view.spends:
        words += f"\nIt {view.spends}." if view.spends.startswith("spends ") else f"\n{view.spends}"
    return words


def _instead(view: View) -> list[Said]:
    """Say whose place others took: the person approved that it may happen, not that it did."""
    said = []
    for task in view.plan:
        status = view.run.tasks.get(task.uid)
        if status and status.state is not TaskState.FAILED and (how := instead(status)):
            words = f"{task.id} {one_line(task.task, 40)}: {how}"
            said.append(Said(f"instead {task.uid}", "hgtui", words, "warn"))
    return said


def _failures(view: View) -> list[Said]:
    said = []
    for task in view.stuck:
        status = view.run.tasks[task.uid]
        name = f"{task.id} {one_line(task.task, 40)}"
        if status.state is TaskState.ASKING:
            text = f"{name} asks before it starts: go to it, then {view.key('approve')} lets it start · {view.key('go_on')} goes on without."
            said.append(Said(f"task {task.uid}", "hgtui", text, "warn"))
            continue
        if status.state is TaskState.FAILED:
            tries = f" after {status.attempt} tries" if status.attempt > 1 else ""
            text = _sentence(f"{name} failed{tries}: {status.message}", status.hint)
            text += f"\n{every}" if (every := instead(status)) else ""
        else:
            text = f"{name} was stopped."
        if view.run.stage is Stage.EXECUTION:
            ways = " · ".join(f"{key} {words}" for key, words in ways_on(view, task, here=False))
            text += f"\n{view.key('next_problem')} goes there, then {ways}"
        said.append(Said(f"task {task.uid}", "hgtui", text, "bad" if status.state is TaskState.FAILED else "warn"))
    return said


def _answer(view: View, now: datetime | None) -> list[Said]:
    """The answer while it streams, and in its place the checked one with who wrote it."""
    run, stream = view.run, view.live.streams.get("answer")
    said = _thoughts("answer", stream)
    if run.answer:
        said.append(Said("answer", "answer", _shown(run.answer)))
        said += [
            Said(f"result {task.uid} {at}", "result", caption(task, one), shown=one)
            for at, (task, one) in enumerate(for_answer(run))
        ]
        said.append(Said("by", "hgtui", f"answered by {_author(run.answer.by)}", "dim"))
    elif stream is not None and stream.text.strip():
        said.append(Said("answer", "answer", clean(stream.text), "live"))
    elif stream is not None and view.by_llm and not run.ended:
        said.append(Said("by", "hgtui", f"Writing the answer …{_waiting(view, stream, now)}", "dim"))
    return [*said, *_noticed("answer", stream)]


def _author(by: str) -> str:
    return "the program" if by == "program" else one_line(by, 60)


def _ending(view: View) -> list[Said]:
    run = view.run
    if run.outcome not in {Outcome.INTERRUPTED, Outcome.FAILED} or run.answer or run.planning_failed:
        return []
    if run.outcome is Outcome.INTERRUPTED:
        return [Said("end", "hgtui", _stopped(view), "warn")]
    return [Said("end", "hgtui", _sentence("This failed.", view.live.ending), "warn")]


def _stopped(view: View) -> str:
    """Say at what the run was stopped."""
    run = view.run
    if run.grant is not None:
        return "Stopped."
    what = "at its gate" if view.gated else "while models were being chosen"
    if run.proposed is None:
        so_far = f": {plural(len(run.drafted), 'task')} had come" if run.drafted else ""
        what = f"while the plan was being made{so_far}"
    return f"Stopped {what}. Nothing has run; {view.key('new')} asks something new."


def _sentence(message: str, hint: str) -> str:
    return clean("\n".join(part for part in (message, hint) if part), LONGEST)


def _shown(answer: ev.Answered) -> str:
    """Return an answer for the chat: the program's without its table of tasks, which the plan beside it shows."""
    text = clean(answer.text)
    if answer.by != "program":
        return text
    return _TABLE.sub("", text)
