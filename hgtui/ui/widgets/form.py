"""The form of a task, in the place of the task pane: its type, its arguments, what is wrong, what could stand there."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static, TextArea

from hgtui.core.edit import Edit
from hgtui.core.problems import Problem, Severity
from hgtui.core.resource import FileFact, Kind
from hgtui.core.task import TASKS, Arg, task_type
from hgtui.core.text import clean, one_line
from hgtui.ui.completing import Choice, begun, files, mends, results, types
from hgtui.ui.editing import Sheet
from hgtui.ui.widgets.choices import Choices
from hgtui.ui.widgets.field import LONGEST, Field

if TYPE_CHECKING:
    from hgtui.ui.app import HgtuiApp

TYPE = "type"
WORD = 200
"""How long a word may be, in characters, that may be the path of a file with a text."""
REST_S = 0.12
"""How long no key was pressed before what was typed is checked."""


class FormField(Field):
    """A field of the form: from its first line up and from its last line down the form goes on."""

    class Left(Message):
        """The person goes on from the field, `by` 1 down or -1 up."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, text: str, *, name: str, id: str) -> None:
        super().__init__(text, id=id)
        self.argument = name

    @property
    def before_cursor(self) -> str:
        """What stands on the line before the cursor."""
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]

    def action_cursor_down(self, select: bool = False) -> None:
        """Go a line down, from the last one out of the field."""
        if self.cursor_location[0] >= self.document.line_count - 1 and not select:
            self.post_message(self.Left(1))
        else:
            super().action_cursor_down(select)

    def action_cursor_up(self, select: bool = False) -> None:
        """Go a line up, from the first one out of the field."""
        if self.cursor_location[0] == 0 and not select:
            self.post_message(self.Left(-1))
        else:
            super().action_cursor_up(select)


