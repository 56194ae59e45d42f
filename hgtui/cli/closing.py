"""Where a run stops: a person is asked at its gate, or told how it ended and how it goes on."""

import sys

from hgtui.cli.asking import ask_person, edit_in_editor
from hgtui.cli.beginning import again_line
from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.cli.headless import Headless
from hgtui.cli.words import answer_text, gate_words, say
from hgtui.core.commands import Approve, EditPlan
from hgtui.core.edits import Replace
from hgtui.core.resource import FILE_KINDS
from hgtui.core.run import Run
from hgtui.core.states import TaskState
from hgtui.core.text import plural
from hgtui.session.conductor import Conductor
from hgtui.session.plantext import Form

_AGAIN = frozenset({TaskState.FAILED, TaskState.BLOCKED, TaskState.CANCELLED})


async def ask_at_gates(
    conductor: Conductor, status: int, *, form: Form, live: bool, from_file: str = "", stored: bool = True
) -> int:
    """Ask the person at a terminal at each gate, until they say no; return the exit status.

    `form` is that of the text in which they edit the plan.
    """
    while conductor.run.gate is not None:
        say(gate_words(conductor.run, from_file=from_file, stored=stored))
        reply = await ask_person(conductor.run, stored=stored)
        if reply == "n":
            break
        status = await _reply(conductor, reply, status, form=form, live=live, stored=stored)
    return status


async def _reply(conductor: Conductor, reply: str, status: int, *, form: Form, live: bool, stored: bool) -> int:
    """Do what the person said; what cannot be done is told, and they are asked again."""
    run = conductor.run
    try:
        if reply == "y" and run.gate is not None:
            headless = Headless(conductor, live=live, stored=stored)
            return await headless.follow(Approve(fingerprint=run.gate.fingerprint))
        draft = await edit_in_editor(run, form)
        if draft is not None and draft != run.draft:
            return await Headless(conductor, stored=stored).follow(EditPlan(edit=Replace(draft=draft)))
        say("Nothing was changed.")
    except Fault as fault:
        if conductor.error is not None:
            raise
        say(f"{fault.message} {fault.hint}".rstrip())
    return status


def close(run: Run, status: int, *, as_json: bool, shown: bool, from_file: str = "", stored: bool = True) -> int:
    """Print the answer, or what a person needs to go on."""
    if as_json:
        return status
    if run.answer is not None:
        sys.stdout.write(answer_text(run.answer) + "\n")
        _tell_unkept(run, stored=stored)
        if stored and run.ended and any(run.state(task.uid) in _AGAIN for task in run.plan):
            sys.stdout.flush()
            say(f"To try again what has no result, and reuse what is done: {again_line(run)}")
    elif run.gate is not None and not shown:
        say(gate_words(run, from_file=from_file, stored=stored))
    return status


def _tell_unkept(run: Run, *, stored: bool) -> None:
    """Say that files were made of which nothing is left."""
    made = [one for status in run.tasks.values() for one in status.results if one.kind in FILE_KINDS]
    if not stored and made and run.answer is not None and not run.answer.files:
        were = "was" if len(made) == 1 else "were"
        say(f"note: {plural(len(made), 'file')} {were} made and not kept: --out DIR keeps what is made.")


def tell_raw(place: Workplace, run: Run) -> None:
    """Say where a planner's words are kept of which no plan came."""
    if run.planning_failed is not None and run.planning_failed.raw and place.traceless is None:
        say(f"What the planner said is kept in {place.artifacts.path(run.planning_failed.raw)}.")
