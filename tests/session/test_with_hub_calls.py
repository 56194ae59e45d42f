"""What goes wrong with a call of a model on the Hub: what is told, what stands in, how often is asked, what never is."""

from pathlib import Path
from typing import Any

import pytest

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.states import Failure, Gate, Outcome, TaskState
from hgtui.execution.course import ASKS
from tests.servers.hub import Cut, Dripped, Endless, HubServer, Listed, Lying, Made, Redirect
from tests.servers.hub.faults import BY_NAME, Fault, body, gated, html, job_failed, limited, loading, status
from tests.servers.replies import Hang, Reset
from tests.session.hub_stage import (
    ECHO,
    FILM,
    YES,
    Wrong,
    film,
    hub_stage,
    job,
    jobs,
    listed,
    plain,
    results,
    whole,
)
from tests.session.staging import Stage

IMAGE = "text-to-image"
PAINT = jobs(job("t1", IMAGE, text="a cat"))


# The call

POST = {
    "loading": Wrong(loading(1.5), Failure.LOADING, "is loading a/one"),
    "loading, who knows how long": Wrong(loading(None), Failure.LOADING, "is loading a/one"),
    "429": Wrong(limited(7), Failure.QUOTA, "was asked too often"),
    "429 of the hub": Wrong(limited(None, 9), Failure.QUOTA, "was asked too often"),
    "400": Wrong(status(400, ECHO), Failure.BAD_INPUT, "refused the input (400)"),
    "401": Wrong(BY_NAME["401"], Failure.ACCESS, "refused the token of HF_TOKEN"),
    "402": Wrong(BY_NAME["402"], Failure.CREDITS, "The credits of HF_TOKEN for hf-inference are used up"),
    "403": Wrong(BY_NAME["403"], Failure.ACCESS, "does not allow this"),
    "gated": Wrong(gated("a/one"), Failure.ACCESS, "a/one is gated"),
    "404": Wrong(BY_NAME["404"], Failure.NO_MODEL, "does not have a/one"),
    "408": Wrong(status(408, "slow"), Failure.TIMEOUT, "did not finish in time"),
    "413": Wrong(status(413, "large"), Failure.BAD_INPUT, "does not take an input of this size"),
    "422": Wrong(status(422, ECHO), Failure.BAD_INPUT, "refused the input (422)"),
    "500": Wrong(status(500, ECHO), Failure.TRANSPORT, "failed (500)"),
    "502 in html": Wrong(html(502), Failure.TRANSPORT, "failed (502)."),
    "503 but not loading": Wrong(status(503, "Service Unavailable"), Failure.TRANSPORT, "failed (503)"),
    "504 in html": Wrong(html(504), Failure.TRANSPORT, "failed (504)."),
    "cut": Wrong(Cut(), Failure.TRANSPORT, "broke off the connection."),
    "cut with a reset": Wrong(Cut(reset=True), Failure.TRANSPORT, "broke off the connection."),
    "reset": Wrong(Reset(), Failure.TRANSPORT, "broke off the connection."),
    "lying": Wrong(Lying(100), Failure.TRANSPORT, "broke off the connection."),
    "hang": Wrong(Hang(), Failure.TIMEOUT, "0.8 s", seconds=0.8),
    "drip": Wrong(Dripped(size=1, gap_s=0.05), Failure.TIMEOUT, "0.8 s", seconds=0.8),
    "malformed": Wrong(BY_NAME["malformed"], Failure.UNREADABLE, "something that is not JSON."),
    "shape": Wrong(body({"what": "is this"}), Failure.UNREADABLE),
    "a number": Wrong(body("7"), Failure.UNREADABLE),
    "nothing": Wrong(body(b""), Failure.UNREADABLE),
    "no label": Wrong(body([[]]), Failure.EMPTY, "gave no label."),
    "endless": Wrong(Endless("application/json"), Failure.UNREADABLE, "is larger than 2 MB"),
    "too large": Wrong(Made(b" " * 3_000_000), Failure.UNREADABLE, "is larger than 2 MB"),
    "elsewhere": Wrong(Redirect("http://10.0.0.1/x", 307), Failure.REFUSED, "10.0.0.1"),
}
SMALL = {"answer_mb": 2.0}


