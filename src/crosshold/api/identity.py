"""Which ids of a register are one party: a person judges, and may take it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from crosshold.errors import Finding, Findings, RequestError, did_you_mean
from crosshold.model.result import Result

if TYPE_CHECKING:
    from crosshold.model.register import Register
    from crosshold.model.statement import Statement


class Party(NamedTuple):
    """A party with several ids: the one that stands for it, its name, all of them, and why they are one."""

    id: str
    name: str
    ids: tuple[str, ...]
    because: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Identities(Result):
    """The parties of a register with several ids. ``judgements`` are all that stand, those of ``different`` and ``unsure`` too."""

    parties: tuple[Party, ...]
    judgements: tuple[dict[str, Any], ...]

    row: ClassVar[Any] = Party

    def _rows(self) -> tuple[Party, ...]:
        return self.parties


def identities(register: Register, known_by: date | None = None) -> Identities:
    """Which ids are one party, as known by a day, and why; judgements that contradict each other are findings."""
    from crosshold.model.identity import judgements

    found = register.identity(known_by)
    entities = register.canonical(known_by).entities
    parties = [
        Party(head, entities[head].name if head in entities else head, names, tuple(found.why(head)))
        for head, names in sorted(found.classes.items())
    ]
    told = tuple(
        {
            "id": s.id,
            "a": s.subject,
            "b": s.object,
            "value": s.value,
            "by": s.reviewed_by,
            "on": str(s.known_on or ""),
            "reason": s.reason,
        }
        for s in judgements(register, known_by)
    )
    return Identities(
        settings={"known_by": str(known_by) if known_by else None},
        parties=tuple(parties),
        judgements=told,
        findings=found.findings,
    )


class Named(NamedTuple):
    """A party that was found: ``score`` 0 to 100, ``matched`` the name that was near, or ``id`` or the scheme that was the same."""

    score: float
    id: str
    name: str
    kind: str
    jurisdiction: str | None
    identifiers: tuple[str, ...]
    matched: str


def find_party(register: Register, text: str, *, limit: int = 10) -> list[Named]:
    """The parties of a register that go under a name, an id or a number, or nearly so; the best first.

    Needs the extra ``link`` (rapidfuzz). Errors: ``E_EXTRA``; ``E_OPTION`` when nothing is asked.
    """
    from crosshold.store.name_index import NameIndex

    if not text.strip() or len(text) > 1_000:
        raise RequestError(Finding("E_OPTION", "that is no name.", "Give a name, an id or a number.", "find"))
    same, parties = register.identity(), register.canonical().entities
    told: dict[str, Named] = {}
    for found in NameIndex(register.entities.values()).find(text.strip(), limit * 3):
        party = parties[same.of(found.id)]
        numbers = tuple(f"{scheme} {value}" for scheme, value in party.identifiers)
        matched = found.matched if found.id == party.id else f"{found.matched} ({found.id})"
        told.setdefault(party.id, Named(found.score, party.id, party.name, party.kind, party.jurisdiction, numbers, matched))
    return list(told.values())[:limit]


def judge(
    folder: str | Path, pairs: Iterable[tuple[str, str, str, str]], *, by: str, undo: bool = False, wait_s: float = 10.0
) -> list[Statement]:
    """Judge pairs of ids, each with ``same``, ``different`` or ``unsure`` and a reason; all of them or none.

    A judgement about a pair that was judged before replaces that one. ``undo`` takes the judgement that stands back instead. Errors:
    ``E_UNKNOWN_ID``, ``E_JUDGEMENT`` (nobody named, one id twice, nothing to take back), all at once.
    """
    from crosshold.store.jobs import Job
    from crosshold.store.opening import open_store

    store = open_store(folder, wait_s=wait_s)
    try:
        made = _judgements(store.register(), pairs, by.strip(), undo)
        with store.writing(wait_s, Job("judgement", by.strip())) as writer:
            writer.add(made)
    finally:
        store.close()
    return made


def _judgements(register: Register, pairs: Iterable[tuple[str, str, str, str]], by: str, undo: bool) -> list[Statement]:
    from crosshold.model.identity import VALUES, judgements
    from crosshold.model.statement import Statement

    columns = register.statements.columns
    ids = {*register.entities, *filter(None, columns["subject"]), *filter(None, columns["object"])}
    standing = {frozenset((s.subject, s.object)): s for s in judgements(register)}
    now, faults, made = datetime.now(UTC), Findings(), []
    if not by:
        faults.add("E_JUDGEMENT", "nobody is named who judged.", "Say who: --by NAME.", "--by")
    for n, (a, b, value, reason) in enumerate(pairs):
        for name in dict.fromkeys((a, b)):
            if name not in ids:
                faults.add("E_UNKNOWN_ID", f"{name!r} is nowhere in this register.", did_you_mean(name, ids), name)
        before = standing.get(frozenset((a, b)))
        if a == b or value not in VALUES:
            faults.add("E_JUDGEMENT", f"{a} and {b} cannot be judged {value!r}.", f"Two ids are {', '.join(VALUES)}.", a)
        elif undo and before is None:
            faults.add("E_JUDGEMENT", f"no judgement about {a} and {b} stands.", "'crosshold same REGISTER' lists them.", a)
        said = {"retracts": before.id} if undo and before else {"value": value, "revises": before.id if before else None}
        made.append(
            Statement(
                a, "same_as", b, speaker=by, speaker_kind="named", known_on=now.date(), reviewed_by=by,
                reviewed_at=now.isoformat(), reason=reason or None, where=f"judgement {n + 1}", **said,
            )
        )  # fmt: skip
        standing[frozenset((a, b))] = made[-1]
    faults.raise_errors(RequestError)
    return made


def judge_file(folder: str | Path, path: str | Path, *, by: str, wait_s: float = 10.0) -> list[Statement]:
    """The decisions of a table of proposals, as :func:`judge` takes them."""
    from crosshold.formats.proposals import read_decisions

    rows = read_decisions(Path(path))
    return judge(folder, [(row.a, row.b, row.decision, row.reason) for row in rows], by=by, wait_s=wait_s)
