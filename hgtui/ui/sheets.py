"""What stands on the two tabs of pane 4 beside the log and the problems: the timeline, and the calls."""

from collections.abc import Callable, Sequence
from typing import Protocol

from hgtui.core.calls import CallRow
from hgtui.core.plan import Task, Uid
from hgtui.core.text import one_line
from hgtui.core.timeline import Chart, chart
from hgtui.ui.callpages import call_line
from hgtui.ui.folds import Row
from hgtui.ui.timeline import legend, name_width, timeline_line
from hgtui.ui.view import View
from hgtui.ui.words import Line

PlanRows = Callable[[], Sequence[Row]]
"""Gives the rows of the plan pane as they are now."""


class Sheet(Protocol):
    """The rows of a tab."""

    @property
    def count(self) -> int:
        """How many rows there are."""
        ...

    @property
    def empty(self) -> str:
        """What stands there where there is none."""
        ...

    @property
    def under(self) -> str:
        """What stands on the border below."""
        ...

    def line(self, index: int, width: int) -> Line:
        """Return a row."""
        ...

    def uid(self, index: int) -> Uid | None:
        """Return the task that a row is about."""
        ...

    def at(self, uid: Uid | None) -> int | None:
        """Return the row that is about a task."""
        ...


class TimelineSheet:
    """One bar for each row of the plan; `look` lays it out for the present."""

    def __init__(self, view: View, rows: PlanRows) -> None:
        self._view, self._rows = view, rows
        self._chart = Chart({}, 0.0, None)
        self._tasks: list[tuple[Task, ...]] = []
        self._drawn: dict[int, Line] = {}
        self._width = 0
        self._name = 0

    def look(self) -> tuple[int, ...] | None:
        """Take in how things stand; return the rows that look otherwise now, None for all of them."""
        tasks = [row.tasks for row in self._rows() if not row.opened]
        before, same = self._drawn, [*map(len, tasks)] == [*map(len, self._tasks)]
        self._tasks, self._drawn = tasks, {}
        self._chart = chart(self._view.run, self._view.clock())
        self._name = 0
        if not same:
            return None
        return tuple(at for at, line in before.items() if at >= len(tasks) or self.line(at, self._width) != line)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._tasks)

    @property
    def empty(self) -> str:
        """What stands there where there is no plan."""
        return "There is no plan yet, and so no timeline."

    @property
    def under(self) -> str:
        """What the signs mean."""
        return legend(self._chart) or ("Nothing is known yet of how long it takes." if self._tasks else "")

    def line(self, index: int, width: int) -> Line:
        """Return the bar of a row."""
        if width != self._width:
            self._width, self._drawn, self._name = width, {}, 0
        if not self._name:
            self._name = name_width([some[0] for some in self._tasks], width)
        if index not in self._drawn:
            self._drawn[index] = timeline_line(self._view.run, self._tasks[index], self._chart, width, self._name)
        return self._drawn[index]

    def uid(self, index: int) -> Uid | None:
        """Return the task of a row, of several the first."""
        return self._tasks[index][0].uid if index < len(self._tasks) else None

    def at(self, uid: Uid | None) -> int | None:
        """Return the row of a task."""
        found = (at for at, some in enumerate(self._tasks) if any(one.uid == uid for one in some))
        return next(found, None)


class CallsSheet:
    """The calls of the run, or those of one task, or with some words."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.words = ""
        self.of: Uid | None = None
        """The task of which alone the calls are shown."""
        self._shown: list[CallRow] = []
        self._seen = 0

    def clear(self) -> None:
        """Forget the run before."""
        self.words, self.of = "", None
        self.filter()

    def filter(self) -> None:
        """Find again what fits."""
        self._shown, self._seen = [], 0
        self.look()

    def look(self) -> bool:
        """Take in the calls that have come; whether there are more rows now."""
        rows = self._view.run.call_book.rows
        new, self._seen = rows[self._seen :], len(rows)
        of = self._view.plan.get(self.of) if self.of else None
        fit = [one for one in new if self._is_of(one, of) and one.has(self.words)]
        self._shown += fit
        return bool(fit)

    def _is_of(self, row: CallRow, of: Task | None) -> bool:
        return self.of is None or row.uid == self.of or (of is not None and row.concerns(of))

    @property
    def filtered(self) -> bool:
        """Whether some may be left out."""
        return self.of is not None or bool(self.words)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._shown)

    @property
    def all(self) -> int:
        """How many calls the run has made."""
        return len(self._view.run.call_book.rows)

    @property
    def empty(self) -> str:
        """What stands there where no call is shown."""
        return "No call fits; esc shows all." if self.all else "No call has been made yet."

    @property
    def under(self) -> str:
        """What is left out."""
        if not self.filtered:
            return ""
        ids = self._view.ids
        task = "" if self.of is None else f"task {ids[self.of]}" if self.of in ids else "a task that is gone"
        words = f"“{one_line(self.words, 30)}”" if self.words else ""
        return f"{' · '.join(filter(None, (task, words)))} · {self.count:,} of {self.all:,} · esc shows all"

    def line(self, index: int, width: int) -> Line:
        """Return a call."""
        return call_line(self._shown[index], width)

    def here(self, index: int) -> CallRow | None:
        """Return the call of a row."""
        return self._shown[index] if index < len(self._shown) else None

    def uid(self, index: int) -> Uid | None:
        """Return the task that a call was for."""
        row = self.here(index)
        return row.uid if row else None

    def at(self, uid: Uid | None) -> int | None:
        """Return nothing: a task has many calls, and none of them is the one."""
        return None
