"""The calls of a run as they are found again: what was asked, said, read and dropped; one sent again beside the run."""

import asyncio
import json
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from hgtui.config import Limits
from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.calls import CallRow
from hgtui.core.edits import Set
from hgtui.core.plan import Input
from hgtui.core.run import Run, fold
from hgtui.core.states import Failure
from hgtui.core.states import Stage as RunStage
from hgtui.hub.asked import asking
from hgtui.llm.budget import Budget
from hgtui.llm.client import ChatClient
from hgtui.llm.metered import Metered
from hgtui.session.curl import curl_of_llm
from hgtui.session.prompttext import Unreadable, prompt_text, read_prompt
from hgtui.session.recalled import NoCall, Recalled, of_task, recalled
from hgtui.session.replay import replay
from hgtui.session.sending import CannotSend, Change, send_again, spent_of
from hgtui.session.tape import Tape
from hgtui.ui.answers import both_lines, other_models, plans_of
from hgtui.ui.callpages import pages, plain
from tests.servers.chat import ChatServer, Request, Status
from tests.servers.hub import HubServer
from tests.servers.media import IMAGES, all_routes, wav
from tests.servers.replies import Answer, Drip, Hang, Reply
from tests.session.hub_stage import SECRET, draw, hub_stage, job, jobs, listed, whole
from tests.session.llm_stage import CHAIN, KEY, Script, at_once, choose, llm_stage, planned, row
from tests.session.staging import Stage

YES = {"approve_by": "--yes", "attended": False}
EVIL = "\x1b]52;c;aGk=\x07[@click=app.quit]x[/] \u202ereversed"
TASKS = json.dumps({"tasks": [{**CHAIN[0], "skip": True}, CHAIN[1]]})


async def found(run: Stage, number: int) -> Recalled:
    return await recalled(await run.entries(), run.equipment.artifacts, number)


async def rows(run: Stage) -> list[CallRow]:
    return fold(await run.entries()).call_book.rows


@asynccontextmanager
async def ended(folder: Path, script: object, **more: object) -> AsyncIterator[tuple[Stage, ChatServer]]:
    """A run with an LLM at every stage that has come to its end."""
    with ChatServer(script) as server:  # type: ignore[arg-type]
        async with llm_stage(folder, server.url, tape=Tape(), **{**YES, **more}) as run:
            await whole(run)
            yield run, server


async def test_each_call_is_found_again_with_its_template_its_request_and_how_its_reply_was_read(
    tmp_path: Path,
) -> None:
    prose = Reply(f"Here is the plan:\n```json\n{TASKS}\n```")
    script = Script(planning=prose, selection=choose("fake:two"), response=Reply(f"Done [1]. {EVIL}"))
    async with ended(tmp_path, script, price=1.0) as (run, server):
        told = await rows(run)
        assert [(one.kind, str(one.stage), one.task and one.task.id) for one in told] == [
            ("llm", "planning", None),
            ("llm", "selection", None),
            ("endpoint", "execution", 1),
            ("endpoint", "execution", 2),
            ("llm", "response", None),
        ]
        first = await found(run, 1)
        assert first.request["messages"] == server.requests[0].body["messages"]
        assert first.reply == f"Here is the plan:\n```json\n{TASKS}\n```"
        assert [one["template"] for one in first.templates] == ["planning_system", "planning_user"]
        assert first.templates[1]["variables"]["request"] == "go"
        assert any("skip" in one for one in first.understood.dropped)
        assert first.row.usd
        assert first.row.tokens_in
        assert any(one.startswith("rung: ") for one in first.facts)

        second = await found(run, 2)
        one = second.understood.choices[0]
        assert (one.candidate, one.reason) == ("fake:two", "made for it")
        assert [(each.name, each.place, each.told) for each in one.options] == [
            ("fake:one", 1, True),
            ("fake:two", 2, True),
        ]
        work = await found(run, 3)
        assert work.request["inputs"]["text"] == [{"kind": "text", "text": "some text"}]
        assert work.reply[0]["text"] == "SOME TEXT"

        words = shlex.split(first.curl.replace("\\\n", " "))
        assert words[2] == f"{server.url}/chat/completions"
        assert json.loads(words[words.index("-d") + 1])["messages"] == server.requests[0].body["messages"]
        for number in range(1, 6):
            whole = await found(run, number)
            text = plain(whole) + whole.curl + json.dumps(whole.as_json())
            assert KEY not in text
            assert not {"\x1b", "\x07", "\u202e"} & set(plain(whole) + whole.curl)
        assert (of_task(told, run.run, "t2") or told[0]).number == 4
        assert [one.number for one in told if one.has("execution fake:two")] == [3, 4]
        with pytest.raises(NoCall, match="the run has 5"):
            await found(run, 6)


