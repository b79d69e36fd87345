"""The terms of a joint fund in a plan file: every key is known and checked when the plan is read (spec/deal 13, 14)."""

from __future__ import annotations

from typing import Any

from crosshold.deal.values import plain
from crosshold.deal.waterfall import check
from crosshold.errors import RequestError
from crosshold.formats.fields import Fields

KEYS = ("kind", "calls", "owners", "waterfall", "voting", "uses", "worth", "returns", "pressure")
KINDS = ("jv", "contract", "spv")
SPLITS = ("contributions", "fixed", "shapley", "nucleolus", "nash")
EXITS = ("unanimity", "majority", "free")
PRESSURE = ("temptation", "reward", "punishment", "patience")


def fund_terms(row: Fields, partners: list[str]) -> dict[str, Any]:
    """The terms as plain text; faults are collected in ``row``. ``partners`` are those with a commitment."""
    row.choice("kind", KINDS)
    for call in row.children("calls"):
        call.only(("date", "fraction"))
        if call.require("date", "fraction"):
            call.day("date"), call.ratio("fraction")
    if (owners := row.child("owners")) is not None:
        _owners(owners)
    if (voting := row.child("voting")) is not None:
        voting.only(("by", "majority", "exit"))
        voting.choice("by", ("heads", "owners"), "owners"), voting.choice("exit", EXITS), voting.ratio("majority")
    tiers = row.items("waterfall")
    try:
        check(tiers, dict.fromkeys(partners)) if partners else None
    except RequestError as error:
        for fault in error.findings:
            row.fault(fault.code, fault.message, fault.cure, "waterfall")
    if (returns := row.child("returns")) is not None:
        returns.only(("amount", "years"))
        if returns.require("amount", "years"):
            returns.money("amount"), returns.whole("years")
    for key, known in (("worth", None), ("pressure", PRESSURE)):
        if (inner := row.child(key)) is not None:
            inner.only(known or inner.data)
            inner.require(*(known or ()))
            for name in inner.data:
                inner.ratio(name)
    return {key: plain(row.data[key]) for key in KEYS if row.data.get(key) is not None}


def _owners(row: Fields) -> None:
    """How ownership is split; ``shares`` for fixed, ``weights`` for nash."""
    row.only(("by", "shares", "weights"))
    if not row.require("by") or (by := row.choice("by", SPLITS)) is None:
        return
    needed = {"fixed": "shares", "nash": "weights"}.get(by)
    if by == "fixed":
        row.require("shares")
    for key in ("shares", "weights"):
        if row.data.get(key) is not None and key != needed:
            row.fault("C_BAD_VALUE", f"ownership by {by} has no {key}.", f"Remove {key!r}.", key)
        parts = [inner.ratio(name) for name in inner.data] if (inner := row.child(key)) else []
        if parts and None not in parts and sum(p for p in parts if p is not None) != 1:
            row.fault("C_BAD_VALUE", f"the {key} do not sum to 1.", "Correct them.", key)
