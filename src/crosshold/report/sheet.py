"""One sheet of a workbook: text that stays text, numbers, and formulas, with addresses that other sheets can name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.report.lettering import clean

LONGEST_TEXT = 32_000  # a cell takes 32,767 characters
FORMULA_SIGNS = tuple("=+-@\t\r\n＝＋－＠")
"""A text that begins so would run, or turn into a formula once it is edited, in a spreadsheet."""

_PART, _HEAD = {"bold": True, "font_size": 12}, {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1}
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "text": {"indent": 1}, "title": {"bold": True, "font_size": 14}, "part": _PART,
    "head": {**_HEAD, "align": "left", "indent": 1}, "head right": {**_HEAD, "align": "right"},
    "note": {"italic": True, "font_color": "#595959"}, "count": {"num_format": "#,##0"}, "money": {"num_format": "#,##0.00"},
    "price": {"num_format": "#,##0.00####"}, "percent": {"num_format": "0.0000%"}, "part of 1": {"num_format": "0.0###"},
    "each": {"num_format": "0.####"}, "points": {"num_format": "+0.0000%;-0.0000%;0.0000%"}, "check": {"num_format": "0.00", "bold": True},
}  # fmt: skip
_TYPED = {"font_color": "#0000C0", "bg_color": "#FFF8DC"}
NUMBERS = frozenset(("count", "money", "price", "percent", "part of 1", "each", "points", "check"))


class Formula(str):
    """A formula, with its ``=``."""

    __slots__ = ()


class Book:
    """A workbook in the making; ``inexact`` names the whole numbers that a spreadsheet cannot hold to the last digit."""

    def __init__(self, target: Any, day: date) -> None:
        from xlsxwriter import Workbook

        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
        self._book = Workbook(target, options)
        self._book.set_properties(
            {"created": datetime.combine(day, time()), "comments": "Written by crosshold. Information, not advice."}
        )
        self._formats: dict[tuple[str, bool, bool], Any] = {}
        self._names: set[str] = set()
        self.inexact: list[tuple[str, int]] = []

    def sheet(self, name: str, widths: Sequence[int]) -> Sheet:
        """A new sheet; its name is cut to what spreadsheets allow and made unique."""
        kept = "".join("_" if c in "[]:*?/\\'" else c for c in clean(name)).strip()[:31] or "sheet"
        number = 2
        while kept.lower() in self._names:
            kept, number = f"{kept[:27]} {number}", number + 1
        self._names.add(kept.lower())
        return Sheet(self, self._book.add_worksheet(kept), kept, widths)

    def style(self, name: str, typed: bool = False, quoted: bool = False) -> Any:
        """The format of a cell; ``typed`` marks a number that a person may change, ``quoted`` text that must stay text."""
        key = (name, typed, quoted)
        if key not in self._formats:
            look = {**_STYLES[name], **(_TYPED if typed else {}), **({"quote_prefix": True} if quoted else {})}
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]

    def close(self) -> None:
        """Write everything."""
        self._book.close()


class Sheet:
    """A sheet that is filled from the top; :meth:`row` gives back the row it filled."""

    def __init__(self, book: Book, inner: Any, name: str, widths: Sequence[int]) -> None:
        self.book, self._inner, self.name, self.next, self._widths = book, inner, name, 0, widths
        for column, width in enumerate(widths):
            inner.set_column(column, column, width)
        inner.set_landscape()
        inner.set_paper(9)
        inner.fit_to_pages(1, 0)
        inner.hide_gridlines(2)

    def ref(self, row: int, column: int) -> str:
        """The address of a cell, as other sheets name it."""
        return f"'{self.name}'!${_letters(column)}${row + 1}"

    def span(self, rows: Sequence[int], column: int) -> str:
        """The address of a column of neighbouring cells."""
        return f"{self.ref(rows[0], column)}:${_letters(column)}${rows[-1] + 1}"

    def title(self, *lines: str) -> None:
        """The head of the sheet and the sentences under it."""
        self._put(self.next, 0, lines[0], "title", False)
        for number, line in enumerate(lines[1:], self.next + 1):
            self._put(number, 0, line, "note", False)
        self.next += len(lines) + 1

    def part(self, title: str, heads: Iterable[tuple[str, str]]) -> None:
        """A block: its title and its column heads, each with the style of the column."""
        self.next += 1
        self._put(self.next, 0, title, "part", False)
        heads = list(heads)
        if any(len(head) > self._widths[column] for column, (head, _) in enumerate(heads)):
            self._inner.set_row(self.next + 1, 30)  # two lines
        for column, (head, style) in enumerate(heads):
            self._put(self.next + 1, column, head, "head right" if style in NUMBERS else "head", False)
        self.next += 2

    def row(self, *cells: tuple[Any, str] | tuple[Any, str, bool] | str | None) -> int:
        """One row: text, ``None`` for an empty cell, or (value, style, whether a person may change it)."""
        for column, cell in enumerate(cells):
            if isinstance(cell, tuple):
                self._put(self.next, column, cell[0], cell[1], len(cell) == 3 and bool(cell[2]))
            elif cell is not None:
                self._put(self.next, column, cell, "text", False)
        self.next += 1
        return self.next - 1

    def freeze(self, row: int) -> None:
        """Keep the rows above in sight."""
        self._inner.freeze_panes(row, 0)

    def _put(self, row: int, column: int, value: Any, style: str, typed: bool) -> None:
        if value is None:
            self._inner.write_blank(row, column, None, self.book.style(style, typed))
        elif isinstance(value, Formula):
            # without a stored result every program must work it out itself
            self._inner.write_formula(row, column, str(value), self.book.style(style, typed), "")
        elif isinstance(value, str):
            text = clean(value)[:LONGEST_TEXT]
            self._inner.write_string(row, column, text, self.book.style(style, typed, text.startswith(FORMULA_SIGNS)))
        elif isinstance(value, Fraction) and Fraction(str(float(value))) != value:
            self._put(row, column, Formula(f"={value.numerator}/{value.denominator}"), style, typed)
        else:
            self._number(row, column, value, style, typed)

    def _number(self, row: int, column: int, value: int | float | Fraction | Decimal, style: str, typed: bool) -> None:
        near = float(value)
        if isinstance(value, int) and int(near) != value:
            self.book.inexact.append((f"{self.name} {_letters(column)}{row + 1}", value))
        self._inner.write_number(row, column, near, self.book.style(style, typed))


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def added(cells: Iterable[str], otherwise: str = "0") -> str:
    """The sum of some cells within a formula.

    >>> added(["A1", "B2"]), added([])
    ('A1+B2', '0')
    """
    return "+".join(cells) or otherwise


def to_minor_unit(expression: str, digits: int) -> Formula:
    """An amount rounded half to even to ``digits`` places, as the ledger rounds; ``expression`` should be one cell."""
    scale = 10**digits
    scaled = f"{expression}*{scale}" if digits else expression
    tie = f"ABS({scaled}-INT({scaled})-0.5)<0.000001"
    return Formula(f"=IF({tie},2*ROUND({scaled}/2,0),ROUND({scaled},0))/{scale}")
