"""What is claimed and by whom, in sentences; the documents behind it; what a reader of an earlier day could not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from crosshold.model.register import Register
from crosshold.model.share import Share
from crosshold.model.snapshot import Snapshot
from crosshold.model.statement import VERBS, Statement
from crosshold.report.figures import count, percent
from crosshold.report.lettering import clean, short
from crosshold.report.story import Claim, SourceRow

_STANCE = {
    "reports": "says so",
    "confirms": "confirms",
    "denies": "denies",
    "declines": "declines to comment",
    "projects": "expects",
}
_SPEAKER = {"unnamed": "not named", "press": "the paper itself"}


def names_of(snapshot: Snapshot) -> dict[str, str]:
    """Short names of all parties; dispersed holders are "other holders"."""
    brief = {e.id: "other holders" if e.kind == "dispersed" else short(e.name) for e in snapshot.entities.values()}
    begins = [f"{name} " for name in brief.values()]
    names = {
        # a short name that begins another one is no name: Mitsubishi (Corporation) beside Mitsubishi Motors
        key: clean(snapshot.name(key)) if any(other.startswith(f"{name} ") for other in begins if other != f"{name} ") else name
        for key, name in brief.items()
    }
    return names | {name: f"the {name}" for name in snapshot.groups}


def news(register: Register, known_by: date | None) -> list[Statement]:
    """The statements of the documents that speak of a plan: what the story starts from."""
    live = [s for s in register.live(known_by) if "lot" not in s.extra and s.verb != "issued"]
    documents = {s.source for s in live if s.about}
    return [s for s in live if s.source in documents]


def claims(register: Register, names: Mapping[str, str], known_by: date | None) -> tuple[Claim, ...]:
    """A row per statement of the news; those about the plan come first."""
    rows = sorted(news(register, known_by), key=lambda s: s.about is None)
    return tuple(
        Claim(
            id=s.id, status=register.status(s, known_by), stance=_STANCE[s.stance], said=sentence(s, names), speaker=_who(s, names),
            source=_publisher(register, s.source), day=s.as_of or "",
        )
        for s in rows
    )  # fmt: skip


def sentence(s: Statement, names: Mapping[str, str]) -> str:
    """A statement in words, without its stance.

    >>> sentence(Statement("N", "timing", value="undecided"), {})
    'The timing of the plan is undecided'
    """
    subject, thing = names.get(s.subject, s.subject), names.get(s.object or "", s.object or "")
    if s.verb == "comment" and s.stance == "declines":
        said = f"{subject} has no comment"
    else:
        said = VERBS[s.verb].format(subject=subject, object=thing, amount=amount(s), topic=s.topic or "", value=s.value or "")
    if s.verb == "proposes_talks" and s.topic:
        said += f" about {s.topic}"
    if s.purpose:
        said += f" in {s.purpose}"
    if s.points_to:
        said += f" and points to {s.points_to}"
    if s.verb == "holds" and s.votes == 0:
        said += ", without votes"
    if s.verb in ("joined", "arrested") and s.as_of:
        said += f" ({s.as_of})"
    return said[0].upper() + said[1:]


def amount(s: Statement) -> str:
    """How much: the hedge and the percentage as said, else shares."""
    if s.share is not None:
        return f"{s.hedge} {_said(s.share)}".strip() if s.hedge else _said(s.share)
    return f"{count(s.shares)} shares" if s.shares is not None else "some shares"


def _said(share: Share) -> str:
    point = share.point if share.point is not None else share.low
    digits = 0 if (point * 100).denominator == 1 else 2
    return percent(point, digits)


def _who(s: Statement, names: Mapping[str, str]) -> str:
    speaker = s.speaker or _SPEAKER.get(s.speaker_kind, s.speaker_kind)
    speaker = names.get(speaker, speaker)
    if s.speaker_kind == "unnamed" and s.speaker:
        speaker = f"{speaker}, not named"
    return speaker


def _publisher(register: Register, source: str | None) -> str:
    found = register.sources.get(source or "")
    return (found.publisher or found.title or found.id) if found else (source or "")


def sources(register: Register, known_by: date | None) -> tuple[SourceRow, ...]:
    """The documents that live statements and records rest on, with the letters of confidence of those rows."""
    letters: dict[str, set[str]] = {}
    for s in register.live(known_by):
        if s.source:
            letters.setdefault(s.source, set()).update([s.confidence] if s.confidence else [])
    for part in register.records.values():
        for _, record in part.values() if isinstance(part, Mapping) else part:
            source, letter = _of(record, "source"), _of(record, "confidence")
            if source:
                letters.setdefault(source, set()).update([letter] if letter else [])
    rows = []
    for name, given in letters.items():
        found = register.sources.get(name)
        day = found.published_on.isoformat() if found and found.published_on else ""
        what = (found.kind, found.publisher or "", found.title or name, found.url or "") if found else ("note", "", name, "")
        rows.append(SourceRow(name, what[0], what[1], what[2], day, ", ".join(sorted(given)) or "not graded", what[3]))
    return tuple(sorted(rows, key=lambda row: (row.publisher, row.day, row.id)))


def _of(record: object, key: str) -> str:
    value = record.get(key) if isinstance(record, Mapping) else getattr(record, key, None)
    return str(value) if value else ""


def unknown_then(register: Register, snapshot: Snapshot, names: Mapping[str, str]) -> str:
    """What a reader of the case's own day could not know yet, in one sentence; empty when nothing is missing."""
    earlier = register.at(snapshot.at, known_by=snapshot.at)
    missing = [name for name in earlier.left_out if name not in snapshot.left_out]
    if not missing:
        return ""
    lots = {lot.id: lot for lot in snapshot.lots}
    said, days = [], set()
    for name in missing:
        if name in lots:
            lot = lots[name]
            what = "own shares" if lot.holder == lot.issuer else f"{names.get(lot.holder, lot.holder)}'s holding"
            said.append(
                f"{what} in {names.get(lot.issuer, lot.issuer)}" if lot.holder != lot.issuer else f"{what} of {names[lot.issuer]}"
            )
            days.add(str(register.known_on(register.statement(name)) or ""))
        elif name.startswith("books["):
            row = register.records["books"][int(name[6:-1])]
            said.append(f"{names.get(row[1]['holder'], '')}'s carrying value of {names.get(row[1]['issuer'], '')}")
            days.add(str(row[0]))
        else:
            said.append(name)
    return f"A reader of {snapshot.at} could not know yet: {_and(said)} (printed {_and(sorted(d for d in days if d))})."


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
