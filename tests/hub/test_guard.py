"""Requests to addresses that a server named: with the real httpx2, against real sockets."""

import asyncio
import http.server
import threading
from collections.abc import Callable, Iterator, Sequence

import httpx2
import pytest

from hgtui.hub.guard import AsyncGuardedTransport, GuardedTransport, Refused, check, resolve

PUBLIC = "93.184.216.34"


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers /x with what it was asked, and /to?URL with a redirect there."""

    def do_GET(self) -> None:
        self.server.seen.append((self.headers["Host"], self.path))  # type: ignore[attr-defined]
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path.partition("?")[2])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = b"here" * 1000
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


class Server:
    """An HTTP server on the loopback; `seen` are the hosts and paths that it was asked for."""

    def __init__(self) -> None:
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.seen: list[tuple[str, str]] = []
        self._http.seen = self.seen  # type: ignore[attr-defined]
        self.port = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.close()


@pytest.fixture
def secret() -> Iterator[Server]:
    one = Server()
    yield one
    one.close()


Get = Callable[..., tuple[int, bytes]]


@pytest.fixture(params=["async", "sync"])
def get(request: pytest.FixtureRequest) -> Get:
    """Ask for a URL with the client of either kind, following redirects."""

    def blocking(url: str, **how: object) -> tuple[int, bytes]:
        with httpx2.Client(transport=GuardedTransport(**how), follow_redirects=True) as client:  # type: ignore[arg-type]
            answer = client.get(url, timeout=5)
            return answer.status_code, answer.content

    def looping(url: str, **how: object) -> tuple[int, bytes]:
        async def ask() -> tuple[int, bytes]:
            transport = AsyncGuardedTransport(**how)  # type: ignore[arg-type]
            async with httpx2.AsyncClient(transport=transport, follow_redirects=True) as client:
                answer = await client.get(url, timeout=5)
                return answer.status_code, answer.content

        return asyncio.run(ask())

    return looping if request.param == "async" else blocking


def leads_to(*found: str) -> Callable[[str, int], Sequence[str]]:
    return lambda host, port: found


def test_a_loopback_address_is_refused_and_never_asked(get: Get, server: Server) -> None:
    with pytest.raises(Refused, match=r"127\.0\.0\.1 is an address of this machine"):
        get(f"http://127.0.0.1:{server.port}/x")
    assert server.seen == []


def test_a_host_that_is_configured_is_asked_on_its_port_only(get: Get, server: Server, secret: Server) -> None:
    exempt = {("127.0.0.1", server.port)}
    assert get(f"http://127.0.0.1:{server.port}/x", exempt=exempt) == (200, b"here" * 1000)
    with pytest.raises(Refused):
        get(f"http://127.0.0.1:{secret.port}/x", exempt=exempt)
    assert secret.seen == []


def test_a_redirect_to_a_private_address_is_refused(get: Get, server: Server, secret: Server) -> None:
    exempt = {("127.0.0.1", server.port)}
    target = f"http://127.0.0.1:{secret.port}/keys"
    with pytest.raises(Refused):
        get(f"http://127.0.0.1:{server.port}/to?{target}", exempt=exempt)
    assert server.seen and secret.seen == []


def test_a_redirect_within_what_is_configured_is_followed(get: Get, server: Server) -> None:
    exempt = {("127.0.0.1", server.port)}
    status, _ = get(f"http://127.0.0.1:{server.port}/to?/x", exempt=exempt)
    assert (status, [path for _, path in server.seen]) == (200, ["/to?/x", "/x"])


@pytest.mark.parametrize("found", [("127.0.0.1",), ("10.1.2.3",), (PUBLIC, "192.168.0.1"), ("::ffff:127.0.0.1",)])
def test_a_name_that_resolves_to_anything_private_is_refused(get: Get, server: Server, found: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match=r"cats\.example is not asked"):
        get(f"http://cats.example:{server.port}/x", ask=leads_to(*found))
    assert server.seen == []


def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_checked(get: Get, server: Server) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("127.0.0.2",)

    # The system knows no cats.example: only the answer of `rebinding` can have led here.
    exempt = {("cats.example", server.port)}
    status, _ = get(f"http://cats.example:{server.port}/x", exempt=exempt, ask=rebinding)
    assert (status, asked) == (200, ["cats.example"])
    assert server.seen == [(f"cats.example:{server.port}", "/x")]


async def test_a_name_that_many_connections_need_at_once_is_resolved_once(server: Server) -> None:
    asked: list[str] = []
    over = threading.Event()

    def counted(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        over.wait(30)
        return ("127.0.0.1",)

    exempt = {("cats.example", server.port), ("dogs.example", server.port)}
    transport = AsyncGuardedTransport(exempt, counted, limits=httpx2.Limits(max_connections=None))
    async with httpx2.AsyncClient(transport=transport) as client:
        asking = [
            asyncio.create_task(client.get(f"http://{name}.example:{server.port}/x"))
            for name in ["cats"] * 10 + ["dogs"] * 10
        ]
        given_up = asking.pop(0)
        asyncio.get_running_loop().call_later(0.05, given_up.cancel)
        with pytest.raises(asyncio.CancelledError):
            await given_up
        over.set()
        assert {(await one).status_code for one in asking} == {200}
    assert sorted(asked) == ["cats.example", "dogs.example"]


def test_the_next_address_is_tried_where_the_first_does_not_answer(get: Get, server: Server) -> None:
    exempt = {("cats.example", server.port)}
    ask = leads_to("127.0.0.9", "127.0.0.1")
    assert get(f"http://cats.example:{server.port}/x", exempt=exempt, ask=ask)[0] == 200


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:{}/x",
        "http://LOCALHOST.:{}/x",
        "http://2130706433:{}/x",
        "http://0x7f.1:{}/x",
        "http://0177.0.0.1:{}/x",
        "http://127.1:{}/x",
        "http://127.0.0.1.:{}/x",
        "http://[::1]:{}/x",
        "http://[::ffff:127.0.0.1]:{}/x",
        "http://[64:ff9b::7f00:1]:{}/x",
        "http://0.0.0.0:{}/x",
        "http://169.254.169.254:{}/latest/meta-data",
        "http://user:pass@127.0.0.1:{}/x",
    ],
)
def test_no_spelling_of_this_machine_is_asked(get: Get, server: Server, url: str) -> None:
    with pytest.raises((Refused, httpx2.InvalidURL)):
        get(url.format(server.port))
    assert server.seen == []


def test_a_name_that_is_not_known_is_the_clients_own_connect_error(get: Get) -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError(-2, "Name or service not known")

    with pytest.raises(httpx2.ConnectError):
        get("http://cats.example/x", ask=unknown)


def test_a_name_without_any_address_is_a_connect_error(get: Get) -> None:
    with pytest.raises(httpx2.ConnectError, match="no address"):
        get("http://cats.example/x", ask=leads_to())


async def test_a_resolver_that_hangs_is_a_connect_timeout() -> None:
    over = threading.Event()

    def slow(host: str, port: int) -> Sequence[str]:
        over.wait(30)
        return (PUBLIC,)

    async with httpx2.AsyncClient(transport=AsyncGuardedTransport(ask=slow)) as client:
        with pytest.raises(httpx2.ConnectTimeout):
            await client.get("http://cats.example/x", timeout=0.05)
    over.set()


async def test_an_answer_can_be_read_piece_by_piece(server: Server) -> None:
    transport = AsyncGuardedTransport({("127.0.0.1", server.port)})
    async with (
        httpx2.AsyncClient(transport=transport) as client,
        client.stream("GET", f"http://127.0.0.1:{server.port}/x") as answer,
    ):
        pieces = [piece async for piece in answer.aiter_bytes(100)]
    assert len(pieces) == 40


def test_a_connection_that_is_refused_by_the_host_is_a_connect_error(get: Get, server: Server) -> None:
    exempt = {("127.0.0.1", 1)}
    with pytest.raises(httpx2.ConnectError):
        get("http://127.0.0.1:1/x", exempt=exempt)


def test_the_text_of_an_address_alone_can_be_checked() -> None:
    check("https://cats.example/cat.png")
    check("http://127.0.0.1:8000/cat.png", {("127.0.0.1", 8000)})
    with pytest.raises(Refused, match="private network"):
        check("http://10.0.0.7/cat.png")
    with pytest.raises(Refused, match="only http"):
        check("file:///etc/passwd")


def test_the_system_resolves_a_name_to_its_addresses() -> None:
    assert resolve("127.0.0.1", 80) == ("127.0.0.1",)
