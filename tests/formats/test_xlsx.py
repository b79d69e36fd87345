"""Workbooks: what a cell is, both date systems, formulas, hidden and blank rows, and files that would hurt. Another reader is the judge."""

from __future__ import annotations

import math
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook
from tests.formats.reading import Import, samples

from crosshold.errors import FileError
from crosshold.formats import mapped
from crosshold.formats.intake import Input
from crosshold.formats.xlsx import Broken, Day, Number, Percent, Workbook


def made(path: Path, rows: list[list[Any]], **options: Any) -> Path:
    """A workbook; a cell may be a value or ``(value, number format)``."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": True, **options})
    sheet = book.add_worksheet("S")
    for n, row in enumerate(rows):
        for k, cell in enumerate(row):
            value, form = cell if isinstance(cell, tuple) else (cell, None)
            style = book.add_format({"num_format": form}) if form else None
            if isinstance(value, date):
                sheet.write_datetime(n, k, datetime(value.year, value.month, value.day), style)
            else:
                sheet.write(n, k, value, style)
    book.close()
    return path


def cells(path: Path) -> list[list[str]]:
    book = Workbook(Input(path))
    return [row.cells for row in book.rows(book.sheets[0])]


def changed(path: Path, part: str, old: str, new: str) -> Path:
    """A copy of a workbook with one of its parts changed."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            out.writestr(name, content)
    return target


@pytest.mark.parametrize("system", [False, True])
def test_a_cell_says_what_it_is_in_both_date_systems(tmp_path: Path, system: bool) -> None:
    rows: list[list[Any]] = [
        ["text", 12, 0.1, (0.384, "0.0%"), (date(2019, 3, 31), "yyyy-mm-dd"), (date(2019, 3, 31), "d. mmm yy"), True, None, "end"],
        [(0.5, '0.0" % of"'), (12.5, "[$-409]0.00"), (43555, "General"), (7, "yyyy"), "１２"],
    ]  # fmt: skip
    first, second = cells(
        made(tmp_path / "t.xlsx", rows, default_date_format="dd/mm/yy", **({"date_1904": True} if system else {}))
    )
    assert first == ["text", "12", "0.1", "0.384", "2019-03-31", "2019-03-31", "true", "", "end"]
    assert [type(c) for c in first[:6]] == [str, Number, Number, Percent, Day, Day]
    # a percent sign in quotes is no percentage
    assert type(second[0]) is Number and type(second[1]) is Number and type(second[2]) is Number


def test_percentages_serial_days_and_texts_of_a_workbook_are_holdings(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Holder", "Issuer", "Percent", "As of"],
        ["A", "B", (0.384, "0.0%"), (date(2019, 3, 31), "yyyy-mm-dd")],
        ["C", "B", 4.8, 43555],
        ["D", "B", "5,5", "31.03.2019"],
    ]
    found = Import(mapped, made(tmp_path / "t.xlsx", rows))
    assert [(float(s.share.point), s.as_of) for s in found.statements if s.share and s.share.point] == [
        (0.384, "2019-03-31"), (0.048, "2019-03-31"), (0.055, "2019-03-31"),
    ]  # fmt: skip
    assert [s.where for s in found.statements] == ["S!2", "S!3", "S!4"]
    old = Import(mapped, made(tmp_path / "u.xlsx", [*rows[:2], ["C", "B", 4.8, 42093]], date_1904=True))
    assert [s.as_of for s in old.statements] == ["2019-03-31", "2019-03-31"]


def test_the_value_of_a_formula_is_read_and_one_that_was_never_computed_is_rejected(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["holder", "issuer", "shares"])
    for n, value in enumerate((12, "", "#DIV/0!"), 1):
        sheet.write_row(n, 0, [f"H{n}", "B"])
        sheet.write_formula(n, 2, "=1+1", None, value)
    book.close()
    found = Import(mapped, tmp_path / "t.xlsx")
    assert [s.shares for s in found.statements] == [12]
    assert [r.code for r in found.rejects] == ["E_NUMBER", "E_NUMBER"]
    assert found.rejects[1].raw == '{"holder": "H3", "issuer": "B", "shares": "the error #DIV/0!"}'
    never = changed(tmp_path / "t.xlsx", "xl/worksheets/sheet1.xml", "<v>12</v>", "")
    assert isinstance(cells(never)[1][2], Broken)