def tries(here: Stage, wrong: Wrong) -> None:
    """Check what was told of the tries of the first candidate: each try again with its class, and its wait."""
    again = here.all(ev.TaskRetrying)
    assert {one.failure for one in again} <= {wrong.failure}
    assert len(again) == wrong.tries - 1
    assert all(wrong.words in one.message for one in again)


@pytest.mark.parametrize("name", POST)
async def test_what_a_call_fails_of_decides_what_the_run_does(name: str, tmp_path: Path) -> None:
    wrong = POST[name]
    with HubServer((listed("a/one", 900), listed("b/two", 500), listed("c/three", 300, "other"))) as server:
        server.always("infer/*@a/one", wrong.fault)
        async with hub_stage(tmp_path, server, place=SMALL, seconds=wrong.seconds, **YES) as here:
            ended = await whole(here)
            asked = [call.model for call in server.to("infer/*")]
            tries(here, wrong)
            if wrong.failure in ASKS:
                assert (ended.outcome, ended.exit) == (Outcome.FAILED, 1)
                (failed,) = here.all(ev.TaskFailed)
                assert failed.failure is wrong.failure
                assert wrong.words in failed.message
                assert asked == ["a/one"], "nothing stands in for what only a person can mend"
                assert not here.all(ev.TaskSubstituted)
            else:
                assert (ended.outcome, ended.exit) == (Outcome.DEGRADED, 0)
                (told,) = here.all(ev.TaskSubstituted)
                assert (told.candidate, told.in_place_of) == ("hub:b/two#hf-inference", "hub:a/one#hf-inference")
                assert told.failure is wrong.failure
                assert wrong.words in told.message, told.message
                assert asked == ["a/one"] * wrong.tries + ["b/two"]
                assert "**What ran in place of another model**" in here.all(ev.Answered)[-1].text
            plain(here)


@pytest.mark.parametrize("name", POST)
async def test_where_nothing_may_stand_in_the_task_fails_with_its_class_and_a_sentence(
    name: str, tmp_path: Path
) -> None:
    wrong = POST[name]
    with HubServer((listed("a/one", 900, "other"), listed("b/two", 500, "mit"))) as server:
        server.always("infer/*@a/one", wrong.fault)
        async with hub_stage(tmp_path, server, place=SMALL, seconds=wrong.seconds, **YES) as here:
            ended = await whole(here)
            assert (ended.outcome, ended.exit) == (Outcome.FAILED, 1)
            (failed,) = here.all(ev.TaskFailed)
            assert (failed.failure, failed.attempt) == (wrong.failure, wrong.tries)
            assert wrong.words in failed.message, failed.message
            assert failed.message == " ".join(failed.message.split())
            assert [call.model for call in server.to("infer/*")] == ["a/one"] * wrong.tries
            assert "**What did not work**" in here.all(ev.Answered)[-1].text
            tries(here, wrong)
            plain(here)


async def test_a_model_that_loads_is_waited_for_as_long_as_it_says_and_then_answers(tmp_path: Path) -> None:
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    with HubServer((listed("a/one"), listed("b/two", 5))) as server:
        server.when("infer/*", loading(12.5), loading(3.0))
        async with hub_stage(tmp_path, server, sleep=wait, **YES) as here:
            assert (await whole(here)).outcome is Outcome.ANSWERED
            assert [(one.attempt, one.wait_s) for one in here.all(ev.TaskRetrying)] == [(1, 12.5), (2, 3.0)]
            assert waits == [12.5, 3.0]
            assert [call.model for call in server.to("infer/*")] == ["a/one"] * 3
            assert here.all(ev.TaskDone)[0].attempt == 3


