"""One simulated plan as a workbook with live formulas (spec/deal 18): change an input, and every sheet moves.

Numbers that were given or decided are typed (blue); everything else is a formula over the inputs and the sheet before.
"""

from __future__ import annotations

from io import BytesIO

from crosshold.deal.outcome import Executed, Outcome
from crosshold.errors import Finding, RequestError
from crosshold.model.snapshot import Snapshot
from crosshold.report.register_rows import register_path
from crosshold.report.sheet import Book
from crosshold.report.workbook_books import book_loss
from crosshold.report.workbook_ends import Built, cap_table, events, sources, sources_and_uses
from crosshold.report.workbook_money import (
    MoneyPlaces,
    Payments,
    accounts,
    cash_block,
    sales_ahead,
    sales_block,
    typed_money,
)
from crosshold.report.workbook_register import WIDTHS, decided, register_after, typed_register

MOST_CELLS = 2_000_000
"""A workbook of more register cells than this opens in no spreadsheet in a reasonable time."""


def workbook(outcome: Outcome) -> bytes:
    """The bytes of an ``.xlsx`` file. ``E_FORMAT`` when the registers that the plan touches are too large for one."""
    path = register_path(outcome)
    if len(path.rows) * (len(outcome.steps) + 2) * 20 > MOST_CELLS or len(outcome.steps) > 250:
        message = f"{len(path.rows):,} holdings at {len(outcome.steps)} steps are too many for a workbook."
        raise RequestError(Finding("E_FORMAT", message, "Write .csv or .json.", "workbook"))
    target = BytesIO()
    book = Book(target, outcome.start.snapshot.at)
    title = outcome.plan.title or outcome.plan.id or "A plan"
    sheet = book.sheet("Inputs", WIDTHS)
    where = f"Case {outcome.start.snapshot.case}, {outcome.start.snapshot.at}."
    sheet.title(
        title,
        f"{where} Blue on yellow: numbers given or decided; change one and every sheet moves.",
        "Share counts that a step found, and what the law suspends, stay as the simulation decided them.",
    )
    given = typed_register(sheet, path, outcome)
    inputs = typed_money(sheet, outcome, path.issuers, given)
    start = book.sheet("Start", WIDTHS)
    start.title("The register at the start", f"{outcome.start.snapshot.at}; all of it follows from the sheet Inputs.")
    built = Built(path, inputs, [register_after(start, path, given, ({}, {}, {}), outcome)], [])
    built.states[0].cash = given.cash
    for number, executed in enumerate(outcome.steps, 1):
        _step(book, outcome, built, number, executed)
    cap_table(book, outcome, built)
    sources_and_uses(book, outcome, built)
    book_loss(book, outcome, built)
    events(book, outcome, built)
    sources(book, outcome)
    book.close()
    return target.getvalue()


def _step(book: Book, outcome: Outcome, built: Built, number: int, executed: Executed) -> None:
    """The sheet of one step: what it decided, what was paid, and the register after it."""
    sheet = book.sheet(f"{number} {executed.step.id}", WIDTHS)
    sheet.title(f"Step {executed.step.id}: {executed.step.type.replace('_', ' ')}, {executed.day}",
                f"State after it: {executed.view.hash}")  # fmt: skip
    before, state = built.states[-1], _state_before(outcome, number)
    money = MoneyPlaces()
    if executed.sales:
        money = sales_ahead(sheet, executed.sales, sheet.next + 3)
        sales_block(sheet, executed, outcome, built.inputs)
    decisions = decided(sheet, built.path, number, executed, money.shares, before)
    Payments(sheet, executed, outcome, before, built.inputs, money, state).write()
    places = register_after(sheet, built.path, before, decisions, outcome)
    cash_block(sheet, before, places, executed.entries, money.amounts, accounts(outcome))
    built.states.append(places)
    built.money.append(money)


def _state_before(outcome: Outcome, number: int) -> Snapshot:
    return (outcome.steps[number - 2].view if number > 1 else outcome.start).snapshot
