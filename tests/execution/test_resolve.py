"""What goes into a task: texts, files by digest, results of other tasks, lists; or one sentence on why not."""

import re
from pathlib import Path

import pytest

from hgtui.core.plan import Input, Part, Plan, Ref, Task
from hgtui.core.ports import CallError, Given, Results
from hgtui.core.resource import FileFact, Kind, Resource
from hgtui.core.states import Failure
from hgtui.execution.resolve import TEXT_LIMIT, Resolver
from hgtui.session.artifacts import Artifacts
from hgtui.session.files import inspect

SUMMARIZE = Task(uid="t9", id=9, task="summarization")
SPEAK = Task(uid="t9", id=9, task="text-to-speech")
EARLIER = Plan(tasks=(Task(uid="t1", id=1, task="image-to-text"), Task(uid="t2", id=2, task="object-detection")))
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture
def store(tmp_path: Path) -> Artifacts:
    return Artifacts(tmp_path / "data")


def given(task: Task, **args: Input | str | list[Part]) -> Task:
    """The task with arguments: a text, a list, or an input as it stands."""
    made = {
        name: Input.text(one)
        if isinstance(one, str)
        else Input(parts=tuple(one), many=True)
        if isinstance(one, list)
        else one
        for name, one in args.items()
    }
    return task.update(args=made)


async def inputs(
    store: Artifacts, task: Task, results: Results | None = None, **files: FileFact
) -> dict[str, tuple[Given, ...]]:
    facts = {fact.path: fact for fact in files.values()}
    return await Resolver(EARLIER, facts, store).inputs(task, results or {})


async def kept(store: Artifacts, data: bytes, kind: Kind = Kind.TEXT, **more: object) -> Resource:
    digest, size = await store.put(data)
    return Resource.model_validate({"kind": kind, "digest": digest, "media_type": "x/y", "size": size, **more})


async def file(store: Artifacts, folder: Path, name: str, data: bytes) -> FileFact:
    """A file that was looked at and taken in, as before an approval."""
    (folder / name).write_bytes(data)
    await store.put(data)
    return await inspect(name, folder)


async def refused(store: Artifacts, task: Task, results: Results | None = None, **files: FileFact) -> str:
    with pytest.raises(CallError) as caught:
        await inputs(store, task, results, **files)
    assert caught.value.failure in {Failure.BAD_INPUT, Failure.UNREADABLE}
    assert re.fullmatch(r"[A-Z“~/\w].*\.", caught.value.message), "one sentence"
    return caught.value.message


async def test_a_text_goes_in_as_it_is(store: Artifacts) -> None:
    assert await inputs(store, given(SPEAK, text="some words")) == {"text": (Given(kind=Kind.TEXT, text="some words"),)}


async def test_a_file_goes_in_with_the_bytes_that_were_approved(store: Artifacts, tmp_path: Path) -> None:
    fact = await file(store, tmp_path, "notes.txt", b"before")
    (tmp_path / "notes.txt").write_text("after")
    (one,) = (await inputs(store, given(SPEAK, text="notes.txt"), fact=fact))["text"]
    assert (one.text, one.digest, one.name) == ("before", fact.digest, "notes.txt")


async def test_a_picture_goes_in_as_a_path_of_the_store(store: Artifacts, tmp_path: Path) -> None:
    fact = await file(store, tmp_path, "page.png", PNG)
    (tmp_path / "page.png").unlink()
    (one,) = (await inputs(store, given(EARLIER["t1"], image="page.png"), fact=fact))["image"]
    assert one.path
    assert (one.kind, one.media_type, Path(one.path).read_bytes()) == (Kind.IMAGE, "image/png", PNG)  # noqa: ASYNC240


async def test_a_result_goes_in_with_its_language(store: Artifacts) -> None:
    results = {"t1": (await kept(store, b"Guten Tag", language="de"),)}
    (one,) = (await inputs(store, given(SPEAK, text=Input.of("t1")), results))["text"]
    assert (one.text, one.language, one.name) == ("Guten Tag", "de", "the result of task 1")


async def test_a_text_around_results_is_put_together(store: Artifacts) -> None:
    results = {"t1": (await kept(store, b"one"),), "t2": (await kept(store, b"two"),)}
    value = Input(parts=("First ", Ref(uid="t1"), ", then ", Ref(uid="t2"), "."))
    (one,) = (await inputs(store, given(SPEAK, text=value), results))["text"]
    assert one.text == "First one, then two."


async def test_a_name_of_a_file_within_a_text_is_a_text(store: Artifacts, tmp_path: Path) -> None:
    fact = await file(store, tmp_path, "notes.txt", b"inside")
    value = Input(parts=("notes.txt", Ref(uid="t1")))
    (one,) = (await inputs(store, given(SPEAK, text=value), {"t1": (await kept(store, b"!"),)}, fact=fact))["text"]
    assert one.text == "notes.txt!"


