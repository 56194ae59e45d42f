"""A stage on which tasks run on the Hub: the real client, catalogue, store and endpoint against a Hub on a loopback port."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.model import Candidate
from hgtui.core.plan import Input, Plan, Task, Uid
from hgtui.core.ports import Catalogue
from hgtui.core.resource import Resource
from hgtui.core.states import PASSING, Failure
from hgtui.execution.endpoints.hub.endpoint import HubEndpoint
from hgtui.execution.lanes import Lanes
from hgtui.execution.perform import TRIES
from hgtui.hub.client import HubClient
from hgtui.hub.values import HubCall, HubPlace
from hgtui.selection.hub import HubCatalogue, HubStore
from hgtui.session.tape import TapedStore
from tests.servers.hub import HubServer, Listed, Offer
from tests.servers.hub.faults import Fault
from tests.session.llm_stage import at_once
from tests.session.staging import ByHand, Stage, stage

SECRET = "hf_test_secret_of_a_person"
YES = {"approve_by": "--yes", "attended": False}
HUB_THREADS = "hgtui-hub"
TASK = "text-classification"


def job(uid: Uid, kind: str = TASK, /, **args: str | tuple[Uid, ...]) -> Task:
    """A task; an argument is a text, or the tasks whose results it is."""
    inputs = {name: Input.of(*arg) if isinstance(arg, tuple) else Input.text(arg) for name, arg in args.items()}
    return Task(uid=uid, id=int(uid[1:]), task=kind, args=inputs or {"text": Input.text("a good film")})


def jobs(*tasks: Task) -> Plan:
    return Plan(request="go", planner="by hand", tasks=tasks or (job("t1"),))


def listed(
    name: str,
    downloads: int = 100,
    licence: str = "mit",
    *providers: str,
    tag: str = TASK,
    **more: Any,
) -> Listed:
    """A model that `providers` run for its tag (hf-inference where none is named)."""
    offers = tuple(Offer(one) for one in providers or ("hf-inference",))
    return Listed(name, tag, downloads, 1, offers, licence, labels=("POSITIVE", "NEGATIVE"), **more)


@asynccontextmanager
async def hub_stage(
    folder: Path,
    server: HubServer,
    tasks: Plan | None = None,
    *,
    lanes: int = 0,
    seconds: float = 20,
    place: Mapping[str, Any] | None = None,
    card_s: float = 20,
    beside: tuple[Catalogue, ...] = (),
    **more: Any,
) -> AsyncIterator[Stage]:
    """A run whose tasks run on `server`; waits between tries pass at once.

    `lanes` is how many child processes there may be for drawing, `seconds` the time of one call, `place` are fields of
    the HubPlace, `card_s` is how long cards are waited for, `beside` are catalogues besides the Hub's; a `tape` keeps the
    requests to providers; the rest is as on the plain stage, `planner` too. At the end no thread of the Hub is left, and the token stands in nothing that was
    told or kept.
    """
    before = set(threading.enumerate())
    heard: list[Stage] = []

    def record(call: HubCall) -> None:
        for one in heard:
            one.conductor.log(f"{call.method} {call.url}: {call.status} {call.error}")

    def notice(text: str) -> None:
        for one in heard:
            one.conductor.log(text, "warning")

    fields = {"endpoint": server.url, "router": server.router, "token": SECRET, "token_source": "HF_TOKEN"}
    where = HubPlace(**{**fields, "cache": folder / "hub", **(place or {})})
    client, drawing = HubClient(where, record=record, notice=notice), Lanes(limit=lanes) if lanes else None
    tape = more.get("tape")
    endpoint = HubEndpoint(client, drawing, seconds=seconds, keep=tape.keep_request if tape else None)
    equipped: dict[str, Any] = {
        "planner": ByHand(tasks or jobs()),
        "models": (
            *beside,
            HubCatalogue(client, more.get("pins"), card_s=card_s, keep=tape.keep_asked if tape else None),
        ),
        "store": TapedStore(HubStore(client), tape) if tape else HubStore(client),
        "endpoints": {"hub": endpoint, **more.pop("endpoints", {})},
        "sleep": at_once,
        **more,
    }
    try:
        async with stage(folder, **equipped) as here:
            heard.append(here)
            try:
                yield here
            finally:
                heard.clear()
                if drawing is not None:
                    await drawing.aclose()
    finally:
        await client.aclose()
        await _ended(before)
    untold(here, folder)


async def _ended(before: set[threading.Thread]) -> None:
    """Wait for the Hub's threads: what is slept on in a provider's queue notices after half a second."""
    for one in set(threading.enumerate()) - before:
        if one.name.startswith(HUB_THREADS):
            await asyncio.to_thread(one.join, 20)
            assert not one.is_alive(), one


def untold(here: Stage, folder: Path, *secrets: str) -> None:
    """Check that no secret stands in what was told, nor in any file that was kept."""
    for secret in (SECRET, *secrets):
        assert not any(secret in repr(event) for event in here.heard)
        for path in folder.rglob("*"):
            assert not path.is_file() or secret.encode() not in path.read_bytes(), path


async def whole(here: Stage, **more: Any) -> ev.RunEnded:
    """Submit, and wait for the end."""
    here.send(cmd.Submit(request="go", **more))
    return await here.end()


def candidates(here: Stage, task: str = TASK) -> dict[str, Candidate]:
    return {one.name: one for one in here.run.candidates.get(task, ())}


def results(here: Stage, uid: Uid) -> tuple[Resource, ...]:
    return here.run.status(uid).results


async def content(here: Stage, one: Resource) -> bytes:
    return await here.equipment.artifacts.read(one.digest)


def logged(here: Stage, level: str = "") -> str:
    return "\n".join(one.text for one in here.all(ev.Logged) if level in ("", one.level))


def ran(here: Stage, uid: Uid = "t1") -> list[str]:
    """The candidates of the tries of a task, in their order."""
    return [one.candidate for one in here.all(ev.TaskStarted) if one.uid == uid]


def draw(path: Path, size: tuple[int, int] = (200, 100)) -> Path:
    """A grey picture."""
    Image.new("RGB", size, (120, 120, 120)).save(path)
    return path


ECHO = f"We know you, {SECRET}: \x1b[31mgo away\x1b[0m"
"""What a server says that repeats the token and drives the terminal."""


@dataclass(frozen=True)
class Wrong:
    """A fault, its class, and part of the sentence about it."""

    fault: Fault
    failure: Failure
    words: str = ""
    seconds: float = 20

    @property
    def tries(self) -> int:
        """How often the same candidate is tried in all."""
        return TRIES if self.failure in PASSING else 1


def plain(here: Stage) -> None:
    """Check that all that was told is for people."""
    shown = "\n".join(str(event) for event in here.heard if not isinstance(event, ev.Logged) or event.level != "debug")
    assert not any(word in shown for word in ("Traceback", "httpx", "<html", "\x1b", "HfHubHTTPError", "A fault of"))


def film(name: str, downloads: int) -> Listed:
    """A model for videos, which its provider has a queue for."""
    return listed(name, downloads, "mit", "fal-ai", tag="text-to-video")


FILM = jobs(job("t1", "text-to-video", text="waves"))
