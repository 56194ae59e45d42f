"""In a lane: what was found in a picture is drawn on it, masks become one, pages of a document become pictures.

A picture that unpacks to more memory than there is ends this process and not the program.
"""

import colorsys
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hgtui.core.text import one_line
from hgtui.execution.endpoints.embedded import files
from hgtui.execution.wire import EngineCall, Output, Progress

if TYPE_CHECKING:
    from PIL.Image import Image

ENGINE = "drawing"
PAGES = "pages"
MOST_PAGES = 8
LONGEST_SIDE = 2_048
"""Pixels of a page's longer side: models that read documents take no more."""
_GOLDEN = 0.618034
_NAME = 40
Colour = tuple[int, int, int]


def run(call: EngineCall, progress: Progress) -> list[Output]:
    """Do ``pages`` (a PDF or a rare format as PNG files), ``object-detection`` or ``image-segmentation``."""
    path = files.paths_of(call, "image")[0]
    if call.task == PAGES:
        return _pages(call, path)
    rows: list[dict[str, Any]] = json.loads(files.text_of(call, "found"))
    picture = files.open_picture(path)
    return _boxes(call, picture, rows) if call.task == "object-detection" else _areas(call, picture, rows)


def _pages(call: EngineCall, path: Path) -> list[Output]:
    if not files.is_pdf(path):
        return [_kept(call, "page", files.open_picture(path), "image")]
    from hgtui.execution.endpoints.embedded import pdf

    outputs = []
    with pdf.opened(path) as document:
        count = len(document)
        for number in range(min(count, MOST_PAGES)):
            page = pdf.rendered(document, number, path)
            page.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            outputs.append(_kept(call, f"page-{number + 1}", page, "image"))
    if count > MOST_PAGES:
        outputs.append(
            Output("text", "text/plain", text=f"Only the first {MOST_PAGES} of {count} pages were looked at.")
        )
    return outputs


def colour(number: int) -> Colour:
    """Return the colour of a label by its number: neighbours are far apart."""
    red, green, blue = colorsys.hsv_to_rgb((number * _GOLDEN) % 1.0, 0.85, 0.95)
    return round(red * 255), round(green * 255), round(blue * 255)


def _boxes(call: EngineCall, picture: "Image", rows: list[dict[str, Any]]) -> list[Output]:
    from PIL import ImageDraw

    width, height = picture.size
    found = []
    for row in rows:
        box = row["box"]
        left, right = (min(max(box[side], 0), width) for side in ("xmin", "xmax"))
        top, bottom = (min(max(box[side], 0), height) for side in ("ymin", "ymax"))
        if right > left and bottom > top:
            found.append({**row, "box": {"xmin": left, "ymin": top, "xmax": right, "ymax": bottom}})
    outputs = [Output("boxes", "application/json", data=found)]
    if not found:
        return outputs
    numbers = _numbers([row["label"] for row in found])
    draw, line = ImageDraw.Draw(picture), max(2, max(picture.size) // 300)
    for row in reversed(found):  # the likeliest last, on top
        box, ink = row["box"], colour(numbers[row["label"]])
        draw.rectangle((box["xmin"], box["ymin"], box["xmax"] - 1, box["ymax"] - 1), outline=ink, width=line)
        said = row["label"] if row["score"] is None else f"{row['label']} {row['score']:.2f}"
        _write(draw, (box["xmin"], box["ymin"]), said, ink, picture.size)
    return [*outputs, _kept(call, "boxes", picture, "image")]


@dataclass(slots=True)
class _Area:
    row: dict[str, Any]
    mask: "Image"
    share: float


def _areas(call: EngineCall, picture: "Image", rows: list[dict[str, Any]]) -> list[Output]:
    from PIL import Image, ImageDraw

    areas = [_area(row, picture.size) for row in rows]
    areas = sorted((area for area in areas if area.share > 0), key=lambda area: -area.share)
    if not areas:
        return []
    numbers = _numbers([area.row["label"] for area in areas])
    index = Image.new("L", picture.size, 0)
    inks = [(0, 0, 0), *(colour(number) for number in range(len(numbers)))]
    for area in areas:  # the smallest last, so that a large one does not cover it
        index.paste(numbers[area.row["label"]] + 1, mask=area.mask)
    covered = index.point(lambda value: 110 if value else 0)
    combined = index
    combined.putpalette([part for ink in inks for part in ink])
    shown = Image.composite(combined.convert("RGB"), picture, covered)
    draw = ImageDraw.Draw(shown)
    for area in areas:
        box = area.mask.getbbox()
        if box:
            ink = inks[numbers[area.row["label"]] + 1]
            _write(draw, ((box[0] + box[2]) // 2, (box[1] + box[3]) // 2), area.row["label"], ink, picture.size)
    data = [
        {
            "label": area.row["label"],
            "score": area.row["score"],
            "part": round(area.share, 4),
            "colour": "#{:02x}{:02x}{:02x}".format(*inks[numbers[area.row["label"]] + 1]),
            "box": dict(zip(("xmin", "ymin", "xmax", "ymax"), area.mask.getbbox() or (0, 0, 0, 0), strict=True)),
        }
        for area in areas
    ]
    return [
        _kept(call, "mask", combined, "mask"),
        _kept(call, "areas", shown, "image"),
        Output("labels", "application/json", data=data),
    ]


def _area(row: dict[str, Any], size: tuple[int, int]) -> _Area:
    from PIL import Image

    path = Path(row["path"])
    # The first opening checks the file and its size; a cut-out has its mask in the transparency, which it lays on white.
    mask = files.open_picture(path).convert("L")
    with Image.open(path, formats=files.FORMATS) as raw:
        if raw.has_transparency_data:
            alpha = raw.convert("RGBA").getchannel("A")
            mask = alpha if any(alpha.histogram()[:255]) else mask
    if mask.size != size:
        mask = mask.resize(size, Image.Resampling.NEAREST)
    mask = mask.point(lambda value: 255 if int(value) > 127 else 0)
    share = mask.histogram()[255] / (size[0] * size[1])
    return _Area(row, mask, share)


def _numbers(names: list[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


def _write(draw: Any, at: tuple[int, int], said: str, ink: Colour, size: tuple[int, int]) -> None:
    from PIL import ImageFont

    said = one_line(said, _NAME)
    font = ImageFont.load_default(max(11, min(48, max(size) // 45)))
    left, top, right, bottom = draw.textbbox((0, 0), said, font=font)
    wide, high = right - left + 4, bottom - top + 4
    x, y = min(max(at[0], 0), max(size[0] - wide, 0)), min(max(at[1], 0), max(size[1] - high, 0))
    draw.rectangle((x, y, x + wide, y + high), fill=ink)
    dark = 0.299 * ink[0] + 0.587 * ink[1] + 0.114 * ink[2] < 140
    draw.text((x + 2 - left, y + 2 - top), said, fill="white" if dark else "black", font=font)


def _kept(call: EngineCall, stem: str, picture: "Image", kind: str) -> Output:
    path = files.target(call, stem, ".png")
    picture.save(path, compress_level=3)
    return Output(kind, "image/png", path=str(path), name=path.name)
