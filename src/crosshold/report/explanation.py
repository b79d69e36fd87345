"""One number's proof, as data and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from crosshold.errors import Finding
from crosshold.model.register import Register
from crosshold.model.result import plain
from crosshold.model.snapshot import Snapshot
from crosshold.report.explain import lines as words


@dataclass(frozen=True)
class Explanation:
    """``value`` is what is explained, ``proof`` the steps to it as plain data, ``sources`` the statements and laws it rests on."""

    verb: str
    holder: str
    issuer: str
    value: Any
    proof: tuple[Mapping[str, Any], ...]
    sources: tuple[Any, ...]
    lines: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """JSON form: verb, holder, issuer, value, proof, sources, and the words."""
        names = ("verb", "holder", "issuer", "value", "proof", "sources")
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
    )


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
