"""`hgtui replay` shows a recorded run; `hgtui run --replay` runs the engine again on what was recorded."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hgtui.cli.faults import Fault
from hgtui.cli.headless import event_words
from hgtui.cli.signals import on_signals
from hgtui.cli.words import answer_text, say
from hgtui.config import config_path, data_dir
from hgtui.core import events as ev
from hgtui.core.plan import Uid
from hgtui.core.ports import ArtifactError
from hgtui.core.run import Run
from hgtui.core.states import EXIT_FAILED, EXIT_OK
from hgtui.session.archive import is_archive
from hgtui.session.artifacts import Artifacts
from hgtui.session.clock import RandomIds
from hgtui.session.exchange import look_into
from hgtui.session.journal import Journal, UnknownRun
from hgtui.session.nostore import Traceless
from hgtui.session.replaying import Playback
from hgtui.session.sealed import sealed

LONGEST_S = 2.0
"""On a terminal a pause of the recorded run is shown for so long at the most."""


async def show(name: str, *, speed: float | None, as_json: bool) -> int:
    """Show a recorded run as it went, asking nobody; return the exit status. Raises Fault."""
    with sealed():
        async with _recorded(name) as (_, _, entries):
            return await _play(entries, speed, as_json=as_json)


async def _play(entries: list[ev.Entry], speed: float | None, *, as_json: bool) -> int:
    shown = sys.stdout.isatty() if as_json else sys.stderr.isatty()
    default = 1.0 if shown else None
    playback = Playback(entries, speed or default, LONGEST_S if speed is None else None)
    playback.listen(_Told(playback.run, as_json=as_json).hear)
    playing = asyncio.create_task(playback.play())
    stopped: list[int] = []

    def stop(status: int) -> None:
        stopped.append(status)
        playing.cancel()

    with on_signals(stop):
        await asyncio.gather(playing, return_exceptions=True)
    if stopped:
        return stopped[0]
    await playing
    if not as_json and playback.run.answer is not None:
        sys.stdout.write(answer_text(playback.run.answer) + "\n")
    return EXIT_OK


async def again(name: str, *, keep: bool, as_json: bool) -> int:
    """Run the engine again on a recorded run and compare; return 0 where it is the same, else 1. Raises Fault."""
    from hgtui.session.replay import replay

    if keep and await asyncio.to_thread(_is_file, name):
        raise Fault("A replay is kept beside its run, which is not here.", f"Take it in first: hgtui import {name}")
    templates = config_path(os.environ).parent / "templates"
    with sealed():
        async with _recorded(name) as (journal, artifacts, entries):
            told = _Told(Run(), as_json=True).hear if as_json else None
            try:
                found = await replay(entries, artifacts, templates=templates, listener=told)
            except ValueError as error:
                raise Fault(str(error), f"What can be read of it: hgtui show {name}") from None
            except ArtifactError as error:
                raise Fault(error.message, error.hint) from None
            if keep:
                run = RandomIds().run_id()
                for data in found.new.values():
                    await artifacts.put(data)
                await journal.put([replace(one, run=run) for one in found.entries])
                say(f"The replay is kept as {run}.")
    words = f"same: {found.events} events" if not found.differences else found.differences[0]
    if len(found.differences) > 1:
        say("\n".join(found.differences[1:]))
    (say if as_json else _out)(words)
    return EXIT_FAILED if found.differences else EXIT_OK


def _out(words: str) -> None:
    sys.stdout.write(words + "\n")


class _Told:
    """Tells the events of a run as `hgtui run` does: as JSON lines, or in words."""

    def __init__(self, run: Run, *, as_json: bool) -> None:
        self._run, self._as_json = run, as_json
        self._said: set[tuple[str, str]] = set()

    def hear(self, entry: ev.Entry, _: frozenset[Uid]) -> None:
        """Tell one event."""
        if self._as_json:
            _out(json.dumps(entry.line(), ensure_ascii=False))
            sys.stdout.flush()
            return
        words = event_words(entry.event, self._run, False)
        if words and (entry.event.type, words) not in self._said:
            self._said.add((entry.event.type, words))
            say(words)


def _is_file(name: str) -> bool:
    return Path(name).is_file() and is_archive(Path(name))


@asynccontextmanager
async def _recorded(name: str) -> AsyncIterator[tuple[Journal, Artifacts, list[ev.Entry]]]:
    """Yield journal, artifacts and entries of a run that is named, or that was exported into a file. Raises Fault."""
    if await asyncio.to_thread(_is_file, name):
        async with await Traceless.open() as place:
            run = await look_into(Path(name), place.journal, place.artifacts, datetime.now(UTC))
            yield place.journal, place.artifacts, await place.journal.entries(run.id)
        return
    folder = data_dir(os.environ)
    async with Journal.open(folder, say) as journal:
        try:
            reading = await journal.read(await journal.resolve(name))
        except UnknownRun as error:
            raise Fault(error.message, error.hint) from None
        if reading.damage:
            say(f"note: {reading.damage}")
        artifacts = Artifacts(folder)
        try:
            yield journal, artifacts, reading.entries
        finally:
            await artifacts.aclose()
