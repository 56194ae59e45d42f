"""What a person or a script can ask for, as values: what a key does and what a line of ``--commands -`` does."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from hgtui.core.base import Value
from hgtui.core.edits import Edit
from hgtui.core.events import Again
from hgtui.core.model import Assignment
from hgtui.core.plan import Plan, Uid
from hgtui.core.policy import Rule
from hgtui.core.ports import Turn


class Submit(Value):
    """Start with a request. `files` are paths that the person typed, `earlier` the turns of the conversation before it.

    A `plan` takes the place of the planner's; `assignments` are the models that came with it, `notes` sentences on what
    was left out or mended when it was read. `again` says what shall be otherwise than when that plan ran before, and
    `approved` is the fingerprint that a person approves beforehand: its gate is passed where exactly that would run.
    """

    command: Literal["submit"] = "submit"
    request: str
    files: tuple[str, ...] = ()
    earlier: tuple[Turn, ...] = ()
    plan: Plan | None = None
    assignments: dict[Uid, Assignment] = {}
    notes: tuple[str, ...] = ()
    again: Again = Again()
    approved: str = ""


class EditPlan(Value):
    """Apply an edit to the draft."""

    command: Literal["edit"] = "edit"
    edit: Edit


class Comment(Value):
    """Say what should be different about the plan: the planner revises it, and the old plan stays until it is taken."""

    command: Literal["comment"] = "comment"
    text: str


class TakeCall(Value):
    """Take what came of a call that was sent again, by its number in the run: a plan as a revision, models as choices.

    In place of the number `record` may give the digest of what is kept of it, and `words` say how it is called.
    """

    command: Literal["take_call"] = "take_call"
    number: int = 0
    record: str = ""
    words: str = "A call that was sent again"


class TakeRevision(Value):
    """Take the revision in place of the plan, but for what was left out of it and the tasks in `without`; it can be undone."""

    command: Literal["take_revision"] = "take_revision"
    without: tuple[Uid, ...] = ()


class TakeChange(Value):
    """Take one change of the revision into the plan, as an edit; the rest of it stays open.

    `field` is as in the difference of two plans ("args.text", "policy" …); empty for all of a task. A change that was
    left out may be taken after all.
    """

    command: Literal["take_change"] = "take_change"
    uid: Uid
    field: str = ""


class DropChange(Value):
    """Leave one change out of the revision: it is not taken with the rest."""

    command: Literal["drop_change"] = "drop_change"
    uid: Uid
    field: str = ""


class BringBack(Value):
    """Put an earlier plan of this run in the plan's place, by its number; it can be undone."""

    command: Literal["bring_back"] = "bring_back"
    number: int


class DropRevision(Value):
    """Keep the plan and let the revision go."""

    command: Literal["drop_revision"] = "drop_revision"


class Undo(Value):
    """Take the last edit back."""

    command: Literal["undo"] = "undo"


class Redo(Value):
    """Apply again what was undone last."""

    command: Literal["redo"] = "redo"


class ChooseModel(Value):
    """Run a task on a candidate, by its name ``endpoint:model``; `also` others of the same type, as one edit."""

    command: Literal["choose"] = "choose"
    uid: Uid
    candidate: str
    also: tuple[Uid, ...] = ()


class Pin(Value):
    """Always run a task type on a candidate, by its name, in this run and those to come; None takes the pin away."""

    command: Literal["pin"] = "pin"
    task: str
    candidate: str | None = None


class Approve(Value):
    """Go on from the gate; `fingerprint` is what was seen, whole or at least its first eight characters.

    That of the plan alone approves the plan, also while its models are being chosen: the run still stops for them.
    `rule` is made with the approval: it holds from then on. `lift` is a task that asks by its own policy: with the
    approval of the plan with its models that is taken away, so that the rule decides on it.
    """

    command: Literal["approve"] = "approve"
    fingerprint: str
    by: str = "person"
    rule: Rule | None = None
    lift: Uid | None = None


