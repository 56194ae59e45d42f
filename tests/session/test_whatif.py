"""What-if on the real conductor: approved first, run on the same input, the winner goes on, the vote is kept."""

import asyncio
from pathlib import Path
from typing import Any

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.plan import Uid
from hgtui.core.policy import Match, Rule
from hgtui.core.ports import Call, Produced, Tell
from hgtui.core.resource import Kind
from hgtui.core.run import fold
from hgtui.core.states import Gate, TaskState
from hgtui.core.trials import Vote
from hgtui.session.artifacts import Artifacts
from hgtui.session.labelling import labels
from hgtui.session.replay import replay
from hgtui.session.results import ResultStore
from hgtui.session.votes import Votes
from tests.session.staging import CHAIN, FAR, ByHand, FakeWork, Models, Stage, model, plan, stage, task

ONE, TWO = "fake:one", "fake:two"


class Voices(FakeWork):
    """Says what it was given in the voice of the model; a model in `broken` fails, one in `late` waits."""

    def __init__(self) -> None:
        super().__init__()
        self.late: dict[str, asyncio.Event] = {}

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        (text,) = [one.text for one in (await super().run(call, work, tell))]
        name = call.assignment.candidate
        if name in self.late:
            await self.late[name].wait()
        return (Produced(kind=Kind.TEXT, media_type="text/plain", text=f"{name}: {text}", memory_mb=12.5),)


async def foreseen(run: Stage, uid: Uid, *names: str) -> ev.WhatIfForeseen:
    command = cmd.WhatIf(uid=uid, candidates=names, preview=True)
    return await run.after(command, kind=ev.WhatIfForeseen)


async def begun(run: Stage, uid: Uid, *names: str) -> ev.WhatIfForeseen:
    seen = await foreseen(run, uid, *names)
    await run.after(cmd.WhatIf(uid=uid, candidates=names, fingerprint=seen.fingerprint), kind=ev.WhatIfBegun)
    return seen


async def tried(run: Stage, uid: Uid, *names: str) -> ev.WhatIfForeseen:
    seen = await begun(run, uid, *names)
    await run.until(lambda: not run.run.trials[uid].open)
    return seen


def texts(run: Stage, uid: Uid) -> list[str]:
    return [one.preview for one in run.run.status(uid).results]


async def test_at_the_gate_it_is_told_and_approved_first_and_the_winner_runs_no_second_time(tmp_path: Path) -> None:
    votes: list[Vote] = []

    async def keep(vote: Vote) -> None:
        votes.append(vote)

    work = Voices()
    artifacts = Artifacts(tmp_path)
    results = ResultStore(tmp_path, artifacts)
    try:
        async with stage(tmp_path, ByHand(CHAIN), work=work, results=results, votes=keep) as run:
            first = await run.gate()
            seen = await foreseen(run, "t1", ONE, TWO)
            assert work.calls == []
            assert [one.assignment.candidate for one in seen.ahead] == [ONE, TWO]
            unseen = await run.after(cmd.WhatIf(uid="t1", candidates=(ONE, TWO)), kind=ev.Refused)
            assert "What was approved" in unseen.message
            assert work.calls == []
            await tried(run, "t1", ONE, TWO)
            rows = run.run.trials["t1"].tried
            assert [call.assignment.candidate for call in work.calls] == [ONE, TWO]
            assert [rows[name].results[0].preview for name in (ONE, TWO)] == [f"{ONE}: SOME TEXT", f"{TWO}: SOME TEXT"]
            assert all(one.memory_mb == 12.5 and one.seconds is not None for one in rows.values())
            assert run.run.state("t1") is TaskState.WAITING
            assert run.run.gate is not None
            assert run.run.gate.fingerprint == first.fingerprint
            assert run.run.gate.reuses == ("t1",), "the one that was planned needs no call any more"
            opened = await run.after(cmd.TakeWinner(uid="t1", candidate=TWO), kind=ev.GateOpened)
            assert opened.fingerprint != first.fingerprint
            assert run.run.draft.assignments["t1"].candidate == TWO
            assert run.run.draft.assignments["t1"].chosen_by == "person"
            await run.until(lambda: votes)
            run.approve()
            assert (await run.end()).exit == 0
            assert texts(run, "t1") == [f"{TWO}: SOME TEXT"]
            assert run.run.state("t1") is TaskState.REUSED
            assert [call.task.uid for call in work.calls] == ["t1", "t1", "t2"]
            assert votes == [Vote(task="summarization", winner=TWO, candidates=(ONE, TWO))]
            label = labels(await run.entries())[-1]
            assert (label["label"], label["winner"]) == ("what_if", TWO)
            assert [one["memory_mb"] for one in label["tried"]] == [12.5, 12.5]
            again = await replay(await run.entries(), artifacts)
            assert again.differences == ()
    finally:
        await results.aclose()
        await artifacts.aclose()


