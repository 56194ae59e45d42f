"""What-if, over the workbench: choose two or three candidates, approve what that sends and spends, see them side by side."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hgtui.core import events as ev
from hgtui.core.commands import Command, TakeWinner, WhatIf
from hgtui.core.model import Candidate
from hgtui.core.plan import Task
from hgtui.core.text import clean, one_line
from hgtui.core.trials import FEWEST, MOST, Trial
from hgtui.paths import styles
from hgtui.ui.exhibits import Exhibit
from hgtui.ui.gallery import Drawn, Gallery
from hgtui.ui.view import View
from hgtui.ui.whatif import able, ahead_lines, begin_with, choice_row, column, input_lines, last_words
from hgtui.ui.widgets.bars import Bar, key_at, keys_line, press
from hgtui.ui.widgets.columns import Columns
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import Line, wrapped


class TrialRows(Rows):
    """The candidates to choose from."""

    def __init__(self, view: View, task: Task) -> None:
        super().__init__(id="trial-rows")
        self.view, self.about = view, task
        self.candidates: tuple[Candidate, ...] = ()
        self.picked: list[str] = []
        """The names of those that take part, in the order in which they were picked."""

    def line(self, index: int, width: int) -> Line:
        """Return the row of a candidate."""
        one = self.candidates[index]
        return choice_row(self.view, self.about, one, one.name in self.picked, width)


class WhatIfScreen(ModalScreen[None]):
    """The what-if of a task; `send` takes what comes of the keys. What was approved goes on when the screen is left."""

    CSS_PATH = styles() / "whatif.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pick", "takes part or not", show=False, id="trial_pick"),
        Binding("a", "approve", "approve and run them", show=False, id="trial_approve"),
        Binding("right,l,tab", "turn(1)", "the next one", show=False, id="trial_next"),
        Binding("left,h,shift+tab", "turn(-1)", "the one before", show=False, id="trial_before"),
        Binding("x", "give_up", "give it up", show=False, id="trial_give_up"),
        Binding("enter", "enter", "this one goes on", show=False, id="trial_enter", priority=True),
        Binding("escape,q,ctrl+c", "leave", "Back", show=False, id="close", priority=True),
    ]

    def __init__(self, view: View, task: Task, gallery: Gallery, send: Callable[[Command], None]) -> None:
        super().__init__()
        self.view, self.about, self._gallery, self._send = view, task, gallery, send
        self.foreseen: ev.WhatIfForeseen | None = None
        self._here = 0
        self._said = ""

    def compose(self) -> ComposeResult:
        """Lay out input, candidates, what they would do, and in their place the columns."""
        with Vertical(id="trial"):
            yield Static("", id="trial-status", markup=False)
            yield Bar("trial-input")
            yield TrialRows(self.view, self.about)
            yield Bar("trial-ahead")
            yield Columns("trial-columns")
            yield Bar("trial-keys")

    def on_mount(self) -> None:
        """Begin with the candidate that is chosen and the best of the others."""
        rows = self.query_one(TrialRows)
        rows.candidates = able(self.view, self.about)
        rows.picked = [one.name for one in begin_with(self.view, self.about)]
        rows.show(len(rows.candidates))
        self.say(last_words(self.view.run.trials.get(self.about.uid)))
        self._ask()
        self.call_after_refresh(self.reload)

    @property
    def trial(self) -> Trial | None:
        """The what-if that is at work or waits for its vote, None where none does."""
        trial = self.view.run.trials.get(self.about.uid)
        return None if trial is None or trial.over else trial

    def say(self, words: str) -> None:
        """Show a sentence, or take it away."""
        self._said = words
        status = self.query_one("#trial-status", Static)
        status.display = bool(words)
        status.update(Content(clean(words, 1_000)))

    def reload(self) -> None:
        """Draw what there is now."""
        if not self.is_mounted:
            return
        trial, box = self.trial, self.query_one("#trial", Vertical)
        # As content: the type of a task may be anything.
        box.border_title = Content(f"What if: task {self.about.id} {one_line(self.about.task, 40)}")
        box.border_subtitle = Content("" if trial is None else "two or three models on the same input")
        choosing = trial is None
        for name in ("#trial-rows", "#trial-ahead"):
            self.query_one(name).display = choosing
        columns = self.query_one(Columns)
        columns.display = not choosing
        (self.query_one(TrialRows) if choosing else columns).focus()
        width = max(box.size.width - 4, 20)
        self.query_one("#trial-input", Bar).show(*input_lines(self.view, self.about, width, 2))
        if trial is None:
            self._show_ahead(width)
        else:
            self._show_columns(trial, columns)
        bar = self.query_one("#trial-keys", Bar)
        bar.show(keys_line(self.working_keys(), bar.size.width))

    def _show_ahead(self, width: int) -> None:
        seen = self.foreseen
        lines: list[Line] = [((line, "dim"),) for line in wrapped(self._needs(), width, 2)]
        if seen is not None:
            ids = self.view.ids
            lines = [
                (("Nothing has run. a approves this and runs it:", "bold"),),
                *ahead_lines(seen.ahead, width, [ids[uid] for uid in seen.reruns if uid in ids]),
            ]
        self.query_one(TrialRows).refresh()
        self.query_one("#trial-ahead", Bar).show(*lines)

    def _needs(self) -> str:
        picked = len(self.query_one(TrialRows).picked)
        if not FEWEST <= picked <= MOST:
            return f"Choose {FEWEST} or {MOST} with space."
        return self._said or "Looking what they would send and spend …"

    def _show_columns(self, trial: Trial, columns: Columns) -> None:
        names = trial.names
        self._here = min(self._here, len(names) - 1)
        width = columns.width_of(len(names))

        def draw(shown: Exhibit, width: int) -> Drawn | None:
            height = max(columns.scrollable_content_region.height - 8, 6)
            return self._gallery.ask(shown, width, height, self.reload)

        columns.fill(
            [
                column(self.view, self.about, trial, name, width, here=at == self._here, draw=draw)
                for at, name in enumerate(names)
            ]
        )

    def working_keys(self) -> list[tuple[str, str]]:
        """Return the keys that do something now."""
        trial = self.trial
        if trial is None:
            ready = [("a", "approve and run them")] if self.foreseen is not None else []
            return [("space", "takes part"), *ready, ("esc", "back")]
        here = trial.tried.get(trial.names[self._here])
        takes = [("enter", "this one goes on")] if here is not None and here.results else []
        return [
            *takes,
            ("← →", "the others"),
            ("x", "give it up"),
            ("esc", "back; it goes on" if trial.open else "back; it waits for you"),
        ]

    @on(Bar.Clicked, "#trial-keys")
    def _clicked(self, event: Bar.Clicked) -> None:
        """Press the key that was clicked at."""
        press(self.app, key_at(self.working_keys(), event.bar.size.width, event.x))

    @on(Rows.Opened)
    def _opened(self, event: Rows.Opened) -> None:
        event.stop()
        self.action_pick()

    # What happens

    def happened(self, events: tuple[ev.Event, ...]) -> None:
        """Take in what has happened to the task."""
        for one in events:
            if isinstance(one, ev.WhatIfForeseen) and one.uid == self.about.uid and self._asked(one):
                self.foreseen = one
                self.say("")
            elif isinstance(one, ev.WhatIfVoted) and one.uid == self.about.uid:
                self.dismiss(None)
                return
        self.about = self.view.plan.get(self.about.uid) or self.about
        self.reload()

    def _asked(self, seen: ev.WhatIfForeseen) -> bool:
        return [one.assignment.candidate for one in seen.ahead] == self.query_one(TrialRows).picked

    def _ask(self) -> None:
        picked = tuple(self.query_one(TrialRows).picked)
        self.foreseen = None
        if self.trial is None and FEWEST <= len(picked) <= MOST:
            self._send(WhatIf(uid=self.about.uid, candidates=picked, preview=True))

    # What the person does

    def action_pick(self) -> None:
        """Let the candidate under the cursor take part, or not."""
        rows = self.query_one(TrialRows)
        if self.trial is not None or rows.cursor >= len(rows.candidates):
            return
        name = rows.candidates[rows.cursor].name
        if name in rows.picked:
            rows.picked.remove(name)
        elif len(rows.picked) >= MOST:
            self.say(f"{MOST} are the most: leave one out first.")
            return
        else:
            rows.picked.append(name)
        self.say("")
        self._ask()
        self.reload()

    def action_approve(self) -> None:
        """Approve what is shown, and run it."""
        if self.trial is None and self.foreseen is not None:
            names = tuple(one.assignment.candidate for one in self.foreseen.ahead)
            self._send(WhatIf(uid=self.about.uid, candidates=names, fingerprint=self.foreseen.fingerprint))
        elif self.trial is None:
            self.say(self._needs())

    def action_turn(self, by: int) -> None:
        """Look at the next column."""
        if self.trial is not None:
            self._here = (self._here + by) % len(self.trial.names)
            self.reload()

    def action_enter(self) -> None:
        """Let the one that is looked at go on; before anything runs, let the candidate take part or not."""
        trial = self.trial
        if trial is None:
            self.action_pick()
            return
        name = trial.names[self._here]
        one = trial.tried.get(name)
        if one is None or not one.results:
            self.say("It has given nothing yet: ← → look at the others." if one is None else "It gave no result.")
        else:
            self._send(TakeWinner(uid=self.about.uid, candidate=name))

    def action_give_up(self) -> None:
        """Stop what still runs, and take none."""
        if self.trial is not None:
            self._send(TakeWinner(uid=self.about.uid))

    def action_leave(self) -> None:
        """Go back; what runs goes on."""
        self.dismiss(None)

    def on_resize(self) -> None:
        """Fit everything to the new size."""
        self.call_after_refresh(self.reload)
