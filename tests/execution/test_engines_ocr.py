"""Text from pages, pictures and PDFs, by RapidOCR in a real child."""

import struct
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from hgtui.core.states import Failure
from hgtui.execution.endpoints.embedded.layout import Line, read
from hgtui.execution.lanes import EngineError
from tests import inputs
from tests.execution.conftest import Run

Refused = Callable[..., Awaitable[EngineError]]

PAGE = """Notes on the harbour

The old harbour was built in 1874 by fishermen. It has two piers, a lighthouse and a small market. Every morning the boats bring mackerel, cod and crabs to the quay.

In winter the sea is rough and few boats leave. Visitors come by train (line 4) and pay 12.50 for a tour."""


async def read_one(engine: Run, *paths: Path) -> str:
    [output] = await engine("rapidocr", "image-to-text", image=list(paths) if len(paths) > 1 else paths[0])
    assert (output.kind, output.media_type) == ("text", "text/plain")
    assert output.text is not None
    return output.text


async def test_an_ordinary_page_is_read_exactly_with_its_paragraphs(engine: Run, tmp_path: Path) -> None:
    assert await read_one(engine, inputs.draw_page(tmp_path / "page.png", PAGE)) == PAGE


@pytest.mark.parametrize(("size", "width"), [(14, 420), (24, 600), (60, 2400)])
async def test_small_and_large_letters_are_read(engine: Run, tmp_path: Path, size: int, width: int) -> None:
    text = "Hello world, 42 ships"
    path = inputs.draw_page(tmp_path / "line.png", text, size=size, width=width, height=None)
    assert await read_one(engine, path) == text


async def test_the_lines_of_a_list_stay_lines(engine: Run, tmp_path: Path) -> None:
    text = "Shopping list\nmilk\nbread and butter\n12 eggs\ntwo pounds of green apples"
    assert await read_one(engine, inputs.draw_page(tmp_path / "list.png", text, height=700)) == text


async def test_a_page_scanned_a_little_askew_is_read(engine: Run, tmp_path: Path) -> None:
    page = Image.open(inputs.draw_page(tmp_path / "page.png", PAGE))
    page.rotate(1.5, fillcolor="white", resample=Image.Resampling.BICUBIC).save(tmp_path / "askew.jpg", quality=70)
    assert await read_one(engine, tmp_path / "askew.jpg") == PAGE


async def test_white_letters_on_black_are_read(engine: Run, tmp_path: Path) -> None:
    page = Image.open(inputs.draw_page(tmp_path / "page.png", PAGE))
    ImageOps.invert(page).save(tmp_path / "night.png")
    assert await read_one(engine, tmp_path / "night.png") == PAGE


async def test_several_pictures_give_one_text_in_their_order(engine: Run, tmp_path: Path) -> None:
    one = inputs.draw_page(tmp_path / "b.png", "The first page", height=300)
    two = inputs.draw_page(tmp_path / "a.png", "The second page", height=300)
    assert await read_one(engine, one, two) == "The first page\n\nThe second page"


async def test_a_scanned_pdf_is_recognised(engine: Run, tmp_path: Path) -> None:
    [output] = await engine(
        "rapidocr", "image-to-text", image=inputs.make_pdf(tmp_path / "scan.pdf", PAGE, scanned=True)
    )
    assert output.text == PAGE
    assert output.notes == ()


async def test_the_text_layer_of_a_pdf_is_used_and_said(engine: Run, tmp_path: Path) -> None:
    [output] = await engine("rapidocr", "image-to-text", image=inputs.make_pdf(tmp_path / "report.pdf", PAGE))
    assert output.text is not None
    assert output.text.split() == PAGE.split()
    assert "mackerel, cod and crabs to the quay.\n" in output.text
    assert "text layer" in output.notes[0]


async def test_a_pdf_is_known_by_its_bytes_and_not_by_its_name(engine: Run, tmp_path: Path) -> None:
    path = inputs.make_pdf(tmp_path / "report.png", "A short report about ships")
    assert await read_one(engine, path) == "A short report about ships"


