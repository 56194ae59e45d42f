"""What comes from a person or a script while a run goes on: lines, a yes or no, an edited plan, Ctrl+C."""

import asyncio
import contextlib
import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hgtui.cli.faults import Fault
from hgtui.cli.signals import on_signals
from hgtui.cli.words import approve_line, is_plan_alone, say
from hgtui.core.edits import Draft
from hgtui.core.planfile import read_plan_file, write_plan
from hgtui.core.reading import PlanError
from hgtui.core.run import Run

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


async def edit_in_editor(run: Run) -> Draft | None:
    """Let a person change the plan as JSON in $VISUAL or $EDITOR; None where nothing changed.

    A text that is no plan is never lost: the editor opens again on it, with what is wrong in the first line, and who
    gives up is told where the text is kept. Raises Fault where the editor cannot be started.
    """
    before = json.dumps(write_plan(run.plan, run.draft.assignments), indent=2, ensure_ascii=False) + "\n"
    path = Path(tempfile.mkdtemp(prefix="hgtui-edit-")) / "plan.json"
    text, wrong, kept = before, "", False
    try:
        while True:
            path.write_text((f"# {wrong}\n" if wrong else "") + text, encoding="utf-8")
            await _edit(path)
            changed = _without_comments(path)
            if changed == before:
                return None
            if wrong and changed == text:
                path.write_text(text, encoding="utf-8")
                say(f"Your text is kept in {path}.")
                kept = True
                return None
            text = changed
            try:
                found = read_plan_file(text)
            except PlanError as error:
                wrong = str(error)
                say(f"This is no plan: {wrong}")
                continue
            for dropped in found.reading.dropped:
                say(f"note: {dropped}")
            return Draft(plan=found.reading.plan, assignments=found.assignments)
    finally:
        if not kept:
            shutil.rmtree(path.parent, ignore_errors=True)


async def _edit(path: Path) -> None:
    """Open the editor and wait until it is closed; Ctrl+C is the editor's meanwhile."""
    wanted = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        words = shlex.split(wanted)
        process = await asyncio.create_subprocess_exec(*words, str(path))
    except (OSError, ValueError, TypeError) as error:
        why = getattr(error, "strerror", None) or error
        raise Fault(f"The editor {wanted} could not be started: {why}.", "Set EDITOR to the one you use.") from None
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    try:
        status = await process.wait()
    finally:
        loop.remove_signal_handler(signal.SIGINT)
    if status:
        raise Fault(f"The editor {wanted} ended with status {status}: nothing was changed.")


def _without_comments(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    except OSError as error:
        raise Fault(f"What the editor wrote cannot be read: {error.strerror or error}.") from None
    return "".join(line for line in lines if not line.startswith("#"))
