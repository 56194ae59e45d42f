"""A recorded run as what its stages and tasks met outside: calls, candidates, files, results and failures."""

import json
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from hgtui import __version__
from hgtui.core import events as ev
from hgtui.core.base import canonical
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Uid
from hgtui.core.ports import ArtifactStore, CallError, Cause, Given
from hgtui.core.resource import FileFact
from hgtui.core.reuse import key
from hgtui.core.run import Run
from hgtui.core.states import HAS_RESULT, Failure, Stage
from hgtui.core.trials import Tried
from hgtui.execution.course import LocalFault
from hgtui.execution.resolve import Resolver
from hgtui.llm.replaying import Heard
from hgtui.session.differing import Counting
from hgtui.session.store import Records

_ENDS = ev.TaskRetrying | ev.TaskSubstituted | ev.TaskDone | ev.TaskFailed | ev.TaskCancelled | ev.TaskSkipped
_Failed = ev.TaskRetrying | ev.TaskSubstituted | ev.TaskFailed


@dataclass(frozen=True, slots=True)
class Try:
    """One try of a task, the `number`-th to end, before which `after` events that count had happened.

    It ended with `done`, or with `error`, or was broken off where it has neither. `calls` are those to the controller.
    """

    number: int
    after: int
    done: ev.TaskDone | None = None
    error: CallError | None = None
    calls: tuple[tuple[ev.Called, Any], ...] = ()