async def test_what_loads_for_long_is_put_off_for_what_may_stand_in(tmp_path: Path) -> None:
    with HubServer((listed("a/one"), listed("b/two", 5))) as server:
        server.always("infer/*@a/one", loading(90))
        async with hub_stage(tmp_path, server, **YES) as here:
            assert (await whole(here)).outcome is Outcome.DEGRADED
            assert not here.all(ev.TaskRetrying)
            assert [call.model for call in server.to("infer/*")] == ["a/one", "b/two"]


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("402", "https://huggingface.co/settings/billing"),
        ("401", "https://huggingface.co/settings/tokens"),
        ("403", "https://huggingface.co/settings/tokens"),
        ("gated", "{url}/a/one"),
    ],
)
async def test_what_only_a_person_can_mend_is_asked_with_the_page_and_goes_on_when_it_is_mended(
    name: str, page: str, tmp_path: Path
) -> None:
    with HubServer((listed("a/one", 900), listed("b/two", 500))) as server:
        server.always("infer/*", POST[name].fault)
        async with hub_stage(tmp_path, server) as here:
            await here.gate()
            here.approve()
            await here.until(lambda: here.run.gate and here.run.gate.gate is Gate.TASK)
            task = here.run.status("t1")
            assert (task.state, task.failure) == (TaskState.FAILED, POST[name].failure)
            assert page.format(url=server.url) in task.hint
            assert len(server.to("infer/*")) == 1
            server.well()
            here.send(cmd.Retry(uid="t1"))
            assert (await here.end()).outcome is Outcome.ANSWERED
            assert [call.model for call in server.to("infer/*")] == ["a/one", "a/one"]
            plain(here)


# What may stand in


def painter(name: str, licence: str, provider: str, downloads: int, **more: Any) -> Listed:
    return listed(name, downloads, licence, *provider.split(), tag=IMAGE, **more)


@pytest.mark.parametrize(
    ("first", "other", "stands_in"),
    [
        (("mit", "together"), ("mit", "together", {}), True),
        (("mit", "together"), ("mit", "fal-ai", {}), True),
        (("MIT", "together"), ("mit", "nscale", {}), True),
        (("mit", "hf-inference"), ("mit", "hf-inference", {}), True),
        (("mit", "together"), ("apache-2.0", "together", {}), False),
        (("mit", "together"), ("cc-by-nc-4.0", "together", {}), False),
        (("other", "together"), ("other", "together", {}), False),
        (("unknown", "together"), ("unknown", "together", {}), False),
        (("mit", "hf-inference"), ("mit", "together", {}), False),
        (("mit", "together"), ("mit", "hf-inference", {}), False),
        (("mit", "together"), ("mit", "together", {"gated": "auto"}), False),
    ],
)
async def test_nothing_of_another_licence_or_class_of_provider_ever_stands_in(
    first: tuple[str, str], other: tuple[str, str, dict[str, Any]], stands_in: bool, tmp_path: Path
) -> None:
    licence, provider, more = other
    models = (painter("a/one", *first, 900), painter("b/two", licence, provider, 500, **more))
    with HubServer(models, granted=("*",)) as server:
        server.always("infer/*@a/one", BY_NAME["404"])
        async with hub_stage(tmp_path, server, PAINT, **YES) as here:
            ended = await whole(here)
            asked = [call.model for call in server.to("infer/*")]
            assert asked == (["a/one", "b/two"] if stands_in else ["a/one"])
            assert ended.outcome is (Outcome.DEGRADED if stands_in else Outcome.FAILED)
            (approved,) = here.all(ev.Approved)
            assert bool(approved.grant.substitutes) is stands_in, "what stands in was approved before anything ran"


@pytest.mark.parametrize(
    ("providers", "asked"),
    [
        ("together fal-ai nscale", ["together", "fal-ai", "nscale"]),
        ("together hf-inference fal-ai", ["together", "fal-ai"]),
        ("hf-inference together", ["hf-inference"]),
    ],
)
async def test_the_same_model_goes_to_its_other_partners_and_never_from_one_class_to_the_other(
    providers: str, asked: list[str], tmp_path: Path
) -> None:
    with HubServer((painter("a/one", "other", providers, 900),)) as server:
        server.always("infer/*", BY_NAME["404"])
        async with hub_stage(tmp_path, server, PAINT, **YES) as here:
            assert (await whole(here)).outcome is Outcome.FAILED
            assert [call.route.split("/")[1] for call in server.to("infer/*")] == asked
            (failed,) = here.all(ev.TaskFailed)
            assert failed.message.count("(no model)") == (len(asked) if len(asked) > 1 else 0)


