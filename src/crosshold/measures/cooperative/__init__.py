"""Splitting what partners gain together: what each can ask for, and which divisions nobody has a reason to leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal, overload

from crosshold.errors import Finding, Findings, did_you_mean
from crosshold.measures.cooperative import (
    banzhaf_value,
    core,
    cost_of_stability,
    gately,
    least_core,
    nash,
    nucleolus,
    per_capita_nucleolus,
    prenucleolus,
    shapley,
    tau,
)
from crosshold.measures.cooperative.bankruptcy import RULES, Bankruptcy, bankruptcy, bankruptcy_game
from crosshold.measures.cooperative.game import Ask, Game, Number, Region, Solution, Values, number, read, refused
from crosshold.measures.cooperative.nash import share_gain
from crosshold.measures.cooperative.region import LISTED_PLAYERS, bounds, corners, least_epsilon, stability_cost
from crosshold.measures.cooperative.results import Split, Stable

__all__ = [
    "REGIONS", "RULES", "SOLUTIONS", "Bankruptcy", "Region", "Solution", "Split", "Stable", "bankruptcy", "bankruptcy_game", "share_gain",
    "solve",
]  # fmt: skip

SOLUTIONS: tuple[Solution, ...] = (
    banzhaf_value.SOLUTION,
    gately.SOLUTION,
    nash.SOLUTION,
    nucleolus.SOLUTION,
    per_capita_nucleolus.SOLUTION,
    prenucleolus.SOLUTION,
    shapley.SOLUTION,
    tau.SOLUTION,
)
"""The solutions that are one division, alphabetically by id."""

REGIONS: tuple[Region, ...] = (core.REGION, cost_of_stability.REGION, least_core.REGION)
"""The solutions that are a set of divisions, alphabetically by id."""

PointName = Literal[
    "banzhaf-value", "gately", "nash", "nucleolus", "per-capita-nucleolus", "prenucleolus", "shapley", "tau"
]  # fmt: skip
RegionName = Literal["core", "cost-of-stability", "least-core"]
Parts = Mapping[str, Number] | Sequence[Number]


@overload
def solve(
    values: Values, solution: PointName, *, players: Iterable[str] | None = None, costs: bool = False,
    weights: Parts | None = None, disagreement: Parts | None = None,
) -> Split: ...  # fmt: skip
@overload
def solve(
    values: Values, solution: RegionName, *, players: Iterable[str] | None = None, costs: bool = False,
    weights: Parts | None = None, disagreement: Parts | None = None,
) -> Stable: ...  # fmt: skip
@overload
def solve(
    values: Values, solution: str = "shapley", *, players: Iterable[str] | None = None, costs: bool = False,
    weights: Parts | None = None, disagreement: Parts | None = None,
) -> Split | Stable: ...  # fmt: skip
def solve(
    values: Values,
    solution: str = "shapley",
    *,
    players: Iterable[str] | None = None,
    costs: bool = False,
    weights: Parts | None = None,
    disagreement: Parts | None = None,
) -> Split | Stable:
    """Divide what everybody has together, given what every coalition would have alone. Exact for up to 12 players.

    ``values``: money by coalition, as a mapping (``"A+B"``, or tuples or sets of names) or a list (singles, pairs, triples ..., each in
    the order of ``players``). Text, whole numbers, fractions; a float counts as its shortest decimal. With ``costs`` they are what
    coalitions would pay: the savings are divided, and a share is a player's own cost less his part of them.
    ``solution``: an id of :data:`SOLUTIONS` (one division) or :data:`REGIONS` (a set). ``weights`` (sum 1) and ``disagreement`` are for
    ``nash`` only.

    Errors: E_COALITIONS, E_VALUE, E_TOO_MANY_PLAYERS, E_SOLUTION, E_WEIGHTS, E_DISAGREEMENT; E_NO_IMPUTATION, E_NOT_QUASI_BALANCED,
    E_GATELY, E_NO_GAIN where the solution does not exist. Findings: W_CORE_EMPTY, W_SUBADDITIVE.
    """
    given = read(values, players)
    game = given.savings() if costs else given
    known: dict[str, Solution | Region] = {item.id: item for item in SOLUTIONS} | {item.id: item for item in REGIONS}
    found = known.get(solution)
    if found is None:
        cure = did_you_mean(solution, known)
        raise refused("E_SOLUTION", f"{solution!r} is no solution of a game.", cure)
    ask = _ask(given, costs, weights, disagreement, solution)
    settings = {"solution": solution, "players": len(game.players), "values": "costs" if costs else "gains", "method": "exact"}
    if solution == "nash":
        settings |= {
            "weights": "equal" if weights is None else "given",
            "disagreement": "alone" if disagreement is None else "given",
        }
    notes = _subadditive(game)
    if isinstance(found, Region):
        return _stable(found, given, game, costs, settings, notes)
    point = found.compute(game, ask)
    if point.levels:
        settings |= {"proved": "by balanced weights", "rounds": len(point.levels)}
    excess = game.excess(point.split)[1:-1]
    worst = max(range(len(excess)), key=excess.__getitem__, default=None)
    return Split(
        split=_paid(given, costs, point.split),
        excess=None if worst is None else game.money(excess[worst]),
        coalition=() if worst is None else game.names(worst + 1),
        in_core=sum(point.split) == game.total and (worst is None or excess[worst] <= 0),
        levels=point.levels,
        game=given,
        settings=settings,
        findings=tuple(notes),
    )


def _ask(game: Game, costs: bool, weights: Parts | None, disagreement: Parts | None, solution: str) -> Ask:
    """The terms of the bargaining solution by player, in units of the game (of savings, with ``costs``)."""
    faults = Findings()
    for given, code, name in ((weights, "E_WEIGHTS", "weights"), (disagreement, "E_DISAGREEMENT", "disagreement")):
        if given is not None and solution != "nash":
            faults.add(code, f"{solution} knows no {name}.", "They are for the solution nash.", name)
    faults.raise_errors()
    parts = None if weights is None else _by_player(game, weights, "E_WEIGHTS", "weights", faults)
    apart = None if disagreement is None else _by_player(game, disagreement, "E_DISAGREEMENT", "disagreement", faults)
    faults.raise_errors()
    if apart is not None:
        apart = [x * game.unit for x in apart]
        apart = [own - x for own, x in zip(game.alone, apart, strict=True)] if costs else apart
    return Ask(parts, apart)


def _by_player(game: Game, given: Parts, code: str, where: str, faults: Findings) -> list[Fraction]:
    named = given if isinstance(given, Mapping) else dict(zip(game.players, given, strict=False))
    if len(given) != len(game.players) or set(named) != set(game.players):
        faults.add(code, f"{where} are needed for {', '.join(game.players)}, each once.", "Give one number a player.", where)
        return []
    return [number(named[name], f"{where} of {name}", faults) for name in game.players]


def _paid(given: Game, costs: bool, split: Sequence[Fraction]) -> dict[str, Fraction]:
    """By player what he gets, or what he pays: his own cost less his part of the savings."""
    amounts = [own - x for own, x in zip(given.alone, split, strict=True)] if costs else split
    return {name: given.money(x) for name, x in zip(given.players, amounts, strict=True)}


def _stable(
    region: Region, given: Game, game: Game, costs: bool, settings: dict[str, Any], notes: list[Finding]
) -> Stable:  # fmt: skip
    n = len(game.players)
    epsilon = least_epsilon(game)
    non_empty = epsilon is None or epsilon <= 0
    cost = Fraction(0) if non_empty else stability_cost(game)
    least: Mapping[str, Fraction] = {}
    most: Mapping[str, Fraction] = {}
    found: tuple[tuple[Fraction, ...], ...] | None = ()
    if non_empty or region.id != "core":
        demands = region.demands(game, epsilon or Fraction(0), cost)
        ends = [_paid(given, costs, end) for end in bounds(demands, n)]
        least, most = ends[::-1] if costs else ends
        found = None
        if n <= LISTED_PLAYERS:
            found = tuple(sorted(tuple(_paid(given, costs, corner).values()) for corner in corners(demands, n)))
    if not non_empty:
        message = f"every division leaves some coalition at least {float(game.money(epsilon or 0)):,.6g} to gain by leaving."
        cure = f"Look at least-core or nucleolus; {float(game.money(cost)):,.6g} from outside would hold everybody."
        notes.append(Finding("W_CORE_EMPTY", message, cure, "core"))
    return Stable(
        epsilon=None if epsilon is None else game.money(epsilon),
        core_non_empty=non_empty,
        cost_of_stability=game.money(cost),
        least=least,
        most=most,
        corners=found,
        alone={name: given.money(x) for name, x in zip(given.players, given.alone, strict=True)},
        settings=settings,
        findings=tuple(notes),
    )


def _subadditive(game: Game) -> list[Finding]:
    """The two separate coalitions that lose most by coming together, if any does."""
    worst, pair = 0, (0, 0)
    for mask in range(1, game.everybody + 1):
        part = (mask - 1) & mask
        while 2 * part > mask:  # each pair once
            lost = game.worth[part] + game.worth[mask ^ part] - game.worth[mask]
            if lost > worst:
                worst, pair = lost, (part, mask ^ part)
            part = (part - 1) & mask
    if not worst:
        return []
    one, other = ("+".join(game.names(mask)) for mask in pair)
    message = f"{one} and {other} have {float(game.money(worst)):,.6g} less together than apart."
    return [Finding("W_SUBADDITIVE", message, "Check the values: together they could do what they do apart.", f"{one}+{other}")]
