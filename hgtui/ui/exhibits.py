"""What is there to be seen or heard of results, as values: a picture with its boxes, a sound, a table, a text."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from hgtui.core.plan import Ref, Task
from hgtui.core.resource import Kind, Resource
from hgtui.core.run import Run
from hgtui.core.states import HAS_RESULT
from hgtui.core.text import clean, one_line, plural
from hgtui.ui.pictures import Mark
from hgtui.ui.words import Line, fit, wrapped

PICTURES = frozenset({Kind.IMAGE, Kind.MASK})
TABLES = frozenset({Kind.LABELS, Kind.BOXES, Kind.TABLE})
HEARD = frozenset({Kind.AUDIO, Kind.VIDEO})
FAR = 1e9
"""No picture has a pixel so far out."""
ROWS = 200
"""How many rows of a table are shown; the file has them all."""
MOST = 8
"""How many results the conversation shows below an answer."""
LABELS = 3
"""How many different labels are named."""
_ONES = {
    Kind.BOXES: ("box", "boxes"),
    Kind.LABELS: ("label", "labels"),
    Kind.TABLE: ("row", "rows"),
    Kind.VECTOR: ("number", "numbers"),
}
_FORMS = {
    "application/json": "JSON",
    "audio/mpeg": "MP3",
    "image/svg+xml": "SVG",
    "image/tiff": "TIFF",
    "text/markdown": "Markdown",
}
_ORDER = ("label", "answer", "score", "part", "row", "text", "box")


class Exhibit(NamedTuple):
    """One thing to show: a result, what a picture of it is drawn on (a digest), its boxes, the table beside it."""

    result: Resource
    picture: str = ""
    mask: str = ""
    marks: tuple[Mark, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    """The table with its heads, cleaned."""
    inks: tuple[int | None, ...] = ()
    """The number of the colour of each row, None where it has none."""

    @property
    def key(self) -> tuple[object, ...]:
        """What it looks like, but for its size."""
        # Not the digest alone: of boxes it is that of the words, and the same words may be said of other boxes.
        return self.result.digest, self.picture, self.mask, self.marks, self.rows


def exhibits(run: Run, task: Task) -> list[Exhibit]:
    """Return what there is to be shown of the results of a task, the main one first."""
    status = run.tasks.get(task.uid)
    if status is None or status.state not in HAS_RESULT:
        return []
    return [exhibit(run, task, one) for one in status.results]


def exhibit(run: Run, task: Task, result: Resource) -> Exhibit:
    """Return what there is to be shown of one result of a task."""
    if result.kind in TABLES:
        rows, inks = table(result.data)
        marks = _marks(result.data) if result.kind is Kind.BOXES else ()
        picture = (_read(run, task) or _beside(run, task)) if marks else ""
        return Exhibit(result, picture, "", marks if picture else (), rows, inks if picture else ())
    if result.kind is Kind.MASK:
        rows, inks = table(result.data)
        under = _read(run, task)
        return Exhibit(result, under or result.digest, result.digest if under else "", (), rows)
    if result.kind is Kind.IMAGE:
        return Exhibit(result, result.digest)
    return Exhibit(result)


def for_answer(run: Run) -> list[tuple[Task, Exhibit]]:
    """Return what the conversation shows below the answer: pictures and sounds of all tasks, tables that lead on to none."""
    found: list[tuple[Task, Exhibit]] = []
    plan = run.plan
    readers = plan.dependants()
    for task in plan:
        shown = exhibits(run, task)
        boxed = any(one.marks for one in shown)
        for one in shown:
            kind = one.result.kind
            # The boxes are drawn on the picture that they were found in; the engine's own drawing shows the same.
            seen = kind in PICTURES and not (boxed and kind is Kind.IMAGE)
            listed = kind in TABLES and len(one.rows) > 2 and not readers.get(task.uid)
            if seen or listed or kind in HEARD or one.marks:
                found.append((task, one))
    return found[:MOST]


def caption(task: Task, one: Exhibit) -> str:
    """Say in a line whose result it is and what it is."""
    return f"{task.id} {one_line(task.task, 40)} · {about(one.result)}"


def about(result: Resource) -> str:
    """Say what a result is as a person would: "3 boxes: face, car", "image · PNG · 12 kB"."""
    if words := _counted(result):
        return words
    form = _form(result.media_type)
    return " · ".join(filter(None, (str(result.kind), form, size(result.size))))


def _counted(result: Resource) -> str:
    """Say how much there is of what can be counted, and what it is; an empty text for what cannot."""
    if not isinstance(result.data, list) or result.kind not in _ONES:
        return ""
    one, many = _ONES[result.kind]
    count = len(result.data)
    words = f"{count or 'no'} {one if count == 1 else many}"
    if result.kind is Kind.VECTOR:
        return f"vector of {words}"
    if result.kind is Kind.TABLE:
        return f"table of {words}"
    named = [_label(row) for row in result.data[:ROWS] if isinstance(row, dict)]
    labels = list(dict.fromkeys(one_line(label[:100], 20) for label in named if label))
    more = ", …" if len(labels) > LABELS else ""
    return f"{words}: {', '.join(labels[:LABELS])}{more}" if labels else words


def _form(media_type: str) -> str:
    """Return how a person calls a media type; an empty text for plain text."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain == "text/plain":
        return ""
    short = plain.rpartition("/")[2].removeprefix("x-")
    known = _FORMS.get(plain) or (short.upper() if short.isalnum() and len(short) <= 4 else "")
    return known or one_line(media_type, 60)


