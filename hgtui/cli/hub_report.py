"""What hgtui doctor says of the Hub: where it is, whose token is sent and what it may do, what is kept, what it would run."""

import asyncio
import contextlib
import os
import time
from collections.abc import Mapping
from pathlib import Path

from hgtui.cli.hubbing import HubUse, hub_client, hub_use
from hgtui.config import ConfigError, Settings
from hgtui.core.addresses import shown
from hgtui.core.states import Failure
from hgtui.core.text import one_line, plural
from hgtui.hub.values import HubError, HubPlace, Who

Row = tuple[str, str, str]
WITHIN_S = 3.0
"""How long the Hub may take to say whose the token is."""
TOKENS = "https://huggingface.co/settings/tokens"
_UNREACHED = frozenset({Failure.TRANSPORT, Failure.TIMEOUT, Failure.LOADING, Failure.QUOTA, Failure.UNREADABLE})


async def hub_rows(settings: Settings, profile: str | None, environ: Mapping[str, str]) -> list[Row]:
    """Return the rows of the Hub. One request at the most, for `WITHIN_S` seconds."""
    try:
        use = await asyncio.to_thread(hub_use, settings, profile, environ)
    except ConfigError as error:
        return [("bad", "hub", f"{error.message} {error.hint}".rstrip())]
    rows = [_where(use), await _token(use), ("ok", "hub kept", await asyncio.to_thread(_kept, use.place.cache))]
    if use.note:
        rows.append(("-", "hub login", use.note))
    if use.place.providers:
        rows.append(("ok", "hub providers", f"{', '.join(use.place.providers)}, then any other that runs the model"))
    if use.place.bill_to:
        rows.append(("ok", "hub bill_to", f"{use.place.bill_to} pays"))
    return rows


def _where(use: HubUse) -> Row:
    endpoint = shown(use.place.endpoint) + (f" ({use.endpoint_by})" if use.endpoint_by else "")
    router = shown(use.place.router) + (f" ({use.router_by})" if use.router_by else "")
    words = f"{endpoint}, its router {router}"
    if not use.enabled:
        return "-", "hub", f"{words}: not used, {use.why}"
    if use.offline_by:
        return "-", "hub", f"{words}: offline by {use.offline_by}, nothing is asked and what is kept is used"
    return "ok", "hub", f"{words}: {'its models are candidates' if use.used else 'not asked'}, {use.why}"


async def _token(use: HubUse) -> Row:
    place = use.place
    if not place.token:
        return "-", "hub token", f"not set: HF_TOKEN would run {_would_run()}. A token: {TOKENS}"
    if place.offline:
        return "-", "hub token", f"in {place.token_source}; not looked at, offline by {use.offline_by}"
    try:
        who = await _asked(place)
    except HubError as error:
        state = "-" if error.failure in _UNREACHED else "bad"
        return state, "hub token", f"in {place.token_source}: {one_line(f'{error.message} {error.hint}', 300)}"
    return _row_of(place, who)


def _row_of(place: HubPlace, who: Who) -> Row:
    role = f", {who.role} token" if who.role else ""
    words = f"in {place.token_source}: accepted, {one_line(who.name, 80) or 'no name'} ({who.plan}{role})"
    if place.bill_to and place.bill_to not in who.orgs:
        return "bad", "hub token", f"{words}; it is no member of {place.bill_to}, which bill_to names"
    match who.may_infer:
        case True:
            return "ok", "hub token", f"{words}; it may call Inference Providers"
        case False:
            missing = f"it may not call Inference Providers: allow that at {TOKENS}"
            return "bad", "hub token", f"{words}; {missing}"
        case _:
            return "ok", "hub token", f"{words}; the Hub does not say whether it may call Inference Providers"


async def _asked(place: HubPlace) -> Who:
    client = hub_client(place)
    try:
        async with asyncio.timeout(WITHIN_S):
            return await client.whoami()
    except TimeoutError:
        message = f"{shown(place.endpoint)} did not answer within {WITHIN_S:g} s."
        raise HubError(Failure.TIMEOUT, message) from None
    finally:
        await client.aclose()


def _would_run() -> str:
    """Say which task types a token would run, and which of them nothing runs without it or a controller."""
    from hgtui.cli.starts import HUB, who_runs
    from hgtui.core.task import TASKS

    found = {task: who_runs(task) for task in TASKS if HUB in who_runs(task)["hub"]}
    new = [task for task, who in found.items() if not who["nothing"]]
    return f"{plural(len(found), 'task type')}, {len(new)} of which no embedded engine runs: {', '.join(new)}"


def _kept(folder: Path | None) -> str:
    if folder is None:
        return "nothing"
    found = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):  # another process removed it meanwhile
                if entry.name.endswith(".json"):
                    state = entry.stat(follow_symlinks=False)
                    found.append((state.st_size, state.st_mtime))
    if not found:
        return f"nothing yet, in {folder}"
    size, oldest = sum(one for one, _ in found), min(when for _, when in found)
    hours = max(time.time() - oldest, 0.0) / 3600
    age = (
        f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"
    )
    return f"{plural(len(found), 'answer')}, {size / 1e6:.1f} MB, the oldest {age} old, in {folder}"
