"""The rules themselves as lines for a terminal: a table, a page for each, those that want a fresh look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crosshold.law import DISCLAIMER
from crosshold.law.book import Stale
from crosshold.law.rule import Rule
from crosshold.law.situation import tried
from crosshold.report.listing import WIDTH
from crosshold.report.rule_facts import LETTERS, ROLES, facts, plain
from crosshold.report.tables import paragraph, table


def rule_table(rules: Sequence[Rule]) -> list[str]:
    """One line a rule, and what the letters mean."""
    rows = [
        {
            "id": r.id, "title": r.title, "kind": r.kind.replace("_", " "), "sure": r.confidence, "to": str(r.end or ""),
            "from": "proposed" if r.status == "proposed" else str(r.start or "not known"),
        }
        for r in rules
    ]  # fmt: skip
    names = {"id": "rule", "title": "what it is about", "kind": "kind", "from": "from", "to": "to", "sure": "sure"}
    headers = {key: head for key, head in names.items() if key != "to" or any(row[key] for row in rows)}
    letters = f"Sure: {'; '.join(f'{letter} {words}' for letter, words in LETTERS.items())}."
    told = [*table(rows, headers, width=WIDTH, keep=("id",)).splitlines(), "", *paragraph(letters, WIDTH)]
    return [*told, *paragraph(DISCLAIMER, WIDTH)]


def rule_page(rule: Rule) -> list[str]:
    """A rule in plain words: what it says, whom it reaches, its test, its dates, its source, what is open, and how it was tried."""
    told = [f"{rule.id}: {rule.title}", "", *paragraph(rule.text, WIDTH), ""]
    for key, value in facts(rule).items():
        told += paragraph(f"{key}: {plain(value)}", WIDTH, "    ")
    told += ["", *paragraph(ROLES, WIDTH, "    ")]
    situations = tried(rule)
    told += ["", f"Run just now, in {len(situations)} situations:"] if situations else []
    told += [line for said in situations for line in paragraph(said, WIDTH, "    ")]
    return [*told, "", *paragraph(DISCLAIMER, WIDTH)]


def stale(result: Stale, _: Any = None) -> list[str]:
    """Rules that want a fresh look at their source, then those that come from memory."""
    old = f"Read more than {result.days} days before {result.at}: read the source again"
    told = []
    for head, rows in ((old, result.rows), ("From memory, never read", result.from_memory)):
        cells = [
            {"rule": r.id, "read": r.read_on and f"{r.read_on}, {(result.at - r.read_on).days} days ago", "law": r.law}
            for r in rows
        ]
        headers = {"rule": "rule", **({"read": "read"} if rows is result.rows else {}), "law": "law"}
        told += [head, *(table(cells, headers, width=WIDTH, keep=("rule", "read")).splitlines() if cells else ["none"]), ""]
    return [*told, *paragraph(DISCLAIMER, WIDTH)]
