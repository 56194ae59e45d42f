"""What a log line says of what ran in place of a model, and of what was approved without a person."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hgtui.cli.headless import Headless
from hgtui.cli.showing import show
from hgtui.core import events as ev
from hgtui.core.commands import Submit
from hgtui.core.ports import Call, CallError, Produced, Tell
from hgtui.core.states import Failure
from tests.session.staging import FakeWork
from tests.session.test_conductor_stand_ins import LISTED, Broken, staged


async def test_the_log_says_what_leaves_what_is_spent_and_what_took_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with staged(tmp_path, Broken(a_fal_ai=Failure.NO_MODEL), approve_by="--yes") as here:
        status = await Headless(here.conductor).follow(Submit(request="go"))
    out, err = capsys.readouterr()
    assert (status, out) == (0, "")
    lines = err.splitlines()
    for line in (
        "leaves this machine: the text given to 1 → fal-ai through huggingface.co (1 task)",
        "spends credits of HF_TOKEN (1 call)",
        "  1 summarization: fake:a/one#fal-ai failed: It is down. fake:a/one#groq takes its place.",
        "  1 summarization: started on fake:a/one#groq",
    ):
        assert line in lines
    assert lines.index("spends credits of HF_TOKEN (1 call)") < lines.index(
        "  1 summarization: started on fake:a/one#fal-ai"
    )


async def test_each_wait_before_another_try_is_told_with_its_reason_and_how_long_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Busy(FakeWork):
        async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
            raise CallError(Failure.QUOTA, "Too many requests.", retry_after=2.0)

    async with staged(tmp_path, Busy(), LISTED[0], approve_by="--yes") as here:
        await Headless(here.conductor).follow(Submit(request="go"))
        waits = here.all(ev.TaskRetrying)
    lines = capsys.readouterr().err.splitlines()
    assert len(waits) > 1
    for one in waits:
        told = f"  1 summarization: try {one.attempt} failed: Too many requests. Trying again in {one.wait_s:g} s."
        assert lines.count(told) == len([other for other in waits if other == one])


async def test_show_says_what_ran_in_place_of_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, Broken(a_fal_ai=Failure.NO_MODEL), approve_by="--yes") as here:
        here.send(Submit(request="go"))
        await here.end()
        name = here.run.id
    monkeypatch.setenv("HGTUI_DATA_DIR", str(tmp_path))
    assert await show(name, as_json=False) == 0
    words = "1 summarization done fake:a/one#groq ran in place of fake:a/one#fal-ai: It is down."
    assert words in " ".join(capsys.readouterr().out.split())


def test_the_line_of_json_has_the_new_event_flat() -> None:
    event = ev.TaskSubstituted(uid="t1", candidate="a:c", in_place_of="a:b", failure=Failure.QUOTA, message="Later.")
    line = ev.Entry(run="r", seq=1, at=datetime(2026, 11, 21, tzinfo=UTC), event=event).line()
    assert {name: line[name] for name in ("type", "uid", "candidate", "in_place_of", "failure", "message")} == {
        "type": "task_substituted",
        "uid": "t1",
        "candidate": "a:c",
        "in_place_of": "a:b",
        "failure": "quota",
        "message": "Later.",
    }
