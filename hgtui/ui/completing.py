"""What can stand at the cursor of a field: results of earlier tasks, files by their path, types of tasks."""

import re
from pathlib import Path
from typing import Literal, NamedTuple

from hgtui.core.edit import Edit
from hgtui.core.offers import readable
from hgtui.core.plan import Plan, Uid
from hgtui.core.planfile import wire_names
from hgtui.core.problem import Problem
from hgtui.core.resource import Kind
from hgtui.core.task import ALIASES, TASKS, Arg
from hgtui.core.text import clean, one_line
from hgtui.core.wire import show_input

MOST = 40
NAMES = 2_000
"""How many names of a folder are looked at."""
_BEGUN = re.compile(r"(?:‹|#|<GENERATED>-?)(\d*)\Z")
_SUFFIXES = {
    Kind.IMAGE: {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".pdf"},
    Kind.MASK: {".png", ".jpg", ".jpeg", ".webp"},
    Kind.AUDIO: {".wav", ".mp3", ".flac", ".ogg", ".m4a", ".opus"},
    Kind.VIDEO: {".mp4", ".webm", ".mov", ".avi", ".mkv"},
    Kind.DOCUMENT: {".pdf", ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"},
}


class Choice(NamedTuple):
    """Something to take: `text` goes into the field, or `edit` is applied."""

    kind: Literal["mend", "result", "file", "type"]
    label: str
    about: str = ""
    text: str = ""
    edit: Edit | None = None


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


def begun(before: str) -> int:
    """Return how many characters before the cursor are the beginning of a reference."""
    found = _BEGUN.search(before)
    return len(found[0]) if found else 0


def types(text: str, giver: Kind | None = None) -> list[Choice]:
    """Return the types of tasks whose name or description has the words of a text; first those that read a `giver`."""
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
        if score < 2:
            found.append(
                ((score, not starts, not reads, spec.name), Choice("type", spec.name, spec.description, spec.name))
            )
    return [choice for _, choice in sorted(found, key=lambda one: one[0])]


def files(typed: str, base: Path, kind: Kind | None = None) -> list[Choice]:
    """Return the files and folders whose path begins with what was typed, those of the right kind first.

    Reads the folder: not for the event loop. A name that a terminal would act on is left out.
    """
    head, slash, name = typed.rpartition("/")
    try:
        folder = base / Path(f"{head}{slash}" or ".").expanduser()
        entries = []
        for entry in folder.iterdir():
            entries.append(entry)
            if len(entries) >= NAMES:
                break
        entries = [
            one
            for one in entries
            if one.name.startswith(name) and (name.startswith(".") or not one.name.startswith("."))
        ]
        fits = _SUFFIXES.get(kind) if kind else None
        found = [(one.is_dir(), one) for one in entries if one.name == clean(one.name) and "\n" not in one.name]
    except (OSError, ValueError, RuntimeError):
        return []
    kept = [
        (not is_dir and bool(fits), is_dir, one.name)
        for is_dir, one in found
        if is_dir or not fits or one.suffix.lower() in fits
    ]
    kept.sort(key=lambda one: (one[1], one[2].lower()))
    return [
        Choice("file", path, "folder" if is_dir else "file", path)
        for _, is_dir, entry in kept[:MOST]
        if (path := f"{head}{slash}{entry}{'/' if is_dir else ''}") != typed
    ]
