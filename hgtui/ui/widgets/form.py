"""The form of a task, in the place of the task pane: its type, its arguments, what is wrong, what could stand there."""

import re
from pathlib import Path

from textual import events, on
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from hgtui.core.edit import Edit
from hgtui.core.resource import FileFact, Kind
from hgtui.core.task import Arg
from hgtui.ui.completing import Choice, begun, files, mends, results, types
from hgtui.ui.editing import Sheet
from hgtui.ui.widgets.choices import Choices
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.formfield import FormField
from hgtui.ui.widgets.formlayout import TYPE, FormLayout

__all__ = ["FormField", "TaskForm"]

WORD = 200
"""How long a word may be, in characters, that may be the path of a file with a text."""
BARE = re.compile(r"(?:^|\s)[#‹]\Z")
"""A sign for a result without its number, as it stands before the cursor; in "C#" it is none."""
REST_S = 0.12
"""How long no key was pressed before what was typed is checked."""


class TaskForm(FormLayout, can_focus=False):
    """Type and arguments of a task. Enter sets them as one edit, Esc leaves; the screen says when it may be left."""

    BINDINGS = [Binding("f2", "form_mend", "Apply the first mend", show=False, id="form_mend")]

    class Done(Message):
        """The person is done; `edit` is None where nothing differs."""

        def __init__(self, sheet: Sheet, edit: Edit | None) -> None:
            super().__init__()
            self.sheet, self.edit = sheet, edit

    def __init__(self, sheet: Sheet, title: str) -> None:
        super().__init__(sheet, title)
        self._resting: Timer | None = None
        self._asked: set[str] = set()
        self._field: FormField | None = None

    def on_mount(self) -> None:
        """Name the form and begin in the first argument."""
        self.border_title = Content(self.title)
        self.border_subtitle = "enter sets · esc leaves · ↓ what could stand here"
        every = list(self.query(FormField))
        if not every or self.gone:  # a key that came right behind the one that opened it has closed it again
            return
        fields = [one for one in every if one.argument != TYPE]
        (fields or every)[0].focus()
        for field in fields:
            field.move_cursor(field.document.end)
        self.show_wrong()

    # What the person does

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._rest()

    def _rest(self) -> None:
        if self._resting:
            self._resting.stop()
        self._resting = self.set_timer(REST_S, self._check)

    @on(FormField.Left)
    def _left(self, event: FormField.Left) -> None:
        event.stop()
        choices = self.query_one(Choices)
        if event.by > 0 and choices.items:
            choices.focus()
        else:
            (self.screen.focus_next if event.by > 0 else self.screen.focus_previous)(FormField)

    def on_descendant_focus(self) -> None:
        """Offer what could stand in the field that has the focus."""
        if self.gone:
            return
        field = self.screen.focused
        if isinstance(field, FormField) and field is not self._field:
            self._field = field
            if field.argument == TYPE:
                field.select_all()  # what is typed takes the place of the old word
            self._offer()

    @on(Field.Sent)
    async def _done(self, event: Field.Sent) -> None:
        event.stop()
        if self._resting:
            self._resting.stop()
        field = self._field
        if event.field.id == "type":
            name = self.type_meant(event.text)
            if name is not None:
                await self._become(name)
            elif event.text.strip() == self.sheet.task.task:
                self._set_all()
            else:
                self.tell_type()
                self._offer()
            return
        if field is not None and field is event.field and (first := self._begun_result(field)) is not None:
            self._write_choice(field, first)
            return
        self._set_all()

    def _set_all(self) -> None:
        self._gather()
        self.post_message(self.Done(self.sheet, self.sheet.edit()))

    def _begun_result(self, field: FormField) -> Choice | None:
        """Return the result that Enter takes where a sign for one was typed without a number, None where it takes none."""
        before, arg = field.before_cursor, self.sheet.args.get(field.argument)
        if arg is None or not BARE.search(before):
            return None
        return next(iter(results(self.sheet.plan, self.sheet.uid, arg, before)), None)

    def gather(self) -> bool:
        """Take over what stands in the fields; say whether something differs from how the form began."""
        self._gather()
        return self.sheet.typed

    def _gather(self) -> None:
        for field in self.query(FormField):
            if field.argument != TYPE and field.text != self.sheet.text(field.argument):
                self.sheet.write(field.argument, field.text)

    def _check(self) -> None:
        self._resting = None
        if self.gone:
            return
        self._gather()
        self.wrong = self.sheet.wrong()
        self.show_wrong()
        self._offer()
        self._look_at_files()

    async def _become(self, name: str) -> None:
        """Make it a task of another type: what fits stays in its field."""
        self._gather()
        if self.sheet.retype(name):
            with self.app.batch_update():
                await self.lay_anew()
        self.query_one("#type", FormField).text = name
        self.border_title = Content(f"{self.title} → {name}")
        self.wrong = self.sheet.wrong()
        self.show_wrong()
        fields = [one for one in self.query(FormField) if one.argument != TYPE]
        if fields:
            fields[0].focus()

    async def action_form_mend(self) -> None:
        """Apply the first mend."""
        self._gather()
        self.wrong = self.sheet.wrong()
        mend = next((one.mends[0] for one in self.wrong if one.mends), None)
        if mend is not None:
            await self._apply(mend.edit)

    async def _apply(self, edit: Edit) -> None:
        kind, here = self.sheet.task.task, self._field.argument if self._field else TYPE
        self.sheet.take(edit)
        with self.app.batch_update():
            if self.sheet.task.task != kind or set(self.sheet.args) != {
                one.argument for one in self.query(FormField) if one.argument != TYPE
            }:
                await self.lay_anew()
            for field in self.query(FormField):
                field.text = self.sheet.task.task if field.argument == TYPE else self.sheet.text(field.argument)
                if field.argument == here:
                    field.move_cursor(field.document.end)
                    field.focus()
        self._check()

    # What could stand there

    def _offer(self) -> None:
        field, found, takes = self._field, list[Choice](), False
        if field is None or not field.is_attached or self.gone:
            return
        name = field.argument
        arg = self.sheet.args.get(name)
        if name == TYPE:
            typed = "" if field.text == self.sheet.task.task else field.text
            found = types(typed)
            takes = bool(typed and found) and found[0].text == self.type_meant(typed)
        elif arg is not None:
            found = mends(tuple(one for one in self.wrong if one.arg == name))
            if not field.text or begun(field.before_cursor):
                found += results(self.sheet.plan, self.sheet.uid, arg, field.before_cursor)
            takes = bool(found) and found[0] == self._begun_result(field)
        self.query_one(Choices).offer(found, after=field, takes=takes)
        one_word = (
            arg is not None and arg.kind is Kind.TEXT and 0 < len(field.text) < WORD and not field.text.split()[1:]
        )
        if (self.sheet.is_file(name) or one_word) and not begun(field.before_cursor):
            self.run_worker(self._list_files(field, field.text, found, arg), group="paths", exclusive=True)

    async def _list_files(self, field: FormField, typed: str, found: list[Choice], arg: Arg | None) -> None:
        import asyncio

        listed = await asyncio.to_thread(files, typed, Path(), arg.kind if arg else None)
        if field is self._field and field.text == typed and field.is_attached and not self.gone:
            self.query_one(Choices).offer([*found, *listed], after=field)

    @on(Choices.Picked)
    async def _picked(self, event: Choices.Picked) -> None:
        event.stop()
        field, choice = self._field, event.choice
        if field is None:
            return
        if choice.edit is not None:
            await self._apply(choice.edit)
        elif choice.kind == "type":
            await self._become(choice.text)
        elif choice.kind == "file":
            field.text = choice.text
            field.move_cursor(field.document.end)
            field.focus()
        else:
            self._write_choice(field, choice)
            field.focus()

    @staticmethod
    def _write_choice(field: FormField, choice: Choice) -> None:
        """Write a result into the field in place of the sign that was begun."""
        row, column = field.cursor_location
        field.replace(choice.text, (row, column - begun(field.before_cursor)), (row, column))

    @on(Choices.Left)
    def _back(self, event: Choices.Left) -> None:
        event.stop()
        if self._field is not None:
            self._field.focus()

    @on(Choices.Typed)
    def _goes_on(self, event: Choices.Typed) -> None:
        event.stop()
        if self._field is not None:
            self._field.focus()
            self._field.replace(event.text, *self._field.selection, maintain_selection_offset=False)

    def on_paste(self, event: events.Paste) -> None:
        """Give what is pasted or dropped over the choices to their field."""
        event.stop()
        if self._field is not None:
            self._field.focus()
            self._field.post_message(events.Paste(event.text))

    # Files

    def _look_at_files(self) -> None:
        """Find out about paths that no one has looked at: what is typed here is allowed to be read."""
        for name in self.sheet.args:
            text = (value.literal or "") if (value := self.sheet.task.args.get(name)) else ""
            known = text in self.sheet.files or text in self.sheet.facts.files or text in self._asked
            if self.sheet.is_file(name) and text and not known and "://" not in text:
                self._asked.add(text)
                self.run_worker(self._look(text), group="files")

    async def _look(self, path: str) -> None:
        from hgtui.session.files import inspect

        fact: FileFact = await inspect(path, Path())
        self.sheet.files[path] = fact
        self._check()
