"""The program twice on the same work: what it takes from the first run, what runs again, and how that is told."""

import json
from typing import Any

from tests.cli.program import Event, Program

CHAIN: list[dict[str, Any]] = [
    {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "One fine day. Another fine day. A third day."}},
    {"task": "text-classification", "id": 1, "dep": [0], "args": {"text": "<GENERATED>-0"}},
    {"task": "text-classification", "id": 2, "dep": [-1], "args": {"text": "Guten Morgen, wie geht es dir?"}},
]


def write(hgtui: Program, *rows: dict[str, Any]) -> str:
    (hgtui.folder / "plan.json").write_text(json.dumps(rows or CHAIN), encoding="utf-8")
    return "plan.json"


def edited() -> list[dict[str, Any]]:
    """The plan with another text for its first task."""
    return [{**CHAIN[0], "args": {"text": "Two fine days. Another sad day. A third day."}}, *CHAIN[1:]]


def run(hgtui: Program, *options: str) -> list[Event]:
    done = hgtui.run("run", "--plan", "plan.json", "--yes", "--json", *options)
    assert done.exit == 0, done.err
    return done.events


def numbers(events: list[Event], kind: str, **fields: Any) -> list[int]:
    """The numbers of the tasks with such an event."""
    (plan,) = (event["plan"]["tasks"] for event in events if event["type"] == "plan_proposed")
    ids = {task["uid"]: task["id"] for task in plan}
    found = (e for e in events if e["type"] == kind and all(e[name] == value for name, value in fields.items()))
    return sorted(ids[event["uid"]] for event in found)


def test_a_second_run_reuses_all_of_it_and_gives_the_same_results(hgtui: Program) -> None:
    write(hgtui)
    first, second = run(hgtui), run(hgtui)
    assert numbers(first, "task_started") == numbers(first, "task_done", reused=False) == [0, 1, 2]
    assert numbers(second, "task_started") == []
    assert numbers(second, "task_done", reused=True, kept_from=first[0]["run"]) == [0, 1, 2]

    def results(events: list[Event]) -> list[Any]:
        found = {event["uid"]: event["results"] for event in events if event["type"] == "task_done"}
        return [found[uid] for uid in sorted(found)]

    assert results(first) == results(second)


def test_fresh_runs_all_of_it_again(hgtui: Program) -> None:
    write(hgtui)
    run(hgtui)
    assert numbers(run(hgtui, "--fresh"), "task_started") == [0, 1, 2]
    assert numbers(run(hgtui), "task_started") == []


def test_an_edit_of_the_plan_file_runs_that_task_and_what_is_below_it_again(hgtui: Program) -> None:
    write(hgtui)
    run(hgtui)
    write(hgtui, *edited())
    events = run(hgtui)
    assert numbers(events, "task_started") == [0, 1]
    assert numbers(events, "task_done", reused=True) == [2]


def test_a_damaged_artifact_is_made_again(hgtui: Program) -> None:
    write(hgtui)
    first = run(hgtui)
    (done,) = (e for e in first if e["type"] == "task_done" and "embedded:lexrank" in e["candidate"])
    digest = done["results"][0]["digest"]
    place = hgtui.data / "artifacts" / digest[:2] / digest
    whole = place.read_bytes()
    place.write_bytes(whole[:-1] + b"?")
    second = run(hgtui)
    assert numbers(second, "task_started") == [0]
    assert numbers(second, "task_done", reused=True) == [1, 2]
    assert place.read_bytes() == whole
    assert any(
        "not kept whole any more" in e["text"] for e in second if e["type"] == "logged" and e["level"] == "debug"
    )


