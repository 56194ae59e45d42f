"""A plan, its problems and a run in plain words, for a terminal without a screen and for a log."""

import contextlib
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from hgtui.cli.tables import table
from hgtui.core import events as ev
from hgtui.core.approval import SHOWN
from hgtui.core.model import WHO, Assignment
from hgtui.core.plan import Plan
from hgtui.core.problems import Problem, errors, problems
from hgtui.core.run import Run
from hgtui.core.states import Gate, TaskState
from hgtui.core.text import one_line
from hgtui.core.wire import show_input
from hgtui.planning import mentioned

WIDEST = 46
_WHOLE = 10_000
"""What a person approves is not cut to fit a line: it gets a line of its own."""
WIDEST_LINE = 600
LONGEST_REQUEST = 500
"""A longer request stands in a command as REQUEST."""
BY_HAND = "Ask differently, or mend the plan by hand:"
FILE_BY_HAND = "Mend the plan file and run it again."
BY_COMMAND = "To apply the first mend of each error:"


def say(words: str) -> None:
    """Write a line to standard error: for the person, never for the script that reads the answer."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"{words}\n")
        sys.stderr.flush()


def answer_text(answer: ev.Answered) -> str:
    """Return an answer as it is printed, and can be copied: without the backslashes that only Markdown needs."""
    from hgtui.response.plain import plain

    return plain(answer.text, by_program=answer.by == "program")


def plan_table(plan: Plan, assignments: dict[str, Assignment] | None = None, *, to: TextIO | None = None) -> str:
    """Return the rows of a plan for a stream (standard output): number, task, what goes in, what runs it."""
    ids = {task.uid: task.id for task in plan}
    rows = [("#", "task", "input", "model")]
    for task in plan:
        inputs = " ".join(f"{name}={one_line(show_input(value, ids), WIDEST)}" for name, value in task.args.items())
        after = ", ".join(str(ids[dep]) for dep in task.after if dep in ids)
        chosen = (assignments or {}).get(task.uid)
        model = "skipped" if task.skip else chosen.candidate if chosen else "-"
        rows.append((str(task.id), task.task, inputs + (f" (after {after})" if after else ""), model))
    return table(rows, to=to, floor=_WHOLE)


def choice_table(plan: Plan, assignments: dict[str, Assignment]) -> str:
    """Return for each task of a plan the model, who chose it and why."""
    rows = [("#", "task", "model", "chosen by", "why")]
    for task in plan:
        one = assignments.get(task.uid)
        left = "skipped" if task.skip else "-"
        rows.append(
            (str(task.id), task.task, *((one.candidate, WHO[one.chosen_by], one.reason) if one else (left, "", "")))
        )
    return table(rows)


def problem_lines(found: Iterable[Problem], plan: Plan) -> str:
    """Return a line for each problem: its severity, task and argument, the sentence, the mend."""
    lines = []
    for one in found:
        task = plan.get(one.uid) if one.uid else None
        where = f"{task.id} {task.task}" + (f", {one.arg}" if one.arg else "") if task else "plan"
        mend = f" (mend: {', or '.join(way.label for way in one.mends)})" if one.mends else ""
        lines.append(f"{one.severity}: {where}: {one.message}{mend}")
    return "\n".join(lines)


def problem_row(one: Problem, plan: Plan) -> dict[str, object]:
    """Return a problem as JSON data, with the task's number."""
    task = plan.get(one.uid) if one.uid else None
    return {
        "severity": one.severity.value,
        "code": one.code.value,
        "task": task.id if task else None,
        "argument": one.arg,
        "message": one.message,
        "mend": one.mend.label if one.mend else None,
        "mends": [way.label for way in one.mends],
    }


def mend_words(run: Run, from_file: str = "") -> str:
    """Return how a plan with errors is mended: as commands that can be typed where hgtui knows a mend, else by hand.

    `from_file` names the plan file that it came from.
    """
    known = any(one.mends for one in errors(problems(run.plan, run.facts, to_run=True)))
    if from_file:
        way = mend_lines(from_file, run_it=True) if known and from_file != "-" else ""
        return f"{FILE_BY_HAND} {way}".rstrip()
    request = shlex.quote(run.request) if len(run.request) <= LONGEST_REQUEST else "REQUEST"
    # What the request itself names is found there again, and a file that cannot be used is refused behind --file.
    beside = [name for name in run.asked_files if name not in mentioned(run.request)]
    usable = [name for name in beside if name not in run.files or not run.files[name].error]
    files = "".join(f" --file {shlex.quote(name)}" for name in usable)
    plan = f"  hgtui plan {request}{files} -o plan.json\n"
    if not known:
        return f"{BY_HAND}\n{plan}  change plan.json\n  hgtui run --plan plan.json"
    mend = "  hgtui check plan.json --mend -o plan.json\n  hgtui run --plan plan.json"
    return f"{BY_COMMAND}\n{plan}{mend}\nOr ask differently, or change plan.json by hand."


