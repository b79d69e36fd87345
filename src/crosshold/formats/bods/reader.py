"""Reads a BODS file of any length: an array, an object with ``statements``, or one statement a line.

The statement of a record that a later one updates or closes ends on that one's day: the same claim with an end is added, and revises it,
from the day on which the later one was published. Only the dates of updates are kept for it, on disk; if there are any, the file is read a
second time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from typing import Any

from crosshold.errors import Finding
from crosshold.formats.bods.record import Made, Shape, Telling, read_record, shape
from crosshold.formats.intake import Batch, Input
from crosshold.formats.json_stream import objects
from crosshold.formats.row import Fault
from crosshold.model.statement import Statement

AT_ONCE = 4_000
"""Statements of a batch: each keeps its record, which is much larger."""
_RANK = {"new": 0, "updated": 1, "closed": 2}
_CURES = {
    "E_DATE": "Write YYYY-MM-DD.", "E_PARTY": "Name it by its record.", "E_SHARE_RANGE": "Percentages run from 0 to 100.",
    "W_UNKNOWN_CODE": "It is kept as it is; the statement says nothing more than that.",
}  # fmt: skip
_TABLE = "CREATE TABLE turn (key TEXT, day TEXT, rank INTEGER, ident TEXT, known TEXT, used INTEGER DEFAULT 0)"
_NEXT = """SELECT rowid, day, ident, known FROM turn WHERE key = ? AND (day, rank, ident) > (?, ?, ?)
           ORDER BY day, rank, ident LIMIT 1"""


def read(source: Input) -> Iterator[Batch]:
    """Batches of a file. Option ``as_direct``: interests that may be direct or not, and bands, become lots."""
    telling = Telling(bool(source.options.get("as_direct")), source.published)
    batch, seen = Batch(), set[str]()
    with closing(sqlite3.connect("")) as turns:  # a file of its own that goes with it
        turns.execute(_TABLE)
        for row in objects(source, "statements"):
            where = f"{source.name}, {row.where}"
            try:
                if row.fault:
                    raise Fault("E_ROW", row.fault)
                made = read_record(row.value, telling)
            except Fault as fault:
                batch.reject(where, fault.code, f"{fault.text}.", row.text, _CURES.get(fault.code, ""))
                continue
            if made.source.id not in seen:
                seen.add(made.source.id)
                batch.sources.append(made.source)
            if made.entity is not None:
                batch.entities.append(made.entity)
            batch.findings += [Finding(code, text, _CURES.get(code, ""), where) for code, text in made.told]
            batch.accept(*made.statements)
            if made.shape.status != "new" or made.shape.replaces:
                _remember(made, turns)
            if len(batch.statements) >= AT_ONCE:
                batch.done = source.done
                yield batch
                batch = Batch()
        if telling.shares and telling.most * 100 <= 1:
            message = "no share in this file is over 1: BODS counts from 0 to 100, and these may have been meant from 0 to 1."
            batch.findings.append(Finding("W_UNIT", message, "Ask the publisher; they are read as percentages.", source.name))
        batch.done = source.done
        yield batch
        if turns.execute("SELECT 1 FROM turn LIMIT 1").fetchone():
            yield from _ends(source, telling, turns)


def _remember(made: Made, turns: sqlite3.Connection) -> None:
    """The days on which this one takes the place of an earlier statement."""
    parts = made.shape
    known = made.known_on.isoformat() if made.known_on else None
    day = made.as_of or known
    if not day:
        return
    keys = [f"old {earlier}" for earlier in parts.replaces] if parts.old else [_key(parts)]
    rows = [(key, day, _RANK[parts.status], parts.ident, known) for key in keys]
    turns.executemany("INSERT INTO turn (key, day, rank, ident, known) VALUES (?, ?, ?, ?, ?)", rows)


def _key(parts: Shape) -> str:
    """What a chain of statements has in common. A record id that is used for two types of record makes two chains."""
    return f"old {parts.ident}" if parts.old else f"{parts.kind} {parts.key}"


def _ends(source: Input, telling: Telling, turns: sqlite3.Connection) -> Iterator[Batch]:
    """The second reading: every statement that a later one ends, with its end; and the newest words about a party, last."""
    turns.execute("CREATE INDEX of_key ON turn (key, day, rank, ident)")
    batch = Batch(done=source.size)
    for row in objects(source, "statements"):
        try:
            parts = shape(row.value) if not row.fault else None
            if parts is None or not turns.execute("SELECT 1 FROM turn WHERE key = ?", (_key(parts),)).fetchone():
                continue
            made = read_record(row.value, telling)
        except Fault:
            continue
        here = ("", 0, "") if parts.old else (made.as_of or "", _RANK[parts.status], parts.ident)
        following = turns.execute(_NEXT, (_key(parts), *here)).fetchone()
        if following is None:
            if made.entity is not None:
                batch.entities.append(made.entity)
        else:
            number, day, ident, known = following
            turns.execute("UPDATE turn SET used = 1 WHERE rowid = ?", (number,))
            batch.statements += [_ended(s, parts, day, ident, known) for s in made.statements]
        if len(batch.statements) >= AT_ONCE:
            yield batch
            batch = Batch(done=source.size)
    for (ident,) in turns.execute("SELECT DISTINCT ident FROM turn WHERE NOT used"):
        message = "it updates, closes or replaces a statement that is not in this file; it stands alone."
        batch.findings.append(Finding("W_REVISES_UNKNOWN", message, "Import the earlier file too.", f"{source.name}, {ident}"))
        if len(batch.findings) >= 10_000:
            yield batch
            batch = Batch(done=source.size)
    yield batch


def _ended(s: Statement, parts: Shape, day: str, ident: str, known: str | None) -> Statement:
    """The same claim, up to the day on which another took its place."""
    end = min(s.valid_to, day) if s.valid_to else day
    kept: Mapping[str, Any] = {**s.extra, "bods": {"of": parts.ident, "ended_by": ident}}
    known_on = date.fromisoformat(known) if known else s.known_on
    return s.changed(valid_to=end, known_on=known_on, revises=s.id, extra=kept)
