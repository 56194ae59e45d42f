"""The program with a controller and a Hub behind it, as a person starts it: events, exit status, and no secret anywhere."""

import json
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.cli.program import Ended, Event, Program
from tests.inputs import draw_page
from tests.servers.chat import ChatServer, Reply, Request
from tests.servers.hub import HubServer
from tests.servers.hub.faults import BY_NAME, Fault, html, loading
from tests.servers.replies import Answer

KEY, TOKEN = "sk-very-secret-0123456789", "hf_test_secret_of_a_person"
REQUEST = "Describe photo.png, find the things on it, draw a red house, and read the description aloud"
TASKS: list[dict[str, Any]] = [
    {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "photo.png"}},
    {"task": "object-detection", "id": 1, "dep": [-1], "args": {"image": "photo.png"}},
    {"task": "text-to-image", "id": 2, "dep": [-1], "args": {"text": "a red house"}},
    {"task": "text-to-speech", "id": 3, "dep": [0], "args": {"text": "<GENERATED>-0"}},
]
MODELS = {
    "image-to-text": "hub:Qwen/Qwen2.5-VL-7B-Instruct#hf-inference",
    "object-detection": "hub:facebook/detr-resnet-50#hf-inference",
    "text-to-image": "hub:black-forest-labs/FLUX.1-schnell#together",
    "text-to-speech": "hub:hexgrad/Kokoro-82M#fal-ai",
}
BOTH = "Translate 'Guten Morgen' to French"
T5 = "hub:google-t5/t5-small#hf-inference"


def stage_of(request: Request) -> str:
    return str(request.body["messages"][0]["content"]).partition("\n")[0].partition(":")[0]


def script(tasks: list[dict[str, Any]]) -> Callable[[Request], Answer]:
    """An LLM that plans these tasks and chooses the models of the Hub for them."""

    def answer(request: Request) -> Answer:
        match stage_of(request):
            case "Task planning":
                return Reply(json.dumps(tasks))
            case "Model selection":
                rows = [{"id": one["id"], "model": MODELS[one["task"]], "reason": "made for it"} for one in tasks]
                return Reply(json.dumps(rows))
            case _:
                return Reply("It is done [0].")

    return answer


@pytest.fixture
def hgtui(tmp_path: Path, own_folders: Path) -> Program:
    work = tmp_path / "work"
    work.mkdir()
    Image.new("RGB", (200, 100), (120, 120, 120)).save(work / "photo.png")
    return Program(work, own_folders / "data")


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer(granted=("*",)) as one:
        yield one


@pytest.fixture
def near(hub: HubServer) -> dict[str, str]:
    """The environment of a person with a token, but for where the Hub is."""
    return {"HF_ENDPOINT": hub.url, "HGTUI_ROUTER_URL": hub.router, "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0"}


def of_type(done: Ended, kind: str) -> list[Event]:
    return [event for event in done.events if event["type"] == kind]


def untold(hgtui: Program, *done: Ended) -> None:
    """Check that neither secret stands in what was written, nor in a file that was kept, and nobody else was reached."""
    files = [path for place in (hgtui.data.parent, hgtui.folder) for path in place.rglob("*") if path.is_file()]
    assert files
    for secret in (KEY, TOKEN):
        assert not any(secret in one.out + one.err for one in done)
        assert [path for path in files if secret.encode() in path.read_bytes()] == []
    assert hgtui.reached() == ""


