"""What the workbench shows before anything was asked. Nothing heavy is imported here: it is in the first frame."""

from typing import TYPE_CHECKING, Literal, NamedTuple

from hgtui.core.text import one_line
from hgtui.ui.words import Line

if TYPE_CHECKING:
    from hgtui.ui.exhibits import Exhibit

PHASES = ("Ask", "Plan", "Models", "Run", "Answer")
YOUR_TURN = "◆ your turn"
PLAN, TASK, LOG = "2 Plan", "3 Task", "4 Log │ Problems │ Timeline │ Calls"
"""What stands on the borders of empty panes."""
NO_TASK, NO_PLAN = "No task.", "The plan comes here, to be changed and approved."
NONE_SELECTED = "The models, arguments and result of a task."
NOTHING_YET = "Nothing has happened yet."
ASK, ASK_FOR = "ask", "what should be done?"
"""What stands before the prompt and in it."""
PROMPT_KEYS = (("esc", "to the plan"), ("ctrl+c", "clear"), ("ctrl+p", "commands"), ("tab", "path"), ("↑", "earlier"))
SEND, HELP = ("enter", "send"), ("f1", "help")


class Said(NamedTuple):
    """A turn of the conversation; what has the same `key` is the same turn, and is written again where it differs."""

    key: str
    who: Literal["you", "hgtui", "answer", "earlier", "result"]
    """"earlier" is the answer of a turn before, as Markdown too: it is not the one that is waited for."""
    text: str
    role: str = ""
    """How it is shown: "", dim, bad, warn, or live for an answer that is still being written."""
    shown: "Exhibit | None" = None
    """What is to be seen or heard of a result, below its text."""


def greeting(planner: str = "", why: str = "", missing: tuple[str, ...] = ()) -> list[Said]:
    """Return what the conversation begins with: what to do, who plans where that is known, what is not installed."""
    who = one_line(why, 300) or (f"plans are made by {one_line(planner, 60)}" if planner else "")
    lines = [
        "Say what should be done; name files by their paths.",
        "For example: Read the text in page.png and read it aloud",
        *((f"{who[:1].upper()}{who[1:].rstrip('.')}.",) if who else ()),
        *(one_line(line, 300) for line in missing),
    ]
    return [Said("greeting", "hgtui", "\n".join(lines), "dim")]


def phases(marks: tuple[tuple[str, str], ...], width: int) -> Line:
    """Return the bar of the five phases, each with its sign or word and the role of both."""
    pieces: list[tuple[str, str]] = [(" ", "")]
    for place, (name, (mark, role)) in enumerate(zip(PHASES, marks, strict=True)):
        if place:
            pieces.append((" ─── " if width >= 100 else " ─ ", "dim"))
        pieces.append((f"{place + 1} {name}" + (f" {mark}" if mark else ""), role))
    return tuple(pieces)


def first_phases(width: int) -> Line:
    """Return the bar of the phases where nothing has been asked."""
    return phases(((YOUR_TURN, "turn"), *((("", "dim"),) * (len(PHASES) - 1))), width)


def first_title(planner: str = "") -> Line:
    """Return what the title line begins with; without a planner it is not known yet who plans."""
    who = one_line(planner, 40)
    return ((" hgtui ", "bold"), *(((f" plans are made by {who} ", "accent"),) if who else ()))
