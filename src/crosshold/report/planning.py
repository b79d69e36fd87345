"""Plans replayed and compared, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crosshold.deal.compare import Comparison
from crosshold.deal.outcome import Outcome
from crosshold.deal.view import BASES
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import count, fixed, percent, points
from crosshold.report.listing import WIDTH, name
from crosshold.report.plan_money import plan_lines, step_lines
from crosshold.report.tables import paragraph, table

MOST_ORDERS = 8  # kinds of path shown on a terminal


def _market(record: Mapping[str, Any]) -> Iterator[str]:
    """How long the step takes, its schedule, and what its model of impact cannot tell."""
    if "trading_days" in record:
        days = record["trading_days"]
        volume = f", {record['days_of_volume']} days of volume" if "days_of_volume" in record else ""
        until = f", until {record['last_day']} by the calendar of {record['calendar']}" if "last_day" in record else ""
        yield f"takes: {days} trading day{'s' * (days != 1)}{volume}{until}"
    if "schedule" in record:
        yield f"trades: {', '.join(count(n) for n in record['schedule']['trades'])}"
    if "impact_note" in record:
        yield f"impact: {record['impact_note']}"


def outcome(result: Outcome, snapshot: Snapshot) -> list[str]:
    """What every step does to shares, cash and law; the orders that were tried; cash at the end."""
    told = [*paragraph(result.plan.title or result.plan.id or "A plan", WIDTH), ""]
    before = result.start
    for executed, block in zip(result.steps, result.finance, strict=True):
        data = executed.to_dict(exact=True)
        shares = data["compiled"].get("shares")
        size = f" {count(shares)} shares" if isinstance(shares, int) else ""
        told.append(f"{executed.day} {executed.step.id} {executed.step.type}{size}")
        for issuer, stakes in executed.view.stakes.items():
            for holder, stake in stakes.items():
                if before.stakes.get(issuer, {}).get(holder) != stake and not holder.startswith("~"):
                    told += _line(f"{name(snapshot, holder)} in {name(snapshot, issuer)}: {_stake(stake)}")
        for line in _market(data["compiled"]):
            told += _line(line)
        for entry in data["entries"]:
            told += _line(
                f"pays: {entry['from']} to {entry['to']} {_money(entry['amount'])} {entry['currency']} ({entry['why']})"
            )
        for line in step_lines(block, snapshot):
            told += _line(line)
        for line in _events(data["events"]):
            told += _line(f"law: {line}")
        before = executed.view
    if result.order_check:
        told += ["", *_orders(result.order_check)]
    told += plan_lines(result, snapshot)
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
        else f"{_share(stake.exercisable_votes, 4)} of exercisable votes"
    )
    return f"{count(stake.shares)} shares, {_share(stake.issued, 4)} of issued, {votes}"


def _events(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line a rule and party; the rungs of a ladder that were passed together stand on one line."""
    rungs: dict[tuple[str, ...], list[str]] = {}
    for event in events:
        subject = event["subject"]
        who = subject.get("holder") or " + ".join(subject.get("group") or ())
        cause = f": {event['cause']}" if event["passive"] and event.get("cause") and event["direction"] in ("up", "down") else ""
        marks = {f"without acting{cause}": event["passive"], "possible": event.get("certainty") == "POSSIBLE"}
        marks |= {f"waiver: {event.get('waiver')}": event.get("waiver") is not None}
        how = "; ".join(word for word, holds in marks.items() if holds)
        key = (event["rule"], event["direction"], f"{who} in {subject.get('issuer')}", how, event.get("base") or "")
        rungs.setdefault(key, []).extend([str(event["threshold"])] if event.get("threshold") is not None else [])
    told = []
    for (rule, direction, pair, how, base), lines_passed in rungs.items():
        passed = sorted(set(lines_passed), key=Fraction)
        at = f", line {', '.join(passed)} of {base}" if passed else ""
        told.append(f"{rule} {direction}: {pair}{at}{f' ({how})' if how else ''}")
    return told


