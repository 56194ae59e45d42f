"""What every engine needs around its work: reading inputs with care and writing results inside the call's folder only."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hgtui.core.states import Failure
from hgtui.core.text import one_line
from hgtui.execution.wire import EngineCall, EngineError

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 64_000_000
"""The largest picture in pixels: 192 MB as RGB. A larger one is taken for a decompression bomb."""
MAX_TEXT_BYTES = 16_000_000
# EPS would start Ghostscript, and rare formats have the least tested readers.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "JPEG2000")


def shown(path: Path) -> str:
    """Return the file's name as it may be shown."""
    return one_line(path.name, 120)


def bad_input(message: str, hint: str = "") -> EngineError:
    """Return the error for an input that cannot be used."""
    return EngineError(Failure.BAD_INPUT, message, hint)


def _items(call: EngineCall, name: str) -> list[dict[str, Any]]:
    value = call.inputs.get(name)
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def text_of(call: EngineCall, name: str) -> str:
    """Return the text given as `name`, several joined by a blank line, "" where none is given."""
    parts = [item["text"] if "text" in item else read_text(Path(item["path"])) for item in _items(call, name)]
    return "\n\n".join(part for part in parts if part.strip())


def words_of(call: EngineCall, name: str) -> list[str]:
    """Return the words given as `name`: one text with commas, or several texts."""
    return [
        word.strip() for item in _items(call, name) for word in str(item.get("text", "")).split(",") if word.strip()
    ]


def paths_of(call: EngineCall, name: str) -> list[Path]:
    """Return the files given as `name`, each checked; EngineError (bad_input) where none is given or one cannot be read."""
    items = _items(call, name)
    if not items:
        raise bad_input(f"No {name} was given.")
    if any("path" not in item for item in items):
        raise bad_input(f"A file is needed as {name}, not a text.")
    paths = [Path(item["path"]) for item in items]
    for path in paths:
        _check(path)
    return paths


def _check(path: Path) -> None:
    try:
        if path.is_dir():
            raise bad_input(f"{shown(path)} is a folder, not a file.")
        if not path.is_file():
            raise bad_input(f"There is no file {shown(path)}.")
        with path.open("rb") as file:
            if not file.read(1):
                raise bad_input(f"{shown(path)} is empty.")
    except OSError as error:
        raise bad_input(f"{shown(path)} cannot be read: {error.strerror}.") from error


def is_pdf(path: Path) -> bool:
    """Say whether the file's bytes, not its name, begin a PDF."""
    with path.open("rb") as file:
        return b"%PDF-" in file.read(1024)


def read_text(path: Path) -> str:
    """Read a text file (UTF-8, or UTF-16 with its mark, else Windows-1252); EngineError (bad_input) where it is none."""
    _check(path)
    if path.stat().st_size > MAX_TEXT_BYTES:
        raise bad_input(f"{shown(path)} is larger than {MAX_TEXT_BYTES // 1_000_000} MB of text.")
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-16") if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    if text[:4096].count("\0") or sum(not (c.isprintable() or c in "\t\n\r\f") for c in text[:4096]) > 40:
        raise bad_input(f"{shown(path)} is not a text file.")
    return text


def looks_like(path: Path) -> str:
    """Return what the first bytes look like, as words to put after "it looks like", or ""."""
    with path.open("rb") as file:
        head = file.read(512)
    kinds = (
        (b"%PDF-", "a PDF"),
        (b"PK\x03\x04", "a ZIP archive or an office document"),
        (b"RIFF", "a sound or a video"),
        (b"ID3", "a sound"),
        (b"<svg", "an SVG drawing"),
        (b"<?xml", "an XML file"),
        (b"<html", "a web page"),
        (b"<!DOCTYPE html", "a web page"),
        (b"\x1f\x8b", "a gzip archive"),
    )
    for start, words in kinds:
        if head.lower().startswith(start.lower()):
            return words
    printable = sum(byte in b"\t\n\r" or byte >= 32 for byte in head)
    return "a text" if head and printable == len(head) else ""


def open_picture(path: Path) -> "Image":
    """Read a picture as upright RGB, transparency on white; EngineError (bad_input) with a sentence where it is none."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(path, formats=FORMATS)
            if picture.width * picture.height > MAX_PIXELS:
                raise bad_input(
                    f"{shown(path)} has {picture.width} x {picture.height} pixels, more than the "
                    f"{MAX_PIXELS // 1_000_000} million that are read here.",
                    "Make it smaller first.",
                )
            picture.load()
            return _rgb(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise bad_input(
            f"{shown(path)} unpacks to more pixels than are read here.", "Make it smaller first."
        ) from error
    except UnidentifiedImageError as error:
        seems = looks_like(path)
        raise bad_input(
            f"{shown(path)} is not a picture that can be read here{f': it looks like {seems}' if seems else ''}.",
            "PNG, JPEG, GIF, BMP, TIFF and WebP are read.",
        ) from error
    except (EngineError, MemoryError):
        raise
    except Exception as error:  # a damaged file makes Pillow's readers raise nearly anything
        raise bad_input(f"{shown(path)} is damaged and cannot be read as a picture.") from error


def _rgb(picture: "Image") -> "Image":
    from PIL import Image

    if picture.mode.startswith("I") or picture.mode == "F":
        low, high = picture.getextrema()
        scale = 255 / (high - low) if high > low else 0.0  # type: ignore[operator]
        return picture.convert("F").point(lambda value: (value - low) * scale).convert("L").convert("RGB")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        white.alpha_composite(layer)
        return white.convert("RGB")
    return picture.convert("RGB")


def target(call: EngineCall, stem: str, suffix: str) -> Path:
    """Return a path in the call's folder that does not exist yet, such as ``edges.png`` or ``edges-2.png``."""
    path = Path(call.out) / f"{stem}{suffix}"
    number = 2
    while path.exists():
        path = Path(call.out) / f"{stem}-{number}{suffix}"
        number += 1
    return path
