"""Why no plan meets the goals: the smallest set of them that cannot hold together, and what each lacks."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from crosshold.deal.design.answer import Unmet
from crosshold.deal.design.program import solve
from crosshold.deal.design.search import RULE, Search
from crosshold.deal.design.target import Row

NOTHING = Row("", {}, Fraction(0), {}, "", Fraction(1))


def conflict(search: Search) -> list[Unmet]:
    """The smallest set of goals and rules that cannot hold together, and what each lacks; of the state of the law in which it is smallest.

    One goal after the other is left out; those without which the rest can hold belong to the set.
    """
    sets: list[tuple[int, int, list[str], list[Row]]] = []
    for cell in search.cells:
        setting = search.reached.get(cell, search.setting)
        rows = search.rows(setting, cell)
        if _feasible(search, rows):
            return []
        names = list(dict.fromkeys(row.goal for row in rows))
        for name in list(names):
            rest = [n for n in names if n != name]
            if not _feasible(search, [row for row in rows if row.goal in rest]):
                names = rest
        sets.append((len(names), len(sets), names, rows))
    _, _, names, rows = min(sets)
    return [_unmet(search, name, [row for row in rows if row.goal in names]) for name in names]


def _unmet(search: Search, name: str, rows: Sequence[Row]) -> Unmet:
    """What one goal of the set would have to give, alone."""
    unit = next(row.unit for row in rows if row.goal == name)
    found = solve(search.setting.moves, rows, NOTHING, segments=50, elastic={name: 1.0}, limit_s=search.left())
    what = name.removeprefix(RULE) if name.startswith(RULE) else f"goal {name}"
    if found is None:
        return Unmet(name.removeprefix(RULE), None, unit, f"{what} cannot be met, whatever the others give.")
    needed = found.slack[name]
    for row in rows:
        there = row.form.at({v: round(x) for v, x in found.x.items()}) if row.goal == name and row.form else None
        if there is not None and row.threshold is not None and needed > 0:
            needed = abs(float(there - row.threshold))  # the denominator moves as well
    sentence = f"{what} would have to give {_said(needed, unit)} while the others stay as they are."
    return Unmet(name.removeprefix(RULE), needed, unit, sentence)


def _feasible(search: Search, rows: Sequence[Row]) -> bool:
    return solve(search.setting.moves, rows, NOTHING, segments=50, limit_s=search.left()) is not None


def _said(needed: float, unit: str) -> str:
    return f"{needed * 100:.4f} points {unit}" if unit.startswith("of ") else f"{needed:,.2f} {unit}"
