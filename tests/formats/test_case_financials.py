"""Yearly figures and books of a case file: read exactly, every fault told, nothing lost in writing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from crosshold.errors import FileError
from crosshold.formats import case_financials
from crosshold.formats.case import from_document
from crosshold.formats.case_writer import write_case
from crosshold.formats.yaml_text import read

PAGE = (Path(__file__).parents[2] / "docs" / "case-file.md").read_text(encoding="utf-8")
CASE = """\
crosshold: case/1
at: 2020-01-28
issuers: {N: {issued: 1000}}
lots: [{id: a, issuer: N, holder: R, shares: 430}]
financials:
  N: {date: 2019-03-31, currency: JPY, earnings: "-12.5", net_debt: "-3", cash_yield: "1/200", covenant_counts_dividends: false,
      distributable: "0.1", policy: {listed: "90", deemed: "10", years: 3, issues: 12,
        names: {X: {value: "5", cost: "0.01", from_year: 1, needs: "Y"}, Y: {value: "7", cost: "0", limit: "3"}}}}
books:
  - {holder: R, issuer: N, method: equity, carrying: "900", reserves: "-5", influence: kept, fair_value: oci,
     board_seat_lost_on: 2020-03-01, policy: false, currency: EUR, date: 2019-12-31, known_on: 2020-02-01}
"""


def test_figures_are_read_exactly_and_what_is_not_said_is_not_there() -> None:
    figures = from_document(read(CASE, "case.yaml")).at().financials["N"]
    assert figures["earnings"] == Decimal("-12.5") and figures["cash_yield"] == Fraction(1, 200)
    assert figures["date"] == date(2019, 3, 31) and figures["currency"] == "JPY"
    assert figures["covenant_counts_dividends"] is False and "ebitda" not in figures
    assert figures["policy"]["names"]["X"] == {"value": Decimal(5), "cost": Fraction(1, 100), "from_year": 1, "needs": "Y"}


def test_a_year_that_was_not_printed_yet_is_left_out() -> None:
    register = from_document(read(CASE.replace("{date: 2019-03-31", "{known_on: 2020-02-01, date: 2019-03-31"), "case.yaml"))
    early = register.at(known_by=date(2020, 1, 28))
    assert not early.financials and not early.books and len(early.left_out) == 2
    assert register.at(known_by=date(2020, 3, 1)).financials


def test_writing_and_reading_again_loses_nothing() -> None:
    register = from_document(read(CASE, "case.yaml"))
    again = from_document(read(write_case(register), "again.yaml"))
    assert again.records == register.records


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("N: {date: 2019-03-31,", "Q: {date: 2019-03-31,", "C_UNKNOWN_ENTITY"),
        ("date: 2019-03-31, ", "", "C_MISSING_KEY"),
        ("earnings", "earnigs", "C_UNKNOWN_KEY"),
        ('"-12.5"', '"much"', "C_BAD_NUMBER"),
        ('distributable: "0.1"', 'distributable: "-1"', "E_NEG_QTY"),
        ('listed: "90", ', "", "C_MISSING_KEY"),
        ('needs: "Y"', 'needs: "Z"', "C_UNKNOWN_ENTITY"),
        ("influence: kept", "influence: maybe", "C_BAD_VALUE"),
        ('reserves: "-5"', 'reserves: "some"', "C_BAD_NUMBER"),
        ("board_seat_lost_on: 2020-03-01", "board_seat_lost_on: 2020-03", "C_BAD_DATE"),
        ("policy: false", "policy: perhaps", "C_BAD_VALUE"),
    ],
)
def test_a_fault_is_told_with_its_place(old: str, new: str, code: str) -> None:
    assert old in CASE
    with pytest.raises(FileError) as caught:
        from_document(read(CASE.replace(old, new, 1), "case.yaml"))
    assert code in {f.code for f in caught.value.findings}
    assert all("case.yaml" in f.where for f in caught.value.findings)


@pytest.mark.parametrize(
    "word",
    [*case_financials.MONEY, *case_financials.RATIOS, *case_financials.FLAGS, *case_financials.POLICY, *case_financials.NAME,
     *case_financials.BOOK],
)  # fmt: skip
def test_every_key_is_documented(word: str) -> None:
    assert f"`{word}" in PAGE or word in PAGE.split("`names:")[1].split("`")[0]
