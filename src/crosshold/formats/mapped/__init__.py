"""Tables with a mapping: CSV, XLSX and Parquet, read as Statements and written (spec/evidence 7.2).

What each column is, a mapping says, or the words of the header. A guess that is not sure is told and used only when it is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from crosshold.errors import FileError, Finding, did_you_mean
from crosshold.formats.intake import Batch, Input
from crosshold.formats.mapped.columns import decided, profiles
from crosshold.formats.mapped.csv_rows import SEPARATORS, CsvTable
from crosshold.formats.mapped.header import Header, find_header, guess
from crosshold.formats.mapped.mapping import PARTIES, Mapping, read_mapping
from crosshold.formats.mapped.matrix import looks_like_one, read_matrix, side
from crosshold.formats.mapped.own import is_own, read_own
from crosshold.formats.mapped.reading import Reader
from crosshold.formats.mapped.rows import SheetTable, Table, from_rows, table
from crosshold.formats.mapped.words import known_words
from crosshold.formats.mapped.writing import write
from crosshold.model.statement import Source

__all__ = ["from_rows", "read", "sniff", "write"]


def sniff(head: bytes, name: str) -> float:
    """By the ending of the name and the first bytes; text without such an ending when its first line has two words of a header."""
    lower = name.lower().removesuffix(".gz").removesuffix(".zip")
    if head[:4] == b"PAR1" or (
        head[:4] == b"PK\x03\x04" and b"[Content_Types].xml" in head and lower.endswith((".xlsx", ".xlsm"))
    ):
        return 0.6
    if head[:4] in (b"PK\x03\x04", b"") or head.lstrip()[:1] in (b"{", b"[", b"<"):
        return 0.0
    if lower.endswith((".csv", ".tsv", ".tab")):
        return 0.6
    first = head[:4096].decode("utf-8", "replace").splitlines()[:1]
    return 0.6 if first and max(known_words(first[0].split(sep)) for sep in SEPARATORS) > 1 else 0.0


def read(source: Input) -> Iterator[Batch]:
    """The statements of a table. Options: ``mapping`` (a path), ``accept_guess``, ``matrix`` (``rows=holders`` or
    ``rows=issuers``), ``as_direct``.

    ``FileError`` when it is no table, a column of the mapping is not in it, or the columns are not certain and the guess is not accepted.
    """
    path = source.options.get("mapping")
    told = read_mapping(Path(path)) if path else None
    found = table(source, told.sheet, told.encoding, told.separator) if told else table(source)
    start = found.start()
    own = tuple(cell.strip() for cell in start[0].cells) if start and told is None else ()
    if found.header or is_own(own):  # a table of ours has its names in the first row, whatever words stand below them
        header: Header | None = Header(tuple(found.header or own), 1, ())
    else:
        header = find_header(start, told.header_row if told else None)
    if header is None:
        raise source.fault("it has no row with two cells: there is no header.", "Name the columns in the first line.")
    if isinstance(found, CsvTable):
        found.width = header.width
        source.header = "\n".join(row.raw or "" for row in start[: header.rows])
    origin = _origin(source)
    if told is None and is_own(header.names):
        yield from _noted(read_own(source, found, header, origin), found.notes)
    elif source.options.get("matrix"):
        yield from _noted(read_matrix(source, found, header, side(str(source.options["matrix"])), origin), found.notes)
    else:
        if (
            told is None
            and looks_like_one(start, header)
            and not set(PARTIES) <= {c.field for c in guess(header).columns.values()}
        ):
            message = "it is a matrix: the names of its columns are those of its rows. Which side holds the other is not said."
            raise source.fault(message, "Say --matrix rows=holders or --matrix rows=issuers.")
        yield from _holdings(source, found, header, told, origin)


def _origin(source: Input) -> Source:
    """The file as a source, by its name and the day it was published: its mended rows are of the same one."""
    day = f"@{source.published}" if source.published else ""
    return Source(f"table:{source.name}{day}", "dataset", title=source.name, published_on=source.published, sha256=source.sha256)


def _noted(batches: Iterator[Batch], notes: list[Finding]) -> Iterator[Batch]:
    for n, batch in enumerate(batches):
        if n == 0:
            batch.findings[:0] = notes
        yield batch


def _holdings(source: Input, found: Table, header: Header, told: Mapping | None, origin: Source) -> Iterator[Batch]:
    mapping = _checked(source, header, told) if told else guess(header)
    seen = profiles(islice(found.rows(), header.rows, None), header.names, mapping.columns)
    columns, sure = decided(mapping.columns, seen, found.epoch)
    shown = replace(mapping, columns=columns)
    if isinstance(found, SheetTable) and told is None and found.others:
        shown = replace(shown, sheet=found.sheet.name, sure=False)
    if told is None and not source.options.get("accept_guess") and not (shown.sure and sure):
        message = f"not every column is known by its name. A guess: {shown.text()}"
        cure = "Save it as a file, mend it and give it with --mapping; or take it as it is with --accept-guess."
        raise FileError(Finding("E_MAPPING", message, cure, source.name))
    missing = [p for p in PARTIES if not _has(mapping, p)]
    if missing:
        message = f"no column is the {' or the '.join(missing)}. A guess of the others: {shown.text()}"
        raise FileError(Finding("E_MAPPING", message, "Name it in a file and give that with --mapping.", source.name))
    text = f"the columns are read so: {shown.text()}"
    note = Finding("N_MAPPING", text, "Give another one with --mapping if that is wrong.", source.name)
    yield from _noted(Reader(source, found, header, mapping, seen, origin).batches(), [*found.notes, note])


def _has(mapping: Mapping, party: str) -> bool:
    return any(field.partition(":")[0] == party for field in (*mapping.constant, *(c.field for c in mapping.columns.values())))


def _checked(source: Input, header: Header, told: Mapping) -> Mapping:
    """The mapping, of which every column must be in the table."""
    missing = [name for name in told.columns if name not in header.names]
    if missing:
        raise FileError(
            [Finding("C_COLUMNS", f"there is no column {n!r}.", did_you_mean(n, header.names), source.name) for n in missing]
        )
    return told
