"""A run that has ended: R runs a task of it again and s corrects its result, in a new run that says first what it does."""

from pathlib import Path

from hgtui.core.commands import Submit
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.states import TaskState
from hgtui.ui.screens.asking import AskLine
from hgtui.ui.widgets.field import Field
from tests.ui.bench import keys, notice, screen_text, settle, until
from tests.ui.test_whole import opened, run

TEXT = "Bees make honey. They live in hives. A hive has one queen. Honey is sweet and keeps for many years."
PLAN = Plan(
    request="how does it sound",
    planner="by hand",
    tasks=(
        Task(uid="t1", id=0, task="summarization", args={"text": Input.text(TEXT)}),
        Task(uid="t2", id=1, task="text-classification", args={"text": Input.of("t1")}),
        Task(uid="t3", id=2, task="summarization", args={"text": Input.text(TEXT[::-1] + ". " + TEXT)}),
    ),
)


async def test_a_task_is_run_again_and_a_result_corrected_after_the_end(tmp_path: Path) -> None:
    async with opened(tmp_path, first=Submit(request="how does it sound", plan=PLAN)) as pilot:
        await until(pilot, lambda: run(pilot).gate)
        await settle(pilot)
        await pilot.press("a")
        await until(pilot, lambda: run(pilot).ended)
        await settle(pilot)
        first = run(pilot).id
        await pilot.press("2", "g")
        await settle(pilot)
        assert "s" in keys(pilot)
        await pilot.press("R")
        await until(pilot, lambda: notice(pilot))
        assert notice(pilot).startswith("0 again, in a new run: re-runs 2, reuses 1")
        assert run(pilot).id == first
        await pilot.press("R")
        await until(pilot, lambda: run(pilot).id != first and run(pilot).ended)
        await settle(pilot)
        states = [run(pilot).state(uid) for uid in ("t1", "t2", "t3")]
        assert states == [TaskState.DONE, TaskState.REUSED, TaskState.REUSED]
        assert pilot.app.screen.view.chosen == "t1"  # type: ignore[attr-defined]

        await pilot.press("s")
        await settle(pilot)
        assert isinstance(pilot.app.screen, AskLine)
        field = pilot.app.focused
        assert isinstance(field, Field)
        field.text = "Ich habe heute wirklich sehr schlechte Laune."
        second = pilot.app.screen_stack[0].view.run.id  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, AskLine) and notice(pilot))
        assert notice(pilot).startswith("0 by hand, in a new run: re-runs 1, reuses 1")
        await pilot.press("escape")
        await settle(pilot)
        assert (notice(pilot), run(pilot).id) == ("", second)
        await pilot.press("s")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, AskLine) and notice(pilot))
        await pilot.press("s")
        await until(pilot, lambda: run(pilot).id != second and run(pilot).ended)
        await settle(pilot)
        assert run(pilot).status("t1").supplied
        assert [run(pilot).state(uid) for uid in ("t2", "t3")] == [TaskState.DONE, TaskState.REUSED]
        assert "reused" in screen_text(pilot)
