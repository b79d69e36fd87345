"""``crosshold owners``: the JSON contract, the alliance's numbers from first principles, the telling, bad requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from crosshold.measures.owners import TESTS

Run = Callable[..., Any]

# Whole numbers of the case: Renault's shares, the votes of the French State and Daimler, Nissan's stakes (spec/deal 17.1)
STATE_VOTES, DAIMLER_VOTES, NF = 88_775_830, 15_741_908, 44_358_343
EXERCISABLE = STATE_VOTES + DAIMLER_VOTES + (295_722_284 - 4_548_736 - NF - 44_387_915 - 9_167_391)
GROSS = EXERCISABLE + 2 * NF
R_IN_N = Fraction(1_831_837_027, 4_220_715_112)

CHAIN = """crosshold: case/1
at: 2026-11-24
entities: {X: {name: Xenia, kind: person}, A: {name: Alpha, kind: company}, B: {name: Beta, kind: company}}
issuers: {A: {issued: 1000}, B: {issued: 1000}}
lots: [{issuer: A, holder: X, shares: 500}, {issuer: B, holder: A, shares: 500}]
"""


@pytest.fixture
def chain(tmp_path: Path) -> str:
    path = tmp_path / "case.yaml"
    path.write_text(CHAIN, encoding="utf-8")
    return str(path)


def answer(run: Run, *words: str) -> dict[str, Any]:
    ran = run("owners", *words, "--json")
    assert ran.status == 0, ran.err
    data: dict[str, Any] = json.loads(ran.out)
    return data


def test_owners_of_one_company(run: Run) -> None:
    data = answer(run, "alliance", "R", "--test", "de-gwg-25")
    assert data["test"] == "DE-GWG-3" and data["basis"] == "issued or exercisable_votes"
    (row,) = data["rows"]
    assert (row["holder"], row["verdict"]) == ("FS", "CERTAIN")
    assert row["share"] == pytest.approx(STATE_VOTES / EXERCISABLE)
    (exact,) = answer(run, "alliance", "R", "--exact")["rows"]
    assert Fraction(exact["share"]) == Fraction(STATE_VOTES, EXERCISABLE)


def test_all_votes_or_those_that_can_be_exercised(run: Run) -> None:
    german = answer(run, "alliance", "R", "--test", "de-gwg-25", "--votes", "gross")
    assert german["rows"] == [] and "N_BASIS" not in {f["code"] for f in german["findings"]}
    other = next(row for row in german["others"] if row["holder"] == "FS")
    assert other["chain"] == pytest.approx(STATE_VOTES / GROSS) and other["verdict"] == "IMPOSSIBLE"
    (row,) = answer(run, "alliance", "R", "--votes", "gross")["rows"]
    around = Fraction(STATE_VOTES, GROSS) / (1 - R_IN_N * Fraction(2 * NF, GROSS))  # through R, N and NF back to R
    assert row["share"] == pytest.approx(float(around))


def test_every_company_when_none_is_named(run: Run) -> None:
    data = answer(run, "alliance")
    assert data["test"] == "AMLR-52"
    assert [(row["issuer"], row["holder"]) for row in data["rows"]] == [("R", "FS")]
    assert {row["issuer"] for row in data["others"]} == {"R", "N", "NF", "M"}
    assert "N_NOT_IN_FORCE" in {f["code"] for f in data["findings"]}


def test_blocked_with_the_listed(run: Run, chain: str) -> None:
    (row,) = answer(run, chain, "B", "--test", "ofac-50", "--listed", "X", "--exact")["rows"]
    assert (row["holder"], row["share"], row["verdict"], row["round"]) == ("X", "1/2", "CERTAIN", 2)
    every = answer(run, chain, "--test", "us-ofac-50", "--listed", "X", "--listed", "A")
    assert {(r["issuer"], r["holder"]) for r in every["rows"]} == {("B", "X"), ("B", "A")}
    assert every["listed"] == ["A", "X"]
    assert answer(run, chain, "--test", "ofac-50", "--listed", "B")["rows"] == []


def test_close_links(run: Run) -> None:
    data = answer(run, "alliance", "--test", "close-links-ecb")
    assert {(row["holder"], row["issuer"]) for row in data["rows"]} == {("R", "N"), ("N", "NF"), ("N", "M")}
    product = answer(run, "alliance", "NF", "--test", "close-links-product")
    assert {(row["holder"], row["issuer"]) for row in product["rows"]} == {("R", "NF"), ("N", "NF")}
    assert {"third": "R", "members": ["N", "NF"]} in product["third"]


def test_one_chain_three_tests_by_every_name(run: Run, chain: str) -> None:
    caught = {}
    for test in TESTS:
        for name in (test.id, *test.aliases):
            listed = ["--listed", "X"] if test.question == "blocked" else []
            data = answer(run, chain, "B", "--test", name, *listed)
            assert data["test"] == test.id
            caught[test.id] = "X" in {row["holder"] for row in data["rows"]}
    # half of a half: a quarter by product, nothing by chain, blocked by the cascade, a quarter is more than a fifth
    assert caught == {
        "AMLR-52": True,
        "CRR-38": False,
        "DE-GWG-3": False,
        "ECB-138": False,
        "EU-50": True,
        "EU-50-OLD": False,
        "OFAC-50": True,
        "UK-50": False,
        "close-links-product": True,
    }


def test_the_telling(run: Run, chain: str) -> None:
    told = run("owners", chain, "B").out
    assert "at least 1/4 of issued or" in told and "Xenia (X)" in told and "multiplied" in told and "25.00 %" in told
    nobody = run("owners", chain, "B", "--test", "de-gwg-25").out
    assert "Nobody counts" in nobody and "The largest that do not count" in nobody
    blocked = run("owners", chain, "--test", "ofac-50", "--listed", "X").out
    assert "Blocked with Xenia (X)" in blocked and "Beta (B): 50.00 % (round 2) held by Alpha (A) 50.00 %" in blocked
    links = run("owners", "alliance", "--test", "close-links-product").out
    assert "Linked through Renault" in links


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("alliance", "GHOST"), "E_UNKNOWN_ID"),
        (("alliance", "R", "--test", "eu-ubo-20"), "E_TEST"),
        (("alliance", "R", "--test", "ofac-50"), "E_NO_SEEDS"),
        (("alliance", "R", "--test", "ofac-50", "--listed", "GHOST"), "E_UNKNOWN_ID"),
        (("alliance", "R", "--votes", "some"), "E_BASIS_AMBIGUOUS"),
    ],
)
def test_bad_requests(run: Run, words: tuple[str, ...], code: str) -> None:
    ran = run("owners", *words)
    assert ran.status == 2 and code in ran.err and "Traceback" not in ran.err
