"""How a parent accounts for a company: full consolidation, the equity method, or neither, by the votes it has."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar, Literal, NamedTuple

from crosshold.errors import Finding, RequestError, did_you_mean
from crosshold.kernels.control import least_closure, passes
from crosshold.kernels.flow import Amount
from crosshold.measures.owners.multiplied import Multiplied
from crosshold.measures.owners.proof import chains, derivation
from crosshold.model.result import Result
from crosshold.network import Network

Band = Literal["full", "equity", "none"]


class Line(NamedTuple):
    """From where on: a fraction of the votes as text, whether it takes more than that, and what else must be so ("" for nothing).

    ``largest``: part of that is that no other holder has more, which a network does show.
    """

    threshold: str
    strict: bool
    condition: str = ""
    largest: bool = False

    def met(self, share: Fraction) -> bool:
        """Whether a share passes."""
        limit = Fraction(self.threshold)
        return share > limit if self.strict else share >= limit

    def __str__(self) -> str:
        return f"{'more than' if self.strict else 'at least'} {self.threshold}" + (
            f" and {self.condition}" if self.condition else ""
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A set of accounting rules, as data: votes for ``full`` consolidation and for the ``equity`` method.

    ``maybe_full`` and ``maybe_equity`` are lines below those with a condition that a network does not show: then the band is only
    possible. All are presumptions that facts can rebut. ``confidence``: A read, B a secondary source, C from memory.
    """

    id: str
    title: str
    full: Line
    equity: Line
    maybe_full: Line | None = None
    maybe_equity: Line | None = None
    citation: str
    source: str
    read_on: str
    start: date
    confidence: Literal["A", "B", "C"]
    doubt: str = ""


HALF, FIFTH = Line("1/2", True), Line("1/5", False)
MEMORY = "from memory, to verify"

STANDARDS: tuple[Standard, ...] = (
    Standard(
        id="FR-ANC",
        title="consolidated accounts in France",
        full=HALF,
        equity=FIFTH,
        maybe_full=Line("2/5", True, "no other holder has more, for two years", largest=True),
        citation="Code de commerce, arts L233-16 and L233-17-2",
        source=MEMORY,
        read_on="2026-11-25",
        start=date(2000, 9, 21),
        confidence="C",
    ),
    Standard(
        id="HGB",
        title="consolidated accounts in Germany",
        full=HALF,
        equity=FIFTH,
        citation="Handelsgesetzbuch, sections 290(2) no. 1 and 311(1)",
        source=MEMORY,
        read_on="2026-11-25",
        start=date(1985, 12, 19),
        confidence="C",
    ),
    Standard(
        id="IFRS",
        title="International Financial Reporting Standards",
        full=HALF,
        equity=FIFTH,
        citation="IFRS 10, B35; IAS 28, paragraph 5",
        source="IFRS 12, paragraph 9, datenbank.nwb.de/Dokument/454872_9; ifrsbuddy.com on IAS 28",
        read_on="2026-11-25",
        start=date(2013, 1, 1),
        confidence="B",
        doubt="power and returns decide, not votes alone; votes that can be acquired are not counted here.",
    ),
    Standard(
        id="JGAAP",
        title="consolidated accounts in Japan",
        full=HALF,
        equity=FIFTH,
        maybe_full=Line("2/5", False, "one of the ties of the standard"),
        maybe_equity=Line("3/20", False, "one of the five ties"),
        citation="ASBJ Statement 16, paragraph 5-2; ASBJ Guidance 22",
        source="mathandacountbiz.shop; renketsu.info; fukai-cpa.com",
        read_on="2026-11-22",
        start=date(2008, 1, 1),
        confidence="B",
        doubt="holdings of parties that agree are not added; that suspended votes leave the base: C.",
    ),
    Standard(
        id="US-GAAP",
        title="consolidated accounts in the United States",
        full=HALF,
        equity=FIFTH,
        citation="ASC 810-10-15-8; ASC 323-10-15-8",
        source=MEMORY,
        read_on="2026-11-25",
        start=date(2009, 9, 15),
        confidence="C",
        doubt="variable interest entities are consolidated by another test.",
    ),
)
"""Every standard, alphabetically by id. Research data, not advice."""


