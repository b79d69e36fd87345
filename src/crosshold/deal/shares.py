"""The shares of one step in the making: lots taken, given, pledged, cancelled and issued on a copy of the register.

What must hold for all step types (no more than held, locks, pledges, votes reset on transfer) is written once, here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from crosshold.deal.lots import Part, choose, expanded, remainder
from crosshold.errors import Finding, Findings, RequestError
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Snapshot

Gross = Callable[[Lot], int]


@dataclass(frozen=True, slots=True)
class Move:
    """Shares that went from one holder to another, whatever for."""

    issuer: str
    giver: str
    receiver: str
    shares: int


class Shares:
    """The register during one step. ``gross`` gives the votes of a lot before the step, ``where`` is what findings call the place."""

    def __init__(self, state: Snapshot, step: str, on: date, gross: Gross) -> None:
        self.state, self.step, self.on = state, step, on
        self.where = f"step {step}"
        self.findings = Findings()
        self.moves: list[Move] = []
        self.cancelled: dict[str, int] = {}  # issuer -> shares
        self.issuers = dict(state.issuers)
        self.entities = dict(state.entities)
        self.overlays: list[Mapping[str, Any]] = list(state.overlays)
        self._lots = {lot.id: lot for lot in state.lots}
        self._votes = {lot.id: gross(lot) for lot in state.lots}

    def lots(self, issuer: str, holder: str) -> list[Lot]:
        """The lots of a holder as they stand, in register order."""
        return [lot for lot in self._lots.values() if lot.issuer == issuer and lot.holder == holder]

    def held(self, holder: str, issuer: str) -> int:
        """Shares of an issuer that a holder has now."""
        return sum(lot.shares for lot in self.lots(issuer, holder))

    def gross(self, lot: Lot) -> int:
        """Gross votes of a lot: as the law counted them before the step; those of new pieces as stated, else base votes."""
        if lot.id in self._votes:
            return self._votes[lot.id]
        return self.state.gross_votes(lot)

    def refuse(self, code: str, message: str, cure: str) -> RequestError:
        """An error of this step."""
        return RequestError(Finding(code, message, cure, self.where))

    def warn(self, code: str, message: str, cure: str = "") -> None:
        """A warning or note of this step."""
        self.findings.add(code, message, cure, self.where)

    def dispersed(self, who: str) -> bool:
        """Whether a holder is nobody in particular."""
        return who.startswith("~") or (who in self.entities and self.entities[who].kind == "dispersed")

    def newcomer(self, who: str, kind: str, jurisdiction: str | None = None, form: str | None = None) -> None:
        """Make a party known that the case does not name."""
        self.entities.setdefault(who, Entity(who, kind=kind, jurisdiction=jurisdiction, form=form))

    def company(self, who: str, jurisdiction: str | None = None, form: str | None = None) -> None:
        """Make a company without shares; ``C_DUPLICATE_ID`` when there is one that has some."""
        if who in self.issuers and self.issuers[who].issued:
            message = f"{who} is a company already, with {self.issuers[who].issued:,} shares issued."
            raise self.refuse("C_DUPLICATE_ID", message, "Choose another id.")
        self.newcomer(who, "company", jurisdiction, form)
        self.issuers[who] = Issuer(who, 0)

    def take(
        self, issuer: str, holder: str, shares: int, order: str | Sequence[str] = "fewest_votes_first", bond: str | None = None
    ) -> list[Part]:
        """Remove shares from a holder's lots; with ``bond``, from those pledged to it.

        ``E_INSUFFICIENT``, ``E_LOCKUP``, ``E_PLEDGED``, ``E_VOTES_AGGREGATE``.
        """
        if shares == 0:
            return []
        own = [lot for lot in self.lots(issuer, holder) if bond is None or lot.pledged_to == bond]
        held = sum(lot.shares for lot in own)
        if shares > held:
            cure = "Lower the number, or check the order of the steps."
            raise self.refuse("E_INSUFFICIENT", f"{holder} has {held:,} shares of {issuer} and needs {shares:,}.", cure)
        free = [lot for lot in own if not self._bound(lot, bond)]
        short = shares - sum(lot.shares for lot in free)
        if short > 0:
            bound, (code, why) = next((lot, told) for lot in own if (told := self._bound(lot, bond)))
            message = f"{holder} lacks {short:,} free shares of {issuer}: lot {bound.id} is {why}."
            raise self.refuse(code, message, "Wait, or sell fewer.")
        whole = {lot.id for lot in free} if shares == held and isinstance(order, str) else set()
        pieces = free if whole else self._expand(issuer, free)
        parts = choose(pieces, shares, order, self.gross, self.where)
        for part in parts:
            rest = remainder(part, self.where)
            self._votes[part.lot.id] = self.gross(part.lot) - int(part.votes)
            if rest is None:
                del self._lots[part.lot.id]
            else:
                self._lots[rest.id] = rest
        return parts

    def _bound(self, lot: Lot, bond: str | None) -> tuple[str, str] | None:
        if lot.pledged_to and lot.pledged_to != bond:
            return "E_PLEDGED", f"pledged or lent for {lot.pledged_to}"
        if lot.locked_until and lot.locked_until >= self.on.isoformat():
            return "E_LOCKUP", f"locked until {lot.locked_until}"
        return None

    def _expand(self, issuer: str, lots: Sequence[Lot]) -> list[Lot]:
        """Split aggregates in place, so that loyal and plain shares can be told apart."""
        try:
            pieces = expanded(lots, self.issuers[issuer])
        except RequestError as error:
            raise self.refuse("E_VOTES_AGGREGATE", error.findings[0].message, error.findings[0].cure) from None
        if len(pieces) != len(lots):
            rows: dict[str, Lot] = {}
            for lot in self._lots.values():
                halves = [p for p in pieces if p.id in (f"{lot.id}.plain", f"{lot.id}.loyal")]
                rows |= {p.id: p for p in halves or [lot]}
                bound = [o for o in self.overlays if halves and o.get("lot") == lot.id]
                self.overlays += [{**o, "lot": p.id} for o in bound for p in halves]
            self._lots = rows
        return pieces

    def give(self, issuer: str, giver: str, holder: str, shares: int, share_class: str | None, **attributes: Any) -> Lot | None:
        """Add a lot with the class's base votes, held since today; dispersed holders are nobody who could hold for two years."""
        if shares == 0:
            return None
        if giver == holder:
            message = f"{holder} would give shares of {issuer} to itself."
            raise self.refuse("C_BAD_VALUE", message, "Name another holder on one side.")
        self.moves.append(Move(issuer, giver, holder, shares))
        name = self._free_name(f"{self.step}.{issuer}.{holder}")
        base = shares * self.issuers[issuer].votes_per_share(share_class)
        nobody = self.dispersed(holder)
        votes, since = (base, None) if nobody else (None, self.on.isoformat())
        lot = Lot(name, issuer, holder, shares, share_class, votes, since, **attributes)
        self._lots[name] = lot
        self._votes[name] = 0 if holder == issuer else base
        return lot

    def _free_name(self, wanted: str) -> str:
        name, n = wanted, 1
        while name in self._lots or name in self._votes:
            n += 1
            name = f"{wanted}.{n}"
        return name

    def pledge(
        self, issuer: str, holder: str, shares: int, to: str | None, *, order: str | Sequence[str] = "fewest_votes_first",
        bond: str | None = None,
    ) -> list[str]:  # fmt: skip
        """Pledge shares ``to`` a bond, or free those of ``bond``; holder, votes, dates and overlays stay. The ids of the new lots."""
        made = []
        for part in self.take(issuer, holder, shares, order, bond):
            old = part.lot
            votes = None if old.votes is None else int(part.votes)
            lot = replace(
                old, id=self._free_name(f"{old.id}.{to or 'free'}"), shares=part.shares, votes=votes, low=None, high=None,
                high_open=False, pledged_to=to,
            )  # fmt: skip
            self._lots[lot.id], self._votes[lot.id] = lot, int(part.votes)
            self.overlays += [{**o, "lot": lot.id} for o in self.overlays if o.get("lot") == old.id]
            made.append(lot.id)
        return made

    def widen(self, issuer: str, holder: str, fewer: int, more: int) -> None:
        """A holder may have so many fewer or more than its lots say: the bounds of its largest lot take that up."""
        own = self.lots(issuer, holder)
        if not own:
            own = [Lot(self._free_name(f"{self.step}.{issuer}.{holder}.rest"), issuer, holder, 0, since=self.on.isoformat())]
        lot = max(own, key=lambda lot: lot.shares)
        low, high = lot.bounds
        self._lots[lot.id] = replace(lot, low=max(0, low - fewer), high=high + more)

    def transfer(
        self, issuer: str, seller: str, buyer: str, shares: int, order: str | Sequence[str], bond: str | None = None,
        **attributes: Any,
    ) -> tuple[list[Part], list[str]]:  # fmt: skip
        """Move shares, with ``bond`` those pledged to it; the parts that went and the ids of the buyer's new lots.

        Loyalty votes that end are ``W_LOYALTY_LOST``.
        """
        parts = self.take(issuer, seller, shares, order, bond)
        classes: dict[str | None, int] = {}
        for part in parts:
            classes[part.lot.share_class] = classes.get(part.lot.share_class, 0) + part.shares
        given = [self.give(issuer, seller, buyer, count, share_class, **attributes) for share_class, count in classes.items()]
        self.loyalty(issuer, seller, parts)
        return parts, [lot.id for lot in given if lot]

    def loyalty(self, issuer: str, seller: str, parts: Sequence[Part]) -> int:
        """Votes above the base ones that the parts lose; warned of when there are any."""
        base = sum(part.shares * self.issuers[issuer].votes_per_share(part.lot.share_class) for part in parts)
        lost = int(sum((part.votes for part in parts), Fraction(0))) - base
        if lost > 0 and seller != issuer:
            self.warn("W_LOYALTY_LOST", f"{lost:,} votes in {issuer} end with the transfer from {seller}.", "Votes start anew.")
        return lost

    def cancel(self, issuer: str, shares: int, order: str | Sequence[str]) -> None:
        """Cancel own shares, those that ``order`` names or puts first. ``E_TREASURY_SHORT``, ``E_LAST_SHARE``."""
        own, there = self.held(issuer, issuer), self.issuers[issuer]
        if shares > own:
            message = f"{issuer} has {own:,} own shares and would cancel {shares:,}."
            raise self.refuse("E_TREASURY_SHORT", message, "Buy them first, or cancel fewer.")
        if shares and shares >= there.issued:
            raise self.refuse("E_LAST_SHARE", f"nothing of {issuer} would remain issued.", "Cancel fewer.")
        for part in self.take(issuer, issuer, shares, order):
            self._resize(issuer, part.lot.share_class, -part.shares)
        if shares:
            self.cancelled[issuer] = self.cancelled.get(issuer, 0) + shares

    def issue(self, issuer: str, fills: Mapping[str, int], share_class: str | None = None, **attributes: Any) -> list[str]:
        """New shares of an issuer, or its first ones, into the hands of those who take them; the ids of their lots."""
        given = []
        for holder, shares in fills.items():
            self._resize(issuer, share_class, shares)
            given.append(self.give(issuer, issuer, holder, shares, share_class, **attributes))
        return [lot.id for lot in given if lot]

    def _resize(self, issuer: str, share_class: str | None, more: int) -> None:
        there = self.issuers[issuer]
        classes = tuple(replace(c, issued=c.issued + more) if c.name == share_class else c for c in there.classes)
        self.issuers[issuer] = replace(there, issued=there.issued + more, classes=classes)
