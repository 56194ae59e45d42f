"""Draws the pictures of the workbench in screenshots/: a real request on the samples. Run: python -m tests.ui.pictures"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from hgtui import samples
from tests.ui.bench import settle, until
from tests.ui.test_whole import ask, opened, run

REQUEST = "Read page.png, tell me what language it is in and how positive it sounds, and read a summary aloud"
SIZES = {"120x36": (120, 36), "80x24": (80, 24)}


async def draw(folder: Path, name: str, size: tuple[int, int]) -> None:
    """Draw the gate and the answer of one request at one size."""
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        shutil.copy(samples.folder() / "page.png", work)
        async with opened(work, size) as pilot:
            await ask(pilot, REQUEST)
            pilot.app.save_screenshot(f"gate-{name}.svg", str(folder))
            await pilot.press("a")
            await until(pilot, lambda: run(pilot).ended)
            await settle(pilot)
            pilot.app.save_screenshot(f"answer-{name}.svg", str(folder))


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, size in SIZES.items():
        asyncio.run(draw(folder, name, size))
    print("\n".join(str(path) for path in sorted(folder.glob("*.svg"))))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
