"""Real and malformed replies, where the environment variable HGTUI_TASKBENCH names the folder that has them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from hgtui.core.planfile import write_plan
from hgtui.core.problems import problems
from hgtui.core.reading import PlanError, read_plan
from hgtui.planning.reader import ReplyError, read_reply, read_value

FOLDER = os.environ.get("HGTUI_TASKBENCH")
pytestmark = pytest.mark.skipif(not FOLDER, reason="HGTUI_TASKBENCH names no folder")


def rows(name: str) -> list[Any]:
    return [json.loads(line) for line in (Path(FOLDER or "") / name).read_text(encoding="utf-8").splitlines()]


def test_every_malformed_reply_with_one_right_answer_is_read_to_it() -> None:
    cases = [case for case in rows("malformed_patterns.jsonl") if case["expected"] is not None]
    assert len(cases) == 26
    assert {case["id"]: read_value(case["raw"]) for case in cases} == {case["id"]: case["expected"] for case in cases}


def test_every_malformed_reply_that_holds_a_plan_becomes_that_plan() -> None:
    plans = 0
    for case in rows("malformed_patterns.jsonl"):
        try:
            right = read_plan(case["expected"]).plan
        except PlanError:
            continue
        plans += 1
        assert read_reply(case["raw"]).plan == right, case["what"]
    assert plans >= 24


def test_every_real_prediction_becomes_a_plan_or_an_error_with_nothing_dropped_in_silence() -> None:
    predictions = rows("predictions_dev.jsonl")
    for row in predictions:
        prediction = row["prediction"]
        read = read_reply(json.dumps(prediction))
        assert read.how == "read"
        nodes = [node for node in prediction["task_nodes"] if isinstance(node, dict) and "task" in node]
        assert len(read.plan) == len(nodes)
        assert len(nodes) == len(prediction["task_nodes"]) or read.dropped
        problems(read.plan)
        write_plan(read.plan)
    assert len(predictions) == 492


def test_every_real_prediction_cut_in_the_middle_is_a_beginning_of_itself() -> None:
    for row in rows("predictions_dev.jsonl")[::7]:
        text = json.dumps(row["prediction"])
        whole = [task.task for task in read_reply(text).plan]
        for place in range(10, len(text) - 1, 97):
            try:
                read = read_reply(text[:place])
            except ReplyError:
                continue
            assert read.how == "cut off"
            assert [task.task for task in read.plan] == whole[: len(read.plan)]
