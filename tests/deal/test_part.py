"""The part of a register that a plan can touch against the whole register: the same votes, lines, control and end."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from crosshold.deal.compare import compare
from crosshold.deal.outcome import Outcome
from crosshold.deal.part import Part
from crosshold.deal.plan import Plan
from crosshold.deal.simulate import part_for, run, simulate
from crosshold.deal.state import canonical
from crosshold.deal.view import View
from crosshold.deal.votes import Counter
from crosshold.errors import PlanError
from crosshold.model.entity import FLOAT, Entity
from crosshold.model.lots import Lots
from crosshold.model.snapshot import Issuer, Lot, RuleChoice, Snapshot

DAY = date(2020, 1, 28)
WHOLE = 1000


def net(seed: int, companies: int = 120, packs: tuple[str, ...] = ("FR", "JP")) -> Snapshot:
    """Companies held by persons, by one another (pairs and small rings among them), and by dispersed holders."""
    rng = random.Random(seed)
    names, persons = [f"c{k}" for k in range(companies)], [f"p{k}" for k in range(companies // 2)]
    held: dict[tuple[str, str], int] = {}

    def give(holder: str, issuer: str, shares: int) -> None:
        free = WHOLE - sum(n for (_, i), n in held.items() if i == issuer)
        if min(shares, free) > 0 and holder != issuer:
            held[holder, issuer] = held.get((holder, issuer), 0) + min(shares, free)

    for k in range(0, companies - 3, 6):  # two that hold each other, or three in a ring, and one above
        a, b, c = rng.sample(names[k : k + 6], 3)
        give(a, b, rng.choice((90, 110, 260, 400, 520)))
        give(b, a if rng.random() < 0.5 else c, rng.choice((60, 110, 300)))
        give(c, a, rng.choice((101, 160, 510)))
    for name in names:
        for person in rng.sample(persons, rng.randint(0, 2)):
            give(person, name, rng.choice((20, 48, 90, 240, 320, 510)))
        if rng.random() < 0.25:
            give(rng.choice(names), name, rng.choice((10, 49, 120, 310)))
        if rng.random() < 0.05:
            give(name, name, 30)
    lots = [Lot(f"l{n}", i, h, shares) for n, ((h, i), shares) in enumerate(held.items())]
    lots = [
        (Lot(x.id, x.issuer, x.holder, x.shares, beneficiary=rng.choice(persons)) if rng.random() < 0.03 else x) for x in lots
    ]
    for name in names:
        free = WHOLE - sum(n for (_, i), n in held.items() if i == name)
        lots += [Lot(f"f-{name}", name, FLOAT, free)] if free else []
    rng.shuffle(lots)
    entities = {n: Entity(n, kind="company", jurisdiction=rng.choice(packs), form="SA", listed=rng.random() < 0.6) for n in names}
    entities |= {n: Entity(n, kind="person") for n in persons} | {FLOAT: Entity(FLOAT)}
    facts: list[dict[str, Any]] = [
        {"fact": "voting_agreement", "parties": rng.sample(persons, 2)},
        {"fact": "voting_agreement", "parties": [rng.choice(persons), rng.choice(names)]},
        {"fact": "controls", "by": rng.choice(persons), "target": rng.choice(names)},
    ]
    issuers = {name: Issuer(name, WHOLE) for name in names}
    return Snapshot(DAY, entities, issuers, Lots(lots), facts=tuple(facts), rules=RuleChoice(packs=packs))


def steps(state: Snapshot, seed: int, number: int = 4) -> Plan:
    """Gifts and sales of a few lots, of which the buyers are parties of the net."""
    rng = random.Random(seed + 1000)
    rows: list[dict[str, Any]] = []
    price = {"value": "1", "currency": "EUR"}
    for lot in rng.sample([lot for lot in state.lots if lot.holder not in (FLOAT, lot.issuer) and not lot.beneficiary], number):
        buyer = rng.choice([n for n in (*state.entities, FLOAT) if n not in (lot.holder, lot.issuer)])
        shares = rng.choice((lot.shares, max(1, lot.shares // 2)))
        what = {"issuer": lot.issuer, "holder": lot.holder, "buyers": {buyer: shares}, "shares": shares}
        rows.append({"type": "block", **what, "price": price, "discount": 0})
    return Plan.read({"steps": rows})


def _votes(view: View, part: Part) -> set[tuple[tuple[str, int], ...]]:
    """What the lots of the companies of a part can exercise, in every outcome."""
    lots, inside = view.snapshot.lots, part.snapshot.issuers
    return {
        tuple(sorted((lot.id, votes) for lot, votes in zip(lots, outcome.exercisable, strict=True) if lot.issuer in inside))
        for outcome in view.votes.ballot.outcomes
    }


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_on_the_part_gives_the_votes_events_and_end_of_the_whole(seed: int) -> None:
    state = net(seed)
    plan = steps(state, seed)
    part = Part.of(state, plan)
    assert 0 < len(part.snapshot.issuers) < len(state.issuers)
    here, there = (run(one, plan, Counter()) for one in (part.snapshot, state))
    for mine, its in zip(here.steps, there.steps, strict=True):
        assert [e.to_dict(exact=True) for e in mine.events] == [e.to_dict(exact=True) for e in its.events]
    for now, then in ((here.start, there.start), (here.end, there.end)):
        assert _votes(now, part) == _votes(then, part)
        assert all(now.stakes[issuer] == then.stakes[issuer] for issuer in now.stakes)
        assert all(set(tops) == set(then.control[name]) for name, tops in now.control.items() if name in part.snapshot.issuers)
    end = part.put_back(here.end.snapshot)
    assert canonical(end) == canonical(there.end.snapshot)
    assert all(end.issuers[name] is state.issuers[name] for name in state.issuers if name not in part.snapshot.issuers)


def large(*more: Lot) -> Snapshot:
    """A register above the number of lots at which a part is simulated, in columns; ``more`` companies lie beside it."""
    count = 11_000
    names = [f"x{k}" for k in range(count)]
    firms = sorted({lot.issuer for lot in more} - set(names))
    columns = [[*names, *names], ["q"] * count + [FLOAT] * count, [600] * count + [400] * count]
    lots = Lots.from_columns(issuer=columns[0], holder=columns[1], shares=columns[2]).edited({}, more)
    entities = {"q": Entity("q", kind="person"), FLOAT: Entity(FLOAT)} | {lot.holder: Entity(lot.holder) for lot in more}
    entities |= {name: Entity(name, kind="company", jurisdiction="FR", form="SA") for name in (*names, *firms)}
    return Snapshot(
        DAY, entities, {name: Issuer(name, WHOLE) for name in (*names, *firms)}, lots, rules=RuleChoice(packs=("FR",))
    )


RING = (Lot("a", "A", "B", 300), Lot("fa", "A", FLOAT, 700), Lot("b", "B", "A", 90), Lot("fb", "B", FLOAT, 910))
SALE = {"type": "sell", "price": {"value": "2", "currency": "EUR"}, "impact": 0}


def test_a_plan_on_a_large_register_tells_and_changes_what_it_can_touch() -> None:
    state = large(*RING)
    outcome = simulate(state, Plan.read({"steps": [{**SALE, "issuer": "A", "holder": "B", "shares": 250}]}))
    assert outcome.part and set(outcome.part.snapshot.issuers) == {"A", "B"} == set(outcome.to_dict()["start"]["stakes"])
    assert "N_PART_OF_REGISTER" in {finding.code for finding in outcome.findings}
    # Code de commerce, art. L233-29: while B has more than a tenth of A, the smaller stake of A in B has no votes; B sells down to 5 %.
    assert ("FR-233-29", "released", "B", "A") in {
        (e["rule"], e["direction"], e["subject"]["issuer"], e["subject"].get("holder")) for e in outcome.events
    }
    end = outcome.snapshot
    assert len(end.lots) == len(state.lots) + 1 and len(state.lots) == 22_004
    assert end.held("B", "A") == 50 and end.held(FLOAT, "A") == 950 and state.held("B", "A") == 300
    assert end.held("q", "x7") == 600 and end.lots[7] is state.lots[7]
    again = simulate(end, Plan.read({"steps": [{**SALE, "issuer": "A", "holder": "B", "shares": 50}]}))
    assert again.snapshot.held("B", "A") == 0 and again.snapshot.held(FLOAT, "A") == 1000


def test_a_lot_of_a_large_register_that_is_split_stays_in_its_place() -> None:
    loyal = (Lot("mix", "A", "B", 300, votes=400), Lot("fa", "A", FLOAT, 700), Lot("z", "B", "C", 1000))
    state = large(*loyal)
    state = state.evolve(issuers={**state.issuers, "A": Issuer("A", WHOLE, loyalty=(2, 2))})
    outcome = simulate(state, Plan.read({"steps": [{**SALE, "issuer": "A", "holder": "B", "shares": 250}]}))
    end = [(lot.id, lot.shares) for lot in outcome.snapshot.lots][22_000:]
    # 300 shares with 400 votes are 100 of two votes and 200 of one; plain ones go first
    assert end[0] == ("mix.loyal", 50) and [name for name, _ in end[1:3]] == ["fa", "z"] and sum(n for _, n in end) == 2000


def test_a_plan_that_stops_on_a_large_register_leaves_the_whole_as_it_was_before_the_step() -> None:
    rows = [{**SALE, "issuer": "B", "holder": "A", "shares": 40}, {**SALE, "issuer": "B", "holder": "A", "shares": 60}]
    with pytest.raises(PlanError, match="E_INSUFFICIENT") as caught:
        simulate(large(*RING), Plan.read({"steps": rows}))
    left = caught.value.outcome
    assert isinstance(left, Outcome) and left.snapshot.held("A", "B") == 50 and len(left.snapshot.lots) == 22_005


def test_a_name_that_no_large_register_knows_is_refused() -> None:
    with pytest.raises(PlanError, match="names 'nobody', which is nowhere in this case"):
        simulate(large(*RING), Plan.read({"steps": [{**SALE, "issuer": "B", "holder": "nobody", "shares": 1}]}))


def test_parties_of_one_fact_belong_to_one_part() -> None:
    state = large(*RING, Lot("c", "C", "D", 600), Lot("d", "D", FLOAT, 1000))
    plan = Plan.read({"steps": [{**SALE, "issuer": "B", "holder": "A", "shares": 40}]})
    alone, told = (part_for(s, plan) for s in (state, state.evolve(facts=({"fact": "controls", "by": "C", "target": "A"},))))
    assert alone and told and set(alone.snapshot.issuers) == {"A", "B"} and set(told.snapshot.issuers) == {"A", "B", "C", "D"}


def test_what_is_below_is_left_out_where_it_is_too_much_and_a_watch_line_brings_a_company_back() -> None:
    hub = (Lot("h", "H", "A", 600), *(Lot(f"y{k}", f"y{k}", "H", 500) for k in range(250)))
    plan = Plan.read({"steps": [{**SALE, "issuer": "H", "holder": "A", "shares": 400}]})
    state = large(*hub)
    line = {"name": "y3", "issuer": "y3", "holders": ("H",), "basis": "issued", "op": ">=", "at": ("1/2",)}
    first, second = (part_for(s, plan) for s in (state, state.evolve(watch=(line,))))
    assert first and set(first.snapshot.issuers) == {"H"} and "Not told" in first.snapshot.findings[-1].message
    assert second and set(second.snapshot.issuers) == {"H", "y3"} == set(second.told)
    fewer = part_for(large(*hub[:60]), plan)
    assert fewer and len(fewer.snapshot.issuers) == 60 and "Not told" not in fewer.snapshot.findings[-1].message


def test_two_plans_on_different_parts_are_compared_with_the_start_where_one_does_nothing() -> None:
    state = large(*RING, Lot("c", "C", "D", 600), Lot("fc", "C", FLOAT, 400))
    rows = ({"issuer": "A", "holder": "B", "shares": 250}, {"issuer": "C", "holder": "D", "shares": 200})
    one, two = (simulate(state, Plan.read({"steps": [{**SALE, **row}]})) for row in rows)
    told = compare(one, two)
    sides = {(row.issuer, row.holder, row.base): (row.before, row.after) for row in told.rows}
    assert sides["A", "B", "issued"] == (Fraction(50, 1000), Fraction(300, 1000))
    assert sides["C", "D", "issued"] == sides["C", "D", "gross_votes"] == (Fraction(600, 1000), Fraction(400, 1000))
    # Code de commerce, art. L233-29: while B has more than a tenth of A, the 90 shares of A in B have no votes
    assert sides["B", "A", "exercisable_votes"] == (Fraction(90, 1000), Fraction(0))
    assert None not in {value for pair in sides.values() for value in pair}
    assert told.control["C"] == {"before": ("D",), "after": ()}
    assert all(told.decides[name][side] for name in "ABC" for side in ("before", "after"))
    back = {(row.issuer, row.holder, row.base): (row.after, row.before) for row in compare(two, one).rows}
    assert back == sides


def test_votes_of_what_a_part_left_out_are_unknown_and_its_shares_are_those_of_the_start() -> None:
    below = [(Lot(f"y{k}", f"y{k}", "H", 600), Lot(f"qy{k}", f"y{k}", f"Q{k}", 400)) for k in range(250)]
    state = large(Lot("h", "H", "A", 600), Lot("fh", "H", FLOAT, 400), *(lot for pair in below for lot in pair))
    rows = ({"issuer": "H", "holder": "A", "shares": 200}, {"issuer": "y3", "holder": "Q3", "shares": 300})
    one, two = (simulate(state, Plan.read({"steps": [{**SALE, **row}]})) for row in rows)
    assert one.part and not one.part.complete and two.part and two.part.complete
    told = compare(one, two)
    sides = {(row.issuer, row.holder, row.base): (row.before, row.after) for row in told.rows}
    assert sides["y3", "Q3", "issued"] == (Fraction(400, 1000), Fraction(100, 1000))
    assert sides["y3", "Q3", "exercisable_votes"] == (None, Fraction(100, 1000))
    assert told.control["y3"] == {"before": None, "after": ("A",)} and told.decides["y3"]["before"] is None
    assert sides["H", "A", "gross_votes"] == (Fraction(400, 1000), Fraction(600, 1000))
