"""What a person may choose from: the results that an argument can read, the tasks that one may wait for."""

from hgtui.core.applying import changed
from hgtui.core.edit import Connect, Disconnect, Draft, Edit, Renumber, Retype, Set, SetPolicy, Several, Skip
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.planfile import wire_names
from hgtui.core.resource import reads
from hgtui.core.task import TASKS, Arg
from hgtui.core.wire import write_input


def may_wait_for(plan: Plan, uid: Uid) -> tuple[Task, ...]:
    """Return the tasks that a task may wait for: all but itself and what depends on it, for those would make a ring."""
    below = {uid, *plan.below(uid)}
    return tuple(task for task in plan if task.uid not in below)


def readable(plan: Plan, uid: Uid, arg: Arg) -> tuple[tuple[Task, str], ...]:
    """Return the tasks whose result an argument of a task can read, none that would make a ring.

    With each stands the field that must be named, "" where the main result fits or the right one is found by its kind.
    """
    found = []
    for task in may_wait_for(plan, uid):
        spec = TASKS.get(task.task)
        if spec is not None and spec.gives(arg.kind):
            named = "" if reads(arg.kind, spec.output) else next(str(k) for k in spec.also if reads(arg.kind, k))
            found.append((task, named))
    return tuple(found)


def free_arguments(task: Task, giver: Task) -> tuple[str, ...]:
    """Return the names of the arguments that are not given yet and can read the result of another task, needed ones first.

    A language is a code, which no task gives: it is none of them.
    """
    spec, gives = TASKS.get(task.task), TASKS.get(giver.task)
    if spec is None or gives is None:
        return ()
    fits = [arg for arg in spec.args if arg.name != "language" and arg.name not in task.args and gives.gives(arg.kind)]
    return tuple(arg.name for arg in sorted(fits, key=lambda arg: not arg.required))


def steps(plan: Plan, after: Task) -> tuple[Edit, ...]:
    """Return the edits that make the task with the same uid in `plan` what `after` is, in the order to apply them.

    What they lock is what a person sets: `locked` itself is not looked at. A dependency that the plan does
    not have is not waited for. KeyError where the plan has no such task.
    """
    before, ids = plan[after.uid], wire_names(plan)
    found: list[Edit] = []
    known = before.args
    if after.task != before.task:
        retype = Retype(uid=after.uid, task=after.task)
        known = changed(Draft(plan=plan), retype).plan[after.uid].args
        found.append(retype)
    for name in dict.fromkeys((*known, *after.args)):
        if known.get(name) != after.args.get(name):
            value = after.args.get(name)
            written = None if value is None else write_input(value, ids)
            found.append(Set(uid=after.uid, name=name, value=written))
    read = {ref.uid for value in after.args.values() for ref in value.refs}
    found += [Disconnect(uid=after.uid, dep=dep) for dep in before.after if dep not in {*after.after, *read}]
    found += [Connect(uid=after.uid, dep=dep) for dep in after.after if dep not in before.after and plan.get(dep)]
    if after.skip != before.skip:
        found.append(Skip(uid=after.uid, skip=after.skip))
    if after.policy != before.policy:
        found.append(SetPolicy(uid=after.uid, policy=after.policy))
    if after.id != before.id:
        found.append(Renumber(uid=after.uid, id=after.id))
    return tuple(found)


def together(edits: tuple[Edit, ...]) -> Edit:
    """Return edits as one. IndexError for none."""
    return edits[0] if len(edits) < 2 else Several.model_validate({"edits": edits})
