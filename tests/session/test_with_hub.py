"""Whole runs on the Hub: what each kind of model gives, what is told, what leaves, what is spent, who is asked."""

import io
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from hgtui.core import commands as cmd
from hgtui.core import events as ev
from hgtui.core.model import Assignment, CandidateName
from hgtui.core.resource import Kind
from hgtui.core.states import Outcome
from hgtui.core.states import Stage as RunStage
from hgtui.execution.endpoints.controller.catalogue import ControllerCatalogue
from hgtui.llm.budget import Budget
from hgtui.llm.client import ChatClient
from hgtui.llm.metered import Metered
from hgtui.planning.llm import LLMPlanner
from hgtui.selection.llm import LLMSelector
from tests.servers.chat import ChatServer
from tests.servers.exchange import Exchange
from tests.servers.gate import Gate
from tests.servers.hub import Held, HubServer, Listed, Offer
from tests.servers.replies import Reply
from tests.session.hub_stage import (
    SECRET,
    TASK,
    YES,
    candidates,
    content,
    draw,
    hub_stage,
    job,
    jobs,
    listed,
    ran,
    results,
    whole,
)
from tests.session.llm_stage import KEY, Script, asked, choose, row
from tests.session.staging import FakeWork, Models, Stage, model

FLUX, SDXL = "hub:black-forest-labs/FLUX.1-schnell", "hub:stabilityai/stable-diffusion-xl-base-1.0"
SEGFORMER = "hub:nvidia/segformer-b0-finetuned-ade-512-512#hf-inference"
MANY = jobs(
    job("t1", "image-to-text", image="photo.png"),
    job("t2", "object-detection", image="photo.png"),
    job("t3", "image-segmentation", image="photo.png"),
    job("t4", "document-question-answering", document="photo.png", question="What is the total?"),
    job("t5", "text-to-image", text="a red house"),
    job("t6", "text-to-image", text="a blue house"),
    job("t7", "text-to-image", text="a green house"),
    job("t8", "text-to-speech", text=("t1",)),
    job("t9", "automatic-speech-recognition", audio=("t8",)),
    job("t10", "translation", text=("t9",), language="fr"),
)


def named(**names: str) -> dict[str, Assignment]:
    """The models that a plan names, by task."""
    return {
        uid: Assignment(candidate=name, provider=CandidateName.parse(name).provider, chosen_by="person")
        for uid, name in names.items()
    }


CHOSEN = named(
    t3=SEGFORMER, t5=f"{SDXL}#hf-inference", t6=f"{FLUX}#together", t7=f"{FLUX}#fal-ai", t10="hub:Qwen/Qwen3-8B#nscale"
)


async def test_each_kind_of_model_gives_what_it_is_for_and_the_report_says_by_whom(tmp_path: Path) -> None:
    with HubServer(granted=("*",)) as server:
        async with hub_stage(tmp_path, server, lanes=1, out=tmp_path / "out", **YES) as here:
            draw(tmp_path / "here" / "photo.png", (200, 100))
            ended = await whole(here, plan=MANY, assignments=CHOSEN)
            assert (ended.outcome, ended.exit) == (Outcome.ANSWERED, 0)
            kinds = {task.uid: tuple(one.kind for one in results(here, task.uid)) for task in MANY}
            assert kinds == {
                "t1": (Kind.TEXT,),
                "t2": (Kind.BOXES, Kind.IMAGE),
                "t3": (Kind.MASK, Kind.IMAGE, Kind.LABELS),
                "t4": (Kind.TEXT,),
                "t5": (Kind.IMAGE,),
                "t6": (Kind.IMAGE,),
                "t7": (Kind.IMAGE,),
                "t8": (Kind.AUDIO,),
                "t9": (Kind.TEXT,),
                "t10": (Kind.TEXT,),
            }
            await _check_pictures(here)
            await _check_words(here)
            _check_report(here, tmp_path / "out")
            assert server.errors == []


