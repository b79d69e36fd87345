"""Databases in the place of a register folder, its history and its questions in SQL, as a person uses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
FILED = """crosshold: statements/1
sources: {f: {kind: filing, publisher: Aurel, published_on: 2020-02-10}}
entities: {A: {name: Aurel SA, kind: company}, B: {name: Borealis, kind: company}}
statements:
- {subject: B, verb: issued, shares: 1000, source: f, speaker_kind: filing}
- {subject: A, verb: holds, object: B, shares: 300, source: f, speaker_kind: filing, as_of: 2020-01-01}
- {subject: A, verb: holds, object: B, shares: nonsense, source: f}
"""


@pytest.fixture(params=["r", "r.sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param != "postgres":
        return str(tmp_path / request.param)
    return f"{request.getfixturevalue('url')}&schema={tmp_path.name}"


def test_every_verb_takes_every_store(run: Run, file: Callable[[str, str], str], place: str, tmp_path: Path) -> None:
    path = file("filed.yaml", FILED)
    ran = run("import", path, "--into", place, "--by", "R. Vogel")
    assert ran.status == 0 and "2 new statements" in ran.out, ran.err
    assert "0 new statements" in run("import", path, "--into", place, "--by", "R. Vogel").out
    ran = run("own", place, "--at", "2020-03-01", "--json")
    assert ran.status == 0 and [(r["holder"], r["direct"]) for r in json.loads(ran.out)["rows"]] == [("A", 0.3)], ran.err
    claims = json.loads(run("claims", place, "--json").out)["claims"]
    name = next(row["id"] for row in claims if row["verb"] == "holds")
    assert run("pick", place, name, "--by", "R. Vogel").status == 0
    rows = json.loads(run("history", place, "--rejects", str(tmp_path / "rejects"), "--json").out)["history"]
    assert [(row["what"], row["by"], row["statements"]) for row in rows] == [("import", "R. Vogel", 2), ("pick", "R. Vogel", 0)]
    assert rows[0]["files"][0]["rejected"] == 1 and "nonsense" in next((tmp_path / "rejects").iterdir()).read_text()
    assert "generation" in run("history", place).out
    assert run("check", place).status in (0, 2) and run("conflicts", place, "--at", "2020-03-01").status == 0
    assert run("compact", place).status == 0
    moved = str(tmp_path / "moved")
    assert run("migrate", place, moved).status == 0
    assert json.loads(run("claims", moved, "--json").out)["claims"] == claims
    ran = run("migrate", place, moved)
    assert ran.status == 2 and "E_WRITE" in ran.err


def test_an_import_that_fails_makes_no_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\x00\x01nothing")
    ran = run("import", str(tmp_path / "x.bin"), "--into", str(tmp_path / "r.sqlite"))
    assert ran.status == 2 and [p.name for p in tmp_path.iterdir()] == ["x.bin"]


def test_a_password_in_an_address_is_refused_and_not_repeated(run: Run, file: Callable[[str, str], str]) -> None:
    ran = run("import", file("filed.yaml", FILED), "--into", "postgresql://ana:hunter2@db.example/shares")
    assert ran.status == 2 and "E_OPTION" in ran.err and "hunter2" not in ran.err


def test_one_select_is_answered_and_nothing_else_is_done(
    run: Run, file: Callable[[str, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(tmp_path / "r")
    run("import", file("filed.yaml", FILED), "--into", folder)
    found = json.loads(run("query", folder, "SELECT subject, shares, current_date AS d FROM statements ORDER BY 1", "--json").out)
    assert found["columns"] == ["subject", "shares", "d"] and [row[:2] for row in found["rows"]] == [["A", 300], ["B", 1000]]
    assert "A        " in run("query", folder, "SELECT * FROM statements").out
    assert "1 more" not in run("query", folder, "SELECT * FROM picks").out
    assert "--limit" in run("query", folder, "SELECT * FROM statements", "--limit", "1").out
    secret = file("secret.csv", "a\n1\n")
    before = sorted(p.name for p in (tmp_path / "r").rglob("*"))
    for text in (
        f"SELECT * FROM read_csv('{secret}')", f"SELECT * FROM '{secret}'", f"SELECT * FROM glob('{tmp_path}/*')", "INSTALL httpfs",
        f"COPY statements TO '{tmp_path / 'out.csv'}'", f"ATTACH '{tmp_path / 'x.db'}'", "SELECT 1; SELECT 2", "", "SELECT nothing",
        "SET lock_configuration = false", "CREATE TABLE x AS SELECT 1", "DROP VIEW statements", "SELECT * FROM range(",
    ):  # fmt: skip
        ran = run("query", folder, text)
        assert ran.status == 2 and "E_SQL" in ran.err and "Traceback" not in ran.err, text
    assert sorted(p.name for p in (tmp_path / "r").rglob("*")) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["filed.yaml", "r", "secret.csv"]
    run("migrate", folder, str(tmp_path / "r.sqlite"))
    ran = run("query", str(tmp_path / "r.sqlite"), "SELECT 1")
    assert ran.status == 2 and "migrate" in ran.err


def test_every_question_can_be_answered_without_a_damaged_part(run: Run, file: Callable[[str, str], str], tmp_path: Path) -> None:
    folder = tmp_path / "r"
    run("import", file("filed.yaml", FILED), "--into", str(folder))
    run("import", file("more.yaml", FILED.replace("subject: A,", "subject: C,")), "--into", str(folder))
    damaged = max((folder / "statements").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    damaged.write_bytes(damaged.read_bytes()[:-9])
    for words in (("own",), ("owners",), ("control",), ("votes",), ("claims",), ("conflicts",), ("explain", "own", "A", "B")):
        verb, *more = words
        at = () if verb == "claims" else ("--at", "2020-03-01")
        ran = run(verb, str(folder), *more, *at)
        assert ran.status == 2 and "--salvage" in ran.err, words
        ran = run(verb, str(folder), *more, *at, "--salvage")
        assert ran.status == 0, (words, ran.err)
        if verb not in ("explain", "conflicts"):
            assert "W_PART_MISSING" in ran.err, words


OVER = """crosshold: statements/1
sources: {f: {kind: filing, publisher: Aurel, published_on: 2020-02-10}, g: {kind: register, published_on: 2020-02-01}}
entities: {A: {name: Aurel SA}, B: {name: Borealis}, C: {name: Cinder}, P: {name: A person, kind: person}}
statements:
- {subject: B, verb: issued, shares: 1000, source: f, speaker_kind: filing}
- {subject: C, verb: issued, shares: 1000, source: f, speaker_kind: filing}
- {id: c1, subject: A, verb: holds, object: B, shares: 600, source: f, speaker_kind: filing, as_of: 2020-01-01}
- {id: c2, subject: A, verb: holds, object: B, shares: 300, source: g, speaker_kind: filing, as_of: 2020-01-01}
- {subject: P, verb: holds, object: A, share: "0.9", basis: issued, source: f, speaker_kind: filing, as_of: 2020-01-01}
- {subject: B, verb: holds, object: C, shares: 700, source: f, speaker_kind: filing, as_of: 2020-01-01}
- {subject: A, verb: holds, object: C, shares: 500, source: f, speaker_kind: filing, as_of: 2020-01-01}
- {subject: P, verb: holds, object: B, share: "0.1", directness: indirect, source: g, speaker_kind: filing, as_of: 2020-01-01}
"""


def test_check_tells_what_an_answer_would_and_a_company_held_over_the_whole_can_be_left_out(
    run: Run, file: Callable[[str, str], str], tmp_path: Path
) -> None:
    place = str(tmp_path / "r")
    assert run("import", file("filed.yaml", OVER), "--into", place).status == 0
    told = json.loads(run("check", place, "--at", "2020-03-01", "--json").out)["findings"]
    assert {"W_OVER_100", "W_CONFLICT", "W_DECLARED_DIFFERS"} <= {row["code"] for row in told}
    assert "W_OVERHELD" not in {row["code"] for row in told}, "told once"
    ran = run("own", place, "--at", "2020-03-01")
    assert ran.status == 2 and "E_OVERHELD" in ran.err and "--overheld leave-out" in ran.err
    ran = run("own", place, "--at", "2020-03-01", "--overheld", "leave-out", "--json")
    assert ran.status == 0, ran.err
    assert {row["issuer"] for row in json.loads(ran.out)["rows"]} == {"A", "B"}
    ran = run("owners", place, "B", "--at", "2020-03-01", "--overheld", "leave-out")
    assert ran.status == 0 and "W_DECLARED_DIFFERS" in ran.err and "declared 9.5000% to 10.5000%" in ran.err


def test_a_register_with_a_damaged_part_answers_when_asked_to(run: Run, file: Callable[[str, str], str], tmp_path: Path) -> None:
    place = tmp_path / "r"
    for name, text in (("a.yaml", FILED), ("b.yaml", FILED.replace("shares: 300", "shares: 250"))):
        assert run("import", file(name, text), "--into", str(place)).status == 0
    part = sorted((place / "statements").iterdir(), key=lambda path: path.stat().st_mtime)[-1]
    part.write_bytes(part.read_bytes()[:-40])
    ran = run("own", str(place), "--at", "2020-03-01")
    assert ran.status == 2 and part.name in ran.err and "--salvage" in ran.err
    ran = run("own", str(place), "--at", "2020-03-01", "--salvage", "--json")
    answer = json.loads(ran.out)
    assert ran.status == 0 and [row["direct"] for row in answer["rows"]] == [0.3]
    assert part.name in ran.out + ran.err, "what is missing is said"
