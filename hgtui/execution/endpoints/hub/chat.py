"""Task types that a chat model does: what it is told, with pictures as data URLs, and its reply as a text."""

import base64
from typing import Any

from hgtui.core.ports import Produced
from hgtui.core.resource import FILE_KINDS
from hgtui.core.task import TASKS
from hgtui.execution.endpoints.hub import results
from hgtui.execution.endpoints.hub.about import About
from hgtui.execution.endpoints.hub.faults import bad_input, empty, unreadable
from hgtui.execution.endpoints.hub.inputs import MB, Inputs
from hgtui.execution.instructions import system
from hgtui.hub.inference_plain import Blob
from hgtui.llm.thinking import ThinkSplitter

MOST_TOKENS = 4_096
"""Of a reply, reasoning included. Providers that are told nothing stop after a few hundred, some after 16."""
LARGEST = 30 * MB
"""Bytes of all pictures of a request; as base64 they are a third more."""


def arguments(task: str, inputs: Inputs) -> dict[str, Any]:
    """Return the arguments of chat_completion. Reads files, so that it is called off the loop. Raises CallError."""
    words: list[str] = []
    pictures: list[Blob] = []
    for name, given in inputs.given.items():
        spec = TASKS[task].arg(name)
        if spec is not None and spec.kind in FILE_KINDS:
            pictures += inputs.pictures(name)
        else:
            words += [
                f"{name} {number}:\n{one.text}" if len(given) > 1 else f"{name}:\n{one.text}"
                for number, one in enumerate(given, 1)
            ]
    _check(task, inputs)
    size = sum(len(picture.data) for picture in pictures)
    if size > LARGEST:
        raise bad_input(
            f"The pictures have {size // MB} MB, more than the {LARGEST // MB} MB that are sent.",
            "Give fewer, or smaller ones.",
        )
    text = "\n\n".join(words) or "The picture is below."
    content: Any = text
    if pictures:
        content = [
            {"type": "text", "text": text},
            *({"type": "image_url", "image_url": {"url": _url(one)}} for one in pictures),
        ]
    messages = [{"role": "system", "content": system(task)}, {"role": "user", "content": content}]
    return {"messages": messages, "max_tokens": MOST_TOKENS}


def _check(task: str, inputs: Inputs) -> None:
    """Raise CallError where an argument that has to be given says nothing."""
    for arg in TASKS[task].required:
        if arg.kind in FILE_KINDS:
            inputs.files(arg.name)
        else:
            inputs.text(arg.name)


def _url(picture: Blob) -> str:
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"


def reply(answer: Any, about: About) -> Produced:
    """Return what a chat model replied, without its reasoning. Raises CallError."""
    try:
        choice = answer["choices"][0]
        said = choice["message"]["content"]
    except (TypeError, KeyError, IndexError):
        raise unreadable(about.provider, "a reply of another form than a chat has") from None
    cut = choice.get("finish_reason") == "length"
    if said is None or not without_reasoning(said := str(said)).strip():
        thought = bool(said) or bool(choice["message"].get("reasoning"))
        raise empty(about.provider, "only reasoning and no reply" if thought else "an empty reply")
    note = f"The reply was cut off after {MOST_TOKENS} tokens." if cut else ""
    return results.text(without_reasoning(said), about, note=note)


def without_reasoning(content: str) -> str:
    """Return a reply without what stands between <think> and </think>."""
    splitter = ThinkSplitter()
    said: list[str] = []
    for piece in (*splitter.feed(content), *splitter.flush()):
        if piece.kind == "retract":
            said.clear()
        elif piece.kind == "text":
            said.append(piece.text)
    return "".join(said)
