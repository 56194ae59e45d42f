"""What-if in the workbench, on the real conductor and the real wire: approved by a key press, side by side, the winner goes on."""

from pathlib import Path

from textual.pilot import Pilot

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.resource import Kind, Resource
from hgtui.core.run import Run
from hgtui.core.states import Failure, Gate, TaskState
from hgtui.core.trials import Ahead, Tally, Tried
from hgtui.ui.attention import attention
from hgtui.ui.may import why_not
from hgtui.ui.phases import phase_line
from hgtui.ui.screens.whatif import WhatIfScreen
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.view import View
from hgtui.ui.whatif import begin_with, choice_row
from tests.servers.chat import Reply
from tests.ui.bench import notice, screen_text, settle, until, workbench
from tests.ui.scripted import Scripted, candidate, chain, hub_candidate
from tests.ui.talk import Controller, plan, row
from tests.ui.test_drawing import EVIL
from tests.ui.test_llm import finished, talking
from tests.ui.test_whole import ask, run

NOTES = "Bees wake in spring. They fly from flower to flower. A queen leads the hive. Winter is long for bees."


def the_run(pilot: Pilot[None]) -> Run:
    """The run behind the screen that is shown."""
    return next(one.view.run for one in pilot.app.screen_stack if isinstance(one, Workbench))


def squeezed(pilot: Pilot[None]) -> str:
    """What stands on the screen, without what parts its columns."""
    return " ".join(screen_text(pilot).replace("│", " ").split())


def foreseen(pilot: Pilot[None]) -> ev.WhatIfForeseen | None:
    screen = pilot.app.screen
    return screen.foreseen if isinstance(screen, WhatIfScreen) else None


def of(screen: Workbench, uid: str) -> View:
    screen.view.chosen = uid
    return screen.view


async def test_two_models_are_run_on_the_same_input_once_that_is_approved_and_the_winner_goes_on(
    tmp_path: Path,
) -> None:
    script = Controller(plan(row(0, NOTES, "summarization")), answers=[Reply("Bees in short, by an LLM.")])
    async with talking(tmp_path, script, (80, 24)) as (pilot, server):
        await ask(pilot, "Sum it up")
        asked = len(server.requests)
        before = run(pilot).gate
        assert before
        await pilot.press("w")
        await until(pilot, lambda: foreseen(pilot))
        await settle(pilot)
        text = screen_text(pilot)
        assert "What if: task 0 summarization" in text
        assert "Nothing has run. a approves this and runs it:" in text
        assert "lexrank" in text
        assert "test-model" in text
        await pilot.press("space")
        await until(pilot, lambda: "Choose 2 or 3" in screen_text(pilot))
        await pilot.press("a")
        assert the_run(pilot).trials == {}
        await pilot.press("space")
        await until(pilot, lambda: foreseen(pilot))
        assert len(server.requests) == asked
        await pilot.press("a")
        await until(pilot, lambda: (trials := the_run(pilot).trials) and len(trials["t1"].tried) == 2)
        await settle(pilot)
        assert len(server.requests) == asked + 1
        await until(pilot, lambda: "Bees in short, by an LLM." in squeezed(pilot) and "memory" in screen_text(pilot))
        names = the_run(pilot).trials["t1"].names
        here = names.index("controller:test-model")
        await pilot.press(*["right"] * here, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Workbench) and run(pilot).gate)
        await settle(pilot)
        assert run(pilot).draft.assignments["t1"].candidate == "controller:test-model"
        after = run(pilot).gate
        assert after
        assert after.fingerprint != before.fingerprint
        assert run(pilot).grant is None
        await until(pilot, lambda: "won 1 of 1 here" in screen_text(pilot))
        await pilot.press("a")
        assert (await finished(pilot)).state("t1") is TaskState.REUSED
        assert [one.preview for one in run(pilot).status("t1").results] == ["Bees in short, by an LLM."]


def test_it_begins_with_models_against_which_nothing_speaks_and_says_of_the_others_what_does() -> None:
    chosen, deaf = candidate("one"), candidate("two", languages=("ja",))
    gated, fine = hub_candidate("acme/gated", gated="auto"), hub_candidate("acme/fine")
    task = Task(uid="t1", id=0, task="text-to-speech", args={"text": Input.text("Hi"), "language": Input.text("fr")})
    conductor = Scripted()
    conductor.propose(Plan(request="go", planner="rules", tasks=(task,)), chosen)
    view = View(run=conductor.run, order="name")

    def begins(*candidates: Candidate) -> list[str]:
        conductor.tell(ev.CandidatesFound(task=task.task, candidates=candidates))
        return [one.name for one in begin_with(view, task)]

    assert begins(chosen, deaf, gated, fine) == [chosen.name, fine.name]
    assert begins(chosen, deaf, gated) == [chosen.name]
    assert "does not speak fr" in "".join(text for text, _ in choice_row(view, task, deaf, False, 80))
    view.votes[task.task, deaf.name] = Tally(1, 2, 3)
    assert "won 1 of 2, failed 3× here" in "".join(text for text, _ in choice_row(view, task, deaf, False, 120))


