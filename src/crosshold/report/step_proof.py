"""The proof of one step of a plan: what it compiled to and why, prices and payments, votes before and after, lines with their inequality.

Numbers are those of the replay; what is worked out here again is printed with its whole numbers, so that a person can follow it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from crosshold.deal.fills import together
from crosshold.deal.market import FLOOR, K
from crosshold.deal.outcome import Executed, Outcome
from crosshold.deal.steps.target_stake import TargetStake
from crosshold.deal.steps.target_votes import TargetVotes
from crosshold.deal.values import Model, plain
from crosshold.deal.view import BASES, View
from crosshold.errors import Finding, RequestError, did_you_mean
from crosshold.law.outcome import Count
from crosshold.model.entity import FLOAT
from crosshold.report.figures import count, fixed, percent, sign
from crosshold.report.listing import name
from crosshold.report.workbook_money import sale_terms

_OVER = {">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b}
_NOT = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


@dataclass(frozen=True)
class StepProof:
    """``parts`` are (title, lines); :meth:`to_dict` gives them with the step's record."""

    step: str
    date: str
    compiled: Mapping[str, Any]
    parts: tuple[tuple[str, tuple[str, ...]], ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        parts = [{"title": title, "lines": list(lines)} for title, lines in self.parts]
        return {"step": self.step, "date": self.date, "compiled": self.compiled, "proof": parts}

    @property
    def lines(self) -> list[str]:
        """The proof as text."""
        return [line for title, lines in self.parts for line in (title, *(f"  {line}" for line in lines), "")]


def step_proof(outcome: Outcome, step: str) -> StepProof:
    """The proof of one executed step. ``E_UNKNOWN_ID`` when the plan has none of that name."""
    steps = {executed.step.id: executed for executed in outcome.steps}
    if step not in steps:
        message = f"{step!r} is no step that was executed."
        raise RequestError(
            Finding("E_UNKNOWN_ID", message, did_you_mean(step, steps) or f"The steps: {', '.join(steps)}.", "--explain")
        )
    executed, number = steps[step], list(steps).index(step)
    before = outcome.steps[number - 1].view if number else outcome.start
    parts = (
        (_head(executed), tuple(_day(executed))),
        ("What it compiled to, and why", tuple(_compiled(executed, before))),
        ("Shares, price and payments", tuple(_money(executed))),
        ("Stakes that changed, before -> after", tuple(_stakes(executed, before))),
        ("Votes that can be exercised, before -> after", tuple(_votes(executed, before))),
        ("Events, with the inequality that changed", tuple(_events(executed))),
        ("What a reader should know", tuple(f"{f.code}: {f.message} {f.cure}".strip() for f in executed.findings)),
    )
    data = executed.to_dict(exact=True)
    return StepProof(step, data["date"], data["compiled"], tuple((title, lines or ("none",)) for title, lines in parts))


def _head(executed: Executed) -> str:
    return f"Step {executed.step.id}: {executed.step.type.replace('_', ' ')}, {executed.day}"


def _day(executed: Executed) -> Iterable[str]:
    step = executed.step
    if step.after is not None:
        days = (
            f"{step.after.trading_days} trading days" if step.after.trading_days is not None else f"{step.after.days or 0} days"
        )
        yield f"its day: {days} after step {step.after.step}"
    elif step.date is None:
        yield "its day: none is given, so that of the register it meets"
    for word in (step.note, step.source):
        if word:
            yield word


def _compiled(executed: Executed, before: View) -> Iterable[str]:
    step, record = executed.step, executed.record
    if isinstance(step, TargetStake):
        yield from _target(step, before)
    elif isinstance(step, TargetVotes):
        line = f"{percent(step.to)} of {step.basis.replace('_', ' ')}"
        held = sum(before.snapshot.held(who, step.issuer) for who in step.holders)
        yield f"target: {', '.join(step.holders)} {step.rounding.replace('_', ' ')} {line} of {step.issuer}"
        yield f"every quantity tried was executed and its votes counted; {count(record['shares'])} of {count(held)} shares meet it"
    if getattr(step, "offers", None) is not None and "fills" in record:
        yield from _fills(step, record)
    yield from _cut(executed, before)
    if "settled_on" in record:
        yield f"agreed on the day; shares and money move on {record['settled_on']}, as the step {step.id}.settled"
    for part in executed.compiled:
        keys = {k: v for k, v in part.to_dict().items() if k not in ("id", "type", "date", "depends_on", "note", "source")}
        yield f"executed as {part.type}: {', '.join(f'{key} {_said(value)}' for key, value in keys.items())}"


def _target(step: TargetStake, before: View) -> Iterable[str]:
    """q = h - t n to the market, (h - t n) / (1 - t) through a cancellation, (h - t n) / t through new shares."""
    state = before.snapshot
    held = sum(state.held(who, step.issuer) for who in step.holders)
    whole = state.issuers[step.issuer].issued - (state.treasury(step.issuer) if step.basis == "outstanding" else 0)
    divisor, formula, sold, grown = {
        "buyback_cancel": (1 - step.to, "(h - t n) / (1 - t)", 1, -1), "issue": (step.to, "(h - t n) / t", 0, 1),
    }.get(step.channel, (Fraction(1), "h - t n", 1, 0))  # fmt: skip
    how = step.rounding.replace("_", " ")
    yield f"target t: {', '.join(step.holders)} {how} {step.to} of {step.basis} of {step.issuer}"
    yield f"held h = {count(held)}; {step.basis} n = {count(whole)}; h / n = {percent(Fraction(held, whole), 6) if whole else 'none'}"
    if not divisor:
        return
    exact = (held - step.to * whole) / divisor
    yield f"q = {formula} = {_number(exact)}; {how} takes {'the next whole share above' if how == 'at most' else 'the whole share below'}"
    shares = max(0, ceil(exact) if how == "at most" else floor(exact))
    for q, word in ((shares, f"{count(shares)} shares"), (shares - 1, "one share fewer")):
        if q >= 0 and whole + grown * q > 0:
            left, of = held - sold * q, whole + grown * q
            met = "at most t" if Fraction(left, of) <= step.to else "above t"
            yield f"{word}: {count(left)} / {count(of)} = {percent(Fraction(left, of), 10)}: {met}"


def _number(value: Fraction) -> str:
    return count(int(value)) if value.denominator == 1 else f"{value.numerator}/{value.denominator} = {fixed(value, 4)}"


def _fills(step: Any, record: Mapping[str, Any]) -> Iterable[str]:
    offers, cap, fills = dict(step.offers), step.cap, record["fills"]
    if getattr(step, "others_offer", None):
        offers[FLOAT] = together(offers.get(FLOAT, 0), step.others_offer)
    numbers = {who: n for who, n in offers.items() if isinstance(n, int)}
    total = sum(numbers.values())
    if cap is None or len(numbers) != len(offers):
        yield f"offers: {_said(plain(offers))}; cap {_said(cap)}; fills: {_said(record.get('fills_between') or fills)}"
    elif total <= cap:
        yield f"offers {count(total)} are within the cap of {count(cap)}: each is filled in full"
    else:
        yield f"offers {count(total)} exceed the cap of {count(cap)}: each fill is offer x cap / offers, largest remainder first"
        for who, n in numbers.items():
            share = fixed(Fraction(n * cap, total), 4)
            yield f"  {who}: {count(n)} x {count(cap)} / {count(total)} = {share} -> {count(fills.get(who, 0))}"
    if record.get("leak"):
        yield f"leak: {count(record['leak'])} of them are bought from others than the partner"


def _cut(executed: Executed, before: View) -> Iterable[str]:
    model = getattr(executed.step, "discount", None)
    issuer, shares = getattr(executed.step, "issuer", ""), executed.record.get("shares")
    volume = before.snapshot.market.get(issuer, {}).get("adv")
    if executed.record.get("discount") is None or not isinstance(shares, int) or not volume:
        return
    if isinstance(model, Model) or (model is None and executed.step.type in ("block", "target_stake")):
        k, floor = (getattr(model, key, None) for key in ("k", "floor"))
        used, least = K if k is None else float(k), FLOOR if floor is None else float(floor)
        told = f"max({least:g}, {used:g} x sqrt({count(shares)} / {count(int(volume))} shares a day))"
        yield f"discount by the block model: {told} = {percent(Fraction(executed.record['discount']), 4)}"


def _money(executed: Executed) -> Iterable[str]:
    for sale in executed.sales:
        price, cut = sale_terms(sale, executed.compiled)
        each = f" x {price:f}" if price is not None else ""
        less = f", less {percent(cut, 4)} = {sale.net:,}" if sale.gross != sale.net else ""
        sold = f"{sale.seller} sells {count(sale.shares)} shares of {sale.issuer} to {sale.buyer}"
        yield f"{sold}{each} = {sale.currency} {sale.gross:,}{less}"
    for entry in executed.entries:
        yield f"pays: {entry.payer} to {entry.payee} {entry.currency} {entry.amount:,} ({entry.why})"
    for b in executed.bookings:
        yield (
            f"book of {b.holder} on {b.issuer}: {b.currency} {fixed(b.proceeds, 2)} in, {fixed(b.carrying, 2)} carried "
            f"({b.as_of}): {fixed(b.gain, 2)}"
        )


def _stakes(executed: Executed, before: View) -> Iterable[str]:
    after = executed.view
    for issuer, table in after.stakes.items():
        for holder, stake in table.items():
            was = before.stakes.get(issuer, {}).get(holder)
            if was == stake:
                continue
            yield f"{name(after.snapshot, holder)} in {issuer}: {count(was.shares if was else 0)} -> {count(stake.shares)} shares"
            for basis in BASES:
                old, new = was.on(basis) if was else Fraction(0), stake.on(basis)
                if old != new:
                    yield f"  of {basis.replace('_', ' ')}: {percent(old, 6)} -> {percent(new, 6)}"


def _votes(executed: Executed, before: View) -> Iterable[str]:
    after = executed.view
    for issuer in after.stakes:
        was, now = (_counted(view, issuer) for view in (before, after))
        if was != now:
            total = [f"{count(sum(c.gross for c in side.values()))} gross, {count(sum(c.exercisable for c in side.values()))} exercisable"
                     if side is not None else "open" for side in (was, now)]  # fmt: skip
            yield f"{issuer}: {total[0]} -> {total[1]}"
        for holder in sorted({*(was or {}), *(now or {})}):
            one, other = ((side or {}).get(holder) for side in (was, now))
            if one != other and (
                one is None or other is None or one.exercisable != other.exercisable or one.suspended_by != other.suspended_by
            ):
                yield f"  {holder}: {_vote(one)} -> {_vote(other)}"


def _counted(view: View, issuer: str) -> Mapping[str, Count] | None:
    if issuer not in view.stakes or not view.votes.settles(issuer):
        return None
    return view.votes.ballot.outcomes[0].counts(issuer)


def _vote(side: Count | None) -> str:
    if side is None:
        return "unknown or none"
    why = f" ({', '.join(side.suspended_by)})" if side.suspended_by else ""
    return f"{count(side.exercisable)} of {count(side.gross)}{why}"


def _events(executed: Executed) -> Iterable[str]:
    """One line an event; the rungs of a ladder that were passed together are one."""
    ladders: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for happened in (happening.to_dict(exact=True) for happening in executed.events):
        key = tuple(str(happened.get(k)) for k in ("rule", "subject", "direction", "base", "op", "from", "to", "certainty"))
        ladders.setdefault(key, []).append(happened)
    for rungs in ladders.values():
        event, subject = rungs[0], rungs[0]["subject"]
        who = subject.get("holder") or " + ".join(subject.get("group") or ())
        how = ", without acting" if event.get("passive") else ""
        law = f" [{event['citation']}]" if event.get("citation") else ""
        sure = "" if event.get("certainty") in (None, "CERTAIN") else f", {event['certainty']}"
        told = f"{event['rule']} {event['direction']}: {who} in {subject['issuer']}{how}{sure}{law}"
        lines = sorted(Fraction(e["threshold"]) for e in rungs if e.get("threshold") is not None)
        if lines and event.get("from") is not None and event.get("to") is not None:
            sides = [_side(Fraction(str(event[key])), str(event.get("op") or ""), lines) for key in ("from", "to")]
            told += f": of {str(event.get('base')).replace('_', ' ')}, {sides[0]} -> {sides[1]}"
        elif event.get("cause"):
            told += f": {event['cause']}"
        yield told


def _side(value: Fraction, op: str, lines: Sequence[Fraction]) -> str:
    """The inequality that holds of one side of a step."""
    said = ", ".join(map(str, lines))
    if op not in _OVER:
        return f"{percent(value, 4)} (line {said})"
    holds = op if _OVER[op](value, lines[0]) else _NOT[op]
    return f"{value.numerator}/{value.denominator} ({percent(value, 4)}) {sign(holds)} {said}"


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_said(item)}" for key, item in value.items()) + "}"
    return count(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)
