"""What a change does to contracts: they end, open rights, begin to bite, or are broken (spec/law 10, 15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from crosshold.law.ballot import Ballot
from crosshold.law.covenants import Stake, breaches, label
from crosshold.law.event import Event
from crosshold.law.passive import moved
from crosshold.law.terms import share_of
from crosshold.model.snapshot import Record


def contract_events(before: Ballot, after: Ballot) -> Iterator[Event]:
    """Contracts that ended, rights that opened, caps that begin or cease to bite, contracts that a change broke."""
    records = {label(r): r for r in (*after.snapshot.contracts, *after.snapshot.overlays)}
    known = {(event["kind"], event["contract"], event.get("certain", True)) for event in before.contract_events}
    for event in after.contract_events:
        if (event["kind"], event["contract"], event.get("certain", True)) in known:
            continue
        opened = event["kind"] == "contract_right_open"
        cause = f"from {event['from']} until {event['until']}" if opened else str(event.get("cause", ""))
        record = records.get(event["contract"], event)
        certainty = "CERTAIN" if event.get("certain", True) else "POSSIBLE"
        yield _of_contract(str(event["contract"]), record, "opened" if opened else "lapsed", True, cause, certainty)
    lapsed = {event["contract"] for event in after.contract_events if event["kind"] == "contract_lapsed"}
    yield from _bitten(before, after, {n: r for n, r in records.items() if n not in lapsed})
    standing = after.snapshot.evolve(contracts=tuple(r for r in after.snapshot.contracts if label(r) not in lapsed))
    for record, breach in breaches(before.snapshot, standing, _share_in(before), _share_in(after)):
        sure = "CERTAIN" if breach.sure else "POSSIBLE"
        acted = any(
            before.snapshot.held(h, str(record["issuer"])) != after.snapshot.held(h, str(record["issuer"]))
            for h in _bound(record)
        )
        yield replace(_of_contract(breach.contract, record, "breached", not acted, breach.words, sure), missing=breach.missing)


def _of_contract(name: str, record: Record, direction: str, passive: bool, cause: str, certainty: str) -> Event:
    return Event(
        rule=name, issuer=str(record.get("issuer") or ""), holder=str(record.get("holder") or " + ".join(_bound(record))),
        direction=direction, passive=passive, cause=cause, certainty=certainty, citation=record.get("source"),
        confidence=record.get("confidence"),
    )  # fmt: skip


def _bound(record: Record) -> list[str]:
    """The parties that a contract binds, where it names them."""
    return [str(record["holder"])] if record.get("holder") else [str(name) for name in record.get("parties") or ()]


def _bitten(before: Ballot, after: Ballot, records: Mapping[str, Record]) -> Iterator[Event]:
    """Caps that begin to cut votes (bound) or cease to (freed); POSSIBLE where only some outcomes show it."""
    worlds = before.benches[0].world, after.benches[0].world
    ends = [{o.casting.binds.get(name, False) for o in side.outcomes} for name in records for side in (before, after)]
    for (name, record), was, now in zip(records.items(), ends[::2], ends[1::2], strict=True):
        if was != now and was and now:
            passive, cause = moved(*worlds, _bound(record), str(record.get("issuer")))
            sure = "CERTAIN" if len(was) == len(now) == 1 else "POSSIBLE"
            yield _of_contract(name, record, "bound" if True in now and was != {True} else "freed", passive, cause, sure)


def _share_in(ballot: Ballot) -> Stake:
    """Shares on a base as breaches ask for them; of exercisable votes only where every outcome gives the same."""

    def share(holder: str, issuer: str, basis: str) -> Fraction | None:
        found = {share_of(outcome, holder, issuer, basis) for outcome in ballot.outcomes}
        return found.pop() if len(found) == 1 else None

    return share
