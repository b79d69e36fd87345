"""Answers from stakes known only between bounds, as lines for a terminal: what is certain and what is possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosshold.measures.bounds import ControlBounds, OwnershipBounds
from crosshold.measures.corners import CornerRow, Corners
from crosshold.measures.owners import BlockedBounds, LinksBounds, OwnersBounds
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import percent
from crosshold.report.listing import WIDTH, Money, head, listing, name, names
from crosshold.report.owning import WAYS
from crosshold.report.tables import paragraph

BETWEEN = (
    "From and to: the least and the most over all share counts within the bounds of the case; the shares of a company add up."
)


def _tail(settings: Mapping[str, Any], snapshot: Snapshot) -> list[str]:
    moving = settings.get("uncertain")
    said = [] if moving is None else [f"Uncertain: {names(snapshot, moving, 'nothing; every stake is known to the share')}."]
    return ["", *(line for text in (*said, BETWEEN) for line in paragraph(text, WIDTH))]


def _test(settings: Mapping[str, Any]) -> str:
    line = f"{'more than' if settings['strict'] else 'at least'} {settings['threshold']} of {settings['basis']}"
    return f"{settings['test']}, {line}" if settings.get("test") else line


SHARES = ("direct", "fraction", "power", "total", "votes")


def corners(result: Corners, snapshot: Snapshot) -> list[str]:
    """Every number of a measure with what it was seen to be at least and at most."""
    told = head(snapshot, "What was seen at the corners of the bounds", result.settings, "corners", "bounds")
    headers = {"of": "of", "number": "number", "low": "from", "high": "to", "corners": "seen at corners"}
    money = Money((row.high for row in result.rows if row.number not in SHARES), {})

    def shown(row: CornerRow, value: Any) -> str:
        return percent(value) if row.number in SHARES and abs(row.high) <= 1 else money.text(value)

    told += listing(result.rows, lambda row: {
        "of": names(snapshot, row.of), "number": row.number.replace("_", " "), "low": shown(row, row.low), "high": shown(row, row.high),
        "corners": row.corners,
    }, headers, keep=("number", "low", "high"))  # fmt: skip
    note = "Counts between the corners may lead outside these ranges. A row that is missing at some corners is 0 there for most measures."
    return [*told, "", *paragraph(note, WIDTH)]


def ownership(result: OwnershipBounds, snapshot: Snapshot) -> list[str]:
    """Holders by company with both ends."""
    told = head(snapshot, "Who owns what at least and at most", result.settings, "convention", "basis", "method")
    rows = sorted(result.rows, key=lambda row: (row.issuer, -row.high, row.holder))
    headers = {"issuer": "company", "holder": "holder", "low": "from", "high": "to"}
    told += listing(rows, lambda row: row._asdict() | {"issuer": name(snapshot, row.issuer), "holder": name(snapshot, row.holder)},
                    headers, shares=("low", "high"), nothing="Nobody holds anything.")  # fmt: skip
    return told + _tail(result.settings, snapshot)


def control(result: ControlBounds, snapshot: Snapshot) -> list[str]:
    """Certain and possible pairs by company."""
    told = head(snapshot, f"Who controls whom, for certain or possibly: {_test(result.settings)}", result.settings)
    rows = sorted(result.rows, key=lambda row: (row.controlled, row.verdict, -row.high, row.controller))
    headers = {"company": "company", "controller": "controlled by", "verdict": "", "low": "votes from", "high": "to"}
    told += listing(rows, lambda row: row._asdict() | {
        "company": name(snapshot, row.controlled), "controller": name(snapshot, row.controller), "verdict": row.verdict.lower(),
    }, headers, shares=("low", "high"), keep=("verdict",), nothing="Nobody can control a company, whatever the counts.")  # fmt: skip
    return told + _tail(result.settings, snapshot)


def owners(result: OwnersBounds, snapshot: Snapshot) -> list[str]:
    """Whoever counts certainly or possibly, and why."""
    told = head(
        snapshot, f"Who counts as an owner, for certain or possibly: {_test(result.settings)}", result.settings, "reading"
    )
    headers = {"issuer": "company", "holder": "owner", "verdict": "counts", "low": "from", "high": "to", "why": "because"}
    told += listing(result.rows, lambda row: row._asdict() | {
        "issuer": name(snapshot, row.issuer), "holder": name(snapshot, row.holder), "verdict": row.verdict.lower(),
        "why": ", ".join(WAYS[track] for track in row.tracks),
    }, headers, shares=("low", "high"), keep=("verdict", "why"), nothing="Nobody can count as an owner, whatever the counts.")  # fmt: skip
    return told + _tail(result.settings, snapshot)


def links(result: LinksBounds, snapshot: Snapshot) -> list[str]:
    """Holdings that link, and pairs that a third party binds."""
    told = head(snapshot, f"Close links, certain or possible: {_test(result.settings)}", result.settings, "reading")
    headers = {"holder": "holder", "issuer": "company", "verdict": "linked", "low": "from", "high": "to"}
    told += listing(result.rows, lambda row: row._asdict() | {
        "issuer": name(snapshot, row.issuer), "holder": name(snapshot, row.holder), "verdict": row.verdict.lower(),
    }, headers, shares=("low", "high"), nothing="Nobody can be linked by a holding.")  # fmt: skip
    if result.third:
        headers = {"third": "through", "a": "linked", "b": "with", "verdict": "how sure"}
        told += ["", *listing(result.third, lambda row: {
            **{key: name(snapshot, getattr(row, key)) for key in ("third", "a", "b")}, "verdict": row.verdict.lower(),
        }, headers)]  # fmt: skip
    return told + _tail(result.settings, snapshot)


def blocked(result: BlockedBounds, snapshot: Snapshot) -> list[str]:
    """Whoever is blocked certainly or possibly, and with whom."""
    told = head(
        snapshot,
        f"Blocked with {names(snapshot, result.listed)}, for certain or possibly: {_test(result.settings)}",
        result.settings,
    )
    headers = {"issuer": "company", "party": "with", "verdict": "blocked", "low": "from", "high": "to"}
    told += listing(result.rows, lambda row: row._asdict() | {
        "issuer": name(snapshot, row.issuer), "party": names(snapshot, row.party), "verdict": row.verdict.lower(),
    }, headers, shares=("low", "high"), nothing="Nobody else can be blocked, whatever the counts.")  # fmt: skip
    return told + _tail(result.settings, snapshot)
