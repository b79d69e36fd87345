"""A rule file as rules, every fault collected with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from crosshold.errors import FileError, Findings, did_you_mean
from crosshold.formats.fields import Fields
from crosshold.formats.yaml_text import Document
from crosshold.law import vocabulary as words
from crosshold.law.contradictions import contradictions
from crosshold.law.grammar import GrammarError, parse
from crosshold.law.rule import Party, Rule
from crosshold.law.schema_effects import duties, effect, effects, ladder, limit, majority
from crosshold.law.trees import Clause, Compare, Held, Increase, Predicate, When, walk
from crosshold.model.entity import KINDS

ROW: Mapping[str, str] = {
    "id": "its name; versions of one rule share it and follow one another in time",
    "jurisdiction": "one country, or a part of it (US-DE)",
    "kind": "what sort of rule it is",
    "status": "in_force unless it says proposed or superseded",
    "family": "rules of different laws that do the same",
    "title": "what it is about, in one line",
    "text": "the rule in plain words of our own",
    "scope": "whom it reaches: issuer, holder, and disputed (told, never applied), each by kind, jurisdiction, form, except_form, listed",
    "when": "the condition, in the grammar below",
    "unless": "an exception to it",
    "clauses": "named parts of the condition",
    "effect": "what happens to the votes of H in I: one, or a list",
    "ladder": "lines: of (name: number), op, at (ratios), step (goes on from the last)",
    "majority": "classes, op, share, of, quorum, low (attendance up to which another op and share hold)",
    "limit": "how large a deal may be: what, most (share, of), months, averaged, outside, holders_from, part",
    "flags": "a label for each of some clauses",
    "duty": "what must be done, within which time, from the day of which fact",
    "at": "the day that counts",
    "open": "what the text leaves open: basis and attribution are run both ways, others are told",
    "waiver": "the row under which a bid may be waived",
    "valid": "from, to, precision (day, month, year, unknown)",
    "cite": "law, source, read_on, quote_sha256",
    "confidence": "A, B or C",
    "parts": "weaker letters of named parts",
    "note": "what a reader should know",
}
_ID = re.compile(r"[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)*")
_EXACT = 'Write it as a quoted ratio, "1/4", or a whole number.'


def read_rules(document: Document) -> tuple[Rule, ...]:
    """Every row of a file. Raises ``FileError`` with all faults at once; references between files are :func:`check`'s business."""
    faults = Findings()
    if isinstance(document.data, dict) and "crosshold" in document.data:
        message = f"this file says {str(document.data['crosshold'])!r}; rule files read here are lists of rows without a version."
        cure = "Read it with a newer crosshold, or write its rows as a list."
        faults.add("C_VERSION", message, cure, document.where("crosshold"))
        raise FileError(faults)
    if not isinstance(document.data, list):
        faults.add("C_SYNTAX", "a rule file is a list of rows.", "Begin each row with '- id:'.", document.name)
        raise FileError(faults)
    rows = [Fields(document, (n,), item, faults) for n, item in enumerate(document.data)]
    found = [rule for row in rows if row.data and (rule := _rule(row))]
    faults.raise_errors(FileError)
    return tuple(found)


def check(rules: Iterable[Rule]) -> None:
    """What only shows when rows stand side by side: repeated ids, versions that overlap, contradictions, control definitions that do
    not exist."""
    faults, rows = Findings(), list(rules)
    definitions = {rule.id for rule in rows if rule.kind == "control_def"}
    by_id: dict[str, list[Rule]] = {}
    for rule in rows:
        by_id.setdefault(rule.id, []).append(rule)
        for name in rule.definitions:
            if name not in definitions:
                cure = did_you_mean(name, definitions)
                faults.add(
                    "C_DANGLING_DEF", f"{rule.id} names the control definition {name!r}, which does not exist.", cure, rule.id
                )
    for name, versions in by_id.items():
        starts = [rule.start for rule in versions]
        if len(set(starts)) < len(starts):
            faults.add("C_DUPLICATE_ID", f"{name} stands twice with the same start.", "Keep one, or date the versions.", name)
            continue
        ordered = sorted(versions, key=lambda rule: rule.start or date.min)
        for earlier, later in pairwise(ordered):
            if earlier.end is None or (later.start or date.min) <= earlier.end:
                message = f"two versions of {name} are in force on {later.start}."
                faults.add("C_OVERLAP", message, "End the earlier one the day before.", name)
    for rule in rows:
        if rule.kind == "control_def" and (circle := _denies_itself(rule, rows)):
            message = (
                f"the definitions {' -> '.join(circle)} turn in a circle through 'not': control would rest on its own absence."
            )
            faults.add("C_SYNTAX", message, "Leave the control out of 'not'.", rule.id)
    faults.extend(contradictions(rows))
    faults.raise_errors(FileError)


