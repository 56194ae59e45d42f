"""Each screen and state as it looks at both sizes, against the text kept in snapshots/; HGTUI_SNAPSHOTS=renew writes them anew."""

import asyncio
import os
import time
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.ui.bench import SIZES, screen_text
from tests.ui.scenes import SCENES, staged

KEPT = Path(__file__).parent / "snapshots"
RENEW = os.environ.get("HGTUI_SNAPSHOTS") == "renew"
WITHIN_S = 20
"""How long a screen may take to become what it is to be."""


def place(scene: str, size: tuple[int, int]) -> Path:
    return KEPT / f"{scene}-{size[0]}x{size[1]}.txt"


def seen(pilot: Pilot[None]) -> str:
    return "".join(f"{line.rstrip()}\n" for line in screen_text(pilot).splitlines())


async def at_rest(pilot: Pilot[None]) -> str:
    """Return the screen once nothing on it has changed for a while."""
    text, since = seen(pilot), time.monotonic()
    while time.monotonic() - since < 0.7:
        await pilot.pause()
        if (now := seen(pilot)) != text:
            text, since = now, time.monotonic()
    return text


async def becomes(pilot: Pilot[None], wanted: str) -> bool:
    """Wait until the screen is as it should be: what is drawn beside the loop comes when it comes."""
    try:
        async with asyncio.timeout(WITHIN_S):
            while seen(pilot) != wanted:
                await pilot.pause()
    except TimeoutError:
        return False
    return True


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no setting of this machine show on the screen."""
    monkeypatch.setenv("TZ", "UTC")
    for name in ("SSH_CONNECTION", "NO_COLOR", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    time.tzset()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
async def test_it_looks_as_it_did(scene: str, size: tuple[int, int], tmp_path: Path) -> None:
    path = place(scene, size)
    async with staged(scene, size, tmp_path) as pilot:
        if RENEW:
            KEPT.mkdir(exist_ok=True)
            path.write_text(await at_rest(pilot), "utf-8")
        wanted = path.read_text("utf-8")
        if not await becomes(pilot, wanted):
            assert seen(pilot) == wanted, "if it is better so: HGTUI_SNAPSHOTS=renew"


def test_every_snapshot_is_of_a_scene() -> None:
    assert {one.name for one in KEPT.iterdir()} == {place(scene, size).name for scene in SCENES for size in SIZES}
