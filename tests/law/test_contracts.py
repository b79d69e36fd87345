"""Contracts: when they run, end, bite and are broken. They never void a vote."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from crosshold import api
from crosshold.errors import RequestError
from crosshold.law.ballot import Ballot, ballot
from crosshold.law.events import events
from crosshold.model.snapshot import Lot

from .cases import net

ENDED = ({"fact": "contract_event", "contract": "k", "event": "bid_for", "date": "2020-01-01"},)
KINDS: dict[str, dict[str, Any]] = {
    "blackout": {},
    "lock_up": {"floor": "3/10", "basis": "issued"},
    "no_sale_to": {"parties": ["B"]},
    "right_to_buy": {"opens_on": ["trouble"], "window_months": 6},
    "rofo": {"beneficiary": "B", "window_days": 30, "tail_days": 60},
    "standstill": {"cap": "3/10", "basis": "issued"},
    "voting_agreement": {"parties": ["A", "B"], "follow": "B"},
    "voting_cap": {"share": "1/10", "surplus": "neutral"},
}


def contract(kind: str, **more: Any) -> dict[str, Any]:
    return {"id": "k", "kind": kind, "issuer": "N", "holder": "A", **KINDS[kind], **more}


def state(a: int, b: int = 0, at: str = "2020-01-28", own: int = 0, **parts: Any) -> Ballot:
    rows = [("A", "N", a), ("B", "N", b), *([("N", "N", own)] if own else [])]
    return ballot(net([row for row in rows if row[2]], at=at, **parts))


def told(before: Ballot, after: Ballot) -> list[tuple[str, str, bool, str]]:
    return [(e.rule, e.direction, e.passive, e.certainty) for e in events(before, after)]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_contract_of_every_kind_lapses_and_says_so(kind: str) -> None:
    row = contract(kind, lapses_if=[{"bid_for": "N"}])
    before, after = state(40, contracts=(row,)), state(40, contracts=(row,), facts=ENDED)
    assert told(before, after) == [("k", "lapsed", True, "CERTAIN")]
    assert before.terms[0].status == "runs" and before.terms[0].ends == ("if a bid for N is recorded",)
    assert (after.terms[0].status, after.terms[0].today) == ("lapsed", "a bid for N was recorded")
    assert "N_CONTRACT_LAPSED" in {f.code for f in after.findings}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_outside_its_days_a_contract_does_not_run(kind: str) -> None:
    early, late = contract(kind, **{"from": "2020-02-01"}), contract(kind, until="2019-12")
    assert [state(40, contracts=(row,)).terms[0].status for row in (early, late)] == ["not yet", "ended"]
    assert [state(40, contracts=(row,)).outcome().stakes("N")["A"] for row in (early, late)] == [Fraction(2, 5)] * 2


@pytest.mark.parametrize(
    ("row", "before", "after", "expected"),
    [
        (contract("standstill"), (25, 0), (31, 0), ("breached", False, "CERTAIN")),
        (contract("standstill"), (25, 0), (30, 0), None),
        (contract("standstill"), (40, 0), (35, 0), None),  # it sold: above the cap and going down
        (contract("lock_up"), (31, 0), (29, 0), ("breached", False, "CERTAIN")),
        (contract("lock_up"), (31, 0), (30, 0), None),
        (contract("lock_up", floor=None), (31, 0), (30, 0), ("breached", False, "CERTAIN")),
        (contract("no_sale_to"), (31, 0), (30, 1), ("breached", False, "POSSIBLE")),
        (contract("no_sale_to"), (31, 0), (30, 0), None),
        (contract("no_sale_to"), (31, 0), (31, 1), None),
        (contract("rofo", beneficiary="C"), (31, 0), (30, 1), ("breached", False, "POSSIBLE")),
        (contract("rofo"), (31, 0), (30, 1), None),
        (contract("blackout"), (31, 0), (32, 0), ("breached", False, "CERTAIN")),
        (contract("blackout"), (31, 0), (31, 1), None),
        (contract("voting_agreement"), (31, 0), (20, 5), None),
    ],
)  # fmt: skip
def test_a_breach_is_an_event_and_voids_no_vote(
    row: dict[str, Any], before: tuple[int, int], after: tuple[int, int], expected: tuple[str, bool, str] | None
) -> None:
    now = state(*after, contracts=(row,))
    found = [e[1:] for e in told(state(*before, contracts=(row,)), now) if e[0] == "k"]
    assert found == ([expected] if expected else [])
    assert now.outcome().exercisable_total("N") == 100


def test_a_rise_without_acting_breaks_a_standstill_only_where_it_counts() -> None:
    """29 of 100 and, after 10 of the rest are cancelled, 29 of 90: 32.2 percent."""

    def of(issued: int, passive: str) -> Ballot:
        row = contract("standstill", passive=passive)
        return ballot(net([("A", "N", 29)], issued=issued, contracts=(row,)))

    assert told(of(100, "counts"), of(90, "counts")) == [("k", "breached", True, "CERTAIN")]
    assert told(of(100, "exempt"), of(90, "exempt")) == []


def test_a_breach_between_two_registers_says_what_they_do_not_tell() -> None:
    (event,) = events(state(31, contracts=(contract("no_sale_to"),)), state(30, 1, contracts=(contract("no_sale_to"),)))
    assert event.missing == "who sold to whom" and event.cause == "A sold N and B bought"
    shut = contract("blackout", **{"from": "2020-02-01", "until": "2020-02-29"})
    before = state(31, contracts=(shut,))
    (event,) = events(before, state(32, at="2020-03-15", contracts=(shut,)))
    assert (event.direction, event.certainty, event.missing) == ("breached", "POSSIBLE", "the day of the trade")
    assert events(before, state(32, at="2020-01-31", contracts=(shut,))) == ()


def test_a_cap_that_begins_to_bite_is_an_event_and_so_is_its_end() -> None:
    cap = contract("voting_cap", share="3/10", surplus="not_cast", of="before")
    small, large = state(30, contracts=(cap,)), state(31, contracts=(cap,))
    assert told(small, large) == [("k", "bound", False, "CERTAIN")] and told(large, small) == [("k", "freed", False, "CERTAIN")]
    assert told(large, state(31, contracts=(cap,), own=5)) == []


def test_who_passed_the_line_before_nobody_knows_when_may_have_ended_the_contract() -> None:
    """B has 20 and the line is 15 percent: without a date nobody can tell, with one the order of the days decides."""
    trigger = [{"crosses": {"issuer": "N", "share": "0.15", "by": "other"}}]
    row = contract("voting_cap", lapses_if=trigger, **{"from": "2015-12-11"})

    def of(since: str | None, **parts: Any) -> Ballot:
        snapshot = net([("A", "N", 40), ("B", "N", 20)], contracts=(row,), **parts)
        lots = [Lot(lot.id, "N", "B", 20, since=since) if lot.holder == "B" else lot for lot in snapshot.lots]
        return ballot(snapshot.evolve(lots=lots))

    open_ = of(None)
    assert open_.terms[0].status == "runs" and "W_CLAUSE_NOT_TESTED" in {f.code for f in open_.findings}
    assert of("2016-01-01").terms[0].status == "lapsed" and of("2015").terms[0].status == "runs"
    told_ = {"fact": "crossed", "by": "B", "target": "N"}
    assert of(None, facts=({**told_, "date": "2016-05-01"},)).terms[0].status == "lapsed"
    assert of(None, facts=({**told_, "date": "2014-05-01"},)).terms[0].status == "runs"


def test_an_earlier_register_shows_that_the_line_was_passed_since() -> None:
    row = contract(
        "voting_cap", lapses_if=[{"crosses": {"issuer": "N", "share": "0.15", "by": "other"}}], **{"from": "2015-12-11"}
    )
    now = net([("A", "N", 40), ("B", "N", 20)], contracts=(row,))
    for at, b, status in (("2019-01-01", 14, "lapsed"), ("2019-01-01", 16, "runs"), ("2015-01-01", 14, "runs")):
        earlier = net([("A", "N", 40), ("B", "N", b)], at=at)
        assert ballot(now, past=earlier).terms[0].status == status
    undated = {key: value for key, value in row.items() if key != "from"}
    result = ballot(now.evolve(contracts=(undated,)), past=net([("A", "N", 40), ("B", "N", 14)], at="2019-01-01"))
    assert result.terms[0].status == "runs"  # it may have begun after the crossing
    assert any("when the contract began" in f.message for f in result.findings)


def test_an_event_from_before_a_contract_does_not_end_it_and_a_disputed_one_may() -> None:
    row = contract("standstill", lapses_if=[{"bid_for": "N"}], **{"from": "2020-01-15"})
    assert state(40, contracts=(row,), facts=ENDED).terms[0].status == "runs"
    row = contract("standstill", lapses_if=[{"bid_for": "N"}])
    disputed = (*ENDED, {**ENDED[0], "stance": "denies"})
    result = state(40, contracts=(row,), facts=disputed)
    assert result.terms[0].status == "runs" and "W_CLAUSE_NOT_TESTED" in {f.code for f in result.findings}


def test_a_right_opens_only_while_its_contract_runs() -> None:
    trouble = ({"fact": "contract_event", "contract": "k", "event": "trouble", "date": "2020-01-10"},)
    row = contract("right_to_buy", lapses_if=[{"bid_for": "N"}])

    def kinds(result: Ballot) -> list[str]:
        return [event["kind"] for event in result.contract_events]

    assert kinds(state(40, contracts=(row,), facts=trouble)) == ["contract_right_open"]
    assert kinds(state(40, contracts=(row,), facts=(*trouble, *ENDED))) == ["contract_lapsed"]
    assert kinds(state(40, contracts=({**row, "until": "2020-01-09"},), facts=trouble)) == []
    assert kinds(state(40, contracts=(row,), at="2020-07-11", facts=trouble)) == []  # six months, the same day


def test_the_covenant_of_the_alliance_says_what_it_does_and_what_would_end_it() -> None:
    """17.9 percent of 297,777,637 votes cast is 53,302,197.02; Daimler lacks 15 percent of 295,722,284 less 9,167,391 shares."""
    found = api.ballot(api.read("alliance").at())
    (row,) = found.terms
    assert (row.id, row.status, row.holder, row.issuer) == ("k1", "runs", "FS", "R")
    assert "53,302,197 are free" in row.today and "35,473,632 cast by the fixed split" in row.today
    assert row.ends[-1].startswith("if another party passes 0.15 of R issued (nearest: D with 3.10 %")
    near = {line.clause: line for line in found.near() if line.rule == "k1"}
    assert near["crosses"].votes_to_flip == 295_722_284 * 15 // 100 + 1 - 9_167_391
    assert near["share"].met and near["share"].votes_to_flip == -(88_775_830 - 297_777_637 * 179 // 1000)


def test_unknown_triggers_and_classes_of_resolution_are_all_told_at_once() -> None:
    row = contract("voting_cap", lapses_if=[{"moon": "full"}], **{"except": ["dividnd", "other:name"]})
    with pytest.raises(RequestError) as caught:
        state(40, contracts=(row,))
    assert [f.code for f in caught.value.findings] == ["C_UNKNOWN_PREDICATE", "C_UNKNOWN_MEETING"]
    assert "dividend" in caught.value.findings[1].cure
