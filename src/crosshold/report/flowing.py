"""Look-through, dividends and value as lines for a terminal: who receives what."""

from __future__ import annotations

from crosshold.measures.dividends import Dividends
from crosshold.measures.lookthrough import Lookthrough
from crosshold.measures.network_value import NetworkValue
from crosshold.measures.value import Contributions, Value
from crosshold.model.snapshot import Snapshot
from crosshold.report.listing import MOST, Money, head, largest, leading, listing, lively, name


def look_through(result: Lookthrough, snapshot: Snapshot) -> list[str]:
    """By company, or the largest parts first where there are many rows."""
    ranked = largest(result.rows, "fraction", lambda row: row.owner)
    rows = ranked if len(ranked) > MOST else sorted(ranked, key=lambda row: row.company)
    headers = {"company": "company", "owner": "who receives its worth in the end", "fraction": "% of the company"}
    told = head(snapshot, "Who finally receives what each company is worth", result.settings, "basis", "method")
    told += listing(
        rows, lambda row: row._asdict() | {"company": name(snapshot, row.company), "owner": name(snapshot, row.owner)}, headers,
        shares=("fraction",), nothing="Nobody holds anything.",
    )  # fmt: skip
    return [*told, "", "The rows of a company add up to 100 %; companies that hold it are looked through."]


def dividends(result: Dividends, snapshot: Snapshot) -> list[str]:
    """What every company earns, pays and keeps, then who is paid."""
    money = Money(result.income, result.settings)
    rounds = result.settings.get("rounds")
    what = f"Dividends through holdings, {'once settled' if rounds is None else f'after {rounds} years'}; money in {money.said}"
    told = head(snapshot, what, result.settings, "basis")
    companies = leading(result.paid, MOST // 2)
    headers = {"company": "company", "income": "profit with dividends received", "paid": "paid out", "kept": "kept"}
    headers |= {"tax": "of which tax withheld"} if result.tax else {}
    told += listing(companies, lambda c: {
        "company": name(snapshot, c), "income": money(result.income.get(c)), "paid": money(result.paid[c]),
        "kept": money(result.retained[c]), "tax": money(result.tax.get(c, 0)),
    }, headers, most=lively(companies, result.paid.get, len(result.paid)), of=len(result.paid))  # fmt: skip
    flows = largest(result.flows, "amount", lambda row: (row.issuer, row.holder))
    headers = {"issuer": "from", "holder": "to", "amount": "dividend"}
    return [*told, "", "Who is paid", *listing(flows, lambda row: {
        "issuer": name(snapshot, row.issuer), "holder": name(snapshot, row.holder), "amount": money(row.amount),
    }, headers, nothing="Nobody is paid anything.", most=MOST // 2)]  # fmt: skip


def value(result: Value, snapshot: Snapshot) -> list[str]:
    """Equity, the part of outsiders and own assets of every company, and the double counting."""
    rows = largest(result._rows(), "value", lambda row: row.company)
    money = Money((row.value for row in rows[:MOST]), result.settings)
    headers = {
        "company": "company",
        "values": money.of("equity"),
        "outside": money.of("for outsiders"),
        "own": money.of("own assets"),
    }
    told = head(snapshot, "What each company is worth", result.settings, "basis", "method")
    told += listing(rows, lambda row: {
        "company": name(snapshot, row.company), "values": money(row.value), "outside": money(row.outside_value),
        "own": money(row.own_assets),
    }, headers, most=lively(rows, lambda row: row.value))  # fmt: skip
    if result.double_counting is not None:
        times = float(result.double_counting)
        told += ["", f"The sum of the equities is {times:.4f} times what outsiders hold: the rest is counted twice."]
    return told


def contributions(result: Contributions, snapshot: Snapshot) -> list[str]:
    """Whose own assets end with whose outside holders."""
    rows = sorted(result.rows, key=lambda row: (row.company, -(row.money or 0), row.via))
    money = Money((row.money for row in rows), result.settings)
    headers = {"company": "own assets of", "via": "end with the outside holders of", "money": money.of("amount")}
    told = head(snapshot, f"Where own assets end; money in {money.said}", result.settings, "basis", "method")
    return told + listing(rows, lambda row: {
        "company": name(snapshot, row.company), "via": name(snapshot, row.via), "money": money(row.money),
    }, headers)  # fmt: skip


def network_value(result: NetworkValue, snapshot: Snapshot) -> list[str]:
    """Every entity with what it reaches, the largest first."""
    rows = largest(result.rows, "corrected", lambda row: row.entity)
    money = Money((row.value for row in rows[:MOST]), result.settings)
    headers = {"entity": "entity", "corrected": "network value", "value": "with walks through itself"}
    told = head(snapshot, f"What everything each one holds is worth; money in {money.said}", result.settings, "basis", "method")
    told += listing(rows, lambda row: {
        "entity": name(snapshot, row.entity), "corrected": money(row.corrected), "value": money(row.value),
    }, headers)  # fmt: skip
    return [*told, "", "Own value, and that of all it holds through any chain; the same assets stand in several rows."]
