"""The pane of problems with the log."""

from collections import deque

from hgtui.core.problems import Problem, Severity
from hgtui.core.text import plural
from hgtui.ui.greeting import LOG, NOTHING_YET
from hgtui.ui.loglines import LogLine
from hgtui.ui.view import View
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line, fit

KEPT = 5_000
"""How many lines of the log stay on the screen; the journal has them all."""


class LogPane(Rows):
    """Problems of the plan with their mends, then what happened, the newest first."""

    empty = NOTHING_YET

    def __init__(self, view: View) -> None:
        super().__init__(id="log")
        self.view = view
        self.lines: deque[LogLine] = deque(maxlen=KEPT)
        self._problems: tuple[Problem, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems that are listed: once all is approved only what happens matters."""
        return () if self.view.run.grant and not self.view.run.gate else self.view.problems

    def add(self, lines: list[LogLine]) -> None:
        """Take in new lines, and the problems as they are now."""
        self.lines.extendleft(lines)
        if self.problems != self._problems:
            self._problems = self.problems
            self.cursor = 0
        elif self.cursor >= len(self._problems) and self.has_focus:
            self.cursor += min(len(lines), max(KEPT - self.cursor, 0))
        counts = f" · {plural(len(self._problems), 'problem')}" if self._problems else ""
        self.border_title = f"{LOG}{counts}"
        self.show(len(self._problems) + len(self.lines))

    def clear(self) -> None:
        """Forget the lines of the run before."""
        self.lines.clear()
        self.cursor = 0

    def problem(self, index: int) -> Problem | None:
        """Return the problem on a row, None where it is a line of the log."""
        return self._problems[index] if index < len(self._problems) else None

    def line(self, index: int, width: int) -> Line:
        """Return a problem or a line of the log."""
        problem = self.problem(index)
        if problem is None:
            return self.lines[index - len(self._problems)].line(width)
        task = self.view.plan.get(problem.uid or "")
        role = "bad" if problem.severity is Severity.ERROR else "warn"
        others = f" (+{len(problem.mends) - 1})" if len(problem.mends) > 1 else ""
        mend = f"f {problem.mend.label}{others}" if problem.mend else ""
        mend = "  " + fit(mend, min(len(mend), width // 2)).rstrip() if mend else ""
        words = f"! {problem.severity}  {f'{task.id} ' if task else ''}{problem.message}"
        return (fit(words, max(width - len(mend) - 1, 8)).rstrip(), role), (mend, "bold")
