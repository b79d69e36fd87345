"""All statements, contradictory ones side by side; nothing is overwritten.

Two time axes: a statement is *about* days (``valid_from``, ``valid_to``) and *known* from a day (``known_on``).
``at(day, known_by)`` picks one Snapshot and says what it set aside.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from crosshold.errors import Finding, RequestError, did_you_mean
from crosshold.model.changes import Change, changes
from crosshold.model.contested import Conflict
from crosshold.model.dates import add_months, interval
from crosshold.model.entity import Entity, merged
from crosshold.model.identity import Identity, identity
from crosshold.model.picker import SAID, Picker
from crosshold.model.picks import Pick
from crosshold.model.policy import Policy, policy
from crosshold.model.snapshot import Snapshot
from crosshold.model.statement import Source, Statement
from crosshold.model.statements import Made, Statements
from crosshold.model.status import STATUSES, Standing

INTERESTS = ("consolidates", "controls", "holds", "may_appoint", "no_owner", "undisclosed", "votes")
"""Verbs of claims about who is behind a company that may make no lot."""
__all__ = ["STATUSES", "Register", "Statements"]


@dataclass(frozen=True, eq=False)
class Register:
    """Statements, sources, entities, and the records of a case that are no statements (``records``, rows with their ``known_on``).

    ``notional``: a company of which nobody says how many shares it has stands on a notional whole, and percentages of it count; a case
    names its companies itself. ``same`` has the ids that :meth:`canonical` has taken for others. ``overheld``: a Snapshot in which more
    than all of a company is held is refused (``refuse``), or made without that company (``leave-out``). ``defaults`` are the Snapshot
    fields that a case fixes: ``case``, ``title``, ``currency``, ``groups``, ``rules``, ``rest``.
    """

    statements: Statements
    sources: Mapping[str, Source] = field(default_factory=dict)
    entities: Mapping[str, Entity] = field(default_factory=dict)
    records: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    day: date | None = None
    known_by: date | None = None
    believe: str = "latest-firm"
    findings: tuple[Finding, ...] = ()
    picks: tuple[Pick, ...] = ()
    notional: bool = False
    same: Mapping[str, str] = field(default_factory=dict)
    overheld: str = "refuse"

    def add(self, statements: Iterable[Statement]) -> Register:
        """A new Register with more statements; ids already there are kept once."""
        known = set(self._by_id)
        return replace(self, statements=Statements([*self.statements, *(s for s in statements if s.id not in known)]))

    @cached_property
    def _by_id(self) -> dict[str, Statement]:
        return dict(zip(self.statements.ids, self.statements, strict=True))

    def statement(self, statement_id: str) -> Statement:
        """One statement by its id."""
        try:
            return self._by_id[statement_id]
        except KeyError:
            message = f"no statement has the id {statement_id!r}."
            raise RequestError(Finding("E_UNKNOWN_ID", message, did_you_mean(statement_id, self._by_id))) from None

    def live(self, known_by: date | None) -> list[Statement]:
        """Statements known by a day that no known revision or retraction has replaced. ``None`` = everything known now."""
        return [self.statements[place] for place in self.standing(known_by)]

    def standing(self, known_by: date | None, day: date | None = None) -> list[int]:
        """Where the live statements stand, found in the columns.

        A revision that was measured later than what it revises replaces it from that day on: of a ``day`` before, the older one still
        counts and the newer one does not yet. Any other revision is a correction and replaces it for all days.
        """
        rows = self.statements
        known = self._known_places(known_by)
        revised = [(n, old) for n, old in rows.said("revises") if known is None or n in known]
        retracted = [(n, old) for n, old in rows.said("retracts") if known is None or n in known]
        ends = {n for n, _ in retracted}
        places = self._places({old for _, old in revised + retracted})
        ends |= {place for _, old in retracted for place in places.get(old, ())}
        for n, old in revised:
            if old not in self.revision_cycle and (older := places.get(old)):
                since = self._measured(n)
                later = day is not None and since > day and since > max(self._measured(place) for place in older)
                ends |= {n} if later else set(older)
        return [n for n in range(len(rows)) if n not in ends and (known is None or n in known)]

    def _measured(self, place: int) -> date:
        """The first day on which a statement can have been measured; without one it speaks of all its days."""
        text = self.statements.columns["as_of"][place]
        return interval(text)[0] if text else date.min

    def _places(self, names: Collection[str]) -> dict[str, list[int]]:
        """Where the statements of some ids stand; ids given in files may stand for several."""
        found: dict[str, list[int]] = {}
        for n, name in enumerate(self.statements.ids) if names else ():
            if name in names:
                found.setdefault(name, []).append(n)
        return found

    @cached_property
    def _identities(self) -> dict[date | None, Identity]:
        return {}

    def identity(self, known_by: date | None = None) -> Identity:
        """Which ids are one party, as a reader of a day knows it. A case names its parties itself: there each id is one."""
        if known_by not in self._identities:
            self._identities[known_by] = Identity({}, {}, {}) if self.records else identity(self, known_by)
        return self._identities[known_by]

    def canonical(self, known_by: date | None = None) -> Register:
        """The same statements with one id for each party: what every answer rests on. The statements keep their own ids."""
        found = self.identity(known_by)
        if not found.same and not found.findings:
            return self
        register = replace(self, findings=(*self.findings, *found.findings))
        if not found.same:
            return register
        columns = dict(self.statements.columns)
        for name in ("subject", "object"):
            told = zip(columns[name], columns["verb"], strict=True)
            columns[name] = [cell if verb == "same_as" else found.of(cell) for cell, verb in told]
        columns["joint"] = Made(columns["joint"], lambda names: tuple(map(found.of, names)))
        entities: dict[str, Entity] = {}
        for name in sorted(self.entities, key=lambda n: n in found.same):  # what is said under the id that stays goes before
            head = found.of(name)
            one = replace(self.entities[name], id=head)
            entities[head] = merged(one, entities[head]) if head in entities else one
        picks = tuple(replace(p, holder=found.of(p.holder), issuer=found.of(p.issuer)) for p in self.picks)
        statements = Statements.of(columns, len(self.statements), self.statements.ids)
        return replace(register, statements=statements, entities=entities, picks=picks, same=found.same)

    def _known(self, statement: Statement, known_by: date | None) -> bool:
        day = self.known_on(statement)
        return known_by is None or day is None or day <= known_by

    def _known_places(self, known_by: date | None) -> set[int] | None:
        """Where the statements stand that a reader of that day could know; ``None`` = all."""
        if known_by is None:
            return None
        days = zip(self.statements.columns["known_on"], self.statements.columns["source"], strict=True)
        published = {name: source.published_on for name, source in self.sources.items()}
        told = (known or published.get(source) for known, source in days)
        return {n for n, day in enumerate(told) if day is None or day <= known_by}

    def places(self, day: date, known_by: date | None, *verbs: str) -> list[int]:
        """Where the live statements of some verbs that are about a day stand. A million rows are passed over in columns."""
        verb = self.statements.columns["verb"]
        return self._covering(day, (n for n in self.standing(known_by, day) if verb[n] in verbs))

    def _covering(self, day: date, places: Iterable[int]) -> list[int]:
        """The places of statements that are about a day."""
        start, end, measured = (self.statements.columns[name] for name in ("valid_from", "valid_to", "as_of"))
        found = []
        for n in places:
            first, last = start[n] or measured[n], end[n]
            if not (first and interval(first)[0] > day) and not (last and interval(last)[0] <= day):
                found.append(n)
        return found

    def unknown(self, day: date, known_by: date) -> list[str]:
        """The ids of the statements about a day that could not be known by another day."""
        known = self._known_places(known_by) or set()
        return [self.statements.ids[n] for n in self._covering(day, (n for n in range(len(self.statements)) if n not in known))]

    @cached_property
    def revision_cycle(self) -> frozenset[str]:
        """Statements that revise each other in a circle: all of them stay candidates."""
        revises = {self.statements.ids[n]: old for n, old in self.statements.said("revises")}
        circle: set[str] = set()
        done: set[str] = set()
        for start in revises:
            chain: dict[str, None] = {}  # every statement is walked over once, however long the chains are
            here: str | None = start
            while here in revises and here not in done and here not in chain:
                chain[here] = None
                here = revises[here]
            if here in chain:
                names = list(chain)
                circle |= set(names[names.index(here) :])
            done |= chain.keys()
        return frozenset(circle)

    def part(self, day: date | None = None, known_by: date | None = None) -> Register:
        """The live statements of one day, as known by a day; the entities and sources that they name."""
        live = (self.statements[place] for place in self.standing(known_by, day))
        rows = [s for s in live if day is None or s.covers(day)]
        named = {name for s in rows for name in (s.subject, s.object, *s.joint)}
        entities = {name: entity for name, entity in self.entities.items() if name in named}
        sources = {name: source for name, source in self.sources.items() if name in {s.source for s in rows}}
        return replace(self, statements=Statements(rows), entities=entities, sources=sources)

    def known_on(self, statement: Statement) -> date | None:
        """The day a reader could first know it: its own, else its source's day of publication, else always."""
        source = self.sources.get(statement.source or "")
        return statement.known_on or (source.published_on if source else None)

    def history(self, holder: str, issuer: str) -> list[Statement]:
        """Every statement about one holding, oldest first, whatever became of it."""
        found = self.identity()
        about, told = (found.of(holder), found.of(issuer)), self.canonical().statements
        parties = zip(told.columns["subject"], told.columns["object"], strict=True)
        rows = [s for n, pair in enumerate(parties) if pair == about and (s := told[n]).verb in ("holds", "votes")]
        return sorted(rows, key=lambda s: (s.starts() or date.min, s.id))

    def status(self, statement: Statement, known_by: date | None = None) -> str:
        """What became of the proposition of ``statement``: one word of :data:`STATUSES` (spec/evidence 3.5).

        Asking about a statement that was not known yet is ``E_UNKNOWN_ID``.
        """
        if known_by not in self._statuses:
            self._statuses[known_by] = Standing(self.canonical(known_by), known_by)
        return self._statuses[known_by].status(statement)

    @cached_property
    def _statuses(self) -> dict[date | None, Standing]:
        return {}

    def conflicts(self, day: date | None = None, known_by: date | None = None) -> list[Conflict]:
        """Pairs of live statements about one holding at one day whose intervals do not meet."""
        return self._picker(day, known_by).contested.conflicts()

    def claims(self, *, subject: str | None = None, object: str | None = None, status: str | None = None) -> list[Statement]:
        """Statements about a party, a company, or with a status of :data:`STATUSES`, in the order in which they came."""
        if status is not None and status not in STATUSES:
            message = f"{status!r} is no status of a claim."
            raise RequestError(Finding("E_STATUS", message, did_you_mean(status, STATUSES), "status"))
        found, told = self.identity(), self.canonical().statements
        subject, object = (name and found.of(name) for name in (subject, object))
        columns = zip(told.columns["subject"], told.columns["object"], strict=True)
        rows = [told[n] for n, (a, b) in enumerate(columns) if subject in (None, a) and object in (None, b)]
        return rows if status is None else [s for s in rows if self.status(s) == status]

    def interests(
        self, day: date | None = None, *, known_by: date | None = None, believe: str | None = None, issuer: str | None = None
    ) -> list[Statement]:
        """What is declared on a day about who is behind a company, and makes no lot: holdings and votes through whatever chain, control,
        appointments, consolidation; and that it has no owner, or one who is not named (spec/evidence 3.4).
        """
        by, chosen = known_by or self.known_by, policy(believe or self.believe).rest
        told = self.canonical(by)
        rows, about = told.statements, None if issuer is None else self.identity(by).of(issuer)
        verb, object, source, speaker, stance = (rows.columns[n] for n in ("verb", "object", "source", "speaker_kind", "stance"))
        places = [n for n in told.places(self._day(day), by, *INTERESTS) if stance[n] in SAID]
        places = [
            n for n in places if about in (None, object[n] or rows.columns["subject"][n]) and chosen.passes(source[n], speaker[n])
        ]
        sized = [n for n in places if verb[n] in ("holds", "votes")]
        declared = {n for n, words in rows.worded(("declared",), sized) if words["declared"]}
        direct = {n for n in sized if n not in declared and rows.columns["directness"][n] != "indirect"}
        return [rows[n] for n in places if n not in direct]

    def diff(self, before: date | str, after: date | str, *, by: str = "at", day: date | None = None) -> list[Change]:
        """What is different about holdings: ``by="at"`` on two days, ``"known_by"`` as known on two days, ``"source"`` by two sources.

        The last two are asked of one ``day`` (default: the register's).
        """
        if by not in ("at", "known_by", "source"):
            raise RequestError(Finding("E_OPTION", f"{by!r} tells no two states apart.", "Say at, known_by or source.", "by"))
        if by == "at":
            return changes(self._picker(before), self._picker(after))  # type: ignore[arg-type]
        if by == "known_by":
            return changes(self._picker(day, before), self._picker(day, after))  # type: ignore[arg-type]
        return changes(self._picker(day, None, f"only:{before}"), self._picker(day, None, f"only:{after}"))

    def _day(self, day: date | None) -> date:
        if day is None and self.day is None:
            raise RequestError(Finding("E_NO_DATE", "the register has no date of its own.", "Give one: --at YYYY-MM-DD."))
        return day or self.day  # type: ignore[return-value]

    def at(self, day: date | None = None, *, known_by: date | None = None, believe: str | Policy | None = None) -> Snapshot:
        """The Snapshot of one day, as a reader on ``known_by`` could know it, under a policy that says whom to believe.

        Without ``day`` the case's own; without ``known_by`` the case's own, else everything known now. Policies:
        ``latest-firm`` (default), ``firmest``, ``filed-only``, ``widest``, ``only:SOURCE[,SOURCE]``, ``picks[:POLICY]``.
        """
        return self._picker(day, known_by, believe).snapshot()

    def _picker(self, day: date | None, known_by: date | None = None, believe: str | Policy | None = None) -> Picker:
        chosen = believe if isinstance(believe, Policy) else policy(believe or self.believe)
        if unknown := [name for name in chosen.sources if name not in self.sources]:
            message = f"no source is called {', '.join(unknown)}."
            raise RequestError(Finding("E_POLICY", message, did_you_mean(unknown[0], self.sources), "believe"))
        by = known_by or self.known_by
        return Picker(self.canonical(by), self._day(day), by, chosen)

    def earlier(self, snapshot: Snapshot, months: int = 12) -> tuple[Snapshot, ...]:
        """Earlier registers as the reader of ``snapshot`` knows them, oldest first: of every day in the ``months`` before it on which
        something about a holding or a share count begins or ends, of the eve of such a change, and of the last such day before them. A
        claim that was only measured on a day says nothing about its eve.

        Laws on a rise within some months are measured against them. A day whose register does not add up shows no rise and is left out.
        """
        told: set[date] = set()
        columns, known = self.statements.columns, self._known_places(snapshot.known_by)
        rows = zip(*(columns[name] for name in ("verb", "valid_from", "valid_to", "as_of")), strict=True)
        for n, (verb, start, end, measured) in enumerate(rows):
            if verb in ("holds", "issued") and (known is None or n in known):
                changes = [interval(text)[0] for text in (start, end) if text]
                told |= {*changes, *(day - timedelta(1) for day in changes if day > date.min)}
                told |= {interval(measured)[0]} if measured else set()
        days = sorted(day for day in told if day < snapshot.at)
        first = add_months(snapshot.at, -months)
        chosen = [*[day for day in days if day < first][-1:], *(day for day in days if day >= first)]
        found = []
        for day in chosen:
            try:
                found.append(self.at(day, known_by=snapshot.known_by, believe=snapshot.believe))
            except RequestError:
                continue
        return tuple(found)
