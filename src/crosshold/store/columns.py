"""The columns of a stored register, and the way of a row into words and back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from msgspec.json import Encoder

from crosshold.errors import FileError, Finding, stands_for
from crosshold.model.entity import Entity
from crosshold.model.json_text import sound
from crosshold.model.picks import Pick
from crosshold.model.review import refuse_unreviewed
from crosshold.model.share import Share
from crosshold.model.statement import CONTENT, Source, Statement, content_id, ratio_of, share_of
from crosshold.store.jobs import Import

_SHARE = (
    "STRUCT(point VARCHAR, low VARCHAR, high VARCHAR, low_open BOOLEAN, high_open BOOLEAN, bounds_from VARCHAR, text VARCHAR)"
)
_TYPES = {
    "shares": "BIGINT", "votes": "BIGINT", "exit": "BOOLEAN", "share": _SHARE, "vote_share": _SHARE, "joint": "VARCHAR[]", "extra": "JSON",
}  # fmt: skip
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "entities": {
        "id": "VARCHAR", "name": "VARCHAR", "kind": "VARCHAR", "jurisdiction": "VARCHAR", "form": "VARCHAR", "listed": "BOOLEAN",
        "sme": "BOOLEAN", "identifiers": "VARCHAR[][]", "names": "VARCHAR[][]", "recorded_at": "VARCHAR",
    },
    "imports": {
        "generation": "BIGINT", "what": "VARCHAR", "by": "VARCHAR", "files": "JSON", "statements": "BIGINT", "known_before": "BIGINT",
        "recorded_at": "VARCHAR",
    },
    "findings": {"code": "VARCHAR", "message": "VARCHAR", "cure": "VARCHAR", "where": "VARCHAR", "recorded_at": "VARCHAR"},
    "picks": dict.fromkeys(("holder", "issuer", "share_class", "statement", "by", "reason", "on", "recorded_at"), "VARCHAR"),
    "sources": {**{f.name: "VARCHAR" for f in fields(Source)}, "recorded_at": "VARCHAR"},
    "statements": {"id": "VARCHAR", "label": "VARCHAR", **{n: _TYPES.get(n, "VARCHAR") for n in CONTENT}, "recorded_at": "VARCHAR"},
}  # fmt: skip
"""Kind of part -> its columns and their types in DuckDB."""
WIDEST = 2**63
"""Counts of shares and votes are smaller."""


def refuse(statement: Statement) -> None:
    """Stop what no store takes: counts that are none (``E_NUMBER``), and proposals that nobody has reviewed (``E_REVIEWER``)."""
    if abs(statement.shares or 0) >= WIDEST or abs(statement.votes or 0) >= WIDEST:
        message = f"{statement.id} counts {WIDEST:,} shares or more, which is no count of shares."
        raise FileError(Finding("E_NUMBER", message, "Check the row.", statement.where or ""))
    refuse_unreviewed(statement)


def statement_line(statement: Statement, now: str) -> bytes:
    """A statement as a line of JSON. The content is put into words once, for the line and for the id."""
    content = statement.content()
    label = statement.label
    return line({"id": label or content_id(content), "label": label}, now)[:-1] + b", " + content[1:]


def line(row: Any, now: str) -> bytes:
    """Any other row as a line of JSON. Half characters, which no store takes, become the sign for one that could not be read."""
    try:
        text = _encode(row)
    except UnicodeEncodeError:
        text = _encode(_sound(row if isinstance(row, dict) else _fields(row)))
    return _encode({"recorded_at": now})[:-1] + b"," + text[1:]


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return sound(value)
    if isinstance(value, dict):
        return {key: _sound(item) for key, item in value.items()}
    return [_sound(item) for item in value] if isinstance(value, (list, tuple)) else value


_encode = Encoder().encode


def asked(name: str) -> str:
    """A column of statements as it is asked for: shares as text, which repeats and is then read once."""
    return f'CAST(to_json("{name}") AS VARCHAR)' if _TYPES.get(name) == _SHARE else f'"{name}"'


@lru_cache(100_000)
def _share(text: str) -> Share:
    return share_of(json.loads(text))


MADE: Mapping[str, Callable[[Any], Any]] = {
    "share": _share, "vote_share": _share, "amount": Decimal, "price": Decimal, "target": ratio_of, "delta": ratio_of, "cap": ratio_of,
    "known_on": lru_cache(100_000)(date.fromisoformat), "said_on": lru_cache(100_000)(date.fromisoformat), "joint": tuple,
    "extra": json.loads,
}  # fmt: skip
"""How a stored cell becomes the value of a statement's field; the others are what they are."""


def entity(row: Mapping[str, Any]) -> Entity:
    """An entity behind a row."""
    values = {k: v for k, v in row.items() if k != "recorded_at" and v is not None}
    for name in ("identifiers", "names"):
        values[name] = tuple((a, b) for a, b in row.get(name) or ())
    return Entity(**values)


def source(row: Mapping[str, Any]) -> Source:
    """A source behind a row."""
    values = {k: v for k, v in row.items() if k != "recorded_at" and v is not None}
    if "published_on" in values:
        values["published_on"] = date.fromisoformat(values["published_on"])
    return Source(**values)


def pick(row: Mapping[str, Any]) -> Pick:
    """A choice behind a row."""
    return Pick(**{k: v for k, v in row.items() if k != "recorded_at" and (v is not None or k in ("share_class", "statement"))})


def finding(row: Mapping[str, Any]) -> Finding:
    """A finding behind a row."""
    return Finding(row["code"], row["message"], row["cure"] or "", row["where"] or "")


def imported(findings: Iterable[Mapping[str, Any]], name: str) -> list[Finding]:
    """What the imports had to tell, in one sentence, for answers that rest on it."""
    codes: Counter[str] = Counter()
    for row in findings:
        codes[row["code"]] += stands_for(row["message"])
    if not codes:
        return []
    said = ", ".join(f"{count:,} {code}" for code, count in sorted(codes.items()))
    return [Finding("N_IMPORTED", f"when its files were read there was to tell: {said}.", "'check' lists them.", name)]


def import_row(row: Mapping[str, Any]) -> Import:
    """A row of the history."""
    return Import(**{**row, "files": json.loads(row["files"])})


def _fields(thing: Any) -> dict[str, Any]:
    return {f.name: getattr(thing, f.name) for f in fields(thing)}


def struct(columns: Mapping[str, str]) -> str:
    """The columns as a literal of DuckDB."""
    return "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items()) + "}"


def quoted(names: Sequence[str]) -> str:
    """Names of columns, quoted."""
    return ", ".join(f'"{name}"' for name in names)
