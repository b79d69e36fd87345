"""Numbers as tables print them: full width, with commas, in thousands, with a percent sign, or a dash."""

from __future__ import annotations

import re
from decimal import Decimal

from crosshold.formats.edinet.names import BLANK, plain
from crosshold.formats.percent_base import Span, truncated
from crosshold.model.exact import decimal
from crosshold.model.share import Share, parse

_NOTES = re.compile(r"\(注\)?\s*[\d,、]*\)?$|[※*]\d*$")


def _digits(text: str) -> str:
    bare = _NOTES.sub("", plain(text)).replace(",", "").replace(" ", "").replace("\n", "")
    return "" if bare in BLANK else bare


def cell_count(text: str, unit: int) -> Span | None:
    """A count, as bounds when it is printed in thousands; ``None`` for a dash. ``ValueError`` when it is no whole number >= 0."""
    bare = _digits(text).removesuffix("株")
    if not bare:
        return None
    if not bare.isdecimal() or len(bare) > 18:
        raise ValueError(f"{text[:60]!r} is no number of shares")
    return truncated(int(bare) * unit, unit)


def cell_money(text: str, unit: int) -> Decimal | None:
    """An amount in yen."""
    bare = _digits(text).replace("△", "-").replace("▲", "-")
    return decimal(bare) * unit if bare else None


def cell_percent(text: str) -> Share | None:
    """A percentage with the rounding of its last digit."""
    bare = _digits(text).rstrip("%")
    if not bare:
        return None
    value = decimal(bare)
    return parse(f"{value.scaleb(-2):f}")
