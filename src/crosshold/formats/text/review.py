"""The review of what the news reader proposed: a file that a person goes through, and the statements that he lets in (spec/evidence 9.3).

Nothing enters by itself. A row that is accepted must still be what was proposed (its id is the hash of its content); a changed row is
``edited`` and keeps the proposal beside the change; a rejected one says why. Subject and object must be parties that the target knows or
that the review makes. What is written is the claim in our own words with its span, and not the text of the article.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from crosshold.errors import FileError, Finding, Findings, RequestError
from crosshold.formats.fields import Fields
from crosshold.formats.statements import read_statement
from crosshold.formats.text.proposal import Proposal, Reading, proposal_id
from crosshold.formats.yaml_text import read_file, write
from crosshold.model.entity import KINDS, Entity
from crosshold.model.review import PARTYLESS, REASONS, STATES, WRITTEN_BY_REVIEW
from crosshold.model.statement import CONTENT, VERBS, Source, Statement

VERSION = "review/1"
_SILENT = (("basis", "unknown"), ("directness", "unknown"))


def told(said: Statement) -> str:
    """A claim in our own words.

    >>> told(Statement("N", "proposes_talks", topic="a merger", stance="denies"))
    'N plans talks (a merger): denied'
    """
    amount = _amount(said)
    text = VERBS[said.verb].format(
        subject=said.subject or said.subject_text or "somebody", object=said.object or said.topic or "it", amount=amount or "shares",
        topic=said.topic or "", value=said.value or "open",
    ).strip(" :")  # fmt: skip
    more = [
        None if said.verb == "joined" and not said.object else said.topic if said.verb != "trend" else said.direction,
        said.purpose,
        said.points_to,
    ]
    text += f" ({', '.join(m for m in more if m)})" if any(more) else ""
    stance = {"denies": "denied", "declines": "no answer", "projects": "not yet so", "confirms": "confirmed"}.get(said.stance)
    return text + (f": {stance}" if stance else "")


def _amount(said: Statement) -> str:
    share = said.share or said.vote_share
    if share is None:
        return f"{said.shares:,} shares" if said.shares is not None else ""
    unit = " of the votes" if said.share is None else ""
    if share.point is not None:
        return f"{float(share.point * 100):g} %{unit}"
    return f"{float(share.low * 100):g} to {float(share.high * 100):g} %{unit}"


def write_review(reading: Reading, target_name: str) -> str:
    """The review file of a reading: every proposal with state ``proposed``. ``target_name`` is what the text was called."""
    source = {
        "kind": "article",
        "title": reading.title or target_name,
        "published_on": reading.published,
        "language": reading.language,
    }
    rows = [_row(p) for p in reading.proposals]
    parties = [{"name": e["name"], "kind": e["kind"], "span": e["span"], "as": None} for e in reading.entities]
    data = {
        "crosshold": VERSION,
        "source": {
            "id": f"article-{reading.sha256[:12]}",
            **{k: str(v) for k, v in source.items() if v},
            "sha256": reading.sha256,
        },
        "parties": parties,
        "proposals": rows,
        "not_understood": [{"span": list(n.span), "why": n.why} for n in reading.not_understood],
    }
    return _HEAD + write(data)


_HEAD = f"""# Go through the proposals: set each state to accepted, edited or rejected.
# edited: write the changed fields under 'changed'. rejected: give a 'reason': {", ".join(REASONS)}.
# parties: names that nobody knows; 'as' is the id of the party that is meant, or a new id.
# Then: crosshold read-text --accept THIS --reviewer NAME --into CASE
"""


def _row(proposal: Proposal) -> dict[str, Any]:
    said = proposal.unreviewed()
    row: dict[str, Any] = {"id": proposal.id, "state": "proposed", "said": told(said), "spans": [list(s) for s in proposal.spans]}
    if proposal.needs:
        row["needs"] = list(proposal.needs)
    if proposal.revises is not None:
        row["corrects"] = json.loads(said.changed(share=proposal.revises).canonical())["share"]
    return {**row, "rule": proposal.rule, "statement": _ordered(said)}


def _ordered(said: Statement) -> dict[str, Any]:
    plain = {"subject": "", **json.loads(said.canonical())}
    return {name: plain[name] for name in CONTENT if name in plain and (name, plain[name]) not in _SILENT}


@dataclass(frozen=True)
class Reviewed:
    """What a review lets in: its source, the parties that it makes, its statements; and how many rows stand in which state."""

    source: Source
    entities: tuple[Entity, ...]
    statements: tuple[Statement, ...]
    counts: Mapping[str, int]


def read_review(path: Path, reviewer: str, known: Iterable[str], at: datetime) -> Reviewed:
    """The statements that a reviewed file lets in, signed by ``reviewer`` at that time. ``known`` are the parties of the target.

    ``RequestError`` (``E_REVIEWER``) without a name; ``FileError`` with every fault at once; then nothing is let in.
    """
    name = " ".join(reviewer.split())
    if not name or not any(c.isalpha() for c in name) or not name.isprintable():
        raise RequestError(
            Finding("E_REVIEWER", "nobody has signed the review.", "Say who reviewed it: --reviewer NAME.", "--reviewer")
        )
    document, faults = read_file(path), Findings()
    top = Fields(document, (), document.data, faults)
    if top.text("crosshold") != VERSION:
        message = f"this is no review file: it says {str(top.text('crosshold'))[:40]!r}, {VERSION!r} is read here."
        raise FileError(Finding("E_FILE", message, "Make one: crosshold read-text FILE --out review.yaml.", document.name))
    top.only(("crosshold", "source", "parties", "proposals", "not_understood"))
    top.require("source", "proposals")
    source = _source(top.child("source"))
    parties = {p.text("name") or "": p for p in top.children("parties")}
    reader = _Review(name, at, set(known), parties, source, faults)
    statements = [s for row in top.children("proposals") if (s := reader.row(row)) is not None]
    seen: set[str] = set()
    for made in statements:
        if made.id in seen:
            faults.add(
                "C_DUPLICATE_ID", f"the claim {told(made)!r} was accepted twice.", "Reject one as duplicate.", document.name
            )
        seen.add(made.id)
    faults.raise_errors(FileError)
    return Reviewed(source, tuple(reader.made.values()), tuple(statements), dict(sorted(reader.counts.items())))


def _source(row: Fields | None) -> Source:
    if row is None:
        return Source("article")
    row.only(("id", "kind", "publisher", "title", "url", "published_on", "language", "licence", "sha256"))
    row.require("id", "sha256")
    values = {key: row.text(key) for key in ("publisher", "title", "url", "language", "licence", "sha256")}
    return Source(row.text("id") or "article", "article", published_on=row.day("published_on"), **values)


class _Review:
    def __init__(
        self, reviewer: str, at: datetime, known: set[str], parties: Mapping[str, Fields], source: Source, faults: Findings
    ) -> None:
        self.reviewer, self.at, self.known, self.parties, self.source, self.faults = reviewer, at, known, parties, source, faults
        self.made: dict[str, Entity] = {}
        self.counts = dict.fromkeys(STATES, 0)

    def row(self, row: Fields) -> Statement | None:
        """The statement of one row when it is let in."""
        row.only(("id", "state", "said", "spans", "needs", "corrects", "rule", "statement", "changed", "reason"))
        state = row.choice("state", STATES, None)
        if state is None:
            if row.data.get("state") is None:
                row.fault("C_MISSING_KEY", "the state is missing.", f"Write one of {', '.join(STATES)}.")
            return None
        self.counts[state] += 1
        if state == "rejected":
            if row.choice("reason", REASONS, None) is None and row.data.get("reason") is None:
                row.fault("C_MISSING_KEY", "a rejected proposal needs a reason.", f"Write one of: {', '.join(REASONS)}.")
            return None
        if state not in ("accepted", "edited"):
            return None
        return self._let_in(row, state)

    def _let_in(self, row: Fields, state: str) -> Statement | None:
        inner = row.child("statement")
        if inner is None or not row.require("id", "rule", "spans"):
            row.require("statement")
            return None
        before = len(self.faults)
        proposed = self._read(inner)
        spans = _spans(row)
        if proposed is None or spans is None or len(self.faults) > before:
            return None
        if proposal_id(proposed, [(a, b) for a, b in spans], row.text("rule") or "") != row.text("id"):
            row.fault(
                "E_CHANGED",
                "this is not what was proposed any more.",
                "Set the state to edited, and write what changes under 'changed'.",
            )
            return None
        said = proposed
        if state == "edited":
            said = self._edited(row, inner)  # type: ignore[assignment]
            if said is None:
                return None
        elif row.data.get("changed"):
            row.fault("E_CHANGED", "an accepted proposal has changes.", "Set the state to edited, or remove them.", "changed")
            return None
        return self._signed(row, said, spans, state)

    def _edited(self, row: Fields, inner: Fields) -> Statement | None:
        change = row.child("changed")
        if change is None or not change.data:
            row.fault(
                "C_MISSING_KEY", "an edited proposal says nothing that changes.", "Write the changed fields under 'changed'."
            )
            return None
        merged = {**inner.data, **change.data}
        return self._read(
            Fields(row.document, (*row.path, "changed"), {k: v for k, v in merged.items() if v is not None}, self.faults)
        )

    def _read(self, row: Fields) -> Statement | None:
        for name in WRITTEN_BY_REVIEW:
            if name in row.data:
                row.fault("E_REVIEW_FIELD", f"{name} is written by the review itself.", "Remove it.", name)
        return read_statement(row)

    def _signed(self, row: Fields, said: Statement, spans: list[list[int]], state: str) -> Statement | None:
        ids = {name: self._party(row, getattr(said, name), name, said) for name in ("subject", "object")}
        joint = tuple(self._party(row, member, "subject", said) or "" for member in said.joint)
        if any(value is None for value in ids.values()) or "" in joint:
            return None
        where = "characters " + ", ".join(f"{a}-{b}" for a, b in spans)
        extra: dict[str, Any] = {"proposal": row.text("id"), "rule": row.text("rule")}
        if row.data.get("corrects"):
            extra["corrects"] = {k: v for k, v in row.data["corrects"].items() if v is not None}
        if state == "edited":
            extra["proposed"] = {k: v for k, v in (row.data.get("statement") or {}).items() if k in row.data["changed"]}
        subject = "+".join(joint) if joint else ids["subject"] or ""
        signed = said.changed(
            subject=subject, object=ids["object"] or None, joint=joint, source=self.source.id, where=where, extra=extra
        )
        known_on: date | None = self.source.published_on
        signed = signed.changed(known_on=known_on, reviewed_by=self.reviewer, reviewed_at=self.at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        return signed.changed(note=told(signed))

    def _party(self, row: Fields, name: str | None, role: str, said: Statement) -> str | None:
        """The id of a party in the target; an empty text where none is needed; ``None`` after a fault."""
        if not name:
            if role == "subject" and said.verb not in PARTYLESS:
                row.fault("E_PARTY", "nobody is the subject of this claim.", "Name one: state edited, changed: {subject: ID}.")
                return None
            return ""
        if said.joint and role == "subject" and name == said.subject:
            return name
        chosen = name
        if name in self.parties:
            chosen = self.parties[name].text("as") or ""
            if chosen and chosen not in self.known:
                self.made[chosen] = Entity(chosen, name, self.parties[name].choice("kind", KINDS, "unknown") or "unknown")
        if not chosen or (chosen not in self.known and chosen not in self.made):
            row.fault(
                "E_PARTY",
                f"{name!r} is no party of the target.",
                "Say under 'parties' whom it stands for ('as: ID'), or change it here.",
            )
            return None
        return chosen


def _spans(row: Fields) -> list[list[int]] | None:
    spans = row.data.get("spans")
    pairs = spans if isinstance(spans, list) else []
    good = pairs and all(
        isinstance(s, list) and len(s) == 2 and all(type(n) is int for n in s) and 0 <= s[0] < s[1] for s in pairs
    )
    if not good:
        row.fault(
            "C_BAD_VALUE", "spans are pairs of character offsets, the lower first.", "Leave them as they were written.", "spans"
        )
        return None
    return pairs


def lines(reading: Reading) -> list[str]:
    """A reading for a terminal: each claim with its speaker, then what was not understood."""
    found = []
    for number, proposal in enumerate(reading.proposals, 1):
        said = proposal.unreviewed()
        who = said.speaker or ("the article" if said.speaker_kind == "press" else said.speaker_kind)
        start, end = proposal.spans[0]
        quoted = " ".join(reading.text[start:end].split())
        found.append(f"{number}. {told(said)}   [{said.stance}, {who}{f', {said.as_of}' if said.as_of else ''}]")
        found.append(f"   {start}-{end}: {quoted if len(quoted) <= 110 else quoted[:107] + '...'}")
        found += [f"   to settle: {need}" for need in proposal.needs]
    if not found:
        found = ["No claim about a holding was found."]
    if reading.entities:
        found += ["", "Names that are not known: " + ", ".join(f"{e['name']} ({e['kind']})" for e in reading.entities)]
    if reading.not_understood:
        found += ["", f"Not understood ({len(reading.not_understood)}):"]
        for item in reading.not_understood:
            text = " ".join(reading.text[item.span[0] : item.span[1]].split())
            found.append(f"  {item.span[0]}-{item.span[1]}: {text[:90]}{'...' if len(text) > 90 else ''} ({item.why})")
    return found
