"""Tables of holdings as they come: what they mean, what is refused and how it is told."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crosshold as ch
from crosshold.errors import FileError, RequestError
from crosshold.formats.holdings import HoldingTable, read_holdings

HEAD = "holder,issuer,shares,total\n"
EDINET = Path(__file__).parents[3] / "shared" / "data" / "edinet" / "tis_major_shareholders_fy2017-03.csv"
RNM = Path(__file__).parents[3] / "shared" / "data" / "rnm" / "holdings.csv"


def table(tmp_path: Path, content: str | bytes, name: str = "register.csv", **options: Any) -> HoldingTable:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_holdings(path, **options)


def rows(read: HoldingTable) -> list[tuple[str, str, int]]:
    columns = zip(read.holder.tolist(), read.issuer.tolist(), read.weight.tolist(), strict=True)
    return sorted((read.ids[h], read.ids[i], w) for h, i, w in columns)


def faults(tmp_path: Path, content: str | bytes, name: str = "register.csv", **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(FileError) as caught:
        table(tmp_path, content, name, **options)
    assert all(finding.message for finding in caught.value.findings)
    return [(finding.code, finding.where) for finding in caught.value.findings]


def codes(read: HoldingTable) -> list[str]:
    return [finding.code for finding in read.findings]


def test_ids_are_text_and_stay_as_they_are(tmp_path: Path) -> None:
    ids = [
        "007",
        "7",
        "a, b",
        'say "x"',
        "two\nlines",
        "Ångström 日産 😀",
        "=1+1",
        "x'; DROP TABLE raw; --",
        "NULL",
        "1e3",
        "é",
        "e\u0301",
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["holder", "issuer", "shares", "total"])
    for name in ids:
        writer.writerow([name, "Z", 1, 100])
    read = table(tmp_path, text.getvalue())
    assert list(read.ids) == sorted([*ids, "Z"])  # by code point
    assert rows(read) == sorted((name, "Z", 1) for name in ids)
    assert read.total[list(read.ids).index("Z")] == 100 and read.total.sum() == 100
    assert read.holder.dtype == np.int32 and read.weight.dtype == np.int64


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_separators_line_ends_and_the_byte_order_mark(tmp_path: Path, separator: str, end: str, mark: bytes) -> None:
    lines = [["Holder", " issuer ", "SHARES", "Total"], ["A", "B", "3", "10"], ["C", "B", "4", "10"]]
    text = end.join(separator.join(cells) for cells in lines)  # no line end after the last row
    read = table(tmp_path, mark + text.encode())
    assert rows(read) == [("A", "B", 3), ("C", "B", 4)] and codes(read) == []


def test_a_packed_file_and_names_that_are_patterns(tmp_path: Path) -> None:
    text = HEAD + "A,B,3,10\n"
    for name in ("r.csv.gz", "it's.csv", "a*b?.csv", "[12].csv", "[1].csv.gz", "{a,b}.csv", "日本.csv"):
        packed = gzip.compress(text.encode()) if name.endswith(".gz") else text.encode()
        assert rows(table(tmp_path, packed, name)) == [("A", "B", 3)]
    (tmp_path / "1.csv").write_text(HEAD + "WRONG,B,3,10\n", encoding="utf-8")
    assert rows(read_holdings(tmp_path / "[12].csv")) == [("A", "B", 3)]


def test_every_bad_row_has_its_line(tmp_path: Path) -> None:
    text = (
        HEAD
        + "A,B,-5,10\n"  # line 2
        + "\n"
        + '"two\nlines",B,1e3,10\n'  # 4
        + ",B,1,10\n"  # 6
        + '" ",B,1,10\n'
        + "A,B,9223372036854775808,10\n"  # 8: 2**63
        + 'A,B,1.5,10\nA,B,"1,000",10\n'
        + "A,B\nA,B,1,10,9\n"  # 11 and 12: cells are missing, are too many
        + "holder,issuer,shares,total\n"
        + "A,B,4611686018427387904,\n"  # 14: 2**62, and no total
        + "A\0,B,1,10\nA,B,0x10,10\nA,B,+1,10\nA,B,１,10\n"
    )
    told = faults(tmp_path, text)
    assert told == [
        ("C_SYNTAX", "register.csv:11"), ("C_SYNTAX", "register.csv:12"),
        ("E_NEG_QTY", "register.csv:2"), ("C_BAD_NUMBER", "register.csv:4"), ("C_MISSING_KEY", "register.csv:6"),
        ("C_MISSING_KEY", "register.csv:7"), ("E_TOO_LARGE", "register.csv:8"), ("C_BAD_NUMBER", "register.csv:9"),
        ("C_BAD_NUMBER", "register.csv:10"), ("C_SYNTAX", "register.csv:13"), ("E_TOO_LARGE", "register.csv:14"),
        ("C_BAD_NUMBER", "register.csv:14"), ("C_SYNTAX", "register.csv:15"), ("C_BAD_NUMBER", "register.csv:16"),
        ("C_BAD_NUMBER", "register.csv:17"), ("C_BAD_NUMBER", "register.csv:18"),
    ]  # fmt: skip


def test_twenty_bad_rows_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text(HEAD + "A,B,1,10\n" * 5 + "A,B,x,10\n" * 1234 + "A,B,1\n" * 77, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        read_holdings(path)
    told = caught.value.findings
    assert len(told) == 2 * 21
    assert any("1,234 rows" in finding.message for finding in told) and any("77 rows" in finding.message for finding in told)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "C_FILE"), ("\n\n", "C_FILE"), (HEAD, "C_FILE"), (HEAD.encode("utf-16"), "C_FILE"),
        ("holder,issuer\nA,B\n", "C_MISSING_KEY"), ("issuer,shares,total\nB,1,2\n", "C_MISSING_KEY"),
        ("holder,Holder,issuer,shares,total\nA,A,B,1,2\n", "C_SYNTAX"), ("holder,issuer,share,percent\nA,B,0.1,10\n", "C_SYNTAX"),
        ("holder,issuer,shares\nA,B,1\n", "C_MISSING_KEY"), ("holder,issuer,shares,total,votes\nA,B,1,2,1\n", "C_MISSING_KEY"),
        (HEAD.encode() + "Société,B,1,2\n".encode("latin-1"), "C_SYNTAX"), (bytes(range(256)), "C_"),
        (HEAD + 'A,"B"x,1,2\n', "C_SYNTAX"), (HEAD + 'A,"B,1,2\n', "C_SYNTAX"),
        (HEAD + "A,B,1,2\nC,B,1,2\r\nD,B,1,2\n", "C_SYNTAX"), (HEAD + "A" * 3_000_000 + ",B,1,2\n", "C_SYNTAX"),
    ],
)  # fmt: skip
def test_tables_that_are_none(tmp_path: Path, content: str | bytes, code: str) -> None:
    assert all(told.startswith(code) for told, _ in faults(tmp_path, content))


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name in ("folder.csv", "nowhere.parquet", "nowhere.csv"):
        with pytest.raises(FileError, match="C_FILE"):
            read_holdings(tmp_path / name)
    assert faults(tmp_path, b"PAR1 and nothing", "r.parquet") == [("C_FILE", "r.parquet")]
    assert faults(tmp_path, gzip.compress(HEAD.encode() * 9)[:-9], "r.csv.gz")[0][0] == "C_FILE"
    assert faults(tmp_path, HEAD, "r.txt") == [("C_FORMAT", "r.txt")]
    with pytest.raises(RequestError, match="E_TOTALS"):
        table(tmp_path, HEAD, totals="guess")
    for threads in (0, -1, 1_000_000, 10**30):
        with pytest.raises(RequestError, match="E_THREADS"):
            table(tmp_path, HEAD, threads=threads)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xef\xbb\xbf", "this file is empty"), (b"\xef\xbb\xbf\n", "this file is empty"), (b"\0" * 5000, "no CSV text"),
        (HEAD.encode("utf-16-le"), "no CSV text"), (b"PK\x03\x04" + b"x" * 99, "no CSV text"),
        (gzip.compress(HEAD.encode()), "packed file"), (b"\n" + HEAD.encode() + b"A,B,1,2\n", "the first line is blank"),
        (b"sep=,\n" + HEAD.encode() + b"A,B,1,2\n", "a note to a spreadsheet"), (b"A" * 2_100_000, "two million characters"),
    ],
)  # fmt: skip
def test_a_first_line_that_names_no_columns(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(FileError, match=said) as caught:
        table(tmp_path, content)
    assert len(caught.value.findings) == 1 and len(str(caught.value)) < 300


def test_a_header_of_ten_thousand_columns(tmp_path: Path) -> None:
    header = HEAD.strip() + "".join(f",a name of some length {k}" for k in range(10_000)) + ",\n"
    read = table(tmp_path, header + "A,B,3,10" + ",x" * 10_000 + ",\n")
    assert rows(read) == [("A", "B", 3)]
    (note,) = read.findings
    assert note.code == "N_COLUMNS" and note.message.endswith("and 9,981 more.") and len(note.message) < 900
    with pytest.raises(FileError) as caught:
        table(tmp_path, "x" * 100_000 + "\nA,B\n")
    assert len(str(caught.value)) < 900


@pytest.mark.parametrize("name", ["r.csv", "r.csv.gz"])
@pytest.mark.parametrize("place", ["first", "between", "last"])
def test_a_line_that_duckdb_does_not_see(tmp_path: Path, name: str, place: str) -> None:
    """DuckDB leaves out a line above 32 MB without a word; a row must never be lost in silence."""
    parts = {"first": ("", "C,D,1,2\n"), "between": ("A,B,1,2\n", "C,D,1,2\n"), "last": ("A,B,1,2\nC,D,1,2\n", "")}
    before, after = (text.encode() for text in parts[place])
    content = HEAD.encode() + before + b"x" * 41_000_000 + b",B,1,2\n" + after
    with pytest.raises(FileError, match="two million characters") as caught:
        table(tmp_path, gzip.compress(content, 1) if name.endswith(".gz") else content, name)
    assert [finding.where for finding in caught.value.findings] == [f"{name}:{2 + before.count(bytes([10]))}"]


def test_what_is_no_ordinary_file(tmp_path: Path) -> None:
    import os

    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    told = {"loop": "cannot be read", "pipe": "a pipe or a device", "zero": "a pipe or a device", "x" * 300: "cannot be read"}
    for name, said in {**told, "a\0b": "no such file"}.items():
        with pytest.raises(FileError, match=said):
            read_holdings(tmp_path / f"{name}.csv")


def test_a_file_that_goes_away_or_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crosshold.formats import holdings, holdings_columns, holdings_faults

    path = tmp_path / "register.csv"
    load, tell = holdings_columns.load, holdings_faults.tell_rows

    def vanish(*given: Any) -> None:
        path.unlink()
        load(*given)

    def change(layout: Any) -> Any:
        path.write_text(HEAD + "A,B,1,10\n", encoding="utf-8")
        return tell(layout)

    with monkeypatch.context() as patch, pytest.raises(FileError, match="C_FILE"):
        patch.setattr(holdings, "load", vanish)
        table(tmp_path, HEAD + "A,B,1,10\n")
    with monkeypatch.context() as patch, pytest.raises(FileError, match="changed while it was read"):
        patch.setattr(holdings_columns, "tell_rows", change)
        table(tmp_path, HEAD + "A,B,x,10\n")


@pytest.mark.parametrize(
    ("cell", "code", "said"),
    [
        ("\u00a01", "C_BAD_NUMBER", "not a whole number"), ("1\u2003", "C_BAD_NUMBER", "not a whole number"),
        ("9" * 5000, "E_TOO_LARGE", "5,000 characters"), ("-" + "9" * 5000, "E_NEG_QTY", "5,001 characters"),
        ("x" * 100_000, "C_BAD_NUMBER", "100,000 characters"), ("1\0", "C_BAD_NUMBER", "not a whole number"),
    ],
)  # fmt: skip
def test_no_bad_number_passes_in_silence(tmp_path: Path, cell: str, code: str, said: str) -> None:
    with pytest.raises(FileError, match=said) as caught:
        table(tmp_path, HEAD + f"A,B,1,10\nC,B,{cell},10\n")
    (told,) = caught.value.findings
    assert (told.code, told.where) == (code, "register.csv:3") and len(str(told)) < 300


def test_ids_of_a_parquet_file_are_text_or_whole_numbers(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "r.parquet"
    for kind in ("['A']", "{'x': 'A'}", "MAP {'x': 'A'}", "DATE '2020-01-01'", "true", "'A'::BLOB", "1.5::DECIMAL(5, 2)"):
        duckdb.sql(f"COPY (SELECT {kind} AS holder, 'B' AS issuer, 5 AS shares, 10 AS total) TO '{path}'")
        with pytest.raises(FileError, match="have the type"):
            read_holdings(path)
    for kind in ("7::UTINYINT", "7::BIGINT", "'7'"):
        duckdb.sql(f"COPY (SELECT {kind} AS \" Holder\", 'B' AS issuer, 5 AS shares, 10 AS total) TO '{path}'")
        assert rows(read_holdings(path)) == [("7", "B", 5)]


def test_too_many_kinds_are_no_kinds(tmp_path: Path) -> None:
    lines = "".join(f"H{k},B,1,1000,kind {k}\n" for k in range(251))
    with pytest.raises(FileError, match="251 different kinds"):
        table(tmp_path, "holder,issuer,shares,total,holder_kind\n" + lines)


def test_two_totals_of_one_company(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text(HEAD + 'A,B,5,10\n"a\nb",B,5,11\nC,D,1,2\n', encoding="utf-8")
    with pytest.raises(FileError) as caught:
        read_holdings(path)
    (told,) = caught.value.findings
    assert told.code == "C_TOTAL" and "10 (line 2) and 11 (line 3)" in told.message


def test_totals_as_the_sum_of_the_rows(tmp_path: Path) -> None:
    read = table(tmp_path, "holder,issuer,shares\nA,B,5\nC,B,15\nA,C,7\n", totals="sum")
    assert dict(zip(read.ids, read.total.tolist(), strict=True)) == {"A": 0, "B": 20, "C": 7} and read.basis == "listed"
    over = table(tmp_path, HEAD + "A,B,5,1000\n", totals="sum")  # the column is there and was declined
    assert over.total.sum() == 5 and codes(over) == ["N_COLUMNS"]


def test_fractions_and_percentages_are_exact_decimals(tmp_path: Path) -> None:
    text = "holder,issuer,share\nA,B,0.5\nC,B,1e-05\nD,B,.1\nE,B,0.1234567890129\nF,B,0\nG,B,1E-1\n"
    read = table(tmp_path, text)
    weights = {holder: w for holder, _, w in rows(read)}
    assert weights == {"A": 5 * 10**11, "C": 10**7, "D": 10**11, "E": 123456789012, "F": 0, "G": 10**11}
    assert codes(read) == ["W_DECIMALS"] and read.total.sum() == 10**12
    percent = table(tmp_path, "holder;issuer;percent;Votes %\nA;B;38.4;1\nC;B;100;2\nD;C;0.0000000001;3\n")
    assert [w for _, _, w in rows(percent)] == [384 * 10**9, 10**12, 1] and codes(percent) == ["N_COLUMNS"]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("share", "38.4", "C_BAD_NUMBER"), ("share", "0,5", "C_BAD_NUMBER"), ("share", "-0.1", "E_NEG_QTY"),
        ("share", "about 12", "C_BAD_NUMBER"), ("share", "4 %", "C_BAD_NUMBER"), ("share", "", "C_BAD_NUMBER"),
        ("share", "nan", "C_BAD_NUMBER"), ("share", "inf", "C_BAD_NUMBER"),
        ("percent", "100.1", "C_BAD_NUMBER"), ("percent", "1e9", "C_BAD_NUMBER"), ("percent", "<5", "C_BAD_NUMBER"),
    ],
)  # fmt: skip
def test_fractions_that_are_none(tmp_path: Path, column: str, cell: str, code: str) -> None:
    assert faults(tmp_path, f'holder,issuer,{column}\nA,B,"{cell}"\n') == [(code, "register.csv:2")]


def test_the_last_of_many_decimals_decides(tmp_path: Path) -> None:
    """Just below everything is not everything, and just above it is too much, to thirty decimals."""
    nines = table(tmp_path, f"holder,issuer,share\nA,B,0.{'9' * 29}\n")
    assert rows(nines) == [("A", "B", 10**12 - 1)] and codes(nines) == ["W_DECIMALS"]
    for column, cell in (("share", f"1.{'0' * 28}1"), ("share", "1.000000000000000001"), ("percent", f"100.{'0' * 25}1")):
        with pytest.raises(FileError, match="is more than"):
            table(tmp_path, f"holder,issuer,{column}\nA,B,{cell}\n")


def test_kinds_names_votes_and_dispersed_holders(tmp_path: Path) -> None:
    text = (
        "holder,issuer,shares,total,votes,votes_total,holder_kind,issuer_kind,holder_name,class\n"
        "A,B,5,10,10,20,Person,company,Ann,x\n"
        "~float,B,2,10,2,20,,company,,x\n"
        "Z,B,1,10,1,20,dispersed,company,,x\n"
        "A,C,1,10,1,10,fund,company,Anna,x\n"
    )
    read = table(tmp_path, text)
    assert rows(read) == [("A", "B", 5), ("A", "C", 1)] and read.rows == 4 and list(read.ids) == ["A", "B", "C"]
    assert read.votes is not None and read.votes_total is not None
    assert sorted(read.votes.tolist()) == [1, 10] and read.votes_total.tolist() == [0, 20, 10]
    assert read.kinds["B"] == "company" and read.kinds["A"] in ("person", "fund") and len(read.kinds) == 3
    assert dict(read.names) == {"A": "Ann"} and "B" not in read.names
    assert codes(read) == ["N_COLUMNS", "W_KIND", "N_DISPERSED"]
    network = ch.read_network(tmp_path / "register.csv")
    assert network.votes.fraction(0, 1) == network.capital.fraction(0, 1) == pytest.approx(0.5)
    assert network.capital.residual(1) == pytest.approx(0.5) and network.votes.basis == "gross_votes"


def test_blanks_around_an_id_are_told(tmp_path: Path) -> None:
    read = table(tmp_path, HEAD + "A,B,1,10\nA ,B,1,10\n")
    assert rows(read) == [("A", "B", 1), ("A ", "B", 1)] and codes(read) == ["W_BLANKS"]


@pytest.mark.parametrize("blank", ["\t", "\u00a0", "\u200b", "\ufeff", "\u3000\u2060"])
def test_what_cannot_be_seen_is_told(tmp_path: Path, blank: str) -> None:
    read = table(tmp_path, HEAD + f"A{blank},B,1,10\nA,B,1,10\n")
    assert list(read.ids) == ["A", f"A{blank}", "B"] and codes(read) == ["W_BLANKS"]
    assert faults(tmp_path, HEAD + f"C,B,1,10\n{blank},B,1,10\n") == [("C_MISSING_KEY", "register.csv:3")]


def test_one_issuer_over_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text(HEAD + "A,B,6,10\nC,B,5,10\nA,D,1,10\nD,D,2,10\nA,B,1,10\n", encoding="utf-8")
    with pytest.raises(FileError) as caught:
        ch.read_network(path)
    (told,) = caught.value.findings
    assert told.code == "E_OVERHELD" and "120 %" in told.message and "lines 2, 3, 6" in told.message
    network = ch.read_network(path, overheld="report")
    assert [f.code for f in network.findings] == ["N_MERGED", "W_OVERHELD"] and "1 rows" in network.findings[0].message
    assert network.capital.fraction(network.index("A"), network.index("B")) == pytest.approx(0.7)  # rows of a pair add up
    assert network.capital.total[network.index("D")] == 8  # own shares leave the total
    many = "".join(f"A,B{k},11,10\n" for k in range(50))
    path.write_text(HEAD + many, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        ch.read_network(path)
    assert len(caught.value.findings) == 21 and "50 findings" in caught.value.findings[-1].message


def test_parquet_with_the_types_it_has(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "r.parquet"

    def write(query: str) -> None:
        made: Any = duckdb.sql(query)
        made.write_parquet(str(path))

    write("SELECT 7 AS holder, 'B' AS issuer, 5::DOUBLE AS shares, 10::HUGEINT AS total")
    assert rows(read_holdings(path)) == [("7", "B", 5)]
    write("SELECT 'A' AS holder, 'B' AS issuer, 0.1::DOUBLE AS share")
    assert rows(read_holdings(path)) == [("A", "B", 10**11)]
    write("SELECT 7.0::DOUBLE AS holder, 'B' AS issuer, 5 AS shares, 10 AS total")
    with pytest.raises(FileError, match="have the type DOUBLE"):
        read_holdings(path)
    write(
        "SELECT * FROM (VALUES ('A', 'B', 5.0::DOUBLE, 10), ('A', 'C', 2.5, 10), (NULL, 'C', 1, 10)) t(holder, issuer, shares, total)"
    )
    with pytest.raises(FileError) as caught:
        read_holdings(path)
    assert [f.where for f in caught.value.findings] == ["r.parquet: row 2", "r.parquet: row 3"]


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6), st.integers(0, 9), st.integers(0, 10**9)
        ),
        min_size=1, max_size=30,
    ),
    st.sampled_from([1, 2, 3]),
)  # fmt: skip
def test_a_table_written_by_python_comes_back(tmp_path_factory: pytest.TempPathFactory, given_rows: Any, threads: int) -> None:
    wanted = [(holder, f"I{k}", n) for holder, k, n in given_rows if holder.strip() and not holder.startswith("~")]
    if not wanted:
        return
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([("holder", "issuer", "shares", "total"), *((h, i, n, 10**12) for h, i, n in wanted)])
    read = table(tmp_path_factory.mktemp("h"), text.getvalue(), threads=threads)
    assert rows(read) == sorted(wanted)
    assert list(read.ids) == sorted({name for h, i, _ in wanted for name in (h, i)})


@pytest.mark.skipif(not EDINET.exists(), reason="sample data absent")
def test_major_shareholders_of_an_annual_report(tmp_path: Path) -> None:
    # Ten holders and their printed total, 35,999,000, in thousands: the holders add up to 35,995,000 (NOTE.md of the sample).
    with EDINET.open(encoding="utf-8", newline="") as file:
        report = [row for row in csv.DictReader(file) if row["name"]]
    holders = [row for row in report if "No" in row["context"]]
    text = "holder,issuer,shares\n" + "".join(f'"{row["name"]}",TIS,{row["shares"]}\n' for row in holders)
    read = table(tmp_path, text, totals="sum")
    assert len(holders) == read.rows == 10 and read.total.max() == 35_995_000
    assert {name for name, _, _ in rows(read)} == {row["name"] for row in holders}


@pytest.mark.skipif(not RNM.exists(), reason="sample data absent")
def test_a_table_with_gaps_says_where_they_are(tmp_path: Path) -> None:
    # Some rows of the sample have a percentage only, some shares only: as shares the first are faults, each with its line.
    with RNM.open(encoding="utf-8", newline="") as file:
        lines = {reader.line_num: row for reader in [csv.DictReader(file)] for row in reader}
    without = [line for line, row in lines.items() if not row["shares"]]
    with pytest.raises(FileError) as caught:
        table(tmp_path, RNM.read_bytes(), totals="sum")
    places = [int(f.where.split(":")[1]) for f in caught.value.findings if f.message.startswith("shares")]
    assert places and places == [line for line in without if line <= max(places)]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_made_up_register_comes_back_as_it_was(tmp_path: Path, suffix: str) -> None:
    from crosshold.cases.synthetic import synthetic_register

    made = synthetic_register(4000, 3, profile="hard", shares="real")
    read = read_holdings(made.write(tmp_path / f"r.{suffix}"))
    names = made.ids()
    wanted = sorted(zip(names[made.holder].tolist(), names[made.issuer].tolist(), made.weight.tolist(), strict=True))
    assert rows(read) == wanted and read.rows == 4000
    held = {str(names[k]): int(made.total[k]) for k in np.unique(made.issuer)}
    assert {name: t for name, t in zip(read.ids, read.total.tolist(), strict=True) if t} == held
    kinds = ("company", "person", "fund")
    assert all(read.kinds[str(names[k])] == kinds[made.kind[k]] for k in np.unique(made.holder).tolist())


def test_progress_is_told_and_nothing_is_printed(tmp_path: Path) -> None:
    """In an interpreter without a script DuckDB would print a bar of its own."""
    import subprocess
    import sys

    path = tmp_path / "r.csv"
    path.write_text(HEAD + "".join(f"H{n},I{n % 1000},1,900000\n" for n in range(400_000)), encoding="utf-8")
    text = (
        f"import crosshold as ch; seen = []; ch.read_network({str(path)!r}, progress=seen.append, threads=1);"
        "assert seen == sorted(seen) and all(0 <= part <= 1 for part in seen), seen"
    )
    ran = subprocess.run([sys.executable, "-c", text], capture_output=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
