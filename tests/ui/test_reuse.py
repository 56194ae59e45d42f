"""What the workbench shows of kept results, and the key that runs a task again with what is below it."""

import pytest

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.resource import Kind, Resource
from hgtui.session.gates import gate
from tests.ui.bench import SIZES, notice, screen_text, settle, until, workbench
from tests.ui.scripted import Scripted, chain

RESULT = Resource(kind=Kind.TEXT, digest="0" * 64, media_type="text/plain", size=5, preview="words")
FORESEEN = ev.RerunForeseen(uid="t1", reruns=("t1", "t2"), about_s=8.2, spends="spends credits of HF_TOKEN (1 call)")


def over(conductor: Scripted) -> None:
    """Let the first task be reused and the second one run."""
    conductor.approve()
    conductor.tell(
        ev.TaskDone(uid="t1", results=(RESULT,), reused=True, kept_from="20261121-100012-4f1c9a", took_s=4.1),
        ev.TaskStarted(uid="t2", candidate="embedded:lexrank"),
    )


@pytest.mark.parametrize("size", SIZES)
async def test_the_gate_says_what_runs_again_and_for_how_long(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        ahead = {"reuses": ("t1",), "reruns": ("t2", "t3"), "about_s": 8.2}
        conductor.tell(gate(conductor.run).model_copy(update=ahead))
        await settle(pilot)
        assert "re-runs 2, reuses 1, about 8 s" in screen_text(pilot)


async def test_a_reused_task_says_so_in_its_row_and_in_the_log() -> None:
    async with workbench(chain()) as (pilot, conductor):
        over(conductor)
        await settle(pilot)
        row = next(line for line in screen_text(pilot).splitlines() if "reused" in line and "kept" in line)
        assert "0" in row
        await pilot.press("4")
        await settle(pilot)
        assert "kept from run 20261121-100012-4f1c9a, took 4 s" in screen_text(pilot)


async def test_capital_r_says_first_what_it_would_do_and_does_it_the_second_time() -> None:
    async with workbench(chain()) as (pilot, conductor):
        over(conductor)
        await settle(pilot)
        await pilot.press("2", "home", "R")
        assert conductor.commands == [cmd.Rerun(uid="t1", preview=True)]
        conductor.tell(FORESEEN)
        await until(pilot, lambda: "again: runs 2, about 8 s, spends credits of HF_TOKEN (1 call)." in notice(pilot))
        await pilot.press("R")
        assert conductor.commands[1:] == [cmd.Rerun(uid="t1")]


async def test_escape_keeps_what_there_is() -> None:
    async with workbench(chain()) as (pilot, conductor):
        over(conductor)
        await settle(pilot)
        await pilot.press("2", "home", "R")
        conductor.tell(FORESEEN)
        await until(pilot, lambda: "R does it" in notice(pilot))
        await pilot.press("escape", "R")
        assert [one.preview for one in conductor.commands if isinstance(one, cmd.Rerun)] == [True, True]


async def test_capital_r_on_what_is_not_over_says_why_not() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("R")
        assert "Task 0 runs anyway: there is no earlier result of it that could be used instead." in notice(pilot)
        over(conductor)
        await settle(pilot)
        await pilot.press("2", "home", "j", "R")
        assert "R is for one that is over" in notice(pilot)
        assert conductor.commands == []


async def test_at_the_gate_capital_r_lets_a_task_run_though_its_result_is_kept() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.tell(gate(conductor.run).model_copy(update={"reuses": ("t1",), "reruns": ("t2", "t3")}))
        await settle(pilot)
        await pilot.press("2", "home", "R")
        assert conductor.commands == [cmd.Rerun(uid="t1")]
        conductor.tell(ev.RunAnew(uid="t1"), gate(conductor.run))
        await settle(pilot)
        await pilot.press("R")
        assert conductor.commands == [cmd.Rerun(uid="t1")] * 2
