"""Who counts as an owner of a company, with both readings of what is held through others side by side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any, ClassVar, NamedTuple

import numpy as np

from crosshold.errors import Finding
from crosshold.kernels.cascades import Over
from crosshold.kernels.control import least_closure, passes
from crosshold.measures.owners.asked import Asked, ask
from crosshold.measures.owners.multiplied import Multiplied
from crosshold.measures.owners.proof import chains, derivation
from crosshold.model.result import Result
from crosshold.model.verdict import CERTAIN, IMPOSSIBLE, either
from crosshold.network import Graph, Network

MAJORITY = Fraction(1, 2)
Share = tuple[Fraction | float, str]  # and the basis it is a share of
NOTHING: Share = (Fraction(0), "")


class OwnersRow(NamedTuple):
    """``holder`` (held by nobody, or a listed company where the search stops) at ``issuer``.

    Shares are fractions 0-1, each the larger of capital and votes.

    ``share`` is that of the reading the test names, a fraction of ``basis``; ``verdict`` is CERTAIN, POSSIBLE (a rounded share on the
    line) or IMPOSSIBLE; ``tracks`` say what makes the holder count: the reading itself, ``control``, ``mixed-a`` (companies that
    the holder controls have enough directly), ``mixed-b`` (the holder has enough of a company that controls the issuer).
    ``product`` and ``chain`` are the shares in both readings, ``readings`` those in which they pass the line.
    """

    issuer: str
    holder: str
    share: Fraction | float
    verdict: str
    basis: str
    tracks: tuple[str, ...]
    product: Fraction | float
    chain: Fraction | float
    readings: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Owners(Result):
    """``rows``: whoever counts; by issuer, persons first, then the largest. ``others``: holders behind the issuer who do not."""

    rows: tuple[OwnersRow, ...]
    others: tuple[OwnersRow, ...]
    network: Network = field(repr=False)
    stops: frozenset[int] = field(default=frozenset(), repr=False)

    row: ClassVar[Any] = OwnersRow
    shares: ClassVar[tuple[str, ...]] = ("share", "product", "chain")

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """Why a holder counts or not, as plain data.

        ``by``: what it and the companies it controls hold directly; ``steps``: how those come under control, in their order, and the
        issuer with them; ``paths``: the chains behind the multiplied share, largest first, on each graph; ``through``: companies in
        control of the issuer, with the holder's multiplied share of each (article 54 of AMLR).
        """
        network = self.network
        i, j = network.indices([holder, issuer])
        found = next((r for r in (*self.rows, *self.others) if (r.holder, r.issuer) == (holder, issuer)), None)
        controlled = _control(network, self.stops)
        group = {i, *controlled(i) - self.stops} - {j}
        graphs = [network.capital] if network.votes is network.capital else [network.capital, network.votes]
        by = {
            graph.basis: {
                network.ids[h]: share for h, _ in graph.holders(j) if h in group and (share := graph.fraction(h, j)) is not None
            }
            for graph in graphs
        }
        votes = network.votes
        out = Over(votes.out, {k: [] for k in self.stops if k != i})
        holding = {h for graph in graphs for h, _ in graph.holders(j)}
        majority = passes(MAJORITY, True, votes.total.tolist())
        steps = derivation(votes, out, network.ids, [i], [*sorted(group & holding), j], majority)
        through = {}
        for z in range(len(network)) if found and "mixed-b" in found.tracks else ():
            if z not in (i, j, *self.stops) and j in controlled(z):
                told = [chains(graph, network.ids, i, z, self.stops) for graph in graphs]
                if any(way["chains"] for way in told):
                    through[network.ids[z]] = told
        return {
            "verb": "owners",
            "holder": holder,
            "issuer": issuer,
            "value": found is not None and found.verdict != IMPOSSIBLE,
            "share": found.share if found else Fraction(0),
            "product": found.product if found else Fraction(0),
            "chain": found.chain if found else Fraction(0),
            "tracks": list(found.tracks) if found else [],
            "by": by,
            "steps": steps,
            "paths": [chains(graph, network.ids, i, j, self.stops) for graph in graphs],
            "through": through,
            **{key: self.settings[key] for key in ("test", "reading", "basis", "threshold", "strict", "citation")},
        }


def owners(
    network: Network,
    issuer: str | None = None,
    *,
    test: str | None = None,
    reading: str | None = None,
    threshold: Fraction | str | None = None,
    strict: bool | None = None,
    listed_companies: Iterable[str] = (),
    stop_at_listed: bool = False,
) -> Owners:
    """Whoever owns enough of ``issuer`` (an id; ``None``: of every company) under a named test. Owners are entities nobody holds.

    Two readings are always computed, on capital and on votes, and the larger share counts. ``product``: the stakes along every chain
    multiplied, the chains added (source-avoiding). ``chain``: what the holder and the companies it controls (more than half
    of the votes, alone or through the controlled) hold directly, in full. The test names the one that decides; AMLR-52 and
    DE-GWG-3 also let control count, AMLR-52 the mixtures of both in its article 54: companies under one control that together
    hold enough directly, and enough of a company in control. ``reading`` without ``test`` asks for a line of one's own (default:
    at least 1/4); ``threshold`` and ``strict`` change the line. Without both the test is AMLR-52 (``eu-ubo-25``).

    ``listed_companies`` (ids) are those whose shares are traded on a regulated market. One that stands between an owner and the
    issuer is told (N_LISTED_BETWEEN); with ``stop_at_listed`` the search ends there: the listed company counts as an owner, and nothing
    that is held in it counts further down. An issuer that is listed itself may be outside the test (N_LISTED_ISSUER).

    Errors: E_UNKNOWN_ID (all at once), E_TEST, E_READING, E_THRESHOLD_TYPE, E_THRESHOLD_RANGE, E_SINGULAR. Findings: W_TOP_COMPANY (an
    owner that is a company whose holders are unknown), W_OWNERLESS_CYCLE, N_BASIS, and those of the network.
    Sources: Regulation (EU) 2024/1624, arts 51-54; Geldwäschegesetz, section 3(2).
    """
    asked = ask("owners", test, reading, threshold, strict, ("chain", "product"), "AMLR-52")
    graphs = [network.capital] if network.votes is network.capital else [network.capital, network.votes]
    names = list(listed_companies)
    places = network.indices([*names, *([issuer] if issuer is not None else [])])
    listed = frozenset(places[: len(names)])
    held = np.flatnonzero(sum(np.diff(graph.in_ptr) > 0 for graph in graphs)).tolist()
    search = _Search(network, graphs, asked, set(held), listed if stop_at_listed else frozenset())
    wanted = held if issuer is None else places[-1:]
    rows = [row for j in wanted for row in search.rows(j)]
    counting = tuple(row for row in rows if row.verdict != IMPOSSIBLE)
    findings = [*network.findings, *asked.basis_findings(network)]
    rings = [members for graph in graphs for members in graph.ownerless if search.rings & set(members)]
    findings += [
        *network.ownerless_findings(rings),
        *network.top_findings({*network.indices(row.holder for row in counting)} - search.stops),
    ]
    findings += _listed_findings(network, search, wanted, listed)
    return Owners(
        rows=counting,
        others=tuple(row for row in rows if row.verdict == IMPOSSIBLE),
        network=network,
        stops=search.stops,
        settings=asked.settings(network) | ({"stop_at_listed": stop_at_listed} if listed else {}),
        findings=tuple(dict.fromkeys(findings)),
    )


class _Search:
    """Shares and control of one network, each computed once."""

    def __init__(self, network: Network, graphs: list[Graph], asked: Asked, held: set[int], stops: frozenset[int]) -> None:
        self.network, self.graphs, self.asked, self.held, self.stops = network, graphs, asked, held, stops
        self._multiplied = cache(lambda cut: [Multiplied(network, graph, cut) for graph in graphs])
        self._columns: dict[int, dict[int, Share]] = {}
        self.rings: set[int] = set()  # met on the way, in rings that own themselves completely
        self.controlled = _control(network, stops)
        self._direct = cache(lambda j: [(dict(graph.holders(j)), int(graph.total[j]), graph.basis) for graph in graphs])
        self.masters = cache(lambda j: [z for z in self.product(j) if z != j and j in self.controlled(z)])

    def rows(self, j: int) -> list[OwnersRow]:
        """Everybody who stands behind an issuer and whom nobody holds: persons first, then the largest."""
        network, asked = self.network, self.asked
        rows = []
        for i in sorted(self.product(j)):
            if i == j or (i in self.held and i not in self.stops):
                continue
            shares = {"product": self.product(j)[i], "chain": self.part(j, {i, *self.companies(i)})}
            share, basis = shares[asked.reading]
            verdicts = {name: asked.verdict(x) for name, (x, _) in shares.items()}
            tracks = {asked.reading: verdicts[asked.reading], **self.tracks(i, j)}
            verdict = either(tracks.values())
            counting = tuple(name for name, x in tracks.items() if x != IMPOSSIBLE)
            readings = tuple(name for name, x in sorted(verdicts.items()) if x != IMPOSSIBLE)
            both = (shares["product"][0], shares["chain"][0])
            rows.append(OwnersRow(network.ids[j], network.ids[i], share, verdict, basis, counting, *both, readings))
        return sorted(rows, key=lambda r: (network.kinds.get(r.holder, "person") != "person", -r.share, r.holder))

    def product(self, j: int) -> dict[int, Share]:
        """Multiplied and added shares of everybody in ``j``; who is held by nobody cannot meet itself, so this is source-avoiding.

        Nothing flows on from a company where the search stops; what comes back to it ends there as well.
        """
        if j not in self._columns:
            column: dict[int, Share] = {}
            for graph, multiplied in zip(self.graphs, self._multiplied(self.stops - {j}), strict=True):
                solved = multiplied.up(j)
                for i, share in solved.items():
                    if share is None:
                        self.rings.add(i)
                    elif i not in column or share > column[i][0]:
                        column[i] = (share, graph.basis)
            self._columns[j] = column
        return self._columns[j]

    def companies(self, i: int) -> frozenset[int]:
        """Companies whose holdings count for an entity: those it controls, but for those where the search stops."""
        return self.controlled(i) - self.stops

    def part(self, j: int, group: Collection[int]) -> Share:
        """What a group holds of one company directly, the larger of capital and votes."""
        best = NOTHING
        for weights, total, basis in self._direct(j):
            held = sum(weights[h] for h in group if h in weights)
            if held and (share := Fraction(held, total)) > best[0]:
                best = (share, basis)
        return best

    def tracks(self, i: int, j: int) -> dict[str, str]:
        """Verdicts of the ways to count besides the line, those that the test knows."""
        found: dict[str, str] = {}
        if "control" in self.asked.tracks:
            found["control"] = CERTAIN if j in self.controlled(i) else IMPOSSIBLE
        if "mixed" in self.asked.tracks:
            found["mixed-a"] = self.asked.verdict(self.part(j, self.companies(i))[0])
            through = [
                self.asked.verdict(self.product(z).get(i, NOTHING)[0]) for z in self.masters(j) if z not in (i, *self.stops)
            ]
            found["mixed-b"] = either(through)
        return found


def _control(network: Network, stops: frozenset[int]) -> Callable[[int], frozenset[int]]:
    """What an entity controls: the least set of which it and the set have more than half of the votes.

    What a company where the search stops holds counts for that company only.
    """
    graph = network.votes
    out = graph.out
    cut = Over(out, {i: [] for i in stops}) if stops else out
    test = passes(MAJORITY, True, graph.total.tolist())

    def controlled(i: int) -> frozenset[int]:
        rows = Over(cut, {i: out[i]}) if i in stops else cut
        return frozenset(least_closure(rows, [i], test)[0])

    return cache(controlled)


def _listed_findings(network: Network, search: _Search, wanted: Iterable[int], listed: frozenset[int]) -> list[Finding]:
    """Listed companies that are asked about, and those that stand between an owner and an issuer."""
    found = []
    for j in wanted:
        name = network.ids[j]
        if j in listed:
            message = f"{name} is listed: tests of beneficial owners leave such companies to the rules of their market."
            found.append(Finding("N_LISTED_ISSUER", message, "Read the exemption of the test before using the answer.", name))
        for between in sorted(listed & set(search.product(j)) & search.held - {j}):
            message = f"{network.ids[between]}, a listed company, stands above {name}."
            cure = "The search ends there." if search.stops else "Ask with stop_at_listed to end the search there."
            found.append(Finding("N_LISTED_BETWEEN", message, cure, network.ids[between]))
    return found
