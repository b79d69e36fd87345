"""The joint fund: who paid in, what was promised, and the money with and without it (spec/deal 13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.accounts import cash_table, undo
from crosshold.deal.exact import Number, number
from crosshold.deal.ledger import Entry, Ledger, shown
from crosshold.deal.plan import Fund
from crosshold.deal.stability import stability
from crosshold.deal.waterfall import waterfall
from crosshold.errors import Finding, RequestError
from crosshold.model.snapshot import Snapshot

__all__ = [
    "committed_in",
    "contributions",
    "cost_of_stability",
    "findings",
    "games",
    "least_core",
    "nash",
    "nucleolus",
    "ownership",
    "promote",
    "result",
    "shapley",
    "shares_by_contribution",
    "shortfalls",
    "splits",
    "viability",
    "waterfall",
]

Worths = Mapping[str, Number]  # {"A": 1, "A+B": "3.5", ...}: what each group of partners would gain with the fund to itself


def contributions(fund: Fund, entries: Sequence[Entry]) -> dict[str, Decimal]:
    """What each entity paid in, in the fund's currency."""
    paid: dict[str, Decimal] = {}
    for entry in entries:
        if entry.why == "contribution" and entry.payee == fund.id and entry.currency == fund.currency:
            paid[entry.payer] = paid.get(entry.payer, Decimal(0)) + entry.amount
    return paid


def shares_by_contribution(paid: Mapping[str, Decimal]) -> dict[str, Fraction]:
    """Ownership in proportion to what was paid in; empty when nothing was."""
    whole = sum((Fraction(amount) for amount in paid.values()), Fraction(0))
    return {who: Fraction(amount) / whole for who, amount in paid.items()} if whole else {}


def shortfalls(fund: Fund, entries: Sequence[Entry]) -> list[Finding]:
    """``W_FUND_SHORT`` for every commitment that the plan does not pay in full."""
    paid = contributions(fund, entries)
    found = []
    for who, promised in fund.commitments.items():
        missing = promised - paid.get(who, Decimal(0))
        if missing > 0:
            message = f"{who} commits {fund.currency} {promised:,f} to {fund.id} and the plan pays in {promised - missing:,f}."
            found.append(Finding("W_FUND_SHORT", message, "Add a step 'contribute', or lower the commitment.", f"fund {fund.id}"))
    return found


@dataclass(frozen=True)
class Owned:
    """Who owns the fund: ``parts`` sum to 1, or are empty with the ``reason``. ``by`` is the chosen split."""

    by: str
    parts: Mapping[str, Fraction]
    reason: str | None = None


def ownership(fund: Fund, paid: Mapping[str, Decimal]) -> Owned:
    """Ownership by contributions (unless the plan says otherwise), fixed, or by a split of the gain that ``worth`` describes."""
    owners = fund.terms.get("owners") or {"by": "contributions"}
    by = str(owners["by"])
    if by == "fixed":
        return Owned(by, {who: number(part) for who, part in owners["shares"].items()})
    if by == "contributions":
        parts = shares_by_contribution(paid)
        return Owned(by, parts, None if parts else "nobody has paid in")
    worth = fund.terms.get("worth")
    if not worth:
        return Owned(by, {}, "fund.worth does not say what each group would have")
    try:
        split = splits(worth, owners.get("weights"))[by]
    except RequestError as error:
        return Owned(by, {}, error.findings[0].message)
    whole = sum(split.values(), Fraction(0))
    return Owned(by, {who: amount / whole for who, amount in split.items()}) if whole else Owned(by, {}, "the fund gains nothing")


def splits(worth: Worths, weights: Mapping[str, Number] | None = None) -> dict[str, dict[str, Fraction]]:
    """The gain of the fund by each offered split of it; a split that does not exist raises what it lacks."""
    single = {name: worth[name] for name in sorted({part for key in worth for part in key.split("+")}) if name in worth}
    found = {"shapley": shapley(worth)}
    total = sum(found["shapley"].values(), Fraction(0))
    return found | {"nucleolus": nucleolus(worth), "nash": nash(single, total, weights)}


def games(fund: Fund, paid: Mapping[str, Decimal]) -> dict[str, Any] | None:
    """Every split of the gain beside the split by contributions, with the promote of each; ``None`` without ``worth``."""
    worth = fund.terms.get("worth")
    if not worth:
        return None
    told: dict[str, Any] = {"reasons": {}}
    weights = (fund.terms.get("owners") or {}).get("weights")
    try:
        found = splits(worth, weights)
        told |= {"splits": found, "least_core": least_core(worth), "cost_of_stability": cost_of_stability(worth)}
    except RequestError as error:
        return {"reasons": {"splits": error.findings[0].message}}
    if paid:
        told["promote"] = {name: promote(split, paid) for name, split in found.items()}
    else:
        told["reasons"]["promote"] = "nobody has paid in"
    return told


def findings(fund: Fund, entries: Sequence[Entry]) -> list[Finding]:
    """What the fund is short of, and groups that have less together than apart (``W_SUBADDITIVE``)."""
    found = shortfalls(fund, entries)
    if fund.terms.get("worth"):
        from crosshold.measures.cooperative import solve

        try:
            found += [
                replace(f, where=f"fund {fund.id}")
                for f in solve(fund.terms["worth"], "shapley").findings
                if f.code == "W_SUBADDITIVE"
            ]
        except RequestError as error:
            found += [Finding("W_FUND_WORTH", f.message, f.cure, f"fund {fund.id}") for f in error.findings]
    return found


