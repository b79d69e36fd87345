"""One person's register and work in one file of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crosshold.errors import FileError, Finding, RequestError
from crosshold.store.lock import WAIT_S
from crosshold.store.tables import MIGRATIONS, TableStore

MAGIC = b"SQLite format 3\x00"
APPLICATION = 0x63726F73
"""What marks a file of SQLite as one of ours."""
SUFFIXES = (".sqlite", ".sqlite3", ".db")


def is_sqlite(path: Path) -> bool:
    """Whether a file is a database of SQLite, by its first bytes."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except (OSError, ValueError):
        return False


class SqliteStore(TableStore):
    """Write-ahead log, foreign keys, ``user_version`` for the version of the tables. A second writer waits ``wait_s`` and is told.

    Without ``create`` the file must be there; a database of another program is ``E_FILE`` and stays as it is.
    """

    serial = "INTEGER PRIMARY KEY AUTOINCREMENT"

    def __init__(self, path: Path, wait_s: float = WAIT_S, *, create: bool = True) -> None:
        self.path, self.name, self.wait_s = path, str(path), wait_s
        try:
            mode = "rwc" if create else "rw"
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", timeout=wait_s, isolation_level=None, uri=True)
            try:
                self._open()
            except BaseException:
                self._db.close()
                raise
        except (sqlite3.Error, ValueError) as error:
            raise FileError(Finding("E_FILE", f"this is no database of ours ({error}).", "Name a new file.", self.name)) from None

    def _open(self) -> None:
        self._db.execute("PRAGMA foreign_keys = ON")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        (mark,) = self._db.execute("PRAGMA application_id").fetchone()
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables and mark != APPLICATION:
            raise FileError(Finding("E_FILE", "this is a database of another program.", "Name a register.", self.name))
        if version != len(MIGRATIONS):
            self._db.execute("PRAGMA journal_mode = WAL")
            with self.together():
                (version,) = self._db.execute("PRAGMA user_version").fetchone()  # nobody migrated meanwhile
                self._migrate(version)
                self._db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
                self._db.execute(f"PRAGMA application_id = {APPLICATION}")

    def run(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """One statement; its rows."""
        with self._telling():
            return self._db.execute(query, tuple(values)).fetchall()

    def stream(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, one after another."""
        with self._telling():
            yield from self._db.execute(query, tuple(values))

    def many(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement for many rows."""
        with self._telling():
            self._db.executemany(query, rows)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What SQLite says about a full disk or a damaged file, in our words."""
        try:
            yield
        except sqlite3.OperationalError as error:
            message = f"it could not be read or written ({error}); the register is as it was."
            raise RequestError(Finding("E_WRITE", message, "Free some space, or check its permissions.", self.name)) from None
        except sqlite3.DatabaseError as error:
            raise FileError(Finding("E_FILE", f"it is damaged ({error}).", "Restore it from a copy.", self.name)) from None

    @contextmanager
    def together(self, wait_s: float | None = None) -> Iterator[None]:
        """A transaction that has the file to itself from its beginning."""
        try:
            self._db.execute(f"PRAGMA busy_timeout = {round(1000 * (self.wait_s if wait_s is None else wait_s))}")
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            message = f"another program is writing to it ({error})."
            raise RequestError(Finding("E_LOCKED", message, "Wait for it, or raise --wait.", self.name)) from None
        try:
            yield
            with self._telling():
                self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # a full disk has ended it already
                self._db.execute("ROLLBACK")
            raise

    def faults(self) -> list[str]:
        """What SQLite finds in its file."""
        found = [str(row[0]) for row in self.run("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [f"a row of {row[0]} refers to nothing." for row in self.run("PRAGMA foreign_key_check")]

    def tidy(self) -> None:
        """Write the log into the file, and give its empty pages back."""
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")
        self.run("VACUUM")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
