"""What a result is kept by: the same for the same work, another for any other; and what is told of a plan ahead."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.ports import Given
from hgtui.core.resource import Kind
from hgtui.core.reuse import Forecast, forecast, key, length, told

words = st.text(max_size=20)
maybe = st.none() | st.sampled_from(["a", "b", "1.0"])
digests = st.text(min_size=1, max_size=9).map(lambda text: hashlib.sha256(text.encode("utf-8", "replace")).hexdigest())
languages = st.sampled_from([None, "de", "en"])
texts = st.builds(Given, kind=st.just(Kind.TEXT), text=words, language=languages)
files = st.builds(
    Given,
    kind=st.sampled_from([Kind.IMAGE, Kind.DOCUMENT, Kind.AUDIO]),
    path=st.just("/somewhere"),
    digest=digests,
    media_type=st.sampled_from(["image/png", "application/pdf"]),
    language=languages,
)
inputs = st.dictionaries(
    st.sampled_from(["text", "image", "question", "language"]),
    st.lists(texts | files, min_size=1, max_size=3).map(tuple),
    max_size=3,
)
assignments = st.builds(
    Assignment, candidate=st.sampled_from(["hub:a/b", "embedded:x"]), provider=maybe, revision=maybe
)
settings = st.dictionaries(
    st.sampled_from(["server", "temperature"]), st.none() | st.integers(0, 3) | words, max_size=2
)
works = st.tuples(st.sampled_from(["summarization", "translation"]), assignments, inputs, settings)

Work = tuple[str, Assignment, dict[str, tuple[Given, ...]], dict[str, Any]]


def content(given: Given) -> tuple[object, ...]:
    """What of an input counts."""
    if given.text is not None:
        return "text", given.text, given.language
    return given.kind, given.digest, given.media_type, given.language


def counts(work: Work) -> object:
    task, assignment, fed, parameters = work
    return task, assignment.granted(), {name: [content(one) for one in ones] for name, ones in fed.items()}, parameters


@given(works, works)
def test_two_works_have_one_key_where_all_that_counts_is_the_same_and_only_there(one: Work, other: Work) -> None:
    assert (key(*one) == key(*other)) == (counts(one) == counts(other))


@given(works, words, words)
def test_who_chose_why_and_what_a_file_is_called_do_not_count(work: Work, reason: str, name: str) -> None:
    task, assignment, fed, parameters = work
    other = assignment.model_copy(update={"reason": reason, "chosen_by": "person"})
    renamed = {
        argument: tuple(one.model_copy(update={"name": name, "path": one.path and f"/else/{name}"}) for one in ones)
        for argument, ones in reversed(fed.items())
    }
    assert key(task, other, renamed, dict(reversed(parameters.items()))) == key(*work)


CHANGES: dict[str, Callable[[Work], Work]] = {
    "the task type": lambda w: ("text-generation", *w[1:]),
    "the candidate": lambda w: (w[0], w[1].model_copy(update={"candidate": "hub:c/d"}), *w[2:]),
    "the revision": lambda w: (w[0], w[1].model_copy(update={"revision": "another"}), *w[2:]),
    "the provider": lambda w: (w[0], w[1].model_copy(update={"provider": "another"}), *w[2:]),
    "one more input": lambda w: (*w[:2], w[2] | {"context": (Given(kind=Kind.TEXT, text=""),)}, w[3]),
    "a setting": lambda w: (*w[:3], w[3] | {"voice": None}),
}


@pytest.mark.parametrize("what", CHANGES)
@given(work=works)
def test_each_part_of_a_work_makes_another_key(what: str, work: Work) -> None:
    assert key(*CHANGES[what](work)) != key(*work)


@given(works, st.data())
def test_the_order_of_several_inputs_counts(work: Work, data: st.DataObject) -> None:
    task, assignment, fed, parameters = work
    many = data.draw(st.lists(texts | files, min_size=2, max_size=4))
    turned = data.draw(st.permutations(many))
    assume([content(one) for one in many] != [content(one) for one in turned])
    keys = {key(task, assignment, fed | {"text": tuple(ones)}, parameters) for ones in (many, turned)}
    assert len(keys) == 2


def test_a_literal_text_and_a_result_with_the_same_words_are_the_same_input() -> None:
    literal = Given(kind=Kind.TEXT, text="Gute Nacht")
    result = Given(kind=Kind.TEXT, text="Gute Nacht", digest="0" * 64, media_type="text/plain", name="the result of 1")
    runner = Assignment(candidate="embedded:x")
    assert key("translation", runner, {"text": (literal,)}, {}) == key("translation", runner, {"text": (result,)}, {})


def test_a_file_without_content_has_no_key() -> None:
    with pytest.raises(ValueError, match="has no content"):
        key("x", Assignment(candidate="a:b"), {"image": (Given(kind=Kind.IMAGE, path="/a.png"),)}, {})


# What is told ahead


def plan(*rows: tuple[str, str]) -> Plan:
    """Rows of a uid and the uids that it reads."""
    return Plan(
        tasks=tuple(
            Task(
                uid=uid, id=int(uid[1:]), task="summarization", args={"text": Input.of(*reads.split())} if reads else {}
            )
            for uid, reads in rows
        )
    )


def test_the_time_is_that_of_the_longest_chain_of_what_runs() -> None:
    rows = plan(("t1", ""), ("t2", "t1"), ("t3", "t1"), ("t4", "t2 t3"))
    seen = forecast(rows, ["t1"], ["t2", "t3", "t4"], {"t1": 100.0, "t2": 5.0, "t3": 2.0, "t4": 3.0})
    known = {"t1": 0.0, "t2": 5.0, "t3": 2.0, "t4": 3.0}
    assert seen == Forecast(reuses=("t1",), reruns=("t2", "t3", "t4"), about_s=8.0, untimed=0, seconds=known)


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=8))
def test_a_chain_takes_the_sum_and_what_stands_side_by_side_the_longest(times: list[float]) -> None:
    uids = [f"t{number}" for number in range(len(times))]
    seconds = dict(zip(uids, times, strict=True))
    chain = plan(*((uid, uids[number - 1] if number else "") for number, uid in enumerate(uids)))
    beside = plan(*((uid, "") for uid in uids))
    assert forecast(chain, (), uids, seconds).about_s == pytest.approx(sum(times))
    assert forecast(beside, (), uids, seconds).about_s == max(times)


def test_what_nothing_is_known_of_is_counted_and_not_guessed() -> None:
    rows = plan(("t1", ""), ("t2", "t1"))
    seen = forecast(rows, (), ["t1", "t2"], {"t1": 4.0})
    assert seen == Forecast(reruns=("t1", "t2"), about_s=4.0, untimed=1, seconds={"t1": 4.0})
    assert forecast(rows, (), ["t1", "t2"], {}).about_s is None
    assert forecast(rows, ["t1", "t2"], [], {}).about_s == 0.0


@pytest.mark.parametrize(
    ("reruns", "reuses", "about_s", "untimed", "words"),
    [
        (3, 2, 8.2, 0, "re-runs 3, reuses 2, about 8 s"),
        (3, 0, 1.26, 0, "runs 3, about 1.3 s"),
        (3, 2, 190.0, 1, "re-runs 3, reuses 2, about 3 min and 1 of unknown time"),
        (2, 1, None, 2, "re-runs 2, reuses 1, for an unknown time"),
        (1, 1, 0.02, 0, "re-runs 1, reuses 1, under 0.1 s"),
        (0, 5, 0.0, 0, "re-runs 0, reuses 5"),
        (4, 0, None, 4, ""),
    ],
)
def test_a_forecast_in_words(reruns: int, reuses: int, about_s: float | None, untimed: int, words: str) -> None:
    assert told(reruns, reuses, about_s, untimed) == words


def test_a_time_is_told_as_a_person_would() -> None:
    assert [length(one) for one in (0.0, 0.44, 59.4, 90, 600)] == ["under 0.1 s", "0.4 s", "59 s", "2 min", "10 min"]
