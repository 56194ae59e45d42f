"""What hypothesis draws: texts that look like something else, inputs, plans that may be wrong, drafts and edits."""

from collections.abc import Sequence

from hypothesis import strategies as st

from hgtui.core import edits as ed
from hgtui.core.edits import Draft, Edit
from hgtui.core.model import Assignment
from hgtui.core.plan import MISSING, Input, Plan, Ref, Task, Uid
from hgtui.core.task import TASKS
from hgtui.core.text import clean

NASTY = (
    "",
    " ",
    ",",
    '"',
    "'",
    "\\",
    "\n",
    "<GENERATED>",
    "<GENERATED>-1",
    "<GENERATED>-1, <GENERATED>-2",
    "<GENERATED-1>",
    "<GENERATED>-1.text",
    "<node-0>",
    "a <GENERATED>-1 b",
    "{}",
    '{"text": "x"}',
    '["a", "b"]',
    "-1",
    "null",
    "ünïcödé 漢字 🦜",
    "[@click=app.quit]x[/]",
)
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=20).map(clean))
foreign = st.text(
    alphabet=st.one_of(
        st.sampled_from("\x00\x07\x1b\r\n\t\x0b\x0c\x85\x9b\x7f\u200e\u202e\u2028\u2066\ufeff\U000e0041\ud800ab[0m"),
        st.characters(),
    ),
    max_size=60,
)
fields = st.one_of(st.just(""), st.sampled_from(["text", "image", "audio", "generated_text"]))
names = st.sampled_from(["text", "image", "audio", "question", "context", "labels", "language", "document", "foo"])
# "text" of a question becomes "question" when a plan is read: none that was read has it.
types = st.one_of(st.sampled_from(sorted(TASKS)), st.sampled_from(["unheard-of", "sumarization"]))
UNKNOWN = [f"{MISSING}{number}" for number in (777, 778)]


def inputs(uids: Sequence[Uid]) -> st.SearchStrategy[Input]:
    """Inputs that may refer to any of `uids` and to tasks that no plan has."""
    part = st.one_of(texts, st.builds(Ref, uid=st.sampled_from([*uids, *UNKNOWN]), field=fields))
    return st.builds(Input, parts=st.lists(part, max_size=4).map(tuple), many=st.booleans())


@st.composite
def arguments(draw: st.DrawFn, kind: str, uids: Sequence[Uid]) -> dict[str, Input]:
    """Arguments of a task, right and wrong ones."""
    spec = TASKS.get(kind)
    question = spec is not None and spec.arg("question") is not None and spec.arg("text") is None
    fitting = names.filter(lambda name: name != "text") if question else names
    return draw(st.dictionaries(fitting, inputs(uids), max_size=3))


def tasks(uid: Uid, number: int, uids: Sequence[Uid]) -> st.SearchStrategy[Task]:
    """One task that may refer to any of `uids`, itself too."""
    return types.flatmap(lambda kind: _tasks(uid, number, uids, kind))


def _tasks(uid: Uid, number: int, uids: Sequence[Uid], kind: str) -> st.SearchStrategy[Task]:
    return st.builds(
        Task,
        uid=st.just(uid),
        id=st.just(number),
        task=st.just(kind),
        args=arguments(kind, uids),
        after=st.lists(st.sampled_from([*uids, *UNKNOWN]), max_size=3).map(tuple),
        skip=st.booleans(),
        locked=st.lists(names, max_size=2, unique=True).map(tuple),
        policy=st.sampled_from(["auto", "ask"]),
    )


@st.composite
def plans(draw: st.DrawFn, *, unique: bool = False) -> Plan:
    """Plans that may be wrong in every way; with `unique` no two tasks have the same number."""
    numbers = draw(st.lists(st.integers(0, 9 if not unique else 50), max_size=6, unique=unique))
    uids = [f"t{row + 1}" for row in range(len(numbers))]
    rows = [draw(tasks(uid, number, uids or ["t1"])) for uid, number in zip(uids, numbers, strict=True)]
    return Plan(request=draw(texts), planner=draw(texts), tasks=tuple(rows))


assignments = st.builds(
    Assignment,
    candidate=st.sampled_from(["embedded:rapidocr", "hub:org/name", "local:other"]),
    provider=st.sampled_from([None, "fal-ai"]),
    revision=st.sampled_from([None, "abc123"]),
    chosen_by=st.sampled_from(["selector", "person", "ranking", "only"]),
    reason=texts,
)


@st.composite
def drafts(draw: st.DrawFn, *, unique: bool = False) -> Draft:
    """Plans with a model for some of their tasks."""
    plan = draw(plans(unique=unique))
    chosen = {task.uid: draw(assignments) for task in plan if draw(st.booleans())}
    return Draft(plan=plan, assignments=chosen)


KINDS = (
    ed.Add,
    ed.Delete,
    ed.Set,
    ed.Retype,
    ed.Renumber,
    ed.Connect,
    ed.Disconnect,
    ed.Move,
    ed.Skip,
    ed.SetPolicy,
    ed.Choose,
    ed.Replace,
    ed.Patch,
    ed.Several,
)
given_values = st.one_of(
    st.none(), texts, st.integers(), st.booleans(), st.lists(texts, max_size=3), st.dictionaries(texts, texts)
)


@st.composite
def edits(draw: st.DrawFn, draft: Draft, kind: type | None = None) -> Edit:
    """An edit that fits the draft more often than not."""
    kind = kind or draw(st.sampled_from(KINDS))
    uids = [task.uid for task in draft.plan] or ["t1"]
    one = st.sampled_from([*uids, "gone"]) if draw(st.integers(0, 9)) == 0 else st.sampled_from(uids)
    uid, number = draw(one), draw(st.integers(-1, 12))
    if kind is ed.Add:
        new = f"n{draw(st.integers(0, 99))}"
        return ed.Add(task=draw(tasks(new, number, [*uids, new])), index=draw(st.none() | st.integers(-2, 9)))
    if kind in {ed.Replace, ed.Patch}:
        other = draw(drafts())
        return ed.Replace(draft=other) if kind is ed.Replace else ed.between(draft, other)
    if kind is ed.Several:
        single = [one for one in KINDS if one is not ed.Several]
        return ed.Several(
            edits=tuple(
                draw(st.lists(st.sampled_from(single).flatmap(lambda one: edits(draft, one)), min_size=1, max_size=3))
            )
        )
    fields_of: dict[type, dict[str, object]] = {
        ed.Delete: {"below": draw(st.booleans())},
        ed.Set: {"name": draw(names), "value": draw(given_values)},
        ed.Retype: {"task": draw(types)},
        ed.Renumber: {"id": number},
        ed.Connect: {"dep": draw(one), "name": draw(st.just("") | names)},
        ed.Disconnect: {"dep": draw(st.sampled_from([*uids, *UNKNOWN]))},
        ed.Move: {"index": number},
        ed.Skip: {"skip": draw(st.booleans())},
        ed.SetPolicy: {"policy": draw(st.sampled_from(["auto", "ask"]))},
        ed.Choose: {"assignment": draw(st.none() | assignments)},
    }
    edit: Edit = kind(uid=uid, **fields_of[kind])
    return edit
