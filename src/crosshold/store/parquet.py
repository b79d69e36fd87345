"""The durable form of a Register (spec/evidence 5): a folder of Parquet parts that never change, and a manifest of those that count.

Renaming the new manifest over the old one is the only moment at which anything changes: a crash at any other leaves the old generation
or the new. A reader keeps the generation it opened. One writer at a time holds the lock.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from crosshold.errors import FileError, Finding, RequestError
from crosshold.model.entity import Entity, merged
from crosshold.model.register import Register
from crosshold.model.statement import CONTENT
from crosshold.model.statements import Made, Statements
from crosshold.store.columns import COLUMNS, MADE, asked, entity, finding, import_row, imported, pick, source
from crosshold.store.jobs import Import, Job, Rows
from crosshold.store.lock import WAIT_S, locked
from crosshold.store.manifest import FORMAT, Manifest, Part, put, read_manifest
from crosshold.store.writer import Writer, connect

RESTORE = "Restore it from a copy."
GRACE_S = 24 * 3600.0
"""Unreferenced parts younger than this stay: a reader may still have an older generation open."""


def is_store(path: Path) -> bool:
    """Whether a path is a register folder."""
    return (path / "manifest.json").is_file()


class ParquetStore:
    """A register folder, opened at its present generation. ``salvage`` answers from the parts that are whole and says what is missing."""

    def __init__(self, folder: Path, *, salvage: bool = False) -> None:
        self.folder, self.salvage = folder, salvage
        self.manifest = read_manifest(folder)
        self.findings: list[Finding] = []
        kept = []
        for part in self.manifest.parts:
            fault = part.damage(folder) if salvage else part.fault(folder)
            if fault is None:
                kept.append(part)
            elif salvage:
                self.findings.append(
                    Finding("W_PART_MISSING", f"{fault} Its {part.rows:,} rows are not in any answer.", "", part.path)
                )
            else:
                raise FileError(Finding("E_FILE", fault, "Restore it, or say --salvage to answer without it.", part.path))
        self.parts = tuple(kept)

    @property
    def generation(self) -> int:
        """How many times it was changed."""
        return self.manifest.generation

    @classmethod
    def create(cls, folder: Path) -> ParquetStore:
        """A new, empty register folder. ``E_WRITE`` when something else is there."""
        try:
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise RequestError(Finding("E_WRITE", "something is there already.", "Name a new folder.", str(folder)))
            folder.mkdir(parents=True, exist_ok=True)
            put(folder / "manifest.json", Manifest().text().encode())
        except (OSError, ValueError) as error:
            message = f"nothing can be written there ({getattr(error, 'strerror', error)})."
            raise RequestError(Finding("E_WRITE", message, "Name a folder that may be written.", str(folder))) from None
        return cls(folder)

    def close(self) -> None:
        """Nothing stays open between questions."""

    # -- reading -------------------------------------------------------------------------------------------------------------------
    def register(self, *, as_recorded: datetime | None = None) -> Register:
        """The whole Register in columns: statements in the order in which they came, later words about an entity or source win.

        ``as_recorded`` leaves out what came in after that moment: what the register answered then, it answers again.
        """
        entities: dict[str, Entity] = {}
        for row in self._rows("entities", as_recorded):
            new = entity(row)
            old = entities.get(new.id)
            entities[new.id] = new if old is None or old == new else merged(old, new)
        sources = {row["id"]: source(row) for row in self._rows("sources", as_recorded)}
        picks = {(made := pick(row)).slot: made for row in self._rows("picks", as_recorded)}
        return Register(
            self.statements(as_recorded), sources=sources, entities=entities, picks=tuple(picks.values()),
            defaults={"case": self.folder.name},
            notional=True, believe="picks" if picks else "latest-firm", findings=(*self._imported(as_recorded), *self.findings),
        )  # fmt: skip

    def told(self, as_recorded: datetime | None = None) -> list[Finding]:
        """What the imports had to tell, in their order."""
        return [finding(row) for row in self._rows("findings", as_recorded)]

    def _imported(self, as_recorded: datetime | None) -> list[Finding]:
        """The same in one sentence, for answers that rest on it."""
        return imported(self._rows("findings", as_recorded), self.folder.name)

    def statements(self, as_recorded: datetime | None = None) -> Statements:
        """All statements in columns; those of which nothing is said in any row are not read."""
        paths = self.paths("statements")
        if not paths:
            return Statements()
        names = ("id", "label", *CONTENT)
        rows, values = self._scan(paths, as_recorded)
        with contextlib.closing(connect(self._spill())) as db:
            told = ", ".join(f'count("{name}")' for name in names)
            counted = db.execute(f"SELECT count(*), {told} FROM ({rows})", values).fetchone()
            assert counted is not None
            used = [name for name, count in zip(names, counted[1:], strict=True) if count]
            columns: dict[str, list[Any]] = {name: [] for name in used}
            cursor = db.execute(f"SELECT {', '.join(asked(n) for n in used)} FROM ({rows})", values) if used else db
            kept: dict[str, dict[Any, Any]] = {name: {} for name in used}  # a word that repeats is kept once
            while used and (part := cursor.fetchmany(50_000)):
                for name, cells in zip(used, zip(*part, strict=True), strict=True):
                    repeats = name not in ("id", "where", "extra")
                    columns[name].extend(map(kept[name].setdefault, cells, cells) if repeats and name != "joint" else cells)
        made = {n: Made(columns[n], MADE[n]) if n in MADE else columns[n] for n in used if n != "id"}
        return Statements.of(made, counted[0], columns.get("id"))

    def count(self, kind: str = "statements") -> int:
        """Rows of a kind."""
        return sum(part.rows for part in self.parts if part.kind == kind)

    def history(self) -> list[Import]:
        """What came in, in its order. Of a register of format 1 only the moments and the numbers of statements are known."""
        if self.manifest.format > 1:
            return sorted(import_row(row) for row in self._rows("imports", None))
        counts: Counter[str] = Counter()
        for kind in ("entities", "findings", "picks", "sources", "statements"):
            for batch in self._batches(kind, ["recorded_at"]):
                counts.update({moment: 0 for (moment,) in batch} if kind != "statements" else (moment for (moment,) in batch))
        return [Import(n, moment, "import", "", [], counts[moment], 0) for n, moment in enumerate(sorted(counts), 1)]

    def rows(self) -> Iterator[Rows]:
        """Everything that counts, as it is moved to another store."""
        makes: dict[str, Any] = {"entities": entity, "sources": source, "findings": finding, "picks": pick}
        for kind, make in makes.items():
            for moment, same in groupby(self._rows(kind, None), key=lambda row: str(row["recorded_at"])):
                while made := [make(row) for row in islice(same, 10_000)]:
                    yield Rows(moment, **{kind: made})
        names = ("id", "label", *CONTENT, "recorded_at")
        for batch in self._batches("statements", [asked(name) for name in names]):
            for moment, some in groupby(batch, key=lambda row: str(row[-1])):
                columns = dict(zip(names, zip(*some, strict=True), strict=True))
                told = {n: Made(c, MADE[n]) if n in MADE else c for n, c in columns.items() if n not in ("id", "recorded_at")}
                yield Rows(moment, statements=Statements.of(told, len(columns["id"]), columns["id"]))

    def rejects(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Files of rejected rows: a name and its lines."""
        for path in sorted((self.folder / "rejects").glob("*")):
            with path.open(encoding="utf-8", errors="backslashreplace", newline="\n") as lines:
                yield path.name, (line.removesuffix("\n") for line in lines)

    def paths(self, kind: str) -> list[str]:
        """The parts of a kind, to be read. Every byte is looked at before: a wrong one might be read as another number (``E_FILE``)."""
        parts = [part for part in self.parts if part.kind == kind]
        if not self.salvage and (faults := self._damage(parts, f"{RESTORE[:-1]}, or say --salvage to answer without it.")):
            raise FileError(faults)
        return [str(self.folder / part.path) for part in parts]

    def _scan(self, paths: list[str], as_recorded: datetime | None) -> tuple[str, list[Any]]:
        """Rows of parts in the order of the manifest, up to a moment."""
        query = "SELECT * FROM read_parquet(?)"
        if as_recorded is None:
            return query, [paths]
        return f"{query} WHERE CAST(recorded_at AS TIMESTAMPTZ) <= CAST(? AS TIMESTAMPTZ)", [paths, as_recorded.isoformat()]

    def _rows(self, kind: str, as_recorded: datetime | None) -> Iterator[dict[str, Any]]:
        names = list(COLUMNS[kind])
        for batch in self._batches(kind, [f'"{name}"' for name in names], as_recorded):
            for row in batch:
                yield dict(zip(names, row, strict=True))

    def _batches(self, kind: str, columns: list[str], as_recorded: datetime | None = None) -> Iterator[list[tuple[Any, ...]]]:
        """Rows of a kind, some thousands at a time."""
        paths = self.paths(kind)
        if not paths:
            return
        rows, values = self._scan(paths, as_recorded)
        with contextlib.closing(connect(self._spill())) as db:
            cursor = db.execute(f"SELECT {', '.join(columns)} FROM ({rows})", values)
            while batch := cursor.fetchmany(10_000):
                yield batch

    def _damage(self, parts: Iterable[Part], cure: str = RESTORE) -> list[Finding]:
        return [Finding("E_FILE", fault, cure, part.path) for part in parts if (fault := part.damage(self.folder))]

    def _spill(self) -> Path:
        """Where DuckDB puts what does not fit in memory; it makes the folder when it needs it and removes it."""
        return self.folder / f"spill-{os.getpid()}"

    # -- writing -------------------------------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def writing(
        self, wait_s: float = WAIT_S, job: Job | None = None, history: Sequence[Import] | None = None
    ) -> Iterator[Writer]:
        """The one writer. What it was given is committed when the block ends without an error, and forgotten otherwise.

        A register of an older format is ``C_VERSION``. A disk that is full or breaks is ``E_WRITE``; the old generation stays.
        """
        import duckdb

        with locked(self.folder, wait_s):
            manifest = read_manifest(self.folder)
            if manifest.format < FORMAT:
                message = f"this register has format {manifest.format}, which is read; written is format {FORMAT}."
                raise FileError(Finding("C_VERSION", message, "Rewrite it into a new one: crosshold migrate.", str(self.folder)))
            self._clean(manifest)
            writer = None
            try:
                writer = Writer(self.folder, manifest, job=job, history=history)
                yield writer
                writer.commit()
            except (OSError, duckdb.Error) as error:
                if isinstance(error, duckdb.Error):
                    if faults := self._damage(manifest.parts):
                        raise FileError(faults) from None
                    if not isinstance(error, (duckdb.IOException, duckdb.OutOfMemoryException)):
                        raise
                said = getattr(error, "strerror", None) or str(error).splitlines()[0]
                message = f"it could not be written ({said}); the register is as it was."
                raise RequestError(
                    Finding("E_WRITE", message, "Free some space, or check its permissions, and run it again.", str(self.folder))
                ) from None
            finally:
                if writer is not None:
                    writer.close()
        self.manifest = read_manifest(self.folder)
        self.parts = self.manifest.parts

    def _unfinished(self) -> list[Path]:
        """Folders of writers: of one that is at work, or that did not come to its end."""
        return sorted(self.folder.glob("tmp-*"))

    def _clean(self, manifest: Manifest) -> None:
        """After a writer that did not end (the lock is ours, so none is at work): every part is looked at, then its folder goes."""
        left = self._unfinished()
        if left and (faults := self._damage(manifest.parts)):
            raise FileError(faults)
        for path in left:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)

    # -- care ----------------------------------------------------------------------------------------------------------------------
    def check(self) -> list[Finding]:
        """Every part against its hash, and what lies in the folder without belonging to it."""
        found = self._damage(self.manifest.parts)
        for path in self.unreferenced():
            place = str(path.relative_to(self.folder))
            found.append(Finding("N_UNREFERENCED", "no generation uses it.", "'compact' removes it after a day.", place))
        return found

    def unreferenced(self) -> list[Path]:
        """Files of parts, and folders of writers that did not end, that the present generation does not use."""
        used = {self.folder / part.path for part in self.manifest.parts}
        there = [p for kind in COLUMNS for p in sorted((self.folder / kind).glob("*")) if p not in used]
        return [*there, *self._unfinished(), *sorted(self.folder.glob("spill-*"))]

    def compact(self, *, wait_s: float = WAIT_S, grace_s: float = GRACE_S) -> int:
        """Put small parts of a kind together and remove what no reader can need any more; how many files went."""
        with self.writing(wait_s) as writer:
            writer.merge()
        removed = 0
        with locked(self.folder, wait_s):
            for path in self.unreferenced():
                if time.time() - path.lstat().st_mtime >= grace_s:
                    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
                    removed += 1
        return removed