async def test_a_list_stays_a_list_where_the_argument_takes_many(store: Artifacts, tmp_path: Path) -> None:
    fact = await file(store, tmp_path, "notes.txt", b"from a file")
    results = {"t1": (await kept(store, b"from a task"),)}
    found = await inputs(store, given(SUMMARIZE, text=["a text", "notes.txt", Ref(uid="t1")]), results, fact=fact)
    assert [one.text for one in found["text"]] == ["a text", "from a file", "from a task"]


async def test_a_list_goes_in_as_paragraphs_where_the_argument_takes_one(store: Artifacts) -> None:
    results = {"t1": (await kept(store, b"one", language="en"),), "t2": (await kept(store, b"two", language="en"),)}
    (one,) = (await inputs(store, given(SPEAK, text=Input.of("t1", "t2")), results))["text"]
    assert (one.text, one.language) == ("one\n\ntwo", "en")


async def test_a_skipped_task_is_left_out_of_a_list(store: Artifacts) -> None:
    found = await inputs(store, given(SUMMARIZE, text=Input.of("t1", "t2")), {"t2": (await kept(store, b"two"),)})
    assert [one.text for one in found["text"]] == ["two"]


async def test_of_several_results_the_one_that_fits_or_is_named_goes_in(store: Artifacts) -> None:
    boxes, picture = await kept(store, b"[boxes]", Kind.BOXES), await kept(store, PNG, Kind.IMAGE)
    words = await kept(store, b"two faces")
    results = {"t2": (boxes, picture, words)}
    assert (await inputs(store, given(SPEAK, text=Input.of("t2")), results))["text"][0].text == "[boxes]"
    named = Input(parts=(Ref(uid="t2", field="text"),))
    assert (await inputs(store, given(SPEAK, text=named), results))["text"][0].text == "two faces"
    image = (await inputs(store, given(EARLIER["t1"], image=Input.of("t2")), results))["image"][0]
    assert image.digest == picture.digest


# What cannot go in


async def test_a_result_that_has_nothing_for_an_argument_is_named(store: Artifacts) -> None:
    results = {"t1": (await kept(store, b"x"),)}
    assert await refused(store, given(EARLIER["t1"], image=Input.of("t1")), results) == (
        "The result of task 1 has nothing for “image”."
    )
    named = Input(parts=(Ref(uid="t1", field="audio"),))
    assert "has nothing for “text”" in await refused(store, given(SPEAK, text=named), results)
    assert "has nothing for" in await refused(store, given(SPEAK, text=Input.of("missing:7")))


async def test_a_file_of_another_kind_is_refused(store: Artifacts, tmp_path: Path) -> None:
    fact = await file(store, tmp_path, "page.png", PNG)
    assert await refused(store, given(SPEAK, text="page.png"), fact=fact) == (
        "page.png is of the kind image; “text” takes text."
    )


async def test_a_file_that_nobody_named_or_that_cannot_be_read_is_refused(store: Artifacts) -> None:
    task = given(EARLIER["t1"], image="/etc/passwd")
    assert "none of the files of this request" in await refused(store, task)
    fact = FileFact(path="/etc/passwd", error="It is no picture.")
    assert await refused(store, task, fact=fact) == "It is no picture."


async def test_a_result_that_is_not_kept_any_more_is_said_to_be_gone(store: Artifacts) -> None:
    gone = Resource(kind=Kind.TEXT, digest="0" * 64, media_type="text/plain", size=1)
    assert "not kept any more" in await refused(store, given(SPEAK, text=Input.of("t1")), {"t1": (gone,)})
    picture = gone.model_copy(update={"kind": Kind.IMAGE})
    assert "not kept any more" in await refused(store, given(EARLIER["t1"], image=Input.of("t1")), {"t1": (picture,)})


async def test_a_text_beyond_the_limit_is_refused_and_not_cut(store: Artifacts) -> None:
    results = {"t1": (await kept(store, b"x" * (TEXT_LIMIT + 1)),)}
    assert "longer than 4 MB" in await refused(store, given(SPEAK, text=Input.of("t1")), results)


async def test_an_argument_or_a_task_type_that_does_not_exist_is_refused(store: Artifacts) -> None:
    assert "takes no “colour”" in await refused(store, given(SPEAK, text="x", colour="red"))
    assert "no task type “fly”" in await refused(store, given(Task(uid="t1", id=1, task="fly"), text="x"))


async def test_several_pictures_do_not_go_into_an_argument_that_takes_one(store: Artifacts, tmp_path: Path) -> None:
    one = await file(store, tmp_path, "a.png", PNG)
    two = await file(store, tmp_path, "b.png", PNG + b"\0")
    task = given(EARLIER["t1"], image=["a.png", "b.png"])
    assert "takes one" in await refused(store, task, one=one, two=two)
