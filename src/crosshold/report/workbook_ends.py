"""The sheets that close a workbook: cap table, sources and uses, events, sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosshold.deal.accounts import GOT, PAID
from crosshold.deal.ledger import digits
from crosshold.deal.outcome import Outcome
from crosshold.deal.view import View
from crosshold.report.figures import percent
from crosshold.report.register_rows import RegisterPath
from crosshold.report.sheet import Book, Formula
from crosshold.report.story import DISCLAIMER
from crosshold.report.workbook_money import InputPlaces, MoneyPlaces, accounts
from crosshold.report.workbook_register import BASES, HEADS, Places


@dataclass
class Built:
    """What the sheets of a path left behind: the places of every state, and of the money of every step."""

    path: RegisterPath
    inputs: InputPlaces
    states: list[Places]
    money: list[MoneyPlaces]


def cap_table(book: Book, outcome: Outcome, built: Built) -> None:
    """Every holder of every issuer before and after: shares, then each of the four bases."""
    sheet = book.sheet("Cap table", (12, 14, 40, 20, 20, 20))
    sheet.title(
        "Cap table before and after", "Each percentage on the base that its block names; differences are in percentage points."
    )
    first, last = built.states[0], built.states[-1]
    for key in ("shares", *BASES):
        style, difference = ("count", "count") if key == "shares" else ("percent", "points")
        heads = (
            ("Company", "text"),
            ("Holder", "text"),
            ("Name", "text"),
            ("Before", style),
            ("After", style),
            ("Difference", style),
        )
        sheet.part(HEADS.get(key, "Shares"), heads)
        for issuer, holder in built.path.pairs:
            was, now = sheet.ref(sheet.next, 3), sheet.ref(sheet.next, 4)
            ends = ((Formula(f"={places.stakes[issuer, holder, key]}"), style) for places in (first, last))
            change = Formula(f'=IF(COUNT({was},{now})=2,{now}-{was},"-")')
            own = "own shares" if issuer == holder else outcome.end.snapshot.name(holder)
            sheet.row(issuer, holder, own, *ends, (change, difference))


def sources_and_uses(book: Book, outcome: Outcome, built: Built) -> None:
    """One block for each account and currency; what sources exceed uses by is what its cash rose by."""
    sheet = book.sheet("Sources and uses", (30, 14, 20, 20, 12))
    sheet.title("Sources and uses", "The check of every account must read 0: sources less uses less the change of its cash.")
    total = sheet.next
    sheet.next += 1
    checks = []
    for who, currency in (key for key in accounts(outcome) if not key[0].startswith("@")):
        lines = _lines(outcome, built, who, currency)
        if not lines:
            continue
        heads = (("What", "text"), ("Step", "text"), ("Source", "money"), ("Use", "money"), ("Currency", "text"))
        sheet.part(f"{outcome.end.snapshot.name(who)} ({who}), {currency}", heads)
        rows = []
        for side, what, step, cell in lines:
            amount = (Formula(f"={cell}"), "money")
            rows.append(sheet.row(what, step, *((amount, None) if side == "source" else (None, amount)), currency))
        end, start = (built.states[k].cash[who, currency] for k in (-1, 0))
        at = sheet.row("change of cash", "", None, (Formula(f"={end}-{start}"), "money"), currency)
        income, spent = sheet.span(rows, 2), sheet.span(rows, 3)
        balance = Formula(f"=ROUND(SUM({income})-SUM({spent})-{sheet.ref(at, 3)},{digits(currency)})")
        checks.append(sheet.ref(sheet.row("check: must be 0", "", None, (balance, "check"), currency), 3))
    after, sheet.next = sheet.next, total
    largest = Formula(f"=MAX({','.join(f'ABS({cell})' for cell in checks[:200])})") if checks else 0
    sheet.row("Largest of all checks: must be 0", "", None, (largest, "check"))
    sheet.next = after


def _lines(outcome: Outcome, built: Built, who: str, currency: str) -> list[tuple[str, str, str, str]]:
    """(side, what, step, formula) of one account, the lines of :func:`crosshold.deal.accounts.sources_and_uses`."""
    lines = []
    for executed, money in zip(outcome.steps, built.money, strict=True):
        step = executed.step.id
        for sale, gross, net in zip(executed.sales, money.gross, money.net, strict=True):
            if (sale.payee, sale.currency) == (who, currency):
                lines.append(("source", "shares sold, gross", step, gross))
                if sale.gross != sale.net:
                    lines.append(("use", "discount and impact", step, f"{gross}-{net}"))
        for entry, cell in zip(executed.entries, money.amounts, strict=True):
            if entry.currency == currency and entry.payer == who:
                lines.append(("use", PAID.get(entry.why, entry.why), step, cell))
            if entry.currency == currency and entry.payee == who and not (entry.why == "price" and executed.sales):
                lines.append(("source", GOT.get(entry.why, entry.why), step, cell))
    return lines


def events(book: Book, outcome: Outcome, built: Built) -> None:
    """What the law said of each step. A stake on one of the four bases is live; the law itself is not worked out by a spreadsheet."""
    sheet = book.sheet("Events", (8, 26, 12, 10, 24, 10, 22, 14, 14, 14, 12, 60))
    sheet.title(
        "Events",
        "Stakes on the four bases are live. Which votes the law suspends was decided by the simulation: run it again after a change.",
    )
    heads = [("Step", "text"), ("Rule", "text"), ("What", "text"), ("Company", "text"), ("Who", "text"), ("Line", "percent"),
             ("Of", "text"), ("Before", "percent"), ("After", "percent"), ("Without acting", "text"),
             ("Certainty", "text"), ("Source", "text")]  # fmt: skip
    sheet.part("Lines crossed, votes taken or given back, contracts", heads)
    sheet.freeze(sheet.next)
    views = [outcome.start, *(step.view for step in outcome.steps)]
    for number, executed in enumerate(outcome.steps):
        for event in (happening.to_dict(exact=True) for happening in executed.events):
            subject = event["subject"]
            holders = list(subject.get("group") or ()) or [subject.get("holder")]
            line = event.get("threshold")
            ends = [
                _live(views[number + k], built.states[number + k], event, holders, value)
                for k, value in enumerate((event.get("from"), event.get("to")))
            ]
            sheet.row(
                executed.step.id, event["rule"], event["direction"], subject["issuer"], ", ".join(map(str, holders)),
                (Formula(f"={line}"), "percent") if line else None, (event.get("base") or "").replace("_", " "), *ends,
                "yes" if event.get("passive") else "", event.get("certainty") or "", event.get("citation") or "",
            )  # fmt: skip


def _live(executed: View, places: Places, event: Mapping[str, Any], holders: Sequence[Any], value: Any) -> tuple[Any, str] | str:
    """A stake as a formula when it is the sum of the holders' own on one of the four bases, else as it was measured, in words."""
    issuer, basis = event["subject"]["issuer"], str(event.get("base"))
    if value is None:
        return ""
    told = Fraction(str(value))
    table = executed.stakes.get(issuer, {})
    present = [holder for holder in holders if (issuer, holder, basis) in places.stakes]
    stakes = [table[holder].on(basis) for holder in present if holder in table] if basis in BASES else []
    if not present or None in stakes or sum((s for s in stakes if s is not None), Fraction(0)) != told:
        return percent(told, 4)
    span = ",".join(places.stakes[issuer, holder, basis] for holder in present)
    return Formula(f'=IF(COUNT({span})={len(present)},SUM({span}),"open")'), "percent"


