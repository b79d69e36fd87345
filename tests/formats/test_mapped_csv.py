"""CSV text of tables: encodings, separators, quotes that are never closed, bytes that are no text, archives."""

from __future__ import annotations

import contextlib
import gzip
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.reading import Import

from crosshold.errors import FileError
from crosshold.formats import catalogue, mapped
from crosshold.formats.intake import Input
from crosshold.formats.mapped.rows import FORMULA, escaped, unescaped


def taken(folder: Path, content: str | bytes, name: str = "t.csv", **options: Any) -> Import:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Import(mapped, path, **options)


def pairs(found: Import) -> list[tuple[str, str | None]]:
    return [(s.subject, s.object) for s in found.statements]


JAPANESE = "株主,銘柄,株式数\n架空銀行,藤峰,12\n"
KOREAN = "주주,회사명,주식수\n가나,다라,12\n"


@pytest.mark.parametrize(
    ("text", "encoding", "note"),
    [
        (JAPANESE, "utf-8", False), (JAPANESE, "utf-8-sig", False), (JAPANESE, "utf-16", False), (JAPANESE, "cp932", True),
        (KOREAN, "euc-kr", True), ("holder;issuer;shares\nA;B;12\n", "utf-16-le", None),
    ],
)  # fmt: skip
def test_encodings_are_marked_declared_or_found_by_the_words_of_the_header(
    tmp_path: Path, text: str, encoding: str, note: bool | None
) -> None:
    if note is None:  # UTF-16 without its mark is no text that anybody could know
        with pytest.raises(FileError):
            taken(tmp_path, text.encode(encoding))
        return
    found = taken(tmp_path, text.encode(encoding))
    assert [s.shares for s in found.statements] == [12]
    assert found.statements[0].subject in ("架空銀行", "가나")
    assert ("N_ENCODING" in found.codes) is note


def test_an_encoding_that_the_mapping_declares_is_used(tmp_path: Path) -> None:
    told = tmp_path / "m.yaml"
    told.write_text("encoding: cp932\ncolumns: {甲: holder, 乙: issuer, 丙: shares}\n", encoding="utf-8")
    text = "甲,乙,丙\n架空銀行,藤峰,12\n"
    assert pairs(taken(tmp_path, text.encode("cp932"), mapping=told)) == [("架空銀行", "藤峰")]
    told.write_text("encoding: klingon\ncolumns: {甲: holder, 乙: issuer, 丙: shares}\n", encoding="utf-8")
    with pytest.raises(FileError, match="no encoding"):
        taken(tmp_path, text.encode("cp932"), mapping=told)


def test_a_row_with_bytes_that_are_no_text_is_rejected_with_the_place_of_the_byte(tmp_path: Path) -> None:
    start = "holder;issuer;shares\nÄ;B;1\n".encode()
    found = taken(tmp_path, start + b"C\xff;B;2\nD;B;3\n")
    assert pairs(found) == [("Ä", "B"), ("D", "B")]
    (reject,) = found.rejects
    assert reject.code == "E_ROW" and f"byte {len(start) + 1} " in reject.text
    assert reject.raw == "C\\udcff;B;2"


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_separators_are_found(tmp_path: Path, separator: str) -> None:
    rows = [["holder", "issuer", "shares"], ["A, Inc. | x", "B", "5"]]
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows) + "\r\n"
    assert pairs(taken(tmp_path, text)) == [("A, Inc. | x", "B")]
    assert pairs(taken(tmp_path, "sep=;\nholder;issuer;shares\nA;B;5\n")) == [("A", "B")]


def test_a_quote_that_is_never_closed_costs_its_line_alone(tmp_path: Path) -> None:
    found = taken(tmp_path, 'holder;issuer;shares\n"A;B;1\nC;D;2\nE "x;F;3\nG;H;4\n"I\nJ";K;5\n"L;M;6\n')
    assert pairs(found) == [("C", "D"), ("G", "H"), ("I\nJ", "K")]
    assert [(r.where, r.code) for r in found.rejects] == [
        ("t.csv: line 2", "E_ROW"), ("t.csv: line 4", "E_ROW"), ("t.csv: line 8", "E_ROW"),
    ]  # fmt: skip


def test_old_ends_of_lines_and_a_last_line_without_one_are_read(tmp_path: Path) -> None:
    assert pairs(taken(tmp_path, "holder;issuer;shares\rA;B;1\rC;D;2")) == [("A", "B"), ("C", "D")]


def test_a_cell_of_a_million_characters_is_rejected(tmp_path: Path) -> None:
    found = taken(tmp_path, f"holder;issuer;shares\n{'x' * (2**20 + 1)};B;1\n{'y' * 200_000};B;1\n")
    assert [r.code for r in found.rejects] == ["E_ROW"]
    assert [len(s.subject) for s in found.statements] == [200_000]


def test_packed_tables_are_read_and_bombs_are_refused(tmp_path: Path) -> None:
    text = b"holder;issuer;shares\nA;B;1\n"
    assert pairs(taken(tmp_path, gzip.compress(text), "t.csv.gz")) == [("A", "B")]
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("../../t.csv", text)
    assert pairs(Import(mapped, tmp_path / "t.zip")) == [("A", "B")]
    with pytest.raises(FileError, match="unpacks to"):
        taken(tmp_path, gzip.compress(text + b"A;B;1\n" * 20_000_000, 9), "bomb.csv.gz")


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"one cell\n", b"\0\1\2\3", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600]
)
def test_what_is_no_table_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileError):
        taken(tmp_path, content)


@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_fail_otherwise(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for start in (b"", b"holder;issuer;shares;as of\nA;B;1;2019\n"):
            with contextlib.suppress(FileError):
                taken(Path(folder), start + content, accept_guess=True)


@given(st.text())
def test_a_text_that_a_spreadsheet_would_compute_is_kept_from_it_and_comes_back(text: str) -> None:
    assert not escaped(text).startswith(FORMULA)
    assert unescaped(escaped(text)) == text


def test_a_table_is_recognised_and_particular_formats_go_before_it(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    assert catalogue.recognise(Input(path)).name == "table"
    path.write_text("canonical_id,entity_id,schema,prop,value,dataset\nx,x,Company,name,A,d\n", encoding="utf-8")
    assert catalogue.recognise(Input(path)).name == "ftm"
    other = tmp_path / "t.txt"
    other.write_text("Holder;Issuer;Percent\nA;B;1\n", encoding="utf-8")
    assert catalogue.recognise(Input(other)).name == "table"
    other.write_text("crosshold: statements/1\n", encoding="utf-8")
    assert catalogue.recognise(Input(other)).name == "statements"