def _denies_itself(rule: Rule, rows: Iterable[Rule]) -> tuple[str, ...]:
    """Definitions that lead from what a definition denies back to itself."""
    named: dict[str, set[str]] = {}
    for row in rows:
        named.setdefault(row.id, set()).update(row.definitions)
    waiting: list[tuple[str, ...]] = [(rule.id, name) for name in sorted(rule.denied)]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        if path[-1] == rule.id:
            return path
        if path[-1] not in seen:
            seen.add(path[-1])
            waiting += [(*path, name) for name in sorted(named.get(path[-1], ()))]
    return ()


def _rule(row: Fields) -> Rule | None:
    before = len(row.faults)
    row.only(ROW)
    _exact(row, row.data)
    row.require("id", "jurisdiction", "kind")
    if (name := row.text("id")) is not None and not _ID.fullmatch(name):
        row.fault("C_BAD_VALUE", f"{name!r} is no id of a rule.", "Write letters, digits and dashes, as FR-233-3.", "id")
    kind = row.choice("kind", words.KINDS, "deal") or "deal"
    if row.data.get("status") == "composite" or " " in str(row.data.get("jurisdiction", "")):
        row.fault("C_COMPOSITE_ROW", "one row covers several jurisdictions.", "Write one row per jurisdiction.", "jurisdiction")
        return None
    confidence = row.data.get("confidence")
    if confidence not in words.CONFIDENCE:
        row.fault(
            "C_CONFIDENCE",
            f"confidence is {confidence!r}.",
            "Write A (text read), B (secondary) or C (from memory).",
            "confidence",
        )
    inner = row.child("parts")
    parts = {str(name): str(letter) for name, letter in inner.data.items()} if inner else {}
    if bad := [name for name, letter in parts.items() if letter not in words.CONFIDENCE]:
        row.fault("C_CONFIDENCE", f"the part {bad[0]!r} has no letter A, B or C.", "Give it one.", "parts")
    law, source, read_on = _citation(row, str(confidence))
    start, end, precision = _dates(row)
    trees, texts = _trees(row)
    for word in row.names("open"):
        if word not in (known := (*words.OPEN, *trees)):
            row.fault("C_BAD_VALUE", f"{word!r} cannot be open here.", did_you_mean(word, known), "open")
    issuer, holder, disputed = _scope(row)
    found = tuple(e for item in effects(row) if item.data and (e := effect(item, trees, parts, kind)))
    rule = Rule(
        id=row.text("id") or "", jurisdiction=row.text("jurisdiction") or "", kind=kind,
        status=row.choice("status", words.STATUS, "in_force") or "in_force", confidence=str(confidence), law=law, source=source,
        read_on=read_on, start=start, end=end, precision=precision, family=row.text("family", "") or "",
        title=row.text("title", "") or "", text=row.text("text", "") or "", note=row.text("note", "") or "",
        at=row.choice("at", words.DAYS, "meeting") or "meeting",
        issuer=issuer, holder=holder, disputed=disputed, when=trees.pop("when", None),
        unless=trees.pop("unless", None), clauses=trees, effects=found, ladder=ladder(row), majority=majority(row),
        flags=duties(row, "flags", None), duty=duties(row, "duty", words.DUTIES), open=row.names("open"), parts=parts,
        waiver=row.text("waiver"), limit=limit(row, parts), source_text={**texts, **_measured(row)},
    )  # fmt: skip
    _complete(row, rule)
    return rule if len(row.faults) == before else None


