"""Clearing: what firms pay and are worth when they owe each other, and hold each other's equity, and some cannot pay.

Eisenberg and Noe, "Systemic risk in financial systems", Management Science 47 (2001), for debts alone; with equity held across, Suzuki,
"Valuing corporate debt: the effect of cross-holdings of stock and debt", J. Operations Research Society of Japan 45 (2002);
Gourieroux, Heam, Monfort, Canadian J. of Economics 45 (2012); Fischer, Mathematical Finance 24 (2014).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, Findings, RequestError, UndeterminedError
from crosshold.kernels.clearing import Parts, greatest, least
from crosshold.kernels.flow import Divergent, Number
from crosshold.model.result import Result

ROUNDING = 1e-9  # ends that float64 cannot tell apart
Money = Decimal | Fraction | int | str


class ClearingRow(NamedTuple):
    """Money of one firm: its debts, what it pays, what is left to its owners; ``recovery`` is paid / debt (``None`` without debt)."""

    firm: str
    debt: Fraction
    paid: Number
    equity: Number
    recovery: Number | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Clearing(Result):
    """By firm, in the unit of the input: the answer in which everybody pays most.

    ``defaulted``: firms that cannot pay in full (sorted). ``outside``: what outsiders receive as owners and creditors; it is the sum of all
    assets. ``least_paid`` and ``least_equity`` are the other end when there are several answers, otherwise ``None``.
    """

    debts: Mapping[str, Fraction]
    paid: Mapping[str, Number]
    equity: Mapping[str, Number]
    recovery: Mapping[str, Number | None]
    defaulted: tuple[str, ...]
    outside: Number
    least_paid: Mapping[str, Number] | None
    least_equity: Mapping[str, Number] | None

    row: ClassVar[Any] = ClearingRow
    shares: ClassVar[tuple[str, ...]] = ("recovery",)

    def _rows(self) -> list[ClearingRow]:
        return [ClearingRow(f, self.debts[f], self.paid[f], self.equity[f], self.recovery[f]) for f in self.paid]


def clearing(
    assets: Mapping[str, Money],
    *,
    owes: Iterable[Sequence[object]] = (),
    debts: Mapping[str, Money] | None = None,
    equity_held: Iterable[Sequence[object]] = (),
    debt_held: Iterable[Sequence[object]] = (),
) -> Clearing:
    """The clearing of debts of equal rank: x = a + Ms s + Md r, r = min(d, x), s = max(0, x - d).

    ``assets`` a: money of each firm without its claims on the others. Debts either as ``owes``: ``(debtor, creditor, money)``, or as
    ``debts`` d (money by firm) with ``debt_held``: ``(holder, firm, fraction)``; what nobody here holds is owed to outsiders.
    ``equity_held``: ``(holder, firm, fraction)``. A firm defaults when x < d; x = d is payment in full. Exact in groups of up to 60
    firms. Unique when outsiders have some of every firm's equity and debt; otherwise both ends are computed.

    Errors: E_DEBTS (debts given in both ways), E_NEGATIVE (assets, debts, parts), E_OVERHELD (more than the whole is
    held). Findings: W_SEVERAL_EQUILIBRIA. Firms that own each other completely: W_OWNERLESS_CYCLE as ``UndeterminedError``.
    """
    names, a, d, equity, debt = _system(assets, owes, debts, equity_held, debt_held)
    closed = any(sum((part for _, part in row), start=Fraction(0)) == 1 for row in (*equity, *debt))
    try:
        x = greatest(a, d, equity, debt)
        low = least(a, d, equity, debt) if closed else x
    except Divergent as cause:
        members = ", ".join(names[j] for j in cause.members)
        message = f"{members}: what they own of each other leaves nothing outside, so their values have no end."
        raise UndeterminedError(Finding("W_OWNERLESS_CYCLE", message, "Add the missing outside holders.", members)) from None
    paid, left = _paid(x, d), _left(x, d)
    rest = [[1 - sum((part for _, part in row), start=Fraction(0)) for row in parts] for parts in (equity, debt)]
    received = [p * m for parts, money in zip(rest, (left, paid), strict=True) for p, m in zip(parts, money, strict=True)]
    several = any(high - less > (ROUNDING if isinstance(high, float) else 0) for high, less in zip(x, low, strict=True))
    findings = []
    if several:
        least_sum, most_sum = (float(sum(_paid(end, d), start=Fraction(0))) for end in (low, x))
        message = f"payments between {least_sum:,.6g} and {most_sum:,.6g} in all are consistent: a ring can pay itself, or not."
        findings = [Finding("W_SEVERAL_EQUILIBRIA", message, "The most is shown, the least beside it.", "clearing")]
    return Clearing(
        debts=dict(zip(names, d, strict=True)),
        paid=dict(zip(names, paid, strict=True)),
        equity=dict(zip(names, left, strict=True)),
        recovery={name: r / owed if owed else None for name, r, owed in zip(names, paid, d, strict=True)},
        defaulted=tuple(sorted(name for name, owed, value in zip(names, d, x, strict=True) if value < owed)),
        outside=sum(received, start=Fraction(0)),
        least_paid=dict(zip(names, _paid(low, d), strict=True)) if several else None,
        least_equity=dict(zip(names, _left(low, d), strict=True)) if several else None,
        settings={"priority": "equal", "default": "value below debt"},
        findings=tuple(findings),
    )


def _paid(values: Sequence[Number], debts: Sequence[Fraction]) -> list[Number]:
    return [min(owed, value) for owed, value in zip(debts, values, strict=True)]


def _left(values: Sequence[Number], debts: Sequence[Fraction]) -> list[Number]:
    return [max(Fraction(0), value - owed) for owed, value in zip(debts, values, strict=True)]


Rows = Iterable[Sequence[object]]


def _system(
    assets: Mapping[str, Money], owes: Rows, debts: Mapping[str, Money] | None, equity_held: Rows, debt_held: Rows
) -> tuple[list[str], list[Fraction], list[Fraction], Parts, Parts]:
    """Names, assets a, debts d and the holders of everybody's equity and debt, checked."""
    claims = [(str(debtor), str(creditor), Fraction(str(money))) for debtor, creditor, money in owes]
    held = [[(str(h), str(f), Fraction(str(part))) for h, f, part in rows] for rows in (equity_held, debt_held)]
    if claims and (debts is not None or held[1]):
        raise RequestError(Finding("E_DEBTS", "debts are given twice.", "Give owes, or debts with debt_held.", "owes"))
    known = {name: Fraction(money) for name, money in (debts or {}).items()}
    for debtor, _, money in claims:
        known[debtor] = known.get(debtor, Fraction(0)) + money
    held[1] += [(creditor, debtor, money / known[debtor]) for debtor, creditor, money in claims if known[debtor]]
    parties = [name for debtor, creditor, _ in claims for name in (debtor, creditor)]
    names = list(dict.fromkeys([*assets, *known, *parties, *(n for rows in held for h, f, _ in rows for n in (h, f))]))
    a = [Fraction(assets.get(name, 0)) for name in names]
    d = [known.get(name, Fraction(0)) for name in names]
    _refuse(names, a, d, claims, held)
    equity, debt = (_parts(names, rows) for rows in held)
    return names, a, d, equity, debt


