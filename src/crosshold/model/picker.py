"""Chooses, slot by slot, what one Snapshot says: recorded lots, claims about them, and what is left to dispersed holders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from crosshold.errors import Finding, Findings, RequestError, unlisted
from crosshold.model.contested import READ_AS_ISSUED, Contested, empty, unsaid_base
from crosshold.model.day_rows import DayRows, Slot
from crosshold.model.entity import FLOAT, Entity
from crosshold.model.lot import DEFAULT
from crosshold.model.policy import Policy
from crosshold.model.share import NOTIONAL
from crosshold.model.snapshot import Declared, Issuer, Lot, Lots, ShareClass, Snapshot
from crosshold.model.statement import Statement

if TYPE_CHECKING:
    from crosshold.model.register import Register


LISTED = 1_000
"""Findings of one code that are listed one by one."""
SAID = ("reports", "confirms")
"""Stances that claim a holding."""


class Picker:
    """Chooses, slot by slot, what one Snapshot says.

    Most holdings of a large register are told by one statement alone. Their lots are made from the columns (``alone``, places of rows);
    a :class:`Statement` is made only of the others.
    """

    def __init__(self, register: Register, day: date, known_by: date | None, believe: Policy) -> None:
        self.register, self.day, self.known_by, self.name, self.believe = register, day, known_by, believe.name, believe.rest
        self.picked = {pick.slot: pick for pick in register.picks if pick.statement} if believe.picks else {}
        self.findings = Findings(register.findings)
        self.told: Counter[str] = Counter()
        self.rows = DayRows(register, day, known_by)
        self.issuers = self._issuers()
        rows = register.statements
        denials = [rows[n] for n in self.rows.holding if self.rows.stance[n] == "denies"]
        self.alone: list[int] = []
        self.declared: list[int] = []
        self.elsewhere = 0
        apart = [(n, rows[n]) for n in self._apart({s.object for s in denials})]
        self.contested = Contested(apart, denials, self.issuers, believe, self.picked, self._tell, self._majorities)
        if register.revision_cycle:
            message = f"{', '.join(sorted(register.revision_cycle))} revise each other; all stay."
            self.findings.add("W_REVISION_CYCLE", message, "Remove one of the links.", "claims")

    def _tell(self, code: str, message: str, cure: str, where: str) -> None:
        """A finding; of one code a thousand are listed, and the others are counted."""
        self.told[code] += 1
        if self.told[code] <= LISTED:
            self.findings.add(code, message, cure, where)

    def _apart(self, denied: set[Any]) -> list[int]:
        """The rows of direct holdings that have to be looked at as statements; those that stand alone go to ``alone``.

        Indirect and declared interests never become lots.
        """
        rows, slots, direct = self.rows, Counter[Slot](), []
        for n in rows.holding:
            if rows.stance[n] not in SAID:
                continue
            word = rows.word.get(n)
            told = word != "lot" and (rows.directness[n] == "indirect" or word == "declared")
            if rows.object[n] not in self.issuers:
                self.elsewhere += told
                continue
            if told:
                kind, name = "an indirect" if rows.directness[n] == "indirect" else "a declared", rows.id(n)
                self._tell("N_DECLARED_INTEREST", f"{name} is {kind} interest: it is kept and makes no lot.", "", name)
                self.declared.append(n)
                continue
            direct.append(n)
            slots[rows.slot(n)] += 1
        named = {issuer for issuer, _, share_class in slots if share_class}
        crowded = {slot[0] for slot, count in slots.items() if count > 1 or slot in self.picked}
        crowded |= {issuer for issuer, _, share_class in slots if not share_class and issuer in named}
        crowded |= {rows.object[n] for n, word in rows.word.items() if word == "lot"} | denied
        apart = []
        for n in direct:
            if rows.object[n] in crowded or not self._stands_alone(n):
                apart.append(n)
            elif self.believe.passes(rows.source[n], rows.speaker_kind[n]):
                self.alone.append(n)
            else:
                self._tell(*empty(rows.subject[n], rows.object[n], self.believe.name))
        return apart

    def _stands_alone(self, n: int) -> bool:
        """Whether the lot of a row that is the only one of its slot follows from its columns."""
        rows = self.rows
        counted = rows.shares[n] is not None
        if rows.subject[n] == rows.object[n] or n in rows.word or (rows.said[n] is not None) == counted:
            return False
        return self.issuers[rows.object[n]].basis != "fraction" if counted else rows.basis[n] in ("issued", "unknown")

    def _issuers(self) -> dict[str, Issuer]:
        by_issuer: dict[str, list[Statement]] = {}
        rows = self.rows
        for n in rows.issuing:
            if rows.stance[n] in SAID:
                by_issuer.setdefault(rows.subject[n], []).append(self.register.statements[n])
        issuers = {}
        for name, told in by_issuer.items():
            candidates = [s for s in told if s.shares is not None] or told
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
        for n in rows.holding if self.register.notional else ():
            name = rows.object[n]
            if name and name not in issuers and self._counts_as_direct(n):
                issuers[name] = Issuer(id=name, issued=NOTIONAL, basis="fraction")
        return issuers

    def _counts_as_direct(self, n: int) -> bool:
        rows = self.rows
        share = rows.said[n] is not None and rows.basis[n] in READ_AS_ISSUED
        return share and rows.directness[n] != "indirect" and rows.word.get(n) != "declared"

    def overheld(self, lots: Lots | None = None) -> list[tuple[str, int, int]]:
        """Companies of which even the lowest counts are more than there are: the sum and the whole."""
        lots = self.lots() if lots is None else lots
        lowest: Counter[str] = Counter()
        for issuer, count in zip(lots.column("issuer").tolist(), lots.columns.lowest.tolist(), strict=True):
            lowest[issuer] += count
        return [
            (name, count, self.issuers[name].issued)
            for name, count in sorted(lowest.items())
            if count > self.issuers[name].issued
        ]

    def lots(self) -> Lots:
        """The lots that are chosen, whether or not they add up, in the order of the statements that they rest on."""
        found = self.contested.lots()
        columns = self._alone()
        if found:
            places = [*self.alone, *(self.contested.place[lot.evidence or ""] for lot in found)]
            order = sorted(range(len(places)), key=places.__getitem__)
            for f in fields(Lot):
                apart = [getattr(lot, f.name) for lot in found]
                told = columns.get(f.name) or [DEFAULT[f.name]] * len(self.alone)
                together = [*told, *apart]
                columns[f.name] = [together[k] for k in order]
        return Lots.from_columns(**columns)

    def _majorities(self) -> dict[str, str]:
        """The companies of which a row that stands alone says that somebody has more than half, and who."""
        rows, found = self.rows, {}
        for n in self.alone:
            whole = self.issuers[rows.object[n]].issued
            if (rows.shares[n] if rows.shares[n] is not None else rows.count(n, whole)[0]) * 2 > whole:
                found[rows.object[n]] = rows.subject[n]
        return found

    def _alone(self) -> dict[str, list[Any]]:
        """The lots of the rows that stand alone, in columns."""
        rows, columns = self.rows, self.register.statements.columns
        counts = []
        for n in self.alone:
            shares, low, high = rows.shares[n], None, None
            if shares is None:
                shares, low, high = rows.count(n, self.issuers[rows.object[n]].issued)
                if rows.basis[n] == "unknown":
                    self._tell(*unsaid_base(rows.id(n)))
                if low == high == shares:
                    low = high = None
            counts.append((shares, low, high))
        made = {name: [columns[word][n] for n in self.alone] for name, word in _COPIED.items()}
        made |= {name: [count[k] for count in counts] for k, name in enumerate(("shares", "low", "high"))}
        made["id"] = made["evidence"] = [rows.id(n) for n in self.alone]
        return made

    def snapshot(self) -> Snapshot:
        """The Snapshot, with what was set aside and left out named in it."""
        for conflict in self.contested.conflicts():
            self._tell("W_CONFLICT", conflict.message, "Both are kept; --believe says whom to follow.", conflict.issuer)
        lots = self.lots()
        left_out = self._leave_out(lots) if self.register.overheld == "leave-out" else []
        if left_out:
            told = enumerate(lots.column("issuer").tolist())
            lots = lots.edited({place: () for place, issuer in told if issuer not in self.issuers})
        rest = self._rest(lots)
        entities = {**self.register.entities}
        for name in dict.fromkeys([*self.issuers, *lots.column("holder").tolist(), *(lot.holder for lot in rest)]):
            if name not in entities:
                entities[name] = Entity(name)
        records, unknown = self._records()
        left_out += unknown
        if self.known_by is not None:
            left_out += self.register.unknown(self.day, self.known_by)
        chosen = {"case": self.register.defaults.get("case", ""), **self.register.defaults, **records}
        chosen.pop("rest", None)
        return Snapshot(
            at=self.day, entities=entities, issuers=self.issuers, lots=lots.edited({}, rest), known_by=self.known_by,
            believe=self.name, left_out=tuple(left_out), findings=self._all_findings(), same=self.register.same,
            declared=tuple(self._declared(lots)), **chosen,
        )  # fmt: skip

    def _leave_out(self, lots: Lots) -> list[str]:
        """Take the companies out of which more than all is held; the statements that said so."""
        over = dict.fromkeys(name for name, _, _ in self.overheld(lots))
        evidence = {name: [lots[place].evidence or lots[place].id for place in lots.positions(name)] for name in over}
        for name, statements in evidence.items():
            self.issuers.pop(name)
            message = f"{name}: more than all of it is held ({', '.join(statements[:20])}); it is left out, as asked."
            self._tell("W_OVERHELD", message, "Look for what is counted twice.", name)
        return [statement for statements in evidence.values() for statement in statements]

    def _declared(self, lots: Lots) -> Iterator[Declared]:
        """The declared shares of companies of which there are lots to compare them with."""
        rows, told = self.rows, set(lots.codes("issuer").words)
        for n in self.declared:
            share = rows.share[n]
            if share is not None and rows.object[n] in told and rows.basis[n] in READ_AS_ISSUED:
                yield Declared(rows.id(n), rows.subject[n], rows.object[n], share)

    def _all_findings(self) -> tuple[Finding, ...]:
        if self.elsewhere:
            message = f"{self.elsewhere:,} declared interests are in companies of which there is no lot; they make none."
            self.findings.add("N_DECLARED_ELSEWHERE", message, "'owners' tells them.", "declared")
        for code, count in sorted(self.told.items()):
            if count > LISTED:
                self.findings.extend([unlisted(code, count - LISTED)])
        return tuple(self.findings)

    def _rest(self, lots: Lots) -> list[Lot]:
        """Shares that no lot covers belong to dispersed holders, one base vote each, unless the case says that none are left."""
        rest = []
        sums: dict[str, dict[str | None, list[int]]] = {}
        counted = (lots.column(name).tolist() for name in ("issuer", "share_class", "shares", "low", "high"))
        for issuer_id, share_class, shares, low, high in zip(*counted, strict=True):
            held = sums.setdefault(issuer_id, {}).setdefault(share_class, [0, 0, 0])
            for k, count in enumerate((shares, shares if low < 0 else low, shares if high < 0 else high)):
                held[k] += count
        ids = set(lots.column("id").tolist())
        object_of = self.register.statements.columns["object"]
        worded = self.register.statements.worded(("lot",))
        elsewhere = {object_of[n] for n, extra in worded if isinstance(extra["lot"], str)}
        for issuer in self.issuers.values():
            if issuer.id in elsewhere and issuer.id not in sums:
                message = f"{issuer.id}: the register has lots, but none on {self.day}; all its shares count as dispersed."
                self.findings.add("W_OUTSIDE_REGISTER", message, "Ask about a day that the register covers.", issuer.id)
            wholes: list[tuple[str | None, int]] = [(c.name, c.issued) for c in issuer.classes]
            for name, whole in wholes or [(None, issuer.issued)]:
                own = [held for share_class, held in sums.get(issuer.id, {}).items() if name in (None, share_class)]
                left, high, low = (whole - sum(held[k] for held in own) for k in range(3))
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


_COPIED: Mapping[str, str] = {
    "issuer": "object", "holder": "subject", "share_class": "share_class", "votes": "votes", "since": "valid_from",
    "confidence": "confidence", "source": "source",
}  # fmt: skip
"""Columns of lots that are columns of statements."""


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
