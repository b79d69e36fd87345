"""The moves that a design may make, what each costs and yields, and the state at which ratios are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import sqrt
from typing import Any

from crosshold.deal.books import book_of, economic
from crosshold.deal.design.forms import Form
from crosshold.deal.design.goals import Goals, Lever
from crosshold.deal.design.target import Row
from crosshold.deal.ledger import rate
from crosshold.deal.market import DAYS, DELTA, FLOOR, K, Y
from crosshold.deal.outcome import Outcome
from crosshold.deal.step import Step
from crosshold.deal.steps.block import Block
from crosshold.deal.steps.buyback import Buyback
from crosshold.deal.steps.sell import Sell
from crosshold.deal.steps.trust_in import TrustIn
from crosshold.deal.values import Amount, Model
from crosshold.deal.view import View, view
from crosshold.deal.votes import Counter
from crosshold.errors import Finding, RequestError
from crosshold.model.snapshot import Lot, Snapshot

ZERO, ONE = Fraction(0), Fraction(1)
Curve = Callable[[float], float]  # shares -> discount or impact as a fraction of the price


@dataclass(frozen=True, eq=False)
class Move:
    """Shares that one lever moves on one day. ``gross`` is money per share in the case's currency, 0 for a trust."""

    lever: Lever
    period: int
    day: date
    most: int
    gross: Fraction
    curve: Curve | None

    @property
    def fee(self) -> Fraction:
        """Fraction of the gross amount."""
        return self.lever.cost.fee

    def cost(self, shares: float) -> float:
        """Discount or impact, and the fee, in the case's currency; the function itself, no chord of it."""
        cut = self.curve(shares) if self.curve and shares > 0 else 0.0
        return shares * float(self.gross) * (cut + float(self.fee))

    def step(self, name: str, shares: int) -> Step:
        """The step of a plan that does it."""
        lever, cost = self.lever, self.lever.cost
        common: dict[str, Any] = {"id": name, "issuer": lever.issuer, "date": self.day}
        fee = cost.fee or None
        if lever.channel == "block":
            discount = Model("block", cost.k, cost.floor) if cost.model == "block" else ZERO
            return Block(**common, holder=lever.holder, shares=shares, discount=discount, fee=fee)
        if lever.channel == "sell":
            cut = Model("sqrt", y=cost.y, delta=cost.delta) if cost.model == "sqrt" else ZERO
            return Sell(**common, holder=lever.holder, shares=shares, impact=cut, fee=fee)
        if lever.channel == "trust":
            assert lever.trustee is not None and lever.overlay is not None
            return TrustIn(**common, holder=lever.holder, trustee=lever.trustee, shares=shares, overlay=lever.overlay)
        fills = {lever.holder: shares}
        return Buyback(**common, fills=fills, cancel=lever.channel == "buyback_cancel", fee=fee, fee_paid_by=cost.paid_by)


