"""Files that someone names: told by their content, and where they cannot be used, why."""

import asyncio
import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgtui.core.resource import Kind
from hgtui.session.content import LIMITS
from hgtui.session.files import FileError, inspect, read_text, resolve
from tests.inputs import draw_page, draw_qr, make_pdf


def picture(name: str) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        from PIL import Image

        Image.new("RGB", (40, 30), (10, 200, 30)).save(path, format=name)

    return make


def sound(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(b"\0\1" * 800)


def bytes_(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


GOOD: list[tuple[str, Callable[[Path], Any], Kind, str]] = [
    ("page.png", lambda path: draw_page(path, "Hello", height=300), Kind.IMAGE, "image/png"),
    ("code.png", lambda path: draw_qr(path, "x"), Kind.IMAGE, "image/png"),
    ("photo.jpg", picture("JPEG"), Kind.IMAGE, "image/jpeg"),
    ("photo.png", picture("JPEG"), Kind.IMAGE, "image/jpeg"),
    ("photo.webp", picture("WEBP"), Kind.IMAGE, "image/webp"),
    ("photo.gif", picture("GIF"), Kind.IMAGE, "image/gif"),
    ("photo.bmp", picture("BMP"), Kind.IMAGE, "image/bmp"),
    ("photo.tif", picture("TIFF"), Kind.IMAGE, "image/tiff"),
    ("no suffix", picture("PNG"), Kind.IMAGE, "image/png"),
    ("picture.txt", picture("PNG"), Kind.IMAGE, "image/png"),
    ("plain.ppm", bytes_(b"P3\n1 1\n255\n1 2 3\n"), Kind.IMAGE, "image/x-portable-anymap"),
    ("report.pdf", lambda path: make_pdf(path, "All is well."), Kind.DOCUMENT, "application/pdf"),
    ("scan.pdf", lambda path: make_pdf(path, "Scanned.", scanned=True), Kind.DOCUMENT, "application/pdf"),
    ("speech.wav", sound, Kind.AUDIO, "audio/wav"),
    ("voice.ogg", bytes_(b"OggS\0\2" + b"\0" * 22 + b"\x01\x13OpusHead" + b"\0" * 40), Kind.AUDIO, "audio/ogg"),
    ("song.mp3", bytes_(b"ID3\x03\0\0\0\0\0\x0a" + b"\0" * 40), Kind.AUDIO, "audio/mpeg"),
    ("song.m4a", bytes_(b"\0\0\0\x18ftypM4A \0\0\0\0" + b"\0" * 40), Kind.AUDIO, "audio/mp4"),
    ("voice.m4a", bytes_(b"\0\0\0\x18ftypmp42\0\0\0\0" + b"\0" * 40), Kind.AUDIO, "audio/mp4"),
    ("song.flac", bytes_(b"fLaC\0\0\0\x22" + b"\0" * 40), Kind.AUDIO, "audio/flac"),
    ("film.mp4", bytes_(b"\0\0\0\x18ftypmp42\0\0\0\0" + b"\0" * 40), Kind.VIDEO, "video/mp4"),
    ("notes.txt", bytes_(b"Hello\n"), Kind.TEXT, "text/plain"),
    ("Käse & more.md", bytes_("Grüße \N{PILE OF POO}".encode()), Kind.TEXT, "text/markdown"),
    ("mark.txt", bytes_(b"\xef\xbb\xbfHello"), Kind.TEXT, "text/plain"),
    ("wide.txt", bytes_("Grüße".encode("utf-16")), Kind.TEXT, "text/plain"),
    ("log", bytes_(b"\x1b[31mred\x1b[0m\tand\x0c plain\r\n"), Kind.TEXT, "text/plain"),
    ("brand.txt", bytes_(b"BM is a brand, and P5 another."), Kind.TEXT, "text/plain"),
    ("rows.csv", bytes_(b"a,b\n1,2\n"), Kind.TABLE, "text/csv"),
    ("rows.TSV", bytes_(b"a\tb\n"), Kind.TABLE, "text/tab-separated-values"),
    ("data.json", bytes_(b'{"a": 1}'), Kind.TEXT, "application/json"),
]


@pytest.mark.parametrize(("name", "make", "kind", "media_type"), GOOD, ids=[row[0] for row in GOOD])
async def test_a_file_is_told_by_its_content(
    tmp_path: Path, name: str, make: Callable[[Path], Any], kind: Kind, media_type: str
) -> None:
    make(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    fact = await inspect(name, tmp_path)
    assert fact.error == ""
    assert (fact.path, fact.kind, fact.media_type) == (name, kind, media_type)
    assert (fact.size, fact.digest) == (len(data), hashlib.sha256(data).hexdigest())


BAD: list[tuple[str, Callable[[Path], Any], str]] = [
    ("page.png", bytes_(b"no picture\n"), "page.png is no picture: its content is text."),
    ("page.jpg", lambda path: make_pdf(path, "x"), "page.jpg is no picture: its content is a PDF (application/pdf)."),
    ("speech.wav", picture("PNG"), "speech.wav is no sound: its content is a picture (image/png)."),
    ("report.pdf", bytes_(b"<html></html>"), "report.pdf is no PDF: its content is text."),
    ("film.mp4", bytes_(b"\x13\x37\x99\xfe" * 50), "film.mp4 is no video: its content is of no known kind."),
    (
        "photo.png",
        bytes_(b"\x7fELF\x02\x01\x01" + b"\0" * 80),
        "photo.png is no picture: its content is ELF executable.",
    ),
    ("nothing.txt", bytes_(b""), "nothing.txt is empty."),
    ("nothing.png", bytes_(b""), "nothing.png is empty."),
    ("old.txt", bytes_("Grüße".encode("cp1252")), "old.txt is not text in UTF-8 or UTF-16. Save it as UTF-8."),
    ("late.txt", bytes_(b"a" * 70_000 + b"\xff"), "late.txt begins as text, but not all of it is UTF-8 or UTF-16."),
    ("a.docx", bytes_(b"PK\x03\x04" + b"\0" * 60), "which nothing here reads. Text, tables, PDFs"),
    ("letter", bytes_(b"{\\rtf1 x}"), "letter is an RTF document, which nothing here reads."),
    ("logo.svg", bytes_(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "logo.svg is a vector drawing, which nothing"),
    ("folder", lambda path: path.mkdir(), "folder is a folder. Name a file in it."),
    ("pipe.txt", os.mkfifo, "pipe.txt is a pipe, not a regular file."),
    ("broken.txt", lambda path: path.symlink_to("gone.txt"), "broken.txt is a link to gone.txt, which does not exist."),
    ("circle.txt", lambda path: path.symlink_to(path.name), "circle.txt cannot be read: its links go in a circle."),
]


@pytest.mark.parametrize(("name", "make", "words"), BAD, ids=[row[0] for row in BAD])
async def test_a_file_that_cannot_be_used_says_why(
    tmp_path: Path, name: str, make: Callable[[Path], Any], words: str
) -> None:
    make(tmp_path / name)
    fact = await asyncio.wait_for(inspect(name, tmp_path), 20)
    assert words in fact.error
    assert (fact.path, fact.digest, fact.usable) == (name, "", False)


async def test_devices_and_sockets_are_never_opened(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        assert (await inspect("s", tmp_path)).error == "s is a socket, not a regular file."
    for device in ("/dev/zero", "/dev/tty", "/dev/stdin"):
        assert (
            "not a regular file" in (await asyncio.wait_for(inspect(device, tmp_path), 20)).error
            or device == "/dev/stdin"
        )


async def test_a_folder_names_files_that_are_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "My Photos"
    folder.mkdir()
    for name in (".hidden.png", "thing.bin", "b\x1b[2J.png"):
        (folder / name).write_bytes(b"x")
    none = await inspect("My Photos", tmp_path)
    assert (none.error, none.meant) == ("My Photos is a folder. Name a file in it.", "")
    (folder / "b\x1b[2J.png").unlink()
    (folder / "a.png").write_bytes(b"x")
    one = await inspect("My Photos/", tmp_path)
    assert one.error == "My Photos/ is a folder. Name a file in it, such as My Photos/a.png."
    assert one.meant == "My Photos/a.png"
    for name in ("b.txt", "c.wav"):
        (folder / name).write_bytes(b"x")
    some = await inspect("My Photos", tmp_path)
    assert some.error.endswith("such as My Photos/a.png or My Photos/b.txt.")
    assert not some.meant


async def test_a_missing_file_names_the_one_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "Notes.txt").write_text("x")
    near = await inspect("sub/note.txt", tmp_path)
    assert near.error == "There is no file sub/note.txt. Did you mean sub/Notes.txt?"
    assert near.meant == "sub/Notes.txt"
    assert (await inspect("sub/quite else", tmp_path)).error == "There is no file sub/quite else."
    assert "there is no folder sup" in (await inspect("sup/note.txt", tmp_path)).error
    assert "Notes.txt is not a folder" in (await inspect("sub/Notes.txt/x", tmp_path)).error


async def test_a_name_that_was_meant_is_cleaned_before_it_is_shown(tmp_path: Path) -> None:
    (tmp_path / "note\x1b]0;x\x07s.txt").write_text("x")
    fact = await inspect("notes.txt", tmp_path)
    error = fact.error
    assert ("Did you mean" in error, fact.meant) == (True, "")  # nothing to put into a plan
    assert error.isprintable()


@pytest.mark.parametrize(
    "path", ["", " ", "a\0b.txt", "x" * 5_000, "x/" * 3_000, "\ud800.txt", "~nobody-at-all/x", "\x1b[31m"]
)
async def test_names_that_no_file_can_have_are_refused_in_words(tmp_path: Path, path: str) -> None:
    fact = await inspect(path, tmp_path)
    assert fact.error
    assert fact.error.isprintable()
    assert len(fact.error) < 500


async def test_a_name_in_bytes_that_are_not_utf8_is_refused_in_words(tmp_path: Path) -> None:
    name = os.fsdecode(b"gr\xfc\xdfe.txt")
    (tmp_path / name).write_text("x")
    fact = await inspect(name, tmp_path)
    assert "not UTF-8" in fact.error
    assert fact.model_dump_json()


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40), st.binary(max_size=400))
def test_no_name_and_no_content_makes_it_raise(name: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "f").write_bytes(data)
        assert asyncio.run(inspect("f", Path(folder))).path == "f"
        asyncio.run(inspect(name, Path(folder)))


@pytest.mark.parametrize(("name", "kind"), [("big.txt", Kind.TEXT), ("big.csv", Kind.TABLE), ("big.png", Kind.IMAGE)])
async def test_too_large_is_said_with_the_limit_and_without_reading_it_all(
    tmp_path: Path, name: str, kind: Kind
) -> None:
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" if kind is Kind.IMAGE else b"a" * 70_000
    (tmp_path / name).write_bytes(head)
    os.truncate(tmp_path / name, LIMITS[kind] + 1)
    error = (await inspect(name, tmp_path)).error
    assert "too large" in error
    assert f"{LIMITS[kind] // 1_000_000} MB" in error


async def test_text_at_the_limit_is_taken(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_bytes("é".encode() * (LIMITS[Kind.TEXT] // 2))
    assert (await inspect("big.txt", tmp_path)).usable


async def test_a_path_is_read_against_the_base_and_stays_as_typed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    for typed in ("a.txt", "./a.txt", str(tmp_path / "a.txt")):
        fact = await inspect(typed, tmp_path)
        assert (fact.path, fact.error) == (typed, "")
    assert resolve("~/a.txt", tmp_path) == Path.home() / "a.txt"


async def test_text_is_read_decoded_and_cleaned(tmp_path: Path) -> None:
    for data in ("Grüße\r\nall".encode("utf-8-sig"), "Grüße\nall".encode("utf-16"), b"Gr\xc3\xbc\x1b\xc3\x9fe\nall"):
        (tmp_path / "t.txt").write_bytes(data)
        assert await read_text(tmp_path / "t.txt") == "Grüße\nall"
    (tmp_path / "t.txt").write_bytes(b"\0\1\2")
    with pytest.raises(FileError, match="not text"):
        await read_text(tmp_path / "t.txt")
    with pytest.raises(FileError, match="There is no file"):
        await read_text(str(tmp_path / "else.png"))


CHILD = """
import asyncio, json, os, sys
from pathlib import Path
from hgtui.session.files import inspect
# What is imported late may lie where nobody but root can read.
asyncio.run(inspect("secret.txt", Path(sys.argv[1])))
os.setgid(65534)
os.setuid(65534)
names = ("secret.txt", "locked/inside.txt", "unlisted/nota.txt")
print(json.dumps([asyncio.run(inspect(name, Path(sys.argv[1]))).error for name in names]))
"""


@pytest.mark.skipif("os.geteuid() != 0", reason="gives up the rights of root in a child")
def test_no_permission_is_said_for_a_file_and_for_a_folder() -> None:
    with tempfile.TemporaryDirectory() as top:
        Path(top).chmod(0o755)
        Path(top, "secret.txt").write_text("x")
        Path(top, "secret.txt").chmod(0o600)
        Path(top, "locked").mkdir(mode=0o700)
        Path(top, "unlisted").mkdir()
        Path(top, "unlisted", "note.txt").write_text("x")
        Path(top, "unlisted").chmod(0o711)
        done = subprocess.run(
            [sys.executable, "-c", CHILD, top], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.stderr == ""
    assert json.loads(done.stdout) == [
        "secret.txt cannot be read: you have no permission to read it.",
        "locked/inside.txt cannot be read: you have no permission to read it.",
        "There is no file unlisted/nota.txt.",
    ]
