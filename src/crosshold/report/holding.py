"""Ownership, control and circles as lines for a terminal."""

from __future__ import annotations

from crosshold.measures.control import Control, Ultimate
from crosshold.measures.loops import Loop, Loops
from crosshold.measures.ownership import Ownership
from crosshold.model.snapshot import Snapshot
from crosshold.report.figures import percent
from crosshold.report.listing import MOST, WIDTH, head, largest, listing, name, names
from crosshold.report.tables import paragraph


def ownership(result: Ownership, snapshot: Snapshot) -> list[str]:
    """By company, or the largest first where there are many rows."""
    ranked = largest(result.rows, "total", lambda row: (row.issuer, row.holder))
    rows = ranked if len(ranked) > MOST else sorted(ranked, key=lambda row: row.issuer)
    headers = {"issuer": "company", "holder": "holder", "direct": "direct", "total": "with indirect"}
    told = head(snapshot, "Who owns what", result.settings, "convention", "basis", "floor", "method")
    return told + listing(rows, lambda row: row._asdict() | {"issuer": name(snapshot, row.issuer), "holder": name(snapshot, row.holder)},
                          headers, shares=("direct", "total"), nothing="Nobody holds anything.")  # fmt: skip


def control(result: Control, snapshot: Snapshot) -> list[str]:
    """Every pair with the votes that decide it."""
    how, basis = "more than" if result.settings["strict"] else "at least", result.settings["basis"]
    told = head(snapshot, f"Who controls whom: {how} {result.settings['threshold']} of {basis}", result.settings, "fixpoint")
    headers = {"company": "company", "controller": "controlled by", "votes": f"% of {basis}", "steps": "rounds"}
    return told + listing(result.rows, lambda row: row._asdict() | {
        "company": name(snapshot, row.controlled), "controller": name(snapshot, row.controller),
    }, headers, shares=("votes",), nothing="Nobody controls a company at this threshold.")  # fmt: skip


def tops(result: Ultimate, snapshot: Snapshot) -> list[str]:
    """Who stands at the top, one line a company, and the rings."""
    told = [f"At the top of {name(snapshot, company)}: {names(snapshot, who)}." for company, who in result.ultimate.items()]
    return told + [f"A ring, each controlling the other: {names(snapshot, ring)}." for ring in result.rings]


def loops(result: Loops, snapshot: Snapshot) -> list[str]:
    """The components, and every loop with its gain and what control hangs on it."""
    told = head(snapshot, "Circles of holdings", result.settings, "basis")
    if not result.components:
        return [*told, "There is no circle of holdings."]
    for component in result.components[:MOST]:
        members = names(snapshot, component.members)
        told.append(f"{members}: {component.edges} holdings, {component.cycle_rank} independent circle(s).")
    for loop in result.loops[:MOST]:
        path = " -> ".join([*loop.path, loop.path[0]])
        told.append(f"  {path}: each member owns {percent(loop.gain, 3)} of itself around it")
        told += _hangs(loop, snapshot)
    left = len(result.loops) - MOST
    more = [f"... {left} more circles; --out FILE takes the whole answer"] if left > 0 else []
    return [*told, *more, *(["Not every circle is listed: those with the largest gain are."] if result.partial else [])]


def _hangs(loop: Loop, snapshot: Snapshot) -> list[str]:
    """What changes in control without the weakest stake of a loop."""
    if not (loop.control_lost or loop.control_gained or loop.control_without):
        return []
    ends = ", ".join(f"{a} controls {b}" for a, b in loop.control_lost or ()) or "nothing"
    begins = ", ".join(f"{a} controls {b}" for a, b in loop.control_gained or ()) or "nothing"
    text = f"without {loop.cut[0]} in {loop.cut[1]} ends: {ends}; begins: {begins}"
    return paragraph(text, WIDTH, "    ")
