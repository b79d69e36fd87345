"""A team's register and work in PostgreSQL (``pip install crosshold[postgres]``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crosshold.errors import FileError, Finding, RequestError
from crosshold.store.lock import WAIT_S
from crosshold.store.tables import MIGRATIONS, TableStore

LOCK = 0x63726F73
"""The advisory lock, with the schema's number, that the one writer holds to the end of its transaction."""
PREFIXES = ("postgresql://", "postgres://")


def address(url: str) -> tuple[str, str, str]:
    """What libpq is told, the schema, and how it is called: ``postgresql://USER@HOST/DB?schema=S``.

    >>> address("postgresql://ana@db.example/shares?schema=team")
    ('postgresql://ana@db.example/shares', 'team', 'postgresql://ana@db.example/shares?schema=team')

    A password in it is ``E_OPTION``: it would stand in the list of processes and in the history of the shell.
    """
    try:
        parts = urlsplit(url)
        options = parse_qsl(parts.query, keep_blank_values=True)
        secret = parts.password is not None or any(key in ("password", "sslpassword") for key, _ in options)
    except ValueError:
        raise RequestError(Finding("E_DATABASE", "this is no address.", "Write postgresql://USER@HOST/DB.", "postgres")) from None
    if secret:
        message = "a password does not belong into an address."
        raise RequestError(Finding("E_OPTION", message, "Keep it in ~/.pgpass or PGPASSWORD.", "postgres"))
    schema = dict(options).get("schema") or "crosshold"
    query = urlencode([(key, value) for key, value in options if key != "schema"])
    return urlunsplit(parts._replace(query=query)), schema, url


class PostgresStore(TableStore):
    """``where`` is an address (see :func:`address`) or a connection string; tables stand in a ``schema``, one for each workspace.

    The password comes from where libpq looks for it. ``E_DATABASE`` when it cannot be reached; ``E_FILE`` when there is no register and
    none is to be made.
    """

    serial = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"

    def __init__(self, where: str, schema: str = "crosshold", wait_s: float = WAIT_S, *, create: bool = True) -> None:
        try:
            import psycopg
        except ImportError:
            message = "PostgreSQL needs the package psycopg."
            raise RequestError(Finding("E_DATABASE", message, "pip install crosshold[postgres].", "postgres")) from None
        self.name, self.wait_s = f"schema {schema}", wait_s
        if where.startswith(PREFIXES):
            where, schema, self.name = address(where)
        self.schema = schema
        try:
            self._db = psycopg.connect(where, autocommit=True)
        except psycopg.Error as error:
            message = f"the database cannot be reached ({str(error).splitlines()[0]})."
            raise RequestError(Finding("E_DATABASE", message, "Check the address, and that it runs.", "postgres")) from None
        try:
            self._open(create)
        except BaseException:
            self._db.close()
            raise

    def _open(self, create: bool) -> None:
        from psycopg import sql

        name = sql.Identifier(self.schema)
        self.run("SELECT set_config('search_path', ?, false)", (name.as_string(self._db),))
        there = self.run("SELECT 1 FROM pg_tables WHERE schemaname = ? AND tablename = 'version'", (self.schema,))
        if not there and not create:
            raise FileError(Finding("E_FILE", "there is no register in this schema.", "Make one with 'import'.", self.name))
        if there and self.run("SELECT version FROM version") == [(len(MIGRATIONS),)]:
            return
        with self.together():
            if not there:
                self._db.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
                self.run("CREATE TABLE IF NOT EXISTS version (version INTEGER NOT NULL)")
            self._migrate(sum(row[0] for row in self.run("SELECT version FROM version")))
            self.run("DELETE FROM version")
            self.run("INSERT INTO version VALUES (?)", (len(MIGRATIONS),))

    def run(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """One statement; its rows."""
        with self._telling():
            cursor = self._db.execute(_here(query), tuple(map(_text, values)))
            return cursor.fetchall() if cursor.description else []

    def stream(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, which the server sends some thousands at a time."""
        with self._telling(), self._db.transaction(), self._db.cursor(name="rows") as cursor:
            cursor.itersize = 10_000
            cursor.execute(_here(query), tuple(map(_text, values)))
            yield from cursor

    def many(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """Rows by COPY, which is how many of them come in."""
        head = query.removeprefix("INSERT INTO ").partition(" VALUES ")[0]
        with self._telling(), self._db.cursor() as cursor, cursor.copy(f"COPY {head} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(tuple(map(_text, row)))

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What the database says when it cannot, in our words."""
        import psycopg

        try:
            yield
        except psycopg.errors.LockNotAvailable:
            message = "another program is writing to it, and did not end in time."
            raise RequestError(Finding("E_LOCKED", message, "Wait for it, or raise --wait.", self.name)) from None
        except psycopg.Error as error:
            message = f"the database says: {(str(error).splitlines() or ['nothing'])[0]}. The register is as it was."
            raise RequestError(Finding("E_DATABASE", message, "Check its rights and its disk.", self.name)) from None

    @contextmanager
    def together(self, wait_s: float | None = None) -> Iterator[None]:
        """A transaction; writers to one schema come one after another."""
        milliseconds = max(1, round(1000 * (self.wait_s if wait_s is None else wait_s)))
        with self._db.transaction():
            self.run("SELECT set_config('lock_timeout', ?, true)", (str(milliseconds),))
            self.run("SELECT pg_advisory_xact_lock(?, hashtext(?))", (LOCK, self.schema))
            yield

    def faults(self) -> list[str]:
        """The server watches over its own files."""
        return []

    def tidy(self) -> None:
        """Give rows that nobody sees any more back."""
        for table in ("imports", "statements", "words", "rejects", "reviews", "audit"):
            self.run(f"VACUUM (ANALYZE) {table}")

    def close(self) -> None:
        """End the connection."""
        self._db.close()


def _here(query: str) -> bytes:
    return query.replace("%", "%%").replace("?", "%s").encode()


def _text(value: Any) -> Any:
    """PostgreSQL keeps no character of number 0 in text: in JSON it is an escape and passes, in an id it becomes another sign."""
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else value
