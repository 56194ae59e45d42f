"""A plan that a person brings: a plan file, the text of an editor, or the raw reply of a planner."""

import json
from pathlib import Path
from typing import NamedTuple

from hgtui.core.commands import Submit
from hgtui.core.edit import Draft
from hgtui.core.planfile import PlanFile, read_plan_file
from hgtui.core.ports import How
from hgtui.core.reading import PlanError, Reading
from hgtui.session.plantext import MARK, read_text

LIMIT = 20_000_000
"""How many bytes of a file are read."""
HOW: dict[How, str] = {
    "read": "The reply was read as it stands.",
    "repaired": "The reply was no right JSON and was repaired.",
    "cut off": "The reply was cut off: what is complete in it was taken.",
}


class Brought(NamedTuple):
    """What was read, and a sentence on how where it was a reply."""

    file: PlanFile
    how: str = ""


def read_plan_as(text: str, name: str) -> PlanFile:
    """Read a plan file: TOML where its name ends so, as an editor had it, else JSON. Raises PlanError."""
    if name.lower().endswith(".toml"):
        return _edited(text, "toml")
    if text.lstrip().startswith(("# ", MARK, "//")):
        return _edited(text, "json")
    return read_plan_file(text)


def _edited(text: str, form: str) -> PlanFile:
    found = read_text(text, "toml" if form == "toml" else "json", Draft())
    if found.draft is None:
        raise PlanError(found.wrong[0].words)
    dropped = tuple(one.words for one in found.left_out)
    return PlanFile(reading=Reading(plan=found.draft.plan, dropped=dropped), assignments=dict(found.draft.assignments))


def read_plan_or_reply(text: str, name: str = "") -> Brought:
    """Read a plan file, or a planner's raw reply through the cascade.

    `dropped` begins with how a reply was read. Raises PlanError where it is neither; a plan file of another version is
    no reply.
    """
    from hgtui.planning.reader import ReplyError, read_reply

    try:
        return Brought(read_plan_as(text, name))
    except PlanError as error:
        strict = error
    if _is_plan_file(text) or name.lower().endswith(".toml"):
        raise strict
    try:
        found = read_reply(text)
    except ReplyError:
        raise strict from None
    how = HOW[found.how]
    return Brought(PlanFile(reading=Reading(plan=found.plan, dropped=(how, *found.dropped))), how)


def _is_plan_file(text: str) -> bool:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "version" in data


def read_typed(text: str, base: Path) -> Brought:
    """Read what a person typed or pasted: the path of a file, or the text of a plan or a reply itself.

    Raises PlanError with a sentence, also where a file cannot be read.
    """
    path = _path(text, base)
    if path is None:
        return read_plan_or_reply(text)
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except OSError as error:
        raise PlanError(f"{path} cannot be read: {error.strerror or error}.") from None
    if len(data) > LIMIT:
        raise PlanError(f"{path} is larger than {LIMIT // 1_000_000} MB.")
    try:
        return read_plan_or_reply(data.decode("utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        raise PlanError(f"{path} is not UTF-8 text: byte {error.start} cannot be read.") from None


def _path(text: str, base: Path) -> Path | None:
    """Return the file that a text names; None where it is a plan itself, in any form."""
    name = text.strip()
    if not name or "\n" in name or len(name) > 1_000 or name[0] in "[{<`":
        return None
    try:
        path = base / Path(name).expanduser()
        if path.is_file():
            return path
        if path.exists():
            raise PlanError(f"{name} is no file.")
    except (OSError, ValueError, RuntimeError):
        return None
    if " " not in name:
        raise PlanError(f"There is no file {name}.")
    return None


def submitted(file: PlanFile, files: tuple[str, ...] = ()) -> Submit:
    """Return the command that starts a run with a plan that was brought."""
    plan = file.reading.plan
    return Submit(
        request=plan.request, files=files, plan=plan, assignments=file.assignments, notes=file.reading.dropped
    )
