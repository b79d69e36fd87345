"""Tables of statements in our own words: written as CSV, XLSX and Parquet, and read back as the same statements."""

from __future__ import annotations

import tempfile
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.reading import Import

from crosshold.errors import RequestError
from crosshold.formats import mapped
from crosshold.formats.mapped.own import COLUMNS
from crosshold.model.entity import Entity
from crosshold.model.register import Register, Statements
from crosshold.model.share import HEDGES, Share, parse
from crosshold.model.statement import CONTENT, SPEAKER_KINDS, STANCES, VERBS, Source, Statement

SUFFIXES = (".csv", ".xlsx", ".parquet")
ODD = [
    "=1+1",
    "+49",
    "-x",
    "@a",
    "'=1",
    "''-",
    "\ttab",
    'quo"te',
    "a;b,c|d",
    "株式会社",
    "x\ny",
    "\r\n",
    "-",
    "n/a",
    "Total",
    "007",
]
TEXT = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
)  # fmt: skip
PARTIAL = st.dates(date(1000, 1, 1)).flatmap(lambda d: st.sampled_from([d.isoformat(), d.isoformat()[:7], d.isoformat()[:4]]))
POINTS = st.fractions(0, 1, max_denominator=10**9)


@st.composite
def shares(draw: Any) -> Share:
    if draw(st.booleans()):
        digits = draw(st.integers(0, 10**6))
        return parse(f"0.{digits:06d}", draw(st.sampled_from([None, *sorted(HEDGES)])))
    low, point, high = sorted(draw(st.tuples(POINTS, POINTS, POINTS)))
    said = draw(st.sampled_from([point, None]))
    return Share(said, low, high, draw(st.booleans()), draw(st.booleans()), "stated", draw(st.one_of(st.just(""), TEXT)))


EXTRA = st.dictionaries(
    TEXT, st.one_of(TEXT, st.integers(-(10**9), 10**9), st.booleans(), st.lists(TEXT, max_size=3)), max_size=3
)
OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "object": TEXT, "shares": st.integers(0, 2**62), "votes": st.integers(0, 2**62), "share": shares(), "vote_share": shares(),
    "share_class": TEXT, "hedge": st.sampled_from(sorted(HEDGES)), "amount": st.decimals(0, 10**12, places=2), "currency": st.just("JPY"),
    "price": st.decimals(0, 10**6, places=4), "speaker": TEXT, "speaks_for": TEXT, "via": TEXT, "about": TEXT, "topic": TEXT,
    "valid_from": PARTIAL, "valid_to": PARTIAL, "as_of": PARTIAL, "known_on": st.dates(), "said_on": st.dates(), "source": TEXT,
    "where": TEXT,
    "target": POINTS, "delta": st.fractions(-1, 1, max_denominator=10**6), "cap": POINTS, "exit": st.booleans(), "revises": TEXT,
    "retracts": TEXT, "reviewed_by": TEXT, "note": TEXT, "joint": st.lists(TEXT, min_size=1, max_size=3).map(tuple), "extra": EXTRA,
    "label": TEXT, "confidence": st.sampled_from("ABC"),
}  # fmt: skip


@st.composite
def statements(draw: Any) -> Statement:
    names = draw(st.sets(st.sampled_from(sorted(OPTIONAL)), max_size=12))
    more = {name: draw(OPTIONAL[name]) for name in sorted(names)}
    return Statement(
        draw(TEXT), draw(st.sampled_from(sorted(VERBS))), stance=draw(st.sampled_from(STANCES)),
        speaker_kind=draw(st.sampled_from(SPEAKER_KINDS)), directness=draw(st.sampled_from(("direct", "indirect", "unknown"))), **more,
    )  # fmt: skip


