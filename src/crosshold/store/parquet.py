"""The durable form of a Register (spec/evidence 5): a folder of Parquet parts that never change, and a manifest of those that count.

Renaming the new manifest over the old one is the only moment at which anything changes: a crash at any other leaves the old generation
or the new. A reader keeps the generation it opened. One writer at a time holds the lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosshold.errors import FileError, Finding, RequestError
from crosshold.model.entity import Entity
from crosshold.model.register import Register, Statements
from crosshold.model.statement import CONTENT, Source, Statement, from_plain

if TYPE_CHECKING:
    import duckdb

FORMAT = 1
PART_ROWS = 1_000_000
GRACE_S = 24 * 3600.0
"""Unreferenced parts younger than this stay: a reader may still have an older generation open."""
_SHARE = (
    "STRUCT(point VARCHAR, low VARCHAR, high VARCHAR, low_open BOOLEAN, high_open BOOLEAN, bounds_from VARCHAR, text VARCHAR)"
)
_TYPES = {
    "shares": "BIGINT",
    "votes": "BIGINT",
    "exit": "BOOLEAN",
    "share": _SHARE,
    "vote_share": _SHARE,
    "joint": "VARCHAR[]",
    "extra": "JSON",
}
_STATEMENTS = {"id": "VARCHAR", "label": "VARCHAR", **{n: _TYPES.get(n, "VARCHAR") for n in CONTENT}, "recorded_at": "VARCHAR"}
_ENTITIES = {
    "id": "VARCHAR", "name": "VARCHAR", "kind": "VARCHAR", "jurisdiction": "VARCHAR", "form": "VARCHAR", "listed": "BOOLEAN",
    "sme": "BOOLEAN", "identifiers": "VARCHAR[][]", "recorded_at": "VARCHAR",
}  # fmt: skip
_SOURCES = {**{f.name: "VARCHAR" for f in fields(Source)}, "recorded_at": "VARCHAR"}
_FINDINGS = {"code": "VARCHAR", "message": "VARCHAR", "cure": "VARCHAR", "where": "VARCHAR", "recorded_at": "VARCHAR"}
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "entities": _ENTITIES, "findings": _FINDINGS, "sources": _SOURCES, "statements": _STATEMENTS,
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One file that counts."""

    path: str
    kind: str
    rows: int
    bytes: int
    sha256: str
    known_on: tuple[str | None, str | None] = (None, None)


@dataclass(frozen=True)
class Manifest:
    """A generation: its parts, and the hash of the manifest before it."""

    generation: int = 0
    parts: tuple[Part, ...] = ()
    previous: str | None = None

    def text(self) -> str:
        """The file."""
        parts = [{**vars_of(part), "known_on": list(part.known_on)} for part in self.parts]
        return json.dumps({"format": FORMAT, "generation": self.generation, "parts": parts, "previous": self.previous}, indent=1)


def vars_of(part: Part) -> dict[str, Any]:
    """The fields of a part."""
    return {f.name: getattr(part, f.name) for f in fields(part)}


