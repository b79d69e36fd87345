"""A table of the parties of a register: ``id`` and any of ``name``, ``kind``, ``jurisdiction``, ``form``, ``listed``, ``sme``."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from crosshold.errors import FileError, Finding, Findings, did_you_mean
from crosshold.formats.holdings_header import brief
from crosshold.formats.holdings_query import Session, reading
from crosshold.model.entity import KINDS

COLUMNS = ("id", "name", "kind", "jurisdiction", "form", "listed", "sme")
FLAGS = {"true": True, "false": False, "": None}
SHOWN = 20


def entity_columns(path: Path) -> dict[str, list[Any]]:
    """The columns of a table of parties, ``.csv``, ``.csv.gz`` or ``.parquet``; an empty cell is "not known".

    FileError: an unknown column, a row of another length, an unknown kind, a flag that is neither true nor false, an id that is empty
    or stands twice; each with its line, the first twenty of them.
    """
    try:
        with reading(path):
            return _checked(path, _parquet(path) if path.name.lower().endswith(".parquet") else _csv(path))
    except UnicodeDecodeError as error:
        message = f"this is not UTF-8 text (byte {error.start})."
        raise FileError(Finding("C_FILE", message, "Save it as UTF-8 CSV.", path.name)) from None
    except (csv.Error, OSError, EOFError) as error:
        raise FileError(Finding("C_FILE", f"this table cannot be read: {error}.", "Save it again.", path.name)) from None


def _csv(path: Path) -> Iterator[Sequence[str]]:
    packed = path.name.lower().endswith(".gz")
    with (
        gzip.open(path, "rt", encoding="utf-8-sig", newline="") if packed else path.open(encoding="utf-8-sig", newline="")
    ) as file:
        yield from csv.reader(file, strict=True)


def _parquet(path: Path) -> Iterator[Sequence[str]]:
    with Session(path) as session:
        rows = session.connection.execute("SELECT * FROM read_parquet(?)", [session.file])
        yield [str(column[0]) for column in rows.description or ()]
        while part := rows.fetchmany(100_000):
            for row in part:
                yield ["" if v is None else str(v).lower() if isinstance(v, bool) else str(v) for v in row]


def _checked(path: Path, rows: Iterator[Sequence[str]]) -> dict[str, list[Any]]:
    header = [name.strip() for name in next(rows, [])]
    faults = Findings()
    for name in header:
        if name not in COLUMNS:
            faults.add(
                "C_UNKNOWN_KEY", f"{brief(name)!r} is no column of parties.", did_you_mean(name, COLUMNS), f"{path.name}:1"
            )
    if "id" not in header or len(set(header)) != len(header):
        faults.add("C_MISSING_KEY", "the header needs 'id', and every column once.", "Correct the first line.", f"{path.name}:1")
    faults.raise_errors(FileError)
    body = [(line, row) for line, row in enumerate(rows, 2) if any(row)]
    for line, row in body:
        if len(row) != len(header):
            message = f"this row has {len(row)} cells, the header {len(header)}."
            raise FileError(Finding("C_SYNTAX", message, "Check separators and quotes.", f"{path.name}:{line}"))
    cells = {name: [row[k] for _, row in body] for k, name in enumerate(header)}
    found: dict[str, list[Any]] = {name: [cell.strip() or None for cell in column] for name, column in cells.items()}
    lines = [line for line, _ in body]
    _told(
        faults,
        path,
        _bad(found["id"], lines, lambda v: v is not None),
        "C_MISSING_KEY",
        "the id is empty",
        "Give every party an id.",
    )
    _told(faults, path, _repeated(found["id"], lines), "C_DUPLICATE_ID", "the id stands twice", "Keep one of the rows.")
    if "kind" in found:
        odd = _bad(found["kind"], lines, lambda v: v is None or v in KINDS)
        _told(faults, path, odd, "C_BAD_VALUE", "this is no kind", f"Known: {', '.join(KINDS)}.")
        found["kind"] = [kind or "unknown" for kind in found["kind"]]
    if "name" in found:
        found["name"] = [name or "" for name in found["name"]]
    for flag in {"listed", "sme"} & found.keys():
        said = [(v or "").lower() for v in found[flag]]
        _told(faults, path, _bad(said, lines, FLAGS.__contains__), "C_BAD_VALUE", f"{flag} is true or false", "Correct it.")
        found[flag] = [FLAGS.get(v) for v in said]
    faults.raise_errors(FileError)
    return found


def _bad(column: Sequence[Any], lines: Sequence[int], good: Any) -> list[tuple[int, Any]]:
    known = {value: bool(good(value)) for value in set(column)}
    return [] if all(known.values()) else [(line, v) for line, v in zip(lines, column, strict=True) if not known[v]]


def _repeated(column: Sequence[Any], lines: Sequence[int]) -> list[tuple[int, Any]]:
    if len(set(column)) == len(column):
        return []
    seen: set[Any] = set()
    return [(line, v) for line, v in zip(lines, column, strict=True) if v is not None and (v in seen or seen.add(v))]  # type: ignore[func-returns-value]


def _told(faults: Findings, path: Path, bad: Iterable[tuple[int, Any]], code: str, what: str, cure: str) -> None:
    rows = list(bad)
    for line, value in rows[:SHOWN]:
        faults.add(code, f"{what}{f' ({brief(value)!r})' if value else ''}.", cure, f"{path.name}:{line}")
    if len(rows) > SHOWN:
        faults.add(code, f"{what}: {len(rows) - SHOWN:,} more rows.", cure, path.name)
