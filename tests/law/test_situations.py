"""Every rule in its situations, written as sentences in ``law/situations/*.yaml``; and every rule that computes something has them."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from crosshold.errors import CrossholdError
from crosshold.formats.yaml_text import read
from crosshold.law.book import PACKS, load
from crosshold.law.rule import Rule
from crosshold.law.situation import Situation, read_situations, situations_of
from crosshold.law.trees import Compare

ROWS = [row for pack in PACKS for row in situations_of(pack)]
RULES = {rule.version: rule for rule in load().rules}


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.rule}-{row.place}-{n}") for n, row in enumerate(ROWS)])
def test_situation(row: Situation) -> None:
    assert not row.differences(), row.say


def computes(rule: Rule) -> bool:
    """Whether a row says something that can be computed; others are only told."""
    return rule.status != "proposed" and bool(rule.trees or rule.ladder or rule.majority or rule.limit)


def needs(rule: Rule) -> set[str]:
    """The places a row must be tested at: around its line when it has one, else with and without what it asks for."""
    has_line = rule.ladder or rule.majority or rule.limit or any(is_line(test) for test in rule.tests)
    found = {"below", "at", "above"} if has_line else {"present", "absent"}
    return found | ({"before"} if rule.start else set()) | ({"after"} if rule.end else set())


def is_line(test: Compare) -> bool:
    return isinstance(test.right, Fraction) and test.right > 0


@pytest.mark.parametrize("version", [v for v, rule in RULES.items() if computes(rule)])
def test_every_rule_has_its_situations(version: str) -> None:
    rule = RULES[version]
    end = rule.end + timedelta(1) if rule.end else None
    places = {"before": rule.start - timedelta(1) if rule.start else None, "after": end}
    has = {
        row.place
        for row in ROWS
        if row.rule == rule.id and (row.at == places[row.place] if row.place in places else rule.in_force(row.at))
    }
    assert needs(rule) <= has, f"{version} has no situation: {', '.join(sorted(needs(rule) - has))}"


def test_every_situation_is_of_a_rule() -> None:
    known = {rule.id for rule in RULES.values()}
    assert [row.where for row in ROWS if row.rule not in known] == []


GOOD = """\
- rule: FR-233-31
  is: below
  say: A company with two fifths of another does not control it.
  at: 2020-01-28
  parties: {A: FR SA, B: FR SA}
  held: [A holds 4000 of B, B holds 100 of A]
  expect: {silent: {}}
"""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  is: below\n", "  is: near\n", "C_BAD_VALUE"),
        ("A holds 4000 of B", "A has 4000 of B", "C_SYNTAX"),
        ("{silent: {}}", "{}", "C_MISSING_KEY"),
        ("{silent: {}}", "{mute: {}}", "C_UNKNOWN_KEY"),
        ("at: 2020-01-28", "at: 2020-02-30", "C_BAD_DATE"),
        ("say: A company with two fifths of another does not control it.", "say: below", "C_BAD_VALUE"),
        ("- rule: FR-233-31\n ", "-", "C_MISSING_KEY"),
        (GOOD, "rules: {}\n", "C_SYNTAX"),
    ],
)
def test_a_situation_that_cannot_be_read_is_refused(old: str, new: str, code: str) -> None:
    assert not read_situations(read(GOOD, "good.yaml"))[0].differences()
    with pytest.raises(CrossholdError) as caught:
        read_situations(read(GOOD.replace(old, new, 1), "bad.yaml"))
    assert code in {f.code for f in caught.value.findings}


def test_a_situation_that_comes_out_otherwise_says_how() -> None:
    (row,) = read_situations(read(GOOD.replace("4000", "4001"), "wrong.yaml"))
    assert row.differences() == ["silent: expected {}, came out {'B in A': 0}"]