def sources(book: Book, outcome: Outcome) -> None:
    """Where the inputs come from, the settings, what should be known, and what this file is not."""
    sheet = book.sheet("Sources", (22, 18, 24, 16, 90))
    state = outcome.start.snapshot
    sheet.title("Sources and settings", DISCLAIMER)
    sheet.part(
        "Lots of the start",
        (("Lot", "text"), ("Company", "text"), ("Holder", "text"), ("Confidence", "text"), ("Source", "text")),
    )
    for lot in state.lots:
        sheet.row(lot.id, lot.issuer, lot.holder, lot.confidence or "", lot.source or "")
    sheet.part(
        "Prices, rates and books", (("What", "text"), ("Of", "text"), ("Day", "text"), ("Confidence", "text"), ("Source", "text"))
    )
    for issuer, price in state.prices.items():
        sheet.row("price", issuer, price.date.isoformat(), price.confidence or "", price.source or "")
    for pair, quoted in state.fx.items():
        sheet.row("exchange rate", pair, quoted.date.isoformat(), quoted.confidence or "", quoted.source or "")
    for row in state.books:
        sheet.row("book", f"{row.get('holder')} in {row.get('issuer')}", str(row.get("date", "")), str(row.get("confidence") or ""),
                  str(row.get("source") or ""))  # fmt: skip
    sheet.part("Settings", (("Setting", "text"), ("Value", "text")))
    said = {
        "case": state.case,
        "plan": outcome.plan.id,
        "at": state.at.isoformat(),
        **outcome.settings,
        **outcome.versions,
        "end state": outcome.end_hash,
    }
    for key, value in said.items():
        if value not in (None, [], {}, ""):
            sheet.row(key, ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value))
    sheet.part("What a reader should know", (("Code", "text"), ("Where", "text"), ("", "text"), ("", "text"), ("What", "text")))
    for finding in outcome.findings:
        sheet.row(finding.code, finding.where, "", "", f"{finding.message} {finding.cure}".strip())
    if book.inexact:
        sheet.part(
            "Whole numbers above 2^53 are held to 15 digits by spreadsheets; exact they are",
            (("Cell", "text"), ("", "text"), ("Exact", "text")),
        )
        for place, number in book.inexact:
            sheet.row(place, "", str(number))
