"""Tables of holdings with a mapping: every trap of spec/evidence 7.2 on a small invented table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from tests.formats.reading import Import, samples

from crosshold.errors import FileError, RequestError
from crosshold.formats import mapped
from crosshold.formats.mapped.mapping import read_mapping
from crosshold.formats.mapped.words import meaning
from crosshold.model.share import Share
from crosshold.model.statement import Statement


def table(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def taken(folder: Path, text: str | bytes, name: str = "t.csv", **options: Any) -> Import:
    return Import(mapped, table(folder, text, name), **options)


def mapping(folder: Path, text: str) -> Path:
    path = folder / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def bounds(said: Share | None) -> tuple[float, float]:
    assert said is not None
    return round(float(said.low), 9), round(float(said.high), 9)


def points(rows: Sequence[Statement]) -> list[float | None]:
    return [None if s.share is None or s.share.point is None else float(s.share.point) for s in rows]


def column(folder: Path, header: str, cells: Sequence[str], **options: Any) -> Import:
    """A table of one column of sizes."""
    rows = "".join(f"H{n};I{n};{cell}\n" for n, cell in enumerate(cells))
    return taken(folder, f"holder;issuer;{header}\n{rows}", **options)


# -- the sample ------------------------------------------------------------------------------------------------------------------
def test_the_thirteen_traps_of_the_sample() -> None:
    found = Import(mapped, samples("tables", "holdings-traps.csv"))
    rows = {s.where: s for s in found.statements}
    line = {k: rows[f"line {k + 1}"] for k in (1, 2, 3, 4, 5, 6)}
    assert len(rows) == 6
    assert (line[1].shares, line[1].as_of, bounds(line[1].share)) == (1_536_000, "2019-03-31", (0.3835, 0.3845))
    assert line[1].vote_share is not None and line[1].vote_share.point == Fraction("0.384")
    assert (line[2].votes, line[2].hedge, bounds(line[2].share)) == (0, "about", (0.11, 0.13))
    assert line[3].shares == 8_120_000 and bounds(line[3].share) == (0.04055, 0.04065)
    assert line[4].as_of == "2019-04-03" and bounds(line[4].share)[1] >= 0.048 and bounds(line[4].share)[0] <= 0.00048
    assert line[6].vote_share is not None and line[6].vote_share.point == Fraction("0.22")
    assert [(r.where.split()[-1], r.code) for r in found.rejects] == [
        ("8", "E_SHARES_NEGATIVE"), ("9", "E_SHARE_RANGE"), ("10", "E_PARTY"), ("14", "E_ROW"),
    ]  # fmt: skip
    assert found.account.left_out["total"] == 2
    assert [f.where.split()[-1] for f in found.findings if f.code == "W_UNIT"] == ["5"]
    (again,) = [f for f in found.findings if f.code == "W_DUPLICATE"]
    assert again.where.endswith("line 11") and "line 4" in again.message


# -- the header and the mapping -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Shareholder", "holder"), ("Actionnaire", "holder"), ("Aktionär", "holder"), ("株主", "holder"), ("氏名又は名称", "holder"),
        ("주주", "holder"), ("Company", "issuer"), ("銘柄", "issuer"), ("회사명", "issuer"),
        ("피출자회사", "issuer"), ("Émetteur", "issuer"),
        ("株式数(株)", "shares"), ("주식수", "shares"), ("Nombre d’actions", "shares"), ("Anzahl Aktien", "shares"),
        ("比率", "share"), ("지분율(%)", "share"), ("% du capital", "share"), ("Stake", "share"), ("Shares (%)", "share"), ("%", "share"),
        ("議決権", "votes"), ("의결권", "votes"), ("Votes %", "vote_share"), ("議決権比率", "vote_share"), ("% of votes", "vote_share"),
        ("As of", "as_of"), ("基準日", "as_of"), ("Stichtag", "as_of"), ("Unrelated", None),
    ],
)  # fmt: skip
def test_words_of_five_languages_say_what_a_column_is(header: str, field: str | None) -> None:
    found = meaning(header)
    assert (found.field if found else None) == field


def test_a_guess_that_is_not_sure_is_told_as_a_mapping_and_used_only_when_accepted(tmp_path: Path) -> None:
    text = "Holder;Issuer;Percent;Something\nA;B;38.4;kept\n"
    with pytest.raises(FileError, match="mapping/1") as caught:
        taken(tmp_path, text)
    assert caught.value.findings[0].code == "E_MAPPING"
    told = caught.value.findings[0].message.partition("A guess: ")[2]
    found = taken(tmp_path, text, accept_guess=True)
    assert points(found.statements) == [0.384]
    assert found.statements[0].extra == {"Something": "kept"}
    # the guess that was printed is a mapping file that gives the same
    again = taken(tmp_path, text, mapping=mapping(tmp_path, told))
    assert again.ids == found.ids


def test_columns_that_all_have_known_names_need_no_mapping_and_the_reading_is_printed(tmp_path: Path) -> None:
    found = taken(tmp_path, "Holder;Issuer;Percent\nA;B;38.4\n")
    assert "N_MAPPING" in found.codes and '"Percent": ' in found.findings[0].message


def test_a_table_without_a_column_of_issuers_is_read_with_a_constant(tmp_path: Path) -> None:
    told = mapping(tmp_path, "columns: {Actionnaire: holder, '% capital': {field: share, unit: percent, decimal: ','}}\n"
                             "constant: {issuer: Aurel, as_of: 2019-03-31, basis: issued}\n")  # fmt: skip
    found = taken(tmp_path, "Actionnaire;% capital\nHalden;0,5\n", mapping=told)
    (s,) = found.statements
    assert (s.subject, s.object, s.as_of, s.basis, bounds(s.share)) == (
        "Halden",
        "Aurel",
        "2019-03-31",
        "issued",
        (0.0045, 0.0055),
    )
    with pytest.raises(FileError, match="no column is the issuer"):
        taken(tmp_path, "Actionnaire;% capital\nHalden;0,5\n", accept_guess=True)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("columns: {H: holder}", "no column is the issuer"),
        ("columns: {H: holder, I: isuer}", "no field"),
        ("columns: {H: holder, I: issuer, J: issuer}", "two columns"),
        ("columns: {H: holder, I: {field: issuer, unit: furlong}}", "not known"),
        ("columns: {H: holder, I: issuer}\ncolour: red", "colour"),
        ("columns: {H: holder, I: issuer}\nconstant: {shoe: 4}", "no field"),
        ("crosshold: mapping/9\ncolumns: {H: holder, I: issuer}", "mapping/9"),
        ("columns: {H: &x holder, I: issuer}", "aliases"),
    ],
)
def test_a_mapping_with_a_fault_is_one_clear_error(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(FileError, match=word):
        read_mapping(mapping(tmp_path, text))


def test_a_column_of_the_mapping_that_is_not_in_the_table_is_named(tmp_path: Path) -> None:
    told = mapping(tmp_path, "columns: {Holdr: holder, issuer: issuer}")
    with pytest.raises(FileError, match=r"'Holdr'.*Holder"):
        taken(tmp_path, "Holder;issuer;share\nA;B;0.1\n", mapping=told)


def test_titles_units_and_a_header_over_two_rows(tmp_path: Path) -> None:
    text = (
        "Ownership of the group;;;;\n;;;;(단위: 백만 원, %)\n"
        "주주;회사명;소유;;장부가액\n;;주식수;지분율;\nA;B;10;0.5;3\n"
    )  # fmt: skip
    found = taken(tmp_path, text)
    (s,) = found.statements
    assert (s.subject, s.object, s.shares, points([s])) == ("A", "B", 10, [0.005])
    assert s.amount == 3_000_000 and s.currency == "KRW"
    assert found.account.left_out["header"] == 4


def test_counts_in_thousands_say_their_bounds(tmp_path: Path) -> None:
    found = taken(tmp_path, "株主,銘柄,株式数（千株）\nA,B,12\n")
    (s,) = found.statements
    assert s.shares == 12_000
    assert s.extra["shares_bounds"] == [11_500, 12_999]  # rounded or cut off


def test_a_header_that_is_repeated_blank_rows_and_empty_cells_behind_are_left_out_and_counted(tmp_path: Path) -> None:
    found = taken(tmp_path, "holder;issuer;percent;;\nA;B;5;;\n;;;;\n\nholder;issuer;percent;;\nC;B;6;;;;\n")
    assert points(found.statements) == [0.05, 0.06]
    assert found.account.left_out == {"header": 1, "blank": 2, "header again": 1}


def test_a_row_with_too_many_or_too_few_cells_is_rejected(tmp_path: Path) -> None:
    found = taken(tmp_path, "holder;issuer;percent\nA;B;5;6\nA;B\nA;B;5\n")
    assert [r.code for r in found.rejects] == ["E_ROW", "E_ROW"]
    assert points(found.statements) == [0.05]


# -- numbers ----------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["38,4", "4.06", "1,5"], [0.384, 0.0406, 0.015]),  # comma and point in one column
        (["38.4%", "4,06 %", "4.8 ％"], [0.384, 0.0406, 0.048]),
        (["１２．５", "３"], [0.125, 0.03]),  # full width
        (["12.345", "2"], [0.12345, 0.02]),  # three decimals: as thousands it would be over 100 %
        (["2.5*", "3.5 (1)", "4.5¹"], [0.025, 0.035, 0.045]),  # footnotes; a raised 1 is no digit
        (["0.5", "0.75", "45.25"], [0.005, 0.0075, 0.4525]),  # the header says percent: no doubt
    ],
)
def test_percentages_as_they_are_printed(tmp_path: Path, cells: list[str], expected: list[float]) -> None:
    found = column(tmp_path, "percent", cells)
    assert points(found.statements) == expected
    assert "W_UNIT" not in found.codes


@pytest.mark.parametrize(
    ("header", "cells", "expected", "doubtful"),
    [
        ("share", ["0.384", "0.05"], [0.384, 0.05], 0),
        ("stake", ["38.4", "5"], [0.384, 0.05], 0),  # a value over 1.5 decides
        ("stake", ["38.4%", "5%"], [0.384, 0.05], 0),  # a percent sign decides
        ("stake", ["38.4", "0.5", "5"], [0.384, None, 0.05], 1),  # small beside large
        ("percent", ["4.8", "0.048"], [0.048, None], 1),
        ("stake %", ["0.384", "0.5"], [0.00384, 0.005], 0),  # the header alone decides
        ("percent", ["4.8", "0.048%"], [0.048, 0.00048], 0),  # a cell that says so itself
        ("percent", ["4.8", "0"], [0.048, 0.0], 0),
    ],
)  # fmt: skip
def test_percent_or_fraction_is_decided_by_the_column(
    tmp_path: Path, header: str, cells: list[str], expected: list[float | None], doubtful: int
) -> None:
    found = column(tmp_path, header, cells)
    assert points(found.statements) == expected
    assert found.codes.count("W_UNIT") == doubtful


def test_what_may_be_a_fraction_or_a_percentage_has_bounds_that_hold_both(tmp_path: Path) -> None:
    found = column(tmp_path, "stake", ["38.4", "0.5"])
    low, high = bounds(found.statements[1].share)
    assert low <= 0.005 <= 0.5 <= high
    told = mapping(tmp_path, "columns: {holder: holder, issuer: issuer, stake: {field: share, unit: percent}}")
    sure = column(tmp_path, "stake", ["38.4", "0.5"], mapping=told)
    assert points(sure.statements) == [0.384, 0.005] and "W_UNIT" not in sure.codes


def test_a_column_of_small_numbers_without_a_unit_is_sure_only_when_somebody_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileError, match='"unit": "fraction"'):
        column(tmp_path, "stake", ["0.3", "0.4"])
    assert points(column(tmp_path, "stake", ["0.3", "0.4"], accept_guess=True).statements) == [0.3, 0.4]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1 536 000", "1 536 000", "1 536 000", "1'536'000", "1’536’000"], [1_536_000] * 5),
        (["1,536,000", "5,000"], [1_536_000, 5_000]),
        (["1.536.000", "5.000"], [1_536_000, 5_000]),
        (["5,400", "5,000"], [5_400, 5_000]),  # 5.4 shares are none: thousands
        (["10000000.00", "12.0", "5.000"], [10_000_000, 12, 5]),  # decimals in the other cells
        (["1,234.00", "1.234,00"], [1_234, 1_234]),
        (["１，２３４，５６７"], [1_234_567]),
        (["12,34,567"], [1_234_567]),  # Indian groups
    ],
)
def test_counts_as_they_are_printed(tmp_path: Path, cells: list[str], expected: list[int]) -> None:
    found = column(tmp_path, "shares", cells)
    assert [s.shares for s in found.statements] == expected
    assert "W_UNIT" not in found.codes


def test_a_count_that_can_be_read_in_two_ways_is_not_guessed(tmp_path: Path) -> None:
    found = column(tmp_path, "shares", ["5,000", "7"])
    assert [s.shares for s in found.statements] == [7]
    assert [(r.code, r.where) for r in found.rejects] == [("W_UNIT", "t.csv: line 2")]
    told = mapping(tmp_path, "columns: {holder: holder, issuer: issuer, shares: {field: shares, decimal: '.'}}")
    assert [s.shares for s in column(tmp_path, "shares", ["5,000"], mapping=told).statements] == [5_000]
    beside = taken(tmp_path, "holder;issuer;shares;percent\nA;B;5,000;4\n")
    assert (beside.statements[0].shares, points(beside.statements), beside.statements[0].extra) == (
        None,
        [0.04],
        {"shares": "5,000"},
    )


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("-100", "E_SHARES_NEGATIVE"), ("(100)", "E_SHARES_NEGATIVE"), ("△100", "E_SHARES_NEGATIVE"), ("many", "E_NUMBER"),
        ("nan", "E_NUMBER"), ("inf", "E_NUMBER"), ("12 34", "E_NUMBER"), ("1,23,45", "E_NUMBER"), ("9" * 40, "E_NUMBER"),
        ("1e99", "E_NUMBER"),
        ("9" * 70, "E_NUMBER"),
    ],
)  # fmt: skip
def test_a_count_that_is_none_is_rejected(tmp_path: Path, cell: str, code: str) -> None:
    found = column(tmp_path, "shares", [cell, "7"])
    assert [r.code for r in found.rejects] == [code]
    assert [s.shares for s in found.statements] == [7]


@pytest.mark.parametrize(
    ("cell", "code"), [("130", "E_SHARE_RANGE"), ("-5", "E_SHARE_RANGE"), ("x", "E_NUMBER"), ("50-25", "E_SHARE_RANGE")]
)
def test_a_percentage_that_is_none_is_rejected(tmp_path: Path, cell: str, code: str) -> None:
    found = column(tmp_path, "percent", [cell, "7"])
    assert [r.code for r in found.rejects] == [code]


def test_a_part_of_a_share_is_floored_and_told(tmp_path: Path) -> None:
    found = column(tmp_path, "shares", ["10.5"])
    assert found.statements[0].shares == 10 and "W_FRACTION_SHARE" in found.codes


@pytest.mark.parametrize("cell", ["-", "－", "—", "n/a", "N/A", "*", "…", "", " "])
def test_signs_for_nothing_are_empty(tmp_path: Path, cell: str) -> None:
    found = taken(tmp_path, f"holder;issuer;percent;shares\nA;B;5;{cell}\nA;C;{cell};{cell}\n")
    assert [(s.shares, s.object) for s in found.statements] == [(None, "B")]
    assert found.account.left_out["no size"] == 1


@pytest.mark.parametrize(
    ("cell", "low", "high", "low_open", "high_open"),
    [
        ("about 12", 0.11, 0.13, False, True), ("<5%", 0.0, 0.05, False, True), ("25-50", 0.25, 0.5, False, False),
        ("25–50 %", 0.25, 0.5, False, False),
        ("> 25", 0.25, 1.0, True, False), ("≥25", 0.25, 1.0, False, False), ("約12", 0.11, 0.13, False, True),
        ("5％未満", 0.0, 0.05, False, True),
        ("25以上", 0.25, 1.0, False, False), ("~15", 0.125, 0.175, False, True), ("up to 10%", 0.0, 0.1, False, False),
    ],
)  # fmt: skip
def test_hedges_inside_a_cell_are_bounds(
    tmp_path: Path, cell: str, low: float, high: float, low_open: bool, high_open: bool
) -> None:
    (s,) = column(tmp_path, "percent", [cell]).statements
    assert s.share is not None
    assert (bounds(s.share), s.share.low_open, s.share.high_open) == ((low, high), low_open, high_open)


def test_votes_of_nothing_are_a_claim_of_none_and_votes_alone_are_votes(tmp_path: Path) -> None:
    found = taken(tmp_path, "holder;issuer;percent;votes %\nA;B;15;0\nC;B;;22\n")
    first, second = found.statements
    assert (first.verb, first.votes, first.vote_share) == ("holds", 0, None)
    assert second.verb == "votes" and second.vote_share is not None and second.vote_share.point == Fraction("0.22")


# -- days ------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cells", "expected", "unsure"),
    [
        (["31.03.2019", "03/04/2019"], ["2019-03-31", "2019-04-03"], 0),  # the other cell shows that days come first
        (["03/31/2019", "03/04/2019"], ["2019-03-31", "2019-03-04"], 0),
        (["03/04/2019", "04/04/2019"], ["2019", "2019-04-04"], 1),  # nobody can tell; the year is certain
        (["31.03.2019", "03/31/2019", "03/04/2019"], ["2019-03-31", "2019-03-31", "2019"], 1),
        (["2019-03", "2019", "20190331", "2019/3/31", "2019. 3. 31."],
         ["2019-03", "2019", "2019-03-31", "2019-03-31", "2019-03-31"], 0),
        (["2019年3月31日", "平成31年3月31日", "令和元年5月1日", "2019년 3월 31일"],
         ["2019-03-31", "2019-03-31", "2019-05-01", "2019-03-31"], 0),
        (["31 March 2019", "March 31, 2019", "31. März 2019", "31 mars 2019", "Mar 2019"],
         ["2019-03-31", "2019-03-31", "2019-03-31", "2019-03-31", "2019-03"], 0),
        (["43555", "2019-03-31T00:00:00"], ["2019-03-31", "2019-03-31"], 0),  # the serial number of a spreadsheet
        (["１／２／２０１９", "31/12/2019"], ["2019-02-01", "2019-12-31"], 0),
    ],
)  # fmt: skip
def test_days_as_they_are_printed(tmp_path: Path, cells: list[str], expected: list[str], unsure: int) -> None:
    rows = "".join(f"H{n};I;1;{cell}\n" for n, cell in enumerate(cells))
    found = taken(tmp_path, f"holder;issuer;shares;as of\n{rows}")
    assert [s.as_of for s in found.statements] == expected
    assert found.codes.count("W_DATE_ORDER") == unsure


def test_what_is_no_day_is_rejected_and_a_later_one_than_the_source_is_told(tmp_path: Path) -> None:
    text = "holder;issuer;shares;as of\nA;B;1;2019-02-30\nA;B;1;31/03/19\nA;B;1;soon\nA;B;1;2021-01-01\n"
    found = taken(tmp_path, text, published=date(2020, 1, 1))
    assert [r.code for r in found.rejects] == ["E_DATE"] * 3
    assert "W_FUTURE" in found.codes and found.statements[0].as_of == "2021-01-01"


# -- rows that are no holdings ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "word", ["Total", "TOTAL:", "計", "合計", "합계", "계", "소계", "전체", "Summe", "Sous-total", "Sub-total"]
)
def test_totals_are_left_out_and_added_up(tmp_path: Path, word: str) -> None:
    found = taken(tmp_path, f"holder;issuer;shares;percent\nA;B;10;10\nC;B;20;20\n{word};B;30;30\n")
    assert [s.shares for s in found.statements] == [10, 20]
    assert found.account.left_out["total"] == 1 and "N_TOTAL" in found.codes
    wrong = taken(tmp_path, f"holder;issuer;shares;percent\nA;B;10;10\nC;B;20;20\n{word};B;31;30\n")
    assert "W_TOTAL" in wrong.codes


def test_totals_on_top_and_totals_of_sections_are_added_up_too(tmp_path: Path) -> None:
    top = taken(tmp_path, "holder;issuer;shares\n전체;;30\nA;B;10\nC;D;20\n")
    assert "N_TOTAL" in top.codes
    assert "W_TOTAL" in taken(tmp_path, "holder;issuer;shares\n전체;;31\nA;B;10\nC;D;20\n").codes
    parts = taken(tmp_path, "holder;issuer;shares\nA;B;10\nC;B;5\n소계;;15\nE;D;20\n소계;;20\n합계;;35\n")
    assert parts.codes.count("N_TOTAL") == 3 and "W_TOTAL" not in parts.codes


def test_a_row_without_a_holder_or_an_issuer_is_rejected(tmp_path: Path) -> None:
    found = taken(tmp_path, "holder;issuer;percent\n;B;5\nA;;5\n-;B;5\n")
    assert [r.code for r in found.rejects] == ["E_PARTY"] * 3


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Aurel*", "Aurel"), ("Aurel †", "Aurel"), ("Aurel (1)", "Aurel"), ("Aurel²", "Aurel"), ("Aurel [3]", "Aurel"),
        ("株式会社架空ＵＦ銀行　（注）２", "株式会社架空ＵＦ銀行"), ("架空銀行(注1)", "架空銀行"),
        ("Perrin (France)", "Perrin (France)"), ("3M", "3M"), ("*", None),
    ],
)  # fmt: skip
def test_footnote_marks_behind_a_name_are_taken_off_and_kept(tmp_path: Path, cell: str, name: str | None) -> None:
    found = taken(tmp_path, f"holder;issuer;percent\n{cell};B;5\n")
    assert [s.subject for s in found.statements] == ([name] if name else [])
    if name and name != cell:
        assert found.statements[0].extra["holder_mark"] in cell and "N_FOOTNOTE" in found.codes


def test_the_same_fact_twice_is_one_statement_and_another_class_is_another_fact(tmp_path: Path) -> None:
    found = taken(tmp_path, "holder;issuer;class;shares\nA;B;;5\nA;B;x;5\nA;B;y;5\nA;B;x;5\nA;B;x;6\n")
    assert [(s.share_class, s.shares) for s in found.statements] == [(None, 5), ("x", 6)]
    assert (found.account.accepted, found.codes.count("W_DUPLICATE")) == (5, 3)
    apart = taken(tmp_path, "holder;issuer;class;shares\nA;B;x;5\nA;B;y;5\n")
    assert [s.share_class for s in apart.statements] == ["x", "y"]


def test_a_company_held_over_a_hundred_percent_is_told_once_and_other_days_do_not_add_up(tmp_path: Path) -> None:
    found = taken(tmp_path, "holder;issuer;percent;as of\nA;B;60;2019-01-01\nC;B;60;2019-01-01\nD;B;60;2019-01-01\n")
    assert found.codes.count("W_OVER_100") == 1
    days = taken(tmp_path, "holder;issuer;percent;as of\nA;B;60;2019-01-01\nA;B;61;2018-01-01\n")
    assert "W_OVER_100" not in days.codes


def test_the_whole_of_a_row_is_a_claim_of_its_own_and_proves_what_the_percentage_is_one_of(tmp_path: Path) -> None:
    found = taken(tmp_path, "holder;issuer;shares;percent;issued\nA;B;384;38.4;1000\nC;B;100;10;1000\nD;B;100;12;1000\n")
    assert [(s.shares, s.as_of) for s in found.of("issued")] == [(1000, None)]
    assert [s.basis for s in found.of("holds")] == ["issued", "issued", "unknown"]
    assert found.codes.count("W_ARITHMETIC") == 1
    assert [r.code for r in taken(tmp_path, "holder;issuer;shares;issued\nA;B;11;10\n").rejects] == ["E_SHARE_RANGE"]


def test_an_indirect_holding_is_declared_unless_asked_otherwise(tmp_path: Path) -> None:
    text = "holder;issuer;percent;directness\nA;B;5;indirect\nC;B;5;direkt\n"
    found = taken(tmp_path, text)
    assert [(s.directness, s.extra.get("declared")) for s in found.statements] == [("indirect", True), ("direct", None)]
    asked = taken(tmp_path, text, as_direct=True)
    assert [(s.directness, s.extra.get("declared")) for s in asked.statements] == [("direct", None)] * 2


def test_numbers_of_parties_are_checked_padded_and_become_their_ids(tmp_path: Path) -> None:
    text = (
        "holder;issuer;holder LEI;company number;ISIN;percent\n"
        "Renault;Kestrel;969500f7jltx36oui695;1000002;FR0000131906;5\nHalden;Kestrel;969500F7JLTX36OUI696;01000002;FR0000131907;6\n"
    )  # fmt: skip
    found = taken(tmp_path, text)
    first, second = found.statements
    assert (first.subject, first.object, first.extra["isin"]) == ("LEI:969500F7JLTX36OUI695", "GB-COH:01000002", "FR0000131906")
    assert second.subject == "Halden" and second.extra["holder:LEI"] == "969500F7JLTX36OUI696"
    assert found.codes.count("W_ID_CHECK") == 2 and found.codes.count("W_ID_PADDED") == 1
    assert found.register.entities["LEI:969500F7JLTX36OUI695"].name == "Renault"


# -- matrices -------------------------------------------------------------------------------------------------------------------
MATRIX = ";A;B;C\nA;-;60;0\nB;10;;50\nC;;30%;\n"


def test_a_matrix_is_refused_until_somebody_says_which_side_owns(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="matrix"):
        taken(tmp_path, MATRIX)
    with pytest.raises(RequestError, match="rows=holders"):
        taken(tmp_path, MATRIX, matrix="rows=owners")


@pytest.mark.parametrize(("side", "first"), [("rows=holders", ("A", "B")), ("issuers", ("B", "A"))])
def test_a_matrix_gives_a_statement_for_each_cell(tmp_path: Path, side: str, first: tuple[str, str]) -> None:
    found = taken(tmp_path, MATRIX, matrix=side)
    assert (found.statements[0].subject, found.statements[0].object) == first
    assert points(found.statements) == [0.6, 0.1, 0.5, 0.3]
    assert found.account.accepted == 3


def test_a_matrix_in_which_a_company_is_held_over_a_hundred_percent_may_be_the_other_way(tmp_path: Path) -> None:
    text = ";A;B;C\nA;;60;30\nB;60;;20\nC;60;10;\nTotal;120;70;50\n"
    assert "W_MATRIX" in taken(tmp_path, text, matrix="rows=holders").codes
    other = taken(tmp_path, text, matrix="rows=issuers")
    assert "W_MATRIX" not in other.codes and other.account.left_out["total"] == 1


def test_a_matrix_of_counts_is_read_as_counts(tmp_path: Path) -> None:
    found = taken(tmp_path, ";A;B\nA;;60000\nB;100;\n", matrix="rows=holders")
    assert [s.shares for s in found.statements] == [60_000, 100]


# -- what comes from outside is data ----------------------------------------------------------------------------------------
def test_markup_and_formulas_in_names_are_plain_text(tmp_path: Path) -> None:
    found = taken(tmp_path, "holder;issuer;percent\n<script>alert(1)</script>;=1+1;5\n'=1+1;B;5\n")
    assert [(s.subject, s.object) for s in found.statements] == [("<script>alert(1)</script>", "=1+1"), ("=1+1", "B")]


def test_a_line_that_is_no_line_is_one_row_and_moves_no_other(tmp_path: Path) -> None:
    found = taken(tmp_path, f"holder;issuer;percent\nA;B;5\n{'x' * 9_000_000};B;5\nC;B;7\nD;B;8\n")
    assert [r.code for r in found.rejects] == ["E_ROW"] and found.rejects[0].where.endswith("line 3")
    assert [(s.subject, s.where) for s in found.statements] == [("A", "line 2"), ("C", "line 4"), ("D", "line 5")]


def test_rejected_rows_can_be_mended_and_read_again(tmp_path: Path) -> None:
    found = taken(tmp_path, 'holder;issuer;percent\n"A;x";B;130\n')
    assert found.rejects[0].raw == '"A;x";B;130'
    again = tmp_path / "again.csv"
    again.write_text(mapped.from_rows(["holder;issuer;percent", found.rejects[0].raw.replace("130", "13")]), encoding="utf-8")
    assert points(Import(mapped, again).statements) == [0.13]
    again.write_text(
        mapped.from_rows(['{"holder": "=A", "percent": "5"}', '{"issuer": "B", "holder": "C", "percent": "6"}']), encoding="utf-8"
    )
    mended = Import(mapped, again)
    assert [(s.subject, s.object) for s in mended.statements] == [("C", "B")]
    assert [r.code for r in mended.rejects] == ["E_PARTY"]
