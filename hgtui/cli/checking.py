"""A plan without a run: its problems, the plan file that is printed or written, and a planner's raw reply."""

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from hgtui.cli.faults import Fault
from hgtui.cli.graphing import graph_of
from hgtui.cli.reading import place_in, read_plan_at, read_source
from hgtui.cli.sources import Sources, catalogues
from hgtui.cli.words import mend_lines, plan_table, problem_lines, problem_row, say
from hgtui.core.addresses import is_address
from hgtui.core.alternatives import other_types
from hgtui.core.edits import Draft
from hgtui.core.events import GateOpened
from hgtui.core.fit import can_run
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Plan, Uid
from hgtui.core.planfile import write_plan
from hgtui.core.ports import Catalogue, StoreError
from hgtui.core.problems import Facts, Problem, errors, file_literals, problems
from hgtui.core.ruling import Rulebook, ruling
from hgtui.core.run import Run
from hgtui.core.stand_ins import known_as
from hgtui.core.states import EXIT_FAILED, EXIT_OK
from hgtui.core.task import TASKS
from hgtui.core.text import plural
from hgtui.session.bringing import HOW
from hgtui.session.files import inspect


def show_plan(
    draft: Draft,
    facts: Facts,
    *,
    as_json: bool,
    output: str | None,
    fingerprint: str = "",
    approvable: bool = False,
    words: str = "",
) -> int:
    """Print a plan, as `words` where they are given, or write it to a file; return 1 where it has errors, else 0.

    A file whose name ends in .toml gets the annotated text.
    """
    found = problems(draft.plan, facts, to_run=True)
    data = write_plan(
        draft.plan,
        draft.assignments,
        fingerprint=fingerprint,
        approvable=approvable,
        problems=[problem_row(one, draft.plan) for one in found],
    )
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    if output:
        toml = output.lower().endswith(".toml")
        write_file(Path(output), _toml(draft, facts, found) if toml else text)
        say(f"The plan is in {output}.")
    if as_json:
        sys.stdout.write(text)
    elif not output:
        sys.stdout.write((words or plan_table(draft.plan, dict(draft.assignments))) + "\n")
    if found:
        say(problem_lines(found, draft.plan))
    return EXIT_FAILED if errors(found) else EXIT_OK


def _toml(draft: Draft, facts: Facts, found: tuple[Problem, ...]) -> str:
    from hgtui.session.plantext import write_text

    return write_text(draft, "toml", dict(facts.candidates or {}), found, in_file=True)


def show_stopped(run: Run, gate: GateOpened, *, as_json: bool, output: str | None, words: str = "") -> int:
    """Show the plan of a run that stops at its gate, as `show_plan`; return 1 where it cannot be approved, else 0."""
    show_plan(
        run.draft,
        run.facts,
        as_json=as_json,
        output=output,
        fingerprint=gate.fingerprint,
        approvable=gate.approvable,
        words=words,
    )
    return EXIT_OK if gate.approvable else EXIT_FAILED


