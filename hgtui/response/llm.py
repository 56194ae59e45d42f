"""LLMResponder: stage 4 by a controller LLM, streamed. What it says is checked afterwards, by `checking`."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator

from hgtui.core.ports import Answering, CallMade, Noticed, RespondingError, Said, Wrote
from hgtui.core.states import Failure
from hgtui.core.text import clean
from hgtui.llm.errors import LLMError
from hgtui.llm.prompts import Prompts
from hgtui.llm.told import Chat, ending, name_of, told
from hgtui.llm.values import Chunk, Done, ReasoningDelta, Retracted
from hgtui.response.prompt import RESULT_ROOM, TEMPLATES, fitted

MOST_ANSWER = 200_000
"""Characters of an answer that are kept; a longer one is given up."""
_HINT = "Ask again, or have the program answer."
_CUT_OFF = "The answer was cut off at the model's limit of tokens."


class LLMResponder:
    """Asks an LLM for the answer. `room` is how many characters the results of all tasks may take in the prompt."""

    def __init__(self, chat: Chat, prompts: Prompts | None = None, room: int = RESULT_ROOM) -> None:
        self._chat, self._prompts, self._room = chat, prompts or Prompts(TEMPLATES), room

    @property
    def name(self) -> str:
        """The model that answers."""
        return name_of(self._chat)

    async def respond(self, about: Answering) -> AsyncGenerator[Said | CallMade | Noticed | Wrote, None]:
        """Yield Said while the answer streams, CallMade, and Wrote last; Noticed where something had no room.

        Where a model takes back what it said (reasoning that looked like the answer) a Noticed says so and Wrote holds
        only what came after. Raises RespondingError: what the LLM client says, bad_input for a template that cannot be
        used, unreadable for an answer without end; `partial` is the answer so far.
        """
        answer = _Answer()
        try:
            # To render is to read files, and the first time to load Jinja2.
            asked = await asyncio.to_thread(fitted, self._prompts, about, self._room)
        except LLMError as error:
            raise RespondingError(error.failure, error.message, error.hint) from error
        for note in asked.notes:
            yield Noticed(text=note)
        async with contextlib.aclosing(told(self._chat, asked.messages)) as stream:
            async for item in stream:
                if isinstance(item, LLMError):
                    for told_of in ending(item.record) if item.record else ():
                        yield told_of
                    raise RespondingError(item.failure, item.message, item.hint, answer.text) from item
                for step in (item,) if isinstance(item, Noticed) else answer.take(item):
                    yield step
        if not answer.text.strip():
            raise RespondingError(Failure.EMPTY, "The model said nothing.", _HINT)
        if answer.cut_off:
            yield Noticed(text=_CUT_OFF)
        yield Wrote(text=answer.text.strip() + (f" …\n\n*{_CUT_OFF}*" if answer.cut_off else ""), by=self.name)


class _Answer:
    """The answer as far as it has come."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._length = 0
        self.cut_off = False

    @property
    def text(self) -> str:
        return "".join(self._said)

    def take(self, chunk: Chunk) -> Iterator[Said | CallMade | Noticed]:
        """Take a chunk of the reply; yield what is told of it. Raises RespondingError (unreadable)."""
        if isinstance(chunk, Done):
            self.cut_off = chunk.record.finish_reason == "length"
            yield from ending(chunk.record)
        elif isinstance(chunk, Retracted):
            self._said.clear()
            yield Noticed(text="What stood there so far was the model thinking aloud: the answer comes now.")
        elif isinstance(chunk, ReasoningDelta):
            yield Said(text=clean(chunk.text), reasoning=True)
        else:
            text = clean(chunk.text)
            self._said.append(text)
            self._length += len(text)
            if self._length > MOST_ANSWER:
                words = f"The answer is longer than {MOST_ANSWER:,} characters."
                raise RespondingError(Failure.UNREADABLE, words, _HINT, self.text)
            yield Said(text=text)
