"""When contracts run, end, open rights and are broken, whatever they are about (spec/law 10, spec/deal 3).

A breach is told with the contract's id; it never voids a vote. What contracts do to votes is in :mod:`crosshold.law.contracts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from crosshold.errors import Findings, RequestError, did_you_mean
from crosshold.formats.case_contracts import LAPSES
from crosshold.law.facts import said
from crosshold.law.truth import FALSE, TRUE
from crosshold.law.vocabulary import MEETINGS
from crosshold.law.world import World
from crosshold.model.dates import add_months, interval
from crosshold.model.snapshot import Record, Snapshot


class Lapse(NamedTuple):
    """What ended a contract, in words, or (``sure`` is false) what may have, and what is missing to tell."""

    words: str = ""
    sure: bool = True


def label(record: Record) -> str:
    """The id of a contract or overlay, else its kind."""
    return str(record.get("id") or record.get("kind"))


def runs(record: Record, at: date) -> bool:
    """Whether a contract or overlay is between its ``from`` and ``until``."""
    start, end = record.get("from"), record.get("until")
    return (start is None or interval(str(start))[0] <= at) and (end is None or at <= interval(str(end))[1])


def start_of(record: Record) -> date | None:
    """The first day of a contract, when it is said."""
    return interval(str(record["from"]))[0] if record.get("from") else None


def check(snapshot: Snapshot) -> None:
    """Triggers and classes of resolution that contracts and overlays name must be known ones (``RequestError`` with every fault)."""
    faults = Findings()
    for record in (*snapshot.contracts, *snapshot.overlays):
        for word in (named(trigger)[0] for trigger in record.get("lapses_if") or ()):
            if word not in LAPSES:
                cure = f"Known: {', '.join(LAPSES)}."
                faults.add("C_UNKNOWN_PREDICATE", f"{label(record)}: {word!r} is no trigger.", cure, label(record))
        for meeting in (str(m) for key in ("meetings", "except", "matters") for m in record.get(key) or ()):
            if meeting not in MEETINGS and not meeting.startswith("other:"):
                message = f"{label(record)}: {meeting!r} is no class of resolution."
                faults.add("C_UNKNOWN_MEETING", message, did_you_mean(meeting, MEETINGS), label(record))
    faults.raise_errors(RequestError)


def named(trigger: Any) -> tuple[str, Any]:
    """The word of a trigger and what it is about; a bare word is an event of the contract."""
    return next(iter(trigger.items())) if isinstance(trigger, Mapping) else ("contract_event", trigger)


def lapse(record: Record, world: World, exercisable: Sequence[int], past: Sequence[World] = ()) -> Lapse:
    """The first of its ``lapses_if`` that came true; empty while it stands.

    ``crosses`` needs a crossing after the contract began: a recorded one, an earlier register below the line, or lots bought since.
    """
    doubt = Lapse()
    for trigger in record.get("lapses_if") or ():
        word, about = named(trigger)
        found = _reported(word, about, record, world)
        if not found.words and word == "votes_released":
            found = Lapse(_released(about, world, exercisable))
        elif not found.words and word == "crosses":
            found = _crossed(about, record, world, past)
        if found.words and found.sure:
            return found
        doubt = doubt if doubt.words else found
    return doubt


def _reported(word: str, about: Any, record: Record, world: World) -> Lapse:
    """A recorded event of the contract since it began; one that somebody denies too is a doubt."""
    event, start = (str(about) if word == "contract_event" else word), start_of(record)
    rows = [
        fact
        for fact in world.facts.of("contract_event")
        if fact.get("event") == event
        and fact.get("contract") in (None, record.get("id"), about)
        and not (start and fact.get("date") and interval(str(fact["date"]))[1] < start)
    ]
    value, words = said(rows), _EVENTS.get(word, "{}").format(about if word != "contract_event" else event.replace("_", " "))
    if value == TRUE:
        return Lapse(f"{words} was recorded")
    return Lapse(f"whether there was {words} is disputed or unknown", sure=False) if (value or 0) & ~FALSE else Lapse()


_EVENTS = {
    "bid_for": "a bid for {}",
    "contract_changed": "a change of the contract",
    "crosses": "a crossing",
    "votes_released": "a release",
}


def _released(about: Mapping[str, Any], world: World, exercisable: Sequence[int]) -> str:
    issuer, holder = str(about["issuer"]), str(about["holder"])
    votes = sum(exercisable[i] for i in world.by_issuer.get(issuer, ()) if world.lots[i].holder == holder)
    return f"{holder} can exercise {votes} votes in {issuer}" if votes else ""


def crossers(about: Mapping[str, Any], record: Record, world: World) -> dict[str, Fraction]:
    """Who could pass the line of a ``crosses`` trigger, with what each has of the issued shares."""
    issuer, by = str(about["issuer"]), str(about.get("by", "other"))
    outside = {issuer, record.get("holder"), *map(str, record.get("parties", ()))} if by == "other" else {issuer}
    owners = [o for o in sorted(world.owners.get(issuer, {})) if o not in world.dispersed and o not in outside]
    return {owner: world.stake({owner}, issuer) for owner in owners if by in ("other", owner)}


def _crossed(about: Mapping[str, Any], record: Record, world: World, past: Sequence[World]) -> Lapse:
    issuer, share, start, doubt = str(about["issuer"]), Fraction(str(about["share"])), start_of(record), Lapse()
    for owner in (owner for owner, stake in crossers(about, record, world).items() if stake > share):
        told = said(world.facts.records("crossed", owner, issuer))
        days = world.facts.days("crossed", owner, issuer)
        before = isinstance(days, tuple) and start is not None and days[1] < start
        lots = [world.lots[i] for i in world.owners[issuer][owner]]
        since = [interval(lot.since)[0] if lot.since else None for lot in lots]
        known = [day for day in since if day is not None]
        words = f"{owner} passed {share} of {issuer}"
        below = start is not None and any(
            issuer in w.owners and w.at >= start and w.stake({owner}, issuer) <= share for w in past
        )
        if (told == TRUE and not before) or below or (start and known and max(known) > start):
            return Lapse(words)
        if told is None and (None in since or start is None):
            missing = "when the contract began" if start is None else "since when it holds them"
            doubt = Lapse(f"{owner} has more than {share} of {issuer} and nobody says {missing}", sure=False)
    return doubt


def rights(world: World, lapsed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rights that a recorded event opened: ``right_to_buy`` with its window in calendar months, clamped to month ends."""
    found: list[dict[str, Any]] = []
    for record in (r for r in world.snapshot.contracts if r.get("kind") == "right_to_buy" and label(r) not in lapsed):
        opens = record.get("opens_on") or ()
        for fact in world.facts.of("contract_event"):
            named = fact.get("contract") in (None, record.get("id")) and fact.get("event") in (
                [opens] if isinstance(opens, str) else opens
            )
            if not named or not fact.get("date") or said([fact]) != TRUE:
                continue
            start = interval(str(fact["date"]))[0]
            months = record.get("window_months")
            end = None if months is None else add_months(start, int(months))
            if runs(record, start) and (end is None or world.at <= end):
                found.append({
                    "kind": "contract_right_open", "contract": record["id"], "holder": record["holder"], "issuer": record["issuer"],
                    "from": start.isoformat(), "until": end.isoformat() if end else None,
                    "confidence": str(record.get("confidence") or "C"),
                })  # fmt: skip
    return found


