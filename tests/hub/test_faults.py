"""What goes wrong at the Hub, its router and the providers, told to a person: the real client against each fault."""

import email.utils
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hgtui.core.model import CandidateName
from hgtui.core.states import PASSING, Failure
from hgtui.hub.thread import HubThread
from hgtui.hub.values import HubError, HubPlace
from hgtui.hub.wire import Wire
from tests.hub.asking import MODEL, classify, listing
from tests.servers.gate import Gate
from tests.servers.hub import HOSTILE, RIGHT, TOKEN, Cut, Held, HubServer, Redirect
from tests.servers.hub import faults as hub
from tests.servers.replies import Reset

INFER = "infer/*"
BILLING, TOKENS = "https://huggingface.co/settings/billing", "https://huggingface.co/settings/tokens"

CASES: list[tuple[str, Any, Failure, str, str]] = [
    ("loading", hub.loading(), Failure.LOADING, "is loading", "Wait"),
    ("loading without an estimate", hub.loading(None), Failure.LOADING, "is loading", "Wait"),
    ("429", hub.limited(), Failure.QUOTA, "asked too often", "Wait"),
    ("400", hub.status(400, "top_k must be positive"), Failure.BAD_INPUT, "top_k must be positive", "Change"),
    ("401", hub.unauthorized(), Failure.ACCESS, "refused the token of HF_TOKEN", TOKENS),
    ("wrong token", hub.wrong_token(), Failure.ACCESS, "refused the token of HF_TOKEN", TOKENS),
    ("402", hub.no_credits(), Failure.CREDITS, "credits of HF_TOKEN", BILLING),
    ("403", hub.no_permission(), Failure.ACCESS, "does not allow", '"Make calls to Inference Providers"'),
    ("gated", hub.gated(MODEL), Failure.ACCESS, "is gated", f"/{MODEL}"),
    ("gated, 401", hub.gated(MODEL, 401), Failure.ACCESS, "is gated", f"/{MODEL}"),
    ("404", hub.not_found(), Failure.NO_MODEL, MODEL, "models --search"),
    ("410", hub.status(410, "gone"), Failure.NO_MODEL, MODEL, ""),
    ("408", hub.status(408, "slow"), Failure.TIMEOUT, "in time", ""),
    ("413", hub.status(413, "big"), Failure.BAD_INPUT, "size", "smaller"),
    ("422", hub.status(422), Failure.BAD_INPUT, "422", "Change"),
    ("500", hub.status(500), Failure.TRANSPORT, "500", ""),
    ("502 in HTML", hub.html(), Failure.TRANSPORT, "502", ""),
    ("503", hub.status(503), Failure.TRANSPORT, "503", ""),
    ("504", hub.html(504), Failure.TRANSPORT, "504", ""),
    ("reset", Reset(), Failure.TRANSPORT, "broke off the connection", ""),
    ("cut", Cut(), Failure.TRANSPORT, "broke off the connection", ""),
    ("cut by a reset", Cut(reset=True), Failure.TRANSPORT, "broke off the connection", ""),
    ("round and round", Redirect(), Failure.TRANSPORT, "redirects without end", ""),
    ("no JSON", hub.body('{"label": '), Failure.UNREADABLE, "not JSON", "Another"),
    ("not text", hub.body(b"\xff\xfe\x00{"), Failure.UNREADABLE, "answered with", "Another"),
    ("nothing", hub.body(b""), Failure.UNREADABLE, "not JSON", "Another"),
    ("another shape", hub.body({"what": "is this"}), Failure.UNREADABLE, "cannot be read", "Another"),
    ("an empty list", hub.body([]), Failure.UNREADABLE, "cannot be read", "Another"),
    ("an error in an odd place", hub.status(400, {"message": [{"msg": "odd"}]}), Failure.BAD_INPUT, "odd", ""),
]


async def failing(wire: Wire, seconds: float = 20, **bounds: Any) -> HubError:
    with pytest.raises(HubError) as caught:
        await classify(wire, seconds, **bounds)
    return caught.value


