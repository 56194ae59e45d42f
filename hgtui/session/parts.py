"""The parts of one run that its commands work on."""

from dataclasses import dataclass

from hgtui.core.run import Run
from hgtui.core.states import Stage
from hgtui.session.board import Board
from hgtui.session.equipment import Equipment
from hgtui.session.intake import Intake
from hgtui.session.notnow import NotNow
from hgtui.session.proposing import Proposing
from hgtui.session.running import Running

__all__ = ["NotNow", "Parts"]


@dataclass
class Parts:
    """What a run is made of; `running` is there once something was approved.

    `approved` is the fingerprint that a person approved beforehand. It is not kept: what is gone on with asks.
    """

    board: Board
    equipment: Equipment
    intake: Intake
    proposing: Proposing
    running: Running | None = None
    approved: str = ""

    @property
    def run(self) -> Run:
        """Where the run stands."""
        return self.board.run

    def live(self) -> Running:
        """Return what runs. Raises NotNow where nothing does."""
        if self.running is None or self.run.stage is not Stage.EXECUTION:
            raise NotNow("Nothing runs now.")
        return self.running
