"""What is not known gives POSSIBLE or unknown, says what is missing, and takes no vote (spec 4, the column "unknown when")."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crosshold.law.ballot import Ballot, ballot
from crosshold.law.events import events
from crosshold.law.verdict import Verdict
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Snapshot

from .cases import book, company, net

ROW = """
- id: XA-1
  jurisdiction: XA
  kind: vote_rule
  when: "{when}"
  effect: {{votes: zero, quorum: exclude}}
  valid: {{from: 2000-01-01}}
  cite: {{law: invented, source: invented, read_on: 2026-11-22}}
  confidence: A
- id: XA-CTRL
  jurisdiction: XA
  kind: control_def
  clauses: {{majority: "held(X + subs(X; XA-CTRL) in Y; gross_votes) > 1/2"}}
  when: "majority"
  effect: {{set_ctrl: true}}
  valid: {{from: 2000-01-01}}
  cite: {{law: invented, source: invented, read_on: 2026-11-22}}
  confidence: A
"""
HELD = [("A", "B", 60), ("B", "A", 20)]


def judged(when: str, snapshot: Snapshot, past: list[Snapshot] | None = None) -> tuple[Ballot, Verdict]:
    """The verdict on B's 20 votes in A."""
    result = ballot(replace(snapshot, rules=net(HELD, rules=("XA-1",)).rules), rules=book(ROW.format(when=when)), past=past)
    return result, next(v for v in result.verdicts if (v.holder, v.issuer) == ("B", "A"))


def lot(snapshot: Snapshot, name: str, **changes: Any) -> Snapshot:
    return snapshot.evolve(lots=[replace(x, **changes) if x.id == name else x for x in snapshot.lots])


BARE = [Entity("A", kind="company", jurisdiction="XA", form="SA"), Entity("B")]
NOBODY_SAID = {"fact": "financial", "entity": "B", "value": "unknown"}
NOTICE = {"fact": "notified", "by": "B", "to": "A"}
BACK = {"fact": "notified", "by": "A", "to": "B"}
BOTH_SAID = ({"fact": "financial", "entity": "B"}, {"fact": "financial", "entity": "B", "stance": "denies"})


@pytest.mark.parametrize(
    ("when", "snapshot", "missing"),
    [
        ("held(I in H; issued) > 1/2", net([("B", "A", 20)]), "register of B"),
        ("ctrl(I, H; XA-CTRL)", net([("B", "A", 20)]), "register of B"),
        ("jur(H) in {XB}", net(HELD, entities=BARE), "jurisdiction of B"),
        ("form(H) in {KK}", net(HELD, entities=BARE), "form of B"),
        ("company(H)", net(HELD, entities=BARE), "kind of B"),
        ("listed(H)", net(HELD, entities=BARE), "B"),
        ("same_group(I, H; XA-GROUPS)", net(HELD), "designated_group"),
        ("in_cycle(edge; XA-GROUPS)", net(HELD), "designated_group"),
        ("fact(financial, H)", net(HELD, facts=(NOBODY_SAID,)), "fact financial (B)"),
        ("notified(H to I)", net(HELD, facts=({**NOTICE, "value": "unknown"},)), "fact notified (B, A)"),
        ("before(fact(notified, H, I), fact(notified, I, H))", net(HELD, facts=(NOTICE, BACK)), "day of the fact"),
        ("months_since(fact(notified, H, I)) >= 12", net(HELD, facts=(NOTICE,)), "day of the fact notified"),
        ("months_since(fact(notified, H, I)) >= 12", net(HELD, facts=({**NOTICE, "date": "2019"},)), "day of the fact notified"),
        ("held_for(lot) >= 24", net(HELD), "since when B.A is held"),
        ("held_for(lot) >= 24", lot(net(HELD), "B.A", since="2018"), "since when B.A is held"),
        ("increase(H in I; issued, 12) >= 1/100", net(HELD), "earlier state of A"),
        ("all(crossed_before, held(H in I; issued) > 0)", net(HELD), "earlier state"),
    ],
)  # fmt: skip
def test_what_a_test_does_not_know_takes_no_vote_and_is_named(when: str, snapshot: Snapshot, missing: str) -> None:
    when = when.replace("crossed_before", "before(crossed(I in H; issued, 1/2), crossed(H in I; issued, 1/10))")
    result, verdict = judged(when, snapshot)
    assert verdict.value == "unknown"
    assert any(missing in what for what in verdict.not_tested)
    assert "B.A" not in result.outcome().cut


