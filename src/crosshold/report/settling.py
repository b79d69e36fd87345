"""Netting, unwinding, cascades, clearing and divisions as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.measures.clearing import Clearing
from crosshold.measures.cooperative import Bankruptcy, Split, Stable
from crosshold.measures.failures import Cascade
from crosshold.measures.netting import Circle, Netting, Unwind
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import fixed
from crosshold.report.listing import MOST, WIDTH, Money, head, leading, listing, lively, name, names
from crosshold.report.tables import paragraph


def netting(result: Netting, snapshot: Snapshot) -> list[str]:
    """What is left of every holding, and the swaps that lead there."""
    money = Money((row.before for row in result.rows), result.settings)
    headers = {"holder": "holder", "issuer": "holds in", "before": "today", "after": "after"}
    if not result.unique:
        headers |= {"least": "at least", "most": "at most"}
    told = head(snapshot, f"What could vanish by netting; money in {money.said}", result.settings, "kind", "cash")
    told += listing(sorted(result.rows, key=lambda row: (-row.before, row.holder, row.issuer)), lambda row: {
        "holder": name(snapshot, row.holder), "issuer": name(snapshot, row.issuer), "before": money(row.before), "after": money(row.after),
        "least": money(row.least), "most": money(row.most),
    }, headers, nothing="Nobody holds anything.")  # fmt: skip
    gone = result.total_before - result.total_after
    said = f"Of {money.text(result.total_before)} in all, {money.text(gone)} could vanish; what each one has in others less what others"
    return [*told, "", *paragraph(f"{said} have in it stays as it is.", WIDTH), *_circles(result.circles, money)]


def _circles(circles: Sequence[Circle], money: Money) -> list[str]:
    told = []
    for circle in circles[:MOST]:
        path = " -> ".join([*circle.path, circle.path[0]])
        told += paragraph(f"A swap of {money.text(circle.money)} around {path}.", WIDTH)
    return told


def unwind(result: Unwind, snapshot: Snapshot) -> list[str]:
    """The stakes before and after, and the companies' shares and prices."""
    headers = {
        "holder": "holder",
        "issuer": "holds in",
        "shares": "shares",
        "shares_after": "after",
        "stake": "% of outstanding",
        "stake_after": "% after",
    }
    told = head(snapshot, "Cross-held shares swapped for own ones and cancelled", result.settings, "kind", "cash")
    notional = {firm for firm in result.price if firm in snapshot.issuers and snapshot.issuers[firm].basis == "fraction"}

    def whole(firm: str, number: Fraction) -> int | None:
        return None if firm in notional else round(number)  # the case knows a percentage of it, and no count of shares

    told += listing(sorted(result.rows, key=lambda row: (-row.stake, row.holder, row.issuer)), lambda row: {
        "holder": name(snapshot, row.holder), "issuer": name(snapshot, row.issuer), "shares": whole(row.issuer, row.shares),
        "shares_after": whole(row.issuer, row.shares_after), "stake": row.stake, "stake_after": row.stake_after,
    }, headers, shares=("stake", "stake_after"), nothing="No company holds another one.")  # fmt: skip
    currency = result.settings.get("money", "")
    headers = {
        "company": "company",
        "price": f"price of a share, {currency}".rstrip(", "),
        "outside": "shares of outsiders",
        "issued": "outstanding after",
    }
    told += ["", *listing(list(result.price), lambda firm: {
        "company": name(snapshot, firm), "price": None if firm in notional else Decimal(fixed(result.price[firm], 4)),
        "outside": whole(firm, result.outside_shares[firm]), "issued": whole(firm, result.issued_after[firm]),
    }, headers)]  # fmt: skip
    money = Money((row.before for row in result.netting.rows), result.settings)
    return [*told, "", "Prices and what outsiders have stay as they are.", *_circles(result.netting.circles, money)]


