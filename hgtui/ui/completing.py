"""What can stand at the cursor of a field: results of earlier tasks, files by their path, types of tasks."""

import re
from collections.abc import Collection
from pathlib import Path, PurePath
from typing import Literal, NamedTuple

from hgtui.core.edit import Edit
from hgtui.core.offers import readable
from hgtui.core.plan import Plan, Uid
from hgtui.core.planfile import wire_names
from hgtui.core.problem import Problem
from hgtui.core.resource import Kind
from hgtui.core.task import ALIASES, TASKS, Arg
from hgtui.core.text import one_line
from hgtui.core.wire import show_input
from hgtui.ui.folders import listed

MOST = 40
_BEGUN = re.compile(r"(?:‹|#|<GENERATED>-?)(\d*)\Z")
_SUFFIXES = {
    Kind.IMAGE: {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".pdf"},
    Kind.MASK: {".png", ".jpg", ".jpeg", ".webp"},
    Kind.AUDIO: {".wav", ".mp3", ".flac", ".ogg", ".m4a", ".opus"},
    Kind.VIDEO: {".mp4", ".webm", ".mov", ".avi", ".mkv"},
    Kind.DOCUMENT: {".pdf", ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"},
}


class Choice(NamedTuple):
    """Something to take: `text` goes into the field, or `edit` is applied; `runs` says whether something here could run it."""

    kind: Literal["mend", "result", "file", "type", "model"]
    label: str
    about: str = ""
    text: str = ""
    edit: Edit | None = None
    runs: bool = True


def mends(wrong: tuple[Problem, ...]) -> list[Choice]:
    """Return a choice for each mend of some problems."""
    return [Choice("mend", one.label, "mends it", edit=one.edit) for problem in wrong for one in problem.mends]


def results(plan: Plan, uid: Uid, arg: Arg, before: str) -> list[Choice]:
    """Return the results that an argument can read; `before` is what stands before the cursor, perhaps the beginning of one."""
    begun, ids = _BEGUN.search(before), wire_names(plan)
    numbers = {task.uid: task.id for task in plan}
    found = []
    for task, named in readable(plan, uid, arg):
        name = str(ids[task.uid])
        if begun and not name.startswith(begun[1]):
            continue
        reference = f"‹{name}{f'.{named}' if named else ''}›" if name.isdecimal() else f"<GENERATED>-{name}"
        spec = TASKS[task.task]
        goes_in = "  ".join(one_line(show_input(value, numbers), 60) for value in task.args.values())
        found.append(
            Choice("result", reference, f"{named or spec.output} of {task.id} {task.task}  {goes_in}", reference)
        )
    return list(reversed(found))[:MOST]


def _there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False


def begun(before: str) -> int:
    """Return how many characters before the cursor are the beginning of a reference."""
    found = _BEGUN.search(before)
    return len(found[0]) if found else 0


def types(text: str, giver: Kind | None = None, runnable: Collection[str] | None = None) -> list[Choice]:
    """Return the types of tasks whose name or description has the words of a text; first those that read a `giver`.

    Those that are not `runnable` come last and say so; None where that is not known.
    """
    words = text.lower().replace("-", " ").replace("_", " ").split()
    other: dict[str, list[str]] = {}
    for alias, name in ALIASES.items():
        other.setdefault(name, []).append(alias)
    found = []
    for spec in TASKS.values():
        told = f"{spec.name} {' '.join(other.get(spec.name, []))}".replace("-", " ")
        score = (
            0
            if all(word in told for word in words)
            else 1
            if all(word in f"{told} {spec.description}".lower() for word in words)
            else 2
        )
        reads = giver is not None and any(arg.takes(giver) for arg in spec.args)
        starts = bool(words) and spec.name.startswith(text.strip().lower())
        runs = runnable is None or spec.name in runnable
        about = spec.description if runs else f"nothing here runs it: {spec.description}"
        if score < 2:
            choice = Choice("type", spec.name, about, spec.name, runs=runs)
            found.append(((score, not starts, not runs, not reads, spec.name), choice))
    return [choice for _, choice in sorted(found, key=lambda one: one[0])]


def files(typed: str, base: Path, kind: Kind | None = None) -> list[Choice]:
    """Return the files and folders whose path begins with what was typed, those of the right kind first.

    Behind a whole name, and where nothing begins so and only a file can stand there, they are all those of its folder.
    Reads the folder: not for the event loop. A name that a terminal would act on is left out.
    """
    from hgtui.session.files import resolve

    head, slash, name = typed.rpartition("/")
    suffixes = _SUFFIXES.get(kind) if kind else None
    folder = resolve(f"{head}{slash}", base)

    def beginning(name: str) -> list[Choice]:
        found = listed(folder, name, fits=lambda one: suffixes is None or PurePath(one).suffix.lower() in suffixes)
        rows = sorted(found.entries, key=lambda one: one.folder)  # what can be taken as it is comes first
        return [
            Choice("file", path, "folder" if one.folder else "file", path)
            for one in rows[:MOST]
            if (path := f"{head}{slash}{one.name}{'/' if one.folder else ''}") != typed
        ]

    rows = beginning(name)
    whole = name and not rows and (suffixes is not None or _there(folder / name))
    return beginning("") if whole else rows