def test_a_controller_plans_models_of_the_hub_run_and_the_files_are_there(
    hgtui: Program, hub: HubServer, near: dict[str, str]
) -> None:
    with ChatServer(script(TASKS)) as chat:
        done = hgtui.run("run", REQUEST, "--yes", "--json", OPENAI_BASE_URL=chat.url, OPENAI_API_KEY=KEY, **near)
    assert done.exit == 0, done
    kinds = [event["type"] for event in done.events]
    order = ["run_started", "plan_proposed", "candidates_found", "model_chosen", "approved", "task_done", "answered"]
    assert [kinds.index(kind) for kind in order] == sorted(kinds.index(kind) for kind in order)
    assert kinds[-1] == "run_ended"
    assert (done.events[-1]["outcome"], done.events[-1]["exit"]) == ("answered", 0)
    ran = {event["uid"]: event["candidate"] for event in of_type(done, "task_done")}
    assert sorted(ran.values()) == sorted(MODELS.values())
    (approved,) = of_type(done, "approved")
    assert (approved["by"], approved["spends"]) == ("--yes", "spends credits of HF_TOKEN (4 calls)")
    assert {call.token for call in hub.to("infer/*")} == {TOKEN}
    assert all(KEY not in str(call.headers) for call in hub.calls)
    assert all(TOKEN not in str(request.headers) for request in chat.requests)
    assert {stage_of(request) for request in chat.requests} >= {"Task planning", "Model selection"}
    out = hgtui.folder / "hgtui-out"
    with wave.open(str(next(out.glob("*/*.wav")))) as sound:
        assert sound.getnframes()
    pictures = [path.read_bytes() for path in out.glob("*/*.png")]
    assert any(b"a red house" in one for one in pictures)
    assert len(pictures) == 2, "the one that was drawn, and the photo with its boxes"
    (found,) = [json.loads(path.read_text()) for path in out.glob("*/*object-detection*.json")]
    assert [row["label"] for row in found] == ["cat", "remote", "couch"]
    untold(hgtui, done)


@pytest.mark.parametrize(
    ("fault", "status", "outcome", "words"),
    [
        (BY_NAME["404"], 0, "degraded", "ran in place of"),
        (html(502), 0, "degraded", "ran in place of"),
        (loading(120), 0, "degraded", "is loading"),
        (BY_NAME["402"], 1, "failed", "settings/billing"),
        (BY_NAME["403"], 1, "failed", "settings/tokens"),
        (BY_NAME["422"], 1, "failed", "refused the input"),
    ],
)
def test_a_fault_of_a_provider_ends_in_what_stands_in_or_in_a_sentence(
    fault: Fault, status: int, outcome: str, words: str, hgtui: Program, hub: HubServer, near: dict[str, str]
) -> None:
    hub.always("infer/together/*", fault)
    with ChatServer(script([TASKS[2]])) as chat:
        arguments = ("run", "Draw a red house", "--yes", "--json", "--answer", "program")
        done = hgtui.run(*arguments, OPENAI_BASE_URL=chat.url, OPENAI_API_KEY=KEY, **near)
    assert (done.exit, done.events[-1]["outcome"]) == (status, outcome), done
    assert words in done.out
    asked = [call.route.split("/")[1] for call in hub.to("infer/*")]
    assert set(asked) == ({"together", "fal-ai"} if status == 0 else {"together"}), "and never hf-inference"
    untold(hgtui, done)


@pytest.mark.parametrize(
    ("fault", "answered", "followed"),
    [
        (html(502), "ran in place of", "takes its place."),
        (BY_NAME["402"], "settings/billing", "settings/billing"),
        (BY_NAME["gated"], "Accept them at", "Accept them at"),
    ],
    ids=["stands in", "credits", "terms"],
)
def test_what_stood_in_and_on_which_page_to_go_on_is_told_beside_the_answer_of_an_llm(
    fault: Fault, answered: str, followed: str, hgtui: Program, hub: HubServer, near: dict[str, str]
) -> None:
    hub.always("infer/together/*", fault)
    with ChatServer(script([TASKS[2]])) as chat:
        done = hgtui.run("run", "Draw a red house", "--yes", OPENAI_BASE_URL=chat.url, OPENAI_API_KEY=KEY, **near)
    assert done.out.startswith("It is done [0]")
    assert answered in done.out
    assert followed in done.err
    untold(hgtui, done)