def _refuse(
    names: list[str],
    assets: list[Fraction],
    debts: list[Fraction],
    claims: list[tuple[str, str, Fraction]],
    held: list[list[tuple[str, str, Fraction]]],
) -> None:
    """All faults of the amounts at once."""
    faults = Findings()
    for what, amounts in (("assets", assets), ("debts", debts)):
        for name, amount in zip(names, amounts, strict=True):
            if amount < 0:
                faults.add("E_NEGATIVE", f"{name}: {what} of {amount} are below 0.", "Give what is there, or owed.", name)
    for debtor, creditor, money in claims:
        if money < 0:
            faults.add("E_NEGATIVE", f"{debtor} owes {creditor} {money}.", "Turn the claim round.", debtor)
    for what, rows in zip(("equity", "debt"), held, strict=True):
        total: dict[str, Fraction] = {}
        for holder, firm, part in rows:
            total[firm] = total.get(firm, Fraction(0)) + part
            if part < 0:
                faults.add("E_NEGATIVE", f"{holder} holds {part} of the {what} of {firm}.", "Parts are 0 to 1.", firm)
        for firm, whole in total.items():
            if whole > 1:
                message = f"{firm}: {float(whole) * 100:.4g} % of its {what} is held."
                faults.add("E_OVERHELD", message, "Fractions, not percent; check for double counting.", firm)
    faults.raise_errors()


def _parts(names: list[str], rows: list[tuple[str, str, Fraction]]) -> Parts:
    """By firm, who holds which part of it."""
    at = {name: k for k, name in enumerate(names)}
    parts: list[dict[int, Fraction]] = [{} for _ in names]
    for holder, firm, part in rows:
        row = parts[at[firm]]
        row[at[holder]] = row.get(at[holder], Fraction(0)) + part
    return [[(i, part) for i, part in sorted(row.items()) if part] for row in parts]
