"""A register of holdings as one table, CSV or Parquet of any size, read into columns.

Columns, decided from their names: ``holder``, ``issuer`` (ids, kept as text); how much, as ``shares`` (whole numbers) with ``total``
(all shares of the issuer), as ``share`` (0 to 1) or as ``percent`` (0 to 100); and, if they are there, ``votes`` with ``votes_total``,
``holder_kind``, ``issuer_kind``, ``holder_name``, ``issuer_name``. DuckDB does the reading and turns ids into numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import FileError, Finding, Findings, RequestError
from crosshold.formats.holdings_faults import differing_totals, rows_of, structural, tell_rows
from crosshold.formats.holdings_header import Layout, Totals, csv_columns, fault, is_table, lay_out
from crosshold.formats.holdings_query import Progress, Session, cut, number, numbers, parquet_columns, reading, source
from crosshold.model.ids import PACK, Ids
from crosshold.model.share import NOTIONAL

MOST_KINDS = 250
DISPERSED = "dispersed"


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
        what = "rows" if self.layout.is_parquet else "lines"
        found = rows_of(self.layout, issuers)
        return {
            issuer: f"{what} {', '.join(str(place) for place, _ in places[:most])}{', ...' if len(places) > most else ''}"
            for issuer, places in found.items()
        }


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
    if threads is not None and threads < 1:
        raise RequestError(Finding("E_THREADS", f"{threads} threads do no work.", "Give 1 or more.", "threads"))
    _refuse(path)
    with reading(path), Session(path, threads=threads) as session:
        layout = _layout(path, session, cast("Totals | None", totals))
        return _read(layout, session, progress or (lambda part: None))


def _refuse(path: Path) -> None:
    if path.is_dir():
        raise fault(path, "C_FILE", "this is a folder.", "Name the table in it.")
    if not path.is_file():
        raise fault(path, "C_FILE", "there is no such file.", "Check the name.")
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
        if kind in ("DOUBLE", "FLOAT"):
            message = f"the ids in {column!r} are floating-point numbers, which cannot name anything exactly."
            faults.add("C_BAD_NUMBER", message, "Write ids as text.", path.name)
    faults.raise_errors(FileError)
    return layout


def _read(layout: Layout, session: Session, progress: Progress) -> HoldingTable:
    _load(layout, session, progress)
    _intern(layout, session, progress)
    edges = _edges(layout, session, progress)
    ids = Ids(*_packed(session, "ids", "id"))
    faults, findings = Findings(), _findings(layout, session)
    table: dict[str, Any] = {}
    for what, whole in (("weight", "total"), ("votes", "votes_total")):
        if whole in edges:
            table[whole], differs = _whole(ids, edges["issuer"], edges.pop(whole))
            if len(differs):
                faults.extend(differing_totals(layout, [ids[j] for j in differs[:20].tolist()], whole, len(differs)))
        elif what in edges:
            table[whole] = _sums(layout, session, len(ids), what)
    faults.raise_errors(FileError)
    kinds = _kinds(edges, ids, session, findings)
    names = _names(layout, ids, session)
    rows = len(edges["holder"])
    known = edges["holder"] >= 0
    if not known.all():
        findings.add(
            "N_DISPERSED", f"{rows - int(known.sum())} rows name no single holder: they stay with the rest.", "", layout.path.name
        )
        edges = {name: column[known] for name, column in edges.items()}
    return HoldingTable(
        layout=layout, ids=ids, rows=rows, kinds=kinds, names=names,
        findings=tuple(findings), **{k: edges[k] for k in ("holder", "issuer", "weight", "votes") if k in edges}, **table,
    )  # fmt: skip


def _load(layout: Layout, session: Session, progress: Progress) -> None:
    """The rows as a table ``raw``; stops with their faults when there are any."""
    query, values = source(layout, session)
    wanted = {"weight" if name == layout.size else name: number(layout, name) for name in numbers(layout)}
    cells = "".join(f", {text} AS {name}" for name, text in wanted.items())
    words = "".join(f", {name}" for name in layout.place if name.endswith(("_kind", "_name")))
    session.run(
        f"CREATE TABLE raw AS SELECT holder, issuer{cells}{words}, {cut(layout)} AS cut FROM ({query})",
        values, lambda part: progress(0.4 * part),
    )  # fmt: skip
    empty = " OR ".join(f"{name} IS NULL" for name in ("holder", "issuer", *wanted))
    count, bad = session.run(f"SELECT count(*), count(*) FILTER ({empty}) FROM raw").fetchone() or (0, 0)
    faults = [] if layout.is_parquet else structural(layout, session)
    if bad:
        faults += tell_rows(layout)
    if not count and not faults:
        raise fault(layout.path, "C_FILE", "there is no row below the header.", "Add a row for each holding.")
    if faults:
        raise FileError(faults)


def _intern(layout: Layout, session: Session, progress: Progress) -> None:
    """The distinct ids, sorted, with their numbers, as a table ``ids``; stops when one of them is no id."""
    session.run(
        "CREATE TABLE ids AS SELECT id, CAST(row_number() OVER (ORDER BY id) - 1 AS INTEGER) AS k"
        f" FROM (SELECT holder AS id FROM raw WHERE NOT ({_nobody(layout)}) UNION SELECT issuer FROM raw)",
        progress=lambda part: progress(0.4 + 0.2 * part),
    )
    bad = session.run("SELECT count(*) FROM ids WHERE trim(id) = '' OR contains(id, chr(0))").fetchone()
    if bad and bad[0]:
        raise FileError(tell_rows(layout))


def _nobody(layout: Layout) -> str:
    """SQL that is true for rows of dispersed holders: ids that begin with ``~``, or the kind ``dispersed``."""
    kind = f" OR coalesce(lower(trim(holder_kind)) = '{DISPERSED}', false)" if "holder_kind" in layout.place else ""
    return f"starts_with(holder, '~'){kind}"


def _edges(layout: Layout, session: Session, progress: Progress) -> dict[str, NDArray[Any]]:
    """The rows as arrays: numbers of entities, weights, codes of kinds. The holder of a dispersed row is -1."""
    kinds = [name for name in ("holder_kind", "issuer_kind") if name in layout.place]
    columns = ["weight", *(name for name in ("total", "votes", "votes_total") if name in layout.place)]
    joins = "".join(f" LEFT JOIN kinds AS {name[0]}k ON {name[0]}k.word = lower(trim(raw.{name}))" for name in kinds)
    codes = "".join(f", CAST(coalesce({name[0]}k.code, -1) AS SMALLINT) AS {name}" for name in kinds)
    if kinds:
        words = " UNION ".join(f"SELECT lower(trim({name})) AS word FROM raw" for name in kinds)
        session.run(
            "CREATE TABLE kinds AS SELECT word, CAST(row_number() OVER (ORDER BY word) - 1 AS SMALLINT) AS code"
            f" FROM (SELECT DISTINCT word FROM ({words}) WHERE word <> '' ORDER BY word LIMIT {MOST_KINDS})"
        )
    session.run(
        f"SELECT CASE WHEN {_nobody(layout)} THEN -1 ELSE h.k END AS holder, i.k AS issuer, {', '.join(columns)}{codes}"
        f" FROM raw LEFT JOIN ids AS h ON raw.holder = h.id JOIN ids AS i ON raw.issuer = i.id{joins}",
        progress=lambda part: progress(0.6 + 0.3 * part),
    )
    found = session.connection.fetchnumpy()
    return {name: np.ma.getdata(column) for name, column in found.items()}


def _packed(session: Session, table: str, column: str) -> tuple[bytes, NDArray[np.int64]]:
    """A column of text in the order of ``k``, as one text and where each begins: never as millions of Python strings."""
    session.run(f"SELECT string_agg({column}, '' ORDER BY k) FROM {table} GROUP BY k // {PACK} ORDER BY k // {PACK}")
    text = b"".join(part.encode() for (part,) in session.connection.fetchall())
    session.run(f"SELECT CAST(strlen({column}) AS INTEGER) AS n FROM {table} ORDER BY k")
    length = session.connection.fetchnumpy()["n"]
    start = np.zeros(len(length) + 1, np.int64)
    np.cumsum(length, out=start[1:])
    return text, start


def _whole(ids: Ids, issuer: NDArray[np.int32], stated: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The total of each entity from those its rows state, and the entities whose rows do not agree."""
    whole = np.zeros(len(ids), np.int64)
    whole[issuer] = stated
    return whole, np.unique(issuer[whole[issuer] != stated]).astype(np.int64)


