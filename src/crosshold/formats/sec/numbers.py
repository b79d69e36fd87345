"""Numbers and days as filers type them: ``10000000.00``, ``8.5%``, ``12/31/2024``."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from crosshold.model.exact import decimal
from crosshold.model.share import Share, parse

_DAY = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")


def number(text: str | None) -> Decimal | None:
    """A number with commas or a percent sign in it, or ``None``. ``ValueError`` for words, infinities and what is below 0."""
    bare = (text or "").replace(",", "").replace("%", "").replace("$", "").strip()
    if not bare or bare.upper() in ("N/A", "-"):
        return None
    value = decimal(bare)
    if value < 0:
        raise ValueError(f"{text!r} is negative")
    return value


def percent(text: str | None) -> Share | None:
    """A percentage with the rounding of its last digit."""
    value = number(text)
    return None if value is None else parse(f"{value.scaleb(-2):f}")


def day(text: str | None) -> date | None:
    """MM/DD/YYYY, MM-DD-YYYY or ISO; ``None`` when there is none. ``ValueError`` when it is no day."""
    if not text:
        return None
    match = _DAY.fullmatch(text.strip())
    if match:
        month, number_, year = map(int, match.groups())
        return date(year, month, number_)
    return date.fromisoformat(text.strip()[:10])
