"""What goes into a task when it starts: its literal texts and files, and the results of the tasks that it reads."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from hgtui.core import addresses
from hgtui.core.plan import Input, Plan, Ref, Task, Uid
from hgtui.core.ports import ArtifactError, ArtifactStore, CallError, Given, Results
from hgtui.core.resource import FILE_KINDS, FileFact, Kind, Resource, reads
from hgtui.core.states import Failure
from hgtui.core.task import TASKS, Arg
from hgtui.core.text import decode, one_line

Fetch = Callable[[Uid, str], Awaitable[FileFact]]
"""Fetches the file at an address for a task and puts it among the files of the run. Raises CallError."""

TEXT_LIMIT = 4_000_000
"""How many bytes of one text go into a call."""


class Resolver:
    """Resolves the inputs of tasks. A file is read from the artifacts: the very bytes that were approved.

    `fetch` brings a file at an address that was approved but not asked yet, for the task that reads it.
    """

    def __init__(
        self, plan: Plan, files: Mapping[str, FileFact], artifacts: ArtifactStore, fetch: Fetch | None = None
    ) -> None:
        self._names = {task.uid: f"the result of task {task.id}" for task in plan}
        self._files, self._artifacts, self._fetch = files, artifacts, fetch

    async def inputs(self, task: Task, results: Results, *, fetch: bool = True) -> dict[str, tuple[Given, ...]]:
        """Return for each argument what goes in. Raises CallError (bad_input) where something is not there.

        Without `fetch` nothing is fetched: an address that nobody has asked yet is not there.
        """
        spec = TASKS.get(task.task)
        if spec is None:
            raise CallError(Failure.BAD_INPUT, f"There is no task type “{one_line(task.task, 60)}”.")
        found: dict[str, tuple[Given, ...]] = {}
        for name, value in task.args.items():
            arg = spec.arg(name)
            if arg is None:
                raise CallError(Failure.BAD_INPUT, f"{task.task} takes no “{one_line(name, 40)}”.")
            if fetch:
                await self._bring(task, value)
            found[name] = await self._argument(arg, value, results)
        return found

    async def _bring(self, task: Task, value: Input) -> None:
        """Fetch what a value names and nobody has fetched yet; `files` has it then."""
        for text in value.literals if value.many or len(value.parts) == 1 else ():
            fact = self._files.get(text)
            if fact is not None and fact.pending and self._fetch is not None:
                await self._fetch(task.uid, text)

    async def _argument(self, arg: Arg, value: Input, results: Results) -> tuple[Given, ...]:
        if value.many:
            parts = [part for part in value.parts if isinstance(part, str) or part.uid in results]
            given = [await self._one(arg, part, results, whole=True) for part in parts]
            return tuple(given) if arg.many or len(given) == 1 else (_together(given),)
        if len(value.parts) == 1:
            return (await self._one(arg, value.parts[0], results, whole=True),)
        pieces = [await self._one(arg, part, results, whole=False) for part in value.parts]
        return (_together(pieces, ""),)

    async def _one(self, arg: Arg, part: str | Ref, results: Results, *, whole: bool) -> Given:
        if isinstance(part, Ref):
            return await self._result(arg, part, results)
        fact = self._files.get(part) if whole else None
        if fact is not None:
            return await self._file(arg, fact)
        if arg.kind in FILE_KINDS:
            raise CallError(Failure.BAD_INPUT, f"{one_line(part, 80)} is none of the files of this request.")
        return Given(kind=Kind.TEXT, text=part)

    async def _result(self, arg: Arg, ref: Ref, results: Results) -> Given:
        fitting = _fitting(arg, ref, results.get(ref.uid, ()))
        name = self._names.get(ref.uid, "the result of another task")
        if not fitting:
            raise CallError(Failure.BAD_INPUT, f"{name[0].upper()}{name[1:]} has nothing for “{arg.name}”.")
        return await self._given(arg, fitting[0], name)

    async def _file(self, arg: Arg, fact: FileFact) -> Given:
        if fact.error:
            raise CallError(Failure.BAD_INPUT, fact.error)
        if fact.pending:
            raise CallError(Failure.BAD_INPUT, f"{addresses.shown(fact.path)} was not fetched.")
        kind = fact.kind or Kind.TEXT
        if not arg.takes(kind):
            message = f"{one_line(fact.path, 80)} is of the kind {kind}; “{arg.name}” takes {arg.kind}."
            raise CallError(Failure.BAD_INPUT, message)
        resource = Resource(
            kind=kind, digest=fact.digest, media_type=fact.media_type, size=fact.size, language=fact.language
        )
        return await self._given(arg, resource, one_line(fact.path, 80))

    async def _given(self, arg: Arg, resource: Resource, name: str) -> Given:
        common = {
            "media_type": resource.media_type,
            "language": resource.language,
            "digest": resource.digest,
            "name": name,
        }
        try:
            if arg.kind in FILE_KINDS:
                return Given(kind=resource.kind, path=str(self._artifacts.path(resource.digest)), **common)
            data = await self._artifacts.read(resource.digest, TEXT_LIMIT + 1)
        except KeyError:
            message = f"{name[0].upper()}{name[1:]} is not kept any more."
            raise CallError(Failure.UNREADABLE, message, "Make it again.") from None
        except ArtifactError as error:
            raise CallError(Failure.UNREADABLE, error.message, error.hint) from error
        if len(data) > TEXT_LIMIT:
            raise CallError(Failure.BAD_INPUT, f"{name} is longer than {TEXT_LIMIT // 1_000_000} MB of text.")
        return Given(kind=Kind.TEXT, text=decode(data), **common)


def _fitting(arg: Arg, ref: Ref, results: Iterable[Resource]) -> list[Resource]:
    """Return the results that fit: where a field is named those of just that kind, else those that read as it."""
    fitting = [one for one in results if arg.takes(one.kind)]
    if not ref.field:
        return fitting
    exact = [one for one in fitting if one.kind.value == ref.field]
    named = [kind for kind in Kind if kind.value == ref.field]
    return exact or [one for one in fitting if named and reads(named[0], one.kind)]


def _together(pieces: list[Given], between: str = "\n\n") -> Given:
    texts = [piece.text for piece in pieces if piece.text is not None]
    if len(texts) < len(pieces):
        raise CallError(Failure.BAD_INPUT, "Several files cannot go into an argument that takes one.")
    languages = {piece.language for piece in pieces if piece.language}
    return Given(kind=Kind.TEXT, text=between.join(texts), language=languages.pop() if len(languages) == 1 else None)
