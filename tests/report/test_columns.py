"""Answers as files of columns: read back by DuckDB, whole or not at all."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

import crosshold as ch
from crosshold.errors import RequestError
from crosshold.model.ids import Ids
from crosshold.model.result import Coded, Column
from crosshold.network import Network
from crosshold.report.columns import PART, write_columns

IDS = sorted(["=1+1", "-x", "A", 'say "x", y', "two\nlines", "日本 😀", "'", "007"])


def found(path: Path) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    return rows


def test_words_numbers_and_what_is_not_there(tmp_path: Path) -> None:
    code = np.array([7, -1, 0, 3, 3, 6, 1, 2, 4, 5], dtype=np.int32)
    columns: dict[str, Column] = {
        "id": Coded(code, Ids.pack(IDS)),
        "listed": Coded(code, IDS),
        "none": Coded(np.full(10, -1), IDS),
        "number": np.arange(10) * 2**40,
        "fraction": [Fraction(1, 4), None, 0.5, *[1] * 7],
        "words": ["x", None, ("a", "b"), *"1234567"],
    }
    words = [IDS[k] if k >= 0 else None for k in code]
    path = write_columns(columns, tmp_path / "it's.parquet")
    rows = found(path)
    assert [row[:4] for row in rows] == [(w, w, None, k * 2**40) for k, w in enumerate(words)]
    assert rows[0][4:] == (0.25, "x") and rows[1][5] is None and rows[2][4:] == (0.5, "a, b")
    with write_columns(columns, tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    told = [row["id"] for row in table]
    assert told == ["" if w is None else f"'{w}" if w[0] in "=-" else w for w in words]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "it's.parquet"]


def test_rows_keep_their_order_over_many_parts(tmp_path: Path) -> None:
    size = 2 * PART + 5
    code = np.random.default_rng(1).integers(-1, len(IDS), size).astype(np.int32)
    rows = found(write_columns({"n": np.arange(size), "id": Coded(code, Ids.pack(IDS))}, tmp_path / "a.parquet"))
    assert rows == [(k, IDS[c] if c >= 0 else None) for k, c in enumerate(code.tolist())]


def test_text_that_a_spreadsheet_would_run_and_names_that_sql_would(tmp_path: Path) -> None:
    risky = ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"]
    plain = ["A", " =1", "'x", "1+1", "a=b", "%0"]
    ids = sorted([*risky, *plain])
    column = Coded(np.arange(len(ids), dtype=np.int32), Ids.pack(ids))
    target = write_columns({'id" FROM given; --': column}, tmp_path / "x.csv")
    with target.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert header == ['id" FROM given; --']
    assert [line[0] for line in lines] == [f"'{name}" if name in risky else name for name in ids]
    whole = write_columns({"id": column}, tmp_path / "x.parquet")
    assert [row[0] for row in found(whole)] == ids


def test_an_empty_answer_has_its_columns(tmp_path: Path) -> None:
    nobody: dict[str, Any] = {"id": Coded(np.zeros(0, np.int32), Ids.pack(IDS)), "n": np.zeros(0, np.int64)}
    assert found(write_columns(nobody, tmp_path / "a.parquet")) == []
    assert write_columns(nobody, tmp_path / "a.csv").read_text(encoding="utf-8").strip() == "id,n"


def test_any_result_goes_into_parquet(tmp_path: Path) -> None:
    network = Network.from_holdings([("X", "A", "3/5"), ("A", "B", "0.51"), ("Y", "B", "0.49")])
    ch.write(ch.ownership(network, holders=["X"]), tmp_path / "own.parquet")
    assert ("X", "B") in {row[:2] for row in found(tmp_path / "own.parquet")}
    ch.write(ch.control(network), tmp_path / "control.parquet")
    assert found(tmp_path / "control.parquet") == [("A", "B", 0.51, 1), ("X", "A", 0.6, 1), ("X", "B", 0.51, 2)]
    ch.write(ch.control(network), tmp_path / "control.csv")
    assert (tmp_path / "control.csv").read_text(encoding="utf-8").startswith("controller,controlled,votes,steps\n")


def test_nothing_is_left_of_a_file_that_could_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"old")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("crosshold.report.columns._joined", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_columns({"id": Coded(np.zeros(3, np.int32), IDS)}, path)
    assert path.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["a.parquet"]
    for name, code in (("a.xlsx", "E_FORMAT"), ("no/where.csv", "E_WRITE")):
        with pytest.raises(RequestError, match=code):
            write_columns({"n": np.arange(3)}, tmp_path / name)
