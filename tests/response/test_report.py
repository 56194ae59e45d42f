"""The answer by the program: every state has its line, and foreign text stays text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.plan import Input, Plan, Task
from hgtui.core.resource import Kind, Resource
from hgtui.core.run import TaskStatus
from hgtui.core.states import Failure, TaskState
from hgtui.response.report import LONGEST_RESULT, literal, report

T1 = Task(uid="t1", id=1, task="image-to-text", args={"image": Input.text("a.png")})
T2 = Task(uid="t2", id=2, task="summarization", args={"text": Input.of("t1")})
CHAIN = Plan(request="go", tasks=(T1, T2))
HOSTILE = "# [click](http://x) | <b>*a*</b> `x`\n| a | b |\n- item\n1. one\n===\n~~~\n&amp;"


def result(text: str = "the words", kind: Kind = Kind.TEXT, digest: str = "a" * 64, **more: object) -> Resource:
    media = {Kind.AUDIO: "audio/wav", Kind.IMAGE: "image/png"}.get(kind, "text/plain")
    return Resource.model_validate(
        {"kind": kind, "digest": digest, "media_type": media, "size": 1, "preview": text, **more}
    )


def done(*results: Resource, **more: object) -> TaskStatus:
    fields = {"state": TaskState.DONE, "candidate": "embedded:x", "seconds": 1.5, "results": results, **more}
    return TaskStatus(**fields)  # type: ignore[arg-type]


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


def test_what_nothing_else_reads_comes_first_with_each_task_in_the_table() -> None:
    text = report(CHAIN, {"t1": done(result("page")), "t2": done(result("short", digest="b" * 64))}, {}, {})
    assert text.startswith("**2 summarization**\n\n> short")
    assert text.index("> short") < text.index("> page")  # what others went on from comes behind it
    assert rows(text)[2:] == [
        "| 1 | image-to-text | embedded:x | 1.50 s | page |",
        "| 2 | summarization | embedded:x | 1.50 s | short |",
    ]


def test_a_task_that_others_only_follow_is_part_of_the_answer() -> None:
    after = T2.update(args={"text": Input.text("other")}, after=("t1",))
    text = report(Plan(tasks=(T1, after)), {"t1": done(result("page")), "t2": done(result("short"))}, {}, {})
    assert "> page" in text
    assert "> short" in text


def test_the_whole_text_stands_in_the_answer_and_a_very_long_one_is_cut() -> None:
    alone = Plan(tasks=(T1,))
    assert "> the whole" in report(alone, {"t1": done(result("the…"))}, {"a" * 64: "the whole"}, {})
    text = report(alone, {"t1": done(result())}, {"a" * 64: "x" * (LONGEST_RESULT + 1)}, {})
    assert "x" * LONGEST_RESULT + " …" in text


def test_files_are_named_by_path() -> None:
    sound = done(result("", Kind.AUDIO), note="A voice of 1998.")
    text = report(Plan(tasks=(T2,)), {"t2": sound}, {}, {("t2", "a" * 64): "out/2-speech.wav"})
    assert "File: `out/2-speech.wav`" in text
    assert "*A voice of 1998.*" in text
    assert rows(text)[-1].endswith("| `out/2-speech.wav` |")


def test_two_tasks_with_the_same_result_have_each_a_file_of_its_own() -> None:
    pictures = Plan(tasks=(T1.update(task="canny-control"), T2.update(task="canny-control", args={})))
    same = done(result("", Kind.IMAGE))
    files = {("t1", "a" * 64): "out/1-canny.png", ("t2", "a" * 64): "out/2-canny.png"}
    text = report(pictures, {"t1": same, "t2": same}, {}, files)
    assert "File: `out/1-canny.png`" in text
    assert [row.rpartition("`")[0].rpartition("`")[2] for row in rows(text)[-2:]] == [
        "out/1-canny.png",
        "out/2-canny.png",
    ]


def test_the_table_leads_to_the_picture_with_the_boxes_not_to_what_a_program_reads() -> None:
    boxes = result("2 faces", Kind.BOXES)
    picture = result("", Kind.IMAGE).model_copy(update={"digest": "b" * 64})
    status = TaskStatus(state=TaskState.DONE, candidate="embedded:faces", seconds=1, results=(boxes, picture))
    files = {("t1", "a" * 64): "out/1-object-detection.txt", ("t1", "b" * 64): "out/1-object-detection.png"}
    task = T1.update(task="object-detection")
    assert rows(report(Plan(tasks=(task,)), {"t1": status}, {}, files))[-1].endswith("| `out/1-object-detection.png` |")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            TaskStatus(state=TaskState.FAILED, failure=Failure.TIMEOUT, message="Too slow.", hint="Wait.", attempt=3),
            "failed after 3 tries (timeout): Too slow. Wait.",
        ),
        (
            TaskStatus(state=TaskState.FAILED, failure=Failure.EMPTY, message="Nothing.", attempt=1),
            "failed (empty): Nothing.",
        ),
        (TaskStatus(state=TaskState.BLOCKED, blocked_by=("t1",)), "blocked by 1."),
        (TaskStatus(state=TaskState.CANCELLED), "stopped."),
        (TaskStatus(state=TaskState.SKIPPED), "skipped."),
        (
            TaskStatus(
                state=TaskState.SKIPPED,
                failure=Failure.ACCESS,
                message="It is gated.",
                hint="Accept its terms.",
                attempt=1,
            ),
            "skipped after it failed (access): It is gated. Accept its terms.",
        ),
        (TaskStatus(state=TaskState.WAITING), "waiting."),
        (TaskStatus(state=TaskState.READY), "ready."),
        (TaskStatus(state=TaskState.RUNNING), "running."),
        (TaskStatus(state=TaskState.RETRYING), "retrying."),
        (TaskStatus(state=TaskState.ASKING), "asking."),
        (None, "it was not run."),
    ],
    ids=str,
)
def test_every_task_without_a_result_says_why(status: TaskStatus | None, words: str) -> None:
    statuses = {"t1": done(result("page"))} | ({"t2": status} if status else {})
    text = report(CHAIN, statuses, {}, {})
    assert f"- 2 summarization: {words}" in text
    assert "> page" in text, "what was reached of the way stands in the answer"
    assert len(rows(text)) == 4


@pytest.mark.parametrize("state", [TaskState.DONE, TaskState.REUSED])
def test_a_result_of_this_run_or_an_earlier_one_is_no_trouble(state: TaskState) -> None:
    text = report(Plan(tasks=(T1,)), {"t1": done(result("page"), state=state)}, {}, {})
    assert "What did not work" not in text


def test_a_result_given_by_hand_is_said_to_be() -> None:
    text = report(Plan(tasks=(T1,)), {"t1": done(result("mine"), supplied=True)}, {}, {})
    assert "(given by you)" in text
    assert "| you |" in text


def test_nothing_done_and_nothing_planned_are_said_plainly() -> None:
    assert report(CHAIN, {}, {}, {}).startswith("**Nothing came of it.**")
    assert report(Plan(), {}, {}, {}, ("Not understood: “x”.",)) == (
        "No task came of this request, so nothing was run.\n\nNot understood: “x”."
    )


@pytest.mark.parametrize(
    ("planner", "last"),
    [("rules", "Planned by rules, not by an LLM."), ("gpt_x", "Planned by gpt\\_x."), ("", "| page |")],
)
def test_the_last_line_says_who_planned(planner: str, last: str) -> None:
    text = report(Plan(planner=planner, tasks=(T1,)), {"t1": done(result("page"))}, {}, {})
    assert text.endswith(last)
    assert "Not understood" not in text


def test_notes_are_listed_as_what_was_left_out() -> None:
    text = report(Plan(tasks=(T1,)), {"t1": done(result())}, {}, {}, ("one\ntwo", "*three*"))
    assert "**Not understood or left out**\n\n- one two\n- \\*three\\*" in text


def test_foreign_text_is_never_markup_and_breaks_no_table() -> None:
    hostile = done(result(HOSTILE, name=HOSTILE), note=HOSTILE, candidate="a:b|c")
    failing = TaskStatus(state=TaskState.FAILED, failure=Failure.CRASHED, message=HOSTILE, hint=HOSTILE)
    plan = Plan(planner=HOSTILE, tasks=(T1, T2.update(task="x|y\n# z", args={})))
    text = report(plan, {"t1": hostile, "t2": failing}, {}, {("t1", "a" * 64): "out/a|b`c.png"}, (HOSTILE,))
    for row in rows(text):
        assert row.replace("\\|", "").count("|") == 6
    assert len(rows(text)) == 4
    assert "[click]" not in text
    assert "<b>" not in text
    for line in ("> \\# ", "> \\- item", "> 1\\. one", "> \\===", "> \\~\\~\\~", "> \\&amp;"):
        assert line in text


@given(st.text(alphabet=st.sampled_from("ab \n|`*_[]<>#~&-+=1.)\\"), max_size=40))
def test_escaped_text_says_the_same_once_its_backslashes_are_read(text: str) -> None:
    read, escaped = [], iter(literal(text))
    for char in escaped:
        read.append(next(escaped) if char == "\\" else char)
    assert "".join(read) == text


def test_the_request_stands_in_the_answer_as_it_was_asked() -> None:
    plan = Plan(
        request="Read *page.png*\nand [say](x) it", planner="rules", tasks=(Task(uid="t1", id=0, task="image-to-text"),)
    )
    text = report(plan, {}, {}, {})
    assert "Asked: Read \\*page.png\\* and \\[say\\](x) it" in text
    assert text.index("Asked:") < text.index("| # |")


def test_a_text_that_is_read_aloud_is_shown_too() -> None:
    spoken = Task(uid="t2", id=1, task="text-to-speech", args={"text": Input.of("t1")})
    sound = result("", kind=Kind.AUDIO, digest="b" * 64)
    statuses = {"t1": done(result("what was read")), "t2": done(sound)}
    text = report(Plan(tasks=(T1, spoken)), statuses, {}, {("t2", "b" * 64): "out/1.wav"})
    assert "> what was read" in text
    assert "File: `out/1.wav`" in text


def test_what_ran_in_place_of_another_model_is_told_with_the_reason_as_it_stands() -> None:
    instead = done(result("page"), candidate="hub:a#groq", in_place_of="hub:a#fal-ai", why_not="It is *down*.")
    text = report(CHAIN, {"t1": instead, "t2": done(result("short", digest="b" * 64))}, {}, {})
    assert (
        "**What ran in place of another model**\n\n- 1 image-to-text: hub:a\\#groq ran in place of hub:a\\#fal-ai"
        in text
    )
    assert "It is \\*down\\*." in text
    assert "hub:a\\#groq" in rows(text)[2]


def test_a_task_that_failed_on_what_stood_in_too_is_only_told_as_failed() -> None:
    words = "Gone. Tried hub:a (transport ×3), then hub:b (timeout)."
    failed = TaskStatus(
        state=TaskState.FAILED,
        candidate="hub:b",
        in_place_of="hub:a",
        failure=Failure.TIMEOUT,
        message=words,
        attempt=4,
    )
    text = report(Plan(tasks=(T1,)), {"t1": failed}, {}, {})
    assert "in place of another model" not in text
    assert "failed after 4 tries (timeout): Gone. Tried hub:a (transport ×3), then hub:b (timeout)." in text


def test_findings_of_one_type_are_told_apart_by_their_file_or_text() -> None:
    alone = report(Plan(tasks=(T1,)), {"t1": done(result())}, {}, {})
    assert alone.startswith("**1 image-to-text**\n")
    other = T1.update(uid="t3", id=3, args={"image": Input.text("/home/me/b*.png")})
    said = Task(uid="t4", id=4, task="text-classification", args={"text": Input.text("I like it. " * 9)})
    same = said.update(uid="t5", id=5, args={"text": Input.of("t1")})
    plan = Plan(tasks=(T1, other, said, same))
    text = report(plan, {task.uid: done(result()) for task in plan}, {}, {})
    heads = [line for line in text.splitlines() if line.startswith("**")]
    assert heads == [
        "**3 image-to-text** of b\\*.png",
        "**4 text-classification** of “I like it. I like it. I like it. I like…”",
        "**5 text-classification**",
        "**1 image-to-text** of a.png",
    ]
