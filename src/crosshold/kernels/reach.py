"""Everything that each of many sources controls: the least closure, one work list per source, compiled on large graphs."""

from __future__ import annotations

from queue import SimpleQueue
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosshold.kernels.compiler import kernel
from crosshold.kernels.csr import Int, Node, Rows
from crosshold.kernels.threads import Progress, in_order, workers

Desk = tuple[Int, NDArray[np.bool_], Node, Node]  # what a thread writes on

CHUNK = 50_000  # sources that a thread takes at a time
ROOM = 1 << 16  # pairs a chunk has room for at first


class Reach(NamedTuple):
    """Pairs by source, then round, then node. ``held`` is what the source and all that it controls hold of the node."""

    source: Node
    node: Node
    held: Int
    round: Node


def singles(into: Rows, limit: Int) -> Node:
    """Sorted nodes that pass the limit of some company alone; nobody else controls anything by himself."""
    return np.flatnonzero(_passes_alone(into.pointer, into.node, into.weight, limit)).astype(np.int32)


def reach(
    out: Rows, limit: Int, start: Int, member: Node, *, threads: int | None = None, progress: Progress | None = None
) -> Reach:
    """The least closure of every source under "holds more than the limit together".

    Source s has the nodes ``member[start[s]:start[s + 1]]``, which are never its own targets. Deterministic whatever the number of
    ``threads`` (``None``: all processors). ``progress`` hears the finished share of the work. O(edges out of what each source controls).
    """
    sources, n = len(start) - 1, len(limit)
    firsts = range(0, sources, CHUNK)
    desks: SimpleQueue[Desk] = SimpleQueue()
    for _ in range(workers(threads, len(firsts))):
        desks.put((np.zeros(n, np.int64), np.zeros(n, np.bool_), np.empty(n, np.int32), np.empty(n, np.int32)))

    def chunk(first: int) -> list[Reach]:
        desk = desks.get()
        try:
            return _chunk(out, limit, start, member, first, min(first + CHUNK, sources), desk)
        finally:
            desks.put(desk)

    parts: list[Reach] = [_room(0)]
    for found in in_order(chunk, firsts, threads, progress):
        parts += found
    return Reach(*map(np.concatenate, zip(*parts, strict=True)))


def _room(size: int) -> Reach:
    return Reach(np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int64), np.empty(size, np.int32))


def _chunk(out: Rows, limit: Int, start: Int, member: Node, first: int, last: int, desk: Desk) -> list[Reach]:
    """The pairs of some sources; a source that found no room is asked again with more of it."""
    room = ROOM
    found: list[Reach] = []
    while first < last:
        part = _room(room)
        following, count = _reach(out.pointer, out.node, out.weight, limit, start, member, first, last, *desk, *part)
        source, node, held, number = part
        found.append(Reach(source[:count].copy(), node[:count].copy(), held[:count].copy(), number[:count].copy()))
        room = room if following > first else 2 * room
        first = following
    return found


@kernel
def _passes_alone(pointer: Int, holder: Node, weight: Int, limit: Int) -> Node:
    alone = np.zeros(len(limit), np.int32)
    for j in range(len(limit)):
        for k in range(pointer[j], pointer[j + 1]):
            if weight[k] <= limit[j]:
                break
            alone[holder[k]] = 1
    return alone


@kernel
def _reach(
    pointer: Int, target: Node, weight: Int, limit: Int, start: Int, member: Node, first: int, last: int,
    held: Int, inside: NDArray[np.bool_], touched: Node, queue: Node, by: Node, found: Node, found_held: Int, found_round: Node,
) -> tuple[int, int]:  # fmt: skip
    """Pairs of the sources from ``first`` as far as there is room: ``(source to go on with, pairs found)``.

    ``held`` (what the closure has of a node) and ``inside`` are all zero before and after.
    """
    count = 0
    for s in range(first, last):
        seeds = start[s + 1] - start[s]
        for k in range(seeds):
            queue[k] = member[start[s] + k]
            inside[queue[k]] = True
        length, head, number, touches, begin = seeds, 0, 0, 0, count
        while head < length:
            number += 1
            tail = length
            for h in range(head, tail):
                for k in range(pointer[queue[h]], pointer[queue[h] + 1]):
                    v = target[k]
                    if held[v] == 0:
                        touched[touches] = v
                        touches += 1
                    held[v] += weight[k]
                    if not inside[v] and held[v] > limit[v]:
                        inside[v] = True
                        queue[length] = v
                        length += 1
            queue[tail:length].sort()
            for h in range(tail, length):
                if count < len(found):
                    by[count], found[count], found_round[count] = s, queue[h], number
                count += 1
            head = tail
        fits = count <= len(found)
        for k in range(begin, count if fits else begin):
            found_held[k] = held[found[k]]
        for k in range(touches):
            held[touched[k]] = 0
        for k in range(length):
            inside[queue[k]] = False
        if not fits:
            return s, begin
    return last, count
