"""The verb ``cascade``, exact for small networks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from crosshold.errors import Finding, Findings, RequestError, UndeterminedError
from crosshold.kernels.flow import Divergent, Number, method
from crosshold.measures.failures.large import cascade_of_register
from crosshold.measures.failures.results import EQUITY, OUTSIDE, Cascade, Money, Wave
from crosshold.network import Network

MOST_FIRMS = 20  # firms between the two cases among which every equilibrium is looked for


def cascade(
    network: Network,
    own_assets: Mapping[str, Money],
    thresholds: Mapping[str, Money],
    failure_costs: Mapping[str, Money],
    *,
    every: bool = False,
    basis: str = "capital",
    thresholds_in: str = OUTSIDE,
    exact: bool | None = None,
) -> Cascade:
    """Who fails when a company whose outside value is below its threshold loses its failure cost, once.

    ``own_assets``, ``thresholds`` and ``failure_costs`` are money by id: thresholds in outside value (or ``equity``, with
    ``thresholds_in``), costs not negative; missing assets and costs are 0, a company without a threshold does not fail. Failing is
    strict: exactly at the threshold is not below. Best case: nobody has failed, then all that fail in a round fall together, until
    nobody does. Worst case: everybody has failed, then all that would not are released, until nobody is. ``every`` also lists each
    consistent set of failures (at most 20 firms may differ between the two cases).

    Beyond 2,000 holdings (or with ``exact=False``) values are float64 and the waves are driven by events; see :class:`Contagion` for
    shocks on a register that is prepared once. There an ownerless ring is a finding and its values ``None``.

    Errors: E_UNKNOWN_ID, E_BASIS_AMBIGUOUS, E_UNIT, E_COST, E_SINGULAR, E_TOO_MANY_FIRMS; W_OWNERLESS_CYCLE as ``UndeterminedError``, since
    values on such a ring do not exist. Finding W_SEVERAL_EQUILIBRIA when the two cases differ.
    """
    if thresholds_in not in (OUTSIDE, EQUITY):
        message = f"thresholds in {thresholds_in!r} cannot be compared."
        raise RequestError(Finding("E_UNIT", message, f"Say {OUTSIDE!r} or {EQUITY!r}.", "thresholds_in"))
    if not network.graph(basis).is_exact(exact):
        return cascade_of_register(network, own_assets, thresholds, failure_costs, every, basis, thresholds_in)
    model = _Model(network, own_assets, thresholds, failure_costs, basis, exact, thresholds_in)
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
    findings = [*network.findings, *network.condition_findings(model.flow.conditions)]
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
        spread=model.dependency,
        settings={
            "graph": basis,
            "basis": network.graph(basis).basis,
            "thresholds": thresholds_in,
            "method": method([*values.values(), *worst_values.values()]),
        },
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
        unit: str,
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
        self.keeps = graph.kept_from(companies) if unit == OUTSIDE else dict.fromkeys(companies, Fraction(1))
        self._outside = graph.kept_from(companies) if unit == EQUITY else self.keeps

    def spread(self, amounts: Mapping[int, Fraction]) -> dict[int, Number]:
        """Outside values of own assets."""
        try:
            solved = self.flow.solve(amounts)
        except Divergent as cause:
            raise self.network.singular(cause) from None
        return {j: (solved.get(j) or Fraction(0)) * keep for j, keep in self.keeps.items()}

    def dependency(self) -> dict[str, dict[str, Number]]:
        """D by id."""
        columns = {j: self.flow.solve({j: Fraction(1)}) for j in self.names}
        keeps = self._outside.items()
        return {
            self.names[i]: {name: (columns[j].get(i) or Fraction(0)) * keep for j, name in self.names.items()}
            for i, keep in keeps
        }

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
