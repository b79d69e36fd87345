"""Stakes multiplied along chains and added over chains: one of the six ways of counting indirect holdings (spec 12)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from crosshold.kernels.flow import Amount, Divergent, Flow
from crosshold.law.measure import Span, Votes


def product_share(votes: Votes, holder: str, target: str, basis: str) -> Span:
    """Share of ``target`` that ``holder`` has directly and through companies, each stake counted as a share of the one below it.

    Chains may pass through companies more than once, but not through the holder: its share of a company is not counted through itself.
    Companies that own each other completely have no product: the share is open.
    """
    ends = []
    for end in ("low", "high"):
        key = target, basis, end
        if key not in votes.products:
            votes.products[key] = _up_from(votes, target, basis, end)
        ends.append(votes.products[key].get(holder, Fraction(0)))
    low, high = ends
    if low is None or high is None:
        return Span(Fraction(0), Fraction(1), True)
    return Span(low, high, False, low.numerator, low.denominator, basis)


def _up_from(votes: Votes, target: str, basis: str, end: str) -> dict[str, Fraction | None]:
    world = votes.world
    names = [target, *world.above(target)]
    place = {name: k for k, name in enumerate(names)}
    rows: list[list[tuple[int, Fraction]]] = []
    for name in names:
        spans = {
            place[owner]: votes.share((frozenset({owner}),) * 2, name, basis)
            for owner in world.owners.get(name, ())
            if owner in place and owner != name
        }
        rows.append([(k, share) for k, span in spans.items() if (share := getattr(span, end))])
    pointer = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    flow = Flow(
        pointer, np.array([k for row in rows for k, _ in row], dtype=np.int64), [share for row in rows for _, share in row]
    )
    try:
        return {name: _first_arrival(flow, found, k) for found in [flow.solve({0: Fraction(1)})] for name, k in place.items()}
    except Divergent:
        return dict.fromkeys(names)


def _first_arrival(flow: Flow, found: Mapping[int, Amount], node: int) -> Fraction | None:
    """What arrives at a node without having been there: all that arrives over what returns per unit."""
    amount, again = found.get(node, Fraction(0)), flow.diagonal(node)
    return None if amount is None or not again else Fraction(amount) / Fraction(again)
