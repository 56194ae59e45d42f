"""`hgtui whatif`: two or three models on the input of a task of a run that waits at a gate, side by side; one of them wins."""

import asyncio
import json
import sys
from typing import Any

from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.cli.own import settle
from hgtui.cli.signals import on_signals
from hgtui.cli.tables import table
from hgtui.cli.words import approve_line, say
from hgtui.core import events as ev
from hgtui.core.commands import Command, TakeWinner, WhatIf
from hgtui.core.plan import Task
from hgtui.core.run import Run
from hgtui.core.states import EXIT_FAILED, EXIT_OK, EXIT_WAITING
from hgtui.core.text import one_line
from hgtui.core.trials import Trial, cost, foreseen, memory, time
from hgtui.session.conductor import Conductor

GIVEN_UP = 0
"""The number of a winner that is nobody: the what-if is given up."""


async def whatif(
    name: str,
    number: int,
    candidates: tuple[str, ...],
    *,
    fingerprint: str,
    yes: bool,
    winner: int | None,
    profile: str | None,
    offline: bool,
    as_json: bool,
) -> int:
    """Say what a what-if would do, run it where that is approved, take the winner; return the exit status. Raises Fault.

    `winner` is the place of a candidate, from 1. Without candidates it is of the what-if that the run has already.
    """
    async with await Workplace.open(profile=profile, offline=offline) as place:
        run, lock = await place.take(name)
        await settle(place, run, profile, None, ask=not as_json)
        conductor = place.conductor(run, lock=lock)
        task = _task(run, number)
        asking = _Asking(conductor, task)
        stopped: list[int] = []
        work = asyncio.create_task(asking.whole(candidates, fingerprint, yes=yes, winner=winner))

        def stop(status: int) -> None:
            stopped.append(status)
            work.cancel()

        with on_signals(stop):
            await asyncio.gather(work, return_exceptions=True)
        if stopped:
            say("It was stopped. What had come is kept with the run.")
            return stopped[0]
        status = await work
        if as_json:
            sys.stdout.write(json.dumps(asking.as_json(), indent=2) + "\n")
        else:
            asking.tell(candidates, yes=yes, waits=status == EXIT_WAITING)
        return status


def _task(run: Run, number: int) -> Task:
    if run.ended:
        raise Fault(f"The run {run.id} has ended.", f"hgtui run --plan {run.id} runs its plan again.")
    if run.gate is None:
        raise Fault(f"The run {run.id} waits at no gate.", f"To go on with it: hgtui resume {run.id}")
    task = next((one for one in run.plan if one.id == number), None)
    if task is None:
        raise Fault(f"The plan of {run.id} has no task {number}.", f"hgtui show {run.id} lists them.")
    return task


class _Asking:
    """One what-if of a run that waits."""

    def __init__(self, conductor: Conductor, task: Task) -> None:
        self._conductor, self._task = conductor, task
        self._ahead: ev.WhatIfForeseen | None = None
        self._refused: ev.Refused | None = None
        self._heard_of = asyncio.Event()
        conductor.listen(self._heard)

    def _heard(self, entry: ev.Entry, _: frozenset[str]) -> None:
        match entry.event:
            case ev.WhatIfForeseen():
                self._ahead = entry.event
            case ev.Refused():
                self._refused = entry.event
            case ev.WhatIfTried():
                self._heard_of.set()

    @property
    def _trial(self) -> Trial | None:
        return self._conductor.run.trials.get(self._task.uid)

    async def whole(self, candidates: tuple[str, ...], fingerprint: str, *, yes: bool, winner: int | None) -> int:
        """Do it all; return the exit status. Raises Fault."""
        if candidates:
            await self._send(WhatIf(uid=self._task.uid, candidates=candidates, preview=True))
            if not (yes or fingerprint) or self._ahead is None:
                return EXIT_WAITING
            approved = fingerprint or self._ahead.fingerprint
            await self._send(WhatIf(uid=self._task.uid, candidates=candidates, fingerprint=approved))
            while (trial := self._trial) is not None and trial.open:
                self._heard_of.clear()
                await self._heard_of.wait()
        trial = self._trial
        if trial is None or trial.over:
            raise Fault(f"Task {self._task.id} has no what-if to decide.", "Name two or three candidates.")
        if winner is not None:
            if winner > len(trial.names):
                raise Fault(f"--winner {winner}: the what-if has {len(trial.names)} candidates.")
            won = "" if winner == GIVEN_UP else trial.names[winner - 1]
            await self._send(TakeWinner(uid=self._task.uid, candidate=won))
        return EXIT_OK if any(one.results for one in trial.tried.values()) else EXIT_FAILED

    async def _send(self, command: Command) -> None:
        self._refused = None
        self._conductor.send(command)
        await self._conductor.settled()
        error = self._conductor.error
        if error is not None:
            raise Fault(str(error), getattr(error, "hint", ""), EXIT_FAILED)
        if self._refused is not None:
            refused: ev.Refused = self._refused
            raise Fault(refused.message, refused.hint)

    def as_json(self) -> dict[str, Any]:
        """Return what would be done, what came of it and who won."""
        run, ahead, trial = self._conductor.run, self._ahead, self._trial
        tried = trial.tried if trial is not None else {}
        return {
            "run": run.id,
            "task": {"id": self._task.id, "task": self._task.task},
            "fingerprint": ahead.fingerprint if ahead else trial.fingerprint if trial else "",
            "ahead": [one.model_dump(mode="json") for one in (ahead.ahead if ahead else trial.ahead if trial else ())],
            "tried": [tried[name].model_dump(mode="json") for name in (trial.names if trial else ()) if name in tried],
            "winner": trial.winner if trial is not None else "",
            "approve": approve_line(run),
        }

    def tell(self, candidates: tuple[str, ...], *, yes: bool, waits: bool) -> None:
        """Print what would be done, or what came of it, and what goes on from there."""
        run, trial = self._conductor.run, self._trial
        if self._ahead is not None and (waits or yes):
            for row in self._ahead.ahead:
                say(foreseen(row))
        if waits and self._ahead is not None:
            names = " ".join(candidates)
            say("Nothing has run. To run just these calls:")
            say(f"  hgtui whatif {run.id} {self._task.id} {names} --fingerprint {self._ahead.fingerprint[:8]}")
            return
        if trial is None:
            return
        lines = [("", "candidate", "time", "memory", "cost", "")]
        for at, name in enumerate(trial.names, 1):
            one = trial.tried.get(name)
            if one is not None:
                came = one_line(" ".join(each.preview for each in one.results) or f"{one.message} {one.hint}", 120)
                mark = "★" if name == trial.winner else str(at)
                lines.append((mark, one_line(name, 60), time(one), memory(one), cost(one), came))
        sys.stdout.write(table(lines) + "\n")
        if not trial.over:
            say(f"To take one: hgtui whatif {run.id} {self._task.id} --winner N; 0 gives the what-if up.")
        elif line := approve_line(run):
            say(f"To run the plan: {line}")
