"""The queue of proposals in a database: what a person decides about each, version by version (spec/evidence 9.3)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crosshold.errors import Finding, RequestError, did_you_mean
from crosshold.model.review import REASONS, STATES
from crosshold.model.statement import Statement, from_plain
from crosshold.store.jobs import Job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crosshold.store.tables import TableStore

_NAMES = ("id", "state", "proposal", "change", "version")


class ReviewQueue:
    """Proposals of a store. Nothing of it is in the register until somebody lets it in."""

    def __init__(self, store: TableStore) -> None:
        self.store = store

    def propose(self, name: str, proposal: Statement) -> None:
        """Put a proposal into the queue; one whose id is there already stays as it is."""
        with self.store.together():
            if not self.store.run("SELECT 1 FROM reviews WHERE id = ?", (name,)):
                self.store.run("INSERT INTO reviews VALUES (?, 'proposed', ?, NULL, 1)", (name, proposal.canonical()))

    def proposals(self, state: str | None = None) -> list[dict[str, Any]]:
        """The queue: id, state, proposal and change (as plain content), version."""
        rows: Sequence[Any] = self.store.run(f"SELECT {', '.join(_NAMES)} FROM reviews ORDER BY id")
        found = [dict(zip(_NAMES, (i, s, json.loads(p), c and json.loads(c), v), strict=True)) for i, s, p, c, v in rows]
        return [row for row in found if state in (None, row["state"])]

    def decide(
        self, name: str, state: str, *, by: str, version: int, change: Statement | None = None, reason: str | None = None
    ) -> int:
        """Decide on a proposal as of the ``version`` that was looked at; the new version. The proposal itself is never changed.

        Accepting or editing puts the statement into the register, with the name of who let it in. Errors: ``E_UNKNOWN_ID``; ``E_REVIEW``
        (no name, no reason for a refusal, no such state); ``E_STALE`` when somebody else decided meanwhile: nothing is overwritten.
        """
        refused = state == "rejected" and reason not in REASONS
        if not by.strip() or state not in STATES or refused or (state == "edited") != bool(change):
            message = "a review needs a name, a state, a reason when it rejects, and the change when it edits."
            cure = f"States: {', '.join(STATES)}. Reasons: {', '.join(REASONS)}."
            raise RequestError(Finding("E_REVIEW", message, cure, name))
        found = {row["id"]: row for row in self.proposals()}
        if name not in found:
            raise RequestError(Finding("E_UNKNOWN_ID", f"{name!r} is in no queue.", did_you_mean(name, found), name))
        content = change.canonical() if change else None
        with self.store.writing(job=Job("review", by.strip())) as writer:
            query = (
                "UPDATE reviews SET state = ?, change = ?, version = version + 1 WHERE id = ? AND version = ? RETURNING version"
            )
            done = self.store.run(query, (state, content, name, version))
            if not done:
                message = f"somebody decided on it meanwhile (it is {found[name]['state']}, version {found[name]['version']})."
                raise RequestError(Finding("E_STALE", message, "Look at it again.", name))
            after = {"state": state, "reason": reason, "change": content and json.loads(content)}
            self.store.note(by.strip(), state, name, {"state": found[name]["state"]}, after)
            if state in ("accepted", "edited"):
                plain = json.loads(content) if content else found[name]["proposal"]
                writer.add([from_plain({**plain, "reviewed_by": by.strip(), "reviewed_at": writer.now})])
        return int(done[0][0])
