"""What the columns of a table of holdings mean, decided from their names alone; never from the numbers below them."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from crosshold.errors import FileError, Finding, Findings, did_you_mean

Totals = Literal["column", "sum"]

SUFFIXES = (".csv", ".csv.gz", ".parquet")
SIZES = ("shares", "share", "percent")  # how large a holding is: a whole number, a fraction 0-1, a percentage 0-100
KNOWN = (
    "holder", "issuer", *SIZES, "total", "votes", "votes_total",
    "holder_kind", "issuer_kind", "holder_name", "issuer_name",
)  # fmt: skip
LONGEST_HEADER = 2_000_000  # bytes; no row may be longer either
BRIEF = 60  # characters of a cell or a name that a message shows
SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Layout:
    """A table before it is read: ``place`` maps the known columns that are used to their number, ``unused`` names the others.

    ``size`` is the column of :data:`SIZES` that counts, ``totals`` where the whole of a company comes from; with fractions and
    percentages there is nothing to look up and it is ``None``.
    """

    path: Path
    columns: tuple[str, ...]
    place: Mapping[str, int]
    unused: tuple[str, ...]
    size: str
    totals: Totals | None
    separator: str = ","

    @property
    def is_parquet(self) -> bool:
        """Parquet, as the name says; CSV otherwise."""
        return self.path.name.lower().endswith(".parquet")

    def at(self, row: int) -> str:
        """The place of a row in a message: the line of a CSV file, the row of a Parquet file."""
        return f"{self.path.name}: row {row}" if self.is_parquet else f"{self.path.name}:{row}"


def is_table(path: Path) -> bool:
    """True when the name of a file says that it is a table of holdings."""
    return path.name.lower().endswith(SUFFIXES)


def fault(path: Path, code: str, message: str, cure: str) -> FileError:
    """One fault of a whole file."""
    return FileError(Finding(code, message, cure, path.name))


def brief(text: str) -> str:
    """Text from a file for a message: its beginning, when it is long."""
    return text if len(text) <= BRIEF else f"{text[:BRIEF]}... ({len(text):,} characters)"


def csv_columns(path: Path) -> tuple[tuple[str, ...], str]:
    """The names in the first line of a CSV file and the separator between them, which is the one that finds ``holder``."""
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
            start = file.read(LONGEST_HEADER)
    except (OSError, EOFError) as error:
        raise fault(path, "C_FILE", f"this file cannot be read ({error}).", "Check the file.") from None
    text = _header(path, start).decode("utf-8", "replace")
    best: tuple[tuple[str, ...], str] = ((), ",")
    for separator in SEPARATORS:
        try:
            names = next(csv.reader(io.StringIO(text), delimiter=separator), [])
        except csv.Error:
            continue
        found = tuple(name.strip() for name in names)
        if len({name.lower() for name in found} & set(KNOWN)) > len({name.lower() for name in best[0]} & set(KNOWN)):
            best = found, separator
    return best if best[0] else (tuple(name.strip() for name in text.splitlines()[0].split(",")), ",")


def _header(path: Path, start: bytes) -> bytes:
    """The beginning of a CSV file, which must be text with the names of the columns in its first line."""
    names = "The first line names the columns: holder,issuer,shares,total."
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise fault(path, "C_FILE", "this is UTF-16 text.", "Save it as UTF-8 CSV.")
    if start[:2] == b"\x1f\x8b":
        raise fault(path, "C_FILE", "this is a packed file.", "End its name in .csv.gz.")
    text = start.removeprefix(b"\xef\xbb\xbf")
    if not text.strip():
        raise fault(path, "C_FILE", "this file is empty.", names)
    line = re.split(rb"[\r\n]", text, maxsplit=1)[0]
    if b"\0" in line or start[:4] == b"PK\x03\x04":
        message = "this is no CSV text: a spreadsheet, text in UTF-16, or something else."
        raise fault(path, "C_FILE", message, "Save it as UTF-8 CSV.")
    if len(line) >= LONGEST_HEADER - 3:
        raise fault(path, "C_FILE", "the first line has two million characters and goes on.", names)
    if not line.strip() or re.fullmatch(rb"sep=.?", line.strip().lower()):
        message = f"the first line is {'blank' if not line.strip() else 'a note to a spreadsheet'}, not the header."
        raise fault(path, "C_SYNTAX", message, f"Take it out. {names}")
    return text


def lay_out(path: Path, columns: Sequence[str], separator: str, totals: Totals | None) -> Layout:
    """Which column is what. ``FileError`` with every fault: a name twice, one missing, two sizes, no total."""
    faults = Findings()
    names = [name.strip().lower() for name in columns]
    place = {name: names.index(name) for name in KNOWN if name in names}
    where = path.name if path.name.lower().endswith(".parquet") else f"{path.name}:1"
    for name in place:
        if names.count(name) > 1:
            faults.add("C_SYNTAX", f"the header names {name!r} {names.count(name)} times.", "Name every column once.", where)
    for name in ("holder", "issuer"):
        if name not in place:
            message = f"there is no column {name!r}."
            faults.add(
                "C_MISSING_KEY", message, did_you_mean(name, map(brief, columns)) or "The first line names the columns.", where
            )
    sizes = [name for name in SIZES if name in place]
    if not sizes:
        message = "there is no column that says how much is held."
        faults.add("C_MISSING_KEY", message, "Name it shares (whole numbers), share (0 to 1) or percent (0 to 100).", where)
    elif sizes == ["share", "percent"]:
        message = "there is a share and a percent: two sizes of one holding."
        faults.add("C_SYNTAX", message, "Keep one of the two columns.", where)
    size = sizes[0] if sizes else "shares"
    if sizes and size == "shares":
        totals = totals or ("column" if "total" in place else None)
        if totals is None or (totals == "column" and "total" not in place):
            message = "shares without a column 'total' (all shares of the issuer) say nothing about percentages."
            cure = "Add the column, or ask for totals as the sum of the rows (--totals sum) if every holder is in the file."
            faults.add("C_MISSING_KEY", message, cure, where)
    if "votes" in place and "votes_total" not in place and not (size == "shares" and totals == "sum"):
        message = "votes without a column 'votes_total' (all votes of the issuer) say nothing about percentages."
        faults.add("C_MISSING_KEY", message, "Add the column, or leave votes out.", where)
    faults.raise_errors(FileError)
    skipped = {name for name in SIZES if name != size}
    if size != "shares" or totals == "sum":
        skipped |= {"total"}
    if "votes" not in place or totals == "sum":
        skipped |= {"votes_total"}
    used = {name: number for name, number in place.items() if name not in skipped}
    unused = tuple(name for k, name in enumerate(columns) if k not in used.values())
    return Layout(path, tuple(columns), used, unused, size, totals if size == "shares" else None, separator)
