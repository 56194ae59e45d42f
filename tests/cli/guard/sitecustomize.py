"""Every Python process that starts with this on its path writes down whom it tries to reach beyond this machine."""

import os
import sys
from typing import Any

_HERE = {"localhost", "127.0.0.1", "::1", "", "None"}


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = str(arguments[0])
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
    else:
        return
    if host in _HERE:
        return
    with open(os.environ["GUARD_LOG"], "a", encoding="utf-8") as log:  # noqa: PTH123 no import beyond the least
        log.write(f"{event} {host}\n")
    raise RuntimeError(f"tests stay on this machine: {host}")


sys.addaudithook(_watch)
