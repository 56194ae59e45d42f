"""What stands for the world while a recorded run is gone through again: each port answers as it did then."""

import asyncio
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from hgtui.core import events as ev
from hgtui.core.base import canonical
from hgtui.core.model import Candidate
from hgtui.core.plan import Plan, Uid
from hgtui.core.policy import Rule
from hgtui.core.ports import ArtifactStore, Call, CallError, CallMade, Produced, Results, StoreError, Tell
from hgtui.core.resource import FILE_KINDS, FileFact, Resource
from hgtui.core.reuse import Kept
from hgtui.core.states import Failure
from hgtui.core.text import clean, decode, one_line
from hgtui.execution.endpoints.controller.endpoint import ControllerEndpoint
from hgtui.execution.instructions import INSTRUCTIONS
from hgtui.execution.keeping import PREVIEW
from hgtui.llm.replaying import Heard, ReplayingChat
from hgtui.session.layout import LayoutError
from hgtui.session.pacing import Pace
from hgtui.session.recording import Recording, Try, effect
from hgtui.session.tape import Tape

HINT = "A replay asks nobody: it has only what was recorded."


class Found:
    """What was found for each task type, the first time and each time that it was looked for again."""

    def __init__(self, recording: Recording) -> None:
        self._recording, self._times = recording, Counter[str]()

    def next(self, task: str) -> ev.CandidatesFound | None:
        """Return what was found this time."""
        self._times[task] += 1
        return self.now(task)

    def now(self, task: str) -> ev.CandidatesFound | None:
        """Return what was found the last time; None where it was not looked for."""
        first, more = self._recording.candidates.get(task), self._recording.again.get(task, ())
        at = min(self._times[task] - 1, len(more))
        return more[at - 1] if at > 0 else first


class Catalogue:
    """The candidates that were found."""

    def __init__(self, recording: Recording, pace: Pace) -> None:
        self._recording, self._pace, self._found = recording, pace, Found(recording)

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        """Return what was found for a task type. Raises StoreError where it was not looked for."""
        found = self._found.next(task)
        if task in self._recording.approved:  # the plan was approved while they were looked for
            await self._pace.until(lambda: self._pace.plan_approved, Pace.PATIENCE_S)
        if found is not None:
            return found.candidates
        if self._pace.interrupted():
            await asyncio.Event().wait()
        words = f"Candidates for {one_line(task, 60)} were not looked for in the recorded run."
        self._pace.missed(words)
        raise StoreError(Failure.REFUSED, words, HINT)

    def help(self, task: str) -> str:
        """Return what was said to help."""
        found = self._found.now(task)
        return found.help if found else ""


class Failing:
    """A catalogue that could not be asked for what it could not be asked for, the `number`-th of those."""

    def __init__(self, recording: Recording, number: int) -> None:
        self._found, self._number = Found(recording), number

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        """Return nothing. Raises StoreError as it did."""
        found = self._found.next(task)
        if found is not None and len(found.failed) > self._number:
            raise StoreError(Failure.TRANSPORT, found.failed[self._number])
        return ()

    def help(self, task: str) -> str:
        """Say nothing."""
        return ""


class Store:
    """The models that were looked for by name; what was recorded of that goes onto the tape as it was."""

    def __init__(self, recording: Recording, pace: Pace, tape: Tape) -> None:
        self._recording, self._pace, self._tape = recording, pace, tape

    async def find(self, task: str, name: str) -> Candidate | None:
        """Return what was found. Raises StoreError, as it did, and where it was not looked for."""
        waiting = self._recording.finds.get((task, name))
        if waiting:
            request, reply = waiting[0] if len(waiting) == 1 else waiting.popleft()
            await self._tape.keep("find", request, reply)
            if "error" in reply:
                error = reply["error"]
                raise StoreError(Failure(error["failure"]), error["message"], error["hint"])
            return None if reply["found"] is None else Candidate.model_validate(reply["found"])
        if name in self._recording.more:
            found = self._recording.more[name]
            await self._tape.keep("find", {"task": task, "name": name}, {"found": found.model_dump(mode="json")})
            return found
        words = f"{one_line(name, 80)} was not looked for in the recorded run, for {task}."
        self._pace.missed(words)
        raise StoreError(Failure.REFUSED, words, HINT)

    async def search(self, words: str, task: str = "", limit: int = 20) -> tuple[Candidate, ...]:
        """Raise StoreError: no run searches."""
        raise StoreError(Failure.REFUSED, "A replay searches nothing.", HINT)

    async def card(self, name: str) -> str:
        """Raise StoreError: no run reads a card."""
        raise StoreError(Failure.REFUSED, "A replay reads no model cards.", HINT)


