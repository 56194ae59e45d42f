"""The table: for each task type the client's method, what our arguments become in it, and what its answer becomes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hgtui.core.ports import Produced
from hgtui.core.resource import Kind
from hgtui.execution.endpoints.hub import chat, pictures, results, shapes
from hgtui.execution.endpoints.hub.about import About
from hgtui.execution.endpoints.hub.faults import bad_input, empty
from hgtui.execution.endpoints.hub.inputs import Inputs
from hgtui.execution.endpoints.hub.languages import code

Arguments = dict[str, Any]
Prepare = Callable[[About], list[Arguments]]
Read = Callable[[list[Any], About], Awaitable[tuple[Produced, ...]]]

MOST_NEW_TOKENS = 512
"""Of a text that goes on: a model that only completes has no end of its own."""
_TOLD_THE_LANGUAGE = frozenset({"fal-ai", "deepinfra"})
"""The providers whose speech recognition takes `language`; hf-inference and replicate have no such field."""


@dataclass(frozen=True, slots=True)
class Doing:
    """How a task type is done.

    `prepare` makes the arguments of each request (several where a document has pages); it reads files, so that it is
    called off the loop. `read` makes results of the answers. Both raise CallError.
    `pictures` are the arguments whose files have to be pictures that can be sent.
    """

    method: str
    prepare: Prepare
    read: Read
    pictures: tuple[str, ...] = ()


def _one(make: Callable[[Inputs], Arguments]) -> Prepare:
    return lambda about: [make(about.inputs)]


def _first(read: Callable[[Any, About], Produced]) -> Read:
    async def of(answers: list[Any], about: About) -> tuple[Produced, ...]:
        return (read(answers[0], about),)

    return of


def _text(field: str) -> Read:
    return _first(lambda answer, about: results.text_of(answer, field, about))


def _labels(*named: str) -> Read:
    return _first(lambda answer, about: results.labels(answer, about, named or ("label",)))


def _file(kind: Kind, stem: str) -> Read:
    async def of(answers: list[Any], about: About) -> tuple[Produced, ...]:
        return (await results.file(answers[0], about, kind, stem),)

    return of


async def _vector(answers: list[Any], about: About) -> tuple[Produced, ...]:
    return (await results.vector(answers[0], about),)


async def _sounds(answers: list[Any], about: About) -> tuple[Produced, ...]:
    return await results.sounds(answers[0], about)


async def _boxes(answers: list[Any], about: About) -> tuple[Produced, ...]:
    return await pictures.boxes(answers[0], about)


async def _areas(answers: list[Any], about: About) -> tuple[Produced, ...]:
    return await pictures.areas(answers[0], about)


async def _described(answers: list[Any], about: About) -> tuple[Produced, ...]:
    """Return the texts of all pages."""
    texts = [results.text_of(answer, "generated_text", about).text or "" for answer in answers]
    return (results.text("\n\n".join(texts), about),)


async def _likeliest(answers: list[Any], about: About) -> tuple[Produced, ...]:
    """Return the answer that is likeliest on any page."""
    found = [row for answer in answers for row in shapes.rows(answer)]
    return (results.answers(found if found or answers == [[]] else answers[0], about),)


def _heard(answer: Any, about: About) -> Produced:
    if isinstance(answer, dict) and answer.get("text") == "":
        raise empty(about.provider, "no words: nothing was heard")
    found = results.text_of(answer, "text", about)
    untold = about.inputs.has("language") and about.provider not in _TOLD_THE_LANGUAGE
    return found.model_copy(update={"note": f"{about.provider} found the language out by itself."}) if untold else found


def _in_table(answer: Any, about: About) -> Produced:
    found = results.text_of(answer, "answer", about)
    cells = [shapes.label(cell) for cell in answer.get("cells") or [] if shapes.label(cell)]
    return found.model_copy(update={"data": {"answer": found.text, "cells": cells[: shapes.MOST_LABELS]}})


def _in_context(answer: Any, about: About) -> Produced:
    return results.answers(answer, about)


def _translated(about: About) -> list[Arguments]:
    """Both languages are told, or none where no target was asked for, as the client has it."""
    inputs = about.inputs
    arguments: Arguments = {"text": inputs.text("text")}
    source, target = inputs.source_language("text"), inputs.language()
    if source and target:
        arguments |= {"src_lang": code(source, about.model), "tgt_lang": code(target, about.model)}
    return [arguments]


def _recognized(about: About) -> list[Arguments]:
    arguments: Arguments = {"audio": about.inputs.sound("audio")}
    if about.inputs.has("language") and about.provider in _TOLD_THE_LANGUAGE:
        arguments["extra_body"] = {"language": about.inputs.language()}
    return [arguments]


def _pages(make: Callable[[Any, Inputs], Arguments], name: str) -> Prepare:
    return lambda about: [make(picture, about.inputs) for picture in about.inputs.pictures(name)]


def _single(inputs: Inputs, name: str = "image") -> Any:
    found = inputs.pictures(name)
    if len(found) > 1:
        raise bad_input(
            "A document with several pages was given where one picture is needed.", "Give one page as a picture."
        )
    return found[0]


def _choices(inputs: Inputs) -> list[str]:
    found = inputs.words("labels")
    if len(found) < 2:
        raise bad_input("At least two labels are needed to choose from.", "Give them with commas between.")
    return found


def _changed(inputs: Inputs) -> Arguments:
    arguments: Arguments = {"image": _single(inputs)}
    if inputs.has("text"):
        arguments["prompt"] = inputs.text("text")
    return arguments


def _plain(name: str) -> Prepare:
    return _one(lambda inputs: {name: inputs.text("text")})


_IMAGE = ("image",)
OWN: Mapping[str, Doing] = MappingProxyType(
    {
        "text-classification": Doing("text_classification", _plain("text"), _labels()),
        "token-classification": Doing(
            "token_classification",
            _one(lambda inputs: {"text": inputs.text("text"), "aggregation_strategy": "simple"}),
            _first(results.entities),
        ),
        "zero-shot-classification": Doing(
            "zero_shot_classification",
            _one(lambda inputs: {"text": inputs.text("text"), "candidate_labels": _choices(inputs)}),
            _labels(),
        ),
        "summarization": Doing("summarization", _plain("text"), _text("summary_text")),
        "translation": Doing("translation", _translated, _text("translation_text")),
        "question-answering": Doing(
            "question_answering",
            _one(lambda inputs: {"question": inputs.text("question"), "context": inputs.text("context")}),
            _first(_in_context),
        ),
        "table-question-answering": Doing(
            "table_question_answering",
            _one(lambda inputs: {"table": inputs.table("table"), "query": inputs.text("question")}),
            _first(_in_table),
        ),
        "tabular-classification": Doing(
            "tabular_classification", _one(lambda inputs: {"table": inputs.table("table")}), _first(results.of_rows)
        ),
        "sentence-similarity": Doing(
            "sentence_similarity",
            _one(lambda inputs: {"sentence": inputs.text("text"), "other_sentences": inputs.texts("context")}),
            _first(results.similarities),
        ),
        "feature-extraction": Doing("feature_extraction", _plain("text"), _vector),
        "fill-mask": Doing("fill_mask", _plain("text"), _labels("token_str", "sequence")),
        **dict.fromkeys(
            ("text-generation", "text2text-generation"),
            Doing(
                "text_generation",
                _one(lambda inputs: {"prompt": inputs.text("text"), "max_new_tokens": MOST_NEW_TOKENS}),
                _first(results.text),
            ),
        ),
        "image-classification": Doing(
            "image_classification", _one(lambda inputs: {"image": _single(inputs)}), _labels(), _IMAGE
        ),
        "zero-shot-image-classification": Doing(
            "zero_shot_image_classification",
            _one(lambda inputs: {"image": _single(inputs), "candidate_labels": _choices(inputs)}),
            _labels(),
            _IMAGE,
        ),
        "object-detection": Doing("object_detection", _one(lambda inputs: {"image": _single(inputs)}), _boxes, _IMAGE),
        "image-segmentation": Doing(
            "image_segmentation", _one(lambda inputs: {"image": _single(inputs)}), _areas, _IMAGE
        ),
        "image-to-text": Doing(
            "image_to_text", _pages(lambda picture, inputs: {"image": picture}, "image"), _described, _IMAGE
        ),
        "visual-question-answering": Doing(
            "visual_question_answering",
            _pages(lambda picture, inputs: {"image": picture, "question": inputs.text("question")}, "image"),
            _likeliest,
            _IMAGE,
        ),
        "document-question-answering": Doing(
            "document_question_answering",
            _pages(lambda picture, inputs: {"image": picture, "question": inputs.text("question")}, "document"),
            _likeliest,
            ("document",),
        ),
        "image-to-image": Doing("image_to_image", _one(_changed), _file(Kind.IMAGE, "picture"), _IMAGE),
        "image-to-video": Doing("image_to_video", _one(_changed), _file(Kind.VIDEO, "video"), _IMAGE),
        "text-to-image": Doing("text_to_image", _plain("prompt"), _file(Kind.IMAGE, "picture")),
        "text-to-video": Doing("text_to_video", _plain("prompt"), _file(Kind.VIDEO, "video")),
        "text-to-speech": Doing("text_to_speech", _plain("text"), _file(Kind.AUDIO, "speech")),
        "automatic-speech-recognition": Doing("automatic_speech_recognition", _recognized, _first(_heard)),
        "audio-classification": Doing(
            "audio_classification", _one(lambda inputs: {"audio": inputs.sound("audio")}), _labels()
        ),
        "audio-to-audio": Doing("audio_to_audio", _one(lambda inputs: {"audio": inputs.sound("audio")}), _sounds),
    }
)
"""The task types for which the client has a method of their own."""


def doing(task: str, *, by_chat: bool) -> Doing:
    """Return how a task type is done, by its own method or by a chat; KeyError where it is not."""
    if not by_chat:
        return OWN[task]
    names = OWN[task].pictures if task in OWN else ()
    return Doing(
        "chat_completion",
        lambda about: [chat.arguments(task, about.inputs)],
        _first(chat.reply),
        names or (("image",) if task == "image-text-to-text" else ()),
    )
