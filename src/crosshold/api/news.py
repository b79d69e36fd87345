"""Articles: a text into proposed statements, and reviewed proposals into a case. Nothing enters without a person's name."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crosshold.errors import CrossholdError, FileError, Finding

if TYPE_CHECKING:
    from crosshold.formats.text.proposal import Reading
    from crosshold.model.entity import Entity
    from crosshold.model.register import Register


def read_text(
    source: str | Path | bytes,
    *,
    names: Register | Mapping[str, Iterable[str]] | str | Path | None = None,
    published: date | None = None,
    language: str = "auto",
) -> Reading:
    """Read an article, a file (``-`` is standard input) or its bytes, into proposals: who holds what in whom, said by whom, how firmly.

    ``names`` are the parties that are known: a Register, a case, a file of statements, a small file of names, or names by id. Unknown
    names become proposed entities. The proposals are no statements: :func:`write_review` and :func:`accept` make them so. Bounds follow
    the words (spec/evidence 2.1). ``FileError`` for what is no text or too long.
    """
    from crosshold.formats.text import read

    data, name = (source, "text") if isinstance(source, bytes) else (_bytes(str(source)), Path(source).name)
    known: Mapping[str, Iterable[str]] = {}
    kinds: Mapping[str, str] = {}
    if isinstance(names, Mapping):
        known = names
    elif names is not None:
        known, kinds = _spellings(names)
    return read(data, names=known, kinds=kinds, published=published, language=language, name=name)


def write_review(reading: Reading, target: str | Path, *, called: str = "article") -> Path:
    """Write the proposals of a reading as a file for a person to go through."""
    from crosshold.formats.text.review import write_review as written
    from crosshold.report.files import write_text

    return write_text(written(reading, called), Path(target))


def accept(
    review: str | Path, into: str | Path, *, reviewer: str, names: Register | str | Path | None = None, at: datetime | None = None
) -> dict[str, int]:
    """Let the accepted and edited proposals of a review into a case, a file of statements or a register, signed by ``reviewer``.

    ``names`` give parties that ``into`` does not know yet. Gives how many rows were accepted, edited, rejected or
    left as proposed, and how many had entered before. Everything enters or nothing: ``FileError`` tells every fault at once; without a
    name of the reviewer it is a ``RequestError``.
    """
    from crosshold.formats.text.entering import entered
    from crosshold.formats.text.review import read_review
    from crosshold.report.files import write_text
    from crosshold.store.opening import is_store

    if is_store(into):
        return _into_register(Path(review), into, reviewer, _parties(names) if names is not None else {}, at or datetime.now(UTC))
    path = Path(into)
    if path.is_dir():
        path = path / "case.yaml"
    there = path.exists()
    parties = {
        **(_parties(names) if names is not None else {}),
        **(_parties(path.parent if path.name == "case.yaml" else path) if there else {}),
    }
    reviewed = read_review(Path(review), reviewer, parties, at or datetime.now(UTC))
    before = path.read_bytes() if there else None
    text, known = entered(before.decode("utf-8-sig") if before is not None else None, path.name, reviewed, parties)
    write_text(text, path)
    try:
        _parties(path)  # what was added must be read again as it is
    except CrossholdError:
        if before is None:
            path.unlink()
        else:
            write_text(before, path)
        raise
    return {**reviewed.counts, "entered": len(reviewed.statements) - known, "known before": known}


def _into_register(review: Path, into: str | Path, reviewer: str, parties: Mapping[str, Entity], at: datetime) -> dict[str, int]:
    """The same into a register, in one change of it, with the ``parties`` that it does not have yet. What came in from the same proposal
    of the same article stays as it is."""
    from crosshold.formats.text.review import read_review
    from crosshold.store.jobs import Job
    from crosshold.store.opening import open_store

    store = open_store(into)
    try:
        register = store.register()
        reviewed = read_review(review, reviewer, {**parties, **register.entities}, at)
        told = register.statements.worded(("proposal",))
        there = {words["proposal"] for n, words in told if register.statements.columns["source"][n] == reviewed.source.id}
        new = [s for s in reviewed.statements if s.extra["proposal"] not in there]
        used = {name for s in new for name in (s.subject, s.object, *s.joint) if name}
        strangers = [parties[name] for name in sorted(used & set(parties)) if name not in register.entities]
        if new:
            with store.writing(job=Job("review", " ".join(reviewer.split()))) as writer:
                writer.add(new, [*reviewed.entities, *strangers], [reviewed.source])
    finally:
        store.close()
    return {**reviewed.counts, "entered": len(new), "known before": len(reviewed.statements) - len(new)}


def _spellings(names: Register | str | Path) -> tuple[Mapping[str, Iterable[str]], Mapping[str, str]]:
    """The names of a register, or those of a small file: ``names: {ID: [name, other name]}`` in YAML or JSON."""
    from crosshold.formats.text.names import listed, spellings
    from crosshold.formats.yaml_text import read_file

    if isinstance(names, (str, Path)) and Path(names).suffix in (".json", ".yaml", ".yml") and Path(names).is_file():
        document = read_file(Path(names))
        if isinstance(document.data, dict) and "crosshold" not in document.data:
            return listed(document), {}
    return spellings(_parties(names).values())


def _bytes(source: str) -> bytes:
    from crosshold.formats.text.article import MOST_BYTES

    if source == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with Path(source).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such name"
        raise FileError(Finding("C_FILE", f"the text cannot be read ({reason}).", "Check the path.", source[:200])) from None


def _parties(names: Register | str | Path) -> Mapping[str, Entity]:
    """The parties of a register, a case or a file of statements."""
    from crosshold.api.reading import find, read
    from crosshold.formats.intake import Input
    from crosshold.model.entity import Entity

    if not isinstance(names, (str, Path)):
        return names.entities
    path = find(names)
    own = path.is_file() and b"crosshold: statements/" in Input(path).head[:4096]
    register = read(path, format="statements" if own else None)
    if own:
        faults = [f for f in register.findings if f.level == "error"]
        if faults:
            raise FileError(faults)
        return register.entities
    issuers = {s.subject for s in register.statements if s.verb == "issued"}
    held = {name for s in register.statements for name in (s.subject, s.object) if name and ("lot" in s.extra or name in issuers)}
    return {**{name: Entity(name) for name in sorted(held | issuers) if not name.startswith("~")}, **register.entities}


def news_lines(reading: Reading) -> list[str]:
    """A reading for a terminal."""
    from crosshold.formats.text.review import lines

    return lines(reading)
