"""One lane: a child process, the calls that go to it and what it says on stderr."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hgtui
from hgtui.core.text import one_line
from hgtui.execution.wire import LENGTH, NO_MEMORY, Progress, pack, unpack_length

Log = Callable[[str, str], None]
"""Called with the name of an engine and one cleaned line of what it wrote."""

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "OPENCV_FOR_THREADS_NUM",
    ),
    "1",
)
_GAVE_UP = frozenset({signal.SIGABRT, signal.SIGTRAP, signal.SIGILL})
"""How a process ends that gives itself up, as libraries do that get no memory."""
TAIL_LINES, LINE_LIMIT = 20, 500
_SECRET = re.compile(r"(^|_)(TOKEN|KEY|SECRET|PASSWORD|PASSWD|CREDENTIALS)$", re.IGNORECASE)


class LaneGone(Exception):
    """The child ended in a call. `started` says whether it had taken the call; `how` is a phrase such as "killed by SIGKILL".

    `no_memory` says that it ended since it got no memory.
    """

    def __init__(self, how: str, tail: tuple[str, ...], started: bool, *, no_memory: bool = False) -> None:
        super().__init__(how)
        self.no_memory = no_memory
        self.how = how
        self.tail = tail
        self.started = started


def child_environment() -> dict[str, str]:
    """Return this process's environment for a child: no secrets, one thread for each number library."""
    kept = {name: value for name, value in os.environ.items() if not _SECRET.search(name)}
    root = str(Path(hgtui.__file__).resolve().parent.parent)
    if Path(root).name not in {"site-packages", "dist-packages"}:
        # A checkout that is not installed: the child does not look into the working folder, which may be anybody's.
        kept["PYTHONPATH"] = os.pathsep.join(part for part in (root, kept.get("PYTHONPATH")) if part)
    return kept | ONE_THREAD | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


class Lane:
    """A child process that runs one call at a time. Make it with `start`."""

    def __init__(self, process: asyncio.subprocess.Process, on_log: Log | None) -> None:
        self.process = process
        self.loaded: set[str] = set()
        self._on_log = on_log
        self._now = "lane"
        self._number = 0
        self._at = ""
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._ears = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, on_log: Log | None = None, memory_mb: int = 0) -> "Lane":
        """Start a child in a session of its own, so that Ctrl+C in the terminal reaches only the parent.

        It may take `memory_mb` MB more than it has at first; 0 for all there is.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "hgtui.execution.lane_child",
            str(os.getpid()),
            str(memory_mb),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=child_environment(),
            start_new_session=True,
        )
        return cls(process, on_log)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self.process.pid

    async def call(
        self, engine: str, module: str, call: dict[str, Any], on_progress: Progress | None
    ) -> dict[str, Any]:
        """Send one call and return its reply as it came; LaneGone where the child ends or speaks nonsense."""
        self._number += 1
        self._now = engine
        self._at = ""
        started = False
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(pack({"id": self._number, "module": module, "call": call}))
            await self.process.stdin.drain()
        except OSError as error:
            raise await self._lost(error, started) from error
        while True:
            try:
                reply = await self._read()
            except (OSError, EOFError, ValueError) as error:
                raise await self._lost(error, started) from error
            started = True
            if "ok" in reply:
                self.loaded.add(engine)
                return reply
            if "at" in reply:
                self._at = str(reply["at"])
            if "progress" in reply and on_progress is not None:
                on_progress(reply["progress"], one_line(str(reply["note"]), LINE_LIMIT))

    def kill(self) -> None:
        """SIGKILL the child and all that it started; does not wait."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        if self.process.stdin is not None:
            self.process.stdin.close()

    async def gone(self) -> None:
        """Wait until the child is reaped and its last words are read."""
        await self.process.wait()
        await self._ears

    async def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        head = await self.process.stdout.readexactly(LENGTH.size)
        reply = json.loads(await self.process.stdout.readexactly(unpack_length(head)))
        if not isinstance(reply, dict) or reply.get("id") != self._number:
            raise ValueError("not a reply to this call")
        return reply

    async def _lost(self, error: Exception, started: bool) -> LaneGone:
        self.kill()
        await self.gone()
        broke = isinstance(error, ValueError)
        how = "it broke the protocol" if broke else self._how_it_ended()
        return LaneGone(how, tuple(self._tail), started, no_memory=not broke and self._got_no_memory())

    def _got_no_memory(self) -> bool:
        code = self.process.returncode
        if code is None or -code not in _GAVE_UP:
            return False
        return bool(self._at) or bool(NO_MEMORY.search(" ".join(self._tail)))

    async def _listen(self) -> None:
        assert self.process.stderr is not None
        rest = b""
        while chunk := await self.process.stderr.read(8192):
            *lines, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
            rest = rest[-LINE_LIMIT * 4 :]
            for line in lines:
                self._heard(line)
        self._heard(rest)

    def _heard(self, line: bytes) -> None:
        text = one_line(line.decode("utf-8", "replace"), LINE_LIMIT)
        if not text:
            return
        self._tail.append(text)
        if self._on_log is not None:
            self._on_log(self._now, text)

    def _how_it_ended(self) -> str:
        code = self.process.returncode
        if code is None or code >= 0:
            return f"it ended with exit code {code}"
        try:
            return f"killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"killed by signal {-code}"
