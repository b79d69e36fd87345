"""Owners under a named test: who counts as an owner, who is blocked with whom, who is closely linked to whom.

The tests are data (:data:`TESTS`). They read a stake held through others in three ways that disagree in both directions:
``product`` multiplies along a chain and adds the chains; ``chain`` counts what a controlled company holds in full and what an
uncontrolled one holds not at all; ``cascade`` counts in full whoever is itself caught.
"""

from __future__ import annotations

from crosshold.measures.owners.blocking import Blocked, BlockedRow, NearMiss, blocked
from crosshold.measures.owners.linking import CloseLinks, LinkRow, Third, close_links
from crosshold.measures.owners.named import TESTS, OwnerTest, owner_test
from crosshold.measures.owners.owning import Owners, OwnersRow, owners

__all__ = [
    "TESTS",
    "Blocked",
    "BlockedRow",
    "CloseLinks",
    "LinkRow",
    "NearMiss",
    "OwnerTest",
    "Owners",
    "OwnersRow",
    "Third",
    "blocked",
    "close_links",
    "owner_test",
    "owners",
]
