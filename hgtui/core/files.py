"""Which files a plan reads."""

from collections.abc import Mapping

from hgtui.core.plan import Input, Plan, Task, Uid
from hgtui.core.resource import FILE_KINDS, FileFact
from hgtui.core.task import TASKS


def reads_file(plan: Plan, files: Mapping[str, FileFact]) -> dict[str, tuple[Uid, ...]]:
    """Return for each file the uids of the tasks that read it."""
    found: dict[str, list[Uid]] = {}
    for task in plan:
        for path in file_literals(task, files):
            found.setdefault(path, []).append(task.uid)
    return {path: tuple(uids) for path, uids in found.items()}


def file_literals(task: Task, files: Mapping[str, FileFact]) -> tuple[str, ...]:
    """Return the literal values of a task that name a file: all of a file's kind, and texts that are a known file."""
    spec = TASKS.get(task.task)
    found: list[str] = []
    for name, value in task.args.items():
        arg = spec.arg(name) if spec else None
        for text in _alone(value):
            if (arg and arg.kind in FILE_KINDS) or text in files:
                found.append(text)
    return tuple(dict.fromkeys(found))


def fetches(plan: Plan, files: Mapping[str, FileFact]) -> dict[str, tuple[Uid, ...]]:
    """Return for each address that is asked for a file when the plan runs the uids of the tasks that read it."""
    tasks = Plan(tasks=tuple(task for task in plan if not task.skip))
    return {path: uids for path, uids in reads_file(tasks, files).items() if path in files and files[path].pending}


def _alone(value: Input) -> tuple[str, ...]:
    if value.many:
        return value.literals
    return (value.literal,) if value.literal else ()