@pytest.mark.parametrize(("fault", "failure", "says", "hint"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
async def test_a_fault_of_a_provider_has_its_class_a_sentence_and_a_way_out(
    fault: Any, failure: Failure, says: str, hint: str, server: HubServer, wire: Wire
) -> None:
    server.always(INFER, fault)
    error = await failing(wire)
    assert (error.failure, says in error.message, hint in error.hint) == (failure, True, True), repr(error.message)
    assert error.message[-1] in ".!?…"
    assert "\n" not in error.message + error.hint
    assert TOKEN not in error.message + error.hint


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (hub.loading(12.5), 12.5),
        (hub.loading(None), None),
        (hub.loading(float("nan")), None),
        (hub.loading(-3), None),
        (hub.loading(1e12), 86_400),
        (hub.limited(7), 7),
        (hub.limited(None, 42), 42),
        (hub.limited(7, 42), 42),
        (hub.limited(None), None),
        (hub.status(500), None),
    ],
)
async def test_how_long_to_wait_is_read_from_the_answer(
    fault: Any, seconds: float | None, server: HubServer, wire: Wire
) -> None:
    server.always(INFER, fault)
    assert (await failing(wire)).retry_after == seconds


async def test_a_date_to_come_back_at_is_read_too(server: HubServer, wire: Wire) -> None:
    date = email.utils.format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    server.always(INFER, hub.refusal(503, "busy", headers={"Retry-After": date}))
    wait = (await failing(wire)).retry_after
    assert wait is not None
    assert 7_000 < wait <= 7_200


async def test_a_servers_words_are_cleaned_short_and_without_a_token(server: HubServer, wire: Wire) -> None:
    said = f"{HOSTILE} your token {TOKEN} or hf_abcdefghijklmnop is bad " + "very " * 500
    server.always(INFER, hub.status(400, said))
    error = await failing(wire)
    assert error.status == 400
    assert not set("\x1b\x07\x00\u202e\u2066\n") & set(error.message)
    assert "hf_test" not in error.message
    assert "hf_abc" not in error.message
    assert len(error.message) < 400


async def test_a_name_that_is_no_server_is_told_with_what_to_check(thread: HubThread) -> None:
    async with HubServer() as gone:
        url = gone.url
    wire = Wire(HubPlace(url, url, token=TOKEN), thread)
    error = await failing(wire)
    assert (error.failure, "cannot be reached" in error.message) == (Failure.TRANSPORT, True)
    assert "HGTUI_ROUTER_URL" in error.hint
    await wire.aclose()


async def test_without_a_token_the_way_to_one_is_told(server: HubServer, wired: Callable[..., Wire]) -> None:
    error = await failing(wired(token=""))
    assert (error.failure, "asks for a token" in error.message) == (Failure.ACCESS, True)
    assert TOKENS in error.hint


async def test_who_pays_is_named_when_the_credits_are_used_up(server: HubServer, wired: Callable[..., Wire]) -> None:
    server.always(INFER, hub.no_credits())
    assert "credits of acme" in (await failing(wired(bill_to="acme"))).message


async def test_no_answer_at_all_is_a_time_out(server: HubServer, wire: Wire) -> None:
    gate = Gate()
    server.always(INFER, Held(gate))
    error = await failing(wire, 0.3)
    assert (error.failure, error.failure in PASSING) == (Failure.TIMEOUT, True)
    gate.release()


async def test_an_error_of_this_programs_own_code_is_not_dressed_up_as_one_of_the_hub(wire: Wire) -> None:
    with pytest.raises(ValueError, match="is not a candidate"):
        await wire.ask(lambda: CandidateName.parse("no name"))


async def test_a_listing_that_fails_once_is_asked_once_more(server: HubServer, wire: Wire) -> None:
    server.when("listing", hub.status(503), RIGHT)
    assert await wire.ask(lambda: listing(server.url))
    assert len(server.to("listing")) == 2


@pytest.mark.parametrize("fault", [hub.status(500), Reset()])
async def test_a_listing_that_fails_twice_is_given_up(fault: Any, server: HubServer, wire: Wire) -> None:
    server.always("listing", fault)
    with pytest.raises(HubError) as caught:
        await wire.ask(lambda: listing(server.url))
    assert caught.value.failure is Failure.TRANSPORT
    assert len(server.to("listing")) == 2


async def test_a_rate_limit_of_the_hub_is_told_and_not_slept_through(server: HubServer, wire: Wire) -> None:
    server.always("listing", hub.limited(None, 280))
    with pytest.raises(HubError) as caught:
        await wire.ask(lambda: listing(server.url))
    assert (caught.value.failure, caught.value.retry_after) == (Failure.QUOTA, 280)
    assert len(server.to("listing")) == 1
