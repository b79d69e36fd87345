"""The Network of a Snapshot, once for capital and once for votes."""

from __future__ import annotations

from collections.abc import Mapping

from crosshold.errors import Finding, RequestError
from crosshold.model.snapshot import Snapshot
from crosshold.network.graph import graph_of_edges
from crosshold.network.network import Network


def build(
    snapshot: Snapshot,
    votes: Mapping[str, int] | None = None,
    *,
    votes_basis: str = "gross_votes",
    capital_basis: str = "outstanding",
    overheld: str = "refuse",
) -> Network:
    """The Network of a Snapshot.

    ``votes`` maps lot ids to whole votes (own shares are ignored whatever it says); without it every lot has the gross votes that
    the Snapshot states. Capital is on ``outstanding`` shares by default; ``issued`` keeps own shares in the total, and
    ``dividend_rights`` counts each share by the dividend rights of its class, without own shares.
    """
    if capital_basis not in ("outstanding", "issued", "dividend_rights"):
        message = f"{capital_basis!r} is no basis of the capital graph."
        raise RequestError(Finding("E_BASIS_AMBIGUOUS", message, "Say outstanding, issued or dividend_rights."))
    by_rights = capital_basis == "dividend_rights"
    dispersed = {e.id for e in snapshot.entities.values() if e.kind == "dispersed"}
    ids = tuple(name for name in sorted(snapshot.entities) if name not in dispersed)
    shares: list[tuple[str, str, int]] = []
    cast: list[tuple[str, str, int]] = []
    capital_total = dict.fromkeys(ids, 0)
    votes_total = dict.fromkeys(ids, 0)
    for issuer in snapshot.issuers.values():
        capital_total[issuer.id] = issuer.dividend_rights if by_rights else issuer.issued
    for lot in snapshot.lots:
        held = lot.shares * snapshot.issuers[lot.issuer].dividends_per_share(lot.share_class) if by_rights else lot.shares
        if lot.holder == lot.issuer:
            capital_total[lot.issuer] -= held if capital_basis != "issued" else 0
            continue
        count = snapshot.gross_votes(lot) if votes is None else votes[lot.id]
        votes_total[lot.issuer] += count
        if lot.holder not in dispersed:
            shares.append((lot.holder, lot.issuer, held))
            cast.append((lot.holder, lot.issuer, count))
    capital, found = graph_of_edges(capital_basis, ids, shares, capital_total, overheld)
    ballot, also = graph_of_edges(votes_basis, ids, cast, votes_total, overheld)
    return Network(
        ids=ids,
        capital=capital,
        votes=ballot,
        names={e.id: e.name for e in snapshot.entities.values()},
        kinds={e.id: e.kind for e in snapshot.entities.values()},
        findings=tuple(dict.fromkeys((*found, *also))),
    )
