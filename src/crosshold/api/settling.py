"""Undoing, dividing and failing: netting, cascades, clearing, the division of a gain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from crosshold.api.building import holdings as holdings_of
from crosshold.api.worth import market_own_assets
from crosshold.errors import Findings, RequestError
from crosshold.model.columns import ById
from crosshold.network import Network

if TYPE_CHECKING:
    from crosshold.measures.clearing import Clearing
    from crosshold.measures.cooperative import Bankruptcy, Split, Stable
    from crosshold.measures.failures import Cascade
    from crosshold.measures.netting import Netting, Unwind
    from crosshold.measures.value import Value
    from crosshold.model.snapshot import Snapshot


def net(holdings: Iterable[Sequence[Any]], *, kind: str = "conservative") -> Netting:
    """How much of what companies hold in each other (rows of holder, issuer, money) could vanish, nobody being richer or poorer."""
    from crosshold.measures import netting as room

    return room.net(holdings, kind)


def unwind(
    issued: Mapping[str, Any], shares: Iterable[Sequence[Any]], own_assets: Mapping[str, Any], *, kind: str = "conservative"
) -> Unwind:
    """The same in shares: cross-held ones swapped for own ones at fair value and cancelled."""
    from crosshold.measures import netting as room

    return room.unwind(issued, shares, own_assets, kind=kind)


def market_net(snapshot: Snapshot, network: Network, *, kind: str = "conservative") -> Netting:
    """:func:`net` of the holdings of a case at market prices, in the case's currency."""
    found = market_own_assets(snapshot, network)
    rows = [
        (holder, issuer, part * (found.equity[issuer] or 0))
        for holder, issuer, part in holdings_of(network)
        if holder in found.equity
    ]
    result = net(rows, kind=kind)
    return replace(
        result.with_findings([*network.findings, *found.findings]), settings={**result.settings, "money": snapshot.currency}
    )


def market_unwind(snapshot: Snapshot, network: Network, *, kind: str = "conservative") -> Unwind:
    """:func:`unwind` of the holdings of a case, at prices that give back today's market prices."""
    found = market_own_assets(snapshot, network)
    lots = [(lot.holder, lot.issuer, lot.shares) for name in snapshot.issuers for lot in snapshot.lots_of(name)]
    issued = {name: issuer.issued for name, issuer in snapshot.issuers.items()}
    assets = {name: money for name, money in found.own_assets.items() if money is not None and name in issued}
    result = unwind(issued, lots, assets, kind=kind).with_findings([*network.findings, *found.findings])
    return replace(result, settings={**result.settings, "money": snapshot.currency})


def cascade(
    network: Network,
    own_assets: Mapping[str, Any],
    thresholds: Mapping[str, Any],
    failure_costs: Mapping[str, Any],
    **options: Any,
) -> Cascade:
    """Who fails with whom when a company worth less than its threshold loses its failure cost, in the best and the worst case."""
    from crosshold.measures import failures as room

    return room.cascade(network, own_assets, thresholds, failure_costs, **options)


def cascade_after(
    network: Network,
    before: Value,
    lose: Mapping[str, Fraction],
    *,
    line: Fraction | str = "4/5",
    cost: Fraction | str = "1/10",
    thresholds: Mapping[str, Any] | None = None,
    failure_costs: Mapping[str, Any] | None = None,
    every: bool = False,
) -> Cascade:
    """:func:`cascade` after a shock: companies ``lose`` parts (0-1, by id) of the own assets that they have in ``before``.

    Without ``thresholds`` a company fails below the part ``line`` of its outside value before the shock; without ``failure_costs`` its
    failure costs the part ``cost`` of that value.
    """
    faults = Findings()
    for name in lose:
        if not before.own_assets.get(name):
            faults.add("E_NO_ASSETS", f"{name} has no own assets to lose.", "Name a company that has some.", name)
    faults.raise_errors(RequestError)
    assets, worth = _before(network, before, lose)

    def part_of(part: Fraction | str) -> Any:
        if isinstance(worth, np.ndarray):
            return worth * float(Fraction(part))
        return {name: Fraction(part) * x for name, x in worth.items()}

    lines = part_of(line) if thresholds is None else thresholds
    costs = part_of(cost) if failure_costs is None else failure_costs
    found = cascade(network, assets, lines, costs, every=every)
    said = {"lost": ", ".join(f"{name} {part} of its own assets" for name, part in lose.items()) or "nothing"}
    said |= {"line": f"{line} of the value before" if thresholds is None else "given"}
    said |= {"cost": f"{cost} of the value before" if failure_costs is None else "given"}
    said |= {"money": before.settings["money"]} if "money" in before.settings else {}
    return replace(found, settings={**found.settings, **said}).with_findings(before.findings)


def _before(network: Network, before: Value, lose: Mapping[str, Fraction]) -> tuple[Any, Any]:
    """Own assets after the shock, and outside values above 0 before it: by id, or of a register arrays by entity (NaN: none)."""
    if not isinstance(before.outside_value, ById):
        assets = {name: Fraction(x) * (1 - lose.get(name, 0)) for name, x in before.own_assets.items() if x is not None}
        return assets, {name: Fraction(x) for name, x in before.outside_value.items() if x is not None and x > 0}
    left, worth = (np.full(len(network), np.nan) for _ in range(2))
    for array, column in ((left, before.own_assets), (worth, before.outside_value)):
        if isinstance(column, ById):
            array[column.entities] = column.array
    for name, part in lose.items():
        left[network.index(name)] *= 1 - float(part)
    return left, np.where(worth > 0, worth, np.nan)


def clearing(assets: Mapping[str, Any], **options: Any) -> Clearing:
    """What firms that owe each other pay, and what is left to their owners."""
    from crosshold.measures import clearing as room

    return room.clearing(assets, **options)


def split(values: Any, solution: str = "shapley", **options: Any) -> Split | Stable:
    """Divide what all partners have together, given what every coalition would have alone."""
    from crosshold.measures import cooperative as room

    return room.solve(values, solution, **options)


def ration(estate: Any, claims: Any, *, rule: str = "talmud") -> Bankruptcy:
    """Divide an estate that is too small for the claims on it."""
    from crosshold.measures import cooperative as room

    return room.bankruptcy(estate, claims, rule=rule)
