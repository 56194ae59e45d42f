"""What leaves this machine and to whom, and what is spent: part of what a person approves."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from hgtui.core.base import Value
from hgtui.core.edit import Draft
from hgtui.core.files import fetches, file_literals
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Task, Uid
from hgtui.core.resource import FileFact
from hgtui.core.stand_ins import known_as, stand_ins
from hgtui.core.text import one_line, plural

SHOWN = 6
"""How many things that go to one place are named in a line."""
NAME, ADDRESS = 80, 200

Candidates = Mapping[str, tuple[Candidate, ...]]


class Leaving(Value):
    """What goes to one place outside this machine: files by name, "the request", "the result of 2", "the text given to 3",
    "a request that fetches https://…".

    `tasks` are the uids of the tasks that send it, none where it goes to the controller as such. With `spare` it goes
    there only where a candidate fails and another stands in.
    """

    to: str
    what: tuple[str, ...]
    tasks: tuple[Uid, ...] = ()
    spare: bool = False

    def __str__(self) -> str:
        more = len(self.what) - SHOWN
        what = ", ".join(self.what[:SHOWN]) + (f" and {more} more" if more > 0 else "")
        who = f" ({plural(len(self.tasks), 'task')})" if self.tasks else ""
        return f"{'if it fails also ' if self.spare else ''}{what} → {self.to}{who}"


def leaving(
    draft: Draft,
    files: Mapping[str, FileFact],
    candidates: Candidates,
    controller: str,
    told: tuple[str, ...],
    may: Callable[[Task, Candidate], bool] | None = None,
) -> tuple[Leaving, ...]:
    """Return what would leave this machine if a draft ran, a row for each place; what stands in comes last.

    `controller` names the LLM and its server where they are not on this machine, `told` what it is told as planner
    and as the one who answers; `may` whether a person's rules let a candidate stand in.
    """
    ids = {task.uid: task.id for task in draft.plan}
    main, spare = _Rows(), _Rows()
    if controller and told:
        main.add(controller, told)
    for task, chosen in _assigned(draft):
        known = candidates.get(task.task, ())
        what = tuple(_inputs(task, files, ids))
        if (first := _goes_to(task, chosen, candidates)) is not None:
            main.add(place(first, controller), what, task.uid)
        for other in stand_ins(task, chosen, known):
            if other.leaves and (may is None or may(task, other)):
                spare.add(place(other, controller), what, task.uid)
    for url, uids in fetches(draft.plan, files).items():
        for uid in uids:
            main.add(one_line(urlsplit(url).netloc, NAME), (f"a request that fetches {one_line(url, ADDRESS)}",), uid)
    return (*main.rows(), *spare.rows(without=main))


def senders(draft: Draft, candidates: Candidates) -> tuple[Uid, ...]:
    """Return the tasks whose inputs would leave this machine if a draft ran, without what only stands in."""
    return tuple(task.uid for task, chosen in _assigned(draft) if _goes_to(task, chosen, candidates) is not None)


def place(candidate: Candidate, controller: str = "") -> str:
    """Say in words where the inputs of a candidate that is not on this machine go."""
    match candidate.place:
        case "hub":
            host = candidate.via or (urlsplit(candidate.page).netloc if candidate.page else "")
            return one_line(f"{candidate.provider or 'a provider'} through {host or 'the Hub'}", NAME)
        case "llm":
            return controller or "the controller"
        case _:
            return one_line(f"the {candidate.place} {candidate.endpoint}", NAME)


def spending(draft: Draft, candidates: Candidates, controller: str = "") -> str:
    """Say what a draft would spend: credits in words, a price in US dollars where it is known, "-" where it is not.

    A task is one call; what fails and is tried again costs more. `controller` says what the calls use up that the
    controller makes besides: to plan, to choose, to answer. Empty where nothing in it costs anything.
    """
    prices, credits, unknown = _costs(draft, candidates)
    credits.update({controller: credits.get(controller, 0)} if controller else {})
    words = [
        f"spends {one_line(what, NAME)} ({_calls(count, controller=what == controller)})"
        for what, count in credits.items()
    ]
    money = [f"{usd(sum(prices))} ({plural(len(prices), 'call')})"] if prices else []
    money += [f"- ({plural(unknown, 'call')})"] if unknown else []
    return " · ".join([*words, *([f"price {', '.join(money)}"] if money else [])])


def price(draft: Draft, candidates: Candidates, controller: str = "") -> str:
    """Say what a draft would cost in US dollars: "$0.0030", "-" where it is not known, "$0.0030 + -" where some is.

    Empty where nothing in it costs anything. `controller` as for `spending`: what its calls cost is not known ahead.
    """
    prices, credits, unknown = _costs(draft, candidates)
    known = [usd(sum(prices))] if prices else []
    return " + ".join([*known, *(["-"] if credits or unknown or controller else [])])


def _costs(draft: Draft, candidates: Candidates) -> tuple[list[float], dict[str, int], int]:
    """Return the known prices, the calls that use up credits by what these are, and how many calls nothing is known of."""
    credits: dict[str, int] = {}
    prices: list[float] = []
    unknown = 0
    for task, chosen in _assigned(draft):
        one = known_as(chosen, candidates.get(task.task, ()))
        if one is None:
            continue
        if one.usd is not None:
            prices += [one.usd] if one.usd > 0 else []
        elif one.spends:
            credits[one.spends] = credits.get(one.spends, 0) + 1
        elif one.leaves:
            unknown += 1
    return prices, credits, unknown


def _calls(count: int, *, controller: bool) -> str:
    asks = "what the controller asks"
    if not controller:
        return plural(count, "call")
    return f"{plural(count, 'call')}, and {asks}" if count else asks


def usd(price: float) -> str:
    """Return a price in US dollars as it is shown."""
    return f"${price:.4f}" if price >= 0.0001 else "under $0.0001"


class _Rows:
    """What goes where, each thing once, in the order in which it was found."""

    def __init__(self) -> None:
        self._what: dict[str, dict[str, None]] = {}
        self._tasks: dict[str, dict[Uid, None]] = {}

    def add(self, to: str, what: Iterable[str], uid: Uid = "") -> None:
        self._what.setdefault(to, {}).update(dict.fromkeys(what))
        self._tasks.setdefault(to, {}).update({uid: None} if uid else {})

    def rows(self, without: "_Rows | None" = None) -> Iterator[Leaving]:
        for to, found in self._what.items():
            before = without._what.get(to, {}) if without else {}
            what = tuple(one for one in found if one not in before)
            if what:
                yield Leaving(to=to, what=what, tasks=tuple(self._tasks[to]), spare=without is not None)


def _assigned(draft: Draft) -> Iterator[tuple[Task, Assignment]]:
    for task in draft.plan:
        chosen = draft.assignments.get(task.uid)
        if chosen is not None and not task.skip:
            yield task, chosen


def _goes_to(task: Task, chosen: Assignment, candidates: Candidates) -> Candidate | None:
    """Return the candidate to which the inputs of a task leave this machine, None where they stay."""
    first = known_as(chosen, candidates.get(task.task, ())) or _unknown(chosen)
    return first if first is not None and first.leaves else None


def _unknown(chosen: Assignment) -> Candidate | None:
    """Return what an assignment says of a candidate that nobody lists: at a provider it is not on this machine."""
    if not chosen.provider:
        return None
    name = chosen.candidate
    return Candidate(name=name, model=name, endpoint="hub", provider=chosen.provider, place="hub", leaves=True)


def _inputs(task: Task, files: Mapping[str, FileFact], ids: Mapping[Uid, int]) -> Iterator[str]:
    """Yield what goes into a task, in words."""
    paths = file_literals(task, files)
    yield from (one_line(path, NAME) for path in paths)
    for value in task.args.values():
        for ref in value.refs:
            yield f"the result of {ids.get(ref.uid, ref.missing or '?')}"
    if any(text.strip() and text not in paths for value in task.args.values() for text in value.literals):
        yield f"the text given to {task.id}"
