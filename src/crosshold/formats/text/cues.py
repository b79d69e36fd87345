"""The cue table of a language: its words, its phrases and its rules, read once from ``cues/<language>.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from crosshold.formats.text.units import Codes, needed
from crosshold.formats.yaml_text import read

LANGUAGES = ("en", "fr", "ja")
_TOKEN = re.compile(
    r"[0-9]+(?:[,\u00a0\u202f ][0-9]{3}(?![0-9]))*(?:[.,][0-9]+)?|[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)*|['’]s\b|\S", re.UNICODE
)
_FRENCH = re.compile(r"[0-9]+(?:[.\u00a0\u202f ][0-9]{3}(?![0-9]))*(?:[.,][0-9]+)?|[^\W\d_]+['’]|[^\W\d_]+|\S", re.UNICODE)
_JAPANESE = re.compile(
    r"[0-9]+(?:,[0-9]{3}(?![0-9]))*(?:\.[0-9]+)?|[A-Za-z]+|\S", re.UNICODE
)  # no blanks between words: every character counts
_TOKENS = {"fr": _FRENCH, "ja": _JAPANESE}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a sign, and where it stands."""

    text: str
    low: str
    start: int
    end: int


def tokens(text: str, start: int, end: int, language: str) -> list[Token]:
    """The tokens of a stretch of text; full-width digits and letters count as their narrow forms, one for one."""
    pattern = _TOKENS.get(language, _TOKEN)
    return [Token(m[0], m[0].lower().replace("’", "'"), m.start(), m.end()) for m in pattern.finditer(text, start, end)]


class Phrases:
    """Phrases of several tokens, found by their first one; the longest wins."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._sizes: dict[str, list[int]] = {}  # by first token, the longest first
        self._values: dict[tuple[str, ...], Any] = {}

    @property
    def firsts(self) -> frozenset[str]:
        """Every token that a phrase can begin with."""
        return frozenset(self._sizes)

    def add(self, phrase: str, value: Any, *, exact: bool = False) -> None:
        """Add a phrase; ``exact`` keeps upper and lower case apart."""
        parts = [t.text if exact else t.low for t in tokens(phrase, 0, len(phrase), self._language)]
        while parts and parts[-1] == ".":
            parts.pop()
        if parts:
            sizes = self._sizes.setdefault(parts[0], [])
            if len(parts) not in sizes:
                sizes.append(len(parts))
                sizes.sort(reverse=True)
            self._values[tuple(parts)] = value

    def at(self, row: list[Token], place: int, *, exact: bool = False) -> tuple[Any, int] | None:
        """The longest phrase that begins at a token: its value and where it ends."""
        first = row[place]
        sizes = self._sizes.get(first.text if exact else first.low)
        if sizes is None:
            return None
        left = len(row) - place
        for size in sizes:
            if size <= left:
                words = row[place : place + size]
                parts = tuple([t.text for t in words] if exact else [t.low for t in words])
                if parts in self._values:
                    return self._values[parts], place + size
        return None


@dataclass(frozen=True)
class Rule:
    """A row of ``phrases`` or ``rules``: its pattern, the kinds a sentence must have, and what it gives."""

    id: str
    pattern: re.Pattern[str]
    needs: frozenset[str]
    gives: tuple[Mapping[str, Any], ...]
    only: tuple[str, ...]
    example: str
    base: str | None = None


@dataclass(frozen=True)
class Table:
    """A language: words, phrases, rules, and the plain lists (months, currencies ...) of its file."""

    language: str
    data: Mapping[str, Any]
    codes: Codes
    words: Phrases
    parts: Mapping[str, str]
    past: frozenset[str]
    phrases: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    abbreviations: frozenset[str]
    lists: Mapping[str, Phrases] = field(default_factory=dict)


@lru_cache(maxsize=8)
def table(language: str) -> Table:
    """The cue table of a language that is read here."""
    text = (files("crosshold.formats.text") / "cues" / f"{language}.yaml").read_text(encoding="utf-8")
    data = read(text, f"{language}.yaml").data
    words, codes = Phrases(language), Codes()
    parts: dict[str, str] = {}
    past: set[str] = set()
    for row in data["cues"]:
        parts[row["cue"]] = row.get("part", "")
        past.update(form.lower() for form in row.get("past", ()))
        for form in row["forms"]:
            words.add(form, row["cue"])
    for kind, forms in data.get("roles", {}).items():
        for form in forms:
            words.add(form, ("role", kind))
    for form, kind in data.get("pronouns", {}).items():
        words.add(form, ("role", kind))
    macros = data.get("macros", {})
    abbreviations = frozenset(word.lower() for word in data.get("abbreviations", ()))
    phrases, rules = (_rules(data[part], codes, macros) for part in ("phrases", "rules"))
    lists = {name: _list(data.get(name, {}), language) for name in ("percent", "points", "currencies", "scales", "counts")}
    lists["times"] = _list({form: row for row in data["times"] for form in row["forms"]}, language)
    return Table(language, data, codes, words, parts, frozenset(past), phrases, rules, abbreviations, lists)


def _list(rows: Mapping[str, Any] | Iterable[str], language: str) -> Phrases:
    found = Phrases(language)
    for form in rows:
        found.add(form, rows[form] if isinstance(rows, Mapping) else True)
    return found


def _rules(rows: Iterable[Mapping[str, Any]], codes: Codes, macros: Mapping[str, str]) -> tuple[Rule, ...]:
    def written(row: Mapping[str, Any]) -> str:
        return re.sub(r"\b[A-Z]{3,}\b", lambda m: macros.get(m[0], m[0]), row["pattern"])

    return tuple(
        Rule(
            row["id"], codes.pattern(written(row)), needed(written(row)), tuple(row.get("gives", ())),
            tuple(row.get("only", "").split("|")) if row.get("only") else (), row["example"], row.get("base"),
        )
        for row in rows
    )  # fmt: skip


def language_of(text: str) -> str:
    """The language of a text by its letters and its commonest words; what is none of these is read as English."""
    sample = text[:20_000]
    if sum("\u3040" <= c <= "\u30ff" for c in sample) * 20 > len(sample):
        return "ja"
    words = re.findall(r"[a-zà-ÿ]+", sample.lower())
    french = sum(word in _FRENCH_WORDS for word in words)
    english = sum(word in _ENGLISH_WORDS for word in words)
    return "fr" if french > english else "en"


_FRENCH_WORDS = frozenset(
    [
        "le",
        "la",
        "les",
        "des",
        "du",
        "de",
        "et",
        "est",
        "dans",
        "pour",
        "que",
        "qui",
        "une",
        "un",
        "sur",
        "par",
        "avec",
        "au",
        "aux",
        "ne",
        "pas",
        "son",
        "sa",
        "ses",
        "détient",
        "a",
        "été",
        "selon",
    ]
)
_ENGLISH_WORDS = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "is",
        "for",
        "that",
        "a",
        "on",
        "by",
        "with",
        "at",
        "its",
        "from",
        "was",
        "has",
        "it",
        "said",
        "are",
        "as",
        "not",
        "would",
        "will",
        "an",
    ]
)