async def test_what_is_done_takes_the_winners_result_and_what_has_read_it_runs_again(tmp_path: Path) -> None:
    work = Voices()
    work.fails = ["t3"]
    three = plan(task("t1"), task("t2", "", "t1"), task("t3", "other"))
    async with stage(tmp_path, ByHand(three), work=work) as run:
        await run.gate()
        run.approve()
        await run.state("t3", TaskState.FAILED)
        await run.state("t2", TaskState.DONE)
        seen = await tried(run, "t1", ONE, TWO)
        assert seen.reruns == ("t2",)
        assert [one.kept for one in seen.ahead] == [True, False]
        calls = [call.assignment.candidate for call in work.calls if call.task.uid == "t1"]
        assert calls == [ONE, TWO]  # the first ran for the task itself
        await run.after(cmd.TakeWinner(uid="t1", candidate=TWO), kind=ev.ApprovalCarried)
        await run.until(lambda: texts(run, "t2") == [f"{ONE}: {TWO.upper()}: SOME TEXT"])
        assert texts(run, "t1") == [f"{TWO}: SOME TEXT"]
        assert run.run.draft.assignments["t1"].candidate == TWO
        for command, name in ((cmd.Undo(), ONE), (cmd.Redo(), TWO), (cmd.Undo(), ONE)):
            await run.after(command, kind=ev.ApprovalCarried)
            words = f"{ONE}: {name.upper()}: SOME TEXT"
            await run.until(lambda words=words: texts(run, "t2") == [words])
            assert (texts(run, "t1"), run.run.draft.assignments["t1"].candidate) == ([f"{name}: SOME TEXT"], name)
        assert [call.assignment.candidate for call in work.calls if call.task.uid == "t1"] == calls
        await run.after(cmd.Supply(uid="t1", text="mine"), kind=ev.TaskReset)
        await run.until(lambda: texts(run, "t2") == [f"{ONE}: MINE"])
        refused = await run.after(cmd.Redo(), kind=ev.Refused)
        assert "another result since its what-if" in refused.message
        await run.after(cmd.SkipTask(uid="t3"), kind=ev.TaskSkipped)
        assert (await run.end()).exit == 0
        again = await replay(await run.entries(), run.equipment.artifacts)
    assert again.differences == ()


async def test_what_leaves_is_part_of_what_is_approved_and_rules_hold(tmp_path: Path) -> None:
    deny = Rule(match=Match(provider="far-away"), effect="deny", scope="run")
    models = (Models(model("one"), model("two"), FAR, model("gone", missing="pip install it")),)
    async with stage(tmp_path, models=models) as run:
        await run.gate()
        seen = await foreseen(run, "t1", ONE, FAR.name)
        assert [one.leaves for one in seen.ahead] == [
            (),
            ("the text given to 1 → far-away through far.example (1 task)",),
        ]
        other = await foreseen(run, "t1", ONE, TWO)
        assert other.fingerprint != seen.fingerprint

        async def no(*names: str, uid: Uid = "t1") -> str:
            told = await run.after(cmd.WhatIf(uid=uid, candidates=names, preview=True), kind=ev.Refused)
            return f"{told.message} {told.hint}"

        assert "2 or 3 candidates, not 1" in await no(ONE, ONE)
        assert "pip install it" in await no(ONE, "fake:gone")
        assert "is no candidate" in await no(ONE, "fake:\x1bnobody")
        assert "waits for the result of 1" in await no(ONE, TWO, uid="t2")
        assert "no such task" in await no(ONE, TWO, uid="t9")
        await run.after(cmd.AddRule(rule=deny), kind=ev.RuleAdded)
        assert "A rule denies" in await no(ONE, FAR.name)
        assert run.work.calls == []


async def test_one_that_fails_is_told_and_cannot_win_and_what_still_runs_is_stopped(tmp_path: Path) -> None:
    work: Any = Voices()
    work.late[TWO] = asyncio.Event()
    work.fails = ["t1"]
    votes: list[Vote] = []

    async def keep(vote: Vote) -> None:
        votes.append(vote)

    async with stage(tmp_path, work=work, votes=keep) as run:
        await run.gate()
        await begun(run, "t1", ONE, TWO)
        await run.until(lambda: ONE in run.run.trials["t1"].tried)
        failed = run.run.trials["t1"].tried[ONE]
        assert (failed.failure, failed.message) == ("bad_input", "It cannot be read.")
        lost = await run.after(cmd.TakeWinner(uid="t1", candidate=ONE), kind=ev.Refused)
        assert "gave no result" in lost.message
        twice = await run.after(cmd.WhatIf(uid="t1", candidates=(ONE, TWO), preview=True), kind=ev.WhatIfForeseen)
        busy = await run.after(
            cmd.WhatIf(uid="t1", candidates=(ONE, TWO), fingerprint=twice.fingerprint), kind=ev.Refused
        )
        assert "at work already" in busy.message
        voted = await run.after(cmd.TakeWinner(uid="t1"), kind=ev.WhatIfVoted)
        assert voted.winner == ""
        assert run.run.trials["t1"].tried[TWO].broken_off
        assert votes == [Vote(task="summarization", winner="", candidates=(), failed=(ONE,))]
        assert run.run.gate
        over = await run.after(cmd.TakeWinner(uid="t1"), kind=ev.Refused)
        assert "no what-if" in over.message


