"""A call as pages of text, for the screen and for the command line: how it was read, the reply, what was asked, all of it."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len

from hgtui.core.calls import HUB, CallRow
from hgtui.core.plan import Plan
from hgtui.core.text import clean, one_line
from hgtui.core.wire import show_input
from hgtui.ui.words import Line, fit, fit_model, seconds

if TYPE_CHECKING:
    from hgtui.session.recalled import Recalled
    from hgtui.session.rereading import Choice


class Page(NamedTuple):
    """A page: its name on a tab, and its words, which are still as they came."""

    name: str
    text: str


NOTHING = frozenset({"", "null", "[]", "{}", '""'})
"""What stands on a page on which nothing stands."""
MOST_RANKED = 12
"""How many candidates of a ranking are listed."""
FEWEST_CELLS = 8
"""In how many cells at least the last column is cut."""
WIDE = 90
"""From how many cells on the names of tasks and models have more room."""


def call_line(row: CallRow, width: int) -> Line:
    """Return a call as a row of the list, at a width in cells: what does not fit is left out from the right."""
    role = "bad" if row.failed else "accent" if row.again else ""
    task = f"{row.task.id} {one_line(row.task.task, 40)}" if row.task else one_line(row.about, 40)
    named, model = (22, 28) if width >= WIDE else (19, 20)
    # What came of a listing says more than that it was the Hub.
    by, what = (row.what, row.model) if row.model == HUB and not row.failed else (row.model, row.what)
    told = (
        (f"{row.number}".rjust(4) + " ", "dim"),
        (fit(str(row.stage), 10), role),
        (fit(task, named) + " ", ""),
        (fit_model(by, model) + " ", ""),
        (tokens(row).rjust(13) + " ", "dim"),
        ((seconds(row.seconds) if row.seconds is not None else "-").rjust(8) + " ", ""),
        (cost(row).rjust(8) + " ", "dim"),
    )
    # The figures go first where it is narrow: stage, task and model say which call it is.
    pieces, room = list(told), width
    for drop in (4, 6, 2):
        if sum(len(text) for text, _ in pieces) <= room:
            break
        pieces.remove(told[drop])
    room -= sum(len(text) for text, _ in pieces)
    words = row.failed or what or ("" if row.kind == "llm" else row.kind)
    # Of one word that does not fit nothing could be read.
    fits = room >= min(cell_len(one_line(words, 200)), FEWEST_CELLS)
    return (*pieces, (fit(words, room) if room > 0 and fits else "", role or "dim"))


def tokens(row: CallRow) -> str:
    """Return the tokens in and out, "~" before an estimate, "-" where there are none to count."""
    if row.kind != "llm" or not (row.tokens_in or row.tokens_out):
        return "-"
    return f"{'~' if row.estimated else ''}{row.tokens_in:,}+{row.tokens_out:,}"


def cost(row: CallRow) -> str:
    """Return what it cost in US dollars, "-" where that is not known."""
    if row.usd is None:
        return "-"
    return f"${row.usd:.4f}" if row.usd < 0.1 else f"${row.usd:.2f}"


def heading(row: CallRow) -> str:
    """Say in a line which call it is."""
    task = f" · task {row.task.id} {one_line(row.task.task, 40)}" if row.task else ""
    task = f" · {one_line(row.about, 40)}" if row.about else task
    again = " · sent again" if row.again else ""
    return f"Call {row.number} · {row.stage}{task} · {one_line(row.model, 60)}{again}"


def pages(found: "Recalled") -> tuple[Page, ...]:
    """Return the pages of a call; those with nothing on them are left out."""
    if found.gone:
        return (Page("read", "\n".join([*_figures(found.row), "", found.gone])),)
    told = (
        Page("read", "\n".join(_read(found))),
        Page("reply", _reply(found)),
        Page("request", _request(found)),
        Page("template", "\n".join(_templates(found))),
        Page("exact", json.dumps(found.request, indent=2, ensure_ascii=False)),
        Page("curl", found.curl),
    )
    return tuple(one for one in told if one.text.strip() not in NOTHING)


def _figures(row: CallRow) -> Iterator[str]:
    yield heading(row)
    first = f", the first token after {seconds(row.first_s)}" if row.first_s is not None else ""
    took = f"took {seconds(row.seconds)}{first}" if row.seconds is not None else "how long it took is not known"
    counted = f"tokens {tokens(row)}" + (", estimated" if row.estimated else "")
    figures = [took, *([counted, f"cost {cost(row)}"] if row.kind == "llm" else [])]
    yield " · ".join(figures)
    if row.what:
        yield row.what
    if row.failed:
        yield f"failed: {row.failed}"


def _read(found: "Recalled") -> Iterator[str]:
    yield from _figures(found.row)
    yield ""
    yield from found.facts
    read = found.understood
    if read.how:
        yield ""
        yield f"read: {read.how}" + (f". {read.result}" if read.result else "")
    for one in read.dropped:
        yield f"dropped: {one}"
    if read.plan is not None:
        yield ""
        yield from plan_lines(read.plan)
    for choice in read.choices:
        yield ""
        yield from _choice(choice)


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield a plan, a line for each task."""
    ids = {task.uid: task.id for task in plan}
    for task in plan:
        args = "  ".join(f"{name}={one_line(show_input(value, ids), 120)}" for name, value in task.args.items())
        after = f"  after {', '.join(str(ids[uid]) for uid in task.after if uid in ids)}" if task.after else ""
        yield f"  {task.id} {task.task}  {args}{after}"


