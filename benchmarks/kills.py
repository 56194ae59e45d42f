"""Kills a real run with kill -9 at random moments and resumes it, again and again: what came back, and was anything lost?

Each run is a process of its own, `hgtui run --plan … --yes --json --fresh`, on seven tasks of the embedded engines, up to
three in a row. It is killed with all that it has started. Every tenth dies after a random time from the start of its process
on; of the others one half after a random time from its first event on, uniform over how long an undisturbed run takes, and
one half as soon as a random number of its events was read, for the short stages are hardly ever hit by chance.
`hgtui resume RUN --yes --json --fresh` then brings it to its end. Of each run is checked:

- every line that it had shown is in its journal, unchanged and in its place, and the journal has no gap;
- every result that was shown as done is kept, byte for byte, and its task did not start again;
- it ends once, with one answer, and with the results that an undisturbed run has.

A process that was killed before its first event has left no run: its request is lost to nobody, for nothing was shown.

    python -m benchmarks.kills [--times 200] [--seed N] [--beside 2]
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from hgtui.session.journal import Journal

HGTUI = (sys.executable, "-m", "hgtui")
STORY = "The harbour was quiet. A boat came in at noon. Its captain sold fish. Nobody bought any. The boat left again."
TASKS: list[dict[str, Any]] = [
    {"task": "text-classification", "id": 0, "dep": [-1], "args": {"text": "Guten Morgen zusammen"}},
    {"task": "summarization", "id": 1, "dep": [-1], "args": {"text": STORY}},
    {"task": "summarization", "id": 2, "dep": [1], "args": {"text": "<GENERATED>-1"}},
    {"task": "text-to-speech", "id": 3, "dep": [2], "args": {"text": "<GENERATED>-2"}},
    {"task": "text-classification", "id": 4, "dep": [2], "args": {"text": "<GENERATED>-2"}},
    {"task": "text-classification", "id": 5, "dep": [1], "args": {"text": "<GENERATED>-1"}},
    {"task": "text-to-speech", "id": 6, "dep": [-1], "args": {"text": "All is well that ends well."}},
]
PASSING = {"delta", "progress", "refused"}
LIMIT_S = 120
STAGES = ("not begun", "begun", "planning", "selection", "execution", "response", "ended")

Event = dict[str, Any]


@dataclass
class Kill:
    """One run that was killed: in which stage, how many events it had shown, and what was wrong with what came of it."""

    stage: str
    shown: int = 0
    done: int = 0
    resumed: bool = False
    lost: int = 0
    twice: int = 0
    wrong: list[str] = field(default_factory=list)


class Moment(NamedTuple):
    """When a run is killed: so many seconds behind so many of its events, with 0 behind the start of its process."""

    after_s: float
    events: int = 0


class Place:
    """A working folder with a data folder of its own, for the runs that come one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.environ = {
            **os.environ,
            "HGTUI_DATA_DIR": str(self.data),
            "HGTUI_CONFIG": str(folder / "none.toml"),
            "HGTUI_NO_PROBE": "1",
            "HF_HUB_OFFLINE": "1",
            "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        }
        folder.mkdir()
        (folder / "plan.json").write_text(json.dumps(TASKS), encoding="utf-8")

    def call(self, *arguments: str) -> tuple[int, list[Event], str]:
        """Run a command to its end; return its exit status, its lines of JSON and what it said."""
        done = subprocess.run(
            [*HGTUI, *arguments], cwd=self.folder, env=self.environ, capture_output=True, timeout=LIMIT_S, check=False
        )
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()

    def killed(self, moment: Moment) -> list[Event]:
        """Begin a run, kill it and all that it has started at a moment; return what it had shown."""
        run = ("run", "--plan", "plan.json", "--yes", "--json", "--fresh")
        process = subprocess.Popen(
            [*HGTUI, *run],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert process.stdout is not None

        def kill() -> None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(LIMIT_S if moment.events else moment.after_s, kill)
        timer.start()
        shown: list[Event] = []
        for line in process.stdout:
            if not line.endswith(b"\n"):  # cut off: it was not shown
                break
            event = json.loads(line)
            if event["type"] not in PASSING:
                shown.append(event)
            if len(shown) == moment.events:
                timer.cancel()
                timer = threading.Timer(moment.after_s, kill)
                timer.start()
        timer.cancel()
        process.wait()
        process.stdout.close()
        return shown

    def journal(self, run: str) -> list[Event]:
        """Return what is on the disk of a run, as lines of JSON."""

        async def read() -> list[Event]:
            async with Journal.open(self.data) as journal:
                return [json.loads(json.dumps(entry.line())) for entry in await journal.entries(run)]

        return asyncio.run(read())

    def runs(self) -> set[str]:
        """Return the names of all runs."""

        async def read() -> set[str]:
            async with Journal.open(self.data) as journal:
                return {row.id for row in await journal.runs(limit=100_000)}

        return asyncio.run(read())

    def kept(self, digest: str) -> bool:
        """Whether the bytes of a result are on the disk, and are what their digest says."""
        place = self.data / "artifacts" / digest[:2] / digest
        return place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == digest


def results(events: list[Event]) -> dict[int, list[str]]:
    """Return the digests of the results by the number of the task."""
    plan: list[dict[str, Any]] = next((one["plan"]["tasks"] for one in events if one["type"] == "plan_proposed"), [])
    numbers = {task["uid"]: task["id"] for task in plan}
    done = [one for one in events if one["type"] == "task_done"]
    return {numbers[one["uid"]]: [row["digest"] for row in one["results"]] for one in done}


def seconds_between(first: Event, last: Event) -> float:
    """Return the time from one event to another."""
    return (datetime.fromisoformat(last["at"]) - datetime.fromisoformat(first["at"])).total_seconds()


def stage_of(events: list[Event]) -> str:
    """Return the stage in which a run was killed."""
    if not events:
        return "not begun"
    if events[-1]["type"] == "run_ended":
        return "ended"
    return next((str(one["stage"]) for one in reversed(events) if one["type"] == "stage_entered"), "begun")


def once(place: Place, moment: Moment, wanted: dict[int, list[str]]) -> Kill:
    """Kill a run and resume it; return what came of it."""
    known = place.runs()
    shown = place.killed(moment)
    (name,) = (place.runs() - known) or {""}
    before = place.journal(name) if name else []
    kill = Kill(stage_of(before), len(shown), len(results(shown)))
    if before[: len(shown)] != shown:
        kill.lost += sum(one not in before for one in shown) or 1
        kill.wrong.append("what was shown is not in the journal")
    if kill.stage in {"not begun", "ended"}:
        return kill
    status, events, words = place.call("resume", name, "--yes", "--json", "--fresh")
    after = place.journal(name)
    kill.resumed = status == 0 and after[-1]["type"] == "run_ended"
    if not kill.resumed:
        kill.wrong.append(f"exit {status}: {words.strip()[-300:]}")
    if after[: len(before)] != before or [one["seq"] for one in after] != list(range(1, len(after) + 1)):
        kill.lost += 1
        kill.wrong.append("the journal is not what it was, and more")
    gone = [digest for rows in results(shown).values() for digest in rows if not place.kept(digest)]
    kill.lost += len(gone)
    done = {one["uid"] for one in before if one["type"] == "task_done"}
    kill.twice = len(done & {one["uid"] for one in events if one["type"] == "task_started"})
    if gone or kill.twice or results(after) != wanted:
        kill.wrong.append(
            f"results: {len(gone)} gone, {kill.twice} run twice, same as ever: {results(after) == wanted}"
        )
    if [sum(one["type"] == kind for one in after) for kind in ("answered", "run_ended")] != [1, 1]:
        kill.wrong.append("it was not answered and ended once")
    return kill


def table(kills: list[Kill]) -> str:
    """Return the table: for each stage how many were killed there, came back, and what was lost."""
    head = ("killed in", "runs", "results done", "came back", "lost", "run twice", "otherwise wrong")
    rows: list[tuple[str, ...]] = [head]
    for stage in (*STAGES, "all"):
        ones = [one for one in kills if stage in {one.stage, "all"}]
        left = [one for one in ones if one.stage not in {"not begun", "ended"}]
        back = f"{sum(one.resumed for one in left)} of {len(left)}" if left else "-"
        figures = (sum(one.done for one in ones), back, sum(one.lost for one in ones), sum(one.twice for one in ones))
        if ones:
            rows.append((stage, str(len(ones)), *map(str, figures), str(sum(bool(one.wrong) for one in ones))))
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def main() -> int:
    """Kill, resume, and print what came of it; 1 where anything was lost, run twice or did not come back."""
    parser = argparse.ArgumentParser(description="Kill a real run with kill -9 at random moments and resume it.")
    parser.add_argument("--times", type=int, default=200, help="how many runs are killed")
    parser.add_argument("--seed", type=int, default=None, help="the seed of the moments; without one a new one")
    parser.add_argument("--beside", type=int, default=2, help="how many runs at once")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(1_000_000) if given.seed is None else given.seed
    moments = random.Random(seed)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hgtui-kills-") as folder:
        places = [Place(Path(folder) / f"place-{number}") for number in range(given.beside)]

        def undisturbed(place: Place) -> tuple[float, list[Event]]:
            place.call("run", "--plan", "plan.json", "--yes", "--json", "--fresh")  # what is loaded once is loaded
            start = time.monotonic()
            status, events, words = place.call("run", "--plan", "plan.json", "--yes", "--json", "--fresh")
            if status:
                raise SystemExit(f"The undisturbed run ended with {status}: {words}")
            return time.monotonic() - start, [one for one in events if one["type"] not in PASSING]

        with ThreadPoolExecutor(given.beside) as pool:
            found = list(pool.map(undisturbed, places))
            longest, events = min(found, key=lambda one: one[0])
            print(f"seed {seed}; an undisturbed run takes {longest:.2f} s; {given.times} runs, {given.beside} at once")
            wanted, lasts = results(events), seconds_between(events[0], events[-1])
            shares: list[list[Moment]] = [[] for _ in places]
            for number in range(given.times):
                if number % 10 == 0:
                    moment = Moment(moments.uniform(0.0, longest))
                elif number % 4 < 2:
                    moment = Moment(moments.uniform(0.0, lasts), events=1)
                else:
                    moment = Moment(0.0, events=moments.randint(1, len(events) - 1))
                shares[number % len(places)].append(moment)

            def all_of(at: int) -> list[Kill]:
                return [once(places[at], moment, wanted) for moment in shares[at]]

            kills = [one for group in pool.map(all_of, range(len(places))) for one in group]
    print(table(kills))
    for words, count in Counter(words for one in kills for words in one.wrong).items():
        print(f"wrong, {count} times: {words}")
    print(f"{time.monotonic() - begun:.0f} s")
    return int(any(one.wrong for one in kills))


if __name__ == "__main__":
    raise SystemExit(main())
