"""What is different between two states of one register: holdings that came, went, changed, or rest on other evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crosshold.model.entity import FLOAT

if TYPE_CHECKING:
    from crosshold.model.picker import Picker

Held = tuple[int, int, int]
"""Shares, and their lowest and highest possible count."""


class Change(NamedTuple):
    """``change`` is added, ended, changed, or evidence (the same shares, told by others). Counts are shares; ``None`` = no holding.

    ``issued`` are those of the later state: for a company of which nobody says how many shares it has, a notional 10**12.
    """

    holder: str
    issuer: str
    share_class: str | None
    change: str
    before: int | None
    after: int | None
    issued_before: int | None
    issued: int | None
    evidence_before: tuple[str, ...]
    evidence: tuple[str, ...]


def changes(before: Picker, after: Picker) -> list[Change]:
    """The holdings that differ, by issuer, holder and class; dispersed holders, who are what is left, are not listed."""
    old, new = _held(before), _held(after)
    found = []
    for key in sorted(old.keys() | new.keys(), key=lambda k: (k[0], k[1], k[2] or "")):
        issuer, holder, share_class = key
        (was, told), (now, tells) = old.get(key, (None, ())), new.get(key, (None, ()))
        whole = [s.issuers[issuer].issued if issuer in s.issuers else None for s in (before, after)]
        if was == now and told == tells and whole[0] == whole[1]:
            continue
        word = (
            "added"
            if was is None
            else "ended"
            if now is None
            else "evidence"
            if was == now and whole[0] == whole[1]
            else "changed"
        )
        had, has = was[0] if was else None, now[0] if now else None
        found.append(Change(holder, issuer, share_class, word, had, has, whole[0], whole[1], told, tells))
    return found


def _held(picker: Picker) -> dict[tuple[str, str, str | None], tuple[Held, tuple[str, ...]]]:
    sums: dict[tuple[str, str, str | None], tuple[Held, tuple[str, ...]]] = {}
    for lot in picker.lots():
        if lot.holder != FLOAT:
            (shares, low, high), told = sums.get((lot.issuer, lot.holder, lot.share_class), ((0, 0, 0), ()))
            counts = shares + lot.shares, low + lot.bounds[0], high + lot.bounds[1]
            sums[lot.issuer, lot.holder, lot.share_class] = counts, (*told, *([lot.evidence] if lot.evidence else []))
    return sums
