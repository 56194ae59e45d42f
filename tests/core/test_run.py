"""The journal's events, and the fold of them into the state that everyone reads."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.approval import grant
from hgtui.core.edits import EditError, apply
from hgtui.core.model import Assignment, Candidate, CandidateName
from hgtui.core.plan import Plan
from hgtui.core.resource import FileFact, Kind, Resource
from hgtui.core.run import Run, fold
from hgtui.core.states import Failure, Gate, Outcome, Stage, TaskState
from tests.core import strategies as own

START = datetime(2026, 11, 21, 10, tzinfo=UTC)
RESULT = Resource(kind=Kind.TEXT, digest="0" * 64, media_type="text/plain", size=3, preview="abc", data={"a": [1.5]})


def entries(events: list[Any]) -> list[ev.Entry]:
    return [
        ev.Entry(run="r1", seq=None if isinstance(event, ev.PASSING_EVENTS) else n, at=START + timedelta(seconds=n), event=event)
        for n, event in enumerate(events, 1)
    ]  # fmt: skip


def substituted(
    uid: str, candidate: str = "a:c", in_place_of: str = "a:b", message: str = "Gone."
) -> ev.TaskSubstituted:
    return ev.TaskSubstituted(
        uid=uid, candidate=candidate, in_place_of=in_place_of, failure=Failure.NO_MODEL, message=message
    )


@st.composite
def journals(draw: st.DrawFn) -> list[ev.Entry]:
    """What a run may write: planning, edits with undo and redo, choices, a gate, tasks in any order, an end."""
    draft = draw(own.drafts(unique=True))
    uids = [task.uid for task in draft.plan]
    found: list[Any] = [ev.RunStarted(request=draw(own.texts)), ev.StageEntered(stage=Stage.PLANNING)]
    found += [ev.Delta(stage=Stage.PLANNING, text="x")]
    found += [ev.TaskDrafted(task=task) for task in draft.plan]
    found += [ev.PlanProposed(plan=draft.plan, notes=("a",)), ev.StageEntered(stage=Stage.SELECTION)]
    found += [ev.FileSeen(file=FileFact(path="a.png", kind=Kind.IMAGE, digest="1"))]
    found += [ev.CandidatesFound(task="summarization", candidates=(Candidate(name="a:b", model="b", endpoint="a"),))]
    found += [ev.ModelChosen(uid=uid, assignment=one) for uid, one in draft.assignments.items()]
    for _ in range(draw(st.integers(0, 4))):
        edit = draw(own.edits(draft))
        try:
            draft, undo = apply(draft, edit)
        except EditError:
            continue
        found.append(ev.PlanEdited(edit=edit, undo=undo))
        if draw(st.booleans()):
            draft, redo = apply(draft, undo)
            found.append(ev.EditUndone())
            if draw(st.booleans()):
                draft, _ = apply(draft, redo)
                found.append(ev.EditRedone())
    found += [
        ev.GateOpened(gate=Gate.MERGED, fingerprint="f", approvable=True),
        ev.Approved(grant=grant(draft, {}, {})),
    ]
    found += [ev.StageEntered(stage=Stage.EXECUTION)]
    for uid in draw(st.permutations(uids)):
        found += [ev.TaskQueued(uid=uid), ev.TaskStarted(uid=uid, candidate="a:b"), ev.Progress(uid=uid, fraction=0.5)]
        ends = [
            ev.TaskDone(uid=uid, results=(RESULT,), seconds=1.5),
            ev.TaskFailed(uid=uid, failure=Failure.TIMEOUT, message="Too slow."),
            ev.TaskCancelled(uid=uid),
            ev.TaskBlocked(uid=uid, by=("t1",)),
            ev.TaskSkipped(uid=uid),
            ev.TaskReset(uid=uid),
            ev.TaskAsking(uid=uid),
            ev.TaskRetrying(uid=uid, attempt=1, failure=Failure.QUOTA, message="Later.", wait_s=2.0),
            substituted(uid),
        ]
        found.append(draw(st.sampled_from(ends)))
    found += [
        ev.Called(stage=Stage.PLANNING, model="m"),
        ev.Logged(text="l"),
        ev.ApprovalCarried(grant=grant(draft, {}, {}), words="w"),
    ]
    found += [ev.Answered(text=draw(own.texts)), ev.RunEnded(outcome=Outcome.ANSWERED, exit=0)]
    return entries(found)


def state(run: Run) -> dict[str, Any]:
    shown = ["id", "seq", "at", "request", "stage", "drafted", "draft", "notes", "undos", "redos", "candidates", "gate"]
    shown += ["grant", "tasks", "log", "calls", "answer", "outcome", "exit", "uids", "files", "plan", "facts", "ended"]
    return {name: getattr(run, name) for name in shown}


@given(journals())
def test_each_prefix_of_a_journal_folds_and_the_rest_leads_to_the_same_end(journal: list[ev.Entry]) -> None:
    whole = state(fold(journal))
    assert whole["outcome"] is Outcome.ANSWERED
    step = Run()
    for cut, entry in enumerate(journal):
        if cut % 4 == 0:
            run = fold(journal[:cut])
            assert state(run) == state(step)
            for later in journal[cut:]:
                run.fold(later)
            assert state(run) == whole
        step.fold(entry)
        assert all(isinstance(step.state(task.uid), TaskState) for task in step.plan)


@given(journals())
def test_events_come_back_from_their_json_lines_and_fold_to_the_same(journal: list[ev.Entry]) -> None:
    back = []
    for entry in journal:
        line = json.loads(json.dumps(entry.line()))
        assert (line.pop("v"), line.pop("run"), line.pop("seq"), line.pop("at")) == (
            1, "r1", entry.seq, ev.stamp(entry.at),
        )  # fmt: skip
        back.append(ev.Entry(run="r1", seq=entry.seq, at=entry.at, event=ev.EVENTS.validate_python(line)))
    assert back == journal
    assert state(fold(back)) == state(fold(journal))


@given(st.data())
def test_undoing_and_redoing_through_events_walks_the_same_way_back_and_forth(data: st.DataObject) -> None:
    plan = data.draw(own.plans())
    run = fold(entries([ev.PlanProposed(plan=plan)]))
    seen = [run.draft]
    for _ in range(4):
        edit = data.draw(own.edits(run.draft))
        try:
            _, undo = apply(run.draft, edit)
        except EditError:
            continue
        before = {task.uid: task for task in run.plan}
        changed = run.fold(entries([ev.PlanEdited(edit=edit, undo=undo)])[0])
        after = {task.uid: task for task in run.plan}
        assert {uid for uid in {*before, *after} if before.get(uid) != after.get(uid)} <= changed
        seen.append(run.draft)
    for draft in reversed(seen[:-1]):
        run.fold(entries([ev.EditUndone()])[0])
        assert run.draft == draft
    for draft in seen[1:]:
        run.fold(entries([ev.EditRedone()])[0])
        assert run.draft == draft
    run.fold(entries([ev.EditRedone()])[0])
    assert run.draft == seen[-1]


def test_a_new_edit_forgets_what_was_undone() -> None:
    plan = Plan(tasks=(own.Task(uid="t1", id=0, task="summarization"),))
    edit = ed.Skip(uid="t1")
    edited = ev.PlanEdited(edit=edit, undo=apply(ed.Draft(plan=plan), edit)[1])
    run = fold(entries([ev.PlanProposed(plan=plan), edited, ev.EditUndone(), edited, ev.EditRedone()]))
    assert (len(run.undos), run.redos) == (1, [])
    assert run.state("t1") is TaskState.SKIPPED


def test_reading_a_status_changes_nothing() -> None:
    plan = Plan(tasks=(own.Task(uid="t1", id=0, task="summarization", skip=True),))
    run = fold(entries([ev.PlanProposed(plan=plan)]))
    assert run.status("t1").state is TaskState.SKIPPED
    assert (run.tasks, run.state("t1"), run.state("unknown")) == ({}, TaskState.SKIPPED, TaskState.WAITING)


def test_a_choice_is_seen_at_once_and_older_drafts_keep_theirs() -> None:
    plan = Plan(tasks=(own.Task(uid="t1", id=0, task="summarization"),))
    run = fold(entries([ev.PlanProposed(plan=plan)]))
    before, chosen = run.draft, Assignment(candidate="a:b")
    assert run.fold(entries([ev.ModelChosen(uid="t1", assignment=chosen)])[0]) == {"t1"}
    assert (run.draft.assignments, before.assignments) == ({"t1": chosen}, {})
    assert run.facts.assignments == {"t1": chosen}
    run.fold(entries([ev.ModelChosen(uid="t1", assignment=None)])[0])
    assert run.draft.assignments == {}


def test_a_run_that_goes_on_after_its_end_has_not_ended() -> None:
    over = [ev.RunStarted(request="r"), ev.RunEnded(outcome=Outcome.FAILED, exit=1)]
    assert fold(entries(over)).ended
    assert not fold(entries([*over, ev.StageEntered(stage=Stage.EXECUTION)])).ended


def test_a_plan_that_streams_in_is_seen_task_by_task() -> None:
    tasks = [own.Task(uid=f"t{n}", id=n, task="summarization") for n in range(3)]
    run = fold(entries([ev.StageEntered(stage=Stage.PLANNING), *(ev.TaskDrafted(task=task) for task in tasks[:2])]))
    assert run.plan.tasks == tuple(tasks[:2])


@pytest.mark.parametrize("name", ["embedded:rapidocr", "hub:org/name#fal-ai", "local:a/b@r1", "hub:a/b@r1#p"])
def test_a_candidates_name_is_taken_apart_and_put_together(name: str) -> None:
    assert str(CandidateName.parse(name)) == name


@pytest.mark.parametrize("name", ["", "rapidocr", "embedded:", ":x", "a:b c", "a:b\n", "a:b#", "1:b"])
def test_what_is_no_candidates_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="endpoint:model"):
        CandidateName.parse(name)


# What runs in place of another


def after(*events: Any) -> Run:
    plan = Plan(tasks=(own.Task(uid="t1", id=0, task="summarization"),))
    return fold(entries([ev.PlanProposed(plan=plan), ev.TaskStarted(uid="t1", candidate="a:b"), *events]))


def test_what_stood_in_is_kept_with_the_one_that_was_chosen_and_why_it_failed() -> None:
    second = substituted("t1", "a:d", "a:c", "Down.")
    done = ev.TaskDone(uid="t1", results=(RESULT,), candidate="a:d")
    status = after(substituted("t1"), second, done).status("t1")
    assert (status.candidate, status.in_place_of, status.why_not) == ("a:d", "a:b", "Gone.")
    assert status.stood_in == "a:d ran in place of a:b: Gone."


def test_where_the_chosen_one_does_it_after_all_nothing_stood_in() -> None:
    back = substituted("t1", "a:b", "a:c", "Down.")
    done = ev.TaskDone(uid="t1", results=(RESULT,), candidate="a:b")
    assert after(substituted("t1"), back, done).status("t1").stood_in == ""
    assert after(substituted("t1"), ev.TaskReset(uid="t1")).status("t1").stood_in == ""


def test_a_result_given_by_hand_is_in_place_of_nothing() -> None:
    done = ev.TaskDone(uid="t1", results=(RESULT,), supplied=True)
    assert after(substituted("t1"), done).status("t1").stood_in == ""


def test_the_candidate_that_runs_now_is_seen_before_it_starts() -> None:
    assert after(substituted("t1")).status("t1").candidate == "a:c"
