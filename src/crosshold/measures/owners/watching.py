"""Golden-power watch: which strategic company could change hands, or pass a line of notification, by which purchase."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, RequestError
from crosshold.kernels.cascades import ancestors, tops
from crosshold.kernels.control import least_closure, passes
from crosshold.measures.owners.ladders import Ladder, ladder
from crosshold.measures.owners.proof import derivation
from crosshold.model.result import Result
from crosshold.network import Network

NEWCOMER = "(newcomer)"
FLOAT = "~float"


class PurchaseRow(NamedTuple):
    """By buying ``votes`` of ``bought``, ``buyer`` passes a ``line`` at ``company``; with one vote less it does not.

    ``bought`` is the company itself, or one above it that then brings its votes along. ``part`` (fraction 0-1) is the purchase as a
    share of its votes. ``before`` and ``after`` (fractions 0-1) are the votes of the company that count for the buyer. ``sellers`` maps
    every holder who could sell so many alone (``~float``: the dispersed ones together) to the whole shares to buy from it; without
    any it takes several. Holders that the company would bring along, being above them, have a row of their own. ``controller``: who
    controls the company today.
    """

    company: str
    line: str
    buyer: str
    bought: str
    votes: int
    part: Fraction
    before: Fraction
    after: Fraction
    sellers: Mapping[str, int]
    controller: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Watch(Result):
    """``rows`` by company, line, buyer, then the smallest part. ``passed``: ``(company, line, buyer)`` that hold already."""

    rows: tuple[PurchaseRow, ...]
    passed: tuple[tuple[str, str, str], ...]
    network: Network = field(repr=False)
    rule: Ladder = field(repr=False)

    row: ClassVar[Any] = PurchaseRow
    shares: ClassVar[tuple[str, ...]] = ("part", "before", "after")

    def explain(self, buyer: str, company: str, bought: str | None = None) -> dict[str, Any]:
        """The proof as plain data: for each line what counts for the buyer at the company before and after the purchase.

        ``steps``: the companies that come to count in full after it, in their order; ``by``: whose votes count then.
        """
        network, graph = self.network, self.network.votes
        search = _Search(network, self.rule)
        told = []
        for row in self.rows:
            if (row.buyer, row.company) == (buyer, company) and bought in (None, row.bought):
                j, c = network.index(company), network.index(row.bought)
                seeds = [network.index(buyer)] if buyer != NEWCOMER else []
                brings = c != j or missing(*search.link, ceil(row.after * int(graph.total[j])), int(graph.total[j])) <= 0
                members = [*seeds, *([c] if brings else [])]
                group = search.group(members) - {j}
                by = {network.ids[h]: graph.fraction(h, j) or Fraction(0) for h, _ in graph.holders(j) if h in group}
                if row.after > sum(by.values()):
                    by["purchase"] = row.after - sum(by.values())
                needed = sorted({h for h, _ in graph.holders(j)} & group)
                steps = derivation(graph, search.out, network.ids, members, needed, search.test)
                told.append({**row._asdict(), "by": by, "steps": steps})
        return {
            "verb": "watch",
            "holder": buyer,
            "issuer": company,
            "value": bool(told),
            "passed": [line for name, line, who in self.passed if (name, who) == (company, buyer)],
            "purchases": told,
            **{key: self.settings[key] for key in ("regime", "basis", "link", "citation")},
        }


def watch(
    network: Network,
    strategic: Iterable[str],
    *,
    regime: str = "control",
    buyers: Iterable[str] | None = None,
) -> Watch:
    """The smallest purchases by which a buyer would pass a line at strategic companies (ids), in whole votes, exactly.

    What counts for a buyer is what it holds itself and, in full, what companies linked to it hold: those of which it and its
    linked companies have a majority, or the share that the regime names (``link``). It can buy shares of the company itself, or of any
    company above it so that this one is linked and brings its votes along. Purchases of two companies at once are not combined, and
    each seller's votes are taken to pass to the buyer with the shares: loyalty votes that end with a sale are the plan's business.

    ``regime`` is an id of ``LADDERS``. ``buyers`` (ids) default to a newcomer without a share and everybody above a strategic company
    whom nobody controls. Errors: E_UNKNOWN_ID (all at once), E_NO_COMPANY, E_LADDER.
    """
    rule = ladder(regime)
    names = list(strategic)
    if not names:
        raise RequestError(Finding("E_NO_COMPANY", "no strategic company is named.", "Name the companies to watch.", "strategic"))
    chosen = None if buyers is None else [name for name in buyers if name != NEWCOMER]
    places = network.indices([*names, *(chosen or ())])
    companies = places[: len(names)]
    search = _Search(network, rule)
    above = {i for j in companies for i in search.above(j)} if chosen is None else set()
    free = places[len(names) :] if chosen is not None else sorted(i for i in above if not search.controllers(i))
    everybody: list[int | None] = [*free]
    if buyers is None or chosen is None or NEWCOMER in set(buyers):
        everybody.insert(0, None)
    rows: list[PurchaseRow] = []
    passed: list[tuple[str, str, str]] = []
    for j in dict.fromkeys(companies):
        for buyer in everybody:
            if buyer != j:
                found, done = search.purchases(j, buyer)
                rows += found
                passed += done
    return Watch(
        rows=tuple(rows),
        passed=tuple(passed),
        network=network,
        rule=rule,
        settings={
            "regime": rule.id,
            "basis": network.votes.basis,
            "lines": rule.said(),
            "link": f"{'more than' if rule.link[1] else 'at least'} {rule.link[0]}",
            "citation": rule.citation,
            "confidence": rule.confidence,
        },
        findings=network.findings,
    )


def missing(threshold: Fraction, strict: bool, held: int, total: int) -> int:
    """Smallest whole number of votes that, added to ``held``, passes a line of ``total``; 0 or less when it is passed."""
    line = threshold * total
    return (floor(line) + 1 if strict else ceil(line)) - held


class _Offer(NamedTuple):
    """Votes to buy, those of the watched company that count then, who cannot sell, and who can (``None``: everybody else)."""

    bought: int
    votes: int
    after: int
    group: set[int]
    only: set[int] | None = None


class _Search:
    """What counts for whom in one network under one regime."""

    def __init__(self, network: Network, rule: Ladder) -> None:
        self.network, self.rule, self.graph = network, rule, network.votes
        graph = self.graph
        self.out = graph.out
        self.link = (Fraction(rule.link[0]), rule.link[1])
        self.test = passes(*self.link, graph.total.tolist())
        incoming = graph.into
        self.above = cache(lambda j: ancestors(incoming, j))
        majority = passes(Fraction(1, 2), True, graph.total.tolist())
        self.controlled = cache(lambda i: frozenset(least_closure(self.out, [i], majority)[0]))

    def group(self, seeds: Collection[int]) -> set[int]:
        """The seeds and everything linked to them."""
        return {*seeds, *least_closure(self.out, seeds, self.test)[0]}

    def controllers(self, company: int) -> tuple[str, ...]:
        """Ultimate controllers of a company by majority; none when nobody controls it."""
        over = {i for i in self.above(company) if company in self.controlled(i)}  # with a controller, all who control it
        relation = {node: {i for i in over if node in self.controlled(i)} for node in (*over, company)}
        return tuple(self.network.ids[i] for i in sorted(tops(relation)[company]))

    def held(self, company: int, group: Collection[int]) -> int:
        """Votes of a company that a group has, without those of the company itself."""
        return sum(weight for holder, weight in self.graph.holders(company) if holder in group and holder != company)

    def for_sale(self, company: int) -> bool:
        """Whether shares in an entity can be bought: somebody holds it, or it is known to be a company."""
        return bool(self.graph.holders(company)) or self.network.kinds.get(self.network.ids[company]) in ("company", "fund")

    def purchases(self, j: int, buyer: int | None) -> tuple[list[PurchaseRow], list[tuple[str, str, str]]]:
        """Every smallest purchase at one company by one buyer, and the lines it has passed already."""
        ids, total = self.network.ids, int(self.graph.total[j])
        name = NEWCOMER if buyer is None else ids[buyer]
        seeds = [] if buyer is None else [buyer]
        now = self.group(seeds)
        linked = self.group([*seeds, j])  # a circle: linked to the buyer, the company brings holders of its own along
        held = self.held(j, now)
        ways = [(k, self.held(j, self.group([*seeds, k]))) for k in sorted(self.above(j) - now) if self.for_sale(k)]
        today = self.controllers(j)
        rows, passed = [], []
        for (text, strict), said in zip(self.rule.lines, self.rule.said(), strict=True):
            limit = Fraction(text)
            need = missing(limit, strict, held, total)
            if need <= 0:
                passed.append((ids[j], said, name))
                continue
            offers = self._direct(j, need, limit, strict, now, linked)
            for k, then in ways:
                if missing(limit, strict, then, total) <= 0:
                    offers.append(_Offer(k, missing(*self.link, self.held(k, now), int(self.graph.total[k])), then, now))
            line = [row for offer in offers if (row := self._row(j, said, name, offer, held, today)) is not None]
            rows += sorted(line, key=lambda row: (row.part, row.bought))
        return rows, passed

    def _direct(self, j: int, need: int, limit: Fraction, strict: bool, now: set[int], linked: set[int]) -> list[_Offer]:
        """Purchases of the company's own shares: from holders it would not bring along, and from those it would.

        What the latter keep counts for the buyer once the company is linked, so what they sell adds nothing then: it takes the link only.
        """
        held, circle, total = self.held(j, now), self.held(j, linked), int(self.graph.total[j])
        if circle == held:
            return [_Offer(j, need, held + need, now)]
        link = missing(*self.link, held, total)
        still = missing(limit, strict, circle, total)
        votes = min(need, max(link, still))
        after = held + votes if votes < link else circle + votes
        inside = min(need, link) if still <= 0 else need
        return [
            _Offer(j, votes, after, linked),
            _Offer(j, inside, max(held + inside, circle if inside >= link else 0), now, linked),
        ]

    def _row(self, j: int, line: str, buyer: str, offer: _Offer, held: int, today: tuple[str, ...]) -> PurchaseRow | None:
        """The purchase as a row; ``None`` when nobody outside the group has so many votes to sell."""
        ids, total, whole = self.network.ids, int(self.graph.total[offer.bought]), int(self.graph.total[j])
        sellers = dict(self._sellers(offer))
        if offer.votes > total - self.held(offer.bought, offer.group) or (offer.only is not None and not sellers):
            return None
        return PurchaseRow(
            company=ids[j],
            line=line,
            buyer=buyer,
            bought=ids[offer.bought],
            votes=offer.votes,
            part=Fraction(offer.votes, total),
            before=Fraction(held, whole),
            after=Fraction(offer.after, whole),
            sellers=sellers,
            controller=today,
        )

    def _sellers(self, offer: _Offer) -> Sequence[tuple[str, int]]:
        """Who could sell so many votes alone, with the shares that carry them."""
        capital, graph, company, votes = self.network.capital, self.graph, offer.bought, offer.votes
        shares = dict(capital.holders(company))
        found = [
            (self.network.ids[i], ceil(Fraction(votes * shares.get(i, 0), weight)))
            for i, weight in graph.holders(company)
            if i not in offer.group and weight >= votes and (offer.only is None or i in offer.only)
        ]
        loose = int(graph.total[company]) - sum(weight for _, weight in graph.holders(company))
        if loose >= votes and offer.only is None:
            stock = int(capital.total[company]) - sum(shares.values())
            found.append((FLOAT, ceil(Fraction(votes * stock, loose))))
        return found
