"""The form of a task, in the place of the task pane: its type, its arguments, what is wrong, what could stand there."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import events, on
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
from hgtui.ui.widgets.pathfield import pasted_paths

if TYPE_CHECKING:
    from hgtui.ui.app import HgtuiApp

TYPE = "type"
WORD = 200
"""How long a word may be, in characters, that may be the path of a file with a text."""
BARE = re.compile(r"(?:^|\s)[#‹]\Z")
"""A sign for a result without its number, as it stands before the cursor; in "C#" it is none."""
BARE_TOLD = "! “#” alone is a text; #0 is the result of task 0."
REST_S = 0.12
"""How long no key was pressed before what was typed is checked."""


class FormField(Field):
    """A field of the form: from its first line up and from its last line down the form goes on."""

    class Left(Message):
        """The person goes on from the field, `by` 1 down or -1 up."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, text: str, *, name: str, id: str, is_file: bool = False, is_list: bool = False) -> None:
        super().__init__(text, id=id)
        self.argument, self.is_file, self.is_list = name, is_file, is_list

    @property
    def before_cursor(self) -> str:
        """What stands on the line before the cursor."""
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()  # or Textual asks the class above once more
        paths = await pasted_paths(event.text) if self.is_file or not self.text else ()
        if paths and self.is_file and not self.is_list:
            self.select_all()  # the field is one path: what is dropped takes its place
        if paths:
            before = "\n" if self.is_list and self.before_cursor else ""
            event = events.Paste(before + ("\n".join(paths) if self.is_list else paths[0]))
        await super()._on_paste(event)

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
        wrong = Static("", id="wrong-type", classes="wrong -error", markup=False)
        wrong.display = False
        yield wrong
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
                kinds = {"is_file": self.sheet.is_file(name), "is_list": self.sheet.is_list(name)}
                field = FormField(text, name=name, id=f"field{place}", **kinds)
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
            name = self._type_of(event.text)
            if name is not None:
                await self._become(name)
            elif event.text.strip() == self.sheet.task.task:
                self._set_all()
            else:
                self._tell_type()
                self._offer()
            return
        if field is not None and field is event.field and (first := self._begun_result(field)) is not None:
            self._write_choice(field, first)
            return
        self._set_all()

    def _set_all(self) -> None:
        self._gather()
        self.post_message(self.Done(self.sheet, self.sheet.edit()))

    @staticmethod
    def _type_of(text: str) -> str | None:
        """Return the task type that a text means, or the first that has its words; None where there is none."""
        name = task_type(text)
        if name in TASKS:
            return name
        return next((one.text for one in types(text)), None) if text.strip() else None

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
                self._tell(line, told, BARE_TOLD if self._is_bare(name) else "")
        self._tell(self.query_one("#form-wrong", Static), [one for one in self.wrong if one.arg not in names])
        self._tell_type()

    def _is_bare(self, name: str) -> bool:
        """Whether an argument is the sign for a result alone, and there is none that it could read."""
        arg = self.sheet.args.get(name)
        bare = arg is not None and self.sheet.text(name).strip() == "#"
        return bare and arg is not None and not results(self.sheet.plan, self.sheet.uid, arg, "#")

    def _tell_type(self) -> None:
        """Say that what is typed is no type, as long as it is none."""
        typed = self.query_one("#type", FormField).text.strip()
        line = self.query_one("#wrong-type", Static)
        line.display = typed != self.sheet.task.task and self._type_of(typed) is None
        line.update(Content(f"! There is no task type “{one_line(typed, 60)}”; esc leaves the form."))

    def _tell(self, line: Static, told: list[Problem], more: str = "") -> None:
        line.display = bool(told or more)
        here = next((one for one in self.wrong if one.mends), None)
        words = [f"! {one.message}" + (f"  f2 {one.mends[0].label}" if one is here else "") for one in told]
        words += [more] if more else []
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
        field, found, takes = self._field, list[Choice](), False
        if field is None or not field.is_attached or self.gone:
            return
        name = field.argument
        arg = self.sheet.args.get(name)
        if name == TYPE:
            typed = "" if field.text == self.sheet.task.task else field.text
            found = types(typed)
            takes = bool(typed and found) and found[0].text == self._type_of(typed)
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
