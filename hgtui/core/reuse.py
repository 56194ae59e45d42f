"""Reuse: what a result is kept by, what is kept of it, and what would run again of a plan and for how long."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from hgtui.core.base import Value, digest
from hgtui.core.crossing import Given
from hgtui.core.model import Assignment
from hgtui.core.plan import Plan, Uid
from hgtui.core.resource import Resource

FORM = 1
"""The form of a key: another one where what stands in it changes, so that nothing older is found by it."""
SHORTEST_S = 0.1
"""What takes less, in seconds, is not told apart."""


class Kept(Value):
    """What is kept of a task that was done: its results, who did it and in how many seconds, in which run and when.

    `task` is the type; `candidate` is who really ran it, which may have stood in for another. `memory_mb` as in
    events.TaskDone.
    """

    task: str
    candidate: str
    results: tuple[Resource, ...]
    seconds: float
    run: str
    at: datetime
    note: str = ""
    memory_mb: float | None = None

    @property
    def size(self) -> int:
        """How many bytes its results have."""
        return sum(one.size for one in self.results)


class Forecast(Value):
    """What would happen if a plan ran now.

    The tasks of `reuses` have a kept result, those of `reruns` have none. `about_s` is how long that takes in seconds,
    along the critical path, from what such tasks took before; None where nothing is known of any. Of `untimed` of the
    re-runs nothing is known: they come on top. `seconds` has what is known of each by itself: a kept
    result takes none.
    """

    reuses: tuple[Uid, ...] = ()
    reruns: tuple[Uid, ...] = ()
    about_s: float | None = None
    untimed: int = 0
    seconds: Mapping[Uid, float] = {}


def key(
    task: str, assignment: Assignment, inputs: Mapping[str, tuple[Given, ...]], parameters: Mapping[str, Any]
) -> str:
    """Return the SHA-256, in hexadecimal, by which the result of a task is kept.

    In it are the task type, the candidate with provider and revision, each input by the digest of its content, in
    order, with its language, and `parameters` (JSON): the settings of the endpoint that make another result. Not in it
    are who chose the candidate and why, what a file is called and where a text came from. Raises ValueError for an
    input that has no content.
    """
    return digest(
        {
            "form": FORM,
            "task": task,
            **assignment.granted(),
            "inputs": {name: [_content(one) for one in given] for name, given in inputs.items()},
            "parameters": dict(parameters),
        }
    )


def _content(given: Given) -> dict[str, str | None]:
    if given.text is not None:
        text = hashlib.sha256(given.text.encode("utf-8", "surrogatepass")).hexdigest()
        return {"text": text, "language": given.language}
    if not given.digest:
        raise ValueError(f"{given.name or 'an input'} has no content")
    # The same bytes can be read as a picture or as a document, and go to a server under their media type.
    file = {"file": given.digest, "kind": given.kind.value, "media_type": given.media_type}
    return file | {"language": given.language}


def forecast(plan: Plan, reuses: Iterable[Uid], reruns: Iterable[Uid], seconds: Mapping[Uid, float]) -> Forecast:
    """Return what would happen if the `reruns` of a plan ran; `seconds` is what is known of how long they take."""
    again = tuple(reruns)
    timed = {uid: seconds[uid] for uid in again if uid in seconds}
    about = critical(plan, timed) if timed or not again else None
    kept, untimed = tuple(reuses), len(again) - len(timed)
    known = {**dict.fromkeys(kept, 0.0), **timed}
    return Forecast(reuses=kept, reruns=again, about_s=about, untimed=untimed, seconds=known)


def critical(plan: Plan, seconds: Mapping[Uid, float]) -> float:
    """Return how long the longest chain of tasks takes, in seconds; what is not in `seconds` takes none."""
    ends: dict[Uid, float] = {}
    for task in plan.ordered():
        begin = max((ends[dep] for dep in task.deps if dep in ends), default=0.0)
        ends[task.uid] = begin + seconds.get(task.uid, 0.0)
    return max(ends.values(), default=0.0)


def told(reruns: int, reuses: int, about_s: float | None, untimed: int) -> str:
    """Say a forecast in words: "re-runs 3, reuses 2, about 8 s"; an empty text where there is nothing to say."""
    if not reuses and about_s is None:
        return ""
    words = f"re-runs {reruns}, reuses {reuses}" if reuses else f"runs {reruns}"
    if about_s is None:
        return f"{words}, for an unknown time"
    if reruns:
        words += f", {length(about_s)}" if about_s < SHORTEST_S else f", about {length(about_s)}"
    return f"{words} and {untimed} of unknown time" if untimed else words


def kept_words(kept_from: str, took_s: float, run: str) -> str:
    """Say where a result that `run` reused is from and how long it took then, in seconds: "kept from run X, took 4 s"."""
    where = "from before in this run" if kept_from == run else f"from run {kept_from}"
    return f"kept {where}, took {length(took_s)}"


def length(seconds: float) -> str:
    """Say a time as a person estimates one: "under 0.1 s", "0.4 s", "8 s", "3 min"."""
    if seconds < SHORTEST_S:
        return f"under {SHORTEST_S} s"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 2 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
