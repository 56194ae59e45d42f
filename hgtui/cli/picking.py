"""Which model of the controller's server: the setting, the only one, the one that was picked before, else asked once."""

import re
import sys
from collections.abc import Awaitable, Callable

from hgtui.cli.asking import ask_line
from hgtui.cli.compose import Workplace
from hgtui.cli.controller import how_to_set, list_models, may_fall_back, rules_instead, several
from hgtui.cli.faults import Fault
from hgtui.cli.words import say
from hgtui.config import ConfigError
from hgtui.core.text import one_line
from hgtui.llm.errors import LLMError
from hgtui.llm.remembered import forget_model, remember_model

MOST_SHOWN = 40
_NO_CHAT = re.compile(r"embed|rerank|moderation|whisper|transcribe|\btts\b|dall-e|gpt-image|realtime|diffusion", re.I)
"""Names of models that do not chat: they are not shown, and taken where somebody types one all the same."""


Ask = Callable[[str, tuple[str, ...], tuple[str, ...]], Awaitable[str | None]]
"""Asks a person which model it is: the address of the server, the models that chat, the others; None where they say none."""


async def pick_model(place: Workplace, *, verify: bool = True, ask: "bool | Ask" = True, rules: bool = True) -> None:
    """Settle which model the controller is, and keep what a person picks for the next time.

    With `verify` a model that was picked before is looked for in the server's list, at the cost of one request; where it
    is gone it is forgotten. With `ask` a person at a terminal is asked where the server has several: in lines, or as
    `ask` asks; who picks none there has rules plan. Says nothing of a server that cannot be asked: the stage that needs it
    does. Raises Fault where there are several and nobody to ask; but with `rules` these plan in place of a router of the
    Hub that was only found, and that is said.
    """
    choice = place.choice
    if place.chat is None or (choice.model is not None and not (verify and place.picked_before)):
        return
    try:
        names = await list_models(choice, place.environ)
        if not names or (choice.model is not None and _served(choice.model, names)):
            return
        if choice.model is not None:
            if place.traceless is None:
                forget_model(place.environ, choice.base_url)
            say(f"note: the server at {choice.address} no longer has {one_line(choice.model, 80)}, picked before.")
            place.use_model(None)
    except LLMError:
        return
    except ConfigError as error:
        raise Fault(error.message, error.hint) from None
    if len(names) == 1:
        place.use_model(names[0])
        return
    hint = how_to_set(choice, place.environ)
    picked = await _picked(place, names, hint, ask, rules=rules)
    if picked is None:
        return
    place.use_model(picked)
    if place.traceless is None:
        _keep(place, picked, hint)


async def _picked(place: Workplace, names: tuple[str, ...], hint: str, ask: "bool | Ask", *, rules: bool) -> str | None:
    """Return the model that a person picks; None where rules plan from now on. Raises Fault."""
    choice = place.choice
    if callable(ask):
        picked = await ask(choice.address, *_likely(names))
        if picked is None:
            await place.switch(rules_instead(choice, f"no model of {choice.address} was picked"))
            say(f"note: rules plan, for no model was picked. {hint}")
        return picked
    if ask and sys.stdin.isatty() and sys.stderr.isatty():
        return await _asked(place, names, hint)
    if not (rules and may_fall_back(choice)):
        raise Fault(several(choice, names), f"{hint} On a terminal hgtui asks once which one.")
    await place.switch(rules_instead(choice, "nobody has said which model of the router is the controller"))
    say(f"note: rules plan. {several(choice, names, 3)} {hint} On a terminal hgtui asks once which one.")
    return None


def _keep(place: Workplace, name: str, hint: str) -> None:
    choice = place.choice
    try:
        remember_model(place.environ, choice.base_url, name)
    except ConfigError as error:
        say(f"note: the model is not kept for the next time: {error.message} {error.hint}".rstrip())
    else:
        say(f"{one_line(name, 80)} is kept for {choice.address}. For another one: {hint[0].lower()}{hint[1:]}")


def _served(model: str, names: tuple[str, ...]) -> bool:
    """Say whether a server lists a model; the router takes its names with a provider behind a colon too."""
    return model in names or model.rpartition(":")[0] in names


def _likely(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the models that chat and those that do not, by their names; all where none seems to."""
    chat = tuple(name for name in names if not _NO_CHAT.search(name)) or names
    return chat, tuple(name for name in names if name not in chat)


async def _asked(place: Workplace, names: tuple[str, ...], hint: str) -> str:
    rows = _likely(names)[0]
    shown, width = rows[:MOST_SHOWN], len(str(min(len(rows), MOST_SHOWN)))
    say(f"The server at {place.choice.address} has {len(names)} models:")
    say("\n".join(f"  {number:>{width}}  {one_line(name, 100)}" for number, name in enumerate(shown, 1)))
    if len(names) > len(shown):
        say(f"  and {len(names) - len(shown)} more, to be typed by name")
    while True:
        line, status = await ask_line("Which one shall plan, choose and answer? [number or name] ")
        said = line.strip()
        if status or not said:
            raise Fault("No model was picked.", hint, status or 2)
        if (name := _meant(said, shown, names)) is not None:
            return name
        say("That is none of them.")


def _meant(said: str, shown: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    """Return the model with this number, of this name, or the only one with this in its name."""
    if said.isdecimal() and 0 < int(said) <= len(shown):
        return shown[int(said) - 1]
    if said in names:
        return said
    near = [name for name in names if said.casefold() in name.casefold()]
    return near[0] if len(near) == 1 else None
