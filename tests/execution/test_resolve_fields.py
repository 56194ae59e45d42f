"""A reference that names one of a task's results gets that one, and what it may stand for where there is none."""

from pathlib import Path

import pytest

from hgtui.core.plan import Input, Plan, Ref, Task
from hgtui.core.ports import CallError, Given
from hgtui.core.problems import problems
from hgtui.core.resource import Kind, Resource
from hgtui.core.states import Failure
from hgtui.execution.resolve import Resolver
from hgtui.session.artifacts import Artifacts

FIND = Task(uid="t0", id=0, task="object-detection", args={"image": Input.text("a.png")})
CLASSIFY = Task(uid="t0", id=0, task="image-classification", args={"image": Input.text("a.png")})
SEGMENT = Task(uid="t0", id=0, task="image-segmentation", args={"image": Input.text("a.png")})


def reading(field: str, task: str = "summarization", name: str = "text") -> Task:
    return Task(uid="t1", id=1, task=task, args={name: Input(parts=(Ref(uid="t0", field=field),))})


async def given(folder: Path, source: Task, reader: Task, **results: bytes) -> Given:
    """Return what goes into the one argument of `reader` where `source` had these results, by their kinds."""
    store = Artifacts(folder)
    try:
        found = []
        for kind, data in results.items():
            digest, size = await store.put(data)
            found.append(Resource(kind=Kind(kind), digest=digest, media_type="x/x", size=size))
        resolver = Resolver(Plan(tasks=(source, reader)), {}, store)
        inputs = await resolver.inputs(reader, {"t0": tuple(found)})
        (only,) = next(iter(inputs.values()))
        return only
    finally:
        await store.aclose()


async def test_labels_that_are_named_as_text_go_into_a_text(tmp_path: Path) -> None:
    reader = reading("text")
    said = {one.message for one in problems(Plan(tasks=(CLASSIFY, reader))) if one.uid == "t1"}
    assert not said
    assert (await given(tmp_path, CLASSIFY, reader, labels=b"cat 0.9")).text == "cat 0.9"


@pytest.mark.parametrize("order", [("boxes", "text"), ("text", "boxes")])
async def test_the_result_of_just_the_named_kind_comes_before_one_that_only_reads_as_it(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    data = {"boxes": b"[0, 0, 9, 9]", "text": b"a cat"}
    results = {kind: data[kind] for kind in order}
    assert (await given(tmp_path, FIND, reading("text"), **results)).text == "a cat"
    assert (await given(tmp_path, FIND, reading("boxes"), **results)).text == "[0, 0, 9, 9]"


async def test_a_mask_stands_for_a_picture_that_is_named_and_was_not_made(tmp_path: Path) -> None:
    reader = reading("image", "image-to-image", "image")
    one = await given(tmp_path, SEGMENT, reader, labels=b"cat", mask=b"m")
    assert one.kind is Kind.MASK
    two = await given(tmp_path, SEGMENT, reader, mask=b"m", image=b"i")
    assert two.kind is Kind.IMAGE


@pytest.mark.parametrize("field", ["colour", "audio", "image"])
async def test_a_name_that_no_result_has_or_stands_for_is_bad_input(tmp_path: Path, field: str) -> None:
    with pytest.raises(CallError) as caught:
        await given(tmp_path, FIND, reading(field), boxes=b"[]", text=b"a cat")
    assert caught.value.failure is Failure.BAD_INPUT
    assert "task 0" in caught.value.message
