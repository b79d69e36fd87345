"""Japanese names as filings print them: standing proxies, footnote marks and line breaks taken off, trust accounts told."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import NamedTuple

_PROXY = re.compile(r"\(?\s*常任代理人")
_NOTE = re.compile(r"\(注\s*\d*(?:[,、・.]\s*\d+)*\)\s*\d*(?:[,、・.]\s*\d+)*|[※*]\s*\d+")
_TRUST = re.compile(r"(信託|投信|年金)[^()]{0,8}口")
_CJK = "\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff"
_ENDS, _BEGINS = re.compile(rf"[{_CJK}]$"), re.compile(rf"[{_CJK}]")
MOST_RAW = 10_000
_SPACED = re.compile(rf"(?<=[{_CJK}()])\s+(?=[{_CJK}()])")
_FORMS = (("(株)", "株式会社"), ("(有)", "有限会社"), ("(同)", "合同会社"), ("(資)", "合資会社"), ("(名)", "合名会社"))
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_DATE = re.compile(rf"({'|'.join(_ERAS)})?\s*(\d+|元)\s*年\s*(\d+)\s*月\s*(\d+)\s*日")
BLANK = frozenset(("", "-", "－", "―", "—", "‐", "ー", "–"))


class Name(NamedTuple):
    """A name without what stands around it: ``proxy`` acts for a holder abroad, ``notes`` are footnote marks."""

    text: str
    proxy: str | None = None
    notes: tuple[str, ...] = ()
    capacity: str | None = None


def plain(text: str) -> str:
    """Full width as half width, and back (NFKC), the ends trimmed."""
    return unicodedata.normalize("NFKC", text).strip()


def read_name(raw: str) -> Name:
    """The name in a cell.

    >>> read_name("INVENTED BANK\\n（常任代理人　（株）架空銀行）").text, read_name("架空信託銀行株式会社（信託口）（注）２").capacity
    ('INVENTED BANK', 'trust_account')
    """
    if len(raw) > MOST_RAW:
        return Name(raw)  # no name; whoever takes it says so
    text, proxy = _without_proxy(plain(raw))
    notes = tuple(mark.group().replace(" ", "") for mark in _NOTE.finditer(text))
    name = _tidy(_NOTE.sub(" ", text))
    return Name(name, _tidy(proxy) or None, notes, "trust_account" if _TRUST.search(name) else None)


def _without_proxy(text: str) -> tuple[str, str]:
    """The proxy stands in brackets, which may hold brackets; or alone on a line."""
    match = _PROXY.search(text)
    if match is None:
        return text, ""
    start, depth = match.start(), 1 if match.group().startswith("(") else 0
    end = len(text)
    if depth:
        for place in range(start + 1, len(text)):
            depth += {"(": 1, ")": -1}.get(text[place], 0)
            if not depth:
                end = place
                break
    return text[:start] + "\n" + text[end + 1 :], text[match.end() : end].strip(" :\n")


def _tidy(text: str) -> str:
    """One line: a break inside Japanese is none, a break between foreign words is a blank."""
    made = ""
    for line in filter(None, (" ".join(line.split()) for line in text.split("\n"))):
        joined = not made or _ENDS.search(made) or _BEGINS.match(line)
        made += line if joined else f" {line}"
    return made


def key(name: str) -> str:
    """What two spellings of one name have in common: ``(株)ハルデン``, ``㈱ハルデン`` and ``株式会社　ハルデン``."""
    text = plain(name)
    for short, full in _FORMS:
        text = text.replace(short, full)
    return _SPACED.sub("", " ".join(text.split()))


def dates(text: str) -> list[tuple[date, int]]:
    """Days in a text, of Japanese eras and ours, each with the place where it ends."""
    found = []
    for match in _DATE.finditer(text):
        era, year, month, day = match.groups()
        number = 1 if year == "元" else int(year)
        try:
            found.append((date(number + _ERAS.get(era or "", 0), int(month), int(day)), match.end()))
        except ValueError:
            continue
    return found
