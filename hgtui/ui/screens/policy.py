"""The policy of a task and the rules for its like, over the workbench: put together, read in words, then stored."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hgtui.core.plan import Task
from hgtui.core.text import clean, one_line
from hgtui.paths import styles
from hgtui.ui.policies import Decision, Making, policy_words
from hgtui.ui.view import View
from hgtui.ui.widgets.options import OptionRows


class PolicyScreen(ModalScreen[Decision | None]):
    """What a rule looks at, line by line, and below it the rule in words; gives what the person wants, None for nothing."""

    CSS_PATH = styles() / "policy.tcss"
    BINDINGS = [
        Binding("escape,q,ctrl+c", "leave", "Back", show=False, priority=True),
        Binding("space,right,l", "turn", "Change", show=False),
    ]

    def __init__(self, view: View, task: Task, *, approving: bool) -> None:
        super().__init__()
        self.view, self.about = view, task
        self.making = Making.begin(view, task, approving=approving)

    def compose(self) -> ComposeResult:
        """Lay out the lines, the words and the keys."""
        with Vertical(id="policy") as box:
            # As content: the type of a task may be anything.
            about = "Approve with a rule from" if self.making.approving else "Policy of"
            box.border_title = Content(f"{about} {self.about.id} {one_line(self.about.task, 40)}")
            does = "approves and stores it" if self.making.approving else "stores it"
            box.border_subtitle = Content(f"space changes · enter {does} · esc goes back")
            now = " · ".join(policy_words(self.view, self.about)) or "it starts by itself once it is approved"
            yield Static(Content(clean(f"Now: {now}", 600)), id="policy-now", markup=False)
            yield OptionRows(*self._options(), markup=False)
            yield Static(Content(self.words), id="policy-words", markup=False)

    @property
    def words(self) -> str:
        """The rule in words, as it would be stored."""
        return clean(self.making.words, 600)

    def _options(self) -> list[Option]:
        return [Option(Content(words), id=name) for name, words in self.making.rows()]

    def on_mount(self) -> None:
        """Begin at the first line."""
        options = self.query_one(OptionList)
        options.highlighted = 0
        options.focus()

    def action_turn(self) -> None:
        """Change the line that is looked at."""
        options = self.query_one(OptionList)
        at = options.highlighted
        name = options.get_option_at_index(at).id if at is not None else None
        if name is None:
            return
        self.making.turn(name)
        for row, (option, words) in enumerate(self.making.rows()):
            if options.get_option_at_index(row).id == option:
                options.replace_option_prompt_at_index(row, Content(words))
        self.query_one("#policy-words", Static).update(Content(self.words))

    @on(OptionList.OptionSelected)
    def _store(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self.making.decision)

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(None)
