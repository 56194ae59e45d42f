"""A result opened with the program that the desktop has for it, or the line that fetches it from the other end of ssh."""

import asyncio
import getpass
import shlex
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from hgtui.core.text import one_line

WAIT_S = 10.0
"""How long an opener may take to say that it cannot; one that still runs then is the program itself."""


def opener(environ: Mapping[str, str], platform: str = sys.platform) -> str | None:
    """Return the desktop's opener; None where there is no desktop: over ssh, or without a display."""
    if "SSH_CONNECTION" in environ:
        return None
    if platform == "darwin":
        return shutil.which("open")
    if "WSL_DISTRO_NAME" in environ and (found := shutil.which("wslview")):
        return found
    shown = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    return (shutil.which("xdg-open") or shutil.which("gio")) if shown else None


def scp_line(path: Path, name: str, environ: Mapping[str, str]) -> str:
    """Return the command that fetches a file to the machine at which the person sits."""
    connection = environ.get("SSH_CONNECTION", "").split()
    host, port = (connection[2], connection[3]) if len(connection) == 4 else (socket.gethostname(), "22")
    host = f"[{host}]" if ":" in host else host
    at = f"{_user()}@{host}:"
    more = "" if port == "22" else f"-P {port} "
    return one_line(f"scp {more}{shlex.quote(f'{at}{path}')} {shlex.quote(name)}")


async def open_with(program: str, path: Path) -> str:
    """Open a file with an opener; return a sentence where that did not work, an empty text where it did."""
    words = [program, "open"] if Path(program).name == "gio" else [program]
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            str(path),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # it stays when hgtui is left
        )
    except OSError as error:
        return f"{Path(program).name} cannot be started: {(error.strerror or str(error)).lower()}."
    try:
        async with asyncio.timeout(WAIT_S):
            status = await process.wait()
    except TimeoutError:
        return ""
    return f"{Path(program).name} found nothing to open it with (exit {status})." if status else ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "you"
