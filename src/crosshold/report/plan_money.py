"""What a plan brings in, costs and changes, as lines for a terminal: under each step the few that matter, at the end the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.outcome import Outcome
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import fixed, percent, points
from crosshold.report.listing import WIDTH, name
from crosshold.report.tables import paragraph, table

MOST_MOVES = 3


def step_lines(block: Mapping[str, Any], snapshot: Snapshot) -> Iterator[str]:
    """Proceeds, earnings per share, equity method, debt, float, power of one step; only what it moved and could be computed."""
    finance = block["finance"]
    for row in finance["net_proceeds"]:
        yield f"cash in: {name(snapshot, row['who'])} {_money(row['net'] or row['net_before_tax'])} {row['currency']} {_less(row)}"
    for row in (*finance["earnings_per_share"]["buyers"], *finance["earnings_per_share"]["sellers"]):
        rise = row["after"] / row["before"] - 1 if row["before"] > 0 and row["after"] > 0 else None
        change = f" ({'+' if rise > 0 else ''}{percent(rise)})" if rise is not None else ""
        figures = f"{fixed(row['before'], 4)} to {fixed(row['after'], 4)} {row['currency']}{change}"
        yield f"earnings per share of {name(snapshot, row['who'])}: {figures}, figures of {row['as_of']}"
    for row in finance["method_switch"]:
        gain = f"gain {_money(row['gain'])} {row['currency']}" if row["gain"] is not None else row["reason"]
        who = f"{name(snapshot, row['holder'])} in {name(snapshot, row['issuer'])}"
        yield f"equity method ends: {row['certainty']} for {who} ({', '.join(row['triggers'])}); {gain}"
    for row in finance["leverage"]:
        times = f", {fixed(row['leverage_after'], 2)} times EBITDA" if row["leverage_after"] is not None else ""
        moved = f"{_money(row['net_debt_before'])} to {_money(row['net_debt_after'])} {row['currency']}"
        yield f"net debt of {name(snapshot, row['who'])} since the start: {moved}{times}"
    for row in finance["policy_shareholdings"]:
        tests = ", ".join(f"{test['test']} {test['verdict']}" for test in row["tests"])
        ratio = f"{percent(row['ratio_before'])} to {percent(row['ratio_after'])} of net assets"
        yield f"policy shareholdings of {name(snapshot, row['who'])}: {ratio}{f' ({tests})' if tests else ''}"
    for row in finance["free_float"]:
        bases = [f"{_ends(row[basis])} of {basis.replace('_', ' ')}" for basis in ("issued", "exercisable_votes")]
        yield f"free float of {name(snapshot, row['issuer'])}: {', '.join(bases)} ({row['definition']})"
    for issuer, told in block["decides"].items():
        moves = told.get("gained_most") if issuer != "settings" else None
        if moves:
            most = moves if len(moves) <= MOST_MOVES else [*moves[: MOST_MOVES - 1], moves[-1]]  # who gained, and who lost most
            shown = ", ".join(f"{name(snapshot, m['holder'])} {points(m['change'])}" for m in most)
            yield f"power in {name(snapshot, issuer)}: {shown}"


def _less(row: Mapping[str, Any]) -> str:
    """From gross to net."""
    parts = [f"{what} {_money(row[key])}" for key, what in
             (("discount", "discount"), ("impact", "impact"), ("fees", "fees"), ("stamp", "stamp"), ("taxes", "tax"))
             if row[key] is not None and Decimal(row[key])]  # fmt: skip
    less = f"gross {_money(row['gross'])}{''.join(f' - {part}' for part in parts)}"
    return f"({less})" if row["net"] is not None else f"before tax, which is unknown ({less})"


def _ends(value: Mapping[str, Any]) -> str:
    low, high = value["low"], value["high"]
    return percent(low) if low == high else f"{percent(low)} to {percent(high)}"


def _money(amount: str) -> str:
    return f"{Decimal(amount):,}"


def plan_lines(result: Outcome, snapshot: Snapshot) -> list[str]:
    """Cash in beside the book loss of every sale, the group's own purse, values counted twice, and what could not be computed."""
    told: list[str] = []
    rows = [
        {"step": step.step.id, "who": f"{row['holder']} in {row['issuer']}", "currency": row["currency"]}
        | {key: None if row[key] is None else Decimal(row[key]) for key in ("proceeds", "carrying", "gain", "given_back", "result")}
        for step, block in zip(result.steps, result.finance, strict=True) for row in block["accounting"]
    ]  # fmt: skip
    if rows:
        headers = {"step": "step", "who": "sale", "proceeds": "cash in", "carrying": "carried at", "gain": "gain",
                   "given_back": "given back", "result": "result", "currency": ""}  # fmt: skip
        told += ["", "Cash in and book value", *table(rows, headers).splitlines()]
    if result.group_cash:
        cash = result.group_cash.to_dict()
        out = f"paid out for shares {_money(cash['payments'])}, costs {_money(cash['frictions'])}"
        parts = f"from outside {_money(cash['external'])}, {out}"
        inside = f"{_money(cash['internal'])} {cash['currency']} went round inside and are no money for it"
        told += ["", *paragraph(f"Cash of the group: {_money(cash['change'])} {cash['currency']} ({parts}); {inside}.", WIDTH)]
    twice = [block["finance"]["circular_value"] for block in result.finance if block["finance"]["circular_value"]]
    if twice and twice[-1]["double_counting"] is not None:
        share: Fraction = twice[-1]["double_counting"]
        told += paragraph(
            f"Market values at the end count {percent(share)} of their sum twice, as companies hold each other.", WIDTH
        )
    return told + _absent(result)


def _absent(result: Outcome) -> list[str]:
    lacking: dict[str, list[str]] = {}
    for block in result.finance:
        for row in block["finance"]["absent"]:
            who = lacking.setdefault(row["figure"].replace("_", " "), [])
            who += [] if row["who"] in who else [row["who"]]
    if not lacking:
        return []
    said = "; ".join(f"{figure} ({', '.join(who)})" for figure, who in lacking.items())
    return ["", *paragraph(f"Not computed for want of inputs (reasons in the JSON): {said}.", WIDTH)]
