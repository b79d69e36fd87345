"""One stable outcome: what every lot may do with its votes, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, NamedTuple

from crosshold.errors import Finding, RequestError, did_you_mean
from crosshold.law.actions import Action
from crosshold.law.bench import Bench
from crosshold.law.contracts import Casting, cast
from crosshold.law.judge import Judge
from crosshold.law.meeting import Tally, check_class, majority_for, read_majority, tally
from crosshold.law.remarks import MOST_TOTAL, partial_cuts, votes_left
from crosshold.law.rule import Majority, Rule
from crosshold.law.stable import doubtful, judge_all
from crosshold.law.truth import TRUE
from crosshold.law.world import Bounds, World
from crosshold.model.result import plain

MANY = 20_000
"""Up to so many lots every company is told about when nobody names one."""


class Count(NamedTuple):
    """One holder in one issuer. ``exercised`` is free and neutral votes together; ``certainty`` is POSSIBLE when data could change it."""

    shares: int
    gross: int
    exercisable: int
    exercised: Fraction
    suspended_by: tuple[str, ...]
    certainty: str
    free: Fraction
    neutral: Fraction
    capped_by: tuple[str, ...]


class LotRow(NamedTuple):
    """One lot: the four counts, the rules that took votes (and contracts that bind them), and how sure that is."""

    issuer: str
    holder: str
    lot: str
    theoretical: int
    gross: int
    exercisable: int
    exercised: Fraction
    reasons: tuple[str, ...]
    certainty: str


@dataclass(frozen=True, eq=False, repr=False)
class StableOutcome:
    """A state of the votes that applying every rule gives back. ``reading`` is the choice on each open point it belongs to; ``readings``
    all of them when several readings come out the same."""

    bench: Bench
    rules: tuple[Rule, ...]
    actions: tuple[Action, ...]
    exercisable: tuple[int, ...]
    meeting_class: str = "ordinary"
    readings: tuple[Mapping[str, str], ...] = ({},)
    high_quorum: bool = field(default=False)
    asked: tuple[str, ...] | None = None

    @property
    def reading(self) -> Mapping[str, str]:
        """The first reading with this outcome."""
        return self.readings[0]

    @property
    def world(self) -> World:
        """The lots and facts it is about."""
        return self.bench.world

    @cached_property
    def looked_at(self) -> tuple[str, ...]:
        """The companies of which lines, labels and duties are told: those that were asked about, else all, but in a register of more than
        :data:`MANY` lots those in which a rule takes votes or a contract binds."""
        if self.asked is not None:
            return self.asked
        if len(self.world.lots) <= MANY:
            return tuple(sorted(self.world.owners))
        return self.moved

    def looks_at(self, *issuers: str) -> bool:
        """Whether any of some companies is among those of which lines are told."""
        if self.asked is None and len(self.world.lots) <= MANY:
            return True
        return not self._looked_at.isdisjoint(issuers)

    @cached_property
    def _looked_at(self) -> frozenset[str]:
        return frozenset(self.looked_at)

    @cached_property
    def moved(self) -> tuple[str, ...]:
        """The companies in which a rule takes votes or a contract binds, sorted."""
        lots = {*(i for i, (n, _) in self.kept.items() if n < self.world.gross[i]), *self.casting.reasons.changed}
        return tuple(sorted({self.world.table.issuer[i] for i in lots}))

    @cached_property
    def kept(self) -> dict[int, Bounds]:
        """The votes of every lot that a rule could cut, as bounds that meet."""
        return {
            i: (self.exercisable[i], self.exercisable[i]) for i in sorted({i for action in self.actions for i in action.lots})
        }

    @cached_property
    def judge(self) -> Judge:
        """Measures this state for every rule that asks, so that what one rule had measured the next need not."""
        return Judge(self.bench, self.kept)

    @cached_property
    def doubting_judge(self) -> Judge:
        """The same as far as uncertain data go."""
        return Judge(self.bench, self.kept, data=True)

    @cached_property
    def judged(self) -> tuple[Judge, list[int]]:
        """The judge of this state, and the truth of every action."""
        return judge_all(self.bench, self.actions, self.kept)

    @cached_property
    def suspended_by(self) -> dict[int, tuple[str, ...]]:
        """Rules that take votes, by position of the lot."""
        found: dict[int, set[str]] = {}
        for action, value in zip(self.actions, self.judged[1], strict=True):
            if value == TRUE:
                for i, kept in zip(action.lots, action.kept, strict=True):
                    if kept < self.world.gross[i]:
                        found.setdefault(i, set()).add(action.rule.id)
        return {i: tuple(sorted(rules)) for i, rules in found.items()}

    @cached_property
    def doubts(self) -> frozenset[int]:
        """Lots that uncertain data or contradicted facts could make otherwise."""
        if not self.world.has_bounds and not self.world.snapshot.facts:
            return frozenset()
        return frozenset(doubtful(self.bench, self.actions, self.exercisable))

    @cached_property
    def casting(self) -> Casting:
        """What contracts make of it in the meeting the ballot was asked for."""
        return cast(self.world, self.exercisable, self.meeting_class, high_quorum=self.high_quorum, past=self.bench.past)

    @cached_property
    def cut(self) -> tuple[str, ...]:
        """Sorted ids of the lots that lose votes."""
        return tuple(sorted(self.world.lots[i].id for i, (n, _) in self.kept.items() if n < self.world.gross[i]))

    def certainty(self, *lots: int) -> str:
        """``CERTAIN``, or ``POSSIBLE`` when data could make one of the lots otherwise."""
        return "POSSIBLE" if any(i in self.doubts for i in lots) else "CERTAIN"

    def __repr__(self) -> str:
        return f"StableOutcome({', '.join(self.cut) or 'no lot'} cut)"

    def lots(self) -> list[LotRow]:
        """One row per lot, in register order."""
        rows = []
        for i, lot in enumerate(self.world.lots):
            reasons = (*self.suspended_by.get(i, ()), *self.casting.reasons[i])
            votes = self.world.theoretical(i), self.world.gross[i], self.exercisable[i], self.casting.exercised(i)
            rows.append(LotRow(lot.issuer, lot.holder, lot.id, *votes, reasons, self.certainty(i)))
        return rows

    def in_words(self) -> list[str]:
        """One line per issuer and one per holder that lost votes."""
        lines = []
        for issuer in self.world.snapshot.issuers if len(self.world.lots) <= MANY else self.looked_at:
            lines.append(f"{issuer}: {self.exercisable_total(issuer):,} of {self.gross_total(issuer):,} votes can be exercised")
            for holder, c in self.counts(issuer).items():
                if c.exercisable < c.gross:
                    lines.append(f"  {holder}: {c.exercisable:,} of {c.gross:,} ({', '.join(c.suspended_by)})")
        return lines

    def counts(self, issuer: str) -> dict[str, Count]:
        """Every holder of an issuer, largest holding first, own shares and dispersed holders last."""
        self._known(issuer)
        rows: dict[str, list[int]] = {}
        for i in self.world.by_issuer.get(issuer, ()):
            rows.setdefault(self.world.lots[i].holder, []).append(i)

        def last(holder: str) -> tuple[bool, bool, int, str]:
            return holder == issuer, holder in self.world.dispersed, -sum(self.world.lots[i].shares for i in rows[holder]), holder

        return {holder: self._count(rows[holder]) for holder in sorted(rows, key=last)}

    def _count(self, lots: list[int]) -> Count:
        casting, zero = self.casting, Fraction(0)
        return Count(
            sum(self.world.lots[i].shares for i in lots), sum(self.world.gross[i] for i in lots), sum(self.exercisable[i] for i in lots),
            sum((casting.exercised(i) for i in lots), start=zero),
            tuple(sorted({rule for i in lots for rule in self.suspended_by.get(i, ())})), self.certainty(*lots),
            sum((casting.free(i) for i in lots), start=zero), sum((casting.neutral[i] for i in lots), start=zero),
            tuple(sorted({name for i in lots for name in casting.reasons[i]})),
        )  # fmt: skip

    def _known(self, issuer: str) -> None:
        if issuer not in self.world.snapshot.issuers:
            cure = did_you_mean(issuer, self.world.snapshot.issuers)
            raise RequestError(Finding("E_UNKNOWN_ID", f"{issuer!r} is no issuer here.", cure, "request"))

    def _total(self, issuer: str, votes: Any) -> int:
        self._known(issuer)
        return sum(votes(i) for i in self.world.by_issuer.get(issuer, ()))

    def gross_total(self, issuer: str) -> int:
        """Votes attached to all shares but own ones."""
        return self._total(issuer, lambda i: self.world.gross[i])

    def exercisable_total(self, issuer: str) -> int:
        """Votes that can be exercised under the law, before contracts."""
        return self._total(issuer, lambda i: self.exercisable[i])

    def theoretical_total(self, issuer: str) -> int:
        """Gross votes and own shares at base votes: the count of French and EU disclosure."""
        return self._total(issuer, self.world.theoretical)

    def exercised_total(self, issuer: str) -> Fraction:
        """Votes a meeting of the class asked for will see."""
        self._known(issuer)
        return sum((self.casting.exercised(i) for i in self.world.by_issuer.get(issuer, ())), start=Fraction(0))

    def quorum_base(self, issuer: str) -> int | tuple[int, int]:
        """Votes that a quorum is counted of; lowest and highest where a rule that took votes does not say whether they stay in.

        Votes taken leave it where the rule says so (``exclude`` and the stronger words); own shares stay in, at base votes, where a rule
        on them says ``keep``.
        """
        self._known(issuer)
        words: dict[int, set[str]] = {}
        for action, value in zip(self.actions, self.judged[1], strict=True):
            if value == TRUE and action.issuer == issuer:
                for i, kept in zip(action.lots, action.kept, strict=True):
                    words.setdefault(i, set()).update({action.effect.quorum} if kept < self.world.gross[i] else ())
        low = high = self.gross_total(issuer)
        for i, said in words.items():
            lost = self.world.gross[i] - self.exercisable[i]
            low -= lost if said != {"keep"} else 0
            high -= lost if any(word.startswith("exclude") for word in said) else 0
        keep = any(
            rule.kind == "vote_rule" and rule.issuer.admits(self.world.snapshot.entities.get(issuer)) == TRUE and rule.counts_own
            for rule in self.rules
        )
        own = sum(self.world.base[i] for i in self.world.own(issuer)) if keep else 0
        return low + own if low == high else (low + own, high + own)

    def usable(self, issuer: str) -> dict[str, Fraction]:
        """Exercisable votes of every holder after ``removed`` and caps."""
        counts: dict[str, Fraction] = {}
        self._known(issuer)
        for i in self.world.by_issuer.get(issuer, ()):
            holder = self.world.lots[i].holder
            counts[holder] = counts.get(holder, Fraction(0)) + self.casting.kept[i]
        return counts

    def stakes(self, issuer: str) -> dict[str, Fraction | None]:
        """``exercisable_votes`` of every holder after ``removed`` and caps, of their sum; ``None`` for all when nobody has a vote."""
        counts = self.usable(issuer)
        total = sum(counts.values(), start=Fraction(0))
        return {holder: count / total if total else None for holder, count in counts.items()}

    def weights(self) -> dict[str, int]:
        """Whole votes per lot for the Network: exercisable after ``removed`` and caps.

        Fractions that caps leave are multiplied by their common denominator per issuer, or rounded down (``W_VOTES_ROUNDED``) where the
        total would pass 2**62.
        """
        found: dict[str, int] = {}
        for lots in self.world.by_issuer.values():
            votes = [self.casting.kept[i] for i in lots]
            factor = lcm(*(v.denominator for v in votes))
            factor = factor if sum(votes) * factor < MOST_TOTAL else 1
            found.update((self.world.lots[i].id, int(v * factor)) for i, v in zip(lots, votes, strict=True))
        return found

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What contracts and partial cuts left to tell, and issuers in which nobody can vote."""
        return tuple(dict.fromkeys((*self.casting.findings, *votes_left(self), *partial_cuts(self))))

    def meeting(
        self,
        cls: str | None = None,
        attendance: Mapping[str, Any] | None = None,
        intentions: Mapping[str, str] | None = None,
        *,
        issuer: str | None = None,
        high_quorum: bool = False,
        majority: Majority | str | None = None,
    ) -> Tally:
        """One resolution of class ``cls`` (default: the ballot's) in ``issuer`` (default: the only one).

        ``attendance`` maps holders (``~float`` too) to the share of their votes that is present, ``intentions`` to for, against, abstain.
        ``high_quorum`` uses a cap's share for an unusually high quorum; ``majority`` overrides the rule (``"> 1/2 of votes cast"``).
        """
        cls = cls or self.meeting_class
        check_class(cls)
        if issuer is None and len(self.world.snapshot.issuers) != 1:
            raise RequestError(Finding("E_UNKNOWN_ID", "whose meeting?", "Name the issuer.", "request"))
        issuer = issuer or next(iter(self.world.snapshot.issuers))
        self._known(issuer)
        casting = cast(self.world, self.exercisable, cls, high_quorum=high_quorum)
        found: tuple[Finding, ...] = ()
        if majority is None:
            majority, found = majority_for(self.world, self.rules, issuer, cls)
        elif isinstance(majority, str):
            majority = read_majority(majority)
        ends = self._ends(issuer, cls, high_quorum) if self.world.has_bounds else None
        return tally(
            self.world, list(self.exercisable), casting, issuer, cls, majority, attendance, intentions, ends, (*found, *casting.findings)
        )  # fmt: skip

    def _ends(self, issuer: str, cls: str, high_quorum: bool) -> tuple[Casting, Casting]:
        """Castings with the uncertain lots of an issuer at their lowest and highest; dispersed holders absorb the difference."""
        ends = []
        for end in (0, 1):
            votes = list(self.exercisable)
            lots = self.world.by_issuer.get(issuer, [])
            moved = {i: self.world.votes(i)[end] - votes[i] for i in lots if votes[i] and votes[i] == self.world.gross[i]}
            for i, by in moved.items():
                votes[i] += by
            float_lot = next((i for i in lots if self.world.lots[i].holder in self.world.dispersed), None)
            if float_lot is not None:
                votes[float_lot] = max(votes[float_lot] - sum(by for i, by in moved.items() if i != float_lot), 0)
            ends.append(cast(self.world, votes, cls, high_quorum=high_quorum))
        return ends[0], ends[1]

    def to_dict(self, *, exact: bool = False, issuers: tuple[str, ...] | None = None) -> dict[str, Any]:
        """JSON form: reading and, per issuer, totals and holders."""
        return {
            "readings": [dict(reading) for reading in self.readings],
            "cut": list(self.cut),
            "issuers": {
                name: self._issuer(name, exact) for name in (self.world.snapshot.issuers if issuers is None else issuers)
            },
        }

    def _issuer(self, name: str, exact: bool) -> dict[str, Any]:
        return {
            "gross_total": self.gross_total(name), "exercisable_total": self.exercisable_total(name),
            "theoretical_total": self.theoretical_total(name),
            "holders": {
                holder: {
                    "shares": c.shares, "gross": c.gross, "exercisable": c.exercisable, "exercised": plain(c.exercised, exact=exact),
                    "suspended_by": list(c.suspended_by), "capped_by": list(c.capped_by), "certainty": c.certainty,
                    "free": plain(c.free, exact=exact), "neutral": plain(c.neutral, exact=exact),
                }
                for holder, c in self.counts(name).items()
            },
        }  # fmt: skip
