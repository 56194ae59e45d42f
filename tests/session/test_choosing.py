"""Choosing any model: another provider, one that only the store has, one that a plan names, one that is pinned."""

import asyncio
from pathlib import Path

import pytest

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Task
from hgtui.core.ports import StoreError
from hgtui.core.problems import Code, problems
from hgtui.core.states import Failure, Outcome
from hgtui.selection.pins import Pins
from hgtui.session.board import Board
from hgtui.session.labelling import labels
from hgtui.session.looking import Lookups
from hgtui.session.replay import replay
from tests.session.staging import CHAIN, ByHand, Models, Stage, model, plan, stage, task

ONE = model("one", provider="here", providers=("there",))
FAR = model("far", provider="x")


class Shop:
    """A store of the models that the test names; counts what it is asked."""

    def __init__(self, *has: Candidate, error: StoreError | None = None) -> None:
        self.has, self.error, self.asked = has, error, list[tuple[str, str]]()

    async def find(self, task: str, name: str) -> Candidate | None:
        self.asked.append((task, name))
        if self.error:
            raise self.error
        return next((one for one in self.has if one.name == name), None)

    async def search(self, words: str, task: str = "", limit: int = 20) -> tuple[Candidate, ...]:
        return self.has

    async def card(self, name: str) -> str:
        return ""


class Only:
    """A catalogue of some task types; remembers which it was asked for."""

    def __init__(self, **has: Candidate) -> None:
        self.has, self.asked = {name.replace("_", "-"): one for name, one in has.items()}, list[str]()

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        self.asked.append(task)
        return (self.has[task],) if task in self.has else ()

    def help(self, task: str) -> str:
        return "" if task in self.has else "Set HF_TOKEN."


def warned(one: Stage) -> list[str]:
    return [event.text for event in one.all(ev.Logged) if event.level == "warning"]


def runs(one: Stage, uid: str = "t1") -> Assignment:
    return one.run.draft.assignments[uid]


async def test_a_model_that_only_the_store_has_can_be_chosen_and_runs(tmp_path: Path) -> None:
    shop = Shop(FAR)
    async with stage(tmp_path, ByHand(plan(task("t1"))), store=shop, models=(Models(ONE),)) as one:
        await one.gate()
        await one.after(cmd.ChooseModel(uid="t1", candidate=FAR.name), kind=ev.GateOpened)
        assert (runs(one).candidate, runs(one).chosen_by) == (FAR.name, "person")
        assert [row.name for row in one.run.candidates["summarization"]] == [ONE.name, FAR.name]
        assert shop.asked == [("summarization", FAR.name)]
        one.approve()
        await one.end()
        assert one.work.calls[0].assignment.candidate == FAR.name
        again = await one.reopened()
        assert again.candidates == one.run.candidates


async def test_another_provider_of_a_listed_model_can_be_chosen_without_asking_the_store(tmp_path: Path) -> None:
    shop = Shop()
    listed = Candidate(name="fake:m#here", model="m", endpoint="fake", provider="here", providers=("there",))
    async with stage(tmp_path, store=shop, models=(Models(listed),)) as one:
        await one.gate()
        await one.after(cmd.ChooseModel(uid="t1", candidate="fake:m#there"), kind=ev.GateOpened)
        assert (runs(one).candidate, runs(one).provider) == ("fake:m#there", "there")
        assert runs(one, "t2").provider == "here"
        refused = await one.after(cmd.ChooseModel(uid="t1", candidate="fake:m#nowhere"), kind=ev.Refused)
        assert "fake:m#nowhere is no candidate" in refused.message
        assert shop.asked == [("summarization", "fake:m#nowhere")]


async def test_what_the_store_does_not_know_cannot_ask_for_or_cannot_call_is_refused_with_its_sentence(
    tmp_path: Path,
) -> None:
    absent = FAR.model_copy(update={"missing": "Set HF_TOKEN to a token."})
    shop = Shop(absent)
    async with stage(tmp_path, store=shop) as one:
        await one.gate()
        before = runs(one)
        refused = await one.after(cmd.ChooseModel(uid="t1", candidate="fake:unknown"), kind=ev.Refused)
        assert refused.message == "fake:unknown is no candidate for summarization."
        refused = await one.after(cmd.ChooseModel(uid="t1", candidate=FAR.name), kind=ev.Refused)
        assert refused.hint == "Set HF_TOKEN to a token."
        shop.error = StoreError(Failure.TRANSPORT, "The Hub cannot be reached.", "Check the network.")
        refused = await one.after(cmd.ChooseModel(uid="t1", candidate="fake:other"), kind=ev.Refused)
        assert (refused.message, refused.hint) == ("The Hub cannot be reached.", "Check the network.")
        assert runs(one) == before


