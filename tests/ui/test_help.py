"""The help, the palette, keys of one's own, and the mouse: what they say and what they do."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.plan import Input
from hgtui.core.text import one_line
from hgtui.ui.app import HgtuiApp
from hgtui.ui.details import details
from hgtui.ui.guide import Told, found, guide
from hgtui.ui.keymap import ALL, KeyMap, KeysError
from hgtui.ui.keys import KEYS
from hgtui.ui.looks import Looks
from hgtui.ui.policies import policy_words
from hgtui.ui.screens.help import Help
from hgtui.ui.screens.result import ResultScreen
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.view import View
from hgtui.ui.widgets.diff import DiffPane
from hgtui.ui.widgets.task import TaskPane
from tests.ui.bench import SIZES, keys, notice, screen_text, settle, until, workbench
from tests.ui.scripted import Scripted, ScriptedDesk, candidate, chain
from tests.ui.shown import done, words


@asynccontextmanager
async def with_keys(
    size: tuple[int, int] = (120, 36), **changed: str
) -> AsyncIterator[tuple[Pilot[None], Scripted, ScriptedDesk]]:
    """The workbench at a gate with keys of the person's own."""
    desk = ScriptedDesk()
    async with HgtuiApp(desk, looks=Looks(keys=changed)).run_test(size=size) as pilot:
        await pilot.press(*"go", "enter")
        await settle(pilot)
        conductor = desk.given[0]
        conductor.commands.clear()
        conductor.propose(chain(), candidate(), candidate("textrank"))
        await settle(pilot)
        yield pilot, conductor, desk


# The help


def test_the_help_begins_with_what_has_the_focus_and_has_every_key_with_why_it_does_nothing_now() -> None:
    told = guide("prompt", View(), KeyMap())
    assert told[0] == Told("", "The prompt", "head")
    words = "\n".join(one.words for one in told)
    for key in ALL:
        assert key.about in words, key
    assert any(one.key == "a" and one.words.endswith("There is no plan yet.") for one in told)
    assert guide("plan", View(), KeyMap())[0].words == "The plan"
    assert guide("models", View(), KeyMap())[0].words == "The list of models"


def test_the_help_has_the_keys_that_are_in_force() -> None:
    told = guide("plan", View(), KeyMap({"approve": "ctrl+t", "help": "f5"}))
    assert any(one.key == "ctrl+t" and one.words.startswith("Approve") for one in told)
    assert not any(one.key == "a" for one in told)


def test_words_are_found_under_their_headings() -> None:
    told = guide("plan", View(), KeyMap())
    assert [one.role for one in found(told, "undo last edit")] == ["head", ""]
    assert found(told, "no such words") == []
    assert found(told, "") == told


@pytest.mark.parametrize("size", SIZES)
async def test_the_help_is_read_searched_and_left_and_sends_nothing(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        await pilot.press("question_mark")
        await until(pilot, lambda: "One row for each task" in screen_text(pilot))
        assert isinstance(pilot.app.screen, Help)
        await pilot.press("G")
        await until(pilot, lambda: "edited by you" in screen_text(pilot))
        await pilot.press("slash", *"redo")
        await until(pilot, lambda: "One row for each task" not in screen_text(pilot))
        await pilot.press("ctrl+u", *"undone")
        await until(pilot, lambda: "Do again what was undone" in screen_text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "One row for each task" in screen_text(pilot))
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Workbench)
        assert conductor.commands == []


async def test_f1_at_the_prompt_is_about_the_prompt() -> None:
    async with HgtuiApp(ScriptedDesk()).run_test(size=(80, 24)) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: "complete the path" in screen_text(pilot))
        assert "The prompt" in screen_text(pilot)


# The palette


def listed(pilot: Pilot[None]) -> list[str]:
    options = pilot.app.screen.query_one(OptionList)
    return [one_line(str(getattr(option.prompt, "plain", option.prompt))) for option in options.options]


async def test_the_palette_has_every_action_and_says_why_one_cannot_be_done_now() -> None:
    async with workbench(chain()) as (pilot, _):
        await pilot.press("colon")
        await until(pilot, lambda: pilot.app.screen.query(OptionList) and len(listed(pilot)) >= len(KEYS))
        words = listed(pilot)
        for key in KEYS:
            assert key.action == "palette" or any(key.about in one for one in words), key
        assert any("In this pane: page down" in one for one in words)
        assert any("Undo the last edit" in one and "not now: There is nothing to undo." in one for one in words)


async def test_what_is_in_the_palette_alone_is_found_by_its_name() -> None:
    named = [key.shown.removeprefix(": ") for key in KEYS if key.shown.startswith(": ")]
    assert "timeline" in named
    async with workbench(chain()) as (pilot, _):
        for name in ("timeline", "its calls"):
            await pilot.press("colon", *name)
            await until(pilot, lambda name=name: listed(pilot) and listed(pilot)[0].startswith(f"{name}: "))
            await pilot.press("escape")
            await settle(pilot)


