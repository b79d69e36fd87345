"""Every error and warning code of spec/deal 19 is raised by a case here, with a message that says what and a cure that helps."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import crosshold.deal
from crosshold.deal.bases import which_base
from crosshold.deal.finance import look_through
from crosshold.deal.fund import least_core
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import simulate
from crosshold.errors import CrossholdError, Finding, RequestError
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Price, Rate, RuleChoice, Snapshot

DAY = date(2020, 1, 28)
EUR5 = {"value": "5", "currency": "EUR"}
EUR1000 = {"value": "1000", "currency": "EUR"}


def state(**parts: Any) -> Snapshot:
    """N and R hold each other; a loyal holder U, a trustee T, own shares, dispersed holders."""
    lots = [
        Lot("r", "N", "R", 400), Lot("u", "N", "U", 100, votes=200, since="2010"), Lot("n", "N", "N", 50),
        Lot("f", "N", "~float", 450, votes=450),
        Lot("x", "R", "N", 150), Lot("g", "R", "~float", 850, votes=850),
    ]  # fmt: skip
    base: dict[str, Any] = {
        "at": DAY, "case": "small", "entities": {name: Entity(name) for name in ("N", "R", "U", "T", "~float")},
        "issuers": {"N": Issuer("N", 1000, loyalty=(2, 2)), "R": Issuer("R", 1000)}, "lots": Lots(lots),
        "cash": {"N": {"EUR": Decimal(1000)}, "R": {"EUR": Decimal(100)}}, "fx": {"EURJPY": Rate(Decimal(120), DAY)},
        "prices": {"N": Price(Decimal(5), "EUR", DAY)}, "groups": {"pair": ("N", "R")},
    }  # fmt: skip
    return Snapshot(**(base | parts))


def contract(kind: str, **keys: Any) -> Snapshot:
    return state(contracts=({"id": "k", "kind": kind, "issuer": "N", "holder": "R", **keys},))


SELL = {"id": "s", "type": "sell", "issuer": "N", "holder": "R", "shares": 100}
BUY = {"id": "b", "type": "buyback", "issuer": "N", "fills": {"R": 100}}
STAKE = {"id": "t", "type": "target_stake", "issuer": "N", "holders": ["R"], "to": "1/10", "basis": "issued"}
BOND = {
    "id": "b",
    "type": "exchangeable_issue",
    "issuer": "N",
    "holder": "R",
    "shares": 350,
    "proceeds": EUR1000,
    "maturity": "2023-01-01",
}
BID = {
    "id": "q",
    "type": "squeeze_out",
    "target": "N",
    "vehicle": "V",
    "price": EUR5,
    "minimum": 900,
    "fraction": "2/3",
    "tendered": 300,
}
CUT = {"id": "c", "type": "cancel", "issuer": "N", "shares": 60}
FUND = {"id": "J", "currency": "EUR", "commitments": {"R": "5000"}}
FR = {name: Entity(name, kind="company", jurisdiction="FR", form="SA", listed=True) for name in ("N", "R")}
JP = {name: Entity(name, kind="company", jurisdiction="JP", listed=True) for name in ("N", "R")}
REST = {name: Entity(name) for name in ("U", "T", "~float")}


def case(*steps: dict[str, Any], snapshot: Snapshot | None = None, **top: Any) -> tuple[Finding, ...]:
    """What a plan is told: by the reader, by the step that stops it, or with its result."""
    try:
        return simulate(snapshot or state(), Plan.read({**top, "steps": list(steps)})).findings
    except CrossholdError as error:
        return error.findings


def circle(lots: list[Lot], **parts: Any) -> Snapshot:
    """Two French companies that switch each other's votes off, or on."""
    french = {name: Entity(name, kind="company", jurisdiction="FR", form="SA") for name in ("A", "B")}
    rules = RuleChoice(only=("FR-233-3", "FR-233-31"))
    issuers = {"A": Issuer("A", 100), "B": Issuer("B", 100)}
    return state(
        lots=Lots(lots),
        issuers=issuers,
        entities={**french, "~float": Entity("~float")},
        cash={},
        groups={},
        rules=rules,
        **parts,
    )


