"""Footnotes below the table of major shareholders: own shares, new names, large-holding reports that say otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crosshold.formats.edinet.cells import cell_count, cell_percent
from crosshold.formats.edinet.filing import Filing, counted
from crosshold.formats.edinet.html import Item, Table, headed, squeezed
from crosshold.formats.edinet.names import dates, key, read_name
from crosshold.formats.percent_base import Span, truncated

MOST_NOTE = 20_000
_UNITS = {"百万株": 10**6, "千株": 1000, "百株": 100, "株": 1}
_OWN = re.compile(r"自己株式[^0-9。]{0,24}?(\d[\d,]*)\s*(百万株|千株|百株|株)")
_RENAMED = re.compile(
    r"(?P<old>[^、。\s][^、。]{1,80}?)は、?(?P<when>[^、。]{4,24}?日)(?:付(?:で|けで)?|をもって|に)、?(?:商号を)?、?"
    r"(?P<new>[^、。]{2,80}?)(?:へと|へ|に)(?:(?:商号|社名|名称)を?)?変更"
)
_LARGE = re.compile(r"大量保有報告書|変更報告書")
_ROWS = (
    ("割合", "share"),
    ("比率", "share"),
    ("氏名", "name"),
    ("名称", "name"),
    ("住所", "address"),
    ("株券等の数", "shares"),
    ("株式数", "shares"),
)


def own_shares(shown: list[Item]) -> Span | None:
    """Own shares of the company as a note tells them ("上記のほか、当社所有の自己株式1,000千株")."""
    for text in shown:
        if isinstance(text, str) and (match := _OWN.search(text[:MOST_NOTE])):
            unit = _UNITS[match.group(2)]
            return truncated(int(match.group(1).replace(",", "")) * unit, unit)
    return None


def read_footnotes(filing: Filing, shown: list[Item], holders: Mapping[str, Span | None]) -> None:
    """Claims of the notes: new names of holders, and what large-holding reports say of a day."""
    note = ""
    for item in shown:
        if isinstance(item, str):
            note = f"{note}\n{item}"[-4_000:]
            _renamed(filing, item)
        elif _LARGE.search(note) and (table := headed(item, _ROWS, ("name", "shares"))):
            _large(filing, note, table, holders)
            note = ""
        elif headed(item, _ROWS, ("name",)):
            note = ""


def _renamed(filing: Filing, text: str) -> None:
    for match in _RENAMED.finditer(text[:MOST_NOTE]) if "変更" in text else ():
        days = dates(match.group("when"))
        if not days:
            continue
        old = read_name(re.sub(r"^\(?注\)?\s*\d*\s*[..]?|^\d+\s*[..]\s*", "", match.group("old").strip()))
        new = read_name(match.group("new"))
        try:
            party = filing.party(old)
        except ValueError:
            continue
        said = {"topic": "name", "value": new.text, "valid_from": days[0][0].isoformat(), "extra": {"former_name": old.text}}
        filing.batch.accept(filing.statement("note", f"renamed/{key(old.text)}", party, "is", None, **said))


def _large(filing: Filing, note: str, table: Table, holders: Mapping[str, Span | None]) -> None:
    """Rows of a large-holding report that the note quotes: declared, of its own day; where the list of holders says otherwise, told."""
    found = dates(note)
    day = next((d for d, end in reversed(found) if note[end:].lstrip().startswith("現在")), found[-1][0] if found else None)
    for number, row in table.rows:
        raw, place = table.cell(row, "name"), f"MajorShareholdersTextBlock note, row {number}"
        if squeezed(raw) in ("計", "合計", "小計"):
            filing.batch.leave_out("total")
            continue
        name = read_name(raw)
        try:
            shares = cell_count(table.cell(row, "shares"), table.unit("shares") or 1)
            share = cell_percent(table.cell(row, "share"))
            holder = filing.party(name)
        except ValueError as error:
            filing.reject(place, error, "\t".join(row))
            continue
        extra = {**counted(shares), "declared": True, "report": "large holding"}
        said = {
            "shares": shares[0] if shares else None, "share": share, "as_of": day.isoformat() if day else None, "where": place,
            "speaker": name.text, "extra": extra,
        }  # fmt: skip
        filing.batch.accept(filing.statement("note", f"large/{key(name.text)}", holder, "holds", filing.id, **said))
        listed = holders.get(key(name.text))
        if listed and shares and not (listed[0] <= shares[1] and shares[0] <= listed[1]):
            message = f"{name.text}: {listed[0]:,} in the list of holders, {shares[0]:,} in its large-holding report of {day}."
            filing.find("W_CONFLICT", message, "Both are kept; the report may count shares managed for others.", place)
