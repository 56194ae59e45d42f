"""What stands over the task: what leaves and is spent at the gate; what failed, who stood in, how long it waits, the ways on."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from textual.pilot import Pilot

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.model import Candidate
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.problems import Problem, problems
from hgtui.core.states import Failure, Gate, Outcome, TaskState
from hgtui.core.status import TaskStatus
from hgtui.ui.attention import attention, ways_on
from hgtui.ui.planfoot import plan_subtitle
from hgtui.ui.rows import countdown
from hgtui.ui.screens.mends import Mends
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.story import story
from hgtui.ui.view import View
from hgtui.ui.widgets.bars import Bar
from hgtui.ui.widgets.log import LogPane
from hgtui.ui.widgets.task import TaskPane
from tests.ui.bench import SMALL, keys, notice, screen_text, settle, until, workbench
from tests.ui.scripted import Scripted, hub_candidate

PLAN = Plan(
    request="Read this aloud",
    tasks=(
        Task(uid="t1", id=0, task="text-to-speech", args={"text": Input.text("Hello")}),
        Task(uid="t2", id=1, task="text-to-speech", args={"text": Input.text("Good bye")}),
    ),
)
BARK = hub_candidate("suno/bark-small", providers=("replicate",))
TTS = hub_candidate("microsoft/speecht5_tts", downloads=11_000)
LOCAL = Candidate(name="embedded:espeak-ng", model="espeak-ng", endpoint="embedded", licence="GPL-3.0")
WHERE = "Accept its terms at https://huggingface.co/acme/a-long-name-of-a-model-that-is-gated, then press r."


def words(text: str) -> str:
    """The text of a screen as one line, without frames."""
    return " ".join(text.replace("│", " ").split())


def bar(pilot: Pilot[None]) -> str:
    """What stands over the task, as one line."""
    lines = pilot.app.screen.query_one("#attention", Bar).lines
    shown = screen_text(pilot)
    for line in lines:
        assert "".join(text for text, _ in line).strip() in shown
    return " ".join(" ".join("".join(text for text, _ in line) for line in lines).split())


def pane(pilot: Pilot[None]) -> str:
    """What stands in the task pane, as one line."""
    items = pilot.app.screen.query_one("#task", TaskPane).items
    return " ".join(" ".join("".join(text for text, _ in item.line) for item in items).split())


def fail(conductor: Scripted, failure: Failure, hint: str = "", candidate: Candidate = BARK) -> None:
    conductor.approve()
    conductor.tell(
        ev.TaskStarted(uid="t1", candidate=candidate.name),
        ev.TaskFailed(uid="t1", failure=failure, message="It went wrong.", hint=hint, attempt=2, seconds=4.0),
        ev.TaskStarted(uid="t2", candidate=BARK.name),
    )


@pytest.mark.parametrize("size", SMALL)
async def test_the_gate_says_what_leaves_to_whom_what_is_spent_and_who_stands_in(size: tuple[int, int]) -> None:
    async with workbench(PLAN, size, BARK, TTS) as (pilot, _):
        text = bar(pilot)
        assert "leaves this machine: the text given to 0, the text given to 1 → fal-ai through" in text
        assert "if it fails also the text given to 0, the text given to 1 → replicate through" in text
        assert "spends credits of HF_TOKEN (2 calls)" in text
        assert "if it fails: at replicate, then microsoft/speecht5_tts at fal-ai" in pane(pilot)


@pytest.mark.parametrize("size", SMALL)
async def test_a_gate_where_nothing_leaves_has_no_such_line(size: tuple[int, int]) -> None:
    async with workbench(PLAN, size, LOCAL) as (pilot, _):
        assert not pilot.app.screen.query_one("#attention").display
        assert "nothing leaves this machine" in screen_text(pilot)


@pytest.mark.parametrize("size", SMALL)
async def test_many_places_are_cut_over_the_task_and_told_whole_in_the_conversation(size: tuple[int, int]) -> None:
    tasks = [PLAN.tasks[0].model_copy(update={"uid": f"t{at}", "id": at}) for at in range(12)]
    async with workbench(Plan(request="go", tasks=tuple(tasks)), size, BARK) as (pilot, conductor):
        for at in range(12):
            one = hub_candidate(f"acme/voice{at}", provider=f"provider{at}")
            known = (*conductor.run.candidates["text-to-speech"], one)
            conductor.tell(ev.CandidatesFound(task="text-to-speech", candidates=known))
            chosen = conductor.run.draft.assignments[f"t{at}"].model_copy(
                update={"candidate": one.name, "provider": one.provider}
            )
            conductor.tell(ev.ModelChosen(uid=f"t{at}", assignment=chosen))
        conductor.gate()
        await settle(pilot)
        assert "more lines: 1 shows all" in screen_text(pilot)
        await pilot.press("1")
        await settle(pilot)
        seen = ""
        for _ in range(4):
            seen += words(screen_text(pilot))
            await pilot.press("pageup")
            await settle(pilot)
        assert all(f"provider{at} through" in seen for at in range(12))


@pytest.mark.parametrize("size", SMALL)
async def test_a_failure_says_its_class_its_hint_in_full_and_the_keys_that_help(size: tuple[int, int]) -> None:
    async with workbench(PLAN, size, BARK, TTS) as (pilot, conductor):
        fail(conductor, Failure.ACCESS, WHERE)
        await settle(pilot)
        text = bar(pilot)
        assert "0 text-to-speech failed, access (after 2 tries, 4.00 s): It went wrong." in text
        assert WHERE in text
        assert "f next: microsoft/speecht5_tts at fal-ai" in text
        assert "r retry n go on without s by hand m another model" in text
        assert keys(pilot)["f"] == "next candidate"
        assert "m another model l its log" in text
        await pilot.press("l")
        await until(pilot, lambda: pilot.app.screen.query_one(LogPane).filter.uid == "t1")


@pytest.mark.parametrize("failure", [Failure.ACCESS, Failure.TIMEOUT])
async def test_the_conversation_names_the_keys_in_the_order_of_the_bar(failure: Failure) -> None:
    async with workbench(PLAN, (120, 36), BARK, TTS) as (pilot, conductor):
        fail(conductor, failure, WHERE)
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, Workbench)
        (said,) = (one.text for one in story(screen.view) if one.key.startswith("task "))
        told = re.findall(r"(?:then|·) (\S) ", said)
        assert told == [key for key, _ in ways_on(screen.view, screen.view.stuck[0], here=True)]
        assert told.index("r") < told.index("f") if failure is Failure.TIMEOUT else told[0] == "f"


async def test_a_failure_of_a_task_that_is_not_selected_is_gone_to_by_one_key() -> None:
    async with workbench(PLAN, (120, 36), BARK, TTS) as (pilot, conductor):
        await pilot.press("j")
        fail(conductor, Failure.TIMEOUT)
        await settle(pilot)
        assert "! goes to 0, then" in bar(pilot)
        await pilot.press("exclamation_mark", "f")
        assert conductor.commands == [cmd.ChooseModel(uid="t1", candidate=TTS.name)]


async def test_the_page_of_a_gated_model_is_told_where_its_failure_does_not() -> None:
    gated = hub_candidate("acme/voice", gated="manual", page="https://huggingface.co/acme/voice")
    async with workbench(PLAN, (80, 24), gated) as (pilot, conductor):
        fail(conductor, Failure.ACCESS, "Ask for access.", gated)
        await settle(pilot)
        assert "where terms are accepted: https://huggingface.co/acme/voice" in bar(pilot)


async def test_f_goes_on_to_the_one_after_the_one_that_failed_and_says_when_there_is_none() -> None:
    async with workbench(PLAN, (120, 36), BARK, TTS, LOCAL) as (pilot, conductor):
        fail(conductor, Failure.TIMEOUT, candidate=TTS)
        await settle(pilot)
        await pilot.press("f")
        assert conductor.commands == [cmd.ChooseModel(uid="t1", candidate=LOCAL.name)]
    async with workbench(PLAN, (120, 36), BARK) as (pilot, conductor):
        fail(conductor, Failure.TIMEOUT)
        await settle(pilot)
        await pilot.press("f")
        assert conductor.commands == []
        assert "m lists them" in notice(pilot)


async def test_the_keys_of_a_failure_act_on_the_only_task_that_failed_where_another_is_selected() -> None:
    doubtful = PLAN.tasks[1].model_copy(update={"args": {**PLAN.tasks[1].args, "agrs": Input.text("x")}})
    async with workbench(PLAN.with_tasks([PLAN.tasks[0], doubtful]), (80, 24), BARK, TTS) as (pilot, conductor):
        fail(conductor, Failure.TIMEOUT)
        conductor.tell(ev.TaskDone(uid="t2", results=(), candidate=BARK.name, seconds=1.0))
        await settle(pilot)
        for key, command in (
            ("r", cmd.Retry(uid="t1")),
            ("n", cmd.SkipTask(uid="t1")),
            ("f", cmd.ChooseModel(uid="t1", candidate=TTS.name)),
        ):
            view = pilot.app.screen.view  # type: ignore[attr-defined]
            pilot.app.screen.select_task("t2")  # type: ignore[attr-defined]
            await settle(pilot)
            foot = screen_text(pilot).splitlines()[-1]
            assert all(one in foot for one in ("r retry 0", "n go on without 0", "f next candidate 0"))
            conductor.commands.clear()
            await pilot.press(key)
            assert [one for one in conductor.commands if not isinstance(one, cmd.Mark)] == [command]
            assert view.chosen == "t1"


async def test_f_is_offered_only_where_it_mends() -> None:
    wrong = PLAN.tasks[0].model_copy(update={"args": {"txt": Input.text("Hello")}})
    async with workbench(PLAN.with_tasks([wrong, PLAN.tasks[1]]), (80, 24), BARK, TTS) as (pilot, conductor):
        assert "f" in keys(pilot)
        pilot.app.screen.select_task("t2")  # type: ignore[attr-defined]
        assert "f" not in keys(pilot)
        await pilot.press("f")
        assert "Select a problem first" in notice(pilot)
        assert not any(isinstance(one, cmd.EditPlan) for one in conductor.commands)


async def test_f_mends_what_is_wrong_with_the_whole_plan_from_any_task_of_it_and_says_so() -> None:
    ring = {"t1": Input.of("t2"), "t2": Input.of("t1")}
    tasks = [one.model_copy(update={"args": {"text": ring[one.uid]}}) for one in PLAN]
    third = Task(uid="t3", id=2, task="text-to-speech", args={"text": Input.text("Hello")})
    async with workbench(PLAN.with_tasks([*tasks, third]), (80, 24), BARK, TTS) as (pilot, conductor):
        pilot.app.screen.select_task("t3")  # type: ignore[attr-defined]
        assert keys(pilot)["f"] == "mend"
        await pilot.press("2", "f")
        sent = [one for one in conductor.commands if isinstance(one, cmd.EditPlan)]
        assert [one.edit for one in sent] == [ed.Disconnect(uid="t1", dep="t2")]
        assert "in a ring" in notice(pilot) and "Mended: 0 no longer waits for 1. z takes it back." in notice(pilot)
    skipped = [one.model_copy(update={"skip": True}) for one in PLAN]
    async with workbench(PLAN.with_tasks(skipped), (80, 24), BARK, TTS) as (pilot, conductor):
        pilot.app.screen.select_task("t2")  # type: ignore[attr-defined]
        await pilot.press("2", "f")
        await until(pilot, lambda: isinstance(pilot.app.screen, Mends))
        assert "Nothing would run" in screen_text(pilot)
        await pilot.press("2")
        assert cmd.EditPlan(edit=ed.Skip(uid="t2", skip=False)) in conductor.commands


async def test_without_credits_the_next_candidate_is_one_that_spends_none() -> None:
    async with workbench(PLAN, (120, 36), BARK, TTS, LOCAL) as (pilot, conductor):
        fail(conductor, Failure.CREDITS)
        await settle(pilot)
        await pilot.press("f")
        assert conductor.commands == [cmd.ChooseModel(uid="t1", candidate=LOCAL.name)]
    async with workbench(PLAN, (120, 36), BARK, TTS) as (pilot, conductor):
        fail(conductor, Failure.CREDITS)
        await settle(pilot)
        await pilot.press("f")
        assert conductor.commands == []
        assert "same credits" in notice(pilot)


@pytest.mark.parametrize("size", SMALL)
async def test_who_ran_in_place_of_whom_stands_in_the_row_the_log_and_the_conversation(size: tuple[int, int]) -> None:
    async with workbench(PLAN, size, BARK, TTS) as (pilot, conductor):
        conductor.approve()
        conductor.tell(
            ev.TaskStarted(uid="t1", candidate=BARK.name),
            ev.TaskSubstituted(
                uid="t1", candidate=TTS.name, in_place_of=BARK.name, failure=Failure.TRANSPORT, message="503."
            ),
            ev.TaskStarted(uid="t1", candidate=TTS.name, attempt=2),
        )
        await settle(pilot)
        row = next(line for line in screen_text(pilot).splitlines() if "◐ running" in line)
        assert "⇄ speecht5_tts" in row
        conductor.tell(ev.TaskDone(uid="t1", results=(), candidate=TTS.name, seconds=1.0, attempt=2))
        await settle(pilot)
        told = f"{TTS.model} at fal-ai ran in place of {BARK.model} at fal-ai: 503."
        await pilot.press("4")
        await settle(pilot)
        assert "in place of" in words(screen_text(pilot))
        await pilot.press("1")
        pilot.app.screen.query_one("#talk").scroll_end(animate=False)
        await until(pilot, lambda: told.replace(" ", "") in words(screen_text(pilot)).replace(" ", ""))


@pytest.mark.parametrize(
    ("failure", "word"),
    [(Failure.LOADING, "↻ loading"), (Failure.QUOTA, "↻ quota"), (Failure.TRANSPORT, "↻ retrying")],
)
async def test_a_row_counts_down_while_its_task_waits_and_the_clock_rests_when_none_does(
    failure: Failure, word: str
) -> None:
    async with workbench(PLAN, (80, 24), BARK) as (pilot, conductor):
        conductor.approve()
        conductor.tell(
            ev.TaskStarted(uid="t1", candidate=BARK.name),
            ev.TaskRetrying(uid="t1", attempt=1, failure=failure, message="Not yet.", wait_s=3600.0),
        )
        await settle(pilot)
        row = next(line for line in screen_text(pilot).splitlines() if word in line)
        assert "in 60m00" in row or "in 59m5" in row
        screen = pilot.app.screen
        assert isinstance(screen, Workbench)
        assert screen._tick and screen._tick._active.is_set()
        conductor.tell(ev.TaskStarted(uid="t1", candidate=BARK.name, attempt=2), ev.TaskDone(uid="t1", results=()))
        await settle(pilot)
        assert not screen._tick._active.is_set()


def test_a_countdown_ends_at_now_and_never_below() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    status = TaskStatus(state=TaskState.RETRYING, attempt=1, retry_at=at, wait_s=12.0)
    told = [countdown(status, at + timedelta(seconds=passed)) for passed in (0, 0.4, 11.5, 12, 40)]
    assert told == ["in 12 s", "in 12 s", "in 1 s", "now", "now"]
    assert countdown(TaskStatus(retry_at=at, wait_s=125.0), at) == "in 2m05"


@pytest.mark.parametrize(("presses", "sent"), [(["2"], 1), (["enter"], 0), (["j", "enter"], 1), (["escape"], None)])
@pytest.mark.parametrize("size", SMALL)
async def test_of_several_mends_one_is_taken_by_its_number_or_from_the_list(
    presses: list[str], sent: int | None, size: tuple[int, int]
) -> None:
    task = Task(uid="t1", id=0, task="summarization", args={"text": Input.text("A long text.")})
    other = Task(uid="t2", id=1, task="text-classification", args={"text": Input.text("A long text.")})
    async with workbench(Plan(request="go", tasks=(task, other)), size) as (pilot, conductor):
        nobody_can(conductor)
        await settle(pilot)
        await pilot.press("exclamation_mark", "f")
        await until(pilot, lambda: isinstance(pilot.app.screen, Mends))
        shown = screen_text(pilot)
        assert "1  as text-generation" in shown
        assert "2  skip 0" in shown
        mends = conductor_problem(conductor).mends
        await pilot.press(*presses)
        await settle(pilot)
        assert isinstance(pilot.app.screen, Workbench)
        assert conductor.commands == ([] if sent is None else [cmd.EditPlan(edit=mends[sent].edit)])


async def test_each_mend_stands_with_the_task_and_enter_takes_it() -> None:
    task = Task(uid="t1", id=0, task="summarization", args={"text": Input.text("A long text.")})
    other = Task(uid="t2", id=1, task="text-classification", args={"text": Input.text("A long text.")})
    async with workbench(Plan(request="go", tasks=(task, other))) as (pilot, conductor):
        nobody_can(conductor)
        await settle(pilot)
        await pilot.press("3")
        items = pilot.app.screen.query_one(TaskPane).items
        at = [place for place, item in enumerate(items) if item.kind == "mend"]
        assert len(at) == 2
        await pilot.press(*("j" for _ in range(at[1])), "enter")
        assert conductor.commands == [cmd.EditPlan(edit=conductor_problem(conductor).mends[1].edit)]


def nobody_can(conductor: Scripted) -> None:
    """Let it be known that nothing summarizes, while something writes texts."""
    writer = Candidate(name="controller:gpt", model="gpt", endpoint="controller", place="llm")
    conductor.tell(
        ev.CandidatesFound(task="summarization", candidates=()),
        ev.CandidatesFound(task="text-generation", candidates=(writer,)),
        ev.ModelChosen(uid="t1", assignment=None),
    )
    conductor.gate()


def conductor_problem(conductor: Scripted) -> Problem:
    """The problem of the plan as it stands."""
    return problems(conductor.run.plan, conductor.run.facts)[0]


def test_where_what_stood_in_failed_too_all_that_was_tried_is_told_and_nothing_ran_in_place() -> None:
    conductor = Scripted()
    conductor.propose(PLAN, BARK, TTS)
    conductor.approve()
    view = View(run=conductor.run)
    names = [f"hub:acme/flux#{at}" for at in ("together", "nscale", "wavespeed")]
    for old, new, why in zip(names, names[1:], ("502.", "503."), strict=False):
        conductor.tell(
            ev.TaskStarted(uid="t1", candidate=old),
            ev.TaskSubstituted(uid="t1", candidate=new, in_place_of=old, failure=Failure.TRANSPORT, message=why),
        )
    assert "acme/flux at wavespeed runs in place of acme/flux at together: 502." in told(view)
    conductor.tell(ev.TaskStarted(uid="t1", candidate=names[2]))
    conductor.tell(ev.TaskFailed(uid="t1", failure=Failure.TRANSPORT, message="504."))
    every = "3 models tried, all failed: acme/flux at together (502); acme/flux at nscale (503); acme/flux at wavespeed"
    over = words(" ".join(text for line in attention(view, 80, 12) for text, _ in line))
    for text in (told(view), over):
        assert every in text
        assert "in place of" not in text
    conductor.tell(ev.TaskSkipped(uid="t1"))
    assert every in told(view)
    assert "in place of" not in told(view)


def told(view: View) -> str:
    return words(" ".join(one.text for one in story(view)))


def test_the_border_counts_what_still_leaves_and_when_it_is_over_what_was_sent_away() -> None:
    conductor = Scripted()
    conductor.propose(PLAN, BARK)
    conductor.approve()
    view = View(run=conductor.run)
    now = datetime.now(UTC)
    assert "input leaves this machine: 2 tasks" in plan_subtitle(view, 200, now)
    conductor.tell(ev.TaskDone(uid="t1", results=(), candidate=BARK.name, reused=True, kept_from="before"))
    assert "input leaves this machine: 1 task ·" in plan_subtitle(view, 200, now)
    conductor.tell(ev.TaskDone(uid="t2", results=(), candidate=BARK.name))
    assert "nothing leaves this machine" in plan_subtitle(view, 200, now)
    conductor.tell(ev.RunEnded(outcome=Outcome.ANSWERED, exit=0))
    assert "input was sent away: 1 task ·" in plan_subtitle(view, 200, now)


def test_what_leaves_at_a_gate_in_a_run_under_way_stands_whole_in_the_conversation() -> None:
    conductor = Scripted()
    conductor.propose(PLAN, BARK, TTS)
    conductor.approve()
    conductor.tell(ev.GateOpened(gate=Gate.MERGED, fingerprint="f" * 64, approvable=True))
    view = View()
    view.restart(conductor.run)
    assert len(view.leaves) > 1
    assert "1 shows all" in " ".join(text for line in attention(view, 40, 3) for text, _ in line)
    for line in (*view.leaves, view.spends):
        assert line in told(view)
