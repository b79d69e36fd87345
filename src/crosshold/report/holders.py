"""Who holds, votes and may vote what: one row per holder and issuer, put together from a Snapshot and one outcome of the Ballot."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from crosshold.law.ballot import Ballot
from crosshold.law.outcome import Count
from crosshold.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class HolderRow:
    """One holder in one issuer. Votes are whole numbers over the issuer's totals; ``exercised`` may be a fraction (caps).

    Of ``exercised`` the holder decides about ``free``; the rest is cast by a fixed split (neutral votes). ``notional`` says that the
    share count is not known and ``issued`` a whole of 10**12.
    """

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
    free: Fraction
    suspended_by: tuple[str, ...] = ()
    capped_by: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    confidence: str = ""
    notional: bool = False

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
    def free_share(self) -> Fraction | None:
        """Votes the holder decides about, of all votes left after contracts."""
        return self.free / self.exercised_total if self.exercised_total else None

    @property
    def status(self) -> str:
        """``votes``, ``no_votes``, ``some_votes`` or ``capped``: what became of the votes."""
        if self.gross and not self.exercisable:
            return "no_votes"
        if self.exercisable < self.gross:
            return "some_votes"
        return "capped" if self.free < self.exercisable else "votes"


def rows_of_ballot(snapshot: Snapshot, ballot: Ballot, index: int = 0) -> dict[str, list[HolderRow]]:
    """Rows by issuer of one stable outcome, largest holder first, dispersed holders and own shares last.

    When no outcome is stable, the gross votes that the Snapshot states stand for all.
    """
    outcome = ballot.outcomes[index] if ballot.outcomes else None
    found: dict[str, list[HolderRow]] = {}
    for issuer in snapshot.issuers:
        counts = outcome.counts(issuer) if outcome else _as_stated(snapshot, issuer)
        totals = sum(c.gross for c in counts.values()), sum(c.exercisable for c in counts.values())
        cast = sum((c.exercised for c in counts.values()), start=Fraction(0))
        rows = [_row(snapshot, holder, issuer, count, totals, cast) for holder, count in counts.items()]
        found[issuer] = sorted(rows, key=lambda row: (row.own, row.holder.startswith("~"), -row.shares, row.holder))
    return found


def _as_stated(snapshot: Snapshot, issuer: str) -> dict[str, Count]:
    counts: dict[str, Count] = {}
    for holder in dict.fromkeys(lot.holder for lot in snapshot.lots_of(issuer)):
        lots = snapshot.lots_of(issuer, holder)
        votes = sum(snapshot.gross_votes(lot) for lot in lots)
        cast = Fraction(votes)
        counts[holder] = Count(sum(lot.shares for lot in lots), votes, votes, cast, (), "POSSIBLE", cast, Fraction(0), ())
    return counts


def _row(snapshot: Snapshot, holder: str, issuer: str, votes: Count, totals: tuple[int, int], cast: Fraction) -> HolderRow:
    lots = snapshot.lots_of(issuer, holder)
    issued = snapshot.issuers[issuer].issued
    return HolderRow(
        holder=holder, issuer=issuer, shares=votes.shares, low=sum(lot.bounds[0] for lot in lots),
        high=sum(lot.bounds[1] for lot in lots), issued=issued, outstanding=issued - snapshot.treasury(issuer),
        gross=votes.gross, gross_total=totals[0], exercisable=votes.exercisable, exercisable_total=totals[1],
        exercised=votes.exercised, exercised_total=cast, free=votes.free, suspended_by=votes.suspended_by, capped_by=votes.capped_by,
        since=tuple(dict.fromkeys(lot.since for lot in lots if lot.since)),
        evidence=tuple(lot.evidence for lot in lots if lot.evidence),
        sources=tuple(dict.fromkeys(lot.source for lot in lots if lot.source)),
        confidence=max((lot.confidence for lot in lots if lot.confidence), default=""),
        notional=snapshot.issuers[issuer].basis == "fraction",
    )  # fmt: skip
