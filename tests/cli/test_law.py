"""The law on the command line: its schema, its pages, one meeting."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from crosshold import api

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


def test_a_page_says_whom_a_rule_reaches_and_what_the_text_leaves_open(run: Run) -> None:
    page = [line.strip() for line in run("rules", "JP-308-1").out.splitlines()]
    assert "Reaches: I of JP as KK; H company" in page and "Left open by the text: attribution (read both ways)" in page
    assert "Effect: no votes, out of the quorum" in page and not any("*" in line or "`" in line for line in page)
    disclosure = run("rules", "FR-DISC").out
    assert "held(" in disclosure and "> 1/20, 1/10" in disclosure


def test_a_rule_as_data_says_whom_it_reaches_and_what_its_ladder_measures(run: Run) -> None:
    (row,) = json.loads(run("rules", "JP-308-1", "--json").out)["rules"]
    assert row["scope"] == {"issuer": {"jurisdiction": ["JP"], "form": ["KK"]}, "holder": {"kind": ["company"]}}
    (row,) = json.loads(run("rules", "FR-DISC", "--at", "2020-01-28", "--json").out)["rules"]
    assert row["op"] == ">" and set(row["ladder"]) == {"capital", "votes"} and row["lines"][0] == "1/20"


def test_a_rule_on_a_day_on_which_it_is_not_in_force(run: Run) -> None:
    ran = run("rules", "CH-659-OLD", "--at", "2023-01-01")
    assert (
        ran.status == 0
        and "W_RULE_NOT_IN_FORCE" in ran.err
        and "1992-07-01 to 2022-12-31" in ran.err
        and "CO 659b old" in ran.out
    )
    assert not run("rules", "CH-659-OLD", "--at", "2022-12-31").err
    data = json.loads(run("rules", "KR-TOB", "--at", "2024-01-01", "--json").out)
    assert [f["code"] for f in data["findings"]] == ["W_RULE_NOT_IN_FORCE"] and "(proposed)" in data["findings"][0]["message"]


def test_a_jurisdiction_brings_its_parts(run: Run) -> None:
    ids = {row["id"] for row in json.loads(run("rules", "--jurisdiction", "us", "--json").out)["rules"]}
    assert {"OFAC-50", "US-DE-160c"} <= ids and "FR-233-3" not in ids


@pytest.mark.parametrize(
    ("words", "near"), [(("JP-380-1",), "JP-308-1"), (("--jurisdiction", "FF"), "FR"), (("jp-308-1",), "JP-308-1")]
)
def test_a_rule_that_is_not_there_is_told_with_the_nearest_one(run: Run, words: tuple[str, ...], near: str) -> None:
    ran = run("rules", *words)
    assert ran.status == 2 and "C_UNKNOWN_RULE" in ran.err and near in ran.err and not ran.out


def test_rules_whose_source_wants_a_fresh_look(run: Run) -> None:
    """JP-308-1 was read on 2026-11-22: 400 days later it is fresh, 401 days later it is not."""
    for day, old in (("2027-12-27", False), ("2027-12-28", True)):
        ran = run("rules", "--stale", "--at", day, "--json")
        data = json.loads(ran.out)
        rows = {row["id"]: row for row in data["stale"]}
        assert ran.status == 0 and ("JP-308-1" in rows) == old and data["at"] == day and data["days"] == 400
        assert [f["code"] for f in data["findings"]] == ["W_RULE_STALE"] * old
        assert {"JP-135", "IE-SUB"} <= {row["id"] for row in data["from_memory"]} and "JP-135" not in rows
    assert rows["JP-308-1"]["days"] == 401 and rows["JP-308-1"]["read_on"] == "2026-11-22"
    text = run("rules", "--stale", "--at", "2027-12-28", "--jurisdiction", "JP")
    assert "2026-11-22, 401 days ago" in text.out and "W_RULE_STALE" in text.err and "CH-659" not in text.out
    assert "none" in run("rules", "JP-308-1", "--stale", "--at", "2026-11-23").out.splitlines()


def test_a_proposed_row_is_marked(run: Run) -> None:
    assert "proposed" in next(line for line in run("rules", "--jurisdiction", "KR").out.splitlines() if line.startswith("KR-TOB"))
    assert "In force: proposed, never applied" in run("rules", "KR-TOB").out


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


TWO_READINGS = """\
crosshold: case/1
at: 2020-01-28
entities:
  R: {kind: company, jurisdiction: FR, form: SA, listed: true}
  N: {kind: company, jurisdiction: JP, form: KK, listed: true}
  NF: {kind: company, jurisdiction: JP, form: KK}
  FS: {kind: state, jurisdiction: FR}
