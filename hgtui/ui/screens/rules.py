"""Every rule that holds, with what it let through, over the workbench; the way to delete one."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hgtui.config.rules import Listed
from hgtui.core.policy import Rule
from hgtui.core.run import Run
from hgtui.core.text import clean, one_line, plural
from hgtui.paths import styles
from hgtui.ui.widgets.options import OptionRows

NONE = "There are no rules: p on a task makes one, and so does [[policy]] in the configuration."


class RuleRow(NamedTuple):
    """A rule as the list shows it: how it was used, in words, and where it stands."""

    rule: Rule
    used: str
    where: str


def rule_rows(run: Run, known: Iterable[Listed]) -> tuple[RuleRow, ...]:
    """Return the rules in the order in which they decide in a run that goes on; behind them those that hold in others.

    `known` are those that are stored or configured, in their order.
    """
    found = {one.rule: one for one in known}
    rows = []
    for rule in dict.fromkeys((*(() if run.ended else run.book.rules), *found)):
        one = found.get(rule)
        if one is None:
            where = "made in this run" if rule in run.made else "holds in this run"
            rows.append(RuleRow(rule, "used" if rule.key in run.used else "not used yet", where))
            continue
        last = f", last {one.use.last.astimezone():%Y-%m-%d %H:%M}" if one.use.last else ""
        rows.append(RuleRow(rule, f"{one.used}{last}", "stored here" if one.stored else "from the configuration"))
    return tuple(rows)


class Rules(ModalScreen[None]):
    """The rules in the order in which they are looked at. `delete` is told the rule that the person wants to be rid of."""

    CSS_PATH = styles() / "policy.tcss"
    BINDINGS = [
        Binding("escape,q,ctrl+c", "leave", "Back", show=False, priority=True),
        Binding("d", "delete", "Delete", show=False),
    ]

    def __init__(self, rows: tuple[RuleRow, ...], delete: Callable[[Rule], None]) -> None:
        super().__init__()
        self.rows, self._delete = rows, delete
        self._asked: Rule | None = None

    def compose(self) -> ComposeResult:
        """Lay out the list and what is said."""
        with Vertical(id="rules") as box:
            box.border_subtitle = Content("the first that matches decides · d deletes one · esc goes back")
            yield OptionRows(markup=False)
            yield Static("", id="rules-said", markup=False)

    def on_mount(self) -> None:
        """List what there is."""
        self.reload(self.rows)
        self.query_one(OptionList).focus()

    def reload(self, rows: tuple[RuleRow, ...]) -> None:
        """List other rows, near the place where the person was."""
        self.rows, options = rows, self.query_one(OptionList)
        at = options.highlighted or 0
        options.clear_options()
        options.add_options(Option(self._words(number, row)) for number, row in enumerate(rows, 1))
        options.highlighted = min(at, len(rows) - 1) if rows else None
        self.query_one("#rules", Vertical).border_title = Content(plural(len(rows), "rule"))
        self.say("" if rows else NONE)

    def _words(self, number: int, row: RuleRow) -> Content:
        return Content.assemble(
            Content.styled(f"{number}  {one_line(row.rule.words, 300)}", "bold"),
            Content(f"\n· {one_line(' · '.join(one for one in (row.used, row.where) if one != '-'), 200)}"),
        )

    def say(self, words: str) -> None:
        """Show a sentence below the list."""
        self.query_one("#rules-said", Static).update(Content(clean(words, 600)))

    def action_delete(self) -> None:
        """Delete the rule that is looked at, after asking once."""
        at = self.query_one(OptionList).highlighted
        if at is None or at >= len(self.rows):
            return
        rule = self.rows[at].rule
        if self._asked != rule:
            self._asked = rule
            self.say(f"Delete rule {at + 1}?  d deletes it · esc goes back")
            return
        self._asked = None
        self.say("")
        self._delete(rule)

    def action_leave(self) -> None:
        """Close the list."""
        self.dismiss(None)