async def test_a_call_that_failed_is_a_call_and_one_that_was_made_again_tells_of_it(tmp_path: Path) -> None:
    busy = Status(503, '{"error": {"message": "busy"}}')
    script = Script(
        planning=[busy, planned(*CHAIN)], selection=Status(401, '{"error": {"message": "no"}}'), response=Reply("Done.")
    )
    async with ended(tmp_path, script) as (run, _):
        told = await rows(run)
        assert [(one.stage, bool(one.failed)) for one in told if one.kind == "llm"] == [
            (RunStage.PLANNING, False),
            (RunStage.SELECTION, True),
            (RunStage.RESPONSE, False),
        ]
        assert any("try 1 failed" in one for one in (await found(run, 1)).facts)
        failed = await found(run, 2)
        assert failed.request["messages"]
        assert any("the server said" in one for one in failed.facts), failed.facts


async def test_a_request_to_a_provider_is_kept_as_it_went_over_the_wire(tmp_path: Path) -> None:
    tasks = jobs(
        job("t1", "text-classification", text="What a day"), job("t2", "image-classification", image="photo.png")
    )
    models = (listed("a/one"), listed("b/two", tag="image-classification"))
    with HubServer(models) as server:
        async with hub_stage(tmp_path, server, tasks, tape=Tape(), **YES) as run:
            draw(run.equipment.base / "photo.png")
            await whole(run)
            told = {one.task.id: one for one in await rows(run) if one.task}
            assert {one.kind for one in await rows(run)} == {"hub"}
            text, picture = await found(run, told[1].number), await found(run, told[2].number)
            assert text.request["json"]["inputs"] == "What a day"
            assert text.request["url"] == f"{server.router}/hf-inference/models/a/one"
            assert "label" in json.dumps(text.reply["body"])
            assert picture.request["data"]["sha256"]
            for one in (text, picture):
                words = shlex.split(one.curl.replace("\\\n", " "))
                assert words[2] == one.request["url"]
                assert "Authorization: Bearer $HF_TOKEN" in words
                assert SECRET not in json.dumps(one.as_json())
            assert "--data-binary" in picture.curl
            await listing(run, server)
        async with hub_stage(tmp_path, server, tasks, tape=Tape(), **YES) as run:
            before = len(server.to("listing")) + len(server.to("card"))
            await whole(run)
            assert len(server.to("listing")) + len(server.to("card")) == before
            kept = next(one for one in await rows(run) if one.about == "text-classification")
            assert kept.what.startswith("1 model (kept, ") and kept.what.endswith(" old) · 1 card (1 kept)")
            once = await found(run, kept.number)
            assert not once.curl and once.reply["answers"][0]["models"][0]["id"] == "a/one"
        server.always("listing", Status(503, "down"))
        async with hub_stage(tmp_path / "other", server, jobs(job("t1")), tape=Tape(), **YES) as run:
            await run.gate()
            failed = (await rows(run))[0]
            assert "503" in failed.failed and (await found(run, 1)).reply["answers"][0]["status"] == 503
            server.well()
            store = run.equipment.store
            assert store is not None
            kept_by, count = run.conductor.keep_asked, len(await rows(run))
            await asking("text-classification", lambda: store.search("ONE", "text-classification"), kept_by)
            await run.until(lambda: len(run.run.call_book.rows) > count)
            assert run.run.call_book.rows[-1].what == "the search for ONE: 1 model"


