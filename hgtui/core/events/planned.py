"""How a plan comes about and is changed: drafted, proposed, edited, revised, brought back; and the models chosen for it."""

from typing import Literal

from hgtui.core.base import Value
from hgtui.core.edits import Edit, Patch
from hgtui.core.model import Assignment, Candidate
from hgtui.core.partly import Part
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.states import Failure


class TaskDrafted(Value):
    """The planner has written one more task."""

    type: Literal["task_drafted"] = "task_drafted"
    task: Task


class PlanProposed(Value):
    """The planner is done. `notes` say what it did not understand or what was dropped from its reply.

    `how` its reply was read: "read", "repaired", "cut off", or empty where no LLM made the plan.
    """

    type: Literal["plan_proposed"] = "plan_proposed"
    plan: Plan
    notes: tuple[str, ...] = ()
    how: str = ""


class PlanningFailed(Value):
    """No plan came of it. `raw` is the digest of what the planner said, kept as an artifact."""

    type: Literal["planning_failed"] = "planning_failed"
    failure: Failure
    message: str
    hint: str = ""
    raw: str = ""


class PlanEdited(Value):
    """A person changed the draft; `undo` is what takes it back, `typed` are the paths of files that they wrote in it."""

    type: Literal["plan_edited"] = "plan_edited"
    edit: Edit
    undo: Patch
    typed: tuple[str, ...] = ()


class RevisionBegun(Value):
    """A person said what should be different, and the planner is at it.

    Where they took the plan of a call that was sent again, `call` is the digest of its record, and `comment` names it.
    """

    type: Literal["revision_begun"] = "revision_begun"
    comment: str
    call: str = ""


class RevisionProposed(Value):
    """The planner revised the plan; the old one stays until a person takes the new one."""

    type: Literal["revision_proposed"] = "revision_proposed"
    plan: Plan
    notes: tuple[str, ...] = ()
    how: str = ""


class RevisionClosed(Value):
    """The revision is no longer open: taken but for the tasks in `without`, dropped, or none came of it (`message`)."""

    type: Literal["revision_closed"] = "revision_closed"
    taken: bool = False
    without: tuple[Uid, ...] = ()
    message: str = ""
    hint: str = ""


class ChangeDecided(Value):
    """A person took one change of the revision (the plan was edited right before), or leaves it out (`take` false).

    `field` is as in core.diff.FieldChange; empty for all that the revision does with the task. `along` are the changes
    that were taken or left out with it, for what is read must be there.
    """

    type: Literal["change_decided"] = "change_decided"
    uid: Uid
    field: str = ""
    take: bool = True
    along: tuple[Part, ...] = ()


class PlanBroughtBack(Value):
    """The edit right before put an earlier plan of this run in the plan's place; `number` as in core.versions.Version."""

    type: Literal["plan_brought_back"] = "plan_brought_back"
    number: int


class EditUndone(Value):
    """The last edit was taken back."""

    type: Literal["edit_undone"] = "edit_undone"


class EditRedone(Value):
    """The edit that was undone last was applied again."""

    type: Literal["edit_redone"] = "edit_redone"


class CandidatesFound(Value):
    """What could run a task type, ranked; `help` says what would make it run where nothing can.

    `failed` says in a sentence for each catalogue that could not be asked why.
    """

    type: Literal["candidates_found"] = "candidates_found"
    task: str
    candidates: tuple[Candidate, ...]
    help: str = ""
    failed: tuple[str, ...] = ()


class LookedAgain(Value):
    """At a gate a person had the catalogues asked once more for task types for which one could not be asked.

    `uid` is the task at which they did so.
    """

    type: Literal["looked_again"] = "looked_again"
    uid: Uid
    tasks: tuple[str, ...]


class ModelChosen(Value):
    """A task got a candidate, or lost it (None)."""

    type: Literal["model_chosen"] = "model_chosen"
    uid: Uid
    assignment: Assignment | None
