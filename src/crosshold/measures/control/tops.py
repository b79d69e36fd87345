"""Ultimate controllers, nearest controllers, and rings of mutual control."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from crosshold.errors import Finding, RequestError
from crosshold.kernels.csr import Int, Node
from crosshold.kernels.forest import control_forest
from crosshold.kernels.reach import reach, singles
from crosshold.kernels.tree import PARENT, RING, ROOT, Tree, classes_above, is_above
from crosshold.measures.control.limits import HALF, forest_findings, is_forest, limits_of
from crosshold.model.result import Result, plain
from crosshold.model.threshold import threshold as exact_threshold
from crosshold.network import Graph, Network


class UltimateRow(NamedTuple):
    """Printed form: a company, its ultimate controllers, its nearest ones."""

    company: str
    ultimate: tuple[str, ...]
    parent: tuple[str, ...]


class Lists(NamedTuple):
    """A list of numbers for every number: those of v are ``item[start[v]:start[v + 1]]``."""

    start: Int
    item: Node

    def of(self, v: int) -> list[int]:
        """The list of v."""
        found: list[int] = self.item[self.start[v] : self.start[v + 1]].tolist()
        return found


@dataclass(frozen=True, eq=False, kw_only=True)
class Ultimate(Result):
    """``ultimate``: company -> controllers nobody outside their own ring controls; ``parent``: company -> nearest controllers;
    ``rings``: entities that control each other. Ids sorted; a company that nobody controls is absent.

    As arrays over the entities of the network: ``ring`` is the class of each (the smallest member of its ring, itself when it is in
    none), ``nearest`` the class that is its nearest controller (-1: none or no single one), ``tops`` its ultimate classes.
    ``tree`` is the control forest (:mod:`crosshold.kernels.tree`), ``None`` when controllers need not form chains.
    """

    network: Network = field(repr=False)
    ring: Node = field(repr=False)
    nearest: Node = field(repr=False)
    tops: Lists = field(repr=False)
    tree: Tree | None = field(repr=False, default=None)
    companies: tuple[int, ...] | None = field(repr=False, default=None)  # the only ones asked about

    row: ClassVar[Any] = UltimateRow

    @cached_property
    def members(self) -> Lists:
        """The entities of each class."""
        start = np.zeros(len(self.ring) + 1, np.int64)
        np.cumsum(np.bincount(self.ring, minlength=len(self.ring)), out=start[1:])
        return Lists(start, np.argsort(self.ring, kind="stable").astype(np.int32))

    def _ids(self, classes: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.network.ids[i] for i in sorted(i for c in classes for i in self.members.of(c)))

    @cached_property
    def _controlled(self) -> list[int]:
        if self.companies is not None:
            return [c for c in self.companies if self.tops.of(c)]
        found: list[int] = np.flatnonzero(np.diff(self.tops.start)).tolist()
        return found

    @cached_property
    def ultimate(self) -> dict[str, tuple[str, ...]]:
        """Company -> ultimate controllers."""
        return {self.network.ids[c]: self._ids(self.tops.of(c)) for c in self._controlled}

    @cached_property
    def parent(self) -> dict[str, tuple[str, ...]]:
        """Company -> nearest controllers, where there are such."""
        nearest = ((c, int(self.nearest[c])) for c in self._controlled)
        return {self.network.ids[c]: self._ids([above]) for c, above in nearest if above >= 0}

    @cached_property
    def rings(self) -> tuple[tuple[str, ...], ...]:
        """Sets of entities that control each other; where some companies were asked about, those that they or their controllers are in."""
        large = np.flatnonzero(np.diff(self.members.start) > 1).tolist()
        if self.companies is not None:
            near = {c for v in self.companies for c in (int(self.ring[v]), int(self.nearest[v]), *self.tops.of(v))}
            large = [c for c in large if c in near]
        return tuple(sorted(self._ids([c]) for c in large))

    def _rows(self) -> list[UltimateRow]:
        return [UltimateRow(name, tops, self.parent.get(name, ())) for name, tops in self.ultimate.items()]

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """As for every result, with ``ultimate``, ``parent`` and ``rings``."""
        told = super().to_dict(exact=exact)
        findings = told.pop("findings")
        said = {"ultimate": self.ultimate, "parent": self.parent, "rings": self.rings}
        return {**told, **plain(said), "findings": findings}

    def controls(self, controller: str, company: str) -> bool:
        """Whether one entity controls another: two looks at the forest and O(log depth) between them."""
        a, b = self.network.index(controller), self.network.index(company)
        return a != b and is_above(int(self.ring[a]), int(self.ring[b]), self._forest())

    def chain(self, company: str) -> tuple[tuple[str, ...], ...]:
        """The controllers of a company, from the nearest to the ultimate ones; those of its own ring first when it is in one."""
        node = self.network.index(company)
        chain = [self._ids([c]) for c in classes_above(int(self.ring[node]), self._forest())]
        mates = tuple(name for name in chain[0] if name != company)
        return (mates, *chain[1:]) if mates else tuple(chain[1:])

    def _forest(self) -> Tree:
        if self.tree is None:
            message = "controllers need not form a chain here."
            raise RequestError(Finding("E_NO_FOREST", message, "Ask control for the pairs.", "control"))
        return self.tree


def ultimate(
    network: Network,
    *,
    threshold: Fraction | str = HALF,
    strict: bool = True,
    basis: str = "votes",
    companies: Iterable[str] | None = None,
) -> Ultimate:
    """Ultimate controllers, nearest controllers and rings (mutual control) of every company, or of some ``companies`` (ids).

    A ring that nobody outside controls is the ultimate controller of its own members, all of them listed. The nearest controller is
    the class that controls the company and is controlled by every other class that does; absent when there is no such one.
    Errors and findings as :func:`~crosshold.measures.control.control`; a ring that is owned completely by itself also has
    W_OWNERLESS_CYCLE.
    """
    graph = network.graph(basis)
    share = exact_threshold(threshold)
    limit = limits_of(graph, share, strict)
    asked = None if companies is None else tuple(sorted(set(network.indices(companies))))
    tree = control_forest(graph.in_ptr, graph.in_holder, graph.in_weight, limit)[0] if is_forest(graph, limit) else None
    ring, nearest, tops = _from_pairs(graph, limit) if tree is None else _from_tree(tree)
    findings = [*network.findings, *forest_findings(graph, share, strict), *network.ownerless_findings(graph.ownerless)]
    return Ultimate(
        network=network,
        ring=ring,
        nearest=nearest,
        tops=tops,
        tree=tree,
        companies=asked,
        settings={"graph": basis, "basis": graph.basis, "threshold": str(share), "strict": strict},
        findings=tuple(dict.fromkeys(findings)),
    )


def _from_tree(tree: Tree) -> tuple[Node, Node, Lists]:
    ring = tree[:, RING].copy()
    nearest = tree[ring, PARENT]
    controlled = (nearest >= 0) | (np.bincount(ring, minlength=len(ring))[ring] > 1)
    start = np.zeros(len(ring) + 1, np.int64)
    np.cumsum(controlled, out=start[1:])
    return ring, nearest, Lists(start, tree[ring[controlled], ROOT])


def _from_pairs(graph: Graph, limit: Int) -> tuple[Node, Node, Lists]:
    """Classes, nearest and ultimate controllers from all pairs, where they need not form chains."""
    alone = singles(graph.into, limit)
    pairs = reach(graph.out, limit, np.arange(len(alone) + 1), alone)
    above: dict[int, set[int]] = {}
    for source, company in zip(alone[pairs.source].tolist(), pairs.node.tolist(), strict=True):
        above.setdefault(company, set()).add(source)
    ring = np.arange(len(limit), dtype=np.int32)
    for company, controllers in above.items():
        ring[company] = min(company, *(c for c in controllers if company in above.get(c, ())), company)
    nearest = np.full(len(limit), -1, np.int32)
    tops: list[list[int]] = [[] for _ in range(len(limit))]
    for company, controllers in above.items():
        classes = {int(ring[c]) for c in controllers}
        tops[company] = sorted(c for c in classes if all(ring[x] == c for x in above.get(c, ())))
        outside = classes - {int(ring[company])}
        lowest = [k for k in outside if all(other == k or other in above.get(k, ()) for other in outside)]
        if len(lowest) == 1:
            nearest[company] = lowest[0]
    start = np.cumsum([0, *map(len, tops)])
    return ring, nearest, Lists(start, np.array([c for found in tops for c in found], dtype=np.int32))