@dataclass
class Recording:
    """What is read of the entries of a run, behind those in `before`."""

    entries: tuple[ev.Entry, ...]
    artifacts: ArtifactStore
    before: tuple[ev.Entry, ...] = ()
    calls: list[Heard] = field(default_factory=list)
    contexts: list[Any] = field(default_factory=list)
    finds: dict[tuple[str, str], deque[tuple[Any, Any]]] = field(default_factory=lambda: defaultdict(deque))
    candidates: dict[str, ev.CandidatesFound] = field(default_factory=dict)
    approved: set[str] = field(default_factory=set)
    """The task types whose candidates were found behind the approval of the plan alone."""
    again: dict[str, list[ev.CandidatesFound]] = field(default_factory=dict)
    """What was found for a task type each time that the catalogues were asked once more."""
    more: dict[str, Candidate] = field(default_factory=dict)
    files: dict[str, deque[tuple[int, FileFact]]] = field(default_factory=lambda: defaultdict(deque))
    fetches: dict[str, deque[CallError]] = field(default_factory=lambda: defaultdict(deque))
    tries: dict[str, deque[Try]] = field(default_factory=lambda: defaultdict(deque))
    foreseen: set[str] = field(default_factory=set)
    """What a what-if found kept before it began."""
    _here: set[str] = field(default_factory=set)
    """What a what-if of this very run has kept."""
    reused: dict[str, deque[tuple[str, Try]]] = field(default_factory=lambda: defaultdict(deque))
    answer: ev.Answered | None = None
    unlaid: str = ""
    waits: list[int | None] = field(default_factory=list)
    events: int = 0
    _run: Run = field(default_factory=Run)
    _open: dict[Uid, str] = field(default_factory=dict)
    _called: dict[Uid, list[tuple[ev.Called, Any]]] = field(default_factory=lambda: defaultdict(list))
    _trials: dict[tuple[Uid, str], tuple[str, str]] = field(default_factory=dict)
    """By what the tries of a what-if are known again that are not over, and what their results are kept by."""
    _waiting: dict[Uid, int] = field(default_factory=dict)
    _told: Counter[str] = field(default_factory=Counter)
    _ended: int = 0
    _plan_approved: bool = False
    _looked: set[str] = field(default_factory=set)
    _counts: Counting = field(default_factory=Counting)

    async def read(self) -> "Recording":
        """Read it all and return itself. Raises ArtifactError where a record is damaged."""
        for entry in self.before:
            self._run.fold(entry)
        for entry in self.entries:
            await self._take(entry.event)
            await self._take_trial(entry.event)
            self._run.fold(entry)
            self.events += self._counts(entry.event)
        for uid in tuple(self._open):
            await self._end(uid)
        for made, _ in self._trials.values():
            self.tries[made].append(Try(self._ended + 1, self.events))
        return self

    async def _take(self, event: ev.Event) -> None:
        match event:
            case ev.Called():
                await self._call(event)
            case ev.Recorded():
                await self._exchange(event)
            case ev.CandidatesFound(task=task):
                self._found(task, event)
            case ev.LookedAgain(tasks=tasks):
                self._looked.update(tasks)
            case ev.PlanApproved():
                self._plan_approved = True
            case ev.FileSeen(file=file):
                self.files[file.path].append((self.events, file))
            case ev.Answered():
                self.answer = event
            case ev.Logged(level="error", text=text) if self._run.stage is Stage.RESPONSE and "esults" in text:
                self.unlaid = text
            case ev.TaskStarted(uid=uid, candidate=candidate):
                self._open[uid] = candidate
                if uid in self._waiting:
                    self.waits[self._waiting.pop(uid)] = self.events
            case ev.TaskReset(uid=uid) if uid in self._open:
                await self._end(uid)
            case _ if isinstance(event, _ENDS):
                await self._ends(event)

    def _found(self, task: str, event: ev.CandidatesFound) -> None:
        known = {one.name for one in self._run.candidates.get(task, ())}
        if task not in self._run.candidates:
            self.candidates[task] = event
            self.approved |= {task} if self._plan_approved else set()
        elif task in self._looked:
            self._looked.discard(task)
            self.again.setdefault(task, []).append(event)
        else:
            self.more |= {one.name: one for one in event.candidates if one.name not in known}

    async def _record(self, digest: str) -> tuple[Any, Any] | None:
        try:
            _, request, reply = await Records(self.artifacts, {}).load(digest)
            return request, json.loads(reply)
        except (KeyError, ValueError):
            return None  # it was not kept: the disk was full, or somebody removed it

    async def _call(self, event: ev.Called) -> None:
        kept = await self._record(event.record) if event.record else None
        if event.stage is Stage.EXECUTION and event.uid is not None:
            self._called[f"{event.uid} {event.trial}" if event.trial else event.uid].append((event, kept and kept[1]))
        elif kept is not None:
            text = canonical(kept[1])
            if self._told[text]:
                self._told[text] -= 1  # it is there with what was told of its retries
            else:
                self.calls.append(Heard.of(kept[1], self.events))

    async def _exchange(self, event: ev.Recorded) -> None:
        kept = await self._record(event.record)
        if kept is None:
            return
        request, reply = kept
        if event.kind == "context":
            self.contexts.append(reply)
        elif event.kind == "find":
            found = (reply.get("found") or {}).get("name")  # by that a person's choice is known again
            for name in dict.fromkeys((request["name"], *([found] if found else []))):
                self.finds[request["task"], name].append((request, reply))
        elif event.kind == "llm":
            record = reply.get("record")
            if record is not None:
                self._told[canonical(record)] += 1
            notes = tuple((int(one), float(wait), str(why)) for one, wait, why in reply["notes"])
            self.calls.append(Heard(tuple(request["messages"]), notes, record, reply.get("error"), self.events))

    async def _ends(self, event: ev.Event) -> None:
        uid = str(getattr(event, "uid", ""))
        if isinstance(event, ev.TaskRetrying):
            self._waiting[uid] = len(self.waits)
            self.waits.append(None)
        if isinstance(event, ev.TaskDone) and event.reused and uid not in self._open:
            self._open[uid] = event.candidate
            await self._end(uid, done=event, counted=False)
        elif uid not in self._open:
            return
        elif isinstance(event, ev.TaskDone) and not event.supplied:
            await self._end(uid, done=event)
        elif isinstance(event, _Failed):
            await self._end(uid, error=_error(event))
        else:
            await self._end(uid)

    async def _end(
        self, uid: Uid, done: ev.TaskDone | None = None, error: CallError | None = None, *, counted: bool = True
    ) -> None:
        candidate = self._open.pop(uid)
        calls = tuple(self._called.pop(uid, ()))
        self._ended += counted
        task, assignment = self._run.draft.plan.get(uid), self._assignment(uid, candidate)
        if task is None or assignment is None:
            return
        results = {one: status.results for one, status in self._run.tasks.items() if status.state in HAS_RESULT}
        resolver = Resolver(self._run.draft.plan, self._run.files, self.artifacts)
        try:
            inputs = await resolver.inputs(task, results, fetch=False)
        except CallError:
            pending = [text for value in task.args.values() for text in value.literals if self._pending(text)]
            if error is not None and pending:
                self.fetches[pending[0]].append(error)
            return  # else it never came to a call
        made, one = (
            effect(task.task, assignment, inputs),
            Try(self._ended + (not counted), self.events, done, error, calls),
        )
        if done is not None and done.reused:
            self.reused[key(task.task, assignment, inputs, {"hgtui": __version__})].append((made, one))
        else:
            self.tries[made].append(one)

    async def _take_trial(self, event: ev.Event) -> None:
        match event:
            case ev.WhatIfBegun():
                await self._what_if(event)
            case ev.WhatIfTried(uid=uid, tried=tried) if (uid, tried.candidate) in self._trials:
                self._tried(uid, tried)
            case _:
                pass

    async def _what_if(self, event: ev.WhatIfBegun) -> None:
        """Note by what the tries of a what-if are known again; a candidate whose result the task has makes none."""
        task, status = self._run.draft.plan.get(event.uid), self._run.status(event.uid)
        results = {one: status.results for one, status in self._run.tasks.items() if status.state in HAS_RESULT}
        if task is None:
            return
        try:
            resolver = Resolver(self._run.draft.plan, self._run.files, self.artifacts)
            inputs = await resolver.inputs(task, results, fetch=False)
        except CallError:
            return
        for one in event.ahead:
            name = one.assignment.candidate
            if one.kept and status.state in HAS_RESULT and status.candidate == name and not status.supplied:
                continue
            kept = key(task.task, one.assignment, inputs, {"hgtui": __version__})
            self._trials[event.uid, name] = effect(task.task, one.assignment, inputs), kept
            self.foreseen |= {kept} if one.kept and kept not in self._here else set()

    def _tried(self, uid: Uid, tried: Tried) -> None:
        made, kept = self._trials.pop((uid, tried.candidate))
        calls = tuple(self._called.pop(f"{uid} {tried.candidate}", ()))
        error = CallError(tried.failure, tried.message, tried.hint, tried=True) if tried.failure is not None else None
        done = None
        if tried.results:
            self._here.add(kept)
            done = ev.TaskDone(
                uid=uid,
                results=tried.results,
                candidate=tried.candidate,
                note=tried.note,
                seconds=tried.seconds or 0.0,
                reused=bool(tried.kept_from),
                kept_from=tried.kept_from,
                took_s=(tried.seconds or 0.0) if tried.kept_from else 0.0,
            )
        one = Try(self._ended + 1, self.events, done, error, calls)
        if tried.kept_from:
            self.reused[kept].append((made, one))
        else:
            self.tries[made].append(one)

    def _pending(self, text: str) -> bool:
        fact = self._run.files.get(text)
        return fact is not None and fact.pending

    def _assignment(self, uid: Uid, candidate: str) -> Assignment | None:
        chosen = self._run.draft.assignments.get(uid)
        if chosen is not None and chosen.candidate == candidate:
            return chosen
        spare = self._run.grant.substitutes.get(uid, ()) if self._run.grant is not None else ()
        return next((one.assignment("") for one in spare if one.candidate == candidate), chosen)


def effect(task: str, assignment: Assignment, inputs: dict[str, tuple[Given, ...]]) -> str:
    """Return by what a try is known again: the task type, the candidate with provider and revision, what goes in."""
    return key(task, assignment, inputs, {})


def _error(event: _Failed) -> CallError:
    hint = event.hint if isinstance(event, ev.TaskFailed) else ""
    cause = event.cause or Cause(message=event.message, hint=hint)
    kind = LocalFault if cause.local else CallError
    return kind(Failure(event.failure), cause.message, cause.hint, cause.retry_after, tried=cause.tried)
