"""Which addresses of the web may be asked for something: the form of a URL, and whether an IP address is public."""

import ipaddress
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from hgtui.core.text import one_line

PORTS = {"http": 80, "https": 443}
"""The schemes that are taken, with the port of each."""
NAMES_AT_HOME = ("localhost", "local", "internal", "home.arpa", "lan", "localdomain")
"""Names that never lead to the public web: RFC 6761, 6762, 8375, ICANN's .internal, and what routers use at home."""
LONGEST = 8_000
"""How many characters a URL may have; RFC 9110 asks servers for 8000 octets."""

Exempt = Collection[tuple[str, int]]
"""Hosts (lower case) and ports that were configured: they may be private."""
Resolve = Callable[[str, int], Sequence[str]]
"""Gives the IP addresses of a host, best first; blocks; OSError where it has none."""

_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
_SHARED = ipaddress.ip_network("100.64.0.0/10")
_GLOBAL_6 = ipaddress.ip_network("2000::/3")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
# They answer inside the clouds of AWS, Google, Azure and Alibaba with the keys of the machine that asks.
_METADATA = frozenset(map(ipaddress.ip_address, ("169.254.169.254", "168.63.129.16", "100.100.100.200")))


class Place(NamedTuple):
    """Where a URL leads: the host in lower case and ASCII, without brackets or a dot at the end, and the port."""

    host: str
    port: int


class Refused(Exception):
    """An address is not asked: its form is wrong, or it is not public. `message` is a sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def is_address(text: str) -> bool:
    """Say whether what stands for a file is an address of the web."""
    return text[:8].lower().startswith(("http://", "https://"))


def shown(url: str, width: int = 100) -> str:
    """Return a URL as it is shown: without what may be a secret in it (user, password, query)."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return one_line(url.partition("?")[0].rpartition("@")[2], width)
    return one_line(f"{parts.scheme}://{host}{parts.path}{'?…' if parts.query else ''}", width)


def place(url: str) -> Place:
    """Return where a URL leads. Raises Refused where its form is not one that is fetched.

    Taken are http and https with a host and without a user or a password. An IP address has to stand in its usual
    spelling: systems read 2130706433, 0x7f.1 and 0177.0.0.1 as 127.0.0.1.
    """
    look = shown(url)
    if len(url) > LONGEST or any(char <= " " or char in "\\\x7f" for char in url):
        raise Refused(f"{look} is no address: it has blanks or other characters that none has, or it is too long.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused(f"{look} is no address that can be read.") from None
    if parts.scheme not in PORTS:
        raise Refused(f"{look} cannot be fetched: only http:// and https:// are.")
    if "@" in parts.netloc:
        raise Refused(f"{look} has a user name or a password in it: such an address is not fetched.")
    if not host or port == 0:
        raise Refused(f"{look} is no address: it names no {'port' if host else 'host'}.")
    try:
        return Place(_host(host, bracketed="[" in parts.netloc), port or PORTS[parts.scheme])
    except ValueError as error:
        raise Refused(f"{look} cannot be fetched: {error}.") from None


def why_not(url: str, exempt: Exempt = ()) -> str:
    """Say in a sentence why a URL is not fetched, as far as its text tells; an empty text where it may be.

    `exempt` are the hosts and ports that were configured: they may be private.
    """
    try:
        where = place(url)
    except Refused as error:
        return error.message
    if where in exempt:
        return ""
    why = why_not_host(where.host)
    return f"{shown(url)} is not asked: {why}." if why else ""


def why_not_host(host: str) -> str:
    """Say in a phrase why a host is not asked, by its name alone; an empty text for a name that may be public."""
    name = name_of(host)
    why = _not_public(name)
    if why is not None:
        return f"{name} is {why}" if why else ""
    if any(name == home or name.endswith(f".{home}") for home in NAMES_AT_HOME):
        return f"{one_line(name, 80)} is a name of this machine or its own network"
    return ""


def why_not_found(host: str, found: Iterable[str]) -> str:
    """Say in a sentence why a host that was resolved to these IP addresses is not asked; an empty text where it may be.

    One address that is not public is enough: a name with both is how a check is led astray.
    """
    for address in found:
        why = _not_public(address)
        if why is None:
            return f"{one_line(host, 80)} is not asked: {one_line(address, 60)} is no IP address."
        if why:
            leads = "it" if name_of(host) == address else address
            return f"{one_line(host, 80)} is not asked: {leads} is {why}."
    return ""


def checked(host: str, port: int, exempt: Exempt, ask: Resolve) -> Sequence[str]:
    """Return the IP addresses to connect to: those that were checked, so that the name is not asked a second time.

    Those of a host that is configured may be private. Raises Refused for one that is not public, OSError for a name
    with none.
    """
    name = name_of(host)
    free = (name, port) in exempt
    if not free and (why := why_not_host(name)):
        raise Refused(f"{one_line(name, 80)} is not asked: {why.removeprefix(f'{name} ')}.")
    found = ask(name, port)
    if not free and (why := why_not_found(name, found)):
        raise Refused(why)
    if not found:
        raise OSError(f"{name} has no address")
    return found


def is_public(address: str) -> bool:
    """Say whether a text is an IP address of the public web."""
    return _not_public(address) == ""


def name_of(host: str) -> str:
    """Return a host as it is compared: lower case, without brackets or a dot at the end."""
    return host.strip("[]").lower().removesuffix(".")


def exemptions(urls: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Return the hosts and ports of URLs that were configured; one that cannot be read is none."""
    found: set[tuple[str, int]] = set()
    for url in urls:
        try:
            found.add(place(url))
        except Refused:
            continue
    return frozenset(found)


def _host(host: str, *, bracketed: bool) -> str:
    if bracketed:
        if "%" in host:
            raise ValueError("an address with a network zone is one of this network")
        return str(ipaddress.IPv6Address(host))
    try:
        name = host.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise ValueError("its host is no name") from None
    labels = name.split(".")
    if len(name) > 253 or not all(label and len(label) <= 63 and _plain(label) for label in labels):
        raise ValueError("its host is no name")
    last = labels[-1]
    if last.isdigit() or last.startswith("0x"):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            raise ValueError("its host is an odd spelling of an IP address") from None
    return name


def _plain(label: str) -> bool:
    return all(char.isascii() and (char.isalnum() or char in "-_") for char in label)


def _not_public(address: str) -> str | None:
    """Say what an IP address is in place of public, "" where it is public; None where the text is no IP address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    return _what(ip)


def _what(ip: _Ip) -> str:
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _inside(ip)
        if inner is not None:
            return _what(inner)
    flags: tuple[tuple[bool, str], ...] = (
        (ip in _METADATA, "the address at which a cloud hands out its keys"),
        (ip.is_unspecified or ip.is_loopback, "an address of this machine"),
        (ip.is_link_local, "a link-local address"),
        (ip.is_multicast, "a multicast address"),
        (ip.version == 4 and ip in _SHARED, "an address that a provider's customers share"),
        (ip.is_private, "an address of a private network"),
        (ip.is_reserved or not ip.is_global, "a reserved address"),
        (ip.version == 6 and ip not in _GLOBAL_6, "a reserved address"),
    )
    return next((words for true, words in flags if true), "")


def _inside(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for: mapped, 6to4, or NAT64 (RFC 4291, 3056, 6052)."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip in _TRANSLATED:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None
