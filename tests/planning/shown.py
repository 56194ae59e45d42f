"""What the tests of planning share: files by their names, plans as lines, a planner listened to."""

from collections.abc import Iterable

from hgtui.core.plan import Plan
from hgtui.core.ports import Drafted, Planner, Proposed, Step
from hgtui.core.resource import FileFact
from hgtui.planning import mentioned
from hgtui.planning.rules.mentions import guess


def files_of(request: str, others: Iterable[str] = ()) -> dict[str, FileFact]:
    """The files that a request names and `others`, each of the kind that its name says."""
    return {path: FileFact(path=path, kind=guess(path)) for path in (*others, *mentioned(request))}


def lines(plan: Plan) -> list[str]:
    """A plan as one line for each task; a reference is `<id>`."""
    ids = {task.uid: task.id for task in plan}

    def value(parts: Iterable[object], many: bool) -> str:
        shown = [part if isinstance(part, str) else f"<{ids[part.uid]}>" for part in parts]  # type: ignore[attr-defined]
        return repr(shown if many else "".join(shown))

    return [
        f"{task.task}({', '.join(f'{name}={value(one.parts, one.many)}' for name, one in task.args.items())})"
        for task in plan
    ]


async def steps_of(planner: Planner, request: str, files: dict[str, FileFact] | None = None) -> list[Step]:
    return [step async for step in planner.plan(request, files or {})]


def proposed(steps: list[Step]) -> Proposed:
    assert isinstance(steps[-1], Proposed)
    assert sum(isinstance(step, Proposed) for step in steps) == 1
    return steps[-1]


def drafted(steps: list[Step]) -> list[Drafted]:
    return [step for step in steps if isinstance(step, Drafted)]
