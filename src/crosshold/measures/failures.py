"""Failure cascades: a company that falls below its line loses a lump of value, and everyone who holds it loses with it.

Elliott, Golub, Jackson, "Financial networks and contagion", American Economic Review 104 (2014), section I: v = D (p - b(v)), where D
turns own assets into outside values and b_i(v) is the cost of i's failure when v_i is below its line, 0 otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import Finding, Findings, RequestError, UndeterminedError
from crosshold.kernels.flow import Divergent, Number
from crosshold.model.result import Result
from crosshold.network import Network

Money = Decimal | Fraction | int | str
MOST_FIRMS = 20  # firms between the two cases among which every equilibrium is looked for


class Wave(NamedTuple):
    """The companies that fail in one wave of the best case, and the outside values once it has settled."""

    number: int
    failed: tuple[str, ...]
    values: Mapping[str, Number]


@dataclass(frozen=True, eq=False, kw_only=True)
class Cascade(Result):
    """Outside values, in the unit of the input.

    ``waves``: the best case from "nobody has failed", wave by wave. ``best`` and ``worst``: ids that fail in the best and in the worst
    case (sorted); every equilibrium lies between. ``values`` are those of the best case, ``worst_values`` of the worst.
    ``equilibria``: every consistent set of failures, the smallest first, when asked for.
    """

    waves: tuple[Wave, ...]
    best: tuple[str, ...]
    worst: tuple[str, ...]
    values: Mapping[str, Number]
    worst_values: Mapping[str, Number]
    equilibria: tuple[tuple[str, ...], ...] | None
    model: _Model = field(repr=False)

    row: ClassVar[Any] = Wave

    def _rows(self) -> tuple[Wave, ...]:
        return self.waves

    @cached_property
    def dependency(self) -> dict[str, dict[str, Number]]:
        """D: ``dependency[i][j]`` is the part of j's own assets that ends with the outside holders of i. Columns sum to 1."""
        names, model = self.model.names, self.model
        columns = {j: model.spread({j: Fraction(1)}) for j in names}
        return {names[i]: {names[j]: columns[j][i] for j in names} for i in names}


def cascade(
    network: Network,
    own_assets: Mapping[str, Money],
    thresholds: Mapping[str, Money],
    failure_costs: Mapping[str, Money],
    *,
    every: bool = False,
    basis: str = "capital",
    exact: bool | None = None,
) -> Cascade:
    """Who fails when a company whose outside value is below its threshold loses its failure cost, once.

    ``own_assets``, ``thresholds`` and ``failure_costs`` are money by id: thresholds in outside value, costs not negative; missing
    assets and costs are 0, a company without a threshold does not fail. Failing is strict: exactly at the threshold is not below.
    Best case: nobody has failed, then all that fail in a round fall together, until nobody does. Worst case: everybody has failed, then
    all that would not are released, until nobody is. ``every`` also lists each consistent set of failures (at most 20 firms
    may differ between the two cases).

    Errors: E_UNKNOWN_ID, E_BASIS_AMBIGUOUS, E_COST, E_SINGULAR, E_TOO_MANY_FIRMS; W_OWNERLESS_CYCLE as ``UndeterminedError``, since
    values on such a ring do not exist. Finding W_SEVERAL_EQUILIBRIA when the two cases differ.
    """
    model = _Model(network, own_assets, thresholds, failure_costs, basis, exact)
    failed: set[int] = set()
    waves: list[Wave] = []
    values = model.values(failed)
    while more := {i for i in model.failing(values) if i not in failed}:
        failed |= more
        values = model.values(failed)
        waves.append(Wave(len(waves) + 1, model.words(more), model.named(values)))
    worst = set(model.lines)
    worst_values = model.values(worst)
    while released := worst - model.failing(worst_values):
        worst -= released
        worst_values = model.values(worst)
    findings = [*network.findings, *network.condition_findings(model.flow)]
    if worst != failed:
        low, high = ", ".join(model.words(failed)) or "nobody", ", ".join(model.words(worst))
        message = f"both are consistent: that {low} fails, and that {high} fails."
        findings.append(
            Finding("W_SEVERAL_EQUILIBRIA", message, "Report both ends; who fails depends on what is expected.", "cascade")
        )
    return Cascade(
        waves=tuple(waves),
        best=model.words(failed),
        worst=model.words(worst),
        values=model.named(values),
        worst_values=model.named(worst_values),
        equilibria=_equilibria(model, failed, worst) if every else None,
        model=model,
        settings={"graph": basis, "basis": network.graph(basis).basis, "thresholds": "outside value"},
        findings=tuple(dict.fromkeys(findings)),
    )


