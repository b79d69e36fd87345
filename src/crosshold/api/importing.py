"""The world's files into a register, or looked at without keeping anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from crosshold.errors import CrossholdError, unlisted
from crosshold.model.result import Result

if TYPE_CHECKING:
    from crosshold.formats.catalogue import Format
    from crosshold.formats.intake import Account, Batch, Input, Reject
    from crosshold.formats.rejects import Places
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
    rows = [_import(source, format, None, None, progress) for source in _inputs(files, options, published, trust_size)]
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
    processes: int | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Read files into a register, which is made when it is not there; all of them or none.

    ``into`` is a folder, a file of SQLite (``.sqlite``, ``.sqlite3``, ``.db``) or ``postgresql://USER@HOST/DB?schema=S``. ``by`` is kept
    in the history with what each file gave.

    ``format`` when it is not to be recognised; ``published`` is the day from which the content could be known; ``options`` are those of the
    format, ``as_direct=True`` among them. ``progress`` hears the finished share and a few words. ``FileError`` names the file that
    is none of its format; bad rows of good files become findings and are kept among the rejects.

    ``processes`` that read a large file beside each other (default: one a processor, eight at most), where its format can be cut up and
    the register is a folder; what is kept does not depend on it.
    """
    from crosshold.store.jobs import Job
    from crosshold.store.opening import create_store, is_address, is_store, open_store

    inputs = _inputs(files, options, published, trust_size)
    fresh = not is_store(into)
    store = create_store(into, wait_s) if fresh or is_address(into) else open_store(into, wait_s=wait_s)
    job = Job("import", by)
    try:
        with store.writing(wait_s, job) as writer:
            rows = [_import(source, format, writer, processes, progress) for source in inputs]
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
    source: Input, form: str | None, writer: Writer | TableWriter | None, processes: int | None, progress: Progress | None
) -> tuple[str, str, Account]:
    """One file into the writer, if any."""
    import time

    from crosshold.formats import catalogue, rejects
    from crosshold.formats.intake import LISTED, Account

    account, start = Account(), time.monotonic()
    with ExitStack() as stack:
        places = None
        if rejects.are(source):
            source, form, places = stack.enter_context(rejects.mended(source))
        chosen = catalogue.named(form) if form else catalogue.recognise(source)
        for batch in _batches(source, chosen, writer, account, processes, places):
            if writer is not None:
                _reject(writer, batch.rejects, source, chosen.name, first=account.rejected == len(batch.rejects))
            if progress is not None and batch.done:
                speed = account.statements / max(time.monotonic() - start, 1e-3)
                done = f"{batch.done:,} of {source.size:,} bytes, " if source.path.is_file() else ""
                progress(min(batch.done / max(source.size, 1), 1.0), f"{done}{speed:,.0f} statements/s")
        account.check(source.name)
        account.findings = rejects.told_of(account.findings, source.name)
        more = [unlisted(code, count - LISTED, source.name) for code, count in account.counts.items() if count > LISTED]
        account.findings += more
        if writer is not None:
            writer.add(findings=account.findings)
    return source.name, chosen.name, account


def _batches(
    source: Input, chosen: Format, writer: Writer | TableWriter | None, account: Account, processes: int | None,
    places: Places | None,
) -> Iterator[Batch]:  # fmt: skip
    """The batches of a file, counted and given to the writer; those of mended rows are put back in their ``places``."""
    from crosshold.api.processes import packed, worth
    from crosshold.formats.intake import Labels
    from crosshold.store.writer import Writer

    count = worth(source, chosen, processes) if places is None else 1
    if count > 1 and isinstance(writer, Writer):
        for part in packed(source, chosen.cutter, writer.now, count):
            account.add(part.batch, part.rows)
            for kind, lines in part.lines.items():
                writer.take(kind, part.rows[kind], lines)
            yield part.batch
        return
    labels = Labels(source.name)
    for batch in chosen.code.read(source):
        if writer is None:
            labels.add(batch.statements)
        if places is not None:
            places.move(batch)
        account.add(batch)
        if writer is not None:
            writer.add(batch.statements, batch.entities, batch.sources)
        yield batch


def _reject(writer: Writer | TableWriter, rows: Sequence[Reject], source: Input, form: str, first: bool) -> None:
    """Rejected rows into their files; those of a table of text also as a table, with its header above the first."""
    from crosshold.formats import rejects

    if not rows:
        return
    head = rejects.header(source)
    if head is not None:
        writer.reject(source.name, [*([head] if first else []), *(row.raw.rstrip("\r\n") for row in rows)], "csv")
    writer.reject(source.name, rejects.lines(rows, source.name, form, head))


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
