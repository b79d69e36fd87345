"""The one way to a store by its name: a folder, a file of SQLite, or the address of a schema of PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from crosshold.errors import Finding, RequestError
from crosshold.store.lock import WAIT_S
from crosshold.store.parquet import ParquetStore
from crosshold.store.parquet import is_store as is_folder
from crosshold.store.tables import TableStore

POSTGRES = ("postgresql://", "postgres://")
SQLITE = (".sqlite", ".sqlite3", ".db")
Store = ParquetStore | TableStore


def is_address(name: str | Path) -> bool:
    """Whether a name is the address of a database server."""
    return str(name).startswith(POSTGRES)


def is_store(name: str | Path) -> bool:
    """Whether a name is that of a store; of an address only the form is looked at."""
    return is_address(name) or is_folder(Path(name)) or _is_sqlite(Path(name))


def open_store(name: str | Path, *, salvage: bool = False, wait_s: float = WAIT_S) -> Store:
    """The store of that name, which must be there. ``salvage`` is said of a folder only (``E_OPTION``)."""
    path = Path(name)
    if not is_address(name) and not _is_sqlite(path):
        return ParquetStore(path, salvage=salvage)
    if salvage:
        message = "only a register folder can be salvaged."
        raise RequestError(Finding("E_OPTION", message, "Restore the database from a copy.", "--salvage"))
    return _database(name, wait_s, create=False)


def create_store(name: str | Path, wait_s: float = WAIT_S) -> Store:
    """A new, empty store: a database when the name is an address or ends with .sqlite, .sqlite3 or .db, else a folder.

    ``E_WRITE`` when something else is there. Of a server the schema may be there and empty.
    """
    path = Path(name)
    if not is_address(name) and path.suffix not in SQLITE:
        return ParquetStore.create(path)
    if not is_address(name) and (path.exists() or not path.absolute().parent.is_dir()):
        message = "something is there already." if path.exists() else "its folder is not there."
        raise RequestError(Finding("E_WRITE", message, "Name a new file in a folder that is there.", str(path)))
    return _database(name, wait_s, create=True)


def _database(name: str | Path, wait_s: float, create: bool) -> TableStore:
    if is_address(name):
        from crosshold.store.postgres import PostgresStore

        return PostgresStore(str(name), wait_s=wait_s, create=create)
    from crosshold.store.sqlite import SqliteStore

    return SqliteStore(Path(name), wait_s, create=create)


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\x00"
    except (OSError, ValueError):
        return False