def cascade(result: Cascade, snapshot: Snapshot) -> list[str]:
    """Who fails, in which wave, and what is left of every company in both cases."""
    wave = {firm: wave.number for wave in result.waves for firm in wave.failed}
    failing = {*result.best, *result.worst}
    money = Money(result.values, result.settings)
    told = head(
        snapshot, f"Who fails after the shock; money in {money.said}", result.settings, "lost", "line", "cost", "thresholds"
    )
    first = sorted(failing, key=lambda firm: (wave.get(firm, len(wave) + 1), firm))[:MOST]
    ranked, whole = list(dict.fromkeys([*first, *leading(result.values)]))[:MOST], len(result.values)
    what = result.settings["thresholds"]
    headers = {"company": "company", "fails": "fails", "best": f"{what}, best case", "worst": f"{what}, worst case"}
    told += listing(ranked, lambda firm: {
        "company": name(snapshot, firm), "best": money(result.values[firm]), "worst": money(result.worst_values[firm]),
        "fails": f"in wave {wave[firm]}" if firm in wave else "worst case only" if firm in failing else "no",
    }, headers, most=lively(ranked, lambda firm: firm in failing or result.values[firm], whole), of=whole)  # fmt: skip
    told += ["", f"Best case (nobody is expected to fail): {names(snapshot, result.best[:MOST])} fails."]
    if result.best != result.worst:
        told.append(f"Worst case (everybody is): {names(snapshot, result.worst[:MOST])} fails.")
    for firms in result.equilibria or ():
        told += paragraph(f"Consistent: {names(snapshot, firms)} fails.", WIDTH, "  ")
    return told


def clearing(result: Clearing, snapshot: Snapshot) -> list[str]:
    """What every firm owes, pays and keeps."""
    rows = result._rows()
    money = Money((x for row in rows for x in (row.debt, row.equity)), result.settings)
    headers = {"firm": "firm", "debt": "owes", "paid": "pays", "recovery": "% of its debt", "equity": "left to its owners"}
    told = head(snapshot, f"Who can pay what it owes; money in {money.said}", result.settings, "priority", "default")
    told += listing(sorted(rows, key=lambda row: (-row.debt, row.firm)), lambda row: {
        "firm": name(snapshot, row.firm), "debt": money(row.debt), "paid": money(row.paid), "equity": money(row.equity),
        "recovery": "-" if row.recovery is None else row.recovery,
    }, headers, shares=("recovery",))  # fmt: skip
    told += ["", f"Cannot pay in full: {names(snapshot, result.defaulted)}. Outsiders receive {money.text(result.outside)}."]
    return told


def split(result: Split, snapshot: Snapshot) -> list[str]:
    """Everybody's share beside what he has alone and what he adds."""
    costs = result.settings["values"] == "costs"
    rows: list[Any] = result._rows()
    money = Money((row.share for row in rows), {})
    headers = {
        "player": "player",
        "alone": "costs alone" if costs else "has alone",
        "marginal": "adds to the others",
        "share": "pays" if costs else "gets",
    }
    told = head(
        snapshot, f"A division of what all have together; money in {money.said}", result.settings, "solution", "values", "method"
    )
    told += listing(
        rows, lambda row: row._asdict() | {key: money(getattr(row, key)) for key in ("alone", "marginal", "share")}, headers
    )
    who = " + ".join(result.coalition)
    if result.in_core:
        return [*told, "", "Nobody has a reason to leave: the division is in the core."]
    if result.excess is not None and result.excess > 0:
        return [*told, "", f"{who} would gain {money.text(result.excess)} by leaving: the division is not in the core."]
    return [*told, "", "The shares do not add up to what all have together."]


def stable(result: Stable, snapshot: Snapshot) -> list[str]:
    """The least and the most that everybody can get."""
    costs = result.settings["values"] == "costs"
    rows: list[Any] = result._rows()
    money = Money(result.alone.values(), {})
    headers = {"player": "player", "alone": "costs alone" if costs else "has alone", "least": "at least", "most": "at most"}
    told = head(
        snapshot, f"The divisions that are stable; money in {money.said}", result.settings, "solution", "values", "method"
    )
    told += listing(rows, lambda row: row._asdict() | {key: money(getattr(row, key)) for key in ("alone", "least", "most")}, headers,
                    nothing="No division holds everybody together.")  # fmt: skip
    core = "There are divisions that nobody has a reason to leave." if result.core_non_empty else "The core is empty."
    told += ["", core]
    if not result.core_non_empty:
        told.append(f"{money.text(result.cost_of_stability)} from outside would hold everybody together.")
    return told


def bankruptcy(result: Bankruptcy, snapshot: Snapshot) -> list[str]:
    """Claims and awards."""
    rows: list[Any] = result._rows()
    money = Money((row.claim for row in rows), {})
    estate = money.text(result.settings["estate"])
    headers = {"claimant": "claimant", "claim": "claims", "award": "gets", "loss": "loses", "part": "% of the claim"}
    told = head(snapshot, f"An estate of {estate} among claims; money in {money.said}", result.settings, "rule", "method")
    return told + listing(rows, lambda row: row._asdict() | {key: money(getattr(row, key)) for key in ("claim", "award", "loss")} | {
        "part": row.award / row.claim if row.claim else None,
    }, headers, shares=("part",))  # fmt: skip
