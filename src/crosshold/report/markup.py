"""The few pieces of HTML the pages are made of. Text from outside goes through :func:`words`; nothing else is put into a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import urlsplit

from crosshold.report.lettering import clean
from crosshold.report.page_style import CSS


class Markup(str):
    """A string that is HTML already."""

    __slots__ = ()


_KEPT = re.compile(r"(?<=\d) (?=%)|(?<=\b[A-Z]{3}) (?=-?\d)|(?<=\d) (?=(?:bn|m|trn|points)\b)")


def words(text: object) -> Markup:
    """Text as HTML: escaped, without control characters; a number stays with its unit. :class:`Markup` passes."""
    if isinstance(text, Markup):
        return text
    plain = str(text)
    inner = escape(_KEPT.sub("\u00a0", clean(plain)))
    before, after = (" " if plain[:1] == " " else ""), (" " if plain[-1:] == " " else "")
    return Markup(f"{before}{inner}{after}" if inner else before)


def tag(name: str, *inside: object, **attributes: str) -> Markup:
    """An element; ``class_`` and ``for_`` stand for the reserved words, ``_`` in names for ``-``."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{given}>{''.join(words(part) for part in inside)}</{name}>")


def items(kind: str, rows: Iterable[object], **attributes: str) -> Markup:
    """A list, ``ul`` or ``ol``; nothing when there are no rows."""
    rows = list(rows)
    return tag(kind, *(tag("li", row) for row in rows), **attributes) if rows else Markup("")


def section(key: str, title: str, *inside: object) -> Markup:
    """A section with its heading and an anchor."""
    return tag("section", tag("h2", title, id=f"h-{key}"), *inside, id=key, aria_labelledby=f"h-{key}")


def grid(caption: str, heads: Sequence[tuple[str, bool]], rows: Iterable[Sequence[object] | str]) -> Markup:
    """A table in its own scroll box. ``heads`` are (text, is a number); a row that is one string parts the table.

    The first cell of every row is its head.
    """
    top = tag("thead", tag("tr", *(tag("th", text, scope="col", class_="n" if right else "t") for text, right in heads)))
    body: list[Markup] = []
    for row in rows:
        if isinstance(row, str):
            body.append(tag("tr", tag("th", row, colspan=str(len(heads)), scope="rowgroup"), class_="part"))
            continue
        cells = [tag("th", row[0], scope="row")]
        cells += [tag("td", cell, class_="n" if heads[n][1] else "t") for n, cell in enumerate(row[1:], 1)]
        body.append(tag("tr", *cells))
    inner = tag("table", tag("caption", caption), top, tag("tbody", *body))
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=clean(caption))


def chart(picture: str, label: str) -> Markup:
    """A picture in its own scroll box."""
    return tag("div", Markup(picture), class_="chart", tabindex="0", role="region", aria_label=clean(label))


def link(address: str, text: str) -> Markup:
    """A link to http or https, followed by nobody but the reader; any other address is only text."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return words(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return words(text)
    return Markup(f"{tag('a', text, href=address, rel='noreferrer')} ({words(parts.hostname)})")


def document(title: str, *body: object, language: str = "en") -> str:
    """A whole page: one file, no script, nothing fetched."""
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        '<link rel="icon" href="data:,">'
    )
    inside = "\n".join(words(part) for part in body)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head>{head}<title>{escape(clean(title))}</title>'
        f"<style>{CSS}</style></head>\n<body>{inside}</body></html>\n"
    )
