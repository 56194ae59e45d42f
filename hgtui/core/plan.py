"""A plan: immutable tasks with references between them, and the graph they make."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainSerializer, model_validator

from hgtui.core.base import Value

if TYPE_CHECKING:
    import networkx as nx

Uid = str
Policy = Literal["auto", "ask", "let"]
"""Whether a task asks a person before it starts: as the rules say ("auto"), always, or whatever a rule asks ("let")."""

_UID_NUMBER = re.compile(r"^t(\d{1,9})$")
MISSING = "missing:"
"""What the uid of a reference begins with where the plan has no such task; the wire id that was meant comes after."""
MAX_ID = 999_999_999
"""The highest number that a task may have; the lowest is 0, as -1 means that there is no dependency."""


class Ref(Value):
    """A reference to the result of another task; `field` names one result where the task has several."""

    uid: Uid
    field: str = ""

    @property
    def missing(self) -> str:
        """The wire id that was meant where the plan has no such task, else an empty text."""
        return self.uid.removeprefix(MISSING) if self.uid.startswith(MISSING) else ""


Part = str | Ref


def _join(parts: Iterable[Part]) -> tuple[Part, ...]:
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return tuple(joined)


class Input(Value):
    """What goes into an argument: a text with references in it, or, with `many`, a list of texts and references."""

    parts: tuple[Part, ...] = ()
    many: bool = False

    @model_validator(mode="after")
    def _normal(self) -> "Input":
        if not self.many:
            object.__setattr__(self, "parts", _join(self.parts))
        return self

    @classmethod
    def text(cls, text: str) -> "Input":
        """Make an input of literal text."""
        return cls(parts=(text,))

    @classmethod
    def of(cls, *uids: Uid) -> "Input":
        """Make an input of the results of one task, or of several as a list."""
        return cls(parts=tuple(Ref(uid=uid) for uid in uids), many=len(uids) > 1)

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The references in it, in their order."""
        return tuple(part for part in self.parts if isinstance(part, Ref))

    @property
    def literal(self) -> str | None:
        """The text of an input that has no reference and is no list, else None."""
        if self.many or self.refs:
            return None
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def literals(self) -> tuple[str, ...]:
        """The literal texts in it, in their order."""
        return tuple(part for part in self.parts if isinstance(part, str))

    def swap(self, names: Mapping[Uid, Uid]) -> "Input":
        """Return the same input with the uids of its references replaced as `names` says."""
        if not any(ref.uid in names for ref in self.refs):
            return self
        swapped = (
            Ref(uid=names.get(part.uid, part.uid), field=part.field) if isinstance(part, Ref) else part
            for part in self.parts
        )
        return Input(parts=tuple(swapped), many=self.many)


def _read_only(args: Mapping[str, Input]) -> Mapping[str, Input]:
    return MappingProxyType(dict(args))


Args = Annotated[Mapping[str, Input], AfterValidator(_read_only), PlainSerializer(dict)]


class Task(Value):
    """One task of a plan.

    `uid` is stable through edits and revisions; `id` is the number that the planner and the person see. `after` are
    dependencies that only order the two tasks (none of their results is read). `locked` names what a person has set
    and a revision must give back unchanged: names of arguments, or "task" for the type.
    """

    uid: Uid
    id: int
    task: str
    args: Args = Field(default_factory=lambda: MappingProxyType({}))
    after: tuple[Uid, ...] = ()
    skip: bool = False
    locked: tuple[str, ...] = ()
    policy: Policy = "auto"

    @model_validator(mode="after")
    def _normal(self) -> "Task":
        read = {ref.uid for value in self.args.values() for ref in value.refs}
        object.__setattr__(self, "after", tuple(sorted(set(self.after) - read)))
        return self

    @property
    def deps(self) -> tuple[Uid, ...]:
        """The uids that it waits for: what its arguments refer to and `after`, each once, in the order of mention."""
        read = (ref.uid for value in self.args.values() for ref in value.refs)
        return tuple(dict.fromkeys((*read, *self.after)))

    def update(self, **changes: Any) -> "Task":
        """Return the task with some fields changed and everything checked again."""
        return Task.model_validate({**{name: getattr(self, name) for name in Task.model_fields}, **changes})


