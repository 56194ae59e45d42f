"""What goes wrong on the Hub before a call, and a stop at each step: what is told, what is done without, what ends."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.model import Assignment
from hgtui.core.states import Failure, Outcome, TaskState
from tests.servers.hub import RIGHT, Call, Cut, Dripped, Endless, HubServer, Lying, Redirect
from tests.servers.hub.faults import BY_NAME, Fault, body, html, limited, status
from tests.servers.replies import Hang, Reset
from tests.session.hub_stage import (
    ECHO,
    FILM,
    SECRET,
    TASK,
    YES,
    Wrong,
    candidates,
    film,
    hub_stage,
    job,
    jobs,
    listed,
    logged,
    plain,
    ran,
    whole,
)
from tests.session.staging import FakeWork, Models, model

# The listing

LISTING = {
    "401": Wrong(BY_NAME["401"], Failure.ACCESS, "refused the token of HF_TOKEN"),
    "403": Wrong(status(403, ECHO), Failure.ACCESS, "does not allow this"),
    "404": Wrong(BY_NAME["404"], Failure.NO_MODEL),
    "422": Wrong(status(422, ECHO), Failure.BAD_INPUT),
    "429": Wrong(limited(7), Failure.QUOTA, "was asked too often"),
    "500": Wrong(status(500, ECHO), Failure.TRANSPORT, "failed (500)"),
    "502 in html": Wrong(html(502), Failure.TRANSPORT, "failed (502)."),
    "cut": Wrong(Cut(), Failure.TRANSPORT, "broke off the connection."),
    "reset": Wrong(Reset(), Failure.TRANSPORT, "broke off the connection."),
    "lying": Wrong(Lying(100), Failure.TRANSPORT, "broke off the connection."),
    "malformed": Wrong(BY_NAME["malformed"], Failure.UNREADABLE, "answered with something that is not JSON."),
    "nothing": Wrong(body(b""), Failure.UNREADABLE),
    "shape": Wrong(body({"what": "is this"}), Failure.UNREADABLE, "answered with"),
    "rows of another form": Wrong(body([7, None, {"id": 3}]), Failure.UNREADABLE, "answered with"),
    "endless": Wrong(Endless("application/json"), Failure.UNREADABLE, "is larger than 32 MB"),
    "redirect": Wrong(Redirect(), Failure.TRANSPORT, "redirects without end."),
    "elsewhere": Wrong(Redirect("http://10.0.0.1/models"), Failure.REFUSED, "10.0.0.1"),
}


@pytest.mark.parametrize("name", LISTING)
async def test_where_the_listing_fails_the_others_still_count_and_the_log_says_why(name: str, tmp_path: Path) -> None:
    wrong = LISTING[name]
    with HubServer() as server:
        server.always("listing", wrong.fault)
        beside = {"beside": (Models(model("one")),), "endpoints": {"fake": FakeWork()}}
        async with hub_stage(tmp_path, server, **beside, **YES) as here:
            ended = await whole(here)
            assert (ended.outcome, ended.exit) == (Outcome.ANSWERED, 0)
            assert ran(here) == ["fake:one"]
            (told,) = logged(here, "warning").splitlines()
            assert told.startswith(f"A catalogue could not be asked for {TASK}: ")
            assert wrong.words in told
            assert "\x1b" not in told and SECRET not in told
            assert len(server.to("listing")) <= (21 if name == "redirect" else 2)
            assert server.to("infer/*") == []
            plain(here)


async def test_where_the_hub_alone_could_run_it_and_its_listing_fails_the_gate_cannot_be_approved(
    tmp_path: Path,
) -> None:
    with HubServer() as server:
        server.always("listing", html(502))
        async with hub_stage(tmp_path, server) as here:
            gate = await here.gate()
            assert (gate.approvable, gate.errors) == (False, 1)
            assert "failed (502)." in here.run.help[TASK]
            server.well()
            here.send(cmd.Stop())
            assert (await here.end()).outcome is Outcome.INTERRUPTED
            plain(here)


@pytest.mark.parametrize("name", ["429", "500", "reset", "malformed", "elsewhere"])
async def test_a_listing_that_was_kept_is_taken_where_the_hub_fails_and_its_age_is_told(
    name: str, tmp_path: Path
) -> None:
    with HubServer() as server:
        async with hub_stage(tmp_path, server, **YES) as here:
            await whole(here)
        aged(tmp_path / "hub", 2 * 24 * 3600)
        server.always("listing", LISTING[name].fault)
        async with hub_stage(tmp_path, server, **YES) as here:
            assert (await whole(here)).outcome is Outcome.ANSWERED
            assert len(candidates(here)) == 5
            assert f"The listing of {TASK} is 2 days old: " in logged(here, "warning")
            plain(here)


def aged(cache: Path, seconds: float) -> None:
    """Have all that is kept be older."""
    files = [path for path in cache.rglob("*") if path.is_file()]
    assert files
    for path in files:
        kept = json.loads(path.read_text())
        (field,) = [name for name, value in kept.items() if isinstance(value, float)]
        path.write_text(json.dumps({**kept, field: kept[field] - seconds}))


# The cards

CARDS: dict[str, Fault] = {
    **{name: BY_NAME[name] for name in ("401", "402", "403", "404", "429", "500", "502", "reset", "cut", "gated")},
    "hang": Hang(),
    "drip": Dripped(size=1, gap_s=0.05),
    "endless": Endless("text/plain"),
    "redirect": Redirect(),
    "elsewhere": Redirect("http://169.254.169.254/latest"),
    "no text": body(b"\xff\xfe\x00\x80" * 500, "text/plain"),
    "nothing": body(b"", "text/plain"),
    "html": body(f"<script>{ECHO}</script>", "text/html"),
    "front matter only": body("---\n- [" * 2_000, "text/plain"),
}


@pytest.mark.parametrize("name", CARDS)
async def test_where_a_card_fails_the_listing_describes_its_model_and_the_run_goes_on(
    name: str, tmp_path: Path
) -> None:
    with HubServer((listed("a/one", 900), listed("b/two", 500))) as server:
        server.always("card@a/one", CARDS[name])
        card_s = 1.0 if name in {"hang", "drip"} else 20
        async with hub_stage(tmp_path, server, card_s=card_s, **YES) as here:
            assert (await whole(here)).outcome is Outcome.ANSWERED
            found = candidates(here)
            if name not in {"no text", "front matter only"}:
                assert found["hub:a/one#hf-inference"].description == f"{TASK}, transformers"
            assert "This model does" in found["hub:b/two#hf-inference"].description
            assert not any("\x1b" in one.description for one in found.values())
            assert ran(here) == ["hub:a/one#hf-inference"], "a card decides nothing"
            plain(here)


# What is known of a model that somebody names

NAMED = {
    "not there": (BY_NAME["404"], "It is no candidate here."),
    "401": (BY_NAME["401"], "It is no candidate here."),
    "token": (BY_NAME["403"], "does not allow this"),
    "429": (limited(7), "was asked too often"),
    "500": (status(500, ECHO), "failed (500)"),
    "502 in html": (html(502), "failed (502)."),
    "cut": (Cut(), "broke off the connection."),
    "reset": (Reset(), "broke off the connection."),
    "malformed": (BY_NAME["malformed"], "not JSON"),
    "shape": (body({"what": "is this"}), "answered with"),
    "list": (body([]), "answered with"),
    "endless": (Endless("application/json"), "is larger than"),
    "elsewhere": (Redirect("http://[::1]:9/x"), "::1"),
}


@pytest.mark.parametrize("name", NAMED)
async def test_where_a_model_that_a_plan_names_cannot_be_asked_for_the_log_says_so_and_the_ranking_chooses(
    name: str, tmp_path: Path
) -> None:
    fault, words = NAMED[name]
    with HubServer((listed("a/one", 900),)) as server:
        server.always("info", fault)
        async with hub_stage(tmp_path, server) as here:
            wanted = {"t1": Assignment(candidate="hub:z/named", chosen_by="person")}
            gate = await here.gate(plan=jobs(), assignments=wanted)
            assert gate.approvable
            (told,) = logged(here, "warning").splitlines()
            assert told.startswith("hub:z/named, which the plan names for task 1, is not taken. ")
            assert words in told, told
            assert here.run.draft.assignments["t1"].candidate == "hub:a/one#hf-inference"
            assert 1 <= len(server.to("info")) <= 2
            refused = await here.after(cmd.ChooseModel(uid="t1", candidate="hub:z/named"), kind=ev.Refused)
            assert refused.message.endswith(".") and "\x1b" not in refused.message
            server.well()
            here.approve()
            assert (await here.end()).outcome is Outcome.ANSWERED
            plain(here)


INFO = {
    "404": (BY_NAME["404"], Failure.NO_MODEL),
    "429": (limited(7), Failure.QUOTA),
    "500": (status(500, ECHO), Failure.TRANSPORT),
    "cut": (Cut(), Failure.TRANSPORT),
    "malformed": (BY_NAME["malformed"], Failure.UNREADABLE),
    "403": (BY_NAME["403"], Failure.ACCESS),
}


@pytest.mark.parametrize("name", INFO)
async def test_a_run_that_another_process_goes_on_with_asks_for_its_model_anew_and_tells_where_it_cannot(
    name: str, tmp_path: Path
) -> None:
    fault, failure = INFO[name]
    nowhere = {"place": {"cache": None}}
    with HubServer((listed("a/one", 900),)) as server:
        async with hub_stage(tmp_path, server, **nowhere) as here:
            gate = await here.gate()
            run = await here.reopened()
        server.always("info", fault)
        async with hub_stage(tmp_path, server, run=run, attended=False, **nowhere) as here:
            here.send(cmd.Approve(fingerprint=gate.fingerprint))
            ended = await here.end()
            assert (ended.outcome, ended.exit) == (Outcome.FAILED, 1)
            (failed,) = here.all(ev.TaskFailed)
            assert failed.failure is failure
            assert server.to("infer/*") == []
            plain(here)


# A server that says the token back


@pytest.mark.parametrize("at", ["listing", "card", "infer/*"])
async def test_a_server_that_repeats_the_token_does_not_have_it_told_or_kept(at: str, tmp_path: Path) -> None:
    with HubServer((listed("a/one"),)) as server:
        server.always(at, status(500, ECHO))
        async with hub_stage(tmp_path, server, attended=False) as here:
            gate = await here.gate()
            if gate.approvable:
                here.approve()
            else:
                here.send(cmd.Stop())
            await here.end()
            plain(here)


# Stop


@pytest.mark.parametrize("at", ["listing", "card", "infer/fal-ai/*", "status/fal-ai", "result/fal-ai", "file"])
async def test_a_stop_ends_what_is_under_way_with_the_hub_at_each_step(at: str, tmp_path: Path) -> None:
    with HubServer((film("a/one", 900),)) as server:
        server.always(at, Hang())
        async with hub_stage(tmp_path, server, FILM, seconds=600, **{**YES, "attended": True}) as here:
            here.send(cmd.Submit(request="go"))
            call = await server.call(at)
            here.send(cmd.Stop())
            ended = await here.end()
            assert (ended.outcome, ended.exit) == (Outcome.INTERRUPTED, 130)
            await call.request.gone.wait()
            count = len(server.calls)
            assert not here.all(ev.TaskDone)
        assert len(server.calls) == count, "nothing is asked after the end"


async def test_a_stop_ends_the_question_for_a_model_that_a_plan_names(tmp_path: Path) -> None:
    with HubServer((film("a/one", 900),)) as server:
        server.always("info", Hang())
        async with hub_stage(tmp_path, server) as here:
            wanted = {"t1": Assignment(candidate="hub:z/named", chosen_by="person")}
            here.send(cmd.Submit(request="go", plan=FILM, assignments=wanted))
            call = await server.call("info")
            here.send(cmd.Stop())
            assert (await here.end()).outcome is Outcome.INTERRUPTED
            await call.request.gone.wait()


async def test_a_task_that_is_cancelled_leaves_its_sibling_alone(tmp_path: Path) -> None:
    def first_hangs(call: Call) -> Fault:
        return Hang() if b"first" in call.raw else RIGHT

    choose: Callable[[Call], Fault] = first_hangs
    with HubServer((listed("a/one"),)) as server:
        server.always("infer/*", choose)
        two = jobs(job("t1", text="the first"), job("t2", text="the other"))
        async with hub_stage(tmp_path, server, two, **{**YES, "attended": True}) as here:
            here.send(cmd.Submit(request="go"))
            await server.call("infer/*", 2)
            await here.state("t2", TaskState.DONE)
            here.send(cmd.Stop(uid="t1"))
            await here.state("t1", TaskState.CANCELLED)
            (gone,) = [call for call in server.to("infer/*") if b"first" in call.raw]
            await gone.request.gone.wait()
            here.send(cmd.Stop())
            await here.end()
