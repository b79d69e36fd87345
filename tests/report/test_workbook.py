"""The workbook of a plan: LibreOffice works it out anew, and every figure is the engine's; a changed input is a changed case."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

import crosshold as ch
from crosshold.deal.finance import eps_after_buyback
from crosshold.deal.outcome import Outcome
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import simulate
from crosshold.deal.view import BASES, View
from crosshold.errors import RequestError
from crosshold.formats.case import from_document
from crosshold.formats.yaml_text import read
from crosshold.model.snapshot import Snapshot
from crosshold.report.workbook import workbook

from .office import Sheets, changed, find, needs_office, parts, recomputed, sheets_of

pytestmark = needs_office

CASE = """
crosshold: case/1
id: mixed
at: 2026-03-02
currency: EUR
entities: {A: {name: Alpha, kind: company}, B: {name: Beta, kind: company}, P: {name: '=HYPERLINK("x")', kind: person}, T: {kind: trustee}}
issuers: {A: {issued: 1000003, loyalty: {multiple: 2, years: 2}}, B: {issued: 70001}}
lots:
  - {id: a1, issuer: A, holder: B, shares: 200000, since: 2020-01-01}
  - {id: a2, issuer: A, holder: P, shares: 99999, votes: 150000, source: "@source"}
  - {id: a3, issuer: A, holder: A, shares: 5000, votes: 0}
  - {id: b1, issuer: B, holder: A, shares: 30000, since: 2026-01-01}
