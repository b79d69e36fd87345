"""The wedge between cash flow and control by the weakest link of each chain.

An owner's cash-flow right in a company is the sum over chains of the product of the stakes; its control right the sum over chains of
the smallest stake on each. The wedge is control minus cash flow (Claessens, Djankov, Lang, "The separation of ownership and control
in East Asian corporations", J. Financial Economics 58, 2000; La Porta, Lopez-de-Silanes, Shleifer, "Corporate ownership around
the world", J. Finance 54, 1999).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, RequestError, UndeterminedError
from crosshold.kernels.paths import BudgetSpent, simple_paths
from crosshold.model.result import Result
from crosshold.model.threshold import threshold as exact_threshold
from crosshold.network import Graph, Network

PATH_BUDGET = 10**5


class ChainRow(NamedTuple):
    """A chain of ids from the owner down: the product of its stakes in capital, and its smallest stake in votes (fractions 0-1)."""

    chain: tuple[str, ...]
    product: Fraction
    weakest: Fraction


@dataclass(frozen=True, eq=False, kw_only=True)
class WeakestLink(Result):
    """Fractions 0-1: ``cash_flow`` and ``control`` rights, ``wedge`` = control - cash flow, ``ratio`` = cash flow / control.

    ``ratio`` is ``None`` without control. ``rows`` are the chains, the one with the largest smallest stake first; they add up.
    """

    cash_flow: Fraction
    control: Fraction
    wedge: Fraction
    ratio: Fraction | None
    rows: tuple[ChainRow, ...]

    row: ClassVar[Any] = ChainRow
    shares: ClassVar[tuple[str, ...]] = ("product", "weakest")

    def explain(self) -> dict[str, Any]:
        """The chains that add up to both rights, as plain data."""
        rights = {"cash_flow": self.cash_flow, "control": self.control, "wedge": self.wedge}
        return {"verb": "wedge", **self.settings, **rights, "chains": [row._asdict() for row in self.rows]}


def weakest_link(
    network: Network,
    owner: str,
    company: str,
    *,
    threshold: Fraction | str | None = None,
    path_budget: int = PATH_BUDGET,
) -> WeakestLink:
    """Cash-flow and control rights of ``owner`` in ``company`` (ids) over the chains that repeat no company.

    Products are taken on the capital graph, smallest stakes on the votes graph. With a ``threshold`` (the studies use 1/10 or 1/5) only
    chains count of which every link has at least that part of the votes, for both rights.

    Errors: E_UNKNOWN_ID, E_SAME (owner and company are one), E_THRESHOLD_TYPE, E_THRESHOLD_RANGE, E_PATH_BUDGET (exit status 3).
    Finding W_OVER_ONE: smallest stakes can add up to more than everything; they are given as published.
    """
    start, end = network.index(owner), network.index(company)
    if start == end:
        raise RequestError(Finding("E_SAME", f"{owner} is asked about itself.", "Name an owner and a company.", owner))
    limit = None if threshold is None else exact_threshold(threshold)
    capital, votes = _stakes(network.capital), _stakes(network.votes)
    neighbours = [
        sorted({j for graph in (network.capital, network.votes) for j, _ in graph.holdings(i)}) for i in range(len(network))
    ]
    try:
        paths = simple_paths(neighbours, start, end, path_budget)
    except BudgetSpent as spent:
        message = f"stopped after {spent.count:,} chains from {owner} to {company}."
        raise UndeterminedError(Finding("E_PATH_BUDGET", message, "Allow a larger path budget.", owner)) from None
    rows = []
    for path in paths:
        weakest = min(votes(i, j) for i, j in pairwise(path))
        if limit is None or weakest >= limit:
            product = prod((capital(i, j) for i, j in pairwise(path)), start=Fraction(1))
            rows.append(ChainRow(tuple(network.ids[i] for i in path), product, weakest))
    rows.sort(key=lambda row: (-row.weakest, -row.product, row.chain))
    cash_flow = sum((row.product for row in rows), start=Fraction(0))
    control = sum((row.weakest for row in rows), start=Fraction(0))
    findings = list(network.findings)
    if control > 1:
        message = f"the smallest stakes of {len(rows)} chains from {owner} to {company} add up to {float(control) * 100:.4g} %."
        findings.append(Finding("W_OVER_ONE", message, "Right for this measure, which is no share; see control.", company))
    said = {"capital": network.capital.basis, "votes": network.votes.basis, "threshold": None if limit is None else str(limit)}
    return WeakestLink(
        cash_flow=cash_flow,
        control=control,
        wedge=control - cash_flow,
        ratio=cash_flow / control if control else None,
        rows=tuple(rows),
        settings={"owner": owner, "company": company, **said},
        findings=tuple(findings),
    )


def _stakes(graph: Graph) -> Callable[[int, int], Fraction]:
    """Exact stake by holder and issuer, 0 where there is none."""
    known = {(i, j): Fraction(w, int(graph.total[j])) for i, j, w in graph.edges()}
    return lambda i, j: known.get((i, j), Fraction(0))
