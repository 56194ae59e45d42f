"""Text of strangers in every place where the workbench can show it, in a real terminal: the bytes that come are looked at."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.cli.screen import Screen, foreign
from tests.servers.chat import ChatServer, Reply, Request
from tests.servers.hub.faults import hostile as failing
from tests.servers.hub.models import HF, HOSTILE_CARD, MODELS, Listed
from tests.servers.hub.server import TOKEN, HubServer

MARKUP = "XXMARKUP[@click=app.quit]x[/] [/nothing] [link=file:///etc]y[/link] [bold"
"""A link to the screen's own actions, a closing tag of nothing, an open one."""
ESCAPES = (
    "XXESC\x1b]52;c;cHduZWQ=\x07\x1b[2J\x1b[31m\x9b31m\x90q\x9c\x00\x07\x08\x7f\u202edroffart\u2066\ufeff\U000e0041"
)
"""A write to the clipboard, an erased screen, C1, NUL, a bell, what turns the writing round, and what is not seen."""
BOTH = {"markup": MARKUP, "escapes": ESCAPES}
COMMENT = "say it otherwise"
SEEN = {"markup": "XXMARKUP", "escapes": "XXESC"}
FILE = {"markup": "[@click=app.quit]XXMARKUP[bold.txt", "escapes": "XXESC\x1b[2J\x9b\u202e.txt"}


def planner(evil: str, again: str = "") -> str:
    """A plan of three tasks: one to run, one of a type that nobody knows, one whose arguments nobody takes."""
    rows = [
        {"task": "text-classification", "id": 0, "dep": [-1], "args": {"text": f"{again}{evil}"}},
        {"task": "translation", "id": 1, "dep": [-1], "args": {"text": f"Guten Tag {evil}", "language": evil}},
        {"task": "summarization", "id": 2, "dep": [1], "args": {"text": "<GENERATED>-1", evil: evil}},
    ]
    return json.dumps(rows)


def controller(evil: str) -> ChatServer:
    """A controller that writes `evil` wherever it writes."""

    def script(request: Request) -> Reply:
        system = str(request.messages[0]["content"])
        if system.startswith("Task planning"):
            revises = any(COMMENT in str(message["content"]) for message in request.messages)
            return Reply(planner(evil, "REVISED " if revises else ""), reasoning=f"thinking {evil}")
        if system.startswith("Model selection"):
            chosen = [{"task": 0, "model": "", "id": evil, "reason": evil}]
            return Reply(json.dumps(chosen))
        return Reply(
            f"# {evil}\n\n{evil} [x](javascript:{evil}) ![y]({evil})\n\n```{evil}\n{evil}\n```\n\n| {evil} |\n|--|\n| {evil} |\n"
        )

    return ChatServer(script, models=("test-model",))


@contextmanager
def strangers(kind: str) -> Iterator[dict[str, str]]:
    """A Hub and a controller whose every word is hostile; yields the environment that leads to them."""
    evil = BOTH[kind]
    models = (
        *(one for one in MODELS if one.tag != "text-classification"),
        Listed(
            f"hostile/{evil}", "text-classification", 99_000_000, 9, (HF,), f"mit{evil}",
            languages=(f"en{evil}",), tags=(evil,), labels=(f"POSITIVE{evil}",),
        ),
        Listed(
            "hostile/card", "text-classification", 98_000_000, 9, (HF,), f"mit{evil}",
            languages=("en",), tags=(evil,), card=HOSTILE_CARD if kind == "escapes" else evil, labels=(f"POS{evil}",),
        ),
    )  # fmt: skip
    with HubServer(models) as hub, controller(evil) as chat:
        hub.always("infer/hf-inference/*", failing(400))
        yield {
            "HF_ENDPOINT": hub.url,
            "HGTUI_ROUTER_URL": hub.router,
            "HF_TOKEN": TOKEN,
            "HF_HUB_OFFLINE": "0",
            "OPENAI_BASE_URL": chat.url,
        }


@pytest.mark.parametrize("columns", [120, 80])
@pytest.mark.parametrize("kind", [*BOTH])
def test_no_text_of_a_stranger_takes_effect_in_a_terminal(hgtui: Program, kind: str, columns: int) -> None:
    name = FILE[kind]
    (hgtui.folder / name).write_text(BOTH[kind], encoding="utf-8")
    # On a slow machine it would ring for who is not at the keys, and a bell of its own looks like one of a stranger.
    Path(hgtui.environ["HGTUI_CONFIG"]).write_text("bell = false\n", encoding="utf-8")
    with strangers(kind) as near, Screen(hgtui, columns=columns, **near) as screen:
        screen.see("plans are made by test-model" if columns == 120 else "ask ▸")
        # As a paste, in which a terminal lets control characters through.
        screen.press(f"\x1b[200~Summarize {BOTH[kind]} and {name}\x1b[201~")
        screen.see(SEEN[kind])
        screen.press("\r")
        screen.see("2 Plan ✗ 1 error", "text-classification")
        at_the_gate(screen)
        # What takes long is done where there is less room.
        if columns == 80:
            revise(screen, BOTH[kind])
        run_it(screen, SEEN[kind], more=columns == 80)
        screen.press("\x11")
        assert screen.ended()[0] == 0
    assert not [*foreign(screen.shown)]


