"""Draws what is to be shown beside the event loop, and keeps what was drawn by its content and size."""

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from textual.strip import Strip

from hgtui.core.resource import Kind, Resource
from hgtui.core.text import decode
from hgtui.ui.bridge import Desk, DeskError
from hgtui.ui.exhibits import HEARD, Exhibit, duration, table_lines
from hgtui.ui.pictures import CannotShow, Rgb, colour, draw, painted, size_of
from hgtui.ui.sounds import Heard, listen, waveform
from hgtui.ui.words import Line, wrapped

if TYPE_CHECKING:
    from PIL.Image import Image

SSH_CELLS = (40, 20)
"""How large a picture is at the most over ssh: each cell takes some 20 bytes."""
LOCAL_CELLS = (100, 50)
KEPT = 64
"""How many drawings are kept."""
AT_ONCE = 2
READ = 4_000
"""How many bytes of a text are read for the pane; the whole opens with Enter."""
LINES = 400
TEXTS = frozenset({Kind.TEXT, Kind.TABLE})


class Beside(NamedTuple):
    """A line of a picture with words beside it."""

    picture: Strip
    words: Line


Shown = Line | Strip | Beside
"""A line as it is shown: words, drawn, or both."""
GAP = 3
BESIDE = 26
"""How many cells there must be beside a picture for a table to stand there."""


@runtime_checkable
class HasGallery(Protocol):
    """A screen that draws."""

    @property
    def gallery(self) -> "Gallery":
        """Its drawings."""
        ...


class Drawn(NamedTuple):
    """Something as lines, drawn or in words."""

    lines: tuple[Shown, ...]
    words: bool = False
    """Whether it is a sentence on why there is nothing to be seen."""


def over_ssh() -> bool:
    """Whether the terminal is at the other end of ssh."""
    return "SSH_CONNECTION" in os.environ


