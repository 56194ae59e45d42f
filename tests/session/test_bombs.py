"""Files that claim, or unpack to, far more than they are, where they are first looked at: a sentence, and at once."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgtui.core.plan import Input, Plan, Task
from hgtui.core.resource import Kind
from hgtui.session.content import MOST_PIXELS
from hgtui.session.dimensions import dimensions
from hgtui.session.files import inspect
from tests import bombs
from tests.session.staging import ByHand, stage

Make = Callable[[Path, int, int], Path]
CLAIMS: dict[str, Make] = {
    "bomb.png": lambda path, width, height: bombs.png(path, width, height, packed=b""),
    "bomb.gif": bombs.gif,
    "bomb.tif": bombs.tiff,
    "bomb.webp": bombs.webp,
    "bomb.jpg": bombs.jpeg,
    "late.jpg": lambda path, width, height: bombs.jpeg(path, width, height, before=5),
    "bomb.bmp": bombs.bmp,
    "bomb.ppm": bombs.ppm,
    "bomb.jp2": bombs.jpeg2000,
}


@pytest.mark.parametrize("name", CLAIMS)
async def test_a_picture_that_claims_too_many_pixels_is_refused_by_its_header(tmp_path: Path, name: str) -> None:
    fact = await inspect(str(CLAIMS[name](tmp_path / name, 50_000, 50_000)), tmp_path)
    assert "50,000 x 50,000 pixels, the limit is 250 million" in fact.error
    assert fact.error.endswith(".")


@pytest.mark.parametrize("name", CLAIMS)
async def test_a_picture_at_the_limit_is_taken(tmp_path: Path, name: str) -> None:
    fact = await inspect(str(CLAIMS[name](tmp_path / name, 15_811, 15_811)), tmp_path)
    assert MOST_PIXELS >= 15_811**2
    assert fact.usable, fact.error
    assert fact.kind is Kind.IMAGE


async def test_a_whole_picture_of_two_and_a_half_thousand_million_pixels_in_a_few_hundred_kilobytes(
    tmp_path: Path,
) -> None:
    path = bombs.png(tmp_path / "bomb.png", bombs.HUGE, bombs.HUGE)
    assert path.stat().st_size < 500_000
    assert "50,000 x 50,000" in (await inspect(str(path), tmp_path)).error


FORMATS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "BMP": "bmp", "TIFF": "tif", "WEBP": "webp", "PPM": "ppm"}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*FORMATS, "JPEG2000"]), st.integers(1, 300), st.integers(1, 300), st.booleans())
def test_the_size_of_what_pillow_writes_is_read_from_its_header(
    kind: str, width: int, height: int, lossless: bool
) -> None:
    from PIL import Image

    file = io.BytesIO()
    more = {"lossless": lossless} if kind == "WEBP" else {"progressive": lossless} if kind == "JPEG" else {}
    Image.new("RGB", (width, height), (9, 99, 200)).save(file, format=kind, **more)
    assert dimensions(file.getvalue()[: 1 << 16], file) == (width, height)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        [b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF", b"\xff\xd8", b"II*\0", b"MM\0*", b"P6 ", b"P7", b""]
    ),
    st.binary(max_size=200),
)
def test_no_header_makes_it_raise_and_the_place_in_the_file_is_kept(start: bytes, rest: bytes) -> None:
    file = io.BytesIO(start + rest)
    file.seek(3)
    found = dimensions(start + rest, file)
    assert found is None or all(isinstance(side, int) for side in found)
    assert file.tell() == 3


@pytest.mark.parametrize(
    ("name", "head", "words"),
    [
        ("film.mp4", b"\0\0\0\x18ftypisom\0\0\2\0isomiso2", "limit for a video is 2,000 MB"),
        ("cat.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\1\0\0\0\0", "limit for a picture is 100 MB"),
        ("song.wav", b"RIFF\0\0\0\0WAVEfmt ", "limit for a sound is 500 MB"),
        ("report.pdf", b"%PDF-1.4\n", "limit for a PDF is 200 MB"),
    ],
)
async def test_a_file_of_more_than_two_gigabytes_is_not_read(
    tmp_path: Path, name: str, head: bytes, words: str
) -> None:
    fact = await inspect(str(bombs.sparse(tmp_path / name, head, 2_100_000_000)), tmp_path)
    assert words in fact.error


async def test_sounds_and_films_that_lie_about_their_length_are_what_they_are(tmp_path: Path) -> None:
    sound = await inspect(str(bombs.wav(tmp_path / "song.wav")), tmp_path)
    film = await inspect(str(bombs.mp4(tmp_path / "film.mp4")), tmp_path)
    assert (sound.kind, sound.size, film.kind) == (Kind.AUDIO, 44, Kind.VIDEO)


async def test_entities_are_text_and_never_grow(tmp_path: Path) -> None:
    fact = await inspect(str(bombs.laughs(tmp_path / "laughs.xml")), tmp_path)
    assert (fact.kind, fact.usable) == (Kind.TEXT, True)
    assert fact.size < 2_000
    drawing = await inspect(str(bombs.laughs(tmp_path / "laughs.svg")), tmp_path)
    assert "vector drawing" in drawing.error


async def test_a_bomb_in_a_plan_is_an_error_of_the_plan(tmp_path: Path) -> None:
    here_folder = tmp_path / "here"
    here_folder.mkdir()
    bombs.gif(here_folder / "bomb.gif", 60_000, 60_000)
    task = Task(uid="t1", id=1, task="image-to-text", args={"image": Input.text("bomb.gif")})
    async with stage(tmp_path, ByHand(Plan(tasks=(task,)))) as here:
        assert not (await here.gate("Describe bomb.gif")).approvable
        assert "60,000 x 60,000" in here.run.files["bomb.gif"].error


def test_a_bomb_takes_no_memory_to_be_refused(tmp_path: Path) -> None:
    path = bombs.png(tmp_path / "bomb.png", bombs.HUGE, bombs.HUGE)
    code = (
        "import asyncio, resource, sys; from pathlib import Path; from hgtui.session.files import inspect\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "fact = asyncio.run(inspect(sys.argv[1], Path('.')))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, bool(fact.error))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    grown, refused = done.stdout.split()
    assert refused == "True"
    assert int(grown) < 50_000  # kB; unpacked it would be 312,500 at a bit a pixel
