"""What is wrong with who waits for whom: rings, results that are not there, results that nobody reads."""

from collections.abc import Iterator

from hgtui.core.edit import Disconnect, Skip
from hgtui.core.look import Look
from hgtui.core.plan import MISSING, Task
from hgtui.core.problem import Code, Mend, Problem
from hgtui.core.task import TASKS
from hgtui.core.text import one_line, plural

_LONG_RING = 12


def cycles(look: Look) -> Iterator[Problem]:
    """Yield an error for each ring of tasks, with the edge to cut at its lowest number."""
    if len(look.levels) == len(look.tasks):
        return
    import networkx as nx

    graph = look.plan.graph()
    graph.remove_edges_from([(uid, uid) for uid in graph if graph.has_edge(uid, uid)])
    for group in nx.strongly_connected_components(graph):
        if len(group) < 2:
            continue
        edges = nx.find_cycle(graph.subgraph(group))
        ring = [look.tasks[a] for a, _ in edges]
        first = min(ring, key=lambda task: task.id)
        dep = next(a for a, b in edges if b == first.uid)
        way = [str(task.id) for task in [*ring, ring[0]]]
        if len(way) > _LONG_RING:
            way = [*way[: _LONG_RING // 2], "…", *way[-_LONG_RING // 2 :]]
        label = f"{first.id} no longer waits for {look.ids[dep]}"
        mend = Mend(label=label, edit=Disconnect(uid=first.uid, dep=dep))
        yield look.error(Code.CYCLE, f"Tasks wait for each other in a ring: {' → '.join(way)}.", first, mend=mend)


def links(look: Look, task: Task) -> Iterator[Problem]:
    """Yield what is wrong with the tasks that a task waits for."""
    yield from own_result(look, task)
    for dep in task.deps:
        if dep == task.uid:
            continue
        if dep not in look.tasks:
            name = dep.removeprefix(MISSING)
            mend = Mend(label="take the reference out", edit=Disconnect(uid=task.uid, dep=dep))
            message = f"Task {task.id} waits for a task {one_line(name, 20)}, which the plan does not have."
            yield look.error(Code.MISSING_DEPENDENCY, message, task, mend=mend)
        elif look.tasks[dep].skip and dep in {ref.uid for value in task.args.values() for ref in value.refs}:
            message = f"Task {task.id} reads the result of task {look.ids[dep]}, which is skipped."
            mend = Mend(label=f"skip {task.id} too", edit=Skip(uid=task.uid))
            yield look.warning(Code.READS_SKIPPED, message, task, mend=mend)


def own_result(look: Look, task: Task) -> Iterator[Problem]:
    """Yield an error where a task waits for itself, the smallest ring."""
    if task.uid in task.deps:
        mend = Mend(label="take the reference out", edit=Disconnect(uid=task.uid, dep=task.uid))
        yield look.error(Code.SELF_REFERENCE, f"Task {task.id} waits for its own result.", task, mend=mend)


def unused(look: Look) -> Iterator[Problem]:
    """Yield a warning for each task that others wait for and none reads."""
    read = {ref.uid for task in look.plan for value in task.args.values() for ref in value.refs}
    for task in look.plan:
        if look.dependants[task.uid] and task.uid not in read and task.task in TASKS and not task.skip:
            count = len(look.dependants[task.uid])
            waits = f"{plural(count, 'task')} wait{'s' if count == 1 else ''} for it"
            message = f"No task reads the result of task {task.id}, though {waits}."
            yield look.warning(Code.UNUSED_RESULT, message, task)
