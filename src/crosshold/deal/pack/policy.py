"""Policy shareholdings of the companies that sold some in a plan: the ratio, the tests of the day, and the way down (spec/deal 10)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from crosshold.deal.books import Booking, book_of, economic
from crosshold.deal.finance import glide_path, policy_ratio
from crosshold.deal.pack.moment import Moment, day_of, money
from crosshold.deal.policy import stewardship
from crosshold.errors import RequestError

FIGURE = "policy_shareholdings"
TARGETS = (Fraction(1, 5), Fraction(1, 10))
_PATH = ("years", "growth", "retained", "tax_rate")


def policy(moment: Moment) -> list[dict[str, Any]]:
    """For each company with figures of policy shareholdings that sold some of them on the path (books say ``policy: true``).

    Sales take their carrying value from the holdings and add their result, before tax, to net assets of the last year-end.
    """
    rows = []
    for who in moment.after.snapshot.financials:
        sold = [b for step in moment.path for b in step.bookings if b.holder == who and _is_policy(moment, b)]
        here = [b for b in moment.step.bookings if b.holder == who and _is_policy(moment, b)]
        row = moment.figures(FIGURE, who, "policy", "net_assets") if here else None
        if row is not None:
            rows += [told] if (told := _row(moment, who, row, sold)) else []
    return rows


def _is_policy(moment: Moment, booking: Booking) -> bool:
    book = book_of(moment.start.snapshot, booking.holder, booking.issuer)
    return book is not None and book.get("policy") is True


def _row(moment: Moment, who: str, row: Any, sold: list[Booking]) -> dict[str, Any] | None:
    terms, currency = row["policy"], str(row["currency"])
    sums = {"carrying": Fraction(0), "proceeds": Fraction(0), "result": Fraction(0)}
    for booking in sold:
        for name in sums:
            amount = moment.convert(FIGURE, who, getattr(booking, name), booking.currency, currency)
            if amount is None:
                return None
            sums[name] += amount
    parts = {key: Fraction(terms.get(key) or 0) for key in ("listed", "unlisted", "deemed")}
    try:
        before = policy_ratio(parts["listed"], row["net_assets"], unlisted=parts["unlisted"], deemed=parts["deemed"])
        if sums["carrying"] > before.total:
            moment.lack(FIGURE, who, f"books carry more policy shareholdings than financials.{who} counts")
            return None
        after = policy_ratio(before.total - sums["carrying"], before.net_assets + sums["result"])
    except RequestError as error:
        moment.lack(FIGURE, who, error.findings[0].message)
        return None
    gone = [b.issuer for b in sold if not economic(moment.after.snapshot, who, b.issuer)]
    issues = terms.get("issues")
    tests = [
        test.to_dict()
        for test in stewardship(
            after.ratio, moment.step.day, plan_disclosed=row.get("plan_disclosed"), return_on_equity=row.get("return_on_equity")
        )
    ]
    return {
        "who": who, "currency": currency, "as_of": day_of(row), "ratio_before": before.ratio, "ratio_after": after.ratio,
        "total_before": money(before.total, currency), "total_after": money(after.total, currency),
        "net_assets_after": money(after.net_assets, currency),
        "issues_before": issues, "issues_after": None if issues is None else issues - len(set(gone)), "issues_sold": len(set(gone)),
        "proceeds": money(sums["proceeds"], currency), "result": money(sums["result"], currency), "tests": tests,
        "glide_paths": [_path(moment, who, terms, after.total, after.net_assets, target, sold) for target in TARGETS],
    }  # fmt: skip


def _path(
    moment: Moment, who: str, terms: Any, total: Fraction, assets: Fraction, target: Fraction, sold: list[Booking]
) -> dict[str, Any]:
    """The path from here: constant sales, or the cheapest when the names are listed."""
    told: dict[str, Any] = {"target": target, "years": terms.get("years"), "method": None, "sales": None, "reason": None}
    missing = [key for key in _PATH if terms.get(key) is None]
    if missing:
        return told | {"reason": f"financials.{who}.policy has no {', '.join(missing)}"}
    names = {name: dict(row) for name, row in terms.get("names", {}).items()}
    for booking in sold if names else ():
        if booking.issuer not in names:
            return told | {"reason": f"financials.{who}.policy.names has no {booking.issuer}"}
        names[booking.issuer]["value"] = Fraction(names[booking.issuer]["value"]) - booking.carrying
    try:
        found = glide_path(
            total, assets, target, terms["years"], retained=terms["retained"], growth=terms["growth"], tax=terms["tax_rate"],
            names=names or None,
        )  # fmt: skip
    except RequestError as error:
        return told | {"reason": error.findings[0].message}
    return told | {
        "method": found.method, "sales": list(found.sales), "by_name": found.by_name, "cost": found.cost,
        "path": [vars(year) for year in found.years],
    }  # fmt: skip
