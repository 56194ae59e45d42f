"""Editing a plan: the form, adding, moving, connecting, a plan that is brought, the whole plan as a text."""

import asyncio
import sys
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.states import Outcome
from hgtui.ui.app import HgtuiApp
from hgtui.ui.widgets.choices import Choices
from hgtui.ui.widgets.diff import DiffPane
from hgtui.ui.widgets.form import FormField, TaskForm
from hgtui.ui.widgets.pathfield import PathField
from hgtui.ui.widgets.prompt import Prompt
from tests.ui.bench import SIZES, keys, notice, screen_text, settle, until, workbench
from tests.ui.scripted import Scripted, ScriptedDesk, chain

PICTURES = Plan(
    request="go",
    tasks=(
        Task(uid="t1", id=0, task="image-to-text", args={"image": Input.text("a.png")}),
        Task(uid="t2", id=1, task="object-detection", args={"image": Input.text("a.png")}),
        Task(uid="t3", id=2, task="text-to-speech", args={"text": Input.text("Hello")}),
        Task(uid="t4", id=3, task="summarization", args={"text": Input.of("t3")}),
    ),
)


def form(pilot: Pilot[None]) -> TaskForm:
    return pilot.app.screen.query_one(TaskForm)


def field(pilot: Pilot[None], name: str) -> FormField:
    return next(one for one in form(pilot).query(FormField) if one.argument == name)


def choices(pilot: Pilot[None]) -> list[str]:
    return [one.label for one in pilot.app.screen.query_one(Choices).items]


def sent(conductor: Scripted) -> ed.Edit:
    (command,) = conductor.commands
    assert isinstance(command, cmd.EditPlan)
    return command.edit


async def open_form(pilot: Pilot[None], *before: str) -> None:
    await pilot.press(*before, "e")
    await until(pilot, lambda: pilot.app.screen.query(TaskForm) and isinstance(pilot.app.focused, FormField))
    await settle(pilot)


async def test_what_is_typed_over_the_choices_goes_into_the_field_and_is_no_key_of_the_workbench() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await open_form(pilot)
        await pilot.press("shift+tab")
        await until(pilot, lambda: choices(pilot))
        await pilot.press("down")
        await until(pilot, lambda: isinstance(pilot.app.focused, Choices))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.focused, FormField))
        await pilot.press("x", "d")
        await settle(pilot)
        assert "axd" in pilot.app.focused.text  # type: ignore[union-attr]
        assert conductor.commands == []


@pytest.mark.parametrize("size", SIZES)
async def test_the_form_has_only_what_the_task_takes_with_type_and_need(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, _):
        await open_form(pilot)
        assert [one.argument for one in form(pilot).query(FormField)] == ["type", "text", "language"]
        shown = screen_text(pilot)
        assert "text: the texts to work on (text, one or more, needed)" in shown
        assert keys(pilot)["enter"] == "set"


async def test_one_form_is_one_edit() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await open_form(pilot)
        field(pilot, "text").text = "About wasps."
        field(pilot, "language").text = "de"
        await pilot.press("enter")
        await settle(pilot)
        edit = sent(conductor)
        assert isinstance(edit, ed.Several)
        assert edit.edits == (
            ed.Set(uid="t1", name="text", value="About wasps."),
            ed.Set(uid="t1", name="language", value="de"),
        )
        after, undo = ed.apply(conductor.run.draft, edit)
        assert ed.apply(after, undo)[0] == conductor.run.draft


async def test_the_type_is_changed_in_the_form_and_what_fits_stays() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await open_form(pilot)
        field(pilot, "type").focus()
        field(pilot, "type").text = "translation"
        await pilot.press("enter")
        await until(
            pilot, lambda: [one.argument for one in form(pilot).query(FormField)] == ["type", "text", "language"]
        )
        await settle(pilot)
        assert conductor.commands == []
        assert field(pilot, "text").text == "A long text about bees."
        field(pilot, "language").text = "fr"
        await pilot.press("enter")
        await settle(pilot)
        after, _ = ed.apply(conductor.run.draft, sent(conductor))
        assert after.plan["t1"].task == "translation"
        assert after.plan["t1"].args["text"].literal == "A long text about bees."
        assert after.plan["t1"].args["language"].literal == "fr"


