"""hgtui models: what can run the task types with the Hub, a search of it, a card, and pins."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hgtui.cli.modelling import each
from hgtui.core.task import TASKS
from tests.cli.program import Program
from tests.cli.terminal import Terminal
from tests.servers.hub import RIGHT, TOKEN, HubServer, Listed, Made, Offer, as_json


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture
def at_hub(hgtui: Program, hub: HubServer, tmp_path: Path) -> Program:
    """hgtui that knows where the Hub is, and has a configuration folder of its own; it has no token."""
    config = tmp_path / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text('default_profile = "rules"\n')
    places = {"HF_ENDPOINT": hub.url, "HGTUI_ROUTER_URL": hub.router, "HGTUI_CONFIG": str(config)}
    hgtui.environ.update(places, HF_HUB_OFFLINE="0")
    return hgtui


def test_with_a_token_the_models_of_the_hub_stand_beside_the_embedded_ones(at_hub: Program, hub: HubServer) -> None:
    done = at_hub.run("models", "--task", "text-to-speech", HF_TOKEN=TOKEN)
    assert done.exit == 0
    head, *lines = done.out.splitlines()
    for column in ("candidate", "providers", "licence", "size", "downloads", "likes", "can run", "what it is"):
        assert column in head
    assert any("embedded:espeak-ng" in line for line in lines)
    kokoro = next(line for line in lines if "hub:hexgrad/Kokoro-82M#fal-ai" in line)
    for word in ("fal-ai, replicate, deepinfra", "2.9M", "5k", "yes"):
        assert word in kokoro
    assert len(hub.to("listing")) == 1
    cards = len(hub.to("card"))
    again = at_hub.run("models", "--task", "text-to-speech", HF_TOKEN=TOKEN)
    assert again.out == done.out
    assert (len(hub.to("listing")), len(hub.to("card"))) == (1, cards), "it is kept"
    offline = at_hub.run("models", "--task", "text-to-speech", "--offline", HF_TOKEN=TOKEN)
    assert "hub:hexgrad/Kokoro-82M#fal-ai" in offline.out
    assert "works offline" in offline.out
    assert len(hub.to("listing")) == 1
    assert TOKEN not in done.out + done.err


def test_a_gated_model_can_run_after_its_terms_are_accepted_and_the_page_for_that_is_named(hgtui: Program) -> None:
    models = tuple(
        Listed(f"a/{kind or 'open'}", "text-classification", 9, 1, (Offer("hf-inference"),), gated=kind)
        for kind in ("", "auto", "manual")
    )
    with HubServer(models) as hub:
        places = {"HF_ENDPOINT": hub.url, "HGTUI_ROUTER_URL": hub.router, "HF_HUB_OFFLINE": "0", "HF_TOKEN": TOKEN}
        out = hgtui.run("models", "--task", "text-classification", **places).out
        assert f"after accepting the terms at {hub.url}/a/auto" in out
        assert f"after access was asked for and given at {hub.url}/a/manual" in out
        assert "yes" in next(line for line in out.splitlines() if "a/open" in line)


async def test_only_a_few_task_types_are_asked_for_at_once_and_each_answer_counts() -> None:
    under_way, most, told = 0, 0, []

    async def ask(kind: str) -> str:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return kind.upper()

    kinds = [f"kind-{number}" for number in range(30)]
    assert await each(kinds, ask, lambda there, every: told.append((there, every))) == [one.upper() for one in kinds]
    assert most == 4
    assert told == [(number, 30) for number in range(1, 31)]


def test_on_a_terminal_it_is_told_how_far_the_list_is_in_a_line_that_goes_away(at_hub: Program) -> None:
    with Terminal(at_hub, "models", HF_TOKEN=TOKEN) as terminal:
        status, out = terminal.ended()
    assert status == 0
    assert "hub:hexgrad/Kokoro-82M#fal-ai" in out
    assert f"1 of {len(TASKS)} task types were looked up" in terminal.shown
    assert "task types were looked up" not in out
    assert "looked up" not in at_hub.run("models", HF_TOKEN=TOKEN).err


def test_without_a_token_nothing_is_asked_and_it_says_what_to_set(at_hub: Program, hub: HubServer) -> None:
    at_hub.run("models", "--task", "translation").told(1, "Nothing here can run translation.", "HF_TOKEN")
    assert hub.calls == []


def test_offline_with_nothing_kept_and_a_hub_that_is_down_are_told(at_hub: Program, hub: HubServer) -> None:
    at_hub.run("models", "--task", "translation", "--offline", HF_TOKEN=TOKEN).told(1, "offline")
    assert hub.calls == []
    hub.always("listing", Made(b"no", "text/plain", 404))
    assert at_hub.run("models", "--task", "translation", HF_TOKEN=TOKEN).exit == 1
    here = at_hub.run("models", "--task", "text-to-speech", HF_TOKEN=TOKEN)
    assert here.exit == 0
    assert "embedded:espeak-ng" in here.out
    assert "note: " in here.err


def test_a_search_needs_no_token_and_finds_the_most_loaded_first(at_hub: Program) -> None:
    done = at_hub.run("models", "--search", "whisper")
    assert done.exit == 0
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [
        "hub:openai/whisper-large-v3#hf-inference",
        "hub:openai/whisper-large-v3-turbo#hf-inference",
    ]
    assert "HF_TOKEN" in lines[1]
    found = at_hub.run("models", "--search", "whisper", "--limit", "1", "--json").json["candidates"]
    assert [one["model"] for one in found] == ["openai/whisper-large-v3"]
    assert found[0]["revision"]
    at_hub.run("models", "--search", "whisper", "--task", "translation").told(1, "no model for translation")
    at_hub.run("models", "--search", " ").told(2, "nothing to search for")
    at_hub.run("models", "--task", "translation", "--limit", "1").told(2, "--search")
    at_hub.run("models", "--card", "a/b", "--task", "translation").told(2, "a card is of a model")


def test_a_card_is_printed_whole_and_drives_no_terminal(at_hub: Program) -> None:
    done = at_hub.run("models", "--card", "hub:openai/whisper-large-v3#fal-ai")
    assert done.exit == 0
    assert len(done.out) > 100
    assert at_hub.run("models", "--card", "openai/whisper-large-v3").out == done.out
    assert at_hub.run("models", "--card", "openai/whisper-large-v3", "--json").json["card"].strip() == done.out.strip()
    assert "\x1b" not in at_hub.run("models", "--card", "hostile/markup-in-everything").out
    at_hub.run("models", "--card", "acme/no-card").told(1, "has no model card")
    assert at_hub.run("models", "--card", "no/such-model").told(1, "no/such-model")
    at_hub.run("models", "--card", "embedded rapidocr").told(1, "is no model of the Hub")


def test_a_pin_is_kept_listed_chosen_and_taken_away(at_hub: Program, tmp_path: Path) -> None:
    at_hub.run("models", "--pins").told(0, "Nothing is pinned.")
    pinned = at_hub.run(
        "models", "--pin", "openai/whisper-large-v3-turbo", "--task", "automatic-speech-recognition", HF_TOKEN=TOKEN
    )
    pinned.told(0, "Pinned hub:openai/whisper-large-v3-turbo for automatic-speech-recognition.")
    assert "openai/whisper-large-v3-turbo" in (tmp_path / "config" / "pins.json").read_text()
    assert at_hub.run("models", "--pins", "--json").json["pins"] == {
        "automatic-speech-recognition": "hub:openai/whisper-large-v3-turbo"
    }
    at_hub.run("models", "--unpin", "--task", "asr").told(0, "Nothing is pinned for automatic-speech-recognition")
    at_hub.run("models", "--unpin", "--task", "asr").told(0, "Nothing was pinned")


def test_a_run_takes_what_is_pinned(at_hub: Program) -> None:
    task = ("--task", "text-to-speech")
    at_hub.run("models", "--pin", "hexgrad/Kokoro-82M#replicate", *task, HF_TOKEN=TOKEN).told(0, "Pinned")
    done = at_hub.run("plan", "Read aloud: good morning", "--json", HF_TOKEN=TOKEN)
    (chosen,) = done.json["assignments"].values()
    assert chosen["candidate"] == "hub:hexgrad/Kokoro-82M#replicate"
    assert (chosen["chosen_by"], chosen["reason"]) == ("person", "pinned by you for text-to-speech")


def test_what_cannot_be_pinned_is_told_and_what_cannot_run_now_is_pinned_with_a_word(at_hub: Program) -> None:
    asr = ("--task", "automatic-speech-recognition")
    at_hub.run("models", "--pin", "no/such-model", *asr).told(1, "hub:no/such-model is no candidate")
    at_hub.run("models", "--pin", "embedded:nothing", *asr).told(1, "embedded:nothing is no candidate")
    at_hub.run("models", "--pin", "what is this", *asr).told(2, "endpoint:model")
    at_hub.run("models", "--pin", "openai/whisper-large-v3", *asr).told(0, "Pinned", "cannot run now", "HF_TOKEN")
    at_hub.run("models", "--pin", "a/b").told(2, "--task")
    at_hub.run("models", "--pins", "--search", "x").told(2, "not together with")


def test_a_damaged_file_of_pins_is_told(at_hub: Program, tmp_path: Path) -> None:
    (tmp_path / "config" / "pins.json").write_text("{")
    at_hub.run("models", "--pins").told(2, "pins.json", "Mend the file")


def test_a_plan_that_names_a_model_that_only_the_hub_has_keeps_it(at_hub: Program, hub: HubServer) -> None:
    name = "hub:openai/whisper-large-v3-turbo#fal-ai"
    (at_hub.folder / "a.wav").write_bytes(WAV)
    plan = at_hub.folder / "plan.json"
    plan.write_text('[{"task": "automatic-speech-recognition", "id": 0, "dep": [-1], "args": {"audio": "a.wav"}}]')
    made = at_hub.run("select", "plan.json", "--json", HF_TOKEN=TOKEN)
    data = made.json
    data["assignments"]["0"] = {"candidate": name, "provider": "fal-ai", "chosen_by": "person"}

    plan.write_text(json.dumps(data))
    kept = at_hub.run("select", "plan.json", "--json", HF_TOKEN=TOKEN).json
    assert kept["assignments"]["0"]["candidate"] == name


def test_what_nothing_can_run_is_told_with_all_its_mends(at_hub: Program, hub: HubServer) -> None:
    hub.always("listing", lambda call: as_json([]) if call.params["pipeline_tag"] == ["fill-mask"] else RIGHT)
    plan = at_hub.folder / "plan.json"
    rows = (("fill-mask", "A [MASK] cat."), ("summarization", "A cat."))
    tasks = [{"task": name, "id": at, "dep": [-1], "args": {"text": text}} for at, (name, text) in enumerate(rows)]
    plan.write_text(json.dumps(tasks))
    done = at_hub.run("check", "plan.json", "--json", HF_TOKEN=TOKEN)
    assert done.exit == 1
    (problem,) = done.json["problems"]
    assert "No provider of the Hub runs fill-mask today." in problem["message"]
    assert problem["mends"] == ["as text-generation by openai/gpt-oss-20b", "skip 0"]
    assert problem["mend"] == problem["mends"][0]
    assert ", or skip 0" in at_hub.run("check", "plan.json", HF_TOKEN=TOKEN).out


WAV = (
    b"RIFF" + (36 + 3200).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little") + b"\x01\x00\x01\x00"
    + (16000).to_bytes(4, "little") + (32000).to_bytes(4, "little") + b"\x02\x00\x10\x00data"
    + (3200).to_bytes(4, "little") + bytes(3200)
)  # fmt: skip
