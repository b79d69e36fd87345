"""A register of every kind of word, and random ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from crosshold.model.share import Share, parse
from crosshold.model.statement import SPEAKER_KINDS, STANCES, Statement

DAYS = st.dates(date(2015, 1, 1), date(2025, 12, 31))
PARTIAL = st.one_of(DAYS.map(str), DAYS.map(lambda d: str(d)[:7]), DAYS.map(lambda d: str(d)[:4]))
WORDS = st.text(max_size=12)
NAMES = st.sampled_from(["A", "B", "C", "日産自動車㈱", 'o\'Hara "&" Söhne', "x\u0000y"])
JSONS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False, allow_infinity=False), WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=6,
)  # fmt: skip


@st.composite
def shares(draw: st.DrawFn) -> Share:
    if draw(st.booleans()):
        return parse(
            draw(st.sampled_from(["0.43", "0.125", "1/3", "1", "0"])), draw(st.sampled_from([None, "about", "more than"]))
        )
    low, high = sorted(draw(st.lists(st.fractions(0, 1, max_denominator=1000), min_size=2, max_size=2)))
    return Share(
        draw(st.sampled_from([None, low, high])), low, high, draw(st.booleans()), draw(st.booleans()), "band", draw(WORDS)
    )


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """Statements of all stances, with partial dates, open bounds, joint holders, revisions, names in other scripts."""
    maybe = st.none()
    return Statement(
        draw(NAMES), draw(st.sampled_from(["holds", "holds", "holds", "votes", "issued", "comment"])), draw(maybe | NAMES),
        draw(st.sampled_from(STANCES)), shares=draw(maybe | st.integers(0, 10**12)), votes=draw(maybe | st.integers(0, 10**6)),
        share=draw(maybe | shares()), share_class=draw(st.sampled_from([None, "A"])), amount=draw(maybe | st.decimals(0, 10**9, places=2)),
        speaker_kind=draw(st.sampled_from(SPEAKER_KINDS)), joint=tuple(draw(st.lists(NAMES, max_size=2))),
        vote_share=draw(maybe | shares()), price=draw(st.sampled_from([None, Decimal("1.10")])),
        target=draw(maybe | st.just(Fraction(1, 3))),
        exit=draw(st.sampled_from([None, True, False])), said_on=draw(maybe | DAYS), known_on=draw(maybe | DAYS),
        valid_from=draw(maybe | PARTIAL),
        as_of=draw(maybe | PARTIAL), note=draw(maybe | WORDS), revises=draw(st.sampled_from([None, None, "s1", "s2"])),
        directness=draw(st.sampled_from(["direct", "indirect", "unknown"])),
        extra=draw(st.dictionaries(WORDS.filter(lambda w: w != "lot"), JSONS, max_size=3)),
    )  # fmt: skip


def holding(n: int, note: str = "") -> Statement:
    """The n-th of many different holdings."""
    return Statement(
        f"H{n}", "holds", f"C{n % 97}", share=parse("0.01"), directness="direct", note=note or None, known_on=date(2020, 1, 1)
    )