class _Model:
    """v = D (p - b) of one network; the components are inverted once, only right-hand sides change."""

    def __init__(
        self,
        network: Network,
        own_assets: Mapping[str, Money],
        thresholds: Mapping[str, Money],
        costs: Mapping[str, Money],
        basis: str,
        exact: bool | None,
    ) -> None:
        graph = network.graph(basis)

        def amounts(given: Mapping[str, Money]) -> dict[int, Fraction]:
            return {network.index(name): Fraction(amount) for name, amount in given.items()}

        self.assets, self.lines, self.costs = amounts(own_assets), amounts(thresholds), amounts(costs)
        faults = Findings()
        for i, cost in self.costs.items():
            if cost < 0:
                message = f"the failure of {network.ids[i]} would cost {cost}, a gain."
                faults.add("E_COST", message, "Give a cost of 0 or more.", network.ids[i])
        faults.raise_errors()
        given = {*self.assets, *self.lines, *self.costs}
        companies = [j for j in range(len(network)) if graph.holders(j) or j in given]
        if graph.ownerless:
            raise UndeterminedError(network.ownerless_findings(graph.ownerless))
        self.network, self.flow = network, graph.flow(up=True, exact=exact)
        self.names = {j: network.ids[j] for j in companies}
        self.keeps = graph.kept_from(companies)

    def spread(self, amounts: Mapping[int, Fraction]) -> dict[int, Number]:
        """Outside values of own assets."""
        try:
            solved = self.flow.solve(amounts)
        except Divergent as cause:
            raise self.network.singular(cause) from None
        return {j: (solved.get(j) or Fraction(0)) * keep for j, keep in self.keeps.items()}

    def values(self, failed: Iterable[int]) -> dict[int, Number]:
        """Outside values when some companies have failed."""
        left = dict(self.assets)
        for i in failed:
            left[i] = left.get(i, Fraction(0)) - self.costs.get(i, Fraction(0))
        return self.spread(left)

    def failing(self, values: Mapping[int, Number]) -> set[int]:
        """Companies whose value is below their line."""
        return {i for i, line in self.lines.items() if values[i] < line}

    def named(self, values: Mapping[int, Number]) -> dict[str, Number]:
        return {name: values[j] for j, name in self.names.items()}

    def words(self, members: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.names[i] for i in sorted(members))


def _equilibria(model: _Model, best: set[int], worst: set[int]) -> tuple[tuple[str, ...], ...]:
    """Every set S with S = {i: v_i(S) below its line}: firm by firm, dropping a branch that no choice of the rest can mend."""
    open_firms = sorted(worst - best)
    if len(open_firms) > MOST_FIRMS:
        message = f"{len(open_firms)} firms fail in the worst case but not in the best."
        cure = f"Up to {MOST_FIRMS} can be enumerated; the two cases bound all equilibria."
        raise RequestError(Finding("E_TOO_MANY_FIRMS", message, cure, "every"))
    losses = {i: model.spread({i: model.costs.get(i, Fraction(0))}) for i in open_firms}
    found: list[set[int]] = []

    def branch(k: int, failed: set[int], high: dict[int, Number], low: dict[int, Number]) -> None:
        """``high`` and ``low``: values if none, or all, of the undecided firms fail."""
        decided = open_firms[:k]
        if any(low[i] >= model.lines[i] if i in failed else high[i] < model.lines[i] for i in decided):
            return
        if k == len(open_firms):
            found.append(failed)
            return
        firm = open_firms[k]
        branch(k + 1, failed, high, {j: x + losses[firm][j] for j, x in low.items()})
        branch(k + 1, failed | {firm}, {j: x - losses[firm][j] for j, x in high.items()}, low)

    branch(0, set(best), model.values(best), model.values(worst))
    return tuple(sorted((model.words(s) for s in found), key=lambda s: (len(s), s)))
