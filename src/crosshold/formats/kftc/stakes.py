"""Sheets that name holder and company: parents of more than half of a subsidiary, and foreign affiliates in chains."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from crosshold.formats.intake import Batch, short
from crosshold.formats.kftc.release import Release, percent
from crosshold.formats.kftc.sheet import TOTALS, Sheet, amount, tidy
from crosshold.model.share import SOME, Share


def read_parents(release: Release, sheet: Sheet, batch: Batch) -> None:
    """Parent, subsidiary and the parent's share: direct holdings of shares issued, which the 50 % line of the law counts
    (Monopoly Regulation and Fair Trade Act, article 47(1): more than half of the shares issued)."""
    for number, row in sheet.rows:
        group, where = sheet.text(row, "group"), f"{sheet.name} row {number}"
        if _total(row):
            batch.leave_out("total")
            continue
        try:
            child = release.company(batch, group, sheet.text(row, "subsidiary"), sheet.text(row, "listed"))
            parent = release.company(batch, group, sheet.text(row, "parent"))
            share = percent(amount(row, sheet.column("parent_share")))
            if share is None:
                raise ValueError("a parent without a share")
            family = amount(row, sheet.column("parent_family"))
        except ValueError as error:
            _reject(batch, where, error, row)
            continue
        extra = {"group": group, **({"parent_family_percent": str(family)} if family is not None else {})}
        batch.accept(release.holds(sheet, number, parent, child, share, basis="issued", directness="direct", extra=extra))


def read_chains(release: Release, sheet: Sheet, batch: Batch) -> None:
    """Foreign affiliates left to right. The percentage is that of the last one in the company; the hops before have none.

    A pair stands again in every chain that leads to it: it is one holding.
    """
    seen: dict[tuple[str, str], Share | None] = {}
    for number, row in sheet.rows:
        group, where = sheet.text(row, "group"), f"{sheet.name} row {number}"
        if _total(row):
            batch.leave_out("total")
            continue
        names = [tidy(row[c]) for c in sheet.columns.get("chain", ()) if c < len(row) and tidy(row[c])]
        try:
            company = release.company(batch, group, sheet.text(row, "company"), sheet.text(row, "listed"))
            chain = [release.company(batch, group, name) for name in (*names, sheet.text(row, "foreign"))]
            share = percent(amount(row, sheet.column("foreign_share")))
        except ValueError as error:
            _reject(batch, where, error, row)
            continue
        made = []
        for holder, held in pairwise(chain):
            if (holder, held) not in seen:
                seen[holder, held] = None
                extra: dict[str, Any] = {"declared": True, "group": group, "chain": "no percentage is told"}
                made.append(release.holds(sheet, number, holder, held, SOME, directness="direct", extra=extra))
        pair = (chain[-1], company)
        again = pair in seen
        if again and seen[pair] != share:
            message = f"{tidy(sheet.text(row, 'foreign'))} stands with another share in {sheet.text(row, 'company')} above."
            release.find(batch, "W_CONFLICT", message, where, "Both are kept.")
            again = False
        seen.setdefault(pair, share)
        if not again:
            extra = {"group": group, "capital": str(amount(row, sheet.column("capital")) or 0)}
            said = {"basis": "capital_par" if share else "unknown", "directness": "direct", "extra": extra}
            made.append(release.holds(sheet, number, chain[-1], company, share or SOME, **said))
        if made:
            batch.accept(*made)
        else:
            batch.leave_out("a pair that stands in a chain above")


def _total(row: list[Any]) -> bool:
    return any(tidy(cell) in TOTALS for cell in row[:4])


def _reject(batch: Batch, where: str, error: ValueError, row: list[Any]) -> None:
    code = "E_SHARE_RANGE" if "between 0 and 1" in str(error) else "E_PARTY" if "name" in str(error) else "E_NUMBER"
    batch.reject(where, code, f"{error}.", short("\t".join(tidy(cell) for cell in row)))
