"""A register in the tables of a database, and the work on it: the review queue, choices, settings, and who did what.

One class for all databases; what differs between them (SQLite for one person, PostgreSQL for a team) is in the file of each. A statement is
kept as its canonical content, so that nothing is lost and the id is the same in every store.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from crosshold.errors import FileError, Finding, RequestError, did_you_mean
from crosshold.model.entity import Entity, merged
from crosshold.model.picks import Pick
from crosshold.model.register import Register
from crosshold.model.statement import Source, Statement, content_id, from_plain
from crosshold.model.statements import Statements
from crosshold.store import columns

STATES = ("proposed", "accepted", "edited", "rejected", "superseded")
"""States of a proposal under review."""
REFUSALS = ("not a claim", "wrong party", "wrong number", "duplicate", "not relevant")
"""Why a proposal may be rejected."""
SCHEMA = (
    "CREATE TABLE imports (generation INTEGER PRIMARY KEY, recorded_at TEXT NOT NULL, statements INTEGER NOT NULL)",
    "CREATE TABLE statements (n {serial}, id TEXT NOT NULL UNIQUE, label TEXT, content TEXT NOT NULL, "
    "generation INTEGER NOT NULL REFERENCES imports)",
    "CREATE TABLE words (n {serial}, kind TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, "
    "generation INTEGER NOT NULL REFERENCES imports)",
    "CREATE INDEX words_by_id ON words (kind, id)",
    "CREATE TABLE reviews (id TEXT PRIMARY KEY, state TEXT NOT NULL, proposal TEXT NOT NULL, change TEXT, version INTEGER NOT NULL)",
    "CREATE TABLE audit (n {serial}, at TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL, "
    "before TEXT, after TEXT)",
    "CREATE TABLE settings (project TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (project, name))",
)  # fmt: skip
"""The first version of the tables. A later one adds a tuple to :data:`MIGRATIONS` and changes none that is there."""
MIGRATIONS: tuple[tuple[str, ...], ...] = (SCHEMA,)


class TableStore(ABC):
    """A register in a database. Everything given to one :meth:`add` is there afterwards, or nothing of it."""

    serial: str

    @abstractmethod
    def run(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """One statement of SQL with ``?`` for values; its rows."""

    @abstractmethod
    def many(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """The same statement for many rows."""

    @contextmanager
    @abstractmethod
    def together(self) -> Iterator[None]:
        """All or nothing, one writer at a time."""

    def _migrate(self, version: int, upto: int = len(MIGRATIONS)) -> None:
        if version > upto:
            message = f"its tables are of version {version}; this crosshold knows {upto}."
            raise FileError(Finding("C_VERSION", message, "Use a newer crosshold.", "database"))
        for migration in MIGRATIONS[version:]:
            for query in migration:
                self.run(query.replace("{serial}", self.serial))

    # -- the register --------------------------------------------------------------------------------------------------------------
    def add(
        self,
        statements: Iterable[Statement] = (),
        entities: Iterable[Entity] = (),
        sources: Iterable[Source] = (),
        picks: Iterable[Pick] = (),
    ) -> int:
        """Take rows in; how many statements were new. ``C_DUPLICATE_ID`` when an id that a person gave stands for another statement."""
        given: dict[str, tuple[str | None, str]] = {}
        for s in statements:
            content = s.canonical()
            name = s.label or content_id(content)
            _same(name, given.setdefault(name, (s.label, content))[1], content)
        with self.together():
            for name, content in self._known(list(given)):
                _same(name, content, given.pop(name)[1])
            words = [
                (kind, name, json.dumps(row, ensure_ascii=False, default=str))
                for kind, name, row in _words(entities, sources, picks)
            ]
            words = self._new(words)
            if given or words:
                generation = self.generation + 1
                self.run("INSERT INTO imports VALUES (?, ?, ?)", (generation, _now(), len(given)))
                rows = [(name, label, content, generation) for name, (label, content) in given.items()]
                self.many("INSERT INTO statements (id, label, content, generation) VALUES (?, ?, ?, ?)", rows)
                self.many(
                    "INSERT INTO words (kind, id, content, generation) VALUES (?, ?, ?, ?)", [(*w, generation) for w in words]
                )
                for pick in picks:
                    self._audit(
                        pick.by, "pick", " ".join(filter(None, pick.slot)), None, json.dumps(asdict(pick), ensure_ascii=False)
                    )
        return len(given)

    def _known(self, names: list[str]) -> Iterator[tuple[str, str]]:
        """Those of some statements that are there already, with their content."""
        for some in (names[k : k + 500] for k in range(0, len(names), 500)):
            marks = ", ".join("?" * len(some))
            yield from self.run(f"SELECT id, content FROM statements WHERE id IN ({marks})", some)

    def _new(self, words: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """Without the parties and sources about which nothing new is said: every word stands already, and the last of them is the last."""
        stored: dict[tuple[str, str], list[str]] = {}
        for kind, name, content in self.run("SELECT kind, id, content FROM words ORDER BY n"):
            stored.setdefault((kind, name), []).append(content)
        said: dict[tuple[str, str], list[str]] = {}
        for kind, name, content in words:
            said.setdefault((kind, name), []).append(content)
        old = {
            key
            for key, given in said.items()
            if key in stored and set(given) <= set(stored[key]) and given[-1] == stored[key][-1]
        }
        return [(kind, name, content) for kind, name, content in words if kind == "picks" or (kind, name) not in old]

    @property
    def generation(self) -> int:
        """How many imports changed it."""
        return int(self.run("SELECT coalesce(max(generation), 0) FROM imports")[0][0])

    def register(self, *, as_recorded: datetime | None = None) -> Register:
        """The whole Register; with ``as_recorded`` as it was at a moment."""
        upto = self._generation_at(as_recorded)
        rows = self.run("SELECT label, content FROM statements WHERE generation <= ? ORDER BY n", (upto,))
        statements = Statements(from_plain(json.loads(content), label) for label, content in rows)
        entities: dict[str, Entity] = {}
        sources: dict[str, Source] = {}
        picks: dict[Any, Pick] = {}
        for kind, name, content in self.run("SELECT kind, id, content FROM words WHERE generation <= ? ORDER BY n", (upto,)):
            row = json.loads(content)
            if kind == "entities":
                new = columns.entity(row)
                entities[name] = merged(entities[name], new) if name in entities else new
            elif kind == "sources":
                sources[name] = columns.source(row)
            else:
                made = columns.pick(row)
                picks[made.slot] = made
        return Register(
            statements, sources, entities, picks=tuple(picks.values()), notional=True, believe="picks" if picks else "latest-firm"
        )

    def _generation_at(self, moment: datetime | None) -> int:
        if moment is None:
            return self.generation
        times = self.run("SELECT generation, recorded_at FROM imports ORDER BY generation")
        return max((n for n, at in times if datetime.fromisoformat(at) <= moment), default=0)

    # -- the work on it ------------------------------------------------------------------------------------------------------------
    def propose(self, name: str, proposal: Statement) -> None:
        """Put a proposed statement into the review queue; nothing of it is in the register. An id that is there already stays as it is."""
        with self.together():
            if not self.run("SELECT 1 FROM reviews WHERE id = ?", (name,)):
                self.run("INSERT INTO reviews VALUES (?, 'proposed', ?, NULL, 1)", (name, proposal.canonical()))

    def reviews(self, state: str | None = None) -> list[dict[str, Any]]:
        """The queue: id, state, proposal and change (as plain content), version."""
        rows = self.run("SELECT id, state, proposal, change, version FROM reviews ORDER BY id")
        names = ("id", "state", "proposal", "change", "version")
        found = [dict(zip(names, (i, s, json.loads(p), c and json.loads(c), v), strict=True)) for i, s, p, c, v in rows]
        return [row for row in found if state in (None, row["state"])]

    def review(
        self, name: str, state: str, *, by: str, version: int, change: Statement | None = None, reason: str | None = None
    ) -> int:
        """Decide on a proposal as of the ``version`` that was looked at; the new version. The proposal itself is never changed.

        Accepting or editing puts the statement into the register, with the name of who let it in. Errors: ``E_UNKNOWN_ID``; ``E_REVIEW``
        (no name, no reason for a refusal, no such state); ``E_STALE`` when somebody else decided meanwhile: nothing is overwritten.
        """
        if (
            not by.strip()
            or state not in STATES
            or (state == "rejected" and reason not in REFUSALS)
            or (state == "edited") != bool(change)
        ):
            message = "a review needs a name, a state, a reason when it rejects, and the change when it edits."
            raise RequestError(
                Finding("E_REVIEW", message, f"States: {', '.join(STATES)}. Reasons: {', '.join(REFUSALS)}.", name)
            )
        found = {row["id"]: row for row in self.reviews()}
        if name not in found:
            raise RequestError(Finding("E_UNKNOWN_ID", f"{name!r} is in no queue.", did_you_mean(name, found), name))
        content = change.canonical() if change else None
        with self.together():
            query = (
                "UPDATE reviews SET state = ?, change = ?, version = version + 1 WHERE id = ? AND version = ? RETURNING version"
            )
            done = self.run(query, (state, content, name, version))
            if not done:
                message = f"somebody decided on it meanwhile (it is {found[name]['state']}, version {found[name]['version']})."
                raise RequestError(Finding("E_STALE", message, "Look at it again.", name))
            after = json.dumps({"state": state, "reason": reason, "change": content}, ensure_ascii=False)
            self._audit(by.strip(), state, name, json.dumps({"state": found[name]["state"]}), after)
        if state in ("accepted", "edited"):
            plain = json.loads(content) if content else found[name]["proposal"]
            self.add([from_plain({**plain, "reviewed_by": by.strip(), "reviewed_at": _now()})])
        return int(done[0][0])

    def audit(self) -> list[dict[str, Any]]:
        """Every decision: when, who, what, about what, before and after."""
        names = ("at", "who", "what", "subject", "before", "after")
        return [dict(zip(names, row, strict=True)) for row in self.run(f"SELECT {', '.join(names)} FROM audit ORDER BY n")]

    def _audit(self, who: str, what: str, subject: str, before: str | None, after: str | None) -> None:
        query = "INSERT INTO audit (at, who, what, subject, before, after) VALUES (?, ?, ?, ?, ?, ?)"
        self.run(query, (_now(), who, what, subject, before, after))

    def setting(self, project: str, name: str, value: str | None = None) -> str | None:
        """A setting of a project; with ``value`` it is changed first."""
        if value is not None:
            with self.together():
                self.run("DELETE FROM settings WHERE project = ? AND name = ?", (project, name))
                self.run("INSERT INTO settings VALUES (?, ?, ?)", (project, name, value))
        rows = self.run("SELECT value FROM settings WHERE project = ? AND name = ?", (project, name))
        return str(rows[0][0]) if rows else None


def _same(name: str, content: str, other: str) -> None:
    if content != other:
        message = f"{name}: this id stands for another statement already."
        raise FileError(Finding("C_DUPLICATE_ID", message, "Give it another id, or none.", "statements"))


def _words(
    entities: Iterable[Entity], sources: Iterable[Source], picks: Iterable[Pick]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for entity in entities:
        yield "entities", entity.id, asdict(entity)
    for source in sources:
        yield "sources", source.id, asdict(source)
    for pick in picks:
        yield "picks", " ".join(filter(None, pick.slot)), asdict(pick)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
