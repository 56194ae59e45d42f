"""The drawing read back gives exactly the edges, whatever the graph is; and what is drawn lies on nothing else."""

import json
import os
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hgtui.core.reading import PlanError, read_plan
from hgtui.ui.graph import flows
from hgtui.ui.graph.layout import layout
from hgtui.ui.graph.plain import drawn
from hgtui.ui.graph.ranks import Edge
from hgtui.ui.graph.scene import scene
from hgtui.ui.graph.shape import BOX, DETAILS, LINE, Detail, Direction, Layout
from tests.ui.graph.reading import read_back

Graph = tuple[list[str], list[Edge]]
DIRECTIONS: tuple[Direction, Direction] = ("right", "down")
FOLDER = os.environ.get("HGTUI_TASKBENCH")
REAL = [
    "0>1 1>2 2>3 3>4 4>5 5>6 6>7", "0>1 1>2 2>3 3>4 3>5 4>5 5>6", "0>1 0>3 1>2 2>3 4>3", "0>1 0>2 0>3 1>2 2>3",
    "0>1 1>2 1>4 2>3 3>4", "0>2 1>2 2>3 3>4", "0>3 1>3 2>3", "0>1 0>3 1>3 2>1", "0>1 1>2 3>2", "0>1 1>2 1>3",
    "0>2 0>3 1>2 1>3", "0>1",
]  # fmt: skip
"""Shapes of plans that real planners made of real requests."""


def graph(text: str) -> Graph:
    edges = [(a, b) for a, _, b in (one.partition(">") for one in text.split())]
    return sorted({end for edge in edges for end in edge}, key=int), edges


@st.composite
def graphs(draw: st.DrawFn, *, rings: bool = False) -> Graph:
    """Any graph of a few tasks, in any order of the rows, without rings if not asked for."""
    count = draw(st.integers(0, 9))
    names = draw(st.permutations([str(at) for at in range(count)]))
    pairs = list(combinations(names, 2))
    edges = draw(st.lists(st.sampled_from(pairs), max_size=16, unique=True)) if pairs else []
    turned = draw(st.lists(st.booleans(), min_size=len(edges), max_size=len(edges))) if rings else []
    return [str(at) for at in range(count)], [
        edge[::-1] if turn else edge for edge, turn in zip(edges, turned or [False] * len(edges), strict=True)
    ]


def check(laid: Layout, edges: list[Edge], signs: dict[Edge, str] | None = None) -> None:
    """Check what holds of every drawing."""
    assert read_back(laid, signs) == set(edges)
    assert set(laid.routes) == set(edges)
    for _, (x, y), (to, last) in laid.runs:
        assert x == to or y == last
        for node, box in laid.boxes.items():
            apart = to < box.x or x >= box.x + box.width or last < box.y or y >= box.y + box.height
            assert apart, f"a line runs through {node}"
    assert all(box.x >= 0 and box.x + box.width <= laid.size[0] for box in laid.boxes.values())
    assert all(box.y >= 0 and box.y + box.height <= laid.size[1] for box in laid.boxes.values())


@given(graphs(), st.sampled_from(DIRECTIONS), st.sampled_from(DETAILS), st.booleans())
@settings(max_examples=60)
@example(graph("0>2 0>3 1>2 1>3"), "right", LINE, False)
@example(graph("1>3 2>3 2>4"), "down", LINE, True)
@example(graph("0>3 1>2 2>4"), "right", LINE, False)
def test_a_drawing_read_back_is_the_graph(one: Graph, direction: Direction, detail: Detail, signs: bool) -> None:
    nodes, edges = one
    told = {edge: "it"[at % 2] for at, edge in enumerate(edges)} if signs else {}
    laid = layout(nodes, edges, {}, direction, detail, signs=told)
    check(laid, edges, told)
    assert laid == layout(tuple(nodes), tuple(edges), {}, direction, detail, signs=told)
    assert not laid.back


@given(graphs(rings=True), st.sampled_from(DIRECTIONS), st.sampled_from(DETAILS))
@settings(max_examples=40)
@example(([str(at) for at in range(2)], [("0", "1"), ("1", "0")]), "right", LINE)
def test_what_closes_a_ring_is_drawn_dashed_and_reads_as_it_is(
    one: Graph, direction: Direction, detail: Detail
) -> None:
    nodes, edges = one
    check(layout(nodes, edges, {}, direction, detail), edges)


@pytest.mark.parametrize("detail", DETAILS, ids=lambda one: one.name)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_real_plans_are_drawn_as_they_are(direction: Direction, detail: Detail) -> None:
    for text in REAL:
        nodes, edges = graph(text)
        check(layout(nodes, edges, {}, direction, detail), edges)


def whole(nodes: list[str], edges: list[Edge], width: int, height: int) -> list[Layout]:
    """Return the layouts that are seen whole in a pane."""
    laid = [layout(nodes, edges, {}, direction, detail) for detail in DETAILS for direction in DIRECTIONS]
    return [one for one in laid if one.size[0] <= width and one.size[1] <= height]


def test_real_plans_are_seen_whole_in_a_pane_of_81_by_16() -> None:
    assert [text for text in REAL if not whole(*graph(text), 81, 16)] == []


