"""What is told of one state: stakes of every holder in every issuer on every basis, watch lines, control, cash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from crosshold.deal.accounts import cash_table
from crosshold.deal.state import state_hash
from crosshold.deal.votes import Votes
from crosshold.deal.watch import Watched
from crosshold.measures.control import ultimate
from crosshold.model.snapshot import Lot, Snapshot

Range = Mapping[str, Fraction]  # low, mid, high of an uncertain stake
Share = Fraction | Range | None
BASES = ("issued", "outstanding", "gross_votes", "exercisable_votes")


@dataclass(frozen=True)
class Stake:
    """One holder in one issuer: whole shares, and fractions 0-1 of every basis; ``None`` where the whole is 0 or open."""

    shares: int
    issued: Share
    outstanding: Share
    gross_votes: Share
    exercisable_votes: Share
    theoretical_votes: Share

    def on(self, basis: str) -> Fraction | None:
        """The stake on one basis; the middle of an uncertain one."""
        value: Share = getattr(self, basis)
        return value["mid"] if isinstance(value, Mapping) else value

    def to_dict(self) -> dict[str, int | Share]:
        """The shares and the four bases that are printed; ratios stay fractions."""
        return {"shares": self.shares, **{basis: getattr(self, basis) for basis in BASES}}


@dataclass(frozen=True, eq=False)
class View:
    """One state as it is printed. ``stakes[issuer][holder]``; holders that left stay in the table with 0 shares."""

    snapshot: Snapshot
    votes: Votes
    stakes: Mapping[str, Mapping[str, Stake]]
    beneficial: Mapping[str, Mapping[str, Mapping[str, Fraction | int | None]]]
    watched: Mapping[str, Watched | None]
    control: Mapping[str, tuple[str, ...]]
    hash: str

    @cached_property
    def _cash(self) -> tuple[dict[str, str | None], dict[str, dict[str, str]]]:
        return cash_table(self.snapshot)

    @property
    def watch(self) -> Mapping[str, Fraction | None]:
        """The watched stakes; the middle of uncertain ones."""
        return {name: None if stake is None else stake.mid for name, stake in self.watched.items()}

    @property
    def cash(self) -> Mapping[str, str | None]:
        """Cash of every account in the case's currency; ``None`` without a rate."""
        return self._cash[0]

    def to_dict(self) -> dict[str, Any]:
        """The parts that a start and a step have in common; ratios stay fractions."""
        state = self.snapshot
        return {
            "issued": {i.id: i.issued for i in state.issuers.values()},
            "treasury": {name: state.treasury(name) for name in state.issuers},
            "votes": {name: votes_of(self.votes, name) for name in state.issuers},
            "stakes": {i: {h: stake.to_dict() for h, stake in row.items()} for i, row in self.stakes.items()},
            "beneficial": self.beneficial,
            "cash": self._cash[0],
            "cash_by_currency": self._cash[1],
            "watch": self.watch,
            "control": {name: list(tops) for name, tops in self.control.items()},
        }


def votes_of(votes: Votes, issuer: str) -> dict[str, Any]:
    """Totals of an issuer's votes and whose the law takes away; where it is open, the alternatives instead."""
    gross = sum(votes.gross(lot) for lot in votes.snapshot.lots_of(issuer))
    found: dict[str, Any] = {"gross_total": gross, "settled": votes.settles(issuer)}
    if not votes.settles(issuer):
        return {**found, "exercisable_total": None, "suspended": None, "alternatives": votes.alternatives(issuer)}
    outcome = votes.ballot.outcomes[0]
    suspended = sorted(holder for holder, count in outcome.counts(issuer).items() if count.exercisable < count.gross)
    return {**found, "exercisable_total": outcome.exercisable_total(issuer), "suspended": suspended}


def view(votes: Votes, earlier: View | None = None) -> View:
    """The view of a state; ``earlier`` names holders that must stay in the table."""
    state = votes.snapshot
    table = {issuer: stakes(votes, issuer, earlier.stakes.get(issuer, ()) if earlier else ()) for issuer in state.issuers}
    watched = {str(line["name"]): _watched(line, state, table) for line in state.watch}
    return View(state, votes, table, _beneficial(state), watched, ultimate(votes.network).ultimate, state_hash(state))


