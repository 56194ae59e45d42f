"""Runs a command of the command line, and says what ended it: a sentence and a hint, never a traceback."""

import errno
import os
import sys

import typer

from hgtui.cli.main import DEBUG, app

INTERRUPTED = 130
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def run_arguments(arguments: list[str]) -> int:
    """Run a command and return its exit status; an error is one sentence and a hint on standard error."""
    try:
        # Not standalone: the library would turn Ctrl+C into "Aborted!" and 1.
        status = app(arguments, standalone_mode=False, prog_name="hgtui")
        sys.stdout.flush()
    except typer.Abort:
        return INTERRUPTED
    except BrokenPipeError:
        _leave_standard_output()
        return 1
    except Exception as error:
        status = _told(error)
        _leave_standard_output()
    return status if isinstance(status, int) else 0


def _leave_standard_output() -> None:
    """Write what can be written, and nothing more: else the interpreter complains when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _told(error: Exception) -> int:
    if hasattr(error, "show") and hasattr(error, "exit_code"):  # wrong usage, as the library puts it
        said = getattr(error, "message", None)
        if isinstance(said, str):  # the first word of pydantic, which the library takes over
            error.message = said.removeprefix("Value error, ")  # type: ignore[attr-defined]
        error.show()
        return int(error.exit_code)
    if DEBUG["on"]:
        raise error
    from hgtui.core.text import clean

    message = getattr(error, "message", "") or str(error)
    hint = getattr(error, "hint", "")
    status = getattr(error, "exit", None)
    if isinstance(error, OSError) and error.errno in NO_ROOM and error.filename is None:
        message, status = f"Standard output cannot be written: {error.strerror}.", 1
    elif status is None and not hasattr(error, "hint"):
        message, hint, status = f"{type(error).__name__}: {error}", "This is a fault of hgtui; --debug shows where.", 1
    typer.echo(f"hgtui: {clean(message)}", err=True)
    if hint:
        typer.echo(clean(hint), err=True)
    return 2 if status is None else int(status)