def test_hidden_rows_are_left_out_and_told_and_trailing_formatted_cells_are_nothing(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    sheet.write_row(0, 0, ["holder", "issuer", "shares"])
    sheet.write_row(1, 0, ["A", "B", 1])
    sheet.write_row(2, 0, ["C", "B", 2])
    sheet.set_row(2, options={"hidden": True})
    for n in range(3, 50):
        for k in range(9):
            sheet.write_blank(n, k, None, bold)
    book.close()
    found = Import(mapped, tmp_path / "t.xlsx")
    assert [s.subject for s in found.statements] == ["A"]
    assert found.account.left_out == {"header": 1, "hidden": 1, "blank": 47} and "N_HIDDEN" in found.codes


def test_a_header_of_merged_cells_over_two_rows_is_one_header(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    sheet = book.add_worksheet()
    sheet.merge_range("A1:A2", "Holder")
    sheet.merge_range("B1:B2", "Issuer")
    sheet.merge_range("C1:D1", "Holding")
    sheet.write_row("C2", ["Shares", "Percent"])
    sheet.write_row("A3", ["A", "B", 10, 5])
    book.close()
    (s,) = Import(mapped, tmp_path / "t.xlsx").statements
    assert (s.subject, s.object, s.shares, float(s.share.point or 0) if s.share else 0) == ("A", "B", 10, 0.05)


def test_several_sheets_need_a_word_which_one(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    for name in ("one", "two", "secret", "empty"):
        sheet = book.add_worksheet(name)
        if name != "empty":
            sheet.write_row(0, 0, ["holder", "issuer", "shares"])
            sheet.write_row(1, 0, [name, "B", 1])
        if name == "secret":
            sheet.hide()
    book.close()
    with pytest.raises(FileError, match='"sheet": "one"'):
        Import(mapped, tmp_path / "t.xlsx")
    told = tmp_path / "m.yaml"
    for name in ("two", "secret"):
        told.write_text(f"sheet: {name}\ncolumns: {{holder: holder, issuer: issuer, shares: shares}}\n", encoding="utf-8")
        assert [s.subject for s in Import(mapped, tmp_path / "t.xlsx", mapping=told).statements] == [name]
    told.write_text("sheet: three\ncolumns: {holder: holder, issuer: issuer}\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"no sheet 'three'.*one, two"):
        Import(mapped, tmp_path / "t.xlsx", mapping=told)


def test_kana_beside_a_name_are_no_part_of_it(tmp_path: Path) -> None:
    path = made(tmp_path / "t.xlsx", [["東京"]])
    phonetic = changed(path, "xl/sharedStrings.xml", "</t></si>", '</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>')
    assert cells(phonetic) == [["東京"]]


def test_a_workbook_with_a_doctype_or_entities_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "t.xlsx", [["a"]])
    evil = changed(path, "xl/sharedStrings.xml", "<sst", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><sst')
    with pytest.raises(FileError, match="DOCTYPE"):
        cells(evil)


def test_a_cell_in_the_last_row_and_column_takes_no_memory(tmp_path: Path) -> None:
    import tracemalloc

    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "a")
    sheet.write(1_048_575, 16_383, "b")
    book.close()
    tracemalloc.start()
    rows = cells(tmp_path / "t.xlsx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows[0] == ["a"] and len(rows[1]) == 16_384 and peak < 20e6


def test_a_bomb_and_what_is_no_workbook_are_one_clear_error(tmp_path: Path) -> None:
    path = made(tmp_path / "t.xlsx", [["a"]])
    bomb = changed(path, "xl/worksheets/sheet1.xml", "<sheetData>", "<sheetData>" + "<row></row>" * 5_000_000)
    with pytest.raises(FileError, match="unpacks to"):
        Import(mapped, bomb)
    for name, content in (
        ("cut.xlsx", path.read_bytes()[:3000]),
        ("text.xlsx", b"PK\3\4 no zip"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileError):
            Import(mapped, tmp_path / name)


CELLS = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=6))
def test_what_another_reader_finds_in_a_workbook_is_found_here(rows: list[list[Any]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = made(
            Path(folder) / "t.xlsx",
            [[None if c == "" else c for c in row] for row in rows],
            strings_to_formulas=False,
            strings_to_urls=False,
        )
        ours = {(n, k): c for n, row in enumerate_rows(path) for k, c in enumerate(row) if c}
        sheet = load_workbook(str(path)).get_sheet_by_index(0)
        start = sheet.start or (0, 0)
        theirs = {
            (start[0] + n, k): c
            for n, row in enumerate(sheet.to_python(skip_empty_area=True))
            for k, c in enumerate(row, start[1])
            if c != ""
        }
    assert ours.keys() == theirs.keys()
    for place, cell in ours.items():
        other = theirs[place]
        if isinstance(other, str):
            assert cell == other and not isinstance(cell, Number)
        else:
            assert math.isclose(float(cell), float(other), rel_tol=1e-15)  # type: ignore[arg-type]


def enumerate_rows(path: Path) -> list[tuple[int, list[str]]]:
    book = Workbook(Input(path))
    return [(row.number - 1, row.cells) for row in book.rows(book.sheets[0])]


@pytest.mark.parametrize("name", ["attachment-2.xlsx", "attachment-7.xlsx"])
def test_the_sheets_of_the_korean_samples_are_those_that_another_reader_finds(name: str) -> None:
    path = samples("kftc-2025", name)
    book, judge = Workbook(Input(path)), load_workbook(str(path))
    assert [s.name for s in book.sheets] == judge.sheet_names
    for sheet in book.sheets:
        ours = [c for row in book.rows(sheet) for c in row.cells if c.strip()]
        theirs = [c for row in judge.get_sheet_by_name(sheet.name).to_python() for c in row if str(c).strip()]
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert one == other if isinstance(other, str) else math.isclose(float(one), float(other), rel_tol=1e-15)  # type: ignore[arg-type]
