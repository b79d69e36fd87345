"""Seconds of the Ballot: a register with cross-holdings in three sizes, the alliance, a ring of twelve that silences itself.

    python benchmarks/ballot.py [lots ...]

Cross-holdings are a twentieth of the lots, in pairs, most of them a few percent. The Snapshot in columns is made before the clock
starts; how long that takes is printed beside, and so is what the questions after the Ballot take, and a change of one lot, checked. No
other tool works out votes from law, so there is no peer; medians of three runs, wall clock and processor.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import crosshold.cases.alliance as alliance
from crosshold.formats.case import read_case
from crosshold.law.ballot import Ballot, ballot
from crosshold.law.book import load
from crosshold.model.entity import FLOAT, Entity
from crosshold.model.records import Records
from crosshold.model.result import Coded
from crosshold.model.snapshot import Issuer, Lot, Lots, RuleChoice, Snapshot

ISSUED = 1_000_000
RULES = ("FR-233-3", "FR-233-31", "FR-233-29", "FR-233-30", "FR-L22-10-46", "FR-BID-30", "FR-DISC")
RING = """
- id: XA-1
  jurisdiction: XA
  kind: vote_rule
  when: "held(concert(I) in H; exercisable_votes) >= 3/10"
  effect: {votes: zero, quorum: exclude}
  valid: {from: 2000-01-01}
  cite: {law: invented, source: invented, read_on: 2026-11-22}
  confidence: A
"""


def register(lots: int, seed: int = 7) -> Snapshot:
    """A register of about so many lots in columns; every fifth a company, one in twenty lots a cross-holding."""
    rng = np.random.default_rng(seed)
    companies, persons, cross = lots // 5, lots // 2, lots // 40
    outside = lots - 2 * cross - companies
    names = (*(f"c{k}" for k in range(companies)), *(f"p{k}" for k in range(persons)), FLOAT)
    holder, issuer = rng.integers(0, persons, outside) + companies, rng.integers(0, companies, outside)
    shares = rng.integers(1, ISSUED // 25, outside)
    one = rng.integers(0, companies, cross)
    other = (one + 1 + rng.integers(0, companies - 1, cross)) % companies
    holder, issuer = np.concatenate([holder, one, other]), np.concatenate([issuer, other, one])
    shares = np.concatenate([shares, *(rng.beta(1, 25, (2, cross)) * ISSUED).astype(np.int64)])
    held = np.zeros(companies, dtype=np.int64)
    np.add.at(held, issuer, shares)
    holder, issuer = np.append(holder, np.full(companies, len(names) - 1)), np.append(issuer, np.arange(companies))
    shares = np.append(shares, np.maximum(ISSUED - held, 0))
    table = Lots.from_columns(issuer=Coded(issuer, names), holder=Coded(holder, names), shares=shares)
    french = {"kind": "company", "jurisdiction": "FR", "form": "SA", "listed": False}
    person = {"kind": "person", "jurisdiction": None, "form": None, "listed": None}
    kinds = {key: (french[key],) * companies + (person[key],) * (persons + 1) for key in french}
    issuers = Records(Issuer, names[:companies], {"issued": np.maximum(held, ISSUED).tolist()})
    return Snapshot(date(2020, 1, 28), Records(Entity, names, kinds), issuers, table, rules=RuleChoice(only=RULES))


def ring(size: int = 12) -> Snapshot:
    """Companies in a ring, each with 40 percent of the next, bound by one agreement."""
    names = [f"N{k:02}" for k in range(size)]
    entities = {name: Entity(name, kind="company", jurisdiction="XA") for name in names} | {FLOAT: Entity(FLOAT)}
    lots = [Lot(f"r{k}", names[(k + 1) % size], name, 40) for k, name in enumerate(names)]
    lots += [Lot(f"f{k}", name, FLOAT, 60) for k, name in enumerate(names)]
    facts = ({"fact": "voting_agreement", "parties": names},)
    issuers = {name: Issuer(name, 100) for name in names}
    return Snapshot(date(2020, 1, 28), entities, issuers, Lots(lots), facts=facts, rules=RuleChoice(only=("XA-1",)))


def clocked(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds of the wall clock and of the processor, and what came out."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def timed(snapshot: Snapshot, runs: int, **options: Any) -> tuple[float, float, Ballot]:
    """Median seconds of a ballot, and the last of them."""
    rows = [clocked(lambda: ballot(snapshot, **options)) for _ in range(runs)]
    return median(row[0] for row in rows), median(row[1] for row in rows), rows[-1][2]


def questions(snapshot: Snapshot, found: Ballot) -> None:
    """What is asked after a Ballot, each once, and one lot that is sold, with the checks of a Snapshot."""
    asked = {"findings": lambda: found.findings, "near": found.near, "standing": lambda: found.standing, "to_dict": found.to_dict}
    for name, work in asked.items():
        wall, cpu, _ = clocked(work)
        print(f"    {name:<10} {wall:8.3f} s, {cpu:.3f} of the processor")
    place = snapshot.lots.positions(found.moved[0])[0]
    sold = replace(snapshot.lots[place], id="sold", holder=FLOAT)
    wall, _, _ = clocked(lambda: snapshot.evolve(lots=snapshot.lots.edited({place: [sold]})))
    print(f"    one change {wall * 1e3:8.3f} ms")


def main() -> None:
    """Print one line per case."""
    case = read_case(Path(next(iter(alliance.__path__)))).at()
    rows = [("alliance", timed(case, 5)), ("ring of 12", timed(ring(), 3, rules=load([RING])))]
    for name, (wall, cpu, found) in rows:
        print(f"{name:<14}     {wall:8.3f} s, {cpu:.3f} of the processor, {len(found.outcomes)} outcomes")
    for lots in [int(float(word)) for word in sys.argv[1:]] or [10_000, 100_000, 1_000_000]:
        made, _, snapshot = clocked(lambda lots=lots: register(lots))
        wall, cpu, found = timed(snapshot, 3)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        said = f"{len(found.outcomes[0].cut):,} lots cut, {peak:,} MB, making the snapshot {made:.1f} s"
        print(f"{lots:>9,} lots     {wall:8.3f} s, {cpu:.3f} of the processor, {said}")
        questions(snapshot, found)


if __name__ == "__main__":
    main()
