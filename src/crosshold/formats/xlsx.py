"""Workbooks (XLSX), read sheet by sheet and row by row with the standard library: stored values, never formulas.

What a cell is comes with its text: a number, a percentage (its format has a percent sign: the number is a fraction), a day (its format
is that of a date; both date systems), or a value that is not there (an error, a formula that was never computed). Rows are streamed, since
a workbook of five kilobytes can name a cell in the last row and column, and to lay out the whole sheet would then take gigabytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, BinaryIO, NamedTuple
from xml.parsers import expat

from crosshold.formats.intake import MOST_DEPTH, MOST_FIELD, Input

MOST_TEXT = 2**28
"""Characters of the table of texts that all sheets share; it is kept in memory."""
MOST_COLUMNS = 16_384
_CHUNK = 2**16
_PERCENT = frozenset((9, 10))
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Number(str):
    """A number as stored."""


class Percent(Number):
    """A fraction that is shown as a percentage."""


class Day(str):
    """A day, as ISO text."""


class Broken(str):
    """No value: the text says why."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook; ``part`` is where its rows are."""

    name: str
    part: str
    visible: bool


class SheetRow(NamedTuple):
    """A row: its number from 1, its cells up to the last one that has anything, and whether it is hidden."""

    number: int
    cells: list[str]
    hidden: bool


