"""The terminal as another program expects it, and that program in it: the person's editor."""

import asyncio
import contextlib
import os
import shlex
import shutil
import sys
import termios
from collections.abc import Iterator, Mapping
from pathlib import Path

_IFLAG, _LFLAG = 0, 3


class EditorError(Exception):
    """The editor did not do its work; `message` is a sentence, `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@contextlib.contextmanager
def line_mode() -> Iterator[None]:
    """Let the terminal edit lines and show what is typed, as it does by default; where there is none do nothing."""
    if not sys.__stdin__ or not os.isatty(0):
        yield
        return
    before = termios.tcgetattr(0)
    lines = termios.tcgetattr(0)
    lines[_IFLAG] |= termios.ICRNL
    lines[_LFLAG] |= termios.ECHO | termios.ICANON | termios.ISIG
    termios.tcsetattr(0, termios.TCSANOW, lines)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSANOW, before)


def editor_of(environ: Mapping[str, str]) -> str:
    """Return the command of the person's editor: $VISUAL, else $EDITOR, else vi."""
    return environ.get("VISUAL", "").strip() or environ.get("EDITOR", "").strip() or "vi"


def find_editor(environ: Mapping[str, str]) -> list[str]:
    """Return the words of the command of the person's editor. Raises EditorError where there is no such program."""
    wanted = editor_of(environ)
    try:
        words = shlex.split(wanted)
    except ValueError as error:
        raise _not_started(wanted, error) from None
    if not words or shutil.which(words[0], path=environ.get("PATH")) is None:
        raise _not_started(wanted, f"there is no program {words[0] if words else wanted}")
    return words


def _not_started(wanted: str, why: object) -> EditorError:
    return EditorError(f"The editor {wanted} could not be started: {why}.", "Set VISUAL or EDITOR to the one you use.")


async def edit_file(path: Path, environ: Mapping[str, str]) -> None:
    """Open a file in the person's editor and wait until that is closed. Raises EditorError where it fails.

    SIGINT comes from the terminal to both: who calls must not end of it meanwhile. If this is cancelled the editor ends.
    """
    wanted, words = editor_of(environ), find_editor(environ)
    try:
        process = await asyncio.create_subprocess_exec(*words, str(path))
    except (OSError, ValueError) as error:
        raise _not_started(wanted, getattr(error, "strerror", None) or error) from None
    try:
        status = await process.wait()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        raise
    if status:
        how = f"ended with status {status}" if status > 0 else f"was ended by signal {-status}"
        raise EditorError(f"The editor {wanted} {how}: nothing was changed.")
