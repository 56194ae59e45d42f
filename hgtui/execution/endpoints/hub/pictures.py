"""What is done to pictures in a lane, before they are sent and after something was found in them."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from hgtui.core.ports import CallError, Given, Produced
from hgtui.core.resource import Kind
from hgtui.execution.endpoints.hub import drawing, shapes
from hgtui.execution.endpoints.hub.about import About
from hgtui.execution.endpoints.hub.faults import bad_input, empty, unreadable
from hgtui.execution.endpoints.hub.inputs import SENT_AS_THEY_ARE, Inputs, shown
from hgtui.execution.endpoints.hub.results import JSON, checked, of_labels, relative
from hgtui.execution.endpoints.hub.signatures import signature
from hgtui.execution.lanes import EngineCall, EngineError, Lanes, Output
from hgtui.hub.inference_plain import Blob

_HEAD = 64
_UNSAFE = re.compile(r"[^\w .()+-]+")


def sendable(inputs: Inputs, names: tuple[str, ...]) -> bool:
    """Say whether every picture is in a form that is sent as it is. Reads files. Raises CallError for one that it cannot."""
    return all(_sendable(one) for name in names for one in inputs.given.get(name, ()))


async def ready(inputs: Inputs, names: tuple[str, ...], work: Path, lanes: Lanes | None) -> tuple[Inputs, str]:
    """Return the inputs with every picture in a form that is sent, pages of a PDF as pictures, and a note on them.

    Raises CallError for what is no picture.
    """
    given, notes = dict(inputs.given), []
    for name in names:
        found: list[Given] = []
        for number, one in enumerate(inputs.given.get(name, ())):
            if await asyncio.to_thread(_sendable, one):
                found.append(one)
                continue
            pages, note = await _converted(one, work / f"{name}-{number}", lanes)
            found += pages
            notes += [note] if note else []
        given[name] = tuple(found)
    return Inputs(given), " ".join(notes)


def _sendable(one: Given) -> bool:
    return one.path is None or signature(_head(one)).media_type in SENT_AS_THEY_ARE


def _head(one: Given) -> bytes:
    try:
        with Path(one.path or "").open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        name = shown(one)
        raise bad_input(f"{name[:1].upper()}{name[1:]} cannot be read: {error.strerror}.") from error


async def _converted(one: Given, folder: Path, lanes: Lanes | None) -> tuple[list[Given], str]:
    if lanes is None:
        raise bad_input(f"{shown(one)} is neither a PNG nor a JPEG.", "Save it as one of these.")
    outputs = await _run(lanes, drawing.PAGES, one, folder, {})
    pages = [output for output in outputs if output.path]
    name = shown(one)
    return [
        Given(
            kind=Kind.IMAGE,
            path=page.path,
            media_type="image/png",
            name=f"page {number} of {name}" if len(pages) > 1 else name,
        )
        for number, page in enumerate(pages, 1)
    ], next((output.text or "" for output in outputs if not output.path), "")


async def _run(lanes: Lanes, task: str, picture: Given, folder: Path, more: dict[str, Any]) -> list[Output]:
    link = await asyncio.to_thread(_linked, picture, folder)
    inputs = {"image": {"path": str(link)}, **more}
    try:
        return await lanes.run(EngineCall(drawing.ENGINE, task, inputs, str(folder)))
    except EngineError as error:
        raise CallError(error.failure, error.message, error.hint) from error


def _linked(picture: Given, folder: Path) -> Path:
    """Return a link to a file under the name that a person knows: the artifact's own is a digest."""
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / (_UNSAFE.sub("_", Path(shown(picture)).name)[-80:].lstrip(".") or "picture")
    link.symlink_to(picture.path or "")
    return link


