"""Every company's share register at one date, immutable, in columns of whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from crosshold.errors import Finding, Findings, RequestError
from crosshold.model.entity import Entity
from crosshold.model.lot import Lot
from crosshold.model.lots import Lots
from crosshold.model.records import Overlay, Records, fields_of, touched
from crosshold.model.share import Share

__all__ = ["Declared", "Issuer", "Lot", "Lots", "Price", "Rate", "Record", "RuleChoice", "ShareClass", "Snapshot"]

Record = Mapping[str, Any]
_OVERHELD = (
    "Check for double counting, or give the share class; a register of claims is answered without it by --overheld leave-out."
)
_MAPPINGS = ("entities", "issuers", "groups", "prices", "fx", "market", "cash")


@dataclass(frozen=True, slots=True)
class ShareClass:
    """A class of shares: how many are issued, votes per share, and the dividend rights of a share beside those of other classes."""

    name: str
    issued: int
    votes: int = 1
    dividends: int = 1


@dataclass(frozen=True, slots=True)
class Issuer:
    """A company's share count. ``basis="fraction"`` marks a notional 10**12; ``loyalty`` is ``(multiple, years)`` of its articles."""

    id: str
    issued: int
    basis: str = "shares"
    classes: tuple[ShareClass, ...] = ()
    loyalty: tuple[int, int] | None = None
    confidence: str | None = None
    source: str | None = None

    def votes_per_share(self, share_class: str | None) -> int:
        """Base votes of one share of a class; one where there is a single unnamed class."""
        return next((c.votes for c in self.classes if c.name == share_class), 1)

    def dividends_per_share(self, share_class: str | None) -> int:
        """Dividend rights of one share of a class; one where there is a single unnamed class."""
        return next((c.dividends for c in self.classes if c.name == share_class), 1)

    @property
    def dividend_rights(self) -> int:
        """Dividend rights of all issued shares."""
        return sum(c.issued * c.dividends for c in self.classes) if self.classes else self.issued


@dataclass(frozen=True)
class Price:
    """A closing price with its day; ``value`` is money per share."""

    value: Decimal
    currency: str
    date: date
    source: str | None = None
    confidence: str | None = None


@dataclass(frozen=True)
class Rate:
    """An exchange rate as quoted: ``EURJPY`` is JPY per EUR."""

    value: Decimal
    date: date
    source: str | None = None
    confidence: str | None = None


class Declared(NamedTuple):
    """An interest that is declared, or held indirectly: ``statement`` says that ``holder`` has ``share`` of ``issuer`` by whatever chain.

    It makes no lot (spec/evidence 3.4); what the lots add up to is compared with it.
    """

    statement: str
    holder: str
    issuer: str
    share: Share


