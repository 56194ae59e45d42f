"""The task pane's tabs, and what a person does with results: look, listen, save, open, give by hand."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.strip import Strip

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.resource import Kind, Resource
from hgtui.core.states import Failure, Outcome, Stage
from hgtui.ui.exhibits import about
from hgtui.ui.gallery import Beside, Shown
from hgtui.ui.opener import opener, scp_line
from hgtui.ui.screens.asking import AskLine
from hgtui.ui.screens.result import ResultScreen
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.widgets.field import Field
from hgtui.ui.widgets.pathfield import PathField
from hgtui.ui.widgets.reader import Reader
from hgtui.ui.widgets.showpiece import Showpiece
from hgtui.ui.widgets.task import TaskPane
from tests import bombs
from tests.ui.bench import SMALL, keys, notice, screen_text, settle, until, workbench
from tests.ui.hostile import EVIL
from tests.ui.scripted import Scripted, ScriptedDesk, candidate
from tests.ui.shown import BOXES, PLAN, done, farm, image, keep, picture, seen, sound, words

EMPTY = "0" * 64


def desk(pilot: Pilot[None]) -> ScriptedDesk:
    screen = pilot.app.screen
    assert isinstance(screen, Workbench)
    assert isinstance(screen.desk, ScriptedDesk)
    return screen.desk


def tab(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(TaskPane).tab


async def choose(pilot: Pilot[None], *moves: str) -> None:
    await pilot.press("2", "home", *moves)
    await settle(pilot)


async def asked(pilot: Pilot[None], key: str) -> Field:
    """Press a key that asks for a line; return its field."""
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, AskLine) and isinstance(pilot.app.focused, Field))
    return pilot.app.screen.query_one(Field)


def said(pilot: Pilot[None]) -> str:
    screen = pilot.app.screen
    return screen.said if isinstance(screen, AskLine) else ""


def drawn(lines: Iterable[Shown]) -> list[Strip]:
    """Return what of some lines is a picture."""
    return [line.picture if isinstance(line, Beside) else line for line in lines if isinstance(line, Beside | Strip)]


# Tabs


@pytest.mark.parametrize("size", SMALL)
async def test_the_tab_that_matters_is_shown_and_a_choice_stays(size: tuple[int, int]) -> None:
    async with workbench(PLAN, size) as (pilot, conductor):
        assert tab(pilot) == "arguments", "there is no farm.png"
        seen(conductor, EMPTY)
        conductor.gate()
        await settle(pilot)
        assert tab(pilot) == "candidates"
        farm(conductor, EMPTY)
        done(conductor, "t2", words(EMPTY))
        await settle(pilot)
        await choose(pilot, "j")
        assert tab(pilot) == "result"
        await choose(pilot)
        assert tab(pilot) == "candidates"
        await pilot.press("right_square_bracket")
        assert tab(pilot) == "arguments"
        await choose(pilot, "j")
        assert tab(pilot) == "arguments"
        await pilot.press("3", "left_square_bracket", "left_square_bracket")
        assert tab(pilot) == "result"
        assert conductor.commands == []


async def test_an_error_in_an_argument_shows_the_arguments() -> None:
    wrong = PLAN.with_tasks([PLAN.tasks[2].model_copy(update={"args": {}})])
    async with workbench(wrong) as (pilot, _):
        assert tab(pilot) == "arguments"
        assert "missing" in screen_text(pilot)


@pytest.mark.parametrize("size", SMALL)
async def test_a_click_on_a_tab_shows_it(size: tuple[int, int]) -> None:
    async with workbench(PLAN, size) as (pilot, _):
        pane = pilot.app.screen.query_one(TaskPane)
        for word in ("Result", "Candidates", "Arguments"):
            line = screen_text(pilot).splitlines()[pane.region.y]
            await pilot.click(offset=(line.index(word) + 2, pane.region.y))
            await settle(pilot)
            assert tab(pilot) == word.lower()
        assert "farm.png" in "".join(text for item in pane.items for text, _ in item.line)


async def test_on_a_small_screen_the_pane_takes_all_the_room_while_it_is_read() -> None:
    async with workbench(PLAN, (80, 24)) as (pilot, _):
        pane = pilot.app.screen.query_one(TaskPane)
        before = pane.size.height
        await pilot.press("2", "enter")
        await settle(pilot)
        assert pane.has_focus
        assert pane.size.height >= before + 5
        await pilot.press("2")
        await settle(pilot)
        assert pane.size.height == before
        assert "object-detection" in screen_text(pilot)


async def test_candidates_say_likes_languages_how_long_it_took_here_and_who_chose_what() -> None:
    known = candidate("one", likes=212, downloads=12_000, languages=("en", "de"), description="A small one.")
    async with workbench(PLAN, (120, 36), known, candidate("two")) as (pilot, conductor):
        desk(pilot).times[("object-detection", "embedded:one")] = 1.25
        chosen = conductor.run.draft.assignments["t1"]
        by_llm = chosen.model_copy(update={"chosen_by": "selector", "reason": "most liked"})
        mine = chosen.model_copy(update={"chosen_by": "person", "candidate": "embedded:two", "reason": ""})
        conductor.tell(ev.ModelChosen(uid="t1", assignment=by_llm))
        conductor.tell(ev.CandidatesFound(task="object-detection", candidates=(known, candidate("two"))))
        done(conductor, "t1", words(EMPTY))
        conductor.tell(ev.ModelChosen(uid="t1", assignment=mine))
        await choose(pilot)
        pilot.app.screen.query_one(TaskPane).action_show_tab("candidates")
        await until(pilot, lambda: "1.25 s" in screen_text(pilot))
        text = screen_text(pilot)
        assert "212 ♥" in text
        assert "en de" in text
        assert "← you" in text
        assert "the selector took one: most liked" in text
        assert "“A small one.”" not in text, "the card's words are those of the one that is chosen"


async def test_o_sorts_the_list_of_models_and_comes_round() -> None:
    found = (
        candidate("aa", likes=1, size_mb=5.0),
        candidate("bb", likes=9, size_mb=50.0),
        candidate("cc", size_mb=None),
    )
    async with workbench(PLAN, (120, 36), *found) as (pilot, _):
        desk(pilot).times[("object-detection", "embedded:cc")] = 0.5
        await pilot.press("m")
        await settle(pilot)

        def order() -> str:
            text = screen_text(pilot)
            return "".join(sorted("abc", key=lambda one: text.index(f" {one}{one} ")))

        await pilot.press("o")
        await settle(pilot)
        assert order() == "bac"
        await pilot.press("o", "o")
        await settle(pilot)
        assert order() == "abc"
        await pilot.press("o", "o", "o")
        await settle(pilot)
        assert "as it is ranked" in notice(pilot)


# Looking


@pytest.mark.parametrize("size", SMALL)
async def test_boxes_are_a_picture_with_a_table_beside_it(tmp_path: Path, size: tuple[int, int]) -> None:
    async with workbench(PLAN, size) as (pilot, conductor):
        farm(conductor, keep(desk(pilot), tmp_path, picture()))
        done(conductor, "t1", words(EMPTY, kind=Kind.BOXES, data=BOXES))
        await choose(pilot)
        await pilot.press("3")
        await until(pilot, lambda: "sheep" in screen_text(pilot))
        assert drawn([item.line for item in pilot.app.screen.query_one(TaskPane).items])
        text = screen_text(pilot)
        assert "640 x 480 pixels" in text
        assert "sheep" in text
        assert "98.0%" in text


async def test_a_picture_over_ssh_is_at_most_forty_by_twenty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "1.2.3.4 5 10.0.0.7 22")
    async with workbench(PLAN, (200, 60)) as (pilot, conductor):
        done_ = keep(desk(pilot), tmp_path, picture((4000, 4000)))
        farm(conductor, done_)
        done(conductor, "t2", image(done_))
        await choose(pilot, "j")
        await pilot.press("3", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ResultScreen))
        await until(pilot, lambda: drawn(pilot.app.screen.query_one(Reader).drawn))
        lines = drawn(pilot.app.screen.query_one(Reader).drawn)
        assert len(lines) == 20
        assert {line.cell_length for line in lines} == {40}


async def test_a_bomb_a_broken_picture_and_one_that_is_gone_are_sentences(tmp_path: Path) -> None:
    async with workbench(PLAN) as (pilot, conductor):
        farm(conductor, EMPTY)
        bomb = bombs.png(tmp_path / "bomb", bombs.HUGE, bombs.HUGE).read_bytes()
        results = (image(keep(desk(pilot), tmp_path, bomb)), image(keep(desk(pilot), tmp_path, b"junk")), image(EMPTY))
        done(conductor, "t2", *results)
        await choose(pilot, "j")
        await pilot.press("3")
        await until(
            pilot, lambda: "…" not in "".join(t for i in pilot.app.screen.query_one(TaskPane).items for t, _ in i.line)
        )
        text = " ".join("".join(t for t, _ in i.line) for i in pilot.app.screen.query_one(TaskPane).items)
        assert "too large to be shown" in text
        assert "damaged, or of a format" in text
        assert "not kept any more" in text


@pytest.mark.parametrize("size", SMALL)
async def test_a_sound_is_a_waveform_and_a_length(tmp_path: Path, size: tuple[int, int]) -> None:
    async with workbench(PLAN, size) as (pilot, conductor):
        farm(conductor, EMPTY)
        digest = keep(desk(pilot), tmp_path, sound(2.0))
        done(conductor, "t3", Resource(kind=Kind.AUDIO, digest=digest, media_type="audio/wav", size=32_044))
        await choose(pilot, "j", "j")
        await pilot.press("3")
        await until(pilot, lambda: "2.0 s · 8 kHz, mono" in screen_text(pilot))
        assert "█" in screen_text(pilot)


@pytest.mark.parametrize("size", SMALL)
async def test_enter_opens_ten_megabytes_to_its_last_line(tmp_path: Path, size: tuple[int, int]) -> None:
    async with workbench(PLAN, size) as (pilot, conductor):
        farm(conductor, EMPTY)
        data = "\n".join(f"line {at} of a long text" for at in range(400_000)) + "\nthe very last line"
        digest = keep(desk(pilot), tmp_path, data.encode())
        done(conductor, "t2", words(digest, size=len(data), preview="line 0 of a long text"))
        await choose(pilot, "j")
        await pilot.press("3", "enter")
        await until(pilot, lambda: "line 1 of a long text" in screen_text(pilot))
        await until(pilot, lambda: pilot.app.screen.query_one(Reader).text is not None)
        await pilot.press("G")
        await settle(pilot)
        assert "the very last line" in screen_text(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Workbench)
        assert pilot.app.screen.query_one(TaskPane).has_focus


async def test_the_whole_result_shows_each_result_and_its_data_as_json(tmp_path: Path) -> None:
    async with workbench(PLAN) as (pilot, conductor):
        digest = keep(desk(pilot), tmp_path, picture())
        farm(conductor, digest)
        done(conductor, "t1", words(EMPTY, kind=Kind.BOXES, data=BOXES), image(digest))
        await choose(pilot)
        await pilot.press("3", "enter")
        await until(pilot, lambda: "1 of 2" in screen_text(pilot))
        await pilot.press("t")
        await until(pilot, lambda: '"label": "sheep"' in screen_text(pilot))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "2 of 2" in screen_text(pilot))
        await until(pilot, lambda: drawn(pilot.app.screen.query_one(Reader).drawn))


async def test_enter_where_there_is_no_result_says_so() -> None:
    async with workbench(PLAN) as (pilot, _):
        pilot.app.screen.query_one(TaskPane).action_show_tab("result")
        await pilot.press("2", "home", "3", "enter")
        await settle(pilot)
        assert notice(pilot) == "Task 0 is waiting: it has no result."


@pytest.mark.parametrize("size", SMALL)
async def test_pictures_sounds_and_tables_stand_below_the_answer(tmp_path: Path, size: tuple[int, int]) -> None:
    async with workbench(PLAN, size) as (pilot, conductor):
        farm(conductor, keep(desk(pilot), tmp_path, picture()))
        done(conductor, "t1", words(EMPTY, kind=Kind.BOXES, data=BOXES))
        done(conductor, "t2", words(EMPTY))
        voice = Resource(kind=Kind.AUDIO, digest=keep(desk(pilot), tmp_path, sound()), media_type="audio/wav", size=9)
        done(conductor, "t3", voice)
        conductor.tell(
            ev.StageEntered(stage=Stage.RESPONSE),
            ev.Answered(text="Two animals."),
            ev.RunEnded(outcome=Outcome.ANSWERED, exit=0),
        )
        await until(pilot, lambda: len(pilot.app.screen.query(Showpiece)) == 2)
        pieces = list(pilot.app.screen.query(Showpiece))
        await until(pilot, lambda: all(len(piece.lines) > 2 for piece in pieces))
        await settle(pilot)
        text = screen_text(pilot)
        assert "Two animals." in text
        assert "0 object-detection · 2 boxes" in text
        assert drawn(pieces[0].lines)
        assert pieces[1].size.height == len(pieces[1].lines)


@pytest.mark.parametrize("size", SMALL)
async def test_a_strangers_escapes_and_markup_in_results_are_shown_and_do_nothing(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with workbench(PLAN, size) as (pilot, conductor):
        digest = keep(desk(pilot), tmp_path, EVIL.encode("utf-8", "replace"))
        farm(conductor, EMPTY)
        rows = [{"label": EVIL, "score": 0.5, EVIL: EVIL}] * 3
        done(conductor, "t1", words(digest, preview=EVIL, media_type=EVIL, kind=Kind.LABELS, data=rows))
        done(conductor, "t2", words(digest, preview=EVIL, media_type="text/plain", name=EVIL))
        for moves in ((), ("j",)):
            await choose(pilot, *moves)
            await pilot.press("3", "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, ResultScreen))
            await settle(pilot)
            assert "\x1b" not in screen_text(pilot)
            assert "\x9b" not in screen_text(pilot)
            await pilot.press("escape")
            await settle(pilot)


# Saving and opening


@pytest.mark.parametrize("size", SMALL)
async def test_capital_s_saves_under_a_name_and_asks_before_it_replaces(tmp_path: Path, size: tuple[int, int]) -> None:
    async with workbench(PLAN, size) as (pilot, conductor):
        farm(conductor, EMPTY)
        done(conductor, "t2", words(keep(desk(pilot), tmp_path, b"two animals")))
        await choose(pilot, "j")
        assert keys(pilot)["S"] == "save"
        field = await asked(pilot, "S")
        assert field.text == "1-image-to-text.txt"
        (tmp_path / "mine.txt").write_text("precious")
        field.text = "mine.txt"
        await pilot.press("enter")
        await until(pilot, lambda: "Enter again replaces it" in said(pilot))
        assert (tmp_path / "mine.txt").read_text() == "precious"
        field.text = "other.txt"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Workbench))
        assert (tmp_path / "other.txt").read_text() == "two animals"
        assert "Saved: " in notice(pilot)
        field = await asked(pilot, "S")
        field.text = "mine.txt"
        await pilot.press("enter")
        await until(pilot, lambda: "Enter again replaces it" in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Workbench))
        assert (tmp_path / "mine.txt").read_text() == "two animals"


@pytest.mark.parametrize("size", SMALL)
async def test_where_a_result_is_saved_is_completed_as_in_the_prompt(tmp_path: Path, size: tuple[int, int]) -> None:
    base = tmp_path / "here"
    (base / "my results").mkdir(parents=True)
    (base / "my results" / "old.txt").touch()
    async with workbench(PLAN, size) as (pilot, conductor):
        farm(conductor, EMPTY)
        done(conductor, "t2", words(keep(desk(pilot), tmp_path, b"two animals")))
        desk(pilot).base = base
        await choose(pilot, "j")
        field = await asked(pilot, "S")
        assert isinstance(field, PathField)
        field.text = ""
        await pilot.press(*"my")
        await until(pilot, lambda: field.offers.display and "my results/" in screen_text(pilot))
        await pilot.press("tab")
        await until(pilot, lambda: field.text == "my results/" and field.offers.display)
        await pilot.press("escape")
        await settle(pilot)
        assert (field.offers.display, field.has_focus) == (False, True)
        await pilot.press("tab")
        await until(pilot, lambda: field.text == "my results/old.txt")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, AskLine))


async def test_what_is_looked_at_is_saved_from_there_and_that_is_told_there(tmp_path: Path) -> None:
    async with workbench(PLAN, (80, 24)) as (pilot, conductor):
        digest = keep(desk(pilot), tmp_path, picture())
        farm(conductor, digest)
        done(conductor, "t1", words(keep(desk(pilot), tmp_path, b"two"), kind=Kind.BOXES, data=BOXES), image(digest))
        await choose(pilot)
        await pilot.press("3", "enter")
        await until(pilot, lambda: "1 of 2" in screen_text(pilot))
        await pilot.press("right_square_bracket")
        field = await asked(pilot, "S")
        assert field.text == "0-object-detection-2.png"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ResultScreen) and "Saved: " in screen_text(pilot))
        assert (tmp_path / "0-object-detection-2.png").read_bytes() == picture()


async def test_what_cannot_be_saved_says_why_and_keeps_the_name(tmp_path: Path) -> None:
    async with workbench(PLAN) as (pilot, conductor):
        await pilot.press("S")
        assert "it has no result" in notice(pilot)
        farm(conductor, EMPTY)
        done(conductor, "t2", words(keep(desk(pilot), tmp_path, b"two animals")))
        await choose(pilot, "j")
        field = await asked(pilot, "S")
        field.text = "none/mine.txt"
        await pilot.press("enter")
        await until(pilot, lambda: "There is no folder" in said(pilot))
        assert field.text == "none/mine.txt"
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Workbench)


async def test_capital_o_over_ssh_says_the_line_that_fetches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "1.2.3.4 5555 10.0.0.7 2222")
    monkeypatch.setenv("LOGNAME", "ada")
    async with workbench(PLAN, (200, 40)) as (pilot, conductor):
        farm(conductor, EMPTY)
        digest = keep(desk(pilot), tmp_path, b"two animals")
        done(conductor, "t2", words(digest))
        await choose(pilot, "j")
        await pilot.press("O")
        await until(pilot, lambda: "scp -P 2222" in notice(pilot))
        assert f"ada@10.0.0.7:{tmp_path / digest} 1-image-to-text.txt" in notice(pilot)
        assert pilot.app.clipboard.startswith("scp -P 2222 ")


async def test_capital_o_opens_a_copy_with_the_desktops_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "xdg-open").write_text(f'#!/bin/sh\ncat "$1" > {tmp_path}/opened; echo "$1" > {tmp_path}/name\n')
    (programs / "xdg-open").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":9")
    async with workbench(PLAN) as (pilot, conductor):
        farm(conductor, EMPTY)
        done(conductor, "t2", words(keep(desk(pilot), tmp_path, b"two animals")))
        await choose(pilot, "j")
        await pilot.press("O")
        await until(pilot, lambda: "is opened" in notice(pilot))
        assert (tmp_path / "opened").read_text() == "two animals"
        copy = Path((tmp_path / "name").read_text().strip())
        assert copy.name == "1-image-to-text.txt"
    assert not await asyncio.to_thread(copy.exists), "the copy goes with the workbench"


def test_without_a_display_there_is_no_opener_and_an_ipv6_host_is_in_brackets() -> None:
    assert opener({}, "linux") is None
    assert opener({"SSH_CONNECTION": "a 1 b 2", "DISPLAY": ":0"}, "linux") is None
    line = scp_line(Path("/a b/c"), "it's.txt", {"SSH_CONNECTION": "::1 9 fe80::7 22"})
    assert "@[fe80::7]:/a b/c'" in line
    assert "-P" not in line
    assert line.endswith("""'it'"'"'s.txt'""")


# By hand


async def fail(conductor: Scripted, pilot: Pilot[None]) -> None:
    farm(conductor, EMPTY)
    conductor.tell(
        ev.TaskStarted(uid="t2"),
        ev.TaskFailed(uid="t2", failure=Failure.EMPTY, message="It found nothing."),
        ev.TaskBlocked(uid="t3", by=("t2",)),
    )
    conductor.gate()
    await choose(pilot, "j")


@pytest.mark.parametrize("size", SMALL)
async def test_s_gives_a_text_by_hand_at_once_where_nothing_has_read_it(size: tuple[int, int]) -> None:
    async with workbench(PLAN, size) as (pilot, conductor):
        await fail(conductor, pilot)
        field = await asked(pilot, "s")
        assert "It gives a text" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: said(pilot) == "Nothing was given.")
        field.text = "two animals"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Workbench))
        assert conductor.commands == [cmd.Supply(uid="t2", text="two animals")]


async def test_the_path_of_a_result_by_hand_is_completed_and_a_text_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "my cat.txt").write_text("two animals")
    async with workbench(PLAN) as (pilot, conductor):
        desk(pilot).base = tmp_path
        await fail(conductor, pilot)
        field = await asked(pilot, "s")
        assert isinstance(field, PathField)
        await pilot.press(*"my c")
        await until(pilot, lambda: field.offers.display)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert field.text == "my cat.txt"
        field.text = ""
        await pilot.press(*"my cow and my dog")
        await settle(pilot)
        assert not field.offers.display
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Workbench))
        assert conductor.commands == [cmd.Supply(uid="t2", text="my cow and my dog")]


async def test_s_takes_a_file_by_its_content_and_says_what_does_not_fit(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("two animals")
    (tmp_path / "mine.png").write_bytes(picture())
    async with workbench(PLAN) as (pilot, conductor):
        desk(pilot).folder = tmp_path
        await fail(conductor, pilot)
        field = await asked(pilot, "s")
        field.text = str(tmp_path / "mine.png")
        await until(pilot, lambda: "the content of this file" in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "gives a text, and this is a picture" in said(pilot))
        field.text = str(tmp_path / "mine.txt")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Workbench))
        assert conductor.commands == [cmd.Supply(uid="t2", path=str(tmp_path / "mine.txt"))]
        await choose(pilot, "j", "j")
        field = await asked(pilot, "s")
        field.text = "la la la"
        await pilot.press("enter")
        await until(pilot, lambda: "There is no file la la la" in said(pilot))


async def test_a_correction_says_first_what_runs_again_and_escape_keeps_what_there_is() -> None:
    async with workbench(PLAN) as (pilot, conductor):
        farm(conductor, EMPTY)
        done(conductor, "t2", words(EMPTY))
        conductor.tell(ev.TaskStarted(uid="t3"))
        await choose(pilot, "j")
        for last in ("escape", "s"):
            field = await asked(pilot, "s")
            field.text = "corrected"
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, Workbench))
            assert conductor.commands == [cmd.Supply(uid="t2", preview=True)]
            conductor.tell(ev.RerunForeseen(uid="t2", reruns=("t3",), about_s=8.0, supplied=True))
            await until(pilot, lambda: "by hand: then runs 1, about 8 s again." in notice(pilot))
            conductor.commands.clear()
            await pilot.press(last)
            await settle(pilot)
        assert conductor.commands == [cmd.Supply(uid="t2", text="corrected")]


async def test_s_where_nothing_runs_says_so() -> None:
    async with workbench(PLAN) as (pilot, conductor):
        await pilot.press("s")
        assert "Nothing runs now" in notice(pilot)
        assert conductor.commands == []


# A failure


@pytest.mark.parametrize("size", SMALL)
async def test_a_failure_says_what_goes_on_what_waits_and_moves_nothing(size: tuple[int, int]) -> None:
    async with workbench(PLAN, size) as (pilot, conductor):
        await choose(pilot)
        farm(conductor, EMPTY)
        conductor.tell(ev.TaskStarted(uid="t1"), ev.TaskStarted(uid="t2"))
        await settle(pilot)
        focused = pilot.app.focused
        conductor.tell(
            ev.TaskFailed(uid="t2", failure=Failure.TIMEOUT, message="It took too long."),
            ev.TaskBlocked(uid="t3", by=("t2",)),
        )
        await settle(pilot)
        text = screen_text(pilot)
        assert "0 goes on · 2 waits for it" in text
        assert "! goes to 1, then" in text
        assert pilot.app.focused is focused
        assert pilot.app.screen.query_one(TaskPane).view.chosen == "t1"
        await pilot.press("exclamation_mark")
        await settle(pilot)
        assert pilot.app.screen.query_one(TaskPane).view.chosen == "t2"
        bar = screen_text(pilot)
        assert bar.index("r retry") < bar.index("f next: textrank")


async def test_out_of_memory_says_what_the_model_has_and_what_is_free() -> None:
    async with workbench(PLAN, (120, 36), candidate("huge", size_mb=13_000.0)) as (pilot, conductor):
        farm(conductor, EMPTY)
        conductor.tell(
            ev.TaskStarted(uid="t1", candidate="embedded:huge"),
            ev.TaskFailed(uid="t1", failure=Failure.OUT_OF_MEMORY, message="huge ran out of memory."),
        )
        await choose(pilot)
        assert "Its model has 13.0 GB;" in screen_text(pilot)
        assert "are free here now." in screen_text(pilot)


# Stopping


@pytest.mark.parametrize("size", SMALL)
async def test_a_stop_says_at_what_it_came(size: tuple[int, int]) -> None:
    async with workbench(None, size) as (pilot, conductor):
        conductor.tell(
            ev.RunStarted(request="go", planner="rules"),
            ev.StageEntered(stage=Stage.PLANNING),
            ev.TaskDrafted(task=PLAN.tasks[0]),
        )
        await settle(pilot)
        await pilot.press("2", "x", "x")
        assert conductor.commands == [cmd.Stop()]
        conductor.tell(ev.RunEnded(outcome=Outcome.INTERRUPTED, exit=130))
        await settle(pilot)
        assert "Stopped while the plan was being made: 1 task had" in " ".join(screen_text(pilot).split())


async def test_a_stop_while_models_are_chosen_says_so() -> None:
    async with workbench(None, (80, 24)) as (pilot, conductor):
        conductor.tell(
            ev.RunStarted(request="go", planner="rules"),
            ev.PlanProposed(plan=PLAN),
            ev.StageEntered(stage=Stage.SELECTION),
        )
        await settle(pilot)
        await pilot.press("2", "x", "x")
        conductor.tell(ev.RunEnded(outcome=Outcome.INTERRUPTED, exit=130))
        await settle(pilot)
        assert "Stopped while models were being chosen. Nothing has run" in screen_text(pilot)


def test_a_result_is_told_as_a_person_would() -> None:
    def told(kind: Kind, data: object, form: str = "text/plain") -> str:
        return about(words("a" * 64, kind=kind, data=data, media_type=form))

    assert told(Kind.BOXES, [{"label": "face"}, {"label": "car"}, {"label": "face"}]) == "3 boxes: face, car"
    assert told(Kind.BOXES, []) == "no boxes"
    assert told(Kind.LABELS, [{"label": "positive", "score": 0.9}]) == "1 label: positive"
    assert told(Kind.LABELS, [{"label": name} for name in "abcd"]) == "4 labels: a, b, c, …"
    assert told(Kind.TABLE, [{}, {}], "text/csv") == "table of 2 rows"
    assert told(Kind.VECTOR, [0.5]) == "vector of 1 number"
    assert told(Kind.TEXT, None) == "text · 20 bytes"
    assert told(Kind.IMAGE, None, "image/png") == "image · PNG · 20 bytes"
    assert told(Kind.AUDIO, None, "audio/x-wav") == "audio · WAV · 20 bytes"
    assert "\x1b" not in told(Kind.BOXES, [{"label": EVIL}]) + told(Kind.IMAGE, None, EVIL)
