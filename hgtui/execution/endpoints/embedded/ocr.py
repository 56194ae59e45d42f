"""Text from pictures and PDFs with RapidOCR (PP-OCRv6 on onnxruntime); a PDF's own text layer is used where it has one."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hgtui.core.states import Failure
from hgtui.core.text import clean
from hgtui.execution.endpoints.embedded import files, layout, pdf
from hgtui.execution.wire import EngineCall, EngineError, Output, Progress

if TYPE_CHECKING:
    from PIL.Image import Image

# The classifier of upside-down lines turns long upright lines over (measured on drawn pages): it stays off. Detection on
# at most 1280 pixels is exact on a page at 150 dpi and five times as quick as the default, which enlarges small pictures.
SETTINGS: dict[str, Any] = {
    "Global.log_level": "critical",
    "Global.use_cls": False,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Det.limit_side_len": 1280,
    "Det.limit_type": "max",
    "Rec.rec_batch_num": 1,
}
LINE_SCORE = 0.6
"""Lines that the recogniser is less sure of are left out: on photos they are mostly false."""
LONGEST_STRIP = 200
"""How many times as long as wide a picture may be: a line of text across a whole page is 50."""
SMALL_SIDE, ENLARGED = 200, 2
"""A picture with a side under so many pixels is enlarged: its letters may be too small for the detector."""


@functools.cache
def load() -> Any:
    """Load the engine once for a process; about 1 to 3 s."""
    import cv2
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    return RapidOCR(params=SETTINGS)


def run(call: EngineCall, progress: Progress) -> list[Output]:
    """Return one text of all files given as `image` (or `document`), in order; EngineError (empty) where none has any."""
    name = "image" if call.inputs.get("image") is not None else "document"
    paths = files.paths_of(call, name)
    texts: list[str] = []
    notes: list[str] = []
    for place, path in enumerate(paths):
        if files.is_pdf(path):
            found = _pdf(path, progress, notes)
        else:
            progress(place / len(paths), f"reading {files.shown(path)}")
            found = _picture(files.open_picture(path))
        texts.append(found)
    text = clean("\n\n".join(found for found in texts if found))
    if not text:
        raise EngineError(
            Failure.EMPTY,
            f"No text was found in {', '.join(files.shown(path) for path in paths)}.",
            "Printed, upright text is read here; a sharper or larger picture may help.",
        )
    return [Output("text", "text/plain", text=text, notes=tuple(notes))]


def _pdf(path: Path, progress: Progress, notes: list[str]) -> str:
    texts, layered, drawn = [], 0, 0
    with pdf.opened(path) as document:
        count = min(len(document), pdf.MAX_PAGES)
        if len(document) > count:
            notes.append(f"Only the first {count} of {len(document)} pages of {files.shown(path)} were read.")
        for number in range(count):
            progress(number / count, f"reading page {number + 1} of {count} of {files.shown(path)}")
            text = pdf.text_layer(document, number)
            layered, drawn = layered + bool(text), drawn + (not text)
            texts.append(text or _picture(pdf.rendered(document, number, path)))
    if layered:
        pages = "" if not drawn else f" of {layered} of {count} pages"
        notes.append(f"The text layer{pages} of {files.shown(path)} was used: it was not recognised from a picture.")
    return "\n\n".join(text for text in texts if text)


def _picture(picture: "Image") -> str:
    import numpy as np

    if max(picture.size) > LONGEST_STRIP * min(picture.size):
        return ""  # a hair line: scaled to what the model takes, nothing would be left of it
    if min(picture.size) < SMALL_SIDE:
        picture = picture.resize((picture.width * ENLARGED, picture.height * ENLARGED))
    pixels = np.asarray(picture)[:, :, ::-1]
    result = load()(pixels)
    if result.txts is None or result.boxes is None:
        return ""
    lines = [
        layout.Line(text.strip(), *map(float, (*box.min(axis=0), *box.max(axis=0))))
        for text, box, score in zip(result.txts, result.boxes, result.scores, strict=True)
        if text.strip() and score >= LINE_SCORE
    ]
    return layout.read(lines) if lines else ""
