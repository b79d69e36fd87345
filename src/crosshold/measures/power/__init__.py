"""Voting power in one company: who decides how often, whatever the percentages say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple, TypeVar

from crosshold.errors import Finding, RequestError, UndeterminedError, did_you_mean
from crosshold.kernels.control import blocs, passes
from crosshold.measures.power import (
    banzhaf,
    banzhaf_absolute,
    coleman_act,
    coleman_initiate,
    coleman_prevent,
    deegan_packel,
    holler,
    johnston,
    public_help,
    shapley_shubik,
    swings,
)
from crosshold.measures.power.estimate import METHODS, UNITS, Estimate, Method, estimate
from crosshold.measures.power.free_float import Rule, beside_float, binomial, ocean
from crosshold.measures.power.game import Game, Index, Listed, Weighted, votes_of
from crosshold.measures.power.quota import MAJORITY, Quota, quota_of
from crosshold.measures.power.sampling import SAMPLES
from crosshold.measures.power.work import Work
from crosshold.model.result import Result
from crosshold.network import Graph, Network

__all__ = [
    "INDICES",
    "METHODS",
    "Estimate",
    "Listed",
    "Method",
    "Power",
    "PowerRow",
    "Weighted",
    "Work",
    "beside_float",
    "binomial",
    "estimate_of",
    "index_named",
    "ocean",
    "power",
    "power_of",
]

INDICES: tuple[Index, ...] = (
    banzhaf.INDEX,
    banzhaf_absolute.INDEX,
    coleman_act.INDEX,
    coleman_initiate.INDEX,
    coleman_prevent.INDEX,
    deegan_packel.INDEX,
    holler.INDEX,
    johnston.INDEX,
    public_help.INDEX,
    shapley_shubik.INDEX,
    swings.INDEX,
)
"""Every index, alphabetically by id."""

LARGEST = 20  # holders that stay single beside a float
SMALLEST = Fraction(1, 100)  # and the smallest of them


class PowerRow(NamedTuple):
    """A player: fraction of all votes, and the index's value (0-1, or a count for ``swings``)."""

    holder: str
    votes: Fraction
    power: Fraction | float


@dataclass(frozen=True, eq=False, kw_only=True)
class Power(Result):
    """``values`` by player, largest holding first. A bloc goes by its leader; ``coleman-act`` has one value, of the company.

    ``settings``: issuer, index, quota, float, bloc, basis, which holders stayed single, and what the method used (nodes, units, draws,
    seed). ``method`` is exact, dynamic, quantised, sampled, or float64 (few holders beside a float); ``error`` is how far a value may be
    off, ``None`` when exact. ``low`` and ``high`` are the bracket of a rounding or the 95 % interval of draws, ``undecided`` the
    holders whose order the bracket leaves open. ``log2`` of the value tells what is too small for a float. ``float_value`` is left to
    the float where values sum to one.
    """

    values: Mapping[str, Fraction | float]
    method: str
    error: float | None
    float_value: Fraction | float | None
    low: Mapping[str, float] | None = None
    high: Mapping[str, float] | None = None
    log2: Mapping[str, float | None] | None = field(default=None, repr=False)
    undecided: tuple[str, ...] = ()
    votes: Mapping[str, Fraction] = field(repr=False)
    members: Mapping[str, tuple[str, ...]] = field(repr=False)

    row: ClassVar[Any] = PowerRow
    shares: ClassVar[tuple[str, ...]] = ("votes",)

    def _rows(self) -> list[PowerRow]:
        return [PowerRow(name, self.votes.get(name, Fraction(1)), value) for name, value in self.values.items()]

    def explain(self, holder: str) -> dict[str, Any]:
        """The game in which the value arose: the players with their votes and the holders that each speaks for, and the rule."""
        players = [{"player": name, "votes": self.votes[name], "holders": list(self.members[name])} for name in self.votes]
        settings = {key: self.settings[key] for key in ("issuer", "index", "quota", "float")}
        return {"verb": "power", "holder": holder, "value": self.values.get(holder), **settings, "players": players}


