"""Ranks from the control result: controllers above what they control, a company below its largest voter otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

Pair = tuple[str, str]


def ranks(parties: Sequence[str], controls: Iterable[Pair], voters: Mapping[Pair, Fraction]) -> dict[str, int]:
    """Rank of every party, 0 at the top.

    ``controls`` are (controller, controlled) pairs with a direct stake, ``voters`` the share of votes of every direct holder that
    could be a parent (not dispersed, not itself). The members of a ring are put in the order of their votes in one another, ties
    in the order of ``parties``. A holder that nobody holds stands one above the highest of its issuers.
    """
    order = {name: n for n, name in enumerate(parties)}
    parents: dict[str, set[str]] = {name: set() for name in parties}
    for controller, controlled in controls:
        if controller in order and controlled in order and controller != controlled:
            parents[controlled].add(controller)
    for issuer in parties:
        held = {h: share for (h, i), share in voters.items() if i == issuer and h in order and h != issuer}
        if held and not parents[issuer]:
            parents[issuer].add(max(held, key=lambda h: (held[h], -order[h])))
    found = _longest(parents, order, voters)
    held_by_any = {i for _, i in voters}
    for name in parties:
        below = [found[i] for h, i in voters if h == name and i != name]
        if name not in held_by_any and below:
            found[name] = min(below) - 1
    least = min(found.values(), default=0)
    return {name: rank - least for name, rank in found.items()}


def _longest(parents: dict[str, set[str]], order: Mapping[str, int], voters: Mapping[Pair, Fraction]) -> dict[str, int]:
    """Longest way from the top; rings are opened before their strongest member."""
    found: dict[str, int] = {}
    open_parents = {name: set(above) for name, above in parents.items()}
    while len(found) < len(parents):
        ready = sorted((n for n in parents if n not in found and open_parents[n] <= set(found)), key=order.__getitem__)
        if not ready:
            ring = _ring(open_parents, found)

            def weight(name: str, ring: set[str] = ring) -> Fraction:
                return sum((share for (h, i), share in voters.items() if h == name and i in ring), start=Fraction(0))

            first = max(ring, key=lambda name: (weight(name), -order[name]))
            open_parents[first] -= ring
            continue
        for name in ready:
            found[name] = 1 + max((found[above] for above in open_parents[name]), default=-1)
    return found


def _ring(parents: Mapping[str, set[str]], done: Mapping[str, int]) -> set[str]:
    """The first ring met when walking up from any party that still waits."""
    name = next(n for n in parents if n not in done)
    seen: list[str] = []
    while name not in seen:
        seen.append(name)
        name = min(above for above in parents[name] if above not in done)
    return set(seen[seen.index(name) :])
