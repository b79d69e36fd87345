"""Contracts and overlays on votes: removed, caps (solved together), neutral, directed, abstain. Step 7 of the order.

They change what is exercised, never what a statute counts. ``removed`` and caps whose surplus is not cast also lower what printed
stakes and the Network count; neutral, directed and abstaining votes stay in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from crosshold.errors import Finding, Findings, RequestError
from crosshold.law.vocabulary import CONTRACT_TRIGGERS, MEETINGS
from crosshold.law.world import World
from crosshold.model.dates import add_months, interval
from crosshold.model.snapshot import Record


@dataclass
class Casting:
    """What becomes of every lot's exercisable votes in one class of meeting.

    ``kept[i]`` after ``removed`` and caps, of which ``neutral[i]`` are cast by a fixed split (``split[i]`` for), ``silent[i]`` are
    present and not cast, and the rest is free in the hands of ``voter[i]``. ``reasons[i]`` are contract ids. ``binds`` tells which caps
    bite, ``lapsed`` which contracts have ended and why.
    """

    kept: list[Fraction]
    neutral: list[Fraction]
    split: list[Fraction]
    silent: list[Fraction]
    voter: list[str]
    reasons: list[tuple[str, ...]]
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


def cast(world: World, exercisable: Sequence[int], meeting: str, *, high_quorum: bool = False) -> Casting:
    """Apply every contract and overlay in force. ``exercisable[i]`` are the votes of lot i after the law."""
    count = len(world.lots)
    zero = Fraction(0)
    casting = Casting(
        [Fraction(votes) for votes in exercisable],
        [zero] * count,
        [zero] * count,
        [zero] * count,
        list(world.owner),
        [()] * count,
    )
    found = casting.findings
    records = [
        r for r in (*world.snapshot.contracts, *world.snapshot.overlays) if _applies(r, world, exercisable, meeting, casting)
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
        if inside >= 1:
            names = ", ".join(sorted(units[unit][1] for unit in capped))
            message = f"{names}: the caps add up to {inside} and nobody is outside them."
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
        return [i for i, lot in enumerate(world.lots) if lot.id == record["lot"]]
    holders = (
        [str(name) for name in record.get("parties", ())] if record["kind"] == "voting_agreement" else [record.get("holder")]
    )
    return [
        i
        for i in world.by_issuer.get(str(record.get("issuer")), ())
        if world.lots[i].holder in holders and i not in world.own(str(record.get("issuer")))
    ]


_ON_VOTES = ("abstain", "cap", "directed", "neutral", "removed", "voting_agreement", "voting_cap")


def _applies(record: Record, world: World, exercisable: Sequence[int], meeting: str, casting: Casting) -> bool:
    """Whether a record works on votes, runs on the day, covers the class of meeting, and has not lapsed."""
    if record.get("kind") not in _ON_VOTES or not runs(record, world.at):
        return False
    trigger = lapse(record, world, exercisable)
    if trigger:
        name = str(record.get("id"))
        casting.lapsed[name] = trigger
        casting.findings.add("N_CONTRACT_LAPSED", f"{name} has lapsed: {trigger}.", "", name)
        return False
    only, but = record.get("meetings") or (), record.get("except") or ()
    if record.get("kind") != "directed" and record.get("matters"):
        only = (*only, *record["matters"])
    return meeting not in but and (not only or meeting in only)


def runs(record: Record, at: date) -> bool:
    """Whether a contract or overlay is between its ``from`` and ``until``."""
    start, end = record.get("from"), record.get("until")
    return (start is None or interval(str(start))[0] <= at) and (end is None or at <= interval(str(end))[1])


def lapse(record: Record, world: World, exercisable: Sequence[int]) -> str:
    """What ended a contract, in words; empty while it stands. Unknown triggers are faults of the file.

    ``crosses`` needs a crossing after the contract began: a recorded one, or lots bought since that pass the line.
    """
    for trigger in record.get("lapses_if") or ():
        (word, about), *_ = trigger.items() if isinstance(trigger, Mapping) else {"contract_event": trigger}.items()
        if word not in CONTRACT_TRIGGERS:
            message = f"{record.get('id')}: {word!r} is no trigger."
            raise RequestError(
                Finding("C_UNKNOWN_PREDICATE", message, f"Known: {', '.join(CONTRACT_TRIGGERS)}.", str(record.get("id")))
            )
        event = str(about) if word == "contract_event" else word
        if any(
            r.get("event") == event and r.get("contract") in (None, record.get("id"), about)
            for r in world.facts.of("contract_event")
        ):
            return f"{event.replace('_', ' ')} was recorded"
        if word == "votes_released" and (words := _released(about, world, exercisable)):
            return words
        if word == "crosses" and (words := _crossed(about, record, world)):
            return words
    return ""


def _released(about: Mapping[str, Any], world: World, exercisable: Sequence[int]) -> str:
    issuer, holder = str(about["issuer"]), str(about["holder"])
    votes = sum(exercisable[i] for i in world.by_issuer.get(issuer, ()) if world.lots[i].holder == holder)
    return f"{holder} can exercise {votes} votes in {issuer}" if votes else ""


def _crossed(about: Mapping[str, Any], record: Record, world: World) -> str:
    issuer, share, by = str(about["issuer"]), Fraction(str(about["share"])), str(about.get("by", "other"))
    start = interval(str(record["from"]))[0] if record.get("from") else None
    for owner, lots in sorted(world.owners.get(issuer, {}).items()):
        if owner in world.dispersed or owner in (issuer, record.get("holder")) or (by != "other" and owner != by):
            continue
        if sum(world.lots[i].shares for i in lots) <= share * world.issued(issuer):
            continue
        told = world.facts.value("crossed", owner, issuer) is not None
        newest = max((interval(s)[0] for i in lots if (s := world.lots[i].since)), default=None)
        if told or (start is not None and newest is not None and newest > start):
            return f"{owner} passed {share} of {issuer}"
    return ""


def rights(world: World) -> list[dict[str, Any]]:
    """Rights that a recorded event opened: ``right_to_buy`` with its window in calendar months, clamped to month ends."""
    found: list[dict[str, Any]] = []
    for record in (r for r in world.snapshot.contracts if r.get("kind") == "right_to_buy"):
        for fact in world.facts.of("contract_event"):
            named = fact.get("contract") in (None, record.get("id")) and fact.get("event") in (record.get("opens_on") or ())
            if not named or not fact.get("date"):
                continue
            start = interval(str(fact["date"]))[0]
            months = record.get("window_months")
            end = None if months is None else add_months(start, int(months))
            if end is None or world.at <= end:
                row = {
                    "kind": "contract_right_open",
                    "contract": record["id"],
                    "holder": record["holder"],
                    "issuer": record["issuer"],
                }
                until = end.isoformat() if end else None
                confidence = str(record.get("confidence") or "C")
                found.append({**row, "from": start.isoformat(), "until": until, "confidence": confidence})
    return found
