"""Where the header of a table is, and what it says: titles and units above it, cells merged over two rows, columns without a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crosshold.formats.mapped.mapping import Column, Mapping
from crosshold.formats.mapped.rows import Row
from crosshold.formats.mapped.words import Meaning, known_words, meaning, units


@dataclass(frozen=True)
class Header:
    """The names of the columns, how many rows come before the first one of data, and the rows above with their units."""

    names: tuple[str, ...]
    rows: int
    above: tuple[str, ...]

    @property
    def width(self) -> int:
        """Cells of a row."""
        return len(self.names)


def find_header(start: Sequence[Row], told: int | None = None) -> Header | None:
    """The row with most known words among the first; it takes the row above or below with it where that names parts of merged cells.

    ``told`` is the number of the row that the mapping names: the line of CSV text, the row of a sheet.
    """
    if told is not None:
        place = next((n for n, row in enumerate(start) if row.where.endswith((f" {told}", f"!{told}"))), None)
    else:
        counts = [known_words(row.cells) for row in start]
        best = max(counts, default=0)
        place = counts.index(best) if best else None
        if best < 2:  # no words: titles have one cell, so it is the first row with two
            place = next((n for n, row in enumerate(start) if sum(1 for c in row.cells if c.strip()) > 1), place)
    if place is None:
        return None
    first, rows = list(start[place].cells), place + 1
    if place and _is_upper(start[place - 1].cells, first):
        first = _joined(start[place - 1].cells, first)
        place -= 1
    elif rows < len(start) and _is_lower(first, start[rows].cells):
        first = _joined(first, start[rows].cells)
        rows += 1
    while first and not first[-1].strip():
        first.pop()
    above = tuple(cell for row in start[:place] for cell in row.cells if cell.strip())
    return Header(_named(first), rows, above)


def _is_upper(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether the row above names groups of the columns: it has known words or more than one cell, and fills holes of the header."""
    filled = [n for n, cell in enumerate(upper) if cell.strip()]
    holes = {n for n in range(max(len(upper), len(lower))) if n >= len(lower) or not lower[n].strip()}
    return known_words(upper) > 0 and bool(holes & set(filled))


def _is_lower(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether the row below the header is its second half: only known words, and not under every name."""
    filled = [n for n, cell in enumerate(lower) if cell.strip()]
    if not filled or any(meaning(lower[n]) is None for n in filled):
        return False
    return any(n >= len(lower) or not lower[n].strip() for n, cell in enumerate(upper) if cell.strip())


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Two rows as one: a name above stands over the cells right of it, as far as they have a name of their own below."""
    names, over = [], ""
    for n in range(max(len(upper), len(lower))):
        top = " ".join(upper[n].split()) if n < len(upper) else ""
        below = " ".join(lower[n].split()) if n < len(lower) else ""
        over = top or (over if below else "")
        names.append(f"{over} {below}".strip() if below and over else below or top)
    return names


def _named(cells: Sequence[str]) -> tuple[str, ...]:
    """Names that are all different: a second one of a kind gets its number, one that is empty that of its column."""
    names: list[str] = []
    for n, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) or f"column {n}"
        again, base = 2, name
        while name in names:
            name, again = f"{base} ({again})", again + 1
        names.append(name)
    return tuple(names)


def guess(header: Header) -> Mapping:
    """What the names of the columns mean by their words alone; ``sure`` when each of them is known and there are both parties."""
    percent, counts, money = units(" ".join(header.above)) if header.above else (False, 1, None)
    columns: dict[str, Column] = {}
    sure = True
    for name in header.names:
        found = meaning(name) or _last_word(name)
        if found is None or found.field in {c.field for c in columns.values()}:
            sure = False
            continue
        column = Column(found.field, found.unit, scale=found.scale, currency=found.currency)
        if found.field in ("shares", "votes", "issued") and found.scale == 1:
            column = Column(found.field, scale=counts)
        elif found.field == "amount" and found.currency is None and money:
            column = Column(found.field, scale=money[0], currency=money[1])
        elif found.field in ("share", "vote_share") and found.unit is None and percent:
            column = Column(found.field, "percent")
        columns[name] = column
    parties = {c.field.partition(":")[0] for c in columns.values()}
    return Mapping(columns, sure=sure and {"holder", "issuer"} <= parties)


def _last_word(name: str) -> Meaning | None:
    """A name over two rows ("Holding Shares") means what its lower part means."""
    for start in range(1, len(name.split())):
        found = meaning(" ".join(name.split()[start:]))
        if found is not None:
            return found
    return None
