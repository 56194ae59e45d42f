"""The votes of what-ifs over all runs: a line for each in a file of the data folder, and who won how often."""

import asyncio
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from hgtui.core.trials import FEWEST, Tally, Vote

FILE = "votes.jsonl"
MOST_BYTES = 5_000_000
"""How much of the file is read, from its end: some 20,000 votes."""


class Votes:
    """Keeps votes in a file of `folder`, None to keep them in memory alone. What cannot be kept or read is told to `log`.

    What it holds is the task type and the names of the candidates; the run's journal has the rest.
    """

    def __init__(self, folder: Path | None, log: Callable[[str], None]) -> None:
        self._path, self._log = folder / FILE if folder is not None else None, log
        self._own: list[Vote] = []

    async def keep(self, vote: Vote) -> None:
        """Add a vote."""
        if self._path is None:
            self._own.append(vote)
            return
        try:
            await asyncio.to_thread(_append, self._path, json.dumps(vote.model_dump(mode="json")))
        except OSError as error:
            self._log(f"The vote could not be kept: {error.strerror or error}.")

    async def tally(self, task: str, names: Iterable[str]) -> Mapping[str, Tally]:
        """Return for candidates of a task type how often each has won; those that were in none are left out."""
        votes = self._own if self._path is None else await asyncio.to_thread(self._read, self._path)
        wanted, found = set(names), dict[str, Tally]()
        for vote in votes:
            if vote.task != task:
                continue
            # Where all others failed nothing was compared: that is no vote.
            for name in wanted & set(vote.candidates) if len(vote.candidates) >= FEWEST else ():
                one = found.get(name, Tally())
                found[name] = one._replace(won=one.won + (vote.winner == name), of=one.of + 1)
            for name in wanted & set(vote.failed):
                one = found.get(name, Tally())
                found[name] = one._replace(failed=one.failed + 1)
        return found

    def _read(self, path: Path) -> list[Vote]:
        try:
            with path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(size - MOST_BYTES, 0))
                lines = file.read(MOST_BYTES).splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            self._log(f"The votes could not be read: {error.strerror or error}.")
            return []
        return [vote for line in lines if (vote := _vote(line)) is not None]


def _vote(line: bytes) -> Vote | None:
    try:
        return Vote.model_validate_json(line)
    except ValidationError:  # cut by a full disk, or by the bound
        return None


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # In one write, so that lines of two processes do not mix; first a line end where the last one was cut.
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(handle).st_size
        whole = not size or os.pread(handle, 1, size - 1) == b"\n"
        os.write(handle, f"{'' if whole else chr(10)}{line}\n".encode())
    finally:
        os.close(handle)
