"""What is wrong with the arguments of a task: left out, unknown, too many values, values of the wrong kind."""

from collections.abc import Iterator

from hgtui.core.edit import Patch, Set
from hgtui.core.look import KIND_WORDS, Look
from hgtui.core.plan import Input, Task
from hgtui.core.problem import Code, Mend, Problem
from hgtui.core.resource import FILE_KINDS
from hgtui.core.rules_values import literal, reference
from hgtui.core.task import TASKS, Arg, TaskSpec
from hgtui.core.text import one_line


def arguments(look: Look, task: Task, spec: TaskSpec) -> Iterator[Problem]:
    """Yield what is wrong with the arguments of a task of a known type."""
    for arg in spec.required:
        given = task.args.get(arg.name, Input())
        if not given.refs and not any(text.strip() for text in given.literals):
            message = f"{task.task} needs “{arg.name}”: {arg.about}."
            yield look.error(Code.MISSING_ARGUMENT, message, task, arg.name, look.offer(task, arg))
    for name, value in task.args.items():
        takes = spec.arg(name)
        if takes is None:
            yield look.error(Code.UNKNOWN_ARGUMENT, *_unknown(look, task, spec, name))
            continue
        if takes.kind in FILE_KINDS and not takes.many and value.many and len(value.parts) > 1:
            message = f"“{name}” of task {task.id} takes {KIND_WORDS[takes.kind]}, not {len(value.parts)}."
            yield look.error(Code.WRONG_KIND, message, task, name)
        for ref in value.refs:
            yield from reference(look, task, takes, ref)
        for text in value.literals:
            yield from literal(look, task, takes, text, alone=value.many or value.literal is not None)


def _unknown(look: Look, task: Task, spec: TaskSpec, name: str) -> tuple[str, Task, str, Mend]:
    free = [arg for arg in spec.required if arg.name not in task.args]
    names = ", ".join(arg.name for arg in spec.args)
    message = f"{task.task} takes no “{one_line(name, 40)}”, only {names}."
    if len(free) == 1 and _fits(look, task.args[name], free[0]):
        args = {(free[0].name if one == name else one): value for one, value in task.args.items()}
        put = task.update(args=args, locked=(*task.locked, free[0].name))
        label = f"use it as {free[0].name}"
        return (
            message,
            task,
            name,
            Mend(label=label, edit=Patch(put=(put,), words=f"{task.id} {task.task}: {label}")),
        )
    return message, task, name, Mend(label="take it out", edit=Set(uid=task.uid, name=name))


def _fits(look: Look, value: Input, arg: Arg) -> bool:
    specs = [TASKS.get(look.tasks[ref.uid].task) for ref in value.refs if ref.uid in look.tasks]
    files = [text in look.facts.files for text in value.literals]
    return all(spec and spec.gives(arg.kind) for spec in specs) and (arg.kind not in FILE_KINDS or all(files))
