"""A run that is gone on with: under its own profile, and with a model only where something still needs the controller."""

from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.cli.picking import pick_model
from hgtui.cli.words import say
from hgtui.config import ConfigError
from hgtui.core.run import Run
from hgtui.core.states import Gate
from hgtui.llm.profile import resolve
from hgtui.session.places import CONTROLLER, open_tasks


async def settle(place: Workplace, run: Run, profile: str | None, answer: str | None, *, ask: bool) -> str | None:
    """Take the profile that a run was begun with, unless one is named, settle its model; return who answers.

    Where nothing that is left needs the controller nobody is asked which model it is, and the program answers where that
    is not known. Raises Fault.
    """
    await own_profile(place, run, profile)
    needed = needs_controller(run, answer)
    try:
        await pick_model(place, ask=ask and needed)
    except Fault:
        if needed:
            raise
        return "program"
    return answer


async def own_profile(place: Workplace, run: Run, profile: str | None) -> None:
    """Take the profile that a run was begun with, where none is named and it still exists. Raises Fault."""
    if profile is not None or not run.profile or run.profile == place.choice.profile:
        return
    try:
        choice = await resolve(place.settings, place.environ, run.profile)
    except ConfigError as error:
        say(f"note: the run was begun with profile {run.profile!r}, which is not taken: {error.message}")
        return
    await place.switch(choice)


def needs_controller(run: Run, answer: str | None) -> bool:
    """Whether something that is left of a run is for an LLM: to plan, to choose, a task, the answer."""
    if run.proposed is None or (run.gate is None and run.grant is None):
        return True
    if run.gate is not None and run.gate.gate is Gate.PLAN:  # models are chosen behind it
        return True
    chosen = run.draft.assignments
    names = (chosen[task.uid].candidate for task in open_tasks(run) if task.uid in chosen)
    return (answer or run.answer_by) == "llm" or any(name.partition(":")[0] == CONTROLLER for name in names)
