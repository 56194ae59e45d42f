"""What the terminal is told of a run: its title says where it stands, its bell that the person is waited for."""

from typing import NamedTuple

from hgtui.core.states import Outcome, Stage, TaskState
from hgtui.core.text import one_line
from hgtui.ui.view import View

AWAY_S = 5.0
"""After how many seconds without a key the person is no longer at the keys."""
_OUTCOMES = {
    Outcome.ANSWERED: "answered",
    Outcome.DEGRADED: "answered, with gaps",
    Outcome.FAILED: "failed",
    Outcome.INTERRUPTED: "stopped",
}
_STAGES = {Stage.PLANNING: "planning", Stage.SELECTION: "choosing models", Stage.RESPONSE: "answering"}


class Standing(NamedTuple):
    """Where a run stands: `turn` where it waits for the person or is over, `asking` how many tasks wait for a yes."""

    words: str = ""
    turn: bool = False
    asking: int = 0

    def calls(self, before: "Standing") -> bool:
        """Whether the person is wanted now and was not before."""
        return (self.turn and self.words != before.words) or self.asking > before.asking


def standing(view: View) -> Standing:
    """Say where a run stands, in a word or two."""
    run = view.run
    if not view.asked:
        return Standing()
    if run.ended:
        return Standing(_OUTCOMES[run.outcome] if run.outcome else "ended", True)
    if view.at_gate and run.comment and run.revision is None:
        return Standing("revising")
    if view.waits or (view.at_gate and run.gate):
        return Standing("your turn", True)
    states = view.states
    asking = states.counts.get(TaskState.ASKING, 0)
    if run.stage is Stage.EXECUTION:
        ask = f", {asking} waiting for you" if asking else ""
        return Standing(f"running {states.over} of {len(view.plan)}{ask}", asking=asking)
    return Standing(_STAGES.get(run.stage, ""), asking=asking)


def title(view: View) -> str:
    """Return the title of the terminal: "hgtui: your turn · run-1"."""
    words = standing(view).words
    name = f" · {one_line(view.run.id, 40)}" if view.run.id else ""
    return f"hgtui: {words}{name}" if words else "hgtui"


def away(since_key_s: float, *, focused: bool) -> bool:
    """Whether the person is not at the keys: the terminal is not in front, or no key was pressed for a while."""
    return not focused or since_key_s > AWAY_S