class Plan(Value):
    """A request and its tasks in the order of the rows. A plan may be wrong: `problems` says how."""

    request: str = ""
    planner: str = ""
    tasks: tuple[Task, ...] = ()

    def __iter__(self) -> Iterator[Task]:  # type: ignore[override]  # pydantic's own iterates over fields
        return iter(self.tasks)

    def __len__(self) -> int:
        return len(self.tasks)

    def get(self, uid: Uid) -> Task | None:
        """Return the task with that uid, None where there is none."""
        return self._by_uid.get(uid)

    @cached_property
    def _by_uid(self) -> Mapping[Uid, Task]:
        return {task.uid: task for task in reversed(self.tasks)}

    def by_id(self, wire_id: int) -> Task | None:
        """Return the first task with that number, None where there is none."""
        return next((task for task in self.tasks if task.id == wire_id), None)

    def __getitem__(self, uid: Uid) -> Task:
        task = self.get(uid)
        if task is None:
            raise KeyError(uid)
        return task

    def with_tasks(self, tasks: Iterable[Task]) -> "Plan":
        """Return the plan with other tasks."""
        return Plan(request=self.request, planner=self.planner, tasks=tuple(tasks))

    def dependants(self) -> dict[Uid, tuple[Uid, ...]]:
        """Return for each uid those that wait for it; dependencies that the plan has not are left out."""
        found: dict[Uid, list[Uid]] = {task.uid: [] for task in self.tasks}
        for task in self.tasks:
            for dep in task.deps:
                if dep in found:
                    found[dep].append(task.uid)
        return {uid: tuple(uids) for uid, uids in found.items()}

    def below(self, uid: Uid) -> tuple[Uid, ...]:
        """Return the uids of everything that depends on `uid`, near or far, in the order of the rows."""
        dependants = self.dependants()
        seen: set[Uid] = set()
        ahead = [uid]
        while ahead:
            for follower in dependants.get(ahead.pop(), ()):
                if follower not in seen and follower != uid:
                    seen.add(follower)
                    ahead.append(follower)
        return tuple(task.uid for task in self.tasks if task.uid in seen)

    def sinks(self) -> tuple[Task, ...]:
        """Return the tasks that no other waits for: their results are what the request asked for."""
        dependants = self.dependants()
        return tuple(task for task in self.tasks if not dependants[task.uid])

    def levels(self) -> dict[Uid, int]:
        """Return for each uid the length of the longest way to it; tasks in or behind a cycle have no level."""
        known = {task.uid for task in self.tasks}
        left = {task.uid: sum(dep in known for dep in task.deps) for task in self.tasks}
        dependants = self.dependants()
        levels = {uid: 0 for uid, count in left.items() if count == 0}
        ahead = list(levels)
        for uid in ahead:
            for follower in dependants[uid]:
                left[follower] -= 1
                levels[follower] = max(levels.get(follower, 0), levels[uid] + 1)
                if left[follower] == 0:
                    ahead.append(follower)
        return {uid: level for uid, level in levels.items() if left[uid] == 0}

    def ordered(self) -> tuple[Task, ...]:
        """Return the tasks in topological order, ties by number; tasks in or behind a cycle come last, by number."""
        levels = self.levels()
        return tuple(sorted(self.tasks, key=lambda task: (levels.get(task.uid, len(self.tasks)), task.id)))

    def graph(self) -> "nx.DiGraph[Uid]":
        """Return the graph: a node for each uid with its `task`, an edge from each dependency to what waits for it."""
        import networkx as nx

        graph: nx.DiGraph[Uid] = nx.DiGraph()
        for task in self.tasks:
            graph.add_node(task.uid, task=task)
        graph.add_edges_from((dep, task.uid) for task in self.tasks for dep in task.deps if dep in graph)
        return graph

    def free_id(self) -> int:
        """Return the next number that no task has and no reference means."""
        meant = [ref.missing for task in self.tasks for value in task.args.values() for ref in value.refs]
        meant += [dep.removeprefix(MISSING) for task in self.tasks for dep in task.after]
        used = {task.id for task in self.tasks} | {int(text) for text in meant if text.isdecimal() and len(text) < 10}
        free = max(used, default=-1) + 1
        return free if 0 <= free <= MAX_ID else next(number for number in count() if number not in used)


def fresh_uids(taken: Iterable[Uid] = ()) -> Iterator[Uid]:
    """Yield uids, without end, that are not in `taken`: numbers above the highest one there."""
    last = max((int(found[1]) for uid in taken if (found := _UID_NUMBER.match(uid))), default=0)
    while True:
        last += 1
        yield f"t{last}"