async def _check_pictures(here: Stage) -> None:
    boxes, drawn = results(here, "t2")
    assert (boxes.data[0]["label"], boxes.data[0]["score"]) == ("cat", 0.9)
    assert boxes.data[0]["box"] == {"xmin": 0, "ymin": 0, "xmax": 100, "ymax": 50}
    with Image.open(io.BytesIO(await content(here, drawn))) as picture:
        assert picture.size == (200, 100)
        assert len(picture.convert("RGB").getcolors() or ()) > 1, "the boxes are drawn on the grey picture"
    mask, _, labels = results(here, "t3")
    with Image.open(io.BytesIO(await content(here, mask))) as picture:
        assert picture.size == (200, 100)
    assert [row["label"] for row in labels.data] == ["wall", "cat"]
    for uid, said in (("t5", "a red house"), ("t6", "a blue house"), ("t7", "a green house")):
        (one,) = results(here, uid)
        data = await content(here, one)
        assert (one.media_type, one.size) == ("image/png", len(data))
        assert data.startswith(b"\x89PNG") and said.encode() in data


async def _check_words(here: Stage) -> None:
    texts = {uid: (await content(here, results(here, uid)[0])).decode() for uid in ("t1", "t4", "t9", "t10")}
    assert "200 x 100 pixels" in texts["t1"] and "What is the total?" in texts["t4"]
    (speech,) = results(here, "t8")
    assert speech.media_type == "audio/wav" and (await content(here, speech)).startswith(b"RIFF")
    assert texts["t9"].startswith("a recording of ")
    assert texts["t9"] in texts["t10"] and "language:\nfr" in texts["t10"], "a chat model is told the language"


def _check_report(here: Stage, out: Path) -> None:
    answer = here.all(ev.Answered)[-1]
    plain = answer.text.replace("\\", "")
    for task in MANY:
        name = here.run.status(task.uid).candidate
        assert f"| {task.id} | {task.task} | {name} |" in plain
    for provider in ("hf-inference", "together", "fal-ai", "nscale"):
        assert f"Run by {provider}; it used credits of HF_TOKEN." in plain
    files = {Path(path) for path in answer.files}
    assert {path.suffix for path in files} == {".png", ".wav", ".txt"}
    assert all(path.is_relative_to(out) and path.stat().st_size for path in files)
    (boxes,) = out.glob("*/2-*.json")
    assert json.loads(boxes.read_text())[0]["label"] == "cat"


async def test_one_listing_for_a_type_one_card_for_each_shown_and_none_where_they_are_kept(tmp_path: Path) -> None:
    twice = jobs(job("t1"), job("t2"), job("t3", text=("t1",)))
    with HubServer(granted=("*",)) as server:
        for number in (1, 2):
            async with hub_stage(tmp_path, server, twice, **YES) as here:
                assert (await whole(here)).outcome is Outcome.ANSWERED
                shown = candidates(here)
                assert len(shown) == 5
                assert (len(server.to("listing")), len(server.to("card")), len(server.to("info"))) == (1, 5, 0)
                assert len(server.to("infer/*")) == 3 * number


async def test_what_runs_now_comes_before_what_asks_for_terms_and_then_downloads_decide(tmp_path: Path) -> None:
    models = (
        listed("a/gated", 9_000, gated="auto"),
        listed("a/few", 10),
        listed("a/many", 800),
        Listed("a/down", TASK, 99_000, 1, (Offer("hf-inference", "error"),)),
    )
    with HubServer(models, granted=("*",)) as server:
        async with hub_stage(tmp_path, server, **YES) as here:
            await whole(here)
            assert list(candidates(here)) == [f"hub:a/{name}#hf-inference" for name in ("many", "few", "gated")]
            assert ran(here) == ["hub:a/many#hf-inference"]
            assert "800 downloads" in here.run.draft.assignments["t1"].reason


