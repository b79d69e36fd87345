"""Names as keys: what the spellings of one name have in common, its legal form in a field of its own (spec/evidence 8.2).

NFKC, case folded, quotes, dashes and dots folded, ``&`` as "and", blanks collapsed, footnote marks and the legal form off. Nothing is
transliterated: a name in two scripts has two keys, and accents stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from crosshold.model.legal_forms import legal_forms


class Name(NamedTuple):
    """A name to compare: ``key`` without its legal form, ``form`` as the table of forms has it, ``notes`` the footnote marks."""

    key: str
    form: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def full(self) -> str:
        """Key and form: what two firms of one name and different forms do not share."""
        return f"{self.key} {self.form}" if self.form else self.key


class _Forms(NamedTuple):
    """The table by spelling. ``ends`` and ``starts``: how many words the longest spelling with that last or first word has."""

    after: dict[str, tuple[str, tuple[str, ...], bool]]
    before: dict[str, str]
    ends: dict[str, int]
    starts: dict[str, int]
    joined: re.Pattern[str]
    by_joined: dict[str, str]


_ASCII = str.maketrans({chr(c): " " for c in range(128) if not chr(c).isalnum()} | {"'": "", "`": ""})
_INITIALS = re.compile(r"(?<![^\W_])[^\W\d_](?:[./][^\W\d_])+(?![^\W_])")
_CJK = "\u2e80-\u2fdf\u3005-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPACED = re.compile(rf"(?<=[{_CJK}])\s+|\s+(?=[{_CJK}])")
_LIST = r"\s*\d*(?:\s*[,、・.]\s*\d+)*\s*"
_NOTE = re.compile(rf"[(（]\s*注{_LIST}[)）]\s*\d*|[※＊*]+\s*\d+|※|(?<=\S)\s*(?:[*＊†‡]+|[¹²³⁰⁴-⁹]+[)⁾]?|\[\d{{1,2}}\])\s*$")
_DOUBTFUL = re.compile(r"(?<=\S)\s*[(（]\s*(?:\*|(?:note|fn)?\s*\d{1,2})\s*[)）]\s*$", re.IGNORECASE)
_MARKS = frozenset("注※＊*†‡[¹²³⁰⁴⁵⁶⁷⁸⁹")


class _Folding(dict[int, str | None]):
    """What each character becomes: apostrophes and invisible ones nothing, other signs a blank."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        kind = unicodedata.category(char)
        folded = None if char in "'’‘`´ʼ\u0307" or kind == "Cf" else " " if kind[0] in "PSZC" else char
        self[code] = folded
        return folded


_FOLDED = _Folding()


def keyed(text: str, *, forms: bool = True) -> Name:
    """The key of a name. A name that is all legal form is its own key. ``forms=False``, for persons, keeps what looks like a legal form.

    >>> keyed("Nissan Motor Co., Ltd.") == keyed("NISSAN MOTOR CO LTD"), keyed("日産自動車（株）")
    (True, Name(key='日産自動車', form='株式会社', notes=()))
    >>> keyed("株式会社架空ＵＦ銀行　（注）２")
    Name(key='架空uf銀行', form='株式会社', notes=('（注）２',))
    """
    notes: tuple[str, ...] = ()
    if text.isascii():
        if "*" in text or "[" in text:
            text, notes = unnoted(text)
        folded = _words(text.lower(), _ASCII)
    else:
        if not _MARKS.isdisjoint(text):
            text, notes = unnoted(text)
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        if max(folded, default="") >= "\u2e80":
            return _eastern(folded, notes, forms)
        folded = _words(folded, _FOLDED)
    key, form = _western(folded.split(), forms)
    return Name(key or " ".join(text.casefold().split()), form, notes)


def unnoted(text: str, *, doubtful: bool = False) -> tuple[str, tuple[str, ...]]:
    """A name as written without its footnote marks, and the marks: ``（注）２``, ``※1``, stars, daggers, raised digits, ``[1]``.

    ``doubtful``: also ``(1)`` at the end, which in a column of a table is a mark and elsewhere may be part of the name.
    """
    notes = tuple("".join(mark[0].split()) for mark in _NOTE.finditer(text))
    left = _NOTE.sub(" ", text).strip() if notes else text
    if doubtful and (mark := _DOUBTFUL.search(left)):
        left, notes = left[: mark.start()].strip(), (*notes, "".join(mark[0].split()))
    return (left, notes) if left else (text, ())


def without_form(text: str) -> str:
    """A name as written, less its legal form: for places with little room, and for how people speak of a firm.

    >>> without_form("Nissan Motor Co., Ltd."), without_form("Renault S.A."), without_form("日産自動車株式会社"), without_form("AB Volvo")
    ('Nissan Motor', 'Renault', '日産自動車', 'Volvo')
    """
    forms, words = _forms(), text.split()
    if max(text, default="") >= "\u2e80":
        plain = unicodedata.normalize("NFKC", text)
        cut = forms.joined.search(plain)
        left = " ".join(f"{plain[: cut.start()]} {plain[cut.end() :]}".split()) if cut else ""
        return left or text
    folded = [" ".join(_words(unicodedata.normalize("NFKC", word).casefold(), _FOLDED).split()) for word in words]
    first, last = 0, len(words)
    if " ".join(filter(None, folded)) in forms.after:
        return text
    for size in range(len(words) - 1, 0, -1):
        found = forms.after.get(" ".join(filter(None, folded[-size:])))
        if found and (not found[2] or folded[0] in found[1]):
            last -= size
            first = int(folded[0] in found[1] and last > 1)
            break
    else:
        first = next((size for size in range(len(words) - 1, 0, -1) if " ".join(filter(None, folded[:size])) in forms.before), 0)
    return " ".join(words[first:last]).strip(" ,") or text