class AddRule(Value):
    """Make a rule, before all others: for one task, for this run, or with "always" also for those to come."""

    command: Literal["add_rule"] = "add_rule"
    rule: Rule


class DropRule(Value):
    """Let a rule hold no longer, by its key; one that is stored is deleted."""

    command: Literal["drop_rule"] = "drop_rule"
    key: str


class SetBreakpoint(Value):
    """Stop behind a task: what waits for it asks before it starts. With `on` false no more."""

    command: Literal["breakpoint"] = "breakpoint"
    uid: Uid
    on: bool = True


class Allow(Value):
    """Let a task with the policy "ask" start."""

    command: Literal["allow"] = "allow"
    uid: Uid


class Retry(Value):
    """Run a task that failed, was cancelled or was skipped once more.

    At a gate, where nothing has run: ask the catalogues once more that could not be asked, for whatever task type.
    """

    command: Literal["retry"] = "retry"
    uid: Uid


class Rerun(Value):
    """Run a task that is over again, even where its result is kept, and what is below it as far as that changes.

    At a gate, where nothing runs yet: let the task run though its result is kept, or given once more, take that after
    all. With `preview` only say what that would do.
    """

    command: Literal["rerun"] = "rerun"
    uid: Uid
    preview: bool = False


class SkipTask(Value):
    """Go on without a task."""

    command: Literal["skip"] = "skip"
    uid: Uid


class Supply(Value):
    """Give the result of a task by hand, or correct it: a text, or the path of a file.

    What has read the result of before runs again, with what is below that. With `preview` only say what that would do.
    """

    command: Literal["supply"] = "supply"
    uid: Uid
    text: str | None = None
    path: str | None = None
    preview: bool = False


class WhatIf(Value):
    """Run two or three candidates of a task on the input that it has, beside each other.

    With `preview` only say what that would send and spend. `fingerprint` is that of what was said: who gives it approves
    these calls, and nothing else is made.
    """

    command: Literal["what_if"] = "what_if"
    uid: Uid
    candidates: tuple[str, ...]
    fingerprint: str = ""
    preview: bool = False


class TakeWinner(Value):
    """Say which candidate of a what-if was best: the task runs on it, and its result is the task's.

    With no candidate the what-if is given up, and what still runs of it is stopped. What has read another result of the
    task runs again.
    """

    command: Literal["take_winner"] = "take_winner"
    uid: Uid
    candidate: str = ""


class Stop(Value):
    """Stop one task, or with no uid the whole run, also while it plans.

    `exit` is the exit status that the run ends with, None for that of an interrupted run (130).
    """

    command: Literal["stop"] = "stop"
    uid: Uid | None = None
    exit: Annotated[int, Field(ge=1, le=255)] | None = None


class Resume(Value):
    """Go on with a run that an earlier process left in the middle, from where its journal ends."""

    command: Literal["resume"] = "resume"


class Mark(Value):
    """Keep which task is selected, for whoever opens the run the next time; None for no task."""

    command: Literal["mark"] = "mark"
    uid: Uid | None = None


class Finish(Value):
    """Give up what failed or was stopped and write the answer from what there is."""

    command: Literal["finish"] = "finish"


Command = Annotated[
    Submit
    | EditPlan
    | Comment
    | TakeCall
    | TakeRevision
    | DropRevision
    | TakeChange
    | DropChange
    | BringBack
    | Undo
    | Redo
    | ChooseModel
    | Pin
    | Approve
    | AddRule
    | DropRule
    | SetBreakpoint
    | Allow
    | Retry
    | Rerun
    | SkipTask
    | Supply
    | WhatIf
    | TakeWinner
    | Stop
    | Finish
    | Resume
    | Mark,
    Field(discriminator="command"),
]

COMMANDS: TypeAdapter[Command] = TypeAdapter(Command, config={"defer_build": True})
"""Reads a command from JSON, as it stands on a line of ``--commands -``."""
