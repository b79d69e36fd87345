"""The world's files into a register folder, out of it again, and its care."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from crosshold.errors import CrossholdError, Finding, RequestError
from crosshold.model.result import Result

if TYPE_CHECKING:
    from crosshold.formats.intake import Account, Input, Reject
    from crosshold.model.changes import Change
    from crosshold.model.contested import Conflict
    from crosshold.model.register import Register
    from crosshold.store.jobs import Import
    from crosshold.store.opening import Store
    from crosshold.store.query import Table
    from crosshold.store.table_writer import TableWriter
    from crosshold.store.writer import Writer

Progress = Callable[[float, str], None]


class ImportedFile(NamedTuple):
    """One file: ``rows`` = ``accepted`` + those ``left_out`` by a named rule + ``rejected``."""

    file: str
    format: str
    rows: int
    accepted: int
    left_out: int
    rejected: int
    statements: int
    entities: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Checked(Result):
    """What files hold. ``rules`` counts the rows that were left out by the rule that did it, ``counts`` the findings by code; of each code
    a thousand are listed."""

    files: tuple[ImportedFile, ...]
    rules: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)

    row: ClassVar[Any] = ImportedFile

    def _rows(self) -> tuple[ImportedFile, ...]:
        return self.files


@dataclass(frozen=True, eq=False, kw_only=True)
class Imported(Checked):
    """What an import did. ``known_before`` statements were in the register already, or came twice, and are there once.

    ``rejects`` are the files of rejected rows, to be mended and imported again.
    """

    generation: int
    new: int
    known_before: int
    rejects: tuple[str, ...] = ()


def check_files(
    files: Iterable[str | Path],
    *,
    format: str | None = None,
    published: date | None = None,
    options: Mapping[str, Any] | None = None,
    trust_size: bool = False,
    progress: Progress | None = None,
) -> Checked:
    """Read files as :func:`import_files` does, and keep nothing: what they are, how many rows, and everything that is wrong with them."""
    rows = [_import(source, format, None, progress) for source in _inputs(files, options, published, trust_size)]
    return Checked(settings={"format": format}, **_counted(rows))


def import_files(
    files: Iterable[str | Path],
    into: str | Path,
    *,
    format: str | None = None,
    published: date | None = None,
    options: Mapping[str, Any] | None = None,
    trust_size: bool = False,
    keep_originals: bool = False,
    by: str = "",
    wait_s: float = 10.0,
    progress: Progress | None = None,
) -> Imported:
    """Read files into a register, which is made when it is not there; all of them or none.

    ``into`` is a folder, a file of SQLite (``.sqlite``, ``.sqlite3``, ``.db``) or ``postgresql://USER@HOST/DB?schema=S``. ``by`` is kept
    in the history with what each file gave.

    ``format`` when it is not to be recognised; ``published`` is the day from which the content could be known; ``options`` are those of the
    format, ``as_direct=True`` among them. ``progress`` hears the finished share and a few words. ``FileError`` names the file that
    is none of its format; bad rows of good files become findings and are kept among the rejects.
    """
    from crosshold.store.jobs import Job
    from crosshold.store.opening import create_store, is_address, is_store, open_store

    inputs = _inputs(files, options, published, trust_size)
    fresh = not is_store(into)
    store = create_store(into, wait_s) if fresh or is_address(into) else open_store(into, wait_s=wait_s)
    job = Job("import", by)
    try:
        with store.writing(wait_s, job) as writer:
            rows = [_import(source, format, writer, progress) for source in inputs]
            job.files = [_told(source, _row(*row)) for source, row in zip(inputs, rows, strict=True)]
            if keep_originals:
                for source in inputs:
                    if not source.path.is_dir():
                        writer.keep(source.path, source.sha256)
        generation = store.generation
    except BaseException:
        if fresh:
            store.close()
            _unmake(Path(into))
        raise
    store.close()
    return Imported(
        settings={"into": str(into)},
        generation=generation,
        new=sum(account.statements for _, _, account in rows) - writer.known_before,
        known_before=writer.known_before,
        rejects=tuple(str(path) for path in writer.rejected),
        **_counted(rows),
    )


def _inputs(
    files: Iterable[str | Path], options: Mapping[str, Any] | None, published: date | None, trust_size: bool
) -> list[Input]:
    """Files that are there: one that is not is told before anything is made."""
    from crosshold.formats.intake import Input

    inputs = [Input(Path(f), options=options, published=published, trust_size=trust_size) for f in files]
    for source in inputs:
        if not source.path.is_dir():
            _ = source.size
    return inputs


def _counted(rows: Sequence[tuple[str, str, Account]]) -> dict[str, Any]:
    """What files gave, as the fields of a result."""
    accounts = [account for _, _, account in rows]
    return {
        "files": tuple(_row(*row) for row in rows),
        "rules": _sum(account.left_out for account in accounts),
        "counts": _sum(account.counts for account in accounts),
        "findings": tuple(finding for account in accounts for finding in account.findings),
    }


def _told(source: Input, row: ImportedFile) -> dict[str, Any]:
    """What the history says of a file."""
    return {**row._asdict(), "sha256": None if source.path.is_dir() else source.sha256}


def _import(
    source: Input, form: str | None, writer: Writer | TableWriter | None, progress: Progress | None
) -> tuple[str, str, Account]:
    """One file into the writer, if any."""
    import time

    from crosshold.formats import catalogue, rejects
    from crosshold.formats.intake import LISTED, Account

    account, start = Account(), time.monotonic()
    with ExitStack() as stack:
        if rejects.are(source):
            source, form = stack.enter_context(rejects.mended(source))
        chosen, batches = catalogue.read(source, form)
        for batch in batches:
            account.add(batch)
            if writer is not None:
                writer.add(batch.statements, batch.entities, batch.sources)
                _reject(writer, batch.rejects, source, chosen.name, first=account.rejected == len(batch.rejects))
            if progress is not None:
                speed = account.statements / max(time.monotonic() - start, 1e-3)
                done = f"{batch.done:,} of {source.size:,} bytes, " if source.path.is_file() else ""
                progress(min(batch.done / max(source.size, 1), 1.0), f"{done}{speed:,.0f} statements/s")
        account.check(source.name)
        account.findings = rejects.told_of(account.findings, source.name)
        more = [
            Finding(code, f"{count - LISTED:,} more of this kind are not listed.", "", source.name)
            for code, count in account.counts.items() if count > LISTED
        ]  # fmt: skip
        account.findings += more
        if writer is not None:
            writer.add(findings=account.findings)
    return source.name, chosen.name, account


def _reject(writer: Writer | TableWriter, rows: Sequence[Reject], source: Input, form: str, first: bool) -> None:
    """Rejected rows into their files; those of a table of text also as a table, with its header above the first."""
    from crosshold.formats import rejects

    if not rows:
        return
    head = rejects.header(source)
    if head is not None:
        writer.reject(source.name, [*([head] if first else []), *(row.raw.rstrip("\r\n") for row in rows)], "csv")
    writer.reject(source.name, rejects.lines(rows, source.name, form))


def _row(name: str, form: str, account: Account) -> ImportedFile:
    left_out = sum(account.left_out.values())
    return ImportedFile(
        name, form, account.rows, account.accepted, left_out, account.rejected, account.statements, account.entities
    )


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for count in counts:
        for name, number in count.items():
            total[name] = total.get(name, 0) + number
    return dict(sorted(total.items()))


def _unmake(place: Path) -> None:
    """Take back a store that was made for an import that did not come to its end."""
    from crosshold.store.manifest import read_manifest

    try:
        if place.is_file():
            for path in (place, *(place.with_name(place.name + end) for end in ("-wal", "-shm"))):
                path.unlink(missing_ok=True)
        elif read_manifest(place).generation == 0:
            for name in ("manifest.json", "lock"):
                (place / name).unlink(missing_ok=True)
            place.rmdir()
    except (OSError, CrossholdError):
        pass


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
    return list(dict.fromkeys([*found, *(f for f in answered if f.code not in ("W_OVERHELD", "N_IMPORTED"))]))  # told already


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
