"""A team's register and work in PostgreSQL (``pip install crosshold[postgres]``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from crosshold.errors import Finding, RequestError
from crosshold.store.tables import MIGRATIONS, TableStore

LOCK = 0x63726F73
"""The advisory lock that the one writer holds to the end of its transaction."""


class PostgresStore(TableStore):
    """``where`` is a connection string; tables stand in ``schema``, one for each workspace. ``E_DATABASE`` when it cannot be reached."""

    serial = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"

    def __init__(self, where: str, schema: str = "crosshold") -> None:
        try:
            import psycopg
            from psycopg import sql
        except ImportError:
            message = "PostgreSQL needs the package psycopg."
            raise RequestError(Finding("E_DATABASE", message, "pip install crosshold[postgres].", "postgres")) from None
        try:
            self._db = psycopg.connect(where, autocommit=True)
        except psycopg.Error as error:
            message = f"the database cannot be reached ({str(error).splitlines()[0]})."
            raise RequestError(Finding("E_DATABASE", message, "Check the address, and that it runs.", "postgres")) from None
        with self.together():
            self._db.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
            self._db.execute("SELECT set_config('search_path', %s, false)", (sql.Identifier(schema).as_string(self._db),))
            self.run("CREATE TABLE IF NOT EXISTS version (version INTEGER NOT NULL)")
            version = sum(row[0] for row in self.run("SELECT version FROM version"))
            self._migrate(version)
            self.run("DELETE FROM version")
            self.run("INSERT INTO version VALUES (?)", (len(MIGRATIONS),))

    def run(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """One statement; its rows."""
        cursor = self._db.execute(_here(query), tuple(map(_text, values)))
        return cursor.fetchall() if cursor.description else []

    def many(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """Rows by COPY, which is how many of them come in."""
        head = query.removeprefix("INSERT INTO ").partition(" VALUES ")[0]
        with self._db.cursor() as cursor, cursor.copy(f"COPY {head} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(tuple(map(_text, row)))

    @contextmanager
    def together(self) -> Iterator[None]:
        """A transaction; writers come one after another."""
        with self._db.transaction():
            self._db.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            yield

    def close(self) -> None:
        """End the connection."""
        self._db.close()


def _here(query: str) -> bytes:
    return query.replace("%", "%%").replace("?", "%s").encode()


def _text(value: Any) -> Any:
    """PostgreSQL keeps no character of number 0 in text: in JSON it is an escape and passes, in an id it becomes another sign."""
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else value
