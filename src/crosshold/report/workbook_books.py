"""Cash in and book loss side by side, and earnings per share, as formulas over the steps of a workbook."""

from __future__ import annotations

from crosshold.deal.books import Booking
from crosshold.deal.draft import Sale
from crosshold.deal.ledger import digits
from crosshold.deal.outcome import Executed, Outcome
from crosshold.report.sheet import Book, Formula, Sheet, added, to_minor_unit
from crosshold.report.workbook_ends import Built
from crosshold.report.workbook_money import InputPlaces

_HEADS = (
    ("Holder", "text"), ("Company", "text"), ("Step", "text"), ("Carrying before", "money"), ("Shares sold", "count"),
    ("Held before", "count"), ("Carrying of what was sold", "money"), ("Cash in, net", "money"), ("Gain, or loss (-)", "money"),
    ("A share", "money"), ("Reserves recycled", "money"), ("Given back by cancellation", "money"), ("Result", "money"),
    ("Carrying after, exact", "money"), ("Carrying after", "money"), ("Reserves after, exact", "money"), ("Reserves after", "money"),
    ("Currency", "text"),
)  # fmt: skip


def book_loss(book: Book, outcome: Outcome, built: Built) -> None:
    """Cash in and book loss side by side, and earnings per share where earnings are given."""
    sheet = book.sheet("EPS and book loss", (12, 14, 12, *[18] * 14, 10))
    sheet.title(
        "Cash in and book loss, side by side",
        "Carrying value of what was sold = carrying value x shares sold / shares held before; result = gain + reserves + given back.",
    )
    sheet.part("Book gain or loss", _HEADS)
    carried, reserves = dict(built.inputs.books), dict(built.inputs.reserves)
    for number, executed in enumerate(outcome.steps):
        for booking in executed.bookings:
            _booking(sheet, executed, booking, built, number, carried, reserves)
    if not carried:
        sheet.row("no stake that was sold has a carrying value in the case")
    _earnings(sheet, outcome, built)


Keyed = dict[tuple[str, str], str]


def _booking(
    sheet: Sheet, executed: Executed, booking: Booking, built: Built, number: int, carried: Keyed, reserves: Keyed
) -> None:
    key, money, before = (booking.holder, booking.issuer), built.money[number], built.states[number]
    mine = [k for k, s in enumerate(executed.sales) if (s.payee, s.issuer) == key]
    at = sheet.next
    old, sold, held, cost, came, gain = (sheet.ref(at, column) for column in (3, 4, 5, 6, 7, 8))
    recycled, back, exact, exact_reserves = (sheet.ref(at, column) for column in (10, 11, 13, 15))
    places = digits(booking.currency)
    left = f"({held}-{sold})/{held}"
    kept = reserves.get(key)
    after = [(Formula(f"={kept}*{left}"), "money"), (to_minor_unit(exact_reserves, places), "money")] if kept else [None, None]
    recycling = Formula(f"={kept}*{sold}/{held}") if kept and booking.recycled else 0
    sheet.row(
        booking.holder, booking.issuer, executed.step.id, (Formula(f"={carried[key]}"), "money"),
        (Formula(f"={added(money.shares[k] for k in mine)}"), "count"),
        (Formula(f"={added(before.held(booking.issuer, booking.holder))}"), "count"), (Formula(f"={old}*{sold}/{held}"), "money"),
        (Formula(f"={_proceeds(executed, booking, built, number, mine)}"), "money"), (Formula(f"={came}-{cost}"), "money"),
        (Formula(f"=IF({sold}=0,0,{gain}/{sold})"), "money"), (recycling, "money"),
        (_given_back(executed, booking, built, number, (old, sold, held)), "money"), (Formula(f"={gain}+{recycled}+{back}"), "money"),
        (Formula(f"={old}*{left}+{back}"), "money"), (to_minor_unit(exact, places), "money"), *after, booking.currency,
    )  # fmt: skip
    carried[key] = sheet.ref(at, 14)
    if kept:
        reserves[key] = sheet.ref(at, 16)


