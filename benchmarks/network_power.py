"""Network power (NPI) on a network of the shape of the UK register, beside the published procedure in plain Python.

    python benchmarks/network_power.py [ENTITIES] [DRAWS] [--threads N] [--literal]

ENTITIES is 80,000 by default; 7,970,065 is the published size (August 2021: 5,096,560 holdings, a cyclic core of 498 companies, 91 % of
holdings from somebody whom nobody holds straight to a company that holds nothing). The network is made up, seeded, and only its
shape is that of the register. DRAWS is 1,000 by default. Prints the time of each step, of 1,000 draws and of 10,000, the memory, the
standard errors, and whether two seeds agree in order beyond their error bars. ``--literal`` also draws every contested company, as
the published procedure does, where crosshold adds exact chances instead; it shows what is gained by drawing less and what by
drawing faster.

The peer is the published procedure, written anew for this benchmark in plain Python dictionaries and run on a network of 40,000 entities
of the same shape in the same run; both get that slice, in turn, and their values are compared before any time is printed.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import statistics
import time
from fractions import Fraction
from importlib.metadata import version

import numpy as np

from crosshold.measures.network_power import npi
from crosshold.measures.network_power.labels import Labels
from crosshold.model.ids import Ids
from crosshold.network import Network

UK_ENTITIES, UK_HOLDINGS, UK_CORE, UK_CORE_EDGES = 7_970_065, 5_096_560, 498, 502
PUBLISHED_DAYS = 3.755  # for 10,000 iterations of the published R program, by a comment in it
STRAIGHT = 0.91  # holdings from a top holder to a bottom company
HOLDERS = (0.62, 0.28, 0.08, 0.02)  # companies with 1, 2, 3, 4 holders
TOTAL = 1_000_000
SLICE, PLAIN, OURS, ROUNDS = 40_000, 60, 10_000, 5  # entities; draws of either in a round


def uk_shaped(entities: int, seed: int) -> Network:
    """Companies first, holders before what they hold: rings, middle companies, bottom companies; then persons, who hold them."""
    draw = np.random.default_rng(seed)
    part = entities / UK_ENTITIES
    holdings = round(UK_HOLDINGS * part)
    companies = round(holdings / np.dot(HOLDERS, (1, 2, 3, 4)))
    core = max(6, round(UK_CORE * part) // 2 * 2)
    middle = core + round(holdings * (1 - STRAIGHT) / 2 / np.dot(HOLDERS, (1, 2, 3, 4)))
    count = draw.choice((1, 2, 3, 4), companies, p=HOLDERS)
    issuer = np.repeat(np.arange(companies), count)
    holder = companies + draw.integers(0, entities - companies, len(issuer))
    # as many holdings again come from a middle company as go into one; they lead to later companies, most of them to the bottom
    lower = np.flatnonzero(issuer >= core)
    chosen = draw.choice(lower, round(holdings * (1 - STRAIGHT) / 2), replace=False)
    holder[chosen] = (draw.random(len(chosen)) * np.minimum(issuer[chosen], middle)).astype(np.int64)
    weight = stakes(draw, count)
    ring = rings(draw, core)
    outer = issuer >= core
    outside = companies + draw.integers(0, entities - companies, (2, core))
    members = np.arange(core)
    holder = np.r_[holder[outer], ring[0], outside[0], outside[1]]
    issuer = np.r_[issuer[outer], ring[1], members, members]
    each = TOTAL // 4
    weight = np.r_[weight[outer], np.full(len(ring[0]), TOTAL // 3), np.full(core, each), np.full(core, each)]
    total = np.full(entities, TOTAL, np.int64)
    held = np.bincount(issuer, weight, minlength=entities).astype(np.int64)
    total = np.maximum(total, held)
    ids = Ids.pack(f"{k:08d}" for k in range(entities))
    return Network.from_columns(ids, holder.astype(np.int32), issuer.astype(np.int32), weight.astype(np.int64), total)


def stakes(draw: np.random.Generator, count: np.ndarray) -> np.ndarray:
    """One holder: mostly three quarters or more, else below half. Several: half of such companies in equal parts, the rest uneven."""
    start = np.r_[0, np.cumsum(count)]
    company = np.repeat(np.arange(len(count)), count)
    equal = (draw.random(len(count)) < 0.5)[company]
    raw = np.where(equal, 1.0, draw.random(start[-1]) + 0.2)
    whole = np.where(draw.random(len(count)) < 0.8, 1.0, draw.uniform(0.6, 1.0, len(count)))
    weight = raw / np.add.reduceat(raw, start[:-1])[company] * whole[company]
    single = count[company] == 1
    alone = np.where(
        draw.random(len(company)) < 0.93, draw.uniform(0.75, 1.0, len(company)), draw.uniform(0.25, 0.5, len(company))
    )
    return np.floor(np.where(single, alone, weight) * TOTAL).astype(np.int64)


def rings(draw: np.random.Generator, core: int) -> tuple[np.ndarray, np.ndarray]:
    """A few long rings and many pairs, and some links between members of one ring."""
    holder, issuer = [], []
    first = 0
    while first < core:
        size = min(int(draw.choice((2, 2, 2, 3, 4, 6, 12))), core - first)
        if core - first - size == 1:
            size += 1
        holder += [first + k for k in range(size)]
        issuer += [first + (k + 1) % size for k in range(size)]
        if size >= 6 and len(holder) < core + UK_CORE_EDGES - UK_CORE:
            holder.append(first)
            issuer.append(first + size // 2)
        first += size
    return np.array(holder), np.array(issuer)


def published(network: Network, draws: int, seed: int, sweeps: int = 15, restart: float = 0.02) -> tuple[np.ndarray, float]:
    """Mean number of labels by entity, and seconds: all companies in turn, unions shuffled, one label per company and round."""
    graph = network.votes
    rows = [(j, graph.holders(j), int(graph.total[j])) for j in range(len(network)) if graph.holders(j)]
    chance = random.Random(seed)
    label = list(range(len(network)))
    counts = [0] * len(network)
    counted, age = 0, 0
    start = time.perf_counter()
    while counted < draws:
        if chance.random() < restart:
            label = list(range(len(network)))
            age = 0
            continue
        for j, holders, total in rows:
            unions: dict[int, int] = {}
            for h, weight in holders:
                unions[label[h]] = unions.get(label[h], 0) + weight
            names = list(unions)
            chance.shuffle(names)
            running = 0
            label[j] = j
            for name in names:
                running += unions[name]
                if 2 * running > total:
                    label[j] = name
                    break
        age += 1
        if age >= sweeps:
            counted += 1
            for name in label:
                counts[name] += 1
    rounds = time.perf_counter() - start
    return np.array(counts) / draws, rounds


def compare(threads: int) -> float:
    """Both on one slice, in turn; seconds of the published procedure per holding and draw."""
    network = uk_shaped(SLICE, 7)
    npi(network, method="sampled", draws=OURS, threads=threads)  # compile
    plain, seconds, ours = np.zeros(len(network)), [], []
    for seed in range(ROUNDS):
        mean, spent = published(network, PLAIN, seed)
        plain += mean / ROUNDS
        seconds.append(spent)
        start = time.perf_counter()
        result = npi(network, method="sampled", draws=OURS, seed=seed, threads=threads)
        ours.append(time.perf_counter() - start)
    # how far one draw of the published procedure is from its mean, by drawing all that it draws; a little always for rare events
    _, variance, _ = Labels(network, network.votes, Fraction(1, 2), False, None).sampled(OURS, 99, threads=threads, most_shared=0)
    off = np.abs(plain - result.values.array) / np.sqrt((variance * OURS + 0.01) / (PLAIN * ROUNDS))
    print(f"slice: {len(network):,} entities, {len(network.votes.in_holder):,} holdings, {ROUNDS} rounds of each in turn")
    print(
        f"  results: sum {plain.sum():,.3f} and {result.values.array.sum():,.3f}; largest difference {off.max():.1f} standard errors"
    )
    if off.max() > 6 or abs(plain.sum() - result.values.array.sum()) > 1e-6 * len(plain):
        raise SystemExit("the two do not agree")
    peer, here = statistics.median(seconds) / PLAIN, statistics.median(ours) / OURS
    for name, times, draws in (("plain Python", seconds, PLAIN), ("crosshold", ours, OURS)):
        print(f"  {name:12} {draws:6,} draws: median {statistics.median(times):.3f} s, {min(times):.3f} to {max(times):.3f}")
    print(f"  a draw: {peer / here:,.0f} x faster, settling included")
    return peer / len(network.votes.in_holder)


def inversions(first: np.ndarray, second: np.ndarray, error: np.ndarray, other: np.ndarray) -> tuple[int, int]:
    """Neighbours in the order of ``first`` (top 10,000) that swap in ``second``, and those that do so by more than four error bars."""
    top = np.argsort(-first, kind="stable")[:10_000]
    a, b = top[:-1], top[1:]
    swapped = second[a] < second[b]
    bar = 4 * np.sqrt(error[a] ** 2 + error[b] ** 2 + other[a] ** 2 + other[b] ** 2)
    return int(swapped.sum()), int((swapped & (second[b] - second[a] > bar)).sum())


class Quarters:
    """Tells a quarter, a half, three quarters of the way."""

    def __init__(self) -> None:
        self.start, self.told = time.perf_counter(), 0

    def __call__(self, part: float) -> None:
        if int(part * 4) > self.told:
            self.told = int(part * 4)
            print(f"    {part:.0%} after {time.perf_counter() - self.start:.1f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("entities", type=int, nargs="?", default=80_000)
    parser.add_argument("draws", type=int, nargs="?", default=1_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--literal", action="store_true")
    args = parser.parse_args()
    rate = compare(args.threads)
    network = uk_shaped(args.entities, 2021)
    graph = network.votes
    inner = np.isin(graph.in_holder, np.flatnonzero(np.diff(graph.in_ptr)))
    issuer = np.repeat(np.arange(len(network)), np.diff(graph.in_ptr))
    bottom = ~np.isin(issuer, graph.in_holder)
    straight = ((~inner) & bottom).mean()
    print(f"network: {len(network):,} entities, {len(graph.in_holder):,} holdings, {straight:.1%} straight from top to bottom")
    for name, most in (("crosshold", 8), ("literal", 0)) if args.literal else (("crosshold", 8),):
        found = []
        for seed in (0, 1):
            start = time.perf_counter()
            labels = Labels(network, graph, Fraction(1, 2), False, None)
            settled = time.perf_counter() - start
            start = time.perf_counter()
            mean, variance, drawn = labels.sampled(args.draws, seed, threads=args.threads, progress=Quarters(), most_shared=most)
            seconds = time.perf_counter() - start
            found.append((mean, np.sqrt(variance), settled, seconds, drawn))
        mean, error, settled, seconds, drawn = found[0]
        print(
            f"{name}: {len(labels.game.node):,} contested companies, {int((labels.game.ring >= 0).sum())} on rings, {drawn:,} drawn"
        )
        print(f"  settling {settled:.2f} s, {args.draws:,} draws {seconds:.2f} s (again with another seed: {found[1][3]:.2f} s)")
        print(f"  1,000 draws: {seconds / args.draws * 1000:.2f} s; 10,000: {seconds / args.draws * 10_000:.1f} s", end="")
        print(" (this run)" if args.draws == 10_000 else " (linear extrapolation)")
        print(
            f"  largest standard error {error.max():.4f} at {mean[error.argmax()]:.1f}; entities with one: {(error > 0).sum():,}"
        )
        swapped, beyond = inversions(mean, found[1][0], error, found[1][1])
        off = np.abs(mean - found[1][0])[error > 0] / np.sqrt(error**2 + found[1][1] ** 2)[error > 0]
        print(f"  two seeds: {swapped} of 10,000 neighbours at the top swap, {beyond} beyond their error bars", end="")
        print(f"; differences in standard errors: mean square {(off**2).mean():.2f}, largest {off.max():.1f}")
        peer = rate * len(graph.in_holder) * 10_000
        here = settled + seconds / args.draws * 10_000
        print(f"  plain Python at its speed on the slice: {peer / 3600:,.1f} hours for 10,000, {peer / here:,.0f} x as long")
        if args.entities == UK_ENTITIES:
            print(
                f"  published R program: {PUBLISHED_DAYS} days, {PUBLISHED_DAYS * 86400 / here:,.0f} x as long (another machine)"
            )
    versions = f"Python {platform.python_version()}, numpy {np.__version__}, numba {version('numba')}"
    print(f"{versions}, {args.threads} threads, {os.cpu_count()} cores")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB, the network and both runs included")


if __name__ == "__main__":
    main()
