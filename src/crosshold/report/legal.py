"""Votes under the law, and the rules themselves, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from crosshold.law import DISCLAIMER
from crosshold.law.ballot import Ballot
from crosshold.law.book import Stale
from crosshold.law.outcome import StableOutcome
from crosshold.law.rule import Rule
from crosshold.law.situation import tried
from crosshold.law.vocabulary import STATUS
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import count
from crosshold.report.listing import WIDTH, name
from crosshold.report.nearest import contracts, nearest
from crosshold.report.tables import paragraph, table


def votes(ballot: Ballot, issuers: Sequence[str]) -> list[str]:
    """Per company who can vote what and why not; with several outcomes each of them, and what would settle it."""
    snapshot = ballot.snapshot
    told = [f"{snapshot.title or snapshot.case}, {snapshot.at}", ""]
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
    for holder, c in outcome.counts(issuer).items():
        why = ", ".join((*c.suspended_by, *(f"capped by {k}" for k in c.capped_by)))
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


def rule_table(rules: Sequence[Rule]) -> list[str]:
    """One line a rule."""
    rows = [
        {
            "id": r.id,
            "from": str(r.start or "?"),
            "to": str(r.end or ""),
            "kind": r.kind,
            "sure": r.confidence,
            "status": "" if r.status == "in_force" else r.status,
            "title": r.title,
        }
        for r in rules
    ]
    headers = {
        "id": "rule",
        "from": "from",
        "to": "to",
        "kind": "kind",
        "sure": "sure",
        "status": "status",
        "title": "what it is about",
    }
    return [*table(rows, headers, width=WIDTH + 12, keep=("id", "kind")).splitlines(), "", *paragraph(DISCLAIMER, WIDTH)]


def stale(result: Stale, _: Any = None) -> list[str]:
    """Rules that want a fresh look at their source, then those that come from memory."""
    told = []
    for head, rows in (
        (f"Read more than {result.days} days before {result.at}: read the source again", result.rows),
        ("From memory, never read", result.from_memory),
    ):
        cells = [
            {
                "rule": r.id,
                "read": str(r.read_on or "never"),
                "days": (result.at - r.read_on).days if r.read_on else None,
                "law": r.law,
            }
            for r in rows
        ]
        columns = {"rule": "rule", "read": "read", **({"days": "days ago"} if rows is result.rows else {}), "law": "law"}
        told += [head, *(table(cells, columns, width=WIDTH, keep=("rule",)).splitlines() if cells else ["none"]), ""]
    return [*told, *paragraph(DISCLAIMER, WIDTH)]


def rule_page(rule: Rule) -> list[str]:
    """A rule in plain words: what it says, its inequality, its dates, its source, what is open."""
    data = rule.to_dict()
    told = [f"{rule.id}: {rule.title}", "", *paragraph(data["text"], WIDTH), ""]
    cite, valid = data["cite"], data["valid"]
    fields = {
        "law": f"{cite['law']} ({data['jurisdiction']}, {data['kind']})",
        "in force": f"{valid.get('from') or '?'} to {valid.get('to') or 'today'}",
        "status": "" if rule.status == "in_force" else f"{rule.status}: {STATUS[rule.status]}",
        "when": data.get("when"),
        "unless": data.get("unless"),
        **{f"clause {name}": text for name, text in (data.get("clauses") or {}).items()},
        "effect": "; ".join(_effect(effect) for effect in data["effects"]),
        "lines": ", ".join(data["lines"]),
        "majority": data["majority"],
        "limit": data["limit"],
        "duty": data["duty"],
        "open": ", ".join(data.get("open") or ()),
        "confidence": data["confidence"],
        "parts": data.get("parts"),
        "source": f"{cite['source']}, read {cite.get('read_on') or '(from memory, to verify)'}",
        "note": data.get("note"),
    }
    for key, value in fields.items():
        if value:
            told += paragraph(f"{key}: {_plain(value)}", WIDTH, "    ")
    situations = tried(rule)
    told += ["", f"Run just now, in {len(situations)} situations:"] if situations else []
    told += [line for said in situations for line in paragraph(said, WIDTH, "    ")]
    return [*told, "", *paragraph(DISCLAIMER, WIDTH)]


def _effect(effect: Mapping[str, Any]) -> str:
    sized = effect.get("votes") in ("cap", "excess_over", "multiply")
    return _plain({key: value for key, value in effect.items() if sized or key not in ("base", "factor")})


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {_plain(item)}" for key, item in value.items() if item not in (None, {}, []))
    if isinstance(value, (list, tuple)):
        return " | ".join(_plain(item) for item in value)
    return str(value)
