"""Where a replay writes: beside the recorded run and over it, so that nothing of what was recorded is changed."""

import asyncio
import hashlib
import shutil
import tempfile
from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from hgtui.core import events as ev
from hgtui.core.base import canonical
from hgtui.core.ports import ArtifactStore
from hgtui.session.differing import without_times


class Overlay:
    """An artifact store over another: what is put goes into a folder of its own, the other is only read."""

    def __init__(self, under: ArtifactStore) -> None:
        self._under = under
        self.new: dict[str, Path] = {}
        self._folder: Path | None = None

    async def put(self, data: bytes | Path) -> tuple[str, int]:
        """Keep bytes or the content of a file, where the store below has none of them."""
        if isinstance(data, Path):
            data = await asyncio.to_thread(data.read_bytes)
        digest = hashlib.sha256(data).hexdigest()
        try:
            self.path(digest)
        except KeyError:
            self._folder = self._folder or Path(tempfile.mkdtemp(prefix="hgtui-replay-"))
            self.new[digest] = self._folder / digest
            self.new[digest].write_bytes(data)
        return digest, len(data)

    def path(self, digest: str) -> Path:
        """Return where the bytes are; KeyError where there are none."""
        return self.new[digest] if digest in self.new else self._under.path(digest)

    async def read(self, digest: str, limit: int | None = None) -> bytes:
        """Return the bytes, at most `limit`; KeyError where there are none."""
        if digest in self.new:
            return self.new[digest].read_bytes()[:limit]
        return await self._under.read(digest, limit)

    async def whole(self, digest: str) -> bool:
        """Say whether the bytes are there and are what the digest says."""
        return digest in self.new or await self._under.whole(digest)

    async def aclose(self) -> None:
        """Forget what was put."""
        if self._folder is not None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)


class Again:
    """The journal of a replay, in memory: an event that was recorded comes back with the times of the recorded one."""

    def __init__(self, recorded: Iterable[ev.Entry]) -> None:
        self._left: dict[str, deque[ev.Entry]] = defaultdict(deque)
        first = 0
        for entry in recorded:
            first = first or (entry.seq or 0)
            self._left[canonical(without_times(entry.event))].append(entry)
        self._seq = max(first - 1, 0)
        self.entries: list[ev.Entry] = []

    def lacks(self, events: Iterable[ev.Event]) -> bool:
        """Say whether one of these recorded events has not come back yet."""
        return any(self._left.get(canonical(without_times(event))) for event in events)

    def append(self, run_id: str, event: ev.Event, at: datetime) -> "asyncio.Future[ev.Entry]":
        """Take an event; the future is done at once."""
        waiting = self._left.get(canonical(without_times(event)))
        if waiting:
            same = waiting.popleft()
            event, at = same.event, same.at
        self._seq += 1
        entry = ev.Entry(run=run_id, seq=self._seq, at=at, event=event)
        self.entries.append(entry)
        future: asyncio.Future[ev.Entry] = asyncio.get_running_loop().create_future()
        future.set_result(entry)
        return future


class SameRun:
    """Names the run as it was named: the name stands in the paths that a model was told."""

    def __init__(self, name: str) -> None:
        self._name = name

    def run_id(self) -> str:
        """Return the name of the recorded run."""
        return self._name
