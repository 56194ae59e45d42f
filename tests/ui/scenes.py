"""Every screen and state of the workbench, each brought about at a size: for the snapshots, and for whoever wants to look."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from textual.pilot import Pilot
from textual.widgets import OptionList

from hgtui.core import edits as ed
from hgtui.core import events as ev
from hgtui.core.approval import plan_fingerprint
from hgtui.core.model import Assignment, Candidate
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.policy import Match, Rule
from hgtui.core.resource import FileFact, Kind, Resource
from hgtui.core.states import EXIT_INTERRUPTED, Failure, Gate, Gates, Outcome, Stage
from hgtui.core.trials import Ahead, Tally, Tried
from hgtui.session.rows import RunRow
from hgtui.ui.app import HgtuiApp
from hgtui.ui.bridge import Option, Options
from hgtui.ui.looks import Looks
from hgtui.ui.screens.workbench import Workbench
from hgtui.ui.widgets.chat import Chat
from hgtui.ui.widgets.choices import Choices
from hgtui.ui.widgets.form import FormField, TaskForm
from tests.ui.bench import settle, until
from tests.ui.scripted import Scripted, ScriptedDesk, candidate, chain, hub_candidate
from tests.ui.shown import BOXES, PLAN, done, image, picture, seen, sound, words

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
PLANNER = "qwen3-8b"
VOICE = candidate("espeak-ng", licence="GPL-3.0-or-later", size_mb=21.0, description="A robotic but clear voice.")
LEXRANK = candidate("lexrank", size_mb=0.2, description="Picks the most central sentences as they stand.")
BARK = hub_candidate("suno/bark-small", licence="mit", providers=("replicate",), likes=212)
KOKORO = hub_candidate("hexgrad/Kokoro-82M", usd=0.002, likes=5_300, downloads=2_100_000, languages=("en", "fr", "ja"))
GATED = hub_candidate("acme/voice", gated="manual", page="https://huggingface.co/acme/voice", languages=("de", "en"))
BART = hub_candidate("facebook/bart-large-cnn", licence="mit", likes=1_400)
VADER = candidate("vader", size_mb=3.0, description="Good on short, plain English.")
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
CHINESE = "请总结这篇关于蜜蜂的文章，告诉我它的语气，然后用中文大声朗读出来。蜜蜂在春天醒来，在花间飞舞。"
EMOJI = "Tell me how 🎉👩‍👩‍👧‍👦🇫🇷👍🏽 ‘great day! 🌈🐝’ sounds and read it aloud 🔊"
HEBREW = "סכם את הטקסט על הדבורים וקרא אותו בקול רם: הדבורים מתעוררות באביב (spring) ועפות בין 3 פרחים."
NO_TRANSLATION = (
    "No engine that hgtui brings does this; it takes a model of the Hugging Face Hub. Set HF_TOKEN to a token from"
    " https://huggingface.co/settings/tokens: models of the Hub run with it."
)


class Stocked(ScriptedDesk):
    """A desk with stored runs and several controllers."""

    missing = ()

    def __init__(self, planner: str = "rules", why: str = "no OPENAI_BASE_URL: plans are made by rules") -> None:
        super().__init__()
        self.planner_name, self.planner_why = planner, why
        self.texts: dict[str, str] = {}
        self.rows: list[RunRow] = []

    async def runs(self, search: str = "", limit: int = 100) -> list[RunRow]:
        return [one for one in self.rows if search.lower() in one.request.lower()][:limit]

    async def text(self, digest: str) -> str:
        return self.texts.get(digest, "")

    async def options(self) -> Options:
        choices = (
            Option("rules", "plans are made by rules", present=self.planner_name == "rules"),
            Option("local: qwen3-8b", "Ollama at 127.0.0.1:11434", present=self.planner_name == PLANNER),
            Option("openai: gpt-4o-mini", "api.openai.com, by OPENAI_API_KEY"),
        )
        return Options(choices, ("work: WORK_KEY is not set",))


class Theatre(NamedTuple):
    """A workbench, what a scene does with it, and a folder of its own."""

    pilot: Pilot[None]
    desk: Stocked
    folder: Path

    @property
    def screen(self) -> Workbench:
        screen = self.pilot.app.screen_stack[0]
        assert isinstance(screen, Workbench)
        return screen

    async def ask(self, request: str) -> Scripted:
        """Make a request; nothing has come of it yet."""
        self.screen.query_one(Chat).prompt.text = request
        await self.pilot.press("1", "enter")
        await until(self.pilot, lambda: self.desk.given and self.desk.given[-1].commands)
        await settle(self.pilot)
        conductor = self.desk.given[-1]
        conductor.clock = self.screen.view.clock
        return conductor

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await settle(self.pilot)

    async def at_gate(self, plan: Plan, *candidates: Candidate) -> Scripted:
        """Let a plan be made of its request, and the gate open."""
        conductor = await self.ask(plan.request)
        plan = plan.model_copy(update={"planner": self.desk.planner_name})
        conductor.propose(plan, *(candidates or (LEXRANK, VOICE)))
        await settle(self.pilot)
        return conductor

    async def running(self, plan: Plan, *candidates: Candidate) -> Scripted:
        conductor = await self.at_gate(plan, *candidates)
        conductor.approve()
        await settle(self.pilot)
        return conductor

    def pass_(self, seconds: float) -> None:
        """Let time pass."""
        now = self.screen.view.clock() + timedelta(seconds=seconds)
        self.screen.view.clock = lambda: now
        for conductor in self.desk.given:
            conductor.clock = self.screen.view.clock


Scene = Callable[[Theatre], Awaitable[object]]
SCENES: dict[str, Scene] = {}
DESKS: dict[str, Callable[[], Stocked]] = {}


def scene(desk: Callable[[], Stocked] = Stocked) -> Callable[[Scene], Scene]:
    def keep(made: Scene) -> Scene:
        name = made.__name__.strip("_")
        SCENES[name], DESKS[name] = made, desk
        return made

    return keep


def llm() -> Stocked:
    return Stocked(PLANNER, f"plans are made by {PLANNER} at 127.0.0.1:11434: OPENAI_BASE_URL")


@asynccontextmanager
async def staged(name: str, size: tuple[int, int], folder: Path) -> AsyncIterator[Pilot[None]]:
    """Show a scene at a size; `folder` is for what it keeps."""
    desk = DESKS[name]()
    desk.folder = desk.base = folder
    async with HgtuiApp(desk, looks=Looks()).run_test(size=size) as pilot:
        stage = Theatre(pilot, desk, folder)
        stage.screen.view.clock = lambda: NOON
        await settle(pilot)
        await SCENES[name](stage)
        await settle(pilot)
        if stage.screen.view.ticking:  # on a slow machine it has ticked once more, which writes again what is left
            stage.screen._on_tick()
            await settle(pilot)
        yield pilot


def choose(conductor: Scripted, uid: str, one: Candidate, by: str = "ranking", why: str = "runs here") -> None:
    conductor.tell(ev.ModelChosen(uid=uid, assignment=Assignment.of(one, by, why)))  # type: ignore[arg-type]


# Before the gate


@scene()
async def nothing_yet(stage: Theatre) -> None:
    pass


@scene()
async def no_key_and_not_installed(stage: Theatre) -> None:
    stage.desk.missing = ("pip install 'hgtui[speech]' would run text-to-speech",)
    screen = Workbench(stage.desk, stage.pilot.app.size)
    await stage.pilot.app.push_screen(screen)


@scene(llm)
async def planning(stage: Theatre) -> None:
    conductor = await stage.ask(chain().request)
    conductor.tell(
        ev.RunStarted(request=chain().request, planner=PLANNER, controller="qwen3-8b at 127.0.0.1:11434"),
        ev.StageEntered(stage=Stage.PLANNING),
        ev.Delta(stage=Stage.PLANNING, text="They want a summary, a mood and a voice.", reasoning=True),
    )
    stage.pass_(4)
    conductor.tell(ev.Delta(stage=Stage.PLANNING, text='[{"task": "summarization", "id": 0'))
    for task in chain().tasks[:2]:
        conductor.tell(ev.TaskDrafted(task=task))
    await until(stage.pilot, lambda: "plan" in (streams := stage.screen.view.live.streams) and streams["plan"].text)


@scene(llm)
async def planning_failed(stage: Theatre) -> None:
    conductor = await stage.ask("Paint the town red")
    raw = hashlib.sha256(b"raw").hexdigest()
    stage.desk.texts[raw] = "Sure! Here is a little poem about your town:\nRoses are red, the town is too."
    conductor.tell(
        ev.RunStarted(request="Paint the town red", planner=PLANNER),
        ev.StageEntered(stage=Stage.PLANNING),
        ev.PlanningFailed(
            failure=Failure.UNREADABLE,
            message="The reply holds no plan.",
            hint="It is talk in place of a list of tasks.",
            raw=raw,
        ),
    )
    await until(stage.pilot, lambda: stage.screen.view.live.raw)


# At the gate


@scene()
async def gate(stage: Theatre) -> None:
    conductor = await stage.at_gate(chain(), LEXRANK, VADER, VOICE)
    choose(conductor, "t2", VADER)
    choose(conductor, "t3", VOICE)
    conductor.gate()


@scene(llm)
async def gate_that_leaves_and_costs(stage: Theatre) -> None:
    stage.desk.times[("text-to-speech", BARK.name)] = 6.1
    conductor = await stage.at_gate(chain(), LEXRANK, VOICE, BARK, KOKORO, GATED)
    choose(conductor, "t3", KOKORO, "selector", "most liked English voice")
    edit = ed.SetPolicy(uid="t3", policy="ask")
    _, undo = ed.apply(conductor.run.draft, edit)
    conductor.tell(ev.PlanEdited(edit=edit, undo=undo))
    conductor.gate()
    await stage.press("G")


@scene(llm)
async def gate_of_the_plan(stage: Theatre) -> None:
    conductor, plan = await stage.ask(chain().request), chain()
    conductor.tell(
        ev.RunStarted(request=plan.request, planner=PLANNER, gates=Gates.SPLIT),
        ev.StageEntered(stage=Stage.PLANNING),
        *(ev.TaskDrafted(task=task) for task in plan),
        ev.PlanProposed(plan=plan),
    )
    mark = plan_fingerprint(conductor.run.draft, conductor.run.files)
    conductor.tell(ev.GateOpened(gate=Gate.PLAN, fingerprint=mark, approvable=True))


@scene()
async def no_key_and_nothing_runs_it(stage: Theatre) -> None:
    plan = Plan(
        request="Translate “Guten Morgen” to French and read it aloud",
        planner="rules",
        tasks=(
            Task(
                uid="t1",
                id=0,
                task="translation",
                args={"text": Input.text("Guten Morgen"), "language": Input.text("fr")},
            ),
            Task(uid="t2", id=1, task="text-to-speech", args={"text": Input.of("t1"), "language": Input.text("fr")}),
        ),
    )
    conductor = await stage.ask(plan.request)
    conductor.tell(
        ev.RunStarted(request=plan.request, planner="rules"),
        ev.StageEntered(stage=Stage.PLANNING),
        ev.PlanProposed(plan=plan),
        ev.StageEntered(stage=Stage.SELECTION),
        ev.CandidatesFound(task="translation", candidates=(), help=NO_TRANSLATION),
        ev.CandidatesFound(task="text-to-speech", candidates=(VOICE,)),
        ev.ModelChosen(uid="t2", assignment=Assignment.of(VOICE, "ranking", "runs here")),
    )
    conductor.gate()


@scene()
async def offline(stage: Theatre) -> None:
    plan = Plan(
        request="Draw a castle",
        planner="rules",
        tasks=(Task(uid="t1", id=0, task="text-to-image", args={"text": Input.text("a castle")}),),
    )
    conductor = await stage.ask(plan.request)
    conductor.tell(
        ev.RunStarted(request=plan.request, planner="rules"),
        ev.StageEntered(stage=Stage.PLANNING),
        ev.PlanProposed(plan=plan),
        ev.StageEntered(stage=Stage.SELECTION),
        ev.CandidatesFound(
            task="text-to-image",
            candidates=(),
            help="No engine that hgtui brings does this; it takes a model of the Hugging Face Hub. The Hub's models for"
            " text-to-image are not kept on this machine, and it is not asked offline: leave out --offline once.",
        ),
    )
    conductor.gate()


@scene(llm)
async def no_task(stage: Theatre) -> None:
    conductor = await stage.ask("Hello, who are you?")
    conductor.tell(
        ev.RunStarted(request="Hello, who are you?", planner=PLANNER),
        ev.StageEntered(stage=Stage.PLANNING),
        ev.PlanProposed(plan=Plan(request="Hello, who are you?", planner=PLANNER)),
        ev.StageEntered(stage=Stage.RESPONSE),
        ev.Answered(text="I am hgtui: I turn what you ask into tasks, and models run them.", by=PLANNER, exit=0),
        ev.RunEnded(outcome=Outcome.ANSWERED, exit=0),
    )


@scene()
async def one_task(stage: Theatre) -> None:
    await stage.at_gate(Plan(request="Summarize notes.txt", planner="rules", tasks=chain().tasks[:1]), LEXRANK)


def many(count: int) -> Plan:
    kinds = ("summarization", "text-classification", "text-to-speech")
    tasks = []
    for at in range(count):
        given = Input.of(f"t{at - 1}") if at % 3 == 2 else Input.text(f"Chapter {at + 1} of the book about bees")
        tasks.append(Task(uid=f"t{at}", id=at, task=kinds[at % 3], args={"text": given}))
    return Plan(request="Sum up each chapter, say how it sounds and read it aloud", planner="rules", tasks=tuple(tasks))


@scene()
async def tasks_200(stage: Theatre) -> None:
    await stage.at_gate(many(200), LEXRANK)
    await stage.press("G", *"kkk")


@scene()
async def alike_200(stage: Theatre) -> None:
    tasks = tuple(
        Task(uid=f"t{at}", id=at, task="image-to-text", args={"image": Input.text(f"page{at:03}.png")})
        for at in range(200)
    )
    plan = Plan(request="Read page000.png to page199.png", planner="rules", tasks=tasks)
    conductor = await stage.at_gate(plan, candidate("rapidocr"))
    for at in range(200):
        fact = FileFact(path=f"page{at:03}.png", kind=Kind.IMAGE, digest=f"{at:064}", size=100, media_type="image/png")
        conductor.tell(ev.FileSeen(file=fact))
    conductor.gate()


async def text_of(stage: Theatre, text: str, model: Candidate | None = None) -> None:
    plan = Plan(
        request=text,
        planner="rules",
        tasks=(
            Task(uid="t1", id=0, task="summarization", args={"text": Input.text(text)}),
            Task(uid="t2", id=1, task="text-to-speech", args={"text": Input.of("t1")}),
        ),
    )
    conductor = await stage.at_gate(plan, *((model,) if model else ()))
    conductor.approve()
    one = words(keep(stage, text.encode()), len(text), text)
    done(conductor, "t1", one)
    conductor.tell(ev.TaskStarted(uid="t2", candidate=VOICE.name))
    await stage.press("2", "g")


@scene()
async def very_long_words(stage: Theatre) -> None:
    name = "an-organization-with-a-name-of-forty-four-letters/a-model-with-a-name-that-goes-on-and-on-and-on-v2.5-instruct-q4"
    await text_of(stage, f"{LONG} {LONG}{LONG}{LONG}", hub_candidate(name, description=LONG * 4))


@scene()
async def chinese(stage: Theatre) -> None:
    await text_of(stage, CHINESE)


@scene()
async def emoji(stage: Theatre) -> None:
    await text_of(stage, EMOJI)


@scene()
async def right_to_left(stage: Theatre) -> None:
    await text_of(stage, HEBREW)


# Editing


async def form_of(stage: Theatre, *keys: str) -> None:
    await stage.press(*keys, "e")
    await until(stage.pilot, lambda: stage.screen.query(TaskForm) and isinstance(stage.pilot.app.focused, FormField))
    await settle(stage.pilot)


@scene()
async def form(stage: Theatre) -> None:
    await stage.at_gate(chain())
    await form_of(stage)


@scene()
async def form_with_choices_and_an_error(stage: Theatre) -> None:
    await stage.at_gate(chain())
    await form_of(stage, "G")
    field = next(one for one in stage.screen.query(FormField) if one.argument == "text")
    field.text = "#"
    field.move_cursor(field.document.end)
    await until(stage.pilot, lambda: stage.screen.query_one(Choices).items)


@scene()
async def adding(stage: Theatre) -> None:
    await stage.at_gate(chain())
    await stage.press("o")
    await until(stage.pilot, lambda: len(stage.screen.query(Choices)) or stage.pilot.app.screen is not stage.screen)


@scene()
async def connecting(stage: Theatre) -> None:
    await stage.at_gate(chain())
    await stage.press("G", "minus")


@scene(llm)
async def edited(stage: Theatre) -> None:
    conductor = await stage.at_gate(chain(), LEXRANK, VOICE)
    for edit in (
        ed.Set(uid="t1", name="text", value="About wasps."),
        ed.Add(
            task=Task(uid="t9", id=3, task="translation", args={"text": Input.of("t1"), "language": Input.text("fr")})
        ),
    ):
        _, undo = ed.apply(conductor.run.draft, edit)
        conductor.tell(ev.PlanEdited(edit=edit, undo=undo))
    conductor.tell(ev.CandidatesFound(task="translation", candidates=(hub_candidate("google-t5/t5-small"),)))
    choose(conductor, "t9", hub_candidate("google-t5/t5-small"))
    choose(conductor, "t3", VOICE, "person", "chosen by you")
    conductor.gate()


@scene(llm)
async def difference(stage: Theatre) -> None:
    await edited(stage)
    await settle(stage.pilot)
    await stage.press("D")


@scene(llm)
async def revision(stage: Theatre) -> None:
    conductor = await stage.at_gate(chain(), LEXRANK, VOICE)
    plan = chain()
    tasks = (
        plan.tasks[0].model_copy(update={"args": {"text": Input.text("A text about wasps.")}}),
        plan.tasks[2],
        Task(uid="t9", id=3, task="translation", args={"text": Input.of("t1"), "language": Input.text("fr")}),
    )
    conductor.tell(
        ev.RevisionBegun(comment="wasps, not bees; no mood; and French too"),
        ev.RevisionProposed(plan=plan.with_tasks(tasks), notes=("The language was not said: French of France.",)),
    )
    await settle(stage.pilot)
    await stage.press("2")


@scene(llm)
async def revision_of_a_changed_plan(stage: Theatre) -> None:
    """The planner's plan, the person's and the revision: what was theirs and stays, what goes back, what is left out."""
    conductor, plan = await stage.at_gate(chain(), LEXRANK, VOICE), chain()
    mine = ed.Set(uid="t1", name="text", value="Only the wasps in it.")
    quiet = ed.SetPolicy(uid="t3", policy="ask")
    for edit in (mine, quiet):
        conductor.tell(ev.PlanEdited(edit=edit, undo=ed.apply(conductor.run.draft, edit)[1]))
    conductor.gate()
    tasks = (
        conductor.run.plan.tasks[0].update(args={"text": Input.text("A text about hornets.")}),
        plan.tasks[1],
        conductor.run.plan.tasks[2].update(args={"text": Input.of("t1", "t2")}),
        Task(uid="t9", id=3, task="translation", args={"text": Input.of("t1"), "language": Input.text("fr")}),
    )
    conductor.tell(
        ev.RevisionBegun(comment="use the mood when you read it aloud; hornets; and French too"),
        ev.RevisionProposed(plan=plan.with_tasks(tasks)),
        ev.ChangeDecided(uid="t9", take=False),
    )
    await settle(stage.pilot)
    await stage.press("2", "j")


@scene(llm)
async def plans(stage: Theatre) -> None:
    await revision_of_a_changed_plan(stage)
    await stage.pilot.app.screen.run_action("plans")


# What-if


def ahead(*candidates: Candidate) -> tuple[Ahead, ...]:
    rows = []
    for one in candidates:
        leaves = ("the text given to 0 → fal-ai through router.example (1 task)",) if one.leaves else ()
        rows.append(
            Ahead(
                assignment=Assignment.of(one, "person", "tried"),
                leaves=leaves,
                spends=one.spends and f"spends {one.spends}",
            )
        )
    return tuple(rows)


@scene(llm)
async def what_if(stage: Theatre) -> None:
    """What two models would send and spend, before anything is run."""
    stage.desk.tallies[("summarization", LEXRANK.name)] = Tally(2, 3)
    conductor = await stage.at_gate(chain(), LEXRANK, BART, VADER)
    await stage.press("w", "j", "space", "j", "space")
    conductor.tell(ev.WhatIfForeseen(uid="t1", fingerprint="f" * 64, ahead=ahead(LEXRANK, BART)))


@scene(llm)
async def what_if_side_by_side(stage: Theatre) -> None:
    """What three models gave for the same input: one is done, one failed, one is still at it."""
    conductor = await stage.at_gate(chain(), LEXRANK, BART, VADER)
    said = words(hashlib.sha256(b"said").hexdigest(), preview="Bees wake up in spring, and a queen leads them.")
    stage.desk.artifacts[said.digest] = stage.folder / "said"
    stage.desk.artifacts[said.digest].write_text(said.preview)
    lexrank = Tried(candidate=LEXRANK.name, results=(said,), seconds=0.04, memory_mb=61.0, usd=0.0)
    bart = Tried(
        candidate=BART.name, failure=Failure.QUOTA, message="The provider asks for patience.", hint="Wait a minute."
    )
    conductor.tell(
        ev.WhatIfBegun(uid="t1", fingerprint="f" * 64, ahead=ahead(LEXRANK, BART, VADER)),
        ev.WhatIfTried(uid="t1", tried=lexrank),
        ev.WhatIfTried(uid="t1", tried=bart),
    )
    await settle(stage.pilot)
    await stage.press("w")


@scene(llm)
async def votes(stage: Theatre) -> None:
    """The votes of what-ifs beside the candidates at the gate."""
    stage.desk.tallies[("summarization", LEXRANK.name)] = Tally(2, 3)
    stage.desk.tallies[("summarization", BART.name)] = Tally(1, 3, 1)
    await stage.at_gate(chain(), LEXRANK, BART)
    await until(stage.pilot, lambda: stage.screen.view.votes)


# Models


@scene(llm)
async def models(stage: Theatre) -> None:
    stage.desk.times[("text-to-speech", BARK.name)] = 6.1
    await stage.at_gate(chain(), VOICE, BARK, KOKORO, GATED)
    await stage.press("G", "m")


@scene(llm)
async def models_of_the_hub(stage: Theatre) -> None:
    stage.desk.found = (KOKORO, GATED)
    await stage.at_gate(chain(), VOICE)
    await stage.press("G", "m", "s", *"small voice", "enter")


@scene(llm)
async def card(stage: Theatre) -> None:
    stage.desk.card_text = (
        "---\nlicense: mit\n---\n# Kokoro\n\nAn **82M** voice.\n\n- fast\n- small\n\n| voice | language |\n|---|---|\n"
        "| af_heart | English |\n\n```python\nspeak('hello')\n```\n"
    )
    await stage.at_gate(chain(), KOKORO, VOICE)
    await stage.press("G", "m", "i")


@scene(llm)
async def controllers(stage: Theatre) -> None:
    await stage.at_gate(chain())
    await stage.press("C")
    await until(stage.pilot, lambda: stage.pilot.app.screen.query(OptionList))


# Rules and policies


SPEECH = Rule(match=Match(task="text-to-speech"), effect="ask", scope="always")


@scene()
async def policy(stage: Theatre) -> None:
    await stage.at_gate(chain(), KOKORO, VOICE)
    await stage.press("G", "p", "j", "space")


@scene()
async def rules(stage: Theatre) -> None:
    far = Rule(match=Match(provider="fal-ai", max_usd=0.01), effect="auto", scope="always")
    stage.desk.stored = [SPEECH, far]
    stage.desk.configured = (Rule(match=Match(file_leaves=True), effect="deny", scope="always"),)
    await stage.at_gate(chain())
    await stage.screen.action_rules()


@scene()
async def approving_with_a_rule(stage: Theatre) -> None:
    await stage.at_gate(chain(), KOKORO, VOICE)
    await stage.press("G", "A")


# Running


@scene()
async def running(stage: Theatre) -> None:
    conductor = await stage.running(chain())
    conductor.tell(
        ev.TaskStarted(uid="t1", candidate=LEXRANK.name),
        ev.TaskStarted(uid="t2", candidate=LEXRANK.name),
        ev.TaskDone(uid="t2", results=(words("2" * 64, 20, "positive, 83.0 %"),), seconds=0.41, candidate=LEXRANK.name),
        ev.Progress(uid="t1", fraction=0.4, note="12 of 30 sentences"),
    )
    stage.pass_(3)
    await until(stage.pilot, lambda: stage.screen.view.run.status("t1").fraction)


@scene()
async def retrying_and_asking(stage: Theatre) -> None:
    plan = chain()
    asks = plan.with_tasks([plan.tasks[0], plan.tasks[1].update(policy="ask"), plan.tasks[2]])
    conductor = await stage.running(asks, BARK)
    conductor.tell(
        ev.TaskStarted(uid="t1", candidate=BARK.name),
        ev.TaskRetrying(uid="t1", attempt=1, failure=Failure.QUOTA, message="Too many requests (429).", wait_s=12.0),
        ev.TaskAsking(uid="t2"),
    )
    stage.pass_(3)


async def fail(stage: Theatre) -> Scripted:
    conductor = await stage.running(chain(), BARK, KOKORO)
    conductor.tell(
        ev.TaskStarted(uid="t1", candidate=BARK.name),
        ev.TaskStarted(uid="t2", candidate=BARK.name),
        ev.TaskDone(uid="t2", results=(words("2" * 64, 20, "positive, 83.0 %"),), seconds=0.41, candidate=BARK.name),
        ev.TaskFailed(
            uid="t1", failure=Failure.TRANSPORT, message="fal-ai failed (503): Service Temporarily Unavailable.",
            hint="Try again, or take another provider.", attempt=3, seconds=4.02,
        ),
        ev.TaskBlocked(uid="t3", by=("t1",)),
    )  # fmt: skip
    conductor.gate()
    return conductor


@scene()
async def failed(stage: Theatre) -> None:
    await fail(stage)
    await settle(stage.pilot)
    await stage.press("exclamation_mark")


@scene()
async def problems(stage: Theatre) -> None:
    await fail(stage)
    await settle(stage.pilot)
    await stage.press("4")


@scene()
async def log(stage: Theatre) -> None:
    conductor = await stage.running(chain())
    conductor.tell(
        ev.TaskStarted(uid="t1", candidate=LEXRANK.name),
        *(ev.Logged(text=f"sentence {at} of 30 is read", uid="t1", level="debug") for at in range(1, 31)),
        ev.Logged(text="The text is cut: it is longer than the engine takes.", uid="t1", level="warning"),
    )
    await settle(stage.pilot)
    await stage.press("4")
    await until(stage.pilot, lambda: stage.screen.query_one("LogPane").count >= 30)  # type: ignore[attr-defined]


async def tried_twice(stage: Theatre) -> None:
    """Let a task be tried twice while another waits for it and a third is expected to take its time."""
    conductor = await stage.running(chain())
    conductor.run.expected = {"t1": 2.0, "t2": 6.0, "t3": 4.0}
    figures = {"tokens_in": 812, "tokens_out": 90, "first_s": 0.4, "total_s": 2.1, "usd": 0.0003}
    conductor.tell(
        ev.Called(stage=Stage.PLANNING, model=PLANNER, **figures),
        ev.Called(stage=Stage.SELECTION, model=PLANNER, **figures),
        ev.TaskStarted(uid="t1", candidate=LEXRANK.name),
    )
    stage.pass_(2)
    conductor.tell(ev.TaskRetrying(uid="t1", attempt=1, failure=Failure.TIMEOUT, message="Not in time.", wait_s=1.0))
    stage.pass_(1)
    conductor.tell(ev.TaskStarted(uid="t1", attempt=2, candidate=LEXRANK.name))
    stage.pass_(2)
    result = words("1" * 64, 20, "Bees wake up in spring.")
    conductor.tell(ev.TaskDone(uid="t1", results=(result,), seconds=2.0, candidate=LEXRANK.name))
    conductor.tell(ev.TaskStarted(uid="t2", candidate=LEXRANK.name))
    stage.pass_(2)
    await settle(stage.pilot)


@scene()
async def timeline(stage: Theatre) -> None:
    await tried_twice(stage)
    stage.screen.action_timeline()
    await settle(stage.pilot)


@scene()
async def calls(stage: Theatre) -> None:
    await tried_twice(stage)
    stage.screen.action_calls()
    await settle(stage.pilot)


@scene()
async def cancelled(stage: Theatre) -> None:
    conductor = await fail(stage)
    conductor.tell(ev.RunEnded(outcome=Outcome.INTERRUPTED, exit=EXIT_INTERRUPTED, message="It was stopped by you."))


# The answer, and results


async def seen_and_heard(stage: Theatre) -> Scripted:
    conductor = await stage.at_gate(PLAN, candidate("detector"))
    data = picture()
    digest = keep(stage, data)
    seen(conductor, digest)
    conductor.gate()
    conductor.approve()
    boxes = Resource(
        kind=Kind.BOXES, digest="b" * 64, media_type="text/plain", size=20, preview="1 sheep, 1 cow", data=BOXES
    )
    told = "A sheep and a cow stand on a blue meadow."
    spoken = sound()
    conductor.tell(
        ev.TaskStarted(uid="t1", candidate="embedded:detector"),
        ev.TaskDone(uid="t1", results=(boxes, image(digest)), seconds=0.52, candidate="embedded:detector"),
        ev.TaskStarted(uid="t2", candidate="embedded:detector"),
        ev.TaskDone(uid="t2", results=(words(keep(stage, told.encode()), len(told), told),), seconds=2.4),
        ev.TaskStarted(uid="t3", candidate="embedded:detector"),
        ev.TaskDone(
            uid="t3",
            results=(Resource(kind=Kind.AUDIO, digest=keep(stage, spoken), media_type="audio/wav", size=len(spoken)),),
            seconds=0.04,
        ),
    )
    return conductor


def keep(stage: Theatre, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    stage.desk.artifacts[digest] = stage.folder / digest
    stage.desk.artifacts[digest].write_bytes(data)
    return digest


async def answer(stage: Theatre) -> Scripted:
    conductor = await seen_and_heard(stage)
    conductor.tell(
        ev.StageEntered(stage=Stage.RESPONSE),
        ev.Answered(
            text="There are **two animals** [0]: a sheep and a cow. The voice is in [2].", by="program", exit=0
        ),
        ev.RunEnded(outcome=Outcome.ANSWERED, exit=0),
    )
    await settle(stage.pilot)
    return conductor


@scene()
async def answered(stage: Theatre) -> None:
    await answer(stage)


@scene()
async def result(stage: Theatre) -> None:
    await answer(stage)
    await stage.press("2", "g")


@scene()
async def result_over_the_whole_screen(stage: Theatre) -> None:
    await answer(stage)
    await stage.press("2", "g", "3", "enter")


@scene()
async def result_heard(stage: Theatre) -> None:
    await answer(stage)
    await stage.press("2", "G", "3", "enter")


# The drawn plan


def woven() -> Plan:
    """A plan whose tasks read each other: described, translated, then read aloud, drawn and looked at again."""
    rows: list[tuple[str, dict[str, Input], tuple[str, ...]]] = [
        ("image-to-text", {"image": Input.text("a.png")}, ()),
        ("translation", {"text": Input.of("t1"), "language": Input.text("zh")}, ()),
        ("summarization", {"text": Input.of("t2")}, ()),
        ("text-to-speech", {"text": Input.of("t2", "t3")}, ()),
        ("text-to-image", {"text": Input.of("t3")}, ()),
        ("object-detection", {"image": Input.of("t5")}, ("t4",)),
    ]
    tasks = (
        Task(uid=f"t{at + 1}", id=at, task=kind, args=args, after=after) for at, (kind, args, after) in enumerate(rows)
    )
    return Plan(request="Describe a.png in Chinese, read that aloud and draw it", tasks=tuple(tasks))


@scene()
async def boxes(stage: Theatre) -> None:
    conductor = await stage.running(woven())
    conductor.tell(
        ev.TaskStarted(uid="t1", candidate=LEXRANK.name),
        ev.TaskDone(uid="t1", seconds=1.25, results=()),
        ev.TaskStarted(uid="t2", candidate=VOICE.name),
        ev.Progress(uid="t2", fraction=0.4),
    )
    await stage.press("2", "v", "j", "j")


@scene()
async def boxes_with_borders(stage: Theatre) -> None:
    await stage.at_gate(woven())
    await stage.press("2", "v", "V", "H", "G", "k")


# Runs, help, palette


def stored() -> list[RunRow]:
    def one(at: int, request: str, **more: object) -> RunRow:
        begun = NOON - timedelta(hours=at * 7)
        fields = {
            "id": f"2026030{4 - at % 3}-12000{at}-4f1c9a", "started": begun, "updated": begun + timedelta(minutes=2),
            "request": request, "planner": "rules", "tasks": 3, "events": 40,
        }  # fmt: skip
        return RunRow.model_validate({**fields, **more})

    return [
        one(0, "Count the animals in farm.png and read it aloud", gate="merged", stage="selection"),
        one(1, "Summarize this, tell me how it sounds and read it aloud", outcome="answered", exit=0),
        one(2, "Translate letter.txt to French", outcome="failed", exit=1, planner=PLANNER),
        one(3, CHINESE, outcome="degraded", exit=1, tasks=12),
        one(4, f"{LONG}{LONG}", outcome="interrupted", exit=130, tasks=0),
        one(5, "Read page.png", stage="execution", stopped=True),
    ]


@scene()
async def runs(stage: Theatre) -> None:
    stage.desk.rows = stored()
    await stage.at_gate(chain())
    await stage.press("L")


@scene()
async def no_runs(stage: Theatre) -> None:
    await stage.press("escape", "L")


@scene()
async def help_(stage: Theatre) -> None:
    await stage.at_gate(chain())
    await stage.press("question_mark")


@scene()
async def palette(stage: Theatre) -> None:
    await stage.at_gate(chain())
    await stage.press("colon")
    await until(stage.pilot, lambda: stage.pilot.app.screen.query(OptionList))
    await stage.press(*"model")


@scene()
async def saving(stage: Theatre) -> None:
    await answer(stage)
    await stage.press("2", "g", "S")
