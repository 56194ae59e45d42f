"""The recorded runs that the pictures are drawn from: any beginning of one is a screen, and the same each time."""

from pathlib import Path

import pytest

from hgtui.core.run import fold
from tests.ui.bench import screen_text, settle
from tests.ui.pictures import RECORDED, SCENES, SIZES, Recorded, draw, played

SHOWN = Path(__file__).parents[2] / "screenshots"
SMALL = 300_000


async def test_a_picture_has_the_same_bytes_each_time() -> None:
    first = await draw("gate", SIZES["80x24"])
    assert "approve+run" in first.replace("&#160;", " ")
    assert await draw("gate", SIZES["80x24"]) == first


def test_each_picture_is_there_and_no_other() -> None:
    assert {one.name for one in SHOWN.iterdir()} == {f"{scene}-{size}.svg" for scene in SCENES for size in SIZES}


@pytest.mark.parametrize("name", [one.stem for one in RECORDED.glob("*.zip")])
def test_a_recorded_run_is_small_and_each_beginning_of_it_folds(name: str, tmp_path: Path) -> None:
    assert (RECORDED / f"{name}.zip").stat().st_size < SMALL
    entries = Recorded(name, tmp_path).entries
    for end in range(1, len(entries) + 1):
        assert fold(entries[:end]).seq == end


@pytest.mark.parametrize("end", [1, 6, 12, 30])
async def test_a_run_in_the_middle_of_it_is_drawn(end: int) -> None:
    left = iter(range(end))
    async with played("portrait", (80, 24), lambda _: next(left, None) is None) as pilot:
        await settle(pilot)
        assert screen_text(pilot).startswith(" hgtui  run ")
