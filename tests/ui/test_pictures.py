"""What is drawn of pictures and sounds, and what is said of those that cannot be."""

import io
import struct
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from hgtui.core.text import clean
from hgtui.ui.longtext import LongText
from hgtui.ui.pictures import CannotShow, Mark, colour, draw
from hgtui.ui.sounds import listen, waveform
from tests import bombs
from tests.ui.shown import picture, sound


def put(folder: Path, data: bytes) -> Path:
    (folder / "it").write_bytes(data)
    return folder / "it"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
@pytest.mark.parametrize("cells", [(40, 20), (10, 3), (4, 2), (100, 50)])
def test_a_picture_keeps_within_its_cells_and_its_shape(tmp_path: Path, form: str, cells: tuple[int, int]) -> None:
    lines = draw(put(tmp_path, picture(form=form)), cells)
    width = lines[0].cell_length
    assert len(lines) <= cells[1]
    assert {line.cell_length for line in lines} == {width}
    assert width <= cells[0]
    assert abs(width / (2 * len(lines)) - 640 / 480) < 0.5


def test_a_small_picture_is_not_blown_up(tmp_path: Path) -> None:
    lines = draw(put(tmp_path, picture((6, 4))), (40, 20))
    assert (lines[0].cell_length, len(lines)) == (6, 2)


def test_boxes_are_drawn_after_scaling_in_the_colour_of_their_label_and_stay_inside(tmp_path: Path) -> None:
    path = put(tmp_path, picture())
    plain = draw(path, (40, 20))
    marked = draw(path, (40, 20), (Mark(320, 240, 1e8, 1e8, 1), Mark(-5, -5, 3, 3, 0), Mark(9e8, 9e8, -9e8, -9e8, 2)))
    assert plain != marked
    inks = {segment.style.color.triplet for line in marked for segment in line if segment.style and segment.style.color}
    assert colour(1) in {tuple(one) for one in inks if one}
    assert {line.cell_length for line in marked} == {plain[0].cell_length}


def test_a_mask_veils_the_picture_where_it_is_not_black(tmp_path: Path) -> None:
    mask = Image.new("RGB", (640, 480), (0, 0, 0))
    mask.paste((255, 0, 0), (320, 240, 640, 480))
    data = io.BytesIO()
    mask.save(data, "PNG")
    (tmp_path / "mask").write_bytes(data.getvalue())
    path = put(tmp_path, picture())
    plain, veiled = draw(path, (20, 10)), draw(path, (20, 10), mask=tmp_path / "mask")
    assert plain[0] == veiled[0]
    assert plain[-1] != veiled[-1]


def test_a_picture_with_transparency_and_one_that_is_turned_are_drawn(tmp_path: Path) -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (30, 20), (255, 0, 0, 0)).save(clear, "PNG")
    assert draw(put(tmp_path, clear.getvalue()), (40, 20))
    turned, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 20), (255, 0, 0)).save(turned, "JPEG", exif=exif)
    lines = draw(put(tmp_path, turned.getvalue()), (40, 40))
    assert lines[0].cell_length < 2 * len(lines), "a quarter turn makes it high"


def test_a_bomb_is_a_sentence_and_is_not_unpacked(tmp_path: Path) -> None:
    bombs.png(tmp_path / "bomb", bombs.HUGE, bombs.HUGE)
    with pytest.raises(CannotShow, match="too large to be shown: 50,000 x 50,000 pixels"):
        draw(tmp_path / "bomb", (40, 20))
    bombs.gif(tmp_path / "gif", 60_000, 60_000)
    with pytest.raises(CannotShow, match="too large"):
        draw(tmp_path / "gif", (40, 20))
    bombs.png(tmp_path / "text", 4, 4, extra=bombs.text_chunk(200_000_000))
    with pytest.raises(CannotShow, match="damaged"):
        draw(tmp_path / "text", (40, 20))


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_whatever_is_damaged_is_drawn_or_a_sentence(place: int, what: bytes) -> None:
    import tempfile

    data = bytearray(picture((20, 20)))
    data[place : place + len(what)] = what
    with tempfile.TemporaryDirectory() as folder:
        try:
            draw(put(Path(folder), bytes(data)), (10, 5))
        except CannotShow as error:
            assert str(error).endswith(".") and clean(str(error)) == str(error)


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"<svg xmlns='x'/>", picture()[:200]])
def test_what_is_no_picture_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(CannotShow, match="cannot be shown"):
        draw(put(tmp_path, data), (40, 20))


# Sounds


