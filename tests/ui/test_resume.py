"""The workbench on a run that an earlier process left: the same gate, the same task selected, and on from there."""

from pathlib import Path

from hgtui.cli.compose import Workplace
from hgtui.cli.desk import WorkplaceDesk
from hgtui.cli.resuming import taken
from hgtui.core.states import Outcome
from hgtui.ui.app import HgtuiApp
from hgtui.ui.screens.workbench import Workbench
from tests.ui.bench import screen_text, settle, until
from tests.ui.test_whole import ask, opened, run

TWO = "What language is 'Guten Morgen'? And summarize 'One fine day. Another fine day. A third day.'"


async def left(folder: Path) -> tuple[str, str]:
    """Leave a run at its gate with its last task selected; return the fingerprint and that task's uid."""
    async with opened(folder) as pilot:
        await ask(pilot, TWO)
        await until(pilot, lambda: run(pilot).gate)
        await settle(pilot)
        assert len(run(pilot).plan.tasks) > 1
        await pilot.press("G")
        await settle(pilot)
        gate, screen = run(pilot).gate, pilot.app.screen
        assert gate is not None
        assert isinstance(screen, Workbench)
        assert screen.view.chosen == run(pilot).plan.tasks[-1].uid
        return gate.fingerprint, screen.view.chosen


async def test_a_run_that_was_left_at_its_gate_is_there_as_it_was_and_runs_once_it_is_approved(tmp_path: Path) -> None:
    fingerprint, uid = await left(tmp_path)
    environ = {"HGTUI_DATA_DIR": str(tmp_path / "data"), "HGTUI_CONFIG": str(tmp_path / "none.toml")}
    async with await Workplace.open(environ, base=tmp_path) as place:
        found, lock = await taken(place, None)
        desk = WorkplaceDesk(place)
        app = HgtuiApp(desk, resumed=await desk.go_on(found, lock))
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: run(pilot).gate)
            await settle(pilot)
            gate, screen = run(pilot).gate, pilot.app.screen
            assert isinstance(screen, Workbench)
            assert gate is not None
            assert (gate.fingerprint, screen.view.chosen) == (fingerprint, uid)
            assert "Guten Morgen" in screen_text(pilot)
            await pilot.press("a")
            await until(pilot, lambda: run(pilot).ended)
            assert run(pilot).outcome is Outcome.ANSWERED
