"""The edits as values, one for each thing that can be done to a draft, and the draft."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainSerializer

from hgtui.core.base import Value
from hgtui.core.model import Assignment
from hgtui.core.plan import Plan, Policy, Task, Uid

Assignments = Annotated[
    Mapping[Uid, Assignment], AfterValidator(lambda one: MappingProxyType(dict(one))), PlainSerializer(dict)
]


class Draft(Value):
    """A plan with its assignments: what a person edits and approves."""

    plan: Plan = Plan()
    assignments: Assignments = Field(default_factory=lambda: MappingProxyType({}))


class EditError(ValueError):
    """The edit does not fit the draft; the message is a sentence."""


class Add(Value):
    """Put a task into the plan, before row `index` or at the end."""

    edit: Literal["add"] = "add"
    task: Task
    index: int | None = None


class Delete(Value):
    """Take a task out, with everything that depends on it if `below`; else what read it has a missing reference."""

    edit: Literal["delete"] = "delete"
    uid: Uid
    below: bool = False


class Set(Value):
    """Give an argument a value, in any form that a plan file may hold, or take the argument away with None."""

    edit: Literal["set"] = "set"
    uid: Uid
    name: str
    value: Any = None


class Retype(Value):
    """Make a task one of another type; arguments that the new type takes are carried over."""

    edit: Literal["retype"] = "retype"
    uid: Uid
    task: str


class Renumber(Value):
    """Give a task another number."""

    edit: Literal["renumber"] = "renumber"
    uid: Uid
    id: int


class Connect(Value):
    """Make `uid` wait for `dep`; where `name` is given that argument reads its result."""

    edit: Literal["connect"] = "connect"
    uid: Uid
    dep: Uid
    name: str = ""


class Disconnect(Value):
    """Make `uid` wait for `dep` no longer: its references to it go, and arguments that were nothing else."""

    edit: Literal["disconnect"] = "disconnect"
    uid: Uid
    dep: Uid


class Move(Value):
    """Put a task's row at `index`."""

    edit: Literal["move"] = "move"
    uid: Uid
    index: int


class Skip(Value):
    """Leave a task out of the run, or take it in again."""

    edit: Literal["skip"] = "skip"
    uid: Uid
    skip: bool = True


class SetPolicy(Value):
    """Ask before this task starts, or do not."""

    edit: Literal["policy"] = "policy"
    uid: Uid
    policy: Policy


class Choose(Value):
    """Assign a candidate to a task, or none."""

    edit: Literal["choose"] = "choose"
    uid: Uid
    assignment: Assignment | None = None


class Replace(Value):
    """Take another draft in place of this one, as when the whole plan was edited as text."""

    edit: Literal["replace"] = "replace"
    draft: Draft


class Patch(Value):
    """What turns one draft into another: rows to put, rows gone, the order, assignments (None: no longer assigned)."""

    edit: Literal["patch"] = "patch"
    put: tuple[Task, ...] = ()
    gone: tuple[Uid, ...] = ()
    order: tuple[Uid, ...] | None = None
    assignments: dict[Uid, Assignment | None] = {}
    request: str | None = None
    planner: str | None = None
    words: str = ""


One = Annotated[
    Add | Delete | Set | Retype | Renumber | Connect | Disconnect | Move | Skip | SetPolicy | Choose | Replace | Patch,
    Field(discriminator="edit"),
]


class Several(Value):
    """Edits one after the other as one: all are applied or none, and one undo takes them back, as with a form."""

    edit: Literal["several"] = "several"
    edits: Annotated[tuple[One, ...], Field(min_length=1)]


Edit = Annotated[
    Add
    | Delete
    | Set
    | Retype
    | Renumber
    | Connect
    | Disconnect
    | Move
    | Skip
    | SetPolicy
    | Choose
    | Replace
    | Patch
    | Several,
    Field(discriminator="edit"),
]
