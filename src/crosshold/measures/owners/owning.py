"""Who counts as an owner of a company, with both readings of what is held through others side by side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding
from crosshold.kernels.control import least_closure, passes
from crosshold.kernels.flow import Amount, Divergent, Flow
from crosshold.measures.owners.asked import Asked, ask
from crosshold.model.result import Result
from crosshold.network import Graph, Network

MAJORITY = Fraction(1, 2)
Share = tuple[Fraction | float, str]  # and the basis it is a share of
NOTHING: Share = (Fraction(0), "")


class OwnersRow(NamedTuple):
    """``holder`` (held by nobody) at ``issuer``. Shares are fractions 0-1, each the larger of capital and votes.

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

    row: ClassVar[Any] = OwnersRow
    shares: ClassVar[tuple[str, ...]] = ("share", "product", "chain")

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """Why a holder counts or not, as plain data: both shares, the tracks, and what it and its controlled companies hold directly."""
        network = self.network
        i, j = network.index(holder), network.index(issuer)
        found = next((r for r in (*self.rows, *self.others) if (r.holder, r.issuer) == (holder, issuer)), None)
        group = {i, *_control(network)(i)} - {j}
        by = {
            graph.basis: {
                network.ids[h]: share for h, _ in graph.holders(j) if h in group and (share := graph.fraction(h, j)) is not None
            }
            for graph in (network.capital, network.votes)
        }
        return {
            "verb": "owners",
            "holder": holder,
            "issuer": issuer,
            "value": found is not None and found.verdict != "IMPOSSIBLE",
            "share": found.share if found else Fraction(0),
            "product": found.product if found else Fraction(0),
            "chain": found.chain if found else Fraction(0),
            "tracks": list(found.tracks) if found else [],
            "by": by,
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
) -> Owners:
    """Whoever owns enough of ``issuer`` (an id; ``None``: of every company) under a named test. Owners are entities nobody holds.

    Two readings are always computed, on capital and on votes, and the larger share counts. ``product``: the stakes along every chain
    multiplied, the chains added (source-avoiding). ``chain``: what the holder and the companies it controls (more than half
    of the votes, alone or through the controlled) hold directly, in full. The test names the one that decides; AMLR-52 and
    DE-GWG-3 also let control count, AMLR-52 the mixtures of both in its article 54: companies under one control that together
    hold enough directly, and enough of a company in control. ``reading`` without ``test`` asks for a line of one's own (default:
    at least 1/4); ``threshold`` and ``strict`` change the line. Without both the test is AMLR-52 (``eu-ubo-25``).

    Errors: E_UNKNOWN_ID, E_TEST, E_READING, E_THRESHOLD_TYPE, E_THRESHOLD_RANGE, E_SINGULAR. Findings: W_TOP_COMPANY (an owner
    that is a company whose holders are unknown), W_OWNERLESS_CYCLE, N_BASIS, and those of the network.
    Sources: Regulation (EU) 2024/1624, arts 51-54; Geldwäschegesetz, section 3(2).
    """
    asked = ask("owners", test, reading, threshold, strict, ("chain", "product"), "AMLR-52")
    graphs = [network.capital] if network.votes is network.capital else [network.capital, network.votes]
    held = [j for j in range(len(network)) if any(graph.holders(j) for graph in graphs)]
    search = _Search(network, graphs, asked, set(held))
    wanted = held if issuer is None else [network.index(issuer)]
    rows = [row for j in wanted for row in search.rows(j)]
    counting = tuple(row for row in rows if row.verdict != "IMPOSSIBLE")
    findings = [*network.findings, *asked.basis_findings(network)]
    rings = [members for graph in graphs for members in graph.ownerless if search.rings & set(members)]
    findings += [*network.ownerless_findings(rings), *_top_companies(network, counting)]
    return Owners(
        rows=counting,
        others=tuple(row for row in rows if row.verdict == "IMPOSSIBLE"),
        network=network,
        settings=asked.settings(network),
        findings=tuple(dict.fromkeys(findings)),
    )