class Files:
    """The files as they were seen; implements session.equipment.KnownFiles."""

    def __init__(self, recording: Recording, pace: Pace, bound: Callable[[], int]) -> None:
        self._recording, self._pace, self._bound = recording, pace, bound
        self._names = frozenset(recording.files)

    async def look(self, path: str) -> FileFact:
        """Return what was found the next time that the path was looked at."""
        waiting = self._recording.files.get(path)
        if waiting:
            return waiting.popleft()[1]
        words = f"The file {one_line(path, 80)} was not looked at in the recorded run."
        self._pace.missed(words)
        return FileFact(path=path, error=words)

    def touched(self, paths: Iterable[str]) -> list[str]:
        """Return those that were found changed by what the next command did."""
        files, bound = self._recording.files, self._bound()
        return [path for path in paths if files.get(path) and files[path][0][0] < bound]

    def is_name(self, text: str) -> bool:
        """Whether a text was looked at as the name of a file."""
        return text in self._names

    async def fetch(self, path: str) -> FileFact:
        """Return what came from an address. Raises CallError where nothing did."""
        failures, found = self._recording.fetches.get(path), self._recording.files.get(path)
        if failures:
            raise failures.popleft()
        while found and found[0][1].pending:  # what was known of it before
            found.popleft()
        if found:
            return found.popleft()[1]
        if self._pace.interrupted():
            await asyncio.Event().wait()
        words = f"{one_line(path, 80)} was not fetched in the recorded run."
        self._pace.missed(words)
        raise CallError(Failure.REFUSED, words, HINT)

    def laid_out(self, plan: Plan, results: Results) -> dict[tuple[Uid, str], str]:
        """Return where results were laid out, by task and digest, as the answer told it."""
        answer = self._recording.answer
        if self._recording.unlaid and results:
            raise LayoutError(self._recording.unlaid)
        each = dict.fromkeys((uid, one.digest) for uid, ones in results.items() if plan.get(uid) for one in ones)
        if answer is None:
            return {}
        if len(answer.files) < len(each):  # an older hgtui named the same bytes once
            first = dict(zip(dict.fromkeys(digest for _, digest in each), answer.files, strict=False))
            return {(uid, digest): first[digest] for uid, digest in each if digest in first}
        return dict(zip(each, answer.files, strict=False))


class KeptBefore:
    """The results that were reused."""

    def __init__(self, recording: Recording, pace: Pace) -> None:
        self._recording, self._pace = recording, pace
        self._put = set[str]()

    async def find(self, key: str) -> Kept | None:
        """Return what was taken in place of a call, None where one was made."""
        waiting = self._recording.reused.get(key)
        if not waiting:
            return None
        made, one = waiting[0]
        tries = self._recording.tries.get(made)
        if one.done is None or (tries and tries[0].after < one.after):
            return None
        waiting.popleft()
        await self._pace.turn(one)
        done = one.done
        words = done.note.rpartition(f"Kept from run {done.kept_from}")[0].strip()
        at = datetime.min
        return Kept(
            task="", candidate=done.candidate, results=done.results, seconds=done.took_s, run=done.kept_from, at=at,
            note=words,
        )  # fmt: skip

    async def peek(self, keys: Iterable[str]) -> Mapping[str, Kept]:
        """Return what a what-if had found, or has made; nothing else: what was foreseen for a gate comes back with it."""
        there = (key for key in keys if key in self._recording.foreseen or key in self._put)
        return {key: Kept(task="", candidate="", results=(), seconds=0.0, run="", at=datetime.min) for key in there}

    def put(self, key: str, kept: Kept) -> None:
        """Note that it would be kept, and keep nothing: a replay leaves no trace."""
        self._put.add(key)

    async def seconds(self, runners: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], float]:
        """Return nothing, as `peek`."""
        return {}


