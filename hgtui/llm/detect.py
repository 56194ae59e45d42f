"""Who is there: the servers on this machine that list their models, at the ports that such servers take by default."""

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hgtui.core.text import clean

if TYPE_CHECKING:
    import httpx

HOST = "127.0.0.1"
WITHIN_S = 0.2
"""How long all servers together are waited for, in seconds; the import of httpx is not counted."""
_BODY_LIMIT = 1 << 20
_NAME_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Place:
    """A port of this machine and the server that takes it by default."""

    name: str
    port: int

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}/v1"


PLACES = (Place("Ollama", 11434), Place("vLLM", 8000), Place("LM Studio", 1234), Place("llama.cpp", 8080))
"""The default ports of the servers' own documentation."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answered: where, and the names of its models in its order; () where it has none loaded."""

    place: Place
    models: tuple[str, ...]


async def servers(places: tuple[Place, ...] = PLACES, within_s: float = WITHIN_S) -> tuple[Server, ...]:
    """Ask every place for GET /v1/models at once; return those that answered in time, in the order of `places`.

    A port that nobody listens at, or that answers anything but a list of models, is no server. Raises nothing for it.
    """
    clock = asyncio.get_running_loop().time
    started = clock()
    listening = await _all(places, [_listens(place) for place in places], within_s)
    open_places = [place for place, heard in zip(places, listening, strict=True) if heard]
    if not open_places:
        return ()
    left_s = within_s - (clock() - started)
    client = await asyncio.to_thread(_client)
    async with client:
        answers = await _all(open_places, [_models(client, place) for place in open_places], left_s)
    return tuple(Server(place, names) for place, names in zip(open_places, answers, strict=True) if names is not None)


async def _all(places: Any, asking: list[Any], within_s: float) -> list[Any]:
    """Run all at once; None for what has not answered within `within_s` seconds."""
    if not asking:
        return []
    tasks = [asyncio.ensure_future(one) for one in asking]
    try:
        await asyncio.wait(tasks, timeout=max(within_s, 0))
        return [task.result() if task.done() else None for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listens(place: Place) -> bool:
    # Most machines have no such server: a connection tells so without the import of httpx (0.2 s).
    try:
        _, writer = await asyncio.open_connection(HOST, place.port)
    except OSError:
        return False
    writer.transport.abort()
    return True


def _client() -> "httpx.AsyncClient":
    import httpx

    # No proxy of the environment for this machine; no certificates to load where none is looked at.
    return httpx.AsyncClient(trust_env=False, verify=False, follow_redirects=False, timeout=None)


async def _models(client: "httpx.AsyncClient", place: Place) -> tuple[str, ...] | None:
    import httpx

    body = bytearray()
    try:
        async with client.stream("GET", f"{place.base_url}/models") as response:
            if response.status_code != 200:
                return None
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > _BODY_LIMIT:
                    return None
        return _names(json.loads(bytes(body)))
    except (httpx.HTTPError, OSError, ValueError, RecursionError):
        return None


def _names(body: Any) -> tuple[str, ...] | None:
    """Return the names in a list of models, None where it is no such list."""
    if not isinstance(body, dict):
        return None
    # Ollama writes null for its list where no model has been pulled.
    rows = [] if body.get("object") == "list" and body.get("data", 0) is None else body.get("data")
    if not isinstance(rows, list):
        return None
    names: list[str] = []
    for row in rows:
        name = row.get("id") if isinstance(row, dict) else None
        if not isinstance(name, str) or not name:
            return None
        # A name goes back to the server letter by letter: one that cannot be shown as it is cannot be chosen.
        if name == clean(name) and len(name) <= _NAME_LIMIT:
            names.append(name)
    return tuple(dict.fromkeys(names))