async def test_what_is_no_type_is_said_and_the_form_stays() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await open_form(pilot)
        await pilot.press("shift+tab")
        await until(pilot, lambda: field(pilot, "type").selected_text == "summarization")
        await pilot.press(*"fooq", "enter")
        await settle(pilot)
        assert field(pilot, "type").text == "fooq"
        assert "There is no task type “fooq”" in screen_text(pilot)
        await until(pilot, lambda: not choices(pilot))
        await pilot.press(*["backspace"] * 4, *"transl")
        await until(pilot, lambda: choices(pilot))
        shown = screen_text(pilot)
        assert "There is no task type" not in shown
        assert "▸ translation" in shown
        await pilot.press("enter")
        await settle(pilot)
        assert field(pilot, "type").text == "translation"
        assert conductor.commands == []


async def test_enter_behind_a_bare_sign_takes_the_result_that_is_marked() -> None:
    async with workbench(PICTURES) as (pilot, conductor):
        await open_form(pilot, "j", "j")
        text = field(pilot, "text")
        text.text = ""
        await pilot.press("#")
        await until(pilot, lambda: "▸ ‹1›" in screen_text(pilot))
        await pilot.press("enter")
        await settle(pilot)
        assert text.text == "‹1›"
        text.text = "About C#"
        text.move_cursor(text.document.end)
        await until(pilot, lambda: choices(pilot) and "▸ ‹1›" not in screen_text(pilot))
        await pilot.press("enter")
        await settle(pilot)
        assert sent(conductor) == ed.Set(uid="t3", name="text", value="About C#")


async def test_a_bare_sign_for_which_there_is_no_result_is_said() -> None:
    async with workbench(Plan(request="go", tasks=PICTURES.tasks[2:3])) as (pilot, _):
        await open_form(pilot)
        field(pilot, "text").text = "#"
        await until(pilot, lambda: "“#” alone is a text" in screen_text(pilot))


async def test_results_that_fit_are_offered_and_none_that_would_make_a_ring() -> None:
    async with workbench(PICTURES) as (pilot, conductor):
        await open_form(pilot, "j", "j")
        text = field(pilot, "text")
        text.text = "#"
        text.move_cursor(text.document.end)
        await until(pilot, lambda: choices(pilot))
        assert choices(pilot) == ["‹1›", "‹0›"]  # not 3, which reads it, nor itself
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: field(pilot, "text").text == "‹0›")
        await pilot.press("enter")
        await settle(pilot)
        assert sent(conductor) == ed.Set(uid="t3", name="text", value="<GENERATED>-0")


async def test_a_result_is_taken_with_the_mouse() -> None:
    async with workbench(PICTURES) as (pilot, _):
        await open_form(pilot, "j", "j")
        field(pilot, "text").text = ""
        await until(pilot, lambda: "‹1›" in choices(pilot))
        await settle(pilot)
        await pilot.click(Choices, offset=(4, choices(pilot).index("‹1›")))
        await until(pilot, lambda: field(pilot, "text").text == "‹1›")


async def test_files_are_completed_by_their_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cats").mkdir()
    (tmp_path / "cat.png").write_bytes(b"\x89PNG")
    (tmp_path / "cat.txt").write_text("no picture")
    monkeypatch.chdir(tmp_path)
    async with workbench(PICTURES) as (pilot, _):
        await open_form(pilot)
        image = field(pilot, "image")
        image.text = "ca"
        image.move_cursor(image.document.end)
        await until(pilot, lambda: "ca" in form(pilot).sheet.files and choices(pilot) == ["cat.png", "cats/"])
        await pilot.press("down", "enter")
        await until(pilot, lambda: image.text == "cat.png")


async def test_a_text_may_come_from_a_file_and_a_sentence_lists_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.txt").write_text("Bees.")
    monkeypatch.chdir(tmp_path)
    async with workbench(PICTURES) as (pilot, _):
        await open_form(pilot, "j", "j")
        field(pilot, "text").text = "no"
        await until(pilot, lambda: choices(pilot) == ["notes.txt"])
        field(pilot, "text").text = "no bees"
        await until(pilot, lambda: choices(pilot) == [])


async def test_what_is_typed_is_checked_and_a_mend_is_one_key() -> None:
    async with workbench(PICTURES) as (pilot, conductor):
        await open_form(pilot, "j", "j")
        field(pilot, "text").text = ""
        await until(pilot, lambda: any(one.mends for one in form(pilot).wrong))
        await settle(pilot)
        assert "text-to-speech needs “text”" in screen_text(pilot)
        assert keys(pilot)["f2"] == "mend"
        await pilot.press("f2")
        await until(pilot, lambda: field(pilot, "text").text)
        await pilot.press("enter")
        await settle(pilot)
        after, _ = ed.apply(conductor.run.draft, sent(conductor))
        assert after.plan["t3"].args["text"].refs


