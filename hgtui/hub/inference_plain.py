"""What goes into and comes out of a call of the Hub's client, as plain data: no class of the client, of Pillow or numpy."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hgtui.core.states import Failure
from hgtui.hub.values import HubError

MOST_PIXELS = 64_000_000
"""The largest picture that is taken from a provider, in pixels by its header: 192 MB as RGB."""
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
    """Return the very bytes that the provider sent: Pillow has read no more than their header and keeps the rest.

    Encoding the picture anew would unpack it here (a bomb), cost time and lose what is written in the file.
    """
    width, height = picture.size
    if width * height > MOST_PIXELS:
        most = MOST_PIXELS // 1_000_000
        message = f"The picture has {width} x {height} pixels, more than the {most} million that are taken."
        raise HubError(Failure.UNREADABLE, message, "Choose another model or provider.")
    source = getattr(picture, "fp", None)
    if not isinstance(source, io.BytesIO):
        raise HubError(Failure.UNREADABLE, f"A picture in the format {picture.format} is not taken.")
    return Blob(source.getvalue(), str(picture.get_format_mimetype() or ""), width, height)
