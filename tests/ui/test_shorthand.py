"""What is typed for an argument and what it becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.plan import Input, Ref
from hgtui.core.wire import read_input
from hgtui.ui.shorthand import read_field, read_lines, write_field, write_lines

IDS = {"t1": 0, "t2": 1, "t3": 12}
UIDS = {str(wire_id): uid for uid, wire_id in IDS.items()}

texts = st.text(st.characters(codec="utf-8", exclude_characters="‹›"), min_size=1, max_size=30)
refs = st.builds(Ref, uid=st.sampled_from(list(IDS)), field=st.sampled_from(["", "image"]))
inputs = st.builds(Input, parts=st.lists(st.one_of(texts, refs), min_size=1, max_size=4).map(tuple), many=st.booleans())


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("#0", Input.of("t1")),
        ("#0, #1", Input.of("t1", "t2")),
        ("‹12›", Input.of("t3")),
        ("read ‹0.text› aloud", Input(parts=("read ", Ref(uid="t1", field="text"), " aloud"))),
        ("‹0›Bees", Input(parts=(Ref(uid="t1"), "Bees"))),
        ("‹0›.", Input(parts=(Ref(uid="t1"), "."))),
        ("‹0›.text", Input(parts=(Ref(uid="t1"), ".text"))),
        ("the #1 in sales", Input.text("the #1 in sales")),
        ("<GENERATED>-1", Input.of("t2")),
        ('["a", "<GENERATED>-0"]', Input(parts=("a", Ref(uid="t1")), many=True)),
    ],
)
def test_a_shorthand_means_the_result_of_a_task(typed: str, value: Input) -> None:
    assert read_input(read_field(typed, many=True), UIDS.get) == value


def test_a_list_in_json_stays_a_text_where_no_list_is_taken() -> None:
    assert read_field('["a", "b"]', many=False) == '["a", "b"]'


@pytest.mark.parametrize("typed", ["", "  \n"])
def test_nothing_typed_takes_the_argument_away(typed: str) -> None:
    assert read_field(typed, many=False) is None


@given(inputs)
def test_what_the_form_shows_is_read_back_as_the_same(value: Input) -> None:
    shown = write_field(value, IDS)
    data = read_field(shown, many=True)
    if data is None:  # nothing but blanks: the form cannot tell it from an argument that is not there
        assert not shown.strip()
        return
    assert read_input(data, UIDS.get) == value


@given(inputs)
def test_a_list_with_one_thing_on_each_line_is_read_back_as_the_same(value: Input) -> None:
    value = Input(parts=value.parts, many=True)
    shown = write_lines(value, IDS)
    if shown is not None:
        assert read_input(read_lines(shown, many=True), UIDS.get) == value


def test_a_reference_is_shown_short_and_a_text_that_looks_like_one_is_not_taken_for_it() -> None:
    assert write_field(Input(parts=("about ", Ref(uid="t3"))), IDS) == "about ‹12›"
    assert write_field(Input(parts=("a ‹0› b ", Ref(uid="t3"))), IDS) == "a ‹0› b <GENERATED>-12"
    assert write_lines(Input(parts=("a cat", Ref(uid="t1")), many=True), IDS) == "a cat\n‹0›"