async def test_what_came_of_it_is_hostile_text_and_is_left_and_given_up() -> None:
    one, two = candidate(), candidate("textrank")
    async with workbench(chain(), (120, 36), one, two) as (pilot, conductor):
        screen = pilot.app.screen
        assert isinstance(screen, Workbench)
        assert "the whole input" in why_not("what_if", of(screen, "t3"))
        of(screen, "t1")
        await pilot.press("w")
        await until(pilot, lambda: conductor.commands)
        preview = conductor.commands.pop()
        assert preview == cmd.WhatIf(uid="t1", candidates=(one.name, two.name), preview=True)
        conductor.tell(ev.Refused(command="what_if", message=EVIL))
        await settle(pilot)
        assert "\x1b" not in screen_text(pilot)
        ahead = tuple(
            Ahead(assignment=Assignment.of(each, "person", ""), leaves=(EVIL,), spends=EVIL) for each in (one, two)
        )
        conductor.tell(ev.WhatIfForeseen(uid="t1", fingerprint="f" * 64, ahead=ahead, reruns=("t3",)))
        await until(pilot, lambda: "runs again: 2" in screen_text(pilot))
        await pilot.press("a")
        assert conductor.commands.pop() == cmd.WhatIf(uid="t1", candidates=(one.name, two.name), fingerprint="f" * 64)
        conductor.tell(ev.WhatIfBegun(uid="t1", fingerprint="f" * 64, ahead=ahead))
        failed = Tried(candidate=one.name, failure=Failure.CRASHED, message=EVIL, hint=EVIL)
        conductor.tell(ev.WhatIfTried(uid="t1", tried=failed))
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "It gave no result." in screen_text(pilot) and "✗ failed" in screen_text(pilot))
        assert "\x1b" not in screen_text(pilot)
        await pilot.press("escape")
        await settle(pilot)
        conductor.tell(ev.WhatIfTried(uid="t1", tried=failed.model_copy(update={"candidate": two.name})))
        await until(pilot, lambda: "w on it shows" in notice(pilot))
        await pilot.press("w")
        await until(pilot, lambda: isinstance(pilot.app.screen, WhatIfScreen) and pilot.app.screen.trial)
        await settle(pilot)
        await pilot.press("x")
        assert conductor.commands.pop() == cmd.TakeWinner(uid="t1")
        conductor.tell(ev.WhatIfVoted(uid="t1", task="summarization"))
        await until(pilot, lambda: isinstance(pilot.app.screen, Workbench))


def test_while_the_end_of_a_run_waits_for_a_what_if_the_screen_says_for_what() -> None:
    one, two = candidate("one"), candidate("two")
    conductor = Scripted()
    task = Task(uid="t1", id=3, task="summarization", args={"text": Input.text("Hi")})
    conductor.propose(Plan(request="go", planner="rules", tasks=(task,)), one)
    conductor.approve()
    view = View(run=conductor.run)

    def told() -> tuple[str, str]:
        over = " ".join(text for line in attention(view, 80, 6) for text, _ in line)
        return over, "".join(text for text, _ in phase_line(view, 120))

    conductor.tell(ev.TaskDone(uid="t1", results=(), seconds=1.0))
    assert why_not("finish", view).startswith("Nothing has failed")
    ahead = tuple(Ahead(assignment=Assignment.of(each, "person", "")) for each in (one, two))
    conductor.tell(ev.WhatIfBegun(uid="t1", fingerprint="f" * 64, ahead=ahead))
    over, phases = told()
    assert "waits for the what-if of task 3" in over
    assert "what-if" in phases
    assert (view.waits, why_not("finish", view)) == (False, "")
    result = Resource(kind=Kind.TEXT, digest="d" * 64, media_type="text/plain", size=1)
    for each in (one, two):
        conductor.tell(ev.WhatIfTried(uid="t1", tried=Tried(candidate=each.name, results=(result,))))
    assert conductor.run.grant
    opened = ev.GateOpened(gate=Gate.TASK, approvable=True, fingerprint=conductor.run.grant.fingerprint)
    conductor.tell(opened)
    over, phases = told()
    assert "The what-if of task 3 waits for you" in over
    assert (view.waits, "your turn" in phases.lower()) == (True, True)
    conductor.tell(ev.WhatIfVoted(uid="t1", task="summarization"))
    assert told()[0] == ""
