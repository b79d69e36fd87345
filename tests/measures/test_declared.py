"""Declared interests beside what the lots add up to, and registers in which more than all of a company is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosshold import api
from crosshold.errors import RequestError
from crosshold.model.register import Register
from crosshold.model.share import between, exact, parse
from crosshold.model.statement import Statement
from crosshold.model.statements import Statements

DAY = date(2020, 3, 1)
ISSUED = [Statement(name, "issued", shares=1000, speaker_kind="filing", extra={"basis": "shares"}) for name in ("B", "C")]


def register(*rows: Statement) -> Register:
    return Register(Statements([*ISSUED, *rows]), day=DAY)


def holds(holder: str, issuer: str, shares: int) -> Statement:
    return Statement(holder, "holds", issuer, shares=shares, speaker_kind="filing")


def declares(share: str, **more: object) -> Statement:
    return Statement("A", "holds", "C", share=parse(share), basis="issued", directness="indirect", **more)  # type: ignore[arg-type]


CHAIN = (holds("A", "B", 600), holds("B", "C", 500), holds("A", "C", 50))
"""A has 60 % of B, which has half of C, and 5 % of C itself: 35 % of C in all."""


@pytest.mark.parametrize(("share", "agrees"), [("0.35", True), ("0.3504", False), ("0.5", False), ("0.05", False)])
def test_a_declared_share_is_compared_with_all_chains(share: str, agrees: bool) -> None:
    said = declares(share).changed(share=exact(Fraction(share)))
    told = [f for f in api.check(register(*CHAIN, said)) if f.code == "W_DECLARED_DIFFERS"]
    assert not told if agrees else len(told) == 1 and "35.0000%" in told[0].message and said.id in told[0].message


def test_a_band_agrees_where_ours_lies_in_it_and_open_ends_do_not_count() -> None:
    band = declares("0.3").changed(share=between(Fraction(1, 4), Fraction(1, 2)))
    above = declares("0.3").changed(share=replace(between(Fraction(35, 100), Fraction(1, 2)), low_open=True))
    for said, count in ((band, 0), (above, 1)):
        assert len(api.declared_differs(register(*CHAIN, said).at())) == count


def test_uncertain_stakes_agree_with_what_is_possible() -> None:
    rough = holds("A", "C", 50).changed(shares=None, share=between(Fraction(5, 100), Fraction(15, 100)), basis="issued")
    inside, outside = (declares("0.4").changed(share=exact(Fraction(n, 100))) for n in (43, 46))
    snapshot = register(CHAIN[0], CHAIN[1], rough, inside, outside).at()
    (told,) = api.declared_differs(snapshot)
    assert outside.id in told.message


def test_nothing_is_said_where_there_are_no_lots_or_nothing_of_capital() -> None:
    assert not register(declares("0.9")).at().declared
    votes = declares("0.9").changed(basis="gross_votes")
    assert not register(*CHAIN, votes).at().declared


@given(st.lists(st.integers(1, 600), min_size=1, max_size=4), st.booleans())
def test_a_company_over_100_percent_stops_the_answer_or_is_left_out(shares: list[int], other: bool) -> None:
    rows = [holds(f"H{n}", "B", count) for n, count in enumerate(shares)] + ([holds("A", "C", 50)] if other else [])
    asked = register(*rows)
    over = sum(shares) > 1000
    if over:
        with pytest.raises(RequestError, match=r"E_OVERHELD.*leave-out"):
            asked.at()
    left = replace(asked, overheld="leave-out").at()
    assert ("B" in left.issuers) == (not over) and left.held("A", "C") == 50 * other
    assert [f.where for f in left.findings if f.code == "W_OVERHELD"] == ["B"] * over
    assert set(left.left_out) == ({row.id for row in rows if row.object == "B"} if over else set())
