"""The ways of the lines: down through the bands between the rows, or up in lanes round the outside."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf

from crosshold.report.geometry import Box, Wire
from crosshold.report.rows import AFTER, BESIDE, Item, Rows

TRACK = 11.0  # between horizontal stretches
LANE = 15.0  # between vertical stretches outside
FIRST_LANE = 26.0  # from the boxes to the nearest of them
ARROW = 14.0  # the last stretch into a box, free of tracks
NEAR = 6.0  # two vertical stretches closer than this would look like one
EXIT, ENTRY = 0.5, 0.28  # where a line leaves and enters the side of a box, as part of its height


@dataclass(slots=True)
class Stretch:
    """One edge in one band: from ``top`` (x on its upper rim) to ``foot`` (x on its lower rim); ``inf`` is outside."""

    edge: str
    top: float
    foot: float
    track: int = 0

    @property
    def straight(self) -> bool:
        """No horizontal part."""
        return abs(self.top - self.foot) < 0.5

    def meets(self, other: Stretch) -> bool:
        """Whether the horizontal parts would touch on one track."""
        a, b = sorted((self.top, self.foot)), sorted((other.top, other.foot))
        return a[0] < b[1] + NEAR and b[0] < a[1] + NEAR


def route(arranged: Rows) -> tuple[dict[str, Box], dict[str, Wire]]:
    """Boxes and wires in coordinates of their own; the caller moves them to where they belong."""
    bands = _bands(arranged)
    for band in bands:
        _tracks(band)
    tops, label_y, track_y = _heights(arranged, bands)
    boxes: dict[str, Box] = {}
    for row, top in zip(arranged.rows, tops, strict=True):
        tallest = max(item.height for item in row)
        for item in row:
            if not item.passes:
                at = top + (tallest - item.height) / 2
                boxes[item.id] = Box(item.x - item.width / 2, at, item.width, item.height)
    wires = {name: _falling(name, way, arranged, boxes, bands, label_y, track_y) for name, way in arranged.ways.items()}
    return boxes, wires | _climbing(arranged, boxes, bands, label_y, track_y)


def _bands(arranged: Rows) -> list[list[Stretch]]:
    """Band r lies above row r; the last one below the last row."""
    bands: list[list[Stretch]] = [[] for _ in range(len(arranged.rows) + 1)]
    for name, way in arranged.ways.items():
        for a, b in pairwise(way):
            start = a.x + a.down[name]
            if abs(start - b.x - b.up[name]) < 0.5:  # all but straight: make it so
                b.up[name] = start - b.x
                if b.passes:
                    b.down[name] = b.up[name]
            bands[b.rank].append(Stretch(name, start, b.x + b.up[name]))
    for name, (holder, issuer, side) in arranged.climbing.items():
        outside = -inf if side == "left" else inf
        if name in holder.down:
            bands[holder.rank + 1].append(Stretch(name, holder.x + holder.down[name], outside))
        if name in issuer.up:
            bands[issuer.rank].append(Stretch(name, outside, issuer.x + issuer.up[name]))
    return bands


def _tracks(band: list[Stretch]) -> None:
    """Constrained left-edge channel routing: a stretch that comes down where another one goes on lies above it."""
    # Among lines that go the same way, the one that starts farther ahead lies higher: then they do not cross.
    bent = sorted(
        (s for s in band if not s.straight), key=lambda s: (s.foot < s.top, s.top if s.foot < s.top else -s.top, s.edge)
    )
    over = {id(s): [o for o in bent if o is not s and abs(o.top - s.foot) < NEAR] for s in bent}  # those that must lie above s
    done: list[Stretch] = []
    while len(done) < len(bent):
        waiting = [s for s in bent if s not in done]
        ready = next((s for s in waiting if all(o in done for o in over[id(s)])), waiting[0])
        ready.track = max([o.track + 1 for o in over[id(ready)] if o in done], default=0)
        while any(o.track == ready.track and o.meets(ready) for o in done):
            ready.track += 1
        done.append(ready)


def _heights(arranged: Rows, bands: list[list[Stretch]]) -> tuple[list[float], list[tuple[float, float]], list[float]]:
    """Tops of the rows; per band the tops of its two label strips (under the row above, over the row below) and of its tracks."""
    tops: list[float] = []
    label_y: list[tuple[float, float]] = []
    track_y: list[float] = []
    at = 0.0
    for rank in range(len(bands)):
        upper = arranged.rows[rank - 1] if rank else []
        lower = arranged.rows[rank] if rank < len(arranged.rows) else []
        strip = max([room[1] for item in upper for room in item.below.values()], default=0.0)
        hanging = [arranged.rooms[name][1] for item in upper for name in item.side_out.values()]
        strip = max([strip, *(h - 8.0 for h in hanging)])
        entry = max([room[1] for item in lower for room in item.above.values()], default=0.0)
        tracks = max((s.track + 1 for s in bands[rank] if not s.straight), default=0)
        first = at + (strip + 12.0 if upper else 0.0)
        second = first + tracks * TRACK + 4.0
        label_y.append((at + 4.0, second))
        track_y.append(first + TRACK / 2)
        at = second + (entry + 6.0 if entry else 0.0) + (ARROW if lower else 0.0)
        if lower:
            tops.append(at)
            at += max(item.height for item in lower)
    return tops, label_y, track_y


Point = tuple[float, float]


def _falling(
    name: str, way: list[Item], arranged: Rows, boxes: dict[str, Box], bands: list[list[Stretch]],
    label_y: list[tuple[float, float]], track_y: list[float],
) -> Wire:  # fmt: skip
    holder, issuer = way[0], way[-1]
    start = boxes[holder.id]
    points: list[Point] = [(holder.x + holder.down[name], start.y + start.h / 2)]
    for b in way[1:]:
        stretch = next(s for s in bands[b.rank] if s.edge == name)
        if not stretch.straight:
            y = track_y[b.rank] + stretch.track * TRACK
            points += [(stretch.top, y), (stretch.foot, y)]
    points.append((issuer.x + issuer.up[name], boxes[issuer.id].y))
    width, height = arranged.rooms[name]
    if holder.below.get(name, (0.0, 0.0))[0]:
        label = Box(holder.x + holder.down[name] + BESIDE, label_y[holder.rank + 1][0], width, height)
    else:
        label = Box(issuer.x + issuer.up[name] + BESIDE, label_y[issuer.rank][1], width, height)
    return Wire(tuple(points), label)


def _climbing(
    arranged: Rows, boxes: dict[str, Box], bands: list[list[Stretch]], label_y: list[tuple[float, float]], track_y: list[float]
) -> dict[str, Wire]:
    """Lines that climb the ranks, each in a lane of its own; the shorter the way, the nearer the lane."""
    wires: dict[str, Wire] = {}
    taken: list[tuple[str, int, int, float]] = []
    for name in sorted(arranged.climbing, key=lambda n: (arranged.climbing[n][0].rank - arranged.climbing[n][1].rank, n)):
        holder, issuer, side = arranged.climbing[name]
        sign = -1.0 if side == "left" else 1.0
        first = issuer.rank - (name in issuer.up)
        last = holder.rank + (name in holder.down)
        passed = [item for row in arranged.rows[max(first, 0) : last + 1] for item in row]
        edges = [sign * item.x + (item.left if side == "left" else item.right) + FIRST_LANE for item in passed]
        edges += [sign * x + LANE for where, a, b, x in taken if where == side and a <= last and first <= b]
        lane = sign * max(edges)
        taken.append((side, first, last, lane))
        start, end = boxes[holder.id], boxes[issuer.id]
        width, height = arranged.rooms[name]
        if name in holder.down:
            x, band = holder.x + holder.down[name], bands[holder.rank + 1]
            y = track_y[holder.rank + 1] + next(s for s in band if s.edge == name and abs(s.foot) == inf).track * TRACK
            points: list[Point] = [(x, start.y + start.h / 2), (x, y), (lane, y)]
            label = Box(x + BESIDE, label_y[holder.rank + 1][0], width, height)
        else:
            y = start.y + start.h * EXIT
            points = [(holder.x, y), (lane, y)]
            beside = holder.x - start.w / 2 - AFTER - width if side == "left" else holder.x + start.w / 2 + AFTER
            label = Box(beside, y + 3.0, width, height)
        if name in issuer.up:
            x, band = issuer.x + issuer.up[name], bands[issuer.rank]
            y = track_y[issuer.rank] + next(s for s in band if s.edge == name and abs(s.top) == inf).track * TRACK
            points += [(lane, y), (x, y), (x, end.y)]
        else:
            y = end.y + end.h * ENTRY
            points += [(lane, y), (issuer.x + sign * end.w / 2, y)]
        wires[name] = Wire(tuple(points), label)
    return wires
