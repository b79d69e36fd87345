"""Percentages as people write them: ``38.4%``, ``0,5``, ``25–50 %``, ``more than 25%``, ``<5`` (spec/evidence 2.1)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from crosshold.model.share import HEDGES, Share, parse

SOME = Share(None, Fraction(0), Fraction(1), low_open=True, bounds_from="word")
"""A stake of which no number is said."""
_DASHES = re.compile("[\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d\u301c\uff5e]")
_UNIT = re.compile(r"%|\bper ?cent\b|\bpct\b|\bprozent\b|\bpour ?cent\b")
_SIGNS = ((">=", "at least"), ("≥", "at least"), ("<=", "at most"), ("≤", "at most"), (">", "more than"), ("<", "less than"))
_NUMBER = r"(\d{1,12}(?:[.,]\d{1,20})?)"
_ONE = re.compile(_NUMBER)
_TWO = re.compile(rf"(?:between |from )?{_NUMBER} ?(?:-|to|and) ?{_NUMBER}")
_WORDS = sorted(HEDGES, key=len, reverse=True)


class OutOfRange(ValueError):
    """A percentage over 100."""


@lru_cache(4096)
def read_percent(text: str) -> tuple[Share, str | None]:
    """The share that a text says in percent, never as a fraction of one, and the hedge it is said with. A printed number stands for half
    a unit of its last digit on either side. ``ValueError`` when it is no percentage, ``OutOfRange`` over 100.

    >>> share, _ = read_percent("25–50 %"); (str(share.low), str(share.high))
    ('1/4', '1/2')
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text).casefold())
    plain = " ".join(_UNIT.sub(" ", plain).split())
    both = _TWO.fullmatch(plain)
    if both:
        low, high = (_exactly(number) for number in both.groups())
        if low.low > high.low:
            raise ValueError(f"{text[:40]!r} runs backwards")
        return Share(None, low.low, high.low, bounds_from="band", text=text), None
    hedge = next((word for sign, word in _SIGNS if plain.startswith(sign)), None)
    if hedge:
        plain = plain.lstrip("<>=≥≤ ")
    else:
        hedge = next((word for word in _WORDS if plain.startswith(word) and plain != word), None)
        plain = plain.removeprefix(hedge or "").strip()
        if hedge is None and plain.endswith("+"):
            hedge, plain = "at least", plain[:-1].strip()
    if not _ONE.fullmatch(plain):
        raise ValueError(f"{text[:40]!r} is no percentage")
    share = parse(_of_one(plain), hedge)
    return replace(share, text=text), hedge


def _of_one(number: str) -> str:
    value = Decimal(number.replace(",", ".")).scaleb(-2)
    if value > 1:
        raise OutOfRange(f"{number} % is more than the whole")
    return f"{value:f}"


def _exactly(number: str) -> Share:
    share = parse(_of_one(number))
    point = share.point
    assert point is not None
    return Share(point, point, point)
