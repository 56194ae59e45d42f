"""Talker: a plain reply by chat where a request needs no task."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence

from hgtui.core.ports import CallMade, Context, Noticed, RespondingError, Said, Turn, Wrote
from hgtui.core.states import Failure
from hgtui.core.text import clean
from hgtui.llm.errors import LLMError
from hgtui.llm.messages import Message, estimate_prompt
from hgtui.llm.prompts import Prompts
from hgtui.llm.told import Speaks, call_made, ending, name_of, told
from hgtui.llm.values import Done, ReasoningDelta, Retracted, TextDelta
from hgtui.planning.fitting import room
from hgtui.planning.llm import LEAST_CONTEXT
from hgtui.planning.prompt import TEMPLATES

STAGE = "Response generation"
Talk = Said | CallMade | Noticed | Wrote


class Talker:
    """Answers by chat alone, with the earlier turns as far as there is room."""

    def __init__(self, chat: Speaks, prompts: Prompts | None = None) -> None:
        self._chat, self._prompts = chat, prompts or Prompts(TEMPLATES)

    @property
    def name(self) -> str:
        """The model that answers."""
        return name_of(self._chat)

    async def chat_reply(self, request: str, context: Context | None = None) -> AsyncGenerator[Talk, None]:
        """Yield Said while the reply streams and Wrote once, last.

        Raises RespondingError: bad_input for a request that does not fit, else what the LLM client says.
        """
        try:
            messages, note = await self._fitted(request, (context or Context()).earlier)
        except LLMError as error:
            raise RespondingError(error.failure, error.message, error.hint) from error
        if note:
            yield Noticed(text=note)
        texts: list[str] = []
        async with contextlib.aclosing(told(self._chat, messages)) as stream:
            async for item in stream:
                if isinstance(item, Noticed):
                    yield item
                elif isinstance(item, LLMError):
                    if item.record is not None:
                        yield call_made(item.record)
                    raise RespondingError(item.failure, item.message, item.hint, "".join(texts)) from item
                elif isinstance(item, Done):
                    for one in ending(item.record):
                        yield one
                elif isinstance(item, Retracted):
                    texts = []
                    yield Said(text=clean(item.reasoning), reasoning=True)
                elif isinstance(item, ReasoningDelta):
                    yield Said(text=clean(item.text), reasoning=True)
                elif isinstance(item, TextDelta):
                    texts.append(clean(item.text))
                    yield Said(text=texts[-1])
        yield Wrote(text="".join(texts).strip(), by=self.name)

    async def _fitted(self, request: str, earlier: Sequence[Turn]) -> tuple[tuple[Message, ...], str]:
        """Return the chat, and a note where the oldest turns are left out of it. Raises LLMError."""
        words = await asyncio.to_thread(self._prompts.render, "chat_system")
        head, last = Message("system", f"{STAGE}\n{words}"), Message("user", request)
        turns = [(Message("user", one.request), Message("assistant", one.answer)) for one in earlier if one.answer]
        whole = (head, *(message for turn in turns for message in turn), last)
        if estimate_prompt(whole) <= room(LEAST_CONTEXT):
            return whole, ""
        length, _ = await self._chat.context()
        for gone in range(len(turns) + 1):
            messages = (head, *(message for turn in turns[gone:] for message in turn), last)
            if estimate_prompt(messages) <= room(length):
                note = f"The oldest {gone} of {len(turns)} turns were not told to the model, to fit its context of {length:,} tokens."
                return messages, note if gone else ""
        raise LLMError(
            Failure.BAD_INPUT,
            f"The request is too long for the model: about {estimate_prompt((head, last)):,} tokens, and {room(length):,} fit.",
            "Shorten it, or set the context length of a model that takes more.",
        )
