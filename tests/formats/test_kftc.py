"""Korea Fair Trade Commission workbooks: every trap of spec/evidence 7.10, on invented workbooks."""

from __future__ import annotations

import json
import tracemalloc
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from crosshold.errors import FileError
from crosshold.formats import kftc
from crosshold.formats.catalogue import recognise
from crosshold.formats.intake import Input
from crosshold.formats.kftc.release import key

from .filings import Read, read_file
from .samples import DATA

Rows = list[list[Any]]


def book(tmp_path: Path, **sheets: Rows) -> Path:
    """A workbook of these sheets; ``^`` is merged with the cell above, ``<`` with the one to the left."""
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        bold = made.add_format({"bold": True})
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if cell not in ("^", "<", None):
                        sheet.write(r, c, cell)
            for c in range(3):
                sheet.write_blank(len(rows) + 5, c, None, bold)
    return path


def read(tmp_path: Path, **sheets: Any) -> Read:
    path = book(tmp_path, **sheets)
    assert recognise(Input(path)).name == "kftc"
    return read_file(kftc, path)


UNIT = [None, "(2025. 5. 1. 기준, 단위: 백만 원, %)"]
OWNERSHIP: Rows = [
    ["소속회사별 내부지분율 현황"],
    UNIT,
    [
        "기업집단",
        "회 사 명",
        "금 액 (백만 원)",
        "<",
        "<",
        "<",
        "<",
        "<",
        "<",
        "<",
        "<",
        "<",
        "내 부 지 분 율 (%)",
        "<",
        "<",
        "<",
        "<",
        "상장여부",
    ],
    [
        "^",
        "^",
        "자본금\n(A)",
        "동일인\n(B)",
        "총수2세(C)",
        "기타친족(D)",
        "계열회사(E)",
        "비영리법인(F)",
        "임원(G)",
        "자기주식(H)",
        "기타동일인\n관련자(I)",
        "계(B~I)",
        "동일인\n(B/A)",
        "친족\n[(C+D)/A]",
        "계열회사\n(E/A)",
        "자기주식\n(H/A)",
        "전체 내부지분율\n[(B+C+D+E+F+G+H+I)/A]",
        "^",
    ],
    [],
]
TOTAL = ["전체", "", 5000.0, 0, 0, 0, 3000.0, 0, 0, 0, 0, 3000.0, "", "", 60.0, "", 60.0, ""]


def company(
    name: str, capital: Any, person: Any, affiliates: Any, own: Any, total: Any, shares: tuple[Any, Any, Any] = ("", "", "")
) -> list[Any]:
    return [
        "가나",
        name,
        capital,
        person,
        0.0,
        "-",
        affiliates,
        0.0,
        0.0,
        own,
        0.0,
        total,
        shares[0],
        "",
        shares[1],
        shares[2],
        "",
        "비상장",
    ]


def bucket(found: Read, word: str) -> Any:
    (made,) = [s for s in found.statements if s.extra.get("bucket") == word]
    return made


# -- by company


def test_a_sheet_is_found_by_its_headings_over_merged_rows_and_its_units_line(tmp_path: Path) -> None:
    found = read(tmp_path, s=[*OWNERSHIP, TOTAL, company("(주)다라", 1000.0, 100.0, 250.0, 50.0, 400.0, (10.0, 25.0, 5.0))])
    affiliates = bucket(found, "affiliates")
    assert affiliates.share.point == Fraction(1, 4) and affiliates.amount == Decimal(250_000_000) and affiliates.currency == "KRW"
    assert (affiliates.subject, affiliates.object) == ("kftc:가나/affiliates", "kftc:가나/다라(주)")
    assert (affiliates.basis, affiliates.as_of, affiliates.speaker_kind) == ("capital_par", "2025-05-01", "authority")
    assert found.entities[affiliates.object].listed is False and "W_ARITHMETIC" not in found.codes


