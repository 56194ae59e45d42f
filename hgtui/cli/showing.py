"""The commands that only show something: tasks, runs, show, keys, config."""

import dataclasses
import json
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hgtui.cli.faults import Fault
from hgtui.cli.tables import table
from hgtui.cli.words import answer_text, approve_line, is_plan_alone, plan_table, problem_lines, say
from hgtui.config import ConfigError, config_path, data_dir, load, write_template
from hgtui.core.states import EXIT_OK, HAS_RESULT
from hgtui.core.task import TASKS
from hgtui.core.text import one_line, plural

if TYPE_CHECKING:
    from hgtui.core.run import Run, TaskStatus


def _out(text: str) -> None:
    sys.stdout.write(text + "\n")


def _json(data: object) -> None:
    _out(json.dumps(data, indent=2, ensure_ascii=False))


def tasks(*, as_json: bool) -> int:
    """List every task type with its arguments and its output."""
    if as_json:
        _json([spec.model_dump(mode="json") for spec in TASKS.values()])
        return EXIT_OK
    rows = [("task", "arguments", "gives", "what it does")]
    for spec in TASKS.values():
        args = ", ".join(arg.name if arg.required else f"[{arg.name}]" for arg in spec.args)
        rows.append((spec.name, args, spec.output.value, spec.description))
    _out(table(rows))
    return EXIT_OK


async def runs(*, as_json: bool, limit: int, search: str = "") -> int:
    """List the runs, the latest first, those whose request or name holds `search`."""
    from hgtui.session.journal import Journal

    async with Journal.open(data_dir(os.environ), say) as journal:
        rows = await journal.runs(limit=limit, search=search)
    if as_json:
        _json([{**row.model_dump(mode="json"), "state": row.state} for row in rows])
        return EXIT_OK
    lines = [("run", "started", "state", "tasks", "planner", "request")]
    lines += [
        (
            row.id,
            f"{row.started.astimezone():%Y-%m-%d %H:%M}",
            f"{row.state}, open" if row.held else row.state,
            str(row.tasks or "-"),
            one_line(row.planner, 30),
            one_line(row.request, 70),
        )
        for row in rows
    ]
    _out(table(lines) if rows else "No run holds that." if search.strip() else "There are no runs yet.")
    if any(row.state in {"left", "waiting"} and not row.held for row in rows):
        say("To go on with one that was left or waits: hgtui resume RUN")
    return EXIT_OK


async def results(*, as_json: bool, clear: bool) -> int:
    """Say how many results are kept for reuse, or forget them all. Raises Fault."""
    from hgtui.session.artifacts import Artifacts
    from hgtui.session.results import ResultStore
    from hgtui.session.results_file import Unusable

    folder = data_dir(os.environ)
    store = ResultStore(folder, Artifacts(folder))
    try:
        gone = await store.clear() if clear else 0
        size = await store.size()
    except Unusable as error:
        raise Fault(error.message, error.hint) from None
    finally:
        await store.aclose()
    if as_json:
        _json(size.model_dump() | ({"cleared": gone} if clear else {}))
        return EXIT_OK
    if clear:
        _out(
            f"Forgotten: {plural(gone, 'kept result')}. The files of past runs stay; hgtui gc removes what nothing needs."
        )
        return EXIT_OK
    _out(
        f"{plural(size.rows, 'kept result')} with {size.megabytes:.1f} MB, "
        f"of at most {size.most_rows:,} with {size.most_megabytes:,.0f} MB."
    )
    return EXIT_OK


async def show(name: str, *, as_json: bool, graph: bool = False) -> int:
    """Show a run: its events as lines, or its plan, how it went and its answer; with `graph` its plan as a drawing alone."""
    from hgtui.core.run import Run
    from hgtui.session.journal import Journal, UnknownRun

    async with Journal.open(data_dir(os.environ), say) as journal:
        try:
            reading = await journal.read(await journal.resolve(name))
        except UnknownRun as error:
            raise Fault(error.message, error.hint) from None
    if reading.damage:
        sys.stderr.write(f"{reading.damage}\n")
    if as_json:
        for entry in reading.entries:
            _out(json.dumps(entry.line(), ensure_ascii=False))
        return EXIT_OK
    run = Run()
    for entry in reading.entries:
        run.fold(entry)
    if graph:
        from hgtui.cli.graphing import graph_of

        if not run.plan.tasks:
            raise Fault(f"The run {run.id} has no plan that could be drawn.", f"How far it came: hgtui show {run.id}")
        _out(graph_of(run))
        return EXIT_OK
    _out(f"run {run.id}, planned by {run.planner}\n\n{run.request}\n")
    _out(plan_table(run.plan, dict(run.draft.assignments)))
    states = [
        (str(task.id), task.task, run.state(task.uid).value, _said(run.status(task.uid), run.id)) for task in run.plan
    ]
    _out("\n" + table(states) + "\n" if states else "")
    if run.answer is not None:
        _out(answer_text(run.answer))
    elif run.gate is not None:
        _out(_waiting(run))
    elif run.planning_failed is not None:
        _out(f"No plan came of it: {run.planning_failed.message} {run.planning_failed.hint}".rstrip())
    elif not run.ended:
        _out(
            "It has not ended: a program is still at it, or it was left or killed in the middle. What was done is kept.\n"
            f"To go on with it: hgtui resume {run.id}"
        )
    return EXIT_OK


