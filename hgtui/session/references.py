"""Which artifacts a text or a record names: every digest that stands in it, and what those name in turn."""

import json
import re
from collections.abc import Callable, Iterable, Iterator

DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
DIGEST_BYTES = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_RECORD = b'{"kind":'
LONGEST_RECORD = 256_000_000


def named(text: str) -> Iterator[str]:
    """Yield every SHA-256 in hexadecimal that stands in a text."""
    return (found.group() for found in DIGEST.finditer(text))


def named_in_record(data: bytes) -> tuple[str, ...]:
    """Return the digests that a record (`session.store.Records`) names; none where the bytes are no record."""
    if not data.startswith(_RECORD):
        return ()
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(record, dict) or set(record) != {"kind", "request", "reply"}:
        return ()
    return tuple(named(json.dumps(record)))


def closure(first: Iterable[str], read: Callable[[str], bytes | None]) -> set[str]:
    """Return the digests of `first` of which there are bytes, and those that records among them name, and so on.

    `read` gives the bytes of a digest, None where there are none.
    """
    found: set[str] = set()
    seen: set[str] = set()
    waiting = list(first)
    while waiting:
        digest = waiting.pop()
        if digest in seen:
            continue
        seen.add(digest)
        data = read(digest)
        if data is not None:
            found.add(digest)
            waiting += named_in_record(data)
    return found