OPEN = [
    Lot("a", "A", "B", 45),
    Lot("a2", "A", "~float", 55, votes=55),
    Lot("b", "B", "A", 45),
    Lot("b2", "B", "~float", 55, votes=55),
]
TOGGLE = [
    Lot("a", "A", "B", 45),
    Lot("a2", "A", "~float", 55, votes=55),
    Lot("b", "B", "A", 15),
    Lot("b2", "B", "~float", 85, votes=85),
]
VOTES = {
    "id": "t",
    "type": "target_votes",
    "issuer": "A",
    "holders": ["B"],
    "to": "3/10",
    "basis": "exercisable_votes",
    "price": EUR5,
}
MAJORITY = [Lot("a", "R", "N", 600), Lot("b", "R", "U", 400), Lot("c", "N", "U", 500), Lot("d", "N", "~float", 500, votes=500)]
GIFT = {"id": "d", "type": "distribute_in_kind", "distributor": "U", "issuer": "N", "shares": 100, "fills": {"R": 100}}
BOOK = {"holder": "R", "issuer": "N", "carrying": "4000", "currency": "EUR", "method": "fair_value", "date": "2019-12-31"}
LINE = {"name": "U", "issuer": "N", "holders": ["U"], "basis": "issued", "op": ">", "at": ["0.105"]}
CAPS = tuple({"issuer": "N", "holder": who, "kind": "cap", "share": "1/10", "of": "after"} for who in ("R", "U", "~float"))
SHARE = {"id": "h", "type": "share_transfer", "new": "H"}