async def test_what_the_palette_cannot_do_now_it_says_and_sends_nothing() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await pilot.press("colon", *"undo the last edit")
        await until(pilot, lambda: any("Undo the last edit" in one for one in listed(pilot)))
        await pilot.press("enter")
        await until(pilot, lambda: notice(pilot) if isinstance(pilot.app.screen, Workbench) else "")
        assert notice(pilot) == "There is nothing to undo."
        assert conductor.commands == []


async def test_colours_are_changed_and_kept_from_the_palette() -> None:
    async with with_keys() as (pilot, _, desk):
        await pilot.press("colon", *"theme: light")
        await until(pilot, lambda: any("Theme: light" in one for one in listed(pilot)))
        await pilot.press("enter")
        await until(pilot, lambda: desk.themes)
        assert desk.themes == ["light"]
        assert pilot.app.theme == "light"


# Keys of one's own


async def test_every_binding_of_every_screen_has_a_name() -> None:
    async with workbench(chain()) as (pilot, _):
        for pressed in ((), ("3",), ("1",), ("2", "question_mark"), ("escape", "m"), ("escape", "ctrl+r")):
            await pilot.press(*pressed)
            await settle(pilot)
            for namespace, binding, _, _ in pilot.app.screen.active_bindings.values():
                own = type(namespace).__module__.startswith("hgtui.") and binding.action not in {"screen.copy_text"}
                if own and f'"{binding.action}"' and binding in type(namespace).__dict__.get("BINDINGS", ()):
                    assert binding.id, (namespace, binding)
    assert len({one.id for one in ALL}) == len(ALL)


async def test_a_key_of_ones_own_acts_in_place_of_the_one_before_and_stands_in_the_footer() -> None:
    async with with_keys(approve="ctrl+t", skip="ctrl+s", down="ctrl+n") as (pilot, conductor, _):
        assert "ctrl+t" in keys(pilot)
        assert "a" not in keys(pilot)
        assert "ctrl+t approve+run" in screen_text(pilot)
        await pilot.press("a", "ctrl+n", "ctrl+s")
        assert conductor.commands == [cmd.EditPlan(edit=ed.Skip(uid="t2"))]
        conductor.commands.clear()
        await pilot.press("ctrl+t")
        assert conductor.run.gate
        assert conductor.commands == [cmd.Approve(fingerprint=conductor.run.gate.fingerprint)]


async def test_the_keys_for_help_and_palette_are_those_in_force_also_at_the_prompt() -> None:
    desk = ScriptedDesk()
    looks = Looks(keys={"help": "?,f5", "palette": "colon"})
    async with HgtuiApp(desk, looks=looks).run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        assert "f5 help" in screen_text(pilot)
        assert "ctrl+p" not in screen_text(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: isinstance(pilot.app.screen, Help))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"aprove": "x"}, "the nearest is 'approve'"),
        ({"approve": "x"}, "x is the key of stop already"),
        ({"approve": "ctrl+y", "edit": "ctrl+y"}, "ctrl+y is the key of approve already"),
        ({"approve": "enter"}, "enter stays what it is"),
        ({"approve": "ctrl+m"}, "ctrl+m is Enter"),
        ({"approve": "f99"}, "'f99' is no key"),
        ({"approve": "ctlr+a"}, "'ctlr+a' is no key"),
        ({"approve": "a,"}, "'' is no key"),
        ({"quit": "w"}, "there is always a way out"),
        ({"down": "M"}, "M is the key of models_all already"),
        ({"filter_models": "P"}, "P is the key of pin already"),
        ({"\x1b[31m": "x"}, "there is no action of that name"),
    ],
)
def test_keys_that_cannot_be_used_are_told_in_a_sentence(changed: dict[str, str], words: str) -> None:
    with pytest.raises(KeysError) as caught:
        KeyMap(changed)
    assert words in caught.value.message
    assert "\x1b" not in caught.value.message


def test_two_actions_can_change_places() -> None:
    keymap = KeyMap({"approve": "x", "stop": "a"})
    assert keymap.keys("approve") == ("x",)
    assert keymap.of_textual == {"approve": "x", "stop": "a"}
    assert KeyMap({"filter_models": "a"}).keys("filter_models") == ("a",)  # a means nothing in that list


async def test_the_keys_of_the_list_of_runs_can_be_changed_as_all_others() -> None:
    app = HgtuiApp(ScriptedDesk(), looks=Looks(keys={"delete_run": "x", "run_again": "ctrl+t", "next_result": "x"}))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("escape", "L")
        await settle(pilot)
        bound = {key: one.binding.action for key, one in pilot.app.screen.active_bindings.items()}
        assert (bound["x"], bound["ctrl+t"]) == ("delete", "want('again')")
        assert "d" not in bound
    with pytest.raises(KeysError, match="is the key of"):
        KeyMap({"delete_run": "i"})


# The mouse


