"""Chooses, slot by slot, what one Snapshot says: recorded lots, claims about them, and what is left to dispersed holders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crosshold.errors import Finding, Findings, RequestError
from crosshold.model.entity import FLOAT, Entity
from crosshold.model.policy import Policy, hull
from crosshold.model.share import NOTIONAL, Share, exact, whole_shares
from crosshold.model.snapshot import Issuer, Lot, Lots, ShareClass, Snapshot
from crosshold.model.statement import Statement, firmness

if TYPE_CHECKING:
    from crosshold.model.register import Register


LISTED = 1_000
"""Findings of one code that are listed one by one."""
READ_AS_ISSUED = ("issued", "outstanding", "unknown")


@dataclass(frozen=True)
class Conflict:
    """Two statements about one thing at one time whose intervals do not meet."""

    holder: str
    issuer: str
    first: str
    second: str
    message: str


class Picker:
    """Chooses, slot by slot, what one Snapshot says."""

    def __init__(self, register: Register, day: date, known_by: date | None, believe: Policy) -> None:
        self.register, self.day, self.known_by, self.name, self.believe = register, day, known_by, believe.name, believe.rest
        self.picked = {pick.slot: pick for pick in register.picks if pick.statement} if believe.picks else {}
        self.live = register.about(day, known_by, "holds", "issued")
        self.findings = Findings(register.findings)
        self.told: Counter[str] = Counter()
        self.issuers = self._issuers()
        self.denials: dict[Any, list[Statement]] = {}
        for s in self.live:
            if s.stance == "denies":
                self.denials.setdefault(s.key(), []).append(s)
        self.holdings = [lot for s in self.live if (lot := self._lot_of(s))]
        self.owners = {s.object: s.subject for s in self.holdings if s.object and self._point(s) * 2 > self._whole(s.object)}
        if register.revision_cycle:
            message = f"{', '.join(sorted(register.revision_cycle))} revise each other; all stay."
            self.findings.add("W_REVISION_CYCLE", message, "Remove one of the links.", "claims")

    def _tell(self, code: str, message: str, cure: str, where: str) -> None:
        """A finding; of one code a thousand are listed, and the others are counted."""
        self.told[code] += 1
        if self.told[code] <= LISTED:
            self.findings.add(code, message, cure, where)

    def _lot_of(self, s: Statement) -> Statement | None:
        """What a direct holding says of a lot; indirect and declared interests and shares of votes are never turned into lots."""
        if s.verb != "holds" or s.object not in self.issuers or s.stance not in ("reports", "confirms"):
            return None
        if isinstance(s.extra.get("lot"), str):
            return s
        if s.directness == "indirect" or s.extra.get("declared"):
            kind = "an indirect" if s.directness == "indirect" else "a declared"
            self._tell("N_DECLARED_INTEREST", f"{s.id} is {kind} interest: it is kept and makes no lot.", "", s.id)
            return None
        if s.share is not None and s.basis not in READ_AS_ISSUED:
            message = f"{s.id} says a share of {s.basis}, from which no share count follows; it is set aside."
            self._tell("W_PERCENT_BASE", message, "Give the share count, or a share of issued.", s.id)
            return None
        if self.issuers[s.object].basis == "fraction" and s.shares is not None:
            if s.share is None:
                message = (
                    f"{s.id} counts {s.shares:,} shares of {s.object}, and nothing says how many there are; it is set aside."
                )
                self._tell("W_NO_ISSUED", message, "Add how many shares are issued.", s.id)
                return None
            counted = replace(s, shares=None, votes=0 if s.votes == 0 else None)
            counted.remember(s.id)
            return counted
        return s

    def _denied(self, statement: Statement) -> bool:
        """A denial that is at least as firm and not earlier removes what it denies; a weaker one marks it as disputed."""
        denials = self.denials.get(statement.key(), ())
        for s in denials:
            firm = firmness(s.speaker_kind) <= firmness(statement.speaker_kind)
            if firm and (s.starts() or date.min) >= (statement.starts() or date.min):
                return True
            self._tell("W_DISPUTED", f"{statement.id} is denied by {s.id}, which is less firm or earlier.", "", statement.id)
        return False

    def _issuers(self) -> dict[str, Issuer]:
        by_issuer: dict[str, list[Statement]] = {}
        for s in self.live:
            if s.verb == "issued" and s.stance in ("reports", "confirms"):
                by_issuer.setdefault(s.subject, []).append(s)
        issuers = {}
        for name, candidates in by_issuer.items():
            best = self.believe.best(candidates)
            if best is None:
                continue
            counts = {s.shares for s in candidates}
            if len(counts) > 1:
                said = "; ".join(f"{s.shares:,} ({s.id})" for s in candidates)
                self._tell("W_CONFLICT", f"{name}: shares issued are said to be {said}; {best.id} is taken.", "", name)
            issuers[name] = Issuer(
                id=name, issued=best.shares or 0, confidence=best.confidence, source=best.source, **_issuer_words(best.extra)
            )
        # nobody says how many shares there are: a percentage is then one of a notional whole (spec/evidence 2.2)
        for s in self.live if self.register.notional else ():
            direct = s.verb == "holds" and s.directness != "indirect" and s.share is not None and not s.extra.get("declared")
            if direct and s.object and s.object not in issuers and s.basis in READ_AS_ISSUED:
                issuers[s.object] = Issuer(id=s.object, issued=NOTIONAL, basis="fraction")
        return issuers

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
            part = 1 - Fraction(self._own(s.object or ""), whole)
            point = None if s.share.point is None else s.share.point * part
            return replace(s.share, point=point, low=s.share.low * part, high=s.share.high * part)
        if s.share is not None:
            return s.share
        return exact(Fraction(s.shares, whole)) if s.shares is not None and whole else None

    def _own(self, issuer: str) -> int:
        return sum(s.shares or 0 for s in self.holdings if s.object == issuer == s.subject)

    @cached_property
    def slots(self) -> dict[tuple[str, str, str | None], tuple[list[Statement], list[Statement]]]:
        """Per (issuer, holder, class): the recorded lots and the bare claims about the holding."""
        slots: dict[tuple[str, str, str | None], tuple[list[Statement], list[Statement]]] = {}
        for s in self.holdings:
            lots, claims = slots.setdefault((s.object or "", s.subject, s.share_class), ([], []))
            (lots if isinstance(s.extra.get("lot"), str) else claims).append(s)
        return slots

    @cached_property
    def recorded(self) -> set[tuple[str, str | None]]:
        """The issuers and classes of which there are recorded lots."""
        return {(issuer, share_class) for (issuer, _, share_class), (lots, _) in self.slots.items() if lots}

    @cached_property
    def owned(self) -> dict[str, list[str]]:
        """Per party the companies it majority-holds."""
        found: dict[str, list[str]] = {}
        for company, owner in self.owners.items():
            found.setdefault(owner, []).append(company or "")
        return found

    def _group(self, holder: str, issuer: str, share_class: str | None) -> list[Statement]:
        """Lots of the holder and of companies it majority-holds: what "X holds" means at group level."""
        if (issuer, share_class) not in self.recorded:
            return []
        members, waiting = {holder}, [holder]
        while waiting:
            more = set(self.owned.get(waiting.pop(), ())) - members
            members |= more
            waiting += more
        return [s for member in sorted(members) for s in self.slots.get((issuer, member, share_class), ([], []))[0]]

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

    def _total(self, lots: list[Statement], issuer: str) -> Share | None:
        shares = [self._share(s) for s in lots]
        if not lots or None in shares:
            return None
        known = [s for s in shares if s is not None]
        point = sum((s.point if s.point is not None else (s.low + s.high) / 2) for s in known)
        low, high = sum(s.low for s in known), sum(s.high for s in known)
        return Share(point, low, high, high_open=any(s.high_open for s in known))  # type: ignore[arg-type]

    def overheld(self) -> list[tuple[str, int, int]]:
        """Companies of which even the lowest counts are more than there are: the sum and the whole."""
        lowest: Counter[str] = Counter()
        for lot in self.lots():
            lowest[lot.issuer] += lot.bounds[0]
        return [(name, count, self._whole(name)) for name, count in sorted(lowest.items()) if count > self._whole(name)]

    def lots(self) -> list[Lot]:
        """The lots that are chosen, whether or not they add up."""
        return [lot for slot, (recorded, claims) in self.slots.items() for lot in self._choose(*slot, recorded, claims)]

    def snapshot(self) -> Snapshot:
        """The Snapshot, with what was set aside and left out named in it."""
        for conflict in self.conflicts():
            self._tell("W_CONFLICT", conflict.message, "Both are kept; --believe says whom to follow.", conflict.issuer)
        lots = self.lots()
        order = {s.id: n for n, s in enumerate(self.live)}
        lots.sort(key=lambda lot: order.get(lot.evidence or "", len(order)))
        lots += self._rest(lots)
        entities = {**self.register.entities}
        for name in [*self.issuers, *(lot.holder for lot in lots)]:
            entities.setdefault(name, Entity(name))
        records, left_out = self._records()
        if self.known_by is not None:
            late = (s for s in self.register.statements if s.covers(self.day))
            left_out += [s.id for s in late if not self._known(self.register.known_on(s))]
        chosen = {"case": self.register.defaults.get("case", ""), **self.register.defaults, **records}
        chosen.pop("rest", None)
        return Snapshot(
            at=self.day, entities=entities, issuers=self.issuers, lots=Lots(lots), known_by=self.known_by,
            believe=self.name, left_out=tuple(left_out), findings=self._all_findings(), **chosen,
        )  # fmt: skip

    def _all_findings(self) -> tuple[Finding, ...]:
        for code, count in sorted(self.told.items()):
            if count > LISTED:
                self.findings.add(code, f"{count - LISTED:,} more of this kind are not listed.")
        return tuple(self.findings)

    def _choose(
        self, issuer: str, holder: str, share_class: str | None, recorded: list[Statement], claims: list[Statement]
    ) -> list[Lot]:
        """Recorded lots, or the one claim that the policy believes instead; what agrees corroborates, what does not is set aside."""
        recorded = [s for s in recorded if not self._denied(s)]
        claims = [s for s in claims if not self._denied(s)]
        if not recorded and not claims:
            return []
        if len(claims) == 1 and (issuer, share_class) not in self.recorded and self.believe.name != "widest":
            alone = self._best(
                (issuer, holder, share_class), claims
            )  # most of a large register: one claim, and nothing beside it
            if alone is not None:
                return [self._lot(alone)]
        group = self._group(holder, issuer, share_class)
        total = self._total(group, issuer)
        best = self._best((issuer, holder, share_class), [*recorded, *claims])
        if best is None:
            self._tell("W_SLOT_EMPTY", f"{holder} in {issuer}: nothing passes the policy {self.believe.name}.", "", issuer)
            return []
        if group and not recorded and best in claims:
            agreed = total is not None and (said := self._share(best)) is not None and total.meets(said)
            word = "agrees with" if agreed else "differs from"
            message = f"{holder} in {issuer}: the claim {best.id} {word} the lots of {holder}'s companies; no second lot is made."
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
        picked = (pick := self.picked.get((issuer, holder, share_class))) is not None and pick.statement == best.id
        wide = None if picked else self.believe.widen([*recorded, *claims], self._share)
        said, tied = self._share(best), [s for c in self.believe.tied(claims) if not picked and (s := self._share(c))]
        if wide is None and said and len(tied) > 1 and not all(s.meets(said) for s in tied):
            wide = hull(tied, said.point)  # equally firm, equally new, and they conflict: nothing chooses between them
        return [
            self._lot(
                replace(best, share=wide, basis="issued") if wide else best,
                corroborated_by=tuple(agree),
                set_aside=aside,
                evidence=best.id,
            )
        ]

    def _best(self, slot: tuple[str, str, str | None], candidates: list[Statement]) -> Statement | None:
        """The statement that an analyst picked for the slot, else the one that the policy follows."""
        pick = self.picked.get(slot)
        if pick is not None:
            for s in candidates:
                if s.id == pick.statement:
                    return s
            message = f"{pick.holder} in {pick.issuer}: {pick.statement}, picked by {pick.by}, is no candidate here any more."
            self._tell("W_PICK_LOST", message, f"{self.believe.name} chooses instead; pick again.", pick.issuer)
        return self.believe.best(candidates)

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
                self._tell("W_PERCENT_BASE", f"{s.id} does not say of what; it is read on issued.", "Add 'basis'.", s.id)
            if low == high == shares:
                low = high = None
        return Lot(
            id=lot_id, issuer=s.object or "", holder=s.subject, shares=shares, share_class=s.share_class, votes=s.votes,
            since=s.valid_from, low=low, high=high, confidence=s.confidence, source=s.source,
            **{"evidence": s.id, **evidence}, **extra,
        )  # fmt: skip

    def _rest(self, lots: list[Lot]) -> list[Lot]:
        """Shares that no lot covers belong to dispersed holders, one base vote each, unless the case says that none are left."""
        rest = []
        by_issuer: dict[str, list[Lot]] = {}
        for lot in lots:
            by_issuer.setdefault(lot.issuer, []).append(lot)
        ids = {lot.id for lot in lots}
        columns = self.register.statements.columns
        elsewhere = {
            columns["object"][n] for n, extra in self.register.statements.said("extra") if isinstance(extra.get("lot"), str)
        }
        for issuer in self.issuers.values():
            if issuer.id in elsewhere and issuer.id not in by_issuer:
                message = f"{issuer.id}: the register has lots, but none on {self.day}; all its shares count as dispersed."
                self.findings.add("W_OUTSIDE_REGISTER", message, "Ask about a day that the register covers.", issuer.id)
            wholes: list[tuple[str | None, int]] = [(c.name, c.issued) for c in issuer.classes]
            for name, whole in wholes or [(None, issuer.issued)]:
                own = [lot for lot in by_issuer.get(issuer.id, ()) if name is None or lot.share_class == name]
                left = whole - sum(lot.shares for lot in own)
                low = whole - sum(lot.bounds[1] for lot in own)
                high = whole - sum(lot.bounds[0] for lot in own)
                if left < 0:
                    message = f"{issuer.id}: lots add up to {whole - left:,} of {whole:,}; their lowest counts still fit."
                    self.findings.add("W_BOUNDS_TIGHT", message, "Some of the uncertain stakes are too high.", issuer.id)
                    continue
                if self.register.defaults.get("rest") == "none":
                    if left:
                        message = (
                            f"{issuer.id}: lots leave {left:,} of {whole:,} shares uncovered, and the case says 'rest: none'."
                        )
                        self.findings.add("E_REST", message, "Add the missing lots, or write 'rest: ~float'.", issuer.id)
                    continue
                if left or high:
                    bounded = low != high
                    rest.append(
                        Lot(
                            id=_free(f"{issuer.id}.{name}.rest" if name else f"{issuer.id}.rest", ids),
                            issuer=issuer.id,
                            holder=FLOAT,
                            shares=left,
                            share_class=name,
                            votes=left * issuer.votes_per_share(name),
                            low=max(low, 0) if bounded else None,
                            high=high if bounded else None,
                        )
                    )
        self.findings.raise_errors(RequestError)
        return rest

    def _known(self, day: date | None) -> bool:
        return self.known_by is None or day is None or day <= self.known_by

    def _records(self) -> tuple[dict[str, Any], list[str]]:
        """The case's records that were known by the day; the others are named."""
        kept: dict[str, Any] = {}
        left_out: list[str] = []
        for name, rows in self.register.records.items():
            if isinstance(rows, Mapping):
                kept[name] = {key: row for key, (day, row) in rows.items() if self._known(day)}
                left_out += [f"{name}.{key}" for key, (day, _) in rows.items() if not self._known(day)]
            else:
                kept[name] = tuple(row for day, row in rows if self._known(day))
                left_out += [f"{name}[{n}]" for n, (day, _) in enumerate(rows) if not self._known(day)]
        return kept, left_out


_LOT_WORDS: Mapping[str, type] = {
    "low": int, "high": int, "registered_since": str, "beneficiary": str, "capacity": str, "aggregate": bool, "locked_until": str,
}  # fmt: skip


def _issuer_words(extra: Mapping[str, Any]) -> dict[str, Any]:
    """What a case says of an issuer beside its count; also where it has been through a file and is plain words again."""
    words: dict[str, Any] = {"basis": "fraction"} if extra.get("basis") == "fraction" else {}
    classes = extra.get("classes")
    if isinstance(classes, (list, tuple)):
        words["classes"] = tuple(row if isinstance(row, ShareClass) else ShareClass(**row) for row in classes)
    if extra.get("loyalty"):
        words["loyalty"] = tuple(extra["loyalty"])
    return words


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    return name


def _said(share: Share) -> str:
    if share.low == share.high:
        return f"{float(share.low):.4%}"
    return f"{float(share.low):.4%} to {float(share.high):.4%}"