async def test_a_model_that_a_plan_names_is_looked_for_and_not_silently_replaced(tmp_path: Path) -> None:
    shop = Shop(FAR)
    mine = {"t1": Assignment.of(FAR, "selector", "so"), "t2": Assignment(candidate="fake:gone", chosen_by="person")}
    async with stage(tmp_path, store=shop, models=(Models(ONE),)) as one:
        await one.gate(plan=CHAIN, assignments=mine)
        assert runs(one).candidate == FAR.name
        assert runs(one, "t2").candidate == ONE.name
        assert sorted(shop.asked) == [("summarization", FAR.name), ("summarization", "fake:gone")]
        assert warned(one) == ["fake:gone, which the plan names for task 2, is not taken. It is no candidate here."]
        await one.after(cmd.EditPlan(edit={"edit": "skip", "uid": "t2"}), kind=ev.GateOpened)
        assert len(shop.asked) == 2, "it is looked for once"
    async with stage(
        tmp_path / "other", models=(Models(ONE),)
    ) as one:  # nobody named what was chosen on another machine
        await one.gate(plan=CHAIN, assignments={"t2": Assignment(candidate="fake:gone", chosen_by="only")})
        assert warned(one) == ["fake:gone, which was chosen for task 2 before, is not taken. It is no candidate here."]


async def test_where_the_store_cannot_be_asked_for_what_a_plan_names_the_log_says_why(tmp_path: Path) -> None:
    shop = Shop(error=StoreError(Failure.TRANSPORT, "The Hub cannot be reached.", "Check the network."))
    async with stage(tmp_path, store=shop, models=(Models(ONE),)) as one:
        await one.gate(plan=CHAIN, assignments={"t1": Assignment.of(FAR, "person", "mine")})
        assert runs(one).candidate == ONE.name
        assert warned(one) == [
            "fake:far, which the plan names for task 1, is not taken. The Hub cannot be reached. Check the network."
        ]


async def test_a_catalogue_that_fails_is_told_with_its_hint_and_the_others_count(tmp_path: Path) -> None:
    down = Models(error=StoreError(Failure.TRANSPORT, "The Hub cannot be reached.", "Check the network."))
    async with stage(tmp_path, models=(down, Models(ONE))) as one:
        await one.gate()
        assert runs(one).candidate == ONE.name
        assert warned(one) == [
            "A catalogue could not be asked for summarization: The Hub cannot be reached. Check the network."
        ]


async def test_a_pin_is_kept_and_moves_the_tasks_whose_model_no_person_chose(tmp_path: Path) -> None:
    pins, two = Pins.read(tmp_path / "pins.json"), model("two")
    more = {"pins": pins.by_task, "pin": pins.put, "models": (Models(ONE, two),)}
    async with stage(tmp_path, store=Shop(FAR), **more) as one:
        await one.gate()
        await one.after(cmd.ChooseModel(uid="t2", candidate=ONE.name), kind=ev.GateOpened)
        await one.after(cmd.Pin(task="summarization", candidate=two.name), kind=ev.GateOpened)
        assert runs(one).candidate == two.name
        assert runs(one).reason == "pinned by you for summarization"
        assert runs(one, "t2").candidate == ONE.name
        await one.after(cmd.Pin(task="summarization", candidate=FAR.name), kind=ev.GateOpened)
        assert runs(one).candidate == FAR.name
        assert dict(Pins.read(tmp_path / "pins.json").by_task) == {"summarization": FAR.name}
        await one.after(cmd.Pin(task="summarization"), kind=ev.GateOpened)
        assert runs(one).candidate == ONE.name
        assert dict(Pins.read(tmp_path / "pins.json").by_task) == {}
        assert [event.text for event in one.all(ev.Logged)] == [
            "Pinned fake:two for summarization.",
            "Pinned fake:far for summarization.",
            "Nothing is pinned for summarization any more.",
        ]


async def test_what_was_pinned_before_is_chosen_in_a_new_run_and_looked_for_where_it_is_not_listed(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, store=Shop(FAR), models=(Models(ONE),), pins={"summarization": FAR.name}) as one:
        await one.gate()
        assert {uid: made.candidate for uid, made in one.run.draft.assignments.items()} == {
            "t1": FAR.name,
            "t2": FAR.name,
        }


async def test_a_pin_that_cannot_run_is_told_and_the_ranking_chooses(tmp_path: Path) -> None:
    async with stage(tmp_path, store=Shop(), models=(Models(ONE),), pins={"summarization": FAR.name}) as one:
        await one.gate()
        assert runs(one).candidate == ONE.name
        assert warned(one)[0] == (
            "fake:far is pinned for summarization and cannot run task 1: it is not among what was found."
        )


async def test_a_pin_after_the_end_is_kept_for_later_runs_and_nothing_is_written_behind_the_end(tmp_path: Path) -> None:
    pins = Pins.read(tmp_path / "pins.json")
    more = {"pins": pins.by_task, "pin": pins.put, "models": (Models(ONE),)}
    async with stage(tmp_path, store=Shop(FAR), **more) as one:
        await one.gate()
        one.approve()
        await one.end()
        told = await one.after(cmd.Pin(task="summarization", candidate=FAR.name), kind=ev.Logged)
        assert told.text == "Pinned fake:far for summarization."
        assert dict(Pins.read(tmp_path / "pins.json").by_task) == {"summarization": FAR.name}
        assert isinstance((await one.entries())[-1].event, ev.RunEnded)


