"""Rules on the size of a deal: volume of buy-backs, own shares, cancellations, sales by affiliates (spec/deal 3 and 9).

The rows are in the law book (kind ``deal``, ``limit``). Rows marked C warn and never bar, unless the case accepts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from crosshold.deal.draft import Draft
from crosshold.deal.exact import Number, number
from crosshold.deal.fills import middle
from crosshold.deal.step import Step
from crosshold.deal.steps.block import Block
from crosshold.deal.steps.buyback import Buyback
from crosshold.deal.steps.sell import Sell
from crosshold.deal.steps.tender import Tender
from crosshold.deal.votes import Counter
from crosshold.errors import Finding, Findings, RequestError
from crosshold.law.book import book_for, load
from crosshold.law.limits import Limit
from crosshold.law.rule import Rule, may_apply
from crosshold.law.truth import FALSE, UNKNOWN
from crosshold.model.dates import add_months, interval
from crosshold.model.result import plain
from crosshold.model.snapshot import Record, Snapshot

WEEK = 5  # trading days: an average weekly volume is five average days


@dataclass(frozen=True)
class VolumeLimit:
    """``shares`` that a rule allows, in a day or within ``months``; ``version`` is the row that was in force on ``day``."""

    rule: str
    version: str
    shares: int
    day: date
    months: int
    averaged: str
    outside: tuple[str, ...]
    citation: str
    confidence: str

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {**plain(self), "day": self.day.isoformat()}


def volume_limit(rule: str | Rule, adv: Number, day: date | str, *, outstanding: int | None = None) -> VolumeLimit:
    """How many shares a volume rule allows, at an average daily volume ``adv``; the version of ``rule`` in force on ``day`` counts.

    ``outstanding`` is needed by rules that also look at it (VOL-US-144E). Raises ``C_UNKNOWN_RULE`` for an id that is no limit or not in
    force that day, ``C_MISSING_KEY`` for what is lacking.

    >>> volume_limit("VOL-JP-ORD", 20_000_000, "2020-01-28").shares, volume_limit("VOL-JP-ORD", 20_000_000, "2009-06-01").shares
    (5000000, 20000000)
    """
    on = date.fromisoformat(day) if isinstance(day, str) else day
    row = rule if isinstance(rule, Rule) else next((r for r in load().versions(rule) if r.in_force(on)), None)
    if row is None or row.limit is None:
        message = f"{rule if isinstance(rule, str) else rule.id} sets no limit on {on}."
        raise RequestError(Finding("C_UNKNOWN_RULE", message, "See 'crosshold rules' for the rows and their dates.", "rules"))
    bases = {"daily_volume": number(adv), "weekly_volume": WEEK * number(adv)}
    shares = row.limit.shares(bases if outstanding is None else {**bases, "outstanding": outstanding})
    if shares is None:
        needed = ", ".join(base for _, base in row.limit.most if base not in bases)
        raise RequestError(Finding("C_MISSING_KEY", f"{row.id} also needs: {needed}.", "Give it.", row.id))
    limit = row.limit
    return VolumeLimit(
        row.id, row.version, shares, on, limit.months, limit.averaged, limit.outside, row.law, row.letter(limit.part)
    )  # fmt: skip


@dataclass(frozen=True)
class _Deal:
    """What a step does to one company, as limits count it."""

    issuer: str
    what: str
    shares: int
    venue: str | None
    holder: str = ""


def check(draft: Draft, compiled: Sequence[Step], after: Snapshot) -> tuple[list[Finding], Snapshot]:
    """What bars the step, and the state that remembers what later steps are counted together with."""
    deals = [*_bought(draft, compiled), *_owned(draft, after), *_cancelled(draft, compiled), *_sold(draft, compiled)]
    rules = _rules(draft) if deals else []
    faults, remembered = Findings(), list[Record]()
    for deal in deals:
        for rule in rules:
            limit = rule.limit
            if limit is None or limit.what != deal.what or not _reaches(draft, rule, limit, deal):
                continue
            if limit.months:
                who = {"holder": deal.holder} if deal.holder else {}
                record = {"fact": f"shares_{deal.what}", "issuer": deal.issuer, **who, "shares": deal.shares}
                remembered.append({**record, "date": draft.on.isoformat()})
            _test(draft, rule, limit, deal, after, faults)
    once = [record for n, record in enumerate(remembered) if record not in remembered[:n]]
    return list(faults), after.evolve(facts=(*after.facts, *once)) if once else after


def _rules(draft: Draft) -> list[Rule]:
    """The limits among the rules that the case runs on the day of the step."""
    choice = draft.state.rules
    own = draft.count.rules if isinstance(draft.count, Counter) else None
    return [rule for rule in (own or book_for(choice)).select(choice, draft.on).rules if rule.limit]


def _bought(draft: Draft, compiled: Sequence[Step]) -> list[_Deal]:
    """Own shares bought, at most as many in a day as the step's participation in the volume makes."""
    found = []
    for step in compiled:
        if isinstance(step, Buyback) and step.fills:
            shares, adv = sum(map(middle, step.fills.values())), draft.state.market.get(step.issuer, {}).get("adv")
            daily = min(shares, int(step.participation * adv)) if step.participation is not None and adv else shares
            if shares:
                found.append(_Deal(step.issuer, "bought", daily, step.venue))
    return found


