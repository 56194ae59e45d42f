"""Tokens of the prompts of one request, against the original's.

Bound: all prompts of a request at most 0.6 of the original's tokens. Tokens are estimated on both sides, a quarter of the
bytes. The original is microsoft/JARVIS, hugginggpt/server: configs/config.default.yaml and demos/. Its planning prompt
takes about 1,300 tokens with its six demonstrations, whatever the request; it asks for the model of each task in a call
of its own, with five candidates as JSON, and for the answer with all that it knows of the tasks as JSON.
"""

import json

from hgtui.core.model import Candidate
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.planfile import wire_names, write_task
from hgtui.core.ports import Answering, Context, Finding
from hgtui.core.resource import FileFact, Kind
from hgtui.core.states import TaskState
from hgtui.core.wire import show_input
from hgtui.llm.messages import Message, estimate_prompt
from hgtui.llm.prompts import Prompts
from hgtui.planning import prompt as planning
from hgtui.planning.fitting import fitted as fit_planning
from hgtui.response import prompt as response
from hgtui.selection import prompt as selection

ORIGINAL_PLANNING = 1_300
ORIGINAL_SELECTION, ORIGINAL_RESPONSE = 600, 870
"""Characters of the original's fixed words for the choice of one model and for the answer."""
ORIGINAL_DESCRIPTION = 100
"""Characters of a description that the original tells (max_description_length)."""
BOUND = 0.6
CANDIDATES = 5
"""The original tells as many of each task."""
RESULT = "The page says that the meeting is moved to Thursday at ten, and asks everybody to bring the figures. " * 3
REASON = "It reads printed text in many languages and runs on this machine"
SHAPES: dict[str, list[tuple[str, list[int]]]] = {
    "one task": [("image-to-text", [])],
    "chain of 5": [("image-to-text", []), ("translation", [0]), ("summarization", [1]), ("text-generation", [2]), ("text-to-speech", [3])],
    "8 independent": [("image-to-text", [])] * 8,
    "30 independent": [("image-to-text", [])] * 30,
    "diamond 1-4-1": [("image-to-text", []), *[("translation", [0])] * 4, ("summarization", [1, 2, 3, 4])],
    "3 layers of 4": [*[("image-to-text", [])] * 4, *[("translation", [n]) for n in range(4)], *[("text-to-speech", [n]) for n in range(4, 8)]],
}  # fmt: skip


def plan_of(shape: list[tuple[str, list[int]]]) -> Plan:
    """Make the plan of a shape: pairs of a task type and the rows that it reads."""
    tasks = []
    for number, (kind, reads) in enumerate(shape):
        name, value = (
            ("text", Input.of(*(f"t{row}" for row in reads))) if reads else ("image", Input.text(f"page-{number}.png"))
        )
        tasks.append(Task(uid=f"t{number}", id=number, task=kind, args={name: value}))
    return Plan(request="", tasks=tuple(tasks))


def candidates(kind: str) -> tuple[Candidate, ...]:
    """Return candidates with descriptions of the usual length."""
    about = "A compact model for this task, trained on a large public set in several languages; runs on a processor."
    return tuple(
        Candidate(name=f"hub:organisation/{kind}-model-{number}", endpoint="hub", model=f"organisation/{kind}-model-{number}", description=about, licence="apache-2.0", size_mb=240.0, place="hub")
        for number in range(CANDIDATES)
    )  # fmt: skip


def tokens(*chats: tuple[Message, ...]) -> int:
    """Return the tokens of some chats."""
    return sum(estimate_prompt(chat) for chat in chats)


def original(request: str, plan: Plan, choices: dict[str, tuple[Candidate, ...]]) -> int:
    """Return the tokens of all prompts of the original for a plan."""
    rows = {task.uid: json.dumps(write_task(task, wire_names(plan), bare=True)) for task in plan}
    length = ORIGINAL_RESPONSE + len(request)
    for uid, few in choices.items():
        metas = [
            {"id": one.model, "inference endpoint": [one.model], "likes": 100, "description": one.description[:ORIGINAL_DESCRIPTION], "tags": ["pytorch", "transformers", "license:apache-2.0"]}
            for one in few
        ]  # fmt: skip
        length += ORIGINAL_SELECTION + len(request) + len(rows[uid]) + len(json.dumps(metas))
        result = {
            "task": rows[uid],
            "inference result": RESULT,
            "choose model result": {"id": few[0].model, "reason": REASON},
        }
        length += len(json.dumps(result))
    return ORIGINAL_PLANNING + len(request) // 4 + length // 4


def measured(shape: list[tuple[str, list[int]]]) -> tuple[int, int, int, int]:
    """Return the tokens of planning, of selection, of the response, and of the original in all."""
    plan = plan_of(shape)
    paths = [f"page-{number}.png" for number, (_, reads) in enumerate(shape) if not reads]
    request = f"Read {', '.join(paths)}, translate it, sum it up and read that to me"
    files = {path: FileFact(path=path, kind=Kind.IMAGE) for path in paths}
    told = fit_planning(Prompts(planning.TEMPLATES), request, files, Context(), 4_096)
    choices = {task.uid: candidates(task.task) for task in plan}
    prompts = Prompts(selection.TEMPLATES)
    asked = [selection.messages(prompts, request, plan, shard) for shard in selection.shards(plan, choices)]
    ids = {task.uid: task.id for task in plan}
    findings = tuple(
        Finding(uid=task.uid, id=task.id, task=task.task, state=TaskState.DONE, candidate=choices[task.uid][0].name, reason=REASON, text=RESULT, inputs=" ".join(show_input(value, ids) for value in task.args.values()))
        for task in plan
    )  # fmt: skip
    answer = response.fitted(Prompts(response.TEMPLATES), Answering(request=request, findings=findings))
    return tokens(told.messages), tokens(*asked), tokens(answer.messages), original(request, plan, choices)


def main() -> None:
    print(f"planning prompt of the original: about {ORIGINAL_PLANNING:,} tokens; {CANDIDATES} candidates for each task")
    print(
        f"{'shape':16}{'planning':>9}{'of orig.':>9}{'selection':>10}{'response':>9}{'all':>7}{'original':>9}{'ratio':>7}"
    )
    for name, shape in SHAPES.items():
        plan, select, answer, theirs = measured(shape)
        ours = plan + select + answer
        print(
            f"{name:16}{plan:9,}{plan / ORIGINAL_PLANNING:9.2f}{select:10,}{answer:9,}{ours:7,}{theirs:9,}{ours / theirs:7.2f}"
        )
    print(f"bound: {BOUND}")


if __name__ == "__main__":
    main()
