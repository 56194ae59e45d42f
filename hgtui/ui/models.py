"""Candidates as the list of models shows them: a row each, the facts of the one that is looked at, the filter."""

from dataclasses import dataclass

from hgtui.core.fit import unfit
from hgtui.core.model import BY_HAND, WHO, Assignment, Candidate, CandidateName
from hgtui.core.plan import Task
from hgtui.core.states import HAS_RESULT, UNDER_WAY
from hgtui.core.status import TaskStatus
from hgtui.core.text import megabytes, one_line, plural
from hgtui.core.trials import Tally
from hgtui.selection.ranking import rank, short
from hgtui.ui.view import Order, View
from hgtui.ui.words import Line, fit, fit_model, seconds, wrapped

GATED = {
    "auto": "gated: access is given when its terms are accepted",
    "manual": "gated: its authors decide on access",
}
BY = WHO


def count(number: int | None) -> str:
    """Write a number of likes or downloads in few cells; nothing where it is not known."""
    return "" if number is None else short(number)


def where(candidate: Candidate) -> str:
    """Say where a candidate runs: the provider of a model of the Hub, else its place."""
    return candidate.provider or candidate.place


def spoken(name: str) -> str:
    """Say which model a candidate's name means, and at which provider: "suno/bark at fal-ai"."""
    try:
        known = CandidateName.parse(name)
    except ValueError:
        return one_line(name, 80)
    return one_line(f"{known.model} at {known.provider}" if known.provider else known.model, 80)


def instead(status: TaskStatus) -> str:
    """Say which model ran in place of which, and why; where none gave a result, which were tried and how each failed.

    An empty text where nothing took the place of the chosen one.
    """
    if status.state not in UNDER_WAY | HAS_RESULT:
        return _tried(status)
    if not status.in_place_of:
        return ""
    verb = "runs" if status.state in UNDER_WAY else "ran"
    why = f": {one_line(status.why_not, 300)}" if status.why_not else "."
    return f"{spoken(status.candidate)} {verb} in place of {spoken(status.in_place_of)}{why}"


def _tried(status: TaskStatus) -> str:
    rows = [(spoken(name), one_line(why, 120).rstrip(".")) for name, why in status.tried.items()]
    told = "; ".join(f"{name} ({why})" if why else name for name, why in rows)
    if status.candidate not in status.tried:  # it was stopped
        return f"Tried before, and failed: {told}." if told else ""
    return f"{plural(len(rows), 'model')} tried, all failed: {told}." if rows[1:] else ""


def advice(advised: Assignment) -> str:
    """Say what was chosen before the person took another, and why."""
    why = f": {one_line(advised.reason, 300)}" if advised.reason else ""
    return f"{BY[advised.chosen_by]} took {spoken(advised.candidate)}{why}"


def elsewhere(candidate: Candidate, provider: str) -> Candidate:
    """Return the same model at another of its providers; price and state are known only where it was listed."""
    reason = f"runs at {provider}"
    return candidate.at(provider).model_copy(update={"usd": None, "status": "", "reason": reason})


