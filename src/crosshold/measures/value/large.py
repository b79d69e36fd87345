"""Values and stubs of a register in float64 arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, Findings
from crosshold.kernels.flow import Amount, Divergent
from crosshold.kernels.settle import Settle
from crosshold.measures.value.results import Money, OwnAssets, Value
from crosshold.model.columns import ById
from crosshold.network import Graph, Network

Amounts = Mapping[str, Money] | Mapping[str, Amount]


def value_of_register(
    network: Network, basis: str, amounts: Amounts | NDArray[np.float64], told: tuple[Finding, ...]
) -> Value:  # fmt: skip
    """The answer in float64: one pass up over everything."""
    graph = network.graph(basis)
    given = network.amounts(amounts)
    is_company = (np.diff(graph.in_ptr) > 0) | ~np.isnan(given)
    start = np.nan_to_num(given)
    if isinstance(amounts, Mapping):  # an amount that is known to be unknown, not a missing one
        unknown = [network.index(name) for name, amount in amounts.items() if amount is None]
        start[unknown], is_company[unknown] = np.nan, True
    try:
        settle = graph.settle
        closed = [settle.components.members(number) for number in settle.closed]
        for members in closed:
            start[members] = np.nan
        solved = settle.up(start)
    except Divergent as cause:
        raise network.singular(cause) from None
    companies = np.flatnonzero(is_company).astype(np.int32)
    values = solved[companies]
    outside = values * _kept(graph, settle, is_company)[companies]
    own = np.nan_to_num(given)[companies]
    sums = float(own.sum()), float(values.sum())
    findings = Findings([*network.findings, *network.ownerless_findings([members.tolist() for members in closed])])
    findings.extend(network.condition_findings(settle.conditions))
    findings.extend(told)
    negative = companies[values < 0]
    if len(negative):
        names = network.words(negative.tolist())
        message = f"{names}: less than nothing, down to {float(np.nanmin(values)):,.6g}."
        findings.add("W_NEGATIVE_VALUE", message, "With limited liability use clearing.", names)

    def named(array: NDArray[np.float64]) -> ById:
        return ById(network.ids, network.index, companies, array)

    return Value(
        values=named(values),
        outside_value=named(outside),
        double_counting=sums[1] / sums[0] if sums[0] and not np.isnan(sums[1]) else None,
        own_assets=named(own),
        network=network,
        settings={"graph": basis, "basis": graph.basis, "method": "float64"},
        findings=tuple(findings),
    )


def _kept(graph: Graph, settle: Settle, is_company: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The part of each entity that no company holds."""
    issuer = graph.in_issuer
    outside = ~is_company[graph.in_holder]
    rest = np.where(np.diff(graph.in_ptr) > 0, settle.rest(), 1.0)
    return rest + np.bincount(issuer[outside], settle.share[outside], minlength=len(graph.total))


def stubs_of_register(network: Network, basis: str, given: Amounts) -> OwnAssets:
    """p = (I - C) V in float64. Companies without a value get one first, from their stakes; values that are given stop that flow."""
    graph = network.graph(basis)
    equity = network.amounts(given)
    known = ~np.isnan(equity)
    is_company = (np.diff(graph.in_ptr) > 0) | known
    issuer = graph.in_issuer
    values = np.nan_to_num(equity)
    findings = Findings(network.findings)
    unknown = np.flatnonzero(is_company & ~known)
    if len(unknown):
        row, holder, weight = (column[~known[graph.in_holder]] for column in (issuer, graph.in_holder, graph.in_weight))
        pointer = np.zeros(len(equity) + 1, np.int64)
        np.cumsum(np.bincount(row, minlength=len(equity)), out=pointer[1:])
        settle = Settle(pointer, holder, weight, graph.total)
        closed = [settle.components.members(number) for number in settle.closed]
        for members in closed:
            values[members] = np.nan
        try:
            values = np.where(known, values, settle.up(values))
        except Divergent as cause:
            raise network.singular(cause) from None
        findings.extend(network.ownerless_findings([members.tolist() for members in closed]))
        names = network.words(unknown.tolist())
        findings.add("N_NO_VALUE", f"{names}: no value is given; own assets are taken as 0.", "Give a price.", names)
    stakes = np.bincount(graph.in_holder, graph.in_weight / graph.total[issuer] * values[issuer], minlength=len(equity))
    stubs = np.where(known, values - stakes, 0.0)
    companies = np.flatnonzero(is_company).astype(np.int32)
    negative = companies[stubs[companies] < 0]
    if len(negative):
        names = network.words(negative.tolist())
        message = f"{names}: stakes are worth more than the equity, by up to {float(-np.nanmin(stubs[companies])):,.6g}."
        findings.add("W_NEGATIVE_STUB", message, "Debt, a holding discount, or prices of different days.", names)
    return OwnAssets(
        own_assets=ById(network.ids, network.index, companies, stubs[companies]),
        equity=ById(network.ids, network.index, companies, values[companies]),
        settings={"graph": basis, "basis": graph.basis, "method": "float64"},
        findings=tuple(findings),
    )
