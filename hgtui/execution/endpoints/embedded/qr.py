"""QR codes with OpenCV's reader, tried at several sizes: it misses a code at one size that it reads at another."""

from dataclasses import dataclass
from typing import Any

from hgtui.core.text import clean

SIDES = (1600, 800, 400, 2400, 240)
"""Longest sides in pixels that are tried in turn, until one gives a code that can be read."""
MOST_ENLARGED = 4.0
QUIET = 0.06
"""White frame put around the picture, of its longer side: a code needs four modules of quiet zone (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A thing in a picture: its box (left, top, right, bottom in pixels), the engine's score, the text it carries."""

    box: tuple[int, int, int, int]
    score: float | None = None
    text: str | None = None


def find(cv2: Any, pixels: Any) -> list[Found]:
    """Return the codes in `pixels` (BGR) with their payloads, else those that are seen but cannot be read, else none."""
    high, wide = pixels.shape[:2]
    frame = max(8, round(QUIET * max(high, wide)))
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    framed = cv2.copyMakeBorder(grey, frame, frame, frame, frame, cv2.BORDER_CONSTANT, value=255)
    seen: list[Found] = []
    tried: set[int] = set()
    for side in (max(framed.shape) if max(framed.shape) <= max(SIDES) else SIDES[0], *SIDES):
        scale = min(side / max(framed.shape), MOST_ENLARGED)
        if round(scale * 1000) in tried:
            continue
        tried.add(round(scale * 1000))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        picture = framed if scale == 1 else cv2.resize(framed, None, fx=scale, fy=scale, interpolation=way)
        found = [_placed(text, corners, scale, frame, wide, high) for text, corners in _codes(cv2, picture)]
        read = [code for code in found if code.text]
        if read:
            return sorted(read, key=lambda code: (code.box[1], code.box[0]))
        seen = seen or found
    return seen


def _codes(cv2: Any, picture: Any) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for detector in (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()):
        try:
            _, texts, corners, _ = detector.detectAndDecodeMulti(picture)
        except (cv2.error, UnicodeDecodeError):  # some payloads and shapes are refused with an exception
            continue
        pairs = list(zip(texts, corners, strict=True)) if corners is not None else []
        if any(text for text, _ in pairs):
            return pairs
        found = found or pairs
    return found


def _placed(text: str, corners: Any, scale: float, frame: int, wide: int, high: int) -> Found:
    across = [float(x) / scale - frame for x in corners[:, 0]]
    down = [float(y) / scale - frame for y in corners[:, 1]]
    box = (
        max(0, round(min(across))),
        max(0, round(min(down))),
        min(wide, round(max(across))),
        min(high, round(max(down))),
    )
    return Found(box, None, clean(text) or None)
