"""What a solved game looks like: one division, or a set of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from crosshold.errors import did_you_mean
from crosshold.measures.cooperative.game import Game, Level, refused
from crosshold.model.result import Result


class SplitRow(NamedTuple):
    """Money of one player: what he has (or costs) alone, what he adds to everybody else, and his share."""

    player: str
    alone: Fraction
    marginal: Fraction
    share: Fraction


class RangeRow(NamedTuple):
    """Money of one player: what he has (or costs) alone, and the least and most he gets (or pays) in the set."""

    player: str
    alone: Fraction
    least: Fraction
    most: Fraction


@dataclass(frozen=True, eq=False, kw_only=True)
class Split(Result):
    """One division, exact, in the unit of the input (with ``costs``: what each pays).

    ``excess`` is the most that a coalition would gain by leaving (negative: every coalition would lose; ``None`` for one player) and
    ``coalition`` the first one that would; ``in_core``: no coalition gains by leaving, and nothing is left over. ``levels`` are the
    rounds of a nucleolus with their proof.
    """

    split: Mapping[str, Fraction]
    excess: Fraction | None
    coalition: tuple[str, ...]
    in_core: bool
    levels: tuple[Level, ...] = field(repr=False)
    game: Game = field(repr=False)

    row: ClassVar[Any] = SplitRow

    def __str__(self) -> str:
        first, *rest = super().__str__().splitlines()
        where = "in the core" if self.in_core else "not in the core"
        if self.excess is not None:
            amount = f"{abs(float(self.excess)):,.6g}"
            effect = f"would gain {amount} by leaving" if self.excess > 0 else f"would lose least by leaving, {amount}"
            where += f"; {'+'.join(self.coalition)} {effect}"
        return "\n".join([first, f"  {where}", *rest])

    def _rows(self) -> list[SplitRow]:
        game = self.game
        rows = zip(game.players, game.alone, game.marginal, strict=True)
        return [SplitRow(name, game.money(own), game.money(adds), self.split[name]) for name, own, adds in rows]

    def explain(self, player: str) -> dict[str, Any]:
        """The share of a player; for a nucleolus the rounds: which coalitions bind at which excess, with the weights that prove it."""
        rounds = [
            {
                "excess": self.game.money(level.excess),
                "coalitions": {"+".join(self.game.names(mask)): weight for mask, weight in level.weights.items()},
                "no more than alone": [self.game.players[i] for i in level.floors],
            }
            for level in self.levels
        ]
        row = next((row for row in self._rows() if row.player == player), None)
        if row is None:
            raise refused("E_UNKNOWN_ID", f"{player!r} is no player.", did_you_mean(player, self.game.players), "player")
        return {"verb": "solve", "player": player, "solution": self.settings["solution"], **row._asdict(), "rounds": rounds}


@dataclass(frozen=True, eq=False, kw_only=True)
class Stable(Result):
    """A set of divisions, exact, in the unit of the input.

    ``epsilon``: the least e such that no coalition gains more than e by leaving (``None`` for one player); the core is empty exactly when
    it is above 0. ``cost_of_stability``: what would have to be added so that nobody has a reason to leave. ``least`` and ``most`` by
    player, empty when the set is; ``corners`` for at most five players, else ``None``.
    """

    epsilon: Fraction | None
    core_non_empty: bool
    cost_of_stability: Fraction
    least: Mapping[str, Fraction]
    most: Mapping[str, Fraction]
    corners: tuple[tuple[Fraction, ...], ...] | None
    alone: Mapping[str, Fraction] = field(repr=False)

    row: ClassVar[Any] = RangeRow

    def _rows(self) -> list[RangeRow]:
        return [RangeRow(name, self.alone[name], least, self.most[name]) for name, least in self.least.items()]

    def __str__(self) -> str:
        told = {"epsilon": self.epsilon, "cost of stability": self.cost_of_stability}
        said = ", ".join(f"{name} {float(x):,.6g}" for name, x in told.items() if x is not None)
        first, *rest = super().__str__().splitlines()
        return "\n".join([first, f"  core {'not empty' if self.core_non_empty else 'empty'}, {said}", *rest])

    def explain(self, player: str) -> dict[str, Any]:
        """The range of a player in the set, and the corners at its two ends (``None`` when corners are not listed)."""
        if player not in self.alone:
            raise refused("E_UNKNOWN_ID", f"{player!r} is no player.", did_you_mean(player, self.alone), "player")
        names, ends = list(self.alone), [self.least.get(player), self.most.get(player)]
        at = names.index(player)
        found = None
        if self.corners is not None:
            found = [[dict(zip(names, c, strict=True)) for c in self.corners if c[at] == end] for end in ends]
        return {
            "verb": "solve", "player": player, "solution": self.settings["solution"], "alone": self.alone[player], "least": ends[0],
            "most": ends[1], "corners": found,
        }  # fmt: skip
