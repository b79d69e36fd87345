"""Events in words: one sentence a ladder, groups for their members, names for ids, and never another number than the event's."""

from __future__ import annotations

from typing import Any

from crosshold.report.story_events import event_in_words, happenings

NAMES = {"R": "Renault", "N": "Nissan Motor", "NF": "Nissan Finance", "FS": "French State"}


def event(
    rule: str, direction: str, *, holder: str = "", group: tuple[str, ...] = (), issuer: str = "N", **more: Any
) -> dict[str, Any]:
    who: dict[str, Any] = {"group": list(group)} if group else {"holder": holder}
    return {"rule": rule, "direction": direction, "subject": {"issuer": issuer, **who}, "passive": False, **more}


def rung(threshold: str, to: str = "3/10") -> dict[str, Any]:
    moved: Any = {"from": "217/500", "to": to, "base": "gross_votes", "threshold": threshold}
    return event("JP-5", "down", holder="R", **moved)


def test_the_rungs_of_a_ladder_are_one_sentence() -> None:
    assert happenings([rung("2/5"), rung("7/20"), rung("43/100")], NAMES) == [
        "JP-5: Renault in Nissan Motor falls past 3 lines from 43/100 to 7/20 of gross votes (43.40 % → 30.00 %)"
    ]


def test_rungs_with_other_numbers_stay_apart() -> None:
    assert len(happenings([rung("2/5"), rung("7/20", to="0")], NAMES)) == 2


def test_a_group_speaks_for_its_members() -> None:
    same: Any = {"from": "0", "to": "1/5", "threshold": "3/20", "base": "exercisable_votes"}
    rows = [event("X", "up", holder="NF", issuer="R", **same), event("X", "up", group=("N", "NF"), issuer="R", **same)]
    told = happenings(rows, NAMES)
    assert told == [
        "X: Nissan Motor with Nissan Finance in Renault rises past 3/20 of votes that can be exercised (0.00 % → 20.00 %)"
    ]


def test_votes_and_contracts_come_first_and_ids_become_names() -> None:
    rows = [
        rung("2/5"),
        event("k1", "lapsed", holder="FS", issuer="R", cause="NF can exercise 88716686 votes in R") | {"passive": True},
        event("FR-233-31", "released", holder="NF", issuer="R") | {"passive": True},
    ]
    assert happenings(rows, NAMES)[:2] == [
        "FR-233-31: Nissan Finance's votes in Renault come back, without acting",
        "k1: the contract on French State in Renault ends (Nissan Finance can exercise 88,716,686 votes in Renault), without acting",
    ]


def test_a_watch_line_is_called_one() -> None:
    row = event("watch:R in N", "down", holder="R", base="issued", threshold="2/5") | {"from": "217/500", "to": "3/10"}
    assert event_in_words(row, NAMES).startswith('watch line "R in N": Renault in Nissan Motor falls below 2/5 of shares issued')