async def listing(run: Stage, server: HubServer) -> None:
    """What the Hub was asked for is one call for each task type, and one of each task of that type."""
    told = {one.about: one for one in await rows(run) if one.about}
    assert set(told) == {"text-classification", "image-classification"}
    row = told["text-classification"]
    assert (row.kind, row.what, row.failed) == ("hub", "1 model · 1 card", "")
    assert row.concerns(job("t9")) and row.has("hub text-classification card")
    one = await found(run, row.number)
    assert [each["method"] for each in one.request["requests"]] == ["GET", "GET"]
    url = one.request["requests"][0]["url"]
    assert url.startswith(f"{server.url}/api/models?") and "pipeline_tag=text-classification" in url
    first, card = one.reply["answers"]
    assert (first["status"], first["count"], first["models"][0]["id"], card["status"]) == (200, 1, "a/one", 200)
    words = shlex.split(one.curl.replace("\\\n", " "))
    assert words[2] == url and words.count("Authorization: Bearer $HF_TOKEN") == 2
    assert SECRET not in json.dumps(one.as_json()) + plain(one)
    assert f"{server.url}/a/one/resolve/" in plain(one)


async def test_a_model_that_is_looked_up_by_name_is_a_call_with_its_request_and_comes_again_in_a_replay(
    tmp_path: Path,
) -> None:
    models = (*(listed(f"a/m{number}", 1_000 - number) for number in range(40)), listed("c/far", 1))
    with HubServer(models) as server:
        async with hub_stage(tmp_path, server, jobs(job("t1"), job("t2")), tape=Tape()) as run:
            await run.gate()
            for uid, name, kind in (
                ("t1", "hub:c/far", ev.GateOpened),
                ("t1", "hub:no/such", ev.Refused),
                ("t2", "hub:a/m20", ev.GateOpened),  # the listing has told of it
            ):
                await run.after(cmd.ChooseModel(uid=uid, candidate=name), kind=kind)
            server.always("info", Status(503, "down"))
            run.send(cmd.ChooseModel(uid="t1", candidate="hub:c/other"))
            await run.until(lambda: any(one.failed for one in run.run.call_book.rows))
            far, gone, known, down = [one for one in await rows(run) if one.what.startswith("looked for")]
            assert (far.model, far.what, far.failed) == ("hub:c/far", "looked for hub:c/far: found", "")
            assert far.seconds is not None and far.concerns(job("t2")) and far.has("hub far found")
            one = await found(run, far.number)
            asked = one.request["requests"][0]
            assert (asked["method"], one.reply["answers"][0]["status"]) == ("GET", 200)
            assert asked["url"].startswith(f"{server.url}/api/models/c/far?")
            assert shlex.split(one.curl.replace("\\\n", " "))[2] == asked["url"]
            assert f"{server.url}/api/models/c/far" in plain(one) and ": 200, " in plain(one)
            assert SECRET not in json.dumps(one.as_json()) + plain(one)
            assert gone.what == "looked for hub:no/such: there is none" and not gone.failed
            assert (await found(run, gone.number)).reply["answers"][0]["status"] == 404
            assert known.seconds is None and "requests" not in (await found(run, known.number)).request
            assert "503" in down.failed and (await found(run, down.number)).reply["answers"][0]["status"] == 503
            again = await replay(await run.entries(), run.equipment.artifacts)
            assert not again.differences and not again.new, "\n".join(again.differences)
            assert [
                one.event for one in again.entries if isinstance(one.event, ev.Recorded) and one.event.kind == "find"
            ]


