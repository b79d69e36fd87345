"""One person's register and work in one file of SQLite. Losing the work loses no evidence: that is in the files it came from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crosshold.errors import FileError, Finding, RequestError
from crosshold.store.tables import MIGRATIONS, TableStore


class SqliteStore(TableStore):
    """Write-ahead log, foreign keys, ``user_version`` for the version of the tables. A second writer waits ``wait_s`` and is told."""

    serial = "INTEGER PRIMARY KEY AUTOINCREMENT"

    def __init__(self, path: Path, wait_s: float = 10.0) -> None:
        self.path = path
        try:
            self._db = sqlite3.connect(path, timeout=wait_s, isolation_level=None)
            self._db.execute("PRAGMA foreign_keys = ON")
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version != len(MIGRATIONS):
                self._db.execute("PRAGMA journal_mode = WAL")
                with self.together():
                    (version,) = self._db.execute("PRAGMA user_version").fetchone()  # nobody migrated meanwhile
                    self._migrate(version)
                    self._db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        except sqlite3.Error as error:
            raise FileError(Finding("E_FILE", f"this is no database of ours ({error}).", "Name a new file.", str(path))) from None

    def run(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """One statement; its rows."""
        return self._db.execute(query, tuple(values)).fetchall()

    def many(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement for many rows."""
        self._db.executemany(query, rows)

    @contextmanager
    def together(self) -> Iterator[None]:
        """A transaction that has the file to itself from its beginning."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            message = f"another program is writing to it ({error})."
            raise RequestError(Finding("E_LOCKED", message, "Wait for it.", str(self.path))) from None
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
