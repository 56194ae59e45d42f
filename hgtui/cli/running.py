"""The commands that start or continue a run: run, approve, plan."""

import asyncio
import json
import sys
from pathlib import Path

from hgtui.cli.asking import ask_person, edit_in_editor
from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.cli.headless import Headless
from hgtui.cli.words import answer_text, gate_words, plan_table, problem_lines, problem_row, say
from hgtui.core.commands import Approve, EditPlan, Submit
from hgtui.core.edits import Draft, Replace
from hgtui.core.events import GateOpened
from hgtui.core.plan import Plan
from hgtui.core.planfile import PlanFile, read_plan_file, write_plan
from hgtui.core.problems import Facts, errors, file_literals, problems
from hgtui.core.reading import PlanError
from hgtui.core.run import Run
from hgtui.core.states import EXIT_FAILED, EXIT_OK, EXIT_USAGE, Gates
from hgtui.core.task import TASKS
from hgtui.core.text import plural
from hgtui.execution.endpoints.embedded.endpoint import EmbeddedCatalogue
from hgtui.session.conductor import Conductor
from hgtui.session.files import inspect
from hgtui.session.intake import is_address

PLAN_FILE_LIMIT = 20_000_000


def read_source(name: str) -> str:
    """Return the text of a file, or of standard input for "-". Raises Fault where it cannot be read as UTF-8."""
    try:
        data = sys.stdin.buffer.read(PLAN_FILE_LIMIT + 1) if name == "-" else _read(Path(name))
    except OSError as error:
        raise Fault(f"{name} cannot be read: {error.strerror or error}.") from None
    if len(data) > PLAN_FILE_LIMIT:
        raise Fault(f"{name} is larger than {PLAN_FILE_LIMIT // 1_000_000} MB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Fault(f"{name} is not UTF-8 text: byte {error.start} cannot be read.") from None


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise Fault(f"{path} is no file." if path.exists() else f"There is no file {path}.")
    with path.open("rb") as file:
        return file.read(PLAN_FILE_LIMIT + 1)


def read_plan_at(name: str) -> PlanFile:
    """Read a plan file. Raises Fault where it is none."""
    try:
        return read_plan_file(read_source(name))
    except PlanError as error:
        raise Fault(f"{name} is no plan: {error}", f"hgtui check {name}, once it is mended.") from None


async def _check_files(files: tuple[str, ...]) -> None:
    base = await asyncio.to_thread(Path.cwd)
    for fact in await asyncio.gather(*(inspect(name, base) for name in files)):
        if fact.error:
            raise Fault(fact.error, "Check what --file names.")


async def run(
    request: str,
    *,
    files: tuple[str, ...],
    plan: str | None,
    yes: bool,
    as_json: bool,
    scripted: bool,
    out: Path | None,
) -> int:
    """Run a request, or a plan file; return the exit status."""
    await _check_files(files)
    given = read_plan_at(plan) if plan else None
    for dropped in given.reading.dropped if given else ():
        say(f"note: {dropped}")
    if given is None and not request.strip() and not scripted:
        raise Fault("The request is empty.", 'Say what you want: hgtui run "Read the text in page.png".')
    person = sys.stdin.isatty() and sys.stderr.isatty() and not (yes or as_json or scripted)
    async with await Workplace.open() as place:
        conductor = place.conductor(approve_by="--yes" if yes else "", attended=scripted, out=out)
        commands = [] if scripted and not (request.strip() or given) else [submit(request, files, given)]
        status = await Headless(conductor, as_json=as_json, scripted=scripted).follow(*commands)
        _tell_raw(place, conductor.run)
        while person and conductor.run.gate is not None:
            say(gate_words(conductor.run, from_file=given is not None))
            reply = await ask_person(conductor.run)
            if reply == "n":
                break
            status = await _reply(conductor, reply, status)
        return _close(conductor.run, status, as_json=as_json, shown=person, from_file=given is not None)


def submit(request: str, files: tuple[str, ...], given: PlanFile | None) -> Submit:
    """Return the command that starts a run, from a request or from a plan file."""
    if given is None:
        return Submit(request=request, files=files)
    plan = given.reading.plan
    if request.strip():
        plan = Plan(request=request, planner=plan.planner, tasks=plan.tasks)
    return Submit(request=plan.request, files=files, plan=plan, assignments=given.assignments)


def _tell_raw(place: Workplace, run: Run) -> None:
    """Say where a planner's words are kept of which no plan came."""
    if run.planning_failed is not None and run.planning_failed.raw:
        say(f"What the planner said is kept in {place.artifacts.path(run.planning_failed.raw)}.")


async def _reply(conductor: Conductor, reply: str, status: int) -> int:
    """Do what the person said; what cannot be done is told, and they are asked again."""
    run = conductor.run
    try:
        if reply == "y" and run.gate is not None:
            return await Headless(conductor).follow(Approve(fingerprint=run.gate.fingerprint))
        draft = await edit_in_editor(run)
        if draft is not None:
            return await Headless(conductor).follow(EditPlan(edit=Replace(draft=draft)))
        say("Nothing was changed.")
    except Fault as fault:
        if conductor.error is not None:
            raise
        say(f"{fault.message} {fault.hint}".rstrip())
    return status


def _close(run: Run, status: int, *, as_json: bool, shown: bool, from_file: bool = False) -> int:
    """Print the answer, or what a person needs to go on."""
    if as_json:
        return status
    if run.answer is not None:
        sys.stdout.write(answer_text(run.answer) + "\n")
    elif run.gate is not None and not shown:
        say(gate_words(run, from_file=from_file))
    return status


async def approve(name: str, fingerprint: str, *, as_json: bool, out: Path | None) -> int:
    """Go on from the gate where a run waits."""
    async with await Workplace.open() as place:
        run = await place.run(name)
        if run.ended:
            raise Fault(f"The run {run.id} has ended already.", f"Its answer: hgtui show {run.id}")
        if run.gate is None:
            raise Fault(f"The run {run.id} waits at no gate.", f"How far it came: hgtui show {run.id}")
        conductor = place.conductor(run, attended=False, out=out)
        try:
            status = await Headless(conductor, as_json=as_json).follow(Approve(fingerprint=fingerprint))
        except Fault as fault:
            await conductor.settled()  # the gate may open again
            raise _not_approved(conductor, fault) from None
        return _close(conductor.run, status, as_json=as_json, shown=False)


def _not_approved(conductor: Conductor, fault: Fault) -> Fault:
    """Return what a refused approval is told as: 1 for a plan with errors, 2 for a fingerprint that is not its own."""
    run = conductor.run
    if conductor.error is not None or run.gate is None:
        return fault
    if not run.gate.approvable:
        return Fault(fault.message, f"See them: hgtui show {run.id}", EXIT_FAILED)
    return Fault(fault.message, f"Look at the plan: hgtui show {run.id}")


async def plan(request: str, *, files: tuple[str, ...], as_json: bool, output: str | None) -> int:
    """Plan a request and choose models, and stop there."""
    await _check_files(files)
    if not request.strip():
        raise Fault("The request is empty.", 'Say what you want: hgtui plan "Summarize notes.txt".')
    async with await Workplace.open() as place:
        conductor = place.conductor(attended=False, gates=Gates.MERGED)
        status = await Headless(conductor).follow(Submit(request=request, files=files))
        run = conductor.run
        _tell_raw(place, run)
        if run.gate is None:
            return _close(run, status, as_json=False, shown=True)
        show_plan(run.draft, run.facts, run.gate, as_json=as_json, output=output)
        return EXIT_OK if run.gate.approvable else EXIT_FAILED


def show_plan(draft: Draft, facts: Facts, opened: GateOpened | None, *, as_json: bool, output: str | None) -> int:
    """Print a plan, or write it to a file; return 1 where it has errors, else 0."""
    found = problems(draft.plan, facts)
    data = write_plan(
        draft.plan,
        draft.assignments,
        fingerprint=opened.fingerprint if opened else "",
        approvable=bool(opened and opened.approvable),
        problems=[problem_row(one, draft.plan) for one in found],
    )
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    if output:
        _write(Path(output), text)
        say(f"The plan is in {output}.")
    if as_json:
        sys.stdout.write(text)
    elif not output:
        sys.stdout.write(plan_table(draft.plan, dict(draft.assignments)) + "\n")
    if found:
        say(problem_lines(found, draft.plan))
    return EXIT_FAILED if errors(found) else EXIT_OK


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Fault(f"{path} cannot be written: {error.strerror or error}.") from None


async def check(name: str, *, as_json: bool, output: str | None = None, parsing: bool = False) -> int:
    """Read a plan file, or with `parsing` a raw reply, and print its problems; 1 where it has errors."""
    try:
        found = read_plan_file(await asyncio.to_thread(read_source, name))
    except PlanError as error:
        raise Fault(f"{name} is no plan: {error}", exit=EXIT_FAILED if parsing else EXIT_USAGE) from None
    for dropped in found.reading.dropped:
        say(f"note: {dropped}")
    plan = found.reading.plan
    facts = await look_at(plan)
    draft = Draft(plan=plan, assignments=found.assignments)
    if parsing:
        return show_plan(draft, facts, None, as_json=as_json, output=output)
    listed = problems(plan, facts)
    if as_json:
        rows = [problem_row(one, plan) for one in listed]
        sys.stdout.write(json.dumps({"version": 1, "problems": rows}, indent=2, ensure_ascii=False) + "\n")
    elif listed:
        sys.stdout.write(problem_lines(listed, plan) + "\n")
    else:
        say(f"{plural(len(plan), 'task')}, no problems.")
    return EXIT_FAILED if errors(listed) else EXIT_OK


async def look_at(plan: Plan) -> Facts:
    """Return what is known of the files that a plan names and of what could run it here."""
    base = await asyncio.to_thread(Path.cwd)
    paths = dict.fromkeys(path for task in plan for path in file_literals(task, {}) if not is_address(path))
    files = await asyncio.gather(*(inspect(path, base) for path in paths))
    catalogue = EmbeddedCatalogue()
    kinds = {task.task for task in plan if task.task in TASKS}
    candidates = {kind: await catalogue.candidates(kind) for kind in kinds}
    words = {kind: catalogue.help(kind) for kind in kinds}
    return Facts(files={fact.path: fact for fact in files}, candidates=candidates, help=words)
