"""What a run begins with: a request, a plan file, or the plan of an earlier run."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from hgtui.cli.again import wanted
from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.cli.reading import read_plan_at
from hgtui.cli.way import RunWay
from hgtui.core.commands import Submit
from hgtui.core.events import Given
from hgtui.core.plan import Uid
from hgtui.core.planfile import PlanFile
from hgtui.core.ports import Turn
from hgtui.core.run import Run
from hgtui.session.again import once_more


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a run begins with: a request, a plan file, or the plan of an earlier run.

    `after` names the run whose conversation goes on. Of the plan of an earlier run the tasks of `rerun` run though their
    results are kept, and `supply` has results by hand, as "TASK=TEXT" or "TASK=FILE".
    """

    request: str
    files: tuple[str, ...] = ()
    plan: str | None = None
    after: str | None = None
    rerun: tuple[int, ...] = ()
    supply: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether there is something to run: else a script says it."""
        return bool(self.request.strip()) or self.plan is not None


async def plan_of(begin: Beginning) -> tuple[str | None, PlanFile | None]:
    """Return the name of the run whose plan is run again, or what the plan file holds. Raises Fault."""
    plan = begin.plan
    if plan and begin.request.strip():
        raise Fault("A request and a plan file were given: one of them is run.", "Leave one of them out.")
    of_run = bool(plan) and await asyncio.to_thread(names_no_file, plan or "")
    if (begin.rerun or begin.supply) and not of_run:
        raise Fault("--rerun and --supply are for the plan of an earlier run.", "Name it: --plan RUN.")
    return (plan, None) if of_run else (None, read_plan_at(plan) if plan else None)


def check_together(begin: Beginning, way: RunWay, kept: str | None, *, person: bool) -> None:
    """Check that what was asked for goes together. Raises Fault."""
    if not begin.asked and not way.scripted:
        raise Fault("The request is empty.", 'Say what you want: hgtui run "Read the text in page.png".')
    if way.no_store and (begin.after or kept):
        option = "--after" if begin.after else "--plan with the name of a run"
        raise Fault(
            f"{option} reads a stored run, and --no-store leaves the stored runs alone.", "Leave one of them out."
        )
    if begin.after and not begin.asked:
        raise Fault("--after needs a request.", "A script says the earlier turns itself, in its command submit.")
    if way.no_store and not (person or way.yes or way.scripted):
        raise Fault("A run that is not stored cannot be approved later.", "Add --yes, or --commands - to approve it.")


async def turns_of(place: Workplace, name: str) -> tuple[Turn, ...]:
    """Return the conversation up to the end of a run. Raises Fault where it has no answer to go on from."""
    run = await place.run(name)
    if run.answer is None:
        raise Fault(f"The run {run.id} has no answer to go on from.", f"How far it came: hgtui show {run.id}")
    return run.turns


def names_no_file(name: str) -> bool:
    """Whether a plan is named that is no file: then it is the plan of a run."""
    if name == "-":
        return False
    try:
        Path(name).stat()
    except PermissionError:  # something is there: who reads it says what is wrong with it
        return False
    except (OSError, ValueError):
        return True
    return False


async def again(place: Workplace, name: str, begin: Beginning) -> Submit:
    """Return the command that runs the plan of a stored run once more, with its models and what a person named for it.

    Raises Fault where there is no such run, it has no plan, or no such task.
    """
    try:
        run = await place.run(name)
    except Fault as fault:
        raise Fault(f"There is no file {name}, and no run of that name: {fault.message}", fault.hint) from None
    return plan_again(run, begin.files, *wanted(run, begin.rerun, begin.supply))


def plan_again(
    run: Run, files: tuple[str, ...] = (), anew: tuple[Uid, ...] = (), given: tuple[Given, ...] = ()
) -> Submit:
    """Return the command that runs the plan of a run once more, as `once_more`. Raises Fault where it has no plan."""
    if not run.plan.tasks:
        raise Fault(f"The run {run.id} has no plan that could be run again.", f"How far it came: hgtui show {run.id}")
    return once_more(run, files, anew=anew, given=given)


def again_line(run: Run) -> str:
    """Return the command that runs the plan of a run once more."""
    return f"hgtui run --plan {run.id}"


def submit(request: str, files: tuple[str, ...], given: PlanFile | None, earlier: tuple[Turn, ...] = ()) -> Submit:
    """Return the command that starts a run, from a request or from a plan file."""
    if given is None:
        return Submit(request=request, files=files, earlier=earlier)
    plan = given.reading.plan
    return Submit(
        request=plan.request,
        files=files,
        earlier=earlier,
        plan=plan,
        assignments=given.assignments,
        notes=given.reading.dropped,
    )
