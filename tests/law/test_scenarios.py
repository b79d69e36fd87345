"""The worked scenarios, compared on every key their ``expect`` has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from crosshold.law.ballot import Ballot, ballot
from crosshold.law.events import events as happened
from crosshold.law.judge import Judge
from crosshold.law.meeting import Tally
from crosshold.law.outcome import StableOutcome
from crosshold.model.entity import FLOAT
from crosshold.model.snapshot import Snapshot

from .cases import cases, scenarios, snapshot_of


def every_case(names: list[str]) -> list[Any]:
    return [pytest.param(name, letter, id=f"{name}{letter}") for name in names for letter in cases(name)]


def frac(value: Any) -> Fraction:
    return Fraction(str(value))


def check(name: str, letter: str) -> None:
    case = cases(name)[letter]
    result = ballot(snapshot_of(case), high_quorum=bool(case.get("high_quorum", False)))
    for key, wanted in case["expect"].items():
        CHECKS[key](result, wanted, case)


def settled(b: Ballot, wanted: bool, case: Any) -> None:
    assert b.settled is wanted


def unsettled_lots(b: Ballot, wanted: list[str], case: Any) -> None:
    assert list(b.unsettled_lots) == wanted


def outcomes(b: Ballot, wanted: dict[str, list[Any]], case: Any) -> None:
    for reading, rows in wanted.items():
        found = [o for o in b.outcomes if reading == "all" or any(set(r.values()) == {reading} for r in o.readings)]
        assert len(found) == len(rows), reading
        if reading == "all":
            assert len(b.outcomes) == len(rows)
        for outcome, row in zip(found, rows, strict=True):
            one_outcome(outcome, row)


def one_outcome(outcome: StableOutcome, row: dict[str, Any]) -> None:
    rows = {r.lot: r for r in outcome.lots()}
    cut = {name: r for name, r in rows.items() if r.exercisable < r.gross}
    assert set(cut) == set(row.get("suspended", {}))
    for name, wanted in row.get("suspended", {}).items():
        assert cut[name].exercisable == wanted["exercisable"]
        assert [r for r in cut[name].reasons if r in {x.rule.id for x in outcome.actions}] == wanted["suspended_by"]
    for issuer, wanted in row.get("issuers", {}).items():
        for total in ("gross_total", "exercisable_total", "theoretical_total"):
            if total in wanted:
                assert getattr(outcome, total)(issuer) == wanted[total]
        counts = outcome.counts(issuer)
        for holder, numbers in wanted.get("holders", {}).items():
            for key, number in numbers.items():
                assert getattr(counts[holder], key) == number, (issuer, holder, key)


def shares(b: Ballot, wanted: dict[str, dict[str, str]], case: Any) -> None:
    for issuer, holders in wanted.items():
        for holder, share in holders.items():
            assert b.outcome().stakes(issuer)[holder] == frac(share)


def near(b: Ballot, wanted: list[dict[str, Any]], case: Any) -> None:
    rows = [line.to_dict(exact=True) for line in b.near()]
    for line in wanted:
        exact = {key: str(value) if key in ("now", "threshold", "distance") else value for key, value in line.items()}
        assert any(all(row[key] == value for key, value in exact.items()) for row in rows), (exact, rows)


def flags(b: Ballot, wanted: list[dict[str, Any]], case: Any) -> None:
    rows = [flag.to_dict() for flag in b.flags]
    for flag in wanted:
        if "subject" in flag:
            label(rows, flag)
            continue
        assert any(all(row[key] == value for key, value in flag.items()) for row in rows), flag


def label(rows: list[dict[str, Any]], flag: dict[str, Any]) -> None:
    """A label of owners or sanctions: met by some clause, or by none; the number and how it was counted are those of that clause."""
    found = [r for r in rows if (r["rule"], r["holder"], r["issuer"]) == (flag["rule"], flag["subject"], flag["issuer"])]
    met = [r for r in found if r["met"]]
    assert found and bool(met) is flag["result"]
    for key in ("now", "how"):
        assert key not in flag or str(flag[key]) in [str(r[key]) for r in met or found], (flag, found)


def blocking(b: Ballot, wanted: list[dict[str, Any]], case: Any) -> None:
    for row in wanted:
        tally = b.outcome().meeting("special", issuer=row["issuer"])
        assert tally.majority.rule == row["rule"]
        assert tally.holders[row["holder"]].blocks_if_present_votes_below == row["blocks_if_present_votes_below"]


def findings(b: Ballot, wanted: list[str], case: Any) -> None:
    assert set(wanted) <= {f.code for f in b.findings}


def not_tested(b: Ballot, wanted: list[str], case: Any) -> None:
    assert list(b.not_tested) == wanted


def events(b: Ballot, wanted: list[dict[str, Any]], case: Any) -> None:
    rows = list(b.contract_events)
    if "change" in case:
        told = [event.to_dict() for event in happened(ballot(undone(b, case["change"])), b)]
        rows += [{**row, **row["subject"]} for row in told]
    for event in wanted:
        assert any(all(row.get(key) == value for key, value in event.items()) for row in rows), event


def undone(b: Ballot, changes: list[dict[str, Any]]) -> Snapshot:
    """The register before the purchases that led to this one, all from dispersed holders."""
    count = {lot.id: lot.shares for lot in b.snapshot.lots}
    for change in changes:
        bought = change["buy"]
        for lot in b.snapshot.lots_of(bought["issuer"]):
            count[lot.id] += {bought["holder"]: -1, FLOAT: 1}.get(lot.holder, 0) * bought["shares"]
    lots = [replace(lot, shares=count[lot.id], votes=count[lot.id]) for lot in b.snapshot.lots]
    return b.snapshot.evolve(lots=lots)


def duties(b: Ballot, wanted: list[dict[str, Any]], case: Any) -> None:
    keys = ("rule", "party", "issuer", "sell_shares", *(["by"] if any("by" in row for row in wanted) else []))
    rows = [{key: row[key] for key in keys} for row in b.duties]
    assert sorted(rows, key=str) == sorted(wanted, key=str)


def quorum_base(b: Ballot, wanted: dict[str, int], case: Any) -> None:
    assert {issuer: b.outcome().quorum_base(issuer) for issuer in wanted} == wanted


def board_election(b: Ballot, wanted: dict[str, list[Any]], case: Any) -> None:
    outcomes(ballot(b.snapshot, meeting="supervisory_board_election"), wanted, case)


def controls(b: Ballot, wanted: list[dict[str, Any]], case: Any) -> None:
    outcome = b.outcome()
    for row in wanted:
        group = Judge(outcome.bench, outcome.kept).control.group(row["controller"], row["definition"])[0]
        assert (row["controlled"] in group) is row["value"]


def certainty(b: Ballot, wanted: dict[str, str], case: Any) -> None:
    assert wanted == {"cap binds": "CERTAIN"}
    tally = b.outcome().meeting("ordinary", high_quorum=bool(case.get("high_quorum", False)))
    assert list(tally.binds.values()) == ["CERTAIN"]


def bounds(b: Ballot, wanted: dict[str, Any], case: Any) -> None:
    tally = b.outcome().meeting("ordinary", high_quorum=bool(case.get("high_quorum", False)))
    for holder, parts in wanted.items():
        for part, ends in parts.items():
            assert tally.bounds[holder][part] == tuple(map(frac, ends)), (holder, part)


def attribution(b: Ballot, wanted: dict[str, dict[str, str]], case: Any) -> None:
    (issuer,) = b.snapshot.issuers
    for kind, holders in wanted.items():
        found = b.attributed(issuer, kind)
        for holder, share in holders.items():
            assert found.get(holder, Fraction(0)) == frac(share)


def meetings(b: Ballot, wanted: list[dict[str, Any]], case: Any) -> None:
    for row in wanted:
        one_meeting(b, row, bool(case.get("high_quorum", False)))


def one_meeting(b: Ballot, row: dict[str, Any], high_quorum: bool) -> None:
    said = dict(row)
    cls, variant, majority = said.pop("meeting"), said.pop("variant", ""), said.pop("majority", None)
    outcome = b.outcome()
    if "wrongly read" in variant:
        overlays = tuple({**o, "special": "1/2"} if o["kind"] == "neutral" else o for o in b.snapshot.overlays)
        outcome = ballot(replace(b.snapshot, overlays=overlays)).outcome()
    if "majority of all" in variant:
        tally = outcome.meeting(cls, majority=majority)
    else:
        tally = outcome.meeting(cls, issuer=said.pop("issuer", None), high_quorum=high_quorum)
    assert majority is None or str(tally.majority) == majority
    for key, value in said.items():
        meeting_key(tally, key, value)


def meeting_key(tally: Tally, key: str, value: Any) -> None:
    trustee = tally.holders.get("Lindal Trustees")
    if key in ("base", "cast", "free_votes"):
        assert getattr(tally, key) == frac(value)
    elif key == "holders":
        for holder, numbers in value.items():
            for name, number in numbers.items():
                assert getattr(tally.holders[holder], name) == frac(number), (holder, name)
    elif key == "trust":
        assert trustee is not None
        found = {"for": trustee.neutral_for, "against": trustee.neutral_against, "not_cast": trustee.not_cast}
        assert found == {name: frac(number) for name, number in value.items()}
    elif key in ("free_needed_more_than", "free_needed_at_least"):
        assert tally.free_needed == frac(value)
        assert tally.majority.op == (">" if key.endswith("more_than") else ">=")
    elif key == "as_share_of_free":
        assert tally.as_share_of_free == frac(value)
    elif key == "share_of_cast":
        assert all(tally.holders[h].commanded / tally.cast == frac(s) for h, s in value.items())
    elif key == "commanded":
        assert all(tally.holders[h].commanded == v for h, v in value.items())
    elif key == "blocks":
        assert all(tally.holders[h].blocks is v for h, v in value.items())
    else:
        raise KeyError(key)


CHECKS: dict[str, Callable[[Ballot, Any, Any], None]] = {
    "settled": settled, "unsettled_lots": unsettled_lots, "outcomes": outcomes, "shares": shares, "near": near, "flags": flags,
    "blocking": blocking, "findings": findings, "not_tested": not_tested, "events": events, "duties": duties,
    "quorum_base": quorum_base, "outcomes_supervisory_board_election": board_election, "control": controls,
    "certainty": certainty, "bounds": bounds, "attribution": attribution, "meetings": meetings,
}  # fmt: skip


@pytest.mark.parametrize(("name", "letter"), every_case(sorted(scenarios())))
def test_scenario(name: str, letter: str) -> None:
    check(name, letter)
