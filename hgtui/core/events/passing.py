"""What is shown and not stored."""

from typing import Literal

from hgtui.core.base import Value
from hgtui.core.plan import Uid
from hgtui.core.reuse import told
from hgtui.core.states import Stage
from hgtui.core.trials import Ahead


class Delta(Value):
    """A piece of a streaming reply; not stored: the event that ends the stream says the whole."""

    type: Literal["delta"] = "delta"
    stage: Stage
    text: str
    reasoning: bool = False


class Progress(Value):
    """How far a task is, 0 to 1 or unknown; not stored."""

    type: Literal["progress"] = "progress"
    uid: Uid
    fraction: float | None = None
    note: str = ""


class RerunForeseen(Value):
    """What a re-run of a task with everything below it would do, as in core.reuse.Forecast; not stored.

    Of what is below, a task runs only where what it reads comes out different: `reruns` are the most that may run, and
    `spends` says in words what all of them would spend. With `supplied` the task itself does not run: its result is
    given by hand, and `reruns` are those that read it. In a new run of the plan `reuses` are kept from before.
    """

    type: Literal["rerun_foreseen"] = "rerun_foreseen"
    uid: Uid
    reruns: tuple[Uid, ...]
    reuses: tuple[Uid, ...] = ()
    about_s: float | None = None
    untimed: int = 0
    spends: str = ""
    supplied: bool = False

    @property
    def words(self) -> str:
        """What would run again and for how long."""
        return told(len(self.reruns), len(self.reuses), self.about_s, self.untimed) or f"runs {len(self.reruns)}"


class WhatIfForeseen(Value):
    """What a what-if would send and spend, candidate by candidate; not stored. `fingerprint` approves just that.

    `reruns` are the tasks that have read the result which a winner would take the place of.
    """

    type: Literal["what_if_foreseen"] = "what_if_foreseen"
    uid: Uid
    fingerprint: str
    ahead: tuple[Ahead, ...]
    reruns: tuple[Uid, ...] = ()


class Refused(Value):
    """A command could not be carried out; not stored."""

    type: Literal["refused"] = "refused"
    command: str
    message: str
    hint: str = ""
