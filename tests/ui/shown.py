"""Results to be seen and heard, made here: a picture, a sound, boxes."""

import hashlib
import io
import math
import struct
import wave
from pathlib import Path

from PIL import Image, ImageDraw

from hgtui.core import events as ev
from hgtui.core.plan import Input, Plan, Task
from hgtui.core.resource import FileFact, Kind, Resource
from tests.ui.scripted import Scripted, ScriptedDesk

PLAN = Plan(
    request="Count the animals, describe them and read it aloud",
    planner="rules",
    tasks=(
        Task(uid="t1", id=0, task="object-detection", args={"image": Input.text("farm.png")}),
        Task(uid="t2", id=1, task="image-to-text", args={"image": Input.text("farm.png")}),
        Task(uid="t3", id=2, task="text-to-speech", args={"text": Input.of("t2")}),
    ),
)
BOXES = [
    {"label": "sheep", "score": 0.98, "box": {"xmin": 90, "ymin": 180, "xmax": 250, "ymax": 420}},
    {"label": "cow", "score": 0.5, "box": {"xmin": 380, "ymin": 200, "xmax": 9_000, "ymax": 430}},
]


def picture(size: tuple[int, int] = (640, 480), form: str = "PNG") -> bytes:
    """A blue picture with a white square."""
    image, data = Image.new("RGB", size, (0, 0, 255)), io.BytesIO()
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill=(255, 255, 255))
    image.save(data, form)
    return data.getvalue()


def sound(seconds: float = 2.0, wide: int = 2) -> bytes:
    """A tone that swells."""
    data, count = io.BytesIO(), int(8000 * seconds)
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(wide)
        file.setframerate(8000)
        values = [math.sin(at / 5) * at / count for at in range(count)]
        if wide == 1:
            file.writeframes(bytes(round(128 + 127 * one) for one in values))
        else:
            file.writeframes(b"".join(struct.pack("<h", round(32000 * one)) for one in values))
    return data.getvalue()


def keep(desk: ScriptedDesk, folder: Path, data: bytes) -> str:
    """Keep bytes at a desk; return their digest."""
    digest = hashlib.sha256(data).hexdigest()
    place = folder / digest
    place.write_bytes(data)
    desk.artifacts[digest] = place
    desk.folder = folder
    return digest


def image(digest: str) -> Resource:
    return Resource(kind=Kind.IMAGE, digest=digest, media_type="image/png", size=100)


def words(digest: str, size: int = 20, preview: str = "two animals", **more: object) -> Resource:
    fields = {"kind": Kind.TEXT, "digest": digest, "media_type": "text/plain", "size": size, "preview": preview}
    return Resource.model_validate({**fields, **more})


def seen(conductor: Scripted, digest: str) -> None:
    """Let the picture that the first two tasks read be there."""
    fact = FileFact(path="farm.png", kind=Kind.IMAGE, digest=digest, size=100, media_type="image/png")
    conductor.tell(ev.FileSeen(file=fact))


def farm(conductor: Scripted, digest: str) -> None:
    """Let the picture that the first two tasks read be there, and the run begin."""
    seen(conductor, digest)
    conductor.approve()


def done(conductor: Scripted, uid: str, *results: Resource) -> None:
    conductor.tell(ev.TaskStarted(uid=uid, candidate="embedded:lexrank"), ev.TaskDone(uid=uid, results=results))
