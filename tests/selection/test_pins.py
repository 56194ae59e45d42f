"""Pins: read and written whole, only for their owner, and a damaged file is told in a sentence."""

import json
import stat
from pathlib import Path

import pytest

from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Task
from hgtui.selection.naming import meant
from hgtui.selection.pins import Pins, PinsError
from hgtui.selection.ranking import by_pin, choose, rank, unmet

TASK = Task(uid="t1", id=1, task="text-to-image", args={"text": Input.text("a cat")})
FLUX = Candidate(
    name="hub:org/flux#fal-ai",
    model="org/flux",
    endpoint="hub",
    provider="fal-ai",
    providers=("together",),
    place="hub",
)
HERE = Candidate(name="embedded:sketch", model="sketch", endpoint="embedded")


def test_what_is_pinned_is_there_again_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "config" / "pins.json"
    pins = Pins.read(path)
    assert dict(pins.by_task) == {}
    pins.pin("text-to-image", "hub:org/flux")
    assert dict(pins.by_task) == {"text-to-image": "hub:org/flux"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert dict(Pins.read(path).by_task) == {"text-to-image": "hub:org/flux"}
    assert [one.name for one in path.parent.iterdir()] == ["pins.json"], "nothing is left beside it"


def test_a_pin_is_taken_away_and_those_who_look_on_see_it(tmp_path: Path) -> None:
    pins = Pins.read(tmp_path / "pins.json")
    seen = pins.by_task
    pins.pin("translation", "hub:org/name#together")
    assert seen["translation"] == "hub:org/name#together"
    assert pins.unpin("translation")
    assert not pins.unpin("translation")
    assert dict(seen) == {}


async def test_another_program_that_pins_meanwhile_loses_nothing(tmp_path: Path) -> None:
    one, other = (Pins.read(tmp_path / "pins.json") for _ in range(2))
    await one.put("translation", "hub:org/a")
    await other.put("summarization", "hub:org/b")
    await one.put("text-to-speech", "hub:org/c")
    assert set(Pins.read(tmp_path / "pins.json").by_task) == {"translation", "summarization", "text-to-speech"}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"version": 2, "pins": {}}',
        '{"version": 1, "pins": []}',
        '{"version": 1, "pins": {"no-such-task": "hub:a/b"}}',
        '{"version": 1, "pins": {"translation": "no candidate"}}',
        '{"version": 1, "pins": {"translation": 3}}',
        "\udcff\udcfe",
        "[" * 100_000,
    ],
)
def test_a_damaged_file_is_told_in_a_sentence_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pins.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PinsError) as caught:
        Pins.read(path)
    assert str(path) in caught.value.message
    assert caught.value.message.endswith(".")
    assert caught.value.hint
    with pytest.raises(PinsError):
        Pins(path).pin("translation", "hub:org/name")
    assert path.read_bytes() == text.encode("utf-8", "surrogateescape")


def test_what_is_no_task_type_or_no_candidate_is_not_pinned(tmp_path: Path) -> None:
    pins = Pins.read(tmp_path / "pins.json")
    for task, name in (("no-such-task", "hub:a/b"), ("translation", "no candidate")):
        with pytest.raises(ValueError, match=r".+"):
            pins.pin(task, name)
    assert not (tmp_path / "pins.json").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(PinsError, match="cannot be"):
        Pins(tmp_path / "file" / "pins.json").pin("translation", "hub:org/name")


async def chosen(pin: str, *found: Candidate, keep: Assignment | None = None) -> Assignment | None:
    kept = {"t1": keep} if keep else {}
    rows = {u: one async for u, one in choose(Plan(tasks=(TASK,)), {TASK.task: found}, kept, pins={TASK.task: pin})}
    return rows.get("t1", keep)


