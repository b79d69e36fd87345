"""Which pairs are worth comparing: those that share a block, unless a block is so large that sharing it tells nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import duckdb

_FIRST = "if(eastern, replace(key, ' ', ''), split_part(key, ' ', 1))"
_LESS_A_LETTER = (
    f"unnest(if(len({_FIRST}) BETWEEN 4 AND 16, list_transform(range(0, len({_FIRST}) + 1), "
    f"lambda n: left({_FIRST}, n) || substr({_FIRST}, n + 2)), []))"
)
"""What two words share of which one has a letter wrong, missing, too many or swapped with the next."""
BLOCKS = {
    # a name for people: (what the records of a block share, in SQL over rows; the most records of a block)
    "name": ("joined", 500),
    "beginning": ("left(replace(key, ' ', ''), if(eastern, 4, 8))", 40),
    "end": ("right(replace(key, ' ', ''), if(eastern, 4, 8))", 40),
    "word": ("unnest(list_filter(words, lambda w: len(w) >= 4))", 40),
    "first word less a letter": (_LESS_A_LETTER, 40),
    "identifier": ("unnest(list_concat(ids, loose))", 200),
    "part of an identifier": (
        "unnest(list_concat(list_transform(loose, lambda x: '<' || left(x, 7)), list_transform(loose, lambda x: '>' || right(x, 7))))", 20,
    ),
    "country and postcode": ("country || ' ' || postcode", 40),
    "stake": ("unnest(stakes)", 40),
}  # fmt: skip
"""Kana needs no block of its own: a name in kana is a name, and names of one script are compared."""


class Blocked(NamedTuple):
    """``pairs`` of parties to compare (table ``pairs``), ``vetoed`` by contradicting checked numbers, ``too_large``: blocks left out."""

    pairs: int
    vetoed: int
    too_large: dict[str, int]


def block(db: duckdb.DuckDBPyConnection, across: bool) -> Blocked:
    """Make the table ``pairs`` (a < b) of the table ``spellings``; ``across``: only pairs of two registers."""
    db.execute("CREATE TABLE blocks (party INTEGER, side INTEGER, block UBIGINT)")
    too_large: dict[str, int] = {}
    for name, (shared, most) in BLOCKS.items():
        rows = f"SELECT DISTINCT party, side, {shared} AS said FROM spellings"
        db.execute(
            f"CREATE OR REPLACE TEMP TABLE sharing AS SELECT party, side, hash(?, said) AS block FROM ({rows}) WHERE said <> ''",
            [name],
        )
        sizes = "SELECT block, count(DISTINCT party) AS size, count(DISTINCT side) AS sides FROM sharing GROUP BY block"
        db.execute(f"CREATE OR REPLACE TEMP TABLE sizes AS SELECT * FROM ({sizes}) WHERE size > 1 AND sides > ?", [int(across)])
        left = db.execute("SELECT count(*) FROM sizes WHERE size > ?", [most]).fetchone()
        if left and left[0]:
            too_large[name] = left[0]
        db.execute("INSERT INTO blocks SELECT sharing.* FROM sharing JOIN sizes USING (block) WHERE size <= ?", [most])
    db.execute("DROP TABLE sharing; DROP TABLE sizes")
    apart = "a.side < b.side" if across else "a.party < b.party"
    db.execute(
        "CREATE TABLE parties AS SELECT party, any_value(ids) AS ids, any_value(schemes) AS schemes, any_value(person) AS person "
        "FROM spellings GROUP BY party"
    )
    db.execute(
        f"CREATE TABLE met AS SELECT DISTINCT a.party AS a, b.party AS b FROM blocks a JOIN blocks b ON a.block = b.block AND {apart}"
    )
    db.execute("DROP TABLE blocks")
    db.execute("DELETE FROM met WHERE (a, b) IN (SELECT (a, b) FROM judged)")
    shared = "list_intersect(l.ids, r.ids)"
    vetoed = (
        "len(list_intersect(l.schemes, r.schemes)) > "
        f"len(list_distinct(list_transform({shared}, lambda x: split_part(x, ':', 1))))"
    )
    db.execute(
        f"CREATE TABLE pairs AS SELECT a, b, coalesce({vetoed}, false) AS vetoed FROM met JOIN parties l ON l.party = a "
        "JOIN parties r ON r.party = b WHERE coalesce(l.person = r.person, true)"
    )
    db.execute("DROP TABLE met")
    count = db.execute("SELECT count(*), count(*) FILTER (vetoed) FROM pairs").fetchone() or (0, 0)
    db.execute("DELETE FROM pairs WHERE vetoed; ALTER TABLE pairs DROP COLUMN vetoed")
    return Blocked(count[0], count[1], too_large)


def judged(pairs: Sequence[tuple[int, int]], db: duckdb.DuckDBPyConnection) -> None:
    """The table ``judged``: pairs of parties that a person has decided about."""
    db.execute("CREATE TABLE judged (a INTEGER, b INTEGER)")
    if pairs:
        db.executemany("INSERT INTO judged VALUES (?, ?)", sorted({(min(p), max(p)) for p in pairs}))
