"""A case folder whose lots are a table of holdings: the Ballot of the same lots in a case file, and every fault told."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest

from crosshold import api
from crosshold.errors import CrossholdError, FileError
from crosshold.law import ballot as ballot_room
from crosshold.law import outcome as outcome_room

ROWS = [("A", "B", 30), ("B", "A", 20), ("X", "A", 25), ("B", "B", 5), ("X", "C", 60), ("~crowd", "C", 7)]
HEAD = "crosshold: case/1\nid: c\nat: 2020-01-28\nrules: {only: [FR-233-3, FR-233-31, FR-233-29, FR-DISC]}\n"
PARTIES = """id,name,kind,jurisdiction,form,listed
A,Alpha,company,FR,SA,true
B,,company,FR,SA,false
C,Gamma,company,FR,SAS,
X,Xavier,person,,,
"""


def folder(path: Path, *, holdings: str = "", parties: str = PARTIES, case: str = HEAD) -> Path:
    """A case folder with the tables beside it."""
    (path / "case.yaml").write_text(case, encoding="utf-8")
    text = holdings or "holder,issuer,shares,total\n" + "".join(f"{h},{i},{n},100\n" for h, i, n in ROWS)
    (path / "holdings.csv").write_text(text, encoding="utf-8")
    (path / "entities.csv").write_text(parties, encoding="utf-8")
    return path


def written(path: Path) -> Path:
    """The same case with its lots in the file."""
    lots = "".join(f"  - {{issuer: {i}, holder: {h}, shares: {n}}}\n" for h, i, n in ROWS if h[0] != "~")
    issuers = "".join(f"  {i}: {{issued: 100}}\n" for i in "ABC")
    parties = """entities:
  A: {name: Alpha, kind: company, jurisdiction: FR, form: SA, listed: true}
  B: {kind: company, jurisdiction: FR, form: SA, listed: false}
  C: {name: Gamma, kind: company, jurisdiction: FR, form: SAS}
  X: {name: Xavier, kind: person}