def test_columns_may_stand_elsewhere_and_the_first_one_be_blank(tmp_path: Path) -> None:
    moved = [[None, *row] for row in [*OWNERSHIP, company("(주)다라", 1000.0, 100.0, 250.0, 50.0, 400.0)]]
    assert bucket(read(tmp_path, s=moved), "affiliates").share.point == Fraction(1, 4)


def test_categories_are_aggregates_and_never_holders_of_lots(tmp_path: Path) -> None:
    found = read(tmp_path, s=[*OWNERSHIP, company("(주)다라", 1000.0, 100.0, 250.0, 50.0, 400.0)])
    assert all(s.extra["declared"] and s.extra["aggregate"] and s.directness == "unknown" for s in found.statements)
    assert found.entities["kftc:가나/affiliates"].kind == "group"


def test_treasury_shares_are_the_companys_own(tmp_path: Path) -> None:
    own = bucket(read(tmp_path, s=[*OWNERSHIP, company("(주)다라", 1000.0, 100.0, 250.0, 50.0, 400.0)]), "treasury")
    assert own.subject == own.object == "kftc:가나/다라(주)" and own.share.point == Fraction(1, 20)


def test_derived_percentages_and_sums_are_no_category(tmp_path: Path) -> None:
    found = read(tmp_path, s=[*OWNERSHIP, company("(주)다라", 1000.0, 100.0, 250.0, 50.0, 400.0)])
    assert {s.extra["bucket"] for s in found.statements} == {"controlling-person", "affiliates", "treasury"}


def test_totals_at_the_top_and_at_the_end_are_left_out(tmp_path: Path) -> None:
    end = [[" ", "\n", None], ["소계", *TOTAL[1:]], ["", "합계", *TOTAL[2:]]]
    found = read(tmp_path, s=[*OWNERSHIP, TOTAL, company("(주)다라", 1000.0, 100.0, 250.0, 50.0, 400.0), *end])
    assert found.account.left_out["total"] == 3 and found.account.accepted == 1 and found.account.rows == 4


def test_noise_of_floats_is_no_error_and_more_than_all_is_one(tmp_path: Path) -> None:
    noisy = company("(주)다라", 3.0, "", 3.00000000006, "", 3.0)
    assert bucket(read(tmp_path, s=[*OWNERSHIP, noisy]), "affiliates").share.point == 1
    found = read(tmp_path, s=[*OWNERSHIP, company("(주)다라", 1000.0, "", 1001.0, "", 1001.0)])
    assert [r.code for r in found.rejects] == ["E_SHARE_RANGE"]


def test_a_printed_percentage_may_have_noise_but_must_be_the_ratio(tmp_path: Path) -> None:
    fine = read(tmp_path, s=[*OWNERSHIP, company("(주)다라", 1000.0, "", 333.0, "", 333.0, ("", 33.3000000001, ""))])
    assert "W_ARITHMETIC" not in fine.codes
    wrong = read(tmp_path, s=[*OWNERSHIP, company("(주)다라", 1000.0, "", 333.0, "", 333.0, ("", 33.4, ""))])
    assert "33.4" in wrong.message("W_ARITHMETIC")


def test_zero_capital_gives_no_share(tmp_path: Path) -> None:
    found = read(tmp_path, s=[*OWNERSHIP, company("(주)다라", 0.0, 0.0, 0.0, 0.0, 0.0), company("(주)마바", "-", 0, 5.0, 0, 5.0)])
    assert "no capital" in found.message("W_ARITHMETIC") and found.account.accepted == 2
    (only,) = found.statements
    assert only.share is None and only.amount == 5_000_000 and only.basis == "unknown"


def test_parts_that_do_not_give_the_total_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, s=[*OWNERSHIP, company("(주)다라", 1000.0, 100.0, 250.0, 50.0, 450.0)])
    assert "400" in found.message("W_ARITHMETIC") and "450" in found.message("W_ARITHMETIC") and found.account.accepted == 1


