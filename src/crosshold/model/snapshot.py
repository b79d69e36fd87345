"""Every company's share register at one date, immutable, in columns of whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any, overload

import numpy as np

from crosshold.errors import Finding, Findings, RequestError
from crosshold.model.entity import Entity

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lot:
    """Shares that one holder got at one time. ``votes`` are its gross votes when stated; ``None`` leaves them to class and law.

    ``low`` and ``high`` bound an uncertain count (both possible unless ``high_open``); ``since`` is an ISO date of any precision,
    ``registered_since`` the start of the loyalty clock (default ``since``). ``beneficiary`` is for whom a trustee holds.
    """

    id: str
    issuer: str
    holder: str
    shares: int
    share_class: str | None = None
    votes: int | None = None
    since: str | None = None
    registered_since: str | None = None
    low: int | None = None
    high: int | None = None
    high_open: bool = False
    beneficiary: str | None = None
    capacity: str | None = None
    aggregate: bool = False
    locked_until: str | None = None
    pledged_to: str | None = None
    confidence: str | None = None
    source: str | None = None
    evidence: str | None = None
    corroborated_by: tuple[str, ...] = ()
    set_aside: tuple[tuple[str, str], ...] = ()

    @property
    def bounds(self) -> tuple[int, int]:
        """Lowest and highest possible count."""
        low = self.shares if self.low is None else self.low
        return low, self.shares if self.high is None else self.high


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


class Lots(Sequence[Lot]):
    """Lots in columns; a :class:`Lot` is a view of one row. Numbers are int64 arrays that cannot be written to."""

    _WHOLE = ("shares", "votes", "low", "high")
    _NAMES = tuple(f.name for f in fields(Lot))

    def __init__(self, lots: Iterable[Lot]) -> None:
        rows = list(lots)
        for row in rows:
            if min(row.shares, *(getattr(row, n) or 0 for n in self._WHOLE)) < 0:
                message = f"Lot {row.id} has a negative count."
                raise RequestError(Finding("E_NEG_QTY", message, "Counts are 0 or more.", row.id))
        self._columns: dict[str, np.ndarray[Any, Any]] = {}
        for name in self._NAMES:
            values = [getattr(row, name) for row in rows]
            if name in self._WHOLE:
                column = np.array([-1 if v is None else v for v in values], dtype=np.int64)
            else:
                column = np.empty(len(rows), dtype=object)
                column[:] = values
            column.setflags(write=False)
            self._columns[name] = column

    def column(self, name: str) -> np.ndarray[Any, Any]:
        """One column; in the whole-number ones -1 stands for "not said"."""
        return self._columns[name]

    def __len__(self) -> int:
        return len(self._columns["id"])

    @overload
    def __getitem__(self, index: int) -> Lot: ...
    @overload
    def __getitem__(self, index: slice) -> Lots: ...
    def __getitem__(self, index: int | slice) -> Lot | Lots:
        if isinstance(index, slice):
            return Lots(self._rows[index])
        return self._rows[index]

    @cached_property
    def _rows(self) -> tuple[Lot, ...]:
        columns = [
            [None if v < 0 else v for v in self._columns[n].tolist()] if n in self._WHOLE else self._columns[n].tolist()
            for n in self._NAMES
        ]
        return tuple(Lot(*values) for values in zip(*columns, strict=True))

    def __iter__(self) -> Iterator[Lot]:
        return iter(self._rows)


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
    ``facts`` are plain records in the words of the case file. ``left_out`` names rows that were not known at ``known_by``.
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
    books: tuple[Record, ...] = ()
    contracts: tuple[Record, ...] = ()
    overlays: tuple[Record, ...] = ()
    watch: tuple[Record, ...] = ()
    financials: Mapping[str, Record] = field(default_factory=dict)
    facts: tuple[Record, ...] = ()
    illustrative: frozenset[str] = frozenset()
    rules: RuleChoice = RuleChoice()
    left_out: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        for name in ("entities", "issuers", "groups", "prices", "fx", "market", "financials"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        cash = {who: MappingProxyType(dict(sums)) for who, sums in self.cash.items()}
        object.__setattr__(self, "cash", MappingProxyType(cash))
        faults = Findings()
        seen: set[str] = set()
        for lot in self.lots:
            if lot.id in seen:
                faults.add("C_DUPLICATE_ID", f"two lots have the id {lot.id!r}.", "Give each its own id.", lot.id)
            seen.add(lot.id)
        held: dict[str, int] = dict.fromkeys(self.issuers, 0)
        by_class: dict[tuple[str, str | None], int] = {}
        rows: dict[str, list[str]] = {}
        for lot in self.lots:
            if lot.issuer not in self.issuers:
                message = f"Lot {lot.id}: {lot.issuer!r} is no issuer here."
                faults.add("C_UNKNOWN_ENTITY", message, "Add it under issuers.", lot.id)
                continue
            held[lot.issuer] += lot.bounds[0]
            by_class[lot.issuer, lot.share_class] = by_class.get((lot.issuer, lot.share_class), 0) + lot.bounds[0]
            rows.setdefault(lot.issuer, []).append(lot.id)
        for issuer in self.issuers.values():
            over: list[tuple[str | None, int, int]] = [(None, held[issuer.id], issuer.issued)]
            over += [(c.name, by_class.get((issuer.id, c.name), 0), c.issued) for c in issuer.classes]
            for share_class, count, whole in over:
                if count > whole:
                    what = f"{issuer.id}{f' class {share_class}' if share_class else ''}"
                    percent = f"{count / whole * 100:.4g} %" if whole else f"{count} shares"
                    message = f"lots add up to {percent} of issued (lots {', '.join(rows[issuer.id])})."
                    faults.add("E_OVERHELD", f"{what}: {message}", "Check for double counting, or give the share class.", what)
        faults.raise_errors(RequestError)

    def evolve(self, **changes: Any) -> Snapshot:
        """A new Snapshot with some parts replaced; ``lots`` may be any iterable of lots."""
        if "lots" in changes and not isinstance(changes["lots"], Lots):
            changes["lots"] = Lots(changes["lots"])
        return replace(self, **changes)

    @cached_property
    def _by_issuer(self) -> dict[str, tuple[Lot, ...]]:
        groups: dict[str, list[Lot]] = {name: [] for name in self.issuers}
        for lot in self.lots:
            groups[lot.issuer].append(lot)
        return {name: tuple(lots) for name, lots in groups.items()}

    def lots_of(self, issuer: str, holder: str | None = None) -> tuple[Lot, ...]:
        """The lots of one issuer, of one holder when given, in register order."""
        lots = self._by_issuer.get(issuer, ())
        return lots if holder is None else tuple(lot for lot in lots if lot.holder == holder)

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
