"""Records the runs that the pictures are drawn from, on engines and loopback servers. Run: python -m tests.ui.recording"""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from skimage import data

from hgtui import samples
from hgtui.cli.compose import Workplace
from hgtui.cli.desk import WorkplaceDesk
from hgtui.core.commands import Approve, Submit
from hgtui.core.states import Gate
from tests.servers.hub import TOKEN, HubServer
from tests.servers.replies import Status

RECORDED = Path(__file__).parent / "recorded"
PORTRAIT = (
    "How many faces are in portrait.jpg? Draw its edges, read page.png and tell me what language it is in,"
    " and read 'Ready for launch' aloud"
)
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


def work(folder: Path) -> None:
    """Put there what the requests name. The portrait is a photograph of NASA, in the public domain."""
    for path in samples.folder().glob("*.*"):
        if path.suffix != ".py":
            shutil.copy(path, folder)
    Image.fromarray(data.astronaut()).resize((320, 320)).save(folder / "portrait.jpg", quality=85)


def main() -> None:
    RECORDED.mkdir(exist_ok=True)
    place = Path(tempfile.gettempdir()) / "tour"
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


if __name__ == "__main__":
    main()
