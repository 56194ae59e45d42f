"""Pins: which candidate a person always wants for a task type, kept in a file of theirs."""

import asyncio
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from hgtui.core.model import CandidateName
from hgtui.core.task import TASKS
from hgtui.core.text import one_line

FILE = "pins.json"
"""The name of the file; it lies beside the configuration."""
_MOST_BYTES = 1_000_000


class PinsError(Exception):
    """The file of the pins cannot be read or written. `message` and `hint` are for a person."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class Pins:
    """The pins of a person. `by_task` shows them as they are now, also to those who were given it before.

    The file is JSON, ``{"version": 1, "pins": {TASK: CANDIDATE}}``, readable by its owner only; it is written whole or
    not at all, after it was read again: another program that pins at the same time loses nothing but a race for the
    same task type.
    """

    def __init__(self, path: Path, pins: Mapping[str, str] | None = None) -> None:
        self._path, self._pins = path, dict(pins or {})
        self.by_task: Mapping[str, str] = MappingProxyType(self._pins)

    @classmethod
    def read(cls, path: Path) -> "Pins":
        """Read the file; no pins where there is none. Blocks. Raises PinsError where it is damaged."""
        return cls(path, _read(path))

    def pin(self, task: str, name: str) -> None:
        """Pin a candidate for a task type. Blocks. Raises PinsError; ValueError where one of them is no name."""
        if task not in TASKS:
            raise ValueError(f"There is no task type {one_line(task, 60)!r}.")
        CandidateName.parse(name)
        self._write({**_read(self._path), task: name})

    def unpin(self, task: str) -> bool:
        """Take the pin of a task type away; False where there was none. Blocks. Raises PinsError."""
        pins = _read(self._path)
        had = pins.pop(task, None) is not None
        if had or task in self._pins:
            self._write(pins)
        return had

    async def put(self, task: str, name: str | None) -> None:
        """Pin a candidate for a task type, or with None take the pin away, without blocking. Raises as `pin` does."""
        await asyncio.to_thread(self._put, task, name)

    def _put(self, task: str, name: str | None) -> None:
        if name is None:
            self.unpin(task)
        else:
            self.pin(task, name)

    def _write(self, pins: Mapping[str, str]) -> None:
        text = json.dumps({"version": 1, "pins": dict(sorted(pins.items()))}, indent=2, ensure_ascii=False) + "\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _replace(self._path, text)
        except OSError as error:
            raise PinsError(f"The pins cannot be written to {self._path}: {error.strerror or error}.") from None
        self._pins.clear()
        self._pins.update(pins)


def _replace(path: Path, text: str) -> None:
    """Write a file beside it, which only its owner may read, and put it in its place."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _read(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise PinsError(f"The pins in {path} cannot be read: {error.strerror or error}.") from None
    wrong = f"The pins in {path} cannot be read"
    hint = "Mend the file, or delete it: then nothing is pinned."
    if len(text) > _MOST_BYTES:
        raise PinsError(f"{wrong}: the file is larger than {_MOST_BYTES // 1_000_000} MB.", hint)
    try:
        data = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "it is no JSON"
        raise PinsError(f"{wrong}: {where}.", hint) from None
    if not isinstance(data, dict) or data.get("version") != 1 or not isinstance(data.get("pins"), dict):
        raise PinsError(f'{wrong}: it is not {{"version": 1, "pins": {{task: candidate}}}}.', hint)
    for task, name in data["pins"].items():
        _check(wrong, hint, task, name)
    return dict(data["pins"])


def _check(wrong: str, hint: str, task: str, name: object) -> None:
    if task not in TASKS:
        raise PinsError(f"{wrong}: there is no task type {one_line(task, 60)!r}.", hint)
    try:
        CandidateName.parse(name if isinstance(name, str) else "")
    except ValueError as error:
        raise PinsError(f"{wrong}: {task}: {one_line(str(error), 200)}.", hint) from None
