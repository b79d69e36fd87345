"""Geometry over random scenes: labels meet nothing, nothing leaves the picture, the same scene gives the same picture."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.report.geometry import Box
from crosshold.report.lettering import em
from crosshold.report.placement import LABEL_SIZE, place
from crosshold.report.scene import Edge, Node, Scene, Shape, Status
from crosshold.report.svg import label_boxes, svg

SHAPES: list[Shape] = ["company", "limited", "oval", "state", "trust"]
STATUSES: list[Status] = ["votes", "no_votes", "some_votes", "capped"]
words = st.text(st.sampled_from(list("aW i.&<>\"'日産自動車株式会社三菱１ｱ한")), min_size=1, max_size=24)


@st.composite
def scenes(draw: st.DrawFn, most: int = 12) -> Scene:
    count = draw(st.integers(1, most))
    nodes = tuple(
        Node(
            id=f"n{n}", lines=tuple(draw(st.lists(words, min_size=1, max_size=3))), shape=draw(st.sampled_from(SHAPES)),
            rank=draw(st.integers(0, 4)), order=n, jurisdiction=draw(st.sampled_from(["", "FR", "日本"])),
            own=draw(st.sampled_from(["", "own shares 1.5 %"])),
        )
        for n in range(count)
    )  # fmt: skip
    pairs = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), unique=True, max_size=2 * count))
    edges = tuple(
        Edge(
            id=f"n{a}>n{b}", holder=f"n{a}", issuer=f"n{b}", lines=tuple(draw(st.lists(words, min_size=1, max_size=3))),
            status=draw(st.sampled_from(STATUSES)), control=draw(st.booleans()), changed=draw(st.booleans()),
            width=draw(st.floats(1, 5)),
        )
        for a, b in pairs
        if a != b
    )  # fmt: skip
    return Scene("日産 <&> random", "a scene", "percent of shares issued", nodes, edges)


@settings(max_examples=150, deadline=None)
@given(scenes())
def test_labels_meet_nothing_and_nothing_leaves_the_picture(scene: Scene) -> None:
    where = place(scene)
    whole = Box(0, 0, where.width, where.height)
    labels = label_boxes(scene, where)
    assert set(where.boxes) == {node.id for node in scene.nodes}
    assert set(where.wires) == {edge.id for edge in scene.edges}
    solid = [*where.boxes.items(), *labels.items()]
    for n, (name, box) in enumerate(solid):
        assert box.within(whole), name
        for other, rival in solid[n + 1 :]:
            assert not box.meets(rival), (name, other)
    for name, wire in where.wires.items():
        assert all(whole.x <= x <= whole.w and whole.y <= y <= whole.h for x, y in wire.points)
        for other, label in labels.items():
            assert not wire.crosses(label), (name, other)


@settings(max_examples=100, deadline=None)
@given(scenes())
def test_lines_run_square_and_through_no_other_box(scene: Scene) -> None:
    where = place(scene)
    for edge in scene.edges:
        wire = where.wires[edge.id]
        for (x1, y1), (x2, y2) in zip(wire.points, wire.points[1:], strict=False):
            assert abs(x1 - x2) < 0.6 or abs(y1 - y2) < 0.6
        for name, box in where.boxes.items():
            if name not in (edge.holder, edge.issuer):
                assert not wire.crosses(Box(box.x + 1, box.y + 1, box.w - 2, box.h - 2)), (edge.id, name)


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_the_same_scene_is_the_same_well_formed_picture(scene: Scene) -> None:
    picture = svg(scene)
    assert picture == svg(scene)
    tree = ElementTree.fromstring(picture)
    _, _, width, height = map(float, tree.attrib["viewBox"].split())
    assert (width, height) >= (0.0, 0.0)
    shown = [element.text or "" for element in tree.iter("{http://www.w3.org/2000/svg}text")]
    for edge in scene.edges:
        assert all(line in shown for line in edge.lines)


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_two_ways_between_two_companies_are_two_lanes(scene: Scene) -> None:
    where = place(scene)
    ids = {edge.id: edge for edge in scene.edges}
    for edge in scene.edges:
        back = ids.get(f"{edge.issuer}>{edge.holder}")
        if back:
            assert where.wires[edge.id].points != tuple(reversed(where.wires[back.id].points))


def test_full_width_characters_take_one_em() -> None:
    assert em("日産") == 2.0
    assert em("日産") * LABEL_SIZE == 24.0
