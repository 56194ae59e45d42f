"""Pictures in messages; speech, transcription and pictures by the server's other routes, faults included."""

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from hgtui.core.states import Failure
from hgtui.llm.budget import Budget
from hgtui.llm.client import ChatClient
from hgtui.llm.errors import LLMError
from hgtui.llm.exchanges import Exchange
from hgtui.llm.messages import ImagePart, Message, TextPart
from hgtui.llm.values import Done, Timeouts
from tests.llm.asking import KEY, Waits, client
from tests.servers.chat import ChatServer, closed_port_url
from tests.servers.media import IMAGES, SPEECH, TRANSCRIPTION, Heard, Painted, Spoken, all_routes, png, wav
from tests.servers.replies import Answer, Body, Hang, Reply, Reset, Status, Truncated

JPEG = b"\xff\xd8\xff\xe0" + bytes(40)
LOOK = Message("user", (TextPart(f"What is this? {KEY}"), ImagePart(png()), ImagePart(JPEG)))


async def test_a_picture_goes_as_a_data_url_beside_the_text() -> None:
    with ChatServer(Reply("two pictures")) as server:
        async with client(server.url) as chat, aclosing(chat.stream([LOOK])) as chunks:
            last = [chunk async for chunk in chunks][-1]
        content = server.requests[0].messages[0]["content"]
    assert [part["type"] for part in content] == ["text", "image_url", "image_url"]
    url = content[1]["image_url"]["url"]
    assert url.startswith("data:image/png;base64,") and base64.b64decode(url.partition(",")[2]) == png()
    assert content[2]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    assert isinstance(last, Done)
    noted = last.record.as_json()["messages"][0]["content"]
    digest = hashlib.sha256(png()).hexdigest()
    assert noted[1] == {"type": "image", "media_type": "image/png", "sha256": digest, "size": len(png())}
    whole = json.dumps(last.record.as_json())
    assert "base64" not in whole and KEY not in whole


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>"])
def test_what_is_no_png_or_jpeg_is_no_picture_for_a_message(data: bytes) -> None:
    with pytest.raises(ValueError, match="PNG or a JPEG"):
        ImagePart(data)


async def test_a_model_that_takes_no_pictures_says_so_and_the_hint_names_the_way_on() -> None:
    with ChatServer(Status(400, "image input is not supported")) as server:
        async with client(server.url) as chat:
            with pytest.raises(LLMError) as caught:
                await anext(chat.stream([LOOK]))
    assert caught.value.failure is Failure.BAD_INPUT and "pictures" in caught.value.hint


async def test_speech_returns_the_file_and_sends_text_voice_and_form() -> None:
    with ChatServer(routes=all_routes()) as server:
        async with client(server.url) as chat:
            assert await chat.speech("Grüß Gott", "nova", model="tts", form="wav") == wav()
        body = server.route_requests[0].body
    assert body == {"input": "Grüß Gott", "voice": "nova", "model": "tts", "response_format": "wav"}


async def test_a_transcription_is_cleaned_and_only_the_ending_of_the_file_name_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "my secret diary.wav"
    path.write_bytes(wav())
    with ChatServer(routes={TRANSCRIPTION: Heard("hello\x1b[31m")}) as server:
        async with client(server.url) as chat:
            assert await chat.transcribe(path, language="de") == "hello[31m"
        raw = server.route_requests[0].raw
    assert wav() in raw and b"diary" not in raw and b'filename="audio.wav"' in raw
    assert b'name="language"\r\n\r\nde' in raw


async def test_a_picture_comes_back_as_its_bytes() -> None:
    with ChatServer(routes=all_routes()) as server:
        async with client(server.url) as chat:
            made: list[Exchange] = []
            assert await chat.image("a robot", size="256x256", exchanges=made) == png()
        body = server.route_requests[0].body
    digest = hashlib.sha256(png()).hexdigest()
    assert made[0].reply["body"]["data"][0]["b64_json"] == {"size": len(png()), "sha256": digest}
    assert (made[0].reply["status"], made[0].request["json"]["prompt"]) == (200, "a robot")
    assert (body["prompt"], body["size"], body["response_format"], body["n"]) == ("a robot", "256x256", "b64_json", 1)