def _words(text: str, table: dict[int, str | None] | dict[int, str]) -> str:
    """Lower case text with initials joined ("s.p.a." as "spa") and signs folded to blanks."""
    if "&" in text:
        text = text.replace("&", " and ")
    if "." in text or "/" in text:
        text = _INITIALS.sub(_joined, text)
    return text.translate(table)


def _joined(initials: re.Match[str]) -> str:
    return initials[0][::2]


def _western(words: list[str], forms: bool) -> tuple[str, str | None]:
    """Words without a form that stands behind them or else before them."""
    form = None
    if forms and len(words) > 1:
        table = _forms()
        last, first = table.ends.get(words[-1]), table.starts.get(words[0])
        if last or first:
            words, form = _less(words, table, last or 0, first or 0)
    if min(map(len, words), default=2) == 1:
        words = _initials(words)
    return " ".join(words), form


def _less(words: list[str], table: _Forms, last: int, first: int) -> tuple[list[str], str | None]:
    whole, count = " ".join(words), len(words)
    if whole in table.after or whole in table.before:
        return words, None
    for size in range(min(last, count - 1), 0, -1):
        found = table.after.get(" ".join(words[-size:]))
        if found is not None:
            form, beside, needed = found
            if words[0] in beside and count - size > 1:
                return words[1:-size], form
            if not needed:
                return words[:-size], form
    for size in range(min(first, count - 1), 0, -1):
        if (form_before := table.before.get(" ".join(words[:size]))) is not None:
            return words[size:], form_before
    return words, None


def _initials(words: list[str]) -> list[str]:
    """Single letters in a row as one word: "j p morgan" as "jp morgan"."""
    made: list[str] = []
    run = False
    for word in words:
        single = len(word) == 1 and word.isalpha()
        if single and run:
            made[-1] += word
        else:
            made.append(word)
        run = single
    return made


def _eastern(text: str, notes: tuple[str, ...], forms: bool) -> Name:
    """Names in Chinese characters, kana or Hangul: the form touches the name; a blank beside a character that is not Hangul is none."""
    found = _forms().joined.search(text) if forms else None
    if found:
        left = f"{text[: found.start()]} {text[found.end() :]}"
        key = _SPACED.sub("", " ".join(_words(left, _FOLDED).split()))
        if key:
            return Name(key, _forms().by_joined["".join(found[0].split())], notes)
    key, form = _western(_words(text, _FOLDED).split(), forms)
    return Name(_SPACED.sub("", key) or " ".join(text.split()), form, notes)


@lru_cache(maxsize=1)
def _forms() -> _Forms:
    after: dict[str, tuple[str, tuple[str, ...], bool]] = {}
    before: dict[str, str] = {}
    by_joined: dict[str, str] = {}
    for row in legal_forms():
        for spelling in row.spellings:
            if row.place == "joined":
                by_joined.setdefault(unicodedata.normalize("NFKC", spelling).casefold(), row.form)
                continue
            for words in _variants(spelling):
                if row.place != "before":
                    after.setdefault(words, (row.form, row.beside, row.place == "around"))
                if row.place in ("before", "both"):
                    before.setdefault(words, row.form)
    any_of = "|".join(
        re.escape(s).replace(r"\(", r"\(\s*").replace(r"\)", r"\s*\)") for s in sorted(by_joined, key=lambda s: (-len(s), s))
    )
    joined = re.compile(rf"^\s*(?:{any_of})\s*|\s*(?:{any_of})(?=\s*(?:\(|$))")
    return _Forms(after, before, _longest(after, -1), _longest(before, 0), joined, by_joined)


def _variants(spelling: str) -> set[str]:
    """How a spelling looks when folded: "s.r.o." as "sro" and "s r o", with its accents and without."""
    low = unicodedata.normalize("NFKC", spelling).casefold()
    bare = (
        "".join(c for c in unicodedata.normalize("NFD", low) if unicodedata.category(c) != "Mn")
        .replace("ł", "l")
        .replace("ı", "i")
    )
    folded = {" ".join(_words(text, _FOLDED).split()) for form in (low, bare) for text in (form, form.replace(".", ". "))}
    return {unicodedata.normalize("NFKC", words) for words in folded}


def _longest(spellings: Iterable[str], place: int) -> dict[str, int]:
    longest: dict[str, int] = {}
    for spelling in spellings:
        words = spelling.split()
        longest[words[place]] = max(longest.get(words[place], 0), len(words))
    return longest
