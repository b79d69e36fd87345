"""What a change does in law: bans broken, rises over months, lines that only some outcomes cross."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from crosshold.law.ballot import Ballot, ballot
from crosshold.law.event import Event
from crosshold.law.events import events
from crosshold.model.entity import FLOAT
from crosshold.model.snapshot import RuleChoice, Snapshot

from .cases import book, company, net

HOME = [company(name, "FR", listed=True) for name in ("A", "B", "P")]
BAN = """
- id: XA-BAN
  jurisdiction: XA
  kind: holding_ban
  when: "held(I in H; issued) > 1/2"
  duty: {forbid_acquire: shares of the parent}
  valid: {from: 2000-01-01}
  cite: {law: invented, source: invented, read_on: 2026-11-22}
  confidence: A
"""
OPEN = """
- id: XA-1
  jurisdiction: XA
  kind: vote_rule
  when: "held(I in H; exercisable_votes) >= 3/10"
  effect: {votes: zero, quorum: exclude}
  valid: {from: 2000-01-01}
  cite: {law: invented, source: invented, read_on: 2026-11-22}
  confidence: A
- id: XA-LINE
  jurisdiction: XA
  kind: disclosure
  ladder: {of: {votes: "held(H in I; exercisable_votes)"}, op: ">=", at: ["1/2"]}
  valid: {from: 2000-01-01}
  cite: {law: invented, source: invented, read_on: 2026-11-22}
  confidence: A
"""


def creeping(parts: list[tuple[str, int]]) -> list[Event]:
    """The last change of a register in which P holds so many of a thousand shares of A, by date; told with all that came before."""
    states = [net([("P", "A", n)], issued=1000, at=at, rules=("FR-CREEP",), entities=HOME) for at, n in parts]
    ballots = [ballot(state) for state in states]
    return [e for e in events(ballots[-2], ballots[-1], history=states[:-2]) if e.rule == "FR-CREEP"]


def test_small_steps_add_up_within_a_year() -> None:
    assert not creeping([("2020-01-01", 400), ("2020-06-01", 406)])
    (event,) = creeping([("2020-01-01", 400), ("2020-06-01", 406), ("2020-12-31", 410)])
    assert (event.direction, event.after, event.threshold) == ("up", Fraction(41, 100), Fraction(1, 100))
    (event,) = creeping([("2020-01-01", 400), ("2020-06-01", 406), ("2021-01-02", 410)])
    assert (event.certainty, event.missing) == ("POSSIBLE", "what P had of A on the day the 12 months began")
    assert not creeping([("2020-01-01", 400), ("2020-06-01", 420), ("2020-12-31", 415)])  # it rose before, not now


def test_the_lowest_state_within_the_window_counts() -> None:
    assert creeping([("2020-01-01", 410), ("2020-03-01", 400), ("2020-12-31", 411)])


def test_shares_acquired_against_a_ban_are_an_event() -> None:
    rules = book(BAN)

    def state(of_a: int) -> Ballot:
        return ballot(net([("A", "B", 60), ("B", "A", of_a)], rules=("XA-BAN",)), rules=rules)

    (event,) = events(state(5), state(8))
    assert (event.direction, event.holder, event.issuer, event.shares) == ("prohibited", "B", "A", 3)
    assert event.to_dict()["kind"] == "prohibited_acquisition"
    assert events(state(8), state(5)) == () and events(state(5), state(5)) == ()


def test_a_line_that_only_one_outcome_crosses_is_possible() -> None:
    """A has 40 of B and B 40 of A: either can be silent. Afterwards C has 30 of A: half of what is left only where B is silent."""
    rules = book(OPEN)

    def state(of_a: int) -> Snapshot:
        return net([("A", "B", 40), ("B", "A", 40), ("C", "A", of_a)], rules=("XA-1", "XA-LINE"))

    before, after = ballot(state(20), rules=rules), ballot(state(30), rules=rules)
    assert {outcome.cut for outcome in after.outcomes} == {("A.B",), ("B.A",)}
    crossed = [e for e in events(before, after) if e.rule == "XA-LINE" and e.holder == "C"]
    assert [(e.direction, e.certainty) for e in crossed] == [("up", "POSSIBLE")]


LADDER = """
- id: XA-LADDER
  jurisdiction: XA
  kind: disclosure
  family: ladder
  ladder: {of: {votes: "held(H in I; gross_votes)"}, op: ">", at: ["1/4", "1/3"]}
  duty: {file: a notice, within: 4 trading days}
  valid: {from: 2000-01-01}
  cite: {law: invented, source: invented, read_on: 2026-11-22}
  confidence: B
"""
BIDS = """
- id: XA-OLD
  jurisdiction: XA
  kind: bid
  family: bid
  when: "held(H in I; gross_votes) > 1/3"
  duty: {bid: all shares}
  valid: {from: 2000-01-01, to: 2020-06-30}
  cite: {law: invented, source: invented, read_on: 2026-11-22}
  confidence: A
- id: XA-NEW
  jurisdiction: XA
  kind: bid
  family: bid
  when: "held(H in I; gross_votes) > 3/10"
  duty: {bid: all shares}
  valid: {from: 2020-07-01}
  cite: {law: invented, source: invented, read_on: 2026-11-22}
  confidence: A
