"""The verbs ``value`` and ``own_assets``, exact for small networks."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Findings
from crosshold.kernels.flow import Amount, Divergent, method
from crosshold.measures.value.large import stubs_of_register, value_of_register
from crosshold.measures.value.results import Money, OwnAssets, Value
from crosshold.network import Graph, Network


def value(
    network: Network,
    own_assets: Mapping[str, Money] | NDArray[np.float64] | OwnAssets,
    *,
    basis: str = "capital",
    exact: bool | None = None,
) -> Value:
    """Equity V = (I - C)^-1 p through cross-holdings C, and the value v = (1 - held by companies) V that reaches outsiders.

    ``own_assets`` p: money of each company net of its own debt and without its stakes; missing ones are 0, negative ones allowed.
    The result of :func:`own_assets` may be given as it is, and its findings are carried on.
    Companies are the entities with an identified holder and those in ``own_assets``; everyone else is an outside owner.
    Beyond 2,000 holdings (or with ``exact=False``) the answer is in float64, one component after another, and ``own_assets`` may be an
    array by entity, with NaN for none.

    Errors: E_UNKNOWN_ID, E_BASIS_AMBIGUOUS, E_SINGULAR. Findings: W_OWNERLESS_CYCLE, W_ILL_CONDITIONED,
    W_NEGATIVE_VALUE (a company with limited liability is worth no less than 0: use clearing).

    Sources: Brioschi, Buzzacchi, Colombo, J. Banking and Finance 13 (1989); Elliott, Golub, Jackson, "Financial networks and
    contagion", American Economic Review 104 (2014), section I; McDonald, "The mochiai effect", J. Portfolio Management 16 (1989).
    """
    graph = network.graph(basis)
    told = own_assets.findings if isinstance(own_assets, OwnAssets) else ()
    amounts = own_assets.own_assets if isinstance(own_assets, OwnAssets) else own_assets
    if isinstance(amounts, np.ndarray) or not graph.is_exact(exact):
        return value_of_register(network, basis, amounts, told)
    given = {network.index(name): None if amount is None else Fraction(amount) for name, amount in amounts.items()}
    companies = _companies(network, graph, given)
    lost = {node: None for members in graph.ownerless for node in members}
    flow = graph.flow(up=True, exact=exact)
    try:
        solved = flow.solve({**given, **lost})
    except Divergent as cause:
        raise network.singular(cause) from None
    zero = Fraction(0)
    values = {j: solved.get(j, zero) for j in companies}
    keeps = graph.kept_from(companies)
    outside = {j: None if x is None else x * keeps[j] for j, x in values.items()}
    known = [x for x in values.values() if x is not None]
    own_sum = sum((x for x in given.values() if x is not None), start=zero)
    double = sum(known, start=zero) / own_sum if own_sum and len(known) == len(values) else None
    findings = Findings(
        [*network.findings, *network.ownerless_findings(graph.ownerless), *network.condition_findings(flow.conditions)]
    )
    findings.extend(told)
    for j, x in values.items():
        if x is not None and x < 0:
            message = f"{network.ids[j]} comes out at {float(x):,.6g}, less than nothing."
            findings.add("W_NEGATIVE_VALUE", message, "With limited liability use clearing.", network.ids[j])

    def named(amounts: Mapping[int, Amount]) -> dict[str, Amount]:
        return {network.ids[j]: amounts.get(j, zero) for j in companies}

    return Value(
        values=named(values),
        outside_value=named(outside),
        double_counting=double,
        own_assets=named(given),
        network=network,
        settings={"graph": basis, "basis": graph.basis, "method": method(values.values())},
        findings=tuple(findings),
    )


def own_assets(network: Network, equity: Mapping[str, Money], *, basis: str = "capital", exact: bool | None = None) -> OwnAssets:
    """From equity values (market capitalisations) back to own assets: p = (I - C) V.

    ``equity``: money by id. A company without one gets own assets 0 and the equity of its stakes (N_NO_VALUE). Negative own assets:
    W_NEGATIVE_STUB. Errors: E_UNKNOWN_ID, E_BASIS_AMBIGUOUS, E_SINGULAR. Source: as :func:`value`, solved for p.
    """
    graph = network.graph(basis)
    if not graph.is_exact(exact):
        return stubs_of_register(network, basis, equity)
    known: dict[int, Amount] = {network.index(name): Fraction(amount) for name, amount in equity.items()}
    companies = _companies(network, graph, known)
    unknown = [j for j in companies if j not in known]
    closed = [members for members in graph.ownerless if not known.keys() & set(members)]
    findings = Findings([*network.findings, *network.ownerless_findings(closed)])
    values = dict(known)
    if unknown:
        # Values that are given stop the flow: what a company passes up is its given equity, whatever it holds.
        flow = graph.flow(up=True, exact=exact, stop=known)
        lost = {node: None for members in closed for node in members}
        try:
            solved = flow.solve({**known, **lost})
        except Divergent as cause:
            raise network.singular(cause) from None
        values |= {j: solved.get(j, Fraction(0)) for j in unknown}
        names = network.words(unknown)
        findings.add("N_NO_VALUE", f"{names}: no value is given; own assets are taken as 0.", "Give a price.", names)
    stubs: dict[str, Amount] = {}
    for j in companies:
        stub = values[j] if j in known else Fraction(0)
        for k, _ in graph.holdings(j) if j in known else ():
            stake, worth = graph.fraction(j, k), values.get(k)
            stub = None if stub is None or worth is None or stake is None else stub - stake * worth
        stubs[network.ids[j]] = stub
        if stub is not None and stub < 0:
            message = f"{network.ids[j]}: its stakes are worth {float(-stub):,.6g} more than its equity."
            findings.add("W_NEGATIVE_STUB", message, "Debt, a holding discount, or prices of different days.", network.ids[j])
    return OwnAssets(
        own_assets=stubs,
        equity={network.ids[j]: values[j] for j in companies},
        settings={"graph": basis, "basis": graph.basis, "method": method(stubs.values())},
        findings=tuple(findings),
    )


def _companies(network: Network, graph: Graph, given: Mapping[int, Amount]) -> list[int]:
    """Entities that have a value of their own here: held by somebody, or given. Whoever is only a holder is outside."""
    return [j for j in range(len(network)) if graph.holders(j) or j in given]