def test_amounts_without_a_unit_are_not_told(tmp_path: Path) -> None:
    bare = [[str(c).replace(" (백만 원)", "") if c else c for c in row] for row in OWNERSHIP if row is not UNIT]
    found = read(tmp_path, s=[*bare, company("(주)다라", 1000.0, 100.0, 250.0, 50.0, 400.0)])
    assert (
        "W_UNIT" in found.codes
        and bucket(found, "affiliates").amount is None
        and bucket(found, "affiliates").share.point == Fraction(1, 4)
    )


@pytest.mark.parametrize(("cell", "code"), [("abc", "E_NUMBER"), (-5.0, "E_SHARE_RANGE"), ("=1/0", "E_NUMBER")])
def test_a_bad_number_rejects_the_row_with_its_place(tmp_path: Path, cell: Any, code: str) -> None:
    rows = [
        *OWNERSHIP,
        company("(주)다라", 1000.0, 0, cell if cell != "=1/0" else "#DIV/0!", 0, 0),
        company("(주)마바", 10.0, 0, 5.0, 0, 5.0),
    ]
    found = read(tmp_path, s=rows)
    assert [(r.where, r.code) for r in found.rejects] == [("s row 6", code)] and len(found.statements) == 1


def test_a_row_without_a_company_is_rejected(tmp_path: Path) -> None:
    assert [r.code for r in read(tmp_path, s=[*OWNERSHIP, company("", 10.0, 0, 5.0, 0, 5.0)]).rejects] == ["E_PARTY"]


# -- by group, changes, foundations, families


def test_group_aggregates_are_kept_as_aggregates(tmp_path: Path) -> None:
    rows = [
        ["기업집단", "금액 (백만 원)", "<", "내부지분율", "<"],
        ["^", "자본금(A)", "계열회사(E)", "계열회사(E/A)", "비고"],
        ["가나", 1000.0, 250.0, 25.0, ""],
    ]
    (told,) = read(tmp_path, s=rows).statements
    assert (told.verb, told.object, told.topic) == ("is", None, "group aggregate")
    assert told.extra["buckets"]["affiliates"] == {"amount": "250", "percent": "25"} and told.extra["aggregate"]


def test_a_sheet_of_changes_holds_no_holdings_but_tells_the_day(tmp_path: Path) -> None:
    changes = [
        ["변동 현황 (2024. 5. 14. 및 2025. 5. 1. 기준)"],
        ["기업집단", "계열회사 지분율", "<", "<"],
        ["^", 2024.0, 2025.0, "증감"],
        ["가나", 1.0, 2.0, 1.0],
    ]
    bare = [row for row in OWNERSHIP if row is not UNIT]
    found = read(tmp_path, a=[*bare, company("(주)다라", 1000.0, 0, 250.0, 0, 250.0)], b=changes)
    assert found.account.left_out["a change from year to year is no holding"] == 1
    assert [s.as_of for s in found.statements] == ["2025-05-01"]


def test_foundations_hold_by_amount_and_percentage(tmp_path: Path) -> None:
    rows = [
        [None, "(단위: 백만 원, %)"],
        ["연번", "기업집단", "피출자회사", "총 자본금", "공익법인 출자금", "공익법인 지분율"],
        [1, "가나", "다라(주)", 700.0, 336.0, 48.0],
    ]
    held = bucket(read(tmp_path, s=rows), "non-profits")
    assert held.share.point == Fraction(48, 100) and held.amount == 336_000_000


def test_financial_affiliates_are_apart_from_the_others(tmp_path: Path) -> None:
    rows = [
        ["기업집단", "피출자회사", "자본금", "비금융 계열사 지분율", "금융보험사 지분율", "비고"],
        ["가나", "다라(주)", 700.0, 30.0, 12.5, ""],
    ]
    found = read(tmp_path, s=rows)
    assert bucket(found, "non-financial-affiliates").share.point == Fraction(3, 10) and bucket(
        found, "financial-affiliates"
    ).share.point == Fraction(1, 8)