def distinct(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Return each model once: where it is listed at several providers, as it stands first."""
    found: dict[tuple[str, str, str | None], Candidate] = {}
    for one in candidates:
        found.setdefault((one.endpoint, one.model, one.revision), one)
    return tuple(found.values())


def refusal(task: Task, candidate: Candidate) -> str:
    """Say as a sentence why a candidate cannot be chosen for a task; an empty text where it can."""
    name = one_line(candidate.model, 60)
    if candidate.missing:
        return f"{name} cannot run yet: {one_line(candidate.missing, 300)}"
    if no := unfit(task, candidate):
        return f"{name} does not fit this task: {one_line(no, 300)}."
    return ""


def fits(candidate: Candidate, words: str) -> bool:
    """Whether each of the words that a person filters by stands somewhere in what is known of a candidate."""
    known = (candidate.name, candidate.model, candidate.title, candidate.licence or "", candidate.place,
             candidate.provider or "", " ".join(candidate.providers), " ".join(candidate.languages),
             candidate.library, candidate.description, candidate.gated and "gated")  # fmt: skip
    text = one_line(" ".join(known)).lower()
    return all(word in text for word in words.lower().split())


ORDERS: tuple[Order, ...] = ("ranking", "likes", "downloads", "size", "time", "name")
"""The ways to sort, in the order in which one key goes through them."""


def ordered(view: View, task: Task, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Sort candidates as the person wants it: what is not known comes last, and what is equal stays as it is ranked."""
    ranked = rank(task, candidates)
    if view.order == "ranking":
        return ranked

    def key(one: Candidate) -> tuple[bool, float | str]:
        match view.order:
            case "likes":
                return one.likes is None, -(one.likes or 0)
            case "downloads":
                return one.downloads is None, -(one.downloads or 0)
            case "size":
                return one.size_mb is None, one.size_mb or 0.0
            case "time":
                past = view.times.get((task.task, one.name))
                return past is None, past or 0.0
            case _:
                return False, one.model.rpartition("/")[2].lower()

    return tuple(sorted(ranked, key=key))


def took(view: View, task: Task, candidate: Candidate) -> str:
    """Write how long such a task took on a candidate here before; nothing where that is not known."""
    past = view.times.get((task.task, candidate.name))
    return seconds(past) if past else ""


def votes(view: View, task: Task, candidate: Candidate) -> str:
    """Say how often a candidate won a what-if here, and failed in one; nothing where it was in none."""
    won, of, failed = view.votes.get((task.task, candidate.name), Tally())
    told = [f"won {won} of {of}"] if of else []
    told += [f"failed {failed}×"] if failed else []
    return f"{', '.join(told)} here" if told else ""


@dataclass(frozen=True, slots=True)
class Shape:
    """How wide each column of the list is, in cells; 0 for one that is left out."""

    model: int
    where: int = 0
    note: int = 0
    loads: int = 0
    licence: int = 0
    size: int = 0
    likes: int = 0
    time: int = 0
    language: int = 0


def shape(width: int) -> Shape:
    """Share `width` cells among the columns; the last ones go first, since all facts of the one looked at stand below."""
    columns = {"where": 12, "note": 6, "loads": 7, "licence": 10, "size": 7, "likes": 5, "time": 6, "language": 9}
    given: dict[str, int] = {}
    left = width - 2 - 26
    for name, cells in columns.items():
        if left <= cells:
            break
        given[name], left = cells, left - cells - 1
    return Shape(model=min(max(width - 2 - sum(cells + 1 for cells in given.values()), 8), 48), **given)


def row(candidate: Candidate, task: Task, chosen: str, pinned: str, width: int, past: str = "") -> Line:
    """Return the row of a candidate; `chosen` and `pinned` are names of candidates, `past` says how long it took here."""
    cells, no = shape(width), bool(candidate.missing or unfit(task, candidate))
    sign, role = ("● ", "good") if candidate.name == chosen else ("✗ ", "warn") if no else ("  ", "")
    told = (
        (where(candidate), cells.where, "accent" if candidate.leaves else "good"),
        (candidate.licence or "", cells.licence, "dim"),
        (megabytes(candidate.size_mb), -cells.size, "dim"),
        (count(candidate.likes), -cells.likes, "dim"),
        (count(candidate.downloads), -cells.loads, "dim"),
        (past, -cells.time, "dim"),
        (" ".join(candidate.languages[:3]), cells.language, "dim"),
        (_note(candidate, pinned), cells.note, "warn"),
    )
    pieces = [(sign, role), (fit_model(candidate.model, cells.model) + " ", "dim" if no else "")]
    return (*pieces, *((_cell(text, wide) + " ", one) for text, wide, one in told if wide))


def _cell(text: str, wide: int) -> str:
    """Fit a text to a column; to the right of one whose width is negative."""
    return fit(text, wide) if wide > 0 else fit(text, -wide).rstrip().rjust(-wide)


def columns_line(width: int) -> Line:
    """Return the heads of the columns over the list."""
    cells = shape(width)
    heads = (
        ("model".ljust(cells.model), cells.model),
        ("runs at".ljust(cells.where), cells.where),
        ("licence".ljust(cells.licence), cells.licence),
        ("size".rjust(cells.size), cells.size),
        ("likes".rjust(cells.likes), cells.likes),
        ("↓ month".rjust(cells.loads), cells.loads),
        ("took".rjust(cells.time), cells.time),
        ("language".ljust(cells.language), cells.language),
    )
    return (("    " + " ".join(head for head, wide in heads if wide), "dim"),)


def _note(candidate: Candidate, pinned: str) -> str:
    if candidate.name == pinned:
        return "pinned"
    if candidate.gated:
        return "gated"
    return "" if candidate.status in {"", "live"} else candidate.status


def facts(
    candidate: Candidate,
    task: Task,
    chosen: Assignment | None,
    width: int,
    most: int,
    past: str = "",
    advised: Assignment | None = None,
    voted: str = "",
) -> list[Line]:
    """Return what is known of the candidate that is looked at, in at most `most` lines of `width` cells.

    `past` says how long such a task took on it here before, `advised` what was chosen before the person did, `voted` how
    often it won a what-if here.
    """
    told = [(words, role, 2) for words, role in _told(candidate, task, chosen, past, advised)]
    if voted:
        told.insert(0, (f"{voted} (what-if)", "good", 1))
    lines: list[Line] = [((fit(candidate.name, width).rstrip(), "bold"),)]
    for words, role, limit in told:
        lines += [((line, role),) for line in wrapped(words, width, limit)]
    if candidate.description and len(lines) < most:
        quoted = f"“{one_line(candidate.description)}”"
        lines += [((line, "dim"),) for line in wrapped(quoted, width, most - len(lines))]
    return lines[:most]


def _told(
    candidate: Candidate, task: Task, chosen: Assignment | None, past: str, advised: Assignment | None
) -> list[tuple[str, str]]:
    """What is known in the order of what matters: why it cannot run, why it is chosen, where it runs, the rest."""
    told: list[tuple[str, str]] = []
    if candidate.missing:
        told.append((f"cannot run yet: {candidate.missing}", "warn"))
    elif no := unfit(task, candidate):
        told.append((f"does not fit this task: {no}", "warn"))
    if candidate.gated:
        page = f" at {candidate.page}" if candidate.page else ""
        told.append((f"{GATED[candidate.gated]}{page}", "warn"))
    if chosen and chosen.candidate == candidate.name:
        why = f": {chosen.reason}" if chosen.reason not in {"", BY_HAND} else ""
        told.append((f"chosen by {BY[chosen.chosen_by]}{why}", "good"))
    elif advised and advised.candidate == candidate.name:
        told.append((advice(advised), "good"))
    elif candidate.reason and not candidate.missing and not candidate.provider:
        told.append((candidate.reason, ""))
    told.append((runs(candidate), ""))
    if candidate.providers:
        told.append((f"also served by {', '.join(candidate.providers)}", ""))
    known = [_known(candidate), f"took {past} here before" if past else ""]
    if any(known):
        told.append((" · ".join(one for one in known if one), "dim"))
    return told


def runs(candidate: Candidate) -> str:
    """Say where a candidate runs, what leaves this machine for it and what it spends."""
    state = f" ({candidate.status})" if candidate.status not in {"", "live"} else ""
    words = [f"runs at {candidate.provider}{state}" if candidate.provider else _PLACES[candidate.place]]
    words.append("its input leaves this machine" if candidate.leaves else "nothing leaves this machine")
    if candidate.usd is not None:
        words.append(f"${candidate.usd:.4f}".rstrip("0").rstrip(".") + " a call")
    elif candidate.spends:
        words.append(f"spends {candidate.spends}")
    return " · ".join(words)


_PLACES = {"here": "runs on this machine", "hub": "a model of the Hub", "worker": "runs in a worker", "llm": "the controller does it"}  # fmt: skip


def _known(candidate: Candidate) -> str:
    pieces = [
        f"licence {candidate.licence}" if candidate.licence else "",
        megabytes(candidate.size_mb),
        f"languages {', '.join(candidate.languages[:8])}{' …' if len(candidate.languages) > 8 else ''}"
        if candidate.languages
        else "",
        f"{count(candidate.downloads)} downloads in 30 days" if candidate.downloads is not None else "",
        f"{count(candidate.likes)} likes" if candidate.likes is not None else "",
        candidate.library,
        f"revision {candidate.revision[:8]}" if candidate.revision else "",
    ]
    return " · ".join(piece for piece in pieces if piece)
