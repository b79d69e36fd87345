"""A register in the tables of a database: SQLite for one person, PostgreSQL for a team.

One class for all databases; what differs between them is in the file of each. A statement is kept as its canonical content, so that
nothing is lost and the id is the same in every store. Nothing is ever deleted: what was taken back has the generation that did it.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from crosshold.errors import FileError, Finding
from crosshold.model.entity import Entity, merged
from crosshold.model.picks import Pick
from crosshold.model.register import Register
from crosshold.model.statement import Source, Statement, content_id, from_plain
from crosshold.model.statements import Made, Statements
from crosshold.store import columns
from crosshold.store.jobs import Import, Job, Rows
from crosshold.store.table_writer import TableWriter

SCHEMA = (
    "CREATE TABLE imports (generation INTEGER PRIMARY KEY, recorded_at TEXT NOT NULL, what TEXT NOT NULL, who TEXT NOT NULL, "
    "files TEXT NOT NULL, statements BIGINT NOT NULL, known_before BIGINT NOT NULL)",
    "CREATE TABLE statements (n {serial}, id TEXT NOT NULL UNIQUE, label TEXT, content TEXT NOT NULL, "
    "generation INTEGER NOT NULL REFERENCES imports, undone INTEGER REFERENCES imports)",
    "CREATE TABLE words (n {serial}, kind TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, "
    "generation INTEGER NOT NULL REFERENCES imports)",
    "CREATE INDEX words_by_id ON words (kind, id)",
    "CREATE TABLE rejects (n {serial}, file TEXT NOT NULL, line TEXT NOT NULL, generation INTEGER NOT NULL REFERENCES imports)",
    "CREATE INDEX rejects_by_file ON rejects (file)",
    "CREATE TABLE reviews (id TEXT PRIMARY KEY, state TEXT NOT NULL, proposal TEXT NOT NULL, change TEXT, version INTEGER NOT NULL)",
    "CREATE TABLE audit (n {serial}, at TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL, "
    "before TEXT, after TEXT)",
)  # fmt: skip
"""The first version of the tables. A later one adds a tuple to :data:`MIGRATIONS` and changes none that is there."""
MIGRATIONS: tuple[tuple[str, ...], ...] = (SCHEMA,)
BATCH = 10_000
"""Rows that are read or written at a time."""


class TableStore(ABC):
    """A register in a database. Everything given to one :meth:`writing` is there afterwards, or nothing of it."""

    serial: str
    name: str
    """What findings call it; never with a password."""

    @abstractmethod
    def run(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """One statement of SQL with ``?`` for values; its rows."""

    @abstractmethod
    def stream(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, which do not all have to fit into memory."""

    @abstractmethod
    def many(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """The same INSERT for many rows."""

    @abstractmethod
    def together(self, wait_s: float | None = None) -> Any:
        """All or nothing, one writer at a time, who waits so long for another."""

    @abstractmethod
    def faults(self) -> list[str]:
        """What the database itself finds wrong with its file."""

    @abstractmethod
    def tidy(self) -> None:
        """Give back space that is not used."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""

    def _migrate(self, version: int, upto: int = len(MIGRATIONS)) -> None:
        if version > upto:
            message = f"its tables are of version {version}; this crosshold knows {upto}."
            raise FileError(Finding("C_VERSION", message, "Use a newer crosshold.", self.name))
        for migration in MIGRATIONS[version:]:
            for query in migration:
                self.run(query.replace("{serial}", self.serial))

    # -- writing -------------------------------------------------------------------------------------------------------------------
    @contextmanager
    def writing(self, wait_s: float | None = None, job: Job | None = None) -> Iterator[TableWriter]:
        """The one writer. What it was given is there when the block ends without an error, and nothing of it otherwise."""
        with self.together(wait_s):
            writer = TableWriter(self, job or Job())
            yield writer
            writer.commit()

    def add(
        self,
        statements: Iterable[Statement] = (),
        entities: Iterable[Entity] = (),
        sources: Iterable[Source] = (),
        picks: Iterable[Pick] = (),
        job: Job | None = None,
    ) -> int:
        """Take rows in; how many statements were new. ``C_DUPLICATE_ID`` when an id that a person gave stands for another statement."""
        with self.writing(job=job) as writer:
            writer.add(statements, entities, sources, picks=picks)
        return writer.new

    def compact(self, *, wait_s: float | None = None) -> int:
        """Give unused space back; there are no files to remove."""
        self.tidy()
        return 0

    # -- reading -------------------------------------------------------------------------------------------------------------------
    @property
    def generation(self) -> int:
        """How many times something came in or was taken back."""
        return int(self.run("SELECT coalesce(max(generation), 0) FROM imports")[0][0])

    def register(self, *, as_recorded: datetime | None = None) -> Register:
        """The whole Register in columns; with ``as_recorded`` as it was at a moment."""
        upto = self._generation_at(as_recorded)
        entities: dict[str, Entity] = {}
        sources: dict[str, Source] = {}
        picks: dict[Any, Pick] = {}
        told: list[dict[str, Any]] = []
        for kind, name, content in self.stream("SELECT kind, id, content FROM words WHERE generation <= ? ORDER BY n", (upto,)):
            row = json.loads(content)
            if kind == "entities":
                new = columns.entity(row)
                entities[name] = merged(entities[name], new) if name in entities else new
            elif kind == "sources":
                sources[name] = columns.source(row)
            elif kind == "picks":
                made = columns.pick(row)
                picks[made.slot] = made
            else:
                told.append(row)
        return Register(
            self._statements(upto), sources, entities, picks=tuple(picks.values()), defaults={"case": self.name}, notional=True,
            believe="picks" if picks else "latest-firm", findings=tuple(columns.imported(told, self.name)),
        )  # fmt: skip

    def _statements(self, upto: int) -> Statements:
        """In columns; a word that repeats is kept once, and a column of which no row says anything is none."""
        live = "generation <= ? AND (undone IS NULL OR undone > ?)"
        rows = self.stream(f"SELECT id, label, content FROM statements WHERE {live} ORDER BY n", (upto, upto))
        ids: list[str] = []
        said: dict[str, list[Any]] = {}
        kept: dict[str, dict[Any, Any]] = {}
        for n, (name, label, content) in enumerate(rows):
            ids.append(name)
            row = json.loads(content)
            if label is not None:
                row["label"] = label
            for key, cell in row.items():
                if key not in said:
                    said[key], kept[key] = [], {}
                said[key].extend([None] * (n - len(said[key])))
                if key in ("share", "vote_share", "extra"):
                    cell = json.dumps(cell, ensure_ascii=False)
                repeats = key not in ("where", "extra", "joint")
                said[key].append(kept[key].setdefault(cell, cell) if repeats else cell)
        for column in said.values():
            column.extend([None] * (len(ids) - len(column)))
        made = {key: Made(cells, columns.MADE[key]) if key in columns.MADE else cells for key, cells in said.items()}
        return Statements.of(made, len(ids), ids)

    def _generation_at(self, moment: datetime | None) -> int:
        if moment is None:
            return self.generation
        times = self.run("SELECT generation, recorded_at FROM imports ORDER BY generation")
        return max((n for n, at in times if datetime.fromisoformat(at) <= moment), default=0)

    def history(self) -> list[Import]:
        """What came in, in its order."""
        query = "SELECT generation, recorded_at, what, who, files, statements, known_before FROM imports ORDER BY generation"
        return [columns.import_row(dict(zip(Import._fields, row, strict=True))) for row in self.run(query)]

    def told(self) -> list[Finding]:
        """What the imports had to tell, in their order."""
        rows = self.stream("SELECT content FROM words WHERE kind = 'findings' ORDER BY n")
        return [columns.finding(json.loads(content)) for (content,) in rows]

    def rejects(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Files of rejected rows: a name and its lines. The lines of one are read before the next is asked for."""
        rows = self.stream("SELECT generation, file, line FROM rejects ORDER BY generation, file, n")
        for (generation, file), lines in groupby(rows, key=lambda row: (row[0], row[1])):
            stem, _, suffix = file.rpartition(".")
            yield f"{stem}.{generation}.{suffix}", (line for _, _, line in lines)

    def check(self) -> list[Finding]:
        """The database's own check, and every id against what it stands for."""
        found = [Finding("E_FILE", fault, "Restore it from a copy.", self.name) for fault in self.faults()]
        for name, label, content in self.stream("SELECT id, label, content FROM statements ORDER BY n"):
            if name != (label or content_id(content.encode())):
                found.append(Finding("E_FILE", f"{name} is not what was written.", "Restore it from a copy.", self.name))
        return found

    def rows(self) -> Iterator[Rows]:
        """Everything that counts, as it is moved to another store. What was taken back is not there any more."""
        query = (
            "SELECT recorded_at, label, content FROM statements JOIN imports USING (generation) WHERE undone IS NULL ORDER BY n"
        )
        for moment, some in _batches(self.stream(query)):
            yield Rows(moment, [from_plain(json.loads(content), label) for _, label, content in some])
        query = "SELECT recorded_at, content FROM words JOIN imports USING (generation) WHERE kind = ? ORDER BY n"
        makes: dict[str, Any] = {
            "entities": columns.entity,
            "sources": columns.source,
            "findings": columns.finding,
            "picks": columns.pick,
        }
        for kind, make in makes.items():
            for moment, some in _batches(self.stream(query, (kind,))):
                said: dict[str, Any] = {kind: [make(json.loads(row[1])) for row in some]}
                yield Rows(moment, **said)

    # -- the work on it ------------------------------------------------------------------------------------------------------------
    def audit(self, subject: str | None = None) -> list[dict[str, Any]]:
        """Every decision: when, who, what, about what, before and after."""
        names = ("at", "who", "what", "subject", "before", "after")
        rows = self.run(f"SELECT {', '.join(names)} FROM audit ORDER BY n")
        return [dict(zip(names, row, strict=True)) for row in rows if subject in (None, row[3])]

    def take_work(self, other: TableStore) -> None:
        """The queue and the decisions of another database."""
        names = "id, state, proposal, change, version"
        marks = ", ".join("?" * 5)
        self.many(f"INSERT INTO reviews ({names}) VALUES ({marks})", other.run(f"SELECT {names} FROM reviews ORDER BY id"))
        self.run("DELETE FROM audit")  # those of the picks just taken over, which the other tells with their day
        names = "at, who, what, subject, before, after"
        self.many(f"INSERT INTO audit ({names}) VALUES (?, ?, ?, ?, ?, ?)", other.run(f"SELECT {names} FROM audit ORDER BY n"))

    def note(self, who: str, what: str, subject: str, before: Any, after: Any) -> None:
        """Keep a decision; called inside the transaction of what was decided."""
        texts = [None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in (before, after)]
        query = "INSERT INTO audit (at, who, what, subject, before, after) VALUES (?, ?, ?, ?, ?, ?)"
        self.run(query, (now(), who, what, subject, *texts))


def _batches(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Neighbours of one moment, at most :data:`BATCH` of them."""
    for moment, same in groupby(rows, key=lambda row: str(row[0])):
        some: list[tuple[Any, ...]] = []
        for row in same:
            some.append(row)
            if len(some) == BATCH:
                yield moment, some
                some = []
        if some:
            yield moment, some


def now() -> str:
    """The moment, as it is recorded."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
