"""A task as its form has it: a draft of its own that each change is applied to, and the one edit that comes of it."""

from dataclasses import dataclass, field
from typing import Any

from hgtui.core.edit import Add, Draft, Edit, Retype, Set
from hgtui.core.edits import EditError, apply
from hgtui.core.offers import steps, together
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.planfile import wire_names
from hgtui.core.problems import Facts, Problem, problems
from hgtui.core.resource import FILE_KINDS, FileFact, Kind
from hgtui.core.task import TASKS, Arg
from hgtui.ui.shorthand import read_field, read_lines, write_field, write_lines


@dataclass(slots=True)
class Sheet:
    """`before` is the draft without any change of the form; a task that is `added` stands in `draft` alone, at `index`."""

    before: Draft
    draft: Draft
    uid: Uid
    facts: Facts = field(default_factory=Facts)
    added: bool = False
    index: int | None = None
    files: dict[str, FileFact] = field(default_factory=dict)
    """What was found out about files that were typed here."""

    @classmethod
    def of(cls, draft: Draft, uid: Uid, facts: Facts) -> "Sheet":
        """Make the sheet of a task of a draft."""
        return cls(draft, draft, uid, facts)

    @classmethod
    def adding(cls, draft: Draft, task: Task, index: int | None, facts: Facts) -> "Sheet":
        """Make the sheet of a task that is not in the draft yet. Raises EditError where it cannot be put there."""
        after, _ = apply(draft, Add(task=task, index=index))
        return cls(draft, after, task.uid, facts, added=True, index=index)

    @property
    def task(self) -> Task:
        """The task as the form has it."""
        return self.draft.plan[self.uid]

    @property
    def plan(self) -> Plan:
        """The plan as the form has it."""
        return self.draft.plan

    @property
    def args(self) -> dict[str, Arg | None]:
        """The arguments that the task takes, and with None those that it has and does not take."""
        spec = TASKS.get(self.task.task)
        taken: dict[str, Arg | None] = {arg.name: arg for arg in spec.args} if spec else {}
        return {**taken, **{name: None for name in self.task.args if name not in taken}}

    def is_list(self, name: str) -> bool:
        """Whether an argument is written as a list, one thing on each line."""
        arg, value = self.args.get(name), self.task.args.get(name)
        return bool(arg and arg.many and arg.kind is Kind.LABELS) or bool(value and value.many)

    def is_file(self, name: str) -> bool:
        """Whether a path is what can stand in an argument."""
        arg = self.args.get(name)
        return arg is not None and arg.kind in FILE_KINDS

    def text(self, name: str) -> str:
        """Return what stands in the field of an argument."""
        value, ids = self.task.args.get(name), wire_names(self.plan)
        if value is not None and self.is_list(name) and (lines := write_lines(value, ids)) is not None:
            return lines
        return write_field(value, ids)

    def write(self, name: str, text: str) -> None:
        """Take what was typed for an argument."""
        arg = self.args.get(name)
        many = bool(arg and arg.many)
        value: Any = read_lines(text, many=many) if self.is_list(name) else read_field(text, many=many)
        self.take(Set(uid=self.uid, name=name, value=value))

    def retype(self, name: str) -> bool:
        """Make it a task of another type with the arguments that fit; False where it is of that type already."""
        if name == self.task.task or name not in TASKS:
            return False
        if self.before.plan.get(self.uid) is not None:
            # From the start again: what one type on the way did not take is not lost for the next.
            typed = steps(self.before.plan, self.task.update(task=self.before.plan[self.uid].task))
            self.draft = self.before
            for one in typed:
                self.take(one)
        if name != self.task.task:
            self.take(Retype(uid=self.uid, task=name))
        return True

    def take(self, edit: Edit) -> None:
        """Apply an edit to the draft of the form; what does not fit is left out."""
        try:
            after, _ = apply(self.draft, edit)
        except EditError:
            return
        if after.plan.get(self.uid) is not None:
            self.draft = after

    def wrong(self) -> tuple[Problem, ...]:
        """Return what is wrong or doubtful in the task as the form has it."""
        files = {**self.files, **self.facts.files}
        facts = self.facts.model_copy(update={"files": files, "assignments": self.draft.assignments})
        return tuple(one for one in problems(self.plan, facts) if one.uid == self.uid)

    @property
    def typed(self) -> bool:
        """Whether something differs from how the form began."""
        if self.added:
            return bool(self.task.args) and any(value.literals for value in self.task.args.values())
        return self.edit() is not None

    def edit(self) -> Edit | None:
        """Return the edit that makes the plan what the form has, None where nothing differs."""
        if self.added:
            return Add(task=self.task, index=self.index)
        found = steps(self.before.plan, self.task)
        return together(found) if found else None
