"""Whom "it", "its", "the carmaker" and "its partner" stand for (spec/evidence 9.1.3).

The nearest party of that kind in subject position, in this sentence before the word or else in one of the two before it. Two that are
equally good stay unresolved, and both are listed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from crosshold.formats.text.names import Party
from crosshold.formats.text.units import Unit

PREPOSITIONS = frozenset(
    ["of", "in", "by", "to", "from", "with", "for", "through", "under", "above", "below", "toward", "against", "pointto", "accto"]
)
LOOK_BACK = 2
"""Sentences before this one that are looked at."""


@dataclass
class Context:
    """What earlier sentences leave behind: their subjects, speakers, the companies held, and who plans what."""

    subjects: deque[tuple[Party, ...]] = field(default_factory=lambda: deque(maxlen=LOOK_BACK))
    named: deque[tuple[Party, ...]] = field(default_factory=lambda: deque(maxlen=LOOK_BACK))
    issuers: dict[str, Party] = field(default_factory=dict)
    planners: list[Party] = field(default_factory=list)
    unnamed: str | None = None
    quoted: object = None
    spoke_for: Party | None = None


def resolve(units: list[Unit], context: Context) -> list[tuple[Unit, tuple[Party, ...]]]:
    """Turn role words into parties, in place, and give ``its`` its owner. What stays open is returned with its equally good readings."""
    subjects: list[tuple[Party, ...]] = []  # of this sentence, so far
    mentioned: list[Party] = []
    open_: list[tuple[Unit, tuple[Party, ...]]] = []
    for place, unit in enumerate(units):
        if unit.kind == "role":
            inside = place > 0 and units[place - 1].kind in ("of", "in") and unit.value != "several"
            found = _candidates(str(unit.value), subjects, mentioned, context, inside)
            party = _party(str(unit.value), found)
            if party is None:
                open_.append((unit, found))
                party = Party(None, unit.text, "unknown", "open", tuple(p.key for p in found))
            unit.kind, unit.value = "E", party
        elif unit.kind == "its":
            found = _candidates("owner", subjects, mentioned, context)
            unit.value = replace(found[0], resolved="pronoun") if len(found) == 1 else None
            if len(found) > 1:
                unit.value = Party(None, " and ".join(p.name for p in found), "several", "pronoun", many=found)
            continue
        if unit.kind == "E":
            if not unit.value.resolved:
                mentioned.append(unit.value)
            if _is_subject(units, place):
                joined = place >= 2 and units[place - 1].kind == "and" and units[place - 2].kind == "E" and bool(subjects)
                if joined and _is_subject(units, place - 2):
                    subjects[-1] = (*subjects[-1], *(p for p in unit.value.members() if p not in subjects[-1]))
                else:
                    subjects.append(unit.value.members())
    whole = tuple(dict.fromkeys(p for row in subjects for p in row if p.others == ()))
    context.subjects.append(subjects[0] if subjects else ())
    context.named.append(tuple(dict.fromkeys([*whole, *mentioned])))
    return open_


def _party(kind: str, found: tuple[Party, ...]) -> Party | None:
    if kind == "several" and len(found) > 1:
        return Party(None, " and ".join(p.name for p in found), "several", "pronoun", many=found)
    return replace(found[0], resolved="pronoun") if len(found) == 1 else None


def _candidates(
    kind: str, subjects: list[tuple[Party, ...]], mentioned: list[Party], context: Context, inside: bool = False
) -> tuple[Party, ...]:
    if kind == "partner":
        return _partners(subjects, mentioned, context)
    rows = [*reversed(subjects), *reversed(context.subjects)]
    if inside and context.subjects:  # "of the company": hardly the subject of the same clause
        rows = [*reversed(context.subjects), *reversed(subjects)]
    for row in rows:
        fitting = tuple(dict.fromkeys(_plain(p) for p in row if _fits(p, kind)))
        if fitting:
            return fitting
    if kind in ("company", "thing", "owner", "bank"):  # nobody was a subject: the only one that was named at all
        known = tuple(
            dict.fromkeys(_plain(p) for p in [*mentioned, *(p for row in reversed(context.named) for p in row)] if _fits(p, kind))
        )
        return known if len(known) == 1 or kind in ("company", "thing") else ()
    return ()


def _plain(party: Party) -> Party:
    return replace(party, resolved=None)


def _partners(subjects: list[tuple[Party, ...]], mentioned: list[Party], context: Context) -> tuple[Party, ...]:
    rows = [*reversed(subjects), *reversed(context.subjects)]
    self_ = next((row[0] for row in rows if row), None)
    pool = [*mentioned, *(p for row in reversed(context.named) for p in row)]
    return tuple(dict.fromkeys(_plain(p) for p in pool if p.kind in ("company", "unknown") and self_ and p.key != self_.key))


def _fits(party: Party, kind: str) -> bool:
    if kind == "owner":
        return True
    if kind in ("several", "thing"):
        return party.kind not in ("person", "press")
    if kind == "bank":
        return "bank" in party.name.lower()
    if kind == "company":
        return party.kind in ("company", "fund", "group", "unknown", "trustee")
    return party.kind == kind


def _is_subject(units: list[Unit], place: int) -> bool:
    """In subject position: not after a preposition, not a possessor, not the name on a stake."""
    before = units[place - 1].kind if place else ""
    after = units[place + 1].kind if place + 1 < len(units) else ""
    if before == "by" or after in ("poss", "stake", "shares", "spokesperson", "officer", "report", "capital", "votes"):
        return False
    if before == "its" or (before in PREPOSITIONS and before not in ("toward", "under")):
        return False
    return (
        before not in ("own", "sell", "buy", "control", "have", "E", "poss", "belong", "N", "citing", "cut", "raise")
        and after != ""
    )
