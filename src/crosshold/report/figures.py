"""Numbers as a reader sees them: percentages, whole counts, money. One place, so that a figure looks the same everywhere."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from crosshold.model.share import Share

Ratio = Fraction | float | int

MINUS = "-"
_UNITS = ((Decimal(10) ** 12, "trn"), (Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"))


def percent(share: Ratio | None, digits: int = 2) -> str:
    """A fraction as percent with fixed digits; ``None`` is "unknown". A share above 0 is never printed as nothing.

    >>> percent(Fraction(15, 100), 1), percent(Fraction(1, 10**6)), percent(None)
    ('15.0 %', '< 0.01 %', 'unknown')
    """
    if share is None:
        return "unknown"
    exact = Fraction(share) * 100
    least = Fraction(1, 10**digits)
    if 0 < exact < least / 2:
        return f"< {fixed(least, digits)} %"
    return f"{fixed(exact, digits)} %"


def bounds(share: Share) -> str:
    """A share between its bounds, in words that say whether an end is in it; whole percentages without decimals.

    >>> bounds(Share(None, Fraction(1, 4), Fraction(1, 2), low_open=True)), bounds(Share(None, Fraction(0), Fraction(1), low_open=True))
    ('over 25 % to 50 %', 'some')
    """
    if share.low == 0 and share.low_open and share.high == 1:
        return "some"
    low, high = (percent(end, 0 if (end * 100).denominator == 1 else 2) for end in (share.low, share.high))
    if share.low == share.high:
        return low
    whole = share.high == 1 and not share.high_open
    first = f"over {low}" if share.low_open else f"at least {low}" if whole else low
    return first if whole else f"{first} to {'under ' if share.high_open else ''}{high}"


def fixed(value: Ratio, digits: int) -> str:
    """A number with fixed digits, rounded half to even on its exact value, thousands marked by commas.

    >>> fixed(Fraction(43401, 1000), 1), fixed(-1234567, 0)
    ('43.4', '-1,234,567')
    """
    exact = Fraction(value)
    scaled = round(exact * 10**digits)
    return f"{Decimal(scaled).scaleb(-digits):,.{digits}f}"


def points(difference: Ratio, digits: int = 2) -> str:
    """A difference of two percentages, with its sign: "+3.40 points".

    >>> points(Fraction(-134, 1000), 1)
    '-13.4 points'
    """
    exact = Fraction(difference) * 100
    if 0 < abs(exact) < Fraction(1, 2 * 10**digits):
        return f"under {fixed(Fraction(1, 10**digits), digits)} points"
    return f"{'+' if exact > 0 else ''}{fixed(exact, digits)} points"


def sign(operator: str) -> str:
    """A comparison as it is printed.

    >>> sign(">="), sign(">")
    ('≥', '>')
    """
    return {">=": "≥", "<=": "≤"}.get(operator, operator)


def count(number: int) -> str:
    """A whole number with thousands marked.

    >>> count(1831837027)
    '1,831,837,027'
    """
    return f"{number:,}"


def money(amount: Decimal | int | str, currency: str = "EUR", digits: int = 2) -> str:
    """Money in the unit that keeps it short: "EUR 2.44 bn". Small amounts are written out.

    >>> money("2444050000.12"), money("-512.5", "JPY")
    ('EUR 2.44 bn', 'JPY -512.50')
    """
    value = Decimal(amount)
    for size, name in _UNITS:
        if abs(value) >= size:
            return f"{currency} {_rounded(value / size, digits)} {name}"
    return f"{currency} {_rounded(value, 2 if value % 1 else 0)}"


def _rounded(value: Decimal, digits: int) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN):,}"
