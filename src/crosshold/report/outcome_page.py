"""One simulated plan as one HTML file: the chart before and after, stakes on four bases, steps, events, money, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from crosshold.deal.books import Booking
from crosshold.deal.outcome import Executed, Outcome
from crosshold.deal.view import BASES, Stake
from crosshold.report.figures import count, money, percent, points
from crosshold.report.html import figure
from crosshold.report.markup import Markup, document, grid, items, section, tag
from crosshold.report.story import DISCLAIMER
from crosshold.report.story_claims import names_of
from crosshold.report.story_events import happenings
from crosshold.report.story_law import scenes_of

_HEADS = {"issued": "% of issued", "outstanding": "% of outstanding", "gross_votes": "% of gross votes",
          "exercisable_votes": "% of votes that can be exercised"}  # fmt: skip


def outcome_page(outcome: Outcome) -> str:
    """The page of one plan."""
    plan, start = outcome.plan, outcome.start.snapshot
    names = names_of(start) | names_of(outcome.end.snapshot)
    title = plan.title or plan.id or "A plan"
    status = "; ".join(f"{key.replace('_', ' ')}: {_words(value)}" for key, value in plan.status.items())
    parts = [
        section("charts", "Before and after", *(figure(scene) for scene in scenes_of(outcome))),
        section("stakes", "Stakes before and after", _stakes(outcome, names)),
        section("steps", "Steps", _steps(outcome, names)),
        section("money", "Money", _money(outcome, names)),
        section("findings", "Findings and settings", _findings(outcome)),
    ]
    head = tag(
        "header",
        tag("p", f"crosshold report · case {start.case} · plan {plan.id} · state of {start.at}", class_="kicker"),
        tag("h1", title),
        tag("p", f"What the plan rests on: {status}." if status else "No source is named for this plan.", class_="deck"),
    )
    foot = tag(
        "footer", tag("p", DISCLAIMER), tag("p", f"Information, not advice. State after the last step: {outcome.end_hash}")
    )
    return document(f"{title} · crosshold", tag("main", head, *parts, foot, class_="page"))


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _stakes(outcome: Outcome, names: Mapping[str, str]) -> Markup:
    rows: list[Sequence[object] | str] = []
    for issuer, holders in outcome.end.stakes.items():
        rows.append(f"in {names.get(issuer, issuer)}")
        before = outcome.start.stakes.get(issuer, {})
        notional = outcome.end.snapshot.issuers[issuer].basis == "fraction"
        for holder, stake in holders.items():
            was = before.get(holder)
            if stake.shares == 0 and (was is None or was.shares == 0):
                continue
            name = "own shares" if holder == issuer else names.get(holder, holder)
            shares = "not known" if notional else count(stake.shares)
            rows.append((name, shares, *(_change(was, stake, basis) for basis in BASES)))
    heads = [("Holder", False), ("Shares after", True), *((_HEADS[basis], True) for basis in BASES)]
    return grid("Before → after where they differ; each column on its own base", heads, rows)


def _change(was: Stake | None, now: Stake, basis: str) -> str:
    old, new = (percent(stake.on(basis)) if stake else percent(0) for stake in (was, now))
    return new if old == new else f"{old.removesuffix(' %')} → {new}"


def _steps(outcome: Outcome, names: Mapping[str, str]) -> Markup:
    rows = [(s.step.id, s.day.isoformat(), s.step.type.replace("_", " "), _what(s), _price(s)) for s in outcome.steps]
    heads = [("Step", False), ("Day", False), ("Kind", False), ("Shares or money", True), ("Price, discount", True)]
    parts = [grid("Every step as it was executed", heads, rows)]
    for executed in outcome.steps:
        said = happenings([event.to_dict(exact=True) for event in executed.events], names)
        if said:
            parts += [tag("h3", f"What the law says of {executed.step.id}"), items("ul", said, class_="key")]
    return Markup("".join(parts))


def _what(executed: Executed) -> str:
    record = executed.record
    if isinstance(record.get("shares"), int):
        return f"{count(record['shares'])} shares"
    return money(record["amount"], record["currency"]) if "amount" in record else "-"


def _price(executed: Executed) -> str:
    price, discount = executed.record.get("price"), executed.record.get("discount")
    currency = f"{executed.sales[0].currency} " if executed.sales else ""
    return (
        ", ".join([*([f"{currency}{price}"] if price is not None else []), *([f"{percent(discount)} off"] if discount else [])])
        or "-"
    )


def _money(outcome: Outcome, names: Mapping[str, str]) -> Markup:
    rows: list[Sequence[object] | str] = []
    for who, sheet in outcome.sources_and_uses.items():
        rows.append(names.get(who, f"fund {who}"))
        for side in ("sources", "uses"):
            rows += [(line["what"], side[:-1], money(line["amount"], line["currency"]), line["step"]) for line in sheet[side]]
    heads = [("What", False), ("Side", False), ("Amount", True), ("Step", False)]
    parts = [grid("Sources and uses; each account balances to the last cent", heads, rows)]
    group = outcome.group_cash
    if group is not None:
        inside, outside, costs, change = (
            money(_cents(getattr(group, k)), group.currency) for k in ("internal", "external", "frictions", "change")
        )
        parts.append(
            tag("p", f"Cash of the group: {inside} from its own purse, {outside} from outside, {costs} costs; change {change}.")
        )
    booked = [b for s in outcome.steps for b in s.bookings]
    return Markup("".join([*parts, items("ul", (_booked(b, names) for b in booked), class_="key")]))


def _booked(b: Booking, names: Mapping[str, str]) -> str:
    carried, came, gain = (money(_cents(value), b.currency) for value in (b.carrying, b.proceeds, abs(b.gain)))
    word = "gain" if b.gain >= 0 else "loss"
    who, issuer = names.get(b.holder, b.holder), names.get(b.issuer, b.issuer)
    return f"{who} sells shares of {issuer} carried at {carried} (accounts of {b.as_of}) for {came}: a book {word} of {gain}."


def _cents(value: Any) -> Decimal:
    return Decimal(round(value * 100)) / 100


def _findings(outcome: Outcome) -> Markup:
    found = [tag("span", tag("strong", f.code), " ", f.message, " ", f.cure) for f in outcome.findings]
    pairs = [
        part for k, v in outcome.settings.items() if v not in (None, [], {}) for part in (tag("dt", k), tag("dd", _words(v)))
    ]
    peaks = [
        f"{name}: highest {percent(value['value'])} of {value['basis'].replace('_', ' ')}, at {value['step']}"
        for name, value in outcome.peak.items()
    ]
    balance = outcome.balance
    ends = []
    for basis in ("capital", "exercisable_votes", "power"):
        was, now = (balance[end].get(basis) for end in ("start", "end"))
        if was is not None and now is not None:
            ends.append(f"Balance on {basis.replace('_', ' ')}: {float(was):.2f} → {float(now):.2f} ({points(now - was)})")
    return Markup(items("ul", [*found, *peaks, *ends], class_="key") + tag("dl", *pairs))
