"""The prompt: paths that complete, files that are dropped, several lines, the requests of before."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from hgtui.core import commands as cmd
from hgtui.ui.app import HgtuiApp
from hgtui.ui.folders import MOST
from hgtui.ui.screens.history import History
from hgtui.ui.themes import LIGHT
from hgtui.ui.widgets.offers import Offers
from hgtui.ui.widgets.prompt import Prompt
from tests.ui.bench import SIZES, notice, screen_text, settle, until
from tests.ui.hostile import EVIL
from tests.ui.scripted import ScriptedDesk


@asynccontextmanager
async def asking(
    base: Path, size: tuple[int, int] = (120, 36), earlier: tuple[str, ...] = ()
) -> AsyncIterator[tuple[Pilot[None], Prompt, ScriptedDesk]]:
    """The workbench before a request, in a working folder."""
    desk = ScriptedDesk()
    desk.base, desk.earlier = base, earlier
    async with HgtuiApp(desk).run_test(size=size) as pilot:
        prompt = pilot.app.screen.query_one(Prompt)
        await until(pilot, lambda: prompt.past.requests or not earlier)
        yield pilot, prompt, desk


def offered(pilot: Pilot[None]) -> list[str]:
    offers = pilot.app.screen.query_one(Offers)
    return [one.name for one in offers.listing.entries] if offers.display and offers.listing else []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "my cat.png").touch()
    (tmp_path / "page.png").write_bytes(b"x" * 1234)
    (tmp_path / "party.txt").touch()
    return tmp_path


@pytest.mark.parametrize("size", SIZES)
async def test_a_path_completes_as_it_is_typed_and_a_name_with_blanks_is_quoted(
    folder: Path, size: tuple[int, int]
) -> None:
    async with asking(folder, size) as (pilot, prompt, desk):
        await pilot.press(*"read ./")
        await until(pilot, lambda: offered(pilot) == ["pictures", "page.png", "party.txt"])
        await until(pilot, lambda: "1.2 kB" in screen_text(pilot))
        assert "pictures/" in screen_text(pilot)
        await pilot.press("tab")  # the three have "p" in common
        assert prompt.text == "read ./p"
        await until(pilot, lambda: offered(pilot))
        await pilot.press("tab")
        await until(pilot, lambda: offered(pilot) == ["my cat.png"])
        assert prompt.text == "read ./pictures/"
        await pilot.press("tab")
        await settle(pilot)
        assert prompt.text == 'read "./pictures/my cat.png"'
        assert offered(pilot) == []
        await pilot.press("enter")
        await settle(pilot)
        assert desk.given[0].commands == [cmd.Submit(request='read "./pictures/my cat.png"')]


async def test_a_word_that_begins_like_a_file_offers_it_and_the_arrows_choose(folder: Path) -> None:
    async with asking(folder) as (pilot, prompt, desk):
        await pilot.press(*"pa")
        await until(pilot, lambda: offered(pilot) == ["page.png", "party.txt"])
        await pilot.press("down", "enter")
        await settle(pilot)
        assert prompt.text == "party.txt"
        assert offered(pilot) == []
        assert desk.given == []
        await pilot.press("enter")
        await settle(pilot)
        assert len(desk.given) == 1


async def test_enter_sends_what_is_written_where_nothing_was_chosen_in_the_list(folder: Path) -> None:
    async with asking(folder) as (pilot, _, desk):
        await pilot.press(*"pa")
        await until(pilot, lambda: offered(pilot))
        await pilot.press("enter")
        await settle(pilot)
        assert desk.given[0].commands == [cmd.Submit(request="pa")]


async def test_escape_closes_the_list_for_this_word_and_the_text_stays(folder: Path) -> None:
    async with asking(folder) as (pilot, prompt, _):
        await pilot.press(*"pa")
        await until(pilot, lambda: offered(pilot))
        await pilot.press("escape")
        await pilot.press("g")
        await settle(pilot)
        assert offered(pilot) == []
        assert prompt.has_focus
        assert prompt.text == "pag"
        await pilot.press("tab")
        await until(pilot, lambda: prompt.text == "page.png")


async def test_tab_goes_to_the_next_pane_where_there_is_no_path_to_complete(folder: Path) -> None:
    async with asking(folder) as (pilot, prompt, _):
        await pilot.press("tab")
        await settle(pilot)
        assert not prompt.has_focus
        prompt.focus()
        await pilot.press(*"zebra", "tab")
        await until(pilot, lambda: not prompt.has_focus)


async def test_a_path_that_leads_nowhere_says_so(folder: Path) -> None:
    async with asking(folder) as (pilot, prompt, _):
        await pilot.press(*"./none", "tab")
        await until(pilot, lambda: "Nothing there begins with none." in notice(pilot))
        await pilot.press("ctrl+c")
        await pilot.press(*"./no/", "tab")
        await until(pilot, lambda: "No such file or directory" in notice(pilot))
        assert prompt.has_focus


async def test_letters_that_are_typed_faster_than_a_folder_is_read_are_not_written_over(tmp_path: Path) -> None:
    for at in range(MOST + 50):
        (tmp_path / f"a{at:03}").touch()
    (tmp_path / "azz.txt").touch()
    async with asking(tmp_path) as (pilot, prompt, _):
        await pilot.press(*"./a")
        await until(pilot, lambda: len(offered(pilot)) == MOST)
        prompt.insert("zz")
        await pilot.press("tab")
        await until(pilot, lambda: prompt.text == "./azz.txt")


async def test_a_click_takes_what_is_offered(folder: Path) -> None:
    async with asking(folder) as (pilot, prompt, _):
        await pilot.press(*"./p")
        await until(pilot, lambda: offered(pilot))
        await settle(pilot)
        await pilot.click(Offers, offset=(4, 1))
        await settle(pilot)
        assert prompt.text == "./page.png"


@pytest.mark.parametrize(
    ("paste", "text"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("'/tmp/my cat.png'", '"/tmp/my cat.png"'),
        ("file:///tmp/a.png\nfile:///tmp/b%20c.png", '/tmp/a.png "/tmp/b c.png"'),
        ("/this is a sentence", "/this is a sentence"),
        ("[@click=app.quit]x[/]\x1b[31m", "[@click=app.quit]x[/][31m"),
    ],
)
async def test_a_paste_keeps_its_lines_and_dropped_files_become_paths(tmp_path: Path, paste: str, text: str) -> None:
    async with asking(tmp_path) as (pilot, prompt, _):
        pilot.app.post_message(events.Paste(paste))
        await until(pilot, lambda: prompt.text)
        assert prompt.text == text


async def test_a_dropped_name_with_bare_blanks_is_a_path_where_there_is_such_a_file(tmp_path: Path) -> None:
    path = tmp_path / "my cat.png"
    path.touch()
    async with asking(tmp_path) as (pilot, prompt, _):
        await pilot.press(*"see")
        pilot.app.post_message(events.Paste(str(path)))
        await until(pilot, lambda: prompt.text == f'see "{path}"')


@pytest.mark.parametrize("size", SIZES)
async def test_up_and_down_walk_through_the_requests_and_what_was_written_comes_back(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with asking(tmp_path, size, ("latest\nof two lines", "oldest")) as (pilot, prompt, _):
        await pilot.press(*"half wri")
        await pilot.press("up")
        assert prompt.text == "latest\nof two lines"
        await pilot.press("up")  # within the text
        assert prompt.text == "latest\nof two lines"
        await pilot.press("up")
        assert prompt.text == "oldest"
        await pilot.press("up")
        assert prompt.text == "oldest"
        await pilot.press("down", "down")
        assert prompt.text == "half wri"


async def test_what_was_sent_is_the_request_before(tmp_path: Path) -> None:
    async with asking(tmp_path) as (pilot, prompt, desk):
        await pilot.press(*"go", "enter")
        await settle(pilot)
        assert desk.given[0].commands
        await pilot.press("1", "up")
        assert prompt.text == "go"


@pytest.mark.parametrize("size", SIZES)
async def test_an_earlier_request_is_found_by_its_words_and_is_not_sent(tmp_path: Path, size: tuple[int, int]) -> None:
    async with asking(tmp_path, size, ("count the bees", "draw a cat", "count cats")) as (pilot, prompt, desk):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, History))
        await pilot.press(*"count")
        await settle(pilot)
        text = screen_text(pilot)
        assert "count the bees" in text
        assert "draw a cat" not in text
        await pilot.press("down", "enter")
        await until(pilot, lambda: prompt.text == "count cats")
        assert desk.given == []
        assert prompt.has_focus


async def test_the_search_of_requests_changes_nothing_where_it_is_left(tmp_path: Path) -> None:
    async with asking(tmp_path, earlier=("count",)) as (pilot, prompt, _):
        await pilot.press(*"mine", "ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, History))
        await settle(pilot)
        assert "No earlier request has these words." in screen_text(pilot)
        await pilot.press("enter", "escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, History))
        assert prompt.text == "mine"


@pytest.mark.parametrize("size", SIZES)
async def test_no_markup_and_no_escape_of_a_strangers_name_or_request_takes_effect(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "[@click=app.quit]x[b].png").touch()
    (tmp_path / "[b\x1b]52;c;eA==\x07.png").touch()
    async with asking(tmp_path, size, (EVIL,)) as (pilot, prompt, _):
        seen = []
        await pilot.press(*"./[")
        await until(pilot, lambda: offered(pilot) == ["[@click=app.quit]x[b].png"])
        await settle(pilot)
        seen.append(screen_text(pilot))
        await pilot.press("tab")
        await settle(pilot)
        assert prompt.text == "./[@click=app.quit]x[b].png"
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, History))
        await pilot.press("backspace")
        await settle(pilot)
        seen.append(screen_text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: prompt.text != "./[@click=app.quit]x[b].png")
        await settle(pilot)
        seen.append(screen_text(pilot))
        whole = "".join(seen) + prompt.text
        assert "[@click=app.quit]" in whole
        assert not [char for char in whole if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)]
        assert not set(whole) & set("\u202e\u2066\ufeff\U000e0041")


async def test_a_line_more_lays_the_screen_out_once_and_the_prompt_scrolls_where_it_is_full(tmp_path: Path) -> None:
    laid: list[object] = []
    async with asking(tmp_path) as (pilot, prompt, _):
        await settle(pilot)
        pilot.app.screen.screen_layout_refresh_signal.subscribe(prompt, laid.append)
        await pilot.press("ctrl+j")
        await settle(pilot)
        once = len(laid)
        assert (prompt.size.height, prompt.show_vertical_scrollbar) == (2, False)
        for at in range(2, 10):
            await pilot.press("ctrl+j", str(at))
        await settle(pilot)
        assert (prompt.size.height, prompt.show_vertical_scrollbar) == (7, True)
        assert "9" in screen_text(pilot).splitlines()[prompt.region.bottom - 1]
        for _ in range(17):
            await pilot.press("backspace")
        await settle(pilot)
        assert (prompt.size.height, prompt.show_vertical_scrollbar) == (1, False)
    # One for the line itself, and one that only scrolls.
    assert once == 1


async def test_the_prompt_takes_over_the_colours_of_another_theme(tmp_path: Path) -> None:
    async with asking(tmp_path) as (pilot, prompt, _):
        await pilot.press(*"zebra")
        await settle(pilot)

        def colours() -> set[str]:
            strips = pilot.app.screen._compositor.render_strips()
            segments = [segment for segment in strips[prompt.region.y] if "zebra" in segment.text]
            return {str(segment.style and segment.style.color) for segment in segments}

        dark = colours()
        pilot.app.take_theme(LIGHT)
        await settle(pilot)
        assert dark
        assert not dark & colours()
