"""The doors of the stores: the history of a register, and its way into another store."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from crosshold import api
from crosshold.cli.evidence import MOST_LINES, Register, Wait, in_columns
from crosshold.cli.options import Json
from crosshold.cli.output import print_findings, print_json, print_lines
from crosshold.cli.running import working


def history(
    register: Register,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="Write the rejected rows into a new folder.", metavar="FOLDER")
    ] = None,
    as_json: Json = False,
) -> None:
    """What came into a register and when, by whom, from which files: its imports, choices and reviews."""
    rows = api.history(register)
    written = [str(path) for path in api.write_rejects(register, rejects)] if rejects is not None else []
    if as_json:
        print_json({"history": [row._asdict() for row in rows], "rejects": written, "findings": []})
        return
    told: list[tuple[str, ...]] = [("generation", "recorded", "what", "by", "new", "known", "rejected", "files")]
    for row in rows[-MOST_LINES:]:
        files = ", ".join(str(file["file"]) for file in row.files[:3]) + (" ..." if len(row.files) > 3 else "")
        rejected = sum(int(file["rejected"]) for file in row.files)
        counts = tuple(f"{n:,}" for n in (row.statements, row.known_before, rejected))
        told.append((str(row.generation), row.recorded_at[:19], row.what, row.by, *counts, files))
    if len(rows) > MOST_LINES:
        print_lines([f"... {len(rows) - MOST_LINES:,} earlier; --json tells all"])
    print_lines(in_columns(told))
    print_lines(f"rejected rows, to be mended and imported again: {path}" for path in written)


def migrate(
    old: Register,
    new: Annotated[str, typer.Argument(help="Its new place: a folder, a .sqlite file or postgresql://...", metavar="NEW")],
    wait: Wait = 10.0,
    as_json: Json = False,
) -> None:
    """Rewrite a register into a new place: an older format into the present one, or a folder into a database and back."""
    with working(f"{old} to {new}"):
        findings = api.migrate(old, new, wait_s=wait)
    if as_json:
        print_json({"old": old, "new": new, "findings": findings})
        return
    print_lines([f"{new}: written; {old} is as it was."])
    print_findings(findings)


def query(
    register: Register,
    sql: Annotated[str, typer.Argument(help="One SELECT, in the SQL of DuckDB.", metavar="SELECT")],
    limit: Annotated[int, typer.Option("--limit", help="Rows to show.", metavar="N", min=1)] = MOST_LINES,
    as_json: Json = False,
) -> None:
    """Ask a register folder in SQL: statements, entities, sources, findings, picks, imports. Nothing can be written by it."""
    found = api.query(register, sql, most=None if as_json else limit + 1)
    if as_json:
        rows = [[_told(cell) for cell in row] for row in found.rows]
        print_json({"columns": found.names, "rows": rows, "findings": []})
        return
    cells = [tuple("" if cell is None else str(cell)[:200] for cell in row) for row in found.rows[:limit]]
    print_lines(in_columns([found.names, *cells]))
    if len(found.rows) > limit:
        print_lines(["... more; --limit N shows them, --json tells all"])


def _told(cell: Any) -> Any:
    """A cell in the types of JSON: days, money and the like as text."""
    if isinstance(cell, dict):
        return {str(key): _told(value) for key, value in cell.items()}
    if isinstance(cell, (list, tuple)):
        return [_told(value) for value in cell]
    known = cell is None or isinstance(cell, (bool, int, str)) or (isinstance(cell, float) and math.isfinite(cell))
    return cell if known else str(cell)
