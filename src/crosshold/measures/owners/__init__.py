"""Owners under a named test: who counts as an owner, who is blocked with whom, who is closely linked to whom; who consolidates what,
and which purchase would pass a line at a strategic company.

The tests are data (:data:`TESTS`, :data:`STANDARDS`, :data:`LADDERS`). They read a stake held through others in three ways that
disagree in both directions: ``product`` multiplies along a chain and adds the chains; ``chain`` counts what a controlled company
holds in full and what an uncontrolled one holds not at all; ``cascade`` counts in full whoever is itself caught.
"""

from __future__ import annotations

from crosshold.measures.owners.accounting import STANDARDS, BandRow, Bands, Standard, bands
from crosshold.measures.owners.blocking import Blocked, BlockedRow, NearMiss, blocked
from crosshold.measures.owners.declaring import DeclaredOwner, DeclaredOwners, declared_owners
from crosshold.measures.owners.ladders import LADDERS, Ladder, ladder
from crosshold.measures.owners.linking import CloseLinks, LinkRow, Third, close_links
from crosshold.measures.owners.named import TESTS, OwnerTest, owner_test
from crosshold.measures.owners.owning import Owners, OwnersRow, owners
from crosshold.measures.owners.uncertain import LinkBound, LinksBounds, OwnerBound, OwnersBounds, links_bounds, owners_bounds
from crosshold.measures.owners.uncertain_blocking import BlockedBound, BlockedBounds, blocked_bounds
from crosshold.measures.owners.watching import PurchaseRow, Watch, watch

__all__ = [
    "LADDERS",
    "STANDARDS",
    "TESTS",
    "BandRow",
    "Bands",
    "Blocked",
    "BlockedBound",
    "BlockedBounds",
    "BlockedRow",
    "CloseLinks",
    "DeclaredOwner",
    "DeclaredOwners",
    "Ladder",
    "LinkBound",
    "LinkRow",
    "LinksBounds",
    "NearMiss",
    "OwnerBound",
    "OwnerTest",
    "Owners",
    "OwnersBounds",
    "OwnersRow",
    "PurchaseRow",
    "Standard",
    "Third",
    "Watch",
    "bands",
    "blocked",
    "blocked_bounds",
    "close_links",
    "declared_owners",
    "ladder",
    "links_bounds",
    "owner_test",
    "owners",
    "owners_bounds",
    "watch",
]
