"""One request to the Hub as a test asserts on it, and the answers that a test lays on a route."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qs

from tests.servers.exchange import Request
from tests.servers.gate import Signal
from tests.servers.hub.faults import RIGHT, Fault


@dataclass(frozen=True)
class Call:
    """A request and what it is: its `route`, and the model, where one is named, by its id on the Hub.

    Routes: ``listing``, ``info``, ``card``, ``whoami``, ``routed``, ``infer/PROVIDER/TASK`` (the router's own chat is
    ``infer/auto/conversational``), ``status/PROVIDER`` and ``result/PROVIDER`` of a queue, ``file`` for the addresses
    that answers name, ``unknown``.
    """

    request: Request
    route: str
    model: str = ""

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def path(self) -> str:
        return self.request.path

    @property
    def params(self) -> dict[str, list[str]]:
        return parse_qs(self.request.query, keep_blank_values=True)

    @property
    def headers(self) -> dict[str, str]:
        """Names are in lower case."""
        return self.request.headers

    @property
    def raw(self) -> bytes:
        return self.request.raw

    @property
    def body(self) -> Any:
        return self.request.body

    @property
    def token(self) -> str:
        """The bearer token, "" without one."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    def fits(self, pattern: str) -> bool:
        """Whether `pattern` is meant: a glob of the route, ``ROUTE@MODEL``, or with a slash at its head of the path."""
        if pattern.startswith("/"):
            return fnmatchcase(self.path, pattern)
        route, at, model = pattern.partition("@")
        return fnmatchcase(self.route, route) and (not at or fnmatchcase(self.model, model))


Choose = Callable[[Call], Fault]


class Rules:
    """What tests laid on the routes. The rule that was laid last is asked first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[tuple[str, deque[Fault | Choose], bool]] = []

    def lay(self, pattern: str, answers: tuple[Fault | Choose, ...], *, forever: bool) -> None:
        with self._lock:
            self._rules.insert(0, (pattern, deque(answers), forever))

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def choose(self, call: Call) -> Fault:
        with self._lock:
            for pattern, answers, forever in self._rules:
                if answers and call.fits(pattern):
                    answer = answers[0] if forever else answers.popleft()
                    break
            else:
                return RIGHT
        return answer if hasattr(answer, "send") or hasattr(answer, "twist") else answer(call)


class Record:
    """Every call in the order in which it came; safe to read from any thread."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._lock = threading.Lock()
        self._waiting: list[tuple[str, int, Signal]] = []

    def add(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)
            for pattern, number, signal in self._waiting:
                if len(self._to(pattern)) >= number:
                    signal.set()

    def to(self, pattern: str) -> list[Call]:
        with self._lock:
            return self._to(pattern)

    def _to(self, pattern: str) -> list[Call]:
        return [call for call in self.calls if call.fits(pattern)]

    async def wait(self, pattern: str, number: int) -> Call:
        signal = Signal()
        with self._lock:
            self._waiting.append((pattern, number, signal))
            if len(self._to(pattern)) >= number:
                signal.set()
        await signal.wait()
        return self.to(pattern)[number - 1]
