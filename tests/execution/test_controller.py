"""The controller as an endpoint, on the real client over a real socket."""

import asyncio
import json
from pathlib import Path

import pytest

from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Task
from hgtui.core.ports import Call, CallError, Given, Produced
from hgtui.core.resource import Kind
from hgtui.core.states import Failure
from hgtui.core.task import TASKS
from hgtui.execution.endpoints.controller.catalogue import ControllerCatalogue
from hgtui.execution.endpoints.controller.endpoint import ControllerEndpoint
from hgtui.execution.endpoints.controller.reading import as_labels
from hgtui.execution.instructions import INSTRUCTIONS
from hgtui.llm.budget import Budget
from hgtui.llm.client import ChatClient
from hgtui.llm.metered import Metered
from hgtui.llm.retry import RetryPolicy
from tests.inputs import draw_page
from tests.servers.chat import ChatServer
from tests.servers.media import all_routes, wav
from tests.servers.replies import Reply, Status


def call(task: str, **inputs: tuple[Given, ...]) -> Call:
    args = {name: Input.text("x") for name in inputs}
    chosen = Assignment(candidate="controller:test-model")
    return Call(run="r", task=Task(uid="t1", id=0, task=task, args=args), assignment=chosen, inputs=inputs)


def text(words: str) -> Given:
    return Given(kind=Kind.TEXT, text=words)


async def ask(server: ChatServer, one: Call, tmp_path: Path) -> tuple[Produced, ...]:
    async with ChatClient(server.url, "sk-test", "test-model", retries=RetryPolicy(tries=1)) as chat:
        return await ControllerEndpoint(chat).run(one, tmp_path, lambda fraction, note: None)


async def test_a_text_task_sends_its_inputs_by_name_and_gives_the_reply(tmp_path: Path) -> None:
    with ChatServer(Reply("Guten Morgen")) as server:
        (result,) = await ask(
            server, call("translation", text=(text("Good morning"),), language=(text("de"),)), tmp_path
        )
        sent = server.requests[0].body["messages"]
    assert (result.kind, result.text) == (Kind.TEXT, "Guten Morgen")
    assert sent[0]["content"].startswith("Task execution: translation\n")
    assert "text:\nGood morning" in sent[1]["content"] and "language:\nde" in sent[1]["content"]
    assert result.call is not None and result.call.model == "test-model"


async def test_several_texts_are_told_apart(tmp_path: Path) -> None:
    with ChatServer(Reply("both")) as server:
        await ask(server, call("summarization", text=(text("one"), text("two"))), tmp_path)
        sent = server.requests[0].body["messages"][1]["content"]
    assert "text 1:\none" in sent and "text 2:\ntwo" in sent


async def test_labels_come_back_as_data_and_in_words(tmp_path: Path) -> None:
    reply = 'Sure:\n```json\n[{"label": "positive", "score": 0.9}, {"label": "neutral", "score": 0.1}]\n```'
    with ChatServer(Reply(reply)) as server:
        (result,) = await ask(server, call("text-classification", text=(text("lovely"),)), tmp_path)
    assert result.kind is Kind.LABELS
    assert result.data == [{"label": "positive", "score": 0.9}, {"label": "neutral", "score": 0.1}]
    assert result.text == "positive (0.90), neutral (0.10)"


async def test_a_reply_without_labels_is_unreadable_and_keeps_the_call(tmp_path: Path) -> None:
    with ChatServer(Reply("I cannot say.")) as server, pytest.raises(CallError) as caught:
        await ask(server, call("text-classification", text=(text("lovely"),)), tmp_path)
    assert caught.value.failure is Failure.UNREADABLE and "I cannot say" in caught.value.message
    assert caught.value.call is not None


async def test_a_picture_goes_along_as_data_and_its_bytes_are_not_recorded(tmp_path: Path) -> None:
    draw_page(tmp_path / "page.png", "A page")
    picture = Given(kind=Kind.IMAGE, path=str(tmp_path / "page.png"), name="page.png")
    with ChatServer(Reply("A page.")) as server:
        (result,) = await ask(
            server, call("visual-question-answering", image=(picture,), question=(text("What?"),)), tmp_path
        )
        parts = server.requests[0].body["messages"][1]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url"]
    assert parts[1]["image_url"]["url"].startswith("data:image/png;base64,")
    assert result.call is not None and len(json.dumps(result.call.record)) < 5_000


