"""What the LLM is told at the stage of response generation, fitted into a number of characters."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hgtui.core.ports import Answering, Finding, Turn
from hgtui.core.states import HAS_RESULT
from hgtui.core.text import CUT, clean, one_line, plural
from hgtui.llm.messages import Message
from hgtui.llm.prompts import Prompts

STAGE = "Response generation"
TEMPLATES = Path(__file__).parent / "templates"
RESULT_ROOM = 8_000
"""Characters that the results of all tasks share: some 2,000 tokens, so that the whole fits into a context of 4,096."""
EARLIER_ROOM = 1_600
"""Characters that the answers of earlier turns share."""
_MOST_TURNS, _MOST_WORDS, _MOST_INPUT, _MOST_REQUEST = 4, 20, 160, 400
_MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Fitted:
    """The chat, and in sentences what of the results and of the conversation had no room in it."""

    messages: tuple[Message, Message]
    notes: tuple[str, ...]


def shares(lengths: Sequence[int], room: int) -> list[int]:
    """Return how much of `room` each gets: all that it needs where that is little, else the same as the other long ones."""
    given = [0] * len(lengths)
    left = room
    for rank, place in enumerate(sorted(range(len(lengths)), key=lambda place: lengths[place])):
        given[place] = min(lengths[place], left // (len(lengths) - rank))
        left -= given[place]
    return given


def fitted(prompts: Prompts, about: Answering, room: int = RESULT_ROOM) -> Fitted:
    """Return the chat that asks for an answer; `room` in characters is for results. Reads files. Raises PromptError.

    The request is never cut.
    """
    texts = [clean(one.text) for one in about.findings]
    given = shares([len(text) for text in texts], room)
    findings = [_told(one, text, size) for one, text, size in zip(about.findings, texts, given, strict=True)]
    cut = [f"{one.id}" for one, text, size in zip(about.findings, texts, given, strict=True) if size < len(text)]
    earlier = about.earlier[-_MOST_TURNS:]
    dropped = len(about.earlier) - len(earlier)
    system = prompts.render("response_system")
    user = prompts.render(
        "response_user",
        request=clean(about.request),
        findings=findings,
        changes=_sentences(about.changes),
        notes=_sentences(about.notes),
        earlier=_turns(earlier),
        dropped=dropped,
    )
    notes = []
    if cut:
        noun = "result of task" if len(cut) == 1 else "results of tasks"
        notes.append(f"The {noun} {', '.join(cut)} did not fit into the prompt: the model answers from a part of it.")
    if dropped:
        notes.append(f"{plural(dropped, 'earlier turn')} did not fit into the prompt.")
    return Fitted((Message("system", f"{STAGE}\n{system}"), Message("user", user)), tuple(notes))


def _told(finding: Finding, text: str, size: int) -> dict[str, Any]:
    """Return what the prompt says of a task, without what is empty."""
    told: dict[str, Any] = {
        "task": finding.id,
        "type": finding.task,
        "state": finding.state.value,
        "input": one_line(finding.inputs, _MOST_INPUT),
        "by": finding.candidate,
        "why": one_line(finding.reason, _MOST_INPUT),
        "result": text[:size] + (f" {CUT}" if size < len(text) else ""),
        "cut": f"the first {size:,} of {len(text):,} characters" if size < len(text) else "",
        "files": [one_line(path, 1000) for path in finding.files[:_MOST_FILES]],
    }
    if finding.state not in HAS_RESULT:
        told["failed"] = one_line(finding.message, 300)
    elif finding.message:
        told["note"] = one_line(finding.message, 300)
    if finding.seconds:
        told["seconds"] = round(finding.seconds, 1)
    return {key: value for key, value in told.items() if value not in ("", [])}


def _sentences(words: Sequence[str]) -> list[str]:
    shown = [one_line(one, 200) for one in words[:_MOST_WORDS]]
    return [*shown, f"and {len(words) - _MOST_WORDS} more"] if len(words) > _MOST_WORDS else shown


def _turns(earlier: Sequence[Turn]) -> list[dict[str, Any]]:
    answers = [clean(turn.answer) for turn in earlier]
    given = shares([len(answer) for answer in answers], EARLIER_ROOM)
    return [
        {
            "request": clean(turn.request, _MOST_REQUEST),
            "answer": answer[:size] + (f" {CUT}" if size < len(answer) else ""),
            "files": [one_line(path, 1000) for path in turn.files[:_MOST_FILES]],
        }
        for turn, answer, size in zip(earlier, answers, given, strict=True)
    ]
