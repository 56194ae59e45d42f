"""LLMSelector: stage 2 by a controller LLM, in shards sent at once, row by row; the way down is the ranking."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable, Iterator

from hgtui.core.model import STANDS_IN, Assignment
from hgtui.core.plan import Plan, Uid
from hgtui.core.ports import CallMade, Chosen, Noticed
from hgtui.core.states import Failure
from hgtui.core.text import clean, one_line, plural
from hgtui.llm.errors import LLMError
from hgtui.llm.prompts import Prompts
from hgtui.llm.scan import ObjectScanner
from hgtui.llm.told import Chat, ending, name_of, told
from hgtui.llm.values import Done, Retracted, TextDelta
from hgtui.selection.merging import merged
from hgtui.selection.prompt import TEMPLATES, Choices, messages, shards
from hgtui.selection.reading import Sheet, complete

MOST_REPLY = 100_000
"""Characters of a reply that are read; four rows take a few hundred."""

Picked = Chosen | CallMade | Noticed


class LLMSelector:
    """Asks an LLM which candidate suits each task.

    What it does not choose (a call that fails, a task that it leaves out, a name that is twice not on the list) is
    left to the first of the ranking, and a Noticed says so.
    """

    def __init__(self, chat: Chat, prompts: Prompts | None = None) -> None:
        self._chat, self._prompts = chat, prompts or Prompts(TEMPLATES)

    @property
    def name(self) -> str:
        """The model that chooses."""
        return name_of(self._chat)

    async def select(self, request: str, plan: Plan, candidates: Choices) -> AsyncGenerator[Picked, None]:
        """Yield Chosen for each task as soon as its row is complete, and CallMade for each call, ceil(n / 4) of them.

        A task with a single candidate costs no call. A task that is not on the plan, or has no candidate, is passed
        over. Where a model takes back what it said (reasoning that looked like a reply) a row comes a second time; the
        last one counts.
        """
        open_ones = {uid: few for uid, few in candidates.items() if len(few) > 1 and plan.get(uid)}
        for uid, few in candidates.items():
            if len(few) == 1 and plan.get(uid):
                only = "the only one here that can run it"
                reason = f"{only}: {few[0].reason}" if few[0].reason else only
                yield Chosen(uid=uid, assignment=Assignment.of(few[0], "only", reason))
        streams = [self._shard(request, plan, shard) for shard in shards(plan, open_ones)]
        async with contextlib.aclosing(merged(streams)) as items:
            async for item in items:
                yield item

    async def _shard(self, request: str, plan: Plan, choices: Choices) -> AsyncGenerator[Picked, None]:
        """Ask once for some tasks, then once more, alone, for each whose model was refused."""
        call = _Call(self._chat, self._prompts, request, plan, choices)
        async with contextlib.aclosing(call.run()) as items:
            async for item in items:
                yield item
        if call.error is not None:
            for item in _ranked(plan, choices, call.sheet.left, _failed(plan, call.sheet.left, call.error)):
                yield item
            return
        refused = call.sheet.refused
        omitted = [uid for uid in call.sheet.left if uid not in refused]
        if omitted:
            words = f"The reply on models says nothing that can be read of {_tasks(plan, omitted)}."
            for item in _ranked(plan, choices, omitted, words):
                yield item
        streams = [self._again(request, plan, {uid: choices[uid]}, said) for uid, said in refused.items()]
        async with contextlib.aclosing(merged(streams)) as items:
            async for item in items:
                yield item

    async def _again(self, request: str, plan: Plan, choices: Choices, said: str) -> AsyncGenerator[Picked, None]:
        (uid,) = choices
        yield Noticed(text=f"Task {plan[uid].id}: “{said}” is not on its list. Asking again for this task alone.")
        call = _Call(self._chat, self._prompts, request, plan, choices, said)
        async with contextlib.aclosing(call.run()) as items:
            async for item in items:
                yield item
        if not call.sheet.left:
            return
        words = f"Task {plan[uid].id}: the model named none of its list again."
        if call.error is not None:
            words = _failed(plan, (uid,), call.error)
        for item in _ranked(plan, choices, (uid,), words):
            yield item


class _Call:
    """One call: the rows that it fills, and the error with which it ended."""

    def __init__(
        self, chat: Chat, prompts: Prompts, request: str, plan: Plan, choices: Choices, refused: str = ""
    ) -> None:
        self._chat, self._prompts = chat, prompts
        self._request, self._plan, self._choices, self._refused = request, plan, choices, refused
        self.error: LLMError | None = None
        self._begin()

    def _begin(self) -> None:
        self.sheet = Sheet(self._plan, self._choices)
        self._scanner = ObjectScanner(self.sheet.is_row)
        self._texts: list[str] = []
        self._length = 0

    async def run(self) -> AsyncGenerator[Picked, None]:
        """Yield what comes of it, and keep in `error` how it failed."""
        try:
            async with contextlib.aclosing(self._asked()) as items:
                async for item in items:
                    yield item
        except LLMError as error:
            self.error = error
            if error.record is not None:
                for told_of in ending(error.record):
                    yield told_of
        if self._texts and self.sheet.left:
            for item in self._rest():
                yield item

    async def _asked(self) -> AsyncGenerator[Picked, None]:
        # To render is to read files, and the first time to load Jinja2.
        asked = await asyncio.to_thread(
            messages, self._prompts, self._request, self._plan, self._choices, self._refused
        )
        async with contextlib.aclosing(told(self._chat, asked)) as stream:
            async for item in stream:
                if isinstance(item, Noticed):
                    yield item
                elif isinstance(item, LLMError):
                    raise item
                elif isinstance(item, Done):
                    for told_of in ending(item.record):
                        yield told_of
                elif isinstance(item, Retracted):
                    self._begin()
                elif isinstance(item, TextDelta):
                    for chosen in self._feed(clean(item.text)):
                        yield chosen

    def _feed(self, text: str) -> Iterator[Chosen]:
        self._texts.append(text)
        self._length += len(text)
        if self._length > MOST_REPLY:
            raise LLMError(Failure.UNREADABLE, f"The reply on models is longer than {MOST_REPLY:,} characters.")
        for found in self._scanner.feed(text):
            chosen = self.sheet.take(found.value)
            if chosen is not None:
                yield chosen

    def _rest(self) -> Iterator[Picked]:
        """Read the whole reply once more for what no row has filled."""
        before = set(self.sheet.chosen)
        how = complete(self.sheet, "".join(self._texts), cut=self._scanner.open)
        late = [chosen for uid, chosen in self.sheet.chosen.items() if uid not in before]
        if late and how == "repaired":
            yield Noticed(text="The reply on models was no JSON: it was repaired.")
        if how == "cut off" and self.error is None:
            yield Noticed(text="The reply on models was cut off.")
        yield from late


def _ranked(plan: Plan, choices: Choices, uids: Iterable[Uid], why: str) -> Iterator[Picked]:
    """Yield the first of the ranking for some tasks, and why before it."""
    left = list(uids)
    if not left:
        yield Noticed(text=one_line(why, 600))
        return
    names = ", ".join(f"{choices[uid][0].name} for task {plan[uid].id}" for uid in left)
    yield Noticed(text=one_line(f"{why}{STANDS_IN}{names}.", 600))
    for uid in left:
        first = choices[uid][0]
        yield Chosen(uid=uid, assignment=Assignment.of(first, "ranking", first.reason))


def _failed(plan: Plan, uids: Iterable[Uid], error: LLMError) -> str:
    left = list(uids)
    about = f" for {_tasks(plan, left)}" if left else ""
    return one_line(f"The choice of models{about} failed: {error.message} {error.hint}", 450)


def _tasks(plan: Plan, uids: Iterable[Uid]) -> str:
    numbers = [str(plan[uid].id) for uid in uids]
    return f"{plural(len(numbers), 'task').partition(' ')[2]} {', '.join(numbers)}"
