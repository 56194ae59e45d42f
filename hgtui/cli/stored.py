"""What the workbench does with the runs that are stored: list, open, go on, run again, delete, export."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from hgtui.cli.beginning import plan_again
from hgtui.cli.caring import laid_out, masked, size
from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.cli.own import settle
from hgtui.config import data_dir
from hgtui.core.commands import Submit, Supply
from hgtui.core.events import Given
from hgtui.core.plan import Uid
from hgtui.core.run import Run, fold
from hgtui.core.text import plural
from hgtui.session.again import foresee_again
from hgtui.session.archive import ArchiveError
from hgtui.session.conductor import Conductor
from hgtui.session.exchange import export_run
from hgtui.session.journal import JournalError, Reading, RunRow
from hgtui.session.locks import RunInUse, RunLock, held
from hgtui.session.onlooking import Onlooker
from hgtui.ui.bridge import Again, DeskError, Found


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Tell the screen what is told on the command line."""
    try:
        yield
    except RunInUse as error:
        raise DeskError(error.message, "i looks at it as it is now.") from None
    except (Fault, JournalError, ArchiveError) as error:
        raise DeskError(error.message, error.hint) from None


class StoredRuns:
    """The stored runs of a workplace."""

    answer: str

    def __init__(self, place: Workplace) -> None:
        self._place = place

    async def runs(self, search: str = "", limit: int = 100) -> Sequence[RunRow]:
        """Return the runs, the latest first, whose name or request holds `search`. Raises DeskError."""
        with _told():
            return await self._place.journal.runs(limit=limit, search=search)

    async def open_run(self, name: str, *, look: bool = False) -> Found:
        """Open a run: one that has ended to look at, another to go on with it where it stands. Raises DeskError.

        With `look` it is only looked at, also where another process writes it or a part of it cannot be read.
        """
        with _told():
            reading = await self._place.journal.read(await self._place.journal.resolve(name))
            run = await asyncio.to_thread(fold, reading.entries)
            if reading.damage and not look:
                raise Fault(reading.damage, "i shows what can be read.")
            if run.ended or look:
                return await self._to_look_at(run, reading)
            run, lock = await self._place.take(run.id)
            return await self.go_on(run, lock)

    async def _to_look_at(self, run: Run, reading: Reading) -> Found:
        if run.ended:
            return Found(Onlooker(run, f"The run {run.id} has ended."), tuple(reading.entries), reading.damage)
        writes = not self._place.traceless and await asyncio.to_thread(held, data_dir(self._place.environ), run.id)
        who = "another hgtui writes it" if writes else "L and enter go on with it"
        why = f"This is only looked at, as it was when it was opened: {who}."
        return Found(Onlooker(run, why), tuple(reading.entries), f"{reading.damage} {why}".strip())

    async def go_on(self, run: Run, lock: RunLock | None, profile: str | None = None) -> Found:
        """Go on with a run under its own profile, or under the one that is named.

        What is asked next goes to the same controller as before. Raises Fault.
        """
        try:
            entries = await self._place.journal.entries(run.id)
            async with self._place.aside():
                answer = await settle(self._place, run, profile, None, ask=False)
                answer = "program" if self.answer == "program" else answer
                conductor: Conductor = self._place.conductor(run, lock=lock, answer=answer)
                by_llm = self._place.planner_name != "rules"
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return Found(conductor, tuple(entries), by_llm=by_llm)

    async def plan_of(self, name: str) -> Submit:
        """Return the command that runs the plan of a run once more. Raises DeskError."""
        with _told():
            return plan_again(await self._place.run(name))

    async def again(self, run: Run, uid: Uid, given: Supply | None = None) -> Again:
        """Return how the plan of a run that has ended runs once more with one task anew, or with its result by hand.

        What was approved then is approved now: where exactly that would run, it begins. Raises DeskError.
        """
        by_hand = () if given is None else (Given(uid=uid, text=given.text, path=given.path),)
        with _told():
            submit = plan_again(run, anew=() if given else (uid,), given=by_hand)
        submit = submit.model_copy(update={"approved": run.grant.fingerprint if run.grant else ""})
        return Again(submit, await foresee_again(run, submit, uid, self._place.equipment(answer=self.answer)))

    async def delete_run(self, name: str) -> str:
        """Delete a run for good; return what is left of it, in words. Raises DeskError."""
        journal = self._place.journal
        with _told():
            folders = await laid_out(journal, name)
            await journal.delete(name)
        stays = f" What was laid out for people stays: {', '.join(folders)}." if folders else ""
        return f"Deleted: {name}. hgtui gc frees what only it had.{stays}"

    async def export_run(self, name: str, path: str, *, over: bool = False) -> str:
        """Write a run into one file; return what that was, in words. Raises DeskError, also for a file that is there.

        With `over` such a file is written anew.
        """
        place = self._place
        to = await asyncio.to_thread(lambda: place.base / Path(path).expanduser())
        if not over and await asyncio.to_thread(to.exists):
            raise DeskError(f"There is a file {to} already.", "Enter once more writes it anew.")
        with _told():
            secrets = await asyncio.to_thread(masked, place.artifacts)
            done = await export_run(place.journal, place.artifacts, name, to, secrets)
        gone = f", without {plural(len(done.missing), 'artifact')} that are not here any more" if done.missing else ""
        return f"{to}: {plural(done.artifacts, 'artifact')}, {size(done.size)}{gone}. It has no secrets in it."
