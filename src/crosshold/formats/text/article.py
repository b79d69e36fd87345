"""The text of an article: plain UTF-8, or the main text of an HTML page with a map back to its bytes.

Scripts, styles, navigation, captions and forms are left out. Nothing is fetched, run or followed: the page is data.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from html import unescape
from html.parser import HTMLParser

from crosshold.errors import FileError, Finding

MOST_BYTES = 5 * 2**20
_LEFT_OUT = frozenset(
    [
        "script",
        "style",
        "nav",
        "header",
        "footer",
        "aside",
        "figure",
        "figcaption",
        "form",
        "button",
        "noscript",
        "template",
        "svg",
        "iframe",
        "select",
        "option",
        "object",
        "canvas",
        "head",
        "video",
        "audio",
        "menu",
        "dialog",
        "math",
        "textarea",
    ]
)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "section",
        "article",
        "blockquote",
        "table",
        "tr",
        "td",
        "th",
        "time",
        "main",
        "address",
        "pre",
        "hr",
        "dd",
        "dt",
        "body",
    ]
)
_VOID = frozenset(["br", "hr", "img", "input", "meta", "link", "source", "wbr", "area", "base", "col", "embed", "track", "param"])
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|p|div|h1)\b", re.IGNORECASE)
_PUBLISHED = (
    "article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "pubdate",
    "publishdate",
    "og:published_time",
    "parsely-pub-date",
)


@dataclass(frozen=True)
class Article:
    """The text that spans count in, and what the file says about itself. ``offsets``: characters, and the bytes where they stand."""

    text: str
    title: str | None = None
    published: date | None = None
    offsets: tuple[tuple[int, int], ...] = ()

    def bytes_at(self, start: int) -> int:
        """Where a character of the text stands in the file."""
        if not self.offsets:
            return len(self.text[:start].encode())
        place = bisect_right(self.offsets, (start, 2**62)) - 1
        at, byte = self.offsets[max(place, 0)]
        return byte + len(self.text[at:start].encode())


def article(data: bytes, name: str) -> Article:
    """The article in some bytes. ``FileError`` (``E_FILE``) when they are too many or no text."""
    if len(data) > MOST_BYTES:
        message = f"the text has more than {MOST_BYTES // 2**20} MB, which is the most that is read."
        raise FileError(Finding("E_FILE", message, "An article is a few thousand characters: cut it out.", name))
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    except UnicodeDecodeError as error:
        raise FileError(Finding("E_FILE", f"this is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.", name)) from None
    if _HTML.search(data[:4096]):
        page = _Page(text)
        return Article(page.text, page.title, page.published, tuple(page.offsets))
    if "\x00" in text:
        raise FileError(Finding("E_FILE", "this is not text: it has null characters.", "Save it as UTF-8 text.", name))
    text = text.removeprefix("\ufeff")
    return Article(text, None, _dateline(text))


_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = rf"(?:(?:{_MONTHS}) \d{{1,2}},? \d{{4}}|\d{{1,2}} (?:{_MONTHS}) \d{{4}}|\d{{4}}-\d{{2}}-\d{{2}})"
_DATELINE = re.compile(  # "PARIS, March 4, 2020 (Harbour Daily) -", or a line that is only a date
    rf"^[A-Z][\w .,/-]{{2,40}}[,(]\s*(?P<after>{_DAY})\)?\s*(?:\(\w|[-–—:]|$)|^(?:Published:?\s*|Date:?\s*)?(?P<alone>{_DAY})\s*$",
    re.MULTILINE,
)


def _dateline(text: str) -> date | None:
    found = _DATELINE.search(text[:1500])
    if not found:
        return None
    said = found["after"] or found["alone"]
    words = said.replace(",", "").split()
    if len(words) == 1:
        return _day(said)
    month = next(n for n, name in enumerate(_MONTHS.split("|"), 1) if name in words)
    year, number = words[-1], next(w for w in words if len(w) < 3)
    return _day(f"{year}-{month:02}-{int(number):02}")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


class _Page(HTMLParser):
    """Collects the main text. An ``article`` element, where there is one, is all that counts beside the title."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.title: str | None = None
        self.published: date | None = None
        self.offsets: list[tuple[int, int]] = []
        self._parts: list[str] = []
        self._size = 0
        self._skip: list[str] = []
        self._in_title = False
        self._only = re.search(r"<article\b", html, re.IGNORECASE) is not None
        self._inside = 0
        self._html = html
        self._lines = [0]
        for line in html.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._at_char, self._at_byte = 0, 0
        self.feed(html)
        self.close()
        self.text = "".join(self._parts)
        self.published = self.published or _dateline(self.text)

    def _byte(self) -> int:
        line, column = self.getpos()
        at = self._lines[line - 1] + column
        self._at_byte += len(self._html[self._at_char : at].encode(errors="replace"))
        self._at_char = at
        return self._at_byte

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "meta":
            key = (given.get("property") or given.get("name") or given.get("itemprop") or "").lower()
            self.published = self.published or (_day(given.get("content", "")) if key in _PUBLISHED else None)
        if tag == "time":
            self.published = self.published or _day(given.get("datetime", ""))
        self._in_title = self._in_title or tag == "title"
        if tag == "article":
            self._inside += 1
        if tag in _BLOCKS:
            self._break()
        if tag not in _VOID and (tag in _LEFT_OUT or self._skip):
            self._skip.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if tag in self._skip:
            while self._skip and self._skip.pop() != tag:
                pass
        if tag in _BLOCKS:
            self._break()
        if tag == "article":
            self._inside -= 1

    def handle_data(self, data: str) -> None:
        self._take(data)

    def handle_entityref(self, name: str) -> None:
        self._take(unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self._take(unescape(f"&#{name};"))

    def _take(self, data: str) -> None:
        if self._in_title:
            self.title = ((self.title or "") + data)[:300].lstrip()
            return
        if self._skip or (self._only and self._inside < 1):
            return
        self.offsets.append((self._size, self._byte()))
        self._add(re.sub(r"\r\n?|\n|\t", lambda m: " " * len(m[0]), data))

    def _break(self) -> None:
        if self._parts and not self._parts[-1].endswith("\n\n"):
            self._add("\n\n")

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._size += len(text)
