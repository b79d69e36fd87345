"""The world's files into a register folder, out of it again, and its care."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from crosshold.errors import CrossholdError, Finding, RequestError
from crosshold.model.result import Result

if TYPE_CHECKING:
    from crosshold.formats.intake import Account, Input
    from crosshold.model.changes import Change
    from crosshold.model.contested import Conflict
    from crosshold.model.register import Register
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
class Imported(Result):
    """What an import did. ``known_before`` statements were in the register already, or came twice, and are there once.

    ``rules`` counts the rows that were left out by the rule that did it, ``counts`` the findings by code; of each code a thousand are
    listed. ``rejects`` are the files of rejected rows, to be mended and imported again.
    """

    files: tuple[ImportedFile, ...]
    generation: int
    new: int
    known_before: int
    rules: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    rejects: tuple[str, ...] = ()

    row: ClassVar[Any] = ImportedFile

    def _rows(self) -> tuple[ImportedFile, ...]:
        return self.files


def import_files(
    files: Iterable[str | Path],
    into: str | Path,
    *,
    format: str | None = None,
    published: date | None = None,
    options: Mapping[str, Any] | None = None,
    trust_size: bool = False,
    keep_originals: bool = False,
    wait_s: float = 10.0,
    progress: Progress | None = None,
) -> Imported:
    """Read files into a register folder, which is made when it is not there; all of them or none.

    ``format`` when it is not to be recognised; ``published`` is the day from which the content could be known; ``options`` are those of the
    format, ``as_direct=True`` among them. ``progress`` hears the finished share and a few words. ``FileError`` names the file that
    is none of its format; bad rows of good files become findings and are kept among the rejects.
    """
    from crosshold.formats.intake import Input
    from crosshold.store.parquet import ParquetStore, is_store

    folder, fresh = Path(into), not is_store(Path(into))
    inputs = [Input(Path(f), options=options, published=published, trust_size=trust_size) for f in files]
    for source in inputs:
        if not source.path.is_dir():
            _ = source.size  # a file that is not there is told before anything is made
    store = ParquetStore.create(folder) if fresh else ParquetStore(folder)
    try:
        with store.writing(wait_s) as writer:
            rows = [_import(source, format, writer, progress) for source in inputs]
            if keep_originals:
                for source in inputs:
                    if not source.path.is_dir():
                        writer.keep(source.path, source.sha256)
    except BaseException:
        if fresh:
            _unmake(folder)
        raise
    accounts = [account for _, _, account in rows]
    findings = [finding for _, _, account in rows for finding in account.findings]
    statements = sum(account.statements for account in accounts)
    return Imported(
        settings={"into": str(folder)},
        files=tuple(_row(name, form, account) for name, form, account in rows),
        generation=store.manifest.generation,
        new=statements - writer.known_before,
        known_before=writer.known_before,
        rules=_sum(account.left_out for account in accounts),
        counts=_sum(account.counts for account in accounts),
        rejects=tuple(str(path) for path in writer.rejected),
        findings=tuple(findings),
    )


def _import(source: Input, form: str | None, writer: Writer, progress: Progress | None) -> tuple[str, str, Account]:
    """One file into the writer."""
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
            writer.add(batch.statements, batch.entities, batch.sources)
            if batch.rejects:
                head = rejects.header(source)
                if head is not None:
                    first = [head] if account.rejected == len(batch.rejects) else []
                    writer.reject(source.name, [*first, *(row.raw.rstrip("\r\n") for row in batch.rejects)], "csv")
                writer.reject(source.name, rejects.lines(batch.rejects, source.name, chosen.name))
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
        writer.add(findings=account.findings)
    return source.name, chosen.name, account


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


def _unmake(folder: Path) -> None:
    """Take back a folder that was made for an import that did not come to its end."""
    from crosshold.store.manifest import read_manifest

    try:
        if read_manifest(folder).generation == 0:
            for name in ("manifest.json", "lock"):
                (folder / name).unlink(missing_ok=True)
            folder.rmdir()
    except (OSError, CrossholdError):
        pass


def is_register_folder(source: str | Path) -> bool:
    """Whether a name is that of a register folder, as ``import`` makes it."""
    from crosshold.store.parquet import is_store

    return is_store(Path(source))


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
    """Everything that is wrong with a register folder, or worth a look.

    Parts that are damaged, files that nothing uses, claims that revise one another in a circle or revise what is not there, parties that no
    record describes, companies of which more than 100 % is held on a day (default: today), and what the imports had to tell.
    """
    from crosshold.model.faults import faults
    from crosshold.store.parquet import ParquetStore

    store = ParquetStore(Path(folder), salvage=True)
    found = [*store.check(), *store.told()]
    return [*found, *faults(store.register(), at or date.today())]


def compact(folder: str | Path, *, wait_s: float = 10.0) -> int:
    """Put the small parts of a register folder together, and remove files that nothing has used for a day; how many went."""
    from crosshold.store.parquet import ParquetStore

    return ParquetStore(Path(folder)).compact(wait_s=wait_s)


def pick(folder: str | Path, statement: str, *, by: str, reason: str = "", undo: bool = False) -> list[Finding]:
    """Follow one statement about a holding from now on, or take that back. ``by`` is who chose; both are kept with the day.

    Errors: ``E_UNKNOWN_ID``; ``E_PICK`` when the statement is about no holding or nobody is named.
    """
    from crosshold.model.picks import Pick
    from crosshold.store.parquet import ParquetStore

    store = ParquetStore(Path(folder))
    s = store.register().statement(statement)
    if s.verb != "holds" or s.object is None:
        raise RequestError(
            Finding("E_PICK", f"{statement} is about no holding.", "Pick a statement with the verb holds.", statement)
        )
    if not by.strip():
        raise RequestError(Finding("E_PICK", "nobody is named who chose.", "Say who: --by NAME.", "--by"))
    made = Pick(s.subject, s.object, s.share_class, None if undo else s.id, by.strip(), reason, date.today().isoformat())
    with store.writing() as writer:
        writer.add(picks=[made])
    return []


def conflicts(register: Register, at: date | None = None, known_by: date | None = None) -> list[Conflict]:
    """Claims about one holding on one day that do not meet, each pair with its two values."""
    return register.conflicts(at, known_by)


def diff(
    register: Register, before: date | str, after: date | str, *, by: str = "at", day: date | None = None
) -> list[Change]:  # fmt: skip
    """What is different about holdings: ``by="at"`` on two days, ``"known_by"`` as known on two days, ``"source"`` by two sources."""
    return register.diff(before, after, by=by, day=day)
