"""The computing object: who holds what fraction of whom, once for capital and once for votes.

Row = holder, column = issuer, everywhere. Weights are whole numbers over a whole total per issuer, so that sums are
exact and "more than half" is decided in integers (spec: ``w / T > p / q`` is ``w * q > p * T``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, Findings, RequestError, did_you_mean
from crosshold.kernels.components import strong_components
from crosshold.kernels.csr import Int, Node, Rows, compress, row_sums, transpose
from crosshold.kernels.flow import Divergent, Flow
from crosshold.kernels.large_rings import Unsettled
from crosshold.kernels.settle import Settle
from crosshold.model.share import NOTIONAL
from crosshold.model.snapshot import Snapshot

Money = Decimal | Fraction | float | int | str
Float = NDArray[np.float64]

EXACT_HOLDINGS = 2000  # up to so many holdings the answers are fractions, beyond they are float64
ILL_CONDITIONED = 1e8
LARGEST = 2**62  # totals stay below, so that sums of two fit in 63 bits
NEIGHBOURS = 1000  # ids before and after an unknown one, among which a nearest one is looked for


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


@dataclass(frozen=True, eq=False)
class Network:
    """Entities by index, in the order of their ids, and two graphs between them, never merged: ``capital`` and ``votes``."""

    ids: Sequence[str]
    capital: Graph
    votes: Graph
    names: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def index(self, entity: str) -> int:
        """Index of an id; an unknown one is ``E_UNKNOWN_ID`` with the nearest known ids."""
        place = bisect_left(self.ids, entity)
        if place < len(self.ids) and self.ids[place] == entity:
            return place
        message = f"{entity!r} is nowhere in this network."
        near = self.ids[max(0, place - NEIGHBOURS) : place + NEIGHBOURS]
        raise RequestError(Finding("E_UNKNOWN_ID", message, did_you_mean(entity, near), "request"))

    def indices(self, entities: Iterable[str]) -> list[int]:
        """Indices of ids, in their order; ``E_UNKNOWN_ID`` for all unknown ones at once."""
        faults, found = Findings(), []
        for entity in entities:
            try:
                found.append(self.index(entity))
            except RequestError as unknown:
                faults.extend(unknown.findings)
        faults.raise_errors(RequestError)
        return found

    def graph(self, basis: str) -> Graph:
        """``capital`` or ``votes``."""
        if basis not in ("capital", "votes"):
            raise RequestError(Finding("E_BASIS_AMBIGUOUS", f"{basis!r} names no graph.", "Say capital or votes."))
        return self.capital if basis == "capital" else self.votes

    def amounts(self, given: Mapping[str, Money | None] | Float) -> Float:
        """Money by entity in float64, NaN where none is given; an array by entity stays as it is. Error: E_UNKNOWN_ID."""
        if isinstance(given, np.ndarray):
            return given
        found = np.full(len(self), np.nan)
        for name, amount in given.items():
            found[self.index(name)] = np.nan if amount is None else float(Fraction(amount))
        return found

    def words(self, members: Iterable[int], most: int = 8) -> str:
        """Ids of some entities for a sentence; a long list is cut."""
        names = [self.ids[i] for i in members]
        return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")

    def ownerless_findings(self, components: Iterable[Sequence[int]]) -> list[Finding]:
        """One ``W_OWNERLESS_CYCLE`` per component that owns itself completely; see :attr:`Graph.ownerless`."""
        return [
            Finding(
                "W_OWNERLESS_CYCLE",
                f"{self.words(members)} own each other completely: nobody outside does, and what depends on them has no value.",
                "Add the missing outside holders, or leave these companies out.",
                self.words(members),
            )
            for members in components
        ]

    def top_findings(self, owners: Iterable[int]) -> list[Finding]:
        """One ``W_TOP_COMPANY`` for the owners that are known to be companies: somebody must hold them."""
        top = [self.ids[i] for i in sorted(set(owners)) if self.kinds.get(self.ids[i]) == "company"] if self.kinds else []
        if not top:
            return []
        message = f"{', '.join(top[:8])}: nobody is known to hold {'it' if len(top) == 1 else 'these companies'}."
        return [Finding("W_TOP_COMPANY", message, "Counted as owners; add their holders to look further.", top[0])]

    def condition_findings(self, conditions: Iterable[tuple[Sequence[int], float]]) -> list[Finding]:
        """``W_ILL_CONDITIONED`` for every component that magnifies a change of its stakes more than a hundred million times.

        ``conditions``: the members of components with their condition numbers.
        """
        return [
            Finding(
                "W_ILL_CONDITIONED",
                f"{self.words(members)}: a change in a stake comes out up to {condition:.0e} times as large; "
                f"about {max(0, 16 - round(np.log10(condition)))} digits can be trusted.",
                "Give exact share counts for these companies.",
                self.words(members),
            )
            for members, condition in conditions
            if condition > ILL_CONDITIONED
        ]

    def singular(self, cause: Divergent) -> RequestError:
        """``E_SINGULAR``: holdings of more than everything multiply each other without end; or ``E_NOT_CONVERGED``."""
        names = self.words(cause.members)
        if isinstance(cause, Unsettled):
            message = f"{names}: no method brought the flow to rest; a relative residual of {cause.residual:.1e} was reached."
            return RequestError(
                Finding("E_NOT_CONVERGED", message, "Check these companies: almost nobody outside holds them.", names)
            )
        message = f"{names}: the holdings pass 100 % so far that the sum over all chains has no end."
        return RequestError(Finding("E_SINGULAR", message, "Correct the over-held companies.", names))

    @classmethod
    def from_holdings(
        cls, holdings: Iterable[Sequence[object]], *, overheld: str = "refuse", kinds: Mapping[str, str] | None = None
    ) -> Network:
        """A network from ``(holder, issuer, fraction)`` rows; both graphs equal.

        The total of an issuer is the least common multiple of 10**12 and the denominators of its rows. Ids that begin with ``~``
        are dispersed holders. ``overheld="report"`` lets the stakes of an issuer pass 100 % and says so instead of stopping.
        """
        rows = [(str(h), str(i), Fraction(str(f))) for h, i, f in holdings]
        ids = tuple(sorted({name for h, i, _ in rows for name in (h, i) if not name.startswith("~")}))
        totals = dict.fromkeys(ids, NOTIONAL)
        for _, issuer, share in rows:
            totals[issuer] = lcm(totals[issuer], share.denominator)
        edges = [(h, i, int(f * totals[i])) for h, i, f in rows if not h.startswith("~")]
        graph, findings = _graph_of_edges("issued", ids, edges, totals, overheld)
        return cls(ids=ids, capital=graph, votes=graph, kinds=dict(kinds or {}), findings=findings)

    @classmethod
    def from_columns(
        cls,
        ids: Sequence[str],
        holder: Node,
        issuer: Node,
        weight: Int,
        total: Int,
        *,
        basis: str = "issued",
        overheld: str = "refuse",
    ) -> Network:
        """A network from the columns of a register: entity numbers into the sorted ``ids``, whole weights, a total per entity.

        Both graphs are the same. Rows of the same pair add up, own shares leave the total; ``overheld`` as in
        :meth:`from_holdings`. Errors: E_OVERHELD, E_TOO_LARGE.
        """
        graph, findings = _graph(basis, ids, holder, issuer, weight, total, overheld)
        return cls(ids=ids, capital=graph, votes=graph, findings=findings)


def build(
    snapshot: Snapshot,
    votes: Mapping[str, int] | None = None,
    *,
    votes_basis: str = "gross_votes",
    capital_basis: str = "outstanding",
    overheld: str = "refuse",
) -> Network:
    """The Network of a Snapshot.

    ``votes`` maps lot ids to whole votes (own shares are ignored whatever it says); without it every lot has the gross votes that
    the Snapshot states. Capital is on ``outstanding`` shares by default; ``issued`` keeps own shares in the total, and
    ``dividend_rights`` counts each share by the dividend rights of its class, without own shares.
    """
    if capital_basis not in ("outstanding", "issued", "dividend_rights"):
        message = f"{capital_basis!r} is no basis of the capital graph."
        raise RequestError(Finding("E_BASIS_AMBIGUOUS", message, "Say outstanding, issued or dividend_rights."))
    by_rights = capital_basis == "dividend_rights"
    dispersed = {e.id for e in snapshot.entities.values() if e.kind == "dispersed"}
    ids = tuple(name for name in sorted(snapshot.entities) if name not in dispersed)
    shares: list[tuple[str, str, int]] = []
    cast: list[tuple[str, str, int]] = []
    capital_total = dict.fromkeys(ids, 0)
    votes_total = dict.fromkeys(ids, 0)
    for issuer in snapshot.issuers.values():
        capital_total[issuer.id] = issuer.dividend_rights if by_rights else issuer.issued
    for lot in snapshot.lots:
        held = lot.shares * snapshot.issuers[lot.issuer].dividends_per_share(lot.share_class) if by_rights else lot.shares
        if lot.holder == lot.issuer:
            capital_total[lot.issuer] -= held if capital_basis != "issued" else 0
            continue
        count = snapshot.gross_votes(lot) if votes is None else votes[lot.id]
        votes_total[lot.issuer] += count
        if lot.holder not in dispersed:
            shares.append((lot.holder, lot.issuer, held))
            cast.append((lot.holder, lot.issuer, count))
    capital, found = _graph_of_edges(capital_basis, ids, shares, capital_total, overheld)
    ballot, also = _graph_of_edges(votes_basis, ids, cast, votes_total, overheld)
    return Network(
        ids=ids,
        capital=capital,
        votes=ballot,
        names={e.id: e.name for e in snapshot.entities.values()},
        kinds={e.id: e.kind for e in snapshot.entities.values()},
        findings=tuple(dict.fromkeys((*found, *also))),
    )


def _graph_of_edges(
    basis: str, ids: Sequence[str], edges: Sequence[tuple[str, str, int]], totals: Mapping[str, int], overheld: str
) -> tuple[Graph, tuple[Finding, ...]]:
    """A graph from ``(holder, issuer, weight)`` with ids and whole numbers of any size."""
    _refuse_large([name for name, whole in totals.items() if whole >= LARGEST])
    _refuse_large([issuer for _, issuer, weight in edges if weight >= LARGEST])
    position = {name: index for index, name in enumerate(ids)}
    holder = np.array([position[h] for h, _, _ in edges], dtype=np.int32)
    issuer = np.array([position[i] for _, i, _ in edges], dtype=np.int32)
    weight = np.array([w for _, _, w in edges], dtype=np.int64)
    return _graph(basis, ids, holder, issuer, weight, np.array([totals[name] for name in ids], dtype=np.int64), overheld)


def _refuse_large(names: Sequence[str]) -> None:
    if names:
        message = f"{', '.join(names[:8])}: more than 2**62 votes or shares."
        raise RequestError(Finding("E_TOO_LARGE", message, "Check the digits, or use a smaller whole.", names[0]))


def _graph(
    basis: str, ids: Sequence[str], holder: Node, issuer: Node, weight: Int, total: Int, overheld: str
) -> tuple[Graph, tuple[Finding, ...]]:
    """Own shares leave the total first, then the rest becomes rows; more than the total is a finding."""
    size = len(ids)
    roughly = np.bincount(issuer, weight, minlength=size)  # in floats, which do not run over
    _refuse_large([ids[j] for j in np.flatnonzero((roughly >= LARGEST) | (total >= LARGEST))[:8].tolist()])
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
