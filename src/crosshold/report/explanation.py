"""One number's proof, as data and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from crosshold.errors import Finding
from crosshold.model.register import Register
from crosshold.model.result import plain
from crosshold.model.snapshot import Snapshot
from crosshold.model.statement import Statement
from crosshold.report.explain import lines as words
from crosshold.report.figures import bounds, count


@dataclass(frozen=True)
class Explanation:
    """``value`` is what is explained, ``proof`` the steps to it as plain data, ``sources`` the statements and laws it rests on.

    ``links`` are the holdings that it rests on, ``otherwise`` the claims that contradict those followed, each with the value under it.
    """

    verb: str
    holder: str
    issuer: str
    value: Any
    proof: tuple[Mapping[str, Any], ...]
    sources: tuple[Any, ...]
    lines: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    otherwise: tuple[Mapping[str, Any], ...] = ()

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form: verb, holder, issuer, value, proof, sources, and the words."""
        names = ("verb", "holder", "issuer", "value", "proof", "sources", "otherwise")
        return {**{name: plain(getattr(self, name), exact=exact) for name in names}, "words": list(self.lines)}

    def __str__(self) -> str:
        return "\n".join(self.lines)


def explanation(result: Any, holder: str, issuer: str, snapshot: Snapshot, register: Register | None = None) -> Explanation:
    """The proof of one number of ``result`` (a Ballot, an Ownership or a Control)."""
    proof = {"verb": "votes", **result.explain(holder, issuer)}
    steps = next(proof[key] for key in ("outcomes", "paths", "steps") if key in proof)
    known = ("verb", "holder", "issuer", "value", "outcomes", "paths", "steps", "sources")
    rest = {key: value for key, value in proof.items() if key not in known}
    return Explanation(
        verb=proof["verb"],
        holder=holder,
        issuer=issuer,
        value=proof.get("value"),
        proof=(*steps, rest),
        sources=(*(row for row in proof.get("sources", ()) if "rule" in row), *_evidence(proof, snapshot)),
        lines=tuple(words(proof, snapshot, register)),
        links=tuple(dict.fromkeys((str(a), str(b)) for a, b in _links(proof))),
    )


def with_rivals(proof: Explanation, rivals: Sequence[tuple[Statement, Explanation | str]], left: int = 0) -> Explanation:
    """The proof and the claims that contradict what it follows: what each would make of the answer, or why it gives none. ``left`` more
    are only counted."""
    if not rivals:
        return proof
    rows, lines = [], ["Claims that say otherwise, and the answer if one of them is followed:"]
    for claim, found in rivals:
        told = found if isinstance(found, str) else found.lines[0]
        value = None if isinstance(found, str) else found.value
        rows.append(
            {"statement": claim.id, "source": claim.source, "speaker_kind": claim.speaker_kind, "value": value, "words": told}
        )
        said = f"{bounds(claim.share)} of the shares" if claim.share else f"{count(claim.shares or 0)} shares"
        when = claim.as_of or claim.valid_from
        parts = [claim.speaker_kind, f"of {when}" if when else "", f"source {claim.source}" if claim.source else ""]
        lines.append(
            f"  {claim.id} ({', '.join(filter(None, parts))}): {claim.subject} has {said} in {claim.object}. Then: {told}"
        )
    lines += [f"  {count(left)} more claims say otherwise; 'conflicts' lists them."] if left else []
    return replace(proof, otherwise=tuple(rows), lines=(*proof.lines, *lines))


def _evidence(proof: Mapping[str, Any], snapshot: Snapshot) -> list[dict[str, Any]]:
    """The statements behind the lots on the proof's links."""
    pairs = {tuple(pair) for pair in _links(proof)}
    return [
        {
            "statement": lot.evidence,
            "lot": lot.id,
            "source": lot.source,
            "confidence": lot.confidence,
            "corroborated_by": lot.corroborated_by,
        }
        for lot in snapshot.lots
        if (lot.holder, lot.issuer) in pairs and lot.evidence
    ]


def _links(proof: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Holdings that the proof rests on: the one asked about, those on its chains, those that make control."""
    found = [(proof["holder"], proof["issuer"])]
    for path in proof.get("paths", ()):
        found += pairwise(path["path"])
    for step in proof.get("steps", ()):
        found += [(holder, step["company"]) for holder in step["by"]]
    for outcome in proof.get("outcomes", ()):
        for link in (link for rule in outcome["rules"] for link in rule["control"]):
            found += [(holder, link["company"]) for holder in (link["controller"], *link["with"])]
    return found