async def test_a_file_that_is_no_picture_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.4")
    document = Given(kind=Kind.DOCUMENT, path=str(tmp_path / "report.pdf"), name="report.pdf")
    with ChatServer(Reply("?")) as server:
        with pytest.raises(CallError) as caught:
            await ask(server, call("image-to-text", image=(document,)), tmp_path)
        assert not server.requests
    assert caught.value.failure is Failure.BAD_INPUT and caught.value.message.startswith("report.pdf")


@pytest.mark.parametrize(
    ("status", "failure"), [(401, Failure.ACCESS), (402, Failure.CREDITS), (404, Failure.NO_MODEL)]
)
async def test_what_the_server_refuses_has_its_class_of_failure(status: int, failure: Failure, tmp_path: Path) -> None:
    with ChatServer(Status(status)) as server, pytest.raises(CallError) as caught:
        await ask(server, call("conversational", text=(text("hello"),)), tmp_path)
    assert caught.value.failure is failure and "sk-test" not in caught.value.message + caught.value.hint


async def test_cancelling_a_task_hangs_up(tmp_path: Path) -> None:
    from tests.servers.gate import Gate

    gate = Gate()
    with ChatServer(Reply("slow words", gate=gate, hold_after=1)) as server:
        running = asyncio.create_task(ask(server, call("conversational", text=(text("hello"),)), tmp_path))
        await gate.reached.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await server.requests[0].gone.wait()


async def test_the_media_models_that_the_server_lists_are_offered_and_run(tmp_path: Path) -> None:
    models = ("test-model", "whisper-1", "gpt-4o-mini-tts", "dall-e-3")
    (tmp_path / "recording").write_bytes(wav())
    recording = Given(kind=Kind.AUDIO, path=str(tmp_path / "recording"), media_type="audio/wav")
    asked = {
        "text-to-speech": {"text": (text("hello"),)},
        "automatic-speech-recognition": {"audio": (recording,)},
        "text-to-image": {"text": (text("a zebra"),)},
    }
    with ChatServer(models=models, routes=all_routes()) as server:
        async with ChatClient(server.url, None, "test-model") as client:
            chat = Metered(client, Budget())
            catalogue = ControllerCatalogue(chat, local=True)
            results = []
            for task, inputs in asked.items():
                (candidate,) = await catalogue.candidates(task)
                work = tmp_path / task
                work.mkdir()
                one = call(task, **inputs).model_copy(update={"assignment": Assignment.of(candidate, "only", "")})
                results += await ControllerEndpoint(chat).run(one, work, lambda fraction, note: None)
                assert results[-1].path is None or (work / results[-1].path).stat().st_size > 40
    assert [one.kind for one in results] == [Kind.AUDIO, Kind.TEXT, Kind.IMAGE]
    assert results[1].text == "hello from the recording"


async def test_a_server_that_lists_nothing_offers_no_media_models() -> None:
    with ChatServer(models_script=Status(500)) as server:
        async with ChatClient(server.url, None, "test-model", retries=RetryPolicy(tries=1)) as client:
            catalogue = ControllerCatalogue(Metered(client, Budget()), local=True)
            assert await catalogue.candidates("text-to-speech") == ()
            assert await catalogue.candidates("translation")


async def test_every_task_that_the_controller_does_is_a_task_type_and_a_candidate() -> None:
    with ChatServer(models=()) as server:
        async with ChatClient(server.url, None, "gpt 4o@x") as client:
            catalogue = ControllerCatalogue(Metered(client, Budget()), local=True)
            for task in TASKS:
                found = await catalogue.candidates(task)
                assert bool(found) == (task in INSTRUCTIONS)
                assert all(one.name == "controller:gpt-4o-x" and not one.leaves for one in found)


def test_labels_survive_odd_replies() -> None:
    assert as_labels('{"labels": ["a", "b"]}').data == [{"label": "a", "score": None}, {"label": "b", "score": None}]
    assert as_labels('[1] then [{"label": "x", "score": 7}]').data == [{"label": "x", "score": 1.0}]
    with pytest.raises(CallError):
        as_labels("[" * 100_000)
