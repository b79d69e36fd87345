"""Plans replayed and compared, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.compare import Comparison
from crosshold.deal.outcome import Outcome
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import count, fixed, percent, points
from crosshold.report.listing import WIDTH, name
from crosshold.report.tables import paragraph, table

MOST_ORDERS = 8  # kinds of path shown on a terminal


def outcome(result: Outcome, snapshot: Snapshot) -> list[str]:
    """What every step does to shares, cash and law; the orders that were tried; cash at the end."""
    told = [*paragraph(result.plan.title or result.plan.id or "A plan", WIDTH), ""]
    before = result.start
    for executed in result.steps:
        data = executed.to_dict(exact=True)
        shares = data["compiled"].get("shares")
        size = f" {count(shares)} shares" if isinstance(shares, int) else ""
        told.append(f"{executed.day} {executed.step.id} {executed.step.type}{size}")
        for issuer, stakes in executed.view.stakes.items():
            for holder, stake in stakes.items():
                if before.stakes.get(issuer, {}).get(holder) != stake and not holder.startswith("~"):
                    told += _line(f"{name(snapshot, holder)} in {name(snapshot, issuer)}: {_stake(stake)}")
        for entry in data["entries"]:
            told += _line(
                f"pays: {entry['from']} to {entry['to']} {_money(entry['amount'])} {entry['currency']} ({entry['why']})"
            )
        for line in _events(data["events"]):
            told += _line(f"law: {line}")
        before = executed.view
    if result.order_check:
        told += ["", *_orders(result.order_check)]
    told += ["", f"Cash at the end, {snapshot.currency}"]
    rows = [
        {"who": name(snapshot, who), "cash": None if x is None else Decimal(str(x))}
        for who, x in before.to_dict()["cash"].items()
        if who[0] != "@"
    ]
    return [*told, *table(rows, {"who": "who", "cash": "cash"}).splitlines()]


def _line(text: str) -> list[str]:
    """A line under its step; what does not fit goes on further in."""
    first, *rest = paragraph(text, WIDTH - 4)
    return [f"    {first}", *(f"        {line}" for line in paragraph(" ".join(rest), WIDTH - 8) if line)]


def _orders(check: Mapping[str, Any]) -> list[str]:
    """How many orders there are, where they end, what stops them, and the best of them."""
    rows = check["rows"]
    best = [row for row in rows if list(row["steps"]) in [list(steps) for steps in check["best"]]]
    how = f" drawn with seed {check['seed']}" if check["drawn"] else ""
    same = ", payments that cannot meet in one order only" if check["merged"] else ""
    ends = f"{count(check['end_states'])} different end{'s' if check['end_states'] != 1 else ''}"
    told = paragraph(f"Orders of the steps: {count(check['orders'])}{how} tried{same}; {ends}.", WIDTH)
    for code, number in check["errors"].items():
        told.append(f"    {count(number)} stopped by {code}")
    watched = list(best[0]["peaks"]) if best else []
    heads = {"steps": "order", "events": "events", "toggles": "flips", "days": "days"}
    heads |= {name: f"peak {name}" for name in watched} | {"cash": "cash short of"}
    lines: dict[tuple[Any, ...], tuple[bool, list[str], dict[str, Any]]] = {}
    for row in (row for row in rows if row["error"] is None):
        cells = {
            "events": row["events"], "toggles": row["toggles"], "days": row["days"],
            **{name: percent(Fraction(value)) for name, value in row["peaks"].items()},
            "cash": "unknown" if row["cash_need"] is None else fixed(Fraction(row["cash_need"]), 2),
        }  # fmt: skip
        lines.setdefault(tuple(cells.values()), (row in best, [], cells))[1].append(" ".join(row["steps"]))
    shown = sorted(lines.values(), key=lambda line: not line[0])
    table_rows = [
        {
            "steps": f"{'* ' if good else '  '}{orders[0]}{f' and {count(len(orders) - 1)} more' if len(orders) > 1 else ''}",
            **cells,
        }
        for good, orders, cells in shown[:MOST_ORDERS]
    ]
    told += table(table_rows, heads, width=WIDTH).splitlines() if table_rows else []
    left = len(shown) - len(table_rows)
    return [
        *told,
        *([f"... {count(left)} more kinds of path; --json takes all"] if left else []),
        *(["* best: no order has less of all"] if best else []),
    ]


def _money(amount: str) -> str:
    return f"{Decimal(amount):,}"


def _stake(stake: Any) -> str:
    votes = (
        "no vote can be exercised"
        if stake.exercisable_votes is None
        else f"{_ratio(stake.exercisable_votes)} of exercisable votes"
    )
    return f"{count(stake.shares)} shares, {_ratio(stake.issued)} of issued, {votes}"


def _ratio(value: Any) -> str:
    return percent(value, 4) if isinstance(value, (Fraction, float, int)) else str(value)


def _events(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line a rule and party; the rungs of a ladder that were passed together stand on one line."""
    rungs: dict[tuple[str, ...], list[str]] = {}
    for event in events:
        subject = event["subject"]
        who = subject.get("holder") or " + ".join(subject.get("group") or ())
        how = "without acting" if event["passive"] else ""
        key = (event["rule"], event["direction"], f"{who} in {subject.get('issuer')}", how, event.get("base") or "")
        rungs.setdefault(key, []).extend([str(event["threshold"])] if event.get("threshold") is not None else [])
    told = []
    for (rule, direction, pair, how, base), lines_passed in rungs.items():
        passed = sorted(set(lines_passed), key=Fraction)
        at = f", line {', '.join(passed)} of {base}" if passed else ""
        told.append(f"{rule} {direction}: {pair}{at}{f' ({how})' if how else ''}")
    return told


def comparison(result: Comparison, snapshot: Snapshot) -> list[str]:
    """Stakes, cash, control and law that differ."""
    settings = result.settings
    moved = [row for row in result.rows if row.before != row.after]
    rows = [
        {"issuer": row.issuer, "holder": row.holder, "base": row.base, "before": _share(row.before), "after": _share(row.after),
         "change": _change(row.before, row.after)}
        for row in moved
    ]  # fmt: skip
    head = [f"{snapshot.title or snapshot.case}: {settings['before']} against {settings['after']}", ""]
    if not rows:
        return [*head, "No stake differs."]
    headers = {"issuer": "company", "holder": "holder", "base": "% of", "before": "before", "after": "after", "change": "change"}
    told = [*head, *table(rows, headers, width=WIDTH).splitlines()]
    told += [
        "",
        *(f"cash of {who}: {c['before']} -> {c['after']}" for who, c in result.cash.items() if c["before"] != c["after"]),
    ]
    told += [
        f"control of {who}: {_list(c['before'])} -> {_list(c['after'])}"
        for who, c in result.control.items()
        if c["before"] != c["after"]
    ]
    return [*told, *(f"law: {line}" for line in _events(result.events))]


def _change(before: Any, after: Any) -> str:
    numbers = isinstance(before, (int, Fraction)) and isinstance(after, (int, Fraction))
    return points(Fraction(after) - before, 2) if numbers else "-"


def _share(value: Any) -> str:
    return "-" if value is None else _ratio(value)


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "nobody"
