"""Limits of a run: a call that would go over is not made, one that does is cut off; and what a call costs."""

import asyncio
from contextlib import aclosing

import pytest

from hgtui.core.states import PASSING, Failure
from hgtui.llm.budget import Budget, Spent
from hgtui.llm.client import ChatClient
from hgtui.llm.errors import LLMError
from hgtui.llm.messages import Message, estimate_prompt
from hgtui.llm.prices import Price, price_of
from hgtui.llm.retry import RetryPolicy
from hgtui.llm.values import TextDelta, Usage
from tests.llm.asking import ASK, client, hear
from tests.servers.chat import ChatServer
from tests.servers.gate import Gate
from tests.servers.replies import Drip, Reply, Status

OPENAI = "https://api.openai.com/v1"
LONG = "word " * 400


def priced(url: str, price_in: float | None = 1.0, price_out: float | None = 10.0) -> ChatClient:
    return ChatClient(url, None, "m", None, RetryPolicy(tries=1), price_in=price_in, price_out=price_out)


def names(error: LLMError, limit: str, word: str) -> None:
    assert error.failure is Failure.REFUSED and error.failure not in PASSING
    assert limit in error.message and error.message.endswith(".")
    assert f'"{word}"' in error.hint and "Raise" in error.hint


async def test_calls_share_a_limit_of_tokens_and_the_one_that_goes_over_is_not_sent() -> None:
    budget = Budget(tokens=200)
    with ChatServer(Reply("ok", prompt_tokens=90)) as server:
        await hear(client(server.url), budget=budget)
        assert budget.spent.tokens == 91
        await hear(client(server.url), budget=budget)
        with pytest.raises(LLMError) as caught:
            await hear(client(server.url), budget=budget)
        assert len(server.requests) == 2
    names(caught.value, "200 tokens", "tokens")
    assert "182" in caught.value.message


async def test_the_server_is_told_what_is_left_and_its_cut_is_named_for_what_it_is() -> None:
    budget = Budget(tokens=60)
    with ChatServer(Reply(LONG, obeys=True)) as server:
        with pytest.raises(LLMError) as caught:
            await hear(client(server.url), budget=budget)
        sent = server.requests[0].body["max_tokens"]
    assert sent == 60 - estimate_prompt(ASK)
    names(caught.value, "60 tokens", "tokens")
    assert "cut off" in caught.value.message
    assert caught.value.partial.startswith("word word") and caught.value.record is not None


async def test_a_server_that_heeds_no_limit_is_hung_up_on() -> None:
    with ChatServer(Drip(delta={"content": "word word word "})) as server:
        with pytest.raises(LLMError) as caught:
            await hear(client(server.url), budget=Budget(tokens=100))
        await (await server.request()).gone.wait()
    names(caught.value, "100 tokens", "tokens")
    assert len(caught.value.partial) < 1000


async def test_a_smaller_limit_of_the_caller_stays_and_its_end_is_no_fault_of_the_budget() -> None:
    with ChatServer(Reply(LONG, obeys=True)) as server:
        heard = await hear(client(server.url), budget=Budget(tokens=1000), max_tokens=5)
        assert server.requests[0].body["max_tokens"] == 5
    assert heard.record.finish_reason == "length"


async def test_what_is_left_is_not_told_while_it_is_plenty() -> None:
    with ChatServer(Reply("ok")) as server:
        await hear(client(server.url), budget=Budget(tokens=1_000_000))
        assert "max_tokens" not in server.requests[0].body


async def test_a_server_that_refuses_the_number_is_asked_again_without_it() -> None:
    too_large = Status(400, "max_tokens is too large: this model supports at most 512 completion tokens")
    with ChatServer([too_large, Reply("ok")]) as server:
        heard = await hear(client(server.url), budget=Budget(tokens=4000))
        assert ["max_tokens" in request.body for request in server.requests] == [True, False]
    assert heard.text == "ok" and heard.record.refused == ()


async def test_money_is_counted_by_own_prices_and_a_call_that_costs_too_much_is_not_sent() -> None:
    budget = Budget(usd=0.002)
    with ChatServer(Reply("one two three", prompt_tokens=1000)) as server:
        async with priced(server.url) as chat, aclosing(chat.stream(ASK, budget=budget)) as chunks:
            record = [chunk async for chunk in chunks][-1].record  # type: ignore[union-attr]
        assert record.usd == pytest.approx((1000 * 1 + 3 * 10) / 1e6) and budget.spent.usd == record.usd
        async with priced(server.url) as chat:
            with pytest.raises(LLMError) as caught:
                await anext(chat.stream([Message("user", "long " * 2000)], budget=budget))
        assert len(server.requests) == 1
    names(caught.value, "$0.0020", "usd")


async def test_a_limit_of_money_becomes_a_limit_of_tokens() -> None:
    budget = Budget(usd=0.001)
    with ChatServer(Reply(LONG, obeys=True)) as server:
        async with priced(server.url) as chat, aclosing(chat.stream(ASK, budget=budget)) as chunks:
            with pytest.raises(LLMError) as caught:
                await anext(chunks)
                assert [chunk async for chunk in chunks] == []
        most = server.requests[0].body["max_tokens"]
    assert most == int((0.001 - estimate_prompt(ASK) / 1e6) * 1e6 / 10)
    names(caught.value, "$0.0010", "usd")


