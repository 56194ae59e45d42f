"""Faces, people, QR codes and edges with OpenCV (below 5: version 5 took the cascades and HOG out)."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hgtui.core.text import clean, plural
from hgtui.execution.endpoints.embedded import files, qr
from hgtui.execution.endpoints.embedded.qr import Found
from hgtui.execution.wire import EngineCall, Output, Progress

if TYPE_CHECKING:
    import numpy as np

    Pixels = np.ndarray[Any, np.dtype[np.uint8]]

FACE_SIDE, PERSON_SIDE = 1024, 800
"""Longest side in pixels at which is searched: the window of a detector grows from 20 (face) or 64 x 128 (person) pixels."""
SMALLEST_FACE = 0.04
"""Of the shorter side."""
FACE_STEP, FACE_NEIGHBOURS = 1.1, 5
PERSON_SURE = 0.8
"""HOG's margin (no probability) under which the boxes on photos were mostly false."""
PERSON_DOUBT = 2.0
"""HOG's margin up to which large letters still passed for people; people who are seen whole often have more."""
PAPER = 0.6
"""From which share of a picture on that has about one brightness it is taken for a page or a drawing."""
OVERLAP = 0.4
COLOURS = {"face": (40, 200, 40), "person": (230, 120, 20), "qr code": (60, 60, 240)}


@dataclass(frozen=True)
class _Kind:
    model: str
    label: str
    find: "Callable[[Pixels], list[Found]]"
    words: frozenset[str]


@functools.cache
def load() -> Any:
    """Import OpenCV once for a process, on one thread; about 0.3 s."""
    import cv2

    cv2.setNumThreads(1)
    return cv2


def run(call: EngineCall, progress: Progress) -> list[Output]:
    """Find what `labels` name in `image` (boxes and a picture with the boxes), or make its edges for canny-control."""
    outputs: list[Output] = []
    for path in files.paths_of(call, "image"):
        if files.is_pdf(path):
            raise files.bad_input(f"{files.shown(path)} is a PDF, not a picture.", "Give its pages as pictures.")
        pixels = _pixels(path)
        outputs += _edges(call, pixels) if call.task == "canny-control" else _detect(call, pixels, path)
    return outputs


def _pixels(path: Path) -> "Pixels":
    import numpy as np

    return np.ascontiguousarray(np.asarray(files.open_picture(path))[:, :, ::-1])


def _edges(call: EngineCall, pixels: "Pixels") -> list[Output]:
    import numpy as np

    cv2 = load()
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), (3, 3), 0)
    # Automatic thresholds: a third below and above the median brightness, kept off the ends for black or white pictures.
    middle = min(max(float(np.median(grey)), 48.0), 160.0)
    edges = cv2.Canny(grey, round(0.67 * middle), round(1.33 * middle))
    part = 100 * float(np.count_nonzero(edges)) / edges.size
    path = _save(call, "edges", edges)
    return [Output("image", "image/png", path=str(path), text=f"edges on {part:.1f} % of the picture", name=path.name)]


def _save(call: EngineCall, stem: str, pixels: "Pixels") -> Path:
    from PIL import Image

    path = files.target(call, stem, ".png")
    Image.fromarray(pixels if pixels.ndim == 2 else pixels[:, :, ::-1]).save(path, compress_level=3)
    return path


def _detect(call: EngineCall, pixels: "Pixels", path: Path) -> list[Output]:
    kinds, left_out = _wanted(call)
    found = [(kind.label, thing) for kind in kinds for thing in kind.find(pixels)]
    paper = _is_paper(pixels) if found else False
    groups = [(kind.label, [thing for label, thing in found if label == kind.label]) for kind in kinds]
    doubts = {label: doubt for label, things in groups if (doubt := _doubt(label, things, paper=paper))}
    said = "; ".join(("perhaps " if label in doubts else "") + _say(label, things) for label, things in groups)
    data = [_as_data(label, thing) for label, thing in found]
    notes = (*doubts.values(), *((f"Not looked for: {', '.join(left_out)}.",) if left_out else ()))
    boxes = Output("boxes", "application/json", text=said, data=data, name=files.shown(path), notes=notes)
    if not found:
        return [boxes]
    picture = _save(call, "boxes", _drawn(pixels, found))
    return [boxes, Output("image", "image/png", path=str(picture), name=picture.name)]


def _as_data(label: str, thing: Found) -> dict[str, Any]:
    box = dict(zip(("xmin", "ymin", "xmax", "ymax"), thing.box, strict=True))
    data: dict[str, Any] = {"label": label, "score": thing.score, "box": box}
    return data if thing.text is None else data | {"text": thing.text}


def _wanted(call: EngineCall) -> tuple[list[_Kind], list[str]]:
    """Return what to look for, and the words for what this engine (or the model chosen) cannot find."""
    asked = files.words_of(call, "labels")
    kinds = [kind for kind in _kinds() if call.model in ("", kind.model)]
    able = ", ".join(kind.label for kind in kinds)
    if not asked and not call.model:
        raise files.bad_input("What to look for was not said.", f"Give labels: {able}.")
    if not asked:
        return kinds, []
    words = {word: _singular(word) for word in asked}
    chosen = [kind for kind in kinds if kind.words & set(words.values())]
    left_out = [clean(word, 40) for word, plain in words.items() if not any(plain in kind.words for kind in chosen)]
    if not chosen:
        raise files.bad_input(f"{', '.join(left_out)} cannot be found by this engine.", f"It can look for: {able}.")
    return chosen, left_out


