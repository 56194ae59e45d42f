"""Faces, people, QR codes and edges, by OpenCV in a real child."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from hgtui.core.states import Failure
from hgtui.execution.lanes import EngineError, Output
from tests import inputs
from tests.execution.conftest import Run

Refused = Callable[..., Awaitable[EngineError]]


async def find(engine: Run, path: Path, labels: str, model: str) -> Output:
    outputs = await engine(model, "object-detection", image=path, labels=labels)
    assert outputs[0].kind == "boxes"
    return outputs[0]


async def test_the_one_face_of_a_photo_is_found_and_drawn(engine: Run, tmp_path: Path) -> None:
    photo = inputs.draw_photo(tmp_path / "photo.png")
    boxes, picture = await engine("opencv-haar-face", "object-detection", image=photo, labels="faces")
    assert boxes.text == "1 face"
    [face] = boxes.data
    box = face["box"]
    # The astronaut's nose is at about (224, 120).
    assert box["xmin"] < 224 < box["xmax"]
    assert box["ymin"] < 120 < box["ymax"]
    assert picture.media_type == "image/png"
    assert picture.path is not None
    drawn, plain = np.asarray(Image.open(picture.path)), np.asarray(Image.open(photo))
    assert drawn.shape == plain.shape
    changed = np.argwhere((drawn != plain).any(axis=2))
    assert changed.min() >= min(box.values()) - 4
    assert changed.max() <= max(box.values()) + 4


@pytest.mark.parametrize("people", [1, 2, 3, 5])
async def test_every_face_of_a_group_is_counted_once(engine: Run, tmp_path: Path, people: int) -> None:
    boxes = await find(engine, inputs.draw_group(tmp_path / "group.png", people), "face", "opencv-haar-face")
    assert boxes.text == ("1 face" if people == 1 else f"{people} faces")
    lefts = [thing["box"]["xmin"] for thing in boxes.data]
    assert lefts == sorted(lefts)


async def test_the_same_photo_five_times_as_large_has_the_same_face(engine: Run, tmp_path: Path) -> None:
    path = inputs.draw_photo(tmp_path / "photo.png")
    with Image.open(path) as photo:
        photo.resize((2560, 2560)).save(path)
    boxes = await find(engine, path, "face", "opencv-haar-face")
    assert len(boxes.data) == 1
    assert boxes.data[0]["box"]["xmin"] < 224 * 5 < boxes.data[0]["box"]["xmax"]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("opencv-haar-face", "no faces"),
        ("opencv-hog-person", "no people"),
        ("opencv-qr", "no QR code was found"),
    ],
)
async def test_nothing_found_is_an_answer_and_no_failure(engine: Run, tmp_path: Path, model: str, said: str) -> None:
    path = inputs.draw_page(tmp_path / "page.png", "Only words stand here.")
    [boxes] = await engine(model, "object-detection", image=path)
    assert boxes.text == said
    assert boxes.data == []


async def test_letters_that_pass_for_people_are_counted_with_the_doubt(engine: Run, tmp_path: Path) -> None:
    """Letters of 60 pixels, in which HOG sees people with margins above 1."""
    page = Image.new("RGB", (1000, 1400), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(60)
    for row, line in enumerate(
        ["bees like honey", "hives and the", "Report Total Il", "queen lays eggs", "Ill lit hill in"] * 2
    ):
        draw.text((40, 40 + 130 * row), line, font=font, fill="black")
    page.save(tmp_path / "page.png")
    boxes = await find(engine, tmp_path / "page.png", "people", "opencv-hog-person")
    assert boxes.data, "else this shows nothing"
    assert boxes.text.startswith("perhaps ")
    assert "looks like a page" in " ".join(boxes.notes)


PAYLOADS = [
    ("https://example.org/x?a=1", 10),
    ("hi", 2),
    ("hi", 1),
    ("Grüße 你好", 30),
    ("a" * 60, 60),
    ("x" * 700, 3),
]


@pytest.mark.parametrize(("payload", "box"), PAYLOADS)
async def test_a_qr_code_is_read_large_or_small(engine: Run, tmp_path: Path, payload: str, box: int) -> None:
    boxes = await find(engine, inputs.draw_qr(tmp_path / "code.png", payload, box=box), "QR code", "opencv-qr")
    assert [thing["text"] for thing in boxes.data] == [payload]
    assert boxes.text == f'QR code says: "{payload}"'


async def test_a_qr_code_in_a_corner_of_a_large_page_is_read(engine: Run, tmp_path: Path) -> None:
    code = Image.open(inputs.draw_qr(tmp_path / "code.png", "ticket 4711", box=4)).convert("RGB")
    page = Image.open(inputs.draw_page(tmp_path / "page.png", "Your ticket\n\nPlease show this code at the gate."))
    page.paste(code, (1000, 1500))
    page.save(tmp_path / "ticket.png")
    boxes = await find(engine, tmp_path / "ticket.png", "qr codes", "opencv-qr")
    assert boxes.text == 'QR code says: "ticket 4711"'
    assert boxes.data[0]["box"]["xmin"] >= 1000


async def test_two_qr_codes_are_both_read(engine: Run, tmp_path: Path) -> None:
    page = Image.new("RGB", (800, 400), "white")
    for place, payload in enumerate(("one", "two")):
        code = Image.open(inputs.draw_qr(tmp_path / f"{payload}.png", payload, box=8)).convert("RGB")
        page.paste(code, (40 + 400 * place, 60))
    page.save(tmp_path / "both.png")
    boxes = await find(engine, tmp_path / "both.png", "qr", "opencv-qr")
    assert sorted(thing["text"] for thing in boxes.data) == ["one", "two"]


async def test_what_a_qr_code_says_cannot_drive_the_terminal(engine: Run, tmp_path: Path) -> None:
    boxes = await find(engine, inputs.draw_qr(tmp_path / "code.png", "a\x1b]0;owned\x07b"), "qr", "opencv-qr")
    assert boxes.data[0]["text"] == "a]0;ownedb"


async def test_what_the_model_cannot_look_for_is_refused_or_noted(
    engine: Run, refused: Refused, tmp_path: Path
) -> None:
    photo = inputs.draw_photo(tmp_path / "photo.png")
    error = await refused("opencv-haar-face", "object-detection", image=photo, labels="cats, dogs")
    assert error.failure is Failure.BAD_INPUT
    assert error.message == "cats, dogs cannot be found by this engine."
    assert error.hint == "It can look for: face."
    boxes = await find(engine, photo, "cats, faces", "opencv-haar-face")
    assert boxes.text == "1 face"
    assert boxes.notes == ("Not looked for: cats.",)


def _edges(output: Output) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    assert (output.kind, output.media_type) == ("image", "image/png")
    assert output.path is not None
    with Image.open(output.path) as picture:
        return np.asarray(picture)


async def test_the_edges_of_a_photo_are_few_white_lines_on_black(engine: Run, tmp_path: Path) -> None:
    [output] = await engine("opencv-canny", "canny-control", image=inputs.draw_photo(tmp_path / "photo.png"))
    edges = _edges(output)
    assert edges.shape == (512, 512)
    assert set(np.unique(edges)) == {0, 255}
    assert 0.01 < (edges == 255).mean() < 0.25


@pytest.mark.parametrize(("inside", "outside"), [("black", "white"), ("white", "black"), ("#606060", "#a0a0a0")])
async def test_edges_lie_where_the_brightness_changes(engine: Run, tmp_path: Path, inside: str, outside: str) -> None:
    picture = Image.new("RGB", (200, 200), outside)
    picture.paste(Image.new("RGB", (100, 100), inside), (50, 50))
    picture.save(tmp_path / "square.png")
    [output] = await engine("opencv-canny", "canny-control", image=tmp_path / "square.png")
    places = np.argwhere(_edges(output) == 255)
    assert len(places) > 300
    assert places.min() in range(47, 53)
    assert places.max() in range(147, 153)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F"])
@pytest.mark.parametrize("size", [(1, 1), (3, 700), (64, 64)])
async def test_pictures_of_any_mode_and_shape_are_taken(
    engine: Run, tmp_path: Path, mode: str, size: tuple[int, int]
) -> None:
    path = tmp_path / "odd.tiff"
    Image.new("L", size, 100).convert("I" if mode == "I;16" else mode).save(path)
    assert len(await engine("opencv-canny", "canny-control", image=path)) == 1
    for model in ("opencv-haar-face", "opencv-hog-person", "opencv-qr"):
        assert (await find(engine, path, "", model)).data == []
