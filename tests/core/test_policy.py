"""What rules say of a task: the first that matches decides, what is not known asks, and one that holds once does so once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hgtui.core.approval import fingerprint, grant
from hgtui.core.edits import Choose, Draft, Skip, apply
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.policy import Ahead, Match, Rule, Verdict, first, says
from hgtui.core.problems import Code, Facts, Severity, problems
from hgtui.core.resource import FileFact, Kind
from hgtui.core.ruling import Rulebook, price, ruling
from tests.core import strategies as own

TYPES = ["image-to-text", "summarization", "text-to-speech"]
ENDPOINTS, PROVIDERS = ["embedded", "hub"], ["fal-ai", "together"]
prices = st.sampled_from([0.0, 0.01, 0.5])
matches = st.builds(
    Match,
    task=st.none() | st.sampled_from(TYPES),
    endpoint=st.none() | st.sampled_from(ENDPOINTS),
    provider=st.none() | st.sampled_from(PROVIDERS),
    max_usd=st.none() | prices,
    file_leaves=st.none() | st.booleans(),
)
effects = st.sampled_from(["auto", "ask", "deny"])
rules = st.builds(Rule, match=matches, effect=effects, scope=st.sampled_from(["once", "run", "always"]))
aheads = st.builds(
    Ahead,
    task=st.sampled_from(TYPES),
    endpoint=st.sampled_from(ENDPOINTS),
    provider=st.sampled_from(["", *PROVIDERS]),
    usd=st.none() | prices,
    file_leaves=st.booleans(),
)


# One rule, several rules


@given(st.lists(rules, max_size=6), aheads)
def test_the_first_rule_that_says_anything_decides(book: list[Rule], ahead: Ahead) -> None:
    said = [(rule, effect) for rule in book if (effect := says(rule, ahead))]
    found = first(book, ahead)
    assert (found and (found.rule, found.effect)) == (said[0] if said else None)


@given(st.lists(rules, max_size=4), st.lists(rules, max_size=4), aheads)
def test_rules_that_come_behind_one_that_matches_change_nothing(
    book: list[Rule], more: list[Rule], ahead: Ahead
) -> None:
    found = first(book, ahead)
    assert first([*book, *more], ahead) == (found or first(more, ahead))


@given(rules, aheads)
def test_a_condition_that_is_left_out_does_not_matter(rule: Rule, ahead: Ahead) -> None:
    wide = Rule(match=Match(max_usd=rule.match.max_usd), effect=rule.effect)
    if says(rule, ahead):
        assert says(wide, ahead) == says(rule, ahead)


@given(rules, aheads)
def test_a_price_that_is_not_known_asks_where_a_rule_speaks_of_prices(rule: Rule, ahead: Ahead) -> None:
    ahead = ahead._replace(usd=None)
    if rule.match.max_usd is not None and says(rule, ahead):
        assert says(rule, ahead) == "ask"
        assert first([rule], ahead) == Verdict("ask", rule, True)
        assert "price" in Verdict("ask", rule, True).why


@given(rules, rules)
def test_rules_have_the_same_key_exactly_where_they_are_the_same(one: Rule, other: Rule) -> None:
    assert (one.key == other.key) == (one == other)
    assert Rule.model_validate_json(one.model_dump_json()) == one


@given(rules, rules)
def test_rules_that_differ_are_told_apart_in_words(one: Rule, other: Rule) -> None:
    assert (one.words == other.words) == (one == other)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(effect="ask"), "Ask before every task, always"),
        (
            Rule(match=Match(task="tts", provider="fal-ai"), effect="auto", scope="run"),
            "Let through text-to-speech at fal-ai, in this run",
        ),
        (
            Rule(match=Match(endpoint="hub", max_usd=0.01, file_leaves=True), effect="deny", scope="once"),
            "Never run every task on hub that costs at most $0.01 a call and sends a file away from this machine, once",
        ),
        (Rule(match=Match(file_leaves=False), effect="auto"), "Let through every task that sends no file away, always"),
    ],
)
def test_a_rule_is_told_in_words(rule: Rule, words: str) -> None:
    assert rule.words == words


@pytest.mark.parametrize(
    "match",
    [
        {"task": "text-to-speach"},
        {"provider": "a b"},
        {"endpoint": "\x1b[31m"},
        {"max_usd": -1},
        {"max_usd": float("inf")},
        {"max_usd": "0.1"},
        {"file_leaves": 1},
        {"model": "x"},
    ],
)
def test_a_rule_that_could_never_match_is_refused(match: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate({"match": match, "effect": "ask"})


# A draft


def candidate(name: str, **more: object) -> Candidate:
    endpoint, model = name.split(":")
    return Candidate.model_validate({"name": name, "model": model, "endpoint": endpoint, **more})


OCR = candidate("embedded:ocr", usd=0.0)
VOICE = candidate("hub:org/voice#fal-ai", provider="fal-ai", providers=("together",), leaves=True, place="hub",
                  licence="mit", spends="credits of HF_TOKEN", via="router.example")  # fmt: skip
DEAR = candidate("hub:org/dear", leaves=True, place="hub", usd=0.02)
KNOWN = {
    "image-to-text": (OCR,),
    "text-to-speech": (VOICE, candidate("embedded:espeak", usd=0.0)),
    "summarization": (DEAR,),
}
FILES = {"a.png": FileFact(path="a.png", kind=Kind.IMAGE, digest="d1")}


def given_to(one: Candidate) -> Assignment:
    return Assignment.of(one, "ranking", "")


def read_aloud(*more: Task) -> Draft:
    tasks = (
        Task(uid="t1", id=1, task="image-to-text", args={"image": Input.text("a.png")}),
        Task(uid="t2", id=2, task="text-to-speech", args={"text": Input.of("t1")}),
        Task(uid="t3", id=3, task="text-to-speech", args={"text": Input.text("hello")}),
        *more,
    )
    chosen = {"t1": given_to(OCR), "t2": given_to(VOICE), "t3": given_to(VOICE)}
    return Draft(plan=Plan(tasks=tasks), assignments=chosen | {one.uid: given_to(VOICE) for one in more})


def effect_of(draft: Draft, *book: Rule, used: dict[str, str] | None = None) -> dict[str, str]:
    said = ruling(draft, FILES, KNOWN, Rulebook(book, used or {}))
    return {task.uid: said.effect(task) for task in draft.plan}


def test_what_is_made_of_a_file_leaves_as_the_file_does() -> None:
    rule = Rule(match=Match(file_leaves=True), effect="ask")
    assert effect_of(read_aloud(), rule) == {"t1": "auto", "t2": "ask", "t3": "auto"}


def test_a_rule_that_holds_once_belongs_to_the_first_task_or_to_who_used_it() -> None:
    once = Rule(match=Match(task="text-to-speech"), effect="auto", scope="once")
    ask = Rule(match=Match(task="text-to-speech"), effect="ask")
    assert effect_of(read_aloud(), once, ask) == {"t1": "auto", "t2": "auto", "t3": "ask"}
    assert effect_of(read_aloud(), once, ask, used={once.key: "t3"}) == {"t1": "auto", "t2": "ask", "t3": "auto"}
    assert effect_of(read_aloud(), once, ask, used={once.key: "t9"})["t2"] == "ask"


def test_a_persons_word_on_a_task_goes_before_rules_that_ask_and_let_through_but_not_before_a_denial() -> None:
    def with_policy(policy: str) -> Draft:
        task = Task(uid="t4", id=4, task="text-to-speech", args={"text": Input.text("x")}, policy=policy)
        return read_aloud(task)

    rule = {effect: Rule(match=Match(task="text-to-speech"), effect=effect) for effect in ("auto", "ask", "deny")}
    assert effect_of(with_policy("ask"), rule["auto"])["t4"] == "ask"
    assert effect_of(with_policy("let"), rule["ask"])["t4"] == "auto"
    assert effect_of(with_policy("let"))["t4"] == "auto"
    assert effect_of(with_policy("auto"), rule["ask"])["t4"] == "ask"
    assert effect_of(with_policy("let"), rule["deny"])["t4"] == "deny"


def test_what_nobody_lists_is_taken_to_be_elsewhere_and_to_cost_what_is_not_known() -> None:
    draft, _ = apply(read_aloud(), Choose(uid="t1", assignment=Assignment(candidate="worker:org/ocr")))
    assert effect_of(draft, Rule(match=Match(file_leaves=True), effect="ask"))["t1"] == "ask"
    assert effect_of(draft, Rule(match=Match(max_usd=1.0), effect="auto"))["t1"] == "ask"
    assert price(None) is None
    assert price(OCR) == 0.0
    assert price(VOICE) is None


@given(own.drafts(), st.lists(rules, max_size=4))
def test_every_draft_can_be_ruled_and_a_skipped_task_is_not(draft: Draft, book: list[Rule]) -> None:
    said = ruling(draft, FILES, KNOWN, Rulebook(tuple(book)))
    for task in draft.plan:
        if task.skip:
            assert said.verdict(task) == Verdict("ask" if task.policy == "ask" else "auto")
    once = [one.rule.key for one in said.verdicts.values() if one.rule and one.rule.scope == "once"]
    assert len(once) == len(set(once))


# What follows from it


@given(own.drafts(), st.lists(rules, max_size=3))
def test_rules_are_part_of_the_fingerprint_only_where_they_make_a_difference(draft: Draft, book: list[Rule]) -> None:
    said = ruling(draft, FILES, {}, Rulebook(tuple(book)))
    same = all(said.effect(task) == ("ask" if task.policy == "ask" else "auto") for task in draft.plan)
    plain = fingerprint(draft, FILES, {})
    assert fingerprint(draft, FILES, {}, Rulebook()) == plain
    assert (fingerprint(draft, FILES, {}, Rulebook(tuple(book))) == plain) == same


def denied(draft: Draft, *book: Rule) -> list[tuple[str | None, tuple[str, ...]]]:
    said = ruling(draft, FILES, KNOWN, Rulebook(book))
    facts = Facts(files=FILES, candidates=KNOWN, assignments=draft.assignments, ruling=said)
    found = [one for one in problems(draft.plan, facts) if one.code is Code.DENIED]
    assert all(one.severity is Severity.ERROR for one in found)
    for one in found:
        for mend in one.mends:
            after, _ = apply(draft, mend.edit)
            left = ruling(after, FILES, KNOWN, Rulebook(book))
            assert left.effect(after.plan[one.uid or ""]) != "deny" or isinstance(mend.edit, Skip)
    return [(one.uid, tuple(mend.label for mend in one.mends)) for one in found]


def test_a_denied_task_is_an_error_whose_mends_are_what_no_rule_denies() -> None:
    assert denied(read_aloud()) == []
    fal = Rule(match=Match(provider="fal-ai"), effect="deny")
    ways = ("run it on org/voice#fal-ai at together", "run it on espeak", "skip 2")
    assert denied(read_aloud(), fal)[0] == ("t2", ways)
    hub = Rule(match=Match(endpoint="hub"), effect="deny")
    assert denied(read_aloud(), hub)[1] == ("t3", ("run it on espeak", "skip 3"))


def test_what_a_rule_denies_does_not_stand_in_and_what_it_asks_for_only_where_the_task_asks() -> None:
    def spare(*book: Rule) -> list[str]:
        given = grant(read_aloud(), FILES, KNOWN, Rulebook(book))
        return [one.provider or "" for one in given.substitutes.get("t3", ())]

    assert spare() == ["together"]
    at = Match(provider="together")
    assert spare(Rule(match=at, effect="deny")) == []
    assert spare(Rule(match=at, effect="ask")) == []
    assert spare(Rule(match=Match(task="text-to-speech"), effect="ask")) == ["together"]
