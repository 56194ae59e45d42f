"""Who could run a task: the catalogues are asked once for each task type, the store for a model that somebody names."""

import asyncio
from collections.abc import Iterable, Mapping

from hgtui.core import events as ev
from hgtui.core.alternatives import other_types
from hgtui.core.fit import can_run
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Plan, Uid
from hgtui.core.ports import StoreError
from hgtui.core.states import Failure
from hgtui.core.task import TASKS
from hgtui.core.text import one_line
from hgtui.core.unforeseen import fault
from hgtui.selection.naming import meant
from hgtui.selection.ranking import by_pin
from hgtui.session.board import Board
from hgtui.session.equipment import Equipment

FIND_S = 10.0
"""How long, in seconds, a person's choice waits for the store: what else they ask for waits as long."""


class Lookups:
    """The candidates of one run, as they are found. `find_s` is how long the store is waited for where a person chose."""

    def __init__(self, board: Board, equipment: Equipment, find_s: float = FIND_S) -> None:
        self._board, self._equipment, self._find_s = board, equipment, find_s
        self._search: asyncio.Task[Candidate | None] | None = None
        self._left = False
        self._asked: dict[str, asyncio.Task[None]] = {}
        self._tried: set[tuple[str, str]] = set()

    def begin(self, tasks: Iterable[str]) -> None:
        """Ask the catalogues for task types that were not asked for."""
        for task in tasks:
            if task in TASKS and task not in self._asked and task not in self._board.run.candidates:
                self._asked[task] = asyncio.create_task(self._ask(task))

    async def again(self, tasks: Iterable[str]) -> None:
        """Ask the catalogues once more for task types. What was found before and is not found now stays."""
        for task in tasks:
            self._asked[task] = asyncio.create_task(self._ask(task))
        await self.wait()

    async def wait(self) -> None:
        """Wait until every catalogue has answered, and the answers are stored."""
        await asyncio.gather(*self._asked.values())
        await self._board.flush()

    async def halt(self) -> None:
        """Stop looking."""
        open_ = [one for one in self._asked.values() if not one.done()]
        for one in open_:
            one.cancel()
        await asyncio.gather(*open_, return_exceptions=True)

    async def look(self, plan: Plan, assignments: Mapping[Uid, Assignment]) -> None:
        """Find what could run a plan: candidates, what assignments and pins name beside them, what else could do it."""
        self.begin(task.task for task in plan)
        await self.wait()
        await self._recall(plan, assignments)
        rows = self._board.run.candidates
        stuck = {
            task.task
            for task in plan
            if not task.skip and not any(can_run(task, one) for one in rows.get(task.task, ()))
        }
        self.begin(other for name in stuck for other in other_types(name))
        await self.wait()

    async def candidate(self, task: str, name: str) -> Candidate | None:
        """Return the candidate for a task type that a name means, which from now on stands among those found.

        It is looked for in the store where it is not among them; None where there is none. Raises StoreError, also where
        the store takes too long and where `leave` ends the search. Once the run has ended nothing is written of it.
        """
        found = meant(name, self._board.run.candidates.get(task, ()))
        if found is None:
            found = await self._searched(task, name)
        if found is not None and not self._board.run.ended:
            await self._add(task, found)
        return found

    def leave(self, *, left: bool = True) -> None:
        """End the search for a model that a person named, and begin none until this is called with `left` False."""
        self._left = left
        if left and self._search is not None:
            self._search.cancel()

    async def _searched(self, task: str, name: str) -> Candidate | None:
        shown = one_line(name, 80)
        if self._left:
            raise StoreError(Failure.REFUSED, f"{shown} was not looked for, since a stop was asked for.")
        self._search = asyncio.ensure_future(self._named(task, name))
        try:
            done, _ = await asyncio.wait({self._search}, timeout=self._find_s)
            if not done:
                message = f"{shown} was not found within {self._find_s:g} s."
                raise StoreError(Failure.TIMEOUT, message, "Try again, or choose one that is listed.")
            if self._search.cancelled():
                raise StoreError(Failure.REFUSED, f"{shown} was not looked for to the end, since a stop was asked for.")
            return self._search.result()
        finally:
            self._search.cancel()
            self._search = None

    async def _named(self, task: str, name: str) -> Candidate | None:
        found = meant(name, self._board.run.candidates.get(task, ()))
        if found is None and self._equipment.store is not None:
            found = await self._equipment.store.find(task, name)
        return found

    async def _add(self, task: str, found: Candidate) -> None:
        run = self._board.run
        await self._board.flush()
        few = run.candidates.get(task, ())
        if all(one.name != found.name for one in few):
            self._board.emit(
                ev.CandidatesFound(
                    task=task,
                    candidates=(*few, found),
                    help=run.help.get(task, ""),
                    failed=run.unasked.get(task, ()),
                )
            )
            await self._board.flush()

    async def _recall(self, plan: Plan, assignments: Mapping[Uid, Assignment]) -> None:
        """Look once for each model that the plan or a pin names and that is not among the candidates."""
        run, pins = self._board.run, self._equipment.pins
        wanted: dict[tuple[str, str], list[int]] = {}
        for task in plan:
            chosen = assignments.get(task.uid)
            names = [chosen.candidate] if chosen is not None and not by_pin(chosen) else []
            for name in (*names, *filter(None, [pins.get(task.task)])):
                known = {one.name for one in run.candidates.get(task.task, ())}
                if not task.skip and task.task in TASKS and name not in known:
                    wanted.setdefault((task.task, name), []).extend([task.id] if name in names else [])
        new = [key for key in wanted if key not in self._tried]
        self._tried.update(new)
        found = await asyncio.gather(*(self._named(kind, name) for kind, name in new), return_exceptions=True)
        for (kind, name), one in zip(new, found, strict=True):
            if isinstance(one, Candidate):
                await self._add(kind, one)
                continue
            if isinstance(one, BaseException) and not isinstance(one, StoreError):
                raise one
            numbers = ", ".join(str(number) for number in wanted[kind, name])
            why = _sentence(one) if isinstance(one, StoreError) else "It is no candidate here."
            if numbers:  # of a pin the choice itself tells
                mine = any(one.candidate == name and one.chosen_by == "person" for one in assignments.values())
                how = f"the plan names for task {numbers}" if mine else f"was chosen for task {numbers} before"
                text = f"{name}, which {how}, is not taken. {why}"
                self._board.emit(ev.Logged(level="warning", text=one_line(text, 500)))

    async def _ask(self, task: str) -> None:
        catalogues = self._equipment.catalogues
        found = await asyncio.gather(*(one.candidates(task) for one in catalogues), return_exceptions=True)
        rows: list[Candidate] = []
        failed: list[str] = []
        for group in found:
            if isinstance(group, BaseException):  # what the others know still counts
                failed.append(one_line(_sentence(group), 500))
                text = f"A catalogue could not be asked for {task}: {failed[-1]}"
                self._board.emit(ev.Logged(level="warning", text=one_line(text, 500)))
            else:
                rows += group
        names = {one.name for one in rows}
        rows += [one for one in self._board.run.candidates.get(task, ()) if one.name not in names]
        words = " ".join(filter(None, (one.help(task) for one in catalogues)))
        self._board.emit(ev.CandidatesFound(task=task, candidates=tuple(rows), help=words, failed=tuple(failed)))


def _sentence(error: BaseException) -> str:
    """Return what an error says to a person, with its hint where it has one; of one that nothing foresaw, where it arose."""
    message = getattr(error, "message", "")
    return f"{message} {getattr(error, 'hint', '')}".strip() if message else fault(error)