async def test_a_what_if_of_a_process_that_died_is_shown_as_broken_off_and_can_be_decided(tmp_path: Path) -> None:
    work: Any = Voices()
    work.late[TWO] = asyncio.Event()
    async with stage(tmp_path, work=work) as run:
        await run.gate()
        await begun(run, "t1", ONE, TWO)
        await run.until(lambda: ONE in run.run.trials["t1"].tried)
        left = await run.entries()
    other = tmp_path / "other"
    other.mkdir()
    async with stage(other, run=fold(left), artifacts=run.equipment.artifacts) as again:
        await again.until(lambda: not again.run.trials["t1"].open)
        assert again.run.trials["t1"].tried[TWO].message == "It was broken off when hgtui ended."
        await again.after(cmd.TakeWinner(uid="t1", candidate=ONE), kind=ev.WhatIfVoted)
        assert again.run.trials["t1"].winner == ONE


async def test_votes_are_counted_over_all_runs_and_a_damaged_line_is_none(tmp_path: Path) -> None:
    told: list[str] = []
    votes = Votes(tmp_path, told.append)
    assert await votes.tally("summarization", [ONE]) == {}
    await votes.keep(Vote(task="summarization", winner=ONE, candidates=(ONE, TWO)))
    with (tmp_path / "votes.jsonl").open("a") as file:
        file.write('{"task": "summ')
    await votes.keep(Vote(task="summarization", winner=TWO, candidates=(ONE, TWO)))
    await votes.keep(Vote(task="translation", winner=ONE, candidates=(ONE, TWO)))
    await votes.keep(Vote(task="summarization", winner=ONE, candidates=(ONE,), failed=(TWO,)))
    await votes.keep(Vote(task="summarization", winner="", candidates=(), failed=(TWO,)))
    tally = await Votes(tmp_path, told.append).tally("summarization", [ONE, TWO, "x"])
    assert tally == {ONE: (1, 2, 0), TWO: (1, 2, 2)}  # what failed has lost nothing, and who was alone has won nothing
    assert (tmp_path / "votes.jsonl").stat().st_mode & 0o777 == 0o600
    (tmp_path / "file").touch()
    await Votes(tmp_path / "file", told.append).keep(Vote(task="translation", winner=ONE, candidates=(ONE,)))
    assert len(told) == 1
    alone = Votes(None, told.append)
    await alone.keep(Vote(task="t", winner=ONE, candidates=(ONE, TWO)))
    assert await alone.tally("t", [ONE]) == {ONE: (1, 1, 0)}


async def test_the_run_waits_for_a_what_if_at_work_and_for_its_winner(tmp_path: Path) -> None:
    work: Any = Voices()
    work.late[TWO] = asyncio.Event()
    async with stage(tmp_path, ByHand(plan(task("t1"))), work=work) as run:
        await run.gate()
        await begun(run, "t1", ONE, TWO)
        run.approve()
        await run.state("t1", TaskState.DONE)
        work.late[TWO].set()
        await run.until(lambda: run.run.gate is not None and run.run.gate.gate is Gate.TASK)
        assert (run.run.ended, run.run.trials["t1"].open) == (False, ())
        run.conductor.send(cmd.TakeWinner(uid="t1", candidate=TWO))
        assert (await run.end()).exit == 0
        assert texts(run, "t1") == [f"{TWO}: SOME TEXT"]
        again = await replay(await run.entries(), run.equipment.artifacts)
    assert again.differences == ()


async def test_a_what_if_that_holds_the_run_up_is_given_up_or_the_answer_asked_for_without_it(tmp_path: Path) -> None:
    for command, words in (
        (cmd.TakeWinner(uid="t1"), "It was stopped."),
        (cmd.Finish(), "the answer was asked for"),
        (cmd.Stop(), "with the run"),
    ):
        work: Any = Voices()
        work.late[TWO] = asyncio.Event()
        async with stage(tmp_path / command.command, ByHand(plan(task("t1"))), work=work) as run:
            await run.gate()
            await begun(run, "t1", ONE, TWO)
            run.approve()
            await run.state("t1", TaskState.DONE)
            await run.until(lambda run=run: ONE in run.run.trials["t1"].tried)
            run.conductor.send(command)
            await run.end()
            assert words in run.run.trials["t1"].tried[TWO].message
            again = await replay(await run.entries(), run.equipment.artifacts)
        assert again.differences == ()


