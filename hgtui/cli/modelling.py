"""The command `models`: what can run the task types, a search of the Hub, a model's card, and pins."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from hgtui.cli.faults import Fault
from hgtui.cli.hubbing import hub_client, hub_use
from hgtui.cli.sources import catalogues
from hgtui.cli.tables import table
from hgtui.cli.way import Way
from hgtui.cli.words import say
from hgtui.config import ConfigError, config_path, load
from hgtui.core.model import Candidate, CandidateName
from hgtui.core.ports import Catalogue, ModelStore, StoreError
from hgtui.core.states import EXIT_FAILED, EXIT_OK
from hgtui.core.task import TASKS, task_type
from hgtui.core.text import megabytes, one_line
from hgtui.selection.hub import HubStore
from hgtui.selection.hub.rows import ENDPOINT, is_id
from hgtui.selection.naming import meant
from hgtui.selection.pins import FILE, Pins, PinsError
from hgtui.selection.ranking import short

if TYPE_CHECKING:
    from hgtui.hub.client import HubClient

T = TypeVar("T")

_COLUMNS = (
    "candidate", "providers", "licence", "size", "gated", "downloads", "likes", "languages", "can run", "what it is",
)  # fmt: skip
_MOST_FOUND, _MOST_SHOWN, _MOST_WORDS = 20, 3, 160
_AT_ONCE = 4
"""How many task types are asked for at once: each is a listing of the Hub and up to five cards."""


async def models(task: str | None, way: Way) -> int:
    """List the candidates, of one task type or of all that something can run; 1 where nothing can run the one."""
    name = _type_of(task)
    kinds = [name] if name else list(TASKS)
    async with catalogues(os.environ, way.profile, offline=way.offline) as known:
        groups = await each(kinds, lambda kind: _candidates(known.catalogues, kind), _progress if not name else None)
        help_ = " ".join(filter(None, (one.help(name) for one in known.catalogues))) if name else ""
    found = dict(zip(kinds, (rows for rows, _ in groups), strict=True))
    errors = dict.fromkeys(said for _, told in groups for said in told)
    if not (name and not found[name]):  # there the help says it
        for said in errors:
            say(f"note: {said}")
    if way.as_json:
        _json({kind: [one.model_dump(mode="json") for one in rows] for kind, rows in found.items() if rows or name})
        return EXIT_OK
    lines = [(kind, *_line(one)) for kind, rows in found.items() for one in rows]
    if lines:
        _print(("task", *_COLUMNS), lines)
    if name and not found[name]:
        say(f"Nothing here can run {name}. {help_}".rstrip())
        return EXIT_FAILED
    return EXIT_OK


async def search(words: str, task: str | None, limit: int | None, way: Way) -> int:
    """Search the Hub for models, at most `limit` (None: 20), of one type where it is named; 1 where nothing is found."""
    name = _type_of(task)
    if not words.strip():
        raise Fault("There is nothing to search for.", 'Name a part of the model\'s name: --search "whisper".')
    async with _store(way) as store:
        found = await _asked(store.search(words, name, limit or _MOST_FOUND))
    if way.as_json:
        _json({"version": 1, "candidates": [one.model_dump(mode="json") for one in found]})
    elif found:
        _print(_COLUMNS, [_line(one) for one in found])
    if not found:
        say(f"The Hub has no model{f' for {name}' if name else ''} whose name has “{one_line(words, 60)}”.")
        return EXIT_FAILED
    return EXIT_OK


async def card(name: str, way: Way) -> int:
    """Print the model card of a candidate or of an id of the Hub; 1 where it has none."""
    async with _store(way) as store:
        text = await _asked(store.card(name))
    if way.as_json:
        _json({"version": 1, "candidate": _named(name), "card": text})
    elif text:
        sys.stdout.write(text.rstrip() + "\n")
    if not text:
        say(f"{one_line(name, 80)} has no model card.")
        return EXIT_FAILED
    return EXIT_OK


async def pin(task: str, candidate: str | None, way: Way) -> int:
    """Pin a candidate for a task type, or with None take the pin away."""
    name, kept = _type_of(task), await asyncio.to_thread(_read_pins)
    wanted = _named(candidate) if candidate is not None else None
    found = await _found(name, wanted, way) if wanted is not None else None
    had = kept.by_task.get(name)
    try:
        await kept.put(name, wanted)  # where no provider is named it stays open
    except PinsError as error:
        raise Fault(error.message, error.hint) from None
    if found is None:
        say(f"Nothing is pinned for {name} any more." if had else f"Nothing was pinned for {name}.")
    else:
        say(f"Pinned {wanted} for {name}.")
        if found.missing:
            say(f"note: it cannot run now. {found.missing}")
    if way.as_json:
        _json({"version": 1, "pins": dict(kept.by_task)})
    return EXIT_OK


async def pins(task: str | None, way: Way) -> int:
    """List the pins, of one task type where it is named."""
    name, kept = _type_of(task), await asyncio.to_thread(_read_pins)
    shown = {kind: one for kind, one in kept.by_task.items() if name in {"", kind}}
    if way.as_json:
        _json({"version": 1, "pins": shown})
    elif shown:
        _print(("task", "candidate"), list(shown.items()))
    else:
        say(f"Nothing is pinned{f' for {name}' if name else ''}.")
    return EXIT_OK


async def each(
    kinds: list[str], ask: Callable[[str], Awaitable[T]], told: Callable[[int, int], None] | None = None
) -> list[T]:
    """Ask for each task type, a few at once, and return the answers in order; `told` how many of how many are there."""
    free, there = asyncio.Semaphore(_AT_ONCE), 0

    async def one(kind: str) -> T:
        nonlocal there
        async with free:
            found = await ask(kind)
        there += 1
        if told is not None:
            told(there, len(kinds))
        return found

    return await asyncio.gather(*map(one, kinds))


def _progress(there: int, every: int) -> None:
    """Say on a terminal, in a line that goes away, how far it is."""
    if sys.stderr.isatty():
        words = "" if there == every else f"{there} of {every} task types were looked up"
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"\r\x1b[K{words}")
            sys.stderr.flush()


async def _candidates(known: Iterable[Catalogue], kind: str) -> tuple[list[Candidate], list[str]]:
    """Return the candidates for a task type, and what went wrong at a catalogue, in sentences."""
    rows: list[Candidate] = []
    told: list[str] = []
    for group in await asyncio.gather(*(_group(one, kind) for one in known)):
        if isinstance(group, StoreError):
            told.append(f"{group.message} {group.hint}".rstrip())
        else:
            rows += group
    return rows, told


async def _group(catalogue: Catalogue, kind: str) -> tuple[Candidate, ...] | StoreError:
    try:
        return await catalogue.candidates(kind)
    except StoreError as error:
        return error


async def _found(task: str, name: str, way: Way) -> Candidate:
    """Return the candidate that a name means for a task type. Raises Fault."""
    found: Candidate | None
    if name.startswith(f"{ENDPOINT}:"):
        async with _store(way) as store:
            found = await _asked(store.find(task, name))
        hint = "hgtui models --search WORDS finds models of the Hub."
    else:
        async with catalogues(os.environ, way.profile, offline=True) as known:
            rows, _ = await _candidates(known.catalogues, task)
        found, hint = meant(name, rows), f"hgtui models --task {task} lists those that there are."
    if found is None:
        raise Fault(f"{one_line(name, 80)} is no candidate for {task}.", hint, EXIT_FAILED)
    return found


def _named(name: str) -> str:
    """Return a candidate's name; an id of the Hub may stand alone."""
    bare = name.partition("#")[0].partition("@")[0]
    if "/" in bare and is_id(bare):
        return f"{ENDPOINT}:{name}"
    try:
        return str(CandidateName.parse(name))
    except ValueError as error:
        raise Fault(one_line(f"{error}, or owner/name of the Hub.", 300)) from None


