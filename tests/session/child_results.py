"""Another process that keeps and finds results: ``python child_results.py FOLDER NAME COUNT``; it says what it found."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from hgtui.core.resource import Kind, Resource
from hgtui.core.reuse import Kept
from hgtui.session.artifacts import Artifacts
from hgtui.session.results import ResultStore


async def main(folder: Path, name: str, count: int) -> None:
    artifacts = Artifacts(folder)
    store = ResultStore(folder, artifacts, log=lambda words: print(words, file=sys.stderr))
    found = 0
    for number in range(count):
        digest, size = await artifacts.put(f"{name} {number}".encode())
        result = Resource(kind=Kind.TEXT, digest=digest, media_type="text/plain", size=size)
        kept = Kept(task="summarization", candidate="a:b", results=(result,), seconds=1, run=name, at=datetime.now(UTC))
        store.put(f"{name} {number}", kept)
        found += await store.find(f"{name} {number}") is not None
    await store.aclose()
    await artifacts.aclose()
    print(found)


asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