def comparison(result: Comparison, snapshot: Snapshot) -> list[str]:
    """Stakes, cash, control, who decides and law, side by side."""
    settings = result.settings
    told = paragraph(f"{snapshot.title or snapshot.case}: {settings['before']} against {settings['after']}", WIDTH)
    rows = _stakes_apart(result, snapshot)
    headers = {"who": "holder", "base": "% of", "before": settings["before"], "after": settings["after"], "change": "change"}
    told += ["", *(table(rows, headers, width=WIDTH).splitlines() if rows else ["No stake differs."])]
    sums = [
        {"who": name(snapshot, who), **{k: None if x is None else Decimal(x) for k, x in c.items()}, "change": _difference(c)}
        for who, c in result.cash.items()
        if who[0] != "@" and c["before"] != c["after"]
    ]
    if sums:
        headers = {
            "who": f"cash, {snapshot.currency}",
            "before": settings["before"],
            "after": settings["after"],
            "change": "change",
        }
        told += ["", *table(sums, headers, width=WIDTH).splitlines()]
    decided = [
        f"control of {name(snapshot, who)}: {_list(c['before'])} -> {_list(c['after'])}"
        for who, c in result.control.items()
        if c["before"] != c["after"]
    ]
    decided += [
        line
        for issuer in result.decides
        if issuer != "settings"
        for line in _deciding(result.decides[issuer], name(snapshot, issuer))
    ]
    if decided:
        told += ["", "Who decides", *(line for text in decided for line in _line(text))]
    return [*told, *_events_apart(result)]


def _stakes_apart(result: Comparison, snapshot: Snapshot) -> list[dict[str, Any]]:
    """One row for each holder and change; bases on which it is the same share a row."""
    groups: dict[tuple[str, str, str, str], list[Any]] = {}
    for row in result.rows:
        if row.before != row.after:
            digits = next((d for d in (4, 6, 8, 10) if _share(row.before, d) != _share(row.after, d)), 12)
            key = (row.issuer, row.holder, _share(row.before, digits), _share(row.after, digits))
            groups.setdefault(key, []).append(row)
    return [
        {
            "who": f"{name(snapshot, holder) if not holder.startswith('~') else 'other holders'} in {issuer}",
            "base": "all four" if len(rows) == len(BASES) else ", ".join(row.base.replace("_", " ") for row in rows),
            "before": before, "after": after, "change": _change(rows[0].before, rows[0].after),
        }
        for (issuer, holder, before, after), rows in groups.items()
    ]  # fmt: skip


def _difference(cash: Mapping[str, str | None]) -> Decimal | None:
    before, after = cash["before"], cash["after"]
    return None if before is None or after is None else Decimal(after) - Decimal(before)


def _deciding(both: Mapping[str, Any], issuer: str) -> list[str]:
    """What differs in who votes most and who can block."""
    told = []
    sides = [both["before"] or {}, both["after"] or {}]
    first = [f"{v['holder']} {percent(v['votes'])}" if (v := side.get("first_voter")) else "nobody" for side in sides]
    blocks = ["; ".join(" with ".join(pair) for pair in side.get("blocking_minorities") or ()) or "nobody" for side in sides]
    if first[0] != first[1]:
        told.append(f"most votes in {issuer}: {first[0]} -> {first[1]}")
    if blocks[0] != blocks[1]:
        told.append(f"who can block two thirds in {issuer}, all votes present: {blocks[0]} -> {blocks[1]}")
    return told


def _events_apart(result: Comparison) -> list[str]:
    """Events of both plans, of the first alone, of the second alone; of one plan, all of them."""
    sides = {side: _events(e for e in result.events if e["side"] == side) for side in ("before", "after")}
    shared = [line for line in sides["before"] if line in sides["after"]]
    parts = {
        "Law, in both": shared,
        f"Law, only in {result.settings['before']}": [line for line in sides["before"] if line not in shared],
        f"Law, only in {result.settings['after']}" if sides["before"] else "Law, on the way": [
            line for line in sides["after"] if line not in shared
        ],
    }
    told: list[str] = []
    for title, lines in parts.items():
        if lines:
            told += ["", title, *(line for text in lines for line in _line(text))]
    return told


def _change(before: Any, after: Any) -> str:
    """The difference in points, with digits enough to see it; of uncertain stakes that of their middle."""
    ends = [value["mid"] if isinstance(value, Mapping) else value for value in (before, after)]
    if any(not isinstance(value, (int, Fraction)) for value in ends):
        return "-"
    moved = Fraction(ends[1]) - ends[0]
    return points(moved, next((d for d in (2, 4, 6, 8, 10) if round(moved * 100 * 10**d)), 2))


def _share(value: Any, digits: int) -> str:
    if isinstance(value, Mapping):
        return f"{percent(value['low'], digits).removesuffix(' %')} to {percent(value['high'], digits)}"
    return "unknown" if value is None else percent(value, digits)


def _list(names: Sequence[str] | None) -> str:
    return "unknown" if names is None else ", ".join(names) or "nobody"
