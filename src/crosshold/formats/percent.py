"""Percentages as people write them: ``38.4%``, ``0,5``, ``25–50 %``, ``more than 25%``, ``<5`` (spec/evidence 2.1)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from crosshold.model.share import HEDGES, Share, parse

_DASHES = re.compile("[\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d\u301c\uff5e]")
_UNIT = re.compile(r"%|\bper ?cent\b|\bpct\b|\bprozent\b|\bpour ?cent\b")
_SIGNS = (
    (">=", "at least"), ("≥", "at least"), ("≧", "at least"), ("<=", "at most"), ("≤", "at most"), ("≦", "at most"), (">", "more than"),
    ("<", "less than"), ("≈", "about"), ("ca.", "circa"), ("c.", "circa"), ("env.", "environ"),
)  # fmt: skip
_ONE = re.compile(r"\d{1,12}(?:[.,]\d{1,20})?")
_TWO = re.compile(r"(?:between |from |de |von |entre )?([\d.,]+) ?(?:-|~|to|and|à|et|bis|から) ?([\d.,]+)")
_WORDS = sorted(HEDGES, key=len, reverse=True)
_BEHIND = tuple(word for word in _WORDS if not word.isascii())


class OutOfRange(ValueError):
    """A percentage over 100."""


class Parts(NamedTuple):
    """A share as written, taken apart: one number or the two of a range, its hedge, and whether it has a sign or word for percent."""

    numbers: tuple[str, ...]
    hedge: str | None
    signed: bool


@lru_cache(2**14)
def parts(text: str) -> Parts:
    """The parts of a text, whatever its number is one of; full width as half width, any dash as one.

    >>> parts("＜５％"), parts("約12").hedge, parts("25 à 50 %").numbers
    (Parts(numbers=('5',), hedge='less than', signed=True), '約', ('25', '50'))
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text).casefold())
    bare = " ".join(_UNIT.sub(" ", plain).split())
    signed = _UNIT.search(plain) is not None
    if both := _TWO.fullmatch(bare):
        return Parts(both.groups(), None, signed)
    for sign, word in _SIGNS:
        if bare.startswith(sign):
            return Parts((bare.removeprefix(sign).strip(),), word, signed)
    for word in _WORDS:
        if bare.startswith(word) and bare != word:
            return Parts((bare.removeprefix(word).strip(),), word, signed)
    for word in _BEHIND:
        if bare.endswith(word) and bare != word:
            return Parts((bare.removesuffix(word).strip(),), word, signed)
    if bare.endswith("+"):
        return Parts((bare[:-1].strip(),), "at least", signed)
    return Parts((bare,), None, signed)


@lru_cache(4096)
def read_percent(text: str) -> tuple[Share, str | None]:
    """The share that a text says in percent, never as a fraction of one, and the hedge it is said with. A printed number stands for half
    a unit of its last digit on either side. ``ValueError`` when it is no percentage, ``OutOfRange`` over 100.

    >>> share, _ = read_percent("25–50 %"); (str(share.low), str(share.high))
    ('1/4', '1/2')
    """
    numbers, hedge, _ = parts(text)
    if not all(_ONE.fullmatch(number) for number in numbers):
        raise ValueError(f"{text[:40]!r} is no percentage")
    if len(numbers) == 2:
        low, high = (_exactly(number) for number in numbers)
        if low.low > high.low:
            raise ValueError(f"{text[:40]!r} runs backwards")
        return Share(None, low.low, high.low, bounds_from="band", text=text), None
    share = parse(_of_one(numbers[0]), hedge)
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
