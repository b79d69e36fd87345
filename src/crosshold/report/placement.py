"""Where the boxes, lines and words of a scene go: plain layers, orthogonal lines, room kept for every label.

The rows are the scene's ranks. By construction labels cannot meet: every label lies in a slot of its own box's extent, extents
in a row do not overlap, and strips of labels, tracks of horizontal lines and rows of boxes are stacked bands. Lines that climb the
ranks run round the outside in lanes of their own. The same scene gives the same coordinates.
"""

from __future__ import annotations

from collections.abc import Iterable

from crosshold.report.geometry import Box, Placement, Wire
from crosshold.report.lanes import route
from crosshold.report.lettering import em
from crosshold.report.rows import PORT, Item, align, arrange
from crosshold.report.scene import Edge, Node, Scene

NAME_SIZE, LABEL_SIZE, SMALL_SIZE = 14.0, 12.0, 11.0
NAME_LEADING, LABEL_LEADING, SMALL_LEADING = 18.0, 15.0, 14.0
MARGIN = 18.0
STRIP = 20.0  # height of the strip of own shares at the foot of a box
INSET = {"oval": 0.25, "state": 0.12}  # part of the width at either end where no line is attached


def size(node: Node) -> tuple[float, float]:
    """Natural width and height of a box: its words and some air."""
    words = [em(line) * NAME_SIZE for line in node.lines]
    widest = max([*words, em(node.jurisdiction) * SMALL_SIZE, em(node.own) * SMALL_SIZE])
    height = len(node.lines) * NAME_LEADING + 18.0
    height += SMALL_LEADING if node.jurisdiction else 0.0
    height += STRIP if node.own else 0.0
    spare = {"oval": 48.0, "state": 44.0}.get(node.shape, 28.0)
    return max(widest + spare, 64.0), max(height, 42.0)


def room(edge: Edge) -> tuple[float, float]:
    """Width and height kept for the label of a line."""
    width = max([edge.room[0], *map(em, edge.lines)])
    return width * LABEL_SIZE, max(edge.room[1], len(edge.lines)) * LABEL_LEADING


def place(scene: Scene) -> Placement:
    """Coordinates for everything in the scene; the origin is the top left corner."""
    if not scene.nodes:
        return Placement(2 * MARGIN, 2 * MARGIN, {}, {})
    present = {node.id for node in scene.nodes}
    edges = [edge for edge in scene.edges if edge.holder in present and edge.issuer in present and edge.holder != edge.issuer]
    arranged = arrange(_items(scene, edges), edges, {edge.id: room(edge) for edge in edges})
    align(arranged)
    return _moved(*route(arranged))


def _items(scene: Scene, edges: list[Edge]) -> dict[str, Item]:
    """An item per box. A label stands at the end of the line that has fewer neighbours; climbing lines are labelled at the start."""
    outgoing = {node.id: sum(edge.holder == node.id for edge in edges) for node in scene.nodes}
    incoming = {node.id: sum(edge.issuer == node.id for edge in edges) for node in scene.nodes}
    items = {}
    for node in scene.nodes:
        width, height = size(node)
        inset = INSET.get(node.shape, 0.0)
        width = max(width, (max(outgoing[node.id], incoming[node.id]) + 1) * PORT / (1 - 2 * inset))
        items[node.id] = Item(node.id, node.rank, node.order, width, height, inset * width)
    for edge in edges:
        climbs = items[edge.holder].rank >= items[edge.issuer].rank
        at_holder = climbs or outgoing[edge.holder] <= incoming[edge.issuer]
        items[edge.holder].below[edge.id] = room(edge) if at_holder else (0.0, 0.0)
        items[edge.issuer].above[edge.id] = (0.0, 0.0) if at_holder else room(edge)
    return items


def _moved(boxes: dict[str, Box], wires: dict[str, Wire]) -> Placement:
    """Move everything so that the drawing starts at the margin, on tenths of a unit."""
    whole = [*boxes.values(), *(wire.label for wire in wires.values())]
    corners = [point for wire in wires.values() for point in wire.points]
    left, right = _ends([(b.x, b.x + b.w) for b in whole] + [(x, x) for x, _ in corners])
    top, foot = _ends([(b.y, b.y + b.h) for b in whole] + [(y, y) for _, y in corners])
    dx, dy = MARGIN - left, MARGIN - top

    def moved(box: Box) -> Box:
        return Box(round(box.x + dx, 1), round(box.y + dy, 1), round(box.w, 1), round(box.h, 1))

    def points(wire: Wire) -> tuple[tuple[float, float], ...]:
        return tuple((round(x + dx, 1), round(y + dy, 1)) for x, y in wire.points)

    return Placement(
        width=round(right + dx + MARGIN, 1), height=round(foot + dy + MARGIN, 1),
        boxes={name: moved(box) for name, box in boxes.items()},
        wires={name: Wire(points(wire), moved(wire.label)) for name, wire in wires.items()},
    )  # fmt: skip


def _ends(spans: Iterable[tuple[float, float]]) -> tuple[float, float]:
    spans = list(spans)
    return min(a for a, _ in spans), max(b for _, b in spans)
