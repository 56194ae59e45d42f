"""Signals and the modes of the terminal. Nothing heavy is imported here: it stands before the first frame."""

import asyncio
import contextlib
import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from hgtui.core.states import EXIT_HUNG_UP, EXIT_INTERRUPTED, EXIT_TERMINATED

_IFLAG, _LFLAG = 0, 3
LEAVE_S = 10.0
"""How long, in seconds, a program may take to end once its terminal is gone."""


@contextlib.contextmanager
def on_signals(stop: Callable[[int], None]) -> Iterator[None]:
    """Call `stop` with the exit status on SIGINT, SIGTERM and SIGHUP, on the running event loop.

    Who starts a program with nohup(1) wants it to outlive its terminal: an ignored SIGHUP stays ignored.
    """
    loop = asyncio.get_running_loop()
    numbers = {signal.SIGINT: EXIT_INTERRUPTED, signal.SIGTERM: EXIT_TERMINATED, signal.SIGHUP: EXIT_HUNG_UP}
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        del numbers[signal.SIGHUP]
    for number, status in numbers.items():
        loop.add_signal_handler(number, stop, status)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def gone_with_terminal(stop: Callable[[int], None], seconds: float = LEAVE_S) -> Iterator[None]:
    """Call `stop` with the exit status on the running event loop where the terminal hangs up; end the process after `seconds`.

    A signal alone does not do: under nohup(1) none comes, and Textual's handler of SIGCONT, which the kernel sends after
    SIGHUP to who was stopped, writes to a terminal that nobody reads, in the midst of a write: the event loop then waits
    for ever, while the thread that reads the keys turns and turns. What is in the journal is on the disk by then.
    """
    loop, over = asyncio.get_running_loop(), threading.Event()
    wake, end = os.pipe()

    def watch() -> None:
        poll = select.poll()
        poll.register(0, 0)  # nothing but POLLHUP and POLLERR
        poll.register(wake, select.POLLIN)
        if any(file == 0 for file, _ in poll.poll()):
            with contextlib.suppress(RuntimeError):  # the loop is closed: it is ending
                loop.call_soon_threadsafe(stop, EXIT_HUNG_UP)
            if not over.wait(seconds):
                os._exit(EXIT_HUNG_UP)

    watcher = threading.Thread(target=watch, name="terminal-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        os.close(end)
        watcher.join()
        os.close(wake)


@contextlib.contextmanager
def keys_kept() -> Iterator[Callable[[], None]]:
    """Keep the keys that are pressed on standard input from now on as they are, unseen, for who reads them later.

    As a terminal is by default it writes them onto the screen and makes Enter a line feed, until the screen is drawn.
    However this ends, the terminal is as it was before; what it yields makes it so earlier.
    """
    before = termios.tcgetattr(0)
    keeping = termios.tcgetattr(0)
    keeping[_IFLAG] &= ~termios.ICRNL
    keeping[_LFLAG] &= ~(termios.ECHO | termios.ICANON)

    def end(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    # Before the event loop takes over, the default would end the process and leave the terminal so.
    numbers = [one for one in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, end)

    def restore() -> None:
        with contextlib.suppress(termios.error):  # it has hung up
            termios.tcsetattr(0, termios.TCSANOW, before)

    termios.tcsetattr(0, termios.TCSANOW, keeping)
    try:
        yield restore
    finally:
        restore()


def write_to_terminal(text: str) -> None:
    """Write to the terminal behind standard output, past every buffer; where it has hung up nothing is written."""
    with contextlib.suppress(OSError):
        os.write(1, text.encode())