def size(count: int) -> str:
    """Write a number of bytes."""
    if count < 10_000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def duration(seconds: float) -> str:
    """Write how long something plays."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d} min" if whole < 3600 else f"{whole // 3600}:{whole // 60 % 60:02d} h"


# Tables


def table(data: Any) -> tuple[tuple[tuple[str, ...], ...], tuple[int | None, ...]]:
    """Return what a program reads of a result as the rows of a table, heads first, and the colour of each row.

    No rows where it is no table. Everything in it is foreign and cleaned.
    """
    rows = [row for row in data[:ROWS] if isinstance(row, dict)] if isinstance(data, list) else []
    names = [name for name in _ORDER if any(row.get(name) is not None for row in rows)]
    names += list(dict.fromkeys(str(name) for row in rows for name in row if name not in {*_ORDER, "colour"}))[:4]
    if not rows or not names:
        return (), ()
    cells = [tuple(_cell(row.get(name), name) for name in names) for row in rows]
    numbers = _numbers(rows)
    left = len(data) - len(rows)
    more = [(f"… {plural(left, 'more row')}", *("",) * (len(names) - 1))] if left else []
    heads = tuple(one_line(name, 20) for name in names)
    return (heads, *cells, *more), (*(numbers.get(_label(row)) for row in rows), *(None for _ in more))


def table_lines(rows: tuple[tuple[str, ...], ...], width: int) -> list[Line]:
    """Return a table as lines of `width` cells: each column as wide as it needs, the widest one cut first."""
    if not rows:
        return []
    wide = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    while sum(wide) + 2 * (len(wide) - 1) > width and max(wide) > 4:
        wide[wide.index(max(wide))] -= 1
    lines: list[Line] = []
    for number, row in enumerate(rows):
        text = "  ".join(fit(cell, cells) for cell, cells in zip(row, wide, strict=True)).rstrip()
        lines.append(((text, "dim" if number == 0 else ""),))
    return lines


def _cell(value: Any, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.1%}" if name in {"score", "part"} and 0 <= value <= 1 else f"{value:g}"
    if name == "box" and (sides := _sides(value)):
        return "{:.0f},{:.0f} – {:.0f},{:.0f}".format(*sides)
    if isinstance(value, str | int):
        return one_line(str(value)[:400], 80)
    return one_line(json.dumps(value, ensure_ascii=False, default=str)[:400], 80)


def _sides(box: Any) -> tuple[float, float, float, float] | None:
    """Return left, top, right and bottom of a box, None where it is none."""
    if not isinstance(box, dict):
        return None
    found = [box.get(side) for side in ("xmin", "ymin", "xmax", "ymax")]
    sides = [float(side) for side in found if isinstance(side, int | float) and abs(side) < FAR]
    return (sides[0], sides[1], sides[2], sides[3]) if len(sides) == 4 else None


def _label(row: dict[str, Any]) -> str:
    return str(row.get("label", ""))


def _numbers(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Number the labels in the order in which they come."""
    return {label: number for number, label in enumerate(dict.fromkeys(_label(row) for row in rows))}


def _marks(data: Any) -> tuple[Mark, ...]:
    rows = [row for row in data[:ROWS] if isinstance(row, dict)] if isinstance(data, list) else []
    numbers = _numbers(rows)
    marks = []
    for row in rows:
        if sides := _sides(row.get("box")):
            marks.append(Mark(*sides, numbers[_label(row)]))
    return tuple(marks)


# What a task was given


def _read(run: Run, task: Task) -> str:
    """Return the digest of the one picture that a task reads, an empty text where it reads none or several."""
    value = task.args.get("image")
    parts = value.parts if value else ()
    if len(parts) != 1:
        return ""
    (part,) = parts
    if isinstance(part, Ref):
        given = [one for one in run.status(part.uid).results if one.kind in PICTURES]
        return given[0].digest if given else ""
    fact = run.files.get(part)
    return fact.digest if fact and fact.kind is Kind.IMAGE and fact.usable else ""


def _beside(run: Run, task: Task) -> str:
    """Return the digest of the picture that came with the boxes."""
    return next((one.digest for one in run.status(task.uid).results if one.kind is Kind.IMAGE), "")


# Texts


def preview_lines(result: Resource, width: int, most: int) -> list[Line]:
    """Return what is known of a text without reading it."""
    return [((line, ""),) for line in wrapped(result.preview, width, most)] if result.preview else []


def as_json(result: Resource) -> str:
    """Return what a program reads of a result as JSON for a person, an empty text where there is nothing."""
    if result.data is None:
        return ""
    return clean(json.dumps(result.data, indent=2, ensure_ascii=False, default=str))
