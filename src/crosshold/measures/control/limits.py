"""The line that control must pass, in whole votes, and whether controllers form a chain."""

from __future__ import annotations

from fractions import Fraction

from crosshold.errors import Finding
from crosshold.kernels.csr import Int
from crosshold.kernels.limits import limits
from crosshold.network import Graph

HALF = Fraction(1, 2)


def limits_of(graph: Graph, threshold: Fraction, strict: bool) -> Int:
    """Per company the largest sum of votes that does not control it."""
    return limits(graph.total, threshold.numerator, threshold.denominator, strict)


def is_forest(graph: Graph, limit: Int) -> bool:
    """True when two separate groups cannot both pass the limit of any company, decided from the votes that are held."""
    return bool((graph.held // 2 <= limit).all())  # held <= 2 limit + 1


def forest_findings(graph: Graph, threshold: Fraction, strict: bool) -> list[Finding]:
    """``W_NO_FOREST`` where controllers of a company need not form a chain."""
    if threshold > HALF or (threshold == HALF and strict):
        if not graph.overheld:
            return []
        reason = "some companies are held more than 100 %"
    else:
        reason = "more than one holder can pass the threshold"
    message = f"{reason}: a company can have several controllers that do not control each other."
    return [Finding("W_NO_FOREST", message, "Every controller is listed.", "control")]