async def boxes(answer: Any, about: About) -> tuple[Produced, ...]:
    """Return what was found with its boxes, and the picture with the boxes drawn on it."""
    rows = shapes.boxes(answer)
    if not rows and answer != []:
        raise unreadable(about.provider, "boxes that cannot be read")
    asked = about.inputs.words("labels")
    found = [row for row in rows if shapes.wanted(row["label"], asked)]
    note = _left_out([row["label"] for row in rows], asked, about.provider)
    drawn: list[Output] = []
    if found and about.lanes is not None:
        # What has been found stays true where it cannot be drawn on a damaged picture.
        drawn, why = await _drawn(about, "object-detection", found)
        note = " ".join(filter(None, (note, why)))
        found = drawn[0].data if drawn else found
    said = shapes.counted([row["label"] for row in found]) or "nothing was found"
    first = Produced(kind=Kind.BOXES, media_type=JSON, text=said, data=found, note=note)
    return (first, *(_picture(one, about.work) for one in drawn[1:]))


async def areas(answer: Any, about: About) -> tuple[Produced, ...]:
    """Return one picture of all areas, each label in its colour, the areas laid over the picture, and their labels."""
    rows = [row for row in shapes.rows(answer) if isinstance(row.get("mask"), Blob)]
    if not rows:
        raise empty(about.provider, "no area") if answer == [] else unreadable(about.provider, "no masks")
    asked = about.inputs.words("labels")
    names = [shapes.label(row.get("label")) or "area" for row in rows]
    kept = [(row, name) for row, name in zip(rows, names, strict=True) if shapes.wanted(name, asked)]
    if not kept:
        raise empty(about.provider, f"no area of what was asked for, but {shapes.counted(names)}")
    if about.lanes is None:
        raise unreadable(about.provider, "masks, which cannot be put together without an engine for pictures")
    found = await asyncio.to_thread(_kept, kept[: shapes.MOST_AREAS], about)
    outputs, why = await _drawn(about, "image-segmentation", found)
    if why:
        raise unreadable(about.provider, f"masks that cannot be used: {why}")
    if not outputs:
        raise empty(about.provider, "only masks with nothing in them")
    mask, shown_on, labels = outputs
    note = _left_out(names, asked, about.provider)
    said = shapes.counted([row["label"] for row in labels.data])
    main = _picture(mask, about.work).model_copy(update={"text": said, "data": labels.data, "note": note})
    return main, _picture(shown_on, about.work), of_labels(labels.data)


def _kept(rows: list[tuple[dict[str, Any], str]], about: About) -> list[dict[str, Any]]:
    """Write the masks into a folder and return a row for each."""
    folder = about.work / "masks"
    folder.mkdir()
    found = []
    for number, (row, name) in enumerate(rows):
        blob, kind = checked(row["mask"], about, Kind.IMAGE)
        path = folder / f"{number}{kind.suffix}"
        path.write_bytes(blob.data)
        found.append({"label": name, "score": shapes.score(row.get("score")), "path": str(path)})
    return found


async def _drawn(about: About, task: str, rows: list[dict[str, Any]]) -> tuple[list[Output], str]:
    assert about.lanes is not None
    picture = about.inputs.files("image")[0]
    more = {"found": {"text": json.dumps(rows)}}
    try:
        return await _run(about.lanes, task, picture, about.work / "drawn", more), ""
    except CallError as error:
        return [], error.message


def _left_out(names: list[str], asked: list[str], provider: str) -> str:
    """Say what was asked for and not found, and what was found and not asked for."""
    missing = [one for one in asked if not any(shapes.wanted(name, [one]) for name in names)]
    others = [name for name in names if not shapes.wanted(name, asked)]
    parts = [f"Not found: {', '.join(shapes.label(one) for one in missing)}."] if missing else []
    parts += [f"{provider} also found {shapes.counted(others)}."] if others else []
    return " ".join(parts)


def _picture(output: Output, work: Path) -> Produced:
    return Produced(
        kind=Kind(output.kind), media_type=output.media_type, path=relative(output.path, work), name=output.name or ""
    )
