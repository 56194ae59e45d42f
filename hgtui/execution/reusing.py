"""Reuse as a task meets it: the result that is kept of the same work, and the result that is kept for others."""

from collections.abc import Iterable, Mapping
from typing import Any

from hgtui import __version__
from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Task, Uid
from hgtui.core.ports import Clock, Endpoint, Given, KeepsResults, Settled
from hgtui.core.reuse import Kept, kept_words, key
from hgtui.core.text import clean

NOTE = 500

Inputs = Mapping[str, tuple[Given, ...]]


class Reusing:
    """Finds and keeps the results of one run's tasks; `fresh` finds none, so that everything runs, nor does one of `anew`.

    The settings of `endpoints` (core.ports.Settled) are part of what a result is kept by, and so is the version of
    hgtui, which says how an engine is called and its reply is read.
    """

    def __init__(
        self,
        store: KeepsResults,
        run: str,
        endpoints: Mapping[str, Endpoint],
        clock: Clock,
        *,
        fresh: bool = False,
        anew: Iterable[Uid] = (),
    ) -> None:
        self._store, self._run, self._endpoints, self._clock = store, run, endpoints, clock
        self._fresh = fresh
        self._forced = set(anew)

    def force(self, uid: Uid) -> None:
        """Let a task run the next time, whatever is kept."""
        self._forced.add(uid)

    def key(self, task: Task, assignment: Assignment, inputs: Inputs) -> str:
        """Return what the result of a task is kept by."""
        endpoint = self._endpoints.get(assignment.candidate.partition(":")[0])
        own: Mapping[str, Any] = endpoint.settings(task.task, assignment) if isinstance(endpoint, Settled) else {}
        return key(task.task, assignment, inputs, {"hgtui": __version__, **own})

    def looks(self, uid: Uid) -> bool:
        """Whether a kept result of a task may be taken."""
        return not self._fresh and uid not in self._forced

    async def find(self, task: Task, assignment: Assignment, inputs: Inputs) -> ev.TaskDone | None:
        """Return how a task is done by what is kept of the same work, None where nothing is."""
        if not self.looks(task.uid):
            return None
        kept = await self._store.find(self.key(task, assignment, inputs))
        if kept is None:
            return None
        where = kept_words(kept.run, kept.seconds, self._run)
        words = f"{where[0].upper()}{where[1:]}."
        return ev.TaskDone(
            uid=task.uid,
            results=kept.results,
            candidate=kept.candidate,
            # What was told of the call is told of then: nothing is called and nothing is used up now.
            note=clean(f"{words} Told then: {kept.note}" if kept.note else words, NOTE + len(words)),
            reused=True,
            kept_from=kept.run,
            took_s=kept.seconds,
            memory_mb=kept.memory_mb,
        )

    async def peek(self, task: Task, assignment: Assignment, inputs: Inputs) -> Kept | None:
        """Return what would be found, as far as that can be told without looking at artifacts."""
        if not self.looks(task.uid):
            return None
        one = self.key(task, assignment, inputs)
        return (await self._store.peek([one])).get(one)

    def keep(self, task: Task, assignment: Assignment, inputs: Inputs, done: ev.TaskDone) -> None:
        """Keep what came of a task, under the candidate that did it. Never blocks."""
        self._forced.discard(task.uid)
        kept = Kept(
            task=task.task,
            candidate=assignment.candidate,
            results=done.results,
            seconds=done.seconds,
            run=self._run,
            at=self._clock.now(),
            note=done.note,
            memory_mb=done.memory_mb,
        )
        self._store.put(self.key(task, assignment, inputs), kept)
