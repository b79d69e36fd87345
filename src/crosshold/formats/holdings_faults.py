"""The faults of a table of holdings, told row by row: where, what, why and the cure.

Only a table with a fault comes here. It is read a second time, in its own order, so that rows can be counted.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import IO, Any

from crosshold.errors import Finding
from crosshold.formats.holdings_header import Layout, brief
from crosshold.formats.holdings_query import DECIMAL, INVISIBLE, LARGEST, Session, bare, number, numbers, source

SHOWN = 20  # bad rows that are told one by one
BLANKS = " \t\n\f\r"  # what DuckDB's patterns take for blank; Python's own strip() takes more
BUFFER = 32_000_000  # DuckDB leaves out a line that is longer, without a word
STEP = 1 << 23

REASONS = {
    "MISSING COLUMNS": ("this row has fewer cells than the header", "Check separators and quotes."),
    "TOO MANY COLUMNS": ("this row has more cells than the header", 'Check separators; put text with one in quotes: "a, b".'),
    "UNQUOTED VALUE": ("a quote is not closed, or something follows it", 'Write a quote inside text twice: "a ""quoted"" word".'),
    "INVALID ENCODING": ("this row is not UTF-8 text", "Save the table as UTF-8."),
    "LINE SIZE OVER MAXIMUM": ("this row has more than two million characters", "Look for a quote that is not closed."),
}


def structural(layout: Layout, session: Session) -> list[Finding]:
    """Rows that are none, as DuckDB met them: wrong number of cells, open quotes, bytes that are no text."""
    query = (
        "SELECT line_byte_position, first(error_type), count(*) OVER () FROM reject_errors"
        f" GROUP BY line_byte_position ORDER BY 1 LIMIT {SHOWN}"
    )
    rejected = session.rows(query)
    if not rejected:
        return []
    lines = _lines_of_bytes(layout, [int(place) for place, _, _ in rejected])
    told = []
    for place, kind, _ in rejected:
        reason, cure = REASONS.get(str(kind), (str(kind).lower(), "Check this row."))
        told.append(Finding("C_SYNTAX", f"{reason}.", cure, layout.at(lines[int(place)])))
    return [*told, *_more(layout, "C_SYNTAX", int(rejected[0][2]))]


def endless_line(layout: Layout) -> list[Finding]:
    """The first line that is too long for DuckDB to see: it has a whole step of bytes without a line end."""
    packed = layout.path.name.lower().endswith(".gz")
    if layout.path.stat().st_size < (BUFFER // 1100 if packed else BUFFER):  # nothing packs better
        return []
    with _opened(layout) as file:
        at = 0
        while part := file.read(1 << 16):
            if not _ends(part):
                part = file.read(STEP - len(part))
                if len(part) == STEP - (1 << 16) and not _ends(part):
                    reason, cure = REASONS["LINE SIZE OVER MAXIMUM"]
                    return [Finding("C_SYNTAX", f"{reason}.", cure, layout.at(_lines_of_bytes(layout, [at])[at]))]
            at += STEP
            file.seek(at)
    return []


def _ends(text: bytes) -> bool:
    return b"\n" in text or b"\r" in text


def tell_rows(layout: Layout) -> list[Finding]:
    """Rows with an empty id or a number that is none; the first of them one by one, and how many there are."""
    columns = numbers(layout)
    ids = " OR ".join(f"coalesce({bare(name)} = '' OR contains({name}, chr(0)), true)" for name in ("holder", "issuer"))
    bad = " OR ".join([ids, *(f"({number(layout, name)}) IS NULL" for name in columns)])
    with Session(layout.path, ordered=True) as session:
        query, values = source(layout, session)
        names = ["holder", "issuer", *columns]
        rows = session.rows(
            f"SELECT place, {', '.join(names)}, count(*) OVER () FROM (SELECT row_number() OVER () AS place, * FROM ({query}))"
            f" WHERE {bad} ORDER BY place LIMIT {SHOWN}",
            values,
        )
        places = _places(layout, session, [row[0] for row in rows])
    told: list[Finding] = []
    for row in rows:
        cells = dict(zip(names, row[1:-1], strict=True))
        for code, message, cure in _wrong(layout, cells):
            told.append(Finding(code, message, cure, layout.at(places[row[0]])))
    if not rows:
        return [Finding("C_FILE", "this file changed while it was read.", "Try again.", layout.path.name)]
    return [*told, *_more(layout, "C_ROWS", int(rows[0][-1]))]


def differing_totals(layout: Layout, issuers: Sequence[str], whole: str, count: int) -> list[Finding]:
    """One finding for each company whose rows state different totals, with the first rows that do."""
    told = []
    rows = rows_of(layout, issuers, whole)
    for issuer in issuers:
        said: dict[str, int] = {}
        for place, text in rows.get(issuer, ()):
            said.setdefault(text.strip(), place)
        which = " and ".join(
            f"{brief(text)} ({'row' if layout.is_parquet else 'line'} {place})" for text, place in list(said.items())[:3]
        )
        message = f"{brief(issuer)} has more than one {whole}: {which}."
        told.append(Finding("C_TOTAL", message, "State one whole for each company, the same in every row.", layout.path.name))
    return [*told, *_more(layout, "C_TOTAL", count, "companies have more than one total")]


def rows_of(layout: Layout, issuers: Sequence[str], column: str | None = None) -> dict[str, list[tuple[int, str]]]:
    """``(line, cell)`` of the rows of some companies, in the order of the file; the cell is of ``column``, or of how much is held."""
    with Session(layout.path, ordered=True) as session:
        query, values = source(layout, session)
        rows = session.rows(
            f"SELECT place, issuer, {column or layout.size} FROM (SELECT row_number() OVER () AS place, * FROM ({query}))"
            " WHERE list_contains(?, issuer) ORDER BY place LIMIT 10000",
            [*values, list(issuers)],
        )
        places = _places(layout, session, [row for row, _, _ in rows])
    found: dict[str, list[tuple[int, str]]] = {}
    for row, issuer, cell in rows:
        found.setdefault(str(issuer), []).append((places[row], str(cell)))
    return found


def _more(layout: Layout, code: str, count: int, what: str = "rows have a fault") -> list[Finding]:
    """How many there are, when not all are shown."""
    return [Finding(code, f"{count:,} {what}; the first {SHOWN} are shown.", "", layout.path.name)] if count > SHOWN else []


def _wrong(layout: Layout, cells: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """``(code, message, cure)`` for every cell of a bad row; never nothing, or a bad row would pass for a good one."""
    names = [name for name in cells if name not in ("holder", "issuer")]
    told: list[tuple[str, str, str]] = []
    if all(
        str(cells[name] or "").strip("\ufeff ").lower() == layout.columns[layout.place[name]].lower()
        for name in ("holder", "issuer")
    ):
        yield "C_SYNTAX", "this row is the header again.", "Take it out; two files were joined."
        return
    for name in ("holder", "issuer"):
        if not str(cells[name] or "").strip(INVISIBLE):
            told += [("C_MISSING_KEY", f"the {name} is empty.", "Every row names who holds and what is held.")]
        elif "\0" in cells[name]:
            told += [("C_SYNTAX", f"the {name} has a null character in it.", "Take it out.")]
    told += filter(None, (_bad_number(name, str(cells[name] or "").strip(BLANKS)) for name in names))
    said = ", ".join(f"{name} {brief(str(cells[name]))!r}" for name in names)
    yield from told or [("C_BAD_NUMBER", f"there is no number that can be read: {said}.", "Write plain digits.")]


def _bad_number(name: str, text: str) -> tuple[str, str, str] | None:
    what = f"{name} {brief(text)!r}"
    if not text:
        return "C_BAD_NUMBER", f"{name} is empty.", "Write a number; 0 if there is none."
    fraction = name in ("share", "percent")
    if re.fullmatch(DECIMAL.strip("'"), text.removeprefix("-")) and text.startswith("-"):
        return "E_NEG_QTY", f"{what} is negative.", "Counts are 0 or more; leave out what was sold."
    if fraction:
        most = 1 if name == "share" else 100
        if re.fullmatch(DECIMAL.strip("'"), text):
            if Decimal(text) <= most:
                return None
            cure = "If it is a percentage, name the column percent." if name == "share" else "A holding is at most 100 %."
            return "C_BAD_NUMBER", f"{what} is more than {most}.", cure
        return (
            "C_BAD_NUMBER",
            f"{what} is not a number.",
            "Write digits with a decimal point, as 0.25." if most == 1 else "Write 25.5.",
        )
    if re.fullmatch(r"[0-9]+(\.0)?", text):
        digits = text.partition(".")[0].lstrip("0")
        if len(digits) < 20 and int(digits or "0") < LARGEST:
            return None
        return "E_TOO_LARGE", f"{what} is 2**62 or more.", "Check the digits, or use a smaller whole."
    return (
        "C_BAD_NUMBER",
        f"{what} is not a whole number in plain digits.",
        "Write 1536000: no sign, point, comma, blank or exponent.",
    )


def _places(layout: Layout, session: Session, rows: Collection[int]) -> dict[int, int]:
    """Where the rows that DuckDB accepted stand: the line of each in a CSV file, its number in a Parquet file."""
    if layout.is_parquet or not rows:
        return {row: row for row in rows}
    rejected = {int(place) for (place,) in session.rows("SELECT DISTINCT line_byte_position FROM reject_errors")}
    wanted, last = set(rows), max(rows)
    places: dict[int, int] = {}
    number = 0
    for line, start, stop, cells in _records(layout):
        if not cells or any(start <= place < stop for place in rejected):
            continue
        number += 1
        if number - 1 in wanted:  # the header is the first record
            places[number - 1] = line
        if number > last:
            break
    return {row: places.get(row, row + 1) for row in rows}


def _records(layout: Layout) -> Iterator[tuple[int, int, int, list[str]]]:
    """``(line, first byte, byte after the last, cells)`` of every record of a CSV file."""
    here = [0, 0]  # lines and bytes handed out

    def texts(file: IO[bytes]) -> Iterator[str]:
        for raw in file:
            here[0] += 1
            here[1] += len(raw)
            yield raw.decode("utf-8", "replace")

    with _opened(layout) as file:
        line, start = 1, 0
        csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))
        for cells in csv.reader(texts(file), delimiter=layout.separator):
            yield line, start, here[1], cells
            line, start = here[0] + 1, here[1]


def _lines_of_bytes(layout: Layout, places: Sequence[int]) -> dict[int, int]:
    """The line in which each byte stands, counted from 1; ``places`` rise."""
    lines: dict[int, int] = {}
    line, at = 1, 0
    with _opened(layout) as file:
        for place in places:
            while at < place:
                part = file.read(min(1 << 24, place - at))
                if not part:
                    break
                line += part.count(b"\n")
                at += len(part)
            lines[place] = line
    return lines


def _opened(layout: Layout) -> IO[bytes]:
    if layout.path.name.lower().endswith(".gz"):
        return io.BufferedReader(gzip.open(layout.path, "rb"))
    return layout.path.open("rb")
