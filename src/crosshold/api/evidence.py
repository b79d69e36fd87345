"""A register: what goes out of it, what it says of itself, its choices and its care."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from crosshold.errors import CrossholdError, Finding, RequestError

if TYPE_CHECKING:
    from crosshold.model.changes import Change
    from crosshold.model.contested import Conflict
    from crosshold.model.register import Register
    from crosshold.store.jobs import Import
    from crosshold.store.opening import Store
    from crosshold.store.query import Table


def export(
    register: Register, target: str | Path, *, format: str, at: date | None = None, known_by: date | None = None
) -> list[Finding]:
    """Write a Register in a format that others read. What the format cannot hold comes back as ``W_LOST_ON_EXPORT``.

    With ``at`` only what was so on that day, with ``known_by`` only what a reader of that day could know. The file appears whole or
    not at all.
    """
    from crosshold.formats import catalogue

    if at is not None or known_by is not None:
        register = register.part(at, known_by)
    return catalogue.write(register, Path(target), format)


def check_register(folder: str | Path, *, at: date | None = None) -> list[Finding]:
    """Everything that is wrong with a register, or worth a look.

    Parts that are damaged, files that nothing uses, claims that revise one another in a circle or revise what is not there, parties that no
    record describes, companies of which more than 100 % is held on a day (default: today), what the imports had to tell, and what an answer
    about that day would tell: conflicts, declared interests that the lots do not bear out, what the law leaves open.
    """
    from crosshold.api.building import check
    from crosshold.model.faults import faults
    from crosshold.store.opening import open_store
    from crosshold.store.parquet import is_store

    store, day = open_store(folder, salvage=is_store(Path(folder))), at or date.today()
    try:
        found, register = [*store.check(), *store.told()], store.register()
    finally:
        store.close()
    found += faults(register, day)
    try:
        answered = check(replace(register, overheld="leave-out").at(day))
    except CrossholdError as error:
        answered = list(error.findings)
    before = ("N_IMPORTED", "W_OVERHELD", "W_REVISION_CYCLE")  # what is told of all days already
    return list(dict.fromkeys([*found, *(f for f in answered if f.code not in before)]))


def compact(folder: str | Path, *, wait_s: float = 10.0) -> int:
    """Put the small parts of a register together, and remove files that nothing has used for a day; how many went."""
    from crosshold.store.opening import open_store

    store = open_store(folder, wait_s=wait_s)
    try:
        return store.compact(wait_s=wait_s)
    finally:
        store.close()


def history(register: str | Path) -> list[Import]:
    """What came into a register: each import, choice and review with its moment, who did it, and what each file gave."""
    from crosshold.store.opening import open_store

    store = open_store(register)
    try:
        return store.history()
    finally:
        store.close()


def write_rejects(register: str | Path, folder: str | Path) -> list[Path]:
    """Write the rejected rows of a register as files into a new folder, to be mended and imported again."""
    from crosshold.report.files import write_text
    from crosshold.store.opening import open_store

    target, store = Path(folder), open_store(register)
    try:
        target.mkdir()
        return [write_text("".join(f"{line}\n" for line in lines), target / name) for name, lines in store.rejects()]
    except OSError as error:
        message = f"this folder cannot be made ({error.strerror})."
        raise RequestError(Finding("E_WRITE", message, "Name a new one.", str(folder))) from None
    finally:
        store.close()


def query(register: str | Path, text: str, *, most: int | None = None) -> Table:
    """One SELECT in the SQL of DuckDB about a register folder: its tables are those of its parts. Nothing can be written by it.

    Errors: ``E_SQL``; ``E_OPTION`` for a database, which has a query language of its own.
    """
    from crosshold.store.opening import open_store
    from crosshold.store.parquet import ParquetStore
    from crosshold.store.query import query as asked

    store = open_store(register)
    try:
        if not isinstance(store, ParquetStore):
            message = "only a register folder is queried here."
            raise RequestError(Finding("E_OPTION", message, "Bring it into a folder: crosshold migrate.", str(register)))
        return asked(store, text, most)
    finally:
        store.close()


def migrate(old: str | Path, new: str | Path, *, wait_s: float = 10.0) -> list[Finding]:
    """Rewrite a register into a new place: an older format in the present one, or one kind of store in another, with equal ids.

    The old one is only read; the new one is there whole, or not at all. ``W_LOST_ON_EXPORT`` tells what the new kind cannot hold.
    """
    from crosshold.store.migration import migrate as moved

    return moved(old, new, wait_s)


def pick(folder: str | Path, statement: str, *, by: str, reason: str = "", undo: bool = False) -> list[Finding]:
    """Follow one statement about a holding from now on, or take that back. ``by`` is who chose; both are kept with the day.

    Errors: ``E_UNKNOWN_ID``; ``E_PICK`` when the statement is about no holding or nobody is named.
    """
    from crosshold.store.opening import open_store

    store = open_store(folder)
    try:
        _pick(store, statement, by, reason, undo)
    finally:
        store.close()
    return []


def _pick(store: Store, statement: str, by: str, reason: str, undo: bool) -> None:
    from crosshold.model.picks import Pick
    from crosshold.store.jobs import Job

    s = store.register().statement(statement)
    if s.verb != "holds" or s.object is None:
        raise RequestError(
            Finding("E_PICK", f"{statement} is about no holding.", "Pick a statement with the verb holds.", statement)
        )
    if not by.strip():
        raise RequestError(Finding("E_PICK", "nobody is named who chose.", "Say who: --by NAME.", "--by"))
    made = Pick(s.subject, s.object, s.share_class, None if undo else s.id, by.strip(), reason, date.today().isoformat())
    with store.writing(job=Job("pick", by.strip())) as writer:
        writer.add(picks=[made])


def conflicts(register: Register, at: date | None = None, known_by: date | None = None) -> list[Conflict]:
    """Claims about one holding on one day that do not meet, each pair with its two values."""
    return register.conflicts(at, known_by)


def diff(
    register: Register, before: date | str, after: date | str, *, by: str = "at", day: date | None = None
) -> list[Change]:  # fmt: skip
    """What is different about holdings: ``by="at"`` on two days, ``"known_by"`` as known on two days, ``"source"`` by two sources."""
    return register.diff(before, after, by=by, day=day)
