"""A rule file as rules, every fault collected with its place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from crosshold.errors import FileError, Findings, did_you_mean
from crosshold.formats.fields import Fields
from crosshold.formats.yaml_text import Document
from crosshold.law import vocabulary as words
from crosshold.law.grammar import Clause, GrammarError, When, parse, parse_number, walk
from crosshold.law.rule import Effect, Ladder, Majority, Party, Rule

_ROW = (
    "id", "jurisdiction", "kind", "status", "family", "title", "text", "scope", "when", "unless", "clauses", "effect", "ladder",
    "majority", "flags", "duty", "at", "open", "waiver", "valid", "cite", "confidence", "parts", "note",
)  # fmt: skip
_EFFECT = ("votes", "clause", "share", "share_from", "base", "factor", "clock_from", "quorum", "meetings", "duty", "part")
_EXACT = 'Write it as a quoted ratio, "1/4", or a whole number.'


def read_rules(document: Document) -> tuple[Rule, ...]:
    """Every row of a file. Raises ``FileError`` with all faults at once; references between files are :func:`check`'s business."""
    faults = Findings()
    top = Fields(document, (), {"rules": document.data}, faults) if isinstance(document.data, list) else None
    if top is None:
        faults.add("C_SYNTAX", "a rule file is a list of rows.", "Begin each row with '- id:'.", document.name)
        raise FileError(faults)
    rows = [Fields(document, (n,), item, faults) for n, item in enumerate(document.data)]
    found = [rule for row in rows if (rule := _rule(row))]
    faults.raise_errors(FileError)
    return tuple(found)


def check(rules: Iterable[Rule]) -> None:
    """What only shows when rows stand side by side: repeated ids, versions that overlap, control definitions that do not exist."""
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
    faults.raise_errors(FileError)


def _rule(row: Fields) -> Rule | None:
    row.only(_ROW)
    _exact(row, row.data)
    before = len(row.faults)
    row.require("id", "jurisdiction", "kind")
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
    parts = {name: str(letter) for name, letter in (row.data.get("parts") or {}).items()}
    if bad := [name for name, letter in parts.items() if letter not in words.CONFIDENCE]:
        row.fault("C_CONFIDENCE", f"the part {bad[0]!r} has no letter A, B or C.", "Give it one.", "parts")
    law, source, read_on = _citation(row, str(confidence))
    start, end, precision = _dates(row)
    trees, texts = _trees(row)
    issuer, holder, disputed = _scope(row)
    effects = tuple(e for item in _effects(row) if (e := _effect(item, trees, parts, kind)))
    rule = Rule(
        id=row.text("id") or "", jurisdiction=row.text("jurisdiction") or "", kind=kind,
        status=row.choice("status", words.STATUS, "in_force") or "in_force", confidence=str(confidence), law=law, source=source,
        read_on=read_on, start=start, end=end, precision=precision, family=row.text("family", "") or "",
        title=row.text("title", "") or "", text=row.text("text", "") or "", note=row.text("note", "") or "",
        at=row.text("at", "meeting") or "meeting", issuer=issuer, holder=holder, disputed=disputed, when=trees.pop("when", None),
        unless=trees.pop("unless", None), clauses=trees, effects=effects, ladder=_ladder(row), majority=_majority(row),
        flags=_words(row, "flags", None), duty=_words(row, "duty", words.DUTIES), open=row.names("open"), parts=parts,
        waiver=row.text("waiver"), source_text=texts,
    )  # fmt: skip
    if kind in ("control_def", "multiplier", "vote_rule") and rule.when is None and not rule.clauses:
        row.fault("C_MISSING_KEY", f"a {kind} needs 'when'.", "Say when it applies.")
    return rule if len(row.faults) == before else None


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
    if not law or not source or (read_on is None and confidence != "C"):
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
    if start is None and precision != "unknown":
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
        try:
            trees[name] = parse(str(value))
        except GrammarError as error:
            row.fault(error.code, error.message, error.cure, *path)
    for name, tree in trees.items():
        for node in walk(tree):
            if isinstance(node, Clause) and node.name not in texts:
                cure = did_you_mean(node.name, [n for n in texts if n not in ("when", "unless")])
                row.fault("C_UNKNOWN_PREDICATE", f"{node.name!r} is neither a predicate nor a clause here.", cure, *texts[name])
    return trees, {**{k: v for k, v in said.items() if k in ("when", "unless")}, **_clause_text(said)}


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
    fields.only(("kind", "jurisdiction", "form", "listed"))

    def some(key: str) -> tuple[str, ...]:
        value = fields.data.get(key)
        if value is None or value == "any":
            return ()
        return (value,) if isinstance(value, str) else fields.names(key)

    return Party(some("kind"), some("jurisdiction"), some("form"), fields.flag("listed"))


