"""Entities by index, who holds what fraction of whom among them, and the sentences that every measure says about them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, Findings, RequestError, did_you_mean
from crosshold.kernels.csr import Int, Node
from crosshold.kernels.flow import Divergent
from crosshold.kernels.large_rings import Unsettled
from crosshold.model.ids import Ids
from crosshold.model.share import NOTIONAL
from crosshold.network.graph import Graph, graph_of_columns, graph_of_edges

Money = Decimal | Fraction | float | int | str
Float = NDArray[np.float64]

ILL_CONDITIONED = 1e8
NEIGHBOURS = 1000  # ids before and after an unknown one, among which a nearest one is looked for


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
        """Money by entity in float64, NaN where none is given; an array by entity stays as it is.

        Errors: E_UNKNOWN_ID; E_VALUE for an array of another length or with infinite numbers.
        """
        if isinstance(given, np.ndarray):
            if given.shape != (len(self),) or np.isinf(given).any():
                message = f"amounts of shape {given.shape} for {len(self)} entities, or some that are infinite."
                raise RequestError(
                    Finding("E_VALUE", message, "Give one number per entity, NaN for none, or a mapping by id.", "amounts")
                )
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
        graph, findings = graph_of_edges("issued", ids, edges, totals, overheld)
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
        :meth:`from_holdings`. Errors: E_COLUMNS (all faults at once), E_OVERHELD, E_TOO_LARGE.
        """
        _check_columns(ids, holder, issuer, weight, total)
        graph, findings = graph_of_columns(basis, ids, holder, issuer, weight, total, overheld)
        return cls(ids=ids, capital=graph, votes=graph, findings=findings)


def _check_columns(ids: Sequence[str], holder: Node, issuer: Node, weight: Int, total: Int) -> None:
    """``E_COLUMNS`` for columns that fit neither each other nor the ids. Packed ids are sorted by the way they are made."""
    faults = Findings()
    given: dict[str, Any] = {"holder": holder, "issuer": issuer, "weight": weight, "total": total}
    for name, column in given.items():
        if not isinstance(column, np.ndarray) or column.ndim != 1 or not np.issubdtype(column.dtype, np.integer):
            faults.add("E_COLUMNS", f"{name} is no one-dimensional array of whole numbers.", "Give an integer array.", name)
    faults.raise_errors(RequestError)
    if not len(holder) == len(issuer) == len(weight):
        faults.add("E_COLUMNS", "holder, issuer and weight have different lengths.", "Give one of each a row.", "holder")
    if len(total) != len(ids):
        faults.add(
            "E_COLUMNS", f"{len(total)} totals for {len(ids)} ids.", "Give a total for each id, 0 without shares.", "total"
        )
    for name in ("holder", "issuer"):
        if len(given[name]) and not 0 <= given[name].min() <= given[name].max() < len(ids):
            faults.add("E_COLUMNS", f"{name}: numbers from 0 to {len(ids) - 1} count the ids.", "Count the ids from 0.", name)
    for name in ("weight", "total"):
        if len(given[name]) and given[name].min() < 0:
            faults.add("E_COLUMNS", f"{name}: a number is below 0.", "Give whole numbers of 0 or more.", name)
    if not isinstance(ids, Ids) and any(a >= b for a, b in pairwise(ids)):
        faults.add(
            "E_COLUMNS", "the ids are not sorted, or one is there twice.", "Sort them and number the rows by that order.", "ids"
        )
    faults.raise_errors(RequestError)
