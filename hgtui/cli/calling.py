"""`hgtui calls`: the calls of a run as a list, one of them in full, as JSON or as a curl command without the key."""

import asyncio
import json
import os
import sys
from typing import Literal

from hgtui.cli.faults import Fault
from hgtui.cli.tables import table
from hgtui.cli.words import say
from hgtui.config import data_dir
from hgtui.core import events as ev
from hgtui.core.ports import ArtifactError, ArtifactStore
from hgtui.core.run import fold
from hgtui.core.states import EXIT_OK
from hgtui.core.text import one_line
from hgtui.session.artifacts import Artifacts
from hgtui.session.journal import Journal, UnknownRun
from hgtui.session.locks import held
from hgtui.session.prompttext import prompt_text
from hgtui.session.recalled import NoCall, Recalled, recalled


async def entries_of(name: str) -> list[ev.Entry]:
    """Read a run, by its name or a part of it. Raises Fault."""
    async with Journal.open(data_dir(os.environ), say) as journal:
        return await entries_in(journal, name)


async def entries_in(journal: Journal, name: str) -> list[ev.Entry]:
    """Read a run from a journal, by its name or a part of it. Raises Fault."""
    try:
        reading = await journal.read(await journal.resolve(name))
    except UnknownRun as error:
        raise Fault(error.message, error.hint) from None
    if reading.damage:
        say(f"note: {reading.damage}")
    return reading.entries


async def calls(name: str, *, task: int | None, search: str, as_json: bool) -> int:
    """List the calls of a run: of one task, with all of the words. Raises Fault."""
    from hgtui.ui.callpages import cost, tokens
    from hgtui.ui.words import seconds

    run = fold(await entries_of(name))
    of = next((one for one in run.plan if one.id == task), None)
    if task is not None and of is None:
        raise Fault(f"The plan of {run.id} has no task {task}.", f"hgtui show {run.id} lists them.")
    found = [one for one in run.call_book.rows if (of is None or one.concerns(of)) and one.has(search)]
    if not run.ended and await asyncio.to_thread(held, data_dir(os.environ), run.id):
        say(f"{run.id} goes on in another process: these are its calls so far.")
    if as_json:
        for one in found:
            _out(json.dumps(one.as_json(), ensure_ascii=False))
        return EXIT_OK
    if not found:
        _out("No call fits." if run.call_book.rows else "The run has made no call.")
        return EXIT_OK
    lines = [("call", "stage", "task", "model", "tokens", "time", "cost", "")]
    lines += [
        (
            str(one.number),
            str(one.stage),
            f"{one.task.id} {one.task.task}" if one.task else one_line(one.about, 40) or "-",
            one_line(one.model, 40),
            tokens(one),
            seconds(one.seconds) if one.seconds is not None else "-",
            cost(one),
            one_line(one.failed or one.what, 60),
        )
        for one in found
    ]
    _out(table(lines))
    say(f"One of them in full: hgtui calls {run.id} --call N")
    return EXIT_OK


async def call(name: str, number: int, *, as_json: bool, form: Literal["whole", "curl", "prompt"] = "whole") -> int:
    """Print a call with all that is kept of it, or the curl command that makes it, without the key, or its prompt.

    Raises Fault.
    """
    from hgtui.ui.callpages import plain

    artifacts = Artifacts(data_dir(os.environ))
    try:
        found = await found_in(await entries_of(name), artifacts, name, number)
    finally:
        await artifacts.aclose()
    if form == "prompt":
        if not found.record.get("messages"):
            raise Fault(f"Call {number} has no prompt that is kept.", f"hgtui calls {name} --call {number} shows it.")
        sys.stdout.write(prompt_text(found.record["messages"]))
    elif form == "curl":
        if not found.curl:
            raise Fault(
                f"Call {number} asked no server that curl could ask.", f"hgtui calls {name} --call {number} shows it."
            )
        _out(found.curl)
    elif as_json:
        _out(json.dumps(found.as_json(), indent=2, ensure_ascii=True))
    else:
        _out(plain(found))
    return EXIT_OK


async def found_in(entries: list[ev.Entry], artifacts: ArtifactStore, name: str, number: int) -> Recalled:
    """Return a call of a run, which is called `name`, with all that is kept of it. Raises Fault."""
    try:
        return await recalled(entries, artifacts, number)
    except NoCall as error:
        raise Fault(str(error), f"hgtui calls {name} lists them.") from None
    except ArtifactError as error:
        raise Fault(error.message, error.hint) from None


def _out(text: str) -> None:
    sys.stdout.write(text + "\n")
