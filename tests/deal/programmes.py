"""Random registers and random programmes of steps: every step type, with numbers that often fit and often do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from crosshold.deal.advance import Advance, advance
from crosshold.deal.draft import Terms
from crosshold.deal.plan import Plan
from crosshold.deal.step import Step
from crosshold.errors import FileError, Finding, RequestError
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Issuer, Lot, Lots, Price, Rate, ShareClass, Snapshot

DAY = date(2020, 1, 28)
COMPANIES = ("A", "B", "C")
PARTIES = (*COMPANIES, "P", "Q", "T", "~float")
CURRENCIES = ("EUR", "JPY")
TERMS = Terms(taxes={"gains": {"rate": "1/4", "basis": "proceeds"}, "open": {"rate": None, "basis": "gain"}})
FUND = {"id": "J", "currency": "EUR"}

TRAITS: tuple[dict[str, Any], ...] = (
    {}, {}, {"votes": 1}, {"votes": 2}, {"votes": 0}, {"votes": "some loyal"}, {"since": "2010"}, {"since": "2017-03"},
    {"since": "2019-12-31", "registered_since": "2015"}, {"beneficiary": "Q", "capacity": "trustee"}, {"beneficiary": "A"},
    {"locked_until": "2020-02-03"}, {"spread": 7}, {"pledged_to": "bond"}, {"votes": 2, "since": "2012"},
)  # fmt: skip
"""What a lot may have beside its shares; ``votes`` are those of a share, ``spread`` the distance of its bounds."""

LOYALTY = (None, (2, 2), (2, 2), (3, 1))
CLASSES: tuple[tuple[tuple[str, int], ...], ...] = ((), (), (), (("O", 1), ("N", 0)), (("O", 1), ("X", 10)))


def _lot(number: int, issuer: Issuer, holder: str, shares: int, share_class: str | None, trait: Mapping[str, Any]) -> Lot:
    more = dict(trait)
    votes, spread = more.pop("votes", None), more.pop("spread", None)
    base = issuer.votes_per_share(share_class)
    if votes == "some loyal":
        votes = base * (shares + (shares // 3) * ((issuer.loyalty or (2, 2))[0] - 1))
    elif votes is not None:
        votes *= shares
    if spread is not None:
        more |= {"low": max(0, shares - spread), "high": shares + spread}
    if more.get("beneficiary") == holder or holder == issuer.id or holder.startswith("~"):
        more = {key: value for key, value in more.items() if key == "since"}
        votes = None if holder == issuer.id else votes
    return Lot(f"{issuer.id}{number}", issuer.id, holder, shares, share_class, votes, **more)


@st.composite
def snapshots(draw: st.DrawFn, plain: bool = False) -> Snapshot:
    """Three companies, three persons, dispersed holders: classes, loyalty, aggregates, bounds, pledges, trusts, own shares.

    With overlays, contracts, books and figures beside them unless ``plain``; two currencies.
    """
    lots: list[Lot] = []
    issuers: dict[str, Issuer] = {}
    for company in COMPANIES:
        issuer = Issuer(company, 0, loyalty=draw(st.sampled_from(LOYALTY)))
        classes = draw(st.sampled_from(CLASSES))
        issuer = replace(issuer, classes=tuple(ShareClass(name, 0, votes) for name, votes in classes))
        rows = draw(
            st.lists(st.tuples(st.sampled_from(PARTIES), st.integers(1, 500), st.sampled_from(TRAITS)), min_size=1, max_size=6)
        )
        own = [
            _lot(n, issuer, holder, shares, classes[n % len(classes)][0] if classes else None, trait)
            for n, (holder, shares, trait) in enumerate(rows)
        ]
        sums = {name: sum(lot.shares for lot in own if lot.share_class == name) for name, _ in classes}
        unknown = draw(st.sampled_from([0, 0, 0, 50]))  # shares of which nobody knows who has them
        sums |= {classes[0][0]: sums[classes[0][0]] + unknown} if classes else {}
        issuers[company] = replace(
            issuer, issued=sum(lot.shares for lot in own) + unknown, classes=tuple(replace(c, issued=sums[c.name]) for c in issuer.classes)
        )  # fmt: skip
        lots += own
    money = st.sampled_from([0, 0, 7, 600, 10**4, 10**6])
    cash = {who: {c: Decimal(draw(money)) for c in CURRENCIES} for who in (*COMPANIES, "P")}
    prices = {c: Price(Decimal(draw(st.integers(1, 20))), draw(st.sampled_from(CURRENCIES)), DAY) for c in COMPANIES}
    bonds = tuple(_bonds(lots))
    start = Snapshot(
        at=DAY, entities={name: Entity(name) for name in PARTIES}, issuers=issuers, lots=Lots(lots), cash=cash, prices=prices,
        fx={"EURJPY": Rate(Decimal("1.2"), DAY)}, market={c: {"adv": 100, "volatility": "0.3"} for c in COMPANIES},
        contracts=bonds,
    )  # fmt: skip
    return start if plain else start.evolve(**draw(records(start)))


def _bonds(lots: list[Lot]) -> list[dict[str, Any]]:
    """The bond of every pledged lot; each lot gets one of its own."""
    made = []
    for place, lot in enumerate(lots):
        if lot.pledged_to:
            name = f"bond.{lot.id}"
            lots[place] = replace(lot, pledged_to=name)
            made.append(
                {"id": name, "kind": "exchangeable", "issuer": lot.issuer, "holder": lot.holder, "to": "~float", "shares": lot.shares,
                 "left": lot.shares, "proceeds": "300", "currency": "EUR",
                 "from": "2019-01-28", "maturity": "2021-01-28", "coupon": "1/100"}
            )  # fmt: skip
    return made


@st.composite
def records(draw: st.DrawFn, start: Snapshot) -> dict[str, Any]:
    """Overlays, contracts, books and figures of a register; each is often missing."""
    few = st.integers(0, 3).map(lambda n: max(0, n - 1))
    lots = [lot.id for lot in start.lots]
    overlays = []
    for _ in range(draw(few)):
        bound = {"lot": draw(st.sampled_from(lots))} if draw(st.booleans()) else {"issuer": draw(company), "holder": draw(party)}
        if "lot" in bound:
            bound["issuer"] = next(lot.issuer for lot in start.lots if lot.id == bound["lot"])
        overlays.append({**bound, **draw(st.sampled_from(OVERLAYS))})
    contracts = [dict(bond) for bond in start.contracts]
    for n in range(draw(few)):
        issuer, holder, other = draw(st.tuples(company, party, party))
        contracts.append({"id": f"k{n}", "issuer": issuer, "holder": holder, **draw(st.sampled_from(CONTRACTS))})
        contracts[-1] |= {"beneficiary": other} if contracts[-1]["kind"] == "rofo" else {}
        contracts[-1] |= {"parties": [other]} if contracts[-1]["kind"] == "no_sale_to" else {}
    books = [
        {"holder": "A", "issuer": "B", "carrying": "1000.01", "currency": "EUR", "method": "equity", "reserves": "77",
         "date": "2019-12-31"},
        {"holder": "B", "issuer": "A", "carrying": "333", "currency": "JPY", "method": "fair_value", "date": "2019-12-31"},
    ]  # fmt: skip
    figures = {"C": {"distributable": Decimal(500), "currency": "EUR", "date": "2019-12-31"}}
    with_books, with_figures = draw(st.tuples(st.booleans(), st.booleans()))
    return {
        "overlays": tuple(overlays), "contracts": tuple(contracts), "books": tuple(books if with_books else ()),
        "financials": figures if with_figures else {}, "illustrative": frozenset({"prices.A"}),
    }  # fmt: skip


OVERLAYS: tuple[dict[str, Any], ...] = (
    {"kind": "removed"}, {"kind": "abstain"}, {"kind": "neutral", "ordinary": "1/2", "special": "2/3"},
    {"kind": "cap", "share": "1/5", "of": "after"}, {"kind": "cap", "share": "1/10", "of": "before"},
)  # fmt: skip
CONTRACTS: tuple[dict[str, Any], ...] = (
    {"kind": "lock_up", "until": "2020-02-10"}, {"kind": "lock_up", "floor": "1/10", "basis": "issued"},
    {"kind": "standstill", "cap": "1/3", "basis": "outstanding"},
    {"kind": "standstill", "cap": "1/5", "basis": "issued", "passive": "counts"},
    {"kind": "rofo", "window_days": 5, "tail_days": 20}, {"kind": "no_sale_to"},
    {"kind": "blackout", "from": "2020-02-01", "until": "2020-02-05"},
)  # fmt: skip

company, party = st.sampled_from(COMPANIES), st.sampled_from(PARTIES)
quantity = st.one_of(st.integers(0, 60), st.integers(0, 300))
span = st.one_of(quantity, st.tuples(quantity, quantity).map(lambda ends: {"low": min(ends), "high": max(ends)}))
ratio = st.sampled_from(["0", "1/10", "1/3", "1/2", "0.9"])
money = st.fixed_dictionaries({"value": st.sampled_from([0, 1, 3, 50, 500]), "currency": st.sampled_from(CURRENCIES)})
order = st.sampled_from(["fewest_votes_first", "fifo", "lifo", "most_votes_first"])
fills = st.dictionaries(party, quantity, min_size=1, max_size=3)
offers = st.dictionaries(party, st.one_of(quantity, st.sampled_from(["pro_rata", "none"])), min_size=1, max_size=3)
target = {"issuer": company, "holders": st.lists(party, min_size=1, max_size=2, unique=True), "to": ratio}
lay = st.sampled_from([*OVERLAYS[:3], {"kind": "cap", "share": "1/5"}])


def row(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with these keys; those that are drawn as ``None`` are left out later."""
    return st.fixed_dictionaries(keys)


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    """Often nothing, else one of these."""
    return st.sampled_from([None, None, *values])


