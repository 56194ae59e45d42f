"""What goes between the program and a lane: calls, outputs and failures, as JSON behind a 4-byte big-endian length."""

import contextlib
import json
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

from hgtui.core.states import Failure

LENGTH = struct.Struct(">I")
MAX_FRAME = 64 * 1024 * 1024
"""The largest frame in bytes: files go by path, so that only text and small data pass here."""

Progress = Callable[[float | None, str], None]
"""Called with the part that is done, 0 to 1 (None where it is not known), and a note."""


GIVES_UP: list[Callable[[str], None]] = []
"""In a lane's child: tells the parent which library is at work that ends its process where it gets no memory."""


@contextlib.contextmanager
def gives_up(library: str) -> Iterator[None]:
    """Do something with a library that aborts without a word where it gets no memory, so that the parent knows why."""
    for tell in GIVES_UP:
        tell(library)
    try:
        yield
    finally:
        for tell in GIVES_UP:
            tell("")


@dataclass(frozen=True, slots=True)
class EngineCall:
    """One call of an engine.

    `inputs` maps an argument's name to ``{"path": str}``, ``{"text": str}`` or a list of these. `out` is an existing
    folder, the only place where the engine writes. `model` is the card's id, where an engine has several.
    """

    engine: str
    task: str
    inputs: dict[str, Any]
    out: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """One result. `kind` is text, image, audio, video, document, table, labels, boxes, mask or vector.

    `path` is a file under the call's `out`; `text` what a person reads; `data` what a program reads (JSON); `language` an
    ISO 639-1 code; `name` a short name for a file; `notes` sentences on how the result came about; `memory_mb` the most
    memory that its process had meanwhile, in MB, which the lane measures.
    """

    kind: str
    media_type: str
    path: str | None = None
    text: str | None = None
    data: Any = None
    language: str | None = None
    name: str | None = None
    notes: tuple[str, ...] = field(default=())
    memory_mb: float | None = None


class EngineError(Exception):
    """An engine could not do it: the class of failure, one plain sentence and a hint (may be empty)."""

    def __init__(self, failure: Failure, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.failure = failure
        self.message = message
        self.hint = hint


NO_MEMORY = re.compile(
    r"bad_alloc|bad allocation|insufficient memory|out of memory|cannot allocate memory|failed to map segment",
    re.IGNORECASE,
)
"""What libraries say where they get no memory, and the linker where they do not even get in."""


def out_of_memory(engine: str, megabytes: int) -> EngineError:
    """Return the error for an engine that needs more memory than it may take, or than there is (`megabytes` 0)."""
    if not megabytes:
        hint = "Give it a smaller input, or close other programs."
        return EngineError(Failure.OUT_OF_MEMORY, f"{engine} ran out of memory.", hint)
    return EngineError(
        Failure.OUT_OF_MEMORY,
        f"{engine} needs more than {megabytes / 1000:g} GB of memory for this, which is its limit.",
        "Give it a smaller input.",
    )


def pack(value: Any) -> bytes:
    """Return `value` as one frame; EngineError (bad_input) where it is larger than `MAX_FRAME`."""
    body = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
    if len(body) > MAX_FRAME:
        raise EngineError(
            Failure.BAD_INPUT,
            f"{len(body) // 1_000_000} MB of text is more than an engine takes or gives at once "
            f"({MAX_FRAME // 1_000_000} MB).",
            "Split the text into parts.",
        )
    return LENGTH.pack(len(body)) + body


def unpack_length(head: bytes) -> int:
    """Return the length that a frame's head tells; ValueError where it is over `MAX_FRAME`."""
    (length,) = LENGTH.unpack(head)
    if length > MAX_FRAME:
        raise ValueError(f"a frame of {length} bytes")
    return int(length)


def read_frame(stream: BinaryIO) -> Any:
    """Read one frame; EOFError at the end of the stream, ValueError where it is no frame."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    length = unpack_length(head)
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return json.loads(body)


def output_to_wire(output: Output) -> dict[str, Any]:
    """Return `output` as JSON."""
    return asdict(output)


def error_to_wire(error: EngineError) -> dict[str, str]:
    """Return the failure, the sentence and the hint of `error` as JSON."""
    return {"failure": error.failure.value, "message": error.message, "hint": error.hint}
