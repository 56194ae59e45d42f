"""The command that saves a result of a run: what `S` does in the workbench."""

import json
import os
import sys
from pathlib import Path

from hgtui.cli.faults import Fault
from hgtui.cli.words import say
from hgtui.config import data_dir
from hgtui.core.plan import Task
from hgtui.core.resource import Resource
from hgtui.core.run import Run, fold
from hgtui.core.states import EXIT_OK
from hgtui.core.text import one_line, plural
from hgtui.session.artifacts import ArtifactError, Artifacts
from hgtui.session.journal import Journal, UnknownRun
from hgtui.session.saving import SavingError, Taken, file_name, place_of, save


async def save_result(run: str, task: str, file: str, place: int | None, *, replace: bool, as_json: bool) -> int:
    """Save a result of a task, by its number, to a file; "-" is standard output. Raises Fault.

    `place` counts from 1; None means the result with the suffix of the file, else the first.
    """
    folder = data_dir(os.environ)
    async with Journal.open(folder, say) as journal:
        try:
            found = fold((await journal.read(await journal.resolve(run))).entries)
        except UnknownRun as error:
            raise Fault(error.message, error.hint) from None
    of = _task(found, task)
    at = place_of(found.status(of.uid).results, 0, file) if place is None else place - 1
    result = _result(found, of, at)
    artifacts = Artifacts(folder)
    try:
        if file == "-":
            sys.stdout.buffer.write(await artifacts.read(result.digest))
            sys.stdout.buffer.flush()
            return EXIT_OK
        source, name = artifacts.path(result.digest), file_name(of, at, result)
        saved = await save(source, result.digest, file or name, Path.cwd(), name, replace=replace)
    except KeyError:
        raise Fault(f"The result of task {of.id} is not kept any more.", "Run the task again.") from None
    except Taken as error:
        raise Fault(error.message, "Another name, or --force to replace it.") from None
    except (SavingError, ArtifactError) as error:
        raise Fault(error.message, error.hint) from None
    finally:
        await artifacts.aclose()
    told = {"path": str(saved), "media_type": result.media_type, "size": result.size}
    sys.stdout.write((json.dumps(told, indent=2, ensure_ascii=False) if as_json else str(saved)) + "\n")
    return EXIT_OK


def _task(run: Run, task: str) -> Task:
    of = next((one for one in run.plan if task in {str(one.id), one.uid}), None)
    if of is None:
        numbers = ", ".join(str(one.id) for one in run.plan)
        raise Fault(f"The run has no task {one_line(task, 40)}.", f"Its tasks: {numbers}." if numbers else "")
    if not run.status(of.uid).results:
        raise Fault(f"Task {of.id} is {run.state(of.uid)}: it has no result.", f"How it went: hgtui show {run.id}")
    return of


def _result(run: Run, of: Task, at: int) -> Resource:
    results = run.status(of.uid).results
    if at >= len(results):
        raise Fault(f"Task {of.id} has {plural(len(results), 'result')}.", "--result counts from 1.")
    return results[at]
