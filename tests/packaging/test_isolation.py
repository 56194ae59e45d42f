"""The tests themselves: nothing of the person's own settings reaches them, and they reach nobody."""

import os
import socket
from pathlib import Path

import pytest

from hgtui.config import config_path, data_dir


def test_no_test_reaches_beyond_this_machine() -> None:
    # 192.0.2.0/24 and 2001:db8::/32 are for documentation (RFC 5737, RFC 3849): nobody is there.
    for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family) as out, pytest.raises(RuntimeError, match="tests stay on this machine"):
            out.connect((address, 9))


def test_the_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_no_key_of_the_person_is_in_sight() -> None:
    assert [name for name in os.environ if name.startswith("OPENAI_") or name.endswith("_TOKEN")] == []


def test_data_and_settings_are_the_tests_own(own_folders: Path) -> None:
    assert data_dir(os.environ).is_relative_to(own_folders)
    assert config_path(os.environ).is_relative_to(own_folders)
    assert not config_path(os.environ).exists()
