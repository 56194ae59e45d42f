"""One call of the planner: the reply while it streams, and what came of it."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence

from hgtui.core.plan import Plan
from hgtui.core.ports import CallMade, Drafted, How, Noticed, PlanningError, Said, Withdrawn
from hgtui.core.problems import Code, Facts, Problem, errors, problems
from hgtui.core.resource import FileFact
from hgtui.core.states import PASSING, Failure
from hgtui.core.text import clean
from hgtui.llm.errors import LLMError
from hgtui.llm.ladder import Rung
from hgtui.llm.messages import Message
from hgtui.llm.retry import OnRetry, untold
from hgtui.llm.told import Speaks, call_made, ending, told
from hgtui.llm.values import CallRecord, Chunk, Done, ReasoningDelta, Retracted
from hgtui.planning.draft import Draft
from hgtui.planning.prompt import schema
from hgtui.planning.reader import Read, ReplyError
from hgtui.planning.revising import revised

_NOT_OF_THE_PLAN = frozenset({Code.UNREADABLE_FILE, Code.NO_MODEL, Code.LANGUAGE, Code.NARROW})
"""Problems that no other plan cures: they lie in the files and the models."""

Step = Said | Drafted | Withdrawn | CallMade | Noticed


class _InForm:
    """A chat that asks for its replies in the form of a plan."""

    def __init__(self, chat: Speaks) -> None:
        self._chat = chat

    @property
    def model(self) -> str | None:
        return self._chat.model

    def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float | None = 0,
        max_tokens: int | None = None,
        on_retry: OnRetry = untold,
    ) -> AsyncGenerator[Chunk, None]:
        return self._chat.stream(
            messages,
            temperature=temperature,
            max_tokens=max_tokens,
            on_retry=on_retry,
            schema=schema(),
            schema_name="plan",
        )


class Asking:
    """Asks once. After `run` one of these is set: `error` (no reply), `fault` (no plan in it), `read` and `plan`.

    With `before` the plan is a revision of it: held to what is locked there, with its uids.
    """

    def __init__(self, chat: Speaks, messages: Sequence[Message], before: Plan | None = None) -> None:
        self._chat, self._messages, self._before = chat, tuple(messages), before
        self._draft = Draft(before)
        self.record: CallRecord | None = None
        self.error: LLMError | None = None
        self.fault: ReplyError | None = None
        self.read: Read | None = None
        self.plan = Plan()
        self.notes: tuple[str, ...] = ()

    @property
    def raw(self) -> str:
        """What the model said."""
        return self._draft.raw or (self.error.partial if self.error else "")

    @property
    def how(self) -> How:
        """How the reply was read."""
        return self.read.how if self.read else ""

    async def run(self, request: str, planner: str) -> AsyncGenerator[Step, None]:
        """Yield what the model says, the tasks as they are complete, and the call. Raises PlanningError (unreadable)."""
        async with contextlib.aclosing(told(_InForm(self._chat), self._messages)) as stream:
            async for item in stream:
                if isinstance(item, Noticed):
                    yield item
                elif isinstance(item, LLMError):
                    self.error = item
                    if item.record is not None:
                        yield call_made(item.record)
                elif isinstance(item, Done):
                    self.record = item.record
                    for one in ending(item.record):
                        yield one
                elif isinstance(item, ReasoningDelta):
                    yield Said(text=clean(item.text), reasoning=True)
                elif isinstance(item, Retracted):
                    self._draft.restart()
                    yield Withdrawn()
                    yield Said(text=clean(item.reasoning), reasoning=True)
                else:
                    text = clean(item.text)
                    yield Said(text=text)
                    for task in self._draft.feed(text):
                        yield Drafted(task=task)
        if self.error is None or (self.error.failure in PASSING and self._draft.raw):
            # Repairing a long reply takes tenths of a second.
            await asyncio.to_thread(self._take, request, planner)

    def _take(self, request: str, planner: str) -> None:
        try:
            read = self._draft.read(request, planner)
        except ReplyError as fault:
            self.fault = fault
            self._note_form("read")
            return
        if self.error is not None:  # the connection broke: what came before is kept
            read = read.model_copy(update={"how": "cut off", "dropped": (self.error.message, *read.dropped)})
            self.error = None
        self.read, self.plan = read, read.plan
        self._note_form(read.how)
        notes = list(read.dropped)
        if self._before is not None:
            self.plan, held = revised(self._before, read.plan)
            notes += held
        if read.how == "cut off" and self.record is not None and self.record.finish_reason == "length":
            notes.insert(0, "The reply was cut off at the model's limit of tokens.")
        if not read.plan.tasks:
            notes.append("The model found no task in the request.")
        self.notes = tuple(notes)

    def _note_form(self, how: How) -> None:
        """Tell the client where a server took the form that was asked for and its model did not keep to it."""
        record = self.record
        if record is not None and record.rung in {Rung.SCHEMA, Rung.OBJECT} and (self.fault or how == "repaired"):
            self._chat.note_ignored(record)

    def errors(self, files: Mapping[str, FileFact]) -> tuple[Problem, ...]:
        """Return the errors of the plan itself that were not in the plan before."""
        facts = Facts(files=files)
        old = {(one.uid, one.code, one.arg) for one in errors(problems(self._before, facts))} if self._before else set()
        found = errors(problems(self.plan, facts))
        return tuple(
            one for one in found if one.code not in _NOT_OF_THE_PLAN and (one.uid, one.code, one.arg) not in old
        )

    def failed(self) -> PlanningError:
        """Return why there is no plan."""
        if self.error is not None:
            error = self.error
            return PlanningError(error.failure, error.message, error.hint, self.raw)
        return Unreadable(self.fault, self.raw, self.record)


class Unreadable(PlanningError):
    """The reply is no plan; `line` and `column` of `raw` count from 1 and say where that was seen."""

    def __init__(self, fault: ReplyError | None, raw: str, record: CallRecord | None = None) -> None:
        why = str(fault) if fault else "It could not be read."
        if record is not None and record.finish_reason == "length":
            why = f"It was cut off at the model's limit of tokens. {why}"
        hint = "Ask again, take another model, or plan by rules."
        super().__init__(Failure.UNREADABLE, f"The reply is no plan. {why}", hint, raw)
        self.line, self.column = (fault.line, fault.column) if fault else (1, 1)
