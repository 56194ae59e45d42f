"""What the reading of an answer knows of the call that it came of."""

from dataclasses import dataclass
from pathlib import Path

from hgtui.core.plan import Task
from hgtui.execution.endpoints.hub.inputs import Inputs
from hgtui.execution.lanes import Lanes


@dataclass(frozen=True, slots=True)
class About:
    """A call: `provider` who answered, `inputs` what was sent, `work` the folder for files, `lanes` where to draw."""

    task: Task
    model: str
    provider: str
    inputs: Inputs
    work: Path
    lanes: Lanes | None = None
