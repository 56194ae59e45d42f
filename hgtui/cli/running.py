"""The commands that start or continue a run: run, approve, plan."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from hgtui.cli.again import wanted
from hgtui.cli.asking import ask_person, edit_in_editor
from hgtui.cli.checking import check_place, show_stopped
from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.cli.folders import allowed_folders
from hgtui.cli.graphing import graph_of
from hgtui.cli.headless import Headless
from hgtui.cli.own import settle
from hgtui.cli.picking import pick_model
from hgtui.cli.reading import read_plan_at
from hgtui.cli.way import RunWay
from hgtui.cli.words import answer_text, gate_words, say
from hgtui.core.addresses import is_address
from hgtui.core.commands import Approve, EditPlan, Submit
from hgtui.core.edits import Replace
from hgtui.core.events import Given
from hgtui.core.plan import Uid
from hgtui.core.planfile import PlanFile
from hgtui.core.ports import Turn
from hgtui.core.resource import FILE_KINDS
from hgtui.core.run import Run
from hgtui.core.states import EXIT_FAILED, Gates, TaskState
from hgtui.core.text import plural
from hgtui.session.again import once_more
from hgtui.session.conductor import Conductor
from hgtui.session.files import inspect
from hgtui.session.plantext import Form

_AGAIN = frozenset({TaskState.FAILED, TaskState.BLOCKED, TaskState.CANCELLED})


async def _check_files(files: tuple[str, ...]) -> None:
    base = await asyncio.to_thread(Path.cwd)
    for fact in await asyncio.gather(*(inspect(name, base) for name in files if not is_address(name))):
        if fact.error:
            raise Fault(fact.error, "Check what --file names.")


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


async def run(begin: Beginning, way: RunWay) -> int:
    """Run a request, or a plan file; return the exit status."""
    allowed = await asyncio.to_thread(allowed_folders, way.allow)
    await _check_files(begin.files)
    await asyncio.to_thread(check_out, way.out)
    kept, given = await _plan_of(begin)
    person = way.asks
    _check(begin, way, kept, person=person)
    stored = not way.no_store
    async with await Workplace.open(
        profile=way.profile, offline=way.offline, allowed=allowed, no_store=way.no_store
    ) as place:
        await pick_model(place, ask=way.asks_model)
        earlier = await _earlier(place, begin.after) if begin.after else ()
        conductor = place.conductor(
            approve_by=way.approve_by, attended=way.scripted, out=way.out, answer=way.answer, fresh=way.fresh
        )
        command = await _again(place, kept, begin) if kept else submit(begin.request, begin.files, given, earlier)
        commands = [command] if begin.asked else []
        live = looks_on(place, as_json=way.as_json)
        headless = Headless(conductor, as_json=way.as_json, scripted=way.scripted, live=live, stored=stored)
        status = await headless.follow(*commands)
        _tell_raw(place, conductor.run)
        from_file = "" if kept else begin.plan or ""
        if person:
            form = place.settings.edit_as
            status = await ask_at_gates(conductor, status, form=form, live=live, from_file=from_file, stored=stored)
        return close(conductor.run, status, as_json=way.as_json, shown=person, from_file=from_file, stored=stored)


async def _plan_of(begin: Beginning) -> tuple[str | None, PlanFile | None]:
    """Return the name of the run whose plan is run again, or what the plan file holds. Raises Fault."""
    plan = begin.plan
    if plan and begin.request.strip():
        raise Fault("A request and a plan file were given: one of them is run.", "Leave one of them out.")
    of_run = bool(plan) and await asyncio.to_thread(names_no_file, plan or "")
    if (begin.rerun or begin.supply) and not of_run:
        raise Fault("--rerun and --supply are for the plan of an earlier run.", "Name it: --plan RUN.")
    return (plan, None) if of_run else (None, read_plan_at(plan) if plan else None)


def _check(begin: Beginning, way: RunWay, kept: str | None, *, person: bool) -> None:
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


def check_out(out: Path | None) -> None:
    """Make the folder for the results now: a run whose results cannot be written is not begun."""
    if out is None:
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(
            f"The results cannot be written to {out}: {error.strerror}.", "Name another folder with --out."
        ) from None


def looks_on(place: Workplace, *, as_json: bool) -> bool:
    """Whether somebody looks on while an LLM plans; rules are done before anybody could."""
    return place.chat is not None and not as_json and sys.stderr.isatty()


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


async def _earlier(place: Workplace, name: str) -> tuple[Turn, ...]:
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


async def _again(place: Workplace, name: str, begin: Beginning) -> Submit:
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


def _tell_raw(place: Workplace, run: Run) -> None:
    """Say where a planner's words are kept of which no plan came."""
    if run.planning_failed is not None and run.planning_failed.raw and place.traceless is None:
        say(f"What the planner said is kept in {place.artifacts.path(run.planning_failed.raw)}.")


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


