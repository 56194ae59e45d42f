"""A run that is gone on with where an earlier process left it: from every event, and where something must not go on by itself."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hgtui.core import commands as cmd
from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Ref
from hgtui.core.ports import Answering, Call, CallError, Context, Drafted, Produced, Proposed, Step, Tell, Wrote
from hgtui.core.run import fold
from hgtui.core.states import Failure, Gate, Outcome, TaskState
from hgtui.session.conductor import Conductor
from hgtui.session.journal import Journal
from hgtui.session.locks import RunInUse, RunLock
from tests.inputs import draw_page
from tests.session.staging import SIDE_BY_SIDE, ByHand, FakeWork, Models, Stage, model, plan, stage, task

Entries = list[ev.Entry]
FIVE = plan(task("t1"), task("t2", "", "t1"), task("t3", "three"), task("t4", "four"), task("t5", "", "t4"))
LISTED = Models(model("one", licence="mit"), model("two", licence="mit"))
AFAR = Models(model("one", place="hub", provider="fal-ai", leaves=True))
EDIT = cmd.EditPlan(edit=ed.Set(uid="t2", name="text", value=["<GENERATED>-1", "and more"]))


class Trouble(FakeWork):
    """The task t4 fails for good, and t3 on the first of the two models."""

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        uid, candidate = call.task.uid, call.assignment.candidate
        if uid == "t4" or (uid, candidate) == ("t3", "fake:one"):
            self.calls.append(call)
            raise CallError(Failure.BAD_INPUT if uid == "t4" else Failure.NO_MODEL, "It is of no use.")
        return await super().run(call, work, tell)

    @property
    def called(self) -> list[str]:
        return [call.task.uid for call in self.calls]


async def left(folder: Path, entries: Entries, *, artifacts: Path | None = None) -> Path:
    """Make a data folder as a process leaves it that is killed behind these events."""
    async with Journal.open(folder) as journal:
        for entry in entries:
            await journal.append(entry.run, entry.event, entry.at)
    if artifacts is not None:
        await asyncio.to_thread(_copied, artifacts, folder / "artifacts")
    return folder


def _copied(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)


def until(entries: Entries, kind: type[ev.Event], **fields: Any) -> Entries:
    """Return the entries up to the first event of a kind with these fields."""
    at = next(
        place
        for place, entry in enumerate(entries)
        if isinstance(entry.event, kind) and all(getattr(entry.event, name) == value for name, value in fields.items())
    )
    return entries[: at + 1]


@asynccontextmanager
async def again(folder: Path, entries: Entries, planner: ByHand | None = None, **more: Any) -> AsyncIterator[Stage]:
    """Another process on a run of which these entries are in the journal."""
    async with stage(folder, planner, run=fold(entries), **more) as here:
        yield here


async def ran(folder: Path, planner: ByHand | None = None, **more: Any) -> Entries:
    """Run to the end, approving at the gate, and return what is in the journal."""
    async with stage(folder, planner, attended=False, **more) as here:
        await here.gate()
        here.approve()
        await here.end()
        return await here.entries()


def results(entries: Entries) -> dict[str, tuple[str, ...]]:
    run = fold(entries)
    return {uid: tuple(one.digest for one in status.results) for uid, status in run.tasks.items() if status.results}


def kinds(entries: Entries, kind: type[ev.Event]) -> int:
    return sum(isinstance(entry.event, kind) for entry in entries)


# From every event


async def recorded(folder: Path) -> Entries:
    """A run with an edit, a stand-in, a failure and what that blocks."""
    async with stage(folder, ByHand(FIVE), work=Trouble(), models=(LISTED,), attended=False) as here:
        await here.gate()
        await here.after(EDIT, kind=ev.GateOpened)
        here.approve()
        assert (await here.end()).exit == 1
        assert here.states() == {"t1": "done", "t2": "done", "t3": "done", "t4": "failed", "t5": "blocked"}
        assert here.run.tasks["t3"].stood_in
        return await here.entries()


async def to_the_end(here: Stage) -> None:
    """Resume, and do at its gates what was done in the recorded run."""
    here.send(cmd.Resume())
    await here.until(lambda: here.run.ended or here.all(ev.GateOpened))
    if here.run.gate and not here.run.undos:
        await here.after(EDIT, kind=ev.GateOpened)
    if here.run.gate:
        here.approve()
    await here.end()


async def test_from_every_event_of_a_run_on_it_comes_to_the_same_end_and_nothing_is_lost_or_done_twice(
    tmp_path: Path,
) -> None:
    entries = await recorded(tmp_path / "first")
    wanted, states = results(entries), {uid: one.state for uid, one in fold(entries).tasks.items()}
    assert len(wanted) == 3
    for count in range(1, len(entries)):
        before = entries[:count]
        folder = await left(tmp_path / str(count), before, artifacts=tmp_path / "first" / "artifacts")
        work = Trouble()
        async with again(folder, before, ByHand(FIVE), work=work, models=(LISTED,), attended=False) as here:
            await to_the_end(here)
            after = await here.entries()
        where = f"behind {count}: {before[-1].event.type}"
        assert after[:count] == before, where
        assert [entry.seq for entry in after] == list(range(1, len(after) + 1)), where
        assert results(after) == wanted, where
        assert {uid: one.state for uid, one in fold(after).tasks.items()} == states, where
        assert not set(work.called) & results(before).keys(), where
        assert kinds(after, ev.Answered) == kinds(after, ev.RunEnded) == kinds(after, ev.Resumed) == 1, where
        assert fold(after).exit == 1, where


async def test_a_run_that_dies_again_and_again_behind_each_event_comes_to_its_end(tmp_path: Path) -> None:
    entries: Entries = (await recorded(tmp_path / "first"))[:1]
    artifacts, lives, called = tmp_path / "first" / "artifacts", 0, []
    while not fold(entries).ended:
        lives += 1
        assert lives < 100
        folder = await left(tmp_path / str(lives), entries, artifacts=artifacts)
        work = Trouble()
        async with again(folder, entries, ByHand(FIVE), work=work, models=(LISTED,), attended=False) as here:
            await to_the_end(here)
            after = await here.entries()
        # It lives for its Resumed and as many events as it takes to see something new.
        new = next((n for n, one in enumerate(after[len(entries) :], 1) if _counts(one.event)), len(after))
        entries, artifacts = after[: len(entries) + new], folder / "artifacts"
        called = work.called
    assert lives > 5
    assert called == []
    assert fold(entries).tasks["t2"].state is TaskState.DONE


def _counts(event: ev.Event) -> bool:
    return isinstance(event, ev.PlanProposed | ev.PlanEdited | ev.Approved | ev.TaskDone | ev.TaskFailed | ev.RunEnded)


# Before anything was approved


async def test_a_gate_waits_again_with_the_same_fingerprint_and_the_same_task_selected(tmp_path: Path) -> None:
    async with stage(tmp_path) as first:
        opened = await first.gate()
        first.send(cmd.Mark(uid="t2"))
        await first.until(lambda: first.run.marked)
        entries = await first.entries()
    async with again(tmp_path, entries, models=(Models(model("another")),)) as here:
        assert here.run.marked == "t2"
        gate = await here.after(cmd.Resume(), kind=ev.GateOpened)
        assert gate == opened
        assert here.all(ev.CandidatesFound) == [], "those of the journal hold, so that the fingerprint does"
        here.approve()
        assert (await here.end()).outcome is Outcome.ANSWERED


async def test_a_task_that_is_not_in_the_plan_cannot_be_marked(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.gate()
        here.send(cmd.Mark(uid="t9"), cmd.Mark(uid="t1"), cmd.Mark(uid="t1"), cmd.Mark(uid=None))
        await here.until(lambda: len(here.all(ev.Marked)) == 2)
        assert [one.uid for one in here.all(ev.Marked)] == ["t1", None]


async def test_a_file_that_changed_while_nobody_looked_changes_the_fingerprint_and_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    page = tmp_path / "here" / "page.txt"
    page.write_text("before")
    reads = ByHand(plan(task("t1", args={"text": Input.text("page.txt")})))
    async with stage(tmp_path, reads) as first:
        opened = await first.gate()
        entries = await first.entries()
    page.write_text("behind its back")
    async with again(tmp_path, entries, approve_by="--yes") as here:
        gate = await here.after(cmd.Resume(), kind=ev.GateOpened)
        assert gate.fingerprint != opened.fingerprint
        assert "has changed since the gate opened" in here.all(ev.Logged)[-1].text
        assert here.work.calls == [], "--yes covers what was shown"


async def test_a_plan_that_was_brought_is_in_the_journal_from_the_first_event_on(tmp_path: Path) -> None:
    mine = plan(task("t7", "mine"), planner="")
    chosen = {"t7": Assignment(candidate="fake:two", chosen_by="person")}
    async with stage(tmp_path / "first") as first:
        await first.gate(request="", plan=mine, assignments=chosen, notes=("Something was left out.",))
        entries = await first.entries()
    for count in (1, kinds(until(entries, ev.PlanProposed), object)):  # type: ignore[arg-type]
        folder = await left(tmp_path / str(count), entries[:count])
        async with again(folder, entries[:count]) as here:
            await here.after(cmd.Resume(), kind=ev.GateOpened)
            assert here.run.plan.tasks == mine.tasks
            assert here.run.draft.assignments["t7"].candidate == "fake:two"
            assert here.run.notes == ("Something was left out.",)


async def test_a_path_that_was_typed_into_the_plan_is_allowed_though_it_had_not_been_looked_at(tmp_path: Path) -> None:
    far = draw_page(tmp_path / "far.png", "far away")
    (tmp_path / "first" / "here").mkdir(parents=True)
    draw_page(tmp_path / "first" / "here" / "near.png", "near")
    reads = ByHand(plan(task("t1", task="image-to-text", args={"image": Input.text("near.png")})))
    async with stage(tmp_path / "first", reads) as first:
        await first.gate()
        edit = ed.Set(uid="t1", name="image", value=str(far))
        await first.after(cmd.EditPlan(edit=edit), kind=ev.GateOpened)
        entries = until(await first.entries(), ev.PlanEdited)
    folder = await left(tmp_path / "second", entries)
    async with again(folder, entries) as here:
        gate = await here.after(cmd.Resume(), kind=ev.GateOpened)
        assert here.run.files[str(far)].usable
        assert gate.approvable


class Reviser(ByHand):
    """A planner that revises a plan by one more task."""

    async def plan(self, request: str, files: Any, context: Context | None = None) -> AsyncGenerator[Step, None]:
        assert isinstance(self.what, Plan)
        made = self.what
        if context is not None and context.comment:
            made = made.model_copy(update={"tasks": (*made.tasks, task("t8", "one more"))})
        for one in made:
            yield Drafted(task=one)
        yield Proposed(plan=made)


async def test_from_every_event_of_a_revision_on_it_is_let_go_open_or_taken_and_never_half(tmp_path: Path) -> None:
    async with stage(tmp_path / "first", Reviser()) as first:
        await first.gate()
        await first.after(cmd.Comment(text="one more"), kind=ev.RevisionProposed)
        await first.after(cmd.TakeRevision(), kind=ev.GateOpened)
        entries = await first.entries()
    begun = len(until(entries, ev.RevisionBegun))
    seen = []
    for count in range(begun, len(entries) + 1):
        folder = await left(tmp_path / str(count), entries[:count])
        async with again(folder, entries[:count], Reviser()) as here:
            await here.after(cmd.Resume(), kind=ev.GateOpened)
            open_, taken = here.run.revision is not None, len(here.run.plan.tasks) == 3
            assert not (open_ and taken)
            seen.append("open" if open_ else "taken" if taken else "let go")
            if not (open_ or taken):
                assert "broken off" in here.all(ev.RevisionClosed)[0].message
    assert list(dict.fromkeys(seen)) == ["let go", "open", "taken"]


# While it ran


@pytest.mark.parametrize(("listed", "asks"), [(LISTED, False), (AFAR, True)])
async def test_a_call_that_was_under_way_is_asked_about_where_it_may_have_cost_something(
    tmp_path: Path, listed: Models, asks: bool
) -> None:
    entries = until(await ran(tmp_path / "first", models=(listed,)), ev.TaskStarted, uid="t2")
    folder = await left(tmp_path / "second", entries, artifacts=tmp_path / "first" / "artifacts")
    async with again(folder, entries, models=(listed,)) as here:
        if not asks:
            here.send(cmd.Resume())
            await here.end()
            assert here.work.calls[0].task.uid == "t2"
            return
        gate = await here.after(cmd.Resume(), kind=ev.GateOpened)
        assert gate.gate is Gate.TASK
        assert here.states() == {"t1": "done", "t2": "asking"}
        assert "it was running on fake:one when hgtui ended" in here.run.tasks["t2"].why
        assert here.work.calls == []
        here.send(cmd.Allow(uid="t2"))
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert [call.task.uid for call in here.work.calls] == ["t2"]


async def test_what_is_asked_about_is_still_asked_about_by_the_process_after_the_next(tmp_path: Path) -> None:
    entries = until(await ran(tmp_path / "first", models=(AFAR,)), ev.TaskStarted, uid="t1")
    folder = await left(tmp_path / "second", entries)
    async with again(folder, entries, models=(AFAR,), attended=False) as second:
        await second.after(cmd.Resume(), kind=ev.GateOpened)
        entries = await second.entries()
    async with again(folder, entries, models=(AFAR,), attended=False) as third:
        gate = await third.after(cmd.Resume(), kind=ev.GateOpened)
        assert third.states()["t1"] == "asking"
        third.send(cmd.Approve(fingerprint=gate.fingerprint))
        assert (await third.end()).outcome is Outcome.ANSWERED


async def test_yes_lets_what_was_under_way_run_again_and_tries_again_what_failed(tmp_path: Path) -> None:
    tasks = ByHand(SIDE_BY_SIDE)
    work = FakeWork()
    work.fails = ["t1"]
    entries = await ran(tmp_path / "first", tasks, models=(AFAR,), work=work)
    cut = next(place for place, one in enumerate(entries) if isinstance(one.event, ev.TaskFailed)) + 1
    folder = await left(tmp_path / "second", entries[:cut], artifacts=tmp_path / "first" / "artifacts")
    async with again(folder, entries[:cut], tasks, models=(AFAR,), attended=False, approve_by="--yes") as here:
        here.send(cmd.Resume())
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert set(here.states().values()) == {"done"}


async def test_between_two_tries_no_call_is_under_way_and_nothing_is_asked(tmp_path: Path) -> None:
    async def at_once(_: float) -> None:
        return

    class Once(FakeWork):
        async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
            if not self.calls:
                self.calls.append(call)
                raise CallError(Failure.TRANSPORT, "The line dropped.")
            return await super().run(call, work, tell)

    alone = ByHand(plan(task("t1")))
    entries = await ran(tmp_path / "first", alone, models=(AFAR,), work=Once(), sleep=at_once)
    entries = until(entries, ev.TaskRetrying)
    folder = await left(tmp_path / "second", entries)
    async with again(folder, entries, alone, models=(AFAR,)) as here:
        here.send(cmd.Resume())
        assert (await here.end()).outcome is Outcome.ANSWERED


@pytest.mark.parametrize("how", ["missing", "changed", "cut off"])
async def test_a_result_that_is_not_whole_is_made_again_and_what_was_made_of_it_stays(tmp_path: Path, how: str) -> None:
    more = Input(parts=(Ref(uid="t1"), "and more"), many=True)
    three = ByHand(plan(task("t1"), task("t2", args={"text": more}), task("t3", "", "t1")))
    async with stage(tmp_path, three) as first:
        first.work.holding("t3")
        await first.gate()
        first.approve()
        await first.state("t2", TaskState.DONE)
        await first.began()
        entries = await first.entries()
        store = first.equipment.artifacts
        (digest,) = results(entries)["t1"]
        place = store.path(digest)
    match how:
        case "missing":
            place.unlink()
        case "changed":
            place.write_bytes(b"x" * place.stat().st_size)
        case _:
            place.write_bytes(place.read_bytes()[:3])
    async with again(tmp_path, entries, three) as here:
        here.send(cmd.Resume())
        assert (await here.end()).outcome is Outcome.ANSWERED
        assert [call.task.uid for call in here.work.calls] == ["t1", "t3"]
        assert any("task 1 is missing or damaged: it runs again" in one.text for one in here.all(ev.Logged))
        assert await here.equipment.artifacts.read(digest) == b"SOME TEXT"
        assert results(await here.entries())["t2"] == results(entries)["t2"]


async def test_what_changed_since_it_was_approved_is_not_run_by_resuming_not_even_with_yes(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    page = tmp_path / "here" / "page.txt"
    page.write_text("before")
    reads = ByHand(plan(task("t1"), task("t2", args={"text": Input.text("page.txt")}, after=("t1",))))
    async with stage(tmp_path, reads) as first:
        first.work.holding("t2")
        await first.gate()
        first.approve()
        await first.state("t2", TaskState.RUNNING)
        entries = await first.entries()
    page.write_text("after")
    async with again(tmp_path, entries, reads, attended=False, approve_by="--yes") as here:
        gate = await here.after(cmd.Resume(), kind=ev.GateOpened)
        assert here.states() == {"t1": "done", "t2": "asking"}
        assert "page.txt has changed since it was approved" in here.run.tasks["t2"].why
        here.send(cmd.Approve(fingerprint=gate.fingerprint))
        await here.until(lambda: here.run.ended or here.all(ev.Refused))
        assert [call.inputs["text"][0].text for call in here.work.calls] == ["after"]


async def test_a_failure_waits_again_and_what_a_person_skipped_or_stopped_stays_so(tmp_path: Path) -> None:
    four = ByHand(plan(task("t1"), task("t2", "two"), task("t3", "three"), task("t4", "four")))
    async with stage(tmp_path, four) as first:
        first.work.fails = ["t1", "t2"]
        first.work.holding("t3", "t4")
        await first.gate()
        first.approve()
        await first.state("t2", TaskState.FAILED)
        first.send(cmd.SkipTask(uid="t2"), cmd.Stop(uid="t3"))
        await first.state("t3", TaskState.CANCELLED)
        entries = await first.entries()
    async with again(tmp_path, entries, four) as here:
        await here.after(cmd.Resume(), kind=ev.GateOpened)
        assert here.states() == {"t1": "failed", "t2": "skipped", "t3": "cancelled", "t4": "done"}
        here.send(cmd.Retry(uid="t1"), cmd.Retry(uid="t3"))
        await here.end()
        assert here.states() == {"t1": "done", "t2": "skipped", "t3": "done", "t4": "done"}


async def test_who_leaves_stops_nothing_in_the_journal(tmp_path: Path) -> None:
    async with stage(tmp_path) as first:
        first.work.holding("t1")
        await first.gate()
        first.approve()
        await first.began()
    async with Journal.open(tmp_path) as journal:
        (row,) = await journal.runs()
        entries = await journal.entries(row.id)
    assert kinds(entries, ev.TaskCancelled) == 0
    assert first.work.stopped == ["t1"]
    assert fold(entries).state("t1") is TaskState.RUNNING


async def test_a_task_that_had_moved_to_a_stand_in_begins_with_what_was_chosen(tmp_path: Path) -> None:
    alone = ByHand(plan(task("t3", "three")))
    entries = await ran(tmp_path / "first", alone, models=(LISTED,), work=Trouble())
    entries = until(entries, ev.TaskStarted, candidate="fake:two")
    folder, work = await left(tmp_path / "second", entries), Trouble()
    async with again(folder, entries, alone, models=(LISTED,), work=work) as here:
        here.send(cmd.Resume())
        assert (await here.end()).outcome is Outcome.DEGRADED
        assert [call.assignment.candidate for call in work.calls] == ["fake:one", "fake:two"]


# The answer


class Teller:
    """A responder that counts how often it is asked."""

    name = "teller"

    def __init__(self) -> None:
        self.asked = 0

    async def respond(self, about: Answering) -> AsyncGenerator[Wrote, None]:
        self.asked += 1
        yield Wrote(text="It says SOME TEXT.", by="teller")


async def test_the_answer_is_written_once_and_its_end_is_that_of_the_run(tmp_path: Path) -> None:
    entries = await ran(tmp_path / "first", responder=Teller())
    for kind, asked in ((ev.TaskDone, 1), (ev.Answered, 0)):
        cut = max(place for place, one in enumerate(entries) if isinstance(one.event, kind)) + 1
        folder = await left(tmp_path / kind.__name__, entries[:cut], artifacts=tmp_path / "first" / "artifacts")
        teller = Teller()
        async with again(folder, entries[:cut], responder=teller) as here:
            here.send(cmd.Resume())
            ended = await here.end()
            assert ended == entries[-1].event
            assert teller.asked == asked
            assert kinds(await here.entries(), ev.Answered) == 1


async def test_how_an_answered_run_ended_is_kept_with_the_answer(tmp_path: Path) -> None:
    async with stage(tmp_path / "first") as first:
        first.work.holding("t2")
        await first.gate()
        first.approve()
        await first.state("t2", TaskState.RUNNING)
        first.send(cmd.Stop(exit=77))
        await first.end()
        entries = await first.entries()
    folder = await left(tmp_path / "second", entries[:-1])
    async with again(folder, entries[:-1]) as here:
        here.send(cmd.Resume())
        assert await here.end() == entries[-1].event
        assert (here.run.outcome, here.run.exit) == (Outcome.INTERRUPTED, 77)


async def test_results_go_to_no_other_llm_than_the_one_that_was_approved(tmp_path: Path) -> None:
    begun = partial(ran, responder=Teller(), controller="gpt at https://llm.example")
    entries = until(await begun(tmp_path / "first"), ev.TaskDone, uid="t2")
    folder = await left(tmp_path / "second", entries, artifacts=tmp_path / "first" / "artifacts")
    teller = Teller()
    async with again(folder, entries, responder=teller, controller="another at https://else.example") as here:
        here.send(cmd.Resume())
        await here.end()
        assert teller.asked == 0
        assert here.run.answer
        assert here.run.answer.by == "program"
        assert "another at https://else.example was not approved" in here.all(ev.Logged)[-1].text


async def test_a_task_for_the_controller_is_not_done_by_another_one(tmp_path: Path) -> None:
    chat = Models(Candidate(name="controller:gpt", model="gpt", endpoint="controller", place="llm", leaves=True))
    work = FakeWork()
    work.name = "controller"
    with_chat = {"models": (chat,), "endpoints": {"controller": work}, "controller": "gpt at https://llm.example"}
    entries = until(await ran(tmp_path / "first", **with_chat), ev.TaskDone, uid="t1")
    folder = await left(tmp_path / "second", entries, artifacts=tmp_path / "first" / "artifacts")
    async with again(folder, entries, controller="") as here:
        refused = await here.after(cmd.Resume(), kind=ev.Refused)
        assert "was approved for gpt at https://llm.example" in refused.message
        assert "--profile" in refused.hint
    async with again(folder, entries, **with_chat) as here:
        here.send(cmd.Resume())
        assert (await here.end()).outcome is Outcome.ANSWERED


async def test_what_was_to_go_through_one_router_of_the_hub_goes_through_no_other(tmp_path: Path) -> None:
    there = Models(
        Candidate(
            name="hub:a/one#x", model="a/one", endpoint="hub", provider="x", place="hub", leaves=True, via="a.example"
        )
    )
    work = FakeWork()
    work.name = "hub"
    with_hub = {"models": (there,), "endpoints": {"hub": work}, "hub": "a.example"}
    whole = await ran(tmp_path / "first", **with_hub)
    gate = until(whole, ev.GateOpened)
    for number, entries in enumerate((gate, until(whole, ev.TaskDone, uid="t1"))):
        folder = await left(tmp_path / f"again{number}", entries, artifacts=tmp_path / "first" / "artifacts")
        async with again(folder, entries, **with_hub | {"hub": "b.example"}) as here:
            refused = await here.after(cmd.Resume(), kind=ev.Refused)
            assert "was to go through a.example, and the router of the Hub is b.example now" in refused.message
            assert "HGTUI_ROUTER_URL" in refused.hint
            assert "--profile" in refused.hint
            assert here.all(ev.TaskStarted) == []
    async with again(tmp_path / "again0", gate, **with_hub | {"hub": "b.example"}) as here:
        shown = here.run.gate
        assert shown is not None
        refused = await here.after(cmd.Approve(fingerprint=shown.fingerprint), kind=ev.Refused)
        assert "a.example" in refused.message
        assert here.run.grant is None
    async with again(tmp_path / "again0", gate, **with_hub) as here:
        here.send(cmd.Approve(fingerprint=shown.fingerprint))
        assert (await here.end()).outcome is Outcome.ANSWERED


async def test_a_run_of_an_hgtui_that_did_not_note_where_the_hub_was_goes_on(tmp_path: Path) -> None:
    there = Models(Candidate(name="hub:a/one#x", model="a/one", endpoint="hub", provider="x", place="hub", leaves=True))
    work = FakeWork()
    work.name = "hub"
    with_hub = {"models": (there,), "endpoints": {"hub": work}}
    entries = until(await ran(tmp_path / "first", **with_hub), ev.TaskDone, uid="t1")
    folder = await left(tmp_path / "second", entries, artifacts=tmp_path / "first" / "artifacts")
    async with again(folder, entries, **with_hub, hub="b.example") as here:
        here.send(cmd.Resume())
        assert (await here.end()).outcome is Outcome.ANSWERED


# What is refused


async def test_a_run_that_has_ended_and_one_that_goes_on_are_not_resumed(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        assert "no run" in (await here.after(cmd.Resume(), kind=ev.Refused)).message
        await here.gate()
        assert "goes on already" in (await here.after(cmd.Resume(), kind=ev.Refused)).message
        here.approve()
        await here.end()
        assert "has ended" in (await here.after(cmd.Resume(), kind=ev.Refused)).message


async def test_a_run_is_held_from_its_first_event_to_its_end(tmp_path: Path) -> None:
    def take(run: str) -> RunLock | None:
        return RunLock.take(tmp_path, run)

    async with stage(tmp_path, lock=take) as first:
        await first.gate()
        with pytest.raises(RunInUse):
            Conductor(first.equipment, await first.reopened())
        name, entries = first.run.id, await first.entries()
    lock = take(name)
    assert lock, "who leaves gives it free"
    async with stage(tmp_path, run=fold(entries), held=lock) as second:
        second.approve()
        await second.end()
        free = take(name)
        assert free, "and so does the end of the run"
        free.release()


async def test_what_is_sent_right_behind_resume_finds_the_gate_open_again(tmp_path: Path) -> None:
    before = until(await ran(tmp_path / "first"), ev.GateOpened)
    folder = await left(tmp_path / "again", before)
    async with again(folder, before) as here:
        here.send(cmd.Resume(), cmd.Resume())
        here.approve()
        assert (await here.end()).exit == 0
        told = [type(one) for one in here.heard if isinstance(one, ev.Resumed | ev.GateOpened | ev.Approved)]
        assert told == [ev.Resumed, ev.GateOpened, ev.Approved]
        assert [one.message for one in here.all(ev.Refused)] == ["The run goes on already."]
