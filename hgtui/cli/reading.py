"""Plan files and raw replies, as files or from standard input."""

import sys
from pathlib import Path

from hgtui.cli.faults import Fault
from hgtui.core.planfile import PlanFile
from hgtui.core.reading import PlanError
from hgtui.core.text import clean
from hgtui.session.bringing import read_plan_as, read_plan_or_reply

PLAN_FILE_LIMIT = 20_000_000
_AROUND = 50
"""Characters that are shown on each side of the place where a reply cannot be read."""


def read_source(name: str) -> str:
    """Return the text of a file, or of standard input for "-". Raises Fault where it cannot be read as UTF-8."""
    try:
        data = sys.stdin.buffer.read(PLAN_FILE_LIMIT + 1) if name == "-" else _read(Path(name))
    except OSError as error:
        raise Fault(f"{name} cannot be read: {error.strerror or error}.") from None
    if len(data) > PLAN_FILE_LIMIT:
        raise Fault(f"{name} is larger than {PLAN_FILE_LIMIT // 1_000_000} MB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Fault(f"{name} is not UTF-8 text: byte {error.start} cannot be read.") from None


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise Fault(f"{path} is no file." if path.exists() else f"There is no file {path}.")
    with path.open("rb") as file:
        return file.read(PLAN_FILE_LIMIT + 1)


def read_plan_at(name: str) -> PlanFile:
    """Read a plan file, JSON or the TOML of an editor by its name. Raises Fault where it is none."""
    try:
        return read_plan_as(read_source(name), name)
    except PlanError as error:
        raise _no_plan(name, error) from None


def read_plan_or_reply_at(name: str) -> PlanFile:
    """Read a plan file, or a planner's raw reply through the cascade, which says in `dropped` how it was read.

    Raises Fault where it is neither; a plan file of another version is no reply.
    """
    try:
        return read_plan_or_reply(read_source(name), name).file
    except PlanError as error:
        raise _no_plan(name, error) from None


def _no_plan(name: str, error: PlanError) -> Fault:
    return Fault(
        f"{name} is no plan: {str(error).removeprefix('This is no plan: ')}", f"hgtui check {name}, once it is mended."
    )


def place_in(text: str, line: int, column: int) -> str:
    """Return the line of a text with a mark below the place; `line` and `column` count from 1."""
    whole = dict(enumerate(text.split("\n"), 1)).get(line, "")
    before, after = whole[max(0, column - 1 - _AROUND) : column - 1], whole[column - 1 : column - 1 + _AROUND]
    before, after = (clean(part).replace("\t", " ") for part in (before, after))
    return f"  {before}{after}\n  {' ' * len(before)}^" if before or after else ""
