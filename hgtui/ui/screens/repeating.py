"""A run that has ended: one of its tasks again, or its result corrected by hand, in a new run of the same plan."""

from typing import TYPE_CHECKING

from hgtui.core.commands import Submit, Supply
from hgtui.core.plan import Uid
from hgtui.ui.bridge import Again, DeskError
from hgtui.ui.screens.keeping import Keeping

if TYPE_CHECKING:
    from hgtui.ui.bridge import Desk


class Repeating(Keeping):
    """What R and s do once a run has ended. It stays as it was: what comes of them is a run of its own."""

    desk: "Desk"
    _ahead: Again | None = None
    """What was foreseen and waits for a word."""

    async def _again(self, submit: Submit) -> None:
        """Run a plan once more, as a new run."""
        raise NotImplementedError

    def action_rerun(self) -> None:
        """Run the task again with what is below it; after the end that is said first, and the same key does it."""
        uid = self.view.chosen
        if not self.view.run.ended:
            super().action_rerun()
        elif not self._does("rerun", uid) and self._can("rerun") and uid:
            self.run_worker(self._foresee(uid), group="again", exclusive=True)

    def action_supply(self) -> None:
        """Ask for the result of the task; after the end what that would do is said first, and the same key does it."""
        if not (self.view.run.ended and self._does("supply", self.view.chosen)):
            super().action_supply()

    def _does(self, about: str, uid: Uid | None) -> bool:
        """Begin the run that was asked about, if it was asked about this."""
        question, ahead = self.question, self._ahead
        if question is None or ahead is None or question.about != about or question.uid != uid:
            return False
        self.question = self._ahead = None
        self.say("")
        self.call_later(self._once_more, ahead)
        return True

    async def _once_more(self, ahead: Again) -> None:
        if self.held:
            return
        await self._again(ahead.submit)
        self.view.chosen, self.view.gated = ahead.foreseen.uid, True

    def give(self, given: Supply) -> None:
        """Give a result; of a run that has ended, foresee what a new run with it would do."""
        if self.view.run.ended:
            self.run_worker(self._foresee(given.uid, given), group="again", exclusive=True)
        else:
            super().give(given)

    async def _foresee(self, uid: Uid, given: Supply | None = None) -> None:
        run = self.view.run
        try:
            ahead = await self.desk.again(run, uid, given)
        except DeskError as error:
            self.say(f"{error.message} {error.hint}".strip())
            return
        if self.view.run is not run or self.view.chosen != uid or not self.is_mounted:
            return
        self._ahead = ahead
        seen, key = ahead.foreseen, self.keymap.of("supply" if given else "rerun")
        spends = f", {seen.spends}" if seen.spends else ""
        how = "by hand" if given else "again"
        words = (
            f"{self.view.ids[uid]} {how}, in a new run: {seen.words}{spends}.  {key} does it · esc keeps what there is"
        )
        self._ask(words, "supply" if given else "rerun", uid)
