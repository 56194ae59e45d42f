"""What a setting may look like; an error names what is wrong with it and never repeats what may be a key."""

import re
from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

from hgtui.core.text import clean, one_line

# A key that is written where the name of a variable belongs would be printed in an error: most keys have small letters.
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
# Names as the Hub has them: of a provider in small letters, of an organization with a letter or digit first.
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_ORGANIZATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")


def is_address(url: str) -> bool:
    """Say whether a text is an http or https address to which a path can be appended."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return good and not parts.query and not parts.fragment and url == one_line(url) and " " not in url


def address(url: str | None, example: str, name: str) -> str | None:
    """Return a base URL without a slash at the end. `name` is the setting that names a key instead."""
    if url is None:
        return None
    if not is_address(url):
        raise PydanticCustomError("address", "must be an http or https address such as {example}", {"example": example})
    if "@" in urlsplit(url).netloc:
        raise PydanticCustomError(
            "address", "must not hold a user name or a password: name a key by {name}", {"name": name}
        )
    return url.rstrip("/")


def variable(name: str | None) -> str | None:
    """Return the name of an environment variable."""
    if name is not None and not _VARIABLE.fullmatch(name):
        raise PydanticCustomError(
            "variable", "must be the name of an environment variable, in capitals, and never the key itself"
        )
    return name


def plain(name: str | None) -> str | None:
    """Return the name of a model."""
    if name is not None and (name != clean(name) or name != name.strip()):
        raise PydanticCustomError("model", "must be plain text without blanks around it")
    return name


def providers(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of providers, each once."""
    if not all(_PROVIDER.fullmatch(name) for name in names):
        raise PydanticCustomError("providers", 'must be names of providers such as "hf-inference", in small letters')
    if len(set(names)) != len(names):
        raise PydanticCustomError("providers", "must name each provider once")
    return names


def organization(name: str | None) -> str | None:
    """Return the name of an organization of the Hub."""
    if name is not None and not _ORGANIZATION.fullmatch(name):
        raise PydanticCustomError("bill_to", "must be the name of an organization of the Hub, as in its address")
    return name
