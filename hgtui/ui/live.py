"""What a controller says while it says it: the pieces of a reply, its reasoning, the revisions of a run."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from hgtui.core import events as ev
from hgtui.core.model import STANDS_IN
from hgtui.core.states import Stage


@dataclass(slots=True)
class Stream:
    """A reply as far as it has come. `since` it is asked for; `noticed` is the last word on a retry before it goes on."""

    since: datetime | None = None
    text: str = ""
    thought: str = ""
    thought_from: datetime | None = None
    thought_s: float = 0.0
    noticed: str = ""
    over: bool = False

    def add(self, delta: ev.Delta, at: datetime) -> None:
        """Take in a piece."""
        self.noticed, self.over = "", False
        if not delta.reasoning:
            self.text += delta.text
            return
        if self.text and delta.text.startswith(self.text):
            self.text = ""  # what looked like the reply was reasoning, and comes once more as such
        self.thought += delta.text
        self.thought_from = self.thought_from or at
        self.thought_s = max((at - self.thought_from).total_seconds(), 0.0)  # a clock may go back

    @property
    def silent(self) -> bool:
        """Whether nothing of it has come yet."""
        return not self.text and not self.thought

    @property
    def thinking(self) -> bool:
        """Whether its reasoning is what comes now."""
        return bool(self.thought) and not self.text and not self.over


@dataclass(slots=True)
class Revising:
    """A comment and what came of it; `words` say why where no revision did."""

    comment: str
    stream: Stream
    state: Literal["asked", "open", "taken", "kept", "none"] = "asked"
    words: str = ""
    took: bool = False
    """Whether a change of it was taken by itself."""


@dataclass(slots=True)
class Live:
    """The streams of a run: "plan", "answer", and one in each of `revisions`; `how` the plan was read."""

    streams: dict[str, Stream] = field(default_factory=dict)
    revisions: list[Revising] = field(default_factory=list)
    how: str = ""
    ending: str = ""
    """What the end of the run says of itself."""
    unchosen: list[str] = field(default_factory=list)
    """Why the controller did not choose models, a sentence for each call that the ranking stood in for."""
    raw: str = ""
    """What is shown of a reply that is no plan."""
    _now: Stream | None = None

    def take(self, entries: Iterable[ev.Entry]) -> None:
        """Take in what has happened."""
        for entry in entries:
            self._take(entry.event, entry.at)

    @property
    def asking(self) -> Stream | None:
        """The stream that is waited for, None where the controller is not being asked."""
        return self._now if self._now and not self._now.over else None

    def _take(self, event: ev.Event, at: datetime) -> None:
        match event:
            case ev.Delta() if self._now is not None:
                self._now.add(event, at)
            case ev.Logged(level="warning", text=text) if STANDS_IN in text:
                self.unchosen.append(text.partition(STANDS_IN)[0])
            case ev.Logged(level="warning", text=text) if self.asking is not None:
                self.asking.noticed = text
            case ev.StageEntered(stage=stage):
                self._enter(stage, at)
            case ev.RevisionBegun(comment=comment):
                self._now = Stream(since=at)
                self.revisions.append(Revising(comment, self._now))
            case ev.ChangeDecided(take=True) if self.revisions:
                self.revisions[-1].took = True
            case ev.RevisionProposed() | ev.RevisionClosed():
                self._revised(event)
            case ev.PlanProposed(how=how):
                self.how = how
                self._end()
            case ev.PlanningFailed() | ev.Answered():
                self._end()
            case ev.RunEnded(message=message):
                self.ending = message
                self._end()
            case _:
                pass

    def _enter(self, stage: Stage, at: datetime) -> None:
        self._end()
        if stage is Stage.SELECTION:
            self.unchosen.clear()
        name = {Stage.PLANNING: "plan", Stage.RESPONSE: "answer"}.get(stage)
        if name is None:
            return
        before = self.streams.get(name)
        self._now = self.streams[name] = Stream(since=at)
        if before is not None and name == "plan":  # asked once more: why, and what was thought, stays in sight
            self._now.noticed, self._now.thought = before.noticed, before.thought
            self._now.thought_from, self._now.thought_s = before.thought_from, before.thought_s

    def _revised(self, event: ev.RevisionProposed | ev.RevisionClosed) -> None:
        self._end()
        if not self.revisions:
            return
        last = self.revisions[-1]
        if isinstance(event, ev.RevisionProposed):
            last.state = "open"
            return
        last.words = f"{event.message}\n{event.hint}".strip()
        last.state = "taken" if event.taken else "none" if last.words else "kept"

    def _end(self) -> None:
        if self._now is not None:
            self._now.over, self._now.noticed = True, ""