def back(register: Register, suffix: str) -> tuple[Import, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"out{suffix}"
        lost = mapped.write(register, path)
        assert [p.name for p in Path(folder).iterdir()] == [path.name]
        return Import(mapped, path), [f.message for f in lost]


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=60)
@given(rows=st.lists(statements(), max_size=6))
def test_statements_of_every_kind_come_back_the_same(suffix: str, rows: list[Statement]) -> None:
    known = {s.id: s for s in rows}
    found, lost = back(Register(Statements(known.values())), suffix)
    assert not lost and not found.rejects
    assert {s.id: s.canonical() for s in found.statements} == {name: s.canonical() for name, s in known.items()}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_of_holdings_read_written_and_read_again_is_the_same(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text("Holder;Issuer;Percent;Odd\nA*;B;about 12;=1\nC;B;25-50;x\n", encoding="utf-8")
    first = Import(mapped, source, accept_guess=True)
    again, _ = back(first.register, suffix)
    assert again.ids == first.ids
    assert {s.canonical() for s in again.statements} == {s.canonical() for s in first.statements}


def test_names_kinds_and_countries_of_parties_are_kept_and_the_rest_is_told(tmp_path: Path) -> None:
    entities = {
        "a": Entity("a", "Aurel", "company", "FR", identifiers=(("LEI", "x"),)),
        "b": Entity("b", "Perrin", "person", listed=False),
        "c": Entity("c", "nobody says anything of it"),
    }
    register = Register(Statements([Statement("a", "holds", "b", shares=1)]), {"s": Source("s")}, entities)
    found, lost = back(register, ".csv")
    assert found.register.entities == {"a": Entity("a", "Aurel", "company", "FR"), "b": Entity("b", "Perrin", "person")}
    assert sorted(m.split(":")[0] for m in lost) == [
        "entity identifiers",
        "entity listed",
        "entity, named by no statement",
        "source",
    ]


def test_no_cell_of_a_written_table_is_a_formula(tmp_path: Path) -> None:
    register = Register(Statements([Statement("=cmd|' /C calc'!A0", "holds", "@x", note="-1+1", delta=Fraction(-1, 3))]))
    mapped.write(register, tmp_path / "t.csv")
    row = (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()[1]
    assert (
        row == "'=cmd|' /C calc'!A0,holds,@x,".replace(",@x", ",'@x") + row.partition("'@x,")[2]
        and "'-1/3" in row
        and "'-1+1" in row
    )
    mapped.write(register, tmp_path / "t.xlsx")
    import zipfile

    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_written_parquet_has_columns_that_others_read(tmp_path: Path) -> None:
    said = Statement("A", "holds", "B", shares=5, share=parse("0.384"), amount=Decimal("1.50"))
    mapped.write(Register(Statements([said])), tmp_path / "t.parquet")
    found = duckdb.connect().execute(
        "SELECT subject, object, shares, share_low FROM read_parquet(?)", [str(tmp_path / "t.parquet")]
    )
    assert found.fetchall() == [("A", "B", 5, "767/2000")]


def test_another_ending_and_what_a_workbook_cannot_hold_are_refused(tmp_path: Path) -> None:
    long = Register(Statements([Statement("A", "holds", "B", note="x" * 40_000)]))
    for name, word in (("t.ods", "ends in"), ("t.xlsx", "40,000 characters")):
        with pytest.raises(RequestError, match=word):
            mapped.write(long, tmp_path / name)
    assert not list(tmp_path.iterdir())
    mapped.write(long, tmp_path / "t.csv")


def test_a_row_of_a_table_of_statements_with_a_fault_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "subject,verb,object,share,shares,extra,as_of\nA,holds,B,0.384,,,\nA,owns,B,,,,\nA,holds,B,1.5,,,\nA,holds,B,,-1,,\n"
        'A,holds,B,,,{x,\nA,holds,B,,,[1],\nA,holds,B,,,,soon\n,holds,B,,,,\nA,holds,B,,"1,2",,\nA,holds,B\n,,,,,,\n',
        encoding="utf-8",
    )
    found = Import(mapped, path)
    (s,) = [s for s in found.statements if s.share]
    assert s.share == parse("0.384")
    assert [r.where.split()[-1] for r in found.rejects] == ["3", "4", "5", "6", "7", "8", "9", "10"]


def test_every_field_of_a_statement_has_a_column() -> None:
    assert set(CONTENT) <= set(COLUMNS)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_words_of_a_header_below_ours_are_no_second_half_of_it(suffix: str) -> None:
    row = Statement("=1+1", "votes", stance="confirms", directness="direct", speaker_kind="company", basis="unknown")
    found, _ = back(Register(Statements([row])), suffix)
    assert [s.canonical() for s in found.statements] == [row.canonical()]
