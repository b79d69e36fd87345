"""What is left out because it cannot reach a line changes nothing: outcomes, reasons and findings are those of working out every pair."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import crosshold.law.actions
import crosshold.law.ballot
from crosshold.law.ballot import Ballot, ballot
from crosshold.model.snapshot import Snapshot

from .cases import company, net

RULES = (
    "FR-233-31", "FR-233-29", "FR-233-30", "JP-308-1", "DE-71b", "DE-19-328", "KR-369-3", "TW-179", "ES-148", "NL-118-7", "CH-659",
    "BE-CROSS", "US-DE-160c", "IT-121",
)  # fmt: skip
FORMS = {
    "FR": "SA", "JP": "KK", "DE": "AG", "KR": None, "TW": None, "ES": "SA", "NL": "NV", "CH": "AG", "BE": "NV", "US-DE": None, "IT": "SpA",
}  # fmt: skip
SIZES = (3, 5, 8, 10, 11, 20, 25, 26, 30, 34, 40, 45, 51, 60)


@st.composite
def cases(draw: Any) -> Snapshot:
    """Companies of one or several laws that hold each other, at stakes around the lines."""
    names = "ABCDEF"
    laws = draw(st.lists(st.sampled_from(sorted(FORMS)), min_size=1, max_size=2))
    entities = [company(n, law := draw(st.sampled_from(laws)), FORMS[law], listed=draw(st.booleans())) for n in names]
    left, rows = dict.fromkeys(names, 100), dict[tuple[str, str], int]()
    for holder, issuer in draw(
        st.lists(st.permutations(names).map(lambda p: (p[0], p[1])), min_size=3, max_size=14, unique=True)
    ):
        size = min(draw(st.sampled_from(SIZES)), left[issuer])
        left[issuer] -= size
        rows |= {(holder, issuer): size} if size else {}
    facts = ({"fact": "decides_meetings", "by": "A", "target": "B"},) if draw(st.booleans()) else ()
    held = [(holder, issuer, size) for (holder, issuer), size in rows.items()]
    return net(held, rules=RULES, entities=entities, facts=facts, at="2024-06-30")


def told(result: Ballot) -> tuple[list[Any], list[str]]:
    outcomes = [(o.exercisable, o.suspended_by, [dict(r) for r in o.readings]) for o in result.outcomes]
    return outcomes, sorted(f"{f.code} {f.message}" for f in result.findings)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cases())
def test_leaving_out_what_cannot_be_changes_nothing(monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot) -> None:
    quick = told(ballot(snapshot))
    with monkeypatch.context() as patch:
        for module in (crosshold.law.actions, crosshold.law.ballot):
            patch.setattr(module, "only_circles", lambda *_: False)
        assert told(ballot(snapshot)) == quick
