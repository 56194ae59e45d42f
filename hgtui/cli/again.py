"""What the command line says of the tasks of a plan that ran before: which run anew, which have a result by hand."""

from pathlib import Path

from hgtui.cli.faults import Fault
from hgtui.core.events import Given
from hgtui.core.given import IN_WORDS, gives, read_given
from hgtui.core.plan import Task, Uid
from hgtui.core.run import Run
from hgtui.core.text import clean, one_line


def wanted(run: Run, rerun: tuple[int, ...], supply: tuple[str, ...]) -> tuple[tuple[Uid, ...], tuple[Given, ...]]:
    """Return which tasks of a run are to run anew and which have a result by hand. Raises Fault."""
    return tuple(_task(run, one, "--rerun").uid for one in rerun), tuple(_given(run, one) for one in supply)


def _task(run: Run, number: int, option: str) -> Task:
    found = next((one for one in run.plan if one.id == number), None)
    if found is None:
        raise Fault(f"{option}: the plan of {run.id} has no task {number}.", f"Its tasks: hgtui show {run.id}")
    return found


def _given(run: Run, typed: str) -> Given:
    number, equals, what = typed.partition("=")
    if not equals or not number.strip().isdecimal():
        raise Fault(
            f"--supply: “{one_line(typed, 60)}” names no task.", "Write TASK=TEXT or TASK=FILE: --supply 2=bees.txt"
        )
    task = _task(run, int(number), "--supply")
    if gives(task.task) not in IN_WORDS or _is_file(what):
        return Given(uid=task.uid, path=what)
    try:
        read_given(task.task, clean(what))
    except ValueError as error:
        raise Fault(f"--supply {task.id}: {error}") from None
    return Given(uid=task.uid, text=what)


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False
