"""Draft: a reply as far as it has come, and the tasks drafted from it."""

from collections.abc import Iterator, Mapping
from typing import Any

from hgtui.core.plan import Plan, Task, Uid, fresh_uids
from hgtui.core.ports import PlanningError
from hgtui.core.reading import PlanError, read_plan, read_task
from hgtui.core.states import Failure
from hgtui.core.task import task_type
from hgtui.llm.scan import ObjectScanner
from hgtui.planning.reader import Read, read_reply

MOST_REPLY = 1_000_000
"""Characters of a reply that are kept; a longer one is given up."""
_WIRE_KEYS = ("task", "id", "dep", "args")


def is_row(value: Mapping[str, Any]) -> bool:
    """Say whether an object of a reply is a task: HuggingGPT's form, or a node of TaskBench's."""
    return isinstance(value.get("task"), str) and any(key in value for key in ("args", "arguments", "id", "dep"))


class Draft:
    """Takes a reply piece by piece and gives each task as soon as it is complete.

    A drafted task is provisional: what the whole reply says counts. In a revision of `before` a task with the number and
    the type of one there has its uid.
    """

    def __init__(self, before: Plan | None = None) -> None:
        self._before = before or Plan()
        self.restart()

    def restart(self) -> None:
        """Forget everything: it was no part of the reply."""
        self._pieces: list[str] = []
        self._length = 0
        self._scanner = ObjectScanner(is_row)
        self._nodes: list[dict[str, Any]] = []
        self._names: dict[str, Uid] = {}
        self._uids = fresh_uids(task.uid for task in self._before)

    @property
    def raw(self) -> str:
        """What the model said so far."""
        return "".join(self._pieces)

    def feed(self, text: str) -> Iterator[Task]:
        """Take the next piece of the reply; yield the tasks that it completes. Raises PlanningError (unreadable)."""
        self._pieces.append(text)
        self._length += len(text)
        if self._length > MOST_REPLY:
            message = f"The reply is longer than {MOST_REPLY:,} characters."
            raise PlanningError(Failure.UNREADABLE, message, "Ask again, or take another model.", self.raw[:MOST_REPLY])
        for found in self._scanner.feed(text):
            task = self._node(found.value) if "arguments" in found.value else self._task(found.value)
            if task is not None:
                yield task

    def _task(self, value: Mapping[str, Any]) -> Task | None:
        row = {key: value[key] for key in _WIRE_KEYS if key in value}
        args = row.get("args")
        if isinstance(args, dict):
            row["args"] = {name: one for name, one in args.items() if one is not None}
        given = str(row.get("id", "")).strip()
        number = int(given) if given.isdecimal() and len(given) < 10 else len(self._names)
        uid = self._uid(number, str(row["task"]))
        self._names.setdefault(given or str(number), uid)
        try:
            return read_task(row, self._names, uid, number)[0]
        except PlanError:
            return None

    def _uid(self, number: int, task: str) -> Uid:
        same = self._before.by_id(number)
        if same is not None and same.task == task_type(task) and same.uid not in self._names.values():
            return same.uid
        return next(self._uids)

    def _node(self, value: dict[str, Any]) -> Task | None:
        """Read TaskBench's nodes so far: what a node refers to are those before it."""
        self._nodes.append(value)
        try:
            tasks = read_plan({"task_nodes": self._nodes}).plan.tasks
        except PlanError:
            return None
        return tasks[-1] if len(tasks) == len(self._nodes) else None

    def read(self, request: str, planner: str) -> Read:
        """Read the whole reply. Raises ReplyError."""
        return read_reply(self.raw, request, planner, fresh_uids())
