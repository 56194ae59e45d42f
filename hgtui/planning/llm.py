"""LLMPlanner: stage 1 by a controller LLM, streamed, strict JSON, task by task."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from typing import Any, Protocol

from hgtui.core.plan import Plan, Task, Uid, fresh_uids
from hgtui.core.ports import CallMade, Context, Drafted, Noticed, PlanningError, Proposed, Said, Step
from hgtui.core.reading import PlanError, read_plan, read_task
from hgtui.core.resource import FileFact
from hgtui.core.states import Failure
from hgtui.core.text import clean, one_line
from hgtui.llm import CallRecord, Chunk, Done, LLMError, Message, OnRetry, ReasoningDelta, Retracted
from hgtui.planning.prompt import messages
from hgtui.planning.stream import ScanError, TaskScanner

MOST_REPLY = 4_000_000
"""Characters of a reply that are kept; a longer one is given up."""
_WIRE_KEYS = ("task", "id", "dep", "args")
_OURS = ("uid", "skip", "locked", "policy")
_HINT = "Ask again, take another model (OPENAI_MODEL), or plan by rules."


class Chat(Protocol):
    """What plans need of a controller LLM; `hgtui.llm.ChatClient` is one."""

    @property
    def model(self) -> str | None:
        """The model that answers, None while it is not known."""
        ...

    def stream(
        self,
        messages: Sequence[Message],
        *,
        temperature: float | None = 0,
        max_tokens: int | None = None,
        on_retry: OnRetry = ...,
    ) -> AsyncGenerator[Chunk, None]:
        """Yield the reply piece by piece, then Done once. Raises LLMError."""
        ...


class LLMPlanner:
    """Asks an LLM for the plan and reads its reply while it comes."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    @property
    def name(self) -> str:
        """The model that plans."""
        return one_line(self._chat.model or "controller", 120)

    async def plan(
        self, request: str, files: Mapping[str, FileFact], context: Context | None = None
    ) -> AsyncGenerator[Step, None]:
        """Yield Said for what the model says, Drafted for each task as it is complete, CallMade, then Proposed once.

        A drafted task is provisional: a reference to a task that comes later is only right in the plan that is
        proposed. Raises PlanningError: bad_input for an empty request, what the LLM client says, unreadable and empty
        for a reply that is no list of tasks.
        """
        if not request.strip():
            raise PlanningError(Failure.BAD_INPUT, "The request is empty.", "Say what to do, and with which files.")
        draft = Draft()
        record: CallRecord | None = None
        async with contextlib.aclosing(_told(self._chat, messages(request, files))) as stream:
            async for item in stream:
                if isinstance(item, Noticed):
                    yield item
                elif isinstance(item, LLMError):
                    if item.record:
                        yield _made(item.record)
                    raise PlanningError(item.failure, item.message, item.hint, draft.raw or item.partial) from item
                elif isinstance(item, Done):
                    record = item.record
                    yield _made(record)
                elif isinstance(item, ReasoningDelta):
                    yield Said(text=clean(item.text), reasoning=True)
                elif isinstance(item, Retracted):
                    draft = Draft()
                    yield Said(text=clean(item.reasoning), reasoning=True)
                else:
                    yield Said(text=clean(item.text))
                    for task in draft.feed(clean(item.text)):
                        yield Drafted(task=task)
        yield draft.proposed(request, self.name, record.finish_reason if record else None)


def _made(record: CallRecord) -> CallMade:
    usage = record.usage
    return CallMade(
        model=one_line(record.model, 120),
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
        estimated=usage.estimated,
        first_s=record.first_s,
        total_s=record.total_s,
        usd=record.usd,
        record=record.as_json(),
    )


