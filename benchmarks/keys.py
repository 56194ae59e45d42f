"""A key typed in the prompt until it is painted, next to an app with one Input (the floor), in the same run.

python -m benchmarks.keys [KEYS]
"""

import statistics
import sys
from typing import NamedTuple

from benchmarks.terminal import Terminal, cpu_seconds, environment, floor, own_folder, workbench

KEYS = 100
WARM_UP = 5
PAUSE_S, LIMIT_S = 0.05, 2.0
BEGIN, END = b"\x1b[?2026h", b"\x1b[?2026l"
LETTERS = [
    chr(code) for code in (*range(0x3B1, 0x3CA), *range(0x430, 0x450), *range(0x561, 0x587), *range(0x10D0, 0x10F1))
]
"""Each is typed once, and stands nowhere else on the screen, so that what is painted with it is known to be its own."""


class Typed(NamedTuple):
    """What the keys took: from the key to the end of the frame that shows it (ms), the bytes of that frame, CPU ms a key."""

    took: list[float]
    sent: list[float]
    cpu: float


def typed(command: list[str], env: dict[str, str], keys: int, quiet: float | None) -> Typed:
    """Type keys one by one once the program has settled: nothing comes any more, or `quiet` None and it never rests."""
    took, sent = [], []
    with Terminal(command, env) as terminal:
        terminal.read(6.0 if quiet is None else 10.0, quiet)
        before = cpu_seconds(terminal.pid)
        for at in range(keys + WARM_UP):
            terminal.read(PAUSE_S, None)
            letter = LETTERS[at % len(LETTERS)].encode()
            place, begun = len(terminal.chunks), terminal.now
            terminal.type(letter)
            frame, ended = shown(terminal, place, letter, begun)
            if at >= WARM_UP:
                took.append((ended - begun) * 1e3)
                sent.append(float(frame))
        return Typed(took, sent, (cpu_seconds(terminal.pid) - before) * 1e3 / (keys + WARM_UP))


def shown(terminal: Terminal, place: int, letter: bytes, begun: float) -> tuple[int, float]:
    """Read until the frame that shows a letter has come; return its bytes and when it ended."""
    while terminal.now - begun < LIMIT_S:
        terminal.read(LIMIT_S, None, first=True)
        data = b"".join(chunk.data for chunk in terminal.chunks[place:])
        if (at := data.find(letter)) >= 0 and (end := data.find(END, at)) >= 0:
            return end + len(END) - max(data.rfind(BEGIN, 0, at), 0), terminal.chunks[-1].at
    raise SystemExit(f"{letter.decode()!r} was typed and not shown within {LIMIT_S:g} s:\n{terminal.text()}")


def p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * len(values))]


def row(name: str, one: Typed, least: Typed) -> str:
    median, late = statistics.median(one.took), p95(one.took)
    low, low_late = statistics.median(least.took), p95(least.took)
    sizes = f"{statistics.median(one.sent):6.0f} {p95(one.sent):6.0f} B"
    return f"{name:34}{median:7.1f}{late:8.1f} ms  {median / low:5.2f}x {late / low_late:5.2f}x  {sizes}  {one.cpu:6.1f} ms"


def main() -> None:
    keys = int(sys.argv[1]) if len(sys.argv) > 1 else KEYS
    with own_folder() as folder:
        env = environment(folder)
        least = typed(floor(folder), env, keys, None)
        resting = typed(workbench(), env, keys, 1.5)
        busy = typed([sys.executable, "-m", "benchmarks.busy"], {**env, "PYTHONPATH": sys.path[0]}, keys, None)
    print(
        f"{'a key, ' + str(keys) + ' times':34}{'median':>7}{'p95':>8}     ratios to the floor   bytes, p95   CPU a key"
    )
    print(row("floor: an app with one Input", least, least))
    print(row("the prompt", resting, least))
    print(row("30 tasks run, 1,000 are in the plan", busy, least))
    print("bounds: 1.7x at the median, 2x at the 95th percentile; under 300 bytes")


if __name__ == "__main__":
    main()
