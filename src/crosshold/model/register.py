"""All statements, contradictory ones side by side; nothing is overwritten.

Two time axes: a statement is *about* days (``valid_from``, ``valid_to``) and *known* from a day (``known_on``).
``at(day, known_by)`` picks one Snapshot and says what it set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from crosshold.errors import Finding, RequestError, did_you_mean
from crosshold.model.dates import add_months, interval
from crosshold.model.entity import Entity
from crosshold.model.picker import Conflict, Picker
from crosshold.model.policy import Policy, policy
from crosshold.model.snapshot import Snapshot
from crosshold.model.statement import Source, Statement, tier

_FIELDS = tuple(f.name for f in fields(Statement))
STATUSES = ("filed", "confirmed", "reported", "rumoured", "disputed", "denied", "unanswered", "projected", "revised", "retracted")


class Statements(Sequence[Statement]):
    """Statements in columns; a :class:`Statement` is a view of one row."""

    def __init__(self, rows: Iterable[Statement]) -> None:
        items = tuple(rows)
        self.columns: Mapping[str, tuple[Any, ...]] = {n: tuple(getattr(row, n) for row in items) for n in _FIELDS}

    def __len__(self) -> int:
        return len(self.columns["subject"])

    def __getitem__(self, index: int) -> Statement:  # type: ignore[override]
        return Statement(*(self.columns[name][index] for name in _FIELDS))

    def __iter__(self) -> Iterator[Statement]:
        return (Statement(*values) for values in zip(*self.columns.values(), strict=True))


@dataclass(frozen=True, eq=False)
class Register:
    """Statements, sources, entities, and the records of a case that are no statements (``records``, rows with their ``known_on``).

    ``defaults`` are the Snapshot fields that a case fixes: ``case``, ``title``, ``currency``, ``groups``, ``rules``, ``rest``.
    """

    statements: Statements
    sources: Mapping[str, Source] = field(default_factory=dict)
    entities: Mapping[str, Entity] = field(default_factory=dict)
    records: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    day: date | None = None
    known_by: date | None = None
    believe: str = "latest-firm"
    findings: tuple[Finding, ...] = ()

    def add(self, statements: Iterable[Statement]) -> Register:
        """A new Register with more statements; ids already there are kept once."""
        known = set(self._by_id)
        return replace(self, statements=Statements([*self.statements, *(s for s in statements if s.id not in known)]))

    @cached_property
    def _by_id(self) -> dict[str, Statement]:
        return {statement.id: statement for statement in self.statements}

    def statement(self, statement_id: str) -> Statement:
        """One statement by its id."""
        try:
            return self._by_id[statement_id]
        except KeyError:
            message = f"no statement has the id {statement_id!r}."
            raise RequestError(Finding("E_UNKNOWN_ID", message, did_you_mean(statement_id, self._by_id))) from None

    def live(self, known_by: date | None) -> list[Statement]:
        """Statements known by a day that no known revision or retraction has replaced. ``None`` = everything known now."""
        known = [s for s in self.statements if self._known(s, known_by)]
        revised = {s.id: s.revises for s in known if s.revises}
        gone = {old for old in revised.values() if old not in self.revision_cycle} | {s.retracts for s in known if s.retracts}
        return [s for s in known if s.id not in gone and not s.retracts]

    def _known(self, statement: Statement, known_by: date | None) -> bool:
        day = self.known_on(statement)
        return known_by is None or day is None or day <= known_by

    @cached_property
    def revision_cycle(self) -> frozenset[str]:
        """Statements that revise each other in a circle: all of them stay candidates."""
        revises = {s.id: s.revises for s in self.statements if s.revises}
        circle = set()
        for start, here in revises.items():
            chain = [start]
            while here in revises and here not in chain:
                chain.append(here)
                here = revises[here]
            if here == start:
                circle.add(start)
        return frozenset(circle)

    def known_on(self, statement: Statement) -> date | None:
        """The day a reader could first know it: its own, else its source's day of publication, else always."""
        source = self.sources.get(statement.source or "")
        return statement.known_on or (source.published_on if source else None)

    def history(self, holder: str, issuer: str) -> list[Statement]:
        """Every statement about one holding, oldest first, whatever became of it."""
        rows = [s for s in self.statements if s.subject == holder and s.object == issuer and s.verb in ("holds", "votes")]
        return sorted(rows, key=lambda s: (s.starts() or date.min, s.id))

    def status(self, statement: Statement, known_by: date | None = None) -> str:
        """What became of the proposition of ``statement``: one word of :data:`STATUSES` (spec/evidence 3.5).

        Asking about a statement that was not known yet is ``E_UNKNOWN_ID``.
        """
        if not self._known(statement, known_by):
            message = f"{statement.id} was not known on {known_by}."
            raise RequestError(Finding("E_UNKNOWN_ID", message, f"It was known from {self.known_on(statement)}.", statement.id))
        if statement not in self.live(known_by):
            replaced = any(s.retracts == statement.id for s in self.statements)
            return "retracted" if replaced else "revised"
        same = [s for s in self.live(known_by) if self._same_matter(s, statement)]
        reports = [s for s in same if s.stance in ("reports", "confirms")]
        denials = [s for s in same if s.stance == "denies"]
        if denials:
            return "disputed" if reports else "denied"
        if not reports:
            return "projected" if any(s.stance == "projects" for s in same) else "unanswered"
        if any(s.stance == "confirms" for s in same):
            return "confirmed"
        return {1: "filed", 2: "reported", 3: "rumoured"}[min(tier(s.speaker_kind) for s in reports)]

    @staticmethod
    def _same_matter(a: Statement, b: Statement) -> bool:
        return a.key() == b.key() or (a.about is not None and a.about == b.about)

    def conflicts(self, day: date | None = None, known_by: date | None = None) -> list[Conflict]:
        """Pairs of live statements about one holding at one day whose intervals do not meet."""
        return Picker(self, self._day(day), known_by or self.known_by, policy(self.believe)).conflicts()

    def _day(self, day: date | None) -> date:
        if day is None and self.day is None:
            raise RequestError(Finding("E_NO_DATE", "the register has no date of its own.", "Give one: --at YYYY-MM-DD."))
        return day or self.day  # type: ignore[return-value]

    def at(self, day: date | None = None, *, known_by: date | None = None, believe: str | Policy | None = None) -> Snapshot:
        """The Snapshot of one day, as a reader on ``known_by`` could know it, under a policy that says whom to believe.

        Without ``day`` the case's own; without ``known_by`` the case's own, else everything known now. Policies:
        ``latest-firm`` (default), ``firmest``, ``filed-only``, ``widest``, ``only:SOURCE[,SOURCE]``.
        """
        known_by = known_by or self.known_by
        chosen = believe if isinstance(believe, Policy) else policy(believe or self.believe)
        if unknown := [name for name in chosen.sources if name not in self.sources]:
            message = f"no source is called {', '.join(unknown)}."
            raise RequestError(Finding("E_POLICY", message, did_you_mean(unknown[0], self.sources), "believe"))
        return Picker(self, self._day(day), known_by, chosen).snapshot()

    def earlier(self, snapshot: Snapshot, months: int = 12) -> tuple[Snapshot, ...]:
        """Earlier registers as the reader of ``snapshot`` knows them, oldest first: of every day in the ``months`` before it on which
        something about a holding or a share count begins or ends, of the eve of such a change, and of the last such day before them. A
        claim that was only measured on a day says nothing about its eve.

        Laws on a rise within some months are measured against them. A day whose register does not add up shows no rise and is left out.
        """
        told: set[date | None] = set()
        for s in self.live(snapshot.known_by):
            if s.verb in ("holds", "issued"):
                changes = [interval(text)[0] for text in (s.valid_from, s.valid_to) if text]
                told |= {s.starts(), *changes, *(day - timedelta(1) for day in changes if day > date.min)}
        days = sorted(day for day in told if day is not None and day < snapshot.at)
        first = add_months(snapshot.at, -months)
        chosen = [*[day for day in days if day < first][-1:], *(day for day in days if day >= first)]
        found = []
        for day in chosen:
            try:
                found.append(self.at(day, known_by=snapshot.known_by, believe=snapshot.believe))
            except RequestError:
                continue
        return tuple(found)
