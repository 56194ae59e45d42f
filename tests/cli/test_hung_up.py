"""A terminal that is gone: nothing that was drawn on it lives on."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from hgtui.core.states import EXIT_HUNG_UP
from tests.cli.program import PATIENCE_S, Program
from tests.cli.terminal import Terminal

STUCK = """
import asyncio, threading
from hgtui.cli.signals import gone_with_terminal

async def main():
    with gone_with_terminal(lambda status: print("never", flush=True), 0):
        print("here", flush=True)
        threading.Event().wait()

asyncio.run(main())
"""
ENDS = """
import asyncio
from hgtui.cli.signals import gone_with_terminal

async def main():
    over = asyncio.Event()
    said = []
    with gone_with_terminal(lambda status: (said.append(status), over.set())):
        print("here", flush=True)
        await over.wait()
    raise SystemExit(said[0] + 1)

asyncio.run(main())
"""


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    yield ours, theirs


def on(terminal: tuple[int, int], code: str) -> subprocess.Popen[str]:
    """Run code with standard input on a terminal that is not its own, so that no signal comes; return it once it is there."""
    ours, theirs = terminal
    child = subprocess.Popen([sys.executable, "-c", code], stdin=theirs, stdout=subprocess.PIPE, text=True)
    os.close(theirs)
    assert child.stdout is not None
    assert child.stdout.readline() == "here\n"
    os.close(ours)
    return child


def test_a_program_that_can_do_nothing_more_ends_with_its_terminal(terminal: tuple[int, int]) -> None:
    with on(terminal, STUCK) as child:
        assert child.wait(PATIENCE_S) == EXIT_HUNG_UP


def test_a_program_that_no_signal_tells_of_it_ends_by_itself(terminal: tuple[int, int]) -> None:
    with on(terminal, ENDS) as child:
        assert child.wait(PATIENCE_S) == EXIT_HUNG_UP + 1


def test_a_workbench_that_is_stopped_ends_with_its_terminal(hgtui: Program) -> None:
    terminal = Terminal(hgtui, screen=True)
    terminal.until("Ask")
    terminal.process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED)
    assert terminal.hung_up() == EXIT_HUNG_UP