class Asleep(Shop):
    """A store that does not answer; `asking` is set once it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asking = asyncio.Event()

    async def find(self, task: str, name: str) -> Candidate | None:
        self.asking.set()
        await asyncio.Event().wait()
        return None


async def test_a_stop_does_not_wait_for_a_store_that_is_slow(tmp_path: Path) -> None:
    pins, shop = Pins.read(tmp_path / "pins.json"), Asleep()
    async with stage(tmp_path, store=shop, pins=pins.by_task, pin=pins.put) as one:
        await one.gate()
        one.send(cmd.ChooseModel(uid="t1", candidate=FAR.name))
        await shop.asking.wait()
        one.send(cmd.Pin(task="summarization", candidate=FAR.name))
        one.send(cmd.Stop())
        assert (await one.end()).outcome is Outcome.INTERRUPTED
        first, second = one.all(ev.Refused)
        assert first.message == "fake:far was not looked for to the end, since a stop was asked for."
        assert second.message == "fake:far was not looked for, since a stop was asked for."
        assert dict(pins.by_task) == {}


async def test_a_store_that_does_not_answer_is_waited_for_a_bounded_time(tmp_path: Path) -> None:
    async with stage(tmp_path, store=Asleep()) as one:
        await one.gate()
        equipment = one.equipment
        board = Board(one.run, equipment.journal, equipment.clock, lambda _: None)
        lookups = Lookups(board, equipment, find_s=0.01)
        with pytest.raises(StoreError, match="was not found within"):
            await lookups.candidate("summarization", FAR.name)


async def test_a_pin_that_makes_no_sense_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "pins.json"
    pins = Pins.read(path)
    async with stage(tmp_path, pins=pins.by_task, pin=pins.put) as one:
        early = await one.after(cmd.Pin(task="summarization", candidate="fake:one"), kind=ev.Refused)
        assert early.message == "Nothing has begun."
        await one.gate()
        for task_name, name in (("no-such", "fake:one"), ("summarization", "fake:unknown"), ("summarization", "?")):
            refused = await one.after(cmd.Pin(task=task_name, candidate=name), kind=ev.Refused)
            assert refused.message
        path.write_text("{")
        refused = await one.after(cmd.Pin(task="summarization", candidate="fake:one"), kind=ev.Refused)
        assert str(path) in refused.message
        assert path.read_text() == "{"


async def test_what_could_do_the_work_of_a_task_that_nothing_runs_is_looked_up_and_mends_it(tmp_path: Path) -> None:
    seeing = model("seer", title="Seer")
    known = Only(image_text_to_text=seeing)
    looks = Task(uid="t1", id=1, task="image-to-text", args={"image": Input.text("a.png")})
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.png").write_bytes(PNG)
    async with stage(tmp_path, ByHand(plan(looks)), models=(known,)) as one:
        opened = await one.gate("Look at a.png", files=("a.png",))
        assert not opened.approvable
        found = next(row for row in problems(one.run.plan, one.run.facts) if row.code is Code.NO_MODEL)
        assert "Set HF_TOKEN." in found.message
        assert [mend.label for mend in found.mends] == ["as image-text-to-text by Seer"]
        assert sorted(known.asked) == ["image-text-to-text", "image-to-text"]
        opened = await one.after(cmd.EditPlan(edit=found.mends[0].edit), kind=ev.GateOpened)
        assert opened.approvable
        assert runs(one).candidate == seeing.name


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


async def test_a_model_is_chosen_for_several_tasks_at_once_and_taken_back_at_once(tmp_path: Path) -> None:
    other = Task(uid="t9", id=9, task="translation", args={"text": Input.text("a"), "language": Input.text("de")})
    async with stage(tmp_path, ByHand(plan(*CHAIN, other))) as run:
        await run.gate()
        before = run.run.draft
        refused = await run.after(cmd.ChooseModel(uid="t1", candidate="fake:two", also=("t9",)), kind=ev.Refused)
        assert "not of one type" in refused.message
        gone = await run.after(cmd.ChooseModel(uid="t1", candidate="fake:two", also=("t8",)), kind=ev.Refused)
        assert gone.message == "The plan has no such task."
        await run.after(cmd.ChooseModel(uid="t1", candidate="fake:two", also=("t2",)), kind=ev.GateOpened)
        chosen = run.run.draft.assignments
        assert [(chosen[uid].candidate, chosen[uid].chosen_by) for uid in ("t1", "t2")] == [("fake:two", "person")] * 2
        assert len(run.run.undos) == 1
        await run.after(cmd.Undo(), kind=ev.GateOpened)
        assert run.run.draft == before
        await run.after(cmd.Redo(), kind=ev.GateOpened)
        run.approve()
        await run.end()
        entries = await run.entries()
        assert [one["label"] for one in labels(entries)] == ["model", "model"]
        assert (await replay(entries, run.equipment.artifacts)).differences == ()
