"""The command `check --mend`: the first mend of each error of a plan file is applied, and what that did is said."""

import asyncio
import os

from hgtui.cli.checking import look_at, show_plan
from hgtui.cli.reading import read_plan_at
from hgtui.cli.sources import Sources, catalogues
from hgtui.cli.words import say
from hgtui.core.edits import Draft, EditError, apply, describe
from hgtui.core.problems import Facts, errors, problems
from hgtui.core.text import one_line

_WIDEST = 200


async def mend(name: str, *, as_json: bool, output: str | None, offline: bool = False) -> int:
    """Mend a plan file, write the plan to `output` or print it, and say what was done; 1 where errors are left."""
    found = await asyncio.to_thread(read_plan_at, name)
    for dropped in found.reading.dropped:
        say(f"note: {dropped}")
    draft = Draft(plan=found.reading.plan, assignments=found.assignments)
    async with catalogues(os.environ, offline=offline) as known:
        draft, facts, done = await _mended(draft, known)
    left = errors(problems(draft.plan, facts, to_run=True))
    for words in done:
        say(f"mended: {one_line(words, _WIDEST)}")
    if not done:
        say("Nothing was mended: hgtui knows no mend for what is wrong." if left else "Nothing had to be mended.")
    return show_plan(draft, facts, as_json=as_json or not output, output=output)


async def _mended(draft: Draft, known: Sources) -> tuple[Draft, Facts, list[str]]:
    """Apply mends until no error has one that was not tried: return the draft, what is known of it, what was done."""
    done: list[str] = []
    tried: set[str] = set()
    while True:
        facts = await look_at(draft.plan, known, draft.assignments)
        before = len(tried)
        once: set[str | None] = set()
        for error in errors(problems(draft.plan, facts, to_run=True)):
            key = f"{error.uid} {error.mend.edit.model_dump_json()}" if error.mend else ""
            if error.mend is None or error.uid in once or key in tried:
                continue
            once.add(error.uid)
            tried.add(key)
            try:
                after, _ = apply(draft, error.mend.edit)
            except EditError:  # another mend of this round took away what it is for
                continue
            done.append(describe(draft, error.mend.edit))
            draft = after
        if len(tried) == before:
            return draft, facts, done
