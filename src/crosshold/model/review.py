"""The rules of review (spec/evidence 9.3): what a reader of texts proposes enters when a person lets it in, and not before.

The same words and rules for a review file and for the queue of a database.
"""

from __future__ import annotations

import re

from crosshold.errors import FileError, Finding
from crosshold.model.statement import Statement

STATES = ("proposed", "accepted", "edited", "rejected", "superseded")
"""States of a proposal. ``superseded``: a later reading of the same text does not propose it any more."""
REASONS = ("not a claim", "wrong party", "wrong number", "duplicate", "not relevant")
"""Why a proposal may be rejected."""
PARTYLESS = ("timing", "trend", "comment", "proposes_talks", "proposes_invest", "joined", "arrested", "left_post")
"""Verbs of claims that need no subject."""
WRITTEN_BY_REVIEW = ("reviewed_by", "reviewed_at", "source", "where", "extra", "note", "known_on")
"""Fields of a statement that the review itself fills."""
_PROPOSAL = re.compile("p[0-9a-f]{24}")


def refuse_unreviewed(statement: Statement) -> None:
    """Stop a proposal of the news reader that nobody has signed, whatever way it comes. ``E_REVIEWER``."""
    extra = statement.extra
    if extra and "proposal" in extra and not statement.reviewed_by and _PROPOSAL.fullmatch(str(extra["proposal"])):
        message = f"{extra['proposal']} was proposed by the news reader, and nobody has reviewed it."
        cure = "Review it: crosshold read-text --accept REVIEW --reviewer NAME."
        raise FileError(Finding("E_REVIEWER", message, cure, statement.where or ""))