def at_the_gate(screen: Screen) -> None:
    """Open each screen and each pane at the gate in which the text of a stranger may stand."""
    screen.press("2gG")
    opened(screen, "?", "One row for each")
    screen.press("g")
    screen.see("3 Task 0")
    screen.press("m")
    screen.see("Models for 0", "hostile/card")
    opened(screen, "i", "Card of hostile/card")
    leave(screen, "Models for 0")
    opened(screen, "e", "type: what kind of task it is")
    screen.press("2G")
    screen.see("3 Task 2")
    opened(screen, "-", "What 2 summarization waits for")
    screen.press("g")
    screen.see("3 Task 0")
    opened(screen, "p", "only this task")
    opened(screen, ":", "Search for commands")
    opened(screen, "L", "Runs")
    screen.press("2v")
    opened(screen, "?", "The plan as boxes")
    screen.press("jlV")
    screen.press("v3]4]")


def revise(screen: Screen, evil: str) -> None:
    """Comment, and read the revision; keep the plan."""
    screen.press("2c")
    screen.see("enter comment")
    screen.press(f"\x1b[200~{COMMENT} {evil}\x1b[201~\r")
    screen.see("+   args.text", "REVISED", "by test-model against your plan")
    screen.press("2n")
    screen.see("n task 0")
    opened(screen, "?", "A plan against another")
    screen.press("\x1b")
    screen.see("Your plan stays as it was.")


def what_if(screen: Screen) -> None:
    """Run two models side by side; one fails with words of a stranger. Look at its calls and at the timeline."""
    screen.press("2g")
    screen.see("3 Task 0", "◆ your turn")
    screen.press("w")
    screen.see("What if: task 0")
    screen.see("Nothing has run")
    screen.press("a")
    screen.see("✗ failed")
    screen.press("lx")
    screen.gone("What if: task 0")


def opened(screen: Screen, key: str, words: str) -> None:
    """Open what a key opens, which shows these words, and go back."""
    screen.press(key)
    screen.see(words)
    leave(screen, words)


def leave(screen: Screen, words: str) -> None:
    """Go back from what shows these words."""
    screen.press("\x1b")
    screen.gone(words)


def turn_to_result(screen: Screen) -> None:
    """Turn the tabs of a task to its result, whichever of them is shown."""
    at = screen.see_one("▸Candidates", "▸Arguments", "▸Result")
    for tab, following in (("▸Candidates", "▸Arguments"), ("▸Arguments", "▸Result")):
        if at == tab:
            screen.press("]")
            screen.see(following)
            at = following


def pane_four(screen: Screen) -> None:
    """Look at the timeline, at the calls, and at each page of one; the problems are shown, or the timeline is."""
    screen.press("4")
    if screen.see_one("] calls", "to the task") == "to the task" and "] calls" not in screen.text():
        screen.press("]")
        screen.see("] calls")
    screen.press("]")
    screen.see("enter whole call")
    screen.press("g\r")
    for name in ("read", "reply", "request", "template", "exact", "curl"):
        screen.see(f"▸{name}")
        screen.press("]")
    leave(screen, "▸read")


def run_it(screen: Screen, seen: str, *, more: bool) -> None:
    """Mend what is wrong, run it into the failure, and read the answer."""
    screen.press("2")
    screen.press("!f")
    screen.see("0 errors", "3 Models ✓ ready")
    if more:
        what_if(screen)
    screen.press("a")
    if screen.see_one("✗ failed", "3 Models ◆ your turn") != "✗ failed":  # pressed while models were chosen again
        screen.press("a")
        screen.see("✗ failed")
    screen.press("!4")
    screen.press("2F")
    screen.see("5 Answer ✗ failed", seen)
    screen.press("2gj")
    screen.see("3 Task 1")
    screen.press("3")
    turn_to_result(screen)
    screen.press("\r")
    screen.see("Result of 1 translation")
    leave(screen, "Result of 1 translation")
    opened(screen, "L", "Runs")
    opened(screen, "\x12", "Earlier requests")
    if more:
        pane_four(screen)
    screen.press("1")
    screen.see(seen)