def test_the_head_and_the_relatives_of_a_family_but_not_their_sum(tmp_path: Path) -> None:
    rows = [
        ["(2025. 5. 1. 기준, 단위: %)"],
        ["연번", "기업집단", "계열회사명", "총수 \n지분율(A)", "친족 \n지분율(B)", "총수일가 지분율\n(C=A+B)"],
        [1, "가나", "다라(주)", 10.0, "", 10.0],
    ]
    found = read(tmp_path, s=rows)
    assert [(s.extra["bucket"], s.share.point if s.share else None, s.basis) for s in found.statements] == [
        ("head", Fraction(1, 10), "unknown")
    ]


# -- parents and chains

PARENTS: Rows = [
    ["(2025. 5. 1. 기준, 단위: %)"],
    ["연번", "기업집단", "자회사", "모회사", "모회사의\n총수일가 지분율", "모회사 \n지분율", "상장여부"],
]


def test_a_parent_holds_its_subsidiary_directly(tmp_path: Path) -> None:
    (held,) = read(tmp_path, s=[*PARENTS, [1, "가나", "㈜다라", "주식회사 마바", 33.7, 50.0000021, "비상장"]]).statements
    assert (held.subject, held.object, held.directness, held.basis) == (
        "kftc:가나/마바(주)",
        "kftc:가나/다라(주)",
        "direct",
        "issued",
    )
    assert held.share is not None and held.share.point == Fraction("0.500000021") and "declared" not in held.extra


def test_a_parent_without_a_percentage_is_rejected(tmp_path: Path) -> None:
    assert len(read(tmp_path, s=[*PARENTS, [1, "가나", "다라(주)", "마바(주)", "", "", ""]]).rejects) == 1


CHAINS: Rows = [
    ["국외계열사의 국내계열사 직·간접 출자 현황(2025년)"],
    [
        "기업집단",
        "간접 출자 국외계열사명  →",
        "간접 출자 국외계열사명  →",
        "직접 출자 국외계열사명 →",
        "피출자 국내계열회사명",
        "피출자회사\n자본금",
        "직접 출자 국외계열사 \n보유 국내계열사 지분율",
        "상장여부",
        "금융여부",
    ],
]


def test_a_pair_that_stands_in_several_chains_is_one_holding(tmp_path: Path) -> None:
    rows = [
        ["가나", "", "Alpha", "Beta", "다라(주)", 100.0, 60.0],
        ["가나", "Omega", "Alpha", "Beta", "다라(주)", 100.0, 60.0],
        ["가나", "", "Alpha", "Beta", "다라(주)", 100.0, 60.0],
    ]
    found = read(tmp_path, s=[*CHAINS, *rows])
    pairs = [
        (s.subject.split("/")[1], (s.object or "").split("/")[1], s.share.point if s.share else None) for s in found.statements
    ]
    assert pairs == [("Alpha", "Beta", None), ("Beta", "다라(주)", Fraction(6, 10)), ("Omega", "Alpha", None)]
    assert found.account.left_out["a pair that stands in a chain above"] == 1
    assert [bool(s.extra.get("declared")) for s in found.statements] == [True, False, True]


def test_a_pair_with_another_percentage_is_a_conflict_and_both_stay(tmp_path: Path) -> None:
    rows = [["가나", "", "", "Beta", "다라(주)", 100.0, 60.0], ["가나", "", "Alpha", "Beta", "다라(주)", 100.0, 61.0]]
    found = read(tmp_path, s=[*CHAINS, *rows])
    assert "W_CONFLICT" in found.codes and sum("declared" not in s.extra for s in found.statements) == 2


@pytest.mark.parametrize("name", ["(주)다라", "㈜다라", "주식회사 다라", "다라(주)", "다라 주식회사", "다라㈜"])
def test_a_legal_form_before_or_behind_is_one_company(name: str) -> None:
    assert key(name) == "다라(주)"
    assert key("다라(유)") == key("유한회사 다라") != key(name) and key("Alpha, Inc.") == "Alpha, Inc."


