"""What the law looks at: the lots of one day with their votes, indexed by issuer and by owner. Steps 1 to 4 of the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from crosshold.law.facts import Facts
from crosshold.law.holdings import Circles, Holdings, Rows
from crosshold.law.rule import Effect, Party
from crosshold.law.truth import FALSE
from crosshold.model.dates import interval, whole_months
from crosshold.model.entity import Entity
from crosshold.model.lots import FEW
from crosshold.model.records import fields_of
from crosshold.model.snapshot import Lot, Record, Snapshot

Bounds = tuple[int, int]


class World:
    """Lots by position with their votes before any suspension; owners are registered holders or beneficiaries, as asked.

    ``gross[i]`` are the votes of lot i after class and loyalty (own shares 0), ``votes[i]`` the same with the bounds of uncertain data,
    ``base[i]`` what own shares count in ``theoretical_votes``. ``multiplied[i]`` are the rules that doubled a lot.
    """

    def __init__(self, snapshot: Snapshot, attribution: str = "registered") -> None:
        self.snapshot, self.at = snapshot, snapshot.at
        table = self.table = Holdings(snapshot, attribution)
        self.lots: Sequence[Lot] = snapshot.lots if len(snapshot.lots) > FEW else tuple(snapshot.lots)
        self.facts = Facts(snapshot.facts, snapshot.at)
        self.owner, self.owners, self.holdings = table.owner, table.owners, table.holdings
        self.base = table.base(snapshot)
        self.gross = table.gross(snapshot, self.base)
        self.multiplied: dict[int, tuple[str, ...]] = {}
        self.by_issuer: Mapping[str, list[int]] = Rows(table.owners)
        self.dispersed = table.dispersed(snapshot)
        self.has_bounds = bool((snapshot.lots.column("low") >= 0).any() or (snapshot.lots.column("high") >= 0).any())
        self.only_circles = False
        """Whether it is known that nobody outside a circle can lose votes; then what cannot reach a line need not be worked out."""
        self._totals: dict[str, int] = {}
        self.measured: dict[tuple[Any, ...], Any] = {}
        """Shares that rules on a rise within some months asked of this state when it had passed."""
        self.possible: dict[tuple[Any, ...], bool] = {}
        """Whether a rule could hold, by who has a tenth of whom; see :func:`crosshold.law.actions.could_hold`."""
        self._alike: dict[str, tuple[Any, ...]] = {}
        self._all_alike: dict[tuple[Any, ...], str] = {}
        self._admitted: dict[int, tuple[Party, dict[tuple[Any, ...], int]]] = {}
        self._majority: dict[str, frozenset[str]] = {}
        self._heads: dict[str, tuple[str, ...]] = {}

    def admits(self, party: Party, who: str) -> int:
        """Whether a row reaches a party: worked out once for all that are of one kind, country and form."""
        alike = self._alike.get(who)
        if alike is None:
            alike = self._alike[who] = _attributes(self.snapshot.entities, [who])[0]
        if id(party) not in self._admitted:
            self._admitted[id(party)] = party, {}
        known = self._admitted[id(party)][1]
        if alike not in known:
            known[alike] = party.admits(self.snapshot.entities.get(who))
        return known[alike]

    def reached(self, party: Party) -> list[str]:
        """The issuers that a row reaches or may reach."""
        if not self._all_alike:
            names = self.table.issuers.words
            self._alike.update(zip(names, _attributes(self.snapshot.entities, names), strict=True))
            for name in names:
                self._all_alike.setdefault(self._alike[name], name)
        if all(self.admits(party, name) == FALSE for name in self._all_alike.values()):
            return []
        return [name for name in self.table.issuers.words if self.admits(party, name) != FALSE]

    def shares(self, i: int) -> Bounds:
        """Lowest and highest possible count of shares of a lot."""
        lot = self.lots[i]
        low, high = lot.bounds
        return low, max(low, high - 1) if lot.high_open and high > low else high

    def votes(self, i: int) -> Bounds:
        """Lowest and highest possible gross votes of a lot: its votes per share times the bounds of its shares."""
        gross, count = self.gross[i], self.lots[i].shares
        low, high = self.shares(i)
        return (gross, gross) if low == high or not count else (gross * low // count, -(-gross * high // count))

    def absorbs(self, issuer: str) -> bool:
        """Whether dispersed holders take up what uncertain lots turn out not to be, so that the total stays what it is."""
        return any(owner in self.dispersed for owner in self.owners.get(issuer, ()))

    def issued(self, issuer: str) -> int:
        """Shares issued."""
        return self.snapshot.issuers[issuer].issued

    def own(self, issuer: str) -> list[int]:
        """The lots a company has of itself."""
        return [i for i in self.by_issuer.get(issuer, ()) if self.table.by_itself[i]]

    def theoretical(self, i: int) -> int:
        """Gross votes, own shares at base votes."""
        return self.base[i] if self.lots[i].holder == self.lots[i].issuer else self.gross[i]

    def gross_total(self, issuer: str) -> int:
        """Votes of all lots but own shares."""
        if issuer not in self._totals:
            self._totals[issuer] = sum(self.gross[i] for i in self.by_issuer.get(issuer, ()))
        return self._totals[issuer]

    def set_votes(self, i: int, votes: int) -> None:
        """Give a lot the gross votes that loyalty brings."""
        self.gross[i] = votes
        self._totals.clear()

    @cached_property
    def circles(self) -> Circles:
        """Two parties share a circle when holdings, facts or voting agreements lead from each to the other. Without that nobody can be
        silent for what his company holds of him."""
        links = list(self.facts.links)
        for parties in (*self.facts.together, *(tuple(str(name) for name in r.get("parties", ())) for r in self.agreements)):
            links += [*pairwise(parties), *pairwise(parties[::-1])]  # what a rule asks of two parties may stand in a record
        return self.table.circles(links)

    @cached_property
    def strong(self) -> dict[str, set[str]]:
        """For every owner the companies of which it can come to have a tenth while only lots inside circles can be silent."""
        return self.table.strong(self.gross, self.snapshot, self.circles.inside)

    @cached_property
    def named(self) -> frozenset[str]:
        """Parties of whom a fact or an agreement says that they control, decide or act together."""
        found = {name for link in self.facts.links for name in link} | {name for row in self.facts.together for name in row}
        return frozenset(found | {str(name) for r in self.agreements for name in r.get("parties", ())})

    @cached_property
    def can_be_silent(self) -> dict[str, int]:
        """Gross votes of each company whose owners are in its circle."""
        found: dict[str, int] = {}
        for i in np.flatnonzero(self.circles.inside).tolist():
            name = self.table.issuer[i]
            found[name] = found.get(name, 0) + self.gross[i]
        return found

    def reaches(self, group: frozenset[str], issuer: str, line: Fraction) -> bool:
        """Whether a group could have at least ``line`` of a company's votes or shares, whoever in its circle is silent."""
        owners = self.owners.get(issuer, {})
        few, many = (owners, group) if len(owners) < len(group) else (group, owners)
        lots = [i for owner in few if owner in many and owner != issuer for i in owners[owner]]
        votes, shares = sum(self.gross[i] for i in lots), sum(self.table.count[i] for i in lots)
        left = max(self.gross_total(issuer) - self.can_be_silent.get(issuer, 0), votes)
        own = sum(self.table.count[i] for i in owners.get(issuer, ()))
        top, bottom = line.numerator, line.denominator
        return bool(votes * bottom >= top * left or shares * bottom >= top * (self.issued(issuer) - own))

    def may_control(self, x: str, y: str) -> bool:
        """Whether x could come to control y: it has a tenth of it, or of a company that may hold it, or a record names it."""
        has = self.strong.get(x, ())
        return x in self.named or y in has or any(z in self.holdings for z in has)

    @cached_property
    def agreements(self) -> tuple[Record, ...]:
        """Recorded voting agreements, as contracts or facts."""
        contracts = (c for c in self.snapshot.contracts if c.get("kind") == "voting_agreement")
        return (*contracts, *self.facts.of("voting_agreement"))

    def majority_group(self, head: str) -> frozenset[str]:
        """``head`` and the companies of which the group holds more than half of gross votes, alone or together."""
        if head not in self._majority:
            group = {head}
            grown = True
            while grown:
                touched = dict.fromkeys(y for z in sorted(group) for y in self.holdings.get(z, ()) if y not in group)
                new = {y for y in touched if 2 * self._held(group, y) > self.gross_total(y)}
                grown = bool(new)
                group |= new
            self._majority[head] = frozenset(group)
        return self._majority[head]

    def majority_holder(self, company: str) -> str | None:
        """Who alone has more than half of a company's gross votes."""
        total = self.gross_total(company)
        owners = self.owners.get(company, {})
        return next((z for z, lots in owners.items() if z != company and 2 * sum(self.gross[i] for i in lots) > total), None)

    def heads(self, company: str) -> tuple[str, ...]:
        """The parties that have a company in their majority group, sorted."""
        if company not in self._heads:
            # Every member of such a group but its head is majority-held by it, so heads are found upwards through companies of which
            # named holders have more than half.
            found, waiting, seen = set[str](), [company], {company}
            while waiting:
                y = waiting.pop()
                owners = [z for z in self.owners.get(y, ()) if z != y and z not in self.dispersed]
                if 2 * self._held(owners, y) > self.gross_total(y):
                    found |= {*owners}
                    waiting += [z for z in owners if z not in seen]
                    seen |= {*owners}
            self._heads[company] = tuple(sorted(z for z in found if z != company and company in self.majority_group(z)))
        return self._heads[company]

    def _held(self, group: Iterable[str], issuer: str) -> int:
        owners = self.owners.get(issuer, {})
        return sum(self.gross[i] for owner in group if owner != issuer for i in owners.get(owner, ()))

    def partners(self, party: str, issuer: str) -> set[str]:
        """Parties to a recorded voting agreement with ``party`` that is about ``issuer`` (or about no company in particular)."""
        found = {party}
        for record in self.agreements:
            parties = {str(name) for name in record.get("parties", ())}
            if party in parties and record.get("issuer") in (None, issuer):
                found |= parties
        return found

    def concert(self, party: str, issuer: str) -> set[str]:
        """``party`` and its partners, each with its majority companies."""
        return {name for partner in self.partners(party, issuer) for name in self.majority_group(partner)}

    def confidence(self, lots: Iterable[int]) -> str:
        """The weakest letter among some lots; ``A`` when none has one."""
        return max((c for i in lots if (c := self.lots[i].confidence)), default="A")

    def above(self, *companies: str) -> list[str]:
        """Everybody who holds something of the companies, directly or through others; sorted, without them and dispersed holders."""
        return sorted(self._reached(companies, self.owners) - self.dispersed - set(companies))

    def below(self, *parties: str) -> list[str]:
        """Every company of which the parties hold something, directly or through others; sorted."""
        return sorted(self._reached(parties, self.holdings) - set(parties))

    def _reached(self, start: Iterable[str], step: Mapping[str, Iterable[str]]) -> set[str]:
        seen, waiting = set(start), list(start)
        while waiting:
            for name in step.get(waiting.pop(), ()):
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)
        return seen

    def on_a_circle(self, holder: str, issuer: str, members: frozenset[str]) -> bool:
        """Whether the stake of ``holder`` in ``issuer`` lies on a circle of stakes between members: from the issuer back to the holder."""
        inside = {name: [y for y in self.holdings.get(name, ()) if y in members and self.stake({name}, y)] for name in members}
        return issuer in inside.get(holder, ()) and holder in self._reached([issuer], inside)

    def stake(self, group: Iterable[str], issuer: str) -> Fraction:
        """Shares of ``issuer`` that a group has, of those issued."""
        owners = self.owners.get(issuer, {})
        if not owners:
            return Fraction(0)
        held = sum(self.table.count[i] for owner in group if owner != issuer for i in owners.get(owner, ()))
        return Fraction(held, self.issued(issuer)) if self.issued(issuer) else Fraction(0)


def months_held(lot: Lot, effect: Effect, world: World) -> Bounds | None:
    """Whole months since a lot was registered, lowest and highest; ``None`` when nobody says since when."""
    since = lot.registered_since or lot.since
    if since is None:
        return None
    first, last = interval(since)
    clock = effect.clock_from
    low, high = (whole_months(max(day, clock) if clock else day, world.at) for day in (last, first))
    return low, high


def _attributes(entities: Mapping[str, Entity], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """What rows ask of parties, for each of some names."""
    rows = zip(*fields_of(entities, ("kind", "jurisdiction", "form", "listed", "sme"), names), strict=True)
    once: dict[tuple[Any, ...], tuple[Any, ...]] = {}  # millions of parties are of a few sorts
    return [once.setdefault(row, row) for row in rows]
