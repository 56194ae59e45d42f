"""What is wrong with who runs a task: nothing can, or what was chosen does not speak the language."""

import re
from collections.abc import Iterator

from hgtui.core.alternatives import ALTERNATIVES, as_another
from hgtui.core.edit import Patch
from hgtui.core.fit import asked, can_run, narrow
from hgtui.core.look import Look
from hgtui.core.model import Candidate
from hgtui.core.plan import Ref, Task
from hgtui.core.problem import Code, Mend, Problem, Severity
from hgtui.core.rules_arguments import arguments
from hgtui.core.rules_running import able, skips
from hgtui.core.rules_values import reference
from hgtui.core.task import TASKS
from hgtui.core.text import one_line

_CODE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")
_EVERY = frozenset({"multilingual", "mul"})
"""What a model card of the Hub has among its languages where it speaks too many to name them all."""

_SHOWN = 4


def runnable(look: Look, task: Task) -> Iterator[Problem]:
    """Yield an error where it is known that nothing can run the task, and none was chosen all the same."""
    candidates = (look.facts.candidates or {}).get(task.task)
    if candidates is None or able(look, task):
        return
    present = [one for one in candidates if not one.missing]
    if present:
        known = ", ".join(dict.fromkeys(label for one in present for label in one.labels[:1]))
        message = f"Nothing here can do {task.task} for “{one_line(', '.join(asked(task)), 60)}”, only for: {known}."
    else:
        message = f"Nothing here can run {task.task}. {look.facts.help.get(task.task, '')}".strip()
    mends = (*_as_another(look, task), *skips(look, task))
    yield Problem(severity=Severity.ERROR, code=Code.NO_MODEL, message=message, uid=task.uid, mends=mends)


def _as_another(look: Look, task: Task) -> Iterator[Mend]:
    """Yield the edits that make it a task of another type that is known to have a model, if that makes no new error."""
    for way in ALTERNATIVES.get(task.task, ()):
        few = (look.facts.candidates or {}).get(way.to, ())
        other = as_another(task, way) if few else None
        able = next((one for one in few if other and can_run(other, one)), None)
        if other is None or able is None or _spoils(look, task, other):
            continue
        label = f"as {way.to} by {one_line(able.title or able.model, 60)}"
        words = f"{task.id} {task.task} becomes {way.to}"
        yield Mend(label=label, edit=Patch(put=(other,), assignments={task.uid: None}, words=words))


def _spoils(look: Look, task: Task, other: Task) -> bool:
    """Say whether a task in another form has a wrong argument, or gives what those that read it cannot take."""
    after = look.having(other)
    if any(one.severity is Severity.ERROR for one in arguments(after, other, TASKS[other.task])):
        return True
    return bool(_misread(after, task) - _misread(look, task))


def _misread(look: Look, source: Task) -> set[tuple[str, str | None]]:
    """Return which arguments of which tasks cannot take the result of one."""
    found: set[tuple[str, str | None]] = set()
    for uid in look.dependants.get(source.uid, ()):
        task = look.tasks[uid]
        spec = TASKS.get(task.task)
        for name, value in task.args.items():
            takes = spec.arg(name) if spec else None
            for ref in value.refs if takes else ():
                if takes and ref.uid == source.uid:
                    found |= {(uid, one.arg) for one in reference(look, task, takes, ref)}
    return found


def language(look: Look, task: Task) -> Iterator[Problem]:
    """Yield a warning for each argument whose language the chosen candidate does not speak.

    That is the language of what goes in, where it is known, and the one that the task itself names: to speak, to
    translate into. What is no language code makes no warning: an engine may know languages by name too.
    """
    candidate = _chosen(look, task)
    if candidate is None or not candidate.languages or not _EVERY.isdisjoint(candidate.languages):
        return
    spoken = {_code(one) for one in candidate.languages}
    asked_for = _told(task)
    if asked_for and asked_for not in spoken:
        message = f"{candidate.model} does not speak the language that task {task.id} asks for ({asked_for})."
        yield look.warning(Code.LANGUAGE, message, task, "language")
    for name, value in task.args.items():
        for said in sorted({one for part in value.parts if (one := _of(look, part))} - spoken):
            message = f"{candidate.model} does not speak the language of its input ({said})."
            yield look.warning(Code.LANGUAGE, message, task, name)


def few(look: Look, task: Task) -> Iterator[Problem]:
    """Yield a warning where a task is to find whatever there is, and what was chosen for it knows only a few things.

    What a person chose makes none: they know why.
    """
    spec, chosen = TASKS[task.task], look.facts.assignments.get(task.uid)
    if chosen is None or chosen.chosen_by == "person" or spec.arg("labels") is None:
        return
    candidate = _chosen(look, task)
    if candidate is not None and narrow(task, candidate):
        known = ", ".join(f"“{one_line(label, 40)}”" for label in candidate.labels[:_SHOWN])
        message = f"{candidate.model} knows only {known}: task {task.id} will find nothing else."
        yield look.warning(Code.NARROW, message, task)


def _chosen(look: Look, task: Task) -> Candidate | None:
    """Return what is known of the candidate that was chosen for a task."""
    chosen = look.facts.assignments.get(task.uid)
    candidates = (look.facts.candidates or {}).get(task.task, ()) if chosen else ()
    return next((one for one in candidates if chosen and one.name == chosen.candidate), None)


def _of(look: Look, part: str | Ref) -> str:
    if isinstance(part, str):
        fact = look.facts.files.get(part)
        return _code(fact.language or "") if fact else ""
    source = look.tasks.get(part.uid)
    return _told(source) if source else ""


def _told(task: Task) -> str:
    told = task.args.get("language")
    return _code(told.literal or "") if told else ""


def _code(text: str) -> str:
    """Return the language of a code, "de" for "de-AT"; an empty text where `text` is no code."""
    found = _CODE.fullmatch(text.strip())
    return found[1].lower() if found else ""