def leg(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return row(issuer=company, shares=quantity, **more)


BODIES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "block": row(issuer=company, holder=party, shares=quantity, lots=order, lock_up_days=maybe(5), discount=maybe("0.05")),
    "buyback": row(issuer=company, offers=st.dictionaries(party, span, min_size=1, max_size=3), others_offer=st.one_of(st.none(), span),
                   cap=quantity, cancel=st.sampled_from([False, True, "2020-02-20"])),
    "cancel": row(issuer=company, shares=quantity, lots=order),
    "contribute": row(fund=st.just("J"), entity=party, amount=money),
    "distribute_in_kind": row(distributor=company, issuer=company, shares=quantity, lots=order),
    "dividend": row(issuer=company, per_share=money),
    "exchangeable_issue": row(issuer=company, holder=party, shares=quantity, proceeds=money, maturity=st.just("2021-01-01"),
                              coupon=maybe("0.02"), premium=maybe("0.2"), lend=maybe(*PARTIES, "L"), lots=order),
    "exchangeable_settle": row(bond=st.sampled_from(["s0", "s1", "s2", "bond.A0", "bond.A1", "bond.B0", "bond.C0"]),
                               mode=st.sampled_from(["shares", "cash"]), shares=st.one_of(st.none(), st.integers(0, 60)), lots=order),
    "fx": row(entity=party, pair=st.just("EURJPY"), amount=money),
    "invest": row(fund=st.just("J"), entity=party, amount=money),
    "issue": st.one_of(row(issuer=company, shares=quantity, price=money, subscriber=party, **{"class": maybe("O", "N", "X")}),
                       row(issuer=company, shares=quantity, price=money, pro_rata=st.just(True), **{"class": maybe("O")})),
    "mutual_cancel": row(a=leg(), b=leg()),
    "overlay": st.one_of(
        row(issuer=company, holder=party, kind=st.sampled_from(["removed", "abstain"])),
        row(issuer=company, holder=party, kind=st.just("cap"), share=st.just("1/5"), of=maybe("before")),
        row(issuer=company, holder=party, lift=st.just(True)),
    ),
    "pay": row(**{"from": party, "to": party, "amount": money}),
    "return_capital": row(fund=st.just("J"), entity=party, amount=money),
    "rofo": row(issuer=company, holder=party, beneficiary=party, shares=quantity, window_days=st.sampled_from([0, 10]),
                tail_days=st.just(10), exercised=st.one_of(st.none(), st.booleans(), st.integers(0, 50))),
    "sell": row(issuer=company, holder=party, shares=quantity, to=party, lots=order, impact=st.sampled_from(["none", "sqrt", "0.1"]),
                participation=maybe("1/4")),
    "share_transfer": row(new=st.sampled_from(["H", "H2", "A"]),
                          cash_out=maybe({"value": 3, "currency": "EUR"}, {"value": 3, "currency": "JPY"}),
                          ratio=st.dictionaries(company, st.sampled_from([1, 2, "1/3", "3/2"]), max_size=2)),
    "squeeze_out": row(target=company, vehicle=st.sampled_from(["V", "P", "A"]), price=money, minimum=st.sampled_from([0, 0, 50]),
                       fraction=st.sampled_from(["0", "1/2", "2/3"]), tendered=st.one_of(st.none(), quantity, fills),
                       staying=st.lists(party, max_size=2, unique=True),
                       then=st.one_of(st.none(), row(holder=party, shares=quantity, price=money))),
    "swap": row(give=leg(holder=party), take=leg(holder=party), lots=order,
                cash=st.one_of(st.none(), row(**{"from": party, "to": party, "value": st.just(9), "currency": st.just("EUR")}))),
    "target_stake": row(**target, basis=st.sampled_from(["issued", "outstanding"]), rounding=st.sampled_from(["at_most", "at_least"]),
                        channel=st.sampled_from(["sell", "block", "buyback_cancel", "issue"]), tranches=maybe({"count": 2, "days": 5}),
                        **{"class": maybe("O")}),
    "target_votes": row(**target, basis=st.just("gross_votes"), rounding=st.sampled_from(["at_most", "at_least"]),
                        channel=st.sampled_from(["sell", "buyback_cancel", "issue"]), **{"class": maybe("O")}),
    "tender": row(issuer=company, cap=quantity, offers=offers, cancel=st.booleans()),
    "trust_in": row(issuer=company, holder=party, trustee=party, shares=quantity, overlay=lay, lots=order),
    "trust_out": row(issuer=company, trustee=party, shares=quantity, lots=order),
}  # fmt: skip
"""The keys of every step type; a type that is missing here fails a test."""

