"""The commands that start or continue a run: run, approve, plan."""

import asyncio
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.cli.headless import Headless, ask_person, gate_words, say
from hgtui.cli.words import plan_table, problem_lines, problem_row
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
    """Read a plan file. Raises Fault where it is none, or where something in it could not be taken."""
    try:
        found = read_plan_file(read_source(name))
    except PlanError as error:
        raise Fault(f"{name} is no plan: {error}") from None
    return found


def _check_files(files: tuple[str, ...]) -> None:
    for name in files:
        if not Path(name).expanduser().is_file():
            raise Fault(f"There is no file {name}.", "Check the path that --file names.")


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
    _check_files(files)
    given = read_plan_at(plan) if plan else None
    if given is None and not request.strip() and not scripted:
        raise Fault("The request is empty.", 'Say what you want: hgtui run "Read the text in page.png".')
    person = sys.stdin.isatty() and sys.stderr.isatty() and not (yes or as_json or scripted)
    async with await Workplace.open() as place:
        conductor = place.conductor(approve_by="--yes" if yes else "", attended=scripted, out=out)
        commands = [] if scripted and not (request.strip() or given) else [submit(request, files, given)]
        status = await Headless(conductor, as_json=as_json, scripted=scripted).follow(*commands)
        while person and conductor.run.gate is not None:
            reply = await ask_person(conductor.run)
            if reply == "n":
                break
            status = await _reply(conductor, reply, status)
        return _close(conductor.run, status, as_json=as_json, shown=person)


def submit(request: str, files: tuple[str, ...], given: PlanFile | None) -> Submit:
    """Return the command that starts a run, from a request or from a plan file."""
    if given is None:
        return Submit(request=request, files=files)
    plan = given.reading.plan
    if request.strip():
        plan = Plan(request=request, planner=plan.planner, tasks=plan.tasks)
    return Submit(request=plan.request, files=files, plan=plan, assignments=given.assignments)


async def _reply(conductor: Conductor, reply: str, status: int) -> int:
    run = conductor.run
    if reply == "y" and run.gate is not None:
        return await Headless(conductor).follow(Approve(fingerprint=run.gate.fingerprint))
    draft = await edit_in_editor(run)
    if draft is None:
        say("Nothing was changed.")
        return status
    return await Headless(conductor).follow(EditPlan(edit=Replace(draft=draft)))


async def edit_in_editor(run: Run) -> Draft | None:
    """Let a person change the plan as JSON in $VISUAL or $EDITOR; None where nothing changed.

    A text that is no plan is never lost: the editor opens again on it, with what is wrong in the first line.
    """
    before = json.dumps(write_plan(run.plan, run.draft.assignments), indent=2, ensure_ascii=False) + "\n"
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    text, wrong = before, ""
    with tempfile.TemporaryDirectory(prefix="hgtui-edit-") as folder:
        path = Path(folder) / "plan.json"
        while True:
            path.write_text((f"# {wrong}\n" if wrong else "") + text, encoding="utf-8")
            try:
                await asyncio.to_thread(subprocess.run, [*editor, str(path)], check=True)
            except (OSError, subprocess.CalledProcessError) as error:
                raise Fault(f"The editor {editor[0]} did not work: {error}.", "Set EDITOR.") from None
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
            changed = "".join(line for line in lines if not line.startswith("#"))
            if changed in {before, text if wrong else before}:
                return None
            text = changed
            try:
                found = read_plan_file(text)
            except PlanError as error:
                wrong = str(error)
                say(f"This is no plan: {error}")
                continue
            return Draft(plan=found.reading.plan, assignments=found.assignments)


def _close(run: Run, status: int, *, as_json: bool, shown: bool) -> int:
    """Print the answer, or what a person needs to go on."""
    if as_json:
        return status
    if run.answer is not None:
        sys.stdout.write(run.answer.text + "\n")
    elif run.gate is not None and not shown:
        say(gate_words(run))
    return status


async def approve(name: str, fingerprint: str, *, as_json: bool, out: Path | None) -> int:
    """Go on from the gate where a run waits."""
    async with await Workplace.open() as place:
        run = await place.run(name)
        if run.ended:
            raise Fault(f"The run {run.id} has ended already.", f"hgtui show {run.id}")
        if run.gate is None:
            raise Fault(f"The run {run.id} waits at no gate.", f"hgtui show {run.id}")
        conductor = place.conductor(run, attended=False, out=out)
        status = await Headless(conductor, as_json=as_json).follow(Approve(fingerprint=fingerprint))
        return _close(conductor.run, status, as_json=as_json, shown=False)


async def plan(request: str, *, files: tuple[str, ...], as_json: bool, output: str | None) -> int:
    """Plan a request and choose models, and stop there."""
    _check_files(files)
    if not request.strip():
        raise Fault("The request is empty.", 'Say what you want: hgtui plan "Summarize notes.txt".')
    async with await Workplace.open() as place:
        conductor = place.conductor(attended=False, gates=Gates.MERGED)
        status = await Headless(conductor).follow(Submit(request=request, files=files))
        run = conductor.run
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