"""
    file = path / "small.yaml"
    file.write_text(f"{HEAD}{parties}issuers:\n{issuers}lots:\n{lots}", encoding="utf-8")
    return file


def test_a_table_of_holdings_beside_a_case_has_the_ballot_of_the_lots_written_out(tmp_path: Path) -> None:
    small, large = api.read(written(tmp_path)).at(), api.read(folder(tmp_path)).at()
    for who in "ABCX":
        one, other = small.entities[who], large.entities[who]
        assert (one.name, one.kind, one.jurisdiction, one.form, one.listed) == (
            other.name, other.kind, other.jurisdiction, other.form, other.listed)  # fmt: skip
    assert {i: large.issuers[i].issued for i in large.issuers} == {"A": 100, "B": 100, "C": 100}
    # 100 issued less what is listed; the crowd in C, who is nobody in particular, is among the rest.
    assert [large.held("~float", i) for i in "ABC"] == [55, 65, 40]
    told = [api.ballot(snapshot).outcome().counts(i) for snapshot in (small, large) for i in "ABC"]
    assert told[:3] == told[3:]
    assert api.ballot(large).outcome().cut == ("l2",), (
        "B holds 20 % of A, which holds 30 % of B: the smaller stake is silent (L233-29)"
    )


@pytest.mark.parametrize("form", ["holdings.csv.gz", "holdings.parquet"])
def test_packed_and_parquet_tables_are_read_as_well(tmp_path: Path, form: str) -> None:
    plain = api.read(folder(tmp_path)).at()
    text = (tmp_path / "holdings.csv").read_bytes()
    parties = tmp_path / "entities.csv"
    if form.endswith("gz"):
        (tmp_path / form).write_bytes(gzip.compress(text))
        (tmp_path / "entities.csv.gz").write_bytes(gzip.compress(parties.read_bytes()))
    else:
        for name in ("holdings", "entities"):
            duckdb.sql(f"COPY (SELECT * FROM read_csv('{tmp_path}/{name}.csv')) TO '{tmp_path}/{name}.parquet'")
    (tmp_path / "holdings.csv").unlink()
    parties.unlink()
    other = api.read(tmp_path).at()
    rows = [sorted((lot.issuer, lot.holder, lot.shares) for lot in snapshot.lots) for snapshot in (plain, other)]
    assert rows[0] == rows[1]
    assert [plain.entities[who] for who in "ABCX"] == [other.entities[who] for who in "ABCX"]


def test_fractions_and_votes_of_the_table_count(tmp_path: Path) -> None:
    votes = "holder,issuer,shares,total,votes,votes_total\nX,A,40,100,80,150\n"
    snapshot = api.read(folder(tmp_path, holdings=votes)).at()
    assert [(lot.holder, lot.shares, lot.votes) for lot in snapshot.lots] == [("X", 40, 80), ("~float", 60, 70)]
    snapshot = api.read(folder(tmp_path, holdings="holder,issuer,percent\nX,A,40\n")).at()
    assert snapshot.issuers["A"].basis == "fraction" and snapshot.held("X", "A") * 10 == snapshot.issuers["A"].issued * 4


FAULTS = [
    ({"case": HEAD + "lots: []\n"}, "C_BAD_VALUE", "lots cannot stand beside"),
    ({"case": HEAD + "overlays: [{issuer: A, holder: nobody, kind: removed}]\n"}, "C_UNKNOWN_ENTITY", "nobody"),
    ({"holdings": "holder,issuer,shares,total\nX,A,60,100\nY,A,50,100\n"}, "E_OVERHELD", "lines 2, 3"),
    ({"holdings": "holder,issuer,shares,total\nX,A,-6,100\n"}, "E_NEG_QTY", "holdings.csv:2"),
    ({"parties": "id,kind\nA,firm\n"}, "C_BAD_VALUE", "entities.csv:2"),
    ({"parties": "id,listed\nA,perhaps\n"}, "C_BAD_VALUE", "entities.csv:2"),
    ({"parties": "id,kind\nA,company\nA,person\n"}, "C_DUPLICATE_ID", "entities.csv:3"),
    ({"parties": "id,kind\n,company\n"}, "C_MISSING_KEY", "entities.csv:2"),
    ({"parties": "id,kind\nA\n"}, "C_SYNTAX", "entities.csv:2"),
    ({"parties": "id,nationality\nA,FR\n"}, "C_UNKNOWN_KEY", "nationality"),
    ({"parties": "name\nA\n"}, "C_MISSING_KEY", "entities.csv:1"),
    ({"parties": 'id,name\nA,"open\n'}, "C_FILE", "entities.csv"),
]


@pytest.mark.parametrize(("change", "code", "word"), FAULTS)
def test_a_fault_of_the_tables_is_one_clear_error(tmp_path: Path, change: dict[str, str], code: str, word: str) -> None:
    with pytest.raises(CrossholdError) as caught:
        api.read(folder(tmp_path, **change))
    assert isinstance(caught.value, FileError)
    assert caught.value.findings[0].code == code and word in str(caught.value.findings[0])


def test_parties_that_hold_nothing_are_known_and_records_of_the_case_go_first(tmp_path: Path) -> None:
    more = HEAD + "entities: {B: {name: Beta, kind: company, jurisdiction: DE}}\nfacts: [{fact: sanctioned, entity: Q}]\n"
    snapshot = api.read(folder(tmp_path, case=more, parties=PARTIES + "Q,Quiet,person,,,\n")).at()
    assert snapshot.entities["Q"].name == "Quiet" and snapshot.entities["B"].jurisdiction == "DE"


def test_the_votes_of_a_large_register_are_a_bounded_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (ballot_room, outcome_room):
        monkeypatch.setattr(room, "MANY", 3)
    ballot = api.ballot(api.read(folder(tmp_path)).at())
    lines = api.votes_survey(ballot)
    assert [line.split() for line in lines if "FR-233-29" in line] == [["Alpha", "(A)", "100", "80", "20.00", "%", "FR-233-29"]]
    assert not any("Gamma" in line for line in lines)
    assert ballot.told == ("A",)
