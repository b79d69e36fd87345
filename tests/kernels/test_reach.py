"""Closures of many sources: whatever the room and the threads, the same as one least closure after the other."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from crosshold.kernels import reach as room
from crosshold.kernels.control import least_closure, passes
from crosshold.kernels.csr import Rows, compress, transpose
from crosshold.kernels.limits import limits
from crosshold.kernels.reach import reach, singles


def random_graph(n: int, total: int, random: np.random.Generator) -> tuple[Rows, Rows]:
    size = 3 * n
    holder, issuer = random.integers(0, n, size), random.integers(0, n, size)
    keep = holder != issuer
    into = compress(n, issuer[keep], holder[keep], random.integers(1, total // 2, size)[keep])
    return Rows(*into), Rows(*transpose(*into))


@pytest.mark.parametrize("compile_from", [0, 10**9])
@pytest.mark.parametrize("share", [Fraction(1, 2), Fraction(1, 4)])
def test_sources_of_one_or_several_nodes(share: Fraction, compile_from: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosshold.kernels.compiler.COMPILE_FROM", compile_from)
    monkeypatch.setattr(room, "ROOM", 3)
    monkeypatch.setattr(room, "CHUNK", 4)
    random = np.random.default_rng(7)
    for _ in range(30):
        n, total = int(random.integers(2, 30)), 100
        into, out = random_graph(n, total, random)  # some companies are held more than 100 %
        seeds = [random.choice(n, size=int(random.integers(1, 3)), replace=False).tolist() for _ in range(25)]
        limit = limits(np.full(n, total), share.numerator, share.denominator, True)
        start, member = np.cumsum([0, *map(len, seeds)]), np.array([v for seed in seeds for v in seed], np.int32)
        heard: list[float] = []
        found = reach(out, limit, start, member, threads=3, progress=heard.append)
        expected = []
        for number, seed in enumerate(seeds):
            rounds, held = least_closure(out, seed, passes(share, True, [total] * n))
            expected += [(number, v, held[v], rounds[v]) for v in sorted(rounds, key=lambda v: (rounds[v], v))]
        assert list(zip(*(column.tolist() for column in found), strict=True)) == expected
        assert heard == [k / 7 for k in range(1, 8)]
        alone = {v for v in range(n) if least_closure(out, [v], passes(share, True, [total] * n))[0]}
        assert singles(into, limit).tolist() == sorted(alone)


def test_no_source_gives_no_pair() -> None:
    into, out = random_graph(5, 100, np.random.default_rng(1))
    assert [len(column) for column in reach(out, np.full(len(into), 50), np.array([0]), np.empty(0, np.int32))] == [0, 0, 0, 0]
