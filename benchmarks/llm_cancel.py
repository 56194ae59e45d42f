"""The LLM client against a loopback server: how soon a cancelled call is seen there, and what the client adds to a token.

Bound: 50 ms from the cancel to the server's seeing it, before the first token and in the middle of a reply. The time to
the first token is set beside that of a bare socket which sends the same request.
"""

import asyncio
import json
import statistics
import time
from contextlib import aclosing
from urllib.parse import urlsplit

from hgtui.llm.client import ChatClient
from hgtui.llm.messages import Message
from hgtui.llm.values import TextDelta
from tests.servers.chat import ChatServer
from tests.servers.gate import Gate
from tests.servers.replies import Reply

TIMES = 50
BOUND_MS = 50
ASK = [Message("system", "Task planning\n" + "word " * 1000), Message("user", "Read page.png to me")]


async def cancel_ms(hold_after: int) -> float:
    """Return the milliseconds from the cancel of a call to the end of its connection at the server."""
    gate = Gate()
    with ChatServer(Reply("one two three", gate=gate, hold_after=hold_after)) as server:
        async with ChatClient(server.url, None, "m") as chat:

            async def read() -> None:
                async with aclosing(chat.stream(ASK)) as chunks:
                    async for _ in chunks:
                        pass

            task = asyncio.create_task(read())
            await gate.reached.wait()
            request = await server.request()
            begun = time.perf_counter()
            task.cancel()
            await request.gone.wait()
            took = time.perf_counter() - begun
            await asyncio.gather(task, return_exceptions=True)
    return took * 1000


async def first_by_client_ms(chat: ChatClient) -> float:
    """Return the milliseconds from the call to the first piece of text."""
    begun = time.perf_counter()
    took = 0.0
    async with aclosing(chat.stream(ASK)) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, TextDelta) and not took:
                took = time.perf_counter() - begun
    return took * 1000


async def first_by_socket_ms(url: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> float:
    """Return the milliseconds from the request to the bytes of the first piece of text, on an open connection."""
    parts = urlsplit(url)
    body = json.dumps({"model": "m", "messages": [one.wire() for one in ASK], "stream": True}).encode()
    head = f"POST {parts.path}/chat/completions HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-length: {len(body)}\r\n\r\n"
    begun = time.perf_counter()
    writer.write(head.encode() + body)
    await reader.readuntil(b'"content": "one"')
    took = time.perf_counter() - begun
    await reader.readuntil(b"0\r\n\r\n")
    return took * 1000


async def first_token() -> tuple[list[float], list[float]]:
    """Return the times of a bare socket and of the client, each on one warm connection."""
    with ChatServer(Reply("one two three")) as server:
        async with ChatClient(server.url, None, "m") as chat:
            await first_by_client_ms(chat)
            client = [await first_by_client_ms(chat) for _ in range(TIMES)]
        parts = urlsplit(server.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        await first_by_socket_ms(server.url, reader, writer)
        bare = [await first_by_socket_ms(server.url, reader, writer) for _ in range(TIMES)]
        writer.close()
        await writer.wait_closed()
    return bare, client


async def main() -> None:
    await cancel_ms(0)
    for name, hold_after in (("before the first token", 0), ("in the middle", 2)):
        took = [await cancel_ms(hold_after) for _ in range(TIMES)]
        verdict = "ok" if max(took) <= BOUND_MS else "OVER THE BOUND"
        print(
            f"cancel {name:<24} median {statistics.median(took):6.2f} ms   worst {max(took):6.2f} ms   "
            f"bound {BOUND_MS} ms   {verdict}"
        )
    bare, client = await first_token()
    added = statistics.median(client) - statistics.median(bare)
    print(
        f"first token: bare socket {statistics.median(bare):.2f} ms, client {statistics.median(client):.2f} ms, "
        f"so the client adds {added:.2f} ms (median of {TIMES})"
    )


if __name__ == "__main__":
    asyncio.run(main())
