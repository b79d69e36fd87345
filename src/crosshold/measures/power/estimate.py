"""One index of one weighted game by a named method: exact, dynamic, quantised or sampled; ``auto`` takes the first that is affordable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from math import log2
from typing import Any

from crosshold.errors import Finding, RequestError, did_you_mean
from crosshold.kernels.coalitions import HALVES_PLAYERS, packable
from crosshold.measures.power import banzhaf_absolute, dynamic, minimal, sampling, swings, vulnerable
from crosshold.measures.power.game import Game, Index, Weighted
from crosshold.measures.power.merged import Merged
from crosshold.measures.power.work import Work

METHODS = ("auto", "dynamic", "exact", "quantised", "sampled")
UNITS = 100_000  # votes in all after rounding

QUICK_BITS = 200_000_000  # exact counting by packed numbers in about a quarter of a second
QUICK_HALVES = 32  # players, the same by halves
QUICK_STATES = 1 << 21  # the same by looking at coalitions
STEPS = 1e11  # of a kernel: some ten seconds on two processors
PATIENCE = 30  # times as many are done when asked for
MEMORY = 1e9  # bytes
LOOSE = 1e-6  # error of the programme from which draws are better

Value = Fraction | float


@dataclass(frozen=True)
class Method:
    """What to do and how: ``name`` of :data:`METHODS`, ``units`` for quantised, ``samples`` and ``seed`` for sampled, threads, progress."""

    name: str = "auto"
    units: int = UNITS
    samples: int = sampling.SAMPLES
    seed: int = 0
    work: Work = field(default_factory=Work)

    def checked(self) -> Method:
        """Itself; E_METHOD with the nearest names, E_SAMPLES (also for the seed) and E_UNITS otherwise, all at once."""
        faults = []
        if self.name not in METHODS:
            faults.append(Finding("E_METHOD", f"{self.name!r} is no method.", did_you_mean(self.name, METHODS), "method"))
        for name, value, least in (("samples", self.samples, 1000), ("seed", self.seed, 0)):
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                message = f"{name} is {value!r}: a whole number of at least {least} is needed."
                faults.append(Finding("E_SAMPLES", message, f"{sampling.SAMPLES} samples and seed 0 are the default.", name))
        if not 100 <= self.units <= 10_000_000:
            faults.append(Finding("E_UNITS", f"{self.units} units.", "Give a number from 100 to 10 million.", "units"))
        if faults:
            raise RequestError(faults)
        return self


@dataclass(frozen=True)
class Estimate:
    """``values`` per player (one for ``coleman-act``), fractions when exact; ``error``: how far each may be off (``swings``: as a
    part of the largest), ``None`` when exact.

    ``low`` and ``high`` per player where a method brackets: two roundings, or an interval of 95 %. ``log2`` of each value where one can be
    too small or too large for a float. ``settings`` say how it was reached.
    """

    values: Sequence[Value]
    method: str
    error: float | None = None
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    log2: Sequence[float | None] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def estimate(game: Game, index: Index, method: Method | None = None) -> Estimate:
    """``index`` of ``game``. Errors: E_METHOD, E_SAMPLES, E_UNITS, E_TOO_MANY_PLAYERS (names the method that would work)."""
    how = (method or Method()).checked()
    if not isinstance(game, Weighted):
        if how.name not in ("auto", "exact"):
            message = f"a game listed by its coalitions has no votes for method {how.name}."
            raise RequestError(Finding("E_METHOD", message, "Use exact.", "method"))
        return Estimate(index.compute(game), "exact")
    name = choose(game, index) if how.name == "auto" else how.name
    by = {"exact": _exact, "dynamic": _dynamic, "quantised": _quantised, "sampled": _sampled}
    if index.id == "swings" and name in ("quantised", "sampled"):
        return _counts(by[name](game, banzhaf_absolute.INDEX, how), game.players)
    found = by[name](game, index, how)
    if how.name == "auto" and name == "dynamic" and (found.error or 0.0) > LOOSE:  # Johnston with a quota far from half
        return _sampled(game, index, how)
    return found


def choose(game: Weighted, index: Index) -> str:
    """The first affordable method: exact while that is quick, dynamic, exact to its limit, then quantised or sampled."""
    if index.looks_at in ("swings", "orders"):
        if game.players <= QUICK_HALVES or packable(game.weights, game.quota, QUICK_BITS, sized=index.looks_at == "orders"):
            return "exact"
        if _dynamic_fits(game, index, STEPS):
            return "dynamic"
        if game.players <= HALVES_PLAYERS:
            return "exact"
        return "quantised" if _rounding_fits(game, index) else "sampled"
    merged = Merged(game.weights, game.quota)
    if merged.states <= min(QUICK_STATES, merged.limit):
        return "exact"
    if _dynamic_fits(game, index, STEPS):
        return "dynamic"
    if merged.states <= merged.limit:
        return "exact"
    return "quantised" if _rounding_fits(game, index) else "sampled"


def _rounding_fits(game: Weighted, index: Index) -> bool:
    units = finest(game, UNITS)
    steps = STEPS if index.looks_at == "minimal" else STEPS / 3  # of three roundings; draws seldom do for minimal coalitions
    return _dynamic_fits(rounded(game, units)[0], index, steps)


def finest(game: Weighted, units: int) -> int:
    """Units for rounding: at least ``units``, and 50 for the average player."""
    return max(units, 50 * game.players)


def _dynamic_fits(game: Weighted, index: Index, steps: float) -> bool:
    """Whether the programme over units ends within ``steps`` and within memory."""
    if game.total >= 2**53:
        return False
    n, top = game.players, float(max(game.quota, game.total - game.quota + 1))
    if index.looks_at == "minimal":  # three rows at a time, which no cache holds: as slow as ten steps of the others
        return n * game.quota * (10 if index.id == "holler" else 960) <= steps and 16 * n**0.5 * game.quota <= MEMORY
    if index.looks_at == "vulnerable":
        levels, top = len(set(game.weights)), float(game.quota + max(game.weights))
        return 1000 * n * levels * top <= steps and 8 * levels * top <= MEMORY
    width = min(top, 10 * sum(float(w) * w for w in game.weights) ** 0.5)  # nine standard deviations to either side
    return n * width * (64 if index.looks_at == "orders" else 1) <= steps and 48 * top <= MEMORY


def _exact(game: Weighted, index: Index, _: Method) -> Estimate:
    values = index.compute(game)
    return Estimate(values, "exact", log2=_log2(index, values))


def _log2(index: Index, values: Sequence[Fraction]) -> list[float | None] | None:
    if index.id not in ("banzhaf-absolute", "swings"):
        return None
    return [log2(x.numerator) - log2(x.denominator) if x > 0 else None for x in values]


def _counted(game: Weighted, index: Index, counted: Game) -> list[Fraction]:
    values = index.compute(counted)
    return [x * 2 ** (game.players - 1) for x in values] if index.id == "swings" else values


def _counts(chance: Estimate, players: int) -> Estimate:
    """Swings from the chance to decide; the error becomes a part of the largest, and a bracket past the range of floats is left out."""
    counts = [Fraction(x) * 2 ** (players - 1) for x in chance.values]
    ends = [
        None if row is None or players > 1000 else [x * 2.0 ** (players - 1) for x in row] for row in (chance.low, chance.high)
    ]
    part = (chance.error or 0.0) / float(max(chance.values))
    log = _log2(swings.INDEX, counts)
    return replace(chance, values=_floats(counts), error=part, low=ends[0], high=ends[1], log2=log)


def _floats(values: Sequence[Fraction]) -> list[Value]:
    """Floats; a count past their range stays a whole number."""
    return [float(x) if x < 2**1000 else Fraction(int(x)) for x in values]


def _dynamic(game: Weighted, index: Index, how: Method) -> Estimate:
    if not _dynamic_fits(game, index, PATIENCE * STEPS):
        message = f"{game.players} players with {game.total} votes in all are too much for method dynamic."
        raise RequestError(Finding("E_TOO_MANY_PLAYERS", message, "Use method quantised or sampled.", "method"))
    log: list[float | None] | None = None
    told: dict[str, Any] = {}
    values: Sequence[Value]
    if index.looks_at == "orders":
        values, error, told = dynamic.orders(game, how.work)
    elif index.looks_at == "minimal":
        values, error, told = minimal.memberships(game, index.id == "deegan-packel", how.work)
    elif index.looks_at == "vulnerable":
        values, error, told = vulnerable.criticals(game, how.work)
    else:
        exact = _counted(game, index, dynamic.count(game))
        values, log = _floats(exact), _log2(index, exact)
        error = 4 * (game.players + 5) * dynamic.ROUNDING
    return Estimate(values, "dynamic", error, log2=log, settings={"units": game.total, **told})


def rounded(game: Weighted, units: int) -> list[Weighted]:
    """The game in ``units`` votes: all weights to the nearest, all down, all up; the quota is the same part of the new total."""
    games = []
    for shift in (game.total, 0, 2 * game.total - 1):
        weights = [(2 * w * units + shift) // (2 * game.total) for w in game.weights]
        games.append(Weighted(weights, -(-game.quota * sum(weights) // game.total)))
    return games


def _quantised(game: Weighted, index: Index, how: Method) -> Estimate:
    units = finest(game, how.units)
    if game.total <= units:
        return _dynamic(game, index, how)
    found = [_dynamic(one, index, how) for one in rounded(game, units)]
    return bracketed(game.weights, found, game.total, units, index.id)


def bracketed(weights: Sequence[int], found: Sequence[Estimate], total: int, units: int, index: str) -> Estimate:
    """One answer of three: ``found`` for votes rounded to the nearest (its values), all down, all up.

    The truth need not lie between two roundings: the bracket is widened on either side by the largest difference seen. That is a
    rule of experience, not a proof.
    """
    rows = [[float(x) for x in one.values] for one in found]
    width = max(max(x) - min(x) for x in zip(*rows, strict=True))
    low = [max(0.0, min(x) - width) for x in zip(*rows, strict=True)]
    high = [max(x) + width for x in zip(*rows, strict=True)]
    told = undecided(weights, low, high) if len(weights) == len(low) else []
    order = f" The order of {len(told)} players is not decided." if told else ""
    message = (
        f"{total} votes were rounded to {units} units, down, up and to the nearest; values differ by up to {width:.2g}.{order}"
    )
    settings = {**found[0].settings, "units": units, "undecided": told}
    error = 2 * width + max(one.error or 0.0 for one in found)
    finding = Finding("W_QUANTISED", message, "More units narrow the bracket.", index)
    return Estimate(rows[0], "quantised", error, low, high, found[0].log2, settings, (finding,))


def undecided(weights: Sequence[int], low: Sequence[float], high: Sequence[float]) -> list[int]:
    """Players whose bracket meets that of the next larger or smaller number of votes."""
    groups: dict[int, list[int]] = {}
    for i in sorted(range(len(weights)), key=lambda i: weights[i]):
        groups.setdefault(weights[i], []).append(i)
    rows = list(groups.values())
    close = [a + b for a, b in pairwise(rows) if high[a[0]] >= low[b[0]]]
    return sorted({i for pair in close for i in pair})


def _sampled(game: Weighted, index: Index, how: Method) -> Estimate:
    if index.looks_at == "orders":
        draws = sampling.orders(game, how.samples, how.seed, how.work)
    elif index.looks_at == "swings":
        bounded = index.id == "banzhaf-absolute"
        draws = sampling.swings(game, index.compute, bounded, how.samples, how.seed, how.work)
    else:
        draws = sampling.ratios(game, index.id, how.samples, how.seed, how.work)
    return of_draws(draws, how, index.id)


def of_draws(draws: sampling.Draws, how: Method, index: str) -> Estimate:
    """Values with their intervals, and what was drawn."""
    low, high = draws.interval()
    error = max(b - x for b, x in zip(high, draws.values, strict=True))
    settings: dict[str, Any] = {"samples": how.samples, "seed": how.seed, "standard_error": max(draws.errors)}
    settings |= {"confidence": sampling.CONFIDENCE}
    settings |= {"hoeffding": draws.bound} if draws.bound is not None else {"effective_draws": round(draws.effective)}
    message = f"{how.samples} random draws: standard error up to {max(draws.errors):.2g}, 95 % interval within {error:.2g}."
    finding = Finding("W_SAMPLED", message, "Four times the draws halve it.", index)
    return Estimate(draws.values, "sampled", error, low, high, None, settings, (finding,))
