"""Numbers that a question brings along: amounts by name and a few lists, in a small YAML, JSON or CSV file.

YAML and JSON: a key for each kind of amount with a mapping below it (``profit: {N: 746}``), and lists of mappings. CSV: a column of names
and a column for each kind of amount; or the columns of one list.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from crosshold.errors import FileError, Finding, Findings
from crosshold.formats.fields import Fields
from crosshold.formats.tables import read_rows
from crosshold.formats.yaml_text import Document, read_file
from crosshold.model.exact import number

TABLES = (".csv",)
Amounts = dict[str, Fraction]


class Numbers(NamedTuple):
    """``amounts`` by kind and name, ``lists`` of rows of which the last cell is a number, ``single`` numbers, ``words`` lists of names."""

    amounts: Mapping[str, Amounts]
    lists: Mapping[str, list[tuple[Any, ...]]]
    single: Mapping[str, Fraction]
    words: Mapping[str, tuple[str, ...]]


class Known(NamedTuple):
    """What a file may say: kinds of amounts, lists with their fields (the last one is the number), single numbers, lists of names."""

    amounts: Collection[str]
    lists: Mapping[str, tuple[str, ...]] = {}
    single: Collection[str] = ()
    words: Collection[str] = ()


def read_numbers(path: Path, known: Known) -> Numbers:
    """Read such a file. ``FileError`` tells every fault at once: unknown keys, what is no number, names that stand twice."""
    faults = Findings()
    if not path.is_file():
        raise FileError(Finding("C_FILE", "there is no such file.", "Check the path.", str(path)))
    found = _table(path, known, faults) if path.suffix.lower() in TABLES else _document(path, known, faults)
    faults.raise_errors(FileError)
    return found


def _document(path: Path, known: Known, faults: Findings) -> Numbers:
    document = read_file(path)
    fields = Fields(document, (), document.data, faults)
    fields.only([*known.amounts, *known.lists, *known.single, *known.words])
    amounts = {}
    for kind in known.amounts:
        if (child := fields.child(kind)) is not None:
            amounts[kind] = {name: _number(child, name, value) for name, value in child.data.items()}
    lists = {}
    for kind, columns in known.lists.items():
        rows = []
        for row in fields.children(kind):
            row.only(columns)
            if row.require(*columns):
                rows.append((*(row.text(name) for name in columns[:-1]), _number(row, columns[-1], row.data[columns[-1]])))
        if rows:
            lists[kind] = rows
    single = {kind: _number(fields, kind, fields.data[kind]) for kind in known.single if fields.data.get(kind) is not None}
    words = {kind: fields.names(kind) for kind in known.words if kind in fields.data}
    return Numbers(amounts, lists, single, words)


def _number(fields: Fields, key: str, value: Any) -> Fraction:
    try:
        if isinstance(value, (bool, dict, list)) or value is None:
            raise ValueError
        return number(value)
    except ValueError:
        fields.fault("C_BAD_NUMBER", f"{key}: {str(value)[:60]!r} is not a number.", 'Write digits, "0.15" or "3/20".', key)
        return Fraction(0)


def _table(path: Path, known: Known, faults: Findings) -> Numbers:
    """A CSV: the columns of one list, or a column of names and columns of amounts (their names may be in the singular)."""
    document = read_rows(path, "rows")
    rows = document.data["rows"]
    header = list(dict.fromkeys(key for row in rows for key in row))
    for kind, columns in known.lists.items():
        if set(header) == set(columns):
            return Numbers({}, {kind: [_listed(document, k, row, columns, faults) for k, row in enumerate(rows)]}, {}, {})
    kinds = {word: kind for kind in known.amounts for word in (kind, kind.removesuffix("s"))}
    naming = [column for column in header if column not in kinds]
    if len(naming) != 1 or len(header) < 2:
        ways = list(dict.fromkeys(", ".join(columns) for columns in known.lists.values()))
        ways += [f"a column of names and some of {', '.join(known.amounts)}"] if known.amounts else []
        message = f"the columns are {', '.join(header) or 'none'}."
        faults.add("C_COLUMNS", message, f"Needed: {'; or '.join(ways)}.", path.name)
        return Numbers({}, {}, {}, {})
    (key,) = naming
    amounts: dict[str, Amounts] = {kinds[column]: {} for column in header if column != key}
    for place, row in enumerate(rows):
        fields = Fields(document, ("rows", place), row, faults)
        name = row.get(key)
        if name is None or not fields.require(key):
            continue
        for column, value in row.items():
            if column != key:
                given = amounts[kinds[column]]
                if str(name) in given:
                    fields.fault("C_DUPLICATE_KEY", f"{name} stands twice.", "Keep one of the rows.")
                given[str(name)] = _number(fields, column, value)
    return Numbers(amounts, {}, {}, {})


def _listed(document: Document, place: int, row: dict[str, Any], columns: tuple[str, ...], faults: Findings) -> tuple[Any, ...]:
    fields = Fields(document, ("rows", place), row, faults)
    if not fields.require(*columns):
        return ("",) * len(columns)
    return (*(str(row[name]) for name in columns[:-1]), _number(fields, columns[-1], row[columns[-1]]))


QUESTIONS: Mapping[str, Known] = {
    "cascade": Known(("own_assets", "thresholds", "failure_costs")),
    "clear": Known(
        ("assets", "debts"),
        {
            "owes": ("debtor", "creditor", "amount"),
            "equity_held": ("holder", "firm", "share"),
            "debt_held": ("holder", "firm", "share"),
        },
    ),
    "dividends": Known(("profit", "payout"), {"withholding": ("holder", "issuer", "rate")}),
    "net": Known((), {"holdings": ("holder", "issuer", "value")}),
    "split": Known(("values", "claims", "weights", "disagreement"), single=("estate",), words=("players",)),
    "value": Known(("own_assets",)),
}
"""What the file of each question may say."""
