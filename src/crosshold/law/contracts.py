"""Contracts and overlays on votes: removed, caps (solved together), neutral, directed, abstain. Step 7 of the order.

They change what is exercised, never what a statute counts. ``removed`` and caps whose surplus is not cast also lower what printed
stakes and the Network count; neutral, directed and abstaining votes stay in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Generic, TypeVar

from crosshold.errors import Finding, Findings, RequestError
from crosshold.law.covenants import label, lapse, runs
from crosshold.law.vocabulary import MEETINGS
from crosshold.law.world import World
from crosshold.model.snapshot import Record

T = TypeVar("T")


class Mostly(Generic[T]):
    """One value for each lot: the usual one, but for the few in ``changed``. A register has millions of lots and few contracts."""

    def __init__(self, usual: Callable[[int], T]) -> None:
        self._usual, self.changed = usual, dict[int, T]()

    def __getitem__(self, i: int) -> T:
        return self.changed[i] if i in self.changed else self._usual(i)

    def __setitem__(self, i: int, value: T) -> None:
        self.changed[i] = value


@dataclass
class Casting:
    """What becomes of every lot's exercisable votes in one class of meeting.

    ``kept[i]`` after ``removed`` and caps, of which ``neutral[i]`` are cast by a fixed split (``split[i]`` for), ``silent[i]`` are
    present and not cast, and the rest is free in the hands of ``voter[i]``. ``reasons[i]`` are contract ids. ``binds`` tells which caps
    bite, ``lapsed`` which contracts have ended and why.
    """

    kept: Mostly[Fraction]
    neutral: Mostly[Fraction]
    split: Mostly[Fraction]
    silent: Mostly[Fraction]
    voter: Mostly[str]
    reasons: Mostly[tuple[str, ...]]
    binds: dict[str, bool] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    lapsed: dict[str, str] = field(default_factory=dict)

    def free(self, i: int) -> Fraction:
        """Votes that somebody decides about."""
        return self.kept[i] - self.neutral[i] - self.silent[i]

    def exercised(self, i: int) -> Fraction:
        """Free and neutral votes."""
        return self.kept[i] - self.silent[i]


def kind_of(meeting: str) -> str:
    """``ordinary`` or ``special``: whose majority and neutral split a class of resolution takes where nothing else is said."""
    return MEETINGS.get(meeting, "ordinary")


def cast(
    world: World, exercisable: Sequence[int], meeting: str, *, high_quorum: bool = False, past: Sequence[World] = ()
) -> Casting:
    """Apply every contract and overlay in force. ``exercisable[i]`` are the votes of lot i after the law."""
    zero = Fraction(0)
    casting = Casting(
        Mostly(lambda i: Fraction(exercisable[i])), Mostly(lambda i: zero), Mostly(lambda i: zero), Mostly(lambda i: zero),
        Mostly(world.owner.__getitem__), Mostly(lambda i: ()),
    )  # fmt: skip
    found = casting.findings
    records = [
        r
        for r in (*world.snapshot.contracts, *world.snapshot.overlays)
        if _stands(r, world, exercisable, past, casting) and _applies(r, meeting)
    ]
    named = [(_name(record, n), record, _lots(record, world)) for n, record in enumerate(records, 1)]
    for name, record, lots in named:
        if record["kind"] == "removed":
            for i in lots:
                casting.kept[i] = zero
                casting.reasons[i] += (name,)
    caps = [row for row in named if row[1]["kind"] in ("cap", "voting_cap")]
    for name, record, _ in caps:
        if record.get("of") is None:
            same = "makes no difference as the surplus is cast" if record.get("surplus") == "neutral" else "is the default"
            message = f"the cap does not say of what; 'of: after' (of what is left once all caps have bitten) {same}."
            found.add("N_CAP_BASE", message, "Write of: after or of: before.", name)
    by_issuer: dict[str, list[tuple[str, Record, list[int]]]] = {}
    for row in caps:
        if row[1].get("surplus") != "neutral" and row[2]:
            by_issuer.setdefault(world.lots[row[2][0]].issuer, []).append(row)
    for issuer, rows in by_issuer.items():
        _solve_caps(world.by_issuer[issuer], rows, casting, high_quorum=high_quorum)
    for name, record, lots in caps:
        if record.get("surplus") == "neutral" and lots:
            _neutral_cap(name, record, lots, world, casting, meeting, high_quorum=high_quorum)
    for name, record, lots in sorted(
        named, key=lambda row: row[1]["kind"] != "neutral"
    ):  # directed and abstain have the last word
        _overlay(name, record, lots, casting, meeting)
    return casting


def _overlay(name: str, record: Record, lots: list[int], casting: Casting, meeting: str) -> None:
    kind = record["kind"]
    told = record["matters"].get(meeting) if kind == "directed" else None
    follow = record.get("follow") if kind == "voting_agreement" else None
    for i in lots:
        if told == "abstain" or kind == "abstain":
            casting.neutral[i], casting.silent[i] = Fraction(0), casting.kept[i]
        elif told or follow:
            casting.neutral[i], casting.voter[i] = Fraction(0), str(told or follow)
        elif kind == "neutral":
            casting.neutral[i], casting.split[i] = casting.kept[i], _split(record, meeting)
        else:
            continue
        casting.reasons[i] += (name,)


def _split(record: Record, meeting: str) -> Fraction:
    kind = kind_of(meeting)
    return _ratio(record.get(kind), Fraction(2, 3) if kind == "special" else Fraction(1, 2))


def _limit(record: Record, *, high_quorum: bool) -> Fraction:
    share = record.get("share_high_quorum") if high_quorum else None
    return _ratio(share if share is not None else record["share"], Fraction(1))


def _ratio(value: Any, default: Fraction) -> Fraction:
    return default if value is None else Fraction(str(value))


def _scale(lots: Iterable[int], casting: Casting, limit: Fraction, name: str) -> None:
    held = sum((casting.kept[i] for i in lots), start=Fraction(0))
    for i in lots:
        casting.kept[i] = casting.kept[i] * limit / held
        casting.reasons[i] += (name,)


def _solve_caps(
    all_lots: Sequence[int], rows: Sequence[tuple[str, Record, list[int]]], casting: Casting, *, high_quorum: bool
) -> None:
    """Caps of one issuer together: those of the total before any cap first, then C grows until nobody is above cap * T.

    T = votes outside C / (1 - sum of caps in C). T only falls as C grows, so the order of the caps does not matter.
    """
    total = sum((casting.kept[i] for i in all_lots), start=Fraction(0))
    units: dict[frozenset[int], tuple[Fraction, str]] = {}
    for name, record, lots in rows:
        share, unit = _limit(record, high_quorum=high_quorum), frozenset(lots)
        casting.binds[name] = False
        if record.get("of") == "before":
            if sum((casting.kept[i] for i in lots), start=Fraction(0)) > share * total:
                _scale(lots, casting, share * total, name)
                casting.binds[name] = True
        elif any(unit & other and unit != other for other in units):
            message = f"{name}: two caps reach partly the same votes and cannot be solved together."
            raise RequestError(Finding("E_CAPS_INFEASIBLE", message, "Put them on the same lots.", name))
        elif unit not in units or share < units[unit][0]:
            units[unit] = share, name
    held = {unit: sum((casting.kept[i] for i in unit), start=Fraction(0)) for unit in units}
    capped: set[frozenset[int]] = set()
    while True:
        inside = sum((units[unit][0] for unit in capped), start=Fraction(0))
        outside = sum((casting.kept[i] for i in all_lots), start=Fraction(0)) - sum(
            (held[unit] for unit in capped), start=Fraction(0)
        )
        if inside >= 1 or (capped and not outside):
            names = ", ".join(sorted(units[unit][1] for unit in capped))
            message = f"{names}: the caps add up to {inside} of what is cast and nobody outside them has the rest."
            raise RequestError(Finding("E_CAPS_INFEASIBLE", message, "Raise or drop one of them.", names))
        top = outside / (1 - inside)
        new = {unit for unit in units if unit not in capped and held[unit] > units[unit][0] * top}
        if not new:
            break
        capped |= new
    for unit in capped:
        share, name = units[unit]
        casting.binds[name] = True
        _scale(sorted(unit), casting, share * top, name)


def _neutral_cap(
    name: str, record: Record, lots: list[int], world: World, casting: Casting, meeting: str, *, high_quorum: bool
) -> None:
    """The holder decides about ``share`` of what is cast; the rest of its votes is cast by the fixed split."""
    total = sum((casting.kept[i] for i in world.by_issuer[world.lots[lots[0]].issuer]), start=Fraction(0))
    held = sum((casting.kept[i] for i in lots), start=Fraction(0))
    limit = _limit(record, high_quorum=high_quorum) * total
    casting.binds[name] = held > limit
    if held > limit:
        for i in lots:
            casting.neutral[i] = casting.kept[i] * (held - limit) / held
            casting.split[i] = _split(record, meeting)
            casting.reasons[i] += (name,)


def _name(record: Record, number: int) -> str:
    return str(record.get("id") or f"{record['kind']}.{number}")


def _lots(record: Record, world: World) -> list[int]:
    if record.get("lot"):
        place = world.snapshot.lots.position(str(record["lot"]))
        return [] if place is None else [place]
    holders = (
        [str(name) for name in record.get("parties", ())] if record["kind"] == "voting_agreement" else [record.get("holder")]
    )
    return [
        i
        for i in world.by_issuer.get(str(record.get("issuer")), ())
        if world.lots[i].holder in holders and i not in world.own(str(record.get("issuer")))
    ]


_ON_VOTES = ("abstain", "cap", "directed", "neutral", "removed", "voting_agreement", "voting_cap")


def _stands(record: Record, world: World, exercisable: Sequence[int], past: Sequence[World], casting: Casting) -> bool:
    """Whether a record of any kind runs on the day and has not lapsed; a lapse is noted, and one that may have happened is told."""
    if not runs(record, world.at):
        return False
    ended = lapse(record, world, exercisable, past)
    name = label(record)
    if ended.words and ended.sure:
        casting.lapsed[name] = ended.words
        casting.findings.add("N_CONTRACT_LAPSED", f"{name} has lapsed: {ended.words}.", "", name)
    elif ended.words:
        message = f"{name} may have lapsed: {ended.words}; it is taken to stand."
        casting.findings.add("W_CLAUSE_NOT_TESTED", message, "Record the day, or a contract_event for or against.", name)
    return not (ended.words and ended.sure)


def _applies(record: Record, meeting: str) -> bool:
    """Whether a record works on votes in the class of meeting."""
    if record.get("kind") not in _ON_VOTES:
        return False
    only, but = record.get("meetings") or (), record.get("except") or ()
    if record.get("kind") != "directed" and record.get("matters"):
        only = (*only, *record["matters"])
    return meeting not in but and (not only or meeting in only)
