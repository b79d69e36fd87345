"""Market values with what companies hold in each other counted once (spec/deal 10)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from crosshold.deal.finance import circular_value
from crosshold.deal.pack.moment import Moment, money
from crosshold.deal.partners import parent, price_of
from crosshold.deal.view import View


def circular(moment: Moment) -> dict[str, Any]:
    """Capitalisations at the prices of the case, the value of each company without its holdings, and what is counted twice.

    ``caps`` are price times issued shares, own shares being a holding; holdings of majority-owned companies count for their parent.
    """
    view = moment.after
    state, currency = view.snapshot, view.snapshot.currency
    prices = {name: price_of(state, name, currency) for name in state.issuers}
    caps = {name: price * state.issuers[name].issued for name, price in prices.items() if price is not None}
    moment.used.update(f"prices.{name}" for name in caps)
    found = circular_value(caps, holdings(view, caps))
    return {
        "currency": currency,
        "priced_on": {name: state.prices[name].date.isoformat() for name in caps},
        "unpriced": [name for name in prices if name not in caps],
        "caps": {name: money(value, currency) for name, value in caps.items()},
        "stubs": {name: money(value, currency) for name, value in found.stubs.items()},
        "outside": {name: money(value, currency) for name, value in found.outside.items()},
        "double_counting": found.double_counting if caps else None,
    }


def holdings(view: View, names: Any) -> list[tuple[str, str, Fraction]]:
    """Rows (holder, issuer, fraction of issued) among ``names``, held directly or by majority-owned companies."""
    rows: dict[tuple[str, str], Fraction] = {}
    for issuer in names:
        for holder, stake in view.stakes[issuer].items():
            owner = holder if holder in names else parent(view, holder)
            if owner in names and stake.shares:
                rows[owner, issuer] = rows.get((owner, issuer), Fraction(0)) + (stake.on("issued") or 0)
    return [(holder, issuer, share) for (holder, issuer), share in rows.items()]
