"""What can still be read of a damaged journal, from its bytes: each event proves itself by its checksum.

SQLite gives up a table at the first page that is wrong. This looks at every page, in the file and in its log, as the
format describes them (www.sqlite.org/fileformat2.html), and needs neither the header nor the tree above a page.
"""

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from hgtui.session.rows import Row, checksum

PAGE = 4096
LOG_HEADER, FRAME_HEADER = 32, 24
LEAF, INTERIOR = 0x0A, 0x02
"""The types of a page with rows of a table WITHOUT ROWID."""
_LOG_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
_LENGTHS = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}
_EVENT = (str, int, str, str, str, int)
_RUN = 11
Bytes = Any  # bytes or a memory map


class Known(NamedTuple):
    """A row of the table of runs: that there was a run, and how many events it had."""

    run: str
    events: int


class Frame(NamedTuple):
    """A page in the log: its number, where it begins, and the pages of the file if it ends a transaction, else 0."""

    page: int
    begin: int
    commit: int
    salts: bytes


def frames(log: Bytes, size: int) -> Iterator[Frame]:
    """Yield every frame of a log, whole ones only, whether or not it is in force."""
    for begin in range(LOG_HEADER, len(log) - FRAME_HEADER - size + 1, FRAME_HEADER + size):
        page, commit = struct.unpack_from(">II", log, begin)
        yield Frame(page, begin + FRAME_HEADER, commit, log[begin + 8 : begin + 16])


def log_is_damaged(log: Bytes) -> bool:
    """Whether a log holds transactions that SQLite would leave out without a word, behind a frame that is wrong.

    A transaction at the end that was never whole is no damage: that is what a log is for.
    """
    if len(log) < LOG_HEADER + FRAME_HEADER:
        return False
    magic, _, size = struct.unpack_from(">III", log)
    order = _LOG_MAGIC.get(magic, "")
    sums = _chain(log[:24], (0, 0), order) if order else ()
    if not order or sums != struct.unpack_from(">II", log, 24) or size != PAGE:
        return any(frame.commit for frame in frames(log, PAGE))
    salts, sound = log[16:24], True
    for frame in frames(log, size):
        if frame.salts != salts:
            sound = False  # or a log that was begun again, with older frames behind
        elif sound:
            head = frame.begin - FRAME_HEADER
            sums = _chain(log[head : head + 8], sums, order)
            sums = _chain(log[frame.begin : frame.begin + size], sums, order)
            sound = sums == struct.unpack_from(">II", log, head + 16)
        if not sound and frame.salts == salts and frame.commit:
            return True
    return False


def _chain(data: bytes, sums: tuple[int, ...], order: str) -> tuple[int, ...]:
    first, second = sums
    words = iter(struct.unpack(f"{order}{len(data) // 4}I", data))
    for one, other in zip(words, words, strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second


def salvage(file: Bytes, log: Bytes) -> Iterator[Row | Known]:
    """Yield every event whose checksum is right, and every run, in no order; the same may come more than once."""
    sizes = {PAGE, struct.unpack_from(">H", file, 16)[0] if len(file) >= 18 else PAGE}
    for size in sizes:
        if size >= 512 and size & (size - 1) == 0:
            yield from _Pages(file, log, size).rows()


class _Pages:
    """The pages of a file and of its log."""

    def __init__(self, file: Bytes, log: Bytes, size: int) -> None:
        self._file, self._log, self._size = file, log, size
        self._logged: dict[int, int] = {}
        self._frames = list(frames(log, size))
        for frame in self._frames:
            self._logged[frame.page] = frame.begin

    def rows(self) -> Iterator[Row | Known]:
        """Yield what is on every page, in the file and in each frame."""
        # The last page of a file that was cut may be there in part.
        for begin in range(0, len(self._file), self._size):
            yield from self._page(self._file[begin : begin + self._size], 100 if begin == 0 else 0)
        for frame in self._frames:
            whole = self._log[frame.begin : frame.begin + self._size]
            yield from self._page(whole, 100 if frame.page == 1 else 0)

    def _page(self, page: bytes, start: int) -> Iterator[Row | Known]:
        if len(page) < start + 12:
            return
        kind = page[start]
        for header in (8,) if kind == LEAF else (12,) if kind == INTERIOR else (8, 12):
            (count,) = struct.unpack_from(">H", page, start + 3)
            # The count may be wrong itself: it is gone on with for as long as there are rows.
            for at in range(start + header, len(page) - 1, 2):
                (cell,) = struct.unpack_from(">H", page, at)
                row = self._row(page, cell + (4 if header == 12 else 0)) if cell > at else None
                if row is not None:
                    yield row
                elif (at - start - header) // 2 >= count:
                    break

    def _row(self, page: bytes, at: int) -> Row | Known | None:
        try:
            total, at = _varint(page, at)
            columns = _columns(self._payload(page, at, total))
        except (IndexError, struct.error, ValueError):
            return None
        if len(columns) == len(_EVENT) and all(isinstance(a, b) for a, b in zip(columns, _EVENT, strict=True)):
            row = Row(*columns)
            texts = (row.at.encode(), row.type.encode(), row.body.encode())
            return row if row.seq > 0 and row.crc == checksum(row.seq, *texts) else None
        if len(columns) >= _RUN and isinstance(columns[0], str) and isinstance(columns[10], int):
            return Known(columns[0], columns[10])
        return None

    def _payload(self, page: bytes, at: int, total: int) -> bytes:
        if total > len(self._file) + len(self._log):
            raise ValueError
        most, least = (self._size - 12) * 64 // 255 - 23, (self._size - 12) * 32 // 255 - 23
        if total <= most:
            return self._whole(page[at : at + total], total)
        here = least + (total - least) % (self._size - 4)
        here = here if here <= most else least
        parts, missing = [page[at : at + here]], total - here
        (more,) = struct.unpack_from(">I", page, at + here)
        while missing > 0:
            part = self._latest(more)
            (more,) = struct.unpack_from(">I", part)
            parts.append(part[4 : 4 + missing])
            missing -= self._size - 4
        return self._whole(b"".join(parts), total)

    @staticmethod
    def _whole(data: bytes, total: int) -> bytes:
        if len(data) != total:
            raise ValueError
        return data

    def _latest(self, page: int) -> bytes:
        begin = self._logged.get(page)
        if begin is not None:
            return bytes(self._log[begin : begin + self._size])
        if page < 1:
            raise ValueError
        return bytes(self._file[(page - 1) * self._size : page * self._size])


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for count in range(9):
        byte = data[at + count]
        if count == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + count + 1
    raise ValueError


def _columns(payload: bytes) -> list[Any]:
    """Take a record apart. Raises IndexError and ValueError where it is none."""
    end, at = _varint(payload, 0)
    if end > len(payload):
        raise ValueError
    kinds = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    columns: list[Any] = []
    for kind in kinds:
        length = _LENGTHS[kind] if kind in _LENGTHS else (kind - 12) // 2
        data = payload[end : end + length]
        if kind in {10, 11} or len(data) != length:
            raise ValueError
        end += length
        columns.append(_value(kind, data))
    return columns


def _value(kind: int, data: bytes) -> Any:
    if kind in {8, 9}:
        return kind - 8
    if kind <= 6:
        return int.from_bytes(data, "big", signed=True) if kind else None
    if kind == 7:
        return struct.unpack(">d", data)[0]
    return data.decode("utf-8") if kind % 2 else data