def write_file(path: Path, text: str) -> None:
    """Write a file. Raises Fault."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Fault(f"{path} cannot be written: {error.strerror or error}.") from None


def check_place(path: Path) -> None:
    """Check that a file can be written there, and leave nothing behind. Raises Fault."""
    there = os.path.lexists(path)
    if there and not (path.is_file() or path.is_dir()):
        return  # a pipe or a device: to open it may wait, or be heard
    try:
        path.open("ab").close()
        if not there:
            path.unlink()
    except OSError as error:
        raise Fault(f"{path} cannot be written: {error.strerror or error}.", "Nothing was planned.") from None


async def check(name: str, *, as_json: bool, offline: bool = False) -> int:
    """Read a plan file and print its problems; 1 where it has errors."""
    found = await asyncio.to_thread(read_plan_at, name)
    for dropped in found.reading.dropped:
        say(f"note: {dropped}")
    plan = found.reading.plan
    async with catalogues(os.environ, offline=offline) as known:
        listed = problems(plan, await look_at(plan, known, found.assignments))
    if as_json:
        rows = [problem_row(one, plan) for one in listed]
        sys.stdout.write(json.dumps({"version": 1, "problems": rows}, indent=2, ensure_ascii=False) + "\n")
    elif listed:
        sys.stdout.write(problem_lines(listed, plan) + "\n")
        if name != "-" and any(one.mends for one in errors(listed)):
            sys.stdout.write(mend_lines(name) + "\n")
    else:
        say(f"{plural(len(plan), 'task')}, no problems.")
    return EXIT_FAILED if errors(listed) else EXIT_OK


async def parse(name: str, *, as_json: bool, output: str | None, offline: bool = False, graph: bool = False) -> int:
    """Read a planner's raw reply, say how it was read and what was left out, and print the plan; 1 where none is in it.

    With `graph` it is printed as a drawing.
    """
    from hgtui.planning.reader import ReplyError, read_reply

    text = await asyncio.to_thread(read_source, name)
    try:
        found = await asyncio.to_thread(read_reply, text)
    except ReplyError as error:
        raise Fault(
            f"{name} is no plan: {str(error).removeprefix('This is no plan: ')}",
            place_in(text, error.line, error.column),
            EXIT_FAILED,
        ) from None
    say(HOW.get(found.how, ""))
    for dropped in found.dropped:
        say(f"note: {dropped}")
    async with catalogues(os.environ, offline=offline) as known:
        facts = await look_at(found.plan, known)
    words = graph_of(Run(drafted=list(found.plan))) if graph and found.plan.tasks else ""
    return show_plan(Draft(plan=found.plan), facts, as_json=as_json, output=output, words=words)


async def look_at(plan: Plan, sources: Sources, chosen: Mapping[Uid, Assignment] = MappingProxyType({})) -> Facts:
    """Return what is known of the files that a plan names, of what could run it here, and what rules say of it.

    `chosen` are the models that come with the plan. As in a run, one that is not here does not count, and neither does
    one that a rule denies, unless a person chose it.
    """
    base = await asyncio.to_thread(Path.cwd)
    paths = dict.fromkeys(path for task in plan for path in file_literals(task, {}) if not is_address(path))
    files = await asyncio.gather(*(inspect(path, base) for path in paths))
    known = sources.catalogues
    candidates = await _look_up((task.task for task in plan if task.task in TASKS), known)
    stuck = [task for task in plan if not any(can_run(task, one) for one in candidates.get(task.task, ()))]
    others = (other for task in stuck if not task.skip for other in other_types(task.task) if other not in candidates)
    candidates |= await _look_up(others, known)
    words = {kind: " ".join(filter(None, (one.help(kind) for one in known))) for kind in candidates}
    facts = Facts(files={fact.path: fact for fact in files}, candidates=candidates, help=words, exempt=sources.exempt)
    return _ruled(plan, facts, chosen, Rulebook(sources.rules))


def _ruled(plan: Plan, facts: Facts, chosen: Mapping[Uid, Assignment], book: Rulebook) -> Facts:
    """Return facts with the models that a run would keep, and what rules say of the plan with them."""
    known = facts.candidates or {}
    said = ruling(Draft(plan=plan, assignments=chosen), facts.files, known, book)
    kept: dict[Uid, Assignment] = {}
    for task in plan:
        one = chosen.get(task.uid)
        if one is not None and (one.chosen_by == "person" or said.effect(task) != "deny"):
            kept[task.uid] = one
    here = {
        uid: one
        for uid, one in kept.items()
        if (found := known_as(one, known.get(plan[uid].task, ()))) is not None and not found.missing
    }
    said = ruling(Draft(plan=plan, assignments=kept), facts.files, known, book)
    return facts.model_copy(update={"assignments": here, "ruling": said})


async def _look_up(kinds: Iterable[str], known: tuple[Catalogue, ...]) -> dict[str, tuple[Candidate, ...]]:
    """Return the candidates for some task types."""
    once = tuple(dict.fromkeys(kinds))
    rows = await asyncio.gather(*(asyncio.gather(*(_candidates(one, kind) for one in known)) for kind in once))
    return {kind: tuple(chain.from_iterable(found)) for kind, found in zip(once, rows, strict=True)}


async def _candidates(one: Catalogue, task: str) -> tuple[Candidate, ...]:
    """Ask a catalogue; where it cannot be asked, that is said, and what the others have is taken."""
    try:
        return await one.candidates(task)
    except StoreError as error:
        say(f"note: {error.message} {error.hint}".rstrip())
        return ()
