"""Records the runs that the pictures are drawn from, on engines and loopback servers. Run: python -m tests.ui.recording"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image
from skimage import data

from hgtui import samples
from hgtui.cli.compose import Workplace
from hgtui.cli.desk import WorkplaceDesk
from hgtui.core.commands import Approve, Comment, EditPlan, Submit, TakeRevision, WhatIf
from hgtui.core.edits import SetPolicy
from hgtui.core.events import Entry, WhatIfForeseen
from hgtui.core.states import Gate
from tests.selection.table import asked_for
from tests.servers.chat import ChatServer, Request
from tests.servers.hub import TOKEN, HubServer
from tests.servers.replies import Reply, Status
from tests.ui.talk import Controller, plan, row

RECORDED = Path(__file__).parent / "recorded"
PORTRAIT = (
    "How many faces are in portrait.jpg? Draw its edges, read page.png and tell me what language it is in,"
    " and read 'Ready for launch' aloud"
)
SUMMARY = (
    "A village mended its library together: it paid for the timber, carried the books, and found readers for two hundred"
    " that nobody had ever lent."
)
REVISION = "Summarize notes.txt and read it aloud"
FAILURE = "Summarize notes.txt, translate it to French and read it aloud, and tell me how positive notes.txt sounds"


async def record(folder: Path, request: str, name: str, environ: Mapping[str, str]) -> None:
    """Let a request run until it has ended or waits for a person at a failure, and export the run."""
    own = {"HGTUI_DATA_DIR": str(folder / "data"), "HGTUI_CONFIG": str(folder / "none.toml"), **environ}
    async with await Workplace.open(own, base=folder) as place:
        conductor = place.conductor()
        changed = asyncio.Event()
        conductor.listen(lambda *_: changed.set())
        conductor.send(Submit(request=request))
        while not conductor.run.gate:
            changed.clear()
            await changed.wait()
        seen = conductor.run.gate.fingerprint
        conductor.send(Approve(fingerprint=seen))
        while not (conductor.run.ended or (conductor.run.gate and conductor.run.gate.gate is Gate.TASK)):
            changed.clear()
            await changed.wait()
        print(await WorkplaceDesk(place).export_run(conductor.run.id, str(RECORDED / f"{name}.zip"), over=True))


async def record_revision(folder: Path) -> None:
    """Let a plan be changed, revised by an LLM and a what-if be held, and export the run where it waits for the vote."""
    script = Controller(
        plan(row(0, "notes.txt", "summarization"), row(1, "<GENERATED>-0", "text-to-speech")),
        plan(
            row(0, "notes.txt", "summarization"),
            row(1, "<GENERATED>-2", "text-to-speech", language="fr"),
            row(2, "<GENERATED>-0", "translation", language="fr"),
        ),
        answers=[Reply(SUMMARY)],
    )
    async with ChatServer(script) as server:
        environ = {
            "HGTUI_DATA_DIR": str(folder / "data"),
            "HGTUI_CONFIG": str(folder / "none.toml"),
            "OPENAI_BASE_URL": server.url,
            "OPENAI_MODEL": "qwen3-8b",
        }
        async with await Workplace.open(environ, base=folder) as place:
            conductor = place.conductor()
            changed = asyncio.Event()
            conductor.listen(lambda *_: changed.set())

            async def until(condition: Callable[[], object]) -> None:
                while not condition():
                    changed.clear()
                    await changed.wait()

            run = conductor.run
            conductor.send(Submit(request=REVISION))
            await until(lambda: run.gate)
            first, second = run.plan
            conductor.send(EditPlan(edit=SetPolicy(uid=second.uid, policy="ask")))
            await until(lambda: run.undos and run.gate)
            conductor.send(Comment(text="read it to me in French, please"))
            await until(lambda: run.revision)
            conductor.send(TakeRevision())
            await until(lambda: len(run.plan) == 3 and run.gate)
            foreseen: list[WhatIfForeseen] = []
            conductor.listen(lambda entry, _: foreseen.extend(_seen(entry)))
            names = ("embedded:lexrank", "controller:qwen3-8b")
            conductor.send(WhatIf(uid=first.uid, candidates=names, preview=True))
            await until(lambda: foreseen)
            conductor.send(WhatIf(uid=first.uid, candidates=names, fingerprint=foreseen[0].fingerprint))
            await until(lambda: run.trials and not run.trials[first.uid].open)
            print(await WorkplaceDesk(place).export_run(run.id, str(RECORDED / "revision.zip"), over=True))


def _seen(entry: Entry) -> list[WhatIfForeseen]:
    return [entry.event] if isinstance(entry.event, WhatIfForeseen) else []


BEES = "Sum up notes.txt, tell me how it sounds, and what language 'Guten Morgen' is"
PLANNED = [
    {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "notes.txt"}},
    {"task": "text-classification", "id": 1, "dep": [0], "args": {"text": "<GENERATED>-0", "question": "sentiment"}},
    {"task": "text-classification", "id": 2, "dep": [-1], "args": {"text": "Guten Morgen", "question": "language"}},
]


def controller(request: Request) -> Reply:
    """Do the part of a controller in the picture of a call."""
    match request.system.partition("\n")[0]:
        case "Task planning":
            return Reply(f"Here is the plan:\n{json.dumps({'tasks': PLANNED})}")
        case "Model selection":
            named = {0: "lexrank", 1: "vader", 2: "py3langid"}
            rows = [
                {"task": at, "model": f"embedded:{named[at]}", "reason": "made for it, small, and on this machine"}
                for at in asked_for(request.last)
            ]
            return Reply(json.dumps(rows))
        case _:
            return Reply("The notes are summed up in [0] and sound positive [1]; the greeting is German [2].")


def work(folder: Path) -> None:
    """Put there what the requests name. The portrait is a photograph of NASA, in the public domain."""
    for path in samples.folder().glob("*.*"):
        if path.suffix != ".py":
            shutil.copy(path, folder)
    Image.fromarray(data.astronaut()).resize((320, 320)).save(folder / "portrait.jpg", quality=85)


def calls(place: Path) -> None:
    """Record the run with a controller."""
    place.mkdir()
    work(place)
    with ChatServer(controller, models=("small-model",)) as server:
        environ = {"OPENAI_BASE_URL": server.url, "OPENAI_MODEL": "small-model", "OPENAI_API_KEY": "sk-none"}
        asyncio.run(record(place, BEES, "controller", environ))
    shutil.rmtree(place)


def main() -> None:
    RECORDED.mkdir(exist_ok=True)
    place = Path(tempfile.gettempdir()) / "tour"
    shutil.rmtree(place, ignore_errors=True)
    calls(place)
    for name, request in (("portrait", PORTRAIT), ("failure", FAILURE)):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        work(place)
        with HubServer() as server:
            server.always("infer/*", Status(503, "Service Temporarily Unavailable"))
            hub = {"HF_ENDPOINT": server.url, "HGTUI_ROUTER_URL": server.router, "HF_TOKEN": TOKEN}
            environ = {"HGTUI_PROFILE": "rules", **(hub if name == "failure" else {})}
            asyncio.run(record(place, request, name, environ))
    shutil.rmtree(place)
    place.mkdir()
    work(place)
    asyncio.run(record_revision(place))
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
