"""Network power index: how much of a network ends with the label of each owner when every company follows its pivotal holder.

Mizuno, Doi, Kurizaki, "The power of corporate control in the global ownership network", PLoS ONE 15(8) e0237862 (2020). Holders with one
label vote as one union; unions come in a random order, and the one at which the sum passes the quota gives the company its label.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, Findings, did_you_mean
from crosshold.kernels.threads import Progress
from crosshold.measures.network_power.labels import Labels, Money
from crosshold.measures.network_power.results import Column, PowerByEntity, drawing, method_known
from crosshold.model.threshold import threshold
from crosshold.network import Network

AUTO_STATES = 10**4  # joint labels up to which a small network is answered exactly unasked


@dataclass(frozen=True, eq=False, kw_only=True)
class NetworkPower(PowerByEntity):
    """``values``: expected value of the entities that end with the label of each entity, itself included; they add up to the value of
    all entities. ``error``: standard error of each, ``None`` when the answer is exact. Rows: what is not 0, the largest first.

    ``settings``: quota, float, method, and for a sample draws, seed, sweeps, restart, how many companies were drawn (``drawn``) and how
    many of them stand on circles (``on_rings``).
    """

    ask: Mapping[str, Any] = field(repr=False)

    def explain(self, holder: str, issuer: str) -> dict[str, Any]:
        """The chance that ``issuer`` ends with the label of ``holder``, with its standard error, and who else it can end with."""
        for name in (holder, issuer):
            self.network.index(name)
        one = npi(self.network, value={issuer: 1}, **self.ask)
        return {
            "verb": "npi",
            "holder": holder,
            "issuer": issuer,
            "value": one.values[holder],
            "error": None if one.error is None else one.error[holder],
            "labels": [row._asdict() for row in one.rows],
        }


def npi(
    network: Network,
    *,
    value: Mapping[str, Money] | NDArray[np.float64] | None = None,
    quota: Fraction | str = "1/2",
    free_float: str = "none",
    method: str = "auto",
    draws: int = 10_000,
    seed: int = 0,
    sweeps: int = 15,
    restart: float = 0.02,
    basis: str = "votes",
    threads: int | None = None,
    progress: Progress | None = None,
) -> NetworkPower:
    """Network power of every entity.

    ``value``: what an entity counts for (by id, what is missing 0; or one number per index of the network); one each by default, owners
    included. ``quota``: the pivotal union makes the sum pass this fraction of all votes, exactly the quota does not. ``free_float``:
    ``none``, unidentified votes are not cast, and a company whose identified holders never pass the quota keeps its own label;
    ``ocean``, they are an ocean of small voters which can be pivotal, and then the company keeps its own label.

    ``method``: ``exact`` lists the joint labels in fractions (no circle of contested companies), ``sampled`` draws, ``auto`` is exact on
    small networks where that is possible. What is settled for certain, and what follows from settled labels alone, is computed and not
    drawn. On circles each draw is one more round of the published scheme: labels stay from draw to draw, start again with chance
    ``restart``, and are counted from ``sweeps`` rounds after that on. The same ``seed`` gives the same numbers whatever the number of
    ``threads``. ``progress`` is called with the part done (0-1).

    Errors: E_UNKNOWN_ID, E_BASIS_AMBIGUOUS, E_QUOTA, E_THRESHOLD_TYPE, E_THRESHOLD_RANGE, E_FLOAT, E_METHOD, E_DRAWS, E_SCHEME, E_VALUE,
    E_RING (exact on a circle), E_TOO_MANY_PLAYERS (exact beyond 10**6 states, or too many holders of one company). Findings: W_SAMPLED,
    N_RING.
    """
    method_known(method)
    drawing(draws, seed)
    level = checked(quota, free_float, sweeps, restart)
    graph = network.graph(basis)
    problem = Labels(network, graph, level, free_float == "ocean", value)
    ask: dict[str, Any] = {
        "quota": quota,
        "free_float": free_float,
        "method": method,
        "draws": draws,
        "seed": seed,
        "sweeps": sweeps,
    }
    ask |= {"restart": restart, "basis": basis, "threads": threads}
    settings: dict[str, Any] = {"graph": basis, "basis": graph.basis, "quota": f"more than {level}", "float": free_float}
    settings |= {"value": "one each" if value is None else "given"}
    exact = None
    if method == "exact" or (method == "auto" and graph.is_exact(None)):
        exact = problem.exact(None if method == "exact" else AUTO_STATES)
        if exact is None and method == "exact":
            raise problem.too_much()
    if exact is not None:
        values = Column(network, exact)
        return NetworkPower(
            values=values,
            error=None,
            network=network,
            ask=ask,
            settings={**settings, "method": "exact"},
            findings=network.findings,
        )
    mean, variance, drawn = problem.sampled(draws, seed, sweeps, restart, threads, progress)
    error = np.sqrt(variance)
    rings = int((problem.game.ring >= 0).sum())
    settings |= {"method": "sampled", "draws": draws, "seed": seed, "drawn": drawn, "on_rings": rings}
    if rings:
        settings |= {"sweeps": sweeps, "restart": restart}
    return NetworkPower(
        values=Column(network, mean),
        error=Column(network, error),
        network=network,
        ask=ask,
        settings=settings,
        findings=(*network.findings, *told(network, "npi", error, settings)),
    )


def checked(quota: Fraction | str, free_float: str, sweeps: int, restart: float) -> Fraction:
    """The quota of NPI and NPF; all that is wrong with the choices at once."""
    faults = Findings()
    level = threshold(quota)
    if level == 1:
        faults.add("E_QUOTA", "nobody passes a quota of more than all votes.", "Fractions, not percent: 1/2 for 50 %.", "quota")
    if free_float not in ("none", "ocean"):
        faults.add("E_FLOAT", f"{free_float!r} is not known here.", did_you_mean(free_float, ("none", "ocean")), "free_float")
    if sweeps < 1:
        faults.add("E_SCHEME", f"sweeps is {sweeps}: a circle needs at least one round.", "15 is the published number.", "sweeps")
    if not 0 < restart <= 1:
        faults.add("E_SCHEME", f"restart is {restart}: a chance above 0 is needed.", "0.02 is the published chance.", "restart")
    faults.raise_errors()
    return level


def told(network: Network, verb: str, error: NDArray[np.float64], settings: Mapping[str, Any]) -> list[Finding]:
    """What a reader of a sample of NPI or NPF should know."""
    found, drawn, rings = [], settings["drawn"], settings["on_rings"]
    if drawn:
        worst = int(np.argmax(error))
        message = (
            f"{drawn} companies were drawn {settings['draws']} times with seed {settings['seed']}; "
            f"the largest standard error is {error[worst]:.3g}, of {network.ids[worst]}."
        )
        found.append(Finding("W_SAMPLED", message, "Four times as many draws halve it.", verb))
    if rings:
        message = f"{rings} companies stand on circles in which nobody decides for certain: their labels depend on the scheme."
        found.append(Finding("N_RING", message, "Compare other values of sweeps and restart.", verb))
    return found
