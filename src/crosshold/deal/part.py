"""The part of a large register that a plan can touch, simulated alone, and the register with what became of it.

What a plan changes in a company can matter in that company and in those below it: those in which it holds something, directly or through
others. What is true in any of these hangs on their own lots and on those of the companies above them, whatever their size: a control
group grows through holders, and a company that loses votes for what it holds of another is itself above that other. So the part are the
companies that the plan names, what is below them, and all that is above these or above who stands in contracts and the like, each with
all its lots. It is closed upwards, so votes, lines and control in it are what they are in the whole register; no holding is left out for
its size. Parties that one fact or contract names together count as above and below one another. Where what is below is more than can be
told (a plan on a company that holds something of tens of thousands), it is left out, and said to be: what is told stays exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from math import inf
from typing import Any

from crosshold.deal.plan import Plan
from crosshold.errors import Finding
from crosshold.law.book import RuleBook, book_for
from crosshold.model.entity import Entity
from crosshold.model.lot import Lot
from crosshold.model.lots import Lots
from crosshold.model.records import Overlay
from crosshold.model.snapshot import Record, Snapshot

MOST = 200
"""So many lots of companies below are looked at and told of one by one; beyond that the part is what the plan names and who is above it."""
_OWN = ("lots", "issuers", "entities", "findings")


@dataclass(frozen=True, eq=False)
class Part:
    """``snapshot`` is the part of ``whole``; ``told`` are the companies in which the plan can change anything or about which records of the
    case ask, sorted; ``complete`` says whether nothing that the plan can touch was left out."""

    whole: Snapshot
    snapshot: Snapshot
    told: tuple[str, ...]
    places: Mapping[str, int]
    complete: bool = True

    @classmethod
    def of(cls, whole: Snapshot, plan: Plan, rules: RuleBook | None = None) -> Part:
        """The part for a plan; ``rules`` as for :func:`~crosshold.deal.simulate.simulate`."""
        reach = _Reach(whole)
        named = {name for name in _words(plan.to_dict()) if reach.knows(name)}
        touched, asked = reach.issuers(named), {name for name in _words(_records(whole)) if reach.knows(name)}
        seeds = named | asked
        untold, below = [], reach.below(touched, MOST)
        inside = None if below is None else reach.above(below | seeds, MOST)
        if below is None or inside is None:
            untold.append("what they hold, for it is too much")
            below, inside = touched, reach.above(touched | seeds) or set()
        if _links_tested(whole, rules):  # companies with an owner in common are tested against each other
            owners = {name for company in reach.issuers(below) for name in reach.owners(company) if not reach.nobody(name)}
            sisters = reach.below(owners, MOST)
            more = None if sisters is None else reach.above(sisters | inside, MOST)
            inside = more or inside
            untold += [] if more else ["links with companies that have an owner in common, for they are too many"]
        return cls._cut(whole, reach.issuers(inside), {*named, *inside}, tuple(sorted(reach.issuers(below | asked))), untold)

    @classmethod
    def _cut(
        cls, whole: Snapshot, companies: set[str], names: set[str], told: tuple[str, ...], untold: Sequence[str] = ()
    ) -> Part:
        at = sorted(place for name in companies for place in whole.lots.positions(name))
        lots = [whole.lots[place] for place in at]
        names = {*names, *companies, *(name for lot in lots for name in (*_holders(lot), lot.pledged_to) if name)}
        message = f"told of {len(companies):,} of {len(whole.issuers):,} companies: those that the plan and the records name, "
        if untold:
            message += f"and who stands above them. Not told: {'; '.join(untold)}."
        else:
            message += "what they hold, and who stands above all these; in the others nothing changes."
        note = Finding(
            "N_PART_OF_REGISTER", message, "Name a company in a watch line to be told of it." if untold else "", "plan"
        )
        made = whole.evolve(
            lots=Lots(lots), issuers={name: whole.issuers[name] for name in sorted(companies)},
            entities={name: whole.entities[name] if name in whole.entities else Entity(name) for name in sorted(names)},
            findings=(*whole.findings, note),
        )  # fmt: skip
        return cls(whole, made, told, dict(zip((lot.id for lot in lots), at, strict=True)), not untold)

    @property
    def asked(self) -> tuple[str, ...]:
        """The companies of which lines of law are told where the part is too large to tell them of all; empty where it is not."""
        return self.told if len(self.snapshot.lots) > MOST else ()

    def same(self, other: Snapshot) -> Snapshot:
        """The same companies in another register, say of an earlier day."""
        return Part._cut(other, {n for n in self.snapshot.issuers if n in other.issuers}, set(), ()).snapshot

    def put_back(self, end: Snapshot) -> Snapshot:
        """The whole register with what became of the part: an edit that costs what changed."""
        start, changed, add = self.snapshot, dict[int, list[Lot]](), list[Lot]()
        left = {lot.id: lot for lot in start.lots}
        gone = sorted(self.places[name] for name in left.keys() - {lot.id for lot in end.lots})
        changed |= {place: [] for place in gone}
        last = max((self.places[lot.id] for lot in end.lots if lot.id in left), default=-1)
        before = -1  # where the last lot that was there before stands; a lot split in place comes right after it
        for lot in end.lots:
            if lot.id in left:
                before = self.places[lot.id]
                if lot != left[lot.id]:
                    changed[before] = [lot]
            elif before < last and (free := next((place for place in gone if place > before), None)) is not None:
                changed[free].append(lot)
            else:
                add.append(lot)
        laid = {name: Overlay(getattr(self.whole, name), _changes(start, end, name)) for name in ("issuers", "entities")}
        kept = {f.name: getattr(end, f.name) for f in fields(Snapshot) if f.name not in _OWN}
        return self.whole.evolve(lots=self.whole.lots.edited(changed, add), **laid, **kept)


def _changes(start: Snapshot, end: Snapshot, name: str) -> dict[str, Any]:
    old, new = getattr(start, name), getattr(end, name)
    return {who: record for who, record in new.items() if record != old.get(who)}


def _holders(lot: Lot) -> tuple[str, ...]:
    return (lot.holder, lot.beneficiary) if lot.beneficiary else (lot.holder,)


def _words(value: Any) -> Iterator[str]:
    """Every text in plain data, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _words(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _words(inner)


def _records(state: Snapshot) -> list[Any]:
    """What is asked of a state whatever the plan: contracts, overlays, watch lines, books, groups."""
    return [state.contracts, state.overlays, state.watch, state.books, dict(state.groups)]


def _links_tested(state: Snapshot, rules: RuleBook | None) -> bool:
    choice = state.rules
    return any(rule.kind == "link_test" and (choice.only is None or rule.id in choice.only) for rule in rules or book_for(choice))


class _Reach:
    """Who is above and below whom, by holdings and by records that name parties together."""

    def __init__(self, whole: Snapshot) -> None:
        self.whole = whole
        self._fellows: dict[str, set[str]] = {}
        record: Record
        for record in (*whole.facts, *whole.contracts, *whole.overlays):
            together = {name for name in _words(record) if self.knows(name) and not self.nobody(name)}
            for name in together:
                self._fellows.setdefault(name, set()).update(together)

    def knows(self, name: str) -> bool:
        """Whether the register knows a name as a company or a party."""
        return name in self.whole.issuers or name in self.whole.entities or self.whole.lots.names("holder", name)

    def nobody(self, name: str) -> bool:
        """Whether a holder is nobody in particular, so that nothing links what it holds."""
        if name.startswith("~"):
            return True
        return name in self.whole.entities and self.whole.entities[name].kind == "dispersed"

    def issuers(self, names: Iterable[str]) -> set[str]:
        """Those among some names that are companies with shares."""
        return {name for name in names if name in self.whole.issuers}

    def below(self, names: Iterable[str], most: int) -> set[str] | None:
        """The names, and what they hold, directly or through others; ``None`` when that is more than ``most``."""
        return self._reached(names, self.held, most)

    def above(self, names: Iterable[str], most: float = inf) -> set[str] | None:
        """The names, and who holds something of them, directly or through others; ``None`` when their lots are more than ``most``."""
        found = self._reached(names, self.owners, most)
        many = found is None or sum(len(self.whole.lots.positions(name)) for name in self.issuers(found)) > most
        return None if many else found

    def held(self, name: str) -> set[str]:
        """What a party holds, or another for it."""
        return self.whole.lots.beside("holder", name, "issuer") | self.whole.lots.beside("beneficiary", name, "issuer")

    def owners(self, name: str) -> set[str]:
        """Who holds something of a company, and for whom."""
        return self.whole.lots.beside("issuer", name, "holder") | self.whole.lots.beside("issuer", name, "beneficiary")

    def _reached(self, names: Iterable[str], step: Callable[[str], set[str]], most: float) -> set[str] | None:
        seen = set(names)
        waiting = list(seen)
        while waiting and len(seen) <= most:
            name = waiting.pop()
            if not self.nobody(name):
                new = (step(name) | self._fellows.get(name, set())) - seen
                seen |= new
                waiting += new
        return None if waiting else seen