def _sums(layout: Layout, session: Session, size: int, what: str) -> NDArray[np.int64]:
    """The total of each entity where the file states none: 10**12 for fractions, the sum of the rows when that was asked for."""
    if layout.totals is None:
        session.run("SELECT DISTINCT i.k FROM raw JOIN ids AS i ON raw.issuer = i.id")
        whole = np.zeros(size, np.int64)
        whole[session.connection.fetchnumpy()["k"]] = NOTIONAL
        return whole
    session.run(
        f"SELECT i.k, TRY_CAST(sum({what}) AS BIGINT) AS whole FROM raw JOIN ids AS i ON raw.issuer = i.id GROUP BY i.k ORDER BY i.k"
    )
    found = session.connection.fetchnumpy()
    if np.ma.is_masked(found["whole"]):
        message = "the rows of some company add up to more than 2**62."
        raise fault(layout.path, "E_TOO_LARGE", message, "Check the digits.")
    whole = np.zeros(size, np.int64)
    whole[found["k"]] = np.ma.getdata(found["whole"])
    return whole


def _findings(layout: Layout, session: Session) -> Findings:
    """What a reader should know about a table without faults."""
    found = Findings()
    where = layout.path.name
    if layout.unused:
        found.add("N_COLUMNS", f"columns that are not used: {', '.join(layout.unused)}.", "", where)
    query = (
        "SELECT (SELECT count(*) FROM raw WHERE cut), (SELECT count(*) FROM ids WHERE id <> trim(id)),"
        " (SELECT min(id) FROM ids WHERE id <> trim(id))"
    )
    shortened, blanks, example = session.run(query).fetchone() or (0, 0, None)
    if shortened:
        message = f"{shortened} rows have more than 12 decimals of a fraction: the rest was cut off."
        found.add("W_DECIMALS", message, "Give share counts where the last digit decides.", where)
    if blanks:
        message = f"{blanks} ids begin or end with a blank, for example {example!r}: they are other ids than those without."
        found.add("W_BLANKS", message, "Take the blanks out if the same party is meant.", where)
    return found


