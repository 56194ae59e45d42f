"""What a person does to a task of the plan: the form, adding, moving, connecting."""

from collections.abc import Iterable

from textual import on

from hgtui.core import events as ev
from hgtui.core.commands import EditPlan, Submit
from hgtui.core.edits import Draft, EditError, Move
from hgtui.core.files import file_literals
from hgtui.core.offers import together
from hgtui.core.plan import Input, Plan, Task, Uid, fresh_uids
from hgtui.core.problems import Facts
from hgtui.core.resource import Kind
from hgtui.core.task import TASKS
from hgtui.core.text import one_line
from hgtui.ui.editing import Sheet
from hgtui.ui.screens.actions import Question
from hgtui.ui.screens.rewriting import Rewriting
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.form import TaskForm
from hgtui.ui.widgets.plan import PlanPane
from hgtui.ui.widgets.task import TaskPane

DONE = (ev.PlanEdited, ev.EditUndone, ev.EditRedone)


class Editing(Rewriting):
    """Edits the tasks of the plan."""

    _added: Uid | None = None
    """The task that was added last, to be selected when it is there."""
    _form_of = ""
    """The run whose task stands in the form."""
    _sent_form: tuple[Sheet, str] | None = None
    """The form whose edit is on its way: where it is refused it comes back with what was typed."""

    # The form

    @property
    def form(self) -> TaskForm | None:
        """The form, None where none is open."""
        found = self.query(TaskForm)
        return found.first() if found else None

    def action_edit(self) -> None:
        """Open the form of the task."""
        task = self.view.task
        if self._can("edit") and task is not None and self.form is None:
            title = f"Edit task {task.id} {one_line(task.task, 40)}"
            self._open_form(Sheet.of(self.view.run.draft, task.uid, self.view.run.facts), title)

    def _open_form(self, sheet: Sheet, title: str) -> None:
        self._form_of = self.view.run.id
        self.large = "plan"
        self.lay_out()
        self.add_class("-editing")
        self.mount(TaskForm(sheet, title), after=self.query_one(TaskPane))

    @on(TaskForm.Done)
    def _set(self, event: TaskForm.Done) -> None:
        sheet = event.sheet
        if not sheet.added and self._form_of != self.view.run.id:
            self.say("This task is of the run before, which has ended: nothing was changed. esc leaves the form.")
            return
        if stale := self._stale(sheet):
            self.say(f"{stale}: nothing was changed. What you typed stays here until esc leaves it.")
            return
        if event.edit is not None and sheet.added and not (self.view.busy and self.view.run.proposed is not None):
            self.leave_form()
            self.call_later(self.open_request, self._from_nothing(sheet))
            return
        if event.edit is not None:
            self._sent_form = sheet, self.form.title if self.form else ""
            if sheet.added:
                self._added = sheet.uid
            self.dispatch(EditPlan(edit=event.edit))
        self.leave_form()
        self.query_one(PlanPane).focus()

    def _from_nothing(self, sheet: Sheet) -> Submit:
        typed = file_literals(sheet.task, {})
        return Submit(request=sheet.plan.request, files=typed, plan=sheet.plan)

    def close_form(self) -> bool:
        """Close the form; where something was typed in it ask first. Say whether none is open now."""
        form = self.form
        if form is None:
            return True
        if self.question != Question("form") and form.gather():
            what = "the task is not added" if form.sheet.added else "the task stays as it was"
            sets = "" if self._stale(form.sheet) else "  enter in it sets what was typed"
            self._ask(f"esc again leaves the form: {what}.{sets}", "form")
            return False
        self.leave_form()
        return True

    def leave_form(self) -> None:
        """Close the form, whatever was typed."""
        self.question = None
        self.say("")
        self.query(TaskForm).remove()
        self.remove_class("-editing")

    # Adding, moving, connecting

    def action_add(self) -> None:
        """Add a task after the selected one; where there is no plan, begin one with it."""
        if not self._can("add") or self.form is not None:
            return
        from hgtui.ui.screens.picking import Types

        there = self.view.busy and self.view.run.proposed is not None
        task = self.view.task if there else None
        spec = TASKS.get(task.task) if task else None
        title = (
            f"Add a task after {task.id}" if task else "Add a task" if there else "A plan from nothing: its first task"
        )
        types = Types(title, spec.output if spec else None, self.desk.runnable())
        # At once and not by a worker: the next key may be here already, and belongs to the list.
        self.app.push_screen(types, lambda name: self._adding(name, task) if name is not None else None)

    def _adding(self, name: str, task: Task | None) -> None:
        """Open the form of a task of a type, to be added behind another."""
        there = self.view.busy and self.view.run.proposed is not None
        spec = TASKS.get(task.task) if task else None
        run = self.view.run
        draft = run.draft if there else Draft(plan=Plan(request=run.request, planner="you"))
        new = Task(
            uid=next(fresh_uids([*run.uids, *(one.uid for one in draft.plan)])), id=draft.plan.free_id(), task=name
        )
        new = new.update(args=_reading(new, task, spec.output if spec else None))
        rows = [one.uid for one in draft.plan]
        index = rows.index(task.uid) + 1 if task and task.uid in rows else None
        try:
            sheet = Sheet.adding(draft, new, index, run.facts if there else Facts())
        except EditError as error:
            self.say(str(error))
            return
        self._open_form(sheet, f"Add task {new.id} {name}: enter adds it")

    def action_shift_task(self, by: int) -> None:
        """Move the task a row down or up."""
        task = self.view.task
        if self._can(f"shift_task({by})") and task is not None:
            rows = [one.uid for one in self.view.plan]
            self.dispatch(EditPlan(edit=Move(uid=task.uid, index=rows.index(task.uid) + by)))

    def action_connect(self) -> None:
        """Choose what the task waits for."""
        if self._can("connect"):
            self.run_worker(self._connect(), group="connecting", exclusive=True)

    async def _connect(self) -> None:
        from hgtui.ui.screens.picking import Connecting

        task = self.view.task
        if task is None:
            return
        edits = await self.app.push_screen_wait(Connecting(self.view.plan, task))
        if edits:
            self.dispatch(EditPlan(edit=together(edits)))

    # What happens

    def follow(self, happened: Iterable[ev.Event]) -> None:
        """Select the task that was added, once it is there."""
        happened = tuple(happened)
        super().follow(happened)
        sent = self._sent_form
        if sent and any(isinstance(one, DONE) for one in happened):
            self._sent_form = None
        elif sent and any(isinstance(one, ev.Refused) and one.command == "edit" for one in happened):
            self._sent_form = self._added = None
            if self.form is None:
                self._open_form(*sent)
        if any(isinstance(one, (*DONE, ev.RunEnded)) for one in happened):
            self._close_stale()
        if self._added and any(isinstance(one, DONE) for one in happened):
            uid, self._added = self._added, None
            if self.view.plan.get(uid):
                self.select_task(uid)

    def _stale(self, sheet: Sheet) -> str:
        """Say why nothing of a form can be set any more; an empty text where it can."""
        if sheet.added or self._form_of != self.view.run.id:
            return ""
        if self.view.plan.get(sheet.uid) is None:
            return f"Task {sheet.task.id} is deleted"
        return "The run has ended" if self.view.run.ended else ""

    def _close_stale(self) -> None:
        """Close the form of which nothing can be set any more; where something was typed in it, it stays for that."""
        form = self.form
        why = self._stale(form.sheet) if form is not None else ""
        if form is None or not why:
            return
        if form.gather():
            self.say(f"{why}: nothing can be set any more. What you typed stays here until esc leaves it.")
            return
        self.leave_form()
        self.query_one(PlanPane).focus()
        self.say(f"The form is closed: {why[0].lower()}{why[1:]}.")

    def working_keys(self) -> list[tuple[str, str]]:
        """Return the keys that do something now where the focus is; in the form those of the form."""
        form = self.form
        if form is None or not self.focused or form not in self.focused.ancestors:
            return super().working_keys()
        if isinstance(self.focused, Field):
            mends = any(one.mends for one in form.wrong)
            return [
                ("enter", "add it" if form.sheet.added else "set"),
                ("esc", "leave"),
                ("tab", "next"),
                ("↓", "choices"),
                *([("f2", "mend")] if mends else []),
                ("f1", "help"),
            ]
        return [("enter", "take it"), ("esc", "back to the field"), ("f1", "help")]


def _reading(task: Task, giver: Task | None, kind: Kind | None) -> dict[str, Input]:
    """Let a task that is added read the selected one, in the first argument that it must have and that can."""
    spec = TASKS[task.task]
    if giver is None or kind is None:
        return {}
    return next(({arg.name: Input.of(giver.uid)} for arg in spec.required if arg.takes(kind)), {})
