"""How much room a text takes: in ems for a drawing, in cells for a terminal. Full-width characters are one em, two cells."""

from __future__ import annotations

import unicodedata

# Advance widths of a common sans (Arial and Helvetica share them), in thousandths of an em, for ASCII 32-126.
_ADVANCE = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
    556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
SPARE = 1.12
"""Readers' fonts differ; a box is drawn a little wider than the reference font needs."""
_GAP_CHARACTERS = {"\u200b", "\u200e", "\u200f", "\ufeff"}


def em(text: str) -> float:
    """Width of a text in ems of the font it is drawn in.

    >>> round(em("日産"), 2), em("")
    (2.0, 0.0)
    """
    return sum((_width(character) for character in text), start=0.0)


def _width(character: str) -> float:
    if "\x20" <= character <= "\x7e":
        return _ADVANCE[ord(character) - 32] / 1000 * SPARE
    if unicodedata.combining(character) or character in _GAP_CHARACTERS:
        return 0.0
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    return 0.72 * SPARE


def clean(text: str) -> str:
    """A text on one line without control characters and without marks that turn the reading direction of what follows.

    >>> clean("Nissan\\nMotor\\u202e Co.")
    'Nissan Motor Co.'
    """
    kept = (
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join("".join(kept).split())


def cut(text: str, width: float) -> str:
    """The text, shortened with an ellipsis to at most ``width`` ems."""
    if em(text) <= width:
        return text
    kept, used = "", em("…")
    for character in text:
        used += _width(character)
        if used > width:
            break
        kept += character
    return kept.rstrip() + "…"


def wrap(text: str, width: float, most: int) -> tuple[str, ...]:
    """At most ``most`` lines of at most ``width`` ems; the last one is cut. Breaks at spaces, inside CJK runs anywhere.

    >>> wrap("Nissan Motor Co., Ltd.", 8, 2)
    ('Nissan Motor', 'Co., Ltd.')
    """
    lines: list[str] = []
    rest = clean(text)
    while rest:
        if len(lines) == most - 1 or em(rest) <= width:
            return (*lines, cut(rest, width))
        end, used, space = 0, 0.0, 0
        while end < len(rest) and used + _width(rest[end]) <= width:
            used += _width(rest[end])
            if rest[end] == " ":
                space = end
            end += 1
        full_width = end < len(rest) and _width(rest[end]) == 1.0
        stop = space if space and not full_width else max(end, 1)
        lines.append(rest[:stop].rstrip())
        rest = rest[stop:].lstrip()
    return tuple(lines)


_FORMS = (
    "co., ltd.", "co. ltd.", "co.,ltd.", "corporation", "corp.", "inc.", "ltd.", "ltd", "limited", "plc", "s.a.", "sa", "se", "ag",
    "n.v.", "nv", "b.v.", "bv", "s.p.a.", "spa", "gmbh", "k.k.", "kk", "g.k.", "co.",
)  # fmt: skip


def short(name: str) -> str:
    """A name without its legal form, for places with little room.

    >>> short("Nissan Motor Co., Ltd."), short("Renault S.A."), short("日産自動車株式会社")
    ('Nissan Motor', 'Renault', '日産自動車')
    """
    text = clean(name).removeprefix("株式会社").removesuffix("株式会社")
    for form in _FORMS:
        if text.lower().endswith(" " + form):
            return text[: -len(form)].rstrip(" ,") or text
    return text or clean(name)
