"""How a plan is written for a person to edit: its values in TOML or JSON, and comments on what can stand there."""

import json
import textwrap
from collections.abc import Mapping
from typing import Any, Literal

from hgtui.core.edit import Draft
from hgtui.core.model import WHO, Candidate
from hgtui.core.plan import MISSING, Task, Uid
from hgtui.core.planfile import VERSION, wire_names, write_task
from hgtui.core.task import TASKS, Arg
from hgtui.core.text import one_line

MOST = 8
"""How many candidates are named for a task."""
WIDTH = 110
IN_EDITOR = (
    "The plan as a text. Save it and leave the editor: it is checked, and nothing runs before you approve it.",
    "Without a change, or with nothing in it, the plan stays as it is.",
)
IN_FILE = (
    "A plan as a text. hgtui run --plan FILE runs it once it is approved, hgtui check FILE says what is wrong with it,",
    "hgtui open FILE shows it in the workbench.",
)
_HEAD = (
    "<GENERATED>-0 stands for the result of task 0, <GENERATED>-0.image for one of several results.",
    "Beside task, id and args a task may have: dep (numbers of tasks that it waits for and does not read),",
    "model (who runs it; without it one is chosen), skip (true leaves it out), policy (“ask”: it asks before it starts).",
    "uid is how hgtui knows a task again: leave it as it is, and give none to a task that you add.",
)


def written(
    draft: Draft,
    form: Literal["toml", "json"],
    candidates: Mapping[str, tuple[Candidate, ...]],
    first: tuple[str, ...] = IN_EDITOR,
) -> str:
    """Return the text of a draft; `first` are the lines of comment that it begins with."""
    ids = wire_names(draft.plan)
    rows = [(task, _row(task, ids, draft)) for task in draft.plan]
    about = {task.uid: _about(task, draft, candidates) for task in draft.plan}
    head = [*first, *_HEAD]
    return _toml(draft, rows, about, head) if form == "toml" else _json(draft, rows, about, head)


def _row(task: Task, ids: Mapping[Uid, int | str], draft: Draft) -> dict[str, Any]:
    """Return what stands for a task: as in a plan file, but that `dep` has only what its arguments do not say."""
    plain = write_task(task, ids)
    row: dict[str, Any] = {"id": plain.pop("id"), "task": plain.pop("task")}
    if chosen := draft.assignments.get(task.uid):
        row["model"] = chosen.candidate
    after = [ids.get(dep, dep.removeprefix(MISSING)) for dep in task.after]
    numbers = [int(dep) if isinstance(dep, str) and dep.isdecimal() else dep for dep in after]
    if numbers:
        row["dep"] = numbers
    args = plain.pop("args")
    plain.pop("dep")
    return {**row, **plain, "args": args}


def _about(task: Task, draft: Draft, candidates: Mapping[str, tuple[Candidate, ...]]) -> list[str]:
    spec = TASKS.get(task.task)
    if spec is None:
        return ["There is no task type of this name."]
    lines = [spec.description, f"takes: {'; '.join(_takes(arg) for arg in spec.args)}"]
    chosen = draft.assignments.get(task.uid)
    others = [one.name for one in candidates.get(task.task, ()) if not one.missing]
    if others:
        more = f" … ({len(others)} in all)" if len(others) > MOST else ""
        lines.append(f"model: {', '.join(others[:MOST])}{more}")
    if chosen and chosen.reason:
        lines.append(f"chosen by {WHO[chosen.chosen_by]}: {chosen.reason}")
    return [part for line in lines for part in _wrapped(one_line(line, 2_000))]


def _takes(arg: Arg) -> str:
    many = ", one or more" if arg.many else ""
    return f"{arg.name} ({arg.kind}{many}{'' if arg.required else ', may be left out'}): {arg.about}"


def _types() -> list[str]:
    return _wrapped(f"Task types: {', '.join(sorted(TASKS))}.")


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _toml(
    draft: Draft, rows: list[tuple[Task, dict[str, Any]]], about: Mapping[Uid, list[str]], head: list[str]
) -> str:
    import tomlkit

    text = tomlkit.document()
    for line in (*head, *_types()):
        text.add(tomlkit.comment(line))
    text.add(tomlkit.nl())
    text.add("version", tomlkit.item(VERSION))
    text.add("request", _toml_value(draft.plan.request))
    tasks = tomlkit.aot()
    for task, row in rows:
        table = tomlkit.table()
        for line in about[task.uid]:
            table.add(tomlkit.comment(line))
        for key, value in row.items():
            if key != "args":
                table.add(key, _toml_value(value))
        args = tomlkit.table()
        for name, value in row["args"].items():
            args.add(tomlkit.key(name), _toml_value(value))
        table.add("args", args)
        tasks.append(table)
    if rows:
        text.add("tasks", tasks)
    return tomlkit.dumps(text).rstrip("\n") + "\n"


def _toml_value(value: Any) -> Any:
    import tomlkit

    if isinstance(value, str):
        return tomlkit.string(value, multiline="\n" in value)
    if isinstance(value, list):
        items = tomlkit.array()
        for one in value:
            items.append(_toml_value(one))
        return items.multiline(len(value) > 1 and len(json.dumps(value)) > WIDTH)
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for key, one in value.items():
            table.add(key, _toml_value(one))
        return table
    return tomlkit.item(value)


def _json(
    draft: Draft, rows: list[tuple[Task, dict[str, Any]]], about: Mapping[Uid, list[str]], head: list[str]
) -> str:
    def plain(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, indent=2)

    lines = [f"# {line}" for line in (*head, *_types(), "A line that begins with # is left out.")]
    lines += ["{", f'  "version": {VERSION},', f'  "request": {plain(draft.plan.request)},', '  "tasks": [']
    for at, (task, row) in enumerate(rows):
        lines += [f"    # {line}" for line in about[task.uid]]
        lines += textwrap.indent(plain(row), "    ").split("\n")
        lines[-1] += "," if at + 1 < len(rows) else ""
    return "\n".join([*lines, "  ]", "}", ""])
