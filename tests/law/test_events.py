"""What a change does in law: bans broken, rises over months, lines that only some outcomes cross."""

from __future__ import annotations

from fractions import Fraction

from crosshold.law.ballot import Ballot, ballot
from crosshold.law.event import Event
from crosshold.law.events import events
from crosshold.model.snapshot import Snapshot

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
