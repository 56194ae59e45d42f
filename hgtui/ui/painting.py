"""What already stands on the terminal is not sent again: over a slow line each byte is a wait.

Textual 8.2 sends the whole screen after each change of its layout, of which there are several at start and at each
change of the phase, mostly with the same cells. Of a change at the right of a row it sends the whole row from its left.
"""

from collections.abc import Iterable, Iterator

from rich.console import Console
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

Piece = tuple[int, int, Strip]
"""A row, a column and what begins there."""


class Painted:
    """Remembers what was sent for each place of the terminal."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, Strip]] = {}

    def forget(self) -> None:
        """Know nothing of the terminal: it was cleared, or another program wrote on it."""
        self._rows.clear()

    def only_new(self, update: CompositorUpdate) -> CompositorUpdate:
        """Return an update that sends the same but for what stands there already."""
        return _OnlyNew(update, self) if isinstance(update, LayoutUpdate | ChopsUpdate) else update

    def put(self, row: int, column: int, strip: Strip) -> tuple[int, Strip]:
        """Note what is painted at a place; return what of it is new, and from which column on: nothing, if nothing is."""
        known, width = self._rows.setdefault(row, {}), strip.cell_length
        before = known.get(column)
        if before is not None and before.cell_length >= width:
            rest = before.crop(width) if before.cell_length > width else None
            known[column] = Strip.join([strip, rest]) if rest else strip
            return _differing(column, before.crop(0, width) if rest else before, strip)
        for at in [at for at, one in known.items() if at < column + width and column < at + one.cell_length]:
            del known[at]
        known[column] = strip
        return column, strip


class _OnlyNew(CompositorUpdate):
    def __init__(self, update: LayoutUpdate | ChopsUpdate, painted: Painted) -> None:
        self._update, self._painted = update, painted

    def render_segments(self, console: Console) -> str:
        """Return the sequences for a terminal."""
        sent = []
        pieces = _of_layout(self._update) if isinstance(self._update, LayoutUpdate) else _of_chops(self._update)
        for row, column, strip in pieces:
            at, new = self._painted.put(row, column, strip)
            if new.cell_length:
                sent.append(f"\x1b[{row + 1};{at + 1}H{new.render(console)}")
        return "".join(sent)


def _differing(column: int, before: Strip, now: Strip) -> tuple[int, Strip]:
    """Return of a strip that stands at `column` in place of another the pieces from the first that differs to the last."""
    old, new = list(before), list(now)
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        column += new[first].cell_length
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    return column, Strip(new[first : len(new) - last])


def _of_layout(update: LayoutUpdate) -> Iterator[Piece]:
    for row, strips in enumerate(update.strips, update.region.y):
        yield from _in_a_row(row, update.region.x, strips)


def _in_a_row(row: int, column: int, strips: Iterable[Strip]) -> Iterator[Piece]:
    for strip in strips:
        yield row, column, strip
        column += strip.cell_length


def _of_chops(update: ChopsUpdate) -> Iterator[Piece]:
    """Yield what `ChopsUpdate.render_segments` sends: of each span the strips in it, the last one cut at its end."""
    for row, left, right in update.spans:
        for end, (column, strip) in zip(update.chop_ends[row], update.chops[row].items(), strict=False):
            if strip is None or column > right or end <= left:
                continue
            whole = left <= column < right and end <= right
            piece = strip if whole else strip.crop(0, min(end, right) - column)
            if piece.cell_length:
                yield row, column, piece
