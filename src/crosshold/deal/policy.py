"""Policy shareholdings over net assets, and the tests that holders' advisers apply to the ratio (spec/deal 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from crosshold.deal.exact import Number, Record, number
from crosshold.errors import Finding, RequestError


@dataclass(frozen=True)
class PolicyRatio(Record):
    """(listed + unlisted + deemed policy shares) / consolidated net assets at a fiscal year-end."""

    total: Fraction
    net_assets: Fraction
    ratio: Fraction


def policy_ratio(listed: Number, net_assets: Number, *, unlisted: Number = 0, deemed: Number = 0) -> PolicyRatio:
    """The ratio that a Japanese company's annual report allows to compute; all amounts in one currency.

    >>> policy_ratio(90, 400, unlisted=6, deemed=4).ratio
    Fraction(1, 4)
    """
    total, assets = number(listed) + number(unlisted) + number(deemed), number(net_assets)
    if assets <= 0:
        message = f"net assets of {net_assets} give no ratio."
        raise RequestError(Finding("C_BAD_NUMBER", message, "Net assets must be above 0.", "net_assets"))
    return PolicyRatio(total, assets, total / assets)


@dataclass(frozen=True)
class Stewardship:
    """One adviser's test: a vote against the top executives where the ratio reaches ``level``, from ``since`` on.

    ``spared_by_plan``: not where a plan to sell with amount and time frame is public. ``spared_by_return``: not below the first ratio
    where the five-year average return on equity reaches the second.
    """

    id: str
    level: Fraction
    since: date
    spared_by_plan: bool
    spared_by_return: tuple[Fraction, Fraction] | None
    cite: str
    confidence: str


TESTS: tuple[Stewardship, ...] = (
    Stewardship(
        "ISS-JP", Fraction(1, 5), date(2022, 2, 1), False, None, "ISS, Japan proxy voting guidelines, in force since February 2022", "B"
    ),
    Stewardship(
        "GLASS-LEWIS-JP", Fraction(1, 10), date(2023, 1, 1), True, (Fraction(1, 5), Fraction(1, 20)),
        "Glass Lewis, Japan policy guidelines, text of 2023; tightened later (not read)", "B",
    ),
)  # fmt: skip
"""Dated tests; before its first day a test says nothing."""


@dataclass(frozen=True)
class StewardshipResult(Record):
    """``verdict``: passed, spared, failed, or POSSIBLE when ``missing`` inputs decide."""

    test: str
    level: Fraction
    since: date
    verdict: str
    missing: tuple[str, ...]
    cite: str
    confidence: str

    def to_dict(self, *, exact: bool = False) -> dict[str, object]:
        """JSON form."""
        return {**super().to_dict(exact=exact), "since": self.since.isoformat()}


def stewardship(
    ratio: Number, on: date, *, plan_disclosed: bool | None = None, return_on_equity: Number | None = None
) -> list[StewardshipResult]:
    """Every test in force ``on`` a day. A test of "at least": a ratio equal to the level reaches it."""
    value = number(ratio)
    found = []
    for test in TESTS:
        if test.since <= on:
            verdict, missing = _verdict(
                test, value, plan_disclosed, None if return_on_equity is None else number(return_on_equity)
            )
            found.append(StewardshipResult(test.id, test.level, test.since, verdict, missing, test.cite, test.confidence))
    return found


def _verdict(test: Stewardship, ratio: Fraction, plan: bool | None, returns: Fraction | None) -> tuple[str, tuple[str, ...]]:
    if ratio < test.level:
        return "passed", ()
    missing: Sequence[str] = ()
    if test.spared_by_plan:
        if plan:
            return "spared", ()
        missing = ("plan_disclosed",) if plan is None else ()
    if test.spared_by_return and ratio < test.spared_by_return[0]:
        if returns is None:
            missing = (*missing, "return_on_equity")
        elif returns >= test.spared_by_return[1]:
            return "spared", ()
    return ("POSSIBLE", tuple(missing)) if missing else ("failed", ())
