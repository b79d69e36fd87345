"""Chooses among the statements about holdings that more than one of them tells, or one in words of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from crosshold.model.day_rows import Slot
from crosshold.model.lot import Lot
from crosshold.model.picks import Pick
from crosshold.model.policy import Policy, hull
from crosshold.model.share import Share, exact, whole_shares
from crosshold.model.snapshot import Issuer
from crosshold.model.statement import Statement, firmness

READ_AS_ISSUED = ("issued", "outstanding", "unknown")
Tell = Callable[[str, str, str, str], None]
"""Takes a finding: code, message, cure, where."""


@dataclass(frozen=True)
class Conflict:
    """Two statements about one thing at one time whose intervals do not meet."""

    holder: str
    issuer: str
    first: str
    second: str
    message: str


class Contested:
    """The holdings of a day that have to be looked at as statements, slot by slot.

    ``rows`` are the statements and their places in the register; ``majorities`` are companies whose majority a statement that stands
    alone gives to somebody, and that party. ``picked`` are the choices of an analyst by slot.
    """

    def __init__(
        self, rows: Iterable[tuple[int, Statement]], denials: Iterable[Statement], issuers: Mapping[str, Issuer], policy: Policy,
        picked: Mapping[Slot, Pick], tell: Tell, majorities: Callable[[], Mapping[str, str]],
    ) -> None:  # fmt: skip
        self.issuers, self.name, self.believe = issuers, policy.name, policy.rest
        self._picked, self._tell, self._majorities = picked, tell, majorities
        self._denials: dict[Any, list[Statement]] = {}
        for denial in denials:
            self._denials.setdefault(denial.key(), []).append(denial)
        self.place: dict[str, int] = {}
        self._holdings: list[Statement] = []
        for place, s in rows:
            self.place[s.id] = place
            if (holding := self._holding(s)) is not None:
                self._holdings.append(holding)

    def lots(self) -> list[Lot]:
        """The lots that are chosen."""
        return [lot for slot, (recorded, claims) in self.slots.items() for lot in self._choose(*slot, recorded, claims)]

    def conflicts(self) -> list[Conflict]:
        """Claims about one holding that do not meet each other or the recorded lots."""
        found = []
        for (issuer, holder, share_class), (_, claims) in sorted(self.slots.items(), key=lambda item: str(item[0])):
            rivals = self._group(holder, issuer, share_class)
            total = self._total(rivals, issuer)
            for n, claim in enumerate(claims if rivals or len(claims) > 1 else ()):
                said = self._share(claim)
                others = [(c.id, self._share(c)) for c in claims[n + 1 :]] + ([(rivals[0].id, total)] if rivals else [])
                for other, share in others:
                    if said and share and not said.meets(share):
                        message = f"{holder} in {issuer}: {_said(said)} ({claim.id}) against {_said(share)} ({other})."
                        found.append(Conflict(holder, issuer, claim.id, other, message))
        return found

    def _holding(self, s: Statement) -> Statement | None:
        """What a direct holding says of a lot, if anything."""
        if isinstance(s.extra.get("lot"), str):
            return s
        if s.share is not None and s.basis not in READ_AS_ISSUED:
            message = f"{s.id} says a share of {s.basis}, from which no share count follows; it is set aside."
            self._tell("W_PERCENT_BASE", message, "Give the share count, or a share of issued.", s.id)
            return None
        if self.issuers[s.object or ""].basis == "fraction" and s.shares is not None:
            if s.share is None:
                message = (
                    f"{s.id} counts {s.shares:,} shares of {s.object}, and nothing says how many there are; it is set aside."
                )
                self._tell("W_NO_ISSUED", message, "Add how many shares are issued.", s.id)
                return None
            counted = s.changed(shares=None, votes=0 if s.votes == 0 else None)
            counted.remember(s.id)
            return counted
        return s

    def _denied(self, statement: Statement) -> bool:
        """A denial that is at least as firm and not earlier removes what it denies; a weaker one marks it as disputed."""
        denials = self._denials.get(statement.key(), ())
        for s in denials:
            firm = firmness(s.speaker_kind) <= firmness(statement.speaker_kind)
            if firm and (s.starts() or date.min) >= (statement.starts() or date.min):
                return True
            self._tell("W_DISPUTED", f"{statement.id} is denied by {s.id}, which is less firm or earlier.", "", statement.id)
        return False

    def _whole(self, issuer: str) -> int:
        return self.issuers[issuer].issued

    def _point(self, s: Statement) -> int:
        if s.shares is not None:
            return s.shares
        share = self._share(s)
        return whole_shares(share, self._whole(s.object or ""))[0] if share else 0

    def _share(self, s: Statement) -> Share | None:
        """The holding as a share of issued."""
        whole = self._whole(s.object or "")
        if s.share is not None and s.basis == "outstanding" and whole:
            part = 1 - Fraction(self._own[s.object or ""], whole)
            point = None if s.share.point is None else s.share.point * part
            return replace(s.share, point=point, low=s.share.low * part, high=s.share.high * part)
        if s.share is not None:
            return s.share
        return exact(Fraction(s.shares, whole)) if s.shares is not None and whole else None

    @cached_property
    def _own(self) -> Counter[str]:
        """Own shares by company."""
        own = Counter[str]()
        for s in self._holdings:
            if s.object == s.subject:
                own[s.subject] += s.shares or 0
        return own

    @cached_property
    def slots(self) -> dict[Slot, tuple[list[Statement], list[Statement]]]:
        """The recorded lots and the bare claims about each holding that does not stand alone.

        A claim that names no class is about the one class that the others name; where they name several, it is about all of them.
        """
        slots: dict[Slot, tuple[list[Statement], list[Statement]]] = {}
        recorded = {s.id: isinstance(s.extra.get("lot"), str) for s in self._holdings}
        classes: dict[str | None, set[str | None]] = {}
        for s in self._holdings:
            if s.share_class or recorded[s.id]:
                classes.setdefault(s.object, set()).add(s.share_class)
        for s in self._holdings:
            if (
                not s.share_class
                and not recorded[s.id]
                and len(named := classes.get(s.object, {None})) == 1
                and None not in named
            ):
                (only,) = named
                message = f"{s.id} does not say of which class; {only} is the only one of {s.object} that is named, and it is read as that."
                self._tell("N_CLASS_UNSAID", message, "", s.id)
                name, s = s.id, s.changed(share_class=only)
                s.remember(name)
            lots, claims = slots.setdefault((s.object or "", s.subject, s.share_class), ([], []))
            (lots if recorded[s.id] else claims).append(s)
        return slots

    @cached_property
    def _classes(self) -> dict[tuple[str, str], set[str | None]]:
        """The classes in which somebody is said to hold shares of a company."""
        found: dict[tuple[str, str], set[str | None]] = {}
        for issuer, holder, share_class in self.slots:
            found.setdefault((issuer, holder), set()).add(share_class)
        return found

    @cached_property
    def recorded(self) -> set[tuple[str, str | None]]:
        """The issuers and classes of which there are recorded lots."""
        return {(issuer, share_class) for (issuer, _, share_class), (lots, _) in self.slots.items() if lots}

    @cached_property
    def owned(self) -> dict[str, list[str]]:
        """Per party the companies it majority-holds."""
        owners = {s.object or "": s.subject for s in self._holdings if self._point(s) * 2 > self._whole(s.object or "")}
        owners.update(self._majorities())
        found: dict[str, list[str]] = {}
        for company, owner in owners.items():
            found.setdefault(owner, []).append(company)
        return found

    def _group(self, holder: str, issuer: str, share_class: str | None) -> list[Statement]:
        """Lots of the holder and of companies it majority-holds: what "X holds" means at group level."""
        classes = {c for i, c in self.recorded if i == issuer and share_class in (None, c)}
        if not classes:
            return []
        members, waiting = {holder}, [holder]
        while waiting:
            more = set(self.owned.get(waiting.pop(), ())) - members
            members |= more
            waiting += more
        kinds = sorted(classes, key=str)
        return [s for member in sorted(members) for c in kinds for s in self.slots.get((issuer, member, c), ([], []))[0]]

    def _total(self, lots: list[Statement], issuer: str) -> Share | None:
        shares = [self._share(s) for s in lots]
        if not lots or None in shares:
            return None
        known = [s for s in shares if s is not None]
        point = sum((s.point if s.point is not None else (s.low + s.high) / 2) for s in known)
        low, high = sum(s.low for s in known), sum(s.high for s in known)
        return Share(point, low, high, high_open=any(s.high_open for s in known))  # type: ignore[arg-type]

    def _choose(
        self, issuer: str, holder: str, share_class: str | None, recorded: list[Statement], claims: list[Statement]
    ) -> list[Lot]:
        """Recorded lots, or the one claim that the policy believes instead; what agrees corroborates, what does not is set aside."""
        recorded = [s for s in recorded if not self._denied(s)]
        claims = [s for s in claims if not self._denied(s)]
        if not recorded and not claims:
            return []
        named = self._classes[issuer, holder] - {None} if not recorded and not share_class else set()
        if named and not any(self.slots[issuer, holder, c][0] for c in named):
            ids, kinds = ", ".join(s.id for s in claims), ", ".join(sorted(map(str, named)))
            message = f"{holder} in {issuer}: {ids} names no class beside claims about {kinds}; no lot is made of it."
            self._tell("N_CLASS_UNSAID", message, "", issuer)
            return []
        group = self._group(holder, issuer, share_class)
        total = self._total(group, issuer)
        best = self._best((issuer, holder, share_class), [*recorded, *claims])
        if best is None:
            self._tell(*empty(holder, issuer, self.believe.name))
            return []
        if group and not recorded and best in claims:
            agreed = total is not None and (said := self._share(best)) is not None and total.meets(said)
            word = "agrees with" if agreed else "differs from"
            message = (
                f"{holder} in {issuer}: the claim {best.id} {word} the lots of {holder} and its companies; no second lot is made."
            )
            self._tell("N_GROUP_CLAIM", message, "", issuer)
            return []
        if best in recorded:
            agree = [c.id for c in claims if total and (s := self._share(c)) and s.meets(total)]
            aside = tuple((c.id, "less firm or older") for c in claims if c.id not in agree)
            return [self._lot(s, corroborated_by=tuple(agree), set_aside=aside) for s in recorded]
        agree = [c.id for c in claims if c is not best and (s := self._share(c)) and (b := self._share(best)) and s.meets(b)]
        aside = tuple(
            (s.id, f"{self.name} believes {best.id}") for s in [*recorded, *claims] if s is not best and s.id not in agree
        )
        pick = self._pick((issuer, holder, share_class), [best])
        picked = pick is not None and pick.statement == best.id
        wide = None if picked else self.believe.widen([*recorded, *claims], self._share)
        said, tied = self._share(best), [s for c in self.believe.tied(claims) if not picked and (s := self._share(c))]
        if wide is None and said and len(tied) > 1 and not all(s.meets(said) for s in tied):
            wide = hull(tied, said.point)  # equally firm, equally new, and they conflict: nothing chooses between them
        if wide:
            name = best.id
            unsaid = best.share is not None and best.basis == "unknown"
            best = best.changed(share=wide, basis="unknown" if unsaid else "issued")
            best.remember(name)
        return [self._lot(best, corroborated_by=tuple(agree), set_aside=aside)]

    def _best(self, slot: tuple[str, str, str | None], candidates: list[Statement]) -> Statement | None:
        """The statement that an analyst picked for the slot, else the one that the policy follows."""
        pick = self._pick(slot, candidates)
        if pick is not None:
            for s in candidates:
                if s.id == pick.statement:
                    return s
            message = f"{pick.holder} in {pick.issuer}: {pick.statement}, picked by {pick.by}, is no candidate here any more."
            self._tell("W_PICK_LOST", message, f"{self.believe.name} chooses instead; pick again.", pick.issuer)
        return self.believe.best(candidates)

    def _pick(self, slot: Slot, candidates: list[Statement]) -> Pick | None:
        """The choice about a slot, or about a claim that names no class and is read as one of it."""
        unsaid = self._picked.get((*slot[:2], None))
        there = unsaid is not None and any(s.id == unsaid.statement for s in candidates)
        return unsaid if there else self._picked.get(slot)

    def _lot(self, s: Statement, **evidence: Any) -> Lot:
        recorded = isinstance(s.extra.get("lot"), str)  # what other files say in words of their own is no word of a lot
        apart = s.extra.get("as_lot")  # unless a reader says so: the bounds of a count in thousands
        words = s.extra if recorded else apart if isinstance(apart, Mapping) else {}
        extra: dict[str, Any] = {n: v for n, kind in _LOT_WORDS.items() if isinstance(v := words.get(n), kind)}
        lot_id = s.extra["lot"] if recorded else s.id
        shares, low, high = s.shares or 0, extra.pop("low", None), extra.pop("high", None)
        if s.share is not None and (s.shares is None or s.share.bounds_from == "widest"):
            shares, low, high = whole_shares(self._share(s) or s.share, self._whole(s.object or ""))
            if s.basis == "unknown":
                self._tell(*unsaid_base(s.id))
            if low == high == shares:
                low = high = None
        return Lot(
            id=lot_id, issuer=s.object or "", holder=s.subject, shares=shares, share_class=s.share_class, votes=s.votes,
            since=s.valid_from, low=low, high=high, confidence=s.confidence, source=s.source,
            **{"evidence": s.id, **evidence}, **extra,
        )  # fmt: skip


_LOT_WORDS: Mapping[str, type] = {
    "low": int, "high": int, "registered_since": str, "beneficiary": str, "capacity": str, "aggregate": bool, "locked_until": str,
}  # fmt: skip


def unsaid_base(name: str) -> tuple[str, str, str, str]:
    """The finding that a percentage does not say what it is one of."""
    return "W_PERCENT_BASE", f"{name} does not say of what; it is read on issued.", "Add 'basis'.", name


def empty(holder: str, issuer: str, policy: str) -> tuple[str, str, str, str]:
    """The finding that a policy listens to nobody who speaks of a holding."""
    return "W_SLOT_EMPTY", f"{holder} in {issuer}: nothing passes the policy {policy}.", "", issuer


def _said(share: Share) -> str:
    if share.low == share.high:
        return f"{float(share.low):.4%}"
    return f"{float(share.low):.4%} to {float(share.high):.4%}"
