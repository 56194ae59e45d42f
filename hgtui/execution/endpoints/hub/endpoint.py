"""The endpoint `hub`: task types run by the inference providers behind the Hub."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from hgtui.core.model import Assignment, CandidateName
from hgtui.core.plan import Uid
from hgtui.core.ports import Call, CallError, Produced, Tell
from hgtui.core.states import Failure
from hgtui.execution.endpoints.embedded.languages import language_code
from hgtui.execution.endpoints.hub import pictures, translating
from hgtui.execution.endpoints.hub.about import About
from hgtui.execution.endpoints.hub.calls import Doing, doing
from hgtui.execution.endpoints.hub.inputs import Inputs
from hgtui.execution.lanes import Lanes
from hgtui.hub.heard import Heard
from hgtui.hub.inference import infer
from hgtui.hub.tasks import UNSERVED, Way, by_provider, choose_provider, offers, way_of, why_not
from hgtui.hub.values import Ask, HubError, HubPlace, Model, Served
from hgtui.hub.wire import Wire

ENDPOINT = "hub"
AT_ONCE = 32
"""How many calls go out at once: they cost this machine little, and providers say by 429 where it is too much."""
SECONDS = 600.0
"""How long one call may take in all, in seconds, a queue included; a video takes minutes."""


Keep = Callable[[Uid, Any, Any], Awaitable[None]]
"""Keeps a request for a task with its answer, both JSON."""


class Client(Protocol):
    """What this endpoint needs of the Hub; hgtui.hub.client.HubClient is one."""

    @property
    def place(self) -> HubPlace:
        """Where the Hub is and who asks."""
        ...

    @property
    def wire(self) -> Wire:
        """The way to the Hub and its router."""
        ...

    async def model(self, id: str) -> Model:
        """Return what the Hub says of a model. Raises HubError."""
        ...


class HubEndpoint:
    """Runs tasks on models of the Hub. `lanes` draw what is found in pictures and read the pages of a PDF.

    Without lanes only data is given where a picture would be drawn. `seconds` bounds one call. `keep` keeps each
    request for a task with its answer.
    """

    name = ENDPOINT
    limit = AT_ONCE

    def __init__(
        self, client: Client, lanes: Lanes | None = None, *, seconds: float = SECONDS, keep: Keep | None = None
    ) -> None:
        self._client, self._lanes, self._seconds, self._keep = client, lanes, seconds, keep

    def settings(self, task: str, assignment: Assignment) -> dict[str, str]:
        """Return where the Hub and its router are."""
        return {"hub": self._client.place.endpoint, "router": self._client.place.router}

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        """Run a call; cancelling ends it, also where it waits in a provider's queue. Raises CallError."""
        try:
            return await self._run(call, work, tell)
        except HubError as error:
            raise CallError(error.failure, error.message, error.hint, error.retry_after) from error

    async def _run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        task = call.task.task
        if task in UNSERVED:
            raise CallError(Failure.NO_MODEL, f"{task} cannot be run through the Hub. {UNSERVED[task]}")
        model, served, way = await self._chosen(call)
        name = model.id
        done = doing(task, by_chat=way.chat)
        inputs, note = Inputs(call.inputs), ""
        if done.method == "translation":
            inputs, note = await translating.with_source(inputs, model, work, self._lanes)
        about = About(call.task, name, served.provider, inputs, work, self._lanes)
        asked = await asyncio.to_thread(_prepared, done, about)
        if asked is None:
            inputs, note = await pictures.ready(inputs, done.pictures, work, self._lanes)
            about = replace(about, inputs=inputs)
            asked = await asyncio.to_thread(done.prepare, about)

        def told(word: str) -> None:
            tell(None, word)

        tell(None, f"asks {served.provider} for {name}")
        answers, end = [], time.monotonic() + self._seconds
        for arguments in asked:
            ask = Ask(model=name, provider=served.provider, served=served, method=done.method, arguments=arguments)
            left = round(max(end - time.monotonic(), 0.01), 2)
            answers.append(await self._inferred(call.task.uid, ask, left, told))
        produced = await done.read(answers, about)
        first = self._noted(produced[0], served, note)
        if task == "translation" and len(language := language_code(inputs.language())) == 2:
            first = first.model_copy(update={"language": language})
        return (first, *produced[1:])

    async def _inferred(self, uid: Uid, ask: Ask, seconds: float, told: Callable[[str], None]) -> Any:
        """Make one call of the client; its requests are kept, also where it fails."""
        exchanges: list[Heard] = []
        try:
            return await infer(self._client.wire, ask, seconds, told, exchanges)
        finally:
            if self._keep is not None:
                about = {"model": ask.model, "provider": ask.provider, "task": ask.method}
                for one in exchanges:
                    await self._keep(uid, {**about, **one.request}, one.reply)

    async def _chosen(self, call: Call) -> tuple[Model, Served, Way]:
        """Return the model, who runs it and how: what was approved, or the best that is live where no one was named.

        The Hub has told the mapping when it was asked for candidates, so that this takes no request as a rule.
        """
        task, assignment = call.task.task, call.assignment
        found = CandidateName.parse(assignment.candidate)
        model = await self._client.model(found.model)
        provider = assignment.provider or found.provider or ""
        if provider:
            # A person may name what is not live; it is never chosen here.
            served = by_provider(model, task, provider)
        else:
            served = choose_provider(model, task, self._client.place.providers)
        way = way_of(task, model.tag, served) if served else None
        if served is None or way is None:
            able = [one.provider for one in offers(model, task) if one.provider != provider]
            hint = f"{', '.join(able)} could run it." if able and provider else "Choose another model."
            raise CallError(Failure.NO_MODEL, why_not(model, task, provider), hint)
        return model, served, way

    def _noted(self, first: Produced, served: Served, told: str) -> Produced:
        place = self._client.place
        who = place.bill_to or place.token_source or "the token"
        note = f"Run by {served.provider}; it used credits of {who}."
        return first.model_copy(update={"note": " ".join(filter(None, (first.note, told, note)))})


def _prepared(done: Doing, about: About) -> list[dict[str, Any]] | None:
    """Return the arguments of the requests, None where a picture has to be made anew first. Reads files."""
    return done.prepare(about) if pictures.sendable(about.inputs, done.pictures) else None
