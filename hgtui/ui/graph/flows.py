"""What flows between the tasks of a plan: its edges, and a sign for the kind of result that each takes along."""

from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.resource import Kind
from hgtui.core.task import TASKS
from hgtui.ui.graph.ranks import Edge

SIGNS = {
    Kind.TEXT: "t", Kind.IMAGE: "i", Kind.AUDIO: "a", Kind.VIDEO: "v", Kind.DOCUMENT: "d", Kind.TABLE: "T",
    Kind.LABELS: "l", Kind.BOXES: "b", Kind.MASK: "m", Kind.VECTOR: "n",
}  # fmt: skip
"""A letter for each kind of result."""
ORDER, SEVERAL, UNKNOWN = "·", "*", "?"
"""For a dependency that only orders two tasks, for results of several kinds, for one of a type that is not known."""


def edges(plan: Plan) -> tuple[Edge, ...]:
    """Return the edges of a plan, from what gives to what waits; a task that waits for itself has none to itself."""
    known = {task.uid for task in plan}
    return tuple((dep, task.uid) for task in plan for dep in task.deps if dep in known and dep != task.uid)


def signs(plan: Plan) -> dict[Edge, str]:
    """Return for each edge of a plan a sign for what it takes along."""
    found: dict[Edge, str] = {}
    for task in plan:
        kinds: dict[Uid, set[str]] = {}
        for value in task.args.values():
            for ref in value.refs:
                if (giver := plan.get(ref.uid)) is not None:
                    kinds.setdefault(ref.uid, set()).add(_sign(giver, ref.field))
        for dep in task.deps:
            if dep == task.uid or plan.get(dep) is None:
                continue
            some = kinds.get(dep, {ORDER})
            found[dep, task.uid] = next(iter(some)) if len(some) == 1 else SEVERAL
    return found


def _sign(giver: Task, field: str) -> str:
    spec = TASKS.get(giver.task)
    if field in set(Kind):
        return SIGNS[Kind(field)]
    return SIGNS[spec.output] if spec else UNKNOWN
