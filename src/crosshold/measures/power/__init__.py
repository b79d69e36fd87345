"""Voting power in one company: who decides how often, whatever the percentages say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

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
from crosshold.measures.power.free_float import Rule, binomial, ocean
from crosshold.measures.power.game import Game, Index, Listed, Weighted
from crosshold.measures.power.quota import MAJORITY, quota_of
from crosshold.model.result import Result
from crosshold.network import Graph, Network

__all__ = ["INDICES", "Listed", "Power", "PowerRow", "Weighted", "binomial", "index_named", "ocean", "power", "power_of"]

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

    ``settings``: issuer, index, quota, float, bloc, basis, and which holders stayed single. ``method`` is exact or float64, ``error`` a
    bound (``None`` when exact), ``float_value`` what is left to the float where values sum to one.
    """

    values: Mapping[str, Fraction | float]
    method: str
    error: float | None
    float_value: Fraction | float | None
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


def power_of(weights: Sequence[int] | Game, quota: Rule | None = None, index: str = "shapley-shubik") -> list[Fraction]:
    """One index of one weighted game, exact: a value per player (``coleman-act``: one value).

    ``weights`` are whole votes, ``quota`` as in :func:`~crosshold.measures.power.quota.quota_of`; a :class:`Game` may be given instead of
    both. Errors: E_QUOTA, E_INDEX, E_TOO_MANY_PLAYERS (beyond 25 players for the indices that look at every coalition, beyond 30
    with large share counts for the others).
    """
    compute = index_named(index).compute
    if isinstance(weights, Game):
        return compute(weights)
    rule = quota_of(MAJORITY if quota is None else quota, sum(weights))
    return compute(Weighted(weights, rule.whole()))


def power(
    network: Network,
    issuer: str,
    *,
    index: str = "shapley-shubik",
    quota: Rule = MAJORITY,
    free_float: str = "ocean",
    float_holders: int = 1000,
    bloc: str = "control",
    basis: str = "votes",
) -> Power:
    """Power of each holder of ``issuer`` at a meeting decided by ``quota`` (default: more than half of all votes).

    ``free_float``: ``ocean`` (infinitely many small voters), ``binomial`` (``float_holders`` equal ones) or ``none`` (votes of
    unidentified holders are never cast, the quota still counts them). With a float the 20 largest of at least 1 % stay single,
    the rest joins it. ``bloc``: ``control`` makes holders under one controller one player, ``none`` keeps them apart.

    Errors: E_UNKNOWN_ID, E_INDEX, E_QUOTA, E_FLOAT, E_BLOC, E_TOO_MANY_PLAYERS, E_OVERHELD; UndeterminedError W_NO_VOTES when the issuer
    has no votes. Sources: the paper of each index and :mod:`crosshold.measures.power.free_float`.
    """
    chosen = index_named(index)
    for value, known, code in ((free_float, ("binomial", "none", "ocean"), "E_FLOAT"), (bloc, ("control", "none"), "E_BLOC")):
        if value not in known:
            raise RequestError(Finding(code, f"{value!r} is not known here.", did_you_mean(value, known), "request"))
    graph, target = network.graph(basis), network.index(issuer)
    total = int(graph.total[target])
    if not total:
        message = f"{issuer} has no votes, so nobody has power over it."
        raise UndeterminedError(Finding("W_NO_VOTES", message, "Use the capital graph, or another date.", issuer))
    players = _players(network, graph, target, bloc)
    rule = quota_of(quota, total)
    votes = {name: Fraction(count, total) for name, (count, _) in players.items()}
    findings = list(network.findings)
    exact_rule: Rule = {"more_than" if rule.strict else "at_least": rule.level / total}
    single = {n: w for n, w in votes.items() if w >= SMALLEST or free_float == "none"}
    names = list(single)[: None if free_float == "none" else LARGEST]
    values: Sequence[Fraction | float]
    if free_float == "none":
        values = chosen.compute(Weighted([players[name][0] for name in names], rule.whole()))
    elif free_float == "ocean":
        values = ocean([votes[name] for name in names], exact_rule, index)
        findings += _degenerate(names, votes, exact_rule, index, float_holders)
    else:
        values = binomial([votes[name] for name in names], float_holders, exact_rule, index)
    if chosen.caution:
        findings.append(
            Finding("N_NOT_MONOTONE", f"{index} is {chosen.caution}.", "Read it beside shapley-shubik or banzhaf.", issuer)
        )
    exact = all(isinstance(value, Fraction) for value in values)
    settings = {
        "issuer": issuer,
        "index": index,
        "quota": _rule_words(quota),
        "float": free_float,
        "bloc": bloc,
        "basis": graph.basis,
    }
    if free_float != "none":
        settings |= {"single": f"{len(names)} of {len(players)}"}
    if free_float == "binomial":
        settings |= {"float_holders": str(float_holders)}
    return Power(
        values=dict(zip(names if chosen.per_player else [issuer], values, strict=True)),
        method="exact" if exact else "float64",
        error=None if exact else 1e-12,
        float_value=1 - sum(values) if free_float != "none" and index == "shapley-shubik" else None,
        votes={name: votes[name] for name in names},
        members={name: players[name][1] for name in names},
        settings=settings,
        findings=tuple(findings),
    )


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


def _degenerate(names: list[str], votes: Mapping[str, Fraction], rule: Rule, index: str, float_holders: int) -> list[Finding]:
    """One holder beside an ocean: the Banzhaf limit no longer depends on his size; say so, and what a finite float gives."""
    if index == "shapley-shubik" or len(names) != 1 or votes[names[0]] == 1:
        return []
    finite = binomial([votes[names[0]]], float_holders, rule, "banzhaf-absolute")[0]
    message = (
        f"one holder beside an ocean: the limit does not depend on his size; beside {float_holders} it is {float(finite):.4g}."
    )
    return [Finding("N_OCEAN_DEGENERATE", message, "Use free_float binomial or shapley-shubik.", names[0])]


def _rule_words(quota: Rule) -> Any:
    return {word: str(value) for word, value in quota.items()} if isinstance(quota, Mapping) else {"more_than": str(quota)}
