"""One look at a plan: what each rule needs to know of the whole."""

from copy import copy
from functools import cached_property

from hgtui.core.edit import Connect
from hgtui.core.plan import Plan, Ref, Task, Uid
from hgtui.core.planfile import wire_names
from hgtui.core.problem import Code, Facts, Mend, Problem, Severity
from hgtui.core.resource import Kind
from hgtui.core.task import TASKS, Arg

KIND_WORDS = {Kind.TEXT: "a text", Kind.IMAGE: "a picture", Kind.AUDIO: "a sound", Kind.VIDEO: "a video", Kind.DOCUMENT: "a document", Kind.TABLE: "a table", Kind.LABELS: "labels", Kind.BOXES: "boxes", Kind.MASK: "a mask", Kind.VECTOR: "a vector"}  # fmt: skip
"""How a sentence names each kind."""


class Look:
    """One look at a plan; holds what each rule needs to know of the whole."""

    def __init__(self, plan: Plan, facts: Facts) -> None:
        self.plan = plan
        self.facts = facts
        self.tasks = {task.uid: task for task in plan}
        self.ids = wire_names(plan)
        self.dependants = plan.dependants()
        self.levels = plan.levels()
        self.givers: dict[Kind, dict[Uid, Task]] = {}

    @cached_property
    def running(self) -> set[Uid]:
        """The tasks whose results there are or will be: not skipped, and none of what they read is missing for that."""
        found: set[Uid] = set()
        for task in sorted(self.plan, key=lambda one: self.levels.get(one.uid, len(self.levels))):
            in_ring = task.uid not in self.levels  # that is an error of its own
            if task.uid in self.facts.done or (not task.skip and (in_ring or self.gets(task, found))):
                found.add(task.uid)
        return found

    def gets(self, task: Task, running: set[Uid]) -> bool:
        """Say whether a task gets what it reads if only some run; of an argument that takes several, one is enough."""
        for value in task.args.values():
            gone = {ref.uid for ref in value.refs if ref.uid in self.tasks and ref.uid not in running}
            kept = [part for part in value.parts if not (isinstance(part, Ref) and part.uid in gone)]
            if gone and not (value.many and kept):
                return False
        return True

    def having(self, task: Task) -> "Look":
        """Return a look at the same plan with another task in the place of the one with its uid."""
        other = copy(self)
        other.tasks = {**self.tasks, task.uid: task}
        other.givers = {}
        return other

    def error(self, code: Code, message: str, task: Task, arg: str | None = None, mend: Mend | None = None) -> Problem:
        """Return the error that concerns a task, and one of its arguments if named."""
        return Problem(severity=Severity.ERROR, code=code, message=message, uid=task.uid, arg=arg, mend=mend)

    def warning(
        self, code: Code, message: str, task: Task, arg: str | None = None, mend: Mend | None = None
    ) -> Problem:
        """Return the warning that concerns a task, and one of its arguments if named."""
        return Problem(severity=Severity.WARNING, code=code, message=message, uid=task.uid, arg=arg, mend=mend)

    def offer(self, task: Task, arg: Arg) -> Mend | None:
        """Offer the result of another task: of one that it waits for already, else of the last that does not wait for it."""
        if arg.kind not in self.givers:
            self.givers[arg.kind] = {
                one.uid: one for one in self.plan if (spec := TASKS.get(one.task)) and spec.gives(arg.kind)
            }
        givers = self.givers[arg.kind]
        best = next((givers[dep] for dep in task.deps if dep in givers and self._before(givers[dep], task)), None)
        if best is None and givers:
            below = {task.uid, *self.below(task)}
            best = next((one for one in reversed(givers.values()) if one.uid not in below), None)
        if best is None:
            return None
        return Mend(label=f"take the result of {best.id}", edit=Connect(uid=task.uid, dep=best.uid, name=arg.name))

    def _before(self, one: Task, task: Task) -> bool:
        return one.uid in self.levels and self.levels[one.uid] < self.levels.get(task.uid, len(self.tasks))

    def below(self, task: Task) -> set[Uid]:
        """Return the uids of everything that depends on a task, near or far."""
        seen: set[Uid] = set()
        ahead = [task.uid]
        while ahead:
            new = [uid for uid in self.dependants[ahead.pop()] if uid not in seen]
            seen.update(new)
            ahead += new
        return seen
