"""What else could do the work of a task that nothing can run: another task type, with the arguments written for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hgtui.core.plan import Input, Part, Task
from hgtui.core.task import TASKS

Args = dict[str, Input]
_DESCRIBE = "Describe the picture in one or two sentences; where it shows text, give the text."
_CLASSIFY = "Say what the picture shows: the five words that fit it best, the best first, with nothing else."
_FIND = "Say what things are in the picture and where, one a line."
_FIND_THESE = "Say of each of the following whether and where it is in the picture, one a line:"
_MOODS = ("positive", "neutral", "negative")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to do a task as another: `to` is the task type, `args` writes the arguments for it from those there are.

    `args` gives None where the task cannot be done that way.
    """

    to: str
    args: Callable[[Task], Args | None]


def _renamed(**names: str) -> Callable[[Task], Args | None]:
    """Carry arguments over under other names: ``_renamed(new="old")``; what is not named is left out."""

    def args(task: Task) -> Args | None:
        return {new: task.args[old] for new, old in names.items() if old in task.args}

    return args


def _only(names: Callable[[Task], Args | None], *without: str) -> Callable[[Task], Args | None]:
    """Only where the task has none of the arguments `without`: what they ask for would be lost."""

    def args(task: Task) -> Args | None:
        return None if any(task.args.get(name, Input()).parts for name in without) else names(task)

    return args


def _said(*parts: str | Input) -> Input:
    """Put words and values together as one text. A list: a file among them is read, not named."""
    flat: list[Part] = []
    for part in parts:
        flat += [part] if isinstance(part, str) else [one for one in part.parts if one != ""]
    return Input(parts=tuple(flat), many=len(flat) > 1)


def _prompt(words: str, *names: str, **labelled: str) -> Callable[[Task], Args | None]:
    """Write a prompt: the words, then the arguments `names`, then each of `labelled` behind its label, where given."""

    def args(task: Task) -> Args | None:
        parts: list[str | Input] = [words]
        parts += [task.args[name] for name in names if name in task.args]
        for name, label in labelled.items():
            if name in task.args:
                parts += [label, task.args[name]]
        return {"text": _said(*parts)}

    return args


def _look(words: str, *names: str) -> Callable[[Task], Args | None]:
    """Ask for something about the picture in words, followed by the arguments `names` where they are given."""

    def args(task: Task) -> Args | None:
        if "image" not in task.args:
            return None
        rest = [task.args[name] for name in names if name in task.args]
        return {"image": task.args["image"], "text": _said(words, *rest)}

    return args


def _sought(task: Task) -> Args | None:
    return _look(_FIND_THESE, "labels")(task) if task.args.get("labels", Input()).parts else _look(_FIND)(task)


def _mood(task: Task) -> Args | None:
    return {"text": task.args.get("text", Input()), "labels": Input(parts=_MOODS, many=True)}


_TO_CHAT = _renamed(text="text")
_EDITED = Way("image-to-image", _renamed(image="image", text="text"))

ALTERNATIVES: Mapping[str, tuple[Way, ...]] = MappingProxyType(
    {
        "image-to-text": (Way("image-text-to-text", _look(_DESCRIBE)),),
        "image-text-to-text": (
            Way("visual-question-answering", _renamed(image="image", question="text")),
            Way("document-question-answering", _renamed(document="image", question="text")),
        ),
        "visual-question-answering": (
            Way("image-text-to-text", _renamed(image="image", text="question")),
            Way("document-question-answering", _renamed(document="image", question="question")),
        ),
        "document-question-answering": (
            Way("visual-question-answering", _renamed(image="document", question="question")),
            Way("image-text-to-text", _renamed(image="document", text="question")),
        ),
        "image-classification": (Way("image-text-to-text", _look(_CLASSIFY)),),
        "zero-shot-image-classification": (
            Way("image-text-to-text", _look("Choose which of the following fits the picture best:", "labels")),
        ),
        "object-detection": (
            Way("image-segmentation", _renamed(image="image", labels="labels")),
            Way("image-text-to-text", _sought),
        ),
        "image-segmentation": (Way("mask-generation", _only(_renamed(image="image"), "labels")),),
        "mask-generation": (Way("image-segmentation", _renamed(image="image")),),
        "summarization": (
            Way(
                "text-generation",
                _prompt(
                    "Summarize what follows in a few sentences.",
                    language="Write the summary in this language (ISO 639-1):",
                    text="The text:",
                ),
            ),
        ),
        "translation": (
            Way(
                "text-generation",
                _prompt(
                    "Translate the text below, into English where no language is named. Give the translation alone.",
                    language="The language to translate into (ISO 639-1):",
                    text="The text:",
                ),
            ),
        ),
        "question-answering": (
            Way(
                "text-generation",
                _prompt("Answer the question from the text below alone.", question="Question:", context="Text:"),
            ),
        ),
        "table-question-answering": (
            Way("question-answering", _renamed(question="question", context="table")),
            Way(
                "text-generation",
                _prompt("Answer the question from the table below alone.", question="Question:", table="Table:"),
            ),
        ),
        "text2text-generation": (Way("text-generation", _TO_CHAT), Way("conversational", _TO_CHAT)),
        "conversational": (Way("text-generation", _TO_CHAT),),
        "text-generation": (Way("conversational", _TO_CHAT),),
        "text-classification": (
            Way("zero-shot-classification", _only(_mood, "question")),
            Way("text-generation", _prompt("Classify the text below.", question="What is asked:", text="The text:")),
        ),
        "zero-shot-classification": (
            Way(
                "text-generation",
                _prompt("Choose the label that fits the text below best.", labels="Labels:", text="The text:"),
            ),
        ),
        "token-classification": (
            Way(
                "text-generation",
                _prompt("List the names of people, places, organizations and dates in the text below.", "text"),
            ),
        ),
        "fill-mask": (Way("text-generation", _prompt("Say which word fits the masked place in this sentence.", "text")),),
        **{
            f"{control}-text-to-image": (_EDITED,)
            for control in ("canny", "hed", "mlsd", "normal", "openpose", "depth", "seg")
        },
    }
)  # fmt: skip
"""For a task type the ways to do it as another, the nearest first; only where the work stays the same in substance.

The text tasks became prompts to a chat model with transformers 5, and pictures in words are asked of image-text-to-text
models; no provider of the Hub runs ControlNet, whose nearest there is image-to-image with a text.
"""


def other_types(task: str) -> tuple[str, ...]:
    """Return the task types that could do the work of one, the nearest first."""
    return tuple(way.to for way in ALTERNATIVES.get(task, ()))


def as_another(task: Task, way: Way) -> Task | None:
    """Return the task as another type, with its arguments; None where what that type needs is not there."""
    args = way.args(task)
    spec = TASKS[way.to]
    if args is None or any(not args.get(arg.name, Input()).parts for arg in spec.required):
        return None
    locked = tuple(dict.fromkeys((*(name for name in task.locked if name in args), *args, "task")))
    return task.update(task=way.to, args=args, locked=locked)
