"""Lanes with the real engines, shared by a module's tests so that an engine is loaded once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from hgtui.execution.endpoints.embedded import cards
from hgtui.execution.lanes import EngineCall, EngineError, Lanes, Output

Run = Callable[..., Awaitable[list[Output]]]


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Run]:
    """Run a card's engine in a lane: ``await engine("rapidocr", "image-to-text", image=path)``; words are texts."""
    out = tmp_path / "out"
    out.mkdir()

    def given(value: object) -> object:
        if isinstance(value, list):
            return [given(item) for item in value]
        return {"path": str(value)} if isinstance(value, Path) else {"text": value}

    async with Lanes(limit=2) as lanes:

        async def run(model: str, task: str, **inputs: object) -> list[Output]:
            named = {name: given(value) for name, value in inputs.items()}
            return await lanes.run(EngineCall(cards.card(model).engine, task, named, str(out), model))

        yield run


@pytest.fixture
def refused(engine: Run) -> Callable[..., Awaitable[EngineError]]:
    """Run an engine that must fail and return its error."""

    async def run(model: str, task: str, **inputs: object) -> EngineError:
        with pytest.raises(EngineError) as caught:
            await engine(model, task, **inputs)
        assert "Traceback" not in caught.value.message
        assert caught.value.message.endswith(".")
        return caught.value

    return run
