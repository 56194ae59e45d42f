"""The endpoint `hub` in front of a Hub on a loopback port: real client, real sockets, real lanes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hgtui.core.model import Assignment, CandidateName
from hgtui.core.plan import Input, Task
from hgtui.core.ports import Call, CallError, Given, Produced
from hgtui.core.resource import Kind
from hgtui.execution.endpoints.hub.endpoint import HubEndpoint
from hgtui.execution.lanes import Lanes
from hgtui.hub.client import HubClient
from hgtui.hub.values import HubCall, HubPlace
from tests.servers.hub import HubServer
from tests.servers.media import wav

TOKEN = "hf_test_secret_of_a_person"


def text(words: str, language: str | None = None) -> Given:
    return Given(kind=Kind.TEXT, text=words, language=language)


def picture(path: Path, size: tuple[int, int] = (40, 30), **how: Any) -> Given:
    """A grey picture at `path`, in the format that its ending names."""
    Image.new("RGB", size, (120, 120, 120)).save(path, **how)
    return Given(kind=Kind.IMAGE, path=str(path), name=path.name)


def sound(path: Path, seconds: float = 0.5) -> Given:
    path.write_bytes(wav(seconds))
    return Given(kind=Kind.AUDIO, path=str(path), name=path.name, media_type="audio/wav")


class Bench:
    """`told` are the notes of the progress, `made` the exchanges over HTTP; files of results are in `work`."""

    def __init__(self, server: HubServer, client: HubClient, lanes: Lanes | None, folder: Path, seconds: float) -> None:
        self.server, self.client = server, client
        self.endpoint = HubEndpoint(client, lanes, seconds=seconds)
        self.told: list[str] = []
        self.work = folder
        self._number = 0

    async def run(self, task: str, candidate: str, **inputs: Given | Sequence[Given]) -> tuple[Produced, ...]:
        """Run a task by a model of the Hub, ``owner/name`` with ``#provider`` where one is named."""
        name = CandidateName.parse(f"hub:{candidate}")
        given = {key: (one,) if isinstance(one, Given) else tuple(one) for key, one in inputs.items()}
        self._number += 1
        work = self.work / f"call-{self._number}"
        work.mkdir(parents=True)
        call = Call(
            run="r",
            task=Task(uid="t1", id=0, task=task, args={key: Input.text("x") for key in given}),
            assignment=Assignment(candidate=str(name), provider=name.provider),
            inputs=given,
        )
        produced = await self.endpoint.run(call, work, lambda part, note: self.told.append(note))
        for one in produced:
            assert one.path is None or (work / one.path).is_file()
        return tuple(
            one if one.path is None else one.model_copy(update={"path": str(work / one.path)}) for one in produced
        )

    async def fails(self, task: str, candidate: str, **inputs: Given | Sequence[Given]) -> CallError:
        """Run a task that must fail and return its error, which tells a person in a sentence and no secret."""
        with pytest.raises(CallError) as caught:
            await self.run(task, candidate, **inputs)
        error = caught.value
        assert error.message and error.message == " ".join(error.message.split()), error.message
        assert "Traceback" not in error.message + error.hint
        assert TOKEN not in error.message + error.hint + repr(error) + repr(error.__cause__)
        return error

    def bytes_of(self, one: Produced) -> bytes:
        assert one.path is not None
        return Path(one.path).read_bytes()


@asynccontextmanager
async def opened(
    folder: Path,
    server: HubServer | None = None,
    *,
    lanes: int = 0,
    seconds: float = 30,
    record: list[HubCall] | None = None,
    **place: Any,
) -> AsyncIterator[Bench]:
    """A bench before `server`; `lanes` is how many child processes there may be for drawing, `place` fields of it."""
    async with server or HubServer(granted=("*",)) as one:
        fields = {"token": TOKEN, "token_source": "HF_TOKEN", **place}
        where = HubPlace(endpoint=one.url, router=one.router, **fields)
        client = HubClient(where, record=record.append if record is not None else None)
        drawing = Lanes(limit=lanes) if lanes else None
        try:
            yield Bench(one, client, drawing, folder / "work", seconds)
        finally:
            await client.aclose()
            if drawing is not None:
                await drawing.aclose()
