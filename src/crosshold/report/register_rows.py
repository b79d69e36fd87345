"""The registers of a path as rows that stay where they are: issuer, holder, votes a share. A workbook computes each from the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from crosshold.deal.lots import expanded
from crosshold.deal.outcome import Executed, Outcome
from crosshold.deal.view import View
from crosshold.errors import RequestError
from crosshold.model.snapshot import Lot, Snapshot


class Row(NamedTuple):
    """Shares of one holder that carry the same votes."""

    issuer: str
    holder: str
    votes: Fraction  # gross votes a share


Pair = tuple[str, str]
Shares = dict[Row, int]


@dataclass(frozen=True)
class RegisterPath:
    """Every register of a path on common rows: ``shares`` and ``usable`` parts of votes at the start and after each step."""

    issuers: tuple[str, ...]
    rows: tuple[Row, ...]
    pairs: tuple[Pair, ...]
    shares: tuple[Shares, ...]
    usable: tuple[dict[Pair, Fraction | None], ...]
    issued: tuple[dict[str, int], ...]

    def rows_of(self, issuer: str) -> list[Row]:
        """The rows of one issuer, in order."""
        return [row for row in self.rows if row.issuer == issuer]


def register_path(outcome: Outcome) -> RegisterPath:
    """The issuers that a plan touches or wakes, on rows that hold for its whole path; all issuers when it touches none."""
    views = [outcome.start, *(step.view for step in outcome.steps)]
    issuers = touched(outcome) or tuple(outcome.start.snapshot.issuers)
    shares = [_shares(view, issuers) for view in views]
    order = {name: place for place, name in enumerate(issuers)}
    rows = sorted(
        {row for state in shares for row in state},
        key=lambda r: (order[r.issuer], r.holder == r.issuer, r.holder.startswith("~"), r),
    )
    pairs = tuple(dict.fromkeys((row.issuer, row.holder) for row in rows))
    usable = tuple(_usable(view, pairs) for view in views)
    issued = tuple(
        {name: view.snapshot.issuers[name].issued if name in view.snapshot.issuers else 0 for name in issuers} for view in views
    )
    return RegisterPath(issuers, tuple(rows), pairs, tuple(shares), usable, issued)


def touched(outcome: Outcome) -> tuple[str, ...]:
    """Issuers that a step names, in which a stake changes on some base, or that a line of the case watches."""
    named = {name for s in outcome.steps for part in (s.step, *s.compiled) for role, name in part.names() if role == "issuer"}
    watched = {str(line["issuer"]) for line in outcome.start.snapshot.watch}
    last = outcome.end.snapshot.issuers
    changed = {
        name for name in last for step in outcome.steps
        if name not in outcome.start.stakes or _moved(outcome.start, step.view, name)
    }  # fmt: skip
    return tuple(name for name in dict.fromkeys([*outcome.start.snapshot.issuers, *last]) if name in named | watched | changed)


def _moved(before: View, after: View, issuer: str) -> bool:
    was, now = before.stakes[issuer], after.stakes.get(issuer, {})
    return any(now.get(holder) != stake for holder, stake in was.items()) or any(s.shares for h, s in now.items() if h not in was)


def _shares(view: View, issuers: Sequence[str]) -> Shares:
    found: Shares = {}
    for issuer in issuers:
        for lot in view.snapshot.lots_of(issuer):
            for shares, votes in _pieces(view, lot):
                if shares:
                    row = Row(issuer, lot.holder, Fraction(votes, shares))
                    found[row] = found.get(row, 0) + shares
    return found


def _pieces(view: View, lot: Lot) -> list[tuple[int, int]]:
    """Shares and votes of a lot; of an aggregate its loyal and its plain shares apart."""
    try:
        pieces = expanded([lot], view.snapshot.issuers[lot.issuer])
    except RequestError:
        pieces = [lot]
    if len(pieces) == 1:
        return [(lot.shares, view.votes.gross(lot))]
    return [(piece.shares, piece.votes or 0) for piece in pieces]


def _usable(view: View, pairs: Sequence[Pair]) -> dict[Pair, Fraction | None]:
    """Which part of its gross votes a holder may use: 1 all, 0 none; ``None`` where the law leaves it open."""
    found: dict[Pair, Fraction | None] = {}
    for issuer, holder in pairs:
        lots = view.snapshot.lots_of(issuer, holder)
        gross = sum(view.votes.gross(lot) for lot in lots)
        if issuer in view.snapshot.issuers and not view.votes.settles(issuer):
            found[issuer, holder] = None
        else:
            found[issuer, holder] = view.votes.ballot.outcomes[0].usable(issuer)[holder] / gross if gross else Fraction(1)
    return found


def stays_whole(snapshot: Snapshot, row: Row) -> bool:
    """Whether the case says of a holder only that it has the rest."""
    return any(lot.id == f"{row.issuer}.rest" and lot.holder == row.holder for lot in snapshot.lots_of(row.issuer, row.holder))


def changes(path: RegisterPath, number: int) -> dict[Row, int]:
    """What step ``number`` (from 1) adds to each row and takes from it."""
    before, after = path.shares[number - 1], path.shares[number]
    return {row: moved for row in path.rows if (moved := after.get(row, 0) - before.get(row, 0))}


def sold(executed: Executed, row: Row, moved: dict[Row, int]) -> list[int]:
    """Positions of the sales that explain what a row lost or gained; empty when they do not tell it all."""
    alone = sum(1 for other in moved if (other.issuer, other.holder) == (row.issuer, row.holder)) == 1
    if not alone:
        return []
    side = "seller" if moved[row] < 0 else "buyer"
    found = [k for k, sale in enumerate(executed.sales) if sale.issuer == row.issuer and getattr(sale, side) == row.holder]
    return found if sum(executed.sales[k].shares for k in found) == abs(moved[row]) else []
