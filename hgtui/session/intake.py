"""The files of a run: which may be read, what they are, and their bytes kept as they were when they were seen."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from hgtui.core import addresses
from hgtui.core import events as ev
from hgtui.core.addresses import is_address
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.ports import ArtifactError, CallError
from hgtui.core.problems import file_literals
from hgtui.core.resource import FILE_KINDS, FileFact
from hgtui.core.states import Failure
from hgtui.core.task import TASKS
from hgtui.core.text import one_line
from hgtui.planning.rules.mentions import shaped
from hgtui.session.board import Board
from hgtui.session.content import MB, claimed
from hgtui.session.equipment import Equipment
from hgtui.session.fetching import SECONDS, FetchError, Limits, Told, allowed
from hgtui.session.fetching import fetch as fetched
from hgtui.session.files import inspect, resolve

ROOTED = ("/", "~/", "./", "../")
"""How a text begins that can be the path of a folder where nothing says that it is one."""


class Intake:
    """Looks at files for a run.

    A path that a person typed is allowed. Any other (a planner's) only inside the working folder and those that were
    allowed, and never where a part of it begins with a dot; or where it is an artifact.

    To fetch from an address of the web is an outside effect: one that a person typed into the request is fetched when
    it is seen, any other is not before the plan is approved and a task that reads it starts.
    """

    def __init__(self, board: Board, equipment: Equipment) -> None:
        self._board, self._equipment = board, equipment
        self._marks: dict[str, tuple[int, ...]] = {}
        self._fetching: dict[str, asyncio.Lock] = {}
        self._limits = Limits(
            equipment.download_mb, SECONDS, equipment.exempt_hosts, equipment.offline, equipment.lookup
        )
        self._typed: set[str] = {*board.run.asked_files, *board.run.typed}
        if board.run.brought is None:
            self._typed.update(shaped(board.run.request))
        # In a run that is gone on with: what was typed into its plan was allowed when it was seen.
        self._typed.update(
            path
            for path, fact in board.run.files.items()
            if fact.usable and not fact.remote and not self._allowed(path)
        )

    async def see(self, paths: Iterable[str], *, typed: bool, fetch: bool = False) -> None:
        """Look at files that were not looked at yet and emit what was found; with `fetch` also at addresses."""
        wanted = [path for path in dict.fromkeys(paths) if path]
        if typed:
            self._typed.update(wanted)
        known = self._board.run.files
        fresh = [path for path in wanted if path not in known or self._again(known[path], typed=typed, fetch=fetch)]
        for fact in await asyncio.gather(*(self._seen(path, fetch=fetch) for path in fresh)):
            self._board.emit(ev.FileSeen(file=fact))
        await self._board.flush()

    async def see_there(self, paths: Iterable[str]) -> None:
        """Look at what a person typed that has the shape of a path, where there is something of that name."""
        found = await asyncio.to_thread(lambda: [path for path in paths if self._is_there(path)])
        await self.see(found, typed=True)

    def _is_there(self, path: str) -> bool:
        if self._equipment.files is not None:
            return self._equipment.files.is_name(path)
        try:
            whole = resolve(path, self._equipment.base)
            # Of what can be nothing but a path it is worth a word that there is no such file.
            return whole.exists() or (path.startswith(ROOTED) and len(whole.parts) > 2 and whole.parent.is_dir())
        except (OSError, ValueError, RuntimeError):
            return False

    @staticmethod
    def _again(known: FileFact, *, typed: bool, fetch: bool) -> bool:
        """Whether what was found before may be otherwise now that a person names it."""
        return typed and (fetch and not known.digest if known.remote else bool(known.error))

    async def _seen(self, path: str, *, fetch: bool) -> FileFact:
        if not is_address(path):
            return await self._look(path)
        fact = FileFact(path=path, kind=claimed(path), remote=True, error=allowed(path, self._limits))
        if fact.error or not fetch:
            return fact
        shown = addresses.shown(path)
        self._board.emit(ev.Logged(text=f"Fetching {shown}, which was named in the request."))
        try:
            found = await self._fetched(path, self._told)
        except FetchError as error:
            return fact.model_copy(update={"error": f"{error.message} {error.hint}".strip()})
        if found.usable:
            self._board.emit(ev.Logged(text=f"Fetched {shown}: {found.size / MB:,.1f} MB."))
        return found

    def _told(self, part: float | None, words: str) -> None:
        self._board.emit(ev.Logged(level="debug", text=words if part is None else f"{words} ({part:.0%})"))

    async def fetch(self, uid: Uid, path: str) -> FileFact:
        """Fetch what an approved task reads, once for all that read it. Raises CallError."""
        async with self._fetching.setdefault(path, asyncio.Lock()):
            known = self._board.run.files[path]
            if not known.pending:
                return known

            def told(part: float | None, words: str) -> None:
                self._board.emit(ev.Progress(uid=uid, fraction=part, note=words))

            try:
                fact = await self._fetched(path, told)
            except FetchError as error:
                raise CallError(error.failure, error.message, error.hint, retry_after=error.retry_after) from error
            if fact.error:  # it is not put into the run: what is there may be mended, and the task tried again
                raise CallError(Failure.BAD_INPUT, fact.error)
            self._board.emit(ev.FileSeen(file=fact))
            await self._board.flush()
            return fact

    async def _fetched(self, path: str, told: Told) -> FileFact:
        if self._equipment.files is not None:
            return await self._equipment.files.fetch(path)
        return await fetched(path, self._equipment.artifacts, self._limits, told)

    async def see_plan(self, plan: Plan, *, typed: bool) -> None:
        """Look at every file that a plan names in an argument that is a file."""
        await self.see((path for task in plan for path in file_literals(task, {})), typed=typed)
        await self.see(await asyncio.to_thread(self._texts, plan), typed=False)

    async def again(self, tasks: Iterable[Task] | None = None) -> bool:
        """Look once more at all files of the plan, or of these tasks; True where one is not what it was."""
        run = self._board.run
        of = run.draft.plan if tasks is None else tasks
        used = {path for task in of for path in file_literals(task, run.files)} & run.files.keys()
        # What was fetched is kept as it was: to ask its server again is for a new run.
        used = {path for path in used if not run.files[path].remote}
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
        if self._equipment.files is not None:
            return self._equipment.files.touched(paths)
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
        if self._equipment.files is not None:
            return self._equipment.files.is_name(text)
        if len(text) > 255 or "\n" in text or not set(text) & set("./") or text != text.strip():
            return False
        try:
            whole = resolve(text, self._equipment.base)
            return self._allowed(text) and (whole.is_file() or (text.startswith(ROOTED) and whole.is_dir()))
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
        folders = [folder for folder in (base, *self._equipment.allowed) if whole.is_relative_to(folder)]
        shown = (whole.relative_to(folder).parts for folder in folders)
        return any(not any(part.startswith(".") for part in parts) for parts in shown) or self._is_artifact(whole)

    def _is_artifact(self, whole: Path) -> bool:
        try:
            return self._equipment.artifacts.path(whole.name).resolve() == whole
        except (KeyError, OSError):
            return False

    async def _look(self, path: str) -> FileFact:
        if self._equipment.files is not None:
            return await self._equipment.files.look(path)
        allowed, mark = await asyncio.to_thread(lambda: (self._allowed(path), self._mark(path)))
        if not allowed:
            shown = one_line(path, 80)
            return FileFact(
                path=path,
                error=f"{shown} is outside the working folder. Name it in the request or with --file to allow it, "
                "or allow its folder with --allow.",
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
