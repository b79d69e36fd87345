"""Voting power of large holders beside a dispersed free float."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from math import comb, factorial, gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, RequestError
from crosshold.kernels.ocean import Short, beside_ocean, decisive
from crosshold.measures.power import banzhaf, banzhaf_absolute, shapley_shubik
from crosshold.measures.power.dynamic import SETTLED, count
from crosshold.measures.power.estimate import Estimate, Method, bracketed, estimate, of_draws
from crosshold.measures.power.game import Weighted, too_many
from crosshold.measures.power.quota import MAJORITY, Quota, quota_of
from crosshold.measures.power.wide_float import Majors, binomial_decide, binomial_orders, ocean_orders, sampled_orders

INDICES = ("banzhaf", "banzhaf-absolute", "shapley-shubik")  # those that have a limit with a float
EXACT_MAJORS = 12  # all coalitions in whole numbers
LISTED_MAJORS = 22  # all coalitions in float64
QUICK_UNITS = 200_000  # of the large holders, for auto
MOST_UNITS = 5_000_000

Rule = Mapping[str, Any] | str | Fraction
Values = Sequence[Fraction | float]


def ocean(majors: Sequence[Fraction | str], quota: Rule = MAJORITY, index: str = "shapley-shubik") -> Values:
    """Power of holders beside an ocean of infinitely many, infinitely small voters who hold the rest.

    ``majors`` are fractions of all votes; the result has one value each. Shapley-Shubik: the integral over t of the chance that
    the others, each in with chance t, and the part t of the ocean fall short by no more than the holder's votes; the ocean's own
    share is 1 minus the sum. Banzhaf: the ocean splits exactly in half, so the holders play a finite game with the quota lowered by
    half the ocean; one holder alone then has all power, whatever his size. Fractions up to 12 holders with Shapley-Shubik and while
    the finite game is exact with Banzhaf, float64 for any number; :func:`beside_float` tells the method and the error. Errors E_QUOTA,
    E_INDEX, E_OVERHELD.

    Sources: Milnor and Shapley, "Values of large games II: oceanic games", Math. of Operations Research 3 (1978); Dubey and
    Shapley, "Mathematical properties of the Banzhaf power index", ibid. 4 (1979).
    """
    return beside_float(majors, None, quota, index).values


def binomial(
    majors: Sequence[Fraction | str], float_holders: int, quota: Rule = MAJORITY, index: str = "banzhaf-absolute"
) -> Values:
    """Power of holders beside ``float_holders`` equal small holders of the rest; fractions up to 12 holders, float64 above.

    It is the finite game with all of them as players, counted by how many small holders vote yes: each with chance 1/2 for
    Banzhaf (normalised over the large ones for ``banzhaf``), with a common chance integrated over [0, 1] for Shapley-Shubik.
    Errors as :func:`ocean`. Source: Leech, "Shareholder voting power and corporate governance", Nordic J. of Political Economy 27 (2001).
    """
    return beside_float(majors, float_holders, quota, index).values


def beside_float(
    majors: Sequence[Fraction | str], small: int | None, quota: Rule, index: str, method: Method | None = None
) -> Estimate:
    """Holders beside ``small`` equal holders, or an ocean (``None``), with the method, its error and its settings.

    ``exact`` ends at 12 holders; auto goes on with ``float64`` (all coalitions, up to 22 holders), ``dynamic`` while the votes
    have few enough units, else ``quantised``. ``sampled`` is for an ocean and Shapley-Shubik.
    """
    how = (method or Method()).checked()
    if small is not None and small < 1:
        message = f"{small} small holders cannot hold a float."
        raise RequestError(Finding("E_TOO_MANY_PLAYERS", message, "Give a number of 1 or more.", "float_holders"))
    weights, rest, rule = _whole(majors, quota, index)
    if not any(weights):
        return Estimate([Fraction(0)] * len(weights), "exact")
    if rest == 0:
        return _finite(weights, rule.whole(), index, how)
    if small is None and index != "shapley-shubik":
        half = 2 * rule.level - rest  # twice the quota left for the holders
        return _finite([2 * w for w in weights], Quota(half, rule.strict).whole(), index, how)
    name = how.name if how.name != "auto" else _choose(weights)
    if name == "exact":
        if len(weights) > EXACT_MAJORS:
            raise too_many(len(weights), EXACT_MAJORS, "method dynamic or quantised would work", " beside a float")
        return Estimate(_listed(weights, rest, rule, small, index, True), "exact")
    if name == "float64":
        return Estimate(_listed(weights, rest, rule, small, index, False), "float64", 1e-12)
    if name == "quantised":
        return _quantised(weights, rest, rule, small, index, how)
    unit = gcd(*weights)
    fine = Majors([w // unit for w in weights], Fraction(rest, unit), rule.level / unit, rule.strict)
    if name == "sampled":
        if small is not None or index != "shapley-shubik":
            raise RequestError(Finding("E_METHOD", "a float of equal holders is not sampled.", "Use quantised.", "method"))
        return of_draws(sampled_orders(fine, how.samples, how.seed, how.work), how, index)
    if sum(fine.weights) > MOST_UNITS:
        raise too_many(len(weights), EXACT_MAJORS, "method quantised would work", f" with {sum(fine.weights)} units")
    return _programme(fine, small, index, how)


def _choose(weights: list[int]) -> str:
    if len(weights) <= EXACT_MAJORS:
        return "exact"
    if sum(weights) // gcd(*weights) <= QUICK_UNITS:
        return "dynamic"
    return "float64" if len(weights) <= LISTED_MAJORS else "quantised"


def _programme(majors: Majors, small: int | None, index: str, how: Method) -> Estimate:
    """In float64, by units of votes."""
    if small is None:
        values, error, told = ocean_orders(majors, how.work)
    elif index == "shapley-shubik":
        values, error, told = binomial_orders(majors, small, how.work)
    else:
        values, error, told = binomial_decide(majors, small)
        if index == "banzhaf":  # shares of chances that may be tiny
            error = error / max(sum(values), error)
            if error > SETTLED and (exact := _with_small(majors, small)) is not None:
                values, error = exact, 1e-12
    return Estimate(_normal(values, index), "dynamic", error, settings={"units": sum(majors.weights), **told})


def _with_small(majors: Majors, small: int) -> list[float] | None:
    """Shares of the large holders in the game with the small ones as players, where far quotas keep their digits; ``None`` if too big."""
    part = majors.rest.denominator * small
    rule = Quota(majors.level * part, majors.strict)
    weights = [w * part for w in majors.weights] + [majors.rest.numerator] * small
    if not 0 < rule.whole() <= sum(weights) or (game := Weighted(weights, rule.whole())).total > MOST_UNITS:
        return None
    decide = [row[0] for row in count(game).swings[: len(majors.weights)]]
    total = sum(decide)
    return [float(Fraction(x) / total) for x in decide] if total else None


def _quantised(weights: list[int], rest: int, rule: Quota, small: int | None, index: str, how: Method) -> Estimate:
    """Holders rounded to units of all votes, the float takes what is left; to the nearest, all down, all up."""
    total, units = sum(weights) + rest, max(how.units, 50 * len(weights))
    found = []
    for shift in (total, 0, 2 * total - 1):
        near = [(2 * w * units + shift) // (2 * total) for w in weights]
        left = Fraction(max(units - sum(near), 0))
        level = rule.level * (sum(near) + left) / total
        if not sum(near) or not left:
            raise RequestError(Finding("E_UNITS", f"{units} units are too coarse here.", "Give more units.", "units"))
        found.append(_programme(Majors(near, left, level, rule.strict), small, index, how))
    return bracketed(weights, found, total, units, index)


def _listed(weights: list[int], rest: int, rule: Quota, small: int | None, index: str, exact: bool) -> Values:
    """All coalitions of the large holders, in fractions or in float64."""
    n = len(weights)
    if small is None:
        if not exact:
            return [float(x) for x in decisive(weights, _ocean_float(n, rest, float(rule.level)))]
        return beside_ocean(weights, rest, int(rule.level))
    if index == "shapley-shubik":
        ways = [
            [comb(small, k) * factorial(s + k) * factorial(n - 1 - s + small - k) for k in range(small + 1)] for s in range(n)
        ]
        scale = factorial(n + small)
    else:
        ways = [[comb(small, k) for k in range(small + 1)]] * n
        scale = 2 ** (n - 1 + small)
    below = [list(accumulate(row, initial=0)) for row in ways]
    total = sum(weights) + rest
    if not exact:
        floats = [np.array([float(Fraction(x, scale)) for x in row]) for row in below]
        return _normal([float(x) for x in decisive(weights, _binomial_short(floats, rule, rest, small, total))], index)
    whole = [np.array(row, dtype=object) for row in below]
    counts = decisive(weights, _binomial_short(whole, rule, rest, small, total))
    return _normal([Fraction(int(x), scale) for x in counts], index)


def _binomial_short(below: Sequence[NDArray[Any]], rule: Quota, rest: int, small: int, total: int) -> Short:
    """``below[s][k]``: weight of "fewer than k small voters say yes" for coalitions of s; k is what a coalition still needs.

    ``total`` is all votes: neither the level nor a sum is larger.
    """
    level = int(rule.level)

    def short(size: int, sums: NDArray[Any]) -> NDArray[Any]:
        gaps = (level - sums.astype(object if total * small >= 2**61 else np.int64)) * small
        needed = gaps // rest + 1 if rule.strict else -(-gaps // rest)
        return np.asarray(below[size][np.clip(needed, 0, small + 1).astype(np.int64)])

    return short


def _whole(majors: Sequence[Fraction | str], quota: Rule, index: str) -> tuple[list[int], int, Quota]:
    """Whole weights, the whole weight of the float, and the rule on the same scale."""
    if index not in INDICES:
        message = f"{index!r} has no form with a float."
        raise RequestError(Finding("E_INDEX", message, f"Use {', '.join(INDICES)}, or free_float none.", "index"))
    parts = [Fraction(w) for w in majors]
    rule = quota_of(quota, Fraction(1))
    if sum(parts) > 1:
        raise RequestError(Finding("E_OVERHELD", "the holders have more than all votes.", "Check for double counting.", "majors"))
    unit = lcm(*(x.denominator for x in (*parts, rule.level)))
    weights = [int(w * unit) for w in parts]
    return weights, unit - sum(weights), Quota(rule.level * unit, rule.strict)


def _finite(weights: list[int], quota: int, index: str, how: Method) -> Estimate:
    """The holders among themselves; nobody decides anything where all coalitions win, or none."""
    if not 0 < quota <= sum(weights):
        return Estimate([Fraction(0)] * len(weights), "exact")
    chosen = {one.INDEX.id: one.INDEX for one in (banzhaf, banzhaf_absolute, shapley_shubik)}[index]
    return estimate(Weighted(weights, quota), chosen, how)


def _normal(values: Values, index: str) -> Values:
    total = sum(values)
    return [value / total for value in values] if index == "banzhaf" and total else values


def _ocean_float(n: int, rest: int, level: float) -> Short:
    def short(size: int, sums: NDArray[Any]) -> NDArray[Any]:
        x = np.clip((level - sums.astype(np.float64)) / rest, 0.0, 1.0)
        tail = np.zeros_like(x)
        for j in range(size + 1, n + 1):
            tail += comb(n, j) * x**j * (1 - x) ** (n - j)
        return tail / (n * comb(n - 1, size))

    return short
