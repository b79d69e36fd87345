"""A made-up share register of any size with the shape of real ones: the input of the benchmarks and of tests.

Public benchmark sets of this field are trees without a circle, of companies held at up to 39,780 percent. This register has whole
shares, no company over 100 percent, persons, companies and funds, long chains, control through sisters, rings of every kind, closed
circles that nobody outside owns, and holders that nobody named. Its numbers were chosen by hand and not fitted to any real register.
``docs/synthetic-register.md`` lists what it holds; ``tests/cases/test_synthetic.py`` measures each line of that list.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from crosshold.cases.draws import Bits, Int, below, field, raw, unit
from crosshold.cases.layout import Layout, draw_rulers, lay_out, weights
from crosshold.cases.planted import WHOLE
from crosshold.cases.seats import funds, holders
from crosshold.cases.synthetic_data import SyntheticRegister
from crosshold.errors import Findings
from crosshold.kernels.compiler import kernel
from crosshold.kernels.order import depth_first_order

VERSION = 1  # changes whenever the same arguments give another register
SMALLEST, LARGEST = 1_000, 500_000_000

Profile = Literal["register", "hard"]
Order = Literal["random", "load"]
Shares = Literal["million", "real"]


def synthetic_register(
    holdings: int = 1_000_000,
    seed: int = 0,
    *,
    profile: Profile = "register",
    order: Order = "random",
    shares: Shares = "million",
    overheld: float = 0.0,
    respelt: float = 0.0,
) -> SyntheticRegister:
    """A register of exactly ``holdings`` rows, the same one for the same arguments on every machine and in every release of a ``VERSION``.

    - ``profile``: ``register`` has a largest strongly connected component of about 0.02 % of the entities, ``hard`` one of about 1 %.
    - ``order`` of the entities' numbers: ``random``, or ``load``: depth-first along the largest holders, the largest tree first.
    - ``shares`` issued by each company: ``million`` (1,000,000) or ``real`` (round and crooked counts from 1e6 to 1e12).
    - ``overheld``: share of the companies that get more than 100 % of holders, at least half of them by one row alone.
    - ``respelt``: share of the rows whose holder is written in another way; the arrays keep who is meant.

    Time and memory grow linearly: 10 million holdings take some seconds and about 2 GB. E_ARGUMENT: an argument out of range.
    """
    _check(holdings, seed, profile, order, shares, overheld, respelt)
    layout = lay_out(holdings, seed, profile == "hard")
    total = _totals(raw(seed, 1, layout.companies), shares)
    rulers = draw_rulers(layout, total, raw(seed, 2, layout.companies))
    holder, persons = holders(layout, rulers, seed)
    weight = weights(layout, total, rulers, raw(seed, 6, holdings))
    if overheld:
        _overhold(layout.start, total, weight, raw(seed, 7, layout.companies), overheld)
    bits = raw(seed, 8, holdings)
    spelling = np.where(unit(bits) < respelt, 1 + field(bits, 0, 16) % 3, 0).astype(np.int8)
    settings = {
        "holdings": holdings, "seed": seed, "profile": profile, "order": order, "shares": shares,
        "overheld": overheld, "respelt": respelt, "version": VERSION,
    }  # fmt: skip
    return _numbered(layout, holder, weight, spelling, total, persons, settings)


def _check(holdings: int, seed: int, profile: str, order: str, shares: str, overheld: float, respelt: float) -> None:
    faults = Findings()
    if not SMALLEST <= holdings <= LARGEST:
        faults.add("E_ARGUMENT", f"holdings={holdings} is out of range.", f"Ask for {SMALLEST:,} to {LARGEST:,} holdings.")
    if seed < 0:
        faults.add("E_ARGUMENT", f"seed={seed} is negative.", "Give a whole number from 0.")
    for name, value, known in (
        ("profile", profile, ("register", "hard")), ("order", order, ("random", "load")), ("shares", shares, ("million", "real"))
    ):  # fmt: skip
        if value not in known:
            faults.add("E_ARGUMENT", f"{name}={value!r} is not known.", f"Known: {', '.join(known)}.")
    for name, part in (("overheld", overheld), ("respelt", respelt)):
        if not 0 <= part <= 1:
            faults.add("E_ARGUMENT", f"{name}={part} is not a share.", "Give a number from 0 to 1.")
    faults.raise_errors()


def _totals(bits: Bits, shares: Shares) -> Int:
    """Shares issued: a million, or 1, 2, 5 or 10 times a power of ten for half of the companies and any number for the others."""
    if shares == "million":
        return np.full(len(bits), WHOLE, dtype=np.int64)
    power = 10 ** (6 + field(bits, 0, 16) % 6)
    even = power * np.array([1, 2, 5, 10])[field(bits, 16, 2)]
    return np.where(field(bits, 18, 1) == 1, even, power + below(unit(bits), 9 * power))


def _overhold(start: Int, total: Int, weight: Int, bits: Bits, share: float) -> None:
    """Give the first holders of some companies too much: every other one more than there is, the others the sum of all."""
    chosen = np.flatnonzero(unit(bits) < share)
    row, whole = start[chosen], total[chosen]
    excess = 1 + field(bits[chosen], 0, 20) * (whole // 4) // (1 << 20)
    held = np.add.reduceat(weight, start[:-1])[chosen]
    alone = np.arange(len(chosen)) % 2 == 0
    weight[row] = np.where(alone, whole + excess, weight[row] + whole - held + excess)


def _numbered(
    layout: Layout, holder: Int, weight: Int, spelling: NDArray[np.int8], total: Int, persons: int, settings: dict[str, Any]
) -> SyntheticRegister:
    """The register with its entities numbered as ``settings["order"]`` says."""
    companies, n = layout.companies, layout.companies + persons
    kind = np.zeros(n, dtype=np.int8)
    kind[companies:] = 1
    kind[companies : companies + funds(persons)] = 2
    issued = np.zeros(n, dtype=np.int64)
    issued[:companies] = total
    issuer = layout.issuer()
    if settings["order"] == "random":
        old = np.argsort(raw(settings["seed"], 9, n), kind="stable")  # the entity that gets each number
    else:
        old = depth_first_order(_largest_holder(layout.start, holder, weight, n))
    number = np.empty(n, dtype=np.int32)
    number[old] = np.arange(n, dtype=np.int32)
    holder_number, issuer_number = number[holder], number[issuer]
    if settings["order"] == "load":
        rows = np.argsort(issuer_number, kind="stable")
        holder_number, issuer_number, weight, spelling = holder_number[rows], issuer_number[rows], weight[rows], spelling[rows]
    return SyntheticRegister(holder_number, issuer_number, weight, issued[old], kind[old], spelling, settings)


@kernel
def _largest_holder(start: Int, holder: Int, weight: Int, n: int) -> Int:
    """The largest holder of each entity, the first of equals; -1 where there is none."""
    parent = np.full(n, -1, dtype=np.int64)
    for c in range(len(start) - 1):
        best = start[c]
        for row in range(start[c] + 1, start[c + 1]):
            if weight[row] > weight[best]:
                best = row
        parent[c] = holder[best]
    return parent
