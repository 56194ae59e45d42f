"""The answer by the program: what came out, how it came about, and what failed. No LLM has a hand in it."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Protocol

from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.resource import FILE_KINDS, Kind, Resource
from hgtui.core.states import HAS_RESULT, Failure, TaskState
from hgtui.core.task import TASKS
from hgtui.core.text import one_line, plural

_ESCAPED = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>|#~&"})
ON_THE_WAY = 600
"""How many characters stand in the answer of a text that other tasks went on from."""
_BLOCK = re.compile(r"^(\d{0,9})([-+=.)])", re.MULTILINE)
"""What at the start of a line would make it an item of a list, a rule or the underline of a heading."""
LONGEST_NAME = 40
"""How many characters of a text tell one task from others of its type."""
LONGEST_RESULT = 20_000
"""How many characters of one text result stand in the answer; the whole is in its file."""


EXAMPLES = (
    "“Read the text in page.png and read it aloud”, “Summarize notes.txt”, “What language is 'Guten Morgen'?”, "
    "“How many faces are in photo.jpg?”"
)
"""Requests that the rules understand."""


Paths = Mapping[tuple[Uid, str], str]
"""Where results are laid out, by the uid of their task and their digest: two tasks may have given the same."""


class Status(Protocol):
    """What the report needs to know of where a task stands; core.run.TaskStatus is one."""

    state: TaskState
    candidate: str
    seconds: float
    attempt: int
    results: tuple[Resource, ...]
    failure: Failure | None
    message: str
    hint: str
    note: str
    supplied: bool
    blocked_by: tuple[Uid, ...]

    @property
    def stood_in(self) -> str:
        """What ran in place of what, and why; empty where the chosen candidate did."""
        ...


def literal(text: str) -> str:
    """Return foreign text so that Markdown shows it as it is."""
    return _BLOCK.sub(r"\1\\\2", text.translate(_ESCAPED))


def report(
    plan: Plan,
    statuses: Mapping[Uid, Status],
    texts: Mapping[str, str],
    files: Paths,
    notes: tuple[str, ...] = (),
) -> str:
    """Write the answer in Markdown.

    `texts` holds the whole text of text results by digest, `files` the paths by task and digest where results
    were laid out for people, `notes` what the planner did not understand. The results that nothing else reads come first: they are
    what was asked for; then the beginning of each text that others went on from, what failed, what ran in place of another model, the request, each task with its model,
    time and file.
    """
    if not plan.tasks:
        empty = ["No task came of this request, so nothing was run.", *(literal(one_line(note)) for note in notes)]
        examples = [f"Understood is for example: {literal(EXAMPLES)}."] if plan.planner == "rules" else []
        return "\n\n".join([*empty, *examples, *_planner(plan)])
    asked = _asked_for(plan, statuses)
    told = [*asked, *(task for task in plan if task not in asked and _reads(task, statuses))]
    alike = Counter(task.task for task in told)
    parts = [
        _finding(task, statuses, texts, files, LONGEST_RESULT if task in asked else ON_THE_WAY, alike[task.task] > 1)
        for task in told
    ]
    if not parts:
        parts = ["**Nothing came of it.** No task that was asked for has a result."]
    troubles = [line for task in plan for line in _trouble(plan, task, statuses)]
    if troubles:
        parts.append("\n".join(["**What did not work**", "", *troubles]))
    instead = [
        f"- {_name(task)}: {literal(one_line(status.stood_in, 600))}"
        for task in plan
        if (status := statuses.get(task.uid)) and status.state in HAS_RESULT and status.stood_in
    ]
    if instead:
        parts.append("\n".join(["**What ran in place of another model**", "", *instead]))
    if notes:
        parts.append(
            "\n".join(["**Not understood or left out**", "", *(f"- {literal(one_line(note))}" for note in notes)])
        )
    if plan.request.strip():
        parts.append(f"Asked: {literal(one_line(plan.request, 500))}")
    parts.append(_table(plan, statuses, files))
    return "\n\n".join([*parts, *_planner(plan)])


def _planner(plan: Plan) -> list[str]:
    """Say who planned: an answer never claims that rules were an LLM."""
    if plan.planner == "rules":
        return ["Planned by rules, not by an LLM."]
    return [f"Planned by {literal(one_line(plan.planner, 60))}."] if plan.planner.strip() else []


def _code(path: str) -> str:
    path = one_line(path)
    return literal(path) if "`" in path or "|" in path else f"`{path}`"


def _asked_for(plan: Plan, statuses: Mapping[Uid, Status]) -> list[Task]:
    """Return the tasks whose results answer the request: the last ones, or what was reached of the way to them."""
    readers: dict[Uid, set[Uid]] = {}
    for task in plan:
        for value in task.args.values():
            for ref in value.refs:
                readers.setdefault(ref.uid, set()).add(task.uid)

    def has(uid: Uid) -> bool:
        return uid in statuses and statuses[uid].state in HAS_RESULT

    def read_aloud(uid: Uid) -> bool:
        """Whether a result is only spoken: who asked to hear a text may want to see it too."""
        return all(plan[one].task == "text-to-speech" for one in readers.get(uid, ()) if has(one))

    return [
        task
        for task in plan
        if has(task.uid) and (not any(has(uid) for uid in readers.get(task.uid, ())) or read_aloud(task.uid))
    ]


def _reads(task: Task, statuses: Mapping[Uid, Status]) -> bool:
    """Whether a text came of a task, so that it is shown also where other tasks have read it: who asked may want both."""
    status = statuses.get(task.uid)
    return status is not None and status.state in HAS_RESULT and status.results[0].kind is Kind.TEXT


def _finding(
    task: Task,
    statuses: Mapping[Uid, Status],
    texts: Mapping[str, str],
    files: Paths,
    longest: int,
    apart: bool,
) -> str:
    status = statuses[task.uid]
    main = status.results[0]
    what = _about(task) if apart else ""
    head = f"**{_name(task)}**{what and ' of '}{what}" + (" (given by you)" if status.supplied else "")
    text = texts.get(main.digest, main.preview).strip()
    if len(text) > longest:
        text = text[:longest] + " …"
    lines = [head]
    if main.kind not in FILE_KINDS and text:
        lines.append("\n".join(f"> {literal(line.strip())}" if line.strip() else ">" for line in text.splitlines()))
    paths = [
        files[task.uid, one.digest]
        for one in status.results
        if (task.uid, one.digest) in files and one.kind in FILE_KINDS
    ]
    if main.kind in FILE_KINDS and text:
        lines.append(literal(one_line(text, 300)))
    lines += [f"File: {_code(path)}" for path in paths]
    if status.note:
        lines.append(f"*{literal(one_line(status.note, 300))}*")
    return "\n\n".join(lines)


def _name(task: Task) -> str:
    return f"{task.id} {literal(one_line(task.task, 60))}"


def _about(task: Task) -> str:
    """Say of which file or text a task is, to tell it from others of its type; empty where it reads only results."""
    spec = TASKS.get(task.task)
    for arg in spec.args if spec else ():
        given = task.args.get(arg.name)
        if arg.required and given is not None and given.literals:
            text = one_line(given.literals[0])
            named = text.replace("\\", "/").rpartition("/")[2] if arg.kind in FILE_KINDS else f"“{_cut(text)}”"
            return literal(named)
    return ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1].rstrip() + "…"


def _trouble(plan: Plan, task: Task, statuses: Mapping[Uid, Status]) -> list[str]:
    status = statuses.get(task.uid)
    if status is None:
        return [f"- {_name(task)}: it was not run."]
    name = f"- {_name(task)}"
    match status.state:
        case TaskState.FAILED:
            return [f"{name}: {_failed(status)}"]
        case TaskState.BLOCKED:
            ids = ", ".join(str(found.id) for uid in status.blocked_by if (found := plan.get(uid)))
            return [f"{name}: blocked by {ids}."]
        case TaskState.CANCELLED:
            return [f"{name}: stopped."]
        case TaskState.SKIPPED:
            return [f"{name}: skipped after it {_failed(status)}" if status.failure else f"{name}: skipped."]
        case state if state not in HAS_RESULT:
            return [f"{name}: {state}."]
    return []


def _failed(status: Status) -> str:
    tries = f" after {plural(status.attempt, 'try').replace('trys', 'tries')}" if status.attempt > 1 else ""
    hint = f" {literal(one_line(status.hint, 300))}" if status.hint else ""
    return f"failed{tries} ({status.failure}): {literal(one_line(status.message, 600))}{hint}"


def _shown(uid: Uid, status: Status, files: Paths) -> Resource:
    """Return the result that a person opens: where things were found in a picture, the picture in which they are marked."""
    main = status.results[0]
    marked = (one for one in status.results if one.kind is Kind.IMAGE and (uid, one.digest) in files)
    return next(marked, main) if main.kind in {Kind.BOXES, Kind.MASK} else main


def _table(plan: Plan, statuses: Mapping[Uid, Status], files: Paths) -> str:
    rows = ["| # | task | model | time | result |", "|---|---|---|---|---|"]
    for task in plan:
        status = statuses.get(task.uid)
        if status is None or status.state not in HAS_RESULT:
            state = status.state if status else TaskState.WAITING
            candidate = literal(one_line(status.candidate, 100)) if status else ""
            rows.append(f"| {task.id} | {literal(one_line(task.task, 60))} | {candidate} | | {state} |")
            continue
        main = _shown(task.uid, status, files)
        words = one_line(main.preview, 60) or main.media_type
        path = files.get((task.uid, main.digest))
        shown = _code(path) if path is not None else literal(words)
        model = "you" if status.supplied else literal(one_line(status.candidate, 100))
        time = "kept" if status.state is TaskState.REUSED else f"{status.seconds:.2f} s"
        rows.append(f"| {task.id} | {literal(one_line(task.task, 60))} | {model} | {time} | {shown} |")
    return "\n".join(rows)
