"""Who holds the companies of a synthetic register."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crosshold.cases.draws import Bits, Float, Int, below, field, raw, unit
from crosshold.cases.layout import CORE_LINKS, Layout, Rulers
from crosshold.cases.planted import NEW

KNOWN = -2  # a person who holds something already
LARGE = -3  # a person or a fund with many holdings
BITS = 1 << 16
COMPANY = BITS * 38 // 100  # holders that are companies
BACK = BITS * 95 // 100  # the others of those are younger than what they hold, half of them by little
YOUNG = BACK * 60 // 100  # drawn from the companies just before; the rest from all older ones, the older the likelier
LARGE_PERSON = BITS * 28 // 100
NEW_PERSON = LARGE_PERSON + BITS * 60 // 100
RECENT = 1_000


def funds(persons: int) -> int:
    """How many of the persons, the ones with the most holdings, are funds."""
    return 3 + persons // 2_000


def holders(layout: Layout, rulers: Rulers, seed: int) -> tuple[Int, int]:
    """The holder of each row, companies first and then persons, and the number of persons. Nobody holds itself or holds twice."""
    start, companies, issuer = layout.start, layout.companies, layout.issuer()
    bits = raw(seed, 3, len(issuer))
    holder = _kinds(issuer, companies, bits)
    alone = layout.degree[issuer] <= 2
    holder[alone & (holder < 0)] = NEW  # many small companies belong to people who have nothing else
    _link_core(layout, holder, raw(seed, 4, CORE_LINKS * len(layout.core)))
    holder[layout.planted[issuer]] = layout.stakes[:, 1]
    holder[layout.joint[issuer]] = 0  # for the time being
    holder[holder == issuer] = NEW
    minor = ~layout.planted[issuer]
    minor[start[:-1]] = False
    persons = _name_persons(holder, companies, minor, unit(bits))
    _seat_sisters(layout, rulers, holder, raw(seed, 5, companies))
    order = np.argsort(issuer * (companies + persons) + holder, kind="stable")
    again = np.flatnonzero((np.diff(issuer[order]) == 0) & (np.diff(holder[order]) == 0)) + 1
    holder[order[again]] = NEW
    holder[holder == issuer] = NEW
    fresh = np.flatnonzero(holder == NEW)
    holder[fresh] = companies + persons + np.arange(len(fresh))
    return holder, persons + len(fresh)


def _kinds(issuer: Int, companies: int, bits: Bits) -> Int:
    """A company for some of the rows; for the others ``NEW``, ``KNOWN`` or ``LARGE``."""
    choice, detail, fraction = field(bits, 0, 16), field(bits, 16, 16), unit(bits)
    person = np.where(detail < LARGE_PERSON, LARGE, np.where(detail < NEW_PERSON, NEW, KNOWN))
    older = below(fraction * fraction * fraction, issuer)
    older = np.where(detail < YOUNG, issuer - 1 - below(fraction, np.minimum(issuer, RECENT)), older)
    older[issuer == 0] = NEW
    younger = np.where(detail % 2 == 0, issuer + 1 + below(fraction, RECENT), below(fraction, companies))
    younger[younger >= companies] = NEW
    corporate = np.where(detail < BACK, older, younger)
    corporate -= corporate & (corporate >= 0) & 1  # companies of odd numbers hold nothing
    return np.where(choice >= COMPANY, person, corporate)


def _link_core(layout: Layout, holder: Int, bits: Bits) -> None:
    """A ring through the core, which makes it one component, and further links into each member."""
    size = len(layout.core)
    for k in range(CORE_LINKS if size else 0):
        other = np.roll(layout.core, 1) if k == 0 else layout.core[below(unit(bits[k * size : (k + 1) * size]), size)]
        holder[layout.start[layout.core + 1] - 1 - k] = other


def _name_persons(holder: Int, companies: int, minor: NDArray[np.bool_], fraction: Float) -> int:
    """Put numbers of persons in place of the marks; returns how many there are.

    The low numbers hold the most; the lowest are funds, which hold ``minor`` rows only, the ones that never are a majority.
    """
    fresh = np.flatnonzero(holder == NEW)
    persons = len(fresh)
    least = funds(persons)
    number = np.zeros(len(holder), dtype=np.int64)
    is_fund = np.zeros(persons, dtype=np.bool_)
    is_fund[np.flatnonzero(minor[fresh])[:least]] = True
    number[fresh[is_fund]] = np.arange(least)
    number[fresh[~is_fund]] = np.arange(least, persons)
    known = np.flatnonzero(holder == KNOWN)
    number[known] = least + below(fraction[known], np.maximum(np.searchsorted(fresh, known) - least, 1))
    large = np.flatnonzero(holder == LARGE)
    square = fraction[large] * fraction[large]
    lowest = np.where(minor[large], 0, least)
    number[large] = lowest + below(square * square * square, persons - lowest)
    people = holder < 0
    holder[people] = companies + number[people]
    return persons


def _seat_sisters(layout: Layout, rulers: Rulers, holder: Int, bits: Bits) -> None:
    """Joint companies are held by a recent company and either its own majority holder or a sister with the same one."""
    head = layout.start[:-1]
    parent = np.where((rulers.first > 0) & ~layout.joint & ~layout.planted, holder[head], NEW)
    ruled = np.flatnonzero(parent != NEW)
    by_parent = ruled[np.argsort(parent[ruled], kind="stable")]
    sister = np.full(layout.companies, layout.companies)
    same = parent[by_parent[1:]] == parent[by_parent[:-1]]
    sister[by_parent[:-1][same]] = by_parent[1:][same]
    joint = np.flatnonzero(layout.joint)
    before = np.searchsorted(ruled, joint)  # ruled companies that are older
    one = ruled[np.maximum(before - 1 - below(unit(bits[joint]), np.minimum(before, RECENT)), 0)]
    other = np.where((field(bits[joint], 0, 1) == 1) & (sister[one] < joint), sister[one], parent[one])
    holder[head[joint]], holder[head[joint] + 1] = one, other
