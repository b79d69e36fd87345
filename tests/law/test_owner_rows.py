"""The rule book and the tables of owner tests and of notification lines say the same: one number written twice must not differ."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from crosshold.law.book import load
from crosshold.law.rule import Rule
from crosshold.law.trees import Compare, Held, walk
from crosshold.measures.owners.ladders import LADDERS, Ladder
from crosshold.measures.owners.named import TESTS, OwnerTest

RULES = {rule.id: rule for rule in load().rules}
ORDER = {"A": 0, "B": 1, "C": 2}
OWNERS = [pytest.param(test, id=test.id) for test in TESTS if test.id in RULES]
REGIMES = [pytest.param(ladder, id=ladder.id) for ladder in LADDERS if ladder.id in RULES]


def lines(rule: Rule) -> set[tuple[Fraction, bool, tuple[str, ...]]]:
    """Every share a row tests: threshold, whether it takes more than it, base."""
    found = set()
    for node in (node for tree in rule.trees for node in walk(tree)):
        if isinstance(node, Compare) and isinstance(node.left, Held) and isinstance(node.right, Fraction):
            assert node.op in (">", ">="), rule.id
            found.add((node.right, node.op == ">", node.left.base))
    return found


def same_day(one: date | None, other: date | None, precision: str) -> bool:
    """Whether two first days agree as far as the row knows its own."""
    if one is None or other is None or precision == "unknown":
        return one == other or precision == "unknown"
    return one.year == other.year if precision == "year" else one == other


def test_the_tests_that_are_law_are_rows() -> None:
    assert {test.id for test in TESTS} - set(RULES) == {"close-links-product"}  # a convention of analysts, no law
    assert {ladder.id for ladder in LADDERS} - set(RULES) == {"control"}  # a definition, no regime


@pytest.mark.parametrize("test", OWNERS)
def test_an_owner_test_and_its_row_have_one_line(test: OwnerTest) -> None:
    rule = RULES[test.id]
    base = tuple(test.basis.removeprefix("max(").removesuffix(")").split(", "))
    assert lines(rule) == {(Fraction(test.threshold), test.strict, base)}


@pytest.mark.parametrize("test", OWNERS)
def test_an_owner_test_and_its_row_have_the_same_days(test: OwnerTest) -> None:
    rule = RULES[test.id]
    assert same_day(rule.start, test.start, rule.precision)
    assert rule.end == test.end
    assert rule.confidence == test.confidence


@pytest.mark.parametrize("ladder", REGIMES)
def test_a_regime_and_its_row_have_the_same_lines(ladder: Ladder) -> None:
    rule = RULES[ladder.id]
    found = {(line, strict) for line, strict, _ in lines(rule)}
    told = [(Fraction(line), strict) for line, strict in ladder.lines]
    assert found <= set(told) and told[0] in found, "a row may tell the first line only, and none that the table has not"
    assert same_day(rule.start, ladder.start, rule.precision)
    assert ORDER[rule.confidence] >= ORDER[ladder.confidence], "a row is never surer than the table that cites its text"