class Queue:
    """Answers in order."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)

    async def send(self, exchange: object) -> None:
        await self._answers.pop(0).send(exchange)  # type: ignore[arg-type]


async def test_a_server_that_refuses_to_be_asked_for_base64_is_asked_without_and_remembered() -> None:
    waits = Waits()
    refused = Status(400, "Unknown parameter: 'response_format'.")
    with ChatServer(routes={IMAGES: Queue(refused, Painted(), Painted())}) as server:
        async with client(server.url) as chat:
            assert await chat.image("a", on_retry=waits.on_retry) == await chat.image("b") == png()
        asked = ["response_format" in request.body for request in server.route_requests]
    assert asked == [True, False, False] and "response_format" in waits.told[0][2]


Work = Callable[[ChatClient, Path], Awaitable[object]]
WORKS: dict[str, tuple[str, Work]] = {
    "speech": (SPEECH, lambda chat, _: chat.speech("hello")),
    "transcribe": (TRANSCRIPTION, lambda chat, path: chat.transcribe(path)),
    "image": (IMAGES, lambda chat, _: chat.image("a robot")),
}
FAULTS: dict[str, tuple[Answer, Failure]] = {
    "reset": (Reset(), Failure.TRANSPORT),
    "401": (Status(401, f"bad key {KEY}"), Failure.ACCESS),
    "402": (Status(402), Failure.CREDITS),
    "403": (Status(403), Failure.ACCESS),
    "404": (Status(404, body={"detail": "Not Found"}), Failure.NO_MODEL),
    "404 model": (Status(404, "The model `x` does not exist"), Failure.NO_MODEL),
    "405": (Status(405, body={"detail": "Method Not Allowed"}), Failure.NO_MODEL),
    "501": (Status(501), Failure.NO_MODEL),
    "422": (Status(422, "voice is unknown"), Failure.BAD_INPUT),
    "429": (Status(429, headers={"retry-after": "9"}), Failure.QUOTA),
    "500": (Status(500, "boom"), Failure.CRASHED),
    "502": (Status(502, body="<html>Bad Gateway</html>"), Failure.TRANSPORT),
    "truncated": (Truncated(), Failure.TRANSPORT),
    "malformed": (Body(b'{"data": ['), Failure.UNREADABLE),
    "wrong shape": (Body(b'{"data": null, "text": 3}'), Failure.UNREADABLE),
    "a web page": (Body(b"<html>hello</html>", "text/html"), Failure.UNREADABLE),
    "an error with status 200": (Body(b'{"error": "engine died"}'), Failure.CRASHED),
}


@pytest.mark.parametrize("name", WORKS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_each_fault_of_a_route_is_one_plain_error(name: str, fault: str, tmp_path: Path) -> None:
    (route, work), (answer, failure) = WORKS[name], FAULTS[fault]
    path = tmp_path / "a.wav"
    path.write_bytes(wav())
    with ChatServer(routes={route: answer}) as server:
        async with client(server.url) as chat:
            with pytest.raises(LLMError) as caught:
                await work(chat, path)
    error = caught.value
    assert error.failure is failure, error.message
    assert KEY not in f"{error.message} {error.hint} {error.said}" and error.__cause__ is None
    assert error.message.endswith(".") and error.hint and "chat completion" not in error.message + error.hint


@pytest.mark.parametrize("name", WORKS)
async def test_a_server_without_the_route_is_named_with_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav())
    route, work = WORKS[name]
    with ChatServer() as server:
        async with client(server.url) as chat:
            with pytest.raises(LLMError) as caught:
                await work(chat, path)
    assert caught.value.failure is Failure.NO_MODEL and route.removeprefix("/v1") in caught.value.message


@pytest.mark.parametrize("name", WORKS)
async def test_a_passing_fault_of_a_route_is_tried_again_and_told(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav())
    (route, work), waits = WORKS[name], Waits()
    with ChatServer(routes={route: Queue(Status(503), all_routes()[route])}) as server:
        async with client(server.url, waits, tries=2) as chat:
            assert await work(chat, path)
        assert len(server.route_requests) == 2
    assert len(waits.asked) == 1


@pytest.mark.parametrize("name", WORKS)
async def test_a_route_that_says_nothing_is_given_up(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav())
    route, work = WORKS[name]
    with ChatServer(routes={route: Hang()}) as server:
        async with client(server.url, timeouts=Timeouts(silence=0.05)) as chat:
            with pytest.raises(LLMError) as caught:
                await work(chat, path)
    assert caught.value.failure is Failure.TIMEOUT


@pytest.mark.parametrize("name", WORKS)
async def test_limits_of_a_run_hold_for_the_routes_too(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav())
    route, _ = WORKS[name]
    calls: dict[str, Callable[[ChatClient, Budget], Awaitable[object]]] = {
        "speech": lambda chat, budget: chat.speech("hello", budget=budget),
        "transcribe": lambda chat, budget: chat.transcribe(path, budget=budget),
        "image": lambda chat, budget: chat.image("a robot", budget=budget),
    }
    with ChatServer(routes={route: Hang()}) as server:
        async with client(server.url) as chat:
            for budget, word in ((Budget(usd=1.0), "price"), (Budget(seconds=1), "1 s")):
                with pytest.raises(LLMError) as caught:
                    await calls[name](chat, budget)
                assert caught.value.failure is Failure.REFUSED and word in caught.value.message
        assert len(server.route_requests) == 1


@pytest.mark.parametrize(
    ("answer", "failure", "word"),
    [
        (Painted(url="http://169.254.169.254/x.png"), Failure.UNREADABLE, "address"),
        (Painted(b"no picture"), Failure.UNREADABLE, "not a picture"),
        (Painted(b""), Failure.EMPTY, "empty"),
        (Body(b'{"data": [{"b64_json": "%%%"}]}'), Failure.UNREADABLE, "not a picture"),
    ],
    ids=["an address", "other bytes", "nothing", "no base64"],
)
async def test_what_is_no_picture_is_not_handed_on(answer: Answer, failure: Failure, word: str) -> None:
    with ChatServer(routes={IMAGES: answer}) as server:
        async with client(server.url) as chat:
            with pytest.raises(LLMError) as caught:
                await chat.image("a robot")
    assert caught.value.failure is failure and word in caught.value.message


async def test_speech_without_a_sound_is_empty() -> None:
    with ChatServer(routes={SPEECH: Spoken(b"")}) as server:
        async with client(server.url) as chat:
            with pytest.raises(LLMError) as caught:
                await chat.speech("hello")
    assert caught.value.failure is Failure.EMPTY


async def test_what_cannot_be_sent_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    async with client(closed_port_url()) as chat:
        for work in (chat.speech(" "), chat.image("\n"), chat.transcribe(tmp_path / "gone.wav")):
            with pytest.raises(LLMError) as caught:
                await work
            assert caught.value.failure is Failure.BAD_INPUT
