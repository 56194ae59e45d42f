"""What the workbench shows: states by sign and word, both sizes, few and many tasks, and nothing of a stranger's escapes."""

import pytest
from textual.widgets import Markdown

from hgtui.core import events as ev
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.resource import FileFact, Kind, Resource
from hgtui.core.states import Failure, Outcome, Stage, TaskState
from hgtui.ui.app import HgtuiApp
from hgtui.ui.widgets.chat import Talk
from hgtui.ui.widgets.plan import PlanPane
from hgtui.ui.words import SIGNS, fit, seconds, wrapped
from tests.ui.bench import SIZES, notice, screen_text, settle, until, workbench
from tests.ui.hostile import EVIL
from tests.ui.scripted import ScriptedDesk, candidate, chain


@pytest.mark.parametrize("size", SIZES)
async def test_a_row_says_state_task_what_goes_in_and_the_model(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, _):
        row = next(line for line in screen_text(pilot).splitlines() if "text-to-speech" in line and "○" in line)
        assert "waiting" in row
        assert "‹0›" in row
        assert "lexrank" in row


@pytest.mark.parametrize("size", SIZES)
async def test_the_screen_says_whose_turn_it_is_and_what_is_approved(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        text = screen_text(pilot)
        assert "2 Plan ◆ your turn" in text
        assert conductor.run.gate
        assert f"plan {conductor.run.gate.fingerprint[:8]}" in text
        assert "nothing leaves this machine" in text
        assert "a approve+run" in text


async def test_a_plan_whose_inputs_leave_says_so() -> None:
    async with workbench(chain(), (120, 36), candidate(leaves=True, place="hub")) as (pilot, _):
        assert "input leaves this machine: 3 tasks" in screen_text(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_every_state_is_told_by_sign_and_word(size: tuple[int, int]) -> None:
    states = [state for state in TaskState if state is not TaskState.REUSED]  # no event of this version ends in it
    plan = Plan(
        request="go",
        tasks=tuple(
            Task(uid=f"t{at}", id=at, task="summarization", args={"text": Input.text(f"text {at}")})
            for at in range(len(states))
        ),
    )
    async with workbench(plan, size) as (pilot, conductor):
        conductor.approve()
        for at, state in enumerate(states):
            conductor.tell(*_to(f"t{at}", state))
        await settle(pilot)
        await pilot.press("home", "enter")  # they are alike: the fold opens
        pane = pilot.app.screen.query_one(PlanPane)
        rows = ["".join(text for text, _ in pane.line(at + 1, 76)) for at in range(len(states))]
        for row, state in zip(rows, states, strict=True):
            assert row.startswith(f"{SIGNS[state][0]} {state}")
    assert len({sign for sign, _ in SIGNS.values()}) == len(TaskState)


def _to(uid: str, state: TaskState) -> list[ev.Event]:
    start = ev.TaskStarted(uid=uid, candidate="embedded:lexrank")
    failed = {"uid": uid, "failure": Failure.TIMEOUT, "message": "Too slow."}
    return {
        TaskState.WAITING: [],
        TaskState.READY: [ev.TaskQueued(uid=uid)],
        TaskState.RUNNING: [start],
        TaskState.ASKING: [ev.TaskAsking(uid=uid)],
        TaskState.RETRYING: [start, ev.TaskRetrying.model_validate({**failed, "attempt": 1, "wait_s": 2.0})],
        TaskState.DONE: [start, ev.TaskDone(uid=uid, seconds=0.5, results=())],
        TaskState.FAILED: [start, ev.TaskFailed.model_validate(failed)],
        TaskState.BLOCKED: [ev.TaskBlocked(uid=uid, by=("t0",))],
        TaskState.SKIPPED: [ev.TaskSkipped(uid=uid)],
        TaskState.CANCELLED: [start, ev.TaskCancelled(uid=uid)],
    }[state]


@pytest.mark.parametrize("size", SIZES)
async def test_a_failure_is_told_with_its_hint_and_moves_no_focus(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        focused, chosen = pilot.app.focused, pilot.app.screen.view.chosen  # type: ignore[attr-defined]
        conductor.approve()
        conductor.tell(
            ev.TaskFailed(
                uid="t2", failure=Failure.CRASHED, message="The engine died.", hint="Take another.", attempt=2
            )
        )
        await settle(pilot)
        assert pilot.app.focused is focused
        assert pilot.app.screen.view.chosen == chosen  # type: ignore[attr-defined]
        assert "1 text-classification failed, crashed (after 2 tries): The engine died." in screen_text(pilot)
        assert "Take another." in screen_text(pilot)
        assert "4 Run ◆ your turn" not in screen_text(pilot)  # the others still wait for a place
        assert "! goes to 1, then" in screen_text(pilot)
        await pilot.press("exclamation_mark")
        await settle(pilot)
        assert pilot.app.screen.view.chosen == "t2"  # type: ignore[attr-defined]
        assert "! goes to 1, then" not in screen_text(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_the_answer_is_in_sight_when_it_comes(size: tuple[int, int]) -> None:
    async with workbench(chain(), size) as (pilot, conductor):
        conductor.approve()
        conductor.tell(
            *(ev.TaskDone(uid=uid, seconds=0.1, results=()) for uid in ("t1", "t2", "t3")),
            ev.StageEntered(stage=Stage.RESPONSE),
            ev.Answered(text="**Bees** make honey.\n\n" + "more\n\n" * 60),
            ev.RunEnded(outcome=Outcome.ANSWERED, exit=0),
        )
        await settle(pilot)
        assert "Bees make honey." in screen_text(pilot)
        assert "5 Answer ✓" in screen_text(pilot)
        await pilot.press("1", "pagedown")
        await settle(pilot)
        assert "Bees make honey." not in screen_text(pilot)


async def test_a_link_in_an_answer_is_shown_and_never_opened() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.tell(ev.Answered(text="[here](http://example.com/x)"))
        await settle(pilot)
        markdown = pilot.app.screen.query_one(Markdown)
        markdown.post_message(Markdown.LinkClicked(markdown, "http://example.com/x"))
        await settle(pilot)
        assert notice(pilot) == "http://example.com/x"


@pytest.mark.parametrize("size", SIZES)
async def test_no_escape_and_no_markup_of_a_stranger_takes_effect(size: tuple[int, int]) -> None:
    task = Task(uid="t1", id=0, task=EVIL, args={"text": Input.text(EVIL), EVIL: Input.text(EVIL)})
    other = Task(uid="t2", id=1, task="summarization", args={"text": Input(parts=(EVIL, EVIL), many=True)})
    plan = Plan(request=EVIL, planner=EVIL, tasks=(task, other))
    evil = candidate(EVIL, name=f"embedded:{EVIL}", reason=EVIL, licence=EVIL, description=EVIL, title=EVIL)
    async with workbench(None, size) as (pilot, conductor):
        seen: list[str] = []

        async def look() -> None:
            await settle(pilot)
            seen.append(screen_text(pilot))

        conductor.tell(ev.FileSeen(file=FileFact(path=EVIL, error=EVIL)), ev.Delta(stage=Stage.PLANNING, text=EVIL))
        conductor.propose(plan, evil, candidate("broken", missing=EVIL))
        await look()
        for key in (
            "e",
            "escape",
            "j",
            "m",
            "G",
            "enter",
            "2",
            "exclamation_mark",
            "4",
            "2",
            "d",
            "y",
            "ctrl+p",
            "escape",
        ):
            await pilot.press(key)
            await look()
        conductor.approve()
        result = Resource(kind=Kind.TEXT, digest="ab", media_type=EVIL, preview=EVIL, name=EVIL, size=3)
        conductor.tell(
            ev.Logged(level="warning", text=EVIL),
            ev.TaskStarted(uid="t2", candidate=EVIL),
            ev.Progress(uid="t2", fraction=0.5, note=EVIL),
            ev.TaskDone(uid="t2", results=(result,), note=EVIL),
            ev.TaskFailed(uid="t1", failure=Failure.CRASHED, message=EVIL, hint=EVIL),
            ev.Refused(command=EVIL, message=EVIL, hint=EVIL),
        )
        await look()
        for key in ("j", "3", "2", "exclamation_mark"):
            await pilot.press(key)
            await look()
        conductor.tell(
            ev.Answered(text=f"# {EVIL}\n\n{EVIL}\n\n```{EVIL}\n{EVIL}\n```\n\n| {EVIL} |\n|---|\n| {EVIL} |")
        )
        conductor.tell(ev.RunEnded(outcome=Outcome.FAILED, exit=1, message=EVIL))
        await look()
        whole = "".join(seen)
        assert "[@click=app.quit]x[/]" in whole.replace("\n", "")
        assert not [char for char in whole if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)]
        assert not set(whole) & set("\u202e\u2066\ufeff\U000e0041")
        assert "\x1b" not in pilot.app.export_screenshot()
        assert pilot.app.is_running


async def test_a_plan_that_was_not_understood_is_a_sentence_with_a_hint() -> None:
    async with workbench() as (pilot, conductor):
        conductor.tell(
            ev.RunStarted(request="go", planner="rules"),
            ev.PlanningFailed(failure=Failure.UNREADABLE, message="No task fits.", hint="Name a file."),
            ev.RunEnded(outcome=Outcome.FAILED, exit=1),
        )
        await settle(pilot)
        text = screen_text(pilot)
        assert "No plan came of it: No task fits." in text
        assert "Name a file." in text


@pytest.mark.parametrize("size", SIZES)
async def test_no_task_at_all_is_drawn(size: tuple[int, int]) -> None:
    async with workbench(Plan(request="go"), size) as (pilot, conductor):
        for key in ("j", "d", "e", "m", "space", "a", "y", "exclamation_mark", "f", "3", "4", "2", "enter"):
            await pilot.press(key)
        await settle(pilot)
        assert conductor.commands == []
        assert "No task." in screen_text(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_two_hundred_tasks_are_drawn_and_the_last_is_reached(size: tuple[int, int]) -> None:
    tasks = [
        Task(
            uid=f"t{at}",
            id=at,
            task="summarization",
            args={"text": Input.text(f"text {at}") if not at else Input.of(f"t{at - 1}")},
        )
        for at in range(200)
    ]
    async with workbench(Plan(request="go", tasks=tuple(tasks)), size) as (pilot, conductor):
        await pilot.press("G")
        await settle(pilot)
        assert "199 summarization" in screen_text(pilot)
        conductor.approve()
        for task in tasks[:100]:
            conductor.tell(ev.TaskStarted(uid=task.uid), ev.TaskDone(uid=task.uid, results=(), seconds=0.1))
        await settle(pilot)
        assert "100 done" in screen_text(pilot)
        await pilot.press("home")
        await settle(pilot)
        assert "✓ done" in screen_text(pilot)


async def test_tasks_appear_while_they_are_being_planned() -> None:
    async with workbench() as (pilot, conductor):
        conductor.tell(ev.RunStarted(request="go", planner="rules"), ev.StageEntered(stage=Stage.PLANNING))
        conductor.tell(ev.TaskDrafted(task=chain().tasks[0]))
        await settle(pilot)
        text = screen_text(pilot)
        assert "summarization" in text
        assert "2 Plan …" in text


async def test_the_chat_folds_on_a_small_screen_at_the_gate_and_1_opens_it() -> None:
    async with workbench(chain(), (80, 24)) as (pilot, _):
        talk = pilot.app.screen.query_one(Talk)
        assert not talk.display
        await pilot.press("1")
        await settle(pilot)
        assert talk.display
        await pilot.press("escape", "2")
        await settle(pilot)
        assert not talk.display


async def test_a_change_of_size_keeps_everything_in_place() -> None:
    async with workbench(chain()) as (pilot, _):
        for width, height in [(80, 24), (40, 12), (200, 60), (120, 36)]:
            await pilot.resize_terminal(width, height)
            await settle(pilot)
            text = screen_text(pilot)
            assert len(text.splitlines()) == height
        assert "2 Plan ◆ your turn" in text


async def test_the_greeting_says_who_plans_and_what_is_missing() -> None:
    async with HgtuiApp(ScriptedDesk()).run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        text = screen_text(pilot)
        assert "No OPENAI_BASE_URL: plans are made by rules." in text
        assert "hgtui[speech] would run text-to-speech." in text
        assert "1 Ask ◆ your turn" in text


async def test_nothing_is_drawn_while_nothing_happens() -> None:
    async with workbench(chain()) as (pilot, conductor):
        await settle(pilot)
        screen = pilot.app.screen
        assert not screen._tick._active.is_set()  # type: ignore[attr-defined]
        assert not screen.query_one("#prompt").cursor_blink  # type: ignore[attr-defined]
        conductor.approve()
        conductor.tell(ev.TaskStarted(uid="t1"))
        await settle(pilot)
        assert screen._tick._active.is_set()  # type: ignore[attr-defined]
        conductor.tell(ev.TaskDone(uid="t1", results=()))
        await settle(pilot)
        assert not screen._tick._active.is_set()  # type: ignore[attr-defined]


async def test_progress_is_shown_in_the_row() -> None:
    async with workbench(chain()) as (pilot, conductor):
        conductor.approve()
        conductor.tell(ev.TaskStarted(uid="t1"))
        conductor.tell(*(ev.Progress(uid="t1", fraction=at / 100) for at in range(43)))
        await until(pilot, lambda: "42%" in screen_text(pilot))


def test_a_text_is_fitted_to_cells_and_not_to_characters() -> None:
    assert fit("漢字漢字", 5) == "漢字…"
    assert fit("ab", 4) == "ab  "
    assert fit("a\x1b[31mb\nc", 10) == "a[31mb c  "
    assert wrapped("one two three four", 9, 2) == ["one two", "three fo…"]


def test_seconds_are_written_as_a_person_reads_them() -> None:
    assert [seconds(value) for value in (0.314, 12.34, 75.2, 125)] == ["0.31 s", "12.3 s", "75.2 s", "2m05s"]
