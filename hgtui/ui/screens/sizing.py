"""Which pane is how large: `+` and `_` make the focused one larger and smaller, step by step until it is alone."""

from collections.abc import Mapping

from hgtui.ui.screens.bench import WIDE
from hgtui.ui.screens.filtering import Filtering

Rules = Mapping[str, Mapping[str, str]]
"""For the id of a widget the style rules in place of those of the stylesheet."""

GONE = {"display": "none"}
FILLS = {"height": "1fr", "max_height": "100%"}
SMALLEST, ALONE = -1, 2
PANES = ("plan", "task", "log", "chat")
NAMES = {"plan": "The plan", "task": "The task", "log": "Pane 4", "chat": "The chat"}

WIDE_RULES: Mapping[tuple[str, int], Rules] = {
    ("plan", -1): {"task": {"height": "2fr"}},
    ("plan", 1): {"task": {"height": "5"}, "log": {"height": "3"}, "chat": {"width": "28"}},
    ("plan", 2): {"task": GONE, "log": GONE, "chat": GONE},
    ("task", -1): {"task": {"height": "6"}},
    ("task", 1): {"task": {"height": "3fr"}, "log": {"height": "3"}},
    ("task", 2): {"plan": GONE, "attention": GONE, "log": GONE, "chat": GONE, "task": {"height": "1fr"}},
    ("log", -1): {"log": {"height": "3"}},
    ("log", 1): {"log": {"height": "50%"}},
    ("log", 2): {"body": GONE, "log": {"height": "1fr"}},
    ("chat", -1): {"chat": {"width": "26"}},
    ("chat", 1): {"chat": {"width": "70%"}},
    ("chat", 2): {"right": GONE, "log": GONE, "chat": {"width": "1fr"}},
}
NARROW_RULES: Mapping[tuple[str, int], Rules] = {
    ("plan", -1): {"plan": FILLS, "task": {"height": "2fr"}},
    ("plan", 1): {"plan": FILLS, "task": {"height": "3"}},
    ("plan", 2): {"plan": FILLS, "task": GONE, "log": GONE, "chat": GONE},
    ("task", -1): {"plan": FILLS, "task": {"height": "5"}},
    ("task", 1): {
        "task": {"height": "4fr"},
        "log": GONE,
    },  # as it comes it has the room of the plan already
    ("task", 2): {"plan": GONE, "attention": GONE, "log": GONE, "chat": GONE, "task": {"height": "1fr"}},
    ("log", -1): {"log": {"height": "3"}},
    ("log", 1): {"log": {"height": "60%"}},
    ("log", 2): {"body": GONE, "log": {"height": "1fr"}},
    ("chat", -1): {"right": {"height": "1fr"}, "plan": FILLS},
    ("chat", 1): {"right": GONE},
    ("chat", 2): {"right": GONE, "log": GONE},
}


class Sizing(Filtering):
    """Sizes of the panes."""

    sized: tuple[str, int] | None = None
    """The pane that the person made larger or smaller, and by how many steps; None where all are as they come."""
    _sized_at: tuple[bool, bool] | None = None

    def action_larger(self) -> None:
        """Make the focused pane larger; at last it is alone."""
        self._resize(1)

    def action_smaller(self) -> None:
        """Make the focused pane smaller."""
        self._resize(-1)

    def fit_sizes(self) -> None:
        """Take the sizes back where the phase lays the panes out anew, and fit them to another width."""
        here = self._layout()
        if self._sized_at == here:
            return
        if self.sized and self._sized_at and self._sized_at[1] != here[1]:
            self.sized = None
        if self._sized_at is not None:
            self._put_sizes()
        self._sized_at = here

    def show_pane(self, pane: str) -> None:
        """Let a pane be seen that is to get the focus."""
        if self.sized and self.sized[1] == ALONE and self.sized[0] != pane:
            self.sized = None
            self._put_sizes()

    def _layout(self) -> tuple[bool, bool]:
        return self.size.width >= WIDE, self.has_class("-talking")

    def _resize(self, by: int) -> None:
        pane = self._pane()
        if pane is None:
            keys = (self.keymap.of(f"focus_{pane}") for pane in ("prompt", *PANES[:3]))
            self.say(f"Select a pane first: {' '.join(keys)}.")
            return
        step = (self.sized[1] if self.sized and self.sized[0] == pane else 0) + by
        if not SMALLEST <= step <= ALONE:
            self.say(f"{NAMES[pane]} is as {'large' if by > 0 else 'small'} as it can be.")
            return
        self.sized = (pane, step) if step else None
        self._sized_at = self._layout()
        self._put_sizes()
        self.say(f"{self.keymap.of('smaller')} shows the other panes again." if step == ALONE else "")

    def _pane(self) -> str | None:
        ids = [one.id for one in self.focused.ancestors_with_self] if self.focused else []
        return next((pane for pane in PANES if pane in ids), None)

    def _put_sizes(self) -> None:
        wide, _ = self._layout()
        rules = (WIDE_RULES if wide else NARROW_RULES)[self.sized] if self.sized else {}
        with self.app.batch_update():
            for name in (*PANES, "attention", "right", "body"):
                styles, wanted = self.query_one(f"#{name}").styles, rules.get(name, {})
                for rule in ("height", "max_height", "width", "display"):
                    # What is told over the task is as high as what there is to tell.
                    if styles.inline.has_rule(rule) and rule not in wanted and (name, rule) != ("attention", "height"):
                        setattr(styles, rule, None)
                for rule, value in wanted.items():
                    setattr(styles, rule, value)
