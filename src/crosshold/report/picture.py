"""The chart of a Snapshot as a file of its own: who holds, votes and controls, with title, legend and notes in the picture."""

from __future__ import annotations

from collections.abc import Sequence

from crosshold.law.ballot import ballot
from crosshold.model.snapshot import Snapshot
from crosshold.report.holders import rows_of_ballot
from crosshold.report.scene_build import State, build
from crosshold.report.story_law import controls_of
from crosshold.report.svg import svg

NOTE = "Votes are those that can be exercised under the rules of the case; dispersed holders are counted at one vote a share."


def picture(snapshot: Snapshot, *, title: str = "", notes: Sequence[str] = (NOTE,)) -> str:
    """One self-contained SVG; the title is the case's own unless given."""
    found = ballot(snapshot)
    rows = rows_of_ballot(snapshot, found)
    state = State(snapshot, rows, controls_of(found, rows))
    heading = title or f"{snapshot.title or snapshot.case or 'Holdings'}"
    return svg(build(state, title=heading, notes=notes))