def test_a_hub_that_is_down_leaves_the_controller_and_says_so(
    hgtui: Program, hub: HubServer, near: dict[str, str]
) -> None:
    hub.always("listing", html(503))

    def answer(request: Request) -> Answer:
        if stage_of(request) == "Task planning":
            args = {"text": "It rains. It pours.", "language": "fr"}
            return Reply(json.dumps([{"task": "translation", "id": 0, "dep": [-1], "args": args}]))
        return Reply("Il pleut.")

    with ChatServer(answer) as chat:
        done = hgtui.run("run", BOTH, "--yes", "--json", OPENAI_BASE_URL=chat.url, OPENAI_API_KEY=KEY, **near)
    assert done.exit == 0, done
    (result,) = of_type(done, "task_done")
    assert result["candidate"].startswith("controller:")
    warned = [event["text"] for event in of_type(done, "logged") if event["level"] == "warning"]
    assert any("A catalogue could not be asked for translation" in text and "failed (503)." in text for text in warned)
    untold(hgtui, done)


def test_a_token_alone_has_the_router_as_its_controller_and_the_gate_says_that_credits_are_spent(
    hgtui: Program, near: dict[str, str]
) -> None:
    def answer(request: Request) -> Answer:
        return script([TASKS[2]])(request)

    with HubServer(granted=("*",), chat=answer) as hub:
        near |= {"HF_ENDPOINT": hub.url, "HGTUI_ROUTER_URL": hub.router}
        Path(hgtui.environ["HGTUI_CONFIG"]).write_text(
            '[profiles.hub.controller]\nmodel = "openai/gpt-oss-20b"\n', encoding="utf-8"
        )
        waits = hgtui.run("run", "Draw a red house", "--profile", "hub", **near)
        assert waits.exit == 3, waits
        assert "spends credits of HF_TOKEN (1 call, and what the controller asks)" in waits.out + waits.err
        assert f"through {urlsplit(hub.router).netloc}" in waits.err, "also where the router is on this machine"
        assert hub.to("infer/together/*") == [], "nothing runs before it is approved"
        done = hgtui.run("run", "Draw a red house", "--profile", "hub", "--yes", "--json", **near)
        assert done.exit == 0, done
        assert {call.token for call in hub.to("infer/*")} == {TOKEN}
        assert len(hub.to("infer/auto/conversational")) >= 4
    (result,) = of_type(done, "task_done")
    assert result["candidate"] == MODELS["text-to-image"]
    (approved,) = of_type(done, "approved")
    assert approved["spends"] == "spends credits of HF_TOKEN (1 call, and what the controller asks)"
    untold(hgtui, waits, done)


def test_rules_and_a_token_need_no_llm_and_pages_are_still_read_here(
    hgtui: Program, hub: HubServer, near: dict[str, str]
) -> None:
    draw_page(hgtui.folder / "page.png", "Guten Morgen, wie geht es dir heute?")
    near["HGTUI_PROFILE"] = "rules"
    done = hgtui.run("run", BOTH, "--yes", "--json", **near)
    assert done.exit == 0, done
    assert [event["candidate"] for event in of_type(done, "task_done")] == [T5]
    read = hgtui.run("run", "Read the text in page.png", "--yes", "--json", **near)
    assert read.exit == 0, read
    assert [event["candidate"] for event in of_type(read, "task_done")] == ["embedded:rapidocr"]
    assert hub.to("infer/auto/*") == []
    untold(hgtui, done, read)


def test_offline_the_hub_is_not_asked_whatever_is_set(hgtui: Program, hub: HubServer, near: dict[str, str]) -> None:
    near["HGTUI_PROFILE"] = "rules"
    done = hgtui.run("run", BOTH, "--yes", "--json", "--offline", **near)
    assert done.exit == 1
    assert hub.calls == []
    language = hgtui.run("run", "What language is 'Guten Morgen'?", "--yes", "--json", "--offline", **near)
    assert language.exit == 0, language
    assert hub.calls == []
    assert TOKEN not in done.out + done.err + language.out + language.err
