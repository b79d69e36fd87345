"""From fractions of shares to whole ones that still meet every row, decided in exact numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, lcm

from crosshold.deal.design.setting import Move
from crosshold.deal.design.target import Row

ROUNDS = 50
NEAR = 1e-3  # a number of shares so close below a whole one is meant to be that one
POLISH = 10_000  # the solver is exact to some shares of a billion; more than these are never given back


def whole(moves: Sequence[Move], rows: Sequence[Row], objective: Row, x: Mapping[int, float]) -> dict[int, int]:
    """Whole shares near ``x``: cut off, then mended row by row with the fewest shares, then trimmed of what no row needs.

    Rows that cannot be mended stay short: the replay decides what that means.
    """
    found = {v: min(max(floor(value + NEAR), 0), moves[v].most) for v, value in x.items()}
    exact = [cleared(row) for row in rows]
    for _ in range(ROUNDS):
        short = next((row for row in exact if slack(row, moves, found) < 0), None)
        if short is None or not _mend(short, moves, exact, found):
            break
    for v in sorted(found, key=lambda v: float(slope(objective, moves, found, v))):
        _trim(v, moves, exact, objective, found)
    return found


def cleared(row: Row) -> Row:
    """The same row times its common denominator, so that sums are of whole numbers."""
    by = lcm(row.least.denominator, *(c.denominator for c in (*row.terms.values(), *row.costs.values())))
    terms, costs = ({v: c * by for v, c in side.items()} for side in (row.terms, row.costs))
    return row._replace(terms={v: Fraction(c) for v, c in terms.items()}, costs=costs, least=row.least * by, per=row.per * by)


def slack(row: Row, moves: Sequence[Move], x: Mapping[int, int]) -> Fraction:
    """By how much the left side passes ``least``; negative when the row is short."""
    if row.least.denominator == 1 and all(c.denominator == 1 for c in row.terms.values()):
        value = Fraction(sum(c.numerator * x.get(v, 0) for v, c in row.terms.items()) - row.least.numerator)
    else:
        value = sum((c * x.get(v, 0) for v, c in row.terms.items()), -row.least)
    if row.costs:  # a sum met to a millionth of the currency's unit is met: costs are model outputs, not counts
        value += sum((c * Fraction(moves[v].cost(x[v])) for v, c in row.costs.items() if x.get(v, 0)), row.per / 10**6)
    return value


def slope(row: Row, moves: Sequence[Move], x: Mapping[int, int], v: int) -> Fraction:
    """What one more share of a move adds to the left side."""
    at = x.get(v, 0)
    cost = row.costs.get(v)
    more = Fraction(moves[v].cost(at + 1) - moves[v].cost(at)) * cost if cost else Fraction(0)
    return row.terms.get(v, Fraction(0)) + more


def _mend(short: Row, moves: Sequence[Move], rows: Sequence[Row], x: dict[int, int]) -> bool:
    """Change one move by the fewest shares that close the row without opening another; whether that was possible."""
    options = []
    for v in {*short.terms, *short.costs}:
        each = slope(short, moves, x, v)
        if each == 0:
            continue
        steps = ceil(-slack(short, moves, x) / abs(each))
        change = steps if each > 0 else -steps
        there = {**x, v: x[v] + change}
        if 0 <= there[v] <= moves[v].most and slack(short, moves, there) >= 0:
            broken = sum(slack(row, moves, there) < 0 <= slack(row, moves, x) for row in rows)
            options.append((broken, steps, v, there[v]))
    if not options:
        return False
    _, _, v, value = min(options)
    x[v] = value
    return True


def _trim(v: int, moves: Sequence[Move], rows: Sequence[Row], objective: Row, x: dict[int, int]) -> None:
    """Give back shares of a move that only cost and that no row needs."""
    if slope(objective, moves, x, v) >= 0:
        return
    free = min(POLISH, x[v])
    for row in rows:
        left = slack(row, moves, x)
        if row.costs.get(v) or left < 0:
            continue  # fewer shares cost less; looked at again below
        each = row.terms.get(v, Fraction(0))
        if each > 0:
            free = min(free, floor(left / each))
    while free and any(slack(row, moves, {**x, v: x[v] - free}) < 0 <= slack(row, moves, x) for row in rows if row.costs.get(v)):
        free //= 2
    x[v] -= free
