"""What the columns of a table are: a mapping in a YAML file, or a guess from the header that is told in the same words.

    crosshold: mapping/1
    sheet: Holdings              # of a workbook
    header_row: 3                # counted from 1
    encoding: cp932              # of CSV; separator: ";"
    decimal: ","                 # or "."; date_order: day | month; unit: percent | fraction
    columns:
      Actionnaire: holder
      "% capital": {field: share, unit: percent}
    constant: {issuer: Aurel, as_of: 2019-03-31}

Columns that are not named are kept in ``extra``; the field ``ignore`` leaves one out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from crosshold.errors import FileError, Findings
from crosshold.formats.fields import Fields
from crosshold.formats.yaml_text import read_file
from crosshold.model.identifiers import SCHEMES

VERSION = "mapping/1"
COUNTS, SHARES = ("shares", "votes", "issued"), ("share", "vote_share")
DAYS, MONEY = ("as_of", "valid_from", "valid_to", "known_on", "said_on"), ("amount", "price")
TEXTS = (
    "share_class", "currency", "basis", "hedge", "directness", "stance", "speaker", "speaker_kind", "speaks_for", "via", "how", "topic",
    "purpose", "reason", "condition", "note", "confidence", "holder_name", "issuer_name", "holder_kind", "issuer_kind",
    "holder_jurisdiction", "issuer_jurisdiction",
)  # fmt: skip
PARTIES = ("holder", "issuer")
NUMBERS = (*COUNTS, *SHARES, *MONEY, *DAYS)
UNITS, SIGNS, ORDERS = ("percent", "fraction"), (".", ","), ("day", "month")


@dataclass(frozen=True)
class Column:
    """One column: its field, and how its cells are written, as far as that is known. ``said``: by the mapping itself."""

    field: str
    unit: str | None = None
    decimal: str | None = None
    date_order: str | None = None
    scale: int = 1
    currency: str | None = None
    said: bool = False
    named: bool = True  # by words that are known, not by its numbers


@dataclass(frozen=True)
class Mapping:
    """How a table is read. ``columns`` by the names in its header; ``sure`` when every column has its name from known words."""

    columns: Map[str, Column]
    constant: Map[str, str] = field(default_factory=dict)
    header_row: int | None = None
    sheet: str | None = None
    encoding: str | None = None
    separator: str | None = None
    sure: bool = True

    def text(self) -> str:
        """The mapping as a file says it, on one line (JSON is YAML)."""
        data: dict[str, Any] = {"crosshold": VERSION}
        data |= {k: v for k in ("sheet", "header_row", "encoding", "separator") if (v := getattr(self, k)) is not None}
        data["columns"] = {name: _told(column) for name, column in self.columns.items()}
        if self.constant:
            data["constant"] = dict(self.constant)
        return json.dumps(data, ensure_ascii=False)


def _told(column: Column) -> Any:
    more = {k: v for k in ("unit", "decimal", "date_order", "currency") if (v := getattr(column, k)) is not None}
    more |= {"scale": column.scale} if column.scale != 1 else {}
    return {"field": column.field, **more} if more else column.field


def known_field(name: str) -> bool:
    """Whether a column may be this: a field, ``ignore``, or an identifier of a party as ``holder:LEI``."""
    party, _, scheme = name.partition(":")
    return name in (*PARTIES, *NUMBERS, *TEXTS, "ignore") or (party in PARTIES and scheme in SCHEMES)


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file. ``FileError`` tells every fault of it."""
    document = read_file(path)
    faults = Findings()
    top = Fields(document, (), document.data, faults)
    top.only(
        ("crosshold", "sheet", "header_row", "encoding", "separator", "decimal", "date_order", "unit", "columns", "constant")
    )
    if top.text("crosshold", VERSION) != VERSION:
        top.fault("C_VERSION", f"{top.text('crosshold')!r} is not {VERSION!r}.", f"Write 'crosshold: {VERSION}'.", "crosshold")
    whole = Column("", top.choice("unit", UNITS), top.choice("decimal", SIGNS), top.choice("date_order", ORDERS), said=True)
    columns = {name: column for name in _keys(top, "columns") if (column := _column(top, name, whole))}
    constant = {}
    for name in _keys(top, "constant"):
        inner = top.child("constant")
        assert inner is not None
        if not known_field(name) or name == "ignore":
            inner.fault("C_BAD_VALUE", f"{name!r} is no field.", "Known: " + ", ".join((*PARTIES, *NUMBERS, *TEXTS)) + ".", name)
        elif (text := inner.text(name)) is not None:
            constant[name] = text
    there = {c.field for c in columns.values()} | set(constant)
    for party in PARTIES:
        if not any(f.partition(":")[0] == party for f in there):
            top.fault("C_MISSING_KEY", f"no column is the {party}.", f"Name one under 'columns', or '{party}:' under 'constant'.")
    twice = sorted({c.field for c in columns.values() if [d.field for d in columns.values()].count(c.field) > 1} - {"ignore"})
    for name in twice:
        top.fault("C_DUPLICATE_KEY", f"two columns are {name!r}.", "Keep one; the other may be 'ignore'.", "columns")
    faults.raise_errors(FileError)
    return Mapping(
        columns, constant, top.whole("header_row"), top.text("sheet"), top.text("encoding"), top.text("separator"),
    )  # fmt: skip


def _keys(top: Fields, key: str) -> list[str]:
    inner = top.child(key)
    return list(inner.data) if inner else []


def _column(top: Fields, name: str, whole: Column) -> Column | None:
    inner = top.child("columns")
    assert inner is not None
    value = inner.data[name]
    if isinstance(value, dict):
        row = Fields(inner.document, (*inner.path, name), value, inner.faults)
        row.only(("field", "unit", "decimal", "date_order", "scale", "currency"))
        found = row.text("field", "") or ""
        column = replace(
            whole, field=found, unit=row.choice("unit", UNITS, whole.unit), decimal=row.choice("decimal", SIGNS, whole.decimal),
            date_order=row.choice("date_order", ORDERS, whole.date_order), scale=row.whole("scale", 1) or 1, currency=row.text("currency"),
        )  # fmt: skip
    else:
        found = inner.text(name, "") or ""
        column = replace(whole, field=found)
    if not known_field(found):
        known = ", ".join((*PARTIES, *NUMBERS, *TEXTS, "holder:LEI", "ignore"))
        inner.fault("C_BAD_VALUE", f"{found!r} is no field.", f"Known: {known}.", name)
        return None
    return column
