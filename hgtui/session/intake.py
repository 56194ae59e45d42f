"""The files of a run: which may be read, what they are, and their bytes kept as they were when they were seen."""

import asyncio
from collections.abc import Iterable

from hgtui.core import events as ev
from hgtui.core.plan import Plan
from hgtui.core.ports import ArtifactError
from hgtui.core.problems import file_literals
from hgtui.core.resource import FILE_KINDS, FileFact
from hgtui.core.task import TASKS
from hgtui.core.text import one_line
from hgtui.session.board import Board
from hgtui.session.equipment import Equipment
from hgtui.session.files import inspect, resolve

_ADDRESSES = ("http://", "https://")


def is_address(path: str) -> bool:
    """Say whether what stands for a file is an address of the web."""
    return path.startswith(_ADDRESSES)


class Intake:
    """Looks at files for a run.

    A path that a person typed is allowed. Any other (a planner's) only inside the working folder, and never where a
    part of it begins with a dot.
    """

    def __init__(self, board: Board, equipment: Equipment) -> None:
        self._board, self._equipment = board, equipment
        self._marks: dict[str, tuple[int, ...]] = {}
        self._typed: set[str] = set(board.run.asked_files)
        # In a run that is gone on with: what was typed into its plan was allowed when it was seen.
        self._typed.update(path for path, fact in board.run.files.items() if fact.usable and not self._allowed(path))

    async def see(self, paths: Iterable[str], *, typed: bool) -> None:
        """Look at files that were not looked at yet and emit what was found."""
        wanted = [path for path in dict.fromkeys(paths) if path and not is_address(path)]
        if typed:
            self._typed.update(wanted)
        known = self._board.run.files
        fresh = [path for path in wanted if path not in known or (typed and known[path].error)]
        for fact in await asyncio.gather(*(self._look(path) for path in fresh)):
            self._board.emit(ev.FileSeen(file=fact))
        await self._board.flush()

    async def see_plan(self, plan: Plan, *, typed: bool) -> None:
        """Look at every file that a plan names in an argument that is a file."""
        await self.see((path for task in plan for path in file_literals(task, {})), typed=typed)
        await self.see(await asyncio.to_thread(self._texts, plan), typed=False)

    async def again(self) -> bool:
        """Look at all files of the plan once more; True where one is not what it was."""
        run = self._board.run
        used = {path for task in run.draft.plan for path in file_literals(task, run.files)} & run.files.keys()
        doubtful = await asyncio.to_thread(self._touched, used)
        changed = False
        for fact in await asyncio.gather(*(self._look(path) for path in doubtful)):
            if fact != run.files[fact.path]:
                changed = True
                self._board.emit(ev.FileSeen(file=fact))
        await self._board.flush()
        return changed

    def _touched(self, paths: Iterable[str]) -> list[str]:
        """Return those of which the system does not say that they are as they were when they were looked at."""
        return [path for path in paths if path not in self._marks or self._mark(path) != self._marks[path]]

    def _mark(self, path: str) -> tuple[int, ...]:
        try:
            found = resolve(path, self._equipment.base).stat()
        except (OSError, ValueError, RuntimeError):
            return ()
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def _texts(self, plan: Plan) -> list[str]:
        """Return short one-line texts of a plan that are the name of a file in the working folder."""
        found = []
        for task in plan:
            spec = TASKS.get(task.task)
            for name, value in task.args.items():
                arg = spec.arg(name) if spec else None
                if arg is None or arg.kind in FILE_KINDS:
                    continue
                texts = value.literals if value.many else ((value.literal,) if value.literal else ())
                found += [text for text in texts if self._is_name(text)]
        return found

    def _is_name(self, text: str) -> bool:
        if len(text) > 255 or "\n" in text or "." not in text or text != text.strip():
            return False
        try:
            return self._allowed(text) and (self._equipment.base / text).is_file()
        except (OSError, ValueError):
            return False

    def _allowed(self, path: str) -> bool:
        if path in self._typed:
            return True
        try:
            base = self._equipment.base.resolve()
            whole = resolve(path, base).resolve()
        except (OSError, ValueError, RuntimeError):
            return False
        return whole.is_relative_to(base) and not any(part.startswith(".") for part in whole.relative_to(base).parts)

    async def _look(self, path: str) -> FileFact:
        allowed, mark = await asyncio.to_thread(lambda: (self._allowed(path), self._mark(path)))
        if not allowed:
            shown = one_line(path, 80)
            return FileFact(
                path=path,
                error=f"{shown} is outside the working folder. Name it in the request or with --file to allow it.",
            )
        self._marks.pop(path, None)
        fact = await inspect(path, self._equipment.base)
        if fact.usable:
            self._marks[path] = mark
            # The run reads these bytes, not the file: what was approved is what runs.
            try:
                kept, _ = await self._equipment.artifacts.put(resolve(path, self._equipment.base))
            except ArtifactError as error:
                return FileFact(path=path, kind=fact.kind, error=f"{error.message} {error.hint}".strip())
            if kept != fact.digest:
                fact = fact.model_copy(update={"digest": kept})
        return fact
