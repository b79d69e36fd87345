"""One weighted graph of holdings: whole numbers over a whole total per issuer, and what can be asked of it.

Row = holder, column = issuer, everywhere. Sums are exact and "more than half" is decided in integers (spec: ``w / T > p / q`` is
``w * q > p * T``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from crosshold.errors import Finding, RequestError
from crosshold.kernels.components import strong_components
from crosshold.kernels.csr import Int, Node, Rows, compress, row_sums, transpose
from crosshold.kernels.flow import Flow
from crosshold.kernels.settle import Settle

EXACT_HOLDINGS = 2000  # up to so many holdings the answers are fractions, beyond they are float64
LARGEST = 2**62  # totals stay below, so that sums of two fit in 63 bits


@dataclass(frozen=True, eq=False)
class Graph:
    """One weighted graph of holdings on one named basis.

    ``total[j]`` is the denominator of issuer j after its own shares were taken off; ``in_*`` are the identified holders of each
    issuer, largest first. Holders of kind ``dispersed`` and own shares are no edges: the former are the residual.
    """

    basis: str
    in_ptr: Int
    in_holder: Node
    in_weight: Int
    total: Int
    overheld: tuple[int, ...] = ()

    @cached_property
    def into(self) -> Rows:
        """``(holder, weight)`` of each issuer, largest first."""
        return Rows(self.in_ptr, self.in_holder, self.in_weight)

    @cached_property
    def out(self) -> Rows:
        """``(issuer, weight)`` of each holder, largest weight first."""
        return Rows(*transpose(self.in_ptr, self.in_holder, self.in_weight))

    @cached_property
    def in_issuer(self) -> Node:
        """The issuer of each edge, beside ``in_holder`` and ``in_weight``."""
        return np.repeat(np.arange(len(self.total), dtype=np.int32), np.diff(self.in_ptr))

    def holders(self, issuer: int) -> list[tuple[int, int]]:
        """``(holder, weight)`` of one issuer, largest first."""
        return self.into[issuer]

    def holdings(self, holder: int) -> list[tuple[int, int]]:
        """``(issuer, weight)`` of one holder, largest weight first."""
        return self.out[holder]

    @cached_property
    def held(self) -> Int:
        """Whole weight of each issuer that its identified holders have together."""
        return row_sums(self.in_ptr, self.in_weight)

    def edges(self) -> list[tuple[int, int, int]]:
        """Every ``(holder, issuer, weight)``."""
        return [(i, j, w) for j in range(len(self.total)) for i, w in self.holders(j)]

    def fraction(self, holder: int, issuer: int) -> Fraction | None:
        """Exact share of ``issuer`` held by ``holder``; ``None`` when the issuer's total is 0."""
        if self.total[issuer] == 0:
            return None
        weight = next((w for i, w in self.holders(issuer) if i == holder), 0)
        return Fraction(weight, int(self.total[issuer]))

    def residual(self, issuer: int) -> Fraction | None:
        """Exact share that no identified holder has; ``None`` when the issuer's total is 0."""
        total = int(self.total[issuer])
        return Fraction(total - sum(w for _, w in self.holders(issuer)), total) if total else None

    def held_by(self, group: Collection[int]) -> dict[int, int]:
        """Whole weights that a group holds together, by issuer."""
        held: dict[int, int] = {}
        for holder in sorted(group):
            for issuer, weight in self.holdings(holder):
                held[issuer] = held.get(issuer, 0) + weight
        return held

    def kept_from(self, companies: Collection[int]) -> dict[int, Fraction]:
        """Exact share of each company that is not held by ``companies``: it belongs to persons, states, funds, the float."""
        inside = set(companies)
        parts = {j: [self.fraction(i, j) or Fraction(0) for i, _ in self.holders(j) if i in inside] for j in companies}
        return {j: 1 - sum(held, start=Fraction(0)) for j, held in parts.items()}

    @cached_property
    def rings(self) -> list[list[int]]:
        """Strongly connected components of two or more entities, holders before what they hold."""
        found = strong_components(self.in_ptr, self.in_holder, targets_first=True)
        return [found.members(int(k)).tolist() for k in np.flatnonzero(found.sizes > 1)]

    @cached_property
    def ownerless(self) -> list[list[int]]:
        """Rings whose members together hold exactly all of each member, and nobody else any; decided in whole numbers."""
        closed = []
        for members in self.rings:
            group = set(members)
            if all(self.held[j] == self.total[j] and all(i in group for i, _ in self.holders(j)) for j in members):
                closed.append(members)
        return closed

    @cached_property
    def settle(self) -> Settle:
        """The graph prepared for linear flow in float64, at any size."""
        return Settle(self.in_ptr, self.in_holder, self.in_weight, self.total)

    def is_exact(self, exact: bool | None) -> bool:
        """What ``exact=None`` means here: fractions up to ``EXACT_HOLDINGS`` holdings."""
        return len(self.in_holder) <= EXACT_HOLDINGS if exact is None else exact

    def flow(
        self, *, up: bool = False, exact: bool | None = None, path_budget: int | None = None, stop: Collection[int] = ()
    ) -> Flow:
        """Stakes as a linear flow: down from holders to issuers, or up from issuers to holders.

        Down, one unit that starts at a holder ends as its share of every issuer; up, a value that starts at an issuer ends with its
        holders. Ownerless components are closed: what depends on them is ``None``. Nothing flows into the nodes of ``stop``.
        """
        rows = self.into if up else self.out
        pointer, target, weight = rows.pointer, rows.node, rows.weight
        if len(stop):
            source = np.repeat(np.arange(len(pointer) - 1), np.diff(pointer))
            keep = ~np.isin(target, list(stop))
            pointer, target, weight = compress(len(pointer) - 1, source[keep], target[keep], weight[keep])
        issuer = np.repeat(np.arange(len(pointer) - 1), np.diff(pointer)) if up else target
        whole = self.total[issuer]
        share: list[Fraction | float]
        if self.is_exact(exact):
            share = [Fraction(w, t) for w, t in zip(weight.tolist(), whole.tolist(), strict=True)]
        else:
            share = (weight / whole).tolist()
        closed = [i for members in self.ownerless if not set(members) & set(stop) for i in members]
        if path_budget is not None:  # a sum over paths that repeat nothing is finite in any ring
            closed = []
        return Flow(pointer, target, share, closed, path_budget)