async def test_what_a_person_chose_is_not_replaced_by_another_model(tmp_path: Path) -> None:
    with HubServer((listed("a/one", 900), listed("b/two", 500))) as server:
        server.always("infer/*@b/two", BY_NAME["404"])
        async with hub_stage(tmp_path, server, attended=False) as here:
            await here.gate()
            await here.after(cmd.ChooseModel(uid="t1", candidate="hub:b/two#hf-inference"), kind=ev.GateOpened)
            here.approve()
            assert (await here.end()).outcome is Outcome.FAILED
            assert [call.model for call in server.to("infer/*")] == ["b/two"]


# The queue of a provider

POLL = {
    "402": Wrong(BY_NAME["402"], Failure.CREDITS),
    "403": Wrong(BY_NAME["403"], Failure.ACCESS),
    "404": Wrong(BY_NAME["404"], Failure.NO_MODEL),
    "422": Wrong(status(422, ECHO), Failure.BAD_INPUT),
    "429": Wrong(limited(7), Failure.QUOTA),
    "500": Wrong(status(500, ECHO), Failure.TRANSPORT),
    "502 in html": Wrong(html(502), Failure.TRANSPORT),
    "cut": Wrong(Cut(), Failure.TRANSPORT),
    "reset": Wrong(Reset(), Failure.TRANSPORT),
    "malformed": Wrong(BY_NAME["malformed"], Failure.UNREADABLE),
    "a list": Wrong(body([]), Failure.UNREADABLE),
    "endless": Wrong(Endless("application/json"), Failure.UNREADABLE),
    "elsewhere": Wrong(Redirect("http://10.0.0.1/x"), Failure.REFUSED),
    "hang": Wrong(Hang(), Failure.TIMEOUT, seconds=1.0),
}
RESULT = {
    **{name: wrong for name, wrong in POLL.items() if name != "hang"},
    "shape": Wrong(body({"what": "is this"}), Failure.UNREADABLE),
    "no address": Wrong(body({"video": {"url": None}}), Failure.UNREADABLE),
}


async def queued(tmp_path: Path, wrong: Wrong, path: str) -> None:
    with HubServer((film("a/one", 900), film("b/two", 500))) as server:
        server.always(path, wrong.fault)
        async with hub_stage(tmp_path, server, FILM, place=SMALL, seconds=wrong.seconds, **YES) as here:
            ended = await whole(here)
            await decided(here, wrong, ended, server)


async def decided(here: Stage, wrong: Wrong, ended: ev.RunEnded, server: HubServer) -> None:
    """Check that the class decides: try again, the next candidate, or a person."""
    asked = [call.model for call in server.to("infer/*")]
    classes = [one.failure for one in (*here.all(ev.TaskSubstituted), *here.all(ev.TaskFailed))]
    assert set(classes) == {wrong.failure}, classes
    if wrong.failure in ASKS:
        assert (ended.outcome, ended.exit, asked) == (Outcome.FAILED, 1, ["a/one"])
    else:
        assert (ended.outcome, ended.exit) == (Outcome.DEGRADED, 0)
        assert asked == ["a/one"] * wrong.tries + ["b/two"]
    tries(here, wrong)
    plain(here)


@pytest.mark.parametrize("name", POLL)
async def test_a_poll_of_a_queue_that_fails_is_a_failure_of_the_call(name: str, tmp_path: Path) -> None:
    await queued(tmp_path, POLL[name], "/fal-ai/a/one/requests/*/status")


@pytest.mark.parametrize("name", RESULT)
async def test_a_result_of_a_queue_that_fails_is_a_failure_of_the_call(name: str, tmp_path: Path) -> None:
    await queued(tmp_path, RESULT[name], "/fal-ai/a/one/requests/job-?")


@pytest.mark.parametrize("fault", [html(502), Reset(), Cut()], ids=["502", "reset", "cut"])
@pytest.mark.parametrize("route", ["status/fal-ai", "result/fal-ai", "file"])
async def test_a_job_that_is_paid_for_is_not_begun_anew_where_a_look_at_it_fails_in_passing(
    route: str, fault: Fault, tmp_path: Path
) -> None:
    with HubServer((film("a/one", 900), film("b/two", 500))) as server:
        server.when(route, fault, fault)
        async with hub_stage(tmp_path, server, FILM, **YES) as here:
            assert (await whole(here)).outcome is Outcome.ANSWERED
            assert [call.model for call in server.to("infer/*")] == ["a/one"]
            assert (here.all(ev.TaskRetrying), here.all(ev.TaskSubstituted)) == ([], [])