async def test_what_goes_over_the_media_routes_of_the_controller_is_kept_without_the_bytes(tmp_path: Path) -> None:
    asked = (
        row(1, "Good morning", kind="text-to-speech"),
        {"task": "automatic-speech-recognition", "id": 2, "dep": [1], "args": {"audio": "<GENERATED>-1"}},
        row(3, f"a cat {KEY}", kind="text-to-image"),
    )
    models = ("test-model", "whisper-1", "gpt-4o-mini-tts", "dall-e-3")
    routes = {**all_routes(), IMAGES: Status(400, '{"error": {"message": "no cats"}}')}
    with ChatServer(Script(planning=planned(*asked)), models=models, routes=routes) as server:
        async with llm_stage(tmp_path, server.url, controller=True, answer=False, tape=Tape(), **YES) as run:
            await whole(run)
            told = {one.task.id: one for one in await rows(run) if one.task}
            assert {one.kind for one in told.values()} == {"endpoint"} and len(await rows(run)) == 4
            spoken, heard, painted = [await found(run, told[at].number) for at in (1, 2, 3)]
            assert spoken.request["url"] == f"{server.url}/audio/speech" and spoken.row.what == "/audio/speech"
            assert spoken.request["json"]["input"] == "Good morning"
            reply = {"size": len(wav()), "sha256": sha256(wav()).hexdigest()}
            assert (spoken.reply["status"], spoken.reply["content_type"]) == (200, "audio/wav")
            assert spoken.reply["body"] == reply
            assert heard.request["form"]["file"] == {"filename": "audio.wav", **reply}
            assert heard.reply["body"]["text"] == "hello from the recording"
            assert painted.reply["status"] == 400 and "no cats" in " ".join(painted.facts) and painted.row.failed
            for one in (spoken, heard, painted):
                words = shlex.split(one.curl.replace("\\\n", " "))
                assert words[2] == one.request["url"]
                assert "Authorization: Bearer $OPENAI_API_KEY" in words
                assert KEY not in json.dumps(one.as_json()) + plain(one)
            file = next(word for word in shlex.split(heard.curl.replace("\\\n", " ")) if word.startswith("file=@"))
            assert file.startswith(f"file=@{run.equipment.artifacts.path(reply['sha256'])};")


# One that is sent again


async def sent(run: Stage, server: ChatServer, one: Recalled, change: Change, model: str = "test-model") -> Recalled:
    """Send a call again as the program does, and find what came."""
    async with ChatClient(server.url, KEY, model, sleep=at_once) as client:
        await send_again(
            Metered(client, spent_of(run.run.calls, Limits())),
            one,
            change,
            run.equipment.artifacts,
            run.equipment.recorder,
            run.conductor.note,
        )
    return await found(run, (await rows(run))[-1].number)


class ByTemperature(Script):
    """Plans and chooses otherwise where it is warmer."""

    def __call__(self, request: Request) -> Answer:
        warm = request.body.get("temperature") == 0.9
        if warm and "Task planning" in request.system:
            return planned(CHAIN[0], row(2, "<GENERATED>-1", 1, kind="translation"))
        if warm and "Model selection" in request.system:
            return choose("fake:one")(request)
        return super().__call__(request)


async def test_a_call_is_sent_again_with_changes_and_compared_and_the_run_stays_as_it_was(tmp_path: Path) -> None:
    async with ended(tmp_path, ByTemperature()) as (run, server):
        before, state = await found(run, 1), (run.run.draft, run.run.outcome, dict(run.run.tasks))
        after = await sent(run, server, before, Change(temperature=0.9))
        assert server.requests[-1].body["messages"] == server.requests[0].body["messages"]
        assert server.requests[-1].body["response_format"] == server.requests[0].body["response_format"]
        assert after.row.what == "sent again: temperature 0.9"
        plans = plans_of(before, after)
        assert plans is not None
        assert [[task.task for task in one] for one in plans] == [
            ["summarization", "summarization"],
            ["summarization", "translation"],
        ]
        text = "\n".join("".join(piece for piece, _ in line) for line in both_lines(before, after, 80))
        assert "translation" in text
        assert "1 unchanged" in text

        chosen = await found(run, 2)
        other = await sent(run, server, chosen, Change(temperature=0.9), "another-model")
        assert [one.candidate for one in other_models(chosen, other)] == ["fake:one", "fake:one"]
        assert server.requests[-1].body["model"] == "another-model"

        words = prompt_text(before.record["messages"]).replace("Request", "Wish")
        edited = await sent(run, server, before, Change(read_prompt(words, before.record["messages"])))
        assert server.requests[-1].body["messages"] == edited.request["messages"] != before.request["messages"]
        assert (run.run.draft, run.run.outcome, dict(run.run.tasks)) == state
        assert [one.again for one in await rows(run)][-3:] == [True] * 3
        assert sum(one.tokens_in for one in run.run.calls) > sum(one.row.tokens_in for one in (before, chosen))


