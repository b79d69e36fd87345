"""The words of tables in ``words.yaml``: what a header cell means, what is a total, an empty cell, a unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from crosshold.formats.yaml_text import read_file

_LOOSE = re.compile(r"[\s_.,:;/\\|()\[\]{}'’\"“”#*・＊%-]+")
_SIGN = re.compile(r"[%％]")
_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")


@dataclass(frozen=True)
class Meaning:
    """What a column is: its field, and what its header says of its numbers (``percent``, ``fraction``; counts in thousands)."""

    field: str
    unit: str | None = None
    scale: int = 1
    currency: str | None = None


@lru_cache(1)
def words() -> Mapping[str, Any]:
    """The file, read when it is first needed."""
    data: Mapping[str, Any] = read_file(Path(__file__).with_name("words.yaml")).data
    return data


@lru_cache(1)
def _fields() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, languages in words()["fields"].items():
        for spellings in languages.values():
            for spelling in spellings:
                found.setdefault(loose(spelling), name)
        if ":" not in name:
            found.setdefault(loose(name), name)
    return found


@lru_cache(1)
def _totals() -> frozenset[str]:
    return frozenset(loose(word) for spellings in words()["totals"].values() for word in spellings)


@lru_cache(1)
def _units() -> list[tuple[str, str, int, str | None]]:
    """``(word, kind, factor, currency)``, longer words first."""
    found = [(word, "count", int(factor), None) for factor, listed in words()["counts"].items() for word in listed]
    for unit, listed in words()["money"].items():
        factor, currency = unit.split()
        found += [(word, "money", int(factor), currency) for word in listed]
    return sorted(found, key=lambda row: -len(row[0]))


@lru_cache(50_000)
def loose(text: str) -> str:
    """A text to be compared: NFKC, lower case, punctuation as blanks, blanks as one."""
    return _LOOSE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


@lru_cache(50_000)
def is_total(text: str) -> bool:
    """Whether a cell says that its row is a total."""
    return len(text) < 40 and loose(text) in _totals()


@lru_cache(50_000)
def is_empty(text: str) -> bool:
    """Whether a cell of numbers or dates stands for nothing."""
    if not text or len(text) >= 16:
        return not text
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip().casefold() in _empty()


@lru_cache(1)
def _empty() -> frozenset[str]:
    return frozenset(unicodedata.normalize("NFKC", word).casefold() for word in words()["empty"])


def units(text: str) -> tuple[bool, int, tuple[int, str | None] | None]:
    """Units named in a text: whether percent, the factor of counts, and the factor and currency of money."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    count, money = 1, None
    for word, kind, factor, currency in _units():
        if word in plain:
            if kind == "count" and count == 1:
                count = factor
            elif kind == "money" and money is None:
                money = factor, currency
    return bool(_SIGN.search(plain)), count, money


@lru_cache(10_000)
def meaning(header: str) -> Meaning | None:
    """What a header cell means; ``None`` when its words are not known.

    >>> meaning("Votes %"), meaning("株式数（千株）")
    (Meaning(field='vote_share', unit='percent', scale=1, currency=None), Meaning(field='shares', unit=None, scale=1000, currency=None))
    """
    if len(header) > 200 or not header.strip():
        return None
    percent, count, money = units(header)
    plain = loose(header)
    bare = loose(_BRACKETS.sub(" ", header))  # what stands in brackets is a unit or a remark
    percent = percent or bool({plain, *plain.split()} & {loose(w) for w in words()["percent"] if w != "%"})
    field = _fields().get(plain) or _fields().get(bare) or _fields().get(_without(bare)) or _fields().get(bare.replace(" ", ""))
    if field is None and percent and not bare:
        field = "share"
    if field is None:
        return None
    if percent:
        field = {"shares": "share", "votes": "vote_share"}.get(field, field)
    unit = None
    if field in ("share", "vote_share"):
        unit = "percent" if percent else "fraction" if plain in words()["fraction"] else None
    if field in ("shares", "issued", "votes"):
        return Meaning(field, None, count)
    if field == "amount" and money:
        return Meaning(field, None, money[0], money[1])
    return Meaning(field, unit)


def _without(plain: str) -> str:
    """A header without its word for percent: "percent of votes" as "of votes"."""
    known = {loose(w) for w in words()["percent"]}
    return " ".join(word for word in plain.split() if word not in known)


def known_words(cells: Iterable[str]) -> int:
    """How many different fields the cells of a row name."""
    return len({found.field for cell in cells if (found := meaning(cell.strip().strip('"'))) is not None})