def mend_lines(name: str, *, run_it: bool = False) -> str:
    """Return the commands that apply the mends of a plan file and, with `run_it`, run what comes of it."""
    mended = shlex.quote(str(Path(name).with_suffix(".mended.json")))
    run = f"\n  hgtui run --plan {mended}" if run_it else ""
    return f"{BY_COMMAND}\n  hgtui check {shlex.quote(name)} --mend -o {mended}{run}"


def approve_line(run: Run) -> str:
    """Return the exact command that goes on from the gate."""
    return f"hgtui approve {run.id} {run.gate.fingerprint[:SHOWN]}" if run.gate else ""


def is_plan_alone(run: Run) -> bool:
    """Whether a run waits for its plan alone to be approved, before models are chosen for it."""
    return run.gate is not None and run.gate.gate is Gate.PLAN


def policy_lines(run: Run) -> str:
    """Return a line for each task that will ask before it starts, with the rule that says so, and for each breakpoint."""
    said = run.ruling
    lines = []
    for task in run.plan:
        verdict = said.verdict(task)
        if verdict.effect == "ask" and not task.skip and run.state(task.uid) is TaskState.WAITING:
            why = f": {verdict.why}" if verdict.rule else ""
            lines.append(f"will ask before {task.id} {task.task}{why}")
        if task.uid in run.breakpoints:
            lines.append(f"stops after {task.id} {task.task}")
    return "\n".join(one_line(line, WIDEST_LINE) for line in lines)


def costs(leaves: Iterable[str], spends: str) -> str:
    """Return a line for each place outside this machine that something goes to, and one for what is spent."""
    lines = [f"leaves this machine: {one_line(one, WIDEST_LINE)}" for one in leaves]
    return "\n".join([*lines, *([one_line(spends, WIDEST_LINE)] if spends else [])])


def stand_in_lines(run: Run) -> str:
    """Return a line for each task whose candidate has others that run in its place where it fails."""
    rows = run.stand_ins
    lines = [
        f"if {task.id} {task.task} fails: {', then '.join(one.candidate for one in rows[task.uid])}"
        for task in run.plan
        if task.uid in rows
    ]
    return "\n".join(one_line(line, WIDEST_LINE) for line in lines)


def asking_lines(run: Run) -> str:
    """Return a line for each task that waits for a person to let it start, and why."""
    rows = [(task, run.status(task.uid)) for task in run.plan]
    return "\n".join(
        one_line(f"asks: {task.id} {task.task}: {status.why or 'its policy is to ask first'}", WIDEST_LINE)
        for task, status in rows
        if status.state is TaskState.ASKING
    )


def terms_lines(run: Run) -> str:
    """Return a line for each task whose model is gated: where its terms are accepted."""
    gate = run.gate
    if gate is None:
        return ""
    chosen = run.draft.assignments
    rows = ((task, gate.gated[task.uid], chosen.get(task.uid)) for task in run.plan if task.uid in gate.gated)
    return "\n".join(
        one_line(
            f"{task.id} {task.task}: {one.candidate if one else 'its model'} is gated: it runs once its terms are accepted"
            + (f" at {page}" if page else ""),
            WIDEST_LINE,
        )
        for task, page, one in rows
    )


def reuse_lines(run: Run) -> str:
    """Return what runs again, what is reused and about how long it takes, then which tasks are reused."""
    gate = run.gate
    if gate is None or not gate.forecast:
        return ""
    ids = [str(task.id) for task in run.plan if task.uid in gate.reuses]
    one = len(ids) == 1
    which = f" (reuses task{'' if one else 's'} {', '.join(ids)}; --fresh runs {'it' if one else 'them'} too)"
    which = which if ids else ""
    return one_line(gate.forecast + which, WIDEST_LINE)


def gate_words(run: Run, *, from_file: str = "", stored: bool = True) -> str:
    """Return what a person sees at a gate, on standard error: the plan, its problems, what stands in where a model fails, what leaves this
    machine, what it spends, the fingerprint and the command that goes on.

    A plan with errors cannot go on: the words say how to mend it, `from_file` names the plan file it came from. A run that
    is not `stored` can be approved here and now alone.
    """
    parts = [plan_table(run.plan, dict(run.draft.assignments), to=sys.stderr)]
    found = problems(run.plan, run.facts, to_run=True)
    if found:
        parts.append(problem_lines(found, run.plan))
    if errors(found):
        parts.append(f"The plan has errors and cannot run. {mend_words(run, from_file)}")
    elif run.gate is not None and is_plan_alone(run):
        later = f"\nTo choose models for it: {approve_line(run)}" if stored else ""
        parts.append(f"fingerprint of the plan {run.gate.fingerprint[:SHOWN]}{later}")
    elif run.gate is not None:
        leaves = costs(run.gate.leaves, run.gate.spends)
        parts += filter(
            None,
            (asking_lines(run), policy_lines(run), stand_in_lines(run), terms_lines(run), leaves, reuse_lines(run)),
        )
        later = f"\nTo run it: {approve_line(run)}" if stored else ""
        parts.append(f"fingerprint {run.gate.fingerprint[:SHOWN]}{later}")
    return "\n\n".join(parts)
