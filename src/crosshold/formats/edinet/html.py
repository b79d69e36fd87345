"""Text blocks of a filing: HTML as the paragraphs and tables it shows, in their order. Nothing in it is followed or run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import NamedTuple

from crosshold.formats.edinet.names import plain

MOST_CELLS = 1_000_000
MOST_SPAN = 100
_NO_TAG = re.compile(r"<(?![A-Za-z/][^<>]{0,2000}>)")
_SKIPPED = ("script", "style", "head")
_BREAKS = frozenset(["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "tr", "table", "section"])

Row = list[str]
Item = str | list[Row]
"""A paragraph, or a table as rows of cells."""


class _Reader(HTMLParser):
    """Cells that span columns or rows stand in each of them; a table inside a cell is text of the cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.items: list[Item] = []
        self._text: list[str] = []
        self._rows: list[Row] = []
        self._row: Row | None = None
        self._cell: list[str] | None = None
        self._spans: tuple[int, int] = (1, 1)
        self._below: dict[int, tuple[int, str]] = {}
        self._depth = self._skip = self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skip += 1
        elif tag == "br":
            self._add("\n")
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._paragraph()
                self._rows, self._below = [], {}
        elif self._depth == 1 and tag == "tr":
            self._end_row()
            self._row = []
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
            if self._row is None:
                self._row = []
            said = dict(attrs)
            self._spans = _span(said.get("colspan")), _span(said.get("rowspan"))
            self._cell = []
        elif tag in _BREAKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skip = max(self._skip - 1, 0)
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self._end_row()
                self.items.append(self._rows)
            self._depth -= 1
        elif self._depth == 1 and tag == "tr":
            self._end_row()
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
        elif tag in _BREAKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self._add(data)

    def _add(self, data: str) -> None:
        if self._depth == 0:
            self._text.append(data)
        elif self._cell is not None:
            self._cell.append(data)

    def _break(self) -> None:
        if self._depth == 0:
            self._paragraph()
        else:
            self._add("\n")

    def _paragraph(self) -> None:
        text = plain("".join(self._text))
        self._text = []
        if text:
            self.items.append(text)

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        text = plain("".join(self._cell))
        self._cell = None
        self._fill()
        for _ in range(self._spans[0]):
            if self._spans[1] > 1:
                self._below[len(self._row)] = (self._spans[1] - 1, text)
            self._row.append(text)
        if self._cells + len(self._row) > MOST_CELLS:
            raise ValueError(f"a text block has more than {MOST_CELLS:,} cells")

    def _fill(self) -> None:
        """Cells that hang down from the rows above."""
        assert self._row is not None
        while len(self._row) in self._below:
            column = len(self._row)
            left, text = self._below.pop(column)
            if left > 1:
                self._below[column] = (left - 1, text)
            self._row.append(text)

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            if self._row or self._below:
                self._fill()
            self._cells += len(self._row)
            self._rows.append(self._row)
        self._row = None

    def close(self) -> None:
        super().close()
        if self._depth:
            self._end_row()
            self.items.append(self._rows)
        self._paragraph()


def _span(text: str | None) -> int:
    return min(max(int(text), 1), MOST_SPAN) if text and re.fullmatch(r"\d{1,6}", text.strip()) else 1


def items(text: str) -> list[Item]:
    """Paragraphs and tables of a text block. ``ValueError`` when it is larger than any filing."""
    reader = _Reader()
    reader.feed(_elements_only(text))
    reader.close()
    return reader.items


def _elements_only(text: str) -> str:
    """Without comments; what opens like an element and is none is text: Python's reader stumbles over it, or reads it again and again."""
    first, *others = text.split("<!--")
    bare = first + "".join(other.partition("-->")[2] for other in others)
    return _NO_TAG.sub("&lt;", bare)


def squeezed(cell: str) -> str:
    """A heading without its blanks and line breaks."""
    return re.sub(r"\s+", "", cell)


def unit(cell: str) -> int | None:
    """Shares or yen that one unit of a column stands for, by its heading: ``(千株)``, ``(百万円)``; ``None`` when it says none."""
    text = squeezed(cell)
    for word, size in (
        ("百万株", 10**6),
        ("千株", 1000),
        ("百株", 100),
        ("株)", 1),
        ("億円", 10**8),
        ("百万円", 10**6),
        ("千円", 1000),
        ("円)", 1),
    ):
        if word in text:
            return size
    return None


def filled(rows: list[Row]) -> Iterator[tuple[int, Row]]:
    """The rows of a table that say something, with their number from 1."""
    for number, row in enumerate(rows, 1):
        if any(row):
            yield number, row


class Table(NamedTuple):
    """A table whose columns are known by their headings: word -> column, the headings, and the rows below with their numbers."""

    columns: dict[str, int]
    heads: list[str]
    rows: list[tuple[int, Row]]

    def cell(self, row: Row, word: str) -> str:
        """The cell of a column; empty where the row or the table has none."""
        column = self.columns.get(word)
        return row[column] if column is not None and column < len(row) else ""

    def unit(self, word: str) -> int | None:
        """What one of a column stands for."""
        column = self.columns.get(word)
        return unit(self.heads[column]) if column is not None else None


def heading(row: Row, words: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Columns of a row of headings by the first fragment that each one has; of two columns with one word the first."""
    found: dict[str, int] = {}
    for column, cell in enumerate(row):
        text = squeezed(cell)
        word = next((word for fragment, word in words if fragment in text), None)
        if word is not None and not any(c.isdecimal() for c in text.replace("(注)", "")):
            found.setdefault(word, column)
    return found


def headed(rows: list[Row], words: Sequence[tuple[str, str]], need: tuple[str, ...]) -> Table | None:
    """A table that has a row of headings with these words; headings over two rows are taken together."""
    table: Table | None = None
    for number, row in filled(rows):
        found = heading(row, words)
        if all(word in found for word in need):
            heads = [squeezed(cell) for cell in row]
            if table is not None and not table.rows:
                old = table.heads + [""] * (len(heads) - len(table.heads))
                heads = [a if a == b else a + b for a, b in zip(old, heads, strict=False)]
                found = {**found, **table.columns}
            if table is None or not table.rows:
                table = Table(found, heads, [])
        elif table is not None:
            table.rows.append((number, row))
    return table
