"""The rule book: packs of rows by jurisdiction, what is in force on a day, and what a case asks for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from crosshold.errors import Finding, Findings, RequestError, did_you_mean
from crosshold.formats.yaml_text import Document, read, read_file
from crosshold.law.rule import Rule
from crosshold.law.schema import check, read_rules
from crosshold.model.snapshot import RuleChoice

PACKS = tuple(sorted(f.name[:-5].upper() for f in (files("crosshold.law") / "rules").iterdir() if f.name.endswith(".yaml")))
"""The bundled packs, one file each: ``rules/fr.yaml`` and so on. A pack has the control definitions that its rows name."""
FRESH = 400
"""Days for which a text that was read counts as known."""
ORDER = 1
"""Version of the order of operations: lots, class votes, loyalty, own shares, suspensions, orders, contracts, tally."""


class Choice(NamedTuple):
    """What a case asked for: rows in force, the control definitions they need, and what to tell."""

    rules: tuple[Rule, ...]
    definitions: dict[str, Rule]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, eq=False, repr=False)
class RuleBook:
    """Rows of some packs, checked against one another. ``own`` are those among them that a user's rule file brought along."""

    rules: tuple[Rule, ...]
    own: tuple[Rule, ...] = ()

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the sorted rows, 16 digits."""
        rows = sorted(json.dumps(rule.to_dict(), sort_keys=True, ensure_ascii=False) for rule in self.rules)
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Every id, sorted."""
        return tuple(sorted({rule.id for rule in self.rules}))

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def __repr__(self) -> str:
        return f"RuleBook({len(self.rules)} rows, {self.hash})"

    def at(self, day: date) -> RuleBook:
        """The rows in force on a day."""
        return RuleBook(tuple(rule for rule in self.rules if rule.in_force(day)))

    def list(self, *, jurisdictions: Sequence[str] = (), at: date | str | None = None) -> list[Rule]:
        """Rows of some jurisdictions and their parts (US brings US-DE), in force on a day when given, by id and start.

        An unknown jurisdiction is ``C_UNKNOWN_RULE``.
        """
        known = {rule.jurisdiction for rule in self.rules}
        for name in jurisdictions:
            if name not in known:
                raise RequestError(Finding("C_UNKNOWN_RULE", f"there are no rules of {name!r}.", did_you_mean(name, known)))
        day = date.fromisoformat(at) if isinstance(at, str) else at
        rows = [r for r in self.rules if (not jurisdictions or _in_packs(r, jurisdictions)) and (day is None or r.in_force(day))]
        return sorted(rows, key=lambda rule: (rule.id, rule.start or date.min))

    def versions(self, name: str) -> tuple[Rule, ...]:
        """Every version of one id, oldest first; an unknown id is ``C_UNKNOWN_RULE``."""
        if name not in self.ids:
            raise RequestError(Finding("C_UNKNOWN_RULE", f"there is no rule {name!r}.", did_you_mean(name, self.ids), "rules"))
        return tuple(sorted((r for r in self.rules if r.id == name), key=lambda rule: rule.start or date.min))

    def select(self, choice: RuleChoice, at: date) -> Choice:
        """The rows a case runs on a day: its packs and its own rows, or only the ids it lists; definitions come along with who needs
        them.

        An id or pack that does not exist is ``C_UNKNOWN_RULE`` (an error); one not in force is left out with
        ``W_RULE_NOT_IN_FORCE``; one whose start is not known is applied with ``W_RULE_START_UNKNOWN``.
        """
        found = Findings()
        jurisdictions = {rule.jurisdiction for rule in self.rules}
        for name in choice.packs:
            if name not in jurisdictions:
                found.add("C_UNKNOWN_RULE", f"there is no rule pack {name!r}.", did_you_mean(name, jurisdictions), "rules.packs")
        asked = [*(choice.only or ()), *choice.settings, *(name.partition("#")[0] for name in choice.accept)]
        for name in dict.fromkeys(asked):
            if name not in self.ids:
                found.add("C_UNKNOWN_RULE", f"there is no rule {name!r}.", did_you_mean(name, self.ids), "rules")
        for name in (name for name in choice.accept if "#" in name):
            head, _, part = name.partition("#")
            parts = {part for rule in self.rules if rule.id == head for part in rule.parts}
            if head in self.ids and part not in parts:
                found.add("C_UNKNOWN_RULE", f"{head} has no part {part!r}.", did_you_mean(part, parts), "rules.accept")
        own = {rule.id for rule in self.own}
        rows = [
            r
            for r in self.rules
            if (r.id in choice.only if choice.only is not None else r.id in own or _in_packs(r, choice.packs))
        ]
        active = sorted((r for r in rows if r.in_force(at)), key=lambda rule: rule.id)
        for name in dict.fromkeys(choice.only or ()):
            if name in self.ids and not any(rule.id == name for rule in active):
                found.extend([not_in_force([r for r in rows if r.id == name], at, "It is not applied.")])
        for rule in active:
            acts = any(rule.letter(effect.part) != "C" for effect in rule.effects)
            if rule.start is None and (acts or rule.kind == "control_def"):
                found.add("W_RULE_START_UNKNOWN", "it is applied, but its start is not known.", "Check the date.", rule.id)
        return Choice(tuple(active), self._definitions(active, at), tuple(found))

    def _definitions(self, active: Sequence[Rule], at: date) -> dict[str, Rule]:
        """Control definitions that the rows need, directly or through one another; the version in force, else the oldest."""
        needed: dict[str, Rule] = {}
        waiting = [name for rule in active for name in ((rule.id,) if rule.kind == "control_def" else rule.definitions)]
        while waiting:
            name = waiting.pop(0)
            if name in needed:
                continue
            versions = self.versions(name)
            needed[name] = next((rule for rule in versions if rule.in_force(at)), versions[0])
            waiting += needed[name].definitions
        return needed


