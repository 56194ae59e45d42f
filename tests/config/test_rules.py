"""The file of a person's rules: what is kept comes back, nothing is lost when several programs write, damage is told."""

import asyncio
import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hgtui.config import load
from hgtui.config.errors import ConfigError
from hgtui.config.rules import FILE, Kept, RuleFile, RulesError, listed
from hgtui.core.policy import Match, Rule

ASK = Rule(match=Match(file_leaves=True), effect="ask")
LET = Rule(match=Match(task="summarization", max_usd=0.01), effect="auto")
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_the_newest_rule_comes_first_and_one_that_is_made_again_moves_there(tmp_path: Path) -> None:
    file = RuleFile(tmp_path / "new" / FILE)
    assert file.read() == Kept()
    for rule in (ASK, LET, ASK):
        file.add(rule)
    assert file.read().rules == (ASK, LET)
    assert stat.S_IMODE((tmp_path / "new" / FILE).stat().st_mode) == 0o600
    assert file.delete(ASK.key)
    assert not file.delete(ASK.key)
    assert file.read().rules == (LET,)


def test_uses_add_up_and_stand_beside_their_rule_wherever_that_is_written(tmp_path: Path) -> None:
    file = RuleFile(tmp_path / FILE)
    file.add(LET)
    file.count({LET.key: 2, ASK.key: 1}, NOW)
    file.count({LET.key: 1}, NOW)
    rows = listed(file.read(), (ASK, LET))
    assert [(one.number, one.rule, one.stored, one.used) for one in rows] == [
        (1, LET, True, "let 3 through"),
        (2, ASK, False, "asked 1"),
    ]
    assert rows[0].use.last == NOW


async def test_programs_that_count_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    files = [RuleFile(tmp_path / FILE) for _ in range(8)]
    await asyncio.gather(*(file.note({LET.key: 1}, NOW) for file in files for _ in range(5)))
    await asyncio.gather(files[0].keep(LET), files[1].keep(ASK))
    kept = files[2].read()
    assert kept.used[LET.key].count == 40
    assert set(kept.rules) == {ASK, LET}
    assert await files[3].forget(LET.key)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "JSON"),
        ('{"version": 2}', "version"),
        ('{"rules": [{"effect": "perhaps"}]}', "rules.0.effect"),
        ('{"rules": [{"effect": "ask", "match": {"task": "nothing"}}]}', "task type"),
        ('{"more": 1}', "more"),
        ("x" * 1_000_001, "larger"),
    ],
)
def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / FILE).write_text(text)
    file = RuleFile(tmp_path / FILE)
    for do in (file.read, lambda: file.add(ASK), lambda: file.count({"k": 1}, NOW)):
        with pytest.raises(RulesError, match=words):
            do()
    assert (tmp_path / FILE).read_text() == text


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(RulesError, match="cannot be read"):
        RuleFile(tmp_path / FILE).read()


def test_the_configuration_holds_rules_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        'gates = "split"\n'
        "[[policy]]\nmatch = { task = 'tts', max_usd = 0.01 }\neffect = 'auto'\nscope = 'once'\n"
        "[[policy]]\neffect = 'ask'\n"
    )
    found = load(path)
    first = Rule(match=Match(task="text-to-speech", max_usd=0.01), effect="auto", scope="once")
    assert (found.gates, found.policy) == ("split", (first, Rule(effect="ask")))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[policy]]\nmatch = {}", "policy.0.effect"),
        ("[[policy]]\neffect = 'never'", "policy.0.effect"),
        ("[[policy]]\neffect = 'ask'\nmatch = { task = 'text-to-speach' }", "such as text-to-speech"),
        ("[[policy]]\neffect = 'ask'\nmatch = { max_usd = -1 }", "max_usd"),
        ("[[policy]]\neffect = 'ask'\nmacht = {}", "the nearest is 'match'"),
        ("[[policy]]\neffect = 'ask'\nmatch = { provder = 'fal-ai' }", "the nearest is 'provider'"),
        ("policy = 'ask'", "policy"),
    ],
)
def test_a_wrong_rule_in_the_configuration_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as told:
        load(path)
    assert words in told.value.message


def test_the_file_is_plain_json(tmp_path: Path) -> None:
    RuleFile(tmp_path / FILE).add(LET)
    data = json.loads((tmp_path / FILE).read_text())
    assert data["rules"] == [{"match": {"task": "summarization", "max_usd": 0.01}, "effect": "auto", "scope": "always"}]