@pytest.mark.parametrize("pin", ["hub:org/flux", "hub:org/flux#fal-ai", "hub:org/flux#together"])
async def test_what_is_pinned_comes_before_the_ranking(pin: str) -> None:
    made = await chosen(pin, HERE, FLUX)
    assert made
    assert made.candidate == (pin if "#" in pin else FLUX.name)
    assert (made.chosen_by, made.reason) == ("person", "pinned by you for text-to-image")
    assert by_pin(made)


async def test_what_is_pinned_and_cannot_run_falls_through_and_that_is_told() -> None:
    absent = FLUX.model_copy(update={"missing": "Set HF_TOKEN."})
    made = await chosen(FLUX.name, HERE, absent)
    assert made
    assert made.candidate == HERE.name
    said = unmet(TASK, (HERE, absent), {TASK.task: FLUX.name})
    assert said == "hub:org/flux#fal-ai is pinned for text-to-image and cannot run task 1: Set HF_TOKEN."
    assert "not among what was found" in unmet(TASK, (HERE,), {TASK.task: FLUX.name})
    assert unmet(TASK, (HERE, FLUX), {TASK.task: FLUX.name}) == unmet(TASK, (HERE,), {}) == ""


async def test_when_the_pin_changes_what_it_chose_changes_and_what_a_person_chose_for_the_task_stays() -> None:
    pinned = await chosen(HERE.name, HERE, FLUX)
    moved = await chosen(FLUX.name, HERE, FLUX, keep=pinned)
    assert moved
    assert moved.candidate == FLUX.name
    mine = Assignment.of(HERE, "person", "chosen by you")
    assert await chosen(FLUX.name, HERE, FLUX, keep=mine) == mine


def test_a_name_means_the_same_model_at_another_of_its_providers() -> None:
    moved = meant("hub:org/flux#together", (HERE, FLUX))
    assert moved
    assert (moved.name, moved.provider, moved.providers) == ("hub:org/flux#together", "together", ("fal-ai",))
    assert meant("hub:org/flux#groq", (FLUX,)) is None
    assert meant("hub:org/other", (FLUX,)) is None
    assert meant("what is this", (FLUX,)) is None
    assert meant("hub:org/flux@abc", (FLUX.model_copy(update={"revision": "def"}),)) is None


def hub(name: str, **more: object) -> Candidate:
    facts = {"name": f"hub:{name}#groq", "model": name, "endpoint": "hub", "place": "hub", "provider": "groq"}
    return Candidate.model_validate({**facts, "status": "live", **more})


def test_downloads_decide_among_equals_and_terms_that_must_be_accepted_stand_behind() -> None:
    few, many, gated = (
        hub("a/few", downloads=900),
        hub("a/many", downloads=1_200_000),
        hub("a/g", downloads=9**9, gated="auto"),
    )
    ranked = rank(TASK, (gated, few, many))
    assert [one.model for one in ranked] == ["a/many", "a/few", "a/g"]
    assert ranked[0].reason == "live at groq, 1.2M downloads"
    assert ranked[2].reason == "live at groq, 387M downloads, its terms must be accepted first"


def test_no_number_of_downloads_makes_up_for_a_language_or_for_what_cannot_be_called() -> None:
    task = Task(uid="t1", id=1, task="text-to-speech", args={"text": Input.text("x"), "language": Input.text("de")})
    german = hub("a/german", languages=("de",), gated="manual", status="staging")
    english, gone = (
        hub("a/english", languages=("en",), downloads=10**12),
        hub("a/gone", languages=("de",), downloads=10**12, missing="No."),
    )
    ranked = rank(task, (gone, english, german))
    assert [one.model for one in ranked] == ["a/german", "a/english", "a/gone"]
    assert ranked[2].reason == "cannot be called now: No."


def test_the_file_is_json_that_a_person_can_mend(tmp_path: Path) -> None:
    Pins.read(tmp_path / "pins.json").pin("translation", "hub:org/name")
    data = json.loads((tmp_path / "pins.json").read_text())
    assert data == {"version": 1, "pins": {"translation": "hub:org/name"}}
