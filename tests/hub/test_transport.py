"""The transport under the real client, against real sockets: where requests go, whose token, how much comes back."""

import asyncio
import gzip
import time
from collections.abc import Callable

import pytest

from hgtui import __version__
from hgtui.core.states import Failure
from hgtui.hub.thread import HubThread
from hgtui.hub.values import HubCall, HubError, HubPlace
from hgtui.hub.wire import STAND_IN, Wire
from tests.hub.asking import MODEL, classify, listing, place
from tests.servers.gate import Gate
from tests.servers.hub import TOKEN, Dripped, Endless, Held, HubServer, Lying, Made, Redirect, Slow
from tests.servers.hub.faults import body

INFER = "infer/hf-inference/text-classification"
Wired = Callable[..., Wire]


async def fetched(wire: Wire, url: str, *, token: bool = True, seconds: float = 20, mb: float = 1) -> bytes:
    """GET through the client that the room's own requests use."""

    async def work() -> bytes:
        from hgtui.hub.transport import client

        headers = {"Authorization": f"Bearer {STAND_IN}", "X-HF-Bill-To": "acme"} if token else {}
        async with client() as http:
            return (await http.get(url, headers=headers)).raise_for_status().content

    return await wire.run(work, seconds, answer_mb=mb)


async def test_the_router_is_where_it_is_configured(server: HubServer, wired: Wired) -> None:
    for router in (server.url, f"{server.url}/", f"{server.url}/v1", f"{server.url}/v1/"):
        assert await classify(wired()) == "POSITIVE"
        wire = Wire(HubPlace(server.url, router, token=TOKEN), wired().thread)
        assert await classify(wire) == "POSITIVE"
        await wire.aclose()
    assert {call.path for call in server.to(INFER)} == {f"/hf-inference/models/{MODEL}"}


async def test_the_hubs_own_name_leads_to_the_endpoint(server: HubServer, wire: Wire) -> None:
    ids = await wire.ask(lambda: listing("https://huggingface.co"))
    assert MODEL in ids
    assert server.to("listing")[0].headers["host"] == server.url.removeprefix("http://")


async def test_two_places_in_one_process_do_not_know_of_each_other(server: HubServer, wire: Wire) -> None:
    async with HubServer() as other:
        second = Wire(place(other, token="hf_test_other"), wire.thread)
        labels = await asyncio.gather(*(classify(one) for one in (wire, second) * 5))
        await second.aclose()
        assert labels == ["POSITIVE"] * 10
        assert [call.token for call in other.calls] == ["hf_test_other"] * 5
    assert [call.token for call in server.calls] == [TOKEN] * 5


async def test_the_token_is_the_places_own_and_the_client_never_has_it(server: HubServer, wire: Wire) -> None:
    await classify(wire)
    assert {call.token for call in server.calls} == {TOKEN}


async def test_without_a_token_none_is_sent(server: HubServer, wired: Wired) -> None:
    await wired(token="").ask(lambda: listing(server.url))
    assert "authorization" not in server.to("listing")[0].headers


async def test_a_redirect_to_another_port_is_not_followed_there(server: HubServer, wire: Wire) -> None:
    async with HubServer() as other:
        server.always("listing", Redirect(f"{other.url}/api/models"))
        with pytest.raises(HubError) as caught:
            await wire.ask(lambda: listing(server.url))
        assert caught.value.failure is Failure.REFUSED
        assert other.connections == 0


async def test_a_redirect_that_stays_keeps_the_token(server: HubServer, wire: Wire) -> None:
    there = server.put("moved", Made(b"[]", "application/json"))
    server.when("listing", Redirect(there))
    assert await wire.ask(lambda: listing(server.url)) == []
    assert server.calls[-1].token == TOKEN


