"""Whatever keeps a register, it says the same: in memory, as Parquet, in SQLite, in PostgreSQL."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosshold.errors import CrossholdError, FileError, RequestError
from crosshold.model.entity import Entity
from crosshold.model.picks import Pick
from crosshold.model.register import Register, Statements
from crosshold.model.statement import Source, Statement
from crosshold.store.parquet import ParquetStore
from crosshold.store.queue import ReviewQueue
from crosshold.store.sqlite import SqliteStore
from crosshold.store.tables import TableStore

from .claims import holding, statements

Keep = Callable[..., Register]
ENTITIES = [
    Entity("A", "Aurel", "company", identifiers=(("LEI", "x"),), names=(("former", "Dorel"), ("kana", "オーレル"))),
    Entity("A", "Aurel SE", "company"),
    Entity("日", "日産"),
]
SOURCES = [Source("reg", "register", published_on=date(2020, 1, 1)), Source("news", "article")]


_numbers = count()


@pytest.fixture
def postgres(address: str) -> Callable[[], TableStore]:
    from crosshold.store.postgres import PostgresStore

    return lambda: PostgresStore(address, f'team "{next(_numbers)}"')


def in_memory(rows: list[list[Statement]], **more: Any) -> Register:
    """The plain Register: every statement once, later words win."""
    entities: dict[str, Entity] = {
        "A": Entity(
            "A",
            "Aurel SE",
            "company",
            identifiers=(("LEI", "x"),),
            names=(("former", "Dorel"), ("kana", "オーレル"), ("other", "Aurel")),
        ),
        "日": Entity("日", "日産"),
    }
    found = Register(Statements(), {s.id: s for s in SOURCES}, entities, notional=True)
    for some in rows:
        unique = {s.id: s for s in some}
        found = found.add(unique.values())
    return found


def in_parquet(rows: list[list[Statement]]) -> Register:
    with tempfile.TemporaryDirectory() as folder:
        store = ParquetStore.create(Path(folder) / "r")
        for some in rows:
            with store.writing() as writer:
                writer.add(some, ENTITIES, SOURCES)
        return ParquetStore(store.folder).register()


def in_tables(store: TableStore, rows: list[list[Statement]]) -> Register:
    for some in rows:
        store.add(some, ENTITIES, SOURCES)
    return store.register()


def in_sqlite(rows: list[list[Statement]]) -> Register:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "r.sqlite")
        try:
            return in_tables(store, rows)
        finally:
            store.close()


def answers(register: Register) -> str:
    """Everything that a register says, as text."""
    said: dict[str, Any] = {"statements": [s.to_dict() for s in register.statements]}
    said["entities"] = {name: str(entity) for name, entity in sorted(register.entities.items())}
    said["sources"] = {name: str(source) for name, source in sorted(register.sources.items())}
    for day in (date(2018, 6, 1), date(2026, 1, 1)):
        for known_by in (None, date(2019, 1, 1)):
            for believe in ("latest-firm", "widest", "filed-only"):
                try:
                    snapshot = register.at(day, known_by=known_by, believe=believe)
                    said[f"{day} {known_by} {believe}"] = [str(lot) for lot in snapshot.lots], str(snapshot.findings)
                except CrossholdError as error:
                    said[f"{day} {known_by} {believe}"] = str(error)
        said[f"{day} conflicts"] = [str(c) for c in register.conflicts(day)]
    return json.dumps(said, ensure_ascii=False, indent=1)


ROWS = st.lists(st.lists(statements(), min_size=1, max_size=6), min_size=1, max_size=2)


@settings(max_examples=8)
@given(ROWS)
def test_memory_parquet_and_sqlite_give_the_same_answers(rows: list[list[Statement]]) -> None:
    expected = answers(in_memory(rows))
    assert answers(in_parquet(rows)) == expected
    assert answers(in_sqlite(rows)) == expected


@pytest.mark.postgres
def test_postgres_gives_the_same_answers(address: str, postgres: Callable[[], TableStore]) -> None:
    @settings(max_examples=5)
    @given(ROWS)
    def same(rows: list[list[Statement]]) -> None:
        store = postgres()
        try:
            assert answers(in_tables(store, rows)) == answers(in_memory(rows))
        finally:
            store.close()

    same()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def tables(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TableStore]:
    made: Any = SqliteStore(tmp_path / "w.sqlite") if request.param == "sqlite" else request.getfixturevalue("postgres")()
    yield made
    made.close()


def test_an_add_is_whole_or_not_there_and_the_same_add_changes_nothing(tables: TableStore) -> None:
    assert tables.add([holding(1), holding(1), holding(2)], ENTITIES, SOURCES) == 2
    assert tables.add([holding(2)], [ENTITIES[1]], SOURCES) == 0 and tables.generation == 1
    labelled = Statement("A", "holds", "B", label="c1")
    tables.add([labelled])
    with pytest.raises(FileError, match="C_DUPLICATE_ID"):
        tables.add([holding(3), Statement("A", "holds", "C", label="c1")])
    assert [s.subject for s in tables.register().statements] == ["H1", "H2", "A"]


def test_tables_go_to_parquet_and_back_with_the_same_ids(tables: TableStore, tmp_path: Path) -> None:
    tables.add([holding(n) for n in range(50)], ENTITIES, SOURCES)
    first = tables.register()
    store = ParquetStore.create(tmp_path / "r")
    with store.writing() as writer:
        writer.add(first.statements, first.entities.values(), first.sources.values())
    assert answers(store.register()) == answers(first)


def test_a_proposal_enters_only_by_a_person_and_every_decision_is_kept(tables: TableStore) -> None:
    queue = ReviewQueue(tables)
    queue.propose("p1", holding(1))
    queue.propose("p2", holding(2))
    queue.propose("p1", holding(3))  # an id that is there already
    assert not tables.register().statements
    for wrong in (
        {"state": "accepted", "by": " "},
        {"state": "rejected", "by": "V"},
        {"state": "edited", "by": "V"},
        {"state": "x", "by": "V"},
    ):
        with pytest.raises(RequestError, match="E_REVIEW"):
            queue.decide("p1", version=1, **wrong)  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="E_UNKNOWN_ID"):
        queue.decide("p9", "accepted", by="V", version=1)
    assert queue.decide("p1", "accepted", by="R. Vogel", version=1) == 2
    with pytest.raises(RequestError, match="E_STALE"):
        queue.decide("p1", "rejected", by="C. Perrin", reason="wrong party", version=1)
    queue.decide("p2", "edited", by="C. Perrin", change=holding(7), version=1)
    assert [(s.subject, s.reviewed_by) for s in tables.register().statements] == [("H1", "R. Vogel"), ("H7", "C. Perrin")]
    assert [(a["who"], a["what"], a["subject"]) for a in tables.audit()] == [
        ("R. Vogel", "accepted", "p1"), ("C. Perrin", "edited", "p2"),
    ]  # fmt: skip
    assert json.loads(tables.audit()[0]["before"]) == {"state": "proposed"}
    (edited,) = queue.proposals("edited")
    assert edited["proposal"]["subject"] == "H2" and edited["change"]["subject"] == "H7"


def test_picks_and_moments(tables: TableStore) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    tables.add([holding(1)], picks=[Pick("H1", "C1", None, holding(1).id, "V", "sure", "2020-01-01")])
    register = tables.register()
    assert register.believe == "picks" and register.picks[0].by == "V" and tables.audit()[0]["what"] == "pick"
    assert not tables.register(as_recorded=before).statements


@pytest.mark.postgres
def test_two_reviewers_at_once_and_one_of_them_is_told(address: str) -> None:
    from crosshold.store.postgres import PostgresStore

    stores = [PostgresStore(address, "race") for _ in range(2)]
    ReviewQueue(stores[0]).propose("p", holding(1))
    start, told = threading.Barrier(2), []

    def decide(store: PostgresStore, who: str) -> None:
        start.wait()
        try:
            ReviewQueue(store).decide("p", "accepted", by=who, version=1)
            told.append("done")
        except RequestError as error:
            told.append(error.findings[0].code)

    threads = [threading.Thread(target=decide, args=(s, f"person {n}")) for n, s in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["E_STALE", "done"]
    assert len(stores[0].audit()) == 1 and len(stores[0].register().statements) == 1
    for store in stores:
        store.close()


@pytest.mark.postgres
def test_a_database_that_is_not_there_is_told(address: str) -> None:
    from crosshold.store.postgres import PostgresStore

    with pytest.raises(RequestError, match="E_DATABASE"):
        PostgresStore("host=/nowhere user=x")


def test_sqlite_refuses_what_is_no_database_or_a_newer_one(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no database at all, but text of some length, so that it is looked at" * 20)
    with pytest.raises(FileError, match="E_FILE"):
        SqliteStore(tmp_path / "x")
    store = SqliteStore(tmp_path / "y")
    assert store.run("PRAGMA journal_mode") == [("wal",)] and store.run("PRAGMA foreign_keys") == [(1,)]
    store.run("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(FileError, match="C_VERSION"):
        SqliteStore(tmp_path / "y")


def test_a_second_writer_of_sqlite_is_told(tmp_path: Path) -> None:
    one, two = SqliteStore(tmp_path / "z"), SqliteStore(tmp_path / "z", wait_s=0.1)
    with one.together(), pytest.raises(RequestError, match="E_LOCKED"):
        two.add([holding(1)])
    assert two.add([holding(1)]) == 1
    one.close()
    two.close()
