"""What parties declare that they own through whatever chain, beside what the lots add up to (spec/evidence 3.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from crosshold.errors import Finding
from crosshold.measures.bounds import ownership_bounds
from crosshold.model.share import Share
from crosshold.model.snapshot import Declared
from crosshold.model.stakes import Stakes

MOST = 1_000
"""Declarations that are compared; each costs a pass over the owners of its company."""


def declared_differs(stakes: Stakes, declared: Sequence[Declared]) -> list[Finding]:
    """``W_DECLARED_DIFFERS`` where a declared share and ours, each between its bounds, have no value in common.

    Ours is ownership through all chains (source-avoiding) of all shares issued: build the stakes on ``issued``.
    """
    found = list(_differing(stakes, declared[:MOST]))
    if len(declared) > MOST:
        message = f"{len(declared) - MOST:,} declared interests are not compared with what the lots add up to."
        found.append(Finding("N_DECLARED_UNCOMPARED", message, "Ask about one company.", "declared"))
    return found


def _differing(stakes: Stakes, declared: Sequence[Declared]) -> Iterator[Finding]:
    known = [d for d in declared if d.holder in stakes.position and d.issuer in stakes.position]
    issuers = sorted({d.issuer for d in known})
    rows = ownership_bounds(stakes, issuers=issuers, holders=sorted({d.holder for d in known})).rows if known else ()
    ours = {(row.holder, row.issuer): (Fraction(row.low), Fraction(row.high)) for row in rows}
    for d in declared:
        low, high = ours.get((d.holder, d.issuer), (Fraction(0), Fraction(0)))
        if not d.share.meets(Share(None, low, high)):
            said, given = _said(d.share.low, d.share.high), _said(low, high)
            message = f"{d.holder} in {d.issuer}: declared {said} ({d.statement}); the lots give {given}."
            yield Finding(
                "W_DECLARED_DIFFERS", message, "Look for a chain that is missing, or for what is counted twice.", d.issuer
            )


def _said(low: Fraction, high: Fraction) -> str:
    return f"{float(low):.4%}" if low == high else f"{float(low):.4%} to {float(high):.4%}"
