"""The shape of a family's business group: what it owns, how deep each firm sits, and at which line it would lose each one.

Almeida, Park, Subrahmanyam, Wolfenzon, "The structure and formation of business groups: evidence from Korean chaebols", J. Financial
Economics 99 (2011). The family has f_i of firm i, firm j has S_ji of firm i.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any, ClassVar, NamedTuple

import numpy as np

from crosshold.errors import Finding, Findings, RequestError
from crosshold.kernels.control import greatest_closure, least_closure, passes
from crosshold.kernels.critical_lines import centrality, critical_greatest, critical_least
from crosshold.kernels.flow import Amount, Divergent
from crosshold.kernels.paths import largest_paths, shortest_cycle
from crosshold.model.result import Result
from crosshold.model.threshold import threshold as exact_threshold
from crosshold.network import Graph, Network

MOST_CHAINS = 10
MOST_FIRMS = 1000  # centrality takes the whole computation once for each firm

Stake = Fraction | str | int


class GroupRow(NamedTuple):
    """One firm; see :class:`Group`. ``None`` where a number does not exist."""

    firm: str
    ultimate: Amount
    position: Amount
    critical_threshold: Fraction
    centrality: Fraction | None
    loop: int | None
    voting_rights: Fraction | None
    wedge: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class Group(Result):
    """By firm.

    ``ultimate``: the family's cash-flow right, u = f' (I - S)^-1 (fraction 0-1). ``position``: mean length of the chains by which it
    comes, (f' (I - S)^-2)_i / u_i; 1 is held directly, ``None`` where u is 0. ``critical_threshold``: the largest line T at which the
    family still controls the firm, 0 if none. ``centrality``: how much the mean critical threshold of the other firms falls when
    the firm's stakes do not count. ``loop``: number of firms on a shortest circle through it, ``None`` if there is none.
    ``voting_rights`` and ``wedge`` (voting rights - u) are at the ``threshold`` asked for, ``controlled`` the firms controlled there;
    all three are empty when none was.
    """

    ultimate: Mapping[str, Amount]
    position: Mapping[str, Amount]
    critical_threshold: Mapping[str, Fraction]
    centrality: Mapping[str, Fraction | None]
    loop: Mapping[str, int | None]
    voting_rights: Mapping[str, Fraction]
    wedge: Mapping[str, Amount]
    controlled: tuple[str, ...]
    network: Network = field(repr=False)  # the firms, and the family as one entity
    top: str = field(repr=False)

    row: ClassVar[Any] = GroupRow
    shares: ClassVar[tuple[str, ...]] = ("ultimate", "critical_threshold", "voting_rights", "wedge")

    def _rows(self) -> list[GroupRow]:
        columns = (self.ultimate, self.position, self.critical_threshold, self.centrality, self.loop)
        late = (self.voting_rights, self.wedge)
        return [GroupRow(f, *(c[f] for c in columns), *(c.get(f) for c in late)) for f in self.ultimate]  # type: ignore[arg-type]

    def explain(self, firm: str) -> dict[str, Any]:
        """The proof as plain data: ``chains`` from the family that give its cash-flow right and the firm's position, largest first.

        ``joins``: the firms the family controls at the firm's critical threshold, in the order in which they come, whose votes count
        (``by``) and their ``sum``. A greatest fixpoint has no order: its ``joins`` are what the others hold of each.
        """
        network = self.network
        root, goal = network.index(self.top), network.index(firm)
        down, up = network.capital.flow(exact=True), network.capital.flow(up=True, exact=True)
        n = range(len(network))
        found, complete = largest_paths([down.passes_on(i) for i in n], [up.passes_on(i) for i in n], root, goal, MOST_CHAINS)
        chains = []
        for path in found:
            stakes = [network.capital.fraction(i, j) or Fraction(0) for i, j in pairwise(path)]
            product = prod(stakes, start=Fraction(1))
            chains.append(
                {"chain": [network.ids[i] for i in path[1:]], "stakes": stakes, "product": product, "length": len(path) - 1}
            )
        line = self.critical_threshold[firm]
        return {
            "verb": "groups",
            "issuer": firm,
            "ultimate": self.ultimate[firm],
            "position": self.position[firm],
            "critical_threshold": line,
            "chains": chains,
            "complete": complete,
            "joins": self._joins(root, goal, line) if line else [],
            **self.settings,
        }

    def _joins(self, root: int, goal: int, line: Fraction) -> list[dict[str, Any]]:
        graph, ids = self.network.votes, self.network.ids
        test, n = passes(line, False, graph.total.tolist()), range(len(self.network))
        if self.settings["fixpoint"] == "least":
            rounds = least_closure([graph.holdings(u) for u in n], [root], test)[0]
        else:
            rounds = dict.fromkeys(greatest_closure([graph.holders(v) for v in n], [root], test), 1)
        steps = []
        for v in sorted(rounds, key=lambda v: (rounds[v], v)):
            if rounds[v] <= rounds[goal]:
                least = self.settings["fixpoint"] == "least"
                counted = {root, *(u for u, number in rounds.items() if number < rounds[v] or not least)} - {v}
                by = {ids[u]: graph.fraction(u, v) or Fraction(0) for u, _ in graph.holders(v) if u in counted}
                steps.append({"firm": ids[v], "by": by, "sum": sum(by.values(), start=Fraction(0))})
        return steps


def almeida(
    family: Mapping[str, Stake],
    stakes: Iterable[Sequence[object]],
    *,
    firms: Iterable[str] = (),
    threshold: Stake | None = None,
    fixpoint: str = "least",
) -> Group:
    """The metrics of one group. ``family``: fraction of each firm it holds itself; ``stakes``: ``(holder, firm, fraction)``.

    ``firms`` adds firms without a stake and fixes their order. The family controls C(T), the least set with
    f_i + sum of S_ji over j in C(T) >= T. The published algorithm starts from all firms and drops instead
    (``fixpoint="greatest"``), which lets a ring hold itself: W_PHANTOM_RING names the firms for which that matters. Own shares are
    taken off first and are no loop.

    Errors: E_NO_FIRMS, E_OVERHELD, E_FIXPOINT, E_THRESHOLD_TYPE, E_THRESHOLD_RANGE. Finding W_OWNERLESS_CYCLE: the cash-flow right in firms
    that own each other completely is ``None``.
    """
    rows = [(str(h), str(i), Fraction(str(f))) for h, i, f in stakes]
    names = list(dict.fromkeys([*firms, *sorted({*family, *(name for h, i, _ in rows for name in (h, i))})]))
    top = _free(names)
    network = Network.from_holdings([*((top, name, f) for name, f in family.items()), *rows, *((top, name, 0) for name in names)])
    return _group(network, top, names, threshold, fixpoint)


def business_group(
    network: Network,
    family: Iterable[str],
    *,
    firms: Iterable[str] | None = None,
    threshold: Stake | None = None,
    fixpoint: str = "least",
) -> Group:
    """The metrics of :func:`almeida` for a family (ids) in a Network: cash flow on its capital graph, control on its votes graph.

    ``firms`` (ids) default to everything that the family holds, directly or through others. Holders outside the family and the firms do
    not count. Errors: as :func:`almeida`, E_UNKNOWN_ID (all at once), and E_TOO_LARGE beyond 1,000 firms.
    """
    members = network.indices(family)
    graphs = (network.capital, network.votes)
    inside = set(members)
    agenda = list(members)
    while agenda and firms is None:
        holder = agenda.pop()
        for j in {j for graph in graphs for j, _ in graph.holdings(holder)} - inside:
            inside.add(j)
            agenda.append(j)
    chosen = network.indices(firms) if firms is not None else sorted(inside - set(members))
    names = [network.ids[i] for i in dict.fromkeys(chosen) if i not in members]
    if len(names) > MOST_FIRMS:
        message = f"{len(names):,} firms are in the group."
        raise RequestError(Finding("E_TOO_LARGE", message, f"Name up to {MOST_FIRMS:,} of them.", "firms"))
    top = _free(names)
    ids = sorted([*names, top])
    place = {network.index(name): k for k, name in enumerate(ids) if name != top} | dict.fromkeys(members, ids.index(top))
    capital, votes = (_merged(graph, place, ids) for graph in graphs)
    merged = Network(ids, capital, votes, findings=network.findings)
    return _group(merged, top, names, threshold, fixpoint)


def _merged(graph: Graph, place: Mapping[int, int], ids: Sequence[str]) -> Graph:
    """One graph between some firms and a family whose members are one entity; totals stay."""
    rows = [(place[i], place[j], w) for i, j, w in graph.edges() if i in place and j in place and place[i] != place[j]]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    total = np.zeros(len(ids), dtype=np.int64)
    for old, new in place.items():
        total[new] = graph.total[old]
    holder, issuer = columns[:, 0].astype(np.int32), columns[:, 1].astype(np.int32)
    return Network.from_columns(ids, holder, issuer, columns[:, 2], total, basis=graph.basis, overheld="report").capital


def _free(names: Sequence[str]) -> str:
    if not names:
        raise RequestError(Finding("E_NO_FIRMS", "there is no firm in the group.", "Give a stake, or name firms.", "firms"))
    top = "family"
    while top in names:
        top += "*"
    return top


def _group(network: Network, top: str, names: Sequence[str], threshold: Stake | None, fixpoint: str) -> Group:
    """Every metric of one group: cash flow on capital, control on votes."""
    if fixpoint not in ("least", "greatest"):
        raise RequestError(Finding("E_FIXPOINT", f"{fixpoint!r} is no fixpoint.", "Say least or greatest."))
    limit = None if threshold is None else exact_threshold(threshold)
    capital, votes = network.capital, network.votes
    at, root = network.indices(names), network.index(top)
    ultimate, position = _cash_flow(network, root)
    links = [[(v, votes.fraction(u, v) or Fraction(0)) for v, _ in votes.holdings(u)] for u in range(len(network))]
    compute = critical_least if fixpoint == "least" else critical_greatest
    critical = compute(links, root)
    findings = Findings([*network.findings, *network.ownerless_findings(capital.ownerless)])
    if fixpoint == "greatest":
        least = critical_least(links, root)
        phantom = [names[k] for k, v in enumerate(at) if critical[v] > least[v]]
        if phantom:
            message = f"{', '.join(phantom[:8])}: held up partly by firms that count only because they count each other."
            findings.add("W_PHANTOM_RING", message, "Use the least fixpoint.", ", ".join(phantom[:8]))
    rights, controlled = ({}, set()) if limit is None else _rights(votes, root, limit, fixpoint)
    neighbours = [[v for v, _ in capital.holdings(u)] for u in range(len(network))]
    circles = {v: len(shortest_cycle(neighbours, v)) or None for v in at}
    central = centrality(links, root, at, critical, compute)

    def named(values: Mapping[int, Any], absent: Any = Fraction(0)) -> dict[str, Any]:
        return {name: values.get(v, absent) for name, v in zip(names, at, strict=True)}

    voting: dict[str, Fraction] = named(rights) if limit is not None else {}
    flows: dict[str, Amount] = named(ultimate)
    basis = {"basis": capital.basis} if votes is capital else {"capital": capital.basis, "votes": votes.basis}
    return Group(
        ultimate=flows,
        position=named(position, None),
        critical_threshold=named(critical),
        centrality=named(central),
        loop=named(circles, None),
        voting_rights=voting,
        wedge={name: None if (u := flows[name]) is None else right - u for name, right in voting.items()},
        controlled=tuple(name for name, v in zip(names, at, strict=True) if v in controlled),
        network=network,
        top=top,
        settings={**basis, "fixpoint": fixpoint, "at_threshold": None if limit is None else str(limit)},
        findings=tuple(findings),
    )


def _cash_flow(network: Network, root: int) -> tuple[dict[int, Amount], dict[int, Amount]]:
    """u = f' N and (u' N) / u with N = (I - S)^-1; the family itself is no firm, nobody holds it."""
    flow = network.capital.flow(exact=True)
    try:
        ultimate = flow.solve({root: Fraction(1)})
        ultimate.pop(root, None)
        again = flow.solve(ultimate)
    except Divergent as cause:
        raise network.singular(cause) from None
    position = {v: None if u is None or (a := again[v]) is None else a / u for v, u in ultimate.items()}
    return ultimate, position


def _rights(graph: Graph, root: int, limit: Fraction, fixpoint: str) -> tuple[dict[int, Fraction], set[int]]:
    """Voting rights of the family in every firm at a line, and the firms it controls there (at least the line)."""
    test = passes(limit, False, graph.total.tolist())
    n = range(len(graph.total))
    if fixpoint == "least":
        inside = set(least_closure([graph.holdings(u) for u in n], [root], test)[0])
    else:
        inside = greatest_closure([graph.holders(v) for v in n], [root], test)
    held = graph.held_by({root, *inside})
    return {v: Fraction(weight, int(graph.total[v])) for v, weight in held.items()}, inside