class Breach(NamedTuple):
    """What a contract forbade and a change did; not ``sure`` when two registers alone do not tell who sold to whom or when."""

    contract: str
    words: str
    sure: bool = True
    missing: str | None = None


Stake = Callable[[str, str, str], Fraction | None]
"""Share of an issuer that a holder has, on a base: ``stake(holder, issuer, base)``."""


def breaches(before: Snapshot, after: Snapshot, then: Stake, now: Stake) -> Iterator[tuple[Record, Breach]]:
    """Contracts that a change broke, as far as the two registers show it."""
    for record in after.contracts:
        test = _BREACHES.get(str(record.get("kind")))
        if test is not None and _touches(record, before.at, after.at):
            yield from ((record, breach) for breach in test(record, before, after, then, now))


def _touches(record: Record, first: date, last: date) -> bool:
    """Whether a contract runs on the day of the change, or on some day of a change that took time."""
    if runs(record, last):
        return True
    start, end = start_of(record), record.get("until")
    return (start is None or start <= last) and end is not None and interval(str(end))[1] > first


def _moves(record: Record, before: Snapshot, after: Snapshot) -> dict[str, int]:
    """Change of every holder's shares in the issuer of a contract."""
    issuer = str(record["issuer"])
    holders = {lot.holder for state in (before, after) for lot in state.lots_of(issuer)} - {issuer}
    return {h: d for h in sorted(holders) if (d := after.held(h, issuer) - before.held(h, issuer))}


