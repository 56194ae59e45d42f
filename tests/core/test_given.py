"""What a person may type as the result of a task."""

import pytest

from hgtui.core.given import misfit, read_given
from hgtui.core.resource import Kind

CAT = '[{"label": "cat", "score": 0.93, "box": {"xmin": 1, "ymin": 2, "xmax": 30, "ymax": 40}}]'


def test_labels_and_boxes_as_json_are_read_as_what_they_are() -> None:
    kind, data = read_given("object-detection", CAT)
    assert (kind, data[0]["box"]["ymax"]) == (Kind.BOXES, 40)
    assert read_given("text-classification", '{"label": "good"}') == (Kind.LABELS, [{"label": "good"}])


@pytest.mark.parametrize("task", ["object-detection", "text-classification", "summarization"])
def test_words_stay_words(task: str) -> None:
    assert read_given(task, "two cats, one dog") == (Kind.TEXT, None)


def test_a_summary_that_begins_like_json_is_a_text_all_the_same() -> None:
    assert read_given("summarization", "[sic] it said") == (Kind.TEXT, None)


@pytest.mark.parametrize(
    ("task", "text", "words"),
    [
        ("object-detection", '[{"label": "cat"}]', "xmin"),
        ("object-detection", '[{"label": "cat",\n "box"', "in line 2, column"),
        ("text-classification", '[{"label": 1}]', "Labels as JSON"),
        ("text-classification", '[{"label": "a", "score": true}]', "Labels as JSON"),
        ("text-classification", "[" * 100_000, "JSON"),
        ("text-classification", "[]", "Labels as JSON"),
        ("feature-extraction", "some words", "JSON"),
        ("feature-extraction", "[1, true]", "list of numbers"),
        ("text-to-speech", "la la la", "name a file"),
        ("summarization", " \n ", "Nothing was given"),
    ],
)
def test_what_cannot_be_the_result_is_a_sentence(task: str, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_given(task, text)


def test_a_vector_is_a_list_of_numbers() -> None:
    assert read_given("feature-extraction", "[0.5, 1]") == (Kind.VECTOR, {"length": 2})


def test_a_mask_may_be_any_picture_and_a_sound_may_not() -> None:
    assert misfit("image-segmentation", Kind.IMAGE) == ""
    assert "this is a sound" in misfit("image-segmentation", Kind.AUDIO)
    assert misfit("a type that nobody knows", Kind.TEXT) == ""
