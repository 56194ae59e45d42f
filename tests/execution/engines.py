"""Engines for the tests of the lanes, run in real child processes: each `task` is one way to behave."""

import errno
import json
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path

from hgtui.execution.wire import EngineCall, Output, Progress


def _said(value: object) -> list[Output]:
    return [Output("text", "text/plain", text=value if isinstance(value, str) else json.dumps(value))]


def _pid(call: EngineCall, progress: Progress) -> list[Output]:
    return _said(os.getpid())


def _environment(call: EngineCall, progress: Progress) -> list[Output]:
    return _said(dict(os.environ))


def _echo(call: EngineCall, progress: Progress) -> list[Output]:
    return _said(call.inputs["text"]["text"])


def _noise(call: EngineCall, progress: Progress) -> list[Output]:
    os.write(1, b"noise on fd 1\n\x1b[31mred\x1b[0m\n")
    os.write(2, b"noise on fd 2\n")
    print("a print")
    return _said("quiet")


def _steps(call: EngineCall, progress: Progress) -> list[Output]:
    for step in range(3):
        progress(step / 3, f"step\x1b {step}")
    return _said("done")


def _hang(call: EngineCall, progress: Progress) -> list[Output]:
    progress(None, str(os.getpid()))
    threading.Event().wait()
    return []


def _hold(call: EngineCall, progress: Progress) -> list[Output]:
    """Compute for ever without letting go of the interpreter: a pattern that backtracks."""
    progress(None, str(os.getpid()))
    re.match(r"(a+)+$", "a" * 64 + "b")
    return []


def _memory(call: EngineCall, progress: Progress) -> list[Output]:
    return _said(len(bytearray(1 << 62)))


def _raise(call: EngineCall, progress: Progress) -> list[Output]:
    raise KeyError("the word\x1b]0;x\x07")


def _missing(call: EngineCall, progress: Progress) -> list[Output]:
    import a_package_that_nobody_has

    return _said(str(a_package_that_nobody_has))


def _abort(call: EngineCall, progress: Progress) -> list[Output]:
    os.write(2, b"the engine's last words\n")
    os.abort()


def _exit(call: EngineCall, progress: Progress) -> list[Output]:
    os._exit(3)


def _full(call: EngineCall, progress: Progress) -> list[Output]:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _outside(call: EngineCall, progress: Progress) -> list[Output]:
    path = Path(call.out).parent / "outside.txt"
    path.write_text("x")
    return [Output("text", "text/plain", path=str(path))]


def _escape(call: EngineCall, progress: Progress) -> list[Output]:
    return [Output("labels", "application/json", text="a\x1b[2Jb", data=[{"label": "\u202ex\x07"}], name="n\x00")]


def _large(call: EngineCall, progress: Progress) -> list[Output]:
    return _said("x" * 70_000_000)


def run(call: EngineCall, progress: Progress) -> list[Output]:
    """Behave as the call's task says."""
    behaviours: dict[str, Callable[[EngineCall, Progress], list[Output]]] = {
        name.removeprefix("_"): thing for name, thing in globals().items() if name.startswith("_") and callable(thing)
    }
    return behaviours[call.task](call, progress)
