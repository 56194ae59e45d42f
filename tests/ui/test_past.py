"""The requests of before: walking through them loses nothing."""

from hypothesis import given
from hypothesis import strategies as st

from hgtui.ui.past import MOST, Past

TEXTS = st.text(max_size=5)


def test_what_was_being_written_comes_back_and_so_does_what_was_changed_on_the_way() -> None:
    past = Past()
    past.load(["second", "first"])
    assert past.walk(1, "new") is None
    assert past.walk(-1, "new") == "second"
    assert past.walk(-1, "second, changed") == "first"
    assert past.walk(-1, "first") is None
    assert past.walk(1, "first") == "second, changed"
    assert past.walk(1, "second, changed") == "new"
    past.add("sent")
    assert past.walk(-1, "") == "sent"
    assert past.walk(-1, "sent") == "second"


def test_what_earlier_sessions_asked_comes_before_what_this_one_did_and_moves_nobody() -> None:
    past = Past()
    past.add("mine")
    assert past.walk(-1, "draft") == "mine"
    past.load(["late", "mine", "early", "late", " "])
    assert past.requests == ["early", "late", "mine"]
    assert past.walk(1, "mine") == "draft"
    assert past.walk(-1, "draft") == "mine"
    assert past.walk(-1, "mine") == "late"


def test_the_oldest_are_forgotten() -> None:
    past = Past()
    past.load(str(at) for at in range(MOST + 5))
    past.add("last")
    assert len(past.requests) == MOST
    assert past.requests[-1] == "last"


def test_what_another_text_takes_the_place_of_is_the_request_before() -> None:
    past = Past()
    past.load(["one"])
    past.leave("half written")
    assert past.walk(-1, "one") == "half written"


@given(
    st.lists(TEXTS, max_size=6), TEXTS, st.lists(st.tuples(st.sampled_from([-1, 1]), st.none() | TEXTS), max_size=30)
)
def test_nothing_is_lost_on_any_walk(requests: list[str], draft: str, steps: list[tuple[int, str | None]]) -> None:
    """Against a list of texts in which the person moves, changing the one where they are."""
    past = Past()
    past.load(reversed(requests))
    texts, at, now = [*past.requests, draft], len(past.requests), draft
    for by, typed in steps:
        if typed is not None:
            texts[at] = now = typed
        found = past.walk(by, now)
        if 0 <= at + by < len(texts):
            at += by
            assert found == texts[at]
            now = found
        else:
            assert found is None
