"""An answer of an LLM checked against what the tasks gave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.core.ports import Answering, Finding, Turn
from hgtui.core.states import TaskState
from hgtui.response.checking import SIGN, Checked, check_answer

READ = Finding(
    uid="t1",
    id=1,
    task="image-to-text",
    state=TaskState.DONE,
    inputs="image=page.png",
    candidate="hub:org/reader.txt",
    text="See https://good.org/a_(b) and http://good.org/c?d=1.",
    files=("/tmp/out/1 my page.txt", "/tmp/out/1-boxes.png"),
)
SPEAK = Finding(uid="t2", id=2, task="text-to-speech", state=TaskState.REUSED, files=("/tmp/out/2-speech.wav",))
FAILED = Finding(uid="t3", id=3, task="translation", state=TaskState.FAILED, message="No [model] for gone.txt.")
SKIPPED = Finding(uid="t4", id=4, task="summarization", state=TaskState.SKIPPED)
ABOUT = Answering(
    request="Read page.png and tell me about http://asked.org/x",
    findings=(READ, SPEAK),
    changes=("the person gave own.csv",),
    earlier=(Turn(request="draw it", answer="I made invented.png", files=("earlier.png",)),),
)
WITH_TROUBLES = ABOUT.model_copy(update={"findings": (READ, SPEAK, FAILED, SKIPPED)})


def check(text: str, about: Answering = ABOUT) -> Checked:
    checked = check_answer(text, about, {"digest": "the whole text names deep/inside.json and far.example.net/z"})
    for mark in checked.marks:
        assert checked.text[mark.end : mark.end + 2] == f" {SIGN}"
        assert mark.why
    return checked


def marked(text: str, about: Answering = ABOUT) -> list[str]:
    checked = check(text, about)
    return [checked.text[mark.start : mark.end] for mark in checked.marks]


@pytest.mark.parametrize(
    "text",
    [
        "It says so [1], read aloud [1, 2] [1-2] in /tmp/out/2-speech.wav.",
        "The files `1 my page.txt`, 1-boxes.png and ./2-speech.wav lie in /tmp/out.",
        "From page.png, own.csv, earlier.png and deep/inside.json (far.example.net/z).",
        "See https://good.org/a_(b), (http://good.org/c?d=1) and http://asked.org/x.",
        "By hub:org/reader.txt; file:///tmp/out/2-speech.wav **2-speech.wav** _2-speech.wav_",
        "and/or 24/7 5 km/h e.g. 3.14 Node.js 10/12/2024 at 12:30, v1.2, a .png, a_b, x = [a] and 50%/50%",
        "Grüße: „schön“ – 日本語 [ok] {x} 1 < 2 > 0 & *so*",
    ],
)
def test_what_tasks_gave_and_what_the_person_named_is_left_as_it_is(text: str) -> None:
    assert check(text) == Checked(text=text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is in out.wav.", ["out.wav"]),
        ("It is in /etc/passwd or ~/x or ../up or C:\\x\\y.", ["/etc/passwd", "~/x", "../up", "C:\\x\\y"]),
        ("saved:/etc/passwd path=/etc/shadow", ["/etc/passwd", "/etc/shadow"]),
        ("in /secret/2-speech.wav", ["/secret/2-speech.wav"]),
        ("speech.wav and 2-speech.wav.exe.zip", ["speech.wav", "2-speech.wav.exe.zip"]),
        (
            "see https://evil.com/x, www.evil.com and evil.com/z",
            ["`https://evil.com/x`", "`www.evil.com`", "`evil.com/z`"],
        ),
        ("see:https://good.org/a https://good.org/a_(b)c", ["`https://good.org/a`", "`https://good.org/a_(b)c`"]),
        ("https://evil.com/?u=http://good.org/c?d=1", ["`https://evil.com/?u=http://good.org/c?d=1`"]),
        ("http://good.org/c", ["`http://good.org/c`"]),
        ("I made invented.png before", ["invented.png"]),
        ("`cat /etc/passwd`", ["`cat /etc/passwd`"]),
        ("```\ncat /etc/passwd\n```", ["/etc/passwd"]),
        ("so [7] and [1, 9] and [0]", ["[7]", "[1, 9]", "[0]"]),
    ],
)
def test_what_no_task_gave_is_marked_where_it_stands_and_listed(text: str, found: list[str]) -> None:
    assert marked(text) == found
    checked = check(text)
    assert f"**{SIGN} Not from a task**" in checked.text
    assert checked.text.count(SIGN) == len(found) + 1


def test_a_mark_says_why() -> None:
    checked = check("out.wav http://evil.com [7] [3]", WITH_TROUBLES)
    assert [mark.why for mark in checked.marks] == [
        "no task made or read this file",
        "no task gave this address",
        "there is no task 7",
        "task 3 has no result (failed)",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[here](https://good.org/a_)", "here `https://good.org/a_` ⚠"),
        ("[here](http://good.org/c?d=1)", "here http://good.org/c?d=1"),
        ("![shot](page.png)", "shot page.png"),
        ('![shot](/etc/passwd "t")', "shot `/etc/passwd` ⚠"),
        ("[x](javascript:alert)", "x `javascript:alert` ⚠"),
        ("[x](<odd target>)", "x `odd target` ⚠"),
        ("[http://good.org/c?d=1](http://evil.com)", "http://good.org/c?d=1 `http://evil.com` ⚠"),
        ("[2](http://evil.com)", "[2] `http://evil.com` ⚠"),
        ("<https://evil.com/x>", "`https://evil.com/x` ⚠"),
        ("<http://asked.org/x>", "http://asked.org/x"),
        ("<b>so</b><!-- hm -->", "< b>so< /b>< !-- hm -->"),
        ("[x]: http://evil.com", "[x] : `http://evil.com` ⚠"),
    ],
)
def test_links_pictures_and_html_become_text_with_the_address_in_sight(text: str, shown: str) -> None:
    assert check(text).text.partition("\n\n")[0] == shown


@pytest.mark.parametrize(
    "text",
    [
        "[a[b]](http://n.org/x)",
        "[![i](http://n.org/i)](http://n.org/x)",
        "[x](a(b(c)))",
        "\\`[x](http://n.org)\\`",
        "> [x]: http://n.org\n> [x]",
        "1. [x]: http://n.org",
        "[" * 50 + "x" + "](http://n.org)" * 50,
        "[x\n](http://n.org)",
        "[x]" + "(" + "y" * 3_000 + ")",
    ],
)
def test_no_form_of_a_link_is_left(text: str) -> None:
    shown = check(text).text
    assert "](" not in shown and "]:" not in shown


@given(st.text(alphabet="[]()<>!`\\ \n:./ahtpx1-*_~\"'") | st.text())
def test_no_text_is_left_with_a_link_and_no_text_is_too_strange(text: str) -> None:
    shown = check(text).text
    assert "](" not in shown
    for part in shown.split("<")[1:]:
        assert not part[:1].isascii() or not part[:1].isalpha()


@given(st.text(alphabet="ab [1] /x.png\n", max_size=60))
def test_words_are_only_added(text: str) -> None:
    shown = iter(check(text).text)
    assert all(char in shown for char in text.strip())


def test_failures_and_skips_are_listed_by_the_program_whatever_the_answer_says() -> None:
    checked = check("All went well.", WITH_TROUBLES)
    assert checked.marks == ()
    assert checked.text == (
        "All went well.\n\n**What did not work**\n\n"
        "- 3 translation: failed: No \\[model\\] for gone.txt.\n- 4 summarization: skipped."
    )


def test_what_would_mend_a_failure_is_listed_with_it() -> None:
    hint = "Buy [credits] at https://hub.org/settings."
    failed = FAILED.model_copy(update={"message": "They are used up.", "hint": hint})
    text = check("So it is.", ABOUT.model_copy(update={"findings": (READ, failed)})).text
    assert text.endswith("- 3 translation: failed: They are used up. Buy \\[credits\\] at https://hub.org/settings.")


def test_what_ran_in_place_of_another_model_is_listed_by_the_program_whatever_the_answer_says() -> None:
    stood_in = SPEAK.model_copy(update={"message": "hub:a#two ran in place of hub:a#one: It is down."})
    text = check("It is read aloud [2].", ABOUT.model_copy(update={"findings": (READ, stood_in)})).text
    assert text == (
        "It is read aloud [2].\n\n**What ran in place of another model**\n\n"
        "- 2 text-to-speech: hub:a\\#two ran in place of hub:a\\#one: It is down."
    )


def test_the_answer_is_cleaned() -> None:
    assert check("a\x1b]8;;http://evil.com\x07b\u202e").text.startswith("a]8")
    assert "\x1b" not in check("a\x1b[2J").text


def test_the_same_thing_is_listed_once_and_what_is_marked_is_literal() -> None:
    text = check("x_y_z.png x_y_z.png").text
    assert text.endswith(f"**{SIGN} Not from a task**\n\n- x\\_y\\_z.png: no task made or read this file")


@pytest.mark.parametrize(
    "piece", ["[", "`", "<", "\\", "](", "[x](", "a.", "/", "[1,", "http://", "```\n", "~~~\n", "[]: "]
)
def test_a_long_answer_of_brackets_is_checked_in_passing(piece: str) -> None:
    check(piece * 20_000)
