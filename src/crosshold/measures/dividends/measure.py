"""The verb ``dividends``, exact for small networks."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, RequestError
from crosshold.kernels.csr import compress
from crosshold.kernels.flow import Amount, Divergent, Flow, method
from crosshold.measures.dividends.large import of_register
from crosshold.measures.dividends.results import Dividend, Dividends, Money
from crosshold.network import Graph, Network


def dividends(
    network: Network,
    profit: Mapping[str, Money] | NDArray[np.float64],
    payout: Mapping[str, Fraction | Decimal | str | int] | None = None,
    *,
    withholding: Mapping[tuple[str, str], Fraction | Decimal | str] | None = None,
    rounds: int | None = None,
    basis: str = "capital",
    exact: bool | None = None,
) -> Dividends:
    """Income y = (I - A P)^-1 e, where e is own ``profit`` (money, may be negative) and P the ``payout`` rates (0-1, default 1).

    Companies are the entities with an identified holder and those given a profit or a rate; owners pay nothing on. A loss pays
    no dividend (W_LOSS_NO_DIVIDEND, least solution). ``withholding`` maps (holder, issuer) to a tax rate below 1. ``rounds=k`` is the
    calendar version: dividends of one year are income of the next, k years in all. Beyond 2,000 holdings (or with ``exact=False``) the
    answer is in float64, and ``profit`` may be an array by entity. Errors: E_UNKNOWN_ID, E_PAYOUT, E_SINGULAR;
    W_OWNERLESS_CYCLE when a ring that owns itself pays out everything.

    Source: look-through earnings, as the input-output form of Brioschi, Buzzacchi, Colombo, J. Banking and Finance 13 (1989).
    """
    graph = network.graph(basis)
    rates = {network.index(name): Fraction(rate) for name, rate in (payout or {}).items()}
    taxes = {(network.index(h), network.index(i)): Fraction(rate) for (h, i), rate in (withholding or {}).items()}
    _check(network, rates, taxes)
    if isinstance(profit, np.ndarray) or not graph.is_exact(exact):
        return of_register(network, basis, network.amounts(profit), rates, taxes, rounds)
    earned = {network.index(name): Fraction(amount) for name, amount in profit.items()}
    companies = [j for j in range(len(network)) if graph.holders(j) or j in earned or j in rates]
    rates = {j: rates.get(j, Fraction(1)) for j in companies}
    start = {j: earned.get(j, Fraction(0)) for j in companies}
    closed = [m for m in graph.ownerless if all(rates[j] == 1 and not any(issuer == j for _, issuer in taxes) for j in m)]
    stuck = {node: None for members in closed for node in members}
    findings = [*network.findings, *network.ownerless_findings(closed)]
    if rounds is None:
        income, losing = _settle(network, graph, start, rates, taxes, stuck)
    else:
        income, losing = _years(graph, start, rates, taxes, rounds)
    if losing:
        names = network.words(losing)
        findings.append(
            Finding("W_LOSS_NO_DIVIDEND", f"{names}: no income to pay from.", "Nothing is paid, nothing is taken.", names)
        )
    paid = {j: _times(None if (y := income.get(j, Fraction(0))) is None else max(y, Fraction(0)), rates[j]) for j in companies}
    flows: list[Dividend] = []
    tax: dict[str, Amount] = {}
    for j in companies:
        for i, _ in sorted(graph.holders(j)):
            gross = _times(paid[j], graph.fraction(i, j))
            rate = taxes.get((i, j), Fraction(0))
            flows.append(Dividend(network.ids[i], network.ids[j], _times(gross, 1 - rate)))
            if rate:
                before = tax.get(network.ids[j], Fraction(0))
                kept = _times(gross, rate)
                tax[network.ids[j]] = None if before is None or kept is None else before + kept
        flows.append(Dividend(f"float:{network.ids[j]}", network.ids[j], _times(paid[j], graph.residual(j))))
    receivers = sorted({*income, *companies})
    return Dividends(
        income={network.ids[j]: income.get(j, Fraction(0)) for j in receivers},
        paid={network.ids[j]: paid[j] for j in companies},
        retained={network.ids[j]: None if (y := income.get(j, Fraction(0))) is None else y - (paid[j] or 0) for j in companies},
        flows=tuple(row for row in flows if row.amount is None or row.amount != 0),
        tax=tax,
        settings={"graph": basis, "basis": graph.basis, "rounds": rounds, "method": method(income.values())},
        findings=tuple(dict.fromkeys(findings)),
    )


def _check(network: Network, rates: Mapping[int, Fraction], taxes: Mapping[tuple[int, int], Fraction]) -> None:
    faults = [
        Finding("E_PAYOUT", f"{network.ids[j]}: a payout of {rate} is outside 0 to 1.", "Fractions, not percent.", network.ids[j])
        for j, rate in rates.items()
        if not 0 <= rate <= 1
    ]
    faults += [
        Finding("E_PAYOUT", f"{network.ids[j]}: a tax of {rate} is outside 0 to 1.", "Fractions, not percent.", network.ids[j])
        for (_, j), rate in taxes.items()
        if not 0 <= rate < 1
    ]
    if faults:
        raise RequestError(faults)


def _times(amount: Amount, share: Fraction | None) -> Amount:
    return None if amount is None or share is None else amount * share


Rates = Mapping[int, Fraction]
Taxes = Mapping[tuple[int, int], Fraction]


def _settle(
    network: Network, graph: Graph, start: Rates, rates: Rates, taxes: Taxes, stuck: Mapping[int, None]
) -> tuple[dict[int, Amount], list[int]]:
    """Least solution: nobody pays; then those with income pay; solve and repeat. Incomes only rise, so payers only join."""
    paying = {j for j, e in start.items() if e > 0 or j in stuck}
    while True:
        flow = _flow(graph, {j: rates[j] for j in paying}, taxes, stuck)
        try:
            income = flow.solve({**start, **stuck})
        except Divergent as cause:
            raise network.singular(cause) from None
        more = {j for j in start if (y := income.get(j, Fraction(0))) is None or y > 0} - paying
        if not more:
            return income, [j for j in sorted(start) if (y := income.get(j)) is not None and y < 0]
        paying |= more


def _years(graph: Graph, start: Rates, rates: Rates, taxes: Taxes, rounds: int) -> tuple[dict[int, Amount], list[int]]:
    """Income after k years: own profit and what the others paid from last year's."""
    income: dict[int, Fraction] = dict(start)
    for _ in range(rounds):
        later = dict(start)
        for j, rate in rates.items():
            paid = max(income.get(j, Fraction(0)), Fraction(0)) * rate
            for i, _ in graph.holders(j) if paid else ():
                share = (graph.fraction(i, j) or Fraction(0)) * (1 - taxes.get((i, j), Fraction(0)))
                later[i] = later.get(i, Fraction(0)) + share * paid
        income = later
    return dict(income), [j for j in sorted(start) if income[j] < 0]


def _flow(graph: Graph, rates: Rates, taxes: Taxes, stuck: Mapping[int, None]) -> Flow:
    """From issuers up to holders: stake times payout, less tax."""
    edges = [(j, i, w) for j in sorted(rates) if rates[j] for i, w in graph.holders(j)]
    columns = np.array(edges, dtype=np.int64).reshape(-1, 3)
    pointer, target, _ = compress(len(graph.total), columns[:, 0], columns[:, 1], columns[:, 2])
    source = np.repeat(np.arange(len(pointer) - 1), np.diff(pointer)).tolist()
    pairs = zip(source, target.tolist(), strict=True)
    share = [(graph.fraction(i, j) or Fraction(0)) * rates[j] * (1 - taxes.get((i, j), Fraction(0))) for j, i in pairs]
    return Flow(pointer, target, share, stuck)
