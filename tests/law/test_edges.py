"""Edges of the Ballot: companies without votes, readings without an outcome, what confidence allows, lines under several outcomes."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from crosshold.errors import RequestError, UndeterminedError
from crosshold.law.ballot import ballot

from .cases import XA, book, company, net


def test_a_company_in_which_nobody_has_a_vote_is_settled() -> None:
    jp = [company("A", "JP", "KK"), company("B", "JP", "KK")]
    snapshot = net([("A", "B", 100), ("B", "A", 10)], rules=("JP-308-1", "ACC-JGAAP"), entities=jp)
    lots = [replace(lot, votes=0) if lot.issuer == "B" else lot for lot in snapshot.lots]
    counted = ballot(snapshot.evolve(lots=lots))
    assert counted.settled and counted.unsettled_lots == ()
    assert counted.outcome().stakes("B") == {"A": None}  # never 0/0 = 0
    assert counted.outcome().counts("A")["B"].exercisable == 10
    assert "W_NO_VOTES" in {f.code for f in counted.findings} and json.dumps(counted.to_dict())


def test_the_larger_of_two_shares_is_the_one_that_exists() -> None:
    wide = book(XA.format(base="max(issued, gross_votes)", group="I"))
    for held, silent in ((30, True), (29, False)):
        snapshot = net([("A", "B", held), ("B", "A", 10)], rules=("XA-1",))
        lots = [replace(lot, votes=0) if lot.issuer == "B" else lot for lot in snapshot.lots]
        assert (ballot(snapshot.evolve(lots=lots), rules=wide).outcome().cut == ("B.A",)) is silent


# readings of which one has no outcome

OPEN_LOOP = book(
    XA.format(base="open_votes", group="concert(I)").replace("  effect", "  open: [basis]\n  effect")
    + XA.format(base="issued", group="I").replace("XA-1", "XA-2").replace("3/10", "9/10")
)
RING = [("C", "A", 40), ("B", "C", 40), ("A", "B", 40)]


def half_stopped() -> Any:
    agreed = ({"fact": "voting_agreement", "parties": ["A", "B", "C"]},)
    return ballot(net([*RING, ("X", "Q", 10)], rules=("XA-1", "XA-2"), facts=agreed), rules=OPEN_LOOP)


def test_a_reading_without_an_outcome_leaves_its_issuers_open() -> None:
    result = half_stopped()
    assert len(result.outcomes) == 1 and not result.settled
    assert [result.settled_in(name) for name in ("A", "B", "C", "Q")] == [False, False, False, True]
    assert result.unsettled_lots == ("A.B", "B.C", "C.A")
    (row,) = result.to_dict()["bounds"]
    assert row["reading"] == {"XA-1": "exercisable"} and row["lots"]["A.B"] == [0, 40]


def test_a_reading_with_its_outcome_gives_it_though_another_has_none() -> None:
    result = half_stopped()
    assert result.outcome("gross").cut == result.outcome({"XA-1": "gross"}).cut == ("A.B", "B.C", "C.A")
    for asked in (None, "exercisable", {"XA-1": "exercisable"}):
        with pytest.raises(UndeterminedError) as caught:
            result.outcome(asked)
        assert [f.code for f in caught.value.findings] == ["E_NO_FIXPOINT"]


# confidence


@pytest.mark.parametrize(
    ("row", "part", "accept", "applied"),
    [
        ("A", None, (), True), ("A", "B", (), True), ("A", "C", (), False), ("A", "C", ("XA-1#p",), True),
        ("A", "C", ("XA-1",), True), ("C", None, (), False), ("C", None, ("XA-1",), True), ("C", "C", (), False),
        ("C", "C", ("XA-1#p",), True), ("C", "A", ("XA-1#p",), True), ("C", "A", (), False),
    ],
)  # fmt: skip
def test_a_row_is_applied_where_its_verdict_says_so(row: str, part: str | None, accept: tuple[str, ...], applied: bool) -> None:
    text = XA.format(base="gross_votes", group="I").replace("confidence: A", f"confidence: {row}")
    if part:
        text = text.replace("votes: zero", "votes: zero, part: p") + f"  parts: {{p: {part}}}\n"
    result = ballot(net([("B", "A", 10), ("A", "B", 30)], rules=("XA-1",), accept=accept), rules=book(text))
    verdict = next(v for v in result.verdicts if (v.holder, v.issuer) == ("B", "A"))
    assert verdict.value == "true" and verdict.applied is applied and verdict.would_change is not applied
    assert result.outcome().cut == (("B.A",) if applied else ())


def test_a_part_that_no_row_has_cannot_be_accepted() -> None:
    text = XA.format(base="gross_votes", group="I").replace("votes: zero", "votes: zero, part: reach") + "  parts: {reach: C}\n"
    with pytest.raises(RequestError) as caught:
        ballot(net([("B", "A", 10)], rules=("XA-1",), accept=("XA-1#reech",)), rules=book(text))
    (fault,) = caught.value.findings
    assert fault.code == "C_UNKNOWN_RULE" and "reach" in fault.cure


@pytest.mark.parametrize(("op", "below"), [(">", 101), (">=", 100)])
def test_a_holder_blocks_up_to_the_last_vote_present(op: str, below: int) -> None:
    outcome = ballot(net([("R", "N", 50)], issued=1000)).outcome()
    for present in (below - 1, below):
        tally = outcome.meeting("ordinary", {"~float": Fraction(present - 50, 950)}, majority=f"{op} 1/2 of votes cast")
        assert tally.present == present and tally.holders["R"].blocks_if_present_votes_below == below
        assert tally.holders["R"].blocks is (present < below)
