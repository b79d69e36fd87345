"""Who owns, on every reading of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from crosshold.network import Network

if TYPE_CHECKING:
    from crosshold.measures.bounds import OwnershipBounds
    from crosshold.measures.corners import Corners
    from crosshold.measures.lookthrough import Lookthrough
    from crosshold.measures.owners import (
        Bands,
        Blocked,
        BlockedBounds,
        CloseLinks,
        DeclaredOwners,
        LinksBounds,
        Owners,
        OwnersBounds,
        OwnerTest,
    )
    from crosshold.measures.ownership import Ownership
    from crosshold.model.register import Register
    from crosshold.model.result import Result
    from crosshold.model.stakes import Stakes


def ownership(network: Network, *, convention: str = "source-avoiding", **options: Any) -> Ownership:
    """Direct and integrated ownership in one of three named conventions: source-avoiding, all-walks, simple-paths."""
    from crosshold.measures import ownership as room

    return room.ownership(network, convention=convention, **options)


def ownership_bounds(stakes: Stakes, **options: Any) -> OwnershipBounds:
    """The least and the most that each holder can own, given stakes known only between bounds."""
    from crosshold.measures import bounds as room

    return room.ownership_bounds(stakes, **options)


def look_through(network: Network, **options: Any) -> Lookthrough:
    """Who finally receives what each company is worth: shares of outside owners and of each company's float, which add up to 1."""
    from crosshold.measures import lookthrough as room

    return room.lookthrough(network, **options)


def owners(
    network: Network,
    issuer: str | None = None,
    *,
    test: str = "eu-ubo-25",
    listed: Iterable[str] = (),
    at: date | None = None,
    **options: Any,
) -> Owners | Blocked | CloseLinks:
    """Who counts as an owner of one company (or of every one) under a named test, who is blocked, or who is closely linked.

    ``listed`` are the blocked persons that the 50 percent rule starts from; ``at`` a date, to be told when the test does not apply.
    """
    from crosshold.measures import owners as room

    named = room.owner_test(test)
    result: Owners | Blocked | CloseLinks
    if named.question == "blocked":
        result = room.blocked(network, listed, issuer=issuer, test=test, **options)
    elif named.question == "links":
        result = room.close_links(network, issuer, test=test, **options)
    else:
        result = room.owners(network, issuer, test=test, **options)
    return result if at is None else result.with_findings(named.out_of_force(at))


def declared_owners(
    register: Register,
    issuer: str | None = None,
    *,
    test: str = "eu-ubo-25",
    at: date | None = None,
    known_by: date | None = None,
    believe: str | None = None,
) -> DeclaredOwners:
    """Who is declared to own or control one company (or every one): claims about chains, which make no lot, beside the test's line."""
    from crosshold.measures.owners import declared_owners as room

    told = register.interests(at, known_by=known_by, believe=believe, issuer=issuer)
    return room(told, lambda s: register.status(s, known_by or register.known_by), test=test)


def owner_bounds(
    stakes: Stakes,
    issuer: str | None = None,
    *,
    test: str = "eu-ubo-25",
    listed: Iterable[str] = (),
    at: date | None = None,
    **options: Any,
) -> OwnersBounds | LinksBounds | BlockedBounds:
    """Who certainly or possibly counts under a named test, given stakes known only between bounds."""
    from crosshold.measures import owners as room

    named = room.owner_test(test)
    result: OwnersBounds | LinksBounds | BlockedBounds
    if named.question == "blocked":
        found = room.blocked_bounds(stakes, listed, test=test, **options)
        result = found if issuer is None else replace(found, rows=tuple(row for row in found.rows if row.issuer == issuer))
    elif named.question == "links":
        result = room.links_bounds(stakes, issuer, test=test, **options)
    else:
        result = room.owners_bounds(stakes, issuer, test=test, **options)
    return result if at is None else result.with_findings(named.out_of_force(at))


def owner_test(name: str) -> OwnerTest:
    """A test of ownership by its id or short name: its line, reading, citation, dates."""
    from crosshold.measures.owners import owner_test as named

    return named(name)


def consolidation(network: Network, parents: Iterable[str] | None = None, *, standard: str = "IFRS") -> Bands:
    """Which companies a parent consolidates in full, which by the equity method and which not, under a standard of accounting."""
    from crosshold.measures import owners as room

    return room.bands(network, parents, standard=standard)


def at_corners(stakes: Stakes, measure: Callable[[Network], Result], **options: Any) -> Corners:
    """What any measure was seen to be, at least and at most, over the corners of stakes known only between bounds."""
    from crosshold.measures import corners as room

    return room.at_corners(stakes, measure, **options)
