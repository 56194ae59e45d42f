"""What can stand in a field: the types of tasks, first those that something here could run."""

from hgtui.cli.starts import may_run, who_runs
from hgtui.core.resource import Kind
from hgtui.core.task import TASKS
from hgtui.ui.completing import types

RUN = frozenset({"summarization", "translation", "text-to-image"})


def test_types_that_something_runs_come_first_and_the_others_say_that_nothing_does() -> None:
    rows = types("", Kind.IMAGE, RUN)
    assert {one.text for one in rows[:3]} == RUN
    assert [one.runs for one in rows] == [True] * 3 + [False] * (len(TASKS) - 3)
    assert all(one.about.startswith("nothing here runs it: ") != one.runs for one in rows)
    assert types("image-to-text", None, RUN)[0].text == "image-to-text"  # what was typed goes before all else
    assert all(one.runs for one in types("image"))


def test_what_may_run_is_what_the_registries_say() -> None:
    assert may_run(True, True) >= {task for task in TASKS if {"controller", "Hub"} & set(who_runs(task)["hub"])}
    assert may_run(False, False) <= {task for task in TASKS if who_runs(task)["nothing"]}
    assert "summarization" in may_run(False, False)
