"""Who says it: the speaker of a sentence, how firmly, and which part of the sentence he speaks for (spec/evidence 9.1.5).

An attribution at the end, at the beginning or between commas governs the rest of the sentence; without one the article itself speaks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from crosshold.formats.text.names import Party
from crosshold.formats.text.reference import Context
from crosshold.formats.text.units import Unit, Verb

SAYING = frozenset(("say", "report", "confirm", "deny"))
_TAIL = frozenset(
    (
        "interview",
        "w",
        "in",
        "to",
        "E",
        "for",
        "with",
        "toward",
        "not",
        "be",
        "anon",
        "anonmark",
        "its",
        "and",
        "that",
        "which",
        "of",
        "report",
    )
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks: his words for himself, his kind, for whom, through whom, and where that stands."""

    text: str | None = None
    kind: str = "press"
    speaks_for: Party | None = None
    via: str | None = None
    span: tuple[int, int] | None = None
    party: Party | None = None


@dataclass(frozen=True, slots=True)
class Speech:
    """A speaker, the stance of his verb, and the units that he speaks for. ``reported``: the outlet whose report he denies or confirms."""

    speaker: Speaker
    content: list[Unit]
    stance: str = "reports"
    verb: Unit | None = None
    lead: tuple[int, int] | None = None  # where a day belongs to the saying and not to what is said
    reported: Speaker | None = None


def attribute(units: list[Unit], text: str, context: Context) -> Speech:
    """The speech of a sentence, of its core units without quotation marks."""
    row = [u for u in units if u.kind != '"']
    via = None
    before = next((n for n, u in enumerate(row) if u.kind == "accbefore"), None)
    if before:  # Japanese names the speaker first
        return Speech(speaker(row[:before], text, context), _bare(row[before + 1 :]))
    row, cited = _cut(row, "citing", text, context)
    for place, unit in enumerate(row):
        if unit.kind in SAYING and (speech := _frame(row, place, text, context)):
            if cited is not None:
                via = speech.speaker.text if speech.speaker.kind in ("press", "company") else None
                speech = replace(speech, speaker=replace(cited, via=via), stance="reports")
            return speech
    lead = _part(row, "accto", text)
    rest, told = _cut(row, "accto", text, context)
    return Speech(told or cited or Speaker(), rest, lead=lead if told else None)


def _part(row: list[Unit], kind: str, text: str) -> tuple[int, int] | None:
    """From where to where a part runs that a word begins: up to the next comma, or to the end."""
    place = next((n for n, u in enumerate(row) if u.kind == kind), None)
    if place is None:
        return None
    return row[place].start, next((u.start for u in row[place + 1 :] if u.kind == ","), len(text))


def _cut(row: list[Unit], kind: str, text: str, context: Context) -> tuple[list[Unit], Speaker | None]:
    """A part that a word begins ("according to ...", "citing ..."), taken out of the row."""
    place = next((n for n, u in enumerate(row) if u.kind == kind), None)
    if place is None:
        return row, None
    end = next((n for n in range(place + 1, len(row)) if row[n].kind == ","), len(row))
    told = row[place + 1 : end]
    if not told:
        return row, None
    rest = [*_bare(row[:place]), *row[end:]] if place else row[end + 1 :]
    return _bare(rest), speaker(told, text, context)


def _bare(row: list[Unit]) -> list[Unit]:
    while row and row[-1].kind in (",", ":"):
        row = row[:-1]
    while row and row[0].kind in (",", ":"):
        row = row[1:]
    return row


def _frame(row: list[Unit], place: int, text: str, context: Context) -> Speech | None:
    verb = row[place]
    stance = _stance(verb)
    comma = next((n for n in range(place - 1, -1, -1) if row[n].kind in (",", ";")), None)
    before = row[comma + 1 if comma is not None else 0 : place]
    after = row[place + 1 :]
    if comma is not None and comma > 0 and _may_speak(before) and _is_tail(after):
        return Speech(speaker(before, text, context), _bare(row[:comma]), stance, verb, (before[0].start, len(text)))
    closing = next((n for n, u in enumerate(after) if u.kind == ","), None)
    if comma is not None and comma > 0 and closing is not None and _may_speak(before) and _is_tail(after[:closing]):
        content = [*row[:comma], *after[closing + 1 :]]
        return Speech(speaker(before, text, context), content, stance, verb, (before[0].start, after[closing].start))
    if not before and comma is not None and comma > 0 and _may_speak(after) and _is_tail(after):
        return Speech(speaker(after, text, context), _bare(row[:comma]), stance, verb, (verb.start, len(text)))
    head = row[:place]
    if not _may_speak(head) or not after:
        return None
    return _leading(head, verb, after, stance, text, context)