@pytest.mark.parametrize("wide", [1, 2])
def test_a_wav_says_its_length_and_its_waveform_swells_as_it_does(tmp_path: Path, wide: int) -> None:
    heard = listen(put(tmp_path, sound(2.0, wide)), 20)
    assert heard.seconds == pytest.approx(2.0)
    assert len(heard.peaks) == 20
    assert heard.peaks[0] < 0.2
    assert 0.8 < heard.peaks[-1] <= 1.0
    low, high = waveform(heard.peaks)[1], waveform(heard.peaks)[0]
    assert high.endswith("█") and high.startswith(" ") and low.endswith("█")


def test_a_wav_that_promises_more_than_it_has_is_as_long_as_it_is(tmp_path: Path) -> None:
    data = bytearray(sound(1.0))
    data[40:44] = struct.pack("<I", 2_000_000_000)
    assert listen(put(tmp_path, bytes(data)), 10).seconds == pytest.approx(1.0)


def test_silence_and_nothing_have_a_flat_waveform() -> None:
    assert waveform((0.0, 0.0)) == ["  ", "  "]
    assert waveform(()) == ["", ""]


@pytest.mark.parametrize("head", [b"RIFF\x24\0\0\0WAVE", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + bytes(24)])
def test_a_broken_wav_is_a_sentence(tmp_path: Path, head: bytes) -> None:
    try:
        assert listen(put(tmp_path, head), 10).peaks == ()
    except CannotShow as error:
        assert "damaged" in str(error)


def flac(samples: int, rate: int) -> bytes:
    return b"fLaC" + bytes(14) + (rate << 4).to_bytes(3, "big") + samples.to_bytes(5, "big") + bytes(40)


def mp4(scale: int, length: int) -> bytes:
    head = bytes(12) + struct.pack(">II", scale, length) + bytes(80)
    mvhd = struct.pack(">I4s", len(head) + 8, b"mvhd") + head
    return struct.pack(">I4s", 16, b"ftyp") + b"isom0000" + struct.pack(">I4s", len(mvhd) + 8, b"moov") + mvhd


def ogg(samples: int) -> bytes:
    page = b"OggS" + bytes(2) + struct.pack("<q", 0) + bytes(14) + b"OpusHead" + bytes(20)
    return page + b"OggS" + bytes(2) + struct.pack("<q", samples) + bytes(14)


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        (flac(88_200, 44_100), 2.0),
        (mp4(1000, 2500), 2.5),
        (ogg(96_000), 2.0),
        (b"\xff\xfb\x90\x00" + bytes(16_000 - 4), 1.0),  # 128 kbit/s
        (b"nothing that is known", None),
        (mp4(0, 5), None),
        (flac(0, 0), None),
        (b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", None),
    ],
)
def test_other_formats_say_their_length_in_their_heads_or_not_at_all(
    tmp_path: Path, data: bytes, seconds: float | None
) -> None:
    assert listen(put(tmp_path, data), 10).seconds == (None if seconds is None else pytest.approx(seconds, rel=0.01))


@given(
    st.sampled_from([flac(88_200, 44_100), mp4(1000, 2500), ogg(96_000), b"\xff\xfb\x90\x00"]), st.binary(max_size=60)
)
def test_any_bytes_behind_any_head_are_heard_without_a_fault(head: bytes, rest: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        seconds = listen(put(Path(folder), head[: len(head) // 2] + rest), 10).seconds
        assert seconds is None or seconds >= 0


# Long texts


@given(st.text(alphabet="ab 漢é\n\r\t\x1b", max_size=300), st.integers(4, 20))
@example("\taa", 5)
def test_a_long_text_shows_all_that_it_has_and_never_more_than_a_row(text: str, width: int) -> None:
    from rich.cells import cell_len

    shown = LongText.of(text, width)
    rows = [shown.row(at) for at in range(len(shown))]
    assert all(cell_len(row) <= width for row in rows)
    plain = clean(text.replace("\r\n", "\n").replace("\r", "\n")).expandtabs(4)
    assert "".join("".join(rows).split()) == "".join(plain.split())
    assert shown.row(len(shown)) == shown.row(-1) == ""
    assert len(rows) == len(shown)
    # No word that would fit into a row is cut.
    assert {word for word in plain.split() if cell_len(word) <= width} <= set("\n".join(rows).split())
    exact = LongText.of(text, width, exact=True)
    assert "".join(exact.row(at) for at in range(len(exact))) == plain.replace("\n", "")


def test_ten_megabytes_in_one_line_are_rows_of_the_width() -> None:
    shown = LongText.of("x" * 10_000_000, 80)
    assert 125_000 <= len(shown) < 126_000
    assert sum(len(shown.row(at)) for at in range(len(shown))) == 10_000_000