@dataclass(frozen=True, eq=False)
class Setting:
    """The problem at one point: ``point[v]`` shares moved and ``views`` the states at the end of each period there."""

    snapshot: Snapshot
    goals: Goals
    count: Counter
    moves: tuple[Move, ...]
    start: View
    views: tuple[View, ...]
    point: Mapping[int, int] = field(default_factory=dict)

    @property
    def periods(self) -> int:
        """How many periods there are."""
        return len(self.views)

    @property
    def currency(self) -> str:
        """All money of a design is in the case's currency."""
        return self.snapshot.currency

    @property
    def members(self) -> tuple[str, ...]:
        """The group whose cash is counted."""
        return self.snapshot.groups.get(self.goals.group, ())

    def view(self, period: int | None = None) -> View:
        """The state at the end of a period, of the last one by default."""
        return self.views[-1 if period is None else period]

    def moved_to(self, x: Mapping[int, int], outcome: Outcome) -> Setting:
        """The same problem taken at a replay."""
        views = []
        for period in range(self.periods):
            last = self.goals.day_of(period, self.snapshot.at)
            states = [step.view for step in outcome.steps if step.day <= last]
            views.append(states[-1] if states else outcome.start)
        views[-1] = outcome.end
        return replace(self, views=tuple(views), point=dict(x))

    # -- money ---------------------------------------------------------------------------------------------------------------------
    def worth(self, amount: Decimal | Fraction, currency: str) -> Fraction:
        """An amount in the case's currency at the case's rate."""
        return Fraction(amount) * rate(self.snapshot.fx, currency, self.currency, self.snapshot.at, "goals")

    def money(self, amount: Amount) -> Fraction:
        """The same for what a goals file says."""
        return self.worth(amount.value, amount.currency or self.currency)

    def carrying(self, move: Move) -> Fraction:
        """Carrying value of a share; ``RequestError`` when the case has no book of the stake."""
        who, issuer = move.lever.holder, move.lever.issuer
        book, held = book_of(self.snapshot, who, issuer), economic(self.snapshot, who, issuer)
        if book is None or not held:
            message = f"a book loss of {who} on {issuer} needs the carrying value of the stake."
            raise RequestError(Finding("E_UNPRICED", message, "Add it to the case under books.", "goals"))
        return self.worth(Fraction(str(book["carrying"])), str(book["currency"])) / held

    @cached_property
    def promised(self) -> dict[str, Fraction]:
        """What each entity commits to the joint fund, in the case's currency."""
        fund = self.goals.fund
        return {who: self.worth(amount, fund.currency) for who, amount in fund.commitments.items()} if fund else {}

    def cash(self, who: str) -> Fraction:
        """All that a party has at the start."""
        return sum((self.worth(amount, currency) for currency, amount in self.snapshot.cash.get(who, {}).items()), ZERO)

    def cash_rows(self, who: str, goal: str, least: Fraction, *, fund: bool = True) -> Iterator[Row]:
        """Cash of a party at the end of each period, at least so much; at the end of the last one what it promised the fund is paid."""
        for period in range(self.periods):
            terms, costs = dict[int, Fraction](), dict[int, Fraction]()
            for v, move in enumerate(self.moves):
                lever = move.lever
                if move.period > period or not move.gross:
                    continue
                buys = lever.channel.startswith("buyback") and lever.issuer == who
                if lever.holder == who:
                    terms[v] = move.gross
                elif buys:
                    terms[v] = -move.gross
                pays = lever.holder if lever.cost.paid_by == "seller" else lever.issuer
                if pays == who:
                    costs[v] = -ONE
            paid = self.promised.get(who, ZERO) if fund and period == self.periods - 1 else ZERO
            yield Row(goal, terms, least + paid - self.cash(who), costs, self.currency, ONE)

    def group_cash_row(self, goal: str, least: Fraction) -> Row:
        """Cash of the group from outsiders less its costs and what it pays to outsiders."""
        members = self.members
        if not members:
            message = "cash of the group needs the group."
            raise RequestError(Finding("C_MISSING_KEY", message, "Add 'group:' to the goals.", "goals"))
        terms, costs = dict[int, Fraction](), dict[int, Fraction]()
        for v, move in enumerate(self.moves):
            seller = move.lever.holder in members
            buyer = move.lever.channel.startswith("buyback") and move.lever.issuer in members
            if move.gross and seller != buyer:
                terms[v] = move.gross if seller else -move.gross
            if move.gross and (move.lever.holder if move.lever.cost.paid_by == "seller" else move.lever.issuer) in members:
                costs[v] = -ONE
        return Row(goal, terms, least, costs, self.currency, ONE)

    # -- ratios --------------------------------------------------------------------------------------------------------------------
    def form(self, issuer: str, group: Sequence[str], basis: str, period: int | None = None) -> Form:
        """The share of a group in an issuer at the end of a period."""
        frozen = self.goals.options.denominators == "frozen"
        state = self.start if frozen else self.view(period)
        last = self.periods - 1 if period is None else period
        num, den = _counts(state, issuer, group, basis)
        up, down = dict[int, Fraction](), dict[int, Fraction]()
        for v, move in enumerate(self.moves):
            if move.lever.issuer != issuer or move.period > last:
                continue
            weight = _weight(self.view(period), move.lever, basis)
            own, whole = _effect(move.lever, basis, weight)
            up[v] = own if move.lever.holder in group else ZERO
            if move.lever.channel == "trust" and move.lever.trustee in group:
                up[v] += weight
            down[v] = ZERO if frozen else whole
        return Form(num, den, up, down, {} if frozen else {v: x for v, x in self.point.items() if self.moves[v].period <= last})


def _effect(lever: Lever, basis: str, weight: Fraction) -> tuple[Fraction, Fraction]:
    """What one share moved does to its holder's numerator and to the denominator."""
    cancelled, bought = lever.channel == "buyback_cancel", lever.channel.startswith("buyback")
    if basis == "issued":
        return -ONE, -ONE if cancelled else ZERO
    if basis == "outstanding":
        return -ONE, -ONE if bought else ZERO
    if lever.channel == "trust":
        removed = (lever.overlay or {}).get("kind") == "removed" and basis == "exercisable_votes"
        return -weight, -weight if removed else ZERO
    if basis == "theoretical_votes":
        return -weight, (-weight if cancelled else ONE - weight)
    return -weight, -weight if bought else ONE - weight  # what is sold begins anew with the votes of its class


