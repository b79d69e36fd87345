"""Failures that spread through a prepared graph, wave by wave, at a cost that grows with the nodes touched and not with the graph.

A loss is handed up to whoever holds the loser: only these nodes are visited (:meth:`~crosshold.kernels.settle.Settle.up` over what is
reached). Rings are settled within the wave, and lines are tested only when a wave has come to rest, so the order in which events
happen cannot change who fails.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.settle import Settle

Float = NDArray[np.float64]
Index = NDArray[Any]
SLACK = 1e-11  # part of a line, or of the value, by which floats may miss it


class Fallen(NamedTuple):
    """What a shock did: ``nodes`` it touched, values ``before`` and ``after``, the ``wave`` in which each failed (0: it did not).

    ``moves``: for each wave, who was changed by it and their values once it had settled.
    """

    nodes: NDArray[np.int32]
    before: Float
    after: Float
    wave: NDArray[np.int32]
    moves: tuple[tuple[Index, Float], ...]


class Waves:
    """Values and lines of a register at rest; :meth:`fall` and :meth:`release` leave it as it was.

    By node: ``value`` (equity), ``kept`` (the factor from equity to the value that is compared), ``line`` (NaN: never fails) and
    ``cost`` of failing. ``failed`` marks who has failed already.
    """

    def __init__(self, settle: Settle, value: Float, kept: Float, line: Float, cost: Float, failed: NDArray[np.bool_]) -> None:
        self._settle, self.value, self._kept, self._line, self._cost = settle, value, kept, line, cost
        self.failed = failed
        self._moving = np.zeros(len(value))
        self._touched = np.zeros(len(value), np.bool_)
        self._order: list[Index] = []
        self._before: list[Float] = []

    def below(self, nodes: Index | slice) -> NDArray[np.bool_]:
        """Whose value is below its line, by more than rounding."""
        value, line = self.value[nodes] * self._kept[nodes], self._line[nodes]
        below: NDArray[np.bool_] = value < line - SLACK * np.maximum(np.abs(line), np.abs(value))
        return below

    def fall(self, nodes: Index, losses: Float) -> Fallen:
        """Losses hit ``nodes``; whoever is below its line fails and loses its cost, once, until nobody else does."""
        return self._spread(self._move(nodes, losses), nodes_fail=True)

    def failing(self, nodes: Index) -> Fallen:
        """``nodes`` fail by themselves first."""
        return self._spread(nodes, nodes_fail=True)

    def release(self, nodes: Index) -> Fallen:
        """``nodes`` have failed; those not below their line get their cost back, until nobody else does. ``wave`` counts rounds."""
        return self._spread(nodes, nodes_fail=False)

    def _spread(self, changed: Index, *, nodes_fail: bool) -> Fallen:
        waves: list[Index] = []
        moves: list[tuple[Index, Float]] = []
        while True:
            turning = changed[(self.failed[changed] != nodes_fail) & (self.below(changed) == nodes_fail)]
            turning = turning[~np.isnan(self._line[turning])]
            if not len(turning):
                break
            self.failed[turning] = nodes_fail
            waves.append(turning)
            cost = self._cost[turning]
            changed = np.union1d(self._move(turning, cost if nodes_fail else -cost), turning)
            moves.append((changed, self.value[changed]))
        return self._finish(waves, tuple(moves), nodes_fail)

    def _move(self, nodes: Index, losses: Float) -> Index:
        """Take a loss and hand it up; who was changed."""
        if not len(nodes):
            return nodes
        np.add.at(self._moving, nodes, losses)
        units = self._settle.reached_up(nodes)
        everyone = self._settle.nodes(units)
        self._settle.up(self._moving, units)
        before = self.value[everyone]
        after = before - self._moving[everyone]
        self._moving[everyone] = 0.0
        changed: Index = everyone[after != before]  # less than a rounding of its value touches nobody
        fresh = changed[~self._touched[changed]]
        self._touched[fresh] = True
        self._order.append(fresh)
        self._before.append(self.value[fresh])
        self.value[everyone] = after
        return changed

    def _finish(self, waves: list[Index], moves: tuple[tuple[Index, Float], ...], nodes_fail: bool) -> Fallen:
        """Read off the end and undo everything."""
        none = np.empty(0, np.int32)
        turned = np.concatenate([none, *waves]).astype(np.int32)
        same = turned[~self._touched[turned]]  # failed at no cost
        nodes = np.concatenate([none, *self._order, same]).astype(np.int32)
        before = np.concatenate([np.empty(0), *self._before, self.value[same]])
        after = self.value[nodes]
        number = dict(
            zip(turned.tolist(), np.repeat(np.arange(1, len(waves) + 1), [len(w) for w in waves]).tolist(), strict=True)
        )
        wave = np.array([number.get(node, 0) for node in nodes.tolist()], np.int32)
        self.value[nodes], self._touched[nodes], self.failed[turned] = before, False, not nodes_fail
        self._order, self._before = [], []
        return Fallen(nodes, before, after, wave, moves)
