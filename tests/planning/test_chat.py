"""A plain reply where no task is needed: it streams, knows the earlier turns, and fits."""

import pytest

from hgtui.core.ports import CallMade, Context, Noticed, RespondingError, Said, Turn, Wrote
from hgtui.core.states import Failure
from hgtui.llm.client import ChatClient
from hgtui.planning.chat import Talk, Talker
from tests.servers import wire
from tests.servers.chat import ChatServer, Reply, Request, Status
from tests.servers.replies import Events

TURNS = (
    Turn(request="Read page.png", answer="It says hello.", files=("o/0.txt",)),
    Turn(request="And b.png?", answer=""),
)


async def talk(script: object, request: str = "Thanks!", context: Context | None = None) -> tuple[list[Talk], Request]:
    async with ChatServer(script) as server, ChatClient(server.url, None, "test-model") as chat:  # type: ignore[arg-type]
        said = [one async for one in Talker(chat).chat_reply(request, context)]
        return said, await server.request()


async def test_the_reply_streams_and_is_written_in_the_end() -> None:
    said, asked = await talk(Reply("You are welcome.", reasoning="hm"))
    assert "".join(one.text for one in said if isinstance(one, Said) and not one.reasoning) == "You are welcome."
    assert isinstance(said[-2], CallMade)
    assert said[-1] == Wrote(text="You are welcome.", by="test-model")
    assert asked.system.startswith("Response generation\n")
    assert asked.last == "Thanks!"
    assert "response_format" not in asked.body


async def test_earlier_turns_with_an_answer_are_a_conversation() -> None:
    _, asked = await talk(Reply("Hello."), "What did it say?", Context(earlier=TURNS))
    assert [(one["role"], one["content"]) for one in asked.messages[1:]] == [
        ("user", "Read page.png"),
        ("assistant", "It says hello."),
        ("user", "What did it say?"),
    ]


async def test_the_oldest_turns_are_left_out_and_that_is_said() -> None:
    turns = tuple(Turn(request=f"Question {number}", answer="word " * 900) for number in range(8))
    said, asked = await talk(Reply("Yes."), "Is it?", Context(earlier=turns))
    assert isinstance(said[0], Noticed)
    assert said[0].text.startswith("The oldest 6 of 8 turns were not told")
    assert [one["content"] for one in asked.messages if one["role"] == "user"] == ["Question 6", "Question 7", "Is it?"]


async def test_reasoning_before_a_lone_end_tag_is_no_part_of_the_reply() -> None:
    said, _ = await talk(Reply("The user is polite.\n</think>\nYou are welcome."))
    assert said[-1] == Wrote(text="You are welcome.", by="test-model")


async def test_what_fails_says_so_and_keeps_what_was_written() -> None:
    with pytest.raises(RespondingError) as caught:
        await talk(Events([wire.chunk("test-model", {"content": "You are"})], cut=True))
    assert (caught.value.failure, caught.value.partial) == (Failure.TRANSPORT, "You are")
    with pytest.raises(RespondingError) as caught:
        await talk(Status(401))
    assert caught.value.failure is Failure.ACCESS


async def test_a_request_that_does_not_fit_is_refused_and_never_cut() -> None:
    with pytest.raises(RespondingError, match="too long for the model") as caught:
        await talk(Reply("."), "word " * 5_000)
    assert caught.value.failure is Failure.BAD_INPUT
