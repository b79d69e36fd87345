"""What dividends flow on each edge in a year, before and after (spec/deal 10)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from crosshold.deal.books import economic
from crosshold.deal.pack.moment import Moment, day_of, money
from crosshold.deal.view import View


def dividends(moment: Moment) -> list[dict[str, Any]]:
    """For each company touched whose dividend is known: what it pays in all, and what each named holder gets or is due as beneficiary."""
    rows = []
    for issuer in moment.touched:
        row = moment.figures("dividends", issuer, "dividend_per_share")
        if row is None:
            continue
        each, currency = Fraction(row["dividend_per_share"]), str(row["currency"])
        edges = []
        for who in _receivers(moment, issuer):
            was, now = (economic(view.snapshot, who, issuer) for view in (moment.before, moment.after))
            if was != now:
                edge = {"holder": who, "before": money(was * each, currency), "after": money(now * each, currency)}
                edges.append({**edge, "lost": money((was - now) * each, currency)})
        total = [money(_paid_on(view, issuer) * each, currency) for view in (moment.before, moment.after)]
        told = {"issuer": issuer, "per_share": f"{row['dividend_per_share']:f}", "currency": currency, "as_of": day_of(row)}
        rows.append({**told, "total_before": total[0], "total_after": total[1], "edges": edges})
    return rows


def _receivers(moment: Moment, issuer: str) -> list[str]:
    lots = [lot for view in (moment.before, moment.after) for lot in view.snapshot.lots_of(issuer)]
    named = {lot.beneficiary or lot.holder for lot in lots} - {issuer}
    return sorted(who for who in named if not who.startswith("~"))


def _paid_on(view: View, issuer: str) -> int:
    state = view.snapshot
    return state.issuers[issuer].issued - state.treasury(issuer) if issuer in state.issuers else 0


def lost_since_start(moment: Moment, who: str, currency: str) -> Fraction | None:
    """Dividends a year that a company with its units gets less than at the start; ``None`` where one that counts is not known."""
    lost = Fraction(0)
    start, now = moment.start.snapshot, moment.after.snapshot
    unit = moment.unit(who)
    for issuer in now.issuers:
        fewer = sum(economic(start, name, issuer) - economic(now, name, issuer) for name in unit if name != issuer)
        if not fewer or issuer in unit:
            continue
        row = moment.figures("covenant_leverage", issuer, "dividend_per_share")
        if row is None:
            return None
        fall = Fraction(row["dividend_per_share"]) * fewer
        amount = moment.convert("covenant_leverage", who, fall, str(row["currency"]), currency)
        if amount is None:
            return None
        lost += amount
    return lost
