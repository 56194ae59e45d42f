"""The child's side of a lane: runs engines one call at a time and dies with its parent. Started by `lanes`, not by a person."""

import contextlib
import ctypes
import errno
import importlib
import os
import queue
import resource
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, BinaryIO

from hgtui.core.states import Failure
from hgtui.execution.wire import (
    GIVES_UP,
    NO_MEMORY,
    EngineCall,
    EngineError,
    error_to_wire,
    out_of_memory,
    output_to_wire,
    pack,
    read_frame,
)

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that the kernel sends to this process when its parent dies."""

MEGABYTES = [0]
"""How much memory an engine may take, 0 for all there is; set once at the start."""
_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM})


class Wire:
    """The private pipes to the parent, moved away from fd 0 and fd 1 so that an engine's prints cannot reach them."""

    def __init__(self) -> None:
        self._in: BinaryIO = os.fdopen(os.dup(0), "rb")
        self._out = os.dup(1)
        os.dup2(2, 1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self._lock = threading.Lock()
        self.calls: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def listen(self) -> None:
        """Put calls into the queue; end the process at once when the parent is gone, whatever the engine is doing."""
        try:
            while True:
                self.calls.put(read_frame(self._in))
        except (EOFError, OSError, ValueError):
            os._exit(0)

    def send(self, value: dict[str, Any]) -> None:
        """Write one frame; OSError where the parent is gone."""
        frame = memoryview(pack(value))
        with self._lock:
            while frame:
                frame = frame[os.write(self._out, frame) :]


def tie_to_parent(parent: int) -> None:
    """Die with the parent even while an engine holds the interpreter; leave no core file; be the first to go when memory ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")
    if os.getppid() != parent:
        os._exit(0)


def bound_memory(megabytes: int) -> None:
    """Take at most so many megabytes of address space more than now, where the platform can say so; 0 for no bound.

    What asks for more gets an error it can tell, in place of the whole machine coming to a halt.
    """
    if megabytes <= 0 or sys.platform != "linux":
        return
    with contextlib.suppress(OSError, ValueError):
        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        most = now + megabytes * 1_000_000
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def forget_peak() -> None:
    """Let the peak of memory begin anew, where the platform can (Linux, proc(5): clear_refs)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")


def peak_mb() -> float | None:
    """Return the most memory that this process had resident, in MB: since `forget_peak`, elsewhere than on Linux since its start."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, ValueError, IndexError):
            for line in Path("/proc/self/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024 / 1e6
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def _as_error(error: BaseException, engine: str) -> EngineError:
    if isinstance(error, EngineError):
        return error
    if isinstance(error, MemoryError) or NO_MEMORY.search(str(error)[:2000]):
        return out_of_memory(engine, MEGABYTES[0])
    if isinstance(error, ImportError):
        return EngineError(
            Failure.NO_MODEL,
            f"{engine} is not installed here ({error.name or error}).",
            "Install the extras: pip install 'hgtui[embedded,speech]'",
        )
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        return EngineError(
            Failure.ACCESS,
            f"{engine} could not write its result: {error.strerror}.",
            "Check the folder for results and its free space.",
        )
    return EngineError(
        Failure.CRASHED,
        f"{engine} failed: {type(error).__name__}: {error}"[:500],
        "The log has the engine's own words.",
    )


def answer(wire: Wire, request: dict[str, Any]) -> None:
    """Run the engine that `request` names and send its reply; never raises but where the parent is gone."""
    number = request["id"]

    def progress(part: float | None, note: str = "") -> None:
        wire.send({"id": number, "progress": part, "note": note})

    try:
        GIVES_UP[:] = [lambda library: wire.send({"id": number, "at": library})]
        wire.send({"id": number, "started": True})
        call = EngineCall(**request["call"])
        forget_peak()
        outputs = importlib.import_module(request["module"]).run(call, progress)
        wire.send(
            {"id": number, "ok": True, "outputs": [output_to_wire(output) for output in outputs], "peak_mb": peak_mb()}
        )
    except Exception as error:
        known = isinstance(error, EngineError)
        if not known:
            traceback.print_exc()
        reply = error_to_wire(_as_error(error, str(request.get("call", {}).get("engine", "the engine"))))
        wire.send({"id": number, "ok": False, **reply})


def main() -> None:
    """Answer calls until the parent closes the wire."""
    wire = Wire()
    tie_to_parent(int(sys.argv[1]))
    MEGABYTES[0] = int(sys.argv[2])
    bound_memory(MEGABYTES[0])
    threading.Thread(target=wire.listen, daemon=True).start()
    while True:
        request = wire.calls.get()
        try:
            answer(wire, request)
        except OSError:
            os._exit(0)


if __name__ == "__main__":
    main()
