"""The durable form of a register: nothing is lost, nothing is told twice, and what is not whole is refused."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import FileError, Finding, RequestError
from crosshold.model.entity import Entity
from crosshold.model.register import Register, Statements
from crosshold.model.statement import Source, Statement
from crosshold.store import writer as writer_module
from crosshold.store.parquet import ParquetStore
from crosshold.store.query import query
from crosshold.store.writer import Writer

from .claims import holding, statements


def put(store: ParquetStore, rows: list[Statement], **more: Any) -> None:
    with store.writing() as writer:
        writer.add(rows, **more)


@settings(max_examples=25)
@given(st.lists(statements(), max_size=12))
def test_what_is_written_is_read_in_its_order_to_the_last_field(rows: list[Statement]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ParquetStore.create(Path(folder) / "r")
        put(store, rows)
        back = ParquetStore(store.folder).register().statements
        expected = {s.id: s.canonical() for s in rows}
        assert [(s.id, s.canonical()) for s in back] == list(expected.items())
        assert list(back.ids) == list(expected)


def test_half_characters_become_the_sign_for_a_character_that_could_not_be_read(store: ParquetStore) -> None:
    put(store, [Statement("A\ud800", "comment", note="x\udfff", extra={"k": "\ud83d"})])
    (row,) = store.register().statements
    assert (row.subject, row.note, row.extra) == ("A\ufffd", "x\ufffd", {"k": "\ufffd"})


def test_many_chunks_keep_their_order_and_every_statement_is_there_once(
    store: ParquetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module.Writer.__init__, "__defaults__", (100, None, None))
    rows = [holding(n) for n in (*range(250), *range(40), *range(250, 400), 399, 399)]
    with store.writing() as writer:
        writer.add(rows)
        writer.commit = _counting(writer)  # type: ignore[method-assign]
    assert writer.known_before == 42
    assert [s.subject for s in store.register().statements] == [f"H{n}" for n in range(400)]
    assert len(store.parts) > 3
    store.compact(grace_s=0)
    assert len([p for p in store.parts if p.kind == "statements"]) == 1
    assert [s.subject for s in store.register().statements] == [f"H{n}" for n in range(400)]
    assert not store.check()


def _counting(writer: Writer) -> Any:
    return type(writer).commit.__get__(writer)


def test_the_same_import_twice_is_the_same_generation(store: ParquetStore) -> None:
    things: dict[str, Any] = {
        "entities": [Entity("A", "Aurel", "company", identifiers=(("LEI", "x"),))], "sources": [Source("s", published_on=date(2020, 1, 1))],
        "findings": [Finding("W_UNIT", "odd", "", "row 3")],
    }  # fmt: skip
    put(store, [holding(1)], **things)
    put(store, [holding(1)], **things)
    assert store.manifest.generation == 1
    register = store.register()
    assert register.entities["A"].identifiers == (("LEI", "x"),) and register.sources["s"].published_on == date(2020, 1, 1)
    assert store.told() == things["findings"]


def test_later_words_about_a_party_win_also_when_they_were_said_before(store: ParquetStore) -> None:
    for name in ("Old", "New", "Old"):
        put(store, [], entities=[Entity("A", name, "company")])
    put(store, [], entities=[Entity("A", kind="unknown", jurisdiction="FR")])
    assert store.register().entities["A"] == Entity("A", "Old", "company", "FR", names=(("other", "New"),))


def test_words_that_come_again_in_one_import_after_others_are_the_last(
    store: ParquetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module.Writer.__init__, "__defaults__", (1, None, None))
    first, second = Entity("A", "Alpha"), Entity("A", "Aleph")
    put(store, [], entities=[first, second, first])
    assert store.register().entities["A"].name == "Alpha" and len(store.parts) == 3
    assert not store.check()


def test_an_id_that_a_person_gave_stands_for_one_statement(store: ParquetStore) -> None:
    put(store, [holding(1).changed(label="c1")])
    put(store, [holding(1).changed(label="c1")])
    assert store.manifest.generation == 1
    with pytest.raises(FileError, match="C_DUPLICATE_ID"):
        put(store, [holding(2).changed(label="c1")])
    with pytest.raises(FileError, match="C_DUPLICATE_ID"):
        put(store, [holding(2).changed(label="c2"), holding(3).changed(label="c2")])
    assert [s.id for s in store.register().statements] == ["c1"]


def test_what_the_register_answered_at_a_moment_it_answers_again(store: ParquetStore, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, [holding(1)])
    first = datetime.fromisoformat(_recorded(store))
    real = datetime

    class Later(real):  # type: ignore[misc, valid-type]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return real.now(tz) + timedelta(days=1)

    monkeypatch.setattr(writer_module, "datetime", Later)
    put(store, [holding(2)])
    assert len(store.register().statements) == 2
    assert [s.subject for s in store.register(as_recorded=first).statements] == ["H1"]


def _recorded(store: ParquetStore) -> str:
    import duckdb

    (part,) = (p for p in store.parts if p.kind == "statements")
    row = duckdb.connect().execute(f"SELECT recorded_at FROM read_parquet('{store.folder / part.path}')").fetchone()
    assert row is not None
    return str(row[0])


def test_a_count_that_no_company_has_is_refused_in_words(store: ParquetStore) -> None:
    with pytest.raises(FileError, match="E_NUMBER"):
        put(store, [holding(1).changed(shares=2**63)])
    put(store, [holding(1).changed(shares=2**63 - 1)])
    assert store.register().statements[0].shares == 2**63 - 1


@pytest.mark.parametrize("harm", ["cut", "flipped", "missing", "link", "folder link"])
def test_a_part_that_is_not_whole_is_named_and_the_others_answer_under_salvage(store: ParquetStore, harm: str) -> None:
    put(store, [holding(1)])
    (part,) = (p for p in store.parts if p.kind == "statements")
    put(store, [holding(2)])
    path = store.folder / part.path
    content = path.read_bytes()
    if harm == "cut":
        path.write_bytes(content[:-7])
    elif harm == "flipped":
        path.write_bytes(bytes([content[0], content[1] ^ 4]) + content[2:])
    elif harm == "missing":
        path.unlink()
    elif harm == "link":
        path.rename(store.folder.parent / "elsewhere.parquet")
        path.symlink_to(store.folder.parent / "elsewhere.parquet")
    else:
        path.parent.rename(store.folder.parent / "elsewhere")
        path.parent.symlink_to(store.folder.parent / "elsewhere")
    assert any(f.code == "E_FILE" and f.where == part.path for f in store.check())
    if harm != "flipped":  # which only every byte shows
        with pytest.raises(FileError, match=part.path):
            ParquetStore(store.folder)
    salvaged = ParquetStore(store.folder, salvage=True).register()
    left = [] if harm == "folder link" else ["H2"]
    assert [s.subject for s in salvaged.statements] == left
    assert any(f.code == "W_PART_MISSING" and "1 rows" in f.message for f in salvaged.findings)


@pytest.mark.parametrize("kind", ["statements", "entities", "findings", "sources"])
def test_no_byte_of_a_part_can_change_unseen(store: ParquetStore, kind: str) -> None:
    with store.writing() as writer:
        writer.add([holding(n) for n in range(50)], [Entity("H1", "One")], [Source("s")], [Finding("W_X", "odd.")])
    (part,) = (p for p in store.parts if p.kind == kind)
    path = store.folder / part.path
    whole = path.read_bytes()
    for place in Random(7).sample(range(len(whole)), 60):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(FileError, match="not what was written"):
            list(ParquetStore(store.folder).rows())
        with pytest.raises(FileError, match="not what was written"):
            query(ParquetStore(store.folder), f"SELECT * FROM {kind}")
        with suppress(FileError):  # what is brought in need not read all of the old, and never ends in anything else
            put(ParquetStore(store.folder), [holding(1)])
    path.write_bytes(whole)
    assert len(ParquetStore(store.folder).register().statements) == 50


def test_after_a_writer_that_did_not_end_every_byte_is_looked_at_and_its_folder_goes(store: ParquetStore) -> None:
    put(store, [holding(1)])
    part = next(part for part in store.parts if part.kind == "statements")
    path = store.folder / part.path
    whole = path.read_bytes()
    path.write_bytes(bytes([whole[0], whole[1] ^ 4]) + whole[2:])
    (store.folder / "tmp-1-abc").mkdir()
    with pytest.raises(FileError, match="not what was written"):
        put(store, [holding(2)])
    path.write_bytes(whole)
    put(store, [holding(2)])
    assert not (store.folder / "tmp-1-abc").exists()


@pytest.mark.parametrize(
    "path",
    ["statements/../../etc/passwd", "../statements/0123456789abcdef.parquet", "/etc/passwd", "statements/..", "statements/x.parquet",
     "sources/0123456789abcdef.parquet", "statements/0123456789abcdef.parquet\n", "", None, 7],
)  # fmt: skip
def test_a_manifest_names_parts_of_its_own_folder_only(store: ParquetStore, path: Any) -> None:
    row = {"path": path, "kind": "statements", "rows": 1, "bytes": 1, "sha256": "0", "known_on": [None, None]}
    (store.folder / "manifest.json").write_text(json.dumps({"format": 1, "generation": 1, "parts": [row]}))
    with pytest.raises(FileError, match=r"manifest\.json cannot be read"):
        ParquetStore(store.folder)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "7", '{"format": 1}', "[" * 100_000, '{"format": 1, "generation": "x", "parts": []}', "\xff"]
)
def test_a_manifest_that_is_none_is_one_clear_error(store: ParquetStore, text: str) -> None:
    (store.folder / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(FileError, match="E_FILE"):
        ParquetStore(store.folder)


def test_a_register_of_a_newer_program_is_refused_with_the_version(store: ParquetStore) -> None:
    (store.folder / "manifest.json").write_text('{"format": 3, "anything": "else"}')
    with pytest.raises(FileError, match=r"C_VERSION.*format 3.*reads up to 2"):
        ParquetStore(store.folder)


def test_a_generation_names_the_hash_of_the_one_before(store: ParquetStore) -> None:
    import hashlib

    for n in range(3):
        before = hashlib.sha256((store.folder / "manifest.json").read_bytes()).hexdigest()
        put(store, [holding(n)])
        assert store.manifest.previous == before and store.manifest.generation == n + 1


def test_a_reader_keeps_the_generation_that_it_opened(store: ParquetStore) -> None:
    put(store, [holding(1)])
    reader = ParquetStore(store.folder)
    put(store, [holding(2)])
    store.compact()
    assert len(reader.register().statements) == 1 and len(ParquetStore(store.folder).register().statements) == 2


def test_a_register_that_may_only_be_read_is_read(store: ParquetStore) -> None:
    put(store, [holding(1)])
    before = sorted(store.folder.rglob("*"))
    assert len(ParquetStore(store.folder).register().statements) == 1
    assert sorted(store.folder.rglob("*")) == before


def test_unused_files_are_named_and_go_after_their_time(store: ParquetStore) -> None:
    put(store, [holding(1)])
    stray = store.folder / "statements" / "stray.parquet"
    stray.write_text("x")
    assert [f.where for f in store.check()] == ["statements/stray.parquet"]
    assert store.compact() == 0 and stray.exists()
    os.utime(stray, (0, 0))
    assert store.compact() == 1 and not stray.exists()


def test_nothing_is_made_where_something_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RequestError, match="E_WRITE"):
        ParquetStore.create(tmp_path)


def test_columns_and_rows_say_the_same() -> None:
    rows = [holding(n).changed(label=f"l{n}" if n % 2 else None) for n in range(5)]
    columns = Statements(rows)
    assert list(columns) == rows and columns[-1] == rows[-1] and list(columns.ids) == [s.id for s in rows]
    assert [n for n, _ in columns.said("label")] == [1, 3]
    assert len(Register(columns).add([*rows, holding(9)]).statements) == 6
    with pytest.raises(IndexError):
        columns[5]
