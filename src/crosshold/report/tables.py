"""Tables for a terminal: rows of plain values, aligned by the cells that characters really take, numbers to the right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rich.cells import cell_len

from crosshold.report.figures import count, fixed, percent
from crosshold.report.lettering import clean

Row = Mapping[str, Any]
GAP = "  "


def table(
    rows: Sequence[Row],
    headers: Mapping[str, str] | None = None,
    *,
    shares: Collection[str] = (),
    digits: int = 2,
    width: int | None = None,
    keep: Collection[str] = (),
) -> str:
    """Rows as aligned text with a head and a rule under it.

    ``headers`` chooses and names the columns, in order; a column of percentages is named with its basis there ("% of issued").
    ``shares`` are the columns whose fractions are printed as percent. With ``width`` the widest text column, those in
    ``keep`` excepted, is cut until it fits.
    """
    if not rows:
        return "nothing to show"
    columns = dict(headers) if headers else {key: key.replace("_", " ") for key in rows[0]}
    cells = [[shown(row.get(key), share=key in shares, digits=digits) for key in columns] for row in rows]
    right = [all(_is_number(row.get(key)) for row in rows) for key in columns]
    head = [clean(name) for name in columns.values()]
    widths = [max(cell_len(line[k]) for line in (head, *cells)) for k in range(len(head))]
    if width is not None:
        _squeeze(
            widths,
            [number or key in keep for number, key in zip(right, columns, strict=True)],
            width - len(GAP) * (len(head) - 1),
        )
    lines = [_line(head, widths, right), GAP.join("-" * w for w in widths)]
    return "\n".join([*lines, *(_line(line, widths, right) for line in cells)])


def shown(value: Any, *, share: bool = False, digits: int = 2) -> str:
    """One value as text: percent, thousands, lists with commas; control characters of names from outside are dropped."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (Fraction, float, int)) and share:
        return percent(value, digits)
    if isinstance(value, int):
        return count(value)
    if isinstance(value, (Fraction, float)):
        return fixed(value, 4)
    if isinstance(value, Decimal):
        return f"{value:,}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(shown(item, share=share, digits=digits) for item in value) or "-"
    return clean(str(value)) or "-"


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float, Fraction, Decimal)) and not isinstance(value, bool))


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    return GAP.join(fit(cell, w, r) for cell, w, r in zip(cells, widths, right, strict=True)).rstrip()


def fit(text: str, width: int, right: bool = False) -> str:
    """The text in exactly ``width`` cells, cut with an ellipsis when it is longer.

    >>> fit("日産自動車", 7), fit("9.5", 6, right=True)
    ('日産自…', '   9.5')
    """
    if cell_len(text) > width:
        kept, used = "", 1
        for character in text:
            used += cell_len(character)
            if used > width:
                break
            kept += character
        text = kept + "…" if width else ""
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def _squeeze(widths: list[int], kept: Sequence[bool], room: int) -> None:
    """Narrow the widest text columns until the row fits; numbers are never cut."""
    while sum(widths) > room:
        text = [k for k, whole in enumerate(kept) if not whole and widths[k] > 6]
        if not text:
            return
        widths[max(text, key=lambda k: widths[k])] -= 1


def paragraph(text: str, width: int, indent: str = "") -> list[str]:
    """A text broken into lines of at most ``width`` cells; full-width runs may break anywhere.

    >>> paragraph("both vote", 6)
    ['both', 'vote']
    """
    lines, line = [], ""
    for word in clean(text).split(" "):
        candidate = f"{line} {word}" if line else word
        if cell_len(indent + candidate) <= width:
            line = candidate
            continue
        if line:
            lines.append(indent + line)
        line = word
        while cell_len(indent + line) > width:
            end, used = 1, cell_len(indent + line[0])
            while used + cell_len(line[end]) <= width:
                used += cell_len(line[end])
                end += 1
            lines.append(indent + line[:end])
            line = line[end:]
    return [*lines, indent + line] if line else lines
