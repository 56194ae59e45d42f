"""What the LLM is told at the stage of planning: the task types, the files at hand, the form of the reply."""

import json
from collections.abc import Mapping

from hgtui.core.resource import FileFact
from hgtui.core.task import TASKS, TaskSpec
from hgtui.core.text import one_line
from hgtui.llm import Message

_MOST_FILES = 50

_HEAD = """Task planning
Split the user's request into tasks for models. Reply with nothing but a JSON list:
[{"task": type, "id": number, "dep": [ids it waits for, or -1], "args": {name: value}}]
"<GENERATED>-id" stands for the result of task id and goes only into an argument of the same kind. A list of texts may hold several. A value is otherwise a text or a file's path exactly as given. Never invent files, types or argument names. Take as few tasks as do it; tasks that need not wait do not. If no task fits, reply [].

"language" is an ISO 639-1 code; for translation the one to translate into. "image" and "document" may be a PDF. image-to-text reads or describes a picture. text-classification takes in "question" what to tell: the language, the sentiment, the topic. A *-text-to-image takes the result of its *-control (depth- of depth-estimation, seg- of image-segmentation).

Types, as type(arguments) -> result; ? may be left out, * takes a list, other arguments are texts:
"""
_DEMOS: tuple[tuple[str, list[dict[str, object]]], ...] = (
    (
        "Read invoice.png to me in Dutch",
        [
            {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "invoice.png"}},
            {"task": "translation", "id": 1, "dep": [0], "args": {"text": "<GENERATED>-0", "language": "nl"}},
            {"task": "text-to-speech", "id": 2, "dep": [1], "args": {"text": "<GENERATED>-1", "language": "nl"}},
        ],
    ),
    (
        "Paint a robot in the pose of dancer.jpg and count the cats in zoo.jpg",
        [
            {"task": "openpose-control", "id": 0, "dep": [-1], "args": {"image": "dancer.jpg"}},
            {"task": "openpose-text-to-image", "id": 1, "dep": [0], "args": {"text": "a robot", "image": "<GENERATED>-0"}},
            {"task": "object-detection", "id": 2, "dep": [-1], "args": {"image": "zoo.jpg", "labels": ["cat"]}},
        ],
    ),
    ("Thanks, that was all", []),
)  # fmt: skip


def _slots(spec: TaskSpec) -> str:
    parts = []
    for arg in spec.args:
        parts.append(f"{arg.name}{'*' if arg.many else ''}{'' if arg.required else '?'}")
    return f"{spec.name}({', '.join(parts)})"


def _types() -> str:
    """Return every task type, those with the same result on one line."""
    kinds: dict[str, list[str]] = {}
    for spec in TASKS.values():
        result = "+".join(kind.value for kind in (spec.output, *spec.also))
        kinds.setdefault(result, []).append(_slots(spec))
    return "\n".join(f"{'; '.join(slots)} -> {result}" for result, slots in kinds.items())


def _shown_file(path: str, fact: FileFact) -> str:
    words = [fact.kind.value if fact.kind else "unknown"]
    if fact.language:
        words.append(f"in {one_line(fact.language, 20)}")
    if not fact.usable:
        words.append("cannot be read")
    return f"{json.dumps(path, ensure_ascii=False)} ({', '.join(words)})"


def system() -> str:
    """Return the system prompt; its first line names the stage."""
    demos = "\n".join(f"Request: {said}\n{json.dumps(plan, separators=(',', ':'))}" for said, plan in _DEMOS)
    return f"{_HEAD}{_types()}\n\n{demos}"


def messages(request: str, files: Mapping[str, FileFact]) -> tuple[Message, ...]:
    """Return the chat that asks for a plan."""
    listed = [_shown_file(path, fact) for path, fact in list(files.items())[:_MOST_FILES]]
    if len(files) > _MOST_FILES:
        listed.append(f"and {len(files) - _MOST_FILES} more")
    at_hand = f"Files: {'; '.join(listed)}" if listed else "Files: none"
    return Message("system", system()), Message("user", f"{at_hand}\nRequest: {request}")
