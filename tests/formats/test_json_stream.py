"""Objects come out of JSON files of any length, one at a time; a broken file is one clear error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosshold.errors import FileError
from crosshold.formats import json_stream
from crosshold.formats.intake import Input
from crosshold.formats.json_stream import objects

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(st.dictionaries(st.text(max_size=8), values, max_size=4), max_size=12),
    st.integers(1, 40),
    st.sampled_from("alo"),
    st.booleans(),
)
def test_any_objects_come_out_as_they_went_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[Any], piece: int, shape: str, spaced: bool
) -> None:
    monkeypatch.setattr(json_stream, "PIECE", piece)
    path = tmp_path / "x.json"
    rows = [{k: v for k, v in row.items() if k != "rows"} for row in rows]
    text = json.dumps(rows if shape == "a" else {"before": [1.5], "rows": rows, "after": {}}, indent=1 if spaced else None)
    path.write_text("\n".join(map(json.dumps, rows)) if shape == "l" else text)
    assert [row.value for row in objects(Input(path), "rows")] == rows


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[{"a": 1}, {"a": ', "breaks off"),
        ('[{"a": 1}', "breaks off"),
        ('[{"a": 1} {"b": 2}]', "comma"),
        ('[{"a": nope}, {"a": "and so on"}]', "Expecting value"),
        ("hello", "neither"),
        ('{\n"other": 1}', "holds no array 'rows'"),
        ('{\n"rows": [{"a": 1}', "breaks off"),
        ('[{"a": NaN}]', "no number"),
        ('[{"a": "' + "x" * 3_000, "breaks off"),
        ("[" * 100_000, "nested deeper"),
    ],
)
def test_a_file_that_is_no_whole_json_is_one_clear_error(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(FileError, match=why):
        list(objects(Input(path), "rows"))


def test_a_bad_line_costs_that_line_only(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"a": 1}\n{"a": \n\n[1]\n{"a": Infinity}\n{"a": 2}')
    found = list(objects(Input(path), "rows"))
    assert [(row.where, row.value) for row in found if not row.fault] == [("line 1", {"a": 1}), ("line 6", {"a": 2})]
    assert [row.where for row in found if row.fault] == ["line 2", "line 4", "line 5"]


def test_long_fields_and_deep_nesting_cost_that_object_only(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    deep: Any = 1
    for _ in range(65):
        deep = [deep]
    path.write_text(json.dumps([{"a": "x" * 2_000_000}, {"a": deep}, {"a": [1] * 100}]))
    faults = [row.fault for row in objects(Input(path), "rows")]
    assert "longer than" in faults[0] and "nested" in faults[1] and not faults[2]


def test_an_object_without_an_end_is_not_read_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MOST_OBJECT", 2**19)
    path = tmp_path / "x.json"
    path.write_text('[\n{"a": "' + "x" * 2**22 + '"}]')
    with pytest.raises(FileError, match="longer than"):
        list(objects(Input(path), "rows"))


@pytest.mark.parametrize("piece", [3, 2**18])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_path_leads_to_an_array_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int, indent: int | None) -> None:
    monkeypatch.setattr(json_stream, "PIECE", piece)
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"took": 1, "hits": {"total": {"hits": 2}, "hits": [{"a": 1}, {"a": 2}]}}, indent=indent))
    assert [(row.where, row.value) for row in objects(Input(path), "hits/hits")] == [
        ("/hits/hits/0", {"a": 1}),
        ("/hits/hits/1", {"a": 2}),
    ]


@pytest.mark.parametrize("indent", [None, 1])
def test_an_object_alone_is_a_record_where_that_is_asked_for(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"a": {"b": 1}}, indent=indent))
    assert [row.value for row in objects(Input(path), "rows", alone=True)] == [{"a": {"b": 1}}]
    path.write_text(json.dumps({"meta": 1, "data": {"b": 1}}, indent=1))
    assert [(row.where, row.value) for row in objects(Input(path), "data", alone=True)] == [("/data", {"b": 1})]
