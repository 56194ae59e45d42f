"""Files that claim, or unpack to, far more than they are, before the real engines: a sentence, not a dead process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hgtui.core.states import Failure
from hgtui.execution.endpoints.embedded import cards
from hgtui.execution.lanes import EngineCall, EngineError, Lanes, Output
from tests import bombs
from tests.inputs import draw_page, make_pdf

GB = 1_000_000_000
READ = ("rapidocr", "image-to-text")


class Shop:
    """Lanes whose children may take little, so that a test needs no more."""

    def __init__(self, lanes: Lanes, out: Path) -> None:
        self.lanes, self.out = lanes, out

    async def run(self, path: Path, model: str = READ[0], task: str = READ[1]) -> list[Output]:
        call = EngineCall(cards.card(model).engine, task, {"image": {"path": str(path)}}, str(self.out), model)
        return await self.lanes.run(call)

    async def fails(self, path: Path, model: str = READ[0], task: str = READ[1]) -> EngineError:
        with pytest.raises(EngineError) as caught:
            await self.run(path, model, task)
        assert caught.value.message.endswith(".")
        assert "Traceback" not in caught.value.message
        return caught.value


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    out = tmp_path / "out"
    out.mkdir()
    async with Lanes(limit=1, memory_mb=1_500) as lanes:
        yield Shop(lanes, out)


async def test_a_pdf_that_unpacks_to_gigabytes_is_out_of_memory_and_the_next_call_runs(
    shop: Shop, tmp_path: Path
) -> None:
    bomb = bombs.pdf_bomb(tmp_path / "bomb.pdf", 2 * GB)
    assert bomb.stat().st_size < 20_000
    error = await shop.fails(bomb)
    assert error.failure is Failure.OUT_OF_MEMORY
    assert error.message == "ocr needs more than 1.5 GB of memory for this, which is its limit."
    found = await shop.run(make_pdf(tmp_path / "fine.pdf", "All is well with the next one."))
    assert "All is well" in (found[0].text or "")


async def test_a_pdf_with_a_hundred_thousand_pages_is_read_as_far_as_the_limit(shop: Shop, tmp_path: Path) -> None:
    content = b"BT /F1 12 Tf 20 100 Td (one page of very many) Tj ET"
    found = await shop.run(bombs.pdf(tmp_path / "long.pdf", content=content, pages=100_000))
    assert "Only the first 50 of 100000 pages of long.pdf were read." in found[0].notes


@pytest.mark.parametrize("box", ["0 0 1440000 1440000", "0 0 1440000 1", "0 0 0.001 1440000", "0 0 1e30 1e30"])
async def test_a_page_of_twenty_thousand_inches_is_drawn_small_or_refused(shop: Shop, tmp_path: Path, box: str) -> None:
    path = bombs.pdf(tmp_path / "wide.pdf", box=box)
    try:
        await shop.run(path)
    except EngineError as error:
        assert error.failure in {Failure.BAD_INPUT, Failure.EMPTY}, error.message
    found = await shop.run(draw_page(tmp_path / "page.png", "Still here", height=400))
    assert "Still here" in (found[0].text or "")


@pytest.mark.parametrize(("model", "task"), [READ, ("opencv-haar-face", "object-detection")])
async def test_a_whole_picture_bomb_is_refused_in_words(shop: Shop, tmp_path: Path, model: str, task: str) -> None:
    error = await shop.fails(bombs.png(tmp_path / "bomb.png", bombs.HUGE, bombs.HUGE), model, task)
    assert error.failure is Failure.BAD_INPUT
    assert "50000 x 50000 pixels" in error.message or "more pixels" in error.message


@pytest.mark.parametrize("name", ["bomb.gif", "bomb.tif", "bomb.webp", "bomb.bmp", "bomb.ppm", "bomb.jp2", "bomb.jpg"])
async def test_a_picture_that_claims_too_much_is_refused_in_words(shop: Shop, tmp_path: Path, name: str) -> None:
    make = {
        "gif": bombs.gif,
        "tif": bombs.tiff,
        "webp": bombs.webp,
        "bmp": bombs.bmp,
        "ppm": bombs.ppm,
        "jp2": bombs.jpeg2000,
        "jpg": bombs.jpeg,
    }[name.partition(".")[2]]
    error = await shop.fails(make(tmp_path / name, 50_000, 50_000))
    assert error.failure is Failure.BAD_INPUT


async def test_of_a_picture_with_twenty_thousand_frames_the_first_is_read(shop: Shop, tmp_path: Path) -> None:
    path = bombs.gif(tmp_path / "long.gif", 8, 8, frames=20_000)
    try:
        await shop.run(path)
    except EngineError as error:
        assert error.failure in {Failure.EMPTY, Failure.BAD_INPUT}, error.message


async def test_a_text_in_a_picture_that_unpacks_to_gigabytes_is_not_unpacked(shop: Shop, tmp_path: Path) -> None:
    path = bombs.png(tmp_path / "text.png", 8, 8, extra=bombs.text_chunk(GB))
    error = await shop.fails(path)
    assert error.failure is Failure.BAD_INPUT


async def test_a_picture_with_more_data_than_it_claims_is_read_as_far_as_it_claims(shop: Shop, tmp_path: Path) -> None:
    path = bombs.png(tmp_path / "more.png", 64, 64, packed=bombs.zeros(GB), bits=8)
    try:
        await shop.run(path)
    except EngineError as error:
        assert error.failure in {Failure.EMPTY, Failure.BAD_INPUT}, error.message


async def test_an_engine_that_asks_for_more_than_it_may_take_says_how_much_that_is(tmp_path: Path) -> None:
    async with Lanes(limit=1, engines={"greedy": "tests.execution.greedy"}, memory_mb=300) as lanes:
        for words in ("python", "numpy", "library", "abort"):
            with pytest.raises(EngineError) as caught:
                await lanes.run(EngineCall("greedy", words, {}, str(tmp_path)))
            assert caught.value.failure is Failure.OUT_OF_MEMORY, words
            assert caught.value.message == "greedy needs more than 0.3 GB of memory for this, which is its limit."


async def test_an_abort_that_has_nothing_to_do_with_memory_stays_a_crash(tmp_path: Path) -> None:
    async with Lanes(limit=1, engines={"greedy": "tests.execution.greedy"}, memory_mb=300) as lanes:
        with pytest.raises(EngineError) as caught:
            await lanes.run(EngineCall("greedy", "other", {}, str(tmp_path)))
        assert caught.value.failure is Failure.CRASHED
