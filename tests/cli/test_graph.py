"""The plan as a drawing on the command line: of a plan, of a run, of a reply; in ASCII where there is nothing else."""

import json
import subprocess
import sys

from tests.cli.program import ROOT, Program

SAY = "Summarize notes.txt and read it aloud"


def test_a_plan_and_its_run_are_drawn_and_nothing_else_is_printed(hgtui: Program) -> None:
    (hgtui.folder / "notes.txt").write_text("Bees make honey. Bees live in hives. Honey is sweet.")
    done = hgtui.run("plan", SAY, "--graph")
    assert "│○ 0 summarization" in done.out
    assert "├─t▸│○ 1 text-to-speech" in done.out
    assert "#" not in done.out
    name = json.loads(hgtui.run("runs", "--json").out)[0]["id"]
    assert hgtui.run("show", name, "--graph").out == done.out
    plain = hgtui.run("show", name, "--graph", PYTHONIOENCODING="ascii").out
    assert "+-t>|o 1 text-to-speech" in plain
    assert plain.isascii()


def test_a_reply_is_drawn_with_the_ring_in_it(hgtui: Program) -> None:
    reply = [
        {"task": "summarization", "id": at, "dep": [1 - at], "args": {"text": f"<GENERATED>-{1 - at}"}} for at in (0, 1)
    ]
    done = hgtui.run("plan", "--parse", "-", "--graph", stdin=json.dumps(reply))
    assert done.exit == 1  # a ring cannot run
    assert "╌" in done.out
    assert "├─t▸" in done.out


def test_what_does_not_go_together_is_told(hgtui: Program) -> None:
    hgtui.run("plan", SAY, "--graph", "--json").told(2, "--graph", "--json")
    hgtui.run("show", "nobody", "--graph", "--log").told(2, "--graph", "--log")
    hgtui.run("show", "nobody", "--graph").told(2, "nobody")


def test_a_drawing_needs_no_screen() -> None:
    code = (
        "import sys, hgtui.ui.boxes, hgtui.ui.graph.flows, hgtui.ui.graph.fitting, hgtui.ui.graph.plain\n"
        "print([one for one in ('textual', 'networkx', 'PIL') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
