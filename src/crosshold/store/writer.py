"""Collects rows, writes them as Parquet parts in a folder of its own, and commits them together.

Rows become lines of JSON, and DuckDB turns those into a part, beside the reading and in a thread of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosshold.errors import FileError, Finding
from crosshold.model.entity import Entity
from crosshold.model.picks import Pick
from crosshold.model.statement import CONTENT, Source, Statement
from crosshold.store.columns import (
    COLUMNS,
    line,
    quoted,
    refuse,
    statement_line,
    struct,
)
from crosshold.store.jobs import Import, Job
from crosshold.store.manifest import Manifest, Part, fsync, put, sha256

if TYPE_CHECKING:
    import duckdb

PART_ROWS = 1_000_000
"""Rows of a part at most."""
CHUNK_ROWS = 100_000
"""Rows that are collected before a part is made of them."""
WAITING = 2
"""Collected rows that wait, on disk, while a part is made."""


class Writer:
    """Rows that are not committed yet. ``known_before`` counts statements that were there already, or came twice.

    ``history``: the rows are those of another store, and are taken over one by one with the moments at which they came there.
    """

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        chunk_rows: int = CHUNK_ROWS,
        job: Job | None = None,
        history: Sequence[Import] | None = None,
    ) -> None:
        self.folder, self.old, self.chunk_rows, self.job, self.history = folder, manifest, chunk_rows, job or Job(), history
        self.now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.known_before = 0
        self.rejected: list[Path] = []
        self._tmp = Path(tempfile.mkdtemp(prefix=f"tmp-{os.getpid()}-", dir=folder))
        self._open: dict[str, Any] = {}
        self._rows: dict[str, int] = dict.fromkeys(COLUMNS, 0)
        self._given = 0
        self._made: list[Part] = []
        self._merged: dict[str, Part | None] = {}  # an old part -> the part that stands in its place, if any
        self._rejects: dict[tuple[str, str], Path] = {}
        self._worker = ThreadPoolExecutor(1)
        self._work: deque[Future[None]] = deque()
        self._connection: duckdb.DuckDBPyConnection | None = None

    def add(
        self,
        statements: Iterable[Statement] = (),
        entities: Iterable[Entity] = (),
        sources: Iterable[Source] = (),
        findings: Iterable[Finding] = (),
        picks: Iterable[Pick] = (),
    ) -> None:
        """Take rows in; statements whose id is there already are dropped when the part is made (an import twice changes nothing)."""
        for statement in statements:
            refuse(statement)
            self.take("statements", 1, statement_line(statement, self.now) + b"\n")
        for kind, rows in (("entities", entities), ("sources", sources), ("findings", findings), ("picks", picks)):
            for row in rows:
                self.take(kind, 1, line(row, self.now) + b"\n")

    def moment(self, recorded_at: str) -> None:
        """What is given from now on came in at that moment."""
        self.now = recorded_at

    def reject(self, name: str, lines: Iterable[str], suffix: str = "jsonl") -> None:
        """Keep rejected rows of a file, one a line. :attr:`rejected` says where they are after the commit."""
        target = self._rejects.setdefault((_safe(name), suffix), self._tmp / f"rejects-{len(self._rejects)}")
        with target.open("a", encoding="utf-8", errors="backslashreplace", newline="") as out:
            out.writelines(line + "\n" for line in lines)

    def keep(self, path: Path, digest: str) -> None:
        """Keep the bytes of a file that was read, under their hash."""
        target = self.folder / "blobs" / digest
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, self._tmp / "blob")
            fsync(self._tmp / "blob")
            (self._tmp / "blob").replace(target)

    def take(self, kind: str, rows: int, lines: bytes) -> None:
        """Take rows in that are lines of JSON already (:mod:`crosshold.store.columns`)."""
        out = self._open.get(kind)
        if out is None:
            self._given += 1
            out = self._open[kind] = (self._tmp / f"{kind}-{self._given}.jsonl").open("wb")
        out.write(lines)
        self._rows[kind] += rows
        if self._rows[kind] >= self.chunk_rows:
            self._part(kind)

    def _part(self, kind: str) -> None:
        """Have the collected lines of a kind turned into a part, after those before; a few may wait for it."""
        out = self._open.pop(kind, None)
        if out is None:
            return
        out.close()
        rows, self._rows[kind] = self._rows[kind], 0
        self._done(WAITING)
        self._work.append(self._worker.submit(self._turn, kind, Path(out.name), rows))

    def _done(self, waiting: int = 0) -> None:
        while len(self._work) > waiting:
            self._work.popleft().result()

    def _turn(self, kind: str, lines: Path, given: int) -> None:
        """Rows that are there already are left out: statements by their id, the others by all that they say."""
        db, columns = self._duckdb(), COLUMNS[kind]
        rows = f"read_json(?, format = 'newline_delimited', columns = {struct(columns)}, maximum_object_size = 67108864)"
        db.execute(f"CREATE OR REPLACE TEMP TABLE given AS SELECT * FROM {rows}", [str(lines)])
        lines.unlink()
        before = [self._place(part) for part in (*self.old.parts, *self._made) if part.kind == kind]
        key = "id" if kind == "statements" else f"md5(CAST(row({quoted([n for n in columns if n != 'recorded_at'])}) AS VARCHAR))"
        if self.history is not None:
            self._made_of(kind, f"SELECT {quoted(list(columns))} FROM given", [])
            db.execute("DROP TABLE given")
            return
        conditions = []  # keys alone decide, so that nothing wide is sorted, and the order of the lines is kept
        (unique,) = db.execute(f"SELECT count(DISTINCT {key}) FROM given").fetchone() or (0,)
        words = kind in ("entities", "sources")
        if unique < given:
            conditions.append(f"rowid IN (SELECT {'max' if words else 'min'}(rowid) FROM given GROUP BY {key})")
        if before and words:
            conditions.append(f"id NOT IN (SELECT id FROM ({self._said_already(key, before)}))")
        elif before and kind != "picks":  # a choice made again is a choice
            known = f"SELECT DISTINCT {key} AS key FROM read_parquet(?) WHERE {key} IN (SELECT {key} FROM given)"
            db.execute(f"CREATE OR REPLACE TEMP TABLE seen AS {known}", [before])
            conditions.append(f"{key} NOT IN (SELECT key FROM seen)")
        if kind == "statements":
            self._unlike(before)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        part = self._made_of(kind, f"SELECT {quoted(list(columns))} FROM given{where}", [])
        if kind == "statements":
            self.known_before += given - (part.rows if part else 0)
        db.execute("DROP TABLE given")

    def _said_already(self, key: str, before: list[str]) -> str:
        """Parties and sources about which nothing new is given: every word stands already, and the last of them is the last."""
        place = "list_position(?, filename) * 4294967296 + file_row_number"
        rows = "read_parquet(?, filename = true, file_row_number = true)"
        stored = f"SELECT id, {key} AS key, {place} AS place FROM {rows} WHERE id IN (SELECT id FROM given)"
        self._duckdb().execute(f"CREATE OR REPLACE TEMP TABLE stored AS {stored}", [before, before])
        last = "SELECT id, max_by(key, place) AS last FROM stored GROUP BY id"
        known = "(id, key) IN (SELECT (id, key) FROM stored)"
        rows = f"SELECT id, {key} AS key, rowid AS place FROM given"
        asked = f"SELECT id, max_by(key, place) AS last, bool_and({known}) AS known FROM ({rows}) GROUP BY id"
        return f"SELECT g.id FROM ({asked}) g JOIN ({last}) s USING (id) WHERE g.known AND g.last = s.last"

    def _unlike(self, before: list[str]) -> None:
        """An id that a person gave stands for one statement: another content under it is refused, never dropped."""
        content, db = f"row({quoted(CONTENT)})", self._duckdb()
        labelled = f"SELECT id, {content} AS said FROM given WHERE label IS NOT NULL"
        if not (db.execute("SELECT count(label) FROM given").fetchone() or (0,))[0]:
            return
        if before:
            labelled += (
                f" UNION ALL SELECT id, {content} FROM read_parquet(?) WHERE id IN (SELECT id FROM given WHERE label IS NOT NULL)"
            )
        query = f"SELECT id FROM ({labelled}) GROUP BY id HAVING count(DISTINCT said) > 1 ORDER BY id LIMIT 20"
        twice = db.execute(query, [before] if before else []).fetchall()
        if twice:
            names = ", ".join(name for (name,) in twice)
            message = f"{names}: this id stands for another statement already."
            raise FileError(Finding("C_DUPLICATE_ID", message, "Give it another id, or none.", "statements"))

    def _made_of(self, kind: str, query: str, values: list[Any]) -> Part | None:
        target, db = self._tmp / f"{kind}-{len(self._made)}.parquet", self._duckdb()
        place = str(target).replace("'", "''")
        db.execute(f"COPY ({query}) TO '{place}' (FORMAT parquet, COMPRESSION zstd)", values)
        known = "min(known_on), max(known_on)" if kind == "statements" else "NULL, NULL"
        row = db.execute(f"SELECT count(*), {known} FROM read_parquet(?)", [str(target)]).fetchone()
        assert row is not None
        if row[0] == 0:
            target.unlink()
            return None
        fsync(target)
        digest = sha256(target)
        part = Part(f"{kind}/{digest[:16]}.parquet", kind, row[0], target.stat().st_size, digest, (row[1], row[2]))
        target.rename(self._tmp / Path(part.path).name)
        # the same words again, after others, are the last
        self._made = [p for p in self._made if p.path != part.path] + [part]
        return part

    def _place(self, part: Part) -> str:
        own = self._tmp / Path(part.path).name
        return str(own if own.exists() else self.folder / part.path)

    def _duckdb(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._connection = connect(self._tmp / "spill", "350MB", threads=1)
        return self._connection

    def merge(self) -> None:
        """Parts of a kind that together fit into one are written as one."""
        for kind in COLUMNS:
            for small in _bundles([part for part in self.old.parts if part.kind == kind]):
                paths = [str(self.folder / part.path) for part in small]
                rows = f"SELECT {quoted(list(COLUMNS[kind]))} FROM read_parquet(?, file_row_number = true, filename = true)"
                made = self._made_of(kind, f"{rows} ORDER BY list_position(?, filename), file_row_number", [paths, paths])
                self._merged |= {**{part.path: None for part in small}, small[0].path: made}

    def commit(self) -> None:
        """Put the parts in their place, then the manifest over the old one: the only moment that counts."""
        for kind in list(self._open):
            self._part(kind)
        self._done()
        self.rejected = [self._kept(name, suffix, path) for (name, suffix), path in self._rejects.items()]
        if not self._made and not self._merged and self.history is None:
            return
        self._remember()
        for part in self._made:
            target = self.folder / part.path
            target.parent.mkdir(exist_ok=True)
            (self._tmp / target.name).replace(target)
            fsync(target.parent)
        previous = hashlib.sha256((self.folder / "manifest.json").read_bytes()).hexdigest()
        put(self.folder / "manifest.json", Manifest(self.old.generation + 1, self._parts(), previous).text().encode())

    def _remember(self) -> None:
        """The rows of the history; a compaction brings nothing in and is none."""
        new = sum(part.rows for part in self._made if part.kind == "statements")
        own = Import(
            self.old.generation + 1, self.now, self.job.what, self.job.by, [*map(dict, self.job.files)], new, self.known_before
        )
        for row in [own] if self.history is None and not self._merged else self.history or ():
            said = row._asdict()
            self.take("imports", 1, line(said, said.pop("recorded_at")) + b"\n")
        self._part("imports")
        self._done()

    def _kept(self, name: str, suffix: str, path: Path) -> Path:
        """A file of rejected rows in its place, under a name that says its content: the same rows again are the same file."""
        target = self.folder / "rejects" / f"{name}.{sha256(path)[:8]}.{suffix}"
        target.parent.mkdir(exist_ok=True)
        path.replace(target)
        return target

    def _parts(self) -> tuple[Part, ...]:
        """What counts from now on, in the order in which it came; parts are named by content: the same rows again are the same part."""
        old = [self._merged.get(part.path, part) for part in self.old.parts]
        return tuple({part.path: part for part in (*old, *self._made) if part is not None}.values())

    def close(self) -> None:
        """Remove the folder of this writer."""
        self._worker.shutdown(cancel_futures=True)
        for stream in self._open.values():
            with contextlib.suppress(OSError):  # a full disk, told before
                stream.close()
        if self._connection is not None:
            self._connection.close()
        shutil.rmtree(self._tmp, ignore_errors=True)


def _safe(name: str) -> str:
    """A name for a file of ours, whatever the file of theirs is called."""
    made = "".join(c if c.isalnum() or c in "-_." else "_" for c in Path(name).name)[:80].lstrip(".")
    return made or "rows"


def _bundles(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Neighbours that together fit into one part; the order of the parts stays."""
    bundle: list[Part] = []
    for part in parts:
        if bundle and sum(p.rows for p in bundle) + part.rows > PART_ROWS:
            if len(bundle) > 1:
                yield bundle
            bundle = []
        bundle.append(part)
    if len(bundle) > 1:
        yield bundle


def reject_line(where: str, code: str, text: str, raw: str, **more: str) -> str:
    """A rejected row as a line of its file."""
    return json.dumps({"where": where, "code": code, "text": text, "raw": raw, **more}, ensure_ascii=False)


def connect(spill: Path, memory: str = "1500MB", threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """DuckDB in memory, which spills into ``spill`` and fetches nothing from anywhere."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory, "temp_directory": str(spill), "autoinstall_known_extensions": False,
    }  # fmt: skip
    if threads is not None:
        config["threads"] = threads
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET enable_progress_bar = false")
    return connection