@dataclass(frozen=True)
class Stale:
    """Rules whose source was read more than ``days`` before ``at`` (``rows``, the oldest first), and those that nobody read at all."""

    at: date
    rows: tuple[Rule, ...]
    from_memory: tuple[Rule, ...]
    days: int = FRESH

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One warning when something is to be read again."""
        if not self.rows:
            return ()
        message = f"{len(self.rows)} rules were read more than {self.days} days before {self.at}."
        return (Finding("W_RULE_STALE", message, "Read their sources again and date them.", "rules"),)

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form: id, version, law, source, the day it was read and how many days ago."""

        def row(rule: Rule) -> dict[str, Any]:
            ago = {"read_on": rule.read_on.isoformat(), "days": (self.at - rule.read_on).days} if rule.read_on else {}
            names = ("id", "version", "jurisdiction", "law", "source", "confidence")
            return {**{name: getattr(rule, name) for name in names}, **ago}

        said = {"stale": [row(rule) for rule in self.rows], "from_memory": [row(rule) for rule in self.from_memory]}
        return {"at": self.at.isoformat(), "days": self.days, **said}


def stale(rules: Iterable[Rule], at: date) -> Stale:
    """Sort out which rules want a fresh look on a day."""
    rows = list(rules)
    old = [rule for rule in rows if rule.read_on is not None and (at - rule.read_on).days > FRESH]
    old.sort(key=lambda rule: (rule.read_on or at, rule.id))
    return Stale(at, tuple(old), tuple(rule for rule in rows if rule.read_on is None))


def not_in_force(versions: Sequence[Rule], at: date, cure: str) -> Finding:
    """A rule whose versions all begin later or ended before a day, with its dates."""
    spans = [f"{r.start or '?'} to {r.end or 'now'}" + (" (proposed)" * (r.status == "proposed")) for r in versions]
    name = versions[0].id
    return Finding("W_RULE_NOT_IN_FORCE", f"{name} is not in force on {at}: it is valid {', '.join(spans)}.", cure, name)


def _in_packs(rule: Rule, packs: Sequence[str]) -> bool:
    """Whether a row belongs to one of the packs: of that jurisdiction, or of a part of it (US brings US-DE)."""
    return any(rule.jurisdiction == pack or rule.jurisdiction.startswith(f"{pack}-") for pack in packs)


def load(sources: Sequence[str | Path] | None = None, *, packs: Sequence[str] | None = None) -> RuleBook:
    """The bundled rule book (of some packs), or the one in ``sources``: paths of rule files, or rule rows as YAML text.

    Raises ``FileError`` with every fault of a file at once, then with the faults between rows.
    """
    if sources is None:
        chosen = tuple(sorted({*(packs if packs is not None else PACKS)} & {*PACKS}))
        return _bundled(chosen)
    rows: list[Rule] = []
    for source in sources:
        text = isinstance(source, str) and "\n" in source
        rows += read_rules(read(str(source), "rules.yaml") if text else read_file(Path(source)))
    check(rows)
    return RuleBook(tuple(rows))


@cache
def _bundled(packs: tuple[str, ...]) -> RuleBook:
    rows: list[Rule] = []
    for pack in packs:
        name = f"{pack.lower()}.yaml"
        rows += read_rules(read((files("crosshold.law") / "rules" / name).read_text(encoding="utf-8"), name))
    check(rows)
    return RuleBook(tuple(rows))


@lru_cache(maxsize=16)  # by document: a case is asked many times over
def with_own(document: Document) -> RuleBook:
    """The bundled book with the rows of a rule file, which may name the bundled control definitions.

    ``FileError`` tells every fault of the file at once, then what does not fit together: an id that stands twice, versions that overlap.
    """
    own = read_rules(document)
    rows = (*load().rules, *own)
    check(rows)
    return RuleBook(rows, own)


def book_for(choice: RuleChoice) -> RuleBook:
    """The bundled rows a case needs and no others: reading a pack takes time. Its own rows come with all of them.

    Ids outside the packs (``only``, ``settings``, ``accept``) bring their pack along; where the id does not tell it, all are read.
    """
    if choice.rows is not None:
        return with_own(choice.rows)
    named = [*(choice.only or ()), *choice.settings, *choice.accept]
    prefixes = {name.partition("-")[0] for name in named}
    packs = {name.partition("-")[0] for name in choice.packs}
    if prefixes | packs <= set(PACKS):
        return load(packs=tuple(prefixes | (packs if choice.only is None else set())))
    return load()
