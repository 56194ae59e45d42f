"""hgtui as a process of its own, run to its end or talked to while it runs."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
HGTUI = (sys.executable, "-m", "hgtui")
POWERLESS = (sys.executable, str(Path(__file__).with_name("powerless.py")))
PATIENCE_S = 120
"""After this long a process is killed, which fails its test: no command takes nearly so long."""

Event = dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """A process that has ended: its exit status (negative: killed by that signal) and what it wrote."""

    exit: int
    out: str
    err: str

    def __post_init__(self) -> None:
        assert "Traceback" not in self.err + self.out, self.err
        assert "fault of hgtui" not in self.err + self.out, self.err
        assert "Exception ignored" not in self.err, self.err

    @property
    def events(self) -> list[Event]:
        """Standard output as JSON lines: every line must be one."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def told(self, status: int, *words: str) -> Self:
        """Check that it ended so, said each of these on standard error, and nothing on standard output."""
        assert (self.exit, self.out) == (status, ""), self
        for word in words:
            assert word in self.err, self.err
        return self


class Running:
    """A process that runs. Use it as a context manager: what still runs at its end is killed."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.seen: list[Event] = []
        self._err: list[bytes] = []
        self._out: list[bytes] = []
        self._heard = threading.Condition()
        self._ears = threading.Thread(target=self._listen, daemon=True)
        self._ears.start()
        self._watch = threading.Timer(PATIENCE_S, process.kill)
        self._watch.daemon = True
        self._watch.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def send(self, **command: Any) -> None:
        """Write a command as a line of ``--commands -``."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()

    def until(self, kind: str, **fields: Any) -> Event:
        """Read JSON lines until an event of this type with these fields."""
        for event in self._events():
            if event["type"] == kind and all(event.get(name) == value for name, value in fields.items()):
                return event
        raise AssertionError(f"no {kind} {fields} came; {self.ended()}")

    def _events(self) -> Iterator[Event]:
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            self._out.append(line)
            self.seen.append(json.loads(line))
            yield self.seen[-1]

    def listen_for(self, words: str) -> None:
        """Wait until standard error has these words."""
        with self._heard:
            assert self._heard.wait_for(lambda: words in b"".join(self._err).decode("utf-8", "replace"), PATIENCE_S)

    def children(self) -> list[int]:
        """Return the process ids of its children."""
        found = []
        for place in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if int(place.read_text().rpartition(")")[2].split()[1]) == self.pid:
                    found.append(int(place.parent.name))
        return found

    def signal(self, number: int) -> None:
        """Send a signal to the whole process group, as a terminal does for Ctrl+C."""
        os.killpg(self.pid, number)

    def ended(self) -> Ended:
        """Close its standard input, read the rest and wait for its end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self._out.append(self.process.stdout.read())
        self.process.wait()
        self._ears.join()
        out = b"".join(self._out).decode()
        return Ended(self.process.returncode, out, b"".join(self._err).decode())

    def _listen(self) -> None:
        assert self.process.stderr is not None
        while chunk := self.process.stderr.read1(65536):  # type: ignore[attr-defined]
            with self._heard:
                self._err.append(chunk)
                self._heard.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.cancel()
        self.process.kill()
        self.process.wait()
        self._ears.join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()


class Program:
    """hgtui in a working folder of its own, with a data folder and an environment that last over several calls."""

    def __init__(self, folder: Path, data: Path, environ: Mapping[str, str] | None = None) -> None:
        self.folder, self.data = folder, data
        self.guard = data.with_name(f"{data.name}-reached")
        self.environ = {
            **os.environ,
            "HGTUI_DATA_DIR": str(data),
            "PYTHONPATH": os.pathsep.join((str(Path(__file__).with_name("guard")), str(ROOT))),
            "GUARD_LOG": str(self.guard),
            **(environ or {}),
        }

    def start(self, *arguments: str, through: Sequence[str] = (), **environ: str) -> Running:
        """Start it, leader of a session of its own; `through` is a command that starts it in turn."""
        process = subprocess.Popen(
            [*through, *HGTUI, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            env=self.environ | environ,
            start_new_session=True,
        )
        return Running(process)

    def run(
        self,
        *arguments: str,
        stdin: str | bytes = b"",
        through: Sequence[str] = (),
        timeout_s: float = 60,
        **environ: str,
    ) -> Ended:
        """Run it to its end; a process that does not end fails the test."""
        done = subprocess.run(
            [*through, *HGTUI, *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=self.folder,
            env=self.environ | environ,
            timeout=timeout_s,
            check=False,
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    def reached(self) -> str:
        """Return whom it tried to reach beyond this machine; empty where nobody."""
        return self.guard.read_text() if self.guard.exists() else ""


def watch(pids: Sequence[int]) -> list[int]:
    """Return handles that become readable when these processes end, whoever reaps them (pidfd_open(2))."""
    return [os.pidfd_open(pid) for pid in pids]


def all_gone(handles: Sequence[int], seconds: float = 30) -> bool:
    """Wait until every watched process has ended; False where one has not within `seconds`."""
    try:
        return all(select.select([handle], [], [], seconds)[0] for handle in handles)
    finally:
        for handle in handles:
            os.close(handle)


INTERRUPT, TERMINATE, KILL = signal.SIGINT, signal.SIGTERM, signal.SIGKILL
