"""What companies are worth when they hold each other, and how much of that is counted more than once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Findings
from crosshold.kernels.flow import Amount, Divergent, method
from crosshold.model.result import Result
from crosshold.network import Graph, Network

Money = Decimal | Fraction | int | str


class ValueRow(NamedTuple):
    """Money of one company: own assets, equity with stakes, and the part of it that outside holders have."""

    company: str
    own_assets: Amount
    value: Amount
    outside_value: Amount


class Contribution(NamedTuple):
    """``money``: the part of ``company``'s own assets that ends with the outside holders of ``via``."""

    company: str
    via: str
    money: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class Value(Result):
    """Money in the unit of the input, exact. Outside values add up to the own assets.

    ``values`` is equity including stakes, ``outside_value`` the part of it held by outsiders, ``double_counting`` the ratio sum of
    values / sum of own assets (1: nothing is counted twice), ``None`` when it has no answer. Companies behind an ownerless cycle
    are ``None``.
    """

    values: Mapping[str, Amount]
    outside_value: Mapping[str, Amount]
    double_counting: Amount
    own_assets: Mapping[str, Amount]
    network: Network = field(repr=False)

    row: ClassVar[Any] = ValueRow

    def _rows(self) -> list[ValueRow]:
        return [ValueRow(name, self.own_assets[name], value, self.outside_value[name]) for name, value in self.values.items()]

    @cached_property
    def dependency(self) -> dict[str, dict[str, Amount]]:
        """``dependency[i][j]``: part of j's own assets that ends with the outside holders of i. Every column j sums to 1."""
        graph = self.network.graph(self.settings["graph"])
        flow = graph.flow(up=True, exact=self.settings["method"] == "exact")
        companies = [self.network.index(name) for name in self.values]
        keeps = graph.kept_from(companies)
        columns = {j: flow.solve({j: Fraction(1)}) for j in companies}
        matrix: dict[str, dict[str, Amount]] = {}
        for i in companies:
            cells = {j: columns[j].get(i, Fraction(0)) for j in companies}
            matrix[self.network.ids[i]] = {self.network.ids[j]: None if x is None else x * keeps[i] for j, x in cells.items()}
        return matrix

    @cached_property
    def contributions(self) -> tuple[Contribution, ...]:
        """Non-zero flows of own assets to outside holders, by company; each company's add up to its own assets."""
        cells = [(j, i, share) for i, row in self.dependency.items() for j, share in row.items()]
        amounts = [(j, i, None if x is None or (p := self.own_assets[j]) is None else x * p) for j, i, x in cells]
        return tuple(Contribution(*row) for row in sorted(amounts, key=lambda r: r[:2]) if row[2] is None or row[2] != 0)

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """How ``holder``'s value contains ``issuer``'s: the stake, its money, and everything else the holder's equity is made of."""
        graph = self.network.graph(self.settings["graph"])
        parts: dict[str, Amount] = {}
        for j, _ in graph.holdings(self.network.index(holder)):
            value = self.values.get(self.network.ids[j])
            share = graph.fraction(self.network.index(holder), j)
            parts[self.network.ids[j]] = None if value is None or share is None else share * value
        own = self.own_assets.get(holder, Fraction(0))
        value = self.values.get(holder)
        return {"verb": "value", "holder": holder, "issuer": issuer, "value": value, "own_assets": own, "stakes": parts}


def value(
    network: Network, own_assets: Mapping[str, Money] | OwnAssets, *, basis: str = "capital", exact: bool | None = None
) -> Value:  # fmt: skip
    """Equity V = (I - C)^-1 p through cross-holdings C, and the value v = (1 - held by companies) V that reaches outsiders.

    ``own_assets`` p: money of each company net of its own debt and without its stakes; missing ones are 0, negative ones allowed.
    The result of :func:`own_assets` may be given as it is, and its findings are carried on.
    Companies are the entities with an identified holder and those in ``own_assets``; everyone else is an outside owner.

    Errors: E_UNKNOWN_ID, E_BASIS_AMBIGUOUS, E_SINGULAR. Findings: W_OWNERLESS_CYCLE, W_ILL_CONDITIONED,
    W_NEGATIVE_VALUE (a company with limited liability is worth no less than 0: use clearing).

    Sources: Brioschi, Buzzacchi, Colombo, J. Banking and Finance 13 (1989); Elliott, Golub, Jackson, "Financial networks and
    contagion", American Economic Review 104 (2014), section I; McDonald, "The mochiai effect", J. Portfolio Management 16 (1989).
    """
    graph = network.graph(basis)
    number = Fraction if graph.is_exact(exact) else float
    told = own_assets.findings if isinstance(own_assets, OwnAssets) else ()
    amounts = own_assets.own_assets if isinstance(own_assets, OwnAssets) else own_assets
    given = {network.index(name): None if amount is None else number(Fraction(amount)) for name, amount in amounts.items()}
    companies = _companies(network, graph, given)
    lost = {node: None for members in graph.ownerless for node in members}
    flow = graph.flow(up=True, exact=exact)
    try:
        solved = flow.solve({**given, **lost})
    except Divergent as cause:
        raise network.singular(cause) from None
    zero = number(0)
    values = {j: solved.get(j, zero) for j in companies}
    keeps = graph.kept_from(companies)
    outside = {j: None if x is None else x * number(keeps[j]) for j, x in values.items()}
    known = [x for x in values.values() if x is not None]
    own_sum = sum((x for x in given.values() if x is not None), start=zero)
    double = sum(known, start=zero) / own_sum if own_sum and len(known) == len(values) else None
    findings = Findings([*network.findings, *network.ownerless_findings(graph.ownerless), *network.condition_findings(flow)])
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


class OwnAssetsRow(NamedTuple):
    """Money: market value of the equity, and what is left without the stakes."""

    company: str
    equity: Amount
    own_assets: Amount


@dataclass(frozen=True, eq=False, kw_only=True)
class OwnAssets(Result):
    """``own_assets`` ("stubs") behind given ``equity``; feed them to :func:`value` to get the equity back."""

    own_assets: Mapping[str, Amount]
    equity: Mapping[str, Amount]

    row: ClassVar[Any] = OwnAssetsRow

    def _rows(self) -> list[OwnAssetsRow]:
        return [OwnAssetsRow(name, self.equity[name], amount) for name, amount in self.own_assets.items()]


def own_assets(network: Network, equity: Mapping[str, Money], *, basis: str = "capital", exact: bool | None = None) -> OwnAssets:
    """From equity values (market capitalisations) back to own assets: p = (I - C) V.

    ``equity``: money by id. A company without one gets own assets 0 and the equity of its stakes (N_NO_VALUE). Negative own assets:
    W_NEGATIVE_STUB. Errors: E_UNKNOWN_ID, E_BASIS_AMBIGUOUS, E_SINGULAR. Source: as :func:`value`, solved for p.
    """
    graph = network.graph(basis)
    number = Fraction if graph.is_exact(exact) else float
    known: dict[int, Amount] = {network.index(name): number(Fraction(amount)) for name, amount in equity.items()}
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
        values |= {j: solved.get(j, number(0)) for j in unknown}
        names = network.words(unknown)
        findings.add("N_NO_VALUE", f"{names}: no value is given; own assets are taken as 0.", "Give a price.", names)
    stubs: dict[str, Amount] = {}
    for j in companies:
        stub = values[j] if j in known else number(0)
        for k, _ in graph.holdings(j) if j in known else ():
            stake, worth = graph.fraction(j, k), values.get(k)
            stub = None if stub is None or worth is None or stake is None else stub - number(stake) * worth
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
