"""Games of the joint fund: the splits of spec/deal 13 beside the split by contributions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from crosshold.deal import fund
from crosshold.errors import CrossholdError

GAIN = {"A": 1, "B": 1.5, "C": 0.3, "A+B": 3.5, "A+C": 1.6, "B+C": 2.2, "A+B+C": 4.6}


def test_the_promote_is_what_a_split_gives_beyond_the_money() -> None:
    # 60, 30 and 10 paid in are worth 2.76, 1.38 and 0.46 of 4.6; Shapley gives 101/60, 67/30 and 41/60
    found = fund.promote(fund.shapley(GAIN), {"A": 60, "B": 30, "C": 10})
    assert {who: round(float(x), 3) for who, x in found.items()} == {"A": -1.077, "B": 0.853, "C": 0.223}
    assert sum(found.values()) == 0


def test_splits_are_exact_although_numbers_came_as_floats() -> None:
    assert fund.shapley(GAIN) == {"A": Fraction(101, 60), "B": Fraction(67, 30), "C": Fraction(41, 60)}
    assert fund.nucleolus(GAIN) == {"A": Fraction(17, 10), "B": Fraction(11, 5), "C": Fraction(7, 10)}
    assert fund.least_core(GAIN) == {"epsilon": Fraction(-2, 5), "core_empty": False}
    alone = {"A": "1", "B": "1.5", "C": "0.3"}
    assert fund.nash(alone, "4.6") == {"A": Fraction(8, 5), "B": Fraction(21, 10), "C": Fraction(9, 10)}


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: fund.nash({}, 1), "E_DISAGREEMENT"),
        (lambda: fund.nash({"A": 1, "B": 1}, 3, {"A": 1}), "E_WEIGHTS"),
        (lambda: fund.nash({"A": 1, "B": 1}, 3, {"A": 1, "B": 1}), "E_WEIGHTS"),
        (lambda: fund.nash({"A": 1, "B": 1}, 1), "E_NO_GAIN"),
        (lambda: fund.nash({"A": "x"}, 1), "C_BAD_NUMBER"),
        (lambda: fund.promote({"A": 1}, {}), "E_NO_CONTRIBUTION"),
        (lambda: fund.shapley({"A": 1, "A+B": 1}), "E_COALITIONS"),
        (lambda: fund.nucleolus({"A": 1, "B": 1, "A+B": 1}), "E_NO_IMPUTATION"),
    ],
)
def test_faulty_questions(call: Callable[[], object], code: str) -> None:
    with pytest.raises(CrossholdError) as caught:
        call()
    assert caught.value.findings[0].code == code
