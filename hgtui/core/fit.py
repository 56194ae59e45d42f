"""Whether a candidate fits what a task asks for, as far as the words of both tell."""

import re

from hgtui.core.model import Candidate
from hgtui.core.plan import Task
from hgtui.core.task import TASKS

_WORD = re.compile(r"[a-z]+")
_ASKING = ("labels", "question")


def _stems(text: str) -> set[str]:
    """Return the words of a text in lower case without the plural's s: "QR codes" is {"qr", "code"}."""
    return {word[:-1] if word.endswith("s") and len(word) > 3 else word for word in _WORD.findall(text.lower())}


def asked(task: Task) -> tuple[str, ...]:
    """Return what a task asks for in words: its labels, its question."""
    return tuple(text for name in _ASKING if name in task.args for text in task.args[name].literals if text.strip())


def matches(task: Task, candidate: Candidate) -> tuple[str, ...]:
    """Return the labels of a candidate that a task asks for."""
    wanted = [_stems(text) for text in asked(task)]
    return tuple(label for label in candidate.labels if any(_stems(label) <= words for words in wanted))


def unfit(task: Task, candidate: Candidate) -> str:
    """Say in a few words why a candidate does not fit a task; an empty text where it does.

    Only a candidate with a closed list of labels can be unfit, and only for a task that asks for something.
    """
    if not candidate.labels or not asked(task) or matches(task, candidate):
        return ""
    return f"it knows only {', '.join(candidate.labels[:4])}"


def narrow(task: Task, candidate: Candidate) -> str:
    """Say in a few words why a candidate fits a task less than one that looks for anything; an empty text where it does not.

    Only a candidate with a closed list of labels, for a task that could ask for something in particular and does not.
    """
    spec = TASKS.get(task.task)
    if not candidate.labels or spec is None or asked(task) or all(spec.arg(name) is None for name in _ASKING):
        return ""
    return f"knows only {', '.join(candidate.labels[:4])}, and the task asks for nothing in particular"


def can_run(task: Task, candidate: Candidate) -> bool:
    """Say whether a candidate could run a task now."""
    return not candidate.missing and not unfit(task, candidate)
