"""A sheet by its headings: where they are, what each column is, in which units, and which rows are data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crosshold.formats.intake import Input
from crosshold.formats.xlsx import Broken, Day, Number, Percent, Workbook
from crosshold.model.exact import decimal

MOST_CELLS = 20_000_000
HEADER_ROWS = 4
FIRST_ROWS = 40
TOTALS = frozenset(("전체", "소계", "합계", "계", "총계", "총합계", "total"))
BLANK = frozenset(("", "-", "－", "–", "—", "―"))
_WORDS = (
    ("기업집단", "group"), ("집단명", "group"),
    ("모회사의총수일가", "parent_family"), ("모회사지분율", "parent_share"), ("모회사", "parent"),
    ("보유국내계열사지분율", "foreign_share"), ("간접출자국외계열사", "chain"), ("직접출자국외계열사", "foreign"),
    ("피출자회사자본금", "capital"), ("총자본금", "capital"), ("자본금", "capital"),
    ("피출자", "company"), ("계열회사명", "company"), ("회사명", "company"), ("자회사", "subsidiary"),
    ("상장여부", "listed"), ("금융보험업여부", "financial"), ("금융여부", "financial"), ("비고", "note"),
)  # fmt: skip
"""What a heading contains, and the column it names; the first one counts (자회사 stands in 피출자회사 too)."""
BUCKETS = (
    ("기타동일인관련자", "other-related"), ("동일인", "controlling-person"),
    ("총수2세", "second-generation"), ("기타친족", "other-relatives"),
    ("총수일가", "family"), ("친족", "relatives"), ("총수", "head"),
    ("비금융", "non-financial-affiliates"), ("금융", "financial-affiliates"), ("계열회사", "affiliates"),
    ("공익법인", "non-profits"), ("비영리법인", "non-profits"), ("임원", "executives"), ("자기주식", "treasury"),
)  # fmt: skip
_DERIVED = re.compile(r"[+=~]")
_DAY = re.compile(r"(\d{4})\.\s*(\d{1,2})\.\s*(\d{1,2})\.?\s*(?:기준|현재)")
_YEAR = re.compile(r"\((\d{4})년?\)|(\d{4})년")
_UNITS = (("백만원", 10**6), ("억원", 10**8), ("천원", 1000), ("원", 1))


class Bucket(NamedTuple):
    """The columns of one kind of holder: its amount and its percentage; ``total`` sums up others."""

    word: str
    amount: int | None
    percent: int | None


@dataclass
class Sheet:
    """One sheet. ``rows`` are data: the number of the row in the sheet, and its cells."""

    name: str
    columns: dict[str, list[int]] = field(default_factory=dict)
    buckets: list[Bucket] = field(default_factory=list)
    total: int | None = None
    rows: list[tuple[int, list[Any]]] = field(default_factory=list)
    unit: int | None = None
    as_of: str | None = None
    changes: bool = False

    def column(self, word: str) -> int | None:
        """The first column of that word."""
        found = self.columns.get(word)
        return found[0] if found else None

    def text(self, row: list[Any], word: str) -> str:
        """A cell as text."""
        column = self.column(word)
        return tidy(row[column]) if column is not None and column < len(row) else ""


def tidy(cell: Any) -> str:
    """A cell as text: NFKC, blanks and line breaks as one blank; a dash is empty."""
    text = " ".join(unicodedata.normalize("NFKC", str(cell)).split()) if cell is not None else ""
    return "" if text in BLANK else text


def squeezed(cell: Any) -> str:
    """A heading without blanks, line breaks and arrows."""
    return re.sub(r"[\s→▶]+", "", unicodedata.normalize("NFKC", str(cell))) if cell is not None else ""


def amount(row: list[Any], column: int | None) -> Decimal | None:
    """A number; a dash or an empty cell is ``None``. ``ValueError`` for text, NaN and infinities."""
    if column is None or column >= len(row):
        return None
    cell = row[column]
    if isinstance(cell, (Broken, Day)):
        raise ValueError(f"{str(cell)[:60]!r} is no number")
    if isinstance(cell, Percent):
        return decimal(cell) * 100
    text = tidy(cell).replace(",", "").rstrip("%").strip()
    return decimal(text) if text else None


def sheets(source: Input) -> Iterator[Sheet]:
    """All sheets of a workbook, values only. ``FileError`` when it is none, is damaged, or one sheet has far too many cells."""
    book = Workbook(source)
    for part in book.sheets:
        rows, many = [], 0
        for row in book.rows(part):
            rows.append((row.number, row.cells))
            many += len(row.cells)
            if many > MOST_CELLS:
                raise source.fault(
                    f"the sheet {part.name!r} has more than {MOST_CELLS:,} cells.", "It is no workbook of this kind."
                )
        yield _sheet(part.name, [number for number, _ in rows], [cells for _, cells in rows])


def _sheet(name: str, numbers: list[int], cells: list[list[str]]) -> Sheet:
    sheet = Sheet(name)
    first = next((n for n, row in enumerate(cells[:FIRST_ROWS]) if _is_heading(row)), None)
    above = " ".join(tidy(c) for row in cells[: FIRST_ROWS if first is None else first] for c in row if c not in ("", None))
    sheet.as_of = _day(f"{name} {above}")
    sheet.unit = unit(above)
    if first is None:
        return sheet
    heads, data = _headings(cells, first)
    sheet.unit = sheet.unit or unit(" ".join(above + title for above, title in heads))
    sheet.changes = any("증감" in title for _, title in heads)
    _name_columns(sheet, heads)
    sheet.rows = [(n, row) for n, row in zip(numbers[data:], cells[data:], strict=True) if any(tidy(c) for c in row)]
    return sheet


def _is_heading(row: list[Any]) -> bool:
    words = {squeezed(cell) for cell in row} - {""}
    return len(words) > 1 and any(word.startswith(("기업집단", "집단명")) for word in words)


def _headings(cells: list[list[Any]], first: int) -> tuple[list[tuple[str, str]], int]:
    """What stands above each column and its title, over one to four rows of merged cells, and the first row of data."""
    width = max(map(len, cells[first : first + HEADER_ROWS]))
    group = next(n for n, cell in enumerate(cells[first]) if squeezed(cell).startswith(("기업집단", "집단명")))
    heads, filled = [("", "")] * width, ""
    for column in range(width):
        cell = squeezed(cells[first][column]) if column < len(cells[first]) else ""
        filled = cell or filled
        heads[column] = ("", filled)
    end = first + 1
    for number in range(first + 1, min(first + HEADER_ROWS, len(cells))):
        row = cells[number]
        told = group < len(row) and tidy(row[group])
        if told or any(isinstance(c, Number) and not _year(c) for c in row):
            break
        end = number + 1
        for column, (above, title) in enumerate(heads):
            below = squeezed(row[column]) if column < len(row) else ""
            if below and below != title:
                heads[column] = (above + title, below)
    return heads, end


def _year(cell: str) -> bool:
    return re.fullmatch(r"(19|20)\d\d(\.0)?", cell) is not None


def _name_columns(sheet: Sheet, heads: list[tuple[str, str]]) -> None:
    amounts: dict[str, int] = {}
    percents: dict[str, int] = {}
    for column, (above, title) in enumerate(heads):
        if word := next((word for sign, word in _WORDS if sign in title), None):
            sheet.columns.setdefault(word, []).append(column)
            continue
        bare = re.sub(r"[(\[].*$", "", title) or title
        share = "지분율" in title + above or "/A" in title
        if bare == "계" and not share:
            sheet.total = column
        elif not _DERIVED.search(title) and not title.endswith("여부"):
            bucket = next((word for sign, word in BUCKETS if sign in bare), None)
            if bucket:
                (percents if share else amounts).setdefault(bucket, column)
    sheet.buckets = [Bucket(w, amounts.get(w), percents.get(w)) for w in dict.fromkeys([*amounts, *percents])]


def unit(text: str) -> int | None:
    """Won that one stands for: (단위: 백만 원, %), 금액(백만원)."""
    squeezed_text = re.sub(r"\s+", "", text)
    match = re.search(r"단위:?([^)]*)\)|\(([^)]*원[^)]*)\)", squeezed_text)
    inside = (match.group(1) or match.group(2)) if match else ""
    return next((size for word, size in _UNITS if word in inside), None)


def _day(text: str) -> str | None:
    """The last day of the text (a comparison names the year before first), else its year."""
    days = _DAY.findall(text)
    if days:
        try:
            return date(*map(int, days[-1])).isoformat()
        except ValueError:
            return None
    years = [a or b for a, b in _YEAR.findall(text)]
    return years[-1] if years else None
