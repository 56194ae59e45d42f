"""A revision of which a person takes only a part."""

from hgtui.core.diff import without
from hgtui.core.plan import Input, Plan, Task


def task(uid: str, id: int, text: str) -> Task:
    return Task(uid=uid, id=id, task="summarization", args={"text": Input.text(text)})


OLD = Plan(tasks=(task("t1", 0, "a"), task("t2", 1, "b"), task("t3", 2, "c")))
NEW = OLD.with_tasks([task("t1", 0, "A"), task("t3", 2, "c"), task("t4", 3, "d")])


def test_what_is_not_taken_is_as_it_was_back_in_its_place_or_not_there() -> None:
    assert without(OLD, NEW, ()) == NEW
    assert without(OLD, NEW, ("t1",)).tasks == (OLD["t1"], NEW["t3"], NEW["t4"])
    assert without(OLD, NEW, ("t2",)).tasks == (NEW["t1"], OLD["t2"], NEW["t3"], NEW["t4"])
    assert without(OLD, NEW, ("t4",)).tasks == (NEW["t1"], NEW["t3"])
    assert without(OLD, NEW, ("t1", "t2", "t4")) == OLD
