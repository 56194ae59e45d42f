"""The command that writes out what people changed in what the planner and the selector said."""

import asyncio
import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from hgtui.cli.caring import masked
from hgtui.cli.faults import Fault
from hgtui.cli.words import say
from hgtui.config import data_dir
from hgtui.core.events import stamp
from hgtui.core.states import EXIT_OK
from hgtui.core.text import one_line, plural
from hgtui.session.artifacts import Artifacts
from hgtui.session.journal import Journal, JournalError, UnknownRun
from hgtui.session.labelling import Label, labels
from hgtui.session.labelling import masked as without_secrets

MOST_RUNS = 1_000_000


async def write(output: str | None, runs: tuple[str, ...], since: str | None) -> int:
    """Write a label a line, of the runs that are named or of all, those from `since` on, oldest run first. Raises Fault.

    `output` is a file, "-" or None standard output. A run that cannot be read whole is named and left out.
    """
    begin = None if since is None else _time(since)
    folder = data_dir(os.environ)
    artifacts = Artifacts(folder)
    counts: Counter[str] = Counter()
    try:
        without = await asyncio.to_thread(masked, artifacts)
        lines: list[str] = []
        async with Journal.open(folder, say) as journal:
            for run in await _named(journal, runs):
                rows = [one for one in await _labels(journal, run) if begin is None or one["at"] >= begin]
                counts.update(str(one["label"]) for one in rows)
                lines += [json.dumps(without_secrets(one, without), ensure_ascii=False) for one in rows]
    finally:
        await artifacts.aclose()
    text = "".join(f"{line}\n" for line in lines)
    if output in {None, "-"}:
        sys.stdout.write(text)
    else:
        await asyncio.to_thread(_put, Path(str(output)), text)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    say(f"{plural(len(lines), 'label')}{f' ({kinds})' if kinds else ''}{f' in {output}' if output else ''}.")
    return EXIT_OK


async def _named(journal: Journal, names: tuple[str, ...]) -> list[str]:
    if not names:
        return [row.id for row in reversed(await journal.runs(limit=MOST_RUNS))]
    try:
        return list(dict.fromkeys([await journal.resolve(name) for name in names]))
    except UnknownRun as error:
        raise Fault(error.message, error.hint) from None


async def _labels(journal: Journal, run: str) -> list[Label]:
    try:
        reading = await journal.read(run)
    except JournalError as error:
        say(f"{run} is left out: {error.message}")
        return []
    if reading.damage:
        say(f"{run}: {reading.damage}")
    return await asyncio.to_thread(labels, reading.entries)


def _time(text: str) -> str:
    """Return a date or a time, of this machine's zone where it names none, as events are stamped. Raises Fault."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise Fault(f"{one_line(text, 40)} is no date.", "Write it as 2026-11-30, or 2026-11-30T09:00.") from None
    return stamp(when.astimezone(UTC))


def _put(path: Path, text: str) -> None:
    try:
        part = path.with_name(f"{path.name}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Fault(f"{path} cannot be written: {why}.", "-o names another file.") from None
