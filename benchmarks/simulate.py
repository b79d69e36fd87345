"""Seconds of a plan of fifty steps on the alliance: sales, buy-backs with cancellation, blocks, payments, over ten months.

    python benchmarks/simulate.py [steps]
    python benchmarks/simulate.py --lots 1e7

Beside it, on the same steps in the same run: the replay without any law, and a plain recomputation of shares and cash in dictionaries,
which must end at the same register to the last share and the same cash to the last cent. No other tool replays deals under law, so the
recomputation is the floor: what the arithmetic alone costs. Processor time, medians of five after one round that loads everything.

``--lots``: one sale on a register of so many lots (that of ``ballot.py``) under its rules, for nine companies drawn at random; beside it
what a program does that does not know where the register can change: every company's total and every holding again from columns.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from statistics import median
from typing import Any

import crosshold.cases.alliance as alliance
from crosshold.deal.outcome import Outcome
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import simulate
from crosshold.formats.case import read_case
from crosshold.model.snapshot import RuleChoice, Snapshot

ROUNDS = 5
CENT = {"EUR": Decimal("0.01"), "JPY": Decimal(1)}
Holdings = dict[tuple[str, str], int]
Cash = dict[tuple[str, str], Decimal]


def steps(number: int) -> list[dict[str, Any]]:
    """Five kinds of step in turn; every fifth has a date of its own."""
    kinds: list[dict[str, Any]] = [
        {"type": "sell", "issuer": "N", "holder": "R", "shares": 10_000_000},
        {"type": "buyback", "issuer": "N", "fills": {"R": 2_000_000, "~float": 1_000_000}, "cancel": True},
        {"type": "block", "issuer": "R", "holder": "NF", "shares": 1_000_000, "discount": "0.03"},
        {"type": "pay", "from": "R", "to": "M", "amount": {"value": "1000000", "currency": "EUR"}},
        {"type": "sell", "issuer": "M", "holder": "N", "shares": 1_000_000},
    ]
    rows = [{"id": f"s{k}", **kinds[k % 5]} for k in range(number)]
    for k in range(4, number, 5):
        month = 2 + k // 5
        rows[k]["date"] = f"{2020 + (month - 1) // 12}-{(month - 1) % 12 + 1:02d}-15"
    return rows


def by_hand(snapshot: Snapshot, rows: list[dict[str, Any]]) -> tuple[Holdings, Cash]:
    """Shares and cash after the steps, in plain arithmetic."""
    held: Holdings = {}
    for lot in snapshot.lots:
        held[lot.issuer, lot.holder] = held.get((lot.issuer, lot.holder), 0) + lot.shares
    cash: Cash = {(who, c): amount for who, sums in snapshot.cash.items() for c, amount in sums.items()}

    def pay(payer: str, payee: str, amount: Decimal, currency: str) -> None:
        amount = amount.quantize(CENT[currency], ROUND_HALF_EVEN)
        for who, sign in ((payer, -1), (payee, 1)):
            cash[who, currency] = cash.get((who, currency), Decimal(0)) + sign * amount

    for row in rows:
        if row["type"] == "pay":
            pay(row["from"], row["to"], Decimal(row["amount"]["value"]), row["amount"]["currency"])
            continue
        issuer, price = row["issuer"], snapshot.prices[row["issuer"]]
        for seller, shares in row.get("fills", {row.get("holder"): row.get("shares")}).items():
            held[issuer, seller] -= shares
            if row["type"] != "buyback":
                held[issuer, "~float"] += shares
            buyer = issuer if row["type"] == "buyback" else "@market"
            payee = "@market" if seller == "~float" else seller
            pay(buyer, payee, shares * price.value * (1 - Decimal(row.get("discount", 0))), price.currency)
    return held, cash


def same(outcome: Outcome, held: Holdings, cash: Cash) -> bool:
    """Whether the replay ends where the plain arithmetic ends."""
    end = outcome.end.snapshot
    accounts = {(who, c): amount for who, sums in end.cash.items() for c, amount in sums.items()}
    return all(end.held(h, i) == n for (i, h), n in held.items()) and {k: v for k, v in cash.items() if v} == {
        k: v for k, v in accounts.items() if v
    }


def timed(work: Callable[[], object]) -> float:
    """Median seconds of processor time."""
    work()
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return median(seconds)


def large(lots: int) -> None:
    """One step on a register of many lots, in memory; processor time and the clock."""
    from resource import RUSAGE_SELF, getrusage

    import numpy as np
    from ballot import clocked, register

    wall, cpu, snapshot = clocked(lambda: register(lots))
    print(f"{lots:,} lots: columns and Snapshot with checks {cpu:.1f} s (clock {wall:.1f})")
    names = ("issuer", "holder", "beneficiary")
    wall, cpu, _ = clocked(lambda: [snapshot.lots.by(name).place for name in names] + ["p0" in snapshot.entities])
    print(f"    index by issuer, holder, beneficiary, once a register {cpu:.1f} s (clock {wall:.1f})")
    issuer, holder, shares = snapshot.lots.codes("issuer"), snapshot.lots.codes("holder"), snapshot.lots.column("shares")
    times, walls, plain = [], [], []
    for place in np.random.default_rng(1).integers(0, lots // 2, 9).tolist():
        lot = snapshot.lots[place]
        row = {"type": "sell", "issuer": lot.issuer, "holder": lot.holder, "shares": lot.shares, "impact": 0}
        plan = Plan.read({"steps": [{**row, "price": {"value": "1", "currency": "EUR"}}]})
        wall, cpu, outcome = clocked(lambda plan=plan: simulate(snapshot, plan))
        put, _, end = clocked(lambda outcome=outcome: outcome.snapshot)
        times.append(cpu + put)
        walls.append(wall + put)

        def again(place: int = place) -> Any:
            after = shares.copy()
            after[place] = 0
            key = issuer.code.astype(np.int64) * len(holder.words) + holder.code
            return np.bincount(issuer.code, after, len(issuer.words)), np.unique(key, return_inverse=True)

        if len(plain) < 2:
            _, cpu, (totals, _) = clocked(again)
            plain.append(cpu)
            sold = sum(other.shares for other in end.lots_of(lot.issuer)) - end.held("~float", lot.issuer)
            before = sum(other.shares for other in snapshot.lots_of(lot.issuer, "~float"))
            assert totals[issuer.words.index(lot.issuer)] - before == sold
        part = outcome.part
        assert part is not None
        print(f"    {len(part.snapshot.issuers):6,} companies, {len(part.snapshot.lots):7,} lots: {times[-1]:.4f} s")
    peak = getrusage(RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"one step: median {median(times):.4f} s, worst {max(times):.4f} (clock {median(walls):.4f}, {max(walls):.4f}); {peak:,} MB"
    )
    print(f"all totals and holdings again: {median(plain):.3f} s")


def main() -> None:
    """Print one line for each way."""
    if "--lots" in sys.argv:
        large(int(float(sys.argv[sys.argv.index("--lots") + 1])))
        return
    rows = steps(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
    snapshot = read_case(Path(next(iter(alliance.__path__)))).at()
    lawless = snapshot.evolve(rules=RuleChoice(only=()), contracts=(), watch=())
    plan = Plan.read({"steps": rows})
    held, cash = by_hand(snapshot, rows)
    assert same(simulate(snapshot, plan), held, cash) and same(simulate(lawless, plan), held, cash)
    ways: dict[str, Callable[[], object]] = {
        "replay with law, events and findings": lambda: simulate(snapshot, plan),
        "replay without law": lambda: simulate(lawless, plan),
        "plain arithmetic of shares and cash": lambda: by_hand(snapshot, rows),
    }
    print(f"{len(rows)} steps, {len(snapshot.lots)} lots; all ways end alike")
    for name, work in ways.items():
        seconds = timed(work)
        print(f"{name:<40} {seconds:8.4f} s  {seconds / len(rows) * 1000:8.3f} ms a step")


if __name__ == "__main__":
    main()
