"""What one cell says: a number, a share with its hedge and bounds, a day. Text that is none of them is a ``ValueError`` with the reason.

Signs: one separator followed by one, two, four or more digits is a decimal sign; followed by three it may be either, and the column decides
(spec/evidence 7.2).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from crosshold.formats.mapped.words import words
from crosshold.formats.percent import parts
from crosshold.formats.xlsx import Day, Number, Percent, serial_day
from crosshold.model.dates import interval
from crosshold.model.share import Share, parse

_FOOTNOTE = re.compile(  # stars and daggers, raised digits, (1) [2] (*), （注）2 and (注1)
    r"(?<=\S)\s*(?:[*†‡]+|[¹²³⁰⁴-⁹]+[)⁾]?|\[\d{1,2}\]|[(（]\s*(?:\*|(?:note|fn)?\s*\d{1,2})\s*[)）]|[(（]注\s*\d{0,2}[)）]\s*\d{0,2})\s*$",
    re.IGNORECASE,
)
_MARK = re.compile(r"(?<=[\d%％])\s*(?:[*†‡§]+|[¹²³⁰⁴-⁹]+|\(\d\)|\[\d{1,2}\])\s*$")
_SPACE = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u2060'’´`]")
_GROUPS = re.compile(r"[-+]?\d{1,3}(?:[\s\u00a0\u2000-\u200b\u202f'’´`]\d{3})*(?:[.,]\d*)?")
_DIGITS = re.compile(r"[-+]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][-+]?\d{1,2})?")
_MINUS = str.maketrans({"−": "-", "–": "-", "△": "-", "▲": "-", "－": "-"})


class Ambiguous(ValueError):
    """A number that can be read in two ways."""


@dataclass(frozen=True)
class Style:
    """How the cells of a column are written: its decimal sign, unit, order of day and month, day 0 of serial numbers."""

    decimal: str | None = None
    unit: str | None = None
    order: str | None = None
    epoch: date = date(1899, 12, 30)


def bare(cell: str) -> str:
    """A number as plain text: without footnote marks, full width as half width."""
    return unicodedata.normalize("NFKC", _MARK.sub("", cell)).strip().translate(_MINUS)


def name(cell: str) -> tuple[str, str | None]:
    """A name without the footnote mark behind it, and the mark."""
    text = cell.strip()
    match = _FOOTNOTE.search(text)
    if match is None or not (left := text[: match.start()].strip()):
        return text, None
    return left, match[0].strip()


def signs(text: str) -> tuple[str | None, str | None]:
    """``(decimal, thousands)``: the signs that a number shows beyond doubt."""
    text = _SPACE.sub("", text).lstrip("-+")
    points, commas = text.count("."), text.count(",")
    if points and commas:
        last = max(".,", key=text.rfind)
        return (last if text.count(last) == 1 else None), ",."[".,".index(last)]
    if points + commas != 1:
        return None, ("." if points else ",") if points + commas else None
    sign = "." if points else ","
    whole, _, after = text.partition(sign)
    digits = len(re.match(r"\d*", after)[0])  # type: ignore[index]
    if digits == 3 and 1 <= len(whole) <= 3 and whole.strip("0") and not whole.startswith("0"):
        return None, None
    return sign, None


def number(cell: str, style: Style) -> Decimal:
    """An exact number. ``Ambiguous`` when its one separator can be either; ``ValueError`` when it is none."""
    if isinstance(cell, Number):
        return Decimal(cell)
    text = bare(cell)
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    if _SPACE.search(text.strip()) and not _GROUPS.fullmatch(text):
        raise ValueError(f"{cell[:40]!r} is not a number")
    text = _SPACE.sub("", text)
    if not _DIGITS.fullmatch(text) or len(text) > 60:
        raise ValueError(f"{cell[:40]!r} is not a number")
    decimal, thousands = signs(text)
    if decimal is None and thousands is None and ("." in text or "," in text):
        sign = "." if "." in text else ","
        if style.decimal is None:
            raise Ambiguous(f"{cell[:40]!r}: {sign!r} may stand before decimals or between thousands")
        decimal, thousands = (sign, None) if style.decimal == sign else (None, sign)
    if thousands is not None:
        whole = text.split(decimal)[0] if decimal else text
        if not re.fullmatch(rf"[-+]?\d{{1,3}}(?:{re.escape(thousands)}\d{{2,3}})*{re.escape(thousands)}\d{{3}}", whole):
            raise ValueError(f"{cell[:40]!r} is not a number: its groups have not three digits")
        text = text.replace(thousands, "")
    return Decimal(text.replace(",", "."))


@dataclass(frozen=True)
class Said:
    """A share cell taken apart: the number or the range as exact text, its hedge, and whether it has a percent sign."""

    low: Decimal
    high: Decimal | None
    hedge: str | None
    sign: bool
    fraction: bool = False  # the cell itself says that it is a fraction


@lru_cache(2**14, typed=True)  # cells repeat; a number of a workbook is not the text of the same digits
def share_parts(cell: str, style: Style) -> Said:
    """A share cell taken apart, before its unit is known."""
    if isinstance(cell, Number):
        return Said(Decimal(cell), None, None, False, isinstance(cell, Percent))
    numbers, hedge, sign = parts(_MARK.sub("", cell))
    # of a percentage three digits behind the sign are decimals: read as thousands they would be a thousand percent and more
    text = numbers[0]
    style = replace(style, decimal=style.decimal or ("," if "," in text and "." not in text else "."))
    high = _percentage(numbers[1], style) if len(numbers) > 1 else None
    return Said(_percentage(text, style), high, hedge, sign)


def _percentage(text: str, style: Style) -> Decimal:
    value = number(text, style)
    if value >= 1000 and len(re.findall(r"[.,]", text)) == 1:
        sign = "." if "." in text else ","
        return number(text, replace(style, decimal=sign))
    return value


@lru_cache(2**14, typed=True)  # cells repeat; a number of a workbook is not the text of the same digits
def share(said: Said, unit: str, text: str) -> Share:
    """The share behind a cell of that unit. ``ValueError`` outside 0 to 100 %."""
    percent = said.sign or (unit == "percent" and not said.fraction)
    low = _fraction(said.low, percent)
    if said.high is not None:
        high = _fraction(said.high, percent)
        if not 0 <= Fraction(low) <= Fraction(high) <= 1:
            raise ValueError(f"{text[:40]!r} is no range between 0 and 100 %")
        return Share(None, Fraction(low), Fraction(high), bounds_from="band", text=text[:200])
    if not 0 <= low <= 1:
        raise ValueError(f"{text[:40]!r} is not between 0 and 100 %")
    return parse(f"{low:f}", said.hedge)


def _fraction(value: Decimal, percent: bool) -> Decimal:
    value = value.scaleb(-2) if percent else value
    # sums of doubles: a hundred percent and a millionth of a point more is a hundred percent
    return Decimal(1) if 1 < value <= 1 + Decimal("1e-8") else value


def either(said: Said, text: str) -> Share:
    """A share of which nobody can say whether it is a fraction or a percentage: bounds that hold both."""
    small, large = share(replace(said, fraction=False), "percent", text), share(replace(said, fraction=True), "fraction", text)
    return Share(None, small.low, large.high, small.low_open, large.high_open, "stated", text[:200])


# -- days ------------------------------------------------------------------------------------------------------------------------

_ISO = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?:[T ].*)?")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[./年년-]\s*(\d{1,2})(?:\s*[./月월-]\s*(\d{1,2})\s*[日일.]?|\s*[月월]?)")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})")
_ERA = re.compile(r"(令和|平成|昭和|大正)(\d{1,2}|元)年(\d{1,2})月(?:(\d{1,2})日)?")
_WORDY = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th|er|\.)?[\s-]+)?([^\W\d]+)\.?[\s-]+(?:(\d{1,2})(?:st|nd|rd|th)?,?[\s-]+)?(\d{4})")


def order_shown(cell: str) -> str | None:
    """Whether a day shows that day or month comes first, by a number over 12."""
    match = _YEAR_LAST.fullmatch(bare(cell)) if not isinstance(cell, (Day, Number)) else None
    if match is None:
        return None
    first, second = int(match[1]), int(match[2])
    return "day" if first > 12 >= second else "month" if second > 12 >= first else None


@lru_cache(2**14, typed=True)  # cells repeat; a number of a workbook is not the text of the same digits
def day(cell: str, style: Style) -> tuple[str, bool]:
    """A date of any precision as ISO text, and whether day and month could not be told apart (then it is the year, which is certain)."""
    if isinstance(cell, Day):
        return cell[:10], False
    text = bare(cell)
    if isinstance(cell, Number) or re.fullmatch(r"\d{5}(\.\d+)?", text):
        found = serial_day(float(text), style.epoch) if "." in text or not re.fullmatch(r"\d{4}|\d{8}", text) else None
        if found:
            return found, False
    made, unsure = _day(text, style.order)
    try:
        interval(made)
    except ValueError:
        raise ValueError(f"{cell[:40]!r} is not a date") from None
    return made, unsure


@lru_cache(20_000)
def _day(text: str, order: str | None) -> tuple[str, bool]:
    if match := _ISO.fullmatch(text):
        return "-".join(part for part in match.groups() if part), False
    if re.fullmatch(r"\d{4}", text):
        return text, False
    if re.fullmatch(r"(19|20)\d{6}", text):
        return f"{text[:4]}-{text[4:6]}-{text[6:]}", False
    if re.fullmatch(r"\d{4}\s*[年년]", text):
        return text[:4], False
    if match := _YEAR_FIRST.fullmatch(text):
        return _iso(match[1], match[2], match[3]), False
    if match := _ERA.fullmatch(text):
        year = words()["eras"][match[1]] + (1 if match[2] == "元" else int(match[2]))
        return _iso(year, match[3], match[4]), False
    if match := _YEAR_LAST.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        shown = "day" if first > 12 else "month" if second > 12 else order
        if first == second or shown == "day":
            return _iso(match[3], second, first), False
        return (_iso(match[3], first, second), False) if shown == "month" else (match[3], True)
    if (match := _WORDY.fullmatch(text)) and (month := _months().get(match[2].casefold())):
        return _iso(match[4], month, match[1] or match[3]), False
    return text, False


def _iso(year: object, month: object, day_: object = None) -> str:
    made = f"{int(str(year)):04}-{int(str(month)):02}"
    return made if day_ is None else f"{made}-{int(str(day_)):02}"


@lru_cache(1)
def _months() -> dict[str, int]:
    lists = [*words()["months"].values(), *words()["short_months"].values()]
    return {word.casefold(): n for listed in lists for n, word in enumerate(listed, 1)}
