"""From the text of a table of holdings to numbers, inside DuckDB: rows, ids, kinds, and what comes out of them as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import FileError
from crosshold.formats.holdings_faults import endless_line, structural, tell_rows
from crosshold.formats.holdings_header import Layout, fault
from crosshold.formats.holdings_query import Progress, Session, bare, cut, number, numbers, source
from crosshold.model.ids import PACK
from crosshold.model.share import NOTIONAL

MOST_KINDS = 250
DISPERSED = "dispersed"


def load(layout: Layout, session: Session, progress: Progress) -> None:
    """The rows as a table ``raw``; stops with their faults when there are any."""
    query, values = source(layout, session)
    wanted = {"weight" if name == layout.size else name: number(layout, name) for name in numbers(layout)}
    cells = "".join(f", {text} AS {name}" for name, text in wanted.items())
    words = "".join(f", {name}" for name in layout.place if name.endswith(("_kind", "_name")))
    session.rows(
        f"CREATE TABLE raw AS SELECT holder, issuer{cells}{words}, {cut(layout)} AS cut FROM ({query})",
        values, lambda part: progress(0.4 * part),
    )  # fmt: skip
    empty = " OR ".join(f"{name} IS NULL" for name in ("holder", "issuer", *wanted))
    ((count, bad),) = session.rows(f"SELECT count(*), count(*) FILTER ({empty}) FROM raw")
    faults = [] if layout.is_parquet else [*structural(layout, session), *endless_line(layout)]
    if bad:
        faults += tell_rows(layout)
    if not count and not faults:
        raise fault(layout.path, "C_FILE", "there is no row below the header.", "Add a row for each holding.")
    if faults:
        raise FileError(faults)


def learn_kinds(layout: Layout, session: Session) -> list[str]:
    """The kinds that the rows name, in small letters; a table ``kinds`` says which of them each spelling is."""
    columns = [name for name in ("holder_kind", "issuer_kind") if name in layout.place]
    if not columns:
        return []
    said = " UNION ALL ".join(f"SELECT DISTINCT {name} AS word FROM raw" for name in columns)
    spelt = [str(word) for (word,) in session.rows(f"SELECT DISTINCT word FROM ({said}) WHERE trim(word) <> '' ORDER BY word")]
    kinds = sorted({word.strip().lower() for word in spelt})
    if len(kinds) > MOST_KINDS:
        message = f"{' and '.join(columns)}: {len(kinds):,} different kinds, and {MOST_KINDS} are the most."
        cure = "Kinds are few: company, person, fund, ...; name the column otherwise if it says something else."
        raise fault(layout.path, "C_KINDS", message, cure)
    session.rows("CREATE TABLE kinds (word VARCHAR, code SMALLINT, nobody BOOLEAN)")
    for word in spelt:
        kind = word.strip().lower()
        session.rows("INSERT INTO kinds VALUES (?, ?, ?)", [word, kinds.index(kind), kind == DISPERSED])
    return kinds


def intern(layout: Layout, session: Session, progress: Progress) -> tuple[int, int, str | None]:
    """The distinct ids, sorted, with their numbers, as a table ``ids``; stops when one of them is no id.

    Returns how many rows have more decimals than count, how many ids begin or end with a blank, and one of them.
    """
    session.rows(
        "CREATE TABLE ids AS SELECT id, CAST(row_number() OVER (ORDER BY id) - 1 AS INTEGER) AS k"
        f" FROM (SELECT holder AS id FROM raw WHERE NOT ({_nobody(layout, session)}) UNION SELECT issuer FROM raw)",
        progress=lambda part: progress(0.4 + 0.2 * part),
    )
    ((bad, blanks, example),) = session.rows(
        "SELECT count(*) FILTER (bare = '' OR contains(id, chr(0))), count(*) FILTER (bare <> id), min(id) FILTER (bare <> id)"
        f" FROM (SELECT id, {bare('id')} AS bare FROM ids)"
    )
    if bad:
        raise FileError(tell_rows(layout))
    ((many,),) = [(0,)] if layout.size == "shares" else session.rows("SELECT count(*) FROM raw WHERE cut")
    return int(many), int(blanks), example


def _nobody(layout: Layout, session: Session) -> str:
    """SQL that is true for rows of dispersed holders: ids that begin with ``~``, or the kind ``dispersed``."""
    kinds = "holder_kind" in layout.place and session.rows("SELECT 1 FROM kinds WHERE nobody LIMIT 1")
    named = " OR coalesce(raw.holder_kind IN (SELECT word FROM kinds WHERE nobody), false)" if kinds else ""
    return f"starts_with(raw.holder, '~'){named}"


def number_rows(layout: Layout, session: Session, progress: Progress) -> dict[str, NDArray[Any]]:
    """The rows as arrays: numbers of entities, weights, codes of kinds. The holder of a dispersed row is -1.

    All columns come out of one query: rows have no order that a second query would keep.
    """
    kinds = [name for name in ("holder_kind", "issuer_kind") if name in layout.place]
    columns = ["weight", *(name for name in ("total", "votes", "votes_total") if name in layout.place)]
    joins = "".join(f" LEFT JOIN kinds AS {name} ON {name}.word = raw.{name}" for name in kinds)
    codes = "".join(f", coalesce({name}.code, -1::SMALLINT) AS {name}" for name in kinds)
    found = session.arrays(
        f"SELECT CASE WHEN {_nobody(layout, session)} THEN -1 ELSE h.k END AS holder, i.k AS issuer, {', '.join(columns)}{codes}"
        f" FROM raw LEFT JOIN ids AS h ON raw.holder = h.id JOIN ids AS i ON raw.issuer = i.id{joins}",
        progress=lambda part: progress(0.6 + 0.3 * part),
    )
    return {name: np.ma.getdata(column) for name, column in found.items()}


def packed(session: Session, table: str, column: str) -> tuple[bytes, NDArray[np.int64]]:
    """A column of text in the order of ``k``, as one text and where each begins: never as millions of Python strings."""
    parts = session.rows(f"SELECT string_agg({column}, '' ORDER BY k) FROM {table} GROUP BY k // {PACK} ORDER BY k // {PACK}")
    text = b"".join(part.encode() for (part,) in parts)
    length = session.arrays(f"SELECT CAST(strlen({column}) AS INTEGER) AS n FROM {table} ORDER BY k")["n"]
    start = np.zeros(len(length) + 1, np.int64)
    np.cumsum(length, out=start[1:])
    return text, start


def sums(layout: Layout, session: Session, size: int, what: str) -> NDArray[np.int64]:
    """The total of each entity where the file states none: 10**12 for fractions, the sum of the rows when that was asked for."""
    whole = np.zeros(size, np.int64)
    if layout.totals is None:
        found = session.arrays("SELECT DISTINCT i.k FROM raw JOIN ids AS i ON raw.issuer = i.id")
        whole[found["k"]] = NOTIONAL
        return whole
    found = session.arrays(
        f"SELECT i.k, TRY_CAST(sum({what}) AS BIGINT) AS whole FROM raw JOIN ids AS i ON raw.issuer = i.id GROUP BY i.k"
    )
    if np.ma.is_masked(found["whole"]):
        message = "the rows of some company add up to more than 2**62."
        raise fault(layout.path, "E_TOO_LARGE", message, "Check the digits.")
    whole[found["k"]] = np.ma.getdata(found["whole"])
    return whole


def names_of(layout: Layout, session: Session) -> tuple[bytes, NDArray[np.int64]] | None:
    """The name of each entity, packed, empty where no row gives one; of several the first in the alphabet."""
    columns = [name for name in ("holder", "issuer") if f"{name}_name" in layout.place]
    if not columns:
        return None
    said = " UNION ALL ".join(
        f"SELECT {name} AS id, {name}_name AS name FROM raw WHERE trim({name}_name) <> ''" for name in columns
    )
    session.rows(
        "CREATE TABLE names AS SELECT ids.k, coalesce(n.name, '') AS name FROM ids LEFT JOIN"
        f" (SELECT id, min(name) AS name FROM ({said}) GROUP BY id) AS n ON n.id = ids.id"
    )
    return packed(session, "names", "name")