def index_named(name: str) -> Index:
    """The index with this id; E_INDEX with the nearest ids otherwise."""
    found = next((index for index in INDICES if index.id == name), None)
    if found is None:
        cure = did_you_mean(name, [index.id for index in INDICES])
        raise RequestError(Finding("E_INDEX", f"{name!r} is no power index.", cure, "index"))
    return found


def power_of(
    weights: Sequence[int] | Game, quota: Rule | None = None, index: str = "shapley-shubik", *, method: str = "auto"
) -> Sequence[Fraction | float]:
    """One index of one weighted game: a value per player (``coleman-act``: one value), fractions where the method is exact.

    ``weights`` are whole votes, ``quota`` as in :func:`~crosshold.measures.power.quota.quota_of`; a :class:`Game` may be given instead of
    both. ``method`` and errors as in :func:`estimate_of`, which also tells the error of each value.
    """
    return estimate_of(weights, quota, index, Method(method)).values


def estimate_of(
    weights: Sequence[int] | Game, quota: Rule | None = None, index: str = "shapley-shubik", method: Method | None = None
) -> Estimate:
    """One index of one weighted game, with the method, its error and its settings.

    Errors: E_QUOTA, E_INDEX, E_VOTES, E_NEG_QTY, E_METHOD, E_SAMPLES, E_UNITS, and E_TOO_MANY_PLAYERS where a named method cannot do it
    (auto finds one); UndeterminedError E_NOT_CONVERGED when draws are too uneven for an interval.
    """
    chosen = index_named(index)
    if isinstance(weights, Game):
        return estimate(weights, chosen, method)
    votes = votes_of(weights)
    rule = quota_of(MAJORITY if quota is None else quota, sum(votes))
    return estimate(Weighted(votes, rule.whole()), chosen, method)