PLANS: dict[str, Callable[[], tuple[Finding, ...]]] = {
    "E_INSUFFICIENT": lambda: case({**SELL, "shares": 401}),
    "E_NEG_QTY": lambda: case({**SELL, "shares": -1}),
    "E_FRACTIONAL": lambda: case({**SHARE, "ratio": {"R": "1/3"}}),
    "E_ISSUER_CASH": lambda: case({**BUY, "fills": {"R": 300}}),
    "E_DISTRIBUTABLE": lambda: case(BUY, snapshot=state(financials={"N": {"distributable": Decimal(499), "currency": "EUR"}})),
    "E_TREASURY_SHORT": lambda: case(CUT),
    "E_TREASURY_CAP": lambda: case(BUY, snapshot=state(entities=FR | REST, rules=RuleChoice(packs=("FR",)))),
    "E_TREASURY_BEFORE_TRANSFER": lambda: case({**SHARE, "ratio": {"N": 1}}),
    "E_LAST_SHARE": lambda: case(
        {"id": "c", "type": "cancel", "issuer": "R", "shares": 10},
        snapshot=state(lots=Lots([Lot("r", "R", "R", 10)]), issuers={"R": Issuer("R", 10), "N": Issuer("N", 1)}),
    ),
    "E_LOCKUP": lambda: case(SELL, snapshot=contract("lock_up", until="2020-06-30")),
    "E_PLEDGED": lambda: case(BOND, SELL),
    "E_ROFO_PENDING": lambda: case(SELL, snapshot=contract("rofo", beneficiary="U", window_days=30, tail_days=30)),
    "E_MIN_ACCEPTANCE": lambda: case(BID),
    "E_SQUEEZE_THRESHOLD": lambda: case({**BID, "minimum": 1}),
    "E_CAPS_INFEASIBLE": lambda: case(SELL, snapshot=state(overlays=CAPS)),
    "E_STANDSTILL": lambda: case({**SELL, "to": "U"}, snapshot=contract("standstill", holder="U", cap="3/20", basis="issued")),
    "E_FORBIDDEN_BUYER": lambda: case({**SELL, "to": "U"}, snapshot=contract("no_sale_to", parties=["U"])),
    "E_VOLUME": lambda: case({**SELL, "participation": 0}, snapshot=state(market={"N": {"adv": 100}})),
    "E_BLACKOUT": lambda: case(SELL, snapshot=contract("blackout", **{"from": "2020-01-01", "until": "2020-02-28"})),
    "E_UNPRICED": lambda: case({**SELL, "issuer": "R", "holder": "N"}),
    "E_FX_MISSING": lambda: case({"id": "x", "type": "fx", "entity": "R", "pair": "EURUSD", "amount": EUR5}),
    "E_FUTURE_DATA": lambda: case({**SELL, "date": "2020-01-27"}),
    "E_OVERHELD": lambda: overheld(),
    "E_SINGULAR": lambda: refused(lambda: look_through({"A": 1, "B": 1}, [["A", "B", 1], ["B", "A", 1]])),
    "E_MULTI_FIXPOINT": lambda: case(VOTES, snapshot=circle(OPEN)),
    "E_BASIS_AMBIGUOUS": lambda: case({key: value for key, value in STAKE.items() if key != "basis"}),
    "E_CYCLE_DEPENDS": lambda: case({**SELL, "depends_on": ["b"]}, {**BUY, "depends_on": ["s"]}),
    "E_VOTES_AGGREGATE": lambda: case(
        SELL,
        snapshot=state(lots=Lots([Lot("r", "N", "R", 400, votes=401)]), issuers={"N": Issuer("N", 1000), "R": Issuer("R", 1)}),
    ),
    "E_TARGET_UNREACHABLE": lambda: case({**STAKE, "to": 0, "channel": "issue", "price": EUR5}),
    "E_TOO_MANY_PLAYERS": lambda: refused(lambda: least_core({f"p{n}": 1 for n in range(30)})),
    "C_UNKNOWN_KEY": lambda: case({**SELL, "colour": "red"}),
    "C_UNKNOWN_ENTITY": lambda: case({**SELL, "holder": "Z"}),
    "C_UNKNOWN_STEP": lambda: case({**SELL, "type": "merge"}),
    "C_DUPLICATE_ID": lambda: case(SELL, SELL),
    "C_BAD_DATE": lambda: case({**SELL, "date": "2020-02-30"}),
    "C_BAD_NUMBER": lambda: case({**SELL, "shares": "ten"}),
    "C_VERSION": lambda: case(SELL, crosshold="plan/9"),
    "W_PASSIVE_CROSS": lambda: case({**CUT, "shares": 50}, snapshot=state(watch=(LINE,))),
    "W_LEAK": lambda: case({**BUY, "fills": {"R": 100, "~float": 10}}),
    "W_LOYALTY_LOST": lambda: case({**SELL, "holder": "U"}),
    "W_BOOK_LOSS": lambda: case(SELL, snapshot=state(books=(BOOK,))),
    "W_GROUP_CASH": lambda: case(BUY, group="pair"),
    "W_SUBSIDIARY_HOLDS_PARENT": lambda: case(
        GIFT, snapshot=state(lots=Lots(MAJORITY), issuers={"N": Issuer("N", 1000), "R": Issuer("R", 1000), "U": Issuer("U", 10)})
    ),
    "W_VOTES_UNSETTLED": lambda: case({**SELL, "issuer": "A", "holder": "B", "shares": 1, "price": EUR5}, snapshot=circle(OPEN)),
    "W_TOGGLE": lambda: case(
        {**SELL, "issuer": "A", "holder": "B", "shares": 10, "price": EUR5},
        {**SELL, "id": "up", "issuer": "A", "holder": "~float", "to": "B", "shares": 10, "price": EUR5, "date": "2020-03-01"},
        snapshot=circle(TOGGLE),
    ),
    "W_REPORTED_NOT_FACT": lambda: case(SELL, status={"claim": "c1", "stance": "disputed"}),
    "W_TAX_UNSET": lambda: case({**SELL, "tax": "gains"}),
    "W_FUND_SHORT": lambda: case(SELL, fund=FUND),
    "W_SUBADDITIVE": lambda: case(fund={"id": "J", "currency": "EUR", "worth": {"N": 5, "R": 5, "N+R": 7}}),
    "W_IMPACT_UNCALIBRATED": lambda: case(
        {**SELL, "impact": "sqrt"}, snapshot=state(market={"N": {"adv": 100, "volatility": "0.3"}})
    ),
    "W_EXTRAPOLATED": lambda: case(
        {**SELL, "type": "block", "discount": {"model": "block", "k": "0.05"}},
        snapshot=state(market={"N": {"adv": 1, "volatility": "0.3"}}),
    ),
    "W_ILLUSTRATIVE_INPUT": lambda: case(SELL, snapshot=state(illustrative=frozenset({"prices.N"}))),
    "W_OLD_DENOMINATOR": lambda: which_base("0.3840", 2, OLD, NEW, "R", "N").findings,
    "W_RULE_UNVERIFIED": lambda: case(
        {
            "id": "t",
            "type": "trust_in",
            "issuer": "N",
            "holder": "U",
            "trustee": "T",
            "shares": 10,
            "overlay": {"kind": "removed"},
        }
    ),
    "W_OVERDRAWN": lambda: case({"id": "p", "type": "pay", "from": "R", "to": "N", "amount": EUR1000}),
    "W_FUND_WORTH": lambda: case(fund={"id": "J", "currency": "EUR", "worth": {f"p{n}": 1 for n in range(30)}}),
    "W_BOOK_UNKNOWN": lambda: case(
        {**CUT, "shares": 50},
        {**SHARE, "ratio": {"N": 1, "R": 1}},
        snapshot=state(books=(BOOK, BOOK | {"issuer": "R", "currency": "JPY"})),
    ),
    "W_FILLS_UNCERTAIN": lambda: case(
        {"id": "b", "type": "buyback", "issuer": "N", "offers": {"R": {"low": 10, "high": 50}}, "cap": 100}
    ),
    "N_PRE_EMPTION": lambda: case({"id": "i", "type": "issue", "issuer": "N", "shares": 10, "price": EUR5, "subscriber": "U"}),
    "N_NOTHING_TO_DO": lambda: case({**STAKE, "to": "9/10"}),
}
OLD: dict[str, Any] = {"held": 1831837027, "issued": 4220715112, "treasury": 0}
NEW: dict[str, Any] = {
    "held": 1620837027,
    "issued": 4009715112,
    "treasury": 0,
}  # O1: 38.40 % is the new number over the old whole


