"""The lines of the selected task: they stand out, heavy, also where there are no colours."""

import itertools

from textual.geometry import Region

from hgtui.core.plan import Uid
from hgtui.ui.graph.frames import Piece
from hgtui.ui.graph.scene import Part, Scene
from hgtui.ui.graph.shape import Point

HEAVY = str.maketrans("│─╭╮╰╯├┤┬┴┼╎╌▸", "┃━┏┓┗┛┣┫┳┻╋╏╍▶")


class Bright:
    """The cells of the lines from and to a task."""

    def __init__(self, scene: Scene, uid: Uid) -> None:
        self.uid = uid
        laid = scene.layout
        self.nets: set[int] = set()
        self.regions = [Region(*laid.boxes[uid])]
        """Where something of it is seen."""
        self._whole: set[int] = set()
        self._cells: dict[int, set[int]] = {}
        for net in scene.touching.get(uid, ()):
            self.nets.add(net)
            self.regions += [Region(x, y, to - x + 1, last - y + 1) for x, y, to, last in scene.stretches(net)]
            if all(uid in edge for edge in laid.edges[net]):
                self._whole.add(net)
                continue
            for edge in laid.edges[net]:
                if uid in edge:
                    self._light(laid.routes[edge])

    def _light(self, route: tuple[Point, ...]) -> None:
        for (x, y), (to, last) in itertools.pairwise(route):
            for row in range(min(y, last), max(y, last) + 1):
                self._cells.setdefault(row, set()).update(range(min(x, to), max(x, to) + 1))

    def lit(self, part: Part, row: int, role: str) -> list[Piece]:
        """Return a stretch of a line in pieces: those that are lit, and the others in their role."""
        if part.net in self._whole:
            return [(part.text.translate(HEAVY), "accent")]
        cells = self._cells.get(row, set())
        pieces: list[Piece] = []
        for at, char in enumerate(part.text, part.start):
            one = (char.translate(HEAVY), "accent") if at in cells else (char, role)
            if pieces and pieces[-1][1] == one[1]:
                pieces[-1] = (pieces[-1][0] + one[0], one[1])
            else:
                pieces.append(one)
        return pieces
