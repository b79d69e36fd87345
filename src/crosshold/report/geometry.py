"""Boxes and wires: the coordinates that placement hands to a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    w: float
    h: float

    def meets(self, other: Box) -> bool:
        """Whether the two overlap by more than a hair."""
        apart_x = self.x + self.w <= other.x + 0.05 or other.x + other.w <= self.x + 0.05
        apart_y = self.y + self.h <= other.y + 0.05 or other.y + other.h <= self.y + 0.05
        return not (apart_x or apart_y)

    def within(self, other: Box) -> bool:
        """Whether this one lies inside the other."""
        inside_x = self.x >= other.x - 0.05 and self.x + self.w <= other.x + other.w + 0.05
        return inside_x and self.y >= other.y - 0.05 and self.y + self.h <= other.y + other.h + 0.05


@dataclass(frozen=True, slots=True)
class Wire:
    """A line: its corners from holder to issuer, and the box of its label."""

    points: tuple[tuple[float, float], ...]
    label: Box

    def crosses(self, box: Box) -> bool:
        """Whether a stretch of the line runs through a rectangle."""
        for (x1, y1), (x2, y2) in pairwise(self.points):
            if Box(min(x1, x2), min(y1, y2), max(abs(x2 - x1), 0.1), max(abs(y2 - y1), 0.1)).meets(box):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Placement:
    """Boxes by node id, wires by edge id, and the size of the whole."""

    width: float
    height: float
    boxes: dict[str, Box]
    wires: dict[str, Wire]