def refused(act: Any) -> tuple[Finding, ...]:
    with pytest.raises(CrossholdError) as caught:
        act()
    return caught.value.findings


def overheld() -> tuple[Finding, ...]:
    return refused(lambda: state(lots=Lots([Lot("r", "N", "R", 1001)])))


@pytest.mark.parametrize("code", PLANS)
def test_the_code_is_raised_with_a_message_and_a_cure(code: str) -> None:
    found = [finding for finding in PLANS[code]() if finding.code == code]
    assert found, f"{code} was not raised"
    for finding in found:
        assert finding.level == {"W": "warning", "N": "note"}.get(code[0], "error") or finding.lowered
        assert finding.message.endswith(".") and re.search(r"[A-Z0-9'\"]|step", f"{finding.where}: {finding.message}")
        assert finding.cure and finding.cure.endswith((".", "?"))


SPEC = """
E_INSUFFICIENT E_STANDSTILL E_NEG_QTY E_FORBIDDEN_BUYER E_FRACTIONAL E_VOLUME E_ISSUER_CASH E_BLACKOUT E_DISTRIBUTABLE E_UNPRICED
E_TREASURY_SHORT E_FX_MISSING E_TREASURY_CAP E_FUTURE_DATA E_TREASURY_BEFORE_TRANSFER E_OVERHELD E_LAST_SHARE E_SINGULAR E_LOCKUP
E_NO_FIXPOINT E_PLEDGED E_MULTI_FIXPOINT E_ROFO_PENDING E_BASIS_AMBIGUOUS E_MIN_ACCEPTANCE E_CYCLE_DEPENDS E_SQUEEZE_THRESHOLD
E_VOTES_AGGREGATE E_CAPS_INFEASIBLE E_TARGET_UNREACHABLE E_TOO_MANY_PLAYERS E_REPLAY_MISMATCH C_UNKNOWN_KEY C_UNKNOWN_ENTITY
C_UNKNOWN_STEP C_DUPLICATE_ID C_BAD_DATE C_BAD_NUMBER C_VERSION W_PASSIVE_CROSS W_TAX_UNSET W_TOGGLE W_FUND_SHORT W_LEAK W_SUBADDITIVE
W_LOYALTY_LOST W_IMPACT_UNCALIBRATED W_BOOK_LOSS W_EXTRAPOLATED W_GROUP_CASH W_ILLUSTRATIVE_INPUT W_OLD_DENOMINATOR W_RULE_UNVERIFIED
W_SUBSIDIARY_HOLDS_PARENT W_OVERDRAWN W_REPORTED_NOT_FACT N_NOTHING_TO_DO
"""

ELSEWHERE = {
    "E_NO_FIXPOINT": "tests/law/test_stable.py",
    "E_REPLAY_MISMATCH": "tests/deal/test_alliance.py",
    "N_STOPPED": "tests/deal/test_properties.py",
}
"""Codes whose case is in another file."""


def test_the_table_has_every_code_of_the_specification() -> None:
    assert set(SPEC.split()) <= set(PLANS) | set(ELSEWHERE)
    root = Path(__file__).parents[2]
    assert all(code in (root / path).read_text("utf-8") for code, path in ELSEWHERE.items())


def test_every_error_and_warning_in_the_source_is_raised_by_a_test() -> None:
    here, tests = Path(crosshold.deal.__file__).parent, Path(__file__).parents[1]
    said = {code for path in here.rglob("*.py") for code in re.findall(r'"([EWN]_[A-Z_]+)"', path.read_text("utf-8"))}
    tested = "".join(path.read_text("utf-8") for path in tests.rglob("test_*.py"))
    rare = {"W_LAW_STATES"}  # of a search for plans where the law has more than 64 combinations of sides
    assert {code for code in said - set(PLANS) - rare if code not in tested} == set()


def test_caps_of_everyone_in_the_register_stop_before_the_first_step() -> None:
    caps = tuple({"issuer": "N", "holder": who, "kind": "cap", "share": "1/5", "of": "after"} for who in ("R", "U"))
    lots = Lots([Lot("r", "N", "R", 500), Lot("u", "N", "U", 500), Lot("g", "R", "~float", 1000)])
    with pytest.raises(RequestError, match="add up to 2/5") as caught:  # R and U at 1/5 each, and nobody else is there
        simulate(state(lots=lots, overlays=caps), Plan.read({"steps": [SELL]}))
    assert [finding.code for finding in caught.value.findings] == ["E_CAPS_INFEASIBLE"]
