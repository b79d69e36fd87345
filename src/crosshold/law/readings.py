"""Open points of the law: each is read every way, and the report shows all (spec 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from crosshold.errors import Finding, Findings, RequestError
from crosshold.law.rule import Rule
from crosshold.model.snapshot import Snapshot

CHOICES = ("gross", "exercisable")
"""The two readings of a base that the text does not name."""
ATTRIBUTIONS = ("registered", "beneficiary")
"""The two readings of whose the shares of a trustee, fiduciary or nominee are."""
MOST_READINGS = 16


def readings_of(
    rules: Sequence[Rule],
    definitions: Mapping[str, Rule],
    settings: Mapping[str, Any],
    asked: str | Mapping[str, str] | None,
    found: Findings,
) -> list[dict[str, str]]:
    """Every choice on every open base of the rows in use; beyond 16 all rows follow one choice."""
    rows = {rule.id: rule for rule in (*rules, *definitions.values()) if "basis" in rule.open}
    fixed = {name: choice for name, value in settings.items() if (choice := _setting(name, value, rows)) is not None}
    if isinstance(asked, str) and asked not in (*CHOICES, *ATTRIBUTIONS):
        cure = f"Say {', '.join(CHOICES)}, {' or '.join(ATTRIBUTIONS)}."
        raise RequestError(Finding("E_READING", f"{asked!r} is no reading.", cure, "reading"))
    if isinstance(asked, str):
        fixed |= {} if asked in ATTRIBUTIONS else dict.fromkeys(rows, asked)
    elif asked:
        fixed |= {name: choice for name, choice in asked.items() if name != "attribution"}
    for name, choice in fixed.items():
        if choice not in CHOICES:
            raise RequestError(Finding("E_READING", f"{name}: {choice!r} is no reading.", "Say gross or exercisable.", name))
    used = sorted(name for name in rows if any(name in (r.id, *_named(r, definitions)) for r in rules if r.takes_votes))
    options = [[fixed[name]] if name in fixed else list(CHOICES) for name in used]
    if 2 ** sum(len(o) > 1 for o in options) > MOST_READINGS:
        message = f"{len(used)} rules leave the base open; all were read the same way at once, not in every combination."
        found.add("W_READINGS_NOT_EXHAUSTED", message, "Fix some under rules.settings.", "rules")
        return [{name: fixed.get(name, choice) for name in used} for choice in CHOICES]
    return [dict(zip(used, row, strict=True)) for row in product(*options)]


def _setting(name: str, value: Any, rows: Mapping[str, Rule]) -> str | None:
    """The base that ``rules.settings`` fixes for a row: ``gross``, or ``{basis: gross}``. Anything else is ``E_READING``."""
    said = (
        value.get("basis") if isinstance(value, Mapping) and set(value) <= {"basis"} else value if isinstance(value, str) else ""
    )
    if value in ({}, None):
        return None
    if not said or said not in CHOICES:
        raise RequestError(Finding("E_READING", f"{name}: {value!r} is no reading.", "Say gross or exercisable.", name))
    if rows and name not in rows:
        cure = f"Open in use: {', '.join(sorted(rows))}."
        raise RequestError(Finding("E_READING", f"{name} leaves no base open.", cure, name))
    return str(said)


def _named(rule: Rule, definitions: Mapping[str, Rule]) -> set[str]:
    found: set[str] = set()
    waiting = list(rule.definitions)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += definitions[name].definitions
    return found


def attributions(
    fixed: str | None, asked: str | Mapping[str, str] | None, snapshot: Snapshot, rules: Sequence[Rule]
) -> tuple[str | None, ...]:
    """Whose shares of trustees are, in every run: as told, or both ways where a row in use leaves it open and somebody holds for another.

    ``None`` is "registered, and nothing hangs on it".
    """
    told = asked if isinstance(asked, str) else (asked or {}).get("attribution")
    if told in ATTRIBUTIONS:
        return (told,)
    if fixed is not None:
        return (None if fixed == "registered" else fixed,)
    is_open = any("attribution" in rule.open for rule in rules if rule.takes_votes)
    if is_open and _held_for_another(snapshot):
        return ATTRIBUTIONS
    return (None,)


def in_words(reading: Mapping[str, str]) -> str:
    """``FR-233-3 on gross votes, shares of trustees as the beneficiary's``."""
    whose = {"registered": "shares of trustees as theirs", "beneficiary": "shares of trustees as the beneficiary's"}
    return ", ".join(whose[choice] if name == "attribution" else f"{name} on {choice} votes" for name, choice in reading.items())


def matches(reading: Mapping[str, str], asked: str | Mapping[str, str]) -> bool:
    """Whether a reading is the one asked for: ``gross`` for every open base, an attribution, or a choice per name."""
    if isinstance(asked, str):
        kinds = [choice for name, choice in reading.items() if (name == "attribution") == (asked in ATTRIBUTIONS)]
        return all(choice == asked for choice in kinds)
    return all(reading.get(name) == choice for name, choice in asked.items())


def _held_for_another(snapshot: Snapshot) -> bool:
    """Whether a lot has a beneficiary other than its holder."""
    whose, holder = snapshot.lots.codes("beneficiary"), snapshot.lots.column("holder")
    rows = np.flatnonzero(whose.code >= 0).tolist() if len(whose.words) else []
    return any(whose.words[whose.code[i]] != holder[i] for i in rows)