class Workbook:
    """The sheets of a workbook. ``FileError`` when it is none, is damaged or encrypted, or its XML has a DOCTYPE."""

    def __init__(self, source: Input) -> None:
        self.source = source
        if not source.workbook:
            raise source.fault("it is no XLSX workbook.", "Save it as .xlsx, or as CSV.")
        self.since = date(1899, 12, 30)
        self.sheets = self._sheets()
        self._styles = self._formats()
        self._texts: list[str] | None = None

    def _sheets(self) -> tuple[Sheet, ...]:
        found: list[tuple[str, str, bool]] = []
        targets: dict[str, str] = {}

        def start(name: str, attributes: Mapping[str, str]) -> None:
            if name == "sheet":
                identity = next((v for k, v in attributes.items() if k.rpartition(" ")[2] == "id"), "")
                found.append((attributes.get("name", ""), identity, attributes.get("state", "visible") == "visible"))
            elif name == "workbookPr" and attributes.get("date1904", "0") in ("1", "true"):
                self.since = date(1904, 1, 1)
            elif name == "Relationship":
                target = attributes.get("Target", "")
                targets[attributes.get("Id", "")] = target[1:] if target.startswith("/") else f"xl/{target}"

        for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            self._parse(part, start)
        return tuple(Sheet(name, targets[i], seen) for name, i, seen in found if targets.get(i) in self.source.parts)

    def _formats(self) -> list[str]:
        """What each style of cells is: ``percent``, ``day`` or nothing."""
        custom: dict[int, str] = {}
        styles: list[str] = []
        inside: list[str] = []

        def start(name: str, attributes: Mapping[str, str]) -> None:
            inside.append(name)
            if name == "numFmt":
                custom[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
            elif name == "xf" and "cellXfs" in inside:
                number = _whole(attributes.get("numFmtId"))
                styles.append(_kind(number, custom.get(number)))

        if "xl/styles.xml" in self.source.parts:
            self._parse("xl/styles.xml", start, lambda _: inside.pop())
        return styles

    def texts(self) -> list[str]:
        """The texts that cells refer to by number; kana beside a name are no part of it."""
        if self._texts is None:
            made: list[str] = []
            reader = _Texts(made, self.source)
            if "xl/sharedStrings.xml" in self.source.parts:
                self._parse("xl/sharedStrings.xml", reader.start, reader.end, reader.data)
            self._texts = made
        return self._texts

    def rows(self, sheet: Sheet) -> Iterator[SheetRow]:
        """The rows of a sheet that are written, in their order; blank rows may be missing."""
        reader = _Rows(self.texts(), self._styles, self.since)
        for _ in self._feed(sheet.part, reader.start, reader.end, reader.data):
            yield from reader.ready
            reader.ready.clear()

    def _parse(self, part: str, *handlers: Callable[..., Any]) -> None:
        for _ in self._feed(part, *handlers):
            pass

    def _feed(
        self,
        part: str,
        start: Callable[[str, Mapping[str, str]], None],
        end: Callable[[str], object] | None = None,
        data: Callable[[str], None] | None = None,
    ) -> Iterator[None]:
        """Read a part piece by piece; after each piece the caller may take what it gave."""
        if part not in self.source.parts:
            raise self.source.fault(f"the workbook has no {part}.", "Save it again as .xlsx.")
        depth = 0

        def opened(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > MOST_DEPTH:
                raise self.source.fault(f"{part} is nested more than {MOST_DEPTH} levels deep.", "Save it again as .xlsx.")
            start(name.rpartition(" ")[2], attributes)

        def closed(name: str) -> None:
            nonlocal depth
            depth -= 1
            if end:
                end(name.rpartition(" ")[2])

        def refused(*_: object) -> None:
            raise self.source.fault(f"{part} has a DOCTYPE, which no workbook needs.", "Save it again as .xlsx.")

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = opened, closed, refused
        if data:
            parser.CharacterDataHandler = data
        try:
            with self.source.part(part) as stream:
                yield from _pieces(parser, stream)
        except expat.ExpatError as error:
            raise self.source.fault(f"{part} is no whole XML ({error}).", "Save it again as .xlsx.") from None


def _pieces(parser: expat.XMLParserType, stream: BinaryIO) -> Iterator[None]:
    while piece := stream.read(_CHUNK):
        parser.Parse(piece, False)
        yield None
    parser.Parse(b"", True)
    yield None


class _Texts:
    """Collects the shared texts: the ``t`` of each ``si``, without those of phonetic runs."""

    def __init__(self, made: list[str], source: Input) -> None:
        self.made, self.source, self.size = made, source, 0
        self.buffer: list[str] = []
        self.kana = self.taking = False

    def start(self, name: str, _: Mapping[str, str]) -> None:
        if name == "si":
            self.buffer = []
        elif name == "rPh":
            self.kana = True
        elif name == "t":
            self.taking = not self.kana

    def end(self, name: str) -> None:
        if name == "t":
            self.taking = False
        elif name == "rPh":
            self.kana = False
        elif name == "si":
            self.made.append(_plain("".join(self.buffer)))

    def data(self, text: str) -> None:
        if self.taking:
            self.size += len(text)
            if self.size > MOST_TEXT:
                raise self.source.fault("its texts fill more than 256 MB.", "Save it as CSV or Parquet.")
            self.buffer.append(text)


class _Rows:
    """Builds rows from the elements of a sheet."""

    def __init__(self, texts: list[str], styles: list[str], since: date) -> None:
        self.texts, self.styles, self.since = texts, styles, since
        self.ready: list[SheetRow] = []
        self.number = self.column = 0
        self.cells: list[str] = []
        self.buffer: list[str] = []
        self.kind = self.style = ""
        self.hidden = self.formula = self.taking = self.kana = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self.column = _column(attributes.get("r", "")) or self.column + 1
            self.kind, style = attributes.get("t", "n"), _whole(attributes.get("s"))
            self.style = self.styles[style] if style < len(self.styles) else ""
            self.buffer, self.formula = [], False
        elif name in ("v", "t"):
            self.taking = not self.kana
        elif name == "f":
            self.formula = True
        elif name == "rPh":
            self.kana = True
        elif name == "row":
            self.number = _whole(attributes.get("r")) or self.number + 1
            self.cells, self.column, self.hidden = [], 0, attributes.get("hidden", "0") in ("1", "true")

    def data(self, text: str) -> None:
        if self.taking:
            self.buffer.append(text)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.taking = False
        elif name == "rPh":
            self.kana = False
        elif name == "c":
            value = self._value("".join(self.buffer))
            if value and self.column <= MOST_COLUMNS:
                self.cells += [""] * (self.column - len(self.cells))
                self.cells[self.column - 1] = value
        elif name == "row":
            self.ready.append(SheetRow(self.number, self.cells, self.hidden))

    def _value(self, raw: str) -> str:
        if len(raw) > MOST_FIELD:
            return Broken("a cell of more than a million characters")
        if self.kind == "s":
            place = _whole(raw, -1)
            return self.texts[place] if 0 <= place < len(self.texts) else Broken("a text that the workbook does not have")
        if self.kind in ("inlineStr", "str"):
            return _plain(raw)
        if self.kind == "e":
            return Broken(f"the error {raw[:20]}")
        if raw == "":
            return Broken("a formula that was never computed") if self.formula else ""
        if self.kind == "b":
            return "true" if raw == "1" else "false"
        if self.kind == "d":
            return Day(raw[:10])
        return _number(raw, self.style, self.since)


def _number(raw: str, style: str, since: date) -> str:
    try:
        value = float(raw)
    except ValueError:
        return Broken(f"{raw[:20]!r}, which is no number")
    if style == "day":
        return Day(serial_day(value, since) or raw)
    if raw.isascii() and raw.isdecimal():
        text = raw  # all digits, also those that a float has not
    elif value.is_integer() and abs(value) < 2**53:
        text = str(int(value))
    else:
        text = repr(value)
    return Percent(text) if style == "percent" else Number(text)


@lru_cache(10_000)
def serial_day(value: float, since: date) -> str | None:
    """The day that a spreadsheet counts as so many days since ``since``; ``None`` outside its calendar."""
    if not 1 <= value < 2_958_466:
        return None
    whole = int(value)
    if since == date(1899, 12, 30) and whole < 60:
        whole += 1  # the 1900 calendar has a 29 February that never was
    return (since + timedelta(days=whole)).isoformat()


def _kind(number: int, code: str | None) -> str:
    if code is None:
        return "percent" if number in _PERCENT else "day" if number in _DATES else ""
    bare = _QUOTED.sub("", code.split(";")[0]).lower()
    if "%" in bare:
        return "percent"
    return "day" if re.search(r"[ymd年月日]", bare.replace("general", "")) and not re.search(r"[0#?]", bare) else ""


@lru_cache(MOST_COLUMNS * 4)
def _column(reference: str) -> int:
    """The number of a column from a reference such as ``AB12``; 0 when there is none."""
    number = 0
    for letter in reference.rstrip("0123456789"):
        if not "A" <= letter <= "Z":
            return 0
        number = number * 26 + ord(letter) - 64
    return number


def _whole(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 12 else otherwise


def _plain(text: str) -> str:
    """A text with its escaped characters, as ``_x000D_``."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code < 0xE000 else chr(code)
