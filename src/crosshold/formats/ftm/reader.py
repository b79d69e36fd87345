"""Reads FollowTheMoney entities of any number, as JSON or in the statement form: one value a row, which an entity is put together from."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby

from crosshold.errors import Finding
from crosshold.formats import json_stream
from crosshold.formats.ftm import STATEMENT_COLUMNS
from crosshold.formats.ftm.record import EDGES, PARTIES, read_record
from crosshold.formats.intake import MOST_FIELD, Batch, Input
from crosshold.formats.json_stream import Row
from crosshold.formats.row import Fault
from crosshold.formats.stretches import Nothing, Stretch

AT_ONCE = 4_000
_CURES = {
    "E_DATE": "Write YYYY-MM-DD.",
    "E_PARTY": "Name both ends.",
    "W_JOINT_UNKNOWN": "Say so, or make a link for each owner.",
}
_TABLE = "CREATE TABLE said (entity TEXT, schema TEXT, prop TEXT, value TEXT, dataset TEXT)"


def stretches(source: Input) -> Iterator[Stretch] | None:
    """Entities, one a line."""
    return None if _tabular(source) else json_stream.stretches(source, "entities")


def read_stretch(source: Input, stretch: Stretch) -> Batch:
    """The entities of some lines. Option ``as_direct``: what is not said to be indirect becomes a lot, bands too."""
    batch = _Reader(source).fill(json_stream.rows_of(stretch), None)
    batch.done = stretch.done
    return batch


def whole(source: Input) -> Iterator[Batch]:
    """An array of entities, or the statement form."""
    rows = _assembled(source) if _tabular(source) else json_stream.objects(source, "entities")
    reader = _Reader(source)
    while (batch := reader.fill(rows, AT_ONCE)).rows:
        batch.done = source.done
        yield batch


def gather(source: Input) -> Nothing:
    """No entity looks at another one."""
    return Nothing()


class _Reader:
    """Takes entities; a source is told once."""

    def __init__(self, source: Input) -> None:
        self.source, self.seen = source, set[str]()
        self.as_direct = bool(source.options.get("as_direct"))

    def fill(self, rows: Iterator[Row], most: int | None) -> Batch:
        """The batch of the next rows, until there are so many statements."""
        batch = Batch()
        for row in rows:
            where = f"{self.source.name}, {row.where}"
            try:
                if row.fault:
                    raise Fault("E_ROW", row.fault)
                made = read_record(row.value, self.as_direct, self.source.published)
            except Fault as fault:
                batch.reject(where, fault.code, f"{fault.text}.", row.text, _CURES.get(fault.code, ""))
                continue
            if made.source.id not in self.seen and len(self.seen) < 10_000:
                self.seen.add(made.source.id)
                batch.sources.append(made.source)
            batch.entities += made.entities
            batch.findings += [Finding(code, text, _CURES.get(code, ""), where) for code, text in made.told]
            batch.accept(*made.statements)
            if most is not None and len(batch.statements) >= most:
                break
        return batch


def _tabular(source: Input) -> bool:
    return source.head.lstrip(b"\xef\xbb\xbf \r\n")[:1] not in (b"{", b"[")


def _assembled(source: Input) -> Iterator[Row]:
    """Entities of the statement form, whatever the order of its rows; they wait on disk."""
    with closing(sqlite3.connect("")) as rows, source.text() as stream:
        rows.execute(_TABLE)
        rows.executemany("INSERT INTO said VALUES (?, ?, ?, ?, ?)", _values(source, stream))
        rows.execute("CREATE INDEX of_entity ON said (entity)")
        cursor = rows.execute("SELECT entity, schema, prop, value, dataset FROM said ORDER BY entity, rowid")
        for entity, said in groupby(cursor, key=lambda row: row[0]):
            schema, properties, sets = "", dict[str, list[str]](), dict[str, None]()
            for _, kind, prop, value, dataset in said:
                schema = kind if _rank(kind) >= _rank(schema) else schema
                if dataset:
                    sets[dataset] = None
                if prop != "id" and value not in properties.setdefault(prop, []):
                    properties[prop].append(value)
            record = {"id": entity, "schema": schema, "properties": properties, "datasets": list(sets)}
            yield Row(entity, record, json.dumps(record, ensure_ascii=False))


def _values(source: Input, stream: Iterator[str]) -> Iterator[tuple[str, ...]]:
    csv.field_size_limit(MOST_FIELD)
    table = csv.reader(stream, strict=True)
    try:
        header = next(table, [])
        missing = [name for name in STATEMENT_COLUMNS if name not in header]
        if missing:
            raise source.fault(f"the columns {', '.join(missing)} are missing.", "Name its format with --format.")
        place = {name: header.index(name) for name in ("canonical_id", "entity_id", "schema", "prop", "value")}
        sets = header.index("dataset") if "dataset" in header else None
        for number, row in enumerate(table, 2):
            if len(row) != len(header):
                raise source.fault(f"line {number} has {len(row)} columns instead of {len(header)}.", "Mend the line.")
            entity = row[place["canonical_id"]] or row[place["entity_id"]]
            yield entity, row[place["schema"]], row[place["prop"]], row[place["value"]], row[sets] if sets is not None else ""
    except csv.Error as error:
        raise source.fault(f"line {table.line_num} is no line of a table ({error}).", "Mend the line.") from None


def _rank(schema: str) -> int:
    """Statements about one thing may name a wider schema: the narrowest counts."""
    wide = ("", "Thing", "Asset", "LegalEntity", "Organization")
    return wide.index(schema) if schema in wide else len(wide) + (schema in PARTIES or schema in EDGES)
