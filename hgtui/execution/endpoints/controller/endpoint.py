"""The endpoint `controller`: text tasks by chat, and tasks on pictures where the model takes them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, Protocol

from hgtui.core.model import Assignment
from hgtui.core.plan import Uid
from hgtui.core.ports import Call, CallError, CallMade, Given, Produced, Tell
from hgtui.core.resource import FILE_KINDS
from hgtui.core.states import Failure
from hgtui.core.task import TASKS
from hgtui.core.text import one_line
from hgtui.execution.endpoints.controller.media import MEDIA
from hgtui.execution.endpoints.controller.reading import as_labels, as_text
from hgtui.execution.instructions import INSTRUCTIONS, system
from hgtui.llm.errors import LLMError
from hgtui.llm.exchanges import Exchange
from hgtui.llm.messages import ImagePart, Message, TextPart
from hgtui.llm.told import Chat as Talks
from hgtui.llm.told import call_made
from hgtui.llm.values import Done, Retracted, TextDelta

ENDPOINT = "controller"
AT_ONCE = 8
"""How many calls go to the controller at once: servers that batch gain by it, one that does not queues them itself."""
LARGEST_PICTURE = 20_000_000
"""Bytes of one picture that are sent; OpenAI takes 20 MB."""


Keep = Callable[[Uid, Any, Any], Awaitable[None]]
"""Keeps a request for a task with its answer, both JSON."""


class Chat(Talks, Protocol):
    """What this endpoint needs of a client: chat and the media routes; hgtui.llm.metered.Metered is one."""

    @property
    def base_url(self) -> str:
        """Where the server is, without credentials."""
        ...

    @property
    def temperature(self) -> float | None:
        """The temperature that is set for it, None where each stage takes its own."""
        ...

    async def speech(self, text: str, *, model: str, exchanges: list[Exchange] | None = ...) -> bytes:
        """Return a spoken text as a WAV file; each request is noted in `exchanges`. Raises LLMError."""
        ...

    async def transcribe(
        self, path: Path, *, model: str, language: str | None = ..., exchanges: list[Exchange] | None = ...
    ) -> str:
        """Return what is said in a file; each request is noted in `exchanges`. Raises LLMError."""
        ...

    async def image(self, prompt: str, *, model: str, exchanges: list[Exchange] | None = ...) -> bytes:
        """Return a picture; each request is noted in `exchanges`. Raises LLMError."""
        ...


class ControllerEndpoint:
    """Runs tasks on the controller LLM. `keep` keeps each request to a media route for a task with its answer."""

    name = ENDPOINT
    limit = AT_ONCE

    def __init__(self, chat: Chat, keep: Keep | None = None) -> None:
        self._chat, self._keep = chat, keep

    def settings(self, task: str, assignment: Assignment) -> dict[str, Any]:
        """Return the server, the temperature that is set for it and what it is told to do."""
        told = system(task) if task in INSTRUCTIONS and task not in MEDIA else ""
        return {"server": self._chat.base_url, "temperature": self._chat.temperature, "told": told}

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        """Run a call. Raises CallError; a cancelled call closes its stream."""
        task = call.task.task
        if task in MEDIA:
            return (await self._by_media(call, work),)
        if task not in INSTRUCTIONS:
            raise CallError(Failure.NO_MODEL, f"The controller does not do {task}.")
        messages = [Message("system", system(task)), await self._asked(call)]
        reply, made = await self._reply(messages, tell)
        try:
            result = as_labels(reply) if INSTRUCTIONS[task].form == "labels" else as_text(reply)
        except CallError as error:
            error.call = made
            raise
        return (result.model_copy(update={"call": made}),)

    async def _by_media(self, call: Call, work: Path) -> Produced:
        """Run a call over a route of its own; its requests are kept, also where it fails."""
        made: list[Exchange] = []
        try:
            return await MEDIA[call.task.task](self._chat, call, work, made)
        except LLMError as error:
            raise CallError(error.failure, error.message, error.hint, tried=error.again) from error
        finally:
            if self._keep is not None:
                for one in made:
                    await self._keep(call.task.uid, one.request, one.reply)

    async def _asked(self, call: Call) -> Message:
        """Return the message that holds the inputs: each under its name, pictures behind the words."""
        words: list[str] = []
        pictures: list[ImagePart] = []
        for name, given in call.inputs.items():
            spec = TASKS[call.task.task].arg(name)
            if spec is not None and spec.kind in FILE_KINDS:
                pictures += [await _picture(one) for one in given]
            else:
                words += [_input(name, number, one, len(given)) for number, one in enumerate(given, 1)]
        text = "\n\n".join(words) or "The picture is below."
        return Message("user", (TextPart(text), *pictures) if pictures else text)

    async def _reply(self, messages: list[Message], tell: Tell) -> tuple[str, CallMade]:
        said: list[str] = []

        def on_retry(attempt: int, wait_s: float, reason: str) -> None:
            tell(None, f"try {attempt + 1} in {wait_s:g} s: {reason}")

        try:
            async with aclosing(self._chat.stream(messages, temperature=0, on_retry=on_retry)) as chunks:
                async for chunk in chunks:
                    if isinstance(chunk, Retracted):  # what came so far was reasoning
                        said.clear()
                    elif isinstance(chunk, TextDelta):
                        said.append(chunk.text)
                        tell(None, one_line("".join(said)[-60:]))
                    elif isinstance(chunk, Done):
                        return "".join(said), call_made(chunk.record)
        except LLMError as error:
            record = getattr(error, "record", None)
            call = call_made(record) if record is not None else None
            # The client makes a request again until it gives up; it does not where some of the reply has come.
            tried = error.again and record is None
            raise CallError(error.failure, error.message, error.hint, call=call, tried=tried) from error
        raise CallError(Failure.UNREADABLE, "The reply of the controller ended without an end.")


def _input(name: str, number: int, given: Given, count: int) -> str:
    head = f"{name} {number}" if count > 1 else name
    return f"{head}:\n{given.text or ''}"


async def _picture(given: Given) -> ImagePart:
    def read() -> bytes:
        with Path(given.path or "").open("rb") as file:
            return file.read(LARGEST_PICTURE + 1)

    name = given.name or "The picture"
    try:
        data: Any = await asyncio.to_thread(read)
        if len(data) > LARGEST_PICTURE:
            raise CallError(Failure.BAD_INPUT, f"{name} is larger than {LARGEST_PICTURE // 1_000_000} MB.")
        return ImagePart(data)
    except OSError as error:
        raise CallError(Failure.BAD_INPUT, f"{name} cannot be read: {error.strerror}.") from error
    except ValueError:
        hint = "A PDF is read by image-to-text; other pictures have to be saved as PNG or JPEG."
        raise CallError(
            Failure.BAD_INPUT, f"{name} is neither a PNG nor a JPEG: the controller takes no other.", hint
        ) from None