@pytest.mark.parametrize(
    ("order", "asked_one"), [((), "together"), (("fal-ai", "together"), "fal-ai"), (("nscale",), "nscale")]
)
async def test_the_order_of_the_person_decides_who_is_asked(
    order: tuple[str, ...], asked_one: str, tmp_path: Path
) -> None:
    models = (listed("a/painter", 9, "mit", "together", "fal-ai", "nscale", tag="text-to-image"),)
    with HubServer(models) as server:
        tasks = jobs(job("t1", "text-to-image", text="a cat"))
        async with hub_stage(tmp_path, server, tasks, place={"providers": order, "bill_to": "acme"}) as here:
            gate = await here.gate()
            assert gate.spends == "spends credits of acme (1 call)"
            assert len(gate.substitutes["t1"]) == 2, "the other two may stand in"
            here.approve()
            assert (await here.end()).outcome is Outcome.ANSWERED
            assert ran(here) == [f"hub:a/painter#{asked_one}"]
            (call,) = server.to("infer/*")
            assert (call.route, call.token) == (f"infer/{asked_one}/text-to-image", SECRET)
            assert call.headers["x-hf-bill-to"] == "acme"


async def test_any_model_of_the_hub_is_taken_by_its_name_and_its_provider(tmp_path: Path) -> None:
    models = (*(listed(f"a/{number}", 100 - number) for number in range(8)), listed("z/last", 1))
    with HubServer(models) as server:
        async with hub_stage(tmp_path, server) as here:
            await here.gate()
            assert "hub:z/last#hf-inference" not in candidates(here)
            await here.after(cmd.ChooseModel(uid="t1", candidate="hub:z/last"), kind=ev.GateOpened)
            chosen = here.run.draft.assignments["t1"]
            assert (chosen.candidate, chosen.chosen_by) == ("hub:z/last#hf-inference", "person")
            assert len(server.to("info")) <= 1
            here.approve()
            assert (await here.end()).outcome is Outcome.ANSWERED
            assert [call.model for call in server.to("infer/*")] == ["z/last"]