prices: {A: {value: "12.345", currency: EUR, date: 2026-03-02}, B: {value: "801", currency: JPY, date: 2026-03-02}}
fx: {EURJPY: {value: "161.37", date: 2026-03-02}}
cash: {A: {amount: "9000000", currency: EUR}, B: {amount: "99000000", currency: JPY}, P: {amount: "0", currency: EUR}}
books: [{holder: B, issuer: A, method: equity, carrying: "3000000", reserves: "-70001", currency: JPY, date: 2025-12-31}]
"""
STEPS: list[dict[str, Any]] = [
    {"id": "sale", "type": "sell", "issuer": "A", "holder": "B", "shares": 12345, "fee": "0.0013", "tax": "t"},
    {"id": "mix", "type": "block", "issuer": "A", "holder": "P", "shares": 60001, "discount": "0.0351",
     "buyers": {"B": 1001, "~float": 59000}},
    {"id": "back", "type": "buyback", "issuer": "A", "fills": {"B": 1111, "~float": 2222}, "cancel": True, "fee": "0.002"},
    {"id": "tender", "type": "tender", "issuer": "A", "cap": 3001, "offers": {"B": "pro_rata", "~float": "pro_rata", "P": "none"}},
    {"id": "div", "type": "dividend", "issuer": "A", "per_share": {"value": "0.125", "currency": "EUR"}},
    {"id": "swap", "type": "swap", "give": {"issuer": "A", "holder": "B", "shares": 500},
     "take": {"issuer": "B", "holder": "A", "shares": 700}},
    {"id": "trust", "type": "trust_in", "issuer": "B", "holder": "A", "trustee": "T", "shares": 9000, "overlay": {"kind": "removed"}},
    {"id": "gift", "type": "distribute_in_kind", "distributor": "B", "issuer": "A", "shares": 7001},
    {"id": "net", "type": "mutual_cancel", "a": {"issuer": "A", "shares": 1000}, "b": {"issuer": "B", "shares": 2000}},
    {"id": "pay", "type": "pay", "from": "A", "to": "P", "amount": {"value": "5000000", "currency": "JPY"}},
    {"id": "fx", "type": "fx", "entity": "P", "pair": "JPYEUR", "amount": {"value": "1234567", "currency": "JPY"}},
    {"id": "cap", "type": "overlay", "issuer": "A", "holder": "P", "kind": "cap", "share": "1/20"},
    {"id": "later", "type": "target_stake", "issuer": "A", "holders": ["B"], "to": "1/10", "basis": "issued", "channel": "buyback_cancel"},
]  # fmt: skip

LARGER: list[dict[str, Any]] = [
    {"id": "new", "type": "issue", "issuer": "A", "shares": 50001, "price": {"value": "11.11", "currency": "EUR"}, "subscriber": "P"},
    {"id": "bond", "type": "exchangeable_issue", "issuer": "A", "holder": "B", "shares": 1000, "maturity": "2026-12-31",
     "proceeds": {"value": "15000", "currency": "EUR"}},
    {"id": "shares", "type": "exchangeable_settle", "bond": "bond", "mode": "shares"},
    {"id": "own", "type": "cancel", "issuer": "A", "shares": 5000},
    {"id": "parent", "type": "share_transfer", "new": "H", "ratio": {"A": "1", "B": "1/2"}, "cash_out": {"value": "9", "currency": "EUR"}},
]  # fmt: skip


def case(text: str) -> Snapshot:
    return from_document(read(text, "case.yaml")).at()


def mixed(steps: list[dict[str, Any]] = STEPS) -> Outcome:
    plan = Plan.read({"id": "all kinds", "options": {"taxes": {"t": {"rate": "0.12"}}}, "steps": steps})
    return simulate(case(CASE), plan)


def with_shares(snapshot: Snapshot, lot: str, shares: int) -> Snapshot:
    """The case in which a lot has other shares, and dispersed holders the rest."""
    old = next(row for row in snapshot.lots if row.id == lot)
    moved = shares - old.shares
    rows = [
        replace(row, shares=shares) if row is old
        else replace(row, shares=row.shares - moved, votes=(row.votes or 0) - moved) if row.id == f"{old.issuer}.rest"
        else row
        for row in snapshot.lots
    ]  # fmt: skip
    return snapshot.evolve(lots=rows)


ALLIANCE = ch.read("alliance").at()
PLAN = ch.read_plan("both_sell_down", "alliance")
FIRST = ch.simulate(ALLIANCE, PLAN)


def address(outcome: Outcome, block: str, *label: str, column: str) -> str:
    return f"{column}{find(sheets_of(workbook(outcome)), 'Inputs', block, *label)[0]}"


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sheets]:
    files = {"alliance": workbook(FIRST), "mixed": workbook(mixed()), "larger": workbook(mixed(LARGER))}
    for name in ("cut_30_10", "exit_0_0"):
        files[name] = workbook(ch.simulate(ALLIANCE, ch.read_plan(name, "alliance")))
    held = address(FIRST, "Shares and votes", "N", "R", column="E")
    files["more shares"] = changed(files["alliance"], "Inputs", held, 1_900_000_000)
    files["other price"] = changed(files["alliance"], "Inputs", address(FIRST, "Prices", "R", column="D"), 41.25)
    files["earnings"] = files["alliance"]
    at, _ = find(sheets_of(files["alliance"]), "EPS and book loss", "Earnings per share", "N")
    for column, value in (("D", 700e9), ("E", 0.005), ("F", 0.3)):
        files["earnings"] = changed(files["earnings"], "EPS and book loss", f"{column}{at}", value)
    found: dict[str, Sheets] = recomputed(tmp_path_factory.mktemp("office"), files)
    return found


def close(cell: Any, number: Fraction | Decimal | int) -> bool:
    wanted = Fraction(number)
    most = max(Fraction(1), abs(wanted)) / 10**9
    return isinstance(cell, (int, float)) and abs(Fraction(cell) - wanted) <= most


def agree_on_stakes(sheets: Sheets, sheet: str, view: View) -> int:
    seen, touched = 0, {str(row[0]) for row in sheets["Cap table"]}
    for issuer, holders in view.stakes.items():
        for holder, stake in holders.items():
            if issuer not in touched:
                continue
            _, row = find(sheets, sheet, "Stakes on four bases", issuer, holder)
            assert close(row[4], stake.shares), (sheet, issuer, holder)
            for cell, basis in zip(row[7:11], BASES, strict=True):
                value = stake.on(basis)
                assert (cell == "none") if value is None else close(cell, value), (sheet, issuer, holder, basis, cell, value)
                seen += 1
    return seen


@pytest.mark.parametrize(("name", "make"), [("alliance", lambda: FIRST), ("mixed", mixed), ("larger", lambda: mixed(LARGER))])
def test_every_figure_that_an_office_program_computes_is_the_engines(
    computed: dict[str, Sheets], name: str, make: Callable[[], Outcome]
) -> None:
    sheets, outcome = computed[name], make()
    seen = agree_on_stakes(sheets, "Start", outcome.start)
    for number, step in enumerate(outcome.steps, 1):
        sheet = f"{number} {step.step.id}"
        seen += agree_on_stakes(sheets, sheet, step.view)
        for issuer, company in step.view.snapshot.issuers.items():
            if any(str(row[0]) == issuer for row in sheets["Cap table"]):
                _, row = find(sheets, sheet, "Companies", issuer)
                assert close(row[5], company.issued) and close(row[6], step.view.snapshot.treasury(issuer))
        for who, sums in step.view.snapshot.cash.items():
            for currency, amount in sums.items():
                assert close(find(sheets, sheet, "Cash", who, currency)[1][6], amount), (sheet, who, currency)
        top = next((k for k, row in enumerate(sheets[sheet]) if row[0] == "Payments"), None)
        for k, entry in enumerate(step.entries):
            assert top is not None and close(sheets[sheet][top + 2 + k][4], entry.amount), (sheet, entry)
        for booking in step.bookings:
            row = next(r for r in sheets["EPS and book loss"] if r[:3] == [booking.holder, booking.issuer, step.step.id])
            assert close(row[6], booking.carrying) and close(row[7], booking.proceeds) and close(row[8], booking.gain)
            assert close(row[11], booking.given_back) and close(row[10], booking.recycled) and close(row[12], booking.result)
    assert seen > 100


@pytest.mark.parametrize(
    "name", ["alliance", "mixed", "larger", "cut_30_10", "exit_0_0", "more shares", "other price", "earnings"]
)
def test_no_cell_shows_an_error_and_sources_are_uses(computed: dict[str, Sheets], name: str) -> None:
    cells = [str(cell) for rows in computed[name].values() for row in rows for cell in row]
    assert not [cell for cell in cells if re.match(r"#[A-Z]|Err:", cell)]
    checks = [row[3] for row in computed[name]["Sources and uses"] if "must be 0" in str(row[0])]
    assert len(checks) > 2 and set(checks) == {0.0}


def test_a_changed_share_count_gives_what_the_changed_case_gives(computed: dict[str, Sheets]) -> None:
    """The quantities that steps found are inputs, so the fresh run executes the same quantities."""
    fresh = ch.simulate(with_shares(ALLIANCE, "l1", 1_900_000_000), replace(FIRST.as_executed, end_hash=""))
    sheets = computed["more shares"]
    assert agree_on_stakes(sheets, "Start", fresh.start) + agree_on_stakes(sheets, "6 s6", fresh.end) > 40
    _, row = find(sheets, "Cap table", "% of issued", "N", "R")
    before, after = (view.stakes["N"]["R"].on("issued") for view in (fresh.start, fresh.end))
    assert before is not None and after is not None and before == Fraction(1_900_000_000, 4_220_715_112)
    assert close(row[3], before) and close(row[4], after) and close(row[5], after - before)
    gains = [b.gain for s in fresh.steps for b in s.bookings]
    assert [close(r[8], g) for r, g in zip(_block(sheets, "EPS and book loss", 2), gains, strict=True)] == [True, True]


def test_a_changed_price_gives_what_the_changed_case_gives(computed: dict[str, Sheets]) -> None:
    prices = {**ALLIANCE.prices, "R": replace(ALLIANCE.prices["R"], value=Decimal("41.25"))}
    fresh = ch.simulate(ALLIANCE.evolve(prices=prices), PLAN)
    cash = fresh.end.snapshot.cash["NF"]["EUR"]
    assert cash != FIRST.end.snapshot.cash["NF"]["EUR"]
    assert close(find(computed["other price"], "6 s6", "Cash", "NF", "EUR")[1][6], cash)


def test_earnings_that_are_typed_give_earnings_per_share(computed: dict[str, Sheets]) -> None:
    _, row = find(computed["earnings"], "EPS and book loss", "Earnings per share", "N")
    wanted = eps_after_buyback(700 * 10**9, 4_220_715_112, 100_000_000, "599.2", yield_on_cash="0.005", tax="0.3")
    assert close(row[9], wanted.before) and close(row[10], wanted.after)
    assert find(computed["alliance"], "EPS and book loss", "Earnings per share", "N")[1][9] == "-"


def _block(sheets: Sheets, sheet: str, rows: int) -> list[list[Any]]:
    start = next(k for k, row in enumerate(sheets[sheet]) if str(row[0]).startswith("Book gain"))
    return list(sheets[sheet][start + 2 : start + 2 + rows])


def test_nothing_that_is_computed_is_pasted() -> None:
    """On every sheet after the inputs, numbers of shares, stakes and cash are formulas; typed numbers are marked as such."""
    xml = parts(workbook(FIRST))
    for number in range(2, 12):
        sheet = xml[f"xl/worksheets/sheet{number}.xml"]
        plain = re.findall(r'<c r="[A-Z]+\d+" s="(\d+)"><v>([^<]+)</v>', sheet)
        fills = re.findall(r'<xf [^>]*fillId="(\d+)"', xml["xl/styles.xml"].split("<cellXfs")[1])
        assert {value for style, value in plain if fills[int(style)] == "0"} <= {"0"}, number


def test_text_that_looks_like_a_formula_stays_text() -> None:
    xml = parts(workbook(mixed()))
    assert '=HYPERLINK("x")' in xml["xl/sharedStrings.xml"].replace("&quot;", '"')
    assert not any("HYPERLINK" in formula for name in xml for formula in re.findall(r"<f>([^<]*)", xml[name]))
    assert 'quotePrefix="1"' in xml["xl/styles.xml"]


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert workbook(FIRST) == workbook(ch.simulate(ALLIANCE, PLAN))


def test_whole_numbers_above_2_to_the_53_are_told_exactly() -> None:
    """2**53 + 1 = 9007199254740993 is the first whole number that a spreadsheet cannot hold."""
    text = (
        "{crosshold: case/1, at: 2026-01-01, issuers: {A: {issued: 9007199254740993}}, lots: [{issuer: A, holder: P, shares: 5}]}"
    )
    outcome = simulate(
        case(text), Plan.read({"steps": [{"type": "sell", "issuer": "A", "holder": "P", "shares": 1, "price": 1}]})
    )
    told = [row for row in sheets_of(workbook(outcome))["Sources"] if "9007199254740993" in map(str, row)]
    assert [str(row[0])[:6] for row in told] == ["Inputs"]


def test_a_register_too_large_for_a_spreadsheet_is_refused() -> None:
    steps = [
        {"id": f"s{k}", "type": "pay", "from": "A", "to": "P", "amount": 1, "date": str(date(2026, 3, 2))} for k in range(251)
    ]
    with pytest.raises(RequestError, match="too many for a workbook"):
        workbook(mixed(steps))