def _complete(row: Fields, rule: Rule) -> None:
    """What the parts of a row need of one another."""
    bare = [e for e in rule.effects if e.clause is None]
    if row.data.get("when") is None and (
        rule.kind == "control_def" or bare or (rule.kind in ("multiplier", "vote_rule") and not rule.clauses)
    ):
        row.fault("C_MISSING_KEY", f"a {rule.kind} needs 'when'.", "Say when it applies.")
    if rule.kind in ("multiplier", "vote_rule") and not row.data.get("effect"):
        row.fault("C_MISSING_KEY", f"a {rule.kind} needs 'effect'.", "Say what happens to the votes.")
    for clause in rule.flags:
        if clause not in rule.clauses:
            cure = did_you_mean(clause, rule.clauses)
            row.fault("C_UNKNOWN_PREDICATE", f"the flag of {clause!r} names no clause of this row.", cure, "flags", clause)
    for line in (n for tree in rule.trees for n in walk(tree) if isinstance(n, Compare)):
        for share, other in ((line.left, line.right), (line.right, line.left)):
            if isinstance(share, (Held, Increase)) and isinstance(other, Fraction) and other > 1:
                row.fault("C_BAD_VALUE", f"a share of {other} is more than everything.", "Write a ratio from 0 to 1.", "when")
    for done in rule.effects:
        if done.together is not None and rule.by_lot:
            row.fault(
                "C_UNKNOWN_EFFECT", "a share kept together cannot hang on each lot.", "Test the lots in another row.", "effect"
            )
        if (done.votes == "multiply") != (rule.kind == "multiplier"):
            cure = "A multiplier multiplies; only it does."
            row.fault("C_UNKNOWN_EFFECT", f"a {rule.kind} cannot have the effect {done.votes!r}.", cure, "effect")
    if rule.kind == "control_def" and rule.unless is not None:
        row.fault(
            "C_UNKNOWN_KEY", "a control definition has no exception.", "Write all(..., not(...)) as its condition.", "unless"
        )
    if rule.kind == "control_def":
        nodes = [n for tree in rule.trees for n in walk(tree)]
        roles = {w for n in nodes if isinstance(n, Predicate) for w in n.words if w in ("H", "I", "lot")}
        roles |= {r for n in nodes if isinstance(n, Held) for r in (n.group.head, n.target) if r in ("H", "I")}
        if roles or rule.by_lot:
            message = f"a control definition speaks of X and Y, not of {', '.join(sorted(roles)) or 'lots'}."
            row.fault("C_UNKNOWN_PREDICATE", message, "X controls Y.", "when")
    elif rule.by_lot and rule.kind not in ("multiplier", "vote_rule"):
        row.fault("C_UNKNOWN_PREDICATE", f"a {rule.kind} is not about single lots.", "Leave out 'lot'.", "when")


def _exact(row: Fields, value: Any, *path: str | int) -> None:
    """Every number with a point is refused: 0.1 has no exact binary form and a percent sign no base."""
    if isinstance(value, Decimal):
        row.fault("C_NOT_EXACT", f"{value} is not exact.", _EXACT, *path)
    elif isinstance(value, dict):
        for key, item in value.items():
            _exact(row, item, *path, key)
    elif isinstance(value, list):
        for n, item in enumerate(value):
            _exact(row, item, *path, n)


def _citation(row: Fields, confidence: str) -> tuple[str, str, date | None]:
    cite = row.child("cite")
    if cite is None:
        row.fault("C_NO_CITATION", "the row has no citation.", "Add cite: {law, source, read_on}.")
        return "", "", None
    cite.only(("law", "source", "read_on", "quote_sha256"))
    law, source, read_on = cite.text("law") or "", cite.text("source") or "", cite.day("read_on")
    if not law or not source or (cite.data.get("read_on") is None and confidence != "C"):
        cite.fault(
            "C_NO_CITATION", "law, source and the day it was read are needed.", "A row from memory (C) says so as its source."
        )
    return law, source, read_on


