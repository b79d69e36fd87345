"""How the cells of each column are written, decided by the column as a whole: its decimal sign, percent or fraction, day or month first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from crosshold.formats.mapped.cells import Said, Style, bare, order_shown, share_parts, signs
from crosshold.formats.mapped.mapping import COUNTS, DAYS, MONEY, SHARES, Column
from crosshold.formats.mapped.rows import Row
from crosshold.formats.mapped.words import is_empty
from crosshold.formats.xlsx import Number

PERCENT_FROM = Decimal("1.5")


@dataclass
class Profile:
    """What the cells of one column show. The sizes are fixed: nothing here grows with the file."""

    decimals: set[str] = field(default_factory=set)
    thousands: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    signed: bool = False  # some cell has a percent sign, or a percent format
    large: bool = False  # some plain number is over 1.5
    places: int = 0  # decimals of those numbers, the most

    def see(self, cell: str, column: Column) -> None:
        """Take one cell into account."""
        if column.field in DAYS:
            if order := order_shown(cell):
                self.orders.add(order)
            return
        if isinstance(cell, Number):
            pass
        elif column.field in (*COUNTS, *MONEY):
            self._signs(bare(cell), whole=column.field in COUNTS)
        else:
            decimal, thousands = signs(_number_part(cell))
            self.decimals |= {decimal} if decimal else set()
            self.thousands |= {thousands} if thousands else set()
        if column.field in SHARES:
            self._size(cell, column)

    def _signs(self, text: str, whole: bool) -> None:
        decimal, thousands = signs(text)
        if whole and decimal is None and thousands is None and ("." in text or "," in text):
            sign = "." if "." in text else ","
            # a count is whole: three digits that are not all 0 cannot be decimals
            thousands = sign if text.partition(sign)[2].strip("0") else None
        self.decimals |= {decimal} if decimal else set()
        self.thousands |= {thousands} if thousands else set()

    def _size(self, cell: str, column: Column) -> None:
        try:
            said = share_parts(cell, Style(column.decimal))
        except ValueError:
            return
        top = said.low if said.high is None else said.high
        if said.sign or said.fraction:
            self.signed = True
        elif top > PERCENT_FROM:
            self.large = True
            self.places = max(self.places, places(said))

    def style(self, column: Column, epoch: date) -> Style:
        """The decisions; what the mapping says goes before what the cells show."""
        decimal = column.decimal
        if decimal is None:
            # a sign that stands before decimals somewhere and between thousands nowhere; both of them: nothing is decided
            shown = {*self.decimals - self.thousands, *({",": ".", ".": ","}[sign] for sign in self.thousands - self.decimals)}
            decimal = next(iter(shown)) if len(shown) == 1 else None
        unit = column.unit
        if column.field in SHARES and (not column.said or unit is None):
            unit = "percent" if unit == "percent" or self.signed or self.large else unit
        order = column.date_order or (next(iter(self.orders)) if len(self.orders) == 1 else None)
        return Style(decimal, unit, order, epoch)

    def doubtful(self, said: Said, column: Column) -> bool:
        """Whether a small number of a column of percentages may be a fraction: beside large ones, and, where the header says percent,
        only with more decimals than they have."""
        top = said.low if said.high is None else said.high
        if (column.said and column.unit is not None) or said.sign or said.fraction or not 0 < top <= 1:
            return False
        if column.unit == "percent":
            return self.large and places(said) > self.places
        return self.large or self.signed


def places(said: Said) -> int:
    """Decimals of the number of a cell."""
    return max(-int(said.low.as_tuple().exponent), 0)


def _number_part(cell: str) -> str:
    text = bare(cell)
    return "".join(c for c in text if c in "0123456789.,") if not any(c in text for c in "-–~") else ""


def profiles(rows: Iterable[Row], names: tuple[str, ...], columns: Mapping[str, Column]) -> dict[str, Profile]:
    """Go through the table once."""
    watched = [(n, columns[name]) for n, name in enumerate(names) if name in columns]
    watched = [(n, c) for n, c in watched if c.field in (*COUNTS, *MONEY, *SHARES, *DAYS)]
    found = {column.field: Profile() for _, column in watched}
    seen: dict[str, str] = {}
    for row in rows:
        if row.fault is not None:
            continue
        for n, column in watched:
            if n < len(row.cells) and not is_empty(cell := row.cells[n]) and seen.get(column.field) != cell:
                found[column.field].see(cell, column)
                seen[column.field] = cell
    return found


def decided(columns: Mapping[str, Column], found: Mapping[str, Profile], epoch: date) -> tuple[dict[str, Column], bool]:
    """The columns with what was decided, as the mapping would say it; and whether all of it is certain."""
    sure, made = True, {}
    for name, column in columns.items():
        profile = found.get(column.field)
        if profile is None:
            made[name] = column
            continue
        style = profile.style(column, epoch)
        if column.field in SHARES and style.unit is None:
            sure, style = False, replace(style, unit="fraction")
        made[name] = replace(column, unit=style.unit, decimal=style.decimal, date_order=style.order)
    return made, sure
