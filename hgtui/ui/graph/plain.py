"""A drawn graph as plain lines of text, for a terminal without a screen, a file or a pipe; in ASCII where nothing else can be written."""

from collections.abc import Mapping, Sequence

from hgtui.ui.graph.frames import Line, framed
from hgtui.ui.graph.scene import Scene

ASCII = str.maketrans(
    "│─╎╌╭╮╰╯├┤┬┴┼━▸▾▴◂○◔◐◆↻✓≡✗◌–■…·×‹›↺",
    "|-:~+++++++++=>v^<owr?@+=xb-c~.x<>@",
)
"""What stands for each sign where only ASCII can be written; the words and numbers beside it say the same."""


def drawn(scene: Scene, written: Mapping[str, Sequence[Line]]) -> list[str]:
    """Return the lines of a scene, with no blanks at their ends; `written` is what stands in each box."""
    lines = []
    for y in range(scene.layout.size[1]):
        found = ""
        for part in scene.parts(y, 0, scene.layout.size[0]):
            if part.node:
                found += "".join(text for text, _ in framed(scene, part.node, y, written[part.node], ""))
            else:
                found += part.text
        lines.append(found.rstrip())
    return lines


def writable(line: str, encoding: str) -> str:
    """Return a line as it can be written in an encoding: with signs of ASCII where it has not those of the drawing."""
    try:
        line.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        line = line.translate(ASCII).encode("ascii", "replace").decode()
    return line
