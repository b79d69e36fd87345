"""The day a law changes: the day before has the old law and the day itself the new one, in situations that stand beside the rules."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from crosshold.law.book import PACKS, load
from crosshold.law.situation import situations_of

ROWS = [row for pack in PACKS for row in situations_of(pack)]
CHANGES = {
    # first day of the later row: the earlier row (None: nothing before it), the later row
    "CH-659": ("2023-01-01", "CH-659-OLD", "CH-659"),
    "CH control": ("2023-01-01", "CH-MAJ", "CH-963"),
    "JP tender offer": ("2026-05-01", "JP-TOB-OLD", "JP-TOB"),
    "EU sanctions": ("2024-07-03", "EU-50-OLD", "EU-50"),
    "beneficial owner": ("2027-07-10", "DE-GWG-3", "AMLR-52"),
    "control of owners": ("2027-07-10", "DE-GWG", "AMLR-53"),
    "IT mutual holdings": ("2016-01-01", "IT-121", "IT-121"),
    "IT first mutual holdings": ("1998-07-01", None, "IT-121"),
    "IT loyalty": ("2024-03-27", "IT-127q", "IT-127q"),
    "IT first loyalty": ("2014-06-25", None, "IT-127q"),
    "FR loyalty": ("2016-03-29", None, "FR-L22-10-46"),
    "KR circles": ("2021-12-30", None, "KR-FTA-23"),
    "KR cancellation": ("2026-03-06", "KR-369-2", "KR-369-2"),
    "US-DE entities": ("2021-08-01", "US-DE-160c", "US-DE-160c"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_law_changes_on_its_day(name: str) -> None:
    first, earlier, later = CHANGES[name]
    day = date.fromisoformat(first)
    before = day - timedelta(days=1)
    book = load()
    old, new = ({rule.id: rule.version for rule in book.at(when).rules} for when in (before, day))
    assert (earlier in old) if earlier else (later not in old)
    assert new[later].endswith(f"@{first}") and old.get(earlier or "") != new[later]
    for rule, when in ((earlier or later, before), (later, before), (later, day)):
        assert [row.say for row in ROWS if row.rule == rule and row.at == when], f"{rule} has no situation on {when}"


def test_only_a_group_designated_on_the_day_or_later_is_bound_by_its_circle() -> None:
    """Korea: the circle of a group designated on 2021-12-29 votes, of one designated a day later its closing stake does not."""
    designated = {
        str(fact["date"]): not row.differences() and bool(row.data["expect"].get("silent"))
        for row in ROWS
        if row.rule == "KR-FTA-23" and row.at > date(2021, 12, 30)
        for fact in row.data.get("facts", ())
        if fact["fact"] == "designated_group" and "date" in fact and len(row.data["facts"]) == 2
    }
    assert designated["2021-12-30"] is True and designated["2021-12-29"] is False