def _weight(state: View, lever: Lever, basis: str) -> Fraction:
    """Votes on ``basis`` of the share that the holder gives away first: the one with the fewest."""
    if basis in ("issued", "outstanding"):
        return ONE
    lots = [lot for lot in state.snapshot.lots_of(lever.issuer, lever.holder) if lot.shares]
    gross = min((Fraction(state.votes.gross(lot), lot.shares) for lot in lots), default=ONE)
    if basis != "exercisable_votes" or not state.votes.settles(lever.issuer):
        return gross
    held = sum(state.votes.gross(lot) for lot in lots)
    kept = state.votes.ballot.outcomes[0].usable(lever.issuer).get(lever.holder, ZERO)
    return gross * kept / held if held else gross


def _counts(state: View, issuer: str, group: Sequence[str], basis: str) -> tuple[Fraction, Fraction]:
    """Numerator and denominator of a group in a state, on one of the bases."""
    register = state.snapshot
    lots: list[Lot] = list(register.lots_of(issuer))
    own = [lot for lot in lots if lot.holder in group]
    issued = register.issuers[issuer].issued
    if basis == "issued":
        return Fraction(sum(lot.shares for lot in own)), Fraction(issued)
    if basis == "outstanding":
        return Fraction(sum(lot.shares for lot in own if lot.holder != issuer)), Fraction(issued - register.treasury(issuer))
    if basis == "exercisable_votes":
        if not state.votes.settles(issuer):
            state.votes.one("goals")
        kept = state.votes.ballot.outcomes[0].usable(issuer)
        return sum((kept.get(who, ZERO) for who in group), ZERO), sum(kept.values(), ZERO)
    count = state.votes.gross if basis == "gross_votes" else state.votes.theoretical
    return Fraction(sum(map(count, own))), Fraction(sum(map(count, lots)))


def setting(snapshot: Snapshot, goals: Goals, count: Counter) -> Setting:
    """The problem at its start. Errors: ``E_UNPRICED``, ``E_FX_MISSING``, ``P_NO_INSTRUMENT`` when no allowed lever can move a share."""
    periods = goals.periods.count if goals.periods else 1
    moves = []
    for lever in goals.levers:
        for period in range(periods) if lever.allowed else ():
            day = goals.day_of(period, snapshot.at)
            if lever.window is None or lever.window[0] <= day <= lever.window[1]:
                moves.append(_move(snapshot, lever, period, day))
    if not any(move.most for move in moves):
        message = "no lever that is allowed, inside its window, moves a share that is held."
        raise RequestError(Finding("P_NO_INSTRUMENT", message, "Allow another lever, or widen its window.", "levers"))
    start = view(count(snapshot))
    return Setting(snapshot, goals, count, tuple(moves), start, (start,) * periods)


def _move(snapshot: Snapshot, lever: Lever, period: int, day: date) -> Move:
    held = snapshot.held(lever.holder, lever.issuer)
    most = held if lever.most is None else min(held, lever.most)
    if lever.channel == "trust":
        return Move(lever, period, day, most, ZERO, None)
    price = snapshot.prices.get(lever.issuer)
    if price is None:
        message = f"lever {lever.id} needs a price of {lever.issuer}."
        raise RequestError(Finding("E_UNPRICED", message, "Give the case one.", f"lever {lever.id}"))
    each = Fraction(price.value) * rate(snapshot.fx, price.currency, snapshot.currency, snapshot.at, f"lever {lever.id}")
    if lever.channel == "buyback_cancel":
        most = min(most, snapshot.issuers[lever.issuer].issued - 1)
    return Move(lever, period, day, most, each, _curve(snapshot, lever))


def _curve(snapshot: Snapshot, lever: Lever) -> Curve | None:
    """The discount or impact by shares, the formulas of :func:`block_discount` and :func:`impact` with their parameters set."""
    cost = lever.cost
    if cost.model == "none":
        return None
    market = snapshot.market.get(lever.issuer, {})
    if not market.get("adv") or (cost.model == "sqrt" and market.get("volatility") is None):
        needed = "the daily volume" + (" and the volatility" if cost.model == "sqrt" else "")
        message = f"lever {lever.id}: the {cost.model} model needs {needed} of {lever.issuer}."
        raise RequestError(Finding("E_UNPRICED", message, "Give them under market.", f"lever {lever.id}"))
    adv = float(market["adv"])
    if cost.model == "block":
        k, least = K if cost.k is None else float(cost.k), FLOOR if cost.floor is None else float(cost.floor)
        return lambda shares: max(least, k * sqrt(shares / adv))
    y, delta = Y if cost.y is None else float(cost.y), DELTA if cost.delta is None else float(cost.delta)
    scale = y * float(Fraction(market["volatility"])) / sqrt(DAYS) / (1 + delta)
    return lambda shares: float(scale * (shares / adv) ** delta)
