"""Judging that ids are one party, as a person does it."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

FILED = """crosshold: statements/1
sources: {f: {kind: filing, publisher: Aurel, published_on: 2020-02-10}}
entities: {A: {name: Aurel SA, kind: company}, AU: {name: Aurel S.A., kind: company}, B: {name: Borealis, kind: company}}
statements:
- {subject: B, verb: issued, shares: 1000, source: f, speaker_kind: filing}
- {subject: A, verb: holds, object: B, shares: 300, source: f, speaker_kind: filing, as_of: 2020-01-01}
- {subject: AU, verb: holds, object: B, shares: 310, source: f, speaker_kind: filing, as_of: 2020-02-01}
"""


@pytest.fixture
def folder(run: Run, file: Callable[[str, str], str], tmp_path: Path) -> str:
    assert run("import", file("filed.yaml", FILED), "--into", str(tmp_path / "r")).status == 0
    return str(tmp_path / "r")


def held(run: Run, folder: str) -> dict[str, Any]:
    ran = run("own", folder, "--at", "2020-03-01", "--issuer", "B", "--json")
    assert ran.status == 0, ran.err
    return {row["holder"]: row["direct"] for row in json.loads(ran.out)["rows"]}


def test_two_ids_become_one_party_and_two_again(run: Run, folder: str) -> None:
    before = held(run, folder)
    assert set(before) == {"A", "AU"}
    ran = run("same", folder, "AU", "A", "--by", "R. Vogel", "--reason", "one seat, one number")
    assert ran.status == 0 and "AU and A: same, says R. Vogel" in ran.out
    assert set(held(run, folder)) == {"A"}
    listed = run("same", folder).out
    assert "A (Aurel SA): A, AU" in listed and "judged by R. Vogel" in listed and "one seat, one number" in listed
    asked = run("own", folder, "--at", "2020-03-01", "--holder", "AU")
    assert asked.status == 2 and "one party with 'A'" in asked.err
    assert run("same", folder, "A", "AU", "--by", "R. Vogel", "--undo").status == 0
    assert held(run, folder) == before
    assert run("same", folder, "A", "AU", "--by", "R. Vogel").status == 0, "and once more on the same day"
    assert set(held(run, folder)) == {"A"}
    assert run("same", folder, "A", "AU", "--by", "N. Perrin", "--different").status == 0
    assert held(run, folder) == before and "different" in run("same", folder).out


def test_a_table_of_proposals_is_decided_row_by_row_or_not_at_all(run: Run, folder: str, tmp_path: Path) -> None:
    table = tmp_path / "p.csv"
    table.write_text(
        "a,a_name,b,b_name,score,because,decision,reason\nA,Aurel SA,AU,Aurel S.A.,0.99,name,,\n", encoding="utf-8-sig"
    )
    assert run("same", folder, "--from", str(table), "--by", "R. Vogel").status == 0
    assert "several ids: 0" in run("same", folder).out
    rows = table.read_text(encoding="utf-8-sig")
    table.write_text(
        rows.replace(",,\n", ",Same,'=seen\n") + "A,,Q,,,,same,\nA,,B,,,,perhaps,\nA,,A,,,,same,\n", encoding="utf-8"
    )
    ran = run("same", folder, "--from", str(table), "--by", "R. Vogel")
    assert ran.status == 2 and "line 4" in ran.err and "line 5" in ran.err and "several ids: 0" in run("same", folder).out
    table.write_text(rows.replace(",,\n", ",Same,'=seen\n") + "A,,Q,,,,same,\n", encoding="utf-8")
    ran = run("same", folder, "--from", str(table), "--by", "R. Vogel")
    assert ran.status == 2 and "'Q'" in ran.err and "several ids: 0" in run("same", folder).out
    table.write_text(rows.replace(",,\n", ",Same,'=seen\n"), encoding="utf-8")
    assert run("same", folder, "--from", str(table), "--by", "R. Vogel").status == 0
    found = json.loads(run("same", folder, "--json").out)
    assert [row["ids"] for row in found["parties"]] == [["A", "AU"]] and found["judgements"][0]["reason"] == "=seen"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("A", "Z", "--by", "R. Vogel"), "'Z' is nowhere"),
        (("A", "A", "--by", "R. Vogel"), "cannot be judged"),
        (("A", "AU"), "nobody is named"),
        (("A", "AU", "--by", "R. Vogel", "--undo"), "no judgement"),
        (("A", "--by", "R. Vogel"), "two ids"),
        (("A", "AU", "--by", "R. Vogel", "--undo", "--unsure"), "says one thing"),
        (("--from", "nowhere.csv", "--by", "R. Vogel"), "cannot be read"),
    ],
)
def test_what_is_no_judgement_is_refused(run: Run, folder: str, words: tuple[str, ...], said: str) -> None:
    ran = run("same", folder, *words)
    assert ran.status == 2 and said in ran.err and "Traceback" not in ran.err
    assert "several ids: 0" in run("same", folder).out


def test_proposals_are_written_decided_and_read_back(run: Run, folder: str, tmp_path: Path) -> None:
    table = tmp_path / "proposals.csv"
    ran = run("link", folder, "--to", str(table))
    assert ran.status == 0 and "A (Aurel SA) = AU (Aurel S.A.)" in ran.out and "name: the same" in ran.out
    with table.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["a"], row["b"], row["decision"]) == ("A", "AU", "")
    with table.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(row))
        out.writeheader()
        out.writerow({**row, "decision": "same"})
    assert run("same", folder, "--from", str(table), "--by", "R. Vogel").status == 0
    assert set(held(run, folder)) == {"A"}
    again = run("link", folder, "--json")
    assert json.loads(again.out)["proposals"] == [] and json.loads(again.out)["decided"] == 1


def test_two_registers_are_linked_across(run: Run, folder: str, file: Callable[[str, str], str], tmp_path: Path) -> None:
    text = FILED
    for old, new in (("A: {", "X: {"), ("AU: {", "Y: {"), ("subject: A,", "subject: X,"), ("subject: AU", "subject: Y")):
        text = text.replace(old, new)
    other = str(tmp_path / "other")
    assert run("import", file("other.yaml", text), "--into", other).status == 0
    found = json.loads(run("link", folder, "--with", other, "--json").out)
    assert {(row["a"], row["b"]) for row in found["proposals"]} == {("A", "X"), ("A", "Y"), ("AU", "X"), ("AU", "Y")}
    assert found["decided"] == 1, "B is one id in both"


def test_without_the_extra_the_cure_is_told(run: Run, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "splink", None)
    ran = run("link", folder)
    assert ran.status == 2 and "E_EXTRA" in ran.err and "crosshold[link]" in ran.err
    assert run("link", folder, "--accept-line", "2").status == 2


def test_find_from_the_command_line(run: Run, tmp_path: Path) -> None:
    filed = tmp_path / "f.yaml"
    filed.write_text(
        """crosshold: statements/1
entities:
  A: {name: Aurel SA, kind: company, names: {former: [Dorel SA, Morel SA], english: Aurel Motors}}
  AU: {name: Aurel, kind: company}
statements: [{subject: A, verb: holds, object: AU, shares: 1}]
""",
        encoding="utf-8",
    )
    folder = str(tmp_path / "r")
    assert run("import", str(filed), "--into", folder).status == 0
    found = json.loads(run("find", folder, "dorel s.a.", "--json").out)["found"]
    assert (found[0]["id"], found[0]["score"], found[0]["matched"]) == ("A", 100, "Dorel SA")
    assert "Aurel SA" in run("find", folder, "aurel motors").out
    run("same", folder, "A", "AU", "--by", "R. Vogel")
    assert [row["id"] for row in json.loads(run("find", folder, "AU", "--json").out)["found"]] == ["A"]
    assert "Nobody" in run("find", folder, "zzz").out and run("find", folder, " ").status == 2
