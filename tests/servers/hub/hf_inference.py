"""The provider hf-inference: one address for each model, raw bytes or JSON in, the model's own answer out."""

import json
from collections.abc import Mapping

from tests.servers.exchange import Request
from tests.servers.hub.made import Wrong, from_b64, refusal
from tests.servers.hub.models import Listed
from tests.servers.hub.senses import BINARY, SENSE_TASKS
from tests.servers.hub.tasks import TEXT_TASKS, Given, continued
from tests.servers.replies import Answer, Events

TASKS = {**TEXT_TASKS, **SENSE_TASKS}


def answer(request: Request, model: Listed, task: str) -> Answer:
    """The model's answer, or the 400 that names what is wrong with the input."""
    if task not in TASKS:
        return refusal(400, f"Task {task} is not supported by provider hf-inference")
    try:
        given = _given(request, model, task)
        if given.extra.get("stream") and task == "text-generation":
            return _streamed(given)
        return TASKS[task](given)
    except Wrong as wrong:
        return refusal(400, [f"Error in `inputs`: {wrong.message}"])


def _given(request: Request, model: Listed, task: str) -> Given:
    if task in BINARY and not request.headers.get("content-type", "").startswith("application/json"):
        return Given(model, task, data=request.raw)
    try:
        body = json.loads(request.raw)
    except ValueError:
        raise Wrong("the body is not JSON") from None
    if not isinstance(body, Mapping):
        raise Wrong("the body must be an object")
    extra = {name: value for name, value in body.items() if name not in ("inputs", "parameters")}
    # Feature extraction takes its parameters beside the inputs.
    parameters = body.get("parameters") or ({} if "parameters" in body else extra)
    if task in BINARY:
        return Given(model, task, data=from_b64(body.get("inputs")), parameters=parameters, extra=extra)
    return Given(model, task, body.get("inputs"), parameters=parameters, extra=extra)


def _streamed(given: Given) -> Events:
    pieces = continued(given.text).split(" ")
    rows = []
    for place, piece in enumerate(pieces):
        last = place == len(pieces) - 1
        token = {"id": place, "text": piece if last else f"{piece} ", "logprob": -0.1, "special": False}
        details = {"finish_reason": "eos_token", "generated_tokens": len(pieces), "input_length": 1, "seed": None}
        rows.append(
            {
                "index": place + 1,
                "token": token,
                "generated_text": " ".join(pieces) if last else None,
                "details": details if last else None,
            }
        )
    return Events(rows, done=False)
