"""Where the server is: checked, shown without credentials, and kept free of keys."""

import ipaddress
from urllib.parse import urlsplit, urlunsplit

from hgtui.core.states import Failure
from hgtui.core.text import clean, one_line
from hgtui.llm.errors import LLMError

DEFAULT_BASE_URL = "https://api.openai.com/v1"


def checked(base_url: str) -> str:
    """Return a base URL without blanks and a last slash.

    Raises LLMError (bad_input) where it is no http(s) URL, or has a query, to which no path can be appended.
    """
    url = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        good = good and not parts.query and not parts.fragment
    except ValueError:
        good = False
    if not good or url != clean(url) or any(character.isspace() for character in url):
        raise LLMError(
            Failure.BAD_INPUT,
            "The base URL of the controller is not an http or https address.",
            "Set OPENAI_BASE_URL to something like http://127.0.0.1:8000/v1.",
        )
    return url


def shown(base_url: str) -> str:
    """Return a base URL for the screen and the record: no user name, password, query or fragment."""
    parts = urlsplit(base_url)
    return one_line(urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")), 200)


def is_loopback(base_url: str) -> bool:
    """Say whether the server is on this machine, by its name or address alone."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def secrets_of(base_url: str, api_key: str | None) -> tuple[str, ...]:
    """Return what must never be shown or recorded: the key and a password in the URL."""
    return tuple(secret for secret in (api_key, urlsplit(base_url).password) if secret)


def checked_key(api_key: str | None) -> str | None:
    """Return a key without blanks around it, None for an empty one. Raises LLMError (access) where no header takes it."""
    key = (api_key or "").strip()
    if not all("!" <= character <= "~" for character in key):
        raise LLMError(
            Failure.ACCESS,
            "The key of the controller holds a character that cannot be sent.",
            "Check OPENAI_API_KEY: a key is plain ASCII without blanks.",
        )
    return key or None
