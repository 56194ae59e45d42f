"""Candidates ranked by what can run now, by fit, and by the order of the catalogue; with the reason in words."""

from collections.abc import AsyncIterator, Mapping

from hgtui.core.fit import matches, unfit
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Plan, Task, Uid

Candidates = tuple[Candidate, ...]

_PRESENT, _FITS, _MATCH, _SPEAKS, _HERE = 1000.0, 100.0, 10.0, 5.0, 1.0


def rank(task: Task, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Return the candidates for a task, best first, each with its score and the reason for its place.

    What is not installed stands behind what is, what does not fit behind what does; among equals the order given.
    """
    scored = [_scored(task, one) for one in candidates]
    return tuple(sorted(scored, key=lambda one: -one.score))


def _scored(task: Task, candidate: Candidate) -> Candidate:
    told = task.args.get("language")
    language = told.literal if told else None
    found = matches(task, candidate)
    why_not = unfit(task, candidate)
    words = ["runs on this machine" if candidate.place == "here" else f"runs at {candidate.endpoint}"]
    score = (
        _PRESENT * (not candidate.missing)
        + _FITS * (not why_not)
        + _MATCH * bool(found)
        + _HERE * (candidate.place == "here")
    )
    if found:
        words.insert(0, f"made for {', '.join(found[:2])}")
    if language and candidate.languages:
        speaks = language in candidate.languages
        score += _SPEAKS * speaks
        words.append(f"{'speaks' if speaks else 'does not speak'} {language}")
    if why_not:
        words = [why_not]
    if candidate.missing:
        words = [f"not installed: {candidate.missing}"]
    return candidate.model_copy(update={"score": score, "reason": ", ".join(words)})


def usable(ranked: tuple[Candidate, ...], task: Task) -> tuple[Candidate, ...]:
    """Return those that could run the task now."""
    return tuple(one for one in ranked if not one.missing and not unfit(task, one))


async def choose(
    plan: Plan,
    candidates: Mapping[str, tuple[Candidate, ...]],
    keep: Mapping[Uid, Assignment],
    again: frozenset[Uid] = frozenset(),
) -> AsyncIterator[tuple[Uid, Assignment | None]]:
    """Yield for each task that needs one its assignment by ranking, None where nothing can run it; row by row.

    An assignment in `keep` stays as long as its candidate can run the task; those of `again`, whose task has changed,
    are chosen anew. What a person chose stays as long as it is here, also where it does not fit: they know why.
    """
    for task in plan:
        ranked = rank(task, candidates.get(task.task, ()))
        fitting = usable(ranked, task)
        if _stays(keep.get(task.uid), ranked, fitting, changed=task.uid in again):
            continue
        if not fitting:
            yield task.uid, None
            continue
        only = len(fitting) == 1
        reason = f"the only one here: {fitting[0].reason}" if only else fitting[0].reason
        yield task.uid, Assignment.of(fitting[0], "only" if only else "ranking", reason)


def _stays(kept: Assignment | None, ranked: Candidates, fitting: Candidates, *, changed: bool) -> bool:
    if kept is None:
        return False
    if kept.chosen_by == "person":
        return any(one.name == kept.candidate and not one.missing for one in ranked)
    return not changed and any(one.name == kept.candidate for one in fitting)