async def test_another_host_gets_neither_token_nor_the_name_of_who_pays(
    server: HubServer, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other host is behind a proxy, which is the server itself: no test reaches the web."""
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server.always("*", Made(b"a file", "image/png"))
    start = server.put("start", Redirect("http://files.example.com/picture.png?signature=secret"))
    server.when("/files/start", Redirect("http://files.example.com/picture.png?signature=secret"))
    assert await fetched(wire, start) == b"a file"
    await fetched(wire, "http://files.example.com/picture.png")  # where the client itself would have sent it
    first, second, third = server.calls
    assert (first.token, first.headers["x-hf-bill-to"]) == (TOKEN, "acme")
    assert second.headers["host"] == "files.example.com"
    assert not {"authorization", "x-hf-bill-to"} & (set(second.headers) | set(third.headers))


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "odd://127.0.0.1:1", "http://[::1"])
async def test_a_proxy_that_cannot_be_used_is_told(proxy: str, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(HubError, match=r"proxy .* cannot be used") as caught:
        await fetched(wire, "http://files.example.com/picture.png")
    assert "HTTPS_PROXY" in caught.value.hint


async def test_a_client_keeps_to_the_proxies_that_it_began_with(
    server: HubServer, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await wire.ask(lambda: listing(server.url)) is not None
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    assert await wire.ask(lambda: listing(server.url)) is not None
    assert len(server.to("listing")) == 2


async def test_connections_are_used_again(server: HubServer, wire: Wire) -> None:
    for _ in range(5):
        await classify(wire)
        await wire.ask(lambda: listing(server.url))
    assert server.connections == 2  # one for the client's coroutines, one for its blocking half


async def test_inputs_are_not_sent_on_to_where_a_redirect_points(server: HubServer, wire: Wire) -> None:
    server.always(INFER, Redirect("https://elsewhere.example.com/take", status=307))
    with pytest.raises(HubError, match=r"sent the inputs on to https://elsewhere\.example\.com/take") as caught:
        await classify(wire)
    assert caught.value.failure is Failure.REFUSED


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://[::1]:9/x", "http://localhost:9/x", "http://10.0.0.1/x"]
)
async def test_an_address_that_is_not_public_is_not_asked(url: str, wire: Wire, made: list[HubCall]) -> None:
    with pytest.raises(HubError) as caught:
        await fetched(wire, url)
    assert caught.value.failure is Failure.REFUSED
    assert [call.status for call in made] == [None]


async def test_nothing_is_asked_offline(server: HubServer, wired: Wired) -> None:
    with pytest.raises(HubError, match="offline") as caught:
        await classify(wired(offline=True))
    assert caught.value.failure is Failure.REFUSED
    assert server.connections == 0


async def test_the_program_says_its_name(server: HubServer, wire: Wire) -> None:
    await wire.ask(lambda: listing(server.url))
    await classify(wire)
    assert {call.headers["user-agent"].partition(";")[0] for call in server.calls} == {f"hgtui/{__version__}"}


async def test_cookies_are_not_kept(server: HubServer, wire: Wire) -> None:
    server.when("listing", Made(b"[]", "application/json", headers={"Set-Cookie": "who=me; Path=/"}))
    for _ in range(2):
        await wire.ask(lambda: listing(server.url))
    assert all("cookie" not in call.headers for call in server.calls)


async def test_an_answer_that_says_it_is_too_large_is_not_read(server: HubServer, wire: Wire) -> None:
    server.always(INFER, Endless(length=200_000_000))
    with pytest.raises(HubError, match="larger than 1 MB") as caught:
        await classify(wire, answer_mb=1)
    assert caught.value.failure is Failure.UNREADABLE
    await server.to(INFER)[0].request.gone.wait()


async def test_an_answer_without_end_is_cut_off(server: HubServer, wire: Wire, made: list[HubCall]) -> None:
    server.always(INFER, Endless())
    with pytest.raises(HubError, match="larger than 1 MB"):
        await classify(wire, answer_mb=1)
    await server.to(INFER)[0].request.gone.wait()
    assert 1_000_000 < made[0].received < 3_000_000


@pytest.mark.parametrize("by", [100, -10])
async def test_a_length_that_lies_is_noticed(by: int, server: HubServer, wire: Wire) -> None:
    server.always(INFER, Lying(by))
    with pytest.raises(HubError) as caught:
        await classify(wire)
    assert caught.value.failure in {Failure.TRANSPORT, Failure.UNREADABLE}


async def test_a_packed_answer_is_unpacked(server: HubServer, wire: Wire) -> None:
    content = gzip.compress(b'[[{"label": "packed", "score": 0.5}]]', mtime=0)
    server.always(INFER, Made(content, "application/json", headers={"Content-Encoding": "gzip"}))
    assert await classify(wire) == "packed"


@pytest.mark.parametrize(
    ("content", "coding", "says"),
    [
        (gzip.compress(bytes(50_000_000)), "gzip", "larger than 1 MB"),
        (gzip.compress(b"[]", mtime=0)[:-9], "gzip", "ends too early"),
        (gzip.compress(b"[]", mtime=0) + bytes(900_000), "gzip", "goes on behind its end"),
        (b"not packed at all", "gzip", "cannot be unpacked"),
        (b"[]", "br", "was not asked for"),
    ],
)
async def test_a_packed_answer_that_is_a_bomb_or_broken_is_a_sentence(
    content: bytes, coding: str, says: str, server: HubServer, wire: Wire
) -> None:
    server.always(INFER, Made(content, "application/json", headers={"Content-Encoding": coding}))
    with pytest.raises(HubError, match=says) as caught:
        await classify(wire, answer_mb=1)
    assert caught.value.failure is Failure.UNREADABLE


async def test_drips_do_not_outlast_the_total_time(server: HubServer, wire: Wire) -> None:
    await classify(wire)
    server.always(INFER, Dripped(size=1, gap_s=0.2))
    with pytest.raises(HubError, match=r"hf-inference did not answer within 0\.7 s") as caught:
        await classify(wire, seconds=0.7, silence_s=0.5)
    assert caught.value.failure is Failure.TIMEOUT
    await server.to(INFER)[1].request.gone.wait()


async def test_silence_has_a_bound_of_its_own(server: HubServer, wire: Wire) -> None:
    gate = Gate()
    server.always(INFER, Held(gate))
    with pytest.raises(HubError, match=r"said nothing for 0\.3 s") as caught:
        await classify(wire, seconds=30, silence_s=0.3)
    assert caught.value.failure is Failure.TIMEOUT
    gate.release()


async def test_a_cancelled_call_closes_its_connection(server: HubServer, wire: Wire, made: list[HubCall]) -> None:
    server.always(INFER, Held(Gate()))
    asking = asyncio.ensure_future(classify(wire))
    call = await server.call(INFER)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await call.request.gone.wait()


async def test_a_cancelled_listing_closes_its_connection_though_the_client_blocks(
    server: HubServer, wire: Wire
) -> None:
    server.always("listing", Held(Gate()))
    asking = asyncio.ensure_future(wire.ask(lambda: listing(server.url)))
    call = await server.call("listing")
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await call.request.gone.wait()


async def test_thirty_calls_of_a_model_are_in_flight_together(server: HubServer, wire: Wire) -> None:
    gate = Gate()
    server.always(INFER, Held(gate))
    asking = [asyncio.ensure_future(classify(wire, 60)) for _ in range(30)]
    await server.call(INFER, 30)
    assert server.peak == 30
    gate.release()
    assert await asyncio.gather(*asking) == ["POSITIVE"] * 30


async def test_thirty_listings_are_in_flight_together(server: HubServer, wire: Wire) -> None:
    gate = Gate()
    server.always("listing", Held(gate))
    asking = [asyncio.ensure_future(wire.ask(lambda: listing(server.url))) for _ in range(30)]
    await server.call("listing", 30)
    gate.release()
    assert [len(ids) for ids in await asyncio.gather(*asking)] == [5] * 30


async def test_the_callers_loop_is_not_held_up_by_an_answer_that_takes_two_seconds(
    server: HubServer, wire: Wire
) -> None:
    hold = 2.0
    await wire.ask(lambda: listing(server.url))
    server.always("listing", Slow(hold))
    asking = asyncio.ensure_future(wire.ask(lambda: listing(server.url)))
    longest, last = 0.0, time.monotonic()
    while not asking.done():
        await asyncio.sleep(0.001)  # the pulse that is counted
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert await asking
    assert longest < hold / 8


async def test_a_blocking_request_inside_the_clients_coroutine_neither_locks_up_nor_reaches_the_caller(
    server: HubServer, wire: Wire
) -> None:
    """The mapping fetch of huggingface_hub 2.4 does that."""

    async def work() -> int:
        from huggingface_hub.utils import get_session

        return int(get_session().get(f"{server.url}/api/models").status_code)

    gate = Gate()
    server.when("listing", Held(gate))
    asking = asyncio.ensure_future(wire.run(work, 30))
    await server.call("listing")
    await asyncio.sleep(0)
    gate.release()
    assert await asking == 200


async def test_each_exchange_is_recorded_on_the_callers_loop(server: HubServer, thread: HubThread) -> None:
    told: list[tuple[HubCall, object]] = []
    wire = Wire(place(server), thread, lambda call: told.append((call, asyncio.get_running_loop())))
    await wire.ask(lambda: listing(server.url))
    await classify(wire)
    (first, loop), (second, _) = told
    assert loop is asyncio.get_running_loop()
    assert (first.method, first.status, first.error) == ("GET", 200, "")
    assert first.url == f"{server.url}/api/models?pipeline_tag=text-classification&limit=5"
    assert first.received > 100
    assert (second.method, second.url) == ("POST", f"{server.url}/hf-inference/models/{MODEL}")
    assert second.sent == len(server.to(INFER)[0].raw)


async def test_no_secret_is_recorded(server: HubServer, wire: Wire, made: list[HubCall]) -> None:
    server.always("*", Made(b"x", "text/plain"))
    await fetched(wire, f"{server.url}/x?token={TOKEN}&Signature=abc&page=2")
    assert made[0].url == f"{server.url}/x?page=2"
    assert TOKEN not in repr(made) + repr(wire.place)


async def test_an_exchange_that_fails_is_recorded_with_what_went_wrong(
    server: HubServer, wire: Wire, made: list[HubCall]
) -> None:
    server.always(INFER, Endless())
    with pytest.raises(HubError):
        await classify(wire, answer_mb=1)
    assert made[0].status == 200
    assert "larger than 1 MB" in made[0].error


async def test_an_empty_body_is_no_trouble_for_the_transport(server: HubServer, wire: Wire) -> None:
    server.always("*", body(b"", "text/plain"))
    assert await fetched(wire, f"{server.url}/x") == b""
