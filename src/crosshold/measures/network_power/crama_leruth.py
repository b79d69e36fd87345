"""Crama-Leruth: how often an ultimate owner decides a company, when votes are cast level by level.

Crama and Leruth, "Control and voting power in corporate networks: concepts and computational aspects", European J. of Operational Research
178 (2007). Players are the entities above the target that nobody holds. A company says yes when the votes of its holders that say
yes, with half of its float, are more than half of all: the float splits in two. The value is the absolute Banzhaf index of
this compound game: the chance to decide the target when all other players toss a coin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, RequestError
from crosshold.kernels.cascades import ancestors
from crosshold.kernels.components import components
from crosshold.kernels.compound_votes import outcomes
from crosshold.kernels.csr import compress
from crosshold.kernels.threads import Progress, in_order
from crosshold.measures.network_power.results import drawing, method_known
from crosshold.model.result import Result
from crosshold.network import Graph, Network

MOST_PLAYERS = 20  # players whose coalitions are all listed
CELLS = 1 << 25  # votes of nodes held at once
WIDTH = 1.959963984540054  # of a 95 % interval, in standard errors
Number = Fraction | float
Answers = tuple[Sequence[Number], Sequence[Number] | None]


class CramaLeruthRow(NamedTuple):
    """A player, its chance to decide, and the standard error of that (0 when exact).

    ``low`` to ``high``: 95 % interval of a sample (Wilson), the value itself when exact.
    """

    player: str
    power: Number
    error: float
    low: Number
    high: Number


@dataclass(frozen=True, eq=False, kw_only=True)
class CramaLeruth(Result):
    """``values`` by player above the target, zeros included, the largest first. ``from_yes``: the values when the votes on circles start
    from all yes instead of all no, ``None`` when that makes no difference. ``settings``: target, players, method, draws, seed.
    """

    values: Mapping[str, Number]
    from_yes: Mapping[str, Number] | None
    rows: tuple[CramaLeruthRow, ...] = field(repr=False)

    row: ClassVar[Any] = CramaLeruthRow


def crama_leruth(
    network: Network,
    target: str,
    *,
    method: str = "auto",
    draws: int = 100_000,
    seed: int = 0,
    basis: str = "votes",
    threads: int | None = None,
    progress: Progress | None = None,
) -> CramaLeruth:
    """Absolute Banzhaf index of the ultimate owners of ``target`` in the compound game.

    ``exact`` lists all coalitions (20 players at most); ``sampled`` draws them, each telling something about every player: the mean of
    +1 when the player is on the winning side and -1 when not is his index. ``auto`` lists them where it can. On circles of companies
    votes start from all no; the answer from all yes stands beside it when it differs (W_SEVERAL_EQUILIBRIA). The same ``seed``
    gives the same numbers whatever the number of ``threads``.

    Errors: E_UNKNOWN_ID, E_BASIS_AMBIGUOUS, E_METHOD, E_DRAWS, E_TOO_MANY_PLAYERS. Finding: W_SAMPLED.
    """
    method_known(method)
    drawing(draws, seed)
    game = _Game(network.graph(basis), network.index(target))
    count = len(game.players)
    exact = count <= MOST_PLAYERS and method != "sampled"
    if method == "exact" and not exact:
        message = f"{count} ultimate owners are above {target}: their coalitions are too many to list."
        raise RequestError(Finding("E_TOO_MANY_PLAYERS", message, f'Up to {MOST_PLAYERS}; use method "sampled".', "method"))
    no, yes = _listed(game) if exact else _sampled(game, draws, seed, threads, progress)
    names = [network.ids[game.nodes[p]] for p in game.players]
    rows = [_row(name, value, None if exact else draws) for name, value in zip(names, no, strict=True)]
    rows.sort(key=lambda row: (-row.power, row.player))
    settings: dict[str, Any] = {"target": target, "graph": basis, "basis": network.graph(basis).basis, "players": count}
    settings |= {"method": "exact"} if exact else {"method": "sampled", "draws": draws, "seed": seed}
    findings = list(network.findings)
    if not exact:
        worst = max((row.error for row in rows), default=0.0)
        message = f"{draws} coalitions of {count} players were drawn with seed {seed}; the largest standard error is {worst:.3g}."
        findings.append(Finding("W_SAMPLED", message, "Four times as many draws halve it.", "crama_leruth"))
    if yes is not None:
        message = f"companies on circles above {target} can vote both ways: votes that start from all yes give other values."
        findings.append(Finding("W_SEVERAL_EQUILIBRIA", message, "Report both.", target))
    return CramaLeruth(
        values={row.player: row.power for row in rows},
        from_yes=None if yes is None else dict(zip(names, yes, strict=True)),
        rows=tuple(rows),
        settings=settings,
        findings=tuple(dict.fromkeys(findings)),
    )


def _row(name: str, value: Number, draws: int | None) -> CramaLeruthRow:
    if draws is None:
        return CramaLeruthRow(name, value, 0.0, value, value)
    mean = (float(value) + 1) / 2  # part of the draws in which he is on the winning side
    error = 2 * (mean * (1 - mean) / (draws - 1)) ** 0.5
    spread = WIDTH**2 / draws
    middle = (mean + spread / 2) / (1 + spread)
    half = WIDTH * (mean * (1 - mean) / draws + spread / (4 * draws)) ** 0.5 / (1 + spread)
    return CramaLeruthRow(name, value, error, max(0.0, 2 * (middle - half) - 1), min(1.0, 2 * (middle + half) - 1))


class _Game:
    """The part of a graph above one target, by local numbers."""

    def __init__(self, graph: Graph, target: int) -> None:
        self.nodes = sorted({target, *ancestors(graph.into, target)})
        place = {i: k for k, i in enumerate(self.nodes)}
        self.target = place[target]
        self.holders = [[(place[h], w) for h, w in graph.holders(i)] for i in self.nodes]
        self.need = []
        for i, row in zip(self.nodes, self.holders, strict=True):  # yes + float / 2 > total / 2
            total = int(graph.total[i])
            self.need.append(min(total, sum(w for _, w in row)) // 2 + 1)
        self.players = [k for k, row in enumerate(self.holders) if not row]
        edges = np.array([(h, k, 1) for k, row in enumerate(self.holders) for h, _ in row], np.int64).reshape(-1, 3)
        pointer, issuer, _ = compress(len(self.nodes), edges[:, 0], edges[:, 1], edges[:, 2])
        self.components = components(pointer, issuer)
        self.circles = any(len(members) > 1 for members in self.components)

    def votes(self, ballots: dict[int, NDArray[np.bool_]]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Votes of the target, circles starting from no and from yes."""
        no = outcomes(self.holders, self.need, self.components, ballots)[self.target]
        yes = outcomes(self.holders, self.need, self.components, ballots, True)[self.target] if self.circles else no
        return no, yes


