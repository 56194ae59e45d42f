"""Every fault of a server ends in one LLMError: the right class, a sentence, a hint, no key, and what came so far."""

import json
from dataclasses import dataclass

import pytest

from hgtui.core.states import Failure
from hgtui.llm.errors import LLMError
from hgtui.llm.values import Timeouts
from tests.llm.asking import KEY, Waits, client, hear
from tests.servers import wire
from tests.servers.chat import ChatServer, closed_port_url
from tests.servers.replies import Answer, Body, Drip, Events, Hang, Reply, Reset, Status, Truncated

HTML = "<html><body><h1>502 Bad Gateway</h1><script>alert(1)</script></body></html>"
SOME = [wire.chunk("m", {"content": "half "}), wire.chunk("m", {"content": "a plan"})]


@dataclass(frozen=True)
class Case:
    answer: Answer
    failure: Failure
    sentence: str
    hint: str = ""
    status: int | None = None
    partial: str = ""


def nulls(field: str) -> dict[str, object]:
    return {**wire.chunk("m", {}), field: None}


CASES = {
    "reset": Case(Reset(), Failure.TRANSPORT, "broke off the connection"),
    "400": Case(Status(400, "bad field"), Failure.BAD_INPUT, "did not take the request (400): bad field", status=400),
    "too long": Case(
        Status(400, "This model's maximum context length is 4096 tokens", code="context_length_exceeded"),
        Failure.BAD_INPUT,
        "too long",
        "Shorten",
        400,
    ),
    "401": Case(
        Status(401, f"Incorrect API key provided: {KEY}."), Failure.ACCESS, "refused the key", "OPENAI_API_KEY", 401
    ),
    "402": Case(Status(402, "pay"), Failure.CREDITS, "credits", "Add credits", 402),
    "403": Case(Status(403, "no right"), Failure.ACCESS, "does not allow", "OPENAI_MODEL", 403),
    "404 model": Case(
        Status(404, "The model `x` does not exist"), Failure.NO_MODEL, "does not have the model", "OPENAI_MODEL", 404
    ),
    "404 path": Case(
        Status(404, body={"detail": "Not Found"}), Failure.NO_MODEL, "no chat completion", "OPENAI_BASE_URL", 404
    ),
    "422": Case(
        Status(422, body={"detail": [{"loc": ["body", "messages"], "msg": "wrong"}]}),
        Failure.BAD_INPUT,
        "messages",
        status=422,
    ),
    "429": Case(Status(429, "slow down", headers={"retry-after": "7"}), Failure.QUOTA, "limits", "wait 7 s", 429),
    "429 spent": Case(
        Status(429, "You exceeded your current quota", code="insufficient_quota"), Failure.CREDITS, "credits", "", 429
    ),
    "500": Case(Status(500, "boom"), Failure.CRASHED, "failed (500): boom", "log", 500),
    "500 memory": Case(Status(500, "CUDA out of memory"), Failure.OUT_OF_MEMORY, "ran out of memory", "smaller", 500),
    "502 html": Case(Status(502, body=HTML), Failure.TRANSPORT, "not available (502).", "down", 502),
    "503 loading": Case(Status(503, "Loading model"), Failure.LOADING, "still loading", "", 503),
    "truncated body": Case(Truncated(), Failure.TRANSPORT, "broke off"),
    "malformed json": Case(Body(b'{"choices": [{'), Failure.UNREADABLE, "not the JSON", "OPENAI_BASE_URL"),
    "deep json": Case(Body(b"[" * 200_000), Failure.UNREADABLE, "not the JSON"),
    "wrong shape": Case(Body(b'{"answer": 42}'), Failure.UNREADABLE, "not a chat completion", "OPENAI_BASE_URL"),
    "a list": Case(Body(b"[1, 2]"), Failure.UNREADABLE, "not a chat completion"),
    "choices null": Case(Body(json.dumps(nulls("choices")).encode()), Failure.UNREADABLE, "not a chat completion"),
    "web page": Case(Body(HTML.encode(), "text/html"), Failure.UNREADABLE, "a web page", "/v1", 200),
    "events of the wrong shape": Case(Events([{"answer": 42}, [1], 7, "x"]), Failure.UNREADABLE, "not a chat"),
    "events with choices null": Case(Events([nulls("choices")] * 2), Failure.UNREADABLE, "not a chat completion"),
    "event with a strange choice": Case(Events([{"choices": ["x"]}, {"choices": "x"}]), Failure.UNREADABLE, "not a"),
    "event that is no json": Case(Events([b"data: {oops\n\n"]), Failure.UNREADABLE, "not the JSON"),
    "deep event": Case(Events([b"data: " + b"[" * 200_000 + b"\n\n"]), Failure.UNREADABLE, "not the JSON"),
    "event that is no utf-8": Case(Events([b"data: \xff\xfe\n\n"]), Failure.UNREADABLE, "not the JSON"),
    "empty stream": Case(Events([], done=False), Failure.EMPTY, "empty reply"),
    "empty stream that says done": Case(Events([]), Failure.EMPTY, "empty reply"),
    "empty reply": Case(Reply(""), Failure.EMPTY, "empty reply", "OPENAI_MODEL"),
    "blank reply": Case(Reply(" \n"), Failure.EMPTY, "empty reply", partial=" \n"),
    "all in reasoning_content": Case(Reply("", reasoning="the whole plan"), Failure.EMPTY, "only its reasoning"),
    "no token left": Case(Reply("", reasoning="hm", finish="length"), Failure.EMPTY, "all its tokens", "more tokens"),
    "cut stream": Case(Events(SOME, cut=True), Failure.TRANSPORT, "broke off", partial="half a plan"),
    "ends in the middle": Case(Events(SOME, done=False), Failure.TRANSPORT, "in the middle", "", None, "half a plan"),
    "error in the stream": Case(
        Events([*SOME, wire.error("engine died")]), Failure.CRASHED, "broke off with an error: engine died.", "", None,
        "half a plan",
    ),
    "error with a status in the stream": Case(
        Events([*SOME, wire.error("slow down", code=429)]), Failure.QUOTA, "limits", "", 429, "half a plan"
    ),
    "error event of old vllm": Case(
        Events([{"object": "error", "message": "too much", "type": "BadRequestError", "code": 400}]),
        Failure.BAD_INPUT, "too much", "", 400,
    ),
    "error as a whole body": Case(Body(json.dumps({"error": "no such thing"}).encode()), Failure.CRASHED, "no such"),
    "malformed event after text": Case(Events([*SOME, b"data: {\n\n"]), Failure.UNREADABLE, "", "", None, "half a plan"),
    "content filter": Case(Reply("I ", finish="content_filter"), Failure.REFUSED, "refused to answer", partial="I "),
    "refusal": Case(Events([wire.chunk("m", {"refusal": "I won't"}, "stop")]), Failure.REFUSED, "refused to answer: I won't."),
}  # fmt: skip


