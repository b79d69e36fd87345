"""Rows in force on one day that say opposite things of the same votes are refused together, with what they say."""

from __future__ import annotations

import pytest

from crosshold.errors import FileError
from crosshold.law.book import PACKS, load
from crosshold.law.contradictions import contradictions

ROW = """\
- id: {id}
  jurisdiction: XA
  kind: {kind}
  when: "{when}"
  {does}
  valid: {{from: {start}, to: {end}}}
  cite: {{law: invented, source: invented, read_on: 2026-11-22}}
  confidence: {letter}
"""


def row(number: int, does: str, **more: str) -> str:
    said = {"kind": "vote_rule", "when": "self(H, I)", "start": "2000-01-01", "end": "2030-12-31", "letter": "A"} | more
    return ROW.format(id=f"XA-{number}", does=does, **said)


OUT, IN = "effect: {votes: zero, quorum: exclude}", "effect: {votes: zero, quorum: keep}"
TWO_THIRDS = 'majority: {classes: [special, merger], op: ">=", share: "2/3", of: cast}'
THREE_QUARTERS = 'majority: {classes: [special], op: ">=", share: "3/4", of: cast}'
DOUBLE, TRIPLE = "effect: {votes: multiply, factor: 2}", "effect: {votes: multiply, factor: 3}"
LOYAL = {"kind": "multiplier", "when": "held_for(lot) >= 24"}
SPECIAL = {"kind": "majority", "when": "meeting in {special}"}


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        (row(1, OUT), row(2, IN), "stay in the quorum"),
        (row(1, TWO_THIRDS, **SPECIAL), row(2, THREE_QUARTERS, **SPECIAL), "special by >= 2/3 of votes cast and by >= 3/4"),
        (row(1, DOUBLE, **LOYAL), row(2, TRIPLE, **LOYAL), "votes times 2 and times 3"),
    ],
)  # fmt: skip
def test_rows_that_say_opposite_things(one: str, other: str, says: str) -> None:
    with pytest.raises(FileError) as caught:
        load([one, other])
    (fault,) = caught.value.findings
    assert fault.code == "C_OVERLAP" and says in fault.message and "XA-1 and XA-2" in fault.message and fault.cure


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (row(1, OUT, end="2009-12-31"), row(2, IN, start="2010-01-01")),  # one after the other
        (row(1, OUT), row(2, IN, letter="C")),  # from memory: it takes no vote
        (row(1, OUT), row(2, IN, when="held(I in H; issued) > 1/2")),  # of other votes
        (row(1, TWO_THIRDS, **SPECIAL), row(2, THREE_QUARTERS.replace("special", "articles"), **SPECIAL)),
        (row(1, TWO_THIRDS, **SPECIAL), row(2, TWO_THIRDS.replace("merger", "articles"), **SPECIAL)),  # the same majority
    ],
)  # fmt: skip
def test_rows_that_do_not(one: str, other: str) -> None:
    assert len(load([one, other])) == 2


def test_no_bundled_rows_contradict() -> None:
    assert list(contradictions(load(packs=PACKS))) == []