def _owned(draft: Draft, after: Snapshot) -> list[_Deal]:
    """Own shares after the step, where there are more of them than before."""
    issuers = {move.issuer for move in draft.moves if move.receiver == move.issuer}
    return [
        _Deal(issuer, "owned", after.treasury(issuer), None)
        for issuer in sorted(issuers)
        if after.treasury(issuer) > draft.state.treasury(issuer)
    ]


def _cancelled(draft: Draft, compiled: Sequence[Step]) -> list[_Deal]:
    venue = "tender" if any(isinstance(step, Tender) for step in compiled) else None
    return [_Deal(issuer, "cancelled", shares, venue) for issuer, shares in sorted(draft.cancelled.items())]


def _sold(draft: Draft, compiled: Sequence[Step]) -> list[_Deal]:
    """Shares that a holder sells to nobody in particular."""
    if not any(isinstance(step, (Block, Sell)) for step in compiled):
        return []
    found: dict[tuple[str, str], int] = {}
    for move in draft.moves:
        if draft.dispersed(move.receiver) and not draft.dispersed(move.giver) and move.giver != move.issuer:
            found[move.issuer, move.giver] = found.get((move.issuer, move.giver), 0) + move.shares
    return [_Deal(issuer, "sold", shares, "on_market", giver) for (issuer, giver), shares in sorted(found.items())]


def _reaches(draft: Draft, rule: Rule, limit: Limit, deal: _Deal) -> bool:
    """Whether the row is about this company and this holder; where its scope cannot be told it is taken to be, with a note."""
    admitted = rule.issuer.admits(draft.entities.get(deal.issuer))
    if admitted == FALSE or (deal.venue is not None and deal.venue in limit.outside):
        return False
    if (
        deal.holder
        and Fraction(draft.state.held(deal.holder, deal.issuer), draft.state.issuers[deal.issuer].issued) < limit.holders_from
    ):
        return False
    if admitted == UNKNOWN:
        message = f"whether {rule.id} reaches {deal.issuer} is not known: its jurisdiction, form or listing is not given."
        draft.warn("N_VOLUME", message, f"Give them under entities: {deal.issuer}.")
        return False
    return True


def _test(draft: Draft, rule: Rule, limit: Limit, deal: _Deal, after: Snapshot, faults: Findings) -> None:
    issuer = draft.state.issuers[deal.issuer]
    past = _past(draft, limit, deal)
    base = issuer.issued + past if deal.what == "cancelled" else after.issuers[deal.issuer].issued
    bases: dict[str, int | Fraction] = {"issued": base, "outstanding": issuer.issued - draft.state.treasury(deal.issuer)}
    adv = draft.state.market.get(deal.issuer, {}).get("adv")
    if adv:
        bases |= {"daily_volume": int(adv), "weekly_volume": WEEK * int(adv)}
    most, total = limit.shares(bases), past + deal.shares
    if most is None:
        cure = f"Give market: {{{deal.issuer}: {{adv: ...}}}}."
        draft.warn("N_VOLUME", f"{rule.id} was not tested: the daily volume of {deal.issuer} is not given.", cure)
    elif deal.what == "bought" and deal.venue is None:
        if total > most:
            message = f"no venue is given, so {rule.id} was not applied; on the market it allows {most:,} shares a day."
            draft.warn("N_VOLUME", message, "Say venue: on_market, off_auction or negotiated.")
    else:
        _judge(draft, rule, limit, deal, (total, most), faults)


def _judge(draft: Draft, rule: Rule, limit: Limit, deal: _Deal, numbers: tuple[int, int], faults: Findings) -> None:
    """Bar what is over the limit when the row may; else warn."""
    total, most = numbers
    who = deal.holder or deal.issuer
    said = {
        "bought": f"{who} would buy {total:,} of its shares in a day", "owned": f"{who} would have {total:,} of its own shares",
        "cancelled": f"{who} would have cancelled {total:,} shares within {limit.months} months",
        "sold": f"{who} would have sold {total:,} shares of {deal.issuer} within {limit.months} months",
    }[deal.what]  # fmt: skip
    message = f"{said}; {rule.id} ({rule.law}) allows {most:,}."
    verified, accepted = rule.letter(limit.part) != "C", may_apply(rule, limit.part, draft.state.rules.accept)
    if not verified and (accepted or total > most):
        what = "is applied because the case accepts it" if accepted else f"is not applied. {message}"
        draft.warn("W_RULE_UNVERIFIED", f"{rule.id} is not verified (C) and {what}", f"Read it; accept: [{rule.id}] applies it.")
    if total > most and accepted:
        code, cure = _CURES[deal.what]
        faults.add(code, message, cure, draft.where)


_CURES = {
    "bought": ("E_VOLUME", "Buy fewer a day (participation), or in an off-auction window."),
    "cancelled": ("E_TREASURY_CAP", "Cancel fewer, later, or after a tender to all holders."),
    "owned": ("E_TREASURY_CAP", "Buy fewer, or cancel what is bought."),
    "sold": ("E_VOLUME", "Sell fewer, or wait."),
}


def _past(draft: Draft, limit: Limit, deal: _Deal) -> int:
    """Shares counted together with those of the step: recorded within the months before its day."""
    if not limit.months:
        return 0
    since, total = add_months(draft.on, -limit.months), 0
    for fact in draft.state.facts:
        same = fact.get("fact") == f"shares_{deal.what}" and fact.get("issuer") == deal.issuer
        if (
            same
            and fact.get("holder", "") == deal.holder
            and fact.get("date")
            and since < interval(str(fact["date"]))[1] <= draft.on
        ):
            total += int(fact.get("shares") or 0)
    return total