def in_plain_words(error: LLMError) -> None:
    shown = f"{error.message} {error.hint} {error.said}"
    assert KEY not in shown and KEY not in repr(error.__cause__)
    assert error.__cause__ is None
    assert error.message.endswith(".") and error.message.count("\n") == 0
    assert error.hint.endswith((".", "?"))
    assert len(error.message) < 500
    assert not any(word in shown for word in ("Traceback", "<html", "<script", "httpx", "Error(", "\x1b"))


@pytest.mark.parametrize("name", CASES)
async def test_each_fault_is_one_plain_error(name: str) -> None:
    case = CASES[name]
    with ChatServer(case.answer) as server:
        with pytest.raises(LLMError) as caught:
            await hear(client(server.url))
        assert len(server.requests) == 1
    error = caught.value
    assert error.failure is case.failure, error.message
    assert case.sentence in error.message
    assert case.hint in error.hint
    assert (error.status, error.partial) == (case.status, case.partial)
    in_plain_words(error)
    if case.partial:
        assert error.record is not None and error.record.reply == case.partial


async def test_a_closed_port_is_a_server_that_cannot_be_reached() -> None:
    with pytest.raises(LLMError) as caught:
        await hear(client(closed_port_url()))
    assert caught.value.failure is Failure.TRANSPORT
    assert "cannot be reached" in caught.value.message and "OPENAI_BASE_URL" in caught.value.hint
    in_plain_words(caught.value)


async def test_a_server_that_says_nothing_is_given_up_and_hung_up_on() -> None:
    waits = Waits()
    with ChatServer(Hang()) as server:
        with pytest.raises(LLMError) as caught:
            await hear(client(server.url, waits, tries=3, timeouts=Timeouts(silence=0.05)))
        await (await server.request()).gone.wait()
        assert len(server.requests) == 1
    assert caught.value.failure is Failure.TIMEOUT
    assert "said nothing for 0.05 s" in caught.value.message
    in_plain_words(caught.value)


@pytest.mark.parametrize("delta", [None, {"content": "x"}])
async def test_a_slow_drip_ends_with_the_time_for_the_whole_call(delta: dict[str, str] | None) -> None:
    with ChatServer(Drip(delta=delta)) as server:
        chat = client(server.url, timeouts=Timeouts(total=0.3))
        with pytest.raises(LLMError) as caught:
            await hear(chat)
        await (await server.request()).gone.wait()
    assert caught.value.failure is Failure.TIMEOUT
    assert "did not finish within 0.3 s" in caught.value.message
    assert bool(caught.value.partial) is (delta is not None)


async def test_words_of_a_server_are_cleaned_and_cut() -> None:
    with ChatServer(Status(400, "\x1b[2J[bold]" + "very " * 10_000)) as server, pytest.raises(LLMError) as caught:
        await hear(client(server.url))
    assert len(caught.value.said) <= 300 and "\x1b" not in caught.value.message
    in_plain_words(caught.value)
