"""Which changes of what was approved are asked again: what is new, what goes elsewhere, what leaves, what costs more."""

import pytest

from hgtui.core.approval import grant
from hgtui.core.edits import Add, Choose, Delete, Draft, Edit, Renumber, Retype, Set, SetPolicy, Skip, apply
from hgtui.core.model import Assignment, Candidate, ChosenBy
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.resource import FileFact, Kind
from hgtui.core.stand_ins import draft_stand_ins
from hgtui.core.widening import World, widened


def candidate(name: str, **more: object) -> Candidate:
    fields = {"name": name, "model": name.partition(":")[2], "endpoint": name.partition(":")[0], **more}
    return Candidate.model_validate(fields)


HERE, ALSO = candidate("embedded:one"), candidate("embedded:two")
CHEAP = candidate("hub:cheap", provider="fal-ai", place="hub", leaves=True, usd=0.01, licence="mit", via="r.example")
NEXT = candidate(
    "hub:next", provider="fal-ai", place="hub", leaves=True, usd=0.01, licence="apache-2.0", via="r.example"
)
DEAR = candidate("hub:dear", provider="fal-ai", place="hub", leaves=True, usd=0.5, licence="gpl", via="r.example")
VAGUE = candidate("hub:vague", provider="fal-ai", place="hub", leaves=True, licence="bsd", via="r.example")
OTHER = candidate("hub:other", provider="together", place="hub", leaves=True, usd=0.001, licence="cc", via="r.example")
EVERY = (HERE, ALSO, CHEAP, NEXT, DEAR, VAGUE, OTHER)
KINDS = ("summarization", "image-to-text", "translation", "text-generation")
WORLD = World(
    {
        "a.txt": FileFact(path="a.txt", kind=Kind.TEXT, digest="d1"),
        "b.txt": FileFact(path="b.txt", kind=Kind.TEXT, digest="d2"),
    },
    dict.fromkeys(KINDS, EVERY),
)


def by(one: Candidate, who: ChosenBy = "person") -> Assignment:
    return Assignment.of(one, who, "")


def start() -> Draft:
    """Two that run here, one of them on a file, and one at a provider that reads the result of the first."""
    tasks = (
        Task(uid="t1", id=1, task="summarization", args={"text": Input.text("mine")}),
        Task(uid="t2", id=2, task="summarization", args={"text": Input.text("a.txt")}),
        Task(uid="t3", id=3, task="translation", args={"text": Input.of("t1"), "language": Input.text("de")}),
        Task(uid="t4", id=4, task="summarization", args={"text": Input.text("left out")}, skip=True),
    )
    return Draft(plan=Plan(tasks=tasks), assignments={"t1": by(HERE), "t2": by(HERE), "t3": by(CHEAP), "t4": by(HERE)})


def after(*edits: Edit) -> str:
    before = now = start()
    given = grant(before, WORLD.files, WORLD.candidates)
    for edit in edits:
        now, _ = apply(now, edit)
    return widened(given, before, now, draft_stand_ins(now, WORLD.candidates), WORLD)


NEW = Task(uid="t9", id=9, task="summarization", args={"text": Input.text("new")})


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ((Add(task=NEW), Choose(uid="t9", assignment=by(HERE))), "task 9 is new"),
        ((Skip(uid="t4", skip=False),), "task 4 is new"),
        ((Retype(uid="t1", task="text-generation"), Choose(uid="t1", assignment=by(HERE))), "task 1 is new"),
        ((Choose(uid="t1", assignment=None),), "task 1 has no model"),
        ((Choose(uid="t1", assignment=by(CHEAP)),), "task 1 would go to fal-ai through r.example"),
        ((Choose(uid="t3", assignment=by(OTHER)),), "task 3 would go to together through r.example"),
        ((Choose(uid="t3", assignment=by(DEAR)),), "it would cost $0.4900 more"),
        ((Choose(uid="t3", assignment=by(VAGUE)),), "the price of task 3 on vague is not known"),
        ((Choose(uid="t1", assignment=by(ALSO, "selector")),), "task 1 would run on embedded:two"),
        ((Choose(uid="t1", assignment=Assignment(candidate="worker:x", chosen_by="person")),), "nothing is known of worker:x, which would run task 1"),
        ((Set(uid="t3", name="text", value="a.txt"),), "a.txt would leave this machine"),
        ((Set(uid="t3", name="text", value="<GENERATED>-2"),), "a.txt would leave this machine"),
        ((Set(uid="t1", name="text", value="b.txt"),), "b.txt would leave this machine"),
    ],
)  # fmt: skip
def test_what_widens_is_told(edits: tuple[Edit, ...], words: str) -> None:
    assert after(*edits) == words


@pytest.mark.parametrize(
    "edits",
    [
        (),
        (Set(uid="t1", name="text", value="another text"),),
        (Set(uid="t2", name="text", value="b.txt"),),
        (Set(uid="t3", name="language", value="fr"),),
        (Choose(uid="t1", assignment=by(ALSO)),),
        (Choose(uid="t3", assignment=by(HERE)),),
        (Choose(uid="t3", assignment=by(NEXT)),),
        (Delete(uid="t2"),),
        (Skip(uid="t2"),),
        (Renumber(uid="t2", id=8),),
        (SetPolicy(uid="t2", policy="ask"),),
        (SetPolicy(uid="t2", policy="let"),),
        (Add(task=NEW), Delete(uid="t9")),
    ],
)
def test_what_does_not_widen_is_not_asked_again(edits: tuple[Edit, ...]) -> None:
    assert after(*edits) == ""


def test_a_file_that_has_changed_leaves_anew_and_one_that_is_fetched_since_does_not() -> None:
    def said(before: FileFact, now: FileFact) -> str:
        draft, _ = apply(start(), Set(uid="t3", name="text", value="a.txt"))
        given = grant(draft, {"a.txt": before}, WORLD.candidates)
        spare = draft_stand_ins(draft, WORLD.candidates)
        return widened(given, draft, draft, spare, World({"a.txt": now}, WORLD.candidates))

    old = FileFact(path="a.txt", kind=Kind.TEXT, digest="d1")
    assert said(old, old) == ""
    assert said(old, old.model_copy(update={"digest": "d2"})) == "a.txt would leave this machine"
    address = FileFact(path="a.txt", kind=Kind.TEXT, remote=True)
    assert said(address, address.model_copy(update={"digest": "d2"})) == ""