async def test_what_came_of_a_call_that_was_sent_again_is_taken_at_the_gate_as_a_revision_or_as_models(
    tmp_path: Path,
) -> None:
    with ChatServer(ByTemperature()) as server:
        async with llm_stage(tmp_path, server.url, tape=Tape()) as run:
            await run.gate()
            plan, models = await found(run, 1), await found(run, 2)
            for one in (plan, models):
                await sent(run, server, one, Change(temperature=0.9))
            numbers = [one.number for one in await rows(run)]
            plan_at, models_at = numbers[-2:]
            first, asked = run.run.draft, len(server.requests)
            for number, why in ((99, "no call 99"), (1, "was not sent again")):
                assert why in (await run.after(cmd.TakeCall(number=number), kind=ev.Refused)).message

            await run.after(cmd.TakeCall(number=models_at), kind=ev.GateOpened)
            chosen = run.run.draft.assignments
            assert {one.candidate for one in chosen.values()} == {"fake:one"}
            assert {one.chosen_by for one in chosen.values()} == {"person"} and not run.run.grant
            assert chosen["t1"].reason.startswith(f"Call {models_at}, sent again: temperature 0.9")
            again = await run.after(cmd.TakeCall(number=models_at), kind=ev.Refused)
            assert "no other model" in again.message
            await run.after(cmd.Undo(), kind=ev.GateOpened)
            assert run.run.draft == first

            await run.after(cmd.EditPlan(edit=Set(uid="t1", name="text", value="mine")), kind=ev.GateOpened)
            mine = run.run.draft.plan
            proposed = await run.after(cmd.TakeCall(number=plan_at), kind=ev.RevisionProposed)
            assert run.run.draft.plan == mine and run.run.comment == f"Call {plan_at}, sent again: temperature 0.9"
            assert proposed.plan["t1"].args["text"] == Input.text("mine")
            assert [one.task for one in proposed.plan] == ["summarization", "translation"]
            assert any("which is locked" in one for one in proposed.notes)
            assert "already" in (await run.after(cmd.TakeCall(number=plan_at), kind=ev.Refused)).message
            await run.after(cmd.TakeRevision(), kind=ev.GateOpened)
            assert [one.task for one in run.run.draft.plan] == ["summarization", "translation"]
            same = await run.after(cmd.TakeCall(number=plan_at), kind=ev.Refused)
            assert "as it stands" in same.message
            await run.after(cmd.Undo(), kind=ev.GateOpened)
            assert run.run.draft.plan == mine
            await run.after(cmd.TakeCall(number=plan_at), kind=ev.RevisionProposed)
            await run.after(cmd.DropRevision(), kind=ev.RevisionClosed)
            assert all("Model selection" in one.system for one in server.requests[asked:]), "no plan is asked for"
            replayed = await replay(await run.entries(), run.equipment.artifacts)
            assert not replayed.differences, "\n".join(replayed.differences)
            run.approve()
            await run.end()
            late = await run.after(cmd.TakeCall(number=plan_at), kind=ev.Refused)
            assert "at a gate, before anything runs" in late.message


class Stubborn(Script):
    """Answers as `instead` once that is set."""

    instead: Answer | None = None

    def __call__(self, request: Request) -> Answer:
        return self.instead or super().__call__(request)


