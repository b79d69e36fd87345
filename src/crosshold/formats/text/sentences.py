"""Text into sentences: where each begins and ends, as character offsets.

A full stop ends a sentence unless an abbreviation, an initial or a number stands before it and what follows carries on. The abbreviations
are data of the language's cue table. See decisions/0007 for why no library does this.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

MOST_SENTENCES = 10_000
MOST_CHARACTERS = 4_000
"""Of one sentence; a longer one is no prose and is not read."""
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』）]*|\n\s*\n|\n(?=\s*[-•*]\s)")
_BEFORE = re.compile(r"[\w&'’-]+(?:\.[\w&'’-]+)*$")
_AFTER = re.compile(r"\s*(\S)(\S*)")


DATELINE = re.compile(r"(?m)^[ ]*[A-Z][A-Z .'’/-]{2,30}(?:,[^\n.!?]{0,60}?|\s*)(?:\([\w ]{2,40}\)\s*)?[-–—]{1,2}[ ]+")
"""``PARIS, March 4, 2020 (Harbour Daily) -``: it stands before a sentence and is none."""


def sentences(text: str, abbreviations: Collection[str]) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, blanks left out. ``abbreviations`` are in lower case, without the last full stop."""
    datelines = [m.span() for m in DATELINE.finditer(text[:3000])]
    start = 0
    for mark in _END.finditer(text):
        if (
            mark.start() < start
            or any(a <= mark.start() < b for a, b in datelines)
            or (mark[0][0] == "." and not _ends(text, mark, abbreviations))
        ):
            continue
        yield from _trimmed(text, _past(start, datelines, text), mark.end())
        start = mark.end()
    yield from _trimmed(text, _past(start, datelines, text), len(text))


def _past(start: int, datelines: list[tuple[int, int]], text: str) -> int:
    """Behind a dateline that a sentence would begin with."""
    return next((end for begin, end in datelines if begin >= start and not text[start:begin].strip()), start)


def _ends(text: str, mark: re.Match[str], abbreviations: Collection[str]) -> bool:
    after = _AFTER.match(text, mark.end())
    if after is None:
        return True
    if after[1].islower() or after[1] in ",;:)":
        return False  # a sentence that begins in lower case has not begun
    before = _BEFORE.search(text, max(mark.start() - 40, 0), mark.start())
    word = before[0] if before else ""
    if "\n" in text[mark.end() : after.start(1)] and after[1].isupper() and "\n\n" in text[mark.end() : after.start(1)]:
        return True
    if len(word) == 1 and word.isupper():
        return False  # an initial: "J. Smith"
    if "." in word and all(len(part) == 1 for part in word.split(".")):
        return _begins(after[1] + after[2])  # "S.A. owns", "the U.S. It": ends where a common first word follows
    low = word.lower()
    if f"{low}+" in abbreviations:  # "Co.", "Ltd.": ends a name, and now and then a sentence
        return _begins(after[1] + after[2])
    return low not in abbreviations


_FIRST = frozenset(
    [
        "a",
        "an",
        "the",
        "it",
        "its",
        "he",
        "she",
        "they",
        "their",
        "this",
        "that",
        "these",
        "those",
        "in",
        "on",
        "at",
        "by",
        "under",
        "from",
        "since",
        "after",
        "before",
        "as",
        "but",
        "and",
        "while",
        "if",
        "when",
        "there",
        "no",
        "one",
        "two",
        "both",
        "each",
        "more",
        "most",
        "analysts",
        "shares",
        "people",
    ]
)


def _begins(word: str) -> bool:
    """Whether a capitalised word is one that begins sentences rather than names."""
    return word.strip("\"'“”‘’().,").lower() in _FIRST and word.strip("\"'“”‘’(")[:1].isupper()


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    part = text[start:end]
    left, right = len(part) - len(part.lstrip()), len(part.rstrip())
    if right > left:
        yield start + left, start + right
