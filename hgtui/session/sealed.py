"""No network: what a process does while it is sealed reaches nobody, whoever asks for it."""

import contextlib
import socket
import sys
from collections.abc import Iterator
from typing import Any

_REFUSED = frozenset(
    {
        "socket.connect",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "socket.getnameinfo",
    }
)
_STATE = {"hooked": 0, "sealed": 0}


class SealedError(ConnectionRefusedError):
    """Something wanted to reach the network while nothing may."""


@contextlib.contextmanager
def sealed() -> Iterator[None]:
    """Refuse every connection but to a socket of this machine's file system, and every look-up of a name, meanwhile.

    The hook (PEP 578) sees what any code of this process asks of the system, also in threads; it raises SealedError.
    """
    if not _STATE["hooked"]:
        _STATE["hooked"] = 1
        sys.addaudithook(_hook)
    _STATE["sealed"] += 1
    try:
        yield
    finally:
        _STATE["sealed"] -= 1


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _STATE["sealed"] and event in _REFUSED:
        if args and getattr(args[0], "family", None) == socket.AF_UNIX:
            return
        raise SealedError(f"The network is blocked during a replay ({event}).")
