"""A terminal that measures: spawns a program on a pseudo-terminal, answers what a terminal answers, stamps its output.

What was painted is found afterwards, by replaying the output through an emulator, so that it slows nothing.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path

import pyte

ROWS, COLUMNS = 36, 120
FLOOR = (
    "from textual.app import App\nfrom textual.widgets import Input\nclass Floor(App):\n"
    "    def compose(self):\n        yield Input()\nFloor().run()\n"
)
"""An app that holds one Input and nothing else: what is measured stands next to it, in the same run."""
COMPLETE = 0.98
"""The part of all cells that must be as they stay, for the screen to be complete."""
_QUERY = re.compile(rb"\x1b\[(?:\?(?P<mode>\d+)\$p|(?P<device>0?c))")
_NOT_EMULATED = re.compile(
    rb"\x1b\[[<>=][0-9;:]*[A-Za-z]|\x1b\[\??[0-9;]*\$[a-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;]*t"
)
_FINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[^\[\]])")


def environment(folder: str) -> dict[str, str]:
    """Return the environment of a new user: byte code kept, true colour, own folders, no key."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "HF_", "TEXTUAL"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    own = {"HGTUI_DATA_DIR": folder, "HGTUI_CONFIG": f"{folder}/none.toml"}
    return {**kept, **own, "TERM": "xterm-256color", "COLORTERM": "truecolor"}


def floor(folder: str) -> list[str]:
    """Return the command of the floor; it lies in a file, as a program does."""
    path = Path(folder) / "floor.py"
    path.write_text(FLOOR)
    return [sys.executable, str(path)]


def workbench() -> list[str]:
    """Return the command of the workbench."""
    return [str(Path(sys.executable).with_name("hgtui"))]


@dataclass
class Chunk:
    """Output that came at once: when, in seconds since the start, and the CPU seconds that were spent until then."""

    at: float
    cpu: float
    data: bytes


@dataclass
class Terminal:
    """A program on a pseudo-terminal. Use it as a context manager: it ends the program, politely at first."""

    command: list[str]
    env: dict[str, str]
    typed: bytes = b""
    """What is typed before the program has begun to run."""
    chunks: list[Chunk] = field(default_factory=list)

    def __enter__(self) -> "Terminal":
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, COLUMNS * 10, ROWS * 20))
        os.write(ours, self.typed)
        self.start, self.fd = time.monotonic(), ours
        self.pid = os.fork()
        if self.pid == 0:
            os.close(ours)
            os.setsid()
            fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
            for number in (0, 1, 2):
                os.dup2(theirs, number)
            os.chdir(self.env["HGTUI_DATA_DIR"])
            os.execve(self.command[0], self.command, self.env)
        os.close(theirs)
        return self

    def __exit__(self, *_: object) -> None:
        self.type(b"\x11")
        self.read(until=5.0, quiet=None)
        if os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.start

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.fd, keys)

    def read(self, until: float, quiet: float | None, first: bool = False) -> int:
        """Read for `until` seconds at the most, or until nothing came for `quiet`; return how many bytes came."""
        limit, last, before = self.now + until, self.now, self.sent
        while True:
            left = limit - self.now if quiet is None else min(limit, last + quiet) - self.now
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                if left <= 0 or quiet is not None or self.now >= limit:
                    return self.sent - before
                continue
            try:
                data = os.read(self.fd, 1 << 16)
            except OSError:  # the program has gone
                return self.sent - before
            last = self.now
            self.chunks.append(Chunk(last, cpu_seconds(self.pid), data))
            self._answer(data)
            if first:
                return self.sent - before

    def _answer(self, data: bytes) -> None:
        for query in _QUERY.finditer(data):
            if query["mode"]:
                known = 2 if query["mode"] == b"2026" else 0
                os.write(self.fd, b"\x1b[?%s;%d$y" % (query["mode"], known))
            else:
                os.write(self.fd, b"\x1b[?62;22c")

    @property
    def sent(self) -> int:
        """How many bytes the program has sent."""
        return sum(len(chunk.data) for chunk in self.chunks)

    def memory_mb(self) -> float:
        """Return the resident memory of the program and of what it started, in MiB."""
        return sum(_rss_kb(pid) for pid in family(self.pid)) / 1024

    def complete(self) -> Chunk:
        """Return the output from which on the screen was complete."""
        screens = [(chunk, _cells(screen)) for chunk, screen in self._replayed()]
        final = screens[-1][1]
        first = screens[-1][0]
        for chunk, cells in reversed(screens):
            if sum(one == other for one, other in zip(cells, final, strict=True)) < COMPLETE * len(final):
                break
            first = chunk
        return first

    def text_after(self, until: float, quiet: float) -> str:
        """Read as `read` does; return what stands on the screen then."""
        self.read(until, quiet)
        return self.text()

    def text(self) -> str:
        """Return what stands on the screen now."""
        *_, (_, screen) = self._replayed()
        return "\n".join(line.rstrip() for line in screen.display)

    def _replayed(self):  # type: ignore[no-untyped-def]  # pyte has no types
        screen = pyte.Screen(COLUMNS, ROWS)
        stream, held = pyte.ByteStream(screen), b""
        for chunk in self.chunks:
            data, held = held + chunk.data, b""
            cut = data.rfind(b"\x1b")
            if cut >= 0 and not _FINISHED.match(data[cut:]):
                data, held = data[:cut], data[cut:]
            stream.feed(_NOT_EMULATED.sub(b"", data))
            yield chunk, screen


def _cells(screen: pyte.Screen) -> list[tuple[str, str, str, bool]]:
    """The cells as a person sees them: the ink of a blank one cannot be seen."""
    cells = (screen.buffer[y][x] for y in range(ROWS) for x in range(COLUMNS))
    return [(one.data, "" if one.data == " " else one.fg, one.bg, one.reverse) for one in cells]


def family(pid: int) -> list[int]:
    """Return a process and all that it started (Linux)."""
    found = [pid]
    for one in found:
        for path in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in path.read_text().split()]
    return found


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and of what it started, of all threads that live, in seconds (Linux)."""
    total = 0
    for one in family(pid):
        for path in Path(f"/proc/{one}/task").glob("*/schedstat"):
            try:
                total += int(path.read_text().split()[0])
            except (OSError, IndexError):  # the thread has ended meanwhile
                continue
    return total / 1e9


def _rss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Rss:")), 0)


def own_folder() -> "tempfile.TemporaryDirectory[str]":
    """Return a folder for the data of the programs that are measured."""
    return tempfile.TemporaryDirectory(prefix="hgtui-bench-")
