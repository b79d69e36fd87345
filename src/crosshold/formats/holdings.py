"""A register of holdings as one table, CSV or Parquet of any size, read into columns.

Columns, decided from their names: ``holder``, ``issuer`` (ids, kept as text); how much, as ``shares`` (whole numbers) with ``total``
(all shares of the issuer), as ``share`` (0 to 1) or as ``percent`` (0 to 100); and, if they are there, ``votes`` with ``votes_total``,
``holder_kind``, ``issuer_kind``, ``holder_name``, ``issuer_name``. DuckDB does the reading and turns ids into numbers.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import FileError, Finding, Findings, RequestError
from crosshold.formats.holdings_columns import intern, learn_kinds, load, names_of, number_rows, packed, sums
from crosshold.formats.holdings_faults import differing_totals, rows_of
from crosshold.formats.holdings_header import Layout, Totals, brief, csv_columns, fault, is_table, lay_out
from crosshold.formats.holdings_query import Progress, Session, parquet_columns, reading
from crosshold.model.ids import Ids

MOST_THREADS = 256
MOST_NAMES = 20  # of unused columns that a note names
ID_TYPES = {
    "VARCHAR",
    "UUID",
    *(f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG", "HUGE")),
    "INTEGER",
    "UINTEGER",
}


class Words(Mapping[str, str]):
    """A word for some of the ids: a number for each id and a list of words, -1 where nothing is said."""

    def __init__(self, ids: Sequence[str], code: NDArray[np.integer], words: Sequence[str]) -> None:
        self._ids, self._code, self._words = ids, code, words

    def __getitem__(self, name: str) -> str:
        from bisect import bisect_left

        place = bisect_left(self._ids, name)
        if place == len(self._ids) or self._ids[place] != name or self._code[place] < 0:
            raise KeyError(name)
        return self._words[int(self._code[place])]

    def column(self, empty: str) -> list[str]:
        """The word of every id, in the order of the ids."""
        words = [*self._words, empty]  # -1, nothing said, is the last
        return [words[k] for k in self._code.tolist()]

    def __iter__(self) -> Iterator[str]:
        return (self._ids[int(k)] for k in np.flatnonzero(self._code >= 0))

    def __len__(self) -> int:
        return int(np.count_nonzero(self._code >= 0))


@dataclass(frozen=True, eq=False)
class HoldingTable:
    """A register in columns: row k says that entity ``holder[k]`` holds ``weight[k]`` of the ``total[issuer[k]]`` of ``issuer[k]``.

    ``ids`` are sorted by their characters; ``holder`` and ``issuer`` (int32) are places in it, ``total`` (int64) has one number for each
    entity, 0 where nobody holds it. Weights are shares, or parts of 10**12 when the file gives fractions. ``votes`` and ``votes_total``
    are there when the file has them. Rows come in no particular order; ``rows`` is how many the file has, with those of dispersed
    holders, who are no entities. ``findings`` are warnings and notes; faults have been raised.
    """

    layout: Layout
    ids: Ids
    holder: NDArray[np.int32]
    issuer: NDArray[np.int32]
    weight: NDArray[np.int64]
    total: NDArray[np.int64]
    rows: int
    votes: NDArray[np.int64] | None = None
    votes_total: NDArray[np.int64] | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def basis(self) -> str:
        """What the percentages are of: ``issued``, or ``listed`` when the total is the sum of the rows."""
        return "listed" if self.layout.totals == "sum" else "issued"

    def lines_of(self, issuers: Sequence[str], most: int = 5) -> dict[str, str]:
        """Where the rows of some companies stand in the file, in words: ``lines 3, 17``. Reads the file again."""
        what = "row" if self.layout.is_parquet else "line"
        with reading(self.layout.path):
            found = rows_of(self.layout, issuers)
        told = {}
        for issuer, places in found.items():
            lines = ", ".join(str(place) for place, _ in places[:most])
            told[issuer] = f"{what}{'s' if len(places) > 1 else ''} {lines}{', ...' if len(places) > most else ''}"
        return told


def read_holdings(
    path: str | Path, *, threads: int | None = None, totals: str | None = None, progress: Progress | None = None
) -> HoldingTable:
    """Read a table of holdings: ``.csv``, ``.csv.gz`` (UTF-8; comma, semicolon, tab or bar) or ``.parquet``.

    ``totals`` says where the whole of a company comes from: ``column`` (``total``, the default when it is there) or ``sum`` of its
    rows, which is right only if every holder is in the file. Rows of one pair stay apart here. ``progress`` is told parts of 1.
    FileError: every bad row with its line, what and why, of which the first twenty are shown.
    """
    path = Path(path)
    if totals not in (None, "column", "sum"):
        raise RequestError(Finding("E_TOTALS", f"{totals!r} names no totals.", "Say column or sum.", "totals"))
    if threads is not None and not (isinstance(threads, int) and 1 <= threads <= MOST_THREADS):
        message = f"{threads!r} is no number of threads."
        raise RequestError(
            Finding("E_THREADS", message, f"Give a whole number from 1 to {MOST_THREADS}, or leave it out.", "threads")
        )
    _refuse(path)
    with reading(path), Session(path, threads=threads) as session:
        layout = _layout(path, session, cast("Totals | None", totals))
        return _read(layout, session, _rising(progress or (lambda part: None)))


def _rising(progress: Progress) -> Progress:
    """The same, never told less than before: DuckDB corrects its guesses."""
    told = [0.0]

    def tell(part: float) -> None:
        told[0] = max(told[0], part)
        progress(told[0])

    return tell


def _refuse(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # a null character in the name is a ValueError
        raise fault(path, "C_FILE", "there is no such file.", "Check the name.") from None
    except OSError as error:
        raise fault(path, "C_FILE", f"this file cannot be read ({error.strerror}).", "Check the name.") from None
    if stat.S_ISDIR(mode):
        raise fault(path, "C_FILE", "this is a folder.", "Name the table in it.")
    if not stat.S_ISREG(mode):
        raise fault(path, "C_FILE", "this is a pipe or a device: it cannot be read twice.", "Save it as a file first.")
    if not is_table(path):
        raise fault(path, "C_FORMAT", "this is no table of holdings.", "Its name must end in .csv, .csv.gz or .parquet.")


def _layout(path: Path, session: Session, totals: Totals | None) -> Layout:
    if not path.name.lower().endswith(".parquet"):
        return lay_out(path, *csv_columns(path), totals)
    columns = parquet_columns(session)
    layout = lay_out(path, [name for name, _ in columns], ",", totals)
    faults = Findings()
    for name in ("holder", "issuer"):
        column, kind = columns[layout.place[name]]
        if kind not in ID_TYPES:
            message = f"the ids in {brief(column)!r} have the type {brief(kind)}, which cannot name anything exactly."
            faults.add("C_BAD_NUMBER", message, "Write ids as text.", path.name)
    faults.raise_errors(FileError)
    return layout


def _read(layout: Layout, session: Session, progress: Progress) -> HoldingTable:
    load(layout, session, progress)
    kind_words = learn_kinds(layout, session)
    findings = Findings(_notes(layout, *intern(layout, session, progress)))
    edges = number_rows(layout, session, progress)
    ids = Ids(*packed(session, "ids", "id"))
    faults = Findings()
    table: dict[str, Any] = {}
    for what, whole in (("weight", "total"), ("votes", "votes_total")):
        if whole in edges:
            table[whole], differs = _whole(len(ids), edges["issuer"], edges.pop(whole))
            if len(differs):
                faults.extend(differing_totals(layout, [ids[j] for j in differs[:20].tolist()], whole, len(differs)))
        elif what in edges:
            table[whole] = sums(layout, session, len(ids), what)
    faults.raise_errors(FileError)
    kinds = _kinds(layout, edges, ids, kind_words, findings)
    names = names_of(layout, session)
    rows = len(edges["holder"])
    known = edges["holder"] >= 0
    if not known.all():
        message = f"{rows - int(known.sum())} rows name no single holder: they stay with the rest."
        findings.add("N_DISPERSED", message, "", layout.path.name)
        edges = {name: column[known] for name, column in edges.items()}
    return HoldingTable(
        layout=layout, ids=ids, rows=rows, kinds=kinds,
        names={} if names is None else Words(ids, np.where(np.diff(names[1]) > 0, np.arange(len(ids)), -1), Ids(*names)),
        findings=tuple(findings), **{k: edges[k] for k in ("holder", "issuer", "weight", "votes") if k in edges}, **table,
    )  # fmt: skip


def _whole(size: int, issuer: NDArray[np.int32], stated: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The total of each entity from those its rows state, and the entities whose rows do not agree."""
    whole = np.zeros(size, np.int64)
    whole[issuer] = stated
    return whole, np.unique(issuer[whole[issuer] != stated]).astype(np.int64)


