"""What comes from a person or a script while a run goes on: lines, a yes or no, an edited plan, Ctrl+C."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from hgtui.cli.faults import Fault
from hgtui.cli.signals import on_signals
from hgtui.cli.words import approve_line, is_plan_alone, say
from hgtui.core.edits import Draft
from hgtui.core.problems import problems
from hgtui.core.run import Run
from hgtui.session.plandesk import PlanText, merged
from hgtui.session.plantext import Checked, Form
from hgtui.session.terminal import EditorError, line_mode

LINE_LIMIT = 20_000_000
"""How many bytes one line of standard input may have; as much as a plan file."""
BLOCK = 65_536

Line = bytes | None


def read_lines() -> "asyncio.Queue[Line]":
    """Read standard input line by line in a thread of its own; None comes at its end.

    A line longer than `LINE_LIMIT` comes as its first bytes, which is no command. A thread and not a pipe of the event
    loop: standard input may be a file. It is a daemon and reads without Python's buffer, whose lock it would hold: a
    program that is done does not wait for a line that nobody types.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[Line] = asyncio.Queue()

    def put(line: Line) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(lines.put_nowait, line)

    def read() -> None:
        with contextlib.suppress(OSError):
            for line in split_lines(lambda: os.read(0, BLOCK)):
                put(line)
        put(None)

    threading.Thread(target=read, name="standard input", daemon=True).start()
    return lines


def split_lines(read: Callable[[], bytes], limit: int = LINE_LIMIT) -> Iterator[bytes]:
    """Yield the lines of what `read` gives until it gives nothing; of a line beyond `limit` only the beginning."""
    pieces: list[bytes] = []
    size = 0
    while block := read():
        *ends, rest = block.split(b"\n")
        for end in ends:
            yield b"".join((*pieces, end))[:limit]
            pieces, size = [], 0
        if rest and size <= limit:
            pieces.append(rest)
            size += len(rest)
    if pieces:
        yield b"".join(pieces)[:limit]


async def ask_person(run: Run, *, stored: bool = True) -> str:
    """Ask on a terminal whether to run the plan; return "y", "n" or "e". A plan with errors can only be edited.

    Raises Fault (129, 130, 143) where the person interrupts instead.
    """
    approvable = run.gate is not None and run.gate.approvable
    question = "Choose models for this plan?" if is_plan_alone(run) else "Run this plan?"
    line, status = await ask_line(f"\n{question} [y/N/edit] " if approvable else "\nEdit this plan? [N/edit] ")
    if status:
        hint = f"To run it later: {approve_line(run)}" if approvable and stored else ""
        raise Fault("Nothing was run.", hint, status)
    reply = line.strip().lower()
    if reply in {"y", "yes"} and approvable:
        return "y"
    return "e" if reply in {"e", "edit"} else "n"


async def ask_line(prompt: str) -> tuple[str, int]:
    """Ask for a line on a terminal; return it with 0, or an empty text with 129, 130 or 143 where a signal came instead.

    The line is empty, without its end, where the terminal was closed.
    """
    stopped: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def stop(status: int) -> None:
        if not stopped.done():
            stopped.set_result(status)

    with on_signals(stop):
        sys.stderr.write(prompt)
        sys.stderr.flush()
        answer = asyncio.create_task(_one_line())
        both: list[asyncio.Future[Any]] = [answer, stopped]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    if stopped.done():
        answer.cancel()
        say("")
        return "", stopped.result()
    return answer.result(), 0


async def _one_line() -> str:
    """Return one line of the terminal; nothing is read ahead, so that an editor finds what is typed for it."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[bytes] = loop.create_future()

    def put(data: bytes) -> None:
        if not line.done():
            line.set_result(data)

    def read() -> None:
        data = b""
        with contextlib.suppress(OSError):
            data = os.read(0, BLOCK)
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(put, data)

    threading.Thread(target=read, name="standard input", daemon=True).start()
    return (await line).decode("utf-8", "replace")


async def edit_in_editor(run: Run, form: Form = "toml") -> Draft | None:
    """Let a person change the plan as a text in $VISUAL or $EDITOR; None where nothing changed.

    A text that is no plan is never lost: the editor opens again on it, with what is wrong above its line, and who gives
    up is told where the text is kept. Raises Fault where the editor fails.
    """
    text = await PlanText.of(run, form, problems(run.plan, run.facts))
    while True:
        try:
            checked = await _edited(text, run)
        except EditorError as error:
            if text.checked is None:
                text.forget()
            raise Fault(error.message, error.hint if text.checked is None else _kept(text)) from None
        if checked is None:
            if text.checked is None:
                text.forget()
            else:
                say(_kept(text))
            return None
        for left in checked.left_out:
            say(f"note: {left.words}")
        if checked.draft is not None:
            if checked.left_out:
                say(_kept(text))
            else:
                text.forget()
            return merged(run, text.before, checked.draft)
        for wrong in checked.wrong:
            say(f"This is no plan: {wrong.words.removeprefix('This is no plan: ')}")


def _kept(text: PlanText) -> str:
    return f"Your text is kept in {text.path}."


async def _edited(text: PlanText, run: Run) -> Checked | None:
    """Open the editor and wait until it is closed; Ctrl+C is the editor's meanwhile."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    try:
        return await text.edit(run, os.environ, line_mode())
    finally:
        loop.remove_signal_handler(signal.SIGINT)