def _standstill(record: Record, before: Snapshot, after: Snapshot, then: Stake, now: Stake) -> Iterator[Breach]:
    holder, issuer, basis = str(record["holder"]), str(record["issuer"]), str(record.get("basis", "issued"))
    cap = Fraction(str(record.get("cap", 0)))
    was, has = then(holder, issuer, basis), now(holder, issuer, basis)
    acted = _moves(record, before, after).get(holder, 0) > 0
    if has is not None and has > cap and (was is None or has > was) and (acted or record.get("passive") == "counts"):
        yield Breach(label(record), f"{holder} has {has} of {issuer} ({basis}), the cap is {cap}")


def _lock_up(record: Record, before: Snapshot, after: Snapshot, then: Stake, now: Stake) -> Iterator[Breach]:
    holder, issuer, basis = str(record["holder"]), str(record["issuer"]), str(record.get("basis", "issued"))
    floor = None if record.get("floor") is None else Fraction(str(record["floor"]))
    left = now(holder, issuer, basis)
    if _moves(record, before, after).get(holder, 0) < 0 and (floor is None or left is None or left < floor):
        low = "" if floor is None else f" and has {left} of it ({basis}), the floor is {floor}"
        yield Breach(label(record), f"{holder} sold {issuer}{low}")


def _no_sale_to(record: Record, before: Snapshot, after: Snapshot, then: Stake, now: Stake) -> Iterator[Breach]:
    moves, holder = _moves(record, before, after), record.get("holder")
    gave = moves.get(str(holder), 0) < 0 if holder else min(moves.values(), default=0) < 0
    for buyer in (str(b) for b in record.get("parties") or () if gave and moves.get(str(b), 0) > 0):
        words = f"{holder or 'somebody'} sold {record['issuer']} and {buyer} bought"
        yield Breach(label(record), words, sure=False, missing="who sold to whom")


def _rofo(record: Record, before: Snapshot, after: Snapshot, then: Stake, now: Stake) -> Iterator[Breach]:
    moves, holder = _moves(record, before, after), str(record["holder"])
    others = sum(d for h, d in moves.items() if d > 0 and h != record.get("beneficiary"))
    if moves.get(holder, 0) < 0 and others and not record.get("from"):
        words = f"{holder} sold {record['issuer']} to others; no offer to {record.get('beneficiary')} is recorded"
        yield Breach(label(record), words, sure=False, missing="whether it was offered first, and who sold to whom")


def _blackout(record: Record, before: Snapshot, after: Snapshot, then: Stake, now: Stake) -> Iterator[Breach]:
    moves, holder = _moves(record, before, after), record.get("holder")
    if moves.get(str(holder), 0) if holder else moves:
        day = before.at + timedelta(1)
        sure = all(runs(record, d) for d in (min(day, after.at), after.at))
        words = f"{holder or ', '.join(moves)} dealt in {record['issuer']} in a closed period"
        yield Breach(label(record), words, sure=sure, missing=None if sure else "the day of the trade")


_BREACHES: Mapping[str, Callable[[Record, Snapshot, Snapshot, Stake, Stake], Iterator[Breach]]] = {
    "blackout": _blackout, "lock_up": _lock_up, "no_sale_to": _no_sale_to, "rofo": _rofo, "standstill": _standstill,
}  # fmt: skip