class Gallery:
    """Drawings by key: `ask` returns what there is, and has drawn what there is not."""

    def __init__(self, desk: Desk, work: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        """`work` runs a coroutine in the background, for as long as the screen lives."""
        self._desk, self._work = desk, work
        self._kept: OrderedDict[object, Drawn] = OrderedDict()
        self._waiting: dict[object, list[Callable[[], None]]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    def ask(self, one: Exhibit, width: int, height: int, done: Callable[[], None]) -> Drawn | None:
        """Return what an exhibit looks like within a width and a height in cells.

        None where it is still being drawn: then `done` is called once it is there.
        """
        most = SSH_CELLS if over_ssh() else LOCAL_CELLS
        cells = (max(min(width, most[0]), 4), max(min(height, most[1]), 2))
        key = (one.key, cells, width)
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
            return known
        if key not in self._waiting:
            self._waiting[key] = []
            self._work(self._draw(key, one, cells, width))
        if done not in self._waiting[key]:
            self._waiting[key].append(done)
        return None

    def about(self, one: Exhibit, size: tuple[int, int] | None, width: int) -> tuple[Shown, ...]:
        """Return what is said below a picture: its size in pixels, and its boxes and labels in their colours."""
        said: list[Line] = [((f"{size[0]:,} x {size[1]:,} pixels", "dim"),)] if size else []
        return (*said, *(_coloured(table_lines(one.rows, width - 2), one.inks) if one.rows else ()))

    def painted(self, one: Exhibit, room: tuple[int, int]) -> "tuple[Image, tuple[int, int] | None]":
        """Return a picture with its boxes and areas that fits into `room` (pixels), and its own size.

        To be called in a thread. Raises CannotShow, DeskError, OSError.
        """
        path = self._desk.kept(one.picture)
        mask = self._desk.kept(one.mask) if one.mask else None
        return painted(path, room, one.marks, mask), size_of(path)

    async def _draw(self, key: object, one: Exhibit, cells: tuple[int, int], width: int) -> None:
        try:
            async with self._places:
                drawn = await asyncio.to_thread(self._drawn, one, cells, width)
        except (CannotShow, DeskError) as error:
            drawn = Drawn(tuple(((line, "warn"),) for line in wrapped(str(error), width, 4)), words=True)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            drawn = Drawn((((f"This result cannot be read: {why}.", "warn"),),), words=True)
        self._kept[key] = drawn
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        for done in self._waiting.pop(key, []):
            done()

    # In a thread

    def _drawn(self, one: Exhibit, cells: tuple[int, int], width: int) -> Drawn:
        if one.picture:
            return self._picture(one, cells, width)
        if one.result.kind in HEARD:
            return self._sound(one.result, cells[0], width)
        if one.rows:
            return Drawn(tuple(table_lines(one.rows, width)))
        if one.result.kind in TEXTS or not one.result.preview:
            return self._text(one.result, width)
        return Drawn(tuple(((line, ""),) for line in wrapped(one.result.preview, width, LINES)))

    def _picture(self, one: Exhibit, cells: tuple[int, int], width: int) -> Drawn:
        drawn: list[Strip] = []
        said: list[Line] = []
        try:
            path = self._desk.kept(one.picture)
            size = size_of(path)
            mask = self._desk.kept(one.mask) if one.mask else None
            drawn = draw(path, cells, one.marks, mask)
            said = [((f"{size[0]:,} x {size[1]:,} pixels", "dim"),)] if size else []
        except (CannotShow, DeskError) as error:
            if not one.rows:
                raise
            said = [((line, "warn"),) for line in wrapped(str(error), width, 3)]
        left = width - max((line.cell_length for line in drawn), default=width) - GAP
        if left < BESIDE:
            return Drawn((*drawn, *said, *_coloured(table_lines(one.rows, width - 2), one.inks)))
        return Drawn(_beside(drawn, [*said, *_coloured(table_lines(one.rows, left - 2), one.inks)]))

    def _sound(self, result: Resource, columns: int, width: int) -> Drawn:
        said = result.data.get("seconds") if isinstance(result.data, dict) else None
        known = float(said) if isinstance(said, int | float) and 0 < said < 1e7 else None
        why = ""
        try:
            heard = listen(self._desk.kept(result.digest), columns)
        except CannotShow as error:
            heard, why = Heard(), str(error)
        length = heard.seconds or known
        pieces = [duration(length) if length else "", heard.about]
        words = " · ".join(piece for piece in pieces if piece) or "Its length is not known."
        lines: list[Shown] = [((line, "accent"),) for line in waveform(heard.peaks)] if heard.peaks else []
        lines.append(((words, ""),))
        lines += [((line, "warn"),) for line in wrapped(why, width, 2)] if why else []
        return Drawn(tuple(lines))

    def _text(self, result: Resource, width: int) -> Drawn:
        if result.kind not in TEXTS and not result.media_type.startswith(("text/", "application/json")):
            return Drawn(
                ((("Nothing more of it can be shown here: save it, or open it outside.", "dim"),),), words=True
            )
        with self._desk.kept(result.digest).open("rb") as file:
            text = decode(file.read(READ)).rstrip("\ufffd")  # the last character may be cut in two
        lines: list[Shown] = []
        for line in text.split("\n"):
            lines += [((piece, ""),) for piece in (wrapped(line, width, LINES) if line.strip() else [""])]
        if result.size > READ:
            lines.append((("… enter shows all of it", "dim"),))
        return Drawn(tuple(lines[:LINES]))


def _beside(drawn: list[Strip], words: list[Line]) -> tuple[Shown, ...]:
    """Put words beside a picture, and those for which it is not high enough below it."""
    blank: Line = ()
    wide = drawn[0].cell_length + GAP if drawn else 0
    beside = [Beside(line, words[at] if at < len(words) else blank) for at, line in enumerate(drawn)]
    below = [((" " * wide, ""), *line) for line in words[len(drawn) :]]
    return (*beside, *below)


def _coloured(lines: list[Line], inks: tuple[int | None, ...]) -> list[Line]:
    """Put before each row of a table the colour of its boxes in the picture."""
    if not any(ink is not None for ink in inks):
        return list(lines)
    shown: list[Line] = []
    for at, line in enumerate(lines):
        ink = inks[at - 1] if 0 < at <= len(inks) else None
        shown.append((("  ", ""), *line) if ink is None else (("■ ", _ink(colour(ink))), *line))
    return shown


def _ink(rgb: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)
