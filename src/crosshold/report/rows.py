"""Boxes in rows: their order from left to right, the places of line ends on them, and their x coordinates.

Order by repeated barycentres, coordinates by least squares with fixed distances (pool adjacent violators), both after
Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures", 1981.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from crosshold.report.scene import Edge

PORT = 16.0  # distance between two line ends without a label
CORNER = 12.0  # a line end keeps this distance from the corner of its box
BESIDE = 6.0  # between a line and its label
AFTER = 10.0  # behind a label
GAP = 26.0  # between the extents of two boxes of a row
LANE_GAP = 12.0  # next to a line that passes through a row
SWEEPS = 8
SETTLING = 48

Room = tuple[float, float]


@dataclass(slots=True)
class Item:
    """A box, or a line that passes through a row (``width`` 0). ``above`` and ``below`` map edges to the room of their labels.

    ``up`` and ``down`` are the offsets of line ends from the centre; ``left`` and ``right`` what is kept free on either side.
    """

    id: str
    rank: int
    order: int
    width: float = 0.0
    height: float = 0.0
    inset: float = 0.0
    above: dict[str, Room] = field(default_factory=dict)
    below: dict[str, Room] = field(default_factory=dict)
    up: dict[str, float] = field(default_factory=dict)
    down: dict[str, float] = field(default_factory=dict)
    side_out: dict[str, str] = field(default_factory=dict)
    side_in: dict[str, str] = field(default_factory=dict)
    left: float = 0.0
    right: float = 0.0
    x: float = 0.0

    @property
    def passes(self) -> bool:
        """Whether this is a line on its way through the row."""
        return self.width == 0.0


@dataclass(slots=True)
class Rows:
    """The rows from top to bottom, the way of every falling edge through them, and the side of every climbing one."""

    rows: list[list[Item]]
    ways: dict[str, list[Item]]
    climbing: dict[str, tuple[Item, Item, str]]
    rooms: dict[str, Room]


def arrange(items: dict[str, Item], edges: Sequence[Edge], rooms: dict[str, Room]) -> Rows:
    """Order the items of every rank and decide where each edge leaves and arrives."""
    ranks = sorted({item.rank for item in items.values()})
    rows: list[list[Item]] = [[] for _ in ranks]
    for item in sorted(items.values(), key=lambda item: (item.order, item.id)):
        item.rank = ranks.index(item.rank)
        rows[item.rank].append(item)
    ways: dict[str, list[Item]] = {}
    climbing: dict[str, tuple[Item, Item, str]] = {}
    for edge in edges:
        holder, issuer = items[edge.holder], items[edge.issuer]
        if holder.rank >= issuer.rank:
            climbing[edge.id] = (holder, issuer, "")
            continue
        between = [Item(f"{edge.id}@{rank}", rank, holder.order) for rank in range(holder.rank + 1, issuer.rank)]
        for item in between:
            rows[item.rank].append(item)
        ways[edge.id] = [holder, *between, issuer]
    _order(rows, list(ways.values()))
    for name, (holder, issuer, _) in climbing.items():
        climbing[name] = (holder, issuer, _choose_side(name, holder, issuer, rows))
    arranged = Rows(rows, ways, climbing, rooms)
    _ends(arranged)
    return arranged


def _order(rows: list[list[Item]], ways: list[list[Item]]) -> None:
    """A few sweeps down and up, each row sorted by the mean place of its neighbours; ties keep their order."""
    upper: dict[int, list[Item]] = {}
    lower: dict[int, list[Item]] = {}
    for way in ways:
        for a, b in pairwise(way):
            upper.setdefault(id(b), []).append(a)
            lower.setdefault(id(a), []).append(b)
    for sweep in range(SWEEPS):
        near = upper if sweep % 2 == 0 else lower
        for row in rows if sweep % 2 == 0 else reversed(rows):
            place = {id(item): n / max(len(line) - 1, 1) for line in rows for n, item in enumerate(line)}

            def mean(item: Item, near: dict[int, list[Item]] = near, place: dict[int, float] = place) -> float:
                others = near.get(id(item), [])
                return sum(place[id(o)] for o in others) / len(others) if others else place[id(item)]

            row.sort(key=mean)


def _choose_side(edge: str, holder: Item, issuer: Item, rows: list[list[Item]]) -> str:
    """Left or right round the outside: the side on which more of the two ends stand free. A free end is used once."""

    def free(item: Item, side: str, used: dict[str, str]) -> bool:
        row = rows[item.rank]
        return row[0 if side == "left" else -1] is item and side not in used

    scores = {side: free(holder, side, holder.side_out) + free(issuer, side, issuer.side_in) for side in ("left", "right")}
    side = "left" if scores["left"] >= scores["right"] else "right"
    if free(holder, side, holder.side_out):
        holder.side_out[side] = edge
        holder.below.pop(edge, None)
    if free(issuer, side, issuer.side_in):
        issuer.side_in[side] = edge
        issuer.above.pop(edge, None)
    return side


def _ends(arranged: Rows) -> None:
    """Offsets of line ends on the upper and lower side of every box, and the room that the labels need."""
    index = {id(item): float(n) for row in arranged.rows for n, item in enumerate(row)}
    above: dict[int, dict[str, float]] = {}
    below: dict[int, dict[str, float]] = {}
    for name, way in arranged.ways.items():
        for a, b in pairwise(way):
            below.setdefault(id(a), {})[name] = index[id(b)]
            above.setdefault(id(b), {})[name] = index[id(a)]
    for name, (holder, issuer, side) in arranged.climbing.items():
        far = -1.0 if side == "left" else float(len(index))
        if holder.side_out.get(side) != name:
            below.setdefault(id(holder), {})[name] = far
        if issuer.side_in.get(side) != name:
            above.setdefault(id(issuer), {})[name] = far
    for item in (item for row in arranged.rows for item in row):
        item.left = item.right = max(item.width / 2, 4.0)
        item.down = _spread(item, below.get(id(item), {}), item.below)
        if "right" in item.side_out:  # the label of that line hangs beside the box, where no label from below may reach
            item.width = max(item.width, 2 * item.right)
        item.up = _spread(item, above.get(id(item), {}), item.above)
        item.left, item.right = max(item.left, item.width / 2), max(item.right, item.width / 2)
        for side, name in item.side_out.items():
            wanted = item.width / 2 + arranged.rooms[name][0] + BESIDE + AFTER
            item.left, item.right = (wanted, item.right) if side == "left" else (item.left, max(item.right, wanted))


def _spread(item: Item, ends: dict[str, float], labels: dict[str, Room]) -> dict[str, float]:
    """Line ends from left to right in the order of where they go, each with the slot of its label to its right."""
    names = sorted(ends, key=lambda name: (ends[name], name))
    slots = [BESIDE + labels[n][0] + AFTER if labels.get(n, (0.0, 0.0))[0] else PORT for n in names]
    span = sum(slots[:-1])
    if not item.passes:
        item.width = max(item.width, span + 2 * (item.inset + CORNER))
    offsets, at = {}, -span / 2
    for name, slot in zip(names, slots, strict=True):
        offsets[name] = at
        at += slot
        item.right = max(item.right, at if slot != PORT else 0.0)
    return offsets


def align(arranged: Rows) -> None:
    """Give every item its x: near what it is joined to, never nearer to its neighbour than the two extents and a gap."""
    joins: dict[int, list[tuple[Item, float, float]]] = {}
    for name, way in arranged.ways.items():
        for a, b in pairwise(way):
            weight = 4.0 if a.passes or b.passes else 1.0
            joins.setdefault(id(a), []).append((b, b.up[name] - a.down[name], weight))
            joins.setdefault(id(b), []).append((a, a.down[name] - b.up[name], weight))
    for row in arranged.rows:
        _settle(row, [0.0] * len(row))
    for sweep in range(SETTLING):
        for row in arranged.rows if sweep % 2 == 0 else reversed(arranged.rows):
            wanted = []
            for item in row:
                near = joins.get(id(item), [])
                weight = sum(w for _, _, w in near)
                wanted.append(sum((other.x + offset) * w for other, offset, w in near) / weight if near else item.x)
            _settle(row, wanted)
    for name, way in arranged.ways.items():
        for a, b in pairwise(way):
            _straighten(name, a, b)


def _settle(row: list[Item], wanted: list[float]) -> None:
    """Least squares under fixed least distances: shift the distances out, pool what is out of order, shift them back."""
    shift, at = [], 0.0
    for n, item in enumerate(row):
        if n:
            before = row[n - 1]
            at += before.right + item.left + (LANE_GAP if before.passes or item.passes else GAP)
        shift.append(at)
    blocks: list[tuple[float, int]] = []
    for want, by in zip(wanted, shift, strict=True):
        blocks.append((want - by, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (m1, n1), (m2, n2) = blocks[-2:]
            blocks[-2:] = [((m1 * n1 + m2 * n2) / (n1 + n2), n1 + n2)]
    flat = [mean for mean, many in blocks for _ in range(many)]
    for item, value, by in zip(row, flat, shift, strict=True):
        item.x = value + by


def _straighten(name: str, a: Item, b: Item) -> None:
    """Move a line end that has its side of the box to itself under the other end, if box and label room allow: no needless bend."""
    start, end = a.x + a.down[name], b.x + b.up[name]
    for item, ends, labels, wanted in ((b, b.up, b.above, start - b.x), (a, a.down, a.below, end - a.x)):
        slot = BESIDE + labels.get(name, (0.0, 0.0))[0] + AFTER
        if (
            len(ends) == 1
            and abs(wanted) <= item.width / 2 - item.inset - CORNER
            and wanted + slot <= max(item.right, item.width / 2)
        ):
            ends[name] = wanted
            return