def returned(fund: Fund, paid: Mapping[str, Decimal]) -> dict[str, Any]:
    """The waterfall of the money that the plan expects back (``returns``)."""
    expected, tiers = fund.terms.get("returns"), fund.terms.get("waterfall")
    if not expected or not tiers or not paid:
        missing = "fund.returns" if not expected else "fund.waterfall" if not tiers else "a contribution"
        return {"waterfall": None, "reason": f"{missing} is not there"}
    try:
        found = waterfall(paid, expected["amount"], int(expected["years"]), tiers)
    except RequestError as error:
        return {"waterfall": None, "reason": error.findings[0].message}
    return {"waterfall": found.to_dict(exact=True), "reason": None, "expected": expected}


def result(fund: Fund | None, end: Snapshot, entries: Sequence[Entry]) -> dict[str, Any]:
    """The fund executed and not executed, side by side.

    ``entries`` are those of the fund's steps; without them the accounts are as if they had not been made (nobody's shares differ).
    """
    if fund is None:
        return {"executed": {}, "not_executed": {}}
    paid = contributions(fund, entries)
    committed = {who: shown(amount, fund.currency) for who, amount in fund.commitments.items()}
    owned = ownership(fund, paid)
    back = end.evolve(cash=undo(end.cash, entries))
    executed = {
        "id": fund.id, "status": fund.status, "currency": fund.currency, "committed": committed,
        "contributions": {who: shown(amount, fund.currency) for who, amount in paid.items()},
        "total": shown(sum(paid.values(), Decimal(0)), fund.currency),
        "owners": owned.parts, "owners_by": owned.by, "owners_reason": owned.reason, "games": games(fund, paid),
        "returns": returned(fund, paid), "cash": cash_table(end)[0],
    }  # fmt: skip
    return {"executed": executed, "not_executed": {"cash": cash_table(back)[0]}}


def viability(fund: Fund | None, entries: Sequence[Entry], pair: Mapping[str, Any]) -> dict[str, Any]:
    """V1 to V6 with the fund executed and with it not executed; ``pair`` has V4 and V5, which money alone does not change."""
    nothing = {
        **dict.fromkeys(("core_slack", "cost_of_stability", "leavers", "outside_pressure")),
        "reasons": {"fund": "not executed"},
    }
    if fund is None:
        return {"executed": None, "not_executed": {**pair, **nothing}}
    held = stability(fund.terms, ownership(fund, contributions(fund, entries)).parts)
    return {"executed": {**pair, **held}, "not_executed": {**pair, **nothing}}


def committed_in(fund: Fund | None, state: Snapshot) -> Fraction | None:
    """All commitments in the case's currency; ``None`` without a fund or a rate."""
    if fund is None or not fund.commitments:
        return None
    ledger = Ledger({}, state.fx, state.at)
    try:
        return sum((ledger.convert(a, fund.currency, state.currency) for a in fund.commitments.values()), Fraction(0))
    except RequestError:
        return None


def shapley(v: Worths) -> dict[str, Fraction]:
    """The gain of the fund split by the Shapley value: what a partner adds on the average, all orders of joining being alike."""
    from crosshold.measures.cooperative import solve  # here, so that replaying a plan does not load games

    return dict(solve(v, "shapley").split)


def nucleolus(v: Worths) -> dict[str, Fraction]:
    """The gain of the fund split so that the worst complaint of any group is least, then the second worst, and so on."""
    from crosshold.measures.cooperative import solve

    return dict(solve(v, "nucleolus").split)


def least_core(v: Worths) -> dict[str, Any]:
    """``epsilon``: what some group gains by leaving, however the gain is split; ``core_empty`` when it is above 0."""
    from crosshold.measures.cooperative import solve

    found = solve(v, "least-core")
    return {"epsilon": found.epsilon, "core_empty": not found.core_non_empty}


def cost_of_stability(v: Worths) -> Fraction:
    """What would have to be added so that no group of partners gains by leaving."""
    from crosshold.measures.cooperative import solve

    return solve(v, "cost-of-stability").cost_of_stability


def nash(disagreement: Mapping[str, Number], total: Number, weights: Mapping[str, Number] | None = None) -> dict[str, Fraction]:
    """Each partner's amount without agreement and, by ``weights`` that sum to 1 (equal unless given), a part of the gain.

    Errors: E_WEIGHTS, E_NO_GAIN, E_DISAGREEMENT (nobody is named).
    """
    from crosshold.measures.cooperative import share_gain

    if not disagreement:
        message = "nobody is named who could agree."
        raise RequestError(Finding("E_DISAGREEMENT", message, "Give the amount of each partner.", "disagreement"))
    apart = {who: number(amount) for who, amount in disagreement.items()}
    parts = None if weights is None else {who: number(part) for who, part in weights.items()}
    if parts is not None and set(parts) != set(apart):
        message = f"weights are needed for {', '.join(apart)}, each once."
        raise RequestError(Finding("E_WEIGHTS", message, "Give one part for each partner.", "weights"))
    shares = share_gain(number(total), list(apart.values()), None if parts is None else [parts[who] for who in apart])
    return dict(zip(apart, shares, strict=True))


def promote(split: Mapping[str, Number], contributions: Mapping[str, Number]) -> dict[str, Fraction]:
    """By partner what a split gives beyond the split by contributions: who is paid for more than money, and by whom.

    >>> {who: round(float(x), 3) for who, x in promote({"A": 2, "B": 2}, {"A": 75, "B": 25}).items()}
    {'A': -1.0, 'B': 1.0}
    """
    amounts, paid = ({who: number(x) for who, x in given.items()} for given in (split, contributions))
    total, whole = sum(amounts.values(), Fraction(0)), sum(paid.values(), Fraction(0))
    if not whole:
        message = "nobody has paid in, so there is no split by contributions."
        raise RequestError(Finding("E_NO_CONTRIBUTION", message, "Give what each partner pays in.", "contributions"))
    return {who: x - total * paid.get(who, Fraction(0)) / whole for who, x in amounts.items()}
