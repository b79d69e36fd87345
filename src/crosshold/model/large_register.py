"""A register whose holdings are columns of a table instead of statements: millions of lots, one state, no rival claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from crosshold.model.entity import Entity
from crosshold.model.lots import Lots
from crosshold.model.policy import Policy
from crosshold.model.records import Overlay
from crosshold.model.register import Register
from crosshold.model.snapshot import Issuer, Snapshot


@dataclass(frozen=True, eq=False)
class LargeRegister(Register):
    """The records of a case beside ``lots``, ``issuers`` and ``parties`` in columns. Holdings have no dates: they stand on every day."""

    lots: Lots = field(default_factory=lambda: Lots([]))
    issuers: Mapping[str, Issuer] = field(default_factory=dict)
    parties: Mapping[str, Entity] = field(default_factory=dict)

    def at(self, day: date | None = None, *, known_by: date | None = None, believe: str | Policy | None = None) -> Snapshot:
        """The Snapshot of one day: the records of that day, and the holdings. What the case says of a party goes before the table."""
        records = super().at(day, known_by=known_by, believe=believe)
        return records.evolve(lots=self.lots, issuers=self.issuers, entities=Overlay(self.parties, records.entities))