@pytest.mark.parametrize(
    ("when", "snapshot"),
    [
        ("held(I in H; issued) > 1/2", lot(net(HELD), "A.B", low=45, high=70)),
        ("held(I in H; issued) > 1/2", lot(lot(net(HELD), "A.B", shares=45, low=45, high=70), "B.float", shares=55, low=30, high=55)),
        ("largest(I in H; gross_votes)", lot(net([*HELD, ("C", "B", 30)]), "A.B", low=25, high=60)),
        ("fact(financial, H)", net(HELD, facts=BOTH_SAID)),
        ("ctrl(I, H; XA-CTRL)", lot(net(HELD), "A.B", low=45, high=70)),
    ],
)  # fmt: skip
def test_what_data_leave_open_is_possible(when: str, snapshot: Snapshot) -> None:
    assert judged(when, snapshot)[1].by_data == "POSSIBLE"


@pytest.mark.parametrize(
    ("when", "snapshot", "value"),
    [
        ("self(H, I)", net(HELD), "false"),
        ("capacity(lot) in {trustee}", net(HELD), "false"),  # own when nobody says
        ("fact(financial, H)", net(HELD), "false"),  # nobody recorded it: false, told where votes hang on it
        ("sme(H)", net(HELD), "false"),
        ("held(H in I; issued) >= 1/5", net(HELD), "true"),
    ],
)
def test_what_nobody_recorded_is_false_where_the_vocabulary_says_so(when: str, snapshot: Snapshot, value: str) -> None:
    assert judged(when, snapshot)[1].value == value


def test_of_a_lot_of_which_only_the_year_is_known_loyalty_is_told_as_unknown() -> None:
    """Registered some day of 2018: on 28 January 2020 two years are full or not."""
    home = [company("N", "FR", listed=True), company("A")]
    snapshot = net([("A", "N", 40)], rules=("FR-L22-10-46",), entities=home)
    for since, votes, told in (("2018", 40, True), ("2017", 80, False), ("2019", 40, False)):
        result = ballot(lot(snapshot, "A.N", since=since))
        assert result.outcome().counts("N")["A"].gross == votes
        assert ("N_LOYALTY_UNKNOWN" in {f.code for f in result.findings}) is told


LINES = """
- id: XA-LINE
  jurisdiction: XA
  kind: disclosure
  scope: {issuer: {jurisdiction: XA, listed: true}}
  ladder: {of: {votes: "held(H in I; gross_votes)"}, op: ">", at: ["1/4"]}
  valid: {from: 2000-01-01}
  cite: {law: invented, source: invented, read_on: 2026-11-22}
  confidence: A
- id: XA-ABROAD
  jurisdiction: XA
  kind: fdi
  scope: {issuer: {jurisdiction: XA}}
  clauses: {outside: "not(jur(H) in {XA})"}
  when: "all(outside, held(H in I; gross_votes) > 1/4)"
  valid: {from: 2000-01-01}
  cite: {law: invented, source: invented, read_on: 2026-11-22}
  confidence: A
"""


@pytest.mark.parametrize(
    ("issuer", "holder", "expected"),
    [
        (company("N", "XA", listed=True), company("A", "XB"), {("XA-LINE", None), ("XA-ABROAD", None)}),
        (company("N", "XA"), company("A", "XA"), {("XA-LINE", "listed of N")}),
        (company("N", None, listed=True), company("A", "XA"), {("XA-LINE", "jurisdiction of N")}),
        (company("N", "XA", listed=True), company("A", None), {("XA-LINE", None), ("XA-ABROAD", "jurisdiction of A")}),
        (company("N", "XB", listed=True), company("A", None), set()),
        (company("N", "XA", listed=False), company("A", "XA"), set()),
    ],
)  # fmt: skip
def test_a_line_that_may_not_reach_a_holder_is_a_possible_event_that_says_what_is_missing(
    issuer: Entity, holder: Entity, expected: set[tuple[str, str | None]]
) -> None:
    one, two = (
        ballot(net([("A", "N", n)], rules=("XA-LINE", "XA-ABROAD"), entities=[issuer, holder]), rules=book(LINES))
        for n in (20, 30)
    )
    found = [e for e in events(one, two) if e.holder == "A"]
    assert {(e.rule, e.missing) for e in found} == expected
    assert all((e.certainty == "CERTAIN") is (e.missing is None) for e in found)