async def test_labels_are_a_list_with_one_on_each_line() -> None:
    args = {"image": Input.text("a.png"), "labels": Input(parts=("a red cat", "dog"), many=True)}
    plan = Plan(request="go", tasks=(Task(uid="t1", id=0, task="object-detection", args=args),))
    async with workbench(plan) as (pilot, conductor):
        await open_form(pilot)
        labels = field(pilot, "labels")
        assert labels.text == "a red cat\ndog"
        labels.text = "a red cat\ndog\nbird"
        await pilot.press("enter")
        await settle(pilot)
        assert sent(conductor) == ed.Set(uid="t1", name="labels", value=["a red cat", "dog", "bird"])


async def test_esc_asks_where_something_was_typed_and_nothing_is_lost() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await open_form(pilot)
        await pilot.press(*"xyz", "escape")
        await settle(pilot)
        assert "esc again leaves the form" in notice(pilot)
        assert field(pilot, "text").text == "A long text about bees.xyz"
        await pilot.press("escape")
        await settle(pilot)
        assert not pilot.app.screen.query(TaskForm)
        assert conductor.commands == []
        assert pilot.app.focused is pilot.app.screen.query_one("#plan")


async def test_a_form_that_is_refused_comes_back_with_what_was_typed() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await open_form(pilot)
        await pilot.press(*"xyz", "enter")
        await settle(pilot)
        assert not pilot.app.screen.query(TaskForm)
        conductor.tell(ev.Refused(command="edit", message="Task 0 has started.", hint=""))
        await until(pilot, lambda: pilot.app.screen.query(TaskForm))
        await settle(pilot)
        assert notice(pilot) == "Task 0 has started."
        assert field(pilot, "text").text == "A long text about bees.xyz"


async def test_a_form_of_the_run_before_changes_nothing_in_the_next_one() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await open_form(pilot)
        await pilot.press(*"xyz")
        conductor.run.id = "another"
        await pilot.press("enter")
        await settle(pilot)
        assert "run before" in notice(pilot)
        assert conductor.commands == []
        assert field(pilot, "text").text == "A long text about bees.xyz"


