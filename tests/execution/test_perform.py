"""One task with all its tries: what is tried again, how long it may take, what is kept and what is left behind."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.ports import Call, CallError, Produced, Tell
from hgtui.core.resource import Kind
from hgtui.core.states import PASSING, Failure
from hgtui.execution.course import LOADING_S, LONG_WAIT_S, RETRY_AFTER_MOST_S
from hgtui.execution.ending import GaveUp
from hgtui.execution.perform import Performer
from hgtui.execution.resolve import Resolver
from hgtui.session.artifacts import Artifacts

TASK = Task(uid="t1", id=1, task="text-to-speech", args={"text": Input.text("x")})
HERE = Assignment(candidate="fake:work")
TEXT = Produced(kind=Kind.TEXT, media_type="text/plain", text="done")

Do = Callable[[Call, Path, Tell], Awaitable[tuple[Produced, ...]]]


class Fake:
    """An endpoint that does, try after try, what the test wrote down; its last word stands for all further tries."""

    name = "fake"
    limit = 3

    def __init__(self, *does: Do | Exception | tuple[Produced, ...]) -> None:
        self._does = list(does)
        self.folders: list[Path] = []

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        self.folders.append(work)
        does = self._does.pop(0) if len(self._does) > 1 else self._does[0]
        if isinstance(does, Exception):
            raise does
        return does if isinstance(does, tuple) else await does(call, work, tell)


class Models:
    """An endpoint with several models; each does, try after try, what the test wrote down for it."""

    name = "fake"
    limit = 3

    def __init__(self, **models: list[Exception | tuple[Produced, ...]]) -> None:
        self._models = models
        self.calls: list[str] = []

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        model = call.assignment.candidate.partition(":")[2]
        self.calls.append(model)
        does = self._models[model]
        now = does.pop(0) if len(does) > 1 else does[0]
        if isinstance(now, Exception):
            raise now
        return now


class Trial:
    """A performer on one endpoint, with the waits and events that came of it."""

    def __init__(self, folder: Path, endpoint: Any, **more: Any) -> None:
        self.endpoint, self.events, self.waits = endpoint, list[ev.Event](), list[float]()
        self.artifacts = Artifacts(folder)
        resolver = Resolver(Plan(tasks=(TASK,)), {}, self.artifacts)
        self.performer = Performer(
            "r", {"fake": endpoint}, lambda: resolver, self.artifacts, self.events.append, sleep=self._sleep, **more
        )

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def run(self, assignment: Assignment = HERE) -> ev.TaskDone:
        return await self.performer(TASK, assignment, {})

    async def fails(self, assignment: Assignment = HERE) -> ev.TaskFailed:
        with pytest.raises(GaveUp) as caught:
            await self.run(assignment)
        return caught.value.event

    def all(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the work folders of a test where it can look for them."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def left(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


async def test_a_result_is_kept_and_its_folder_is_gone(tmp_path: Path, temporary: Path) -> None:
    async def write(call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        (work / "speech.wav").write_bytes(b"RIFF")
        tell(0.5, "half\x1b[31m")
        return (
            Produced(kind=Kind.AUDIO, media_type="audio/wav", path="speech.wav", note="A voice\x1b."),
            Produced(kind=Kind.LABELS, media_type="application/json", data={"b": 1, "a": "ü"}),
            Produced(kind=Kind.TEXT, media_type="text/plain\x1b[0m", text="wo\x1b[31mrds", language="d\x1be"),
        )

    trial = Trial(tmp_path, Fake(write))
    done = await trial.run()
    sound, labels, text = done.results
    assert await trial.artifacts.read(sound.digest) == b"RIFF"
    assert await trial.artifacts.read(labels.digest) == '{"a":"ü","b":1}'.encode()
    assert await trial.artifacts.read(text.digest) == b"wo[31mrds"
    assert (text.preview, text.media_type, text.language) == ("wo[31mrds", "text/plain[0m", "de")
    assert (done.attempt, done.candidate, done.note) == (1, "fake:work", "A voice.")
    assert trial.all(ev.Progress)[0].note == "half[31m"
    assert left(temporary) == []


@pytest.mark.parametrize("failure", list(Failure))
async def test_only_a_passing_failure_is_tried_again(tmp_path: Path, temporary: Path, failure: Failure) -> None:
    trial = Trial(tmp_path, Fake(CallError(failure, "Not \x1bnow.", "Wait."), (TEXT,)))
    if failure in PASSING:
        done = await trial.run()
        assert (done.attempt, [one.attempt for one in trial.all(ev.TaskStarted)]) == (2, [1, 2])
        (retrying,) = trial.all(ev.TaskRetrying)
        assert (retrying.attempt, retrying.failure, retrying.message) == (1, failure, "Not now.")
        assert retrying.wait_s == round(trial.waits[0], 2) > 0
    else:
        failed = await trial.fails()
        assert (failed.failure, failed.message, failed.hint, failed.attempt) == (failure, "Not now.", "Wait.", 1)
        assert trial.waits == []
    assert left(temporary) == []


async def test_the_last_try_is_the_last_and_each_wait_is_longer(tmp_path: Path) -> None:
    trial = Trial(tmp_path, Fake(CallError(Failure.TRANSPORT, "No route.")), tries=5)
    failed = await trial.fails()
    assert (failed.attempt, len(trial.endpoint.folders), len(trial.waits)) == (5, 5, 4)
    assert trial.waits == sorted(trial.waits)


@pytest.mark.parametrize(("told", "waited"), [(7.0, 7.0), (0.0, 0.0), (86_400.0, RETRY_AFTER_MOST_S)])
async def test_the_wait_that_an_endpoint_names_is_kept_within_bounds(
    tmp_path: Path, told: float, waited: float
) -> None:
    trial = Trial(tmp_path, Fake(CallError(Failure.QUOTA, "Too many.", retry_after=told), (TEXT,)))
    await trial.run()
    assert trial.waits == [waited]


async def test_a_try_that_takes_too_long_is_stopped_and_tried_again(tmp_path: Path, temporary: Path) -> None:
    stopped = []

    async def hang(call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        try:
            return await asyncio.get_running_loop().create_future()
        finally:
            stopped.append(work)

    trial = Trial(tmp_path, Fake(hang), seconds=0.001, tries=2)
    failed = await trial.fails()
    assert (failed.failure, failed.attempt) == (Failure.TIMEOUT, 2)
    assert failed.message == "It was not done within 0.001 seconds."
    assert stopped == trial.endpoint.folders
    assert left(temporary) == []


async def test_a_time_out_of_the_endpoint_itself_is_not_said_to_be_ours(tmp_path: Path) -> None:
    failed = await Trial(tmp_path, Fake(TimeoutError()), tries=1).fails()
    assert (failed.failure, failed.message) == (Failure.TIMEOUT, "fake did not answer in time.")


async def test_no_result_is_a_failure(tmp_path: Path) -> None:
    failed = await Trial(tmp_path, Fake(())).fails()
    assert (failed.failure, failed.message) == (Failure.EMPTY, "fake:work gave no result.")


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "missing.wav", ".", "link", "a\0b", ""])
async def test_a_result_that_names_a_file_elsewhere_is_refused(tmp_path: Path, temporary: Path, name: str) -> None:
    (temporary / "secret.txt").write_text("secret")

    async def write(call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        (work / "link").symlink_to(temporary / "secret.txt")
        return (Produced(kind=Kind.AUDIO, media_type="audio/wav", path=name),)

    trial = Trial(tmp_path, Fake(write))
    failed = await trial.fails()
    assert (failed.failure, failed.attempt) == (Failure.UNREADABLE, 1)
    assert failed.message == "The result names a file that is not in its own folder."
    assert left(temporary) == ["secret.txt"]


@pytest.mark.parametrize("data", [float("nan"), {1, 2}, object()])
async def test_a_result_that_is_no_json_fails_its_task_in_a_sentence(tmp_path: Path, data: object) -> None:
    failed = await Trial(tmp_path, Fake((Produced(kind=Kind.LABELS, media_type="x/y", data=data),))).fails()
    assert (failed.failure, failed.message) == (Failure.UNREADABLE, "The result is no JSON.")


async def test_a_result_that_cannot_be_kept_is_not_computed_again(tmp_path: Path, temporary: Path) -> None:
    (tmp_path / "artifacts").write_text("a file where the folder should be")
    trial = Trial(tmp_path, Fake((TEXT,)))
    failed = await trial.fails()
    assert len(trial.endpoint.folders) == 1
    assert "cannot be used" in failed.message
    assert "HGTUI_DATA_DIR" in failed.hint
    assert left(temporary) == []


async def test_no_place_for_temporary_files_is_said_in_a_sentence(tmp_path: Path, temporary: Path) -> None:
    temporary.rmdir()  # noqa: ASYNC240
    failed = await Trial(tmp_path, Fake((TEXT,))).fails()
    assert "no place for temporary files" in failed.message
    assert "TMPDIR" in failed.hint


@pytest.mark.parametrize("candidate", ["other:work", "no candidate at all", ""])
async def test_an_endpoint_that_is_not_there_is_named(tmp_path: Path, candidate: str) -> None:
    trial = Trial(tmp_path, Fake((TEXT,)))
    failed = await trial.fails(Assignment(candidate=candidate))
    assert failed.failure is Failure.NO_MODEL
    assert trial.performer.place(Assignment(candidate=candidate))[1] == 1
    assert trial.performer.place(HERE) == ("fake", 3)


async def test_cancelling_stops_the_work_and_cleans_up(tmp_path: Path, temporary: Path) -> None:
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def hang(call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        (work / "half").write_text("x")
        begun.set()
        try:
            return await asyncio.get_running_loop().create_future()
        finally:
            stopped.set()

    trial = Trial(tmp_path, Fake(hang))
    running = asyncio.create_task(trial.run())
    async with asyncio.timeout(20):
        await begun.wait()
        running.cancel()
        await asyncio.wait([running])
    assert running.cancelled()
    assert stopped.is_set()
    assert left(temporary) == []


async def test_cancelling_between_two_tries_ends_the_waiting(tmp_path: Path, temporary: Path) -> None:
    waiting = asyncio.Event()

    class Patient(Trial):
        async def _sleep(self, seconds: float) -> None:
            waiting.set()
            await asyncio.get_running_loop().create_future()

    trial = Patient(tmp_path, Fake(CallError(Failure.LOADING, "It loads.")))
    running = asyncio.create_task(trial.run())
    async with asyncio.timeout(20):
        await waiting.wait()
        running.cancel()
        await asyncio.wait([running])
    assert running.cancelled()
    assert left(temporary) == []


# What stands in

A, B, C = (Assignment(candidate=f"fake:{name}") for name in ("a", "b", "c"))
AT_ONCE = [Failure.NO_MODEL, Failure.UNREADABLE, Failure.EMPTY, Failure.OUT_OF_MEMORY]
AFTER_TRIES = [Failure.TRANSPORT, Failure.TIMEOUT, Failure.LOADING, Failure.QUOTA, Failure.CRASHED]
NEVER = [Failure.CREDITS, Failure.ACCESS, Failure.BAD_INPUT, Failure.REFUSED]


def error(failure: Failure, **more: Any) -> CallError:
    return CallError(failure, f"It is {failure}.", **more)


def trial(folder: Path, *spare: Assignment, more: dict[str, Any] | None = None, **models: Any) -> Trial:
    return Trial(folder, Models(**models), stand_ins=lambda _: spare, **(more or {}))


def test_every_failure_class_is_decided_on() -> None:
    assert sorted([*AT_ONCE, *AFTER_TRIES, *NEVER]) == sorted(Failure)


@pytest.mark.parametrize("failure", AT_ONCE)
async def test_what_cannot_pass_goes_to_the_next_at_once_and_that_is_told(tmp_path: Path, failure: Failure) -> None:
    here = trial(tmp_path, B, a=[error(failure)], b=[(TEXT,)])
    done = await here.run(A)
    assert (done.candidate, done.attempt, here.endpoint.calls, here.waits) == ("fake:b", 1, ["a", "b"], [])
    (told,) = here.all(ev.TaskSubstituted)
    assert (told.candidate, told.in_place_of, told.failure) == ("fake:b", "fake:a", failure)
    assert told.message == f"It is {failure}."
    order = [event for event in here.events if isinstance(event, (ev.TaskStarted, ev.TaskSubstituted))]
    assert [(type(one).__name__, one.candidate) for one in order] == [
        ("TaskStarted", "fake:a"), ("TaskSubstituted", "fake:b"), ("TaskStarted", "fake:b"),
    ]  # fmt: skip


@pytest.mark.parametrize("failure", AFTER_TRIES)
async def test_what_may_pass_goes_to_the_next_after_the_last_try(tmp_path: Path, failure: Failure) -> None:
    here = trial(tmp_path, B, a=[error(failure)], b=[error(Failure.TRANSPORT), (TEXT,)])
    done = await here.run(A)
    assert here.endpoint.calls == ["a", "a", "a", "b", "b"]
    assert (done.candidate, done.attempt) == ("fake:b", 2)
    assert [one.attempt for one in here.all(ev.TaskStarted)] == [1, 2, 3, 1, 2]
    assert len(here.all(ev.TaskSubstituted)) == 1


@pytest.mark.parametrize("failure", NEVER)
async def test_what_only_a_person_can_mend_stops_and_nothing_stands_in(tmp_path: Path, failure: Failure) -> None:
    here = trial(tmp_path, B, a=[error(failure, hint="Open the page.", retry_after=1.0)], b=[(TEXT,)])
    failed = await here.fails(A)
    assert (failed.failure, failed.message, failed.hint) == (failure, f"It is {failure}.", "Open the page.")
    assert (here.endpoint.calls, here.waits, here.all(ev.TaskSubstituted)) == (["a"], [], [])


@pytest.mark.parametrize("failure", NEVER)
async def test_it_stops_also_where_the_stand_in_fails_so_and_says_what_was_tried(
    tmp_path: Path, failure: Failure
) -> None:
    here = trial(tmp_path, B, C, a=[error(Failure.NO_MODEL)], b=[error(failure)], c=[(TEXT,)])
    failed = await here.fails(A)
    assert here.endpoint.calls == ["a", "b"]
    assert failed.failure is failure
    words = failure.value.replace("_", " ")
    assert failed.message == f"It is {failure}. Tried fake:a (no model), then fake:b ({words})."


async def test_a_failure_of_all_says_how_each_was_tried(tmp_path: Path) -> None:
    here = trial(tmp_path, B, C, a=[error(Failure.TRANSPORT)], b=[error(Failure.TIMEOUT), error(Failure.EMPTY)], c=[()])
    failed = await here.fails(A)
    assert (failed.failure, failed.attempt) == (Failure.EMPTY, 6)
    assert failed.message == (
        "fake:c gave no result. Tried fake:a (transport ×3), then fake:b (timeout, empty), then fake:c (empty)."
    )
    assert [(one.in_place_of, one.candidate) for one in here.all(ev.TaskSubstituted)] == [
        ("fake:a", "fake:b"), ("fake:b", "fake:c"),
    ]  # fmt: skip


async def test_a_call_that_the_endpoint_has_tried_enough_is_left_for_the_next(tmp_path: Path) -> None:
    here = trial(tmp_path, B, a=[error(Failure.QUOTA, tried=True)], b=[(TEXT,)])
    assert (await here.run(A)).candidate == "fake:b"
    assert here.endpoint.calls == ["a", "b"]


@pytest.mark.parametrize("failure", [Failure.LOADING, Failure.QUOTA])
async def test_a_short_wait_is_waited_for_with_a_countdown(tmp_path: Path, failure: Failure) -> None:
    here = trial(tmp_path, B, a=[error(failure, retry_after=12.5), (TEXT,)], b=[(TEXT,)])
    assert (await here.run(A)).candidate == "fake:a"
    assert here.waits == [12.5]
    assert [one.wait_s for one in here.all(ev.TaskRetrying)] == [12.5]


async def test_a_model_that_loads_and_does_not_say_how_long_is_given_some_time(tmp_path: Path) -> None:
    here = trial(tmp_path, a=[error(Failure.LOADING), (TEXT,)])
    await here.run(A)
    assert here.waits == [LOADING_S]


@pytest.mark.parametrize("failure", [Failure.LOADING, Failure.QUOTA])
async def test_a_long_wait_is_put_off_for_what_may_stand_in(tmp_path: Path, failure: Failure) -> None:
    here = trial(tmp_path, B, a=[error(failure, retry_after=LONG_WAIT_S + 1)], b=[(TEXT,)])
    assert (await here.run(A)).candidate == "fake:b"
    assert (here.endpoint.calls, here.waits) == (["a", "b"], [])


async def test_a_long_wait_is_waited_for_where_nothing_else_can(tmp_path: Path) -> None:
    here = trial(tmp_path, a=[error(Failure.LOADING, retry_after=60.0), (TEXT,)])
    assert (await here.run(A)).candidate == "fake:a"
    assert here.waits == [60.0]


async def test_who_was_put_off_comes_back_after_the_rest_of_its_wait_where_the_others_fail(tmp_path: Path) -> None:
    here = trial(
        tmp_path, B, C,
        a=[error(Failure.LOADING, retry_after=90.0), (TEXT,)],
        b=[error(Failure.QUOTA, retry_after=110.0)],
        c=[error(Failure.NO_MODEL)],
    )  # fmt: skip
    done = await here.run(A)
    assert (done.candidate, done.attempt, here.endpoint.calls) == ("fake:a", 2, ["a", "b", "c", "a"])
    (waited,) = here.waits
    assert 0 < waited <= 90.0
    assert [(one.in_place_of, one.candidate) for one in here.all(ev.TaskSubstituted)] == [
        ("fake:a", "fake:b"), ("fake:b", "fake:c"), ("fake:c", "fake:a"),
    ]  # fmt: skip
    (retrying,) = here.all(ev.TaskRetrying)
    assert (retrying.failure, retrying.attempt) == (Failure.LOADING, 1)


async def test_who_comes_back_has_only_the_tries_that_are_left(tmp_path: Path) -> None:
    here = trial(tmp_path, B, a=[error(Failure.LOADING, retry_after=90.0)], b=[error(Failure.NO_MODEL)])
    failed = await here.fails(A)
    assert here.endpoint.calls == ["a", "b", "a", "a"]
    assert failed.message.endswith("Tried fake:a (loading ×3), then fake:b (no model).")


async def test_no_endpoint_for_the_chosen_one_goes_to_the_next(tmp_path: Path) -> None:
    here = trial(tmp_path, B, b=[(TEXT,)])
    assert (await here.run(Assignment(candidate="gone:a"))).candidate == "fake:b"


async def test_a_fault_of_this_machine_is_not_mended_by_another_model(tmp_path: Path, temporary: Path) -> None:
    (tmp_path / "artifacts").write_text("a file where the folder should be")
    here = trial(tmp_path, B, a=[(TEXT,)], b=[(TEXT,)])
    failed = await here.fails(A)
    assert "cannot be used" in failed.message
    temporary.rmdir()  # noqa: ASYNC240
    assert "no place for temporary files" in (await here.fails(A)).message
    assert here.endpoint.calls == ["a"]


async def test_only_what_is_granted_at_that_moment_stands_in(tmp_path: Path) -> None:
    granted = [B, C]

    def narrow(_: str) -> tuple[Assignment, ...]:
        now = tuple(granted)
        granted.clear()
        return now

    here = Trial(tmp_path, Models(a=[error(Failure.EMPTY)], b=[error(Failure.EMPTY)], c=[(TEXT,)]), stand_ins=narrow)
    await here.fails(A)
    assert here.endpoint.calls == ["a", "b"]


async def test_cancelling_while_it_waits_for_who_was_put_off_ends_the_waiting(tmp_path: Path, temporary: Path) -> None:
    waiting = asyncio.Event()

    class Patient(Trial):
        async def _sleep(self, seconds: float) -> None:
            waiting.set()
            await asyncio.get_running_loop().create_future()

    models = Models(a=[error(Failure.LOADING, retry_after=90.0)], b=[error(Failure.NO_MODEL)])
    running = asyncio.create_task(Patient(tmp_path, models, stand_ins=lambda _: (B,)).run(A))
    async with asyncio.timeout(20):
        await waiting.wait()
        running.cancel()
        await asyncio.wait([running])
    assert running.cancelled()
    assert left(temporary) == []


async def test_a_place_is_asked_for_before_the_stand_in_starts(tmp_path: Path) -> None:
    moves: list[tuple[str, str, int]] = []

    async def move(uid: str, to: Assignment) -> None:
        moves.append((uid, to.candidate, len(here.endpoint.calls)))

    here = trial(tmp_path, B, a=[error(Failure.EMPTY)], b=[(TEXT,)], more={"move": move})
    await here.run(A)
    assert moves == [("t1", "fake:b", 1)]
