"""The commands that care for what is stored: runs deleted, exported and imported, and what nothing names taken away."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from hgtui.cli.faults import Fault
from hgtui.cli.words import say
from hgtui.config import ConfigError, Settings, config_path, data_dir, hub_token, load
from hgtui.core.events import Answered
from hgtui.core.states import EXIT_OK
from hgtui.core.text import one_line, plural
from hgtui.session.artifacts import Artifacts
from hgtui.session.collecting import collect, copies
from hgtui.session.exchange import export_run, import_run
from hgtui.session.journal import Journal, UnknownRun
from hgtui.session.locks import RunInUse, held
from hgtui.session.results import ResultStore
from hgtui.session.store import Records

UNITS = ("bytes", "kB", "MB", "GB", "TB")


async def delete(names: tuple[str, ...], *, yes: bool, as_json: bool) -> int:
    """Delete runs for good, asking a person first. Raises Fault, RunInUse; then none of them is deleted."""
    folder = data_dir(os.environ)
    async with Journal.open(folder, say) as journal:
        runs = tuple(dict.fromkeys([await _named(journal, name) for name in names]))
        for run in runs:
            if await asyncio.to_thread(held, folder, run):
                raise RunInUse(run, 0)
        if not yes:
            await _ask(journal, runs)
        lying = [folder for run in runs for folder in await laid_out(journal, run)]
        events = {run: await journal.delete(run) for run in runs}
    left = await asyncio.to_thread(copies, folder)
    if as_json:
        _out(json.dumps({"deleted": list(events), "copies": [str(one) for one in left]}, indent=2))
        return EXIT_OK
    they = "it" if len(events) == 1 else "they"
    _out(f"Deleted: {', '.join(events)}. hgtui gc frees what only {they} had.")
    if await _keeps_results(folder):
        say(f"Kept results may still name what {they} made, and gc leaves that: hgtui results --clear forgets them.")
    if lying:
        say(f"What was laid out for people stays: {', '.join(lying)}.")
    if left:
        say(
            f"A copy of the journal may still have {'it' if len(events) == 1 else 'them'}: {', '.join(map(str, left))}."
        )
    return EXIT_OK


async def laid_out(journal: Journal, run: str) -> list[str]:
    """Return the folders in which the results of a run still lie for people."""
    answers = [one.event for one in await journal.entries(run) if isinstance(one.event, Answered)]
    folders = dict.fromkeys(Path(file).parent for answer in answers for file in answer.files)
    return [str(one) for one in folders if await asyncio.to_thread(one.is_dir)]


async def _keeps_results(folder: Path) -> bool:
    artifacts = Artifacts(folder)
    store = ResultStore(folder, artifacts)
    try:
        return (await store.size()).rows > 0
    finally:
        await store.aclose()
        await artifacts.aclose()


async def _named(journal: Journal, name: str) -> str:
    try:
        return await journal.resolve(name)
    except UnknownRun as error:
        raise Fault(error.message, error.hint) from None


async def _ask(journal: Journal, runs: tuple[str, ...]) -> None:
    from hgtui.cli.asking import ask_line

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Fault("Deleting runs needs a yes.", "Without a terminal: --yes")
    for run in runs:
        rows = [row for row in await journal.runs(limit=1, search=run) if row.id == run]
        say("  ".join([run, *(one_line(row.request, 70) for row in rows)]))
    line, status = await ask_line(f"Delete {plural(len(runs), 'run')} for good? [y/N] ")
    if status or line.strip().lower() not in {"y", "yes"}:
        raise Fault("Nothing was deleted.", exit=status or EXIT_OK)


async def export(name: str, output: Path, *, as_json: bool) -> int:
    """Write a run into one file. Raises Fault, ArchiveError."""
    folder = data_dir(os.environ)
    async with Journal.open(folder, say) as journal, AsyncExitStack() as stack:
        artifacts = Artifacts(folder)
        stack.push_async_callback(artifacts.aclose)
        run = await _named(journal, name)
        done = await export_run(journal, artifacts, run, output, await asyncio.to_thread(masked, artifacts))
    for digest in done.missing:
        say(f"note: the artifact {digest[:8]} is not here any more, or is damaged: the file is without it.")
    if as_json:
        facts = {"artifacts": done.artifacts, "size": done.size, "missing": list(done.missing)}
        _out(json.dumps({"run": run, "file": str(output), **facts}, indent=2))
    else:
        _out(f"{output}: the run {run} with {plural(done.artifacts, 'artifact')}, {size(done.size)}.")
    return EXIT_OK


async def import_(file: Path, *, as_json: bool) -> int:
    """Take a run in from a file. Raises ArchiveError."""
    folder = data_dir(os.environ)
    async with Journal.open(folder, say) as journal, AsyncExitStack() as stack:
        artifacts = Artifacts(folder)
        stack.push_async_callback(artifacts.aclose)
        without = await asyncio.to_thread(masked, artifacts)
        run, new = await import_run(journal, artifacts, file, without, datetime.now(UTC))
    if as_json:
        _out(json.dumps({"run": run, "imported": new}, indent=2))
    else:
        _out(f"The run {run} was imported: hgtui show {run}" if new else f"The run {run} is here already, just so.")
    return EXIT_OK


async def gc(*, dry_run: bool, as_json: bool) -> int:
    """Take away what nothing names, and say how much that was. Raises JournalError, ArtifactError."""
    folder = data_dir(os.environ)
    async with Journal.open(folder, say) as journal, AsyncExitStack() as stack:
        artifacts = Artifacts(folder)
        stack.push_async_callback(artifacts.aclose)
        done = await collect(journal, artifacts, folder, dry_run=dry_run)
    if as_json:
        _out(json.dumps(done.model_dump(), indent=2))
        return EXIT_OK
    would = "Would remove" if dry_run else "Removed"
    _out(
        f"{would}: {plural(done.removed, 'artifact')} that nothing names, {size(done.freed)}; {plural(done.locks, 'old lock')}."
    )
    young = f", {done.young} that were made within the last hour too" if done.young else ""
    _out(f"Kept: {plural(done.kept, 'artifact')} of runs and kept results{young}.")
    if await _keeps_results(folder):
        _out("Artifacts of deleted runs that kept results name go too after hgtui results --clear.")
    return EXIT_OK


def size(count: int) -> str:
    """Return a number of bytes in words, with powers of ten: "1.2 MB"."""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{count} bytes" if unit == 0 else f"{amount:.1f} {UNITS[unit]}"


def masked(artifacts: Artifacts) -> Callable[[str], str]:
    """Return what takes every secret out of a text: those of the environment and of every profile. Raises Fault."""
    try:
        settings = load(config_path(os.environ), os.environ)
    except ConfigError as error:
        raise Fault(error.message, error.hint) from None
    return Records(artifacts, os.environ, secrets(settings, os.environ)).masked


def secrets(settings: Settings, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys and tokens that any profile uses, as far as they are there."""
    found = [environ.get(one.controller.api_key_env or "", "") for one in settings.profiles.values()]
    for name in settings.names:
        try:
            source = hub_token(settings.hub(name), environ)
            found.append(source.read(environ) if source is not None else "")
        except ConfigError:
            continue  # a token that cannot be read was never in a run
    return tuple(dict.fromkeys(one for one in found if one.strip()))


def _out(text: str) -> None:
    sys.stdout.write(text + "\n")
