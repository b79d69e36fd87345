"""The news reader: a text in, proposed statements out, each with its speaker, its stance and the characters it stands on (spec/evidence 9).

The text is data: nothing in it is executed, fetched or obeyed. The same text gives the same output, byte for byte. Rules and words are in
``cues/<language>.yaml``; a proposal becomes a statement only when a person accepts it (:mod:`crosshold.formats.text.review`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from crosshold.errors import FileError, Finding, RequestError
from crosshold.formats.text import article as articles
from crosshold.formats.text.assembly import Assembly
from crosshold.formats.text.attribution import attribute
from crosshold.formats.text.cues import LANGUAGES, Table, language_of, table
from crosshold.formats.text.names import gazetteer
from crosshold.formats.text.pieces import Pieces
from crosshold.formats.text.proposal import NotUnderstood, Reading, Span, merged
from crosshold.formats.text.reference import Context, resolve
from crosshold.formats.text.sentences import MOST_CHARACTERS, MOST_SENTENCES, sentences
from crosshold.formats.text.units import Unit

__all__ = ["LANGUAGES", "Reading", "read"]


def read(
    data: bytes,
    *,
    names: Mapping[str, Iterable[str]] | None = None,
    kinds: Mapping[str, str] | None = None,
    published: date | None = None,
    language: str = "auto",
    name: str = "text",
) -> Reading:
    """Read an article. ``names`` are the parties that are known, by id, with every name they go under; ``kinds`` say what each is.

    ``published`` is the day of publication; without it the text's own metadata or dateline tells, and otherwise relative days stay
    unresolved (``W_NO_DATE``). Raises ``FileError`` for what is no text or too long, ``RequestError`` for a language that is not read.
    """
    page = articles.article(data, name)
    if language not in ("auto", *LANGUAGES):
        message = f"{language!r} is not read here."
        raise RequestError(Finding("E_LANGUAGE", message, f"Read are {', '.join(LANGUAGES)}; or say auto.", "--language"))
    spoken = language_of(page.text) if language == "auto" else language
    day = published or page.published
    reader = _Reader(table(spoken), names or {}, kinds or {}, day, page.text, name)
    reader.run()
    proposals, conflicts = merged(reader.assembly.proposals)
    used = {p.content.get(role) for p in proposals for role in ("subject", "object")}
    used |= {member for p in proposals for member in p.content.get("joint", ())}
    entities = [
        {"name": party.name, "kind": party.kind, "span": list(reader.seen[party.name])}
        for party in reader.pieces.new.values()
        if party.name in used or party.kind == "company"
    ]
    return Reading(
        page.text, hashlib.sha256(data).hexdigest(), spoken, day, tuple(proposals), tuple(entities), tuple(reader.not_understood),
        tuple(dict.fromkeys([*reader.findings, *reader.assembly.findings, *conflicts])), page.title, page.offsets,
    )  # fmt: skip


class _Reader:
    def __init__(
        self,
        cues: Table,
        names: Mapping[str, Iterable[str]],
        kinds: Mapping[str, str],
        published: date | None,
        text: str,
        name: str,
    ) -> None:
        self.cues, self.text, self.published, self.name = cues, text, published, name
        self.read_as = text.translate(NARROW) if not text.isascii() else text
        self.context = Context()
        self.pieces = Pieces(cues, gazetteer(names, kinds, cues), published)
        self.assembly = Assembly(cues, self.context, published)
        self.not_understood: list[NotUnderstood] = []
        self.findings: list[Finding] = []
        self.seen: dict[str, Span] = {}

    def run(self) -> None:
        """All sentences, in order."""
        for count, (start, end) in enumerate(sentences(self.read_as, self.cues.abbreviations)):
            if count >= MOST_SENTENCES:
                message = f"the text has more than {MOST_SENTENCES:,} sentences, which are the most that are read."
                raise FileError(Finding("E_FILE", message, "An article is shorter: cut it out.", self.name))
            self._sentence(start, end)

    def _sentence(self, start: int, end: int) -> None:
        if end - start > MOST_CHARACTERS:
            self.not_understood.append(NotUnderstood((start, end), "too long for a sentence"))
            return
        units = self.pieces.units(self.read_as, start, end)
        for unit in units:
            if unit.kind == "E" and unit.value.id is None:
                self.seen.setdefault(unit.value.name, (unit.start, unit.end))
        parts = {self.cues.parts.get(u.kind, "") for u in units}
        core = self.pieces.core(units)
        unclear = resolve(core, self.context)
        core = self.pieces.relist(core)
        speaks = parts & {"ownership", "speech", "trend"} or any(u.kind in ("P", "PP") for u in core)
        if not speaks:
            return
        times = [u for u in units if u.kind == "T"]
        flags = frozenset(u.kind for u in units if u.kind in ("together", "each"))
        speech = attribute(core, self.text, self.context)
        correction = any(u.kind == "correction" for u in core) and bool(units)
        made = 0
        before = len(self.assembly.proposals)
        if speech.reported is not None:
            made += self.assembly.reported(speech, times, flags, self.text)
        made += self.assembly.sentence(speech, times, flags, self.text, correction)
        if made:
            self._tell_open(unclear, before)
            self._tell_dates(times)
        else:
            self.not_understood.append(NotUnderstood((start, end), _why(core, parts)))

    def _tell_open(self, unclear: list[tuple[Unit, Any]], before: int) -> None:
        asked = " ".join(need for p in self.assembly.proposals[before:] for need in p.needs)
        for unit, found in unclear:
            names = [p.key for p in found]
            if names and all(n in asked for n in names):
                message = f"{unit.text!r} can be {' or '.join(names)}."
                self.findings.append(Finding("W_WHO", message, "Say who in the review.", f"characters {unit.start}-{unit.end}"))

    def _tell_dates(self, times: list[Unit]) -> None:
        for unit in times:
            if unit.value.relative and self.published is None:
                message = f"{unit.text!r} needs the day of publication, which is not known."
                self.findings.append(
                    Finding("W_NO_DATE", message, "Give it: --published D.", f"characters {unit.start}-{unit.end}")
                )


def _why(core: list[Unit], parts: set[str]) -> str:
    kinds = {u.kind for u in core}
    if kinds & {"P", "PP"} and "ownership" in parts:
        return "a share and a word of ownership, but not who holds whom"
    if kinds & {"P", "PP"}:
        return "a percentage of something else than a company"
    if "ownership" in parts:
        return "a word of ownership, but no claim"
    return "somebody speaks, but of no holding" if "speech" in parts else "a trend, but not of whom"


NARROW = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20}
