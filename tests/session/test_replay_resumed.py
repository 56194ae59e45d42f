"""A run that a second process went on with, from any of its events on, is gone through again as both have done it."""

from pathlib import Path
from typing import Any

import pytest

from hgtui.core import commands as cmd
from hgtui.core.events import RunStarted
from hgtui.core.states import Gates
from hgtui.session.artifacts import Artifacts
from hgtui.session.replay import replay
from hgtui.session.sealed import sealed
from tests.session.staging import ByHand, Stage
from tests.session.test_resuming import FIVE, LISTED, Entries, Trouble, again, left, recorded, to_the_end


async def alone(here: Stage) -> None:
    """Resume, where nobody is asked."""
    here.send(cmd.Resume())
    await here.end()


async def differences(folder: Path, entries: Entries) -> tuple[str, ...]:
    artifacts = Artifacts(folder)
    try:
        with sealed():
            return (await replay(entries, artifacts)).differences
    finally:
        await artifacts.aclose()


@pytest.mark.parametrize(
    ("how", "more"),
    [
        (to_the_end, {"attended": False}),
        (alone, {"attended": False, "approve_by": "--yes"}),
        (alone, {"attended": False, "gates": Gates.NONE}),
    ],
    ids=["asked", "yes", "no gates"],
)
async def test_from_every_event_on(tmp_path: Path, how: Any, more: dict[str, Any]) -> None:
    entries = await recorded(tmp_path / "first")
    assert isinstance(entries[0].event, RunStarted)
    unlike: dict[str, tuple[str, ...]] = {}
    for count in range(1, len(entries)):
        before = entries[:count]
        folder = await left(tmp_path / str(count), before, artifacts=tmp_path / "first" / "artifacts")
        async with again(folder, before, ByHand(FIVE), work=Trouble(), models=(LISTED,), **more) as here:
            await how(here)
            after = await here.entries()
        if found := await differences(folder, after):
            unlike[f"behind {count}: {before[-1].event.type}"] = found
    assert not unlike, "\n".join(f"{where}: {words}" for where, words in unlike.items())
