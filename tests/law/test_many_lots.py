"""In a large register lines are told of the companies in which votes are taken; what is told is the same as in a small one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.law import ballot as ballot_room
from crosshold.law import outcome as outcome_room
from crosshold.law.ballot import Ballot, ballot
from crosshold.law.world import World
from crosshold.model.entity import FLOAT, Entity
from crosshold.model.records import Records
from crosshold.model.snapshot import Issuer, Lot, Lots, RuleChoice, Snapshot

NAMES = "ABCDEF"
RULES = ("FR-233-3", "FR-233-31", "FR-233-29", "FR-DISC", "FR-BID-30")
STAKES = st.dictionaries(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), st.integers(1, 60), max_size=12)


def register(stakes: dict[tuple[str, str], int]) -> Snapshot:
    """French companies in columns that hold percents of one another; dispersed holders have the rest."""
    left, rows = dict.fromkeys(NAMES, 100), list[tuple[str, str, int]]()
    for (holder, issuer), count in sorted(stakes.items()):
        rows.append((holder, issuer, min(count, left[issuer])))
        left[issuer] -= rows[-1][2]
    rows += [(FLOAT, name, rest) for name, rest in left.items()]
    names = [*NAMES, FLOAT]
    kinds: dict[str, Any] = {"kind": ["company"] * 6 + ["dispersed"], "jurisdiction": ["FR"] * 7, "form": ["SA"] * 7}
    kinds["listed"] = [True] * 7
    lots = Lots.from_columns(holder=[r[0] for r in rows], issuer=[r[1] for r in rows], shares=[r[2] for r in rows])
    issuers = Records(Issuer, NAMES, {"issued": [100] * 6})
    return Snapshot(date(2020, 1, 28), Records(Entity, names, kinds), issuers, lots, rules=RuleChoice(only=RULES))


def plain(snapshot: Snapshot) -> Snapshot:
    """The same from lots and records made one by one."""
    lots = [Lot(lot.id, lot.issuer, lot.holder, lot.shares) for lot in snapshot.lots]
    return Snapshot(snapshot.at, dict(snapshot.entities), dict(snapshot.issuers), Lots(lots), rules=snapshot.rules)


def bounded(snapshot: Snapshot, patch: pytest.MonkeyPatch) -> Ballot:
    for room in (ballot_room, outcome_room):
        patch.setattr(room, "MANY", 3)
    return ballot(snapshot)


@settings(max_examples=15)
@given(STAKES)
def test_a_snapshot_in_columns_has_the_ballot_of_the_same_lots_one_by_one(stakes: dict[tuple[str, str], int]) -> None:
    columns = register(stakes)
    one, other = ballot(columns), ballot(plain(columns))
    assert [o.exercisable for o in one.outcomes] == [o.exercisable for o in other.outcomes]
    assert one.to_dict() == other.to_dict() and str(one) == str(other)


@settings(max_examples=15)
@given(STAKES)
def test_the_heads_of_a_company_are_those_whose_majority_group_it_is_in(stakes: dict[tuple[str, str], int]) -> None:
    world = World(register(stakes))
    for company in NAMES:
        heads = {z for z in world.holdings if z not in world.dispersed and z != company and company in world.majority_group(z)}
        assert world.heads(company) == tuple(sorted(heads))


@settings(max_examples=15)
@given(STAKES)
def test_a_large_register_tells_the_lines_of_companies_in_which_votes_are_taken(stakes: dict[tuple[str, str], int]) -> None:
    snapshot = register(stakes)
    everything = ballot(snapshot)
    cut = {lot for o in everything.outcomes for lot in o.cut}
    every, codes = everything.near(), {finding.code for finding in everything.findings}
    with pytest.MonkeyPatch.context() as patch:
        few = bounded(snapshot, patch)
        assert [o.exercisable for o in few.outcomes] == [o.exercisable for o in everything.outcomes]
        assert set(few.moved) == {lot.issuer for lot in snapshot.lots if lot.id in cut} | set(everything.unsettled_issuers)
        assert set(few.to_dict()["issuers"]) == set(few.moved)
        same = {replace(line, would_change=()) for line in every}
        assert {replace(line, would_change=()) for line in few.near()} <= same
        if few.outcomes:
            assert {f.code for f in few.findings} - codes == {"N_LINES_OF_SOME"}
            direct = {n for n in every if n.rule == "FR-DISC" and n.issuer in few.outcomes[0].moved}
            assert direct <= set(few.near()), "of the companies it looks at it tells every line"


def test_lines_of_a_company_that_is_named_are_told_whatever_the_size() -> None:
    snapshot = register({("A", "B"): 29, ("C", "D"): 60})
    every = [n for n in ballot(snapshot).near() if n.issuer == "B"]
    with pytest.MonkeyPatch.context() as patch:
        few = bounded(snapshot, patch)
        assert every and few.near() == [] and few.about("B").near() == every
        assert "N_LINES_OF_SOME" not in {f.code for f in few.about("B").findings}
