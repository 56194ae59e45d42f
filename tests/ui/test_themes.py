"""The colours: what each means, that every text can be read on what lies behind it, and that none is the only sign."""

import pytest
from rich.color import ColorSystem
from textual.color import Color

from hgtui.core import events as ev
from hgtui.core.states import Failure
from hgtui.ui.app import HgtuiApp
from hgtui.ui.looks import Looks
from hgtui.ui.themes import COLOURS, GROUNDS, NAMES, TEXTS
from tests.ui.bench import SIZES, settle
from tests.ui.scripted import ScriptedDesk, candidate, chain, hub_candidate

ENOUGH = 4.5
"""The contrast that a text needs: WCAG 2.2, 1.4.3."""
LINES = " " + "".join(map(chr, range(0x2500, 0x25A0)))
"""What is drawn around a text: frames and scroll bars."""


def luminance(red: int, green: int, blue: int) -> float:
    """The relative luminance of a colour in sRGB, as WCAG 2.2 defines it."""
    parts = [value / 255 for value in (red, green, blue)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    low, high = sorted((luminance(*one), luminance(*other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_the_contrast_that_the_standard_says() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", COLOURS)
def test_every_text_can_be_read_on_every_ground(name: str) -> None:
    colours = COLOURS[name]
    low = {
        (text, ground): found
        for text in TEXTS
        for ground in GROUNDS
        if (found := contrast(Color.parse(getattr(colours, text)).rgb, Color.parse(getattr(colours, ground)).rgb))
        < ENOUGH
    }
    assert low == {}


def unreadable(app: HgtuiApp) -> dict[str, float]:
    """What stands on the screen with too little contrast; the lines around panes are no text.

    What lies behind a list that is open is grey on purpose.
    """
    found = {}
    box = app.screen.children[0].region if app.screen.is_modal else app.screen.region
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        for segment in strip.crop(box.x, box.right) if box.y <= y < box.bottom else ():
            text = segment.text.strip(LINES)
            style = segment.style
            if not text or style is None or style.color is None or style.bgcolor is None:
                continue
            colours = style.color.get_truecolor(), style.bgcolor.get_truecolor(foreground=False)
            if (value := contrast(*colours)) < ENOUGH:
                found[text] = round(value, 2)
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", COLOURS)
async def test_every_text_on_the_screen_can_be_read(name: str, size: tuple[int, int]) -> None:
    desk = ScriptedDesk()
    app = HgtuiApp(desk, looks=Looks(theme=name))
    async with app.run_test(size=size) as pilot:
        assert unreadable(app) == {}
        await pilot.press(*"go", "enter")
        await settle(pilot)
        conductor = desk.given[0]
        conductor.propose(chain(), candidate(), hub_candidate("bark"), candidate("none", missing="pip install it"))
        for keys in ((), ("3", "j"), ("4",), ("e",), ("escape", "question_mark"), ("escape", "m"), ("escape", "1")):
            await pilot.press(*keys)
            await settle(pilot)
            assert unreadable(app) == {}, keys
        await pilot.press("2")
        conductor.approve()
        conductor.tell(
            ev.TaskStarted(uid="t2"),
            ev.TaskFailed(uid="t1", failure=Failure.CRASHED, message="The engine died.", hint="Take another."),
        )
        await settle(pilot)
        assert unreadable(app) == {}


@pytest.mark.parametrize("name", NAMES)
async def test_each_theme_draws_the_same_words(name: str) -> None:
    texts = []
    for one in ("dark", name):
        app = HgtuiApp(ScriptedDesk(), looks=Looks(theme=one))
        async with app.run_test(size=(120, 36)) as pilot:
            await settle(pilot)
            texts.append(["".join(segment.text for segment in line) for line in app.screen._compositor.render_strips()])
    assert texts[0] == texts[1]


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("ansi")])
async def test_an_ansi_theme_leaves_every_colour_to_the_terminal(name: str) -> None:
    app = HgtuiApp(ScriptedDesk(), looks=Looks(theme=name))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        for strip in app.screen._compositor.render_strips():
            for segment in strip:
                for colour in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                    assert colour is None or colour.downgrade(ColorSystem.STANDARD) == colour, segment
