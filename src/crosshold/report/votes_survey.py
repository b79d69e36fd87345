"""The votes of a whole register in a few numbers and the companies in which the law takes most."""

from __future__ import annotations

from fractions import Fraction

from crosshold.law import DISCLAIMER
from crosshold.law.ballot import Ballot
from crosshold.law.outcome import StableOutcome
from crosshold.model.result import SHOWN
from crosshold.report.listing import WIDTH, name
from crosshold.report.tables import paragraph, table


def survey(ballot: Ballot) -> list[str]:
    """How many companies the law reaches, and those in which the largest part of the votes is taken."""
    snapshot = ballot.snapshot
    told = [snapshot.heading, ""]
    numbers = {
        "companies": len(snapshot.issuers), "lots": len(snapshot.lots), "companies in which votes are taken": len(ballot.moved),
        "companies whose votes are not settled": len(ballot.unsettled_issuers), "outcomes": len(ballot.outcomes),
    }  # fmt: skip
    rows = [{"what": what, "number": number} for what, number in numbers.items()]
    told += table(rows, {"what": "in this register", "number": "number"}).splitlines()
    for number, outcome in enumerate(ballot.outcomes[:2], 1):
        told += ["", f"Most votes taken{f' in outcome {number}' if len(ballot.outcomes) > 1 else ''}"]
        told += _most(ballot, outcome)
    return [*told, "", *paragraph(DISCLAIMER, WIDTH)]


def _most(ballot: Ballot, outcome: StableOutcome) -> list[str]:
    rows = []
    for issuer in ballot.moved:
        gross, left = outcome.gross_total(issuer), outcome.exercisable_total(issuer)
        rows.append((Fraction(gross - left, gross) if gross else Fraction(0), issuer, gross, left))
    rows.sort(key=lambda row: (-row[0], row[1]))
    cells = []
    for part, issuer, gross, left in rows[:SHOWN]:
        why = {rule for i in outcome.world.by_issuer.get(issuer, ()) for rule in outcome.suspended_by.get(i, ())}
        who = {"company": name(ballot.snapshot, issuer), "gross": gross, "exercisable": left, "taken": part}
        cells.append({**who, "why": ", ".join(sorted(why))})
    headers = {"company": "company", "gross": "gross votes", "exercisable": "exercisable", "taken": "% taken", "why": "why"}
    lines = table(cells, headers, shares=("taken",), width=WIDTH, keep=("why",)).splitlines() if cells else ["  none"]
    more = len(rows) - SHOWN
    return [*lines, *([f"  ... {more:,} more companies (--issuer names one, --json lists all)"] if more > 0 else [])]
