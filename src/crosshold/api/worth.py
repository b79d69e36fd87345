"""What companies are worth when they hold each other, and what reaches whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from crosshold.errors import Finding, RequestError
from crosshold.network import Network

if TYPE_CHECKING:
    from crosshold.measures.dividends import Dividends
    from crosshold.measures.loops import Loops
    from crosshold.measures.network_value import NetworkValue
    from crosshold.measures.value import Contributions, OwnAssets, Value
    from crosshold.model.snapshot import Snapshot


def loops(network: Network, own_assets: Mapping[str, Any] | None = None, **options: Any) -> Loops:
    """Circles of holdings: components, each simple loop, and what it is worth."""
    from crosshold.measures import loops as room

    return room.loops(network, own_assets=own_assets, **options)


def value(network: Network, own_assets: Mapping[str, Any]) -> Value:
    """Equity and outside value of every company from its own assets, and how much is counted twice."""
    from crosshold.measures import value as room

    return room.value(network, own_assets)


def contributions(value: Value) -> Contributions:
    """Whose own assets end with the outside holders of which company; those of each company add up."""
    from crosshold.measures import value as room

    return room.contributions(value)


def network_value(network: Network, values: Mapping[str, Any], **options: Any) -> NetworkValue:
    """What everything an entity holds is worth, directly and through others, with its own value."""
    from crosshold.measures import network_value as room

    return room.network_value(network, values, **options)


def dividends(network: Network, profit: Mapping[str, Any], payout: Mapping[str, Any] | None = None, **options: Any) -> Dividends:
    """What companies earn when they pay part of their income to each other, and who receives what leaves the circle."""
    from crosshold.measures import dividends as room

    return room.dividends(network, profit, payout, **options)


def market_caps(snapshot: Snapshot) -> dict[str, Fraction]:
    """Price times issued shares, in the case's currency, of every company that has a price.

    A price or rate of a later day than the Snapshot's is ``E_FUTURE_DATA``; a missing rate ``E_FX_MISSING``.
    """
    from crosshold.deal.ledger import rate

    caps = {}
    for name, price in snapshot.prices.items():
        if name in snapshot.issuers:
            if price.date > snapshot.at:
                message = f"the price of {name} is of {price.date}, after {snapshot.at}."
                raise RequestError(Finding("E_FUTURE_DATA", message, "Ask about that day or later, or add an older price.", name))
            worth = rate(snapshot.fx, price.currency, snapshot.currency, snapshot.at, name)
            caps[name] = Fraction(price.value) * snapshot.issuers[name].issued * worth
    return caps


def market_value(snapshot: Snapshot, network: Network) -> Value:
    """The same from the market: price times issued shares, turned into own assets first; amounts in the case's currency."""
    from crosshold.measures import value as room

    result = room.value(network, room.own_assets(network, market_caps(snapshot)))
    return replace(result, settings={**result.settings, "money": snapshot.currency})


def market_network_value(snapshot: Snapshot, network: Network) -> NetworkValue:
    """The same with the own assets that the market's prices leave, in the case's currency."""
    found = market_value(snapshot, network)
    result = network_value(network, {name: x for name, x in found.own_assets.items() if x is not None})
    return replace(result.with_findings(found.findings), settings={**result.settings, "money": snapshot.currency})


def market_own_assets(snapshot: Snapshot, network: Network) -> OwnAssets:
    """What each company has beside its stakes, from the market: price times outstanding shares, less what its stakes are worth there."""
    from crosshold.measures import value as room

    caps = market_caps(snapshot)
    for name, cap in caps.items():
        issuer = snapshot.issuers[name]
        own = sum(lot.shares for lot in snapshot.lots_of(name) if lot.holder == name)
        caps[name] = cap * (issuer.issued - own) / issuer.issued
    return room.own_assets(network, caps)