# -- files


def test_a_workbook_of_something_else_is_one_error(tmp_path: Path) -> None:
    path = book(tmp_path, s=[["holder", "issuer"], ["A", "B"]])
    assert kftc.sniff(Input(path).head, path.name) == 0
    with pytest.raises(FileError, match="headings"):
        list(kftc.read(Input(path)))


def test_an_unknown_sheet_beside_known_ones_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, a=[*PARENTS, [1, "가나", "다라(주)", "마바(주)", 1.0, 60.0, ""]], b=[["메모"], ["x"]])
    assert "N_SHEET" in found.codes and len(found.statements) == 1


def test_a_workbook_of_a_few_kilobytes_with_a_cell_in_the_last_row_and_column_takes_no_memory(tmp_path: Path) -> None:
    rows = [*PARENTS, [1, "가나", "다라(주)", "마바(주)", 1.0, 60.0, ""]]
    plain, path = read(tmp_path, s=rows), tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet("s")
        for r, row in enumerate(rows):
            sheet.write_row(r, 0, ["" if cell in ("^", "<", None) else cell for cell in row])
        sheet.write(1_048_575, 16_383, "x")
    assert path.stat().st_size < 10_000
    tracemalloc.start()
    found = read_file(kftc, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6
    assert (
        [(s.subject, s.object, s.share) for s in found.statements]
        == [(s.subject, s.object, s.share) for s in plain.statements]
        != []
    )
    assert "1048576" in str(found.rejects)


def test_a_sheet_of_too_many_cells_is_one_error_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path, s=[*PARENTS, [1, "가나", "다라(주)", "마바(주)", 1.0, 60.0, ""]])
    monkeypatch.setattr("crosshold.formats.kftc.sheet.MOST_CELLS", 10)
    with pytest.raises(FileError, match="'s' has more than 10 cells"):
        list(kftc.read(Input(path)))


@pytest.mark.parametrize("content", [b"PK\x03\x04 no archive", b"text", b""])
def test_a_damaged_workbook_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileError):
        list(kftc.read(Input(path)))


@given(st.binary(max_size=200))
def test_any_beginning_of_a_file_is_sniffed_without_an_exception(tail: bytes) -> None:
    assert kftc.sniff(b"PK\x03\x04" + tail, "x.xlsx") == 0


# -- sample data


@pytest.mark.skipif(not (DATA / "kftc-2025").exists(), reason="sample data absent")
def test_sample_workbooks() -> None:
    expected = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))["kftc"]
    found = {n: read_file(kftc, DATA / f"kftc-2025/attachment-{n}.xlsx") for n in (2, 4, 6, 7)}
    groups = [s for s in found[2].statements if s.verb == "is"]
    assert len(groups) == expected["attachment-2"]["groups"]
    changes = found[2].account.left_out["a change from year to year is no holding"]
    rows = found[2].account.rows - changes - found[2].account.left_out["total"] - len(groups)
    assert rows == expected["attachment-2"]["company_rows"] and found[2].account.left_out["total"] == 2 and not found[2].rejects
    assert found[2].message("W_ARITHMETIC").count("no capital") == expected["attachment-2"]["zero_or_missing_capital"]
    assert found[4].account.accepted == expected["attachment-4"]["rows"]
    assert found[6].account.rows == expected["attachment-6"]["rows"]
    assert sum("declared" not in s.extra for s in found[6].statements) == expected["attachment-6"]["distinct_direct_pairs"]
    parents = [s for s in found[7].statements if s.directness == "direct"]
    assert len(parents) == expected["attachment-7"]["parent_subsidiary_rows"]
    assert found[7].account.accepted == expected["attachment-7"]["family_rows"] + len(parents)
    assert min(s.share.point for s in parents if s.share and s.share.point) * 100 == Fraction(
        expected["attachment-7"]["min_percent"]
    )
    assert all(s.as_of for f in found.values() for s in f.statements)
