"""How the form of a task is laid out: its type, a line and a field for each argument, and what is wrong with it."""

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from hgtui.core.problems import Problem, Severity
from hgtui.core.task import TASKS, Arg, task_type
from hgtui.core.text import clean, one_line
from hgtui.ui.completing import results, types
from hgtui.ui.editing import Sheet
from hgtui.ui.widgets.choices import Choices
from hgtui.ui.widgets.field import LONGEST
from hgtui.ui.widgets.formfield import FormField

if TYPE_CHECKING:
    from hgtui.ui.app import HgtuiApp

TYPE = "type"
BARE_TOLD = "! “#” alone is a text; #0 is the result of task 0."


class FormLayout(VerticalScroll, can_focus=False):
    """The lines and fields of a sheet; what a person does in them is said in the form itself."""

    def __init__(self, sheet: Sheet, title: str) -> None:
        super().__init__(id="form")
        self.sheet, self.title = sheet, title
        self.wrong: tuple[Problem, ...] = sheet.wrong()

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

    async def lay_anew(self) -> None:
        """Lay out the arguments once more: the task takes others now."""
        await self.query(".of-type").remove()
        await self.mount_all(self._arguments(), before=self.query_one(Choices))

    @property
    def gone(self) -> bool:
        """Whether the form is being taken away, so that nothing of it can be shown any more: also when hgtui is left."""
        return not (self.is_attached and self.query(Choices))

    def show_wrong(self) -> None:
        """Write on each line what is wrong there."""
        names = list(self.sheet.args)
        for place, name in enumerate(names):
            told = [one for one in self.wrong if one.arg == name]
            for line in self.query(f"#wrong{place}").results(Static):
                self._tell(line, told, BARE_TOLD if self._is_bare(name) else "")
        self._tell(self.query_one("#form-wrong", Static), [one for one in self.wrong if one.arg not in names])
        self.tell_type()

    def _is_bare(self, name: str) -> bool:
        """Whether an argument is the sign for a result alone, and there is none that it could read."""
        arg = self.sheet.args.get(name)
        bare = arg is not None and self.sheet.text(name).strip() == "#"
        return bare and arg is not None and not results(self.sheet.plan, self.sheet.uid, arg, "#")

    def tell_type(self) -> None:
        """Say that what is typed is no type, as long as it is none."""
        typed = self.query_one("#type", FormField).text.strip()
        line = self.query_one("#wrong-type", Static)
        line.display = typed != self.sheet.task.task and self.type_meant(typed) is None
        line.update(Content(f"! There is no task type “{one_line(typed, 60)}”; esc leaves the form."))

    def _tell(self, line: Static, told: list[Problem], more: str = "") -> None:
        line.display = bool(told or more)
        here = next((one for one in self.wrong if one.mends), None)
        words = [f"! {one.message}" + (f"  f2 {one.mends[0].label}" if one is here else "") for one in told]
        words += [more] if more else []
        line.update(Content(clean("\n".join(words), 2_000)))
        line.set_class(any(one.severity is Severity.ERROR for one in told), "-error")

    @staticmethod
    def type_meant(text: str) -> str | None:
        """Return the task type that a text means, or the first that has its words; None where there is none."""
        name = task_type(text)
        if name in TASKS:
            return name
        return next((one.text for one in types(text)), None) if text.strip() else None
