"""Proposals that two ids are one party, as a table that a person fills in: written by ``link``, read by ``same --from``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from crosshold.errors import FileError, Findings
from crosshold.formats.mapped.rows import escaped, unescaped
from crosshold.model.identity import VALUES

COLUMNS = ("a", "a_name", "b", "b_name", "score", "because", "decision", "reason")
_MOST_BYTES = 200_000_000


class Proposal(NamedTuple):
    """``score`` is the probability that ``a`` and ``b`` are one party, ``because`` what speaks for and against it. ``decision`` is a
    person's: one of :data:`~crosshold.model.identity.VALUES`, or nothing yet."""

    a: str
    a_name: str
    b: str
    b_name: str
    score: str = ""
    because: str = ""
    decision: str = ""
    reason: str = ""


def table(rows: Iterable[Proposal]) -> str:
    """The table as CSV; a cell that a spreadsheet would compute gets an apostrophe before it."""
    text = io.StringIO(newline="")
    out = csv.writer(text)
    out.writerow(COLUMNS)
    out.writerows([escaped(cell) for cell in row] for row in rows)
    return text.getvalue()


def read_decisions(path: Path) -> list[Proposal]:
    """The rows with a decision. ``FileError`` names every row with another word, without an id, or with one id twice."""
    faults, found = Findings(), []
    try:
        if path.stat().st_size > _MOST_BYTES:
            faults.add("E_FILE", "the table is larger than 200 MB.", "Take the rows without a decision out.", path.name)
            faults.raise_errors(FileError)
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, row in _rows(csv.DictReader(file), path, faults):
                where = f"{path.name}, line {line}"
                if not row.decision:
                    continue
                if row.decision not in VALUES:
                    faults.add(
                        "E_JUDGEMENT", f"{row.decision[:40]!r} is no decision.", f"Write {', '.join(VALUES)}, or nothing.", where
                    )
                elif not row.a or not row.b or row.a == row.b:
                    faults.add("E_JUDGEMENT", "a decision is about two ids.", "Fill in the columns a and b.", where)
                else:
                    found.append(row)
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        reason = (
            "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else getattr(error, "strerror", None) or str(error)[:100]
        )
        faults.add("E_FILE", f"the table cannot be read ({reason}).", "Give the CSV that 'crosshold link --to' wrote.", path.name)
    faults.raise_errors(FileError)
    return found


def _rows(reader: csv.DictReader[str], path: Path, faults: Findings) -> Iterator[tuple[int, Proposal]]:
    missing = [name for name in ("a", "b", "decision") if name not in (reader.fieldnames or ())]
    if missing:
        faults.add(
            "E_FILE", f"the table has no column {', '.join(missing)}.", f"The columns are {', '.join(COLUMNS)}.", path.name
        )
        return
    for row in reader:
        cells = (unescaped((row.get(name) or "").strip()) for name in COLUMNS)
        made = Proposal(*cells)
        yield reader.line_num, made._replace(decision=made.decision.lower())
