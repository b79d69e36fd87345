"""A register from one store into another, or from an older format into the present one: into a new place, never over the old."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from crosshold.errors import Finding, RequestError
from crosshold.store.jobs import Job
from crosshold.store.lock import WAIT_S
from crosshold.store.manifest import Manifest, fsync
from crosshold.store.opening import Store, create_store, is_address, open_store
from crosshold.store.parquet import ParquetStore
from crosshold.store.table_writer import TableWriter
from crosshold.store.tables import TableStore
from crosshold.store.writer import Writer


def migrate(old: str | Path, new: str | Path, wait_s: float = WAIT_S) -> list[Finding]:
    """Every row of a store into a new one, with its id, its place in the order and the moment at which it came in.

    The new one appears whole at the end or not at all; the old one is only read. What the new kind of store cannot hold is told
    (``W_LOST_ON_EXPORT``). ``E_WRITE`` when something is in the new place already.
    """
    source = open_store(old)
    try:
        if is_address(new):
            target = create_store(new, wait_s)
            try:
                if target.generation:
                    raise RequestError(Finding("E_WRITE", "there is a register already.", "Name another schema.", str(new)))
                _move(source, target, wait_s)
            finally:
                target.close()
            return _lost(source, to_folder=False)
        place = Path(new).absolute()
        if place.exists() or place.is_symlink() or not place.parent.is_dir():
            raise RequestError(Finding("E_WRITE", "a new name in a folder that is there is needed.", "Name another.", str(new)))
        made = Path(tempfile.mkdtemp(prefix=f".{place.name[:60]}-migrating-", dir=place.parent))
        try:
            target = create_store(made / f"new{place.suffix}", wait_s)
            _move(source, target, wait_s)
            if isinstance(target, TableStore):
                target.tidy()
                target.close()
            if place.exists():
                raise RequestError(Finding("E_WRITE", "something came there meanwhile.", "Name another.", str(new)))
            (made / f"new{place.suffix}").rename(place)
            fsync(place.parent)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return _lost(source, to_folder=isinstance(target, ParquetStore))
    except OSError as error:
        message = f"it could not be written ({error.strerror or error}); the old register is as it was."
        raise RequestError(
            Finding("E_WRITE", message, "Free some space, or check its permissions, and run it again.", str(new))
        ) from None
    finally:
        if isinstance(source, TableStore):
            source.close()


def _move(source: Store, target: Store, wait_s: float) -> None:
    history = source.history()
    if isinstance(target, ParquetStore):
        with target.writing(wait_s, history=history) as writer:
            writer.old = Manifest(max(source.generation, 1) - 1)
            _rows(source, writer)
            if isinstance(source, ParquetStore):
                for path in sorted((source.folder / "blobs").glob("*")):
                    writer.keep(path, path.name)
        return
    with target.together(wait_s):
        taking = TableWriter(target, Job(), history)
        _rows(source, taking)
        taking.commit()
        if isinstance(source, TableStore):
            target.take_work(source)


def _rows(source: Store, writer: Writer | TableWriter) -> None:
    for some in source.rows():
        writer.moment(some.recorded_at)
        writer.add(some.statements, some.entities, some.sources, some.findings, some.picks)
    for name, lines in source.rejects():
        stem, _, suffix = name.rpartition(".")
        writer.reject(stem, lines, suffix)


def _lost(source: Store, to_folder: bool) -> list[Finding]:
    """What the kind of the new store has no place for."""
    if isinstance(source, ParquetStore):
        blobs = 0 if to_folder else len(list((source.folder / "blobs").glob("*")))
        said = f"{blobs:,} original files: a database keeps no files." if blobs else ""
    else:
        tables = ("reviews", "audit WHERE what NOT IN ('pick', 'unpick')")  # choices go along
        counts = [source.run(f"SELECT count(*) FROM {table}")[0][0] for table in tables]
        said = f"{counts[0]:,} proposals under review and {counts[1]:,} decisions: a folder keeps claims and choices only."
        said = said if to_folder and any(counts) else ""
    return [Finding("W_LOST_ON_EXPORT", said, "Keep the old register for them.", "migrate")] if said else []