def _effects(row: Fields) -> list[Fields]:
    value = row.data.get("effect")
    if isinstance(value, list):
        return row.children("effect")
    return [child] if (child := row.child("effect")) else []


def _effect(fields: Fields, trees: dict[str, When], parts: dict[str, str], kind: str) -> Effect | None:
    if kind == "control_def":
        fields.only(("set_ctrl",))
        return None
    fields.only(_EFFECT)
    votes = fields.text("votes") or ""
    if votes not in words.VOTE_EFFECTS:
        fields.fault("C_UNKNOWN_EFFECT", f"{votes!r} is no effect on votes.", did_you_mean(votes, words.VOTE_EFFECTS), "votes")
    clause, part = fields.text("clause"), fields.text("part")
    if clause is not None and clause not in trees:
        fields.fault("C_UNKNOWN_PREDICATE", f"the row has no clause {clause!r}.", did_you_mean(clause, trees), "clause")
    if part is not None and part not in parts:
        fields.fault("C_CONFIDENCE", f"the part {part!r} has no letter under 'parts'.", "Add it.", "part")
    share, base = fields.ratio("share"), fields.text("base")
    if votes == "excess_over":
        if share is None and fields.text("share_from") is None:
            fields.fault("C_MISSING_KEY", "excess over what?", "Add 'share' and 'base'.")
        if base not in words.FIXED_BASES:
            cure = f"Add 'base': one of {', '.join(words.FIXED_BASES)}."
            fields.fault("C_CAP_NO_BASE", f"a share of {base!r} is not a number of votes.", cure, "base")
    meetings = fields.names("meetings") if isinstance(fields.data.get("meetings"), list) else ()
    for name in meetings:
        if name not in words.MEETINGS:
            fields.fault(
                "C_UNKNOWN_MEETING", f"{name!r} is no class of resolution.", did_you_mean(name, words.MEETINGS), "meetings"
            )
    return Effect(
        votes=votes, clause=clause, share=share, share_from=fields.choice("share_from", words.FACTS), base=base or "issued",
        factor=fields.whole("factor", 1) or 1, clock_from=fields.day("clock_from"),
        quorum=fields.choice("quorum", words.QUORUM, "unstated") or "unstated", meetings=meetings,
        duty=_words(fields, "duty", words.DUTIES), part=part,
    )  # fmt: skip


def _words(row: Fields, key: str, known: tuple[str, ...] | None) -> dict[str, str]:
    inner = row.child(key)
    found = {name: str(value) for name, value in inner.data.items()} if inner else {}
    for name in found:
        if known is not None and name not in (*known, "within"):
            row.fault("C_UNKNOWN_EFFECT", f"{name!r} is no duty.", did_you_mean(name, known), key, name)
    return found


def _ladder(row: Fields) -> Ladder | None:
    ladder = row.child("ladder")
    if ladder is None:
        return None
    ladder.only(("of", "op", "at", "step"))
    ladder.require("of", "op", "at")
    at = [rung for n, value in enumerate(ladder.items("at")) if (rung := ladder.ratio_of(value, "at", n)) is not None]
    step = ladder.ratio("step")
    while step and at and at[-1] + step < 1:
        at.append(at[-1] + step)
    of = []
    for name, text in (ladder.data.get("of") or {}).items() if isinstance(ladder.data.get("of"), dict) else ():
        try:
            of.append((name, parse_number(str(text))))
        except GrammarError as error:
            ladder.fault(error.code, error.message, error.cure, "of", name)
    return Ladder(tuple(of), ladder.choice("op", (">", ">="), ">=") or ">=", tuple(sorted(at)))


def _majority(row: Fields) -> Majority | None:
    inner = row.child("majority")
    if inner is None:
        return None
    inner.only(("classes", "op", "share", "of", "quorum"))
    inner.require("classes", "op", "share", "of")
    classes = inner.names("classes")
    for name in classes:
        if name not in words.MEETINGS:
            inner.fault(
                "C_UNKNOWN_MEETING", f"{name!r} is no class of resolution.", did_you_mean(name, words.MEETINGS), "classes"
            )
    return Majority(
        inner.choice("op", (">", ">="), ">") or ">", inner.ratio("share") or Fraction(1, 2),
        inner.choice("of", ("cast", "exercisable", "present"), "cast") or "cast", classes, inner.ratio("quorum"), row.text("id"),
    )  # fmt: skip
