"""What is wrong with a configuration, in a sentence that names the place and never the value of a key."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from hgtui.core.text import one_line

Place = tuple[int | str, ...]

SECRETS = {"api_key", "apikey", "key", "secret", "token", "password", "openai_api_key", "hf_token", "authorization"}
IN_PROFILE = {"controller", "hub", "limits"}
LATER: dict[tuple[str, ...], str] = {
    ("profiles", "*", "local"): "[profiles.NAME.local]",
    ("profiles", "*", "workers"): "[[profiles.NAME.workers]]",
}
"""What the configuration is to hold but nothing reads yet: refused, so that nobody believes it has an effect."""


class ConfigError(ValueError):
    """The configuration cannot be used. `message` is one sentence that names the file or variable; `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like `name`, "" where none is."""
    return next(iter(get_close_matches(name.lower(), list(known), n=1)), "")


def of_validation(error: ValidationError, where: str, keys: Mapping[Place, list[str]]) -> ConfigError:
    """Turn the first thing that pydantic finds into a sentence.

    `where` is the file or the variable that said it; `keys` has the known keys of each table, with "*" for a name.
    """
    first = error.errors(include_url=False, include_input=False)[0]
    place: Place = first["loc"]
    if first["type"] == "extra_forbidden":
        return _unknown(place, where, keys)
    return ConfigError(f"{where}: {_dotted(place)}{_said(first)}.", "Mend it, or take the line out.")


def _said(found: Mapping[str, Any]) -> str:
    if found["type"] in {"model_type", "dict_type", "model_attributes_type"}:
        return " must be a table"
    text = str(found["msg"])
    return f" {text[0].lower()}{text[1:]}".replace(" input should", " must")


def _unknown(place: Place, where: str, keys: Mapping[Place, list[str]]) -> ConfigError:
    *table, last = place
    key = one_line(str(last), 60)
    pattern = tuple("*" if spot == 1 else str(part) for spot, part in enumerate(place))
    inside = f"[{_dotted(tuple(table))}]" if table else "the file"
    if (later := LATER.get(pattern)) is not None:
        return ConfigError(f"{where}: {later} is not read by this version of hgtui.", "Take it out of the file.")
    if key.lower().replace("-", "_") in SECRETS:
        setting = "token_env" if table[-1:] == ["hub"] else "api_key_env"
        hint = f"Put it in an environment variable, and name that variable: {setting}."
        return ConfigError(f"{where}: {inside} holds a key ({key!r}), and keys stay out of the file.", hint)
    if not table and key in IN_PROFILE:
        return ConfigError(f"{where}: [{key}] belongs to a profile: [profiles.NAME.{key}].", "Move it there.")
    known = keys.get(tuple("*" if spot == 1 else part for spot, part in enumerate(table)), [])
    near = nearest(key, known)
    hint = f"Known there: {', '.join(known)}." if known else "hgtui config init writes an annotated file."
    end = f"; the nearest is {near!r}." if near else "."
    return ConfigError(f"{where}: there is no key {key!r} in {inside}{end}", hint)


def _dotted(place: Place) -> str:
    return one_line(".".join(str(part) for part in place), 120)