def power(
    network: Network,
    issuer: str,
    *,
    index: str = "shapley-shubik",
    quota: Rule = MAJORITY,
    free_float: str = "ocean",
    float_holders: int = 1000,
    largest: int = LARGEST,
    smallest: Fraction | str = SMALLEST,
    bloc: str = "control",
    basis: str = "votes",
    method: str = "auto",
    units: int = UNITS,
    samples: int = SAMPLES,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Power:
    """Power of each holder of ``issuer`` at a meeting decided by ``quota`` (default: more than half of all votes).

    ``free_float``: ``ocean`` (infinitely many small voters), ``binomial`` (``float_holders`` equal ones) or ``none`` (votes of
    unidentified holders are never cast, the quota still counts them). With a float the ``largest`` (20) of at least ``smallest``
    (1 %) stay single, the rest joins it. ``bloc``: ``control`` makes holders under one controller one player, ``none`` keeps them apart.

    ``method``: one of :data:`METHODS`; ``quantised`` rounds to ``units`` votes, ``sampled`` draws ``samples`` times from ``seed``.
    ``threads`` and ``progress`` (called with the part done of the present pass) change no number.

    Errors: E_UNKNOWN_ID, E_INDEX, E_QUOTA, E_FLOAT, E_BLOC, E_OVERHELD and those of :func:`estimate_of`; UndeterminedError W_NO_VOTES
    when the issuer has no votes. Sources: the paper of each index and :mod:`crosshold.measures.power.free_float`.
    """
    chosen = index_named(index)
    for value, known, code in ((free_float, ("binomial", "none", "ocean"), "E_FLOAT"), (bloc, ("control", "none"), "E_BLOC")):
        if value not in known:
            raise RequestError(Finding(code, f"{value!r} is not known here.", did_you_mean(value, known), "request"))
    how = Method(method, units, samples, seed, Work(threads, progress)).checked()
    graph, target = network.graph(basis), network.index(issuer)
    total = int(graph.total[target])
    if not total:
        message = f"{issuer} has no votes, so nobody has power over it."
        raise UndeterminedError(Finding("W_NO_VOTES", message, "Use the capital graph, or another date.", issuer))
    players = _players(network, graph, target, bloc)
    rule = quota_of(quota, total)
    names = list(players)
    if free_float != "none":
        names = [name for name in names if Fraction(players[name][0], total) >= Fraction(smallest)][:largest]
    votes = {name: Fraction(players[name][0], total) for name in names}
    small = {"ocean": None, "binomial": float_holders}.get(free_float)
    if free_float == "none":
        found = estimate(Weighted([players[name][0] for name in names], rule.whole()), chosen, how)
    else:
        found = beside_float(list(votes.values()), small, _fraction_rule(rule, total), index, how)
    findings = [*network.findings, *(_degenerate(votes, rule, total, index, float_holders) if free_float == "ocean" else [])]
    if chosen.caution:
        note = Finding("N_NOT_MONOTONE", f"{index} is {chosen.caution}.", "Read it beside shapley-shubik or banzhaf.", issuer)
        findings.append(note)
    shown = names if chosen.per_player else [issuer]
    values = [int(x) if isinstance(x, Fraction) else x for x in found.values] if index == "swings" else found.values
    told = dict(found.settings)
    undecided = tuple(names[k] for k in told.pop("undecided", []))
    settings = {"issuer": issuer, "index": index, "quota": _rule_words(quota), "float": free_float, "bloc": bloc}
    settings |= {"basis": graph.basis, "method": found.method}
    settings |= {"single": f"{len(names)} of {len(players)}"} if free_float != "none" else {}
    settings |= {"float_holders": str(float_holders)} if free_float == "binomial" else {}
    return Power(
        values=_named(shown, values) or {},
        method=found.method,
        error=found.error,
        float_value=1 - sum(found.values) if free_float != "none" and index == "shapley-shubik" else None,
        low=_named(shown, found.low),
        high=_named(shown, found.high),
        log2=_named(shown, found.log2),
        undecided=undecided,
        votes=votes,
        members={name: players[name][1] for name in names},
        settings=settings | told,
        findings=(*findings, *found.findings),
    )


V = TypeVar("V")


def _named(names: Sequence[str], values: Sequence[V] | None) -> dict[str, V] | None:
    return None if values is None else dict(zip(names, values, strict=True))


def _fraction_rule(rule: Quota, total: int) -> Rule:
    return {"more_than" if rule.strict else "at_least": rule.level / total}


def _players(network: Network, graph: Graph, target: int, bloc: str) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Votes and member ids of each player by name, largest first."""
    held = dict(graph.holders(target))
    groups = [([h], [h]) for h in held]
    if bloc == "control":
        n = range(len(network))
        test = passes(Fraction(1, 2), True, graph.total.tolist())
        groups = blocs([graph.holdings(i) for i in n], [graph.holders(j) for j in n], target, test)
    rows = [(sum(held[h] for h in members), leaders, members) for leaders, members in groups]
    rows.sort(key=lambda row: (-row[0], row[1]))
    return {
        "+".join(network.ids[i] for i in leaders): (count, tuple(network.ids[h] for h in members))
        for count, leaders, members in rows
    }


def _degenerate(votes: Mapping[str, Fraction], rule: Quota, total: int, index: str, float_holders: int) -> list[Finding]:
    """One holder beside an ocean: the Banzhaf limit no longer depends on his size; say so, and what a finite float gives."""
    if index == "shapley-shubik" or len(votes) != 1 or list(votes.values()) == [1]:
        return []
    name, share = next(iter(votes.items()))
    finite = binomial([share], float_holders, _fraction_rule(rule, total), "banzhaf-absolute")[0]
    message = (
        f"one holder beside an ocean: the limit does not depend on his size; beside {float_holders} it is {float(finite):.4g}."
    )
    return [Finding("N_OCEAN_DEGENERATE", message, "Use free_float binomial or shapley-shubik.", name)]


def _rule_words(quota: Rule) -> Any:
    return {word: str(value) for word, value in quota.items()} if isinstance(quota, Mapping) else {"more_than": str(quota)}
