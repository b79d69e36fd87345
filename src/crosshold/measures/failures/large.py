"""Cascades on a register, driven by events: a shock costs what it touches, not what there is."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, Findings, RequestError
from crosshold.kernels.flow import Divergent
from crosshold.kernels.waves import SLACK, Fallen, Waves
from crosshold.measures.failures.results import EQUITY, OUTSIDE, Cascade, Money, Shock, Touched, Wave
from crosshold.model.columns import ById, Columns
from crosshold.network import Network

Float = NDArray[np.float64]
Amounts = Mapping[str, Money] | Float


class Contagion:
    """A register with values and lines, prepared once for any number of shocks.

    ``own_assets``, ``thresholds`` and ``failure_costs``: money by id, or arrays by entity (NaN: none given), as for
    :func:`~crosshold.measures.failures.cascade`; ``thresholds_in`` is ``outside value`` or ``equity``. Values behind a ring that owns
    itself are ``None`` and never fail (W_OWNERLESS_CYCLE). Floats on a line are not below it: a relative slack of 1e-11 is allowed.

    Errors: E_UNKNOWN_ID, E_BASIS_AMBIGUOUS, E_UNIT, E_COST, E_SINGULAR.
    """

    def __init__(
        self,
        network: Network,
        own_assets: Amounts,
        thresholds: Amounts,
        failure_costs: Amounts,
        *,
        basis: str = "capital",
        thresholds_in: str = OUTSIDE,
    ) -> None:
        if thresholds_in not in (OUTSIDE, EQUITY):
            message = f"thresholds in {thresholds_in!r} cannot be compared."
            raise RequestError(Finding("E_UNIT", message, f"Say {OUTSIDE!r} or {EQUITY!r}.", "thresholds_in"))
        graph = network.graph(basis)
        self.network, self._unit = network, thresholds_in
        assets, self._line, costs = (network.amounts(given) for given in (own_assets, thresholds, failure_costs))
        self._refuse_gains(costs)
        given = ~np.isnan(assets) | ~np.isnan(self._line) | ~np.isnan(costs)
        self._is_company = (np.diff(graph.in_ptr) > 0) | given
        self._assets, self._cost = np.nan_to_num(assets), np.nan_to_num(costs)
        try:
            self._settle = graph.settle
            self._closed = [self._settle.components.members(number) for number in self._settle.closed]
            self.equity = self._equity(self._assets)
        except Divergent as cause:
            raise network.singular(cause) from None
        self._kept = np.ones(len(network))
        if thresholds_in == OUTSIDE:
            inside = self._is_company[graph.in_holder]
            held = np.zeros(len(network), np.int64)
            np.add.at(held, graph.in_issuer[inside], graph.in_weight[inside])
            self._kept = np.where(graph.total > 0, (graph.total - held) / np.maximum(graph.total, 1), 1.0)
        self._calm = np.zeros(len(network), np.bool_)
        self.waves = Waves(self._settle, self.equity, self._kept, self._line, self._cost, self._calm)
        self.settings: dict[str, Any] = {
            "graph": basis,
            "basis": graph.basis,
            "thresholds": thresholds_in,
            "method": "float64, by events",
            "slack": SLACK,
        }
        self.findings = (
            *network.findings,
            *network.ownerless_findings([members.tolist() for members in self._closed]),
            *network.condition_findings(self._settle.conditions),
        )

    def shock(self, losses: Mapping[str, Money]) -> Shock:
        """What happens when these companies lose own assets (money by id): who is touched, who fails in which wave.

        A negative loss is a gain. Whoever is below its line before the shock fails when the shock touches it. Time grows with the
        companies and holders that are touched; the register stays as it is, so that the next shock starts anew.
        """
        nodes = np.array([self.network.index(name) for name in losses], np.int32)
        fallen = self.waves.fall(nodes, np.array([float(Fraction(loss)) for loss in losses.values()]))
        kept = self._kept[fallen.nodes]
        arrays: dict[str, NDArray[Any]] = {
            "company": fallen.nodes,
            "wave": fallen.wave,
            "before": fallen.before * kept,
            "after": fallen.after * kept,
        }
        rows: Columns[Touched] = Columns(Touched, arrays, {"company": self.network.ids})
        return Shock(rows=rows, failed=_by_wave(self.network, fallen), settings=self.settings, findings=self.findings)

    def cascade(self) -> Cascade:
        """The best and the worst case without any further shock."""
        lined = np.flatnonzero(~np.isnan(self._line)).astype(np.int32)
        values = self.equity.copy()
        best = self.waves.failing(lined)
        waves = []
        for number, (failed, (moved, after)) in enumerate(zip(_by_wave(self.network, best), best.moves, strict=True), 1):
            seen = self._is_company[moved]
            moving = ById(self.network.ids, self.network.index, moved[seen], (after * self._kept[moved])[seen])
            waves.append(Wave(number, failed, moving))
        values[best.nodes] = best.after
        everybody = np.zeros(len(values), np.bool_)
        everybody[lined] = True
        worst_values = self._equity(self._assets - np.where(everybody, self._cost, 0.0))
        release = Waves(self._settle, worst_values, self._kept, self._line, self._cost, everybody).release(lined)
        worst_values[release.nodes] = release.after
        released = release.nodes[release.wave > 0]
        low = np.sort(best.nodes[best.wave > 0])
        high = np.setdiff1d(lined, released)
        companies = np.flatnonzero(self._is_company).astype(np.int32)

        def named(array: Float) -> ById:
            return ById(self.network.ids, self.network.index, companies, (array * self._kept)[companies])

        findings = list(self.findings)
        if not np.array_equal(low, high):
            message = f"both are consistent: that {len(low):,} fail, and that {len(high):,} fail."
            cure = "Report both ends; who fails depends on what is expected."
            findings.append(Finding("W_SEVERAL_EQUILIBRIA", message, cure, "cascade"))
        return Cascade(
            waves=tuple(waves),
            best=tuple(self.network.ids[i] for i in low.tolist()),
            worst=tuple(self.network.ids[i] for i in high.tolist()),
            values=named(values),
            worst_values=named(worst_values),
            equilibria=None,
            spread=None,
            settings=self.settings,
            findings=tuple(dict.fromkeys(findings)),
        )

    def _equity(self, assets: Float) -> Float:
        start = assets.copy()
        for members in self._closed:
            start[members] = np.nan
        return self._settle.up(start)

    def _refuse_gains(self, costs: Float) -> None:
        faults = Findings()
        for entity in np.flatnonzero(costs < 0).tolist():
            message = f"the failure of {self.network.ids[entity]} would cost {costs[entity]:g}, a gain."
            faults.add("E_COST", message, "Give a cost of 0 or more.", self.network.ids[entity])
        faults.raise_errors()


def cascade_of_register(
    network: Network, own_assets: Amounts, thresholds: Amounts, costs: Amounts, every: bool, basis: str, unit: str
) -> Cascade:
    """Best and worst case of a register."""
    if every:
        message = "every consistent set of failures is looked for in exact numbers only."
        raise RequestError(Finding("E_TOO_LARGE", message, "The best and the worst case bound them all.", "every"))
    return Contagion(network, own_assets, thresholds, costs, basis=basis, thresholds_in=unit).cascade()


def _by_wave(network: Network, fallen: Fallen) -> tuple[tuple[str, ...], ...]:
    waves = range(1, int(fallen.wave.max(initial=0)) + 1)
    return tuple(tuple(network.ids[i] for i in np.sort(fallen.nodes[fallen.wave == w]).tolist()) for w in waves)
