"""What the news reader proposes. A proposal is no statement: it becomes one when a person accepts it (spec/evidence 9.2, 9.3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from crosshold.errors import Finding
from crosshold.model.share import Share
from crosshold.model.statement import Statement

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One claim as it was understood: the words of a Statement in ``content``, where it stands, and what a reviewer must settle.

    ``content`` has those fields of :class:`crosshold.model.statement.Statement` that the text fills; ``spans`` are character offsets.
    """

    content: Mapping[str, Any]
    spans: tuple[Span, ...]
    rule: str
    speaker_span: Span | None = None
    needs: tuple[str, ...] = ()
    resolved: str | None = None
    condition: Mapping[str, Any] | None = None
    revises: Share | None = None

    @property
    def id(self) -> str:
        """``p`` and 24 hex digits of the hash of what is proposed and where: the same at every reading."""
        return proposal_id(self.unreviewed(), self.spans, self.rule)

    def unreviewed(self) -> Statement:
        """What it says, not yet reviewed and of no source: nothing takes it in."""
        return Statement(**{"subject": "", **self.content})

    def to_dict(self) -> dict[str, Any]:
        """JSON form of spec/evidence 9.2; fractions as numbers with at most 8 decimals."""
        said = dict(self.content)
        share, votes = said.pop("share", None), said.pop("vote_share", None)
        joint = said.get("joint")
        row: dict[str, Any] = {
            "id": self.id, "subject": list(joint) if joint else said.get("subject") or None, "verb": said["verb"],
            "object": said.get("object"),
            **_numbers(share, ""), **_numbers(votes, "vote_"),
        }  # fmt: skip
        for name in _FIELDS:
            row[name] = _plain(said.get(name))
        row["joint"] = bool(joint)
        row["condition"] = _plain(self.condition) or said.get("condition")
        row["revises"] = _plain(_middle(self.revises))
        row |= {"resolved": self.resolved, "span": list(self.spans[0]), "spans": [list(s) for s in self.spans]}
        row |= {
            "speaker_span": list(self.speaker_span) if self.speaker_span else None,
            "rule": self.rule,
            "needs": list(self.needs),
        }
        return row


_FIELDS = (
    "shares", "votes", "stance", "speaker", "speaker_kind", "speaks_for", "via", "as_of", "said_on", "valid_from", "valid_to", "hedge",
    "basis", "amount", "currency", "proposer", "target", "delta", "cap", "topic", "purpose", "value", "points_to", "reason", "direction",
    "exit", "subject_text",
)  # fmt: skip


def _numbers(share: Share | None, prefix: str) -> dict[str, Any]:
    names = [f"{prefix}{n}" for n in ("low", "high", "low_open", "high_open")]
    point = "vote_share" if prefix else "share"
    if share is None:
        return {point: None, names[0]: None, names[1]: None, names[2]: False, names[3]: False}
    ends = (_plain(share.low), _plain(share.high), share.low_open, share.high_open)
    return {point: _plain(share.point), **dict(zip(names, ends, strict=True))}


def _middle(share: Share | None) -> Fraction | None:
    return None if share is None else share.point if share.point is not None else (share.low + share.high) / 2


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return round(float(value), 8)
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


def proposal_id(said: Statement, spans: Sequence[Span], rule: str) -> str:
    """The hash of a claim, its place and its rule."""
    whole = json.dumps([said.canonical(), [list(span) for span in spans], rule], ensure_ascii=False)
    return "p" + hashlib.sha256(whole.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A sentence with words of ownership, numbers or speech that gave nothing."""

    span: Span
    why: str


@dataclass(frozen=True)
class Reading:
    """What a text gave.

    ``entities`` are new names, proposed; ``text`` is what spans count in; ``offsets`` lead back to the bytes of an HTML file."""

    text: str
    sha256: str
    language: str
    published: date | None
    proposals: tuple[Proposal, ...] = ()
    entities: tuple[Mapping[str, Any], ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    findings: tuple[Finding, ...] = ()
    title: str | None = None
    offsets: tuple[tuple[int, int], ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """JSON form of spec/evidence 9.2."""
        return {
            "published": self.published.isoformat() if self.published else None,
            "language": self.language,
            "sha256": self.sha256,
            "statements": [p.to_dict() for p in self.proposals],
            "entities": [dict(e) for e in self.entities],
            "not_understood": [{"span": list(n.span), "why": n.why} for n in self.not_understood],
            "findings": list(self.findings),
        }


def merged(proposals: list[Proposal]) -> tuple[list[Proposal], list[Finding]]:
    """One proposal a claim: a repetition adds its span; a number that disagrees is a finding and stays beside the first."""
    found: dict[tuple[Any, ...], Proposal] = {}
    holdings: dict[tuple[Any, ...], list[Proposal]] = {}
    findings: list[Finding] = []
    for proposal in proposals:
        c = proposal.content
        whole = tuple(sorted((k, repr(v)) for k, v in c.items() if k not in ("hedge",)))
        if whole in found:
            first = found[whole]
            found[whole] = replace(first, spans=(*first.spans, *(s for s in proposal.spans if s not in first.spans)))
            continue
        found[whole] = proposal
        if c["verb"] != "holds" or c.get("stance") not in ("reports", "confirms") or c.get("share") is None:
            continue
        key = (c.get("subject"), c.get("object"), c.get("as_of"), c.get("valid_from"), c.get("valid_to"))
        for other in holdings.setdefault(key, []):
            if not other.content["share"].meets(c["share"]) and proposal.revises is None:
                message = f"{c.get('subject')} in {c.get('object')}: two places of the text give shares that do not meet."
                where = f"characters {other.spans[0][0]}-{other.spans[0][1]} and {proposal.spans[0][0]}-{proposal.spans[0][1]}"
                findings.append(Finding("W_CONFLICT", message, "Accept the one that you believe.", where))
        holdings[key].append(proposal)
    return list(found.values()), findings