async def test_the_mouse_in_the_plan_does_not_throw_away_what_was_typed() -> None:
    async with workbench(chain()) as (pilot, _):
        await open_form(pilot)
        await pilot.press(*"xyz")
        await pilot.click("#plan", offset=(6, 3))
        await settle(pilot)
        assert field(pilot, "text").text == "A long text about bees.xyz"
        assert "esc again leaves the form" in notice(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_o_adds_a_task_that_reads_the_selected_one_and_selects_it(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        await pilot.press("o")
        await until(pilot, lambda: pilot.app.screen.query("#picking-text"))
        await pilot.press(*"translat", "enter")
        await until(pilot, lambda: pilot.app.screen.query(TaskForm))
        await settle(pilot)
        assert field(pilot, "text").text == "‹0›"
        await pilot.press("enter")
        await settle(pilot)
        edit = sent(conductor)
        assert isinstance(edit, ed.Add)
        assert (edit.task.task, edit.task.id, edit.index) == ("translation", 3, 1)
        assert edit.task.args["text"] == Input.of("t1")
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
        conductor.gate()
        await settle(pilot)
        await pilot.press("d")
        assert conductor.commands[-1] == cmd.EditPlan(edit=ed.Delete(uid=edit.task.uid))


async def test_o_makes_a_plan_from_nothing() -> None:
    desk = ScriptedDesk()
    async with HgtuiApp(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press("escape", "o")
        await until(pilot, lambda: pilot.app.screen.query("#picking-text"))
        await pilot.press(*"summar", "enter")
        await until(pilot, lambda: pilot.app.screen.query(TaskForm) and isinstance(pilot.app.focused, FormField))
        await pilot.press(*"A text", "enter")
        await until(pilot, lambda: desk.given and desk.given[0].commands)
        (command,) = desk.given[0].commands
        assert isinstance(command, cmd.Submit)
        assert command.plan
        (task,) = command.plan
        assert (task.task, task.args["text"].literal) == ("summarization", "A text")


@pytest.mark.parametrize(("key", "index"), [("J", 2), ("K", 0)])
async def test_j_and_k_in_capitals_move_a_task(key: str, index: int) -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("j", key)
        assert sent(conductor) == ed.Move(uid="t2", index=index)


async def test_the_first_task_does_not_move_up_and_that_is_said() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("K")
        assert conductor.commands == []
        assert notice(pilot) == "Task 0 is the first one."


@pytest.mark.parametrize("size", SIZES)
async def test_a_task_is_connected_and_disconnected_and_no_ring_is_offered(size: tuple[int, int]) -> None:
    async with workbench(PICTURES, size) as (pilot, conductor):
        await pilot.press("j", "j", "minus")
        await until(pilot, lambda: pilot.app.screen.query("#picking-rows"))
        await settle(pilot)
        shown = screen_text(pilot)
        assert "image-to-text" in shown.split("waits for")[1]
        rows = pilot.app.screen.query_one("#picking-rows")
        assert [task.uid for task in rows.tasks] == ["t1", "t2"]  # type: ignore[attr-defined]
        await pilot.press("space", "enter")
        await settle(pilot)
        assert sent(conductor) == ed.Connect(uid="t3", dep="t1")


async def test_leaving_the_connections_asks_where_something_was_marked() -> None:
    async with workbench(PICTURES) as (pilot, conductor):
        await pilot.press("j", "j", "minus")
        await until(pilot, lambda: pilot.app.screen.query("#picking-rows"))
        await pilot.press("space", "escape")
        await settle(pilot)
        assert "esc again" in screen_text(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert conductor.commands == []


REPLY = 'Here: [{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "bees"}}, {"task": "tts", "id": 1, "dep": [0], "args": {"text": "<GENERATED>-0"}'


async def paste(pilot: Pilot[None], text: str) -> None:
    await pilot.app.screen.run_action("open_plan")
    await until(pilot, lambda: pilot.app.screen.query("#picking-text"))
    pilot.app.screen.query_one("#picking-text").text = text  # type: ignore[attr-defined]
    await pilot.press("enter")


async def test_a_pasted_reply_is_compared_with_the_plan_that_is_open_and_taken_only_on_enter() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await paste(pilot, REPLY)
        await until(pilot, lambda: pilot.app.screen.query(DiffPane) and pilot.app.screen.query_one(DiffPane).two)
        await settle(pilot)
        assert conductor.commands == []
        assert "The reply was cut off" in screen_text(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert conductor.commands == []
        assert "stays" in notice(pilot)
        await paste(pilot, REPLY)
        await until(pilot, lambda: pilot.app.screen.query(DiffPane) and pilot.app.screen.query_one(DiffPane).two)
        await pilot.press("enter")
        await settle(pilot)
        edit = sent(conductor)
        assert isinstance(edit, ed.Replace)
        assert [task.task for task in edit.draft.plan] == ["summarization"]
        assert edit.draft.plan["t1"].args["text"].literal == "bees"


async def test_a_plan_is_opened_where_nothing_was_asked_and_it_is_said_how_it_was_read(tmp_path: Path) -> None:
    (tmp_path / "reply.txt").write_text(REPLY)
    desk = ScriptedDesk()
    async with HgtuiApp(desk).run_test(size=(120, 36)) as pilot:
        await paste(pilot, str(tmp_path / "reply.txt"))
        await until(pilot, lambda: desk.given and desk.given[0].commands)
        (command,) = desk.given[0].commands
        assert isinstance(command, cmd.Submit)
        assert command.plan
        assert "cut off" in command.notes[0]
        await until(pilot, lambda: "cut off" in notice(pilot))


async def test_the_path_of_a_plan_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my plan.json").write_text(REPLY)
    monkeypatch.chdir(tmp_path)
    async with HgtuiApp(ScriptedDesk()).run_test(size=(80, 24)) as pilot:
        await pilot.app.screen.run_action("open_plan")
        await until(pilot, lambda: pilot.app.screen.query("#picking-text"))
        path = pilot.app.screen.query_one("#picking-text", PathField)
        await pilot.press(*"my")
        await until(pilot, lambda: path.offers.display)
        await pilot.press("tab")
        await until(pilot, lambda: path.text == "my plan.json")
        await pilot.press("escape")
        await until(pilot, lambda: not pilot.app.screen.query("#picking-text"))


async def test_what_is_no_plan_is_told_and_the_text_stays() -> None:
    async with HgtuiApp(ScriptedDesk()).run_test(size=(80, 24)) as pilot:
        await paste(pilot, "no plan\nat all")
        await until(pilot, lambda: "cannot be read" in screen_text(pilot))
        assert pilot.app.screen.query_one("#picking-text").text == "no plan\nat all"  # type: ignore[attr-defined]


def editor(folder: Path, *steps: str) -> str:
    """Return an editor that carries out one statement on `text` each time it is opened."""
    script = folder / "editor.py"
    script.write_text(
        "import pathlib, sys\n"
        "path, here = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).parent\n"
        "turn = len(list(here.glob('seen-*')))\n"
        "text = path.read_text()\n"
        "(here / f'seen-{turn}').write_text(text)\n"
        f"exec({list(steps)!r}[turn])\n"
        "path.write_text(text)\n"
    )
    return f"{sys.executable} {script}"


async def test_the_whole_plan_is_edited_as_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, "text = text.replace('about bees', 'about wasps')"))
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("E")
        await until(pilot, lambda: conductor.commands)
        edit = sent(conductor)
        assert isinstance(edit, ed.Replace)
        assert edit.draft.plan["t1"].args["text"].literal == "A long text about wasps."
        assert edit.draft.plan["t3"] == chain()["t3"]
        assert edit.draft.assignments == conductor.run.draft.assignments
        assert "embedded:textrank" in (tmp_path / "seen-0").read_text()


async def test_a_text_that_is_no_plan_is_kept_and_opened_again_with_the_error_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = ("text = text.replace('[[tasks]]', '[tasks]]', 1)", "text = text.replace('\\n[tasks]]', '\\n[[tasks]]')")
    monkeypatch.setenv("VISUAL", editor(tmp_path, *steps))
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("E")
        await until(pilot, lambda: "This is no plan: Line" in notice(pilot))
        kept = Path(notice(pilot).rsplit(" ", 1)[1])
        assert "[tasks]]" in await asyncio.to_thread(kept.read_text)
        await pilot.press("escape", "E")
        await until(pilot, lambda: "Nothing was changed." in notice(pilot) or conductor.commands)
        lines = (await asyncio.to_thread((tmp_path / "seen-1").read_text)).split("\n")
        assert lines[lines.index("[tasks]]") - 1].startswith("#! Line")
        assert conductor.commands == []


async def test_what_is_left_out_of_a_text_is_told_before_the_rest_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, "text = text.replace('[tasks.args]', '[tasks.agrs]', 1)"))
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("E")
        await until(pilot, lambda: "“agrs” is not read" in notice(pilot))
        assert conductor.commands == []
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(sent(conductor), ed.Replace)
        assert "kept in" in notice(pilot)


@pytest.mark.parametrize(("command", "words"), [("no-such-editor", "could not be started"), ("false", "status 1")])
async def test_an_editor_that_fails_is_said(monkeypatch: pytest.MonkeyPatch, command: str, words: str) -> None:
    monkeypatch.setenv("VISUAL", command)
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("E")
        await until(pilot, lambda: words in notice(pilot))
        assert conductor.commands == []


async def test_nothing_is_edited_after_the_end_and_that_is_said() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.tell(ev.RunEnded(outcome=Outcome.ANSWERED, exit=0))
        await settle(pilot)
        await pilot.press("escape")
        conductor.commands.clear()
        for key in ("o", "e", "E", "J", "minus"):
            await pilot.press(key)
            await asyncio.sleep(0)
            assert "has ended" in notice(pilot)
        assert conductor.commands == []


# Files that are dropped


async def test_a_file_dropped_on_a_field_of_the_form_or_over_its_choices_is_its_path() -> None:
    async with workbench(PICTURES, (80, 24)) as (pilot, conductor):
        await open_form(pilot)
        await pilot.press("ctrl+u")
        pilot.app.post_message(events.Paste("'/tmp/x/my cell.png'"))
        await until(pilot, lambda: field(pilot, "image").text == "/tmp/x/my cell.png")
        pilot.app.post_message(events.Paste("file:///tmp/x/a%20b.png"))
        await until(pilot, lambda: field(pilot, "image").text == "/tmp/x/a b.png")
        await pilot.press("shift+tab")
        await until(pilot, lambda: choices(pilot))
        await pilot.press("down")
        await until(pilot, lambda: isinstance(pilot.app.focused, Choices))
        pilot.app.post_message(events.Paste("xyz"))
        await until(pilot, lambda: field(pilot, "type").text == "xyz")
        assert conductor.commands == []


async def test_what_is_dropped_where_nothing_takes_it_goes_to_the_prompt() -> None:
    async with workbench(PICTURES, (80, 24)) as (pilot, conductor):
        await pilot.press("4")
        await settle(pilot)
        for pane in ("2", "3"):
            await pilot.press(pane)
            await settle(pilot)
            prompt = pilot.app.screen.query_one(Prompt)
            assert not prompt.has_focus
            prompt.clear()
            pilot.app.post_message(events.Paste("'/tmp/x/my cell.png'"))
            await until(pilot, lambda prompt=prompt: prompt.text == '"/tmp/x/my cell.png"')
            assert prompt.has_focus
            assert '"/tmp/x/my cell.png"' in screen_text(pilot)
            await pilot.press("escape")
            await settle(pilot)
        assert conductor.commands == []
