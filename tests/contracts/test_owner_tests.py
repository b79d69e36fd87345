"""What must hold for every named test of ownership: cited, dated, exact at its line, known by every name it has."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from crosshold.errors import RequestError
from crosshold.measures.owners import TESTS, OwnerTest, blocked, close_links, owner_test, owners
from crosshold.network import Network

SLIVER = Fraction(1, 10**12)
each = pytest.mark.parametrize("test", TESTS, ids=lambda test: test.id)


def counts(test: OwnerTest, share: Fraction, name: str) -> bool:
    """Whether X, who holds a share of A directly, is caught by a test called by one of its names."""
    network = Network.from_holdings([("X", "A", share)])
    if test.question == "blocked":
        return blocked(network, ["X"], test=name).entities == ("A",)
    if test.question == "links":
        return [(row.holder, row.issuer) for row in close_links(network, test=name).rows] == [("X", "A")]
    return [row.holder for row in owners(network, "A", test=name).rows] == ["X"]


def test_the_list_is_alphabetical_and_no_name_is_used_twice() -> None:
    ids = [test.id for test in TESTS]
    assert ids == sorted(set(ids))
    names = [name for test in TESTS for name in (test.id, *test.aliases)]
    assert len(names) == len(set(names))
    assert {"eu-ubo-25", "de-gwg-25", "us-ofac-50", "ofac-50", "close-links-ecb", "close-links-crr"} <= set(names)


@each
def test_a_test_is_cited_and_dated(test: OwnerTest) -> None:
    assert any(character.isdigit() for character in test.citation) or test.start is None
    assert test.source and test.title and test.basis in ("issued", "max(issued, gross_votes)")
    assert date(2026, 1, 1) < date.fromisoformat(test.read_on)
    assert test.confidence in ("A", "B", "C")
    assert test.start is not None or test.confidence == "C", "what is no law is marked as memory"
    assert test.end is None or (test.start is not None and test.start < test.end)


@each
def test_a_line_is_an_exact_fraction(test: OwnerTest) -> None:
    assert 0 < Fraction(test.threshold) <= 1
    assert str(Fraction(test.threshold)) == test.threshold


@each
def test_below_at_and_above_the_line_by_every_name(test: OwnerTest) -> None:
    line = Fraction(test.threshold)
    for name in (test.id, *test.aliases):
        assert owner_test(name) is test
        assert not counts(test, line - SLIVER, name)
        assert counts(test, line, name) is not test.strict
        assert counts(test, line + SLIVER, name)


@each
def test_a_test_says_when_it_does_not_apply(test: OwnerTest) -> None:
    day = timedelta(days=1)
    if test.start is None:
        assert not test.out_of_force(date(1900, 1, 1))
        return
    assert not test.out_of_force(test.start)
    (finding,) = test.out_of_force(test.start - day)
    assert finding.code == "N_NOT_IN_FORCE" and str(test.start) in finding.message
    last = test.end or date(2100, 1, 1)
    assert not test.out_of_force(last)
    assert bool(test.out_of_force(last + day)) is (test.end is not None)


def test_the_german_test_ends_the_day_before_the_european_one_begins() -> None:
    german, european = owner_test("de-gwg-25"), owner_test("eu-ubo-25")
    assert german.end is not None and german.end + timedelta(days=1) == european.start


def test_an_unknown_test_is_told_with_its_neighbours() -> None:
    with pytest.raises(RequestError, match="eu-ubo-25") as caught:
        owner_test("eu-ubo-20")
    assert caught.value.findings[0].code == "E_TEST"
