"""Sheets that tell, for each company, how much of its capital each kind of holder has: sums over unnamed holders, never lots."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crosshold.formats.intake import Batch, short
from crosshold.formats.kftc.release import NOISE, Release, part, percent
from crosshold.formats.kftc.sheet import TOTALS, Bucket, Sheet, amount, tidy
from crosshold.model.share import Share
from crosshold.model.statement import Statement


def read_buckets(release: Release, sheet: Sheet, batch: Batch) -> None:
    """Every row: a company of a group, or a group as a whole."""
    by_company = sheet.column("company") is not None
    if sheet.unit is None and any(b.amount is not None for b in sheet.buckets):
        release.find(batch, "W_UNIT", "amounts without a unit; they are not told.", sheet.name)
    for number, row in sheet.rows:
        group, where = sheet.text(row, "group"), f"{sheet.name} row {number}"
        name = sheet.text(row, "company")
        if {group.lower(), name.lower()} & TOTALS or (not group and any(tidy(cell) in TOTALS for cell in row)):
            batch.leave_out("total")
        elif not group:
            batch.reject(where, "E_PARTY", "a row without a group.", _raw(row))
        else:
            try:
                made = (
                    _company(release, sheet, batch, number, row, group, name)
                    if by_company
                    else _group(release, sheet, number, row, group)
                )
            except ValueError as error:
                code = "E_SHARE_RANGE" if "between 0 and 1" in str(error) else "E_PARTY" if "name" in str(error) else "E_NUMBER"
                batch.reject(where, code, f"{error}.", _raw(row))
                continue
            if not by_company:
                release.bucket(batch, group, "all")
            batch.accept(*made)


def _raw(row: list[Any]) -> str:
    return short("\t".join(tidy(cell) for cell in row))


def _company(release: Release, sheet: Sheet, batch: Batch, number: int, row: list[Any], group: str, name: str) -> list[Statement]:
    """Holdings of a company by kind of holder, of par capital: common and preferred shares together, which is not votes."""
    company = release.company(batch, group, name, sheet.text(row, "listed"))
    capital = amount(row, sheet.column("capital"))
    told = {b.word: (amount(row, b.amount), amount(row, b.percent)) for b in sheet.buckets}
    where = f"{sheet.name} row {number}"
    if sheet.column("capital") is not None and not capital:
        release.find(batch, "W_ARITHMETIC", f"{name} has no capital; no share of it can be told.", where)
    _check_sum(release, sheet, batch, row, told, where)
    made = []
    for bucket in sheet.buckets:
        worth, printed = told[bucket.word]
        share = _share(release, batch, bucket, worth, capital, printed, f"{where}, {name}")
        if share is None and not worth:
            continue
        holder = company if bucket.word == "treasury" else release.bucket(batch, group, bucket.word)
        extra: dict[str, Any] = {"declared": True, "aggregate": True, "bucket": bucket.word, "group": group}
        extra |= {word: text for word in ("listed", "financial", "note") if (text := sheet.text(row, word))}
        money = worth * sheet.unit if worth is not None and sheet.unit else None
        said = {"basis": "capital_par" if capital else "unknown", "amount": money, "currency": None if money is None else "KRW"}
        made.append(release.holds(sheet, number, holder, company, share, directness="unknown", extra=extra, **said))
    return made


def _share(
    release: Release,
    batch: Batch,
    bucket: Bucket,
    worth: Decimal | None,
    capital: Decimal | None,
    printed: Decimal | None,
    where: str,
) -> Share | None:
    """Amount over capital; the printed percentage must agree. Without amounts, the printed one."""
    said = percent(printed)
    if not worth or not capital:
        return said if not capital or worth is None else None
    exact = part(worth, capital)
    if printed is not None and said is not None and exact.point is not None and said.point is not None:
        digits = max(-int(printed.as_tuple().exponent), 0)
        allowed = max(Decimal(5).scaleb(-digits - 1), NOISE) / 100
        if abs(exact.point - said.point) > allowed:
            message = f"{bucket.word}: {worth} of {capital} is {float(exact.point):.6%}, the sheet says {printed}."
            release.find(batch, "W_ARITHMETIC", message, where)
    return exact


def _check_sum(release: Release, sheet: Sheet, batch: Batch, row: list[Any], told: dict[str, Any], where: str) -> None:
    stated = amount(row, sheet.total)
    if stated is None:
        return
    parts = sum((worth for worth, _ in told.values() if worth), Decimal(0))
    if abs(parts - stated) > max(abs(stated), Decimal(1)) * NOISE:
        release.find(batch, "W_ARITHMETIC", f"the parts add up to {parts}, the sheet says {stated}.", where)


def _group(release: Release, sheet: Sheet, number: int, row: list[Any], group: str) -> list[Statement]:
    """A group as a whole: sums over its companies, kept as such. They hold nothing."""
    told = {}
    for bucket in sheet.buckets:
        worth, printed = amount(row, bucket.amount), amount(row, bucket.percent)
        percent(printed)
        if worth or printed:
            told[bucket.word] = {"amount": str(worth), "percent": str(printed)} if printed is not None else {"amount": str(worth)}
    extra = {"aggregate": True, "unit": sheet.unit, "capital": str(amount(row, sheet.column("capital")) or 0), "buckets": told}
    made = release.holds(sheet, number, f"kftc:{group}/all", "", None, extra=extra)
    return [made.changed(verb="is", object=None, topic="group aggregate")]
