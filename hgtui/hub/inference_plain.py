"""What goes into and comes out of a call of the Hub's client, as plain data: no class of the client, of Pillow or numpy."""

import base64
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hgtui.core.states import Failure
from hgtui.hub.values import HubError

MOST_PIXELS = 64_000_000
"""The largest picture that is taken from a provider, in pixels by its header: 192 MB as RGB."""
MOST_MASKED = 256_000_000
"""How many pixels all masks of one answer may have: 256 MB, a byte each; 30 masks of a photo of 8 million."""
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Blob:
    """A file as bytes; `media_type` is what its maker says it is, `width` and `height` in pixels where it is a picture."""

    data: bytes
    media_type: str = ""
    width: int = 0
    height: int = 0

    def __repr__(self) -> str:
        return f"Blob({len(self.data)} bytes, {self.media_type!r})"


def sent(value: Any) -> Any:
    """Return an argument as the client takes it: a Blob as bytes that know their type, which it sends as Content-Type."""
    if not isinstance(value, Blob):
        return value
    from huggingface_hub.inference._common import MimeBytes

    return MimeBytes(value.data, value.media_type or None)


def plain(value: Any, depth: int = 0) -> Any:
    """Return a result of the client as dict, list, str, number, None or Blob. Raises HubError (unreadable)."""
    if depth > _DEEPEST:
        raise HubError(Failure.UNREADABLE, "The answer of the provider is nested too deeply.")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, bytes):
        return Blob(bytes(value))
    if isinstance(value, Mapping):
        return {str(key): plain(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, depth + 1) for one in value]
    if hasattr(value, "tolist"):
        return value.tolist()
    return _picture(value)


def _picture(picture: Any) -> Blob:
    """Return the very bytes that the provider sent where Pillow has read no more than their header and keeps the rest.

    Encoding a picture anew takes time and loses what is written in the file. The client itself unpacks masks (its values
    compare what is laid into them), so that nothing is left of their bytes: these become PNG.
    """
    width, height = picture.size
    if width * height > MOST_PIXELS:
        most = MOST_PIXELS // 1_000_000
        message = f"The picture has {width} x {height} pixels, more than the {most} million that are taken."
        raise HubError(Failure.UNREADABLE, message, "Choose another model or provider.")
    source = getattr(picture, "fp", None)
    if isinstance(source, io.BytesIO):
        return Blob(source.getvalue(), str(picture.get_format_mimetype() or ""), width, height)
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return Blob(file.getvalue(), "image/png", width, height)


def check_masks(answer: bytes) -> None:
    """Look at the headers of the masks in an answer before the client unpacks them all. Raises HubError (unreadable)."""
    from PIL import Image

    try:
        rows = json.loads(answer)
    except (ValueError, RecursionError):
        return  # the client says what is wrong with it
    masks = (
        [row["mask"] for row in rows if isinstance(row, dict) and isinstance(row.get("mask"), str)]
        if isinstance(rows, list)
        else []
    )
    pixels = 0
    for mask in masks:
        try:
            with Image.open(io.BytesIO(base64.b64decode(mask))) as picture:
                pixels += picture.width * picture.height
        except (OSError, ValueError, SyntaxError) as error:
            message = "The provider gave masks that cannot be read."
            raise HubError(Failure.UNREADABLE, message, "Another model or provider may do better.") from error
        if pixels > MOST_MASKED:
            message = f"The masks unpack to more than {MOST_MASKED // 1_000_000} million pixels."
            raise HubError(Failure.UNREADABLE, message, "Give it a smaller picture, or take another model.")
