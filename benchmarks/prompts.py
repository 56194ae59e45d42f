"""Tokens of the prompts of one request, against the original's.

Bound: all prompts of a request at most 0.6 of the original's tokens. The planning prompt of the original (microsoft/JARVIS,
hugginggpt/server) takes about 1,300 tokens with its six demonstrations, whatever the request; it asks for the models of
each task in a call of its own. Its prompts for selection and response are counted as if they were as short as ours are
(for one task; for the same results), so that the ratio shown is not better than the true one. Tokens are estimated,
a quarter of the bytes.
"""

from hgtui.core.model import Candidate
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.ports import Answering, Context, Finding
from hgtui.core.resource import FileFact, Kind
from hgtui.core.states import TaskState
from hgtui.core.wire import show_input
from hgtui.llm import Message, estimate_prompt
from hgtui.llm.prompts import Prompts
from hgtui.planning import prompt as planning
from hgtui.planning.fitting import fitted as fit_planning
from hgtui.response import prompt as response
from hgtui.selection import prompt as selection

ORIGINAL_PLANNING = 1_300
BOUND = 0.6
CANDIDATES = 5
"""The original tells as many of each task."""
RESULT = "The page says that the meeting is moved to Thursday at ten, and asks everybody to bring the figures. " * 3
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


def measured(shape: list[tuple[str, list[int]]]) -> tuple[int, int, int, int]:
    """Return the tokens of planning, of all selection, of a selection for each task alone, and of the response."""
    plan = plan_of(shape)
    paths = [f"page-{number}.png" for number, (_, reads) in enumerate(shape) if not reads]
    request = f"Read {', '.join(paths[:3])} and the others, translate them, sum them up and read that to me"
    files = {path: FileFact(path=path, kind=Kind.IMAGE) for path in paths}
    told = fit_planning(Prompts(planning.TEMPLATES), request, files, Context(), 4_096)
    choices = {task.uid: candidates(task.task) for task in plan}
    prompts = Prompts(selection.TEMPLATES)
    asked = [selection.messages(prompts, request, plan, shard) for shard in selection.shards(plan, choices)]
    alone = [selection.messages(prompts, request, plan, {uid: few}) for uid, few in choices.items()]
    ids = {task.uid: task.id for task in plan}
    findings = tuple(
        Finding(uid=task.uid, id=task.id, task=task.task, state=TaskState.DONE, candidate=choices[task.uid][0].name, text=RESULT, inputs=" ".join(show_input(value, ids) for value in task.args.values()))
        for task in plan
    )  # fmt: skip
    answer = response.fitted(Prompts(response.TEMPLATES), Answering(request=request, findings=findings))
    return tokens(told.messages), tokens(*asked), tokens(*alone), tokens(answer.messages)


def main() -> None:
    print(f"planning prompt of the original: about {ORIGINAL_PLANNING:,} tokens; {CANDIDATES} candidates for each task")
    print(
        f"{'shape':16}{'planning':>9}{'of orig.':>9}{'selection':>10}{'response':>9}{'all':>7}{'orig. at least':>15}{'ratio at most':>14}"
    )
    for name, shape in SHAPES.items():
        plan, select, alone, answer = measured(shape)
        ours, theirs = plan + select + answer, ORIGINAL_PLANNING + alone + answer
        print(
            f"{name:16}{plan:9,}{plan / ORIGINAL_PLANNING:9.2f}{select:10,}{answer:9,}{ours:7,}{theirs:15,}{ours / theirs:14.2f}"
        )
    print(f"bound: {BOUND}")


if __name__ == "__main__":
    main()
