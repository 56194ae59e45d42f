"""Reasoning that stands inside the content never reaches the reply, wherever the stream is cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.states import Failure
from hgtui.llm.errors import LLMError
from hgtui.llm.thinking import ThinkSplitter
from hgtui.llm.values import ReasoningDelta, Retracted, TextDelta
from tests.llm.asking import client, hear
from tests.servers import wire
from tests.servers.chat import ChatServer
from tests.servers.replies import Reply

CASES = {
    "a block at the beginning": ("<think>let me see</think>[1]", "let me see", "[1]"),
    "a block after blanks": ("\n<think>\nhm\n</think>\n\n[1]", "\nhm\n", "\n\n\n[1]"),
    "a block in the middle": ("First\n<think>hm</think>then", "hm", "First\nthen"),
    "two blocks": ("<think>a</think><think>b</think>c", "ab", "c"),
    "a lone end": ("the user wants a plan\n</think>\n[1]", "the user wants a plan\n", "\n[1]"),
    "a lone end after a draft": ('[{"task": "x"}]</think>[2]', '[{"task": "x"}]', "[2]"),
    "a lone end at the beginning": ("</think>[1]", "", "[1]"),
    "an end too many": ("<think>a</think>b</think>c", "ab", "c"),
    "tags inside a JSON string": ('[{"text": "</think> \\"<think>"}]', "", '[{"text": "</think> \\"<think>"}]'),
    "words about tags": ("`</think>` ends what <think> began", "", "`</think>` ends what <think> began"),
    "something like a tag": ("<thin a <b> </thinker", "", "<thin a <b> </thinker"),
    "a tag that is cut at the end": ("done </thi", "", "done </thi"),
}


def kept(pieces: list[str]) -> tuple[str, str]:
    """The reasoning and the text that a reader has in the end."""
    splitter, thoughts, said = ThinkSplitter(), "", ""
    for piece in [*(one for part in pieces for one in splitter.feed(part)), *splitter.flush()]:
        if piece.kind == "text":
            said += piece.text
        elif piece.kind == "reasoning":
            thoughts += piece.text
        else:
            thoughts, said = thoughts + said, ""
    return thoughts, said


@pytest.mark.parametrize("split", [wire.all_at_once, wire.by(1)])
@pytest.mark.parametrize("pieces", [wire.words, wire.characters, lambda text: [text]])
@pytest.mark.parametrize("name", CASES)
async def test_reasoning_and_reply_are_told_apart_at_any_cut(name: str, pieces, split: wire.Splitter) -> None:
    content, reasoning, reply = CASES[name]
    with ChatServer(Reply(content, pieces=pieces, split=split)) as server:
        heard = await hear(client(server.url))
    said, thoughts = "", ""
    for chunk in heard.chunks:
        if isinstance(chunk, TextDelta):
            said += chunk.text
        elif isinstance(chunk, ReasoningDelta):
            thoughts += chunk.text
        elif isinstance(chunk, Retracted):
            assert chunk.reasoning == said
            said, thoughts = "", thoughts + said
    assert (thoughts, said) == (reasoning, reply)
    assert (heard.record.reasoning, heard.record.reply) == (reasoning, reply)
    assert heard.record.raw == ("" if content == reply else content)


async def test_a_lone_end_takes_back_the_text_so_far_before_anything_new_is_said() -> None:
    with ChatServer(Reply("hm hm </think>[1]")) as server:
        chunks = (await hear(client(server.url))).chunks
    place = next(index for index, chunk in enumerate(chunks) if isinstance(chunk, Retracted))
    assert chunks[place] == Retracted("hm hm ")
    assert chunks[place + 1 :][0] == TextDelta("[1]")


async def test_reasoning_that_never_ends_is_no_reply() -> None:
    with ChatServer(Reply("<think>for ever")) as server, pytest.raises(LLMError) as caught:
        await hear(client(server.url))
    assert caught.value.failure is Failure.EMPTY and "only its reasoning" in caught.value.message
    assert caught.value.record is not None and caught.value.record.raw == "<think>for ever"


PARTS = st.lists(st.sampled_from(["<think>", "</think>", "<", "/think>", "`", '"', "\\", "\n", "[", "{", "a b", "é"]))


@given(PARTS.map("".join), st.data())
def test_where_the_content_is_cut_makes_no_difference(content: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)))))
    edges = [0, *cuts, len(content)]
    pieces = [content[start:end] for start, end in pairwise(edges)]
    assert kept(pieces) == kept([content])
