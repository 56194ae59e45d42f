"""Lanes: a bounded set of child processes that run engines, are reused while warm and are killed on cancel."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from hgtui.core.states import Failure
from hgtui.core.text import clean
from hgtui.execution.lane import Lane, LaneGone, Log
from hgtui.execution.wire import EngineCall, EngineError, Output, Progress, out_of_memory, pack

__all__ = ["EMBEDDED", "ENGINES", "EngineCall", "EngineError", "Lanes", "Output"]

EMBEDDED: Mapping[str, str] = {
    name: f"hgtui.execution.endpoints.embedded.{name}"
    for name in ("ocr", "vision", "sentiment", "language", "speech", "summary")
}
"""The engines that hgtui brings: name to module."""
ENGINES: Mapping[str, str] = {**EMBEDDED, "drawing": "hgtui.execution.endpoints.hub.drawing"}
"""All that runs in lanes: also what draws on pictures for other endpoints."""

MEMORY_MB = 4_096
"""How much memory one engine may take, in MB: three times the 1.35 GB in which OCR reads a picture of 64 million pixels."""

_FIELDS = frozenset(field.name for field in fields(Output))


def processors() -> int:
    """Return how many processors this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


class Lanes:
    """Run engine calls in at most `limit` child processes; further calls wait in order of arrival.

    `engines` maps an engine's name to the module that has ``run(call, progress)``; only these can be named. Each child may
    take `memory_mb` MB, 0 for all there is; it is held to that on Linux. Use it on one event loop and close it with `aclose`.
    """

    def __init__(
        self,
        *,
        limit: int | None = None,
        on_log: Log | None = None,
        engines: Mapping[str, str] = ENGINES,
        memory_mb: int = MEMORY_MB,
    ) -> None:
        self.limit = max(1, limit or processors())
        self._on_log, self._memory_mb = on_log, memory_mb
        self._engines = dict(engines)
        self._slots = asyncio.Semaphore(self.limit)
        self._lanes: set[Lane] = set()
        self._idle: list[Lane] = []
        self._starts: set[asyncio.Task[Lane]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the living lanes, in ascending order."""
        return tuple(sorted(lane.pid for lane in self._lanes))

    async def run(self, request: EngineCall, *, on_progress: Progress | None = None) -> list[Output]:
        """Run one call and return its outputs; EngineError where it fails. Cancelling kills the child at once."""
        module = self._engines.get(request.engine)
        if module is None:
            raise EngineError(Failure.NO_MODEL, f"There is no engine {clean(request.engine, 80)!r} here.")
        call = asdict(request)
        pack(call)
        async with self._slots:
            reply = await self._reply(request.engine, module, call, on_progress)
        if not reply["ok"]:
            message, hint = clean(str(reply["message"]), 2000), clean(str(reply["hint"]), 2000)
            raise EngineError(Failure(reply["failure"]), message, hint)
        memory = _memory(reply.get("peak_mb"))
        return [replace(_checked(raw, request), memory_mb=memory) for raw in reply["outputs"]]

    async def aclose(self) -> None:
        """Kill all lanes, also those that work, and wait until none is left."""
        self._closed = True
        self._idle.clear()
        for lane in list(self._lanes):
            self._end(lane)
        while self._starts or self._ending:
            await asyncio.gather(*self._starts, *self._ending, return_exceptions=True)

    async def __aenter__(self) -> "Lanes":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _reply(
        self, engine: str, module: str, call: dict[str, Any], on_progress: Progress | None
    ) -> dict[str, Any]:
        while True:
            lane, warm = await self._take(engine)
            try:
                reply = await lane.call(engine, module, call, on_progress)
            except LaneGone as gone:
                await self._end(lane)
                if self._closed:
                    raise _shut(engine) from gone
                if warm and not gone.started:
                    # It died while it was idle: the call was never taken, so that a fresh lane may have it.
                    continue
                raise (out_of_memory(engine, self._memory_mb) if gone.no_memory else _crash(engine, gone)) from gone
            except BaseException:
                await self._end(lane)
                raise
            if reply.get("failure") == Failure.OUT_OF_MEMORY:
                await self._end(lane)
            elif not self._closed:
                self._idle.append(lane)
            return reply

    async def _take(self, engine: str) -> tuple[Lane, bool]:
        if self._closed:
            raise _shut(engine)
        for lane in [lane for lane in self._idle if lane.process.returncode is not None]:
            self._idle.remove(lane)
            self._end(lane)
        warm = next((lane for lane in self._idle if engine in lane.loaded), None)
        warm = warm or next((lane for lane in self._idle if not lane.loaded), None)
        if warm is None and self._idle and len(self._lanes) + len(self._starts) >= self.limit:
            warm = self._idle[0]
        if warm is not None:
            self._idle.remove(warm)
            return warm, True
        return await self._start(engine), False

    async def _start(self, engine: str) -> Lane:
        start = asyncio.create_task(Lane.start(self._on_log, self._memory_mb))
        self._starts.add(start)
        start.add_done_callback(self._started)
        try:
            # Shielded: a start that is cut in the middle could leave a child that nobody knows of.
            return await asyncio.shield(start)
        except asyncio.CancelledError:
            start.add_done_callback(self._unwanted)
            raise
        except OSError as error:
            raise EngineError(
                Failure.CRASHED,
                f"No process for {engine} could be started: {error.strerror or error}.",
                "Close other programs, or raise the limit on processes (ulimit -u).",
            ) from error

    def _started(self, start: "asyncio.Task[Lane]") -> None:
        self._starts.discard(start)
        if start.cancelled() or start.exception() is not None:
            return
        self._lanes.add(start.result())
        if self._closed:
            self._end(start.result())

    def _unwanted(self, start: "asyncio.Task[Lane]") -> None:
        if not start.cancelled() and start.exception() is None:
            self._end(start.result())

    def _end(self, lane: Lane) -> "asyncio.Future[None]":
        lane.kill()
        self._lanes.discard(lane)
        reap = asyncio.create_task(lane.gone())
        self._ending.add(reap)
        reap.add_done_callback(self._ending.discard)
        return asyncio.shield(reap)


def _shut(engine: str) -> EngineError:
    return EngineError(Failure.CRASHED, f"The engines were shut down before {engine} was done.")


def _crash(engine: str, gone: LaneGone) -> EngineError:
    said = " | ".join(gone.tail[-3:])
    hint = f"Its last words: {said}" if said else "Trying again may help; a kill can also mean that memory ran out."
    return EngineError(Failure.CRASHED, f"The process of {engine} crashed: {gone.how}.", clean(hint, 2000))


def _checked(raw: dict[str, Any], request: EngineCall) -> Output:
    output = Output(**{name: _cleaned(value) for name, value in raw.items() if name in _FIELDS and name != "path"})
    path = raw.get("path")
    if path is not None and not Path(path).resolve().is_relative_to(Path(request.out).resolve()):
        raise EngineError(
            Failure.CRASHED, f"{request.engine} wrote outside of its folder, so that its result is not used."
        )
    return Output(
        **{name: getattr(output, name) for name in _FIELDS - {"path", "notes"}}, path=path, notes=tuple(output.notes)
    )


def _memory(told: object) -> float | None:
    """Return the memory that a child says it had, in MB; None for what cannot be one."""
    known = isinstance(told, int | float) and not isinstance(told, bool) and 0 < told < 1e9
    return round(float(told), 1) if known else None  # type: ignore[arg-type]  # `known` says that it is a number


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(str(key)): _cleaned(item) for key, item in value.items()}
    return value
