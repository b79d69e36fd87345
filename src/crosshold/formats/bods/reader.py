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
from fractions import Fraction
from typing import Any, NamedTuple

from crosshold.errors import Finding
from crosshold.formats import json_stream
from crosshold.formats.bods.record import Made, Shape, Telling, read_record, shape
from crosshold.formats.intake import Batch, Input
from crosshold.formats.json_stream import Row, objects
from crosshold.formats.row import Fault
from crosshold.formats.stretches import Stretch
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


class Told(NamedTuple):
    """What is noted of a batch: how many ``shares`` it has and the largest, and the rows of the table of ``turns``."""

    shares: int
    most: Any
    turns: list[tuple[str, str, int, str, str | None]]


def stretches(source: Input) -> Iterator[Stretch] | None:
    """Statements, one a line."""
    return json_stream.stretches(source, "statements")


def read_stretch(source: Input, stretch: Stretch) -> Batch:
    """The statements of some lines. Option ``as_direct``: interests that may be direct or not, and bands, become lots."""
    batch = _Reader(source).fill(json_stream.rows_of(stretch), None)
    batch.done = stretch.done
    return batch


def whole(source: Input) -> Iterator[Batch]:
    """An array of statements."""
    rows, reader = json_stream.objects(source, "statements"), _Reader(source)
    while (batch := reader.fill(rows, AT_ONCE)).rows:
        batch.done = source.done
        yield batch


def gather(source: Input) -> Turns:
    """What the statements of a file say of each other."""
    return Turns(source)


class _Reader:
    """Takes statements; a source is told once."""

    def __init__(self, source: Input) -> None:
        self.source, self.seen = source, set[str]()

    def fill(self, rows: Iterator[Row], most: int | None) -> Batch:
        """The batch of the next rows, until there are so many statements."""
        telling = Telling(bool(self.source.options.get("as_direct")), self.source.published)
        batch, turns = Batch(), list[tuple[str, str, int, str, str | None]]()
        for row in rows:
            where = f"{self.source.name}, {row.where}"
            try:
                if row.fault:
                    raise Fault("E_ROW", row.fault)
                made = read_record(row.value, telling)
            except Fault as fault:
                batch.reject(where, fault.code, f"{fault.text}.", row.text, _CURES.get(fault.code, ""))
                continue
            if made.source.id not in self.seen:
                self.seen.add(made.source.id)
                batch.sources.append(made.source)
            if made.entity is not None:
                batch.entities.append(made.entity)
            batch.findings += [Finding(code, text, _CURES.get(code, ""), where) for code, text in made.told]
            batch.accept(*made.statements)
            if made.shape.status != "new" or made.shape.replaces:
                turns += _turns(made)
            if most is not None and len(batch.statements) >= most:
                break
        batch.notes.append(Told(telling.shares, telling.most, turns))
        return batch


class Turns:
    """The days on which statements take the place of earlier ones, in a file of its own that goes with it; and the largest share."""

    def __init__(self, source: Input) -> None:
        self.source, self.shares, self.most = source, 0, Fraction(0)
        self.turns = sqlite3.connect("")
        self.turns.execute(_TABLE)

    def add(self, batch: Batch) -> None:
        """Remember what is noted of a batch."""
        for told in batch.notes:
            self.shares, self.most = self.shares + told.shares, max(self.most, told.most)
            self.turns.executemany("INSERT INTO turn (key, day, rank, ident, known) VALUES (?, ?, ?, ?, ?)", told.turns)

    def end(self) -> Iterator[Batch]:
        """Whether shares may have been meant otherwise; and, from a second reading, the statements that later ones end."""
        with closing(self.turns):
            if self.shares and self.most * 100 <= 1:
                message = "no share in this file is over 1: BODS counts from 0 to 100, and these may have been meant from 0 to 1."
                cure = "Ask the publisher; they are read as percentages."
                yield Batch(findings=[Finding("W_UNIT", message, cure, self.source.name)])
            if self.turns.execute("SELECT 1 FROM turn LIMIT 1").fetchone():
                telling = Telling(bool(self.source.options.get("as_direct")), self.source.published)
                yield from _ends(self.source, telling, self.turns)


def _turns(made: Made) -> list[tuple[str, str, int, str, str | None]]:
    """The days on which this one takes the place of an earlier statement."""
    parts = made.shape
    known = made.known_on.isoformat() if made.known_on else None
    day = made.as_of or known
    if not day:
        return []
    keys = [f"old {earlier}" for earlier in parts.replaces] if parts.old else [_key(parts)]
    return [(key, day, _RANK[parts.status], parts.ident, known) for key in keys]


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
