"""The whole plan as a text that a person edits: TOML or JSON with comments, and the plan that comes back of it."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal, NamedTuple

from hgtui.core.edit import Draft
from hgtui.core.model import BY_HAND, Assignment, Candidate, CandidateName
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.planfile import VERSION
from hgtui.core.problem import Problem
from hgtui.core.reading import PlanError, read_plan
from hgtui.core.stand_ins import known_as
from hgtui.core.text import one_line
from hgtui.session import plantext_places as places
from hgtui.session.plantext_writing import IN_EDITOR, IN_FILE, written

Form = Literal["toml", "json"]
FORMS: tuple[Form, ...] = ("toml", "json")
Candidates = Mapping[str, tuple[Candidate, ...]]
MARK = "#!"
"""What a line begins with that says what is wrong with the line below it."""

_AT = re.compile(r"\s*\(at (?:line (?P<line>\d+), column \d+|end of document)\)\Z")
_OF = re.compile(r"(?P<what>Task|Row) (?P<number>\d+)\b")
_NAMED = re.compile(r"“([^”]*)”")


class Wrong(NamedTuple):
    """A sentence on a place of the text; `line` counts from 1, 0 for the whole."""

    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text was read as. With no `draft` it is no plan, and `wrong` says why and where.

    `left_out` says what of the text is not in the draft.
    """

    draft: Draft | None = None
    wrong: tuple[Wrong, ...] = ()
    left_out: tuple[Wrong, ...] = ()


@dataclass(slots=True)
class _Rows:
    """The rows of a text, with the models taken out of them."""

    data: Any
    models: list[str | None] = field(default_factory=list)


def write_text(
    draft: Draft,
    form: Form,
    candidates: Candidates | None = None,
    found: Sequence[Problem] = (),
    *,
    in_file: bool = False,
) -> str:
    """Write a draft as a text; comments say what each task takes, who could run it, and what `found` says is wrong.

    `in_file` where it is written into a file that nobody has in an editor.
    """
    text = written(draft, form, candidates or {}, IN_FILE if in_file else IN_EDITOR)
    rows = {task.uid: row for row, task in enumerate(draft.plan)}
    wrongs = []
    for one in found:
        row = rows.get(one.uid or "")
        line = places.line_of(text, form, row, one.arg or "") if row is not None else 0
        mend = f" (mend: {one.mend.label})" if one.mend else ""
        wrongs.append(Wrong(line, f"{one.severity}: {one.message}{mend}"))
    return annotated(text, wrongs)


def annotated(text: str, wrongs: Sequence[Wrong]) -> str:
    """Return a text with a comment above each line with which something is wrong; those of before are taken out."""
    lines = bare(text).split("\n")
    above: dict[int, list[str]] = {}
    for wrong in wrongs:
        above.setdefault(min(max(wrong.line, 1), len(lines)), []).append(f"{MARK} {one_line(wrong.words, 500)}")
    out: list[str] = []
    for number, line in enumerate(lines, 1):
        out += [*above.get(number, ()), line]
    return "\n".join(out)


def bare(text: str) -> str:
    """Return a text without the lines that say what is wrong."""
    return "\n".join(line for line in text.split("\n") if not line.startswith(MARK))


def read_text(
    text: str, form: Form, before: Draft, *, candidates: Candidates | None = None, uids: Iterator[Uid] | None = None
) -> Checked:
    """Read a text that was written of `before`; `uids` yields those of the tasks that are new.

    A model that was named becomes the person's choice, and what the person changed is locked. Raises nothing.
    """
    try:
        rows = _parsed(text, form)
        reading = read_plan(rows.data, before.plan.request, before.plan.planner, uids)
    except PlanError as error:
        return Checked(wrong=(Wrong(error.line if isinstance(error, _Fault) else 0, str(error)),))
    plan, left_out = reading.plan, list(reading.dropped)
    assignments = _models(plan, rows.models, before, candidates or {}, left_out)
    planned = Plan(request=plan.request, planner=before.plan.planner, tasks=tuple(_locked(t, before) for t in plan))
    draft = Draft(plan=planned, assignments=assignments)
    return Checked(draft=draft, left_out=tuple(_placed(text, form, plan, words) for words in left_out))


