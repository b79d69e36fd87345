"""Owners under a named test as lines for a terminal: who counts, by which way, and who is just outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from crosshold.measures.owners import Blocked, CloseLinks, DeclaredOwner, DeclaredOwners, Owners, OwnersRow
from crosshold.model.snapshot import Snapshot
from crosshold.model.verdict import either
from crosshold.report.figures import bounds, count, percent
from crosshold.report.listing import MOST, WIDTH, listing, name, names
from crosshold.report.tables import paragraph, table

NEAREST = 5  # holders just outside that are shown for a company
WAYS = {
    "chain": "through control, in full",
    "control": "controls it",
    "mixed-a": "controls its holders",
    "mixed-b": "owns its controller",
    "product": "multiplied",
}


def owning(result: Owners, snapshot: Snapshot) -> list[str]:
    """A table of the owners, and below it the largest holders that do not count."""
    told = _head(snapshot, "Who counts as an owner", result.settings)
    if result.rows:
        headers = {
            "issuer": "company",
            "holder": "owner",
            "product": "multiplied",
            "chain": "through control",
            "why": "counts because",
        }
        headers |= {"verdict": "certainty"} if any(row.verdict != "CERTAIN" for row in result.rows) else {}
        told += listing(
            result.rows, lambda row: _row(row, snapshot) | {"why": ", ".join(WAYS[track] for track in row.tracks)}, headers,
            shares=("product", "chain"), keep=("why",),
        )  # fmt: skip
    else:
        told.append("Nobody counts as an owner under this test, by the holdings on record.")
    outside = sorted(result.others, key=lambda row: (-max(row.product, row.chain), row.issuer, row.holder))[:NEAREST]
    if outside:
        headers = {"issuer": "company", "holder": "holder", "product": "multiplied", "chain": "through control"}
        rows = [_row(row, snapshot) for row in outside]
        told += [
            "",
            "The largest that do not count",
            *table(rows, headers, shares=("product", "chain"), width=WIDTH).splitlines(),
        ]
    return told


def _row(row: OwnersRow, snapshot: Snapshot) -> dict[str, Any]:
    named = {"issuer": name(snapshot, row.issuer), "holder": name(snapshot, row.holder)}
    return {**named, "product": row.product, "chain": row.chain, "verdict": row.verdict.lower()}


VERBS = {
    "consolidates": "consolidates it",
    "controls": "controls it",
    "may_appoint": "appoints its leaders",
    "no_owner": "says it has no owner",
    "undisclosed": "owner not named",
}


def declared(result: DeclaredOwners, snapshot: Snapshot) -> list[str]:
    """What is declared, by company; all that a party declares from one day on stands together."""
    told: dict[Any, list[DeclaredOwner]] = {}
    for row in result.rows:
        told.setdefault((row.issuer, row.holder, row.since, row.status), []).append(row)
    if not told:
        return []
    lines = ["", "As declared, through whatever chain: not in the shares above, and not added to them"]
    company = None
    for rows in list(told.values())[:MOST]:
        if rows[0].issuer != company:
            company = rows[0].issuer
            lines += ["", name(snapshot, company)]
        lines += paragraph(_claims(rows, snapshot), WIDTH, indent="  ")
    left = len(told) - MOST
    lines += [f"... {count(left)} more; --json tells all"] if left > 0 else []
    return [*lines, "", "'crosshold claims' lists the statements, --json names that of each row."]


def _claims(rows: Sequence[DeclaredOwner], snapshot: Snapshot) -> str:
    """What one party declares: sizes, other ways of control, since when, and whether the sizes pass the line of the test."""
    first, sizes = rows[0], dict[str, list[str]]()
    for row in rows:
        for share, what in ((row.share, "shares"), (row.vote_share, "votes")):
            if share is not None:
                sizes.setdefault(bounds(share), []).append(what)
    said = [f"{size} of the {' and '.join(what)}" for size, what in sizes.items()]
    said += [VERBS[row.verb] + (f" ({row.how})" if row.how else "") for row in rows if row.verb in VERBS]
    told = f"{name(snapshot, first.holder)}: " if first.holder else ""
    told += ", ".join(said) or "an interest of unknown size"
    told += f"; since {first.since}" if first.since else ""
    told += f"; {first.status}" if first.status != "filed" else ""
    sure = [row.verdict for row in rows if row.verdict]
    return told + (f"; passes the line: {either(sure).lower()}" if sure else "")


def blocked(result: Blocked, snapshot: Snapshot) -> list[str]:
    """A line for each blocked company with the holdings that add up, and the near misses."""
    told = _head(snapshot, f"Blocked with {names(snapshot, result.listed)}", result.settings)
    first = {row.issuer: row for row in reversed(result.rows)}
    entities = result.entities
    for issuer in entities[:MOST]:
        row = first[issuer]
        told += _sum(snapshot, f"{name(snapshot, issuer)}: {percent(row.share)} (round {row.round})", row.by)
    if len(entities) > MOST:
        told.append(f"... {count(len(entities) - MOST)} more entities; --out FILE takes the whole answer")
    if not entities:
        told.append("Nobody is blocked under this test.")
    if result.near:
        told += ["", "Near the line"]
        for miss in result.near[:MOST]:
            told += _sum(snapshot, f"{name(snapshot, miss.issuer)}: {percent(miss.share)}", miss.by)
    return told


def _sum(snapshot: Snapshot, what: str, by: Mapping[str, Fraction]) -> list[str]:
    parts = ", ".join(f"{name(snapshot, holder)} {percent(share)}" for holder, share in by.items())
    return paragraph(f"{what} held by {parts}", WIDTH, "  ")


def links(result: CloseLinks, snapshot: Snapshot) -> list[str]:
    """A table of who holds enough of whom, and the groups that a third party binds."""
    told = _head(snapshot, "Close links", result.settings)
    headers = {"holder": "holder", "issuer": "company", "share": "share", "basis": "% of"}
    told += listing(result.rows, lambda row: row._asdict() | {
        "holder": name(snapshot, row.holder), "issuer": name(snapshot, row.issuer),
    }, headers, shares=("share",), nothing="Nobody is linked by a holding.")  # fmt: skip
    for group in result.third[:MOST]:
        told += paragraph(f"Linked through {name(snapshot, group.third)}: {names(snapshot, group.members)}.", WIDTH)
    return told


def _head(snapshot: Snapshot, what: str, settings: Mapping[str, Any]) -> list[str]:
    line = f"{'more than' if settings['strict'] else 'at least'} {settings['threshold']} of {settings['basis']}"
    said = ", ".join([*([settings["test"]] if settings["test"] else []), f"reading {settings['reading']}", line])
    source = paragraph(settings["citation"], WIDTH) if settings["citation"] else []
    return [snapshot.heading, *paragraph(f"{what} ({said})", WIDTH), *source, ""]