def _notes(layout: Layout, cut: int, blanks: int, example: str | None) -> list[Finding]:
    """What a reader should know about a table without faults."""
    told, where = [], layout.path.name
    if layout.unused:
        names = ", ".join(brief(name) or "(no name)" for name in layout.unused[:MOST_NAMES])
        more = f" and {len(layout.unused) - MOST_NAMES:,} more" if len(layout.unused) > MOST_NAMES else ""
        told.append(Finding("N_COLUMNS", f"columns that are not used: {names}{more}.", "", where))
    if cut:
        message = f"{cut} rows have more than 12 decimals of a fraction: the rest was cut off."
        told.append(Finding("W_DECIMALS", message, "Give share counts where the last digit decides.", where))
    if blanks:
        what = f"{blanks} ids begin or end with a blank or an invisible character, for example {brief(example or '')!r}"
        message = f"{what}: they are other ids than those without."
        told.append(Finding("W_BLANKS", message, "Take it out if the same party is meant.", where))
    return told


def _kinds(
    layout: Layout, edges: dict[str, NDArray[Any]], ids: Ids, words: Sequence[str], findings: Findings
) -> Mapping[str, str]:
    """The kind of each entity from the codes in its rows; one that is called two things is a warning."""
    code = np.full(len(ids), -1, np.int16)
    said = [(column, edges.pop(f"{column}_kind")) for column in ("holder", "issuer") if f"{column}_kind" in edges]
    for column, kind in said:
        use = (kind >= 0) & (edges[column] >= 0)
        code[edges[column][use]] = kind[use]
    differing = sum(int(np.count_nonzero((k >= 0) & (edges[c] >= 0) & (code[edges[c]] != k))) for c, k in said)
    if differing:
        message = f"{differing} rows give an entity another kind than other rows do."
        findings.add("W_KIND", message, "Give every entity one kind.", layout.path.name)
    return Words(ids, code, words) if said else {}
