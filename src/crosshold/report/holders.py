"""Who holds, votes and may vote what: one row per holder and issuer, put together from a Snapshot and one outcome of the Ballot."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from crosshold.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class HolderRow:
    """One holder in one issuer. Votes are whole numbers over the issuer's totals; ``exercised`` may be a fraction (caps)."""

    holder: str
    issuer: str
    shares: int
    low: int
    high: int
    issued: int
    outstanding: int
    gross: int
    gross_total: int
    exercisable: int
    exercisable_total: int
    exercised: Fraction
    exercised_total: Fraction
    suspended_by: tuple[str, ...] = ()
    capped_by: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    confidence: str = ""

    @property
    def own(self) -> bool:
        """Own shares."""
        return self.holder == self.issuer

    @property
    def share(self) -> Fraction:
        """Of the shares issued."""
        return Fraction(self.shares, self.issued)

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """Lowest and highest possible share of the shares issued."""
        return Fraction(self.low, self.issued), Fraction(self.high, self.issued)

    @property
    def gross_share(self) -> Fraction | None:
        """Of all votes attached to shares."""
        return Fraction(self.gross, self.gross_total) if self.gross_total else None

    @property
    def votes_share(self) -> Fraction | None:
        """Of the votes that can be exercised."""
        return Fraction(self.exercisable, self.exercisable_total) if self.exercisable_total else None

    @property
    def cast_share(self) -> Fraction | None:
        """Of the votes left after contracts."""
        return self.exercised / self.exercised_total if self.exercised_total else None

    @property
    def status(self) -> str:
        """``votes``, ``no_votes``, ``some_votes`` or ``capped``: what became of the votes."""
        if self.gross and not self.exercisable:
            return "no_votes"
        if self.exercisable < self.gross:
            return "some_votes"
        return "capped" if self.exercised < self.exercisable else "votes"


def without_votes(snapshot: Snapshot) -> dict[str, list[HolderRow]]:
    """Rows by issuer when no law was asked: every lot has the gross votes that the Snapshot states."""
    lots = {lot.id: snapshot.gross_votes(lot) for lot in snapshot.lots}
    return holder_rows(snapshot, lots, lots, {name: Fraction(count) for name, count in lots.items()}, {})


def holder_rows(
    snapshot: Snapshot,
    gross: dict[str, int],
    exercisable: dict[str, int],
    exercised: dict[str, Fraction],
    reasons: dict[str, tuple[str, ...]],
) -> dict[str, list[HolderRow]]:
    """Rows by issuer from votes by lot, largest holder first, dispersed holders and own shares last.

    ``reasons`` maps lots to the rules that took votes and the contracts that cap them; contracts are told by the Snapshot's own ids.
    """
    contracts = {str(record.get("id")) for record in (*snapshot.contracts, *snapshot.overlays)}
    found: dict[str, list[HolderRow]] = {}
    for issuer in snapshot.issuers.values():
        lots = snapshot.lots_of(issuer.id)
        totals = tuple(sum(votes.get(lot.id, 0) for lot in lots) for votes in (gross, exercisable))
        cast = sum((Fraction(exercised.get(lot.id, 0)) for lot in lots), start=Fraction(0))
        rows = []
        for holder in dict.fromkeys(lot.holder for lot in lots):
            own = [lot for lot in lots if lot.holder == holder]
            why = tuple(dict.fromkeys(rule for lot in own for rule in reasons.get(lot.id, ())))
            rows.append(
                HolderRow(
                    holder=holder, issuer=issuer.id, shares=sum(lot.shares for lot in own),
                    low=sum(lot.bounds[0] for lot in own), high=sum(lot.bounds[1] for lot in own),
                    issued=issuer.issued, outstanding=issuer.issued - snapshot.treasury(issuer.id),
                    gross=sum(gross.get(lot.id, 0) for lot in own), gross_total=totals[0],
                    exercisable=sum(exercisable.get(lot.id, 0) for lot in own), exercisable_total=totals[1],
                    exercised=sum((Fraction(exercised.get(lot.id, 0)) for lot in own), start=Fraction(0)), exercised_total=cast,
                    suspended_by=tuple(rule for rule in why if rule not in contracts),
                    capped_by=tuple(rule for rule in why if rule in contracts),
                    since=tuple(dict.fromkeys(lot.since for lot in own if lot.since)),
                    evidence=tuple(lot.evidence for lot in own if lot.evidence),
                    sources=tuple(dict.fromkeys(lot.source for lot in own if lot.source)),
                    confidence=max((lot.confidence for lot in own if lot.confidence), default=""),
                )
            )  # fmt: skip
        last = {name for name in (*snapshot.entities, issuer.id) if name.startswith("~") or name == issuer.id}
        found[issuer.id] = sorted(rows, key=lambda row: (row.own, row.holder in last, -row.shares, row.holder))
    return found
