"""Policy shareholdings before they were tagged: tables in the chapter on governance, under headings, broken over pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from crosshold.formats.edinet.cells import cell_count, cell_money
from crosshold.formats.edinet.filing import Filing
from crosshold.formats.edinet.html import Item, Row, filled, heading, squeezed, unit
from crosshold.formats.edinet.major import TOTALS
from crosshold.formats.edinet.names import plain, read_name
from crosshold.formats.edinet.policy import Holding

HEADS = (
    ("銘柄", "name"), ("株式数", "shares"), ("株数", "shares"), ("貸借対照表計上額", "amount"), ("計上額", "amount"), ("簿価", "amount"),
    ("保有目的", "purpose"), ("目的", "purpose"),
)  # fmt: skip
_STATED = re.compile(r"(\d[\d,]*)\s*銘柄")
_SUM = re.compile(r"(\d[\d,]*)\s*(百万円|千円|億円)")
_YEN = {"百万円": 10**6, "千円": 1000, "億円": 10**8}
_OTHER = re.compile(
    r"(?:最大保有会社|大きい会社)[^。]{0,20}?である(?P<name>[^。、]{2,60}?)(?:の株式の保有状況)?(?:については|について、?は|の場合)"
)
MOST_LINE = 2_000
_PAGE = re.compile(r"[-\s\d/()ページ]{0,12}")


@dataclass
class _Place:
    """Where we are in the chapter: whose holdings, of which year, of which kind, and the columns of the last heading."""

    filing: Filing
    name: str
    holder: str = ""
    year: str | None = None
    kind: str | None = None
    columns: dict[str, int] = field(default_factory=dict)
    heads: Row = field(default_factory=list)
    width: int = 0
    found: list[Holding] = field(default_factory=list)
    stated: dict[tuple[str, str], tuple[int, int | None]] = field(default_factory=dict)

    def end(self) -> date | None:
        """The day of the holdings of this year."""
        report, end = self.filing.report, self.filing.end
        return report.context("Prior1YearInstant").day if self.year == "prior" else end


def read_tables(filing: Filing, shown: list[Item], name: str) -> list[Holding]:
    """All rows under the headings 特定投資株式 and みなし保有株式, of this year and the year before."""
    place = _Place(filing, name, filing.id)
    for number, item in enumerate(shown, 1):
        if isinstance(item, str):
            for line in item.split("\n"):
                _line(place, plain(line))
        else:
            _table(place, item, number)
    _complete(place)
    return place.found


def _line(place: _Place, text: str) -> None:
    """A heading, the stated count, a note; any other sentence ends a table, so that the next one is no continuation of it."""
    text = text[:MOST_LINE]
    bare = squeezed(text)
    if not bare or _PAGE.fullmatch(text) or bare.startswith(("(注)", "注)", "(注", "※")):
        return
    other = _OTHER.search(bare)
    if other is not None:
        place.holder = place.filing.party(read_name(other.group("name")), "company")
    elif re.match(r"[^。]{0,12}(提出会社|当社)については", bare):
        place.holder = place.filing.id
    before, now = "前事業年度" in bare, "当事業年度" in bare
    if before != now and len(bare) <= 24 and not bare.endswith("。"):
        place.year, place.kind = "prior" if before else "current", place.kind
    kinds = (("純投資目的である", "pure"), ("純投資目的の", "pure"), ("みなし保有株式", "deemed"), ("特定投資株式", "specified"))
    kind = next((word for sign, word in kinds if sign in bare), None)
    stated = _state_count(place, bare)
    if kind is not None and len(bare) <= 40:
        place.kind = kind
    elif not stated and before == now and other is None and len(bare) > 3:
        place.columns = {}
        if not bare.startswith(("該当事項", "なお")):
            place.kind = None


def _state_count(place: _Place, bare: str) -> bool:
    """ "85銘柄 29,663百万円": how many there are and what they are worth."""
    names, worth = _STATED.search(bare), _SUM.search(bare)
    if names is None:
        return False
    amount = int(worth.group(1).replace(",", "")) * _YEN[worth.group(2)] if worth else None
    if place.kind != "pure":
        place.stated.setdefault((place.holder, place.year or "current"), (int(names.group(1).replace(",", "")), amount))
    return True


def _table(place: _Place, table: list[Row], number: int) -> None:
    rows = list(filled(table))
    if not rows:
        return
    found = next((h for _, row in rows if {"name", "shares"} <= (h := heading(row, HEADS)).keys()), None)
    if found is None and place.kind in (None, "pure"):
        _state_count(place, squeezed("".join(cell for _, row in rows for cell in row)))
        return
    if place.kind == "pure":
        for _ in rows:
            place.filing.batch.leave_out("held for pure investment")
        return
    if found is None and (not place.columns or len(rows[0][1]) != place.width):
        _headless(place, rows, number)
        return
    for line, row in rows:
        columns = heading(row, HEADS)
        if {"name", "shares"} <= columns.keys():
            place.columns, place.heads, place.width = columns, [squeezed(cell) for cell in row], len(row)
        else:
            _row(place, row, f"{place.name} table {number} row {line}")


def _headless(place: _Place, rows: list[tuple[int, Row]], number: int) -> None:
    """A table without a heading that continues none: its rows are told, so that none is lost in silence."""
    for line, row in rows:
        where = f"{place.name} table {number} row {line}"
        if len(row) < 3 or not any(cell.replace(",", "").isdecimal() for cell in row):
            place.filing.batch.leave_out("a table of something else")
        else:
            message = "a table without a heading, which continues no table before it."
            place.filing.batch.reject(where, "E_ROW", message, "\t".join(row))


def _row(place: _Place, row: Row, where: str) -> None:
    def cell(word: str) -> str:
        column = place.columns.get(word, len(row))
        return row[column] if column < len(row) else ""

    def size(word: str, usual: int) -> int:
        column = place.columns.get(word)
        return usual if column is None else unit(place.heads[column]) or usual

    raw = cell("name")
    if squeezed(raw).lower() in TOTALS:
        place.filing.batch.leave_out("total")
        return
    try:
        shares, amount = cell_count(cell("shares"), size("shares", 1)), cell_money(cell("amount"), size("amount", 10**6))
        name = read_name(raw)
        place.filing.party(name)
    except ValueError as error:
        place.filing.reject(where, error, "\t".join(row))
        return
    if shares is None and not amount:
        place.filing.batch.leave_out("not held, or not told below a threshold")
        return
    kind = place.kind or "specified"
    extra = {"purpose_as_filed": cell("purpose")}
    place.found.append(Holding(where, place.holder, kind, name, raw, shares, amount, place.end(), extra))


def _complete(place: _Place) -> None:
    """Fewer rows than the stated number: the list is partial, and so much of the stated value is not named."""
    for (holder, year), (names, worth) in place.stated.items():
        day = place.filing.report.context("Prior1YearInstant").day if year == "prior" else place.filing.end
        rows = [held for held in place.found if held.holder == holder and held.day == day and held.kind == "specified"]
        if len(rows) >= names:
            continue
        named = sum((held.amount or 0) for held in rows)
        rest = f", {(worth - named) / 10**6:,} of {worth / 10**6:,.0f} million yen are not named" if worth is not None else ""
        message = f"{len(rows)} of {names} holdings are named for {day}{rest}."
        place.filing.find("W_PARTIAL_LIST", message, "The others are too small to be listed.", place.name)
