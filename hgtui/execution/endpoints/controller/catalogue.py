"""The controller as a candidate for the task types that it can do."""

import asyncio
import re
from typing import Protocol
from urllib.parse import urlsplit

from hgtui.core.model import Candidate
from hgtui.core.text import clean
from hgtui.execution.endpoints.controller.endpoint import ENDPOINT
from hgtui.execution.instructions import INSTRUCTIONS
from hgtui.llm.errors import LLMError
from hgtui.llm.values import ModelInfo

_SEES = re.compile(
    r"gpt-4o|gpt-4\.1|gpt-5|gpt-6|\bo[34]\b|omni|vision|-vl\b|vl-|llava|pixtral|gemini|claude|gemma-?[34]|internvl|"
    r"minicpm-v|molmo|mistral-(small|medium)-3|llama-?(3\.2.*vision|4)",
    re.I,
)
"""Names of models that take pictures. No server says so in its list of models; a wrong guess costs one failed call."""


_HEARS = re.compile(r"whisper|transcribe|parakeet|canary|voxtral", re.I)
_SPEAKS = re.compile(r"\btts\b|-tts|tts-|kokoro|piper|orpheus|bark", re.I)
_PAINTS = re.compile(r"dall-e|gpt-image|flux|stable-diffusion|sdxl|qwen-image|z-image", re.I)
_MEDIA = {"text-to-speech": _SPEAKS, "automatic-speech-recognition": _HEARS, "text-to-image": _PAINTS}
"""Names of models for the speech and picture routes of a server; only those that the server lists are offered."""
_MOST = 5


class Server(Protocol):
    """What the catalogue needs of the client; hgtui.llm.metered.Metered is one."""

    @property
    def base_url(self) -> str:
        """Where the server is."""
        ...

    async def model_name(self) -> str:
        """Return the controller's model. Raises LLMError."""
        ...

    async def models(self) -> tuple[ModelInfo, ...]:
        """Return what the server lists. Raises LLMError."""
        ...


class ControllerCatalogue:
    """The controller, known by the name of its model and where it is, and the media models that its server lists.

    The server is asked for its list once; what that raises counts as an empty list. `spends` says in words what a call
    uses up, empty where that is not known.
    """

    def __init__(self, server: Server, *, local: bool, spends: str = "") -> None:
        self._server, self._local, self._spends = server, local, spends
        self._names: asyncio.Task[tuple[str, ...]] | None = None

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        """Return the controller where it can do the task type, or the media models of its server."""
        if task in _MEDIA:
            names = [name for name in await self._server_models() if _MEDIA[task].search(name)]
            return tuple(
                self._candidate(name, f"A model of the controller's server, {self._server.base_url}.")
                for name in names[:_MOST]
            )
        instruction = INSTRUCTIONS.get(task)
        if instruction is None:
            return ()
        try:
            model = await self._server.model_name()
        except LLMError:
            return ()  # the planner says what is wrong with the controller
        sees = bool(_SEES.search(model))
        doubt = "" if sees or not instruction.sees else " Its name does not say whether it takes pictures."
        words = f"The controller itself, asked by chat at {self._server.base_url}.{doubt}"
        return (self._candidate(model, words, instructed=True),)

    def _candidate(self, model: str, description: str, *, instructed: bool = False) -> Candidate:
        return Candidate(
            name=f"{ENDPOINT}:{_quoted(model)}",
            model=model,
            endpoint=ENDPOINT,
            title=model,
            description=description,
            place="llm",
            leaves=not self._local,
            via=urlsplit(self._server.base_url).netloc.rpartition("@")[2],
            spends=self._spends,
            instructed=instructed,
        )

    async def _server_models(self) -> tuple[str, ...]:
        if self._names is None:
            self._names = asyncio.ensure_future(self._ask())
        return await asyncio.shield(self._names)

    async def _ask(self) -> tuple[str, ...]:
        try:
            return tuple(clean(info.name, 200) for info in await self._server.models())
        except LLMError:
            return ()  # a server without a list has no media models that could be offered

    def help(self, task: str) -> str:
        """Nothing that the controller could do is missing."""
        return ""


def _quoted(model: str) -> str:
    """Return a model's name as a candidate's name can hold it: no blank, @ or #."""
    return re.sub(r"[\s@#]+", "-", model) or "model"
