"""Today and the plans side by side: stakes, votes, money, balance, independence, and what the companies could be bought for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from crosshold.deal.ledger import rate, rounded
from crosshold.deal.simulate import Outcome
from crosshold.deal.viability import independence, takeover_cost
from crosshold.deal.view import View
from crosshold.errors import RequestError
from crosshold.measures.power import power
from crosshold.model.register import Register
from crosshold.model.snapshot import Snapshot
from crosshold.report.balance_map import group, stake
from crosshold.report.figures import fixed
from crosshold.report.holders import HolderRow, rows_of_ballot
from crosshold.report.story import BookLoss, Purchase, Sale, Variant
from crosshold.report.story_events import events_in_words
from crosshold.report.story_map import voters_in_words

Edge = tuple[str, str]
LINE = Fraction(3, 10)


def edges_of(snapshot: Snapshot, rows: Mapping[str, Sequence[HolderRow]], pair: tuple[str, str]) -> list[Edge]:
    """Named holders of the two companies, the partners' own holdings first."""
    first, second = pair
    groups = [group(snapshot, party) for party in pair]
    found = [(row.holder, row.issuer) for issuer in (second, first) for row in rows.get(issuer, ()) if not row.own]
    named = [edge for edge in found if not edge[0].startswith("~")]
    return sorted(named, key=lambda edge: not any(edge[0] in members for members in groups))


def variant_of_view(
    view: View, pair: tuple[str, str], edges: Sequence[Edge], names: Mapping[str, str], *, id: str, name: str, title: str,
    balance: Mapping[str, Fraction | None], outcome: Outcome | None = None, register: Register | None = None,
) -> Variant:  # fmt: skip
    """One column of the comparison, from a state of a plan's way; with ``outcome`` also its money and its events."""
    snapshot = view.snapshot
    rows = rows_of_ballot(snapshot, view.votes.ballot)
    found = {(row.holder, row.issuer): row for holders in rows.values() for row in holders}
    return Variant(
        id=id, name=name, title=title, stakes={edge: found.get(edge) for edge in edges},
        voters=voters_in_words(view.votes.ballot, snapshot, pair, names), balance=balance,
        purchases=tuple(purchase(view, rows, issuer, names) for issuer in reversed(pair)),
        sales=sales(outcome) if outcome else (), fund=fund_money(outcome) if outcome else None,
        losses=losses(outcome, register) if outcome and register else (),
        events=events_in_words(outcome, names) if outcome else (), findings=outcome.findings if outcome else (),
    )  # fmt: skip


def name_of(snapshot: Snapshot, pair: tuple[str, str]) -> str:
    """A state by its two stakes in percent: "30/10" is 30 % of the second held by the first, 10 % the other way."""
    first, second = pair
    return "/".join(_short(stake(snapshot, a, b)) for a, b in ((first, second), (second, first)))


def _short(share: Fraction) -> str:
    return fixed(share * 100, 1).removesuffix(".0")


def euros(snapshot: Snapshot, amount: Decimal | Fraction, currency: str, day: date) -> Decimal:
    """Money in the case's currency at its rate."""
    if currency == snapshot.currency:
        return rounded(Fraction(amount), currency)
    return rounded(Fraction(amount) * rate(snapshot.fx, currency, snapshot.currency, day), snapshot.currency)


def sales(outcome: Outcome) -> tuple[Sale, ...]:
    """Every block sold on the way, in the case's currency."""
    start = outcome.start.snapshot
    return tuple(
        Sale(sale.payee, sale.issuer, sale.shares, euros(start, sale.gross, sale.currency, executed.day),
             euros(start, sale.net, sale.currency, executed.day))
        for executed in outcome.steps for sale in executed.sales
    )  # fmt: skip


def fund_money(outcome: Outcome) -> Decimal | None:
    """What the plan's fund is paid, in the case's currency; ``None`` without a fund."""
    fund = outcome.plan.fund
    if fund is None:
        return None
    start = outcome.start.snapshot
    paid = [
        euros(start, entry.amount, entry.currency, executed.day)
        for executed in outcome.steps for entry in executed.entries if entry.payee == fund.id and entry.why == "contribution"
    ]  # fmt: skip
    return sum(paid, start=Decimal(0))


def losses(outcome: Outcome, register: Register) -> tuple[BookLoss, ...]:
    """Book values lost or gained; the day on which the accounts were printed comes from the register."""
    printed = {(b["holder"], b["issuer"], str(b["date"])): str(day or "") for day, b in register.records.get("books", ())}
    return tuple(
        BookLoss(
            holder=b.holder, issuer=b.issuer, proceeds=rounded(b.proceeds, b.currency), carrying=rounded(b.carrying, b.currency),
            as_of=b.as_of, printed=printed.get((b.holder, b.issuer, b.as_of), ""),
        )
        for executed in outcome.steps for b in executed.bookings
    )  # fmt: skip


def purchase(view: View, rows: Mapping[str, Sequence[HolderRow]], issuer: str, names: Mapping[str, str]) -> Purchase:
    """What an outsider would pay, and how independent the company is."""
    snapshot = view.snapshot
    costs: list[Decimal | None] = []
    for threshold, strict in ((LINE, False), (Fraction(1, 2), True)):
        try:
            price = snapshot.prices[issuer]
            cost = takeover_cost(snapshot.issuers[issuer].issued, price.value, threshold=threshold, strict=strict).cost
            costs.append(euros(snapshot, cost, price.currency, max(price.date, snapshot.at)))
        except (KeyError, RequestError):
            costs.append(None)
    dispersed = sum(row.shares for row in rows[issuer] if row.holder.startswith("~"))
    index, strongest, free = {}, "nobody", None
    if view.votes.settled:
        index = dict(power(view.votes.network, issuer).values)
        own = set(group(snapshot, issuer))
        shares = {
            row.holder: row.votes_share or 0 for row in rows[issuer] if row.holder not in own and not row.holder.startswith("~")
        }
        found = independence({who: value for who, value in index.items() if who not in own}, shares)
        free = found.independence
        strongest = names.get(found.strongest or "", found.strongest or "nobody")
    return Purchase(issuer, costs[0], costs[1], Fraction(dispersed, snapshot.issuers[issuer].issued), strongest, free)
