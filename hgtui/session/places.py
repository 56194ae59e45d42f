"""Where tasks were approved to be done, and whether this process has those places: another Hub or controller is another."""

from collections.abc import Iterable

from hgtui.core.model import Assignment
from hgtui.core.plan import Task
from hgtui.core.run import Run
from hgtui.core.stand_ins import known_as
from hgtui.core.states import ENDED
from hgtui.session.equipment import Equipment
from hgtui.session.notnow import NotNow

CONTROLLER = "controller"
"""The endpoint whose candidates are the controller itself, and so are another's where the controller is another."""
HUB = "hub"


def open_tasks(run: Run) -> list[Task]:
    """Return the tasks that are still to be done."""
    return [task for task in run.draft.plan if not task.skip and run.state(task.uid) not in ENDED]


def same_controller(run: Run, equipment: Equipment) -> None:
    """Raise NotNow where what was chosen for one controller would be done by another."""
    if equipment.controller == run.controller and CONTROLLER in equipment.endpoints:
        return
    for task, name in _chosen(run, open_tasks(run)):
        if name.partition(":")[0] == CONTROLLER:
            raise NotNow(
                f"Task {task.id} was approved for {run.controller or name}, which is not the controller now.",
                "Go on with the profile that it was begun with: hgtui resume RUN --profile NAME.",
            )


def same_hub(run: Run, equipment: Equipment) -> None:
    """Raise NotNow where what would go through one router of the Hub would go through another."""
    for task in open_tasks(run):
        chosen = run.draft.assignments.get(task.uid)
        if chosen is not None and (why := moved(run, equipment, task, chosen)):
            raise NotNow(
                f"Task {task.id}: {why}.",
                "Set HF_ENDPOINT and HGTUI_ROUTER_URL as they were, or take the profile that it was begun with: --profile NAME.",
            )


def moved(run: Run, equipment: Equipment, task: Task, chosen: Assignment) -> str:
    """Say in a few words that a candidate of the Hub would be reached elsewhere than was told; "" where it would not.

    Runs of an hgtui that did not note where the Hub was are not looked at.
    """
    if chosen.candidate.partition(":")[0] != HUB or not equipment.hub:
        return ""
    found = known_as(chosen, run.candidates.get(task.task, ()))
    was = (found.via if found is not None else "") or run.hub
    if not was or was == equipment.hub:
        return ""
    return f"what it sends was to go through {was}, and the router of the Hub is {equipment.hub} now"


def _chosen(run: Run, tasks: Iterable[Task]) -> list[tuple[Task, str]]:
    assigned = run.draft.assignments
    return [(task, assigned[task.uid].candidate) for task in tasks if task.uid in assigned]
