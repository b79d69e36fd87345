"""Limits of a deal in rule rows: how they are read, what they say, what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold.errors import FileError
from crosshold.formats.yaml_text import read
from crosshold.law.book import load
from crosshold.law.limits import Limit
from crosshold.law.schema import read_rules

ROW = """\
- id: X-1
  jurisdiction: JP
  kind: deal
  limit: {what: sold, most: [{share: "1/100", of: outstanding}, {share: "1", of: weekly_volume}], months: 3, outside: [tender], part: reach}
  valid: {from: 2020-01-01}
  cite: {law: an ordinance, source: a book, read_on: 2026-11-26}
  confidence: B
  parts: {reach: C}
"""


def test_a_limit_is_read_with_all_its_parts_and_the_greatest_share_counts() -> None:
    (rule,) = read_rules(read(ROW, "rules.yaml"))
    assert rule.limit == Limit(
        "sold", ((Fraction(1, 100), "outstanding"), (Fraction(1), "weekly_volume")), 3, "", ("tender",), Fraction(0), "reach"
    )
    assert rule.limit.shares({"outstanding": 10_050, "weekly_volume": 99}) == 100
    assert rule.limit.shares({"outstanding": 10_050, "weekly_volume": 101}) == 101
    assert rule.limit.shares({"outstanding": 10_050}) is None  # the other might be greater
    assert "within 3 months" in rule.to_dict()["limit"] and rule.letter(rule.limit.part) == "C"


@given(st.integers(0, 10**12), st.fractions(0, 1))
def test_the_shares_allowed_are_the_most_whole_ones_that_fit(volume: int, share: Fraction) -> None:
    most = Limit("bought", ((share, "daily_volume"),)).shares({"daily_volume": volume})
    assert most is not None and most <= share * volume < most + 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("what: sold", "what: lent", "C_BAD_VALUE"),
        ("what: sold, ", "", "C_MISSING_KEY"),
        ("of: outstanding", "of: turnover", "C_BAD_VALUE"),
        ('share: "1/100", ', "", "C_MISSING_KEY"),
        ('"1/100"', "0.01", "C_NOT_EXACT"),
        ("[tender]", "[exchange]", "C_BAD_VALUE"),
        ("part: reach", "part: scope", "C_CONFIDENCE"),
        ("months: 3", "years: 1", "C_UNKNOWN_KEY"),
    ],
)
def test_a_limit_that_cannot_be_read_is_refused(old: str, new: str, code: str) -> None:
    with pytest.raises(FileError) as caught:
        read_rules(read(ROW.replace(old, new, 1), "rules.yaml"))
    assert code in {f.code for f in caught.value.findings}


def test_the_rows_of_the_deal_room_are_there() -> None:
    # spec/deal 3
    ids = {rule.id for rule in load().rules}
    wanted = {
        "VOL-US-10B18",
        "VOL-EU-1052",
        "VOL-JP-ORD",
        "VOL-US-144E",
        "CAP-FR-10",
        "CAP-FR-24M",
        "WAIVE-FR-234-9",
        "WAIVE-UK-37-1",
    }
    assert wanted <= ids
    assert {rule.confidence for rule in load().rules if rule.id in ("VOL-US-144E", "CAP-FR-24M")} == {"C"}
    named = {rule.waiver for rule in load().rules if rule.waiver}
    assert named <= ids  # a waiver that is named exists
