"""The contracts of a case and the nearest lines for each holder, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from crosshold.law.ballot import Ballot
from crosshold.law.near import Near
from crosshold.report.figures import points
from crosshold.report.listing import WIDTH
from crosshold.report.tables import paragraph, table


def contracts(ballot: Ballot, issuers: Sequence[str]) -> list[str]:
    """Every contract about these companies: its promise, what it does today, what would end it."""
    told: list[str] = []
    for row in (row for row in ballot.terms if row.issuer in issuers):
        head = f"{row.id}: {row.kind.replace('_', ' ')}, {row.holder} in {row.issuer}, {row.status}"
        said = [f"{head}{f' (confidence {row.confidence})' if row.confidence else ''}: {row.does}."]
        said += [f"Today: {row.today}."] if row.status == "runs" and row.today else [f"{row.today}."] if row.today else []
        said += [f"Ends {'; '.join(row.ends)}."] if row.ends else []
        told += [f"  {line}" for text in said for line in paragraph(text, WIDTH - 2)]
    return ["Contracts", *told, ""] if told else []


MOST_NEAR = 4
"""Lines shown for one holder in one company, besides those that move votes and those of contracts."""


def nearest(ballot: Ballot, issuers: Sequence[str]) -> list[str]:
    """The nearest lines of law and contracts for each holder: how far, and what happens there."""
    shown, left, notes = [], 0, dict[str, None]()
    by_holder: dict[tuple[tuple[str, ...], str], list[Near]] = {}
    for line in sorted(ballot.near(), key=lambda line: (line.holder, line.issuer, abs(line.distance), line.rule)):
        if line.issuer in issuers and line.now:
            by_holder.setdefault((line.holder, line.issuer), []).append(line)
    for lines in by_holder.values():
        rest = [line for line in lines if not line.would_change and "contract" not in dict(line.duty)]
        left += len(rest[MOST_NEAR:])
        shown += [line for line in lines if line not in rest[MOST_NEAR:]]
    for line in shown:
        notes |= {line.note: None} if line.note else {}
    rows = [
        {
            "holder": f"{' + '.join(line.holder)} in {line.issuer}", "rule": f"{line.rule}{f' {line.clause}' if line.clause else ''}",
            "now": line.now, "of": line.measure.replace("_", " "), "line": f"{line.op} {line.threshold}", "away": _away(line),
            "votes": f"{line.votes_to_flip:+,}", "shares": "" if line.shares_to_flip is None else f"{line.shares_to_flip:+,}",
            "there": _there(line),
        }
        for line in shown
    ]  # fmt: skip
    if not rows:
        return []
    headers = {
        "holder": "holder", "rule": "rule", "now": "has", "of": "of", "line": "line", "away": "points away", "votes": "votes to it",
        "shares": "shares to it", "there": "there",
    }  # fmt: skip
    if not any(row["shares"] for row in rows):
        headers.pop("shares")
    told = [
        "Nearest lines for each holder",
        *table(rows, headers, shares=("now",), width=WIDTH + 40, keep=("line", "there")).splitlines(),
    ]
    told += [f"{left} more in --json."] if left else []
    told += [line for note in notes for line in paragraph(f"shares: {note}.", WIDTH)]
    return [*told, ""]


def _away(line: Near) -> str:
    if not line.distance:
        return "on it"
    return f"{points(abs(line.distance), 2).lstrip('+').removesuffix(' points')} {'below' if line.distance > 0 else 'beyond'}"


def _there(line: Near) -> str:
    """What happens when the line is passed, either way."""
    changed, duty = dict(line.would_change), dict(line.duty)
    if changed:
        return f"votes of {changed['holder']} in {changed['issuer']} change"
    if "contract" in duty:
        return f"the contract {duty['contract']}"
    return next((name.replace("_", " ") for name in duty if name not in ("from", "within")), "")
