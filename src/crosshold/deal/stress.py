"""Three-valued verdicts on uncertain stakes (spec/deal 16)."""

from __future__ import annotations

from crosshold.deal.exact import Number, number
from crosshold.errors import Finding, RequestError

CERTAIN, POSSIBLE, IMPOSSIBLE = "CERTAIN", "POSSIBLE", "IMPOSSIBLE"


def verdict(low: Number, high: Number, op: str, threshold: Number, *, closed_high: bool = False) -> str:
    """Is a value in [low, high) on a side of a line: CERTAIN for all values, IMPOSSIBLE for none, else POSSIBLE.

    ``op`` is one of > >= < <=; ``closed_high`` takes the upper end in. A point (low = high) is always closed.

    >>> verdict("0.145", "0.155", ">=", "0.155")
    'IMPOSSIBLE'
    """
    bottom, top, line = number(low), number(high), number(threshold)
    if bottom > top:
        raise RequestError(Finding("C_BAD_NUMBER", f"low {low} is above high {high}.", "Swap them."))
    if op in ("<", "<="):
        opposite = {CERTAIN: IMPOSSIBLE, IMPOSSIBLE: CERTAIN, POSSIBLE: POSSIBLE}
        return opposite[verdict(low, high, {"<": ">=", "<=": ">"}[op], threshold, closed_high=closed_high)]
    if op not in (">", ">="):
        raise RequestError(Finding("C_BAD_VALUE", f"{op!r} compares nothing.", "Say > >= < or <=."))
    closed = closed_high or bottom == top
    all_ = bottom > line if op == ">" else bottom >= line
    some = top > line if op == ">" or not closed else top >= line
    return CERTAIN if all_ else POSSIBLE if some else IMPOSSIBLE