def _singular(word: str) -> str:
    plain = " ".join(word.casefold().replace("-", " ").replace("_", " ").split())
    return plain.removesuffix("s") if plain.endswith("s") else plain


def _kinds() -> tuple[_Kind, ...]:
    return (
        _Kind("opencv-haar-face", "face", _faces, frozenset({"face", "human face", "frontal face"})),
        _Kind(
            "opencv-hog-person",
            "person",
            _people,
            frozenset({"person", "people", "pedestrian", "human", "man", "men", "woman", "women"}),
        ),
        _Kind("opencv-qr", "qr code", lambda pixels: qr.find(load(), pixels), frozenset({"qr code", "qr", "qrcode"})),
    )


def _say(label: str, found: Sequence[Found]) -> str:
    if label == "qr code":
        said = [f'QR code says: "{code.text}"' if code.text else "a QR code that cannot be read" for code in found]
        return "; ".join(said) or "no QR code was found"
    count = len(found)
    if label == "person" and count != 1:
        return f"{count or 'no'} people"
    return plural(count, label) if count else f"no {label}s"


def _doubt(label: str, found: Sequence[Found], *, paper: bool) -> str:
    """Say why a count is doubtful; an empty text where it is not, or nothing was found."""
    if not found or label == "qr code":
        return ""
    if paper:
        return f"The picture looks like a page or a drawing, in which letters and lines may pass for a {label}: look at the boxes."
    if label == "person" and any((thing.score or 0.0) < PERSON_DOUBT for thing in found):
        return "People are told by an upright outline alone, which other things have too: look at the boxes."
    return ""


def _is_paper(pixels: "Pixels") -> bool:
    """Whether most of a picture is of about one brightness, as paper is."""
    import numpy as np

    counts = np.bincount(load().cvtColor(pixels, load().COLOR_BGR2GRAY).ravel(), minlength=256)
    return bool(np.convolve(counts, np.ones(16), "valid").max() >= PAPER * counts.sum())


def _shrunk(pixels: "Pixels", side: int) -> "tuple[Pixels, float]":
    cv2 = load()
    scale = min(1.0, side / max(pixels.shape[:2]))
    if scale < 1:
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return pixels, scale


@functools.cache
def _face_cascade() -> Any:
    cv2 = load()
    # alt2 alone had neither a false nor a missing face on the photos tried; "default" had both.
    return cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_alt2.xml")


def _faces(pixels: "Pixels") -> list[Found]:
    cv2 = load()
    small, scale = _shrunk(pixels, FACE_SIDE)
    grey = cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY))
    least = max(24, round(min(grey.shape) * SMALLEST_FACE))
    boxes = _face_cascade().detectMultiScale(grey, FACE_STEP, FACE_NEIGHBOURS, minSize=(least, least))
    return _apart([_found(box, scale, pixels, None) for box in boxes])


@functools.cache
def _person_detector() -> Any:
    cv2 = load()
    hog = cv2.HOGDescriptor()
    hog.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())
    return hog


def _people(pixels: "Pixels") -> list[Found]:
    small, scale = _shrunk(pixels, PERSON_SIDE)
    if small.shape[0] < 128 or small.shape[1] < 64:
        return []
    boxes, weights = _person_detector().detectMultiScale(small, winStride=(8, 8), padding=(8, 8), scale=1.05)
    sure = [
        _found(box, scale, pixels, round(float(weight), 3))
        for box, weight in zip(boxes, weights, strict=True)
        if float(weight) >= PERSON_SURE
    ]
    return _apart(sure)


def _found(box: Any, scale: float, pixels: "Pixels", score: float | None) -> Found:
    left, top, width, height = (float(value) / scale for value in box)
    high, wide = pixels.shape[:2]
    corners = (max(0, round(left)), max(0, round(top)), min(wide, round(left + width)), min(high, round(top + height)))
    return Found(corners, score)


def _apart(found: list[Found]) -> list[Found]:
    """Drop what overlaps something larger of its kind, and order from left to right."""
    kept: list[Found] = []
    for thing in sorted(found, key=lambda thing: -_area(thing.box)):
        if all(_shared(thing.box, other.box) < OVERLAP * _area(thing.box) for other in kept):
            kept.append(thing)
    return sorted(kept, key=lambda thing: thing.box[:2])


def _area(box: tuple[int, int, int, int]) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def _shared(one: tuple[int, int, int, int], two: tuple[int, int, int, int]) -> int:
    return _area((max(one[0], two[0]), max(one[1], two[1]), min(one[2], two[2]), min(one[3], two[3])))


def _drawn(pixels: "Pixels", found: Sequence[tuple[str, Found]]) -> "Pixels":
    cv2 = load()
    picture = pixels.copy()
    width = max(2, max(picture.shape[:2]) // 300)
    for label, thing in found:
        cv2.rectangle(picture, thing.box[:2], thing.box[2:], COLOURS[label], width)
    return picture