SOLD = ("sell", "block", "buyback", "tender", "squeeze_out", "target_stake")
fee, tax = maybe("0.01", {"value": "2", "currency": "EUR"}), maybe("gains", "open")


@st.composite
def rows(draw: st.DrawFn, kinds: Sequence[str] = tuple(BODIES), most: int = 6) -> list[dict[str, Any]]:
    """Steps as in a plan file, some days apart; what a reader would refuse is left out."""
    day, good = DAY, []
    for n in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from(kinds))
        body = draw(BODIES[kind])
        day += timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 7])))
        more = {"fee": draw(fee), "tax": draw(tax)} if kind in SOLD else {}
        data = {"id": f"s{n}", "type": kind, "date": day.isoformat(), **body, **more}
        data = {key: value for key, value in data.items() if value is not None}
        try:
            Plan.read({"fund": FUND, "steps": [data]})
        except FileError:
            continue
        good.append(data)
    return good


def steps_of(data: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps of rows that a reader takes one by one."""
    return tuple(Plan.read({"fund": FUND, "steps": [one]}).steps[0] for one in data)


def programmes(kinds: Sequence[str] = tuple(BODIES), most: int = 6) -> st.SearchStrategy[tuple[Step, ...]]:
    """Steps of some kinds, by default of all."""
    return rows(kinds, most).map(steps_of)


@dataclass
class Played:
    """What became of a programme: every state, what was done to reach it, and what was refused."""

    states: list[Snapshot]
    done: list[Advance] = field(default_factory=list)
    refused: list[tuple[Step, Finding]] = field(default_factory=list)

    @property
    def end(self) -> Snapshot:
        return self.states[-1]

    @property
    def compiled(self) -> list[Step]:
        return [part for one in self.done for part in one.compiled]


def play(start: Snapshot, steps: Sequence[Step], terms: Terms = TERMS) -> Played:
    """Execute what can be executed, and what falls due on the way; what a step refuses leaves the state as it was."""
    played, waiting = Played([start]), list[Step]()

    def execute(step: Step) -> None:
        try:
            one = advance(played.end, step, terms=terms)
        except RequestError as error:
            played.refused.append((step, error.findings[0]))
            return
        played.states.append(one.state)
        played.done.append(one)
        waiting.extend(one.draft.due)

    for step in steps:
        while due := [late for late in waiting if (late.date or date.max) <= (step.date or DAY)]:
            waiting.remove(due[0])
            execute(due[0])
        execute(step)
    while waiting:
        execute(waiting.pop(0))
    return played


def shares_of(state: Snapshot, issuer: str) -> int:
    """All shares in lots."""
    return sum(lot.shares for lot in state.lots_of(issuer))


def ratio_of(held: int, whole: int) -> Fraction | None:
    """A share of a whole; ``None`` of nothing."""
    return Fraction(held, whole) if whole else None
