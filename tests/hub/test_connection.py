"""What the guarded transport keeps of its connections, with TLS and without: real httpx2 against a server on a loopback port."""

import asyncio
import contextlib
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from hgtui.hub.guard import AsyncGuardedTransport

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere"
HOST, OTHER = "cats.example", "dogs.example"


class Server:
    """Answers on connections that stay open; `open` are those that are, `count` is how many there were."""

    def __init__(self) -> None:
        self.port, self.count = 0, 0
        self.open: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.count += 1
        self.open.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(ANSWER)
                await writer.drain()

    async def hang_up(self) -> None:
        for writer in self.open:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        self.open.clear()


@pytest.fixture(params=["plain", "tls"])
def tls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext] | None:
    """The server's side and the client's side of TLS with a certificate for HOST, None where there is none."""
    if request.param == "plain":
        return None
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST} -addext subjectAltName=DNS:{HOST}"
    subprocess.run([*made.split(), "-keyout", key, "-out", cert], check=True, capture_output=True, timeout=60)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return server, ssl.create_default_context(cafile=str(cert))


@asynccontextmanager
async def asked(
    tls: tuple[ssl.SSLContext, ssl.SSLContext] | None,
) -> AsyncIterator[tuple[Server, httpx2.AsyncClient, str]]:
    """Serve, and give a client and what an address of the server begins with, but for the host."""
    server, (theirs, ours) = Server(), tls or (None, None)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=theirs)
    server.port = listening.sockets[0].getsockname()[1]
    exempt = {(HOST, server.port), (OTHER, server.port)}
    transport = AsyncGuardedTransport(exempt, lambda host, port: ("127.0.0.1",), verify=ours)
    async with httpx2.AsyncClient(transport=transport) as client:
        yield server, client, "https" if tls else "http"
    await server.hang_up()
    listening.close()


async def test_a_connection_is_used_again_until_its_server_hangs_up(
    tls: tuple[ssl.SSLContext, ssl.SSLContext] | None,
) -> None:
    async with asked(tls) as (server, client, scheme):
        url = f"{scheme}://{HOST}:{server.port}/x"
        for _ in range(3):
            assert (await client.get(url)).content == b"here"
        assert server.count == 1
        await server.hang_up()
        assert (await client.get(url)).content == b"here"
        assert server.count == 2


async def test_the_certificate_is_checked_for_the_name_and_not_for_the_address(
    tls: tuple[ssl.SSLContext, ssl.SSLContext] | None,
) -> None:
    async with asked(tls) as (server, client, scheme):
        asking = client.get(f"{scheme}://{OTHER}:{server.port}/x")
        if tls is None:
            assert (await asking).status_code == 200
            return
        with pytest.raises(httpx2.ConnectError, match=r"(?i)certificate"):
            await asking
