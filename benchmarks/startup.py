"""Start-up and idleness of the real program. Byte code is kept, whatever the shell exports.

Bounds: `hgtui --help` within 1.5x of `python -c "import typer"`; the idle workbench sends nothing and burns no CPU.
"""

import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

RUNS = 9
QUIET_S, IDLE_S, START_LIMIT_S = 1.0, 5.0, 30.0
ROWS, COLUMNS = 36, 120
IMPORT_TYPER = [sys.executable, "-c", "import typer"]
HELP = [sys.executable, "-m", "hgtui", "--help"]


def environment(folder: str) -> dict[str, str]:
    """Return the environment of a new user: byte code kept, own folders, no key."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "HF_"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, "HGTUI_DATA_DIR": folder, "HGTUI_CONFIG": f"{folder}/none.toml", "TERM": "xterm-256color"}


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


def cpu_ms(pid: int) -> float:
    """Return the CPU time of a process so far, in ms (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def drain(fd: int, quiet_s: float, limit_s: float) -> tuple[int, float]:
    """Read until nothing came for `quiet_s`; return the bytes and when the first came, in seconds."""
    begun, total, first = time.perf_counter(), 0, 0.0
    while time.perf_counter() - begun < limit_s:
        ready, _, _ = select.select([fd], [], [], quiet_s)
        if not ready:
            if total:
                break
            continue
        try:
            total += len(os.read(fd, 65536))
        except OSError:  # the program has gone
            break
        first = first or time.perf_counter() - begun
    return total, first


def idle(env: dict[str, str]) -> tuple[float, int, int, float]:
    """Start the workbench on a pty; return first byte (s), bytes of the start, then bytes and CPU ms of doing nothing."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(env["HGTUI_DATA_DIR"])
        os.execve(sys.executable, [sys.executable, "-m", "hgtui"], env)
    termios.tcsetwinsize(fd, (ROWS, COLUMNS))
    start, first = drain(fd, QUIET_S, START_LIMIT_S)
    before, begun = cpu_ms(pid), time.perf_counter()
    sent = 0
    while (left := IDLE_S - (time.perf_counter() - begun)) > 0:
        if select.select([fd], [], [], left)[0]:
            sent += len(os.read(fd, 65536))
    burnt = cpu_ms(pid) - before
    os.write(fd, b"\x11")
    drain(fd, QUIET_S, 5)
    os.close(fd)
    os.waitpid(pid, 0)
    return first, start, sent, burnt


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        env = environment(folder)
        typer_s, help_s = side_by_side(env)
        print(
            f"import typer {typer_s * 1000:.0f} ms, hgtui --help {help_s * 1000:.0f} ms: {help_s / typer_s:.2f}x (bound 1.5x)"
        )
        first, start, sent, burnt = idle(env)
        print(f"workbench: first byte after {first * 1000:.0f} ms, {start} bytes until it is quiet")
        print(f"idle for {IDLE_S:g} s: {sent} bytes sent, {burnt:.0f} ms CPU (bound: none)")


if __name__ == "__main__":
    main()