async def test_a_job_that_its_provider_gives_up_is_tried_again_and_then_another_stands_in(tmp_path: Path) -> None:
    models = (painter("a/one", "mit", "wavespeed", 900), painter("b/two", "mit", "together", 500))
    wrong = Wrong(job_failed("wavespeed", "no GPU"), Failure.TRANSPORT, "wavespeed gave the job up: ")
    with HubServer(models) as server:
        server.always("status/wavespeed", wrong.fault)
        async with hub_stage(tmp_path, server, PAINT, **YES) as here:
            await decided(here, wrong, await whole(here), server)


# The file that an answer names

FILE = {
    "403": Wrong(status(403, ECHO), Failure.UNREADABLE, "named a file that cannot be fetched (403)."),
    "404 in html": Wrong(html(404), Failure.UNREADABLE, "named a file that cannot be fetched (404)."),
    "429": Wrong(limited(7), Failure.TRANSPORT, "named a file that cannot be fetched (429)."),
    "502 in html": Wrong(html(502), Failure.TRANSPORT, "named a file that cannot be fetched (502)."),
    "no picture": Wrong(body("no picture", "image/png"), Failure.UNREADABLE, "no picture"),
    "nothing": Wrong(body(b"", "image/png"), Failure.UNREADABLE, "no picture"),
    "cut": Wrong(Cut(), Failure.TRANSPORT),
    "reset": Wrong(Reset(), Failure.TRANSPORT),
    "lying": Wrong(Lying(100), Failure.TRANSPORT),
    "huge": Wrong(Endless(), Failure.UNREADABLE, "larger than 2 MB"),
    "said to be huge": Wrong(Endless(length=2_000_000_000), Failure.UNREADABLE, "larger than 2 MB"),
    "hang": Wrong(Hang(), Failure.TIMEOUT, seconds=0.8),
    "drip": Wrong(Dripped(size=1, gap_s=0.05), Failure.TIMEOUT, seconds=0.8),
    "round and round": Wrong(Redirect(), Failure.TRANSPORT, "redirects without end."),
    "to this machine": Wrong(Redirect("http://127.0.0.1:1/x.png"), Failure.REFUSED, "127.0.0.1"),
    "to the cloud's own": Wrong(Redirect("http://169.254.169.254/latest"), Failure.REFUSED, "169.254.169.254"),
    "to a file": Wrong(Redirect("file:///etc/passwd"), Failure.REFUSED, "neither http nor https"),
}


@pytest.mark.parametrize("name", FILE)
async def test_a_file_that_an_answer_names_and_that_cannot_be_fetched_is_a_failure_of_the_call(
    name: str, tmp_path: Path
) -> None:
    wrong = FILE[name]
    models = (painter("a/one", "mit", "fal-ai", 900), painter("b/two", "mit", "together", 500))
    with HubServer(models) as server:
        server.always("file", wrong.fault)
        async with hub_stage(tmp_path, server, PAINT, place=SMALL, seconds=wrong.seconds, **YES) as here:
            ended = await whole(here)
            await decided(here, wrong, ended, server)
            assert not any(call.token for call in server.to("file")), "a token goes to no address that an answer names"
            assert all(one.media_type == "image/png" for one in results(here, "t1"))


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.1/x.png",
        "http://127.0.0.1:1/x.png",
        "http://[::1]:1/x.png",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433:1/x.png",
        "file:///etc/passwd",
        "ftp://example.org/x.png",
    ],
)
async def test_an_address_that_is_not_public_is_never_asked_whoever_names_it(address: str, tmp_path: Path) -> None:
    models = (painter("a/one", "mit", "fal-ai", 900), painter("b/two", "mit", "together", 500))
    with HubServer(models, result_url=address) as server:
        async with hub_stage(tmp_path, server, PAINT, **YES) as here:
            ended = await whole(here)
            (failed,) = here.all(ev.TaskFailed)
            assert (ended.outcome, failed.failure) == (Outcome.FAILED, Failure.REFUSED)
            assert len(server.to("infer/*")) == 1
            assert server.to("file") == []
            plain(here)
