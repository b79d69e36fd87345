"""One release: whose it is, of which day, its companies and groups by name, and how its rows become statements."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.errors import Finding
from crosshold.formats.intake import Batch, Input
from crosshold.formats.kftc.sheet import Sheet, tidy
from crosshold.model.entity import Entity
from crosshold.model.share import Share, exact, parse
from crosshold.model.statement import Source, Statement

NOISE = Decimal("0.000001")
"""Percentage points that computing in floats may add (100.000000002106)."""
SPEAKER = "Korea Fair Trade Commission"
_FORMS = (
    ("(주)", re.compile(r"주식회사|\(주\)")),
    ("(유)", re.compile(r"유한책임회사|유한회사|\(유\)")),
    ("(합)", re.compile(r"합자회사|합명회사|\(합\)")),
)
MOST_NAME = 1_000


def key(name: str) -> str:
    """A company's name with its legal form behind it: (주)가나, ㈜가나, 가나(주) and 주식회사 가나 are one."""
    text = tidy(name)
    for short, spelled in _FORMS:
        if spelled.search(text):
            return " ".join(spelled.sub(" ", text).split()) + short
    return text


class Release:
    """A workbook while it is read."""

    def __init__(self, source: Input, sheets: list[Sheet]) -> None:
        self.file = source
        self._told: dict[str, bool | None] = {}
        days = [sheet.as_of for sheet in sheets if sheet.as_of]
        said = str(source.options.get("as_of") or "")
        self.as_of = said or max(days, key=len, default=None)
        self.source = Source(
            f"kftc:{source.sha256[:16]}", "dataset", SPEAKER, source.path.stem, published_on=source.published, language="ko",
            sha256=source.sha256,
        )  # fmt: skip

    def find(self, batch: Batch, code: str, message: str, where: str, cure: str = "") -> None:
        """Tell something about a place of the workbook."""
        batch.findings.append(Finding(code, message, cure, f"{self.file.name}: {where}"))

    def company(self, batch: Batch, group: str, name: str, listed: str = "", kind: str = "company") -> str:
        """The id of a company of a group: names are those of this authority, inside the group. ``ValueError`` without a name."""
        if not name or len(name) > MOST_NAME:
            raise ValueError("no name" if not name else f"a name of {len(name):,} characters")
        party = f"kftc:{group}/{key(name)}"
        on_exchange = {"상장": True, "비상장": False}.get(listed)
        self._tell(batch, Entity(party, name, kind, listed=on_exchange))
        return party

    def _tell(self, batch: Batch, entity: Entity) -> None:
        """An entity once, and again only when more is known of it."""
        if entity.id not in self._told or (entity.listed is not None and self._told[entity.id] is None):
            self._told[entity.id] = entity.listed
            batch.entities.append(entity)

    def bucket(self, batch: Batch, group: str, word: str) -> str:
        """The id of all holders of one kind in a group: a sum, not a party."""
        party = f"kftc:{group}/{word}"
        self._tell(batch, Entity(party, f"{group}: {word}", "group"))
        return party

    def holds(self, sheet: Sheet, row: int, holder: str, company: str, share: Share | None, **said: Any) -> Statement:
        """A holding on the day of the release."""
        as_of = sheet.as_of if sheet.as_of and len(sheet.as_of) >= len(self.as_of or "") else self.as_of
        return Statement(
            holder, "holds", company, share=share, as_of=as_of, speaker=SPEAKER, speaker_kind="authority", known_on=self.file.published,
            source=self.source.id, where=f"{sheet.name} row {row}", **said,
        )  # fmt: skip


def percent(value: Decimal | None) -> Share | None:
    """A percentage, with the noise of floats taken off at its end. ``ValueError`` when it is below 0 or above 100."""
    if value is None or value == 0:
        return None
    if 100 < value <= 100 + NOISE:
        value = Decimal(100)
    return parse(f"{value.scaleb(-2):f}")


def part(amount: Decimal, capital: Decimal) -> Share:
    """Par value held of par value in all. ``ValueError`` when it is more than all."""
    ratio = Fraction(amount) / Fraction(capital)
    if 1 < ratio <= 1 + Fraction(NOISE) / 100:
        ratio = Fraction(1)
    if not 0 <= ratio <= 1:
        raise ValueError(f"{amount} of {capital} is not between 0 and 1")
    return exact(ratio)