def _choice(choice: "Choice") -> Iterator[str]:
    yield f"task {choice.task.id} {choice.task.task}"
    chosen = one_line(choice.candidate, 100) or "nothing that counts"
    reason = f": “{one_line(choice.reason, 200)}”" if choice.reason else ""
    yield f"  chose {chosen}{reason}"
    for one in choice.options[:MOST_RANKED]:
        mark = "→" if one.name == choice.candidate else " "
        unseen = "" if one.told else "  (was not on the list)"
        yield f"  {mark} {one.place}. {one_line(one.name, 80)}{unseen}"
        yield f"       it saw: {one_line(one.facts, 300)}"
        if one.why:
            yield f"       ranked: {one_line(one.why, 200)}"
    if len(choice.options) > MOST_RANKED:
        yield f"    and {len(choice.options) - MOST_RANKED} more, behind these in the ranking"


def _reply(found: "Recalled") -> str:
    reply = found.reply if isinstance(found.reply, str) else json.dumps(found.reply, indent=2, ensure_ascii=False)
    if not found.reasoning:
        return reply
    return f"{reply}\n\n── reasoning ──\n{found.reasoning}"


def _request(found: "Recalled") -> str:
    if not isinstance(found.request, Mapping) or "messages" not in found.request:
        return ""
    return "\n\n".join(
        f"── {at} {one['role']} ──\n{_message(one)}" for at, one in enumerate(found.request["messages"], 1)
    )


def _message(message: Mapping[str, Any]) -> str:
    content = message["content"]
    if isinstance(content, str):
        return content
    return "\n".join(one["text"] if one.get("type") == "text" else _picture(one) for one in content)


def _picture(part: Mapping[str, Any]) -> str:
    return f"[a picture, {part.get('media_type', '?')}, {part.get('size', '?')} bytes, SHA-256 {str(part.get('sha256'))[:8]}]"


def _templates(found: "Recalled") -> Iterator[str]:
    for one in found.templates:
        yield f"── {one['template']} ── message {int(one['message']) + 1}, {one['file']}"
        for name, value in one["variables"].items():
            words = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
            yield f"{name}:"
            yield from (f"  {line}" for line in words.split("\n"))
        yield ""


def plain(found: "Recalled") -> str:
    """Return all pages as one cleaned text."""
    return clean("\n\n".join(f"{'═' * 4} {one.name} {'═' * 4}\n{one.text}" for one in pages(found)))