async def test_a_limit_of_money_cannot_be_kept_where_the_price_is_unknown() -> None:
    with ChatServer(Reply("ok")) as server:
        with pytest.raises(LLMError) as caught:
            await hear(client(server.url), budget=Budget(usd=1))
        assert server.requests == []
    assert caught.value.failure is Failure.REFUSED
    assert "price" in caught.value.message and "price_in" in caught.value.hint


async def test_a_free_server_of_ones_own_needs_no_money() -> None:
    budget = Budget(usd=0.01)
    with ChatServer(Reply("ok")) as server:
        async with priced(server.url, 0, 0) as chat, aclosing(chat.stream(ASK, budget=budget)) as chunks:
            assert [chunk async for chunk in chunks][-1].record.usd == 0  # type: ignore[union-attr]
    assert budget.spent.usd == 0


async def test_an_unknown_price_is_unknown_in_the_record_and_in_the_sum() -> None:
    budget = Budget(tokens=10_000)
    with ChatServer(Reply("ok")) as server:
        record = (await hear(client(server.url), budget=budget)).record
    assert record.usd is None and budget.spent.usd is None and budget.spent.tokens > 0


async def test_a_limit_of_seconds_cuts_a_call_off() -> None:
    with ChatServer(Drip(delta={"content": "x"})) as server:
        with pytest.raises(LLMError) as caught:
            await hear(client(server.url), budget=Budget(seconds=0.2))
        await (await server.request()).gone.wait()
    names(caught.value, "0.2 s", "seconds")
    assert caught.value.partial


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_only_time_with_a_call_under_way_is_counted_and_once_for_calls_side_by_side() -> None:
    clock = Clock()
    budget = Budget(seconds=10, clock=clock)
    clock.now = 100
    first = budget.admit(1, None)
    clock.now = 102
    second = budget.admit(1, None)
    clock.now = 104
    budget.settle(first, Usage(1, 1), None)
    clock.now = 105
    budget.settle(second, Usage(1, 1), None)
    clock.now = 500
    assert budget.spent == Spent(4, 5.0, None)
    third = budget.admit(1, None)
    assert third.left_s() == 5
    clock.now = 505
    with pytest.raises(LLMError) as caught:
        budget.admit(1, None)
    names(caught.value, "10 s", "seconds")


def test_calls_side_by_side_see_what_the_others_use() -> None:
    budget = Budget(tokens=100)
    first, second = budget.admit(20, None), budget.admit(20, None)
    assert first.room() == second.room() == (60, "tokens")
    first.say(250)
    assert second.room() == (10, "tokens")
    with pytest.raises(LLMError) as caught:
        second.say(100)
    names(caught.value, "100 tokens", "tokens")


@pytest.mark.parametrize("limits", [{"tokens": 0}, {"seconds": -1.0}, {"usd": 0.0}])
def test_a_limit_that_allows_nothing_is_a_mistake(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Budget(**limits)  # type: ignore[arg-type]


async def test_a_call_that_was_never_answered_uses_no_tokens() -> None:
    budget = Budget(tokens=1000)
    with ChatServer(Status(400)) as server, pytest.raises(LLMError):
        await hear(client(server.url), budget=budget)
    assert budget.spent.tokens == 0


async def test_a_call_that_was_cancelled_in_the_middle_is_counted_by_estimate() -> None:
    gate, budget = Gate(), Budget(tokens=1000)
    with ChatServer(Reply("one two three", gate=gate, hold_after=2)) as server:
        async with client(server.url) as chat, aclosing(chat.stream(ASK, budget=budget)) as chunks:
            assert await anext(chunks) == TextDelta("one")
    assert budget.spent.tokens > estimate_prompt(ASK)


async def test_calls_side_by_side_end_with_what_they_used_together() -> None:
    budget = Budget(tokens=100_000)
    with ChatServer(Reply("a b c", prompt_tokens=50)) as server:
        await asyncio.gather(*(hear(client(server.url), budget=budget) for _ in range(4)))
    assert budget.spent.tokens == 4 * 53


def test_the_table_knows_the_price_of_a_usual_model_and_what_a_cache_saves() -> None:
    price = price_of(OPENAI, "gpt-4o-mini")
    assert price is not None
    assert price.usd_in == pytest.approx(0.15) and price.usd_out == pytest.approx(0.6)
    assert price.cost(Usage(1000, 100)) == pytest.approx(0.00021)
    assert price.cost(Usage(1000, 0, cached=1000)) < price.cost(Usage(1000, 0))


@pytest.mark.parametrize(
    ("url", "model"),
    [(OPENAI, "no-such"), ("http://127.0.0.1:1/v1", "gpt-4o-mini"), ("https://x.example/v1", "gpt-4o-mini")],
)
def test_what_the_table_does_not_know_has_no_price(url: str, model: str) -> None:
    assert price_of(url, model) is None
    assert price_of(url, model, 2.0, None) is None
    assert price_of(url, model, 2.0, 0.0) == Price(2.0, 0.0)


def test_an_own_price_goes_before_the_table() -> None:
    price = price_of(OPENAI, "gpt-4o-mini", price_in=5.0)
    assert price is not None
    assert price.usd_in == 5.0 and price.usd_out == pytest.approx(0.6)


async def test_cached_tokens_of_the_server_are_in_the_record() -> None:
    with ChatServer(Reply("ok", prompt_tokens=100, cached_tokens=64)) as server:
        assert (await hear(client(server.url))).record.usage == Usage(100, 1, cached=64)