class Endpoint:
    """Gives what calls gave, or how they failed, by what went into them, in the order in which they ended."""

    def __init__(self, name: str, limit: int, recording: Recording, artifacts: ArtifactStore, pace: Pace) -> None:
        self.name, self.limit = name, limit
        self._recording, self._artifacts, self._pace = recording, artifacts, pace

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        """Run a call again. Raises CallError as it did, and (refused) where there was no such call."""
        one = await self._found(call)
        await self._pace.turn(one)
        if one.error is not None:
            if one.calls:
                one.error.call = _made(*one.calls[-1])
            raise one.error
        if one.done is None:
            await asyncio.Event().wait()
        assert one.done is not None
        if len(one.calls) == 1 and one.calls[0][1] is not None and call.task.task in INSTRUCTIONS:
            chat = ReplayingChat([Heard.of(one.calls[0][1])], missed=self._pace.missed)
            return await ControllerEndpoint(chat).run(call, work, tell)  # type: ignore[arg-type]
        made = [_made(*each) for each in one.calls]
        results = [await self._produced(number, each, work) for number, each in enumerate(one.done.results)]
        results[0] = results[0].model_copy(update={"note": one.done.note})
        return tuple(
            result.model_copy(update={"call": made[place]}) if place < len(made) else result
            for place, result in enumerate(results)
        )

    async def _found(self, call: Call) -> Try:
        waiting = self._recording.tries.get(effect(call.task.task, call.assignment, dict(call.inputs)))
        if waiting:
            return waiting.popleft()
        if self._pace.interrupted():
            await asyncio.Event().wait()
        fed = ", ".join(f"{name}: {_told(given)}" for name, given in call.inputs.items())
        words = f"Task {call.task.id}, {call.task.task} on {call.assignment.candidate}, was not called in the recorded run with {fed}."
        self._pace.missed(words)
        raise CallError(Failure.REFUSED, one_line(words, 600), HINT, tried=True)

    async def _produced(self, number: int, one: Resource, work: Path) -> Produced:
        """Return a result so that the very same is kept of it again."""
        common: dict[str, Any] = {"kind": one.kind, "media_type": one.media_type, "data": one.data}
        common |= {"language": one.language, "name": one.name}
        try:
            if one.kind not in FILE_KINDS:
                text = decode(await self._artifacts.read(one.digest))
                if one.media_type.startswith("text/") and clean(text) == text and clean(text, PREVIEW) == one.preview:
                    return Produced(text=text, **common)
                if one.data is not None and canonical(one.data) == text:
                    return Produced(**common)
            name = f"result-{number}"
            await asyncio.to_thread(shutil.copyfile, self._artifacts.path(one.digest), work / name)
            return Produced(path=name, text=one.preview or None, **common)
        except KeyError:
            words = f"The result {one.digest[:8]} of the recorded run is not kept any more."
            self._pace.missed(words)
            raise CallError(Failure.UNREADABLE, words, HINT, tried=True) from None


def _told(given: Iterable[Any]) -> str:
    return " + ".join(f"“{one_line(one.text, 60)}”" if one.text is not None else one.digest[:8] for one in given)


def _made(called: ev.Called, record: Any) -> CallMade:
    return CallMade(**called.model_dump(exclude={"type", "stage", "uid", "record"}), record=record)


class Waits:
    """The waits between two tries: they pass at once, but for those that were broken off."""

    def __init__(self, recording: Recording, pace: Pace) -> None:
        self._waits, self._pace = deque(recording.waits), pace

    async def sleep(self, _: float) -> None:
        """Wait until what a person did during the wait is done again."""
        after = self._waits.popleft() if self._waits else 0
        if after is None:
            await asyncio.Event().wait()
        else:
            await self._pace.commands(after)


class RulesBefore:
    """The rules that held when a part of a run began; what is stored or counted then is stored and counted already."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules

    async def keep(self, rule: Rule) -> None:
        """Take a rule as one that is stored."""
        self.rules = (rule, *(one for one in self.rules if one != rule))

    async def forget(self, key: str) -> bool:
        """Take a rule away; in the recorded run that was possible."""
        self.rules = tuple(one for one in self.rules if one.key != key)
        return True

    async def note(self, uses: Mapping[str, int], at: datetime) -> None:
        """Count nothing."""