def _leading(head: list[Unit], verb: Unit, after: list[Unit], stance: str, text: str, context: Context) -> Speech | None:
    """ "X said (to Y) (that) ...", "X denied a Y report that ..."."""
    reported, content = None, after
    that = next((n for n, u in enumerate(after[:6]) if u.kind == "that"), None)
    if that is not None:
        between, content = after[:that], after[that + 1 :]
        if any(u.kind == "report" for u in between):
            reported = speaker([u for u in between if u.kind != "w"], text, context)
    elif verb.kind in ("confirm", "deny"):
        if not any(u.kind in ("E", "P", "N", "stake", "shares") for u in after):
            return None
        party = next((u for u in head if u.kind == "E"), None)
        if party is not None and (isinstance(after[0].value, Verb) or after[0].kind == "sale"):
            content = [
                Unit("E", after[0].start, after[0].start, "", party.value),
                *after,
            ]  # "denied owning", "confirmed the sale of"
    if verb.kind == "report" and not any(u.kind == "E" for u in head):
        return None
    start = content[0].start if content else verb.end
    return Speech(speaker(head, text, context), content, stance, verb, (head[0].start, start), reported)


def _stance(verb: Unit) -> str:
    denied = isinstance(verb.value, Verb) and verb.value.negated
    if verb.kind == "deny":
        return "declines" if denied else "denies"
    if verb.kind == "confirm":
        return "declines" if denied else "confirms"
    return "reports"


def _may_speak(row: list[Unit]) -> bool:
    """Whether units can be a speaker: short, with a word for one, and without a claim of their own."""
    kinds = {u.kind for u in row}
    speaking = {"E", "anon", "spokesperson", "officer", "expert", "authority", "filing", "executives", "report", "correction"}
    return (
        bool(kinds & speaking)
        and len(row) <= 16
        and not kinds & {"P", "S", "sell", "cut", "raise", "buy", "own", "decline", "comment"}
    )


def _is_tail(row: list[Unit]) -> bool:
    """Whether what follows a final verb of saying only tells where and how it was said."""
    return len(row) <= 12 and all(
        u.kind in _TAIL or u.kind in ("officer", "spokesperson", "expert", "authority", "filing") for u in row
    )


def speaker(row: list[Unit], text: str, context: Context) -> Speaker:
    """What kind of speaker a stretch of units is."""
    kinds = {u.kind for u in row}
    parties = [u.value for u in row if u.kind == "E"]
    companies = [p for p in parties if p.kind not in ("person", "press") and not _person(p)]
    persons = [u for u in row if u.kind == "E" and (u.value.kind == "person" or _person(u.value))]
    start, end = (row[0].start, row[-1].end) if row else (0, 0)
    start = with_article(text, start)
    words = _lowered(text[start:end], row)
    company = companies[0] if companies else None
    span = (start, end)
    if kinds & {"anon", "anonmark", "executives"} and not persons and "spokesperson" not in kinds:
        if "anon" in kinds and "anonmark" not in kinds and words.split(" ")[0] in ("the", "that") and context.unnamed:
            words = context.unnamed
        context.unnamed = words
        return Speaker(words, "unnamed", company, span=span)
    if "spokesperson" in kinds:
        context.spoke_for = company or context.spoke_for
        return Speaker(persons[0].text if persons else words, "named", company or context.spoke_for, span=span)
    if persons:
        return Speaker(persons[0].text, "named", company, span=span, party=persons[0].value)
    if "officer" in kinds:
        return Speaker(words, "named", company, span=span)
    for kind in ("expert", "filing", "authority"):
        if kind in kinds and not (kind == "authority" and company):
            return Speaker(words, kind, company, span=span)
    press = next((p for p in parties if p.kind == "press"), None)
    if press:
        return Speaker(_as_written(press, row), "press", span=span, party=press)
    if company:
        return Speaker(_as_written(company, row), "company", company, span=span, party=company)
    return Speaker(words or None, "press" if "report" in kinds or "correction" in kinds else "unknown", span=span)


def _person(party: Party) -> bool:
    """A new name of two or three words without a company's: most likely a person's."""
    return party.kind == "unknown" and party.id is None and 2 <= len(party.name.split()) <= 3


def _as_written(party: Party, row: list[Unit]) -> str:
    """A name as it stands there; of a pronoun the name that it stands for."""
    return (
        party.name
        if party.resolved
        else next(u.text for u in row if u.kind == "E" and (u.value is party or party in u.value.many))
    )


def with_article(text: str, start: int) -> int:
    """Where a phrase begins, its article counted."""
    for word in ("a ", "an ", "the "):
        if text[max(start - len(word), 0) : start].lower() == word:
            return start - len(word)
    return start


def _lowered(text: str, row: list[Unit]) -> str:
    """As within a sentence: a capital that only begins one is small."""
    named = bool(row) and row[0].kind == "E" and not text.lower().startswith(("a ", "an ", "the "))
    said = " ".join(text.split())
    return said if named or not said else said[0].lower() + said[1:]