def test_it_is_told_on_the_way_in_the_answer_and_by_show(hgtui: Program) -> None:
    write(hgtui)
    name = run(hgtui)[0]["run"]
    done = hgtui.run("run", "--plan", "plan.json", "--yes")
    assert f"  0 summarization: reused, kept from run {name}, took " in done.err
    assert f"Kept from run {name}, took " in done.out
    assert "| 0 | summarization | embedded:lexrank | kept |" in done.out
    second = json.loads(hgtui.run("runs", "--json").out)[0]["id"]
    shown = hgtui.run("show", second).out
    assert f"reused  kept from run {name}, took " in shown


def test_the_gate_previews_and_the_approval_in_another_process_keeps_to_it(hgtui: Program) -> None:
    write(hgtui)
    name = run(hgtui)[0]["run"]
    write(hgtui, *edited())
    waiting = hgtui.run("run", "--plan", "plan.json")
    assert waiting.exit == 3
    assert "re-runs 2, reuses 1, " in waiting.err
    assert "(reuses task 2; --fresh runs it too)" in waiting.err
    approve = waiting.err.strip().splitlines()[-1].partition("hgtui ")[2].split()
    done = hgtui.run(*approve)
    assert done.exit == 0
    assert f"2 text-classification: reused, kept from run {name}" in done.err
    assert "0 summarization: started on embedded:lexrank" in done.err


def test_an_approval_can_ask_for_fresh_results(hgtui: Program) -> None:
    write(hgtui)
    run(hgtui)
    waiting = hgtui.run("run", "--plan", "plan.json")
    approve = waiting.err.strip().splitlines()[-1].partition("hgtui ")[2].split()
    done = hgtui.run(*approve, "--fresh")
    assert done.exit == 0
    assert "reused" not in done.err


def test_a_run_that_was_begun_fresh_is_fresh_for_whoever_approves_it(hgtui: Program) -> None:
    write(hgtui)
    run(hgtui)
    waiting = hgtui.run("run", "--plan", "plan.json", "--fresh")
    assert "runs 3" in waiting.err
    approve = waiting.err.strip().splitlines()[-1].partition("hgtui ")[2].split()
    assert "reused" not in hgtui.run(*approve).err


def test_results_are_counted_and_forgotten(hgtui: Program) -> None:
    assert hgtui.run("results").out == "0 kept results with 0.0 MB, of at most 50,000 with 2,000 MB.\n"
    write(hgtui)
    run(hgtui)
    assert hgtui.run("results").out.startswith("3 kept results with 0.0 MB")
    counted = hgtui.run("results", "--json").json
    assert (counted["rows"], counted["most_rows"], counted["most_megabytes"]) == (3, 50_000, 2000.0)
    assert 0 < counted["megabytes"] < 0.01
    assert hgtui.run("results", "--clear").out.startswith("Forgotten: 3 kept results.")
    assert hgtui.run("results", "--clear", "--json").json["cleared"] == 0
    assert numbers(run(hgtui), "task_started") == [0, 1, 2]


def test_a_store_that_cannot_be_used_stops_no_run(hgtui: Program) -> None:
    write(hgtui)
    run(hgtui)
    (hgtui.data / "results.db").write_bytes(b"no database at all " * 500)
    assert numbers(run(hgtui), "task_started") == [0, 1, 2]
    assert numbers(run(hgtui), "task_started") == []


def test_a_script_previews_a_rerun_and_does_it(hgtui: Program) -> None:
    write(hgtui, *CHAIN[:2], {**CHAIN[2], "policy": "ask"})
    with hgtui.start("run", "--plan", "plan.json", "--json", "--commands", "-") as program:
        gate = program.until("gate_opened")
        program.send(command="approve", fingerprint=gate["fingerprint"])
        program.until("gate_opened", gate="task")
        program.send(command="rerun", uid="t1", preview=True)
        assert program.until("rerun_foreseen")["reruns"] == ["t1", "t2"]
        program.send(command="rerun", uid="t1")
        program.until("task_done", uid="t1", reused=False)
        program.until("task_done", uid="t2", reused=True)
        program.send(command="allow", uid="t3")
        program.until("run_ended", exit=0)
        assert program.ended().exit == 0
