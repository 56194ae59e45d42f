"""What the LLM is told at the stage of planning: the task types, demonstrations, earlier turns, files, the request."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hgtui.core.plan import Plan, Task
from hgtui.core.planfile import wire_names, write_task
from hgtui.core.ports import Turn
from hgtui.core.resource import FileFact, Kind
from hgtui.core.task import TASKS, Arg, TaskSpec
from hgtui.core.text import one_line
from hgtui.llm.messages import Message
from hgtui.llm.prompts import Prompts
from hgtui.planning.demonstrations import chosen

STAGE = "Task planning"
TEMPLATES = Path(__file__).parent / "templates"
MOST_FILES = 50
"""Files that are listed to the model."""
_FAMILIES = ("-text-to-image", "-control")


def system(prompts: Prompts, request: str, demonstrations: int) -> Message:
    """Return the system message with so many demonstrations, those most like the request. Raises PromptError."""
    shown = chosen(prompts.render("planning_demonstrations"), request, demonstrations) if demonstrations else ()
    words = prompts.render("planning_system", types=types(), demonstrations=shown)
    return Message("system", f"{STAGE}\n{words}")


def user(
    prompts: Prompts, request: str, files: Mapping[str, FileFact], earlier: Sequence[Turn], most_files: int
) -> str:
    """Return the words of the user's message. Raises PromptError."""
    listed = [shown_file(path, fact) for path, fact in list(files.items())[:most_files]]
    turns = [
        {"request": turn.request, "answer": turn.answer, "files": [_quoted(path) for path in turn.files]}
        for turn in earlier
    ]
    more = max(0, len(files) - most_files)
    return prompts.render("planning_user", earlier=turns, files=listed, more=more, request=request)


def revision(prompts: Prompts, plan: Plan, comment: str) -> str:
    """Return the words on the plan as the person edited it. Raises PromptError."""
    names = wire_names(plan)
    rows = [_row(task, names) for task in plan]
    locked = [f"task {task.id} ({', '.join(_locks(task))})" for task in plan if task.locked]
    return prompts.render("planning_revision", plan=rows, locked=locked, comment=comment.strip())


def reask(prompts: Prompts, faults: Sequence[str]) -> str:
    """Return the words that ask for a corrected reply. Raises PromptError."""
    return prompts.render("planning_reask", faults=list(faults))


def _row(task: Task, names: Mapping[str, int | str]) -> dict[str, Any]:
    row = write_task(task, names, bare=True)
    return {**row, "dep": [dep for dep in row["dep"] if dep != -1]}


def _locks(task: Task) -> Iterable[str]:
    return ("type" if name == "task" else one_line(name, 40) for name in task.locked)


def shown_file(path: str, fact: FileFact) -> str:
    """Return a file as it is listed: its path as it must be given, quoted, and what is known of it."""
    words = [fact.kind.value if fact.kind else "unknown"]
    if fact.language:
        words.append(f"in {one_line(fact.language, 20)}")
    if not fact.usable:
        words.append("cannot be read")
    return f"{_quoted(path)} ({', '.join(words)})"


def _quoted(path: str) -> str:
    return json.dumps(path, ensure_ascii=False)


def types() -> str:
    """Return every task type, those with the same arguments on one line, by result; the control pairs as families."""
    lines: dict[str, dict[str, list[str]]] = {}
    for spec in TASKS.values():
        lines.setdefault(_slots(spec), {}).setdefault(_result(spec), []).append(spec.name)
    return "\n".join(
        f"{slots} -> {'; '.join(f'{result}: {_names(names)}' for result, names in results.items())}"
        for slots, results in lines.items()
    )


def _names(names: Sequence[str]) -> str:
    shown = list(names)
    for ending in _FAMILIES:
        members = [name for name in shown if name.endswith(ending)]
        if len(members) > 1:
            first = shown.index(members[0])
            shown = [name for name in shown if name not in members]
            shown.insert(first, "|".join(name.removesuffix(ending) for name in members).join(("(", ")")) + ending)
    return ", ".join(shown)


def _result(spec: TaskSpec) -> str:
    return "+".join(kind.value for kind in (spec.output, *spec.also))


def _slots(spec: TaskSpec) -> str:
    return ", ".join(_slot(arg) for arg in spec.args)


def _slot(arg: Arg) -> str:
    return f"{arg.name}{'*' if arg.many else ''}{'' if arg.required else '?'}"


def schema() -> dict[str, Any]:
    """Return the JSON schema of a reply.

    Not in strict mode's form: there a model has to write null for each argument that a task does not have, which makes
    a plan twice as long; servers that hold a model to a grammar keep to this one as well.
    """
    text: dict[str, Any] = {"type": "string"}
    texts = {"anyOf": [text, {"type": "array", "items": text}]}
    slots = {arg.name: arg for spec in TASKS.values() for arg in spec.args}
    many = {arg.name for spec in TASKS.values() for arg in spec.args if arg.many or arg.kind is Kind.LABELS}
    args = {name: texts if name in many else text for name in slots}
    row = {
        "task": {"type": "string", "enum": sorted(TASKS)},
        "id": {"type": "integer"},
        "dep": {"type": "array", "items": {"type": "integer"}},
        "args": {"type": "object", "properties": args, "additionalProperties": False},
    }
    item = {"type": "object", "properties": row, "required": list(row), "additionalProperties": False}
    tasks = {"type": "array", "items": item}
    return {"type": "object", "properties": {"tasks": tasks}, "required": ["tasks"], "additionalProperties": False}
