"""What flows between tasks: its kind, where its bytes can be found by digest, and never the bytes."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from hgtui.core.base import Value


class Kind(StrEnum):
    """What a resource or an argument is."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    TABLE = "table"
    LABELS = "labels"
    BOXES = "boxes"
    MASK = "mask"
    VECTOR = "vector"


FILE_KINDS = frozenset({Kind.IMAGE, Kind.AUDIO, Kind.VIDEO, Kind.DOCUMENT, Kind.MASK})
"""The kinds whose literal value is the path of a file."""

READS_AS: dict[Kind, frozenset[Kind]] = {
    # Labels, boxes and tables are handed on in words where a text is wanted, as HuggingGPT does with JSON results.
    Kind.TEXT: frozenset({Kind.TEXT, Kind.LABELS, Kind.BOXES, Kind.TABLE}),
    Kind.IMAGE: frozenset({Kind.IMAGE, Kind.MASK, Kind.DOCUMENT}),
    Kind.DOCUMENT: frozenset({Kind.DOCUMENT, Kind.IMAGE}),
    Kind.MASK: frozenset({Kind.MASK, Kind.IMAGE}),
    Kind.LABELS: frozenset({Kind.LABELS, Kind.TEXT}),
    Kind.TABLE: frozenset({Kind.TABLE, Kind.TEXT}),
}


def reads(wanted: Kind, given: Kind) -> bool:
    """Say whether an argument of kind `wanted` can take a resource of kind `given`."""
    return given in READS_AS.get(wanted, frozenset({wanted}))


class Resource(Value):
    """One result or input. The bytes are in the artifact store under `digest` (SHA-256, hexadecimal).

    `size` is in bytes; `language` an ISO 639-1 code; `preview` at most a few hundred cleaned characters for a row or a
    report; `data` what a program reads (labels with scores, boxes in pixels), JSON.
    """

    kind: Kind
    digest: str
    media_type: str
    size: int = Field(ge=0)
    name: str = ""
    language: str | None = None
    preview: str = ""
    data: Any = None


class FileFact(Value):
    """What was found out about a file that a request or an argument names, before anything runs.

    `error` is a sentence where the file cannot be used; then `digest` is empty and `kind` a guess from the name.
    With `remote` the path is an address of the web. `meant` is the path of a file with nearly this name, where there is
    none with this one.
    """

    path: str
    kind: Kind | None = None
    digest: str = ""
    size: int = 0
    media_type: str = ""
    language: str | None = None
    error: str = ""
    remote: bool = False
    meant: str = ""

    @property
    def pending(self) -> bool:
        """Whether it is fetched only when a task that reads it starts: until then `kind` is a guess from the name."""
        return self.remote and not self.digest and not self.error

    @property
    def usable(self) -> bool:
        """Whether the file can be read."""
        return not self.error
