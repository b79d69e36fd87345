"""The scene: what every drawing of holdings says, before anybody decides where to draw it.

A scene holds boxes, lines, words and ranks. It knows the facts and no coordinates; ``placement`` knows coordinates and no facts;
``svg`` draws the two. Whatever a line's style says is also said in words on its label and in its accessible name.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Literal

from crosshold.report.lettering import em

Shape = Literal["company", "limited", "partnership", "trust", "oval", "state"]
Status = Literal["votes", "no_votes", "some_votes", "capped"]

LEGEND = {
    # what is in the scene: how it looks, in words
    "votes": "solid line: votes follow the shares",
    "no_votes": "dashed line: shares without votes; the rule stands beside it",
    "some_votes": "dashed line: some of the votes cannot be used",
    "capped": "dash-dotted line: votes capped by contract",
    "control": "double line: control, by majority or as the named rule presumes",
    "changed": "blue: changed",
    "state": "hexagon: a state",
    "oval": "oval: dispersed holders or persons",
    "own": "strip at the foot of a box: own shares",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A party. ``rank`` 0 is at the top; ``order`` is its place in the case. ``own`` says what an issuer holds in itself."""

    id: str
    lines: tuple[str, ...]
    shape: Shape
    rank: int
    order: int
    jurisdiction: str = ""
    own: str = ""
    accessible_name: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A holding. ``lines`` is the label, of which ``fresh`` tell the change.

    ``room`` (ems wide, lines high) is kept free for it, at least what the label needs.
    """

    id: str
    holder: str
    issuer: str
    lines: tuple[str, ...]
    status: Status = "votes"
    control: bool = False
    changed: bool = False
    fresh: tuple[int, ...] = ()
    width: float = 1.0
    rank_back: bool = False
    accessible_name: str = ""
    evidence: tuple[str, ...] = ()
    room: tuple[float, int] = (0.0, 0)


@dataclass(frozen=True)
class Scene:
    """Everything one picture says. ``basis`` is what the percentages are of; ``notes`` stand under the picture."""

    title: str
    description: str
    basis: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the content: the same scene gives the same picture."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def legend(self) -> tuple[str, ...]:
        """The lines and shapes that occur here, each in words."""
        seen: dict[str, None] = dict.fromkeys(edge.status for edge in self.edges)
        seen |= dict.fromkeys(word for word in ("control", "changed") if any(getattr(e, word) for e in self.edges))
        seen |= dict.fromkeys(node.shape for node in self.nodes)
        seen |= {"own": None} if any(node.own for node in self.nodes) else {}
        return tuple(sentence for word, sentence in LEGEND.items() if word in seen)

    @cached_property
    def reading(self) -> tuple[str, ...]:
        """How to read the picture: the basis of its numbers, its legend, its notes."""
        basis = f"Numbers are {self.basis} unless they say otherwise." if self.edges else ""
        legend = "; ".join(self.legend)
        return tuple(line for line in (basis, f"{legend[:1].upper()}{legend[1:]}." if legend else "", *self.notes) if line)

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """Nodes by id."""
        return {node.id: node for node in self.nodes}


def share_places(*scenes: Scene) -> tuple[Scene, ...]:
    """The same scenes with one set of places: each edge reserves the room of its longest label in any of them.

    All scenes must have the same nodes and the same edges; only labels and styles may differ.
    """
    width: dict[str, float] = {}
    rows: dict[str, int] = {}
    for edge in (edge for scene in scenes for edge in scene.edges):
        width[edge.id] = max([width.get(edge.id, 0.0), *map(em, edge.lines)])
        rows[edge.id] = max(rows.get(edge.id, 0), len(edge.lines))
    return tuple(
        replace(scene, edges=tuple(replace(edge, room=(width[edge.id], rows[edge.id])) for edge in scene.edges))
        for scene in scenes
    )
