"""A task whose work was done before: what is found, what runs all the same, and what is kept for the next."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.ports import Call, CallError, Given, Produced, Results, Tell
from hgtui.core.resource import FileFact, Kind, Resource
from hgtui.core.reuse import Kept
from hgtui.core.states import Failure, TaskState
from hgtui.execution.ending import GaveUp
from hgtui.execution.endpoints.controller.endpoint import ControllerEndpoint
from hgtui.execution.endpoints.embedded.endpoint import EmbeddedEndpoint
from hgtui.execution.lanes import Lanes
from hgtui.execution.perform import Performer
from hgtui.execution.resolve import Resolver
from hgtui.execution.reusing import Reusing
from hgtui.execution.scheduler import SchedulerError
from hgtui.llm.budget import Budget
from hgtui.llm.client import ChatClient
from hgtui.llm.metered import Metered
from hgtui.session.artifacts import Artifacts
from hgtui.session.clock import SystemClock
from tests.execution.shop import Shop, plan, settle, task

ONE, TWO = Assignment(candidate="fake:one"), Assignment(candidate="fake:two")
TASK = Task(uid="t1", id=1, task="summarization", args={"text": Input.text("some words")})


class Kit:
    """An endpoint with settings; each model does, try after try, what the test wrote down for it."""

    name = "fake"
    limit = 3

    def __init__(self, **models: list[Exception | str]) -> None:
        self.models = models or {"one": ["done"], "two": ["done by two"]}
        self.asked: list[str] = []
        self.heat = 0

    def settings(self, task: str, assignment: Assignment) -> dict[str, int]:
        return {"heat": self.heat}

    async def run(self, call: Call, work: Path, tell: Tell) -> tuple[Produced, ...]:
        model = call.assignment.candidate.partition(":")[2]
        self.asked.append(model)
        does = self.models[model]
        now = does.pop(0) if len(does) > 1 else does[0]
        if isinstance(now, Exception):
            raise now
        return (Produced(kind=Kind.TEXT, media_type="text/plain", text=now, note="A note."),)


class Memory:
    """Kept results of the test, by key."""

    def __init__(self) -> None:
        self.rows: dict[str, Kept] = {}

    async def find(self, key: str) -> Kept | None:
        return self.rows.get(key)

    async def peek(self, keys: Iterable[str]) -> Mapping[str, Kept]:
        return {key: self.rows[key] for key in keys if key in self.rows}

    def put(self, key: str, kept: Kept) -> None:
        self.rows[key] = kept

    async def seconds(self, runners: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], float]:
        return {}


class Bench:
    """Runs of one task, one after the other, over what they keep."""

    def __init__(self, folder: Path, endpoint: Kit | None = None) -> None:
        self.kit, self.kept = endpoint or Kit(), Memory()
        self.artifacts = Artifacts(folder)
        self.events: list[ev.Event] = []
        self.runs = 0
        self.reusing: Reusing | None = None

    async def run(
        self,
        one: Task = TASK,
        assignment: Assignment = ONE,
        *,
        fresh: bool = False,
        spare: tuple[Assignment, ...] = (),
        results: Results | None = None,
        files: Mapping[str, FileFact] | None = None,
        fetch: Any = None,
    ) -> ev.TaskDone:
        self.runs += 1
        name = f"run-{self.runs}"
        self.events.clear()
        self.reusing = Reusing(self.kept, name, {"fake": self.kit}, SystemClock(), fresh=fresh)
        resolver = Resolver(Plan(tasks=(one,)), files or {}, self.artifacts, fetch)
        performer = Performer(
            name,
            {"fake": self.kit},
            lambda: resolver,
            self.artifacts,
            self.events.append,
            tries=2,
            sleep=self._sleep,
            stand_ins=lambda _: spare,
            reuse=self.reusing,
        )
        return await performer(one, assignment, results or {})

    async def _sleep(self, seconds: float) -> None:
        pass


async def test_the_same_work_is_done_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    first, second = await bench.run(), await bench.run()
    assert bench.kit.asked == ["one"]
    assert not first.reused
    assert (second.reused, second.kept_from, second.took_s) == (True, "run-1", first.seconds)
    assert (second.results, second.candidate, second.seconds) == (first.results, "fake:one", 0.0)
    assert second.note == "Kept from run run-1, took under 0.1 s. Told then: A note."
    assert bench.events == []  # it never started
    bench.runs = 0
    assert (await bench.run()).note.startswith("Kept from before in this run, took "), "its own is no other run's"


async def test_a_result_that_was_reused_is_still_from_the_run_that_made_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    await bench.run()
    await bench.run()
    assert (await bench.run()).kept_from == "run-1"


@pytest.mark.parametrize(
    "other",
    [
        Task(uid="t1", id=1, task="summarization", args={"text": Input.text("other words")}),
        Task(uid="t1", id=1, task="text-generation", args={"text": Input.text("some words")}),
    ],
)
async def test_another_work_runs(tmp_path: Path, other: Task) -> None:
    bench = Bench(tmp_path)
    await bench.run()
    assert not (await bench.run(other)).reused


async def test_another_model_or_another_setting_of_the_endpoint_runs(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    await bench.run()
    assert not (await bench.run(assignment=TWO)).reused
    assert not (await bench.run(assignment=ONE.model_copy(update={"revision": "2"}))).reused
    bench.kit.heat = 1
    assert not (await bench.run()).reused


async def test_the_words_of_a_result_are_known_whichever_task_made_them(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    await bench.run()
    digest, size = await bench.artifacts.put(b"some words")
    result = Resource(kind=Kind.TEXT, digest=digest, media_type="text/plain", size=size)
    reads = Task(uid="t9", id=9, task="summarization", args={"text": Input.of("t3")})
    assert (await bench.run(reads, results={"t3": (result,)})).reused


async def test_fresh_runs_and_takes_the_place_of_what_was_kept(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Kit(one=["first", "second"]))
    await bench.run()
    again = await bench.run(fresh=True)
    assert not again.reused
    assert again.results[0].preview == "second"
    third = await bench.run()
    assert (third.kept_from, third.results[0].preview) == ("run-2", "second")


async def test_a_forced_task_runs_once_and_is_found_again_after(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    await bench.run()
    assert bench.reusing is not None
    reusing = bench.reusing
    reusing.force("t1")
    inputs = {"text": (Given(kind=Kind.TEXT, text="some words"),)}
    assert await reusing.find(TASK, ONE, inputs) is None
    reusing.keep(TASK, ONE, inputs, await bench.run(fresh=True))
    assert await reusing.find(TASK, ONE, inputs) is not None


async def test_a_failure_is_never_kept(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Kit(one=[CallError(Failure.BAD_INPUT, "No."), "done"]))
    with pytest.raises(GaveUp):
        await bench.run()
    assert bench.kept.rows == {}
    assert not (await bench.run()).reused


async def test_what_stood_in_is_kept_under_its_own_name(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Kit(one=[CallError(Failure.UNREADABLE, "No.")], two=["done by two"]))
    assert (await bench.run(spare=(TWO,))).candidate == "fake:two"
    bench.kit.asked.clear()
    # The chosen one is tried first, as if nothing were kept; what stood in before is not called a second time.
    again = await bench.run(spare=(TWO,))
    assert bench.kit.asked == ["one"]
    assert (again.reused, again.candidate) == (True, "fake:two")
    assert (await bench.run(assignment=TWO)).reused


async def test_a_file_that_is_still_to_be_fetched_is_known_by_its_bytes(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    here = Task(uid="t1", id=1, task="image-to-text", args={"image": Input.text("https://example.org/a.png")})
    path = "https://example.org/a.png"
    digest, size = await bench.artifacts.put(b"a picture")
    fetched = FileFact(path=path, kind=Kind.IMAGE, digest=digest, size=size, media_type="image/png", remote=True)
    asked: list[str] = []

    async def run() -> ev.TaskDone:
        files = {path: FileFact(path=path, kind=Kind.IMAGE, remote=True)}

        async def fetch(uid: str, address: str) -> FileFact:
            asked.append(address)
            files[address] = fetched
            return fetched

        return await bench.run(here, files=files, fetch=fetch)

    assert not (await run()).reused
    assert (await run()).reused
    assert asked == [path, path]
    assert [event.type for event in bench.events] == ["task_started"]


async def test_without_a_place_to_keep_results_everything_runs(tmp_path: Path) -> None:
    kit, artifacts = Kit(), Artifacts(tmp_path)
    resolver = Resolver(Plan(tasks=(TASK,)), {}, artifacts)
    performer = Performer("r", {"fake": kit}, lambda: resolver, artifacts, lambda _: None)
    assert [(await performer(TASK, ONE, {})).reused for _ in range(2)] == [False, False]
    assert kit.asked == ["one", "one"]


# What the real endpoints count among their settings


async def test_the_version_of_an_engine_that_is_installed_counts() -> None:
    lanes = Lanes()
    try:
        settings = EmbeddedEndpoint(lanes).settings("text-classification", Assignment(candidate="embedded:vader"))
    finally:
        await lanes.aclose()
    assert settings["version"]


async def test_the_server_and_the_temperature_of_the_controller_count_and_its_key_does_not() -> None:
    found = []
    for url, heat in (("http://a.test/v1", None), ("http://b.test/v1", None), ("http://a.test/v1", 0.7)):
        async with ChatClient(url, "sk-test-secret", "m") as chat:
            endpoint = ControllerEndpoint(Metered(chat, Budget(), heat))
            found.append(endpoint.settings("summarization", Assignment(candidate="controller:m")))
    assert found[0] != found[1] != found[2] != found[0]
    assert "sk-test" not in str(found)


# The scheduler


async def test_a_task_whose_result_was_kept_is_reused_and_what_reads_it_goes_on() -> None:
    shop = Shop()
    shop.start(plan(task("t1"), task("t2", "t1")))
    await settle()
    await shop.done("t1", reused=True)
    assert shop.states() == {"t1": "reused", "t2": "running"}
    assert shop.run.status("t1").state is TaskState.REUSED


async def done(shop: Shop, *uids: str) -> None:
    for uid in uids:
        await shop.done(uid)


CHAIN = plan(task("t1"), task("t2", "t1"), task("t3", "t2"), task("t4"), task("t5", "t4"))


async def test_a_rerun_runs_the_task_and_all_below_it_and_nothing_else() -> None:
    shop = Shop()
    shop.start(CHAIN)
    await settle()
    await done(shop, "t1", "t2", "t3", "t4")
    shop.scheduler.rerun("t2")
    await settle()
    assert shop.told(ev.TaskReset) == ["t2", "t3"]
    await shop.done("t2", text="y")
    await shop.done("t3")
    assert shop.read["t3"] == {"t2": "y"}
    assert [shop.started.count(uid) for uid in ("t1", "t2", "t3", "t4", "t5")] == [1, 2, 2, 1, 1]
    await done(shop, "t5")
    await shop.idle()
    assert set(shop.states().values()) == {"done"}


async def test_a_rerun_stops_what_runs_below_it_and_starts_it_again_with_the_new_result() -> None:
    shop = Shop()
    shop.start(CHAIN)
    await settle()
    await shop.done("t1")
    assert "t2" in shop.working
    shop.scheduler.rerun("t1")
    await settle()
    assert (shop.states()["t2"], shop.tidied) == ("waiting", ["t2"])
    await shop.done("t1", text="z")
    assert shop.read["t2"] == {"t1": "z"}
    assert "t2" in shop.working


async def test_a_rerun_leaves_what_is_spared_and_what_is_only_behind_that() -> None:
    shop = Shop()
    shop.start(CHAIN)
    await settle()
    await done(shop, "t1", "t2", "t3")
    assert shop.scheduler.rerunnable("t1", ["t2"]) == ("t1",)
    shop.scheduler.rerun("t1", ["t2"])
    await settle()
    assert shop.states()["t2"] == shop.states()["t3"] == "done"


async def test_a_rerun_that_fails_blocks_what_is_below_it() -> None:
    shop = Shop()
    shop.start(CHAIN)
    await settle()
    await done(shop, "t1", "t2", "t3")
    shop.scheduler.rerun("t1")
    await settle()
    await shop.fail("t1")
    assert [shop.states()[uid] for uid in ("t1", "t2", "t3")] == ["failed", "blocked", "blocked"]
    assert "t3" not in shop.scheduler.results


async def test_a_failure_is_run_again_by_a_rerun_too() -> None:
    shop = Shop()
    shop.start(CHAIN)
    await settle()
    await shop.fail("t1")
    shop.scheduler.rerun("t1")
    await settle()
    await done(shop, "t1", "t2", "t3")
    assert [shop.states()[uid] for uid in ("t1", "t2", "t3")] == ["done", "done", "done"]


async def test_only_what_is_over_is_run_again() -> None:
    shop = Shop()
    shop.start(plan(task("t1"), task("t2", "t1"), task("t3", skip=True), task("t4"), task("t5", "t4")))
    await settle()
    await shop.fail("t4")
    for uid, why in {
        "t1": "is running",
        "t2": "is waiting",
        "t3": "take it in first",
        "t5": "is blocked by 4",
        "t9": "no task",
    }.items():
        with pytest.raises(SchedulerError, match=why):
            shop.scheduler.rerun(uid)
    assert shop.told(ev.TaskReset) == []
