"""The labels of one network: what is settled, what is left to chance, and what each label is worth on average."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosshold.errors import Finding, RequestError
from crosshold.kernels.label_draws import Tally, Task, draw, spread, tasks
from crosshold.kernels.label_plan import Plan, awaited, plan
from crosshold.kernels.label_states import expected
from crosshold.kernels.limits import floor_of
from crosshold.kernels.network_power import SETTLED, Game, Leads, collapse, contest
from crosshold.kernels.pivot_chances import MOST_SHARED, shares
from crosshold.kernels.threads import Progress, in_order
from crosshold.network import Graph, Network

Money = Decimal | Fraction | int | str
MOST_STATES = 10**6  # joint labels of an exact answer


class Labels:
    """One network: what is settled, the game of the rest, and what each label is worth."""

    def __init__(
        self,
        network: Network,
        graph: Graph,
        level: Fraction,
        ocean: bool,
        value: Mapping[str, Money] | NDArray[np.float64] | None,
    ) -> None:
        self.network, self.level = network, level
        self.graph, rows = graph, (graph.in_ptr, graph.in_holder, graph.in_weight)
        self.total = graph.total
        need, quota = needs(level, graph.total)
        loose = np.zeros(len(network), np.int64)
        if ocean:
            loose = np.maximum(graph.total - graph.held, 0)
        self.need, self.quota, self.loose = need, quota, loose
        self.leads: Leads = collapse(*rows, need, loose)
        self.game: Game = contest(self.leads, *rows, need, quota, loose)
        self.value = value

    def exact(self, most: int | None = None) -> NDArray[Any] | None:
        """Fractions by entity, or ``None`` when it has circles or more states than ``most`` (``MOST_STATES``)."""
        if (self.game.ring >= 0).any():
            return None
        lead = self.leads.lead.tolist()
        worth = [Fraction(0)] * len(lead)
        for i, amount in enumerate(self.fractions()):
            worth[lead[i]] += amount
        cut = plan(self.game, np.ones(len(self.game.node), np.bool_), np.zeros(len(self.game.node)))
        nodes = cut.node.tolist()
        quota = [self.level * int(t) for t in self.total[cut.node]]
        gains = expected(cut, [worth[i] for i in nodes], quota, MOST_STATES if most is None else most)
        if gains is None:
            return None
        for i in nodes:
            worth[i] = Fraction(0)
        for i, gain in zip(cut.slot_node.tolist(), gains, strict=True):
            worth[i] += gain
        values = np.empty(len(worth), object)
        values[:] = worth
        return values

    def sampled(
        self,
        draws: int,
        seed: int,
        sweeps: int = 15,
        restart: float = 0.02,
        threads: int | None = None,
        progress: Progress | None = None,
        most_shared: int = MOST_SHARED,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
        """Mean and squared standard error by entity, and how many companies were drawn.

        A company of at most ``most_shared`` holders, all of them settled, gives its value by exact chances and is only drawn when others
        wait for it; with 0 every contested company is drawn, as the paper does.
        """
        game, n = self.game, len(self.leads.lead)
        worth = np.bincount(self.leads.lead, weights=self.floats(), minlength=n).astype(np.float64)
        mean = np.where(self.leads.kind == SETTLED, worth, 0.0)
        credit = worth[game.node].astype(np.float64)
        done, given, kept = shares(game, credit, most_shared)
        settled = np.flatnonzero(np.repeat(done, np.diff(game.start)))
        mean += np.bincount(-1 - game.union[settled], weights=given[settled], minlength=n)
        mean[game.node] += kept
        open_credit = np.where(done, 0.0, credit)
        cut: Plan = plan(game, awaited(game.start, game.union, game.ring, open_credit != 0), open_credit)
        pieces = tasks(cut, draws)
        size = len(cut.slot_node)
        found = Tally(*np.zeros((3, size)), *np.zeros((2, len(cut.before))))

        def work(numbered: tuple[int, Task]) -> tuple[Task, Tally]:
            number, piece = numbered
            random = np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, number])))
            return piece, draw(cut, piece, restart, sweeps, random)

        for piece, part in in_order(work, list(enumerate(pieces)), threads, progress):
            slots = slice(int(cut.slot_start[piece.first]), int(cut.slot_start[piece.last]))
            clusters = slice(piece.first, piece.last)
            for whole, more, where in zip(found, part, (slots, slots, slots, clusters, clusters), strict=True):
                whole[where] += more
        average, squared = spread(cut, found, draws)
        mean += np.bincount(cut.slot_node, weights=average, minlength=n)
        variance = np.bincount(cut.slot_node, weights=squared, minlength=n).astype(np.float64)
        return mean, variance, len(cut.credit)

    def fractions(self) -> list[Fraction]:
        """What each entity counts for, exactly."""
        if self.value is None:
            return [Fraction(1)] * len(self.network)
        if isinstance(self.value, np.ndarray):
            return [Fraction(x) for x in self.floats().tolist()]
        amounts = [Fraction(0)] * len(self.network)
        for name, amount in self.value.items():
            amounts[self.network.index(name)] = Fraction(amount)
        return amounts

    def floats(self) -> NDArray[np.float64]:
        """What each entity counts for."""
        if self.value is None:
            return np.ones(len(self.network))
        if not isinstance(self.value, np.ndarray):
            return np.array([float(x) for x in self.fractions()])
        if self.value.shape != (len(self.network),) or not np.isfinite(self.value).all():
            message = f"values of shape {self.value.shape} for {len(self.network)} entities, or some that are no numbers."
            raise RequestError(Finding("E_VALUE", message, "Give one finite number per entity, or a mapping by id.", "value"))
        return self.value.astype(np.float64)

    def too_much(self) -> RequestError:
        """Why there is no exact answer."""
        members = self.game.node[self.game.ring >= 0]
        if len(members):
            names = self.network.words(members.tolist())
            message = f"{names} stand on circles in which nobody decides for certain: there is no list of outcomes."
            return RequestError(Finding("E_RING", message, 'Use method "sampled".', names))
        message = (
            f"{len(self.game.node)} contested companies: more than {MOST_STATES} joint outcomes, or too many holders in one."
        )
        return RequestError(Finding("E_TOO_MANY_PLAYERS", message, 'Use method "sampled".', "method"))


def needs(level: Fraction, total: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """By company the least whole weight above the quota, and the quota itself in floats: only beside an ocean, where no sum is whole."""
    whole, _ = floor_of(total, level.numerator, level.denominator)
    return whole + 1, (total * float(level)).astype(np.float64)
