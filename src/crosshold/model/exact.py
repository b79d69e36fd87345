"""Exact numbers from text, within limits: a number of a hundred million digits is an attack, not a stake."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

MOST_CHARACTERS = 60
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,2})?")
_RATIO = re.compile(r"[-+]?\d+/\d*[1-9]\d*")


def is_number(text: str) -> bool:
    """Whether the text is a decimal number of at most 60 characters, with an exponent of at most two digits."""
    return len(text) <= MOST_CHARACTERS and bool(_NUMBER.fullmatch(text)) and text.isascii()


def fraction(text: str) -> Fraction:
    """The exact value of ``"1/4"``, ``"0.25"`` or ``"25e-2"``; ``ValueError`` when it is none of them.

    >>> fraction("0.25") == fraction("1/4")
    True
    """
    if len(text) <= MOST_CHARACTERS and text.isascii() and _RATIO.fullmatch(text):
        return Fraction(text)
    if not is_number(text):
        raise ValueError(f"{text[:MOST_CHARACTERS]!r} is not a number")
    return Fraction(text)


def number(value: object) -> Fraction:
    """The exact value of a whole number, a fraction, a decimal or text; a float is taken as its shortest decimal. ``ValueError``
    when it is no finite number.

    >>> number(0.1), number(" 3/20 ")
    (Fraction(1, 10), Fraction(3, 20))
    """
    if isinstance(value, str):
        return fraction(value.strip())
    try:
        exact: Any = str(value) if isinstance(value, float) else value
        return Fraction(exact)
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        raise ValueError(f"{str(value)[:MOST_CHARACTERS]!r} is not a number") from None


def decimal(text: str) -> Decimal:
    """The exact decimal; ``ValueError`` when the text is none."""
    if not is_number(text):
        raise ValueError(f"{text[:MOST_CHARACTERS]!r} is not a number")
    return Decimal(text)
