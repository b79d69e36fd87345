"""Takes rows into the tables of a database, in one transaction and in batches, so that the memory does not grow with the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosshold.errors import FileError, Finding, RequestError
from crosshold.model.entity import Entity
from crosshold.model.picks import Pick
from crosshold.model.statement import Source, Statement, content_id
from crosshold.store.columns import refuse
from crosshold.store.jobs import Import, Job

if TYPE_CHECKING:
    from crosshold.store.tables import TableStore

BATCH = 10_000
_GIVEN = "CREATE TEMPORARY TABLE given (n {serial}, id TEXT NOT NULL UNIQUE, label TEXT, content TEXT NOT NULL)"
_IMPORT = "INSERT INTO imports (generation, recorded_at, what, who, files, statements, known_before) VALUES (?, ?, ?, ?, ?, ?, ?)"
_CLOSE = "UPDATE imports SET what = ?, who = ?, files = ?, statements = ?, known_before = ? WHERE generation = ?"
Word = tuple[str, str, str]


class TableWriter:
    """Rows of one transaction. ``new`` statements came in, ``known_before`` were there already or came twice.

    ``verbatim``: the rows are those of another store, and are taken over one by one with the moments at which they came there.
    """

    def __init__(self, store: TableStore, job: Job, history: Iterable[Import] | None = None) -> None:
        self.store, self.job, self.verbatim = store, job, history is not None
        self.new = self.known_before = 0
        self.rejected: list[Path] = []
        self.generation = store.generation + 1
        self.now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._begun = False
        self._given: dict[str, tuple[str | None, str]] = {}
        self._words: list[Word] = []
        self._moments: dict[str, int] = {}
        store.run(_GIVEN.replace("{serial}", store.serial))
        for row in history or ():
            files = json.dumps(row.files, ensure_ascii=False)
            store.run(_IMPORT, (row.generation, row.recorded_at, row.what, row.by, files, row.statements, row.known_before))
            self._moments[row.recorded_at] = row.generation

    def moment(self, recorded_at: str) -> None:
        """What is given from now on came in at that moment (of the history)."""
        if self._moments[recorded_at] != self.generation:
            self._flush()
            self.generation = self._moments[recorded_at]

    def add(
        self,
        statements: Iterable[Statement] = (),
        entities: Iterable[Entity] = (),
        sources: Iterable[Source] = (),
        findings: Iterable[Finding] = (),
        picks: Iterable[Pick] = (),
    ) -> None:
        """Take rows in. ``C_DUPLICATE_ID`` when an id that a person gave stands for another statement."""
        for s in statements:
            refuse(s)
            said = s.content()
            name, content = s.label or content_id(said), said.decode()
            there = self._given.setdefault(name, (s.label, content))
            if there[1] != content:
                raise _twice([name])
            if there[1] is not content:
                self.known_before += 1
            if len(self._given) >= BATCH:
                self._flush()
        for pick in picks:
            self.store.note(
                pick.by, "pick" if pick.statement else "unpick", " ".join(filter(None, pick.slot)), None, asdict(pick)
            )
            self._words.append(("picks", " ".join(filter(None, pick.slot)), _text(asdict(pick))))
        self._words += (("entities", entity.id, _text(asdict(entity))) for entity in entities)
        self._words += (("sources", source.id, _text(asdict(source))) for source in sources)
        for finding in findings:
            content = _text({"code": finding.code, "message": finding.message, "cure": finding.cure, "where": finding.where})
            self._words.append(("findings", hashlib.sha256(content.encode()).hexdigest()[:24], content))
        if len(self._words) >= BATCH:
            self._flush()

    def reject(self, name: str, lines: Iterable[str], suffix: str = "jsonl") -> None:
        """Keep rejected rows of a file, one a line; those that an earlier import kept are there once."""
        file, given = f"{name}.{suffix}", list(lines)
        for some in (given[k : k + 500] for k in range(0, len(given), 500)):
            marks = ", ".join("?" * len(some))
            query = f"SELECT line FROM rejects WHERE file = ? AND generation < ? AND line IN ({marks})"
            there = {line for (line,) in self.store.run(query, (file, self.generation, *some))}
            if rows := [(file, line, self.generation) for line in some if self.verbatim or line not in there]:
                self.begin()
                self.store.many("INSERT INTO rejects (file, line, generation) VALUES (?, ?, ?)", rows)

    def keep(self, path: Path, digest: str) -> None:
        """A database keeps no files: ``E_OPTION``."""
        message = "a database keeps no files."
        raise RequestError(Finding("E_OPTION", message, "Import into a folder, or leave it out.", "--keep-originals"))

    def commit(self) -> None:
        """What is still waiting, and the row of the history. An import that gave nothing new is none."""
        self._flush()
        self.store.run("DROP TABLE given")
        if self._begun and not self.verbatim:
            files = json.dumps(self.job.files, ensure_ascii=False)
            self.store.run(_CLOSE, (self.job.what, self.job.by, files, self.new, self.known_before, self.generation))

    def begin(self) -> int:
        """Make the row of the history to which the others refer; its generation."""
        if not self._begun and not self.verbatim:
            self.store.run(_IMPORT, (self.generation, self.now, self.job.what, self.job.by, "[]", 0, 0))
        self._begun = True
        return self.generation

    def _flush(self) -> None:
        self._flush_statements()
        words, self._words = self._words, []
        words = words if self.verbatim else self._news(words)
        if words:
            self.begin()
            rows = [(*word, self.generation) for word in words]
            self.store.many("INSERT INTO words (kind, id, content, generation) VALUES (?, ?, ?, ?)", rows)

    def _flush_statements(self) -> None:
        store, given = self.store, self._given
        if not given:
            return
        self._given = {}
        store.many("INSERT INTO given (id, label, content) VALUES (?, ?, ?)", [(name, *row) for name, row in given.items()])
        there = "FROM given g JOIN statements s ON s.id = g.id"
        if unlike := store.run(f"SELECT g.id {there} WHERE s.content <> g.content ORDER BY g.id LIMIT 20"):
            raise _twice([name for (name,) in unlike])
        ((known,),) = store.run(f"SELECT count(*) {there} WHERE s.undone IS NULL")
        if known < len(given):
            self.begin()
            back = "UPDATE statements SET undone = NULL, generation = ? WHERE undone IS NOT NULL AND id IN (SELECT id FROM given)"
            store.run(back, (self.generation,))
            columns = "id, label, content, generation"
            rows = f"SELECT id, label, content, {int(self.generation)} FROM given WHERE true ORDER BY n"
            store.run(f"INSERT INTO statements ({columns}) {rows} ON CONFLICT (id) DO NOTHING")
        store.run("DELETE FROM given")
        self.new += len(given) - known
        self.known_before += known

    def _news(self, words: list[Word]) -> list[Word]:
        """Without what nothing new is said about: every word of a party stands already, and the last of them is the last."""
        said: dict[tuple[str, str], list[str]] = {}
        for kind, name, content in words:
            said.setdefault((kind, name), []).append(content)
        stored: dict[tuple[str, str], list[str]] = {}
        for kind in ("entities", "sources", "findings"):
            names = [name for k, name in said if k == kind]
            for kind_, name, content in self._stored(kind, names):
                stored.setdefault((kind_, name), []).append(content)
        old = {
            key
            for key, given in said.items()
            if key in stored and set(given) <= set(stored[key]) and given[-1] == stored[key][-1]
        }
        found: list[Word] = []
        for kind, name, content in words:
            if kind == "picks":  # a choice made again is a choice
                found.append((kind, name, content))
            elif (kind, name) not in old:
                found += ((kind, name, text) for text in _last_of_each(said.pop((kind, name), [])))
        return found

    def _stored(self, kind: str, names: list[str]) -> Iterator[Word]:
        for some in (names[k : k + 500] for k in range(0, len(names), 500)):
            marks = ", ".join("?" * len(some))
            yield from self.store.run(
                f"SELECT kind, id, content FROM words WHERE kind = ? AND id IN ({marks}) ORDER BY n", (kind, *some)
            )


def _last_of_each(texts: list[str]) -> list[str]:
    """Each text once, where it came last."""
    return list(dict.fromkeys(reversed(texts)))[::-1]


def _text(row: Any) -> str:
    text = json.dumps(row, ensure_ascii=False, default=str)
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _twice(names: list[str]) -> FileError:
    message = f"{', '.join(names)}: this id stands for another statement already."
    return FileError(Finding("C_DUPLICATE_ID", message, "Give it another id, or none.", "statements"))
