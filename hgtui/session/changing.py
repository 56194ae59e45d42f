"""What a person changes in a plan: edits, undo and redo, the choice of a model; before it runs and while it does."""

from collections.abc import Awaitable, Callable

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.approval import grant
from hgtui.core.edits import Add, Choose, Draft, Edit, EditError, Replace, Set, Several, Skip, apply, touched
from hgtui.core.fit import unfit
from hgtui.core.model import BY_HAND, Assignment
from hgtui.core.plan import Input, Uid
from hgtui.core.ports import StoreError
from hgtui.core.problems import file_literals
from hgtui.core.states import HAS_RESULT, UNDER_WAY, Stage, TaskState
from hgtui.core.text import one_line
from hgtui.core.widening import World, widened
from hgtui.execution.rules import sense
from hgtui.session.gates import gate
from hgtui.session.intake import ROOTED
from hgtui.session.parts import NotNow, Parts
from hgtui.session.preview import foresee

OpenGate = Callable[[], Awaitable[None]]


class Changing:
    """Carries out the commands that change the draft. Each raises NotNow, EditError or SchedulerError.

    After a change models are chosen for what it touched, and the gate opens with the new fingerprint; while the plan
    runs, only a change that goes beyond the grant asks again, and only what it touches waits for that.
    """

    def __init__(self, parts: Parts, open_gate: OpenGate) -> None:
        self._parts, self._open_gate = parts, open_gate

    async def edit(self, command: cmd.EditPlan) -> None:
        """Apply an edit of a person: the paths in it were typed."""
        await self._apply(command.edit)

    async def replace(self, edit: Edit, *then: ev.Event) -> None:
        """Apply an edit that comes of a planner's plan: the paths in it were not typed. `then` comes right behind it."""
        await self._apply(edit, typed=False, then=then)

    async def decide(self, edit: Edit, *then: ev.Event) -> None:
        """Apply an edit of a person in which no path stands. `then` comes right behind it."""
        await self._apply(edit, then=then)

    def chosen(self, edit: Choose) -> ev.PlanEdited:
        """Return the choice of a model for a task that is done, whose result comes with it."""
        self._changeable()
        _, undo = apply(self._parts.run.draft, edit)
        return ev.PlanEdited(edit=edit, undo=undo)

    async def undo(self, _: cmd.Undo) -> None:
        """Take the last edit back."""
        self._changeable()
        run = self._parts.run
        if not run.undos:
            raise NotNow("There is nothing to undo.")
        words = run.undos[-1].words
        self._amendable(run.undos[-1])
        self._asks_on(run.undos[-1])
        self._parts.board.emit(ev.EditUndone())
        await self._parts.board.flush()
        await self._after(f"undo: {words}")

    async def redo(self, _: cmd.Redo) -> None:
        """Apply again what was undone last."""
        self._changeable()
        run = self._parts.run
        if not run.redos:
            raise NotNow("There is nothing to redo.")
        self._amendable(run.redos[-1])
        self._asks_on(run.redos[-1])
        self._parts.board.emit(ev.EditRedone())
        await self._parts.board.flush()
        await self._after("redo")

    async def choose(self, command: cmd.ChooseModel) -> None:
        """Assign a candidate to a task, or to several of its type: one that was found, or any that the store has."""
        self._changeable()
        run = self._parts.run
        tasks = [task for uid in (command.uid, *command.also) if (task := run.draft.plan.get(uid)) is not None]
        if len(tasks) <= len(command.also):
            raise NotNow("The plan has no such task.")
        if any(one.task != tasks[0].task for one in tasks):
            raise NotNow("These tasks are not of one type.", "Choose for each by itself.")
        try:
            found = await self._parts.proposing.lookups.candidate(tasks[0].task, command.candidate)
        except StoreError as error:
            raise NotNow(error.message, error.hint) from None
        if found is None:
            raise NotNow(f"{one_line(command.candidate, 80)} is no candidate for {tasks[0].task}.")
        if found.missing:
            raise NotNow(f"{found.title or found.name} cannot run yet.", found.missing)
        for task in tasks:
            if why := unfit(task, found):
                which = f"task {task.id}" if command.also else "this task"
                raise NotNow(f"{found.title or found.name} does not fit {which}: {why}.")
        chosen = Assignment.of(found, "person", BY_HAND)
        edits = tuple(Choose(uid=task.uid, assignment=chosen) for task in tasks)
        await self._apply(Several(edits=edits) if command.also else edits[0])

    async def again(self, uids: frozenset[Uid]) -> None:
        """Choose models anew for some tasks, as after a change of them."""
        await self._after("a pin", uids)

    async def look_again(self, command: cmd.Retry) -> None:
        """At a gate ask the catalogues once more that could not be asked, and choose for the tasks that have no model."""
        self._changeable()
        run = self._parts.run
        task = run.draft.plan.get(command.uid)
        if task is None:
            raise NotNow("The plan has no such task.")
        tasks = tuple(run.unasked)
        if not tasks:
            raise NotNow(f"Task {task.id} has not run, and every catalogue could be asked.")
        self._parts.board.emit(ev.LookedAgain(uid=task.uid, tasks=tasks))
        await self._parts.board.flush()
        await self._parts.proposing.lookups.again(tasks)
        without = (one.uid for one in run.draft.plan if one.uid not in run.draft.assignments)
        await self._after("models looked for again", frozenset(without))

    async def reconsider(self, words: str) -> None:
        """Open the gate anew, or carry the approval, after a change in `words` that is none of the plan: of a rule."""
        run = self._parts.run
        if self._parts.running is not None:
            await self._go_on(words)
        elif run.gate is not None:
            await self._open_gate()

    async def _apply(self, edit: Edit, *, typed: bool = True, then: tuple[ev.Event, ...] = ()) -> None:
        self._changeable()
        for one in edit.edits if isinstance(edit, Several) else (edit,):
            if isinstance(one, Add) and one.task.uid in self._parts.run.uids:
                raise EditError(f"The uid {one_line(one.task.uid, 40)} was used in this run already.")
        before = self._parts.run.draft
        draft, undo = apply(self._parts.run.draft, edit)
        self._amendable(edit)
        paths = tuple(sorted(_typed(before, edit))) if typed else ()
        self._parts.board.emit(ev.PlanEdited(edit=edit, undo=undo, typed=paths))
        for event in then:
            self._parts.board.emit(event)
        await self._parts.board.flush()
        await self._parts.intake.see(paths, typed=True)
        if typed:
            await self._parts.intake.see_there(_rooted(before, draft))
        await self._parts.intake.see_plan(draft.plan, typed=False)
        await self._after(undo.words, frozenset(touched(undo)))

    def _amendable(self, edit: Edit) -> None:
        """Ask the scheduler first: it refuses what would change a task that has started."""
        run = self._parts.run
        draft, _ = apply(run.draft, edit)
        if self._parts.running is not None:
            self._parts.running.scheduler.amendable(draft.plan, draft.assignments)
            return
        for task in run.draft.plan:  # nothing runs, but an earlier process has run it
            if run.state(task.uid) not in HAS_RESULT:
                continue
            new = draft.plan.get(task.uid)
            if new is None or sense(new, draft.assignments) != sense(task, run.draft.assignments):
                raise EditError(f"Task {task.id} is done and cannot be changed any more.")

    def _asks_on(self, edit: Edit) -> None:
        """Refuse what would let a task start that waits for a person: to take a step back is no approval."""
        run = self._parts.run
        draft, _ = apply(run.draft, edit)
        for task in run.draft.plan:
            after = draft.plan.get(task.uid)
            waits = run.state(task.uid) is TaskState.ASKING and task.policy == "ask"
            if waits and after is not None and after.policy != "ask":
                raise NotNow(f"With that task {task.id} would start, which waits for you.", "Let it start, or skip it.")

    def _changeable(self) -> None:
        run = self._parts.run
        if run.ended:
            raise NotNow("The run has ended.", "Start a new one.")
        if run.proposed is None or (self._parts.running is None and run.gate is None):
            raise NotNow("There is no plan to change yet.", "Wait until it is complete.")

    async def _after(self, words: str, again: frozenset[Uid] = frozenset()) -> None:
        running, run = self._parts.running, self._parts.run
        started = UNDER_WAY - {TaskState.ASKING} | HAS_RESULT
        if running is None and run.stage is Stage.PLANNING:  # the plan has a gate of its own: models come behind it
            await self._parts.proposing.lookups.look(run.draft.plan, run.draft.assignments)
            await self._parts.board.flush()
            await self._open_gate()
            return
        await self._parts.proposing.choose(frozenset(uid for uid in again if run.state(uid) not in started))
        if running is None:
            await self._open_gate()
            return
        await self._go_on(words)

    async def _go_on(self, words: str) -> None:
        """While it runs: ask again where the draft goes beyond what was granted, else carry the approval."""
        running, run = self._parts.live(), self._parts.run
        if self._wider():
            self._parts.board.emit(gate(run, await foresee(run, self._parts.equipment)))
        else:
            given = grant(run.draft, run.files, run.candidates, run.book)
            self._parts.board.emit(ev.ApprovalCarried(grant=given, words=words, tasks=len(run.draft.plan)))
        await self._parts.board.flush()
        running.scheduler.amend(run.draft.plan, run.draft.assignments)
        running.moved()

    async def carry(self, words: str, done: Uid) -> None:
        """Carry the approval behind the choice of who has done a task, which sends and spends nothing for it any more.

        Where the draft goes beyond what was granted in another task, that is still asked about.
        """
        run = self._parts.run
        if self._wider(done):
            self._parts.board.emit(gate(run, await foresee(run, self._parts.equipment)))
        else:
            given = grant(run.draft, run.files, run.candidates, run.book)
            self._parts.board.emit(ev.ApprovalCarried(grant=given, words=words))
        await self._parts.board.flush()

    def _wider(self, done: Uid = "") -> str:
        """Say in what the draft, but for a task, goes beyond what was granted; an empty text where it lies within."""
        run = self._parts.run
        if run.grant is None or run.granted is None:
            return "nothing was approved"
        draft = apply(run.draft, Skip(uid=done))[0] if done else run.draft
        return widened(run.grant, run.granted, draft, run.stand_ins, World(run.files, run.candidates))


def _rooted(before: Draft, after: Draft) -> list[str]:
    """Return the new texts that begin as a path does."""
    old = {text for task in before.plan for value in task.args.values() for text in value.literals}
    new = (text for task in after.plan for value in task.args.values() for text in value.literals)
    return [text for text in dict.fromkeys(new) if text.startswith(ROOTED) and text not in old and "\n" not in text]


def _typed(before: Draft, edit: Edit) -> set[str]:
    """Return the files that a person typed in an edit; one that a planner wrote into another task is not among them."""
    if isinstance(edit, Several):
        found: set[str] = set()
        for one in edit.edits:
            found |= _typed(before, one)
            before, _ = apply(before, one)
        return found
    if not isinstance(edit, Set | Add | Replace):
        return set()
    after, _ = apply(before, edit)
    old = {path for task in before.plan for path in file_literals(task, {})}
    new = {path for task in after.plan for path in file_literals(task, {})} - old
    if isinstance(edit, Set):
        task = after.plan[edit.uid]
        new.update(path for path in file_literals(task, {}) if path in task.args.get(edit.name, Input()).literals)
    return new
