"""Integrated ownership: what an entity owns of another, directly and through any number of companies in between.

Three conventions, which agree where nobody holds himself back and are never mixed:

- ``all-walks``: Y = (I - A)^-1 A sums every walk, also those that pass the owner again (Brioschi, Buzzacchi, Colombo,
  "Risk capital financing and the separation of ownership and control in business groups", J. Banking and Finance 13, 1989).
- ``source-avoiding`` (default): walks that never come back to the owner, never above 1 (Baldone, Brioschi, Paleari,
  "Ownership measures among firms connected by cross-shareholdings", 1998). W = D Y with D = diag((I - A)^-1)^-1.
- ``simple-paths``: chains that repeat no company at all (accumulated ownership of the Vadalog documentation).

Up to 2,000 holdings the answers are fractions (:mod:`.measure`); beyond they are float64 columns (:mod:`.large`).
"""

from crosshold.measures.ownership.measure import CONVENTIONS, PATH_BUDGET, Ownership, OwnershipRow, ownership
from crosshold.measures.ownership.walks import ownership_of_walks

__all__ = ["CONVENTIONS", "PATH_BUDGET", "Ownership", "OwnershipRow", "ownership", "ownership_of_walks"]
