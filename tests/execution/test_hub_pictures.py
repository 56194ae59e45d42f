"""What a provider finds in a picture: kept as data, drawn on it, and never a dead process."""

import base64
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hgtui.core.base import canonical
from hgtui.core.resource import Kind
from hgtui.core.states import Failure
from hgtui.execution.endpoints.hub import shapes
from tests.execution.hub_bench import Bench, opened, picture, text
from tests.servers.hub import HOSTILE, Made, picture_bomb
from tests.servers.hub.faults import body
from tests.servers.hub.made import mask

DETR, SEGFORMER = "facebook/detr-resnet-50", "nvidia/segformer-b0-finetuned-ade-512-512"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with opened(tmp_path, lanes=1) as one:
        yield one


def box(xmin: Any, ymin: Any, xmax: Any, ymax: Any) -> dict[str, Any]:
    return {"xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax}


async def test_boxes_are_data_and_are_drawn_on_the_picture(bench: Bench, tmp_path: Path) -> None:
    boxes, drawn = await bench.run("object-detection", DETR, image=picture(tmp_path / "cat.jpg", (200, 100)))
    assert (boxes.kind, boxes.text) == (Kind.BOXES, "cat, remote, couch")
    assert boxes.data[0] == {"label": "cat", "score": 0.9, "box": box(0, 0, 100, 50)}
    assert (drawn.kind, drawn.media_type) == (Kind.IMAGE, "image/png")
    with Image.open(drawn.path or "") as shown:
        assert shown.size == (200, 100)
        grey = (120, 120, 120)
        corner, middle = shown.convert("RGB").getpixel((99, 49)), shown.convert("RGB").getpixel((150, 75))
        assert all(abs(part - 120) < 6 for part in middle), "nothing is drawn where nothing was found"
        assert corner != grey and max(corner) - min(corner) > 60


async def test_only_what_was_asked_for_is_given_and_the_rest_is_told(bench: Bench, tmp_path: Path) -> None:
    boxes, _ = await bench.run("object-detection", DETR, image=picture(tmp_path / "a.png"), labels=text("Cats, dogs"))
    assert [row["label"] for row in boxes.data] == ["cat"]
    assert boxes.note.startswith("Not found: dogs. hf-inference also found remote, couch.")


async def test_nothing_found_is_a_result(bench: Bench, tmp_path: Path) -> None:
    bench.server.always("infer/*", body([]))
    (boxes,) = await bench.run("object-detection", DETR, image=picture(tmp_path / "a.png"))
    assert (boxes.text, boxes.data) == ("nothing was found", [])


async def test_boxes_are_held_to_the_picture_and_hostile_ones_left_out(bench: Bench, tmp_path: Path) -> None:
    rows = [
        {"label": "far", "score": 0.2, "box": box(-50, -1e300, 5000, 10)},
        {"label": f"wild {HOSTILE}", "score": 0.8, "box": box(30, 20, 10, 5)},
        {"label": "outside", "score": 0.9, "box": box(500, 500, 600, 600)},
        {"label": "endless", "score": 0.9, "box": box("1", None, [], {})},
        {"label": "", "score": 0.9, "box": box(0, 0, 1, 1)},
        {"label": ["list"], "box": box(0, 0, 1, 1)},
        {"score": 1},
    ]
    text_of_it = json.dumps(rows).replace("-1e+300", "-Infinity")
    bench.server.always("infer/*", body(text_of_it))
    boxes, _drawn = await bench.run("object-detection", DETR, image=picture(tmp_path / "a.png", (40, 30)))
    (wild,) = boxes.data
    assert wild["label"].startswith("wild ") and wild["box"] == box(10, 5, 30, 20)
    assert not set("\x1b\x07\x00\u202e") & set(canonical(boxes.data) + (boxes.text or ""))


async def test_no_more_boxes_are_kept_than_can_be_read(bench: Bench, tmp_path: Path) -> None:
    rows = [{"label": f"thing {number}", "score": 0.5, "box": box(0, 0, 9, 9)} for number in range(5_000)]
    bench.server.always("infer/*", body(rows))
    boxes, _ = await bench.run("object-detection", DETR, image=picture(tmp_path / "a.png"))
    assert len(boxes.data) == shapes.MOST_BOXES


async def test_areas_become_one_mask_a_picture_and_labels(bench: Bench, tmp_path: Path) -> None:
    one, shown, labels = await bench.run("image-segmentation", SEGFORMER, image=picture(tmp_path / "a.png", (60, 40)))
    assert [result.kind for result in (one, shown, labels)] == [Kind.MASK, Kind.IMAGE, Kind.LABELS]
    assert [(row["label"], row["part"]) for row in labels.data] == [("wall", 0.5), ("cat", 0.3333)]
    with Image.open(one.path or "") as combined:
        assert (combined.size, combined.mode) == ((60, 40), "P")
        assert [combined.getpixel((x, 20)) for x in (5, 25, 45)] == [2, 1, 0], "the smaller one lies on the larger one"
        ink = combined.convert("RGB").getpixel((5, 20))
    assert labels.data[1]["colour"] == "#{:02x}{:02x}{:02x}".format(*ink)
    assert labels.data[1]["box"] == box(0, 0, 20, 40)
    with Image.open(shown.path or "") as over:
        assert over.getpixel((55, 38)) == (120, 120, 120)


async def test_a_cut_out_is_the_mask_that_its_transparency_is(bench: Bench, tmp_path: Path) -> None:
    cut = Image.new("RGBA", (60, 40), (255, 255, 255, 0))
    cut.paste((0, 0, 0, 255), (0, 0, 15, 40))
    cut.save(tmp_path / "cut.png")
    url = "data:image/png;base64," + base64.b64encode((tmp_path / "cut.png").read_bytes()).decode()
    bench.server.always("result/fal-ai", body({"image": {"url": url}}))
    one, _, labels = await bench.run(
        "image-segmentation", "ZhengPeng7/BiRefNet", image=picture(tmp_path / "a.png", (60, 40))
    )
    assert [(row["label"], row["part"]) for row in labels.data] == [("mask", 0.25)]
    assert one.kind is Kind.MASK


async def test_masks_that_are_none_are_no_result(bench: Bench, tmp_path: Path) -> None:
    image = picture(tmp_path / "a.png")
    for rows, failure in (
        ([], Failure.EMPTY),
        ({"no": "list"}, Failure.UNREADABLE),
        ([{"label": "cat", "mask": base64.b64encode(b"no picture").decode()}], Failure.UNREADABLE),
        ([{"label": "cat", "mask": base64.b64encode(mask(40, 30)[:60]).decode()}], Failure.UNREADABLE),
    ):
        bench.server.always("infer/*", body(rows))
        error = await bench.fails("image-segmentation", SEGFORMER, image=image)
        assert error.failure is failure, error.message


async def test_what_a_model_found_stays_where_the_picture_cannot_be_drawn_on(bench: Bench, tmp_path: Path) -> None:
    image = picture(tmp_path / "a.png", (40, 30))
    os.truncate(image.path or "", 60)
    bench.server.always("infer/*", body([{"label": "cat", "score": 0.9, "box": box(1, 2, 3, 4)}]))
    (boxes,) = await bench.run("object-detection", DETR, image=image)
    assert boxes.data == [{"label": "cat", "score": 0.9, "box": box(1, 2, 3, 4)}]
    assert "a.png is damaged and cannot be read as a picture." in boxes.note


async def test_a_picture_bomb_is_a_sentence_wherever_it_comes_from(bench: Bench, tmp_path: Path) -> None:
    bomb = picture_bomb()
    bench.server.always("infer/hf-inference/text-to-image", Made(bomb, "image/png"))
    error = await bench.fails(
        "text-to-image", "stabilityai/stable-diffusion-xl-base-1.0#hf-inference", text=text("a cat")
    )
    assert error.failure is Failure.UNREADABLE
    assert "more pixels than are taken" in error.message
    half = picture_bomb(9_000)
    bench.server.always("infer/hf-inference/text-to-image", Made(half, "image/png"))
    error = await bench.fails(
        "text-to-image", "stabilityai/stable-diffusion-xl-base-1.0#hf-inference", text=text("a cat")
    )
    assert "9000 x 9000 pixels" in error.message
    (tmp_path / "bomb.png").write_bytes(bomb)
    given_one = picture(tmp_path / "a.png").model_copy(update={"path": str(tmp_path / "bomb.png"), "name": "bomb.png"})
    bench.server.always(
        "infer/hf-inference/object-detection", body([{"label": "cat", "score": 0.9, "box": box(1, 2, 3, 4)}])
    )
    (boxes,) = await bench.run("object-detection", DETR, image=given_one)
    assert "bomb.png unpacks to more pixels than are read here." in boxes.note
    image = picture(tmp_path / "b.png", (40, 30))
    bench.server.always(
        "infer/hf-inference/image-segmentation", body([{"label": "a", "mask": base64.b64encode(half).decode()}])
    )
    error = await bench.fails("image-segmentation", SEGFORMER, image=image)
    assert error.failure is Failure.UNREADABLE


async def test_masks_that_together_unpack_to_too_much_are_not_unpacked(bench: Bench, tmp_path: Path) -> None:
    large = base64.b64encode(picture_bomb(8_000)).decode()
    bench.server.always("infer/*", body([{"label": f"a{number}", "mask": large} for number in range(5)]))
    error = await bench.fails("image-segmentation", SEGFORMER, image=picture(tmp_path / "a.png"))
    assert (error.failure, error.message) == (Failure.UNREADABLE, "The masks unpack to more than 256 million pixels.")


async def test_a_rare_format_is_made_a_png_before_it_is_sent(bench: Bench, tmp_path: Path) -> None:
    await bench.run("image-classification", "google/vit-base-patch16-224", image=picture(tmp_path / "scan.tiff"))
    call = bench.server.to("infer/*")[0]
    assert call.headers["content-type"] == "image/png" and call.raw.startswith(b"\x89PNG")


async def test_without_an_engine_for_drawing_the_data_is_given(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        (boxes,) = await bench.run("object-detection", DETR, image=picture(tmp_path / "a.png", (200, 100)))
        assert boxes.data[0]["box"] == box(0, 0, 100, 50)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["label", "score", "box", "xmin", "ymin", "xmax", "ymax", "other"]), inner, max_size=6
        )
    ),
    max_leaves=20,
)


@given(_JSON)
def test_whatever_an_answer_holds_its_labels_and_boxes_are_json_and_clean(answer: Any) -> None:
    rows = shapes.labels(answer) + shapes.boxes(answer)
    said = canonical(rows)
    assert "\x1b" not in said and "\u202e" not in said
    for row in shapes.boxes(answer):
        found = row["box"]
        assert found["xmin"] <= found["xmax"] and found["ymin"] <= found["ymax"]