class ParquetStore:
    """A register folder, opened at its present generation. ``salvage`` answers from the parts that are whole and says what is missing."""

    def __init__(self, folder: Path, *, salvage: bool = False) -> None:
        self.folder, self.salvage = folder, salvage
        self.manifest = _manifest(folder)
        self.findings: list[Finding] = []
        kept = []
        for part in self.manifest.parts:
            fault = _fault(folder, part)
            if fault is None:
                kept.append(part)
            elif salvage:
                self.findings.append(
                    Finding("W_PART_MISSING", f"{fault} Its {part.rows:,} rows are not in any answer.", "", part.path)
                )
            else:
                raise FileError(Finding("E_FILE", fault, "Restore it, or say --salvage to answer without it.", part.path))
        self.parts = tuple(kept)

    @classmethod
    def create(cls, folder: Path) -> ParquetStore:
        """A new, empty register folder. ``E_WRITE`` when something else is there."""
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise RequestError(Finding("E_WRITE", "something is there already.", "Name a new folder.", str(folder)))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _put(folder / "manifest.json", Manifest().text().encode())
        except OSError as error:
            raise RequestError(Finding("E_WRITE", f"nothing can be written there ({error.strerror}).", "", str(folder))) from None
        return cls(folder)

    # -- reading -------------------------------------------------------------------------------------------------------------------
    def register(self) -> Register:
        """The whole Register in memory: statements in the order in which they came, later words about an entity or source win."""
        entities: dict[str, Entity] = {}
        for row in self._rows("entities"):
            new = _entity(row)
            old = entities.get(new.id)
            entities[new.id] = new if old is None else _merged(old, new)
        sources = {row["id"]: _source(row) for row in self._rows("sources")}
        told = [Finding(r["code"], r["message"], r["cure"] or "", r["where"] or "") for r in self._rows("findings")]
        return Register(Statements(self.statements()), sources=sources, entities=entities, findings=(*told, *self.findings))

    def statements(self, where: str = "", values: Sequence[Any] = ()) -> Iterator[Statement]:
        """Statements one by one; ``where`` is a condition in SQL over the columns, of this program and never of a user."""
        for row in self._rows("statements", where, values):
            row.pop("recorded_at")
            label, _ = row.pop("label"), row.pop("id")
            content = {k: v for k, v in row.items() if v is not None and v != []}
            if "extra" in content:
                content["extra"] = json.loads(content["extra"])
            yield from_plain(content, label)

    def count(self, kind: str = "statements") -> int:
        """Rows of a kind."""
        return sum(part.rows for part in self.parts if part.kind == kind)

    def _rows(self, kind: str, where: str = "", values: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
        paths = [str(self.folder / part.path) for part in self.parts if part.kind == kind]
        if not paths:
            return
        with _connected(self.folder) as connection:
            names = list(COLUMNS[kind])
            wanted = ", ".join(f'"{n}"' for n in names)
            asked = f"SELECT {wanted} FROM read_parquet(?, file_row_number = true, filename = true)"
            order = ", ".join(["list_position(?, filename)", "file_row_number"])
            cursor = connection.execute(f"{asked} {where} ORDER BY {order}", [paths, *values, paths])
            while rows := cursor.fetchmany(10_000):
                for row in rows:
                    yield dict(zip(names, row, strict=True))

    # -- writing -------------------------------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def writing(self, wait_s: float = 10.0) -> Iterator[Writer]:
        """The one writer. What it was given is committed when the block ends without an error, and forgotten otherwise."""
        with _locked(self.folder, wait_s):
            writer = Writer(self.folder, _manifest(self.folder))
            try:
                yield writer
                writer.commit()
            finally:
                writer.close()
        self.manifest = _manifest(self.folder)
        self.parts = self.manifest.parts

    # -- care ----------------------------------------------------------------------------------------------------------------------
    def check(self) -> list[Finding]:
        """Every part against its hash, and what lies in the folder without belonging to it."""
        found = []
        for part in self.manifest.parts:
            fault = _fault(self.folder, part)
            if fault is None and _sha256(self.folder / part.path) != part.sha256:
                fault = "its content is not what was written."
            if fault:
                found.append(Finding("E_FILE", fault, "Restore it from a copy.", part.path))
        for path in self.unreferenced():
            found.append(
                Finding(
                    "N_UNREFERENCED",
                    "no generation uses it.",
                    "'compact' removes it after a day.",
                    str(path.relative_to(self.folder)),
                )
            )
        return found

    def unreferenced(self) -> list[Path]:
        """Files of parts, and folders of writers that did not end, that the present generation does not use."""
        used = {self.folder / part.path for part in self.manifest.parts}
        there = [p for kind in COLUMNS for p in sorted((self.folder / kind).glob("*")) if p not in used]
        return [*there, *sorted(self.folder.glob("tmp-*"))]

    def compact(self, *, grace_s: float = GRACE_S, wait_s: float = 10.0) -> int:
        """Put small parts of a kind together and remove what no reader can need any more; how many files went."""
        with self.writing(wait_s) as writer:
            writer.merge()
        removed = 0
        with _locked(self.folder, wait_s):
            for path in self.unreferenced():
                if time.time() - path.stat().st_mtime >= grace_s:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                    removed += 1
        return removed


class Writer:
    """Collects rows, writes them as parts in a folder of its own, and commits them together."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.old = folder, manifest
        self.now = datetime.now(UTC).isoformat(timespec="seconds")
        self._tmp = Path(tempfile.mkdtemp(prefix=f"tmp-{os.getpid()}-", dir=folder))
        self._open: dict[str, Any] = {}
        self._rows: dict[str, int] = dict.fromkeys(COLUMNS, 0)
        self._made: list[Part] = []
        self._gone: set[str] = set()
        self._rejects: dict[str, Path] = {}
        self.known_before = 0

    def add(
        self,
        statements: Iterable[Statement] = (),
        entities: Iterable[Entity] = (),
        sources: Iterable[Source] = (),
        findings: Iterable[Finding] = (),
    ) -> None:
        """Take rows in; statements whose id is there already are dropped when the part is made (an import twice changes nothing)."""
        for statement in statements:
            content = statement.canonical()
            label = json.dumps(statement.label, ensure_ascii=False)
            name = json.dumps(statement.id, ensure_ascii=False)
            self._line("statements", f'{{"id": {name}, "label": {label}, "recorded_at": "{self.now}", {content[1:]}')
        for entity in entities:
            self._line("entities", json.dumps({**_fields(entity), "recorded_at": self.now}, ensure_ascii=False))
        for source in sources:
            self._line("sources", json.dumps({**_fields(source), "recorded_at": self.now}, ensure_ascii=False, default=str))
        for finding in findings:
            row = {"code": finding.code, "message": finding.message, "cure": finding.cure, "where": finding.where}
            self._line("findings", json.dumps({**row, "recorded_at": self.now}, ensure_ascii=False))

    def reject(self, name: str, lines: Iterable[str]) -> Path:
        """Keep rejected rows of a file, one JSON object a line; where they will be found."""
        safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in Path(name).name)[:80] or "rows"
        target = self._rejects.setdefault(name, self._tmp / f"{safe}.{self.old.generation + 1}.jsonl")
        with target.open("a", encoding="utf-8") as out:
            out.writelines(line + "\n" for line in lines)
        return self.folder / "rejects" / target.name

    def _line(self, kind: str, line: str) -> None:
        if kind not in self._open:
            self._open[kind] = (self._tmp / f"{kind}.jsonl").open("w", encoding="utf-8")
        self._open[kind].write(line + "\n")
        self._rows[kind] += 1
        if self._rows[kind] >= PART_ROWS:
            self._part(kind)

    def _part(self, kind: str) -> None:
        """Turn the collected lines of a kind into a part."""
        if not self._rows[kind]:
            return
        self._open.pop(kind).close()
        lines, given = self._tmp / f"{kind}.jsonl", self._rows[kind]
        self._rows[kind] = 0
        columns = COLUMNS[kind]
        before = [
            self._place(part) for part in (*self.old.parts, *self._made) if part.kind == kind and part.path not in self._gone
        ]
        asked = f"SELECT * FROM read_json(?, format = 'newline_delimited', columns = {_struct(columns)}, maximum_object_size = 67108864)"
        if kind == "statements":
            asked = f"SELECT * FROM (SELECT *, row_number() OVER () AS n FROM ({asked})) "
            asked += "QUALIFY row_number() OVER (PARTITION BY id ORDER BY n) = 1"
            if before:
                asked = f"SELECT * FROM ({asked}) WHERE id NOT IN (SELECT id FROM read_parquet(?))"
            asked = f"SELECT * EXCLUDE n FROM ({asked}) ORDER BY n"
        part = self._made_of(kind, asked, [str(lines), *([before] if kind == "statements" and before else [])])
        self.known_before += given - (part.rows if part else 0) if kind == "statements" else 0
        lines.unlink()

    def _made_of(self, kind: str, asked: str, values: list[Any]) -> Part | None:
        target = self._tmp / f"{kind}-{len(self._made)}.parquet"
        with _connected(self.folder) as connection:
            place = str(target).replace("'", "''")
            connection.execute(f"COPY ({asked}) TO '{place}' (FORMAT parquet, COMPRESSION zstd)", values)
            known = "min(known_on), max(known_on)" if kind == "statements" else "NULL, NULL"
            row = connection.execute(f"SELECT count(*), {known} FROM read_parquet(?)", [str(target)]).fetchone()
        assert row is not None
        if row[0] == 0:
            target.unlink()
            return None
        _fsync(target)
        digest = _sha256(target)
        part = Part(f"{kind}/{digest[:16]}.parquet", kind, row[0], target.stat().st_size, digest, (row[1], row[2]))
        target.rename(self._tmp / Path(part.path).name)
        self._made.append(part)
        return part

    def _place(self, part: Part) -> str:
        own = self._tmp / Path(part.path).name
        return str(own if own.exists() else self.folder / part.path)

    def merge(self) -> None:
        """Parts of a kind that together fit into one are written as one."""
        for kind in COLUMNS:
            small = [part for part in self.old.parts if part.kind == kind and part.rows < PART_ROWS]
            if len(small) > 1 and sum(part.rows for part in small) <= PART_ROWS:
                paths = [str(self.folder / part.path) for part in small]
                names = ", ".join(f'"{n}"' for n in COLUMNS[kind])
                asked = f"SELECT {names} FROM read_parquet(?, file_row_number = true, filename = true)"
                self._made_of(kind, f"{asked} ORDER BY list_position(?, filename), file_row_number", [paths, paths])
                self._gone |= {part.path for part in small}

    def commit(self) -> None:
        """Put the parts in their place, then the manifest over the old one: the only moment that counts."""
        for kind in list(self._open):
            self._part(kind)
        if not self._made and not self._rejects:
            return
        for part in self._made:
            target = self.folder / part.path
            target.parent.mkdir(exist_ok=True)
            (self._tmp / target.name).replace(target)
            _fsync(target.parent)
        for path in self._rejects.values():
            (self.folder / "rejects").mkdir(exist_ok=True)
            path.replace(self.folder / "rejects" / path.name)
        previous = hashlib.sha256((self.folder / "manifest.json").read_bytes()).hexdigest()
        # parts are named by their content: the same rows again are the same part
        parts = {p.path: p for p in (*self.old.parts, *self._made) if p.path not in self._gone}
        new = Manifest(self.old.generation + 1, tuple(parts.values()), previous)
        _put(self.folder / "manifest.json", new.text().encode())

    def close(self) -> None:
        """Remove the folder of this writer."""
        for stream in self._open.values():
            stream.close()
        shutil.rmtree(self._tmp, ignore_errors=True)


def _manifest(folder: Path) -> Manifest:
    try:
        data = json.loads((folder / "manifest.json").read_bytes())
        version = data["format"]
        if isinstance(version, int) and version > FORMAT:
            message = f"this register has format {version}; this crosshold reads up to {FORMAT}."
            raise FileError(Finding("C_VERSION", message, "Use a newer crosshold.", str(folder)))
        parts = tuple(
            Part(p["path"], p["kind"], int(p["rows"]), int(p["bytes"]), p["sha256"], tuple(p.get("known_on") or (None, None)))
            for p in data["parts"]
        )
        bad = [p.path for p in parts if p.kind not in COLUMNS or Path(p.path).parts != (p.kind, Path(p.path).name)]
        if bad:
            raise ValueError(f"{bad[0]!r} is no part of a register")
        return Manifest(int(data["generation"]), parts, data.get("previous"))
    except FileNotFoundError:
        message = "this folder is no register: it has no manifest.json."
        raise FileError(Finding("E_FILE", message, "Name a register folder, or make one with 'import'.", str(folder))) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError(
            Finding("E_FILE", f"manifest.json cannot be read ({error}).", "Restore it from a copy.", str(folder))
        ) from None


def _fault(folder: Path, part: Part) -> str | None:
    path = folder / part.path
    if not path.is_file():
        return "this part is missing."
    size = path.stat().st_size
    return None if size == part.bytes else f"this part has {size:,} bytes instead of {part.bytes:,}."


@contextlib.contextmanager
def _locked(folder: Path, wait_s: float) -> Iterator[None]:
    """Hold the folder's lock; ``E_LOCKED`` names who has it when it does not come free in time."""
    path = folder / "lock"
    with path.open("a+", encoding="utf-8") as lock:
        until = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    lock.seek(0)
                    who = lock.read().strip() or "another program"
                    message = f"{who} is writing to this register, and did not end within {wait_s:g} s."
                    raise RequestError(Finding("E_LOCKED", message, "Wait for it, or raise --wait.", str(folder))) from None
                time.sleep(0.05)
        lock.seek(0)
        lock.truncate()
        lock.write(f"process {os.getpid()} on {socket.gethostname()}")
        lock.flush()
        yield


@contextlib.contextmanager
def _connected(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    with tempfile.TemporaryDirectory(prefix="tmp-", dir=folder, ignore_cleanup_errors=True) as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": "1500MB", "temp_directory": spill, "autoinstall_known_extensions": False,
        }  # fmt: skip
        with duckdb.connect(":memory:", config=config) as connection:
            connection.execute("SET enable_progress_bar = false")
            yield connection


def _put(target: Path, content: bytes) -> None:
    """Write beside the target, flush to the disk, rename over it."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix="tmp-manifest-", delete=False) as out:
        try:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
            Path(out.name).replace(target)
        except BaseException:
            Path(out.name).unlink(missing_ok=True)
            raise
    _fsync(target.parent)


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _struct(columns: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items()) + "}"


def _fields(thing: Any) -> dict[str, Any]:
    return {f.name: getattr(thing, f.name) for f in fields(thing)}


def _entity(row: Mapping[str, Any]) -> Entity:
    values = {k: v for k, v in row.items() if k != "recorded_at" and v is not None}
    values["identifiers"] = tuple((a, b) for a, b in row["identifiers"] or ())
    return Entity(**values)


def _source(row: Mapping[str, Any]) -> Source:
    values = {k: v for k, v in row.items() if k != "recorded_at" and v is not None}
    if "published_on" in values:
        values["published_on"] = date.fromisoformat(values["published_on"])
    return Source(**values)


def _merged(old: Entity, new: Entity) -> Entity:
    """What the later one says, and what only the earlier one says."""
    said = {f.name: getattr(new, f.name) for f in fields(new) if getattr(new, f.name) not in (None, "", (), "unknown")}
    if said.get("name") == new.id and old.name != old.id:
        said.pop("name")
    pairs = tuple(dict.fromkeys((*old.identifiers, *new.identifiers)))
    return replace(old, **{**said, "identifiers": pairs})