def _type_of(task: str | None) -> str:
    name = task_type(task) if task else ""
    if name and name not in TASKS:
        raise Fault(f"There is no task type {one_line(name, 60)!r}.", "hgtui tasks lists them.")
    return name


@contextlib.asynccontextmanager
async def _store(way: Way) -> AsyncIterator[ModelStore]:
    """Yield the Hub as a store of models, without opening the data folder. Raises Fault."""

    def made() -> "HubClient":
        settings = load(config_path(os.environ), os.environ, {"default_profile": way.profile})
        return hub_client(hub_use(settings, None, os.environ, offline=way.offline).place)

    try:
        client = await asyncio.to_thread(made)
    except ConfigError as error:
        raise Fault(error.message, error.hint) from None
    try:
        yield HubStore(client)
    finally:
        await client.aclose()


async def _asked(asking: Awaitable[T]) -> T:
    try:
        return await asking
    except StoreError as error:
        raise Fault(error.message, error.hint, EXIT_FAILED) from None


def _read_pins() -> Pins:
    try:
        return Pins.read(config_path(os.environ).parent / FILE)
    except PinsError as error:
        raise Fault(error.message, error.hint) from None


def _line(one: Candidate) -> tuple[str, ...]:
    providers = [name for name in (one.provider, *one.providers) if name]
    return (
        one.name,
        _few(providers),
        one.licence or "",
        megabytes(one.size_mb),
        one.gated,
        "" if one.downloads is None else short(one.downloads),
        "" if one.likes is None else short(one.likes),
        _few(one.languages),
        one_line(one.missing, _MOST_WORDS) or _terms(one) or "yes",
        one_line(one.description, _MOST_WORDS),
    )


def _terms(one: Candidate) -> str:
    """Say what a person does first where a model is gated."""
    if not one.gated:
        return ""
    first = "accepting the terms" if one.gated == "auto" else "access was asked for and given"
    return f"after {first} at {one.page}" if one.page else f"after {first}"


def _few(names: Iterable[str]) -> str:
    every = list(names)
    more = f" +{len(every) - _MOST_SHOWN}" if len(every) > _MOST_SHOWN else ""
    return ", ".join(every[:_MOST_SHOWN]) + more


def _print(head: tuple[str, ...], lines: list[tuple[str, ...]]) -> None:
    """Print a table of the columns in which something stands."""
    used = [number for number in range(len(head)) if any(line[number] for line in lines)]
    rows = [head, *(tuple(cell or "-" for cell in line) for line in lines)]
    sys.stdout.write(table(tuple(row[number] for number in used) for row in rows) + "\n")


def _json(data: object) -> None:
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
