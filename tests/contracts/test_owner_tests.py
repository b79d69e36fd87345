"""What must hold for every named test of ownership: cited, dated, exact at its line, known by every name it has."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from crosshold.errors import RequestError
from crosshold.measures import owners as room
from crosshold.measures.owners import (
    LADDERS,
    STANDARDS,
    TESTS,
    OwnerTest,
    blocked,
    blocked_bounds,
    close_links,
    links_bounds,
    owner_test,
    owners,
    owners_bounds,
)
from crosshold.model.stakes import Stakes
from crosshold.network import Network

PAGE = Path(__file__).parent.parent.parent / "docs" / "measures" / "owners.md"

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


def bounded(test: OwnerTest, low: Fraction, high: Fraction) -> str:
    """The verdict on X, who holds between two shares of A directly; a convention that multiplies has none."""
    stakes = Stakes.from_holdings([("X", "A", low, high)])
    if test.question == "blocked":
        return blocked_bounds(stakes, ["X"], test=test.id).verdict("A")
    if test.question == "links":
        return links_bounds(stakes, test=test.id).verdict("X", "A")
    return next((row.verdict for row in owners_bounds(stakes, "A", test=test.id).rows), "IMPOSSIBLE")


@each
def test_bounds_around_the_line(test: OwnerTest) -> None:
    line = Fraction(test.threshold)
    if (test.question, test.reading) == ("links", "product"):
        with pytest.raises(RequestError, match="E_READING"):
            bounded(test, line, line)
        return
    assert bounded(test, line - 2 * SLIVER, line - SLIVER) == "IMPOSSIBLE"
    assert bounded(test, line - SLIVER, line + SLIVER) == "POSSIBLE"
    assert bounded(test, line + SLIVER, line + 2 * SLIVER) == "CERTAIN"
    assert bounded(test, line, line + SLIVER) == ("POSSIBLE" if test.strict else "CERTAIN")
    assert bounded(test, line - SLIVER, line) == ("IMPOSSIBLE" if test.strict else "POSSIBLE")


@each
def test_a_verdict_has_its_proof(test: OwnerTest) -> None:
    network = Network.from_holdings([("X", "A", "0.9"), ("A", "B", "0.9")])
    result: Any
    if test.question == "blocked":
        result = blocked(network, ["X"], test=test.id)
    else:
        result = close_links(network, test=test.id) if test.question == "links" else owners(network, test=test.id)
    for company in "AB":
        proof = result.explain("X", company)
        assert proof["value"] and (proof["test"], proof["citation"]) == (test.id, test.citation)
        told = proof["holds"][0] if test.question == "links" else proof
        assert told.get("steps") or told.get("paths")
    assert not result.explain("B", "A")["value"] or test.question == "links"


@each
def test_persons_on_a_list_add_up_where_the_test_says_so(test: OwnerTest) -> None:
    if test.question != "blocked":
        assert test.aggregate
        return
    network = Network.from_holdings([("X", "A", "0.3"), ("W", "A", "0.3")])
    assert bool(blocked(network, ["X", "W"], test=test.id).entities) is test.aggregate


def test_the_page_tells_every_test_standard_and_regime() -> None:
    page = PAGE.read_text(encoding="utf-8")
    ids = [test.id for test in TESTS] + [standard.id for standard in STANDARDS]
    assert all(f"`{name}`" in page for name in ids)
    assert all(f"`{alias}`" in page for test in TESTS for alias in test.aliases)
    for ladder in LADDERS:
        assert f"`{ladder.id}`" in page or f"`{ladder.id[-2:]}`" in page


def test_the_room_lists_its_names() -> None:
    assert len(room.__all__) == len(set(room.__all__))
    assert all(hasattr(room, name) for name in room.__all__)
    public = {
        name
        for name, thing in vars(room).items()
        if not name.startswith("_") and getattr(thing, "__module__", "") != room.__name__
    }
    modules = {name for name, thing in vars(room).items() if type(thing).__name__ == "module"}
    assert public - modules - {"annotations"} == set(room.__all__)


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
