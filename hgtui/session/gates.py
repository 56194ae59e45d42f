"""Where a run waits for a person, and what may approve in their place."""

from collections.abc import Mapping
from pathlib import Path

from hgtui.core import events as ev
from hgtui.core.approval import SHOWN, fingerprint, grant, plan_fingerprint
from hgtui.core.problems import errors, file_literals, problem_rows, problems
from hgtui.core.reuse import Forecast
from hgtui.core.run import Run
from hgtui.core.states import Gate, Gates, Stage
from hgtui.session.equipment import Equipment
from hgtui.session.files import resolve

_NOTHING = Forecast()


def gate(run: Run, ahead: Forecast = _NOTHING) -> ev.GateOpened:
    """Return the gate at which a run stands: the fingerprint of what would be approved, what leaves, what it costs.

    `ahead` is what would run again; it is told and is no part of what is approved.
    """
    kind, found = kind_of(run), problems(run.draft.plan, run.facts, to_run=True)
    wrong = len(errors(found))
    plan_alone = kind is Gate.PLAN
    opened = ev.GateOpened(
        gate=kind,
        fingerprint=plan_fingerprint(run.draft, run.files)
        if plan_alone
        else fingerprint(run.draft, run.files, run.candidates, run.book),
        approvable=not wrong and _complete(run),
        tasks=len(run.draft.plan),
        errors=wrong,
        problems=problem_rows(found, run.draft.plan),
    )
    return opened if plan_alone else opened.model_copy(update=_ahead(run, ahead))


def _ahead(run: Run, ahead: Forecast) -> dict[str, object]:
    """Return what is told of the models of a run at its gate: what leaves, what is spent, what stands in, what runs."""
    said, settled = run.ruling, run.settled(ahead.reuses)
    return {
        "leaves": tuple(str(one) for one in run.leaves_without(settled)),
        "spends": run.spends_without(settled),
        "gated": run.gated,
        "substitutes": {uid: tuple(one.candidate for one in rows) for uid, rows in run.stand_ins.items()},
        "policies": {
            task.uid: said.effect(task) for task in run.draft.plan if not task.skip and said.effect(task) != "auto"
        },
        **{name: getattr(ahead, name) for name in Forecast.model_fields},
    }


def kind_of(run: Run) -> Gate:
    """Return what the gate at which a run stands is for: plan and models, the plan alone, or the models of a plan that was
    approved.

    With one gate a plan may have been approved while its models were being chosen; where it has changed since, both are
    asked for. With two, a change at the second is a person's own, and what they approve there has all of it.
    """
    if run.grant is not None:
        return Gate.MERGED
    if run.gates is Gates.SPLIT:
        return Gate.PLAN if run.stage is Stage.PLANNING else Gate.MODELS
    same = bool(run.plan_approved) and run.plan_approved == plan_fingerprint(run.draft, run.files)
    return Gate.MODELS if same else Gate.MERGED


def approvable(run: Run) -> bool:
    """Say whether a run's draft may be approved: no error in it, and a model for each task unless the plan comes alone."""
    return _complete(run) and not _wrong(run)


def _wrong(run: Run) -> int:
    return len(errors(problems(run.draft.plan, run.facts, to_run=True)))


def _complete(run: Run) -> bool:
    alone = kind_of(run) is Gate.PLAN
    chosen = alone or all(task.skip or task.uid in run.draft.assignments for task in run.draft.plan)
    return chosen and bool(run.draft.plan.tasks)


def approved(run: Run, by: str, equipment: Equipment) -> ev.Approved:
    """Return the approval of a run's draft as it stands, with what leaves this machine and what is spent by it."""
    return ev.Approved(
        grant=grant(run.draft, run.files, run.candidates, run.book),
        by=by,
        leaves=tuple(str(one) for one in run.leaves_without(())),
        spends=run.spends_without(()),
        attended=equipment.attended,
        answer="program" if equipment.responder is None else "llm",
    )


def fits(given: str, whole: str) -> bool:
    """Say whether a fingerprint that a person gave is this one: the whole, or at least what is shown of it."""
    given = given.strip().lower()
    return len(given) >= SHOWN and whole.startswith(given)


def approver(run: Run, approve_by: str, gates: Gates, base: Path) -> str:
    """Return what approves a plan in a person's place, an empty text where nothing may.

    ``--yes`` covers what the plan sends elsewhere and what it spends: both are told with the approval. Neither it nor
    ``gates = "none"`` covers a hidden file outside the working folder.
    """
    by = approve_by or (ev.NO_GATES if gates is Gates.NONE else "")
    return "" if by and hidden_outside(run, base) else by


def hidden_outside(run: Run, base: Path) -> tuple[str, ...]:
    """Return the files of the plan that are hidden and outside the working folder."""
    used = {path for task in run.draft.plan if not task.skip for path in file_literals(task, run.files)}
    return tuple(sorted(path for path in used if _hidden_outside(path, run.files, base)))


def _hidden_outside(path: str, files: Mapping[str, object], base: Path) -> bool:
    if path not in files:
        return False
    whole = resolve(path, base).resolve()
    inside = whole.is_relative_to(base.resolve())
    return not inside and any(part.startswith(".") for part in whole.parts)