async def log(name: str, *, task: int | None, level: str, search: str, as_json: bool) -> int:
    """Print the log of a run as the workbench shows it: of one task, from a level on, with all of the words.

    Raises Fault where there is no such run, or no such task in its plan.
    """
    from hgtui.session.journal import Journal, UnknownRun
    from hgtui.ui.aside import retold
    from hgtui.ui.loglines import LEVELS, Filter

    async with Journal.open(data_dir(os.environ), say) as journal:
        try:
            reading = await journal.read(await journal.resolve(name))
        except UnknownRun as error:
            raise Fault(error.message, error.hint) from None
    if reading.damage:
        sys.stderr.write(f"{reading.damage}\n")
    run, _, lines = retold(reading.entries)
    uid = next((one.uid for one in run.plan if one.id == task), None)
    if task is not None and uid is None:
        raise Fault(f"The plan of {run.id} has no task {task}.", f"hgtui show {run.id} lists them.")
    which = Filter(uid=uid, level=LEVELS.index(level), words=search)
    ids = {one.uid: one.id for one in run.plan}
    for line in filter(which.fits, lines):
        if as_json:
            facts = {"at": line.clock, "level": LEVELS[line.level], "task": ids.get(line.uid or ""), "text": line.text}
            _out(json.dumps(facts, ensure_ascii=False))
        else:
            _out(line.whole)
    return EXIT_OK


async def timeline(name: str, *, as_json: bool) -> int:
    """Print when each task of a run waited, ran and is expected to run: a bar for each, or JSON. Raises Fault."""
    from hgtui.core.run import fold
    from hgtui.core.timeline import chart
    from hgtui.session.journal import Journal, UnknownRun
    from hgtui.ui.timeline import legend, name_width, timeline_line

    async with Journal.open(data_dir(os.environ), say) as journal:
        try:
            reading = await journal.read(await journal.resolve(name))
        except UnknownRun as error:
            raise Fault(error.message, error.hint) from None
    if reading.damage:
        sys.stderr.write(f"{reading.damage}\n")
    run = fold(reading.entries)
    # What was under way when the journal ends has been seen up to there and no further.
    found = chart(run, run.at or datetime.now(UTC))
    if as_json:
        ids = {task.uid: task.id for task in run.plan}
        bars = [{"task": ids[uid], **dataclasses.asdict(bar)} for uid, bar in found.bars.items()]
        _json({"length_s": found.length, "gaps_s": found.gaps, "bars": bars})
        return EXIT_OK
    if not run.plan.tasks:
        _out("There is no plan, and so no timeline.")
        return EXIT_OK
    width = min(shutil.get_terminal_size((100, 24)).columns, 160)
    wide = name_width(run.plan.tasks, width)
    for task in run.plan:
        _out("".join(text for text, _ in timeline_line(run, (task,), found, width, wide)).rstrip())
    _out(legend(found) or "Nothing has run, and nothing is known of how long it will take.")
    return EXIT_OK


def _said(status: "TaskStatus", run: str) -> str:
    """Say of a task why it has no result, from which run it is kept, or what ran in place of the chosen model."""
    if status.state not in HAS_RESULT:
        return status.message
    return "; ".join(filter(None, (status.kept(run), status.stood_in)))


def _waiting(run: "Run") -> str:
    from hgtui.core.problems import problems

    found = problem_lines(problems(run.plan, run.facts), run.plan)
    if run.gate is not None and run.gate.approvable:
        way = "To choose its models" if is_plan_alone(run) else "To run it"
        return "\n\n".join(filter(None, (found, f"It waits for approval. {way}: {approve_line(run)}")))
    return f"{found}\n\nThe plan has errors and cannot run."


def config_init() -> int:
    """Write an annotated configuration file where there is none."""
    path = config_path(os.environ)
    try:
        write_template(path)
    except ConfigError as error:
        raise Fault(error.message, error.hint) from None
    _out(str(path))
    return EXIT_OK


def config_show() -> int:
    """Print the settings in force, as JSON, and where they come from."""
    path: Path = config_path(os.environ)
    try:
        settings = load(path, os.environ)
    except ConfigError as error:
        raise Fault(error.message, error.hint) from None
    sys.stderr.write(f"{path}{'' if path.exists() else ' (not there: defaults)'}\n")
    _json(settings.model_dump(mode="json"))
    return EXIT_OK