async def test_a_long_pdf_is_cut_and_says_so(engine: Run, tmp_path: Path) -> None:
    path = inputs.make_pdf(tmp_path / "long.pdf", "Some words here", pages=60)
    [output] = await engine("rapidocr", "image-to-text", image=path)
    assert output.text is not None
    assert output.text.count("Some words here") == 50
    assert any("first 50 of 60 pages" in note for note in output.notes)


async def test_a_page_without_text_is_empty(refused: Refused, tmp_path: Path) -> None:
    error = await refused("rapidocr", "image-to-text", image=inputs.draw_page(tmp_path / "white.png", ""))
    assert error.failure is Failure.EMPTY
    assert error.message == "No text was found in white.png."


def _png_of_size(path: Path, width: int, height: int) -> Path:
    """A valid PNG head that claims a size, with hardly any data: a decompression bomb."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b""))
    return path


def _text_as_png(path: Path) -> Path:
    path.write_text("I am a text.")
    return path


def _cut_png(path: Path) -> Path:
    whole = inputs.draw_photo(path.with_name("whole.png")).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def _cut_pdf(path: Path) -> Path:
    path.write_bytes(b"%PDF-1.7\nnothing else")
    return path


def _empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


WRONG = [
    (_text_as_png, "it looks like a text"),
    (_cut_png, "is damaged"),
    (_cut_pdf, "is damaged"),
    (_empty, "is empty"),
    (_folder, "is a folder"),
    (lambda path: path, "There is no file"),
    (lambda path: _png_of_size(path, 20_000, 20_000), "more pixels than are read"),
    (lambda path: _png_of_size(path, 8_001, 8_000), "8001 x 8000 pixels"),
    (lambda path: _png_of_size(path, 2_000_000_000, 2), "pixels"),
]


@pytest.mark.parametrize(("make", "words"), WRONG)
@pytest.mark.parametrize("model", ["rapidocr", "opencv-haar-face", "opencv-canny"])
async def test_a_file_that_is_not_what_its_name_says_is_refused_by_name(
    refused: Refused, tmp_path: Path, make: Callable[[Path], Path], words: str, model: str
) -> None:
    task = {"rapidocr": "image-to-text", "opencv-haar-face": "object-detection"}.get(model, "canny-control")
    if model != "rapidocr" and make is _cut_pdf:
        words = "is a PDF, not a picture"
    error = await refused(model, task, image=make(tmp_path / "photo\x1b.png"))
    assert error.failure is Failure.BAD_INPUT
    assert "photo.png" in error.message
    assert words in error.message


async def test_a_pdf_page_of_absurd_size_is_drawn_within_bounds(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "huge.pdf"
    raw = inputs.make_pdf(path, "").read_bytes()
    path.write_bytes(raw.replace(b"[0 0 595 842]", b"[0 0 9e9 9e9]"))
    assert (await refused("rapidocr", "image-to-text", image=path)).failure in {Failure.EMPTY, Failure.BAD_INPUT}


def column(left: float, words: str, *, lines: int, top: float = 100) -> list[Line]:
    return [
        Line(f"{words} line {number}", left, top + 40 * number, left + 400, top + 40 * number + 24)
        for number in range(lines)
    ]


def test_two_columns_are_read_one_after_the_other_under_their_heading() -> None:
    heading = Line("A heading over both columns", 100, 20, 900, 50)
    text = read([heading, *column(100, "left column", lines=4), *column(540, "right column", lines=4)])
    assert text.index("A heading") < text.index("left column line 3") < text.index("right column line 0")


def test_a_table_is_read_by_rows() -> None:
    cells = [
        Line(f"r{row}c{place}", 100 + 300 * place, 40 * row, 160 + 300 * place, 40 * row + 24)
        for row in range(4)
        for place in range(3)
    ]
    assert read(cells).splitlines()[0] == "r0c0 r0c1 r0c2"


def test_a_word_divided_at_the_margin_is_joined() -> None:
    lines = [Line("the boats leave the har-", 0, 0, 240, 20), Line("bour every morning now", 0, 30, 220, 50)]
    assert read(lines) == "the boats leave the harbour every morning now"
