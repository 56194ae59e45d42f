"""RulePlanner: stage 1 without any LLM."""

import asyncio
from collections.abc import AsyncGenerator, Mapping

from hgtui.core.plan import Plan
from hgtui.core.ports import Context, Drafted, PlanningError, Proposed, Step
from hgtui.core.problems import reads_file
from hgtui.core.resource import FileFact, Kind
from hgtui.core.states import Failure
from hgtui.core.text import one_line
from hgtui.planning.rules.clauses import mask, split
from hgtui.planning.rules.labels import in_words
from hgtui.planning.rules.mentions import guess
from hgtui.planning.rules.phrases import asks, starts
from hgtui.planning.rules.reader import ENGLISH, Reader

_MOST_NOTES = 20
_MOST_NAMES = 5

IDEAS: Mapping[Kind, tuple[str, ...]] = {
    Kind.IMAGE: ("Describe it", "Find the faces in it", "Read the text in it", "Find the edges in it"),
    Kind.DOCUMENT: ("Read the text in it", "Summarize it", "Who signed it?"),
    Kind.AUDIO: ("Transcribe it", "Transcribe it and summarize it"),
    Kind.VIDEO: ("Classify it", "What happens in it?"),
    Kind.TABLE: ("What is the highest value in it?",),
}
"""What can be asked of a file of a kind; each is understood behind the name of such a file."""


class RulePlanner:
    """Makes a plan out of plain English by a table of phrases; needs no key and no network."""

    @property
    def name(self) -> str:
        """Who plans."""
        return "rules"

    async def plan(
        self, request: str, files: Mapping[str, FileFact], context: Context | None = None
    ) -> AsyncGenerator[Step, None]:
        """Yield Drafted for each task, then Proposed. Raises PlanningError (bad_input) for an empty request."""
        # In a thread: a request of the greatest length takes some tenths of a second.
        proposed = await asyncio.to_thread(propose, request, files, context or Context())
        for task in proposed.plan:
            yield Drafted(task=task)
        yield proposed


def propose(request: str, files: Mapping[str, FileFact], context: Context | None = None) -> Proposed:
    """Return the plan of a request, with a note on every part of it that was not understood.

    `files` are the files of the request and of the earlier turns of `context` by their path as typed. Raises PlanningError (bad_input) for an empty request.
    """
    if not request.strip():
        hint = 'Say what to do, for example: "Read the text in page.png and read it aloud".'
        raise PlanningError(Failure.BAD_INPUT, "The request is empty.", hint)
    masked = mask(request, files, asks)
    reader = Reader(masked, list(split(masked.text, starts)), files)
    reader.read()
    plan = Plan(request=request, planner="rules", tasks=tuple(reader.bench.tasks))
    notes = [*masked.notes, *_addresses(reader), *dict.fromkeys(reader.notes)]
    if len(notes) > _MOST_NOTES:
        notes = [*notes[:_MOST_NOTES], f"{len(notes) - _MOST_NOTES} more parts of the request were not understood."]
    if not plan.tasks and not notes and not reader.used:
        notes = [
            f"The request asks for no task that the rules know. {ENGLISH} Name a file, or put a text in quotes, and say what to do with it."
        ]
    earlier = {path for turn in (context or Context()).earlier for path in turn.files}
    brought = {path: fact for path, fact in files.items() if path in reader.used or path not in earlier}
    return Proposed(plan=plan, notes=(*notes, *_unused(plan, reader, brought)))


def _addresses(reader: Reader) -> list[str]:
    found = (one.text for one in reader.masked.mentions if one.what == "address")
    return [
        f"hgtui does not fetch {one_line(text, 80)}: only addresses with http:// or https:// are fetched."
        for text in dict.fromkeys(found)
    ]


def _unused(plan: Plan, reader: Reader, files: Mapping[str, FileFact]) -> list[str]:
    """Return the notes on files that the person named in this request and no task reads."""
    read = reads_file(plan, files)
    texts: list[str] = []
    others: list[str] = []
    for path in dict.fromkeys((*files, *reader.used)):
        if path in read or any(path in note for note in reader.notes):
            continue
        if path not in reader.used and any(one.endswith(f"/{path}") for one in read):
            continue
        fact = files.get(path)
        kind = (fact.kind if fact else None) or guess(path)
        (texts if path in reader.used and kind == Kind.TEXT else others).append(path)
    notes = [f"No task uses {_some(others)}.{_ideas(others, files) if not plan.tasks else ''}"] if others else []
    return notes + ([f"No model has to read {_some(texts)}: it is text already, and no task uses it."] if texts else [])


def _ideas(paths: list[str], files: Mapping[str, FileFact]) -> str:
    """Return what can be asked of files where they are all that was named."""
    kinds = {fact.kind if (fact := files.get(path)) and fact.kind else guess(path) for path in paths}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is None or kind not in IDEAS:
        return ""
    *some, last = (f"“{idea}”" for idea in IDEAS[kind])
    return f" Of {in_words(kind)} you can ask for example {', '.join(some)} or {last}."


def _some(paths: list[str]) -> str:
    shown = ", ".join(one_line(path, 80) for path in paths[:_MOST_NAMES])
    return f"{shown} and {len(paths) - _MOST_NAMES} more" if len(paths) > _MOST_NAMES else shown
