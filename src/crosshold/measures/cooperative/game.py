"""A game of coalitions: what every group of players could have on its own. Worths are whole numbers of one small unit, so sums are exact.

Coalitions are bit masks: player k is bit k. The empty coalition has nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import lcm
from typing import Any

from crosshold.errors import Findings, RequestError, did_you_mean
from crosshold.model.exact import number as exact_number

Number = Decimal | Fraction | int | str | float
Values = Sequence[Number] | Mapping[Any, Number]
MOST_PLAYERS = 12


@dataclass(frozen=True)
class Game:
    """``worth[mask] / unit`` is what the coalition has on its own, in the unit of the input."""

    players: tuple[str, ...]
    worth: tuple[int, ...]
    unit: int

    @property
    def everybody(self) -> int:
        """The coalition of all players."""
        return len(self.worth) - 1

    @property
    def total(self) -> int:
        """What all players together have."""
        return self.worth[-1]

    @cached_property
    def alone(self) -> list[int]:
        """What each player has alone."""
        return [self.worth[1 << i] for i in range(len(self.players))]

    @cached_property
    def marginal(self) -> list[int]:
        """What everybody together loses when one player leaves, by player: the most he can ask for."""
        return [self.total - self.worth[self.everybody & ~(1 << i)] for i in range(len(self.players))]

    def money(self, amount: int | Fraction) -> Fraction:
        """An amount in the unit of the input."""
        return Fraction(amount) / self.unit

    def names(self, mask: int) -> tuple[str, ...]:
        """The members of a coalition."""
        return tuple(name for i, name in enumerate(self.players) if mask >> i & 1)

    def excess(self, split: Sequence[Fraction]) -> list[Fraction]:
        """``e(S, x) = v(S) - x(S)`` of every coalition: what it would gain by leaving. In units of the game."""
        return [self.worth[mask] - x for mask, x in enumerate(sums(split))]

    def savings(self) -> Game:
        """The game of what coalitions save, when the values are costs: ``s(S) = sum of c_i - c(S)``."""
        saved = [x - cost for x, cost in zip(sums(self.alone), self.worth, strict=True)]
        return Game(self.players, tuple(saved), self.unit)


@dataclass(frozen=True)
class Ask:
    """What was asked beside the game, in units of the game: ``weights`` and ``disagreement`` of the bargaining solution."""

    weights: Sequence[Fraction] | None = None
    disagreement: Sequence[Fraction] | None = None


@dataclass(frozen=True)
class Level:
    """A round of a nucleolus: these coalitions cannot have an excess below ``excess``; the weights prove it.

    ``weights`` (positive, by coalition), ``settled`` (by coalition of the rounds before, any sign; the coalition of all comes first) and
    ``floors`` (positive, by player who gets no more than alone) add up, as incidence vectors, to nothing.
    """

    excess: Fraction
    weights: Mapping[int, Fraction]
    settled: Mapping[int, Fraction]
    floors: Mapping[int, Fraction]


@dataclass(frozen=True)
class Point:
    """One division, in units of the game, with the proof of a nucleolus."""

    split: list[Fraction]
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True)
class Solution:
    """A solution concept that gives one division. ``efficient``: shares add up to what all have together.

    ``null_player``: somebody who never adds anything gets nothing, in every game. ``needs`` is the condition in words.
    """

    id: str
    compute: Callable[[Game, Ask], Point]
    source: str
    efficient: bool = True
    null_player: bool = True
    needs: str = ""


@dataclass(frozen=True)
class Demands:
    """The divisions that give every coalition at least ``least[mask]`` and add up to ``total``, in units of the game."""

    least: Sequence[Fraction]
    total: Fraction


@dataclass(frozen=True)
class Region:
    """A solution that is a set of divisions: ``demands`` of a game, given its epsilon and its cost of stability (units of the game)."""

    id: str
    demands: Callable[[Game, Fraction, Fraction], Demands]
    source: str


def sums(amounts: Sequence[Any]) -> list[Any]:
    """``x(S)`` of every coalition, by mask."""
    found = [amounts[0] * 0] if amounts else [0]
    for x in amounts:
        found += [s + x for s in found]
    return found


def read(values: Values, players: Iterable[str] | None = None) -> Game:
    """The game from a list (singles, pairs, triples ..., each in the order of players) or a mapping.

    Keys of a mapping are ``"A+B"``, or tuples or sets of names. Errors: E_COALITIONS, E_VALUE, E_TOO_MANY_PLAYERS, all at once.
    """
    names = None if players is None else tuple(str(name) for name in players)
    faults = Findings()
    if isinstance(values, Mapping):
        keyed = [(_members(key), value) for key, value in values.items()]
        names = names or tuple(dict.fromkeys(name for key, _ in keyed for name in key))
        _limit(len(names), faults)
    else:
        n = len(values).bit_length()
        names = names or tuple(str(k + 1) for k in range(n))
        _limit(len(names), faults)
        if len(values) != 2 ** len(names) - 1 or not values:
            message = f"{len(values)} values; {len(names) or 1} players have {2 ** (len(names) or 1) - 1} coalitions."
            faults.add("E_COALITIONS", message, "Give singles, pairs, triples ..., each in the order of the players.", "values")
            faults.raise_errors()
        keyed = list(zip((m for k in range(1, n + 1) for m in combinations(names, k)), values, strict=True))
    return _game(names, keyed, faults)


def _members(key: Any) -> tuple[str, ...]:
    """The names in a key; those of a set sorted, so that the order of players is the same in every run."""
    if isinstance(key, str):
        return tuple(part.strip() for part in key.split("+") if part.strip())
    names = tuple(str(name) for name in key)
    return tuple(sorted(names)) if isinstance(key, (set, frozenset)) else names


def _limit(players: int, faults: Findings) -> None:
    if players > MOST_PLAYERS:
        message = f"{players} players have {2**players - 1:,} coalitions; the limit is {MOST_PLAYERS} players."
        faults.add("E_TOO_MANY_PLAYERS", message, "Let those act as one who decide together.", "values")
        faults.raise_errors()


def _game(names: tuple[str, ...], keyed: list[tuple[tuple[str, ...], Number]], faults: Findings) -> Game:
    at = {name: k for k, name in enumerate(names)}
    if len(at) < len(names) or not names:
        faults.add("E_COALITIONS", "players need names, each its own.", "Name every player once.", "players")
        faults.raise_errors()
    found: dict[int, Fraction] = {}
    for members, value in keyed:
        where = "+".join(members) or "the empty coalition"
        unknown = [name for name in members if name not in at]
        if unknown:
            faults.add("E_COALITIONS", f"{unknown[0]!r} is no player.", did_you_mean(unknown[0], names), where)
            continue
        mask = sum(1 << at[name] for name in set(members))
        if mask in found:
            faults.add("E_COALITIONS", "this coalition is given twice.", "Keep one of the values.", where)
        found[mask] = number(value, where, faults)
    if found.get(0):
        faults.add("E_COALITIONS", "nobody has something without players.", "The empty coalition has 0.", "values")
    missing = [mask for mask in range(1, 2 ** len(names)) if mask not in found]
    if missing:
        first = ", ".join("+".join(n for k, n in enumerate(names) if mask >> k & 1) for mask in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        faults.add("E_COALITIONS", f"no value for {first}{more}.", "Give every coalition its value, also when it is 0.", "values")
    faults.raise_errors()
    unit = lcm(*(x.denominator for x in found.values()))
    return Game(names, tuple(int(found.get(mask, Fraction(0)) * unit) for mask in range(2 ** len(names))), unit)


def number(value: Number, where: str, faults: Findings) -> Fraction:
    """The exact number; a float is taken as its shortest decimal. What is none becomes a fault E_VALUE and 0."""
    try:
        return exact_number(value)
    except ValueError:
        faults.add("E_VALUE", f"{str(value)[:60]!r} is no number.", 'Write "0.15" or "3/20".', where)
        return Fraction(0)


def refused(code: str, message: str, cure: str, where: str = "solution") -> RequestError:
    """One fault of the question."""
    faults = Findings()
    faults.add(code, message, cure, where)
    return RequestError(faults)