def _listed(game: _Game) -> Answers:
    count = len(game.players)
    step = 1 << min(count, max(6, (CELLS // len(game.nodes)).bit_length() - 1))
    parts = []
    for low in range(0, 1 << count, step):
        masks = np.arange(low, low + step, dtype=np.int64)
        parts.append(game.votes({p: (masks >> k & 1).astype(bool) for k, p in enumerate(game.players)}))
    no, yes = (np.concatenate(columns) for columns in zip(*parts, strict=True))

    def indices(won: NDArray[np.bool_]) -> list[Fraction]:
        pairs = [won.reshape(-1, 2, 1 << k) for k in range(count)]
        return [Fraction(int((p[:, 1] != p[:, 0]).sum()), 2 ** (count - 1)) for p in pairs]

    return indices(no), None if (no == yes).all() else indices(yes)


def _sampled(game: _Game, draws: int, seed: int, threads: int | None, progress: Progress | None) -> Answers:
    block = min(draws, max(64, CELLS // len(game.nodes) // 8))
    pieces = [min(block, draws - done) for done in range(0, draws, block)]
    count = len(game.players)

    def work(piece: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64], bool]:
        number, size = piece
        random = np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, number])))
        coins = random.integers(0, 2, (count, size), dtype=np.uint8).astype(bool)
        no, yes = game.votes(dict(zip(game.players, coins, strict=True)))
        right = [(coins == side).sum(axis=1) - (coins != side).sum(axis=1) for side in (no, yes)]
        return right[0], right[1], bool((no != yes).any())

    sums, other, differ = np.zeros(count, np.int64), np.zeros(count, np.int64), False
    for a, b, c in in_order(work, list(enumerate(pieces)), threads, progress):
        sums, other, differ = sums + a, other + b, differ or c
    return (sums / draws).tolist(), (other / draws).tolist() if differ else None
