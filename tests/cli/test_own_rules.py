"""A user's own rules: in ``rules.yaml`` beside the case file, or under ``rules: rows`` in it; checked like the bundled ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosshold import read, write

Run = Callable[..., Any]
ROW = """\
- id: XA-1
  jurisdiction: XA
  kind: vote_rule
  title: A title
  text: What it says.
  scope: {issuer: {jurisdiction: XA}}
  when: "held(I in H; issued) >= 1/10"
  effect: {votes: zero, quorum: exclude}
  valid: {from: 2000-01-01}
  cite: {law: Act 1, source: a book, read_on: 2026-11-22}
  confidence: A
"""
CASE = """\
crosshold: case/1
at: 2026-11-24
entities: {A: {kind: company, jurisdiction: XA}, B: {kind: company, jurisdiction: XA}}
issuers: {A: {issued: 1000}, B: {issued: 1000}}
lots: [{issuer: A, holder: B, shares: 300}, {issuer: B, holder: A, shares: 100}]
"""


def inside(rows: str) -> str:
    return f"{CASE}rules:\n  rows:\n{''.join(f'    {line}{chr(10)}' for line in rows.splitlines())}"


@pytest.fixture
def case(tmp_path: Path) -> Callable[..., str]:
    def made(rows: str, text: str = CASE) -> str:
        (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "rules.yaml").write_text(rows, encoding="utf-8")
        return str(tmp_path)

    return made


def silent(run: Run, path: str, *words: str) -> dict[str, list[str]]:
    ran = run("votes", path, "--json", *words)
    assert ran.status == 0, ran.err
    data = json.loads(ran.out)["issuers"]
    return {f"{h} in {i}": row["suspended_by"] for i, x in data.items() for h, row in x["holders"].items() if row["suspended_by"]}


BOTH = {"B in A": ["XA-1"], "A in B": ["XA-1"]}


def test_rules_beside_a_case_are_in_force(run: Run, case: Callable[..., str]) -> None:
    """A has exactly a tenth of B and B 30 % of A, so each silences the other."""
    path = case(ROW)
    assert silent(run, path) == BOTH
    assert silent(run, path, "--at", "1999-12-31") == {}
    assert silent(run, case(ROW.replace("1/10", "1/5"))) == {"A in B": ["XA-1"]}


def test_rules_inside_a_case_file_do_the_same(run: Run, file: Callable[[str, str], str]) -> None:
    assert silent(run, file("case.yaml", inside(ROW))) == BOTH


def test_a_written_case_keeps_its_rules(run: Run, case: Callable[..., str], tmp_path: Path) -> None:
    write(read(case(ROW)), tmp_path / "again.yaml")
    assert silent(run, str(tmp_path / "again.yaml")) == BOTH


def test_only_and_packs_choose_among_them(run: Run, case: Callable[..., str]) -> None:
    two = ROW + ROW.replace("XA-1", "XA-2")
    assert silent(run, case(two))["B in A"] == ["XA-1", "XA-2"]
    assert silent(run, case(two, CASE + "rules: {only: [XA-2]}\n"))["B in A"] == ["XA-2"]
    assert silent(run, case(ROW, CASE + "rules: {packs: [FR]}\n")) == BOTH


def test_an_own_rule_may_name_a_bundled_definition_of_control(run: Run, case: Callable[..., str]) -> None:
    """B has 30 % of A, which is no majority; with 60 % it controls A, and A is silent in B."""
    rows = ROW.replace("held(I in H; issued) >= 1/10", "ctrl(I, H; JP-SUB)")
    assert silent(run, case(rows)) == {}
    assert silent(run, case(rows, CASE.replace("shares: 300", "shares: 600"))) == {"A in B": ["XA-1"]}
    assert run("rules", "--file", str(Path(case(rows)) / "rules.yaml")).status == 0


def test_an_own_rule_from_memory_takes_no_vote_until_it_is_accepted(run: Run, case: Callable[..., str]) -> None:
    rows = ROW.replace("confidence: A", "confidence: C")
    assert silent(run, case(rows)) == {}
    assert silent(run, case(rows, CASE + "rules: {accept: [XA-1]}\n")) == BOTH


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        (ROW.replace("zero", "nil"), "C_UNKNOWN_EFFECT", "rules.yaml:8"), (ROW.replace("1/10", "10%"), "C_NOT_EXACT", "rules.yaml:7"),
        (ROW + ROW, "C_DUPLICATE_ID", "XA-1"), (ROW.replace("XA-1", "FR-233-31"), "C_OVERLAP", "FR-233-31"),
        (ROW.replace("held(I in H; issued) >= 1/10", "ctrl(I, H; JP-SUBS)"), "C_DANGLING_DEF", "JP-SUB"),
        ("crosshold: rules/2\nrules: []\n", "C_VERSION", "rules.yaml:1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["votes", "check", "control", "meeting"])
def test_a_fault_of_own_rules_stops_every_question_about_votes(
    run: Run, case: Callable[..., str], verb: str, rows: str, code: str, place: str
) -> None:
    ran = run(verb, case(rows), *(["A"] if verb == "meeting" else []))
    assert ran.status == 2 and code in ran.err and place in ran.err and "Traceback" not in ran.err
    assert "W_" not in ran.err and ran.err.count("\n") == 1


def test_faults_inside_a_case_file_have_its_lines(run: Run, file: Callable[[str, str], str]) -> None:
    assert "case.yaml:15 " in run("votes", file("case.yaml", inside(ROW.replace("zero", "nil")))).err


def test_own_rules_stand_in_one_place(run: Run, case: Callable[..., str]) -> None:
    ran = run("votes", case(ROW, inside(ROW)))
    assert ran.status == 2 and "C_DUPLICATE_KEY" in ran.err and not ran.out
