"""Pictures in the pixels of the terminal, on a real pty that answers as Kitty does."""

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from tests.cli.program import Program
from tests.cli.terminal import Terminal

NO_SIXEL, HAS_SIXEL, HAS_KITTY, CELLS = "\x1b[?62;22c", "\x1b[?62;4;22c", "\x1b_Gi=1;OK\x1b\\", "\x1b[6;20;10t"
"""What a terminal answers when it is asked what it is, whether it takes pictures, how many pixels a cell has."""
SENT = re.compile(r"\x1b_Gi=(\d+),m=[01],f=100,q=2;([A-Za-z0-9+/=]+)\x1b\\")


def configure(hgtui: Program) -> str:
    path = hgtui.folder / "own.toml"
    path.write_text('pictures = "graphics"\n')
    return str(path)


@contextmanager
def looking(hgtui: Program, sign: str, *answers: str) -> Iterator[Terminal]:
    """A person at a terminal that answers so, before a picture of 120 x 80 pixels; with `sign` it has a place on the screen."""
    Image.new("RGB", (120, 80), (200, 30, 30)).save(hgtui.folder / "red.png")
    with Terminal(hgtui, screen=True, HGTUI_CONFIG=configure(hgtui)) as terminal:
        terminal.press("".join(answers))  # they wait for the questions
        terminal.until("Plans are made by rules")
        terminal.press("Draw the edges of red.png\r")
        terminal.until("approve+run")
        terminal.press("a")
        terminal.until("edges on")
        terminal.press("3\r")
        terminal.until_all("Result of 0", sign)  # what is sent of the picture goes past the frame, before it or behind
        yield terminal
        terminal.press("\x11")
        assert terminal.ended()[0] == 0


def test_a_picture_that_is_opened_is_sent_to_the_terminal_and_taken_back(hgtui: Program) -> None:
    with looking(hgtui, "\x1b_Ga=p,", NO_SIXEL, HAS_KITTY, CELLS) as terminal:
        terminal.press("q")
        terminal.until("\x1b_Ga=d,")  # its memory is given back
    sent = SENT.findall(terminal.shown)
    assert len({number for number, _ in sent}) == 1
    with Image.open(io.BytesIO(base64.b64decode("".join(data for _, data in sent)))) as picture:
        assert picture.size == (120, 80)


def test_a_terminal_with_sixel_gets_that(hgtui: Program) -> None:
    with looking(hgtui, "\x1bP", HAS_SIXEL, CELLS) as terminal:
        assert '"1;1;120;80' in terminal.until("\x1b\\")
        terminal.press("q")


def test_a_terminal_that_shows_no_pixels_gets_cells(hgtui: Program) -> None:
    with Terminal(hgtui, screen=True, HGTUI_CONFIG=configure(hgtui)) as terminal:
        terminal.press(NO_SIXEL + "\x1b_Gi=1;ENOTSUPPORTED\x1b\\" + CELLS)
        terminal.until("Plans are made by rules")
        terminal.press("\x11")
        assert terminal.ended()[0] == 0


def test_without_the_extra_it_says_how_to_get_it(hgtui: Program, tmp_path: Path) -> None:
    (tmp_path / "textual_image").mkdir()
    (tmp_path / "textual_image" / "__init__.py").write_text("raise ImportError")
    paths = {"HGTUI_CONFIG": configure(hgtui), "PYTHONPATH": f"{tmp_path}:{hgtui.environ['PYTHONPATH']}"}
    with Terminal(hgtui, screen=True, **paths) as terminal:
        terminal.until("pip install 'hgtui[graphics]'")
        assert terminal.ended()[0] == 2