async def _told(chat: Chat, asked: Sequence[Message]) -> AsyncGenerator[Chunk | Noticed | LLMError, None]:
    """Yield the chunks of a reply and what is told of retries as it happens; an LLMError comes as the last item."""
    queue: asyncio.Queue[Chunk | Noticed | LLMError | BaseException | None] = asyncio.Queue()

    def on_retry(attempt: int, wait_s: float, reason: str) -> None:
        again = f" Trying again in {wait_s:.1f} s." if wait_s else ""
        queue.put_nowait(Noticed(text=one_line(f"{reason}{again}", 400)))

    async def pump() -> None:
        try:
            async with contextlib.aclosing(chat.stream(asked, on_retry=on_retry)) as stream:
                async for chunk in stream:
                    queue.put_nowait(chunk)
            queue.put_nowait(None)
        except Exception as error:  # handed to the one who reads, who raises it
            queue.put_nowait(error)

    task = asyncio.create_task(pump())
    try:
        while (item := await queue.get()) is not None:
            if isinstance(item, BaseException) and not isinstance(item, LLMError):
                raise item
            yield item
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Draft:
    """A reply as far as it has come: its text, its rows, and the tasks drafted from them."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._scanner = TaskScanner()
        self._wrong: ScanError | None = None
        self._rows: list[dict[str, Any]] = []
        self._names: dict[str, Uid] = {}
        self._uids = fresh_uids()

    @property
    def raw(self) -> str:
        """What the model said so far."""
        return "".join(self._pieces)

    def feed(self, text: str) -> Iterator[Task]:
        """Take the next piece of the reply; yield the tasks that it completes. Raises PlanningError (unreadable).

        After a mistake the rest is only kept, so that the whole reply can be shown.
        """
        self._pieces.append(text)
        self._length += len(text)
        if self._length > MOST_REPLY:
            message = f"The reply is longer than {MOST_REPLY:,} characters."
            raise PlanningError(Failure.UNREADABLE, message, _HINT, self.raw)
        rows: list[dict[str, Any]] = []
        if self._wrong is None:
            try:
                rows = self._scanner.feed(text)
            except ScanError as error:
                self._wrong = error
        for row in rows:
            self._rows.append(row)
            if isinstance(row.get("task"), str):
                yield self._task({key: row[key] for key in _WIRE_KEYS if key in row})

    def _task(self, row: dict[str, Any]) -> Task:
        given = str(row.get("id", "")).strip()
        number = int(given) if given.isdecimal() and len(given) < 10 else len(self._names)
        uid = next(self._uids)
        self._names.setdefault(given or str(number), uid)
        task, _ = read_task(row, self._names, uid, number)
        return task

    def proposed(self, request: str, planner: str, finish: str | None) -> Proposed:
        """End the reply and read the whole plan. Raises PlanningError (unreadable, empty)."""
        if not self.raw.strip():
            raise PlanningError(Failure.EMPTY, "The model said nothing.", _HINT)
        if self._wrong is None:
            try:
                self._scanner.check()
            except ScanError as error:
                self._wrong = error
        if self._wrong is not None:
            raise self._unreadable(str(self._wrong), finish)
        notes = [
            f"“{key}” of row {number} is not for a model to set: it was left out."
            for number, row in enumerate(self._rows)
            for key in _OURS
            if key in row
        ]
        rows = [{key: value for key, value in row.items() if key not in _OURS} for row in self._rows]
        try:
            reading = read_plan(rows, request, planner, fresh_uids())
        except PlanError as error:
            raise self._unreadable(str(error), finish) from None
        if not rows:
            notes.append("The model found no task in the request.")
        plan = Plan(request=request, planner=planner, tasks=reading.plan.tasks)
        return Proposed(plan=plan, notes=(*notes, *reading.dropped))

    def _unreadable(self, why: str, finish: str | None) -> PlanningError:
        message = f"The reply is no plan. {why.rstrip('.')}."
        if finish == "length":
            message = f"The reply was cut off at the model's limit of tokens. {why.rstrip('.')}."
        return PlanningError(Failure.UNREADABLE, message, _HINT, self.raw)