async def test_what_cannot_be_sent_and_what_would_cost_too_much_is_told_and_one_that_is_stopped_is_kept(
    tmp_path: Path,
) -> None:
    script = Stubborn()
    async with ended(tmp_path, script) as (run, server):
        first = await found(run, 1)
        with pytest.raises(CannotSend, match="Only a call"):
            await sent(run, server, await found(run, 3), Change())
        with pytest.raises(CannotSend, match="nothing left"):
            await sent(run, server, first, Change(dict.fromkeys(range(9), " ")))
        parts = (run.equipment.artifacts, run.equipment.recorder, run.conductor.note)
        async with ChatClient(server.url, KEY, "test-model", sleep=at_once) as client:
            done = await send_again(Metered(client, Budget(tokens=100)), first, Change(), *parts)
            assert "may use 100 tokens" in done.failed
            assert (await rows(run))[-1].failed == done.failed
            for at, answer in enumerate((Hang(), Drip(delta={"content": "so far "})), 7):
                script.instead = answer
                asked, said = len(server.requests), asyncio.Event()
                again = send_again(Metered(client, Budget()), first, Change(), *parts, lambda _, said=said: said.set())
                sending = asyncio.create_task(again)
                request = await server.request(asked + 1)
                if isinstance(answer, Drip):
                    await said.wait()
                sending.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await sending
                await request.gone.wait()
                stopped = await found(run, at)
                assert (stopped.row.again, stopped.row.failed) == (True, "It was stopped.")
                assert stopped.reply.startswith("so far ") == isinstance(answer, Drip)
                assert stopped.request["messages"] == first.request["messages"]
                assert KEY not in plain(stopped)
        assert len(await rows(run)) == 8


def test_a_prompt_is_read_back_as_it_was_written_whatever_stands_in_it() -> None:
    messages = [
        {"role": "system", "content": "one\n── 2 user ──\nnot a mark"},
        {"role": "user", "content": [{"type": "text", "text": "two"}, {"type": "image", "sha256": "0"}]},
    ]
    text = prompt_text(messages)
    assert read_prompt(text, messages) == {}
    assert read_prompt(text.replace("two", "three"), messages) == {1: "three\n"}
    assert read_prompt("only this", messages) == {1: "only this"}
    for wrong in (text.replace("─── 2 user ───", ""), f"before\n{text}", text + "─── 3 user ───"):
        with pytest.raises(Unreadable):
            read_prompt(wrong, messages)


def test_the_command_of_a_call_takes_nothing_of_what_stands_in_it_for_itself() -> None:
    hostile = "'; rm -rf ~; echo '\n$(id) `id` \x1b[2J"
    picture = {"type": "image", "media_type": "image/png", "sha256": "ab", "size": 3}
    content = [{"type": "text", "text": hostile}, picture]
    request = {"model": hostile, "messages": [{"role": "user", "content": content}]}
    command = curl_of_llm("http://127.0.0.1:1/v1'; id", request)
    words = shlex.split(command.replace("\\\n", " "))
    assert words[:2] == ["curl", "-sS"]
    assert len(words) == 9
    assert json.loads(words[-1])["model"] == hostile
    assert "\x1b" not in command
    assert "$HF_TOKEN" in curl_of_llm("https://router.huggingface.co/v1", request)


def test_any_beginning_of_a_journal_gives_calls_that_are_numbered_one_after_the_other() -> None:
    run = Run()
    events = [
        ev.TaskStarted(uid="t1", candidate="hub:a/b"),
        ev.Recorded(kind="hub", record="0" * 64, uid="t1", about="fal-ai", failed="late"),
        ev.TaskRetrying(uid="t1", attempt=1, failure=Failure.TIMEOUT, message="late", wait_s=1),
        ev.TaskStarted(uid="t1", attempt=2, candidate="hub:a/b"),
        ev.TaskFailed(uid="t1", failure=Failure.CRASHED, message="gone"),
        ev.TaskDone(uid="t1", results=(), reused=True),
    ]
    for seq, event in enumerate(events, 1):
        entry = ev.Entry(run="r", seq=seq, at=datetime.now(UTC), event=event)
        run.fold(entry)
    assert [(one.number, one.kind, one.failed, one.attempt) for one in run.call_book.rows] == [
        (1, "hub", "late", 1),
        (2, "endpoint", "gone", 2),
    ]


def test_a_call_opens_on_a_page_that_has_something_and_has_no_empty_page() -> None:
    row = CallRow(
        number=1, seq=1, at=datetime(2026, 3, 4, tzinfo=UTC), kind="endpoint", stage=RunStage.EXECUTION, model="m"
    )
    told = Recalled(row, request={"task": "x"}, reply=[], facts=("in: text A letter.", "out: text Shorter."))
    assert [one.name for one in pages(told)] == ["read", "exact"]
    assert "out: text Shorter." in pages(told)[0].text
