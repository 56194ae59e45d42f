"""The registry of task types."""

import pytest

from hgtui.core.resource import Kind, reads
from hgtui.core.task import ALIASES, TASKS, spec_of, task_type

PAPER = [
    "text-classification",
    "token-classification",
    "text2text-generation",
    "summarization",
    "translation",
    "question-answering",
    "conversational",
    "text-generation",
    "sentence-similarity",
    "tabular-classification",
    "object-detection",
    "image-classification",
    "image-to-image",
    "image-to-text",
    "text-to-image",
    "text-to-video",
    "visual-question-answering",
    "document-question-answering",
    "image-segmentation",
    "depth-estimation",
    "text-to-speech",
    "automatic-speech-recognition",
    "audio-to-audio",
    "audio-classification",
    "video-classification",
    "canny-control",
    "hed-control",
    "mlsd-control",
    "normal-control",
    "openpose-control",
    "canny-text-to-image",
    "depth-text-to-image",
    "hed-text-to-image",
    "mlsd-text-to-image",
    "normal-text-to-image",
    "openpose-text-to-image",
    "seg-text-to-image",
]
MODERN = [
    "image-text-to-text",
    "image-to-video",
    "zero-shot-classification",
    "zero-shot-image-classification",
    "feature-extraction",
    "fill-mask",
    "mask-generation",
    "table-question-answering",
]
ARGUMENTS = {
    "text",
    "image",
    "audio",
    "video",
    "question",
    "context",
    "table",
    "labels",
    "document",
    "mask",
    "control",
    "language",
}


def test_the_registry_has_the_task_types_of_the_paper_and_the_modern_ones_and_no_other() -> None:
    assert set(TASKS) == {*PAPER, *MODERN}


@pytest.mark.parametrize("name", [*PAPER, *MODERN])
def test_each_task_type_has_required_arguments_an_output_and_a_sentence(name: str) -> None:
    spec = TASKS[name]
    assert spec.name == name
    assert spec.required
    assert isinstance(spec.output, Kind)
    assert spec.description[0].isupper() and spec.description.endswith(".")
    assert {arg.name for arg in spec.args} <= ARGUMENTS
    assert len({arg.name for arg in spec.args}) == len(spec.args)
    assert all(arg.about for arg in spec.args)
    assert spec.gives(spec.output)


@pytest.mark.parametrize("name", [name for name in PAPER if "-text-to-image" in name])
def test_a_controlnet_type_is_filtered_as_its_pipeline_tag_is_too_wide(name: str) -> None:
    assert TASKS[name].tag == "text-to-image"
    assert TASKS[name].filters == ("controlnet", name.split("-", maxsplit=1)[0])
    assert TASKS[name].arg("text") and TASKS[name].arg("image")


def test_names_are_read_as_planners_write_them() -> None:
    assert task_type(" Image-to-Text ") == task_type("image_to_text") == task_type("Image to text") == "image-to-text"
    assert task_type("ASR") == "automatic-speech-recognition"
    assert set(ALIASES.values()) <= set(TASKS)
    assert spec_of("dance") is None


def test_results_are_handed_on_in_words_but_not_as_pictures() -> None:
    assert reads(Kind.TEXT, Kind.LABELS) and reads(Kind.IMAGE, Kind.MASK) and reads(Kind.DOCUMENT, Kind.IMAGE)
    assert not reads(Kind.IMAGE, Kind.TEXT) and not reads(Kind.TEXT, Kind.IMAGE) and not reads(Kind.AUDIO, Kind.TEXT)
