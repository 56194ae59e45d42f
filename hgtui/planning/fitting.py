"""Fitting what is told into the context of a model: what is left out is said, the request never is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from hgtui.core.ports import Context, PlanningError, Turn
from hgtui.core.resource import FileFact
from hgtui.core.states import Failure
from hgtui.core.text import one_line, plural
from hgtui.llm.messages import Message, estimate_prompt
from hgtui.llm.prompts import Prompts
from hgtui.planning import prompt

MOST_DEMONSTRATIONS = 2
"""Demonstrations that are told where there is room: more of them make each call longer and few plans better."""
_LONG_ANSWER, _SHORT_ANSWER = 2_000, 300
_FEW_FILES = 10
_MOST_REPLY = 1_024


def room(context_length: int) -> int:
    """Return the tokens of a context that a prompt may take; the rest, at most 1,024, is for the reply."""
    return context_length - min(_MOST_REPLY, context_length // 4)


@dataclass(frozen=True)
class Fitted:
    """Messages that fit, and a sentence for each thing that was left out of them."""

    messages: tuple[Message, ...]
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing was left out."""
        return not self.notes


@dataclass(frozen=True)
class _Cut:
    demonstrations: int
    turns: int
    answer: int
    files: int


def _cuts(turns: int) -> Iterator[_Cut]:
    """Yield what may be told, from all of it to the least."""
    full = _Cut(MOST_DEMONSTRATIONS, turns, _LONG_ANSWER, prompt.MOST_FILES)
    yield full
    yield replace(full, demonstrations=1)
    for left in range(turns, 0, -1):
        yield replace(full, demonstrations=1, turns=left, answer=_SHORT_ANSWER)
    if turns:
        yield replace(full, demonstrations=0, turns=1, answer=_SHORT_ANSWER)
    yield replace(full, demonstrations=0, turns=0)
    yield replace(full, demonstrations=0, turns=0, files=_FEW_FILES)


def fitted(
    prompts: Prompts, request: str, files: Mapping[str, FileFact], context: Context, context_length: int
) -> Fitted:
    """Return the chat that asks for a plan. Reads files.

    Raises PlanningError (bad_input) where the request alone does not fit, PromptError where a template cannot be used.
    """
    limit, size = room(context_length), 0
    for cut in _cuts(len(context.earlier)):
        messages = _messages(prompts, request, files, context, cut)
        size = estimate_prompt(messages)
        if size <= limit:
            return Fitted(messages, tuple(_notes(context, files, cut, context_length)))
    what = "The plan and what is said of it are" if context.plan is not None else "The request is"
    raise PlanningError(
        Failure.BAD_INPUT,
        f"{what} too long for the model: with the task types about {size:,} tokens, and {limit:,} fit.",
        "Shorten it, put long texts into files, or set the context length of a model that takes more.",
    )


def _messages(
    prompts: Prompts, request: str, files: Mapping[str, FileFact], context: Context, cut: _Cut
) -> tuple[Message, ...]:
    last = context.earlier[len(context.earlier) - cut.turns :]
    turns = [Turn(request=one_line(one.request, _LONG_ANSWER), answer=one_line(one.answer, cut.answer), files=one.files) for one in last]  # fmt: skip
    words = prompt.user(prompts, request, files, turns, cut.files)
    if context.plan is not None:
        words = f"{words}\n{prompt.revision(prompts, context.plan, context.comment)}"
    return prompt.system(prompts, request, cut.demonstrations), Message("user", words)


def _notes(context: Context, files: Mapping[str, FileFact], cut: _Cut, length: int) -> Iterator[str]:
    why = f"to fit its context of {length:,} tokens"
    gone = len(context.earlier) - cut.turns
    if gone:
        which = (
            "None of the earlier turns was"
            if not cut.turns
            else f"The oldest {plural(gone, 'turn')} of {len(context.earlier)} were not"
        )
        yield f"{which} told to the model, {why}."
    told = context.earlier[gone:]
    if any(len(one_line(one.answer)) > cut.answer for one in told):
        yield f"Long answers of earlier turns were told to the model only by their first {cut.answer:,} characters."
    if len(files) > cut.files:
        yield f"Only {cut.files} of {len(files)} files were listed to the model."
