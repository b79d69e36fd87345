"""Tables stay aligned with full-width characters, and nothing from outside reaches the terminal as a command."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from crosshold.report.figures import money, percent, points
from crosshold.report.lettering import clean, cut, em, short, wrap
from crosshold.report.tables import paragraph, table

names = st.text(st.sampled_from(list("aZ 日産自動車ｱ한é\x1b\n\u202e")), max_size=20)


@given(st.lists(st.tuples(names, st.integers(-(10**9), 10**12), st.fractions(0, 1)), min_size=1, max_size=8))
def test_every_line_of_a_table_is_aligned(rows: list[tuple[str, int, Fraction]]) -> None:
    plain: list[dict[str, object]] = [{"holder": n, "shares": c, "issued": f} for n, c, f in rows]
    text = table(plain, shares=("issued",))
    lines = text.split("\n")
    assert len(lines) == len(rows) + 2
    assert len({cell_len(line) for line in lines}) == 1  # the last column is a number: it ends every line
    assert "\x1b" not in text and "\u202e" not in text


def test_numbers_stand_right_under_a_head_that_names_their_basis() -> None:
    rows: list[dict[str, object]] = [{"holder": "日産自動車", "issued": Fraction(15, 100)}, {"holder": "FS", "issued": None}]
    assert table(rows, {"holder": "holder", "issued": "% of issued"}, shares=("issued",)).split("\n") == [
        "holder      % of issued",
        "----------  -----------",
        "日産自動車      15.00 %",
        "FS              unknown",
    ]


def test_a_narrow_table_cuts_text_and_no_number() -> None:
    rows = [{"holder": "a very long name of a holder of shares", "shares": 1831837027}]
    text = table(rows, width=30)
    assert max(map(cell_len, text.split("\n"))) <= 30
    assert "1,831,837,027" in text and "…" in text


def test_no_rows_are_said_in_words() -> None:
    assert table([]) == "nothing to show"


@given(st.text(st.sampled_from(list("ab 日産")), max_size=60), st.integers(4, 20))
def test_paragraphs_keep_the_width_and_the_words(text: str, width: int) -> None:
    rows = paragraph(text, width)
    assert all(cell_len(row) <= width for row in rows)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")


@given(st.text(st.sampled_from(list("abW 日産。é")), max_size=60), st.floats(2, 20), st.integers(1, 4))
def test_wrapped_lines_keep_their_width(text: str, width: float, most: int) -> None:
    rows = wrap(text, width, most)
    assert len(rows) <= most
    assert all(em(row) <= width + 1e-9 for row in rows)


def test_a_name_of_ten_thousand_characters_is_cut() -> None:
    assert em(cut("日" * 10_000, 12)) <= 12
    assert len(wrap("x" * 10_000, 15, 3)) == 3


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (Fraction(434, 1000), 1, "43.4 %"), (Fraction(1, 3), 2, "33.33 %"), (0, 2, "0.00 %"), (Fraction(1, 10**9), 2, "< 0.01 %"),
        (Fraction(29999999, 10**8), 2, "30.00 %"), (None, 2, "unknown"),
    ],
)  # fmt: skip
def test_percent(value: Fraction | None, digits: int, shown: str) -> None:
    assert percent(value, digits) == shown


def test_money_and_points() -> None:
    assert money(Decimal("2444050000.12")) == "EUR 2.44 bn"
    assert money(Decimal("59920000000"), "JPY") == "JPY 59.92 bn"
    assert money("-7704900000") == "EUR -7.70 bn"
    assert money(0) == "EUR 0"
    assert points(Fraction(-34, 1000)) == "-3.40 points"


def test_short_names_lose_only_their_legal_form() -> None:
    assert [short(n) for n in ("Daimler AG", "Mitsubishi Motors Corporation", "French State", "AG", "株式会社日立製作所")] == [
        "Daimler", "Mitsubishi Motors", "French State", "AG", "日立製作所",
    ]  # fmt: skip


def test_control_characters_are_dropped() -> None:
    assert clean("\x1b[31mred\x07\u202etxt") == "[31mredtxt"
