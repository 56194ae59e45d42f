"""The list of models: what it shows of each, the filter, the search of the Hub, the card, pins; and what is sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.ports import StoreError
from hgtui.core.states import Failure
from hgtui.ui.models import columns_line, count, facts, fits, row
from hgtui.ui.screens.help import Help
from hgtui.ui.screens.models import Models
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.widgets.pager import LONGEST, Pager
from tests.ui.bench import SMALL, keys, notice, screen_text, settle, until, workbench
from tests.ui.hostile import EVIL, EVIL_ID
from tests.ui.scripted import Scripted, ScriptedDesk, candidate, chain, hub_candidate

SPEECH = Task(uid="t1", id=0, task="text-to-speech", args={"text": Input.text("Hello")})
BARK = hub_candidate("suno/bark-small")
TTS = hub_candidate("microsoft/speecht5_tts", provider="hf-inference", providers=("replicate",), licence="mit")
GATED = hub_candidate("acme/voice", gated="manual", page="https://huggingface.co/acme/voice", languages=("de", "en"))


@asynccontextmanager
async def models(
    *candidates: Candidate, size: tuple[int, int] = (120, 36), plan: Plan | None = None
) -> AsyncIterator[tuple[Pilot[None], Scripted, ScriptedDesk]]:
    """The list of models of the first task."""
    listed = candidates or (BARK, TTS, GATED)
    async with workbench(plan or Plan(request="go", tasks=(SPEECH,)), size, *listed) as (pilot, conductor):
        await pilot.press("m")
        await settle(pilot)
        desk = pilot.app.desk  # type: ignore[attr-defined]
        assert isinstance(desk, ScriptedDesk)
        yield pilot, conductor, desk


def listing(pilot: Pilot[None]) -> Models:
    screen = pilot.app.screen
    assert isinstance(screen, Models)
    return screen


def rows(pilot: Pilot[None]) -> list[str]:
    return [one.model for one in listing(pilot).query_one("#models-rows").candidates]  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", SMALL)
async def test_the_list_says_who_runs_a_model_its_licence_its_downloads_and_whether_it_is_gated(
    size: tuple[int, int],
) -> None:
    async with models(size=size) as (pilot, _, _):
        await until(pilot, lambda: "bark-small" in screen_text(pilot))
        line = next(one for one in screen_text(pilot).splitlines() if "voice" in one)
        assert "fal-ai" in line
        assert "apache-2.0" in line
        assert "12k" in line
        assert "gated" in line
        assert all(word in screen_text(pilot) for word in ("enter choose", "i card", "s search the Hub"))


@pytest.mark.parametrize("size", SMALL)
async def test_of_the_one_looked_at_everything_is_told(size: tuple[int, int]) -> None:
    async with models(size=size) as (pilot, _, _):
        await pilot.press("G")
        await settle(pilot)
        text = " ".join(screen_text(pilot).replace("│", " ").split())
        assert "hub:acme/voice#fal-ai" in text
        assert "its authors decide on access at https://huggingface.co/acme/voice" in text
        assert "its input leaves this machine" in text
        assert "spends credits of HF_TOKEN" in text
        assert "languages de, en" in text
        assert "A voice for everyone." in text


async def test_enter_chooses_and_goes_back_to_the_plan() -> None:
    async with models() as (pilot, conductor, _):
        await pilot.press("j", "enter")
        await settle(pilot)
        assert conductor.commands == [cmd.ChooseModel(uid="t1", candidate=TTS.name)]
        assert isinstance(pilot.app.screen, Workbench)


async def test_p_takes_the_next_provider_and_comes_round_again() -> None:
    async with models() as (pilot, conductor, _):
        await pilot.press("j", "p")
        assert "runs at replicate" in screen_text(pilot)
        await pilot.press("p")
        assert "runs at hf-inference" in screen_text(pilot)
        await pilot.press("p", "enter")
        assert conductor.commands == [cmd.ChooseModel(uid="t1", candidate="hub:microsoft/speecht5_tts#replicate")]


async def test_a_model_that_runs_nowhere_else_stays_where_it_is() -> None:
    async with models() as (pilot, conductor, _):
        await pilot.press("p")
        assert "runs nowhere else" in notice(pilot)
        assert conductor.commands == []


async def test_the_filter_keeps_what_has_all_its_words_and_escape_shows_all() -> None:
    async with models() as (pilot, conductor, _):
        await pilot.press("slash", *"hf-inference mit")
        await settle(pilot)
        assert rows(pilot) == ["microsoft/speecht5_tts"]
        await pilot.press("enter", "j", "enter")
        await settle(pilot)
        assert conductor.commands == [cmd.ChooseModel(uid="t1", candidate=TTS.name)]
    async with models() as (pilot, conductor, _):
        await pilot.press("slash", *"nothing has this")
        await settle(pilot)
        assert "None of 3 models has" in screen_text(pilot)
        await pilot.press("escape")
        assert len(rows(pilot)) == 3
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Workbench)
        assert conductor.commands == []


async def test_a_search_lists_what_the_hub_has_for_this_type_and_any_of_it_can_be_chosen() -> None:
    async with models() as (pilot, conductor, desk):
        desk.found = (hub_candidate("coqui/xtts"), hub_candidate("hexgrad/Kokoro-82M"))
        await pilot.press("s", *"small voice", "enter")
        await until(pilot, lambda: rows(pilot) == ["coqui/xtts", "hexgrad/Kokoro-82M"])
        assert desk.searches == [("small voice", "text-to-speech")]
        assert "2 models found for “small voice”" in screen_text(pilot)
        await pilot.press("j", "enter")
        await settle(pilot)
        assert conductor.commands == [cmd.ChooseModel(uid="t1", candidate="hub:hexgrad/Kokoro-82M#fal-ai")]


async def test_a_search_goes_on_while_the_person_reads_and_escape_stops_it() -> None:
    async with models() as (pilot, _, desk):
        desk.gate = asyncio.Event()
        desk.found = (hub_candidate("coqui/xtts"),)
        await pilot.press("s", *"voice", "enter")
        await until(pilot, lambda: desk.searches)
        assert "Searching the Hub for “voice”" in notice(pilot)
        await pilot.press("j")
        assert listing(pilot).here and listing(pilot).here.model == "microsoft/speecht5_tts"
        assert listing(pilot)._tick._active.is_set()  # type: ignore[union-attr]
        await pilot.press("escape")
        assert "stopped" in notice(pilot)
        assert not listing(pilot)._tick._active.is_set()  # type: ignore[union-attr]
        desk.gate.set()
        await settle(pilot)
        assert len(rows(pilot)) == 3


@pytest.mark.parametrize("size", SMALL)
async def test_a_search_that_fails_is_a_sentence_and_the_list_stays(size: tuple[int, int]) -> None:
    async with models(size=size) as (pilot, _, desk):
        desk.store_error = StoreError(Failure.TRANSPORT, "The Hub does not answer.", "Look at hgtui doctor.")
        await pilot.press("s", *"voice", "enter")
        await until(pilot, lambda: "doctor" in notice(pilot))
        assert "The Hub does not answer. Look at hgtui doctor." in screen_text(pilot)
        assert len(rows(pilot)) == 3


async def test_a_search_that_finds_nothing_says_so_and_escape_brings_the_candidates_back() -> None:
    async with models() as (pilot, _, desk):
        await pilot.press("s", *"voice", "enter")
        await until(pilot, lambda: desk.searches and not rows(pilot))
        assert "The Hub has no such model" in screen_text(pilot)
        await pilot.press("escape")
        assert len(rows(pilot)) == 3


@pytest.mark.parametrize("size", SMALL)
async def test_the_whole_card_is_read_as_it_was_written_and_scrolled(size: tuple[int, int]) -> None:
    async with models(size=size) as (pilot, _, desk):
        desk.card_text = "# Bark\n\n[a link](http://example.com) ![p](x.png)\n" + "line\n" * 100 + "the end"
        await pilot.press("i")
        await until(pilot, lambda: "# Bark" in screen_text(pilot))
        assert desk.cards == [BARK.name]
        assert "[a link](http://example.com)" in screen_text(pilot)
        await pilot.press("G")
        await settle(pilot)
        assert "the end" in screen_text(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Models)


async def test_a_card_of_200_kb_is_cut_and_says_so() -> None:
    async with models() as (pilot, _, desk):
        desk.card_text = "word " * 40_000
        await pilot.press("i")
        await until(pilot, lambda: pilot.app.screen.query(Pager) and pilot.app.screen.query_one(Pager).lines)
        await pilot.press("G")
        await settle(pilot)
        assert f"{200_000 - LONGEST} more characters" in screen_text(pilot)


@pytest.mark.parametrize("hint", ["", "Set HF_TOKEN."])
async def test_a_card_that_cannot_be_had_is_a_sentence(hint: str) -> None:
    async with models() as (pilot, _, desk):
        desk.store_error = StoreError(Failure.ACCESS, "This card is kept private.", hint) if hint else None
        await pilot.press("i")
        words = f"This card is kept private. {hint}" if hint else "This model has no card."
        await until(pilot, lambda: words in screen_text(pilot))


async def test_a_pin_is_told_when_it_is_kept_and_pressed_again_it_is_taken_away() -> None:
    async with models() as (pilot, conductor, desk):
        await pilot.press("j", "P")
        assert conductor.commands == [cmd.Pin(task="text-to-speech", candidate=TTS.name)]
        assert notice(pilot) == ""
        desk.pins["text-to-speech"] = TTS.name
        conductor.tell(ev.Logged(text="Pinned."))
        await settle(pilot)
        assert "is pinned for text-to-speech" in notice(pilot)
        assert any("speecht5" in line and "pinned" in line for line in screen_text(pilot).splitlines()[3:9])
        await pilot.press("P")
        assert conductor.commands[-1] == cmd.Pin(task="text-to-speech", candidate=None)
        del desk.pins["text-to-speech"]
        conductor.tell(ev.Logged(text="Nothing is pinned."))
        await settle(pilot)
        assert "Nothing is pinned" in notice(pilot)


async def test_a_pin_that_is_refused_is_said_over_the_list() -> None:
    async with models() as (pilot, conductor, _):
        await pilot.press("P")
        conductor.tell(ev.Refused(command="pin", message="Pins are not kept here."))
        await until(pilot, lambda: "Pins are not kept here." in notice(pilot))


async def test_capital_m_chooses_for_every_task_of_the_type_that_has_not_started() -> None:
    others = [SPEECH.model_copy(update={"uid": f"t{at}", "id": at - 1, "skip": at == 3}) for at in (1, 2, 3)]
    other = Task(uid="t9", id=9, task="summarization", args={"text": Input.text("x")})
    async with models(plan=Plan(request="go", tasks=(*others, other))) as (pilot, conductor, _):
        await pilot.press("j", "M")
        await settle(pilot)
        assert conductor.commands == [
            cmd.ChooseModel(uid="t1", candidate=TTS.name, also=("t2",)),
        ]
        assert "2 tasks" in notice(pilot)
        conductor.commands.clear()
        assert "M" not in keys(pilot)
        await pilot.press("P", "M")
        assert conductor.commands == [cmd.Pin(task="text-to-speech", candidate=BARK.name)]
        assert "Both have it already." in notice(pilot)
        conductor.tell(ev.ModelChosen(uid="t2", assignment=Assignment.of(TTS, "person", "")))
        await settle(pilot)
        await pilot.press("M")
        assert conductor.commands[1:] == [cmd.ChooseModel(uid="t2", candidate=BARK.name)]
        await pilot.press("m", "home", "M")
        await settle(pilot)
        assert "chosen for 1 task " in notice(pilot)


async def test_a_candidate_that_cannot_run_is_refused_in_the_list_with_what_it_needs() -> None:
    async with models(BARK, hub_candidate("acme/idle", missing="no provider runs it now")) as (pilot, conductor, _):
        await pilot.press("G", "enter", "M", "P")
        assert "no provider runs it now" in notice(pilot)
        assert conductor.commands == []
        assert "cannot run yet: no provider runs it now" in screen_text(pilot)
        assert "enter" not in dict(listing(pilot).working_keys())


async def test_the_list_follows_what_happens_while_it_is_open() -> None:
    async with models() as (pilot, conductor, _):
        await pilot.press("j")
        more = (hub_candidate("new/voice"), BARK, TTS, GATED)
        conductor.tell(ev.CandidatesFound(task="text-to-speech", candidates=more))
        await settle(pilot)
        assert len(rows(pilot)) == 4
        assert listing(pilot).here and listing(pilot).here.model == TTS.model


async def test_a_model_is_listed_once_at_the_provider_that_runs_it() -> None:
    async with models() as (pilot, conductor, _):
        other = TTS.at("replicate")
        conductor.tell(
            ev.CandidatesFound(task="text-to-speech", candidates=(BARK, TTS, GATED, other)),
            ev.ModelChosen(uid="t1", assignment=Assignment.of(other, "person", "chosen by you")),
        )
        await pilot.press("escape", "m")
        await settle(pilot)
        assert rows(pilot).count(TTS.model) == 1
        assert listing(pilot).here and listing(pilot).here.name == other.name


async def test_a_task_type_with_no_candidate_can_be_searched_for() -> None:
    async with workbench(Plan(request="go", tasks=(SPEECH,))) as (pilot, conductor):
        conductor.tell(ev.CandidatesFound(task="text-to-speech", candidates=(), help="Set HF_TOKEN."))
        await settle(pilot)
        await pilot.press("m")
        await settle(pilot)
        assert "Nothing here can run it; s searches the Hub." in screen_text(pilot)
        assert "Set HF_TOKEN." in screen_text(pilot)


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ("pin the model", cmd.Pin(task="text-to-speech", candidate=BARK.name)),
        ("for all of its type", cmd.ChooseModel(uid="t2", candidate=BARK.name)),
    ],
)
async def test_the_palette_pins_and_chooses_for_all(words: str, sent: cmd.Command) -> None:
    plan = Plan(request="go", tasks=(SPEECH, SPEECH.model_copy(update={"uid": "t2", "id": 1})))
    async with workbench(plan, (120, 36), BARK, TTS) as (pilot, conductor):
        conductor.tell(ev.ModelChosen(uid="t2", assignment=Assignment.of(TTS, "ranking", "")))
        await settle(pilot)
        await pilot.press("ctrl+p")
        await settle(pilot)
        await pilot.press(*words)
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: conductor.commands)
        assert conductor.commands == [sent]


@pytest.mark.parametrize("size", SMALL)
async def test_the_help_has_the_keys_of_the_list(size: tuple[int, int]) -> None:
    async with models(size=size) as (pilot, _, _):
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Help))
        await pilot.press("j", "k")
        await until(pilot, lambda: "Search the Hub for a model of this type" in screen_text(pilot))
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Models)


@pytest.mark.parametrize("size", SMALL)
async def test_nothing_that_the_hub_says_takes_effect_on_the_terminal(size: tuple[int, int]) -> None:
    evil = hub_candidate(
        EVIL_ID, provider=EVIL_ID, name=f"hub:{EVIL_ID}#{EVIL_ID}", title=EVIL, description=EVIL, licence=EVIL, languages=(EVIL,),
        status=EVIL, providers=(f"b{EVIL_ID}", "b"), page=EVIL, spends=EVIL, gated="auto", library=EVIL, revision=EVIL,
        reason=EVIL,
    )  # fmt: skip
    idle = hub_candidate(f"b{EVIL}", name=f"hub:b{EVIL_ID}", missing=EVIL)
    async with models(evil, idle, size=size) as (pilot, conductor, desk):
        seen: list[str] = []

        async def look(*presses: str) -> None:
            for key in presses:
                await pilot.press(key)
            await settle(pilot)
            seen.append(screen_text(pilot) + pilot.app.export_screenshot().replace("\n", ""))

        desk.pins["text-to-speech"] = EVIL_ID
        desk.card_text = f"# {EVIL}\n{EVIL}\n```\n{EVIL}\n```\n| {EVIL} |\n![{EVIL}]({EVIL})\n<script>{EVIL}</script>"
        desk.found = (evil, idle)
        await look("i")
        await look("G")
        await look("escape", "p")
        await look("p")
        await look("P")
        conductor.tell(ev.Logged(text=EVIL), ev.Refused(command=EVIL, message=EVIL, hint=EVIL))
        await look("j", "enter")
        desk.store_error = StoreError(Failure.TRANSPORT, EVIL, EVIL)
        await look("s", *"x[/y]", "enter")
        await look("i")
        await look("escape")
        desk.store_error = None
        await look("s", *"[bold", "enter")
        await look("slash", *"[/x", "enter")
        await look("escape", "escape", "escape", "escape", "escape")
        assert isinstance(pilot.app.screen, Workbench)
        conductor.approve()
        conductor.tell(
            ev.TaskStarted(uid="t1", candidate=evil.name),
            ev.TaskSubstituted(uid="t1", candidate=EVIL, in_place_of=evil.name, failure=Failure.ACCESS, message=EVIL),
            ev.TaskRetrying(uid="t1", attempt=1, failure=Failure.LOADING, message=EVIL, wait_s=30),
        )
        await look()
        conductor.tell(ev.TaskFailed(uid="t1", failure=Failure.ACCESS, message=EVIL, hint=EVIL))
        await look("exclamation_mark")
        await look("f", "1", "4", "2")
        whole = "".join(seen)
        assert "[@click=app.quit]x[/]" in whole
        assert not [char for char in whole if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)]
        assert not set(whole) & set("\u202e\u2066\ufeff\U000e0041")
        assert pilot.app.is_running


def test_numbers_are_written_short() -> None:
    assert [count(one) for one in (None, 7, 1_234, 34_000, 3_400_000)] == ["", "7", "1.2k", "34k", "3.4M"]


@pytest.mark.parametrize("width", [20, 40, 76, 116, 200])
def test_rows_and_facts_fit_their_width(width: int) -> None:
    wide = hub_candidate(
        "漢字/" + "漢字" * 40, licence="a long licence of some kind", size_mb=123_456, description="x" * 900
    )
    for line in (row(wide, SPEECH, "", "", width), columns_line(width), *facts(wide, SPEECH, None, width, 9)):
        assert cells(line) <= width


def cells(line: tuple[tuple[str, str], ...]) -> int:
    from rich.cells import cell_len

    return cell_len("".join(text for text, _ in line).rstrip())


def test_a_filter_finds_a_model_by_what_is_known_of_it() -> None:
    assert fits(TTS, "REPLICATE speecht5")
    assert fits(GATED, "gated de")
    assert not fits(candidate(), "gated")


async def test_the_footer_offers_enter_only_where_it_does_something_in_the_task_pane() -> None:
    async with workbench(chain(), (80, 24)) as (pilot, _):
        await pilot.press("3")
        await settle(pilot)
        assert "enter take candidate" in screen_text(pilot)
        await pilot.press("G")  # why this one was chosen, and how to see more
        await settle(pilot)
        assert "enter" not in screen_text(pilot).splitlines()[-1]
