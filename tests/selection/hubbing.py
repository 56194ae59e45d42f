"""What the tests of the Hub's candidates share: the loopback Hub with the real client."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hgtui.core.model import Candidate
from hgtui.hub.client import HubClient
from hgtui.hub.values import HubPlace
from tests.servers.hub import MODELS, TOKEN, HubServer, Listed


def place_of(server: HubServer, cache: Path | None = None, **more: Any) -> HubPlace:
    facts = {"endpoint": server.url, "router": server.router, "token": TOKEN, "token_source": "HF_TOKEN", **more}
    return HubPlace(cache=cache, **facts)


@asynccontextmanager
async def hub(
    models: Sequence[Listed] = MODELS, *, cache: Path | None = None, **more: Any
) -> AsyncIterator[tuple[HubServer, HubClient]]:
    """A Hub and a client of it; `more` is of HubPlace."""
    with HubServer(models) as server:
        client = HubClient(place_of(server, cache, **more))
        try:
            yield server, client
        finally:
            await client.aclose()


def ids(found: Sequence[Candidate]) -> list[str]:
    return [one.model for one in found]
