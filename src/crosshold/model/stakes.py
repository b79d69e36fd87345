"""Stakes with their bounds: every company's register as counts that may lie between a lowest and a highest one.

A *world* gives every lot a whole count within its bounds so that the shares of each class add up to what was issued. What nobody is
named for takes up the difference. Votes per share are those of the lots as they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import NamedTuple

from crosshold.errors import Finding, Findings, RequestError, did_you_mean
from crosshold.model.share import NOTIONAL
from crosshold.model.snapshot import Lot, Snapshot

ANYONE = -1  # who could never hold control: dispersed holders, own shares


class Slot(NamedTuple):
    """``node`` (an index, or ``ANYONE``) has ``low`` to ``high`` shares of one class, of which each counts ``per`` in the whole."""

    node: int
    low: int
    high: int
    per: int | Fraction = 1


Block = tuple[int, tuple[Slot, ...]]  # shares issued of one class, and who has them
Column = tuple[Block, ...]  # the register of one issuer
Registers = Mapping[int, Column]


@dataclass(frozen=True, eq=False)
class Stakes:
    """Entities by index, and their registers twice: what counts as ``capital`` and what counts as ``votes``."""

    ids: Sequence[str]
    capital: Registers
    votes: Registers
    capital_basis: str = "issued"
    votes_basis: str = "issued"
    names: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        faults = Findings()
        for registers in (self.capital, self.votes):
            for issuer, classes in registers.items():
                name = self.ids[issuer]
                for whole, counts in classes:
                    low, high = sum(c.low for c in counts), sum(c.high for c in counts)
                    if any(c.low < 0 or c.low > c.high for c in counts):
                        message = f"{name}: a lowest count is negative or above the highest."
                        faults.add("E_BOUNDS", message, "Give bounds with 0 <= low <= high.", name)
                    elif low > whole:
                        message = f"{name}: the lowest counts add up to {low / whole * 100 if whole else float('inf'):.4g} % of {whole:,}."
                        faults.add("E_OVERHELD", message, "Check for double counting, or give the share class.", name)
                    elif high < whole:
                        message = f"{name}: the highest counts add up to {high:,} of {whole:,}, and nobody else may hold."
                        faults.add("E_BOUNDS", message, "Add the missing lots, or widen a bound.", name)
        faults.raise_errors()

    @cached_property
    def position(self) -> dict[str, int]:
        """Index of each id."""
        return {name: index for index, name in enumerate(self.ids)}

    def __len__(self) -> int:
        return len(self.ids)

    def indices(self, entities: Iterable[str]) -> list[int]:
        """Indices of some ids; every unknown one is an ``E_UNKNOWN_ID`` with the nearest known ids."""
        wanted = list(entities)
        faults = Findings()
        for name in wanted:
            if name not in self.position:
                faults.add("E_UNKNOWN_ID", f"{name!r} is nowhere here.", did_you_mean(name, self.ids), "request")
        faults.raise_errors()
        return [self.position[name] for name in wanted]

    def counts(self, world: Iterable[tuple[Slot, int]]) -> dict[str, int]:
        """Shares by holder in one world of a register; ``~`` are holders whom nobody names, and own shares."""
        told: dict[str, int] = {}
        for slot, count in world:
            name = "~" if slot.node == ANYONE else self.ids[slot.node]
            told[name] = told.get(name, 0) + count
        return told

    def registers(self, basis: str) -> Registers:
        """``capital`` or ``votes``."""
        if basis not in ("capital", "votes"):
            raise RequestError(Finding("E_BASIS_AMBIGUOUS", f"{basis!r} names no registers.", "Say capital or votes."))
        return self.capital if basis == "capital" else self.votes

    def basis(self, basis: str) -> str:
        """What ``capital`` or ``votes`` is a share of."""
        return self.capital_basis if basis == "capital" else self.votes_basis

    @classmethod
    def from_holdings(cls, rows: Iterable[Sequence[object]], *, kinds: Mapping[str, str] | None = None) -> Stakes:
        """From ``(holder, issuer, share)`` or ``(holder, issuer, low, high)`` rows of fractions; both closed; capital and votes equal.

        The whole of an issuer is the least common multiple of 10**12 and the denominators of its rows. Nobody in particular holds
        what is left. Own shares (holder = issuer) leave the whole. Errors: E_BOUNDS, E_OVERHELD.
        """
        read = [(str(h), str(i), Fraction(str(ends[0])), Fraction(str(ends[-1]))) for h, i, *ends in rows]
        ids = tuple(sorted({name for h, i, *_ in read for name in (h, i) if not name.startswith("~")}))
        position = {name: index for index, name in enumerate(ids)}
        wholes: dict[str, int] = {}
        for _, issuer, low, high in read:
            wholes[issuer] = lcm(wholes.get(issuer, NOTIONAL), low.denominator, high.denominator)
        registers = {}
        for issuer, whole in wholes.items():
            counts = [
                Slot(position.get(h, ANYONE) if h != i else ANYONE, int(low * whole), int(high * whole), int(h != i))
                for h, i, low, high in read
                if i == issuer
            ]
            registers[position[issuer]] = ((whole, (*counts, Slot(ANYONE, 0, whole))),)
        return cls(ids=ids, capital=registers, votes=registers, kinds=dict(kinds or {}))

    @classmethod
    def from_snapshot(
        cls,
        snapshot: Snapshot,
        votes: Mapping[str, int] | None = None,
        *,
        votes_basis: str = "gross_votes",
        capital_basis: str = "outstanding",
    ) -> Stakes:
        """The bounds of a Snapshot's lots.

        ``votes`` maps lot ids to whole votes at the stated count, as for a Network: a lot that may not vote has 0 whatever its count, and
        one with double votes two for each share. Own shares are nobody's votes; capital on ``outstanding`` leaves them out.
        Errors: E_BASIS_AMBIGUOUS.
        """
        if capital_basis not in ("outstanding", "issued", "dividend_rights"):
            message = f"{capital_basis!r} is no basis of the capital graph."
            raise RequestError(Finding("E_BASIS_AMBIGUOUS", message, "Say outstanding, issued or dividend_rights."))
        dispersed = {e.id for e in snapshot.entities.values() if e.kind == "dispersed"}
        ids = tuple(name for name in sorted(snapshot.entities) if name not in dispersed)
        position = {name: index for index, name in enumerate(ids)}
        capital, cast = {}, {}
        for issuer in snapshot.issuers.values():
            parts: dict[str | None, int] = {c.name: c.issued for c in issuer.classes} or {None: issuer.issued}
            money, ballots = [], []
            for name, whole in parts.items():
                right = issuer.dividends_per_share(name) if capital_basis == "dividend_rights" else 1
                lots = [lot for lot in snapshot.lots_of(issuer.id) if not issuer.classes or lot.share_class == name]
                held = [(lot, *_ends(lot)) for lot in lots]
                free = [] if sum(lot.shares for lot in lots) >= whole else [Slot(ANYONE, 0, whole)]
                shares, votes_of = [], []
                for lot, low, high in held:
                    own = lot.holder == issuer.id
                    who = ANYONE if own else position.get(lot.holder, ANYONE)
                    shares.append(Slot(who, low, high, 0 if own and capital_basis != "issued" else right))
                    votes_of.append(Slot(who, low, high, 0 if own else _per(snapshot, lot, votes)))
                money.append((whole, (*shares, *(f._replace(per=right) for f in free))))
                ballots.append((whole, (*votes_of, *(Slot(ANYONE, f.low, f.high, 0) for f in free))))
            capital[position[issuer.id]] = tuple(money)
            cast[position[issuer.id]] = tuple(ballots)
        return cls(
            ids=ids,
            capital=capital,
            votes=cast,
            capital_basis=capital_basis,
            votes_basis=votes_basis,
            names={e.id: e.name for e in snapshot.entities.values()},
            kinds={e.id: e.kind for e in snapshot.entities.values()},
            findings=snapshot.findings,
        )


def _ends(lot: Lot) -> tuple[int, int]:
    """Lowest and highest count that can be; an open upper bound itself cannot."""
    low, high = lot.bounds
    return low, max(low, high - 1) if lot.high_open and lot.high is not None else high


def _per(snapshot: Snapshot, lot: Lot, votes: Mapping[str, int] | None) -> int | Fraction:
    """Votes of one share of a lot: those of the whole lot as it stands over its shares."""
    count = snapshot.gross_votes(lot) if votes is None else votes[lot.id]
    if not lot.shares:
        return snapshot.issuers[lot.issuer].votes_per_share(lot.share_class)
    per = Fraction(count, lot.shares)
    return int(per) if per.denominator == 1 else per
