"""The Ballot around the outcomes: doubts about data, contracts, meetings, events, proofs, JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import crosshold.cases.alliance as alliance
from crosshold.errors import RequestError
from crosshold.formats.case import read_case
from crosshold.law import DISCLAIMER
from crosshold.law.ballot import ballot
from crosshold.law.events import events
from crosshold.law.near import to_flip
from crosshold.model.entity import Entity
from crosshold.model.snapshot import Lot, Snapshot
from crosshold.network import build

from .cases import company, net

FR_JP = ("FR-233-3", "FR-233-31", "JP-308-1")
HOME = [
    company("R", "FR", "SA", listed=True),
    company("N", "JP", "KK", listed=True),
    Entity("S", kind="state", jurisdiction="FR"),
]


def pair(r_in_n: int, n_in_r: int, issued: int = 1000, **parts: Any) -> Snapshot:
    rules = parts.pop("rules", FR_JP)
    return net([("R", "N", r_in_n), ("N", "R", n_in_r)], issued=issued, rules=rules, entities=HOME, **parts)


def alliance_case() -> Snapshot:
    return read_case(Path(next(iter(alliance.__path__)))).at()


# the bundled case


def test_the_alliance_on_28_january_2020() -> None:
    result = ballot(alliance_case())
    outcome = result.outcome()
    nf, fs = outcome.counts("R")["NF"], outcome.counts("R")["FS"]
    assert (nf.shares, nf.gross, nf.exercisable, nf.suspended_by) == (44358343, 88716686, 0, ("FR-233-31",))
    assert fs.exercisable == fs.gross == 88775830 and fs.exercised == fs.exercisable and fs.capped_by == ("k1",)
    assert fs.free == Fraction(179, 1000) * outcome.exercisable_total("R") and fs.free + fs.neutral == fs.exercised
    assert outcome.theoretical_total("R") == outcome.gross_total("R") + 4548736
    assert outcome.stakes("N")["R"] == Fraction(1831837027, 4220715112)
    network = build(result.snapshot, outcome.weights(), votes_basis="exercisable_votes")
    assert network.votes.fraction(network.index("NF"), network.index("R")) == 0
    assert {f.code for f in result.findings} == {"N_LOYALTY_ASSUMED", "N_CAP_BASE"}


@pytest.mark.parametrize("day", ["2003-06-30", "2015-03-31", "2020-01-28"])
def test_the_alliance_through_time(day: str) -> None:
    snapshot = read_case(Path(next(iter(alliance.__path__)))).at(date.fromisoformat(day))
    counts = ballot(snapshot).outcome().counts("R")["NF"]
    assert counts.exercisable == 0 and counts.suspended_by == ("FR-233-31",)
    assert (counts.gross == 2 * counts.shares) is (day >= "2016-03-29")


def test_json_has_the_fields_of_the_command_line() -> None:
    data = json.loads(json.dumps(ballot(alliance_case()).to_dict()))
    assert {"at", "issuers", "near", "findings", "alternatives", "settled"} <= set(data)
    holder = data["issuers"]["R"]["holders"]["NF"]
    assert {"shares", "gross", "exercisable", "exercised", "suspended_by", "certainty"} <= set(holder)
    assert data["issuers"]["R"]["settled"] is True and data["issuers"]["R"]["outcomes"] == 1
    line = next(row for row in data["near"] if row["rule"] == "JP-308-1")
    assert line["holder"] == ["N", "NF"] and line["would_change"] == {"issuer": "N", "holder": "R"}
    assert {"measure", "now", "threshold", "distance", "op", "clause", "met", "votes_to_flip", "duty"} <= set(line)
    assert json.dumps(ballot(alliance_case()).to_dict(exact=True)) and DISCLAIMER.startswith("Rules are research data")


def test_verdicts_are_plain_and_complete() -> None:
    result = ballot(alliance_case())
    rows = [verdict.to_dict() for verdict in result.verdicts]
    assert json.dumps(rows)
    row = next(v for v in rows if v["rule"] == "FR-233-31" and v["holder"] == "NF")
    assert row["value"] == "true" and row["presumption"] and row["confidence"] == "C" and row["applied"]
    assert row["inequality"][0].startswith("R controls N: presumption 1831837027/4220715112 > 2/5: true")
    assert {reading["reading"]["FR-233-3"]: reading["value"] for reading in row["by_reading"]} == {
        "gross": "true",
        "exercisable": "true",
    }
    missing = next(v for v in rows if v["rule"] == "JP-308-1" and v["holder"] == "MC")
    assert missing["value"] == "unknown" and missing["not_tested"] == ["register of MC"]


def test_the_proof_names_lots_rules_chain_and_sources() -> None:
    proof = ballot(alliance_case()).explain("NF", "R")
    (block,) = proof["outcomes"]
    assert block["lots"][0]["why"].startswith("2 times 44,358,343 base votes by FR-L22-10-46")
    (rule,) = block["rules"]
    assert [step["company"] for step in rule["control"]] == ["N", "NF"] and rule["citation"] == "C. com. L233-31"
    assert rule["control"][0]["tests"][0]["text"] == "1831837027/4220715112 > 2/5: true"
    assert {"FR-233-31@2000-09-21", "FR-233-3@2000-09-21"} <= {s.get("rule") for s in proof["sources"]}
    (contract,) = ballot(alliance_case()).explain("FS", "R")["outcomes"][0]["contracts"]
    assert contract["id"] == "k1" and contract["free"] + contract["neutral"] == 88775830
    with pytest.raises(RequestError):
        ballot(alliance_case()).explain("nobody", "R")


# doubts about data


def uncertain(low: int, high: int, shares: int = 430) -> Snapshot:
    snapshot = pair(shares, 150)
    lots = [replace(lot, low=low, high=high) if lot.id == "R.N" else lot for lot in snapshot.lots]
    floats = [replace(lot, shares=1000 - shares) if lot.id == "N.float" else lot for lot in lots]
    return snapshot.evolve(lots=floats)


@pytest.mark.parametrize(("low", "high", "by_data"), [(420, 440, "CERTAIN"), (399, 440, "POSSIBLE"), (400, 440, "POSSIBLE")])
def test_about_43_percent(low: int, high: int, by_data: str) -> None:
    result = ballot(uncertain(low, high))
    verdict = next(v for v in result.verdicts if v.rule == "FR-233-31")
    assert verdict.value == "true" and verdict.by_data == by_data
    assert result.outcome().counts("R")["N"].certainty == by_data


def test_a_stake_that_could_pass_the_line_is_a_doubt_and_takes_nothing() -> None:
    result = ballot(uncertain(380, 420, shares=395))
    assert result.outcome().counts("R")["N"].exercisable == 150
    assert result.outcome().counts("R")["N"].certainty == "POSSIBLE"
    assert next(v for v in result.verdicts if v.rule == "FR-233-31").by_data == "POSSIBLE"


def test_a_half_open_end_does_not_reach_the_line() -> None:
    snapshot = pair(430, 245)
    lots = [replace(lot, low=240, high=250, high_open=True) if lot.id == "N.R" else lot for lot in snapshot.lots]
    result = ballot(snapshot.evolve(lots=lots))
    assert next(v for v in result.verdicts if v.rule == "JP-308-1" and v.holder == "R").by_data == "IMPOSSIBLE"
    closed = [replace(lot, high_open=False) for lot in lots]
    shut = ballot(snapshot.evolve(lots=closed))
    assert next(v for v in shut.verdicts if v.rule == "JP-308-1" and v.holder == "R").by_data == "POSSIBLE"


def test_contradicted_facts_are_a_doubt_and_unknown_scope_is_told() -> None:
    claim = {"fact": "controls", "by": "R", "target": "N", "definition": "FR-233-3", "how": "de_facto"}
    assert ballot(pair(300, 100, facts=(claim,))).outcome().cut == ("N.R",)
    split = ballot(pair(300, 100, facts=(claim, {**claim, "stance": "denies"})))
    assert split.outcome().cut == () and split.outcome().counts("R")["N"].certainty == "POSSIBLE"
    nowhere = pair(434, 150)
    entities = {**nowhere.entities, "R": company("R", None, None)}
    result = ballot(nowhere.evolve(entities=entities))
    assert result.outcome().cut == () and "W_SCOPE_UNKNOWN" in {f.code for f in result.findings}


def test_a_disputed_reach_warns_and_takes_nothing() -> None:
    people = [company("A", "FR"), company("B", "DE", "AG")]
    snapshot = net([("B", "A", 110), ("A", "B", 120)], issued=1000, rules=("FR-233-29",), entities=people)
    result = ballot(snapshot)
    assert result.outcome().cut == () and "W_SCOPE_DISPUTED" in {f.code for f in result.findings}


# readings


def test_one_reading_can_be_fixed() -> None:
    snapshot = pair(434, 250)
    open_ = ballot(snapshot)
    assert not open_.settled and open_.unsettled_lots == ("N.R",) and open_.settled_in("N") and not open_.settled_in("R")
    assert open_.outcome("gross").cut == ("N.R", "R.N") and open_.outcome("exercisable").cut == ("R.N",)
    assert open_.outcome({"FR-233-3": "exercisable"}).cut == ("R.N",)
    assert ballot(snapshot, readings="gross").settled
    fixed = snapshot.evolve(rules=replace(snapshot.rules, settings={"FR-233-3": {"basis": "exercisable"}}))
    assert ballot(fixed).outcome().cut == ("R.N",)


def test_shares_of_a_trustee_count_as_asked() -> None:
    snapshot = net(
        [("R", "N", 150), ("T", "N", 284), ("N", "R", 150)], issued=1000, rules=FR_JP, entities=[*HOME, company("T", "FR")]
    )
    lots = [replace(lot, beneficiary="R") if lot.holder == "T" else lot for lot in snapshot.lots]
    held_for_another = snapshot.evolve(lots=lots)
    assert ballot(held_for_another, attribution="registered").outcome().cut == ()
    assert ballot(held_for_another, attribution="beneficiary").outcome().cut == ("N.R",)
    both = ballot(held_for_another)  # the rows leave it open, so both are run
    assert {outcome.reading["attribution"]: outcome.cut for outcome in both.outcomes} == {
        "registered": (),
        "beneficiary": ("N.R",),
    }
    assert (
        not both.settled and both.outcome("beneficiary").cut == ("N.R",) and both.outcome({"attribution": "registered"}).cut == ()
    )
    assert ballot(held_for_another, readings="registered").settled


# contracts


def test_three_readings_of_a_trust() -> None:
    """Removed 20.95 %, abstaining 15 %, removed and capped 15 to 85."""
    rows = [("R", "N", 633107267), ("T", "N", 1198729760)]
    removed = {"issuer": "N", "holder": "T", "kind": "removed"}
    cap = {"issuer": "N", "holder": "R", "kind": "cap", "share": "0.15", "of": "after"}

    def stakes(*overlays: dict[str, str]) -> dict[str, Fraction | None]:
        return ballot(net(rows, issued=4220715112, overlays=overlays)).outcome().stakes("N")

    assert stakes(removed)["R"] == Fraction(633107267, 3021985352)
    assert stakes({**removed, "kind": "abstain"})["R"] == Fraction(633107267, 4220715112)
    assert stakes(removed, cap) == {"R": Fraction(3, 20), "T": Fraction(0), "~float": Fraction(17, 20)}
    outcome = ballot(net(rows, issued=4220715112, overlays=(removed, cap))).outcome()
    weights = outcome.weights()
    assert Fraction(weights["R.N"], sum(weights.values())) == Fraction(3, 20)


@given(st.lists(st.integers(1, 60), min_size=2, max_size=4), st.data())
def test_caps_solved_together_hold_and_do_not_depend_on_order(votes: list[int], data: st.DataObject) -> None:
    rows = [(f"H{k}", "N", count) for k, count in enumerate(votes)]
    issued = sum(votes) + data.draw(st.integers(1, 50))
    shares = [data.draw(st.sampled_from(["1/10", "3/20", "1/5"])) for _ in votes]
    caps = [
        {"id": f"c{k}", "issuer": "N", "holder": f"H{k}", "kind": "cap", "share": share, "of": "after"}
        for k, share in enumerate(shares)
    ]
    one = ballot(net(rows, issued=issued, overlays=tuple(caps))).outcome().stakes("N")
    assert one == ballot(net(rows, issued=issued, overlays=tuple(reversed(caps)))).outcome().stakes("N")
    for k, share in enumerate(shares):
        stake = one[f"H{k}"]
        assert stake is not None and stake <= Fraction(share)


def test_caps_that_cannot_be_solved_together_are_refused() -> None:
    snapshot = net([("A", "N", 50), ("B", "N", 50)])
    lots = [Lot("A1", "N", "A", 30), Lot("A2", "N", "A", 20), Lot("B1", "N", "B", 50)]
    part = {"id": "x", "lot": "A1", "kind": "cap", "share": "1/5", "of": "after"}
    whole = {"id": "y", "issuer": "N", "holder": "A", "kind": "cap", "share": "1/5", "of": "after"}
    with pytest.raises(RequestError) as caught:
        ballot(snapshot.evolve(lots=lots, overlays=(part, whole))).outcome().stakes("N")
    assert caught.value.findings[0].code == "E_CAPS_INFEASIBLE"


@pytest.mark.parametrize(
    ("trigger", "parts", "gone"),
    [
        ({"votes_released": {"issuer": "R", "holder": "N"}}, {}, False),
        ({"bid_for": "R"}, {"facts": ({"fact": "contract_event", "contract": "k", "event": "bid_for", "date": "2020-01-01"},)}, True),
        ({"bid_for": "R"}, {"facts": ({"fact": "contract_event", "contract": "k", "event": "bid_for", "date": "2021-01-01"},)}, False),
        ({"crosses": {"issuer": "R", "share": "0.10", "by": "other"}}, {}, False),
        ({"crosses": {"issuer": "R", "share": "0.10", "by": "other"}}, {"facts": ({"fact": "crossed", "by": "N", "target": "R"},)}, True),
    ],
)  # fmt: skip
def test_a_contract_lapses_by_its_triggers(trigger: dict[str, Any], parts: dict[str, Any], gone: bool) -> None:
    cap = {"id": "k", "kind": "voting_cap", "issuer": "R", "holder": "S", "share": "1/10", "of": "after", "surplus": "not_cast",
           "lapses_if": [trigger], "from": "2015-12-11"}  # fmt: skip
    snapshot = pair(434, 150, contracts=(cap,), **parts)
    lots = [replace(lot, shares=550) if lot.id == "R.float" else lot for lot in snapshot.lots] + [Lot("s", "R", "S", 300)]
    result = ballot(snapshot.evolve(lots=lots))
    assert bool([e for e in result.contract_events if e["kind"] == "contract_lapsed"]) is gone
    assert (result.outcome().counts("R")["S"].exercised == 300) is gone


def test_a_contract_that_a_release_ends_is_an_event() -> None:
    cap = {"id": "k", "kind": "voting_cap", "issuer": "R", "holder": "S", "share": "1/10", "surplus": "neutral",
           "lapses_if": [{"votes_released": {"issuer": "R", "holder": "N"}}]}  # fmt: skip
    before, after = (ballot(pair(n, 150, contracts=(cap,))) for n in (434, 400))
    found = {(e.rule, e.direction) for e in events(before, after)}
    assert {("FR-233-31", "released"), ("k", "lapsed")} <= found
    with pytest.raises(RequestError):
        ballot(pair(434, 150, contracts=({**cap, "lapses_if": [{"moon": "full"}]},))).outcome().counts("R")


# meetings


def test_attendance_intentions_and_a_japanese_special_resolution() -> None:
    outcome = ballot(net([("R", "N", 300)], issued=1000, rules=("JP-309-2",), entities=HOME)).outcome()
    full = outcome.meeting("special", intentions={"R": "against", "~float": "for"})
    assert full.majority.rule == "JP-309-2" and full.passed is True and not full.holders["R"].blocks
    thin = outcome.meeting("special", attendance={"~float": "0.5"}, intentions={"R": "against", "~float": "for"})
    assert thin.base == 650 and thin.passed is False and thin.holders["R"].blocks and thin.quorum_met is True
    assert outcome.meeting("special", attendance={"~float": 0}).quorum_met is False
    assert outcome.meeting("special").passed is None
    assumed = outcome.meeting("ordinary")
    assert [f.code for f in assumed.findings] == ["W_MAJORITY_ASSUMED"] and json.dumps(assumed.to_dict())
    for bad in (
        {"cls": "party"},
        {"attendance": {"R": 2}},
        {"intentions": {"R": "maybe"}},
        {"majority": "most"},
        {"issuer": "Q"},
    ):
        with pytest.raises(RequestError):
            outcome.meeting(**bad)


def test_a_neutral_split_on_the_wrong_majority_lifts_the_bar() -> None:
    overlay = {"id": "t", "issuer": "N", "holder": "R", "kind": "neutral", "ordinary": "1/2", "special": "1/2"}
    tally = ballot(net([("R", "N", 200)], issued=1000, overlays=(overlay,))).outcome().meeting("special")
    assert tally.as_share_of_free == Fraction(17, 24)  # 70.8 percent


# distances and events


@given(st.integers(0, 200), st.integers(1, 200), st.sampled_from([">", ">="]), st.fractions(0, 1, max_denominator=12))
def test_the_smallest_change_that_flips_a_test(part: int, whole: int, op: str, threshold: Fraction) -> None:
    def met(count: int) -> bool:
        return Fraction(count, whole) > threshold if op == ">" else Fraction(count, whole) >= threshold

    flip = to_flip(part, whole, op, threshold)
    assert met(part + flip) != met(part) and met(part + flip + (1 if flip < 0 else -1)) == met(part)
    assert (flip > 0) is not met(part)


def test_what_would_change_is_told_for_the_line_that_decides() -> None:
    lines = ballot(pair(434, 150)).near()
    presumption = next(line for line in lines if line.clause == "presumption")
    assert dict(presumption.would_change) == {"issuer": "R", "holder": "N", "rule": "FR-233-31"}
    majority = next(line for line in lines if line.clause == "majority" and line.issuer == "N")
    assert majority.would_change == () and not majority.met


def cancelled(snapshot: Snapshot, holder: str, issuer: str, count: int) -> Snapshot:
    lots = [
        replace(lot, shares=lot.shares - count) if (lot.holder, lot.issuer) == (holder, issuer) else lot for lot in snapshot.lots
    ]
    old = snapshot.issuers[issuer]
    return snapshot.evolve(lots=lots, issuers={**snapshot.issuers, issuer: replace(old, issued=old.issued - count)})


@pytest.mark.parametrize(("count", "crosses"), [(33333, False), (33334, True)])
def test_29_percent_pass_30_without_acting(count: int, crosses: bool) -> None:
    snapshot = net(
        [("R", "F", 290000)], issued=10**6, rules=("FR-BID-30", "FR-DISC"), entities=[company("F", "FR", listed=True), *HOME]
    )
    found = events(ballot(snapshot), ballot(cancelled(snapshot, "~float", "F", count)))
    bid = [e for e in found if e.rule == "FR-BID-30"]
    assert bool(bid) is crosses
    if crosses:
        (event,) = bid
        assert event.passive and event.cause == "shares were cancelled" and event.waiver == "WAIVE-FR-234-9"
        assert event.direction == "up" and event.threshold == Fraction(3, 10) and event.before == Fraction(29, 100)
        assert {e.threshold for e in found if e.rule == "FR-DISC" and e.holder == "R"} == {Fraction(3, 10)}
        assert json.dumps([e.to_dict() for e in found])


def test_one_event_per_rung_and_both_ways() -> None:
    home = [company("F", "FR", listed=True), *HOME]
    low, high = (ballot(net([("R", "F", n)], issued=1000, rules=("FR-DISC",), entities=home)) for n in (40, 160))
    up = [e for e in events(low, high) if e.clause and e.clause.startswith("capital")]
    assert [(e.threshold, e.direction, e.passive) for e in up] == [
        (Fraction(1, 20), "up", False), (Fraction(1, 10), "up", False), (Fraction(3, 20), "up", False)
    ]  # fmt: skip
    assert {e.direction for e in events(high, low)} == {"down"}


@pytest.mark.parametrize(
    ("day", "count", "rule"),
    [("2026-04-30", 320, None), ("2026-04-30", 340, "JP-TOB-OLD"), ("2026-05-01", 320, "JP-TOB"), ("2026-05-01", 300, None)],
)
def test_the_tender_offer_line_is_that_of_the_day(day: str, count: int, rule: str | None) -> None:
    def at(shares: int) -> Any:
        return ballot(net([("R", "N", shares)], issued=1000, rules=("JP-TOB", "JP-TOB-OLD"), entities=HOME, at=day))

    assert [e.rule for e in events(at(290), at(count))] == ([rule] if rule else [])


def test_votes_switch_on_and_off_without_acting() -> None:
    before, after = ballot(pair(434, 150)), ballot(pair(400, 150))
    (event,) = [e for e in events(before, after) if e.direction == "released"]
    assert (event.rule, event.issuer, event.holder, event.passive, event.certainty) == ("FR-233-31", "R", "N", True, "CERTAIN")
    (back,) = [e for e in events(after, before) if e.direction == "suspended"]
    assert back.cause == "a holding in another company changed" and back.citation == "C. com. L233-31"
    open_ = ballot(pair(434, 250))
    assert {e.certainty for e in events(before, open_) if e.rule == "FR-233-31"} == {"POSSIBLE"}
    assert events(before, before) == ()


def test_a_creeping_rise_is_an_event_of_the_step() -> None:
    home = [company("F", "FR", listed=True), *HOME]
    one, two = (ballot(net([("R", "F", n)], issued=1000, rules=("FR-CREEP",), entities=home)) for n in (340, 350))
    (event,) = events(one, two)
    assert (event.rule, event.threshold, event.before, event.after) == (
        "FR-CREEP",
        Fraction(1, 100),
        Fraction(17, 50),
        Fraction(7, 20),
    )


def test_nobody_votes_is_said_and_is_no_ratio() -> None:
    overlay = {"id": "x", "issuer": "N", "holder": "R", "kind": "removed"}
    result = ballot(net([("R", "N", 100)], overlays=(overlay,)))
    assert result.outcome().stakes("N") == {"R": None} and "W_NO_VOTES" in {f.code for f in result.findings}


@pytest.mark.parametrize(
    ("rule", "home", "line"),
    [("DE-19-328", ("DE", "AG"), "1/4"), ("TW-369-10", ("TW", None), "1/3"), ("ES-151", ("ES", "SA"), "1/10")],
)
def test_the_line_of_a_mutual_holding_is_told_before_anybody_gave_notice(
    rule: str, home: tuple[str, str | None], line: str
) -> None:
    """Spec 14: every test between companies that hold each other, though these rules bind only who knows or was told."""
    result = ballot(net([("A", "B", 34), ("B", "A", 20)], rules=(rule,), entities=[company(name, *home) for name in "AB"]))
    found = {(near.holder, near.issuer): near.threshold for near in result.near() if near.rule == rule}
    assert found == {(("A",), "B"): Fraction(line), (("B",), "A"): Fraction(line)}
    assert result.outcome().cut == ()