issuers: {R: {issued: 10000}, N: {issued: 10000}, NF: {issued: 10000}}
lots:
  - {issuer: R, holder: NF, shares: 2500, votes: 2500}
  - {issuer: R, holder: FS, shares: 1501, votes: 1501}
  - {issuer: N, holder: R, shares: 4340, votes: 4340}
  - {issuer: NF, holder: N, shares: 10000, votes: 10000}
rules: {only: [FR-233-3, FR-233-31, JP-308-1]}
"""


def test_votes_that_two_readings_give_and_take_are_explained_in_both(run: Run, file: Callable[[str, str], str]) -> None:
    """S06: by gross votes R controls N, which silences NF in R; by exercisable ones it has none of N's, for N silences it."""
    path = file("two.yaml", TWO_READINGS)
    first, second = json.loads(run("explain", path, "votes", "NF", "R", "--json").out)["proof"][:2]
    assert [rule["rule"] for rule in first["rules"]] == ["FR-233-31"] and not first["spared"]
    assert not second["rules"] and [rule["rule"] for rule in second["spared"]] == ["FR-233-31"]
    (step,) = second["spared"][0]["control"]
    assert step["holds"] is False and {test["text"] for test in step["tests"]} == {"0/5660 > 1/2: false", "0/5660 > 2/5: false"}
    text = run("explain", path, "votes", "NF", "R").out
    assert "FR-233-31@2000-09-21 takes none here" in text and "R does not control N: " in text and "R controls N: " in text


def test_a_meeting_that_two_readings_leave_open_is_told_in_both(run: Run, file: Callable[[str, str], str]) -> None:
    """S06: with NF silent nobody blocks a special resolution at R; with its 2,500 of 10,000 it does with the State's 1,501."""
    path = file("two.yaml", TWO_READINGS)
    ran = run("meeting", path, "R", "--resolution", "special", "--json", "--exact")
    data = json.loads(ran.out)
    assert ran.status == 3 and data["settled"] is False
    assert [one["votes"] for one in data["outcomes"]] == ["7500", "10000"]
    assert [[pair["holders"] for pair in one["pairs"]] for one in data["outcomes"]] == [[], [["NF", "FS"]]]
    assert [one["settings"]["readings"] for one in data["outcomes"]] == [[{"FR-233-3": "gross"}], [{"FR-233-3": "exercisable"}]]
    text = run("meeting", path, "R", "--resolution", "special").out
    assert "Outcome 2 of 2 (reading: FR-233-3 on exercisable votes)" in text
    assert run("meeting", path, "R", "--reading", "gross").status == 0


TRUST = """\
crosshold: case/1
at: 2020-01-28
entities: {C: {kind: company}, A: {kind: company}, T: {kind: trustee}, F: {kind: fund}}
issuers: {C: {issued: 1000000}}
lots:
  - {issuer: C, holder: A, shares: 80000}
  - {id: C2, issuer: C, holder: T, shares: 260000, beneficiary: A}
  - {issuer: C, holder: F, shares: 70000}
  - {issuer: C, holder: C, shares: 20000}
overlays:
  - {id: T-1, kind: neutral, lot: C2, ordinary: "1/2", special: "2/3"}
  - {id: T-2, kind: directed, lot: C2, matters: {director_election: abstain, move_of_seat: A}}
"""


@pytest.mark.parametrize(
    ("resolution", "said"),
    [
        # S10: halves keep the bar at half of the free votes, thirds at two thirds; abstention leaves 720,000 cast, of which A has 1/9
        ("ordinary", ["130,000 are cast for it and 130,000", "50.00 % of the 720,000 votes that are free"]),
        ("special", ["173,333 are cast for it and 86,666", "66.67 % of the 720,000 votes that are free"]),
        ("director_election", ["260,000 abstain", "11.11 %", "takes 360,001 votes"]),
        ("move_of_seat", ["340,000", "34.69 %", "T-1, T-2"]),
    ],
)
def test_a_trust_is_told_by_what_it_does(run: Run, file: Callable[[str, str], str], resolution: str, said: list[str]) -> None:
    text = " ".join(run("meeting", file("trust.yaml", TRUST), "C", "--resolution", resolution).out.split())
    assert all(words in text for words in said), text
    assert ("block any" in text) == (resolution == "move_of_seat")


def test_a_meeting_in_python_is_what_the_command_prints(run: Run) -> None:
    found = api.meeting(api.read("alliance").at(), "N", resolution="special", turnout="4/5")
    printed = json.loads(run("meeting", "alliance", "N", "--resolution", "special", "--turnout", "0.8", "--json", "--exact").out)
    assert found.settled and found.to_dict(exact=True)["outcomes"] == printed["outcomes"]
