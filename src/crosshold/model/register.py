"""All statements, contradictory ones side by side; nothing is overwritten.

Two time axes: a statement is *about* days (``valid_from``, ``valid_to``) and *known* from a day (``known_on``).
``at(day, known_by)`` picks one Snapshot and says what it set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import Any

from crosshold.errors import Finding, RequestError, did_you_mean
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
        known = [s for s in self.statements if known_by is None or (day := self.known_on(s)) is None or day <= known_by]
        gone = {s.revises for s in known if s.revises} | {s.retracts for s in known if s.retracts}
        return [s for s in known if s.id not in gone and not s.retracts]

    def known_on(self, statement: Statement) -> date | None:
        """The day a reader could first know it: its own, else its source's day of publication, else always."""
        source = self.sources.get(statement.source or "")
        return statement.known_on or (source.published_on if source else None)

    def history(self, holder: str, issuer: str) -> list[Statement]:
        """Every statement about one holding, oldest first, whatever became of it."""
        rows = [s for s in self.statements if s.subject == holder and s.object == issuer and s.verb in ("holds", "votes")]
        return sorted(rows, key=lambda s: (s.starts() or date.min, s.id))

    def status(self, statement: Statement, known_by: date | None = None) -> str:
        """What became of the proposition of ``statement``: one word of :data:`STATUSES` (spec/evidence 3.5)."""
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
        day = day or self.day or date.today()
        return Picker(self, day, known_by, policy(self.believe)).conflicts()

    def at(self, day: date | None = None, *, known_by: date | None = None, believe: str | Policy | None = None) -> Snapshot:
        """The Snapshot of one day, as a reader on ``known_by`` could know it, under a policy that says whom to believe.

        Without ``day`` the case's own; without ``known_by`` the case's own, else everything known now. Policies:
        ``latest-firm`` (default), ``firmest``, ``filed-only``, ``widest``, ``only:SOURCE[,SOURCE]``.
        """
        day = day or self.day
        if day is None:
            raise RequestError(Finding("E_NO_DATE", "the register has no date of its own.", "Give one: --at YYYY-MM-DD."))
        known_by = known_by or self.known_by
        chosen = believe if isinstance(believe, Policy) else policy(believe or self.believe)
        return Picker(self, day, known_by, chosen).snapshot()