class _Search:
    """Shares and control of one network, each computed once."""

    def __init__(self, network: Network, graphs: list[Graph], asked: Asked, held: set[int]) -> None:
        self.network, self.graphs, self.asked, self.held = network, graphs, asked, held
        self._flows: list[Flow] = [graph.flow(up=True, exact=True) for graph in graphs]
        self._columns: dict[int, dict[int, Share]] = {}
        self.rings: set[int] = set()  # met on the way, in rings that own themselves completely
        self.controlled = _control(network)
        self.chain = cache(lambda i: self._sums({i, *self.controlled(i)}))  # what an entity and its companies hold, by issuer
        self.companies = cache(lambda i: self._sums(self.controlled(i)))  # what its companies alone hold

    def rows(self, j: int) -> list[OwnersRow]:
        """Everybody who stands behind an issuer and whom nobody holds: persons first, then the largest."""
        network, asked = self.network, self.asked
        rows = []
        for i in sorted(self.product(j)):
            if i == j or i in self.held:
                continue
            shares = {"product": self.product(j)[i], "chain": self.chain(i).get(j, NOTHING)}
            share, basis = shares[asked.reading]
            verdicts = {name: asked.verdict(x) for name, (x, _) in shares.items()}
            tracks = {asked.reading: verdicts[asked.reading], **self.tracks(i, j)}
            verdict = min(tracks.values(), key=("CERTAIN", "POSSIBLE", "IMPOSSIBLE").index)
            counting = tuple(name for name, x in tracks.items() if x != "IMPOSSIBLE")
            readings = tuple(name for name, x in sorted(verdicts.items()) if x != "IMPOSSIBLE")
            both = (shares["product"][0], shares["chain"][0])
            rows.append(OwnersRow(network.ids[j], network.ids[i], share, verdict, basis, counting, *both, readings))
        return sorted(rows, key=lambda r: (network.kinds.get(r.holder, "person") != "person", -r.share, r.holder))

    def product(self, j: int) -> dict[int, Share]:
        """Multiplied and added shares of everybody in ``j``; who is held by nobody cannot meet itself, so this is source-avoiding."""
        if j not in self._columns:
            column: dict[int, Share] = {}
            for graph, flow in zip(self.graphs, self._flows, strict=True):
                try:
                    solved: dict[int, Amount] = flow.solve({j: Fraction(1)})
                except Divergent as cause:
                    raise self.network.singular(cause) from None
                for i, share in solved.items():
                    if share is None:
                        self.rings.add(i)
                    elif i not in column or share > column[i][0]:
                        column[i] = (share, graph.basis)
            self._columns[j] = column
        return self._columns[j]

    def _sums(self, group: Collection[int]) -> dict[int, Share]:
        sums: dict[int, Share] = {}
        for graph in self.graphs:
            for j, weight in graph.held_by(group).items():
                share = Fraction(weight, int(graph.total[j]))
                if j not in sums or share > sums[j][0]:
                    sums[j] = (share, graph.basis)
        return sums

    def tracks(self, i: int, j: int) -> dict[str, str]:
        """Verdicts of the ways to count besides the line, those that the test knows."""
        found: dict[str, str] = {}
        if "control" in self.asked.tracks:
            found["control"] = "CERTAIN" if j in self.controlled(i) else "IMPOSSIBLE"
        if "mixed" in self.asked.tracks:
            found["mixed-a"] = self.asked.verdict(self.companies(i).get(j, NOTHING)[0])
            masters = [z for z in self.product(j) if z not in (i, j) and j in self.controlled(z)]
            through = [self.asked.verdict(self.product(z).get(i, NOTHING)[0]) for z in masters]
            found["mixed-b"] = min(through, key=("CERTAIN", "POSSIBLE", "IMPOSSIBLE").index, default="IMPOSSIBLE")
        return found


def _control(network: Network) -> Callable[[int], frozenset[int]]:
    """What an entity controls: the least set of which it and the set have more than half of the votes."""
    graph = network.votes
    out, test = [graph.holdings(i) for i in range(len(network))], passes(MAJORITY, True, graph.total.tolist())
    return cache(lambda i: frozenset(least_closure(out, [i], test)[0]))


def _top_companies(network: Network, rows: Iterable[OwnersRow]) -> list[Finding]:
    top = sorted({row.holder for row in rows if network.kinds.get(row.holder) == "company"})
    if not top:
        return []
    message = f"{', '.join(top[:8])}: nobody is known to hold {'it' if len(top) == 1 else 'these companies'}."
    return [Finding("W_TOP_COMPANY", message, "Counted as owners; add their holders to look further.", top[0])]
