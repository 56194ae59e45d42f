"""What is wrong with who runs a task: nothing can, or what was chosen does not speak the language."""

import re
from collections.abc import Iterator

from hgtui.core.edit import Skip
from hgtui.core.fit import asked, can_run
from hgtui.core.look import Look
from hgtui.core.plan import Ref, Task
from hgtui.core.problem import Code, Mend, Problem
from hgtui.core.text import one_line

_CODE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")
_EVERY = frozenset({"multilingual", "mul"})
"""What a model card of the Hub has among its languages where it speaks too many to name them all."""


def runnable(look: Look, task: Task) -> Iterator[Problem]:
    """Yield an error where it is known that nothing can run the task, and none was chosen all the same."""
    if look.facts.candidates is None or task.uid in look.facts.assignments:
        return
    candidates = look.facts.candidates.get(task.task)
    if candidates is None or any(can_run(task, one) for one in candidates):
        return
    present = [one for one in candidates if not one.missing]
    if present:
        known = ", ".join(dict.fromkeys(label for one in present for label in one.labels[:1]))
        message = f"Nothing here can do {task.task} for “{one_line(', '.join(asked(task)), 60)}”, only for: {known}."
    else:
        message = f"Nothing here can run {task.task}. {look.facts.help.get(task.task, '')}".strip()
    mend = Mend(label=f"skip {task.id}", edit=Skip(uid=task.uid))
    yield look.error(Code.NO_MODEL, message, task, mend=mend)


def language(look: Look, task: Task) -> Iterator[Problem]:
    """Yield a warning for each argument whose language the chosen candidate does not speak.

    That is the language of what goes in, where it is known, and the one that the task itself names: to speak, to
    translate into. What is no language code makes no warning: an engine may know languages by name too.
    """
    chosen = look.facts.assignments.get(task.uid)
    candidates = (look.facts.candidates or {}).get(task.task, ())
    candidate = next((one for one in candidates if chosen and one.name == chosen.candidate), None)
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