class Distant(HubServer):
    """The Hub as a company's proxy reaches it: under a name that is not of this machine."""

    url = "http://hub.test"

    @property
    def proxy(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def _answer(self, exchange: Exchange) -> None:
        exchange.request.path = urlsplit(exchange.request.path).path
        await super()._answer(exchange)


async def test_what_leaves_this_machine_is_what_the_provider_gets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = jobs(
        job("t1", "object-detection", image="photo.png"),
        job("t2", "summarization", text="Good morning. It rains."),
        job("t3", "text-to-speech", text=("t2",)),
    )
    with Distant(granted=("*",)) as server:
        monkeypatch.setenv("http_proxy", server.proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        async with hub_stage(tmp_path, server, tasks) as here:
            draw(tmp_path / "here" / "photo.png")
            gate = await here.gate()
            assert gate.leaves[:2] == (
                "photo.png, the text given to 2 → hf-inference through hub.test (2 tasks)",
                "the result of 2 → fal-ai through hub.test (1 task)",
            )
            assert gate.spends == "spends credits of HF_TOKEN (3 calls)"
            assert all(line.startswith("if it fails also ") for line in gate.leaves[2:])
            assert server.to("infer/*") == [], "nothing has left before it is approved"
            here.approve()
            assert (await here.end()).outcome is Outcome.ANSWERED
            sent = {call.route: call for call in server.to("infer/*")}
            picture = (tmp_path / "here" / "photo.png").read_bytes()
            assert sent["infer/hf-inference/object-detection"].raw == picture
            assert "Good morning" in sent["infer/hf-inference/summarization"].raw.decode()
            assert "Good morning" in sent["infer/fal-ai/text-to-speech"].raw.decode()
            assert len(sent) == 3
            assert {call.token for call in server.to("infer/*")} == {SECRET}


async def test_an_llm_chooses_among_the_controller_and_the_hub_by_what_their_cards_say(tmp_path: Path) -> None:
    models = (listed("a/many", 800), listed("a/few", 10, card="It knows the films of Iceland."))
    script = Script(selection=choose("hub:a/few#hf-inference"))
    with HubServer(models) as server, ChatServer(script) as chat:
        client = ChatClient(chat.url, KEY, "test-model", None, None)
        async with client:
            metered = Metered(client, Budget())
            more = {"selector": LLMSelector(metered), "beside": (ControllerCatalogue(metered, local=True),)}
            async with hub_stage(tmp_path, server, **more, **YES) as here:
                assert (await whole(here)).outcome is Outcome.ANSWERED
                assert {one.endpoint for one in candidates(here).values()} == {"controller", "hub"}
                (assignment,) = here.run.draft.assignments.values()
                assert (assignment.chosen_by, assignment.reason) == ("selector", "made for it")
                assert "the films of Iceland" in asked(chat, RunStage.SELECTION)[0].last
                assert ran(here) == ["hub:a/few#hf-inference"]


async def test_listings_and_cards_are_fetched_while_the_planner_still_writes(tmp_path: Path) -> None:
    rows = [row(1, "A good film.", kind=TASK), row(2, "Morgen", kind="translation", language="fr")]
    first, second = (json.dumps(one) for one in rows)
    gate = Gate()
    pieces = [f'{{"tasks": [{first}, ', second, "]}"]
    reply = Reply("".join(pieces), pieces=lambda text: pieces if text else [], gate=gate, hold_after=1)
    models = (*(listed(f"a/{number}", number) for number in range(1, 4)), listed("b/one", 1, tag="translation"))
    with HubServer(models) as server, ChatServer(Script(planning=reply)) as chat:
        async with ChatClient(chat.url, KEY, "test-model", None, None) as client:
            planner = LLMPlanner(Metered(client, Budget()))
            async with hub_stage(tmp_path, server, planner=planner) as here:
                here.send(cmd.Submit(request="Is it a good film? Translate 'Morgen' to French."))
                await server.call("card", 3)
                assert not here.all(ev.PlanProposed), "the first task is whole, the second is not there yet"
                assert len(server.to("listing")) == 1
                gate.release()
                await here.until(lambda: here.all(ev.GateOpened))
                assert len(server.to("listing")) == 2
                assert len(server.to("card")) == 4


async def test_without_a_token_the_hub_is_not_asked_and_the_plan_says_what_would_help(tmp_path: Path) -> None:
    with HubServer() as server:
        async with hub_stage(tmp_path, server, place={"token": "", "token_source": ""}) as here:
            gate = await here.gate()
            assert (gate.approvable, gate.errors) == (False, 1)
            assert "Set HF_TOKEN" in here.run.help[TASK]
            assert server.calls == []


async def test_offline_nothing_is_asked_and_what_runs_here_still_runs(tmp_path: Path) -> None:
    with HubServer() as server:
        async with hub_stage(tmp_path, server, **YES) as here:
            await whole(here)
        count = len(server.calls)
        work = FakeWork()
        here_too = {"beside": (Models(model("one")),), "endpoints": {"fake": work}}
        async with hub_stage(tmp_path, server, place={"offline": True}, **here_too, **YES) as here:
            assert (await whole(here)).outcome is Outcome.ANSWERED
            kept = [one for one in candidates(here).values() if one.endpoint == "hub"]
            assert len(kept) == 5
            assert all("works offline" in one.missing and one.description for one in kept)
            assert ran(here) == ["fake:one"]
        assert len(server.calls) == count


async def test_thirty_independent_tasks_are_with_the_hub_at_once(tmp_path: Path) -> None:
    gate = Gate()
    tasks = jobs(*(job(f"t{number}", text=f"a good film {number}") for number in range(1, 31)))
    with HubServer(granted=("*",)) as server:
        server.always("infer/*", Held(gate))
        async with hub_stage(tmp_path, server, tasks, **YES) as here:
            here.send(cmd.Submit(request="go"))
            await server.call("infer/*", 30)
            gate.release()
            assert (await here.end()).outcome is Outcome.ANSWERED
            assert server.peak == 30
            assert (len(server.to("listing")), len(server.to("infer/*"))) == (1, 30)