class BandRow(NamedTuple):
    """``company`` in the accounts of ``parent``.

    ``band``: ``full``, ``equity`` or ``none``; ``share`` (fraction 0-1) the votes that decide it, of the parent and its subsidiaries;
    ``line`` the line that is met, or the lowest that is missed. ``possible`` is a better band that holds if ``condition`` does, else empty.
    ``interest`` is the parent's multiplied part of the capital: what falls to it of the company's result.
    """

    parent: str
    company: str
    band: Band
    share: Fraction
    line: str
    possible: Band | Literal[""]
    condition: str
    interest: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class Bands(Result):
    """One row for each company of which a parent or its subsidiaries have votes, by parent and company."""

    rows: tuple[BandRow, ...]
    network: Network = field(repr=False)

    row: ClassVar[Any] = BandRow
    shares: ClassVar[tuple[str, ...]] = ("share", "interest")

    def explain(self, parent: str, company: str) -> dict[str, Any]:
        """The proof as plain data: whose votes count (``by``), how those came to be subsidiaries (``steps``), the lines, the chains."""
        network, graph = self.network, self.network.votes
        i, j = network.indices([parent, company])
        found = next((r for r in self.rows if (r.parent, r.company) == (parent, company)), None)
        out = graph.out
        rule = _standard(self.settings["standard"])
        test = passes(Fraction(rule.full.threshold), rule.full.strict, graph.total.tolist())
        group = {i, *least_closure(out, [i], test)[0]} - {j}
        by = {network.ids[h]: graph.fraction(h, j) or Fraction(0) for h, _ in graph.holders(j) if h in group}
        needed = sorted({h for h, _ in graph.holders(j)} & group)
        return {
            "verb": "bands",
            "holder": parent,
            "issuer": company,
            "value": found.band if found else "none",
            "share": found.share if found else Fraction(0),
            "by": by,
            "steps": derivation(graph, out, network.ids, [i], [*needed, j], test),
            "paths": chains(network.capital, network.ids, i, j),
            **{key: self.settings[key] for key in ("standard", "basis", "full", "equity", "citation")},
        }


def bands(network: Network, parents: Iterable[str] | None = None, *, standard: str = "IFRS") -> Bands:
    """Which companies a parent consolidates in full, which by the equity method, and which not, by the votes.

    A subsidiary is a company of which the parent and its subsidiaries together have more than half of the votes; what they have of any
    other company decides its band. What associates hold does not count. ``parents`` (ids) default to everybody who holds something;
    ``standard`` is one of :data:`STANDARDS`.

    Errors: E_UNKNOWN_ID (all at once), E_STANDARD, E_SINGULAR. Findings: W_OWNERLESS_CYCLE (the ``interest`` there is ``None``), and
    those of the network. Sources: the citation of each standard.
    """
    rule = _standard(standard)
    graph, multiplied = network.votes, Multiplied(network, network.capital)
    out = graph.out
    test = passes(Fraction(rule.full.threshold), rule.full.strict, graph.total.tolist())
    asked = network.indices(parents) if parents is not None else [i for i in range(len(network)) if out[i]]
    rows = []
    for i in asked:
        controlled = set(least_closure(out, [i], test)[0])
        money = multiplied.down(i)
        again = money[i]
        for j in sorted(set(graph.held_by({i, *controlled})) - {i}):
            group = {i, *controlled} - {j}
            held = sum(weight for h, weight in graph.holders(j) if h in group)
            amount = money.get(j, Fraction(0))
            interest = None if amount is None or again is None else amount / again
            share = Fraction(held, int(graph.total[j]))
            rest = [weight for h, weight in graph.holders(j) if h not in group]
            rows.append(_row(rule, network, (i, j), share, held >= max(rest, default=0), interest))
    settings = {"standard": rule.id, "basis": graph.basis, "full": str(rule.full), "equity": str(rule.equity)}
    settings |= {"citation": rule.citation, "confidence": rule.confidence}
    return Bands(
        rows=tuple(rows),
        network=network,
        settings=settings,
        findings=(*network.findings, *network.ownerless_findings(network.capital.ownerless)),
    )


def _row(rule: Standard, network: Network, pair: tuple[int, int], share: Fraction, largest: bool, interest: Amount) -> BandRow:
    band: Band = "full" if rule.full.met(share) else "equity" if rule.equity.met(share) else "none"
    line = rule.full if band == "full" else rule.equity
    possible: Band | Literal[""] = ""
    condition = ""
    if rule.maybe_full and band != "full" and rule.maybe_full.met(share) and (largest or not rule.maybe_full.largest):
        possible, condition = "full", rule.maybe_full.condition
    elif rule.maybe_equity and band == "none" and rule.maybe_equity.met(share):
        possible, condition = "equity", rule.maybe_equity.condition
    return BandRow(network.ids[pair[0]], network.ids[pair[1]], band, share, str(line), possible, condition, interest)


def _standard(name: str, known: Collection[Standard] = STANDARDS) -> Standard:
    found = next((rule for rule in known if rule.id == name), None)
    if found is None:
        cure = did_you_mean(name, [rule.id for rule in known])
        raise RequestError(Finding("E_STANDARD", f"{name!r} is no accounting standard here.", cure, "standard"))
    return found
