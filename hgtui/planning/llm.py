"""LLMPlanner: stage 1 by a controller LLM, streamed, read by a cascade, asked once more where its plan is wrong."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence

from hgtui.core.ports import Context, Noticed, PlanningError, Proposed, Step, Withdrawn
from hgtui.core.resource import FileFact
from hgtui.core.states import Failure
from hgtui.core.text import clean, one_line, plural
from hgtui.llm.errors import LLMError
from hgtui.llm.messages import Message, estimate_prompt
from hgtui.llm.prompts import Prompts
from hgtui.llm.told import Speaks, name_of
from hgtui.planning.asking import Asking
from hgtui.planning.fitting import Fitted, fitted, room
from hgtui.planning.prompt import TEMPLATES, reask, system

LEAST_CONTEXT = 2_048
"""Tokens: no server that is in use has less; what fits into it is sent without asking for the length."""
_MOST_FAULTS, _LEAST_REPLY = 8, 1_000


class LLMPlanner:
    """Asks an LLM for the plan and reads its reply while it comes.

    Where the reply cannot be read, or the plan has errors of its own, the model is asked once more with what is wrong;
    then whatever came is proposed, and the person decides.
    """

    def __init__(self, chat: Speaks, prompts: Prompts | None = None) -> None:
        self._chat, self._prompts = chat, prompts or Prompts(TEMPLATES)

    @property
    def name(self) -> str:
        """The model that plans."""
        return name_of(self._chat)

    async def plan(
        self, request: str, files: Mapping[str, FileFact], context: Context | None = None
    ) -> AsyncGenerator[Step, None]:
        """Yield Said for what the model says, Drafted for each task as it is complete, CallMade for each call, Noticed
        for what was left out and why the model is asked again (then Withdrawn: the drafts hold no longer), and Proposed
        once.

        A drafted task is provisional: a reference to a task that comes later is only right in the plan that is
        proposed. Raises PlanningError: bad_input for an empty request and one that does not fit into the model's
        context, what the LLM client says, unreadable (Unreadable, with the place) for a reply with no plan in it.
        """
        if not request.strip():
            raise PlanningError(Failure.BAD_INPUT, "The request is empty.", "Say what to do, and with which files.")
        context = context or Context()
        told = await self._fitted(request, files, context)
        for note in told.notes:
            yield Noticed(text=note)
        first = Asking(self._chat, told.messages, context.plan)
        async with contextlib.aclosing(first.run(request, self.name)) as steps:
            async for step in steps:
                yield step
        best, faults, notes = first, self._faults(first, files), told.notes
        if faults:
            again, why = await self._again(request, told.messages, first.raw, faults)
            yield Noticed(text=_why(first, faults, why))
            if again:
                yield Withdrawn()
                second = Asking(self._chat, again, context.plan)
                async with contextlib.aclosing(second.run(request, self.name)) as steps:
                    async for step in steps:
                        yield step
                best = self._better(first, second, files)
                notes = (*notes, *_second(second, best))
        if best.read is None:
            raise best.failed() from best.error or best.fault
        plan = best.plan.model_copy(update={"request": request, "planner": self.name})
        yield Proposed(plan=plan, notes=(*notes, *best.notes), how=best.how)

    async def _fitted(self, request: str, files: Mapping[str, FileFact], context: Context) -> Fitted:
        """Fit what is told into the context of the model, which is asked for only where the least is too little."""
        try:
            with contextlib.suppress(PlanningError):  # it may fit into the model's own context, which is tried next
                told = await asyncio.to_thread(fitted, self._prompts, request, files, context, LEAST_CONTEXT)
                if told.whole:
                    return told
            length, _ = await self._chat.context()
            return await asyncio.to_thread(fitted, self._prompts, request, files, context, length)
        except LLMError as error:  # a template that cannot be used, or no model
            raise PlanningError(error.failure, error.message, error.hint) from error

    @staticmethod
    def _faults(asking: Asking, files: Mapping[str, FileFact]) -> tuple[str, ...]:
        """Return what is wrong with a reply that asking again may mend."""
        if asking.fault is not None and asking.error is None:
            cut = asking.record is not None and asking.record.finish_reason == "length"
            return () if cut else (str(asking.fault),)
        if asking.read is None or asking.how == "cut off":
            return ()
        return tuple(dict.fromkeys(one.message for one in asking.errors(files)))[:_MOST_FAULTS]

    async def _again(
        self, request: str, asked: Sequence[Message], raw: str, faults: Sequence[str]
    ) -> tuple[tuple[Message, ...], str]:
        """Return the chat that asks again, or nothing and why not.

        Where there is little room the demonstrations are left out, and then all but the beginning of the reply.
        """
        try:
            length, _ = await self._chat.context()
            words = await asyncio.to_thread(reask, self._prompts, faults)
            bare = await asyncio.to_thread(system, self._prompts, request, 0)
        except LLMError as error:
            return (), error.message
        for head, reply in ((asked[0], raw), (bare, raw), (bare, clean(raw, _LEAST_REPLY))):
            messages = (head, *asked[1:], Message("assistant", reply), Message("user", words))
            if estimate_prompt(messages) <= room(length):
                return messages, ""
        return (), "There is no room to ask the model once more."

    @staticmethod
    def _better(first: Asking, second: Asking, files: Mapping[str, FileFact]) -> Asking:
        """Return the reply with a plan, of two the one with fewer errors, else the later."""
        if second.read is None or first.read is None:
            return first if second.read is None and first.read is not None else second
        return second if len(second.errors(files)) <= len(first.errors(files)) else first


def _why(first: Asking, faults: Sequence[str], why_not: str) -> str:
    what = "The reply is no plan" if first.read is None else f"The plan has {plural(len(faults), 'error')}"
    return one_line(f"{what}: {' '.join(faults)} {why_not or 'Asking the model once more.'}", 600)


def _second(second: Asking, best: Asking) -> tuple[str, ...]:
    """Say where the model's second reply is not the one that counts."""
    if best is second:
        return ()
    if second.read is None:
        return (one_line(f"Asked once more, the model gave no plan: {second.failed().message}", 400),)
    return ("Asked once more, the model gave a plan with more errors: the first one is proposed.",)
