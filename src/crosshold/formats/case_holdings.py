"""A case folder whose lots are a table of holdings of any size: ``case.yaml`` with ``holdings.csv``, ``.csv.gz`` or ``.parquet`` beside it.

The table is read as a register is (:mod:`crosshold.formats.holdings`), the parties' attributes from ``entities`` in the same forms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from crosshold.errors import FileError, Finding, Findings
from crosshold.formats.case import table_beside
from crosshold.formats.entity_table import entity_columns
from crosshold.formats.holdings import HoldingTable, Words, read_holdings
from crosshold.formats.yaml_text import Document
from crosshold.model.entity import FLOAT, Entity
from crosshold.model.large_register import LargeRegister
from crosshold.model.lots import Lots
from crosshold.model.records import Records
from crosshold.model.register import Register
from crosshold.model.result import Coded
from crosshold.model.share import NOTIONAL
from crosshold.model.snapshot import Issuer

SHOWN = 20


def with_holdings(
    table: Path, document: Document, tables: Mapping[str, Document], small: Callable[..., Register]
) -> LargeRegister:
    """The Register of a case document and the tables beside it; ``small`` reads what the document itself says."""
    faults = Findings()
    for part in ("issuers", "lots", "claims", "groups"):
        if (isinstance(document.data, dict) and part in document.data) or part in tables:
            message = f"the lots stand in {table.name}; {part} cannot stand beside it."
            faults.add("C_BAD_VALUE", message, f"Leave {part} out, or put the lots into the case.", document.name)
    faults.raise_errors(FileError)
    held = read_holdings(table)
    beside = table_beside(table.parent, "entities")
    more = entity_columns(beside) if beside else {"id": []}
    names = [*held.ids, FLOAT]
    place = {name: k for k, name in enumerate(names)}
    names += [name for name in more["id"] if name not in place]
    place |= {name: k for k, name in enumerate(names[len(place) :], len(place))}
    whole = document.data if isinstance(document.data, dict) else {}
    filled = Document(document.name, {**whole, "issuers": {}, "lots": []}, document.lines) if whole else document
    read = small(filled, tables, place.keys())
    there = np.flatnonzero(held.total > 0)
    basis = "shares" if held.layout.size == "shares" else "fraction"
    issued = held.total[there].tolist() if basis == "shares" else [NOTIONAL] * len(there)
    issuers = Records(
        Issuer, tuple([names[k] for k in there.tolist()]), {"issued": tuple(issued), "basis": (basis,) * len(there)}
    )
    own = {f.name: getattr(read, f.name) for f in fields(Register)}
    own["findings"] = (*read.findings, *held.findings)
    words = tuple(names)  # the garbage collector walks through lists of millions again and again, not through tuples of text
    return LargeRegister(**own, lots=_lots(held, words), issuers=issuers, parties=_parties(held, words, place, more))


def _lots(held: HoldingTable, names: tuple[str, ...]) -> Lots:
    """The rows of the table, then what is left of every company for dispersed holders. ``E_OVERHELD`` with the lines."""
    there = np.flatnonzero(held.total > 0)
    left, votes = _left(held, held.weight, held.total)[there], None
    if held.votes is not None and held.votes_total is not None:
        rest = _left(held, held.votes, held.votes_total)[there]
        votes = np.concatenate([held.votes, rest[left > 0]])
    open_, code = there[left > 0], len(held.ids)
    return Lots.from_columns(
        issuer=Coded(np.append(held.issuer, open_), names),
        holder=Coded(np.append(held.holder, np.full(len(open_), code)), names),
        shares=np.append(held.weight, left[left > 0]), votes=votes,
    )  # fmt: skip


def _left(held: HoldingTable, part: Any, whole: Any) -> Any:
    """What the rows of every company leave of its total."""
    rough = np.bincount(held.issuer, part, len(whole))
    taken = np.zeros(len(whole), dtype=np.int64)
    np.add.at(taken, held.issuer, part)
    over = np.flatnonzero((taken > whole) | (rough >= 2.0**62))
    if len(over):
        lines = held.lines_of([held.ids[k] for k in over[:SHOWN].tolist()])
        told = [
            Finding("E_OVERHELD", f"{name} is held over 100 % ({where}).", "Check for double counting.", name)
            for name, where in lines.items()
        ]
        if len(over) > SHOWN:
            told.append(Finding("E_OVERHELD", f"{len(over) - SHOWN:,} more companies are.", "", held.layout.path.name))
        raise FileError(told)
    return whole - taken


def _parties(held: HoldingTable, names: tuple[str, ...], place: Mapping[str, int], more: dict[str, list[Any]]) -> Records[Entity]:
    """Every party with its kind and name from the holdings, and what the table of parties says instead."""
    columns: dict[str, list[Any]] = {}
    for key, said, empty in (("kind", held.kinds, "unknown"), ("name", held.names, "")):
        if said:
            known = said.column(empty) if isinstance(said, Words) else [said.get(name, empty) for name in held.ids]
            columns[key] = known + [empty] * (len(names) - len(known))
    at = [place[name] for name in more["id"]]
    for key, values in more.items():
        if key != "id":
            column = columns.setdefault(key, [{"kind": "unknown", "name": ""}.get(key)] * len(names))
            for k, value in zip(at, values, strict=True):
                column[k] = value if value not in (None, "") else column[k]
    return Records(Entity, names, {key: tuple(column) for key, column in columns.items()})
