"""The part of a large register that a plan can touch, simulated alone, and the register with what became of it.

What a plan changes in a company can matter in that company and in those below it: those in which it holds something, directly or through
others. What is true in any of these hangs on their own lots and on those of the companies above them, whatever their size: a control
group grows through holders, and a company that loses votes for what it holds of another is itself above that other. So the part are the
companies that the plan names, what is below them, and all that is above these or above who stands in contracts and the like, each with
all its lots. It is closed upwards, so votes, lines and control in it are what they are in the whole register; nothing is cut off by size.
Parties that one fact or contract names together count as above and below one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from crosshold.deal.plan import Plan
from crosshold.errors import Finding
from crosshold.law.book import RuleBook, book_for
from crosshold.model.entity import Entity
from crosshold.model.lot import Lot
from crosshold.model.lots import Lots
from crosshold.model.records import Overlay
from crosshold.model.snapshot import Record, Snapshot

_OWN = ("lots", "issuers", "entities", "findings")


@dataclass(frozen=True, eq=False)
class Part:
    """``snapshot`` is the part of ``whole``; ``changing`` are the companies in which the plan can change anything, sorted."""

    whole: Snapshot
    snapshot: Snapshot
    changing: tuple[str, ...]
    places: Mapping[str, int]

    @classmethod
    def of(cls, whole: Snapshot, plan: Plan, rules: RuleBook | None = None) -> Part:
        """The part for a plan; ``rules`` as for :func:`~crosshold.deal.simulate.simulate`."""
        reach = _Reach(whole)
        named = {name for name in _words(plan.to_dict()) if reach.knows(name)}
        changing = reach.below(named & reach.issuers(named))
        seeds = {*changing, *named, *(name for name in _words(_records(whole)) if reach.knows(name))}
        inside = reach.above(seeds)
        if _links_tested(whole, rules):  # companies with an owner in common are tested against each other
            owners = {name for company in changing for lot in whole.lots_of(company) for name in _holders(lot)}
            inside = reach.above(reach.below({name for name in owners if not reach.nobody(name)}) | inside)
        return cls._cut(whole, reach.issuers(inside), {*named, *inside}, tuple(sorted(reach.issuers(changing))))

    @classmethod
    def _cut(cls, whole: Snapshot, companies: set[str], names: set[str], changing: tuple[str, ...]) -> Part:
        at = sorted(place for name in companies for place in whole.lots.positions(name))
        lots = [whole.lots[place] for place in at]
        names = {*names, *companies, *(name for lot in lots for name in (*_holders(lot), lot.pledged_to) if name)}
        message = (
            f"told of {len(companies):,} of {len(whole.issuers):,} companies: those that the plan and the records name, what they hold, "
            "and who stands above them; in all others nothing changes."
        )
        note = Finding("N_PART_OF_REGISTER", message, "", "plan")
        made = whole.evolve(
            lots=Lots(lots), issuers={name: whole.issuers[name] for name in sorted(companies)},
            entities={name: whole.entities[name] if name in whole.entities else Entity(name) for name in sorted(names)},
            findings=(*whole.findings, note),
        )  # fmt: skip
        return cls(whole, made, changing, dict(zip((lot.id for lot in lots), at, strict=True)))

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

    def below(self, names: Iterable[str]) -> set[str]:
        """The names, and what they hold, directly or through others."""
        return self._reached(names, self._held)

    def above(self, names: Iterable[str]) -> set[str]:
        """The names, and who holds something of them, directly or through others."""
        return self._reached(names, self._owners)

    def _held(self, name: str) -> set[str]:
        lots = self.whole.lots
        return {lots[place].issuer for column in ("holder", "beneficiary") for place in lots.where(column, name)}

    def _owners(self, name: str) -> set[str]:
        if name not in self.whole.issuers:
            return set()
        return {who for lot in self.whole.lots_of(name) for who in _holders(lot)}

    def _reached(self, names: Iterable[str], step: Callable[[str], set[str]]) -> set[str]:
        seen = set(names)
        waiting = list(seen)
        while waiting:
            name = waiting.pop()
            if not self.nobody(name):
                new = (step(name) | self._fellows.get(name, set())) - seen
                seen |= new
                waiting += new
        return seen