async def test_a_what_if_that_is_not_decided_does_not_keep_the_answer_from_who_asks_for_it(tmp_path: Path) -> None:
    async with stage(tmp_path, ByHand(plan(task("t1"))), work=Voices()) as run:
        await run.gate()
        await tried(run, "t1", ONE, TWO)
        run.approve()
        await run.until(lambda: run.run.gate is not None and run.run.gate.gate is Gate.TASK)
        run.conductor.send(cmd.Finish())
        assert (await run.end()).exit == 0
        again = await replay(await run.entries(), run.equipment.artifacts)
    assert again.differences == ()


ASKS = Rule(match=Match(task="summarization"), effect="ask", scope="run")
HUB = (Models(model("one"), FAR),)


async def test_a_task_that_asks_takes_what_the_winner_gave_and_neither_it_nor_the_gate_asks_again(
    tmp_path: Path,
) -> None:
    work = Voices()
    async with stage(tmp_path, ByHand(plan(task("t1"), task("t2", "other"))), work=work, models=HUB) as run:
        await run.gate()
        await run.after(cmd.AddRule(rule=ASKS), kind=ev.GateOpened)
        run.approve()
        await run.state("t2", TaskState.ASKING)
        for uid, winner in (("t1", FAR.name), ("t2", ONE)):  # another than was planned, and the one that was planned
            await tried(run, uid, ONE, FAR.name)
            assert run.run.state(uid) is TaskState.ASKING
            run.send(cmd.TakeWinner(uid=uid, candidate=winner))
            await run.until(lambda uid=uid: run.run.state(uid) in {TaskState.DONE, TaskState.REUSED})
        assert (await run.end()).exit == 0
        assert texts(run, "t1") == [f"{FAR.name}: SOME TEXT"]
        assert texts(run, "t2") == [f"{ONE}: OTHER"]
        assert len(work.calls) == 4, "nothing runs but the what-ifs"
        assert all(one.sent for one in run.run.trials.values())
        again = await replay(await run.entries(), run.equipment.artifacts)
    assert again.differences == ()


async def test_what_else_goes_beyond_what_was_approved_is_not_let_through_by_a_winner(tmp_path: Path) -> None:
    work = Voices()
    async with stage(tmp_path, ByHand(plan(task("t1"), task("t2", "other"))), work=work, models=HUB) as run:
        await run.gate()
        await run.after(cmd.AddRule(rule=ASKS), kind=ev.GateOpened)
        run.approve()
        await run.state("t2", TaskState.ASKING)
        await tried(run, "t1", ONE, FAR.name)
        await run.after(cmd.ChooseModel(uid="t2", candidate=FAR.name), kind=ev.GateOpened)
        opened = await run.after(cmd.TakeWinner(uid="t1", candidate=FAR.name), kind=ev.GateOpened)
        assert opened.leaves == ("the text given to 2 → far-away through far.example (1 task)",)
        await run.state("t1", TaskState.DONE)
        assert run.run.state("t2") is TaskState.ASKING
        run.send(cmd.Stop())
        await run.end()


async def test_the_gate_says_no_more_what_a_what_if_has_sent_and_spent(tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path)
    results = ResultStore(tmp_path, artifacts)
    work = Voices()
    models = (Models(FAR, model("one")),)
    try:
        async with stage(tmp_path, ByHand(plan(task("t1"))), work=work, results=results, models=models) as run:
            await run.gate()
            chosen = await run.after(cmd.ChooseModel(uid="t1", candidate=FAR.name), kind=ev.GateOpened)
            assert chosen.leaves
            ruled = await run.after(cmd.AddRule(rule=ASKS), kind=ev.GateOpened)
            assert ruled.leaves
            await tried(run, "t1", FAR.name, ONE)
            left = run.run.gate
            assert left is not None
            assert (left.leaves, left.reuses, left.fingerprint) == ((), ("t1",), ruled.fingerprint)
            seen = await tried(run, "t1", FAR.name, ONE)
            assert all(one.kept for one in seen.ahead)
            won = await run.after(cmd.TakeWinner(uid="t1", candidate=FAR.name), kind=ev.GateOpened)
            assert (won.leaves, won.reuses) == ((), ("t1",))
            run.approve()
            assert (await run.end()).exit == 0
            assert run.run.state("t1") is TaskState.REUSED
            assert len(work.calls) == 2
            assert run.run.trials["t1"].sent, "the first of the two what-ifs has sent it"
            assert not run.all(ev.TaskAsking)
            again = await replay(await run.entries(), artifacts)
        assert again.differences == ()
    finally:
        await results.aclose()
        await artifacts.aclose()
