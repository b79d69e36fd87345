"""What the tests of the news reader share: the golden tables, and the comparison of what was read with what a sentence says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from crosshold.formats.text import read

GOLDENS = Path(__file__).parents[2] / "goldens"
DAY = date(2020, 3, 4)  # a Wednesday


class Case(NamedTuple):
    id: str
    text: str
    published: date
    names: dict[str, list[str]]
    expected: list[dict[str, Any]]


def cases(name: str) -> list[Case]:
    """The sentences of a golden file."""
    tables = yaml.safe_load((GOLDENS / f"{name}.yaml").read_text(encoding="utf-8"))
    return [
        Case(row["id"], row["text"], date.fromisoformat(str(table["published"])), table["names"], row["expected"])
        for table in tables
        for row in table["items"]
    ]


NAMES = cases("news")[0].names


def said(text: str, published: date | None = DAY, names: dict[str, list[str]] | None = None) -> list[dict[str, Any]]:
    """What a text gives, as JSON has it."""
    rows: list[dict[str, Any]] = read(text.encode(), names=NAMES if names is None else names, published=published).to_dict()[
        "statements"
    ]
    return rows


def faults(case: Case, rows: list[dict[str, Any]]) -> list[str]:
    """How what was read differs from what is expected, by the scoring rules of spec/evidence 9.4."""
    left, found = list(rows), []
    for expected in case.expected:
        best = min(left, key=lambda row: len(_differences(expected, row)), default=None)
        if best is None:
            found.append(f"missing: {expected}")
            continue
        differences = _differences(expected, best)
        found += [f"{expected['subject']} {expected['verb']} {expected['object']}: {d}" for d in differences]
        left.remove(best)
    extra = [row for row in left if row["verb"] not in ("trend", "comment")]
    return found + [f"extra: {row['subject']} {row['verb']} {row['object']} ({row['rule']})" for row in extra]


def _differences(expected: dict[str, Any], row: dict[str, Any]) -> list[str]:
    found = [
        f"{key} is {row.get(key)!r} and not {value!r}"
        for key, value in expected.items()
        if key != "span_must" and not _same(key, value, row)
    ]
    place = expected.get("span_must")
    if place and not any(start <= place[0] and place[1] <= end for start, end in row["spans"]):
        found.append(f"no span of {row['spans']} covers {place}")
    return found


def _same(key: str, value: Any, row: dict[str, Any]) -> bool:
    got = row.get(key)
    if key == "condition":
        return got is not None and all(_equal(got[part], value[part]) for part in value)
    if key == "amount":
        return got is not None and Decimal(got) == Decimal(value)
    return _equal(got, value)


def _equal(got: Any, value: Any) -> bool:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and isinstance(got, (int, float)):
        return abs(got - value) < 1e-6
    return bool(got == value)