class TaskForm(VerticalScroll, can_focus=False):
    """Type and arguments of a task. Enter sets them as one edit, Esc leaves; the screen says when it may be left."""

    BINDINGS = [Binding("f2", "form_mend", "Apply the first mend", show=False, id="form_mend")]

    class Done(Message):
        """The person is done; `edit` is None where nothing differs."""

        def __init__(self, sheet: Sheet, edit: Edit | None) -> None:
            super().__init__()
            self.sheet, self.edit = sheet, edit

    def __init__(self, sheet: Sheet, title: str) -> None:
        super().__init__(id="form")
        self.sheet, self.title = sheet, title
        self.wrong: tuple[Problem, ...] = sheet.wrong()
        self._resting: Timer | None = None
        self._asked: set[str] = set()
        self._field: FormField | None = None

    def compose(self) -> ComposeResult:
        """Lay out the type, then each argument with a line on it, its field and what is wrong with it."""
        yield Static("", id="form-wrong", classes="wrong", markup=False)
        yield Static(Content(f"type: what kind of task it is ({len(TASKS)} kinds)"), classes="about", markup=False)
        yield FormField(self.sheet.task.task, name=TYPE, id="type")
        yield from self._arguments()
        yield Choices()

    def _arguments(self) -> ComposeResult:
        if not self.sheet.args:
            yield Static("This task type takes no argument that hgtui knows.", classes="about of-type", markup=False)
        for place, (name, arg) in enumerate(self.sheet.args.items()):
            yield Static(Content(self._about(name, arg)), classes="about of-type", markup=False)
            text = self.sheet.text(name)
            if len(text) > LONGEST:
                key = cast("HgtuiApp", self.app).keymap.of("editor")
                words = f"{len(text)} characters: too long for a field; {key} edits it in your editor"
                yield Static(words, classes="about of-type", markup=False)
            else:
                field = FormField(text, name=name, id=f"field{place}")
                field.add_class("of-type")
                yield field
            wrong = Static("", classes="wrong of-type", markup=False, id=f"wrong{place}")
            wrong.display = False
            yield wrong

    def _about(self, name: str, arg: Arg | None) -> str:
        if arg is None:
            return f"{one_line(name, 40)}: not an argument of this task type; empty it to take it away"
        need = "needed" if arg.required else "may be left out"
        many = ", a list: one on each line" if self.sheet.is_list(name) else ", one or more" if arg.many else ""
        return f"{arg.name}: {arg.about} ({arg.kind}{many}, {need})"

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
        self._show_wrong()

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

    @property
    def gone(self) -> bool:
        """Whether the form is being taken away, so that nothing of it can be shown any more: also when hgtui is left."""
        return not (self.is_attached and self.query(Choices))

    def on_descendant_focus(self) -> None:
        """Offer what could stand in the field that has the focus."""
        if self.gone:
            return
        field = self.screen.focused
        if isinstance(field, FormField) and field is not self._field:
            self._field = field
            self._offer()

    @on(Field.Sent)
    async def _done(self, event: Field.Sent) -> None:
        event.stop()
        if self._resting:
            self._resting.stop()
        if event.field.id == "type":
            choices = self.query_one(Choices).items
            name = task_type(event.text)
            if name not in TASKS and choices and choices[0].kind == "type":
                name = choices[0].text
            if name in TASKS:
                await self._become(name)
                return
        self._gather()
        self.post_message(self.Done(self.sheet, self.sheet.edit()))

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
        self._show_wrong()
        self._offer()
        self._look_at_files()

    async def _become(self, name: str) -> None:
        """Make it a task of another type: what fits stays in its field."""
        self._gather()
        if self.sheet.retype(name):
            with self.app.batch_update():
                await self.query(".of-type").remove()
                await self.mount_all(self._arguments(), before=self.query_one(Choices))
        self.query_one("#type", FormField).text = name
        self.border_title = Content(f"{self.title} → {name}")
        self.wrong = self.sheet.wrong()
        self._show_wrong()
        fields = [one for one in self.query(FormField) if one.argument != TYPE]
        if fields:
            fields[0].focus()

    # What is wrong

    def _show_wrong(self) -> None:
        names = list(self.sheet.args)
        for place, name in enumerate(names):
            told = [one for one in self.wrong if one.arg == name]
            for line in self.query(f"#wrong{place}").results(Static):
                self._tell(line, told)
        self._tell(self.query_one("#form-wrong", Static), [one for one in self.wrong if one.arg not in names])

    def _tell(self, line: Static, told: list[Problem]) -> None:
        line.display = bool(told)
        here = next((one for one in self.wrong if one.mends), None)
        words = [f"! {one.message}" + (f"  f2 {one.mends[0].label}" if one is here else "") for one in told]
        line.update(Content(clean("\n".join(words), 2_000)))
        line.set_class(any(one.severity is Severity.ERROR for one in told), "-error")

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
                await self.query(".of-type").remove()
                await self.mount_all(self._arguments(), before=self.query_one(Choices))
            for field in self.query(FormField):
                field.text = self.sheet.task.task if field.argument == TYPE else self.sheet.text(field.argument)
                if field.argument == here:
                    field.move_cursor(field.document.end)
                    field.focus()
        self._check()

    # What could stand there

    def _offer(self) -> None:
        field, found = self._field, list[Choice]()
        if field is None or not field.is_attached or self.gone:
            return
        name = field.argument
        arg = self.sheet.args.get(name)
        if name == TYPE:
            typed = "" if field.text == self.sheet.task.task else field.text
            found = types(typed)
        elif arg is not None:
            found = mends(tuple(one for one in self.wrong if one.arg == name))
            if not field.text or begun(field.before_cursor):
                found += results(self.sheet.plan, self.sheet.uid, arg, field.before_cursor)
        self.query_one(Choices).offer(found, after=field)
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
            row, column = field.cursor_location
            field.replace(choice.text, (row, column - begun(field.before_cursor)), (row, column))
            field.focus()

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
            self._field.insert(event.text)

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