def graph_of_edges(
    basis: str, ids: Sequence[str], edges: Sequence[tuple[str, str, int]], totals: Mapping[str, int], overheld: str
) -> tuple[Graph, tuple[Finding, ...]]:
    """A graph from ``(holder, issuer, weight)`` with ids and whole numbers of any size."""
    refuse_large([name for name, whole in totals.items() if whole >= LARGEST])
    refuse_large([issuer for _, issuer, weight in edges if weight >= LARGEST])
    position = {name: index for index, name in enumerate(ids)}
    holder = np.array([position[h] for h, _, _ in edges], dtype=np.int32)
    issuer = np.array([position[i] for _, i, _ in edges], dtype=np.int32)
    weight = np.array([w for _, _, w in edges], dtype=np.int64)
    return graph_of_columns(
        basis, ids, holder, issuer, weight, np.array([totals[name] for name in ids], dtype=np.int64), overheld
    )


def refuse_large(names: Sequence[str]) -> None:
    """E_TOO_LARGE for these issuers, if there are any."""
    if names:
        message = f"{', '.join(names[:8])}: more than 2**62 votes or shares."
        raise RequestError(Finding("E_TOO_LARGE", message, "Check the digits, or use a smaller whole.", names[0]))


def graph_of_columns(
    basis: str, ids: Sequence[str], holder: Node, issuer: Node, weight: Int, total: Int, overheld: str
) -> tuple[Graph, tuple[Finding, ...]]:
    """Own shares leave the total first, then the rest becomes rows; more than the total is a finding."""
    if overheld not in ("refuse", "report"):
        message = f"{overheld!r} says nothing about over-held companies."
        raise RequestError(Finding("E_OVERHELD_MODE", message, "Say refuse or report.", "overheld"))
    size = len(ids)
    roughly = np.bincount(issuer, weight, minlength=size)  # in floats, which do not run over
    refuse_large([ids[j] for j in np.flatnonzero((roughly >= LARGEST) | (total >= LARGEST))[:8].tolist()])
    own = holder == issuer
    if own.any():
        total = total.copy()
        np.subtract.at(total, issuer[own], weight[own])
        holder, issuer, weight = holder[~own], issuer[~own], weight[~own]
    pointer, in_holder, in_weight = compress(size, issuer, holder, weight)
    held = row_sums(pointer, in_weight)
    over = tuple(np.flatnonzero(held > total).tolist())
    stops = overheld != "report" or any(total[j] <= 0 for j in over)  # part of nothing has no meaning, reported or not
    findings = tuple(
        Finding(
            "E_OVERHELD" if stops else "W_OVERHELD",
            f"{ids[j]}: holdings add up to {held[j] / total[j] * 100 if total[j] > 0 else float('inf'):.4g} % of {basis}.",
            "Check for double counting, or give the share class.",
            ids[j],
        )
        for j in over
    )
    if findings and stops:
        raise RequestError(findings)
    return Graph(basis, pointer, in_holder, in_weight, total, over), findings