class _Fault(PlanError):
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def _parsed(text: str, form: Form) -> _Rows:
    try:
        data = tomllib.loads(text) if form == "toml" else json.loads(places.without_comments(text))
    except tomllib.TOMLDecodeError as error:
        raise _toml_fault(text, str(error)) from None
    except json.JSONDecodeError as error:
        raise _Fault(f"Line {error.lineno}, column {error.colno}: {error.msg}.", error.lineno) from None
    except RecursionError:
        raise PlanError("It is nested too deeply to be read.") from None
    except ValueError:  # a number of more digits than Python converts, an impossible date
        raise PlanError("It holds a number or a date that cannot be read.") from None
    if isinstance(data, Mapping) and data.get("version", VERSION) != VERSION:
        version = one_line(str(data["version"]), 20)
        raise PlanError(f"This is a plan of version {version}; this hgtui reads version {VERSION}.")
    if form == "toml" and not {"tasks", "task", "task_nodes"} & data.keys() and {"version", "request"} & data.keys():
        data["tasks"] = []  # TOML has no other way to write that there is none
    return _without_models(_plain(data))


def _toml_fault(text: str, said: str) -> _Fault:
    found = _AT.search(said)
    message = _AT.sub("", said)
    last = max((number for number, line in enumerate(text.split("\n"), 1) if line.strip()), default=1)
    line = int(found["line"]) if found and found["line"] else last
    return _Fault(f"Line {line}: {message}.", line)


def _plain(data: Any) -> Any:
    """Return the data as JSON has it: a date of TOML is a text."""
    if isinstance(data, Mapping):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return data.isoformat() if isinstance(data, datetime | date | time) else data


def _without_models(data: Any) -> _Rows:
    rows = data.get("tasks") if isinstance(data, Mapping) else data
    if not isinstance(rows, list):
        return _Rows(data)
    models: list[str | None] = []
    kept = []
    for row in rows:
        if isinstance(row, Mapping) and isinstance(row.get("task"), str):
            model = row.get("model")
            models.append(None if model is None else str(model))
            row = {key: value for key, value in row.items() if key != "model"}
        kept.append(row)
    if not isinstance(data, Mapping):
        return _Rows(kept, models)
    return _Rows({**data, "tasks": kept}, models)


def _models(
    plan: Plan, models: list[str | None], before: Draft, candidates: Candidates, left_out: list[str]
) -> dict[Uid, Assignment]:
    chosen: dict[Uid, Assignment] = {}
    for at, task in enumerate(plan):
        name = (models[at] or "").strip() if at < len(models) else ""
        old, was = before.assignments.get(task.uid), before.plan.get(task.uid)
        if not name:
            continue
        if old is not None and name == old.candidate:
            if was is not None and was.task == task.task:
                chosen[task.uid] = old
            continue  # of another type now: a model is chosen anew, as with any change of the type
        there = candidates.get(task.task)
        found = known_as(Assignment(candidate=name), there or ())
        if found is not None:
            chosen[task.uid] = Assignment.of(found, "person", BY_HAND)
        elif there is not None or not _is_name(name):
            left_out.append(
                f"Task {task.id}: “model” {one_line(name, 80)} is no candidate for {one_line(task.task, 40)} that is known here."
            )
        else:
            chosen[task.uid] = Assignment(candidate=name, chosen_by="person", reason=BY_HAND)
    return chosen


def _is_name(name: str) -> bool:
    try:
        CandidateName.parse(name)
    except ValueError:
        return False
    return True


def _locked(task: Task, before: Draft) -> Task:
    """Lock what a person changed in a task: a revision must give it back as it is."""
    old = before.plan.get(task.uid)
    if old is None:
        return task
    changed = [name for name in task.args if task.args[name] != old.args.get(name)]
    changed += ["task"] if task.task != old.task else []
    new = [name for name in changed if name not in task.locked]
    return task.update(locked=(*task.locked, *new)) if new else task


def _placed(text: str, form: Form, plan: Plan | None, words: str) -> Wrong:
    """Return a sentence with the line that it is about, as far as its words tell."""
    found = _OF.match(words)
    if found is None:
        return Wrong(0, words)
    number, named = int(found["number"]), _NAMED.search(words)
    row = (
        number
        if found["what"] == "Row"
        else next((at for at, task in enumerate(plan or ()) if task.id == number), None)
    )
    return Wrong(places.line_of(text, form, row, named[1] if named else "") if row is not None else 0, words)
