"""Candidates ranked by what can run now, by fit, by downloads; pins before all; with the reason in words."""

import math
from collections.abc import AsyncIterator, Callable, Mapping

from hgtui.core.fit import matches, narrow, unfit
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.remembering import remembering
from hgtui.core.ruling import Ruling, ways
from hgtui.core.text import one_line
from hgtui.selection.naming import meant

Candidates = tuple[Candidate, ...]
May = Callable[[Task, Candidate], bool]
"""Whether no rule denies a task with a candidate."""
Pinned = Mapping[str, str]
"""The candidate that a person has pinned, by task type."""

_PRESENT, _FITS, _MATCH, _SPEAKS, _HERE = 1000.0, 100.0, 10.0, 5.0, 1.0
_NARROW = 10.0
"""What a candidate that knows a few labels loses where nothing in particular is asked for: more than its place weighs."""
_UNSURE, _GATED, _DOWNLOADS = 0.5, 0.25, 0.2
"""Below all that says how well a candidate fits: a mapping that is not live, terms that may not be accepted, downloads."""
_MOST_DOWNLOADS = 1e9
_EVERY_LANGUAGE = frozenset({"multilingual", "mul"})


@remembering()
def rank(task: Task, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Return the candidates for a task, best first, each with its score and the reason for its place.

    What cannot be called now stands behind what can, what does not fit behind what does, what knows only a few labels
    behind what looks for anything where nothing in particular is asked for, what needs the acceptance of terms behind
    what does not; then downloads count, and among equals the order given.
    """
    scored = [_scored(task, one) for one in candidates]
    return tuple(sorted(scored, key=lambda one: -one.score))


def _scored(task: Task, candidate: Candidate) -> Candidate:
    told = task.args.get("language")
    language = told.literal if told else None
    found = matches(task, candidate)
    why_not, few = unfit(task, candidate), narrow(task, candidate)
    words = _where(candidate)
    score = (
        _PRESENT * (not candidate.missing)
        + _FITS * (not why_not)
        + _MATCH * bool(found)
        - _NARROW * bool(few)
        + _HERE * (candidate.place == "here")
        - _UNSURE * (candidate.status not in {"", "live"})
        - _GATED * bool(candidate.gated)
        + _DOWNLOADS * math.log10(1 + min(candidate.downloads or 0, _MOST_DOWNLOADS)) / math.log10(_MOST_DOWNLOADS)
    )
    if found:
        words.insert(0, f"made for {', '.join(found[:2])}")
    if few:
        words.append(few)
    if language:
        speaks, said = _speaks(task, language, candidate)
        score += _SPEAKS * speaks
        words += [said] if said else []
    if why_not:
        words = [why_not]
    if candidate.missing:
        words = [f"{'cannot be called now' if candidate.place == 'hub' else 'not installed'}: {candidate.missing}"]
    return candidate.model_copy(update={"score": score, "reason": ", ".join(words)})


def _speaks(task: Task, language: str, candidate: Candidate) -> tuple[bool, str]:
    """Say whether a candidate is known to give the language that is asked for, and in words what is known of it."""
    if candidate.instructed:
        return True, f"is told to use {language}"
    if not candidate.languages:
        return False, ""
    speaks = language in candidate.languages or not _EVERY_LANGUAGE.isdisjoint(candidate.languages)
    if speaks and task.task == "translation":
        return True, f"speaks {language} where the language of the text can be told"
    return speaks, f"{'speaks' if speaks else 'does not speak'} {language}"


def _where(candidate: Candidate) -> list[str]:
    """Say where a candidate runs, and of a model of the Hub what its place among equals comes from."""
    if candidate.place == "here":
        return ["runs on this machine"]
    if not candidate.provider:
        return [f"runs at {candidate.endpoint}"]
    words = [f"{candidate.status or 'runs'} at {candidate.provider}"]
    if candidate.downloads is not None:
        words.append(f"{short(candidate.downloads)} downloads")
    if candidate.gated:
        words.append("its terms must be accepted first")
    return words


def doubts(task: Task, candidate: Candidate) -> str:
    """Say in a few words why a candidate that can be called may not do for a task; an empty text where nothing speaks against it."""
    told = task.args.get("language")
    language = told.literal if told else None
    if why := candidate.missing or unfit(task, candidate) or narrow(task, candidate):
        return why
    if candidate.status not in {"", "live"}:
        return f"{candidate.status} at {candidate.provider}" if candidate.provider else candidate.status
    if candidate.gated:
        return "its terms must be accepted first"
    speaks, said = _speaks(task, language, candidate) if language else (True, "")
    return "" if speaks or not candidate.languages else said


def short(count: int) -> str:
    """Return a number as 950, 12k or 1.2M."""
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if count >= size:
            number = count / size
            return f"{number:.1f}".removesuffix(".0") + unit if number < 10 else f"{number:.0f}{unit}"
    return str(count)


def usable(ranked: tuple[Candidate, ...], task: Task) -> tuple[Candidate, ...]:
    """Return those that could run the task now."""
    return tuple(one for one in ranked if not one.missing and not unfit(task, one))


def _any(_: Task, __: Candidate) -> bool:
    return True


def undenied(ruling: Ruling) -> May:
    """Return what says whether rules let a task be run by a candidate."""
    return lambda task, one: not ruling.rules or ruling.of(task, one).effect != "deny"


def allowed(fitting: tuple[Candidate, ...], task: Task, may: May) -> tuple[Candidate, ...]:
    """Return those that no rule denies, each at the first of its providers where none does; where all are denied, all.

    Of these one is chosen, so that the gate names the rule.
    """
    found = []
    for one in fitting:
        way = next((way for way in ways(one) if may(task, way)), None)
        if way is not None:
            found.append(one if way is one else _scored(task, way))
    return tuple(found) or fitting


async def choose(
    plan: Plan,
    candidates: Mapping[str, tuple[Candidate, ...]],
    keep: Mapping[Uid, Assignment],
    again: frozenset[Uid] = frozenset(),
    pins: Pinned | None = None,
    may: May = _any,
) -> AsyncIterator[tuple[Uid, Assignment | None]]:
    """Yield for each task that needs one its assignment by ranking, None where nothing can run it; row by row.

    An assignment in `keep` stays as long as its candidate can run the task; those of `again`, whose task has changed,
    are chosen anew. What a person chose stays as long as it is here, also where it does not fit: they know why. What is
    pinned for the task type comes before the ranking, as long as it can run the task. What `may` does not let run is
    chosen only where all else is denied too.
    """
    for task in plan:
        ranked = rank(task, candidates.get(task.task, ()))
        fitting = usable(ranked, task)
        free = allowed(fitting, task, may)
        pin = (pins or {}).get(task.task, "")
        if _stays(keep.get(task.uid), ranked, fitting, free, pin, changed=task.uid in again):
            continue
        wanted = meant(pin, fitting) if pin else None
        if wanted is not None:
            yield task.uid, Assignment.of(wanted, "person", pinned_for(task.task))
            continue
        if not free:
            yield task.uid, None
            continue
        yield task.uid, first_of(free, denied=len(fitting) - len(free))


def first_of(free: Candidates, *, denied: int) -> Assignment:
    """Assign the first of those that may run a task; of the others `denied` were left out by rules."""
    if len(free) > 1:
        return Assignment.of(free[0], "ranking", free[0].reason)
    why = "the only one that no rule denies" if denied else "the only one here that can run it"
    return Assignment.of(free[0], "only", f"{why}: {free[0].reason}")


def pinned_for(task: str) -> str:
    """Return the reason of an assignment that a pin made."""
    return f"pinned by you for {task}"


def by_pin(assignment: Assignment | None) -> bool:
    """Say whether a pin made an assignment, not a choice for this one task."""
    return assignment is not None and assignment.chosen_by == "person" and assignment.reason.startswith("pinned by you")


def unmet(task: Task, candidates: Candidates, pins: Pinned) -> str:
    """Say in a sentence why what is pinned for a task's type does not run it; an empty text where it can, or none is."""
    pin = pins.get(task.task, "")
    found = meant(pin, candidates) if pin else None
    if not pin or (found is not None and not found.missing and not unfit(task, found)):
        return ""
    why = "it is not among what was found" if found is None else found.missing or unfit(task, found)
    return one_line(f"{pin} is pinned for {task.task} and cannot run task {task.id}: {why}", 400).rstrip(".") + "."


def _stays(
    kept: Assignment | None, ranked: Candidates, fitting: Candidates, free: Candidates, pin: str, *, changed: bool
) -> bool:
    if kept is None:
        return False
    if by_pin(kept):
        there = meant(pin, fitting) if pin else None
        return there is not None and there.name == kept.candidate
    if kept.chosen_by == "person":
        return any(one.name == kept.candidate and not one.missing for one in ranked)
    return not changed and any(one.name == kept.candidate for one in free)