@dataclass(frozen=True)
class RuleChoice:
    """Which rules a case runs: packs by jurisdiction, ``only`` these ids when given, fixed readings, accepted C rows.

    ``rows`` are the case's own rules, a parsed document of rows that only the law reads; ``None`` where there are none.
    """

    packs: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    settings: Record = field(default_factory=dict)
    accept: tuple[str, ...] = ()
    rows: Any = None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Who holds what at ``at``, and the records that law and deals read. Never changed: :meth:`evolve` gives a new one.

    ``cash`` maps entity to ``{currency: Decimal}``; ``market``, ``financials``, ``books``, ``contracts``, ``overlays``, ``watch`` and
    ``facts`` are plain records in the words of the case file. ``declared`` are interests in its companies that make no lots. ``same`` has
    the ids of parties that go by another one here. ``left_out`` names rows that were not known at ``known_by``.
    """

    at: date
    entities: Mapping[str, Entity]
    issuers: Mapping[str, Issuer]
    lots: Lots
    case: str = ""
    title: str = ""
    known_by: date | None = None
    believe: str = "latest-firm"
    currency: str = "EUR"
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    fx: Mapping[str, Rate] = field(default_factory=dict)
    cash: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    market: Mapping[str, Record] = field(default_factory=dict)
    financials: Mapping[str, Record] = field(default_factory=dict)
    books: tuple[Record, ...] = ()
    contracts: tuple[Record, ...] = ()
    overlays: tuple[Record, ...] = ()
    watch: tuple[Record, ...] = ()
    facts: tuple[Record, ...] = ()
    illustrative: frozenset[str] = frozenset()
    rules: RuleChoice = RuleChoice()
    left_out: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    same: Record = field(default_factory=dict)
    declared: tuple[Declared, ...] = ()

    def __post_init__(self) -> None:
        self._freeze(_MAPPINGS)
        self._check(None)

    def _freeze(self, names: Iterable[str]) -> None:
        """Mappings that may change later are copied; those that cannot are shared, whatever their size."""
        for name in names:
            value = getattr(self, name)
            if name == "cash":
                value = {who: MappingProxyType(dict(sums)) for who, sums in value.items()}
            if not isinstance(value, (Records, Overlay)):
                object.__setattr__(self, name, MappingProxyType(dict(value)))

    def _check(self, touched: set[str] | None) -> None:
        """Ids and sums of all lots, or of the issuers that were touched."""
        faults, lots = Findings(), self.lots
        for name in lots.repeated(edits_only=touched is not None):
            faults.add("C_DUPLICATE_ID", f"two lots have the id {name!r}.", "Give each its own id.", name)
        names = lots.codes("issuer").words if touched is None else sorted(touched)
        unknown = [name for name in names if name not in self.issuers]
        for place in sorted(p for name in unknown for p in lots.positions(name)):
            lot = lots[place]
            message = f"Lot {lot.id}: {lot.issuer!r} is no issuer here."
            faults.add("C_UNKNOWN_ENTITY", message, "Add it under issuers.", lot.id)
        suspects = self._suspects() if touched is None else touched.difference(unknown)
        over = {name: found for name in suspects if (found := self._overheld(self.issuers[name]))}
        for name in self.issuers if over else ():
            for what, message in over.get(name, ()):
                faults.add("E_OVERHELD", f"{what}: {message}", _OVERHELD, what)
        faults.raise_errors(RequestError)

    def _suspects(self) -> list[str]:
        """Issuers of which more may be held than issued: in columns, before any is looked at by itself."""
        words = self.lots.codes("issuer").words
        sums, wide = self.lots.columns.sums()
        issued, classes = fields_of(self.issuers, ("issued", "classes"), words)
        rows = zip(words, sums.tolist(), wide.tolist(), issued, classes, strict=True)
        return [name for name, total, huge, whole, kinds in rows if whole is not None and (huge or kinds or total > whole)]

    def _overheld(self, issuer: Issuer) -> list[tuple[str, str]]:
        """What an issuer's lots add up to beyond what was issued, as a whole and by class."""
        by_class, found = self.lots.lowest(issuer.id), []
        over: list[tuple[str | None, int, int]] = [(None, sum(by_class.values()), issuer.issued)]
        over += [(c.name, by_class.get(c.name, 0), c.issued) for c in issuer.classes]
        for share_class, count, whole in over:
            if count > whole:
                what = f"{issuer.id}{f' class {share_class}' if share_class else ''}"
                percent = f"{count / whole * 100:.4g} %" if whole else f"{count} shares"
                lots = ", ".join(lot.id for lot in self.lots_of(issuer.id))
                found.append((what, f"lots add up to {percent} of issued (lots {lots})."))
        return found

    def evolve(self, **changes: Any) -> Snapshot:
        """A new Snapshot with some parts replaced; ``lots`` may be any iterable of lots. What is not replaced is shared.

        Lots that are an edit of these (:meth:`~crosshold.model.lots.Lots.edited`) and issuers laid over these
        (:class:`~crosshold.model.records.Overlay`) are checked only where they differ.
        """
        if "lots" in changes and not isinstance(changes["lots"], Lots):
            changes["lots"] = Lots(changes["lots"])
        if unknown := changes.keys() - {f.name for f in fields(self)}:
            raise TypeError(f"a Snapshot has no {', '.join(sorted(unknown))}")
        made = object.__new__(Snapshot)
        for f in fields(self):
            object.__setattr__(made, f.name, changes.get(f.name, getattr(self, f.name)))
        made._freeze(n for n in _MAPPINGS if n in changes and changes[n] is not getattr(self, n))
        lots, issuers = made.lots.touched(self.lots), touched(made.issuers, self.issuers)
        if lots is None or issuers is None:
            made._check(None)
        elif lots or issuers:
            made._check(lots | issuers)
        return made

    @property
    def heading(self) -> str:
        """What an answer about it is headed: its title, or how it is called, and the day."""
        return ", ".join(filter(None, (self.title or self.case, str(self.at))))

    def lots_of(self, issuer: str, holder: str | None = None) -> tuple[Lot, ...]:
        """The lots of one issuer, of one holder when given, in register order."""
        return tuple(self.lots[place] for place in self.lots.positions(issuer, holder))

    def held(self, holder: str, issuer: str) -> int:
        """Shares of ``issuer`` that ``holder`` has."""
        return sum(lot.shares for lot in self.lots_of(issuer, holder))

    def treasury(self, issuer: str) -> int:
        """Own shares of an issuer."""
        return self.held(issuer, issuer)

    def gross_votes(self, lot: Lot) -> int:
        """Votes of a lot as stated, else its class's base votes; own shares have none. Loyalty rules are the law's business."""
        if lot.holder == lot.issuer:
            return 0
        if lot.votes is not None:
            return lot.votes
        return lot.shares * self.issuers[lot.issuer].votes_per_share(lot.share_class)

    def name(self, entity: str) -> str:
        """How a party is called on screen."""
        return self.entities[entity].name if entity in self.entities else entity
