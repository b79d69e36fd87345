"""Close links: who holds a fifth of whom, and which companies a third party binds together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, islice
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, UndeterminedError
from crosshold.kernels.cascades import ancestors
from crosshold.kernels.control import least_closure, passes
from crosshold.kernels.flow import Divergent
from crosshold.kernels.paths import BudgetSpent
from crosshold.measures.owners.asked import Asked, ask
from crosshold.measures.owners.proof import chains, derivation
from crosshold.model.result import Result
from crosshold.model.verdict import IMPOSSIBLE
from crosshold.network import Network

MAJORITY = Fraction(1, 2)
PATH_BUDGET = 10**6


class LinkRow(NamedTuple):
    """``holder`` has ``share`` (fraction 0-1 of ``basis``) of ``issuer`` in the reading of the test, and that is a link."""

    issuer: str
    holder: str
    share: Fraction | float
    basis: str
    verdict: str


class Third(NamedTuple):
    """Every two of ``members`` are linked because ``third`` holds enough of both; ids sorted."""

    third: str
    members: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class CloseLinks(Result):
    """``rows``: who holds enough of whom, by issuer and holder. ``third``: companies linked through a third party, in groups.

    A link has no direction: A and B are linked when either holds the other or one third party binds both.
    """

    rows: tuple[LinkRow, ...]
    third: tuple[Third, ...]
    network: Network = field(repr=False)
    about: str | None = field(default=None, repr=False)
    votes: bool = field(default=False, repr=False)  # votes count as well as capital

    row: ClassVar[Any] = LinkRow
    shares: ClassVar[tuple[str, ...]] = ("share",)

    def pairs(self, limit: int = 10_000) -> list[tuple[str, str, str]]:
        """The groups as ``(third, a, b)`` with a before b, at most ``limit`` of them: their number is quadratic in a group."""
        every = ((group.third, a, b) for group in self.third for a, b in combinations(group.members, 2))
        return list(islice((p for p in every if self.about in (None, p[1], p[2])), limit))

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """Both directions and the third parties, as plain data.

        Each holding has its proof: in the chain reading ``by``, what the holder and its companies hold directly, and ``steps``, how those
        come under it; in the product reading ``paths``, the chains that add up. ``bound`` has the same for each third party and both.
        """
        pair = {holder, issuer}
        held = [row._asdict() | self._proof(row.holder, row.issuer) for row in self.rows if {row.holder, row.issuer} == pair]
        third = [group.third for group in self.third if pair <= set(group.members)]
        return {
            "verb": "owners",
            "holder": holder,
            "issuer": issuer,
            "value": bool(held or third),
            "holds": held,
            "third": third,
            "bound": {name: {member: self._proof(name, member) for member in sorted(pair)} for name in third},
            **{key: self.settings[key] for key in ("test", "reading", "basis", "threshold", "strict", "citation")},
        }

    def _proof(self, holder: str, issuer: str) -> dict[str, Any]:
        network = self.network
        i, j = network.index(holder), network.index(issuer)
        graphs = [network.capital, *([network.votes] if self.votes and network.votes is not network.capital else [])]
        if self.settings["reading"] == "product":
            return {"paths": [chains(graph, network.ids, i, j) for graph in graphs]}
        graph = network.votes if self.votes else network.capital
        out = graph.out
        majority = passes(MAJORITY, True, graph.total.tolist())
        group = {i, *least_closure(out, [i], majority)[0]} - {j}
        by = {g.basis: {network.ids[h]: g.fraction(h, j) or Fraction(0) for h, _ in g.holders(j) if h in group} for g in graphs}
        holding = {h for g in graphs for h, _ in g.holders(j)} & group
        return {"by": by, "steps": derivation(graph, out, network.ids, [i], [*sorted(holding), j], majority)}


def close_links(
    network: Network,
    issuer: str | None = None,
    *,
    test: str | None = None,
    reading: str | None = None,
    threshold: Fraction | str | None = None,
    strict: bool | None = None,
    path_budget: int = PATH_BUDGET,
) -> CloseLinks:
    """Who is closely linked to whom: a holding of at least a fifth either way, or a third party that binds both.

    ``reading`` ``product``: stakes are multiplied along the chains that repeat no company, and the chains added; a third party
    binds whatever it reaches with the same line. ``chain``: a holder and what it majority-owns (or controls, where the test counts
    votes) hold together; a third party binds what it majority-owns (controls). ``issuer`` limits the answer to one company's links.
    Without ``test`` and ``reading`` the test is ECB-138; ``threshold`` and ``strict`` change the line.

    Errors: E_UNKNOWN_ID, E_TEST, E_READING, E_THRESHOLD_TYPE, E_THRESHOLD_RANGE, E_SINGULAR, E_PATH_BUDGET (exit status 3).
    Sources: Guideline ECB/2014/60, art. 138; Regulation (EU) No 575/2013, art. 4(1)(38); Vadalog documentation, close links.
    """
    asked = ask("links", test, reading, threshold, strict, ("chain", "product"), "ECB-138")
    only = None if issuer is None else network.index(issuer)
    reach = _by_product(network, asked, path_budget) if asked.reading == "product" else _by_chain(network, asked)
    rows: list[tuple[int, int, LinkRow]] = []
    third: list[Third] = []
    for holder in range(len(network)) if only is None else _around(network, only):
        shares, bound = reach(holder)
        for j, (share, basis) in shares.items():
            verdict = asked.verdict(share)
            if verdict != IMPOSSIBLE and (only is None or only in (holder, j)):
                rows.append((j, holder, LinkRow(network.ids[j], network.ids[holder], share, basis, verdict)))
        if len(bound) > 1 and (only is None or only in bound):
            third.append(Third(network.ids[holder], tuple(network.ids[j] for j in sorted(bound))))
    return CloseLinks(
        rows=tuple(row for _, _, row in sorted(rows, key=lambda cell: cell[:2])),
        third=tuple(third),
        network=network,
        about=issuer,
        votes=asked.counts_votes,
        settings=asked.settings(network),
        findings=tuple(dict.fromkeys([*network.findings, *asked.basis_findings(network)])),
    )


def _around(network: Network, company: int) -> list[int]:
    """A company and everybody above it: nobody else can have a part of it, or bind it."""
    above: set[int] = set()
    for graph in (network.capital, network.votes):
        above |= ancestors(graph.into, company)
    return sorted(above | {company})


Shares = dict[int, tuple[Fraction | float, str]]
Reach = Callable[[int], tuple[Shares, set[int]]]


def _by_product(network: Network, asked: Asked, path_budget: int) -> Reach:
    """Sums over simple paths; bound is whatever passes the line."""
    graphs = [network.capital, *([network.votes] if asked.counts_votes and network.votes is not network.capital else [])]
    flows = [(graph, graph.flow(path_budget=path_budget)) for graph in graphs]

    def reach(holder: int) -> tuple[Shares, set[int]]:
        shares: Shares = {}
        for graph, flow in flows:
            try:
                row = flow.solve({holder: Fraction(1)})
            except Divergent as cause:
                raise network.singular(cause) from None
            except BudgetSpent as spent:
                name = network.ids[spent.start]
                message = f"stopped after {spent.count:,} paths from {name}."
                raise UndeterminedError(Finding("E_PATH_BUDGET", message, "Allow a larger path budget.", name)) from None
            for j, share in row.items():
                if j != holder and share is not None and (j not in shares or share > shares[j][0]):
                    shares[j] = (share, graph.basis)
        return shares, {j for j, (share, _) in shares.items() if asked.verdict(share) != IMPOSSIBLE}

    return reach


def _by_chain(network: Network, asked: Asked) -> Reach:
    """A holder with what it majority-owns (capital) or controls (votes); bound is what that set contains."""
    graph = network.votes if asked.counts_votes else network.capital
    out = graph.out
    majority = passes(MAJORITY, True, graph.total.tolist())

    def reach(holder: int) -> tuple[Shares, set[int]]:
        group = least_closure(out, [holder], majority)[0]
        shares: Shares = {}
        for counted in (network.capital, network.votes) if asked.counts_votes else (network.capital,):
            for j, weight in counted.held_by({holder, *group}).items():
                share = Fraction(weight, int(counted.total[j]))
                if j != holder and (j not in shares or share > shares[j][0]):
                    shares[j] = (share, counted.basis)
        return shares, set(group) - {holder}

    return reach
