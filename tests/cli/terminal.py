"""A terminal with a person at it: hgtui on a pseudo-terminal, read and typed at."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tests.cli.program import HGTUI, PATIENCE_S, Program


class Terminal:
    """Runs hgtui with standard input and standard error on a terminal; standard output goes into a pipe.

    With `screen` standard output is the terminal too, of so many `columns`, as for the workbench. `program` starts it.
    """

    def __init__(
        self,
        hgtui: Program,
        *arguments: str,
        screen: bool = False,
        columns: int = 120,
        program: Sequence[str] = HGTUI,
        **environ: str,
    ) -> None:
        self._ours, self._theirs = pty.openpty()
        if screen:
            fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
            environ = {"TERM": "xterm-256color", **environ}

        # The leader of a session that opens a terminal has it as its own, for Ctrl+C to come from.
        take = ("/bin/sh", "-c", 'exec "$@" 0<>"$0" 2>&0', os.ttyname(self._theirs))
        self.process = subprocess.Popen(
            [*take, *program, *arguments],
            stdout=self._theirs if screen else subprocess.PIPE,
            cwd=hgtui.folder,
            env=hgtui.environ | environ,
            start_new_session=True,
        )
        self._life = os.pidfd_open(self.process.pid)
        self.shown = ""
        self._read = 0

    @property
    def ours(self) -> int:
        """Our side of the terminal."""
        return self._ours

    def until(self, words: str) -> str:
        """Read until the terminal shows these words after what was read before; return what came on the way."""
        while (place := self.shown.find(words, self._read)) < 0:
            assert self._more(), f"{words!r} did not come: {self._told()}"
        start, self._read = self._read, place + len(words)
        return self.shown[start : self._read]

    def until_all(self, *words: str) -> None:
        """Read until the terminal shows all of these after what was read before, in whatever order they are painted."""
        start = self._read
        for one in words:
            self._read = start
            self.until(one)
        self._read = max(self.shown.find(one, start) + len(one) for one in words)

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def ended(self) -> tuple[int, str]:
        """Read to the end; return the exit status and what went to standard output."""
        while self._more():
            pass
        out = self.process.stdout.read().decode() if self.process.stdout is not None else ""
        status = self.process.wait(PATIENCE_S)
        assert "Traceback" not in self.shown
        return status, out

    def hung_up(self) -> int:
        """Close the terminal, as a line that drops does, and return the exit status."""
        for handle in (self._theirs, self._ours):
            os.close(handle)
        self._theirs = self._ours = -1
        return self.process.wait(PATIENCE_S)

    def _told(self) -> str:
        """What a failed test shows of what came."""
        return self.shown[-20_000:]

    def _more(self) -> bool:
        if self._theirs >= 0:
            ready = select.select([self._ours, self._life], [], [], PATIENCE_S)[0]
            assert ready, f"nothing came any more: {self._told()}"
            if self._ours not in ready:
                # It has ended: without our own handle the rest can be read to its end.
                os.close(self._theirs)
                self._theirs = -1
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # Linux: nobody has the other side open
            return False
        self.shown += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        for handle in (self._ours, self._theirs, self._life):
            if handle >= 0:
                os.close(handle)
        if self.process.stdout is not None:
            self.process.stdout.close()