@pytest.mark.parametrize("size", SIZES)
async def test_a_click_at_a_key_in_the_footer_presses_it(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        line = screen_text(pilot).splitlines()[-1]
        await pilot.click("#foot", offset=(line.index("approve+run") + 3, 0))
        await settle(pilot)
        assert conductor.run.gate
        assert conductor.commands == [cmd.Approve(fingerprint=conductor.run.gate.fingerprint)]
        await pilot.click("#foot", offset=(line.rindex("help"), 0))
        await until(pilot, lambda: isinstance(pilot.app.screen, Help))


async def test_a_click_into_a_pane_gives_it_the_focus() -> None:
    async with workbench(chain()) as (pilot, _):
        for pane in ("task", "log", "plan", "prompt"):
            await pilot.click(f"#{pane}")
            await settle(pilot)
            assert pilot.app.focused is pilot.app.screen.query_one(f"#{pane}")


# What stands beside the plan


async def test_a_revision_that_comes_while_one_types_says_which_key_goes_there_and_the_help_has_its_keys() -> None:
    async with with_keys((80, 24), take_change="f6", focus_plan="f7") as (pilot, conductor, _):
        await pilot.press("escape", "f7", "j")
        screen = pilot.app.screen
        assert isinstance(screen, Workbench)
        screen._pressed = math.inf  # on a slow machine the key would be long ago
        plan = conductor.run.plan
        told = plan.tasks[0].model_copy(update={"args": {"text": Input.text("wasps")}})
        conductor.tell(
            ev.RevisionBegun(comment="wasps"), ev.RevisionProposed(plan=plan.with_tasks([told, *plan.tasks[1:]]))
        )
        await settle(pilot)
        assert not isinstance(pilot.app.focused, DiffPane)
        assert "The revision is here: f7 goes there." in notice(pilot)
        assert "f7 goes here, then enter take it · f6 n this change" in screen_text(pilot)
        assert keys(pilot)["f7"] == "to the revision"
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Help))
        await settle(pilot)
        head = screen_text(pilot).split("Here")[0]
        assert "f7" in head and "f6" in head and "take what is left of the revision" in head
        await pilot.press("escape", "f7")
        await settle(pilot)
        assert isinstance(pilot.app.focused, DiffPane)
        assert "n this change" in screen_text(pilot)
        assert "goes here" not in screen_text(pilot)
        await pilot.press("question_mark")
        await settle(pilot)
        assert "f6" in screen_text(pilot)


def test_sentences_name_the_keys_that_are_in_force() -> None:
    keymap = KeyMap({"policy": "f6", "breakpoint": "f7", "models": "f8", "mend": "f9", "focus_prompt": "ctrl+g"})
    plan = chain()
    conductor = Scripted()
    conductor.propose(plan)
    view = View(run=conductor.run, chosen="t1", key=keymap.of)
    task = plan.tasks[0].model_copy(update={"policy": "ask"})
    assert "f6 changes that" in " ".join(policy_words(view, task))
    view.run.breakpoints.add("t1")
    assert "f7 takes that away" in " ".join(policy_words(view, task))
    rows = details(view, "candidates", 80, lambda _, __: None)
    assert "f8 searches the Hub" in "".join(text for one in rows for text, _ in one.line)


async def test_a_click_does_once_what_stands_there() -> None:
    async with workbench(chain()) as (pilot, conductor):
        app, screen = pilot.app, pilot.app.screen

        async def click(told: str, times: int = 1) -> None:
            await settle(pilot)
            lines = screen_text(pilot).splitlines()
            row = next(at for at, line in enumerate(lines) if told in line)
            await pilot.click(offset=(lines[row].index(told) + 1, row), times=times)
            await settle(pilot)

        await click("textrank", 2)
        assert [type(one) for one in conductor.commands] == [cmd.ChooseModel]
        for phase, pane in (("5 Answer", "prompt"), ("2 Plan", "plan"), ("1 Ask", "prompt"), ("3 Models", "task")):
            await click(phase)
            assert app.focused is screen.query_one(f"#{pane}")
        await click("1 Chat")
        assert app.focused is screen.query_one("#prompt")
        conductor.approve()
        done(conductor, "t1", words("0" * 64))
        await settle(pilot)
        await pilot.press("2", "g", "3")
        screen.query_one(TaskPane).action_show_tab("result")
        await settle(pilot)
        await pilot.click("#task", offset=(6, 1), times=2)
        await until(pilot, lambda: len(app.screen_stack) > 2 or isinstance(app.screen, ResultScreen))
        await settle(pilot)
        assert sum(isinstance(one, ResultScreen) for one in app.screen_stack) == 1


async def test_what_the_mouse_selects_ctrl_c_copies() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await settle(pilot)
        lines = screen_text(pilot).splitlines()
        row = next(at for at, line in enumerate(lines) if "3 tasks planned by rules." in line)
        at = lines[row].index("3 tasks")
        await pilot.mouse_down(offset=(at, row))
        await pilot.hover(offset=(at + 6, row))
        await pilot.mouse_up(offset=(at + 6, row))
        await pilot.press("ctrl+c")
        assert pilot.app.clipboard == "3 tasks"
        assert "copied" in notice(pilot)
        assert conductor.commands == []
