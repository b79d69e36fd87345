"""Builds snapshots for law tests: from the scenarios file, and small ones from a few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crosshold.formats.case import from_document
from crosshold.formats.yaml_text import Document
from crosshold.law.book import RuleBook, load
from crosshold.model.entity import FLOAT, Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, RuleChoice, Snapshot

GOLDENS = Path(__file__).parents[1] / "goldens"


@cache
def scenarios() -> dict[str, dict[str, Any]]:
    """Every scenario by id."""
    data = yaml.safe_load((GOLDENS / "scenarios.yaml").read_text(encoding="utf-8"))
    return {row["id"]: row for row in data["scenarios"]}


def cases(name: str) -> dict[str, dict[str, Any]]:
    """The cases of a scenario by letter."""
    return {case["case"]: case for case in scenarios()[name]["cases"]}


def snapshot_of(case: Mapping[str, Any]) -> Snapshot:
    """The snapshot of a scenario case, with exactly its rules in force."""
    body = {"crosshold": "case/1", "id": "scenario", **case["snapshot"]}
    snapshot = from_document(Document("scenario", body, {})).at()
    return replace(snapshot, rules=RuleChoice(only=tuple(case["rules"])))


def company(name: str, jurisdiction: str | None = "XA", form: str | None = "SA", **more: Any) -> Entity:
    return Entity(name, kind="company", jurisdiction=jurisdiction, form=form, **more)


def net(
    held: Iterable[tuple[str, str, int]],
    *,
    issued: int = 100,
    at: str = "2020-01-28",
    rules: tuple[str, ...] = (),
    entities: Iterable[Entity] = (),
    accept: tuple[str, ...] = (),
    **parts: Any,
) -> Snapshot:
    """A snapshot from ``(holder, issuer, shares)`` rows with one vote a share; the rest of every issuer is dispersed."""
    rows = list(held)
    known = {e.id: e for e in entities}
    names = {name for holder, issuer, _ in rows for name in (holder, issuer)} | set(known)
    people = {name: known.get(name, company(name)) for name in sorted(names)}
    people[FLOAT] = Entity(FLOAT)
    issuers = {issuer: Issuer(issuer, issued) for issuer in sorted({issuer for _, issuer, _ in rows})}
    lots = [Lot(f"{h}.{i}", i, h, n) for h, i, n in rows]
    for issuer in issuers:
        rest = issued - sum(n for _, i, n in rows if i == issuer)
        if rest:
            lots.append(Lot(f"{issuer}.float", issuer, FLOAT, rest))
    choice = RuleChoice(only=rules, accept=accept)
    return Snapshot(date.fromisoformat(at), people, issuers, Lots(lots), rules=choice, **parts)


def book(text: str) -> RuleBook:
    """A rule book of invented rows."""
    return load([text])


XA = """
- id: XA-1
  jurisdiction: XA
  kind: vote_rule
  when: "held({group} in H; {base}) >= 3/10"
  effect: {{votes: zero, quorum: exclude}}
  valid: {{from: 2000-01-01}}
  cite: {{law: invented, source: invented, read_on: 2026-11-22}}
  confidence: A
"""
"""Invented law: H is silent in I if I (or its concert) can exercise at least 3/10 of H's votes."""


def xa(base: str, group: str = "I") -> RuleBook:
    return book(XA.format(base=base, group=group))
