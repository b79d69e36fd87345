"""Exact numbers from what people write."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.errors import Finding, RequestError
from crosshold.model.exact import number as exact_number
from crosshold.model.result import plain

Number = int | str | Decimal | Fraction | float


def number(value: Number) -> Fraction:
    """An exact number; a float is taken as its shortest decimal. ``C_BAD_NUMBER`` if it is none.

    >>> number("0.15"), number("3/20"), number(0.1)
    (Fraction(3, 20), Fraction(3, 20), Fraction(1, 10))
    """
    try:
        return exact_number(value)
    except ValueError:
        raise RequestError(Finding("C_BAD_NUMBER", f"{value!r} is no number.", 'Write "0.15" or "3/20".')) from None


class Record:
    """JSON form shared by the small frozen results of the deal room."""

    def to_dict(self, *, exact: bool = False) -> dict[str, Any]:
        """All fields; fractions as numbers, or as text "a/b" when ``exact``."""
        return plain(self, exact=exact)  # type: ignore[no-any-return]
