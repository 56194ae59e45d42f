"""What a what-if says of its candidates, and of the calls that they made."""

from datetime import UTC, datetime

import pytest

from hgtui.core import events as ev
from hgtui.core.calls import CallRow
from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.run import fold
from hgtui.core.text import megabytes
from hgtui.core.trials import Ahead, Tried, cost

FAL, OTHER, HERE = "hub:org/a#fal-ai", "hub:org/b#together", "embedded:lexrank"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (Tried(candidate=HERE, memory_mb=61.0), "$0"),
        (Tried(candidate=FAL), "-"),
        (Tried(candidate=FAL, usd=0.002), "$0.0020"),
        (Tried(candidate=FAL, usd=0.0), "$0"),
    ],
)
def test_what_runs_on_this_machine_is_free(one: Tried, words: str) -> None:
    assert cost(one) == words


@pytest.mark.parametrize(("size", "words"), [(None, ""), (0.1, "< 1 MB"), (3.2, "3 MB"), (1634.0, "1.6 GB")])
def test_a_size_has_the_same_words_everywhere(size: float | None, words: str) -> None:
    assert megabytes(size) == words


def calls(*candidates: str) -> list[CallRow]:
    """The calls of a run in which a what-if of these candidates asks fal-ai."""
    plan = Plan(request="go", tasks=(Task(uid="t1", id=0, task="summarization", args={"text": Input.text("Bees.")}),))
    ahead = tuple(
        Ahead(assignment=Assignment(candidate=one, provider=one.partition("#")[2] or None)) for one in candidates
    )
    told = (
        ev.RunStarted(request="go", planner="rules"),
        ev.PlanProposed(plan=plan),
        ev.WhatIfBegun(uid="t1", fingerprint="f", ahead=ahead),
        ev.Recorded(kind="hub", record="a" * 64, uid="t1", about="fal-ai"),
    )
    entries = [
        ev.Entry(run="r", seq=seq, at=datetime(2026, 1, 1, tzinfo=UTC), event=one) for seq, one in enumerate(told, 1)
    ]
    return fold(entries).call_book.rows


def test_the_call_of_a_what_if_names_the_model() -> None:
    (row,) = calls(HERE, OTHER, FAL)
    assert (row.model, row.what) == (FAL, "fal-ai")
    # Of two at one provider nobody can say which it was.
    (row,) = calls(FAL, "hub:org/c#fal-ai")
    assert (row.model, row.what) == ("fal-ai", "")
