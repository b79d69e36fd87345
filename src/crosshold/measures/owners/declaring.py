"""Owners as they are declared to a register: interests through whatever chain, which make no lot (spec/evidence 3.4).

A band that somebody holds "directly or indirectly", a beneficial owner, a parent that consolidates: each is a claim about a chain, told
beside the owners that lots add up to and never added to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from crosshold.measures.owners.named import owner_test
from crosshold.model.result import Result
from crosshold.model.share import Share
from crosshold.model.statement import Statement
from crosshold.model.verdict import CERTAIN, IMPOSSIBLE, POSSIBLE, either


class DeclaredOwner(NamedTuple):
    """One claim. ``holder`` is ``None`` where the company says that it has no owner, or one who is not named.

    ``share`` and ``vote_share`` are between their bounds, as said. ``verdict``: whether they pass the line of the test, ``None`` where
    nothing is said of a size: whether another kind of control counts is for the reader to judge.
    """

    issuer: str
    holder: str | None
    verb: str
    share: Share | None
    vote_share: Share | None
    how: str | None
    since: str | None
    verdict: str | None
    status: str
    statement: str
    source: str | None


@dataclass(frozen=True, eq=False, kw_only=True)
class DeclaredOwners(Result):
    """Who is declared to own or control a company, whatever its lots add up to."""

    rows: tuple[DeclaredOwner, ...]

    row: ClassVar[Any] = DeclaredOwner


def declared_owners(statements: Iterable[Statement], status: Callable[[Statement], str], *, test: str) -> DeclaredOwners:
    """The declared interests among ``statements`` beside the line of a named test; ``status`` says what became of a claim."""
    named = owner_test(test)
    limit, strict = Fraction(named.threshold), named.strict
    rows = []
    for s in statements:
        sizes = [share for share in (s.share, s.vote_share if named.counts_votes else None) if share is not None]
        found = either(_passes(share, limit, strict) for share in sizes) if sizes else None
        holder, issuer = (None, s.subject) if s.object is None else (s.subject, s.object)
        how = s.how or s.reason
        rows.append(
            DeclaredOwner(
                issuer, holder, s.verb, s.share, s.vote_share, how, s.valid_from or s.as_of, found, status(s), s.id, s.source
            )
        )
    return DeclaredOwners(settings={"test": named.id, "threshold": limit}, rows=tuple(sorted(rows, key=_place)))


def _place(row: DeclaredOwner) -> tuple[str, str, str, str]:
    return row.issuer, row.holder or "", row.verb, row.statement


def _passes(share: Share, limit: Fraction, strict: bool) -> str:
    """Whether a declared share passes the line; an end that is open is itself not in it."""
    if share.low > limit or (share.low == limit and (share.low_open or not strict)):
        return CERTAIN
    if share.high < limit or (share.high == limit and (share.high_open or strict)):
        return IMPOSSIBLE
    return POSSIBLE
