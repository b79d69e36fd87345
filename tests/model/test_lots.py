"""Lots in columns: the same lots whichever way they are made, faults told, edits that share what they do not touch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.errors import RequestError
from crosshold.model import lots as room
from crosshold.model.entity import Entity
from crosshold.model.lot import WHOLE
from crosshold.model.records import Overlay, Records, fields_of, where
from crosshold.model.result import Coded
from crosshold.model.snapshot import Issuer, Lot, Lots, ShareClass, Snapshot

DAY = date(2020, 1, 28)
NAMES = st.sampled_from(["A", "B", "C", "D"])
COUNTS = st.integers(0, 10)
PARTS: dict[str, Any] = {
    "share_class": st.sampled_from([None, "a", "b"]), "votes": st.none() | COUNTS, "low": st.none() | COUNTS,
    "since": st.sampled_from([None, "2020", "2020-01-02"]), "high_open": st.booleans(), "beneficiary": st.none() | NAMES,
    "corroborated_by": st.sampled_from([(), ("c1",), ("c1", "c2")]), "set_aside": st.sampled_from([(), (("c", "older"),)]),
}  # fmt: skip
LOT = st.builds(Lot, st.just(""), NAMES, NAMES, COUNTS, **PARTS)
ISSUERS = {name: Issuer(name, 10_000) for name in "ABCD"}


def named(lots: Iterable[Lot], start: str = "l") -> list[Lot]:
    return [replace(lot, id=f"{start}{n}") for n, lot in enumerate(lots, 1)]


def snapshot(lots: Any, issuers: Mapping[str, Issuer] = ISSUERS) -> Snapshot:
    return Snapshot(DAY, {}, issuers, lots if isinstance(lots, Lots) else Lots(lots))


def alike(one: Lots, other: Lots) -> None:
    """Every question about two Lots has the same answer."""
    assert list(one) == list(other) == [one[k] for k in range(len(one))]
    assert len(one) == len(other)
    for name in (f.name for f in fields(Lot)):
        assert one.column(name).tolist() == other.column(name).tolist(), name
        assert one.column(name).dtype == other.column(name).dtype
    for name in ("issuer", "holder", "beneficiary"):
        a, b = one.codes(name), other.codes(name)
        assert a.code.tolist() == b.code.tolist() and list(a.words) == list(b.words)
        assert [one.by(name).rows(w).tolist() for w in a.words] == [other.by(name).rows(w).tolist() for w in b.words]
    for issuer in "ABCD":
        assert one.lowest(issuer) == other.lowest(issuer)
        for holder in (None, *"ABCD"):
            assert one.positions(issuer, holder) == other.positions(issuer, holder)
    assert [one.position(lot.id) for lot in one] == [other.position(lot.id) for lot in one] == list(range(len(one)))


@given(st.lists(LOT, max_size=8))
def test_a_column_holds_what_the_lots_say_with_minus_one_for_counts_that_nobody_said(rows: list[Lot]) -> None:
    rows = named(rows)
    lots = Lots(rows)
    assert list(lots) == rows
    for name in (f.name for f in fields(Lot)):
        said = [getattr(row, name) for row in rows]
        assert lots.column(name).tolist() == [-1 if name in WHOLE and v is None else v for v in said]
    for issuer in "ABCD":
        assert lots.positions(issuer) == [k for k, row in enumerate(rows) if row.issuer == issuer]
        assert lots.positions(issuer, "A") == [k for k, row in enumerate(rows) if (row.issuer, row.holder) == (issuer, "A")]


@given(st.lists(LOT, max_size=8), st.booleans())
def test_lots_made_from_columns_are_those_made_from_lots(rows: list[Lot], coded: bool) -> None:
    rows = named(rows)
    columns: dict[str, Any] = {f.name: [getattr(row, f.name) for row in rows] for f in fields(Lot)}
    if coded:
        words = ["D", "unused", "C", "B", "A"]
        for name in ("issuer", "holder"):
            columns[name] = Coded(np.array([words.index(v) for v in columns[name]], dtype=np.int32), words)
        columns["shares"] = np.array(columns["shares"], dtype=np.int16)
        said = columns["votes"]
        columns["votes"] = np.ma.masked_array([v or 0 for v in said], mask=[v is None for v in said], dtype=np.int64)
        del columns["id"]  # l1, l2, ... is what they are called here as well
    alike(Lots.from_columns(**columns), Lots(rows))


@given(st.lists(LOT, max_size=6), st.data())
def test_edited_lots_are_the_lots_made_afresh_from_the_same_rows(rows: list[Lot], data: st.DataObject) -> None:
    plain = named(rows)
    columns: dict[str, Any] = {f.name: [getattr(row, f.name) for row in plain] for f in fields(Lot) if f.name != "id"}
    numbered: bool = data.draw(st.booleans())
    if numbered:
        columns["issuer"] = Coded(np.array(["ABCD".index(v) for v in columns["issuer"]], dtype=np.int64), list("ABCD"))
    lots = Lots.from_columns(**columns)
    many: int = data.draw(st.sampled_from([0, 4, room.FEW]))  # with 0 and 4 the columns are made anew now and then
    for turn in range(data.draw(st.integers(1, 4))):
        places = data.draw(st.sets(st.integers(0, len(plain) - 1))) if plain else set[int]()
        changed = {p: named(data.draw(st.lists(LOT, max_size=2)), f"t{turn}.{p}.") for p in places}
        again: bool = data.draw(st.booleans())
        if changed and again:  # a lot may stay under its own id
            changed[min(changed)] = [replace(plain[min(changed)], shares=7)]
        more = named(data.draw(st.lists(LOT, max_size=2)), f"t{turn}.n.")
        before, was = lots, list(plain)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(room, "FEW", many)
            lots = lots.edited(changed, more)
        plain = [lot for p, old in enumerate(plain) for lot in changed.get(p, [old])] + more
        assert list(before) == was, "an edit leaves what it edits as it was"
        touched = lots.touched(before)
        differs = {i for i in "ABCD" if [x for x in was if x.issuer == i] != [x for x in plain if x.issuer == i]}
        assert touched is None or touched >= differs
        alike(lots, Lots(plain))
    assert snapshot(list(rows and [])).evolve(lots=lots).lots is lots


@given(st.lists(LOT, min_size=1, max_size=5), st.data())
def test_an_edit_is_refused_exactly_when_the_same_lots_made_afresh_are(rows: list[Lot], data: st.DataObject) -> None:
    lots = named(replace(lot, low=None) for lot in rows)
    issued = {n: Issuer(n, 12, classes=(ShareClass("a", 5), ShareClass("b", 9))) for n in "ABC"}
    try:
        base = snapshot(Lots(lots), issued)
    except RequestError:
        return
    place = data.draw(st.integers(0, len(lots) - 1))
    new = data.draw(LOT)
    new = replace(new, id=data.draw(st.sampled_from(["l1", "l2", "new"])))
    instead = data.draw(st.booleans())
    changed, add = {place: [new]} if instead else {}, [] if instead else [new]
    after = [x for p, old in enumerate(lots) for x in changed.get(p, [old])] + add
    issuers = {"A": Issuer("A", data.draw(st.integers(0, 12)))} if data.draw(st.booleans()) else {}
    told: list[list[str]] = []
    for way in ("afresh", "edited"):
        try:
            if way == "afresh":
                snapshot(Lots(after), issued | issuers)
            else:
                base.evolve(lots=base.lots.edited(changed, add), issuers=Overlay(base.issuers, issuers))
            told.append([])
        except RequestError as error:
            told.append(sorted(map(str, error.findings)))
    assert told[0] == told[1]


def test_faults_of_columns_are_told_with_their_lot() -> None:
    bad: list[tuple[dict[str, Any], str, str]] = [
        ({"shares": [1, -2]}, "E_NEG_QTY", "l2"),
        ({"shares": np.array([1, -1])}, "E_NEG_QTY", "l2"),
        ({"votes": [None, -1]}, "E_NEG_QTY", "l2"),
        ({"shares": [1]}, "C_BAD_VALUE", "holder"),
        ({"shares": [1.0, 2.0]}, "C_BAD_VALUE", "no whole number"),
        ({"shares": np.array([1.0, 2.0])}, "C_BAD_VALUE", "float64"),
        ({"shares": [1, 2**63]}, "C_BAD_VALUE", "above"),
        ({"shares": np.array([1, 2**63], dtype=np.uint64)}, "C_BAD_VALUE", "above"),
        ({"shares": [True, 1]}, "C_BAD_VALUE", "no whole number"),
        ({"holder": ["X", None]}, "C_BAD_VALUE", "no text"),
        ({"holder": Coded(np.array([0, 2]), ["X", "Y"])}, "C_BAD_VALUE", "no word"),
        ({"holder": Coded(np.array([0, -1]), ["X", "Y"])}, "C_BAD_VALUE", "no word"),
        ({"holders": ["X", "Y"]}, "C_BAD_VALUE", "holders"),
    ]
    for change, code, word in bad:
        with pytest.raises(RequestError) as caught:
            Lots.from_columns(**({"issuer": "A", "holder": ["X", "Y"], "shares": [1, 2]} | change))
        assert caught.value.findings[0].code == code and word in str(caught.value.findings[0])
    with pytest.raises(RequestError, match="E_NEG_QTY"):
        Lots([Lot("a", "A", "X", -1)])
    with pytest.raises(RequestError, match="E_NEG_QTY"):
        Lots([]).edited({}, [Lot("a", "A", "X", 1, votes=-1)])
    with pytest.raises(IndexError):
        Lots([Lot("a", "A", "X", 1)]).edited({1: []})


def test_a_snapshot_tells_every_repeated_id_unknown_issuer_and_overheld_class_at_once() -> None:
    lots = [Lot("a", "A", "X", 6, "x"), Lot("a", "A", "Y", 5, "y"), Lot("b", "Z", "Y", 5), Lot("c", "A", "Y", 1, "y", low=0)]
    with pytest.raises(RequestError) as caught:
        snapshot(Lots(lots), {"A": Issuer("A", 10, classes=(ShareClass("x", 5), ShareClass("y", 5)))})
    assert [(f.code, f.where) for f in caught.value.findings] == [
        ("C_DUPLICATE_ID", "a"), ("C_UNKNOWN_ENTITY", "b"), ("E_OVERHELD", "A"), ("E_OVERHELD", "A class x")]  # fmt: skip
    assert "110 % of issued (lots a, a, c)" in caught.value.findings[2].message


def test_sums_beyond_64_bits_are_exact() -> None:
    most = 2**63 - 1
    rows = {"issuer": "A", "holder": ["X", "Y"], "shares": np.array([most, most])}
    assert snapshot(Lots.from_columns(**rows), {"A": Issuer("A", 2 * most)}).held("X", "A") == most
    with pytest.raises(RequestError, match="E_OVERHELD"):
        snapshot(Lots.from_columns(**rows), {"A": Issuer("A", 2 * most - 1)})


def test_an_edit_makes_no_row_and_no_mapping_it_does_not_touch() -> None:
    """Of a hundred thousand lots a step looks at those of one company; entities and issuers are the same objects after it."""
    size = 100_000
    ids = [f"c{k}" for k in range(size // 10)]
    code = np.arange(size, dtype=np.int64) // 10
    lots = Lots.from_columns(issuer=Coded(code, ids), holder="X", shares=np.full(size, 5))
    issuers = Records(Issuer, ids, {"issued": np.full(len(ids), 60).tolist()})
    entities = Records(Entity, ids, {"kind": ["company"] * len(ids)})
    before = Snapshot(DAY, entities, issuers, lots)
    assert not issuers._seen and not entities._seen, "the checks of a register make no record"
    place = lots.positions("c7", "X")[0]
    after = before.evolve(lots=lots.edited({place: [replace(lots[place], shares=3)]}, [Lot("n", "c7", "Y", 2)]))
    assert (after.held("X", "c7"), after.held("Y", "c7"), before.held("X", "c7")) == (48, 2, 50)
    assert after.entities is entities and after.issuers is issuers
    assert len(lots._base._seen) <= 20 and set(issuers._seen) == {"c7"}
    assert after.lots._base is lots._base, "the columns are shared"
    later = after.lots.edited({}, [Lot("m", "c8", "Y", 2)])
    assert later.touched(after.lots) == {"c8"}, "what an earlier edit touched is not looked at again"


def test_mappings_of_records_read_as_the_dictionaries_they_stand_for() -> None:
    records = Records(Entity, ["A", "B"], {"jurisdiction": ["FR", None]})
    assert dict(records) == {"A": Entity("A", jurisdiction="FR"), "B": Entity("B")}
    laid = Overlay(Overlay(records, {"C": Entity("C")}), {"A": Entity("A")})
    assert dict(laid) == {"A": Entity("A"), "B": Entity("B"), "C": Entity("C")} and len(laid) == 3
    assert fields_of(laid, ["jurisdiction"], ["A", "B", "?"]) == [[None, None, None]]
    for asked in (["kind", "jurisdiction"], ["sme"]):
        assert fields_of(records, asked, ["B", "A", "?"]) == fields_of(dict(records), asked, ["B", "A", "?"])
    assert where(laid, "jurisdiction", "FR") == set() and where(records, "jurisdiction", "FR") == {"A"} == where(
        dict(records), "jurisdiction", "FR"
    )
    with pytest.raises(KeyError):
        records["Z"]
