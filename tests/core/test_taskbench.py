"""Real plans of real planners, where the environment variable HGTUI_TASKBENCH names the folder that has them."""

import json
import os
from pathlib import Path

import pytest

from hgtui.core.edits import Draft, apply
from hgtui.core.planfile import read_plan_file, write_plan
from hgtui.core.problems import problems
from hgtui.core.reading import PlanError, read_plan

FOLDER = os.environ.get("HGTUI_TASKBENCH")


@pytest.mark.skipif(not FOLDER, reason="HGTUI_TASKBENCH names no folder")
def test_every_real_prediction_becomes_a_plan_whose_problems_have_mends_that_apply() -> None:
    lines = (Path(FOLDER or "") / "predictions_dev.jsonl").read_text(encoding="utf-8").splitlines()
    plans = 0
    for line in lines:
        prediction = json.loads(line)["prediction"]
        try:
            reading = read_plan(prediction)
        except PlanError:
            continue
        plans += 1
        assert len(reading.plan) == sum("task" in node for node in prediction["task_nodes"])
        for problem in problems(reading.plan):
            if problem.mend:
                apply(Draft(plan=reading.plan), problem.mend.edit)
        again = read_plan_file(json.dumps(write_plan(reading.plan))).reading
        assert (again.plan, again.dropped) == (reading.plan, ())
    assert plans > 0.95 * len(lines) > 0
