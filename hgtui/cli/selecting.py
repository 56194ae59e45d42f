"""Stage 2 alone: models for the tasks of a plan file, by the selector or by the ranking, or from a selector's raw reply."""

import asyncio
import json
import os
import sys

from hgtui.cli.beginning import submit
from hgtui.cli.checking import look_at, show_plan, show_stopped
from hgtui.cli.closing import close
from hgtui.cli.compose import Workplace
from hgtui.cli.faults import Fault
from hgtui.cli.headless import Headless
from hgtui.cli.picking import pick_model
from hgtui.cli.reading import read_plan_at, read_source
from hgtui.cli.sources import catalogues
from hgtui.cli.words import choice_table, say
from hgtui.core.approval import fingerprint
from hgtui.core.edits import Draft
from hgtui.core.plan import Plan, Uid
from hgtui.core.planfile import PlanFile
from hgtui.core.problems import Facts, errors, problems
from hgtui.core.ruling import Rulebook, ruling
from hgtui.core.states import EXIT_FAILED, EXIT_OK, Gates
from hgtui.selection.ranking import allowed, first_of, rank, undenied, usable
from hgtui.selection.reading import Reading, read_selection
from hgtui.session.bringing import HOW


def _plan_of(name: str) -> PlanFile:
    """Read a plan file with the models that a person chose; the others are to be chosen. Raises Fault."""
    given = read_plan_at(name)
    if not given.reading.plan.tasks:
        raise Fault(f"The plan in {name} has no task.", "hgtui tasks lists what a plan may hold.")
    mine = {uid: one for uid, one in given.assignments.items() if one.chosen_by == "person"}
    return given.model_copy(update={"assignments": mine})


async def select(name: str, *, as_json: bool, output: str | None, profile: str | None, offline: bool = False) -> int:
    """Choose models for a plan file and stop there; what a person chose in it stays."""
    given = await asyncio.to_thread(_plan_of, name)
    async with await Workplace.open(profile=profile, offline=offline) as place:
        await pick_model(place, ask=not as_json)
        conductor = place.conductor(attended=False, gates=Gates.MERGED)
        status = await Headless(conductor).follow(submit("", (), given))
        run = conductor.run
        if run.gate is None:
            return close(run, status, as_json=False, shown=True)
        words = choice_table(run.plan, dict(run.draft.assignments))
        return show_stopped(run, run.gate, as_json=as_json, output=output, words=words)


async def parse(
    name: str, plan_name: str, *, as_json: bool, output: str | None, profile: str | None, offline: bool = False
) -> int:
    """Read a selector's raw reply for a plan file: what it chose, what was refused, left out and left open; 1 where it
    cannot be read.
    """
    if name == plan_name == "-":
        raise Fault("Standard input cannot be both the reply and the plan.", "Put one of them into a file.")
    given = await asyncio.to_thread(_plan_of, plan_name)
    plan = given.reading.plan
    text = await asyncio.to_thread(read_source, name)
    async with catalogues(os.environ, profile, offline=offline) as known:
        facts = await look_at(plan, known, given.assignments)
    may, listed = undenied(facts.ruling), facts.candidates or {}
    fitting = {task.uid: usable(rank(task, listed.get(task.task, ())), task) for task in plan}
    choices = {
        task.uid: allowed(fitting[task.uid], task, may)
        for task in plan
        if task.uid not in given.assignments and not task.skip
    }
    found = await asyncio.to_thread(read_selection, text, plan, choices)
    chosen = {one.uid: one.assignment for one in found.chosen}
    _say(found, plan)
    if output:
        filled = {
            uid: first_of(few, denied=len(fitting[uid]) - len(few))
            for uid, few in choices.items()
            if few and uid not in chosen
        }
        draft = Draft(plan=plan, assignments={**given.assignments, **chosen, **filled})
        _write(draft, facts, output)
    if as_json:
        sys.stdout.write(json.dumps(_data(found, plan), indent=2, ensure_ascii=False) + "\n")
    elif not output:
        sys.stdout.write(choice_table(plan, chosen) + "\n")
    return EXIT_OK if found.how else EXIT_FAILED


def _say(found: Reading, plan: Plan) -> None:
    say(HOW.get(found.how, "") or "The reply cannot be read.")
    for dropped in found.dropped:
        say(f"note: {dropped}")
    if found.left:
        numbers = ", ".join(str(plan[uid].id) for uid in found.left)
        say(f"note: left to the ranking: task {numbers}")


def _data(found: Reading, plan: Plan) -> dict[str, object]:
    def rows(by_uid: dict[Uid, object]) -> dict[str, object]:
        return {str(plan[uid].id): value for uid, value in by_uid.items()}

    return {
        "version": 1,
        "how": found.how,
        "assignments": rows({one.uid: one.assignment.model_dump(mode="json") for one in found.chosen}),
        "refused": rows(dict(found.refused)),
        "left": [plan[uid].id for uid in found.left],
        "dropped": list(found.dropped),
    }


def _write(draft: Draft, facts: Facts, output: str) -> None:
    book, known = Rulebook(facts.ruling.rules), facts.candidates or {}
    said = ruling(draft, facts.files, known, book)
    facts = facts.model_copy(update={"assignments": draft.assignments, "ruling": said})
    whole = all(task.skip or task.uid in draft.assignments for task in draft.plan)
    show_plan(
        draft,
        facts,
        as_json=False,
        output=output,
        fingerprint=fingerprint(draft, facts.files, known, book),
        approvable=whole and not errors(problems(draft.plan, facts)),
    )
