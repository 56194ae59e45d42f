"""Answers that are remembered for the very same values."""

import gc

from hgtui.core.remembering import remembering


class Thing:
    """Something that can be held weakly, as the values of this program can."""


def test_the_very_same_objects_are_asked_once_and_others_again() -> None:
    asked: list[object] = []

    @remembering()
    def answer(first: Thing, second: object) -> object:
        asked.append((first, second))
        return object()

    thing, other, row = Thing(), Thing(), (1, 2)
    said = answer(thing, row)
    assert answer(thing, row) is said
    assert len(asked) == 1
    assert answer(thing, tuple(iter(row))) is not said, (
        "an equal object is another one: what it holds may be looked at anew"
    )
    assert answer(other, row) is not said
    assert answer(thing, row) is not said, "only the last answer for each first object is kept"
    assert answer(thing, second=row) is not answer(thing, second=row), "what is named is asked each time"


def test_what_is_remembered_goes_with_its_first_object() -> None:
    kept: list[int] = []

    @remembering()
    def answer(first: Thing, row: tuple[int, ...]) -> int:
        kept.append(id(first))
        return len(kept)

    row = (1,)
    for turn in range(1, 50):
        thing = Thing()  # often where the one before was
        assert answer(thing, row) == turn
        del thing
        gc.collect()
