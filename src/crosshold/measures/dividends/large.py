"""Dividends of a register in float64 arrays."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding
from crosshold.kernels.flow import Divergent
from crosshold.kernels.settle import Settle
from crosshold.measures.dividends.results import Dividend, Dividends
from crosshold.model.columns import ById, Columns, WithFloats
from crosshold.network import Graph, Network

Float = NDArray[np.float64]
Taxes = Mapping[tuple[int, int], Fraction]


class _Terms(NamedTuple):
    """By entity: own profit, payout rate (0 where nothing is paid on), who is a company. By edge: its issuer, its tax rate."""

    own: Float
    rate: Float
    is_company: NDArray[np.bool_]
    issuer: NDArray[np.int32]
    tax: Float


def of_register(
    network: Network, basis: str, profit: Float, rates: Mapping[int, Fraction], taxes: Taxes, rounds: int | None
) -> Dividends:
    """The answer in float64; ``profit`` by entity, NaN where none is given."""
    graph = network.graph(basis)
    terms = _terms(graph, profit, rates, taxes)
    try:
        whole = _settle(graph, terms, terms.is_company)
        closed = [whole.components.members(number) for number in whole.closed]
        income = _least(graph, terms, closed) if rounds is None else _years(graph, terms, rounds)
    except Divergent as cause:
        raise network.singular(cause) from None
    findings = [*network.findings, *network.ownerless_findings([members.tolist() for members in closed])]
    companies = np.flatnonzero(terms.is_company).astype(np.int32)
    losing = companies[income[companies] < 0]
    if len(losing):
        names = network.words(losing.tolist())
        message = f"{names}: no income to pay from."
        findings.append(Finding("W_LOSS_NO_DIVIDEND", message, "Nothing is paid, nothing is taken.", names))
    paid = np.maximum(income, 0.0) * terms.rate
    gross = paid[terms.issuer] * (graph.in_weight / graph.total[terms.issuer])
    withheld = np.bincount(terms.issuer, gross * terms.tax, minlength=len(network)).astype(np.float64)
    taxing = np.unique(terms.issuer[terms.tax > 0]).astype(np.int32)
    receivers = np.flatnonzero(terms.is_company | (income != 0)).astype(np.int32)

    def named(entities: NDArray[np.int32], array: Float) -> ById:
        return ById(network.ids, network.index, entities, array[entities])

    return Dividends(
        income=named(receivers, income),
        paid=named(companies, paid),
        retained=named(companies, income - paid),
        flows=_flows(network, graph, terms, gross, paid * _rest(graph)),
        tax=named(taxing, withheld),
        settings={"graph": basis, "basis": graph.basis, "rounds": rounds, "method": "float64"},
        findings=tuple(dict.fromkeys(findings)),
    )


def _terms(graph: Graph, profit: Float, rates: Mapping[int, Fraction], taxes: Taxes) -> _Terms:
    is_company = (np.diff(graph.in_ptr) > 0) | ~np.isnan(profit)
    is_company[list(rates)] = True
    rate = is_company.astype(np.float64)
    for entity, share in rates.items():
        rate[entity] = float(share)
    tax = np.zeros(len(graph.in_weight))
    for (holder, company), share in taxes.items():
        a, b = graph.in_ptr[company], graph.in_ptr[company + 1]
        tax[a:b][graph.in_holder[a:b] == holder] = float(share)
    return _Terms(np.nan_to_num(profit), rate, is_company, graph.in_issuer, tax)


def _settle(graph: Graph, terms: _Terms, paying: NDArray[np.bool_]) -> Settle:
    """The flow up from those who pay: stake times payout, less tax."""
    passed = (1.0 - terms.tax) * (terms.rate * paying)[terms.issuer]
    return Settle(graph.in_ptr, graph.in_holder, graph.in_weight, graph.total, passed_on=passed)


def _least(graph: Graph, terms: _Terms, closed: list[NDArray[np.int32]]) -> Float:
    """Nobody pays; then those with income pay; solve and repeat. Incomes only rise, so payers only join."""
    start = terms.own.copy()
    for members in closed:
        start[members] = np.nan
    paying = terms.is_company & ~(start <= 0)
    while True:
        income = _settle(graph, terms, paying).up(start)
        more = terms.is_company & ~(income <= 0) & ~paying
        if not more.any():
            return income
        paying |= more


def _years(graph: Graph, terms: _Terms, rounds: int) -> Float:
    """Income after k years: own profit and what the others paid from last year's."""
    part = graph.in_weight / graph.total[terms.issuer] * (1.0 - terms.tax)
    income = terms.own
    for _ in range(rounds):
        paid = np.maximum(income, 0.0) * terms.rate
        income = terms.own + np.bincount(graph.in_holder, part * paid[terms.issuer], minlength=len(income))
    return income


def _rest(graph: Graph) -> Float:
    """What no identified holder has of each entity; nothing of one without a total."""
    return np.where(graph.total > 0, (graph.total - graph.held) / np.maximum(graph.total, 1), 0.0)


def _flows(network: Network, graph: Graph, terms: _Terms, gross: Float, to_floats: Float) -> Columns[Dividend]:
    n = len(network)
    some = np.flatnonzero((to_floats != 0) & terms.is_company).astype(np.int32)
    net = gross * (1.0 - terms.tax)
    keep = net != 0
    arrays: dict[str, NDArray[Any]] = {
        "holder": np.concatenate([graph.in_holder[keep], some + n]),
        "issuer": np.concatenate([terms.issuer[keep], some]),
        "amount": np.concatenate([net[keep], to_floats[some]]),
    }
    return Columns(Dividend, arrays, {"holder": WithFloats(network.ids), "issuer": network.ids})
