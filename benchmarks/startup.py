"""Start-up and idleness of the real program, next to an app with one Input (the floor), in turn in the same run.

Byte code is kept, whatever the shell exports. Wall times are what a person feels and need a quiet machine; the CPU times
beside them say the same on a busy one.

    python -m benchmarks.startup [RUNS]
"""

import json
import statistics
import subprocess
import sys
import time
from typing import NamedTuple

from benchmarks.terminal import Terminal, cpu_seconds, environment, floor, own_folder, workbench
from tests.servers.hub import TOKEN

RUNS = 9
QUIET_S, START_LIMIT_S, IDLE_S = 1.5, 30.0, 5.0
TYPED = b"typed before the first frame"
PLANNED = json.dumps([{"task": "translation", "id": 0, "dep": [-1], "args": {"text": "ein Fuchs"}}])
IMPORT_TYPER = [sys.executable, "-c", "import typer"]
HELP = [sys.executable, "-m", "hgtui", "--help"]


def seconds(command: list[str], env: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return time.perf_counter() - begun


def side_by_side(env: dict[str, str]) -> tuple[float, float]:
    """Return the medians of both commands, run in turn so that noise meets both alike."""
    for command in (IMPORT_TYPER, HELP):
        seconds(command, env)
    rows = [(seconds(IMPORT_TYPER, env), seconds(HELP, env)) for _ in range(RUNS)]
    return statistics.median(row[0] for row in rows), statistics.median(row[1] for row in rows)


class Start(NamedTuple):
    """One start: when the first byte came and when the screen was complete (ms, wall and CPU), bytes, memory in MiB."""

    first: float
    complete: float
    first_cpu: float
    complete_cpu: float
    sent: float
    memory: float


def start(command: list[str], env: dict[str, str]) -> Start:
    with Terminal(command, env) as terminal:
        terminal.read(START_LIMIT_S, None, first=True)
        terminal.read(START_LIMIT_S if command == workbench() else QUIET_S, QUIET_S)
        first, complete = terminal.chunks[0], terminal.complete()
        times = (first.at * 1e3, complete.at * 1e3, first.cpu * 1e3, complete.cpu * 1e3)
        return Start(*times, terminal.sent, terminal.memory_mb())


def idle(env: dict[str, str]) -> tuple[int, float]:
    """Return the bytes and the CPU ms of a workbench that does nothing."""
    with Terminal(workbench(), env) as terminal:
        terminal.read(START_LIMIT_S, QUIET_S * 2)
        before = cpu_seconds(terminal.pid)
        sent = terminal.read(IDLE_S, None)
        return sent, (cpu_seconds(terminal.pid) - before) * 1e3


def memory_with_all(env: dict[str, str]) -> float:
    """Return the MiB of a workbench at the gate of a plan by an LLM, with models of the Hub; both are served beside it."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-m", "benchmarks.hub_servers"], text=True, **pipes) as servers:
        assert servers.stdin and servers.stdout
        servers.stdin.write(json.dumps({"planning": PLANNED}) + "\n")
        servers.stdin.flush()
        at = json.loads(servers.stdout.readline())
        more = {"OPENAI_BASE_URL": at["llm"], "OPENAI_MODEL": "m", "HF_TOKEN": TOKEN, "HF_ENDPOINT": at["hub"]}
        with Terminal(workbench(), {**env, **more}, typed=b"Translate: ein Fuchs\r") as terminal:
            while "approve+run" not in terminal.text_after(START_LIMIT_S, QUIET_S):
                if terminal.now > START_LIMIT_S:
                    raise SystemExit(f"no gate opened:\n{terminal.text()}")
            used = terminal.memory_mb()
        servers.stdin.close()
    return used


def types_at_once(env: dict[str, str]) -> bool:
    """Say whether what is typed before the program runs stands in the prompt."""
    with Terminal(workbench(), env, typed=TYPED) as terminal:
        terminal.read(START_LIMIT_S, QUIET_S * 2)
        return TYPED.decode() in terminal.text()


def row(name: str, unit: str, least: list[float], ours: list[float], bound: str) -> str:
    low, mine = statistics.median(least), statistics.median(ours)
    # Pairs that ran one behind the other met the same load.
    ratio = statistics.median(one / other for one, other in zip(ours, least, strict=True))
    return f"{name:34}{low:9.0f}{mine:9.0f} {unit:3}{ratio:7.2f}x  {bound}"


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with own_folder() as folder:
        env, least, ours = environment(folder), [], []
        for command in (floor(folder), workbench()):
            start(command, env)
        for _ in range(runs):
            least.append(start(floor(folder), env))
            ours.append(start(workbench(), env))
        print(f"{'start, median of ' + str(runs):34}{'floor':>9}{'hgtui':>9}       ratio  bound")
        rows = (
            ("first byte", "ms", "first", "1.25x"),
            ("visually complete", "ms", "complete", "2x"),
            ("first byte, CPU", "ms", "first_cpu", "1.25x"),
            ("visually complete, CPU", "ms", "complete_cpu", "2x"),
            ("sent at start", "B", "sent", "35,000 B"),
            ("resident memory", "MiB", "memory", "floor + 40"),
        )
        for name, unit, what, bound in rows:
            print(row(name, unit, [getattr(one, what) for one in least], [getattr(one, what) for one in ours], bound))
        print(f"resident memory with an LLM and the Hub, at a gate: {memory_with_all(env):.0f} MiB (bound 110)")
        sent, burnt = idle(env)
        print(f"idle for {IDLE_S:g} s: {sent} bytes, {burnt:.1f} ms CPU (bound: none)")
        print(f"keys typed before the program runs stand in the prompt: {'yes' if types_at_once(env) else 'NO'}")
        typer_s, help_s = side_by_side(env)
        words = f"import typer {typer_s * 1000:.0f} ms, hgtui --help {help_s * 1000:.0f} ms"
        print(f"{words}: {help_s / typer_s:.2f}x (bound 1.5x)")


if __name__ == "__main__":
    main()
