"""The law on the command line: its schema, its pages, one meeting."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]
R_IN_N = 1_831_837_027


def test_the_schema_of_rule_files(run: Run) -> None:
    ran = run("rules", "schema")
    assert ran.status == 0 and "when := test" in ran.out and "\n  gross_votes: " in ran.out
    data = json.loads(run("rules", "schema", "--json").out)["schema"]
    assert data["predicates"]["self"] == "the same party" and "vote_rule" in data["kinds"]


def test_a_page_shows_its_situations_and_that_they_pass(run: Run) -> None:
    page = run("rules", "JP-308-1").out
    assert "at, 2020-01-28: Exactly a quarter is enough" in page and "does not pass" not in page
    assert "held(I + subs(I; JP-SUB) in H; gross_votes) >= 1/4" in page and "read 2026-11-22" in page


def test_a_proposed_row_is_marked(run: Run) -> None:
    assert "proposed" in next(line for line in run("rules", "--jurisdiction", "KR").out.splitlines() if line.startswith("KR-TOB"))
    assert "proposed: never applied" in run("rules", "KR-TOB").out


def test_a_special_resolution_of_nissan(run: Run) -> None:
    """Renault alone is more than a third of the votes present, and less than two thirds of them at any turnout from 65.1 %."""
    data = json.loads(run("meeting", "alliance", "N", "--resolution", "special", "--turnout", "0.8", "--json", "--exact").out)
    (outcome,) = data["outcomes"]
    renault = next(row for row in outcome["alone"] if row["holders"] == ["R"])
    assert (renault["votes"], renault["blocks"], renault["passes"]) == (str(R_IN_N), True, False)
    assert outcome["rule"] == "JP-309-2" and outcome["turnout"] == "4/5"
    low = json.loads(run("meeting", "alliance", "N", "--resolution", "special", "--turnout", "0.6", "--json").out)["outcomes"][0]
    assert next(row for row in low["alone"] if row["holders"] == ["R"])["passes"]


def test_a_pair_at_renault(run: Run) -> None:
    text = run("meeting", "alliance", "R", "--resolution", "special", "--turnout", "0.8").out
    assert next(line for line in text.splitlines() if "French State (FS) and Daimler AG (D)" in line).split()[-1] == "block"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("R", "--turnout", "80%"), "E_ATTENDANCE"), (("R", "--turnout", "2"), "E_ATTENDANCE"), (("Q",), "E_UNKNOWN_ID"),
        (("R", "--resolution", "party"), "C_UNKNOWN_MEETING"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(run: Run, words: tuple[str, ...], code: str) -> None:
    ran = run("meeting", "alliance", *words)
    assert ran.status == 2 and code in ran.err and not ran.out
