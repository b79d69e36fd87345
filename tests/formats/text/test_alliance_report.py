"""A text that makes each claim of the report of 28 January 2020, in words of ours, gives each Statement of spec/evidence 10."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from crosshold import api
from crosshold.formats.text.proposal import Reading

TEXT = """January 28, 2020

Executives inside Nissan have floated a plan under which Renault and Nissan would both cut their cross-holdings, a person with direct
knowledge of the matter said. The money raised would go into electrification and automated driving, the person said.

A Nissan spokeswoman said there are no plans to discuss reducing the holdings. Renault declined to comment beyond pointing to interviews its
chairman gave last week. The timing is undecided, the person said.

Renault holds about 43 percent of Nissan. Nissan has a 15 percent stake in Renault but no voting rights. Mitsubishi Motors joined the
alliance in 2016. Carlos Ghosn, who built the alliance, was arrested in November 2018. Sales at Nissan have slumped.
"""
PERSON = "a person with direct knowledge of the matter"


@pytest.fixture(scope="module")
def reading() -> Reading:
    return api.read_text(TEXT.encode(), names="alliance")


def find(reading: Reading, verb: str, subject: str = "") -> dict[str, Any]:
    (row,) = [p.content for p in reading.proposals if p.content["verb"] == verb and subject in ("", p.content["subject"])]
    return dict(row)


def test_the_plan_of_both_sides(reading: Reading) -> None:
    for holder, issuer in (("R", "N"), ("N", "R")):
        row = find(reading, "proposes_cut", holder)
        assert (row["object"], row["proposer"], row["stance"], row["speaker_kind"]) == (issuer, "N", "reports", "unnamed")
        assert row["speaker"] == PERSON


def test_the_money(reading: Reading) -> None:
    for holder in ("R", "N"):
        row = find(reading, "proposes_invest", holder)
        assert (row["purpose"], row["speaker"]) == ("electrification and automated driving", PERSON)


def test_the_denial_and_the_silence(reading: Reading) -> None:
    row = find(reading, "proposes_talks")
    assert (row["subject"], row["topic"], row["stance"], row["speaker_kind"]) == ("N", "reducing the holdings", "denies", "named")
    assert row["speaks_for"] == "N"
    row = find(reading, "comment")
    assert (row["subject"], row["stance"], row["speaker_kind"]) == ("R", "declines", "company")
    assert row["points_to"] == "interviews its chairman gave last week"


def test_the_timing(reading: Reading) -> None:
    row = find(reading, "timing")
    assert (row["value"], row["speaker"]) == ("undecided", PERSON)


def test_the_stakes(reading: Reading) -> None:
    row = find(reading, "holds", "R")
    assert (row["share"].point, row["share"].low, row["share"].high) == (Fraction(43, 100), Fraction(42, 100), Fraction(44, 100))
    assert (row["object"], row["hedge"]) == ("N", "about")
    row = find(reading, "holds", "N")
    assert (row["share"].point, row["share"].low, row["share"].high) == (
        Fraction(15, 100),
        Fraction(145, 1000),
        Fraction(155, 1000),
    )
    assert (row["object"], row["votes"]) == ("R", 0)


def test_the_background(reading: Reading) -> None:
    assert find(reading, "joined")["as_of"] == "2016" and find(reading, "joined")["subject"] == "M"
    assert find(reading, "arrested")["as_of"] == "2018-11"
    row = find(reading, "trend")
    assert (row["subject"], row["topic"], row["direction"]) == ("N", "sales", "down")


def test_nothing_else_was_read_and_everything_was(reading: Reading) -> None:
    assert len(reading.proposals) == 12
    assert reading.not_understood == ()
    assert reading.published == date(2020, 1, 28)
    assert [e["name"] for e in reading.entities] == ["Carlos Ghosn"]


def test_the_plan_is_disputed_and_the_snapshot_does_not_change(reading: Reading, tmp_path: Path) -> None:
    """Status by spec/evidence 3.5; no claim about a plan moves a lot, and the stake of the article corroborates the filed one."""
    import shutil

    import yaml

    review = tmp_path / "review.yaml"
    api.write_review(reading, review)
    data = yaml.safe_load(review.read_text(encoding="utf-8"))
    for row in data["proposals"]:
        row["state"] = "accepted"
    data["parties"][0]["as"] = "ghosn"
    review.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    case = tmp_path / "case"
    shutil.copytree(api.find("alliance"), case)
    before = api.read(case).at()
    counts = api.accept(review, case, reviewer="A. Reader")
    assert counts["entered"] == 12
    after = api.read(case)
    plain = [
        [(lot.id, lot.holder, lot.issuer, lot.shares, lot.votes, lot.evidence) for lot in snapshot.lots]
        for snapshot in (after.at(), before)
    ]
    assert plain[0] == plain[1]
    (about,) = [s for s in after.statements if s.reviewed_by and s.verb == "holds" and s.subject == "R"]
    assert about.id in next(lot for lot in after.at().lots if (lot.holder, lot.issuer) == ("R", "N")).corroborated_by
    talks = [s for s in after.statements if s.reviewed_by == "A. Reader" and s.verb == "proposes_talks"]
    assert [after.status(s) for s in talks] == ["denied"]