"""


def ladder(before: Snapshot, after: Snapshot) -> list[Event]:
    one, two = (ballot(state.evolve(rules=RuleChoice(only=("XA-LADDER",))), rules=book(LADDER)) for state in (before, after))
    return [e for e in events(one, two) if e.holder == "P"]


def held(shares: int, **parts: Any) -> Snapshot:
    return net([("P", "A", shares)], issued=1000, **parts)


def test_an_event_tells_the_rule_the_exact_inequality_and_what_is_left() -> None:
    quarter, third = ladder(held(250), held(340))
    assert quarter.to_dict(exact=True) == {
        "rule": "XA-LADDER", "clause": "votes@1/4", "subject": {"issuer": "A", "holder": "P"}, "direction": "up", "passive": False,
        "cause": "its own holding changed", "from": "1/4", "to": "17/50", "base": "gross_votes", "op": ">", "threshold": "1/4",
        "inequality": "gross_votes 340/1000 > 1/4: true", "distance": "-9/100", "certainty": "CERTAIN", "missing": None,
        "duty": {"file": "a notice"}, "within": "4 trading days", "waiver": None, "citation": "invented", "confidence": "B",
    }  # fmt: skip
    assert (third.inequality, third.distance) == ("gross_votes 340/1000 > 1/3: true", Fraction(1, 3) - Fraction(34, 100))
    (down,) = ladder(held(300), held(250))
    assert (down.direction, down.inequality, down.distance) == ("down", "gross_votes 250/1000 > 1/4: false", Fraction(0))


def lot(snapshot: Snapshot, holder: str, **changes: Any) -> Snapshot:
    return snapshot.evolve(lots=[replace(x, **changes) if x.holder == holder else x for x in snapshot.lots])


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        (held(245), net([("P", "A", 245)], issued=900), "shares were cancelled"),
        (held(260), net([("P", "A", 260)], issued=1100), "shares were issued"),
        (held(245), net([("P", "A", 245), ("A", "A", 50)], issued=1000), "the company bought own shares"),
        (net([("P", "A", 245), ("A", "A", 50)], issued=1000), held(245), "the company gave own shares away"),
        (lot(held(300), FLOAT, votes=1000), lot(held(300), FLOAT, votes=700), "another party's loyalty votes were lost"),
        (lot(held(300), FLOAT, votes=700), lot(held(300), FLOAT, votes=1000), "another party's loyalty votes were gained"),
        (lot(held(200), "P", votes=200), lot(held(200), "P", votes=400), "its own loyalty votes were gained"),
    ],
)  # fmt: skip
def test_who_crosses_without_acting_is_told_what_moved_him(before: Snapshot, after: Snapshot, cause: str) -> None:
    found = ladder(before, after)
    assert found and all(e.passive and e.cause == cause for e in found)


def test_votes_suspended_or_released_move_everybody_else() -> None:
    """A has 40 of B, which loses its 30 votes in A: P's 20 of A are 20 of 70 there, above a quarter."""
    rules = book(OPEN.replace("exercisable_votes) >= 3/10", "gross_votes) >= 3/10").replace('"1/2"', '"1/4"'))

    def state(of_b: int) -> Ballot:
        snapshot = net([("A", "B", of_b), ("B", "A", 30), ("P", "A", 20)], rules=("XA-1", "XA-LINE"))
        return ballot(snapshot, rules=rules)

    for before, after, direction, cause in ((20, 40, "up", "votes were suspended"), (40, 20, "down", "votes were released")):
        crossed = [e for e in events(state(before), state(after)) if e.rule == "XA-LINE" and e.holder == "P"]
        assert [(e.direction, e.passive, e.cause) for e in crossed] == [(direction, True, cause)]


@pytest.mark.parametrize(("shares", "rules"), [(290, []), (310, ["XA-NEW"]), (340, [])])
def test_a_rule_that_comes_into_force_puts_a_holder_over_a_line(shares: int, rules: list[str]) -> None:
    """Three tenths instead of a third: who was over the third was over the line already."""
    one, two = (
        ballot(net([("P", "A", shares)], issued=1000, at=at, rules=("XA-OLD", "XA-NEW")), rules=book(BIDS))
        for at in ("2020-06-30", "2020-07-01")
    )
    found = [e for e in events(one, two) if e.holder == "P"]
    assert [e.rule for e in found] == rules
    assert all(e.passive and e.cause == "the rule came into force on 2020-07-01" for e in found)


def test_a_line_that_uncertain_data_may_have_crossed_is_a_possible_event() -> None:
    """Between 24 and 26 of 100: after 20 a quarter may have been passed, and 30 then passes it, for certain or not."""
    maybe = lot(held(249), "P", low=240, high=260)
    assert [(e.direction, e.certainty) for e in ladder(held(200), maybe)] == [("up", "POSSIBLE")]
    assert [(e.direction, e.certainty) for e in ladder(maybe, held(300))] == [("up", "POSSIBLE")]
    assert ladder(maybe, maybe) == [] and ladder(held(200), lot(held(230), "P", low=225, high=240)) == []


def test_parties_that_come_to_act_together_cross_with_what_they_have() -> None:
    rules = book(LADDER.replace("held(H in I", "held(concert(H) in I"))
    agreed = {"id": "k", "kind": "voting_agreement", "issuer": "A", "parties": ["P", "Q"]}
    rows = [("P", "A", 200), ("Q", "A", 100)]
    one, two = (ballot(net(rows, issued=1000, rules=("XA-LADDER",), contracts=c), rules=rules) for c in ((), (agreed,)))
    found = [e for e in events(one, two) if e.rule == "XA-LADDER"]
    assert {(e.holder, e.group, e.cause) for e in found} == {
        ("P", ("P", "Q"), "other parties count together now"), ("Q", ("Q", "P"), "other parties count together now"),
    }  # fmt: skip