@pytest.mark.skipif(not FOLDER, reason="HGTUI_TASKBENCH names no folder")
def test_every_real_plan_without_a_ring_reads_back_and_is_seen_whole() -> None:
    lines = (Path(FOLDER or "") / "predictions_dev.jsonl").read_text(encoding="utf-8").splitlines()
    plans = 0
    for line in lines:
        try:
            plan = read_plan(json.loads(line)["prediction"]).plan
        except PlanError:
            continue
        if len(plan.levels()) < len(plan):
            continue
        plans += 1
        nodes, edges, signs = [task.uid for task in plan], list(flows.edges(plan)), flows.signs(plan)
        for detail in DETAILS:
            for direction in DIRECTIONS:
                check(layout(nodes, edges, {}, direction, detail, signs=signs), edges, signs)
        assert whole(nodes, edges, 81, 16)
    assert plans > 300


def test_a_fan_and_its_gathering_are_one_line_each_that_branches() -> None:
    nodes = [str(at) for at in range(202)]
    edges = [("0", one) for one in nodes[1:-1]] + [(one, "201") for one in nodes[1:-1]]
    for direction in DIRECTIONS:
        laid = layout(nodes, edges, {}, direction, LINE)
        assert len(laid.edges) == 2
        assert len(laid.runs) < 4 * len(nodes)
        assert read_back(laid) == set(edges)


def test_layers_are_no_wider_than_the_widest() -> None:
    nodes = [str(at) for at in range(60)]
    edges = [(str(at), str(at + 4 - (at % 3 == 0))) for at in range(56)]
    laid = layout(nodes, edges, {}, "down", LINE)
    packed = [sum(2 if lane else 20 for _, lane in layer) for layer in laid.kept.places]
    assert max(packed) - 2 <= laid.size[0] <= max(packed)
    assert read_back(laid) == set(edges)


@pytest.mark.parametrize(
    ("text", "direction", "lines"),
    [
        ("0>1", "right", ["[0]──▸[1]"]),
        ("0>1 0>2", "right", ["   ╭─▸[1]", "[0]┤", "   ╰─▸[2]"]),
        ("0>1", "down", ["[0]", " │", "[1]"]),
    ],
)
def test_it_looks_as_in_a_book(text: str, direction: Direction, lines: list[str]) -> None:
    nodes, edges = graph(text)
    laid = layout(nodes, edges, dict.fromkeys(nodes, (3, 1)), direction, LINE)
    names = {node: [((node, ""),)] for node in nodes}
    assert drawn(scene(laid), names) == lines


def test_what_is_no_edge_of_the_graph_is_left_out() -> None:
    laid = layout(["a", "b"], [("a", "a"), ("a", "b"), ("a", "b"), ("x", "b")], {}, "right", BOX)
    assert read_back(laid) == {("a", "b")}
    assert layout([], [], {}, "down", BOX).size == (0, 0)


def prefixes(nodes: list[str], edges: list[Edge], direction: Direction, detail: Detail) -> list[Layout]:
    """Return the layouts of a graph whose tasks come one by one."""
    found: list[Layout] = []
    for count in range(1, len(nodes) + 1):
        here = set(nodes[:count])
        known = [edge for edge in edges if here.issuperset(edge)]
        before = found[-1] if found else None
        found.append(layout(nodes[:count], known, {}, direction, detail, growing=True, before=before))
        check(found[-1], known)
    return found


@pytest.mark.parametrize("detail", DETAILS, ids=lambda one: one.name)
def test_no_box_moves_while_the_tasks_of_a_real_plan_come(detail: Detail) -> None:
    for text in REAL:
        nodes, edges = graph(text)
        # Written in an order in which a task reads what was written before it, as planners do.
        nodes.sort(key=lambda node: (sum(1 for edge in edges if edge[1] == node), int(node)))
        nodes = [node for node in nodes if node not in {b for _, b in edges}] + _in_order(edges)
        laid = prefixes(nodes, edges, "down", detail)
        for before, after in pairwise(laid):
            assert before.boxes.items() <= after.boxes.items(), text
        if nodes:
            whole = layout(nodes, edges, {}, "down", detail, growing=True, before=laid[-1])
            assert whole.boxes == laid[-1].boxes, text


def _in_order(edges: list[Edge]) -> list[str]:
    rest, done = list(dict.fromkeys(b for _, b in edges)), {a for a, _ in edges} - {b for _, b in edges}
    found: list[str] = []
    while rest:
        node = next(one for one in rest if all(a in done for a, b in edges if b == one))
        rest.remove(node)
        done.add(node)
        found.append(node)
    return found


@given(graphs(), st.sampled_from(DETAILS))
@settings(max_examples=30)
def test_no_box_moves_sideways_or_up_while_tasks_come_and_down_only_for_more_tracks(one: Graph, detail: Detail) -> None:
    nodes, edges = one
    place = {node: at for at, node in enumerate(nodes)}
    edges = [(a, b) if place[a] < place[b] else (b, a) for a, b in edges]
    laid = prefixes(nodes, edges, "down", detail)
    for before, after in pairwise(laid):
        more = after.kept.tracks[: len(before.kept.tracks)] != before.kept.tracks
        for node, box in before.boxes.items():
            there = after.boxes[node]
            assert (there.x, there.width) == (box.x, box.width)
            assert there.y == box.y or (more and there.y > box.y)


def test_a_task_that_reads_what_comes_later_is_laid_out_anew() -> None:
    before = layout(["a"], [], {}, "down", LINE, growing=True)
    after = layout(["a", "b"], [("b", "a")], {}, "down", LINE, growing=True, before=before)
    check(after, [("b", "a")])
    assert after.layers == (("b",), ("a",))