async def approve(name: str, fingerprint: str, way: RunWay) -> int:
    """Go on from the gate where a run waits."""
    allowed = await asyncio.to_thread(allowed_folders, way.allow)
    async with await Workplace.open(profile=way.profile, offline=way.offline, allowed=allowed) as place:
        run, lock = await place.take(name)
        answer = way.answer
        if run.gate is not None:
            answer = await settle(place, run, way.profile, answer, ask=way.asks_model)
        conductor = place.conductor(run, lock=lock, attended=False, out=way.out, answer=answer, fresh=way.fresh)
        if run.ended:
            raise Fault(f"The run {run.id} has ended already.", f"Its answer: hgtui show {run.id}")
        if run.gate is None:
            raise Fault(f"The run {run.id} waits at no gate.", f"To go on with it: hgtui resume {run.id}")
        headless = Headless(conductor, as_json=way.as_json, live=looks_on(place, as_json=way.as_json))
        try:
            status = await headless.follow(Approve(fingerprint=fingerprint))
        except Fault as fault:
            await conductor.settled()  # the gate may open again
            raise _not_approved(conductor, fault) from None
        return close(conductor.run, status, as_json=way.as_json, shown=False)


def _not_approved(conductor: Conductor, fault: Fault) -> Fault:
    """Return what a refused approval is told as: 1 for a plan with errors, 2 for a fingerprint that is not its own."""
    run = conductor.run
    if conductor.error is not None or run.gate is None:
        return fault
    if not run.gate.approvable:
        return Fault(fault.message, f"See them: hgtui show {run.id}", EXIT_FAILED)
    return Fault(fault.message, f"Look at the plan: hgtui show {run.id}")


async def plan(request: str, files: tuple[str, ...], way: RunWay, *, output: str | None, graph: bool = False) -> int:
    """Plan a request and choose models, and stop there; with `graph` print the plan as a drawing."""
    allowed = await asyncio.to_thread(allowed_folders, way.allow)
    await _check_files(files)
    if not request.strip():
        raise Fault("The request is empty.", 'Say what you want: hgtui plan "Summarize notes.txt".')
    if output:
        await asyncio.to_thread(check_place, Path(output))
    async with await Workplace.open(
        profile=way.profile, offline=way.offline, allowed=allowed, no_store=way.no_store
    ) as place:
        await pick_model(place, ask=way.asks_model)
        conductor = place.conductor(attended=False, gates=Gates.MERGED, only_plans=True)
        headless = Headless(conductor, live=looks_on(place, as_json=way.as_json), stored=not way.no_store)
        status = await headless.follow(Submit(request=request, files=files))
        run = conductor.run
        _tell_raw(place, run)
        if run.gate is None:
            return close(run, status, as_json=False, shown=True)
        words = graph_of(run) if graph and run.plan.tasks else ""
        return show_stopped(run, run.gate, as_json=way.as_json, output=output, words=words)