def _kinds(edges: dict[str, NDArray[Any]], ids: Ids, session: Session, findings: Findings) -> Mapping[str, str]:
    """The kind of each entity from the codes in its rows; one that is called two things is a warning."""
    code = np.full(len(ids), -1, np.int16)
    said = [(column, edges.pop(f"{column}_kind")) for column in ("holder", "issuer") if f"{column}_kind" in edges]
    if not said:
        return {}
    for column, kind in said:
        use = (kind >= 0) & (edges[column] >= 0)
        code[edges[column][use]] = kind[use]
    differing = sum(int(np.count_nonzero((k >= 0) & (edges[c] >= 0) & (code[edges[c]] != k))) for c, k in said)
    if differing:
        message = f"{differing} rows give an entity another kind than other rows do."
        findings.add("W_KIND", message, "Give every entity one kind.", "kinds")
    session.run("SELECT word FROM kinds ORDER BY code")
    return Words(ids, code, [str(row[0]) for row in session.connection.fetchall()])


def _names(layout: Layout, ids: Ids, session: Session) -> Mapping[str, str]:
    """The name of each entity where a row gives one; of several the first in the alphabet."""
    columns = [name for name in ("holder", "issuer") if f"{name}_name" in layout.place]
    if not columns:
        return {}
    said = " UNION ALL ".join(
        f"SELECT {name} AS id, {name}_name AS name FROM raw WHERE trim({name}_name) <> ''" for name in columns
    )
    session.run(
        "CREATE TABLE names AS SELECT ids.k, coalesce(n.name, '') AS name FROM ids LEFT JOIN"
        f" (SELECT id, min(name) AS name FROM ({said}) GROUP BY id) AS n ON n.id = ids.id"
    )
    text, start = _packed(session, "names", "name")
    code = np.where(np.diff(start) > 0, np.arange(len(ids)), -1)
    return Words(ids, code, Ids(text, start))
