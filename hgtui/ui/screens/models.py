"""The models that could run a task, over the workbench: what the Hub knows of each, a filter, a search, the card."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from hgtui.core.model import Candidate
from hgtui.core.plan import Task
from hgtui.core.text import one_line, plural
from hgtui.paths import styles
from hgtui.ui.bridge import Desk
from hgtui.ui.keys import keys_of
from hgtui.ui.models import ORDERS, columns_line, distinct, facts, fits, ordered, refusal, took, votes
from hgtui.ui.screens.searching import Searching
from hgtui.ui.view import View
from hgtui.ui.widgets.bars import Bar, key_at, keys_line, press
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.models import ModelRows
from hgtui.ui.widgets.rows import Rows
from hgtui.ui.words import wrapped

if TYPE_CHECKING:
    from hgtui.ui.app import HgtuiApp

What = Literal["take", "all", "pin"]


class Picked(NamedTuple):
    """What the person wants of a candidate: `take` it for the task, for `all` of its type, `pin` or unpin it."""

    what: What
    candidate: Candidate


class Models(Searching):
    """The candidates of a task, or what a search of the Hub found; `pick` is told what the person wants of one.

    It answers whether the list may close; where it may not, what stands in the way has been said.
    """

    CSS_PATH = styles() / "models.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys_of("filter_models"), "filter", "filter", show=False, id="filter_models"),
        Binding(keys_of("search_models"), "search", "search the Hub", show=False, id="search_models"),
        Binding(keys_of("model_card"), "card", "the whole card", show=False, id="model_card"),
        Binding(keys_of("next_provider"), "provider", "another provider", show=False, id="next_provider"),
        Binding(keys_of("sort_models"), "order", "sort by something else", show=False, id="sort_models"),
        Binding("M", "pick('all')", "for all of this type", show=False, id="models_all"),
        Binding("P", "pick('pin')", "pin for this type", show=False, id="pin"),
        Binding("question_mark,f1", "help", "help", show=False, id="help"),
        Binding("q", "close", "Back", show=False, id="leave"),
        Binding("escape", "back", "Back", show=False, id="back", priority=True),
        Binding("ctrl+c", "interrupt", "Back", show=False, id="interrupt", priority=True),
    ]

    def __init__(self, view: View, desk: Desk, task: Task, pick: Callable[[Picked], bool]) -> None:
        super().__init__(desk, task)
        self.view, self._pick = view, pick

    def compose(self) -> ComposeResult:
        """Lay out field, list, facts and keys."""
        with Vertical(id="models"):
            with Horizontal(id="models-ask"):
                yield Static("", id="models-mark", markup=False)
                yield Field(id="models-field")
            yield Static("", id="models-status", markup=False)
            yield Bar("models-head")
            yield ModelRows(self.view, self.about)
            yield Bar("models-facts")
            yield Bar("models-keys")

    def on_mount(self) -> None:
        """Begin at the candidate that runs the task."""
        self._tick = self.set_interval(1.0, self._on_tick, pause=True)
        self.query_one("#models-ask").display = False
        self.query_one("#models-status").display = False
        self.reload()
        self.query_one(ModelRows).to_chosen()
        self.query_one(ModelRows).focus()
        self._look()

    @property
    def here(self) -> Candidate | None:
        """The candidate that is looked at."""
        return self.query_one(ModelRows).here

    def reload(self) -> None:
        """List what there is now: candidates may come, and others be chosen, while the list is open."""
        task = self.view.plan.get(self.about.uid) or self.about
        self.about = task
        known = distinct(self.found if self.found is not None else self.view.candidates(task))
        ranked = ordered(self.view, task, known) if self.found is None or self.view.order != "ranking" else known
        rows = self.query_one(ModelRows)
        rows.empty = self._nothing(len(known))
        rows.fill(task, tuple(one for one in ranked if fits(one, self.words)))
        box = self.query_one("#models", Vertical)
        shown = f"{rows.count} of {len(known)}" if self.words else plural(rows.count, "model")
        what = f"found for “{one_line(self.searched, 30)}”" if self.found is not None else ""
        # As content: the type of a task may be anything.
        box.border_title = Content(f"Models for {task.id} {one_line(task.task, 40)}")
        by = f"by {self.view.order}" if self.view.order != "ranking" else ""
        box.border_subtitle = Content(" ".join(part for part in (shown, what, by) if part))
        self._look()

    def _nothing(self, known: int) -> str:
        if known:
            return f"None of {plural(known, 'model')} has “{one_line(self.words, 30)}”; esc shows all."
        search = self.view.key("search_models")
        if self.found is not None:
            return f"The Hub has no such model for this task type; {search} searches for something else."
        if self.about.task not in self.view.run.candidates:
            return f"Nobody has looked yet what could run this; {search} searches the Hub."
        return f"Nothing here can run it; {search} searches the Hub."

    def _look(self) -> None:
        """Draw what is known of the candidate that is looked at, and the keys."""
        if not self.is_mounted:
            return
        bar, one = self.query_one("#models-facts", Bar), self.here
        width, most = max(bar.size.width - 1, 20), max(bar.size.height, 1)
        help = self.view.run.help.get(self.about.task, "") if self.found is None and not self.words else ""
        if one:
            past, advised = took(self.view, self.about, one), self.view.advised.get(self.about.uid)
            voted = votes(self.view, self.about, one)
            bar.show(*facts(one, self.about, self.view.assignment(self.about.uid), width, most, past, advised, voted))
        else:
            bar.show(*(((line, "warn"),) for line in wrapped(help, width, most) if help))
        self.query_one("#models-head", Bar).show(columns_line(width))
        self.query_one("#models-keys", Bar).show(keys_line(self.working_keys(), bar.size.width))

    def working_keys(self) -> list[tuple[str, str]]:
        """Return the keys that do something now."""
        if isinstance(self.focused, Field):
            sends = "search" if self._mode == "search" else "to the list"
            return [("enter", sends), ("esc", "no filter" if self._mode == "filter" else "back")]
        one, keys, of = self.here, [], cast("HgtuiApp", self.app).keymap.of
        if self._searching:
            keys = [("esc", "stop searching")]
        able = one is not None and not refusal(self.about, one)
        keys += [("enter", "choose")] if able else []
        keys += [(of("model_card"), "card")] if one else []
        keys += [(of("filter_models"), "filter"), (of("search_models"), "search the Hub")]
        keys += [(of("sort_models"), "sort")]
        if one and able:
            keys += [(of("pin"), self._pins(one)), (of("models_all"), "for all")]
            keys += [(of("next_provider"), "provider")] if one.providers else []
        return [*keys, ("esc", "candidates" if self.found is not None else "back")]

    @on(Bar.Clicked, "#models-keys")
    def _clicked(self, event: Bar.Clicked) -> None:
        """Press the key that was clicked at."""
        press(self.app, key_at(self.working_keys(), event.bar.size.width, event.x))

    def _pins(self, one: Candidate) -> str:
        return "unpin" if self.view.pinned(self.about) == one.name else "pin"

    # What is wanted of a candidate

    @on(Rows.Moved)
    def _moved(self, event: Rows.Moved) -> None:
        if isinstance(event, Rows.Opened):
            return  # it is a Moved too, and has its own handler
        event.stop()
        if not self._searching:
            self.say("")
        self._look()

    @on(Rows.Opened)
    def _opened(self, event: Rows.Opened) -> None:
        event.stop()
        self.action_pick("take")

    def action_pick(self, what: What) -> None:
        """Choose the candidate, for the task or for all of its type, or pin it."""
        one = self.here
        if one is None:
            return
        if (no := refusal(self.about, one)) and not (what == "pin" and self._pins(one) == "unpin"):
            self.say(no)
        elif self._pick(Picked(what, one)):
            self.action_close()

    def action_provider(self) -> None:
        """Let another provider run the model."""
        rows, one = self.query_one(ModelRows), self.here
        if one and not one.providers:
            self.say(f"{one_line(one.model, 60)} runs nowhere else.")
        elif one:
            rows.next_provider()
            self._look()

    def action_order(self) -> None:
        """Sort by the next thing: likes, downloads, size, time here before, name, and again as it is ranked."""
        self.view.order = ORDERS[(ORDERS.index(self.view.order) + 1) % len(ORDERS)]
        self.reload()
        self.say("Sorted as it is ranked." if self.view.order == "ranking" else f"Sorted by {self.view.order}.")

    def action_card(self) -> None:
        """Show the whole card."""
        from hgtui.ui.screens.card import CardScreen

        if self.here:
            self.app.push_screen(CardScreen(self.desk, self.here))

    def action_help(self) -> None:
        """Say what is listed and which keys work here, then all keys."""
        from hgtui.ui.guide import guide
        from hgtui.ui.screens.help import Help

        keymap = cast("HgtuiApp", self.app).keymap
        self.app.push_screen(Help(guide("models", self.view, keymap)))

    def action_back(self) -> None:
        """Go back one level: out of the field, from a search, from what it found, from the filter, from the list."""
        if isinstance(self.focused, Field):
            if self._mode == "filter":
                self.words = ""
            self._close()
        elif self._stop_searching():
            self.say("The search was stopped.")
        elif self.said:
            self.say("")
        elif self.words:
            self.words = ""
        elif self.found is not None:
            self.found = None
        else:
            self.action_close()
            return
        self.reload()

    def action_interrupt(self) -> None:
        """Clear the field, else go back."""
        field = self.query_one("#models-field", Field)
        if field.has_focus and field.text:
            field.clear()
        else:
            self.action_back()

    def action_close(self) -> None:
        """Leave the list."""
        self._stop_searching()
        self.dismiss(None)

    def on_resize(self) -> None:
        """Fit the facts to the new size."""
        self.call_after_refresh(self._look)

    def on_descendant_focus(self) -> None:
        """Show the keys that work where the focus is."""
        self._look()
