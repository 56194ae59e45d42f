"""A run that leaves no trace: its journal in memory, its artifacts in a folder that goes with the program."""

import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from hgtui.session.artifacts import Artifacts
from hgtui.session.journal import Journal

PREFIX = "hgtui-no-store-"


class Traceless:
    """A journal and artifacts of which nothing is left once it is closed. Use it as a context manager, or `aclose`.

    What a killed process cannot take away is its folder ``hgtui-no-store-…`` in the folder for temporary files (TMPDIR),
    readable by its owner only.
    """

    def __init__(self, journal: Journal, artifacts: Artifacts, folder: Path) -> None:
        self.journal, self.artifacts, self.folder = journal, artifacts, folder

    @classmethod
    async def open(cls) -> Self:
        """Make the journal and the folder. Raises OSError where there is no room for temporary files."""
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))  # mode 0700
        return cls(await Journal.open(None), Artifacts(folder), folder)

    async def aclose(self) -> None:
        """Forget the run and remove the folder with all that is in it."""
        await self.artifacts.aclose()
        await self.journal.aclose()
        shutil.rmtree(self.folder, ignore_errors=False, onerror=_gone)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _gone(_: object, path: str, failure: tuple[type[BaseException], BaseException, TracebackType]) -> None:
    if not isinstance(failure[1], FileNotFoundError):
        raise failure[1]
