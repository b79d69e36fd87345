"""Tables of statements in our own words: one column for each field of a Statement, cells to the last character.

A header with ``subject`` and ``verb`` says that it is one. A share is a few columns: ``share`` (the point, as a fraction of one),
``share_low``, ``share_high`` and so on; ``extra`` and ``joint`` are JSON. Written and read back, statements are the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from crosshold.errors import Finding, Findings
from crosshold.formats.fields import Fields
from crosshold.formats.intake import Batch, Input
from crosshold.formats.mapped.header import Header
from crosshold.formats.mapped.rows import Table
from crosshold.formats.statements import read_statement
from crosshold.formats.xlsx import Broken
from crosshold.formats.yaml_text import Document
from crosshold.model.entity import KINDS, Entity
from crosshold.model.register import Register
from crosshold.model.share import Share
from crosshold.model.statement import CONTENT, Source, Statement

SHARES, JSON = ("share", "vote_share"), ("extra", "joint")
PARTS = tuple(f.name for f in fields(Share) if f.name != "point")
OF_ENTITIES = ("name", "kind", "jurisdiction")
_ENTITY_COLUMNS = tuple(f"{party}_{word}" for party in ("subject", "object") for word in OF_ENTITIES)
COLUMNS = (
    "id", *(column for name in CONTENT for column in ((name, *(f"{name}_{p}" for p in PARTS)) if name in SHARES else (name,))),
    *_ENTITY_COLUMNS,
)  # fmt: skip


def is_own(names: tuple[str, ...]) -> bool:
    """Whether a header is that of a table of statements."""
    return {"subject", "verb"} <= set(names) and set(names) <= set(COLUMNS)


def read_own(source: Input, table: Table, header: Header, origin: Source) -> Iterator[Batch]:
    """The statements of the rows; the source of the file is only for those that name none."""
    batch, seen = Batch(sources=[origin]), dict[Entity, None]()
    for n, row in enumerate(table.rows()):
        where = f"{source.name}: {row.where}"
        cells = dict(zip(header.names, row.cells, strict=False))
        if n < header.rows:
            batch.leave_out("header")
        elif row.fault or len(row.cells) > header.width:
            code, text = row.fault or ("E_ROW", f"the row has {len(row.cells)} cells, the header {header.width}.")
            batch.reject(where, code, text, row.told(header.names), "Mend the row and read it again.")
        elif not any(cells.values()):
            batch.leave_out("blank")
        else:
            faults = Findings()
            made = _statement(cells, where, faults)
            if made is None or len(faults):
                told = list(faults) or [Finding("E_ROW", "the row has no subject and verb.")]
                batch.reject(where, told[0].code, "; ".join(f.message for f in told), row.told(header.names), told[0].cure)
            else:
                batch.accept(made)
                for entity in _entities(cells, made):
                    if entity not in seen and len(seen) < 2**16:
                        seen[entity] = None
                        batch.entities.append(entity)
        if batch.full:
            batch.done = source.done
            yield batch
            batch = Batch()
    batch.done = source.size
    yield batch


def _statement(cells: Mapping[str, str], where: str, faults: Findings) -> Statement | None:
    data: dict[str, Any] = {}
    for name in ("id", *CONTENT):
        cell = cells.get(name, "")
        if isinstance(cell, Broken):
            faults.add(
                "E_NUMBER", f"{name}: there is no value, but {cell}.", "Let the workbook compute, and save it again.", where
            )
        elif name in SHARES:
            if made := _share(name, cells):
                data[name] = made
        elif cell:
            data[name] = {"true": True, "false": False}.get(cell, cell) if name == "exit" else str(cell)
            if name in JSON:
                data[name] = _json(name, cell, faults, where)
    if faults:
        return None
    return read_statement(Fields(Document(where, data, {}), (), data, faults))


def _share(name: str, cells: Mapping[str, str]) -> dict[str, Any] | str | None:
    parts: dict[str, Any] = {p: cell for p in PARTS if (cell := cells.get(f"{name}_{p}", ""))}
    point = cells.get(name, "")
    if not parts:
        return str(point) or None  # as a person writes it: its bounds follow from the digits
    parts |= {p: parts[p] == "true" for p in ("low_open", "high_open") if p in parts}
    return {"point": str(point) or None, **parts}


def _json(name: str, cell: str, faults: Findings, where: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        faults.add("E_ROW", f"{name}: {cell[:40]!r} is no JSON.", "Write an object, or leave the cell empty.", where)
        return None


def _entities(cells: Mapping[str, str], made: Statement) -> Iterator[Entity]:
    for party, name in (("subject", made.subject), ("object", made.object)):
        said = {word: str(cell) for word in OF_ENTITIES if (cell := cells.get(f"{party}_{word}", ""))}
        if name and said and said.get("kind", "unknown") in KINDS:
            yield Entity(name, **said)  # type: ignore[arg-type]


def table_of(register: Register) -> tuple[list[str], Iterator[list[str | int | None]], list[Finding]]:
    """The columns that are used, the rows, and what a table cannot hold."""
    rows = sorted(register.statements, key=lambda s: s.id)
    used = {"subject", "verb"}
    for statement in rows:
        used.update(_cells(statement, register))
    columns = [name for name in COLUMNS if name in used]
    filled = (_cells(statement, register) for statement in rows)
    return columns, ([cells.get(name) for name in columns] for cells in filled), _lost(register)


def _cells(s: Statement, register: Register) -> dict[str, str | int]:
    cells: dict[str, Any] = {}
    for name, value in json.loads(s.canonical()).items():
        if name in SHARES:
            cells |= {f"{name}_{p}": _word(v) for p in PARTS if (v := value[p]) not in ("", None)}
            cells |= {name: value["point"]} if value["point"] is not None else {}
        elif name in JSON:
            cells[name] = json.dumps(value, ensure_ascii=False)
        else:
            cells[name] = _word(value)
    if s.label is not None:
        cells["id"] = s.label
    for party, name in (("subject", s.subject), ("object", s.object or "")):
        if entity := register.entities.get(name):
            said = {
                "name": entity.name if entity.name != name else None,
                "kind": entity.kind,
                "jurisdiction": entity.jurisdiction,
            }
            cells |= {f"{party}_{word}": value for word, value in said.items() if value not in (None, "", "unknown")}
    return cells


def _word(value: Any) -> str | int:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, int) else str(value)


def _lost(register: Register) -> list[Finding]:
    """What stands in the Register beside statements, by field and count."""
    lost: Counter[str] = Counter()
    named = {name for s in register.statements for name in (s.subject, s.object)}
    for entity in register.entities.values():
        lost["entity, named by no statement"] += entity.id not in named
        for word in ("form", "listed", "sme", "identifiers", "names"):
            lost[f"entity {word}"] += getattr(entity, word) not in (None, ())
    lost["source"] = len(register.sources)
    lost["record of a case"] = sum(len(rows) for rows in register.records.values())
    cure = "Write 'statements' (YAML) or a register folder to keep them."
    return [
        Finding("W_LOST_ON_EXPORT", f"{name}: {count:,} cannot be held by a table.", cure)
        for name, count in lost.items()
        if count
    ]
