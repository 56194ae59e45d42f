"""hgtui doctor: what is here, what is missing and what that would run, who the controller is and why."""

import json
import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import version

from hgtui.cli.controller import how_to_set, list_models, may_fall_back, several
from hgtui.cli.faults import Fault
from hgtui.cli.hub_report import hub_rows
from hgtui.cli.looks import looks_of
from hgtui.cli.tables import table
from hgtui.cli.words import say
from hgtui.config import RULES, ConfigError, Settings, config_path, data_dir, load, with_offline
from hgtui.core.states import EXIT_FAILED, EXIT_OK
from hgtui.core.text import one_line
from hgtui.llm.errors import LLMError
from hgtui.llm.profile import Choice, client_for, options, resolve

Row = tuple[str, str, str]
"""State ("ok", "-" for what is missing and need not be there, "bad"), what it is about, and the words."""


async def doctor(*, as_json: bool, profile: str | None, offline: bool = False) -> int:
    """Say what is here, what is missing and what that would run; 1 where something must be mended."""
    environ = with_offline(os.environ, offline)
    rows: list[Row] = [
        ("ok", "hgtui", version("hgtui")),
        ("ok", "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        _byte_code(),
    ]
    settings, row = _configuration(environ, profile)
    rows += [row, await _data(), *_engines()]
    if settings is not None:
        rows += await _controller(settings, environ)
        rows += await hub_rows(settings, profile, environ)
        rows += await _others(settings, environ)
    if as_json:
        found = [{"state": state, "what": what, "about": about} for state, what, about in rows]
        sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(table(rows) + "\n")
    return EXIT_FAILED if any(state == "bad" for state, _, _ in rows) else EXIT_OK


def _byte_code() -> Row:
    if sys.dont_write_bytecode:
        about = "PYTHONDONTWRITEBYTECODE is set: every start compiles anew and is two to three times slower"
        return "-", "byte code", about
    return "ok", "byte code", "is kept"


def _configuration(environ: Mapping[str, str], profile: str | None) -> tuple[Settings | None, Row]:
    path = config_path(environ)
    try:
        settings = load(path, environ, {"default_profile": profile})
    except ConfigError as error:
        return None, ("bad", "configuration", f"{error.message} {error.hint}".rstrip())
    try:
        looks_of(environ)  # its keys: the workbench does not start with those that clash
    except Fault as fault:
        return settings, ("bad", "configuration", f"{fault.message} {fault.hint}".rstrip())
    return settings, ("ok", "configuration", str(path) if path.exists() else f"{path} (not there: defaults)")


async def _data() -> Row:
    from hgtui.session.journal import Journal, JournalError

    folder = data_dir(os.environ)
    try:
        async with Journal.open(folder, say) as journal:
            await journal.runs(limit=1)
    except JournalError as error:
        return "bad", "data", f"{error.message} {error.hint}"
    return "ok", "data", str(folder)


def _engines() -> list[Row]:
    from hgtui.execution.endpoints.embedded import cards
    from hgtui.execution.endpoints.embedded.endpoint import install_hint

    return [
        ("ok", card.name, f"{card.title} {cards.revision(card) or ''}: {', '.join(card.tasks)}")
        if cards.installed(card)
        else ("-", card.name, f"not installed: {install_hint(card)} would run {', '.join(card.tasks)}")
        for card in cards.CARDS
    ]


async def _controller(settings: Settings, environ: Mapping[str, str]) -> list[Row]:
    """Who plans and why, whether its server answers, and what else was found."""
    try:
        choice = await resolve(settings, environ)
        rows = [await _asked(choice, environ)]
    except ConfigError as error:
        return [("bad", "controller", f"{error.message} {error.hint}".rstrip())]
    if choice.kind == RULES and choice.profile != RULES:
        rows = [("-", "controller", choice.describe())]
    return rows + [("-", "also found", words) for words in choice.also]


async def _asked(choice: Choice, environ: Mapping[str, str]) -> Row:
    if choice.kind == RULES:
        return "ok", "controller", choice.describe()
    try:
        names = await list_models(choice, environ)
    except LLMError as error:
        if choice.model is not None and error.status in {404, 405}:
            return "ok", "controller", f"{await _described(choice, environ)} (the server does not list its models)"
        return "bad", "controller", f"{choice.describe()}. {error.message} {error.hint}".rstrip()
    if choice.model is None and len(names) != 1:
        words = several(choice, names) if names else f"The server at {choice.address} has no model."
        if names and may_fall_back(choice):
            way = "on a terminal hgtui asks once which one plans, without one rules plan"
            return "-", "controller", f"{several(choice, names)} {how_to_set(choice, environ)} Until then: {way}."
        return "bad", "controller", f"{words} {how_to_set(choice, environ)}"
    name = choice.model or names[0]
    words = await _described(choice, environ, name)
    listed = name in names or name.rpartition(":")[0] in names
    return "ok", "controller", words if listed else f"{words} (the server does not list this model)"


async def _described(choice: Choice, environ: Mapping[str, str], name: str | None = None) -> str:
    """Who it is, how long its context is, and what it costs."""
    chat = client_for(choice, environ)
    assert chat is not None
    async with chat:
        chat.model = name or choice.model
        length, source = await chat.context()
        price = await chat.price()
    cost = f"${price.usd_in:g} and ${price.usd_out:g} for a million tokens" if price else "price not known"
    who = f"{one_line(chat.model or '', 80)} at {choice.address}"
    says = {"server": "says the server", "setting": "as set", "default": "the server does not say"}[source]
    return f"{who}: {choice.why}; context {length:,} tokens, {says}; {cost}"


async def _others(settings: Settings, environ: Mapping[str, str]) -> list[Row]:
    """What every profile would be, and why some cannot be used."""
    found = await options(settings, environ)
    rows = [("ok", f"profile {one.profile}", one_line(one.describe(), 300)) for one in found.choices]
    return rows + [("-", "not usable", words) for words in found.unusable]