def _proceeds(executed: Executed, booking: Booking, built: Built, number: int, mine: list[int]) -> str:
    """What came in less fees and taxes, in the currency of the book."""
    money = built.money[number]
    terms = [(money.net[k], "+", executed.sales[k].currency) for k in mine]
    terms += [
        (money.amounts[k], "-", e.currency)
        for k, e in enumerate(executed.entries)
        if e.payer == booking.holder and e.why in ("fee", "tax", "stamp")
    ]
    return "".join(f"{sign}{_converted(cell, currency, booking.currency, built.inputs)}" for cell, sign, currency in terms)


def _given_back(executed: Executed, booking: Booking, built: Built, number: int, cells: tuple[str, str, str]) -> Formula | int:
    """s1 (Q e - what the issuer paid for Q shares), when it cancels in the same step what it bought."""
    if not booking.given_back:
        return 0
    old, sold, held = cells
    money = built.money[number]
    bought = [k for k, s in enumerate(executed.sales) if _own(s, booking.issuer)]
    paid = added(_converted(money.gross[k], executed.sales[k].currency, booking.currency, built.inputs) for k in bought)
    issued = built.states[number + 1].issued[booking.issuer]
    return Formula(f"=({held}-{sold})/{issued}*(({added(money.shares[k] for k in bought)})*{old}/{held}-({paid}))")


def _own(sale: Sale, issuer: str) -> bool:
    return sale.issuer == sale.buyer == issuer


def _converted(cell: str, source: str, target: str, inputs: InputPlaces) -> str:
    if source == target:
        return cell
    return f"{cell}*{inputs.fx[source + target]}" if source + target in inputs.fx else f"{cell}/{inputs.fx[target + source]}"


def _earnings(sheet: Sheet, outcome: Outcome, built: Built) -> None:
    """EPS1 = (E - y (1 - t) cash paid for own shares) / (shares outstanding after): type the three inputs of a company."""
    heads = [("Company", "text"), ("", "text"), ("Currency", "text"), ("Earnings E, type here", "money"), ("Yield on cash y", "percent"),
             ("Tax t", "percent"), ("Paid for own shares", "money"), ("Shares before", "count"), ("Shares after", "count"),
             ("EPS before", "price"), ("EPS after", "price"), ("Change", "points")]  # fmt: skip
    sheet.part("Earnings per share: (E - y (1 - t) x paid) / shares outstanding; empty until earnings are typed", heads)
    first, last = built.states[0], built.states[-1]
    for issuer in built.path.issuers:
        at = sheet.next
        earnings, each, tax, spent, was, now, before, after = (sheet.ref(at, column) for column in (3, 4, 5, 6, 7, 8, 9, 10))
        bought = [(cell, s.currency) for executed, money in zip(outcome.steps, built.money, strict=True)
                  for s, cell in zip(executed.sales, money.net, strict=True) if _own(s, issuer)]  # fmt: skip
        currency = bought[0][1] if bought else ""
        ready = f"AND(COUNT({earnings},{each},{tax})=3,{was}>0,{now}>0)"
        old = Formula(f'=IF(AND(COUNT({earnings})=1,{was}>0),{earnings}/{was},"-")')
        new = Formula(f'=IF({ready},({earnings}-{each}*(1-{tax})*{spent})/{now},"-")')
        paid_out = added(cell for cell, c in bought if c == currency)
        counts = ((Formula(f"={places.issued[issuer]}-{places.own[issuer]}"), "count") for places in (first, last))
        change = Formula(f'=IF(COUNT({before},{after})=2,{after}/{before}-1,"-")')
        sheet.row(
            issuer, "", currency, (None, "money", True), (None, "percent", True), (None, "percent", True),
            (Formula(f"={paid_out}"), "money"), *counts, (old, "price"), (new, "price"), (change, "points"),
        )  # fmt: skip
