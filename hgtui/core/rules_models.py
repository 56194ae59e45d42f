"""What is wrong with who runs a task: nothing can, or what was chosen does not speak the language."""

from collections.abc import Iterator

from hgtui.core.edit import Skip
from hgtui.core.fit import asked, can_run
from hgtui.core.look import Look
from hgtui.core.plan import Ref, Task
from hgtui.core.problem import Code, Mend, Problem
from hgtui.core.text import one_line


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
    """Yield a warning for each argument whose language the chosen candidate does not speak."""
    chosen = look.facts.assignments.get(task.uid)
    candidates = (look.facts.candidates or {}).get(task.task, ())
    candidate = next((one for one in candidates if chosen and one.name == chosen.candidate), None)
    if candidate is None or not candidate.languages:
        return
    for name, value in task.args.items():
        for said in {_language(look, part) for part in value.parts} - {None}:
            if said not in candidate.languages:
                message = f"{candidate.model} does not speak the language of its input ({said})."
                yield look.warning(Code.LANGUAGE, message, task, name)


def _language(look: Look, part: str | Ref) -> str | None:
    if isinstance(part, str):
        fact = look.facts.files.get(part)
        return fact.language if fact else None
    source = look.tasks.get(part.uid)
    told = source.args.get("language") if source else None
    return told.literal if told else None
