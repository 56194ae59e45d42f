"""Every fault of a server at every stage of a run: what the person is told, how the run goes on, and that nothing is lost."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.model import Candidate
from hgtui.core.states import PASSING, Failure, Gate, Outcome, TaskState
from hgtui.core.states import Stage as RunStage
from hgtui.llm.values import Timeouts
from tests.servers import wire
from tests.servers.chat import ChatServer, Status, closed_port_url
from tests.servers.replies import Answer, Body, Drip, Events, Hang, Reply, Reset, Truncated
from tests.session.llm_stage import CHAIN, KEY, Script, asked, llm_stage, planned, row
from tests.session.staging import Models, Stage

HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
HALF = [wire.chunk("m", {"content": "half "}), wire.chunk("m", {"content": "a reply"})]
BRIEF = Timeouts(connect=5, silence=0.1, total=0.25)
"""Short, for the servers that never answer: the call ends when the time is over."""
YES = {"approve_by": "--yes", "attended": False}


@dataclass(frozen=True)
class Fault:
    """`sentence` is part of what the person reads; `again` whether the same request is made a second time."""

    answer: Answer
    failure: Failure
    sentence: str
    again: bool = False
    brief: bool = False


NULLS = Body(b'{"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": null}')
FAULTS = {
    "reset": Fault(Reset(), Failure.TRANSPORT, "broke off the connection", again=True),
    "hang": Fault(Hang(), Failure.TIMEOUT, "said nothing for 0.1 s", brief=True),
    "slow drip": Fault(Drip(0.02), Failure.TIMEOUT, "did not finish within 0.25 s", brief=True),
    "401": Fault(Status(401, f"Incorrect API key provided: {KEY}."), Failure.ACCESS, "refused the key"),
    "402": Fault(Status(402, "pay"), Failure.CREDITS, "The credits at"),
    "403": Fault(Status(403, "no right"), Failure.ACCESS, "does not allow this"),
    "404": Fault(Status(404, "The model `x` does not exist"), Failure.NO_MODEL, "does not have the model"),
    "422": Fault(Status(422, body={"detail": [{"msg": "wrong"}]}), Failure.BAD_INPUT, "did not take the request (422)"),
    "429": Fault(Status(429, "slow", headers={"retry-after": "7"}), Failure.QUOTA, "limits the requests", again=True),
    "500": Fault(Status(500, "boom"), Failure.CRASHED, "failed (500): boom", again=True),
    "502 in html": Fault(Status(502, body=HTML), Failure.TRANSPORT, "is not available (502)", again=True),
    "truncated body": Fault(Truncated(), Failure.TRANSPORT, "broke off the connection", again=True),
    "malformed json": Fault(Body(b'{"choices": [{'), Failure.UNREADABLE, "not the JSON of a chat completion"),
    "wrong shape": Fault(Body(b'{"answer": 42}'), Failure.UNREADABLE, "not a chat completion"),
    "choices null": Fault(NULLS, Failure.UNREADABLE, "not a chat completion"),
    "stops in the middle": Fault(Events(HALF, cut=True), Failure.TRANSPORT, "broke off the connection"),
    "ends in the middle": Fault(Events(HALF, done=False), Failure.TRANSPORT, "in the middle"),
    "empty stream": Fault(Events([]), Failure.EMPTY, "empty reply"),
}
each_fault = pytest.mark.parametrize("name", FAULTS)
TRIES = 2


def timeouts(fault: Fault) -> Timeouts | None:
    return BRIEF if fault.brief else None


def logged(run: Stage) -> str:
    return "\n".join(one.text for one in run.all(ev.Logged))


def tells_plainly(run: Stage, folder: Path) -> None:
    """Check all that was shown and kept: plain words, and the key nowhere."""
    shown = "\n".join(str(event) for event in run.heard)
    assert KEY not in shown
    assert not any(word in shown for word in ("Traceback", "<html", "A fault of hgtui", "httpx"))
    for path in folder.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


@each_fault
async def test_where_planning_fails_the_run_ends_and_says_why_in_one_sentence(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    async with (
        ChatServer(Script(planning=fault.answer)) as server,
        llm_stage(tmp_path, server.url, timeouts=timeouts(fault), tries=TRIES) as run,
    ):
        run.send(cmd.Submit(request="Sum up my letter"))
        ended = await run.end()
        (failed,) = run.all(ev.PlanningFailed)
        assert (ended.outcome, ended.exit) == (Outcome.FAILED, 1)
        assert ended.message == failed.message
        assert failed.failure is fault.failure
        assert fault.sentence in failed.message
        assert bool(failed.raw) == ("in the middle" in name)
        assert failed.message.endswith(".") and failed.hint.endswith((".", "?"))
        assert len(server.requests) == (TRIES if fault.again else 1)
        assert not run.all(ev.TaskDrafted) and not run.work.calls
        assert (await run.reopened()).planning_failed == failed
        tells_plainly(run, tmp_path)


@each_fault
async def test_where_the_selection_fails_the_ranking_stands_in_and_the_run_is_answered(
    name: str, tmp_path: Path
) -> None:
    fault = FAULTS[name]
    async with (
        ChatServer(Script(selection=fault.answer)) as server,
        llm_stage(tmp_path, server.url, timeouts=timeouts(fault), tries=TRIES, **YES) as run,
    ):
        run.send(cmd.Submit(request="Sum up my letter"))
        ended = await run.end()
        assert ended.exit == 0
        assert {one.chosen_by for one in run.run.draft.assignments.values()} == {"ranking"}
        assert run.states() == {"t1": "done", "t2": "done"}
        assert "The first of the ranking stands in" in logged(run)
        assert fault.sentence in logged(run)
        assert run.all(ev.Answered)[0].by == "test-model"
        tells_plainly(run, tmp_path)


BOTH = (row(1, "one"), row(2, "two", kind="translation"), row(3, "<GENERATED>-2", 2))


@each_fault
async def test_where_a_task_of_the_controller_fails_the_others_keep_their_results(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]

    def execution(request: object) -> Answer:
        return fault.answer if "translation" in request.system else Reply("A result.")  # type: ignore[attr-defined]

    async with (
        ChatServer(Script(planning=planned(*BOTH), execution=execution)) as server,
        llm_stage(tmp_path, server.url, timeouts=timeouts(fault), tries=TRIES, controller=True, **YES) as run,
    ):
        run.send(cmd.Submit(request="Sum up my letter"))
        ended = await run.end()
        assert run.states() == {"t1": "done", "t2": "failed", "t3": "blocked"}
        (failed,) = run.all(ev.TaskFailed)
        assert failed.failure is fault.failure
        assert fault.sentence in failed.message
        assert failed.hint.endswith((".", "?"))
        # The client asks again before a reply, the run where a reply broke off or never came: never both.
        sent = [one for one in asked(server, RunStage.EXECUTION) if "translation" in one.system]
        passing = fault.failure in PASSING
        assert (len(sent), failed.attempt) == ((TRIES, 1) if fault.again else (3, 3) if passing else (1, 1))
        assert (ended.outcome, ended.exit) == (Outcome.FAILED, 1)
        (answered,) = run.all(ev.Answered)
        assert answered.by == "test-model"
        assert (await run.reopened()).tasks["t1"].results[0].preview == "A result."
        tells_plainly(run, tmp_path)


@each_fault
async def test_where_the_answer_fails_the_programs_report_stands_in(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    async with (
        ChatServer(Script(response=fault.answer)) as server,
        llm_stage(tmp_path, server.url, timeouts=timeouts(fault), tries=TRIES, **YES) as run,
    ):
        run.send(cmd.Submit(request="Sum up my letter"))
        ended = await run.end()
        assert (ended.outcome, ended.exit) == (Outcome.DEGRADED, 0)
        (answered,) = run.all(ev.Answered)
        assert answered.by == "program"
        assert "SOME TEXT" in answered.text
        assert "The answer is the program's: " in logged(run)
        assert fault.sentence in logged(run)
        assert len(asked(server, RunStage.RESPONSE)) == (TRIES if fault.again else 1)
        assert run.states() == {"t1": "done", "t2": "done"}
        assert (await run.reopened()).answer == answered
        tells_plainly(run, tmp_path)


@each_fault
async def test_where_a_plain_reply_fails_the_run_says_why(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    async with (
        ChatServer(Script(planning=planned(), response=fault.answer)) as server,
        llm_stage(tmp_path, server.url, timeouts=timeouts(fault), tries=TRIES) as run,
    ):
        run.send(cmd.Submit(request="Hello"))
        ended = await run.end()
        assert (ended.outcome, ended.exit) == (Outcome.FAILED, 1)
        assert fault.sentence in ended.message
        assert fault.sentence in logged(run)
        tells_plainly(run, tmp_path)


@each_fault
async def test_where_a_revision_fails_the_plan_and_its_gate_stay(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    async with (
        ChatServer(Script(planning=[planned(*CHAIN), *[fault.answer] * TRIES * 2])) as server,
        llm_stage(tmp_path, server.url, timeouts=timeouts(fault), tries=TRIES) as run,
    ):
        opened = await run.gate()
        closed = await run.after(cmd.Comment(text="Shorter"), kind=ev.RevisionClosed)
        assert not closed.taken
        assert closed.message.endswith(".") and closed.hint.endswith((".", "?"))
        assert fault.sentence in closed.message
        assert run.run.gate == opened
        run.approve()
        assert (await run.end()).exit == 0
        tells_plainly(run, tmp_path)


async def test_a_server_that_is_not_there_ends_the_run_in_a_sentence(tmp_path: Path) -> None:
    async with llm_stage(tmp_path, closed_port_url()) as run:
        run.send(cmd.Submit(request="Sum up my letter"))
        ended = await run.end()
    assert (ended.exit, "cannot be reached" in ended.message) == (1, True)


class Leaving(Models):
    """A catalogue that stops the server when the plan is there: the next call finds nobody."""

    def __init__(self, server: ChatServer) -> None:
        super().__init__()
        self.planned, self._server = asyncio.Event(), server

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        await self.planned.wait()
        await self._server.__aexit__(None, None, None)
        return await super().candidates(task)


async def test_a_server_that_goes_away_before_the_selection_leaves_the_choice_to_the_ranking(tmp_path: Path) -> None:
    server = await ChatServer(Script()).__aenter__()
    models = Leaving(server)
    async with llm_stage(tmp_path, server.url, models=(models,), **YES) as run:
        run.conductor.listen(lambda entry, _: models.planned.set() if entry.event.type == "plan_proposed" else None)
        run.send(cmd.Submit(request="Sum up my letter"))
        ended = await run.end()
        assert (ended.outcome, ended.exit) == (Outcome.DEGRADED, 0)
        assert {one.chosen_by for one in run.run.draft.assignments.values()} == {"ranking"}
        assert logged(run).count("cannot be reached") >= 2  # the choice of models and the answer
        assert "SOME TEXT" in run.all(ev.Answered)[0].text


@pytest.mark.parametrize("controller", [True, False])
async def test_a_server_that_goes_away_at_the_gate_fails_its_own_tasks_and_the_program_answers(
    controller: bool, tmp_path: Path
) -> None:
    server = await ChatServer(Script(planning=planned(row(1, "one"), row(2, "two")))).__aenter__()
    async with llm_stage(tmp_path, server.url, controller=controller) as run:
        await run.gate()
        await server.__aexit__(None, None, None)
        run.approve()
        if controller:
            await run.until(lambda: run.run.gate is not None and run.run.gate.gate is Gate.TASK)
            assert all("cannot be reached" in one.message for one in run.all(ev.TaskFailed))
            run.send(cmd.Supply(uid="t1", text="By hand."), cmd.Finish())
        ended = await run.end()
        (answered,) = run.all(ev.Answered)
        assert answered.by == "program"
        assert ("By hand" if controller else "ONE") in answered.text
        assert ended.outcome is (Outcome.FAILED if controller else Outcome.DEGRADED)


async def test_a_task_that_failed_waits_for_a_person_and_is_run_again(tmp_path: Path) -> None:
    script = Script(execution=[Status(401, "no"), Reply("A result."), Reply("Another.")])
    async with ChatServer(script) as server, llm_stage(tmp_path, server.url, controller=True) as run:
        await run.gate()
        run.approve()
        await run.until(lambda: run.run.gate is not None and run.run.gate.gate is Gate.TASK)
        assert run.states() == {"t1": "failed", "t2": "blocked"}
        run.send(cmd.Retry(uid="t1"))
        ended = await run.end()
    assert (ended.exit, run.run.state("t2")) == (0, TaskState.DONE)