def _dates(row: Fields) -> tuple[date | None, date | None, str]:
    valid = row.child("valid")
    if valid is None:
        row.fault("C_BAD_DATE", "the row does not say from when it is valid.", "Add valid: {from, to, precision}.")
        return None, None, "unknown"
    valid.only(("from", "to", "precision"))
    start, end = valid.day("from"), valid.day("to")
    precision = valid.choice("precision", words.PRECISION, "day") or "day"
    if valid.data.get("from") is None and precision != "unknown":
        valid.fault("C_BAD_DATE", "'from' is missing.", "Give the day, or precision: unknown.")
    if start and end and end < start:
        valid.fault("C_BAD_DATE", f"it ends on {end}, before it starts on {start}.", "Correct one of them.", "to")
    return start, end, precision


def _trees(row: Fields) -> tuple[dict[str, When], dict[str, str]]:
    """``when``, ``unless`` and the clauses as trees; a clause named that does not exist is a fault."""
    inner = row.child("clauses")
    texts: dict[str, tuple[str, ...]] = {key: (key,) for key in ("when", "unless") if row.data.get(key) is not None}
    texts |= {name: ("clauses", name) for name in (inner.data if inner else {})}
    trees: dict[str, When] = {}
    said: dict[str, str] = {}
    for name, path in texts.items():
        value = row.data[path[0]] if len(path) == 1 else row.data["clauses"][name]
        said[name] = str(value)
        if isinstance(value, Decimal):
            continue  # told: no number with a point is exact
        if not isinstance(value, str):
            row.fault(
                "C_SYNTAX", f"a condition is a text, not {value!r}.", 'Write it in quotes: "held(I in H; issued) > 1/10".', *path
            )
            continue
        try:
            trees[name] = parse(str(value))
        except GrammarError as error:
            row.fault(error.code, error.message, error.cure, *path)
    for name, tree in trees.items():
        for node in walk(tree):
            if isinstance(node, Clause) and node.name not in texts:
                cure = did_you_mean(node.name, [n for n in texts if n not in ("when", "unless")])
                row.fault("C_UNKNOWN_PREDICATE", f"{node.name!r} is neither a predicate nor a clause here.", cure, *texts[name])
    for name in trees:
        if circle := _circle(name, trees, ()):
            row.fault(
                "C_SYNTAX", f"the clauses {' -> '.join(circle)} are each part of the next.", "Break the circle.", *texts[name]
            )
            return {}, {}
    return trees, {**{k: v for k, v in said.items() if k in ("when", "unless")}, **_clause_text(said)}


def _measured(row: Fields) -> dict[str, Any]:
    ladder = row.data.get("ladder")
    of = ladder.get("of") if isinstance(ladder, dict) else None
    return {"ladder": {str(name): str(text) for name, text in of.items()}} if isinstance(of, dict) else {}


def _circle(name: str, trees: dict[str, When], path: tuple[str, ...]) -> tuple[str, ...]:
    """Clauses that lead from ``name`` back to itself."""
    if name in path:
        return (*path[path.index(name) :], name)
    named = {n.name for n in walk(trees[name]) if isinstance(n, Clause) and n.name in trees} if name in trees else set()
    return next((found for n in sorted(named) if (found := _circle(n, trees, (*path, name)))), ())


def _clause_text(said: dict[str, str]) -> dict[str, Any]:
    named = {k: v for k, v in said.items() if k not in ("when", "unless")}
    return {"clauses": named} if named else {}


def _scope(row: Fields) -> tuple[Party, Party, Party | None]:
    scope = row.child("scope")
    if scope is None:
        return Party(), Party(), None
    scope.only(("issuer", "holder", "disputed"))
    parties = [_party(scope.child(key)) for key in ("issuer", "holder", "disputed")]
    return parties[0] or Party(), parties[1] or Party(), parties[2]


def _party(fields: Fields | None) -> Party | None:
    if fields is None:
        return None
    fields.only(("kind", "jurisdiction", "form", "except_form", "listed"))

    def some(key: str) -> tuple[str, ...]:
        value = fields.data.get(key)
        if value is None or value == "any":
            return ()
        return (value,) if isinstance(value, str) else fields.names(key)

    for kind in some("kind"):
        if kind not in KINDS:
            fields.fault("C_BAD_VALUE", f"{kind!r} is no kind of party.", did_you_mean(kind, KINDS), "kind")
    return Party(some("kind"), some("jurisdiction"), some("form"), fields.flag("listed"), some("except_form"))