def stakes(votes: Votes, issuer: str, others: Iterable[str] = ()) -> dict[str, Stake]:
    """The stakes in an issuer of its holders, and of ``others`` who may hold nothing."""
    state = votes.snapshot
    lots = state.lots_of(issuer)
    holders = {*others, *(lot.holder for lot in lots)}
    issued, own = state.issuers[issuer].issued, state.treasury(issuer)
    gross_total = sum(votes.gross(lot) for lot in lots)
    theoretical_total = sum(votes.theoretical(lot) for lot in lots)
    exercisable = votes.stakes(issuer)
    nobody = None if all(value is None for value in exercisable.values()) else Fraction(0)
    table: dict[str, Stake] = {}
    for holder in sorted(holders):
        held = [lot for lot in lots if lot.holder == holder]
        is_own = holder == issuer
        table[holder] = Stake(
            shares=sum(lot.shares for lot in held),
            issued=_share(held, issued),
            outstanding=(Fraction(0) if issued - own else None) if is_own else _share(held, issued - own),
            gross_votes=Fraction(sum(votes.gross(lot) for lot in held), gross_total) if gross_total else None,
            exercisable_votes=exercisable.get(holder, nobody),
            theoretical_votes=Fraction(sum(map(votes.theoretical, held)), theoretical_total) if theoretical_total else None,
        )
    _exercisable_sum(issuer, table)
    return table


def _share(lots: list[Lot], whole: int) -> Share:
    if whole <= 0:
        return None
    low, high = sum(lot.bounds[0] for lot in lots), sum(lot.bounds[1] for lot in lots)
    shares = sum(lot.shares for lot in lots)
    if low == high:
        return Fraction(shares, whole)
    high = max(shares, min(high, whole))  # what one may have more, another has less: nobody has more than there is
    return {"low": Fraction(low, whole), "mid": Fraction(shares, whole), "high": Fraction(high, whole)}


def _exercisable_sum(issuer: str, table: Mapping[str, Stake]) -> None:
    """I4: shares of exercisable votes add up to 1, or are ``None`` for all; own shares cast none."""
    values = [stake.on("exercisable_votes") for stake in table.values()]
    known = [value for value in values if value is not None]
    assert not known or (len(known) == len(values) and sum(known) == 1), f"I4: {issuer} {table}"
    assert issuer not in table or not table[issuer].on("exercisable_votes"), f"I4b: {issuer}"


def _beneficial(state: Snapshot) -> dict[str, dict[str, dict[str, Fraction | int | None]]]:
    """Shares held by or for each party, for the issuers in which somebody holds for another."""
    found: dict[str, dict[str, dict[str, Fraction | int | None]]] = {}
    for issuer in state.issuers.values():
        lots = state.lots_of(issuer.id)
        if not any(lot.beneficiary for lot in lots):
            continue
        shares: dict[str, int] = {}
        for lot in lots:
            who = lot.beneficiary or lot.holder
            shares[who] = shares.get(who, 0) + lot.shares
        rest = issuer.issued - state.treasury(issuer.id)
        found[issuer.id] = {
            who: {
                "shares": count,
                "issued": Fraction(count, issuer.issued),
                "outstanding": None if not rest else Fraction(0) if who == issuer.id else Fraction(count, rest),
            }
            for who, count in sorted(shares.items())
        }
    return found


def _watched(line: Mapping[str, Any], state: Snapshot, table: Mapping[str, Mapping[str, Stake]]) -> Watched | None:
    """The watched stake of a group of holders; a holder that is not there holds nothing."""
    basis, row = str(line["basis"]), table.get(str(line["issuer"]), {})
    values: list[Share] = [getattr(row[str(h)], basis) for h in line["holders"] if str(h) in row]
    if None in values or not any(stake.on(basis) is not None for stake in row.values()):
        return None
    low, mid, high = (
        sum((v[end] if isinstance(v, Mapping) else v for v in values if v is not None), Fraction(0))
        for end in ("low", "mid", "high")
    )
    # votes are counted at the middle of uncertain lots
    sure = not basis.endswith("votes") or all(lot.bounds[0] == lot.bounds[1] for lot in state.lots_of(str(line["issuer"])))
    return Watched(low, mid, max(mid, min(high, Fraction(1))), sure)
