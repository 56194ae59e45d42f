"""The controller as a candidate for the task types that it can do."""

import re

from hgtui.core.model import Candidate
from hgtui.execution.endpoints.controller.endpoint import ENDPOINT
from hgtui.execution.endpoints.controller.instructions import INSTRUCTIONS

_SEES = re.compile(
    r"gpt-4o|gpt-4\.1|gpt-5|gpt-6|\bo[34]\b|omni|vision|-vl\b|vl-|llava|pixtral|gemini|claude|gemma-?[34]|internvl|"
    r"minicpm-v|molmo|mistral-(small|medium)-3|llama-?(3\.2.*vision|4)",
    re.I,
)
"""Names of models that take pictures. No server says so in its list of models; a wrong guess costs one failed call."""


class ControllerCatalogue:
    """The controller, known by the name of its model and where it is."""

    def __init__(self, model: str, base_url: str, *, local: bool) -> None:
        self._model, self._base_url, self._local = model, base_url, local

    async def candidates(self, task: str) -> tuple[Candidate, ...]:
        """Return the controller where it can do the task type."""
        instruction = INSTRUCTIONS.get(task)
        if instruction is None:
            return ()
        sees = bool(_SEES.search(self._model))
        doubt = "" if sees or not instruction.sees else " Its name does not say whether it takes pictures."
        return (
            Candidate(
                name=f"{ENDPOINT}:{_quoted(self._model)}",
                model=self._model,
                endpoint=ENDPOINT,
                title=self._model,
                description=f"The controller itself, asked by chat at {self._base_url}.{doubt}",
                place="llm",
                leaves=not self._local,
            ),
        )

    def help(self, task: str) -> str:
        """Nothing that the controller could do is missing."""
        return ""


def _quoted(model: str) -> str:
    """Return a model's name as a candidate's name can hold it: no blank, @ or #."""
    return re.sub(r"[\s@#]+", "-", model) or "model"
