"""`hgtui rules`: which rules hold for every run, what they let through, and how one is deleted."""

import asyncio
import json
import os
import sys

from hgtui.cli.faults import Fault
from hgtui.cli.standing_rules import StandingRules
from hgtui.cli.tables import table
from hgtui.cli.words import say
from hgtui.config import ConfigError, config_path, load
from hgtui.config.rules import Listed, RulesError
from hgtui.core.states import EXIT_OK


async def rules(delete: int | None, *, as_json: bool) -> int:
    """List the rules, or delete the one of a number. Raises Fault."""
    try:
        settings = await asyncio.to_thread(load, config_path(os.environ), os.environ)
        standing = await asyncio.to_thread(StandingRules.read, os.environ, settings.policy)
        found = await standing.listed()
        if delete is not None:
            found = await _delete(standing, found, delete)
    except (ConfigError, RulesError) as error:
        raise Fault(error.message, error.hint) from None
    if as_json:
        rows = [{**one.model_dump(mode="json"), "key": one.rule.key, "words": one.rule.words} for one in found]
        sys.stdout.write(json.dumps({"version": 1, "rules": rows}, indent=2, ensure_ascii=False) + "\n")
    elif found:
        head = ("#", "rule", "used", "last", "from")
        sys.stdout.write(table([head, *map(_row, found)], floor=60) + "\n")
    elif delete is None:
        say("There are no rules. p in the workbench makes one, and so does [[policy]] in the configuration.")
    return EXIT_OK


def _row(one: Listed) -> tuple[str, ...]:
    last = one.use.last.astimezone().strftime("%Y-%m-%d %H:%M") if one.use.last else "-"
    return str(one.number), one.rule.words, one.used, last, "the workbench" if one.stored else "config.toml"


async def _delete(standing: StandingRules, found: tuple[Listed, ...], number: int) -> tuple[Listed, ...]:
    one = next((row for row in found if row.number == number), None)
    if one is None:
        raise Fault(f"There is no rule {number}.", "hgtui rules lists them.")
    if not one.stored:
        raise Fault(f"Rule {number} stands in the configuration.", f"Take it out of {config_path(os.environ)}.")
    await standing.forget(one.rule.key)
    say(f"Deleted: {one.rule.words}.")
    return await standing.listed()
