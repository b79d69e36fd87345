"""Votes under the law as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from crosshold.law import DISCLAIMER
from crosshold.law.ballot import Ballot
from crosshold.law.outcome import StableOutcome
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import count
from crosshold.report.listing import WIDTH, name
from crosshold.report.nearest import contracts, nearest
from crosshold.report.tables import paragraph, table


def votes(ballot: Ballot, issuers: Sequence[str]) -> list[str]:
    """Per company who can vote what and why not; with several outcomes each of them, and what would settle it."""
    snapshot = ballot.snapshot
    told = [snapshot.heading, ""]
    for number, outcome in enumerate(ballot.outcomes, 1):
        if len(ballot.outcomes) > 1:
            readings = "; ".join(", ".join(f"{k} {v}" for k, v in reading.items()) or "any" for reading in outcome.readings)
            told += [f"Outcome {number} of {len(ballot.outcomes)} (reading: {readings})", ""]
        for issuer in issuers:
            told += [*_company(outcome, issuer, snapshot), ""]
    told += [*contracts(ballot, issuers), *nearest(ballot, issuers)]
    return [*told, *paragraph(DISCLAIMER, WIDTH)]


def _company(outcome: StableOutcome, issuer: str, snapshot: Snapshot) -> list[str]:
    stakes, rows = outcome.stakes(issuer), []
    caps = outcome.casting.binds
    for holder, c in outcome.counts(issuer).items():
        why = ", ".join((*c.suspended_by, *(f"{'capped' if k in caps else 'bound'} by {k}" for k in c.capped_by)))
        if holder == issuer:
            why = why or "own shares"
        rows.append(
            {
                "holder": name(snapshot, holder), "shares": c.shares, "issued": Fraction(c.shares, snapshot.issuers[issuer].issued),
                "gross": c.gross, "exercisable": c.exercisable, "share": stakes.get(holder), "why": why,
                "sure": "" if c.certainty == "CERTAIN" else c.certainty.lower(),
            }
        )  # fmt: skip
    headers = {
        "holder": "holder", "shares": "shares", "issued": "% of issued", "gross": "gross votes", "exercisable": "exercisable",
        "share": "% of exercisable", "why": "why",
    }  # fmt: skip
    if any(row["sure"] for row in rows):
        headers["sure"] = "certainty"
    head = f"{name(snapshot, issuer)}: {count(outcome.gross_total(issuer))} gross votes, "
    head += f"{count(outcome.exercisable_total(issuer))} of them exercisable"
    return [head, *table(rows, headers, shares=("issued", "share"), width=WIDTH, keep=("why",)).splitlines()]
