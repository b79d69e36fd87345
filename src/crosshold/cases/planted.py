"""The structures a synthetic register must hold whatever the dice say: chains, rings, closed and nearly closed circles.

Each is a list of stakes between members 0, 1, 2, ... of the structure, in millionths of the issuer; the holder ``NEW`` is a person who
holds nothing else yet. Nobody else holds a member, so each structure keeps its shape wherever it is put.
"""

from __future__ import annotations

from collections.abc import Iterator

WHOLE = 1_000_000
NEW = -1
CHAIN = 12  # companies, each held by majority by the one before

Stake = tuple[int, int, int]  # issuer, holder, millionths


def chain(length: int) -> list[Stake]:
    """Control ``length`` levels deep under one person."""
    stakes = [(0, NEW, 800_000)]
    for k in range(1, length):
        stakes += [(k, k - 1, 700_000), (k, NEW, 200_000)]
    return stakes


def ring(size: int, inside: int, outside: int) -> list[Stake]:
    """Each member holds ``inside`` of the next, a person ``outside``; more than half inside is mutual control."""
    stakes = []
    for k in range(size):
        stakes.append((k, (k - 1) % size, inside))
        if outside:
            stakes.append((k, NEW, outside))
    return stakes


def core(size: int) -> list[Stake]:
    """One strongly connected component: a ring with a link across from each member, and a person who controls each."""
    stakes = []
    for k in range(size):
        far = (k * k + size // 2) % size
        stakes.append((k, (k - 1) % size, 200_000))
        if far not in (k, (k - 1) % size):
            stakes.append((k, far, 100_000))
        stakes.append((k, NEW, 550_000))
    return stakes


def structures(companies: int, core_size: int) -> Iterator[list[Stake]]:
    """What a register of about ``companies`` companies gets: a core of ``core_size`` if that is not 0, and the rest by size.

    Two pairs that nobody outside owns; two that outsiders own to one millionth, whose equations have condition numbers of about
    a million; one long chain; rings of mutual majority and rings without, two to four members each, more of them in larger registers.
    """
    for _ in range(2):
        yield ring(2, WHOLE, 0)
    for _ in range(2):
        yield ring(2, WHOLE - 1, 1)
    yield chain(CHAIN)
    for k in range(max(3, companies // 25_000)):
        yield ring(2 + k % 3, 600_000, 300_000)
    for k in range(max(3, companies // 5_000)):
        yield ring(2 + k % 3, 250_000, 650_000)
    if core_size:
        yield core(core_size)
