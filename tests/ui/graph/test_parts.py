"""The parts of the drawn plan by themselves: moving, hitting, the minimap, fitting into a room, signs, ASCII."""

import pytest

from hgtui.core.plan import Input, Plan, Ref, Task
from hgtui.ui.graph import flows
from hgtui.ui.graph.fitting import fitted
from hgtui.ui.graph.frames import framed
from hgtui.ui.graph.layout import layout
from hgtui.ui.graph.minimap import HERE, SEEN, UNSEEN, minimap, place, room
from hgtui.ui.graph.moves import Way, node_at, step
from hgtui.ui.graph.plain import ASCII, writable
from hgtui.ui.graph.scene import GLYPHS, scene
from hgtui.ui.graph.shape import BOX, DETAILS, LINE, Direction

NODES = ["0", "1", "2", "3", "4"]
EDGES = [("0", "1"), ("0", "2"), ("1", "3"), ("2", "3")]
"""A diamond, and a task beside it."""


@pytest.mark.parametrize(
    ("direction", "node", "way", "to"),
    [
        ("down", "0", (0, 1), "1"),
        ("down", "3", (0, -1), "1"),
        ("down", "1", (1, 0), "2"),
        ("down", "2", (1, 0), None),
        ("down", "0", (1, 0), "4"),
        ("down", "0", (0, -1), None),
        ("right", "0", (1, 0), "1"),
        ("right", "1", (0, 1), "2"),
        ("right", "3", (-1, 0), "1"),
        ("right", "4", (1, 0), "2"),  # it has no line: the nearest of the next layer
        ("right", "nobody", (1, 0), None),
    ],
)
def test_keys_go_along_the_lines_and_along_the_layer(direction: Direction, node: str, way: Way, to: str | None) -> None:
    assert step(layout(NODES, EDGES, {}, direction, LINE), node, way, NODES) == to


def test_what_is_not_shown_is_stepped_over() -> None:
    laid = layout(NODES, EDGES, {}, "down", LINE)
    assert step(laid, "0", (0, 1), ["0", "2", "3"]) == "2"
    assert step(laid, "0", (0, 1), ["0", "3"]) == "3"


@pytest.mark.parametrize("detail", DETAILS, ids=lambda one: one.name)
def test_each_cell_belongs_to_the_box_that_has_it(detail: object) -> None:
    laid = layout(NODES, EDGES, {}, "right", LINE if detail is LINE else BOX)
    drawn = scene(laid)
    for y in range(-1, laid.size[1] + 1):
        for x in range(-1, laid.size[0] + 1):
            here = [node for node, box in laid.boxes.items() if box.has(x, y)]
            assert node_at(drawn, x, y) == (here[0] if here else None)


def test_a_minimap_shows_what_is_seen_and_where_the_selected_box_is() -> None:
    laid = layout(NODES, EDGES, {}, "down", BOX)
    size = room((80, 12))
    lines = minimap(laid, size, (0, 0), (laid.size[0], 6), "3")
    assert {len(line) for line in lines} == {size[0]}
    assert len(lines) == size[1]
    text = "".join(lines)
    assert (text.count(SEEN), text.count(UNSEEN), text.count(HERE)) == (2, 2, 1)
    last = place(laid, size, size[0] - 1, size[1] - 1)
    assert all(whole // 2 < at < whole for at, whole in zip(last, laid.size, strict=True))
    assert place(laid, size, 0, 0) == (0, 0)
    assert room((20, 5)) == (0, 0)


def test_the_most_is_shown_of_each_task_with_which_the_whole_plan_is_seen() -> None:
    chain = [(str(at), str(at + 1)) for at in range(4)]

    def fit(width: int, height: int | None, **chosen: object) -> tuple[str, int, Direction]:
        laid = fitted(NODES, chain, (width, height), **chosen)  # type: ignore[arg-type]
        return laid.detail.name, laid.detail.width, laid.direction

    assert fit(200, 10) == ("box", 26, "right")
    assert fit(40, 40) == ("box", 26, "down")
    assert fit(81, 16) == ("line", 26, "down")
    assert fit(20, 16) == ("line", 18, "down")
    assert fit(120, 4) == ("line", 18, "right")
    assert fit(40, None) == ("box", 26, "down")
    assert fit(5, 5)[0] == "line"
    assert fit(200, 10, direction="down") == ("line", 26, "down")
    assert fit(5, 5, detail=BOX)[0] == "box"
    assert fitted([], [], (10, 10)).size == (0, 0)


def test_what_flows_has_a_sign_of_its_kind() -> None:
    tasks = (
        Task(uid="a", id=0, task="image-to-text"),
        Task(uid="b", id=1, task="text-to-image", args={"text": Input.of("a")}),
        Task(
            uid="c", id=2, task="summarization", args={"text": Input(parts=(Ref(uid="b"), Ref(uid="a")))}, after=("d",)
        ),
        Task(uid="d", id=3, task="unheard-of", after=("d",)),
        Task(uid="e", id=4, task="summarization", args={"text": Input.of("d"), "x": Input.of("gone")}),
    )
    plan = Plan(tasks=tasks)
    assert flows.signs(plan) == {
        ("a", "b"): "t", ("b", "c"): "i", ("a", "c"): "t", ("d", "c"): "·", ("d", "e"): "?",
    }  # fmt: skip
    assert set(flows.edges(plan)) == set(flows.signs(plan))


def test_every_sign_of_a_drawing_has_one_of_ascii() -> None:
    assert all(len(sign.translate(ASCII)) == 1 and sign.translate(ASCII).isascii() for sign in GLYPHS.values())
    assert writable("╭─▸ 漢", "ascii") == "+-> ?"
    assert writable("╭─▸ 漢", "utf-8") == "╭─▸ 漢"
    assert writable("a", "no such thing") == "a"


def test_the_border_says_how_far_a_task_is() -> None:
    drawn = scene(layout(["0"], [], {}, "right", BOX))
    assert framed(drawn, "0", 3, (), "busy", 0.5)[0][0].count("━") == 12
    assert "━" not in framed(drawn, "0", 3, (), "busy")[0][0]
