"""What every test stands on: an environment of its own, no keys, no proxies, no network but the loopback."""

import os
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# On a machine that others use too, time says nothing of a test. HYPOTHESIS_EXAMPLES asks for more examples of each property
# than every run of all tests has the time for.
EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "40"))
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=EXAMPLES)
settings.load_profile("shared")

FOREIGN = ("OPENAI_", "HF_", "HUGGING_FACE_", "HUGGINGFACE_", "HGTUI_", "TEXTUAL", "XDG_")
"""Prefixes of variables that would make a test depend on whose machine it runs on."""
FOREIGN_NAMES = {
    *("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLORTERM", "TTY_COMPATIBLE"),
    *("TTY_INTERACTIVE", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "EDITOR", "VISUAL", "PAGER", "HTTP_PROXY"),
    *("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
}
SET = {
    "HF_HUB_OFFLINE": "1",
    "HGTUI_NO_PROBE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TEXTUAL_ANIMATIONS": "none",
    "TERM": "xterm-256color",
}


def _refuse_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and not _loopback(str(address[0])):
        raise RuntimeError(f"A test tried to reach {address[0]}: tests stay on this machine.")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host in {"localhost", ""}


def pytest_configure() -> None:
    """Guard this process; a hook of the interpreter cannot be taken off, so that it goes in once."""
    sys.addaudithook(_refuse_the_network)


@pytest.fixture(scope="session", autouse=True)
def _no_foreign_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take the person's own settings out of the environment, also for fixtures that outlive a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(FOREIGN) or name.endswith("_TOKEN") or name.upper() in FOREIGN_NAMES:
                patch.delenv(name)
        for name, value in SET.items():
            patch.setenv(name, value)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a data folder and a (missing, therefore empty) config of its own; return the folder of both."""
    folder = tmp_path_factory.mktemp("hgtui")
    monkeypatch.setenv("HGTUI_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("HGTUI_CONFIG", str(folder / "config.toml"))
    return folder
