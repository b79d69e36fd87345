"""Major shareholders of an annual report: tagged one by one, or in the table of their text block; of what their ratios are ratios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from crosshold.formats.edinet import footnotes
from crosshold.formats.edinet.cells import cell_count, cell_percent
from crosshold.formats.edinet.facts import Fact, count, ratio
from crosshold.formats.edinet.filing import Filing, counted
from crosshold.formats.edinet.html import Table, headed, squeezed
from crosshold.formats.edinet.names import Name, key, read_name
from crosshold.formats.percent_base import Span, fitting
from crosshold.model.share import Share

_ISSUED = ("TotalNumberOfIssuedSharesSummaryOfBusinessResults", "TotalNumberOfIssuedShares")
_AT_END = "NumberOfIssuedSharesAsOfFiscalYearEnd"
"""Told in the context of the filing day, one class of shares at a time, and yet as of the end of the year."""
_Issued = tuple[tuple[str, ...], Span, Fact]
TOTALS = frozenset(("計", "合計", "総計", "小計", "total"))
HEADS = (
    ("割合", "share"), ("比率", "share"), ("氏名", "name"), ("名称", "name"), ("株主名", "name"), ("住所", "address"),
    ("株式数", "shares"), ("株数", "shares"), ("株券等の数", "shares"),
)  # fmt: skip


class Holder(NamedTuple):
    """One row of the list of major shareholders; counts are bounds."""

    place: str
    name: Name
    raw: str
    shares: Span | None
    share: Share | None
    day: date | None
    address: str | None = None


def read_major(filing: Filing) -> None:
    """Holders, issued shares, own shares and what the footnotes say, as statements."""
    shown = filing.shown("MajorShareholdersTextBlock")
    table = next((t for i in shown if isinstance(i, list) and (t := headed(i, HEADS, ("name", "share")))), None)
    rows = list(_tagged(filing))
    if table is not None and not any(row.shares or row.share for row in rows):
        for _ in rows:
            filing.batch.leave_out("a name that is tagged without its shares")
        rows = list(_listed(filing, table))
    treasury = _own_tagged(filing) or footnotes.own_shares(shown)
    basis, how = _basis(filing, rows, _issued(filing), treasury, table)
    holders: dict[str, Span | None] = {}
    for row in rows:
        _state(filing, row, basis, how)
        holders[key(row.name.text)] = row.shares
    if rows:
        _check_total(filing, rows, table)
    if treasury:
        extra = {**counted(treasury), "kind": "treasury"}
        said = {"shares": treasury[0], "directness": "direct", "as_of": _iso(filing.end), "extra": extra}
        filing.batch.accept(filing.statement("major", "treasury", filing.id, "holds", filing.id, **said))
    footnotes.read_footnotes(filing, shown, holders)
    _reciprocal(filing)


def _tagged(filing: Filing) -> Iterator[Holder]:
    """Facts of a member of MajorShareholdersAxis; those of the plain context are the total."""
    for named in ("NameMajorShareholders", "NameMajorShareholdersVotingRights"):
        for place, context, facts in filing.report.groups(named):
            if not any("MajorShareholders" in member for member in context.members):
                continue
            raw, address = facts[named].value or "", facts.get("AddressMajorShareholders")
            if named.endswith("VotingRights"):
                _by_votes(filing, place, raw, facts, context.day)
                continue
            try:
                shares, share = count(facts.get("NumberOfSharesHeld")), ratio(facts.get("ShareholdingRatio"))
            except ValueError as error:
                filing.reject(place, error, _raw(facts))
                continue
            yield Holder(place, read_name(raw), raw, shares, share, context.day, address.value if address else None)


def _raw(facts: Mapping[str, Fact]) -> str:
    return "\t".join(f"{name}={fact.value}" for name, fact in facts.items())


def _by_votes(filing: Filing, place: str, raw: str, facts: Mapping[str, Fact], day: date | None) -> None:
    """The variant that lists votes: a claim about votes, not about shares."""
    try:
        votes = next((count(f) for n, f in facts.items() if n.startswith("NumberOfVotingRightsHeld")), None)
        share = next((ratio(f) for n, f in facts.items() if "RatioOfVotingRights" in n), None)
        name = read_name(raw)
        holder = filing.party(name)
    except ValueError as error:
        filing.reject(place, error, _raw(facts))
        return
    extra = {"name_as_filed": raw, "capacity": name.capacity, "standing_proxy": name.proxy}
    said = {"votes": votes[0] if votes else None, "vote_share": share, "as_of": _iso(day or filing.end), "extra": extra}
    filing.batch.accept(filing.statement("voters", key(name.text), holder, "votes", filing.id, **said))


def _listed(filing: Filing, table: Table) -> Iterator[Holder]:
    """Rows of the table itself, for filings that tag names and addresses alone."""
    for number, row in table.rows:
        raw = table.cell(row, "name")
        if squeezed(raw).lower() in TOTALS:
            continue
        place = f"MajorShareholdersTextBlock row {number}"
        try:
            shares = cell_count(table.cell(row, "shares"), table.unit("shares") or 1)
            share = cell_percent(table.cell(row, "share"))
        except ValueError as error:
            filing.reject(place, error, "\t".join(row))
            continue
        yield Holder(place, read_name(raw), raw, shares, share, filing.end, table.cell(row, "address") or None)


def _state(filing: Filing, row: Holder, basis: str, how: str) -> None:
    try:
        holder = filing.party(row.name)
    except ValueError as error:
        filing.reject(row.place, error, row.raw)
        return
    if row.shares is None and row.share is None:
        filing.batch.leave_out("a holder without a number")
        return
    extra = {
        **counted(row.shares), "capacity": row.name.capacity, "standing_proxy": row.name.proxy, "footnotes": list(row.name.notes),
        "address": row.address, "name_as_filed": row.raw if row.raw != row.name.text else None, "basis_from": how if row.share else None,
    }  # fmt: skip
    said = {
        "shares": row.shares[0] if row.shares else None, "share": row.share, "basis": basis if row.share else "unknown",
        "directness": "direct", "as_of": _iso(row.day or filing.end), "where": row.place, "extra": extra,
    }  # fmt: skip
    filing.batch.accept(filing.statement("major", key(row.name.text), holder, "holds", filing.id, **said))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _issued(filing: Filing) -> Span | None:
    """Shares issued at the end of the period, as a statement too; of several tags the most exact."""
    found: list[_Issued] = []
    for context, facts in filing.report.facts.items():
        where = filing.report.context(context)
        at_end = where.day == filing.end and not where.members
        for name, fact in facts.items():
            if not (name.startswith(_AT_END) or (at_end and name.startswith(_ISSUED))):
                continue
            try:
                if span := count(fact):
                    found.append((where.members, span, fact))
            except ValueError as error:
                filing.reject(f"{context} {name}", error, fact.value or "")
    whole = [row for row in found if not row[0]] or _all_classes(found)
    if not whole:
        return None
    _, span, fact = min(whole, key=lambda row: row[1][1] - row[1][0])
    said = {"shares": span[0], "as_of": _iso(filing.end), "where": f"{fact.name} {fact.context}", "extra": dict(counted(span))}
    filing.batch.accept(filing.statement("issued", "shares", filing.id, "issued", None, **said))
    return span


def _all_classes(found: list[_Issued]) -> list[_Issued]:
    """The classes of shares together, each of them once, where no fact tells them all."""
    rows = list({row[0]: row for row in reversed(found)}.values())
    return [((), (sum(r[1][0] for r in rows), sum(r[1][1] for r in rows)), rows[0][2])] if rows else []


def _own_tagged(filing: Filing) -> Span | None:
    """Own shares from the table of treasury shares: the row of the filer itself (the others are subsidiaries and mutual holdings)."""
    for _, _, facts in filing.report.groups("NameOfShareholderTreasurySharesEtc"):
        if key(read_name(facts["NameOfShareholderTreasurySharesEtc"].value or "").text) == key(filing.name):
            try:
                return count(facts.get("NumberOfSharesHeldInOwnNameTreasurySharesEtc"))
            except ValueError:
                return None
    return None


def _basis(filing: Filing, rows: list[Holder], issued: Span | None, own: Span | None, table: Table | None) -> tuple[str, str]:
    """What the ratios are ratios of: proved by all rows together, else as the heading says, else unknown (spec/evidence 2.4)."""
    head = next((h for h in table.heads if "割合" in h or "比率" in h), "") if table else ""
    said = ("outstanding" if "自己株式を除く" in head else "issued" if "発行済" in head else None) if head else None
    wholes: dict[str, Span] = {}
    if issued:
        wholes["issued"] = issued
        if own and own != (0, 0):
            wholes["outstanding"] = (issued[0] - own[1], issued[1] - own[0])
    pairs = [(row.shares, row.share) for row in rows if row.shares and row.share and row.share.point]
    fits = fitting(pairs, wholes) if pairs else ()
    if wholes and pairs and not fits:
        tried = "; ".join(f"{name} {low:,} to {high:,}" for name, (low, high) in wholes.items())
        missing = " Own shares are not told." if "outstanding" not in wholes else ""
        level = "N_PERCENT_BASE" if said == "outstanding" and "outstanding" not in wholes else "W_PERCENT_BASE"
        message = f"the ratios of {len(pairs)} holders are ratios of none of these: {tried}.{missing}"
        filing.find(level, message, "See the heading and the notes of the table.", "MajorShareholders")
        return (said, "heading") if level[0] == "N" and said else ("unknown", "")
    if len(fits) == 1:
        if said and said != fits[0] and said in wholes:
            filing.find(
                "W_PERCENT_BASE", f"the heading says {said}, the numbers are ratios of {fits[0]}.", "", "MajorShareholders"
            )
        if said is None or said == fits[0] or said in wholes:
            return fits[0], "proved"
    return (said, "heading") if said else ("unknown", "")


def _check_total(filing: Filing, rows: list[Holder], table: Table | None) -> None:
    """The row without a holder is the total: checked, and left out."""
    total: Span | None = None
    for _, context, facts in filing.report.groups("NumberOfSharesHeld"):
        if not context.members and context.day == filing.end:
            try:
                total = count(facts["NumberOfSharesHeld"])
            except ValueError:
                total = None
    if total is None and table is not None:
        for _, row in table.rows:
            if squeezed(table.cell(row, "name")).lower() in TOTALS:
                try:
                    total = cell_count(table.cell(row, "shares"), table.unit("shares") or 1)
                except ValueError:
                    total = None
    if total is None:
        return
    filing.batch.leave_out("total")
    known = [row.shares for row in rows if row.shares]
    low, high = sum(s[0] for s in known), sum(s[1] for s in known)
    if low <= total[1] and total[0] <= high:
        filing.find("N_TOTAL", f"{len(known)} holders add up to the total of {total[0]:,}.", "", "MajorShareholders")
    else:
        message = f"{len(known)} holders add up to {low:,} to {high:,}, the total says {total[0]:,}."
        filing.find("W_TOTAL", message, "A row is missing or wrong.", "MajorShareholders")


def _reciprocal(filing: Filing) -> None:
    """相互保有株式: shares without votes because the company holds a quarter of their holders, as the company itself counts them."""
    for place, context, facts in filing.report.groups_with("NumberOfShares", "ReciprocalHoldingShares"):
        name = next(n for n in facts if n.startswith("NumberOfShares"))
        try:
            span = count(facts[name])
        except ValueError as error:
            filing.reject(place, error, _raw(facts))
            continue
        if span is None:
            continue
        holders = f"{filing.id}/reciprocal-holders"
        filing.group(holders, f"companies of which {filing.name} holds a quarter")
        extra = {**counted(span), "declared": True, "kind": "reciprocal"}
        said = {"shares": span[0], "votes": 0, "as_of": _iso(context.day or filing.end), "where": place, "extra": extra}
        filing.batch.accept(filing.statement("major", "reciprocal", holders, "holds", filing.id, **said))
