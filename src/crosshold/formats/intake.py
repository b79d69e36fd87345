"""What every reader of a format has in common: the file it is given, the batches it gives, and the account of every row (spec/evidence 6).

A reader is a generator of :class:`Batch`. It keeps nothing that grows with the file. Nothing is lost: rows in = rows that gave a
statement or an entity + rows left out by a named rule + rows rejected; :class:`Account` checks it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from crosshold.errors import FileError, Finding
from crosshold.model.entity import Entity
from crosshold.model.statement import Source, Statement, content_id

HEAD = 65_536
"""Bytes that a format is recognised by; a ``sniff`` never sees more."""
BATCH = 50_000
"""Statements of a batch at most."""
MOST_FIELD = 2**20
MOST_SHARES = 2**63
MOST_DEPTH = 64
MOST_UNPACKED = 4 * 2**30
MOST_RATIO = 200
MOST_PARTS = 10_000
LISTED = 1_000
"""Findings of one code that are listed one by one; the others are counted."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that gave nothing: where it stands, the code and sentence of its fault, and the row itself, to be mended and read again."""

    where: str
    code: str
    text: str
    raw: str


class Refused(ValueError):
    """A row that cannot be used: the code of its fault and, as its text, why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(slots=True)
class Batch:
    """What a stretch of a file gave. ``rows`` were read, ``accepted`` of them gave something; ``left_out`` counts the others by rule.

    ``notes`` are the reader's own, for what only several stretches together tell.
    """

    statements: list[Statement] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    rows: int = 0
    accepted: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    done: int = 0
    notes: list[Any] = field(default_factory=list)

    def reject(self, where: str, code: str, text: str, raw: str, cure: str = "") -> None:
        """Count a row as rejected, with its finding."""
        self.rows += 1
        self.rejects.append(Reject(where, code, text, raw[:MOST_FIELD]))
        self.findings.append(Finding(code, text, cure, where))

    def leave_out(self, rule: str) -> None:
        """Count a row as left out by a named rule."""
        self.rows += 1
        self.left_out[rule] += 1

    def accept(self, *statements: Statement) -> None:
        """Count a row that gave these statements (or an entity added before). A count that no company has is ``E_NUMBER``."""
        for s in statements:
            if max(abs(s.shares or 0), abs(s.votes or 0)) >= MOST_SHARES:
                text = f"{s.shares or s.votes:,} is no count of shares or votes."
                return self.reject(s.where or "", "E_NUMBER", text, s.canonical(), "Check the number.")
        self.rows += 1
        self.accepted += 1
        self.statements += statements
        return None

    @property
    def full(self) -> bool:
        """Whether it is time to hand it over."""
        return len(self.statements) + len(self.entities) >= BATCH


class Labels:
    """The ids that persons gave to the statements of a file: another content under one of them is ``C_DUPLICATE_ID``, as in a register."""

    def __init__(self, name: str) -> None:
        self.name, self.said = name, dict[str, str]()

    def add(self, statements: Iterable[Statement]) -> None:
        """Look at more of them."""
        for s in statements:
            if (
                s.label is not None
                and self.said.setdefault(s.label, content := content_id(s.changed(label=None).content())) != content
            ):
                message = f"{s.label}: this id stands for another statement already."
                raise FileError(Finding("C_DUPLICATE_ID", message, "Give it another id, or none.", self.name))


@dataclass
class Account:
    """The sum of an import: rows, statements, duplicates, findings by code. ``E_FILE`` if a row is neither used, left out nor rejected."""

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    statements: int = 0
    entities: int = 0
    known_before: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def add(self, batch: Batch, given: Mapping[str, int] | None = None) -> None:
        """Count a batch; ``given`` counts rows of it that are somewhere else."""
        count = given or {"statements": len(batch.statements), "entities": len(batch.entities)}
        self.rows += batch.rows
        self.accepted += batch.accepted
        self.rejected += len(batch.rejects)
        self.statements += count["statements"]
        self.entities += count["entities"]
        self.left_out += batch.left_out
        for finding in batch.findings:
            self.counts[finding.code] += 1
            if self.counts[finding.code] <= LISTED:
                self.findings.append(finding)

    def check(self, name: str) -> None:
        """The identity of rows."""
        used = self.accepted + sum(self.left_out.values()) + self.rejected
        if self.rows != used:
            message = f"{self.rows:,} rows were read and {used:,} are accounted for: the reader lost some."
            raise FileError(Finding("E_FILE", message, "Report it with the file; nothing was kept.", name))


class Input:
    """A file that is read once: plain, gzipped, or one member of a zip archive. Limits of spec/evidence 6 hold while it is read.

    ``options`` are those of the reader (``as_direct``, ``mapping`` ...); ``published`` is the day its content became public, when told.
    """

    def __init__(
        self,
        path: Path,
        *,
        options: Mapping[str, Any] | None = None,
        published: date | None = None,
        trust_size: bool = False,
        name: str | None = None,
    ) -> None:
        self.path, self.options, self.published, self.trust_size = path, dict(options or {}), published, trust_size
        self.done = 0  # bytes of the file itself, for progress
        self.header: str | None = None  # set by readers of tables: the lines above the first row, for the file of rejected rows
        self._name = name

    @property
    def name(self) -> str:
        """How findings call it: the name without its folder; for mended rows that of the file they come from."""
        return self._name or self.path.name

    @cached_property
    def size(self) -> int:
        """Bytes on disk."""
        try:
            return self.path.stat().st_size
        except OSError as error:
            raise self.fault(f"it cannot be read ({error.strerror or error}).", "Check the path.") from None

    @property
    def horizon(self) -> date:
        """The last day that it can know of: that of its publication, else today."""
        return self.published or date.today()

    def fault(self, message: str, cure: str = "") -> FileError:
        """The file as a whole cannot be read."""
        return FileError(Finding("E_FILE", message, cure, self.name))

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB of the content, unpacked; of a folder or an archive of several files their names, one a line."""
        if self.bundle:
            return "\n".join(self.parts).encode(errors="replace")[:HEAD]
        with self.open() as stream:
            return stream.read(HEAD)

    @cached_property
    def _zipped(self) -> bool:
        with self._raw() as raw:
            return raw.read(4) == b"PK\x03\x04"

    @cached_property
    def workbook(self) -> bool:
        """Whether it is a spreadsheet: a zip archive that is one file to everybody else."""
        return not self.path.is_dir() and self._zipped and "xl/workbook.xml" in self.parts

    @cached_property
    def bundle(self) -> bool:
        """Whether it is a folder, or a zip archive of several files."""
        return self.path.is_dir() or (self._zipped and not self.workbook and len(self.parts) > 1)

    @cached_property
    def parts(self) -> Mapping[str, Any]:
        """The files of a folder or of a zip archive by their names inside; a name is looked up here and never used as a path."""
        if self.path.is_dir():
            files = (p for p in sorted(self.path.rglob("*")) if p.is_file() and not p.is_symlink())
            found: dict[str, Any] = {p.relative_to(self.path).as_posix(): p for p in islice(files, MOST_PARTS + 1)}
        else:
            found = {info.filename: info for info in self._members()}
        if len(found) > MOST_PARTS:
            raise self.fault(f"it holds more than {MOST_PARTS:,} files.", "Name one of them.")
        return found

    @property
    def member(self) -> str | None:
        """The member that is read of a zip archive, which is its only one; ``None`` for other files."""
        if not self._zipped or self.workbook:
            return None
        if len(self.parts) != 1:
            raise self.fault(f"it holds {len(self.parts)} files; one is read at a time.", "Unpack it and name the file.")
        return next(iter(self.parts))

    def _members(self) -> list[zipfile.ZipInfo]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                files = [m for m in archive.infolist() if not m.is_dir()]
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise self.fault(f"it is no whole zip archive ({error}).", "Fetch it again.") from None
        if any(m.filename.lower().endswith((".zip", ".gz", ".bz2", ".xz", ".7z")) for m in files):
            raise self.fault("it holds another archive.", "Unpack that one first.")
        if any(m.flag_bits & 1 for m in files):
            raise self.fault("it is encrypted.", "Unpack it with its password first.")
        for info in files:
            too_large = info.file_size > MOST_UNPACKED or info.file_size > MOST_RATIO * max(info.compress_size, 1) + HEAD
            if too_large and not self.trust_size:
                raise self.fault(f"it unpacks to {info.file_size:,} bytes.", "Say --trust-size if you know where it is from.")
        return files

    @contextmanager
    def part(self, name: str) -> Iterator[BinaryIO]:
        """The content of one of :attr:`parts` as bytes, under the limits of an archive. ``FileError`` when it is damaged."""
        where = self.parts[name]
        if isinstance(where, Path):
            with where.open("rb") as plain:
                yield plain
            return
        with self._raw() as raw:
            try:
                with zipfile.ZipFile(_Counted(raw, self)) as archive, archive.open(where) as inside:
                    yield _Limited(inside, self)  # type: ignore[misc, arg-type]
            except (EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
                raise self.fault(f"it ends too early or is damaged ({error}).", "Fetch it again.") from None

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The content as bytes. ``FileError`` when it is packed beyond the limits, cut off, or not readable."""
        with self._raw() as raw:
            counted = _Counted(raw, self)
            start = raw.read(4)
            raw.seek(0)
            try:
                if start[:2] == b"\x1f\x8b":
                    with gzip.GzipFile(fileobj=counted, mode="rb") as packed:
                        yield _Limited(packed, self)  # type: ignore[misc]
                elif self.member is not None:
                    with zipfile.ZipFile(counted) as archive, archive.open(self.member) as inside:
                        yield _Limited(inside, self)  # type: ignore[misc, arg-type]
                else:
                    yield io.BufferedReader(counted, HEAD)
            except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as error:
                raise self.fault(f"it ends too early or is damaged ({error}).", "Fetch it again.") from None

    @contextmanager
    def text(self, encoding: str = "utf-8-sig") -> Iterator[io.TextIOWrapper]:
        """The content as text. ``FileError`` names the byte that is no text in this encoding."""
        with self.open() as stream:
            wrapped = io.TextIOWrapper(stream, encoding=encoding, newline="")
            try:
                yield wrapped
            except UnicodeDecodeError as error:
                message = f"it is not {error.encoding} text ({error.reason}, near byte {self.done})."
                raise self.fault(message, "Save it as UTF-8, or name its encoding.") from None

    @cached_property
    def sha256(self) -> str:
        """Hash of the bytes on disk."""
        digest = hashlib.sha256()
        with self._raw() as raw:
            while piece := raw.read(2**20):
                digest.update(piece)
        return digest.hexdigest()

    @contextmanager
    def _raw(self) -> Iterator[BinaryIO]:
        try:
            with self.path.open("rb") as raw:
                yield raw
        except IsADirectoryError:
            raise self.fault("it is a folder.", "Name a file, or a format that is a folder.") from None
        except FileNotFoundError:
            raise self.fault("there is no such file.", "Check the path.") from None
        except PermissionError as error:
            raise self.fault(f"it cannot be read ({error.strerror}).", "Check its permissions.") from None


class _Counted(io.RawIOBase):
    """Bytes of the file on disk, counted for progress."""

    def __init__(self, raw: BinaryIO, source: Input) -> None:
        self._raw, self._source = raw, source

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._raw.seek(offset, whence)

    def tell(self) -> int:
        return self._raw.tell()

    def readinto(self, buffer: Any) -> int:
        count = self._raw.readinto(buffer)  # type: ignore[attr-defined]
        self._source.done = self._raw.tell()
        return int(count or 0)


class _Limited(io.RawIOBase):
    """Unpacked bytes that stop where an archive unpacks to more than anybody would send."""

    def __init__(self, stream: io.BufferedIOBase, source: Input) -> None:
        self._stream, self._source, self._given = stream, source, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        self._given += len(piece)
        packed = max(self._source.done, 1)
        if not self._source.trust_size and (self._given > MOST_UNPACKED or self._given > MOST_RATIO * packed + 64 * HEAD):
            raise self._source.fault(
                f"it unpacks to more than {self._given:,} bytes from {packed:,}.",
                "Say --trust-size if you know where it is from.",
            )
        return len(piece)


def batches(rows: Iterable[Callable[[Batch], None]], source: Input) -> Iterator[Batch]:
    """Batches filled by one function a row; the last one may be empty."""
    batch = Batch()
    for fill in rows:
        fill(batch)
        if batch.full:
            batch.done = source.done
            yield batch
            batch = Batch()
    batch.done = source.size if not source.path.is_dir() else 0
    yield batch


def short(raw: str | Sequence[Any] | Mapping[str, Any], most: int = 1_000) -> str:
    """A field that is too long as its first thousand characters and its hash."""
    text = raw if isinstance(raw, str) else str(raw)
    if len(text) <= most:
        return text
    return f"{text[:most]}... (sha256 {hashlib.sha256(text.encode(errors='replace')).hexdigest()})"
