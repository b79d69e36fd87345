"""Control that is kept up to date: change one holding and have the new control relation and the exact difference.

A change of the votes of one company z matters to a controller x only when z enters or leaves what x controls. Who that is, is
read off the forest: it is a chain. What enters with z is found from z downwards; what leaves is found by taking away everything that
may rest on z and putting back what still stands without it (delete and rederive: Gupta, Mumick, Subrahmanian, "Maintaining views
incrementally", SIGMOD 1993). Then only the companies that gained or lost a controller, and those below them, change their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from operator import index
from typing import NamedTuple

import numpy as np

from crosshold.errors import Finding, RequestError
from crosshold.kernels.csr import EditedRows, Int, Rows
from crosshold.kernels.forest import control_forest
from crosshold.kernels.tree import DEPTH, RING, classes_above, is_above, lowest, place
from crosshold.measures.control.limits import HALF, is_forest, limits_of
from crosshold.model.threshold import threshold as exact_threshold
from crosshold.network import Network

MOST_MOVED = 20_000  # entities to place one by one; beyond, the forest is computed anew

Pair = tuple[int, int]


class Change(NamedTuple):
    """From now on ``holder`` has ``votes`` (whole) of ``issuer``; 0 ends the holding."""

    holder: str
    issuer: str
    votes: int


class Difference(NamedTuple):
    """Pairs (controller, controlled) that came and went, as ids, sorted."""

    gained: tuple[tuple[str, str], ...]
    lost: tuple[tuple[str, str], ...]


class LiveControl:
    """The control forest of a network under changes. The only noun here that changes; the network that it starts from does not.

    ``basis``, ``threshold`` and ``strict`` as in :func:`~crosshold.measures.control.control`; the threshold must leave no room for two
    separate controllers (one half or more, nobody above 100 %): E_NO_FOREST otherwise.
    """

    def __init__(self, network: Network, *, threshold: Fraction | str = HALF, strict: bool = True, basis: str = "votes") -> None:
        self.network = network
        graph = network.graph(basis)
        self._limit = limits_of(graph, exact_threshold(threshold), strict)
        if not is_forest(graph, self._limit):
            message = "two holders can control a company without controlling each other."
            raise RequestError(Finding("E_NO_FOREST", message, "Use a threshold of one half or more.", "control"))
        self._total = graph.total
        self._into, self._out = EditedRows(graph.into), EditedRows(graph.out)
        self._grow_tree(graph.into)

    def _grow_tree(self, into: Rows) -> None:
        self.tree = control_forest(into.pointer, into.node, into.weight, self._limit)[0]
        ring = self.tree[:, RING]
        self._mates: dict[int, set[int]] = {}
        for v in np.flatnonzero(ring != np.arange(len(ring))).tolist():
            self._mates.setdefault(int(ring[v]), {int(ring[v])}).add(v)

    def controls(self, controller: str, company: str) -> bool:
        """Whether one entity controls another now."""
        return self._controls(self.network.index(controller), self.network.index(company))

    def controllers(self, company: str) -> tuple[str, ...]:
        """Everybody who controls a company now, sorted."""
        return tuple(self.network.ids[i] for i in sorted(self._above(self.network.index(company))))

    def holders(self, company: str) -> dict[str, int]:
        """Who has how many votes of a company now, largest first."""
        return {self.network.ids[h]: w for h, w in self._into[self.network.index(company)]}

    def now(self) -> tuple[Rows, Int]:
        """The rows of holders as they are now, and the limit of each company."""
        return self._into.compressed(), self._limit

    def change(self, changes: Iterable[Change | tuple[str, str, int]]) -> Difference:
        """Make the changes together, and tell what they did to control: every pair that came or went, none that did both.

        Errors, with nothing changed, all at once: E_UNKNOWN_ID; E_OWN_SHARES (holder = issuer), E_NOT_WHOLE (votes that are no whole
        number), E_NEGATIVE, E_OVERHELD (more than the total).
        """
        wanted = self._checked([Change(*change) for change in changes])
        wanted.sort(key=lambda edge: edge[2] > self._into.weight(edge[1], edge[0]))  # falls first: nobody passes 100 % on the way
        came: dict[Pair, int] = {}
        for holder, issuer, votes in wanted:
            gained, lost = self._set(holder, issuer, votes)
            for pair in gained:
                came[pair] = came.get(pair, 0) + 1
            for pair in lost:
                came[pair] = came.get(pair, 0) - 1
        ids = self.network.ids
        told = sorted((ids[x], ids[y], sign) for (x, y), sign in came.items() if sign)
        return Difference(tuple((x, y) for x, y, sign in told if sign > 0), tuple((x, y) for x, y, sign in told if sign < 0))

    def _checked(self, changes: Sequence[Change]) -> list[tuple[int, int, int]]:
        """Entity numbers for ids; the last change of a pair counts."""
        wanted: dict[Pair, int] = {}
        faults: list[Finding] = []
        names = dict.fromkeys(name for change in changes for name in change[:2])
        places = dict(zip(names, self.network.indices(names), strict=True))
        for holder, issuer, given in changes:
            h, j = places[holder], places[issuer]
            try:
                votes = index(given)  # as a Python whole number; a float would be cut off later, without a word
            except TypeError:
                message = f"{holder} in {issuer}: {given!r} is no whole number of votes."
                faults.append(Finding("E_NOT_WHOLE", message, "Say 0, 1, 2, ...", issuer))
                continue
            if h == j:
                faults.append(Finding("E_OWN_SHARES", f"{issuer} cannot vote its own shares.", "Leave them out.", issuer))
            if votes < 0:
                faults.append(Finding("E_NEGATIVE", f"{holder} in {issuer}: {votes} votes.", "Say 0 or more.", issuer))
            wanted[h, j] = votes
        for j in sorted({j for h, j in wanted if h != j}):
            held = sum(w for h, w in self._into[j] if (h, j) not in wanted) + sum(w for (_, i), w in wanted.items() if i == j)
            if held > self._total[j] or held > 2 * int(self._limit[j]) + 1:
                message = f"{self.network.ids[j]}: holdings would add up to {held:,} of {int(self._total[j]):,} votes."
                faults.append(Finding("E_OVERHELD", message, "Let another holder have fewer first.", self.network.ids[j]))
        if faults:
            raise RequestError(faults)
        return [(h, j, votes) for (h, j), votes in wanted.items()]

    # The relation, read off the forest.

    def _controls(self, a: int, b: int) -> bool:
        return a != b and is_above(int(self.tree[a, RING]), int(self.tree[b, RING]), self.tree)

    def _class(self, node: int) -> set[int]:
        ring = int(self.tree[node, RING])
        return self._mates.get(ring) or {ring}

    def _above(self, node: int) -> set[int]:
        """Everybody who controls a node."""
        classes = classes_above(int(self.tree[node, RING]), self.tree)
        return {x for c in classes for x in self._class(c)} - {node}

    def _majority(self, company: int) -> int:
        """The holder that passes the limit alone, -1 when there is none."""
        row = self._into[company]
        return row[0][0] if row and row[0][1] > self._limit[company] else -1

    def _lowest(self, company: int) -> int:
        """The lowest class that controls a company or holds it up with its own members; -1 when there is none."""
        row = self._into[company]
        if sum(w for _, w in row) <= self._limit[company]:
            return -1
        holders = np.array([h for h, _ in row], dtype=np.int32)
        weights = np.array([w for _, w in row], dtype=np.int64)
        pointer = np.array([0, len(row)])
        at, held = np.empty(len(row), np.int32), np.empty(len(row), np.int64)
        return int(lowest(0, pointer, holders, weights, int(self._limit[company]), self.tree, at, held))

    # One change.

    def _set(self, holder: int, issuer: int, votes: int) -> tuple[set[Pair], set[Pair]]:
        before, majority = self._into.weight(issuer, holder), self._majority(issuer)
        if votes == before:
            return set(), set()
        self._into.set(issuer, holder, votes)
        self._out.set(holder, issuer, votes)
        pairs: set[Pair] = set()
        if votes > before and majority < 0:
            for x in self._entering(issuer):
                pairs.update((x, y) for y in self._gained(x, issuer))
        elif votes < before and self._majority(issuer) < 0:
            for x in self._above(issuer):
                if x == holder or self._controls(x, holder):
                    pairs.update((x, y) for y in self._lost(x, issuer))
        if pairs:
            self._move(pairs, gained=votes > before)
        return (pairs, set()) if votes > before else (set(), pairs)

    def _entering(self, company: int) -> list[int]:
        """Who did not control a company and does now, by its own row."""
        ring = self._lowest(company)
        if ring < 0:
            return []
        controllers = {x for c in classes_above(ring, self.tree) for x in self._class(c)}
        return [x for x in controllers if x != company and not self._controls(x, company)]

    def _gained(self, x: int, company: int) -> set[int]:
        """What x controls in addition once ``company`` is among it: that and whatever follows."""
        new, agenda = {company}, [company]
        while agenda:
            for y, _ in self._out[agenda.pop()]:
                if y != x and y not in new and not self._controls(x, y):
                    held = sum(w for h, w in self._into[y] if h == x or h in new or self._controls(x, h))
                    if held > self._limit[y]:
                        new.add(y)
                        agenda.append(y)
        return new

    def _lost(self, x: int, company: int) -> set[int]:
        """What x no longer controls after the row of ``company`` fell."""
        lost, agenda = {company}, [company]
        while agenda:
            for y, _ in self._out[agenda.pop()]:
                if y != x and y not in lost and self._controls(x, y):
                    majority = self._majority(y)
                    if majority < 0 or majority in lost:
                        lost.add(y)
                        agenda.append(y)
        agenda = list(lost)
        while agenda:
            y = agenda.pop()
            held = sum(w for h, w in self._into[y] if h == x or (h not in lost and self._controls(x, h)))
            if y in lost and held > self._limit[y]:
                lost.discard(y)
                agenda.extend(v for v, _ in self._out[y] if v in lost)
        return lost

    # New places.

    def _move(self, pairs: set[Pair], *, gained: bool) -> None:
        """Bring the forest in line with the pairs that came or went."""
        above: dict[int, set[int]] = {}
        for v in {v for pair in pairs for v in pair}:
            for mate in self._class(v):
                above.setdefault(mate, self._above(mate))
        for x, y in pairs:
            (above[y].add if gained else above[y].discard)(x)

        def controls(a: int, b: int) -> bool:
            return a in above[b] if b in above else self._controls(a, b)

        ring = {v: min(v, *(m for m in above[v] if controls(v, m)), v) for v in above}
        moved = self._below({y for _, y in pairs} | {v for v, c in ring.items() if c != self.tree[v, RING]})
        if moved is None:
            self._grow_tree(self._into.compressed())
            return
        parent: dict[int, int] = {}
        for v in moved:
            nearest = -1
            for m in above[v] if v in above else self._above(v):
                if not controls(v, m) and (nearest < 0 or (controls(nearest, m) and not controls(m, nearest))):
                    nearest = m
            parent[v] = nearest
        for v in moved:
            ring.setdefault(v, int(self.tree[v, RING]))
            self._mates.pop(int(self.tree[v, RING]), None)
        for v in moved:
            self.tree[v, RING] = ring[v]
            self.tree[v, DEPTH] = -1
            if ring[v] != v:
                self._mates.setdefault(ring[v], {ring[v]}).add(v)
        for v in moved:
            self._place(v, parent)

    def _below(self, tops: set[int]) -> set[int] | None:
        """``tops`` and every company that one of them controls; ``None`` when that is a large part of the register."""
        found, agenda = set(tops), list(tops)
        while agenda:
            for y, _ in self._out[agenda.pop()]:
                if y not in found and any(self._controls(t, y) for t in tops):
                    found.add(y)
                    agenda.append(y)
            if len(found) > MOST_MOVED:
                return None
        return found

    def _place(self, node: int, parent: dict[int, int]) -> None:
        """Depth and jump of the class of a node, those above it first."""
        trail = [int(self.tree[node, RING])]
        while self.tree[trail[-1], DEPTH] < 0 and (above := parent[trail[-1]]) >= 0:
            trail.append(int(self.tree[above, RING]))
        for c in reversed(trail):
            if self.tree[c, DEPTH] < 0:
                place(c, int(self.tree[parent[c], RING]) if parent[c] >= 0 else -1, self.tree)
        self.tree[node, DEPTH] = self.tree[trail[0], DEPTH]
