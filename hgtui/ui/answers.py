"""Two replies to one question beside each other: plans by task, models by task with the reasons, words in two columns."""

import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING

from hgtui.core.diff import match
from hgtui.core.plan import Plan
from hgtui.core.text import clean, one_line
from hgtui.ui.callpages import cost, heading, tokens
from hgtui.ui.comparing import Compared, compared_lines
from hgtui.ui.words import Line, fit, folded, seconds

if TYPE_CHECKING:
    from hgtui.session.recalled import Recalled
    from hgtui.session.rereading import Choice

BETWEEN = " │ "
MOST_LINES = 2_000
"""How many lines of two replies are laid beside each other."""


def both_lines(before: "Recalled", after: "Recalled", width: int) -> list[Line]:
    """Return a call and the one that was sent again, side by side, at a width in cells."""
    lines = [*_heads(before, after, width), ()]
    lines += _difference(before, after, width)
    lines.append(())
    lines += _columns(_words(before), _words(after), width)
    return lines


def plans_of(before: "Recalled", after: "Recalled") -> tuple[Plan, Plan] | None:
    """Return the plans of both, the later one with the uids of the first where a task is the same; None where one has none."""
    old, new = before.understood.plan, after.understood.plan
    return None if old is None or new is None else (old, match(old, new))


def other_models(before: "Recalled", after: "Recalled") -> list["Choice"]:
    """Return the choices of the later call that differ from those of the first."""
    old = {one.task.uid: one.candidate for one in before.understood.choices}
    return [
        one
        for one in after.understood.choices
        if one.candidate and one.candidate != old.get(one.task.uid, one.candidate)
    ]


def _heads(before: "Recalled", after: "Recalled", width: int) -> Iterator[Line]:
    yield from _columns(heading(before.row), heading(after.row), width, "bold")
    yield from _columns(_figures(before), _figures(after), width, "dim")
    yield from _columns("", after.row.what, width, "accent")
    if after.row.failed:
        yield ((fit(f"failed: {after.row.failed}", width).rstrip(), "bad"),)


def _figures(found: "Recalled") -> str:
    row = found.row
    took = seconds(row.seconds) if row.seconds is not None else "-"
    read = f" · read {found.understood.how}" if found.understood.how else ""
    return f"tokens {tokens(row)} · {took} · cost {cost(row)}{read}"


def _difference(before: "Recalled", after: "Recalled", width: int) -> Iterator[Line]:
    """Yield in what the two differ as plans, or as choices; nothing for words."""
    if plans := plans_of(before, after):
        two = Compared("proposal", "", *plans, notes=after.understood.dropped)
        lines = [line for line, _ in compared_lines(two, width)]
        yield from lines if not two.same else [(("Both are the same plan.", "good"),)]
    elif before.understood.plan is not None or after.understood.plan is not None:
        gone, which = (after, "new") if after.understood.plan is None else (before, "first")
        why = " ".join(gone.understood.dropped) or gone.row.failed
        yield ((fit(f"There is no plan in the {which} reply. {why}", width).rstrip(), "bad"),)
    new = {one.task.uid: one for one in after.understood.choices}
    for one in before.understood.choices:
        yield from _choices(one, new.get(one.task.uid), width)


def _choices(old: "Choice", new: "Choice | None", width: int) -> Iterator[Line]:
    chosen = new.candidate if new else ""
    same = chosen == old.candidate
    yield (
        ("= " if same else "≠ ", "dim" if same else "warn"),
        (fit(f"task {old.task.id} {old.task.task}", max(width - 2, 8)).rstrip(), "bold"),
    )
    yield from _columns(_chosen(old), _chosen(new) if new else "", width)
    places = {one.name: one.place for one in old.options}
    if not same and chosen in places and old.candidate in places:
        words = f"in the ranking {places[old.candidate]}. against {places[chosen]}. of {len(places)}"
        yield ((f"  {words}", "dim"),)


def _chosen(choice: "Choice") -> str:
    reason = f"\n“{one_line(choice.reason, 200)}”" if choice.reason else ""
    return f"{one_line(choice.candidate, 100) or 'nothing that counts'}{reason}"


def _words(found: "Recalled") -> str:
    reply = found.reply if isinstance(found.reply, str) else json.dumps(found.reply, indent=2, ensure_ascii=False)
    return clean(reply).expandtabs(4) or "(nothing)"


def _columns(left: str, right: str, width: int, role: str = "") -> Iterator[Line]:
    """Lay two texts beside each other; where one line is not the same as the other, that is marked between them."""
    half = max((width - len(BETWEEN)) // 2, 8)
    rows = zip_longest(_folded(left, half), _folded(right, half), fillvalue="")
    for count, (one, other) in enumerate(rows):
        if count == MOST_LINES:
            yield (("… the rest is left out here; each call has it in full", "warn"),)
            return
        if one or other:
            yield ((fit(one, half), role), (BETWEEN, "dim"), (fit(other, half).rstrip(), role))


def _folded(text: str, width: int) -> Iterator[str]:
    for line in clean(text).split("\n"):
        yield from folded(line[:20_000], width)
