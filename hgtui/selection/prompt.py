"""What the LLM is told at the stage of model selection: the request, the tasks of a shard, and their candidates."""

from collections.abc import Mapping
from itertools import groupby, pairwise
from pathlib import Path

from hgtui.core.model import Candidate, Place
from hgtui.core.plan import Plan, Task, Uid
from hgtui.core.text import one_line
from hgtui.core.wire import show_input
from hgtui.llm.messages import Message
from hgtui.llm.prompts import Prompts
from hgtui.selection.ranking import short

STAGE = "Model selection"
TEMPLATES = Path(__file__).parent / "templates"
MOST_TASKS = 4
"""Tasks in one call: one call is quicker than four and shorter than one for each, and the reply stays short."""
MOST_CANDIDATES = 5
"""Candidates of a task that are told, the first by the ranking; HuggingGPT tells as many."""
_MOST_DESCRIPTION, _MOST_ARGUMENT, _MOST_LANGUAGES = 160, 80, 6
_PLACES: Mapping[Place, str] = {
    "here": "this machine",
    "hub": "Hugging Face",
    "worker": "a worker",
    "llm": "the controller",
}

Choices = Mapping[Uid, tuple[Candidate, ...]]
"""For each task the candidates that can run it, best first."""


def shards(plan: Plan, choices: Choices) -> list[dict[Uid, tuple[Candidate, ...]]]:
    """Cut what is to be chosen into the fewest shards of at most four tasks, as even as can be, like types together."""
    uids = [task.uid for task in sorted(plan, key=lambda task: (task.task, task.id)) if task.uid in choices]
    count = -(-len(uids) // MOST_TASKS)
    cuts = [len(uids) * number // count for number in range(count + 1)] if count else []
    return [{uid: choices[uid] for uid in uids[start:end]} for start, end in pairwise(cuts)]


def messages(
    prompts: Prompts, request: str, plan: Plan, choices: Choices, refused: str = ""
) -> tuple[Message, Message]:
    """Return the chat that asks for the models of the tasks in `choices`. Reads files. Raises PromptError."""
    system = prompts.render("selection_system")
    user = prompts.render("selection_user", request=request, groups=_groups(plan, choices), refused=refused)
    return Message("system", f"{STAGE}\n{system}"), Message("user", user)


def _groups(plan: Plan, choices: Choices) -> list[dict[str, object]]:
    ids = {task.uid: task.id for task in plan}

    def same(uid: Uid) -> tuple[str, tuple[str, ...]]:
        return plan[uid].task, tuple(one.name for one in choices[uid])

    groups = []
    for _, uids in groupby(choices, key=same):
        members = [plan[uid] for uid in uids]
        told = listed(choices[members[0].uid])
        groups.append({
            "tasks": [{"id": task.id, "type": task.task, "args": _args(task, ids)} for task in members],
            "models": [{"name": one.name, "facts": facts(one)} for one in told],
        })  # fmt: skip
    return groups


def listed(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Return the candidates that are told: the first of each endpoint, then the best of the rest, in their order."""
    firsts = list({one.endpoint: one for one in reversed(candidates)}.values())[::-1]
    told = (firsts + [one for one in candidates if one not in firsts])[:MOST_CANDIDATES]
    return tuple(one for one in candidates if one in told)


def _args(task: Task, ids: Mapping[Uid, int]) -> str:
    shown = (f"{name}={one_line(show_input(value, ids), _MOST_ARGUMENT)}" for name, value in task.args.items())
    return ", ".join(shown)


def facts(candidate: Candidate) -> str:
    """Return what is known of a candidate in one line: description, place, licence, size, languages, labels, price.

    Of a model of the Hub also its library, its downloads, and whether its terms must be accepted first; who runs it
    stands in its name.
    """
    words = [
        one_line(candidate.description or candidate.title, _MOST_DESCRIPTION).rstrip("."),
        _PLACES[candidate.place],
    ]
    if candidate.licence:
        words.append(one_line(candidate.licence, 40))
    if candidate.size_mb is not None:
        size = candidate.size_mb
        words.append(f"{size / 1000:.1f} GB" if size >= 1000 else f"{size:.0f} MB")
    if candidate.languages:
        more = "…" if len(candidate.languages) > _MOST_LANGUAGES else ""
        words.append(one_line("/".join(candidate.languages[:_MOST_LANGUAGES]) + more, 60))
    if candidate.labels:
        words.append(f"only {one_line(', '.join(candidate.labels), 80)}")
    if candidate.library:
        words.append(one_line(candidate.library, 30))
    if candidate.downloads is not None:
        words.append(f"{short(candidate.downloads)} downloads")
    if candidate.gated:
        words.append("gated")
    if candidate.usd is not None:
        words.append(f"${candidate.usd:g} a call")
    return "; ".join(word for word in words if word)
